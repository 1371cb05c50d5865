//! An operator works a whole shift by phone alone: nothing but codes and keys of a real phone.

use std::time::Duration;

use crate::harness::{Answers, Caller, Carrier, Centre, Phone, SOON, Setup, let_pass, until};

const ANNA: &str = "Anna Esempio";
const SETTINGS: &str = "[codes]

[people]
pause_reasons = [\"pausa\", \"pranzo\", \"formazione\"]
decline_reasons = [\"lingua\", \"serve un'altra lingua\"]

[stop]";
const SIGNED_IN: &str = "SELECT count(*) FROM sign_in WHERE until_ms IS NULL";
const OPEN: &str = "SELECT count(*) FROM attempt WHERE stage <> 'ended'";

fn centre() -> Centre {
    let centre = Centre::prepare(Setup::default());
    centre.reconfigure("[stop]", SETTINGS);
    centre
}

fn keys(phone: &Phone, digits: &str) {
    for digit in digits.chars() {
        phone.presses(digit);
    }
}

fn in_dialplan(centre: &Centre) {
    let stage = "SELECT count(*) FROM attempt WHERE stage = 'in_dialplan'";
    centre.wait_for_sql(stage, "1");
}

/// Dials a code, hears it out, and is hung up on: so often by now.
fn does(centre: &Centre, phone: &Phone, code: &str, came: &str, times: u32) {
    phone.dials(code);
    let ended = format!("SELECT count(*) FROM attempt WHERE reason = 'code {came}'");
    until(&format!("{code} is through"), SOON * 2, || {
        (centre.sql(&ended) == times.to_string()).then_some(())
    });
}

/// The PIN as `operators pin` says it.
fn is_given_pin(centre: &Centre) -> String {
    let told = centre
        .run(&["operators", "pin", ANNA, "--number", "7"])
        .succeeded();
    let (_, rest) = told.split_once("PIN ").expect("it is said");
    assert!(told.contains("number 7"), "{told}");
    rest.chars().take_while(char::is_ascii_digit).collect()
}

fn signs_in(centre: &Centre, phone: &Phone, pin: &str) {
    phone.dials("*10");
    in_dialplan(centre);
    keys(phone, "7#");
    keys(phone, pin);
    keys(phone, "#");
}

#[test]
fn a_whole_shift_is_worked_by_phone_alone() {
    let mut centre = centre();
    centre.serve();
    let pin = is_given_pin(&centre);
    assert_eq!(pin.len(), 6);
    let phone = Phone::registered(&centre, "101", Answers::AtOnce);
    does(&centre, &phone, "*12", "available: could not be", 1);
    signs_in(&centre, &phone, "111111");
    // Whoever hangs up before it was compared has heard nothing, and has not guessed.
    let_pass(Duration::from_secs(3));
    phone.hangs_up();
    let wrong = "SELECT count(*) FROM attempt WHERE reason = 'code sign_in: wrong PIN'";
    centre.wait_for_sql(wrong, "1");
    assert_eq!(centre.sql(SIGNED_IN), "0");
    signs_in(&centre, &phone, &pin);
    centre.wait_for_sql(SIGNED_IN, "1");
    centre.wait_for_sql(OPEN, "0");
    does(&centre, &phone, "*16", "state: done", 1);
    does(&centre, &phone, "*132", "pause: done", 1);
    let reason = "SELECT pause_reason FROM sign_in WHERE until_ms IS NULL";
    assert_eq!(centre.sql(reason), "pranzo");

    let caller = Caller::connected(&centre, "0861555951");
    let call = caller.call_id().to_owned();
    does(&centre, &phone, "*12", "available: done", 1);
    centre.attempt(&call, "Anna talks", |row| row["stage"] == "talking");
    phone.talks(150);
    caller.hangs_up();
    centre.seat_works("101", "wrap_up");
    does(&centre, &phone, "*301", "result: done", 1);
    assert_eq!(centre.sql("SELECT disposition FROM assignment"), "done");
    centre.seat_works("101", "idle");

    let task = ["tasks", "add", "Spostare l'agenda"];
    let queue = ["--tenant", "asl-teramo", "--queue", "prenotazioni"];
    centre.run(&[&task[..], &queue].concat()).succeeded();
    centre.task("it is offered", |task| task["state"] == "offered");
    does(&centre, &phone, "*21", "accept: done", 1);
    centre.seat_works("101", "at_task");
    does(&centre, &phone, "*31", "finish: done", 1);
    centre.task("it is done", |task| task["state"] == "done");

    phone.dials("*14");
    in_dialplan(&centre);
    keys(&phone, "3");
    let one_more = "SELECT chosen FROM sign_in WHERE until_ms IS NULL";
    centre.wait_for_sql(one_more, "one_more_then_pause");
    centre.wait_for_sql(OPEN, "0");
    does(&centre, &phone, "*11", "sign_out: done", 1);
    assert_eq!(centre.sql(SIGNED_IN), "0");
    let theirs = "SELECT count(*) FROM attempt WHERE suppressed = 'internal'
        AND tenant IS NULL AND callback IS NULL AND number IS NULL";
    let all = "SELECT count(*) FROM attempt WHERE trunk IS NULL";
    assert_eq!(centre.sql(theirs), centre.sql(all));
    assert!(!centre.log().contains(&pin), "never logged");
    centre.audit();

    // A digest is kept, over a restart too, and nothing of the PIN itself.
    let kept = centre.sql("SELECT digest FROM operator_pin");
    assert!(kept.starts_with("$argon2id$") && !kept.contains(&pin));
    centre.kill();
    centre.serve();
    drop(phone);
    let phone = Phone::registered(&centre, "102", Answers::AtOnce);
    signs_in(&centre, &phone, &pin);
    centre.wait_for_sql(SIGNED_IN, "1");
    centre.audit();
}

#[test]
fn a_callback_is_handed_back_or_accepted_while_the_phone_rings() {
    let mut centre = centre();
    centre.reconfigure(
        "spacing_declined_s = 1",
        "spacing_declined_s = 1\npreview_s = 120\ndecline_rest_s = 600",
    );
    centre.serve();
    let add = ["callbacks", "add", "--tenant", "asl-teramo", "--queue"];
    let who = |number| ["prenotazioni", "--class", "B", "--number", number];
    centre
        .run(&[&add[..], &who("0861555952")].concat())
        .succeeded();
    let _carrier = Carrier::with(&centre, "person_answers");
    let phone = Phone::registered(&centre, "101", Answers::ByHand);
    centre.sign_in("101", ANNA);
    centre.seat_works("101", "ringing");
    does(&centre, &phone, "*222", "decline: done", 1);
    let why = centre.sql("SELECT reason FROM callback_decline");
    assert_eq!(why, "serve un'altra lingua");

    centre
        .run(&[&add[..], &who("0861555953")].concat())
        .succeeded();
    centre.seat_works("101", "ringing");
    does(&centre, &phone, "*21", "accept: done", 1);
    phone.command("accept");
    centre.seat_works("101", "talking");
    centre.audit();
}

#[test]
fn whoever_tests_a_headset_hears_themselves() {
    let mut centre = centre();
    centre.serve();
    let phone = Phone::registered(&centre, "101", Answers::ByHand);
    phone.dials("*90");
    in_dialplan(&centre);
    // The words take less than two seconds: what comes after them comes back.
    until("it is heard for longer than the words", SOON, || {
        (phone.packets().0 > 200).then_some(())
    });
    keys(&phone, "#");
    let ended = "SELECT count(*) FROM attempt WHERE reason = 'code echo: done'";
    centre.wait_for_sql(ended, "1");
    assert_eq!(centre.sql("SELECT count(*) FROM assignment"), "0");
    centre.audit();
}
