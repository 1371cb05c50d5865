//! Metrics for Prometheus. Counters and histograms are recorded where things happen;
//! what is true *now* is written from the latest look at each scrape, so that a queue
//! that is gone disappears. No number and no person is ever in a label.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use cuptel_core::snapshot::{SeatNow, SiteNow, Snapshot, StopNow, TenantNow, TrunkNow, WaitsNow};
use cuptel_core::words::{Chosen, Drift, EntryState, PriorityClass, WorkState};
use metrics::{Unit, describe_counter, describe_gauge, describe_histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use crate::access::Onlooker;
use crate::error::HttpError;
use crate::pages::Shared;

const TEXT_FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// From a debt paid at once to one of a week.
const AGE_S: [f64; 14] = [
    15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1_800.0, 3_600.0, 7_200.0, 14_400.0, 28_800.0,
    86_400.0, 604_800.0,
];
/// From a microsecond to a millisecond, and then what is far too long.
const DECISION_S: [f64; 12] = [
    0.000_001, 0.000_002, 0.000_005, 0.000_01, 0.000_02, 0.000_05, 0.000_1, 0.000_2, 0.000_5,
    0.001, 0.01, 0.1,
];
/// A commit to a disk.
const COMMIT_S: [f64; 12] = [
    0.000_1, 0.000_2, 0.000_5, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 2.0,
];

/// Installs the recorder of this process.
///
/// # Errors
/// When there is one already.
pub fn install_metrics() -> Result<PrometheusHandle, HttpError> {
    let mut builder = PrometheusBuilder::new();
    for (name, buckets) in [
        ("cuptel_callback_age_seconds", AGE_S.as_slice()),
        ("cuptel_dispatch_decision_seconds", DECISION_S.as_slice()),
        ("cuptel_commit_seconds", COMMIT_S.as_slice()),
    ] {
        builder = builder
            .set_buckets_for_metric(Matcher::Full(name.to_owned()), buckets)
            .map_err(HttpError::Metrics)?;
    }
    let handle = builder.install_recorder().map_err(HttpError::Metrics)?;
    describe();
    Ok(handle)
}

fn describe() {
    describe_counter!(
        "cuptel_attempts_total",
        "Inbound attempts that ended, by outcome"
    );
    describe_histogram!(
        "cuptel_callback_age_seconds",
        Unit::Seconds,
        "Age of a callback's place when its person is reached"
    );
    describe_counter!("cuptel_dials_total", "Outbound dials that ended, by result");
    describe_histogram!(
        "cuptel_dispatch_decision_seconds",
        Unit::Seconds,
        "Time of one dispatch decision"
    );
    describe_histogram!(
        "cuptel_commit_seconds",
        Unit::Seconds,
        "Time of one group commit"
    );
    describe_counter!(
        "cuptel_sip_requests_total",
        "SIP requests received, by method"
    );
    describe_counter!("cuptel_sip_responses_total", "SIP responses sent, by code");
    describe_counter!(
        "cuptel_sip_refused_total",
        "SIP messages refused, by reason"
    );
    describe_counter!("cuptel_rtp_packets_total", "RTP packets, by direction");
    describe_counter!(
        "cuptel_rtp_wrong_source_total",
        "RTP packets from a source that was not agreed"
    );
    describe_gauge!(
        "cuptel_media_realtime",
        "Whether the media thread is scheduled in real time"
    );
    describe_gauge!(
        "cuptel_tape_recording",
        "Whether what is decided now can be replayed"
    );
    describe_gauge!(
        "cuptel_degraded",
        "1 for what does not work as it should, by mode"
    );
    describe_counter!(
        "cuptel_config_reloads_total",
        "Times that the configuration was read again, by result"
    );
    describe_counter!(
        "cuptel_invariant_violations_total",
        "Promises found broken, by check"
    );
}

/// Metrics in Prometheus' text format.
#[utoipa::path(get, path = "/metrics", tag = "operations", responses(
    (status = 200, content_type = "text/plain", body = String),
    (status = 401, body = crate::schema::Error)))]
pub(crate) async fn scrape(_onlooker: Onlooker, State(shared): State<Shared>) -> impl IntoResponse {
    let mut text = shared.metrics.render();
    let mut now = Exposition::default();
    write_now(&shared.engine.snapshot(), &mut now);
    text.push_str(&now.text);
    ([(CONTENT_TYPE, TEXT_FORMAT)], text)
}

/// Prometheus' text, grown family by family.
#[derive(Default)]
struct Exposition {
    text: String,
}

impl Exposition {
    fn family(&mut self, name: &str, help: &str, samples: &[(Vec<(&str, &str)>, f64)]) {
        self.text
            .push_str(&format!("# HELP {name} {help}\n# TYPE {name} gauge\n"));
        for (labels, value) in samples {
            self.text
                .push_str(&format!("{name}{} {value}\n", Labels(labels)));
        }
    }
}

struct Labels<'a>(&'a [(&'a str, &'a str)]);

impl std::fmt::Display for Labels<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.0.is_empty() {
            return Ok(());
        }
        for (i, (name, value)) in self.0.iter().enumerate() {
            let open = if i == 0 { '{' } else { ',' };
            let value = value
                .replace('\\', "\\\\")
                .replace('"', "\\\"")
                .replace('\n', "\\n");
            write!(f, "{open}{name}=\"{value}\"")?;
        }
        f.write_str("}")
    }
}

fn write_sites(look: &Snapshot, to: &mut Exposition) {
    let of_sites = |value: fn(&SiteNow) -> u32| -> Vec<_> {
        let sites = look.sites.iter();
        sites
            .map(|site| (vec![("site", site.name.as_str())], f64::from(value(site))))
            .collect()
    };
    to.family(
        "cuptel_site_out",
        "1 while a site is cut off",
        &of_sites(|site| u32::from(site.out_since_ms.is_some())),
    );
    to.family(
        "cuptel_site_calls",
        "Seats of a site with a call",
        &of_sites(|site| site.calls),
    );
}

fn write_campaigns(look: &Snapshot, to: &mut Exposition) {
    let mut entries = Vec::new();
    for campaign in &look.campaigns {
        for state in EntryState::ALL {
            let labels = vec![
                ("tenant", campaign.tenant.as_str()),
                ("campaign", campaign.name.as_str()),
                ("state", state.as_str()),
            ];
            let count = campaign.counts.get(state).copied().unwrap_or(0);
            entries.push((labels, f64::from(u32::try_from(count).unwrap_or(u32::MAX))));
        }
    }
    to.family(
        "cuptel_campaign_entries",
        "People on the list of a campaign that has not ended, by how they stand",
        &entries,
    );
}

fn write_stops(look: &Snapshot, to: &mut Exposition) {
    fn labels(stop: &StopNow) -> Vec<(&str, &str)> {
        vec![
            ("button", stop.button.as_str()),
            ("tenant", stop.tenant.as_deref().unwrap_or("")),
            ("queue", stop.queue.as_deref().unwrap_or("")),
        ]
    }
    let stops: Vec<_> = look.stops.iter().map(|it| (labels(it), 1.0)).collect();
    to.family(
        "cuptel_stop_pressed",
        "1 while a stop button is pressed, for the region where no tenant is named",
        &stops,
    );
}

fn write_tenants(look: &Snapshot, to: &mut Exposition) {
    let counts = |value: fn(&TenantNow) -> u32| -> Vec<_> {
        let tenants = look.tenants.iter();
        tenants
            .map(|it| (vec![("tenant", it.name.as_str())], f64::from(value(it))))
            .collect()
    };
    let name = "cuptel_operators_at_home";
    let help = "Operators there for their own tenant, busy or not";
    to.family(name, help, &counts(|it| it.at_home));
    let (name, help) = (
        "cuptel_operators_lent",
        "Operators at works of other tenants",
    );
    to.family(name, help, &counts(|it| it.away));
    let (name, help) = (
        "cuptel_operators_borrowed",
        "Operators of other tenants at its works",
    );
    to.family(name, help, &counts(|it| it.borrowed));
    let (name, help) = (
        "cuptel_callbacks_unseen",
        "Callbacks given up that nobody has looked at",
    );
    to.family(name, help, &counts(|it| it.callbacks_unseen));
    let figures = |value: fn(&WaitsNow) -> Option<f64>| -> Vec<_> {
        let all = look.tenants.iter().flat_map(|it| {
            let all = [("recent", None, &it.recent), ("today", None, &it.today)];
            let of_class = it.classes.iter().flat_map(|own| {
                let class = Some(own.class);
                [("recent", class, &own.recent), ("today", class, &own.today)]
            });
            let both = all.into_iter().chain(of_class);
            both.map(move |(window, class, waits)| (&it.name, window, class, value(waits)))
        });
        all.filter_map(|(tenant, window, class, value)| {
            let labels = vec![("tenant", tenant.as_str()), ("window", window)];
            Some((with_class(labels, class), value?))
        })
        .collect()
    };
    let name = "cuptel_wait_p95_seconds";
    let help = "Within this nineteen of twenty callers were through";
    to.family(name, help, &figures(|it| it.wait_p95_s.map(f64::from)));
    let (name, help) = (
        "cuptel_abandoned_ratio",
        "Part of those who waited that hung up",
    );
    to.family(name, help, &figures(|it| it.abandoned_share));
    let classes = look.tenants.iter().flat_map(|it| &it.classes);
    let classes: BTreeSet<PriorityClass> = classes.map(|own| own.class).collect();
    let of_classes = classes.into_iter().map(Some);
    let of_each = std::iter::once(None).chain(of_classes);
    let drifts: Vec<_> = of_each
        .flat_map(|class| Drift::ALL.iter().map(move |drift| (*drift, class)))
        .map(|(what, class)| {
            let mut on = look.drifts.iter();
            let is_on = on.any(|it| it.what == what && it.class == class);
            let labels = with_class(vec![("what", what.as_str())], class);
            (labels, f64::from(u32::from(is_on)))
        })
        .collect();
    to.family(
        "cuptel_fairness_drift",
        "1 while tenants have drifted apart",
        &drifts,
    );
}

/// Those of all callers have no such label.
fn with_class<'l>(
    mut labels: Vec<(&'l str, &'l str)>,
    class: Option<PriorityClass>,
) -> Vec<(&'l str, &'l str)> {
    labels.extend(class.map(|class| ("class", class.as_str())));
    labels
}

fn write_now(look: &Snapshot, to: &mut Exposition) {
    let mut waiting = Vec::new();
    let mut wait = Vec::new();
    let mut callbacks = Vec::new();
    for queue in &look.queues {
        let labels = vec![
            ("tenant", queue.tenant.as_str()),
            ("queue", queue.name.as_str()),
        ];
        let with = |state| [labels.clone(), vec![("state", state)]].concat();
        waiting.push((labels.clone(), f64::from(queue.waiting)));
        wait.push((labels.clone(), seconds_since(queue.oldest_ms, look.at_ms)));
        let ready = queue.callbacks_ready.min(queue.callbacks_open);
        callbacks.push((with("ready"), f64::from(ready)));
        callbacks.push((with("pending"), f64::from(queue.callbacks_open - ready)));
    }
    to.family("cuptel_queue_waiting", "Callers on the line", &waiting);
    to.family(
        "cuptel_queue_wait_seconds",
        "Wait of the caller who waits longest",
        &wait,
    );
    to.family(
        "cuptel_callbacks_open",
        "Callbacks not closed: ready to be offered, or pending",
        &callbacks,
    );
    to.family(
        "cuptel_dials_in_flight",
        "Persons being rung for a callback",
        &[(Vec::new(), f64::from(look.dials_in_flight))],
    );
    let mut seats: BTreeMap<&str, u32> = BTreeMap::new();
    for seat in &look.seats {
        *seats.entry(state_of(seat)).or_default() += 1;
    }
    // Seats belong to no tenant: an empty label is none.
    let seats: Vec<_> = seats
        .into_iter()
        .map(|(state, n)| (vec![("state", state), ("tenant", "")], f64::from(n)))
        .collect();
    to.family("cuptel_seats", "Seats by what they do", &seats);
    write_sites(look, to);
    write_stops(look, to);
    write_campaigns(look, to);
    write_tenants(look, to);
    write_trunks(look, to);
}

fn write_trunks(look: &Snapshot, to: &mut Exposition) {
    let of_trunks = |value: fn(&TrunkNow) -> u32| -> Vec<_> {
        let trunks = look.trunks.iter();
        trunks
            .map(|trunk| {
                let labels = vec![("trunk", trunk.name.as_str())];
                (labels, f64::from(value(trunk)))
            })
            .collect()
    };
    to.family(
        "cuptel_notice_lines_in_use",
        "Callers who hear a short notice",
        &of_trunks(|trunk| trunk.notices),
    );
    to.family(
        "cuptel_storm",
        "Whether more people call than lines can answer",
        &of_trunks(|trunk| u32::from(trunk.storm.is_some())),
    );
    to.family(
        "cuptel_trunk_full",
        "Whether every channel is taken, so that the carrier refuses callers unseen",
        &of_trunks(|trunk| u32::from(trunk.full_since_ms.is_some())),
    );
    to.family(
        "cuptel_trunk_up",
        "Whether it takes our calls: 0 while it refuses one dial after the other",
        &of_trunks(|trunk| u32::from(trunk.down_since_ms.is_none())),
    );
}

/// What a seat does, or what its operator chose while it does nothing.
fn state_of(seat: &SeatNow) -> &'static str {
    match (seat.chosen, seat.work) {
        (Chosen::SignedOut, WorkState::Idle) => Chosen::SignedOut.as_str(),
        (Chosen::Paused, WorkState::Idle) => Chosen::Paused.as_str(),
        (Chosen::FrontOffice, WorkState::Idle) => Chosen::FrontOffice.as_str(),
        (_, work) => work.as_str(),
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "an age in milliseconds is far below 2^52"
)]
fn seconds_since(since_ms: Option<i64>, at_ms: i64) -> f64 {
    since_ms.map_or(0.0, |since| {
        at_ms.saturating_sub(since).max(0) as f64 / 1_000.0
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_cannot_break_out_of_its_quotes() {
        let labels = [("queue", "a\"b\\c\nd")];
        assert_eq!(Labels(&labels).to_string(), r#"{queue="a\"b\\c\nd"}"#);
    }

    #[test]
    fn ages_have_a_bucket_at_half_an_hour_and_beyond() {
        assert!(AGE_S.contains(&1_800.0));
        assert!(AGE_S.last().is_some_and(|last| *last > 1_800.0));
        assert!(AGE_S.is_sorted() && DECISION_S.is_sorted() && COMMIT_S.is_sorted());
    }
}
