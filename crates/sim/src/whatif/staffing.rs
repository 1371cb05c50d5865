//! The fewest operators in each quarter of an hour with which the target is met. Theory gives the
//! number to begin with; the simulation of the whole day, in which one quarter's queue is the
//! next one's, corrects it.

use cuptel_core::rules::Rules;

use super::erlang::Steady;
use super::scenario::{Arrivals, Callers, Operators, QUARTER_S, Scenario, timetables};
use super::spread::Spread;
use super::tally::Quarter;
use super::world::Outcome;

/// What each quarter of an hour is to reach.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Target {
    /// Share of its calls, all of them and of all queues of a group together, that are answered
    /// within the scenario's first time.
    pub share: f64,
    /// More operators than this are not to be had.
    pub operators_max: u32,
}

/// What was found for a group of operators.
#[derive(Debug, Clone, PartialEq)]
pub struct Needed {
    /// The group, by its place in the scenario.
    pub group: usize,
    /// By quarter of an hour.
    pub quarters: Vec<QuarterNeeds>,
}

/// What a quarter of an hour needs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct QuarterNeeds {
    /// Calls, on the mean of the runs.
    pub calls: f64,
    /// The fewest operators that the search found; not one less in any quarter meets the target.
    pub operators: u32,
    /// Theory's number for this quarter alone, as if it went on for ever; none: theory cannot say.
    pub theory: Option<u32>,
    /// Share answered in time with the operators found.
    pub in_time: Option<f64>,
}

/// Why no number was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotMet {
    /// Nobody has the skills.
    #[error("no group of operators has the skills of every queue that is called")]
    NobodyAble,
    /// Even with the most.
    #[error("quarter of an hour {quarter} misses the target even with {operators} operators")]
    TooMany {
        /// Counted from 0.
        quarter: usize,
        /// So many were tried.
        operators: u32,
    },
}

/// Searches; `simulate` runs a scenario under every seed. Each queue is the business of the first
/// group that can serve it; other groups stay as they are, and breaks are not planned.
///
/// # Errors
/// When the target cannot be met.
pub fn fewest(
    scenario: &Scenario,
    target: Target,
    simulate: impl Fn(&Scenario) -> Vec<Outcome>,
) -> Result<Vec<Needed>, NotMet> {
    let mut search = Search::new(scenario, target, simulate)?;
    let outcomes = search.raise()?;
    let outcomes = search.lower(outcomes);
    Ok(search.told(&outcomes))
}

struct Search<S> {
    scenario: Scenario,
    target: Target,
    simulate: S,
    groups: Vec<Group>,
}

struct Group {
    place: usize,
    /// Its kinds of callers.
    kinds: Vec<usize>,
    theory: Vec<Option<u32>>,
    counts: Vec<u32>,
}

impl<S: Fn(&Scenario) -> Vec<Outcome>> Search<S> {
    fn new(scenario: &Scenario, target: Target, simulate: S) -> Result<Self, NotMet> {
        let mut groups: Vec<Group> = Vec::new();
        for (kind, callers) in scenario.callers.iter().enumerate() {
            let able = |operators: &Operators| can(&scenario.rules, operators, callers);
            let place = scenario.operators.iter().position(able);
            let place = place.ok_or(NotMet::NobodyAble)?;
            match groups.iter_mut().find(|group| group.place == place) {
                Some(group) => group.kinds.push(kind),
                None => groups.push(Group {
                    place,
                    kinds: vec![kind],
                    theory: Vec::new(),
                    counts: Vec::new(),
                }),
            }
        }
        for group in &mut groups {
            let quarters = 0..scenario.quarters();
            group.theory = quarters
                .map(|quarter| by_theory(scenario, group, quarter, target))
                .collect();
            group.counts = group.theory.iter().map(|it| it.unwrap_or(1)).collect();
        }
        Ok(Self {
            scenario: scenario.clone(),
            target,
            simulate,
            groups,
        })
    }

    fn simulated(&mut self) -> Vec<Outcome> {
        let settling = usize::try_from(self.scenario.settles_s.div_ceil(QUARTER_S)).unwrap_or(0);
        for group in &self.groups {
            // Whoever was there last stays until everything is settled.
            let last = group.counts.last().copied().unwrap_or(0);
            let mut counts = group.counts.clone();
            counts.resize(counts.len() + settling, last);
            self.scenario.operators[group.place].timetables = timetables(&counts);
        }
        (self.simulate)(&self.scenario)
    }

    /// More operators where a group misses first, until none misses: what a quarter leaves
    /// waiting is the next one's burden, and raising that one would not help.
    fn raise(&mut self) -> Result<Vec<Outcome>, NotMet> {
        loop {
            let outcomes = self.simulated();
            let mut is_met = true;
            for group in &mut self.groups {
                let misses =
                    |quarter: &usize| !meets(&outcomes, &group.kinds, *quarter, self.target);
                let Some(quarter) = (0..group.counts.len()).find(misses) else {
                    continue;
                };
                is_met = false;
                let count = &mut group.counts[quarter];
                if *count >= self.target.operators_max {
                    let operators = *count;
                    return Err(NotMet::TooMany { quarter, operators });
                }
                *count = (*count + (*count / 20).max(1)).min(self.target.operators_max);
            }
            if is_met {
                return Ok(outcomes);
            }
        }
    }

    /// One less here and there, as long as every quarter still meets the target.
    fn lower(&mut self, mut outcomes: Vec<Outcome>) -> Vec<Outcome> {
        for group in 0..self.groups.len() {
            for quarter in 0..self.groups[group].counts.len() {
                while self.groups[group].counts[quarter] > 0 {
                    self.groups[group].counts[quarter] -= 1;
                    let tried = self.simulated();
                    if !self.is_met(&tried) {
                        self.groups[group].counts[quarter] += 1;
                        break;
                    }
                    outcomes = tried;
                }
            }
        }
        outcomes
    }

    fn is_met(&self, outcomes: &[Outcome]) -> bool {
        self.groups.iter().all(|group| {
            (0..group.counts.len())
                .all(|quarter| meets(outcomes, &group.kinds, quarter, self.target))
        })
    }

    fn told(self, outcomes: &[Outcome]) -> Vec<Needed> {
        let runs = outcomes.len().max(1) as f64;
        let told = |group: Group| {
            let needs = |(quarter, operators): (usize, &u32)| {
                let sum = sum_of(outcomes, &group.kinds, quarter);
                QuarterNeeds {
                    calls: sum.calls as f64 / runs,
                    operators: *operators,
                    theory: group.theory[quarter],
                    in_time: in_time(sum),
                }
            };
            Needed {
                group: group.place,
                quarters: group.counts.iter().enumerate().map(needs).collect(),
            }
        };
        self.groups.into_iter().map(told).collect()
    }
}

/// Whether these operators have what the callers' queue asks for.
fn can(rules: &Rules, operators: &Operators, callers: &Callers) -> bool {
    let Some(queue) = rules.queues.get(&callers.queue) else {
        return false;
    };
    let has = |(name, least): (&String, &u8)| {
        let mut skills = operators.skills.iter();
        skills.any(|(skill, level)| skill == name && level >= least)
    };
    queue.skills.iter().all(has)
}

/// The number of the formula for callers who give up, with everything that keeps an operator.
fn by_theory(scenario: &Scenario, group: &Group, quarter: usize, target: Target) -> Option<u32> {
    let (mut calls, mut work_s, mut patience_s, mut give_up) = (0.0, 0.0, 0.0, 0.0);
    for callers in group.kinds.iter().map(|kind| &scenario.callers[*kind]) {
        let expected = match &callers.arrivals {
            Arrivals::PerQuarter(expected) => expected,
            Arrivals::Recorded(_) => return None,
            // They are called, and nobody waits for them.
            Arrivals::Listed(_) => continue,
        };
        let expected = expected.get(quarter).copied().unwrap_or(0.0);
        let wrap_up_s = scenario.rules.queues.get(&callers.queue);
        let wrap_up_s = wrap_up_s.map_or(0.0, |queue| f64::from(queue.wrap_up_s));
        let rings_s = scenario.operators[group.place].picks_up_after.mean_s();
        calls += expected;
        work_s += expected * (callers.talks.mean_s() + wrap_up_s + rings_s);
        if let Some(patience) = callers.patience {
            patience_s += expected * patience.mean_s();
            give_up += expected;
        }
    }
    if calls == 0.0 {
        return Some(0);
    }
    let queue = Steady {
        calls_per_s: calls / f64::from(QUARTER_S),
        handling_s: work_s / calls,
        operators: 0,
        patience: (give_up > 0.0).then(|| Spread::Exponential {
            mean_s: patience_s / give_up,
        }),
    };
    let within_s = f64::from(scenario.within_s.first().copied().unwrap_or(0));
    queue.fewest(target.share, within_s, target.operators_max)
}

fn sum_of(outcomes: &[Outcome], kinds: &[usize], quarter: usize) -> Quarter {
    let mut sum = Quarter::default();
    for outcome in outcomes {
        for kind in kinds {
            let entry = outcome.quarters.get(*kind).and_then(|all| all.get(quarter));
            sum.add(entry.copied().unwrap_or_default());
        }
    }
    sum
}

fn in_time(sum: Quarter) -> Option<f64> {
    (sum.calls > 0).then(|| sum.in_time as f64 / sum.calls as f64)
}

/// A quarter in which nobody calls meets every target.
fn meets(outcomes: &[Outcome], kinds: &[usize], quarter: usize, target: Target) -> bool {
    in_time(sum_of(outcomes, kinds, quarter)).is_none_or(|share| share >= target.share)
}
