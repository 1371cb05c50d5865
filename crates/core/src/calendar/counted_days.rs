//! Which days count: not one answer for all, but one for each rule. A booking may be
//! cancelled until three working days before, Saturdays included; people are rung on any
//! day; a debt grows old on the days on which somebody could have paid it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use chrono::{Datelike, Days, NaiveDate, Timelike, Weekday};

use super::holidays::is_national_holiday;
use super::span::Shown;
use super::{Calendar, Zone, clock_of};
use crate::time::UtcMs;

/// How far ahead the days of a term are looked for: 20 years.
const TERM_SEARCH_DAYS: u64 = 20 * 366;

/// Which days count for a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum CountedDays {
    /// All of them.
    Every,
    /// Monday to Friday but for national holidays; a patron saint's day is a working day,
    /// as the regions' rules on cancelling have it.
    Working {
        /// Whether Saturday counts too.
        saturday: bool,
    },
    /// The days on which a calendar opens.
    OpenIn(Arc<Calendar>),
}

impl CountedDays {
    pub(super) fn counts(&self, day: NaiveDate) -> bool {
        match self {
            Self::Every => true,
            Self::Working { .. } => self.may_count(day.weekday()) && !is_national_holiday(day),
            Self::OpenIn(calendar) => !calendar.spans(day).is_empty(),
        }
    }

    /// Whether this day of the week counts where nothing shuts it.
    pub(super) fn may_count(&self, day: Weekday) -> bool {
        match self {
            Self::Every => true,
            Self::Working { saturday } => match day {
                Weekday::Sun => false,
                Weekday::Sat => *saturday,
                Weekday::Mon | Weekday::Tue | Weekday::Wed | Weekday::Thu | Weekday::Fri => true,
            },
            Self::OpenIn(calendar) => !calendar.weekly_spans(day).is_empty(),
        }
    }
}

/// A number of days that count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    days: u32,
    counted: CountedDays,
    zone: Zone,
}

impl Term {
    /// So many of these days, by the clock of `zone`.
    #[must_use]
    pub fn new(days: u32, counted: CountedDays, zone: Zone) -> Self {
        Self {
            days,
            counted,
            zone,
        }
    }

    /// When a term that began at `from` is over: at the same hour of its last day, the day
    /// of its beginning not counted. Nothing where that day does not come within 20 years.
    #[must_use]
    pub fn ends(&self, from: UtcMs) -> Option<UtcMs> {
        let began = clock_of(from, self.zone)?;
        let day = self.last_day(began.date_naive())?;
        let second = began.num_seconds_from_midnight();
        let within_second = from.rem_euclid(1_000);
        Some(Shown::at(day, second, self.zone)?.first + within_second)
    }

    fn last_day(&self, began: NaiveDate) -> Option<NaiveDate> {
        let Some(before_last) = usize::try_from(self.days).ok()?.checked_sub(1) else {
            return Some(began);
        };
        (1..=TERM_SEARCH_DAYS)
            .map_while(|n| began.checked_add_days(Days::new(n)))
            .filter(|day| self.counted.counts(*day))
            .nth(before_last)
    }
}
