//! How the system is, for people: what `/health/ready` tells programs, in words, with what to do.

use axum::response::Response;
use cuptel_core::words::Degraded;

use super::Visit;
use super::configuration::trunks;
use super::operators::{fact, heading};
use super::sheet::{Link, List, Part};
use crate::error::ApiError;
use crate::port::Health;
use crate::words::{self, date_and_time};

/// Whether calls are taken, and what does not work as it should.
pub(crate) async fn page(visit: Visit) -> Result<Response, ApiError> {
    let (health, look) = (visit.shared.engine.health(), visit.shared.engine.snapshot());
    let mut sheet = visit.sheet(visit.say("admin-status"), Vec::new());
    sheet.intro.push(visit.say("admin-status-intro"));
    let verdict = visit.say(match (look.stopping, health.ready, health.degraded.len()) {
        (true, _, _) => "admin-status-stopping",
        (false, false, _) => "admin-status-not-ready",
        (false, true, 0) => "admin-status-ready",
        (false, true, _) => "admin-status-degraded",
    });
    let is_well = health.ready && !look.stopping && health.degraded.is_empty();
    sheet.parts.push(if is_well {
        Part::Text(verdict)
    } else {
        Part::Warning(verdict)
    });
    if !health.degraded.is_empty() {
        sheet
            .parts
            .push(heading(&visit, "wrong", "admin-status-wrong"));
        sheet.parts.push(Part::List(wrong(&visit, &health)));
    }
    sheet.parts.push(heading(&visit, "now", "admin-status-now"));
    let there = look.seats.iter().filter(|seat| seat.reachable).count();
    let out = look.sites.iter().filter(|it| it.out_since_ms.is_some());
    let out: Vec<&str> = out.map(|site| site.name.as_str()).collect();
    let out = if out.is_empty() {
        visit.say("admin-status-no-site")
    } else {
        out.join(", ")
    };
    let phones = visit.language.with(
        "admin-status-phones-of",
        &[("there", there.into()), ("all", look.seats.len().into())],
    );
    sheet.parts.push(Part::Facts(vec![
        fact(&visit, "admin-status-at", date_and_time(look.at_ms)),
        fact(&visit, "admin-status-calls", look.calls.to_string()),
        fact(&visit, "admin-status-phones", phones),
        fact(&visit, "admin-status-sites", out),
        fact(&visit, "admin-status-faults", look.violations.to_string()),
        fact(
            &visit,
            "admin-configuration-since",
            date_and_time(health.configuration.since_ms),
        ),
    ]));
    trunks(&visit, &mut sheet.parts);
    sheet
        .parts
        .push(heading(&visit, "programs", "admin-status-programs"));
    sheet.parts.push(Part::Links(for_programs(&visit)));
    Ok(visit.show(&sheet))
}

fn wrong(visit: &Visit, health: &Health) -> List {
    let row = |it: &crate::port::DegradedNow| {
        vec![
            words::degraded(visit.language, it.mode).into(),
            date_and_time(it.since_ms).into(),
            visit.say(advice(it.mode)).into(),
        ]
    };
    List {
        id: "degraded",
        caption: visit.count("admin-status-wrong-caption", health.degraded.len()),
        columns: visit.columns(&["admin-what", "admin-since", "admin-status-do"]),
        rows: health.degraded.iter().map(row).collect(),
        ..List::default()
    }
}

/// What whoever runs the machine should do.
fn advice(mode: Degraded) -> &'static str {
    match mode {
        Degraded::DatabaseSlow => "admin-status-database-slow",
        Degraded::DatabaseFailing => "admin-status-database-failing",
        Degraded::DatabaseStalled => "admin-status-database-stalled",
        Degraded::DatabaseGone => "admin-status-database-gone",
        Degraded::DatabaseFull => "admin-status-database-full",
        Degraded::DatabaseReadOnly => "admin-status-database-read-only",
        Degraded::StorageDead => "admin-status-storage-dead",
        Degraded::MediaDead => "admin-status-media-dead",
    }
}

/// What is no page: text that programs read.
fn for_programs(visit: &Visit) -> Vec<Link> {
    let all = [
        ("/health/ready", "admin-program-health"),
        ("/metrics", "admin-program-metrics"),
        ("/api/v1/openapi.json", "admin-program-api"),
    ];
    let link = |(href, name): (&str, &str)| Link {
        note: Some(visit.say(&format!("{name}-what"))),
        ..Link::to(href, visit.say(name))
    };
    all.into_iter().map(link).collect()
}
