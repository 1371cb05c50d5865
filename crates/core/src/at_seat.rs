//! Whoever a seat has to do with, as its page says it before all that they are owed; and the time after
//! a conversation.

use serde::Serialize;

use crate::centre::Centre;
use crate::hand::CallError;
use crate::id::{AssignmentId, AttemptId};
use crate::own_result::ResultCode;
use crate::record::Work;
use crate::seat::{SeatWork, With};
use crate::step::CommandError;
use crate::time::UtcMs;
use crate::words::Disposition;

/// Whoever a seat has to do with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PersonNow {
    /// Their number, masked; none where it was withheld, or is forgotten by now.
    pub number: Option<String>,
    /// The call by which they rang in.
    pub attempt: Option<AttemptId>,
    /// Since when they wait, or had waited, on the line.
    pub waits_since_ms: Option<UtcMs>,
    /// When an operator answered.
    pub answered_ms: Option<UtcMs>,
    /// Whether they called for another person than the one whom the number stands for.
    pub another_person: bool,
    /// Whether they rang back after a call of ours.
    pub returned: bool,
    /// Which operator gave them on.
    pub passed: Option<PassedNow>,
}

/// Who gave a person on, to whoever has them now or is to have them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PassedNow {
    /// Extension of their seat.
    pub seat: String,
    /// Login name.
    pub operator: Option<String>,
    /// When.
    pub at_ms: UtcMs,
    /// How long the person had waited on the line before, in milliseconds.
    pub waited_ms: i64,
    /// What they noted of the conversation.
    pub note: Option<String>,
}

/// Who asks a colleague while their person is on hold, and about what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AskingNow {
    /// Login name.
    pub operator: Option<String>,
    /// Short name of the queue of their conversation.
    pub queue: Option<String>,
    /// Short name of its tenant.
    pub tenant: Option<String>,
    /// What they noted of it.
    pub note: Option<String>,
}

/// The conversation being had, or just had, as far as its operator has yet to see to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ResultNow {
    /// Which conversation that is.
    pub conversation: AssignmentId,
    /// What was told already.
    pub told: Option<Disposition>,
    /// The centre's own word for it.
    pub code: Option<ResultCode>,
    /// Until when there is time for it; none in the conversation.
    pub until_ms: Option<UtcMs>,
    /// Whether that time ends with the result.
    pub ends_with_it: bool,
    /// Whether the person was given on: what is owed to them is seen by whoever has them.
    pub given_on: bool,
}

impl Centre {
    /// Whether a seat still has the conversation that is spoken of, where it is said which.
    pub(crate) fn has_still(
        &self,
        name: &str,
        conversation: Option<AssignmentId>,
    ) -> Result<(), CommandError> {
        let Some(meant) = conversation else {
            return Ok(());
        };
        let seat = self.seats.get(&self.seat_named(name)?);
        let has = seat.and_then(|seat| result_at(&seat.work));
        if has.is_some_and(|has| has.conversation == meant) {
            Ok(())
        } else {
            Err(CallError::AnotherCall(name.to_owned()).into())
        }
    }

    /// Whoever a seat has to do with.
    pub(crate) fn person_at(&self, work: &SeatWork) -> Option<PersonNow> {
        let (attempt, spoken) = match work {
            SeatWork::Offered { offer, .. } => (of_call(offer.work), None),
            SeatWork::Talking { with, .. } => match with {
                With::Caller(id) => (Some(*id), None),
                With::Ringing { .. } | With::Person { .. } => (None, None),
            },
            SeatWork::WrapUp { done, .. } => {
                let spoken = done.person.number.as_ref();
                (of_call(done.assignment.work), spoken)
            }
            SeatWork::Idle
            | SeatWork::AtTask { .. }
            | SeatWork::Informed { .. }
            | SeatWork::Beside { .. }
            | SeatWork::Resting { .. }
            | SeatWork::NotResponding => return None,
        };
        let live = attempt.and_then(|id| self.attempts.get(&id));
        let case = self.case_at(work).and_then(|id| self.cases.get(&id));
        let called = live.and_then(|live| live.caller.number.as_ref());
        let number = called.or(case.map(|case| &case.number)).or(spoken);
        Some(PersonNow {
            number: number.map(ToString::to_string),
            attempt,
            waits_since_ms: live.and_then(|live| live.queued_ms),
            // Who was given on waits anew.
            answered_ms: live.and_then(|live| {
                let queued_ms = live.queued_ms;
                let is_since = |ms: &UtcMs| queued_ms.is_none_or(|queued| queued <= *ms);
                live.row.talking_ms.filter(is_since)
            }),
            another_person: live.is_some_and(|live| live.another_person),
            returned: live.is_some_and(|live| live.returned_ms.is_some()),
            passed: self.passed_at(work),
        })
    }
}

fn of_call(work: Work) -> Option<AttemptId> {
    match work {
        Work::Attempt(id) => Some(id),
        Work::Callback(_) => None,
    }
}

/// What is still to be told of a conversation.
pub(crate) fn result_at(work: &SeatWork) -> Option<ResultNow> {
    match work {
        SeatWork::Talking {
            assignment, with, ..
        } => match with {
            With::Ringing { .. } => None,
            With::Caller(_) | With::Person { .. } => Some(ResultNow {
                conversation: assignment.id,
                told: assignment.disposition,
                code: assignment.code.clone(),
                until_ms: None,
                ends_with_it: false,
                given_on: false,
            }),
        },
        SeatWork::WrapUp { may_end, done, .. } => Some(ResultNow {
            conversation: done.assignment.id,
            told: done.assignment.disposition,
            code: done.assignment.code.clone(),
            until_ms: done.assignment.wrap_up_until_ms,
            ends_with_it: *may_end,
            given_on: done.given_on,
        }),
        SeatWork::Idle
        | SeatWork::Offered { .. }
        | SeatWork::AtTask { .. }
        | SeatWork::Informed { .. }
        | SeatWork::Beside { .. }
        | SeatWork::Resting { .. }
        | SeatWork::NotResponding => None,
    }
}
