//! What whoever has a person next is told of whoever gave them on: who that was, what they noted, and how
//! long the person had waited before.

use serde::{Deserialize, Serialize};

use crate::at_seat::{AskingNow, PassedNow};
use crate::centre::Centre;
use crate::id::{CallbackId, DialId, OperatorId, QueueId, SeatId, SideCallId};
use crate::record::Work;
use crate::seat::{SeatWork, With};
use crate::time::{Now, UtcMs};

/// That somebody was given on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct GivenOn {
    seat: SeatId,
    operator: OperatorId,
    at_ms: UtcMs,
    /// How long they had waited in all before.
    waited_ms: i64,
    /// What was noted in the conversation.
    note: Option<String>,
    /// The dial by which they were reached: another one is another conversation.
    dial: Option<DialId>,
}

impl Centre {
    /// Remembers who gives a person on, while they still speak with them.
    pub(crate) fn remember_giving(&mut self, now: Now, id: SeatId) {
        let note = self.noted_in_conversation(id);
        let Some(SeatWork::Talking {
            assignment, with, ..
        }) = self.seats.get(&id).map(|seat| &seat.work)
        else {
            return;
        };
        let given = GivenOn {
            seat: id,
            operator: assignment.operator,
            at_ms: now.utc_ms,
            waited_ms: 0,
            note,
            dial: None,
        };
        match with {
            With::Caller(attempt) => {
                let Some(live) = self.attempts.get_mut(attempt) else {
                    return;
                };
                let before = live.given_on.take();
                let waited = live.queued_ms.zip(live.row.talking_ms);
                // Who was asked before they had them waited once.
                let is_new = |queued| before.as_ref().is_none_or(|it| it.at_ms <= queued);
                let waited = waited.filter(|(queued, _)| is_new(*queued));
                let waited_ms = waited.map_or(0, |(queued, talking)| (talking - queued).max(0));
                let before_ms = before.map_or(0, |it| it.waited_ms);
                live.given_on = Some(Box::new(GivenOn {
                    waited_ms: waited_ms + before_ms,
                    ..given
                }));
            }
            With::Person { callback, dial, .. } => {
                let dial = Some(dial.id);
                if let Some(case) = self.cases.get_mut(callback) {
                    case.given_on = Some(Box::new(GivenOn { dial, ..given }));
                }
            }
            With::Ringing { .. } => {}
        }
    }

    /// What was noted at a seat in the conversation that goes on.
    fn noted_in_conversation(&self, id: SeatId) -> Option<String> {
        let seat = self.seats.get(&id)?;
        if let Some((_, note)) = &seat.noted {
            return Some(note.clone());
        }
        match &seat.work {
            SeatWork::Talking { assignment, .. } => assignment.note.clone(),
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

    /// Who gave on the person whom a seat is to speak with, or speaks with.
    pub(crate) fn passed_at(&self, work: &SeatWork) -> Option<PassedNow> {
        let given = match work {
            SeatWork::Offered { offer, .. } => match offer.work {
                Work::Attempt(id) => self.attempts.get(&id)?.given_on.as_deref(),
                Work::Callback(id) => {
                    let dial = self.answered_waiting.get(&id)?.dial.id;
                    self.given_by_dial(id, dial)
                }
            },
            SeatWork::Talking { with, .. } => match with {
                With::Caller(id) => self.attempts.get(id)?.given_on.as_deref(),
                With::Person { callback, dial, .. } => self.given_by_dial(*callback, dial.id),
                With::Ringing { .. } => None,
            },
            SeatWork::Idle
            | SeatWork::AtTask { .. }
            | SeatWork::Informed { .. }
            | SeatWork::Beside { .. }
            | SeatWork::WrapUp { .. }
            | SeatWork::Resting { .. }
            | SeatWork::NotResponding => None,
        }?;
        Some(PassedNow {
            seat: self.seats.get(&given.seat)?.row.name.clone(),
            operator: self.operator_name(given.operator),
            at_ms: given.at_ms,
            waited_ms: given.waited_ms,
            note: given.note.clone(),
        })
    }

    fn given_by_dial(&self, callback: CallbackId, dial: DialId) -> Option<&GivenOn> {
        let given = self.cases.get(&callback)?.given_on.as_deref();
        given.filter(|given| given.dial == Some(dial))
    }

    /// Who asks a seat, and about what.
    pub(crate) fn asking(&self, id: SideCallId) -> Option<AskingNow> {
        let row = &self.sides.get(&id)?.row;
        let rule = |queue: QueueId| self.rules.queues.get(&queue);
        let rule = row.queue.and_then(rule);
        let tenant = rule.and_then(|rule| self.rules.tenants.get(&rule.tenant));
        Some(AskingNow {
            operator: self.operator_name(row.operator),
            queue: rule.map(|rule| rule.name.clone()),
            tenant: tenant.map(|tenant| tenant.name.clone()),
            note: self.noted_in_conversation(row.seat),
        })
    }
}
