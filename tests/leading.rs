//! What whoever leads does with who waits, and tells operators, from a shell; and requests with a key.

use serde_json::{Value, json};

use crate::console::{OWN, user};
use crate::harness::{
    Answers, Browser, Caller, Carrier, Centre, Phone, SOON, Setup, gives_up, until,
};

const ANOTHER: &str = "[[queue]]\ntenant = \"asl-teramo\"\nname = \"disdette\"\ntitle = \"Disdette\"\n\
    skills = { disdette = 1 }\nanswer_targets = [{ share = 0.7, within_s = 90 }]\n\n[limits]";

/// A centre with two queues, where nobody works yet.
fn centre() -> Centre {
    let mut centre = Centre::prepare(Setup::default());
    centre.reconfigure("[limits]", ANOTHER);
    centre.serve();
    centre
}

fn waits(centre: &Centre, call: &str) -> Value {
    centre.attempt(call, "it waits", |row| row["stage"] == "queued")
}

#[test]
fn a_caller_who_waits_is_put_ahead_moved_and_called_back_from_a_shell() {
    let centre = centre();
    let first = Caller::connected(&centre, "0861555961");
    let first_call = first.call_id().to_owned();
    waits(&centre, &first_call);
    let caller = Caller::connected(&centre, "0861555962");
    let call = caller.call_id().to_owned();
    let id = waits(&centre, &call)["id"].to_string();
    let line = || {
        let told = ["queues", "line", "prenotazioni", "--json"];
        let line: Value = serde_json::from_str(&centre.run(&told).succeeded()).expect("JSON");
        let line = line["line"].as_array().expect("a list").clone();
        line.iter()
            .map(|it| it["attempt"].to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(line().last(), Some(&id));
    let ahead = [
        "attempts",
        "ahead",
        &id,
        "--so-much",
        "20m",
        "--supervisor",
        "Carla Capo",
    ];
    let told = centre.run(&ahead).succeeded();
    assert!(told.contains("--so-much 0s takes it back"), "{told}");
    assert_eq!(line().first(), Some(&id));
    let list = centre.run(&["queues", "line", "prenotazioni"]).succeeded();
    assert!(
        list.contains("+39…962") && !list.contains("861555962"),
        "{list}"
    );

    let moved = ["attempts", "move", &id, "--to", "disdette"];
    let told = centre.run(&moved).succeeded();
    assert!(told.contains("cuptel queues line disdette"), "{told}");
    assert_eq!(waits(&centre, &call)["queue"], "disdette");
    let told = centre.run(&["attempts", "withdraw", &id]).succeeded();
    assert!(
        told.contains("they hear that they are called back"),
        "{told}"
    );
    centre.attempt(&call, "withdrawn", |row| row["outcome"] == "withdrawn");
    let again = centre.run(&["attempts", "withdraw", &id]).failed();
    assert!(again.contains("cuptel queues line"), "{again}");
    let nowhere = centre.run(&["queues", "line", "visite"]).failed();
    assert!(nowhere.contains("cuptel queues list"), "{nowhere}");
    centre.audit();
}

#[test]
fn a_message_is_written_read_and_taken_back_from_a_shell() {
    let centre = centre();
    centre.sign_in("101", "Anna Esempio");
    let write = [
        "memos",
        "write",
        "Riunione alle 14",
        "--seat",
        "101",
        "--by",
        "Carla Capo",
    ];
    let told = centre.run(&write).succeeded();
    assert!(told.contains("cuptel memos list"), "{told}");
    let list = centre.run(&["memos", "list"]).succeeded();
    assert!(list.contains("Riunione alle 14"), "{list}");
    let memo = centre.get("memos")["memos"][0]["id"].clone();
    let id = memo.to_string();
    let shown = centre.run(&["memos", "show", &id]).succeeded();
    assert!(shown.contains("nobody has read it"), "{shown}");
    centre.post("seats/101/memos/read", &json!({ "memo": memo }));
    let told = centre.run(&["memos", "withdraw", &id, "--supervisor", "Vera Vice"]);
    assert!(told.succeeded().contains("cuptel memos show"));
    let shown = centre.run(&["memos", "show", &id]).succeeded();
    assert!(shown.contains("taken back by Vera Vice"), "{shown}");
    assert!(shown.contains("Anna Esempio"), "{shown}");
    let again = centre.run(&["memos", "withdraw", &id]).failed();
    assert!(again.contains("cuptel memos list"), "{again}");
    let digits = centre
        .run(&["memos", "write", "Chiamare 0861555963"])
        .failed();
    assert!(digits.contains("telephone number"), "{digits}");
}

#[test]
fn a_request_with_a_key_is_carried_out_once_over_a_restart_too() {
    let mut centre = centre();
    let memo = json!({ "text": "Riunione alle 14" });
    let (status, first) = centre.post_once("riunione", "memos", &memo);
    assert_eq!(status, 200, "{first}");
    centre.kill();
    centre.serve();
    assert_eq!(centre.post_once("riunione", "memos", &memo), (200, first));
    let memos = centre.get("memos");
    assert_eq!(memos["memos"].as_array().map(Vec::len), Some(1), "{memos}");
    let other = json!({ "text": "Riunione alle 15" });
    let (status, refused) = centre.post_once("riunione", "memos", &other);
    assert_eq!(status, 422, "{refused}");
    // A token is told once: no database has it.
    let token = json!({ "name": "cruscotto", "role": "auditor" });
    let (_, first) = centre.post_once("cruscotto", "tokens", &token);
    assert_eq!(centre.post_once("cruscotto", "tokens", &token).1, first);
    centre.kill();
    centre.serve();
    let (status, told) = centre.post_once("cruscotto", "tokens", &token);
    assert_eq!(status, 409, "{told}");
    let kept = centre.sql("SELECT count(*) FROM request WHERE answer LIKE '%token%'");
    assert_eq!(kept, "0");
}

#[test]
fn an_operator_who_pauses_calls_the_one_that_they_choose_and_pauses_on() {
    let mut centre = Centre::prepare(Setup::default());
    centre.reconfigure("grace_s = 1", "grace_s = 1\ntake_by_hand = true");
    centre.serve();
    let mut carrier = Carrier::with(&centre, "person_answers");
    let phone = Phone::registered(&centre, "101", Answers::AtOnce);
    centre.sign_in("101", "Anna Esempio");
    centre.run(&["seats", "pause", "101"]).succeeded();
    gives_up(&centre, "0861555971");
    let later = gives_up(&centre, "0861555972");
    user(&centre, "Anna Esempio", "operator");
    let anna = Browser::at(&centre);
    anna.signs_in("Anna Esempio", OWN);
    until("both may be chosen", SOON, || {
        let page = anna.opens("/seats/101").text;
        (page.matches("id=\"take-").count() == 2).then_some(())
    });
    let page = anna.opens("/seats/101").text;
    assert!(page.contains("e dopo torni in pausa"), "{page}");
    let id = later["id"].to_string();
    anna.sends("/api/v1/seats/101/take", &[("callback", &id)]);
    assert!(carrier.invited().contains("sip:+390861555972@"));
    centre.callback("they talk", |row| {
        row["id"] == later["id"] && row["state"] == "talking"
    });
    phone.hangs_up();
    carrier.sipp.went_well(SOON);
    centre.seat_works("101", "idle");
    let seat = until("the pause goes on", SOON, || {
        let seat = centre.get("snapshot")["seats"][0].take();
        (seat["chosen"] == "paused").then_some(seat)
    });
    assert_eq!(seat["next"], Value::Null);
    let waits = centre.get("callbacks?state=waiting");
    assert_eq!(
        waits["callbacks"].as_array().map(Vec::len),
        Some(1),
        "{waits}"
    );
    centre.audit();
}
