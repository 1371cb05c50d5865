//! The switch: every leg of every call, between the wire and the rules.

use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use cuptel_core::id::{AttemptId, CampaignId, LegId, SeatId, TrunkId};
use cuptel_core::in_line::WaiterNow;
use cuptel_core::pin::{PinDigest, PinKeyed};
use cuptel_core::planted::{Fault, planted};
use cuptel_core::record::{EntryPage, Record, Restored, SeatRow};
use cuptel_core::rules::Rules;
use cuptel_core::snapshot::Snapshot;
use cuptel_core::step::{self as rules, Command, CommandError, Effect};
use cuptel_core::time::{MonoUs, Now, UtcMs};
use cuptel_core::why::WaitingNow;
use cuptel_core::words::ChangedBy;
use cuptel_core::{Centre, Held};
use cuptel_media as media;
use cuptel_sip::{
    Admission, Credentials, DialogId, Endpoint, Flow, FlowId, Ha1, Outbox, PingId, RegisterId,
    Transmit, Transport,
};
use ipnet::IpNet;

use crate::contacts::Contacts;
use crate::leg::{Leg, Phase, stream_of};
use crate::letting_go::LettingGo;
use crate::recordings::Recordings;
use crate::tape::Recorder;

/// What a listening socket is for. Behind a proxy an address alone does not tell a trunk
/// from a phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Seats' phones: digest for everything.
    Phones,
    /// Carriers: by their address.
    Trunk,
    /// A proxy of ours, which forwards trunks.
    Edge,
}

/// A place where SIP arrives; its position in the list is the `FlowId` of its datagrams.
#[derive(Debug, Clone, Copy)]
pub struct Listener {
    /// What it is for.
    pub role: Role,
    /// Where datagrams arrive: what our Contact says.
    pub address: SocketAddr,
    /// Where connections arrive.
    pub tcp: Option<SocketAddr>,
}

impl Listener {
    /// Our end of the connections that belong to it.
    pub(crate) fn connections_at(&self) -> SocketAddr {
        self.tcp.unwrap_or(self.address)
    }
}

/// The signalling side of a trunk.
#[derive(Debug, Clone)]
pub struct TrunkPeer {
    /// Which trunk of the rules.
    pub id: TrunkId,
    /// Who may send us calls without digest.
    pub peers: Vec<IpNet>,
    /// Where its calls are placed.
    pub outbound: Option<Outbound>,
    /// What it is answered with when it asks for a password.
    pub credentials: Option<Credentials>,
}

/// Where a trunk takes our calls.
#[derive(Debug, Clone)]
pub struct Outbound {
    /// Host and port for the URI.
    pub host: String,
    /// The address they lead to.
    pub address: SocketAddr,
    /// How it is reached.
    pub way: OutboundWay,
}

/// How a trunk is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutboundWay {
    /// By datagrams only.
    Datagrams,
    /// By datagrams, and by a connection for what is too large for one.
    LargeByConnection,
    /// By one connection for all calls.
    Connection,
}

/// One media network, as SDP speaks of it.
#[derive(Debug, Clone, Copy)]
pub struct Media {
    /// What SDP says.
    pub advertise: IpAddr,
}

/// How the switch is set up.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Settings of the SIP endpoint.
    pub sip: cuptel_sip::Settings,
    /// Listening sockets, in `FlowId` order.
    pub listeners: Vec<Listener>,
    /// Trunks, asked in this order whose peer a source is.
    pub trunks: Vec<TrunkPeer>,
    /// Media networks, in the order of `PortPair::network`.
    pub media: Vec<Media>,
    /// How long a phone may move its RTP source after the SDP was agreed, in µs.
    pub latch_window_us: u64,
    /// Rest of a port pair between two legs, in µs.
    pub port_quarantine_us: u64,
}

/// The rules see the time so often at least: the wall clock may have been set.
const CLOCK_LOOK_US: MonoUs = 30_000_000;

/// What reaches the switch.
#[derive(Debug)]
pub enum Input<'a> {
    /// Bytes from a peer.
    Datagram {
        /// From where, to where.
        flow: Flow,
        /// What.
        bytes: &'a [u8],
    },
    /// A connection is gone, or could not be made.
    FlowClosed(Flow),
    /// The media thread reports.
    Media(media::Event),
    /// The media thread has ended: nobody can be heard or spoken to any more.
    MediaGone,
    /// A person or a program wants something.
    Command {
        /// Comes back in `Step::replies`.
        request: u64,
        /// What.
        command: Command,
    },
    /// The same, with the sound that is to be the message of an emergency.
    Spoken {
        /// Comes back in `Step::replies`.
        request: u64,
        /// What.
        command: Command,
        /// A-law, in whole frames.
        sound: Arc<[u8]>,
    },
    /// The next people of a campaign were looked up.
    Entries {
        /// Whose.
        campaign: CampaignId,
        /// From the question.
        ask: u64,
        /// Who they are; nothing where the database could not say.
        page: Option<EntryPage>,
    },
    /// A PIN was compared.
    PinChecked {
        /// From the question.
        call: AttemptId,
        /// From the question.
        token: u64,
        /// Whether it is right; nothing, where that could not be told.
        is_right: Option<bool>,
    },
    /// The files were read again.
    Reload {
        /// Comes back in `Step::replies`.
        request: u64,
        /// What.
        reload: Box<Reload>,
    },
    /// `Step::wake_at` was reached.
    Tick,
}

/// What a reload changes. All of it or nothing.
#[derive(Debug, Clone)]
pub struct Reload {
    /// The new rules. Prompts that the former ones know keep their identifiers.
    pub rules: Arc<Rules>,
    /// The signalling side of the trunks; calls in progress stay where they are.
    pub trunks: Vec<TrunkPeer>,
    /// What asked for it.
    pub by: ChangedBy,
}

/// An effect that waits for its records, with what it expects of its legs.
#[derive(Debug)]
pub struct Deferred {
    pub(crate) effect: Effect,
    pub(crate) generation: u32,
}

/// What one input led to. `records` are committed before any of `deferred` is carried out;
/// the rest leaves at once (100, ACK, retransmissions, 200 to CANCEL and BYE, media that
/// changes no record).
#[derive(Debug, Default)]
pub struct Step {
    /// What to store.
    pub records: Vec<Record>,
    /// For `Switch::carry_out`, after the commit, in this order.
    pub deferred: Vec<Deferred>,
    /// To the wire, now.
    pub transmits: Vec<Transmit>,
    /// To the media thread, now.
    pub media: Vec<media::Command>,
    /// Answers to commands, now.
    pub replies: Vec<(u64, Result<(), CommandError>)>,
    /// To be looked up in what is stored up to the position that was carried out, and answered with
    /// `Input::Entries`.
    pub reads: Vec<EntriesWanted>,
    /// To be compared beside the loop, and answered with `Input::PinChecked`.
    pub pins: Vec<PinWanted>,
    /// Connections over which somebody has come whom we know.
    pub known: Vec<FlowId>,
    /// Stopped: nothing is going on any more.
    pub drained: bool,
}

/// The next people of a campaign, who are to be looked up in the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntriesWanted {
    /// Whose.
    pub campaign: CampaignId,
    /// Comes back in `Input::Entries`.
    pub ask: u64,
    /// Who may be called until then.
    pub until_ms: UtcMs,
    /// How many at most.
    pub limit: u32,
}

/// A PIN that is to be compared with what is kept of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PinWanted {
    /// Comes back in `Input::PinChecked`.
    pub call: AttemptId,
    /// Comes back in `Input::PinChecked`.
    pub token: u64,
    /// What is kept.
    pub digest: PinDigest,
    /// What was keyed in.
    pub keyed: PinKeyed,
}

/// How much is held right now; all of it comes back to its beginning when nothing is going on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Load {
    /// Legs.
    pub legs: usize,
    /// SIP dialogs, those being ended included.
    pub dialogs: usize,
    /// SIP transactions that still wait for repetitions.
    pub transactions: usize,
    /// Port pairs that could be taken.
    pub ports_free: usize,
    /// Registrations, pings, closing streams and calls given up that wait for their end.
    pub waiting: usize,
    /// What the rules hold.
    pub rules: Held,
}

/// All legs, the SIP endpoint and the rules.
#[derive(Debug)]
pub struct Switch {
    pub(crate) settings: Settings,
    pub(crate) centre: Centre,
    pub(crate) sip: Endpoint,
    pub(crate) legs: HashMap<LegId, Leg>,
    pub(crate) dialogs: HashMap<DialogId, LegId>,
    /// Calls given up before their INVITE was carried out: it never leaves.
    pub(crate) given_up: HashSet<LegId>,
    /// Phones of seats that are let go and have not said so.
    pub(crate) letting_go: LettingGo,
    pub(crate) ports: media::PortPool,
    /// Pairs whose stream is being closed.
    pub(crate) closing: HashMap<media::StreamId, media::PortPair>,
    /// Streams of which the rules want to know what came.
    pub(crate) measured: HashSet<media::StreamId>,
    pub(crate) registers: HashMap<u64, RegisterId>,
    pub(crate) pings: HashMap<PingId, SeatId>,
    pub(crate) contacts: Contacts,
    pub(crate) recordings: Recordings,
    /// Calls are recorded and refused, and nobody is rung.
    pub(crate) without_media: bool,
    /// What the rules are told.
    pub(crate) recorder: Recorder,
    /// Reused.
    outbox: Outbox,
    rules_step: rules::Step,
    rules_wake_at: Option<MonoUs>,
}

impl Switch {
    /// A switch over this centre, whose prompts have the numbers that the media thread gave
    /// them; `pairs` are the ports that it has bound.
    #[must_use]
    pub fn new(settings: Settings, centre: Centre, pairs: &[media::PortPair]) -> Self {
        let ports = media::PortPool::new(pairs.iter().copied(), settings.port_quarantine_us);
        let mut switch = Self {
            sip: Endpoint::new(settings.sip.clone()),
            settings,
            centre,
            legs: HashMap::new(),
            dialogs: HashMap::new(),
            given_up: HashSet::new(),
            letting_go: LettingGo::default(),
            ports,
            closing: HashMap::new(),
            measured: HashSet::new(),
            registers: HashMap::new(),
            pings: HashMap::new(),
            contacts: Contacts::default(),
            recordings: Recordings::default(),
            without_media: false,
            recorder: Recorder::default(),
            outbox: Outbox::default(),
            rules_step: rules::Step::default(),
            rules_wake_at: None,
        };
        switch.learn_accounts();
        switch
    }

    /// Takes up what was open when the process last ended.
    pub fn restore(&mut self, now: Now, restored: Restored, step: &mut Step) {
        let mut inner = std::mem::take(&mut self.rules_step);
        self.recorder.began(now, self.centre.rules(), &restored);
        self.centre.restore(now, restored, &mut inner);
        self.recorder.led_to(&inner);
        self.learn_accounts();
        self.take_in(now, &mut inner, step);
        self.rules_step = inner;
    }

    /// From now on what the rules are told is on the tape; told before `restore`, so that it has
    /// a beginning.
    pub fn record(&mut self) {
        self.recorder.switch_on();
    }

    /// Nothing more is recorded: a tape with a gap is of no use behind it.
    pub fn stop_recording(&mut self) {
        self.recorder.switch_off();
    }

    /// How many bytes of tape wait to be taken; nothing where none is recorded.
    #[must_use]
    pub fn tape_bytes(&self) -> Option<usize> {
        self.recorder.is_on().then_some(self.recorder.len())
    }

    /// The tape since it was taken last, in whole entries; `spare` is a buffer to write on.
    #[must_use]
    pub fn take_tape(&mut self, spare: Vec<u8>) -> Vec<u8> {
        self.recorder.take(spare)
    }

    /// Takes back tape that could not be carried away.
    pub fn untake_tape(&mut self, bytes: Vec<u8>) {
        self.recorder.untake(bytes);
    }

    /// What is on the tape is all of it.
    pub fn end_tape(&mut self) {
        self.recorder.ended();
    }

    /// Begins another tape, with all that the rules know by now.
    pub fn begin_tape(&mut self, now: Now) {
        self.recorder.switch_on();
        self.recorder.went_on(now, &self.centre);
    }

    /// How much the rules hold.
    #[must_use]
    pub fn rules_hold(&self) -> Held {
        self.centre.held()
    }

    fn learn_accounts(&mut self) {
        for seat in self.centre.seat_rows() {
            if seat.removed_ms.is_none() {
                self.sip.set_account(&seat.name, ha1_of(seat));
            }
        }
    }

    /// A seat's phone has another password from now on, or is no phone of ours any more.
    pub(crate) fn account_changed(&mut self, seat: &SeatRow) {
        if seat.removed_ms.is_none() {
            return self.sip.set_account(&seat.name, ha1_of(seat));
        }
        self.sip.remove_account(&seat.name);
        self.contacts.clear(seat.id);
    }

    /// Takes in what happened.
    pub fn handle(&mut self, now: Now, input: Input<'_>, step: &mut Step) {
        match input {
            Input::Datagram { flow, bytes } => {
                let admission = self.admission(&flow);
                if flow.transport.is_reliable() && admission == Admission::Trusted {
                    step.known.push(flow.id);
                }
                self.sip
                    .receive(now.mono_us, &flow, bytes, admission, &mut self.outbox);
            }
            Input::FlowClosed(flow) => {
                // First the seat, so that nothing is offered to it again.
                self.seats_cut_off(now, &flow, step);
                self.sip.flow_closed(now.mono_us, &flow, &mut self.outbox);
            }
            Input::Media(event) => self.media_event(now, event, step),
            Input::MediaGone => self.media_gone(now, step),
            Input::Command { request, command } => {
                self.tell_rules(now, rules::Input::Command { request, command }, step);
            }
            Input::Spoken {
                request,
                command,
                sound,
            } => self.command_with_sound(now, (request, command), sound, step),
            Input::Entries {
                campaign,
                ask,
                page,
            } => {
                let entries = rules::Input::Entries {
                    campaign,
                    ask,
                    page,
                };
                self.tell_rules(now, entries, step);
            }
            Input::PinChecked {
                call,
                token,
                is_right,
            } => {
                let checked = rules::Input::PinChecked {
                    call,
                    token,
                    is_right,
                };
                self.tell_rules(now, checked, step);
            }
            Input::Reload { request, reload } => self.reload(now, request, *reload, step),
            Input::Tick => {
                if self.sip.wake_at().is_some_and(|at| at <= now.mono_us) {
                    self.sip.tick(now.mono_us, &mut self.outbox);
                }
                if self.rules_wake_at.is_some_and(|at| at <= now.mono_us) {
                    self.tell_rules(now, rules::Input::Tick, step);
                }
            }
        }
        self.drain_outbox(now, step);
    }

    fn reload(&mut self, now: Now, request: u64, reload: Reload, step: &mut Step) {
        let Reload { rules, trunks, by } = reload;
        let wanted = rules.clone();
        self.tell_rules(now, rules::Input::Rules { request, rules, by }, step);
        if Arc::ptr_eq(self.centre.rules(), &wanted) {
            self.settings.trunks = trunks;
        }
    }

    /// When to call again with `Input::Tick`, if nothing else happens before.
    #[must_use]
    pub fn wake_at(&self) -> Option<MonoUs> {
        match (self.sip.wake_at(), self.rules_wake_at) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        }
    }

    /// Begins no offer and no dial while the store refuses.
    pub fn hold(&mut self, now: Now, held: bool, step: &mut Step) {
        let held = held || self.without_media;
        if !planted(Fault::HoldUntold) {
            self.recorder.held(held);
        }
        self.centre.hold(held);
        if !held {
            self.tell_rules(now, rules::Input::Tick, step);
        }
    }

    /// A look at everything.
    #[must_use]
    pub fn snapshot(&self, now: Now) -> Snapshot {
        self.centre.snapshot(now)
    }

    /// Why an attempt or a callback that waits has no offer now.
    #[must_use]
    pub fn why(&self, now: Now, id: i64) -> Option<WaitingNow> {
        self.centre.why(now, id)
    }

    /// Who waits in a queue, who goes first the first.
    ///
    /// # Errors
    /// When there is no such queue.
    pub fn in_line(
        &self,
        now: Now,
        tenant: Option<&str>,
        queue: &str,
    ) -> Result<Vec<WaiterNow>, CommandError> {
        self.centre.in_line(now, tenant, queue)
    }

    /// How much is held.
    #[must_use]
    pub fn load(&self, now: Now) -> Load {
        Load {
            legs: self.legs.len(),
            dialogs: self.sip.dialogs_open(),
            transactions: self.sip.transactions_held(),
            ports_free: self.ports.free(now.mono_us),
            waiting: self.registers.len()
                + self.pings.len()
                + self.closing.len()
                + self.given_up.len()
                + self.letting_go.len(),
            rules: self.centre.held(),
        }
    }

    /// The rules in force.
    #[must_use]
    pub fn rules(&self) -> &Rules {
        self.centre.rules()
    }

    /// What the SIP endpoint has counted.
    #[must_use]
    pub fn sip_counters(&self) -> &cuptel_sip::Counters {
        self.sip.counters()
    }

    /// Packets to the wire, events to the legs they concern.
    pub(crate) fn drain_outbox(&mut self, now: Now, step: &mut Step) {
        loop {
            let mut outbox = std::mem::take(&mut self.outbox);
            step.transmits.append(&mut outbox.transmits);
            let events = std::mem::take(&mut outbox.events);
            self.outbox = outbox;
            if events.is_empty() {
                return;
            }
            for event in events {
                self.sip_event(now, event, step);
            }
        }
    }

    pub(crate) fn outbox(&mut self) -> (&mut Endpoint, &mut Outbox) {
        (&mut self.sip, &mut self.outbox)
    }

    /// Lets the rules decide, and stamps what they decided with what it expects.
    pub(crate) fn tell_rules(&mut self, now: Now, input: rules::Input, step: &mut Step) {
        let mut inner = std::mem::take(&mut self.rules_step);
        self.recorder.told(now, &input);
        self.centre.handle(now, input, &mut inner);
        self.recorder.led_to(&inner);
        self.take_in(now, &mut inner, step);
        self.rules_step = inner;
    }

    fn take_in(&mut self, now: Now, inner: &mut rules::Step, step: &mut Step) {
        let look_at = now.mono_us + CLOCK_LOOK_US;
        self.rules_wake_at = Some(inner.wake_at.map_or(look_at, |at| at.min(look_at)));
        let before = step.records.len();
        step.records.append(&mut inner.records);
        self.join_sounds(before, step);
        let mut without_port = Vec::new();
        let mut silent = Vec::new();
        for effect in inner.effects.drain(..) {
            if let Effect::HangUp { leg, q850, text } = effect
                && self.rings(leg)
                && !planted(Fault::LetGoLate)
            {
                if self.hang_up(now, leg, q850, text, step) {
                    silent.push(leg);
                }
                step.transmits.append(&mut self.outbox.transmits);
                continue;
            }
            if let Effect::Answer { leg } = effect
                && !self.prepare_answer(now, leg, step)
            {
                without_port.push(leg);
                continue;
            }
            if let Effect::HangUp { leg, .. } = &effect
                && !self.legs.contains_key(leg)
            {
                self.given_up.insert(*leg);
                silent.push(*leg);
            }
            let generation = self.expected_generation(&effect);
            step.deferred.push(Deferred { effect, generation });
        }
        for leg in without_port {
            self.not_sent(now, leg, step);
        }
        for leg in silent {
            self.nothing_rings(now, leg, step);
        }
    }

    /// Whether a phone of ours to call rings still. It is let go before its row says so: a
    /// process that died between the two would leave it ringing, with a row that allows to
    /// call it again.
    fn rings(&self, leg: LegId) -> bool {
        self.legs
            .get(&leg)
            .is_some_and(|leg| leg.phase == Phase::Inviting)
    }

    /// Marks finals as decided, and reads the generation that the effect will expect.
    fn expected_generation(&mut self, effect: &Effect) -> u32 {
        let Some(leg) = leg_of(effect).and_then(|id| self.legs.get_mut(&id)) else {
            return 0;
        };
        if matches!(effect, Effect::Answer { .. } | Effect::Refuse { .. }) {
            leg.final_decided = true;
        }
        leg.generation
    }

    /// A fresh leg, for a call that comes in.
    pub(crate) fn allot_leg(&mut self) -> LegId {
        self.recorder.leg_allotted();
        self.centre.allot_leg()
    }

    fn admission(&self, flow: &Flow) -> Admission {
        match self.role_of(flow) {
            Some(Role::Phones) => Admission::Digest,
            Some(Role::Trunk | Role::Edge) if self.trunk_of(flow.remote.ip()).is_some() => {
                Admission::Trusted
            }
            Some(Role::Trunk | Role::Edge) | None => Admission::Closed,
        }
    }

    /// The trunk that this source belongs to.
    pub(crate) fn trunk_of(&self, source: IpAddr) -> Option<TrunkId> {
        let is_peer = |trunk: &&TrunkPeer| trunk.peers.iter().any(|net| net.contains(&source));
        self.settings
            .trunks
            .iter()
            .find(is_peer)
            .map(|trunk| trunk.id)
    }

    pub(crate) fn role_of(&self, flow: &Flow) -> Option<Role> {
        let index = self.listener_of(flow)?;
        self.settings
            .listeners
            .get(index)
            .map(|listener| listener.role)
    }

    /// The listener that a flow belongs to.
    pub(crate) fn listener_of(&self, flow: &Flow) -> Option<usize> {
        match flow.transport {
            Transport::Udp => usize::try_from(flow.id.0).ok(),
            Transport::Tcp | Transport::Tls => self
                .settings
                .listeners
                .iter()
                .position(|listener| listener.connections_at() == flow.local),
        }
    }

    /// Forgets a leg; its media is closed and its ports rest.
    pub(crate) fn drop_leg(&mut self, id: LegId, step: &mut Step) {
        let Some(leg) = self.legs.remove(&id) else {
            return;
        };
        for dialog in leg.dialog.into_iter().chain(leg.forks) {
            self.dialogs.remove(&dialog);
        }
        if let Some(media) = leg.media.filter(|_| !planted(Fault::PortKept)) {
            self.closing.insert(stream_of(id), media.pair);
            step.media.push(media::Command::Close {
                stream: stream_of(id),
            });
        }
    }
}

/// The leg that an effect is about first of all.
pub(crate) fn leg_of(effect: &Effect) -> Option<LegId> {
    match effect {
        Effect::Ring { leg }
        | Effect::Answer { leg }
        | Effect::Refuse { leg, .. }
        | Effect::HangUp { leg, .. }
        | Effect::Play { leg, .. }
        | Effect::Press { leg, .. }
        | Effect::Record { leg, .. }
        | Effect::StopRecording { leg }
        | Effect::Unbridge { leg }
        | Effect::Bridge { a: leg, .. } => Some(*leg),
        Effect::Invite { .. }
        | Effect::Forget { .. }
        | Effect::Bound { .. }
        | Effect::Probe { .. }
        | Effect::Account { .. }
        | Effect::ReadEntries { .. }
        | Effect::CheckPin { .. }
        | Effect::Reply { .. }
        | Effect::Drained => None,
    }
}

fn ha1_of(seat: &SeatRow) -> Ha1 {
    Ha1 {
        md5: seat.ha1_md5.clone(),
        sha256: seat.ha1_sha256.clone(),
    }
}
