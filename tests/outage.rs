//! The database goes away in the middle of the work: callers are answered and refused as
//! before, what happens is kept in the spill, nobody is rung, and when the database is back it
//! is told everything once.

use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::{
    Answers, Caller, Centre, Kind, Phone, SOON, Setup, assert_nobody_lost, crowd, until,
};

/// Beyond the time in which the database is waited for, a commit is spilled.
const STALL: &str = "[data]\nstall_ms = 300";
/// RTP packets of two seconds.
const TWO_SECONDS: u64 = 100;

/// A centre that notices soon when its database, which is its own, is away.
fn centre(answer_max: u32, database: Kind) -> Centre {
    let mut centre = Centre::prepare(Setup {
        answer_max,
        database,
        ..Setup::default()
    });
    centre.reconfigure("[data]", STALL);
    centre.serve();
    centre
}

fn is_spilling(centre: &Centre) -> Option<Value> {
    (centre.counted("cuptel_spill_bytes") > 0).then(|| centre.health())
}

fn is_well(centre: &Centre) -> Option<()> {
    (centre.health()["ready"] == true).then_some(())
}

#[test]
fn nobody_is_lost_while_the_database_is_away() {
    let mut centre = centre(1, Kind::OwnServer);
    let spill = centre.folder().join("data/spill/records");
    let held = Caller::connected(&centre, "0861555601");
    let call = held.call_id().to_owned();
    centre.attempt(&call, "one waits", |row| row["stage"] == "queued");

    centre.database.goes_away();
    let mut refused = crowd(&centre, 150);
    let health = until("the spill is used", SOON, || is_spilling(&centre));
    assert_eq!(health["ready"], false);
    assert!(health["degraded"][0]["since_ms"].is_i64(), "{health}");
    refused.went_well(SOON);
    held.hangs_up();
    assert!(spill.exists());
    assert_eq!(centre.counted("cuptel_database_up"), 0);
    assert!(centre.counted("cuptel_spill_bytes") > 0);

    centre.database.comes_back();
    until("the database has caught up", SOON, || is_well(&centre));
    assert!(!spill.exists());
    assert_eq!(centre.counted("cuptel_database_up"), 1);
    assert_eq!(centre.counted("cuptel_spill_bytes"), 0);
    assert_nobody_lost(&centre, &refused);
    let ended = centre.old_attempt(&call, "the held call is over", |row| {
        row["stage"] == "ended"
    });
    assert_eq!(ended["outcome"], "abandoned_queue");
    assert_ne!(ended["callback"], Value::Null);
    let audit = centre.audit();
    assert_eq!(audit["sums"]["attempts"], 151);
    assert_eq!(audit["spilled"]["entries"], 0);
}

#[test]
fn what_was_spilled_outlives_kill_9_and_is_told_first() {
    let mut centre = centre(1, Kind::OwnServer);
    let held = Caller::connected(&centre, "0861555602");
    let call = held.call_id().to_owned();
    centre.attempt(&call, "one waits", |row| row["stage"] == "queued");
    centre.database.goes_away();
    let mut refused = crowd(&centre, 50);
    refused.went_well(SOON);
    until("the spill is used", SOON, || is_spilling(&centre));
    centre.kill();
    centre.database.comes_back();

    let audit = centre.run(&["audit"]);
    assert_eq!(audit.code, Some(1), "{audit:?}");
    assert!(audit.out.contains("wait in the spill"), "{audit:?}");
    drop(held);
    centre.serve();
    assert_nobody_lost(&centre, &refused);
    let interrupted = centre.old_attempt(&call, "the held call is closed", |row| {
        row["outcome"] == "interrupted"
    });
    assert_ne!(interrupted["callback"], Value::Null);
    assert_eq!(centre.audit()["sums"]["attempts"], 51);
}

#[test]
fn a_reload_that_the_database_does_not_take_is_refused_and_can_be_repeated() {
    let centre = centre(8, Kind::OwnPostgres);
    centre.reconfigure("title = \"Prenotazioni\"", "title = \"Prenotare\"");
    centre.database.freezes();
    let (status, answer) = centre.post_as(&centre.token(), "reload");
    assert_eq!(status, 422, "{answer}");
    let fault = answer["faults"][0].as_str().expect("a fault");
    assert!(fault.contains("the database did not take"), "{fault}");
    let title = |centre: &Centre| centre.get("queues")["queues"][0]["title"].take();
    assert_eq!(title(&centre), "Prenotazioni");

    centre.database.thaws();
    until("the reload is taken", SOON, || {
        let (status, _) = centre.post_as(&centre.token(), "reload");
        (status == 200).then_some(())
    });
    until("it is in force", SOON, || {
        (title(&centre) == "Prenotare").then_some(())
    });
    until("its row is stored", SOON, || {
        let rows = centre.sql("SELECT count(*) FROM config_version");
        (rows == "2").then_some(())
    });
    centre.audit();
}

#[test]
fn nobody_is_rung_while_the_database_is_away() {
    let mut centre = centre(8, Kind::OwnServer);
    let phone = Phone::registered(&centre, "101", Answers::AtOnce);
    centre.sign_in("101", "Anna Esempio");
    let first = Caller::connected(&centre, "0861555603");
    let call = first.call_id().to_owned();
    centre.attempt(&call, "one talks", |row| row["stage"] == "talking");
    phone.talks(10);
    let second = Caller::connected(&centre, "0861555604");
    let waiting = second.call_id().to_owned();
    centre.attempt(&waiting, "one waits", |row| row["stage"] == "queued");

    centre.database.goes_away();
    first.hangs_up();
    until("the spill is used", SOON, || is_spilling(&centre));
    // Longer than the wrap-up: but for the outage the seat would ring.
    second.ear.hears_more(TWO_SECONDS);

    centre.database.comes_back();
    let talks = until("the one who waited talks", SOON, || {
        is_well(&centre)?;
        let rows = centre.sql(&format!(
            "SELECT count(*) FROM attempt WHERE sip_call_id = '{waiting}' AND stage = 'talking'"
        ));
        (rows == "1").then_some(rows)
    });
    assert_eq!(talks, "1");
    assert_eq!(centre.sql("SELECT count(*) FROM offer"), "2");
    second.hangs_up();
    centre.old_attempt(&call, "the first was served", |row| {
        row["outcome"] == "served"
    });
    centre.old_attempt(&waiting, "the second was served", |row| {
        row["outcome"] == "served"
    });
    centre.audit();
}

#[test]
fn sessions_that_are_ended_under_load_lose_nobody() {
    let mut centre = centre(1, Kind::OwnPostgres);
    let held = Caller::connected(&centre, "0861555605");
    let mut refused = crowd(&centre, 200);
    let end_all = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
        WHERE application_name = 'cuptel'";
    while refused.ended().is_none() {
        centre.sql(end_all);
        until("it goes on", SOON, || is_well(&centre));
    }
    refused.went_well(SOON);
    held.hangs_up();
    until("everything is stored", SOON, || {
        let ended = "SELECT count(*) FROM attempt WHERE stage = 'ended'";
        (centre.sql(ended) == "201").then_some(())
    });
    assert_nobody_lost(&centre, &refused);
    centre.assert_alive();
    centre.audit();
}

#[test]
fn a_server_that_stops_answering_without_a_word_is_noticed() {
    let centre = centre(1, Kind::OwnPostgres);
    let held = Caller::connected(&centre, "0861555606");
    centre.database.freezes();
    let mut refused = crowd(&centre, 50);
    refused.went_well(SOON);
    until("the spill is used", SOON, || is_spilling(&centre));
    centre.database.thaws();
    until(
        "the database has caught up",
        Duration::from_secs(60),
        || is_well(&centre),
    );
    assert_nobody_lost(&centre, &refused);
    held.hangs_up();
    centre.audit();
}

/// Sets a value of the server's configuration, and has it read.
fn configure(centre: &Centre, setting: &str) {
    centre.sql(&format!("ALTER SYSTEM SET {setting}"));
    centre.sql("SELECT pg_reload_conf()");
}

#[test]
fn a_server_that_takes_no_writes_any_more_is_called_read_only() {
    let mut centre = centre(1, Kind::OwnPostgres);
    let held = Caller::connected(&centre, "0861555607");
    configure(&centre, "default_transaction_read_only = on");
    let mut refused = crowd(&centre, 100);
    until("the mode is told", SOON, || {
        let health = centre.health();
        (health["degraded"][0]["mode"] == "database_read_only").then_some(())
    });
    refused.went_well(SOON);
    held.hangs_up();
    assert!(centre.counted("cuptel_spill_bytes") > 0);
    configure(&centre, "default_transaction_read_only = off");
    until("the database has caught up", SOON, || is_well(&centre));
    assert_nobody_lost(&centre, &refused);
    assert_eq!(centre.audit()["sums"]["attempts"], 101);
    centre.assert_alive();
}

#[test]
fn a_commit_that_is_carried_out_and_never_answered_is_told_once() {
    let mut centre = centre(1, Kind::OwnPostgres);
    let held = Caller::connected(&centre, "0861555608");
    // A standby that does not exist must confirm: rows are there, and COMMIT hangs.
    configure(&centre, "synchronous_commit = on");
    configure(&centre, "synchronous_standby_names = 'nobody'");
    let mut refused = crowd(&centre, 100);
    until("the spill is used", SOON, || is_spilling(&centre));
    refused.went_well(SOON);
    held.hangs_up();
    configure(&centre, "synchronous_standby_names = ''");
    until(
        "the database has caught up",
        Duration::from_secs(60),
        || is_well(&centre),
    );
    assert_nobody_lost(&centre, &refused);
    assert_eq!(centre.audit()["sums"]["attempts"], 101);
    centre.assert_alive();
}

#[test]
fn a_server_that_crashes_again_and_again_under_load_loses_nobody() {
    let mut centre = centre(1, Kind::OwnPostgres);
    let held = Caller::connected(&centre, "0861555609");
    let mut refused = crowd(&centre, 600);
    let mut crashes = 0;
    while refused.ended().is_none() {
        centre.database.goes_away();
        centre.database.comes_back();
        until("the database has caught up", SOON, || is_well(&centre));
        crashes += 1;
    }
    assert!(crashes >= 2, "{crashes}");
    refused.went_well(SOON);
    held.hangs_up();
    until("everything is stored", SOON, || {
        let ended = "SELECT count(*) FROM attempt WHERE stage = 'ended'";
        (centre.sql(ended) == "601").then_some(())
    });
    assert_nobody_lost(&centre, &refused);
    centre.assert_alive();
    centre.audit();
}

#[test]
fn what_was_done_while_the_log_of_access_took_nothing_stands_there_afterwards() {
    let mut centre = centre(8, Kind::Sqlite);
    let token = json!({ "name": "tabellone", "role": "auditor" });
    let token = centre.post("tokens", &token)["token"].take();
    let token = token.as_str().expect("a token");
    centre.database.goes_away();
    let (status, answer) = centre.post_as(token, "stops");
    assert_eq!(status, 403, "{answer}");
    let tried = |centre: &Centre| {
        let log = centre.get("access-log")["log"].take();
        let log = log.as_array().expect("a list").clone();
        let mut log = log.into_iter();
        log.find(|it| it["who"] == "tabellone" && it["act"] == "POST /api/v1/stops")
    };
    assert_eq!(tried(&centre), None);

    centre.database.comes_back();
    let entry = until("the log has what waited", SOON, || tried(&centre));
    assert_eq!(entry["refused"], true);
    assert_eq!(entry["origin"], "127.0.0.1");
}
