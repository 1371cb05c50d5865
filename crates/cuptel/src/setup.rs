//! What of a configuration the administrator's pages show: its dialplans as graphs, with the names that
//! the file has, and where phones register.

use std::path::Path;

use cuptel_core::dialplan::{Dialplan, Step, StepId};
use cuptel_core::phone_password;
use cuptel_core::rules::PromptId;
use cuptel_http::{Example, Phones, Plan, PlanStep, PlanWay, Setup, StepKind, WayOn};

use crate::config::listening::Role;
use crate::config::source::ConfigFault;
use crate::config::{Config, delivered};

/// What pages show of this configuration, which was read from that file.
pub(crate) fn of(config: &Config, path: &Path) -> Setup {
    let mut skills: Vec<String> = config
        .queues
        .iter()
        .flat_map(|queue| queue.skills.keys().cloned())
        .collect();
    skills.sort();
    skills.dedup();
    Setup {
        plans: config
            .dialplans()
            .map(|plan| plan_of(config, plan))
            .collect(),
        phones: phones(config),
        skills,
        file: path.display().to_string(),
        doubts: config.warnings().iter().map(ConfigFault::shown).collect(),
        access_log_days: config.retention.access_log_days,
        example: example(),
    }
}

fn example() -> Example {
    let seat = |seat: &str| (seat.to_owned(), phone_password::delivered(seat));
    Example {
        operators: delivered::operators().map(str::to_owned).collect(),
        seats: delivered::seats().map(seat).collect(),
        numbers: delivered::NUMBERS.map(str::to_owned).to_vec(),
    }
}

fn phones(config: &Config) -> Phones {
    let listeners = || {
        let all = config.listeners.iter();
        all.filter(|listener| listener.role == Role::Phones)
    };
    Phones {
        udp: listeners().map(|it| it.udp.to_string()).collect(),
        tcp: listeners()
            .filter_map(|it| it.tcp)
            .map(|it| it.to_string())
            .collect(),
        realm: config.sip.realm.clone(),
    }
}

fn plan_of(config: &Config, plan: &Dialplan) -> Plan {
    let tenant = config.tenants.iter().find(|it| it.name == plan.tenant);
    let numbers = plan.numbers.iter().map(|number| number.reveal().to_owned());
    let steps = plan.names.iter().zip(&plan.steps);
    Plan {
        tenant: plan.tenant.clone(),
        title: tenant.map_or_else(|| plan.tenant.clone(), |it| it.title.clone()),
        numbers: numbers.collect(),
        start: plan.start.0,
        emergency: plan.emergency.map(|emergency| emergency.step.0),
        steps: steps
            .map(|(name, step)| step_of(config, name, step))
            .collect(),
    }
}

fn step_of(config: &Config, name: &str, step: &Step) -> PlanStep {
    let (kind, about) = about(config, step);
    PlanStep {
        name: name.to_owned(),
        kind,
        about,
        ways: ways(step),
    }
}

fn prompts(config: &Config, all: &[PromptId]) -> Vec<String> {
    let name = |prompt: &PromptId| {
        let place = usize::try_from(prompt.0).ok()?;
        config
            .prompt_files()
            .get(place)
            .map(|(name, _)| name.clone())
    };
    all.iter().filter_map(name).collect()
}

/// What happens there, and about what. Queues, calendars and prompts go by their place in the file.
fn about(config: &Config, step: &Step) -> (StepKind, Vec<String>) {
    let queue = |id: i64| {
        let place = usize::try_from(id).ok();
        let found = place.and_then(|place| config.queues.get(place));
        found.map(|queue| queue.title.clone()).into_iter().collect()
    };
    match step {
        Step::Play { prompts: all, .. } => (StepKind::Play, prompts(config, all)),
        Step::Hours { calendar, .. } => {
            let name = config.calendar_name(*calendar);
            (
                StepKind::Hours,
                name.map(str::to_owned).into_iter().collect(),
            )
        }
        Step::Menu { prompt, .. } => (StepKind::Menu, prompts(config, &[*prompt])),
        Step::Queue { queue: id, .. } => (StepKind::Queue, queue(id.0)),
        Step::Callback { queue: id, .. } => (StepKind::Callback, queue(id.0)),
        Step::Verify { .. } => (StepKind::Verify, Vec::new()),
        Step::OptOut { .. } => (StepKind::OptOut, Vec::new()),
        Step::Emergency { prompts: all, .. } => (StepKind::Emergency, prompts(config, all)),
        Step::HangUp { play, .. } => (StepKind::HangUp, prompts(config, play)),
    }
}

fn ways(step: &Step) -> Vec<PlanWay> {
    let way = |on: WayOn, to: StepId| PlanWay { on, to: to.0 };
    match step {
        Step::Play { then, .. } => vec![way(WayOn::Then, *then)],
        Step::Hours { open, closed, .. } => {
            vec![way(WayOn::Open, *open), way(WayOn::Closed, *closed)]
        }
        Step::Menu {
            keys, otherwise, ..
        } => {
            let keys = keys.iter().map(|(key, to)| way(WayOn::Key(*key), *to));
            keys.chain([way(WayOn::Otherwise, *otherwise)]).collect()
        }
        Step::Queue { on_timeout, .. } => vec![way(WayOn::TimedOut, *on_timeout)],
        Step::Callback { then, .. } | Step::Emergency { then, .. } => {
            then.iter().map(|to| way(WayOn::Then, *to)).collect()
        }
        Step::Verify { yes, no, .. } => vec![way(WayOn::Yes, *yes), way(WayOn::No, *no)],
        Step::OptOut { then, instead } => {
            let then = then.iter().map(|to| way(WayOn::Then, *to));
            then.chain([way(WayOn::Instead, *instead)]).collect()
        }
        Step::HangUp { .. } => Vec::new(),
    }
}
