//! What comes first to a request: retransmissions, then the checks of RFC 3261 8.2 in its order,
//! then admission. What is refused here leaves no state behind; a new call from somebody who is
//! admitted is never refused here.

use crate::answer::Answer;
use crate::counters::METHODS;
use crate::digest::{Algorithm, Signed, Verdict};
use crate::endpoint::Endpoint;
use crate::event::{Admission, Flow, Outbox};
use crate::message::Message;
use crate::name::Name;
use crate::params::lossy;
use crate::planted::forgets_repetitions;
use crate::uri;

/// User-Agent prefixes of tools that look for open relays.
const SCANNERS: [&[u8]; 6] = [
    b"friendly-scanner",
    b"sipvicious",
    b"sipcli",
    b"sundayddr",
    b"vaxsipuseragent",
    b"pplsip",
];

/// User-Agent prefixes of phones that give up on a 401 in which any challenge is not MD5, in
/// whatever order the challenges stand (libre before 2.0), instead of passing over it as
/// RFC 8760 2.4 asks.
const MD5_ONLY: [&[u8]; 2] = [b"baresip v0.", b"baresip v1."];

/// Who is behind an admitted request.
pub(crate) enum Admitted {
    Yes {
        user: Option<String>,
    },
    /// It has been answered.
    No,
}

impl Endpoint {
    pub(crate) fn request(
        &mut self,
        now_us: u64,
        flow: &Flow,
        message: Message,
        admission: Admission,
        out: &mut Outbox,
    ) {
        self.counters.request(message.method());
        if message.fault().is_some() {
            return self.faulty(flow, &message, out);
        }
        if message.method() == "ACK" {
            return self.ack(now_us, &message, out);
        }
        let key = self.server_key(&message, message.method());
        let is_forgotten = message.method() == "INVITE" && forgets_repetitions();
        if !is_forgotten
            && let Some(server) = self
                .server_index
                .get(&key)
                .and_then(|handle| self.servers.get(*handle))
        {
            self.counters.retransmissions += 1;
            if let Some(packet) = server.repeat() {
                out.send(server.reply, packet);
            }
            return;
        }
        if message.method() == "CANCEL" {
            return self.cancel(flow, &message, out);
        }
        if message.tag_of(Name::TO).is_some() {
            return self.in_dialog(now_us, flow, message, out);
        }
        self.out_of_dialog(now_us, flow, message, admission, out);
    }

    /// A request with a fault is answered when there is enough to answer it with; an ACK never.
    fn faulty(&mut self, flow: &Flow, message: &Message, out: &mut Outbox) {
        let Some(fault) = message.fault() else { return };
        let is_answerable = message.first(Name::VIA).is_some()
            && message.first(Name::CSEQ).is_some()
            && message.method() != "ACK";
        if !is_answerable {
            self.counters.malformed += 1;
            return;
        }
        self.counters.rejected += 1;
        self.reply_stateless(flow, message, Answer::new(fault.status, fault.reason), out);
    }

    fn out_of_dialog(
        &mut self,
        now_us: u64,
        flow: &Flow,
        message: Message,
        admission: Admission,
        out: &mut Outbox,
    ) {
        self.note_scanner(&message);
        if let Some(refusal) = refusal_by_method(message.method()) {
            return self.reply_stateless(flow, &message, refusal, out);
        }
        if message.method() == "INVITE" {
            return self.new_invite(now_us, flow, message, admission, out);
        }
        if !uri::is_supported(message.request_uri()) {
            return self.reply_stateless(flow, &message, Answer::new(416, ""), out);
        }
        if let Some(unsupported) = required(&message) {
            let extra = [("Unsupported".to_owned(), unsupported)];
            let answer = Answer {
                extra: &extra,
                ..Answer::new(420, "")
            };
            return self.reply_stateless(flow, &message, answer, out);
        }
        if message.method() == "REGISTER" {
            return self.new_register(now_us, flow, &message, admission, out);
        }
        let answer = Answer {
            allows: true,
            accepts: true,
            ..Answer::new(200, "")
        };
        self.reply_stateless(flow, &message, answer, out);
    }

    fn note_scanner(&mut self, message: &Message) {
        self.counters.scanners += u64::from(is_agent_of(message, &SCANNERS));
    }

    /// Asks for digest credentials unless the flow is trusted (INVITE only) or closed.
    pub(crate) fn admit(
        &mut self,
        now_us: u64,
        flow: &Flow,
        message: &Message,
        admission: Admission,
        out: &mut Outbox,
    ) -> Admitted {
        match admission {
            Admission::Trusted if message.method() != "REGISTER" => Admitted::Yes { user: None },
            Admission::Trusted | Admission::Closed => {
                self.counters.not_admitted += 1;
                self.reply_stateless(flow, message, Answer::new(403, ""), out);
                Admitted::No
            }
            Admission::Digest => self.identify(now_us, flow, message, out),
        }
    }

    fn identify(
        &mut self,
        now_us: u64,
        flow: &Flow,
        message: &Message,
        out: &mut Outbox,
    ) -> Admitted {
        let signed = Signed {
            method: message.method(),
            uri: message.request_uri(),
        };
        let credentials = message.every(Name::AUTHORIZATION);
        let (stale, is_retry) = match self.verifier.judge(now_us, signed, credentials) {
            Verdict::Granted { user } => return Admitted::Yes { user: Some(user) },
            Verdict::Missing => (false, false),
            Verdict::Stale { replayed } => {
                self.counters.replays += u64::from(replayed);
                (true, false)
            }
            Verdict::Wrong => {
                self.counters.wrong_credentials += 1;
                (false, true)
            }
            Verdict::Forbidden => {
                self.counters.wrong_credentials += 1;
                self.reply_stateless(flow, message, Answer::new(403, ""), out);
                return Admitted::No;
            }
        };
        self.counters.challenges += 1;
        let offered: &[Algorithm] = if is_agent_of(message, &MD5_ONLY) {
            &[Algorithm::Md5]
        } else {
            &Algorithm::OFFERED
        };
        let extra = self.verifier.challenge(now_us, offered, stale, is_retry);
        let answer = Answer {
            extra: &extra,
            ..Answer::new(401, "")
        };
        self.reply_stateless(flow, message, answer, out);
        Admitted::No
    }
}

/// Whether the User-Agent begins with one of these.
fn is_agent_of(message: &Message, prefixes: &[&[u8]]) -> bool {
    let agent = message.first(Name::USER_AGENT).unwrap_or_default();
    prefixes.iter().any(|prefix| {
        agent
            .get(..prefix.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(prefix))
    })
}

/// Methods that a request outside a dialog cannot have.
fn refusal_by_method(method: &str) -> Option<Answer<'static>> {
    match method {
        "INVITE" | "REGISTER" | "OPTIONS" => None,
        "BYE" | "INFO" | "UPDATE" | "PRACK" => Some(Answer::new(481, "")),
        _ => Some(not_taken(method)),
    }
}

/// 405 for methods of SIP that we do not take, 501 for those that nobody knows.
pub(crate) fn not_taken(method: &str) -> Answer<'static> {
    let status = if METHODS.contains(&method) { 405 } else { 501 };
    Answer {
        allows: true,
        ..Answer::new(status, "")
    }
}

/// The extensions that a request requires: we support none.
pub(crate) fn required(message: &Message) -> Option<String> {
    let tags: Vec<String> = message.list(Name::REQUIRE).map(lossy).collect();
    (!tags.is_empty()).then(|| tags.join(", "))
}
