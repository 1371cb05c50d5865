//! The life of one inbound attempt: received, refused or answered, led through the
//! dialplan, queued, connected, ended. Every end leaves a row, and whoever was not
//! served is owed a call or carries the reason why not.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::callback::Debt;
use crate::centre::Centre;
use crate::conversation::hung_up;
use crate::dialplan::{Served, StepId};
use crate::given_on::GivenOn;
use crate::id::{AttemptId, LegId, NumberId, QueueId, SeatId, SideCallId, TenantId};
use crate::notice::Standing;
use crate::number::Caller;
use crate::planted::{Fault, planted};
use crate::record::{AttemptRow, Record};
use crate::rules::Rules;
use crate::step::{Effect, Step};
use crate::time::{MonoUs, Now, UtcMs};
use crate::transferring::Passed;
use crate::wishing::Wish;
use crate::words::{NeedKind, NumberClass, OfferState, Outcome, Party, Stage, Suppression};

/// Q.850 causes used towards callers.
pub(crate) mod cause {
    /// Unallocated number.
    pub(crate) const NO_SUCH_NUMBER: u8 = 1;
    /// Normal clearing.
    pub(crate) const NORMAL: u8 = 16;
    /// No circuit available.
    pub(crate) const NO_CIRCUIT: u8 = 34;
    /// Switching equipment congestion.
    pub(crate) const CONGESTION: u8 = 42;
    /// Bearer capability not implemented.
    pub(crate) const NO_CODEC: u8 = 65;
    /// Temporary failure.
    pub(crate) const TEMPORARY: u8 = 41;
    /// What the two sides of a gateway cannot agree on (RFC 3398 8.2.6.1 has it for 420).
    pub(crate) const INTERWORKING: u8 = 127;
}

/// An attempt that is not over.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct LiveAttempt {
    pub(crate) row: AttemptRow,
    pub(crate) leg: LegId,
    pub(crate) caller: Caller,
    pub(crate) tenant: TenantId,
    /// The rules of its arrival: it ends on the dialplan that it began with.
    pub(crate) began_with: Arc<Rules>,
    pub(crate) doing: Doing,
    /// The step of the dialplan that they came to last.
    pub(crate) at_step: Option<StepId>,
    /// Grows with each thing done: timers and prompts of earlier ones are recognised.
    pub(crate) token: u64,
    /// How it will have ended if nothing better happens.
    pub(crate) verdict: Option<Outcome>,
    /// The opening that an out-of-hours caller was promised.
    pub(crate) due_ms: Option<UtcMs>,
    /// Whether our 200 is decided: a CANCEL that crosses it comes too late.
    pub(crate) answering: bool,
    /// When their queue closes or closed, and when they are told so.
    pub(crate) closing: Option<Closing>,
    /// A key pressed while a message was heard: it answers the next menu.
    pub(crate) pressed_ahead: Option<char>,
    /// The last place in line: held for them when their seat vanishes.
    pub(crate) place_ms: UtcMs,
    /// How much they go ahead of that place, as time.
    pub(crate) priority_ms: i64,
    /// What they are to us while on a notice line; none on an ordinary one.
    pub(crate) notice: Option<Standing>,
    /// Whether they call for another person than the one whom their number stands for.
    pub(crate) another_person: bool,
    /// Whether they came to where they choose: only there is a returned call recognised.
    pub(crate) has_chosen: bool,
    /// The place that they took up by returning a call of ours.
    pub(crate) returned_ms: Option<UtcMs>,
    /// The shortest wait that they were told, in minutes: never followed by a longer one.
    pub(crate) told_min: Option<u32>,
    /// The last other number that they keyed in, to be called back at: it may be in their hand.
    pub(crate) given: Option<Reach>,
    /// When they began to wait for an operator, by the clock as it is set now; the row keeps
    /// what was read then.
    pub(crate) queued_ms: Option<UtcMs>,
    /// How an operator gave them on.
    pub(crate) passed: Option<Passed>,
    /// Who that was, for whoever has them next.
    pub(crate) given_on: Option<Box<GivenOn>>,
    /// Seats that did not take it.
    pub(crate) excluded: Vec<SeatId>,
    /// Seats that vanished in conversation with them, until their phones register anew.
    pub(crate) vanished: Vec<SeatId>,
    /// Seats whose phones could not be reached for them, until they show themselves.
    pub(crate) unreached: Vec<SeatId>,
}

/// The end of a wait at closing time.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Closing {
    pub(crate) closes_ms: UtcMs,
    /// After those who wait were served for a while.
    pub(crate) ends_at: MonoUs,
}

/// Where a person can be called back.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Reach {
    pub(crate) caller: Caller,
    /// The handle of the number, where there is one.
    pub(crate) number: Option<NumberId>,
}

/// What an attempt is doing.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Doing {
    /// Rings; not answered by us yet, or our 200 not acknowledged.
    Ringing,
    /// Hears a message, which may be itself the answer.
    Message { next: Next, served: Option<Served> },
    /// Is asked to press a key.
    Menu { step: StepId, tries_left: u32 },
    /// Hears where they stand, on a notice line.
    Noticed,
    /// Hears that they take up their place, because we had called them.
    Returning { to: StepId, instead: StepId },
    /// Is asked at which number to be called back.
    Wishing(Box<Wish>),
    /// Waits for an operator.
    Queued {
        step: StepId,
        queue: QueueId,
        place_ms: UtcMs,
        offered_to: Option<SeatId>,
        /// Is asked meanwhile whether they want to be called no more.
        leaving: Option<Leaving>,
    },
    /// Talks.
    Talking { seat: SeatId },
    /// Was given to somebody outside by an operator.
    Given { side: SideCallId },
}

/// A question to who waits in line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Leaving {
    /// It is being said.
    Asked,
    /// It was heard; an answer counts until then.
    Heard(MonoUs),
}

/// What follows a message.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) enum Next {
    Step(StepId),
    HangUp,
}

impl LiveAttempt {
    /// Since when they wait for an operator, by the clock as it is set now.
    pub(crate) fn waits_since_ms(&self) -> UtcMs {
        self.queued_ms.unwrap_or(self.row.received_ms)
    }

    /// They wait for no operator any more, whatever comes next.
    pub(crate) fn out_of_line(&mut self, step: &mut Step) {
        if self.row.stage == Stage::Queued {
            self.row.stage = Stage::InDialplan;
            step.records
                .push(Record::Attempt(Box::new(self.row.clone())));
        }
    }

    /// Where they called from.
    pub(crate) fn own_reach(&self) -> Reach {
        Reach {
            caller: self.caller.clone(),
            number: self.row.number,
        }
    }

    /// The outcome when the caller leaves now.
    fn abandoned(&self) -> Outcome {
        if let Some(verdict) = self.verdict {
            return verdict;
        }
        match self.doing {
            Doing::Ringing => Outcome::AbandonedRinging,
            Doing::Message { .. } | Doing::Noticed | Doing::Returning { .. } => {
                Outcome::AbandonedMessage
            }
            Doing::Menu { .. } | Doing::Wishing(_) => Outcome::AbandonedMenu,
            Doing::Queued { .. } => Outcome::AbandonedQueue,
            Doing::Talking { .. } | Doing::Given { .. } => Outcome::Served,
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
        self.wait_ended(now, id);
        let Some(live) = self.attempts.get_mut(&id) else {
            return false;
        };
        live.token += 1;
        live.verdict = None;
        live.passed = None;
        live.doing = Doing::Talking { seat };
        live.row.stage = Stage::Talking;
        // Who was given from one operator to another waited for the first.
        let answered = live.row.talking_ms;
        let answered = answered.filter(|ms| live.row.queued_ms.is_none_or(|queued| queued <= *ms));
        live.row.talking_ms = answered.or(Some(now.utc_ms));
        live.row.seat = Some(seat);
        live.row.operator = operator;
        step.records
            .push(Record::Attempt(Box::new(live.row.clone())));
        true
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
            Doing::Given { side } => self.given_left(now, side, (by, hang_up), step),
            Doing::Ringing
            | Doing::Message { .. }
            | Doing::Menu { .. }
            | Doing::Noticed
            | Doing::Returning { .. }
            | Doing::Wishing(_)
            | Doing::Queued { .. } => {
                let outcome = match (by, &live.doing) {
                    (Party::Network, Doing::Ringing) => Outcome::Failed,
                    (Party::Network, _) => Outcome::Interrupted,
                    (Party::Caller | Party::Seat | Party::Us, _) => live.abandoned(),
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

    /// Our 200 was decided and could not be sent, for want of a port: it is refused instead.
    pub(crate) fn caller_not_answered(&mut self, now: Now, id: AttemptId, step: &mut Step) {
        let Some(live) = self.attempts.get_mut(&id) else {
            return;
        };
        live.answering = false;
        let end = End {
            outcome: Outcome::Failed,
            by: Party::Us,
            reason: Some("no media port is free"),
        };
        self.end_attempt(now, id, end, true, step);
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
            if end.outcome == Outcome::AbandonedQueue {
                self.wait_abandoned(now, id);
            }
        }
        let Some(live) = self.attempts.remove(&id) else {
            return;
        };
        self.legs.remove(&live.leg);
        let reach = live.own_reach();
        let LiveAttempt {
            mut row,
            leg,
            caller,
            tenant,
            due_ms,
            answering,
            given,
            notice,
            returned_ms,
            ..
        } = *live;
        if let Some(trunk) = row.trunk {
            self.use_channels(now, trunk, |used| match notice {
                Some(_) => used.notices -= 1,
                None => used.inbound -= 1,
            });
        }
        finish_signalling(&mut row, leg, answering, hang_up, step);
        if !end.outcome.is_served() && row.callback.is_none() {
            let priority_s = self.rules.limits.interrupted_priority_s;
            let mut lost = Lost::of(end.outcome, row.received_ms, due_ms, priority_s);
            // Theirs since we called them, though what it was for was given up.
            if let Some(place_ms) = returned_ms {
                lost.place_ms = Some(lost.place_ms.unwrap_or(row.received_ms).min(place_ms));
            }
            self.settle_unserved(now, &mut row, &reach, tenant, lost, step);
        }
        row.stage = Stage::Ended;
        row.outcome = Some(end.outcome);
        row.ended_ms = Some(now.utc_ms);
        row.ended_by = Some(end.by);
        row.reason = end.reason.map(str::to_owned);
        step.records.push(Record::Attempt(Box::new(row)));
        if let Some(number) = &caller.number {
            self.people.change(number, |known| known.calls -= 1);
            self.let_rest(now, number, step);
        }
        self.no_longer_on_the_line(now, given, step);
    }

    /// An unserved attempt joins the person's callback, or says why nothing is owed.
    pub(crate) fn settle_unserved(
        &mut self,
        now: Now,
        row: &mut AttemptRow,
        reach: &Reach,
        tenant: TenantId,
        lost: Lost,
        step: &mut Step,
    ) {
        if row.suppressed.is_some() || planted(Fault::NothingOwed) {
            return;
        }
        let why_not = self.not_called(tenant, &reach.caller);
        let (Some(number), Some(handle), None) = (&reach.caller.number, reach.number, why_not)
        else {
            // Who is on a list already stays there, however that ended.
            if row.callback.is_none() {
                row.suppressed = why_not.or_else(|| Some(suppression(reach.caller.class)));
            }
            return;
        };
        let queue = row.queue.map(|queue| self.queue_now(tenant, queue));
        let queue = queue.or_else(|| {
            self.rules
                .tenants
                .get(&tenant)
                .map(|t| t.dialplan.missed_queue)
        });
        let grace_s = queue
            .and_then(|q| self.rules.queues.get(&q))
            .map_or(0, |q| q.callback.grace_s);
        let is_listed = self
            .people
            .get(number)
            .is_some_and(|known| known.case_of(tenant).is_some());
        if !is_listed && !self.opens_callback(tenant, queue, lost.outcome) {
            row.suppressed = Some(Suppression::Policy);
            return;
        }
        let earliest = now.utc_in_s(grace_s);
        let opening = lost.due_ms.unwrap_or(earliest).max(earliest);
        let debt = Debt {
            kind: lost.kind,
            queue: row.queue,
            place_ms: lost.place_ms.unwrap_or_else(|| {
                lost.due_ms
                    .map_or(row.received_ms, |due| due.max(row.received_ms))
            }),
            not_before_ms: opening,
            priority_ms: lost.priority_ms,
            another_person: lost.another_person,
        };
        self.owe(now, tenant, number, handle, row, &debt, step);
    }
}

/// The end of a call to a code of ours: no conversation, whatever came of it.
pub(crate) fn end_at_code(
    now: Now,
    mut row: AttemptRow,
    (leg, answering): (LegId, bool),
    (by, hang_up): (Party, bool),
    reason: String,
    step: &mut Step,
) {
    finish_signalling(&mut row, leg, answering, hang_up, step);
    row.stage = Stage::Ended;
    row.outcome = Some(Outcome::Failed);
    row.ended_ms = Some(now.utc_ms);
    row.ended_by = Some(by);
    row.reason = Some(reason);
    step.records.push(Record::Attempt(Box::new(row)));
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
            step.effects.push(hung_up(leg));
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
pub(crate) struct Lost {
    /// By which the policy decides.
    pub(crate) outcome: Outcome,
    pub(crate) kind: NeedKind,
    pub(crate) place_ms: Option<UtcMs>,
    pub(crate) due_ms: Option<UtcMs>,
    pub(crate) priority_ms: i64,
    pub(crate) another_person: bool,
}

impl Lost {
    pub(crate) fn missed(outcome: Outcome) -> Self {
        Self {
            outcome,
            kind: NeedKind::Missed,
            place_ms: None,
            due_ms: None,
            priority_ms: 0,
            another_person: false,
        }
    }

    fn of(
        outcome: Outcome,
        received_ms: UtcMs,
        due_ms: Option<UtcMs>,
        interrupted_priority_s: u32,
    ) -> Self {
        match outcome {
            Outcome::Interrupted => Self::interrupted(interrupted_priority_s),
            Outcome::OutOfHours => Self::until(outcome, due_ms),
            // Who came in time keeps the place, though they are called after the night.
            Outcome::Withdrawn => Self {
                place_ms: Some(received_ms),
                ..Self::until(outcome, due_ms)
            },
            // They hung up while their number was read back to them.
            Outcome::CallbackRequested => Self {
                kind: NeedKind::Requested,
                due_ms,
                ..Self::missed(outcome)
            },
            Outcome::Served
            | Outcome::ServedByMenu
            | Outcome::AbandonedRinging
            | Outcome::AbandonedMessage
            | Outcome::AbandonedMenu
            | Outcome::AbandonedQueue
            | Outcome::RefusedLines
            | Outcome::RefusedQueueFull
            | Outcome::RefusedByCarrier
            | Outcome::RefusedRate
            | Outcome::RefusedNoOperators
            | Outcome::QueueTimeout
            | Outcome::Failed => Self::missed(outcome),
        }
    }

    pub(crate) fn interrupted(priority_s: u32) -> Self {
        Self {
            kind: NeedKind::Interrupted,
            priority_ms: i64::from(priority_s) * 1_000,
            ..Self::missed(Outcome::Interrupted)
        }
    }

    /// Nobody is there before that opening.
    fn until(outcome: Outcome, due_ms: Option<UtcMs>) -> Self {
        Self {
            due_ms,
            ..Self::missed(outcome)
        }
    }
}

/// Why nobody of this class is called back.
pub(crate) fn suppression(class: NumberClass) -> Suppression {
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
