//! What this crate needs of the engine, and no more.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use cuptel_core::snapshot::Snapshot;
use cuptel_core::step::{Command, CommandError};
use cuptel_core::time::UtcMs;
use tokio::sync::watch;

/// What becomes of a command, once its records are committed.
pub type Answer<'a> = Pin<Box<dyn Future<Output = Result<(), Refusal>> + Send + 'a>>;

/// The running engine, seen from the pages.
pub trait Engine: Send + Sync + 'static {
    /// The latest look at the centre.
    fn snapshot(&self) -> Arc<Snapshot>;

    /// Every look as it is taken. A new one comes at least once a second while the engine
    /// lives, changed or not: that is how a page knows that its figures are not stale.
    fn changes(&self) -> watch::Receiver<Arc<Snapshot>>;

    /// Carries out a command; answers after its records are committed.
    fn command(&self, command: Command) -> Answer<'_>;

    /// Whether calls can be taken, and what does not work as it should.
    fn health(&self) -> Health;
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
    /// What does not work as it should, one short phrase each; empty in health.
    pub degraded: Vec<String>,
    /// Since when it is as it is.
    pub since_ms: Option<UtcMs>,
}
