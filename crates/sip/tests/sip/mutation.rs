//! Broken input at random: no panic, bounded memory, and an endpoint that serves on. Each life
//! of an endpoint follows from a seed; a failing one is printed, and `CUPTEL_SEED` replays it.
//! `CUPTEL_MUTATION_S` is how long new ones are tried.

use std::hash::{BuildHasher as _, RandomState};
use std::time::Duration;

use cuptel_sip::{
    Admission, DialogId, Event, Frame, Framer, Message, NameAddr, OutgoingInvite, Settings,
    Transport, uri,
};

use crate::wire::{Bench, Seen, invite, request};

/// Inputs in one life.
const INPUTS: usize = 400;
const TRANSACTIONS_MAX: usize = 150;
const MESSAGE_BYTES_MAX: usize = 20_000;

/// A small generator of its own, so that a failing round can be repeated from its number.
#[derive(Clone)]
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

/// Says how to live a life again that went wrong.
struct Named(u64);

impl Drop for Named {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("CUPTEL_SEED={} replays this", self.0);
        }
    }
}

/// One endpoint, its owner, and a peer that has lost its mind.
struct Life {
    dice: Dice,
    bench: Bench,
    framer: Framer,
    corpus: Vec<Vec<u8>>,
    /// Tags of ours that the peer has seen.
    tags: Vec<String>,
    /// Requests of ours that it could answer.
    requests: Vec<Message>,
    calls: Vec<DialogId>,
}

impl Life {
    fn new(seed: u64, corpus: &[Vec<u8>]) -> Self {
        let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        let admissions = [Admission::Trusted, Admission::Digest, Admission::Closed];
        let settings = Settings {
            realm: "r".into(),
            transactions_max: TRANSACTIONS_MAX,
            ..Settings::default()
        };
        let mut bench = Bench::with(admissions[dice.roll(3)], settings);
        if dice.roll(2) == 0 {
            bench.flow.transport = Transport::Tcp;
        }
        Self {
            dice,
            bench,
            framer: Framer::new(MESSAGE_BYTES_MAX),
            corpus: corpus.to_vec(),
            tags: Vec::new(),
            requests: Vec::new(),
            calls: Vec::new(),
        }
    }

    /// What the peer sends next, before it is spoilt.
    fn message(&mut self) -> Vec<u8> {
        let dice = &mut self.dice;
        let tag = self.tags.get(dice.roll(self.tags.len().max(1)));
        match (dice.roll(4), tag, self.requests.last()) {
            (0, Some(tag), _) => {
                let method = ["ACK", "BYE", "INFO", "UPDATE", "INVITE", "OPTIONS"][dice.roll(6)];
                let number = u32::try_from(dice.roll(5)).unwrap();
                request(method, &format!("m{}", dice.roll(50)), number, tag, "", "x").into_bytes()
            }
            (1, _, Some(asked)) => answer(asked, dice),
            _ => self.corpus[dice.roll(self.corpus.len())].clone(),
        }
    }

    /// The owner of the endpoint does what owners do.
    fn own(&mut self, seen: Seen) {
        for sent in &seen.sent {
            let Ok(message) = Message::parse(&sent.bytes) else {
                // A pong, or a refusal that repeats a header as broken as it came.
                let is_known = &*sent.bytes == b"\r\n" || sent.bytes.starts_with(b"SIP/2.0 ");
                assert!(is_known, "{}", String::from_utf8_lossy(&sent.bytes));
                continue;
            };
            if message.is_request() {
                self.requests.push(message);
            } else if let Some(tag) = message.to().and_then(|to| to.tag) {
                self.tags.push(tag);
            }
        }
        self.tags.truncate(20);
        for event in seen.events {
            if let Event::Invite { dialog, .. } | Event::Reinvite { dialog, .. } = event {
                self.calls.push(dialog);
            }
        }
        let Some(call) = self.calls.pop() else { return };
        let (now, choice) = (self.bench.now, self.dice.roll(4));
        let seen = self.bench.act(|endpoint, out| {
            // Stale is an answer, too: the call may be over already.
            let result = match choice {
                0 => endpoint.accept(now, call, None, &[], out),
                1 => endpoint.provisional(now, call, 180, "", None, out),
                2 => endpoint.end(now, call, &[], out),
                _ => endpoint.refuse(now, call, 486, "", &[], out),
            };
            assert!(result.is_ok() || out.transmits.is_empty());
        });
        if choice < 2 {
            self.calls.push(call);
        }
        for sent in &seen.sent {
            let message = Message::parse(&sent.bytes).ok();
            self.tags
                .extend(message.and_then(|message| message.to()?.tag));
        }
    }

    fn feed(&mut self, bytes: &[u8]) {
        if let Ok(message) = Message::parse(bytes) {
            exercise(&message);
        }
        let seen = self.bench.receive(bytes);
        self.own(seen);
    }

    /// The same bytes as a connection delivers them: in pieces of any size.
    fn stream(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(1 + self.dice.roll(rest.len()));
            rest = after;
            self.framer.push(piece);
            let mut frames = Vec::new();
            while let Some(frame) = self.framer.frame() {
                frames.push(match frame {
                    Frame::Ping => b"\r\n\r\n".to_vec(),
                    Frame::Message(bytes) => bytes.to_vec(),
                    Frame::Broken(bytes) => {
                        let bytes = bytes.to_vec();
                        // The connection is closed, and the peer opens another.
                        self.framer = Framer::new(MESSAGE_BYTES_MAX);
                        frames.push(bytes);
                        break;
                    }
                });
            }
            assert!(self.framer.waiting() <= MESSAGE_BYTES_MAX);
            for frame in frames {
                self.feed(&frame);
            }
        }
    }

    fn live(&mut self) {
        for _ in 0..INPUTS {
            let mut bytes = self.message();
            if self.dice.roll(8) > 0 {
                mutate(&mut bytes, &mut self.dice);
            }
            if self.bench.flow.transport == Transport::Tcp {
                self.stream(&bytes);
            } else {
                self.feed(&bytes);
            }
            if self.dice.roll(40) == 0 {
                self.call();
            }
            if self.dice.roll(16) == 0 {
                let us = u64::try_from(self.dice.roll(5_000_000)).unwrap();
                let seen = self.bench.pass(us);
                self.own(seen);
            }
            // Ours come on top of the peer's: they are as many as we make.
            let held = self.bench.endpoint.transactions_held();
            assert!(held <= 2 * TRANSACTIONS_MAX + INPUTS, "{held} transactions");
            assert!(self.bench.endpoint.dialogs_open() <= INPUTS);
        }
    }

    /// We call the peer.
    fn call(&mut self) {
        let (now, flow) = (self.bench.now, self.bench.flow);
        let order = OutgoingInvite {
            flow,
            large_flow: None,
            target: "sip:bob@10.0.0.2".into(),
            route: Vec::new(),
            from: NameAddr::of_uri("sip:alice@10.0.0.1"),
            to: NameAddr::of_uri("sip:bob@10.0.0.2"),
            contact: flow.contact(None),
            body: None,
            extra: Vec::new(),
            credentials: None,
            ring_us: 5_000_000,
        };
        let seen = self.bench.act(|endpoint, out| {
            endpoint.invite(now, order, out);
        });
        self.own(seen);
    }

    /// After all that, a peer in its right mind is answered, and nothing is left behind.
    fn serves_on(&mut self) {
        let options = request("OPTIONS", "sane", 1, "", "", "");
        let seen = self.bench.receive(&options);
        assert_eq!(seen.lines(), ["SIP/2.0 200 OK"]);
        self.bench.pass(600_000_000);
        while let Some(call) = self.calls.pop() {
            let now = self.bench.now;
            self.bench.act(|endpoint, out| {
                let ended = endpoint.end(now, call, &[], out);
                assert!(ended.is_ok() || out.transmits.is_empty());
            });
        }
    }
}

/// What the peer answers to a request of ours.
fn answer(asked: &Message, dice: &mut Dice) -> Vec<u8> {
    let status = [100, 180, 183, 200, 302, 401, 407, 486, 503][dice.roll(9)];
    let text = |name: &str| String::from_utf8_lossy(asked.header(name).unwrap()).into_owned();
    let (via, from, to) = (text("Via"), text("From"), text("To"));
    let (call_id, cseq, tag) = (text("Call-ID"), text("CSeq"), dice.roll(3));
    format!(
        "SIP/2.0 {status} X\r\nVia: {via}\r\nFrom: {from}\r\nTo: {to};tag={tag}\r\n\
         Call-ID: {call_id}\r\nCSeq: {cseq}\r\nContact: <sip:bob@10.0.0.2>\r\n\
         WWW-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth\"\r\n\
         Content-Length: 0\r\n\r\n"
    )
    .into_bytes()
}

#[expect(
    clippy::disallowed_methods,
    reason = "which seed to replay, and how long to try new ones, is told from outside"
)]
fn told(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[expect(
    clippy::disallowed_methods,
    reason = "how long lives are tried is real time; within them it is virtual"
)]
fn real_time() -> std::time::Instant {
    std::time::Instant::now()
}

#[test]
fn no_mutated_message_or_stream_ever_harms_an_endpoint() {
    let corpus = corpus();
    let live = |seed: u64| {
        let _named = Named(seed);
        let mut life = Life::new(seed, &corpus);
        life.live();
        life.serves_on();
    };
    if let Some(seed) = told("CUPTEL_SEED") {
        return live(seed);
    }
    let limit = Duration::from_secs(told("CUPTEL_MUTATION_S").unwrap_or(3));
    let first = RandomState::new().hash_one(0) >> 16;
    let (began, mut lives) = (real_time(), 0);
    while began.elapsed() < limit {
        live(first + lives);
        lives += 1;
    }
    println!("{lives} lives from CUPTEL_SEED={first} on, {INPUTS} inputs each");
    assert!(lives > 0);
}
