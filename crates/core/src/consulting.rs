//! Somebody is asked while the person is on hold: then the person is given to them, or the operator goes
//! back. And persons who are given to somebody outside, with or without a word before.

use crate::attempt::{Doing, End, cause};
use crate::beside::{Begun, Given, Holder};
use crate::centre::{Centre, Role};
use crate::hand::CallError;
use crate::id::{AssignmentId, AttemptId, LegId, OfferId, QueueId, SeatId, SideCallId};
use crate::keeping::NeedsSaid;
use crate::record::{AssignmentRow, OfferRow, Record, Work};
use crate::seat::{Done, SeatWork, With};
use crate::step::{AfterPlay, CommandError, Effect, Step};
use crate::time::Now;
use crate::transferring::Passing;
use crate::words::{OfferState, Outcome, Party, SideKind};

impl Centre {
    /// The call beside the conversation of a seat.
    pub(crate) fn consult_at(&self, id: SeatId) -> Option<SideCallId> {
        match &self.seats.get(&id)?.work {
            SeatWork::Talking { consult, .. } => *consult,
            SeatWork::Idle
            | SeatWork::AtTask { .. }
            | SeatWork::Offered { .. }
            | SeatWork::Informed { .. }
            | SeatWork::Beside { .. }
            | SeatWork::WrapUp { .. }
            | SeatWork::Resting { .. }
            | SeatWork::NotResponding => None,
        }
    }

    pub(crate) fn consults_no_more(&mut self, id: SeatId) {
        let work = self.seats.get_mut(&id).map(|seat| &mut seat.work);
        if let Some(SeatWork::Talking { consult, .. }) = work {
            *consult = None;
        }
    }

    /// The consultation of a conversation that is over ends with it.
    pub(crate) fn consult_ends(&mut self, now: Now, consult: Option<SideCallId>, step: &mut Step) {
        if let Some(id) = consult {
            let how = self.ended_as(id);
            self.side_over(now, id, how, true, step);
        }
    }

    /// Somebody of the directory is asked while the person is on hold.
    pub(crate) fn consult_entry(
        &mut self,
        now: Now,
        (id, name): (SeatId, &str),
        entry: &str,
        step: &mut Step,
    ) -> Result<(), CommandError> {
        self.is_alone_with_person(id, name)?;
        let entry = self.entry_to_call(self.tenant_at(id), entry)?;
        let (operator, work, queue) = self.work_of_conversation(id, name)?;
        let begun = Begun {
            kind: SideKind::Consult,
            seat: id,
            operator,
            work: Some(work),
            queue: Some(queue),
            to_seat: None,
            entry: Some(entry),
            holder: Holder::Conversation,
        };
        let side = self.begins_to_consult(now, (id, name), begun, step)?;
        self.rings_entry(now, side, step);
        Ok(())
    }

    /// Another seat is asked while the person is on hold.
    pub(crate) fn consult_seat(
        &mut self,
        now: Now,
        (id, name): (SeatId, &str),
        other_name: &str,
        step: &mut Step,
    ) -> Result<(), CommandError> {
        self.is_alone_with_person(id, name)?;
        if self.stopping.is_some() {
            return Err(CommandError::Stopping);
        }
        let other = self.seat_named(other_name)?;
        if other == id {
            return Err(CallError::SameSeat(name.to_owned()).into());
        }
        let is_free = self
            .seats
            .get(&other)
            .is_some_and(|seat| seat.is_free(now.utc_ms) && !self.is_site_out(seat.row.site));
        if !is_free {
            return Err(CallError::SeatBusy(other_name.to_owned()).into());
        }
        let (operator, work, queue) = self.work_of_conversation(id, name)?;
        let title = self.rules.queues.get(&queue).map(|rule| rule.title.clone());
        let begun = Begun {
            kind: SideKind::Consult,
            seat: id,
            operator,
            work: Some(work),
            queue: Some(queue),
            to_seat: Some(other),
            entry: None,
            holder: Holder::Conversation,
        };
        let side = self.begins_to_consult(now, (id, name), begun, step)?;
        let display = format!("{name} {}", title.unwrap_or_default());
        self.seat_is_asked(now, other, (side, display), step);
        self.rings_for_operator(id, step);
        Ok(())
    }

    fn work_of_conversation(
        &self,
        id: SeatId,
        name: &str,
    ) -> Result<(crate::id::OperatorId, Work, QueueId), CallError> {
        let nobody = || CallError::NobodyThere(name.to_owned());
        match self.seats.get(&id).map(|seat| &seat.work) {
            Some(SeatWork::Talking {
                assignment, queue, ..
            }) => {
                let queue = self.rules.current(*queue).ok_or_else(nobody)?;
                Ok((assignment.operator, assignment.work, queue))
            }
            Some(
                SeatWork::Idle
                | SeatWork::AtTask { .. }
                | SeatWork::Offered { .. }
                | SeatWork::Informed { .. }
                | SeatWork::Beside { .. }
                | SeatWork::WrapUp { .. }
                | SeatWork::Resting { .. }
                | SeatWork::NotResponding,
            )
            | None => Err(nobody()),
        }
    }

    fn begins_to_consult(
        &mut self,
        now: Now,
        (id, name): (SeatId, &str),
        begun: Begun,
        step: &mut Step,
    ) -> Result<SideCallId, CommandError> {
        if self.held_at(id).is_none() {
            self.hold_person(now, (id, name), step)?;
        }
        let side = self.side_begins(now, begun, step);
        let work = self.seats.get_mut(&id).map(|seat| &mut seat.work);
        if let Some(SeatWork::Talking { consult, .. }) = work {
            *consult = Some(side);
        }
        Ok(side)
    }

    fn rings_for_operator(&self, id: SeatId, step: &mut Step) {
        if let Some(leg) = self.seats.get(&id).and_then(|seat| seat.leg()) {
            step.effects.push(Effect::Play {
                leg,
                token: 1 << 40,
                prompts: Vec::new(),
                then: AfterPlay::RingBack,
            });
        }
    }

    /// Whether the operator speaks with the person, and nobody is asked beside.
    pub(crate) fn is_alone_with_person(&self, id: SeatId, name: &str) -> Result<(), CallError> {
        self.joined(id, name)?;
        match self.consult_at(id) {
            Some(_) => Err(CallError::Consulting(name.to_owned())),
            None => Ok(()),
        }
    }

    fn consult_that_is_up(&self, id: SeatId, name: &str) -> Result<(SideCallId, LegId), CallError> {
        let side = self.consult_at(id).and_then(|side| self.sides.get(&side));
        let side = side.ok_or_else(|| CallError::NoConsult(name.to_owned()))?;
        let leg = side.leg.filter(|_| side.is_up());
        let leg = leg.ok_or_else(|| CallError::NotYet(name.to_owned()))?;
        Ok((side.row.id, leg))
    }

    /// The consultation ends; the operator and the person hear each other again.
    pub(crate) fn retrieve(
        &mut self,
        now: Now,
        (id, name): (SeatId, &str),
        step: &mut Step,
    ) -> Result<(), CommandError> {
        let consult = self.consult_at(id);
        let consult = consult.ok_or_else(|| CallError::NoConsult(name.to_owned()))?;
        self.consult_ends(now, Some(consult), step);
        self.consults_no_more(id);
        self.back_to_person(now, id, step);
        Ok(())
    }

    /// The operator hears the other of the two; whom they heard hears music.
    pub(crate) fn swap(
        &mut self,
        now: Now,
        (id, name): (SeatId, &str),
        step: &mut Step,
    ) -> Result<(), CommandError> {
        let (_, leg) = self.consult_that_is_up(id, name)?;
        let pair = self.joined(id, name)?;
        if self.held_at(id).is_some() {
            self.back_to_person(now, id, step);
            step.effects.push(Effect::Play {
                leg,
                token: 0,
                prompts: Vec::new(),
                then: AfterPlay::Music(self.rules.prompts.music),
            });
        } else {
            self.hold_person(now, (id, name), step)?;
            step.effects.push(Effect::Bridge {
                a: pair.seat,
                b: leg,
            });
        }
        Ok(())
    }

    /// The person is given to whoever was asked.
    pub(crate) fn complete_consult(
        &mut self,
        now: Now,
        (id, name): (SeatId, &str),
        step: &mut Step,
    ) -> Result<(), CommandError> {
        let (side, _) = self.consult_that_is_up(id, name)?;
        if self.stopping.is_some() {
            return Err(CommandError::Stopping);
        }
        let other = self.sides.get(&side).and_then(|side| side.row.to_seat);
        if let Some(other) = other {
            let is_there = self
                .seats
                .get(&other)
                .is_some_and(|seat| seat.sign_in.is_some());
            if !is_there {
                return Err(CallError::SeatBusy(name.to_owned()).into());
            }
        }
        self.completes(now, id, (side, other), step);
        Ok(())
    }

    /// Whoever was asked has the person from now on.
    pub(crate) fn completes(
        &mut self,
        now: Now,
        id: SeatId,
        (side, other): (SideCallId, Option<SeatId>),
        step: &mut Step,
    ) {
        self.consults_no_more(id);
        let Some((with, queue)) = self.lets_go_of(now, id, step) else {
            return;
        };
        match other {
            Some(other) => self.seat_has(now, (side, other), (with, queue), step),
            None => self.outside_has(now, side, with, step),
        }
    }

    /// The operator puts down the phone while they ask somebody: whoever speaks with them has the person
    /// then; where nobody does yet, the person goes before everyone in the queue of the work.
    pub(crate) fn put_down_in_consultation(
        &mut self,
        now: Now,
        id: SeatId,
        side: SideCallId,
        step: &mut Step,
    ) {
        let is_up = self.sides.get(&side).is_some_and(|side| side.is_up());
        let other = self.sides.get(&side).and_then(|side| side.row.to_seat);
        let is_there = other.is_none_or(|other| {
            self.seats
                .get(&other)
                .is_some_and(|seat| seat.sign_in.is_some())
        });
        if is_up && is_there && self.stopping.is_none() {
            return self.completes(now, id, (side, other), step);
        }
        let queue = self
            .work_of_conversation(id, "")
            .map(|(.., queue)| queue)
            .ok();
        let Some((with, _)) = self.lets_go_of(now, id, step) else {
            return;
        };
        let given = match with {
            With::Caller(attempt) => Given::Caller(attempt),
            With::Person {
                callback,
                dial,
                leg,
            } => Given::Person {
                callback,
                dial: *dial,
                leg,
            },
            With::Ringing { .. } => return,
        };
        self.given_back(now, queue, given, step);
    }

    /// The operator is through with the person, who is still there: wrap-up follows.
    pub(crate) fn lets_go_of(
        &mut self,
        now: Now,
        id: SeatId,
        step: &mut Step,
    ) -> Option<(With, QueueId)> {
        let person = self.spoken_with(id);
        self.remember_giving(now, id);
        let seat = self.seats.get_mut(&id)?;
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
            return None;
        };
        seat.said = NeedsSaid::default();
        assignment.ended_ms = Some(now.utc_ms);
        self.legs.remove(&leg);
        step.effects.push(Effect::Unbridge { leg });
        step.effects.push(Effect::HangUp {
            leg,
            q850: cause::NORMAL,
            text: "Normal clearing",
        });
        self.consult_ends(now, consult, step);
        let done = Done {
            assignment,
            queue,
            settled: None,
            case: None,
            person,
        };
        self.begin_wrap_up(now, id, done, step);
        Some((with, queue))
    }

    /// The seat that was asked goes on with the person as with any work.
    fn seat_has(
        &mut self,
        now: Now,
        (side, other): (SideCallId, SeatId),
        (with, queue): (With, QueueId),
        step: &mut Step,
    ) {
        let Some(mut side) = self.sides.remove(&side) else {
            return;
        };
        side.row.kind = SideKind::ToSeat;
        side.row.ended_ms = Some(now.utc_ms);
        side.row.result = Some(crate::words::DialResult::Answered);
        step.records
            .push(Record::SideCall(Box::new(side.row.clone())));
        let (offer, assignment) = (OfferId(self.ids.allot()), AssignmentId(self.ids.allot()));
        let seat = self.seats.get_mut(&other);
        let Some((seat, work)) = seat.zip(side.row.work) else {
            return;
        };
        let (Some(leg), Some(sign_in)) = (seat.leg(), &seat.sign_in) else {
            return;
        };
        let operator = sign_in.operator;
        seat.load.begin(now.utc_ms);
        step.records.push(Record::Offer(OfferRow {
            id: offer,
            work,
            queue,
            seat: other,
            operator,
            state: OfferState::Accepted,
            offered_ms: side.row.begun_ms,
            lease_until_ms: now.utc_ms,
            ended_ms: Some(now.utc_ms),
        }));
        let assignment = AssignmentRow {
            id: assignment,
            offer,
            work,
            seat: other,
            operator,
            started_ms: now.utc_ms,
            ended_ms: None,
            wrap_up_until_ms: None,
            disposition: None,
            code: None,
            note: None,
        };
        step.records.push(Record::Assignment(assignment.clone()));
        let (with, person) = self.with_other_seat(now, other, with, step);
        if let Some(seat) = self.seats.get_mut(&other) {
            seat.work = SeatWork::Talking {
                assignment,
                queue,
                leg,
                with,
                held: None,
                consult: None,
            };
        }
        if let Some(a) = person {
            step.effects.push(Effect::Bridge { a, b: leg });
        }
        self.work_begun(now, other);
        self.seat_changed(now, other, step);
    }

    fn with_other_seat(
        &mut self,
        now: Now,
        other: SeatId,
        with: With,
        step: &mut Step,
    ) -> (With, Option<LegId>) {
        match with {
            With::Caller(attempt) => {
                self.caller_served(now, attempt, other, step);
                let leg = self.attempts.get(&attempt).map(|live| live.leg);
                (With::Caller(attempt), leg)
            }
            With::Person {
                callback,
                mut dial,
                leg,
            } => {
                dial.seat = Some(other);
                step.records.push(Record::Dial(dial.as_ref().clone()));
                self.legs.insert(leg, Role::Person(other));
                let with = With::Person {
                    callback,
                    dial,
                    leg,
                };
                (with, Some(leg))
            }
            With::Ringing { .. } => (with, None),
        }
    }

    /// The person talks with somebody outside, or will: no seat has to do with it any more.
    fn outside_has(&mut self, now: Now, id: SideCallId, with: With, step: &mut Step) {
        let given = match with {
            With::Caller(attempt) => {
                if let Some(live) = self.attempts.get_mut(&attempt) {
                    live.token += 1;
                    live.doing = Doing::Given { side: id };
                }
                Given::Caller(attempt)
            }
            With::Person {
                callback,
                dial,
                leg,
            } => {
                self.legs.insert(leg, Role::Given(id));
                Given::Person {
                    callback,
                    dial: *dial,
                    leg,
                }
            }
            // Nobody is there to be given.
            With::Ringing { .. } => return,
        };
        let person = self.leg_of_given(&given);
        let Some(side) = self.sides.get_mut(&id) else {
            return self.given_back(now, None, given, step);
        };
        side.holder = Holder::Person(given);
        if side.row.kind == SideKind::Consult {
            side.row.kind = SideKind::ToNumber;
            step.records
                .push(Record::SideCall(Box::new(side.row.clone())));
        }
        let (is_up, leg) = (side.is_up(), side.leg);
        let Some(person) = person else {
            return;
        };
        if let Some(b) = leg.filter(|_| is_up) {
            step.effects.push(Effect::Bridge { a: person, b });
        } else {
            step.effects.push(Effect::Play {
                leg: person,
                token: 0,
                prompts: vec![self.rules.prompts.please_hold],
                then: AfterPlay::Music(self.rules.prompts.music),
            });
        }
    }

    /// The person is given to somebody of the directory without a word before.
    pub(crate) fn passes_to_number(
        &mut self,
        now: Now,
        (id, name): (SeatId, &str),
        entry: &str,
        step: &mut Step,
    ) -> Result<(), CommandError> {
        self.is_alone_with_person(id, name)?;
        let entry = self.entry_to_call(self.tenant_at(id), entry)?;
        let (operator, work, queue) = self.work_of_conversation(id, name)?;
        self.has_way_back(id, queue)?;
        if !self.has_channel() {
            return Err(CallError::NoTrunk.into());
        }
        let begun = Begun {
            kind: SideKind::ToNumber,
            seat: id,
            operator,
            work: Some(work),
            queue: Some(queue),
            to_seat: None,
            entry: Some(entry),
            holder: Holder::Conversation,
        };
        let side = self.side_begins(now, begun, step);
        if let Some((with, _)) = self.lets_go_of(now, id, step) {
            self.outside_has(now, side, with, step);
            self.rings_entry(now, side, step);
        }
        Ok(())
    }

    /// Nobody outside took them: they go before everyone in the queue of the work.
    pub(crate) fn given_back(
        &mut self,
        now: Now,
        queue: Option<QueueId>,
        given: Given,
        step: &mut Step,
    ) {
        let queue = queue.and_then(|queue| self.rules.current(queue));
        let passing = queue.map(Passing::first);
        let passing = passing.filter(|_| self.stopping.is_none());
        match given {
            Given::Caller(attempt) => {
                let waits = passing.is_some_and(|it| self.caller_passed(now, attempt, &it, step));
                if !waits {
                    let end = End {
                        outcome: Outcome::Interrupted,
                        by: Party::Us,
                        reason: Some("nobody took them"),
                    };
                    self.end_attempt(now, attempt, end, true, step);
                }
            }
            Given::Person {
                callback,
                dial,
                leg,
            } => match passing {
                Some(passing) => self.person_passed(now, (callback, dial, leg), &passing, step),
                None => self.person_lost(now, callback, (dial, leg), true, step),
            },
        }
    }

    /// A conversation with somebody outside is over: it settles what it would have with an operator.
    pub(crate) fn given_talked(&mut self, now: Now, given: Given, by: Party, step: &mut Step) {
        let said = NeedsSaid::default();
        match given {
            Given::Caller(attempt) => {
                self.call_talked(now, attempt, (by, true, None), &said, step);
            }
            Given::Person {
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
                self.callback_talked(now, (callback, dial), (by, true, None), &said, step);
            }
        }
    }

    /// A person who was given to somebody outside is gone.
    pub(crate) fn given_left(
        &mut self,
        now: Now,
        id: SideCallId,
        (by, hang_up): (Party, bool),
        step: &mut Step,
    ) {
        let how = self.ended_as(id);
        let is_up = how.1.is_some();
        let Some(side) = self.side_over(now, id, how, true, step) else {
            return;
        };
        let Holder::Person(given) = side.holder else {
            return;
        };
        match given {
            given if is_up => self.given_talked(now, given, by, step),
            Given::Caller(attempt) => self.caller_gave_up(now, attempt, (by, hang_up), step),
            Given::Person {
                callback,
                dial,
                leg,
            } if by == Party::Caller => {
                self.legs.remove(&leg);
                self.gave_up_waiting(now, callback, dial, step);
            }
            Given::Person {
                callback,
                dial,
                leg,
            } => self.person_lost(now, callback, (dial, leg), hang_up, step),
        }
    }

    fn caller_gave_up(
        &mut self,
        now: Now,
        id: AttemptId,
        (by, hang_up): (Party, bool),
        step: &mut Step,
    ) {
        let outcome = if by == Party::Network {
            Outcome::Interrupted
        } else {
            Outcome::AbandonedQueue
        };
        let end = End {
            outcome,
            by,
            reason: None,
        };
        self.end_attempt(now, id, end, hang_up, step);
    }
}
