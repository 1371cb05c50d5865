//! A connection's bytes become messages and pings, however they are cut.

use cuptel_sip::{Frame, Framer};

use crate::wire::request;

fn frames(framer: &mut Framer) -> Vec<String> {
    let mut all = Vec::new();
    while let Some(frame) = framer.frame() {
        all.push(match frame {
            Frame::Ping => "ping".to_owned(),
            Frame::Message(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            Frame::Broken(bytes) => format!("broken {}", String::from_utf8_lossy(bytes)),
        });
    }
    all
}

#[test]
fn messages_and_pings_are_the_same_wherever_the_stream_is_cut() {
    let one = request("OPTIONS", "o", 1, "", "", "body");
    let two = request("MESSAGE", "m", 2, "", "", "");
    let stream = format!("\r\n\r\n{one}\r\n{two}\r\n\r\n{one}");
    let expected = ["ping", &one, &two, "ping", &one];
    for size in 1..stream.len() {
        let mut framer = Framer::new(65_535);
        let mut seen = Vec::new();
        for piece in stream.as_bytes().chunks(size) {
            framer.push(piece);
            seen.extend(frames(&mut framer));
        }
        assert_eq!(seen, expected, "pieces of {size}");
        assert_eq!(framer.waiting(), 0);
    }
}

#[test]
fn a_row_of_pings_is_one_ping_and_holds_nothing() {
    let mut framer = Framer::new(65_535);
    framer.push(&b"\r\n".repeat(30_001));
    assert_eq!(frames(&mut framer), ["ping"]);
    assert_eq!(framer.waiting(), 2);
}

#[test]
fn a_length_that_says_nothing_or_two_things_breaks_the_stream() {
    let good = request("OPTIONS", "o", 1, "", "", "body");
    for bad in [
        good.replace("Length: 4", "Length: -4"),
        good.replace("Length: 4", "Length: four"),
        good.replace("Content-Length: 4", "Content-Length: 4\r\nl: 5"),
        good.replace("Length: 4", "Length: 99999999999999999999999"),
    ] {
        let mut framer = Framer::new(65_535);
        framer.push(bad.as_bytes());
        framer.push(good.as_bytes());
        let seen = frames(&mut framer);
        assert_eq!(seen.len(), 1, "{seen:?}");
        let head = seen[0].strip_prefix("broken OPTIONS ").expect("its head");
        assert!(
            head.ends_with("\r\n\r\n"),
            "the body is not part of it: {head}"
        );
    }
}

#[test]
fn a_length_may_be_folded_or_compact_and_a_folded_line_is_no_header() {
    let good = request("OPTIONS", "o", 1, "", "", "body");
    for same in [
        "Content-Length:\r\n 4",
        "CONTENT-LENGTH \t:\t4",
        "l:\r\n\t\r\n 4",
        "Subject: a\r\n Content-Length: 900\r\nl: 4",
    ] {
        let message = good.replace("Content-Length: 4", same);
        let mut framer = Framer::new(65_535);
        framer.push(format!("{message}{good}").as_bytes());
        assert_eq!(frames(&mut framer), [message.as_str(), &good]);
        let parsed = cuptel_sip::Message::parse(message.as_bytes()).unwrap();
        assert_eq!((parsed.fault(), parsed.body()), (None, &b"body"[..]));
    }
}

#[test]
fn a_message_beyond_the_bound_breaks_the_stream_before_it_is_here() {
    let small = request("OPTIONS", "o", 1, "", "", "");
    let large = request("OPTIONS", "o", 1, "", "", &"x".repeat(2_000));
    let mut framer = Framer::new(1_500);
    framer.push(small.as_bytes());
    framer.push(&large.as_bytes()[..600]);
    let seen = frames(&mut framer);
    assert_eq!(seen[0], small);
    assert!(seen[1].starts_with("broken OPTIONS "), "{seen:?}");
    let mut endless = Framer::new(1_500);
    endless.push(&[b'x'; 1_500]);
    assert!(frames(&mut endless).is_empty());
    endless.push(b"x");
    assert_eq!(frames(&mut endless).len(), 1);
}

#[test]
fn a_message_without_length_has_no_body_on_a_connection() {
    let text = request("OPTIONS", "o", 1, "", "", "");
    let bare = text.replace("Content-Length: 0\r\n", "");
    let mut framer = Framer::new(65_535);
    framer.push(format!("{bare}{text}").as_bytes());
    assert_eq!(frames(&mut framer), [bare, text]);
}

#[test]
fn bytes_that_are_no_text_pass_unchanged() {
    let mut message = request("OPTIONS", "o", 1, "", "", "????").into_bytes();
    let end = message.len();
    message[end - 4..].copy_from_slice(&[0xff, 0, b'\n', 0x80]);
    let mut framer = Framer::new(65_535);
    framer.push(&message);
    assert_eq!(framer.frame(), Some(Frame::Message(&message)));
}
