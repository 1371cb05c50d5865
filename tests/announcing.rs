//! A supervisor without a computer speaks the message of an emergency into a seat's phone: callers
//! hear it, it holds over a restart, and is withdrawn and erased by phone.

use std::fs;
use std::path::Path;
use std::time::Duration;

use crate::harness::{Answers, Caller, Centre, Phone, SOON, Setup, let_pass, until};

const CODE: &str = "*77";
const PIN: &str = "246813";
const SETTINGS: &str = "[announcing]
seconds_max = 20

[[announcing.pin]]
pin = \"env:CUPTEL_PIN\"
tenants = [\"asl-teramo\"]

[stop]";

fn centre() -> Centre {
    let mut centre = Centre::prepare(Setup::default());
    centre.reconfigure("[stop]", SETTINGS);
    centre.surrounds_with(vec![("CUPTEL_PIN", PIN.to_owned())]);
    centre.serve();
    centre
}

/// Nothing more is said to the phone: it is its turn to speak, or to press a key.
fn has_its_say(phone: &Phone) {
    let mut before = 0;
    until("the phone is told nothing more", SOON * 3, || {
        let heard = phone.packets().0;
        let is_quiet = heard > 0 && heard == before;
        before = heard;
        let_pass(Duration::from_millis(300));
        is_quiet.then_some(())
    });
}

fn keys(phone: &Phone, digits: &str) {
    for digit in digits.chars() {
        phone.presses(digit);
    }
}

/// Dials the code and proves who it is.
fn dials(centre: &Centre, phone: &Phone) {
    phone.dials(CODE);
    centre.wait_for_sql(
        "SELECT count(*) FROM attempt WHERE stage = 'in_dialplan' AND suppressed = 'internal'",
        "1",
    );
    keys(phone, PIN);
    keys(phone, "#");
}

/// Until the question whether it is to be put in force.
fn speaks(phone: &Phone) {
    has_its_say(phone);
    let spoken = phone.packets().1;
    until("the message is spoken", SOON, || {
        (phone.packets().1 > spoken + 100).then_some(())
    });
    keys(phone, "#");
    has_its_say(phone);
}

fn is_heard_by_callers(centre: &Centre, number: &str, sound: &Path) {
    let mut caller = Caller::connected(centre, number);
    let call = caller.call_id().to_owned();
    caller.ear.hears_file(sound);
    caller.is_hung_up_on(SOON * 3);
    let attempt = centre.attempt(&call, "owed", |row| row["outcome"] == "withdrawn");
    assert!(attempt["callback"].is_i64(), "{attempt}");
}

#[test]
fn a_message_spoken_by_phone_is_heard_survives_a_restart_and_is_withdrawn_by_phone() {
    let mut centre = centre();
    let phone = Phone::registered(&centre, "101", Answers::ByHand);
    dials(&centre, &phone);
    speaks(&phone);
    assert_eq!(centre.sql("SELECT count(*) FROM announcement"), "0");
    keys(&phone, "1");
    centre.wait_for_sql("SELECT count(*) FROM closure WHERE until_ms IS NULL", "1");
    centre.wait_for_sql("SELECT count(*) FROM attempt WHERE stage <> 'ended'", "0");

    let list = centre.run(&["stops", "list"]).succeeded();
    assert!(list.contains("emergency") && list.contains("101"), "{list}");
    let told = &centre.get("stops")["stops"][0]["announcement"];
    let seconds = told["seconds"].as_i64().expect("a length");
    assert!((1..=20).contains(&seconds), "{told}");
    let (id, file) = (told["id"].to_string(), centre.folder().join("spoken.wav"));
    let to = file.to_str().expect("a plain path");
    centre.run(&["stops", "sound", &id, "--to", to]).succeeded();
    is_heard_by_callers(&centre, "0861555921", &file);

    centre.kill();
    centre.serve();
    is_heard_by_callers(&centre, "0861555922", &file);

    drop(phone);
    let phone = Phone::registered(&centre, "101", Answers::ByHand);
    dials(&centre, &phone);
    has_its_say(&phone);
    keys(&phone, "9");
    centre.wait_for_sql("SELECT count(*) FROM closure WHERE until_ms IS NULL", "0");
    let kept = "SELECT count(*) FROM announcement WHERE audio IS NOT NULL";
    assert_eq!(centre.sql(kept), "0");
    assert!(!centre.log().contains(PIN), "never logged");
    centre.audit();
}

#[test]
fn hanging_up_before_the_word_changes_nothing_and_a_wrong_pin_is_counted() {
    let centre = centre();
    let phone = Phone::registered(&centre, "101", Answers::ByHand);
    dials(&centre, &phone);
    speaks(&phone);
    phone.hangs_up();
    let ended = "SELECT count(*) FROM attempt WHERE reason = 'nothing was changed'";
    centre.wait_for_sql(ended, "1");
    phone.dials(CODE);
    centre.wait_for_sql(
        "SELECT count(*) FROM attempt WHERE stage = 'in_dialplan'",
        "1",
    );
    keys(&phone, "111111#111111#111111#");
    centre.wait_for_sql(
        "SELECT count(*) FROM attempt WHERE reason = 'wrong PIN'",
        "1",
    );
    phone.dials(CODE);
    centre.wait_for_sql("SELECT count(*) FROM attempt WHERE sip_status = 403", "1");
    assert_eq!(centre.sql("SELECT count(*) FROM closure"), "0");
    assert_eq!(centre.sql("SELECT count(*) FROM announcement"), "0");
    centre.audit();
}

#[test]
fn a_file_is_put_in_force_and_withdrawn_from_a_shell() {
    let centre = centre();
    let prompt = crate::harness::repository().join("dialplans/prompts/it/annuncio_parli.wav");
    let wav = prompt.to_str().expect("a plain path");
    let tenant = ["--tenant", "asl-teramo"];
    let press = [&["stop", "emergency", "--wav", wav], &tenant[..]].concat();
    let told = centre.run(&press).succeeded();
    assert!(told.contains("the recording"), "{told}");
    is_heard_by_callers(&centre, "0861555923", &prompt);
    let config = centre.config();
    let no_sound = config.to_str().expect("a plain path");
    let press = [&["stop", "emergency", "--wav", no_sound], &tenant[..]].concat();
    let refused = centre.run(&press).failed();
    assert!(refused.contains("not a WAV file"), "{refused}");
    let other = [&["stop", "emergency", "--message", "chiuso"], &tenant[..]].concat();
    let refused = centre.run(&other).failed();
    assert!(refused.contains("it has "), "{refused}");

    let until = ["stop", "emergency", "--until", "04:00", "--reason", "neve"];
    let told = centre.run(&[&until[..], &tenant[..]].concat()).succeeded();
    assert!(told.contains("holds until 20"), "with its date: {told}");
    assert!(told.contains("heard: what was recorded, "), "{told}");
    let anew = ["stop", "emergency", "--supervisor", "Carla Capo"];
    let told = centre.run(&[&anew[..], &tenant[..]].concat()).succeeded();
    let holds = "holds until it is released (`cuptel resume`); heard: what was recorded, ";
    assert!(told.contains(holds), "{told}");
    assert!(told.contains("because: neve; by: Carla Capo"), "{told}");
    is_heard_by_callers(&centre, "0861555926", &prompt);
    centre.run(&["stop", "emergency"]).succeeded();
    let told = centre.run(&["resume", "emergency"]).succeeded();
    let left = "released; still pressed: emergency for asl-teramo";
    assert!(told.contains(left), "{told}");
    let resume = [&["resume", "emergency"], &tenant[..]].concat();
    centre.run(&resume).succeeded();
    let kept = "SELECT count(*) FROM announcement WHERE audio IS NOT NULL";
    assert_eq!(centre.sql(kept), "0");
    centre.audit();
}

#[test]
fn a_pin_that_cannot_be_read_or_is_guessed_too_soon_is_told_by_check() {
    let centre = Centre::prepare(Setup::default());
    let file = centre.folder().join("pin");
    let at = format!("file:{}", file.display());
    centre.reconfigure("[stop]", &SETTINGS.replace("env:CUPTEL_PIN", &at));
    let told = centre.run(&["check"]).succeeded();
    assert!(
        told.contains("cannot read the secret") && told.contains("would not start"),
        "{told}"
    );
    fs::write(&file, "1234").expect("the PIN can be written");
    let told = centre.run(&["check"]).succeeded();
    assert!(told.contains("expected 6 to 16 digits"), "{told}");
    assert!(!told.contains("1234"), "{told}");
    fs::write(&file, PIN).expect("the PIN can be written");
    let told = centre.run(&["check"]).succeeded();
    assert!(!told.contains("PIN 1"), "{told}");
}

#[test]
fn a_variable_of_a_secret_that_is_not_set_is_an_error_of_check() {
    let centre = Centre::prepare(Setup::default());
    centre.reconfigure("[stop]", SETTINGS);
    let told = centre.run(&["check"]).failed();
    let said = "error: PIN 1 of [announcing]: the environment has no CUPTEL_PIN";
    assert!(told.contains(said), "{told}");
    assert!(told.contains("is not in order: 1 error"), "{told}");
}
