//! What this crate needs of the engine, and no more.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use cuptel_core::in_line::WaiterNow;
use cuptel_core::snapshot::Snapshot;
use cuptel_core::staffing::Account;
use cuptel_core::step::{Command, CommandError};
use cuptel_core::time::UtcMs;
use cuptel_core::why::WaitingNow;
use cuptel_core::words::Degraded;
use cuptel_store::Zones;
use tokio::sync::watch;

use crate::setup::Setup;

/// What becomes of a command, once its records are committed.
pub type Answer<'a> = Pin<Box<dyn Future<Output = Result<(), Refusal>> + Send + 'a>>;

/// Why a work has no offer.
pub type Looking<'a> =
    Pin<Box<dyn Future<Output = Result<Option<WaitingNow>, Refusal>> + Send + 'a>>;

/// Who waits in a queue.
pub type Lined<'a> = Pin<Box<dyn Future<Output = Result<Vec<WaiterNow>, Refusal>> + Send + 'a>>;

/// The running engine, seen from the pages.
pub trait Engine: Send + Sync + 'static {
    /// The latest look at the centre.
    fn snapshot(&self) -> Arc<Snapshot>;

    /// Every look as it is taken. A new one comes at least once a second while the engine
    /// lives, changed or not: that is how a page knows that its figures are not stale.
    fn changes(&self) -> watch::Receiver<Arc<Snapshot>>;

    /// Carries out a command; answers after its records are committed.
    fn command(&self, command: Command) -> Answer<'_>;

    /// The same, with the sound that is to be the message of an emergency.
    fn command_spoken(&self, command: Command, sound: Arc<[u8]>) -> Answer<'_>;

    /// A WAV file as it is played, or what is wrong with it.
    ///
    /// # Errors
    /// One sentence.
    fn sound_of_wav(&self, wav: &[u8]) -> Result<Sound, String>;

    /// Who waits in a queue of a tenant, who goes first the first.
    fn in_line(&self, tenant: &str, queue: &str) -> Lined<'_>;

    /// Why an attempt or a callback that waits has no offer now; nothing if none such waits.
    fn why(&self, id: i64) -> Looking<'_>;

    /// Whether calls can be taken, and what does not work as it should.
    fn health(&self) -> Health;

    /// What is kept of the password of a seat's phone.
    fn account(&self, seat: &str, password: &str) -> Account;

    /// Reads the configuration again and puts it in force, whole or not at all.
    fn reload(&self) -> Reloading<'_>;
}

/// A sound that can be played.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sound {
    /// A-law, 8 kHz, mono, in whole frames of 20 ms.
    pub audio: Arc<[u8]>,
    /// How long it is.
    pub duration_ms: u32,
    /// How much of that is as loud as a voice.
    pub voiced_ms: u32,
}

/// What becomes of a reload: the configuration in force.
pub type Reloading<'a> =
    Pin<Box<dyn Future<Output = Result<Arc<Configuration>, NotReloaded>> + Send + 'a>>;

/// Why a reload changed nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotReloaded {
    /// What is wrong, one sentence each, the place first.
    #[error("the configuration was not taken: {}", .0.join("; "))]
    Faults(Vec<String>),
    /// A reload is going on, and others wait already.
    #[error("a reload is going on")]
    Busy,
    /// The engine is stopping.
    #[error("the engine has stopped")]
    Gone,
}

/// The configuration in force.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Configuration {
    /// Of its files, in hex.
    pub hash: String,
    /// Since when it is in force.
    pub since_ms: UtcMs,
    /// What its authorities are called.
    pub title: String,
    /// By which clock each of them counts its days.
    #[serde(skip)]
    pub zones: Zones,
    /// The last reload, if it failed.
    pub failed: Option<FailedReload>,
    /// What administrators see of it.
    #[serde(skip)]
    pub setup: Setup,
}

/// A reload that changed nothing.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct FailedReload {
    /// When.
    pub at_ms: UtcMs,
    /// What was wrong, one sentence each, the place first. Paths of files are no business of
    /// whoever may ask for health.
    #[serde(skip)]
    pub faults: Vec<String>,
}

/// Why a command led to nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The rules say no.
    #[error(transparent)]
    Refused(#[from] CommandError),
    /// Too many commands are waiting already; nothing was done.
    #[error("the engine is busy")]
    Busy,
    /// The engine stopped before it answered.
    #[error("the engine has stopped")]
    Gone,
}

/// How the engine is.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Health {
    /// Whether it can take calls.
    pub ready: bool,
    /// What does not work as it should; empty in health.
    pub degraded: Vec<DegradedNow>,
    /// By which files it works.
    #[serde(serialize_with = "as_it_is")]
    pub configuration: Arc<Configuration>,
}

/// One thing that does not work as it should.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct DegradedNow {
    /// Which.
    pub mode: Degraded,
    /// Since when.
    pub since_ms: UtcMs,
    /// What is not done meanwhile.
    pub held_back: &'static str,
    /// What whoever runs the centre should do.
    pub advice: &'static str,
}

impl DegradedNow {
    /// With its consequences.
    #[must_use]
    pub fn new(mode: Degraded, since_ms: UtcMs) -> Self {
        let (held_back, advice) = crate::health::consequences(mode);
        Self {
            mode,
            since_ms,
            held_back,
            advice,
        }
    }
}

fn as_it_is<S: serde::Serializer>(
    configuration: &Arc<Configuration>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serde::Serialize::serialize(configuration.as_ref(), serializer)
}
