//! An operator reads on the page whom they are to call back, and hands the callback back or has the
//! person rung.

use serde_json::json;

use crate::harness::{Answers, Carrier, Centre, Phone, SOON, Setup};

const ADD: [&str; 12] = [
    "callbacks",
    "add",
    "--tenant",
    "asl-teramo",
    "--queue",
    "prenotazioni",
    "--class",
    "B",
    "--number",
    "0861555341",
    "--note",
    "visita cardiologica",
];

#[test]
fn a_callback_is_read_handed_back_seen_by_a_human_and_made_by_another_operator() {
    let mut centre = Centre::prepare(Setup::default());
    centre.reconfigure(
        "spacing_declined_s = 1",
        "spacing_declined_s = 1\npreview_s = 120\ndecline_rest_s = 600\ndeclines_max = 1",
    );
    centre.serve();
    centre.run(&ADD).succeeded();
    let entered = centre.callback("it is entered", |row| row["state"] == "waiting");
    let id = entered["id"].to_string();
    let mut carrier = Carrier::with(&centre, "person_answers");

    let anna = Phone::registered(&centre, "101", Answers::AtOnce);
    centre.sign_in("101", "Anna Esempio");
    centre.seat_works("101", "preview");
    let look = centre.get("snapshot");
    let owed = &look["seats"][0]["owed"];
    assert_eq!(owed["callback"], entered["id"], "{look}");
    assert_eq!(owed["needs"][0]["note"], "visita cardiologica");
    assert_eq!(
        (&owed["is_offered"], &owed["then_dials"]),
        (&json!(true), &json!(true))
    );
    assert!(!look.to_string().contains("861555341"), "{look}");
    let decline = ["seats", "decline", "101", "--reason", "lingua"];
    let wrong = centre.run(&[&decline[..], &["--callback", "1"]].concat());
    let wrong = wrong.failed();
    assert!(wrong.contains("no callback is offered"), "{wrong}");
    let note = ["--note", "solo francese", "--callback", &id];
    centre.run(&[&decline[..], &note].concat()).succeeded();

    let waits = centre.callback("it waits again", |row| row["state"] == "waiting");
    assert_eq!(
        (&waits["tries"], &waits["declined"]),
        (&json!(0), &json!(1))
    );
    assert_eq!(waits["place_ms"], entered["place_ms"]);
    let why = centre.run(&["why", &id]).succeeded();
    assert!(why.contains("lingua (solo francese)"), "{why}");
    let unseen = centre.run(&["callbacks", "list", "--unseen"]).succeeded();
    assert!(unseen.contains(&id), "{unseen}");
    let seen = ["callbacks", "acknowledge", &id, "--by", "Carla Capo"];
    let seen = centre.run(&seen).succeeded();
    assert!(
        seen.starts_with(&format!("callback {id} was seen by Carla Capo")),
        "{seen}"
    );
    let unseen = centre.run(&["callbacks", "list", "--unseen"]).succeeded();
    assert!(!unseen.contains(&id), "{unseen}");

    centre.kill();
    centre.serve();
    drop(anna);
    let bruno = Phone::registered(&centre, "102", Answers::AtOnce);
    centre.sign_in("102", "Bruno Esempio");
    centre.seat_works("102", "preview");
    centre.run(&["seats", "accept", "102"]).succeeded();
    let invite = carrier.invited();
    assert!(invite.starts_with("INVITE sip:+390861555341@"), "{invite}");
    centre.callback("they talk", |row| row["state"] == "talking");
    bruno.talks(25);
    // What stays by itself is settled by a word.
    let needs = &centre.callback_detail(&entered["id"])["needs"];
    let said = json!({ "disposition": "done", "close": [needs[0]["id"]] });
    centre.post("seats/102/disposition", &said);
    bruno.hangs_up();
    carrier.sipp.went_well(SOON);
    centre.callback("it is settled", |row| row["closed_how"] == "served");
    let detail = centre.callback_detail(&entered["id"]);
    assert_eq!(detail["declines"][0]["reason"], "lingua");
    assert_eq!(detail["declines"][0]["operator"], "Anna Esempio");
    centre.audit();
}
