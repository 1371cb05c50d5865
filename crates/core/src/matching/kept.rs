//! Works that wait a while for the one operator who knows the person.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Waiting, Wish};
use crate::id::OperatorId;
use crate::record::Work;
use crate::time::UtcMs;

/// See the module.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Kept {
    works: BTreeMap<Work, (Waiting, Wish)>,
    by_operator: BTreeMap<OperatorId, BTreeSet<(i64, Work)>>,
    ends: BTreeSet<(UtcMs, Work)>,
}

impl Kept {
    pub(super) fn keep(&mut self, waiting: Waiting, wish: Wish) {
        self.release(waiting.work);
        self.works.insert(waiting.work, (waiting, wish));
        let own = self.by_operator.entry(wish.operator).or_default();
        own.insert((waiting.key_ms, waiting.work));
        self.ends.insert((wish.until_ms, waiting.work));
    }

    pub(super) fn release(&mut self, work: Work) -> Option<Wish> {
        let (waiting, wish) = self.works.remove(&work)?;
        if let Some(own) = self.by_operator.get_mut(&wish.operator) {
            own.remove(&(waiting.key_ms, work));
            if own.is_empty() {
                self.by_operator.remove(&wish.operator);
            }
        }
        self.ends.remove(&(wish.until_ms, work));
        Some(wish)
    }

    /// What waits for this operator, the first in line first.
    pub(super) fn of(&self, operator: OperatorId) -> impl Iterator<Item = &Waiting> {
        let own = self.by_operator.get(&operator).into_iter().flatten();
        own.filter_map(|(_, work)| self.works.get(work).map(|(waiting, _)| waiting))
    }

    /// For whom something waits.
    pub(super) fn operators(&self) -> impl Iterator<Item = OperatorId> {
        self.by_operator.keys().copied()
    }

    /// Whom this work waits for.
    pub(super) fn wish_of(&self, work: Work) -> Option<&Wish> {
        self.works.get(&work).map(|(_, wish)| wish)
    }

    pub(super) fn with_wishes(&self) -> impl Iterator<Item = &(Waiting, Wish)> {
        self.works.values()
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Waiting> {
        self.works.values().map(|(waiting, _)| waiting)
    }

    /// Whatever waited in vain for an operator, and is not theirs by name.
    pub(super) fn give_up(
        &mut self,
        operator: OperatorId,
        in_vain: impl Fn(&Waiting) -> bool,
    ) -> Vec<Waiting> {
        let is_owned = |work| self.wish_of(work).is_some_and(|wish| wish.is_owned);
        let kept = self.of(operator).filter(|waiting| !is_owned(waiting.work));
        let kept = kept.filter(|waiting| in_vain(waiting));
        let all: Vec<Waiting> = kept.copied().collect();
        for waiting in &all {
            self.release(waiting.work);
        }
        all
    }

    /// Whatever has waited for long enough.
    pub(super) fn over(&mut self, now_ms: UtcMs) -> Vec<Waiting> {
        if self.next_end().is_none_or(|end_ms| end_ms > now_ms) {
            return Vec::new();
        }
        let due = self.ends.iter().take_while(|(end_ms, _)| *end_ms <= now_ms);
        let works: Vec<Work> = due.map(|(_, work)| *work).collect();
        let waiting = |work: &Work| self.works.get(work).map(|(waiting, _)| *waiting);
        let over: Vec<Waiting> = works.iter().filter_map(waiting).collect();
        for work in works {
            self.release(work);
        }
        over
    }

    pub(super) fn next_end(&self) -> Option<UtcMs> {
        self.ends.first().map(|(end_ms, _)| *end_ms)
    }
}
