//! Special days of a world: somebody says that an authority is shut today, or open at other hours, and
//! takes it back; and what the hours are then, reckoned anew from what is stored.

use cuptel_core::calendar::{Zone, exact_local_text};
use cuptel_core::record::SpecialDayRow;
use cuptel_core::special_day::SpecialDayTold;
use cuptel_core::step::Command;
use cuptel_core::time::UtcMs;

use crate::chance::Chance;
use crate::promises::Broken;
use crate::world::{Happening, World};

/// The stream that special days are drawn from, beside the others.
const SPECIAL_DAYS: u64 = 5_033;

impl World {
    /// In some worlds somebody keeps saying that days are special.
    pub(crate) fn plan_special_days(&mut self) {
        let stream = (SPECIAL_DAYS, "special_day");
        self.plan_from_time_to_time(stream, 20, (10, 150), Happening::SpecialDay);
    }

    /// Somebody says that today is special, or that it is not.
    pub(crate) fn special_day(&mut self, mut chance: Chance) -> Result<(), Broken> {
        let (after_us, adds) = (chance.s(5, 60), chance.percent(55));
        let hours = chance.pick(&[None, Some("00:00-24:00"), Some("07:00-09:30 14:00-15:00")]);
        if self.is_calm() {
            return Ok(());
        }
        self.plan(after_us, Happening::SpecialDay(chance));
        if self.process.is_none() {
            return Ok(());
        }
        let held = self
            .decided
            .special_days_held()
            .next_back()
            .map(|row| row.id);
        if !adds && let Some(id) = held {
            self.met.deed("takes a special day away");
            return self.commands(Command::RemoveSpecialDay { id, by: None });
        }
        self.met.deed("a special day");
        let today = local(self.now().utc_ms).0;
        self.commands(Command::AddSpecialDay(Box::new(SpecialDayTold {
            tenant: "teramo".to_owned(),
            calendar: None,
            first: today,
            last: None,
            hours: hours.map(str::to_owned),
            reason: None,
            by: None,
        })))
    }

    /// Whether the hours are open, as somebody with the list in hand would say.
    pub(crate) fn is_in_hours(&self, at_ms: UtcMs) -> bool {
        let (day, clock) = local(at_ms);
        let is_on = |row: &&SpecialDayRow| row.first_day <= day && day <= row.last_day;
        match self.decided.special_days_held().rfind(is_on) {
            Some(row) => spans(row).any(|(from, to)| from <= clock.as_str() && clock.as_str() < to),
            None => self.rules.calendars.iter().all(|it| it.is_open(at_ms)),
        }
    }

    /// Whether the hours were changed by somebody since.
    pub(crate) fn special_since(&self, since_ms: UtcMs) -> bool {
        let mut rows = self.decided.special_days.values();
        rows.any(|row| row.made_ms >= since_ms || row.removed_ms.is_some_and(|at| at >= since_ms))
    }
}

fn spans(row: &SpecialDayRow) -> impl Iterator<Item = (&str, &str)> {
    let hours = row.hours.as_deref().unwrap_or("");
    hours
        .split_whitespace()
        .filter_map(|span| span.split_once('-'))
}

/// The day and the clock of a moment: `2026-12-24` and `08:30:05`.
fn local(at_ms: UtcMs) -> (String, String) {
    let text = exact_local_text(at_ms, Zone::Europe__Rome);
    let mut words = text.split(' ');
    let mut word = || words.next().unwrap_or("").to_owned();
    (word(), word())
}
