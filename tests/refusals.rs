//! Callers who are not taken, or leave before they are: each has a row, and who can be called
//! back is owed a call.

use serde_json::{Value, json};

use crate::harness::{Answers, Caller, Centre, Datagrams, Phone, SOON, Setup, Sipp, invite};

const FROM: [&str; 6] = ["-m", "1", "-key", "ear", "40000", "-key"];

fn one_call(centre: &Centre, scenario: &str, number: &str, more: &[&str]) -> Sipp {
    let mut arguments = FROM.to_vec();
    arguments.extend(["caller", number]);
    arguments.extend(more);
    let mut sipp = Sipp::calling(centre, scenario, &arguments);
    sipp.went_well(SOON);
    sipp
}

fn attempt_of(centre: &Centre, sipp: &Sipp) -> Value {
    let wire = sipp.wire();
    let call_id = &wire.first().expect("it sent an INVITE").call_id;
    centre.attempt(call_id, "the attempt is over", |row| {
        row["stage"] == "ended"
    })
}

#[test]
fn a_number_that_nobody_answers_is_refused_with_a_row() {
    let centre = Centre::start(Setup::default());
    let arguments = ["-s", "0861999999"];
    let refused = one_call(&centre, "refused_number", "0861555304", &arguments);
    let attempt = attempt_of(&centre, &refused);
    assert_eq!(attempt["sip_status"], 404);
    assert_eq!(attempt["suppressed"], "no_line");
    assert_eq!(attempt["callback"], Value::Null);
    centre.audit();
}

#[test]
fn a_withheld_number_is_neither_used_nor_kept() {
    let centre = Centre::start(Setup {
        log: "debug",
        ..Setup::default()
    });
    let call = one_call(&centre, "anonymous", "+390861555307", &[]);
    assert!(
        call.messages().contains("+390861555307"),
        "the carrier did tell it"
    );
    let attempt = attempt_of(&centre, &call);
    assert_eq!(attempt["class"], "anonymous");
    assert_eq!(attempt["suppressed"], "anonymous");
    assert_eq!(attempt["callback"], Value::Null);
    let stored = centre.database.bytes();
    let digits = b"0861555307";
    assert!(!stored.windows(digits.len()).any(|bytes| bytes == digits));
    assert!(!centre.log().contains("0861555307"), "{}", centre.log());
    centre.audit();
}

#[test]
fn a_phone_with_a_wrong_password_does_not_get_in() {
    let mut centre = Centre::start(Setup::default());
    let mut phone = Phone::start(&centre, "101", "not-the-password", Answers::AtOnce);
    phone.says("403 Forbidden");
    let seat = centre.get("seats/101");
    assert_eq!(seat["seat"]["registered_until_ms"], Value::Null);
    assert_eq!(centre.sql("SELECT count(*) FROM registration"), "0");
    // Nobody is offered to a seat without a phone.
    centre.post("seats/101/sign-in", &json!({ "operator": "Anna Esempio" }));
    let caller = Caller::connected(&centre, "0861555308");
    caller.ear.hears("in_attesa");
    assert_eq!(centre.sql("SELECT count(*) FROM offer"), "0");
    caller.hangs_up();
    centre.assert_alive();
}

#[test]
fn nobody_calls_from_the_phones_side_without_a_password() {
    let centre = Centre::start(Setup::default());
    let stranger = Datagrams::to(&centre, centre.phones());
    let answer = stranger.ask(&invite(stranger.local(), "stranger", "v=0\r\n"));
    assert!(answer.starts_with("SIP/2.0 401 "), "{answer}");
    assert!(answer.contains("WWW-Authenticate: Digest "), "{answer}");
    assert_eq!(centre.get("attempts")["attempts"], json!([]));
}

#[test]
fn nobody_but_the_carrier_calls_at_the_trunk() {
    let centre = Centre::start(Setup::default());
    let elsewhere = Centre::prepare(Setup::default());
    let stranger = Datagrams::to(&elsewhere, centre.trunk());
    let answer = stranger.ask(&invite(stranger.local(), "stranger", "v=0\r\n"));
    assert!(answer.starts_with("SIP/2.0 403 "), "{answer}");
    assert_eq!(centre.get("attempts")["attempts"], json!([]));
}

/// A carrier that turns an extension on: every caller is refused, and none is lost.
#[test]
fn a_call_that_requires_what_we_do_not_have_is_refused_with_a_row_and_owed() {
    let centre = Centre::start(Setup::default());
    let carrier = Datagrams::to(&centre, centre.trunk());
    let invite = invite(carrier.local(), "requires", "");
    let invite = invite.replacen("Max-Forwards:", "Require: 100rel\r\nMax-Forwards:", 1);
    let answer = carrier.ask(&invite);
    assert!(answer.starts_with("SIP/2.0 420 "), "{answer}");
    assert!(answer.contains("\r\nUnsupported: 100rel\r\n"), "{answer}");
    let attempt = centre.attempt("requires", "the attempt is over", |row| {
        row["stage"] == "ended"
    });
    assert_eq!(attempt["sip_status"], 420);
    assert_eq!(attempt["outcome"], "failed");
    assert!(attempt["callback"].is_i64(), "{attempt}");
    centre.audit();
}
