//! What holds for the whole centre: where the data is, bounds, how it stops.

use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use cuptel_core::dialplan::fields::Fields;
use cuptel_core::rules::Limits;

use super::optional_with;
use super::secret::{Secret, SecretError};

pub(super) const DAY_S: RangeInclusive<u32> = 0..=86_400;
pub(super) const SOME_OF_A_DAY_S: RangeInclusive<u32> = 1..=86_400;

/// Defaults: a dial in flight at a crash rests 120 s; under 2 s is interrupted, and that
/// puts a person 3,600 s ahead; a seat rests 10 s after a reject, 30 s after busy, 10 s
/// after no answer, 3 misses, and does not return by itself; the last operators of 50,000 numbers
/// are remembered; an operator whose phone is lost for 300 s is signed out; a site whose phones
/// vanish within 20 s is cut off; a phone that does not ring within 6 s is gone, and asked again
/// after 5 s, at last every 60 s, whether it is there; 100,000 tasks may be open, and 20,000 needs
/// that somebody entered; 50,000 numbers may be marked; 50 campaigns of 200,000 people; registrations from 60 s to 3,600 s.
fn standard() -> Limits {
    Limits {
        reconcile_after_s: 120,
        interrupted_under_s: 2,
        interrupted_priority_s: 3_600,
        reject_delay_s: 10,
        busy_delay_s: 30,
        no_answer_delay_s: 10,
        no_ringing_s: 6,
        ask_phone_s: (5, 60),
        misses_max: 3,
        last_operators_max: 50_000,
        rung_max: 20_000,
        not_responding_return_s: 0,
        reconnect_grace_s: 300,
        site_outage_within_s: 20,
        tasks_max: 100_000,
        marks_max: 50_000,
        by_hand_max: 20_000,
        campaigns_max: 50,
        campaign_entries_max: 200_000,
        reminders_at_once: 4,
        register_s: (60, 3_600),
    }
}

/// Bounds of campaigns.
fn campaigns(table: &mut Fields<'_>, limits: &mut Limits) {
    for (key, range, value) in [
        ("campaigns_max", 1..=1_000, &mut limits.campaigns_max),
        (
            "campaign_entries_max",
            1..=1_000_000,
            &mut limits.campaign_entries_max,
        ),
        (
            "reminders_at_once",
            1..=1_000,
            &mut limits.reminders_at_once,
        ),
    ] {
        *value = table.whole_or(key, range, *value);
    }
}

pub(super) fn limits(root: &mut Fields<'_>) -> Limits {
    let mut limits = standard();
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
        ("no_ringing_s", SOME_OF_A_DAY_S, &mut limits.no_ringing_s),
        (
            "ask_phone_min_s",
            SOME_OF_A_DAY_S,
            &mut limits.ask_phone_s.0,
        ),
        ("misses_max", 1..=100, &mut limits.misses_max),
        (
            "last_operators_max",
            0..=10_000_000,
            &mut limits.last_operators_max,
        ),
        // As many as a start reads.
        ("rung_max", 0..=20_000, &mut limits.rung_max),
        (
            "not_responding_return_s",
            DAY_S,
            &mut limits.not_responding_return_s,
        ),
        ("reconnect_grace_s", DAY_S, &mut limits.reconnect_grace_s),
        (
            "site_outage_within_s",
            DAY_S,
            &mut limits.site_outage_within_s,
        ),
        ("tasks_max", 1..=10_000_000, &mut limits.tasks_max),
        ("marks_max", 0..=1_000_000, &mut limits.marks_max),
        ("by_hand_max", 1..=1_000_000, &mut limits.by_hand_max),
        ("register_min_s", SOME_OF_A_DAY_S, &mut limits.register_s.0),
    ] {
        *value = table.whole_or(key, range, *value);
    }
    campaigns(&mut table, &mut limits);
    for (least, most, range) in [
        ("register_min_s", "register_max_s", &mut limits.register_s),
        (
            "ask_phone_min_s",
            "ask_phone_max_s",
            &mut limits.ask_phone_s,
        ),
    ] {
        longest(&mut table, (least, most), range);
    }
    table.finish();
    limits
}

/// The other end of a range whose shortest time is read.
fn longest(
    table: &mut Fields<'_>,
    (least, most): (&'static str, &'static str),
    (min_s, max_s): &mut (u32, u32),
) {
    let max = table.whole(most, SOME_OF_A_DAY_S);
    let (given_s, at) = max.map_or((*max_s, table.at()), |max| (max.value, max.at));
    if given_s < *min_s {
        let message = format!("`{most}` is {given_s}: expected at least `{least}`, {min_s}");
        table.faults().add(at, message);
    }
    *max_s = given_s;
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

/// Reasons that a pause may have, and reasons to hand a callback back; any, where none are listed. Each
/// is there once.
pub(super) fn reasons(root: &mut Fields<'_>) -> (Vec<String>, Vec<String>) {
    let Some(mut table) = root.table("people") else {
        return (Vec::new(), Vec::new());
    };
    let reasons = ["pause_reasons", "decline_reasons"].map(|key| listed(&mut table, key));
    table.finish();
    let [pause, decline] = reasons;
    (pause, decline)
}

fn listed(table: &mut Fields<'_>, key: &'static str) -> Vec<String> {
    let mut reasons: Vec<String> = Vec::new();
    for reason in table.texts(key).map_or(Vec::new(), |it| it.value) {
        let text = reason.value.trim();
        if text.is_empty() || reasons.iter().any(|known| known == text) {
            let message = "expected a reason that is not in the list yet".to_owned();
            table.faults().add(reason.at, message);
        }
        reasons.push(text.to_owned());
    }
    reasons
}

/// Where the data is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DataSettings {
    /// Default `sqlite://data/cuptel.db`; a secret, because it may hold a password.
    pub(crate) url: Secret,
    /// Where records go while the database is away. Default: `spill` beside the file of
    /// SQLite, and `data/spill` otherwise.
    spill: Option<PathBuf>,
    /// How large that may grow. Default 268,435,456.
    pub(crate) spill_bytes_max: u64,
    /// How long the database is waited for before. Default 2,000.
    pub(crate) stall_ms: u32,
    /// Commits that take longer, for some seconds on end, are called slow. Default: a quarter
    /// of `stall_ms`.
    pub(crate) slow_ms: u32,
}

impl DataSettings {
    /// The database's URL, and the folder of the spill.
    ///
    /// # Errors
    /// When the URL is kept elsewhere and is not to be had.
    pub(crate) fn reveal(&self) -> Result<(String, PathBuf), SecretError> {
        let url = self.url.reveal()?;
        let beside = || {
            let file = Path::new(url.strip_prefix("sqlite://")?);
            Some(file.parent()?.join("spill"))
        };
        let spill = self.spill.clone().or_else(beside);
        Ok((url, spill.unwrap_or_else(|| "data/spill".into())))
    }
}

/// Every default is told at its field.
impl DataSettings {
    /// Whether the configuration itself holds the password of the database.
    pub(super) fn has_password_here(&self) -> bool {
        let url = self.url.here().unwrap_or_default();
        let rest = url.split_once("://").map_or("", |(_, rest)| rest);
        let place = rest.split(['/', '?']).next().unwrap_or_default();
        let user = place.rsplit_once('@').map_or("", |(user, _)| user);
        let is_spelt = user.split_once(':').is_some_and(|(_, it)| !it.is_empty());
        is_spelt || rest.contains("?password=") || rest.contains("&password=")
    }
}

pub(super) fn data(root: &mut Fields<'_>) -> DataSettings {
    let mut data = DataSettings {
        url: Secret::parse("sqlite://data/cuptel.db"),
        spill: None,
        spill_bytes_max: 268_435_456,
        stall_ms: 2_000,
        slow_ms: 500,
    };
    let Some(mut table) = root.table("data") else {
        return data;
    };
    let given = optional_with(
        &mut table,
        "url",
        "\"sqlite://FILE\" or \"postgres://…\"",
        |text| {
            let secret = Secret::parse(text);
            let known = |url: &str| {
                ["sqlite://", "postgres://", "postgresql://"]
                    .iter()
                    .any(|scheme| url.starts_with(scheme))
            };
            secret.here().is_none_or(known).then_some(secret)
        },
    );
    if let Some(given) = given {
        data.url = given.value;
    }
    let folder = |text: &str| (!text.is_empty()).then(|| PathBuf::from(text));
    data.spill = optional_with(&mut table, "spill", "a folder", folder).map(|given| given.value);
    let bytes_max = table.whole("spill_bytes_max", 1_048_576..=u32::MAX);
    if let Some(given) = bytes_max {
        data.spill_bytes_max = u64::from(given.value);
    }
    data.stall_ms = table.whole_or("stall_ms", 100..=60_000, data.stall_ms);
    data.slow_ms = table.whole_or("slow_ms", 1..=data.stall_ms, data.stall_ms / 4);
    table.finish();
    data
}
