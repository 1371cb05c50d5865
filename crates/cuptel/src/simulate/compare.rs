//! The same scenario and seeds under other ways to hand out works, side by side. The people are
//! the same in each, so the runs are compared in pairs.

use std::collections::BTreeMap;

use cuptel_core::id::TenantId;
use cuptel_sim::whatif::figures::{Figure, Unit, levels, plain};
use cuptel_sim::whatif::policies::Policy;
use cuptel_sim::whatif::scenario::Callers;
use cuptel_sim::whatif::{Estimate, Outcome, Tally};
use serde_json::{Value, json};

use super::report::number;
use super::scenario::Draft;

/// One thing that is compared.
#[derive(Debug)]
pub(super) struct Column {
    pub(super) key: &'static str,
    pub(super) heading: &'static str,
    pub(super) unit: Unit,
}

const COLUMNS: [Column; 7] = [
    Column {
        key: "in_target",
        heading: "in target",
        unit: Unit::Share,
    },
    Column {
        key: "worst_tenant_in_target",
        heading: "worst authority",
        unit: Unit::Share,
    },
    Column {
        key: "wait_p95_s",
        heading: "95 % waited at most",
        unit: Unit::Seconds,
    },
    Column {
        key: "abandoned_share",
        heading: "gave up",
        unit: Unit::Share,
    },
    Column {
        key: "delay_p50_s",
        heading: "called back: half after",
        unit: Unit::Seconds,
    },
    Column {
        key: "delay_p95_s",
        heading: "95 % after",
        unit: Unit::Seconds,
    },
    Column {
        key: "helped_share",
        heading: "spoke with us",
        unit: Unit::Share,
    },
];

/// What a way to hand out works came to.
#[derive(Debug)]
pub(super) struct Compared {
    pub(super) name: String,
    key: String,
    pub(super) cells: Vec<Cell>,
    pub(super) violations: u64,
}

/// A figure.
#[derive(Debug)]
pub(super) struct Cell {
    pub(super) column: &'static Column,
    /// None where no run has it.
    pub(super) estimate: Option<Estimate>,
    /// Less that of the configured way, run by run.
    pub(super) difference: Option<Estimate>,
}

impl Cell {
    /// Whether the runs tell it from the configured way.
    pub(super) fn differs(&self) -> bool {
        let is_apart = |it: Estimate| it.half.is_some() && !it.holds(0.0);
        self.difference.is_some_and(is_apart)
    }
}

/// Every way; `simulate` lives through a scenario under every seed.
pub(super) fn compared(
    draft: &Draft,
    simulate: impl Fn(&cuptel_sim::whatif::Scenario) -> Vec<Outcome>,
) -> Vec<Compared> {
    let outcomes = Policy::ALL.map(|policy| {
        let mut scenario = draft.scenario.clone();
        scenario.rules = policy.rules(&draft.scenario.rules);
        simulate(&scenario)
    });
    let named = Policy::ALL.iter().zip(&outcomes);
    let named: Vec<_> = named
        .map(|(policy, outcomes)| (policy.name(), &outcomes[..]))
        .collect();
    let mut all = side_by_side(draft, &named);
    for (compared, policy) in all.iter_mut().zip(Policy::ALL) {
        policy.key().clone_into(&mut compared.key);
    }
    all
}

/// A figure of whoever calls, run by run.
pub(super) fn of_callers(draft: &Draft, outcomes: &[Outcome], key: &str) -> Vec<f64> {
    let taken = figures(draft);
    let of_run = |outcome: &Outcome| value(draft, &taken, key, outcome);
    outcomes.iter().filter_map(of_run).collect()
}

/// Runs with the same people, the first the measure of the others.
pub(super) fn side_by_side(draft: &Draft, runs: &[(&str, &[Outcome])]) -> Vec<Compared> {
    let taken = figures(draft);
    let mut ours: Vec<Vec<Option<f64>>> = Vec::new();
    let mut all = Vec::new();
    for (name, outcomes) in runs {
        let values = |column: &Column| -> Vec<Option<f64>> {
            let value = |outcome: &Outcome| value(draft, &taken, column.key, outcome);
            outcomes.iter().map(value).collect()
        };
        let values: Vec<Vec<Option<f64>>> = COLUMNS.iter().map(values).collect();
        if ours.is_empty() {
            ours.clone_from(&values);
        }
        let cell = |((column, values), ours): ((&'static Column, &Vec<_>), &Vec<_>)| Cell {
            column,
            estimate: Estimate::of(&values.iter().copied().flatten().collect::<Vec<f64>>()),
            difference: Estimate::of(&differences(values, ours)),
        };
        all.push(Compared {
            name: (*name).to_owned(),
            key: String::new(),
            cells: COLUMNS.iter().zip(&values).zip(&ours).map(cell).collect(),
            violations: outcomes.iter().map(|outcome| outcome.violations).sum(),
        });
    }
    all
}

fn differences(values: &[Option<f64>], ours: &[Option<f64>]) -> Vec<f64> {
    let pairs = values.iter().zip(ours);
    pairs
        .filter_map(|(value, ours)| Some((*value)? - (*ours)?))
        .collect()
}

/// The figures by their key; the contract's first level stands under `in_target`.
fn figures(draft: &Draft) -> BTreeMap<String, Figure> {
    let within_s = draft.scenario.within_s.first().copied().unwrap_or(0);
    let in_target = format!("level_contract_{within_s}_s");
    let key = |figure: &Figure| match &figure.key {
        key if *key == in_target => "in_target".to_owned(),
        key => key.clone(),
    };
    let all = plain().into_iter().chain(levels(&draft.scenario.within_s));
    all.map(|figure| (key(&figure), figure)).collect()
}

fn value(
    draft: &Draft,
    figures: &BTreeMap<String, Figure>,
    key: &str,
    outcome: &Outcome,
) -> Option<f64> {
    let call = |(callers, _): &(&Callers, &Tally)| callers.listed().is_none();
    let kinds = || {
        let kinds = draft.scenario.callers.iter().zip(&outcome.callers);
        kinds.filter(call)
    };
    if key != "worst_tenant_in_target" {
        return figures
            .get(key)?
            .of(&merged(kinds().map(|(_, tally)| tally)));
    }
    let mut tenants: BTreeMap<TenantId, Tally> = BTreeMap::new();
    for (callers, tally) in kinds() {
        tenants.entry(callers.tenant).or_default().merge(tally);
    }
    let in_target = figures.get("in_target")?;
    let shares = tenants.values().filter_map(|tally| in_target.of(tally));
    shares.min_by(f64::total_cmp)
}

fn merged<'t>(tallies: impl Iterator<Item = &'t Tally>) -> Tally {
    let mut sum = Tally::default();
    tallies.for_each(|tally| sum.merge(tally));
    sum
}

/// The figures of one, by their keys.
pub(super) fn figures_json(compared: &Compared) -> serde_json::Map<String, Value> {
    let figure = |cell: &Cell| {
        let figure = json!({
            "value": number(cell.estimate),
            "less_ours": number(cell.difference),
        });
        (cell.column.key.to_owned(), figure)
    };
    compared.cells.iter().map(figure).collect()
}

/// Everything, for programs.
pub(super) fn json(draft: &Draft, seeds: (u64, u64), compared: &[Compared]) -> Value {
    let policy =
        |compared: &Compared| json!({ "policy": compared.key, "figures": figures_json(compared) });
    json!({
        "name": draft.name,
        "first_seed": seeds.0,
        "runs": seeds.1,
        "policies": compared.iter().map(policy).collect::<Vec<_>>(),
    })
}
