//! The course of the demo's day: a jam when the lines open, a morning, and quiet hours in which
//! what is owed can be paid. A day that is over begins anew.

use std::time::Duration;

/// What it is like at an hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// The lines have opened and everybody rings.
    Jam,
    /// Callers as on any morning.
    Morning,
    /// Hardly anybody rings.
    Quiet,
}

/// How long a day is, and how many call when.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Day {
    pub(crate) length_s: f64,
    /// Each phase with the share of the day at which it ends, and how many times the rate call.
    pub(crate) course: [(Phase, f64, f64); 3],
}

impl Day {
    /// The day of the show. A short one has a jam too: some seconds are needed to fill the lines.
    pub(crate) fn of(length: Duration) -> Self {
        let length_s = length.as_secs_f64();
        let at_least =
            |share: f64, seconds: f64, most: f64| share.max(seconds / length_s).min(most);
        Self {
            length_s,
            course: [
                (Phase::Jam, at_least(0.10, 4.0, 0.4), 2.5),
                (Phase::Morning, at_least(0.33, 8.0, 0.7), 0.8),
                (Phase::Quiet, 1.0, 0.1),
            ],
        }
    }

    /// How many days are over at this moment, and what it is like now.
    pub(crate) fn at(&self, since_start: Duration) -> (u64, Phase) {
        let (phase, _) = self.hour(since_start.as_secs_f64());
        let days =
            since_start.as_millis() / Duration::from_secs_f64(self.length_s).as_millis().max(1);
        (u64::try_from(days).unwrap_or(u64::MAX), phase)
    }

    /// The most that call at any hour, in times the rate.
    pub(crate) fn peak(&self) -> f64 {
        let times = self.course.iter().map(|(_, _, times)| *times);
        times.fold(0.0, f64::max)
    }

    /// How many of [`peak`](Self::peak) call at this moment.
    pub(crate) fn share_at(&self, since_start_us: u64) -> f64 {
        let (_, times) = self.hour(Duration::from_micros(since_start_us).as_secs_f64());
        times / self.peak()
    }

    fn hour(&self, since_start_s: f64) -> (Phase, f64) {
        let share = (since_start_s % self.length_s) / self.length_s;
        let [.., (last, _, times)] = self.course;
        self.course
            .iter()
            .find(|(_, until, _)| share < *until)
            .map_or((last, times), |(phase, _, times)| (*phase, *times))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_has_a_jam_a_morning_and_quiet_hours_and_begins_anew() {
        let day = Day::of(Duration::from_secs(60));
        let at = |seconds| day.at(Duration::from_secs(seconds));
        assert_eq!(at(0), (0, Phase::Jam));
        assert_eq!(at(10), (0, Phase::Morning));
        assert_eq!(at(59), (0, Phase::Quiet));
        assert_eq!(at(60), (1, Phase::Jam));
        assert_eq!(at(179), (2, Phase::Quiet));
        let short = Day::of(Duration::from_secs(15));
        assert_eq!(short.at(Duration::from_secs(3)), (0, Phase::Jam));
        assert_eq!(short.at(Duration::from_secs(14)), (0, Phase::Quiet));
        assert!((day.share_at(0) - 1.0).abs() < 1e-9, "the jam is the peak");
        assert!(day.share_at(59_000_000) < 0.1);
    }
}
