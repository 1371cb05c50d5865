//! How much a seat has worked since its operator came, for the strategies that ask.

use crate::time::UtcMs;
use serde::{Deserialize, Serialize};

/// What was worked counts half after so long.
const HALF_MS: i64 = 30 * 60_000;

/// Works and time spent on them since the sign-in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Load {
    calls: u32,
    /// As of `as_of_ms`; it fades from then on.
    worked_ms: i64,
    as_of_ms: UtcMs,
    busy_since_ms: Option<UtcMs>,
}

impl Load {
    /// A work was taken.
    pub fn begin(&mut self, now_ms: UtcMs) {
        self.calls += 1;
        self.busy_since_ms = Some(now_ms);
    }

    /// It is over with all that belongs to it.
    pub fn end(&mut self, now_ms: UtcMs) {
        let Some(since_ms) = self.busy_since_ms.take() else {
            return;
        };
        // Less than nothing, where the clock was set back meanwhile.
        let spent_ms = (now_ms - since_ms).max(0);
        self.worked_ms = faded(self.worked_ms, now_ms - self.as_of_ms) + spent_ms;
        self.as_of_ms = now_ms;
    }

    /// Works taken.
    #[must_use]
    pub fn calls(&self) -> u32 {
        self.calls
    }

    /// What it has worked lately, at this moment.
    #[must_use]
    pub fn worked_ms(&self, now_ms: UtcMs) -> i64 {
        faded(self.worked_ms, now_ms - self.as_of_ms)
    }

    /// Orders idle seats by what they have worked lately. All fade alike, so the order stays
    /// while they are idle: it is that of the moments at which nothing would be left.
    #[must_use]
    pub fn rank(&self) -> i64 {
        let Some(halvings) = self.worked_ms.checked_ilog2() else {
            return i64::MIN;
        };
        let unit = 1_i64 << halvings;
        let beyond_ms = i128::from(HALF_MS) * i128::from(self.worked_ms - unit) / i128::from(unit);
        let beyond_ms = i64::try_from(beyond_ms).unwrap_or(HALF_MS);
        self.as_of_ms + i64::from(halvings) * HALF_MS + beyond_ms
    }

    /// The wall clock was set.
    pub fn shift(&mut self, by_ms: i64) {
        self.as_of_ms += by_ms;
        self.busy_since_ms = self.busy_since_ms.map(|since_ms| since_ms + by_ms);
    }
}

/// Halved for every `HALF_MS`, evenly between two halvings.
fn faded(worked_ms: i64, over_ms: i64) -> i64 {
    let over_ms = over_ms.max(0);
    let halvings = u32::try_from(over_ms / HALF_MS).unwrap_or(u32::MAX);
    let whole_ms = worked_ms.checked_shr(halvings).unwrap_or(0);
    let part = i128::from(whole_ms / 2) * i128::from(over_ms % HALF_MS) / i128::from(HALF_MS);
    whole_ms - i64::try_from(part).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn worked(minutes: i64, until_minute: i64) -> Load {
        let mut load = Load::default();
        load.begin((until_minute - minutes) * 60_000);
        load.end(until_minute * 60_000);
        load
    }

    #[test]
    fn half_of_what_was_worked_counts_after_half_an_hour() {
        let load = worked(20, 100);
        assert_eq!(load.worked_ms(100 * 60_000), 20 * 60_000);
        assert_eq!(load.worked_ms(130 * 60_000), 10 * 60_000);
        assert_eq!(load.worked_ms(160 * 60_000), 5 * 60_000);
    }

    #[test]
    fn seats_rank_by_what_is_left_of_their_work() {
        assert!(Load::default().rank() < worked(1, 100).rank());
        assert!(worked(5, 100).rank() < worked(6, 100).rank());
        // Eight minutes an hour ago are two now.
        assert!(worked(8, 40).rank() < worked(3, 100).rank());
        assert!(worked(1, 100).rank() < worked(8, 40).rank());
    }
}
