//! The hours, and the days, in which people may be rung.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::span::{Span, Stretch};
use super::{CalendarError, CountedDays, SaidTime, Zone, days_around, said_time};
use crate::time::UtcMs;

/// Hours of the day in which people may be rung, on the days that count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactWindow {
    span: Span,
    zone: Zone,
    days: CountedDays,
}

impl ContactWindow {
    /// Reads hours like `08:00-20:00`, on every day, counted by the clock of `zone`.
    ///
    /// # Errors
    /// When the text is no span of hours within one day.
    pub fn parse(text: &str, zone: Zone) -> Result<Self, CalendarError> {
        Ok(Self {
            span: Span::parse(text)?,
            zone,
            days: CountedDays::Every,
        })
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
        Self {
            span: Span::WHOLE_DAY,
            zone: Zone::UTC,
            days: CountedDays::Every,
        }
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
        if self.never_ends() {
            return at;
        }
        days_around(at, self.zone)
            .filter_map(|day| self.stretch(day))
            .find(|inside| at < inside.to)
            .map_or(at, |inside| inside.from.max(at))
    }

    /// How long it is, on a day on which no clock is set.
    #[must_use]
    pub fn seconds(&self) -> u32 {
        self.span.seconds()
    }

    /// When the window that holds `at` ends; nothing where `at` is outside, or where the
    /// window never ends.
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
        self.span == Span::WHOLE_DAY && self.days == CountedDays::Every
    }

    fn holding(&self, at: UtcMs) -> Option<Stretch> {
        days_around(at, self.zone)
            .take(3)
            .filter_map(|day| self.stretch(day))
            .find(|inside| inside.from <= at && at < inside.to)
    }

    fn stretch(&self, day: NaiveDate) -> Option<Stretch> {
        self.days
            .counts(day)
            .then(|| self.span.on(day, self.zone))
            .flatten()
    }
}
