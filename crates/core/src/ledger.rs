//! How many callbacks are open per queue, and since when the oldest of them stands in line.
//! Kept along, so that a look costs the same with ten open callbacks and with a million.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::callback::Case;
use crate::centre::Centre;
use crate::id::{CallbackId, QueueId};
use crate::rules::Rules;
use crate::time::UtcMs;

/// Under what a callback is counted: the queue that serves it, and its place in line.
pub(crate) type Entry = (QueueId, UtcMs);

/// Places of so long stand on one page: some hundred on a bad day, and a thousand pages for a
/// backlog of days.
const PAGE_MS: i64 = 300_000;

/// The open callbacks of a queue by their places. On pages, because who stands before whom is
/// counted for everybody who is told a time: page by page, and one by one on the last alone.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Open {
    pages: BTreeMap<i64, BTreeSet<(UtcMs, CallbackId)>>,
    count: usize,
}

impl Open {
    fn page(place_ms: UtcMs) -> i64 {
        place_ms.div_euclid(PAGE_MS)
    }

    fn insert(&mut self, place_ms: UtcMs, id: CallbackId) {
        let page = self.pages.entry(Self::page(place_ms)).or_default();
        self.count += usize::from(page.insert((place_ms, id)));
    }

    fn remove(&mut self, place_ms: UtcMs, id: CallbackId) {
        let number = Self::page(place_ms);
        let Some(page) = self.pages.get_mut(&number) else {
            return;
        };
        self.count -= usize::from(page.remove(&(place_ms, id)));
        if page.is_empty() {
            self.pages.remove(&number);
        }
    }

    fn before(&self, turn: (UtcMs, CallbackId)) -> usize {
        let number = Self::page(turn.0);
        let whole = self.pages.range(..number).map(|(_, page)| page.len());
        let last = self.pages.get(&number);
        whole.sum::<usize>() + last.map_or(0, |page| page.range(..turn).count())
    }

    fn oldest(&self) -> Option<UtcMs> {
        let (_, page) = self.pages.first_key_value()?;
        page.first().map(|(place_ms, _)| *place_ms)
    }
}

/// See the module.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Ledger(BTreeMap<QueueId, Open>);

/// Under what an open callback is counted, unless its tenant is gone.
pub(crate) fn entry(rules: &Rules, case: &Case) -> Option<Entry> {
    let tenant = rules.tenants.get(&case.row.tenant)?;
    Some((case.queue(tenant.dialplan.missed_queue), case.row.place_ms))
}

impl Ledger {
    /// One with all these in it.
    pub(crate) fn of(entries: BTreeMap<QueueId, Vec<(UtcMs, CallbackId)>>) -> Self {
        let open = |(queue, places): (_, Vec<_>)| {
            let mut open = Open::default();
            let mut paged: BTreeMap<i64, Vec<_>> = BTreeMap::new();
            for (place_ms, id) in places {
                let page = paged.entry(Open::page(place_ms)).or_default();
                page.push((place_ms, id));
            }
            for (number, page) in paged {
                // Collected, because a set of many is built sooner than mended for each.
                let page: BTreeSet<_> = page.into_iter().collect();
                open.count += page.len();
                open.pages.insert(number, page);
            }
            (queue, open)
        };
        Self(entries.into_iter().map(open).collect())
    }

    fn enter(&mut self, (queue, place_ms): Entry, id: CallbackId) {
        self.0.entry(queue).or_default().insert(place_ms, id);
    }

    pub(crate) fn strike(&mut self, (queue, place_ms): Entry, id: CallbackId) {
        if let Some(open) = self.0.get_mut(&queue) {
            open.remove(place_ms, id);
        }
    }

    pub(crate) fn open(&self, queue: QueueId) -> usize {
        self.0.get(&queue).map_or(0, |open| open.count)
    }

    /// How many stand in line before a callback whose turn is at this moment.
    pub(crate) fn before(&self, queue: QueueId, turn: (UtcMs, CallbackId)) -> usize {
        self.0.get(&queue).map_or(0, |open| open.before(turn))
    }

    pub(crate) fn oldest(&self, queue: QueueId) -> Option<UtcMs> {
        self.0.get(&queue)?.oldest()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn before_counts_what_a_plain_list_would() {
        let queue = QueueId(1);
        let mut ledger = Ledger::default();
        let mut plain: BTreeSet<(UtcMs, CallbackId)> = BTreeSet::new();
        for n in 0..2_000_i64 {
            let entry = (n * 7_919_999 % 3_000_000 - 1_000_000, CallbackId(n));
            ledger.enter((queue, entry.0), entry.1);
            plain.insert(entry);
            if n % 3 == 0 {
                let (place_ms, id) = *plain.iter().nth(plain.len() / 2).unwrap();
                ledger.strike((queue, place_ms), id);
                plain.remove(&(place_ms, id));
            }
        }
        let built = Ledger::of(BTreeMap::from([(queue, plain.iter().copied().collect())]));
        for ledger in [&ledger, &built] {
            assert_eq!(ledger.open(queue), plain.len());
            assert_eq!(ledger.oldest(queue), plain.first().map(|(at, _)| *at));
            for place_ms in (-1_100_000..2_100_000).step_by(9_973) {
                for id in [CallbackId(0), CallbackId(1_000), CallbackId(i64::MAX)] {
                    let turn = (place_ms, id);
                    let counted = plain.range(..turn).count();
                    assert_eq!(ledger.before(queue, turn), counted, "{turn:?}");
                }
            }
        }
    }
}
