//! Who waits in a queue, in the order in which they go: looked up when somebody asks; nothing is kept
//! for it.

use serde::Serialize;

use crate::attempt::Doing;
use crate::centre::Centre;
use crate::id::{AttemptId, CallbackId, QueueId, SeatId};
use crate::record::Work;
use crate::step::CommandError;
use crate::time::UtcMs;

/// Somebody who waits for an operator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WaiterNow {
    /// The call, of somebody who called.
    pub attempt: Option<AttemptId>,
    /// What they are owed, if anything; of somebody whom we called, what we called for.
    pub callback: Option<CallbackId>,
    /// Masked; none where it was withheld.
    pub number: Option<String>,
    /// Since when they wait for an operator.
    pub since_ms: UtcMs,
    /// Their place in line.
    pub place_ms: UtcMs,
    /// By how much they go ahead of it.
    pub priority_ms: i64,
    /// The longest wait that they were told, in minutes.
    pub told_min: Option<u32>,
    /// Extension of the seat that rings for them.
    pub seat: Option<String>,
}

impl Centre {
    /// Who waits in a queue, who goes first the first.
    ///
    /// # Errors
    /// When there is no such queue.
    pub fn in_line(
        &self,
        tenant: Option<&str>,
        queue: &str,
    ) -> Result<Vec<WaiterNow>, CommandError> {
        let queue = self.queue_told(tenant, queue)?;
        let callers = self.callers_in_line(queue);
        let mut all: Vec<(i64, WaiterNow)> = callers.chain(self.called_in_line(queue)).collect();
        all.sort_by_key(|(key_ms, it)| (*key_ms, it.attempt, it.callback));
        Ok(all.into_iter().map(|(_, it)| it).collect())
    }

    fn callers_in_line(&self, wanted: QueueId) -> impl Iterator<Item = (i64, WaiterNow)> {
        self.attempts.iter().filter_map(move |(id, live)| {
            let Doing::Queued {
                queue,
                place_ms,
                offered_to,
                ..
            } = live.doing
            else {
                return None;
            };
            let work = Work::Attempt(*id);
            let waiter = WaiterNow {
                attempt: Some(*id),
                callback: self.case_at_call(*id),
                number: live.caller.number.as_ref().map(ToString::to_string),
                since_ms: live.waits_since_ms(),
                place_ms,
                priority_ms: live.priority_ms,
                told_min: live.told_min,
                seat: offered_to.and_then(|seat| self.extension_of(seat)),
            };
            let key_ms = self.key(queue, place_ms, live.priority_ms, work);
            (queue == wanted).then_some((key_ms, waiter))
        })
    }

    fn called_in_line(&self, queue: QueueId) -> impl Iterator<Item = (i64, WaiterNow)> {
        self.waits_on_our_leg(queue).map(move |(id, person)| {
            let case = self.cases.get(&id);
            let work = Work::Callback(id);
            let waiter = WaiterNow {
                attempt: None,
                callback: Some(id),
                number: case.map(|case| case.number.to_string()),
                since_ms: person.since_ms.unwrap_or(person.place_ms),
                place_ms: person.place_ms,
                priority_ms: person.priority_ms,
                told_min: None,
                seat: person.seat.and_then(|seat| self.extension_of(seat)),
            };
            let key_ms = self.key(queue, person.place_ms, person.priority_ms, work);
            (key_ms, waiter)
        })
    }

    fn extension_of(&self, seat: SeatId) -> Option<String> {
        self.seats.get(&seat).map(|seat| seat.row.name.clone())
    }
}
