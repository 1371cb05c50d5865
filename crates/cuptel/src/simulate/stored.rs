//! Arrivals of a stored day: how many people called for the first time in each quarter of an hour
//! and for what, read from the database of the scenario's configuration. Only counts leave it.
//! What callers are like stays what the scenario says: what was recorded of a day on which lines
//! were taken tells nothing of those who were refused.

use std::collections::BTreeMap;

use anyhow::Context as _;
use cuptel_core::calendar::{Zone, moment};
use cuptel_core::id::{QueueId, TenantId};
use cuptel_core::rules::Rules;
use cuptel_core::time::UtcMs;
use cuptel_sim::whatif::scenario::{Callers, QUARTER_S};
use cuptel_store::{Access, FirstCalls};

use super::scenario::Draft;
use crate::serve::runtime;

/// In each quarter of an hour of the scenario.
pub(super) type PerQuarter = BTreeMap<(TenantId, QueueId), Vec<f64>>;

/// Puts the first calls of a day in the place of the scenario's own, at the same hours.
pub(super) fn take(draft: &mut Draft, date: &str) -> anyhow::Result<()> {
    let clock = draft.period.clock_at_begin();
    let begins_ms = begins(date, &clock)
        .with_context(|| format!("\"{date}\" is no day: expected one like 2026-11-25"))?;
    let url = draft
        .data_url
        .as_ref()
        .context("the scenario names no `configuration`, whose database has the day")?;
    let lasts_ms = i64::from(draft.scenario.lasts_s) * 1_000;
    let hours = (begins_ms, begins_ms + lasts_ms);
    let calls = runtime()?.block_on(async {
        let store = cuptel_store::open(&url.reveal()?, Access::Read).await?;
        let calls = store.first_calls(hours, i64::from(QUARTER_S) * 1_000).await;
        anyhow::Ok(calls?)
    })?;
    anyhow::ensure!(
        !calls.is_empty(),
        "nobody called on {date} in the hours of the scenario, as far as is stored"
    );
    let quarters = draft.period.quarters();
    let arrivals = laid_out(&calls, &draft.scenario.rules, quarters)?;
    let mut callers = super::callers::of_day(draft, arrivals)?;
    let is_called = |it: &Callers| it.listed().is_some();
    callers.extend(draft.scenario.callers.drain(..).filter(is_called));
    draft.scenario.callers = callers;
    Ok(())
}

/// When the clock showed this on that day, by the clock of Italy.
fn begins(date: &str, clock: &str) -> Option<UtcMs> {
    // Three hours before the day begins in Greenwich it has not begun in Rome.
    let before_ms = moment::parse(&format!("{date}T00:00:00Z"))? - 3 * 3_600_000;
    let midnight_ms = moment::next_at("00:00", before_ms, Zone::Europe__Rome)?;
    moment::next_at(clock, midnight_ms - 1, Zone::Europe__Rome)
}

/// By tenant and queue; who was refused before they could say counts for the tenant's missed queue.
fn laid_out(calls: &[FirstCalls], rules: &Rules, quarters: usize) -> anyhow::Result<PerQuarter> {
    let mut all = PerQuarter::new();
    for call in calls {
        let mut tenants = rules.tenants.iter();
        let (id, tenant) = tenants
            .find(|(_, tenant)| tenant.name == call.tenant)
            .with_context(|| {
                format!(
                    "the day has calls for \"{}\", which the configuration does not know",
                    call.tenant
                )
            })?;
        let queue = match &call.queue {
            None => tenant.dialplan.missed_queue,
            Some(name) => rules.queue_named(&call.tenant, name).with_context(|| {
                format!(
                    "the day has calls for \"{name}\" of {}, which the configuration does not know",
                    call.tenant
                )
            })?,
        };
        let per_quarter = all
            .entry((*id, queue))
            .or_insert_with(|| vec![0.0; quarters]);
        let part = usize::try_from(call.part).ok();
        if let Some(expected) = part.and_then(|part| per_quarter.get_mut(part)) {
            *expected += call.persons as f64;
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hours_of_a_day_are_those_of_its_own_summer_or_winter() {
        let at = |text| moment::parse(text);
        for (date, clock, expected) in [
            ("2026-11-25", "08:00", "2026-11-25T08:00:00+01:00"),
            ("2026-07-01", "08:00", "2026-07-01T08:00:00+02:00"),
            ("2026-11-25", "00:00", "2026-11-25T00:00:00+01:00"),
            ("2026-11-25", "23:45", "2026-11-25T23:45:00+01:00"),
        ] {
            assert_eq!(begins(date, clock), at(expected), "{date} {clock}");
        }
        assert_eq!(begins("25.11.2026", "08:00"), None);
    }
}
