//! What comes late, twice, crossed or as large as it may be, sent to the program word by word;
//! and the 49 messages of RFC 4475.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream, UdpSocket};

use crate::harness::{Centre, Datagrams, LINE, SOON, Setup, invite, torture_messages, until};

/// A caller who says what the test wants, in any order.
struct Caller {
    sip: Datagrams,
    voice: UdpSocket,
    call: &'static str,
    /// Ours, once we have answered.
    to_tag: String,
}

impl Caller {
    fn new(centre: &Centre, call: &'static str) -> Self {
        Self {
            sip: Datagrams::to(centre, centre.trunk()),
            voice: UdpSocket::bind((centre.address, 0)).expect("a socket"),
            call,
            to_tag: String::new(),
        }
    }

    fn invite(&self) -> String {
        invite(self.sip.local(), self.call, &description(&self.voice))
    }

    /// A request in the dialog.
    fn request(&self, method: &str, branch: &str, number: u32, body: &str) -> String {
        let (me, call, tag) = (self.sip.local(), self.call, &self.to_tag);
        format!(
            "{method} sip:{LINE}@{me} SIP/2.0\r\n\
             Via: SIP/2.0/UDP {me};branch=z9hG4bK{branch}\r\n\
             Max-Forwards: 70\r\n\
             From: <sip:0861777001@{me}>;tag={call}\r\n\
             To: <sip:{LINE}@{me}>;tag={tag}\r\n\
             Call-ID: {call}\r\n\
             CSeq: {number} {method}\r\n\
             Contact: <sip:0861777001@{me}>\r\n\
             Content-Type: application/sdp\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        )
    }

    /// Sends a request; the status line of its final response, and what came with it.
    fn ask(&self, request: &str) -> String {
        self.sip.send(request.as_bytes());
        self.hears(field(request, "CSeq"))
    }

    fn hears(&self, cseq: &str) -> String {
        until(&format!("an answer to {cseq}"), SOON, || {
            let heard = self.sip.next()?;
            let is_final = heard.starts_with("SIP/2.0 ") && !heard.starts_with("SIP/2.0 1");
            (is_final && field(&heard, "CSeq") == cseq).then_some(heard)
        })
    }

    /// Calls until the 200.
    fn is_answered(&mut self, answer: &str) {
        assert!(answer.starts_with("SIP/2.0 200 "), "{answer}");
        let (_, tag) = field(answer, "To").split_once(";tag=").expect("a tag");
        tag.clone_into(&mut self.to_tag);
    }

    fn acknowledges(&self, number: u32) {
        let ack = self.request("ACK", &format!("ack{number}"), number, "");
        self.sip.send(ack.as_bytes());
    }
}

/// G.711 at this socket.
fn description(voice: &UdpSocket) -> String {
    let at = voice.local_addr().expect("a bound socket");
    format!(
        "v=0\r\no=- 1 1 IN IP4 {ip}\r\ns=-\r\nc=IN IP4 {ip}\r\nt=0 0\r\n\
         m=audio {port} RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n",
        ip = at.ip(),
        port = at.port()
    )
}

fn field<'a>(message: &'a str, name: &str) -> &'a str {
    let lines = message.lines();
    let mut values = lines.filter_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    values.next().unwrap_or_default()
}

#[test]
fn whatever_comes_twice_counts_once() {
    let centre = Centre::start(Setup::default());
    let mut caller = Caller::new(&centre, "twice");
    let invite = caller.invite();
    for _ in 0..3 {
        caller.sip.send(invite.as_bytes());
    }
    let answer = caller.hears("1 INVITE");
    caller.is_answered(&answer);
    let again = caller.ask(&invite);
    assert_eq!(field(&again, "To"), field(&answer, "To"), "the same call");
    caller.acknowledges(1);
    caller.acknowledges(1);
    let cancel = caller.request("CANCEL", "twice", 1, "");
    let cancel = cancel.replace(&format!(";tag={}", caller.to_tag), "");
    let late = caller.ask(&cancel);
    assert!(
        late.starts_with("SIP/2.0 200 "),
        "too late, but heard: {late}"
    );
    centre.attempt("twice", "the call goes on", |row| row["stage"] == "queued");
    let bye = caller.request("BYE", "bye", 2, "");
    for _ in 0..2 {
        let gone = caller.ask(&bye);
        assert!(gone.starts_with("SIP/2.0 200 "), "{gone}");
    }
    let another = caller.ask(&caller.request("BYE", "bye2", 3, ""));
    assert!(another.starts_with("SIP/2.0 481 "), "{another}");
    caller.acknowledges(1);
    centre.attempt("twice", "the call is over", |row| row["ended_ms"].is_i64());
    assert_eq!(centre.sql("SELECT count(*) FROM attempt"), "1");
    centre.audit();
}

#[test]
fn a_reinvite_that_crosses_our_answer_is_told_so_and_taken_later() {
    let centre = Centre::start(Setup::default());
    let mut caller = Caller::new(&centre, "glare");
    let answer = caller.ask(&caller.invite());
    caller.is_answered(&answer);
    let crossed = caller.ask(&caller.request("INVITE", "r1", 2, &description(&caller.voice)));
    assert!(crossed.starts_with("SIP/2.0 491 "), "{crossed}");
    caller.acknowledges(1);
    let old = caller.ask(&caller.request("INVITE", "r2", 1, &description(&caller.voice)));
    assert!(old.starts_with("SIP/2.0 500 "), "a number of before: {old}");
    let taken = caller.ask(&caller.request("INVITE", "r3", 3, &description(&caller.voice)));
    assert!(taken.starts_with("SIP/2.0 200 "), "{taken}");
    assert!(taken.contains("m=audio "), "{taken}");
    caller.acknowledges(3);
    let gone = caller.ask(&caller.request("BYE", "bye", 4, ""));
    assert!(gone.starts_with("SIP/2.0 200 "), "{gone}");
    assert_eq!(centre.sql("SELECT count(*) FROM attempt"), "1");
    centre.audit();
}

/// A 200 to an INVITE that we never sent, or sent in another life, is not left to itself.
#[test]
fn a_200_that_nobody_remembers_is_acknowledged_and_ended() {
    let centre = Centre::start(Setup::default());
    let stranger = Datagrams::to(&centre, centre.phones());
    let (me, phones) = (stranger.local(), centre.phones());
    let answer = format!(
        "SIP/2.0 200 OK\r\n\
         Via: SIP/2.0/UDP {phones};branch=z9hG4bKbefore\r\n\
         From: <sip:0861@{phones}>;tag=before\r\n\
         To: <sip:101@{phones}>;tag=phone\r\n\
         Call-ID: before\r\n\
         CSeq: 7 INVITE\r\n\
         Contact: <sip:101@{me}>\r\n\
         Content-Length: 0\r\n\r\n"
    );
    // As long as it is repeated, so is the end of it.
    for _ in 0..2 {
        stranger.send(answer.as_bytes());
        for (method, cseq) in [("ACK", "7 ACK"), ("BYE", "8 BYE")] {
            let heard = until(method, SOON, || stranger.next());
            assert!(
                heard.starts_with(&format!("{method} sip:101@{me} ")),
                "{heard}"
            );
            assert_eq!(field(&heard, "CSeq"), cseq);
            assert_eq!(field(&heard, "Call-ID"), "before");
            assert!(field(&heard, "To").ends_with(";tag=phone"), "{heard}");
        }
    }
    // One of somebody else's calls is none of our business.
    let foreign = answer.replace(&format!("UDP {phones}"), "UDP 192.0.2.1:5060");
    stranger.send(foreign.as_bytes());
    stranger.send(options(me, "after").as_bytes());
    let next = until("an answer", SOON, || stranger.next());
    assert_eq!(field(&next, "Call-ID"), "after", "{next}");
}

/// A centre whose carrier may have any address of this machine.
fn open_to_loopback() -> Centre {
    let mut centre = Centre::prepare(Setup::default());
    let peers = format!("peers = [\"{}/32\"]", centre.address);
    centre.reconfigure(&peers, "peers = [\"127.0.0.0/8\"]");
    centre.serve();
    centre
}

/// A caller whose INVITE has so many bytes.
fn large_invite(from: SocketAddr, call: &str, voice: &UdpSocket, bytes: usize) -> String {
    let small = invite(from, call, &description(voice));
    let attribute = format!("a=x:{}\r\n", "x".repeat(94));
    let count = (bytes - small.len()) / attribute.len();
    invite(from, call, &(description(voice) + &attribute.repeat(count)))
}

#[test]
fn a_caller_is_answered_however_large_the_invite() {
    let centre = open_to_loopback();
    let mut caller = Caller::new(&centre, "large");
    for (call, bytes) in [("large", 1_400), ("larger", 9_000), ("largest", 64_000)] {
        caller.call = call;
        caller.to_tag.clear();
        let invite = large_invite(caller.sip.local(), call, &caller.voice, bytes);
        caller.sip.send(invite.as_bytes());
        let answer = until(call, SOON, || {
            let heard = caller.sip.next()?;
            (field(&heard, "Call-ID") == call && !heard.starts_with("SIP/2.0 1")).then_some(heard)
        });
        caller.is_answered(&answer);
        caller.acknowledges(1);
    }
    let mut stream = TcpStream::connect(centre.trunk()).expect("the centre listens");
    stream.set_read_timeout(Some(SOON)).expect("above zero");
    let from = stream.local_addr().expect("a connected socket");
    let invite = large_invite(from, "stream", &caller.voice, 64_000).replace("/UDP", "/TCP");
    stream
        .write_all(invite.as_bytes())
        .expect("the centre reads");
    let mut heard = Vec::new();
    let mut piece = [0; 4_096];
    until("an answer on the connection", SOON, || {
        let count = stream.read(&mut piece).expect("the centre answers");
        heard.extend_from_slice(&piece[..count]);
        let text = String::from_utf8_lossy(&heard);
        text.contains("SIP/2.0 200 ").then_some(())
    });
    assert_eq!(centre.sql("SELECT count(*) FROM attempt"), "4");
    centre.audit();
}

fn options(from: SocketAddr, call: &str) -> String {
    format!(
        "OPTIONS sip:{LINE}@{from} SIP/2.0\r\n\
         Via: SIP/2.0/UDP {from};branch=z9hG4bK{call}\r\n\
         Max-Forwards: 70\r\n\
         From: <sip:test@{from}>;tag=1\r\n\
         To: <sip:{LINE}@{from}>\r\n\
         Call-ID: {call}\r\n\
         CSeq: 1 OPTIONS\r\n\
         Content-Length: 0\r\n\r\n"
    )
}

#[test]
fn each_message_of_rfc_4475_is_met_as_the_table_says() {
    // Answers go to the port in Via (RFC 3261 18.2.2): the sender must have those very ports.
    let elsewhere = Centre::prepare(Setup::default());
    let mut senders = [5050, 5060, 5070].map(|port| {
        let own = SocketAddr::from((elsewhere.address, port));
        Datagrams::from(own, own)
    });
    let mut centre = open_to_loopback();
    let mut all = torture_messages();
    // Answers to calls are repeated and would stand between the others.
    all.sort_by_key(|message| message.has_row());
    for message in &all {
        let text = String::from_utf8_lossy(&message.bytes);
        let is_register = text.starts_with("REGISTER");
        let listener = if is_register {
            centre.phones()
        } else {
            centre.trunk()
        };
        let sender = match message.name.as_str() {
            "quotbal" => &mut senders[0],
            "mpart01" => &mut senders[2],
            _ => &mut senders[1],
        };
        sender.aim(listener);
        sender.send(&message.bytes);
        if message.has_row() {
            let of_call = field(&text, "Call-ID").trim();
            until(&format!("{} has its answer", message.name), SOON, || {
                let heard = sender.next()?;
                let is_final = !heard.starts_with("SIP/2.0 1");
                (is_final && heard.contains(of_call)).then(|| {
                    let is_due = message.reaction == "call" || heard[8..11] == *message.reaction;
                    assert!(is_due, "{}: {heard}", message.name);
                })
            });
            continue;
        }
        // What is answered at once is answered before what was sent after it.
        let after = format!("after-{}", message.name);
        sender.send(options(sender.local(), &after).as_bytes());
        let first = until(&after, SOON, || sender.next());
        let reaction = match first.get(8..11) {
            _ if first.contains(&after) => "silence",
            status => {
                until(&after, SOON, || {
                    sender.next()?.contains(&after).then_some(())
                });
                status.unwrap_or_default()
            }
        };
        assert_eq!(reaction, message.reaction, "{}: {first}", message.name);
    }
    let calls = all.iter().filter(|message| message.has_row());
    let rows = centre.sql("SELECT count(*) FROM attempt");
    assert_eq!(
        rows,
        calls.count().to_string(),
        "a row for each call, and no other"
    );
    centre.assert_alive();
    centre.audit();
}
