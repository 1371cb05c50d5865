//! Who could not be served is called back: by a seat, with the centre's own number shown, once.

use serde_json::Value;

use crate::harness::{Answers, Caller, Carrier, Centre, Phone, SOON, Setup, gives_up};

/// A phone with somebody who answers at once.
fn staffed(centre: &Centre) -> Phone {
    let phone = Phone::registered(centre, "101", Answers::AtOnce);
    centre.sign_in("101", "Anna Esempio");
    phone
}

fn dial_results(callback: &Value) -> Vec<(Value, Value)> {
    let dials = callback["dials"].as_array().expect("a list");
    dials
        .iter()
        .map(|dial| (dial["result"].clone(), dial["sip_status"].clone()))
        .collect()
}

#[test]
fn who_gave_up_waiting_is_called_back_with_our_number_shown() {
    let centre = Centre::start(Setup::default());
    let debt = gives_up(&centre, "0861555201");
    assert_eq!(debt["state"], "waiting");
    let mut carrier = Carrier::with(&centre, "person_answers");
    let phone = staffed(&centre);

    let invite = carrier.invited();
    assert!(invite.starts_with("INVITE sip:+390861555201@"), "{invite}");
    for name in ["From:", "P-Asserted-Identity:"] {
        let line = invite.lines().find(|line| line.starts_with(name));
        let line = line.unwrap_or_else(|| panic!("no {name} in {invite}"));
        assert!(line.contains("<sip:+390861000000@"), "{line}");
    }
    centre.callback("the person is spoken with", |row| row["state"] == "talking");
    phone.talks(25);
    carrier.ear.hears_sound();
    phone.hangs_up();
    carrier.sipp.went_well(SOON);

    let closed = centre.callback("the debt is paid", |row| row["state"] == "closed");
    assert_eq!(closed["id"], debt["id"]);
    assert_eq!(closed["closed_how"], "served");
    assert_eq!(closed["tries"], 1);
    let detail = centre.callback_detail(&closed["id"]);
    assert_eq!(dial_results(&detail), [("answered".into(), 200.into())]);
    assert_eq!(detail["needs"][0]["kind"], "missed");
    centre.seat_works("101", "idle");
    centre.audit();
}

#[test]
fn a_person_called_back_whose_operators_phone_dies_hears_so_and_has_the_next_seat() {
    let mut centre = Centre::prepare(Setup::default());
    centre.reconfigure("rtp_timeout_s = 60", "rtp_timeout_s = 2");
    centre.serve();
    let debt = gives_up(&centre, "0861555206");
    let mut carrier = Carrier::with(&centre, "person_answers");
    let doomed = staffed(&centre);
    centre.callback("the person is spoken with", |row| row["state"] == "talking");
    doomed.talks(25);
    doomed.dies();
    carrier.ear.hears("riconnessione");
    centre.callback("the person waits on the line", |row| {
        row["state"] == "answered_waiting"
    });

    let phone = Phone::registered(&centre, "102", Answers::AtOnce);
    centre.sign_in("102", "Bruno Esempio");
    centre.callback("the next seat has them", |row| row["state"] == "talking");
    phone.talks(25);
    phone.hangs_up();
    carrier.sipp.went_well(SOON);
    let closed = centre.callback("the debt is paid", |row| row["state"] == "closed");
    assert_eq!(closed["id"], debt["id"]);
    assert_eq!(closed["closed_how"], "served");
    let detail = centre.callback_detail(&closed["id"]);
    assert_eq!(
        dial_results(&detail),
        [("answered".into(), 200.into())],
        "nobody is rung twice"
    );
    centre.audit();
}

/// The debt, once it rests for so long after the end of its dial.
fn rests_for(centre: &Centre, rest_ms: i64) -> Value {
    centre.callback("the debt rests", |row| {
        let detail = centre.callback_detail(&row["id"]);
        let ended_ms = detail["dials"][0]["ended_ms"].as_i64();
        row["state"] == "waiting"
            && ended_ms.map(|ms| ms + rest_ms) == row["not_before_ms"].as_i64()
    })
}

#[test]
fn a_person_who_picks_up_and_hangs_up_at_once_is_left_in_peace_for_hours() {
    let mut centre = Centre::prepare(Setup::default());
    centre.reconfigure("interrupted_under_s = 0", "interrupted_under_s = 5");
    centre.serve();
    gives_up(&centre, "0861555207");
    let mut carrier = Carrier::with(&centre, "person_hangs_up");
    let _phone = staffed(&centre);
    carrier.sipp.went_well(SOON);

    let rests = rests_for(&centre, 14_400_000);
    assert_eq!(rests["tries"], 1);
    let detail = centre.callback_detail(&rests["id"]);
    assert_eq!(dial_results(&detail), [("declined".into(), 200.into())]);
    // The operator has heard why, and has no wrap-up.
    centre.seat_works("101", "idle");
    let wrap_ups = "SELECT count(*) FROM assignment WHERE wrap_up_until_ms > ended_ms";
    assert_eq!(centre.sql(wrap_ups), "0");
    centre.audit();
}

#[test]
fn a_person_who_is_busy_is_left_in_peace_for_the_spacing() {
    let centre = Centre::start(Setup::default());
    gives_up(&centre, "0861555202");
    let mut carrier = Carrier::with(&centre, "person_is_busy");
    let _phone = staffed(&centre);
    carrier.sipp.went_well(SOON);

    let rests = rests_for(&centre, 600_000);
    let detail = centre.callback_detail(&rests["id"]);
    assert_eq!(dial_results(&detail), [("busy".into(), 486.into())]);
    assert_eq!(rests["tries"], 0, "busy is a third of a try");
    assert_eq!(
        rests["place_ms"], detail["missed"][0]["received_ms"],
        "the place is kept"
    );
    centre.seat_works("101", "idle");
    centre.audit();
}

#[test]
fn a_person_who_does_not_answer_is_given_up_after_the_ringing_time() {
    let centre = Centre::start(Setup::default());
    gives_up(&centre, "0861555203");
    let mut carrier = Carrier::with(&centre, "person_is_out");
    let phone = staffed(&centre);
    // The scenario ends well only when a CANCEL came, was answered, and the 487 acknowledged.
    carrier.sipp.went_well(SOON);

    let rests = centre.callback("the debt rests", |row| {
        row["tries"] == 1 && row["state"] == "waiting"
    });
    let detail = centre.callback_detail(&rests["id"]);
    assert_eq!(detail["dials"][0]["result"], "no_answer");
    assert_eq!(detail["dials"][0]["answered_ms"], Value::Null);
    let rang_ms = "SELECT count(*) FROM dial WHERE ended_ms - placed_ms BETWEEN 2900 AND 8000";
    assert_eq!(centre.sql(rang_ms), "1");
    centre.seat_works("101", "idle");
    drop(phone);
    centre.audit();
}

#[test]
fn a_person_who_rings_in_while_we_ring_out_is_served_and_the_dial_is_cancelled() {
    let centre = Centre::start(Setup::default());
    let debt = gives_up(&centre, "0861555204");
    let mut carrier = Carrier::with(&centre, "person_is_out");
    let phone = staffed(&centre);
    carrier.invited();
    centre.callback("we ring out", |row| row["state"] == "dialling");

    let caller = Caller::connected(&centre, "0861555204");
    let call = caller.call_id().to_owned();
    carrier.sipp.went_well(SOON);
    assert!(
        carrier.sipp.received("CANCEL "),
        "{:?}",
        carrier.sipp.wire()
    );
    centre.attempt(&call, "the person talks", |row| row["stage"] == "talking");
    phone.talks(1);
    caller.ear.hears_sound();
    caller.hangs_up();

    centre.attempt(&call, "the person is served", |row| {
        row["outcome"] == "served"
    });
    let closed = centre.callback("the debt is paid", |row| row["state"] == "closed");
    assert_eq!(closed["id"], debt["id"]);
    assert_eq!(closed["closed_how"], "got_through");
    assert_eq!(
        centre.sql("SELECT count(*) FROM dial WHERE state <> 'ended'"),
        "0"
    );
    centre.audit();
}

#[test]
fn a_person_who_redials_joins_the_open_case_and_keeps_the_first_place() {
    let centre = Centre::start(Setup::default());
    let first = gives_up(&centre, "0861555205");
    let again = gives_up(&centre, "+390861555205");
    assert_eq!(again["id"], first["id"]);
    assert_eq!(again["attempts"], 2);
    assert_eq!(again["place_ms"], first["place_ms"]);
    assert_eq!(centre.audit()["sums"]["callbacks_open"], 1);
}

#[test]
fn who_was_never_reached_stands_in_a_list_until_somebody_looks() {
    let mut centre = Centre::prepare(Setup::default());
    centre.reconfigure("grace_s = 1", "grace_s = 1\ntries_max = 1");
    centre.serve();
    let debt = gives_up(&centre, "0861555211");
    let _carrier = Carrier::with(&centre, "person_is_out");
    let _phone = staffed(&centre);
    centre.callback("every try is spent", |row| row["closed_how"] == "exhausted");
    let id = debt["id"].to_string();
    let unseen = ["callbacks", "list", "--unseen"];
    let list = centre.run(&unseen).succeeded();
    assert!(list.contains(&id), "{list}");
    let series = "cuptel_callbacks_unseen{tenant=\"asl-teramo\"}";
    assert_eq!(centre.counted(series), 1);
    assert!(centre.page("/").contains("Richiamate da rivedere"));
    let by = ["--by", "Carla Capo"];
    let reopened = centre
        .run(&[&["callbacks", "reopen", &id], &by[..]].concat())
        .succeeded();
    assert!(
        reopened.contains("seen by Carla Capo, and the person"),
        "{reopened}"
    );
    let again = centre.callback("called after all", |row| row["state"] == "waiting");
    assert_ne!(again["id"], debt["id"]);
    assert_eq!(again["place_ms"], debt["place_ms"]);
    assert_eq!(centre.run(&unseen).succeeded().trim(), "none");
    let told = centre.run(&["callbacks", "acknowledge", &id]).failed();
    assert!(
        told.contains("see cuptel callbacks list --unseen"),
        "{told}"
    );
    centre.audit();
}
