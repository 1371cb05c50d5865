//! Days on which a calendar has hours of their own, or none.

use chrono::{NaiveDate, NaiveTime, TimeZone as _};

use super::span::Span;
use super::{Calendar, Zone, parse_date, span_beside};
use crate::special_day::{DAYS_MAX, SpecialDayError};
use crate::time::UtcMs;

/// Some days one after the other, with their hours; none, where they are shut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpecialDays {
    first: NaiveDate,
    last: NaiveDate,
    spans: Vec<Span>,
}

impl SpecialDays {
    /// Reads days like `2026-12-24`, and hours like `08:00-12:00 15:00-17:00`.
    ///
    /// # Errors
    /// When they are none.
    pub fn parse(first: &str, last: &str, hours: Option<&str>) -> Result<Self, SpecialDayError> {
        let day =
            |text: &str| parse_date(text).ok_or_else(|| SpecialDayError::Day(text.to_owned()));
        let (first, until) = (day(first)?, day(last)?);
        let days = until.signed_duration_since(first).num_days();
        if days < 0 {
            return Err(SpecialDayError::Day(last.to_owned()));
        }
        if days >= DAYS_MAX {
            return Err(SpecialDayError::TooLong);
        }
        let mut spans = Vec::new();
        let hours = hours.unwrap_or("");
        for text in hours.split_whitespace() {
            let span = span_beside(text, &spans);
            spans.push(span.map_err(|_error| SpecialDayError::Hours(hours.to_owned()))?);
        }
        spans.sort_unstable();
        Ok(Self {
            first,
            last: until,
            spans,
        })
    }

    /// Whether the last of them is over by the clock of a zone.
    pub(crate) fn are_past(&self, at: UtcMs, zone: Zone) -> bool {
        let next = self
            .last
            .succ_opt()
            .map(|next| next.and_time(NaiveTime::MIN));
        let ends = next.and_then(|next| zone.from_local_datetime(&next).latest());
        ends.is_some_and(|ends| ends.timestamp_millis() <= at)
    }
}

impl Calendar {
    /// Has these hours on these days. Where days are special already, what is said last holds.
    pub(crate) fn on_special_days(&mut self, days: &SpecialDays) {
        for day in days.first.iter_days().take_while(|day| *day <= days.last) {
            self.special.insert(day, days.spans.clone());
        }
    }

    pub(crate) fn forget_special_days(&mut self) {
        self.special.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::{CalendarDefinition, moment};

    fn office() -> Calendar {
        Calendar::new(&CalendarDefinition {
            name: "orario".to_owned(),
            zone: "Europe/Rome".to_owned(),
            weekly: std::array::from_fn(|_| vec!["08:00-18:00".to_owned()]),
            holidays: true,
            ..CalendarDefinition::default()
        })
        .unwrap()
    }

    fn at(text: &str) -> UtcMs {
        moment::parse(text).unwrap()
    }

    #[test]
    fn a_special_day_has_its_own_hours_and_those_around_it_theirs() {
        let mut calendar = office();
        let days = SpecialDays::parse("2026-12-24", "2026-12-25", Some("09:00-12:00")).unwrap();
        calendar.on_special_days(&days);
        assert!(!calendar.is_open(at("2026-12-24T08:30:00+01:00")));
        assert!(calendar.is_open(at("2026-12-24T09:00:00+01:00")));
        // Open on a national holiday, where somebody says so.
        assert!(calendar.is_open(at("2026-12-25T11:59:00+01:00")));
        assert!(!calendar.is_open(at("2026-12-25T12:00:00+01:00")));
        assert!(calendar.is_open(at("2026-12-23T17:00:00+01:00")));
        let shut = SpecialDays::parse("2026-12-28", "2026-12-28", None).unwrap();
        calendar.on_special_days(&shut);
        let opens = calendar.next_opening(at("2026-12-27T18:00:00+01:00"));
        assert_eq!(opens, Some(at("2026-12-29T08:00:00+01:00")));
        calendar.forget_special_days();
        assert_eq!(calendar, office());
    }

    #[test]
    fn days_that_are_none_say_why() {
        let parse = |first, last, hours| SpecialDays::parse(first, last, hours);
        let day = |text: &str| Err(SpecialDayError::Day(text.to_owned()));
        assert_eq!(parse("24/12", "2026-12-24", None), day("24/12"));
        assert_eq!(parse("2026-12-24", "2026-12-23", None), day("2026-12-23"));
        assert_eq!(
            parse("2026-01-01", "2027-01-02", None),
            Err(SpecialDayError::TooLong)
        );
        for hours in ["8-12", "12:00-08:00", "08:00-12:00 11:00-13:00"] {
            let wrong = Err(SpecialDayError::Hours(hours.to_owned()));
            assert_eq!(parse("2026-12-24", "2026-12-24", Some(hours)), wrong);
        }
        let days = parse("2026-12-24", "2026-12-24", None).unwrap();
        let rome = Zone::Europe__Rome;
        assert!(!days.are_past(at("2026-12-24T23:59:00+01:00"), rome));
        assert!(days.are_past(at("2026-12-25T00:00:00+01:00"), rome));
    }
}
