//! A moment as it is said to somebody on the telephone: the day from where they are now, and
//! the quarter of an hour.

use chrono::{Datelike as _, Timelike as _};

use super::{Zone, clock_of};
use crate::time::UtcMs;

const QUARTER_MS: UtcMs = 900_000;
const QUARTER_MIN: u32 = 15;
/// Beyond it the name of a weekday would be that of today or of a day before.
const DAYS_MAX: i64 = 6;

/// Which day, seen from today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SaidDay {
    /// The day that it is.
    Today,
    /// The next.
    Tomorrow,
    /// Within a week: 0 is Monday.
    Weekday(usize),
}

/// A quarter of an hour of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SaidTime {
    /// Which day.
    pub day: SaidDay,
    /// 0 to 23.
    pub hour: usize,
    /// 0 to 3: on the hour, a quarter past, half past, a quarter to.
    pub quarter: usize,
}

/// The end of the quarter of an hour that holds `at`, or `at` where one ends there. Every zone
/// of the database has been a whole number of quarters from UTC for decades.
pub(crate) fn quarter_after(at: UtcMs) -> UtcMs {
    at + (-at).rem_euclid(QUARTER_MS)
}

/// How a moment is said at another; nothing where it is over or more than six days ahead.
pub(super) fn said(at: UtcMs, now: UtcMs, zone: Zone) -> Option<SaidTime> {
    let (clock, today) = (clock_of(at, zone)?, clock_of(now, zone)?);
    let ahead = clock.date_naive().signed_duration_since(today.date_naive());
    let day = match ahead.num_days() {
        0 => SaidDay::Today,
        1 => SaidDay::Tomorrow,
        2..=DAYS_MAX => {
            SaidDay::Weekday(usize::try_from(clock.weekday().num_days_from_monday()).ok()?)
        }
        _ => return None,
    };
    if at < now {
        return None;
    }
    Some(SaidTime {
        day,
        hour: usize::try_from(clock.hour()).ok()?,
        quarter: usize::try_from(clock.minute() / QUARTER_MIN).ok()?,
    })
}

/// Which day that is over, seen from today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PastDay {
    Today,
    Yesterday,
    /// Within a week: 0 is Monday.
    Weekday(usize),
}

/// A minute of a day that is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PastTime {
    pub(crate) day: PastDay,
    pub(crate) hour: usize,
    pub(crate) minute: usize,
}

/// How a moment is said that is over; nothing where it is more than six days ago. One that a clock
/// that was set back shows as to come is of today.
pub(crate) fn said_past(at: UtcMs, now: UtcMs, zone: Zone) -> Option<PastTime> {
    let (clock, today) = (clock_of(at, zone)?, clock_of(now, zone)?);
    let ago = today.date_naive().signed_duration_since(clock.date_naive());
    let day = match ago.num_days() {
        i64::MIN..=0 => PastDay::Today,
        1 => PastDay::Yesterday,
        2..=DAYS_MAX => {
            PastDay::Weekday(usize::try_from(clock.weekday().num_days_from_monday()).ok()?)
        }
        _ => return None,
    };
    Some(PastTime {
        day,
        hour: usize::try_from(clock.hour()).ok()?,
        minute: usize::try_from(clock.minute()).ok()?,
    })
}

/// A minute of a day to come, by its date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SaidDate {
    /// 0 is Monday.
    pub(crate) weekday: usize,
    /// 0 is the first.
    pub(crate) day: usize,
    /// 0 is January.
    pub(crate) month: usize,
    pub(crate) hour: usize,
    pub(crate) minute: usize,
}

/// How an appointment is said.
pub(crate) fn said_date(at: UtcMs, zone: Zone) -> Option<SaidDate> {
    let clock = clock_of(at, zone)?;
    Some(SaidDate {
        weekday: usize::try_from(clock.weekday().num_days_from_monday()).ok()?,
        day: usize::try_from(clock.day0()).ok()?,
        month: usize::try_from(clock.month0()).ok()?,
        hour: usize::try_from(clock.hour()).ok()?,
        minute: usize::try_from(clock.minute()).ok()?,
    })
}

/// How an appointment is written for an operator: `03/12/2030 10:30`.
pub(crate) fn written(at: UtcMs, zone: Zone) -> Option<String> {
    Some(clock_of(at, zone)?.format("%d/%m/%Y %H:%M").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROME: Zone = Zone::Europe__Rome;
    /// Thursday 1 October 2026, 10:00 in Rome.
    const TEN: UtcMs = 1_790_841_600_000;
    const HOUR: UtcMs = 3_600_000;

    fn at(hours: UtcMs, minutes: UtcMs) -> Option<SaidTime> {
        said(TEN + hours * HOUR + minutes * 60_000, TEN, ROME)
    }

    fn time(day: SaidDay, hour: usize, quarter: usize) -> Option<SaidTime> {
        Some(SaidTime { day, hour, quarter })
    }

    #[test]
    fn a_quarter_begins_at_its_end_and_not_before() {
        assert_eq!(quarter_after(TEN), TEN);
        assert_eq!(quarter_after(TEN + 1), TEN + QUARTER_MS);
        assert_eq!(quarter_after(TEN + QUARTER_MS), TEN + QUARTER_MS);
    }

    #[test]
    fn the_day_is_that_of_the_callers_clock() {
        assert_eq!(at(1, 15), time(SaidDay::Today, 11, 1));
        assert_eq!(at(13, 45), time(SaidDay::Today, 23, 3));
        assert_eq!(at(14, 0), time(SaidDay::Tomorrow, 0, 0));
        assert_eq!(at(46, 30), time(SaidDay::Weekday(5), 8, 2));
        assert_eq!(at(6 * 24, 0), time(SaidDay::Weekday(2), 10, 0));
        assert_eq!(at(7 * 24, 0), None, "Thursday would be today");
        assert_eq!(at(-1, 0), None);
    }

    #[test]
    fn a_moment_that_is_over_is_said_to_the_minute_within_a_week() {
        let past = |hours: UtcMs, minutes: UtcMs| {
            said_past(TEN - hours * HOUR - minutes * 60_000, TEN, ROME)
        };
        let time = |day, hour, minute| Some(PastTime { day, hour, minute });
        assert_eq!(past(0, 18), time(PastDay::Today, 9, 42));
        assert_eq!(past(10, 0), time(PastDay::Today, 0, 0));
        assert_eq!(past(10, 1), time(PastDay::Yesterday, 23, 59));
        assert_eq!(past(48, 0), time(PastDay::Weekday(1), 10, 0));
        assert_eq!(past(6 * 24, 0), time(PastDay::Weekday(4), 10, 0));
        assert_eq!(past(7 * 24, 0), None, "Thursday would be today");
    }

    #[test]
    fn the_hour_that_is_shown_twice_is_said_as_it_is_shown() {
        // 25 October 2026, when the clock goes back from 03:00 to 02:00.
        let before = 1_792_886_400_000;
        for hours in [0, 1] {
            let shown = said(before + hours * HOUR, before, ROME);
            assert_eq!(shown, time(SaidDay::Today, 2, 0), "{hours}");
        }
    }
}
