//! A day that comes back every year, like that of a patron saint.

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use super::CalendarError;

/// A day of every year; 29 February comes in leap years only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct YearDay {
    month: u32,
    day: u32,
}

impl YearDay {
    /// Reads `MM-DD`.
    ///
    /// # Errors
    /// When no year has such a day.
    pub fn parse(text: &str) -> Result<Self, CalendarError> {
        Self::read(text).ok_or_else(|| CalendarError::YearDay(text.to_owned()))
    }

    fn read(text: &str) -> Option<Self> {
        const LEAP_YEAR: i32 = 2024;
        let (month, day) = text.split_once('-')?;
        let two_digits = |part: &str| {
            let written = part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
            if written { part.parse().ok() } else { None }
        };
        let (month, day) = (two_digits(month)?, two_digits(day)?);
        NaiveDate::from_ymd_opt(LEAP_YEAR, month, day)?;
        Some(Self { month, day })
    }

    pub(super) fn is_on(self, date: NaiveDate) -> bool {
        (self.month, self.day) == (date.month(), date.day())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_of_the_year_is_two_digits_and_two_digits() {
        for (text, fits) in [
            ("12-19", true),
            ("02-29", true),
            ("02-30", false),
            ("13-01", false),
            ("00-10", false),
            ("6-10", false),
            ("+6-10", false),
            ("2026-06-10", false),
            ("", false),
        ] {
            assert_eq!(YearDay::parse(text).is_ok(), fits, "{text}");
        }
        let patron = YearDay::parse("12-19").unwrap();
        assert!(patron.is_on("2031-12-19".parse().unwrap()));
        assert!(!patron.is_on("2031-12-18".parse().unwrap()));
    }
}
