//! Opening hours and contact windows: the one place where hours of the day, zones and
//! feasts exist. Everywhere else a moment is a number of UTC milliseconds.
//!
//! A span of local hours is one unbroken stretch of real time, whatever the clocks do:
//! a beginning that the clock shows twice is the first of the two, an end that it shows
//! twice is the second, and an hour that it skips is the moment of the skip.

use std::collections::BTreeSet;
use std::fmt;

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeDelta, TimeZone, Weekday};

use crate::time::UtcMs;

/// A time zone of the IANA database.
pub type Zone = chrono_tz::Tz;

/// How far ahead an opening or a closing is looked for.
const SEARCH_DAYS: u64 = 400;
/// The same, in milliseconds.
const SEARCH_MS: UtcMs = 400 * 24 * 3_600_000;
const MINUTES_PER_DAY: u16 = 24 * 60;

/// Why a text is no part of a calendar.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// Not in the IANA database.
    #[error("\"{0}\" is no time zone: expected a name like \"Europe/Rome\"")]
    Zone(String),
    /// Not `HH:MM-HH:MM`.
    #[error("\"{0}\" is no span of hours: expected \"HH:MM-HH:MM\", from 00:00 to 24:00")]
    Span(String),
    /// Empty, or across midnight.
    #[error("\"{0}\" ends before it begins: a span stays within one day, \"00:00-24:00\" at most")]
    Backwards(String),
    /// Shares hours with another span of the day.
    #[error("\"{0}\" overlaps \"{1}\" of the same day")]
    Overlap(String, String),
    /// Not `YYYY-MM-DD`.
    #[error("\"{0}\" is no date: expected \"YYYY-MM-DD\"")]
    Date(String),
}

/// Finds a zone by its IANA name.
///
/// # Errors
/// When the database does not know the name.
pub fn parse_zone(name: &str) -> Result<Zone, CalendarError> {
    name.parse()
        .ok()
        .ok_or_else(|| CalendarError::Zone(name.to_owned()))
}

/// A moment as people of the zone write it, for screens: `23/11/2026 19:38`.
#[must_use]
pub fn local_text(at: UtcMs, zone: Zone) -> String {
    match clock_of(at, zone) {
        Some(clock) => clock.format("%d/%m/%Y %H:%M").to_string(),
        None => "—".to_owned(),
    }
}

/// What the clock of a zone shows. Years of more than four digits are garbage, and close
/// to its last year chrono's own arithmetic panics.
fn clock_of(at: UtcMs, zone: Zone) -> Option<DateTime<Zone>> {
    let moment = DateTime::from_timestamp_millis(at)?;
    (1..=9999)
        .contains(&moment.year())
        .then(|| moment.with_timezone(&zone))
}

/// Hours of one day, in minutes from its midnight; the end is not part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Span {
    from: u16,
    to: u16,
}

impl Span {
    const WHOLE_DAY: Self = Self {
        from: 0,
        to: MINUTES_PER_DAY,
    };

    fn parse(text: &str) -> Result<Self, CalendarError> {
        let hours = text.split_once('-').and_then(|(from, to)| {
            Some(Self {
                from: minute_of_day(from.trim())?,
                to: minute_of_day(to.trim())?,
            })
        });
        match hours {
            None => Err(CalendarError::Span(text.to_owned())),
            Some(span) if span.from >= span.to => Err(CalendarError::Backwards(text.to_owned())),
            Some(span) => Ok(span),
        }
    }

    fn overlaps(self, other: Self) -> bool {
        self.from < other.to && other.from < self.to
    }

    /// The stretch of real time that this is on `day`; nothing where the clock skips it
    /// whole, or where the day is beyond what the calendar can count.
    fn on(self, day: NaiveDate, zone: Zone) -> Option<Stretch> {
        let from = moments(day, self.from, zone)?.0;
        let to = moments(day, self.to, zone)?.1;
        (from < to).then_some(Stretch { from, to })
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { from, to } = self;
        write!(
            f,
            "{:02}:{:02}-{:02}:{:02}",
            from / 60,
            from % 60,
            to / 60,
            to % 60
        )
    }
}

/// `HH:MM`, up to and including `24:00`.
fn minute_of_day(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    let two_digits = |part: &str| {
        let digits = part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
        if digits {
            part.parse::<u16>().ok()
        } else {
            None
        }
    };
    let (hours, minutes) = (two_digits(hours)?, two_digits(minutes)?);
    let minute = hours * 60 + minutes;
    (minutes < 60 && minute <= MINUTES_PER_DAY).then_some(minute)
}

/// Real time, `from` included and `to` not.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    from: UtcMs,
    to: UtcMs,
}

/// First and last moment at which the clock of the zone shows this minute of this day.
/// A minute that the clock skips is the moment of the skip.
fn moments(day: NaiveDate, minute: u16, zone: Zone) -> Option<(UtcMs, UtcMs)> {
    let wall = day
        .and_time(NaiveTime::MIN)
        .checked_add_signed(TimeDelta::minutes(minute.into()))?;
    // A zone has skipped at most one whole day (Apia, 2011), and skips end on a full minute.
    (0..=i64::from(MINUTES_PER_DAY)).find_map(|skipped| {
        let shown =
            zone.from_local_datetime(&wall.checked_add_signed(TimeDelta::minutes(skipped))?);
        Some((
            shown.earliest()?.timestamp_millis(),
            shown.latest()?.timestamp_millis(),
        ))
    })
}

/// The days whose spans can hold `at` or come after it: from the day before (a clock set
/// back at midnight shows a date twice) to the end of the search.
fn days_around(at: UtcMs, zone: Zone) -> impl Iterator<Item = NaiveDate> {
    let first = clock_of(at, zone).and_then(|clock| clock.date_naive().pred_opt());
    first.into_iter().flat_map(|first| {
        (0..=SEARCH_DAYS + 1).map_while(move |n| first.checked_add_days(Days::new(n)))
    })
}

/// What a calendar is made of, as plain text from a configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CalendarDefinition {
    /// Its name, for dialplans and people.
    pub name: String,
    /// IANA name of the zone whose clock counts.
    pub zone: String,
    /// Spans like `08:00-18:00` for each day of the week, Monday first.
    pub weekly: [Vec<String>; 7],
    /// Dates like `2026-12-24` on which it stays closed.
    pub closed: Vec<String>,
    /// Whether it stays closed on Italian national holidays.
    pub holidays: bool,
}

/// Which text of a [`CalendarDefinition`] is at fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CalendarPart {
    /// `zone`.
    Zone,
    /// `weekly[day][index]`.
    Weekly {
        /// Day of the week, Monday 0.
        day: usize,
        /// Place among the day's spans.
        index: usize,
    },
    /// `closed[index]`.
    Closed {
        /// Place among the dates.
        index: usize,
    },
}

/// When a service is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    name: String,
    zone: Zone,
    weekly: [Vec<Span>; 7],
    closed: BTreeSet<NaiveDate>,
    holidays: bool,
}

impl Calendar {
    /// Checks a definition.
    ///
    /// # Errors
    /// Every text that is at fault, with where it stands.
    pub fn new(
        definition: &CalendarDefinition,
    ) -> Result<Self, Vec<(CalendarPart, CalendarError)>> {
        let mut faults = Vec::new();
        let zone = parse_zone(&definition.zone)
            .map_err(|error| faults.push((CalendarPart::Zone, error)))
            .unwrap_or(Zone::UTC);
        let mut weekly: [Vec<Span>; 7] = Default::default();
        for (day, texts) in definition.weekly.iter().enumerate() {
            for (index, text) in texts.iter().enumerate() {
                match span_beside(text, &weekly[day]) {
                    Ok(span) => weekly[day].push(span),
                    Err(error) => faults.push((CalendarPart::Weekly { day, index }, error)),
                }
            }
            weekly[day].sort_unstable();
        }
        let mut closed = BTreeSet::new();
        for (index, text) in definition.closed.iter().enumerate() {
            match parse_date(text) {
                Ok(date) => {
                    closed.insert(date);
                }
                Err(error) => faults.push((CalendarPart::Closed { index }, error)),
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let name = definition.name.clone();
        Ok(Self {
            name,
            zone,
            weekly,
            closed,
            holidays: definition.holidays,
        })
    }

    /// A calendar that never closes.
    #[must_use]
    pub fn always(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            zone: Zone::UTC,
            weekly: std::array::from_fn(|_| vec![Span::WHOLE_DAY]),
            closed: BTreeSet::new(),
            holidays: false,
        }
    }

    /// Its name, as in the configuration.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The zone whose clock counts.
    #[must_use]
    pub fn zone(&self) -> Zone {
        self.zone
    }

    /// Whether it is open at this moment.
    #[must_use]
    pub fn is_open(&self, at: UtcMs) -> bool {
        // The day before, and the day itself under each of its two dates.
        days_around(at, self.zone)
            .take(3)
            .flat_map(|day| self.stretches(day))
            .any(|open| open.from <= at && at < open.to)
    }

    /// The next moment at which it is open: `at` itself if it is; nothing where it stays
    /// closed for 400 days.
    #[must_use]
    pub fn next_opening(&self, at: UtcMs) -> Option<UtcMs> {
        days_around(at, self.zone)
            .flat_map(|day| self.stretches(day))
            .find(|open| at < open.to)
            .map(|open| open.from.max(at))
    }

    /// When it closes, if it is open now: spans that touch, as over midnight, are one.
    /// Nothing where it is closed, or stays open for 400 days.
    #[must_use]
    pub fn closes_at(&self, at: UtcMs) -> Option<UtcMs> {
        if self.never_closes() || !self.is_open(at) {
            return None;
        }
        let mut open_until = at;
        for day in days_around(at, self.zone) {
            for open in self.stretches(day) {
                if open_until < open.from {
                    return Some(open_until);
                }
                open_until = open_until.max(open.to);
            }
        }
        // Ran out of openings: what holds on to the end of the search does not close.
        (open_until < at.saturating_add(SEARCH_MS)).then_some(open_until)
    }

    fn never_closes(&self) -> bool {
        let round_the_clock = self
            .weekly
            .iter()
            .all(|spans| spans.as_slice() == [Span::WHOLE_DAY]);
        round_the_clock && self.closed.is_empty() && !self.holidays
    }

    fn stretches(&self, day: NaiveDate) -> impl Iterator<Item = Stretch> {
        let shut = self.closed.contains(&day) || (self.holidays && is_national_holiday(day));
        let spans: &[Span] = if shut {
            &[]
        } else {
            &self.weekly[day.weekday().days_since(Weekday::Mon) as usize]
        };
        spans.iter().filter_map(move |span| span.on(day, self.zone))
    }
}

fn span_beside(text: &str, others: &[Span]) -> Result<Span, CalendarError> {
    let span = Span::parse(text)?;
    match others.iter().find(|other| span.overlaps(**other)) {
        Some(other) => Err(CalendarError::Overlap(text.to_owned(), other.to_string())),
        None => Ok(span),
    }
}

fn parse_date(text: &str) -> Result<NaiveDate, CalendarError> {
    // chrono accepts "2026-1-5" and "+2026-01-05"; one spelling is enough.
    let written = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    let date = if written {
        NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()
    } else {
        None
    };
    date.ok_or_else(|| CalendarError::Date(text.to_owned()))
}

/// Hours of the day in which people may be rung, on any day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContactWindow {
    span: Span,
    zone: Zone,
}

impl ContactWindow {
    /// Reads hours like `08:00-20:00`, counted by the clock of `zone`.
    ///
    /// # Errors
    /// When the text is no span of hours within one day.
    pub fn parse(text: &str, zone: Zone) -> Result<Self, CalendarError> {
        Ok(Self {
            span: Span::parse(text)?,
            zone,
        })
    }

    /// Every hour of every day.
    #[must_use]
    pub fn always() -> Self {
        Self {
            span: Span::WHOLE_DAY,
            zone: Zone::UTC,
        }
    }

    /// The next moment inside the window: `at` itself if it is inside, or if it is so far
    /// away that no calendar counts it.
    #[must_use]
    pub fn next(&self, at: UtcMs) -> UtcMs {
        if self.span == Span::WHOLE_DAY {
            return at;
        }
        days_around(at, self.zone)
            .filter_map(|day| self.span.on(day, self.zone))
            .find(|inside| at < inside.to)
            .map_or(at, |inside| inside.from.max(at))
    }

    /// When the window that holds `at` ends; nothing where `at` is outside, or where the
    /// window never ends.
    #[must_use]
    pub fn ends_at(&self, at: UtcMs) -> Option<UtcMs> {
        if self.span == Span::WHOLE_DAY {
            return None;
        }
        days_around(at, self.zone)
            .take(3)
            .filter_map(|day| self.span.on(day, self.zone))
            .find(|inside| inside.from <= at && at < inside.to)
            .map(|inside| inside.to)
    }
}

/// A feast on the same date of each year.
struct Feast {
    month: u32,
    day: u32,
    /// First year in which it was kept.
    since: i32,
}

/// Italian national holidays (L. 260/1949 with its amendments). Epiphany was abolished
/// in 1977 and restored by D.P.R. 792/1985, 2 June was restored by L. 336/2000, and
/// 4 October by L. 151/2025 from 2026.
const FEASTS: [Feast; 11] = [
    Feast {
        month: 1,
        day: 1,
        since: 1949,
    },
    Feast {
        month: 1,
        day: 6,
        since: 1986,
    },
    Feast {
        month: 4,
        day: 25,
        since: 1949,
    },
    Feast {
        month: 5,
        day: 1,
        since: 1949,
    },
    Feast {
        month: 6,
        day: 2,
        since: 2001,
    },
    Feast {
        month: 8,
        day: 15,
        since: 1949,
    },
    Feast {
        month: 10,
        day: 4,
        since: 2026,
    },
    Feast {
        month: 11,
        day: 1,
        since: 1949,
    },
    Feast {
        month: 12,
        day: 8,
        since: 1949,
    },
    Feast {
        month: 12,
        day: 25,
        since: 1949,
    },
    Feast {
        month: 12,
        day: 26,
        since: 1949,
    },
];

fn is_national_holiday(date: NaiveDate) -> bool {
    let kept = |feast: &Feast| {
        feast.since <= date.year() && feast.month == date.month() && feast.day == date.day()
    };
    FEASTS.iter().any(kept) || is_easter_or_its_monday(date)
}

fn is_easter_or_its_monday(date: NaiveDate) -> bool {
    let easter = easter_sunday(date.year());
    easter.is_some_and(|sunday| date == sunday || Some(date) == sunday.succ_opt())
}

/// Gregorian Easter by the Meeus/Jones/Butcher rule (Meeus, Astronomical Algorithms, ch. 8).
fn easter_sunday(year: i32) -> Option<NaiveDate> {
    let year = u32::try_from(year).ok()?;
    let (century, of_century) = (year / 100, year % 100);
    let golden = year % 19;
    let correction = (century - (century + 8) / 25 + 1) / 3;
    let epact = (19 * golden + century - century / 4 - correction + 15) % 30;
    let weekday = (32 + 2 * (century % 4) + 2 * (of_century / 4) - epact - of_century % 4) % 7;
    let late = (golden + 11 * epact + 22 * weekday) / 451;
    let day_of_march = epact + weekday + 22 - 7 * late;
    let (month, day) = if day_of_march <= 31 {
        (3, day_of_march)
    } else {
        (4, day_of_march - 31)
    };
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROME: Zone = Zone::Europe__Rome;
    const HOUR_MS: UtcMs = 3_600_000;

    /// A moment written in UTC, `2026-11-23 18:38`.
    fn utc(text: &str) -> UtcMs {
        chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M")
            .unwrap()
            .and_utc()
            .timestamp_millis()
    }

    fn date(text: &str) -> NaiveDate {
        parse_date(text).unwrap()
    }

    fn calendar(spans: &[&str], closed: &[&str], holidays: bool) -> Calendar {
        let weekly = std::array::from_fn(|_| spans.iter().map(ToString::to_string).collect());
        Calendar::new(&CalendarDefinition {
            name: "test".into(),
            zone: "Europe/Rome".into(),
            weekly,
            closed: closed.iter().map(ToString::to_string).collect(),
            holidays,
        })
        .unwrap()
    }

    #[test]
    fn a_span_holds_its_beginning_and_not_its_end() {
        let office = calendar(&["08:00-13:00", "14:00-18:00"], &[], false);
        for (moment, open) in [
            ("2026-11-23 06:59", false),
            ("2026-11-23 07:00", true),
            ("2026-11-23 11:59", true),
            ("2026-11-23 12:00", false),
            ("2026-11-23 13:00", true),
            ("2026-11-23 17:00", false),
        ] {
            assert_eq!(office.is_open(utc(moment)), open, "{moment} UTC");
        }
        assert_eq!(
            office.closes_at(utc("2026-11-23 07:00")),
            Some(utc("2026-11-23 12:00"))
        );
        assert_eq!(office.closes_at(utc("2026-11-23 12:30")), None);
        assert_eq!(
            office.next_opening(utc("2026-11-23 12:30")),
            Some(utc("2026-11-23 13:00"))
        );
        assert_eq!(
            office.next_opening(utc("2026-11-23 17:00")),
            Some(utc("2026-11-24 07:00"))
        );
        assert_eq!(
            office.next_opening(utc("2026-11-23 07:01")),
            Some(utc("2026-11-23 07:01"))
        );
    }

    #[test]
    fn days_of_the_week_begin_on_monday() {
        let mut definition = CalendarDefinition {
            zone: "Europe/Rome".into(),
            ..Default::default()
        };
        definition.weekly[5] = vec!["08:00-12:00".into()];
        let saturdays = Calendar::new(&definition).unwrap();
        assert_eq!(
            saturdays.next_opening(utc("2026-11-23 00:00")),
            Some(utc("2026-11-28 07:00"))
        );
    }

    #[test]
    fn hours_follow_the_local_clock_across_both_changes() {
        let office = calendar(&["08:00-18:00"], &[], false);
        // 29 March 2026: from +01:00 to +02:00. 25 October 2026: back.
        assert_eq!(
            office.next_opening(utc("2026-03-28 20:00")),
            Some(utc("2026-03-29 06:00"))
        );
        assert_eq!(
            office.next_opening(utc("2026-10-24 20:00")),
            Some(utc("2026-10-25 07:00"))
        );
    }

    #[test]
    fn an_hour_that_the_clock_skips_begins_and_ends_at_the_skip() {
        let skip = utc("2026-03-29 01:00");
        let from_within = calendar(&["02:30-04:00"], &[], false);
        assert_eq!(
            from_within.next_opening(utc("2026-03-29 00:00")),
            Some(skip)
        );
        assert_eq!(from_within.closes_at(skip), Some(utc("2026-03-29 02:00")));
        let to_within = calendar(&["01:00-02:30"], &[], false);
        assert_eq!(to_within.closes_at(utc("2026-03-29 00:30")), Some(skip));
        let all_within = calendar(&["02:00-03:00"], &[], false);
        assert_eq!(
            all_within.next_opening(utc("2026-03-28 12:00")),
            Some(utc("2026-03-30 00:00")),
            "an opening that is skipped whole is the next day's"
        );
    }

    #[test]
    fn an_hour_that_the_clock_shows_twice_is_one_stretch() {
        let from_within = calendar(&["02:30-04:00"], &[], false);
        assert_eq!(
            from_within.next_opening(utc("2026-10-24 22:00")),
            Some(utc("2026-10-25 00:30"))
        );
        assert_eq!(
            from_within.closes_at(utc("2026-10-25 00:30")),
            Some(utc("2026-10-25 03:00"))
        );
        let to_within = calendar(&["01:00-02:30"], &[], false);
        assert_eq!(
            to_within.closes_at(utc("2026-10-24 23:00")),
            Some(utc("2026-10-25 01:30"))
        );
        let both = calendar(&["01:00-02:15", "02:30-04:00"], &[], false);
        assert_eq!(
            both.closes_at(utc("2026-10-24 23:00")),
            Some(utc("2026-10-25 03:00"))
        );
    }

    #[test]
    fn midnight_does_not_close_what_goes_on() {
        let week = calendar(&["00:00-24:00"], &["2026-12-24"], false);
        let midnight = utc("2026-12-23 23:00");
        assert!(week.is_open(midnight - 1));
        assert!(!week.is_open(midnight));
        assert_eq!(week.closes_at(utc("2026-11-23 12:00")), Some(midnight));
        assert_eq!(week.next_opening(midnight), Some(midnight + 24 * HOUR_MS));
        // The day of 25 hours and the day of 23 have no hole.
        assert!(week.is_open(utc("2026-10-25 00:30")) && week.is_open(utc("2026-10-25 01:30")));
        assert_eq!(
            week.closes_at(utc("2026-12-25 12:00")),
            None,
            "not within 400 days"
        );
    }

    #[test]
    fn what_never_closes_never_closes_and_what_never_opens_never_opens() {
        let always = Calendar::always("h24");
        let now = utc("2026-11-23 12:00");
        assert!(always.is_open(now));
        assert_eq!(
            (always.next_opening(now), always.closes_at(now)),
            (Some(now), None)
        );
        let never = calendar(&[], &[], false);
        assert_eq!((never.is_open(now), never.next_opening(now)), (false, None));
    }

    #[test]
    fn national_holidays_hold_from_the_year_of_their_law() {
        for (text, feast) in [
            ("2025-10-04", false),
            ("2026-10-04", true),
            ("2027-10-04", true),
            ("1985-01-06", false),
            ("1986-01-06", true),
            ("2000-06-02", false),
            ("2001-06-02", true),
            ("2026-12-26", true),
            ("2026-12-24", false),
            ("2026-04-05", true),
            ("2026-04-06", true),
            ("2026-04-07", false),
        ] {
            assert_eq!(is_national_holiday(date(text)), feast, "{text}");
        }
        let office = calendar(&["08:00-18:00"], &[], true);
        assert!(!office.is_open(utc("2026-12-25 10:00")));
        assert_eq!(
            office.next_opening(utc("2026-12-24 18:00")),
            Some(utc("2026-12-27 07:00"))
        );
    }

    #[test]
    fn easter_is_right_in_years_that_catch_wrong_rules() {
        // Published dates; 1954, 1981, 2049 and 2076 are the exceptions of Gauss' rule.
        for text in [
            "1954-04-18",
            "1981-04-19",
            "2000-04-23",
            "2008-03-23",
            "2024-03-31",
            "2025-04-20",
            "2026-04-05",
            "2027-03-28",
            "2038-04-25",
            "2049-04-18",
            "2076-04-19",
            "2285-03-22",
        ] {
            let sunday = date(text);
            assert_eq!(easter_sunday(sunday.year()), Some(sunday));
        }
        for year in 1600..3000 {
            assert_eq!(
                easter_sunday(year).unwrap().weekday(),
                Weekday::Sun,
                "{year}"
            );
        }
    }

    #[test]
    fn a_contact_window_defers_to_its_next_beginning() {
        let window = ContactWindow::parse("08:00-20:00", ROME).unwrap();
        assert_eq!(
            window.next(utc("2026-11-23 05:00")),
            utc("2026-11-23 07:00")
        );
        assert_eq!(
            window.next(utc("2026-11-23 12:34")),
            utc("2026-11-23 12:34")
        );
        assert_eq!(
            window.next(utc("2026-11-23 19:00")),
            utc("2026-11-24 07:00")
        );
        assert_eq!(
            window.ends_at(utc("2026-11-23 12:34")),
            Some(utc("2026-11-23 19:00"))
        );
        assert_eq!(window.ends_at(utc("2026-11-23 19:00")), None);
        let always = ContactWindow::parse("00:00-24:00", ROME).unwrap();
        assert_eq!(
            always.next(utc("2026-11-23 23:30")),
            utc("2026-11-23 23:30")
        );
        assert_eq!(always.ends_at(utc("2026-11-23 23:30")), None);
    }

    #[test]
    fn a_bad_calendar_names_every_bad_text() {
        let mut definition = CalendarDefinition {
            zone: "Europe/Roma".into(),
            closed: vec!["2026-02-29".into(), "2026-2-1".into(), "2028-02-29".into()],
            ..Default::default()
        };
        definition.weekly[0] = vec!["08:00-18:00".into(), "17:59-19:00".into(), "8-18".into()];
        definition.weekly[6] = vec!["20:00-08:00".into(), "24:00-24:01".into()];
        let parts: Vec<_> = Calendar::new(&definition)
            .unwrap_err()
            .into_iter()
            .map(|(part, _)| part)
            .collect();
        assert_eq!(
            parts,
            [
                CalendarPart::Zone,
                CalendarPart::Weekly { day: 0, index: 1 },
                CalendarPart::Weekly { day: 0, index: 2 },
                CalendarPart::Weekly { day: 6, index: 0 },
                CalendarPart::Weekly { day: 6, index: 1 },
                CalendarPart::Closed { index: 0 },
                CalendarPart::Closed { index: 1 },
            ]
        );
    }

    #[test]
    fn screens_show_the_local_clock() {
        assert_eq!(
            local_text(utc("2026-11-23 18:38"), ROME),
            "23/11/2026 19:38"
        );
        assert_eq!(
            local_text(utc("2026-07-01 22:30"), ROME),
            "02/07/2026 00:30"
        );
        assert_eq!(local_text(i64::MAX, ROME), "—");
    }

    /// Two years, hour by hour and askew, in zones with early, late, half-hour and
    /// midnight clock changes: the three questions must tell one story.
    #[test]
    fn opening_and_closing_agree_with_being_open_at_every_moment() {
        for zone in [
            "Europe/Rome",
            "America/New_York",
            "Australia/Lord_Howe",
            "Asia/Beirut",
        ] {
            let mut definition = CalendarDefinition {
                zone: zone.into(),
                ..Default::default()
            };
            definition.holidays = true;
            for (day, spans) in definition.weekly.iter_mut().enumerate() {
                *spans = match day % 3 {
                    0 => vec!["00:00-02:30".into(), "02:45-24:00".into()],
                    1 => vec!["08:00-18:00".into()],
                    _ => Vec::new(),
                };
            }
            let calendar = Calendar::new(&definition).unwrap();
            let mut at = utc("2025-12-30 23:17");
            while at < utc("2027-01-05 00:00") {
                agree(&calendar, at);
                at += 47 * 60_000;
            }
        }
    }

    fn agree(calendar: &Calendar, at: UtcMs) {
        let opening = calendar.next_opening(at).unwrap();
        assert!(
            opening >= at && calendar.is_open(opening),
            "{at} in {}",
            calendar.zone
        );
        assert_eq!(
            calendar.is_open(at),
            opening == at,
            "{at} in {}",
            calendar.zone
        );
        if opening > at {
            assert!(!calendar.is_open(opening - 1) && calendar.closes_at(at).is_none());
            return;
        }
        let closing = calendar.closes_at(at).unwrap();
        assert!(closing > at && calendar.is_open(closing - 1) && !calendar.is_open(closing));
        let middle = at + (closing - at) / 2;
        assert_eq!(
            calendar.closes_at(middle),
            Some(closing),
            "{at} in {}",
            calendar.zone
        );
    }

    #[test]
    fn moments_beyond_every_calendar_do_no_harm() {
        let office = calendar(&["08:00-18:00"], &[], true);
        let window = ContactWindow::parse("08:00-20:00", ROME).unwrap();
        for at in [i64::MIN, i64::MAX] {
            assert_eq!((office.is_open(at), office.next_opening(at)), (false, None));
            assert_eq!(
                (office.closes_at(at), window.next(at), window.ends_at(at)),
                (None, at, None)
            );
        }
        let (first, last) = (utc("0001-01-01 00:00"), utc("9999-12-31 20:00"));
        assert!(office.next_opening(first).is_some() && office.next_opening(last).is_some());
        for at in [
            first - 1,
            last + 24 * HOUR_MS,
            DateTime::<chrono::Utc>::MAX_UTC.timestamp_millis(),
        ] {
            assert_eq!((office.next_opening(at), window.next(at)), (None, at));
        }
    }
}
