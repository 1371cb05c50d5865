//! A scenario as a file: read and checked whole, every fault told with its file, line and column.

use std::path::Path;

use cuptel_core::dialplan::fields::{Faults, Fields, document};
use cuptel_core::rules::AnswerTarget;
use cuptel_sim::whatif::Scenario;
use cuptel_sim::whatif::plain::without_signalling;

use super::period::Period;
use super::{callers, campaigns, operators, recorded, rules};
use crate::config::queue::answer_target;
use crate::config::secret::Secret;
use crate::config::source::{ConfigFault, Source};

/// Runs where the file does not say how many.
const RUNS: u32 = 12;

/// A scenario and what people want to know of it.
#[derive(Debug)]
pub(super) struct Draft {
    /// What it is called.
    pub(super) name: String,
    /// What it is about.
    pub(super) about: String,
    pub(super) scenario: Scenario,
    pub(super) period: Period,
    /// Independent runs.
    pub(super) runs: u32,
    pub(super) contract: Contract,
    /// What callers are like of whom it says nothing else.
    pub(super) habits: callers::Habits,
    /// Where the configuration keeps what happens; none without a configuration.
    pub(super) data_url: Option<Secret>,
}

/// What is asked of the centre.
#[derive(Debug, Clone)]
pub(super) struct Contract {
    /// Shares of calls to be answered within a time.
    pub(super) answer_targets: Vec<AnswerTarget>,
    /// Share of calls given up at most.
    pub(super) abandoned_max: f64,
    /// Who gives up within this does not count.
    pub(super) short_s: u32,
}

/// Reads and checks a scenario with the configuration that it names.
///
/// # Errors
/// Every fault of the scenario, or those of the configuration.
pub(super) fn load(path: &Path) -> Result<Draft, Vec<ConfigFault>> {
    let source = Source::read(path).map_err(|fault| vec![fault])?;
    let document = document(source.text()).map_err(|faults| source.faults(&faults))?;
    let faults = Faults::default();
    let mut root = Fields::new(document.get_ref(), 0..0, &faults);
    let name = root.required_text("name", "what the scenario is called");
    let name = name.map_or_else(String::new, |name| name.value.to_owned());
    let about = root
        .text("about")
        .map(|about| about.value.trim().to_owned());
    let runs = root.whole_or("seeds", 2..=10_000, RUNS);
    let period = Period::read(&mut root);
    let ground = rules::read(&mut root, path)?;
    let mut sites = ground.sites;
    let day = recorded::read(&mut root, path, &period, &ground.rules)?;
    let (mut kinds, habits) = callers::read(&mut root, &period, &ground.rules, day);
    kinds.extend(campaigns::read(&mut root, &period, &ground.rules, &habits));
    let groups = operators::read(
        &mut root,
        &period,
        &ground.rules,
        &mut sites,
        &ground.first_seats,
    );
    let outages = operators::outages(&mut root, &period, &mut sites);
    let contract = contract(&mut root, ground.answer_targets);
    root.finish();
    if !faults.is_empty() {
        return Err(source.faults(&faults.into_sorted()));
    }
    let scenario = Scenario {
        rules: without_signalling(ground.rules),
        prompt_ms: ground.prompt_ms,
        begins_ms: period.begins_ms,
        lasts_s: period.lasts_s,
        settles_s: period.settles_s,
        counts_from_s: period.counts_from_s,
        callers: kinds,
        operators: groups,
        outages,
        within_s: contract
            .answer_targets
            .iter()
            .map(|target| target.within_s)
            .collect(),
        short_s: contract.short_s,
    };
    Ok(Draft {
        name,
        about: about.unwrap_or_default(),
        scenario,
        period,
        runs,
        contract,
        habits,
        data_url: ground.data_url,
    })
}

/// `[contract]`; where it says nothing, the figures of the configuration's queues.
fn contract(root: &mut Fields<'_>, mut answer_targets: Vec<AnswerTarget>) -> Contract {
    let (mut abandoned_max, mut short_s) = (0.10, 5);
    if let Some(mut table) = root.table("contract") {
        let said = table.tables("answer_targets");
        if table.has("answer_targets") {
            answer_targets = said.into_iter().map(answer_target).collect();
        }
        abandoned_max = table
            .share("abandoned_max")
            .map_or(abandoned_max, |it| it.value);
        short_s = table.whole_or("short_s", 0..=600, short_s);
        table.finish();
    }
    if answer_targets.is_empty() {
        answer_targets.push(AnswerTarget {
            share: 0.80,
            within_s: 20,
        });
    }
    Contract {
        answer_targets,
        abandoned_max,
        short_s,
    }
}
