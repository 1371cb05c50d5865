//! Which days a report is about, and by which clock.

use std::collections::BTreeMap;

use cuptel_core::calendar::{LocalDay, Zone};
use cuptel_core::time::UtcMs;

/// Days of a report at most: two years, so that a year can be seen beside the one before.
const DAYS_MAX: i64 = 732;

/// The clock of each authority. What belongs to none, or to one that is gone, goes by that of Rome.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Zones(BTreeMap<String, Zone>);

impl FromIterator<(String, Zone)> for Zones {
    fn from_iter<I: IntoIterator<Item = (String, Zone)>>(zones: I) -> Self {
        Self(zones.into_iter().collect())
    }
}

impl Zones {
    /// Whether there is a tenant of this name.
    #[must_use]
    pub fn knows(&self, tenant: &str) -> bool {
        self.0.contains_key(tenant)
    }

    /// By which clock an authority counts its days.
    #[must_use]
    pub fn of(&self, tenant: Option<&str>) -> Zone {
        let zone = tenant.and_then(|tenant| self.0.get(tenant));
        zone.copied().unwrap_or(Zone::Europe__Rome)
    }

    fn all(&self) -> impl Iterator<Item = Zone> {
        self.0.values().copied().chain([Zone::Europe__Rome])
    }
}

/// Why there is no such period.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PeriodError {
    /// Not `YYYY-MM-DD`.
    #[error("\"{0}\" is no day: expected one like 2026-11-25")]
    NoDay(String),
    /// Both ways to say it at once.
    #[error("a report is about a day, or from one day to another, not both")]
    TwoPeriods,
    /// The clock shows a moment that no calendar has.
    #[error("it cannot be told which day it is: say about which days the report is")]
    NoToday,
    /// An end without a beginning.
    #[error("a period that ends on a day begins on one too")]
    NoBeginning,
    /// It ends first.
    #[error("a period from {from} to {to} ends before it begins")]
    Backwards {
        /// Its first day.
        from: LocalDay,
        /// Its last day.
        to: LocalDay,
    },
    /// It has not begun.
    #[error("{0} has not come yet: nothing can be told of it")]
    NotYet(LocalDay),
    /// More days than a report has lines for.
    #[error("a report is about {DAYS_MAX} days at most, not {0}")]
    TooLong(i64),
}

/// Days from one to another, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// The first.
    pub from: LocalDay,
    /// The last.
    pub to: LocalDay,
}

impl Period {
    /// As somebody asks for it: one day, or from a day to another; to the day of `now_ms` where only
    /// the first is said, and that day alone where nothing is.
    ///
    /// # Errors
    /// When that is no period, or too long.
    pub fn asked(
        day: Option<&str>,
        from: Option<&str>,
        to: Option<&str>,
        (now_ms, zone): (UtcMs, Zone),
    ) -> Result<Self, PeriodError> {
        let today = || LocalDay::of(now_ms, zone).ok_or(PeriodError::NoToday);
        let read = |text: &str| {
            LocalDay::parse(text).ok_or_else(|| PeriodError::NoDay(text.chars().take(40).collect()))
        };
        let (from, to) = match (day, from, to) {
            (None, None, None) => (today()?, today()?),
            (Some(day), None, None) => (read(day)?, read(day)?),
            (None, Some(from), None) => (read(from)?, today()?),
            (None, Some(from), Some(to)) => (read(from)?, read(to)?),
            (None, None, Some(_)) => return Err(PeriodError::NoBeginning),
            (Some(_), ..) => return Err(PeriodError::TwoPeriods),
        };
        if today().is_ok_and(|today| from > today) {
            return Err(PeriodError::NotYet(from));
        }
        if to < from {
            return Err(PeriodError::Backwards { from, to });
        }
        let days = from.days_to(to) + 1;
        if days > DAYS_MAX {
            return Err(PeriodError::TooLong(days));
        }
        Ok(Self { from, to })
    }

    /// The stretch of time of its days by one clock, the end not included.
    #[must_use]
    pub fn by_clock(self, zone: Zone) -> Option<(UtcMs, UtcMs)> {
        let begins = self.from.begins_ms(zone)?;
        let ends = self.to.next().and_then(|day| day.begins_ms(zone))?;
        Some((begins, ends))
    }

    /// The stretch of time that holds its days by any of the clocks, the end not included.
    pub(super) fn stretch(self, zones: &Zones) -> (UtcMs, UtcMs) {
        let begins = zones.all().filter_map(|zone| self.from.begins_ms(zone));
        let ends = zones
            .all()
            .filter_map(|zone| self.to.next()?.begins_ms(zone));
        (
            begins.min().unwrap_or(UtcMs::MIN),
            ends.max().unwrap_or(UtcMs::MAX),
        )
    }

    /// The day of a moment, where it is one of these.
    pub(super) fn day(self, at: UtcMs, zone: Zone) -> Option<LocalDay> {
        LocalDay::of(at, zone).filter(|day| (self.from..=self.to).contains(day))
    }
}

#[cfg(test)]
mod tests {
    use cuptel_core::calendar::moment;

    use super::*;

    fn day(text: &str) -> LocalDay {
        LocalDay::parse(text).unwrap()
    }

    #[test]
    fn a_period_is_a_day_or_from_one_to_another() {
        let rome = Zone::Europe__Rome;
        let midnight = moment::parse("2026-11-25T00:00:00+01:00").unwrap();
        let asked = |day, from, to| Period::asked(day, from, to, (midnight, rome));
        let of = |from, to| {
            Ok(Period {
                from: day(from),
                to: day(to),
            })
        };
        assert_eq!(asked(None, None, None), of("2026-11-25", "2026-11-25"));
        assert_eq!(
            asked(Some("2026-11-01"), None, None),
            of("2026-11-01", "2026-11-01")
        );
        assert_eq!(
            asked(None, Some("2026-11-01"), None),
            of("2026-11-01", "2026-11-25")
        );
        let years = asked(None, Some("2025-01-01"), Some("2026-12-31"));
        assert_eq!(years, of("2025-01-01", "2026-12-31"));
        for (told, why) in [
            (asked(Some("25.11."), None, None), "\"25.11.\" is no day"),
            (
                asked(Some("2026-11-01"), Some("2026-11-01"), None),
                "not both",
            ),
            (asked(None, None, Some("2026-11-01")), "begins on one too"),
            (
                asked(None, Some("2026-11-24"), Some("2026-11-23")),
                "ends before it begins",
            ),
            (asked(Some("2026-11-26"), None, None), "has not come yet"),
            (asked(None, Some("2026-11-26"), None), "has not come yet"),
            (
                asked(None, Some("2024-11-01"), None),
                "732 days at most, not 755",
            ),
        ] {
            let told = told.unwrap_err().to_string();
            assert!(told.contains(why), "{told}");
        }
        let never = Period::asked(None, None, None, (UtcMs::MAX, rome));
        assert_eq!(never, Err(PeriodError::NoToday));
    }

    #[test]
    fn the_stretch_of_a_day_holds_it_by_every_clock() {
        let zones: Zones = [("asl-lisboa".to_owned(), Zone::Europe__Lisbon)]
            .into_iter()
            .collect();
        let period = Period {
            from: day("2026-11-25"),
            to: day("2026-11-25"),
        };
        let (from, to) = period.stretch(&zones);
        assert_eq!(to - from, 25 * 3_600_000);
        let lisbon = zones.of(Some("asl-lisboa"));
        assert_eq!(period.day(from, lisbon), None);
        assert_eq!(
            period.day(from, zones.of(Some("asl-teramo"))),
            Some(period.from)
        );
        assert_eq!(period.day(to - 1, lisbon), Some(period.to));
        assert_eq!(period.day(to - 1, zones.of(None)), None);
    }
}
