//! From checked settings to the rules that core follows, once the store has given every
//! name its identifier.

use std::collections::BTreeMap;

use cuptel_core::dialplan::fields::Placed;
use cuptel_core::dialplan::{Dialplan, Step};
use cuptel_core::id::{LineId, QueueId, SiteId, TenantId, TrunkId};
use cuptel_core::rules::{CalendarId, Line, PromptId, Queue, Rules, Site, Tenant, Trunk};

use super::authority::SiteDraft;
use super::{Config, QueueSettings, TenantSettings, TrunkSettings};
use super::{directory, own_results};

/// The identifier of every name of the configuration.
pub(crate) trait Ids {
    /// A health authority, by its short name.
    fn tenant(&self, name: &str) -> TenantId;
    /// A line, by its number in E.164 form.
    fn line(&self, number: &str) -> LineId;
    /// A trunk.
    fn trunk(&self, name: &str) -> TrunkId;
    /// A queue of a tenant.
    fn queue(&self, tenant: &str, name: &str) -> QueueId;
    /// A site.
    fn site(&self, name: &str) -> SiteId;
    /// A queue that the configuration has no more, if there ever was one of that name.
    fn former_queue(&self, tenant: &str, name: &str) -> Option<QueueId>;
}

/// The names that need identifiers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ConfiguredNames {
    /// Health authorities.
    pub(crate) tenants: Vec<String>,
    /// Dialled numbers in E.164 form.
    pub(crate) lines: Vec<String>,
    /// Trunks.
    pub(crate) trunks: Vec<String>,
    /// Queues: tenant and name.
    pub(crate) queues: Vec<(String, String)>,
    /// Sites.
    pub(crate) sites: Vec<String>,
}

/// Identifiers for a check without a store: each name's place in the configuration.
#[derive(Debug)]
pub(crate) struct ProvisionalIds(ConfiguredNames);

impl ProvisionalIds {
    /// For the names of this configuration.
    pub(crate) fn new(config: &Config) -> Self {
        Self(config.names())
    }
}

/// A name's place from 1; 0 for a name that the configuration does not have.
fn place<T>(names: &[T], is_it: impl Fn(&T) -> bool) -> i64 {
    (1..)
        .zip(names)
        .find(|(_, name)| is_it(name))
        .map_or(0, |(place, _)| place)
}

impl Ids for ProvisionalIds {
    fn tenant(&self, name: &str) -> TenantId {
        TenantId(place(&self.0.tenants, |known| known == name))
    }

    fn line(&self, number: &str) -> LineId {
        LineId(place(&self.0.lines, |known| known == number))
    }

    fn trunk(&self, name: &str) -> TrunkId {
        TrunkId(place(&self.0.trunks, |known| known == name))
    }

    fn queue(&self, tenant: &str, name: &str) -> QueueId {
        QueueId(place(&self.0.queues, |(owner, known)| {
            owner == tenant && known == name
        }))
    }

    fn site(&self, name: &str) -> SiteId {
        SiteId(place(&self.0.sites, |known| known == name))
    }

    fn former_queue(&self, _tenant: &str, _name: &str) -> Option<QueueId> {
        None
    }
}

impl Config {
    /// Every name that needs an identifier.
    pub(crate) fn names(&self) -> ConfiguredNames {
        let numbers = self.dialplans.iter().flat_map(|plan| &plan.numbers);
        ConfiguredNames {
            tenants: self
                .tenants
                .iter()
                .map(|tenant| tenant.name.clone())
                .collect(),
            lines: numbers.map(|number| number.reveal().to_owned()).collect(),
            trunks: self.trunks.iter().map(|trunk| trunk.name.clone()).collect(),
            queues: self
                .queues
                .iter()
                .map(|queue| (queue.tenant.clone(), queue.name.clone()))
                .collect(),
            sites: self.sites.iter().map(|site| site.name.clone()).collect(),
        }
    }

    /// The rules, with every name resolved.
    pub(crate) fn rules(&self, ids: &dyn Ids) -> Rules {
        let mut tenants = BTreeMap::new();
        let mut lines = BTreeMap::new();
        for (settings, plan) in self.tenants.iter().zip(&self.dialplans) {
            let tenant = ids.tenant(&settings.name);
            for number in &plan.numbers {
                let line = Line {
                    id: ids.line(number.reveal()),
                    tenant,
                };
                lines.insert(number.clone(), line);
            }
            let (name, title) = (settings.name.clone(), settings.title.clone());
            let dialplan = self.with_queue_ids(plan, ids);
            let rule = Tenant {
                name,
                title,
                whisper: self.whisper(settings.whisper.as_ref()),
                cli: settings.cli.clone(),
                dialplan,
                lending: settings.lending,
                code_word: settings.code_word,
                zone: settings.time_zone,
                spoken: settings.spoken,
            };
            tenants.insert(tenant, rule);
        }
        let trunks = self
            .trunks
            .iter()
            .map(|trunk| (ids.trunk(&trunk.name), trunk_rule(trunk)));
        let queues = self.queues.iter().map(|queue| {
            let id = ids.queue(&queue.tenant, &queue.name);
            let tenant = ids.tenant(&queue.tenant);
            let plan = tenants.get(&tenant).map(|tenant| &tenant.dialplan);
            let hours = plan.map(|plan| plan.hours_of(id)).unwrap_or_default();
            (id, self.queue_rule(queue, tenant, hours))
        });
        let queues = queues.collect();
        Rules {
            hash: String::new(),
            successors: self.successors(ids),
            tenants,
            lines,
            trunks: trunks.collect(),
            queues,
            sites: self.site_rules(ids),
            calendars: self
                .calendars
                .iter()
                .map(|draft| draft.calendar.clone())
                .collect(),
            prompts: self.spoken.clone(),
            // Its PINs are secrets, which not every command can read.
            announcing: None,
            features: self.features.clone(),
            trial: self.trial,
            practice: self.practice.clone(),
            pause_reasons: self.pause_reasons.clone(),
            decline_reasons: self.decline_reasons.clone(),
            directory: directory::rule(&self.directory, ids),
            own_results: own_results::rule(&self.own_results, ids),
            phones: self.phones.clone(),
            fairness: self.fairness,
            limits: self.limits.clone(),
        }
    }

    fn site_rules(&self, ids: &dyn Ids) -> BTreeMap<SiteId, Site> {
        let rule = |site: &SiteDraft| {
            let name = site.name.clone();
            let calls_max = site.calls_max;
            (ids.site(&name), Site { name, calls_max })
        };
        self.sites.iter().map(rule).collect()
    }

    /// Which queue takes the works of each that is gone.
    fn successors(&self, ids: &dyn Ids) -> BTreeMap<QueueId, QueueId> {
        let replaced = self.queues.iter().flat_map(|queue| {
            let successor = ids.queue(&queue.tenant, &queue.name);
            let former = |name: &Placed<String>| ids.former_queue(&queue.tenant, &name.value);
            let former: Vec<_> = queue.replaces.iter().filter_map(former).collect();
            former.into_iter().map(move |former| (former, successor))
        });
        replaced.collect()
    }

    fn whisper(&self, name: Option<&Placed<String>>) -> Option<PromptId> {
        name.and_then(|name| self.library.find(&name.value))
    }

    fn queue_rule(&self, queue: &QueueSettings, tenant: TenantId, hours: Vec<CalendarId>) -> Queue {
        let owner = |tenant: &&TenantSettings| tenant.name == queue.tenant;
        let zone = self.tenants.iter().find(owner).map(|found| found.time_zone);
        let zone = zone.expect("a queue of an unknown tenant is a fault");
        let ours = self
            .calendars
            .iter()
            .filter(|draft| draft.tenant == queue.tenant);
        let policy = &queue.policy;
        let calling = self.whisper(policy.callback.person_first.calling.as_ref());
        Queue {
            tenant,
            name: queue.name.clone(),
            title: queue.title.clone(),
            whisper: self.whisper(queue.whisper.as_ref()),
            skills: queue.skills.clone(),
            waiting_max: policy.waiting_max,
            wrap_up_s: policy.wrap_up_s,
            wrap_up: policy.wrap_up,
            ring_s: policy.ring_s,
            cli: queue.cli.as_ref().map(|cli| cli.value.clone()),
            class: queue.class,
            live_bonus_s: policy.live_bonus_s,
            no_operators: policy.no_operators,
            hours,
            serve_waiting_s: policy.serve_waiting_s,
            answer_targets: policy.answer_targets.clone(),
            matching: policy.matching.clone(),
            callback: policy.callback.policy(zone, ours, calling),
            tasks: policy.tasks,
        }
    }

    /// A dialplan as read names a queue by its place in the configuration.
    fn with_queue_ids(&self, plan: &Dialplan, ids: &dyn Ids) -> Dialplan {
        let resolve = |provisional: &mut QueueId| {
            let queue = usize::try_from(provisional.0)
                .ok()
                .and_then(|place| self.queues.get(place));
            let queue = queue.expect("`plans` gives the places of `self.queues` and no others");
            *provisional = ids.queue(&queue.tenant, &queue.name);
        };
        let mut plan = plan.clone();
        resolve(&mut plan.missed_queue);
        for step in &mut plan.steps {
            match step {
                Step::Queue { queue, .. } | Step::Callback { queue, .. } => resolve(queue),
                Step::Play { served, .. } | Step::HangUp { served, .. } => {
                    if let Some(queue) = served.as_mut().and_then(|it| it.closes.as_mut()) {
                        resolve(queue);
                    }
                }
                Step::Hours { .. }
                | Step::Menu { .. }
                | Step::OptOut { .. }
                | Step::Verify { .. }
                | Step::Emergency { .. } => {}
            }
        }
        plan
    }
}

fn trunk_rule(trunk: &TrunkSettings) -> Trunk {
    Trunk {
        name: trunk.name.clone(),
        channels: trunk.channels,
        answer_max: trunk.answer_max,
        notice_lines: trunk.notice.lines,
        notice_s_max: trunk.notice.s_max,
        notice_key_s: trunk.notice.key_s,
        storm_lines: trunk.notice.storm_lines,
        storm_quiet_s: trunk.notice.storm_quiet_s,
        calls_per_s: trunk.calls_per_s,
        outbound_min: trunk.outbound_min,
        inbound_min: trunk.inbound_min,
        outbound: trunk.outbound.is_some(),
        dials: trunk.dials,
        cli: trunk.cli.clone(),
        ring_s: trunk.ring_s,
        answer_after_ms: trunk.answer_after_ms,
    }
}
