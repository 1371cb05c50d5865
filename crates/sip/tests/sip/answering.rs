//! The answering side: what a caller can do to us.

use cuptel_sip::{Admission, Body, Event, Flow, FlowId, Settings, Transport, Unacceptable};

use crate::wire::{Bench, PEER, T1, invite, request, to_tag};

fn sdp() -> Option<Body> {
    Some(Body {
        content_type: "application/sdp".into(),
        bytes: b"v=0\r\n".to_vec(),
    })
}

/// A call that is accepted; returns the bench, the dialog and our tag.
pub(crate) fn accepted() -> (Bench, cuptel_sip::DialogId, String) {
    let mut bench = Bench::new(Admission::Trusted);
    let dialog = bench.offered(&invite("a"));
    let now = bench.now;
    let seen = bench.act(|endpoint, out| endpoint.accept(now, dialog, sdp(), &[], out).unwrap());
    let tag = to_tag(&seen.message(0));
    (bench, dialog, tag)
}

/// The same with its ACK received.
pub(crate) fn established() -> (Bench, cuptel_sip::DialogId, String) {
    let (mut bench, dialog, tag) = accepted();
    let seen = bench.receive(request("ACK", "ack", 1, &tag, "", ""));
    assert!(
        matches!(seen.events.as_slice(), [Event::Acked { body: None, .. }]),
        "{seen:?}"
    );
    (bench, dialog, tag)
}

#[test]
fn a_repeated_invite_never_makes_a_second_event() {
    let mut bench = Bench::new(Admission::Trusted);
    let dialog = bench.offered(&invite("a"));
    assert!(bench.receive(invite("a")).is_silent());
    let now = bench.now;
    bench.act(|endpoint, out| {
        endpoint
            .provisional(now, dialog, 180, "", None, out)
            .unwrap()
    });
    assert_eq!(bench.receive(invite("a")).lines(), ["SIP/2.0 180 Ringing"]);
    bench.act(|endpoint, out| endpoint.refuse(now, dialog, 486, "", &[], out).unwrap());
    let again = bench.receive(invite("a"));
    assert_eq!(again.lines(), ["SIP/2.0 486 Busy Here"]);
    assert!(again.events.is_empty());
    assert!(
        bench
            .receive(request("ACK", "a", 1, "x", "", ""))
            .is_silent()
    );
    assert!(
        bench.receive(invite("a")).is_silent(),
        "absorbed after its ACK"
    );
    assert_eq!(bench.endpoint.counters().retransmissions, 4);
}

#[test]
fn trying_leaves_only_when_nothing_else_has_after_100_ms() {
    let mut bench = Bench::new(Admission::Trusted);
    bench.offered(&invite("a"));
    assert!(bench.pass(99_999).is_silent());
    let seen = bench.pass(1);
    assert_eq!(seen.lines(), ["SIP/2.0 100 Trying"]);
    assert_eq!(seen.message(0).to().unwrap().tag, None);

    let mut bench = Bench::new(Admission::Trusted);
    let dialog = bench.offered(&invite("a"));
    let now = bench.now;
    bench.act(|endpoint, out| {
        endpoint
            .provisional(now, dialog, 180, "", None, out)
            .unwrap()
    });
    assert!(bench.pass(59_999_999).is_silent());
    assert_eq!(
        bench.pass(60_000_001).lines(),
        ["SIP/2.0 180 Ringing"; 2],
        "once a minute"
    );
}

#[test]
fn a_refusal_is_repeated_until_its_ack_and_then_forgotten() {
    let mut bench = Bench::new(Admission::Trusted);
    let dialog = bench.offered(&invite("a"));
    let now = bench.now;
    let refuse = |endpoint: &mut cuptel_sip::Endpoint, out: &mut cuptel_sip::Outbox| {
        endpoint.refuse(now, dialog, 486, "", &[], out)
    };
    bench.act(|endpoint, out| refuse(endpoint, out).unwrap());
    // Timer G: 0.5, 1.5, 3.5, 7.5, then every 4 s up to 32 s.
    assert_eq!(bench.pass(64 * T1).lines().len(), 10);
    // The last copy of an INVITE leaves after 31.5 s and may be under way for as long as T4.
    bench.pass(4_000_000);
    let late = bench.receive(invite("a"));
    assert_eq!(late.lines(), ["SIP/2.0 486 Busy Here"]);
    assert!(late.events.is_empty(), "another call: {late:?}");
    assert!(bench.pass(1_000_000).is_silent());
    assert_eq!(bench.endpoint.transactions_held(), 0);
    assert_eq!(bench.endpoint.dialogs_open(), 0);
    bench.act(|endpoint, out| assert!(refuse(endpoint, out).is_err()));
    assert_eq!(bench.endpoint.wake_at(), None);
}

#[test]
fn a_response_carries_what_it_must() {
    let mut bench = Bench::new(Admission::Trusted);
    let head = "Record-Route: <sip:p1;lr>, <sip:p2;lr>\r\nRecord-Route: <sip:p3;lr>\r\n\
                Via: SIP/2.0/UDP two;branch=z9hG4bKtwo\r\n";
    let dialog = bench.offered(&request("INVITE", "a", 1, "", head, ""));
    let now = bench.now;
    let extra = [(
        "Reason".to_owned(),
        "Q.850;cause=16\r\nEvil: yes".to_owned(),
    )];
    let seen = bench.act(|endpoint, out| endpoint.accept(now, dialog, sdp(), &extra, out).unwrap());
    let answer = seen.message(0);
    let all = |name: &'static str| -> Vec<String> {
        answer
            .headers(name)
            .map(|value| String::from_utf8_lossy(value).into_owned())
            .collect()
    };
    assert_eq!(
        all("Via"),
        [
            format!("SIP/2.0/UDP {PEER};branch=z9hG4bKa;rport=5060;received=10.0.0.2"),
            "SIP/2.0/UDP two;branch=z9hG4bKtwo".to_owned(),
        ]
    );
    assert_eq!(
        all("Record-Route"),
        ["<sip:p1;lr>", "<sip:p2;lr>", "<sip:p3;lr>"]
    );
    assert_eq!(all("Contact"), ["<sip:10.0.0.1:5060>"]);
    assert_eq!(all("Server"), ["CupTel"]);
    assert!(all("Allow").contains(&"UPDATE".to_owned()));
    assert_eq!(all("Evil"), Vec::<String>::new());
    assert_eq!(answer.cseq(), 1);
    assert_eq!(answer.body(), b"v=0\r\n");
    assert!(answer.to().unwrap().tag.is_some());
}

#[test]
fn without_rport_the_answer_goes_to_the_port_in_via_at_the_source_address() {
    let mut bench = Bench::new(Admission::Trusted);
    bench.flow.remote = "192.0.2.7:4444".parse().unwrap();
    let options = request("OPTIONS", "a", 1, "", "", "");
    let seen = bench.receive(&options);
    assert_eq!(seen.sent[0].flow.remote, bench.flow.remote);
    assert!(
        seen.text(0).contains(";rport=4444;received=192.0.2.7\r\n"),
        "{}",
        seen.text(0)
    );
    let seen = bench.receive(options.replace(";rport", ""));
    assert_eq!(seen.sent[0].flow.remote.to_string(), "192.0.2.7:5060");
    assert!(
        seen.text(0).contains(";received=192.0.2.7\r\n"),
        "{}",
        seen.text(0)
    );
}

#[test]
fn a_cancel_is_answered_once_told_once_and_leaves_the_final_to_the_owner() {
    let mut bench = Bench::new(Admission::Trusted);
    let dialog = bench.offered(&invite("a"));
    let cancel = request("CANCEL", "a", 1, "", "Reason: SIP;cause=200\r\n", "");
    let seen = bench.receive(&cancel);
    assert_eq!(seen.lines(), ["SIP/2.0 200 OK"]);
    let tag = to_tag(&seen.message(0));
    let [Event::Cancelled { reason, .. }] = seen.events.as_slice() else {
        panic!("{seen:?}")
    };
    assert_eq!(reason.as_deref(), Some("SIP;cause=200"));
    let again = bench.receive(&cancel);
    assert_eq!(again.lines(), ["SIP/2.0 200 OK"]);
    assert!(again.events.is_empty());
    let now = bench.now;
    let seen = bench.act(|endpoint, out| endpoint.refuse(now, dialog, 487, "", &[], out).unwrap());
    assert_eq!(to_tag(&seen.message(0)), tag);
    assert_eq!(
        bench.receive(request("CANCEL", "b", 1, "", "", "")).lines(),
        ["SIP/2.0 481 Call/Transaction Does Not Exist"]
    );
}

#[test]
fn a_2xx_is_repeated_until_its_ack_and_the_ack_is_told_once() {
    let (mut bench, _, tag) = accepted();
    assert_eq!(bench.pass(3 * T1).lines(), ["SIP/2.0 200 OK"; 2]);
    let ack = request(
        "ACK",
        "ack",
        1,
        &tag,
        "Content-Type: application/sdp\r\n",
        "v=1\r\n",
    );
    let seen = bench.receive(&ack);
    let [
        Event::Acked {
            body: Some(body), ..
        },
    ] = seen.events.as_slice()
    else {
        panic!("{seen:?}")
    };
    assert_eq!(body.bytes, b"v=1\r\n");
    assert!(bench.receive(&ack).is_silent());
    assert!(bench.pass(100 * T1).is_silent());
    assert_eq!(bench.endpoint.transactions_held(), 0);
    assert_eq!(bench.endpoint.dialogs_open(), 1);
}

#[test]
fn a_2xx_without_ack_ends_in_a_bye_and_one_event() {
    let (mut bench, dialog, _) = accepted();
    let seen = bench.pass(64 * T1);
    assert!(matches!(seen.events.as_slice(), [Event::Unacked { dialog: d }] if *d == dialog));
    let last = seen.message(seen.sent.len() - 1);
    assert_eq!(
        (last.method(), last.request_uri()),
        ("BYE", "sip:anna@10.0.0.2:5060")
    );
    let now = bench.now;
    bench.act(|endpoint, out| assert!(endpoint.end(now, dialog, &[], out).is_err()));
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
fn hanging_up_waits_for_the_ack_of_our_2xx() {
    let (mut bench, dialog, tag) = accepted();
    let now = bench.now;
    let seen = bench.act(|endpoint, out| endpoint.end(now, dialog, &[], out).unwrap());
    assert!(seen.is_silent());
    let seen = bench.receive(request("ACK", "ack", 1, &tag, "", ""));
    let bye = seen.message(0);
    assert_eq!(bye.method(), "BYE");
    assert_eq!(bye.from().unwrap().tag.as_deref(), Some(tag.as_str()));
    assert_eq!(bye.to().unwrap().tag.as_deref(), Some("theirs"));
    let ok = answer_to(&seen.text(0), "200 OK");
    assert!(matches!(
        bench.receive(&ok).events.as_slice(),
        [Event::Ended { .. }]
    ));
    assert!(bench.receive(&ok).events.is_empty());
}

/// A response that echoes a request of ours.
pub(crate) fn answer_to(request: &str, status: &str) -> String {
    let mut text = format!("SIP/2.0 {status}\r\n");
    for line in request.lines().skip(1) {
        let name = line.split(':').next().unwrap();
        if ["Via", "From", "To", "Call-ID", "CSeq"].contains(&name) {
            text.push_str(line);
            text.push_str("\r\n");
        }
    }
    text + "Content-Length: 0\r\n\r\n"
}

#[test]
fn a_bye_is_told_once_and_the_dialog_is_over() {
    let (mut bench, _, tag) = established();
    let bye = request("BYE", "bye", 2, &tag, "Reason: Q.850;cause=16\r\n", "");
    let seen = bench.receive(&bye);
    assert_eq!(seen.lines(), ["SIP/2.0 200 OK"]);
    assert!(
        matches!(seen.events.as_slice(), [Event::Bye { reason: Some(r), .. }] if r == "Q.850;cause=16")
    );
    let again = bench.receive(&bye);
    assert_eq!(again.lines(), ["SIP/2.0 200 OK"]);
    assert!(again.events.is_empty());
    assert_eq!(
        bench
            .receive(request("BYE", "late", 3, &tag, "", ""))
            .lines(),
        ["SIP/2.0 481 Call/Transaction Does Not Exist"]
    );
}

#[test]
fn byes_that_cross_end_the_dialog_with_one_event() {
    let (mut bench, dialog, tag) = established();
    let now = bench.now;
    let ours = bench.act(|endpoint, out| endpoint.end(now, dialog, &[], out).unwrap());
    let theirs = bench.receive(request("BYE", "bye", 2, &tag, "", ""));
    assert_eq!(theirs.lines(), ["SIP/2.0 200 OK"]);
    assert!(theirs.events.is_empty());
    let seen = bench.receive(answer_to(&ours.text(0), "481 Gone"));
    assert!(matches!(seen.events.as_slice(), [Event::Ended { .. }]));
}

#[test]
fn a_bye_without_answer_ends_all_the_same() {
    let (mut bench, dialog, _) = established();
    let now = bench.now;
    bench.act(|endpoint, out| endpoint.end(now, dialog, &[], out).unwrap());
    let seen = bench.pass(64 * T1);
    assert!(matches!(seen.events.as_slice(), [Event::Ended { .. }]));
    // Timer E: 0.5, 1.5, 3.5, then every 4 s.
    assert_eq!(seen.sent.len(), 10);
}

#[test]
fn requests_in_a_dialog_are_judged_by_number_tag_and_method() {
    let (mut bench, _, tag) = established();
    for (method, cseq, to, expected) in [
        ("OPTIONS", 5, tag.as_str(), "200 OK"),
        ("OPTIONS", 4, &tag, "500 CSeq out of order"),
        ("OPTIONS", 6, "other", "481 Call/Transaction Does Not Exist"),
        ("REFER", 7, &tag, "405 Method Not Allowed"),
        ("NOTIFY", 8, &tag, "405 Method Not Allowed"),
        ("FROBNICATE", 9, &tag, "501 Not Implemented"),
        ("NOTIFY", 10, "other", "481 Call/Transaction Does Not Exist"),
    ] {
        let seen = bench.receive(request(method, &format!("x{cseq}"), cseq, to, "", ""));
        assert_eq!(
            seen.lines(),
            [format!("SIP/2.0 {expected}")],
            "{method} {cseq}"
        );
        assert!(seen.events.is_empty());
    }
}

#[test]
fn keys_by_info_are_told_and_other_bodies_refused() {
    let (mut bench, _, tag) = established();
    let dtmf = "Content-Type: application/dtmf-relay\r\n";
    let seen = bench.receive(request(
        "INFO",
        "i1",
        2,
        &tag,
        dtmf,
        "Signal=5\r\nDuration=160\r\n",
    ));
    assert_eq!(seen.lines(), ["SIP/2.0 200 OK"]);
    let [Event::Info { body, .. }] = seen.events.as_slice() else {
        panic!("{seen:?}")
    };
    assert_eq!(body.content_type, "application/dtmf-relay");
    let seen = bench.receive(request(
        "INFO",
        "i2",
        3,
        &tag,
        "Content-Type: text/plain\r\n",
        "5",
    ));
    assert_eq!(seen.lines(), ["SIP/2.0 415 Unsupported Media Type"]);
    assert!(seen.events.is_empty());
}

#[test]
fn a_reinvite_is_answered_by_the_owner_and_moves_the_target() {
    let (mut bench, dialog, tag) = established();
    let moved = request("INVITE", "re", 2, &tag, "", "")
        .replace("sip:anna@10.0.0.2:5060", "sip:anna@10.0.0.9:5080");
    let seen = bench.receive(&moved);
    assert!(
        matches!(seen.events.as_slice(), [Event::Reinvite { .. }]),
        "{seen:?}"
    );
    let busy = bench.receive(request("INVITE", "re2", 3, &tag, "", ""));
    assert_eq!(busy.lines(), ["SIP/2.0 500 Another request is pending"]);
    let now = bench.now;
    let seen = bench.act(|endpoint, out| endpoint.accept(now, dialog, sdp(), &[], out).unwrap());
    assert_eq!(to_tag(&seen.message(0)), tag);
    let glare = bench.receive(request("INVITE", "re3", 4, &tag, "", ""));
    assert_eq!(glare.lines(), ["SIP/2.0 491 Request Pending"]);
    let seen = bench.receive(request("ACK", "reack", 2, &tag, "", ""));
    assert!(matches!(seen.events.as_slice(), [Event::Acked { .. }]));
    let seen = bench.act(|endpoint, out| endpoint.end(now, dialog, &[], out).unwrap());
    assert_eq!(seen.message(0).request_uri(), "sip:anna@10.0.0.9:5080");
    assert_eq!(seen.sent[0].flow.remote.to_string(), "10.0.0.9:5080");
}

#[test]
fn a_refused_reinvite_and_an_update_leave_the_call_up() {
    let (mut bench, dialog, tag) = established();
    bench.receive(request("INVITE", "re", 2, &tag, "", ""));
    let now = bench.now;
    let seen = bench.act(|endpoint, out| endpoint.refuse(now, dialog, 488, "", &[], out).unwrap());
    assert_eq!(seen.lines(), ["SIP/2.0 488 Not Acceptable Here"]);
    assert!(
        bench
            .receive(request("ACK", "re", 2, &tag, "", ""))
            .is_silent()
    );
    bench.receive(request("UPDATE", "up", 3, &tag, "", ""));
    let seen = bench.act(|endpoint, out| endpoint.accept(now, dialog, None, &[], out).unwrap());
    assert_eq!(seen.lines(), ["SIP/2.0 200 OK"]);
    assert!(
        bench.pass(100 * T1).is_silent(),
        "a 200 to UPDATE awaits no ACK"
    );
    assert_eq!(bench.endpoint.dialogs_open(), 1);
}

#[test]
fn a_merged_request_is_refused() {
    let mut bench = Bench::new(Admission::Trusted);
    bench.offered(&invite("a"));
    assert_eq!(
        bench.receive(invite("b")).lines(),
        ["SIP/2.0 482 Loop Detected"]
    );
    assert_eq!(bench.endpoint.counters().merged, 1);
}

#[test]
fn a_call_that_asks_too_much_is_handed_on_to_be_refused_with_a_record() {
    for (head, status, named) in [
        ("Require: 100rel\r\n", 420, "Unsupported: 100rel"),
        ("Accept: text/plain\r\n", 406, ""),
        ("Content-Encoding: gzip\r\n", 415, "Accept: application/sdp"),
    ] {
        let mut bench = Bench::new(Admission::Trusted);
        let text = request("INVITE", "a", 1, "", head, "");
        let seen = bench.receive(&text);
        assert!(seen.sent.is_empty(), "{:?}", seen.lines());
        let [
            Event::Invite {
                dialog,
                unacceptable:
                    Some(Unacceptable::Request {
                        status: wanted,
                        headers,
                        ..
                    }),
                ..
            },
        ] = seen.events.as_slice()
        else {
            panic!("{seen:?}")
        };
        assert_eq!(*wanted, status);
        let now = bench.now;
        let refused = bench.act(|endpoint, out| {
            let refusal = endpoint.refuse(now, *dialog, status, "", headers, out);
            refusal.unwrap();
        });
        assert!(refused.text(0).contains(named), "{}", refused.text(0));
        let again = bench.receive(&text);
        assert!(again.events.is_empty(), "a repetition is no second call");
        assert_eq!(again.lines(), refused.lines());
    }
}

#[test]
fn an_almost_full_table_has_calls_refused_and_a_full_one_leaves_them_to_be_repeated() {
    let settings = Settings {
        transactions_max: 8,
        ..Settings::default()
    };
    let mut bench = Bench::with(Admission::Trusted, settings);
    for index in 0..10 {
        let text = invite(&format!("b{index}")).replace("one@h", &format!("call{index}@h"));
        let seen = bench.receive(text);
        assert!(seen.sent.is_empty(), "{:?}", seen.lines());
        let is_crowded = match seen.events.as_slice() {
            [] => None,
            [Event::Invite { unacceptable, .. }] => {
                Some(*unacceptable == Some(Unacceptable::Crowded))
            }
            other => panic!("{other:?}"),
        };
        let expected = match index {
            0..7 => Some(false),
            7 => Some(true),
            _ => None,
        };
        assert_eq!(is_crowded, expected, "call {index}");
    }
    assert_eq!(bench.endpoint.counters().overloaded, 2);
    assert_eq!(bench.endpoint.transactions_held(), 8);
}

#[test]
fn requests_outside_dialogs_are_answered_by_method() {
    let mut bench = Bench::new(Admission::Trusted);
    for (method, expected) in [
        ("OPTIONS", "200 OK"),
        ("BYE", "481 Call/Transaction Does Not Exist"),
        ("INFO", "481 Call/Transaction Does Not Exist"),
        ("MESSAGE", "405 Method Not Allowed"),
        ("SUBSCRIBE", "405 Method Not Allowed"),
        ("REFER", "405 Method Not Allowed"),
        ("WHATEVER", "501 Not Implemented"),
        ("REGISTER", "403 Forbidden"),
    ] {
        let seen = bench.receive(request(method, method, 1, "", "", ""));
        assert_eq!(seen.lines(), [format!("SIP/2.0 {expected}")], "{method}");
    }
    let seen = bench.receive(request("OPTIONS", "o", 1, "", "", ""));
    let answer = seen.message(0);
    assert!(answer.header("Allow").is_some() && answer.header("Accept").is_some());
    assert_eq!(answer.header("Supported"), Some(&b""[..]));
}

#[test]
fn keep_alives_are_answered_on_connections_only() {
    let mut bench = Bench::new(Admission::Trusted);
    assert!(bench.receive(b"\r\n\r\n").is_silent());
    bench.flow = Flow {
        id: FlowId(2),
        transport: Transport::Tcp,
        ..bench.flow
    };
    let seen = bench.receive(b"\r\n\r\n");
    assert_eq!(&*seen.sent[0].bytes, b"\r\n");
    assert!(bench.receive(b"\r\n").is_silent());
    assert_eq!(bench.endpoint.counters().keep_alives, 3);
}

#[test]
fn a_reliable_flow_has_no_retransmissions() {
    let mut bench = Bench::new(Admission::Trusted);
    bench.flow = Flow {
        id: FlowId(2),
        transport: Transport::Tcp,
        ..bench.flow
    };
    let dialog = bench.offered(&invite("a"));
    let now = bench.now;
    bench.act(|endpoint, out| endpoint.refuse(now, dialog, 486, "", &[], out).unwrap());
    assert!(
        bench
            .receive(request("ACK", "a", 1, "x", "", ""))
            .is_silent()
    );
    assert!(bench.pass(1_000_000).is_silent());
    assert_eq!(bench.endpoint.transactions_held(), 0);
}

#[test]
fn an_ack_and_a_response_are_never_answered_even_when_broken() {
    let mut bench = Bench::new(Admission::Digest);
    for text in [
        request("ACK", "a", 1, "", "", ""),
        request("ACK", "a", 1, "x", "", ""),
        request("ACK", "a", 1, "x", "", "").replace("Max-Forwards: 70", "Max-Forwards: many"),
        "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKx\r\n\r\n".to_owned(),
        "SIP/2.0 abc OK\r\n\r\n".to_owned(),
        "GET / HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(),
    ] {
        assert!(bench.receive(&text).is_silent(), "{text}");
    }
}
