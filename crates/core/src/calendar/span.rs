//! Hours of one day by the clock of a zone, and the stretch of real time that they are.

use std::{fmt, iter};

use serde::{Deserialize, Serialize};

use chrono::{NaiveDate, NaiveTime, TimeDelta, TimeZone};

use super::{CalendarError, Zone};
use crate::time::UtcMs;

const SECONDS_PER_DAY: u32 = 24 * 3_600;
const SECOND_MS: UtcMs = 1_000;

/// Hours of one day, in seconds from its midnight; the end is not part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Span {
    from: u32,
    to: u32,
}

impl Span {
    pub(super) const WHOLE_DAY: Self = Self {
        from: 0,
        to: SECONDS_PER_DAY,
    };

    pub(super) fn parse(text: &str) -> Result<Self, CalendarError> {
        let hours = text.split_once('-').and_then(|(from, to)| {
            Some(Self {
                from: second_of_day(from.trim())?,
                to: second_of_day(to.trim())?,
            })
        });
        match hours {
            None => Err(CalendarError::Span(text.to_owned())),
            Some(span) if span.from >= span.to => Err(CalendarError::Backwards(text.to_owned())),
            Some(span) => Ok(span),
        }
    }

    /// From when to when, in minutes after midnight.
    pub(super) fn minutes(self) -> (u32, u32) {
        (self.from / 60, self.to / 60)
    }

    /// How long it is, on a day on which no clock is set.
    pub(super) fn seconds(self) -> u32 {
        self.to - self.from
    }

    /// Goes on to the end of a span that begins where this one ends; whether it does.
    pub(super) fn takes_in(&mut self, later: Self) -> bool {
        let touches = self.to == later.from;
        if touches {
            self.to = later.to;
        }
        touches
    }

    pub(super) fn overlaps(self, other: Self) -> bool {
        self.from < other.to && other.from < self.to
    }

    /// The stretch of real time that this is on `day`; nothing where the clock skips it
    /// whole, or where the day is beyond what the calendar can count.
    pub(super) fn on(self, day: NaiveDate, zone: Zone) -> Option<Stretch> {
        let from = Shown::at(day, self.from, zone)?.first;
        // The last second that belongs to it decides: where the clock goes back from 03:00
        // to 02:00, hours until 02:00 end before it shows 02:00 again.
        let last = Shown::at(day, self.to - 1, zone)?;
        let to = if last.skipped {
            last.first
        } else {
            last.last + SECOND_MS
        };
        (from < to).then_some(Stretch { from, to })
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |f: &mut fmt::Formatter<'_>, at: u32| {
            let (hours, minutes, seconds) = (at / 3_600, at / 60 % 60, at % 60);
            write!(f, "{hours:02}:{minutes:02}")?;
            if seconds > 0 {
                write!(f, ":{seconds:02}")?;
            }
            Ok(())
        };
        shown(f, self.from)?;
        f.write_str("-")?;
        shown(f, self.to)
    }
}

/// `HH:MM` or `HH:MM:SS`, up to and including `24:00`.
fn second_of_day(text: &str) -> Option<u32> {
    let (hours, rest) = text.split_once(':')?;
    let (minutes, seconds) = rest.split_once(':').unwrap_or((rest, "00"));
    let two_digits = |part: &str| {
        let digits = part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
        if digits {
            part.parse::<u32>().ok()
        } else {
            None
        }
    };
    let (minutes, seconds) = (two_digits(minutes)?, two_digits(seconds)?);
    let second = two_digits(hours)? * 3_600 + minutes * 60 + seconds;
    (minutes < 60 && seconds < 60 && second <= SECONDS_PER_DAY).then_some(second)
}

/// Real time, `from` included and `to` not.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stretch {
    pub(super) from: UtcMs,
    pub(super) to: UtcMs,
}

/// When the clock of a zone shows a second of a day.
pub(super) struct Shown {
    /// The first time; a second that the clock skips is the moment of the skip.
    pub(super) first: UtcMs,
    /// The last time: another than the first where the clock goes back.
    pub(super) last: UtcMs,
    /// Whether the clock never shows it.
    pub(super) skipped: bool,
}

impl Shown {
    pub(super) fn at(day: NaiveDate, second: u32, zone: Zone) -> Option<Self> {
        let wall = |second: i64| {
            day.and_time(NaiveTime::MIN)
                .checked_add_signed(TimeDelta::seconds(second))
        };
        let minute = second / 60;
        // A zone has skipped at most one whole day (Apia, 2011), and skips end on a full minute.
        let after = (minute + 1..=minute + SECONDS_PER_DAY / 60).map(|minute| minute * 60);
        iter::once(second).chain(after).find_map(|shown_at| {
            let shown = zone.from_local_datetime(&wall(shown_at.into())?);
            Some(Self {
                first: shown.earliest()?.timestamp_millis(),
                last: shown.latest()?.timestamp_millis(),
                skipped: shown_at > second,
            })
        })
    }
}
