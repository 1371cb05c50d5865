//! A real phone is tried, from a shell and as its operator's page does.

use serde_json::json;

use crate::harness::{Answers, Caller, Centre, Phone, SOON, Setup, until};

const ANNA: &str = "Anna Esempio";

fn trial(centre: &Centre) -> serde_json::Value {
    let look = centre.get("snapshot");
    let seats = look["seats"].as_array().expect("seats");
    let seat = seats.iter().find(|seat| seat["name"] == "101");
    seat.expect("seat 101")["trial"].clone()
}

fn is(
    centre: &Centre,
    what: &str,
    wanted: impl Fn(&serde_json::Value) -> bool,
) -> serde_json::Value {
    until(what, SOON * 2, || {
        Some(trial(centre)).filter(|it| wanted(it))
    })
}

#[test]
fn an_operator_hears_themselves_and_whoever_waits_is_served_after_it() {
    let mut centre = Centre::prepare(Setup::default());
    centre.serve();
    let phone = Phone::registered(&centre, "101", Answers::ByHand);
    centre.sign_in("101", ANNA);
    centre.post("seats/101/test", &json!({ "kind": "echo" }));
    is(&centre, "it rings", |it| it["stage"] == "ringing");
    phone.command("accept");
    phone.presses('1');
    let caller = Caller::connected(&centre, "0861555961");
    is(&centre, "they hear themselves", |it| it["stage"] == "echo");
    phone.talks(150);
    assert_eq!(
        centre.sql("SELECT count(*) FROM offer"),
        "0",
        "nobody rings in between"
    );
    phone.presses('#');
    let over = is(&centre, "it is counted", |it| !it["voice"].is_null());
    assert_eq!(over["end"], "hung_up", "{over}");
    assert!(over["voice"]["packets"].as_u64() > Some(100), "{over}");
    assert_eq!(over["heard_us"], true, "{over}");
    centre.seat_works("101", "ringing");
    phone.command("accept");
    centre.seat_works("101", "talking");
    caller.hangs_up();
    assert_eq!(
        centre.sql("SELECT count(*) FROM attempt"),
        "1",
        "that of the caller"
    );
    centre.audit();
}

#[test]
fn a_test_from_the_shell_says_what_came_of_it_and_what_to_do() {
    let mut centre = Centre::prepare(Setup::default());
    centre.serve();
    let told = centre.run(&["seats", "test", "101"]).failed();
    assert!(
        told.contains("no phone is registered for seat 101"),
        "{told}"
    );
    let _phone = Phone::registered(&centre, "101", Answers::AtOnce);
    let told = centre
        .run_within(SOON * 6, &["seats", "test", "101"])
        .succeeded();
    assert!(told.contains("sound came from the phone: "), "{told}");
    assert_eq!(centre.sql("SELECT count(*) FROM attempt"), "0");
    centre.audit();
}
