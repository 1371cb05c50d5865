//! How the system is, for people: what `/health/ready` tells programs, in words, with what to do.

use axum::response::Response;
use cuptel_core::snapshot::{QueueNow, Snapshot};
use cuptel_core::words::Degraded;

use super::Visit;
use super::configuration::{HOME, trunks};
use super::operators::{fact, heading};
use super::sheet::{Cell, Link, List, Part};
use crate::error::ApiError;
use crate::port::Health;
use crate::words::{self, date_and_time};

/// Whether calls are taken, and what does not work as it should.
pub(crate) async fn page(visit: Visit) -> Result<Response, ApiError> {
    let (health, look) = (visit.shared.engine.health(), visit.shared.engine.snapshot());
    let mut sheet = visit.sheet(visit.say("admin-status"), Vec::new());
    sheet.intro.push(visit.say("admin-status-intro"));
    let held = held(&visit, &look, &health);
    let is_as_set = held.is_empty();
    let verdict = visit.say(match (look.stopping, health.ready, health.degraded.len()) {
        (true, _, _) => "admin-status-stopping",
        (false, false, _) => "admin-status-not-ready",
        (false, true, 0) if is_as_set => "admin-status-ready",
        (false, true, 0) => "admin-status-held",
        (false, true, _) => "admin-status-degraded",
    });
    let is_well = health.ready && !look.stopping && health.degraded.is_empty() && is_as_set;
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
    if !is_as_set {
        sheet
            .parts
            .push(heading(&visit, "held", "admin-status-held-heading"));
        sheet.parts.push(Part::List(held_list(&visit, held)));
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
        fact(&visit, "admin-status-closed", closed(&visit, &look)),
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

/// One thing that keeps the centre from doing all that it is set up to do.
struct Held {
    what: String,
    /// Where something can be done about it.
    href: String,
    go: String,
}

/// What somebody stopped, what of the files is not in force, and what does not answer: calls are taken all
/// the same.
fn held(visit: &Visit, look: &Snapshot, health: &Health) -> Vec<Held> {
    let language = visit.language;
    let about = |what: String, href: &str, go: &str| Held {
        what,
        href: href.to_owned(),
        go: visit.say(go),
    };
    let seen = |tenant: &Option<String>| match tenant {
        Some(tenant) => visit.caller.sees(Some(tenant)),
        None => true,
    };
    let mut all = Vec::new();
    for stop in look.stops.iter().filter(|stop| seen(&stop.tenant)) {
        let what = words::stop(language, stop, look.at_ms);
        all.push(about(what, "/supervisor/stops", "admin-status-stop-go"));
    }
    let configuration = &health.configuration;
    if let Some(failed) = &configuration.failed {
        let what = language.with(
            "word-reload-failed",
            &[
                ("at", date_and_time(failed.at_ms).into()),
                ("since", date_and_time(configuration.since_ms).into()),
            ],
        );
        all.push(about(what, HOME, "admin-todo-trunk-go"));
    }
    for trunk in &look.trunks {
        let Some(since_ms) = trunk.down_since_ms else {
            continue;
        };
        let what = [
            ("trunk", trunk.name.as_str().into()),
            ("since", date_and_time(since_ms).into()),
        ];
        let what = language.with("admin-status-trunk-down", &what);
        all.push(about(what, "#trunks", "admin-trunks"));
    }
    for site in &look.sites {
        let Some(since_ms) = site.out_since_ms else {
            continue;
        };
        let what = [
            ("site", site.name.as_str().into()),
            ("since", date_and_time(since_ms).into()),
        ];
        let what = language.with("admin-status-site-out", &what);
        all.push(about(what, "/supervisor", "admin-status-site-go"));
    }
    all
}

fn held_list(visit: &Visit, held: Vec<Held>) -> List {
    let caption = visit.count("admin-status-held-caption", held.len());
    let row = |it: Held| vec![it.what.into(), Cell::link(it.go, it.href)];
    List {
        id: "held",
        caption,
        columns: visit.columns(&["admin-what", "admin-status-held-where"]),
        rows: held.into_iter().map(row).collect(),
        ..List::default()
    }
}

/// The queues that admit nobody now, by their hours or because somebody said so.
fn closed(visit: &Visit, look: &Snapshot) -> String {
    let seen = |queue: &&QueueNow| visit.caller.sees(Some(&queue.tenant));
    let all = look.queues.iter().filter(seen);
    let shut = all.filter(|queue| !queue.is_open);
    let names: Vec<String> = shut
        .map(|queue| format!("{}, {}", queue.title, visit.tenant_title(&queue.tenant)))
        .collect();
    if names.is_empty() {
        visit.say("admin-status-none-closed")
    } else {
        names.join("; ")
    }
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
