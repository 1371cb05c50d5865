//! One invented world: its one order of events, from its seed to its quiet end.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use cuptel_call::{Input, Reload};
use cuptel_core::record::{AttemptRow, OfferRow};
use cuptel_core::rules::Rules;
use cuptel_core::step::Command;
use cuptel_core::time::Now;
use cuptel_core::words::{CallbackState, ChangedBy, DialState, Outcome, WorkState};
use cuptel_media as media;
use cuptel_sip::{Flow, Transmit};

use crate::chance::Chance;
use crate::desk::Phone;
use crate::disk::Disk;
use crate::image::Image;
use crate::invented::{BEGIN_MS, CARRIER, FOR_PHONES, Shape, phone_address};
use crate::line::{Act, CallKey, Line, PeerIndex};
use crate::network::Network;
use crate::node::Process;
use crate::peer::Peer;
use crate::promises::{Broken, broken, check_sums};
use crate::sound::{Due, Sound};
use crate::trace::{LINES_KEPT, Trace};
use crate::watch::Watch;

/// After the last call: everything comes to rest within this.
const REST_US: u64 = 2_400_000_000;
/// More steps than any world of this size takes.
const STEPS_MAX: u64 = 200_000;
/// More legs, timers and transactions than any world of this size needs.
const LEGS_MAX: usize = 40;
const TIMERS_MAX: usize = 600;
const TRANSACTIONS_MAX: usize = 200;
/// A timer fires at once in virtual time.
const LEASE_LATE_MS: i64 = 100;

/// Something that will happen.
#[derive(Debug)]
pub(crate) enum Happening {
    /// A datagram reaches the switch.
    ToSwitch(Flow, Arc<[u8]>),
    /// A datagram reaches a peer.
    ToPeer(PeerIndex, Flow, Arc<[u8]>),
    /// The disk has written the batch of this life.
    Committed(u64),
    /// Something in the media of this epoch is due.
    Sound(i64, Due),
    /// The media of this epoch reports.
    Told(i64, media::Event),
    /// Nothing is heard on a stream of this epoch from whoever had this port.
    Silent(i64, media::StreamId),
    /// A person calls.
    Calls(usize),
    /// Somebody does something in a call.
    Does(CallKey, Act),
    /// A seat's phone registers.
    Registers(usize),
    /// A phone vanishes.
    Vanishes(usize),
    /// A phone that had vanished is back.
    Back(usize),
    /// An operator does something at a seat.
    Operates(usize),
    /// The carrier is cut off, or back.
    CarrierCut(bool),
    /// Somebody changes the files, and the process reads them again.
    Reload,
    /// The process is asked to stop.
    Stop,
    /// The process starts.
    Start,
}

/// A world.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) chance: Chance,
    pub(crate) now_us: u64,
    queue: BTreeMap<(u64, u64), Happening>,
    order: u64,
    trace: Trace,
    pub(crate) shape: Shape,
    pub(crate) rules: Arc<Rules>,
    network: Network,
    pub(crate) disk: Disk,
    /// Every row as decided, committed or not.
    pub(crate) decided: Image,
    pub(crate) watch: Watch,
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
    pub(crate) dies_at: Vec<u64>,
    pub(crate) crashes: u64,
    /// From here on nobody calls any more and nothing fails.
    pub(crate) calm_us: u64,
    requests: u64,
    reloads: u64,
}

/// What a world came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Its seed.
    pub seed: u64,
    /// Tells its story from every other.
    pub sum: u64,
    /// Lines of its story.
    pub lines: u64,
    /// Steps of the process.
    pub steps: u64,
    /// Attempts on disk.
    pub attempts: usize,
    /// Attempts served.
    pub served: usize,
    /// Attempts that came out of hours, or waited when the queue closed or the process stopped.
    pub closed_to: usize,
    /// People who were told on a notice line by when they are called.
    pub told: usize,
    /// Callbacks on disk.
    pub callbacks: usize,
    /// Dials on disk.
    pub dials: usize,
    /// Deaths of the process.
    pub crashes: u64,
    /// Reloads that took effect.
    pub reloads: u64,
}

/// A promise did not hold in a world.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("seed {seed}: {broken}\n{}", story.join("\n"))]
pub struct Failure {
    /// Run this again to see it again.
    pub seed: u64,
    /// What.
    pub broken: Broken,
    /// The last things that happened.
    pub story: Vec<String>,
}

/// Lives through the world of this seed.
///
/// # Errors
/// The promise that was broken, with the story that led to it.
pub fn run(seed: u64) -> Result<Report, Box<Failure>> {
    let (lived, world) = live(seed, LINES_KEPT);
    match lived {
        Ok(()) => Ok(world.report(seed)),
        Err(broken) => Err(Box::new(Failure {
            seed,
            broken,
            story: world.trace.last_lines(),
        })),
    }
}

/// Lives through the world of this seed again and tells its whole story.
#[must_use]
pub fn replay(seed: u64) -> Vec<String> {
    let (lived, world) = live(seed, usize::MAX);
    let mut story = world.trace.last_lines();
    story.extend(lived.err().map(|broken| broken.to_string()));
    story
}

fn live(seed: u64, lines_kept: usize) -> (Result<(), Broken>, World) {
    let mut world = World::new(seed, lines_kept);
    let lived = world.live();
    (lived, world)
}

impl World {
    fn new(seed: u64, lines_kept: usize) -> Self {
        let mut chance = Chance::new(seed);
        let shape = Shape::invented(&mut chance);
        let mut disk = Disk::default();
        disk.slow_percent = chance.pick(&[0, 1, 1, 30]);
        disk.committed.seats = shape
            .seat_rows()
            .into_iter()
            .map(|row| (row.id, row))
            .collect();
        disk.committed.operators = Shape::operator_rows()
            .into_iter()
            .map(|row| (row.id, row))
            .collect();
        let mut peers = vec![Peer::new(CARRIER, chance.seed32())];
        peers
            .extend((0..shape.seats).map(|index| Peer::new(phone_address(index), chance.seed32())));
        let mut dies_at: Vec<u64> = (0..chance.between(0, 2))
            .map(|_| chance.between(20, 1_500))
            .collect();
        dies_at.sort_unstable();
        Self {
            network: Network::invented(&mut chance),
            rules: shape.rules(),
            phones: (0..shape.seats).map(Phone::new).collect(),
            decided: disk.committed.clone(),
            shape,
            calm_us: chance.s(120, 420),
            chance,
            now_us: 1_000_000,
            queue: BTreeMap::new(),
            order: 0,
            trace: Trace::new(lines_kept),
            disk,
            watch: Watch::default(),
            watched: 0,
            process: None,
            epoch: 0,
            sound: Sound::default(),
            peers,
            carrier_cut: false,
            lines: BTreeMap::new(),
            steps: 0,
            dies_at,
            crashes: 0,
            requests: 0,
            reloads: 0,
        }
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

    fn live(&mut self) -> Result<(), Broken> {
        self.start()?;
        self.plan_the_days();
        let end_us = self.calm_us + REST_US;
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
                self.hear_peers();
            }
        }
        self.now_us = end_us;
        self.check_rest()
    }

    fn plan_the_days(&mut self) {
        self.plan_people();
        self.plan_desks();
        if self.chance.percent(25) {
            let after_us = self.chance.s(20, 300);
            self.plan(after_us, Happening::Stop);
        }
        if self.chance.percent(20) {
            let after_us = self.chance.s(10, 300);
            self.plan(after_us, Happening::CarrierCut(true));
        }
        if self.chance.percent(50) {
            for _ in 0..self.chance.between(1, 6) {
                let after_us = self.chance.s(1, 400);
                self.plan(after_us, Happening::Reload);
            }
        }
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
        if lingered && self.disk.is_settled() {
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

    fn happens(&mut self, happening: Happening) -> Result<(), Broken> {
        match happening {
            Happening::ToSwitch(flow, bytes) => self.feed(Input::Datagram {
                flow,
                bytes: &bytes,
            }),
            Happening::ToPeer(peer, flow, bytes) => {
                self.reaches_peer(peer, &flow, &bytes);
                Ok(())
            }
            Happening::Committed(life) if life == self.disk.life => {
                self.disk.commit();
                self.settle()
            }
            Happening::Sound(epoch, due) if epoch == self.epoch => {
                if let Some(event) = self.sound.due(due) {
                    let after_us = self.chance.ms(0, 3);
                    self.plan(after_us, Happening::Told(epoch, event));
                }
                Ok(())
            }
            Happening::Told(epoch, event) if epoch == self.epoch => self.feed(Input::Media(event)),
            Happening::Silent(epoch, stream) if epoch == self.epoch => self.silent(stream),
            Happening::Committed(_)
            | Happening::Sound(..)
            | Happening::Told(..)
            | Happening::Silent(..) => Ok(()),
            Happening::Calls(person) => {
                self.person_calls(person);
                Ok(())
            }
            Happening::Does(key, act) => self.does(key, act),
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
            Happening::CarrierCut(cut) => {
                self.carrier_cuts(cut);
                Ok(())
            }
            Happening::Reload => self.reloads(),
            Happening::Stop => self.command(Command::Stop { drain_s: 30 }),
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
        }
    }

    /// Gives the process a command.
    pub(crate) fn command(&mut self, command: Command) -> Result<(), Broken> {
        self.note(&format!("{command:?}"));
        self.requests += 1;
        let request = self.requests;
        self.feed(Input::Command { request, command })
    }

    /// Other rules at whatever moment this is. A process that refuses them, or dies before it
    /// says how it went, starts again under those that it had.
    fn reloads(&mut self) -> Result<(), Broken> {
        let shape = self.shape.redeployed(&mut self.chance);
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
            self.reloads += 1;
        }
        Ok(())
    }

    /// A datagram sets out, from the switch or to it.
    pub(crate) fn carry(&mut self, transmit: Transmit, from_switch: bool) {
        let Transmit { flow, bytes } = transmit;
        let network = if self.is_calm() {
            Network::calm()
        } else {
            self.network
        };
        let arrivals = network.arrivals(&mut self.chance);
        let first = String::from_utf8_lossy(&bytes[..bytes.len().min(48)]);
        let first = first.lines().next().unwrap_or_default().to_owned();
        let (from, to) = if from_switch {
            ("us", flow.remote)
        } else {
            ("them", flow.local)
        };
        self.note(&format!(
            "{from} {to} {first} {}",
            if arrivals.is_empty() { "(lost)" } else { "" }
        ));
        let back = |id| Flow {
            id,
            local: flow.remote,
            remote: flow.local,
            ..flow
        };
        for after_us in arrivals {
            let happening = if from_switch {
                let Some(peer) = self.peer_at(flow.remote) else {
                    continue;
                };
                Happening::ToPeer(peer, back(cuptel_sip::FlowId(0)), bytes.clone())
            } else {
                let listener = if flow.remote == FOR_PHONES { 0 } else { 1 };
                Happening::ToSwitch(back(cuptel_sip::FlowId(listener)), bytes.clone())
            };
            self.plan(after_us, happening);
        }
    }

    fn peer_at(&self, address: std::net::SocketAddr) -> Option<PeerIndex> {
        if address == CARRIER {
            return Some(0);
        }
        (0..self.phones.len())
            .find(|index| phone_address(*index) == address)
            .map(|index| index + 1)
    }

    /// Nothing grows without end, and every lease ends.
    pub(crate) fn check_bounds(&self) -> Result<(), Broken> {
        let Some(process) = &self.process else {
            return Ok(());
        };
        let now = self.now();
        let overdue = |row: &&OfferRow| row.lease_until_ms + LEASE_LATE_MS < now.utc_ms;
        if let Some(row) = self.decided.offers_open().find(overdue) {
            return broken("P4", format!("offer {} outlives its lease", row.id));
        }
        let load = process.switch.load(now);
        let grown = load.legs.max(load.dialogs) > LEGS_MAX
            || load.rules.timers > TIMERS_MAX
            || load.transactions > TRANSACTIONS_MAX;
        if grown {
            broken("P6", format!("it holds {load:?}"))
        } else {
            Ok(())
        }
    }

    /// An orderly stop is over: nothing may be left open. After a while it starts again.
    fn stopped(&mut self) -> Result<(), Broken> {
        let image = &self.decided;
        let left = image.attempts_open().count()
            + image.offers_open().count()
            + image.assignments_open().count()
            + image
                .dials_open()
                .filter(|row| row.state == DialState::InFlight)
                .count();
        if left > 0 {
            return broken("P4", format!("stopped in order, and {left} rows are open"));
        }
        self.note("stopped");
        self.end_process();
        let after_us = self.chance.s(1, 20);
        self.plan(after_us, Happening::Start);
        Ok(())
    }

    /// Everything is over: nothing may be left.
    fn check_rest(&mut self) -> Result<(), Broken> {
        check_sums(&self.disk.committed)?;
        let now = self.now();
        let Some(process) = &self.process else {
            return broken("P4", "the process does not run at the end");
        };
        let look = process.switch.snapshot(now);
        let load = process.switch.load(now);
        let mut left = Vec::new();
        left.extend((look.violations > 0).then(|| format!("{} refused moves", look.violations)));
        left.extend((look.calls > 0).then(|| format!("{} calls", look.calls)));
        let trunks = look
            .trunks
            .iter()
            .filter(|trunk| trunk.inbound + trunk.outbound > 0);
        left.extend(trunks.map(|trunk| format!("channels of {trunk:?}")));
        let stuck = look
            .seats
            .iter()
            .filter(|seat| !matches!(seat.work, WorkState::Idle));
        left.extend(stuck.map(|seat| format!("seat {} {}", seat.name, seat.work)));
        left.extend((load.legs > 0).then(|| format!("{} legs", load.legs)));
        left.extend((load.dialogs > 0).then(|| format!("{} dialogs", load.dialogs)));
        left.extend(
            (load.ports_free != usize::from(self.shape.ports))
                .then(|| format!("{} ports free", load.ports_free)),
        );
        let unsettled = load.waiting > 0 && self.disk.is_settled();
        left.extend(unsettled.then(|| format!("{} waiting", load.waiting)));
        left.extend(
            (load.rules.legs > 0).then(|| format!("{} legs of the rules", load.rules.legs)),
        );
        let owed: BTreeSet<_> = self
            .decided
            .callbacks_open()
            .map(|row| self.decided.e164(row.number))
            .collect();
        left.extend(
            (load.rules.numbers != owed.len()).then(|| format!("{} numbers", load.rules.numbers)),
        );
        left.extend(
            (self.sound.streams_open() > 0)
                .then(|| format!("{} streams", self.sound.streams_open())),
        );
        left.extend((!self.lines.is_empty()).then(|| format!("peers' calls {:?}", self.lines)));
        let overdue = self.decided.callbacks_open().filter(|row| {
            row.state != CallbackState::Waiting || row.not_before_ms < now.utc_ms - 600_000
        });
        left.extend(overdue.map(|row| {
            format!(
                "callback {} {} since {}",
                row.id, row.state, row.not_before_ms
            )
        }));
        if left.is_empty() {
            Ok(())
        } else {
            broken("P4", format!("left at the end: {}", left.join(", ")))
        }
    }

    fn report(&self, seed: u64) -> Report {
        let image = &self.disk.committed;
        let served = |row: &&AttemptRow| row.outcome.is_some_and(Outcome::is_served);
        let closed_to = |row: &&AttemptRow| {
            matches!(row.outcome, Some(Outcome::OutOfHours | Outcome::Withdrawn))
        };
        Report {
            seed,
            sum: self.trace.sum(),
            lines: self.trace.count(),
            steps: self.steps,
            attempts: image.attempts.len(),
            served: image.attempts.values().filter(served).count(),
            closed_to: image.attempts.values().filter(closed_to).count(),
            told: image.promised.len(),
            callbacks: image.callbacks.len(),
            dials: image.dials.len(),
            crashes: self.crashes,
            reloads: self.reloads,
        }
    }
}
