//! Moments and spans. The pure crates never read a clock: whoever calls them says what time it is.

use serde::{Deserialize, Serialize};

/// Microseconds on the monotonic clock of this process. Timers run on these.
pub type MonoUs = u64;

/// Milliseconds since 1970 in UTC. Records carry these.
pub type UtcMs = i64;

/// One reading of both clocks. A step of the wall clock moves no timer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Now {
    /// Monotonic microseconds.
    pub mono_us: MonoUs,
    /// Wall clock, UTC milliseconds.
    pub utc_ms: UtcMs,
}

impl Now {
    /// The monotonic moment `ms` milliseconds from now.
    #[must_use]
    pub fn in_ms(self, ms: u64) -> MonoUs {
        self.mono_us.saturating_add(ms.saturating_mul(1_000))
    }

    /// The monotonic moment `s` seconds from now.
    #[must_use]
    pub fn in_s(self, s: u32) -> MonoUs {
        self.in_ms(u64::from(s) * 1_000)
    }

    /// The monotonic moment of a wall-clock one, as the clocks stand; now, if that is past.
    #[must_use]
    pub fn mono_at(self, utc_ms: UtcMs) -> MonoUs {
        self.in_ms(u64::try_from(utc_ms - self.utc_ms).unwrap_or(0))
    }

    /// The wall-clock moment `s` seconds from now.
    #[must_use]
    pub fn utc_in_s(self, s: u32) -> UtcMs {
        self.utc_ms + i64::from(s) * 1_000
    }
}
