//! No room is left on the disk while people call: what the database cannot take is kept on the
//! other disk; where there is none, the server ends before it promises what it cannot keep.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::harness::{
    Caller, Centre, Kind, SOON, STORED_NOWHERE, Setup, assert_nobody_lost, crowd, until,
};

/// A centre whose data is on a disk of its own.
fn centre_on_small_disk(spill: &str) -> Centre {
    let mut centre = Centre::prepare(Setup {
        answer_max: 1,
        database: Kind::Sqlite,
        ..Setup::default()
    });
    centre.reconfigure("[data]", "[data]\nstall_ms = 300");
    centre.reconfigure("/data/spill\"", &format!("/{spill}\""));
    centre.stands_on_small_disk(12);
    centre
}

#[test]
fn a_full_disk_of_the_database_loses_nobody_while_the_spill_has_room() {
    let mut centre = centre_on_small_disk("spill");
    centre.serve();
    let held = Caller::connected(&centre, "0861555611");
    let call = held.call_id().to_owned();
    centre.attempt(&call, "one waits", |row| row["stage"] == "queued");
    centre.small_disk().fills();
    let mut refused = crowd(&centre, 200);
    let health = until("the full disk is told", SOON, || {
        let health = centre.health();
        (health["degraded"][0]["mode"] == "database_full").then_some(health)
    });
    assert_eq!(health["ready"], false);
    assert_eq!(
        health["degraded"][0]["advice"],
        "make room where the database is"
    );
    refused.went_well(SOON);
    held.hangs_up();
    assert_eq!(centre.counted("cuptel_degraded{mode=\"database_full\"}"), 1);
    assert!(centre.counted("cuptel_spill_bytes") > 0);
    assert!(centre.page("/").contains("non ha più spazio"));

    centre.small_disk().empties();
    until("the database has caught up", SOON, || {
        (centre.health()["ready"] == true).then_some(())
    });
    assert_eq!(centre.counted("cuptel_degraded{mode=\"database_full\"}"), 0);
    let log = centre.log();
    for line in ["DOES NOT TAKE WHAT HAPPENS", "OVER: the database takes"] {
        assert_eq!(log.matches(line).count(), 1, "{line}: {log}");
    }
    assert_eq!(assert_nobody_lost(&centre, &refused), 200);
    let audit = centre.audit();
    assert_eq!(audit["sums"]["attempts"], 201);
    assert_eq!(audit["spilled"]["entries"], 0);
}

#[test]
fn where_nothing_can_be_stored_the_server_ends_and_nobody_is_promised_anything() {
    let mut centre = centre_on_small_disk("data/spill");
    centre.serve();
    let held = Caller::connected(&centre, "0861555612");
    let call = held.call_id().to_owned();
    centre.attempt(&call, "one waits", |row| row["stage"] == "queued");
    let before = crowd(&centre, 30);
    until("the storm rages", SOON, || {
        (centre.counted("cuptel_sip_responses_total{code=\"486\"}") >= 10).then_some(())
    });
    centre.small_disk().fills();
    let during = crowd(&centre, 200);
    let status = centre.stopped(SOON);
    assert_eq!(status.code(), Some(STORED_NOWHERE), "{}", centre.log());
    assert!(
        centre.log().contains("records cannot be stored"),
        "{}",
        centre.log()
    );
    drop(held);
    let finals = [before.finals(), during.finals()];
    drop((before, during));

    centre.small_disk().empties();
    centre.serve();
    let rows = centre.sql("SELECT sip_call_id FROM attempt");
    let rows: BTreeSet<&str> = rows.lines().collect();
    let lost = finals.iter().flatten();
    let lost: Vec<&String> = lost.filter(|it| !rows.contains(it.as_str())).collect();
    assert!(lost.is_empty(), "{lost:?}");
    let interrupted = centre.old_attempt(&call, "the held call is closed", |row| {
        row["outcome"] == "interrupted"
    });
    assert_ne!(interrupted["callback"], Value::Null);
    centre.audit();
}

#[test]
fn a_spill_that_reaches_its_limit_ends_the_server_in_order_and_the_next_one_tells_everything() {
    let mut centre = Centre::prepare(Setup {
        answer_max: 1,
        database: Kind::OwnServer,
        ..Setup::default()
    });
    centre.reconfigure(
        "[data]",
        "[data]\nstall_ms = 300\nspill_bytes_max = 1048576",
    );
    centre.serve();
    let held = Caller::connected(&centre, "0861555613");
    let call = held.call_id().to_owned();
    centre.attempt(&call, "one waits", |row| row["stage"] == "queued");
    centre.database.goes_away();
    let refused = crowd(&centre, 2_000);
    let status = centre.stopped(SOON);
    let log = centre.log();
    assert_eq!(status.code(), Some(STORED_NOWHERE), "{log}");
    assert_eq!(
        log.matches("DOES NOT TAKE WHAT HAPPENS").count(),
        1,
        "{log}"
    );
    assert!(log.contains("the limit of [data] spill_bytes_max"), "{log}");
    let told = refused.finals();
    drop((held, refused));
    assert!(told.len() > 100, "{}", told.len());

    centre.database.comes_back();
    centre.serve();
    let rows = centre.sql("SELECT sip_call_id FROM attempt");
    let rows: BTreeSet<&str> = rows.lines().collect();
    let lost = told.iter().filter(|it| !rows.contains(it.as_str()));
    assert_eq!(lost.count(), 0, "of {}", told.len());
    centre.old_attempt(&call, "the held call is closed", |row| {
        row["outcome"] == "interrupted"
    });
    assert_eq!(centre.audit()["spilled"]["entries"], 0);
}
