//! The media thread's one clock: CLOCK_MONOTONIC in microseconds, the same that timerfd counts
//! in, so that an absolute deadline means the same to both.

use nix::time::{ClockId, clock_gettime};

/// Microseconds of CLOCK_MONOTONIC.
pub(crate) fn now_us() -> u64 {
    // The call cannot fail on Linux: the clock exists and the pointer is valid.
    clock_gettime(ClockId::CLOCK_MONOTONIC).map_or(0, |time| {
        let seconds = u64::try_from(time.tv_sec()).unwrap_or(0);
        let nanoseconds = u64::try_from(time.tv_nsec()).unwrap_or(0);
        seconds * 1_000_000 + nanoseconds / 1_000
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_never_goes_back() {
        let first = now_us();
        assert!(first > 0);
        assert!(now_us() >= first);
    }
}
