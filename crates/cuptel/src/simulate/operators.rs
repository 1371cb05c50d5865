//! Who is there to answer, as a scenario writes it: how many, with which skills, at which hours.

use std::collections::{BTreeMap, BTreeSet};

use cuptel_core::dialplan::fields::{Fields, unknown};
use cuptel_core::id::SiteId;
use cuptel_core::profile::Profile;
use cuptel_core::rules::Rules;
use cuptel_core::words::WorkKind;
use cuptel_sim::whatif::Spread;
use cuptel_sim::whatif::scenario::{
    Accommodation, Operators, Outage, QUARTER_S, Stretch, Timetable, timetables,
};

use super::callers::spread;
use super::period::{Period, beyond, hours, no_hours, whole};
use crate::config::first_start::FirstSeat;
use crate::config::matching::skill_levels;

/// Places with seats, by name.
pub(super) struct Sites {
    known: BTreeMap<String, SiteId>,
    /// Whether the scenario's own names are new places.
    is_open: bool,
}

impl Sites {
    /// Those of a configuration, and no others.
    pub(super) fn of(known: impl Iterator<Item = (String, SiteId)>) -> Self {
        Self {
            known: known.collect(),
            is_open: false,
        }
    }

    /// Whatever the scenario names.
    pub(super) fn any() -> Self {
        Self {
            known: BTreeMap::new(),
            is_open: true,
        }
    }

    fn find(&mut self, table: &mut Fields<'_>) -> Option<SiteId> {
        let name = table.required_text("site", "the short name of a site")?;
        if let Some(id) = self.known.get(name.value) {
            return Some(*id);
        }
        if self.is_open {
            let id = SiteId(i64::try_from(self.known.len()).unwrap_or(i64::MAX) + 1);
            self.known.insert(name.value.to_owned(), id);
            return Some(id);
        }
        let known = self.known.keys().map(String::as_str);
        table
            .faults()
            .add(name.at, unknown("site", name.value, known));
        None
    }
}

/// Every `[[operators]]`; without one, those of `first-start.csv` as `[first_seats]` says.
pub(super) fn read(
    root: &mut Fields<'_>,
    period: &Period,
    rules: &Rules,
    sites: &mut Sites,
    first_seats: &[FirstSeat],
) -> Vec<Operators> {
    let queues = rules.queues.values();
    let skills: BTreeSet<&String> = queues.flat_map(|queue| queue.skills.keys()).collect();
    let mut groups = Vec::new();
    for table in root.tables("operators") {
        groups.extend(group(table, period, sites, &skills));
    }
    let first = root.table("first_seats");
    if root.has("operators") {
        if let Some(first) = first {
            let message = "stands beside [[operators]]: expected one of both";
            first.faults().add(first.at(), message);
        }
        return groups;
    }
    if first_seats.is_empty() {
        root.missing("[[operators]]", "who is there to answer");
    }
    match first {
        Some(mut table) => {
            let duty = Duty::read(&mut table, period);
            table.finish();
            of_first_seats(first_seats, sites, &duty)
        }
        None => of_first_seats(first_seats, sites, &Duty::always(period)),
    }
}

fn group(
    mut table: Fields<'_>,
    period: &Period,
    sites: &mut Sites,
    known: &BTreeSet<&String>,
) -> Option<Operators> {
    let name = table.filled_text("name").map(|name| name.value.to_owned());
    let site = sites.find(&mut table);
    let skills_table = table.table("skills");
    if let Some(skills) = &skills_table {
        for name in skills.names() {
            if !known.iter().any(|skill| *skill == name.value) {
                let known = known.iter().map(|skill| skill.as_str());
                table
                    .faults()
                    .add(name.at, unknown("skill", name.value, known));
            }
        }
    }
    let skills = skills_table.as_ref().map(skill_levels).unwrap_or_default();
    let duty = Duty::read(&mut table, period);
    let accommodation = accommodation(&mut table);
    let per_quarter = on_duty(&mut table, period);
    let count = match &per_quarter {
        Some(_) => 0,
        None => table.required_whole("count", 1..=10_000),
    };
    table.finish();
    let timetables = match per_quarter {
        Some(per_quarter) => timetables(&per_quarter),
        None => duty.timetables(count),
    };
    Some(Operators {
        name: name.unwrap_or_else(|| "operators".to_owned()),
        site: site?,
        skills: skills.into_iter().collect(),
        timetables,
        picks_up_after: duty.picks_up_after,
        misses: duty.misses,
        back_after_s: duty.back_after_s,
        accommodation,
    })
}

/// `profile`: what a share of the group needs, within the bounds of the real ones.
fn accommodation(table: &mut Fields<'_>) -> Option<Accommodation> {
    let mut table = table.table("profile")?;
    let share = table.share("share").map_or(1.0, |share| share.value);
    let mut profile = Profile::default();
    for (key, range, value) in [
        ("ring_s", 1..=300, &mut profile.ring_s),
        ("wrap_up_s", 0..=3_600, &mut profile.wrap_up_s),
        ("rest_s", 0..=3_600, &mut profile.rest_s),
        ("break_after", 1..=1_000, &mut profile.break_after),
        ("break_s", 1..=7_200, &mut profile.break_s),
        ("works_per_h", 1..=60, &mut profile.works_per_h),
    ] {
        *value = table.whole(key, range).map(|value| value.value);
    }
    if profile.break_after.is_some() != profile.break_s.is_some() {
        let message = "`break_after` and `break_s`: expected both or none";
        table.faults().add(table.at(), message);
    }
    for word in table.texts("not_kinds").into_iter().flat_map(|it| it.value) {
        match word.value.parse::<WorkKind>() {
            Ok(kind) => drop(profile.not_kinds.insert(kind)),
            Err(error) => table.faults().add(word.at, error.to_string()),
        }
    }
    table.finish();
    Some(Accommodation { share, profile })
}

/// `on_duty`: so many in each quarter of an hour of each day; whoever is there at the end stays
/// until everything is settled.
fn on_duty(table: &mut Fields<'_>, period: &Period) -> Option<Vec<u32>> {
    let per_quarter = table.amounts("on_duty")?;
    for key in ["count", "shift", "breaks"] {
        if let Some(at) = table.key_at(key) {
            table.faults().add(
                at,
                format!("`{key}` stands beside `on_duty`: expected one of both"),
            );
        }
    }
    let from_s = period.first_hour_s(table);
    let quarters = period.quarters() + whole(period.settles_s.div_ceil(QUARTER_S));
    let Some(laid_out) = period.laid_out(&per_quarter.value, from_s, &[], quarters) else {
        beyond(table, "on_duty", per_quarter.at);
        return Some(Vec::new());
    };
    let mut is_whole = true;
    let mut counts: Vec<u32> = laid_out
        .iter()
        .map(|amount| {
            let count = (0..=10_000_u32).find(|count| f64::from(*count) >= *amount);
            is_whole &= count.is_some_and(|count| (f64::from(count) - amount).abs() < 1e-9);
            count.unwrap_or(0)
        })
        .collect();
    if !is_whole {
        let message = "`on_duty`: expected whole numbers up to 10000";
        table.faults().add(per_quarter.at, message);
    }
    let last = counts.iter().rposition(|count| *count > 0);
    if let Some(last) = last.filter(|last| last + 1 == period.quarters()) {
        let stays = counts[last];
        counts[last..].fill(stays);
    }
    Some(counts)
}

/// When operators are there, and how they take calls.
struct Duty {
    shifts: Vec<Stretch>,
    /// Of those who have their breaks first, then of the next, and so on.
    breaks_by_turn: Vec<Vec<Stretch>>,
    picks_up_after: Spread,
    misses: f64,
    back_after_s: u32,
}

impl Duty {
    fn always(period: &Period) -> Self {
        Self {
            shifts: vec![period.whole()],
            breaks_by_turn: Vec::new(),
            picks_up_after: Spread::Exponential { mean_s: 3.0 },
            misses: 0.0,
            back_after_s: 60,
        }
    }

    fn read(table: &mut Fields<'_>, period: &Period) -> Self {
        let mut duty = Self::always(period);
        if let Some(shift) = table.filled_text("shift") {
            match hours(shift.value) {
                Some(hours) => duty.shifts = period.each_day(hours),
                None => no_hours(table, "shift", shift.at),
            }
        }
        let turns = table.whole_or("turns", 1..=100, 1);
        let mut breaks = Vec::new();
        let texts = table.texts("breaks").map(|texts| texts.value);
        for text in texts.unwrap_or_default() {
            match hours(text.value) {
                Some(hours) => breaks.push(hours),
                None => no_hours(table, "breaks", text.at),
            }
        }
        let of_turn = |turn: u32| {
            let later = breaks.iter().map(|rest| later(*rest, turn));
            later.flat_map(|rest| period.each_day(rest)).collect()
        };
        duty.breaks_by_turn = (0..turns).map(of_turn).collect();
        duty.picks_up_after = spread(table, "picks_up_after").unwrap_or(duty.picks_up_after);
        duty.misses = table.share("misses").map_or(0.0, |misses| misses.value);
        duty.back_after_s = table.whole_or("back_after_s", 1..=86_400, duty.back_after_s);
        duty
    }

    fn timetables(&self, count: u32) -> Vec<Timetable> {
        let turns = self.breaks_by_turn.len().max(1);
        let one = |operator: u32| {
            let breaks = self.breaks_by_turn.get(whole(operator) % turns);
            let within = |rest: &&Stretch| {
                let holds =
                    |shift: &Stretch| shift.from_s <= rest.from_s && rest.to_s <= shift.to_s;
                self.shifts.iter().any(holds)
            };
            let breaks = breaks.iter().flat_map(|breaks| breaks.iter());
            Timetable {
                shifts: self.shifts.clone(),
                breaks: breaks.filter(within).copied().collect(),
            }
        };
        (0..count).map(one).collect()
    }
}

/// The break of those whose turn comes later: each after the other.
fn later(rest: Stretch, turn: u32) -> Stretch {
    let by_s = turn * (rest.to_s - rest.from_s);
    Stretch {
        from_s: rest.from_s + by_s,
        to_s: rest.to_s + by_s,
    }
}

/// A site, and skills with their levels.
type Likeness<'s> = (&'s str, Vec<(String, u8)>);

/// Seats with the same skills at the same site are one group.
fn of_first_seats(seats: &[FirstSeat], sites: &Sites, duty: &Duty) -> Vec<Operators> {
    let mut groups: BTreeMap<Likeness<'_>, u32> = BTreeMap::new();
    for seat in seats {
        let skills = seat.skills.clone().into_iter().collect();
        *groups.entry((&seat.site, skills)).or_default() += 1;
    }
    let group = |((site, skills), count): (Likeness<'_>, u32)| Operators {
        name: site.to_owned(),
        site: sites.known.get(site).copied().unwrap_or(SiteId(0)),
        skills,
        timetables: duty.timetables(count),
        picks_up_after: duty.picks_up_after,
        misses: duty.misses,
        back_after_s: duty.back_after_s,
        accommodation: None,
    };
    groups.into_iter().map(group).collect()
}

/// Every `[[outage]]`: a site without its link, on the first day.
pub(super) fn outages(root: &mut Fields<'_>, period: &Period, sites: &mut Sites) -> Vec<Outage> {
    let mut outages = Vec::new();
    for mut table in root.tables("outage") {
        let site = sites.find(&mut table);
        let lasts = table.required_text("hours", "hours like \"09:30-11:00\"");
        let stretches = lasts.and_then(|text| {
            let found = hours(text.value).map(|hours| period.each_day(hours));
            if found.as_ref().is_none_or(Vec::is_empty) {
                no_hours(&table, "hours", text.at);
            }
            found
        });
        table.finish();
        if let (Some(site), Some(lasts)) = (site, stretches.and_then(|it| it.first().copied())) {
            outages.push(Outage { site, lasts });
        }
    }
    outages
}
