//! The invented callers and operators of `cuptel demo`: phones that speak real SIP and RTP with
//! the engine over loopback, and count what happens to them.
//! Knows nothing of the engine's inside: it sees what a carrier and a desk phone see.
//!
//! One thread has two UDP sockets. The one is the carrier: it brings the callers and takes the
//! callbacks. The other has the operators' phones, which register. `world` decides, `run` waits.

mod agenda;
mod audio;
mod called;
mod callers;
mod day;
mod habits;
mod line;
mod operators;
mod people;
mod run;
mod tally;
#[cfg(test)]
mod tests;
mod voice;
mod world;

use std::io;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use cuptel_media::{MediaError, PromptId, PromptLibrary};
use tokio::sync::Notify;

pub(crate) use day::{Day, Phase};
pub(crate) use tally::{Counts, Placed};
pub(crate) use voice::murmur;

use habits::{HABITS, Habits};
use tally::Tally;

/// Who rings, where, and how often.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// The engine's trunk listener.
    pub(crate) trunk: SocketAddr,
    /// Where we listen as the carrier: what the trunk's `outbound` says.
    pub(crate) carrier: SocketAddr,
    /// The engine's phones listener.
    pub(crate) phones: SocketAddr,
    /// Where the operators' phones listen; port 0 takes any.
    pub(crate) desks: SocketAddr,
    /// The dialled numbers, E.164.
    pub(crate) lines: Vec<String>,
    /// User and password of each operator's phone.
    pub(crate) seats: Vec<(String, String)>,
    /// New callers a second (Poisson), before `day` says how many of them at what hour.
    pub(crate) rate: f64,
    /// The day's course.
    pub(crate) day: Day,
    /// The same seed invents the same people.
    pub(crate) seed: u64,
    /// Has `voice`.
    pub(crate) prompts: Arc<PromptLibrary>,
    /// What the phones speak, over and over; [`murmur`] makes one.
    pub(crate) voice: PromptId,
    /// RTP and RTCP of the phones; bound on `carrier`'s address.
    pub(crate) media_ports: RangeInclusive<u16>,
    /// Calls of callers and called people at once. A caller who would be one more is not
    /// placed, and counted.
    pub(crate) calls_max: usize,
}

/// What the phones saw in all.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen {
    pub(crate) counts: Counts,
    /// Every INVITE of a caller.
    pub(crate) placed: Vec<Placed>,
}

/// Why the phones could not start.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DemoError {
    /// An address of ours is in use, or not ours.
    #[error("the demo's phones cannot listen on {address}")]
    Bind {
        address: SocketAddr,
        source: io::Error,
    },
    /// No ports for their voices.
    #[error("the demo's phones have no media")]
    Media(#[source] MediaError),
    /// No thread, or no runtime on it.
    #[error("the demo's phones got no thread")]
    Thread(#[source] io::Error),
    /// Nobody could be called.
    #[error("the demo's callers have no number to dial")]
    NoLine,
}

/// What the owner asks of the running phones.
#[derive(Debug, Default)]
struct Wishes {
    stop_calling: AtomicBool,
    finish: AtomicBool,
    news: Notify,
}

/// The running phones. Dropping them hangs up.
#[derive(Debug)]
pub(crate) struct Phones {
    wishes: Arc<Wishes>,
    tally: Tally,
    thread: Option<JoinHandle<()>>,
}

impl Phones {
    /// Binds the sockets, registers the operators' phones and lets the first callers ring.
    ///
    /// # Errors
    /// What could not be had of the system; nothing runs then.
    pub(crate) fn start(plan: Plan) -> Result<Self, DemoError> {
        Self::start_with(plan, &HABITS)
    }

    fn start_with(plan: Plan, habits: &'static Habits) -> Result<Self, DemoError> {
        let wishes = Arc::new(Wishes::default());
        let tally = Tally::default();
        let thread = run::start(plan, habits, Arc::clone(&wishes), tally.clone())?;
        Ok(Self {
            wishes,
            tally,
            thread: Some(thread),
        })
    }

    /// What has happened so far. Packets count when their call is over.
    pub(crate) fn counts(&self) -> Counts {
        self.tally.read()
    }

    /// No new calls. Who waits gives up within seconds, conversations end by themselves, and
    /// callbacks are still answered.
    pub(crate) fn stop_calling(&self) {
        self.wishes.stop_calling.store(true, Ordering::Release);
        self.wishes.news.notify_one();
    }

    /// Hangs up everywhere, takes the operators' phones off the register, and counts.
    pub(crate) fn finish(mut self) -> Seen {
        self.end();
        Seen {
            counts: self.tally.read(),
            placed: self.tally.all_placed(),
        }
    }

    fn end(&mut self) {
        self.wishes.finish.store(true, Ordering::Release);
        self.wishes.news.notify_one();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the demo's phones broke off");
        }
    }
}

impl Drop for Phones {
    fn drop(&mut self) {
        self.end();
    }
}
