//! What outlives the process: the database and the spill, with the little of `store` that
//! promises depend on. Knows nothing of when a commit fails.

use std::collections::VecDeque;

use cuptel_core::record::Record;

use crate::image::Image;

/// Records of consecutive steps, up to and with a position.
pub(crate) type Batch = (u64, Vec<Record>);

/// A transaction does not go on where the database is, or another life writes there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotNext;

/// The database.
#[derive(Debug, Default)]
pub(crate) struct Database {
    pub(crate) rows: Image,
    epoch: i64,
    applied: u64,
    /// What a standby that lags behind would have: earlier states, the oldest first.
    past: VecDeque<(Image, u64)>,
    /// How many of them are kept.
    pub(crate) keeps: usize,
    /// Whether commits of this life were forgotten, and of the one before.
    pub(crate) forgets: bool,
    has_forgotten: bool,
}

impl Database {
    /// Commits what it does not have yet, of batches whose first follow `told`.
    pub(crate) fn commit(
        &mut self,
        epoch: i64,
        batches: &[Batch],
        told: u64,
        in_doubt: bool,
    ) -> Result<u64, NotNext> {
        let after = if in_doubt { self.applied } else { told };
        if epoch != self.epoch || after < told || after != self.applied {
            return Err(NotNext);
        }
        let last = batches.last().map_or(after, |(last, _)| *last);
        if last > after {
            let missing = batches.iter().filter(|(last, _)| *last > after);
            self.apply(missing.flat_map(|(_, records)| records), last);
        }
        Ok(last.max(after))
    }

    /// Carries out a spilled transaction, unless it has it already.
    pub(crate) fn replay(&mut self, entry: &Entry) -> Result<(), NotNext> {
        if entry.epoch != self.epoch {
            return Err(NotNext);
        }
        if entry.last <= self.applied {
            return Ok(());
        }
        if entry.after != self.applied {
            return Err(NotNext);
        }
        self.apply(&entry.records, entry.last);
        Ok(())
    }

    fn apply<'r>(&mut self, records: impl IntoIterator<Item = &'r Record>, last: u64) {
        if self.keeps > 0 {
            if self.past.len() == self.keeps {
                self.past.pop_front();
            }
            self.past.push_back((self.rows.clone(), self.applied));
        }
        for record in records {
            self.rows.apply(record);
        }
        self.applied = last;
    }

    /// A standby takes over that had not heard of the last commits.
    pub(crate) fn forget(&mut self) -> bool {
        let Some((rows, applied)) = self.past.pop_front() else {
            return false;
        };
        self.past.clear();
        self.rows = rows;
        self.applied = applied;
        self.forgets = true;
        true
    }

    /// The position that it has committed.
    pub(crate) fn applied(&self) -> u64 {
        self.applied
    }

    /// Whether it has forgotten commits of the life before.
    pub(crate) fn has_forgotten(&self) -> bool {
        self.has_forgotten
    }

    /// Begins a life: whoever wrote before may not any more.
    pub(crate) fn begin(&mut self) -> i64 {
        self.has_forgotten = std::mem::take(&mut self.forgets);
        self.epoch += 1;
        self.applied = 0;
        self.past.clear();
        self.epoch
    }
}

/// One transaction of the spill.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) epoch: i64,
    pub(crate) after: u64,
    pub(crate) last: u64,
    pub(crate) records: Vec<Record>,
}

/// The spill: its file, and how far the living process has replayed it.
#[derive(Debug, Default)]
pub(crate) struct Spill {
    pub(crate) entries: Vec<Entry>,
    pub(crate) replayed: usize,
    /// Transactions it has room for.
    pub(crate) entries_max: usize,
}

impl Spill {
    pub(crate) fn is_full(&self) -> bool {
        self.entries.len() >= self.entries_max
    }

    /// The oldest transaction that the database has not seen.
    pub(crate) fn oldest(&self) -> Option<&Entry> {
        self.entries.get(self.replayed)
    }

    pub(crate) fn remove(&mut self) {
        self.entries.clear();
        self.replayed = 0;
    }
}
