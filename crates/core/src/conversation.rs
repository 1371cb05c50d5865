//! A conversation and its end, whoever hangs up or vanishes: what was owed is settled, the
//! operator has their wrap-up.

use crate::attempt::{End, cause};
use crate::callback::{self, Move};
use crate::centre::Centre;
use crate::id::{AttemptId, CallbackId, LegId, QueueId, SeatId};
use crate::keeping::NeedsSaid;
use crate::owing::About;
use crate::planted::{Fault, planted};
use crate::preview::Preview;
use crate::record::{DialRow, Record};
use crate::rules::WrapUp;
use crate::seat::{Done, SeatWork, With};
use crate::step::{Effect, Step};
use crate::time::Now;
use crate::timers::Timer;
use crate::words::{CallbackState, ClosedHow, DialResult, Disposition, OfferState, Outcome, Party};

/// Who hung up, whether the two had heard each other, and the result.
type Talked = (Party, bool, Option<Disposition>);

impl Centre {
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
            SeatWork::Offered { preview, .. } => {
                let puts_down = *preview == Preview::Reading && by == Party::Seat;
                let why = if puts_down {
                    OfferState::Rejected
                } else {
                    OfferState::Unreachable
                };
                self.offer_ended(now, id, why, hang_up, step)
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
            SeatWork::Talking { .. } if by == Party::Network => {
                self.seat_vanished(now, id, hang_up, step);
            }
            SeatWork::Talking {
                consult: Some(side),
                ..
            } => {
                let side = *side;
                self.put_down_in_consultation(now, id, side, step);
            }
            SeatWork::Talking { .. } => self.conversation_over(now, id, by, step),
            SeatWork::Beside { .. } => self.beside_left(now, id, (by, hang_up), step),
            SeatWork::Informed { leg } => {
                let leg = *leg;
                self.legs.remove(&leg);
                if hang_up {
                    step.effects.push(Effect::HangUp {
                        leg,
                        q850: cause::TEMPORARY,
                        text: "No media",
                    });
                }
                self.after_work(now, id, step);
            }
            SeatWork::Idle
            | SeatWork::AtTask { .. }
            | SeatWork::WrapUp { .. }
            | SeatWork::Resting { .. }
            | SeatWork::NotResponding => {}
        }
    }

    /// A phone died in mid-call: whoever is at the other end stays on the line, is told, and
    /// goes to the front.
    fn seat_vanished(&mut self, now: Now, id: SeatId, hang_up: bool, step: &mut Step) {
        let Some(seat) = self.seats.get_mut(&id) else {
            return;
        };
        let work = std::mem::replace(&mut seat.work, SeatWork::Idle);
        let SeatWork::Talking {
            mut assignment,
            queue,
            leg,
            with,
            held: _,
            consult,
        } = work
        else {
            seat.work = work;
            return;
        };
        assignment.ended_ms = Some(now.utc_ms);
        step.records.push(Record::Assignment(assignment));
        self.legs.remove(&leg);
        step.effects.push(Effect::Unbridge { leg });
        self.consult_ends(now, consult, step);
        if hang_up {
            step.effects.push(Effect::HangUp {
                leg,
                q850: cause::TEMPORARY,
                text: "No media",
            });
        }
        match with {
            With::Caller(attempt) => {
                if !self.caller_reconnects(now, attempt, id, step) {
                    let end = End {
                        outcome: Outcome::Interrupted,
                        by: Party::Network,
                        reason: Some("the seat vanished"),
                    };
                    self.end_attempt(now, attempt, end, true, step);
                }
            }
            With::Person {
                callback,
                dial,
                leg,
            } => self.person_reconnects(now, (callback, *dial, leg), queue, id, step),
            // Nobody is on the line yet; the dial was given up before.
            With::Ringing { .. } => {}
        }
        if let Some(seat) = self.seats.get_mut(&id) {
            let _unfinished = seat.forgets_conversation();
        }
        self.phone_gone(id, step);
        self.became_idle(now, id);
        self.one_more_is_over(now, id, step);
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
        } else if by == Party::Caller
            && (self.is_before_operator(id) || self.hung_up_at_once(now, id))
        {
            self.person_declined(now, id, step);
        } else {
            self.conversation_over(now, id, by, step);
        }
    }

    /// Whether the person called back was there for no conversation. Who waited while the operator
    /// was told who it is did not refuse the call.
    fn hung_up_at_once(&self, now: Now, id: SeatId) -> bool {
        let Some(seat) = self.seats.get(&id).filter(|seat| !seat.is_told) else {
            return false;
        };
        match &seat.work {
            SeatWork::Talking {
                assignment,
                with: With::Person { dial, .. },
                ..
            } => self.was_too_short(now, dial.answered_ms, Party::Caller, assignment.disposition),
            SeatWork::Talking { .. }
            | SeatWork::Idle
            | SeatWork::AtTask { .. }
            | SeatWork::Offered { .. }
            | SeatWork::Informed { .. }
            | SeatWork::Beside { .. }
            | SeatWork::WrapUp { .. }
            | SeatWork::Resting { .. }
            | SeatWork::NotResponding => false,
        }
    }

    /// A conversation ends: the other side is hung up, what was owed is settled, the
    /// operator has their wrap-up.
    pub(crate) fn conversation_over(&mut self, now: Now, id: SeatId, by: Party, step: &mut Step) {
        let consult = self.consult_at(id);
        self.consult_ends(now, consult, step);
        let person = self.spoken_with(id);
        let Some(seat) = self.seats.get_mut(&id) else {
            return;
        };
        let work = std::mem::replace(&mut seat.work, SeatWork::Idle);
        let case = self.case_at(&work);
        let Some(seat) = self.seats.get_mut(&id) else {
            return;
        };
        let SeatWork::Talking {
            mut assignment,
            queue,
            leg,
            with,
            held: _,
            consult: _,
        } = work
        else {
            seat.work = work;
            return;
        };
        assignment.ended_ms = Some(now.utc_ms);
        self.legs.remove(&leg);
        if by != Party::Seat && !planted(Fault::NotHungUp) {
            step.effects.push(hung_up(leg));
        }
        let disposition = assignment.disposition;
        // Who hung up while the operator was told who it is has spoken with nobody.
        let (said, is_told) = seat.forgets_conversation();
        let is_joined = !is_told;
        self.remember_operator(queue, &with, assignment.operator);
        let settled = match with {
            With::Caller(attempt) => {
                let talked = (by, is_joined, disposition);
                self.call_talked(now, attempt, talked, &said, step)
            }
            With::Person {
                callback,
                dial,
                leg,
            } => {
                self.legs.remove(&leg);
                if by != Party::Caller {
                    step.effects.push(hung_up(leg));
                }
                let talked = (by, is_joined, disposition);
                self.callback_talked(now, (callback, *dial), talked, &said, step)
            }
            With::Ringing { .. } => None,
        };
        self.begin_wrap_up(
            now,
            id,
            Done {
                assignment,
                queue,
                settled,
                case,
                person,
                given_on: false,
            },
            step,
        );
    }

    pub(crate) fn was_too_short(
        &self,
        now: Now,
        since_ms: Option<i64>,
        by: Party,
        disposition: Option<Disposition>,
    ) -> bool {
        let talked_ms = now.utc_ms - since_ms.unwrap_or(now.utc_ms);
        // Less than nothing, where the clock was set back meanwhile: nobody knows.
        let under_ms = i64::from(self.rules.limits.interrupted_under_s) * 1_000;
        let short = (0..under_ms).contains(&talked_ms);
        disposition.is_none() && (short || by == Party::Network)
    }

    pub(crate) fn call_talked(
        &mut self,
        now: Now,
        attempt: AttemptId,
        (by, is_joined, disposition): Talked,
        said: &NeedsSaid,
        step: &mut Step,
    ) -> Option<callback::Settled> {
        let live = self.attempts.get_mut(&attempt)?;
        live.row.disposition = disposition;
        let (since_ms, tenant, number) =
            (live.row.talking_ms, live.tenant, live.caller.number.clone());
        let another_person = live.another_person;
        let since_ms = since_ms.filter(|_| is_joined);
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
        let number = number?;
        self.has_got_through(&number, tenant);
        let case = self.case_of_caller(tenant, &number)?;
        match self.cases.get(&case)?.row.state {
            // We talk with that number on another line: that conversation settles it.
            CallbackState::Talking | CallbackState::AnsweredWaiting => return None,
            // What a crash hid does not matter any more: they are here.
            CallbackState::Unknown => self.reconcile_case(now, case, step),
            // Somebody of the house is reminded meanwhile: that call settles what it is about.
            CallbackState::Dialling if self.is_hearing_a_reminder(case) => return None,
            CallbackState::Waiting
            | CallbackState::Offered
            | CallbackState::Dialling
            | CallbackState::Closed => {}
        }
        let about = About {
            attempt: Some(attempt),
            ..About::default()
        };
        let how = ClosedHow::GotThrough;
        self.conversation_settles(now, case, another_person, (how, about, said), step)
    }

    pub(crate) fn callback_talked(
        &mut self,
        now: Now,
        (callback, dial): (CallbackId, DialRow),
        (by, is_joined, disposition): Talked,
        said: &NeedsSaid,
        step: &mut Step,
    ) -> Option<callback::Settled> {
        let since_ms = dial.answered_ms.filter(|_| is_joined);
        let interrupted = self.was_too_short(now, since_ms, by, disposition);
        let about = About {
            dial: Some(dial.id),
            seat: dial.seat,
            ..About::default()
        };
        self.dial_ends(now, dial, DialResult::Answered, Some(200), step);
        let settled = if interrupted || disposition == Some(Disposition::AnotherPerson) {
            None
        } else {
            let case = self.cases.get(&callback);
            let another_person = case.is_some_and(|case| case.is_another_persons());
            let how = ClosedHow::Served;
            self.conversation_settles(now, callback, another_person, (how, about, said), step)
        };
        if interrupted && by == Party::Network {
            self.owe_cut_off(now, callback, Move::Return, step);
        } else if self.cases.contains_key(&callback) {
            if let Some(case) = self.cases.get_mut(&callback) {
                // Somebody was reached: that was no try in vain. What stays may count anew already.
                case.row.tries = (case.row.tries - 1).max(0);
            }
            self.callback_returns(now, callback, DialResult::Answered, step);
        }
        if settled.is_none() {
            self.rang_all_the_same(callback);
        }
        settled
    }

    pub(crate) fn begin_wrap_up(&mut self, now: Now, id: SeatId, mut done: Done, step: &mut Step) {
        let (wrap_up_s, may_end) = self.wrap_up_of(id, done.queue);
        done.assignment.wrap_up_until_ms = Some(now.utc_in_s(wrap_up_s));
        step.records
            .push(Record::Assignment(done.assignment.clone()));
        let until = now.in_s(wrap_up_s);
        if let Some(seat) = self.seats.get_mut(&id) {
            seat.work = SeatWork::WrapUp {
                until,
                may_end,
                done: Box::new(done),
            };
        }
        if wrap_up_s == 0 {
            return self.after_work(now, id, step);
        }
        self.timers.at(until, Timer::SeatFree(id, until));
        self.seat_changed(now, id, step);
    }

    /// How long a seat's wrap-up is, and whether its operator may end it. Who needs longer has
    /// it in every queue.
    pub(crate) fn wrap_up_of(&self, id: SeatId, queue: QueueId) -> (u32, bool) {
        let rule = self.rules.rule_now(queue);
        let (of_queue_s, may_end) = match rule.map(|rule| (rule.wrap_up, rule.wrap_up_s)) {
            Some((WrapUp::Fixed, s)) => (s, false),
            Some((WrapUp::UpTo, s)) => (s, true),
            Some((WrapUp::None, _)) | None => (0, true),
        };
        let needs_s = self.seats.get(&id).and_then(|it| it.profile.wrap_up_s);
        (of_queue_s.max(needs_s.unwrap_or(0)), may_end)
    }

    /// The operator is done before the end of a wrap-up that they may end.
    pub(crate) fn end_wrap_up_early(&mut self, now: Now, id: SeatId, step: &mut Step) {
        let work = self.seats.get_mut(&id).map(|seat| &mut seat.work);
        if let Some(SeatWork::WrapUp {
            may_end: true,
            done,
            ..
        }) = work
        {
            done.assignment.wrap_up_until_ms = Some(now.utc_ms);
            step.records
                .push(Record::Assignment(done.assignment.clone()));
            self.after_work(now, id, step);
        }
    }

    /// A wrap-up or a rest is over.
    pub(crate) fn seat_rested(&mut self, now: Now, id: SeatId, moment: u64, step: &mut Step) {
        let ended = match self.seats.get(&id).map(|seat| &seat.work) {
            Some(SeatWork::WrapUp { until, .. }) => *until == moment,
            Some(SeatWork::Resting { until }) => {
                let ended = *until == moment;
                if ended {
                    self.rested(now, id, step);
                }
                return;
            }
            Some(
                SeatWork::Idle
                | SeatWork::AtTask { .. }
                | SeatWork::Offered { .. }
                | SeatWork::Talking { .. }
                | SeatWork::Informed { .. }
                | SeatWork::Beside { .. }
                | SeatWork::NotResponding,
            )
            | None => false,
        };
        if ended {
            self.after_work(now, id, step);
        }
    }

    /// The rest after an offer is over. The seat keeps its turn: what it did not take is no work.
    fn rested(&mut self, now: Now, id: SeatId, step: &mut Step) {
        if let Some(seat) = self.seats.get_mut(&id) {
            seat.work = SeatWork::Idle;
        }
        if !planted(Fault::SeatForgotten) {
            self.seat_changed(now, id, step);
            self.takes_chosen(now, id, step);
        }
    }

    /// A work is over with all that belongs to it: what the operator had chosen for then.
    pub(crate) fn after_work(&mut self, now: Now, id: SeatId, step: &mut Step) {
        self.became_idle(now, id);
        if !self.one_more_is_over(now, id, step) {
            self.rest_after_work(now, id, step);
        }
        self.seat_changed(now, id, step);
        self.takes_chosen(now, id, step);
    }

    pub(crate) fn became_idle(&mut self, now: Now, id: SeatId) {
        if let Some(seat) = self.seats.get_mut(&id) {
            if let SeatWork::WrapUp { done, .. } = &seat.work
                && let Some(rule) = self.rules.queues.get(&done.queue)
            {
                // Here and not before: an operator may end a wrap-up early.
                let took_ms = now.utc_ms - done.assignment.started_ms;
                self.means.conversed(done.queue, rule, took_ms);
            }
            let work = std::mem::replace(&mut seat.work, SeatWork::Idle);
            if let SeatWork::WrapUp { done, .. } = work {
                seat.before = Some(done.assignment);
            }
            seat.noted = None;
            seat.idle_since = now.utc_ms;
            seat.load.end(now.utc_ms);
        }
    }
}

/// A call is hung up because the conversation is over (RFC 3326: Q.850 cause 16).
pub(crate) const fn hung_up(leg: LegId) -> Effect {
    Effect::HangUp {
        leg,
        q850: cause::NORMAL,
        text: "Normal clearing",
    }
}
