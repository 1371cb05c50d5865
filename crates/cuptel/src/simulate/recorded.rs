//! A day as it was: calls from a CSV file, each by somebody who is known by a word, made again at
//! their time. Who has been served meanwhile does not call again; nobody calls besides.

use std::collections::BTreeMap;
use std::path::Path;

use cuptel_core::calendar::moment;
use cuptel_core::dialplan::fields::{Faults, Fields, unknown};
use cuptel_core::id::{QueueId, TenantId};
use cuptel_core::rules::Rules;
use cuptel_sim::whatif::scenario::Recorded;

use super::period::Period;
use crate::config::source::{ConfigFault, Source, locate};
use crate::list::{self, Header, ListRow};

const HEADER: Header<'_> = Header {
    any_of: &[&["time", "tenant", "queue", "person"]],
    words: "the columns time,tenant,queue,person, with commas",
};

/// The calls about one thing.
pub(super) type Calls = BTreeMap<(TenantId, QueueId), Vec<Recorded>>;

/// Reads the file that `recorded` names; nothing where the key is absent.
pub(super) fn read(
    root: &mut Fields<'_>,
    scenario: &Path,
    period: &Period,
    rules: &Rules,
) -> Result<Calls, Vec<ConfigFault>> {
    let Some(named) = root.filled_text("recorded") else {
        return Ok(Calls::new());
    };
    let Some(path) = locate(named.value, scenario) else {
        let message = format!("there is no file {}: expected calls as CSV", named.value);
        root.faults().add(named.at, message);
        return Ok(Calls::new());
    };
    // What stands in it may name people.
    let source = Source::read_secret(&path).map_err(|fault| vec![fault])?;
    let faults = Faults::default();
    let mut day = Day {
        period,
        rules,
        calls: Calls::new(),
        persons: BTreeMap::new(),
    };
    list::read(source.text(), &HEADER, &faults, |row| {
        day.take(row, &faults)
    });
    for calls in day.calls.values_mut() {
        calls.sort_by_key(|call| call.at_ms);
    }
    let faults = faults.into_sorted();
    if faults.is_empty() {
        Ok(day.calls)
    } else {
        Err(source.faults(&faults))
    }
}

struct Day<'d> {
    period: &'d Period,
    rules: &'d Rules,
    calls: Calls,
    /// By what they call about, the number of each word.
    persons: BTreeMap<(TenantId, QueueId), BTreeMap<String, u32>>,
}

impl Day<'_> {
    fn take(&mut self, row: &ListRow<'_>, faults: &Faults) {
        let Some(at_ms) = moment::parse(row.field(0)) else {
            return row.fault(
                0,
                "expected a time with its zone, like 2026-11-23T08:00:05+01:00",
            );
        };
        let Some(about) = self.about(row, faults) else {
            return;
        };
        let after_ms = at_ms - self.period.begins_ms;
        let within_ms = u64::from(self.period.lasts_s) * 1_000;
        let Some(at_ms) = u64::try_from(after_ms).ok().filter(|at| *at < within_ms) else {
            return row.fault(
                0,
                "outside the hours of the scenario: expected `begins` and `lasts_min` to hold it",
            );
        };
        let calls = self.calls.entry(about).or_default();
        // Who withheld the number is somebody new each time.
        let word = match row.field(3) {
            "" => format!("#{}", calls.len()),
            word => word.to_owned(),
        };
        let persons = self.persons.entry(about).or_default();
        let next = u32::try_from(persons.len()).unwrap_or(u32::MAX);
        let person = *persons.entry(word).or_insert(next);
        calls.push(Recorded { at_ms, person });
    }

    /// Tenant and queue; a call without a queue was refused before it could say, and is the
    /// tenant's missed queue's.
    fn about(&self, row: &ListRow<'_>, faults: &Faults) -> Option<(TenantId, QueueId)> {
        let (tenant_name, queue_name) = (row.field(1), row.field(2));
        let mut tenants = self.rules.tenants.iter();
        let Some((id, tenant)) = tenants.find(|(_, tenant)| tenant.name == tenant_name) else {
            let known = self
                .rules
                .tenants
                .values()
                .map(|tenant| tenant.name.as_str());
            faults.add(row.place(1), unknown("tenant", tenant_name, known));
            return None;
        };
        if queue_name.is_empty() {
            return Some((*id, tenant.dialplan.missed_queue));
        }
        let queues = self.rules.queues.iter();
        let ours = queues.filter(|(_, queue)| queue.tenant == *id);
        if let Some((queue, _)) = ours.clone().find(|(_, queue)| queue.name == queue_name) {
            return Some((*id, *queue));
        }
        let known = ours.map(|(_, queue)| queue.name.as_str());
        faults.add(row.place(2), unknown("queue", queue_name, known));
        None
    }
}
