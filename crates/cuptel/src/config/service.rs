//! The settings of the service itself: authorities, sites, opening hours, queues, limits.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::{Range, RangeInclusive};

use cuptel_core::calendar::{
    Calendar, CalendarDefinition, CalendarPart, ContactWindow, Zone, parse_zone,
};
use cuptel_core::dialplan::fields::{Faults, Fields, Placed, unknown};
use cuptel_core::rules::{CallbackPolicy, Limits, NoOperators};

use super::{checked_name, optional_with, word};

const DAY_S: RangeInclusive<u32> = 0..=86_400;
const SOME_OF_A_DAY_S: RangeInclusive<u32> = 1..=86_400;

/// A health authority.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TenantSettings {
    /// Short name.
    pub(crate) name: String,
    /// Name for people. Default: the short one.
    pub(crate) title: String,
    /// Of its opening hours and contact windows. Default `Europe/Rome`.
    pub(crate) time_zone: Zone,
}

/// A service that people wait for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct QueueSettings {
    /// Short name of the authority.
    pub(crate) tenant: String,
    /// Short name, unique within the authority.
    pub(crate) name: String,
    /// Name for people. Default: the short one.
    pub(crate) title: String,
    /// Skills that an operator must have, with the least level. Default: none.
    pub(crate) skills: BTreeMap<String, u8>,
    /// Callers who may wait at once. Default 50.
    pub(crate) waiting_max: u32,
    /// After-call time. Default 20.
    pub(crate) wrap_up_s: u32,
    /// How long a seat's phone rings. Default 15.
    pub(crate) ring_s: u32,
    /// How much older a callback must be to go before a caller. Default 300.
    pub(crate) live_bonus_s: u32,
    /// When nobody is signed in: `wait` (the default) or `refuse`.
    pub(crate) no_operators: NoOperators,
    /// Figures to compare with, no rule. Default: none.
    pub(crate) answer_targets: Vec<AnswerTarget>,
    /// How debts are paid; its defaults are those of [`callback_policy`].
    pub(crate) callback: CallbackSettings,
}

/// A share of calls to be answered within a time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct AnswerTarget {
    /// From 0 to 1.
    pub(crate) share: f64,
    /// Within.
    pub(crate) within_s: u32,
}

/// How debts are paid; comparable, for a reload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CallbackSettings {
    grace_s: u32,
    spacing_no_answer_s: u32,
    spacing_busy_s: u32,
    spacing_unreachable_s: u32,
    spacing_declined_s: u32,
    tries_max: u32,
    expire_days: u32,
    window: ContactWindow,
}

impl From<CallbackSettings> for CallbackPolicy {
    fn from(settings: CallbackSettings) -> Self {
        let CallbackSettings {
            grace_s,
            spacing_no_answer_s,
            spacing_busy_s,
            spacing_unreachable_s,
            spacing_declined_s,
            tries_max,
            expire_days,
            window,
        } = settings;
        Self {
            grace_s,
            spacing_no_answer_s,
            spacing_busy_s,
            spacing_unreachable_s,
            spacing_declined_s,
            tries_max,
            expire_days,
            window,
        }
    }
}

/// An authority with its dialplan, still to be read.
pub(super) struct TenantDraft {
    pub(super) tenant: TenantSettings,
    pub(super) dialplan: Option<Placed<String>>,
}

pub(super) fn tenants(root: &mut Fields<'_>) -> Vec<TenantDraft> {
    let mut drafts = Vec::new();
    let mut seen = BTreeSet::new();
    for mut table in root.tables("tenant") {
        let name = checked_name(&mut table, "name", "tenant", &mut seen);
        let title = table
            .filled_text("title")
            .map(|title| title.value.to_owned());
        let zone = table.filled_text("time_zone");
        let time_zone = match zone.map(|zone| (parse_zone(zone.value), zone.at)) {
            None => Zone::Europe__Rome,
            Some((Ok(zone), _)) => zone,
            Some((Err(error), at)) => {
                table.faults().add(at, error.to_string());
                Zone::UTC
            }
        };
        let dialplan = table.required_text("dialplan", "the file of its dialplan");
        table.finish();
        let Some(name) = name else { continue };
        let title = title.unwrap_or_else(|| name.clone());
        let dialplan = dialplan.map(|path| path.map(str::to_owned));
        drafts.push(TenantDraft {
            tenant: TenantSettings {
                name,
                title,
                time_zone,
            },
            dialplan,
        });
    }
    if !root.has("tenant") {
        root.missing("[[tenant]]", "the health authority that is called");
    }
    drafts
}

pub(super) fn sites(root: &mut Fields<'_>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let mut sites = Vec::new();
    for mut table in root.tables("site") {
        sites.extend(checked_name(&mut table, "name", "site", &mut seen));
        table.finish();
    }
    sites
}

/// The tenant that a queue or a calendar belongs to, and a name that is new within it.
fn tenant_and_name(
    table: &mut Fields<'_>,
    kind: &str,
    tenants: &[TenantDraft],
    seen: &mut BTreeMap<String, BTreeSet<String>>,
) -> Option<(TenantSettings, String)> {
    let tenant = table.required_text("tenant", "the short name of a tenant");
    let of_tenant = seen.entry(
        tenant
            .as_ref()
            .map_or(String::new(), |name| name.value.to_owned()),
    );
    let name = checked_name(table, "name", kind, of_tenant.or_default());
    let tenant = tenant?;
    let found = tenants
        .iter()
        .find(|draft| draft.tenant.name == tenant.value);
    if found.is_none() {
        let known = tenants.iter().map(|draft| draft.tenant.name.as_str());
        table
            .faults()
            .add(tenant.at, unknown("tenant", tenant.value, known));
    }
    Some((found?.tenant.clone(), name?))
}

/// The calendars, each with the name of its tenant.
pub(super) fn calendars(
    root: &mut Fields<'_>,
    tenants: &[TenantDraft],
    warnings: &Faults,
) -> Vec<(String, Calendar)> {
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
        let (faults, at) = (table.faults(), table.at());
        table.finish();
        let Some((tenant, name)) = owner else {
            continue;
        };
        if weekly.iter().all(Vec::is_empty) {
            warnings.add(weekly_at, format!("calendar \"{name}\" never opens"));
        }
        let definition = CalendarDefinition {
            name: name.clone(),
            zone: tenant.time_zone.name().to_owned(),
            weekly: weekly
                .each_ref()
                .map(|day| day.iter().map(text_of).collect()),
            closed: closed.iter().map(text_of).collect(),
            holidays,
        };
        match Calendar::new(&definition) {
            Ok(calendar) => calendars.push((tenant.name, calendar)),
            Err(errors) => {
                for (part, error) in errors {
                    let place = match part {
                        CalendarPart::Zone => at.clone(),
                        CalendarPart::Weekly { day, index } => weekly[day][index].at.clone(),
                        CalendarPart::Closed { index } => closed[index].at.clone(),
                    };
                    faults.add(place, error.to_string());
                }
                // Known all the same, so that no dialplan is blamed for it.
                calendars.push((tenant.name, Calendar::always(name)));
            }
        }
    }
    calendars
}

fn text_of(text: &Placed<&str>) -> String {
    text.value.to_owned()
}

type Week<'a> = [Vec<Placed<&'a str>>; 7];

fn weekly<'a>(table: &mut Fields<'a>) -> (Week<'a>, Range<usize>) {
    const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let mut week = Week::default();
    let Some(mut days) = table.table("weekly") else {
        if !table.has("weekly") {
            table.missing(
                "weekly",
                "the hours of each day, like { mon = [\"08:00-18:00\"] }",
            );
        }
        return (week, table.at());
    };
    for (name, day) in DAYS.into_iter().zip(&mut week) {
        *day = days
            .texts(name)
            .map(|texts| texts.value)
            .unwrap_or_default();
    }
    let at = days.at();
    days.finish();
    (week, at)
}

pub(super) fn queues(root: &mut Fields<'_>, tenants: &[TenantDraft]) -> Vec<QueueSettings> {
    let mut seen = BTreeMap::new();
    let mut queues = Vec::new();
    for mut table in root.tables("queue") {
        let owner = tenant_and_name(&mut table, "queue", tenants, &mut seen);
        let zone = owner
            .as_ref()
            .map_or(Zone::UTC, |(tenant, _)| tenant.time_zone);
        let title = table
            .filled_text("title")
            .map(|title| title.value.to_owned());
        let skills = table
            .table("skills")
            .map(|skills| skill_levels(&skills))
            .unwrap_or_default();
        let waiting_max = table.whole_or("waiting_max", 1..=100_000, 50);
        let wrap_up_s = table.whole_or("wrap_up_s", 0..=3_600, 20);
        let ring_s = table.whole_or("ring_s", 1..=300, 15);
        let live_bonus_s = table.whole_or("live_bonus_s", DAY_S, 300);
        let words = [("wait", NoOperators::Wait), ("refuse", NoOperators::Refuse)];
        let no_operators = word(&mut table, "no_operators", &words, false);
        let answer_targets = table
            .tables("answer_targets")
            .into_iter()
            .map(answer_target)
            .collect();
        let callback = callback_policy(&mut table, zone);
        table.finish();
        let Some((tenant, name)) = owner else {
            continue;
        };
        queues.push(QueueSettings {
            tenant: tenant.name,
            title: title.unwrap_or_else(|| name.clone()),
            name,
            skills,
            waiting_max,
            wrap_up_s,
            ring_s,
            live_bonus_s,
            no_operators: no_operators.unwrap_or(NoOperators::Wait),
            answer_targets,
            callback,
        });
    }
    if !root.has("queue") {
        root.missing("[[queue]]", "the services that people wait for");
    }
    queues
}

fn skill_levels(table: &Fields<'_>) -> BTreeMap<String, u8> {
    let mut skills = BTreeMap::new();
    for name in table.names() {
        if let Some(fault) = super::name_fault("skill", name.value) {
            table.faults().add(name.at.clone(), fault);
        }
        let level = table
            .named_whole(name.value, &(1..=5))
            .and_then(|level| u8::try_from(level).ok());
        skills.extend(level.map(|level| (name.value.to_owned(), level)));
    }
    skills
}

fn answer_target(mut table: Fields<'_>) -> AnswerTarget {
    if !table.has("share") {
        table.missing("share", "a share from 0.0 to 1.0");
    }
    let share = table.share("share").map_or(0.0, |share| share.value);
    let within_s = table.required_whole("within_s", SOME_OF_A_DAY_S);
    table.finish();
    AnswerTarget { share, within_s }
}

/// Defaults: grace 180 s; rest of 1,800 s after no answer, 600 s after busy, 3,600 s after
/// unreachable, 30 s after a seat declined; 5 tries; 10 days; from 08:00 to 20:00.
fn callback_policy(queue: &mut Fields<'_>, zone: Zone) -> CallbackSettings {
    let mut settings = CallbackSettings {
        grace_s: 180,
        spacing_no_answer_s: 1_800,
        spacing_busy_s: 600,
        spacing_unreachable_s: 3_600,
        spacing_declined_s: 30,
        tries_max: 5,
        expire_days: 10,
        window: ContactWindow::parse("08:00-20:00", zone).expect("the text is a span of hours"),
    };
    let Some(mut table) = queue.table("callback") else {
        return settings;
    };
    for (key, range, value) in [
        ("grace_s", DAY_S, &mut settings.grace_s),
        (
            "spacing_no_answer_s",
            SOME_OF_A_DAY_S,
            &mut settings.spacing_no_answer_s,
        ),
        (
            "spacing_busy_s",
            SOME_OF_A_DAY_S,
            &mut settings.spacing_busy_s,
        ),
        (
            "spacing_unreachable_s",
            SOME_OF_A_DAY_S,
            &mut settings.spacing_unreachable_s,
        ),
        (
            "spacing_declined_s",
            SOME_OF_A_DAY_S,
            &mut settings.spacing_declined_s,
        ),
        ("tries_max", 1..=100, &mut settings.tries_max),
        ("expire_days", 1..=3_650, &mut settings.expire_days),
    ] {
        *value = table.whole_or(key, range, *value);
    }
    if let Some(window) = table.filled_text("window") {
        match ContactWindow::parse(window.value, zone) {
            Ok(parsed) => settings.window = parsed,
            Err(error) => table.faults().add(window.at, error.to_string()),
        }
    }
    table.finish();
    settings
}

/// Defaults: a dial in flight at a crash rests 120 s; under 5 s is interrupted, and that
/// puts a person 3,600 s ahead; a seat rests 10 s after a reject, 30 s after busy, 10 s
/// after no answer, 3 misses; registrations from 60 s to 3,600 s.
pub(super) fn limits(root: &mut Fields<'_>) -> Limits {
    let mut limits = Limits {
        reconcile_after_s: 120,
        interrupted_under_s: 2,
        interrupted_priority_s: 3_600,
        reject_delay_s: 10,
        busy_delay_s: 30,
        no_answer_delay_s: 10,
        misses_max: 3,
        register_s: (60, 3_600),
    };
    let Some(mut table) = root.table("limits") else {
        return limits;
    };
    for (key, range, value) in [
        (
            "reconcile_after_s",
            SOME_OF_A_DAY_S,
            &mut limits.reconcile_after_s,
        ),
        (
            "interrupted_under_s",
            DAY_S,
            &mut limits.interrupted_under_s,
        ),
        (
            "interrupted_priority_s",
            DAY_S,
            &mut limits.interrupted_priority_s,
        ),
        ("reject_delay_s", DAY_S, &mut limits.reject_delay_s),
        ("busy_delay_s", DAY_S, &mut limits.busy_delay_s),
        ("no_answer_delay_s", DAY_S, &mut limits.no_answer_delay_s),
        ("misses_max", 1..=100, &mut limits.misses_max),
        ("register_min_s", SOME_OF_A_DAY_S, &mut limits.register_s.0),
    ] {
        *value = table.whole_or(key, range, *value);
    }
    let (min_s, max_s) = limits.register_s;
    let max = table.whole("register_max_s", SOME_OF_A_DAY_S);
    let (max_s, at) = max.map_or((max_s, table.at()), |max| (max.value, max.at));
    if max_s < min_s {
        let message =
            format!("`register_max_s` is {max_s}: expected at least `register_min_s`, {min_s}");
        table.faults().add(at, message);
    }
    limits.register_s.1 = max_s;
    table.finish();
    limits
}

/// Default 20.
pub(super) fn drain_s(root: &mut Fields<'_>) -> u32 {
    let Some(mut table) = root.table("stop") else {
        return 20;
    };
    let drain_s = table.whole_or("drain_s", 0..=3_600, 20);
    table.finish();
    drain_s
}

/// Default `sqlite://data/cuptel.db`.
pub(super) fn data_url(root: &mut Fields<'_>) -> super::secret::Secret {
    let mut url = super::secret::Secret::parse("sqlite://data/cuptel.db");
    let Some(mut table) = root.table("data") else {
        return url;
    };
    let given = optional_with(
        &mut table,
        "url",
        "\"sqlite://FILE\" or \"postgres://…\"",
        |text| {
            let secret = super::secret::Secret::parse(text);
            let known = |url: &str| {
                ["sqlite://", "postgres://", "postgresql://"]
                    .iter()
                    .any(|scheme| url.starts_with(scheme))
            };
            secret.here().is_none_or(known).then_some(secret)
        },
    );
    if let Some(given) = given {
        url = given.value;
    }
    table.finish();
    url
}
