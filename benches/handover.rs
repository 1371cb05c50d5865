//! Seat free, next call: twenty phones that are registered with digest, callers who always wait,
//! a second of conversation, no wrap-up. From the seat's BYE, or its 200 to the caller's, to the
//! next INVITE at this seat. Measured against the least that any exchange can do that keeps what
//! it did: a datagram there, one page synchronised to disk, a datagram back.

mod centre;
mod datagrams;
mod measured;
mod processor;

use std::collections::BTreeMap;
use std::fs;
use std::net::{SocketAddr, UdpSocket};
use std::os::unix::fs::FileExt as _;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use cuptel_engine::Clock;
use cuptel_sip::{
    Admission, Body, Credentials, DialogId, Endpoint, Event, Flow, FlowId, NameAddr, Outbox,
    OutgoingInvite, OutgoingRegister, Settings, Transport, uri,
};

use centre::Centre;
use datagrams::Datagrams;
use measured::{Delays, Effort, Rounds, say};
use processor::{cpu_us, per};

const TALK_US: u64 = 1_000_000;
/// Callers at once: those who talk and as many again who wait.
const CALLS_PER_SEAT: usize = 2;
/// How long a caller may ring out; none does here.
const RING_US: u64 = 60_000_000;
/// The seats register within this.
const REGISTERED_WITHIN_US: u64 = 10_000_000;
/// A page of the database.
const PAGE_BYTES: usize = 4_096;

fn main() -> Result<()> {
    let Some(effort) = Effort::asked() else {
        return Ok(());
    };
    let seats = effort.pick(20, 3);
    let first_start = (0..seats).map(|seat| {
        let name = name_of(seat);
        format!("{name},bench-{name},teramo,Operator {name},ASL di Teramo,prenotazioni:5\n")
    });
    let first_start: String = first_start.collect();
    let filled = [("pairs_max", 4_096), ("channels", 200), ("answer_max", 199)]
        .map(|(key, value)| (key, value.to_string()));
    let header = "seat,password,site,operator,employer,skills\n";
    let centre = Centre::start(None, &filled, &format!("{header}{first_start}"))?;
    let mut exchange = Exchange::new(&centre, seats)?;
    exchange.register(&centre)?;
    let mut floor = Echo::start(&centre)?;
    let (mut ours, mut least) = (Delays::default(), Delays::default());
    let (mut ratio, mut cost_us) = (Rounds::default(), Rounds::default());
    for round in 0..effort.pick(6, 1) {
        let before = cpu_us(centre.program.id(), "")?;
        let handovers = exchange.talk(effort.pick(6_000_000, 2_500_000))?;
        let spent_us = cpu_us(centre.program.id(), "")? - before;
        ensure!(handovers.count() > 0, "no seat was given a second call");
        let echoes = floor.exchange(handovers.count())?;
        // In the first round the seats' first calls end all at once.
        if round > 0 || effort == Effort::Smoke {
            ratio.add(handovers.ms(500) / echoes.ms(500));
            ours.join(&handovers);
            least.join(&echoes);
            cost_us.add(per(spent_us, handovers.count())?);
        }
    }
    exchange.hang_up()?;
    say(format!("seat free to next INVITE, {seats} seats:"));
    say(format!("  floor   {least}"));
    say(format!(
        "  cuptel  {ours}, p95 {:.2} ms (target p50 3, p99 15)",
        ours.ms(950)
    ));
    say(format!("  ratio   {ratio} (of the medians)"));
    say(format!(
        "  {cost_us} µs of processor per conversation, all threads"
    ));
    say(format!("handover, audit: {}", centre.audit()?));
    Ok(())
}

fn name_of(seat: usize) -> String {
    (101 + seat).to_string()
}

#[derive(Debug, Clone, Copy)]
enum Party {
    Caller,
    Seat(usize),
}

/// Phones and callers on one address: one user agent plays them all.
struct Exchange {
    wire: Datagrams,
    local: SocketAddr,
    trunk: SocketAddr,
    phones: SocketAddr,
    endpoint: Endpoint,
    out: Outbox,
    clock: Clock,
    registered: usize,
    /// Since when each seat is free, if it is and was not before.
    free_us: Vec<Option<u64>>,
    parties: BTreeMap<DialogId, Party>,
    /// Callers by number, so that one of them can hang up on a seat.
    by_number: BTreeMap<String, DialogId>,
    /// Who hangs up when, in order of time.
    farewells: Vec<(u64, DialogId)>,
    callers: usize,
    next: u64,
    handovers: Delays,
}

impl Exchange {
    fn new(centre: &Centre, seats: usize) -> Result<Self> {
        let wire = Datagrams::bind(SocketAddr::from((centre.address, 5070)))?;
        let settings = Settings {
            user_agent: "CupTel bench".to_owned(),
            ..Settings::default()
        };
        Ok(Self {
            local: wire.local()?,
            wire,
            trunk: centre.trunk(),
            phones: SocketAddr::from((centre.address, 5060)),
            endpoint: Endpoint::new(settings),
            out: Outbox::default(),
            clock: Clock::start(),
            registered: 0,
            free_us: vec![None; seats],
            parties: BTreeMap::new(),
            by_number: BTreeMap::new(),
            farewells: Vec::new(),
            callers: 0,
            next: 0,
            handovers: Delays::default(),
        })
    }

    fn flow_to(&self, remote: SocketAddr) -> Flow {
        Flow {
            id: FlowId(0),
            transport: Transport::Udp,
            local: self.local,
            remote,
        }
    }

    /// Registers every phone and signs an operator in at each.
    fn register(&mut self, centre: &Centre) -> Result<()> {
        for seat in 0..self.free_us.len() {
            let name = name_of(seat);
            let order = OutgoingRegister {
                flow: self.flow_to(self.phones),
                registrar: format!("sip:{}", self.phones),
                user: name.clone(),
                contact: format!("sip:{name}@{}", self.local),
                expires_s: 3_600,
                credentials: Credentials {
                    password: format!("bench-{name}"),
                    user: name,
                },
            };
            let now_us = self.clock.now().mono_us;
            self.endpoint.register(now_us, order, &mut self.out);
        }
        let begun_us = self.clock.now().mono_us;
        while self.registered < self.free_us.len() {
            let waited_us = self.clock.now().mono_us - begun_us;
            ensure!(
                waited_us < REGISTERED_WITHIN_US,
                "{} phones of {} are registered",
                self.registered,
                self.free_us.len()
            );
            self.turn()?;
        }
        let token = fs::read_to_string(centre.folder.path().join("data/api-token"))?;
        for seat in 0..self.free_us.len() {
            let name = name_of(seat);
            let url = format!("http://{}:8080/api/v1/seats/{name}/sign-in", centre.address);
            ureq::post(&url)
                .header("Authorization", format!("Bearer {}", token.trim()))
                .send_json(serde_json::json!({ "operator": format!("Operator {name}") }))
                .with_context(|| format!("sign in at seat {name}"))?;
        }
        Ok(())
    }

    /// Lets everybody talk for so long; the handovers of this time.
    fn talk(&mut self, for_us: u64) -> Result<Delays> {
        let end_us = self.clock.now().mono_us + for_us;
        while self.clock.now().mono_us < end_us {
            while self.callers < self.free_us.len() * CALLS_PER_SEAT {
                self.call();
            }
            self.turn()?;
        }
        Ok(std::mem::take(&mut self.handovers))
    }

    /// Everybody hangs up, so that the audit finds nothing open that is over.
    fn hang_up(&mut self) -> Result<()> {
        let open: Vec<DialogId> = self.parties.keys().copied().collect();
        let end_us = self.clock.now().mono_us + TALK_US;
        for dialog in open {
            self.end(dialog);
        }
        while self.clock.now().mono_us < end_us {
            self.turn()?;
        }
        Ok(())
    }

    fn call(&mut self) {
        self.next += 1;
        self.callers += 1;
        let number = format!("08{:08}", self.next);
        let name_addr =
            |user: &str, host: SocketAddr| NameAddr::of_uri(&format!("sip:{user}@{host}"));
        let call = OutgoingInvite {
            flow: self.flow_to(self.trunk),
            large_flow: None,
            target: format!("sip:0861000000@{}", self.trunk),
            route: Vec::new(),
            from: name_addr(&number, self.local),
            to: name_addr("0861000000", self.trunk),
            contact: format!("sip:carrier@{}", self.local),
            body: Some(self.silence()),
            extra: Vec::new(),
            credentials: None,
            ring_us: RING_US,
        };
        let now_us = self.clock.now().mono_us;
        let dialog = self.endpoint.invite(now_us, call, &mut self.out);
        self.parties.insert(dialog, Party::Caller);
        self.by_number.insert(number, dialog);
    }

    /// A call without sound: neither side sends any.
    fn silence(&self) -> Body {
        let address = self.local.ip();
        let sdp = format!(
            "v=0\r\no=- 1 1 IN IP4 {address}\r\ns=-\r\nc=IN IP4 {address}\r\nt=0 0\r\n\
             m=audio 9 RTP/AVP 8\r\na=inactive\r\n"
        );
        Body {
            content_type: "application/sdp".to_owned(),
            bytes: sdp.into_bytes(),
        }
    }

    fn turn(&mut self) -> Result<()> {
        let now_us = self.clock.now().mono_us;
        if self.endpoint.wake_at().is_some_and(|at_us| at_us <= now_us) {
            self.endpoint.tick(now_us, &mut self.out);
        }
        while let Some(&(_, dialog)) = self.farewells.first().filter(|due| due.0 <= now_us) {
            self.farewells.remove(0);
            self.end(dialog);
        }
        self.settle()?;
        self.wire.wait(1)?;
        let now_us = self.clock.now().mono_us;
        let (endpoint, out) = (&mut self.endpoint, &mut self.out);
        let local = self.local;
        self.wire.receive(|bytes, remote| {
            let flow = Flow {
                id: FlowId(0),
                transport: Transport::Udp,
                local,
                remote,
            };
            endpoint.receive(now_us, &flow, bytes, Admission::Trusted, out);
        })?;
        self.settle()
    }

    fn settle(&mut self) -> Result<()> {
        while !self.out.events.is_empty() {
            for event in std::mem::take(&mut self.out.events) {
                self.on(event);
            }
        }
        let packets: Vec<(SocketAddr, _)> = self
            .out
            .transmits
            .drain(..)
            .map(|transmit| (transmit.flow.remote, transmit.bytes))
            .collect();
        self.wire.send(&packets)
    }

    fn on(&mut self, event: Event) {
        match event {
            Event::Registered { status: 200, .. } => self.registered += 1,
            Event::Invite {
                dialog, request, ..
            } => {
                let seat = uri::user(request.request_uri());
                let shown = request.from().and_then(|from| uri::user(&from.uri));
                self.rings(dialog, seat.as_deref(), shown.as_deref());
            }
            Event::Bye { dialog, .. } | Event::Ended { dialog } | Event::Failed { dialog, .. } => {
                self.is_over(dialog);
            }
            Event::Cancelled { .. }
            | Event::Acked { .. }
            | Event::Unacked { .. }
            | Event::Reinvite { .. }
            | Event::Info { .. }
            | Event::Progress { .. }
            | Event::Answered { .. }
            | Event::Register { .. }
            | Event::Registered { .. }
            | Event::Pong { .. } => {}
        }
    }

    /// A seat's phone rings and is picked up at once. Of two conversations one is ended by the
    /// seat and one by the caller.
    fn rings(&mut self, dialog: DialogId, seat: Option<&str>, shown: Option<&str>) {
        let now_us = self.clock.now().mono_us;
        let place = seat.and_then(|name| name.parse::<usize>().ok());
        let Some(seat) = place.and_then(|name| name.checked_sub(101)) else {
            return;
        };
        let Some(free_us) = self.free_us.get_mut(seat) else {
            return;
        };
        if let Some(since_us) = free_us.take() {
            self.handovers.add(now_us - since_us);
        }
        let silence = self.silence();
        let accepted = self
            .endpoint
            .accept(now_us, dialog, Some(silence), &[], &mut self.out);
        if accepted.is_ok() {
            self.parties.insert(dialog, Party::Seat(seat));
            let caller = shown.and_then(|number| self.by_number.get(number)).copied();
            let who = if self.next.is_multiple_of(2) {
                caller.unwrap_or(dialog)
            } else {
                dialog
            };
            self.farewells.push((now_us + TALK_US, who));
        }
    }

    fn end(&mut self, dialog: DialogId) {
        let now_us = self.clock.now().mono_us;
        let ended = self.endpoint.end(now_us, dialog, &[], &mut self.out);
        if ended.is_ok()
            && let Some(Party::Seat(seat)) = self.parties.get(&dialog).copied()
        {
            // Our BYE leaves now; its answer changes nothing for the seat.
            self.parties.remove(&dialog);
            self.frees(seat);
        }
    }

    fn is_over(&mut self, dialog: DialogId) {
        match self.parties.remove(&dialog) {
            Some(Party::Caller) => {
                self.callers -= 1;
                self.by_number.retain(|_, theirs| *theirs != dialog);
            }
            Some(Party::Seat(seat)) => self.frees(seat),
            None => {}
        }
    }

    fn frees(&mut self, seat: usize) {
        let now_us = self.clock.now().mono_us;
        if let Some(free_us) = self.free_us.get_mut(seat) {
            *free_us = Some(now_us);
        }
    }
}

/// The floor: a peer that synchronises a page before it answers.
struct Echo {
    socket: UdpSocket,
    clock: Clock,
}

impl Echo {
    fn start(centre: &Centre) -> Result<Self> {
        let peer = UdpSocket::bind((centre.address, 0))?;
        let socket = UdpSocket::bind((centre.address, 0))?;
        socket.connect(peer.local_addr()?)?;
        socket.set_read_timeout(Some(Duration::from_secs(5)))?;
        let path = centre.folder.path().join("floor");
        fs::write(&path, [1; PAGE_BYTES])?;
        let file = fs::File::options().write(true).open(path)?;
        file.sync_all()?;
        std::thread::Builder::new()
            .name("floor".to_owned())
            .spawn(move || {
                let mut byte = [0; 1];
                while let Ok((_, from)) = peer.recv_from(&mut byte) {
                    let kept = file.write_all_at(&[byte[0]; PAGE_BYTES], 0);
                    if kept.and_then(|()| file.sync_data()).is_err()
                        || peer.send_to(&byte, from).is_err()
                    {
                        // The one who waits gives up and says so.
                        return;
                    }
                }
            })?;
        Ok(Self {
            socket,
            clock: Clock::start(),
        })
    }

    fn exchange(&mut self, count: usize) -> Result<Delays> {
        let mut delays = Delays::default();
        for _ in 0..count {
            let sent_us = self.clock.now().mono_us;
            self.socket.send(&[7])?;
            self.socket
                .recv(&mut [0; 1])
                .context("the floor did not answer")?;
            delays.add(self.clock.now().mono_us - sent_us);
        }
        Ok(delays)
    }
}
