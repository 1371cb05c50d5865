//! A callback that an operator has chosen themselves, where its queue lets them. It is an offer like any
//! other, with a lease and a decision on record, which says that it was chosen; what nobody may ring now,
//! nobody rings by choosing it. Choosing passes over whoever stands before: that is why a rule must say so.

use crate::centre::Centre;
use crate::id::{CallbackId, QueueId};
use crate::matching::Pair;
use crate::record::{Proposal, Work};
use crate::rules::Queue;
use crate::seat::Seat;
use crate::snapshot::QueueName;
use crate::step::{CommandError, Step};
use crate::time::Now;

impl Centre {
    /// Offers a callback to the seat whose operator wants it.
    pub(crate) fn take_callback(
        &mut self,
        now: Now,
        (seat_name, callback): (&str, CallbackId),
        step: &mut Step,
    ) -> Result<(), CommandError> {
        if self.stopping.is_some() {
            return Err(CommandError::Stopping);
        }
        let id = self.seat_named(seat_name)?;
        let case = self.cases.get(&callback);
        let case = case.ok_or(CommandError::NoCallback(callback))?;
        let not_now = || CommandError::NotToBeTaken(callback);
        // Who stands in line is owed a call now: nobody talks with them, rings them or has them already.
        let queue = case.ready.ok_or_else(not_now)?;
        let rule = self.rules.queues.get(&queue).ok_or_else(not_now)?;
        if !rule.callback.preview.chosen_by_hand {
            return Err(CommandError::NotByHand(rule.name.clone()));
        }
        let seat = self.seats.get(&id).filter(|seat| seat.is_free(now.utc_ms));
        let seat = seat.ok_or_else(|| CommandError::NotFree(seat_name.to_owned()))?;
        let sign_in = seat.sign_in.as_ref();
        let operator = sign_in.map(|it| it.operator);
        if !self.serves(seat, rule) {
            let name = operator.and_then(|it| self.operator_name(it));
            return Err(CommandError::LacksSkill {
                operator: name.unwrap_or_default(),
                queue: rule.name.clone(),
            });
        }
        let owner = self.owners.get(&callback);
        if self.held || owner.is_some_and(|owner| Some(*owner) != operator) {
            return Err(not_now());
        }
        let (place_ms, priority_ms) = (case.row.place_ms, case.row.priority_ms);
        let waiting = self.waiting(queue, place_ms, priority_ms, Work::Callback(callback));
        let pair = Pair {
            seen_ms: waiting.key_ms,
            waiting,
            step: 0,
            seat: id,
        };
        let explanation = self.explained_by_hand(now, &pair).ok_or_else(not_now)?;
        let (phone, operator) = self.whom_to_ask(now, &pair).ok_or_else(not_now)?;
        let offer = self.offer(now, &pair, phone, operator, step);
        self.explain(now, offer.map(Proposal::Offer), explanation, step);
        Ok(())
    }

    /// Whether who works at a seat can and may serve a queue.
    fn serves(&self, seat: &Seat, rule: &Queue) -> bool {
        rule.can_be_served_by(&seat.skills) && self.may_be_lent(seat.home, rule.tenant)
    }

    /// The queues of which a seat's operator may choose a callback now.
    pub(crate) fn queues_to_choose(&self, now: Now, seat: &Seat) -> Vec<QueueName> {
        let chosen = |(_, rule): &(&QueueId, &Queue)| {
            rule.callback.preview.chosen_by_hand && self.serves(seat, rule)
        };
        if !seat.is_free(now.utc_ms) {
            return Vec::new();
        }
        let named = |(_, rule): (&QueueId, &Queue)| {
            let tenant = self.rules.tenants.get(&rule.tenant)?;
            Some(QueueName {
                tenant: tenant.name.clone(),
                queue: rule.name.clone(),
            })
        };
        let queues = self.rules.queues.iter().filter(chosen);
        queues.filter_map(named).collect()
    }
}
