//! An offer to a seat: a lease with an end. Whatever fails gives the work back to its
//! place and frees the seat.

use crate::attempt::cause;
use crate::centre::{Centre, Role};
use crate::id::{AssignmentId, AttemptId, LegId, OfferId, QueueId, SeatId};
use crate::owing::About;
use crate::planted::{Fault, planted};
use crate::preview::Preview;
use crate::record::{AssignmentRow, OfferRow, Record, Work};
use crate::seat::{SeatWork, With};
use crate::step::{Effect, NOT_SENT, Step};
use crate::time::Now;
use crate::timers::Timer;
use crate::words::{CallbackEventKind, DialResult, OfferState};

/// A lease's row follows the INVITE when that left so much later than decided.
const LEASE_MOVED_MS: i64 = 1_000;

impl Centre {
    /// The INVITE has left: only now the phone has its whole time to ring.
    pub(crate) fn offer_placed(&mut self, now: Now, id: SeatId, step: &mut Step) {
        let no_ringing_s = self.rules.limits.no_ringing_s;
        let Some(seat) = self.seats.get_mut(&id) else {
            return;
        };
        let SeatWork::Offered { offer, until, .. } = &mut seat.work else {
            return;
        };
        let Some(queue) = self.rules.queues.get(&offer.queue) else {
            return;
        };
        let ring_s = seat.profile.rings_s(queue);
        *until = now.in_s(ring_s);
        self.timers.at(*until, Timer::Lease(id, offer.id));
        self.timers
            .at(now.in_s(no_ringing_s), Timer::NoRinging(id, offer.id));
        let lease_until_ms = now.utc_in_s(ring_s);
        if lease_until_ms - offer.lease_until_ms >= LEASE_MOVED_MS {
            offer.lease_until_ms = lease_until_ms;
            step.records.push(Record::Offer(offer.clone()));
        }
    }

    /// A phone that neither rings nor says why not is gone, whatever its registration says.
    pub(crate) fn no_ringing(&mut self, now: Now, id: SeatId, offer_id: OfferId, step: &mut Step) {
        if let Some(SeatWork::Offered {
            offer,
            ringing: false,
            ..
        }) = self.seats.get(&id).map(|seat| &seat.work)
            && offer.id == offer_id
        {
            self.phone_gone(id, step);
            self.offer_ended(now, id, OfferState::Unreachable, true, step);
        }
    }

    /// Nothing is offered to this phone until it registers, or answers when asked.
    pub(crate) fn phone_gone(&mut self, id: SeatId, step: &mut Step) {
        let Some(seat) = self.seats.get_mut(&id) else {
            return;
        };
        seat.confirmed = false;
        if let Some(registration) = seat.registration.clone() {
            step.effects.push(Effect::Probe { registration });
        }
    }

    /// A phone came, went, or its registration ended. An offer to one that is gone ends at
    /// once: the caller does not wait for the rest of its lease.
    pub(crate) fn reachability_changed(&mut self, now: Now, id: SeatId, step: &mut Step) {
        let Some(seat) = self.seats.get(&id) else {
            return;
        };
        if matches!(seat.work, SeatWork::Offered { .. }) && !seat.reachable_at(now.utc_ms) {
            return self.offer_ended(now, id, OfferState::Unreachable, true, step);
        }
        self.seat_changed(now, id, step);
    }

    /// The seat's phone rings.
    pub(crate) fn seat_rings(&mut self, now: Now, id: SeatId, step: &mut Step) {
        if let Some(seat) = self.seats.get_mut(&id)
            && let SeatWork::Beside { is_rung, .. } = &mut seat.work
        {
            *is_rung = true;
        }
        if let Some(seat) = self.seats.get_mut(&id)
            && let SeatWork::Offered { ringing, .. } = &mut seat.work
        {
            *ringing = true;
            self.seat_changed(now, id, step);
        }
    }

    /// The seat took the offer.
    pub(crate) fn seat_picked_up(&mut self, now: Now, id: SeatId, step: &mut Step) {
        let Some(seat) = self.seats.get_mut(&id) else {
            return;
        };
        if matches!(seat.work, SeatWork::Beside { .. }) {
            return self.beside_picked_up(now, id, step);
        }
        if !matches!(seat.work, SeatWork::Offered { .. }) {
            return;
        }
        if !self.reads_first(now, id, step) {
            self.offer_taken(now, id, step);
        }
    }

    /// What was offered is begun.
    pub(crate) fn offer_taken(&mut self, now: Now, id: SeatId, step: &mut Step) {
        let Some(seat) = self.seats.get_mut(&id) else {
            return;
        };
        let SeatWork::Offered { offer, leg, .. } = &seat.work else {
            return;
        };
        let (mut offer, leg) = (offer.clone(), *leg);
        seat.misses = 0;
        seat.load.begin(now.utc_ms);
        offer.state = OfferState::Accepted;
        offer.ended_ms = Some(now.utc_ms);
        let assignment = AssignmentRow {
            id: AssignmentId(self.ids.allot()),
            offer: offer.id,
            work: offer.work,
            seat: id,
            operator: offer.operator,
            started_ms: now.utc_ms,
            ended_ms: None,
            wrap_up_until_ms: None,
            disposition: None,
            code: None,
            note: None,
        };
        step.records.push(Record::Offer(offer.clone()));
        step.records.push(Record::Assignment(assignment.clone()));
        match offer.work {
            Work::Attempt(attempt) => {
                self.begin_talk(now, id, attempt, leg, offer.queue, assignment, step)
            }
            Work::Callback(callback) if self.answered_waiting.contains_key(&callback) => {
                self.begin_talk_again(now, id, callback, leg, assignment, step);
            }
            Work::Callback(callback) => {
                self.begin_dial(now, id, callback, leg, offer.queue, assignment, step)
            }
        }
        self.work_begun(now, id);
        self.seat_changed(now, id, step);
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "a conversation joins a seat, a caller and their records"
    )]
    pub(crate) fn begin_talk(
        &mut self,
        now: Now,
        id: SeatId,
        attempt: AttemptId,
        leg: LegId,
        queue: QueueId,
        assignment: AssignmentRow,
        step: &mut Step,
    ) {
        let Some(caller_leg) = self.attempts.get(&attempt).map(|live| live.leg) else {
            return;
        };
        self.caller_served(now, attempt, id, step);
        let live = self.attempts.get(&attempt);
        let since_ms = live.map_or(now.utc_ms, |live| live.waits_since_ms());
        self.connect(now, id, (leg, caller_leg), (queue, since_ms), step);
        if let Some(seat) = self.seats.get_mut(&id) {
            seat.work = SeatWork::Talking {
                assignment,
                queue,
                leg,
                with: With::Caller(attempt),
                held: None,
                consult: None,
            };
        }
    }

    /// The seat refused, was busy or could not be reached.
    pub(crate) fn seat_did_not_take(&mut self, now: Now, id: SeatId, status: u16, step: &mut Step) {
        let work = self.seats.get(&id).map(|seat| &seat.work);
        if matches!(work, Some(SeatWork::Beside { .. })) {
            return self.beside_not_taken(now, id, status, step);
        }
        let rang = matches!(
            self.seats.get(&id).map(|seat| &seat.work),
            Some(SeatWork::Offered { ringing: true, .. })
        );
        let why = match status {
            486 | 600 => OfferState::Busy,
            603 => OfferState::Rejected,
            408 | 480 | 487 if rang => OfferState::NoAnswer,
            // "Do not disturb": a phone that says so before it rings.
            480 => OfferState::Rejected,
            _ => OfferState::Unreachable,
        };
        if status == 408 && !rang {
            self.phone_gone(id, step);
        }
        let offered = self.offered_to(id);
        self.offer_ended(now, id, why, false, step);
        if let Some(work) = offered.filter(|_| status == NOT_SENT) {
            // No fault of that seat's: its phone was never called.
            self.was_not_called(id, work);
        }
    }

    /// A phone that was let go has said so, or had all the time there is to say so: it can be
    /// rung for something else.
    pub(crate) fn phone_let_go(&mut self, now: Now, id: SeatId, leg: LegId, step: &mut Step) {
        self.legs.remove(&leg);
        let seat = self.seats.get_mut(&id);
        if let Some(seat) = seat.filter(|seat| seat.let_go == Some(leg)) {
            seat.let_go = None;
            self.seat_changed(now, id, step);
        }
    }

    fn offered_to(&self, id: SeatId) -> Option<Work> {
        let SeatWork::Offered { offer, .. } = &self.seats.get(&id)?.work else {
            return None;
        };
        Some(offer.work)
    }

    fn was_not_called(&mut self, id: SeatId, work: Work) {
        let unreached = match work {
            Work::Attempt(attempt) => {
                let live = self.attempts.get_mut(&attempt);
                live.map(|live| &mut live.unreached)
            }
            Work::Callback(callback) => {
                let person = self.answered_waiting.get_mut(&callback);
                person.map(|person| &mut person.unreached)
            }
        };
        if let Some(unreached) = unreached {
            unreached.retain(|seat| *seat != id);
        }
    }

    /// The lease of an offer is over and nobody picked up. It is the operator's miss only if
    /// the phone rang.
    pub(crate) fn lease_ends(&mut self, now: Now, id: SeatId, offer_id: OfferId, step: &mut Step) {
        let Some(SeatWork::Offered {
            offer,
            ringing,
            preview,
            until,
            ..
        }) = self.seats.get(&id).map(|seat| &seat.work)
        else {
            return;
        };
        let is_kept = planted(Fault::LeaseNotReturned);
        if offer.id != offer_id || *until > now.mono_us || is_kept {
            return;
        }
        if *preview == Preview::Reading {
            return self.has_read(now, id, step);
        }
        let why = if *ringing {
            OfferState::NoAnswer
        } else {
            self.phone_gone(id, step);
            OfferState::Unreachable
        };
        self.offer_ended(now, id, why, true, step);
    }

    /// An offer is over without being taken: the work goes back, the seat rests.
    pub(crate) fn offer_ended(
        &mut self,
        now: Now,
        id: SeatId,
        why: OfferState,
        hang_up: bool,
        step: &mut Step,
    ) {
        let Some(seat) = self.seats.get_mut(&id) else {
            return;
        };
        let SeatWork::Offered {
            offer,
            leg,
            preview,
            ..
        } = &seat.work
        else {
            return;
        };
        // Who reads has picked up: their phone is hung up, and rings no more.
        let may_ring = hang_up && *preview != Preview::Reading;
        let (offer, leg) = (
            OfferRow {
                state: why,
                ended_ms: Some(now.utc_ms),
                ..offer.clone()
            },
            *leg,
        );
        seat.work = SeatWork::Idle;
        self.legs.remove(&leg);
        if may_ring && !planted(Fault::PhoneNotLetGo) {
            seat.let_go = Some(leg);
            self.legs.insert(leg, Role::LetGo(id));
        }
        if hang_up {
            let text = if why == OfferState::Withdrawn {
                "Call completed elsewhere"
            } else {
                "No answer"
            };
            step.effects.push(Effect::HangUp {
                leg,
                q850: cause::NORMAL,
                text,
            });
        }
        let work = offer.work;
        step.records.push(Record::Offer(offer));
        match work {
            Work::Attempt(attempt) => self.caller_returns(now, attempt, id, why),
            Work::Callback(callback) if self.answered_waiting.contains_key(&callback) => {
                self.person_returns(now, callback, id, why, step);
            }
            Work::Callback(callback) => {
                let about = About {
                    seat: Some(id),
                    detail: Some(why.as_str()),
                    ..About::default()
                };
                self.note(now, callback, CallbackEventKind::OfferEnded, about, step);
                if let Some(case) = self
                    .cases
                    .get(&callback)
                    .filter(|_| why != OfferState::Withdrawn)
                {
                    self.acquaintances.forget(&case.number);
                }
                self.callback_returns(now, callback, DialResult::Cancelled, step);
            }
        }
        self.rest(now, id, why, step);
    }

    pub(crate) fn rest(&mut self, now: Now, id: SeatId, why: OfferState, step: &mut Step) {
        let limits = self.rules.limits.clone();
        let Some(seat) = self.seats.get_mut(&id) else {
            return;
        };
        let rest_s = match why {
            OfferState::Rejected => limits.reject_delay_s,
            // A status is a proof of life, and the fault may be ours: only a rest.
            OfferState::Busy | OfferState::Unreachable => limits.busy_delay_s,
            OfferState::NoAnswer => limits.no_answer_delay_s,
            OfferState::Withdrawn | OfferState::Open | OfferState::Accepted => 0,
        };
        // Who needs a profile may miss a call for the same need: that is never held against them.
        let missed = why == OfferState::NoAnswer && seat.profile.is_empty();
        if missed {
            seat.misses += 1;
        }
        let did_not_take = matches!(why, OfferState::NoAnswer | OfferState::Rejected);
        // Who left a pause for one callback wants no other for it.
        if (did_not_take || seat.out_of_pause) && self.one_more_is_over(now, id, step) {
            // It was their last: nobody asks a second time.
            return self.seat_changed(now, id, step);
        }
        let Some(seat) = self.seats.get_mut(&id) else {
            return;
        };
        if missed && seat.misses >= limits.misses_max {
            seat.work = SeatWork::NotResponding;
            let until = now.in_s(limits.not_responding_return_s);
            seat.responds_at = (limits.not_responding_return_s > 0).then_some(until);
            if seat.responds_at.is_some() {
                self.timers.at(until, Timer::Responds(id, until));
            }
        } else if rest_s > 0 {
            let until = now.in_s(rest_s);
            seat.work = SeatWork::Resting { until };
            self.timers.at(until, Timer::SeatFree(id, until));
        }
        self.seat_changed(now, id, step);
    }
}
