//! The log of access where the database takes no entry: what was done is written down as soon as it can
//! be, with the moment at which it was done. What does not fit, or is still here when the program ends,
//! stands in the program's own log.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use cuptel_core::time::UtcMs;
use cuptel_core::words::Role;
use cuptel_store::{AccessMade, Store};

use crate::pages::SharedParts;

/// So many entries wait, of less than a kilobyte each; those above are told in the program's own log alone.
const WAITING_MAX: usize = 1_000;
/// As often is the first of them tried again.
const RETRY: Duration = Duration::from_secs(2);

/// Entries that wait for the database.
#[derive(Default, Clone)]
pub(crate) struct LateLog {
    waiting: Arc<Mutex<Waiting>>,
}

#[derive(Default)]
struct Waiting {
    entries: VecDeque<Entry>,
    /// Whether somebody tries to write them.
    has_writer: bool,
}

#[derive(Clone)]
struct Entry {
    at_ms: UtcMs,
    who: String,
    role: Option<Role>,
    origin: Option<String>,
    act: String,
    about: Option<String>,
    tenant: Option<String>,
    refused: bool,
}

impl Entry {
    fn of(made: &AccessMade<'_>) -> Self {
        Self {
            at_ms: made.at_ms,
            who: made.who.to_owned(),
            role: made.role,
            origin: made.origin.map(str::to_owned),
            act: made.act.to_owned(),
            about: made.about.map(str::to_owned),
            tenant: made.tenant.map(str::to_owned),
            refused: made.refused,
        }
    }

    fn made(&self) -> AccessMade<'_> {
        AccessMade {
            at_ms: self.at_ms,
            who: &self.who,
            role: self.role,
            origin: self.origin.as_deref(),
            act: &self.act,
            about: self.about.as_deref(),
            tenant: self.tenant.as_deref(),
            refused: self.refused,
        }
    }

    /// Whoever did it may be a person: their name is not for the program's log.
    fn tell_lost(&self) {
        tracing::error!(
            at_ms = self.at_ms,
            role = self.role.map(Role::as_str),
            origin = self.origin,
            act = self.act,
            refused = self.refused,
            "the log of access lacks an entry"
        );
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.entries.iter().for_each(Entry::tell_lost);
    }
}

/// Writes down what was done; that it was done does not depend on it. While others wait it goes behind them,
/// so that nobody waits for a database that takes nothing.
pub(crate) async fn write_down(shared: &SharedParts, made: &AccessMade<'_>) {
    let (late, store) = (&shared.late_log, &shared.store);
    if late.is_waiting() {
        return late.keep(store, Entry::of(made));
    }
    match store.log_access(made).await {
        Ok(()) => {}
        Err(error) if error.passes() => {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "the log of access waits for the database");
            late.keep(store, Entry::of(made));
        }
        Err(error) => {
            let error = &error as &dyn std::error::Error;
            tracing::error!(error, "the log of access does not take an entry");
            Entry::of(made).tell_lost();
        }
    }
}

impl LateLog {
    fn is_waiting(&self) -> bool {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        !waiting.entries.is_empty()
    }

    fn keep(&self, store: &Store, entry: Entry) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.entries.len() >= WAITING_MAX {
            entry.tell_lost();
            return;
        }
        waiting.entries.push_back(entry);
        if std::mem::replace(&mut waiting.has_writer, true) {
            return;
        }
        let (late, store) = (self.clone(), store.clone());
        #[expect(
            clippy::disallowed_methods,
            reason = "it ends by itself, and nobody waits for it"
        )]
        tokio::spawn(async move { late.write(&store).await });
    }

    async fn write(&self, store: &Store) {
        let mut written = 0_usize;
        while let Some(entry) = self.first() {
            match store.log_access(&entry.made()).await {
                Ok(()) => {
                    self.drop_first();
                    written += 1;
                }
                Err(error) if error.passes() => tokio::time::sleep(RETRY).await,
                Err(error) => {
                    let error = &error as &dyn std::error::Error;
                    tracing::error!(error, "the log of access does not take an entry");
                    entry.tell_lost();
                    self.drop_first();
                }
            }
        }
        tracing::info!(
            written,
            "the log of access has what waited for the database"
        );
    }

    /// The one that waits longest; where none does, whoever keeps the next one begins anew.
    fn first(&self) -> Option<Entry> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let first = waiting.entries.front().cloned();
        waiting.has_writer = first.is_some();
        first
    }

    fn drop_first(&self) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.entries.pop_front();
    }
}
