//! `cuptel simulate`: reads a scenario, lives through it under many seeds on every core, and tells
//! what came of it. The world itself is `cuptel_sim::whatif`.

mod callers;
mod campaigns;
mod compare;
mod operators;
mod period;
mod recorded;
mod report;
mod rules;
mod scenario;
mod stored;
mod svg;
mod tables;

use std::path::Path;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use anyhow::Context as _;
use cuptel_sim::whatif::staffing::{NotMet, Target, fewest};
use cuptel_sim::whatif::{Outcome, Scenario, run};

use crate::cli::{SimulateArguments, say, told};
pub(crate) use campaigns::Asked;
use report::Report;

/// More operators in a group are not looked for.
const OPERATORS_MAX: u32 = 500;

/// Simulates, and tells it as it was asked for.
pub(crate) fn simulate(arguments: &SimulateArguments) -> anyhow::Result<ExitCode> {
    let mut draft = scenario::load(&arguments.scenario)
        .map_err(|faults| anyhow::anyhow!("{}", told(&faults)))?;
    if let Some(date) = &arguments.from_day {
        stored::take(&mut draft, date)?;
    }
    let runs = arguments.seeds.unwrap_or(draft.runs);
    let seeds = Seeds {
        first: arguments.seed,
        runs: u64::from(runs),
    };
    if arguments.staffing {
        return staffing(&draft, seeds, arguments.json);
    }
    if arguments.compare {
        return compare(&draft, seeds, arguments.json);
    }
    let outcomes = seeds.simulate(&draft.scenario);
    let forecast = campaigns::forecast(&draft, &outcomes, |scenario| seeds.simulate(scenario));
    let report = Report::of(&draft, seeds.first, &outcomes);
    if let Some(file) = &arguments.svg {
        write(file, &svg::drawn(&report))?;
    }
    if arguments.json {
        let mut json = report.json();
        json["forecast"] = forecast.map_or(serde_json::Value::Null, |forecast| forecast.json());
        say(&serde_json::to_string_pretty(&json)?);
    } else {
        tables::tell(&report);
        if let Some(forecast) = forecast {
            forecast.tell();
        }
        if let Some(file) = &arguments.svg {
            say(&format!(
                "\nThe picture of the hours is in {}.",
                file.display()
            ));
        }
    }
    no_violations(report.violations)?;
    Ok(ExitCode::SUCCESS)
}

/// Tells what a campaign would come to on the day of a scenario.
pub(crate) fn forecast(
    scenario: &Path,
    asked: &campaigns::Asked,
    json: bool,
) -> anyhow::Result<ExitCode> {
    let mut draft =
        scenario::load(scenario).map_err(|faults| anyhow::anyhow!("{}", told(&faults)))?;
    campaigns::add(&mut draft, asked)?;
    let seeds = Seeds {
        first: 1,
        runs: u64::from(draft.runs),
    };
    let outcomes = seeds.simulate(&draft.scenario);
    let forecast = campaigns::forecast(&draft, &outcomes, |scenario| seeds.simulate(scenario));
    if let Some(forecast) = forecast {
        if json {
            say(&serde_json::to_string_pretty(&forecast.json())?);
        } else {
            forecast.tell();
        }
    }
    no_violations(outcomes.iter().map(|outcome| outcome.violations).sum())?;
    Ok(ExitCode::SUCCESS)
}

fn no_violations(violations: u64) -> anyhow::Result<()> {
    anyhow::ensure!(
        violations == 0,
        "{violations} moves were refused by the rules' own states: please report it"
    );
    Ok(())
}

fn compare(draft: &scenario::Draft, seeds: Seeds, json: bool) -> anyhow::Result<ExitCode> {
    let compared = compare::compared(draft, |scenario| seeds.simulate(scenario));
    if json {
        let json = compare::json(draft, (seeds.first, seeds.runs), &compared);
        say(&serde_json::to_string_pretty(&json)?);
    } else {
        tables::tell_compared(draft, seeds.runs, &compared);
    }
    no_violations(compared.iter().map(|it| it.violations).sum())?;
    Ok(ExitCode::SUCCESS)
}

fn staffing(draft: &scenario::Draft, seeds: Seeds, json: bool) -> anyhow::Result<ExitCode> {
    let first = draft.contract.answer_targets.first();
    let target = Target {
        share: first.context("a contract has a target")?.share,
        operators_max: OPERATORS_MAX,
    };
    let found = fewest(&draft.scenario, target, |scenario| seeds.simulate(scenario));
    let needed = match found {
        Ok(needed) => needed,
        Err(NotMet::TooMany { quarter, operators }) => anyhow::bail!(
            "at {} the target is missed even with {operators} operators: something else stands in \
             the way, such as lines, a full queue, an outage or callbacks",
            draft.period.clock(quarter)
        ),
        Err(error @ NotMet::NobodyAble) => return Err(error.into()),
    };
    if json {
        say(&serde_json::to_string_pretty(&report::staffing_json(
            draft, &needed,
        ))?);
    } else {
        tables::tell_staffing(draft, &needed);
    }
    Ok(ExitCode::SUCCESS)
}

fn write(file: &Path, text: &str) -> anyhow::Result<()> {
    std::fs::write(file, text).with_context(|| format!("{} cannot be written", file.display()))
}

/// Runs that know nothing of each other.
#[derive(Debug, Clone, Copy)]
struct Seeds {
    first: u64,
    runs: u64,
}

impl Seeds {
    /// Every run, on as many threads as there are cores; in the order of the seeds.
    fn simulate(self, scenario: &Scenario) -> Vec<Outcome> {
        let threads = thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let next = AtomicU64::new(0);
        let work = || {
            let mut done = Vec::new();
            loop {
                let nth = next.fetch_add(1, Ordering::Relaxed);
                if nth >= self.runs {
                    return done;
                }
                done.push((nth, run(scenario, self.first.wrapping_add(nth))));
            }
        };
        let mut outcomes: Vec<(u64, Outcome)> = thread::scope(|scope| {
            let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            let done = workers
                .into_iter()
                .flat_map(|worker| worker.join().expect("a run does not panic"));
            done.collect()
        });
        outcomes.sort_by_key(|(nth, _)| *nth);
        outcomes.into_iter().map(|(_, outcome)| outcome).collect()
    }
}

#[cfg(test)]
mod tests;
