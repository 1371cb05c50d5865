//! The rules of a scenario: those of a configuration with what the scenario changes, or those of
//! a small centre that the scenario describes itself.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use cuptel_core::calendar::Zone;
use cuptel_core::dialplan::fields::{Fields, unknown};
use cuptel_core::rules::{AnswerTarget, Rules, Trunk};
use cuptel_media::PromptLibrary;
use cuptel_sim::whatif::plain::{self, Plain};

use super::operators::Sites;
use crate::config::first_start::FirstSeat;
use crate::config::matching::skill_levels;
use crate::config::queue::{QueuePolicy, policy};
use crate::config::rules::{Ids as _, ProvisionalIds};
use crate::config::secret::Secret;
use crate::config::source::{ConfigFault, locate};
use crate::config::{self, Config, checked_name};

/// What the rest of a scenario is read by.
pub(super) struct Ground {
    pub(super) rules: Rules,
    pub(super) prompt_ms: Vec<u32>,
    pub(super) sites: Sites,
    pub(super) first_seats: Vec<FirstSeat>,
    /// Of the first queue that has any.
    pub(super) answer_targets: Vec<AnswerTarget>,
    /// The database of the configuration.
    pub(super) data_url: Option<Secret>,
}

/// Reads `configuration`, `[[queue]]`, `[[trunk]]`. Faults of the configuration's own files come
/// alone: what the scenario says of its queues cannot be judged then.
pub(super) fn read(root: &mut Fields<'_>, path: &Path) -> Result<Ground, Vec<ConfigFault>> {
    let Some(named) = root.filled_text("configuration") else {
        return Ok(small_centre(root));
    };
    // A scenario and its configuration lie together: its own folder comes first.
    let beside = path.parent().map(|folder| folder.join(named.value));
    let beside = beside.and_then(|file| file.canonicalize().ok());
    let Some(file) = beside.or_else(|| locate(named.value, path)) else {
        let message = format!("there is no file {}: expected a configuration", named.value);
        root.faults().add(named.at, message);
        return Ok(small_centre(root));
    };
    let mut config = config::load(&file)?;
    let answer_targets = changed_queues(root, &mut config);
    let ids = ProvisionalIds::new(&config);
    let mut rules = config.rules(&ids);
    changed_trunks(root, rules.trunks.values_mut().collect());
    let sites = config
        .sites
        .iter()
        .map(|site| (site.name.clone(), ids.site(&site.name)));
    Ok(Ground {
        rules,
        prompt_ms: lengths(&config),
        sites: Sites::of(sites),
        first_seats: config.first_seats.clone(),
        answer_targets,
        data_url: Some(config.data.url.clone()),
    })
}

/// What `[[queue]]` says of queues that the configuration has.
fn changed_queues(root: &mut Fields<'_>, config: &mut Config) -> Vec<AnswerTarget> {
    for mut table in root.tables("queue") {
        let tenant = table.required_text("tenant", "the short name of a tenant");
        let name = table.required_text("name", "the short name of a queue");
        if let (Some(tenant), Some(name)) = (tenant, name) {
            let is_it = |queue: &&mut config::queue::QueueSettings| {
                queue.tenant == tenant.value && queue.name == name.value
            };
            match config.queues.iter_mut().find(is_it) {
                Some(queue) => queue.policy = policy(&mut table, &queue.policy),
                None => {
                    let ours = config.queues.iter().filter(|it| it.tenant == tenant.value);
                    let known = ours.map(|queue| queue.name.as_str());
                    table
                        .faults()
                        .add(name.at, unknown("queue", name.value, known));
                    policy(&mut table, &QueuePolicy::standard());
                }
            }
        }
        table.finish();
    }
    let mut targets = config
        .queues
        .iter()
        .map(|queue| &queue.policy.answer_targets);
    let found = targets.find(|targets| !targets.is_empty());
    found.cloned().unwrap_or_default()
}

/// One authority with the queues of the scenario, without messages and menus to speak of.
fn small_centre(root: &mut Fields<'_>) -> Ground {
    let (mut queues, mut answer_targets) = (Vec::new(), Vec::new());
    let mut seen = std::collections::BTreeSet::new();
    for mut table in root.tables("queue") {
        let name = checked_name(&mut table, "name", "queue", &mut seen);
        let title = table
            .filled_text("title")
            .map(|title| title.value.to_owned());
        let skills = table.table("skills").as_ref().map(skill_levels);
        let said = policy(&mut table, &QueuePolicy::standard());
        table.finish();
        if answer_targets.is_empty() {
            answer_targets.clone_from(&said.answer_targets);
        }
        if let Some(name) = name {
            let mut queue = plain::queue(&name);
            queue.title = title.unwrap_or(name);
            queue.skills = skills.unwrap_or_default();
            queue.waiting_max = said.waiting_max;
            queue.wrap_up_s = said.wrap_up_s;
            queue.ring_s = said.ring_s;
            queue.live_bonus_s = said.live_bonus_s;
            queue.matching = said.matching;
            queue.no_operators = said.no_operators;
            queue.callback = said
                .callback
                .policy(Zone::Europe__Rome, std::iter::empty(), None);
            queues.push(queue);
        }
    }
    if !root.has("queue") {
        root.missing(
            "[[queue]]",
            "the services that people wait for, or the `configuration` that has them",
        );
    }
    if queues.len() > plain::QUEUES_MAX {
        let at = root.key_at("queue").unwrap_or_else(|| root.at());
        let message = format!(
            "{} queues: expected at most {}",
            queues.len(),
            plain::QUEUES_MAX
        );
        root.faults().add(at, message);
    }
    let mut trunk = plain::trunk();
    changed_trunks(root, vec![&mut trunk]);
    let rules = Plain {
        title: "The centre".to_owned(),
        queues,
        trunk,
        offer_after_s: Some(60),
        max_wait_s: 1_200,
    };
    Ground {
        rules: rules.rules(),
        prompt_ms: Vec::new(),
        sites: Sites::any(),
        first_seats: Vec::new(),
        answer_targets,
        data_url: None,
    }
}

/// What `[[trunk]]` says; `name` may be left out where there is only one.
fn changed_trunks(root: &mut Fields<'_>, mut trunks: Vec<&mut Trunk>) {
    for mut table in root.tables("trunk") {
        let name = table.filled_text("name");
        let found = match &name {
            Some(name) => trunks.iter_mut().find(|trunk| trunk.name == name.value),
            None if trunks.len() == 1 => trunks.first_mut(),
            None => {
                table.missing("name", "which trunk");
                None
            }
        };
        match found {
            Some(trunk) => change_trunk(&mut table, trunk),
            None => {
                if let Some(name) = name {
                    let known: Vec<String> = trunks.iter().map(|it| it.name.clone()).collect();
                    let known = known.iter().map(String::as_str);
                    table
                        .faults()
                        .add(name.at, unknown("trunk", name.value, known));
                }
            }
        }
        table.finish();
    }
}

fn change_trunk(table: &mut Fields<'_>, trunk: &mut Trunk) {
    const LINES: std::ops::RangeInclusive<u32> = 0..=1_000_000;
    for (key, value) in [
        ("channels", &mut trunk.channels),
        ("answer_max", &mut trunk.answer_max),
        ("notice_lines", &mut trunk.notice_lines),
        ("outbound_min", &mut trunk.outbound_min),
        ("storm_lines", &mut trunk.storm_lines),
    ] {
        *value = table.whole_or(key, LINES, *value);
    }
    // A storm cannot begin above what is answered at most.
    trunk.storm_lines = trunk.storm_lines.min(trunk.answer_max);
    if let Some(calls_per_s) = table.whole("calls_per_s", 1..=100_000) {
        trunk.calls_per_s = Some(calls_per_s.value);
    }
    if trunk.answer_max + trunk.notice_lines > trunk.channels {
        let message = format!(
            "answer_max {} and notice_lines {} are more than the {} channels",
            trunk.answer_max, trunk.notice_lines, trunk.channels
        );
        table.faults().add(table.at(), message);
    }
}

/// How long each prompt of the library is. `config::load` has listened to every file.
fn lengths(config: &Config) -> Vec<u32> {
    let length = |(name, path): &(String, std::path::PathBuf)| {
        let bytes = fs::read(path).ok()?;
        let mut library = PromptLibrary::new();
        let prompt = library.add_wav(name, &bytes).ok()?;
        Some(library.duration_ms(prompt))
    };
    let files = config.prompt_files().iter();
    files.map(|file| length(file).unwrap_or(0)).collect()
}

/// Names for people: of each tenant, and of each queue with its tenant's.
pub(super) fn titles(rules: &Rules) -> BTreeMap<cuptel_core::id::QueueId, (String, String)> {
    let of_queue = |(id, queue): (&cuptel_core::id::QueueId, &cuptel_core::rules::Queue)| {
        let tenant = rules.tenants.get(&queue.tenant);
        let tenant = tenant.map_or_else(String::new, |tenant| tenant.title.clone());
        (*id, (tenant, queue.title.clone()))
    };
    rules.queues.iter().map(of_queue).collect()
}
