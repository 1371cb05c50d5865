//! The calendar told again, slowly and with whole numbers only: no zone database, no rule
//! for Easter, no stretch of time. What the clock in Rome shows is counted out minute by
//! minute, and a span is whatever lies between the first and the last minute of it.

use std::ops::Range;
use std::sync::LazyLock;

/// Milliseconds of a minute.
pub(super) const MINUTE_MS: i64 = 60_000;
/// Easter Sundays as published, from 2024.
const EASTERS: [(i64, i64); 17] = [
    (3, 31),
    (4, 20),
    (4, 5),
    (3, 28),
    (4, 16),
    (4, 1),
    (4, 21),
    (4, 13),
    (3, 28),
    (4, 17),
    (4, 9),
    (3, 25),
    (4, 13),
    (4, 5),
    (4, 25),
    (4, 10),
    (4, 1),
];
pub(super) const FIRST_YEAR: i64 = 2024;
pub(super) const LAST_YEAR: i64 = 2040;

/// Days from 1 January 1970, counted year by year and month by month.
pub(super) fn day_number(year: i64, month: i64, day: i64) -> i64 {
    let mut days = 0;
    for passed in 1970..year {
        days += if leap(passed) { 366 } else { 365 };
    }
    for passed in 1..month {
        days += days_in(year, passed);
    }
    days + day - 1
}

fn leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Year, month and day of a day number.
pub(super) fn date(day_number: i64) -> (i64, i64, i64) {
    let (mut left, mut year, mut month) = (day_number, 1970, 1);
    while left >= if leap(year) { 366 } else { 365 } {
        left -= if leap(year) { 366 } else { 365 };
        year += 1;
    }
    while left >= days_in(year, month) {
        left -= days_in(year, month);
        month += 1;
    }
    (year, month, left + 1)
}

/// Monday 0; 1 January 1970 was a Thursday.
pub(super) fn weekday(day_number: i64) -> usize {
    usize::try_from((day_number + 3).rem_euclid(7)).unwrap()
}

/// The moment, in minutes of UTC, at which Rome changes its clocks in this month: 01:00 UTC
/// of its last Sunday (Directive 2000/84/EC).
pub(super) fn change(year: i64, month: i64) -> i64 {
    let mut last = day_number(year, month, 31);
    while weekday(last) != 6 {
        last -= 1;
    }
    last * 1_440 + 60
}

/// The summers, in minutes of UTC: counted once, because they are asked for each minute.
static SUMMERS: LazyLock<Vec<Range<i64>>> = LazyLock::new(|| {
    (FIRST_YEAR - 1..=LAST_YEAR + 1)
        .map(|year| change(year, 3)..change(year, 10))
        .collect()
});

/// What the clock in Rome shows at a minute of UTC: the day and its minute.
pub(super) fn clock(minute: i64) -> (i64, i64) {
    let summer = SUMMERS.iter().any(|summer| summer.contains(&minute));
    let shown = minute + if summer { 120 } else { 60 };
    (shown.div_euclid(1_440), shown.rem_euclid(1_440))
}

/// Italian national holidays of the years of this file.
pub(super) fn is_holiday(day: i64) -> bool {
    let (year, month, of_month) = date(day);
    let (easter_month, easter_day) = EASTERS[usize::try_from(year - FIRST_YEAR).unwrap()];
    let easter = day_number(year, easter_month, easter_day);
    let fixed = [
        (1, 1),
        (1, 6),
        (4, 25),
        (5, 1),
        (6, 2),
        (8, 15),
        (11, 1),
        (12, 8),
        (12, 25),
        (12, 26),
    ];
    fixed.contains(&(month, of_month))
        || (year >= 2026 && (month, of_month) == (10, 4))
        || day == easter
        || day == easter + 1
}

/// The minutes of UTC from the first to the last at which the clock shows this day and a
/// minute from `from` up to `to`; the end is not part of it.
pub(super) fn shown(day: i64, from: i64, to: i64) -> Option<(i64, i64)> {
    // No zone is further than a day from UTC, and no day is longer than 25 hours.
    let around = (day - 1) * 1_440..(day + 2) * 1_440;
    let mut shows = around.filter(|minute| {
        let (shown_day, shown_minute) = clock(*minute);
        shown_day == day && from <= shown_minute && shown_minute < to
    });
    let first = shows.next()?;
    Some((first, shows.next_back().unwrap_or(first) + 1))
}
