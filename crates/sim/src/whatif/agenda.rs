//! What will happen, the earliest first, and in the order of planning where two things happen at
//! once. Knows nothing of what they are.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use cuptel_core::time::MonoUs;

/// Things to come.
#[derive(Debug)]
pub(crate) struct Agenda<T> {
    entries: BinaryHeap<Entry<T>>,
    planned: u64,
}

#[derive(Debug)]
struct Entry<T> {
    at_us: MonoUs,
    order: u64,
    thing: T,
}

impl<T> Agenda<T> {
    pub(crate) fn new() -> Self {
        Self {
            entries: BinaryHeap::new(),
            planned: 0,
        }
    }

    pub(crate) fn plan(&mut self, at_us: MonoUs, thing: T) {
        self.planned += 1;
        self.entries.push(Entry {
            at_us,
            order: self.planned,
            thing,
        });
    }

    /// When the next thing happens.
    pub(crate) fn next_us(&self) -> Option<MonoUs> {
        self.entries.peek().map(|entry| entry.at_us)
    }

    pub(crate) fn pop(&mut self) -> Option<(MonoUs, T)> {
        let entry = self.entries.pop()?;
        Some((entry.at_us, entry.thing))
    }
}

impl<T> Ord for Entry<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        // The heap gives the largest first.
        (other.at_us, other.order).cmp(&(self.at_us, self.order))
    }
}

impl<T> PartialOrd for Entry<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> PartialEq for Entry<T> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl<T> Eq for Entry<T> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_earliest_comes_first_and_what_was_planned_first_among_equals() {
        let mut agenda = Agenda::new();
        for (at_us, thing) in [(5, 'c'), (1, 'a'), (5, 'd'), (2, 'b')] {
            agenda.plan(at_us, thing);
        }
        assert_eq!(agenda.next_us(), Some(1));
        let things: String = std::iter::from_fn(|| agenda.pop())
            .map(|(_, thing)| thing)
            .collect();
        assert_eq!(things, "abcd");
    }
}
