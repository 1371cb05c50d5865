//! How many people are called before an operator is on the line, and which seats are counted for
//! them. Counted once for all that is decided in one go, and again only for what a decision changes;
//! while nobody is called so, no seat is looked at.

use std::collections::{BTreeMap, BTreeSet};

use crate::centre::Centre;
use crate::id::{QueueId, SeatId};
use crate::planted::{Fault, planted};

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct CalledFirst {
    /// Who is called or waits for their first operator, by queue.
    in_flight: BTreeMap<QueueId, usize>,
    /// Seats that are asked to take a task, by the queues that they serve. Not counted before
    /// somebody is called.
    asked: Option<BTreeMap<QueueId, usize>>,
}

impl CalledFirst {
    fn is_nobody(&self) -> bool {
        self.in_flight.is_empty()
    }
}

impl Centre {
    pub(crate) fn called_first(&self) -> CalledFirst {
        let mut called = CalledFirst::default();
        self.count_called(&mut called);
        called
    }

    /// Counts anew who is called.
    pub(crate) fn count_called(&self, called: &mut CalledFirst) {
        called.in_flight.clear();
        let rung = self.person_first.values();
        let rung = rung.filter(|it| it.reminds.is_none()).map(|it| it.queue);
        for queue in rung.chain(self.waits_first()) {
            let queue = self.rules.current(queue).unwrap_or(queue);
            *called.in_flight.entry(queue).or_default() += 1;
        }
        if !called.is_nobody() && called.asked.is_none() {
            called.asked = Some(self.asked_by_queue());
        }
    }

    fn asked_by_queue(&self) -> BTreeMap<QueueId, usize> {
        let mut asked = BTreeMap::new();
        let seats = self.seats.iter().filter(|(_, it)| it.task_offer.is_some());
        for queue in seats.flat_map(|(id, _)| self.matching.served_at(*id)) {
            *asked.entry(queue).or_default() += 1;
        }
        asked
    }

    /// Whether a seat is asked to take a task.
    pub(crate) fn is_asked(&self, seat: SeatId) -> bool {
        let seat = self.seats.get(&seat);
        seat.is_some_and(|seat| seat.task_offer.is_some())
    }

    /// A seat is asked to take a task.
    pub(crate) fn count_asked(&self, called: &mut CalledFirst, seat: SeatId) {
        if let Some(asked) = &mut called.asked {
            for queue in self.matching.served_at(seat) {
                *asked.entry(queue).or_default() += 1;
            }
        }
    }

    /// A seat is asked no more.
    pub(crate) fn count_asked_no_more(&self, called: &mut CalledFirst, seat: SeatId) {
        if let Some(asked) = &mut called.asked {
            for queue in self.matching.served_at(seat) {
                let seats = asked.entry(queue).or_default();
                *seats = seats.saturating_sub(1);
            }
        }
    }

    /// Of the queues with callbacks, those for which as many people are called first as operators are
    /// free.
    pub(crate) fn as_many_as_free(&self, called: &CalledFirst) -> BTreeSet<QueueId> {
        self.full_of(called, self.matching.with_callbacks())
    }

    /// All such queues.
    pub(crate) fn full_queues(&self, called: &CalledFirst) -> BTreeSet<QueueId> {
        self.full_of(called, self.rules.queues.keys().copied())
    }

    /// Those of the queues that a seat serves.
    pub(crate) fn full_at(&self, called: &CalledFirst, seat: SeatId) -> BTreeSet<QueueId> {
        self.full_of(called, self.matching.served_at(seat))
    }

    fn full_of(
        &self,
        called: &CalledFirst,
        queues: impl Iterator<Item = QueueId>,
    ) -> BTreeSet<QueueId> {
        if called.is_nobody() {
            return BTreeSet::new();
        }
        queues.filter(|id| self.is_full(called, *id)).collect()
    }

    /// Whether every seat that is free for a queue is counted for somebody who is called first, be it
    /// for another: one of them is wanted in a moment.
    pub(crate) fn is_full(&self, called: &CalledFirst, queue: QueueId) -> bool {
        if called.is_nobody() || planted(Fault::MoreCalledThanFree) {
            return false;
        }
        let count = |queue| called.in_flight.get(&queue).copied().unwrap_or(0);
        let others: usize = self.blending.sharers(queue).map(count).sum();
        let of_these = count(queue) + others;
        of_these > 0 && of_these >= self.free_for_called(called, queue).max(1)
    }

    /// Seats that are free for a queue, and not asked to take a task.
    fn free_for_called(&self, called: &CalledFirst, queue: QueueId) -> usize {
        let asked = called.asked.as_ref().and_then(|it| it.get(&queue));
        let free = self.matching.free_to_dial(queue);
        free.saturating_sub(asked.copied().unwrap_or(0))
    }
}
