//! Music for up to 2,500 people who wait: how far from the 20 ms grid of its stream each packet leaves.
//! Measured against one thread with a timer that sends as many packets of the same size and does
//! nothing else. The kernel notes the time of each packet, so the receiver's own delays count for
//! nothing.

mod measured;
mod processor;
mod realtime;
mod streams;

use std::collections::BTreeMap;
use std::io::IoSliceMut;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::os::fd::AsRawFd as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use anyhow::{Context as _, Result, ensure};
use cuptel_engine::Clock;
use cuptel_media::{Command, PromptLibrary, StreamId};
use nix::errno::Errno;
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags};
use nix::sys::socket::{
    ControlMessageOwned, MsgFlags, MultiHeaders, SockaddrStorage, recvmmsg, setsockopt, sockopt,
};
use nix::sys::time::{TimeSpec, TimeValLike as _};
use nix::sys::timerfd::{ClockId, Expiration, TimerFd, TimerFlags, TimerSetTimeFlags};

use measured::{Delays, Effort, Rounds, say};
use processor::{cpu_us, per};
use realtime::ask_for_fifo;
use streams::Streams;

/// How many hear music at once, up to the target.
const LADDER: [u16; 4] = [1_000, 1_500, 2_000, 2_500];
const ROUNDS: usize = 3;
const ROUND_US: u64 = 2_000_000;
/// Sockets that hear the streams, so that the kernel's buffers hold a stall of the receiver.
const EARS: usize = 8;
const EAR_BYTES: usize = 4 << 20;
const PACKET_BYTES: usize = 172;
const BATCH: usize = 64;
const FRAME_NS: i64 = 20_000_000;
/// Slots of a frame; each has its share of the streams.
const SLOTS: u32 = 20;

fn main() -> Result<()> {
    let Some(effort) = Effort::asked() else {
        return Ok(());
    };
    let ladder = effort.pick(&LADDER[..], &[20]);
    let mut ears = Ears::open()?;
    let mut prompts = PromptLibrary::new();
    let music = prompts.add_wav("music", &wav(50))?;
    let most = ladder.iter().copied().max().context("no step")?;
    let streams = Streams::open(most, Ipv4Addr::new(127, 0, 0, 4), &ears.addresses, prompts)?;
    for &count in ladder {
        let (mut ours, mut least) = (Side::default(), Side::default());
        for _ in 0..effort.pick(ROUNDS, 1) {
            let floor = Floor::start(count, &ears.addresses)?;
            least.round(&mut ears, "floor", count, effort)?;
            floor.stop()?;
            ears.forget()?;
            for stream in (0..i64::from(count)).map(StreamId) {
                let token = 0;
                let play = Command::Music {
                    stream,
                    token,
                    music,
                };
                streams::send(&streams.media, play)?;
            }
            ours.round(&mut ears, "media", count, effort)?;
            for stream in (0..i64::from(count)).map(StreamId) {
                streams::send(&streams.media, Command::StopPlay { stream })?;
            }
            ears.forget()?;
        }
        tell(count, &ours, &least);
    }
    let realtime = streams.media.stats().realtime;
    say(format!(
        "prompts: SCHED_FIFO {realtime}, target at 2500 streams: p99 at most 1.5 ms"
    ));
    Ok(())
}

fn tell(count: u16, ours: &Side, least: &Side) {
    say(format!(
        "prompts, {count} streams, deviation from each stream's grid:"
    ));
    for (who, side) in [("floor", least), ("cuptel", ours)] {
        say(format!(
            "  {who:<7} {} µs of processor per packet; {}; p99 of the rounds {} µs; missing {}",
            side.cpu_us, side.deviations, side.p99_us, side.missing
        ));
    }
    say(format!(
        "  ratio   {:.2} of the p99",
        ours.deviations.ms(990) / least.deviations.ms(990)
    ));
}

/// The sender of a side.
#[derive(Default)]
struct Side {
    cpu_us: Rounds,
    deviations: Delays,
    p99_us: Rounds,
    missing: u64,
}

impl Side {
    fn round(&mut self, ears: &mut Ears, thread: &str, streams: u16, effort: Effort) -> Result<()> {
        let process = std::process::id();
        // The first moments belong to the commands that begin it.
        ears.listen(effort.pick(300_000, 100_000), &mut |_, _, _| {})?;
        let before = cpu_us(process, thread)?;
        let mut heard: BTreeMap<u32, Heard> = BTreeMap::new();
        let mut packets = 0;
        ears.listen(
            effort.pick(ROUND_US, 300_000),
            &mut |ssrc, sequence, at_ns| {
                packets += 1;
                heard.entry(ssrc).or_default().packet(sequence, at_ns);
            },
        )?;
        let spent_us = cpu_us(process, thread)? - before;
        ensure!(
            heard.len() == usize::from(streams),
            "{} of {streams} streams were heard",
            heard.len()
        );
        self.cpu_us.add(per(spent_us, packets)?);
        let mut deviations = Delays::default();
        for stream in heard.values() {
            self.missing += stream.missing();
            stream.deviations(&mut deviations)?;
        }
        self.p99_us.add(deviations.ms(990) * 1_000.0);
        self.deviations.join(&deviations);
        Ok(())
    }
}

/// The packets of one stream: place in the sequence, time.
#[derive(Debug, Default)]
struct Heard {
    packets: Vec<(i64, i64)>,
    last: Option<(u16, i64)>,
}

impl Heard {
    fn packet(&mut self, sequence: u16, at_ns: i64) {
        let place = match self.last {
            Some((last, place)) => place + i64::from(sequence.wrapping_sub(last)),
            None => 0,
        };
        self.last = Some((sequence, place));
        self.packets.push((place, at_ns));
    }

    fn missing(&self) -> u64 {
        let expected = self.last.map_or(0, |(_, place)| place.unsigned_abs() + 1);
        expected.saturating_sub(self.packets.len() as u64)
    }

    /// How far each packet is from the grid on which the middle one of them lies.
    fn deviations(&self, all: &mut Delays) -> Result<()> {
        let phase = |&(place, at_ns): &(i64, i64)| at_ns - place * FRAME_NS;
        let mut phases: Vec<i64> = self.packets.iter().map(phase).collect();
        phases.sort_unstable();
        let middle = phases.get(phases.len() / 2).context("an empty stream")?;
        for phase_ns in &phases {
            all.add((phase_ns - middle).unsigned_abs() / 1_000);
        }
        Ok(())
    }
}

/// What hears SSRC, sequence number and the kernel's time.
type Hearer<'h> = dyn FnMut(u32, u16, i64) + 'h;

/// Sockets whose packets the kernel stamps.
struct Ears {
    sockets: Vec<UdpSocket>,
    addresses: Vec<SocketAddr>,
    epoll: Epoll,
    clock: Clock,
    headers: MultiHeaders<SockaddrStorage>,
    buffers: Vec<[u8; PACKET_BYTES]>,
}

impl Ears {
    fn open() -> Result<Self> {
        let epoll = Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC)?;
        let mut sockets = Vec::with_capacity(EARS);
        for token in 0..EARS {
            let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
            socket.set_nonblocking(true)?;
            setsockopt(&socket, sockopt::RcvBuf, &EAR_BYTES)?;
            setsockopt(&socket, sockopt::ReceiveTimestampns, &true)?;
            let token = u64::try_from(token)?;
            epoll.add(&socket, EpollEvent::new(EpollFlags::EPOLLIN, token))?;
            sockets.push(socket);
        }
        let addresses = sockets.iter().map(UdpSocket::local_addr);
        Ok(Self {
            addresses: addresses.collect::<Result<_, _>>()?,
            sockets,
            epoll,
            clock: Clock::start(),
            headers: MultiHeaders::preallocate(BATCH, Some(nix::cmsg_space!(TimeSpec))),
            buffers: vec![[0; PACKET_BYTES]; BATCH],
        })
    }

    fn listen(&mut self, for_us: u64, hearer: &mut Hearer<'_>) -> Result<()> {
        let end_us = self.clock.now().mono_us + for_us;
        let mut ready = [EpollEvent::empty(); EARS];
        while self.clock.now().mono_us < end_us {
            let count = match self.epoll.wait(&mut ready, 5_u8) {
                Ok(count) => count,
                Err(Errno::EINTR) => 0,
                Err(error) => return Err(error.into()),
            };
            for event in ready.iter().take(count) {
                self.take(usize::try_from(event.data())?, hearer)?;
            }
        }
        Ok(())
    }

    /// What one side left behind is no business of the other.
    fn forget(&mut self) -> Result<()> {
        let mut is_quiet = false;
        while !is_quiet {
            is_quiet = true;
            self.listen(100_000, &mut |_, _, _| is_quiet = false)?;
        }
        Ok(())
    }

    fn take(&mut self, ear: usize, hearer: &mut Hearer<'_>) -> Result<()> {
        let socket = self.sockets.get(ear).context("an ear that is not there")?;
        let mut slices: Vec<[IoSliceMut<'_>; 1]> = self
            .buffers
            .iter_mut()
            .map(|buffer| [IoSliceMut::new(buffer)])
            .collect();
        let taken = recvmmsg(
            socket.as_raw_fd(),
            &mut self.headers,
            slices.iter_mut(),
            MsgFlags::MSG_DONTWAIT,
            None,
        );
        let mut stamps = [None; BATCH];
        match taken {
            Ok(messages) => {
                for (stamp, message) in stamps.iter_mut().zip(messages) {
                    for extra in message.cmsgs()? {
                        if let ControlMessageOwned::ScmTimestampns(at) = extra {
                            *stamp = Some(at.num_nanoseconds());
                        }
                    }
                }
            }
            Err(Errno::EAGAIN | Errno::ECONNREFUSED) => {}
            Err(error) => return Err(error.into()),
        }
        for (packet, at_ns) in self.buffers.iter().zip(stamps) {
            if let (Some(at_ns), [_, _, q0, q1, _, _, _, _, s0, s1, s2, s3, ..]) = (at_ns, packet) {
                let ssrc = u32::from_be_bytes([*s0, *s1, *s2, *s3]);
                hearer(ssrc, u16::from_be_bytes([*q0, *q1]), at_ns);
            }
        }
        Ok(())
    }
}

/// The floor: a timer every millisecond, and the packets of its slot.
struct Floor {
    ended: Arc<AtomicBool>,
    thread: JoinHandle<Result<()>>,
}

impl Floor {
    fn start(streams: u16, ears: &[SocketAddr]) -> Result<Self> {
        let ended = Arc::new(AtomicBool::new(false));
        let (theirs, ears) = (Arc::clone(&ended), ears.to_vec());
        let thread = std::thread::Builder::new()
            .name("floor".to_owned())
            .spawn(move || {
                ask_for_fifo();
                send_all(streams, &ears, &theirs)
            })?;
        Ok(Self { ended, thread })
    }

    fn stop(self) -> Result<()> {
        self.ended.store(true, Ordering::Release);
        let sent = self.thread.join();
        sent.map_err(|_panic| anyhow::anyhow!("the floor panicked"))?
    }
}

fn send_all(streams: u16, ears: &[SocketAddr], ended: &AtomicBool) -> Result<()> {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
    let timer = TimerFd::new(ClockId::CLOCK_MONOTONIC, TimerFlags::empty())?;
    let slot = Expiration::Interval(TimeSpec::milliseconds(1));
    timer.set(slot, TimerSetTimeFlags::empty())?;
    let mut packet = [0xD5; PACKET_BYTES];
    let mut tick = 0_u32;
    while !ended.load(Ordering::Acquire) {
        timer.wait()?;
        let [_, _, high, low] = (tick / SLOTS).to_be_bytes();
        packet[..4].copy_from_slice(&[0x80, 8, high, low]);
        for ssrc in (tick % SLOTS..u32::from(streams)).step_by(usize::try_from(SLOTS)?) {
            packet[8..12].copy_from_slice(&ssrc.to_be_bytes());
            let ear = usize::try_from(ssrc)? % ears.len();
            let remote = ears.get(ear).context("no ear")?;
            socket.send_to(&packet, remote)?;
        }
        tick += 1;
    }
    Ok(())
}

/// A WAV of A-law silence.
fn wav(frames: u32) -> Vec<u8> {
    let bytes = frames * 160;
    let mut file = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x06\0\x01\0".to_vec();
    file.extend([0x40, 0x1F, 0, 0, 0x40, 0x1F, 0, 0, 1, 0, 8, 0]);
    file.extend(b"data");
    file.extend(bytes.to_le_bytes());
    file.resize(
        file.len() + usize::try_from(bytes).unwrap_or_default(),
        0xD5,
    );
    file
}
