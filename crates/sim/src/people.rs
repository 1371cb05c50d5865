//! People at the carrier's end: they call, press keys, lose patience, call again, and are
//! called back; and what everybody does in a call.

use cuptel_call::Input;
use cuptel_core::number::Caller;
use cuptel_core::words::DialOrder;
use cuptel_media::{Event as MediaEvent, StreamId};
use cuptel_sip::{Body, DialogId, Event, Message, Outbox, Transport, uri};

use crate::chance::Chance;
use crate::invented::{FOR_TRUNK, LINES, PEOPLE, RING_S};
use crate::line::{Act, CallKey, Line, PeerIndex, Who};
use crate::peer::{Wish, port_in};
use crate::promises::Broken;
use crate::world::{Happening, World};

/// After this long a phone stops ringing by itself.
const RINGS_US: u64 = 90_000_000;
/// After this long whoever was rung has hung up.
const HOLDS_US: u64 = 600_000_000;
/// A network that loses so much may lose every copy of a message.
pub(crate) const LOST_MANY_PER_MILLE: u64 = 100;
/// How long after the last packet media is missed.
const SILENCE_US: u64 = 10_000_000;

impl World {
    /// Who calls when.
    pub(crate) fn plan_people(&mut self) {
        let chance = &mut self.streams.plan;
        let rush = chance.percent(20);
        let calls = chance.between(4, if rush { 30 } else { 16 });
        let span_us = if rush {
            30_000_000
        } else {
            self.calm_us - 60_000_000
        };
        let mut people: Vec<(u64, usize, Chance)> = Vec::new();
        for _ in 0..calls {
            let person = chance.index(PEOPLE.len());
            people.push((chance.between(500_000, span_us), person, chance.fork()));
        }
        for (n, (after_us, person, chance)) in (1..).zip(people) {
            if self.things.happens("call", n) {
                self.plan(after_us, Happening::Calls(person, chance));
            }
        }
    }

    /// A person calls a line.
    pub(crate) fn person_calls(&mut self, person: usize, mut chance: Chance) {
        if self.is_calm() {
            return;
        }
        let user = PEOPLE[person];
        let line = match chance.between(0, 99) {
            0..=2 => LINES[2],
            3..=40 => LINES[1],
            _ => LINES[0],
        };
        self.note(&format!("{user} calls {line}"));
        let extra = if user == "anonymous" {
            vec![("Privacy".to_owned(), "id".to_owned())]
        } else {
            Vec::new()
        };
        let nothing_fits = "v=0\r\no=- 1 1 IN IP4 10.0.0.2\r\ns=-\r\nc=IN IP4 10.0.0.2\r\nt=0 0\r\nm=audio 4000 RTP/AVP 18\r\n";
        let sdp = chance.percent(2).then(|| nothing_fits.to_owned());
        let wish = Wish {
            user,
            called: line,
            extra,
            sdp,
            password: None,
        };
        let dialog = self.peers[0].call(self.now_us, FOR_TRUNK, wish);
        let key = (0, dialog);
        if chance.percent(20) {
            let after_us = chance.ms(0, 1_800);
            self.plan(after_us, Happening::Acts(key, Act::HangUp));
        }
        self.plan(RINGS_US, Happening::Acts(key, Act::RingOut));
        self.begins(key, Line::new(Who::Caller(person), Vec::new(), chance));
    }

    /// Somebody has a call from now on.
    pub(crate) fn begins(&mut self, key: CallKey, line: Line) {
        let line = Line {
            epoch: self.epoch,
            since_us: self.now_us,
            ..line
        };
        self.lines.insert(key, line);
    }

    /// What the endpoints of all peers have to send and to tell.
    pub(crate) fn hear_peers(&mut self) {
        for index in 0..self.peers.len() {
            loop {
                let Outbox { transmits, events } = std::mem::take(&mut self.peers[index].out);
                if transmits.is_empty() && events.is_empty() {
                    break;
                }
                for transmit in transmits {
                    if self.is_cut_off(index) {
                        continue;
                    }
                    if transmit.flow.transport == Transport::Udp {
                        self.carry(transmit, false);
                    } else {
                        self.carry_to_switch(index, transmit);
                    }
                }
                for event in events {
                    self.peer_hears(index, event);
                }
            }
        }
    }

    pub(crate) fn is_cut_off(&self, peer: PeerIndex) -> bool {
        match peer.checked_sub(1) {
            Some(seat) => self.phones[seat].is_gone,
            None => self.carrier_cut,
        }
    }

    pub(crate) fn reaches_peer(&mut self, peer: PeerIndex, flow: &cuptel_sip::Flow, bytes: &[u8]) {
        if !self.is_cut_off(peer) {
            self.peers[peer].receive(self.now_us, flow, bytes);
        }
    }

    fn peer_hears(&mut self, peer: PeerIndex, event: Event) {
        match event {
            Event::Invite {
                dialog, request, ..
            } => self.is_rung((peer, dialog), &request),
            Event::Cancelled { dialog, .. } => {
                self.refuse((peer, dialog), 487);
            }
            Event::Answered { dialog, body, .. } => self.is_answered((peer, dialog), body.as_ref()),
            Event::Unacked { dialog } => {
                self.is_left_unheard((peer, dialog));
                self.call_over((peer, dialog));
            }
            Event::Failed { dialog, .. } | Event::Bye { dialog, .. } | Event::Ended { dialog } => {
                self.call_over((peer, dialog))
            }
            Event::Registered { status, .. } => {
                if let Some(seat) = peer.checked_sub(1) {
                    self.phone_registered(seat, status);
                }
            }
            Event::Acked { .. }
            | Event::Reinvite { .. }
            | Event::Info { .. }
            | Event::Progress { .. }
            | Event::Register { .. }
            | Event::Pong { .. } => {}
        }
    }

    fn is_rung(&mut self, key: CallKey, request: &Message) {
        let who = if key.0 == 0 { Who::Rung } else { Who::Seat };
        let mut chance = self.chance.fork();
        let line = Line {
            call_id: request.call_id().to_owned(),
            ..Line::new(who, request.body().to_vec(), chance.fork())
        };
        self.begins(key, line);
        // No phone rings for ever, even where its caller has died.
        self.plan(RINGS_US, Happening::Acts(key, Act::RingOut));
        // Nor does anybody hold a dead line for ever, when the one BYE after a crash was lost.
        self.plan(HOLDS_US, Happening::Acts(key, Act::LetGo));
        if who == Who::Seat {
            return self.seat_is_rung(key);
        }
        let ring_us = chance.ms(50, 2_000);
        let called = uri::user(request.request_uri()).unwrap_or_default();
        let crosses_us = u64::from(RING_S) * 1_000_000 - 150_000 + chance.ms(0, 300);
        let plans = match chance.between(0, 99) {
            0..=44 => vec![(ring_us, Act::Ring), (chance.s(2, 12), Act::PickUp)],
            45..=54 => vec![(chance.ms(50, 900), Act::Decline(486))],
            55..=59 => vec![(ring_us, Act::Ring), (chance.s(1, 9), Act::Decline(603))],
            60..=66 => vec![(ring_us, Act::Decline(chance.pick(&[404, 480, 503, 500])))],
            67..=79 => vec![(ring_us, Act::Ring)],
            80..=89 => vec![(ring_us, Act::Ring), (crosses_us, Act::PickUp)],
            90..=94 => vec![],
            _ => vec![(chance.ms(1, 300), Act::PickUp)],
        };
        for (after_us, act) in plans {
            self.plan(after_us, Happening::Acts(key, act));
        }
        let number = Caller::from_user_part(&called).number;
        let person = PEOPLE
            .iter()
            .position(|user| Caller::from_user_part(user).number == number);
        if let Some(person) = person.filter(|_| chance.percent(20)) {
            let after_us = chance.ms(1, 6_000);
            if self.things.any("redial") {
                self.plan(after_us, Happening::Calls(person, chance));
            }
        }
    }

    fn is_answered(&mut self, key: CallKey, body: Option<&Body>) {
        let Some(line) = self.lines.get_mut(&key) else {
            return;
        };
        line.stream = port_in(body).and_then(|port| self.sound.at_port(port));
        line.is_up = true;
        let Who::Caller(_) = line.who else { return };
        let mut chance = line.chance.fork();
        self.may_fall_mute(key, &mut chance);
        for _ in 0..chance.between(0, 3) {
            let press = Act::Press(chance.pick(&['1', '2', '9', '*', '5', '3', '4']));
            let after_us = chance.ms(300, 40_000);
            self.plan(after_us, Happening::Acts(key, press));
        }
        if chance.percent(25) {
            self.keys_in_a_number(key, &mut chance);
        }
        let patience_us = match chance.between(0, 9) {
            0..=1 => chance.ms(100, 6_000),
            2..=4 => chance.s(5, 50),
            _ => chance.s(60, 300),
        };
        self.plan(patience_us, Happening::Acts(key, Act::HangUp));
        if chance.percent(20) {
            self.chooses_a_time(key, &mut chance);
        }
    }

    /// Wishes to be called, and chooses when, where that is asked.
    fn chooses_a_time(&mut self, key: CallKey, chance: &mut Chance) {
        let mut after_us = chance.s(15, 40);
        for digit in chance.pick(&["121", "111", "131", "1211"]).chars() {
            self.plan(after_us, Happening::Acts(key, Act::Press(digit)));
            after_us += chance.ms(500, 3_000);
        }
    }

    /// Wishes to be called at some number: an own one, another's, or one that nobody can call.
    fn keys_in_a_number(&mut self, key: CallKey, chance: &mut Chance) {
        let wish = chance.pick(&["9", "92", "*", "*2", "1", "12"]);
        let number = chance.pick(&[
            "3331000002#1",
            "0861555555#1",
            "0861555555#7",
            "00393331000003",
            "899123456#3331000001#1",
            "*#*#",
        ]);
        let mut after_us = chance.s(2, 30);
        for digit in wish.chars().chain(number.chars()) {
            after_us += chance.ms(100, 900);
            self.plan(after_us, Happening::Acts(key, Act::Press(digit)));
        }
    }

    /// The voice of some calls is lost at some moment, whatever stage they are in.
    fn may_fall_mute(&mut self, key: CallKey, chance: &mut Chance) {
        let (hushes, after_us) = (chance.percent(4), chance.s(1, 60));
        if hushes && !self.is_calm() && self.things.any("hush") {
            self.plan(after_us, Happening::Acts(key, Act::FallMute));
        }
    }

    /// Two hear each other: one of them will have said all.
    pub(crate) fn conversation_begins(&mut self, a: StreamId, b: StreamId) {
        let hears = |line: &Line| line.stream == Some(a) || line.stream == Some(b);
        let ends: Vec<CallKey> = self
            .lines
            .iter()
            .filter(|(_, line)| hears(line))
            .map(|(key, _)| *key)
            .collect();
        let Some(first) = ends.first().and_then(|key| self.lines.get_mut(key)) else {
            return;
        };
        let mut chance = first.chance.fork();
        let key = chance.pick(&ends);
        let after_us = if chance.percent(15) {
            chance.ms(5, 4_500)
        } else {
            chance.s(5, 60)
        };
        self.plan(after_us, Happening::Acts(key, Act::HangUp));
        for key in ends {
            if let Some(seat) = key.0.checked_sub(1) {
                self.talk_begins(seat, after_us);
                self.may_hold(key);
            } else {
                let after_us = chance.s(60, 240);
                self.plan(after_us, Happening::Acts(key, Act::HangUp));
            }
        }
    }

    /// Somebody does something in a call, if it is still there.
    pub(crate) fn does(&mut self, key: CallKey, act: Act) -> Result<(), Broken> {
        let Some(line) = self.lines.get(&key) else {
            return Ok(());
        };
        let (stream, offered) = (line.stream, line.offered.clone());
        let line_since_us = line.since_us;
        let (peer, dialog) = key;
        match act {
            Act::Ring => {
                let Some(ringing) = self.peers.get_mut(peer) else {
                    return Ok(());
                };
                let out = &mut ringing.out;
                if ringing
                    .sip
                    .provisional(self.now_us, dialog, 180, "Ringing", None, out)
                    .is_err()
                {
                    self.note("rings no more");
                }
            }
            Act::PickUp => {
                let port = self.peers[peer].pick_up(self.now_us, dialog, &offered);
                let stream = port.and_then(|port| self.sound.at_port(port));
                let epoch = self.epoch;
                let is_asked = self.shape.order == DialOrder::PersonFirst || self.asks_keys();
                let mut presses = None;
                if let Some(line) = self.lines.get_mut(&key).filter(|_| port.is_some()) {
                    presses = (is_asked && line.who == Who::Rung).then(|| line.chance.fork());
                    line.stream = stream.or(line.stream);
                    line.is_up = true;
                    // Whichever life hears of it has to deal with it.
                    line.epoch = epoch;
                }
                if let Some(mut chance) = presses {
                    self.may_press(key, &mut chance);
                }
            }
            Act::Decline(status) => self.refuse(key, status),
            Act::HangUp => {
                self.check_not_dead(key)?;
                self.hangs_up(key);
            }
            // A phone that started anew numbers its calls from the beginning.
            Act::RingOut if self.now_us < line_since_us + RINGS_US => {}
            Act::LetGo if self.now_us < line_since_us + HOLDS_US => {}
            Act::RingOut => {
                // What rings and was never heard of cannot be cancelled (RFC 3261 9.1).
                let rings = |line: &Line| !line.is_up && self.heard_of.contains(&line.call_id);
                self.check_not_forgotten(key, rings, "rings for nobody")?;
                self.refuse(key, 480);
            }
            Act::LetGo => {
                self.check_not_forgotten(key, |_| true, "is never hung up on")?;
                self.hangs_up(key);
            }
            Act::FallMute => self.falls_mute(key),
            Act::Hold(holds) => self.phone_holds(key, holds),
            Act::Press(digit) => {
                let Some(stream) = stream else { return Ok(()) };
                self.note(&format!("presses {digit}"));
                return self.feed(Input::Media(MediaEvent::Digit {
                    stream,
                    digit,
                    duration_ms: 100,
                }));
            }
        }
        Ok(())
    }

    fn falls_mute(&mut self, key: CallKey) {
        if let Some(line) = self.lines.get_mut(&key) {
            line.is_mute = true;
            self.note("is not heard any more");
            self.falls_silent(key);
        }
    }

    fn refuse(&mut self, key: CallKey, status: u16) {
        let peer = &mut self.peers[key.0];
        if peer
            .sip
            .refuse(self.now_us, key.1, status, "", &[], &mut peer.out)
            .is_ok()
        {
            self.call_over(key);
        }
    }

    fn hangs_up(&mut self, key: CallKey) {
        let (peer, dialog): (PeerIndex, DialogId) = key;
        self.note("hangs up");
        let rings =
            |line: &Line| matches!(line.who, Who::Rung | Who::Seat) && line.stream.is_none();
        if self.lines.get(&key).is_some_and(rings) {
            self.refuse(key, 480);
        }
        let peer = &mut self.peers[peer];
        if peer
            .sip
            .end(self.now_us, dialog, &[], &mut peer.out)
            .is_err()
        {
            self.note("it was over");
        }
        self.falls_silent(key);
        if let Some(line) = self.lines.get_mut(&key) {
            line.stream = None;
        }
    }

    /// A peer's side of a call is over.
    pub(crate) fn call_over(&mut self, key: CallKey) {
        self.falls_silent(key);
        let Some(mut line) = self.lines.remove(&key) else {
            return;
        };
        if let Who::Caller(person) = line.who
            && line.chance.percent(50)
        {
            let after_us = line.chance.s(1, 60);
            if self.things.any("redial") {
                self.plan(after_us, Happening::Calls(person, line.chance));
            }
        }
    }

    /// No media comes from there any more.
    pub(crate) fn falls_silent(&mut self, key: CallKey) {
        if let Some(stream) = self.lines.get(&key).and_then(|line| line.stream) {
            self.plan(SILENCE_US, Happening::Silent(self.epoch, stream));
        }
    }

    /// Media has been missed on a stream for long, unless it came back.
    pub(crate) fn silent(&mut self, stream: StreamId) -> Result<(), Broken> {
        let speaks = |(key, line): (&CallKey, &Line)| {
            line.stream == Some(stream) && !line.is_mute && !self.is_cut_off(key.0)
        };
        if !self.sound.is_open(stream) || self.lines.iter().any(speaks) {
            return Ok(());
        }
        self.note("no media comes");
        self.feed(Input::Media(MediaEvent::RtpTimeout { stream }))
    }

    /// A phone was picked up, said so for half a minute, and heard nothing of it from a switch
    /// that was there. A network that loses a fifth of everything may do that by itself.
    fn is_left_unheard(&mut self, key: CallKey) {
        let Some(line) = self.lines.get(&key) else {
            return;
        };
        let is_ours = line.epoch == self.epoch && !line.is_excused && self.process.is_some();
        if is_ours && self.network.lost_per_mille < LOST_MANY_PER_MILLE {
            self.unheard = Some(format!("{:?} {key:?}", line.who));
        }
    }

    /// Whoever is on a line of this peer may never be told that it is over.
    pub(crate) fn excuse_lines(&mut self, peer: PeerIndex) {
        for (_, line) in self.lines.iter_mut().filter(|(key, _)| key.0 == peer) {
            line.is_excused = true;
        }
    }

    /// The process died: whoever was in a call hears nothing and hangs up after a while.
    pub(crate) fn everybody_hears_silence(&mut self) {
        let keys: Vec<CallKey> = self.lines.keys().copied().collect();
        for key in keys {
            let Some(line) = self.lines.get_mut(&key) else {
                continue;
            };
            line.stream = None;
            if !line.is_up && line.who != Who::ByHand {
                // A phone that rings hears nothing anyhow.
                continue;
            }
            let after_us = line.chance.s(2, 30);
            self.plan(after_us, Happening::Acts(key, Act::HangUp));
        }
    }
}
