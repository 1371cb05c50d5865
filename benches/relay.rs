//! Bridged calls: the media thread passes G.711 packets from one side to the other. Measured
//! against two bare relays that rewrite and check nothing: `recvmmsg` then `sendmmsg` on one
//! socket, and the same on a socket per leg, which is what calls need.

mod datagrams;
mod measured;
mod processor;
mod realtime;
mod streams;

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use anyhow::{Context as _, Result, ensure};
use cuptel_engine::Clock;
use cuptel_media::{Command, PromptLibrary, StreamId};
use nix::errno::Errno;
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags};

use datagrams::{Batch, Datagrams, bound, send};
use measured::{Delays, Effort, Rounds, say};
use processor::{cpu_us, per};
use realtime::ask_for_fifo;
use streams::Streams;

/// Where the media thread listens.
const MEDIA: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 3);
const CALLS: u16 = 200;
const ROUNDS: usize = 5;
/// Frames that each leg sends in one round: 1.5 s.
const FRAMES: u64 = 75;
const FRAME_US: u64 = 20_000;
/// The legs' frames are spread over the twenty slots of a frame, as real calls are.
const SLOTS: usize = 20;
const RTP_HEADER_BYTES: usize = 12;
/// What is still under way after the last frame.
const TAIL_US: u64 = 100_000;
/// Readiness reports a turn.
const READY_MAX: usize = 128;

fn main() -> Result<()> {
    let Some(effort) = Effort::asked() else {
        return Ok(());
    };
    let legs = effort.pick(CALLS, 3) * 2;
    let mut phones = Phones::at(Ipv4Addr::LOCALHOST)?;
    let address = phones.wire.local()?;
    let streams = Streams::open(legs, MEDIA, &[address], PromptLibrary::new())?;
    let pairs = streams.media.pairs().iter();
    let addresses = pairs
        .map(|pair| SocketAddr::from((MEDIA, pair.rtp)))
        .collect();
    for call in 0..i64::from(legs / 2) {
        let (a, b) = (StreamId(2 * call), StreamId(2 * call + 1));
        streams::send(&streams.media, Command::Bridge { a, b })?;
    }
    let one = BareRelay::start("floor-one", 1, address)?;
    let many = BareRelay::start("floor-many", legs, address)?;
    let one_for_all = vec![one.addresses[0]; usize::from(legs)];
    let mut sides = [
        Side::new("floor, one socket", "floor-one", one_for_all),
        Side::new(
            "floor, a socket per leg",
            "floor-many",
            many.addresses.clone(),
        ),
        Side::new("cuptel", "media", addresses),
    ];
    let (mut to_one, mut to_many) = (Rounds::default(), Rounds::default());
    for _ in 0..effort.pick(ROUNDS, 1) {
        let frames = effort.pick(FRAMES, 5);
        let mut costs = [0.0; 3];
        for (cost, side) in costs.iter_mut().zip(&mut sides) {
            *cost = side.round(&mut phones, frames)?;
        }
        let [least, per_leg, ours] = costs;
        to_one.add(ours / least);
        to_many.add(ours / per_leg);
    }
    let realtime = streams.media.stats().realtime;
    say(format!(
        "relay, {} bridged calls, {} packets/s, SCHED_FIFO {realtime}:",
        legs / 2,
        u32::from(legs) * 50
    ));
    for side in &sides {
        say(format!(
            "  {:<23} {} µs of processor per packet; {} of {} lost; delay {}",
            side.name, side.cpu_us, side.lost, side.sent, side.delays
        ));
    }
    say(format!("  ratio to one socket       {to_one} (target 1.4)"));
    say(format!("  ratio to a socket per leg {to_many}"));
    ensure!(
        sides.iter().all(|side| side.lost < side.sent),
        "a side passed nothing on"
    );
    one.stop()?;
    many.stop()
}

/// One of those who relay.
struct Side {
    name: &'static str,
    thread: &'static str,
    /// Where each leg sends.
    legs: Vec<SocketAddr>,
    cpu_us: Rounds,
    delays: Delays,
    sent: usize,
    lost: usize,
}

impl Side {
    fn new(name: &'static str, thread: &'static str, legs: Vec<SocketAddr>) -> Self {
        Self {
            name,
            thread,
            legs,
            cpu_us: Rounds::default(),
            delays: Delays::default(),
            sent: 0,
            lost: 0,
        }
    }

    fn round(&mut self, phones: &mut Phones, frames: u64) -> Result<f64> {
        let process = std::process::id();
        let before = cpu_us(process, self.thread)?;
        let delays = phones.talk(&self.legs, frames)?;
        let cost = per(cpu_us(process, self.thread)? - before, delays.count())?;
        let sent = self.legs.len() * usize::try_from(frames)?;
        self.cpu_us.add(cost);
        self.sent += sent;
        self.lost += sent.saturating_sub(delays.count());
        self.delays.join(&delays);
        Ok(cost)
    }
}

/// Every phone of every call, on one socket.
struct Phones {
    wire: Datagrams,
    clock: Clock,
    sequence: u16,
    timestamp: u32,
}

impl Phones {
    fn at(address: Ipv4Addr) -> Result<Self> {
        Ok(Self {
            wire: Datagrams::bind(SocketAddr::from((address, 0)))?,
            clock: Clock::start(),
            sequence: 0,
            timestamp: 0,
        })
    }

    /// Every leg sends so many frames; how long each packet that came back was on its way.
    fn talk(&mut self, legs: &[SocketAddr], frames: u64) -> Result<Delays> {
        let mut delays = Delays::default();
        let begun_us = self.clock.now().mono_us;
        for frame in 0..frames {
            self.sequence = self.sequence.wrapping_add(1);
            self.timestamp = self.timestamp.wrapping_add(160);
            for slot in 0..SLOTS {
                let slot_us = FRAME_US * u64::try_from(slot)? / u64::try_from(SLOTS)?;
                self.listen_until(begun_us, begun_us + frame * FRAME_US + slot_us, &mut delays)?;
                let now_us = self.clock.now().mono_us;
                let speaking = legs.iter().enumerate().skip(slot).step_by(SLOTS);
                let packets: Vec<(SocketAddr, Vec<u8>)> = speaking
                    .map(|(leg, address)| (*address, self.packet(leg, now_us)))
                    .collect();
                self.wire.send(&packets)?;
            }
        }
        let end_us = begun_us + frames * FRAME_US + TAIL_US;
        self.listen_until(begun_us, end_us, &mut delays)?;
        Ok(delays)
    }

    /// Listens at least once, so that no stall of ours reads as one of the relay. What was sent
    /// before `begun_us` belongs to another side.
    fn listen_until(&mut self, begun_us: u64, until_us: u64, delays: &mut Delays) -> Result<()> {
        loop {
            let now_us = self.clock.now().mono_us;
            while self.wire.receive(|packet, _| {
                if let Some(sent_us) = sent_at(packet).filter(|sent_us| *sent_us >= begun_us) {
                    delays.add(now_us.saturating_sub(sent_us));
                }
            })? > 0
            {}
            if self.clock.now().mono_us >= until_us {
                return Ok(());
            }
            self.wire.wait(1)?;
        }
    }

    /// A-law whose first bytes say when it was sent.
    fn packet(&self, leg: usize, now_us: u64) -> Vec<u8> {
        let ssrc = u32::try_from(leg).unwrap_or(u32::MAX);
        let mut packet = vec![0x80, 8];
        packet.extend(self.sequence.to_be_bytes());
        packet.extend(self.timestamp.to_be_bytes());
        packet.extend(ssrc.to_be_bytes());
        packet.extend(now_us.to_be_bytes());
        packet.resize(RTP_HEADER_BYTES + 160, 0xD5);
        packet
    }
}

fn sent_at(packet: &[u8]) -> Option<u64> {
    let payload = packet.get(RTP_HEADER_BYTES..)?;
    payload
        .first_chunk()
        .map(|bytes| u64::from_be_bytes(*bytes))
}

/// Takes what comes at a leg and sends it from the leg beside it.
struct BareRelay {
    addresses: Vec<SocketAddr>,
    ended: Arc<AtomicBool>,
    thread: JoinHandle<Result<()>>,
}

impl BareRelay {
    fn start(name: &str, legs: u16, remote: SocketAddr) -> Result<Self> {
        let sockets: Vec<UdpSocket> = (0..legs)
            .map(|_| bound(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))))
            .collect::<Result<_>>()?;
        let addresses = sockets.iter().map(UdpSocket::local_addr);
        let addresses = addresses.collect::<Result<_, _>>()?;
        let ended = Arc::new(AtomicBool::new(false));
        let theirs = Arc::clone(&ended);
        let thread = std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || {
                ask_for_fifo();
                pass_on(&sockets, remote, &theirs)
            })?;
        Ok(Self {
            addresses,
            ended,
            thread,
        })
    }

    fn stop(self) -> Result<()> {
        self.ended.store(true, Ordering::Release);
        let passed = self.thread.join();
        passed.map_err(|_panic| anyhow::anyhow!("a bare relay panicked"))?
    }
}

fn pass_on(sockets: &[UdpSocket], remote: SocketAddr, ended: &AtomicBool) -> Result<()> {
    let epoll = Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC)?;
    for (token, socket) in (0..).zip(sockets) {
        epoll.add(socket, EpollEvent::new(EpollFlags::EPOLLIN, token))?;
    }
    let mut ready = [EpollEvent::empty(); READY_MAX];
    let mut batch = Batch::new();
    while !ended.load(Ordering::Acquire) {
        let count = match epoll.wait(&mut ready, 50_u8) {
            Ok(count) => count,
            Err(Errno::EINTR) => 0,
            Err(error) => return Err(error.into()),
        };
        for event in ready.iter().take(count) {
            let leg = usize::try_from(event.data())?;
            let socket = sockets.get(leg).context("a leg that is not there")?;
            batch.take(socket)?;
            let packets: Vec<(SocketAddr, &[u8])> =
                batch.arrived().map(|(bytes, _)| (remote, bytes)).collect();
            send(sockets.get(leg ^ 1).unwrap_or(socket), &packets)?;
        }
    }
    Ok(())
}
