//! The order of things: records get a dense position, effects wait for theirs to be
//! committed and leave in order, across calls too.

use std::collections::VecDeque;

use cuptel_core::planted::{Fault, planted};
use cuptel_core::record::Record;
use cuptel_core::time::Now;

use crate::switch::{Deferred, Step, Switch};
use crate::writing::Progress;

/// Positions given, effects that wait.
#[derive(Debug, Default)]
pub struct Journal {
    /// Position of the last step with records.
    seq: u64,
    /// What the writer told last.
    progress: Progress,
    /// Records not yet handed to the writer.
    unsent: Vec<Record>,
    waiting: VecDeque<(u64, Deferred)>,
    /// Position of the effect that was carried out last.
    carried: u64,
}

impl Journal {
    /// Takes in one step: its records get the next position, its effects wait for it.
    pub fn take_in(&mut self, records: &mut Vec<Record>, deferred: &mut Vec<Deferred>) {
        if self.behind() > 1 && planted(Fault::RecordDropped) {
            records.clear();
        }
        if !records.is_empty() {
            self.seq += 1;
            self.unsent.append(records);
        }
        let seq = self.seq;
        self.waiting
            .extend(deferred.drain(..).map(|effect| (seq, effect)));
    }

    /// The position and the records of what the writer has not seen yet, as one batch.
    pub fn next_batch(&mut self) -> Option<(u64, Vec<Record>)> {
        if self.unsent.is_empty() {
            return None;
        }
        Some((self.seq, std::mem::take(&mut self.unsent)))
    }

    /// The writer came so far. While the database does not take everything, no offer and no
    /// dial is begun.
    pub fn told(&mut self, now: Now, progress: Progress, switch: &mut Switch, step: &mut Step) {
        let was_held = self.progress.database.holds();
        let applied = progress.applied.max(self.progress.applied);
        self.progress = Progress {
            applied,
            ..progress
        };
        let is_held = progress.database.holds();
        if was_held != is_held {
            switch.hold(now, is_held, step);
        }
    }

    /// Carries out the next effect whose records are committed; false when none is. What is
    /// only spilled rings nobody.
    pub fn carry_out_next(&mut self, now: Now, switch: &mut Switch, step: &mut Step) -> bool {
        let Some((seq, effect)) = self.waiting.pop_front_if(|(seq, _)| {
            *seq <= self.progress.applied || planted(Fault::EffectBeforeCommit)
        }) else {
            return false;
        };
        self.carried = seq;
        let rings = planted(Fault::RingsOnSpill);
        if self.progress.database.rings_nobody() && !rings {
            switch.carry_out_unless_it_rings(now, effect, step);
        } else {
            switch.carry_out(now, effect, step);
        }
        true
    }

    /// The position of the effect that was carried out last: its step's records are on disk, and
    /// all before.
    #[must_use]
    pub fn carried(&self) -> u64 {
        self.carried
    }

    /// Steps whose records are not on disk yet.
    #[must_use]
    pub fn behind(&self) -> u64 {
        self.seq - self.progress.applied
    }

    /// Nothing waits for anything.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.behind() == 0 && self.waiting.is_empty()
    }
}
