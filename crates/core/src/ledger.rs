//! How many callbacks are open per queue, and since when the oldest of them stands in line.
//! Kept along, so that a look costs the same with ten open callbacks and with a million.

use std::collections::{BTreeMap, BTreeSet};

use crate::centre::Centre;
use crate::id::{CallbackId, QueueId};
use crate::time::UtcMs;

/// Under what a callback is counted: the queue that serves it, and its place in line.
pub(crate) type Entry = (QueueId, UtcMs);

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Ledger(BTreeMap<QueueId, BTreeSet<(UtcMs, CallbackId)>>);

impl Ledger {
    fn enter(&mut self, (queue, place_ms): Entry, id: CallbackId) {
        self.0.entry(queue).or_default().insert((place_ms, id));
    }

    pub(crate) fn strike(&mut self, (queue, place_ms): Entry, id: CallbackId) {
        if let Some(open) = self.0.get_mut(&queue) {
            open.remove(&(place_ms, id));
        }
    }

    pub(crate) fn open(&self, queue: QueueId) -> usize {
        self.0.get(&queue).map_or(0, BTreeSet::len)
    }

    /// How many stand in line before a callback whose turn is at this moment.
    pub(crate) fn before(&self, queue: QueueId, turn: (UtcMs, CallbackId)) -> usize {
        let open = self.0.get(&queue);
        open.map_or(0, |open| open.range(..turn).count())
    }

    pub(crate) fn oldest(&self, queue: QueueId) -> Option<UtcMs> {
        self.0.get(&queue)?.first().map(|(place_ms, _)| *place_ms)
    }
}

impl Centre {
    /// A callback is new, or its place or its needs may have changed.
    pub(crate) fn enter_in_ledger(&mut self, id: CallbackId) {
        let Some(case) = self.cases.get_mut(&id) else {
            return;
        };
        let Some(tenant) = self.rules.tenants.get(&case.row.tenant) else {
            return;
        };
        let entry = (case.queue(tenant.dialplan.missed_queue), case.row.place_ms);
        if case.entered == Some(entry) {
            return;
        }
        if let Some(former) = case.entered.replace(entry) {
            self.ledger.strike(former, id);
        }
        self.ledger.enter(entry, id);
    }
}
