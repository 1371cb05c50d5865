//! The handle that everyone shares: the pool that reads and the one connection that writes.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use tokio::sync::{Mutex, MutexGuard};

use crate::dialect::{Connection, Pool, ask};
use crate::fault::{Meaning, meaning};
use crate::lock::FileLock;
use crate::open::Reopen;
use crate::open::checkpoint::Checkpointer;
use crate::writer::Writer;

/// The shard that this node owns; there is one.
pub(crate) const SHARD: i64 = 0;

/// What is stored. Clones share the same connections.
#[derive(Clone)]
pub struct Store {
    pub(crate) inner: Arc<Inner>,
}

/// Connections that read.
pub(crate) struct Readers {
    pub(crate) pages: Pool,
    /// A reading that is given up may hold its connection until the database notices.
    pub(crate) reports: Pool,
}

pub(crate) struct Inner {
    pub(crate) read: Readers,
    write: Option<WriteSide>,
    epoch: AtomicI64,
    /// Held by the one change that the journal does not know.
    pub(crate) apart: Mutex<()>,
    /// Which database, without a password.
    place: String,
    /// Held as long as anyone may write; released last.
    _right_to_write: Option<FileLock>,
}

/// The one connection that writes; none while it is in use or after a failure.
struct WriteSide {
    reopen: Reopen,
    connection: Mutex<Option<Connection>>,
    checkpointer: Mutex<Option<Checkpointer>>,
}

/// Why a question was not answered or a change not made.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database refused or failed.
    #[error("could not {operation}")]
    Database {
        /// What was tried.
        operation: &'static str,
        /// What the driver says.
        source: sqlx::Error,
    },
    /// The store was opened for reading only.
    #[error("the database was opened for reading only")]
    ReadOnly,
    /// Another server has begun a newer epoch in the same database.
    #[error("another cuptel serve has taken over the database")]
    TakenOver,
    /// A first start on a database that has seats.
    #[error("the database has seats already: a first start fills only an empty one")]
    NotEmpty,
    /// A queue names a tenant that nobody defined.
    #[error("queue \"{queue}\" belongs to tenant \"{tenant}\", which does not exist")]
    UnknownTenant {
        /// The queue.
        queue: String,
        /// The tenant it names.
        tenant: String,
    },
    /// A list was asked for of a tenant that there never was.
    #[error("there is no tenant \"{tenant}\": expected one of {}", .known.join(", "))]
    NoTenant {
        /// Who was asked for.
        tenant: String,
        /// Those that there are.
        known: Vec<String>,
    },
}

impl StoreError {
    /// Whether the same can be tried again: the database is away, busy, full or shut, and nothing is wrong
    /// with what was asked of it.
    #[must_use]
    pub fn passes(&self) -> bool {
        match self {
            Self::Database { source, .. } => match meaning(source) {
                Meaning::Transient(_)
                | Meaning::NoDatabase
                | Meaning::NotAllowed
                | Meaning::LoginRefused => true,
                Meaning::Constraint | Meaning::NotADatabase | Meaning::Fatal => false,
            },
            Self::ReadOnly
            | Self::TakenOver
            | Self::NotEmpty
            | Self::UnknownTenant { .. }
            | Self::NoTenant { .. } => false,
        }
    }
}

/// The longest page that a list gives.
const PAGE_MAX: u32 = 1_000;

/// How many rows a list gives when so many were asked for.
pub(crate) fn page(limit: u32) -> i64 {
    i64::from(limit.clamp(1, PAGE_MAX))
}

/// Gives a driver's error the name of the operation that it spoilt.
pub(crate) fn while_doing(operation: &'static str) -> impl Fn(sqlx::Error) -> StoreError {
    move |source| StoreError::Database { operation, source }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store")
            .field("place", &self.inner.place)
            .finish_non_exhaustive()
    }
}

impl Store {
    /// A store that writes.
    pub(crate) fn serving(
        place: String,
        read: Readers,
        (reopen, connection): (Reopen, Connection),
        file: Option<(FileLock, Checkpointer)>,
    ) -> Self {
        let (right_to_write, checkpointer) = file.unzip();
        let write = WriteSide {
            reopen,
            connection: Mutex::new(Some(connection)),
            checkpointer: Mutex::new(checkpointer),
        };
        Self::of(place, read, Some(write), right_to_write)
    }

    /// A store that only reads.
    pub(crate) fn reading(place: String, read: Readers) -> Self {
        Self::of(place, read, None, None)
    }

    fn of(place: String, read: Readers, write: Option<WriteSide>, right: Option<FileLock>) -> Self {
        let epoch = AtomicI64::new(0);
        let inner = Inner {
            read,
            write,
            epoch,
            apart: Mutex::new(()),
            place,
            _right_to_write: right,
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// The writer of the epoch that `begin` gave; it is fenced off by a later `begin`.
    #[must_use]
    pub fn writer(&self) -> Writer {
        Writer::new(self.clone(), self.inner.epoch.load(Ordering::Acquire))
    }

    pub(crate) fn epoch(&self) -> i64 {
        self.inner.epoch.load(Ordering::Acquire)
    }

    pub(crate) fn set_epoch(&self, epoch: i64) {
        self.inner.epoch.store(epoch, Ordering::Release);
    }

    /// Closes all connections in good order, which folds the write-ahead log into the file.
    ///
    /// # Errors
    /// When the database cannot be closed; nothing committed is lost by that.
    pub async fn close(&self) -> Result<(), StoreError> {
        self.inner.read.pages.close().await;
        self.inner.read.reports.close().await;
        let Some(write) = &self.inner.write else {
            return Ok(());
        };
        if let Some(checkpointer) = write.checkpointer.lock().await.take() {
            checkpointer.end().await;
        }
        if let Some(connection) = write.connection.lock().await.take() {
            connection
                .close()
                .await
                .map_err(while_doing("close the database"))?;
        }
        Ok(())
    }

    /// Begins a transaction that writes; waits for the one before it.
    pub(crate) async fn write(&self) -> Result<WriteTransaction<'_>, Unwritable> {
        let write = self.inner.write.as_ref().ok_or(Unwritable::ReadOnly)?;
        let mut slot = write.connection.lock().await;
        let mut connection = match slot.take() {
            Some(connection) => connection,
            None => {
                let epoch = self.inner.epoch.load(Ordering::Acquire);
                write.reopen.connect(epoch).await?
            }
        };
        connection.begin().await?;
        Ok(WriteTransaction { slot, connection })
    }

    /// A connection whose reads all see the same moment; it goes back when dropped.
    pub(crate) async fn read(&self) -> Result<Connection, sqlx::Error> {
        self.inner.read.pages.read().await
    }

    /// As `read`, for what may take long.
    pub(crate) async fn read_at_length(&self) -> Result<Connection, sqlx::Error> {
        self.inner.read.reports.read().await
    }

    /// As `write`, for what is no journal commit.
    pub(crate) async fn write_for(
        &self,
        operation: &'static str,
    ) -> Result<WriteTransaction<'_>, StoreError> {
        self.write().await.map_err(|why| match why {
            Unwritable::ReadOnly => StoreError::ReadOnly,
            Unwritable::TakenOver => StoreError::TakenOver,
            Unwritable::Failed(source) => StoreError::Database { operation, source },
        })
    }
}

/// Why no transaction that writes could be begun.
pub(crate) enum Unwritable {
    /// The store was opened for reading only.
    ReadOnly,
    /// Another server holds the right to write, and has begun a newer epoch.
    TakenOver,
    /// The database refused.
    Failed(sqlx::Error),
}

impl From<sqlx::Error> for Unwritable {
    fn from(source: sqlx::Error) -> Self {
        Self::Failed(source)
    }
}

/// A transaction on the one writing connection. Its connection goes back only after a
/// COMMIT or ROLLBACK that succeeded: after an error or when the future is dropped the
/// connection is closed, which rolls back, whatever state it was in.
pub(crate) struct WriteTransaction<'s> {
    slot: MutexGuard<'s, Option<Connection>>,
    pub(crate) connection: Connection,
}

impl WriteTransaction<'_> {
    /// Commits; after an error nobody knows whether it was carried out.
    pub(crate) async fn commit(self) -> Result<(), sqlx::Error> {
        self.end("COMMIT").await
    }

    /// Takes everything back.
    pub(crate) async fn roll_back(self) -> Result<(), sqlx::Error> {
        self.end("ROLLBACK").await
    }

    async fn end(mut self, statement: &'static str) -> Result<(), sqlx::Error> {
        ask(statement).run(&mut self.connection).await?;
        *self.slot = Some(self.connection);
        Ok(())
    }
}
