//! Calendars, windows and terms invented by the hundred, from 2024 to 2040, against the
//! oracle. A failure names the seed that brings it back.

use super::oracle::{
    FIRST_YEAR, LAST_YEAR, MINUTE_MS, change, clock, date, day_number, is_holiday, shown, weekday,
};
use std::sync::Arc;

use super::*;

/// How many days of each invented calendar are compared.
const DAYS: i64 = 5;
const SEEDS: u64 = 120;

/// Marsaglia's xorshift: the same seed, the same calendars, everywhere.
struct Chance(u64);

impl Chance {
    fn new(seed: u64) -> Self {
        Self((seed + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    fn below(&mut self, bound: i64) -> i64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        i64::try_from(self.0 >> 2).unwrap() % bound
    }

    fn often(&mut self, in_ten: i64) -> bool {
        self.below(10) < in_ten
    }

    /// A day of the years that the oracle knows; days on which something happens are as
    /// many as the others.
    fn day(&mut self) -> i64 {
        let year = FIRST_YEAR + self.below(LAST_YEAR - FIRST_YEAR + 1);
        let day = match self.below(6) {
            0 => change(year, 3) / 1_440,
            1 => change(year, 10) / 1_440,
            2 => day_number(year, 10, 3) + self.below(3),
            3 => day_number(year, 3, 20) + self.below(40),
            4 => day_number(year, 12, 18) + self.below(9),
            _ => day_number(year, 1, 1) + self.below(365),
        };
        let (first, last) = (day_number(FIRST_YEAR, 1, 8), day_number(LAST_YEAR, 12, 20));
        day.clamp(first, last)
    }

    /// Hours of a day that do not overlap; the edges of clock changes come often.
    fn spans(&mut self) -> Vec<(i64, i64)> {
        const EDGES: [i64; 10] = [0, 60, 119, 120, 121, 150, 179, 180, 480, 1_440];
        let count = self.below(4) * 2;
        let mut edges: Vec<i64> = (0..count)
            .map(|_| match self.below(2) {
                0 => EDGES[usize::try_from(self.below(10)).unwrap()],
                _ => self.below(1_441),
            })
            .collect();
        edges.sort_unstable();
        edges.dedup();
        edges
            .chunks_exact(2)
            .map(|edge| (edge[0], edge[1]))
            .collect()
    }
}

fn hours((from, to): (i64, i64)) -> String {
    let time = |minute: i64| format!("{:02}:{:02}", minute / 60, minute % 60);
    format!("{}-{}", time(from), time(to))
}

fn iso(day: i64) -> String {
    let (year, month, of_month) = date(day);
    format!("{year}-{month:02}-{of_month:02}")
}

/// An invented calendar, as the oracle reads it.
struct Invented {
    weekly: [Vec<(i64, i64)>; 7],
    closed: Vec<i64>,
    patrons: Vec<(i64, i64)>,
    holidays: bool,
}

impl Invented {
    fn around(day: i64, chance: &mut Chance) -> Self {
        Self {
            weekly: std::array::from_fn(|_| chance.spans()),
            closed: (0..chance.below(3))
                .map(|_| day + chance.below(DAYS))
                .collect(),
            patrons: (0..chance.below(2))
                .map(|_| {
                    let (_, month, of_month) = date(day + chance.below(DAYS));
                    (month, of_month)
                })
                .collect(),
            holidays: chance.often(7),
        }
    }

    fn calendar(&self) -> Calendar {
        let (yearly, once) = self.patrons.split_at(self.patrons.len() / 2);
        let day_of_year = |(month, day): &(i64, i64)| format!("{month:02}-{day:02}");
        Calendar::new(&CalendarDefinition {
            name: "invented".into(),
            zone: "Europe/Rome".into(),
            weekly: self
                .weekly
                .each_ref()
                .map(|spans| spans.iter().copied().map(hours).collect()),
            closed: self
                .closed
                .iter()
                .map(|day| iso(*day))
                .chain(yearly.iter().map(day_of_year))
                .collect(),
            patrons: once
                .iter()
                .map(|day| YearDay::parse(&day_of_year(day)).unwrap())
                .collect(),
            holidays: self.holidays,
        })
        .unwrap()
    }

    fn spans(&self, day: i64) -> &[(i64, i64)] {
        let (_, month, of_month) = date(day);
        let shut = self.closed.contains(&day)
            || self.patrons.contains(&(month, of_month))
            || (self.holidays && is_holiday(day));
        if shut {
            &[]
        } else {
            &self.weekly[weekday(day)]
        }
    }

    /// The openings of some days in minutes of UTC, those that touch made one.
    fn openings(&self, days: std::ops::Range<i64>) -> Vec<(i64, i64)> {
        let mut all: Vec<(i64, i64)> = Vec::new();
        let spans = days.flat_map(|day| self.spans(day).iter().map(move |span| (day, *span)));
        for (from, to) in spans.filter_map(|(day, (from, to))| shown(day, from, to)) {
            match all.last_mut() {
                Some((_, end)) if *end >= from => *end = to.max(*end),
                Some(_) | None => all.push((from, to)),
            }
        }
        all
    }
}

#[test]
fn invented_calendars_open_and_close_as_the_oracle_says() {
    for seed in 0..SEEDS {
        let mut chance = Chance::new(seed);
        let first = chance.day() - chance.below(DAYS);
        let invented = Invented::around(first, &mut chance);
        let calendar = invented.calendar();
        let openings = invented.openings(first - 2..first + DAYS + 3);
        // A closing may lie beyond the days that were told; those are not compared.
        let told_until = (first + DAYS + 1) * 1_440;
        for minute in telling(first, &openings) {
            let at = minute * MINUTE_MS;
            let now = openings
                .iter()
                .find(|(from, to)| *from <= minute && minute < *to);
            let next = openings.iter().find(|(_, to)| minute < *to);
            let told = || format!("seed {seed}, {minute} of UTC, {:?} in Rome", clock(minute));
            assert_eq!(calendar.is_open(at), now.is_some(), "{}", told());
            assert_eq!(
                calendar.is_open(at + MINUTE_MS - 1),
                now.is_some(),
                "{}",
                told()
            );
            if let Some((from, _)) = next.filter(|(from, _)| *from < told_until) {
                let opening = Some(at.max(from * MINUTE_MS));
                assert_eq!(calendar.next_opening(at), opening, "{}", told());
            }
            match now {
                Some((_, to)) if *to >= told_until => {}
                Some((_, to)) => {
                    assert_eq!(calendar.closes_at(at), Some(to * MINUTE_MS), "{}", told());
                }
                None => assert_eq!(calendar.closes_at(at), None, "{}", told()),
            }
        }
    }
}

/// The minutes of some days at which something begins or ends, those beside them, and
/// every eleventh of the others.
fn telling(first: i64, openings: &[(i64, i64)]) -> BTreeSet<i64> {
    let days = first * 1_440..(first + DAYS) * 1_440;
    let edges = openings
        .iter()
        .flat_map(|(from, to)| [from - 1, *from, to - 1, *to]);
    days.clone()
        .step_by(11)
        .chain(edges.filter(|minute| days.contains(minute)))
        .collect()
}

/// Which days count, as the oracle reads it.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Every,
    Working,
    WorkingAndSaturdays,
    Open,
}

const KINDS: [Kind; 4] = [
    Kind::Every,
    Kind::Working,
    Kind::WorkingAndSaturdays,
    Kind::Open,
];

impl Kind {
    fn counts(self, day: i64, invented: &Invented) -> bool {
        match self {
            Self::Every => true,
            Self::Working => weekday(day) < 5 && !is_holiday(day),
            Self::WorkingAndSaturdays => weekday(day) < 6 && !is_holiday(day),
            Self::Open => !invented.spans(day).is_empty(),
        }
    }

    fn counted(self, calendar: &Calendar) -> CountedDays {
        match self {
            Self::Every => CountedDays::Every,
            Self::Working => CountedDays::Working { saturday: false },
            Self::WorkingAndSaturdays => CountedDays::Working { saturday: true },
            Self::Open => CountedDays::OpenIn(Arc::new(calendar.clone())),
        }
    }
}

#[test]
fn invented_windows_open_on_the_days_that_count() {
    for seed in 0..SEEDS {
        let mut chance = Chance::new(seed);
        let first = chance.day();
        let invented = Invented::around(first, &mut chance);
        let calendar = invented.calendar();
        // The same hours every day, or others on each day of the week.
        let weekly: [Vec<(i64, i64)>; 7] = if seed % 2 == 0 {
            let spans = chance.spans();
            std::array::from_fn(|_| spans.first().copied().into_iter().collect())
        } else {
            std::array::from_fn(|_| chance.spans())
        };
        let texts = weekly
            .each_ref()
            .map(|spans| spans.iter().copied().map(hours).collect());
        for kind in KINDS {
            let window = ContactWindow::weekly(&texts, ROME)
                .unwrap()
                .on(kind.counted(&calendar));
            let stretches = (first - 2..first + DAYS + 3)
                .filter(|day| kind.counts(*day, &invented))
                .flat_map(|day| {
                    let spans = weekly[weekday(day)].iter();
                    spans.filter_map(move |(from, to)| shown(day, *from, *to))
                });
            let mut inside: Vec<(i64, i64)> = Vec::new();
            for (from, to) in stretches {
                match inside.last_mut() {
                    Some(last) if from <= last.1 => last.1 = last.1.max(to),
                    Some(_) | None => inside.push((from, to)),
                }
            }
            for minute in telling(first, &inside) {
                let at = minute * MINUTE_MS;
                let now = inside
                    .iter()
                    .find(|(from, to)| *from <= minute && minute < *to);
                let told = || format!("seed {seed}, {kind:?}, {:?} in Rome", clock(minute));
                assert_eq!(window.is_open(at), now.is_some(), "{}", told());
                // What lasts to the end of the days compared may go on beyond.
                if now.is_none_or(|(_, to)| *to < (first + DAYS + 2) * 1_440) {
                    let ends_at = now.map(|(_, to)| to * MINUTE_MS);
                    assert_eq!(window.ends_at(at), ends_at, "{}", told());
                }
                if let Some((from, _)) = inside.iter().find(|(_, to)| minute < *to) {
                    assert_eq!(window.next(at), at.max(from * MINUTE_MS), "{}", told());
                }
            }
        }
    }
}

#[test]
fn invented_terms_end_after_the_days_that_count() {
    for seed in 0..SEEDS * 4 {
        let mut chance = Chance::new(seed);
        let day = chance.day().min(day_number(LAST_YEAR, 6, 30));
        let invented = Invented::around(day, &mut chance);
        let calendar = invented.calendar();
        let began = day * 1_440 + chance.below(1_440);
        let (began_on, began_at) = clock(began);
        let days = chance.below(30);
        for kind in KINDS {
            let mut ends_on = began_on;
            let mut left = days;
            // A calendar that never opens has no such day.
            while left > 0 && ends_on < began_on + 150 {
                ends_on += 1;
                left -= i64::from(kind.counts(ends_on, &invented));
            }
            let term = Term::new(u32::try_from(days).unwrap(), kind.counted(&calendar), ROME);
            let told = || {
                format!(
                    "seed {seed}, {days} days of {kind:?} from {}",
                    iso(began_on)
                )
            };
            let ends = term.ends(began * MINUTE_MS + 777);
            if left > 0 {
                assert!(ends.is_none_or(|at| at > began * MINUTE_MS), "{}", told());
                continue;
            }
            // The same minute on the clock; where that is skipped, the moment of the skip.
            let from_then_on = shown(ends_on, began_at, 1_440);
            let expected = from_then_on.map(|(first, _)| first * MINUTE_MS + 777);
            assert_eq!(ends, expected, "{}", told());
        }
    }
}

#[test]
fn a_patron_is_kept_where_a_calendar_says_so_and_nowhere_else() {
    let kept = |patrons: &[&str]| {
        let definition = CalendarDefinition {
            zone: "Europe/Rome".into(),
            weekly: std::array::from_fn(|_| vec!["08:00-18:00".into()]),
            patrons: patrons
                .iter()
                .map(|day| YearDay::parse(day).unwrap())
                .collect(),
            ..CalendarDefinition::default()
        };
        Calendar::new(&definition).unwrap()
    };
    let (teramo, laquila) = (kept(&["12-19"]), kept(&["06-10"]));
    for year in FIRST_YEAR..=LAST_YEAR {
        let noon = |month, day| (day_number(year, month, day) * 1_440 + 11 * 60) * MINUTE_MS;
        assert!(!teramo.is_open(noon(12, 19)) && laquila.is_open(noon(12, 19)));
        assert!(teramo.is_open(noon(6, 10)) && !laquila.is_open(noon(6, 10)));
    }
}

#[test]
fn a_patron_saint_is_a_working_day_and_a_national_holiday_is_not() {
    // Three working days after Thursday 1 October 2026: Friday, then Monday and Tuesday,
    // for 4 October is a Sunday; with Saturdays: Friday, Saturday, Monday.
    let ends = |saturday| {
        let term = Term::new(3, CountedDays::Working { saturday }, ROME);
        term.ends(utc("2026-10-01 08:00"))
    };
    assert_eq!(ends(false), Some(utc("2026-10-06 08:00")));
    assert_eq!(ends(true), Some(utc("2026-10-05 08:00")));
    // Easter of 2027 is 28 March: the clock changes that night, and Monday is a holiday.
    let term = Term::new(1, CountedDays::Working { saturday: false }, ROME);
    assert_eq!(
        term.ends(utc("2027-03-26 09:00")),
        Some(utc("2027-03-30 08:00"))
    );
    let never = Term::new(
        1,
        CountedDays::OpenIn(Arc::new(calendar(&[], &[], false))),
        ROME,
    );
    assert_eq!(never.ends(utc("2027-03-26 09:00")), None);
}
