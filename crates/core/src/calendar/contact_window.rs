//! The hours, and the days, in which people may be rung.

use std::iter;

use chrono::{Datelike, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

use super::span::{Span, Stretch};
use super::{CalendarError, CountedDays, SaidTime, WeekFaults, Zone, days_around, said_time, week};
use crate::time::UtcMs;

/// Hours of each day of the week in which people may be rung, on the days that count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactWindow {
    /// In the order of the clock, none of which touch.
    weekly: [Vec<Span>; 7],
    zone: Zone,
    days: CountedDays,
}

impl ContactWindow {
    /// Reads hours like `08:00-20:00`, the same on every day, counted by the clock of `zone`.
    ///
    /// # Errors
    /// When the text is no span of hours within one day.
    pub fn parse(text: &str, zone: Zone) -> Result<Self, CalendarError> {
        let span = Span::parse(text)?;
        Ok(Self::of(std::array::from_fn(|_| vec![span]), zone))
    }

    /// Reads such hours for each day of the week, Monday first.
    ///
    /// # Errors
    /// Every text that is at fault.
    pub fn weekly(texts: &[Vec<String>; 7], zone: Zone) -> Result<Self, WeekFaults> {
        let mut weekly = week(texts)?;
        for spans in &mut weekly {
            spans.dedup_by(|later, earlier| earlier.takes_in(*later));
        }
        Ok(Self::of(weekly, zone))
    }

    fn of(weekly: [Vec<Span>; 7], zone: Zone) -> Self {
        Self {
            weekly,
            zone,
            days: CountedDays::Every,
        }
    }

    /// The same hours by the clock of another zone.
    #[must_use]
    pub fn in_zone(self, zone: Zone) -> Self {
        Self { zone, ..self }
    }

    /// The same hours on these days only.
    #[must_use]
    pub fn on(self, days: CountedDays) -> Self {
        Self { days, ..self }
    }

    /// Every hour of every day.
    #[must_use]
    pub fn always() -> Self {
        Self::of(std::array::from_fn(|_| vec![Span::WHOLE_DAY]), Zone::UTC)
    }

    /// Whether any day of the week on which it has hours can count.
    #[must_use]
    pub fn ever_opens(&self) -> bool {
        let mut week = iter::successors(Some(Weekday::Mon), |day| {
            Some(day.succ()).filter(|next| *next != Weekday::Mon)
        });
        week.any(|day| !self.spans(day).is_empty() && self.days.may_count(day))
    }

    /// Whether people may be rung at this moment.
    #[must_use]
    pub fn is_open(&self, at: UtcMs) -> bool {
        self.never_ends() || self.holding(at).is_some()
    }

    /// The next moment inside the window: `at` itself if it is inside, or if the window
    /// does not open within 400 days.
    #[must_use]
    pub fn next(&self, at: UtcMs) -> UtcMs {
        self.next_with_room(at, 0)
    }

    /// The next moment after which the window stays open for so long; `at` itself if it does not
    /// open for so long within 400 days.
    #[must_use]
    pub fn next_with_room(&self, at: UtcMs, room_ms: i64) -> UtcMs {
        if self.never_ends() {
            return at;
        }
        self.openings(at)
            .map(|open| (open.from.max(at), open.to))
            .find(|(from, to)| from.saturating_add(room_ms) <= *to)
            .map_or(at, |(from, _)| from)
    }

    /// How long the shortest of its spans is, on a day on which no clock is set.
    #[must_use]
    pub fn shortest_s(&self) -> u32 {
        let spans = self.weekly.iter().flatten();
        spans.map(|span| span.seconds()).min().unwrap_or(0)
    }

    /// When the window that holds `at` ends: spans that touch, as over midnight, are one. Nothing
    /// where `at` is outside, or where the window never ends.
    #[must_use]
    pub fn ends_at(&self, at: UtcMs) -> Option<UtcMs> {
        if self.never_ends() {
            return None;
        }
        self.holding(at).map(|inside| inside.to)
    }

    /// How a moment is said now, by the clock that counts here; nothing where it is over or more
    /// than six days ahead.
    #[must_use]
    pub fn said(&self, at: UtcMs, now: UtcMs) -> Option<SaidTime> {
        said_time::said(at, now, self.zone)
    }

    fn never_ends(&self) -> bool {
        let round_the_clock = |spans: &Vec<Span>| spans.as_slice() == [Span::WHOLE_DAY];
        self.days == CountedDays::Every && self.weekly.iter().all(round_the_clock)
    }

    fn holding(&self, at: UtcMs) -> Option<Stretch> {
        let first = self.openings(at).next();
        first.filter(|open| open.from <= at)
    }

    /// What is open at `at` or later, in order; stretches that touch are one.
    fn openings(&self, at: UtcMs) -> impl Iterator<Item = Stretch> {
        let mut later = days_around(at, self.zone)
            .flat_map(|day| self.stretches(day))
            .filter(move |open| at < open.to)
            .peekable();
        iter::from_fn(move || {
            let mut open = later.next()?;
            while let Some(next) = later.next_if(|next| next.from <= open.to) {
                open.to = open.to.max(next.to);
            }
            Some(open)
        })
    }

    fn spans(&self, day: Weekday) -> &[Span] {
        &self.weekly[day.days_since(Weekday::Mon) as usize]
    }

    fn stretches(&self, day: NaiveDate) -> impl Iterator<Item = Stretch> {
        let spans = self.spans(day.weekday());
        let counted = if spans.is_empty() || !self.days.counts(day) {
            &[]
        } else {
            spans
        };
        counted
            .iter()
            .filter_map(move |span| span.on(day, self.zone))
    }
}
