//! The phone of a seat: registers by digest, again and again; answers, refuses, lets it ring,
//! and now and then is deaf for a while.

use std::collections::BTreeSet;
use std::net::{SocketAddr, UdpSocket};
use std::time::Instant;

use md5::{Digest as _, Md5};

use super::super::chance::Chance;
use super::Seen;
use super::callee::{Callee, Habit, Stage};
use super::message::{Message, close};

#[derive(Debug)]
pub(super) struct Seat {
    name: &'static str,
    socket: UdpSocket,
    own: SocketAddr,
    phones: SocketAddr,
    voice: SocketAddr,
    chance: Chance,
    call: Option<Callee>,
    registers_at: Instant,
    registered: u32,
    deaf_until: Instant,
    /// Calls of which a word was lost on a deaf phone: their INVITE is said again until it can
    /// be cancelled, whatever the seat does meanwhile.
    missed: BTreeSet<String>,
    /// Answers whatever comes.
    pub(super) is_good: bool,
}

impl Seat {
    pub(super) fn new(
        name: &'static str,
        socket: UdpSocket,
        phones: SocketAddr,
        voice: SocketAddr,
        chance: Chance,
        now: Instant,
    ) -> Self {
        let own = socket.local_addr().expect("a bound socket");
        Self {
            name,
            socket,
            own,
            phones,
            voice,
            chance,
            call: None,
            registers_at: now,
            registered: 0,
            deaf_until: now,
            missed: BTreeSet::new(),
            is_good: false,
        }
    }

    pub(super) fn hear(&mut self, now: Instant, seen: &mut Seen) -> bool {
        let mut packet = [0; 8_192];
        let mut any = false;
        while let Ok((length, _)) = self.socket.recv_from(&mut packet) {
            any = true;
            let message = Message::of(&packet[..length]);
            if now < self.deaf_until {
                self.missed.insert(message.header("Call-ID").to_owned());
            } else {
                self.take(now, &message, seen);
            }
        }
        any
    }

    pub(super) fn cut_off(&mut self) {
        self.call = None;
    }

    pub(super) fn live(&mut self, now: Instant, seen: &mut Seen) {
        if now >= self.registers_at {
            self.registers_at = now + self.chance.ms(300, 1_500);
            self.registered += 1;
            self.say(&self.register(""));
        }
        if let Some(call) = &mut self.call {
            let before = call.stage;
            let words = call.goes_on(now);
            if (before, call.stage) == (Stage::Ringing, Stage::Talking) {
                seen.talked.insert(self.name);
            }
            if call.stage == Stage::Over {
                self.call = None;
            }
            if let Some(words) = words {
                self.say(&words);
            }
        }
    }

    fn take(&mut self, now: Instant, message: &Message, seen: &mut Seen) {
        if message.status() == Some(401) {
            self.say(&self.register(&self.authorization(message)));
            return;
        }
        if message.status().is_some() {
            return;
        }
        if let Some(call) = self.call.as_mut().filter(|call| call.is_of(message)) {
            let words = call.takes(message);
            if call.stage == Stage::Over {
                self.call = None;
            }
            for word in words {
                self.say(&word);
            }
            return;
        }
        match message.method() {
            "INVITE" if self.call.is_some() => {
                let is_unwanted = self.call.as_ref().is_some_and(|call| call.is_unwanted);
                if !is_unwanted && !self.missed.contains(message.header("Call-ID")) {
                    let told = format!("seat {} was rung in the middle of a call", self.name);
                    seen.wrong.push(told);
                }
                self.say(&message.answer("486 Busy Here", self.own, ""));
            }
            "INVITE" => self.ring(now, message),
            "ACK" => {}
            _ => self.say(&message.answer("200 OK", self.own, "")),
        }
    }

    fn ring(&mut self, now: Instant, invite: &Message) {
        let answers = |chance: &mut Chance| Habit::Answers(chance.ms(5, 150), chance.ms(50, 700));
        let habit = match self.chance.between(0, 9) {
            _ if self.is_good => answers(&mut self.chance),
            0..=6 => answers(&mut self.chance),
            7 => Habit::Refuses("486 Busy Here", self.chance.ms(5, 100)),
            8 => Habit::LetsRing,
            9.. => {
                self.deaf_until = now + self.chance.ms(300, 1_500);
                self.missed.insert(invite.header("Call-ID").to_owned());
                return;
            }
        };
        let (call, ringing) = Callee::rings(invite, (self.own, self.voice), habit, now);
        self.call = Some(call);
        self.say(&ringing);
    }

    fn register(&self, authorization: &str) -> String {
        let (name, own, phones, number) = (self.name, self.own, self.phones, self.registered);
        let step = usize::from(!authorization.is_empty()) + 1;
        // That name is offered MD5 alone.
        let text = format!(
            "REGISTER sip:{phones} SIP/2.0\r\n\
             Via: SIP/2.0/UDP {own};branch=z9hG4bK{name}{number}{step}\r\nMax-Forwards: 70\r\n\
             From: <sip:{name}@{phones}>;tag={number}\r\nTo: <sip:{name}@{phones}>\r\n\
             Call-ID: register-{name}\r\nCSeq: {cseq} REGISTER\r\nContact: <sip:{name}@{own}>\r\n\
             Expires: 600\r\nUser-Agent: baresip v1.0.0\r\n{authorization}",
            cseq = u64::from(number) * 2 + u64::from(step == 2),
        );
        close(text, "", "")
    }

    fn authorization(&self, challenge: &Message) -> String {
        let of = |name| challenge.quoted("WWW-Authenticate", name);
        let (realm, nonce) = (of("realm"), of("nonce"));
        let (name, uri) = (self.name, format!("sip:{}", self.phones));
        let secret = md5(&format!("{name}:{realm}:primo-avvio-{name}"));
        let request = md5(&format!("REGISTER:{uri}"));
        let response = md5(&format!("{secret}:{nonce}:00000001:town:auth:{request}"));
        format!(
            "Authorization: Digest username=\"{name}\", realm=\"{realm}\", nonce=\"{nonce}\", \
             uri=\"{uri}\", response=\"{response}\", algorithm=MD5, cnonce=\"town\", qop=auth, \
             nc=00000001\r\n"
        )
    }

    fn say(&self, text: &str) {
        let sent = self.socket.send_to(text.as_bytes(), self.phones);
        sent.expect("loopback takes it");
    }
}

fn md5(text: &str) -> String {
    let digest = Md5::digest(text.as_bytes());
    digest
        .iter()
        .fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"))
}
