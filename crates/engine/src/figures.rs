//! Figures for the metrics endpoint, read off records and counters. Never a number or a
//! person in a label.

use std::collections::BTreeMap;
use std::time::Duration;

use cuptel_core::record::{
    AttemptRow, CampaignRow, ClosureRow, MarkRow, Record, ReviewRow, SiteOutageRow, SpecialDayRow,
};
use cuptel_core::rules::Rules;
use cuptel_core::snapshot::{DriftNow, TrunkNow};
use cuptel_core::stop_button::Scope;
use cuptel_core::time::UtcMs;
use cuptel_core::words::{CampaignEnd, CampaignState, Degraded, PriorityClass, Stage};
use cuptel_sip::Counters;

/// Counts what the records of a step say happened.
pub(crate) fn observe(records: &[Record], rules: &Rules) {
    for record in records {
        match record {
            Record::Attempt(row) if row.stage == Stage::Ended => attempt_ended(row, rules),
            Record::Dial(row) => {
                if let Some(result) = row.result {
                    metrics::counter!("cuptel_dials_total", "result" => result.as_str())
                        .increment(1);
                }
            }
            Record::Callback(row) => {
                if let Some(closed_ms) = row.closed_ms {
                    let age = Duration::from_millis(
                        u64::try_from(closed_ms - row.opened_ms).unwrap_or(0),
                    );
                    metrics::histogram!("cuptel_callback_age_seconds").record(age);
                }
            }
            Record::SiteOutage(row) => site_changed(row, rules),
            Record::Closure(row) => button_changed(row, rules),
            Record::Review(row) => review_changed(row, rules),
            Record::Mark(row) => mark_changed(row, rules),
            Record::SpecialDay(row) => special_day_changed(row, rules),
            Record::Campaign(row) => campaign_changed(row),
            Record::Attempt(_)
            | Record::Number(_)
            | Record::Memo(_)
            | Record::MemoReading(_)
            | Record::Announcement(_)
            | Record::CallbackAmended(_)
            | Record::Need(_)
            | Record::NeedDetail(_)
            | Record::CallbackEvent(_)
            | Record::Promise(_)
            | Record::Offer(_)
            | Record::Assignment(_)
            | Record::SignIn(_)
            | Record::Interval(_)
            | Record::Registration(_)
            | Record::Seat(_)
            | Record::Operator(_)
            | Record::Decision(_)
            | Record::OperatorPin(_)
            | Record::Profile(_)
            | Record::Owner(_)
            | Record::CampaignEntry(_)
            | Record::CodeWord(_)
            | Record::Decline(_)
            | Record::ChosenTime(_)
            | Record::SideCall(_)
            | Record::Bulk(_)
            | Record::BulkEntry(_)
            | Record::YearsEmptied(_)
            | Record::Task(_)
            | Record::TaskEvent(_)
            | Record::ConfigVersion(_) => {}
        }
    }
}

fn review_changed(row: &ReviewRow, rules: &Rules) {
    let tenant = rules.tenants.get(&row.tenant);
    let tenant = tenant.map_or("", |tenant| tenant.name.as_str());
    let callback = row.callback.0;
    if row.seen_ms.is_none() {
        tracing::warn!(
            callback,
            tenant,
            "a callback was given up: somebody must look"
        );
    }
}

/// Each chunk of its list writes the row too, and says nothing.
fn campaign_changed(row: &CampaignRow) {
    let (id, state) = (row.id.0, row.state.as_str());
    match row.state {
        CampaignState::Loading => {}
        CampaignState::Ready => tracing::info!(id, entries = row.entries, "a campaign is ready"),
        CampaignState::Running | CampaignState::Paused => {
            tracing::info!(id, state, "a campaign is started, paused or resumed");
        }
        CampaignState::Ended => {
            let how = row.ended_how.map(CampaignEnd::as_str);
            tracing::info!(id, how, "a campaign has ended");
        }
    }
}

/// Names of people and their words stay out of the log.
fn button_changed(row: &ClosureRow, rules: &Rules) {
    let queue = match row.scope {
        Scope::Queue(id) => rules.queues.get(&id),
        Scope::Region | Scope::Tenant(_) => None,
    };
    let tenant = match row.scope {
        Scope::Tenant(id) => Some(id),
        Scope::Queue(_) => queue.map(|queue| queue.tenant),
        Scope::Region => None,
    };
    let tenant = tenant.and_then(|id| rules.tenants.get(&id));
    let tenant = tenant.map_or("", |tenant| tenant.name.as_str());
    let queue = queue.map_or("", |queue| queue.name.as_str());
    let (button, reach) = (row.button.as_str(), row.scope.reach().as_str());
    match row.until_ms {
        None => tracing::warn!(button, reach, tenant, queue, "a stop button is pressed"),
        Some(_) => tracing::info!(button, reach, tenant, queue, "a stop button is released"),
    }
}

/// The number stays out of the log, and so do names of people and their words.
fn mark_changed(row: &MarkRow, rules: &Rules) {
    let tenant = row.tenant.and_then(|id| rules.tenants.get(&id));
    let tenant = tenant.map_or("", |tenant| tenant.name.as_str());
    let (mark, id) = (row.mark.as_str(), row.id.0);
    match row.until_ms {
        None => tracing::info!(id, mark, tenant, "a number is marked"),
        Some(_) => tracing::info!(id, mark, tenant, "a number is marked no longer"),
    }
}

fn special_day_changed(row: &SpecialDayRow, rules: &Rules) {
    let tenant = rules.tenants.get(&row.tenant);
    let tenant = tenant.map_or("", |tenant| tenant.name.as_str());
    let (id, first, last) = (row.id.0, row.first_day.as_str(), row.last_day.as_str());
    match row.removed_ms {
        None => tracing::info!(id, tenant, first, last, "days are special"),
        Some(_) => tracing::info!(id, tenant, first, last, "days are as any others"),
    }
}

fn site_changed(row: &SiteOutageRow, rules: &Rules) {
    let site = rules
        .sites
        .get(&row.site)
        .map_or("", |site| site.name.as_str());
    match row.until_ms {
        None => tracing::warn!(
            site,
            said = row.said,
            "a site is cut off: its load goes elsewhere"
        ),
        Some(_) => tracing::info!(site, "a site is back"),
    }
}

/// Says once that a trunk takes no calls of ours, with the reason, and once that it does again.
pub(crate) fn tell_trunks(before: &[TrunkNow], now: &[TrunkNow]) {
    for trunk in now {
        let name = trunk.name.as_str();
        let known = before.iter().find(|it| it.name == trunk.name);
        let was_down = known.and_then(|it| it.down_since_ms);
        match (was_down, trunk.down_since_ms) {
            (None, Some(_)) => {
                let why = trunk.refused_with.map_or_else(
                    || "nothing was heard of our calls".to_owned(),
                    |status| format!("it refused our calls, the last with {status}"),
                );
                tracing::warn!(
                    trunk = name,
                    why,
                    "a trunk is down: callbacks go through another where there is one, and one at a time tries it"
                );
            }
            (Some(_), None) => {
                tracing::warn!(trunk = name, "a trunk is back: it takes our calls again");
            }
            (None, None) | (Some(_), Some(_)) => {}
        }
    }
}

/// Says once that health authorities drift apart, and once that they do no more.
pub(crate) fn tell_drifts(before: &[DriftNow], now: &[DriftNow]) {
    let is_new = |known: &[DriftNow], drift: &DriftNow| {
        let is_same = |it: &DriftNow| (it.what, it.class) == (drift.what, drift.class);
        !known.iter().any(is_same)
    };
    for drift in now.iter().filter(|drift| is_new(before, drift)) {
        tracing::warn!(
            what = drift.what.as_str(),
            class = drift.class.map(PriorityClass::as_str),
            worst = drift.worst,
            best = drift.best,
            "health authorities have drifted apart: the callers of one fare much worse"
        );
    }
    for drift in before.iter().filter(|drift| is_new(now, drift)) {
        tracing::info!(
            what = drift.what.as_str(),
            class = drift.class.map(PriorityClass::as_str),
            "health authorities have come together again"
        );
    }
}

fn attempt_ended(row: &AttemptRow, rules: &Rules) {
    let Some(outcome) = row.outcome else { return };
    let tenant = row
        .tenant
        .and_then(|id| rules.tenants.get(&id))
        .map_or("", |tenant| tenant.name.as_str());
    let queue = row
        .queue
        .and_then(|id| rules.queues.get(&rules.current(id)?))
        .map_or("", |queue| queue.name.as_str());
    metrics::counter!(
        "cuptel_attempts_total",
        "tenant" => tenant.to_owned(), "queue" => queue.to_owned(), "outcome" => outcome.as_str()
    )
    .increment(1);
}

/// The endpoint's running totals, published as such.
pub(crate) fn publish(counters: &Counters) {
    for (method, count) in &counters.requests {
        metrics::counter!("cuptel_sip_requests_total", "method" => *method).absolute(*count);
    }
    for (code, count) in &counters.responses {
        metrics::counter!("cuptel_sip_responses_total", "code" => code.to_string())
            .absolute(*count);
    }
    let refused: BTreeMap<&'static str, u64> = BTreeMap::from([
        ("malformed", counters.malformed),
        ("rejected", counters.rejected),
        ("merged", counters.merged),
        ("wrong_credentials", counters.wrong_credentials),
        ("replay", counters.replays),
        ("scanner", counters.scanners),
        ("not_admitted", counters.not_admitted),
        ("overloaded", counters.overloaded),
    ]);
    for (reason, count) in refused {
        metrics::counter!("cuptel_sip_refused_total", "reason" => reason).absolute(count);
    }
}

/// One figure for everything that can be wrong: 1 for what is.
pub(crate) fn publish_degraded(now: &[(Degraded, UtcMs)]) {
    for mode in Degraded::ALL {
        let is_so = now.iter().any(|(wrong, _)| wrong == mode);
        metrics::gauge!("cuptel_degraded", "mode" => mode.as_str()).set(u32::from(is_so));
    }
}

/// The media thread's running totals.
pub(crate) fn publish_media(stats: &cuptel_media::Stats) {
    metrics::counter!("cuptel_rtp_packets_total", "direction" => "in").absolute(stats.packets_in);
    metrics::counter!("cuptel_rtp_packets_total", "direction" => "out").absolute(stats.packets_out);
    metrics::counter!("cuptel_rtp_wrong_source_total").absolute(stats.wrong_source);
    metrics::gauge!("cuptel_media_realtime").set(if stats.realtime { 1.0 } else { 0.0 });
}
