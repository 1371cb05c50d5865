//! `cuptel serve`: runs a node until it is told to stop.

use std::path::Path;

use anyhow::Context as _;
use cuptel_core::words::ChangedBy;
use cuptel_engine::Clock;
use tokio::signal::unix::{SignalKind, signal};

use crate::cli::say;
use crate::config::Config;
use crate::node::Node;

/// Runs until SIGTERM or SIGINT; SIGHUP reads the configuration again.
pub(crate) fn serve(path: &Path, config: Config) -> anyhow::Result<()> {
    for warning in config.warnings() {
        tracing::warn!("{warning}");
    }
    runtime()?.block_on(async {
        let mut signals = Signals::new()?;
        let pages = config.http.base();
        let node = Node::start(path, config, Clock::start()).await?;
        if let Some((name, password)) = &node.let_in {
            // On standard output, where whoever starts it looks; it holds until they have signed in.
            say(&format!(
                "Nobody could sign in yet. Sign in at {pages}/ as {name} with {password} once, \
                 and choose a password; `cuptel user add` lets others in."
            ));
        }
        tracing::info!(pages = %format!("{pages}/"), "ready");
        let reload = node.reload.clone();
        let until = async {
            while signals.next().await == Signalled::HangUp {
                // What becomes of it is told by whoever carries it out.
                if let Err(refusal) = reload.ask(ChangedBy::Signal) {
                    tracing::warn!(%refusal, "SIGHUP came too early: send it again");
                }
            }
        };
        let store = Box::pin(node.run_until(until)).await?;
        store.close().await.context("closing the database")?;
        tracing::info!("stopped in order");
        Ok(())
    })
}

/// The runtime of pages and store; signalling and media have threads of their own.
pub(crate) fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .context("starting the runtime")
}

/// What the process is asked for from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signalled {
    /// SIGTERM or SIGINT.
    Stop,
    /// SIGHUP.
    HangUp,
}

/// Signals that the process listens for.
pub(crate) struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
    hang_up: tokio::signal::unix::Signal,
}

impl Signals {
    pub(crate) fn new() -> anyhow::Result<Self> {
        let listen = |kind| signal(kind).context("listening for signals");
        Ok(Self {
            terminate: listen(SignalKind::terminate())?,
            interrupt: listen(SignalKind::interrupt())?,
            hang_up: listen(SignalKind::hangup())?,
        })
    }

    /// Waits for the next one.
    pub(crate) async fn next(&mut self) -> Signalled {
        tokio::select! {
            _ = self.terminate.recv() => Signalled::Stop,
            _ = self.interrupt.recv() => Signalled::Stop,
            _ = self.hang_up.recv() => Signalled::HangUp,
        }
    }
}
