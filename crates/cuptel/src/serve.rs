//! `cuptel serve`: runs a node until it is told to stop.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use cuptel_engine::Clock;
use tokio::signal::unix::{SignalKind, signal};

use crate::config::{Config, first_start};
use crate::node::Node;

/// The seats of an empty database stand beside the configuration.
pub(crate) fn first_start_file(config: &Path) -> PathBuf {
    config.with_file_name("first-start.csv")
}

/// Runs until SIGTERM or SIGINT.
pub(crate) fn serve(path: &Path, config: &Config) -> anyhow::Result<()> {
    for warning in config.warnings() {
        tracing::warn!("{warning}");
    }
    let seats = first_start::read(&first_start_file(path), &config.sites).map_err(|faults| {
        let told: Vec<String> = faults.iter().map(ToString::to_string).collect();
        anyhow::anyhow!("{}", told.join("\n"))
    })?;
    runtime()?.block_on(async {
        let mut stop = StopSignal::new()?;
        let node = Node::start(config, &seats, Clock::start()).await?;
        tracing::info!(pages = %format!("http://{}/", config.http.listen), "ready");
        let store = node.run_until(stop.received(), config.drain_s).await?;
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

/// The wish that the process ends.
pub(crate) struct StopSignal {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
    hang_up: tokio::signal::unix::Signal,
}

impl StopSignal {
    pub(crate) fn new() -> anyhow::Result<Self> {
        let listen = |kind| signal(kind).context("listening for signals");
        Ok(Self {
            terminate: listen(SignalKind::terminate())?,
            interrupt: listen(SignalKind::interrupt())?,
            hang_up: listen(SignalKind::hangup())?,
        })
    }

    /// Waits for the first SIGTERM or SIGINT.
    pub(crate) async fn received(&mut self) {
        loop {
            tokio::select! {
                _ = self.terminate.recv() => return,
                _ = self.interrupt.recv() => return,
                _ = self.hang_up.recv() => {
                    tracing::warn!("SIGHUP: this version takes new settings at a restart only; nothing was changed");
                }
            }
        }
    }
}
