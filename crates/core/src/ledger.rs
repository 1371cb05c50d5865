//! How many callbacks are open per queue, and since when the oldest of them stands in line.
//! Kept along, so that a look costs the same with ten open callbacks and with a million.

use std::collections::{BTreeMap, BTreeSet};

use crate::callback::Case;
use crate::centre::Centre;
use crate::id::{CallbackId, QueueId};
use crate::rules::Rules;
use crate::time::UtcMs;

/// Under what a callback is counted: the queue that serves it, and its place in line.
pub(crate) type Entry = (QueueId, UtcMs);

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Ledger(BTreeMap<QueueId, BTreeSet<(UtcMs, CallbackId)>>);

/// Under what an open callback is counted, unless its tenant is gone.
pub(crate) fn entry(rules: &Rules, case: &Case) -> Option<Entry> {
    let tenant = rules.tenants.get(&case.row.tenant)?;
    Some((case.queue(tenant.dialplan.missed_queue), case.row.place_ms))
}

impl Ledger {
    /// One with all these in it.
    pub(crate) fn of(entries: BTreeMap<QueueId, Vec<(UtcMs, CallbackId)>>) -> Self {
        let set = |(queue, open): (_, Vec<_>)| (queue, open.into_iter().collect());
        Self(entries.into_iter().map(set).collect())
    }

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
        let Some(entry) = entry(&self.rules, case) else {
            return;
        };
        if case.entered == Some(entry) {
            return;
        }
        if let Some(former) = case.entered.replace(entry) {
            self.ledger.strike(former, id);
        }
        self.ledger.enter(entry, id);
    }
}
