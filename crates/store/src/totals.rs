//! Counts over everything stored, for the health page and the demo's summary.

use std::collections::BTreeMap;
use std::str::FromStr;

use cuptel_core::time::UtcMs;
use cuptel_core::words::{CallbackState, ClosedHow, DialResult, Outcome, UnknownWord};
use serde::Serialize;

use crate::dialect::{Connection, Row, ask_shard};
use crate::promise::{self, PromiseSums, QueuePromises};
use crate::row::{Columns, all, read_int};
use crate::store::{Store, StoreError, while_doing};

const OUTCOMES: &str = "
SELECT outcome, count(*) FROM attempt
WHERE shard = $1 AND outcome IS NOT NULL GROUP BY outcome";
const ATTEMPTS_OPEN: &str = "SELECT count(*) FROM attempt WHERE shard = $1 AND ended_ms IS NULL";
const CALLBACKS: &str = "SELECT state, count(*) FROM callback WHERE shard = $1 GROUP BY state";
const CLOSED: &str = "
SELECT closed_how, count(*) FROM callback
WHERE shard = $1 AND closed_how IS NOT NULL GROUP BY closed_how";
const DIALS: &str = "
SELECT result, count(*) FROM dial WHERE shard = $1 AND result IS NOT NULL GROUP BY result";
const DIALS_OPEN: &str = "SELECT count(*) FROM dial WHERE shard = $1 AND state <> 'ended'";
const OLDEST_WAITING: &str =
    "SELECT min(place_ms) FROM callback WHERE shard = $1 AND state = 'waiting'";

/// How much of everything there is. Reads every attempt: for a summary, not for a tick.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// Ended attempts by outcome.
    pub attempts: BTreeMap<Outcome, i64>,
    /// Attempts without an end.
    pub attempts_open: i64,
    /// Callbacks by state.
    pub callbacks: BTreeMap<CallbackState, i64>,
    /// Closed callbacks by how.
    pub closed: BTreeMap<ClosedHow, i64>,
    /// Ended dials by result.
    pub dials: BTreeMap<DialResult, i64>,
    /// Dials in flight or unknown.
    pub dials_in_flight: i64,
    /// Place of the callback that waits longest.
    pub oldest_waiting_ms: Option<UtcMs>,
    /// Times by which people were told that they are called.
    pub promises: PromiseSums,
    /// Waits that callers on the line were told.
    pub waits: PromiseSums,
    /// The former, queue by queue.
    pub promises_by_queue: Vec<QueuePromises>,
    /// The latter, queue by queue.
    pub waits_by_queue: Vec<QueuePromises>,
}

fn pair<W: FromStr<Err = UnknownWord>>(row: &Row) -> Result<(W, i64), sqlx::Error> {
    let mut columns = Columns::of(row);
    Ok((columns.word()?, columns.int()?))
}

async fn by_word<W>(
    connection: &mut Connection,
    statement: &'static str,
) -> Result<BTreeMap<W, i64>, sqlx::Error>
where
    W: FromStr<Err = UnknownWord> + Ord,
{
    Ok(all(connection, statement, pair)
        .await?
        .into_iter()
        .collect())
}

pub(crate) async fn number_of(
    connection: &mut Connection,
    statement: &'static str,
) -> Result<i64, sqlx::Error> {
    ask_shard(statement).one(connection, read_int).await
}

async fn read(connection: &mut Connection) -> Result<Totals, sqlx::Error> {
    let promises_by_queue = promise::sums(connection).await?;
    let waits_by_queue = promise::wait_sums(connection).await?;
    Ok(Totals {
        attempts: by_word(connection, OUTCOMES).await?,
        attempts_open: number_of(connection, ATTEMPTS_OPEN).await?,
        callbacks: by_word(connection, CALLBACKS).await?,
        closed: by_word(connection, CLOSED).await?,
        dials: by_word(connection, DIALS).await?,
        dials_in_flight: number_of(connection, DIALS_OPEN).await?,
        oldest_waiting_ms: ask_shard(OLDEST_WAITING)
            .one(connection, |row| Columns::of(row).maybe_int())
            .await?,
        promises: PromiseSums::of_all(&promises_by_queue),
        waits: PromiseSums::of_all(&waits_by_queue),
        promises_by_queue,
        waits_by_queue,
    })
}

impl Store {
    /// How much of everything there is, all at the same moment.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn totals(&self) -> Result<Totals, StoreError> {
        let failed = while_doing("count");
        let mut reading = self.read().await.map_err(&failed)?;
        read(&mut reading).await.map_err(failed)
    }
}
