//! Broken input never panics, and the reader agrees with itself.

use cuptel_sip::{Admission, Message, NameAddr, stream_frame, uri};

use crate::wire::{Bench, invite, request};

/// A small generator of its own, so that a failing round can be repeated from its number.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}

fn corpus() -> Vec<Vec<u8>> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rfc4475");
    let mut names: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    names.sort();
    let mut corpus: Vec<Vec<u8>> = names
        .iter()
        .map(|path| std::fs::read(path).unwrap())
        .collect();
    corpus.push(invite("a").into_bytes());
    let auth = "Authorization: Digest username=\"alice\", realm=\"r\", nonce=\"00\", uri=\"sip:h\", \
                response=\"0\", nc=00000001, cnonce=\"c\", qop=auth\r\nExpires: 60\r\n";
    corpus.push(request("REGISTER", "r", 1, "", auth, "").into_bytes());
    corpus.push(request("BYE", "b", 2, "x", "", "").into_bytes());
    corpus.push(request("ACK", "a", 1, "x", "", "").into_bytes());
    corpus.push(request("CANCEL", "a", 1, "", "", "").into_bytes());
    corpus
}

fn mutate(bytes: &mut Vec<u8>, dice: &mut Dice) {
    const SPICE: &[u8] = b"\r\n\t \"<>;,:=@%\\/?[]\0\xff*0A";
    for _ in 0..=dice.roll(6) {
        if bytes.is_empty() {
            return;
        }
        let at = dice.roll(bytes.len());
        match dice.roll(6) {
            0 => bytes[at] = SPICE[dice.roll(SPICE.len())],
            1 => bytes.insert(at, SPICE[dice.roll(SPICE.len())]),
            2 => {
                bytes.remove(at);
            }
            3 => bytes.truncate(at),
            4 => {
                let end = (at + dice.roll(40)).min(bytes.len());
                let piece = bytes[at..end].to_vec();
                bytes.splice(at..at, piece);
            }
            _ => {
                let end = (at + dice.roll(40)).min(bytes.len());
                bytes.drain(at..end);
            }
        }
    }
}

/// Reads everything that can be read.
fn exercise(message: &Message) {
    for name in [
        "Via",
        "From",
        "To",
        "Contact",
        "Call-ID",
        "Route",
        "Subject",
        "X-Unknown",
        "m",
        "",
    ] {
        for value in message.headers(name) {
            if let Some(addr) = NameAddr::parse(value) {
                let host = uri::host_port(&addr.uri).map(|(host, _)| host.len());
                let user = uri::user(&addr.uri).map(|user| user.len());
                assert!(
                    host.into_iter()
                        .chain(user)
                        .all(|length| length <= 4 * addr.uri.len())
                );
            }
        }
    }
    let user = uri::user(message.request_uri());
    assert!(user.is_none_or(|user| user.len() <= 4 * 65_535));
    let everything = (
        message.from(),
        message.to(),
        message.contact(),
        message.call_id(),
    );
    assert!(everything.3.len() <= 4 * 65_535);
    assert!(message.body().len() <= 65_535);
    assert!(message.reason().len() <= 4 * 65_535);
}

#[test]
fn mutated_messages_never_panic() {
    let corpus = corpus();
    for admission in [Admission::Trusted, Admission::Digest, Admission::Closed] {
        let mut bench = Bench::new(admission);
        for round in 0..6_000u64 {
            let mut dice = Dice(0x9e37_79b9_7f4a_7c15 ^ (round + 1));
            let mut bytes = corpus[dice.roll(corpus.len())].clone();
            mutate(&mut bytes, &mut dice);
            if let Ok(message) = Message::parse(&bytes) {
                exercise(&message);
            }
            if let Ok(Some(length)) = stream_frame(&bytes) {
                assert!(length <= bytes.len());
            }
            let seen = bench.receive(&bytes);
            for sent in &seen.sent {
                assert!(sent.bytes.starts_with(b"SIP/2.0 "), "round {round}");
            }
            if round % 16 == 0 {
                bench.pass(1_000_000);
            }
        }
        bench.pass(200_000_000);
    }
}

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

#[test]
fn a_stream_is_cut_into_its_messages() {
    let one = request("OPTIONS", "o", 1, "", "", "body");
    let stream = format!("\r\n\r\n{one}{one}");
    let first = stream_frame(stream.as_bytes()).unwrap().unwrap();
    assert_eq!(first, one.len() + 4);
    for end in 0..first {
        assert_eq!(stream_frame(&stream.as_bytes()[..end]), Ok(None), "{end}");
    }
    assert_eq!(
        stream_frame(&stream.as_bytes()[first..]),
        Ok(Some(one.len()))
    );
    assert!(stream_frame(one.replace("Length: 4", "Length: -4").as_bytes()).is_err());
}
