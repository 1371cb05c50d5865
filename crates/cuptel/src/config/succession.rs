//! Queues that are gone and the queues that take over their works: `replaces` of a queue.

use std::collections::BTreeMap;
use std::ops::Range;

use cuptel_core::dialplan::fields::{Faults, Fields, Placed};

use super::queue::QueueSettings;

/// The queues that this one takes over from.
pub(super) fn replaced(table: &mut Fields<'_>) -> Vec<Placed<String>> {
    let texts = table.texts("replaces").map(|texts| texts.value);
    let names = texts.unwrap_or_default().into_iter();
    names.map(|name| name.map(str::to_owned)).collect()
}

/// A queue that is there replaces itself, and one that is gone has one successor.
pub(super) fn check(queues: &[(QueueSettings, Range<usize>)], faults: &Faults) {
    let mut seen: BTreeMap<(&str, &str), &str> = BTreeMap::new();
    for (queue, _) in queues {
        for former in &queue.replaces {
            let name = former.value.as_str();
            let is_here =
                |other: &QueueSettings| other.tenant == queue.tenant && other.name == former.value;
            if queues.iter().any(|(other, _)| is_here(other)) {
                let message = format!(
                    "queue \"{name}\" is still there: expected a queue that this one replaces"
                );
                faults.add(former.at.clone(), message);
            } else if let Some(other) = seen.insert((&queue.tenant, name), &queue.name) {
                let message = format!("queue \"{name}\" is replaced by \"{other}\" already");
                faults.add(former.at.clone(), message);
            }
        }
    }
}
