//! Several carriers: what the first refuses the second takes, and nobody is rung twice for it.

use serde_json::Value;

use crate::harness::{Answers, Caller, Carrier, Centre, Phone, SOON, Setup, until};

/// Where the second carrier is called.
const SECOND_PORT: u16 = 5071;
const SECOND: &str = "
[[trunk]]
name = \"second\"
peers = [\"127.99.0.1/32\"]
outbound = \"sip:ADDRESS:5071\"
channels = 10
answer_max = 8
outbound_min = 1
cli = \"+390861000099\"
cli_always = true
ring_s = 3

[http]
";

/// A centre with two carriers, the first of which is down once it has refused a call.
fn with_two_carriers() -> Centre {
    let mut centre = Centre::prepare(Setup::default());
    let address = centre.trunk().ip().to_string();
    centre.reconfigure("\n[http]\n", &SECOND.replace("ADDRESS", &address));
    let outbound = format!("outbound = \"sip:{address}:5070\"");
    let avoided = format!("{outbound}\nfailures_max = 1\navoid_s = 600");
    centre.reconfigure(&outbound, &avoided);
    centre.serve();
    centre
}

fn abandoned(centre: &Centre, number: &str) {
    let caller = Caller::connected(centre, number);
    let call = caller.call_id().to_owned();
    centre.attempt(&call, "the caller waits", |row| row["stage"] == "queued");
    caller.hangs_up();
    centre.attempt(&call, "the caller gave up", |row| {
        row["outcome"] == "abandoned_queue"
    });
}

/// Trunk, result and status of each dial, the newest first.
fn dials(callback: &Value) -> Vec<(String, String, Value)> {
    let dials = callback["dials"].as_array().expect("a list");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    dials
        .iter()
        .map(|dial| {
            (
                text(&dial["trunk"]),
                text(&dial["result"]),
                dial["sip_status"].clone(),
            )
        })
        .collect()
}

fn dial(trunk: &str, result: &str, status: u16) -> (String, String, Value) {
    (trunk.to_owned(), result.to_owned(), status.into())
}

fn is_up(centre: &Centre, trunk: &str, up: u8) {
    let line = format!("cuptel_trunk_up{{trunk=\"{trunk}\"}} {up}\n");
    until("the metric of the trunk", SOON, || {
        centre.metrics().contains(&line).then_some(())
    });
}

#[test]
fn what_the_first_carrier_refuses_the_second_takes_and_the_first_is_avoided() {
    let centre = with_two_carriers();
    abandoned(&centre, "0861555301");
    let mut first = Carrier::with(&centre, "carrier_is_full");
    let mut second = Carrier::at(&centre, "person_answers", SECOND_PORT);
    let phone = Phone::registered(&centre, "101", Answers::AtOnce);
    centre.sign_in("101", "Anna Esempio");
    first.sipp.went_well(SOON);
    centre.callback("the person is spoken with", |row| row["state"] == "talking");
    let invite = second.invited();
    let from = invite.lines().find(|line| line.starts_with("From:"));
    assert!(
        from.is_some_and(|line| line.contains("<sip:+390861000099@")),
        "its own number is shown: {invite}"
    );
    phone.talks(25);
    phone.hangs_up();
    second.sipp.went_well(SOON);
    let paid = centre.callback("the debt is paid", |row| row["state"] == "closed");
    assert_eq!(paid["tries"], 1);
    let detail = centre.callback_detail(&paid["id"]);
    assert_eq!(
        dials(&detail),
        [
            dial("second", "answered", 200),
            dial("carrier", "trunk_failed", 503)
        ]
    );

    // Nobody listens at the first any more, and nothing is sent there.
    is_up(&centre, "carrier", 0);
    let log = centre.log();
    assert_eq!(log.matches("a trunk is down").count(), 1, "{log}");
    assert!(log.contains("the last with 503"), "{log}");
    is_up(&centre, "second", 1);
    abandoned(&centre, "0861555302");
    let mut second = Carrier::at(&centre, "person_is_busy", SECOND_PORT);
    second.sipp.went_well(SOON);
    let rests = centre.callback("the other is left in peace", |row| {
        row["state"] == "waiting" && dials(&centre.callback_detail(&row["id"])).len() == 1
    });
    let detail = centre.callback_detail(&rests["id"]);
    assert_eq!(dials(&detail), [dial("second", "busy", 486)]);
    centre.audit();
}

#[test]
fn a_person_who_was_rung_is_not_rung_again_by_another_carrier() {
    let centre = with_two_carriers();
    abandoned(&centre, "0861555303");
    let mut first = Carrier::with(&centre, "carrier_fails_while_ringing");
    let _phone = Phone::registered(&centre, "101", Answers::AtOnce);
    centre.sign_in("101", "Anna Esempio");
    first.sipp.went_well(SOON);
    let rests = centre.callback("the debt rests", |row| {
        row["state"] == "waiting" && row["tries"] == 1
    });
    let detail = centre.callback_detail(&rests["id"]);
    assert_eq!(dials(&detail), [dial("carrier", "unreachable", 503)]);
    is_up(&centre, "carrier", 1);
    centre.audit();
}
