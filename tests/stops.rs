//! Stop buttons, pressed in a shell: they hold over a restart, and who calls is lost to none of them.

use serde_json::{Value, json};

use crate::harness::{Answers, Caller, Carrier, Centre, Phone, SOON, Setup, gives_up};

fn is_queued(row: &Value) -> bool {
    row["stage"] == "queued"
}

#[test]
fn nobody_is_dialled_while_outgoing_calls_are_stopped_before_and_after_a_restart() {
    let mut centre = Centre::start(Setup::default());
    let debt = gives_up(&centre, "0861555901");
    let id = debt["id"].to_string();
    let stop = ["stop", "outgoing", "--supervisor", "Carla Capo"];
    let told = centre
        .run(&[&stop[..], &["--reason", "linea guasta"]].concat())
        .succeeded();
    assert!(told.contains("nobody is dialled"), "{told}");
    centre.run(&stop).succeeded();
    centre.kill();
    centre.serve();

    let mut carrier = Carrier::with(&centre, "person_answers");
    let phone = Phone::registered(&centre, "101", Answers::AtOnce);
    centre.sign_in("101", "Anna Esempio");
    let why = centre.run(&["why", &id]).succeeded();
    assert!(
        why.contains("outgoing calls are stopped for the region"),
        "{why}"
    );
    let list = centre.run(&["stops", "list"]).succeeded();
    assert!(list.contains("Carla Capo"), "{list}");
    let page = centre.page("/");
    assert!(
        page.contains("Chiamate in uscita fermate (tutta la regione) dalle "),
        "{page}"
    );
    let pressed = "cuptel_stop_pressed{button=\"outgoing\",tenant=\"\",queue=\"\"}";
    assert_eq!(centre.counted(pressed), 1);

    // The older debt would go first, were it not held; whoever calls is served all the same.
    let caller = Caller::connected(&centre, "0861555902");
    let call = caller.call_id().to_owned();
    centre.attempt(&call, "the caller is served", |row| {
        row["stage"] == "talking"
    });
    caller.hangs_up();
    centre.attempt(&call, "the conversation is over", |row| {
        row["outcome"] == "served"
    });
    assert_eq!(centre.sql("SELECT count(*) FROM dial"), "0");

    centre.run(&["resume", "outgoing"]).succeeded();
    assert!(carrier.invited().contains("sip:+390861555901@"));
    centre.callback("the person is spoken with", |row| row["state"] == "talking");
    phone.hangs_up();
    carrier.sipp.went_well(SOON);
    let again = centre.run(&["resume", "outgoing"]).failed();
    assert!(again.contains("see cuptel stops list"), "{again}");
    let row = "SELECT supervisor FROM closure WHERE until_ms IS NOT NULL";
    assert_eq!(centre.sql(row), "Carla Capo");
    centre.audit();
}

#[test]
fn who_calls_a_closed_queue_or_in_an_emergency_hears_so_and_is_owed_a_call() {
    let centre = Centre::start(Setup::default());
    let unknown = centre.run(&["stop", "queue", "prenotazoni"]).failed();
    assert!(unknown.contains("there is no queue"), "{unknown}");
    let place = ["queue", "prenotazioni", "--tenant", "asl-teramo"];
    centre.run(&[&["stop"], &place[..]].concat()).succeeded();
    let mut caller = Caller::connected(&centre, "0861555903");
    let call = caller.call_id().to_owned();
    caller.ear.hears("richiamata_chiusura");
    caller.is_hung_up_on(SOON * 3);
    let attempt = centre.attempt(&call, "turned away", |row| row["outcome"] == "out_of_hours");
    assert!(attempt["callback"].is_i64(), "{attempt}");
    centre.run(&[&["resume"], &place[..]].concat()).succeeded();

    let emergency = ["emergency", "--tenant", "asl-teramo"];
    centre
        .run(&[&["stop"], &emergency[..]].concat())
        .succeeded();
    let mut caller = Caller::connected(&centre, "0861555904");
    let call = caller.call_id().to_owned();
    caller.is_hung_up_on(SOON * 3);
    let attempt = centre.attempt(&call, "told why", |row| row["outcome"] == "withdrawn");
    assert!(attempt["callback"].is_i64(), "{attempt}");
    centre
        .run(&[&["resume"], &emergency[..]].concat())
        .succeeded();
    let caller = Caller::connected(&centre, "0861555905");
    let call = caller.call_id().to_owned();
    centre.attempt(&call, "as always", is_queued);
    caller.hangs_up();
    centre.audit();
}

#[test]
fn a_button_is_shown_as_pressed_or_released_once_that_is_answered() {
    let centre = Centre::start(Setup::default());
    let button = json!({ "button": "emergency" });
    // So close together that each follows the look of the one before.
    for nth in 0..20 {
        for (path, pressed) in [("stops", 1), ("stops/resume", 0)] {
            centre.post(path, &button);
            let stops = centre.get("stops");
            let shown = stops["stops"].as_array().map(Vec::len);
            assert_eq!(shown, Some(pressed), "{path}, time {nth}: {stops}");
        }
    }
    let listed = centre.run(&["stop", "emergency"]).succeeded();
    assert!(listed.contains("holds until it is released"), "{listed}");
    let listed = centre.run(&["stops", "list"]).succeeded();
    assert!(listed.contains("emergency"), "{listed}");
}
