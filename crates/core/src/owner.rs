//! A callback that one operator owes by name: it waits for them while they are there, and for a
//! while when they are not; then anybody may pay it, because the person waits and not the operator.

use crate::centre::Centre;
use crate::id::{CallbackId, OperatorId, QueueId};
use crate::matching::Wish;
use crate::record::{OwnerRow, Record};
use crate::rules::Queue;
use crate::seat::Seat;
use crate::step::{CommandError, Step};
use crate::time::{Now, UtcMs};
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
        let case = self.cases.get(&id).ok_or(CommandError::NoCallback(id))?;
        let rule = self.queue_of(case);
        let rule = rule.and_then(|queue| self.rules.queues.get(&queue));
        let operator = operator.map(|name| self.owner_named(name, rule));
        let operator = operator.transpose()?;
        step.records.push(Record::Owner(OwnerRow {
            callback: id,
            operator,
        }));
        self.owned(now, id, operator);
        Ok(())
    }

    /// To whom a callback or a task of this queue is given by name: to somebody who works here and
    /// can do it.
    pub(crate) fn owner_named(
        &self,
        name: String,
        rule: Option<&Queue>,
    ) -> Result<OperatorId, CommandError> {
        let row = self.operators.get(&name);
        let Some(row) = row.filter(|row| row.removed_ms.is_none()) else {
            return Err(CommandError::NoOperator(name));
        };
        match rule {
            Some(rule) if !rule.can_be_served_by(&row.skills) => Err(CommandError::LacksSkill {
                operator: name,
                queue: rule.name.clone(),
            }),
            Some(_) | None => Ok(row.id),
        }
    }

    /// Takes up whose a callback is; the line knows until when it waits for them.
    pub(crate) fn owned(&mut self, now: Now, id: CallbackId, operator: Option<OperatorId>) {
        match operator {
            Some(operator) => drop(self.owners.insert(id, operator)),
            None => drop(self.owners.remove(&id)),
        }
        self.reconsider(now, id);
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

    /// A callback waits for its owner as long as they are there and can take it, and for a
    /// while when they are not.
    pub(crate) fn wish_of_owner(&self, now: Now, id: CallbackId, queue: QueueId) -> Option<Wish> {
        let &operator = self.owners.get(&id)?;
        let mut operators = self.operators.values();
        operators.find(|row| row.id == operator && row.removed_ms.is_none())?;
        let rule = self.rules.queues.get(&queue)?;
        let seat = self.seat_of(operator);
        let until_ms = match seat.and_then(|seat| self.seats.get(&seat)) {
            Some(seat) if !seat.profile.takes(queue, WorkKind::Callback) => return None,
            Some(seat) if !self.may_be_lent(seat.home, rule.tenant) => return None,
            Some(seat) if self.will_take(seat, queue, rule, now) => UtcMs::MAX,
            Some(_) | None => self.released_at(id)?,
        };
        Some(Wish {
            operator,
            until_ms,
            is_owned: true,
        })
    }

    /// Whether an owner is there and nothing stands between them and it: not while their site is
    /// cut off, nor while they are spared it.
    fn will_take(&self, seat: &Seat, queue: QueueId, rule: &Queue, now: Now) -> bool {
        let spared = || self.spared(seat, queue, WorkKind::Callback, now);
        seat.is_there(now.utc_ms) && rule.can_be_served_by(&seat.skills) && spared().is_none()
    }

    /// What operators are spared has changed, or their site was cut off or is back.
    pub(crate) fn ask_owners(&mut self, now: Now) {
        for operator in std::mem::take(&mut self.owners_to_ask) {
            self.owners_moved(now, [Some(operator), None]);
        }
    }

    /// These operators have come or gone: what they own waits for them, or for anybody.
    pub(crate) fn owners_moved(&mut self, now: Now, operators: [Option<OperatorId>; 2]) {
        let theirs = |(_, owner): &(&CallbackId, &OperatorId)| operators.contains(&Some(**owner));
        let owned: Vec<CallbackId> = self
            .owners
            .iter()
            .filter(theirs)
            .map(|(id, _)| *id)
            .collect();
        for id in owned {
            self.reconsider(now, id);
        }
    }
}
