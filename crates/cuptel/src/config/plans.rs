//! The tenants' dialplans: read with the names of the configuration, and compared with
//! each other, because a number is answered by one of them only.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use cuptel_core::dialplan::fields::{Doubt, Faults};
use cuptel_core::dialplan::{Dialplan, NameKind, Names, Places, parse_with_places};
use cuptel_core::id::QueueId;
use cuptel_core::number::PhoneNumber;
use cuptel_core::rules::{CalendarId, PromptId};
use cuptel_core::words::DoubtKind;

use sha2::{Digest as _, Sha256};

use super::authority::TenantDraft;
use super::opening::CalendarDraft;
use super::prompts::{self, Library};
use super::queue::QueueSettings;
use super::source::{ConfigFault, Source, locate};

/// What the names of a tenant's dialplan stand for. A queue's identifier is its place in
/// the configuration until the store has given it one.
struct TenantNames<'c> {
    tenant: &'c str,
    library: &'c Library,
    queues: &'c [(QueueSettings, Range<usize>)],
    calendars: &'c [CalendarDraft],
}

impl Names for TenantNames<'_> {
    fn prompt(&self, name: &str) -> Option<PromptId> {
        self.library.find(name)
    }

    fn queue(&self, name: &str) -> Option<QueueId> {
        let ours = |queue: &QueueSettings| queue.tenant == self.tenant && queue.name == name;
        (0..)
            .zip(self.queues)
            .find(|(_, (queue, _))| ours(queue))
            .map(|(place, _)| QueueId(place))
    }

    fn calendar(&self, name: &str) -> Option<CalendarId> {
        let ours =
            |draft: &CalendarDraft| draft.tenant == self.tenant && draft.calendar.name() == name;
        self.calendars.iter().position(ours).map(CalendarId)
    }

    fn known(&self, kind: NameKind) -> Vec<&str> {
        match kind {
            NameKind::Prompt => self.library.names(),
            NameKind::Queue => {
                let ours = self
                    .queues
                    .iter()
                    .filter(|(queue, _)| queue.tenant == self.tenant);
                ours.map(|(queue, _)| queue.name.as_str()).collect()
            }
            NameKind::Calendar => {
                let ours = self
                    .calendars
                    .iter()
                    .filter(|draft| draft.tenant == self.tenant);
                ours.map(|draft| draft.calendar.name()).collect()
            }
        }
    }
}

/// What is said about the files that the configuration names.
#[derive(Default)]
pub(super) struct Told {
    pub(super) faults: Vec<ConfigFault>,
    pub(super) warnings: Vec<ConfigFault>,
}

/// What the dialplans may refer to.
pub(super) struct Known<'c> {
    pub(super) library: &'c Library,
    pub(super) queues: &'c [(QueueSettings, Range<usize>)],
    pub(super) calendars: &'c [CalendarDraft],
}

/// The dialplans in the order of the tenants. A file that cannot be found is a fault of the
/// configuration; what is wrong inside one is a fault of that file.
pub(super) fn read(
    tenants: &[TenantDraft],
    known: &Known<'_>,
    config: &Path,
    config_faults: &Faults,
    told: &mut Told,
    fingerprint: &mut Sha256,
) -> Vec<Dialplan> {
    prompts::check_whispers(known.library, tenants, known.queues, config_faults);
    prompts::check_first(known.library, known.queues, config_faults);
    prompts::check_codes(known.library, tenants, config_faults);
    let mut answered = BTreeMap::new();
    let mut plans = Vec::new();
    for draft in tenants {
        let Some(written) = &draft.dialplan else {
            continue;
        };
        let tenant = &draft.tenant.name;
        if !known
            .queues
            .iter()
            .any(|(queue, _)| queue.tenant == *tenant)
        {
            let message = format!(
                "tenant \"{tenant}\" has no queue: expected a [[queue]] with tenant = \"{tenant}\""
            );
            config_faults.add(draft.name_at.clone(), message);
            continue;
        }
        let Some(path) = locate(&written.value, config) else {
            let message = format!("there is no file {}: expected a dialplan", written.value);
            config_faults.add(written.at.clone(), message);
            continue;
        };
        match Source::read(&path) {
            Ok(source) => {
                fingerprint.update(Sha256::digest(source.text()));
                plans.extend(plan(&source, tenant, known, &mut answered, told));
            }
            Err(fault) => told.faults.push(fault),
        }
    }
    plans
}

/// What a step says must be there.
fn missing_prompts(source: &Source, places: &Places, library: &Library, told: &mut Told) {
    if let Some(at) = &places.verify
        && let Some(name) = prompts::missing_to_verify(library)
    {
        let message = format!(
            "there is no prompt {name}.wav: expected it, because it tells whether it was us that called"
        );
        told.faults.push(source.fault(at, &message));
    }
    if let Some(at) = &places.opt_out
        && library.find(prompts::OPT_OUT).is_none()
    {
        let message = format!(
            "there is no prompt {}.wav: expected it, because it asks who wants to be called no more",
            prompts::OPT_OUT
        );
        told.faults.push(source.fault(at, &message));
    }
    if let Some(at) = &places.when
        && let Some(name) = prompts::missing_to_choose(library)
    {
        let message = format!(
            "there is no prompt {name}.wav: expected it, because it is said to who chooses when to be called"
        );
        told.faults.push(source.fault(at, &message));
    }
}

fn plan(
    source: &Source,
    tenant: &str,
    known: &Known<'_>,
    answered: &mut BTreeMap<PhoneNumber, PathBuf>,
    told: &mut Told,
) -> Option<Dialplan> {
    let Known {
        library,
        queues,
        calendars,
    } = *known;
    let names = TenantNames {
        tenant,
        library,
        queues,
        calendars,
    };
    let (plan, places) = match parse_with_places(source.text(), &names) {
        Ok(read) => read,
        Err(found) => {
            told.faults.extend(source.faults(&found));
            return None;
        }
    };
    if plan.tenant != tenant {
        let message = format!(
            "`tenant` is \"{}\": expected \"{tenant}\", whose dialplan this is",
            plan.tenant
        );
        told.faults.push(source.fault(&places.tenant, &message));
    }
    for (number, at) in plan.numbers.iter().zip(&places.numbers) {
        if let Some(other) = answered.insert(number.clone(), source.path().to_owned()) {
            let message = format!("this number is answered by {} already", other.display());
            told.faults.push(source.fault(at, &message));
        }
    }
    if let Some(at) = &places.return_call
        && plan.return_call.is_some()
        && library.find(prompts::RETURNING).is_none()
    {
        let message = format!(
            "there is no prompt {}.wav: expected it, because it tells who returns a call that they are known",
            prompts::RETURNING
        );
        told.faults.push(source.fault(at, &message));
    }
    missing_prompts(source, &places, library, told);
    if let Some(at) = places.emergency.filter(|_| plan.is_emergency()) {
        let message = format!(
            "callers of {tenant} hear the emergency message, and its callbacks wait, until this says false"
        );
        let doubt = Doubt::of(DoubtKind::Emergency, &[("tenant", &tenant)]);
        told.warnings
            .push(source.fault(&at, &message).doubting(doubt));
    }
    Some(plan)
}
