//! The calling side: what a callee can do to us.

use cuptel_sip::{
    Admission, Body, Credentials, DialogId, Event, Message, NameAddr, OutgoingInvite,
};

use crate::wire::{Bench, Seen, T1, flow};

pub(crate) fn call() -> OutgoingInvite {
    OutgoingInvite {
        flow: flow(),
        large_flow: None,
        target: "sip:bob@10.0.0.2".into(),
        route: Vec::new(),
        from: NameAddr {
            display: Some("CUP".into()),
            uri: "sip:cup@10.0.0.1".into(),
            tag: None,
        },
        to: NameAddr::of_uri("sip:bob@10.0.0.2"),
        contact: "sip:10.0.0.1:5060".into(),
        body: Some(Body {
            content_type: "application/sdp".into(),
            bytes: b"v=0\r\n".to_vec(),
        }),
        extra: Vec::new(),
        credentials: None,
        ring_us: 30_000_000,
    }
}

pub(crate) fn placed(call: OutgoingInvite) -> (Bench, DialogId, String) {
    let mut bench = Bench::new(Admission::Trusted);
    let now = bench.now;
    let mut dialog = DialogId(0);
    let seen = bench.act(|endpoint, out| dialog = endpoint.invite(now, call, out));
    assert_eq!(seen.message(0).method(), "INVITE");
    (bench, dialog, seen.text(0))
}

/// A response to a request of ours; `head` has more header lines.
pub(crate) fn answer(request: &str, status: &str, tag: &str, head: &str) -> String {
    let mut text = format!("SIP/2.0 {status}\r\n");
    for line in request.lines().skip(1).take_while(|line| !line.is_empty()) {
        match line.split(':').next().unwrap() {
            "To" if !tag.is_empty() && !line.contains(";tag=") => {
                text += &format!("{line};tag={tag}\r\n")
            }
            "Via" | "From" | "To" | "Call-ID" | "CSeq" => text += &format!("{line}\r\n"),
            _ => {}
        }
    }
    format!("{text}{head}Content-Length: 0\r\n\r\n")
}

pub(crate) fn ok(request: &str, tag: &str) -> String {
    answer(
        request,
        "200 OK",
        tag,
        "Contact: <sip:bob@10.0.0.2:5062>\r\n",
    )
}

pub(crate) fn methods(seen: &Seen) -> Vec<String> {
    (0..seen.sent.len())
        .map(|index| seen.message(index).method().to_owned())
        .collect()
}

#[test]
fn an_answered_call_goes_from_ringing_to_bye() {
    let (mut bench, dialog, invite) = placed(call());
    let seen = bench.receive(answer(&invite, "100 Trying", "", ""));
    assert!(seen.is_silent());
    let seen = bench.receive(answer(&invite, "180 Ringing", "b", ""));
    assert!(matches!(
        seen.events.as_slice(),
        [Event::Progress {
            status: 180,
            body: None,
            ..
        }]
    ));
    assert!(
        bench.pass(5_000_000).is_silent(),
        "no retransmission after a provisional response"
    );
    let routes = "Record-Route: <sip:10.0.0.8;lr>\r\nRecord-Route: <sip:10.0.0.7:5070;lr>\r\n";
    let two = answer(
        &invite,
        "200 OK",
        "b",
        &format!("{routes}Contact: <sip:bob@192.0.2.1>\r\n"),
    );
    let seen = bench.receive(&two);
    assert!(matches!(seen.events.as_slice(), [Event::Answered { .. }]));
    let ack = seen.message(0);
    assert_eq!(
        (ack.method(), ack.request_uri(), ack.cseq()),
        ("ACK", "sip:bob@192.0.2.1", 1)
    );
    let sent: Vec<&[u8]> = ack.headers("Route").collect();
    assert_eq!(sent, [&b"<sip:10.0.0.7:5070;lr>"[..], b"<sip:10.0.0.8;lr>"]);
    assert_eq!(seen.sent[0].flow.remote.to_string(), "10.0.0.7:5070");
    let again = bench.receive(&two);
    assert_eq!(methods(&again), ["ACK"]);
    assert!(again.events.is_empty());
    let now = bench.now;
    let bye = bench.act(|endpoint, out| endpoint.end(now, dialog, &[], out).unwrap());
    assert_eq!((bye.message(0).method(), bye.message(0).cseq()), ("BYE", 2));
    let seen = bench.receive(answer(&bye.text(0), "200 OK", "", ""));
    assert!(matches!(seen.events.as_slice(), [Event::Ended { dialog: d }] if *d == dialog));
    bench.pass(100 * T1);
    assert_eq!(
        (
            bench.endpoint.dialogs_open(),
            bench.endpoint.transactions_held()
        ),
        (0, 0)
    );
}

#[test]
fn a_refusal_is_acknowledged_each_time_and_told_once() {
    let (mut bench, dialog, invite) = placed(call());
    let busy = answer(&invite, "486 Busy Here", "b", "Reason: Q.850;cause=17\r\n");
    let seen = bench.receive(&busy);
    let [
        Event::Failed {
            dialog: d,
            status: 486,
            reason,
            reason_header,
            is_heard: true,
        },
    ] = seen.events.as_slice()
    else {
        panic!("{seen:?}")
    };
    assert_eq!(
        (*d, reason.as_str(), reason_header.as_deref()),
        (dialog, "Busy Here", Some("Q.850;cause=17"))
    );
    let ack = seen.message(0);
    let sent = Message::parse(invite.as_bytes()).unwrap();
    assert_eq!(
        ack.header("Via"),
        sent.header("Via"),
        "the ACK is inside the transaction"
    );
    assert_eq!(ack.to().unwrap().tag.as_deref(), Some("b"));
    let again = bench.receive(&busy);
    assert_eq!(methods(&again), ["ACK"]);
    assert!(again.events.is_empty());
}

#[test]
fn silence_is_408_after_timer_b() {
    let (mut bench, _, _) = placed(OutgoingInvite {
        ring_us: 60_000_000,
        ..call()
    });
    let seen = bench.pass(64 * T1);
    assert_eq!(seen.sent.len(), 6, "Timer A doubles without limit");
    assert!(matches!(
        seen.events.as_slice(),
        [Event::Failed {
            status: 408,
            is_heard: false,
            ..
        }]
    ));
}

#[test]
fn a_call_ended_before_any_response_is_cancelled_when_one_comes() {
    let (mut bench, dialog, invite) = placed(call());
    let now = bench.now;
    let reason = [("Reason".to_owned(), "SIP;cause=200".to_owned())];
    let seen = bench.act(|endpoint, out| endpoint.end(now, dialog, &reason, out).unwrap());
    assert!(seen.is_silent());
    let seen = bench.receive(answer(&invite, "180 Ringing", "b", ""));
    assert!(seen.events.is_empty());
    let cancel = seen.message(0);
    assert_eq!(cancel.method(), "CANCEL");
    assert_eq!(
        cancel.header("Via"),
        Message::parse(invite.as_bytes()).unwrap().header("Via")
    );
    assert_eq!(cancel.header("Reason"), Some(&b"SIP;cause=200"[..]));
    assert!(
        bench
            .receive(answer(&seen.text(0), "200 OK", "c", ""))
            .is_silent()
    );
    let seen = bench.receive(answer(&invite, "487 Request Terminated", "b", ""));
    assert_eq!(methods(&seen), ["ACK"]);
    assert!(matches!(
        seen.events.as_slice(),
        [Event::Failed { status: 487, .. }]
    ));
}

#[test]
fn a_cancel_without_effect_is_given_up() {
    let (mut bench, dialog, invite) = placed(call());
    bench.receive(answer(&invite, "180 Ringing", "b", ""));
    let now = bench.now;
    bench.act(|endpoint, out| endpoint.end(now, dialog, &[], out).unwrap());
    let seen = bench.pass(64 * T1);
    assert!(
        matches!(seen.events.as_slice(), [Event::Failed { status: 487, .. }]),
        "{:?}",
        seen.events
    );
}

#[test]
fn a_200_that_crosses_our_cancel_is_acknowledged_and_hung_up() {
    let (mut bench, dialog, invite) = placed(call());
    bench.receive(answer(&invite, "180 Ringing", "b", ""));
    let now = bench.now;
    let seen = bench.act(|endpoint, out| endpoint.end(now, dialog, &[], out).unwrap());
    assert_eq!(methods(&seen), ["CANCEL"]);
    let seen = bench.receive(ok(&invite, "b"));
    assert_eq!(methods(&seen), ["ACK", "BYE"]);
    assert!(matches!(
        seen.events.as_slice(),
        [Event::Failed { status: 487, .. }]
    ));
    assert!(bench.pass(200 * T1).events.is_empty());
    assert_eq!(
        (
            bench.endpoint.dialogs_open(),
            bench.endpoint.transactions_held()
        ),
        (0, 0)
    );
}

#[test]
fn ringing_too_long_is_cancelled_and_told_as_408() {
    let (mut bench, _, invite) = placed(OutgoingInvite {
        ring_us: 5_000_000,
        ..call()
    });
    bench.receive(answer(&invite, "180 Ringing", "b", ""));
    let seen = bench.pass(5_000_000);
    assert_eq!(methods(&seen), ["CANCEL"]);
    assert!(seen.events.is_empty());
    let seen = bench.receive(answer(&invite, "487 Request Terminated", "b", ""));
    assert!(matches!(
        seen.events.as_slice(),
        [Event::Failed { status: 408, .. }]
    ));
}

#[test]
fn of_two_forks_that_answer_the_first_wins() {
    let (mut bench, _, invite) = placed(call());
    bench.receive(answer(&invite, "180 Ringing", "b1", ""));
    bench.receive(answer(&invite, "183 Session Progress", "b2", ""));
    let seen = bench.receive(ok(&invite, "b2"));
    assert!(matches!(seen.events.as_slice(), [Event::Answered { .. }]));
    let seen = bench.receive(ok(&invite, "b1"));
    assert_eq!(methods(&seen), ["ACK", "BYE"]);
    assert!(seen.events.is_empty());
    assert_eq!(seen.message(1).to().unwrap().tag.as_deref(), Some("b1"));
    assert_eq!(methods(&bench.receive(ok(&invite, "b1"))), ["ACK"]);
    assert_eq!(bench.endpoint.dialogs_open(), 1);
}

#[test]
fn a_200_without_tag_makes_a_dialog_too() {
    let (mut bench, dialog, invite) = placed(call());
    let seen = bench.receive(ok(&invite, ""));
    assert!(matches!(seen.events.as_slice(), [Event::Answered { .. }]));
    let now = bench.now;
    let seen = bench.act(|endpoint, out| endpoint.end(now, dialog, &[], out).unwrap());
    assert_eq!(seen.message(0).to().unwrap().tag, None);
}

#[test]
fn a_challenge_is_answered_once() {
    let credentials = Credentials {
        user: "cup".into(),
        password: "pw".into(),
    };
    let (mut bench, _, invite) = placed(OutgoingInvite {
        credentials: Some(credentials),
        ..call()
    });
    let challenge = "Proxy-Authenticate: Digest realm=\"c\", nonce=\"n\", algorithm=MD5, qop=\"auth,auth-int\"\r\n";
    let seen = bench.receive(answer(
        &invite,
        "407 Proxy Authentication Required",
        "p",
        challenge,
    ));
    assert_eq!(methods(&seen), ["ACK", "INVITE"]);
    assert!(seen.events.is_empty());
    let second = seen.message(1);
    assert_eq!(second.cseq(), 2);
    assert_eq!(
        second.call_id(),
        Message::parse(invite.as_bytes()).unwrap().call_id()
    );
    let proof = String::from_utf8_lossy(second.header("Proxy-Authorization").unwrap()).into_owned();
    assert!(
        proof.starts_with("Digest username=\"cup\", realm=\"c\", nonce=\"n\""),
        "{proof}"
    );
    let seen = bench.receive(answer(
        &seen.text(1),
        "407 Proxy Authentication Required",
        "p",
        challenge,
    ));
    assert_eq!(methods(&seen), ["ACK"]);
    assert!(matches!(
        seen.events.as_slice(),
        [Event::Failed { status: 407, .. }]
    ));
}

#[test]
fn the_peer_of_a_call_of_ours_can_hang_up() {
    let (mut bench, _, invite) = placed(call());
    bench.receive(ok(&invite, "b"));
    let sent = Message::parse(invite.as_bytes()).unwrap();
    let tag = sent.from().unwrap().tag.unwrap();
    let bye = format!(
        "BYE sip:10.0.0.1:5060 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bKby\r\n\
         From: <sip:bob@10.0.0.2>;tag=b\r\nTo: <sip:cup@10.0.0.1>;tag={tag}\r\n\
         Call-ID: {}\r\nCSeq: 77 BYE\r\n\r\n",
        sent.call_id()
    );
    let foreign = bench.receive(bye.replace("tag=b\r", "tag=evil\r").replace("Kby", "Kx"));
    assert_eq!(
        foreign.lines(),
        ["SIP/2.0 481 Call/Transaction Does Not Exist"]
    );
    let seen = bench.receive(&bye);
    assert_eq!(seen.lines(), ["SIP/2.0 200 OK"]);
    assert!(matches!(seen.events.as_slice(), [Event::Bye { .. }]));
}

#[test]
fn a_closed_flow_fails_what_waits_on_it() {
    let (mut bench, dialog, _) = placed(call());
    let now = bench.now;
    let seen = bench.act(|endpoint, out| {
        endpoint.ping(now, flow(), "sip:10.0.0.2", out);
        endpoint.flow_closed(now, &flow(), out);
    });
    assert!(matches!(
        seen.events.as_slice(),
        [Event::Failed { status: 503, dialog: d, is_heard: false, .. }, Event::Pong { status: None, .. }] if *d == dialog
    ));
}

#[test]
fn a_ping_is_answered_or_not() {
    let mut bench = Bench::new(Admission::Trusted);
    let now = bench.now;
    let seen = bench.act(|endpoint, out| {
        endpoint.ping(now, flow(), "sip:10.0.0.2", out);
    });
    let seen = bench.receive(answer(&seen.text(0), "404 Not Found", "x", ""));
    assert!(matches!(
        seen.events.as_slice(),
        [Event::Pong {
            status: Some(404),
            ..
        }]
    ));
    bench.act(|endpoint, out| {
        endpoint.ping(now, flow(), "sip:10.0.0.2", out);
    });
    let seen = bench.pass(64 * T1);
    assert!(matches!(
        seen.events.as_slice(),
        [Event::Pong { status: None, .. }]
    ));
}
