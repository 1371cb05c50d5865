//! Whoever was called in vain and rings back is known, also by a process that was started since, and
//! who wants to know whether it was us is told.

use serde_json::Value;

use crate::harness::{Answers, Caller, Carrier, Centre, Phone, SOON, Setup};

const KNOWN: &str = "richiamo_riconosciuto";
const SETUP: Setup = Setup {
    start: "menu",
    answer_max: 8,
    answer_after_ms: 0,
    drain_s: 20,
    log: "info",
    database: crate::harness::Kind::AsTold,
};

/// A centre whose menu can be asked whether it was us.
fn asked() -> Centre {
    let mut centre = Centre::prepare(SETUP);
    let recognises = "missed_queue = \"prenotazioni\"\nreturn_call = { timeout_s = 1 }";
    centre.replan("missed_queue = \"prenotazioni\"", recognises);
    centre.replan(
        "keys = { 1 = \"book\" }",
        "keys = { 1 = \"book\", 8 = \"verify\" }",
    );
    let verify = "[step.verify]\nverify = { yes = \"menu\", no = \"menu\" }\n\n[step.book]";
    centre.replan("[step.book]", verify);
    centre.run(&["check"]).succeeded();
    centre.serve();
    centre
}

/// A caller who chose a queue, gave up and was busy when we called.
fn called_in_vain(centre: &Centre, number: &str) -> Value {
    let caller = Caller::connected(centre, number);
    let call = caller.call_id().to_owned();
    caller.ear.press('1');
    centre.attempt(&call, "the caller waits", |row| row["stage"] == "queued");
    caller.hangs_up();
    let attempt = centre.attempt(&call, "the caller gave up", |row| {
        row["outcome"] == "abandoned_queue"
    });
    let mut carrier = Carrier::with(centre, "person_is_busy");
    let phone = Phone::registered(centre, "101", Answers::AtOnce);
    centre.sign_in("101", "Anna Esempio");
    carrier.sipp.went_well(SOON);
    centre.callback("the debt rests", |row| {
        row["id"] == attempt["callback"] && row["state"] == "waiting"
    });
    centre.seat_works("101", "idle");
    drop(phone);
    attempt
}

#[test]
fn who_rings_back_is_known_after_a_crash_goes_past_the_menu_and_hears_when_we_called() {
    let mut centre = asked();
    let attempt = called_in_vain(&centre, "0861555931");
    centre.kill();
    centre.serve();

    let stranger = Caller::connected(&centre, "0861555932");
    stranger.ear.press('8');
    stranger.ear.hears("verifica_no");
    stranger.hangs_up();

    let asks = Caller::connected(&centre, "0861555931");
    asks.ear.hears(KNOWN);
    asks.ear.press('2');
    asks.ear.press('8');
    asks.ear.hears("verifica_oggi");
    asks.hangs_up();

    let returns = Caller::connected(&centre, "0861555931");
    let call = returns.call_id().to_owned();
    returns.ear.hears(KNOWN);
    let waits = centre.attempt(&call, "past the menu", |row| row["stage"] == "queued");
    assert_eq!(waits["queue"], "prenotazioni");
    let detail = centre.callback_detail(&attempt["callback"]);
    let events = detail["events"].as_array().expect("a list");
    let returned = events.iter().filter(|event| event["kind"] == "returned");
    assert_eq!(returned.count(), 2, "{detail}");
    let phone = Phone::registered(&centre, "101", Answers::AtOnce);
    centre.attempt(&call, "the operator has them", |row| {
        row["stage"] == "talking"
    });
    phone.talks(1);
    returns.hangs_up();
    centre.callback("the debt is paid", |row| row["closed_how"] == "got_through");
    centre.audit();
}

#[test]
fn a_message_that_is_missing_is_told_by_check() {
    let centre = Centre::prepare(SETUP);
    let folder = centre.folder().join("prompts");
    std::fs::create_dir(&folder).expect("a folder");
    let prompts = crate::harness::repository().join("dialplans/prompts/it");
    for entry in std::fs::read_dir(prompts).expect("the prompts") {
        let entry = entry.expect("a prompt");
        let name = entry.file_name();
        if name != "verifica_no.wav" && name != "richiamo_riconosciuto.wav" {
            std::fs::copy(entry.path(), folder.join(name)).expect("copied");
        }
    }
    let is = format!("folder = \"{}\"", folder.display());
    let was = crate::harness::repository().join("dialplans/prompts/it");
    centre.reconfigure(&format!("folder = \"{}\"", was.display()), &is);
    centre.run(&["check"]).succeeded();
    centre.replan(
        "keys = { 1 = \"book\" }",
        "keys = { 1 = \"book\", 8 = \"verify\" }",
    );
    let verify = "[step.verify]\nverify = { yes = \"menu\", no = \"menu\" }\n\n[step.book]";
    centre.replan("[step.book]", verify);
    let told = centre.run(&["check"]).failed();
    assert!(
        told.contains("there is no prompt verifica_no.wav"),
        "{told}"
    );
    let recognises = "missed_queue = \"prenotazioni\"\nreturn_call = { days = 9 }";
    centre.replan("missed_queue = \"prenotazioni\"", recognises);
    let told = centre.run(&["check"]).failed();
    assert!(
        told.contains("there is no prompt richiamo_riconosciuto.wav"),
        "{told}"
    );
}

#[test]
fn a_code_word_is_told_with_the_promise_and_said_before_the_operator() {
    let mut centre = Centre::prepare(Setup {
        start: "menu",
        ..SETUP
    });
    centre.reconfigure(
        "title = \"ASL di Teramo\"",
        "title = \"ASL di Teramo\"\ncode_word = true",
    );
    centre.replan(
        "keys = { 1 = \"book\" }",
        "keys = { 1 = \"book\", 9 = \"wish\" }",
    );
    centre.replan("confirm_number = true, ", "");
    centre.run(&["check"]).succeeded();
    centre.serve();
    let caller = Caller::connected(&centre, "0861555933");
    caller.ear.press('9');
    caller.ear.hears("codice_dato");
    caller.hangs_up();
    let debt = centre.callback("the debt", |row| row["state"] == "waiting");
    let code = centre.callback_detail(&debt["id"])["code_word"].clone();
    let digits = code.as_str().expect("four digits").to_owned();
    assert_eq!(digits.len(), 4, "{code}");
    let shown = centre
        .run(&["callbacks", "show", &debt["id"].to_string()])
        .succeeded();
    assert!(shown.contains(&digits), "{shown}");
    assert_eq!(debt["code_word"], Value::Null, "not in lists");
    centre.kill();
    centre.serve();

    let carrier = Carrier::with(&centre, "person_answers");
    let phone = Phone::registered(&centre, "101", Answers::AtOnce);
    centre.sign_in("101", "Anna Esempio");
    carrier.ear.hears("codice_detto");
    phone.talks(25);
    phone.hangs_up();
    let closed = centre.callback("the debt is paid", |row| row["state"] == "closed");
    assert_eq!(closed["closed_how"], "served");
    assert_eq!(
        centre.callback_detail(&debt["id"])["code_word"],
        Value::Null
    );
    assert_eq!(
        centre.sql("SELECT count(*) FROM code_word WHERE code IS NOT NULL"),
        "0"
    );
    centre.audit();
}
