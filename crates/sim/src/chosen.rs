//! People who have chosen when they are called: nobody rings them before, nor long after.

use cuptel_core::id::CallbackId;
use cuptel_core::record::Record;
use cuptel_core::time::UtcMs;
use cuptel_core::words::DialState;

use crate::promises::{Broken, broken};
use crate::world::World;

/// Who is offered to a seat at the last moment is rung when that has picked up, and has read.
const LATE_MS: i64 = 120_000;

impl World {
    /// A row is about to be booked.
    pub(crate) fn check_chosen(&self, record: &Record) -> Result<(), Broken> {
        let now_ms = self.now().utc_ms;
        let Record::Dial(row) = record else {
            return Ok(());
        };
        if row.state != DialState::InFlight || self.decided.dials.contains_key(&row.id) {
            return Ok(());
        }
        let chosen = self.decided.chosen_times.get(&row.callback);
        let Some(chosen) = chosen.and_then(|it| it.chosen) else {
            return Ok(());
        };
        if (chosen.from_ms..=chosen.until_ms + LATE_MS).contains(&now_ms) {
            return Ok(());
        }
        let what = format!("callback {} is made outside {chosen:?}", row.callback);
        broken("P3", what)
    }

    /// Whether a callback waits for hours to come.
    pub(crate) fn waits_for_chosen_time(&self, id: CallbackId, due_ms: UtcMs) -> bool {
        let chosen = self.decided.chosen_times.get(&id);
        let chosen = chosen.and_then(|it| it.chosen);
        chosen.is_some_and(|it| it.from_ms >= due_ms)
    }
}
