//! The calendar against moments written in UTC.

mod oracle;
mod years;

use std::sync::Arc;

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

fn calendar(spans: &[&str], closed: &[&str], holidays: bool) -> Calendar {
    let weekly = std::array::from_fn(|_| spans.iter().map(ToString::to_string).collect());
    Calendar::new(&CalendarDefinition {
        name: "test".into(),
        zone: "Europe/Rome".into(),
        weekly,
        closed: closed.iter().map(ToString::to_string).collect(),
        holidays,
        ..CalendarDefinition::default()
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

/// Texts of the days of a week, Monday first.
fn week_of(days: [&[&str]; 7]) -> [Vec<String>; 7] {
    days.map(|spans| spans.iter().map(|text| (*text).to_owned()).collect())
}

#[test]
fn each_day_of_the_week_has_its_own_contact_windows() {
    let day: &[&str] = &["09:00-13:00", "15:00-19:00"];
    let week = week_of([day, day, day, day, day, &["09:00-12:00"], &[]]);
    let working = CountedDays::Working { saturday: true };
    let window = ContactWindow::weekly(&week, ROME).unwrap().on(working);
    // Monday at lunch, Saturday after noon, and the day before a national holiday.
    for (at, next) in [
        ("2026-11-23 12:00", "2026-11-23 14:00"),
        ("2026-11-28 11:00", "2026-11-30 08:00"),
        ("2026-12-07 18:00", "2026-12-09 08:00"),
    ] {
        assert!(!window.is_open(utc(at)), "{at}");
        assert_eq!(window.next(utc(at)), utc(next), "{at}");
    }
    assert_eq!(
        window.ends_at(utc("2026-11-23 09:00")),
        Some(utc("2026-11-23 12:00"))
    );
    assert_eq!(window.shortest_s(), 3 * 3_600);
    // Room of an hour is there no more at 12:30 by the clock of Rome.
    assert_eq!(
        window.next_with_room(utc("2026-11-23 11:30"), HOUR_MS),
        utc("2026-11-23 14:00")
    );
    // The clock goes from 02:00 to 03:00: nine o'clock is there an hour sooner.
    let sundays = week_of([&[], &[], &[], &[], &[], &[], &["09:00-10:00"]]);
    let sundays = ContactWindow::weekly(&sundays, ROME).unwrap();
    assert_eq!(
        sundays.next(utc("2026-03-22 12:00")),
        utc("2026-03-29 07:00")
    );
}

#[test]
fn contact_windows_that_touch_are_one() {
    let week = week_of([
        &["08:00-12:00", "12:00-24:00"],
        &["00:00-02:00"],
        &[],
        &[],
        &[],
        &[],
        &[],
    ]);
    let window = ContactWindow::weekly(&week, ROME).unwrap();
    let ends = Some(utc("2026-11-24 01:00"));
    assert_eq!(window.ends_at(utc("2026-11-23 07:00")), ends);
    assert_eq!(window.ends_at(utc("2026-11-23 23:30")), ends);
    let halves: &[&str] = &["12:00-24:00", "00:00-12:00"];
    let always = ContactWindow::weekly(&week_of([halves; 7]), ROME).unwrap();
    assert_eq!(always.ends_at(utc("2026-11-23 12:00")), None);
}

#[test]
fn a_week_of_contact_windows_names_every_bad_text() {
    let week = week_of([
        &["09:00-13:00", "12:00-14:00"],
        &["13:00-09:00"],
        &[],
        &[],
        &[],
        &[],
        &[],
    ]);
    let faults = ContactWindow::weekly(&week, ROME).unwrap_err();
    let places: Vec<_> = faults.into_iter().map(|(place, _)| place).collect();
    assert_eq!(places, [(0, 1), (1, 0)]);
}

#[test]
fn a_window_of_days_that_do_not_count_never_opens() {
    let sunday = week_of([&[], &[], &[], &[], &[], &[], &["09:00-13:00"]]);
    let sunday = ContactWindow::weekly(&sunday, ROME).unwrap();
    assert!(sunday.ever_opens());
    let working = CountedDays::Working { saturday: true };
    assert!(!sunday.clone().on(working).ever_opens());
    let office = calendar(&["08:00-18:00"], &[], true);
    assert!(
        sunday
            .on(CountedDays::OpenIn(Arc::new(office)))
            .ever_opens()
    );
}

#[test]
fn hours_may_be_given_to_the_second_across_a_change_of_the_clock() {
    // On 29 March 2026 the clock goes from 02:00 to 03:00, on 25 October from 03:00 to 02:00.
    let window = ContactWindow::parse("02:30:20-03:00:10", ROME).unwrap();
    let skip = utc("2026-03-29 01:00");
    assert_eq!(window.next(utc("2026-03-29 00:00")), skip);
    assert_eq!(window.ends_at(skip), Some(skip + 10_000));
    let first = utc("2026-10-25 00:30") + 20_000;
    assert_eq!(window.next(utc("2026-10-25 00:00")), first);
    assert_eq!(
        window.ends_at(first),
        Some(utc("2026-10-25 02:00") + 10_000)
    );
    assert_eq!(window.shortest_s(), 29 * 60 + 50);
    let office = calendar(&["08:00-18:00:01"], &[], false);
    let closes = utc("2026-11-23 17:00") + 1_000;
    assert!(office.is_open(closes - 1) && !office.is_open(closes));
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
    assert_eq!(
        exact_local_text(utc("2026-07-01 22:30") + 5_999, ROME),
        "2026-07-02 00:30:05 +02:00"
    );
    assert_eq!(exact_local_text(i64::MIN, ROME), "—");
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
            at += 317 * 60_000;
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
#[test]
fn an_office_stays_closed_on_holidays() {
    let office = calendar(&["08:00-18:00"], &[], true);
    assert!(!office.is_open(utc("2026-12-25 10:00")));
    assert_eq!(
        office.next_opening(utc("2026-12-24 18:00")),
        Some(utc("2026-12-27 07:00"))
    );
}
