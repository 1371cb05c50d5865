//! What was met in a world, counted by name: a world must not become empty unnoticed.

use std::collections::BTreeMap;

use cuptel_core::words::Stage;

use crate::image::Image;

/// Counts by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Met(BTreeMap<String, u64>);

impl Met {
    fn count(&mut self, kind: &str, what: &str) {
        *self.0.entry(format!("{kind}: {what}")).or_default() += 1;
    }

    /// Something befell the disk or the process.
    pub(crate) fn fault(&mut self, what: &str) {
        self.count("fault", what);
    }

    /// Somebody did something.
    pub(crate) fn deed(&mut self, what: &str) {
        self.count("deed", what);
    }

    /// The words of the rows at the end.
    pub(crate) fn rows(&mut self, image: &Image) {
        for row in image.attempts.values() {
            if let Some(outcome) = row.outcome.filter(|_| row.stage == Stage::Ended) {
                self.count("outcome", outcome.as_str());
            }
            if let Some(suppressed) = row.suppressed {
                self.count("suppressed", suppressed.as_str());
            }
        }
        for result in image.dials.values().filter_map(|row| row.result) {
            self.count("dial", result.as_str());
        }
        for how in image.callbacks.values().filter_map(|row| row.closed_how) {
            self.count("closed", how.as_str());
        }
        for row in image.offers.values() {
            self.count("offer", row.state.as_str());
        }
        for row in image.tasks.values() {
            self.count("task", row.state.as_str());
        }
        for row in image.entries.values() {
            self.count("entry", row.state.as_str());
        }
        for row in image.needs.values() {
            self.count("need", row.kind.as_str());
        }
    }

    /// Takes in what was met elsewhere.
    pub fn add(&mut self, other: &Self) {
        for (what, count) in &other.0 {
            *self.0.entry(what.clone()).or_default() += count;
        }
    }

    /// How often something was met: `outcome: served`, `fault: the spill is full`.
    #[must_use]
    pub fn of(&self, what: &str) -> u64 {
        self.0.get(what).copied().unwrap_or(0)
    }

    /// All of it.
    pub fn iter(&self) -> impl Iterator<Item = (&str, u64)> {
        self.0.iter().map(|(what, count)| (what.as_str(), *count))
    }
}
