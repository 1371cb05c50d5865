//! When a scenario takes place, and hours of its days.

use std::ops::Range;

use cuptel_core::calendar::moment;
use cuptel_core::dialplan::fields::Fields;
use cuptel_core::time::UtcMs;
use cuptel_sim::whatif::scenario::{QUARTER_S, Stretch};

const DAY_S: u32 = 86_400;
/// From the first of January 1970 on.
const WEEKDAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];

/// The stretch of time of a scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Period {
    pub(super) begins_ms: UtcMs,
    /// What the clock on the wall shows when it begins, in seconds since midnight.
    begins_s: u32,
    pub(super) lasts_s: u32,
    pub(super) settles_s: u32,
    pub(super) counts_from_s: u32,
}

impl Period {
    /// `begins`, `lasts_min`, `settles_min`, `counts_from_min`.
    pub(super) fn read(root: &mut Fields<'_>) -> Self {
        const EXPECTED: &str =
            "a time with its zone on a full quarter of an hour, like \"2026-11-23T08:00:00+01:00\"";
        let begins = root.required_text("begins", EXPECTED);
        let mut period = Self {
            begins_ms: 0,
            begins_s: 0,
            lasts_s: 60 * root.required_whole("lasts_min", 15..=43_200),
            settles_s: 60 * root.whole_or("settles_min", 0..=43_200, 120),
            counts_from_s: 60 * root.whole_or("counts_from_min", 0..=43_200, 0),
        };
        if let Some(begins) = begins {
            let clock = begins.value.get(11..16).and_then(clock_s);
            match (moment::parse(begins.value), clock) {
                (Some(begins_ms), Some(begins_s)) if begins_s % QUARTER_S == 0 => {
                    (period.begins_ms, period.begins_s) = (begins_ms, begins_s);
                }
                (Some(_) | None, _) => root
                    .faults()
                    .add(begins.at, format!("`begins`: expected {EXPECTED}")),
            }
        }
        for (key, s) in [
            ("lasts_min", period.lasts_s),
            ("counts_from_min", period.counts_from_s),
        ] {
            if s % QUARTER_S > 0 {
                let at = root.key_at(key).unwrap_or_else(|| root.at());
                root.faults()
                    .add(at, format!("`{key}`: expected a multiple of 15"));
            }
        }
        if period.counts_from_s >= period.lasts_s {
            let at = root.key_at("counts_from_min").unwrap_or_else(|| root.at());
            root.faults().add(
                at,
                "nothing would be counted: expected less than `lasts_min`",
            );
        }
        period
    }

    fn ends_s(&self) -> u32 {
        self.lasts_s + self.settles_s
    }

    /// Quarters of an hour in which people call for the first time.
    pub(super) fn quarters(&self) -> usize {
        whole(self.lasts_s / QUARTER_S)
    }

    /// Days that it touches, the time of settling included.
    fn days(&self) -> u32 {
        (self.begins_s + self.ends_s()).div_ceil(DAY_S)
    }

    /// A stretch of hours, on each of its days; what lies outside is cut off.
    pub(super) fn each_day(&self, hours: Stretch) -> Vec<Stretch> {
        let on_day = |day: u32| {
            let after_begin = |s: u32| (day * DAY_S + s).saturating_sub(self.begins_s);
            let from_s = after_begin(hours.from_s);
            let to_s = after_begin(hours.to_s).min(self.ends_s());
            (from_s < to_s).then_some(Stretch { from_s, to_s })
        };
        (0..self.days()).filter_map(on_day).collect()
    }

    /// All of it.
    pub(super) fn whole(&self) -> Stretch {
        Stretch {
            from_s: 0,
            to_s: self.ends_s(),
        }
    }

    /// What the clock shows when it begins.
    pub(super) fn clock_at_begin(&self) -> String {
        format!(
            "{:02}:{:02}",
            self.begins_s / 3_600,
            self.begins_s % 3_600 / 60
        )
    }

    /// The hour of the clock in a quarter of the scenario, like `08:15`; with the day of the week
    /// where people call on more than one.
    pub(super) fn clock(&self, quarter: usize) -> String {
        let quarter = u32::try_from(quarter).unwrap_or(0);
        let s = self.begins_s + quarter * QUARTER_S;
        let hour = format!("{:02}:{:02}", s % DAY_S / 3_600, s % 3_600 / 60);
        if self.begins_s + self.lasts_s <= DAY_S {
            return hour;
        }
        // Midnight by the clock on the wall is at most half a day from that of UTC.
        let midnight_s = self.begins_ms / 1_000 - i64::from(self.begins_s);
        let first_day = (midnight_s + i64::from(DAY_S) / 2).div_euclid(i64::from(DAY_S));
        let weekday = (first_day + i64::from(s / DAY_S)).rem_euclid(7);
        let weekday = usize::try_from(weekday).unwrap_or(0);
        format!("{} {hour}", WEEKDAYS[weekday])
    }

    /// What a list says of the quarters of each day from an hour on, laid over the scenario's
    /// quarters; with a factor for each of its days, if any are given. None if the first day's
    /// reach beyond.
    pub(super) fn laid_out(
        &self,
        per_quarter: &[f64],
        from_s: u32,
        days: &[f64],
        quarters: usize,
    ) -> Option<Vec<f64>> {
        let mut laid_out = vec![0.0; quarters];
        for day in 0..self.days() {
            let factor = match days.get(whole(day)) {
                Some(factor) => *factor,
                None if days.is_empty() => 1.0,
                None => 0.0,
            };
            for (nth, amount) in (0..).zip(per_quarter) {
                let s = day * DAY_S + from_s + nth * QUARTER_S;
                let quarter = s.checked_sub(self.begins_s).map(|s| whole(s / QUARTER_S));
                match quarter.and_then(|quarter| laid_out.get_mut(quarter)) {
                    Some(slot) => *slot += amount * factor,
                    None if day == 0 => return None,
                    None => {}
                }
            }
        }
        Some(laid_out)
    }

    /// `from` on the first day, in seconds after the beginning.
    pub(super) fn after_begin_s(&self, table: &mut Fields<'_>) -> u32 {
        self.first_hour_s(table).saturating_sub(self.begins_s)
    }

    /// `from`, an hour of the day; by default that at which the scenario begins.
    pub(super) fn first_hour_s(&self, table: &mut Fields<'_>) -> u32 {
        const EXPECTED: &str = "a full quarter of an hour, like \"08:15\"";
        let Some(text) = table.text("from") else {
            return self.begins_s;
        };
        match clock_s(text.value).filter(|s| s % QUARTER_S == 0) {
            Some(s) => s,
            None => {
                table
                    .faults()
                    .add(text.at, format!("`from`: expected {EXPECTED}"));
                self.begins_s
            }
        }
    }
}

/// Hours like `08:00-14:00`.
pub(super) fn hours(text: &str) -> Option<Stretch> {
    let (from, to) = text.split_once('-')?;
    let hours = Stretch {
        from_s: clock_s(from)?,
        to_s: clock_s(to)?,
    };
    (hours.from_s < hours.to_s).then_some(hours)
}

/// A fault for a text that is no span of hours.
pub(super) fn no_hours(table: &Fields<'_>, key: &str, at: Range<usize>) {
    let message = format!("`{key}`: expected hours of a day, like \"08:00-14:00\"");
    table.faults().add(at, message);
}

/// A fault for a list of quarters of an hour that has more of them than the scenario.
pub(super) fn beyond(table: &Fields<'_>, key: &str, at: Range<usize>) {
    let message = format!(
        "`{key}` reaches beyond the hours of the scenario: expected as many quarters of an hour as fit"
    );
    table.faults().add(at, message);
}

/// `08:15` in seconds since midnight; `24:00` is the end of the day.
fn clock_s(text: &str) -> Option<u32> {
    let (hour, minute) = text.split_once(':')?;
    let two_digits = |part: &str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
    let (hour, minute): (u32, u32) = (two_digits(hour) && two_digits(minute))
        .then(|| Some((hour.parse().ok()?, minute.parse().ok()?)))??;
    let s = hour * 3_600 + minute * 60;
    (minute < 60 && s <= DAY_S).then_some(s)
}

/// A count as a place.
pub(super) fn whole(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Monday, 23 November 2026, 8:00 in Rome, two days long.
    fn two_days() -> Period {
        Period {
            begins_ms: 1_795_417_200_000,
            begins_s: 8 * 3_600,
            lasts_s: 2 * DAY_S,
            settles_s: 3_600,
            counts_from_s: 0,
        }
    }

    #[test]
    fn hours_are_those_of_each_day() {
        let found = two_days().each_day(hours("07:00-09:00").unwrap());
        let stretch = |from_h: u32, to_h: u32| Stretch {
            from_s: from_h * 3_600,
            to_s: to_h * 3_600,
        };
        assert_eq!(found, [stretch(0, 1), stretch(23, 25), stretch(47, 49)]);
    }

    #[test]
    fn what_is_no_span_of_hours_is_none() {
        for text in [
            "",
            "8:00-14:00",
            "08:00",
            "14:00-08:00",
            "08:00-24:15",
            "08:60-09:00",
        ] {
            assert_eq!(hours(text), None, "{text}");
        }
    }

    #[test]
    fn the_clock_goes_round() {
        assert_eq!(two_days().clock(1), "Mon 08:15");
        assert_eq!(two_days().clock(64), "Tue 00:00");
        let one_day = Period {
            lasts_s: 3_600,
            ..two_days()
        };
        assert_eq!(one_day.clock(1), "08:15");
    }
}
