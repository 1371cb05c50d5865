//! A moment as files write it.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeZone as _};

use super::Zone;
use crate::time::UtcMs;

/// Reads a time with its zone (RFC 3339), such as `2026-11-25T08:30:05+01:00`; the hour that a
/// clock shows twice is no riddle then.
#[must_use]
pub fn parse(text: &str) -> Option<UtcMs> {
    let moment = DateTime::parse_from_rfc3339(text).ok()?;
    Some(moment.timestamp_millis())
}

/// Reads what a form says, `2026-11-25T08:30` by the clock of a zone; the first time where it shows it
/// twice.
#[must_use]
pub fn parse_local(text: &str, zone: Zone) -> Option<UtcMs> {
    let shown = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M").ok()?;
    let moment = zone.from_local_datetime(&shown).earliest()?;
    Some(moment.timestamp_millis())
}

/// When the clock of a zone shows `HH:MM` next; the first time where it shows it twice.
#[must_use]
pub fn next_at(clock: &str, after: UtcMs, zone: Zone) -> Option<UtcMs> {
    let wanted = NaiveTime::parse_from_str(clock, "%H:%M").ok()?;
    let today = DateTime::from_timestamp_millis(after)?
        .with_timezone(&zone)
        .date_naive();
    let days = [Some(today), today.succ_opt()];
    let moment = |day: NaiveDate| {
        let shown = zone.from_local_datetime(&day.and_time(wanted)).earliest()?;
        Some(shown.timestamp_millis())
    };
    let mut moments = days.into_iter().flatten().filter_map(moment);
    moments.find(|moment| *moment > after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_time_of_a_clock_is_today_or_tomorrow() {
        let rome = Zone::Europe__Rome;
        let noon = parse("2026-11-25T12:00:00+01:00").unwrap();
        let at = |clock| next_at(clock, noon, rome);
        assert_eq!(at("14:00"), parse("2026-11-25T14:00:00+01:00"));
        assert_eq!(at("12:00"), parse("2026-11-26T12:00:00+01:00"));
        assert_eq!(at("9:30"), parse("2026-11-26T09:30:00+01:00"));
        assert_eq!((at("24:00"), at("2 pm"), at("")), (None, None, None));
        // In the night in which summer begins no clock shows half past two.
        let evening = parse("2026-03-28T23:00:00+01:00").unwrap();
        assert_eq!(next_at("02:30", evening, rome), None);
    }

    #[test]
    fn what_a_form_says_is_meant_by_the_clock_of_a_zone() {
        let rome = Zone::Europe__Rome;
        let noon = parse("2026-11-25T12:00:00+01:00");
        assert_eq!(parse_local("2026-11-25T12:00", rome), noon);
        // In the night in which summer begins no clock shows half past two.
        assert_eq!(parse_local("2026-03-29T02:30", rome), None);
        assert_eq!(parse_local("25/11/2026 12:00", rome), None);
    }

    #[test]
    fn a_moment_without_its_zone_is_none() {
        assert_eq!(parse("1970-01-01T01:00:00.5+01:00"), Some(500));
        assert_eq!(parse("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(parse("2026-11-25 08:30:05"), None);
        assert_eq!(parse("2026-11-25T08:30:05"), None);
    }
}
