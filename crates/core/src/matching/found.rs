//! What is to be looked at, and what was found there. Both are as short as a seat has queues,
//! so a list that keeps its memory is sooner searched than a tree is built and torn down.

use super::{Pair, Source};
use serde::{Deserialize, Serialize};

/// Sources, each once.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Sources(Vec<Source>);

impl Sources {
    pub(super) fn insert(&mut self, source: Source) {
        if !self.0.contains(&source) {
            self.0.push(source);
        }
    }

    pub(super) fn pop(&mut self) -> Option<Source> {
        self.0.pop()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The best pair of each source that has one.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Found(Vec<(Source, Pair)>);

impl Found {
    pub(super) fn get(&self, source: Source) -> Option<&Pair> {
        let mut all = self.0.iter();
        all.find(|(own, _)| *own == source).map(|(_, pair)| pair)
    }

    /// In place of what was found there before.
    pub(super) fn set(&mut self, source: Source, pair: Option<Pair>) {
        self.0.retain(|(own, _)| *own != source);
        self.0.extend(pair.map(|pair| (source, pair)));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn first(&self) -> Option<Pair> {
        let pairs = self.0.iter().map(|(_, pair)| *pair);
        pairs.min_by_key(Pair::order)
    }

    /// Where callbacks were found.
    pub(super) fn dials(&self) -> impl Iterator<Item = Source> {
        let dials = self.0.iter().filter(|(_, pair)| !pair.waiting.is_live);
        dials.map(|(source, _)| *source)
    }
}
