//! The media thread: waits for packets, commands and deadlines, and lets [`Exchange`] act.
//!
//! Level-triggered epoll with one datagram a port and turn: a flooded port is read no more
//! often than a quiet one, no port is forgotten, and a packet costs one `recvfrom` and no
//! second one to learn that there is nothing more. (`mio` is edge-triggered only, and its time
//! limit has whole milliseconds; the deadlines here are a timerfd's.)

use std::collections::BTreeMap;
use std::io;
use std::net::UdpSocket;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, TrySendError, sync_channel};
use std::thread::JoinHandle;

use nix::errno::Errno;
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};
use nix::sys::eventfd::{EfdFlags, EventFd};
use nix::sys::time::TimeSpec;
use nix::sys::timerfd::{ClockId, Expiration, TimerFd, TimerFlags, TimerSetTimeFlags};
use thread_priority::{
    RealtimeThreadSchedulePolicy, ThreadPriority, ThreadPriorityValue, ThreadSchedulePolicy,
    set_thread_priority_and_policy, thread_native_id,
};

use crate::bind::{MediaError, Settings, bind_all};
use crate::clock::now_us;
use crate::command::{Command, Event};
use crate::exchange::{Exchange, Limits, SWEEP_US};
use crate::outbox::Outbox;
use crate::player::Sounds;
use crate::ports::PortPair;
use crate::prompt::PromptLibrary;
use crate::statistics::{Counters, Stats};
use crate::tone::Tones;

/// Takes an event, or gives it back when it has no room: it is then offered again.
/// Runs on the media thread and must not block.
pub type Sink = Box<dyn FnMut(Event) -> Result<(), Event> + Send>;

const WAKE_TOKEN: u64 = u64::MAX;
const TIMER_TOKEN: u64 = u64::MAX - 1;
/// Readiness reports taken a turn.
const READY_MAX: usize = 128;
/// Commands taken a turn, so that a storm of them delays no frame.
const COMMANDS_PER_TURN: usize = 64;
/// How soon events that the consumer refused are offered again.
const RETRY_US: u64 = 2_000;
/// More than an Ethernet frame holds; what fills it is no RTP audio.
const DATAGRAM_BYTES: usize = 2_048;
/// Low among the real-time priorities: above all ordinary threads, below the kernel's own.
const FIFO_PRIORITY: u8 = 10;

/// The media thread as its owner sees it. Dropping it stops the thread.
#[derive(Debug)]
pub struct Handle {
    pairs: Vec<PortPair>,
    commands: SyncSender<Command>,
    signal: Arc<Signal>,
    counters: Arc<Counters>,
    thread: Option<JoinHandle<()>>,
}

/// Wakes the thread; one write for many commands sent at once.
#[derive(Debug)]
struct Signal {
    event: EventFd,
    /// The thread has been told and has not looked yet.
    raised: AtomicBool,
    stop: AtomicBool,
}

impl Signal {
    fn raise(&self) {
        if !self.raised.swap(true, Ordering::AcqRel)
            && let Err(error) = self.event.write(1)
        {
            // Only a counter of 2^64 - 2 refuses a write.
            tracing::error!(%error, "media thread could not be woken");
        }
    }
}

/// Binds all port pairs and starts the thread.
///
/// # Errors
/// A network without a single free pair, or a system that refuses descriptors or the thread.
pub fn start(
    settings: Settings,
    prompts: Arc<PromptLibrary>,
    sink: Sink,
) -> Result<Handle, MediaError> {
    let legs = bind_all(&settings)?;
    let pairs: Vec<PortPair> = legs.iter().map(|leg| leg.pair).collect();
    let counters = Arc::new(Counters::default());
    let signal = Arc::new(Signal {
        event: EventFd::from_flags(EfdFlags::EFD_NONBLOCK | EfdFlags::EFD_CLOEXEC)
            .map_err(setup)?,
        raised: AtomicBool::new(false),
        stop: AtomicBool::new(false),
    });
    let (sender, receiver) = sync_channel(settings.commands_max);
    // A handful of events for every stream that can be open, and some for commands refused.
    let waiting_max = pairs.len() * 8 + 256;
    let exchange = Exchange::new(
        legs,
        Sounds {
            prompts,
            tones: Tones::new(),
            kept: BTreeMap::new(),
        },
        Limits {
            rtp_timeout_us: settings.rtp_timeout_us,
            latch_window_us: settings.latch_window_us,
        },
        Arc::clone(&counters),
        Outbox::new(sink, waiting_max),
    );
    let mut turn = Turn::new(exchange, receiver, Arc::clone(&signal)).map_err(setup)?;
    let theirs = Arc::clone(&counters);
    let thread = std::thread::Builder::new()
        .name("media".to_owned())
        .spawn(move || {
            theirs.realtime.store(schedule_fifo(), Ordering::Relaxed);
            turn.run();
        })
        .map_err(MediaError::Setup)?;
    Ok(Handle {
        pairs,
        commands: sender,
        signal,
        counters,
        thread: Some(thread),
    })
}

impl Handle {
    /// The pairs that were bound, for a [`crate::PortPool`].
    #[must_use]
    pub fn pairs(&self) -> &[PortPair] {
        &self.pairs
    }

    /// Hands a command over and wakes the thread. Never blocks.
    ///
    /// # Errors
    /// `Full` when too many commands wait, `Gone` when the thread has ended.
    pub fn send(&self, command: Command) -> Result<(), MediaError> {
        match self.commands.try_send(command) {
            Ok(()) => {
                self.signal.raise();
                Ok(())
            }
            Err(TrySendError::Full(_)) => Err(MediaError::Full),
            Err(TrySendError::Disconnected(_)) => Err(MediaError::Gone),
        }
    }

    /// The figures of this moment.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.counters.read()
    }

    /// Carries out what was sent, says goodbye on all streams and ends the thread.
    pub fn stop(mut self) {
        self.finish();
    }

    fn finish(&mut self) {
        self.signal.stop.store(true, Ordering::Release);
        self.signal.raise();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the media thread panicked");
        }
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.finish();
    }
}

/// The thread's own state.
struct Turn {
    exchange: Exchange,
    commands: Receiver<Command>,
    signal: Arc<Signal>,
    epoll: Epoll,
    timer: TimerFd,
    armed_us: Option<u64>,
    sweep_us: u64,
    /// Commands are waiting although nothing will wake us for them.
    more_commands: bool,
}

impl Turn {
    fn new(
        exchange: Exchange,
        commands: Receiver<Command>,
        signal: Arc<Signal>,
    ) -> nix::Result<Self> {
        let epoll = Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC)?;
        let readable = |token| EpollEvent::new(EpollFlags::EPOLLIN, token);
        for (token, leg) in (0_u64..).zip(exchange.legs()) {
            epoll.add(&leg.rtp, readable(token * 2))?;
            epoll.add(&leg.rtcp, readable(token * 2 + 1))?;
        }
        epoll.add(&signal.event, readable(WAKE_TOKEN))?;
        let flags = TimerFlags::TFD_NONBLOCK | TimerFlags::TFD_CLOEXEC;
        let timer = TimerFd::new(ClockId::CLOCK_MONOTONIC, flags)?;
        epoll.add(&timer, readable(TIMER_TOKEN))?;
        Ok(Self {
            exchange,
            commands,
            signal,
            epoll,
            timer,
            armed_us: None,
            sweep_us: 0,
            more_commands: false,
        })
    }

    fn run(&mut self) {
        let mut ready = [EpollEvent::empty(); READY_MAX];
        loop {
            let wait = if self.more_commands && !self.exchange.outbox().is_full() {
                EpollTimeout::ZERO
            } else {
                EpollTimeout::NONE
            };
            let count = match self.epoll.wait(&mut ready, wait) {
                Ok(count) => count,
                Err(Errno::EINTR) => 0,
                Err(error) => {
                    tracing::error!(%error, "the media thread cannot wait for packets and ends");
                    return;
                }
            };
            self.keep_time();
            for event in &ready[..count] {
                self.on_ready(event.data());
            }
            self.take_commands();
            // A consumer that takes nothing more must not keep the thread from ending.
            let done = !self.more_commands || self.exchange.outbox().is_full();
            if done && self.signal.stop.load(Ordering::Acquire) {
                self.exchange.close_all(now_us());
                self.exchange.outbox().retry();
                return;
            }
            self.keep_time();
            self.exchange.publish();
            self.arm();
        }
    }

    /// Everything whose moment has come. Called between packets too: a batch of them takes
    /// longer than a slot.
    fn keep_time(&mut self) -> u64 {
        let now = now_us();
        if self.exchange.due_us().is_some_and(|due| due <= now) {
            self.exchange.play_due(now);
        }
        if now >= self.sweep_us {
            self.sweep_us = now + SWEEP_US;
            self.exchange.sweep(now);
        }
        self.exchange.outbox().retry();
        now
    }

    fn on_ready(&mut self, token: u64) {
        match token {
            // Re-armed before the next wait, which makes it unreadable again.
            TIMER_TOKEN => self.armed_us = None,
            WAKE_TOKEN => {
                if let Err(error) = self.signal.event.read() {
                    tracing::error!(%error, "media thread's wake-up");
                }
                self.more_commands = true;
            }
            token => {
                let now = self.keep_time();
                self.read_port(now, token);
            }
        }
    }

    fn read_port(&mut self, now: u64, token: u64) {
        let Ok(index) = usize::try_from(token / 2) else {
            return;
        };
        let Some(leg) = self.exchange.legs().get(index) else {
            return;
        };
        let is_rtp = token.is_multiple_of(2);
        let mut buffer = [0; DATAGRAM_BYTES];
        let socket: &UdpSocket = if is_rtp { &leg.rtp } else { &leg.rtcp };
        match socket.recv_from(&mut buffer) {
            // Perhaps cut off.
            Ok((DATAGRAM_BYTES.., _)) => self.exchange.on_oversized(),
            Ok((length, from)) if is_rtp => {
                self.exchange
                    .on_rtp(now, index, from, &mut buffer[..length]);
            }
            Ok((length, from)) => self.exchange.on_rtcp(now, index, from, &buffer[..length]),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            // A pending ICMP error, which this call has cleared.
            Err(error) => tracing::debug!(%error, "media socket"),
        }
    }

    fn take_commands(&mut self) {
        if !self.more_commands {
            return;
        }
        // Lowered before looking: what is sent from here on raises it again.
        self.signal.raised.swap(false, Ordering::AcqRel);
        for _ in 0..COMMANDS_PER_TURN {
            if self.exchange.outbox().is_full() {
                return;
            }
            match self.commands.try_recv() {
                Ok(command) => self.exchange.on_command(now_us(), command),
                Err(TryRecvError::Empty | TryRecvError::Disconnected) => {
                    self.more_commands = false;
                    return;
                }
            }
        }
    }

    /// Sets the timer to the earliest deadline.
    fn arm(&mut self) {
        let waiting = self.exchange.outbox().waiting() > 0;
        let deadlines = [
            self.exchange.due_us(),
            (!self.exchange.is_idle()).then_some(self.sweep_us),
            waiting.then(|| now_us() + RETRY_US),
        ];
        let earliest = deadlines.into_iter().flatten().min();
        if earliest == self.armed_us {
            return;
        }
        let set = match earliest {
            Some(at_us) => {
                let (seconds, rest) = (at_us / 1_000_000, at_us % 1_000_000);
                let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
                let nanoseconds = i64::try_from(rest * 1_000).unwrap_or(0);
                let at = Expiration::OneShot(TimeSpec::new(seconds, nanoseconds));
                self.timer.set(at, TimerSetTimeFlags::TFD_TIMER_ABSTIME)
            }
            None => self.timer.unset(),
        };
        match set {
            Ok(()) => self.armed_us = earliest,
            Err(error) => tracing::error!(%error, "media timer"),
        }
    }
}

/// Asks for SCHED_FIFO; whether it was given.
fn schedule_fifo() -> bool {
    let policy = ThreadSchedulePolicy::Realtime(RealtimeThreadSchedulePolicy::Fifo);
    let set = ThreadPriorityValue::try_from(FIFO_PRIORITY)
        .map_err(|error| error.to_owned())
        .and_then(|priority| {
            let priority = ThreadPriority::Crossplatform(priority);
            set_thread_priority_and_policy(thread_native_id(), priority, policy)
                .map_err(|error| format!("{error:?}"))
        });
    if let Err(reason) = &set {
        tracing::warn!(
            %reason,
            "MEDIA IS NOT REAL-TIME: SCHED_FIFO was refused, sound will stutter under load; \
             grant CAP_SYS_NICE or an rtprio limit"
        );
    }
    set.is_ok()
}

fn setup(error: Errno) -> MediaError {
    MediaError::Setup(error.into())
}
