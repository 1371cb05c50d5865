//! From offer to wrap-up: what happens between a seat and the work it was given.
//! Every offer is a lease with an end; whatever fails gives the work back to its place
//! and frees the seat.

use crate::attempt::{End, cause};
use crate::callback::{self, Move};
use crate::centre::{Centre, Role};
use crate::id::{AssignmentId, AttemptId, CallbackId, DialId, LegId, OfferId, QueueId, SeatId};
use crate::owing::About;
use crate::record::{AssignmentRow, DialRow, OfferRow, Record, Work};
use crate::rules::PromptId;
use crate::seat::{Done, SeatWork, With};
use crate::step::{AfterPlay, Destination, Effect, Step};
use crate::time::Now;
use crate::timers::Timer;
use crate::words::{
    CallbackEventKind, Chosen, ClosedHow, DialResult, DialState, Disposition, OfferState, Outcome,
    Party,
};

/// Token of the message that a number is being dialled.
const DIALLING: u64 = 0;
/// Token of the message why a person was not reached.
const WHY_NOT: u64 = 1;

impl Centre {
    /// The seat's phone rings.
    pub(crate) fn seat_rings(&mut self, now: Now, leg: LegId, step: &mut Step) {
        if let Some(Role::Seat(id)) = self.legs.get(&leg).copied()
            && let Some(seat) = self.seats.get_mut(&id)
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
        let SeatWork::Offered { offer, leg, .. } = &seat.work else {
            return;
        };
        let (mut offer, leg) = (offer.clone(), *leg);
        seat.misses = 0;
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
        };
        step.records.push(Record::Offer(offer.clone()));
        step.records.push(Record::Assignment(assignment.clone()));
        match offer.work {
            Work::Attempt(attempt) => {
                self.begin_talk(now, id, attempt, leg, offer.queue, assignment, step)
            }
            Work::Callback(callback) => {
                self.begin_dial(now, id, callback, leg, offer.queue, assignment, step)
            }
        }
        self.seat_changed(now, id, step);
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "a conversation joins a seat, a caller and their records"
    )]
    fn begin_talk(
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
        step.effects.push(Effect::Bridge {
            a: caller_leg,
            b: leg,
        });
        if let Some(seat) = self.seats.get_mut(&id) {
            seat.work = SeatWork::Talking {
                assignment,
                queue,
                leg,
                with: With::Caller(attempt),
            };
        }
    }

    /// Operator-first: the operator is on the line, now the person is rung.
    #[expect(
        clippy::too_many_arguments,
        reason = "a dial joins a seat, a person and their records"
    )]
    fn begin_dial(
        &mut self,
        now: Now,
        id: SeatId,
        callback: CallbackId,
        leg: LegId,
        queue: QueueId,
        assignment: AssignmentRow,
        step: &mut Step,
    ) {
        let Some((number, handle)) = self
            .cases
            .get(&callback)
            .map(|case| (case.number.clone(), case.row.number))
        else {
            return;
        };
        let (dial_id, person_leg) = (DialId(self.ids.allot()), LegId(self.ids.allot()));
        let trunk = self.trunk_for_promised_dial();
        let Some((trunk, cli, ring_s)) = trunk else {
            // The channel went to an inbound call meanwhile: no try is spent.
            return self.dial_impossible(now, id, callback, leg, assignment, step);
        };
        let dial = DialRow {
            id: dial_id,
            callback,
            number: handle,
            seat: id,
            trunk,
            state: DialState::InFlight,
            placed_ms: now.utc_ms,
            answered_ms: None,
            ended_ms: None,
            result: None,
            sip_status: None,
        };
        step.records.push(Record::Dial(dial.clone()));
        self.people
            .change(&number, |known| known.dial = Some(dial_id));
        self.move_case(now, callback, Move::Dial, |row| row.tries += 1, step);
        let about = About {
            dial: Some(dial_id),
            seat: Some(id),
            ..About::default()
        };
        self.note(now, callback, CallbackEventKind::Dialled, about, step);
        self.channels_mut(trunk).outbound += 1;
        self.legs.insert(person_leg, Role::Person(id));
        self.timers
            .at(now.in_s(ring_s), Timer::DialRang(id, dial_id));
        let tell = vec![self.rules.prompts.to_operator_dialling];
        step.effects.push(Effect::Play {
            leg,
            token: DIALLING,
            prompts: tell,
            then: AfterPlay::RingBack,
        });
        let to = Destination::Person {
            dial: dial_id,
            trunk,
            number,
            cli,
        };
        step.effects.push(Effect::Invite {
            leg: person_leg,
            to: Box::new(to),
        });
        if let Some(seat) = self.seats.get_mut(&id) {
            let with = With::Ringing {
                callback,
                dial,
                leg: person_leg,
            };
            seat.work = SeatWork::Talking {
                assignment,
                queue,
                leg,
                with,
            };
        }
    }

    fn dial_impossible(
        &mut self,
        now: Now,
        id: SeatId,
        callback: CallbackId,
        leg: LegId,
        mut assignment: AssignmentRow,
        step: &mut Step,
    ) {
        assignment.ended_ms = Some(now.utc_ms);
        step.records.push(Record::Assignment(assignment));
        self.callback_returns(now, callback, DialResult::Cancelled, step);
        let why = self.rules.prompts.to_operator_unreachable;
        self.inform_operator(id, leg, why, step);
    }

    /// The seat refused, was busy or could not be reached.
    pub(crate) fn seat_did_not_take(&mut self, now: Now, id: SeatId, status: u16, step: &mut Step) {
        let why = match status {
            486 | 600 => OfferState::Busy,
            603 => OfferState::Rejected,
            408 | 480 | 487 => OfferState::NoAnswer,
            _ => OfferState::Unreachable,
        };
        self.offer_ended(now, id, why, false, step);
    }

    /// The lease of an offer is over and nobody picked up.
    pub(crate) fn lease_ends(&mut self, now: Now, id: SeatId, offer_id: OfferId, step: &mut Step) {
        if let Some(SeatWork::Offered { offer, .. }) = self.seats.get(&id).map(|seat| &seat.work)
            && offer.id == offer_id
        {
            self.offer_ended(now, id, OfferState::NoAnswer, true, step);
        }
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
        let SeatWork::Offered { offer, leg, .. } = &seat.work else {
            return;
        };
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
        let own_doing = why != OfferState::Withdrawn;
        match work {
            Work::Attempt(attempt) => self.caller_returns(attempt, id, own_doing),
            Work::Callback(callback) => {
                let about = About {
                    seat: Some(id),
                    detail: Some(why.as_str()),
                    ..About::default()
                };
                self.note(now, callback, CallbackEventKind::OfferEnded, about, step);
                self.callback_returns(now, callback, DialResult::Cancelled, step);
            }
        }
        self.rest(now, id, why, step);
    }

    fn rest(&mut self, now: Now, id: SeatId, why: OfferState, step: &mut Step) {
        let limits = self.rules.limits.clone();
        let Some(seat) = self.seats.get_mut(&id) else {
            return;
        };
        let rest_s = match why {
            OfferState::Rejected => limits.reject_delay_s,
            OfferState::Busy => limits.busy_delay_s,
            OfferState::NoAnswer => limits.no_answer_delay_s,
            // The phone is gone until it shows itself again.
            OfferState::Unreachable => {
                seat.confirmed = false;
                0
            }
            OfferState::Withdrawn | OfferState::Open | OfferState::Accepted => 0,
        };
        if why == OfferState::NoAnswer {
            seat.misses += 1;
        }
        if why == OfferState::NoAnswer && seat.misses >= limits.misses_max {
            seat.work = SeatWork::NotResponding;
        } else if rest_s > 0 {
            let until = now.in_s(rest_s);
            seat.work = SeatWork::Resting { until };
            self.timers.at(until, Timer::SeatFree(id, until));
        } else {
            self.became_idle(now, id);
        }
        self.seat_changed(now, id, step);
    }

    /// A callback goes back to waiting after an offer or a dial that led to nothing.
    fn callback_returns(&mut self, now: Now, id: CallbackId, result: DialResult, step: &mut Step) {
        let rules = self.rules.clone();
        let Some(case) = self.cases.get(&id) else {
            return;
        };
        let Some(tenant) = rules.tenants.get(&case.row.tenant) else {
            return;
        };
        let Some(queue) = rules.queues.get(&case.queue(tenant.dialplan.missed_queue)) else {
            return;
        };
        let not_before_ms = callback::rest_after(result, &queue.callback, now);
        let back = |row: &mut crate::record::CallbackRow| {
            row.seat = None;
            row.not_before_ms = not_before_ms;
        };
        self.move_case(now, id, Move::Return, back, step);
        if let Some(how) = self.given_up(now, id) {
            self.close_case(now, id, how, About::default(), step);
        }
    }

    /// The person called back picked up.
    pub(crate) fn person_answered(&mut self, now: Now, id: SeatId, step: &mut Step) {
        let Some(seat) = self.seats.get_mut(&id) else {
            return;
        };
        let SeatWork::Talking {
            with,
            leg: seat_leg,
            ..
        } = &mut seat.work
        else {
            return;
        };
        let With::Ringing {
            callback,
            dial,
            leg,
        } = with
        else {
            return;
        };
        let (callback, mut dial, leg, seat_leg) = (*callback, dial.clone(), *leg, *seat_leg);
        dial.answered_ms = Some(now.utc_ms);
        let about = About {
            dial: Some(dial.id),
            seat: Some(id),
            ..About::default()
        };
        step.records.push(Record::Dial(dial.clone()));
        *with = With::Person {
            callback,
            dial,
            leg,
        };
        self.move_case(now, callback, Move::Answer, |_| {}, step);
        self.note(now, callback, CallbackEventKind::Reached, about, step);
        step.effects.push(Effect::Bridge {
            a: seat_leg,
            b: leg,
        });
    }

    /// The person called back did not pick up.
    pub(crate) fn person_not_reached(
        &mut self,
        now: Now,
        id: SeatId,
        status: u16,
        step: &mut Step,
    ) {
        self.dial_over(
            now,
            id,
            callback::result_of(status),
            Some(status),
            false,
            step,
        );
    }

    /// The person's phone rang as long as the trunk's rule says.
    pub(crate) fn dial_rang_out(&mut self, now: Now, id: SeatId, dial_id: DialId, step: &mut Step) {
        if let Some(SeatWork::Talking {
            with: With::Ringing { dial, .. },
            ..
        }) = self.seats.get(&id).map(|s| &s.work)
            && dial.id == dial_id
        {
            self.dial_over(now, id, DialResult::NoAnswer, None, true, step);
        }
    }

    /// The person rang in while we rang out.
    pub(crate) fn dial_married(&mut self, now: Now, id: SeatId, step: &mut Step) {
        self.dial_over(now, id, DialResult::Married, None, true, step);
    }

    /// A dial ended without a conversation: the operator is told, the debt stands.
    fn dial_over(
        &mut self,
        now: Now,
        id: SeatId,
        result: DialResult,
        status: Option<u16>,
        hang_up: bool,
        step: &mut Step,
    ) {
        let Some(seat) = self.seats.get(&id) else {
            return;
        };
        let SeatWork::Talking {
            assignment,
            leg: seat_leg,
            with:
                With::Ringing {
                    callback,
                    dial,
                    leg,
                },
            ..
        } = &seat.work
        else {
            return;
        };
        let (mut assignment, seat_leg) = (assignment.clone(), *seat_leg);
        let (callback, dial, leg) = (*callback, dial.clone(), *leg);
        self.legs.remove(&leg);
        if hang_up {
            step.effects.push(Effect::HangUp {
                leg,
                q850: cause::NORMAL,
                text: "Given up",
            });
        }
        assignment.ended_ms = Some(now.utc_ms);
        step.records.push(Record::Assignment(assignment));
        let about = About {
            dial: Some(dial.id),
            seat: Some(id),
            detail: Some(result.as_str()),
            ..About::default()
        };
        self.dial_ends(now, dial, result, status, step);
        self.note(now, callback, CallbackEventKind::NotReached, about, step);
        if !callback::spends_a_try(result)
            && let Some(case) = self.cases.get_mut(&callback)
        {
            case.row.tries -= 1;
        }
        self.callback_returns(now, callback, result, step);
        let prompts = &self.rules.prompts;
        let tell = match result {
            DialResult::NoAnswer => prompts.to_operator_no_answer,
            DialResult::Busy => prompts.to_operator_busy,
            DialResult::Married => prompts.to_operator_withdrawn,
            DialResult::Declined
            | DialResult::Unreachable
            | DialResult::Answered
            | DialResult::Cancelled
            | DialResult::Unknown => prompts.to_operator_unreachable,
        };
        self.inform_operator(id, seat_leg, tell, step);
        self.seat_changed(now, id, step);
    }

    fn inform_operator(&mut self, id: SeatId, leg: LegId, tell: PromptId, step: &mut Step) {
        step.effects.push(Effect::Play {
            leg,
            token: WHY_NOT,
            prompts: vec![tell],
            then: AfterPlay::Silence,
        });
        if let Some(seat) = self.seats.get_mut(&id) {
            seat.work = SeatWork::Informed { leg };
        }
    }

    /// The operator has heard why; the phone is put down for them. No wrap-up is asked for.
    pub(crate) fn operator_heard(&mut self, now: Now, id: SeatId, token: u64, step: &mut Step) {
        if token != WHY_NOT {
            return;
        }
        let Some(SeatWork::Informed { leg }) = self.seats.get(&id).map(|seat| &seat.work) else {
            return;
        };
        let leg = *leg;
        step.effects.push(Effect::HangUp {
            leg,
            q850: cause::NORMAL,
            text: "Normal clearing",
        });
        self.legs.remove(&leg);
        self.after_work(now, id, step);
    }

    /// The dial's row ends, its number and channel are free again.
    fn dial_ends(
        &mut self,
        now: Now,
        mut dial: DialRow,
        result: DialResult,
        status: Option<u16>,
        step: &mut Step,
    ) {
        dial.state = DialState::Ended;
        dial.ended_ms = Some(now.utc_ms);
        dial.result = Some(result);
        dial.sip_status = status;
        self.channels_mut(dial.trunk).outbound -= 1;
        if let Some(number) = self
            .cases
            .get(&dial.callback)
            .map(|case| case.number.clone())
        {
            self.people.change(&number, |known| known.dial = None);
        }
        step.records.push(Record::Dial(dial));
    }

    /// The seat's phone hung up or vanished.
    pub(crate) fn seat_left(
        &mut self,
        now: Now,
        id: SeatId,
        by: Party,
        hang_up: bool,
        step: &mut Step,
    ) {
        let Some(seat) = self.seats.get(&id) else {
            return;
        };
        match &seat.work {
            SeatWork::Offered { .. } => {
                self.offer_ended(now, id, OfferState::Unreachable, hang_up, step)
            }
            SeatWork::Talking {
                with: With::Ringing { .. },
                leg,
                ..
            } => {
                let leg = *leg;
                self.dial_over(now, id, DialResult::Cancelled, None, true, step);
                self.legs.remove(&leg);
                step.effects
                    .retain(|effect| !matches!(effect, Effect::Play { leg: to, .. } if *to == leg));
                if hang_up {
                    step.effects.push(Effect::HangUp {
                        leg,
                        q850: cause::TEMPORARY,
                        text: "No media",
                    });
                }
                self.after_work(now, id, step);
            }
            SeatWork::Talking {
                with: With::Caller(attempt),
                ..
            } if by == Party::Network => {
                let attempt = *attempt;
                self.seat_vanished(now, id, attempt, hang_up, step);
            }
            SeatWork::Talking { .. } => self.conversation_over(now, id, by, step),
            SeatWork::Informed { leg } => {
                let leg = *leg;
                self.legs.remove(&leg);
                self.after_work(now, id, step);
            }
            SeatWork::Idle
            | SeatWork::WrapUp { .. }
            | SeatWork::Resting { .. }
            | SeatWork::NotResponding => {}
        }
    }

    /// A phone died in mid-call: the caller stays and waits again in front.
    fn seat_vanished(
        &mut self,
        now: Now,
        id: SeatId,
        attempt: AttemptId,
        hang_up: bool,
        step: &mut Step,
    ) {
        let Some(seat) = self.seats.get_mut(&id) else {
            return;
        };
        let SeatWork::Talking {
            assignment, leg, ..
        } = &seat.work
        else {
            return;
        };
        let (mut assignment, leg) = (assignment.clone(), *leg);
        seat.work = SeatWork::Idle;
        seat.confirmed = false;
        assignment.ended_ms = Some(now.utc_ms);
        step.records.push(Record::Assignment(assignment));
        self.legs.remove(&leg);
        step.effects.push(Effect::Unbridge { leg });
        if hang_up {
            step.effects.push(Effect::HangUp {
                leg,
                q850: cause::TEMPORARY,
                text: "No media",
            });
        }
        if !self.caller_requeued(now, attempt, step) {
            let end = End {
                outcome: Outcome::Interrupted,
                by: Party::Network,
                reason: Some("the seat vanished"),
            };
            self.end_attempt(now, attempt, end, true, step);
        }
        self.became_idle(now, id);
        self.seat_changed(now, id, step);
    }

    /// The person called back hung up, or vanished while being rung.
    pub(crate) fn person_left(
        &mut self,
        now: Now,
        id: SeatId,
        by: Party,
        hang_up: bool,
        step: &mut Step,
    ) {
        let ringing = matches!(
            self.seats.get(&id).map(|seat| &seat.work),
            Some(SeatWork::Talking {
                with: With::Ringing { .. },
                ..
            })
        );
        if ringing {
            self.dial_over(now, id, DialResult::Unreachable, None, hang_up, step);
        } else {
            self.conversation_over(now, id, by, step);
        }
    }

    /// A conversation ends: the other side is hung up, what was owed is settled, the
    /// operator has their wrap-up.
    pub(crate) fn conversation_over(&mut self, now: Now, id: SeatId, by: Party, step: &mut Step) {
        let Some(seat) = self.seats.get_mut(&id) else {
            return;
        };
        let work = std::mem::replace(&mut seat.work, SeatWork::Idle);
        let SeatWork::Talking {
            mut assignment,
            queue,
            leg,
            with,
        } = work
        else {
            seat.work = work;
            return;
        };
        assignment.ended_ms = Some(now.utc_ms);
        self.legs.remove(&leg);
        if by != Party::Seat {
            step.effects.push(Effect::HangUp {
                leg,
                q850: cause::NORMAL,
                text: "Normal clearing",
            });
        }
        let disposition = assignment.disposition;
        let settled = match with {
            With::Caller(attempt) => self.call_talked(now, attempt, by, disposition, step),
            With::Person {
                callback,
                dial,
                leg,
            } => {
                self.legs.remove(&leg);
                if by != Party::Caller {
                    step.effects.push(Effect::HangUp {
                        leg,
                        q850: cause::NORMAL,
                        text: "Normal clearing",
                    });
                }
                self.callback_talked(now, callback, dial, by, disposition, step)
            }
            With::Ringing { .. } => None,
        };
        self.begin_wrap_up(
            now,
            id,
            queue,
            Done {
                assignment,
                settled,
            },
            step,
        );
    }

    fn was_too_short(
        &self,
        now: Now,
        since_ms: Option<i64>,
        by: Party,
        disposition: Option<Disposition>,
    ) -> bool {
        let talked_ms = now.utc_ms - since_ms.unwrap_or(now.utc_ms);
        let short = talked_ms < i64::from(self.rules.limits.interrupted_under_s) * 1_000;
        disposition.is_none() && (short || by == Party::Network)
    }

    fn call_talked(
        &mut self,
        now: Now,
        attempt: AttemptId,
        by: Party,
        disposition: Option<Disposition>,
        step: &mut Step,
    ) -> Option<(callback::Case, Vec<crate::record::NeedRow>)> {
        let live = self.attempts.get_mut(&attempt)?;
        live.row.disposition = disposition;
        let (since_ms, tenant, number) =
            (live.row.talking_ms, live.tenant, live.caller.number.clone());
        let interrupted = self.was_too_short(now, since_ms, by, disposition);
        let outcome = if interrupted {
            Outcome::Interrupted
        } else {
            Outcome::Served
        };
        let hang_up = by != Party::Caller;
        self.end_attempt(
            now,
            attempt,
            End {
                outcome,
                by,
                reason: None,
            },
            hang_up,
            step,
        );
        if interrupted || disposition == Some(Disposition::AnotherPerson) {
            return None;
        }
        let case = self.people.get(&number?)?.case_of(tenant)?;
        let about = About {
            attempt: Some(attempt),
            ..About::default()
        };
        self.conversation_settles(now, case, ClosedHow::GotThrough, about, step)
    }

    fn callback_talked(
        &mut self,
        now: Now,
        callback: CallbackId,
        dial: DialRow,
        by: Party,
        disposition: Option<Disposition>,
        step: &mut Step,
    ) -> Option<(callback::Case, Vec<crate::record::NeedRow>)> {
        let interrupted = self.was_too_short(now, dial.answered_ms, by, disposition);
        let about = About {
            dial: Some(dial.id),
            seat: Some(dial.seat),
            ..About::default()
        };
        self.dial_ends(now, dial, DialResult::Answered, Some(200), step);
        let settled = if interrupted || disposition == Some(Disposition::AnotherPerson) {
            None
        } else {
            self.conversation_settles(now, callback, ClosedHow::Served, about, step)
        };
        if settled.is_none() {
            self.callback_returns(now, callback, DialResult::Answered, step);
        }
        settled
    }

    fn begin_wrap_up(
        &mut self,
        now: Now,
        id: SeatId,
        queue: QueueId,
        mut done: Done,
        step: &mut Step,
    ) {
        let wrap_up_s = self
            .rules
            .queues
            .get(&queue)
            .map_or(0, |rule| rule.wrap_up_s);
        done.assignment.wrap_up_until_ms = Some(now.utc_in_s(wrap_up_s));
        step.records
            .push(Record::Assignment(done.assignment.clone()));
        if wrap_up_s == 0 {
            return self.after_work(now, id, step);
        }
        let until = now.in_s(wrap_up_s);
        if let Some(seat) = self.seats.get_mut(&id) {
            seat.work = SeatWork::WrapUp {
                until,
                done: Box::new(done),
            };
        }
        self.timers.at(until, Timer::SeatFree(id, until));
        self.seat_changed(now, id, step);
    }

    /// A wrap-up or a rest is over.
    pub(crate) fn seat_rested(&mut self, now: Now, id: SeatId, moment: u64, step: &mut Step) {
        let ended = match self.seats.get(&id).map(|seat| &seat.work) {
            Some(SeatWork::WrapUp { until, .. }) => *until == moment,
            Some(SeatWork::Resting { until }) => {
                let ended = *until == moment;
                if ended {
                    self.became_idle(now, id);
                    self.seat_changed(now, id, step);
                }
                return;
            }
            _ => false,
        };
        if ended {
            self.after_work(now, id, step);
        }
    }

    /// A work is over with all that belongs to it: what the operator had chosen for then.
    pub(crate) fn after_work(&mut self, now: Now, id: SeatId, step: &mut Step) {
        self.became_idle(now, id);
        match self.seats.get(&id).map(crate::seat::Seat::chosen) {
            Some(Chosen::OneMoreThenPause) => self.set_chosen(now, id, Chosen::Paused, None, step),
            Some(Chosen::OneMoreThenSignOut) => {
                self.set_chosen(now, id, Chosen::SignedOut, None, step)
            }
            Some(Chosen::Available | Chosen::Paused | Chosen::FrontOffice | Chosen::SignedOut)
            | None => {}
        }
        self.seat_changed(now, id, step);
    }

    fn became_idle(&mut self, now: Now, id: SeatId) {
        if let Some(seat) = self.seats.get_mut(&id) {
            seat.work = SeatWork::Idle;
            seat.idle_since = now.utc_ms;
        }
    }

    fn trunk_for_promised_dial(
        &self,
    ) -> Option<(crate::id::TrunkId, crate::number::PhoneNumber, u32)> {
        let free = |(id, trunk): (&crate::id::TrunkId, &crate::rules::Trunk)| {
            let used = self.channels(*id);
            (trunk.outbound && used.inbound + used.outbound < trunk.channels)
                .then(|| (*id, trunk.cli.clone(), trunk.ring_s))
        };
        self.rules.trunks.iter().find_map(free)
    }
}
