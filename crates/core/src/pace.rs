//! How many calls a second are admitted: an even pace with a burst of one second's worth.
//! Knows nothing of lines that are taken; it keeps a storm from spending the time of those
//! who are already inside.

use crate::centre::Centre;
use crate::id::{LineId, TrunkId};
use crate::time::{MonoUs, Now};
use serde::{Deserialize, Serialize};

const SECOND_US: u64 = 1_000_000;

/// What has a pace of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Entrance {
    /// Everything that comes through a trunk.
    Trunk(TrunkId),
    /// Everything that is meant for a dialled number.
    Line(LineId),
}

/// The generic cell rate algorithm (ITU-T I.371): one moment stands for the whole history.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(crate) struct Pace {
    /// When the next call would come if all came evenly.
    even_us: MonoUs,
}

impl Pace {
    /// The pace after one more call, or none when that call comes too early.
    fn after(self, now_us: MonoUs, calls_per_s: u32) -> Option<Self> {
        let between_us = SECOND_US / u64::from(calls_per_s.max(1));
        let even_us = self.even_us.max(now_us);
        let early_us = even_us - now_us;
        (early_us + between_us <= SECOND_US).then_some(Self {
            even_us: even_us + between_us,
        })
    }
}

impl Centre {
    /// Counts one more call at both entrances if both admit it; else at neither.
    pub(crate) fn keeps_pace(&mut self, now: Now, limits: [(Entrance, Option<u32>); 2]) -> bool {
        let mut after = Vec::with_capacity(limits.len());
        for (entrance, calls_per_s) in limits {
            let Some(calls_per_s) = calls_per_s else {
                continue;
            };
            let pace = self.paces.get(&entrance).copied().unwrap_or_default();
            match pace.after(now.mono_us, calls_per_s) {
                Some(pace) => after.push((entrance, pace)),
                None => return false,
            }
        }
        self.paces.extend(after);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admitted(pace: &mut Pace, at_us: MonoUs, calls_per_s: u32) -> bool {
        let after = pace.after(at_us, calls_per_s);
        *pace = after.unwrap_or(*pace);
        after.is_some()
    }

    #[test]
    fn a_second_admits_its_number_at_once_and_no_more() {
        let mut pace = Pace::default();
        let burst = (0..10).filter(|_| admitted(&mut pace, 5_000_000, 4));
        assert_eq!(burst.count(), 4);
    }

    #[test]
    fn room_comes_back_evenly() {
        let mut pace = Pace::default();
        while admitted(&mut pace, 5_000_000, 4) {}
        assert!(!admitted(&mut pace, 5_249_999, 4));
        assert!(admitted(&mut pace, 5_250_000, 4));
        assert!(!admitted(&mut pace, 5_250_000, 4));
    }

    #[test]
    fn a_storm_gets_the_agreed_number_each_second() {
        let mut pace = Pace::default();
        let storm = (0..10_000_u64).filter(|n| admitted(&mut pace, n * 1_000, 7));
        // Ten seconds, and the burst at their beginning.
        assert!((70..=77).contains(&storm.count()));
    }
}
