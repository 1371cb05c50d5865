//! Persons who are given to somebody outside, with or without a word before, and talk there: what they are
//! owed is settled then as with an operator, or they come back.

use serde::{Deserialize, Serialize};

use crate::attempt::{Doing, End, cause};
use crate::beside::{Begun, Holder};
use crate::centre::{Centre, Role};
use crate::hand::CallError;
use crate::id::{AttemptId, CallbackId, LegId, QueueId, SeatId, SideCallId};
use crate::keeping::NeedsSaid;
use crate::record::{DialRow, Record};
use crate::seat::With;
use crate::step::{AfterPlay, CommandError, Effect, Step};
use crate::time::Now;
use crate::transferring::Passing;
use crate::words::{Outcome, Party, SideKind};

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

impl Centre {
    /// The person talks with somebody outside, or will: no seat has to do with it any more.
    pub(crate) fn outside_has(&mut self, now: Now, id: SideCallId, with: With, step: &mut Step) {
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

    pub(crate) fn leg_of_given(&self, given: &Given) -> Option<LegId> {
        match given {
            Given::Caller(attempt) => self.attempts.get(attempt).map(|live| live.leg),
            Given::Person { leg, .. } => Some(*leg),
        }
    }
}
