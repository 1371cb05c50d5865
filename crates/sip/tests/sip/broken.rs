//! What the reader makes of broken input, case by case.

use cuptel_sip::{Admission, Message};

use crate::wire::{Bench, invite, request};

#[test]
fn a_message_cut_anywhere_never_panics_and_never_makes_a_call_out_of_half_a_header() {
    let whole = invite("a").into_bytes();
    let headers = whole
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .unwrap()
        + 4;
    for end in 0..whole.len() {
        let mut bench = Bench::new(Admission::Trusted);
        let seen = bench.receive(&whole[..end]);
        assert!(
            seen.events.is_empty(),
            "cut at {end}, headers end at {headers}"
        );
    }
}

#[test]
fn header_bytes_that_are_no_utf_8_survive() {
    let mut text = request("OPTIONS", "o", 1, "", "Subject: x\u{1}\r\n", "").into_bytes();
    let at = text.iter().position(|byte| *byte == 1).unwrap();
    text[at] = 0xe9;
    let message = Message::parse(&text).unwrap();
    assert_eq!(message.header("s"), Some(&b"x\xe9"[..]));
    let mut named = request("OPTIONS", "o", 1, "", "", "").into_bytes();
    let at = named
        .windows(4)
        .position(|window| window == b"Anna")
        .unwrap();
    named[at] = 0xe9;
    let mut bench = Bench::new(Admission::Trusted);
    let answer = bench.receive(&named).sent[0].bytes.to_vec();
    assert!(
        answer.windows(6).any(|window| window == b"\"\xe9nna\""),
        "From is echoed byte for byte"
    );
}

#[test]
fn a_body_without_length_runs_to_the_end_and_one_with_length_stops_there() {
    let text = request("INVITE", "a", 1, "", "", "v=0\r\n");
    let without = text.replace("Content-Length: 5\r\n", "");
    assert_eq!(
        Message::parse(without.as_bytes()).unwrap().body(),
        b"v=0\r\n"
    );
    let longer = format!("{text}rest");
    assert_eq!(
        Message::parse(longer.as_bytes()).unwrap().body(),
        b"v=0\r\n"
    );
}

#[test]
fn bounds_hold() {
    let many = "X: y\r\n".repeat(300);
    let message = Message::parse(request("OPTIONS", "o", 1, "", &many, "").as_bytes()).unwrap();
    assert_eq!(
        message.fault().map(|fault| fault.reason),
        Some("Too many headers")
    );
    assert!(Message::parse(&vec![b'a'; 65_536]).is_err());
}
