//! The writer's task: takes all batches that wait, commits them in one transaction, says
//! how far it came. While it commits, the next group gathers: the group grows with load.
//! What to do when the database refuses or stays away is decided by `cuptel_call::writing`.

use std::collections::BTreeSet;
use std::pin::Pin;
use std::time::Duration;

use cuptel_call::writing::{Database, Event, Order, Progress, Writing};
use cuptel_core::time::{MonoUs, UtcMs};
use cuptel_core::words::Degraded;
use cuptel_store::{Batch, CommitError, Entry, Spill, SpillError, Store, Writer};
use tokio::sync::{mpsc, watch};

use crate::clock::Clock;

/// Batches that may wait for the writer; then the loop stops reading its sockets.
pub(crate) const BATCHES_MAX: usize = 256;

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
    /// Commits that take longer, for a while, are called slow.
    pub slow: Duration,
}

/// The writer's task.
pub(crate) struct WriterTask {
    writer: Writer,
    storage: Storage,
    batches: mpsc::Receiver<Batch>,
    progress: watch::Sender<Progress>,
    clock: Clock,
    course: Writing,
    /// What does not work, and since when.
    mode: Option<(Degraded, UtcMs)>,
    /// Modes told since that began: a reason that comes and goes is told once.
    told: BTreeSet<Degraded>,
    /// Batches in hand, and since when.
    group: Vec<Batch>,
    since_us: MonoUs,
    replay: Option<Replay>,
}

/// A transaction of the spill on its way to the database.
struct Replay {
    entry: Entry,
    under_way: Pin<Box<dyn Future<Output = Result<(), CommitError>> + Send>>,
}

impl WriterTask {
    pub(crate) fn new(
        storage: Storage,
        batches: mpsc::Receiver<Batch>,
        progress: watch::Sender<Progress>,
        clock: Clock,
    ) -> Self {
        let us = |time: Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        let course = Writing::new(us(storage.stall)).calling_slow(us(storage.slow));
        Self {
            writer: storage.store.writer(),
            storage,
            batches,
            progress,
            clock,
            course,
            mode: None,
            told: BTreeSet::new(),
            group: Vec::with_capacity(BATCHES_MAX),
            since_us: 0,
            replay: None,
        }
    }

    /// Runs until the batches end or can be stored nowhere. When they end while something is
    /// spilled, the next start does the rest.
    pub(crate) async fn run(mut self) -> Result<(), StorageError> {
        self.tell();
        loop {
            let done = match self.course.order() {
                Order::Commit { until_us } => self.commit(until_us).await,
                Order::Spill => self.spill(),
                Order::Rest { until_us } if !self.group.is_empty() => {
                    tokio::time::sleep_until(self.clock.instant(until_us)).await;
                    Ok(Some(Event::TimeUp))
                }
                Order::Wait => self.arrival().await,
                Order::Rest { until_us } => self.arrival_until(until_us).await,
                Order::Replay { until_us } => self.replay(until_us).await,
                Order::Stop => return Ok(()),
            };
            let event = match done {
                Ok(Some(event)) => event,
                Ok(None) => return Ok(()),
                Err(error) => {
                    self.course.on(self.clock.now(), Event::Failed);
                    self.tell();
                    return Err(error);
                }
            };
            self.course.on(self.clock.now(), event);
            self.tell();
        }
    }

    /// More batches; none when no more will come.
    async fn arrival(&mut self) -> Result<Option<Event>, StorageError> {
        let count = self.batches.recv_many(&mut self.group, BATCHES_MAX).await;
        self.since_us = self.clock.now().mono_us;
        Ok((count > 0).then_some(Event::Arrived))
    }

    async fn arrival_until(&mut self, until_us: MonoUs) -> Result<Option<Event>, StorageError> {
        let until = self.clock.instant(until_us);
        match tokio::time::timeout_at(until, self.arrival()).await {
            Ok(arrived) => arrived,
            Err(_elapsed) => Ok(Some(Event::TimeUp)),
        }
    }

    async fn commit(&mut self, until_us: MonoUs) -> Result<Option<Event>, StorageError> {
        let until = self.clock.instant(until_us);
        match tokio::time::timeout_at(until, self.writer.commit(&mut self.group)).await {
            Ok(Ok(applied)) => {
                self.measure();
                Ok(Some(Event::Committed(applied)))
            }
            Ok(Err(error)) => {
                let fault = error.fault();
                if fault.is_some() && !self.course.progress().database.holds() {
                    tracing::error!(
                        error = &error as &dyn std::error::Error,
                        "the database refuses; trying again"
                    );
                }
                Ok(Some(Event::Refused(fault.ok_or(error)?)))
            }
            Err(_elapsed) => Ok(Some(Event::TimeUp)),
        }
    }

    fn spill(&mut self) -> Result<Option<Event>, StorageError> {
        let spill = &mut self.storage.spill;
        let applied = self.writer.spill(&mut self.group, spill)?;
        self.measure();
        Ok(Some(Event::Spilled(applied)))
    }

    /// Gives the database the oldest transaction of the spill while more may be coming.
    async fn replay(&mut self, until_us: MonoUs) -> Result<Option<Event>, StorageError> {
        let mut replay = match self.replay.take() {
            Some(replay) => replay,
            None => match self.storage.spill.oldest()? {
                Some(entry) => Replay::of(&self.storage.store, entry),
                None => return self.caught_up(),
            },
        };
        let until = self.clock.instant(until_us);
        tokio::select! {
            biased;
            // First, so that a storm cannot keep the database from catching up.
            result = &mut replay.under_way => match result {
                Ok(()) => {
                    self.storage.spill.replayed(&replay.entry);
                    Ok(Some(Event::Replayed))
                }
                Err(error) => {
                    tracing::debug!(
                        error = &error as &dyn std::error::Error,
                        "the database does not take what was spilled"
                    );
                    Ok(Some(Event::Refused(error.fault().ok_or(error)?)))
                }
            },
            () = tokio::time::sleep_until(until) => {
                tracing::debug!("the database stalls still");
                Ok(Some(Event::TimeUp))
            }
            arrived = self.arrival() => {
                self.replay = Some(replay);
                arrived
            }
        }
    }

    fn caught_up(&mut self) -> Result<Option<Event>, StorageError> {
        self.storage.spill.remove()?;
        Ok(Some(Event::CaughtUp))
    }

    /// How long the batches that were in hand took.
    fn measure(&self) {
        let took_us = self.clock.now().mono_us - self.since_us;
        metrics::histogram!("cuptel_commit_seconds").record(Duration::from_micros(took_us));
    }

    /// Tells the loop, when there is something new.
    fn tell(&mut self) {
        let progress = self.course.progress();
        metrics::gauge!("cuptel_database_up").set(u32::from(!progress.database.holds()));
        let bytes = u32::try_from(self.storage.spill.bytes()).unwrap_or(u32::MAX);
        metrics::gauge!("cuptel_spill_bytes").set(bytes);
        self.tell_mode(progress.database);
        self.progress
            .send_if_modified(|told| std::mem::replace(told, progress) != progress);
    }

    /// One line when a mode begins, one when it is over.
    fn tell_mode(&mut self, database: Database) {
        let mode = match database {
            // Tried again first, and perhaps over in a tenth of a second.
            Database::Failing { .. } => return,
            Database::Up | Database::Slow { .. } | Database::Spilling { .. } => database.degraded(),
        };
        let was = std::mem::replace(&mut self.mode, mode.zip(database.since_ms()));
        let is_better = |was: Degraded| match mode {
            Some(mode) => was.holds_back() && !mode.holds_back(),
            None => true,
        };
        if let Some((was, since_ms)) = was.filter(|(was, _)| is_better(*was)) {
            self.told.clear();
            let lasted_ms = self.clock.now().utc_ms - since_ms;
            tracing::warn!(mode = %was, lasted_ms, "OVER: the database takes what happens again");
        }
        let Some(mode) = mode.filter(|mode| self.told.insert(*mode)) else {
            return;
        };
        if mode.holds_back() {
            tracing::error!(
                %mode,
                "THE DATABASE DOES NOT TAKE WHAT HAPPENS: callers are answered and recorded in \
                 the spill, nobody is rung; /health/ready says what to do"
            );
        } else {
            tracing::warn!(
                %mode,
                "THE DATABASE IS SLOW: nothing is held back yet; /health/ready says what to do"
            );
        }
    }
}

impl Replay {
    fn of(store: &Store, entry: Entry) -> Self {
        let (store, sent) = (store.clone(), entry.clone());
        let under_way = Box::pin(async move { store.replay(&sent).await });
        Self { entry, under_way }
    }
}
