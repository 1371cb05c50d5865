//! The calendars of the health authorities: hours of the week, holidays, closures.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use cuptel_core::calendar::{Calendar, CalendarDefinition, CalendarError, CalendarPart, YearDay};
use cuptel_core::dialplan::fields::{Doubt, Faults, Fields, Placed, unknown};
use cuptel_core::words::DoubtKind;

use super::authority::{SiteDraft, TenantDraft, tenant_and_name};

/// Days of the week as the configuration writes them, Monday first.
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// A calendar of a health authority.
#[derive(Debug, Clone)]
pub(crate) struct CalendarDraft {
    /// Short name of its tenant.
    pub(super) tenant: String,
    pub(super) calendar: Calendar,
    /// Where its table begins.
    pub(super) at: Range<usize>,
}

pub(super) fn calendars(
    root: &mut Fields<'_>,
    tenants: &[TenantDraft],
    sites: &[SiteDraft],
    warnings: &Faults,
) -> Vec<CalendarDraft> {
    let mut seen = BTreeMap::new();
    let mut calendars = Vec::new();
    for mut table in root.tables("calendar") {
        let owner = tenant_and_name(&mut table, "calendar", tenants, &mut seen);
        let (weekly, weekly_at) = weekly(&mut table);
        let closed = table
            .texts("closed")
            .map(|texts| texts.value)
            .unwrap_or_default();
        let holidays = table.truth("holidays").is_some_and(|truth| truth.value);
        let patrons = patrons(&mut table, sites);
        let (faults, at) = (table.faults(), table.at());
        table.finish();
        let Some((tenant, name)) = owner else {
            continue;
        };
        if weekly.iter().all(Vec::is_empty) {
            let doubt = Doubt::of(DoubtKind::NeverOpen, &[("calendar", &name)]);
            warnings.doubt(weekly_at, format!("calendar \"{name}\" never opens"), doubt);
        }
        let definition = CalendarDefinition {
            name: name.clone(),
            zone: tenant.time_zone.name().to_owned(),
            weekly: texts_of(&weekly),
            closed: closed.iter().map(text_of).collect(),
            patrons,
            holidays,
        };
        let calendar = Calendar::new(&definition).unwrap_or_else(|errors| {
            let placed = errors.into_iter().map(|(part, error)| {
                let place = match part {
                    CalendarPart::Zone => at.clone(),
                    CalendarPart::Weekly { day, index } => weekly[day][index].at.clone(),
                    CalendarPart::Closed { index } => closed[index].at.clone(),
                };
                (place, error)
            });
            tell_once(placed, faults);
            // Known all the same, so that no dialplan is blamed for it.
            Calendar::always(name)
        });
        calendars.push(CalendarDraft {
            tenant: tenant.name,
            calendar,
            at,
        });
    }
    calendars
}

/// Tells each fault once: the hours of `mon-fri` are wrong on five days and written once.
pub(super) fn tell_once(
    errors: impl Iterator<Item = (Range<usize>, CalendarError)>,
    faults: &Faults,
) {
    let told: BTreeSet<(usize, usize, String)> = errors
        .map(|(place, error)| (place.start, place.end, error.to_string()))
        .collect();
    for (start, end, message) in told {
        faults.add(start..end, message);
    }
}

/// The hours of each day as they are written.
pub(super) fn texts_of(week: &Week<'_>) -> [Vec<String>; 7] {
    week.each_ref().map(|day| day.iter().map(text_of).collect())
}

fn text_of(text: &Placed<&str>) -> String {
    text.value.to_owned()
}

/// The days of the patrons of the sites that `patrons_of` names.
fn patrons(table: &mut Fields<'_>, sites: &[SiteDraft]) -> Vec<YearDay> {
    let named = table
        .texts("patrons_of")
        .map(|texts| texts.value)
        .unwrap_or_default();
    let mut days = Vec::new();
    for name in named {
        match sites.iter().find(|site| site.name == name.value) {
            Some(SiteDraft { patron, .. }) if patron.is_some() => days.extend(*patron),
            Some(_) => {
                let message = format!(
                    "site \"{}\" has no patron: expected `patron = \"MM-DD\"` in its [[site]]",
                    name.value
                );
                table.faults().add(name.at, message);
            }
            None => {
                let known = sites.iter().map(|site| site.name.as_str());
                let message = unknown("site", name.value, known);
                table.faults().add(name.at, message);
            }
        }
    }
    days
}

/// Hours of each day of the week, Monday first, with where they are written.
pub(super) type Week<'a> = [Vec<Placed<&'a str>>; 7];

fn weekly<'a>(table: &mut Fields<'a>) -> (Week<'a>, Range<usize>) {
    let Some(days) = table.table("weekly") else {
        if !table.has("weekly") {
            table.missing(
                "weekly",
                "the hours of the days, like { mon-fri = [\"08:00-18:00\"] }",
            );
        }
        return (Week::default(), table.at());
    };
    (hours_of_days(&days), days.at())
}

/// The hours of each day: keys are days, or ranges of days like `mon-fri`.
pub(super) fn hours_of_days<'a>(days: &Fields<'a>) -> Week<'a> {
    let mut week = Week::default();
    let mut taken = BTreeSet::new();
    for key in days.names() {
        let Some(range) = days_of(key.value) else {
            let message = format!(
                "unknown day \"{}\": expected {}, or a range like mon-fri",
                key.value,
                DAYS.join(", ")
            );
            days.faults().add(key.at, message);
            continue;
        };
        let spans = days.named_texts(key.value).map(|texts| texts.value);
        for day in range {
            if !taken.insert(day) {
                let message = format!("{} has its hours already", DAYS[day]);
                days.faults().add(key.at.clone(), message);
            }
            week[day] = spans.clone().unwrap_or_default();
        }
    }
    week
}

/// The days that `mon` or `mon-fri` stands for.
fn days_of(key: &str) -> Option<std::ops::RangeInclusive<usize>> {
    let place = |name: &str| DAYS.iter().position(|day| *day == name);
    let (first, last) = key.split_once('-').unwrap_or((key, key));
    let range = place(first)?..=place(last)?;
    (!range.is_empty()).then_some(range)
}
