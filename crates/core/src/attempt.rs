//! The life of one inbound attempt: received, refused or answered, led through the
//! dialplan, queued, connected, ended. Every end leaves a row, and whoever was not
//! served is owed a call or carries the reason why not.

use crate::callback::Debt;
use crate::centre::{Centre, Role};
use crate::dialplan::{Dialplan, OfferCallback, Step as PlanStep, StepId};
use crate::id::{AttemptId, LegId, QueueId, SeatId, TenantId, TrunkId};
use crate::number::{Caller, PhoneNumber};
use crate::record::{AttemptRow, Record, Work};
use crate::rules::{NoOperators, PromptId};
use crate::seat::SeatWork;
use crate::step::{AfterPlay, Arrival, Effect, Step};
use crate::time::{Now, UtcMs};
use crate::timers::Timer;
use crate::words::{
    CallbackState, NeedKind, NumberClass, OfferState, Outcome, Party, Stage, Suppression,
};

/// Q.850 causes used towards callers.
pub(crate) mod cause {
    /// Unallocated number.
    pub(crate) const NO_SUCH_NUMBER: u8 = 1;
    /// Normal clearing.
    pub(crate) const NORMAL: u8 = 16;
    /// No circuit available.
    pub(crate) const NO_CIRCUIT: u8 = 34;
    /// Bearer capability not implemented.
    pub(crate) const NO_CODEC: u8 = 65;
    /// Temporary failure.
    pub(crate) const TEMPORARY: u8 = 41;
}

/// An attempt that is not over.
#[derive(Debug)]
pub(crate) struct LiveAttempt {
    pub(crate) row: AttemptRow,
    pub(crate) leg: LegId,
    pub(crate) caller: Caller,
    pub(crate) tenant: TenantId,
    pub(crate) doing: Doing,
    /// Grows with each thing done: timers and prompts of earlier ones are recognised.
    pub(crate) token: u64,
    /// How it will have ended if nothing better happens.
    verdict: Option<Outcome>,
    /// The opening that an out-of-hours caller was promised.
    due_ms: Option<UtcMs>,
    /// Whether our 200 is decided: a CANCEL that crosses it comes too late.
    answering: bool,
    /// A key pressed while a message was heard: it answers the next menu.
    pressed_ahead: Option<char>,
    /// Seats that did not take it.
    pub(crate) excluded: Vec<SeatId>,
}

/// What an attempt is doing.
#[derive(Debug)]
pub(crate) enum Doing {
    /// Rings; not answered by us yet, or our 200 not acknowledged.
    Ringing,
    /// Hears a message.
    Message { next: Next },
    /// Is asked to press a key.
    Menu { step: StepId, tries_left: u32 },
    /// Waits for an operator.
    Queued {
        step: StepId,
        queue: QueueId,
        place_ms: UtcMs,
        offered_to: Option<SeatId>,
    },
    /// Talks.
    Talking { seat: SeatId },
}

/// What follows a message.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Next {
    Step(StepId),
    HangUp,
}

impl LiveAttempt {
    /// The outcome when the caller leaves now.
    fn abandoned(&self) -> Outcome {
        if let Some(verdict) = self.verdict {
            return verdict;
        }
        match self.doing {
            Doing::Ringing => Outcome::AbandonedRinging,
            Doing::Message { .. } => Outcome::AbandonedMessage,
            Doing::Menu { .. } => Outcome::AbandonedMenu,
            Doing::Queued { .. } => Outcome::AbandonedQueue,
            Doing::Talking { .. } => Outcome::Served,
        }
    }
}

/// How an attempt is to end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct End {
    pub(crate) outcome: Outcome,
    pub(crate) by: Party,
    pub(crate) reason: Option<&'static str>,
}

impl Centre {
    /// A new INVITE: its row first, then ringing or a refusal.
    pub(crate) fn arrived(&mut self, now: Now, arrival: Arrival, step: &mut Step) {
        let rules = self.rules.clone();
        let line = match &Caller::from_user_part(&arrival.called).number {
            Some(number) => rules.lines.get(number).copied(),
            None => None,
        };
        let mut row = self.new_row(now, &arrival, step);
        row.line = line.map(|line| line.id);
        row.tenant = line.map(|line| line.tenant);
        let Some(line) = line else {
            row.suppressed = Some(Suppression::NoLine);
            return self.refuse(now, row, &arrival, Refusal::NO_LINE, step);
        };
        let Some(trunk) = arrival.trunk else {
            row.suppressed = Some(Suppression::Internal);
            return self.refuse(now, row, &arrival, Refusal::INTERNAL, step);
        };
        if let Some(refusal) = self.reason_to_refuse(trunk, &arrival) {
            self.settle_unserved(
                now,
                &mut row,
                &arrival.caller,
                line.tenant,
                Lost::refused(),
                step,
            );
            return self.refuse(now, row, &arrival, refusal, step);
        }
        self.admit(now, row, arrival, line.tenant, trunk, step);
    }

    fn new_row(&mut self, now: Now, arrival: &Arrival, step: &mut Step) -> AttemptRow {
        self.arrival_seq += 1;
        let number = self.people.handle(
            now,
            &arrival.caller,
            &arrival.raw,
            &mut self.ids,
            &mut step.records,
        );
        AttemptRow {
            id: AttemptId(self.ids.allot()),
            arrival_seq: self.arrival_seq,
            tenant: None,
            line: None,
            trunk: arrival.trunk,
            number,
            class: arrival.caller.class,
            sip_call_id: arrival.sip_call_id.clone(),
            stage: Stage::Received,
            received_ms: now.utc_ms,
            answered_ms: None,
            queued_ms: None,
            talking_ms: None,
            ended_ms: None,
            outcome: None,
            sip_status: None,
            reason: None,
            ended_by: None,
            queue: None,
            seat: None,
            operator: None,
            disposition: None,
            callback: None,
            suppressed: None,
        }
    }

    /// One row, ended as it began; then the refusal.
    fn refuse(
        &mut self,
        now: Now,
        mut row: AttemptRow,
        arrival: &Arrival,
        refusal: Refusal,
        step: &mut Step,
    ) {
        let Refusal {
            outcome,
            status,
            q850,
            text,
        } = refusal;
        row.stage = Stage::Ended;
        row.outcome = Some(outcome);
        row.ended_ms = Some(now.utc_ms);
        row.ended_by = Some(Party::Us);
        row.sip_status = Some(status);
        row.reason = Some(text.to_owned());
        step.records.push(Record::Attempt(Box::new(row)));
        step.effects.push(Effect::Refuse {
            leg: arrival.leg,
            status,
            q850,
            text,
        });
        if let Some(number) = &arrival.caller.number {
            self.people.forget_if_done(number);
        }
    }

    fn reason_to_refuse(&self, trunk: TrunkId, arrival: &Arrival) -> Option<Refusal> {
        if self.stopping.is_some() {
            return Some(Refusal::STOPPING);
        }
        let rule = self.rules.trunks.get(&trunk)?;
        let used = self.channels(trunk);
        if used.inbound >= rule.answer_max || used.inbound + used.outbound >= rule.channels {
            return Some(Refusal::LINES);
        }
        match arrival.media {
            Ok(()) => None,
            Err((status, text)) => Some(Refusal::media(status, text)),
        }
    }

    fn admit(
        &mut self,
        now: Now,
        mut row: AttemptRow,
        arrival: Arrival,
        tenant: TenantId,
        trunk: TrunkId,
        step: &mut Step,
    ) {
        row.stage = Stage::Ringing;
        let id = row.id;
        let leg = arrival.leg;
        self.channels_mut(trunk).inbound += 1;
        step.records.push(Record::Attempt(Box::new(row.clone())));
        step.effects.push(Effect::Ring { leg });
        if let Some(number) = arrival.caller.number.clone() {
            self.people.change(&number, |known| known.calls += 1);
            self.marry(now, &number, step);
        }
        self.legs.insert(leg, Role::Caller(id));
        self.attempts.insert(
            id,
            LiveAttempt {
                row,
                leg,
                caller: arrival.caller,
                tenant,
                doing: Doing::Ringing,
                token: 0,
                verdict: None,
                due_ms: None,
                answering: false,
                pressed_ahead: None,
                excluded: Vec::new(),
            },
        );
        match self
            .rules
            .trunks
            .get(&trunk)
            .map_or(0, |rule| rule.answer_after_ms)
        {
            0 => self.answer_due(id, 0, step),
            after_ms => self
                .timers
                .at(now.in_ms(u64::from(after_ms)), Timer::Answer(id, 0)),
        }
    }

    /// The ringing was heard long enough.
    pub(crate) fn answer_due(&mut self, id: AttemptId, token: u64, step: &mut Step) {
        if let Some(live) = self.attempts.get_mut(&id)
            && live.token == token
            && matches!(live.doing, Doing::Ringing)
        {
            live.answering = true;
            step.effects.push(Effect::Answer { leg: live.leg });
        }
    }

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
        live.row.sip_status = Some(200);
        step.records
            .push(Record::Attempt(Box::new(live.row.clone())));
        let Some(start) = self.plan_of(id).map(|plan| plan.start) else {
            return;
        };
        self.walk(now, id, start, step);
    }

    fn plan_of(&self, id: AttemptId) -> Option<&Dialplan> {
        let tenant = self.attempts.get(&id)?.tenant;
        self.rules
            .tenants
            .get(&tenant)
            .map(|tenant| &tenant.dialplan)
    }

    /// Goes to a step and on through those that take no time.
    fn walk(&mut self, now: Now, id: AttemptId, at: StepId, step: &mut Step) {
        let rules = self.rules.clone();
        let mut at = at;
        // A checked dialplan has no cycle of steps that take no time; a bound all the same.
        for _ in 0..64 {
            let Some(live) = self.attempts.get_mut(&id) else {
                return;
            };
            let Some(plan) = rules
                .tenants
                .get(&live.tenant)
                .map(|tenant| &tenant.dialplan)
            else {
                return;
            };
            match plan.steps.get(at.0) {
                Some(PlanStep::Hours {
                    calendar,
                    open,
                    closed,
                }) => {
                    let Some(calendar) = rules.calendars.get(calendar.0) else {
                        return;
                    };
                    if calendar.is_open(now.utc_ms) {
                        at = *open;
                    } else {
                        live.verdict = Some(Outcome::OutOfHours);
                        live.due_ms = calendar.next_opening(now.utc_ms);
                        at = *closed;
                    }
                }
                Some(PlanStep::Play { prompts, then }) => {
                    return self.speak(id, prompts.clone(), Next::Step(*then), step);
                }
                Some(PlanStep::Menu { tries, keys, .. }) => {
                    let ahead = live.pressed_ahead.take();
                    match ahead.and_then(|digit| keys.get(&digit)) {
                        Some(next) => at = *next,
                        None => return self.ask(id, at, *tries, step),
                    }
                }
                Some(PlanStep::Queue { queue, .. }) => {
                    return self.enter_queue(now, id, at, *queue, step);
                }
                Some(PlanStep::Callback { queue, then, .. }) => {
                    return self.request_callback(now, id, *queue, *then, step);
                }
                Some(PlanStep::HangUp { play }) => {
                    return self.speak(id, play.clone(), Next::HangUp, step);
                }
                None => return,
            }
        }
    }

    /// Lets the caller hear messages; what follows comes when they were heard.
    fn speak(&mut self, id: AttemptId, prompts: Vec<PromptId>, next: Next, step: &mut Step) {
        let Some(live) = self.attempts.get_mut(&id) else {
            return;
        };
        live.token += 1;
        live.doing = Doing::Message { next };
        step.effects.push(Effect::Play {
            leg: live.leg,
            token: live.token,
            prompts,
            then: AfterPlay::Silence,
        });
    }

    fn ask(&mut self, id: AttemptId, at: StepId, tries_left: u32, step: &mut Step) {
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
            Doing::Message {
                next: Next::Step(at),
            } => self.walk(now, id, at, step),
            Doing::Message { next: Next::HangUp } => {
                let outcome = live.verdict.unwrap_or(Outcome::ServedByMenu);
                self.end_attempt(
                    now,
                    id,
                    End {
                        outcome,
                        by: Party::Us,
                        reason: None,
                    },
                    true,
                    step,
                );
            }
            Doing::Menu { step: at, .. } => {
                if let Some(PlanStep::Menu { timeout_s, .. }) =
                    self.plan_of(id).and_then(|plan| plan.steps.get(at.0))
                {
                    let due = now.in_s(*timeout_s);
                    self.timers.at(due, Timer::Menu(id, token));
                }
            }
            Doing::Ringing | Doing::Queued { .. } | Doing::Talking { .. } => {}
        }
    }

    /// No key was pressed in time.
    pub(crate) fn menu_timed_out(&mut self, now: Now, id: AttemptId, token: u64, step: &mut Step) {
        let Some(live) = self.attempts.get(&id) else {
            return;
        };
        if let Doing::Menu {
            step: at,
            tries_left,
        } = live.doing
            && live.token == token
        {
            self.ask_again_or_go(now, id, at, tries_left, step);
        }
    }

    fn ask_again_or_go(
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
            Doing::Queued {
                step: at, queue, ..
            } => {
                let key = self.callback_offer_of(id, at).map(|offer| offer.key);
                if key == Some(digit) {
                    self.leave_queue(now, id, OfferState::Withdrawn, step);
                    self.request_callback(now, id, queue, None, step);
                }
            }
            Doing::Message { .. } => live.pressed_ahead = Some(digit),
            Doing::Ringing | Doing::Talking { .. } => {}
        }
    }

    /// Puts messages in front of what was just begun.
    fn say_before(&self, id: AttemptId, mut first: Vec<PromptId>, step: &mut Step) {
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

    fn callback_offer_of(&self, id: AttemptId, at: StepId) -> Option<OfferCallback> {
        match self.plan_of(id)?.steps.get(at.0)? {
            PlanStep::Queue { offer_callback, .. } => *offer_callback,
            PlanStep::Play { .. }
            | PlanStep::Hours { .. }
            | PlanStep::Menu { .. }
            | PlanStep::Callback { .. }
            | PlanStep::HangUp { .. } => None,
        }
    }

    /// The caller joins those who wait, at the place that is held for them if there is one.
    fn enter_queue(
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
        let refused = if self.waiting_in(queue) >= rule.waiting_max {
            Some(Outcome::RefusedQueueFull)
        } else if rule.no_operators == NoOperators::Refuse && !self.somebody_serves(rule) {
            Some(Outcome::RefusedNoOperators)
        } else {
            None
        };
        let place_ms = self.place_for(now, id, queue);
        let Some(live) = self.attempts.get_mut(&id) else {
            return;
        };
        live.row.queue = Some(queue);
        if let Some(outcome) = refused {
            live.verdict = Some(outcome);
            let callable = live.caller.class.may_be_dialled();
            let why = if callable {
                rules.prompts.lines_busy
            } else {
                rules.prompts.number_unavailable
            };
            return self.speak(id, vec![why], Next::HangUp, step);
        }
        live.verdict = None;
        live.row.stage = Stage::Queued;
        live.row.queued_ms = Some(now.utc_ms);
        step.records
            .push(Record::Attempt(Box::new(live.row.clone())));
        let waits = Doing::Queued {
            step: at,
            queue,
            place_ms,
            offered_to: None,
        };
        self.wait_in_line(id, waits, step);
        self.schedule_waiting(now, id, at);
    }

    /// Begins or resumes waiting: into the line, with music.
    fn wait_in_line(&mut self, id: AttemptId, waits: Doing, step: &mut Step) {
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
        live.doing = waits;
        let (leg, token) = (live.leg, live.token);
        self.line_up(queue, place_ms, 0, Work::Attempt(id));
        let music = self.music_of(id, at).unwrap_or(rules.prompts.music);
        step.effects.push(Effect::Play {
            leg,
            token,
            prompts: vec![rules.prompts.please_hold],
            then: AfterPlay::Music(music),
        });
    }

    fn music_of(&self, id: AttemptId, at: StepId) -> Option<PromptId> {
        match self.plan_of(id)?.steps.get(at.0)? {
            PlanStep::Queue { music, .. } => *music,
            PlanStep::Play { .. }
            | PlanStep::Hours { .. }
            | PlanStep::Menu { .. }
            | PlanStep::Callback { .. }
            | PlanStep::HangUp { .. } => None,
        }
    }

    fn schedule_waiting(&mut self, now: Now, id: AttemptId, at: StepId) {
        let Some(token) = self.attempts.get(&id).map(|live| live.token) else {
            return;
        };
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
    }

    /// The place in line: that of the open case about the same thing, if any; else now.
    fn place_for(&self, now: Now, id: AttemptId, queue: QueueId) -> UtcMs {
        let held = || {
            let live = self.attempts.get(&id)?;
            let known = self.people.get(live.caller.number.as_ref()?)?;
            let case = self.cases.get(&known.case_of(live.tenant)?)?;
            let about_this = |asked: Option<QueueId>| asked.is_none() || asked == Some(queue);
            case.needs
                .iter()
                .any(|need| about_this(need.queue))
                .then_some(case.row.place_ms - case.row.priority_ms)
        };
        let received = self
            .attempts
            .get(&id)
            .map_or(now.utc_ms, |live| live.row.received_ms);
        held().map_or(received, |place_ms| place_ms.min(received))
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
            offered_to: None,
            ..
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
        if announce.position {
            let ahead = self.ahead_of(queue, Work::Attempt(id));
            let prompt = rules
                .prompts
                .positions
                .get(ahead)
                .copied()
                .unwrap_or(rules.prompts.position_beyond);
            self.speak_over_music(id, vec![prompt], step);
        }
    }

    /// Time to offer a call back.
    pub(crate) fn callback_offer_due(&mut self, id: AttemptId, token: u64, step: &mut Step) {
        let Some(live) = self.attempts.get(&id) else {
            return;
        };
        if live.token != token || !live.caller.class.may_be_dialled() {
            return;
        }
        if let Doing::Queued {
            offered_to: None, ..
        } = live.doing
        {
            self.speak_over_music(id, vec![self.rules.prompts.callback_offer], step);
        }
    }

    fn speak_over_music(&self, id: AttemptId, prompts: Vec<PromptId>, step: &mut Step) {
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
        if let Some(live) = self.attempts.get_mut(&id) {
            live.verdict = Some(Outcome::QueueTimeout);
        }
        self.walk(now, id, on_timeout, step);
    }

    /// Out of the line; an offer that is out is withdrawn.
    fn leave_queue(&mut self, now: Now, id: AttemptId, why: OfferState, step: &mut Step) {
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
        live.doing = Doing::Message { next: Next::HangUp };
        match offered_to {
            Some(seat) => self.offer_ended(now, seat, why, true, step),
            None => self.step_out(queue, place_ms, 0, Work::Attempt(id)),
        }
    }

    /// The caller wishes to be called back.
    fn request_callback(
        &mut self,
        now: Now,
        id: AttemptId,
        queue: QueueId,
        then: Option<StepId>,
        step: &mut Step,
    ) {
        let rules = self.rules.clone();
        let place_ms = self.place_for(now, id, queue);
        let Some(live) = self.attempts.get_mut(&id) else {
            return;
        };
        live.row.queue = Some(queue);
        let next = then.map_or(Next::HangUp, Next::Step);
        if !live.caller.class.may_be_dialled() {
            live.verdict = live.verdict.or(Some(Outcome::AbandonedMenu));
            return self.speak(id, vec![rules.prompts.number_unavailable], next, step);
        }
        // A caller sent here by the queue's own limit still counts as having timed out.
        if live.verdict != Some(Outcome::QueueTimeout) {
            live.verdict = Some(Outcome::CallbackRequested);
        }
        let lost = Lost {
            kind: NeedKind::Requested,
            place_ms: Some(place_ms),
            due_ms: live.due_ms,
            priority_ms: 0,
        };
        let (mut row, caller, tenant) = (live.row.clone(), live.caller.clone(), live.tenant);
        self.settle_unserved(now, &mut row, &caller, tenant, lost, step);
        step.records.push(Record::Attempt(Box::new(row.clone())));
        if let Some(live) = self.attempts.get_mut(&id) {
            live.row = row;
        }
        self.speak(id, vec![rules.prompts.callback_confirmed], next, step);
    }

    /// A seat picked up for this caller.
    pub(crate) fn caller_served(
        &mut self,
        now: Now,
        id: AttemptId,
        seat: SeatId,
        step: &mut Step,
    ) -> bool {
        let operator = self
            .seats
            .get(&seat)
            .and_then(|seat| seat.sign_in.as_ref())
            .map(|s| s.operator);
        let Some(live) = self.attempts.get_mut(&id) else {
            return false;
        };
        live.token += 1;
        live.doing = Doing::Talking { seat };
        live.row.stage = Stage::Talking;
        live.row.talking_ms = Some(now.utc_ms);
        live.row.seat = Some(seat);
        live.row.operator = operator;
        step.records
            .push(Record::Attempt(Box::new(live.row.clone())));
        true
    }

    /// A seat did not take this caller: back to the same place, without that seat.
    pub(crate) fn caller_returns(&mut self, id: AttemptId, seat: SeatId, excluded: bool) {
        let Some(live) = self.attempts.get_mut(&id) else {
            return;
        };
        if excluded {
            live.excluded.push(seat);
        }
        if let Doing::Queued {
            queue,
            place_ms,
            ref mut offered_to,
            ..
        } = live.doing
        {
            *offered_to = None;
            self.line_up(queue, place_ms, 0, Work::Attempt(id));
        }
    }

    /// The caller is gone, or nothing is heard of them any more.
    pub(crate) fn caller_left(
        &mut self,
        now: Now,
        id: AttemptId,
        by: Party,
        hang_up: bool,
        step: &mut Step,
    ) {
        let Some(live) = self.attempts.get(&id) else {
            return;
        };
        match live.doing {
            Doing::Talking { seat } => self.conversation_over(now, seat, by, step),
            Doing::Ringing | Doing::Message { .. } | Doing::Menu { .. } | Doing::Queued { .. } => {
                let lost_media = by == Party::Network && !matches!(live.doing, Doing::Ringing);
                let outcome = if lost_media {
                    Outcome::Interrupted
                } else {
                    live.abandoned()
                };
                let end = End {
                    outcome,
                    by,
                    reason: None,
                };
                self.end_attempt(now, id, end, hang_up, step);
            }
        }
    }

    /// The end of an attempt, from wherever it is.
    pub(crate) fn end_attempt(
        &mut self,
        now: Now,
        id: AttemptId,
        end: End,
        hang_up: bool,
        step: &mut Step,
    ) {
        if matches!(
            self.attempts.get(&id).map(|live| &live.doing),
            Some(Doing::Queued { .. })
        ) {
            self.leave_queue(now, id, OfferState::Withdrawn, step);
        }
        let Some(live) = self.attempts.remove(&id) else {
            return;
        };
        self.legs.remove(&live.leg);
        let LiveAttempt {
            mut row,
            leg,
            caller,
            tenant,
            due_ms,
            answering,
            ..
        } = live;
        if let Some(trunk) = row.trunk {
            self.channels_mut(trunk).inbound -= 1;
        }
        finish_signalling(&mut row, leg, answering, hang_up, step);
        if !end.outcome.is_served() && row.callback.is_none() {
            let lost = Lost::of(
                end.outcome,
                due_ms,
                self.rules.limits.interrupted_priority_s,
            );
            self.settle_unserved(now, &mut row, &caller, tenant, lost, step);
        }
        row.stage = Stage::Ended;
        row.outcome = Some(end.outcome);
        row.ended_ms = Some(now.utc_ms);
        row.ended_by = Some(end.by);
        row.reason = end.reason.map(str::to_owned);
        step.records.push(Record::Attempt(Box::new(row)));
        if let Some(number) = &caller.number {
            self.people.change(number, |known| known.calls -= 1);
            self.reconsider_number(now, number);
        }
    }

    /// An unserved attempt joins the person's callback, or says why nothing is owed.
    fn settle_unserved(
        &mut self,
        now: Now,
        row: &mut AttemptRow,
        caller: &Caller,
        tenant: TenantId,
        lost: Lost,
        step: &mut Step,
    ) {
        if row.suppressed.is_some() {
            return;
        }
        let (Some(number), Some(handle), true) =
            (&caller.number, row.number, caller.class.may_be_dialled())
        else {
            row.suppressed = Some(suppression(caller.class));
            return;
        };
        let queue = row.queue.or_else(|| {
            self.rules
                .tenants
                .get(&tenant)
                .map(|t| t.dialplan.missed_queue)
        });
        let grace_s = queue
            .and_then(|q| self.rules.queues.get(&q))
            .map_or(0, |q| q.callback.grace_s);
        let earliest = now.utc_in_s(grace_s);
        let opening = lost.due_ms.unwrap_or(earliest).max(earliest);
        let debt = Debt {
            kind: lost.kind,
            queue: row.queue,
            place_ms: lost
                .due_ms
                .map_or(lost.place_ms.unwrap_or(row.received_ms), |due| {
                    due.max(row.received_ms)
                }),
            not_before_ms: opening,
            priority_ms: lost.priority_ms,
        };
        row.callback = Some(self.owe(now, tenant, number, handle, row.id, &debt, step));
    }

    /// The person rings in while we ring out to them, or a seat is about to: ours gives way.
    fn marry(&mut self, now: Now, number: &PhoneNumber, step: &mut Step) {
        let cases: Vec<_> = self
            .people
            .get(number)
            .map(|known| known.cases.clone())
            .unwrap_or_default();
        for (_, id) in cases {
            let Some(case) = self.cases.get(&id) else {
                continue;
            };
            match (case.row.state, case.row.seat) {
                (CallbackState::Offered, Some(seat)) => {
                    self.offer_ended(now, seat, OfferState::Withdrawn, true, step);
                }
                (CallbackState::Dialling, Some(seat)) => self.dial_married(now, seat, step),
                _ => {}
            }
            self.reconsider(now, id);
        }
    }

    /// The seat of a conversation is gone without a word: the caller is not dropped, but
    /// waits again at the place they had.
    pub(crate) fn caller_requeued(&mut self, now: Now, id: AttemptId, step: &mut Step) -> bool {
        let Some(live) = self.attempts.get_mut(&id) else {
            return false;
        };
        let Some(queue) = live.row.queue else {
            return false;
        };
        let place_ms = live.row.received_ms;
        let tenant = live.tenant;
        let Some(at) = self
            .rules
            .tenants
            .get(&tenant)
            .and_then(|t| queue_step(&t.dialplan, queue))
        else {
            return false;
        };
        let Some(live) = self.attempts.get_mut(&id) else {
            return false;
        };
        live.row.stage = Stage::Queued;
        live.row.queued_ms = Some(now.utc_ms);
        step.records
            .push(Record::Attempt(Box::new(live.row.clone())));
        self.wait_in_line(
            id,
            Doing::Queued {
                step: at,
                queue,
                place_ms,
                offered_to: None,
            },
            step,
        );
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
                Doing::Talking { .. } => {}
                Doing::Ringing => {
                    let end = End {
                        outcome: Outcome::RefusedLines,
                        by: Party::Us,
                        reason: Some("stopping"),
                    };
                    self.end_attempt(now, id, end, true, step);
                }
                Doing::Message { .. } | Doing::Menu { .. } | Doing::Queued { .. } => {
                    self.leave_queue(now, id, OfferState::Withdrawn, step);
                    let Some(live) = self.attempts.get_mut(&id) else {
                        continue;
                    };
                    live.verdict = live.verdict.or(Some(Outcome::Withdrawn));
                    let says = if live.caller.class.may_be_dialled() {
                        vec![closing]
                    } else {
                        Vec::new()
                    };
                    self.speak(id, says, Next::HangUp, step);
                }
            }
        }
    }

    /// Whether a seat is signed in, in whatever state, that could serve the queue.
    fn somebody_serves(&self, rule: &crate::rules::Queue) -> bool {
        self.seats.values().any(|seat| {
            seat.sign_in.is_some()
                && seat.can(rule.skills.iter())
                && !matches!(seat.work, SeatWork::NotResponding)
        })
    }
}

/// The step that lets callers wait in this queue.
fn queue_step(plan: &Dialplan, wanted: QueueId) -> Option<StepId> {
    let waits_here =
        |step: &PlanStep| matches!(step, PlanStep::Queue { queue, .. } if *queue == wanted);
    plan.steps.iter().position(waits_here).map(StepId)
}

/// BYE where our 200 is out or decided, a final refusal where it is not, nothing where the
/// caller hung up. A final already decided stands when a CANCEL crosses it.
fn finish_signalling(
    row: &mut AttemptRow,
    leg: LegId,
    answering: bool,
    hang_up: bool,
    step: &mut Step,
) {
    if answering {
        row.sip_status = Some(200);
        if hang_up || row.answered_ms.is_none() {
            step.effects.push(Effect::HangUp {
                leg,
                q850: cause::NORMAL,
                text: "Normal clearing",
            });
        }
        return;
    }
    let (status, q850, text) = if hang_up {
        (480, cause::TEMPORARY, "Try again later")
    } else {
        (487, cause::NORMAL, "Caller gave up")
    };
    row.sip_status = Some(status);
    step.effects.push(Effect::Refuse {
        leg,
        status,
        q850,
        text,
    });
}

/// How an attempt was lost, for the debt that follows.
#[derive(Debug, Clone, Copy)]
struct Lost {
    kind: NeedKind,
    place_ms: Option<UtcMs>,
    due_ms: Option<UtcMs>,
    priority_ms: i64,
}

impl Lost {
    fn refused() -> Self {
        Self {
            kind: NeedKind::Missed,
            place_ms: None,
            due_ms: None,
            priority_ms: 0,
        }
    }

    fn of(outcome: Outcome, due_ms: Option<UtcMs>, interrupted_priority_s: u32) -> Self {
        match outcome {
            Outcome::Interrupted => Self {
                kind: NeedKind::Interrupted,
                place_ms: None,
                due_ms: None,
                priority_ms: i64::from(interrupted_priority_s) * 1_000,
            },
            Outcome::OutOfHours => Self {
                due_ms,
                ..Self::refused()
            },
            Outcome::Served
            | Outcome::ServedByMenu
            | Outcome::CallbackRequested
            | Outcome::AbandonedRinging
            | Outcome::AbandonedMessage
            | Outcome::AbandonedMenu
            | Outcome::AbandonedQueue
            | Outcome::RefusedLines
            | Outcome::RefusedQueueFull
            | Outcome::RefusedRate
            | Outcome::RefusedNoOperators
            | Outcome::QueueTimeout
            | Outcome::Withdrawn
            | Outcome::Failed => Self::refused(),
        }
    }
}

/// Why nobody of this class is called back.
fn suppression(class: NumberClass) -> Suppression {
    match class {
        NumberClass::Anonymous => Suppression::Anonymous,
        NumberClass::Invalid => Suppression::NoNumber,
        NumberClass::Fixed
        | NumberClass::Mobile
        | NumberClass::Shared
        | NumberClass::Foreign
        | NumberClass::Premium
        | NumberClass::Emergency => Suppression::ForbiddenClass,
    }
}

/// A refusal of a call that was never admitted.
#[derive(Debug, Clone, Copy)]
struct Refusal {
    outcome: Outcome,
    status: u16,
    q850: u8,
    text: &'static str,
}

impl Refusal {
    const NO_LINE: Self = Self {
        outcome: Outcome::Failed,
        status: 404,
        q850: cause::NO_SUCH_NUMBER,
        text: "Nobody answers this number here",
    };
    const INTERNAL: Self = Self {
        outcome: Outcome::Failed,
        status: 403,
        q850: cause::NO_SUCH_NUMBER,
        text: "Seats receive calls; they do not place them by hand",
    };
    const LINES: Self = Self {
        outcome: Outcome::RefusedLines,
        status: 486,
        q850: cause::NO_CIRCUIT,
        text: "All lines are taken; we call back",
    };
    const STOPPING: Self = Self {
        outcome: Outcome::RefusedLines,
        status: 480,
        q850: cause::TEMPORARY,
        text: "Stopping; we call back",
    };

    fn media(status: u16, text: &'static str) -> Self {
        Self {
            outcome: Outcome::Failed,
            status,
            q850: cause::NO_CODEC,
            text,
        }
    }
}
