//! Figures and how they are told: rounds with their median and spread, delays with their
//! percentiles. Knows nothing of what is measured.

use std::fmt;

/// How much is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effort {
    /// `cargo bench`: every round.
    Whole,
    /// `cargo test`: one short round that proves that the bench still works; no figure counts.
    Smoke,
}

impl Effort {
    /// Cargo passes `--bench` when it benches. When it tests it passes the names of the tests
    /// that are wanted, if not all are: none when this bench is not among them.
    pub(crate) fn asked() -> Option<Self> {
        let arguments: Vec<String> = std::env::args().skip(1).collect();
        if arguments.iter().any(|argument| argument == "--bench") {
            return Some(Self::Whole);
        }
        let is_meant = |name: &String| env!("CARGO_CRATE_NAME").contains(name.as_str());
        (arguments.is_empty() || arguments.iter().any(is_meant)).then_some(Self::Smoke)
    }

    /// One of two sizes.
    pub(crate) fn pick<T>(self, whole: T, smoke: T) -> T {
        match self {
            Self::Whole => whole,
            Self::Smoke => smoke,
        }
    }
}

/// One figure, measured once a round.
#[derive(Debug, Default, Clone)]
pub(crate) struct Rounds(Vec<f64>);

impl Rounds {
    pub(crate) fn add(&mut self, value: f64) {
        self.0.push(value);
    }

    /// The middle one; of an even number the upper of the two in the middle.
    pub(crate) fn median(&self) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
    }
}

impl fmt::Display for Rounds {
    /// `61.2 (58.9–64.0)`: the median and, in brackets, the lowest and highest round.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let low = self.0.iter().copied().fold(f64::INFINITY, f64::min);
        let high = self.0.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        write!(f, "{:.1} ({low:.1}–{high:.1})", self.median())
    }
}

/// Many delays in microseconds.
#[derive(Debug, Default, Clone)]
pub(crate) struct Delays(Vec<u64>);

impl Delays {
    #[allow(dead_code, reason = "a bench of speed alone has no delays")]
    pub(crate) fn add(&mut self, delay_us: u64) {
        self.0.push(delay_us);
    }

    #[allow(dead_code, reason = "a bench with one delay a round joins none")]
    pub(crate) fn join(&mut self, more: &Self) {
        self.0.extend_from_slice(&more.0);
    }

    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    #[allow(dead_code, reason = "most benches measure how long, not how often")]
    pub(crate) fn sum(&self) -> u64 {
        self.0.iter().sum()
    }

    /// In milliseconds, the delay that `per_thousand` of a thousand do not exceed.
    pub(crate) fn ms(&self, per_thousand: usize) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let last = sorted.len().saturating_sub(1);
        let place = (last * per_thousand).div_ceil(1_000);
        sorted
            .get(place)
            .map_or(f64::NAN, |&delay_us| real(delay_us) / 1_000.0)
    }
}

impl fmt::Display for Delays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "p50 {:.2} ms, p99 {:.2} ms, max {:.2} ms (of {})",
            self.ms(500),
            self.ms(990),
            self.ms(1_000),
            self.count()
        )
    }
}

/// A count as a number to divide with; exact below 2^53.
#[expect(
    clippy::cast_precision_loss,
    reason = "counts and microseconds of a run are far below 2^53"
)]
pub(crate) fn real(count: u64) -> f64 {
    count as f64
}

/// One line of the report.
#[expect(clippy::print_stdout, reason = "a bench reports on standard output")]
pub(crate) fn say(line: impl fmt::Display) {
    println!("{line}");
}
