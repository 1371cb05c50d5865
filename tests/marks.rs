//! Numbers that somebody has marked, in a shell or by the API: one that is not to be called is dialled
//! no more, over a restart too, and who calls from it is recorded with the reason.

use serde_json::{Value, json};

use crate::harness::{Caller, Centre, SOON, Setup};

/// A caller who gave up waiting.
fn gives_up(centre: &Centre, number: &str) -> Value {
    let caller = Caller::connected(centre, number);
    let call = caller.call_id().to_owned();
    centre.attempt(&call, "the caller waits", |row| row["stage"] == "queued");
    caller.hangs_up();
    centre.attempt(&call, "the caller gave up", |row| {
        row["outcome"] == "abandoned_queue"
    })
}

#[test]
fn a_number_that_is_not_to_be_called_is_dialled_no_more_and_its_calls_say_why() {
    let mut centre = Centre::start(Setup::default());
    let first = gives_up(&centre, "0861555921");
    let mark = ["numbers", "do-not-call", "0861555921"];
    let said = ["--reason", "lo ha chiesto", "--supervisor", "Carla Capo"];
    centre.run(&[&mark[..], &said[..]].concat()).succeeded();
    let debt = centre.callback_detail(&first["callback"]);
    assert_eq!(debt["state"], "closed", "{debt}");
    assert_eq!(debt["closed_how"], "suppressed", "{debt}");
    centre.kill();
    centre.serve();

    let again = gives_up(&centre, "0861555921");
    assert_eq!(again["callback"], Value::Null, "{again}");
    let shown = centre.run(&["attempts", "show", &again["id"].to_string()]);
    let shown = shown.succeeded();
    assert!(shown.contains("do_not_call"), "{shown}");
    let list = centre.run(&["numbers", "list"]).succeeded();
    assert!(list.contains("Carla Capo"), "{list}");
    assert!(list.contains("+39…921"), "{list}");
    assert!(!list.contains("861555921"), "{list}");
    assert!(!centre.log().contains("861555921"));
    let audit = centre.audit();
    assert_eq!(audit["sums"]["suppressed"]["do_not_call"], 1, "{audit}");

    centre
        .run(&[
            "numbers",
            "release",
            "0861555921",
            "--supervisor",
            "Vera Vice",
        ])
        .succeeded();
    let after = gives_up(&centre, "0861555921");
    centre.callback("who calls now is owed a call", |row| {
        row["id"] == after["callback"] && row["state"] == "waiting"
    });
    let gone = centre.run(&["numbers", "release", "0861555921"]).failed();
    assert!(gone.contains("not marked"), "{gone}");
    let trail = centre.get("numbers?ended_too=true")["numbers"][0].take();
    assert_eq!(trail["supervisor"], "Carla Capo", "{trail}");
    assert_eq!(trail["reason"], "lo ha chiesto", "{trail}");
    assert_eq!(trail["released_by"], "Vera Vice", "{trail}");
    assert!(trail["until_ms"].is_i64(), "{trail}");
    assert_eq!(centre.sql("SELECT count(*) FROM dial"), "0");
    centre.audit();
}

#[test]
fn callers_from_a_shared_number_are_asked_for_their_own() {
    let centre = Centre::start(Setup {
        start: "wish",
        ..Setup::default()
    });
    let marked = json!({ "number": "+390861555922", "mark": "shared", "tenant": "asl-teramo" });
    centre.post("numbers", &marked);
    let mut caller = Caller::connected(&centre, "0861555922");
    let call = caller.call_id().to_owned();
    caller.ear.hears("numero_chiedi");
    for key in "3385550922#".chars() {
        caller.ear.press(key);
    }
    caller.ear.hears("numero_conferma");
    caller.ear.press('1');
    caller.ear.hears("richiamata_confermata");
    caller.is_hung_up_on(SOON);
    let attempt = centre.attempt(&call, "the call is over", |row| row["stage"] == "ended");
    assert_eq!(attempt["outcome"], "callback_requested", "{attempt}");
    let owed = "SELECT e164 FROM callback JOIN number ON number.id = callback.number";
    assert_eq!(centre.sql(owed), "+393385550922");

    let caller = Caller::connected(&centre, "0861555922");
    let call = caller.call_id().to_owned();
    caller.hangs_up();
    let attempt = centre.attempt(&call, "they named none", |row| row["stage"] == "ended");
    assert_eq!(attempt["suppressed"], "shared_number", "{attempt}");
    centre.audit();
}
