//! A day as the people of a zone count it, for reports.

use std::fmt;

use chrono::{DateTime, Datelike as _, NaiveDate};

use super::span::Shown;
use super::{Zone, parse_date};
use crate::time::UtcMs;

/// From midnight to midnight by the clock of a zone: 23, 24 or 25 hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalDay(NaiveDate);

impl LocalDay {
    /// Reads `YYYY-MM-DD`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        parse_date(text).filter(|date| date.year() >= 1).map(Self)
    }

    /// The day that the clock of a zone shows at a moment; nothing beyond what a calendar counts.
    #[must_use]
    pub fn of(at: UtcMs, zone: Zone) -> Option<Self> {
        let moment = DateTime::from_timestamp_millis(at)?;
        (1..=9999)
            .contains(&moment.year())
            .then(|| Self(moment.with_timezone(&zone).date_naive()))
    }

    /// When it begins; where its midnight is skipped, the moment of the skip.
    #[must_use]
    pub fn begins_ms(self, zone: Zone) -> Option<UtcMs> {
        Shown::at(self.0, 0, zone).map(|shown| shown.first)
    }

    /// When the clock of a zone shows so many minutes after its midnight, or the moment of the skip where
    /// it never does.
    pub(crate) fn minute_ms(self, minute: u32, zone: Zone) -> Option<UtcMs> {
        Shown::at(self.0, minute * 60, zone).map(|shown| shown.first)
    }

    /// The day after it.
    #[must_use]
    pub fn next(self) -> Option<Self> {
        self.0.succ_opt().map(Self)
    }

    /// Days from it to a later one; of one before it, less than 0.
    #[must_use]
    pub fn days_to(self, later: Self) -> i64 {
        later.0.signed_duration_since(self.0).num_days()
    }
}

impl fmt::Display for LocalDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.format("%Y-%m-%d"))
    }
}

#[cfg(test)]
mod tests {
    use super::super::moment;
    use super::*;

    const ROME: Zone = Zone::Europe__Rome;

    fn at(text: &str) -> UtcMs {
        moment::parse(text).unwrap()
    }

    #[test]
    fn a_day_ends_at_the_midnight_of_its_zone_also_when_the_clock_is_set() {
        for (day, begins, hours) in [
            ("2026-11-25", "2026-11-25T00:00:00+01:00", 24),
            ("2026-03-29", "2026-03-29T00:00:00+01:00", 23),
            ("2026-10-25", "2026-10-25T00:00:00+02:00", 25),
        ] {
            let day = LocalDay::parse(day).unwrap();
            let begins_ms = day.begins_ms(ROME).unwrap();
            assert_eq!(begins_ms, at(begins));
            let next = day.next().unwrap();
            let ends_ms = next.begins_ms(ROME).unwrap();
            assert_eq!(ends_ms - begins_ms, hours * 3_600_000, "{day}");
            assert_eq!(LocalDay::of(begins_ms, ROME), Some(day));
            assert_eq!(LocalDay::of(ends_ms - 1, ROME), Some(day));
            assert_eq!(LocalDay::of(ends_ms, ROME), Some(next));
            assert_eq!((day.days_to(next), next.days_to(day)), (1, -1));
        }
    }

    #[test]
    fn only_one_spelling_is_a_day_and_no_moment_is_too_far() {
        for text in ["", "2026-2-3", "2026-02-30", "25.11.2026", "0000-01-01"] {
            assert_eq!(LocalDay::parse(text), None, "{text}");
        }
        let day = LocalDay::parse("2026-02-03").unwrap();
        assert_eq!(day.to_string(), "2026-02-03");
        for far in [UtcMs::MIN, UtcMs::MAX] {
            assert_eq!(LocalDay::of(far, ROME), None);
        }
    }
}
