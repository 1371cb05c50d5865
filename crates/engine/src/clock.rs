//! The clock seam: the only place of the engine where time is read.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use cuptel_core::time::{MonoUs, Now, UtcMs};

/// Both clocks of this process.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    origin: Instant,
    /// How much later than the system's wall clock this one is.
    ahead_ms: i64,
}

impl Clock {
    /// A clock whose monotonic side begins now.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where the engine reads a clock"
    )]
    pub fn start() -> Self {
        Self {
            origin: Instant::now(),
            ahead_ms: 0,
        }
    }

    /// A clock that shows `utc_ms` now and goes on from there: a rehearsal begins at its own
    /// hour of the day.
    #[must_use]
    pub fn showing(utc_ms: UtcMs) -> Self {
        let clock = Self::start();
        Self {
            ahead_ms: utc_ms - clock.now().utc_ms,
            ..clock
        }
    }

    /// What time it is.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where the engine reads a clock"
    )]
    pub fn now(&self) -> Now {
        let mono_us = u64::try_from(self.origin.elapsed().as_micros()).unwrap_or(u64::MAX);
        let utc_ms = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .ok()
            .and_then(|since| i64::try_from(since.as_millis()).ok())
            .unwrap_or(0)
            .saturating_add(self.ahead_ms);
        Now { mono_us, utc_ms }
    }

    /// The moment for a timer of the runtime.
    pub(crate) fn instant(&self, at: MonoUs) -> tokio::time::Instant {
        tokio::time::Instant::from_std(self.origin + Duration::from_micros(at))
    }
}
