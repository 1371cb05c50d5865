//! Chance that repeats: a seed that is printed gives the same draws again.

use super::patience::utc_ms;

/// A source of draws (SplitMix64).
#[derive(Debug)]
pub(crate) struct Chance(u64);

impl Chance {
    /// From CUPTEL_SEED, or from the time of day; the seed is printed, and shown when the test
    /// fails.
    #[expect(clippy::print_stdout, reason = "cargo shows it when the test fails")]
    pub(crate) fn seeded() -> Self {
        let seed = told_seed().unwrap_or_else(utc_ms);
        println!("CUPTEL_SEED={seed} repeats these choices");
        Self(seed)
    }

    /// Another source, which this one determines.
    pub(crate) fn branch(&mut self) -> Self {
        Self(self.next())
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From the one to the other, both possible.
    pub(crate) fn between(&mut self, least: u64, most: u64) -> u64 {
        least + self.next() % (most - least + 1)
    }

    /// Milliseconds from the one to the other.
    pub(crate) fn ms(&mut self, least: u64, most: u64) -> std::time::Duration {
        std::time::Duration::from_millis(self.between(least, most))
    }

    pub(crate) fn percent(&mut self, percent: u64) -> bool {
        self.next() % 100 < percent
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a seed that a failed run printed is given back by whoever looks for the reason"
)]
fn told_seed() -> Option<u64> {
    let text = std::env::var("CUPTEL_SEED").ok()?;
    Some(text.parse().expect("CUPTEL_SEED is a whole number"))
}
