//! The writer's task: takes all batches that wait, commits them in one transaction, says
//! how far it came. While it commits, the next group gathers: the group grows with load.

use std::time::Duration;

use cuptel_store::{Batch, CommitError, Writer};
use tokio::sync::{mpsc, watch};

use crate::clock::Clock;

/// Batches that may wait for the writer; then the loop stops reading its sockets.
pub(crate) const BATCHES_MAX: usize = 256;
/// Rest before a failed commit is tried again.
const RETRY_AFTER: Duration = Duration::from_millis(200);

/// How the writer is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Progress {
    /// Committed up to here.
    pub(crate) applied: u64,
    /// The database refuses; the same batches are being tried again.
    pub(crate) failing: bool,
    /// What is left can be stored nowhere.
    pub(crate) dead: bool,
}

/// Runs until the batches end or can be stored nowhere.
pub(crate) async fn write_all(
    mut writer: Writer,
    mut batches: mpsc::Receiver<Batch>,
    progress: watch::Sender<Progress>,
    clock: Clock,
) -> Result<(), CommitError> {
    let mut group: Vec<Batch> = Vec::with_capacity(BATCHES_MAX);
    while batches.recv_many(&mut group, BATCHES_MAX).await > 0 {
        let begun = clock.now().mono_us;
        let applied = loop {
            match writer.commit(&mut group).await {
                Ok(applied) => break applied,
                Err(error) if error.is_transient() => {
                    tracing::error!(
                        error = &error as &dyn std::error::Error,
                        "commit failed; trying again"
                    );
                    progress.send_modify(|progress| progress.failing = true);
                    tokio::time::sleep(RETRY_AFTER).await;
                }
                Err(error) => {
                    progress.send_modify(|progress| progress.dead = true);
                    return Err(error);
                }
            }
        };
        let took_us = clock.now().mono_us - begun;
        metrics::histogram!("cuptel_commit_seconds").record(Duration::from_micros(took_us));
        progress.send_replace(Progress {
            applied,
            failing: false,
            dead: false,
        });
    }
    Ok(())
}
