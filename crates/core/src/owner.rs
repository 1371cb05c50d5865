//! A callback that one operator owes by name: it waits for them while they are there, and for a
//! while when they are not; then anybody may pay it, because the person waits and not the operator.

use crate::centre::Centre;
use crate::id::{CallbackId, OperatorId, QueueId, SeatId};
use crate::record::{OwnerRow, Record};
use crate::step::{CommandError, Step};
use crate::time::{Now, UtcMs};
use crate::timers::Timer;
use crate::words::WorkKind;

impl Centre {
    /// Says who is to call a person back; nobody in particular without a name.
    pub(crate) fn assign_callback(
        &mut self,
        now: Now,
        id: CallbackId,
        operator: Option<String>,
        step: &mut Step,
    ) -> Result<(), CommandError> {
        if !self.cases.contains_key(&id) {
            return Err(CommandError::NoCallback(id));
        }
        let known = |name: String| {
            let row = self.operators.get(&name);
            let row = row.filter(|row| row.removed_ms.is_none());
            row.map(|row| row.id).ok_or(CommandError::NoOperator(name))
        };
        let operator = operator.map(known).transpose()?;
        step.records.push(Record::Owner(OwnerRow {
            callback: id,
            operator,
        }));
        self.owned(now, id, operator);
        Ok(())
    }

    /// Takes up whose a callback is, and awaits the moment at which it is everybody's.
    pub(crate) fn owned(&mut self, now: Now, id: CallbackId, operator: Option<OperatorId>) {
        match operator {
            Some(operator) => drop(self.owners.insert(id, operator)),
            None => drop(self.owners.remove(&id)),
        }
        if let Some(at_ms) = self.released_at(id) {
            self.timers.at(now.mono_at(at_ms), Timer::Look);
        }
    }

    /// When a callback is everybody's though its owner is away.
    fn released_at(&self, id: CallbackId) -> Option<UtcMs> {
        let case = self
            .cases
            .get(&id)
            .filter(|_| self.owners.contains_key(&id))?;
        let rule = self.rules.queues.get(&self.queue_of(case)?)?;
        let since_ms = case.row.not_before_ms.max(case.row.place_ms);
        Some(since_ms + i64::from(rule.callback.owner_wait_h) * 3_600_000)
    }

    /// The first of these seats that may pay a callback.
    pub(crate) fn seat_of_owner(
        &self,
        now: Now,
        id: CallbackId,
        queue: QueueId,
        able: &[SeatId],
    ) -> Option<SeatId> {
        let Some(&owner) = self.owners.get(&id) else {
            return able.first().copied();
        };
        let there = self.seat_of(owner);
        if let Some(seat) = there.filter(|seat| able.contains(seat)) {
            return Some(seat);
        }
        let seat = there.and_then(|seat| self.seats.get(&seat));
        let comes = seat.is_some_and(|seat| seat.profile.takes(queue, WorkKind::Callback));
        let may_come = self.released_at(id).is_some_and(|at| now.utc_ms < at);
        let works_here = self
            .operators
            .values()
            .any(|row| row.id == owner && row.removed_ms.is_none());
        let waits = works_here && (comes || (there.is_none() && may_come));
        able.first().copied().filter(|_| !waits)
    }
}
