//! The one ordered writer: any number of batches in one transaction, one statement per
//! table, and the journal position in the same transaction, so that a retry after an
//! unknown COMMIT changes nothing. What the database does not take goes to the spill as
//! the same transaction, and from there to the database later.

use std::fmt;

use cuptel_core::id::COUNTER_BITS;
use cuptel_core::record::Record;
use cuptel_core::words::DatabaseFault;

use crate::bulk::Bulk;
use crate::dialect::{Connection, ask, ask_shard};
use crate::fault::{Meaning, meaning, violated};
use crate::payload::{Payload, Table, position};
use crate::row::read_int;
use crate::spill::{Entry, Spill, SpillError};
use crate::store::{SHARD, Store, Unwritable, WriteTransaction};

/// Where the database is in this epoch.
pub(crate) const APPLIED: &str = "SELECT applied_seq FROM journal WHERE shard = $1 AND epoch = $2";
const ADVANCE: &str = "
UPDATE journal SET applied_seq = $4 WHERE shard = $1 AND epoch = $2 AND applied_seq = $3
RETURNING applied_seq";

/// Records of consecutive steps, up to and with `last_seq`.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    /// Journal position of its last step: dense per epoch, from 1, below 2^40.
    pub last_seq: u64,
    /// Row images in the order in which they arose.
    pub records: Vec<Record>,
}

/// Why batches were not committed.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// Busy, disk full, I/O. The transaction was taken back or, when COMMIT itself
    /// failed, nobody knows; committing the same batches again is right in both cases.
    #[error("could not commit: the same batches may be tried again")]
    Transient {
        /// What is wrong with the database.
        fault: DatabaseFault,
        /// What the driver says.
        source: sqlx::Error,
    },
    /// The rows break a promise that the database guards: a fault of the program.
    #[error("could not commit to table \"{table}\": {constraint}")]
    Constraint {
        /// Which table.
        table: String,
        /// Which constraint, in the database's words.
        constraint: String,
        /// What the driver says.
        source: sqlx::Error,
    },
    /// Another start has begun a newer epoch: this process must not write any more.
    #[error("epoch {epoch} was fenced off by a newer start")]
    Fenced {
        /// This writer's epoch.
        epoch: i64,
    },
    /// Batches whose positions do not grow, or are beyond what an identifier can carry.
    #[error("batch {last_seq} does not come after {after}: batches are committed in order")]
    OutOfOrder {
        /// The offending position.
        last_seq: u64,
        /// The position before it.
        after: u64,
    },
    /// The spill goes on where the database has not come to, or the other way round.
    #[error(
        "what was spilled goes on at {after} but the database is at {applied}: is it the same database?"
    )]
    NotNext {
        /// Where the spill goes on.
        after: u64,
        /// Where the database is.
        applied: u64,
    },
    /// `Store::begin` was not called before `Store::writer`.
    #[error("no epoch was begun")]
    NotBegun,
    /// The store was opened for reading only.
    #[error("the database was opened for reading only")]
    ReadOnly,
    /// Anything else: a wrong statement, a corrupt file.
    #[error("could not commit")]
    Fatal {
        /// What the driver says.
        source: sqlx::Error,
    },
}

impl CommitError {
    /// Whether the same batches may be tried again.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        self.fault().is_some()
    }

    /// What is wrong with a database that may take the same batches later.
    #[must_use]
    pub fn fault(&self) -> Option<DatabaseFault> {
        match self {
            Self::Transient { fault, .. } => Some(*fault),
            Self::Constraint { .. }
            | Self::Fenced { .. }
            | Self::OutOfOrder { .. }
            | Self::NotNext { .. }
            | Self::NotBegun
            | Self::ReadOnly
            | Self::Fatal { .. } => None,
        }
    }

    fn of(table: &'static str, source: sqlx::Error) -> Self {
        match meaning(&source) {
            Meaning::Transient(fault) => Self::Transient { fault, source },
            // A file system remounted read-only can be mounted for writing again.
            Meaning::NotAllowed => Self::Transient {
                fault: DatabaseFault::ReadOnly,
                source,
            },
            Meaning::Constraint => {
                let (named, constraint) = violated(&source);
                let table = if named.is_empty() {
                    table.to_owned()
                } else {
                    named
                };
                Self::Constraint {
                    table,
                    constraint,
                    source,
                }
            }
            // A login that worked a moment ago: a server that is being set up anew.
            Meaning::LoginRefused | Meaning::NoDatabase => Self::Transient {
                fault: DatabaseFault::Gone,
                source,
            },
            Meaning::NotADatabase | Meaning::Fatal => Self::Fatal { source },
        }
    }
}

/// Commits batches of one epoch in order. Only one is of use at a time.
pub struct Writer {
    store: Store,
    epoch: i64,
    /// The journal position that was told as committed or spilled.
    told: u64,
    /// Whether the database may be elsewhere: a commit's result is unknown.
    in_doubt: bool,
    payload: Payload,
    bulk: Bulk,
}

impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer")
            .field("epoch", &self.epoch)
            .field("told", &self.told)
            .field("in_doubt", &self.in_doubt)
            .finish_non_exhaustive()
    }
}

impl Writer {
    pub(crate) fn new(store: Store, epoch: i64) -> Self {
        Self {
            store,
            epoch,
            told: 0,
            in_doubt: true,
            payload: Payload::default(),
            bulk: Bulk::default(),
        }
    }

    /// Commits all batches in one durable transaction, empties the vector and returns
    /// the journal position. Batches at or below the position that the database already
    /// has are taken as committed. After an error the batches are still there.
    ///
    /// # Errors
    /// `CommitError::is_transient` tells whether trying again makes sense.
    pub async fn commit(&mut self, batches: &mut Vec<Batch>) -> Result<u64, CommitError> {
        if self.epoch == 0 {
            return Err(CommitError::NotBegun);
        }
        let last = last_in_order(batches)?;
        // From here until success the position is in doubt, whatever happens to this future.
        let in_doubt = std::mem::replace(&mut self.in_doubt, true);
        let store = self.store.clone();
        let mut transaction = begin(&store, self.epoch).await?;
        let applied = if in_doubt {
            applied_in(&mut transaction, self.epoch).await?
        } else {
            self.told
        };
        if applied < self.told {
            let after = self.told;
            return Err(CommitError::NotNext { after, applied });
        }
        let ended = if last > applied {
            self.payload.fill(batches, applied, self.epoch);
            let connection = &mut transaction.connection;
            for (table, images) in self.payload.tables() {
                for statement in table.statements() {
                    let written = self.bulk.run(connection, statement, images).await;
                    written.map_err(|source| CommitError::of(table.name(), source))?;
                }
            }
            advance(connection, self.epoch, applied, last).await?;
            transaction.commit().await
        } else {
            transaction.roll_back().await
        };
        ended.map_err(|source| CommitError::of("journal", source))?;
        self.told = last.max(applied);
        self.in_doubt = false;
        batches.clear();
        Ok(self.told)
    }

    /// Writes the batches to the spill instead, empties the vector and returns the journal
    /// position. Once something is spilled, everything must be until it is replayed.
    ///
    /// # Errors
    /// When the spill is full or cannot be written: then the batches are stored nowhere.
    pub fn spill(
        &mut self,
        batches: &mut Vec<Batch>,
        spill: &mut Spill,
    ) -> Result<u64, SpillError> {
        let last = batches.last().map_or(0, |batch| batch.last_seq);
        if last > self.told {
            self.payload.fill(batches, self.told, self.epoch);
            let positions = (self.epoch, self.told, last);
            spill.append(positions, &mut self.payload)?;
            self.told = last;
            self.in_doubt = true;
        }
        batches.clear();
        Ok(self.told)
    }
}

impl Store {
    /// Carries out a transaction that was spilled, unless the database has it already.
    ///
    /// # Errors
    /// As for a commit; when the transaction is not the next one of this database.
    pub async fn replay(&self, entry: &Entry) -> Result<(), CommitError> {
        let mut transaction = begin(self, entry.epoch).await?;
        let applied = applied_in(&mut transaction, entry.epoch).await?;
        let ended = if entry.last <= applied {
            transaction.roll_back().await
        } else if entry.after == applied {
            let connection = &mut transaction.connection;
            for (table, images) in &entry.tables {
                write_table(connection, *table, images).await?;
            }
            advance(connection, entry.epoch, applied, entry.last).await?;
            transaction.commit().await
        } else {
            let after = entry.after;
            return Err(CommitError::NotNext { after, applied });
        };
        ended.map_err(|source| CommitError::of("journal", source))
    }
}

async fn begin(store: &Store, epoch: i64) -> Result<WriteTransaction<'_>, CommitError> {
    store.write().await.map_err(|why| match why {
        Unwritable::ReadOnly => CommitError::ReadOnly,
        Unwritable::TakenOver => CommitError::Fenced { epoch },
        Unwritable::Failed(source) => CommitError::of("journal", source),
    })
}

async fn write_table(
    connection: &mut Connection,
    table: Table,
    images: &str,
) -> Result<(), CommitError> {
    for statement in table.statements() {
        execute(connection, statement, images)
            .await
            .map_err(|source| CommitError::of(table.name(), source))?;
    }
    Ok(())
}

async fn advance(
    connection: &mut Connection,
    epoch: i64,
    applied: u64,
    last: u64,
) -> Result<(), CommitError> {
    let advanced = ask_shard(ADVANCE)
        .int(epoch)
        .int(position(applied))
        .int(position(last))
        .maybe(connection, read_int)
        .await
        .map_err(|source| CommitError::of("journal", source))?;
    match advanced {
        Some(_) => Ok(()),
        None => Err(CommitError::Fenced { epoch }),
    }
}

/// Runs one statement over row images.
pub(crate) async fn execute(
    connection: &mut Connection,
    statement: &'static str,
    images: &str,
) -> Result<(), sqlx::Error> {
    ask(statement).text(images).int(SHARD).run(connection).await
}

/// The last position, when all grow and fit under the epoch.
fn last_in_order(batches: &[Batch]) -> Result<u64, CommitError> {
    let mut after = 0;
    for batch in batches {
        let last_seq = batch.last_seq;
        if last_seq <= after || last_seq >> COUNTER_BITS != 0 {
            return Err(CommitError::OutOfOrder { last_seq, after });
        }
        after = last_seq;
    }
    Ok(after)
}

async fn applied_in(
    transaction: &mut WriteTransaction<'_>,
    epoch: i64,
) -> Result<u64, CommitError> {
    let applied = ask_shard(APPLIED)
        .int(epoch)
        .maybe(&mut transaction.connection, read_int)
        .await
        .map_err(|source| CommitError::of("journal", source))?;
    applied
        .and_then(|applied| u64::try_from(applied).ok())
        .ok_or(CommitError::Fenced { epoch })
}

#[cfg(test)]
mod faults;
