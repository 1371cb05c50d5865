//! Somebody is asked while the person is on hold: then the person is given to them, or the operator goes
//! back.

use crate::beside::{Begun, Holder};
use crate::centre::{Centre, Role};
use crate::conversation::hung_up;
use crate::given::{Given, LetGo, Told};
use crate::hand::CallError;
use crate::holding::Pair;
use crate::id::{AssignmentId, LegId, OfferId, QueueId, SeatId, SideCallId};
use crate::record::{AssignmentRow, OfferRow, Record, Work};
use crate::seat::{Done, SeatWork, With};
use crate::step::{AfterPlay, CommandError, Effect, Step};
use crate::time::Now;
use crate::words::{OfferState, SideKind, WorkKind};

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

    pub(crate) fn work_of_conversation(
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
        if self.holds_by_phone(id) {
            return Err(CallError::HeldByPhone(name.to_owned()).into());
        }
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
            self.may_have(id, other)?;
        }
        self.completes(now, id, (side, other), step);
        Ok(())
    }

    /// Whether the person of one seat may be given to another that was asked: whoever may not serve them
    /// is asked, and no more. How busy that one is does not count, since they have agreed.
    fn may_have(&self, id: SeatId, other: SeatId) -> Result<(), CommandError> {
        let Some(seat) = self.seats.get(&other) else {
            return Err(CallError::NobodyThere(String::new()).into());
        };
        let name = &seat.row.name;
        let Some(sign_in) = &seat.sign_in else {
            return Err(CallError::SeatBusy(name.clone()).into());
        };
        let (.., queue) = self.work_of_conversation(id, name)?;
        let Some(rule) = self.rules.queues.get(&queue) else {
            return Err(CallError::SeatBusy(name.clone()).into());
        };
        if !rule.can_be_served_by(&seat.skills) {
            return Err(CommandError::LacksSkill {
                operator: self.operator_name(sign_in.operator).unwrap_or_default(),
                queue: rule.name.clone(),
            });
        }
        let is_kept = self.matching.lend_refusal(seat.home, rule.tenant).is_some();
        if is_kept || !seat.profile.takes(queue, WorkKind::Live) {
            return Err(CallError::MayNotServe(name.clone()).into());
        }
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
        let Some(LetGo { with, queue, told }) = self.lets_go_of(now, id, step) else {
            return;
        };
        match other {
            Some(other) => self.seat_has(now, (side, other), (with, queue), step),
            None => self.outside_has(now, side, (with, told), step),
        }
    }

    /// The operator puts down the phone while they ask somebody: whoever speaks with them has the person
    /// then; where nobody does yet, or who may not serve them, the person goes before everyone in the queue of the work.
    pub(crate) fn put_down_in_consultation(
        &mut self,
        now: Now,
        id: SeatId,
        side: SideCallId,
        step: &mut Step,
    ) {
        let is_up = self.sides.get(&side).is_some_and(|side| side.is_up());
        let other = self.sides.get(&side).and_then(|side| side.row.to_seat);
        let may_have = other.is_none_or(|other| self.may_have(id, other).is_ok());
        if is_up && may_have && self.stopping.is_none() {
            return self.completes(now, id, (side, other), step);
        }
        let queue = self
            .work_of_conversation(id, "")
            .map(|(.., queue)| queue)
            .ok();
        let Some(LetGo { with, .. }) = self.lets_go_of(now, id, step) else {
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
    pub(crate) fn lets_go_of(&mut self, now: Now, id: SeatId, step: &mut Step) -> Option<LetGo> {
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
        let told = Told {
            conversation: assignment.id,
            disposition: assignment.disposition,
            said: seat.forgets_conversation().0,
        };
        assignment.ended_ms = Some(now.utc_ms);
        self.legs.remove(&leg);
        step.effects.push(Effect::Unbridge { leg });
        step.effects.push(hung_up(leg));
        self.consult_ends(now, consult, step);
        let done = Done {
            assignment,
            queue,
            settled: None,
            case: None,
            person,
            given_on: true,
        };
        self.begin_wrap_up(now, id, done, step);
        Some(LetGo { with, queue, told })
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
        if let Some(person) = person {
            let pair = Pair { seat: leg, person };
            self.joins_person(now, other, pair, step);
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
}
