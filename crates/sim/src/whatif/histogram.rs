//! Times counted by their length, so that a quantile of a million of them needs no list: a
//! bucket is at most 1/64 as wide as the times in it are long.

/// Buckets in each doubling of the time.
const FINE: u64 = 64;
/// The narrowest bucket.
const STEP_US: u64 = 10_000;

/// Times, counted.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Histogram {
    counts: Vec<u64>,
    total: u64,
    sum_us: u64,
    longest_us: u64,
}

impl Histogram {
    pub(crate) fn add(&mut self, us: u64) {
        let bucket = bucket_of(us);
        if self.counts.len() <= bucket {
            self.counts.resize(bucket + 1, 0);
        }
        self.counts[bucket] += 1;
        self.total += 1;
        self.sum_us += us;
        self.longest_us = self.longest_us.max(us);
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        if self.counts.len() < other.counts.len() {
            self.counts.resize(other.counts.len(), 0);
        }
        for (count, more) in self.counts.iter_mut().zip(&other.counts) {
            *count += more;
        }
        self.total += other.total;
        self.sum_us += other.sum_us;
        self.longest_us = self.longest_us.max(other.longest_us);
    }

    /// How many.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Their mean in seconds; none of nothing.
    #[must_use]
    pub fn mean_s(&self) -> Option<f64> {
        (self.total > 0).then(|| self.sum_us as f64 / self.total as f64 / 1e6)
    }

    /// The longest in seconds; none of nothing.
    #[must_use]
    pub fn longest_s(&self) -> Option<f64> {
        (self.total > 0).then_some(self.longest_us as f64 / 1e6)
    }

    /// The time in seconds that so many of a thousand do not exceed; none of nothing.
    #[must_use]
    pub fn quantile_s(&self, per_mille: u64) -> Option<f64> {
        let wanted = (self.total * per_mille).div_ceil(1_000).max(1);
        let mut seen = 0;
        for (bucket, count) in self.counts.iter().enumerate() {
            seen += count;
            if seen >= wanted {
                let us = middle_us(bucket).min(self.longest_us);
                return Some(us as f64 / 1e6);
            }
        }
        None
    }
}

fn bucket_of(us: u64) -> usize {
    let steps = us / STEP_US;
    let bucket = if steps < 2 * FINE {
        steps
    } else {
        let doublings = u64::from((steps / FINE).ilog2());
        (doublings + 1) * FINE + (steps >> doublings) - FINE
    };
    usize::try_from(bucket).unwrap_or(usize::MAX)
}

fn middle_us(bucket: usize) -> u64 {
    let bucket = bucket as u64;
    if bucket == 0 {
        return 0;
    }
    if bucket < 2 * FINE {
        return bucket * STEP_US + STEP_US / 2;
    }
    let doublings = bucket / FINE - 1;
    let least = (bucket - doublings * FINE) << doublings;
    (least * STEP_US) + (STEP_US << doublings) / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_as_near_as_the_buckets_are_narrow() {
        let mut histogram = Histogram::default();
        for ms in 1..=100_000_u64 {
            histogram.add(ms * 1_000);
        }
        for (per_mille, expected_s) in [(500, 50.0), (900, 90.0), (950, 95.0), (1_000, 100.0)] {
            let found_s = histogram.quantile_s(per_mille).unwrap();
            assert!(
                (found_s - expected_s).abs() <= expected_s / 64.0,
                "{found_s}"
            );
        }
        assert_eq!(histogram.longest_s(), Some(100.0));
        assert!((histogram.mean_s().unwrap() - 50.0005).abs() < 1e-9);
    }

    #[test]
    fn buckets_follow_each_other_without_a_gap() {
        let mut last = 0;
        for us in (0..40_000_000_u64).step_by(5_000) {
            let bucket = bucket_of(us);
            assert!(bucket == last || bucket == last + 1, "{us}");
            let width_us = (STEP_US / 2).max(us / 64);
            assert!(
                middle_us(bucket).abs_diff(us) <= width_us + STEP_US / 2,
                "{us}"
            );
            last = bucket;
        }
    }

    #[test]
    fn what_is_merged_is_counted_once() {
        let (mut one, mut other) = (Histogram::default(), Histogram::default());
        one.add(1_000_000);
        other.add(90_000_000);
        one.merge(&other);
        assert_eq!((one.total(), one.longest_s()), (2, Some(90.0)));
        assert_eq!(Histogram::default().quantile_s(500), None);
    }
}
