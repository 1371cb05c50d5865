//! All invented people together: their calls, their intentions, and what the engine's messages
//! mean to them. No sockets and no clock: bytes and time are passed in. (The media thread has
//! its own.)

use std::collections::BTreeMap;
use std::net::SocketAddr;

use cuptel_media as media;
use cuptel_sip::{Body, DialogId, Event, Message, RegistrationId};

use super::Plan;
use super::agenda::{Agenda, Due};
use super::audio::{Audio, Sound};
use super::day::Day;
use super::habits::{Chance, Habits, micros};
use super::line::{Line, Side};
use super::operators::Desk;
use super::people::{People, PersonId};
use super::tally::Tally;

/// A call's name: dialogs are numbered on each side.
pub(crate) type CallKey = (Side, DialogId);

/// Who is on our end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Party {
    Caller {
        person: PersonId,
        placed_us: u64,
        redials: u8,
        /// The call's place among those that were placed.
        entry: usize,
    },
    Called {
        person: PersonId,
    },
    Operator {
        seat: usize,
        /// Whose number the phone shows.
        person: Option<PersonId>,
    },
}

impl Party {
    pub(crate) fn person(&self) -> Option<PersonId> {
        match self {
            Self::Caller { person, .. } | Self::Called { person } => Some(*person),
            Self::Operator { person, .. } => *person,
        }
    }
}

/// How far a call is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    Ringing,
    /// Answered; nobody speaks with them yet.
    Alone,
    /// With the one on the other side.
    Talking,
    /// We hung up and wait for the end.
    Ending,
}

/// One phone off the hook, or ringing.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) party: Party,
    pub(crate) stage: Stage,
    pub(crate) sound: Option<Sound>,
    /// What they offered, until it is answered.
    pub(crate) offer: Vec<u8>,
}

/// The invented world.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) habits: &'static Habits,
    pub(crate) lines: Vec<String>,
    rate: f64,
    day: Day,
    pub(crate) calls_max: usize,
    pub(crate) carrier: Line,
    pub(crate) desks: Line,
    pub(crate) audio: Audio,
    pub(crate) people: People,
    pub(crate) seats: Vec<Desk>,
    pub(crate) registrations: BTreeMap<RegistrationId, usize>,
    pub(crate) calls: BTreeMap<CallKey, Call>,
    pub(crate) agenda: Agenda,
    pub(crate) chance: Chance,
    pub(crate) tally: Tally,
    pub(crate) is_calling: bool,
    pub(crate) is_finishing: bool,
}

impl World {
    /// `carrier` and `desks` are where our sockets listen.
    pub(crate) fn new(
        plan: &Plan,
        habits: &'static Habits,
        [carrier, desks]: [SocketAddr; 2],
        audio: Audio,
        tally: Tally,
    ) -> Self {
        let mut chance = Chance::new(plan.seed, 0);
        let mut agenda = Agenda::default();
        let seats: Vec<Desk> = plan.seats.iter().map(Desk::new).collect();
        for seat in 0..seats.len() {
            agenda.at(0, Due::Register { seat });
        }
        let mut world = Self {
            habits,
            lines: plan.lines.clone(),
            rate: plan.rate,
            day: plan.day,
            calls_max: plan.calls_max,
            carrier: Line::new(Side::Carrier, carrier, plan.trunk, chance.key()),
            desks: Line::new(Side::Desks, desks, plan.phones, chance.key()),
            audio,
            people: People::new(plan.seed, habits, plan.lines.len()),
            seats,
            registrations: BTreeMap::new(),
            calls: BTreeMap::new(),
            agenda,
            chance,
            tally,
            is_calling: true,
            is_finishing: false,
        };
        world.plan_arrival(0);
        world
    }

    pub(crate) fn line(&mut self, side: Side) -> &mut Line {
        match side {
            Side::Carrier => &mut self.carrier,
            Side::Desks => &mut self.desks,
        }
    }

    /// The Poisson process at the day's highest rate; [`Day::share_at`] thins it out.
    pub(crate) fn plan_arrival(&mut self, now_us: u64) {
        let rate = self.rate * self.day.peak();
        if rate > 0.0 && rate.is_finite() {
            let gap = self.chance.exponential(1.0 / rate);
            self.agenda.at(now_us + gap, Due::Arrival);
        }
    }

    /// Whether at this hour somebody comes of the process's many.
    pub(crate) fn somebody_comes(&mut self, now_us: u64) -> bool {
        self.chance.yes(self.day.share_at(now_us))
    }

    // ---- what comes from outside

    pub(crate) fn on_datagram(&mut self, now_us: u64, side: Side, from: SocketAddr, bytes: &[u8]) {
        self.line(side).receive(now_us, from, bytes);
        self.settle(now_us);
    }

    pub(crate) fn on_media(&mut self, now_us: u64, event: media::Event) {
        if let Some(report) = self.audio.on_event(now_us, event) {
            self.tally.heard(&report);
        }
    }

    /// Does what is due.
    pub(crate) fn tick(&mut self, now_us: u64) {
        while let Some(due) = self.agenda.pop(now_us) {
            self.act(now_us, due);
        }
        for side in Side::ALL {
            let line = self.line(side);
            line.endpoint.tick(now_us, &mut line.out);
        }
        self.settle(now_us);
    }

    pub(crate) fn wake_at(&self) -> Option<u64> {
        let ends = [&self.carrier, &self.desks].map(|line| line.endpoint.wake_at());
        ends.into_iter()
            .chain([self.agenda.next_at()])
            .flatten()
            .min()
    }

    /// No new callers; who waits gives up soon.
    pub(crate) fn stop_calling(&mut self, now_us: u64) {
        if !std::mem::replace(&mut self.is_calling, false) {
            return;
        }
        for (&(_, dialog), call) in &self.calls {
            if matches!(call.party, Party::Caller { .. }) {
                let at = now_us + self.chance.between(&self.habits.leaves_s);
                self.agenda.at(at, Due::StopRinging { dialog });
                self.agenda.at(at, Due::GiveUp { dialog });
            }
        }
    }

    /// Hangs up everywhere and takes the phones off the register.
    pub(crate) fn finish(&mut self, now_us: u64) {
        self.stop_calling(now_us);
        self.is_finishing = true;
        let open: Vec<CallKey> = self.calls.keys().copied().collect();
        for key in open {
            self.hang_up(now_us, key);
        }
        for seat in 0..self.seats.len() {
            self.unregister(now_us, seat);
        }
        self.settle(now_us);
    }

    /// Nothing is left to wait for after [`finish`](Self::finish).
    pub(crate) fn is_over(&self) -> bool {
        self.is_finishing
            && self.calls.is_empty()
            && self.registrations.is_empty()
            && self.audio.open() == 0
    }

    fn act(&mut self, now_us: u64, due: Due) {
        match due {
            Due::Arrival => self.arrive(now_us),
            Due::Ring { person, redials } => self.place(now_us, person, redials),
            Due::Press { dialog, key } => self.press(dialog, key),
            Due::StopRinging { dialog } => self.stop_ringing(now_us, dialog),
            Due::GiveUp { dialog } => self.give_up(now_us, dialog),
            Due::PickUp { side, dialog } => self.pick_up(now_us, (side, dialog)),
            Due::Refuse { side, dialog } => self.decline(now_us, (side, dialog)),
            Due::HangUp { side, dialog } => self.hang_up(now_us, (side, dialog)),
            Due::Register { seat } => self.register(now_us, seat),
        }
    }

    // ---- what the user agents tell

    fn settle(&mut self, now_us: u64) {
        loop {
            let mut quiet = true;
            for side in Side::ALL {
                for event in std::mem::take(&mut self.line(side).out.events) {
                    quiet = false;
                    self.on_event(now_us, side, event);
                }
            }
            if quiet {
                return;
            }
        }
    }

    fn on_event(&mut self, now_us: u64, side: Side, event: Event) {
        match event {
            Event::Invite {
                dialog,
                flow,
                request,
                ..
            } => match side {
                Side::Carrier => self.called(now_us, dialog, &request),
                Side::Desks => self.offered(now_us, dialog, &flow, &request),
            },
            Event::Cancelled { dialog, .. } => self.cancelled(now_us, (side, dialog)),
            Event::Acked { dialog, body } => self.acknowledged(now_us, (side, dialog), body),
            Event::Reinvite { dialog, request } => {
                self.reinvited(now_us, (side, dialog), &request);
            }
            Event::Answered { dialog, body, .. } => self.answered(now_us, dialog, body),
            Event::Failed { dialog, status, .. } => self.call_failed(now_us, dialog, status),
            Event::Bye { dialog, .. } | Event::Ended { dialog } => self.over((side, dialog)),
            Event::Unacked { dialog } => {
                self.tally.note(|counts| counts.failed += 1);
                self.over((side, dialog));
            }
            Event::Registered {
                id,
                status,
                expires_s,
            } => self.registered(now_us, id, status, expires_s),
            // A demo phone has no use for these: it neither registers anybody, nor asks.
            Event::Info { .. }
            | Event::Progress { .. }
            | Event::Register { .. }
            | Event::Pong { .. } => {}
        }
    }

    /// The other end gave up ringing us.
    fn cancelled(&mut self, now_us: u64, key: CallKey) {
        self.line(key.0)
            .refuse(now_us, key.1, 487, "Request Terminated");
        let party = self.calls.get(&key).map(|call| call.party);
        if let Some(Party::Called { .. }) = party {
            self.tally.note(|counts| counts.callbacks_unanswered += 1);
        }
        self.over(key);
    }

    fn acknowledged(&mut self, now_us: u64, key: CallKey, body: Option<Body>) {
        let Some(sound) = self
            .calls
            .get_mut(&key)
            .and_then(|call| call.sound.as_mut())
        else {
            return;
        };
        if !sound.owes_answer {
            return;
        }
        let answer = body.map(|body| body.bytes).unwrap_or_default();
        if !self.audio.agree(sound, &answer) {
            self.tally.note(|counts| counts.failed += 1);
            self.hang_up(now_us, key);
        }
    }

    fn reinvited(&mut self, now_us: u64, key: CallKey, request: &Message) {
        let sound = self
            .calls
            .get_mut(&key)
            .and_then(|call| call.sound.as_mut());
        let text = sound.and_then(|sound| self.audio.again(sound, request.body()));
        match text {
            Some(text) => {
                self.line(key.0).accept(now_us, key.1, text);
            }
            None => self
                .line(key.0)
                .refuse(now_us, key.1, 488, "Not Acceptable Here"),
        }
    }

    // ---- what all phones do alike

    /// Answers a ringing phone; the caller's sound must fit.
    fn pick_up(&mut self, now_us: u64, key: CallKey) {
        let Some(call) = self.ringing_at_us(key) else {
            return;
        };
        let offer = std::mem::take(&mut call.offer);
        let Some((sound, text)) = self.audio.answer(now_us, &offer) else {
            self.tally.note(|counts| counts.failed += 1);
            self.line(key.0)
                .refuse(now_us, key.1, 488, "Not Acceptable Here");
            return self.over(key);
        };
        let accepted = self.line(key.0).accept(now_us, key.1, text);
        let Some(call) = self.calls.get_mut(&key) else {
            return;
        };
        call.sound = Some(sound);
        if !accepted {
            return self.over(key);
        }
        call.stage = Stage::Alone;
        match call.party {
            Party::Operator { person, .. } => self.operator_answered(now_us, key.1, person),
            Party::Called { person } => self.called_answered(now_us, key.1, person),
            Party::Caller { .. } => {}
        }
    }

    fn decline(&mut self, now_us: u64, key: CallKey) {
        let Some(call) = self.ringing_at_us(key) else {
            return;
        };
        let party = call.party;
        let (status, reason) = match party {
            Party::Operator { .. } => (603, "Decline"),
            Party::Called { .. } | Party::Caller { .. } => (486, "Busy Here"),
        };
        self.line(key.0).refuse(now_us, key.1, status, reason);
        self.tally.note(|counts| match party {
            Party::Operator { .. } => counts.operator_declined += 1,
            Party::Called { .. } => counts.callbacks_busy += 1,
            Party::Caller { .. } => {}
        });
        self.over(key);
    }

    fn ringing_at_us(&mut self, key: CallKey) -> Option<&mut Call> {
        self.calls.get_mut(&key).filter(|call| {
            call.stage == Stage::Ringing && !matches!(call.party, Party::Caller { .. })
        })
    }

    /// Puts the receiver down; the call is gone when the other end knows.
    pub(crate) fn hang_up(&mut self, now_us: u64, key: CallKey) {
        let Some(call) = self.calls.get_mut(&key) else {
            return;
        };
        let (stage, party) = (call.stage, call.party);
        if stage == Stage::Ending {
            return;
        }
        call.stage = Stage::Ending;
        if let Some(sound) = call.sound.take() {
            self.audio.close(&sound);
        }
        self.line(key.0).end(now_us, key.1);
        let is_offer = stage == Stage::Ringing && !matches!(party, Party::Caller { .. });
        if is_offer {
            // Refused with 480: no event follows.
            self.over(key);
        }
    }

    /// The call is no more.
    pub(crate) fn over(&mut self, key: CallKey) {
        let Some(mut call) = self.calls.remove(&key) else {
            return;
        };
        if let Some(sound) = call.sound.take() {
            self.audio.close(&sound);
        }
        match call.party {
            Party::Caller { person, .. } | Party::Called { person } => {
                if let Some(person) = self.people.get_mut(person) {
                    person.calls = person.calls.saturating_sub(1);
                }
            }
            Party::Operator { .. } => {}
        }
    }

    /// An operator and a person hear each other. A real phone tells that by ear; ours know
    /// because the operator's shows the person's number and both are answered.
    pub(crate) fn meet(&mut self, now_us: u64, operator: DialogId, theirs: DialogId) {
        let keys = [(Side::Desks, operator), (Side::Carrier, theirs)];
        for key in keys {
            if let Some(call) = self.calls.get_mut(&key) {
                call.stage = Stage::Talking;
            }
        }
        self.tally.note(|counts| counts.talked += 1);
        let ends = now_us + self.chance.between(&self.habits.talks_s);
        let lingers = ends + micros(self.habits.lingers_s);
        let at = if self.chance.yes(self.habits.operator_ends) {
            [ends, lingers]
        } else {
            [lingers, ends]
        };
        for ((side, dialog), at) in keys.into_iter().zip(at) {
            self.agenda.at(at, Due::HangUp { side, dialog });
        }
    }

    /// The open call of this person on that side, answered and with nobody yet.
    pub(crate) fn alone(&self, side: Side, person: PersonId) -> Option<DialogId> {
        self.calls
            .iter()
            .find(|((at, _), call)| {
                *at == side && call.stage == Stage::Alone && call.party.person() == Some(person)
            })
            .map(|((_, dialog), _)| *dialog)
    }

    /// Calls of callers and called people.
    pub(crate) fn calls_outside(&self) -> usize {
        self.calls
            .keys()
            .filter(|(side, _)| *side == Side::Carrier)
            .count()
    }
}
