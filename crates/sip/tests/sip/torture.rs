//! RFC 4475: the reaction to each of its 49 messages.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use cuptel_sip::{Admission, Event, Message, Unacceptable};

use crate::wire::Bench;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reaction {
    /// A new call for the owner to decide on.
    Call,
    Status(u16),
    Silence,
}

use Reaction::{Call, Silence, Status};

/// `reactions.tsv`: section, message, reaction, why.
fn reactions() -> Vec<(&'static str, Reaction)> {
    let rows = include_str!("../rfc4475/reactions.tsv").lines();
    rows.map(|row| {
        let fields: Vec<&str> = row.split('\t').collect();
        let [_, name, reaction, why] = fields[..] else {
            panic!("four fields, not {row}");
        };
        assert!(!why.is_empty(), "{name}");
        let reaction = match reaction {
            "call" => Call,
            "silence" => Silence,
            status => Status(status.parse().unwrap()),
        };
        (name, reaction)
    })
    .collect()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rfc4475")
}

fn bytes(name: &str) -> Vec<u8> {
    std::fs::read(folder().join(format!("{name}.dat"))).unwrap()
}

fn react(name: &str) -> (Reaction, String) {
    let bytes = bytes(name);
    let is_register = bytes.starts_with(b"REGISTER");
    let mut bench = Bench::new(if is_register {
        Admission::Digest
    } else {
        Admission::Trusted
    });
    let seen = bench.receive(&bytes);
    match (seen.sent.as_slice(), seen.events.as_slice()) {
        ([], []) => (Silence, String::new()),
        (
            [],
            [
                Event::Invite {
                    unacceptable: None, ..
                },
            ],
        ) => (Call, String::new()),
        (
            [],
            [
                Event::Invite {
                    dialog,
                    unacceptable:
                        Some(Unacceptable::Request {
                            status, headers, ..
                        }),
                    ..
                },
            ],
        ) => {
            let (now, mut bench) = (bench.now, bench);
            let refused = bench.act(|endpoint, out| {
                let refusal = endpoint.refuse(now, *dialog, *status, "", headers, out);
                refusal.unwrap();
            });
            (Status(*status), refused.text(0))
        }
        ([_], []) => (Status(seen.text(0)[8..11].parse().unwrap()), seen.text(0)),
        other => panic!("{name}: {other:?}"),
    }
}

#[test]
fn every_message_gets_its_reaction() {
    let wrong: Vec<String> = reactions()
        .iter()
        .filter(|(name, expected)| react(name).0 != *expected)
        .map(|(name, expected)| format!("{name}: wanted {expected:?}, got {:?}", react(name)))
        .collect();
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn the_table_has_every_file() {
    let listed: BTreeSet<String> = reactions()
        .iter()
        .map(|(name, _)| format!("{name}.dat"))
        .collect();
    let found: BTreeSet<String> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".dat"))
        .collect();
    assert_eq!(listed, found);
    assert_eq!(listed.len(), 49);
}

#[test]
fn refusals_say_what_is_wrong() {
    for (name, reason) in [
        ("badinv01", "400 Malformed Via"),
        ("clerr", "400 Content-Length larger than the message"),
        ("ncl", "400 Malformed Content-Length"),
        ("scalar02", "400 Malformed CSeq"),
        ("quotbal", "400 Malformed To"),
        ("lwsruri", "400 Malformed Request-URI"),
        ("badaspec", "400 Malformed To"),
        ("multi01", "400 Duplicate From"),
        ("mcl01", "400 Duplicate Content-Length"),
        ("mismatch01", "400 CSeq method does not match the request"),
        ("insuf", "400 Missing From"),
    ] {
        let (_, text) = react(name);
        assert!(
            text.starts_with(&format!("SIP/2.0 {reason}\r\n")),
            "{name}: {text}"
        );
    }
}

#[test]
fn a_refusal_of_a_request_without_to_is_one_block_of_headers() {
    let (_, text) = react("insuf");
    assert_eq!(text.find("\r\n\r\n"), Some(text.len() - 4), "{text}");
    assert!(
        text.contains("\r\nServer: CupTel\r\nContent-Length: 0\r\n"),
        "{text}"
    );
}

#[test]
fn a_body_that_is_not_read_is_told_what_is() {
    let (_, text) = react("invut");
    assert!(text.contains("\r\nAccept: application/sdp\r\n"), "{text}");
}

#[test]
fn unsupported_extensions_are_named() {
    let (_, text) = react("bext01");
    assert!(
        text.contains("\r\nUnsupported: nothingSupportsThis, nothingSupportsThisEither\r\n"),
        "{text}"
    );
}

#[test]
fn a_display_name_with_a_comma_is_bad_even_when_the_headers_end() {
    let mut message = bytes("baddn");
    message.extend_from_slice(b"\r\n");
    let mut bench = Bench::new(Admission::Trusted);
    assert_eq!(
        bench.receive(&message).lines(),
        ["SIP/2.0 400 Malformed From"]
    );
}

#[test]
fn an_unbracketed_contact_with_headers_is_malformed() {
    let message = Message::parse(&bytes("regbadct")).unwrap();
    assert_eq!(
        message.fault().map(|fault| (fault.status, fault.reason)),
        Some((400, "Malformed Contact"))
    );
}

#[test]
fn values_come_out_of_the_strange_but_valid() {
    let wsinv = Message::parse(&bytes("wsinv")).unwrap();
    assert_eq!(wsinv.to().unwrap().tag.as_deref(), Some("1918181833n"));
    assert_eq!(
        wsinv.from().unwrap().display.as_deref(),
        Some("J Rosenberg \\\"")
    );
    assert_eq!(wsinv.cseq(), 9);
    assert_eq!(wsinv.headers("via").count(), 3);
    assert_eq!(
        wsinv.header("NewFangledHeader"),
        Some(&b"newfangled value   continued newfangled value"[..])
    );
    let esc01 = Message::parse(&bytes("esc01")).unwrap();
    assert_eq!(
        cuptel_sip::uri::user(esc01.request_uri()).as_deref(),
        Some("sips:user@example.com")
    );
    let intmeth = Message::parse(&bytes("intmeth")).unwrap();
    assert_eq!(
        intmeth.method(),
        "!interesting-Method0123456789_*+`.%indeed'~"
    );
    assert_eq!(
        intmeth.from().unwrap().tag.as_deref(),
        Some("_token~1'+`*%!-.")
    );
    let unreason = Message::parse(&bytes("unreason")).unwrap();
    assert_eq!((unreason.status(), unreason.body().len()), (Some(200), 154));
    assert!(unreason.reason().starts_with("= 2**3 * 5**2 "));
    let noreason = Message::parse(&bytes("noreason")).unwrap();
    assert_eq!(
        (noreason.status(), noreason.reason().as_str()),
        (Some(100), "")
    );
    let mpart01 = Message::parse(&bytes("mpart01")).unwrap();
    assert_eq!(mpart01.body().len(), 553);
    assert_eq!(mpart01.content_type().as_deref(), Some("multipart/mixed"));
}

#[test]
fn a_long_request_is_answered_with_all_its_vias_in_order() {
    let mut bench = Bench::new(Admission::Trusted);
    let seen = bench.receive(bytes("longreq"));
    let [
        Event::Invite {
            dialog, request, ..
        },
    ] = seen.events.as_slice()
    else {
        panic!("{seen:?}")
    };
    let before: Vec<Vec<u8>> = request.headers("Via").map(<[u8]>::to_vec).collect();
    let now = bench.now;
    let seen = bench.act(|endpoint, out| endpoint.refuse(now, *dialog, 486, "", &[], out).unwrap());
    let answer = seen.message(0);
    let after: Vec<Vec<u8>> = answer.headers("Via").map(<[u8]>::to_vec).collect();
    assert_eq!(after.len(), 34);
    assert_eq!(before[1..], after[1..]);
}
