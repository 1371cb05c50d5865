//! One invented world: its one order of events, from its seed to its quiet end.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use cuptel_call::{EntriesWanted, Input, PinWanted, Reload};
use cuptel_core::id::SeatId;
use cuptel_core::rules::Rules;
use cuptel_core::step::Command;
use cuptel_core::time::Now;
use cuptel_core::words::ChangedBy;
use cuptel_media as media;
use cuptel_sip::Flow;

use crate::admission::{Asked, LetIn};
use crate::chance::Chance;
use crate::connections::Connections;
use crate::desk::Phone;
use crate::idling::Idling;
use crate::image::Image;
use crate::invented::{BEGIN_MS, CARRIER, Shape, phone_address};
use crate::kept::Kept;
use crate::line::{Act, CallKey, Line};
use crate::met::Met;
use crate::network::Network;
use crate::node::Process;
use crate::peer::Peer;
use crate::plan::{Streams, Things};
use crate::promises::{Broken, broken};
use crate::sound::{Due, Sound};
use crate::trace::Trace;
use crate::watch::Watch;
use crate::weather::Weather;
use crate::wire::Wire;
use crate::without::Without;
use crate::writer::Disk;

/// After the last call: everything comes to rest within this.
const REST_US: u64 = 2_400_000_000;
/// What is going on then has so often so long to end.
const LAST_CALLS: usize = 60;
const LAST_CALL_US: u64 = 10_000_000;
/// A command waits so long while the process does not read.
const ASKS_AGAIN_US: u64 = 50_000;
/// More steps than any world of this size takes.
const STEPS_MAX: u64 = 200_000;

/// Something that will happen.
#[derive(Debug)]
pub(crate) enum Happening {
    /// Something travels between the switch and the others.
    Wire(Wire),
    /// The writer is through with this turn.
    Written(u64),
    /// The database fares otherwise.
    Weather(Weather),
    /// The process dies.
    Dies,
    /// Another database takes over, which has not heard of everything.
    Takeover,
    /// The media thread ends.
    MediaDies,
    /// Whoever watches the health of the process of this epoch replaces it.
    Replaced(i64),
    /// Something in the media of this epoch is due.
    Sound(i64, Due),
    /// The media of this epoch reports.
    Told(i64, media::Event),
    /// Nothing is heard on a stream of this epoch from whoever had this port.
    Silent(i64, media::StreamId),
    /// A person calls.
    Calls(usize, Chance),
    /// Somebody does something in a call.
    Acts(CallKey, Act),
    /// A seat's phone registers.
    Registers(usize),
    /// A phone vanishes.
    Vanishes(usize),
    /// A phone that had vanished is back.
    Back(usize),
    /// An operator does something at a seat.
    Operates(usize),
    /// An operator looks at the tasks of a seat.
    Errand(usize, Chance),
    /// Somebody presses or releases a stop button.
    Button(Chance),
    /// Somebody steps in for who waits, or tells operators something.
    StepsIn(Chance),
    /// Somebody looks at what was given up.
    Review(Chance),
    /// Operators say what they think of what is offered to them.
    Reading(Chance),
    /// An operator does something with the call in hand.
    Handles(Chance),
    /// Somebody marks a number, or takes a mark away.
    Mark(Chance),
    /// Somebody says that a day is special, or that it is not.
    SpecialDay(Chance),
    /// Somebody enters a callback, or closes one.
    ByHand(Chance),
    /// Somebody does something with a campaign.
    Campaign(Chance),
    /// The next people of a campaign are looked up, for the process of this epoch, as committed up to
    /// this position.
    Entries(i64, EntriesWanted, u64),
    /// A PIN was compared, in this epoch.
    Pin(i64, PinWanted),
    /// The carrier is cut off, or back.
    CarrierCut(bool),
    /// Somebody changes the files for the n-th time, and the process reads them again.
    Reload(u64),
    /// Somebody gives the process a command.
    Does(Command),
    /// The process starts.
    Start,
}

/// A world.
#[derive(Debug)]
pub(crate) struct World {
    seed: u64,
    pub(crate) streams: Streams,
    pub(crate) things: Things,
    pub(crate) met: Met,
    /// What is drawn nowhere else.
    pub(crate) chance: Chance,
    pub(crate) now_us: u64,
    queue: BTreeMap<(u64, u64), Happening>,
    order: u64,
    pub(crate) trace: Trace,
    pub(crate) shape: Shape,
    pub(crate) rules: Arc<Rules>,
    pub(crate) network: Network,
    pub(crate) connections: Connections,
    /// What waits in the sockets while the process does not read them.
    pub(crate) unread: VecDeque<(Flow, Arc<[u8]>)>,
    /// Steps that may wait for their commit before the sockets are not read.
    pub(crate) behind_max: u64,
    pub(crate) disk: Disk,
    /// Every row as decided, committed or not.
    pub(crate) decided: Image,
    pub(crate) watch: Watch,
    pub(crate) idling: Idling,
    pub(crate) kept: Kept,
    /// `Call-ID` of the attempts that the database forgot.
    pub(crate) forgotten: BTreeSet<String>,
    /// Packets of the step at hand that were looked at.
    pub(crate) watched: usize,
    pub(crate) process: Option<Process>,
    pub(crate) epoch: i64,
    pub(crate) sound: Sound,
    /// The carrier, then the phones.
    pub(crate) peers: Vec<Peer>,
    pub(crate) phones: Vec<Phone>,
    pub(crate) carrier_cut: bool,
    pub(crate) lines: BTreeMap<CallKey, Line>,
    pub(crate) steps: u64,
    /// At which steps the process dies.
    pub(crate) dies_at: Vec<u64>,
    /// Under which turns of the writer it dies, and under which of those with a spill.
    pub(crate) dies_writing: BTreeSet<u64>,
    pub(crate) dies_spilling: BTreeSet<u64>,
    pub(crate) let_in: Option<LetIn>,
    /// Seats whose phone was called and from which nothing was heard since.
    pub(crate) asked: BTreeMap<SeatId, Asked>,
    /// Somebody who picked up and was never told that we know.
    pub(crate) unheard: Option<String>,
    /// Somebody was told wrongly whether it was us that called.
    pub(crate) told_wrong: Option<String>,
    /// Calls of the switch of which a response has reached it.
    pub(crate) heard_of: BTreeSet<String>,
    /// After how many more offers the media thread ends; none where it does not.
    pub(crate) offers_until_mute: Option<u64>,
    /// From here on nobody calls any more and nothing fails.
    pub(crate) calm_us: u64,
    pub(crate) requests: u64,
    /// A life of which the tape tells something else.
    pub(crate) off_tape: Option<Broken>,
}

impl World {
    pub(crate) fn new(seed: u64, without: Without, lines_kept: usize) -> Self {
        let mut streams = Streams::of(seed);
        let mut things = Things::new(without);
        let chance = &mut streams.plan;
        let mut shape = Shape::invented(chance);
        if !things.any("reading") {
            shape.preview.shown_s = 0;
        }
        let stall_us = chance.pick(&[250_000, 1_000_000, 3_000_000]);
        let mut disk = Disk::new(chance.fork(), stall_us);
        let seats = shape.seat_rows().into_iter();
        disk.database.rows.seats = seats.map(|row| (row.id, row)).collect();
        let operators = Shape::operator_rows().into_iter();
        disk.database.rows.operators = operators.map(|row| (row.id, row)).collect();
        let mut peers = vec![Peer::new(CARRIER, chance.seed32())];
        let places = shape.phones.iter();
        let phones: Vec<Phone> = places.map(|at| Phone::new(*at, chance.fork())).collect();
        peers.extend(
            (0..phones.len()).map(|index| Peer::new(phone_address(index), chance.seed32())),
        );
        let mut network = Network::invented(chance);
        if !things.any("network") {
            network = Network::calm();
        }
        Self {
            seed,
            network,
            connections: Connections::default(),
            unread: VecDeque::new(),
            behind_max: chance.pick(&[2, 6, 8_192]),
            rules: shape.rules(),
            phones,
            decided: Image::default(),
            shape,
            calm_us: chance.s(120, 420),
            chance: chance.fork(),
            streams,
            things,
            met: Met::default(),
            now_us: 1_000_000,
            queue: BTreeMap::new(),
            order: 0,
            trace: Trace::new(lines_kept),
            disk,
            watch: Watch::default(),
            idling: Idling::default(),
            kept: Kept::default(),
            forgotten: BTreeSet::new(),
            watched: 0,
            process: None,
            epoch: 0,
            sound: Sound::default(),
            peers,
            carrier_cut: false,
            lines: BTreeMap::new(),
            steps: 0,
            dies_at: Vec::new(),
            dies_writing: BTreeSet::new(),
            dies_spilling: BTreeSet::new(),
            let_in: None,
            asked: BTreeMap::new(),
            unheard: None,
            told_wrong: None,
            heard_of: BTreeSet::new(),
            offers_until_mute: None,
            requests: 0,
            off_tape: None,
        }
    }

    pub(crate) fn seed(&self) -> u64 {
        self.seed
    }

    pub(crate) fn without(&self) -> &Without {
        self.things.without()
    }

    /// What could be left out of it.
    pub(crate) fn things(&self) -> Vec<String> {
        self.things.names()
    }

    pub(crate) fn story(&self) -> Vec<String> {
        self.trace.last_lines()
    }

    pub(crate) fn now(&self) -> Now {
        let ms = i64::try_from(self.now_us / 1_000).unwrap_or(i64::MAX);
        Now {
            mono_us: self.now_us,
            utc_ms: BEGIN_MS + ms,
        }
    }

    pub(crate) fn is_calm(&self) -> bool {
        self.now_us >= self.calm_us
    }

    pub(crate) fn note(&mut self, what: &str) {
        self.trace.note(self.now_us, what);
    }

    pub(crate) fn plan(&mut self, after_us: u64, happening: Happening) {
        self.order += 1;
        self.queue
            .insert((self.now_us + after_us, self.order), happening);
    }

    pub(crate) fn live(&mut self) -> Result<(), Broken> {
        self.plan_deaths();
        self.start()?;
        self.plan_the_days();
        self.live_until(self.calm_us + REST_US)?;
        // A callback whose time came at the very end is paid.
        for _ in 0..LAST_CALLS {
            if self.is_quiet() {
                break;
            }
            self.live_until(self.now_us + LAST_CALL_US)?;
        }
        self.check_rest()?;
        self.play_back();
        self.off_tape.take().map_or(Ok(()), Err)
    }

    fn live_until(&mut self, end_us: u64) -> Result<(), Broken> {
        while let Some(at_us) = self.next_us().filter(|at_us| *at_us <= end_us) {
            self.now_us = self.now_us.max(at_us);
            if self.steps > STEPS_MAX {
                return broken("P6", "the process never comes to rest");
            }
            self.tick()?;
            self.hear_peers();
            while let Some(entry) = self
                .queue
                .first_entry()
                .filter(|entry| entry.key().0 <= self.now_us)
            {
                let happening = entry.remove();
                self.happens(happening)?;
                if let Some(broken) = self.off_tape.take() {
                    return Err(broken);
                }
                self.reads_on()?;
                self.hear_peers();
            }
        }
        self.now_us = end_us;
        Ok(())
    }

    fn next_us(&self) -> Option<u64> {
        let queued = self.queue.first_key_value().map(|((at_us, _), _)| *at_us);
        let process = self.process.as_ref();
        let woken = process.and_then(|process| process.switch.wake_at());
        let lingers = process
            .and_then(|process| process.drained_us)
            .map(|at_us| at_us + 300_000);
        let peers = self.peers.iter().filter_map(|peer| peer.sip.wake_at());
        peers
            .chain(queued)
            .chain(woken)
            .chain(lingers.filter(|at_us| *at_us > self.now_us))
            .min()
    }

    /// Lets everybody do what is due by now.
    fn tick(&mut self) -> Result<(), Broken> {
        for peer in &mut self.peers {
            if peer.sip.wake_at().is_some_and(|at_us| at_us <= self.now_us) {
                peer.sip.tick(self.now_us, &mut peer.out);
            }
        }
        let Some(process) = &self.process else {
            return Ok(());
        };
        let lingered = process
            .drained_us
            .is_some_and(|at_us| self.now_us >= at_us + 300_000);
        if lingered && self.disk.memory.journal.is_settled() {
            return self.stopped();
        }
        if process
            .switch
            .wake_at()
            .is_some_and(|at_us| at_us <= self.now_us)
        {
            self.feed(Input::Tick)?;
        }
        Ok(())
    }

    fn weather_turns(&mut self, weather: Weather) {
        self.note(&format!("the database is {weather:?}"));
        self.disk.weather = weather;
    }

    #[expect(clippy::too_many_lines, reason = "one arm for each thing that happens")]
    fn happens(&mut self, happening: Happening) -> Result<(), Broken> {
        match happening {
            Happening::Wire(wire) => self.travels(wire),
            Happening::Written(turn) => self.written(turn),
            Happening::Weather(weather) => {
                self.weather_turns(weather);
                Ok(())
            }
            Happening::Dies => {
                if self.process.is_some() && !self.is_calm() {
                    self.crash();
                }
                Ok(())
            }
            Happening::Takeover => {
                self.note("a standby takes over");
                self.disk.forget(&mut self.met);
                Ok(())
            }
            Happening::MediaDies => self.media_dies(),
            Happening::Replaced(epoch) => {
                if epoch == self.epoch && self.process.is_some() {
                    self.note("is replaced");
                    self.crash();
                }
                Ok(())
            }
            Happening::Sound(epoch, due) if epoch == self.epoch => {
                if let Some(event) = self.sound.due(due) {
                    let after_us = self.streams.sound.ms(0, 3);
                    self.plan(after_us, Happening::Told(epoch, event));
                }
                Ok(())
            }
            Happening::Told(epoch, event) if epoch == self.epoch => self.feed(Input::Media(event)),
            Happening::Silent(epoch, stream) if epoch == self.epoch => self.silent(stream),
            Happening::Sound(..) | Happening::Told(..) | Happening::Silent(..) => Ok(()),
            Happening::Calls(person, chance) => {
                self.person_calls(person, chance);
                Ok(())
            }
            Happening::Acts(key, act) => self.does(key, act),
            Happening::Registers(seat) => {
                self.phone_registers(seat);
                Ok(())
            }
            Happening::Vanishes(seat) => {
                self.vanishes(seat);
                Ok(())
            }
            Happening::Back(seat) => {
                self.phone_back(seat);
                Ok(())
            }
            Happening::Operates(seat) => self.operates(seat),
            Happening::Errand(seat, chance) => self.errand(seat, chance),
            Happening::Button(chance) => self.button(chance),
            Happening::StepsIn(chance) => self.steps_in(chance),
            Happening::Mark(chance) => self.mark(chance),
            Happening::SpecialDay(chance) => self.special_day(chance),
            Happening::Review(chance) => self.review(chance),
            Happening::Reading(chance) => self.reading(chance),
            Happening::Handles(chance) => self.handles(chance),
            Happening::ByHand(chance) => self.by_hand(chance),
            Happening::Campaign(chance) => self.campaigns(chance),
            Happening::Entries(epoch, wanted, seq) => self.entries_read(epoch, wanted, seq),
            Happening::Pin(epoch, wanted) => self.pin_compared(epoch, wanted),
            Happening::CarrierCut(cut) => {
                self.carrier_cuts(cut);
                Ok(())
            }
            Happening::Reload(n) => self.reloads(n),
            Happening::Does(command) => self.commands(command),
            Happening::Start => self.start(),
        }
    }

    fn carrier_cuts(&mut self, cut: bool) {
        self.note(if cut {
            "the carrier is cut off"
        } else {
            "the carrier is back"
        });
        self.carrier_cut = cut;
        if cut {
            let after_us = self.chance.s(3, 45);
            self.plan(after_us, Happening::CarrierCut(false));
            let keys: Vec<CallKey> = self
                .lines
                .keys()
                .filter(|key| key.0 == 0)
                .copied()
                .collect();
            for key in keys {
                self.falls_silent(key);
            }
            self.connections_break(0);
        }
    }

    /// Gives the process a command.
    pub(crate) fn commands(&mut self, command: Command) -> Result<(), Broken> {
        if self.process.is_some() && !self.reads() {
            self.plan(ASKS_AGAIN_US, Happening::Does(command));
            return Ok(());
        }
        self.note(&format!("{command:?}"));
        if let (Some(process), Command::Stop { .. }) = (&mut self.process, &command) {
            process.is_stopping = true;
        }
        self.requests += 1;
        let request = self.requests;
        self.feed(Input::Command { request, command })
    }

    /// Other rules at whatever moment this is. A process that refuses them, or dies before it
    /// says how it went, starts again under those that it had.
    fn reloads(&mut self, n: u64) -> Result<(), Broken> {
        let shape = self.shape.redeployed(&mut Chance::of(self.seed, 1_000 + n));
        let rules = shape.rules();
        self.note(&format!("reloads {shape:?}"));
        self.requests += 1;
        let reload = Box::new(Reload {
            rules: rules.clone(),
            trunks: shape.settings([0; 32]).trunks,
            by: ChangedBy::Signal,
        });
        let request = self.requests;
        self.feed(Input::Reload { request, reload })?;
        let follows = |process: &Process| process.switch.rules().hash == rules.hash;
        if self.process.as_ref().is_some_and(follows) {
            self.shape = shape;
            self.rules = rules;
            self.met.deed("a reload");
        }
        Ok(())
    }
}
