//! Italian national holidays, each from the year of its law.

use chrono::{Datelike, NaiveDate};

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

pub(super) fn is_national_holiday(date: NaiveDate) -> bool {
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
    use chrono::Weekday;

    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
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
}
