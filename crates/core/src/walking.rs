//! A caller on the way through the dialplan: messages, menus, hours, the wish to be called.

use crate::attempt::{Doing, End, Next};
use crate::centre::Centre;
use crate::dialplan::{Dialplan, Served, Step as PlanStep, StepId};
use crate::id::{AttemptId, QueueId, TenantId};
use crate::record::Record;
use crate::rules::{PromptId, Rules};
use crate::step::{AfterPlay, Effect, Step};
use crate::stop_button::{Beginning, Way};
use crate::time::{Now, UtcMs};
use crate::timers::Timer;
use crate::wishing::Wish;
use crate::words::{OfferState, Outcome, Party, Stage};

impl Centre {
    /// The caller is connected: the dialplan begins.
    pub(crate) fn caller_connected(&mut self, now: Now, id: AttemptId, step: &mut Step) {
        let Some(live) = self.attempts.get_mut(&id) else {
            return;
        };
        if !matches!(live.doing, Doing::Ringing) {
            return;
        }
        live.row.stage = Stage::InDialplan;
        live.row.answered_ms = Some(now.utc_ms);
        step.records
            .push(Record::Attempt(Box::new(live.row.clone())));
        if let Some(standing) = live.notice {
            return self.notify(now, id, standing, step);
        }
        match self.begins(id) {
            Some(Beginning::Step(start)) => self.walk(now, id, start, step),
            Some(Beginning::Owed) => self.nobody_is_served(id, step),
            None => {}
        }
    }

    /// No message was made for a day on which nobody can be served.
    fn nobody_is_served(&mut self, id: AttemptId, step: &mut Step) {
        if let Some(live) = self.attempts.get_mut(&id) {
            live.verdict = live.verdict.or(Some(Outcome::Withdrawn));
        }
        let tenant = self.attempts.get(&id).map(|live| live.tenant);
        let spoken = tenant.and_then(|tenant| self.announced(tenant));
        let owed = spoken.unwrap_or(self.rules.prompts.callback_at_closing);
        self.say_owed(id, owed, step);
    }

    pub(crate) fn plan_of(&self, id: AttemptId) -> Option<&Dialplan> {
        let live = self.attempts.get(&id)?;
        let tenant = live.began_with.tenants.get(&live.tenant)?;
        Some(&tenant.dialplan)
    }

    /// Goes to a step and on through those that take no time.
    pub(crate) fn walk(&mut self, now: Now, id: AttemptId, at: StepId, step: &mut Step) {
        let Some(rules) = self.attempts.get(&id).map(|live| live.began_with.clone()) else {
            return;
        };
        let mut at = at;
        // A checked dialplan has no cycle of steps that take no time; a bound all the same.
        for _ in 0..64 {
            let Some(tenant) = self.attempts.get(&id).map(|live| live.tenant) else {
                return;
            };
            let Some(plan) = rules.tenants.get(&tenant).map(|found| &found.dialplan) else {
                return;
            };
            let is_choice = matches!(
                plan.steps.get(at.0),
                Some(PlanStep::Menu { .. } | PlanStep::Queue { .. })
            );
            if is_choice && self.takes_up(now, id, at, step) {
                return;
            }
            let Some(live) = self.attempts.get_mut(&id) else {
                return;
            };
            live.at_step = Some(at);
            match plan.steps.get(at.0) {
                Some(hours @ PlanStep::Hours { .. }) => {
                    let Some(next) = self.through_hours(now, id, (tenant, &rules), hours) else {
                        return;
                    };
                    at = next;
                }
                Some(PlanStep::Play {
                    prompts,
                    then,
                    served,
                }) => {
                    return self.answer_by(id, prompts.clone(), Next::Step(*then), *served, step);
                }
                Some(PlanStep::Menu { tries, keys, .. }) => {
                    let ahead = live.pressed_ahead.take();
                    match ahead.and_then(|digit| keys.get(&digit)) {
                        Some(next) => at = *next,
                        None => return self.ask(id, at, *tries, step),
                    }
                }
                Some(PlanStep::Queue { queue, .. }) => {
                    let queue = self.queue_now(tenant, *queue);
                    return self.enter_queue(now, id, at, queue, step);
                }
                Some(PlanStep::Callback {
                    queue,
                    by_key,
                    when,
                    then,
                }) => {
                    let queue = self.queue_now(tenant, *queue);
                    let wish = Wish::new(Some(queue), *then, (*by_key, when.clone()));
                    return self.wishes_callback(now, id, wish, step);
                }
                Some(PlanStep::Verify { .. }) => return self.verify(now, id, at, step),
                Some(PlanStep::OptOut { .. }) => return self.opt_out_step(now, id, at, step),
                Some(PlanStep::Emergency { prompts, then }) => {
                    return self.tell_emergency(id, (tenant, prompts), *then, step);
                }
                Some(PlanStep::HangUp { play, served }) => {
                    return self.answer_by(id, play.clone(), Next::HangUp, *served, step);
                }
                None => return,
            }
        }
    }

    /// Nobody is served meanwhile.
    fn tell_emergency(
        &mut self,
        id: AttemptId,
        (tenant, prompts): (TenantId, &[PromptId]),
        then: Option<StepId>,
        step: &mut Step,
    ) {
        if let Some(live) = self.attempts.get_mut(&id) {
            live.verdict = live.verdict.or(Some(Outcome::Withdrawn));
        }
        let prompts = self.message_of(tenant, prompts);
        self.speak(id, prompts, then.map_or(Next::HangUp, Next::Step), step);
    }

    /// What was spoken for an emergency; else what the dialplan has for it.
    fn message_of(&self, tenant: TenantId, prompts: &[PromptId]) -> Vec<PromptId> {
        match self.announced(tenant) {
            Some(sound) => vec![sound],
            None => prompts.to_vec(),
        }
    }

    /// Where the hours lead now.
    fn through_hours(
        &mut self,
        now: Now,
        id: AttemptId,
        (tenant, rules): (TenantId, &Rules),
        hours: &PlanStep,
    ) -> Option<StepId> {
        let &PlanStep::Hours {
            calendar,
            open,
            closed,
        } = hours
        else {
            return None;
        };
        let plan = &rules.tenants.get(&tenant)?.dialplan;
        let calendar = rules.calendars.get(calendar.0)?;
        Some(match self.way(now, tenant, (plan, open), calendar) {
            Way::Open => open,
            Way::Shut(opens_ms) => {
                self.found_shut(id, plan.queue_behind(open), opens_ms);
                closed
            }
        })
    }

    /// Nobody is there before that opening. Who had chosen a queue is owed a call by it.
    fn found_shut(&mut self, id: AttemptId, chosen: Option<QueueId>, opens_ms: Option<UtcMs>) {
        let tenant = self.attempts.get(&id).map(|live| live.tenant);
        let chosen = tenant.zip(chosen);
        let chosen = chosen.map(|(tenant, queue)| self.queue_now(tenant, queue));
        if let Some(live) = self.attempts.get_mut(&id) {
            live.row.queue = chosen.or(live.row.queue);
            live.verdict = Some(Outcome::OutOfHours);
            live.due_ms = opens_ms;
        }
    }

    /// Lets the caller hear messages; what follows comes when they were heard.
    pub(crate) fn speak(
        &mut self,
        id: AttemptId,
        prompts: Vec<PromptId>,
        next: Next,
        step: &mut Step,
    ) {
        self.answer_by(id, prompts, next, None, step);
    }

    /// The same, where the messages may be what the caller wanted to know.
    pub(crate) fn answer_by(
        &mut self,
        id: AttemptId,
        prompts: Vec<PromptId>,
        next: Next,
        served: Option<Served>,
        step: &mut Step,
    ) {
        let Some(live) = self.attempts.get_mut(&id) else {
            return;
        };
        live.token += 1;
        live.doing = Doing::Message { next, served };
        step.effects.push(Effect::Play {
            leg: live.leg,
            token: live.token,
            prompts,
            then: AfterPlay::Silence,
        });
    }

    pub(crate) fn ask(&mut self, id: AttemptId, at: StepId, tries_left: u32, step: &mut Step) {
        let Some(PlanStep::Menu { prompt, .. }) =
            self.plan_of(id).and_then(|plan| plan.steps.get(at.0))
        else {
            return;
        };
        let prompts = vec![*prompt];
        let Some(live) = self.attempts.get_mut(&id) else {
            return;
        };
        live.token += 1;
        live.doing = Doing::Menu {
            step: at,
            tries_left,
        };
        step.effects.push(Effect::Play {
            leg: live.leg,
            token: live.token,
            prompts,
            then: AfterPlay::Silence,
        });
    }

    /// What was being said to the caller has been heard.
    pub(crate) fn heard(&mut self, now: Now, id: AttemptId, token: u64, step: &mut Step) {
        let Some(live) = self.attempts.get(&id) else {
            return;
        };
        if live.token != token {
            return;
        }
        match live.doing {
            Doing::Message { next, served } => {
                if let Some(served) = served {
                    self.served_by_menu(now, id, served, step);
                }
                match next {
                    Next::Step(at) => self.walk(now, id, at, step),
                    Next::HangUp => self.let_go(now, id, step),
                }
            }
            Doing::Menu { step: at, .. } => {
                if let Some(PlanStep::Menu { timeout_s, .. }) =
                    self.plan_of(id).and_then(|plan| plan.steps.get(at.0))
                {
                    let due = now.in_s(*timeout_s);
                    self.timers.at(due, Timer::Menu(id, token));
                }
            }
            Doing::Wishing(_) => self.number_asked(now, id),
            Doing::Noticed => self.notice_heard(now, id),
            Doing::Returning { .. } => self.return_heard(now, id),
            Doing::Queued { .. } => self.leaving_heard(now, id),
            Doing::Ringing | Doing::Talking { .. } | Doing::Given { .. } => {}
        }
    }

    /// What the caller has just heard was what they called for.
    fn served_by_menu(&mut self, now: Now, id: AttemptId, served: Served, step: &mut Step) {
        let Some(live) = self.attempts.get_mut(&id) else {
            return;
        };
        // A callback that was promised in this call is still wanted.
        if live.row.callback.is_none() && matches!(live.verdict, None | Some(Outcome::OutOfHours)) {
            live.verdict = Some(Outcome::ServedByMenu);
        }
        let (number, tenant) = (live.caller.number.clone(), live.tenant);
        let another_person = live.another_person;
        let closes = served.closes.and_then(|queue| self.rules.current(queue));
        if let (Some(number), Some(queue)) = (number, closes) {
            self.menu_settles(now, (tenant, &number, another_person), queue, id, step);
        }
    }

    /// The plan is at its end. Who got nothing on the way is not served: being hung up on
    /// answers no one.
    pub(crate) fn let_go(&mut self, now: Now, id: AttemptId, step: &mut Step) {
        let Some(live) = self.attempts.get(&id) else {
            return;
        };
        let end = End {
            outcome: live.verdict.unwrap_or(Outcome::AbandonedMenu),
            by: Party::Us,
            reason: None,
        };
        self.end_attempt(now, id, end, true, step);
    }

    /// No key was pressed in time.
    pub(crate) fn menu_timed_out(&mut self, now: Now, id: AttemptId, token: u64, step: &mut Step) {
        let Some(live) = self.attempts.get(&id) else {
            return;
        };
        if live.token != token {
            return;
        }
        match live.doing {
            Doing::Menu {
                step: at,
                tries_left,
            } => self.ask_again_or_go(now, id, at, tries_left, step),
            Doing::Wishing(_) => self.number_timed_out(now, id, step),
            Doing::Noticed => self.let_go(now, id, step),
            Doing::Returning { to, .. } => self.walk(now, id, to, step),
            Doing::Queued { .. } => self.leaving_timed_out(now, id, step),
            Doing::Ringing
            | Doing::Message { .. }
            | Doing::Talking { .. }
            | Doing::Given { .. } => {}
        }
    }

    pub(crate) fn ask_again_or_go(
        &mut self,
        now: Now,
        id: AttemptId,
        at: StepId,
        tries_left: u32,
        step: &mut Step,
    ) {
        let Some(PlanStep::Menu { otherwise, .. }) =
            self.plan_of(id).and_then(|plan| plan.steps.get(at.0))
        else {
            return;
        };
        let otherwise = *otherwise;
        if tries_left > 1 {
            self.ask(id, at, tries_left - 1, step);
        } else {
            self.walk(now, id, otherwise, step);
        }
    }

    /// A caller pressed a key.
    pub(crate) fn caller_digit(&mut self, now: Now, id: AttemptId, digit: char, step: &mut Step) {
        let Some(live) = self.attempts.get_mut(&id) else {
            return;
        };
        match live.doing {
            Doing::Menu {
                step: at,
                tries_left,
            } => {
                let Some(PlanStep::Menu { keys, invalid, .. }) =
                    self.plan_of(id).and_then(|plan| plan.steps.get(at.0))
                else {
                    return;
                };
                match (keys.get(&digit), invalid) {
                    (Some(next), _) => {
                        let next = *next;
                        self.walk(now, id, next, step);
                    }
                    (None, Some(invalid)) if tries_left > 1 => {
                        let prompts = vec![*invalid];
                        self.ask(id, at, tries_left - 1, step);
                        self.say_before(id, prompts, step);
                    }
                    (None, _) => self.ask_again_or_go(now, id, at, tries_left, step),
                }
            }
            Doing::Queued { leaving: None, .. } => self.key_in_line(now, id, (digit, true), step),
            Doing::Queued { .. } => self.leaving_key(now, id, digit, step),
            Doing::Wishing(_) => self.number_key(now, id, digit, step),
            Doing::Noticed => self.notice_key(now, id, digit, step),
            Doing::Returning { to, instead } => {
                self.return_key(now, id, digit, (to, instead), step);
            }
            Doing::Message { .. } => live.pressed_ahead = Some(digit),
            Doing::Ringing | Doing::Talking { .. } | Doing::Given { .. } => {}
        }
    }

    /// A key was pressed by who waits.
    pub(crate) fn key_in_line(
        &mut self,
        now: Now,
        id: AttemptId,
        (key, may_ask): (char, bool),
        step: &mut Step,
    ) {
        let doing = self.attempts.get(&id).map(|live| &live.doing);
        let Some(&Doing::Queued {
            step: at, queue, ..
        }) = doing
        else {
            return;
        };
        let offered = self.callback_offer_of(id, at).map(|offer| offer.key);
        if offered == Some(key) && self.may_wish(id, queue) {
            let wish = self.wish_in_queue(id, queue);
            self.leave_queue(now, id, OfferState::Withdrawn, step);
            self.wishes_callback(now, id, wish, step);
        } else if may_ask && self.opt_out_key(id, at) == Some(key) {
            self.asks_in_line(id, step);
        }
    }

    /// The key with which who waits at a step takes themselves off the list.
    fn opt_out_key(&self, id: AttemptId, at: StepId) -> Option<char> {
        match self.plan_of(id)?.steps.get(at.0)? {
            PlanStep::Queue { opt_out_key, .. } => *opt_out_key,
            PlanStep::Play { .. }
            | PlanStep::Hours { .. }
            | PlanStep::Menu { .. }
            | PlanStep::Callback { .. }
            | PlanStep::Verify { .. }
            | PlanStep::OptOut { .. }
            | PlanStep::Emergency { .. }
            | PlanStep::HangUp { .. } => None,
        }
    }

    /// Puts messages in front of what was just begun.
    pub(crate) fn say_before(&self, id: AttemptId, mut first: Vec<PromptId>, step: &mut Step) {
        let Some(leg) = self.attempts.get(&id).map(|live| live.leg) else {
            return;
        };
        if let Some(Effect::Play {
            leg: playing,
            prompts,
            ..
        }) = step.effects.last_mut()
            && *playing == leg
        {
            first.append(prompts);
            *prompts = first;
        }
    }
}
