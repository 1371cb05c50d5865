//! The person is on the line before an operator, and presses a key for one.

use crate::harness::{Answers, Carrier, Centre, Phone, SOON, Setup, gives_up};

/// A centre that calls people before an operator is on the line.
fn people_first(more: &str) -> Centre {
    let mut centre = Centre::prepare(Setup::default());
    let order = format!("[queue.callback]\norder = \"person_first\"\n{more}");
    centre.reconfigure("[queue.callback]", &order);
    centre.run(&["check"]).succeeded();
    centre.serve();
    centre
}

fn staffed(centre: &Centre, answers: Answers) -> Phone {
    let phone = Phone::registered(centre, "101", answers);
    centre.sign_in("101", "Anna Esempio");
    phone
}

#[test]
fn who_presses_1_on_our_call_is_joined_with_an_operator() {
    let centre = people_first("");
    let debt = gives_up(&centre, "0861555951");
    let mut carrier = Carrier::with(&centre, "person_answers");
    let phone = staffed(&centre, Answers::AtOnce);
    carrier.ear.hears("chiamata_nostra");
    let rung = centre.callback("the person is called", |row| row["id"] == debt["id"]);
    assert_eq!(rung["state"], "dialling");
    centre.seat_works("101", "idle");
    carrier.ear.press('1');
    centre.callback("the person is spoken with", |row| row["state"] == "talking");
    phone.talks(25);
    phone.hangs_up();
    carrier.sipp.went_well(SOON);

    let closed = centre.callback("the debt is paid", |row| row["state"] == "closed");
    assert_eq!(
        (&closed["id"], &closed["closed_how"]),
        (&debt["id"], &"served".into())
    );
    let detail = centre.callback_detail(&closed["id"]);
    let dial = &detail["dials"][0];
    assert_eq!(dial["order"], "person_first");
    assert_eq!(dial["seat"], "101");
    assert!(dial["pressed_ms"].is_i64(), "{dial}");
    centre.audit();
}

#[test]
fn what_presses_nothing_hears_no_service_and_is_called_later() {
    let centre = people_first("key_s = 1\nkey_times = 1\nspacing_machine_s = 900");
    let debt = gives_up(&centre, "0861555952");
    let mut carrier = Carrier::with(&centre, "person_answers");
    let _phone = staffed(&centre, Answers::AtOnce);
    carrier.ear.hears("chiamata_segreteria");
    carrier.sipp.went_well(SOON);
    let rests = centre.callback("the debt rests", |row| {
        row["id"] == debt["id"] && row["state"] == "waiting"
    });
    assert_eq!(rests["tries"], 0);
    let detail = centre.callback_detail(&debt["id"]);
    let dial = &detail["dials"][0];
    assert_eq!(dial["result"], "machine");
    let rest_ms = dial["ended_ms"].as_i64().map(|ms| ms + 900_000);
    assert_eq!(rests["not_before_ms"].as_i64(), rest_ms);
    centre.seat_works("101", "idle");
    let told = centre.run(&["why", &debt["id"].to_string()]).succeeded();
    assert!(told.contains("held until"), "{told}");
    centre.audit();
}

#[test]
fn what_cannot_be_said_to_who_is_called_first_is_told_by_check() {
    let centre = Centre::prepare(Setup::default());
    let order = "[queue.callback]\norder = \"person_first\"\ncalling = \"pippo\"";
    centre.reconfigure("[queue.callback]", order);
    let told = centre.run(&["check"]).failed();
    assert!(told.contains("there is no prompt pippo.wav"), "{told}");
    centre.reconfigure("\"person_first\"\ncalling = \"pippo\"", "\"people\"");
    let told = centre.run(&["check"]).failed();
    assert!(told.contains("person_first"), "{told}");
}
