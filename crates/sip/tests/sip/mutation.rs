//! Broken input at random: no panic, bounded memory, and an endpoint that serves on. Each life
//! of an endpoint follows from a seed; a failing one is printed, and `CUPTEL_SEED` replays it.
//! `CUPTEL_MUTATION_S` is how long new ones are tried.

use std::collections::{BTreeSet, HashSet, VecDeque};
use std::hash::{BuildHasher as _, RandomState};
use std::mem::{Discriminant, discriminant};
use std::time::Duration;

use cuptel_sip::{
    Admission, Binding, Credentials, DialogId, Endpoint, Event, Flow, Frame, Framer, Message,
    NameAddr, Outbox, OutgoingInvite, OutgoingRegister, RegisterId, Settings, Transport, uri,
};

use crate::damage::{Dice, damage};
use crate::wire::{Bench, Seen, invite, request};

/// Inputs in one life.
const INPUTS: usize = 400;
/// Kinds of events that an endpoint tells, but for those of OPTIONS and REGISTER of its own.
const EVENTS: usize = 12;
/// Lives with the same seeds in every run: with them all kinds of events come about.
const LIVES_ALWAYS: u64 = 20;
const TRANSACTIONS_MAX: usize = 150;
const MESSAGE_BYTES_MAX: usize = 20_000;

fn corpus() -> Vec<Vec<u8>> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rfc4475");
    let mut names: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "dat"))
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

/// One endpoint, its owner, and a peer whose words are spoilt on the way.
struct Life {
    dice: Dice,
    bench: Bench,
    framer: Framer,
    corpus: Vec<Vec<u8>>,
    /// Responses of ours: with their tags the peer speaks inside a dialog.
    answers: Vec<Message>,
    /// Requests of ours that it could answer.
    requests: Vec<Message>,
    /// What the owner has not seen the end of.
    calls: BTreeSet<DialogId>,
    registers: Vec<RegisterId>,
    /// Kinds of events that came about.
    kinds: HashSet<Discriminant<Event>>,
    /// A phone in its right mind: it registers, calls, answers and hangs up.
    phone: Endpoint,
    /// What it has sent.
    post: VecDeque<Vec<u8>>,
    phone_calls: VecDeque<DialogId>,
}

impl Life {
    fn new(seed: u64, corpus: &[Vec<u8>]) -> Self {
        let mut dice = Dice::new(seed);
        let admissions = [Admission::Trusted, Admission::Digest, Admission::Closed];
        let settings = Settings {
            realm: "r".into(),
            transactions_max: TRANSACTIONS_MAX,
            ..Settings::default()
        };
        let mut bench = Bench::with(*dice.one_of(&admissions), settings);
        if dice.roll(2) == 0 {
            bench.flow.transport = Transport::Tcp;
        }
        let settings = Settings {
            seed: [9; 32],
            ..Settings::default()
        };
        Self {
            dice,
            bench,
            framer: Framer::new(MESSAGE_BYTES_MAX),
            corpus: corpus.to_vec(),
            answers: Vec::new(),
            requests: Vec::new(),
            calls: BTreeSet::new(),
            registers: Vec::new(),
            kinds: HashSet::new(),
            phone: Endpoint::new(settings),
            post: VecDeque::new(),
            phone_calls: VecDeque::new(),
        }
    }

    /// What the peer sends next, before it is spoilt.
    fn message(&mut self) -> Vec<u8> {
        let dice = &mut self.dice;
        let heard = self.answers.get(dice.roll(self.answers.len().max(1)));
        match (dice.roll(6), heard, self.requests.last()) {
            (0, Some(heard), _) => inside(heard, dice),
            (1, _, Some(asked)) => answer(asked, dice),
            (2, ..) => dice.one_of(&self.corpus).clone(),
            _ => self.phone_says(),
        }
    }

    /// What the phone has to say; when it has nothing, it thinks of something.
    fn phone_says(&mut self) -> Vec<u8> {
        if self.post.is_empty() {
            let (now, choice) = (self.bench.now, self.dice.roll(4));
            let call = self.phone_calls.pop_front();
            let flow = self.phone_flow();
            let mut out = Outbox::default();
            match (choice, call) {
                (0, _) => {
                    let order = OutgoingRegister {
                        flow,
                        registrar: "sip:10.0.0.1".into(),
                        user: "alice".into(),
                        contact: flow.contact(Some("alice")),
                        expires_s: 60,
                        credentials: password(),
                    };
                    self.phone.register(now, order, &mut out);
                }
                (1, Some(call)) => {
                    // Stale when its words were lost and the call is over.
                    let ended = self.phone.end(now, call, &[], &mut out);
                    assert!(ended.is_ok() || out.transmits.is_empty());
                }
                _ => {
                    let order = OutgoingInvite {
                        credentials: Some(password()),
                        ..order(flow)
                    };
                    let call = self.phone.invite(now, order, &mut out);
                    self.phone_calls.push_back(call);
                }
            }
            self.phone_did(out);
        }
        let says = self.post.pop_front();
        says.unwrap_or_else(|| self.dice.one_of(&self.corpus).clone())
    }

    fn phone_flow(&self) -> Flow {
        let ours = self.bench.flow;
        Flow {
            local: ours.remote,
            remote: ours.local,
            ..ours
        }
    }

    /// The phone hears something of ours.
    fn phone_hears(&mut self, bytes: &[u8]) {
        let (now, flow) = (self.bench.now, self.phone_flow());
        let mut out = Outbox::default();
        self.phone
            .receive(now, &flow, bytes, Admission::Trusted, &mut out);
        for event in std::mem::take(&mut out.events) {
            if let Event::Invite { dialog, .. } | Event::Reinvite { dialog, .. } = event {
                let done = match self.dice.roll(3) {
                    0 => self.phone.refuse(now, dialog, 486, "", &[], &mut out),
                    1 => self.phone.provisional(now, dialog, 180, "", None, &mut out),
                    _ => self.phone.accept(now, dialog, None, &[], &mut out),
                };
                assert!(done.is_ok(), "the phone is asked about what it can answer");
                self.phone_calls.push_back(dialog);
            }
        }
        self.phone_did(out);
    }

    fn phone_did(&mut self, out: Outbox) {
        let sent = out.transmits.into_iter();
        self.post.extend(sent.map(|sent| sent.bytes.to_vec()));
        self.post.truncate(50);
        self.phone_calls.truncate(50);
    }

    /// The owner of the endpoint does what owners do.
    fn own(&mut self, seen: Seen) {
        self.note(seen);
        if self.dice.roll(3) == 0
            && let Some(register) = self.registers.pop()
        {
            self.answer_register(register);
        }
        let place = self.dice.roll(self.calls.len().max(1));
        if let Some(call) = self.calls.iter().nth(place).copied() {
            self.decide(call);
        }
    }

    fn note(&mut self, seen: Seen) {
        self.listen(&seen);
        for event in seen.events {
            self.kinds.insert(discriminant(&event));
            match event {
                Event::Invite { dialog, .. } => {
                    self.calls.insert(dialog);
                }
                Event::Bye { dialog, .. }
                | Event::Failed { dialog, .. }
                | Event::Ended { dialog }
                | Event::Unacked { dialog } => {
                    self.calls.remove(&dialog);
                }
                Event::Register { id, .. } => self.registers.push(id),
                Event::Cancelled { .. }
                | Event::Acked { .. }
                | Event::Reinvite { .. }
                | Event::Info { .. }
                | Event::Progress { .. }
                | Event::Answered { .. }
                | Event::Registered { .. }
                | Event::Pong { .. } => {}
            }
        }
    }

    /// What of ours the peer can make use of.
    fn listen(&mut self, seen: &Seen) {
        for sent in &seen.sent {
            let mut heard = sent.bytes.to_vec();
            if self.dice.roll(8) == 0 {
                let other = self.dice.one_of(&self.corpus).clone();
                damage(&mut heard, &other, &mut self.dice);
            }
            self.phone_hears(&heard);
            let Ok(message) = Message::parse(&sent.bytes) else {
                // A pong, or a refusal that repeats a header as broken as it came.
                let is_known = &*sent.bytes == b"\r\n" || sent.bytes.starts_with(b"SIP/2.0 ");
                assert!(is_known, "{}", String::from_utf8_lossy(&sent.bytes));
                continue;
            };
            if message.is_request() {
                self.requests.push(message);
            } else if message.to().is_some_and(|to| to.tag.is_some()) {
                self.answers.push(message);
            }
        }
        let too_many = self.answers.len().saturating_sub(20);
        self.answers.drain(..too_many);
    }

    fn answer_register(&mut self, id: RegisterId) {
        let (now, granted) = (self.bench.now, self.dice.roll(2) == 0);
        let bindings = [Binding {
            uri: "sip:alice@10.0.0.2".into(),
            expires_s: 60,
        }];
        let seen = self.bench.act(|endpoint, out| {
            let result = if granted {
                endpoint.accept_register(now, id, &bindings, out)
            } else {
                endpoint.refuse_register(now, id, 423, "", &[], out)
            };
            result.expect("the owner answers each REGISTER once");
        });
        self.note(seen);
    }

    fn decide(&mut self, call: DialogId) {
        let (now, choice) = (self.bench.now, self.dice.roll(5));
        let seen = self.bench.act(|endpoint, out| {
            // Stale is an answer, too: the call may be over already.
            let result = match choice {
                0 => endpoint.accept(now, call, None, &[], out),
                1 => endpoint.provisional(now, call, 180, "", None, out),
                2 => endpoint.end(now, call, &[], out),
                3 => endpoint.refuse(now, call, 486, "", &[], out),
                _ => Ok(()),
            };
            assert!(result.is_ok() || out.transmits.is_empty());
        });
        self.note(seen);
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
            // Half of it arrives as it was sent: calls must come about to be disturbed.
            if self.dice.roll(2) == 0 {
                let other = self.dice.one_of(&self.corpus).clone();
                damage(&mut bytes, &other, &mut self.dice);
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
                // Sometimes longer than anybody waits for an ACK.
                let most_us = *self.dice.one_of(&[5_000_000, 5_000_000, 60_000_000]);
                let us = u64::try_from(self.dice.roll(most_us)).unwrap();
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
        let (now, order) = (self.bench.now, order(self.bench.flow));
        let mut call = None;
        let seen = self.bench.act(|endpoint, out| {
            call = Some(endpoint.invite(now, order, out));
        });
        self.calls.extend(call);
        self.own(seen);
    }

    /// After all that, a peer in its right mind is answered, and nothing is left behind.
    fn serves_on(&mut self) {
        let options = request("OPTIONS", "sane", 1, "", "", "");
        let seen = self.bench.receive(&options);
        assert_eq!(seen.lines(), ["SIP/2.0 200 OK"]);
        while let Some(id) = self.registers.pop() {
            self.answer_register(id);
        }
        let now = self.bench.now;
        for call in std::mem::take(&mut self.calls) {
            self.bench.act(|endpoint, out| {
                // The first for a call that waits for an answer, the second for any other; both
                // are stale when it is over.
                let refused = endpoint.refuse(now, call, 486, "", &[], out);
                let ended = endpoint.end(now, call, &[], out);
                assert!(refused.is_ok() || ended.is_ok() || out.transmits.is_empty());
            });
        }
        self.bench.pass(600_000_000);
        let endpoint = &self.bench.endpoint;
        assert_eq!(endpoint.transactions_held(), 0, "transactions are left");
        assert_eq!(endpoint.dialogs_open(), 0, "dialogs are left");
        assert_eq!(endpoint.wake_at(), None, "timers are left");
    }
}

fn password() -> Credentials {
    Credentials {
        user: "alice".into(),
        password: "secret".into(),
    }
}

fn order(flow: Flow) -> OutgoingInvite {
    let (from, to) = (flow.local.ip(), flow.remote.ip());
    OutgoingInvite {
        flow,
        large_flow: None,
        target: format!("sip:bob@{to}"),
        route: Vec::new(),
        from: NameAddr::of_uri(&format!("sip:alice@{from}")),
        to: NameAddr::of_uri(&format!("sip:bob@{to}")),
        contact: flow.contact(None),
        body: None,
        extra: Vec::new(),
        credentials: None,
        ring_us: 5_000_000,
    }
}

/// What the peer asks inside the dialog of a response of ours.
fn inside(heard: &Message, dice: &mut Dice) -> Vec<u8> {
    let methods = ["ACK", "BYE", "INFO", "UPDATE", "INVITE", "OPTIONS"];
    let (method, branch) = (dice.one_of(&methods), format!("m{}", dice.roll(500)));
    let number = heard
        .cseq()
        .saturating_add(u32::try_from(dice.roll(6)).unwrap());
    let key = "Content-Type: application/dtmf-relay\r\n";
    let text = request(method, &branch, number, "", key, "Signal=5");
    let of_dialog = |line: &str| {
        let name = line.split(':').next()?;
        let value = heard.header(name)?;
        matches!(name, "From" | "To" | "Call-ID")
            .then(|| format!("{name}: {}", String::from_utf8_lossy(value)))
    };
    let lines = text.split("\r\n");
    let lines: Vec<String> = lines
        .map(|line| of_dialog(line).unwrap_or_else(|| line.to_owned()))
        .collect();
    lines.join("\r\n").into_bytes()
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
        life.kinds
    };
    if let Some(seed) = told("CUPTEL_SEED") {
        live(seed);
        return;
    }
    let (began, limit) = (
        real_time(),
        Duration::from_secs(told("CUPTEL_MUTATION_S").unwrap_or(3)),
    );
    let kinds: HashSet<_> = (0..LIVES_ALWAYS).flat_map(live).collect();
    assert_eq!(kinds.len(), EVENTS, "calls and registrations come about");
    let first = RandomState::new().hash_one(0) >> 16;
    let mut lives = 0;
    while began.elapsed() < limit {
        live(first + lives);
        lives += 1;
    }
    println!("{lives} lives from CUPTEL_SEED={first} on, {INPUTS} inputs each");
}
