//! What comes late, twice, or at the same moment as its opposite.

use cuptel_sip::{Admission, Credentials, Event, OutgoingInvite};

use crate::answering::{accepted, established};
use crate::calling::{answer, call, methods, ok, placed};
use crate::wire::{Bench, T1, invite, request};

#[test]
fn an_invite_repeated_after_its_refusal_gets_the_refusal_again_and_makes_no_call() {
    let mut bench = Bench::new(Admission::Trusted);
    let dialog = bench.offered(&invite("a"));
    let now = bench.now;
    bench.act(|endpoint, out| endpoint.refuse(now, dialog, 486, "", &[], out).unwrap());
    let again = bench.receive(invite("a"));
    assert_eq!(again.lines(), ["SIP/2.0 486 Busy Here"]);
    bench.receive(request("ACK", "a", 1, "x", "", ""));
    let acked = bench.receive(invite("a"));
    assert!(
        acked.is_silent(),
        "after its ACK it is absorbed: {:?}",
        acked.lines()
    );
}

#[test]
fn an_invite_repeated_after_the_call_was_accepted_makes_no_call() {
    let (mut bench, _, _) = established();
    let again = bench.receive(invite("a"));
    assert_eq!(again.lines(), ["SIP/2.0 200 OK"]);
    assert!(again.events.is_empty());
}

#[test]
fn a_cancel_after_the_final_response_changes_nothing() {
    let (mut bench, _, _) = accepted();
    let cancel = request("CANCEL", "a", 1, "", "", "");
    for _ in 0..2 {
        let seen = bench.receive(&cancel);
        assert_eq!(seen.lines(), ["SIP/2.0 200 OK"]);
        assert!(seen.events.is_empty());
    }
    assert_eq!(bench.endpoint.dialogs_open(), 1);
}

#[test]
fn a_cancel_of_nothing_is_told_so() {
    let mut bench = Bench::new(Admission::Trusted);
    let seen = bench.receive(request("CANCEL", "never", 1, "", "", ""));
    assert_eq!(
        seen.lines(),
        ["SIP/2.0 481 Call/Transaction Does Not Exist"]
    );
}

#[test]
fn an_ack_of_nothing_and_one_after_the_bye_are_ignored() {
    let (mut bench, _, tag) = established();
    assert!(
        bench
            .receive(request("ACK", "never", 1, "other", "", ""))
            .is_silent()
    );
    bench.receive(request("BYE", "b", 2, &tag, "", ""));
    assert!(
        bench
            .receive(request("ACK", "ack2", 1, &tag, "", ""))
            .is_silent()
    );
}

#[test]
fn a_bye_before_the_ack_ends_the_call_and_the_late_ack_is_ignored() {
    let (mut bench, _, tag) = accepted();
    let seen = bench.receive(request("BYE", "b", 2, &tag, "", ""));
    assert_eq!(seen.lines(), ["SIP/2.0 200 OK"]);
    assert!(matches!(seen.events.as_slice(), [Event::Bye { .. }]));
    assert!(
        bench
            .receive(request("ACK", "late", 1, &tag, "", ""))
            .is_silent()
    );
    assert!(
        bench.pass(100 * T1).is_silent(),
        "the 200 is not repeated any more"
    );
}

#[test]
fn a_183_after_the_answer_and_a_second_answer_change_nothing() {
    let (mut bench, _, invite) = placed(call());
    bench.receive(answer(&invite, "183 Session Progress", "b", ""));
    bench.receive(ok(&invite, "b"));
    assert!(
        bench
            .receive(answer(&invite, "183 Session Progress", "b", ""))
            .is_silent()
    );
    let again = bench.receive(ok(&invite, "b"));
    assert_eq!(methods(&again), ["ACK"]);
    assert!(again.events.is_empty());
}

#[test]
fn a_180_after_the_call_was_refused_is_ignored() {
    let (mut bench, _, invite) = placed(call());
    bench.receive(answer(&invite, "486 Busy Here", "b", ""));
    assert!(
        bench
            .receive(answer(&invite, "180 Ringing", "b", ""))
            .is_silent()
    );
    assert_eq!(bench.endpoint.dialogs_open(), 0);
}

#[test]
fn a_reinvite_while_another_waits_is_told_to_come_later() {
    let (mut bench, _, tag) = established();
    let first = bench.receive(request("INVITE", "r1", 2, &tag, "", ""));
    assert!(matches!(first.events.as_slice(), [Event::Reinvite { .. }]));
    for (method, branch, number) in [("INVITE", "r2", 3), ("UPDATE", "u1", 4)] {
        let seen = bench.receive(request(method, branch, number, &tag, "", ""));
        assert_eq!(seen.lines(), ["SIP/2.0 500 Another request is pending"]);
        assert!(seen.events.is_empty());
        let wait = seen
            .message(0)
            .header("Retry-After")
            .map(<[u8]>::to_vec)
            .unwrap();
        let wait: u32 = String::from_utf8(wait).unwrap().parse().unwrap();
        assert!(wait <= 10, "RFC 3261 14.2: up to ten seconds, not {wait}");
    }
}

#[test]
fn a_reinvite_that_crosses_our_answer_is_told_that_it_crosses() {
    let (mut bench, _, tag) = accepted();
    let seen = bench.receive(request("INVITE", "r1", 2, &tag, "", ""));
    assert_eq!(seen.lines(), ["SIP/2.0 491 Request Pending"]);
    bench.receive(request("ACK", "k", 1, &tag, "", ""));
    let seen = bench.receive(request("INVITE", "r2", 3, &tag, "", ""));
    assert!(matches!(seen.events.as_slice(), [Event::Reinvite { .. }]));
}

#[test]
fn a_reinvite_after_our_bye_finds_no_call() {
    let (mut bench, dialog, tag) = established();
    let now = bench.now;
    bench.act(|endpoint, out| endpoint.end(now, dialog, &[], out).unwrap());
    let seen = bench.receive(request("INVITE", "r1", 2, &tag, "", ""));
    assert_eq!(
        seen.lines(),
        ["SIP/2.0 481 Call/Transaction Does Not Exist"]
    );
}

/// A carrier's challenge with this nonce.
fn challenge(nonce: &str, stale: bool) -> String {
    format!(
        "Proxy-Authenticate: Digest realm=\"c\", nonce=\"{nonce}\", algorithm=MD5, qop=\"auth\", stale={stale}\r\n"
    )
}

const ASKED: &str = "407 Proxy Authentication Required";

fn with_password() -> OutgoingInvite {
    OutgoingInvite {
        credentials: Some(Credentials {
            user: "cup".into(),
            password: "pw".into(),
        }),
        ..call()
    }
}

#[test]
fn a_nonce_that_is_too_old_is_replaced_once() {
    let (mut bench, _, invite) = placed(with_password());
    let seen = bench.receive(answer(&invite, ASKED, "p", &challenge("n1", false)));
    let seen = bench.receive(answer(&seen.text(1), ASKED, "p", &challenge("n2", true)));
    assert_eq!(methods(&seen), ["ACK", "INVITE"]);
    assert!(seen.text(1).contains("nonce=\"n2\""));
    let seen = bench.receive(answer(&seen.text(1), ASKED, "p", &challenge("n3", true)));
    assert_eq!(methods(&seen), ["ACK"], "not a third time");
    assert!(matches!(
        seen.events.as_slice(),
        [Event::Failed { status: 407, .. }]
    ));
}

#[test]
fn without_a_password_a_challenge_is_the_end_of_the_call() {
    let (mut bench, _, invite) = placed(call());
    let seen = bench.receive(answer(&invite, ASKED, "p", &challenge("n1", false)));
    assert_eq!(methods(&seen), ["ACK"]);
    assert!(matches!(
        seen.events.as_slice(),
        [Event::Failed { status: 407, .. }]
    ));
}

#[test]
fn a_challenge_repeated_by_the_network_is_acknowledged_and_answered_no_second_time() {
    let (mut bench, _, invite) = placed(with_password());
    let asked = answer(&invite, ASKED, "p", &challenge("n1", false));
    assert_eq!(methods(&bench.receive(&asked)), ["ACK", "INVITE"]);
    let again = bench.receive(&asked);
    assert_eq!(methods(&again), ["ACK"]);
    assert!(again.events.is_empty());
}
