//! The thread of the demo's phones: waits for datagrams, media reports, intentions and the
//! owner's wishes, and lets the world act.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::JoinHandle;
use std::time::Duration;

use cuptel_engine::Clock;
use cuptel_media as media;
use tokio::net::UdpSocket;
use tokio::sync::mpsc;

use super::audio::{Audio, AudioPlan};
use super::habits::Habits;
use super::line::Side;
use super::tally::Tally;
use super::world::World;
use super::{DemoError, Plan, Wishes};

/// Datagrams taken from one socket before the others have their turn.
const BATCH: usize = 64;
/// Largest UDP payload.
const DATAGRAM_BYTES: usize = 65_535;
/// Media events that may wait; the media thread keeps what finds no room.
const MEDIA_EVENTS_MAX: usize = 1_024;
/// With nothing due: just to look.
const IDLE_US: u64 = 1_000_000;
/// After the wish to finish, goodbyes are waited for no longer than this.
const GOODBYE_US: u64 = 3_000_000;

/// Binds what is needed and starts the thread.
pub(crate) fn start(
    plan: Plan,
    habits: &'static Habits,
    wishes: Arc<Wishes>,
    tally: Tally,
) -> Result<JoinHandle<()>, DemoError> {
    if plan.lines.is_empty() {
        return Err(DemoError::NoLine);
    }
    let sockets = [bind(plan.carrier)?, bind(plan.desks)?];
    let mut locals = [plan.carrier, plan.desks];
    for (local, socket) in locals.iter_mut().zip(&sockets) {
        *local = socket.local_addr().map_err(DemoError::Thread)?;
    }
    let (sender, events) = mpsc::channel(MEDIA_EVENTS_MAX);
    let sink = Box::new(move |event| {
        sender.try_send(event).map_err(|refused| match refused {
            mpsc::error::TrySendError::Full(event) | mpsc::error::TrySendError::Closed(event) => {
                event
            }
        })
    });
    let audio = AudioPlan {
        address: plan.carrier.ip(),
        ports: plan.media_ports.clone(),
        // Everybody outside and every operator at once, and as many whose ports rest.
        pairs_max: (plan.calls_max + plan.seats.len()) * 2,
        prompts: Arc::clone(&plan.prompts),
        voice: plan.voice,
    };
    let audio = Audio::start(audio, sink).map_err(DemoError::Media)?;
    let world = World::new(&plan, habits, locals, audio, tally);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(DemoError::Thread)?;
    let sockets = {
        let _inside = runtime.enter();
        let [carrier, desks] = sockets.map(UdpSocket::from_std);
        [
            carrier.map_err(DemoError::Thread)?,
            desks.map_err(DemoError::Thread)?,
        ]
    };
    let mut phones = Running {
        world,
        sockets,
        events,
        wishes,
        clock: Clock::start(),
        buffer: vec![0; DATAGRAM_BYTES],
        until_us: None,
    };
    std::thread::Builder::new()
        .name("demo-phones".to_owned())
        .spawn(move || runtime.block_on(phones.run()))
        .map_err(DemoError::Thread)
}

fn bind(address: SocketAddr) -> Result<std::net::UdpSocket, DemoError> {
    std::net::UdpSocket::bind(address)
        .and_then(|socket| socket.set_nonblocking(true).map(|()| socket))
        .map_err(|source| DemoError::Bind { address, source })
}

/// The world and what it is reached by.
struct Running {
    world: World,
    /// In the order of [`Side::ALL`].
    sockets: [UdpSocket; 2],
    events: mpsc::Receiver<media::Event>,
    wishes: Arc<Wishes>,
    clock: Clock,
    buffer: Vec<u8>,
    /// When the goodbyes are over, answered or not.
    until_us: Option<u64>,
}

impl Running {
    async fn run(&mut self) {
        loop {
            let now_us = self.clock.now().mono_us;
            self.world.tick(now_us);
            self.heed(now_us);
            self.send();
            if self.is_over(now_us) {
                return;
            }
            let [carrier, desks] = &self.sockets;
            let wait = self
                .world
                .wake_at()
                .map_or(IDLE_US, |at| at.saturating_sub(now_us))
                .min(IDLE_US);
            let ready = tokio::select! {
                ready = carrier.readable() => ready.map(|()| Some(Side::Carrier)),
                ready = desks.readable() => ready.map(|()| Some(Side::Desks)),
                Some(event) = self.events.recv() => {
                    let now_us = self.clock.now().mono_us;
                    self.world.on_media(now_us, event);
                    Ok(None)
                }
                () = self.wishes.news.notified() => Ok(None),
                () = tokio::time::sleep(Duration::from_micros(wait)) => Ok(None),
            };
            match ready {
                Ok(Some(side)) => self.receive(side),
                Ok(None) => {}
                Err(error) => tracing::warn!(%error, "a socket of the demo's phones is not well"),
            }
        }
    }

    fn heed(&mut self, now_us: u64) {
        if self.wishes.stop_calling.load(Ordering::Acquire) {
            self.world.stop_calling(now_us);
        }
        if self.wishes.finish.load(Ordering::Acquire) && self.until_us.is_none() {
            self.until_us = Some(now_us + GOODBYE_US);
            self.world.finish(now_us);
        }
    }

    fn is_over(&self, now_us: u64) -> bool {
        let is_late = self.until_us.is_some_and(|until_us| now_us >= until_us);
        if is_late && !self.world.is_over() {
            tracing::info!("the demo's phones got no answer to some of their goodbyes");
        }
        is_late || self.world.is_over()
    }

    fn receive(&mut self, side: Side) {
        for _ in 0..BATCH {
            let [carrier, desks] = &self.sockets;
            let socket = match side {
                Side::Carrier => carrier,
                Side::Desks => desks,
            };
            match socket.try_recv_from(&mut self.buffer) {
                Ok((length, from)) => {
                    let now_us = self.clock.now().mono_us;
                    let bytes = self.buffer.get(..length).unwrap_or_default();
                    self.world.on_datagram(now_us, side, from, bytes);
                    self.send();
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                // An ICMP error of an earlier send shows itself here; the socket is well.
                Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {}
                Err(error) => return tracing::warn!(%error, "a demo phone cannot hear"),
            }
        }
    }

    /// What the kernel does not take is lost like any datagram; SIP repeats it.
    fn send(&mut self) {
        for (side, socket) in Side::ALL.into_iter().zip(&self.sockets) {
            for packet in self.world.line(side).out.transmits.drain(..) {
                if let Err(error) = socket.try_send_to(&packet.bytes, packet.flow.remote) {
                    tracing::debug!(%error, "a demo phone's datagram was not sent");
                }
            }
        }
    }
}
