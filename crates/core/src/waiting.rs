//! A caller who waits for an operator: the place in line, what is heard meanwhile, and
//! every way out of the line.

use crate::attempt::{Doing, End, Next};
use crate::centre::Centre;
use crate::dialplan::{OfferCallback, Step as PlanStep, StepId};
use crate::estimate::Told;
use crate::id::{AttemptId, PromiseId, QueueId, SeatId};
use crate::matching::Waiting;
use crate::planted::{Fault, planted};
use crate::record::{NeedRow, PromiseRow, Record, Work};
use crate::rules::{NoOperators, PromptId};
use crate::seat::SeatWork;
use crate::step::{AfterPlay, Effect, Step};
use crate::time::{Now, UtcMs};
use crate::timers::Timer;
use crate::words::{OfferState, Outcome, Party, Stage, WorkKind};

/// Ten years: more than the age of any debt, so that whoever is reconnected goes first, and
/// two of them in the order of their places.
pub(crate) const BEFORE_EVERYONE_MS: i64 = 3_650 * 86_400_000;

impl Centre {
    pub(crate) fn callback_offer_of(&self, id: AttemptId, at: StepId) -> Option<OfferCallback> {
        match self.plan_of(id)?.steps.get(at.0)? {
            PlanStep::Queue { offer_callback, .. } => *offer_callback,
            PlanStep::Play { .. }
            | PlanStep::Hours { .. }
            | PlanStep::Menu { .. }
            | PlanStep::OptOut { .. }
            | PlanStep::Callback { .. }
            | PlanStep::Verify { .. }
            | PlanStep::Emergency { .. }
            | PlanStep::HangUp { .. } => None,
        }
    }

    /// The caller joins those who wait, at the place that is held for them if there is one.
    pub(crate) fn enter_queue(
        &mut self,
        now: Now,
        id: AttemptId,
        at: StepId,
        queue: QueueId,
        step: &mut Step,
    ) {
        let rules = self.rules.clone();
        let Some(rule) = rules.queues.get(&queue) else {
            return;
        };
        let refused = if !self.is_open(now, queue, rule) {
            Some(Outcome::OutOfHours)
        } else if self.waiting_in(queue) >= rule.waiting_max {
            Some(Outcome::RefusedQueueFull)
        } else if rule.no_operators == NoOperators::Refuse && !self.somebody_serves(queue, rule) {
            Some(Outcome::RefusedNoOperators)
        } else {
            None
        };
        let place_ms = self.place_for(now, id, queue);
        let opens_ms = refused.and_then(|_| self.opens_at(now, queue, rule));
        let Some(live) = self.attempts.get_mut(&id) else {
            return;
        };
        live.row.queue = Some(queue);
        if let Some(outcome) = refused {
            live.verdict = Some(outcome);
            if outcome == Outcome::OutOfHours {
                live.due_ms = opens_ms;
                return self.say_owed(id, rules.prompts.callback_at_closing, step);
            }
            return self.say_owed(id, rules.prompts.lines_busy, step);
        }
        live.verdict = None;
        live.due_ms = None;
        let came = self.blending.streams.entry(queue).or_default();
        came.came(now.utc_ms);
        live.row.stage = Stage::Queued;
        live.row.queued_ms = Some(now.utc_ms);
        live.queued_ms = live.row.queued_ms;
        step.records
            .push(Record::Attempt(Box::new(live.row.clone())));
        let waits = Doing::Queued {
            step: at,
            queue,
            place_ms,
            offered_to: None,
            leaving: None,
        };
        self.wait_in_line(now, id, waits, rules.prompts.please_hold, step);
        self.schedule_waiting(now, id, at);
    }

    /// Begins or resumes waiting: into the line, with a word and then music.
    pub(crate) fn wait_in_line(
        &mut self,
        now: Now,
        id: AttemptId,
        waits: Doing,
        says: PromptId,
        step: &mut Step,
    ) {
        let rules = self.rules.clone();
        let Doing::Queued {
            step: at,
            queue,
            place_ms,
            ..
        } = waits
        else {
            return;
        };
        let Some(live) = self.attempts.get_mut(&id) else {
            return;
        };
        live.token += 1;
        live.place_ms = place_ms;
        live.doing = waits;
        let (leg, token, priority_ms) = (live.leg, live.token, live.priority_ms);
        self.line_up(now, queue, place_ms, priority_ms, Work::Attempt(id));
        let music = self.music_of(id, at).unwrap_or(rules.prompts.music);
        step.effects.push(Effect::Play {
            leg,
            token,
            prompts: vec![says],
            then: AfterPlay::Music(music),
        });
    }

    pub(crate) fn music_of(&self, id: AttemptId, at: StepId) -> Option<PromptId> {
        match self.plan_of(id)?.steps.get(at.0)? {
            PlanStep::Queue { music, .. } => *music,
            PlanStep::Play { .. }
            | PlanStep::Hours { .. }
            | PlanStep::Menu { .. }
            | PlanStep::OptOut { .. }
            | PlanStep::Callback { .. }
            | PlanStep::Verify { .. }
            | PlanStep::Emergency { .. }
            | PlanStep::HangUp { .. } => None,
        }
    }

    pub(crate) fn schedule_waiting(&mut self, now: Now, id: AttemptId, at: StepId) {
        let Some(live) = self.attempts.get_mut(&id) else {
            return;
        };
        live.closing = None;
        let token = live.token;
        let Some(PlanStep::Queue {
            announce,
            offer_callback,
            max_wait_s,
            ..
        }) = self
            .plan_of(id)
            .and_then(|plan| plan.steps.get(at.0))
            .cloned()
        else {
            return;
        };
        if announce.every_s > 0 {
            self.timers
                .at(now.in_s(announce.every_s), Timer::Announce(id, token));
        }
        if let Some(offer) = offer_callback {
            self.timers
                .at(now.in_s(offer.after_s), Timer::OfferCallback(id, token));
        }
        self.timers
            .at(now.in_s(max_wait_s), Timer::MaxWait(id, token));
        self.schedule_closing(now, id);
    }

    /// Tells callers that they are called back, or why not, and lets them go.
    pub(crate) fn say_owed(&mut self, id: AttemptId, owed: PromptId, step: &mut Step) {
        let says = if self.will_be_owed(id) {
            owed
        } else {
            self.not_called_back(id)
        };
        self.speak(id, vec![says], Next::HangUp, step);
    }

    /// Whether somebody who is let go now is owed a call where they called from.
    fn will_be_owed(&self, id: AttemptId) -> bool {
        let Some(live) = self.attempts.get(&id) else {
            return false;
        };
        let queue = live
            .row
            .queue
            .map(|queue| self.queue_now(live.tenant, queue));
        let number = live.caller.number.as_ref();
        let is_listed = || number.is_some_and(|it| self.case_of_caller(live.tenant, it).is_some());
        let opens = |outcome| self.opens_callback(live.tenant, queue, outcome);
        self.is_callable(id) && (is_listed() || live.verdict.is_none_or(opens))
    }

    /// The place in line: that of the open case about the same thing, if any; else now.
    pub(crate) fn place_for(&self, now: Now, id: AttemptId, queue: QueueId) -> UtcMs {
        let live = self.attempts.get(&id);
        let received = live.map_or(now.utc_ms, |live| {
            let received_ms = live.row.received_ms;
            live.returned_ms
                .map_or(received_ms, |ms| ms.min(received_ms))
        });
        self.place_held(id, queue)
            .map_or(received, |(place_ms, priority_ms)| {
                received.min(place_ms - priority_ms)
            })
    }

    /// Place and priority that an open case about the same thing holds for a caller.
    pub(crate) fn place_held(&self, id: AttemptId, queue: QueueId) -> Option<(UtcMs, i64)> {
        let live = self.attempts.get(&id)?;
        let case = self.case_of_caller(live.tenant, live.caller.number.as_ref()?)?;
        let case = self.cases.get(&case)?;
        let about_this = |need: &&NeedRow| {
            need.another_person == live.another_person
                && (need.queue.is_none() || need.queue == Some(queue))
        };
        let need = case.needs.iter().find(about_this)?;
        // The case has the place of who called first; another person has their own.
        Some(if need.another_person {
            (need.opened_ms, 0)
        } else {
            (case.row.place_ms, case.row.priority_ms)
        })
    }

    /// Time to tell the place in line.
    pub(crate) fn announce_due(&mut self, now: Now, id: AttemptId, token: u64, step: &mut Step) {
        let rules = self.rules.clone();
        let Some(live) = self.attempts.get(&id) else {
            return;
        };
        let Doing::Queued {
            step: at,
            queue,
            place_ms,
            offered_to,
            leaving,
        } = live.doing
        else {
            return;
        };
        if live.token != token {
            return;
        }
        let Some(PlanStep::Queue { announce, .. }) =
            self.plan_of(id).and_then(|plan| plan.steps.get(at.0))
        else {
            return;
        };
        let announce = *announce;
        self.timers
            .at(now.in_s(announce.every_s), Timer::Announce(id, token));
        if offered_to.is_some() || leaving.is_some() {
            return;
        }
        let waiting = self.waiting(queue, place_ms, live.priority_ms, Work::Attempt(id));
        let mut says = Vec::new();
        if announce.position {
            let told = rules.prompts.positions.len();
            let ahead = self.ahead_of(now, &waiting, told);
            let place = rules.prompts.positions.get(ahead).copied();
            says.push(place.unwrap_or(rules.prompts.position_beyond));
        }
        if announce.wait {
            says.extend(self.tell_wait(now, id, &waiting, step));
        }
        if !says.is_empty() {
            self.speak_over_music(id, says, step);
        }
    }

    /// The wait that a caller can count on, unless a shorter one was told before. What is told is
    /// a promise, and recorded.
    fn tell_wait(
        &mut self,
        now: Now,
        id: AttemptId,
        waiting: &Waiting,
        step: &mut Step,
    ) -> Option<PromptId> {
        let crews = self.crews(now, WorkKind::Live);
        let told = self.wait_of(now, waiting, &crews)?.told()?;
        let prompts = &self.rules.prompts;
        let before = self.attempts.get(&id)?.told_min;
        let (says, minutes) = match told {
            Told::Under(index) => (prompts.waits.get(index).copied()?, told.minutes()?),
            Told::Beyond => return before.is_none().then_some(prompts.wait_beyond),
        };
        if before.is_some_and(|before| before < minutes) {
            return None;
        }
        self.attempts.get_mut(&id)?.told_min = Some(minutes);
        step.records.push(Record::Promise(PromiseRow {
            id: PromiseId(self.ids.allot()),
            callback: None,
            attempt: id,
            told_ms: now.utc_ms,
            by_ms: now.utc_in_s(minutes * 60),
        }));
        Some(says)
    }

    /// Time to offer a call back.
    pub(crate) fn callback_offer_due(&mut self, id: AttemptId, token: u64, step: &mut Step) {
        let Some(live) = self.attempts.get(&id) else {
            return;
        };
        if live.token != token {
            return;
        }
        if let Doing::Queued {
            offered_to: None,
            leaving: None,
            queue,
            ..
        } = live.doing
            && self.may_wish(id, queue)
        {
            self.speak_over_music(id, vec![self.rules.prompts.callback_offer], step);
        }
    }

    pub(crate) fn speak_over_music(&self, id: AttemptId, prompts: Vec<PromptId>, step: &mut Step) {
        let Some(live) = self.attempts.get(&id) else {
            return;
        };
        let Doing::Queued { step: at, .. } = live.doing else {
            return;
        };
        let music = self.music_of(id, at).unwrap_or(self.rules.prompts.music);
        step.effects.push(Effect::Play {
            leg: live.leg,
            token: live.token,
            prompts,
            then: AfterPlay::Music(music),
        });
    }

    /// The caller has waited as long as the queue allows.
    pub(crate) fn waited_too_long(&mut self, now: Now, id: AttemptId, token: u64, step: &mut Step) {
        let Some(live) = self.attempts.get(&id) else {
            return;
        };
        let Doing::Queued { step: at, .. } = live.doing else {
            return;
        };
        if live.token != token {
            return;
        }
        let Some(PlanStep::Queue { on_timeout, .. }) =
            self.plan_of(id).and_then(|plan| plan.steps.get(at.0))
        else {
            return;
        };
        let on_timeout = *on_timeout;
        self.leave_queue(now, id, OfferState::Withdrawn, step);
        if let Some(live) = self.attempts.get_mut(&id)
            && live.verdict != Some(Outcome::Interrupted)
        {
            live.verdict = Some(Outcome::QueueTimeout);
        }
        self.walk(now, id, on_timeout, step);
    }

    /// Out of the line; an offer that is out is withdrawn.
    pub(crate) fn leave_queue(
        &mut self,
        now: Now,
        id: AttemptId,
        why: OfferState,
        step: &mut Step,
    ) {
        self.wait_ended(now, id);
        self.leave_line(now, id, why, step);
    }

    /// The same, of somebody who waits on elsewhere.
    pub(crate) fn leave_line(&mut self, now: Now, id: AttemptId, why: OfferState, step: &mut Step) {
        let Some(live) = self.attempts.get_mut(&id) else {
            return;
        };
        let Doing::Queued {
            queue,
            place_ms,
            offered_to,
            ..
        } = live.doing
        else {
            return;
        };
        live.token += 1;
        live.doing = Doing::Message {
            next: Next::HangUp,
            served: None,
        };
        let priority_ms = live.priority_ms;
        match offered_to {
            Some(seat) => self.offer_ended(now, seat, why, true, step),
            None if planted(Fault::LineNotLeft) => {}
            None => self.step_out(queue, place_ms, priority_ms, Work::Attempt(id)),
        }
    }

    /// A seat did not take this caller: back to the same place, without that seat.
    pub(crate) fn caller_returns(
        &mut self,
        now: Now,
        id: AttemptId,
        seat: SeatId,
        why: OfferState,
    ) {
        let Some(live) = self.attempts.get_mut(&id) else {
            return;
        };
        match why {
            OfferState::Withdrawn => {}
            OfferState::Unreachable => live.unreached.push(seat),
            OfferState::Open
            | OfferState::Accepted
            | OfferState::Rejected
            | OfferState::Busy
            | OfferState::NoAnswer => live.excluded.push(seat),
        }
        if let Doing::Queued {
            queue,
            place_ms,
            ref mut offered_to,
            ..
        } = live.doing
        {
            *offered_to = None;
            let priority_ms = live.priority_ms;
            self.line_up(now, queue, place_ms, priority_ms, Work::Attempt(id));
        }
    }

    /// The seat of a conversation is gone without a word: the caller is not dropped, but told
    /// so, and goes before everyone. Interrupted is only who is not reconnected after all.
    pub(crate) fn caller_reconnects(
        &mut self,
        now: Now,
        id: AttemptId,
        gone: SeatId,
        step: &mut Step,
    ) -> bool {
        if self.stopping.is_some() {
            // Nobody would come any more.
            return false;
        }
        let Some(live) = self.attempts.get_mut(&id) else {
            return false;
        };
        let Some(queue) = live.row.queue else {
            return false;
        };
        let (place_ms, tenant) = (live.place_ms, live.tenant);
        let queue = self.queue_now(tenant, queue);
        let Some(at) = self.step_to_wait(id, queue) else {
            return false;
        };
        let Some(live) = self.attempts.get_mut(&id) else {
            return false;
        };
        live.row.stage = Stage::Queued;
        live.row.queue = Some(queue);
        live.row.queued_ms = Some(now.utc_ms);
        live.queued_ms = live.row.queued_ms;
        live.verdict = Some(Outcome::Interrupted);
        live.priority_ms = BEFORE_EVERYONE_MS;
        live.vanished.push(gone);
        step.records
            .push(Record::Attempt(Box::new(live.row.clone())));
        let waits = Doing::Queued {
            step: at,
            queue,
            place_ms,
            offered_to: None,
            leaving: None,
        };
        let says = self.rules.prompts.reconnecting;
        self.wait_in_line(now, id, waits, says, step);
        self.schedule_waiting(now, id, at);
        true
    }

    /// We stop: whoever is not talking is told that we call back.
    pub(crate) fn turn_waiting_into_callbacks(&mut self, now: Now, step: &mut Step) {
        let closing = self.rules.prompts.callback_at_closing;
        let ids: Vec<AttemptId> = self.attempts.keys().copied().collect();
        for id in ids {
            let Some(live) = self.attempts.get(&id) else {
                continue;
            };
            match live.doing {
                Doing::Talking { .. } | Doing::Given { .. } => {}
                Doing::Ringing => {
                    let end = End {
                        outcome: Outcome::RefusedLines,
                        by: Party::Us,
                        reason: Some("stopping"),
                    };
                    self.end_attempt(now, id, end, true, step);
                }
                Doing::Message { .. }
                | Doing::Menu { .. }
                | Doing::Noticed
                | Doing::Returning { .. }
                | Doing::Wishing(_)
                | Doing::Queued { .. } => {
                    self.leave_queue(now, id, OfferState::Withdrawn, step);
                    let Some(live) = self.attempts.get_mut(&id) else {
                        continue;
                    };
                    live.verdict = live.verdict.or(Some(Outcome::Withdrawn));
                    self.say_owed(id, closing, step);
                }
            }
        }
    }

    /// Whether a seat is signed in, in whatever state, that could serve the queue.
    pub(crate) fn somebody_serves(&self, queue: QueueId, rule: &crate::rules::Queue) -> bool {
        self.seats.values().any(|seat| {
            seat.sign_in.is_some()
                && rule.can_be_served_by(&seat.skills)
                && seat.profile.takes(queue, WorkKind::Live)
                && self.may_be_lent(seat.home, rule.tenant)
                && !self.is_site_out(seat.row.site)
                && !matches!(seat.work, SeatWork::NotResponding)
        })
    }
}
