//! Opening hours and contact windows: the one place where hours of the day, zones and
//! feasts exist. Everywhere else a moment is a number of UTC milliseconds.
//!
//! A span of local hours is one unbroken stretch of real time, whatever the clocks do:
//! from the first moment at which the clock shows a minute of the span to the end of the
//! last. So an hour that is shown twice counts twice, and one that is skipped not at all.

mod contact_window;
mod counted_days;
mod holidays;
mod local_day;
pub mod moment;
mod said_time;
mod span;
mod special_days;
mod year_day;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use chrono::{DateTime, Datelike, Days, NaiveDate, Weekday};

pub use self::contact_window::ContactWindow;
pub use self::counted_days::{CountedDays, Term};
use self::holidays::is_national_holiday;
pub use self::local_day::LocalDay;
pub(crate) use self::said_time::{PastDay, quarter_after, said_date, said_past, written};
pub use self::said_time::{SaidDay, SaidTime};
use self::span::{Span, Stretch};
pub use self::special_days::SpecialDays;
pub use self::year_day::YearDay;
use crate::time::UtcMs;

/// A time zone of the IANA database.
pub type Zone = chrono_tz::Tz;

/// How far ahead an opening or a closing is looked for.
const SEARCH_DAYS: u64 = 400;
/// The same, in milliseconds.
const SEARCH_MS: UtcMs = 400 * 24 * 3_600_000;

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
    /// Neither `YYYY-MM-DD` nor `MM-DD`.
    #[error("\"{0}\" is no date: expected \"YYYY-MM-DD\", or \"MM-DD\" for a day of every year")]
    Date(String),
    /// Not `MM-DD`.
    #[error("\"{0}\" is no day of the year: expected \"MM-DD\", like \"12-19\"")]
    YearDay(String),
}

/// Texts of a week that are at fault, each with its day, Monday 0, and its place among that day's.
pub type WeekFaults = Vec<((usize, usize), CalendarError)>;

/// Hours like `09:00-12:00`, in minutes after midnight.
///
/// # Errors
/// When they are no hours, or end before they begin.
pub(crate) fn minutes(text: &str) -> Result<(u32, u32), CalendarError> {
    Span::parse(text).map(Span::minutes)
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

/// A moment as administrators compare it with a log: `2026-11-23 19:38:05 +01:00`.
#[must_use]
pub fn exact_local_text(at: UtcMs, zone: Zone) -> String {
    match clock_of(at, zone) {
        Some(clock) => clock.format("%Y-%m-%d %H:%M:%S %:z").to_string(),
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
    /// Dates like `2026-12-24` on which it stays closed, or `12-24` for every year.
    pub closed: Vec<String>,
    /// The days of the patron saints on which it stays closed.
    pub patrons: Vec<YearDay>,
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calendar {
    name: String,
    zone: Zone,
    weekly: [Vec<Span>; 7],
    closed: BTreeSet<NaiveDate>,
    /// Closed in every year.
    yearly: BTreeSet<YearDay>,
    holidays: bool,
    /// Days with hours of their own, whatever else is said of them; none of which are shut.
    special: BTreeMap<NaiveDate, Vec<Span>>,
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
        let weekly = week(&definition.weekly).unwrap_or_else(|errors| {
            let placed = |((day, index), error)| (CalendarPart::Weekly { day, index }, error);
            faults.extend(errors.into_iter().map(placed));
            Default::default()
        });
        let mut closed = BTreeSet::new();
        let mut yearly: BTreeSet<YearDay> = definition.patrons.iter().copied().collect();
        for (index, text) in definition.closed.iter().enumerate() {
            if let Some(date) = parse_date(text) {
                closed.insert(date);
            } else if let Ok(day) = YearDay::parse(text) {
                yearly.insert(day);
            } else {
                let fault = CalendarError::Date(text.clone());
                faults.push((CalendarPart::Closed { index }, fault));
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
            yearly,
            holidays: definition.holidays,
            special: BTreeMap::new(),
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
            yearly: BTreeSet::new(),
            holidays: false,
            special: BTreeMap::new(),
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
        round_the_clock
            && self.closed.is_empty()
            && self.yearly.is_empty()
            && !self.holidays
            && self.special.is_empty()
    }

    /// Whether it stays closed whatever the day of the week says.
    fn is_shut(&self, day: NaiveDate) -> bool {
        self.closed.contains(&day)
            || self.yearly.iter().any(|yearly| yearly.is_on(day))
            || (self.holidays && is_national_holiday(day))
    }

    /// The hours of a day, closures taken away.
    fn spans(&self, day: NaiveDate) -> &[Span] {
        if let Some(spans) = self.special.get(&day) {
            spans
        } else if self.is_shut(day) {
            &[]
        } else {
            self.weekly_spans(day.weekday())
        }
    }

    fn weekly_spans(&self, day: Weekday) -> &[Span] {
        &self.weekly[day.days_since(Weekday::Mon) as usize]
    }

    fn stretches(&self, day: NaiveDate) -> impl Iterator<Item = Stretch> {
        self.spans(day)
            .iter()
            .filter_map(move |span| span.on(day, self.zone))
    }
}

/// The hours of each day, in the order of the clock.
fn week(texts: &[Vec<String>; 7]) -> Result<[Vec<Span>; 7], WeekFaults> {
    let mut faults = Vec::new();
    let mut weekly: [Vec<Span>; 7] = Default::default();
    for (day, texts) in texts.iter().enumerate() {
        for (index, text) in texts.iter().enumerate() {
            match span_beside(text, &weekly[day]) {
                Ok(span) => weekly[day].push(span),
                Err(error) => faults.push(((day, index), error)),
            }
        }
        weekly[day].sort_unstable();
    }
    if faults.is_empty() {
        Ok(weekly)
    } else {
        Err(faults)
    }
}

fn span_beside(text: &str, others: &[Span]) -> Result<Span, CalendarError> {
    let span = Span::parse(text)?;
    match others.iter().find(|other| span.overlaps(**other)) {
        Some(other) => Err(CalendarError::Overlap(text.to_owned(), other.to_string())),
        None => Ok(span),
    }
}

fn parse_date(text: &str) -> Option<NaiveDate> {
    // chrono accepts "2026-1-5" and "+2026-01-05"; one spelling is enough.
    let written = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    if written {
        NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()
    } else {
        None
    }
}

#[cfg(test)]
mod tests;
