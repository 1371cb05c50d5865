//! How long many waited, in little memory: exact to the second up to two minutes, and to a
//! sixty-fourth of itself beyond.

use std::collections::BTreeMap;

/// Below it every second has a bucket of its own.
const EXACT_S: u64 = 128;
/// Buckets between a power of two and the next.
const PARTS_BITS: u32 = 6;

/// Waits, counted by buckets.
#[derive(Debug, Clone, Default)]
pub(super) struct Spread {
    /// By the longest wait that falls into it.
    buckets: BTreeMap<u64, u64>,
    count: u64,
    longest_s: u64,
}

/// The longest wait in the bucket of this one.
fn top(wait_s: u64) -> u64 {
    if wait_s < EXACT_S {
        return wait_s;
    }
    wait_s | ((1 << (wait_s.ilog2() - PARTS_BITS)) - 1)
}

impl Spread {
    /// One more; what came out of a clock that was set back is no wait.
    pub(super) fn add(&mut self, wait_ms: i64) {
        let wait_s = u64::try_from(wait_ms / 1_000).unwrap_or(0);
        *self.buckets.entry(top(wait_s)).or_default() += 1;
        self.count += 1;
        self.longest_s = self.longest_s.max(wait_s);
    }

    /// The shortest wait that this many of a hundred did not exceed (nearest rank), rounded up
    /// within its bucket: a figure that somebody relies on must not flatter.
    pub(super) fn percentile_s(&self, percent: u64) -> Option<u64> {
        let rank = (self.count * percent).div_ceil(100).max(1);
        let mut passed = 0;
        let bucket = self.buckets.iter().find(|(_, count)| {
            passed += **count;
            passed >= rank
        });
        bucket.map(|(top_s, _)| (*top_s).min(self.longest_s))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spread(waits_s: impl IntoIterator<Item = i64>) -> Spread {
        let mut spread = Spread::default();
        for wait_s in waits_s {
            spread.add(wait_s * 1_000);
        }
        spread
    }

    #[test]
    fn a_percentile_is_a_wait_that_somebody_had_and_none_of_nobody() {
        assert_eq!(spread([]).percentile_s(50), None);
        let five = spread([10, 20, 30, 40, 100]);
        let told = [50, 95, 100].map(|percent| five.percentile_s(percent));
        assert_eq!(told, [Some(30), Some(100), Some(100)]);
        assert_eq!(spread([-5]).percentile_s(50), Some(0));
        assert_eq!(spread([86_400]).percentile_s(95), Some(86_400));
    }

    #[test]
    fn a_long_wait_is_told_up_to_a_sixty_fourth_longer_and_never_shorter() {
        for wait_s in [127, 128, 129, 3_600, 86_401, 864_000, 31_536_000] {
            let told = top(u64::try_from(wait_s).unwrap());
            let told = i64::try_from(told).unwrap();
            assert!(
                wait_s <= told && told - wait_s <= wait_s / 64,
                "{wait_s}: {told}"
            );
        }
    }

    #[test]
    fn memory_grows_with_the_spread_and_not_with_the_waits() {
        let all = spread((0..2_000_000).map(|n| n % 1_000_000));
        assert!(all.buckets.len() < 1_000, "{}", all.buckets.len());
        let half = all.percentile_s(50).unwrap();
        assert!((499_999..=508_000).contains(&half), "{half}");
    }
}
