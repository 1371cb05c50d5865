//! A disk that commits batches of records late, and the order of things behind it: effects
//! wait for their records, as the engine's journal does it.

use std::collections::VecDeque;

use cuptel_call::Deferred;
use cuptel_core::record::Record;

use crate::chance::Chance;
use crate::image::Image;

/// The committed rows, and what is on its way to them.
#[derive(Debug, Default)]
pub(crate) struct Disk {
    pub(crate) committed: Image,
    seq: u64,
    applied: u64,
    unsent: Vec<Record>,
    batch: Option<(u64, Vec<Record>)>,
    waiting: VecDeque<(u64, Deferred)>,
    /// How often it is slow, in percent.
    pub(crate) slow_percent: u64,
    /// Tells the commit of a dead process's batch from one of its successor's.
    pub(crate) life: u64,
}

impl Disk {
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

    /// Begins to write what waits, unless a batch is being written. Says how long it takes.
    pub(crate) fn begin(&mut self, chance: &mut Chance) -> Option<u64> {
        if self.batch.is_some() || self.unsent.is_empty() {
            return None;
        }
        self.batch = Some((self.seq, std::mem::take(&mut self.unsent)));
        Some(if chance.percent(self.slow_percent) {
            chance.ms(200, 4_000)
        } else if chance.percent(10) {
            chance.ms(20, 300)
        } else {
            chance.ms(1, 8)
        })
    }

    /// The batch is on disk.
    pub(crate) fn commit(&mut self) {
        if let Some((seq, records)) = self.batch.take() {
            for record in &records {
                self.committed.apply(record);
            }
            self.applied = seq;
        }
    }

    /// The next effect whose records are committed.
    pub(crate) fn next_effect(&mut self) -> Option<Deferred> {
        if self.waiting.front()?.0 > self.applied {
            return None;
        }
        self.waiting.pop_front().map(|(_, effect)| effect)
    }

    pub(crate) fn is_settled(&self) -> bool {
        self.seq == self.applied && self.waiting.is_empty()
    }

    /// The process is gone. Whether the batch in hand was committed, nobody knows.
    pub(crate) fn crash(&mut self, chance: &mut Chance) {
        if chance.percent(50) {
            self.commit();
        }
        self.batch = None;
        self.unsent.clear();
        self.waiting.clear();
        self.applied = self.seq;
        self.life += 1;
    }
}
