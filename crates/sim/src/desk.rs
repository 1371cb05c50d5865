//! Seats: phones that register, ring, are picked up or not, vanish and come back; operators
//! who sign in, pause, give results and go.

use cuptel_core::keeping::NeedsSaid;
use cuptel_core::profile::{Profile, ProfileTold};
use cuptel_core::snapshot::SeatNow;
use cuptel_core::step::Command;
use cuptel_core::words::{Chosen, Disposition, WorkKind, WorkState};

use crate::chance::Chance;
use crate::coded::dialled;
use crate::invented::{
    ANNOUNCING_CODE, FOR_PHONES, LINES, OPERATORS, OWN_RESULTS, PASSWORD, SEAT_RING_S, SITE,
    extension, phone_address,
};
use crate::line::{Act, CallKey, Line, PeerIndex, Who};
use crate::peer::{Peer, Wish};
use crate::promises::Broken;
use crate::wire::Wire;
use crate::world::{Happening, World};

/// What a phone asks for.
const EXPIRES_S: u32 = 300;

/// Where a phone stands, and how it reaches us.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PhoneAt {
    pub(crate) seat: usize,
    pub(crate) is_connected: bool,
}

/// A seat's phone. The first phones are those of the seats, in order; a second one of a seat
/// follows behind them.
#[derive(Debug)]
pub(crate) struct Phone {
    pub(crate) is_gone: bool,
    pub(crate) seat: usize,
    /// It speaks over a connection.
    is_connected: bool,
    extension: String,
    /// Registrations under way or planned: one chain of them at a time.
    chain: u64,
    pub(crate) chance: Chance,
}

impl Phone {
    pub(crate) fn new(at: PhoneAt, chance: Chance) -> Self {
        Self {
            is_gone: false,
            seat: at.seat,
            is_connected: at.is_connected,
            extension: extension(at.seat),
            chain: 0,
            chance,
        }
    }
}

impl World {
    pub(crate) fn plan_desks(&mut self) {
        for phone in 0..self.phones.len() {
            let after_us = self.phones[phone].chance.ms(10, 3_000);
            self.plan(after_us, Happening::Registers(phone));
        }
        for seat in 0..self.shape.seats {
            let after_us = self.phones[seat].chance.ms(10, 5_000);
            self.plan(after_us, Happening::Operates(seat));
        }
    }

    pub(crate) fn phone_registers(&mut self, seat: usize) {
        let is_calm = self.is_calm();
        let phone = &mut self.phones[seat];
        if phone.is_gone {
            return;
        }
        if phone.is_connected && self.peers[seat + 1].connection.is_none() {
            let connection = self.phone_connects(seat + 1);
            self.peers[seat + 1].connection = connection;
            if connection.is_none() {
                return self.phone_reconnects(seat + 1);
            }
        }
        let phone = &mut self.phones[seat];
        phone.chain += 1;
        let user = phone.extension.clone();
        let removes = !is_calm && phone.chance.percent(3);
        let expires_s = if removes { 0 } else { EXPIRES_S };
        self.peers[seat + 1].register(self.now_us, FOR_PHONES, &user, PASSWORD, expires_s);
    }

    /// A phone without its connection makes another one soon.
    pub(crate) fn phone_reconnects(&mut self, peer: PeerIndex) {
        if let Some(seat) = peer.checked_sub(1) {
            let after_us = self.phones[seat].chance.s(1, 10);
            self.plan(after_us, Happening::Registers(seat));
        }
    }

    pub(crate) fn phone_registered(&mut self, seat: usize, status: u16) {
        let Some(left) = self.phones[seat].chain.checked_sub(1) else {
            return;
        };
        self.phones[seat].chain = left;
        if left > 0 {
            return;
        }
        let refreshed = status == 200 && !self.phones[seat].chance.percent(10);
        let after_us = if refreshed {
            self.phones[seat].chance.s(240, 310)
        } else {
            self.phones[seat].chance.s(2, 6)
        };
        self.plan(after_us, Happening::Registers(seat));
    }

    /// What a seat does about a call.
    pub(crate) fn seat_is_rung(&mut self, key: CallKey) {
        let mut chance = self.phones[key.0 - 1].chance.fork();
        let ring_us = chance.ms(20, 300);
        let crosses_us = u64::from(SEAT_RING_S) * 1_000_000 - 150_000 + chance.ms(0, 300);
        let draw = if self.is_calm() {
            chance.between(0, 70)
        } else {
            chance.between(0, 99)
        };
        let plans = match draw {
            0..=66 => vec![(ring_us, Act::Ring), (chance.ms(400, 7_000), Act::PickUp)],
            67..=72 => vec![(ring_us, Act::Decline(chance.pick(&[486, 603, 480])))],
            73..=82 => vec![(ring_us, Act::Ring)],
            83..=90 => vec![(ring_us, Act::Ring), (crosses_us, Act::PickUp)],
            91..=93 => vec![(1_000, Act::PickUp)],
            94..=95 => vec![(ring_us, Act::Decline(488))],
            _ => {
                self.vanishes(key.0 - 1);
                Vec::new()
            }
        };
        for (after_us, act) in plans {
            self.plan(after_us, Happening::Acts(key, act));
        }
        let (breaks, after_us) = (chance.percent(8), chance.ms(0, 8_000));
        if breaks && self.things.any("break") {
            self.plan(after_us, Happening::Wire(Wire::Breaks(key.0)));
        }
    }

    /// A seat begins to talk: some phones die while they do.
    pub(crate) fn talk_begins(&mut self, seat: usize, talk_us: u64) {
        if !self.is_calm() && self.phones[seat].chance.percent(10) {
            let after_us = self.phones[seat].chance.between(1_000, talk_us.max(2_000));
            self.plan(after_us, Happening::Vanishes(seat));
        }
        let chance = &mut self.phones[seat].chance;
        let (breaks, after_us) = (chance.percent(15), chance.between(0, talk_us));
        if breaks && self.things.any("break") {
            self.plan(after_us, Happening::Wire(Wire::Breaks(seat + 1)));
        }
    }

    /// The phone is gone, without a word.
    pub(crate) fn vanishes(&mut self, seat: usize) {
        if self.phones[seat].is_gone || !self.things.any("vanishing") {
            return;
        }
        self.note(&format!("phone {} vanishes", self.phones[seat].extension));
        self.phones[seat].is_gone = true;
        let keys: Vec<CallKey> = self
            .lines
            .keys()
            .filter(|key| key.0 == seat + 1)
            .copied()
            .collect();
        for key in keys {
            self.falls_silent(key);
            self.lines.remove(&key);
        }
        self.connections_break(seat + 1);
        let after_us = self.phones[seat].chance.s(5, 120);
        self.plan(after_us, Happening::Back(seat));
    }

    /// The phone is back: it has started anew and knows of no call.
    pub(crate) fn phone_back(&mut self, seat: usize) {
        self.note(&format!("phone {} is back", self.phones[seat].extension));
        self.phones[seat].is_gone = false;
        self.phones[seat].chain = 0;
        let seed = self.phones[seat].chance.seed32();
        self.peers[seat + 1] = Peer::new(phone_address(seat), seed);
        self.phone_registers(seat);
    }

    /// An operator does something.
    pub(crate) fn operates(&mut self, seat: usize) -> Result<(), Broken> {
        let least_s = if self.is_calm() { 30 } else { 4 };
        let after_us = self.phones[seat].chance.s(least_s, 60);
        self.plan(after_us, Happening::Operates(seat));
        let now = self.now();
        let Some(process) = &self.process else {
            return Ok(());
        };
        let looks = process.switch.snapshot(now).seats;
        let Some(look) = looks.into_iter().nth(seat) else {
            return Ok(());
        };
        let name = look.name.clone();
        let chooses = |chosen: Chosen| Command::Choose {
            seat: name.clone(),
            chosen,
            reason: None,
            supervisor: None,
        };
        let draw = match self.phones[seat].chance.between(0, 99) {
            _ if self.is_calm() => 100,
            0..=40 if !self.things.any("choice") => 100,
            44..=51 | 58..=64 if !self.things.any("override") => 100,
            52..=57 if !self.things.any("need") => 100,
            41..=43 | 65..=74 if !self.things.any("handset") => 100,
            draw => draw,
        };
        if let Some(command) = self.is_told(seat, &look, draw) {
            return self.commands(command);
        }
        let command = match draw {
            _ if look.operator.is_none() && self.signs_in_by_phone(seat)? => return Ok(()),
            _ if look.operator.is_none() => {
                let operator = OPERATORS
                    [(seat + usize::from(self.phones[seat].chance.percent(10))) % OPERATORS.len()];
                Command::SignIn {
                    seat: name,
                    operator: operator.to_owned(),
                    until_ms: None,
                    moves: false,
                }
            }
            0..=5 => chooses(Chosen::Paused),
            6..=8 => chooses(Chosen::SignedOut),
            9..=11 => chooses(Chosen::OneMoreThenPause),
            12..=14 => chooses(Chosen::OneMoreThenSignOut),
            15..=16 => chooses(Chosen::FrontOffice),
            17..=30 => {
                let said = self.says_of_needs(&look);
                return self.disposes(seat, Disposition::Done.into(), said);
            }
            31..=35 => {
                let another = Disposition::AnotherPerson.into();
                return self.disposes(seat, another, NeedsSaid::default());
            }
            36..=40 => {
                let (code, ..) = self.phones[seat].chance.pick(&OWN_RESULTS);
                let told = code.parse().expect("it is a code");
                return self.disposes(seat, told, NeedsSaid::default());
            }
            41..=43 => {
                return self.dials_by_hand(seat, true);
            }
            65..=68 => return self.is_tried_out(draw < 67, name),
            69..=74 => return self.practises(seat, &look),
            _ if look.chosen != Chosen::Available || look.work == WorkState::NotResponding => {
                chooses(Chosen::Available)
            }
            _ => return Ok(()),
        };
        self.commands(command)
    }

    /// What others say of who works at a seat: a supervisor, whoever plans shifts, whoever keeps
    /// what operators need. In the quiet at the end nobody needs anything any more.
    fn is_told(&mut self, seat: usize, look: &SeatNow, draw: u64) -> Option<Command> {
        let operator = look.operator.clone()?;
        let overrides = |chosen: Chosen| Command::Choose {
            seat: look.name.clone(),
            chosen,
            reason: None,
            supervisor: Some("capo".to_owned()),
        };
        Some(match draw {
            44..=46 => overrides(Chosen::Paused),
            47..=48 => overrides(Chosen::SignedOut),
            49..=51 => overrides(Chosen::Available),
            52..=57 => Command::SetProfile {
                operator,
                profile: Box::new(self.needs(seat)),
            },
            58..=60 => Command::SignIn {
                seat: look.name.clone(),
                operator,
                until_ms: Some(self.now().utc_ms + self.shift_ms(seat)),
                moves: false,
            },
            61 => Command::SiteOut {
                site: SITE.to_owned(),
                supervisor: None,
            },
            62..=64 => Command::SiteResumes {
                site: SITE.to_owned(),
            },
            100 if self.is_out() => Command::SiteResumes {
                site: SITE.to_owned(),
            },
            100 if self.has_needs(&operator) => Command::SetProfile {
                operator,
                profile: Box::default(),
            },
            _ => return None,
        })
    }

    /// What an operator may need, as far as a dispatcher can be told.
    fn needs(&mut self, seat: usize) -> ProfileTold {
        let chance = &mut self.phones[seat].chance;
        let kinds = [WorkKind::Live, WorkKind::Callback];
        let some = |chance: &mut Chance, value: u32| chance.percent(30).then_some(value);
        let break_after = some(chance, 2);
        let profile = Profile {
            ring_s: some(chance, SEAT_RING_S + 5),
            wrap_up_s: some(chance, 20),
            rest_s: some(chance, 10),
            break_after,
            break_s: break_after.map(|_| 25),
            auto_answer: chance.percent(20),
            whisper: chance.percent(20),
            not_kinds: kinds.into_iter().filter(|_| chance.percent(20)).collect(),
            works_per_h: some(chance, 2),
            ..Profile::default()
        };
        let queues = [("teramo", "prenotazioni"), ("avezzano", "centro")];
        let spared = queues.into_iter().filter(|_| chance.percent(20));
        ProfileTold {
            profile,
            not_queues: spared
                .map(|(tenant, queue)| (tenant.to_owned(), queue.to_owned()))
                .collect(),
            buddy: chance.percent(20).then(|| OPERATORS[0].to_owned()),
        }
    }

    /// How long a shift lasts from now on.
    fn shift_ms(&mut self, seat: usize) -> i64 {
        i64::try_from(self.phones[seat].chance.between(5_000, 600_000)).unwrap_or(5_000)
    }

    fn is_out(&self) -> bool {
        let outages = self.decided.outages.values();
        outages
            .filter(|row| row.until_ms.is_none())
            .any(|row| row.said)
    }

    fn has_needs(&self, operator: &str) -> bool {
        let mut operators = self.decided.operators.values();
        let known = operators.find(|row| row.name == operator);
        let needs = known.and_then(|row| self.decided.profiles.get(&row.id));
        needs.is_some_and(|row| !row.profile.is_empty())
    }

    /// Who has not signed in yet may do so by phone.
    fn signs_in_by_phone(&mut self, seat: usize) -> Result<bool, Broken> {
        let is_calm = self.is_calm() || !self.things.any("handset");
        if is_calm || !self.phones[seat].chance.percent(40) {
            return Ok(false);
        }
        self.dials_by_hand(seat, false)?;
        Ok(true)
    }

    /// Somebody takes the handset and dials.
    fn dials_by_hand(&mut self, seat: usize, is_signed_in: bool) -> Result<(), Broken> {
        if self.phones[seat].is_gone {
            return Ok(());
        }
        let user = self.phones[seat].extension.clone();
        let mut chance = self.phones[seat].chance.fork();
        // What they put in force is released before the end.
        let is_early = self.now_us + 60_000_000 < self.calm_us;
        let speaks = is_early && is_signed_in && self.things.any("button") && chance.percent(25);
        let works = !speaks && (!is_signed_in || chance.percent(75));
        if works && chance.percent(30) {
            self.is_given_pin(&mut chance)?;
        }
        let called = match (speaks, works) {
            (true, _) => ANNOUNCING_CODE,
            (false, true) => dialled(&mut chance, is_signed_in),
            (false, false) => LINES[0],
        };
        let wish = Wish {
            user: &user,
            called,
            extra: Vec::new(),
            sdp: None,
            password: Some(PASSWORD),
        };
        let dialog = self.peers[seat + 1].call(self.now_us, FOR_PHONES, wish);
        let key = (seat + 1, dialog);
        if speaks {
            self.announces_by_phone(key, &mut chance);
        } else if works {
            self.works_by_phone(key, called, &mut chance);
        }
        let line = Line::new(Who::ByHand, Vec::new(), chance);
        self.begins(key, line);
        Ok(())
    }
}
