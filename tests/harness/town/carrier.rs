//! The carrier and the people whom it rings for us. It is the witness of what a person at home
//! would hear: never two calls at once, never again too soon, never while on the line with us.

use std::collections::BTreeMap;
use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use super::super::chance::Chance;
use super::Seen;
use super::callee::{Callee, Habit, Stage};
use super::callers::Callers;
use super::message::Message;

/// Someone who calls in while we ring out crosses our INVITE within this.
const CROSSING: Duration = Duration::from_millis(300);
/// A call whose other end is dead is taken down by the carrier after this.
const TAKEN_DOWN_AFTER: Duration = Duration::from_secs(2);

/// How long a person is left in peace, as the centre is configured.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peace {
    /// After whatever came of a call: the shortest rest. Whether a refusal or our own CANCEL was
    /// first is for the centre to say, and its rows are asked which rest holds.
    pub(crate) shortest: Duration,
    /// After a call whose end the centre did not live to see.
    pub(crate) unknown: Duration,
}

#[derive(Debug)]
struct Person {
    number: String,
    call: Callee,
    /// The centre has died meanwhile.
    orphaned: Option<Instant>,
}

/// How a call ended that the carrier placed for us.
#[derive(Debug)]
struct Last {
    over: Instant,
    peace: Duration,
}

#[derive(Debug)]
pub(super) struct Carrier {
    socket: UdpSocket,
    own: SocketAddr,
    trunk: SocketAddr,
    voice: SocketAddr,
    chance: Chance,
    peace: Peace,
    persons: Vec<Person>,
    last: BTreeMap<String, Last>,
}

impl Carrier {
    pub(super) fn new(
        socket: UdpSocket,
        trunk: SocketAddr,
        voice: SocketAddr,
        chance: Chance,
        peace: Peace,
    ) -> Self {
        Self {
            own: socket.local_addr().expect("a bound socket"),
            socket,
            trunk,
            voice,
            chance,
            peace,
            persons: Vec::new(),
            last: BTreeMap::new(),
        }
    }

    pub(super) fn hear(&mut self, now: Instant, callers: &Callers, seen: &mut Seen) -> bool {
        let mut packet = [0; 8_192];
        let mut any = false;
        while let Ok((length, _)) = self.socket.recv_from(&mut packet) {
            any = true;
            self.take(now, &Message::of(&packet[..length]), callers, seen);
        }
        any
    }

    /// The centre is gone: whoever rings goes on ringing for a while.
    pub(super) fn cut_off(&mut self, now: Instant) {
        for person in &mut self.persons {
            person.orphaned.get_or_insert(now);
        }
    }

    pub(super) fn live(&mut self, now: Instant) {
        let mut words = Vec::new();
        for person in &mut self.persons {
            words.extend(person.call.goes_on(now));
            if person
                .orphaned
                .is_some_and(|at| now >= at + TAKEN_DOWN_AFTER)
            {
                person.call.stage = Stage::Over;
            }
        }
        for word in words {
            self.say(&word);
        }
        self.forget(now);
    }

    fn forget(&mut self, now: Instant) {
        let peace = self.peace;
        let (over, left) = std::mem::take(&mut self.persons)
            .into_iter()
            .partition(|person| person.call.stage == Stage::Over);
        self.persons = left;
        for person in over {
            let refused = person.call.refused_with().is_some();
            let rests = match person.orphaned {
                Some(since) => peace.unknown.saturating_sub(now - since),
                None if refused => peace.shortest,
                None => Duration::ZERO,
            };
            let last = Last {
                over: now,
                peace: rests,
            };
            self.last.insert(person.number, last);
        }
    }

    fn take(&mut self, now: Instant, message: &Message, callers: &Callers, seen: &mut Seen) {
        if message.status().is_some() {
            return;
        }
        if let Some(person) = self.persons.iter_mut().find(|it| it.call.is_of(message)) {
            for word in person.call.takes(message) {
                self.say(&word);
            }
            self.forget(now);
            return;
        }
        match message.method() {
            "INVITE" => self.ring(now, message, callers, seen),
            "ACK" => {}
            _ => self.say(&message.answer("200 OK", self.own, "")),
        }
    }

    fn ring(&mut self, now: Instant, invite: &Message, callers: &Callers, seen: &mut Seen) {
        let number = invite.user().to_owned();
        self.complain(now, &number, callers, seen);
        seen.dialled
            .entry(number.clone())
            .or_default()
            .push(invite.header("Call-ID").to_owned());
        let habit = match self.chance.between(0, 9) {
            0..=3 => Habit::Answers(self.chance.ms(5, 300), self.chance.ms(50, 500)),
            4..=5 => Habit::Refuses("486 Busy Here", self.chance.ms(5, 200)),
            6..=7 => Habit::Refuses("480 Temporarily Unavailable", self.chance.ms(5, 200)),
            8.. => Habit::LetsRing,
        };
        let (call, ringing) = Callee::rings(invite, (self.own, self.voice), habit, now);
        self.say(&ringing);
        self.persons.push(Person {
            number,
            call,
            orphaned: None,
        });
    }

    /// What the person of this number could hold against being rung now.
    fn complain(&self, now: Instant, number: &str, callers: &Callers, seen: &mut Seen) {
        if self.persons.iter().any(|person| person.number == number) {
            seen.wrong.push(format!("{number} was rung twice at once"));
        }
        if callers.has_been_in(number, CROSSING, now) {
            seen.wrong
                .push(format!("{number} was rung while on the line with us"));
        }
        if let Some(last) = self.last.get(number) {
            let called_since = seen.called.get(number).is_some_and(|at| *at >= last.over);
            let rested = now.saturating_duration_since(last.over);
            if !called_since && rested < last.peace {
                let told = format!("{number} was rung again after {rested:?}: {last:?}");
                seen.wrong.push(told);
            }
        }
    }

    fn say(&self, text: &str) {
        let sent = self.socket.send_to(text.as_bytes(), self.trunk);
        sent.expect("loopback takes it");
    }
}
