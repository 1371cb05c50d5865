//! Connections: what breaks with one, what comes back over another, and answers that belong to
//! nobody any more.

use cuptel_sip::{Admission, Event, Flow, FlowId, NameAddr, OutgoingInvite, Transport};

use crate::answering::answer_to;
use crate::wire::{Bench, LOCAL, PEER, Seen, invite, request, to_tag};

/// A connection from a port of the peer's that it listens on no more than anybody does.
fn connection(id: u32) -> Flow {
    Flow {
        id: FlowId(id),
        transport: Transport::Tcp,
        local: LOCAL.parse().unwrap(),
        remote: "10.0.0.2:49152".parse().unwrap(),
    }
}

fn connected() -> Bench {
    let mut bench = Bench::new(Admission::Trusted);
    bench.flow = connection(70_000);
    bench
}

/// The one that is opened to where the peer listens.
fn dialled() -> Flow {
    Flow::dialled(LOCAL.parse().unwrap(), PEER.parse().unwrap())
}

fn translated(request: &str) -> String {
    request.replace(
        &format!("Via: SIP/2.0/UDP {PEER}"),
        "Via: SIP/2.0/TCP 192.168.1.2:5060",
    )
}

#[test]
fn responses_go_over_the_connection_of_their_request() {
    let mut bench = connected();
    let dialog = bench.offered(&invite("a"));
    let now = bench.now;
    let seen = bench.act(|endpoint, out| endpoint.refuse(now, dialog, 486, "", &[], out).unwrap());
    assert_eq!(seen.sent[0].flow, connection(70_000));
    assert!(
        bench.pass(2_000_000).is_silent(),
        "nothing is repeated on a connection"
    );
}

#[test]
fn a_call_whose_connection_breaks_is_answered_over_a_new_one_to_its_via() {
    let mut bench = connected();
    let dialog = bench.offered(&invite("a"));
    let now = bench.now;
    let seen = bench.act(|endpoint, out| endpoint.flow_closed(now, &connection(70_000), out));
    assert!(seen.is_silent());
    let seen = bench.act(|endpoint, out| endpoint.accept(now, dialog, None, &[], out).unwrap());
    assert_eq!(seen.sent[0].flow, dialled());
    let tag = to_tag(&seen.message(0));
    bench.flow = connection(70_001);
    bench.receive(request("ACK", "k", 1, &tag, "", ""));
    let seen = bench.act(|endpoint, out| endpoint.end(now, dialog, &[], out).unwrap());
    assert_eq!((seen.lines().len(), seen.sent[0].flow), (1, dialled()));
}

#[test]
fn a_call_is_given_up_when_no_new_connection_can_be_made_either() {
    let mut bench = connected();
    let dialog = bench.offered(&invite("a"));
    let now = bench.now;
    let seen = bench.act(|endpoint, out| {
        endpoint.flow_closed(now, &connection(70_000), out);
        endpoint
            .provisional(now, dialog, 180, "", None, out)
            .unwrap();
        endpoint.flow_closed(now, &dialled(), out);
    });
    assert!(matches!(seen.events.as_slice(), [Event::Cancelled { .. }]));
}

#[test]
fn nobody_behind_an_address_translation_is_called_on_a_new_connection() {
    let mut bench = connected();
    bench.offered(&translated(&invite("a")));
    let now = bench.now;
    let seen = bench.act(|endpoint, out| endpoint.flow_closed(now, &connection(70_000), out));
    assert!(matches!(seen.events.as_slice(), [Event::Cancelled { .. }]));
}

#[test]
fn another_connection_that_breaks_harms_nobody() {
    let mut bench = connected();
    bench.offered(&invite("a"));
    let now = bench.now;
    let seen = bench.act(|endpoint, out| endpoint.flow_closed(now, &connection(70_001), out));
    assert!(seen.is_silent());
}

/// A call of ours to a phone at this connection, answered.
fn call_to_phone(bench: &mut Bench) -> cuptel_sip::DialogId {
    let (now, flow) = (bench.now, bench.flow);
    let order = OutgoingInvite {
        flow,
        large_flow: None,
        target: "sip:101@192.168.1.2:5060;transport=tcp".into(),
        route: Vec::new(),
        from: NameAddr::of_uri("sip:us@10.0.0.1"),
        to: NameAddr::of_uri("sip:101@10.0.0.1"),
        contact: flow.contact(None),
        body: None,
        extra: Vec::new(),
        credentials: None,
        ring_us: 60_000_000,
    };
    let mut dialog = None;
    let sent = bench.act(|endpoint, out| dialog = Some(endpoint.invite(now, order, out)));
    assert!(sent.text(0).contains("Via: SIP/2.0/TCP 10.0.0.1:5060;"));
    let ok = ok_to(&sent.text(0), "<sip:101@192.168.1.2:5060;transport=tcp>");
    let seen = bench.receive(ok);
    assert!(matches!(seen.events.as_slice(), [Event::Answered { .. }]));
    dialog.unwrap()
}

/// The 200 of a phone to an INVITE of ours.
fn ok_to(invite: &str, contact: &str) -> String {
    let kept: Vec<&str> = invite
        .lines()
        .filter(|line| {
            ["Via:", "From:", "Call-ID:", "CSeq:"]
                .iter()
                .any(|name| line.starts_with(name))
        })
        .collect();
    let to = invite.lines().find(|line| line.starts_with("To:")).unwrap();
    format!(
        "SIP/2.0 200 OK\r\n{}\r\n{to};tag=phone\r\nContact: {contact}\r\nContent-Length: 0\r\n\r\n",
        kept.join("\r\n")
    )
}

#[test]
fn a_conversation_outlives_its_connection_and_is_ended_over_the_next() {
    let mut bench = connected();
    let dialog = call_to_phone(&mut bench);
    let now = bench.now;
    let seen = bench.act(|endpoint, out| endpoint.flow_closed(now, &connection(70_000), out));
    assert!(seen.is_silent(), "the call goes on");
    let back = connection(70_001);
    let seen = bench.act(|endpoint, out| {
        endpoint.flow_found("sip:101@192.168.1.2:5060;transport=tcp", &back);
        endpoint.end(now, dialog, &[], out).unwrap();
    });
    assert!(seen.text(0).starts_with("BYE "));
    assert_eq!(seen.sent[0].flow, back);
}

#[test]
fn a_large_invite_takes_the_connection_where_one_can_be_had() {
    let large = Flow::dialled(LOCAL.parse().unwrap(), PEER.parse().unwrap());
    for (bytes, large_flow, expected) in [
        (100, Some(large), Transport::Udp),
        (1_300, Some(large), Transport::Tcp),
        (1_300, None, Transport::Udp),
    ] {
        let mut bench = Bench::new(Admission::Trusted);
        let (now, flow) = (bench.now, bench.flow);
        let order = OutgoingInvite {
            large_flow,
            extra: vec![("X-Long".into(), "x".repeat(bytes))],
            ..to_bob(flow)
        };
        let seen = bench.act(|endpoint, out| {
            endpoint.invite(now, order, out);
        });
        assert_eq!(seen.sent[0].flow.transport, expected, "{bytes} bytes more");
    }
}

fn to_bob(flow: Flow) -> OutgoingInvite {
    OutgoingInvite {
        flow,
        large_flow: None,
        target: "sip:bob@10.0.0.2".into(),
        route: Vec::new(),
        from: NameAddr::of_uri("sip:us@10.0.0.1"),
        to: NameAddr::of_uri("sip:bob@10.0.0.2"),
        contact: flow.contact(None),
        body: None,
        extra: Vec::new(),
        credentials: None,
        ring_us: 60_000_000,
    }
}

fn call_bob(bench: &mut Bench) -> Seen {
    let (now, order) = (bench.now, to_bob(bench.flow));
    bench.act(|endpoint, out| {
        endpoint.invite(now, order, out);
    })
}

const DOUBTFUL_MAX: usize = 16;

/// One CANCEL stands for all who ring with one branch.
fn doubtful_of(says: &str) -> usize {
    if says.starts_with("180") {
        1
    } else {
        DOUBTFUL_MAX
    }
}

/// The answer to an INVITE that this endpoint never sent: it was sent by the one before it.
fn stray(local: &str) -> String {
    format!(
        "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP {local};branch=z9hG4bKold;rport=5060\r\n\
         From: <sip:us@10.0.0.1>;tag=before\r\nTo: <sip:101@10.0.0.1>;tag=phone\r\n\
         Call-ID: old@us\r\nCSeq: 7 INVITE\r\nContact: <sip:victim@10.9.9.9>\r\n\
         Content-Length: 0\r\n\r\n"
    )
}

#[test]
fn an_answer_to_a_call_of_a_previous_life_is_acknowledged_and_hung_up() {
    for admission in [Admission::Trusted, Admission::Digest] {
        let mut bench = Bench::new(admission);
        let seen = bench.receive(stray(LOCAL));
        let lines = seen.lines();
        assert!(
            lines[0].starts_with("ACK ") && lines[1].starts_with("BYE "),
            "{lines:?}"
        );
        assert_eq!(lines.len(), 2);
        let (ack, bye) = (seen.message(0), seen.message(1));
        assert_eq!((ack.cseq(), bye.cseq()), (7, 8));
        for message in [&ack, &bye] {
            assert_eq!(message.call_id(), "old@us");
            assert_eq!(message.from().unwrap().tag.as_deref(), Some("before"));
            assert_eq!(to_tag(message), "phone");
        }
        let to = bench.flow.remote;
        assert!(
            seen.sent.iter().all(|sent| sent.flow.remote == to),
            "never to its Contact"
        );
        assert!(seen.events.is_empty());
    }
}

#[test]
fn a_carriers_answer_of_a_previous_life_is_hung_up_on_until_it_hears() {
    let mut bench = Bench::new(Admission::Trusted);
    let seen = bench.receive(stray(LOCAL));
    // The 200 comes again: it is acknowledged, and the one BYE is repeated by its own time.
    let again = bench.receive(stray(LOCAL));
    assert_eq!(again.lines().len(), 1, "{:?}", again.lines());
    // Another branch of the same call has its own end.
    let fork = bench.receive(stray(LOCAL).replace("tag=phone", "tag=fork"));
    assert!(fork.lines()[1].starts_with("BYE "), "{:?}", fork.lines());
    let repeated = bench.pass(500_000);
    assert_eq!(repeated.sent[0].bytes, seen.sent[1].bytes);
    for bye in [&seen, &fork] {
        bench.receive(answer_to(&bye.text(1), "200 OK"));
    }
    assert!(bench.pass(60_000_000).is_silent());
    assert_eq!(bench.endpoint.transactions_held(), 0);
}

#[test]
fn of_those_who_are_not_known_a_few_are_told_again_and_no_more() {
    let mut bench = Bench::new(Admission::Digest);
    for nth in 0..50 {
        let seen = bench.receive(stray(LOCAL).replace("old@us", &format!("{nth}@us")));
        assert_eq!(seen.sent.len(), 2);
    }
    assert_eq!(bench.endpoint.transactions_held(), DOUBTFUL_MAX);
    let repeated = bench.pass(500_000);
    assert_eq!(repeated.sent.len(), DOUBTFUL_MAX);
    bench.pass(60_000_000);
    assert_eq!(bench.endpoint.transactions_held(), 0);
    // There is room again.
    bench.receive(stray(LOCAL));
    assert_eq!(bench.endpoint.transactions_held(), 1);
}

#[test]
fn a_phone_that_rings_for_a_call_of_a_previous_life_is_let_go() {
    let mut bench = Bench::new(Admission::Digest);
    let seen = bench.receive(stray(LOCAL).replace("200 OK", "180 Ringing"));
    assert_eq!(seen.lines().len(), 1, "{:?}", seen.lines());
    let cancel = seen.message(0);
    assert!(seen.lines()[0].starts_with("CANCEL "), "{:?}", seen.lines());
    // What makes it that INVITE's (RFC 3261 9.1).
    assert_eq!((cancel.cseq(), cancel.call_id()), (7, "old@us".to_owned()));
    assert_eq!(cancel.from().unwrap().tag.as_deref(), Some("before"));
    let text = String::from_utf8_lossy(&seen.sent[0].bytes);
    assert!(text.contains(";branch=z9hG4bKold;"), "{text}");
    assert!(text.contains("\r\nTo: <sip:101@10.0.0.1>\r\n"), "{text}");
    assert_eq!(seen.sent[0].flow.remote, bench.flow.remote);
    // It was lost, and they ring on: it comes again by its own time.
    let again = bench.receive(stray(LOCAL).replace("200 OK", "180 Ringing"));
    assert!(again.is_silent(), "{:?}", again.lines());
    assert_eq!(bench.pass(500_000).sent[0].bytes, seen.sent[0].bytes);
    bench.receive(answer_to(&seen.text(0), "200 OK"));
    bench.pass(60_000_000);
    let refused = bench.receive(stray(LOCAL).replace("200 OK", "487 Request Terminated"));
    assert!(
        refused.lines()[0].starts_with("ACK "),
        "{:?}",
        refused.lines()
    );
    assert_eq!(to_tag(&refused.message(0)), "phone");
    assert_eq!(bench.endpoint.transactions_held(), 0);
}

#[test]
fn a_phone_that_comes_to_life_after_its_call_was_given_up_is_told_until_it_hears() {
    for (says, told) in [("180 Ringing", "CANCEL "), ("200 OK", "BYE ")] {
        let mut bench = Bench::new(Admission::Digest);
        let sent = call_bob(&mut bench);
        bench.pass(40_000_000);
        assert_eq!(bench.endpoint.transactions_held(), 0, "given up");
        let late = ok_to(&sent.text(0), "<sip:bob@10.0.0.2>").replace("200 OK", says);
        let last = |seen: &Seen| seen.text(seen.sent.len() - 1);
        let ends = last(&bench.receive(&late));
        assert!(ends.starts_with(told), "{ends}");
        // It was lost: it comes again, by its own time and not by theirs.
        let again = bench.receive(&late);
        assert!(again.lines().iter().all(|line| !line.starts_with(told)));
        assert_eq!(last(&bench.pass(500_000)), ends);
        bench.receive(answer_to(&ends, "200 OK"));
        assert!(bench.pass(60_000_000).is_silent());
        assert_eq!(bench.endpoint.transactions_held(), 0);
        // Whoever else shows the same branch was never called, and is one of the doubtful.
        bench.flow.remote = "10.0.0.9:5060".parse().unwrap();
        for nth in 0..50 {
            bench.receive(late.replace("Call-ID: ", &format!("Call-ID: {nth}")));
        }
        assert_eq!(bench.endpoint.transactions_held(), doubtful_of(says));
    }
}

/// It may be all that is ever heard of a phone that begins to ring when the call was given up.
#[test]
fn an_invite_that_is_only_tried_after_its_call_was_given_up_is_cancelled() {
    let mut bench = Bench::new(Admission::Trusted);
    let seen = bench.receive(stray(LOCAL).replace("200 OK", "100 Trying"));
    let lines = seen.lines();
    assert!(lines[0].starts_with("CANCEL "), "{lines:?}");
    assert_eq!(lines.len(), 1);
}

#[test]
fn answers_that_were_never_ours_are_left_alone() {
    let mut bench = Bench::new(Admission::Digest);
    for other in [
        stray("10.0.0.7:5060"),
        stray(LOCAL).replace("7 INVITE", "7 BYE"),
        stray(LOCAL).replace(";tag=phone", ""),
    ] {
        assert!(bench.receive(&other).is_silent(), "{other}");
    }
    let mut closed = Bench::new(Admission::Closed);
    assert!(closed.receive(stray(LOCAL)).is_silent());
}

#[test]
fn a_200_that_comes_long_after_its_transaction_is_acknowledged_and_the_call_goes_on() {
    let mut bench = Bench::new(Admission::Trusted);
    let sent = call_bob(&mut bench);
    let ok = ok_to(&sent.text(0), "<sip:bob@10.0.0.2>");
    bench.receive(&ok);
    bench.pass(40_000_000);
    let seen = bench.receive(&ok);
    assert_eq!(seen.lines().len(), 1);
    assert!(seen.lines()[0].starts_with("ACK "));
    assert_eq!(bench.endpoint.dialogs_open(), 1);
}
