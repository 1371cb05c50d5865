//! The order of things: records get a dense position, effects wait for theirs to be
//! committed and leave in order, across calls too.

use std::collections::VecDeque;

use cuptel_call::Deferred;
use cuptel_core::record::Record;
use cuptel_store::Batch;

/// Positions given, effects that wait.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    /// Position of the last step with records.
    seq: u64,
    /// Position up to which everything is committed.
    applied: u64,
    /// Records not yet handed to the writer.
    unsent: Vec<Record>,
    waiting: VecDeque<(u64, Deferred)>,
}

impl Journal {
    /// Takes in one step: its records get the next position, its effects wait for it.
    pub(crate) fn take_in(&mut self, records: &mut Vec<Record>, deferred: &mut Vec<Deferred>) {
        if !records.is_empty() {
            self.seq += 1;
            self.unsent.append(records);
        }
        let seq = self.seq;
        self.waiting
            .extend(deferred.drain(..).map(|effect| (seq, effect)));
    }

    /// What the writer has not seen yet, as one batch.
    pub(crate) fn next_batch(&mut self) -> Option<Batch> {
        if self.unsent.is_empty() {
            return None;
        }
        Some(Batch {
            last_seq: self.seq,
            records: std::mem::take(&mut self.unsent),
        })
    }

    /// Everything up to this position is on disk.
    pub(crate) fn committed(&mut self, applied: u64) {
        self.applied = self.applied.max(applied);
    }

    /// The next effect whose records are committed.
    pub(crate) fn next_effect(&mut self) -> Option<Deferred> {
        if self.waiting.front()?.0 > self.applied {
            return None;
        }
        self.waiting.pop_front().map(|(_, effect)| effect)
    }

    /// Steps whose records are not on disk yet.
    pub(crate) fn behind(&self) -> u64 {
        self.seq - self.applied
    }

    /// Nothing waits for anything.
    pub(crate) fn is_settled(&self) -> bool {
        self.behind() == 0 && self.waiting.is_empty()
    }
}
