//! What the runs of a scenario say together: figures with their intervals, for all, for each
//! authority, queue and class, for the operators, hour by hour.

use cuptel_core::id::QueueId;
use cuptel_sim::whatif::figures::{Figure, levels, plain};
use cuptel_sim::whatif::scenario::Callers;
use cuptel_sim::whatif::staffing::Needed;
use cuptel_sim::whatif::{Estimate, Outcome, Quarter, Tally, Worked};
use serde_json::{Map, Value, json};

use super::rules::titles;
use super::scenario::{Contract, Draft};

/// Quarters of an hour in an hour.
const HOUR: usize = 4;

/// Everything that is told.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) name: String,
    pub(super) about: String,
    pub(super) runs: usize,
    pub(super) first_seed: u64,
    pub(super) contract: Contract,
    /// All callers first.
    pub(super) groups: Vec<Group>,
    pub(super) operators: Vec<Team>,
    pub(super) hours: Vec<Hour>,
    /// Calls of all runs.
    pub(super) calls: u64,
    pub(super) violations: u64,
}

/// What callers have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    All,
    Tenant,
    Queue,
    Class,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Tenant => "tenant",
            Self::Queue => "queue",
            Self::Class => "class",
        }
    }
}

/// Callers who are counted together.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) kind: Kind,
    pub(super) name: String,
    pub(super) figures: Vec<Told>,
}

impl Group {
    /// A figure by its key.
    pub(super) fn get(&self, key: &str) -> Option<&Told> {
        self.figures.iter().find(|told| told.figure.key == key)
    }
}

/// A figure and what the runs say of it.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) figure: Figure,
    /// None where no run has it.
    pub(super) estimate: Option<Estimate>,
}

/// A group of operators.
#[derive(Debug)]
pub(super) struct Team {
    pub(super) name: String,
    pub(super) members: usize,
    /// Hours at work, breaks left out, of all of them.
    pub(super) hours: Option<Estimate>,
    pub(super) occupancy: Option<Estimate>,
}

/// An hour of the scenario.
#[derive(Debug)]
pub(super) struct Hour {
    pub(super) from: String,
    pub(super) calls: Option<Estimate>,
    pub(super) answered: Option<Estimate>,
    pub(super) abandoned: Option<Estimate>,
    pub(super) refused: Option<Estimate>,
    /// Answered within the contract's first time, of all calls.
    pub(super) in_time: Option<Estimate>,
}

impl Report {
    pub(super) fn of(draft: &Draft, first_seed: u64, outcomes: &[Outcome]) -> Self {
        let scenario = &draft.scenario;
        let figures: Vec<Figure> = plain()
            .into_iter()
            .chain(levels(&scenario.within_s))
            .collect();
        let group = |(kind, name, members): (Kind, String, Vec<usize>)| {
            let tallies: Vec<Tally> = outcomes.iter().map(|it| together(it, &members)).collect();
            let told = |figure: &Figure| Told {
                figure: figure.clone(),
                estimate: estimate(&tallies, |tally| figure.of(tally)),
            };
            Group {
                kind,
                name,
                figures: figures.iter().map(told).collect(),
            }
        };
        let calls = outcomes.iter().flat_map(|outcome| &outcome.callers);
        Self {
            name: draft.name.clone(),
            about: draft.about.clone(),
            runs: outcomes.len(),
            first_seed,
            contract: draft.contract.clone(),
            groups: groups(draft).into_iter().map(group).collect(),
            operators: teams(draft, outcomes),
            hours: hours(draft, outcomes),
            calls: calls.map(|tally| tally.calls).sum(),
            violations: outcomes.iter().map(|outcome| outcome.violations).sum(),
        }
    }

    /// Everything, for programs.
    pub(super) fn json(&self) -> Value {
        let figures = |group: &Group| {
            let figure = |told: &Told| (told.figure.key.clone(), number(told.estimate));
            group.figures.iter().map(figure).collect::<Map<_, _>>()
        };
        let groups = self.groups.iter().map(|group| {
            json!({ "kind": group.kind.as_str(), "name": group.name, "figures": figures(group) })
        });
        let operators = self.operators.iter().map(|team| {
            json!({
                "name": team.name,
                "members": team.members,
                "hours": number(team.hours),
                "occupancy": number(team.occupancy),
            })
        });
        let hours = self.hours.iter().map(|hour| {
            json!({
                "from": hour.from,
                "calls": number(hour.calls),
                "answered": number(hour.answered),
                "abandoned": number(hour.abandoned),
                "refused": number(hour.refused),
                "in_time_share": number(hour.in_time),
            })
        });
        let formulas = self.groups.first().map(|all| {
            let formula = |told: &Told| (told.figure.key.clone(), json!(told.figure.formula));
            all.figures.iter().map(formula).collect::<Map<_, _>>()
        });
        json!({
            "name": self.name,
            "runs": self.runs,
            "first_seed": self.first_seed,
            "calls_simulated": self.calls,
            "groups": groups.collect::<Vec<_>>(),
            "operators": operators.collect::<Vec<_>>(),
            "hours": hours.collect::<Vec<_>>(),
            "formulas": formulas,
        })
    }
}

/// `{ "mean": …, "half": … }`: half of the width of the 95 % interval.
pub(super) fn number(estimate: Option<Estimate>) -> Value {
    match estimate {
        Some(Estimate { mean, half }) => json!({ "mean": mean, "half": half }),
        None => Value::Null,
    }
}

fn estimate<T>(runs: &[T], value: impl Fn(&T) -> Option<f64>) -> Option<Estimate> {
    let values: Vec<f64> = runs.iter().filter_map(value).collect();
    Estimate::of(&values)
}

fn together(outcome: &Outcome, members: &[usize]) -> Tally {
    let mut sum = Tally::default();
    for member in members {
        if let Some(tally) = outcome.callers.get(*member) {
            sum.merge(tally);
        }
    }
    sum
}

/// What callers are counted by, and its name for people.
type Named<'n> = (Kind, &'n dyn Fn(&Callers) -> String);

/// All; then each authority, queue and class, where there is more than one.
fn groups(draft: &Draft) -> Vec<(Kind, String, Vec<usize>)> {
    let kinds = &draft.scenario.callers;
    let titles = titles(&draft.scenario.rules);
    let title = |queue: QueueId| titles.get(&queue).cloned().unwrap_or_default();
    // Whoever is on the list of a campaign does not call.
    let call = |(_, it): &(usize, &Callers)| it.listed().is_none();
    let calling = || kinds.iter().enumerate().filter(call);
    let mut groups = vec![(
        Kind::All,
        "everybody".to_owned(),
        calling().map(|(place, _)| place).collect(),
    )];
    let has_tenants = kinds.iter().any(|it| it.tenant != kinds[0].tenant);
    let queue_name = |it: &Callers| {
        let (tenant, queue) = title(it.queue);
        if has_tenants {
            format!("{tenant}: {queue}")
        } else {
            queue
        }
    };
    let names: [Named<'_>; 3] = [
        (Kind::Tenant, &|it| title(it.queue).0),
        (Kind::Queue, &queue_name),
        (Kind::Class, &|it| it.class.clone()),
    ];
    for (kind, name) in names {
        let mut of_kind: Vec<(Kind, String, Vec<usize>)> = Vec::new();
        for (place, callers) in calling() {
            let name = name(callers);
            match of_kind.iter_mut().find(|(_, known, _)| *known == name) {
                Some((_, _, members)) => members.push(place),
                None => of_kind.push((kind, name, vec![place])),
            }
        }
        if of_kind.len() > 1 {
            groups.append(&mut of_kind);
        }
    }
    groups
}

fn teams(draft: &Draft, outcomes: &[Outcome]) -> Vec<Team> {
    let at_work_h = |worked: &Worked| (worked.present_ms - worked.paused_ms) as f64 / 3.6e6;
    let team = |(place, members): (Vec<usize>, &str)| {
        let worked: Vec<Worked> = outcomes
            .iter()
            .map(|outcome| {
                let mut sum = Worked::default();
                place
                    .iter()
                    .for_each(|it| sum.merge(&outcome.operators[*it]));
                sum
            })
            .collect();
        let groups = place.iter().map(|it| &draft.scenario.operators[*it]);
        Team {
            name: members.to_owned(),
            members: groups.map(|group| group.timetables.len()).sum(),
            hours: estimate(&worked, |it| Some(at_work_h(it))),
            occupancy: estimate(&worked, Worked::occupancy),
        }
    };
    let mut named: Vec<(Vec<usize>, &str)> = Vec::new();
    for (place, group) in draft.scenario.operators.iter().enumerate() {
        match named.iter_mut().find(|(_, name)| *name == group.name) {
            Some((places, _)) => places.push(place),
            None => named.push((vec![place], &group.name)),
        }
    }
    if named.len() > 1 {
        named.push(((0..draft.scenario.operators.len()).collect(), "everybody"));
    }
    named.into_iter().map(team).collect()
}

fn hours(draft: &Draft, outcomes: &[Outcome]) -> Vec<Hour> {
    let quarters = draft.scenario.quarters();
    let first = usize::try_from(draft.scenario.counts_from_s / 900).unwrap_or(0);
    let hour = |begin: usize| {
        let sums: Vec<Quarter> = outcomes
            .iter()
            .map(|outcome| {
                let mut sum = Quarter::default();
                for of_kind in &outcome.quarters {
                    let entries = of_kind.iter().skip(begin).take(HOUR);
                    entries.for_each(|entry| sum.add(*entry));
                }
                sum
            })
            .collect();
        let count = |value: fn(&Quarter) -> u64| estimate(&sums, |it| Some(value(it) as f64));
        Hour {
            from: draft.period.clock(begin),
            calls: count(|it| it.calls),
            answered: count(|it| it.answered),
            abandoned: count(|it| it.abandoned),
            refused: count(|it| it.refused),
            in_time: estimate(&sums, |it| {
                (it.calls > 0).then(|| it.in_time as f64 / it.calls as f64)
            }),
        }
    };
    let hours = (first..quarters).step_by(HOUR).map(hour);
    hours
        .filter(|hour| hour.calls.is_some_and(|calls| calls.mean > 0.0))
        .collect()
}

/// The fewest operators, for programs.
pub(super) fn staffing_json(draft: &Draft, needed: &[Needed]) -> Value {
    let group = |needed: &Needed| {
        let quarters = needed.quarters.iter().enumerate().map(|(quarter, needs)| {
            json!({
                "from": draft.period.clock(quarter),
                "calls": needs.calls,
                "operators": needs.operators,
                "erlang_a": needs.theory,
                "in_time_share": needs.in_time,
            })
        });
        json!({
            "name": draft.scenario.operators[needed.group].name,
            "quarters": quarters.collect::<Vec<_>>(),
        })
    };
    json!({ "name": draft.name, "groups": needed.iter().map(group).collect::<Vec<_>>() })
}
