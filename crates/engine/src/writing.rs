//! The writer's task: takes all batches that wait, commits them in one transaction, says
//! how far it came. While it commits, the next group gathers: the group grows with load.
//!
//! A database that refuses is tried again for a while. Then everything goes to the spill
//! instead, in journal order, and counts as committed once it is on disk there; when the
//! database answers again it is given the spill from its beginning, and only when it has
//! caught up is it written directly again. Meanwhile the loop begins no offer and no dial,
//! and sends none that was decided before: nobody is rung on the word of a file that a
//! successor on another machine cannot see.

use std::time::Duration;

use cuptel_core::time::UtcMs;
use cuptel_store::{Batch, CommitError, Entry, Spill, SpillError, Store, Writer};
use tokio::sync::{mpsc, watch};

use crate::clock::Clock;

/// Batches that may wait for the writer; then the loop stops reading its sockets.
pub(crate) const BATCHES_MAX: usize = 256;
/// Rest before what failed is tried again.
const RETRY_AFTER: Duration = Duration::from_millis(100);
/// Rest between two attempts to reach a database that stays away.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(2);
/// What the replay of one transaction may take, before its connection is given up.
const REPLAY_WAIT: Duration = Duration::from_secs(30);

/// How the writer is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Progress {
    /// Committed up to here, or spilled.
    pub(crate) applied: u64,
    /// How it is with the database.
    pub(crate) database: Database,
    /// What is left can be stored nowhere.
    pub(crate) dead: bool,
}

/// How it is with the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Database {
    /// It takes everything.
    #[default]
    Up,
    /// It refuses; the same batches are being tried again.
    Failing {
        /// Since when.
        since_ms: UtcMs,
    },
    /// Everything goes to the spill until the database has caught up.
    Spilling {
        /// Since when it refuses.
        since_ms: UtcMs,
    },
}

/// Why records can be stored nowhere.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// The database refuses them for ever.
    #[error(transparent)]
    Commit(#[from] CommitError),
    /// The database is away and the spill cannot take them.
    #[error("the database does not answer, and the spill takes nothing either")]
    Spill(#[from] SpillError),
}

/// Where the writer writes.
#[derive(Debug)]
pub struct Storage {
    /// The database.
    pub store: Store,
    /// The file for when it is away; empty at start.
    pub spill: Spill,
    /// How long the database is waited for.
    pub stall: Duration,
}

/// The writer's task.
pub(crate) struct Writing {
    pub(crate) writer: Writer,
    pub(crate) storage: Storage,
    pub(crate) batches: mpsc::Receiver<Batch>,
    pub(crate) progress: watch::Sender<Progress>,
    pub(crate) clock: Clock,
}

impl Writing {
    /// Runs until the batches end or can be stored nowhere.
    pub(crate) async fn run(mut self) -> Result<(), StorageError> {
        self.tell(0, Database::Up);
        let result = self.write_all().await;
        if result.is_err() {
            self.progress.send_modify(|progress| progress.dead = true);
        }
        result
    }

    async fn write_all(&mut self) -> Result<(), StorageError> {
        let mut group: Vec<Batch> = Vec::with_capacity(BATCHES_MAX);
        while self.batches.recv_many(&mut group, BATCHES_MAX).await > 0 {
            let begun = self.clock.now();
            let stall = self.storage.stall;
            let committed = tokio::time::timeout(stall, self.commit(&mut group)).await;
            match committed {
                Ok(applied) => self.tell(applied?, Database::Up),
                Err(_stalled) => {
                    let since_ms = begun.utc_ms;
                    tracing::error!(
                        stalled_ms = stall.as_millis(),
                        "the database does not take what happens: it goes to the spill"
                    );
                    self.spill(&mut group, since_ms)?;
                    self.spill_until_caught_up(&mut group, since_ms).await?;
                }
            }
            let took_us = self.clock.now().mono_us - begun.mono_us;
            metrics::histogram!("cuptel_commit_seconds").record(Duration::from_micros(took_us));
        }
        Ok(())
    }

    /// Commits a group, trying again for as long as it is let.
    async fn commit(&mut self, group: &mut Vec<Batch>) -> Result<u64, CommitError> {
        let since_ms = self.clock.now().utc_ms;
        loop {
            match self.writer.commit(group).await {
                Err(error) if error.is_transient() => {
                    let failing = Database::Failing { since_ms };
                    let is_first = self.progress.send_if_modified(|progress| {
                        std::mem::replace(&mut progress.database, failing) != failing
                    });
                    if is_first {
                        tracing::error!(
                            error = &error as &dyn std::error::Error,
                            "the database refuses; trying again"
                        );
                    }
                    tokio::time::sleep(RETRY_AFTER).await;
                }
                result => return result,
            }
        }
    }

    fn spill(&mut self, group: &mut Vec<Batch>, since_ms: UtcMs) -> Result<(), StorageError> {
        let applied = self.writer.spill(group, &mut self.storage.spill)?;
        self.tell(applied, Database::Spilling { since_ms });
        Ok(())
    }

    /// Gives the database the spill while more may be coming, until nothing is left of it.
    /// When the loop ends first, the next start does the rest.
    async fn spill_until_caught_up(
        &mut self,
        group: &mut Vec<Batch>,
        since_ms: UtcMs,
    ) -> Result<(), StorageError> {
        while let Some(entry) = self.storage.spill.oldest()? {
            let store = self.storage.store.clone();
            let replaying = replay(&store, &entry);
            tokio::pin!(replaying);
            loop {
                tokio::select! {
                    biased;
                    count = self.batches.recv_many(group, BATCHES_MAX) => {
                        if count == 0 {
                            return Ok(());
                        }
                        self.spill(group, since_ms)?;
                    }
                    result = &mut replaying => {
                        result?;
                        break;
                    }
                }
            }
            self.storage.spill.replayed(&entry);
        }
        self.storage.spill.remove()?;
        let applied = self.progress.borrow().applied;
        self.tell(applied, Database::Up);
        let away_ms = self.clock.now().utc_ms - since_ms;
        tracing::warn!(away_ms, "the database has caught up with the spill");
        Ok(())
    }

    fn tell(&self, applied: u64, database: Database) {
        metrics::gauge!("cuptel_database_up").set(u32::from(database == Database::Up));
        let bytes = u32::try_from(self.storage.spill.bytes()).unwrap_or(u32::MAX);
        metrics::gauge!("cuptel_spill_bytes").set(bytes);
        self.progress.send_replace(Progress {
            applied,
            database,
            dead: false,
        });
    }
}

/// Gives the database one transaction, however long it stays away.
async fn replay(store: &Store, entry: &Entry) -> Result<(), CommitError> {
    let mut rest = RETRY_AFTER;
    loop {
        match tokio::time::timeout(REPLAY_WAIT, store.replay(entry)).await {
            Ok(Err(error)) if error.is_transient() => {
                tracing::debug!(
                    error = &error as &dyn std::error::Error,
                    "the database is still away"
                );
            }
            Ok(result) => return result,
            Err(_stalled) => tracing::debug!("the database stalls still"),
        }
        tokio::time::sleep(rest).await;
        rest = (rest * 2).min(RETRY_AFTER_MAX);
    }
}
