//! The end of a process, sudden or asked for: what anybody was told is on disk, and the next
//! start takes up what was left.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::time::Duration;

use serde_json::Value;

use crate::harness::{Answers, Caller, Carrier, Centre, Phone, SOON, Setup, Sipp, until};

#[test]
fn kill_9_in_a_storm_of_refusals_loses_nobody_who_got_an_answer() {
    let mut centre = Centre::start(Setup {
        answer_max: 1,
        ..Setup::default()
    });
    let held = Caller::connected(&centre, "0861555401");
    let held_call = held.call_id().to_owned();
    centre.attempt(&held_call, "the held caller waits", |row| {
        row["stage"] == "queued"
    });

    // 700 people at 400 calls a second, so that some redial.
    let mut numbers = String::from("SEQUENTIAL\n");
    for person in 0..700 {
        writeln!(numbers, "08617{person:05};").expect("a string takes it");
    }
    let list = centre.folder().join("numbers.csv");
    fs::write(&list, numbers).expect("the folder can be written");
    let list = list.display().to_string();
    let storm = Sipp::calling(
        &centre,
        "storm",
        &["-inf", &list, "-r", "400", "-l", "20000"],
    );
    until("the storm rages", SOON, || {
        (storm.finals_so_far().len() >= 800).then_some(())
    });
    centre.kill();
    let finals = storm.finals();
    drop(storm);
    assert!(finals.len() >= 800, "only {} finals arrived", finals.len());
    drop(held);

    // Where the disk was slow some rows were in the spill when it died: a start tells them.
    centre.serve();
    let rows = centre.sql("SELECT sip_call_id FROM attempt");
    let rows: BTreeSet<&str> = rows.lines().collect();
    let lost: Vec<&String> = finals
        .iter()
        .filter(|call| !rows.contains(call.as_str()))
        .collect();
    assert!(
        lost.is_empty(),
        "{} finals without a row: {lost:?}",
        lost.len()
    );
    let interrupted = centre.old_attempt(&held_call, "the held call is closed", |row| {
        row["outcome"] == "interrupted"
    });
    let debt = centre.callback_detail(&interrupted["callback"]);
    assert_eq!(debt["needs"][0]["kind"], "interrupted");
    let audit = centre.audit();
    assert_eq!(audit["sums"]["open"], 0);
    assert_eq!(
        audit["sums"]["attempts"].as_u64(),
        u64::try_from(rows.len()).ok()
    );
    let again = Caller::connected(&centre, "0861555402");
    again.ear.hears("in_attesa");
    again.hangs_up();
    centre.audit();
}

#[test]
fn sigterm_says_goodbye_to_who_waits_and_lets_who_talks_finish() {
    let mut centre = Centre::start(Setup::default());
    let phone = Phone::registered(&centre, "101", Answers::AtOnce);
    centre.sign_in("101", "Anna Esempio");
    let talking = Caller::connected(&centre, "0861555403");
    let talking_call = talking.call_id().to_owned();
    centre.attempt(&talking_call, "one talks", |row| row["stage"] == "talking");
    let mut waiting = Caller::connected(&centre, "0861555404");
    let waiting_call = waiting.call_id().to_owned();
    centre.attempt(&waiting_call, "one waits", |row| row["stage"] == "queued");

    centre.terminate();
    waiting.ear.hears("richiamata_chiusura");
    waiting.is_hung_up_on(SOON);
    let before = phone.packets();
    phone.talks(before.0 + 25);
    talking.ear.hears_more(25);
    talking.hangs_up();
    let status = centre.stopped(Duration::from_secs(10));
    assert!(status.success(), "{status}: {}", centre.log());
    centre.audit();

    let offline = |call: &str| {
        let rows = centre
            .run(&["attempts", "list", "--offline", "--json"])
            .succeeded();
        let rows: Vec<Value> = serde_json::from_str(&rows).expect("a list in JSON");
        let row = rows.into_iter().find(|row| row["sip_call_id"] == call);
        row.expect("the attempt is stored")
    };
    assert_eq!(offline(&talking_call)["outcome"], "served");
    let owed = offline(&waiting_call);
    assert_eq!(owed["outcome"], "withdrawn");
    assert_ne!(owed["callback"], Value::Null);

    drop(phone);
    centre.serve();
    let debt = centre.callback("the debt outlives the stop", |row| {
        row["id"] == owed["callback"]
    });
    assert_eq!(debt["state"], "waiting");
    Caller::connected(&centre, "0861555405").hangs_up();
    centre.audit();
}

#[test]
fn a_conversation_that_outlasts_the_drain_time_is_cut_and_owed_a_call() {
    let mut centre = Centre::start(Setup {
        drain_s: 1,
        ..Setup::default()
    });
    let phone = Phone::registered(&centre, "101", Answers::AtOnce);
    centre.sign_in("101", "Anna Esempio");
    let mut caller = Caller::connected(&centre, "0861555406");
    let call = caller.call_id().to_owned();
    centre.attempt(&call, "the caller talks", |row| row["stage"] == "talking");
    phone.talks(10);
    centre.terminate();
    caller.is_hung_up_on(SOON);
    assert!(centre.stopped(SOON).success(), "{}", centre.log());
    centre.audit();
    assert_eq!(
        centre.sql("SELECT outcome FROM attempt WHERE callback IS NOT NULL"),
        "interrupted"
    );
}

#[test]
fn a_seat_is_offered_nothing_after_a_crash_until_its_phone_has_answered() {
    let mut centre = Centre::start(Setup::default());
    let phone = Phone::registered(&centre, "101", Answers::AtOnce);
    centre.sign_in("101", "Anna Esempio");
    centre.seat_works("101", "idle");
    centre.kill();
    drop(phone);
    centre.serve();
    let caller = Caller::connected(&centre, "0861555407");
    let call = caller.call_id().to_owned();
    caller.ear.hears("in_attesa");
    assert_eq!(centre.sql("SELECT count(*) FROM offer"), "0");

    let phone = Phone::registered(&centre, "101", Answers::AtOnce);
    centre.attempt(&call, "the caller talks", |row| row["stage"] == "talking");
    phone.talks(10);
    caller.hangs_up();
    centre.attempt(&call, "served", |row| row["outcome"] == "served");
    centre.audit();
}

#[test]
fn a_conversation_that_a_crash_cut_is_owed_a_priority_call() {
    let mut centre = Centre::start(Setup::default());
    let phone = Phone::registered(&centre, "101", Answers::AtOnce);
    centre.sign_in("101", "Anna Esempio");
    let caller = Caller::connected(&centre, "0861555408");
    let call = caller.call_id().to_owned();
    centre.attempt(&call, "the caller talks", |row| row["stage"] == "talking");
    phone.talks(10);
    centre.kill();
    drop(phone);
    centre.serve();
    let cut = centre.old_attempt(&call, "the call is closed", |row| {
        row["outcome"] == "interrupted"
    });
    let debt = centre.callback_detail(&cut["callback"]);
    assert_eq!(debt["needs"][0]["kind"], "interrupted");
    assert_eq!(
        centre.sql("SELECT count(*) FROM callback WHERE priority_ms > 0"),
        "1"
    );
    assert_eq!(
        centre.sql("SELECT count(*) FROM assignment WHERE ended_ms IS NULL"),
        "0"
    );
    centre.audit();
    drop(caller);
}

#[test]
fn a_dial_that_a_crash_cut_is_unknown_rests_and_is_not_rung_again() {
    let mut centre = Centre::prepare(Setup::default());
    let rests = "interrupted_under_s = 0\nreconcile_after_s = 4";
    centre.reconfigure("interrupted_under_s = 0", rests);
    centre.serve();
    let caller = Caller::connected(&centre, "0861555409");
    let call = caller.call_id().to_owned();
    centre.attempt(&call, "the caller waits", |row| row["stage"] == "queued");
    caller.hangs_up();
    let carrier = Carrier::with(&centre, "person_is_out");
    let phone = Phone::registered(&centre, "101", Answers::AtOnce);
    centre.sign_in("101", "Anna Esempio");
    carrier.invited();
    centre.callback("the person is rung", |row| row["state"] == "dialling");
    centre.kill();
    drop(phone);
    centre.serve();
    let unknown = centre.callback("nobody knows how it ended", |row| row["state"] == "unknown");
    // A seat is free again, and the grace is long over: the number rests all the same.
    let _phone = Phone::registered(&centre, "101", Answers::AtOnce);
    centre.seat_works("101", "idle");
    let rested = centre.callback("the cool-down is over", |row| row["state"] == "waiting");
    assert_eq!(rested["id"], unknown["id"]);
    assert_eq!(rested["tries"], 1, "the try is spent");
    let rest_ms = rested["not_before_ms"]
        .as_i64()
        .zip(rested["opened_ms"].as_i64());
    let (until_ms, opened_ms) = rest_ms.expect("milliseconds");
    assert!(until_ms - opened_ms >= 600_000, "{rested}");
    assert_eq!(centre.sql("SELECT result FROM dial"), "unknown");
    let rung = carrier.sipp.messages().matches("INVITE sip:").count();
    assert_eq!(rung, 1, "{}", carrier.sipp.messages());
    centre.audit();
}
