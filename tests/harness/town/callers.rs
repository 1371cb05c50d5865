//! People who call: some give up at once, some in the menu, some wait for an operator; many
//! redial. They know nothing of what happens to the centre but what they hear of it.

use std::collections::BTreeMap;
use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use super::super::centre::LINE;
use super::super::chance::Chance;
use super::Seen;
use super::message::{Message, close, sdp};

/// An INVITE is said again so often (RFC 3261 timer A, without its doubling).
const SAID_AGAIN: Duration = Duration::from_millis(500);
/// Nobody waits longer for an answer to anything.
const PATIENCE: Duration = Duration::from_secs(3);
/// Who called last and may call again.
const REMEMBERED: usize = 60;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// No final response yet.
    Calling,
    /// The same, and CANCEL was sent.
    Cancelled,
    /// Connected to the menu.
    Listening,
    /// A key was pressed.
    Waiting,
    /// BYE was sent.
    Leaving,
}

/// What somebody means to do.
#[derive(Debug, Clone, Copy)]
enum Plan {
    CancelsAfter(Duration),
    /// Presses 1 after the first, and hangs up after the second.
    Stays(Duration, Duration),
    LeavesAfter(Duration),
}

#[derive(Debug)]
struct Call {
    number: String,
    plan: Plan,
    stage: Stage,
    /// When the plan goes on.
    due: Instant,
    said: Instant,
    begun: Instant,
    answered: Option<Instant>,
    /// To, with the tag of the centre, and its Contact.
    to: String,
    target: String,
    cseq: u32,
}

#[derive(Debug)]
pub(super) struct Callers {
    socket: UdpSocket,
    own: SocketAddr,
    trunk: SocketAddr,
    voice: SocketAddr,
    chance: Chance,
    /// Begins every Call-ID and every new number, so that two towns do not meet.
    name: String,
    made: u32,
    next: Instant,
    calls: BTreeMap<String, Call>,
    recent: Vec<String>,
}

impl Callers {
    pub(super) fn new(
        socket: UdpSocket,
        trunk: SocketAddr,
        voice: SocketAddr,
        mut chance: Chance,
        now: Instant,
    ) -> Self {
        let own = socket.local_addr().expect("a bound socket");
        Self {
            name: format!("town-{}", chance.between(0, u64::MAX - 1)),
            socket,
            own,
            trunk,
            voice,
            chance,
            made: 0,
            next: now,
            calls: BTreeMap::new(),
            recent: Vec::new(),
        }
    }

    /// Reads what came; whether there was anything.
    pub(super) fn hear(&mut self, now: Instant, seen: &mut Seen) -> bool {
        let mut packet = [0; 8_192];
        let mut any = false;
        while let Ok((length, _)) = self.socket.recv_from(&mut packet) {
            any = true;
            self.take(now, &Message::of(&packet[..length]), seen);
        }
        any
    }

    /// The centre is gone, and with it every connection.
    pub(super) fn cut_off(&mut self) {
        self.calls.clear();
    }

    pub(super) fn is_quiet(&self) -> bool {
        self.calls.is_empty()
    }

    /// Whether this number has been connected with the centre for so long.
    pub(super) fn has_been_in(&self, number: &str, time: Duration, now: Instant) -> bool {
        self.calls.values().any(|call| {
            let is_in = matches!(call.stage, Stage::Listening | Stage::Waiting);
            let since = call.answered.map(|at| now.saturating_duration_since(at));
            is_in && call.number == number && since.is_some_and(|since| since >= time)
        })
    }

    /// Does what is due; new people call when they may.
    pub(super) fn live(&mut self, now: Instant, may_call: bool, seen: &mut Seen) {
        if may_call && now >= self.next {
            self.next = now + self.chance.ms(4, 24);
            self.call(now, seen);
        }
        let due: Vec<String> = self
            .calls
            .iter()
            .filter(|(_, call)| {
                now >= call.due || now >= call.begun + PATIENCE || call.is_unheard(now)
            })
            .map(|(id, _)| id.clone())
            .collect();
        for id in due {
            self.go_on(now, &id);
        }
    }

    fn call(&mut self, now: Instant, seen: &mut Seen) {
        self.made += 1;
        let redials = !self.recent.is_empty() && self.chance.percent(50);
        let number = if redials {
            let last = u64::try_from(self.recent.len() - 1).expect("sixty fit");
            let place = self.chance.between(0, last);
            self.recent[usize::try_from(place).expect("sixty fit")].clone()
        } else {
            format!("+3908618{:05}", self.made)
        };
        if !redials {
            self.recent.push(number.clone());
            let surplus = self.recent.len().saturating_sub(REMEMBERED);
            self.recent.drain(..surplus);
        }
        let plan = match self.chance.between(0, 9) {
            0..=1 => Plan::CancelsAfter(self.chance.ms(0, 150)),
            2..=3 => Plan::LeavesAfter(self.chance.ms(0, 400)),
            4.. => Plan::Stays(self.chance.ms(10, 200), self.chance.ms(100, 1_500)),
        };
        let due = match plan {
            Plan::CancelsAfter(time) => now + time,
            Plan::LeavesAfter(_) | Plan::Stays(..) => now + PATIENCE,
        };
        let id = format!("{}-{}", self.name, self.made);
        let call = Call {
            to: format!("<sip:{LINE}@{}>", self.trunk),
            target: format!("sip:{LINE}@{}", self.trunk),
            number,
            plan,
            stage: Stage::Calling,
            due,
            said: now,
            begun: now,
            answered: None,
            cseq: 1,
        };
        seen.called.insert(call.number.clone(), now);
        self.say(&self.request("INVITE", &id, &call));
        self.calls.insert(id, call);
    }

    fn take(&mut self, now: Instant, message: &Message, seen: &mut Seen) {
        let id = message.header("Call-ID").to_owned();
        let Some(status) = message.status() else {
            // A BYE, also of a call that is forgotten here.
            self.say(&message.answer("200 OK", self.own, ""));
            self.calls.remove(&id);
            return;
        };
        if status < 200 {
            return;
        }
        if message.method() == "INVITE" {
            seen.hears_final(&id, status);
            self.acknowledge(&id, status, message);
        }
        let Some(call) = self.calls.get_mut(&id) else {
            return;
        };
        match (message.method(), call.stage) {
            ("INVITE", Stage::Calling | Stage::Cancelled) if status >= 300 => {
                self.calls.remove(&id);
            }
            ("INVITE", Stage::Calling) => {
                call.stage = Stage::Listening;
                call.answered = Some(now);
                call.due = now
                    + match call.plan {
                        Plan::Stays(key, _) => key,
                        Plan::LeavesAfter(time) => time,
                        Plan::CancelsAfter(_) => Duration::ZERO,
                    };
            }
            ("INVITE", Stage::Cancelled) => self.leave(now, &id),
            ("BYE", _) => drop(self.calls.remove(&id)),
            (_, _) => {}
        }
    }

    fn acknowledge(&mut self, id: &str, status: u16, message: &Message) {
        let Some(call) = self.calls.get_mut(id) else {
            return;
        };
        message.header("To").clone_into(&mut call.to);
        if status < 300 {
            message.contact().clone_into(&mut call.target);
        }
        let call = &self.calls[id];
        self.say(&self.request("ACK", id, call));
    }

    fn go_on(&mut self, now: Instant, id: &str) {
        let call = self.calls.get_mut(id).expect("its turn came just now");
        if now >= call.begun + PATIENCE && matches!(call.stage, Stage::Calling | Stage::Cancelled) {
            self.calls.remove(id);
            return;
        }
        match (call.stage, call.plan) {
            (Stage::Calling, Plan::CancelsAfter(_)) if now >= call.due => {
                call.stage = Stage::Cancelled;
                call.due = now + PATIENCE;
                self.say(&self.request("CANCEL", id, &self.calls[id]));
            }
            (Stage::Calling | Stage::Cancelled, _) => {
                call.said = now;
                self.say(&self.request("INVITE", id, &self.calls[id]));
            }
            (Stage::Listening, Plan::Stays(_, time)) => {
                call.stage = Stage::Waiting;
                call.cseq += 1;
                call.due = now + time;
                self.say(&self.request("INFO", id, &self.calls[id]));
            }
            (Stage::Listening | Stage::Waiting, _) => self.leave(now, id),
            (Stage::Leaving, _) => drop(self.calls.remove(id)),
        }
    }

    fn leave(&mut self, now: Instant, id: &str) {
        let call = self.calls.get_mut(id).expect("it was looked up just now");
        call.stage = Stage::Leaving;
        call.cseq += 1;
        call.due = now + PATIENCE;
        self.say(&self.request("BYE", id, &self.calls[id]));
    }

    fn request(&self, method: &str, id: &str, call: &Call) -> String {
        let own = self.own;
        let (branch, cseq) = match method {
            "ACK" if call.answered.is_some() => ("ack", 1),
            "INVITE" | "CANCEL" | "ACK" => ("invite", 1),
            _ => (method, call.cseq),
        };
        let text = format!(
            "{method} {} SIP/2.0\r\nVia: SIP/2.0/UDP {own};branch=z9hG4bK{branch}{id}\r\n\
             Max-Forwards: 70\r\nFrom: <sip:{}@{own}>;tag={id}\r\nTo: {}\r\nCall-ID: {id}\r\n\
             CSeq: {cseq} {method}\r\nContact: <sip:{own}>\r\n",
            call.target, call.number, call.to,
        );
        match method {
            "INVITE" => close(text, "application/sdp", &sdp(self.voice)),
            "INFO" => close(
                text,
                "application/dtmf-relay",
                "Signal=1\r\nDuration=160\r\n",
            ),
            _ => close(text, "", ""),
        }
    }

    fn say(&self, text: &str) {
        let sent = self.socket.send_to(text.as_bytes(), self.trunk);
        sent.expect("loopback takes it");
    }
}

impl Call {
    fn is_unheard(&self, now: Instant) -> bool {
        matches!(self.stage, Stage::Calling | Stage::Cancelled) && now >= self.said + SAID_AGAIN
    }
}
