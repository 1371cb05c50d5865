//! One endpoint under a test that plays its peer.

use cuptel_sip::{
    Admission, Endpoint, Event, Flow, FlowId, Ha1, Message, Outbox, Settings, Transmit, Transport,
};

pub(crate) const LOCAL: &str = "10.0.0.1:5060";
pub(crate) const PEER: &str = "10.0.0.2:5060";
pub(crate) const T1: u64 = 500_000;

pub(crate) fn flow() -> Flow {
    Flow {
        id: FlowId(1),
        transport: Transport::Udp,
        local: LOCAL.parse().unwrap(),
        remote: PEER.parse().unwrap(),
    }
}

pub(crate) struct Bench {
    pub(crate) endpoint: Endpoint,
    pub(crate) now: u64,
    pub(crate) flow: Flow,
    pub(crate) admission: Admission,
}

/// What one input led to.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) sent: Vec<Transmit>,
    pub(crate) events: Vec<Event>,
}

impl Seen {
    pub(crate) fn text(&self, index: usize) -> String {
        String::from_utf8_lossy(&self.sent[index].bytes).into_owned()
    }

    /// First lines of what was sent.
    pub(crate) fn lines(&self) -> Vec<String> {
        (0..self.sent.len())
            .map(|index| {
                self.text(index)
                    .lines()
                    .next()
                    .unwrap_or_default()
                    .to_owned()
            })
            .collect()
    }

    pub(crate) fn message(&self, index: usize) -> Message {
        Message::parse(&self.sent[index].bytes).unwrap()
    }

    pub(crate) fn is_silent(&self) -> bool {
        self.sent.is_empty() && self.events.is_empty()
    }
}

impl Bench {
    pub(crate) fn new(admission: Admission) -> Self {
        Self::with(
            admission,
            Settings {
                realm: "r".into(),
                ..Settings::default()
            },
        )
    }

    pub(crate) fn with(admission: Admission, settings: Settings) -> Self {
        let mut endpoint = Endpoint::new(settings);
        endpoint.set_account("alice", Ha1::of("alice", "r", "secret"));
        Self {
            endpoint,
            now: 1_000_000,
            flow: flow(),
            admission,
        }
    }

    pub(crate) fn receive(&mut self, bytes: impl AsRef<[u8]>) -> Seen {
        let (now, flow, admission) = (self.now, self.flow, self.admission);
        self.act(|endpoint, out| endpoint.receive(now, &flow, bytes.as_ref(), admission, out))
    }

    pub(crate) fn act(&mut self, action: impl FnOnce(&mut Endpoint, &mut Outbox)) -> Seen {
        let mut out = Outbox::default();
        action(&mut self.endpoint, &mut out);
        Seen {
            sent: out.transmits,
            events: out.events,
        }
    }

    /// Lets time pass, timer by timer.
    pub(crate) fn pass(&mut self, us: u64) -> Seen {
        let until = self.now + us;
        let mut out = Outbox::default();
        while let Some(at) = self.endpoint.wake_at().filter(|at| *at <= until) {
            self.now = self.now.max(at);
            self.endpoint.tick(self.now, &mut out);
        }
        self.now = until;
        Seen {
            sent: out.transmits,
            events: out.events,
        }
    }

    /// Receives an INVITE and returns its dialog.
    pub(crate) fn offered(&mut self, invite: &str) -> cuptel_sip::DialogId {
        let seen = self.receive(invite);
        assert!(seen.sent.is_empty(), "{:?}", seen.lines());
        match seen.events.as_slice() {
            [Event::Invite { dialog, .. }] => *dialog,
            other => panic!("no INVITE event: {other:?}"),
        }
    }
}

/// A request as the peer writes it; `head` has more header lines, each with its line end.
pub(crate) fn request(
    method: &str,
    branch: &str,
    cseq: u32,
    to_tag: &str,
    head: &str,
    body: &str,
) -> String {
    let tag = if to_tag.is_empty() {
        String::new()
    } else {
        format!(";tag={to_tag}")
    };
    format!(
        "{method} sip:0861@10.0.0.1 SIP/2.0\r\n\
         Via: SIP/2.0/UDP {PEER};branch=z9hG4bK{branch};rport\r\n\
         Max-Forwards: 70\r\n\
         From: \"Anna\" <sip:alice@h>;tag=theirs\r\n\
         To: <sip:0861@10.0.0.1>{tag}\r\n\
         Call-ID: one@h\r\n\
         CSeq: {cseq} {method}\r\n\
         Contact: <sip:anna@{PEER}>\r\n\
         {head}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

pub(crate) fn invite(branch: &str) -> String {
    request(
        "INVITE",
        branch,
        1,
        "",
        "Content-Type: application/sdp\r\n",
        "v=0\r\n",
    )
}

pub(crate) fn to_tag(message: &Message) -> String {
    message.to().unwrap().tag.unwrap()
}
