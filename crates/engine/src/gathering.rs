//! When the sockets are read. A message that comes alone is read at once. In a storm of callers
//! who are refused what comes within a few milliseconds is read together: one turn of the loop,
//! one commit and one system call then serve many of them. However busy the seats are, nobody
//! waits for that: a seat that is free is given its next caller at once.

use cuptel_core::time::MonoUs;

/// The longest that a message waits in the kernel for others.
const GATHER_US: u64 = 10_000;
/// Callers refused within that time from which on it is a storm.
const STORM_FROM: u64 = 8;

/// A stretch of time with what was read in it.
#[derive(Debug, Default)]
pub(crate) struct Gathering {
    ends_us: MonoUs,
    refused: u64,
}

impl Gathering {
    /// The sockets were read, which led to so many refusals.
    pub(crate) fn read(&mut self, now_us: MonoUs, refused: u64) {
        if now_us >= self.ends_us {
            self.ends_us = now_us + GATHER_US;
            self.refused = 0;
        }
        self.refused += refused;
    }

    /// Until when the sockets are left alone, if they are.
    pub(crate) fn until(&self, now_us: MonoUs) -> Option<MonoUs> {
        (self.refused >= STORM_FROM && now_us < self.ends_us).then_some(self.ends_us)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_comes_alone_does_not_wait() {
        let mut gathering = Gathering::default();
        for now_us in (0..1_000_000).step_by(2_000) {
            gathering.read(now_us, 1);
            assert_eq!(gathering.until(now_us), None);
        }
    }

    #[test]
    fn a_storm_is_read_in_gusts() {
        let mut gathering = Gathering::default();
        let mut reads = 0;
        for now_us in (0..1_000_000).step_by(100) {
            if gathering.until(now_us).is_none() {
                gathering.read(now_us, STORM_FROM);
                reads += 1;
            }
        }
        assert_eq!(reads, 1_000_000 / GATHER_US);
    }

    #[test]
    fn after_a_storm_reading_is_at_once_again() {
        let mut gathering = Gathering::default();
        gathering.read(0, 100);
        assert_eq!(gathering.until(1), Some(GATHER_US));
        gathering.read(GATHER_US, 1);
        assert_eq!(gathering.until(GATHER_US), None);
    }
}
