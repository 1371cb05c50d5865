//! Who calls, as a scenario writes it: how many, how patient, how stubborn.

use anyhow::Context as _;
use cuptel_core::dialplan::fields::{Fields, unknown};
use cuptel_core::id::{QueueId, TenantId, TrunkId};
use cuptel_core::number::PhoneNumber;
use cuptel_core::rules::Rules;
use cuptel_sim::whatif::Spread;
use cuptel_sim::whatif::scenario::{Arrivals, Callers, PicksUp, Redials, Route};

use super::period::{Period, beyond};
use super::recorded::Calls;
use super::scenario::Draft;
use super::stored::PerQuarter;

/// What callers are like who are not said to be otherwise.
#[derive(Debug, Clone)]
pub(super) struct Habits {
    class: String,
    patience_before: Option<Spread>,
    patience: Option<Spread>,
    redials: Redials,
    asks: f64,
    withheld: f64,
    talks: Spread,
    picks_up: PicksUp,
}

impl Habits {
    /// Where nothing is said.
    fn standard() -> Self {
        Self {
            class: "none".to_owned(),
            patience_before: None,
            patience: Some(Spread::Exponential { mean_s: 240.0 }),
            redials: Redials {
                share: 0.5,
                promised_share: 0.05,
                after: Spread::Exponential { mean_s: 600.0 },
                calls_max: 10,
            },
            asks: 0.2,
            withheld: 0.05,
            talks: Spread::LogNormal {
                mean_s: 240.0,
                deviation_s: 160.0,
            },
            picks_up: PicksUp {
                share: 0.7,
                busy: 0.1,
                after: Spread::Exponential { mean_s: 12.0 },
            },
        }
    }

    /// Of people who go by this name.
    pub(super) fn named(self, name: &str) -> Self {
        let class = name.to_owned();
        Self { class, ..self }
    }

    /// What a table says of people who are called: how long they talk, and whether they pick up.
    pub(super) fn take_of_called(&mut self, table: &mut Fields<'_>) {
        if let Some(talks) = spread(table, "talks") {
            self.talks = talks;
        }
        if let Some(mut picks_up) = table.table("picks_up") {
            let habit = &mut self.picks_up;
            take_share(&mut picks_up, "share", &mut habit.share);
            take_share(&mut picks_up, "busy", &mut habit.busy);
            habit.after = spread(&mut picks_up, "after").unwrap_or(habit.after);
            if habit.share + habit.busy > 1.0 {
                let message = "`share` and `busy` are more than 1 together";
                picks_up.faults().add(picks_up.at(), message);
            }
            picks_up.finish();
        }
    }

    /// What a table says, and these habits where it says nothing.
    fn take(&mut self, table: &mut Fields<'_>) {
        if let Some(class) = table.filled_text("class") {
            class.value.clone_into(&mut self.class);
        }
        for (key, patience) in [
            ("patience_before", &mut self.patience_before),
            ("patience", &mut self.patience),
        ] {
            if let Some(read) = patience_of(table, key) {
                *patience = read;
            }
        }
        for (key, share) in [("asks", &mut self.asks), ("withheld", &mut self.withheld)] {
            if let Some(read) = table.share(key) {
                *share = read.value;
            }
        }
        if let Some(mut redials) = table.table("redials") {
            let habit = &mut self.redials;
            take_share(&mut redials, "share", &mut habit.share);
            take_share(&mut redials, "promised_share", &mut habit.promised_share);
            habit.after = spread(&mut redials, "after").unwrap_or(habit.after);
            habit.calls_max = redials.whole_or("calls_max", 1..=1_000, habit.calls_max);
            redials.finish();
        }
        self.take_of_called(table);
    }
}

fn take_share(table: &mut Fields<'_>, key: &'static str, share: &mut f64) {
    if let Some(read) = table.share(key) {
        *share = read.value;
    }
}

/// A spread, or "endless".
fn patience_of(table: &mut Fields<'_>, key: &'static str) -> Option<Option<Spread>> {
    if table.has_table(key) || !table.has(key) {
        return spread(table, key).map(Some);
    }
    let text = table.text(key)?;
    if text.value == "endless" {
        return Some(None);
    }
    let message =
        format!("`{key}`: expected \"endless\", or a time such as {{ exponential_s = 240 }}");
    table.faults().add(text.at, message);
    None
}

/// `{ fixed_s = 60 }`, `{ exponential_s = 240 }`, `{ lognormal_s = 240, deviation_s = 160 }`.
pub(super) fn spread(table: &mut Fields<'_>, key: &'static str) -> Option<Spread> {
    let mut table = table.table(key)?;
    let fixed = table.whole("fixed_s", 0..=86_400);
    let exponential = table.whole("exponential_s", 1..=86_400);
    let log_normal = table.whole("lognormal_s", 1..=86_400);
    let deviation = table.whole("deviation_s", 1..=864_000);
    let s = |number: cuptel_core::dialplan::fields::Placed<u32>| f64::from(number.value);
    let found = match (fixed, exponential, log_normal, deviation) {
        (Some(fixed), None, None, None) => Some(Spread::Fixed { s: s(fixed) }),
        (None, Some(mean), None, None) => Some(Spread::Exponential { mean_s: s(mean) }),
        (None, None, Some(mean), Some(deviation)) => Some(Spread::LogNormal {
            mean_s: s(mean),
            deviation_s: s(deviation),
        }),
        (Some(_) | None, Some(_) | None, Some(_) | None, Some(_) | None) => {
            let message = format!(
                "`{key}`: expected `fixed_s`, or `exponential_s`, or `lognormal_s` with `deviation_s`"
            );
            table.faults().add(table.at(), message);
            None
        }
    };
    table.finish();
    found
}

/// Every `[[callers]]`, after `[caller_defaults]`, and those of a recorded day.
pub(super) fn read(
    root: &mut Fields<'_>,
    period: &Period,
    rules: &Rules,
    recorded: Calls,
) -> (Vec<Callers>, Habits) {
    let mut defaults = Habits::standard();
    if let Some(mut table) = root.table("caller_defaults") {
        defaults.take(&mut table);
        table.finish();
    }
    let mut all = Vec::new();
    for mut table in root.tables("callers") {
        let mut habits = defaults.clone();
        habits.take(&mut table);
        let arrivals = arrivals(&mut table, period);
        let whom = whom(&mut table, rules);
        table.finish();
        if let (Some(whom), Some(arrivals)) = (whom, arrivals) {
            all.push(kind(habits, whom, arrivals));
        }
    }
    if !root.has("callers") && !root.has("recorded") {
        root.missing("[[callers]]", "who calls, or the `recorded` calls of a day");
    }
    for ((tenant, queue), calls) in recorded {
        match way(rules, tenant, queue) {
            Some(whom) => all.push(kind(defaults.clone(), whom, Arrivals::Recorded(calls))),
            None => {
                let at = root.key_at("recorded").unwrap_or_else(|| root.at());
                let name = rules
                    .queues
                    .get(&queue)
                    .map_or("", |rule| rule.name.as_str());
                let message = format!("no key of the dialplan leads to \"{name}\"");
                root.faults().add(at, message);
            }
        }
    }
    (all, defaults)
}

/// Those of a stored day: like the scenario's callers for the same queue, or like all.
pub(super) fn of_day(draft: &Draft, day: PerQuarter) -> anyhow::Result<Vec<Callers>> {
    let kinds = day.into_iter().map(|((tenant, queue), per_quarter)| {
        let arrivals = Arrivals::PerQuarter(per_quarter);
        let is_it = |it: &&Callers| (it.tenant, it.queue) == (tenant, queue);
        if let Some(alike) = draft.scenario.callers.iter().find(is_it) {
            let alike = alike.clone();
            return Ok(Callers { arrivals, ..alike });
        }
        let rules = &draft.scenario.rules;
        let whom = way(rules, tenant, queue).with_context(|| {
            let name = rules
                .queues
                .get(&queue)
                .map_or("", |rule| rule.name.as_str());
            format!("no key of the dialplan leads to \"{name}\"")
        })?;
        Ok(kind(draft.habits.clone(), whom, arrivals))
    });
    kinds.collect()
}

pub(super) fn kind(habits: Habits, whom: Whom, arrivals: Arrivals) -> Callers {
    Callers {
        tenant: whom.tenant,
        queue: whom.queue,
        class: habits.class,
        line: whom.line,
        trunk: whom.trunk,
        arrivals,
        patience_before: habits.patience_before,
        patience: habits.patience,
        redials: habits.redials,
        asks: habits.asks,
        withheld: habits.withheld,
        talks: habits.talks,
        picks_up: habits.picks_up,
    }
}

/// How many people call for the first time in each quarter of an hour.
fn arrivals(table: &mut Fields<'_>, period: &Period) -> Option<Arrivals> {
    let from_s = period.first_hour_s(table);
    let days = table.amounts("days").map(|days| days.value);
    let Some(per_quarter) = table.amounts("per_quarter") else {
        if !table.has("per_quarter") {
            table.missing(
                "per_quarter",
                "how many people call in each quarter of an hour",
            );
        }
        return None;
    };
    let days = days.unwrap_or_default();
    let laid_out = period.laid_out(&per_quarter.value, from_s, &days, period.quarters());
    if laid_out.is_none() {
        beyond(table, "per_quarter", per_quarter.at);
    }
    laid_out.map(Arrivals::PerQuarter)
}

/// Whose line they dial, and for what.
pub(super) struct Whom {
    tenant: TenantId,
    queue: QueueId,
    line: PhoneNumber,
    trunk: TrunkId,
}

pub(super) fn whom(table: &mut Fields<'_>, rules: &Rules) -> Option<Whom> {
    let tenant = tenant(table, rules)?;
    let queue = table.required_text("queue", "the name of a queue")?;
    let ours = || {
        let queues = rules.queues.iter();
        queues.filter(move |(_, rule)| rule.tenant == tenant)
    };
    let Some((id, _)) = ours().find(|(_, rule)| rule.name == queue.value) else {
        let known = ours().map(|(_, rule)| rule.name.as_str());
        let message = unknown("queue", queue.value, known);
        table.faults().add(queue.at, message);
        return None;
    };
    let found = way(rules, tenant, *id);
    if found.is_none() {
        let message = format!("no key of the dialplan leads to \"{}\"", queue.value);
        table.faults().add(queue.at, message);
    }
    found
}

/// How one comes to a queue: by the tenant's first line, through the first trunk.
pub(super) fn way(rules: &Rules, tenant: TenantId, queue: QueueId) -> Option<Whom> {
    let plan = &rules.tenants.get(&tenant)?.dialplan;
    Route::to(plan, queue)?;
    let (line, _) = rules.lines.iter().find(|(_, line)| line.tenant == tenant)?;
    Some(Whom {
        tenant,
        queue,
        line: line.clone(),
        trunk: *rules.trunks.keys().next()?,
    })
}

/// The tenant that a table names; it may be left out where there is only one.
pub(super) fn tenant(table: &mut Fields<'_>, rules: &Rules) -> Option<TenantId> {
    let only = rules
        .tenants
        .keys()
        .next()
        .filter(|_| rules.tenants.len() == 1);
    if let Some(only) = only.filter(|_| !table.has("tenant")) {
        return Some(*only);
    }
    let name = table.required_text("tenant", "the short name of a tenant")?;
    let found = rules
        .tenants
        .iter()
        .find(|(_, tenant)| tenant.name == name.value);
    if found.is_none() {
        let known = rules.tenants.values().map(|tenant| tenant.name.as_str());
        table
            .faults()
            .add(name.at, unknown("tenant", name.value, known));
    }
    found.map(|(id, _)| *id)
}
