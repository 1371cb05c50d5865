//! An operator does everything with a call from the page, and never touches their phone.

use serde_json::{Value, json};

use crate::console::{OWN, user};
use crate::harness::{Answers, Browser, Caller, Carrier, Centre, Phone, SOON, Setup};

fn is_talking(row: &Value) -> bool {
    row["stage"] == "talking"
}

/// What seat 101 has in hand.
fn call_at_first(centre: &Centre) -> Value {
    centre.get("snapshot")["seats"][0]["call"].take()
}

/// A caller who talks with seat 101, their SIP call and the phone.
fn talking(centre: &Centre, number: &str) -> (Caller, String, Phone) {
    let phone = Phone::registered(centre, "101", Answers::AtOnce);
    centre.sign_in("101", "Anna Esempio");
    let caller = Caller::connected(centre, number);
    let call = caller.call_id().to_owned();
    centre.attempt(&call, "they talk", is_talking);
    phone.talks(25);
    (caller, call, phone)
}

/// Anna, who works at seat 101, at her page.
fn at_the_page(centre: &Centre) -> Browser<'_> {
    user(centre, "Anna Esempio", "operator");
    let anna = Browser::at(centre);
    anna.signs_in("Anna Esempio", OWN);
    anna
}

/// Sends a form of the page of seat 101; gives back the page that it leads to.
fn sends(anna: &Browser<'_>, form: &str, fields: &[(&str, &str)]) -> String {
    let sent = anna.sends(&format!("/api/v1/seats/101/{form}"), fields);
    assert_eq!(sent.location, "/seats/101", "{form}: {}", sent.text);
    anna.opens("/seats/101").text
}

#[test]
fn a_caller_is_held_with_music_taken_up_again_and_hears_keys() {
    let centre = Centre::start(Setup::default());
    let (caller, call, phone) = talking(&centre, "0861555701");
    let anna = at_the_page(&centre);
    let page = anna.opens("/seats/101").text;
    assert!(page.contains("id=\"hold\""), "{page}");
    let page = sends(&anna, "hold", &[]);
    assert!(page.contains("Riprendi la persona"), "{page}");
    caller.ear.hears("attesa_in_linea");
    caller.ear.hears("musica");
    centre.seat_works("101", "on_hold");
    let call_now = call_at_first(&centre);
    assert!(call_now["held_since_ms"].is_i64(), "{call_now}");
    // The phone goes on hearing an open line, so that it has no reason to give up.
    let before = phone.packets().0;
    phone.talks(before + 25);
    let twice = centre.run(&["seats", "hold", "101"]).failed();
    assert!(twice.contains("on hold already"), "{twice}");
    centre.run(&["seats", "resume", "101"]).succeeded();
    centre.seat_works("101", "talking");
    caller.ear.hears_sound();
    sends(&anna, "keys", &[("keys", "12*#")]);
    caller.ear.hears_keys("12*#");
    caller.ear.hears_sound();
    sends(&anna, "hang-up", &[]);
    let mut caller = caller;
    caller.is_hung_up_on(SOON);
    let row = centre.attempt(&call, "it is over", |row| row["outcome"] == "served");
    assert_eq!(row["ended_by"], "seat");
    assert!(!phone.command("listcalls").contains("ESTABLISHED"));
    centre.audit();
}

#[test]
fn a_hold_pressed_on_the_phone_gives_music_and_costs_nobody_their_caller() {
    let mut centre = Centre::prepare(Setup::default());
    centre.reconfigure("rtp_timeout_s = 60", "rtp_timeout_s = 2");
    centre.serve();
    let (caller, call, phone) = talking(&centre, "0861555702");
    phone.command("hold");
    caller.ear.hears("attesa_in_linea");
    centre.seat_works("101", "on_hold");
    assert_eq!(call_at_first(&centre)["held_by_phone"], true);
    caller.ear.hears("musica");
    let refused = centre.run(&["seats", "resume", "101"]).failed();
    assert!(refused.contains("take it up there"), "{refused}");
    phone.command("resume");
    centre.seat_works("101", "talking");
    caller.ear.hears_sound();
    caller.hangs_up();
    let row = centre.attempt(&call, "it is over", |row| row["outcome"] == "served");
    assert_eq!(row["operator"], "Anna Esempio");
    centre.audit();
}

#[test]
fn a_caller_is_given_to_another_seat_and_back_to_the_queue() {
    let mut centre = Centre::prepare(Setup::default());
    // Whoever gave somebody on takes nobody until they say so.
    centre.reconfigure("wrap_up_s = 1", "wrap_up_s = 900");
    centre.serve();
    let (caller, call, anna) = talking(&centre, "0861555703");
    let busy = ["seats", "transfer", "101", "--to-seat", "102"];
    let refused = centre.run(&busy).failed();
    assert!(refused.contains("cannot take anybody"), "{refused}");
    let bruno = Phone::registered(&centre, "102", Answers::AtOnce);
    centre.sign_in("102", "Bruno Esempio");
    centre.run(&busy).succeeded();
    centre.attempt(&call, "Bruno has them", |row| {
        is_talking(row) && row["operator"] == "Bruno Esempio"
    });
    bruno.talks(25);
    centre.seat_works("101", "wrap_up");
    centre.post("seats/102/transfer", &json!({ "queue": "prenotazioni" }));
    caller.ear.hears("in_attesa");
    centre.post("seats/101/available", &json!({}));
    centre.attempt(&call, "Anna has them", |row| {
        is_talking(row) && row["operator"] == "Anna Esempio"
    });
    anna.talks(25);
    caller.hangs_up();
    centre.attempt(&call, "it is over", |row| row["outcome"] == "served");
    let given = "SELECT kind FROM side_call ORDER BY id";
    assert_eq!(centre.sql(given).replace('\n', " "), "to_seat to_queue");
    centre.audit();
}

/// A centre whose operators may call the radiology of the hospital, with more that replaces what stands in
/// the configuration.
pub(crate) fn with_directory(more: &[(&str, &str)]) -> Centre {
    let mut centre = Centre::prepare(Setup::default());
    let queue = "[[queue]]\ntenant = \"asl-teramo\"";
    let entry = "[[directory]]\nname = \"Radiologia\"\nnumber = \"+390861777777\"\n\n";
    centre.reconfigure(queue, &format!("{entry}{queue}"));
    for (what, with) in more {
        centre.reconfigure(what, with);
    }
    centre.serve();
    centre
}

/// Kind and result of every call beside works.
fn side_calls(centre: &Centre) -> String {
    let rows = "SELECT kind || ' ' || coalesce(result, '-') FROM side_call ORDER BY id";
    centre.sql(rows).replace('\n', ", ")
}

#[test]
fn an_operator_calls_a_number_of_the_directory_from_the_page() {
    let centre = with_directory(&[]);
    let mut carrier = Carrier::with(&centre, "person_answers");
    let phone = Phone::registered(&centre, "101", Answers::AtOnce);
    centre.sign_in("101", "Anna Esempio");
    let anna = at_the_page(&centre);
    let page = anna.opens("/seats/101").text;
    assert!(page.contains("<option>Radiologia</option>"), "{page}");
    let unknown = centre.run(&["seats", "dial", "101", "Nessuno"]).failed();
    assert!(unknown.contains("the directory has no"), "{unknown}");
    let page = sends(&anna, "dial", &[("entry", "Radiologia")]);
    assert!(page.contains("squilla il tuo telefono"), "{page}");
    let invite = carrier.invited();
    assert!(invite.starts_with("INVITE sip:+390861777777@"), "{invite}");
    phone.talks(25);
    centre.seat_works("101", "talking");
    let page = anna.opens("/seats/101").text;
    assert!(page.contains("In linea con"), "{page}");
    sends(&anna, "hang-up", &[]);
    carrier.sipp.went_well(SOON);
    centre.seat_works("101", "idle");
    assert_eq!(side_calls(&centre), "dial answered");
    centre.audit();
}

#[test]
fn a_colleague_is_asked_while_the_caller_hears_music_and_takes_them_over() {
    let centre = with_directory(&[]);
    let (caller, call, _anna) = talking(&centre, "0861555704");
    let bruno = Phone::registered(&centre, "102", Answers::AtOnce);
    centre.sign_in("102", "Bruno Esempio");
    let asks = ["seats", "consult", "101", "--other", "102"];
    centre.run(&asks).succeeded();
    caller.ear.hears("musica");
    bruno.talks(25);
    centre.run(&["seats", "swap", "101"]).succeeded();
    caller.ear.hears_sound();
    centre.run(&["seats", "complete", "101"]).succeeded();
    centre.attempt(&call, "Bruno has them", |row| {
        is_talking(row) && row["operator"] == "Bruno Esempio"
    });
    centre.seat_works("101", "idle");
    bruno.talks(25);
    caller.hangs_up();
    centre.attempt(&call, "it is over", |row| row["outcome"] == "served");
    assert_eq!(side_calls(&centre), "to_seat answered");
    centre.audit();
}

#[test]
fn a_caller_is_given_to_a_number_of_the_directory_and_talks_there() {
    let centre = with_directory(&[]);
    let mut carrier = Carrier::with(&centre, "person_answers");
    let (caller, call, _anna) = talking(&centre, "0861555705");
    let gives = ["seats", "transfer", "101", "--to-entry", "Radiologia"];
    centre.run(&gives).succeeded();
    let invite = carrier.invited();
    assert!(invite.starts_with("INVITE sip:+390861777777@"), "{invite}");
    centre.seat_works("101", "idle");
    carrier.ear.hears_sound();
    caller.ear.hears_sound();
    caller.hangs_up();
    carrier.sipp.went_well(SOON);
    centre.attempt(&call, "it is over", |row| row["outcome"] == "served");
    assert_eq!(side_calls(&centre), "to_number answered");
    let row = centre.attempt(&call, "it is over", |row| row["outcome"] == "served");
    let id = row["id"].to_string();
    let told = centre.run(&["why", &id]).succeeded();
    let given = "seat 101 (Anna Esempio) gave the person to Radiologia: answered";
    assert!(told.contains(given), "{told}");
    let shown = centre
        .run(&["attempts", "show", &id, "--json", "--offline"])
        .succeeded();
    let shown: Value = serde_json::from_str(&shown).expect("it is JSON");
    assert_eq!(shown["side_calls"][0]["entry"], "Radiologia");
    assert!(!told.contains("861777777"), "{told}");
    user(&centre, "rosa", "supervisor");
    let rosa = Browser::at(&centre);
    rosa.signs_in("rosa", OWN);
    let page = rosa.opens(&format!("/supervisor/calls/{id}")).text;
    assert!(
        page.contains("Postazione 101 l’ha passata a Radiologia: "),
        "{page}"
    );
    centre.audit();
}
