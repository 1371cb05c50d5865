//! The demo's closing table: what became of the callers of each health authority.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::Context as _;
use cuptel_core::words::{CallbackState, ClosedHow, Outcome};
use cuptel_store::{AttemptView, CallbackFilter, Store};

use crate::config::Config;

pub(super) const ABANDONED: [Outcome; 4] = [
    Outcome::AbandonedRinging,
    Outcome::AbandonedMessage,
    Outcome::AbandonedMenu,
    Outcome::AbandonedQueue,
];
pub(super) const REFUSED: [Outcome; 5] = [
    Outcome::RefusedLines,
    Outcome::RefusedByCarrier,
    Outcome::RefusedQueueFull,
    Outcome::RefusedRate,
    Outcome::RefusedNoOperators,
];
const PAGE: u32 = 1_000;

/// The figures of one authority, or of all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Authority {
    title: String,
    calls: u64,
    served: u64,
    /// Who asked to be called back, by key or by waiting to the end.
    asked: u64,
    gave_up: u64,
    refused: u64,
    closed: u64,
    other: u64,
    /// Callbacks that we paid.
    called_back: u64,
    /// Callbacks that ended in another way: nearly always their people got through themselves.
    settled: u64,
    waiting: u64,
}

impl Authority {
    fn add_call(&mut self, outcome: Option<Outcome>) {
        self.calls += 1;
        let place = match outcome {
            Some(Outcome::Served | Outcome::ServedByMenu) => &mut self.served,
            Some(Outcome::CallbackRequested | Outcome::QueueTimeout) => &mut self.asked,
            Some(outcome) if ABANDONED.contains(&outcome) => &mut self.gave_up,
            Some(outcome) if REFUSED.contains(&outcome) => &mut self.refused,
            Some(Outcome::OutOfHours) => &mut self.closed,
            Some(_) | None => &mut self.other,
        };
        *place += 1;
    }

    fn add_callback(&mut self, state: CallbackState, how: Option<ClosedHow>) {
        let place = match (state, how) {
            (CallbackState::Closed, Some(ClosedHow::Served)) => &mut self.called_back,
            (CallbackState::Closed, _) => &mut self.settled,
            (_, _) => &mut self.waiting,
        };
        *place += 1;
    }

    fn cells(&self) -> [u64; 10] {
        [
            self.calls,
            self.served,
            self.asked,
            self.gave_up,
            self.refused,
            self.closed,
            self.other,
            self.called_back,
            self.settled,
            self.waiting,
        ]
    }
}

const HEADINGS: [&str; 10] = [
    "calls",
    "served",
    "asked",
    "gave up",
    "refused",
    "closed",
    "other",
    "called back",
    "settled",
    "waiting",
];

/// Of each authority in the order of the configuration.
pub(super) async fn sums(
    config: &Config,
    store: &Store,
    calls: &[AttemptView],
) -> anyhow::Result<Vec<Authority>> {
    let mut by_name: BTreeMap<&str, Authority> = BTreeMap::new();
    for tenant in &config.tenants {
        let sums = by_name.entry(&tenant.name).or_default();
        sums.title.clone_from(&tenant.title);
    }
    for call in calls {
        let tenant = call
            .tenant
            .as_deref()
            .and_then(|name| by_name.get_mut(name));
        if let Some(sums) = tenant {
            sums.add_call(call.outcome);
        }
    }
    let mut before = None;
    loop {
        let filter = CallbackFilter {
            before,
            limit: PAGE,
            ..CallbackFilter::default()
        };
        let page = store
            .callbacks(&filter)
            .await
            .context("reading the callbacks")?;
        let Some(last) = page.last() else {
            break;
        };
        before = Some(last.id.0);
        for callback in &page {
            let tenant = callback
                .tenant
                .as_deref()
                .and_then(|name| by_name.get_mut(name));
            if let Some(sums) = tenant {
                sums.add_callback(callback.state, callback.closed_how);
            }
        }
    }
    let in_order = config.tenants.iter();
    Ok(in_order
        .filter_map(|tenant| by_name.remove(tenant.name.as_str()))
        .collect())
}

/// The table, with a line of sums where there are several.
pub(super) fn table(authorities: &[Authority]) -> String {
    let mut lines: Vec<(String, Vec<String>)> =
        vec![(String::new(), HEADINGS.map(str::to_owned).to_vec())];
    let row = |cells: [u64; 10]| cells.map(|cell| cell.to_string()).to_vec();
    let mut all = [0; 10];
    for authority in authorities {
        let cells = authority.cells();
        lines.push((authority.title.clone(), row(cells)));
        for (sum, cell) in all.iter_mut().zip(cells) {
            *sum += cell;
        }
    }
    if authorities.len() > 1 {
        lines.push(("together".to_owned(), row(all)));
    }
    let width = lines.iter().map(|(title, _)| title.chars().count()).max();
    let width = width.unwrap_or(0);
    let mut text = String::new();
    for (title, cells) in lines {
        // Writing to a String cannot fail.
        let _written = write!(text, "\n{title:<width$}");
        for (cell, heading) in cells.iter().zip(HEADINGS) {
            let _written = write!(text, "  {cell:>0$}", heading.len());
        }
    }
    text.trim_start_matches('\n').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_call_and_every_callback_has_one_column() {
        let mut sums = Authority::default();
        for outcome in Outcome::ALL {
            sums.add_call(Some(*outcome));
        }
        sums.add_call(None);
        for state in CallbackState::ALL {
            sums.add_callback(*state, None);
        }
        sums.add_callback(CallbackState::Closed, Some(ClosedHow::Served));
        let [calls, kinds @ .., called_back, settled, waiting] = sums.cells();
        assert_eq!(calls, Outcome::ALL.len() as u64 + 1);
        assert_eq!(kinds.iter().sum::<u64>(), calls);
        assert_eq!(
            called_back + settled + waiting,
            CallbackState::ALL.len() as u64 + 1
        );
    }

    #[test]
    fn the_table_adds_up_the_authorities() {
        let authority = |title: &str| Authority {
            title: title.to_owned(),
            calls: 12,
            served: 7,
            gave_up: 5,
            ..Authority::default()
        };
        let text = table(&[authority("ASL uno"), authority("ASL due")]);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 4);
        assert!(lines[3].starts_with("together     24      14"), "{text}");
        let widths: Vec<usize> = lines.iter().map(|line| line.len()).collect();
        assert_eq!(widths[0], widths[3], "{text}");
    }
}
