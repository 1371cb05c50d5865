//! Persons who are given to somebody outside, with or without a word before, and talk there: what they are
//! owed is settled then as with an operator, or they come back.
//!
//! **What the giver said** of the conversation goes with the person, and may be corrected in the wrap-up
//! as long as that lasts. Nobody outside could say it. Whom nobody outside takes is asked about anew.

use serde::{Deserialize, Serialize};

use crate::attempt::{Doing, End};
use crate::beside::{Begun, Holder};
use crate::centre::{Centre, Role};
use crate::conversation::hung_up;
use crate::hand::CallError;
use crate::id::{AssignmentId, AttemptId, CallbackId, LegId, NeedId, QueueId, SeatId, SideCallId};
use crate::keeping::NeedsSaid;
use crate::record::{DialRow, Record};
use crate::seat::{Done, SeatWork, With};
use crate::step::{AfterPlay, CommandError, Effect, Step};
use crate::time::Now;
use crate::transferring::Passing;
use crate::words::{Disposition, Outcome, Party, SideKind};

/// A person who was given to somebody outside.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Given {
    Caller(AttemptId),
    Person {
        callback: CallbackId,
        dial: DialRow,
        leg: LegId,
    },
}

/// What an operator has told of a conversation that they gave on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Told {
    pub(crate) conversation: AssignmentId,
    pub(crate) disposition: Option<Disposition>,
    pub(crate) said: NeedsSaid,
}

/// Whom an operator is through with, and who is still there.
pub(crate) struct LetGo {
    pub(crate) with: With,
    pub(crate) queue: QueueId,
    pub(crate) told: Told,
}

impl Told {
    /// Told again: of what is not named anew, what was said before stands.
    fn corrected(&mut self, disposition: Disposition, said: NeedsSaid) {
        self.disposition = Some(disposition);
        let NeedsSaid { keep, close } = &mut self.said;
        let named = |need: &NeedId| said.keep.contains(need) || said.close.contains(need);
        keep.retain(|need| !named(need));
        close.retain(|need| !named(need));
        keep.extend(said.keep);
        close.extend(said.close);
    }

    /// The result of the conversation outside. A line that was cut interrupts it, though its giver was
    /// through with their part.
    fn result(&self, by: Party) -> Option<Disposition> {
        let is_another = self.disposition == Some(Disposition::AnotherPerson);
        self.disposition
            .filter(|_| by != Party::Network || is_another)
    }
}

impl Centre {
    /// The person talks with somebody outside, or will: no seat has to do with it any more.
    pub(crate) fn outside_has(
        &mut self,
        now: Now,
        id: SideCallId,
        (with, told): (With, Told),
        step: &mut Step,
    ) {
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
        let case = self.case_of_given(&given);
        let Some(side) = self.sides.get_mut(&id) else {
            return self.given_back(now, None, given, step);
        };
        let (seat, conversation) = (side.row.seat, told.conversation);
        side.holder = Holder::Person(given, Box::new(told));
        if side.row.kind == SideKind::Consult {
            side.row.kind = SideKind::ToNumber;
            step.records
                .push(Record::SideCall(Box::new(side.row.clone())));
        }
        let (is_up, leg) = (side.is_up(), side.leg);
        if let Some(done) = self.wrapped_up(seat, conversation) {
            done.case = case;
        }
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
        if let Some(LetGo { with, told, .. }) = self.lets_go_of(now, id, step) {
            self.outside_has(now, side, (with, told), step);
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
    /// Its giver may correct that as any other, while they wrap up.
    pub(crate) fn given_talked(
        &mut self,
        now: Now,
        giver: SeatId,
        (given, told): (Given, Told),
        by: Party,
        step: &mut Step,
    ) {
        let talked = (by, true, told.result(by));
        let settled = match given {
            Given::Caller(attempt) => self.call_talked(now, attempt, talked, &told.said, step),
            Given::Person {
                callback,
                dial,
                leg,
            } => {
                self.legs.remove(&leg);
                if by != Party::Caller {
                    step.effects.push(hung_up(leg));
                }
                self.callback_talked(now, (callback, dial), talked, &told.said, step)
            }
        };
        if let Some(done) = self.wrapped_up(giver, told.conversation) {
            done.settled = settled;
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
        let Holder::Person(given, told) = side.holder else {
            return;
        };
        let giver = side.row.seat;
        match given {
            given if is_up => self.given_talked(now, giver, (given, *told), by, step),
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

    /// The wrap-up of a conversation, as long as it lasts.
    fn wrapped_up(&mut self, seat: SeatId, conversation: AssignmentId) -> Option<&mut Done> {
        let done = match &mut self.seats.get_mut(&seat)?.work {
            SeatWork::WrapUp { done, .. } => done,
            SeatWork::Beside { wrapped, .. } => &mut wrapped.as_mut()?.done,
            SeatWork::Idle
            | SeatWork::AtTask { .. }
            | SeatWork::Offered { .. }
            | SeatWork::Talking { .. }
            | SeatWork::Informed { .. }
            | SeatWork::Resting { .. }
            | SeatWork::NotResponding => return None,
        };
        (done.assignment.id == conversation).then_some(done.as_mut())
    }

    /// Whether somebody outside has the person of this conversation now.
    pub(crate) fn is_given(&self, conversation: AssignmentId) -> bool {
        let mut sides = self.sides.values();
        sides.any(|side| side.was_given_in(conversation))
    }

    /// The giver says in the wrap-up what is to become of it. Whether the person is still outside.
    pub(crate) fn told_of_given(
        &mut self,
        conversation: AssignmentId,
        (disposition, said): (Disposition, &NeedsSaid),
    ) -> bool {
        let mut sides = self.sides.values_mut();
        let side = sides.find(|side| side.was_given_in(conversation));
        if let Some(Holder::Person(_, told)) = side.map(|side| &mut side.holder) {
            told.corrected(disposition, said.clone());
            return true;
        }
        false
    }

    fn case_of_given(&self, given: &Given) -> Option<CallbackId> {
        match given {
            Given::Caller(attempt) => self.case_at_call(*attempt),
            Given::Person { callback, .. } => Some(*callback),
        }
    }

    pub(crate) fn leg_of_given(&self, given: &Given) -> Option<LegId> {
        match given {
            Given::Caller(attempt) => self.attempts.get(attempt).map(|live| live.leg),
            Given::Person { leg, .. } => Some(*leg),
        }
    }
}
