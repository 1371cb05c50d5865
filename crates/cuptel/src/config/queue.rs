//! The queues: what each says for itself, and what all share.

use std::collections::BTreeMap;
use std::ops::Range;

use cuptel_core::dialplan::fields::{Fields, Placed};
use cuptel_core::number::PhoneNumber;
use cuptel_core::rules::{AnswerTarget, MatchPolicy, NoOperators, TaskPolicy, WrapUp};
use cuptel_core::words::PriorityClass;

use super::authority::{CLI, TenantDraft, tenant_and_name};
use super::callback::CallbackSettings;
use super::limits::{DAY_S, SOME_OF_A_DAY_S};
use super::matching::{self, skill_levels};
use super::opening::CalendarDraft;
use super::{optional_with, succession, word};

/// The largest part of callers that may be promised an answer in time: Erlang needs more and more
/// seats towards all, and none are enough for that.
const SHARE_MAX: f64 = 0.99;

/// A service that people wait for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct QueueSettings {
    /// Short name of the authority.
    pub(crate) tenant: String,
    /// Short name, unique within the authority.
    pub(crate) name: String,
    /// Name for people. Default: the short one.
    pub(crate) title: String,
    /// The prompt that tells it to an operator who is told who calls. Default: none.
    pub(crate) whisper: Option<Placed<String>>,
    /// Skills that an operator must have, with the least level. Default: none.
    pub(crate) skills: BTreeMap<String, u8>,
    /// Shown to who is called back about it. Default: the tenant's.
    pub(crate) cli: Option<Placed<PhoneNumber>>,
    /// How urgent those are who call for it: `U`, `B`, `D` or `P`. Default: they are not alike.
    pub(crate) class: Option<PriorityClass>,
    /// Queues of the same authority that are gone: their works are this one's. Default: none.
    pub(crate) replaces: Vec<Placed<String>>,
    /// What `[queue_defaults]` can say for all queues.
    pub(crate) policy: QueuePolicy,
}

/// What a queue takes from `[queue_defaults]` where it says nothing itself.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct QueuePolicy {
    /// Callers who may wait at once. Default 50.
    pub(crate) waiting_max: u32,
    /// After-call time. Default 20.
    pub(crate) wrap_up_s: u32,
    /// Who decides how long: `fixed`, `up_to` (the default), `none`.
    pub(crate) wrap_up: WrapUp,
    /// How long a seat's phone rings. Default 15.
    pub(crate) ring_s: u32,
    /// How much older a callback must be to go before a caller. Default 300.
    pub(crate) live_bonus_s: u32,
    /// How long after closing those who wait are still served. Default 900.
    pub(crate) serve_waiting_s: u32,
    /// When nobody is signed in: `wait` (the default) or `refuse`.
    pub(crate) no_operators: NoOperators,
    /// What callers are to find: callbacks are held where it is at risk. Default: none.
    pub(crate) answer_targets: Vec<AnswerTarget>,
    /// How works and seats find each other. Default: the seat idle longest.
    pub(crate) matching: MatchPolicy,
    /// How debts are paid.
    pub(crate) callback: CallbackSettings,
    /// How work without a call is offered.
    pub(crate) tasks: TaskPolicy,
}

impl QueuePolicy {
    /// What holds where nothing is said.
    pub(crate) fn standard() -> Self {
        Self {
            waiting_max: 50,
            wrap_up_s: 20,
            wrap_up: WrapUp::UpTo,
            ring_s: 15,
            live_bonus_s: 300,
            serve_waiting_s: 900,
            no_operators: NoOperators::Wait,
            answer_targets: Vec::new(),
            matching: MatchPolicy::default(),
            callback: CallbackSettings::standard(),
            tasks: TaskPolicy::default(),
        }
    }
}

/// The queues, each with where its skills are written.
pub(super) fn queues(
    root: &mut Fields<'_>,
    tenants: &[TenantDraft],
    calendars: &[CalendarDraft],
) -> Vec<(QueueSettings, Range<usize>)> {
    let mut defaults = QueuePolicy::standard();
    if let Some(mut table) = root.table("queue_defaults") {
        defaults = policy(&mut table, &defaults);
        table.finish();
    }
    let mut seen = BTreeMap::new();
    let mut queues = Vec::new();
    for mut table in root.tables("queue") {
        let owner = tenant_and_name(&mut table, "queue", tenants, &mut seen);
        let title = table
            .filled_text("title")
            .map(|title| title.value.to_owned());
        let whisper = table.filled_text("whisper");
        let cli = optional_with(&mut table, "cli", CLI, |text| {
            PhoneNumber::parse_e164(text).ok()
        });
        let skills_table = table.table("skills");
        let skills_at = skills_table.as_ref().map_or_else(|| table.at(), Fields::at);
        let skills = skills_table.as_ref().map(skill_levels).unwrap_or_default();
        let classes = PriorityClass::ALL
            .iter()
            .map(|class| (class.as_str(), *class));
        let classes: Vec<_> = classes.collect();
        let class = word(&mut table, "class", &classes, false);
        let replaces = succession::replaced(&mut table);
        let policy = policy(&mut table, &defaults);
        let faults = table.faults();
        let at = table.key_at("callback").unwrap_or_else(|| table.at());
        let relax_at = table.key_at("relax").unwrap_or_else(|| table.at());
        table.finish();
        let Some((tenant, name)) = owner else {
            continue;
        };
        let ours = calendars.iter().filter(|draft| draft.tenant == tenant.name);
        policy.callback.check_calendars(ours, &at, faults);
        matching::check(&policy.matching, &skills, &relax_at, faults);
        let queue = QueueSettings {
            tenant: tenant.name,
            title: title.unwrap_or_else(|| name.clone()),
            whisper: whisper.map(|name| name.map(str::to_owned)),
            name,
            skills,
            cli,
            class,
            replaces,
            policy,
        };
        queues.push((queue, skills_at));
    }
    succession::check(&queues, root.faults());
    if !root.has("queue") {
        root.missing("[[queue]]", "the services that people wait for");
    }
    queues
}

/// What a table says, and `defaults` where it says nothing.
pub(crate) fn policy(table: &mut Fields<'_>, defaults: &QueuePolicy) -> QueuePolicy {
    let mut policy = defaults.clone();
    for (key, range, value) in [
        ("waiting_max", 1..=100_000, &mut policy.waiting_max),
        ("wrap_up_s", 0..=3_600, &mut policy.wrap_up_s),
        ("ring_s", 1..=300, &mut policy.ring_s),
        ("live_bonus_s", DAY_S, &mut policy.live_bonus_s),
        ("serve_waiting_s", DAY_S, &mut policy.serve_waiting_s),
    ] {
        *value = table.whole_or(key, range, *value);
    }
    let words = [
        ("fixed", WrapUp::Fixed),
        ("up_to", WrapUp::UpTo),
        ("none", WrapUp::None),
    ];
    if let Some(wrap_up) = word(table, "wrap_up", &words, false) {
        policy.wrap_up = wrap_up;
    }
    let words = [("wait", NoOperators::Wait), ("refuse", NoOperators::Refuse)];
    if let Some(no_operators) = word(table, "no_operators", &words, false) {
        policy.no_operators = no_operators;
    }
    let targets = table.tables("answer_targets");
    if table.has("answer_targets") {
        policy.answer_targets = targets.into_iter().map(answer_target).collect();
    }
    matching::take(&mut policy.matching, table);
    if let Some(callback) = table.table("callback") {
        policy.callback.take(callback);
    }
    for key in ["gives_way", "hold_max_s", "order"] {
        table.belongs(
            key,
            "[queue.callback], or [queue_defaults.callback] for all queues",
        );
    }
    if let Some(tasks) = table.table("tasks") {
        take_tasks(&mut policy.tasks, tasks);
    }
    policy
}

/// Takes what the table says; the rest stays as it is.
fn take_tasks(policy: &mut TaskPolicy, mut table: Fields<'_>) {
    let interruptible = table.truth("interruptible");
    policy.interruptible = interruptible.map_or(policy.interruptible, |it| it.value);
    for (key, range, value) in [
        ("lease_s", 10..=3_600, &mut policy.lease_s),
        ("rest_s", DAY_S, &mut policy.rest_s),
        ("rest_max_s", DAY_S, &mut policy.rest_max_s),
        ("keep_s", DAY_S, &mut policy.keep_s),
        ("due_h", 1..=8_760, &mut policy.due_h),
        ("owner_lead_h", 0..=8_760, &mut policy.owner_lead_h),
    ] {
        *value = table.whole_or(key, range, *value);
    }
    table.finish();
}

pub(crate) fn answer_target(mut table: Fields<'_>) -> AnswerTarget {
    if !table.has("share") {
        table.missing("share", "a share from 0.0 to 0.99");
    }
    let share = table.share("share");
    if let Some(share) = share.as_ref().filter(|share| share.value > SHARE_MAX) {
        let message = format!(
            "`share` is {}: expected at most {SHARE_MAX}: no number of seats answers everybody in time, \
             so all would be kept from calling back",
            share.value
        );
        table.faults().add(share.at.clone(), message);
    }
    let within_s = table.required_whole("within_s", SOME_OF_A_DAY_S);
    table.finish();
    AnswerTarget {
        share: share.map_or(0.0, |share| share.value),
        within_s,
    }
}
