//! A small call centre made of our own user agents, as the counterpart of the demo's phones:
//! a trunk listener, a phones listener with a register, and (where wanted) media that bridges.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};

use cuptel_media::{
    self as media, Codec, Command, Latch, Local, Network, PortPool, PromptLibrary, StreamId,
};
use cuptel_sip::{
    Admission, DialogId, Endpoint, Event, Flow, FlowId, Ha1, Message, NameAddr, Outbox,
    OutgoingInvite, Settings, Transmit, Transport, uri,
};

use crate::demo::Plan;
use crate::demo::line::{Side, sdp_body};

/// What becomes of callers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    Refuse,
    LetRing,
    LetWait,
    /// Answered, and offered to a free seat until one answers.
    Serve,
}

struct Agent {
    endpoint: Endpoint,
    out: Outbox,
    local: SocketAddr,
    peer: SocketAddr,
}

struct RealMedia {
    handle: media::Handle,
    pool: PortPool,
    events: Receiver<media::Event>,
}

type Key = (Side, DialogId);

/// A call of somebody outside, or of an operator, with what it belongs to.
#[derive(Debug, Default)]
struct Leg {
    number: String,
    seat: Option<String>,
    peer: Option<Key>,
    is_up: bool,
    stream: Option<StreamId>,
}

pub(super) struct Centre {
    manner: Manner,
    agents: [Agent; 2],
    contacts: BTreeMap<String, String>,
    legs: BTreeMap<Key, Leg>,
    media: Option<RealMedia>,
    last_stream: i64,
    /// When who called.
    pub(super) callers: Vec<(u64, String)>,
    /// By callers, by operators.
    pub(super) hung_up: [u32; 2],
    /// What operators' phones refused us with.
    pub(super) refusals: Vec<u16>,
    pub(super) digits: Vec<char>,
}

impl Centre {
    pub(super) fn new(plan: &Plan, manner: Manner) -> Self {
        let agent = |n: u8, local, peer| Agent {
            endpoint: Endpoint::new(Settings {
                seed: [n; 32],
                ..Settings::default()
            }),
            out: Outbox::default(),
            local,
            peer,
        };
        let mut centre = Self {
            manner,
            agents: [
                agent(1, plan.trunk, plan.carrier),
                agent(2, plan.phones, plan.desks),
            ],
            contacts: BTreeMap::new(),
            legs: BTreeMap::new(),
            media: None,
            last_stream: 0,
            callers: Vec::new(),
            hung_up: [0, 0],
            refusals: Vec::new(),
            digits: Vec::new(),
        };
        for (user, password) in &plan.seats {
            centre.set_password(user, password);
        }
        centre
    }

    /// One that serves callers and lets people hear each other.
    pub(super) fn with_media(plan: &Plan, ports: RangeInclusive<u16>) -> Self {
        let (sender, events) = sync_channel(10_000);
        let address = plan.trunk.ip();
        let settings = media::Settings {
            networks: vec![Network {
                bind: address,
                advertise: address,
                ports,
                pairs_max: 100,
            }],
            ..media::Settings::default()
        };
        let sink = Box::new(move |event| sender.try_send(event).map_err(|_full| unreachable!()));
        let handle = media::start(settings, Arc::new(PromptLibrary::new()), sink).unwrap();
        let pool = PortPool::new(handle.pairs().iter().copied(), 0);
        Self {
            media: Some(RealMedia {
                handle,
                pool,
                events,
            }),
            ..Self::new(plan, Manner::Serve)
        }
    }

    pub(super) fn set_password(&mut self, user: &str, password: &str) {
        let realm = Settings::default().realm;
        self.agents[1]
            .endpoint
            .set_account(user, Ha1::of(user, &realm, password));
    }

    pub(super) fn registered(&self) -> usize {
        self.contacts.len()
    }

    pub(super) fn open_calls(&self) -> usize {
        self.legs.len()
    }

    pub(super) fn wake_at(&self) -> Option<u64> {
        self.agents
            .iter()
            .filter_map(|agent| agent.endpoint.wake_at())
            .min()
    }

    pub(super) fn transmits(&mut self, side: Side) -> Vec<Transmit> {
        std::mem::take(&mut self.agent(side).out.transmits)
    }

    pub(super) fn receive(&mut self, now_us: u64, side: Side, from: SocketAddr, bytes: &[u8]) {
        let agent = self.agent(side);
        agent.peer = from;
        let flow = agent.flow();
        let admission = match side {
            Side::Carrier => Admission::Trusted,
            Side::Desks => Admission::Digest,
        };
        agent
            .endpoint
            .receive(now_us, &flow, bytes, admission, &mut agent.out);
        self.settle(now_us);
    }

    pub(super) fn tick(&mut self, now_us: u64) {
        for side in Side::ALL {
            let agent = self.agent(side);
            agent.endpoint.tick(now_us, &mut agent.out);
        }
        self.settle(now_us);
        let heard = self.media.iter().flat_map(|media| media.events.try_iter());
        let digits = heard.filter_map(|event| match event {
            media::Event::Digit { digit, .. } => Some(digit),
            media::Event::Opened { .. }
            | media::Event::OpenFailed { .. }
            | media::Event::PlayEnded { .. }
            | media::Event::Recorded { .. }
            | media::Event::RtpTimeout { .. }
            | media::Event::RtpStarted { .. }
            | media::Event::Closed { .. } => None,
        });
        self.digits.extend(digits);
    }

    /// Rings a person outside.
    pub(super) fn dial(&mut self, now_us: u64, number: &str) -> DialogId {
        let peer = self.agent(Side::Carrier).peer;
        let target = format!("sip:{number}@{peer};user=phone");
        self.invite(now_us, Side::Carrier, target, "+390861000000", number)
    }

    /// Rings an operator's phone, with that number on its display.
    pub(super) fn offer(&mut self, now_us: u64, user: &str, number: &str) -> DialogId {
        let fallback = format!("sip:{user}@{}", self.agent(Side::Desks).peer);
        let target = self.contacts.get(user).cloned().unwrap_or(fallback);
        let dialog = self.invite(now_us, Side::Desks, target, number, number);
        if let Some(leg) = self.legs.get_mut(&(Side::Desks, dialog)) {
            leg.seat = Some(user.to_owned());
        }
        dialog
    }

    /// An operator first, then the person.
    pub(super) fn call_back(&mut self, now_us: u64, number: &str) {
        let user = self.free_seat().unwrap();
        self.offer(now_us, &user, number);
    }

    pub(super) fn stray_invite(&mut self, now_us: u64, user: &str) -> Vec<u8> {
        self.offer(now_us, user, "+390861990001");
        let mut packets = self.transmits(Side::Desks);
        packets.pop().unwrap().bytes.to_vec()
    }

    fn agent(&mut self, side: Side) -> &mut Agent {
        match side {
            Side::Carrier => &mut self.agents[0],
            Side::Desks => &mut self.agents[1],
        }
    }

    fn free_seat(&self) -> Option<String> {
        let taken = |user: &String| {
            self.legs
                .values()
                .any(|leg| leg.seat.as_ref() == Some(user))
        };
        self.contacts.keys().find(|user| !taken(user)).cloned()
    }

    fn invite(
        &mut self,
        now_us: u64,
        side: Side,
        target: String,
        from: &str,
        number: &str,
    ) -> DialogId {
        let (local, stream) = self.stream(now_us, side);
        let offer = media::offer(&local, Codec::Pcma);
        let agent = self.agent(side);
        let call = OutgoingInvite {
            flow: agent.flow(),
            from: NameAddr::of_uri(&format!("sip:{from}@{}", agent.local)),
            large_flow: None,
            to: NameAddr::of_uri(&target),
            target,
            route: Vec::new(),
            contact: format!("sip:centre@{}", agent.local),
            body: Some(sdp_body(offer)),
            extra: Vec::new(),
            credentials: None,
            ring_us: 20_000_000,
        };
        let dialog = agent.endpoint.invite(now_us, call, &mut agent.out);
        let leg = Leg {
            number: number.to_owned(),
            stream,
            ..Leg::default()
        };
        self.legs.insert((side, dialog), leg);
        dialog
    }

    fn stream(&mut self, now_us: u64, side: Side) -> (Local, Option<StreamId>) {
        let mut local = Local {
            address: self.agent(side).local.ip(),
            rtp_port: 9,
            session_id: 1,
            version: 1,
        };
        let Some(real) = self.media.as_mut() else {
            return (local, None);
        };
        let pair = real.pool.take(now_us).unwrap();
        self.last_stream += 1;
        let stream = StreamId(self.last_stream);
        local.rtp_port = pair.rtp;
        let open = Command::Open {
            stream,
            pair,
            agreed: None,
            latch: Latch::SdpOnly {
                networks: Vec::new(),
            },
        };
        real.handle.send(open).unwrap();
        (local, Some(stream))
    }

    fn order(&self, command: Command) {
        if let Some(real) = &self.media {
            real.handle.send(command).unwrap();
        }
    }

    fn settle(&mut self, now_us: u64) {
        loop {
            let mut quiet = true;
            for side in Side::ALL {
                for event in std::mem::take(&mut self.agent(side).out.events) {
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
                dialog, request, ..
            } => self.called(now_us, dialog, &request),
            Event::Register {
                id, user, bindings, ..
            } => {
                for binding in &bindings {
                    if binding.expires_s == 0 {
                        self.contacts.remove(&user);
                    } else {
                        self.contacts.insert(user.clone(), binding.uri.clone());
                    }
                }
                let agent = self.agent(side);
                agent
                    .endpoint
                    .accept_register(now_us, id, &bindings, &mut agent.out)
                    .unwrap();
            }
            Event::Cancelled { dialog, .. } => {
                let agent = self.agent(side);
                agent
                    .endpoint
                    .refuse(now_us, dialog, 487, "", &[], &mut agent.out)
                    .unwrap();
                self.drop_leg(now_us, (side, dialog));
            }
            Event::Answered { dialog, body, .. } => {
                let agreed = media::accept_answer(&body.unwrap().bytes).unwrap();
                self.answered(now_us, (side, dialog), agreed);
            }
            Event::Failed { dialog, status, .. } => {
                self.not_answered(now_us, (side, dialog), status)
            }
            Event::Bye { dialog, .. } => {
                self.hung_up[match side {
                    Side::Carrier => 0,
                    Side::Desks => 1,
                }] += 1;
                self.drop_leg(now_us, (side, dialog));
            }
            Event::Ended { dialog } => self.drop_leg(now_us, (side, dialog)),
            Event::Unacked { .. } => panic!("a phone did not acknowledge"),
            Event::Acked { .. }
            | Event::Reinvite { .. }
            | Event::Info { .. }
            | Event::Progress { .. }
            | Event::Registered { .. }
            | Event::Pong { .. } => {}
        }
    }

    fn called(&mut self, now_us: u64, dialog: DialogId, request: &Message) {
        let number = request
            .from()
            .and_then(|from| uri::user(&from.uri))
            .unwrap();
        assert_eq!(
            uri::user(request.request_uri()).as_deref(),
            Some("+390861000000")
        );
        self.callers.push((now_us, number.clone()));
        let manner = self.manner;
        let agent = self.agent(Side::Carrier);
        match manner {
            Manner::Refuse => {
                agent
                    .endpoint
                    .refuse(now_us, dialog, 486, "Busy Here", &[], &mut agent.out)
                    .unwrap();
                return;
            }
            Manner::LetRing => {
                let Agent { endpoint, out, .. } = agent;
                endpoint
                    .provisional(now_us, dialog, 180, "Ringing", None, out)
                    .unwrap();
                return;
            }
            Manner::LetWait | Manner::Serve => {}
        }
        let (local, stream) = self.stream(now_us, Side::Carrier);
        let (answer, agreed) = media::answer(request.body(), &local).unwrap();
        if let Some(stream) = stream {
            self.order(Command::Agree { stream, agreed });
        }
        let agent = self.agent(Side::Carrier);
        agent
            .endpoint
            .accept(now_us, dialog, Some(sdp_body(answer)), &[], &mut agent.out)
            .unwrap();
        let leg = Leg {
            number,
            is_up: true,
            stream,
            ..Leg::default()
        };
        self.legs.insert((Side::Carrier, dialog), leg);
        self.serve(now_us);
    }

    /// Offers who waits longest to a free seat.
    fn serve(&mut self, now_us: u64) {
        if self.manner != Manner::Serve {
            return;
        }
        let waiting = self
            .legs
            .iter()
            .find(|((side, _), leg)| *side == Side::Carrier && leg.is_up && leg.peer.is_none());
        let waiting = waiting.map(|(key, leg)| (*key, leg.number.clone()));
        if let (Some((caller, number)), Some(user)) = (waiting, self.free_seat()) {
            let operator = (Side::Desks, self.offer(now_us, &user, &number));
            self.join(caller, operator);
        }
    }

    fn join(&mut self, a: Key, b: Key) {
        for (key, peer) in [(a, b), (b, a)] {
            if let Some(leg) = self.legs.get_mut(&key) {
                leg.peer = Some(peer);
            }
        }
    }

    fn answered(&mut self, now_us: u64, key: Key, agreed: media::Agreed) {
        let leg = self.legs.get_mut(&key).unwrap();
        leg.is_up = true;
        let (stream, peer, number) = (leg.stream, leg.peer, leg.number.clone());
        if let Some(stream) = stream {
            self.order(Command::Agree { stream, agreed });
        }
        match peer {
            Some(peer) => {
                let other = self.legs.get(&peer).and_then(|leg| leg.stream);
                if let (Some(a), Some(b)) = (stream, other) {
                    self.order(Command::Bridge { a, b });
                }
            }
            None if key.0 == Side::Desks => {
                let person = (Side::Carrier, self.dial(now_us, &number));
                self.join(person, key);
            }
            None => {}
        }
    }

    fn not_answered(&mut self, now_us: u64, key: Key, status: u16) {
        if key.0 == Side::Desks {
            self.refusals.push(status);
        }
        // A caller goes on waiting when an operator does not answer.
        let peer = self.legs.get(&key).and_then(|leg| leg.peer);
        let keeps = key.0 == Side::Desks && peer.is_some();
        if let (true, Some(peer)) = (keeps, peer) {
            if let Some(leg) = self.legs.get_mut(&peer) {
                leg.peer = None;
            }
            if let Some(leg) = self.legs.get_mut(&key) {
                leg.peer = None;
            }
        }
        self.drop_leg(now_us, key);
    }

    fn drop_leg(&mut self, now_us: u64, key: Key) {
        let Some(leg) = self.legs.remove(&key) else {
            return;
        };
        if let Some(stream) = leg.stream {
            self.order(Command::Close { stream });
        }
        if let Some((side, dialog)) = leg.peer {
            if let Some(other) = self.legs.get_mut(&(side, dialog)) {
                other.peer = None;
            }
            let agent = self.agent(side);
            // It may be over as well: both hung up.
            if agent
                .endpoint
                .end(now_us, dialog, &[], &mut agent.out)
                .is_err()
            {
                self.legs.remove(&(side, dialog));
            }
        }
        self.serve(now_us);
    }
}

impl Agent {
    fn flow(&self) -> Flow {
        Flow {
            id: FlowId(7),
            transport: Transport::Udp,
            local: self.local,
            remote: self.peer,
        }
    }
}
