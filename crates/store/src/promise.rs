//! Times that people were told: their images, how pages see them, and how many were kept.

use cuptel_core::id::{AttemptId, CallbackId, PromiseId};
use cuptel_core::record::PromiseRow;
use cuptel_core::time::UtcMs;
use serde::Serialize;

use crate::dialect::{Connection, Row, ask_shard, upsert};
use crate::image::Images;
use crate::row::{Columns, all_of};

pub(crate) const UPSERT: &str = upsert!(promise {
    2 callback BIGINT,
    3 attempt BIGINT,
    4 told_ms BIGINT,
    5 by_ms BIGINT,
});

const OF_CALLBACK: &str = "
SELECT id, attempt, told_ms, by_ms FROM promise
WHERE shard = $1 AND callback = $2 ORDER BY id DESC LIMIT 1000";
const OF_ATTEMPT: &str = "
SELECT id, attempt, told_ms, by_ms FROM promise
WHERE shard = $1 AND attempt = $2 ORDER BY id DESC LIMIT 1000";

/// Of those who were told, by the queue of the call in which they were: when it was kept, and when
/// it was over, kept or not.
macro_rules! by_queue {
    ($told:literal) => {
        concat!(
            "
SELECT tenant.name, queue.name, count(*),
    count(CASE WHEN promised.kept_ms <= promised.by_ms THEN 1 END),
    count(CASE WHEN promised.over_ms > promised.by_ms THEN 1 END)
FROM (",
            $told,
            ") promised
JOIN attempt ON attempt.shard = $1 AND attempt.id = promised.attempt
LEFT JOIN tenant ON tenant.shard = $1 AND tenant.id = attempt.tenant
LEFT JOIN queue ON queue.shard = $1 AND queue.id = attempt.queue
GROUP BY tenant.name, queue.name ORDER BY tenant.name, queue.name"
        )
    };
}

/// A person who was told several times was told the same time or a later one: the last counts.
/// They are called by their first dial after they were told which its trunk did not fail, or got
/// through themselves before.
const SUMS: &str = by_queue!(
    "
    SELECT told.attempt AS attempt, told.by_ms AS by_ms,
        coalesce(min(dial.placed_ms), callback.closed_ms) AS kept_ms,
        coalesce(min(dial.placed_ms), callback.closed_ms) AS over_ms
    FROM (
        SELECT callback, min(attempt) AS attempt, min(told_ms) AS told_ms, max(by_ms) AS by_ms
        FROM promise WHERE shard = $1 AND callback IS NOT NULL GROUP BY callback) told
    JOIN callback ON callback.shard = $1 AND callback.id = told.callback
    LEFT JOIN dial ON dial.shard = $1 AND dial.callback = told.callback
        AND dial.placed_ms >= told.told_ms AND dial.result IS DISTINCT FROM 'trunk_failed'
    GROUP BY told.callback, told.attempt, told.by_ms, callback.closed_ms"
);

/// Who was told several waits was never told a longer one: the shortest counts. Whoever hung up
/// before it was over is in neither.
const WAIT_SUMS: &str = by_queue!(
    "
    SELECT told.attempt AS attempt, told.by_ms AS by_ms, waited.talking_ms AS kept_ms,
        coalesce(waited.talking_ms, waited.ended_ms) AS over_ms
    FROM (
        SELECT attempt, min(by_ms) AS by_ms FROM promise
        WHERE shard = $1 AND callback IS NULL GROUP BY attempt) told
    JOIN attempt waited ON waited.shard = $1 AND waited.id = told.attempt"
);

/// A time that somebody was told.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PromiseView {
    /// The promise.
    pub id: PromiseId,
    /// The attempt in which it was told.
    pub attempt: AttemptId,
    /// When it was told.
    pub told_ms: UtcMs,
    /// By when they are called, or served.
    pub by_ms: UtcMs,
}

/// How many people were told a time, and what came of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct PromiseSums {
    /// People who were told.
    pub told: i64,
    /// Of those, called, or served, in time.
    pub kept: i64,
    /// Of those, called, or done with, too late. Who is in neither is still owed the call, or
    /// hung up before.
    pub broken: i64,
}

/// How many of a queue's people were told, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QueuePromises {
    /// Whose line they rang.
    pub tenant: Option<String>,
    /// The queue of the call in which they were told; none where they had not chosen.
    pub queue: Option<String>,
    /// What came of it.
    #[serde(flatten)]
    pub sums: PromiseSums,
}

impl PromiseSums {
    /// Of all queues together.
    pub(crate) fn of_all(queues: &[QueuePromises]) -> Self {
        let mut all = Self::default();
        for queue in queues {
            all.add(queue.sums);
        }
        all
    }

    /// Those of others besides.
    pub fn add(&mut self, others: Self) {
        self.told += others.told;
        self.kept += others.kept;
        self.broken += others.broken;
    }
}

/// The time that the person of the callback `c` was told last, where nobody has called them since.
macro_rules! promised_ms {
    () => {
        "CASE WHEN NOT EXISTS (SELECT 1 FROM dial
        WHERE dial.shard = c.shard AND dial.callback = c.id
            AND dial.result IS DISTINCT FROM 'trunk_failed' AND dial.placed_ms >=
            (SELECT min(promise.told_ms) FROM promise
                WHERE promise.shard = c.shard AND promise.callback = c.id))
    THEN (SELECT max(promise.by_ms) FROM promise
        WHERE promise.shard = c.shard AND promise.callback = c.id) END"
    };
}
pub(crate) use promised_ms;

pub(crate) fn image(row: &PromiseRow, seq: i64, images: &mut Images) {
    images
        .row(row.id.0, seq)
        .maybe_int(row.callback.map(|id| id.0))
        .int(row.attempt.0)
        .int(row.told_ms)
        .int(row.by_ms)
        .end();
}

fn view(row: &Row) -> Result<PromiseView, sqlx::Error> {
    let mut columns = Columns::of(row);
    Ok(PromiseView {
        id: PromiseId(columns.int()?),
        attempt: AttemptId(columns.int()?),
        told_ms: columns.int()?,
        by_ms: columns.int()?,
    })
}

/// Every time told about a callback, the last first.
pub(crate) async fn of_callback(
    connection: &mut Connection,
    id: CallbackId,
) -> Result<Vec<PromiseView>, sqlx::Error> {
    all_of(connection, OF_CALLBACK, id.0, view).await
}

/// Every time told in an attempt, the last first.
pub(crate) async fn of_attempt(
    connection: &mut Connection,
    id: AttemptId,
) -> Result<Vec<PromiseView>, sqlx::Error> {
    all_of(connection, OF_ATTEMPT, id.0, view).await
}

/// Of the calls that people were told.
pub(crate) async fn sums(connection: &mut Connection) -> Result<Vec<QueuePromises>, sqlx::Error> {
    ask_shard(SUMS).all(connection, queue_sums).await
}

/// Of the waits that callers were told.
pub(crate) async fn wait_sums(
    connection: &mut Connection,
) -> Result<Vec<QueuePromises>, sqlx::Error> {
    ask_shard(WAIT_SUMS).all(connection, queue_sums).await
}

fn queue_sums(row: &Row) -> Result<QueuePromises, sqlx::Error> {
    let mut columns = Columns::of(row);
    Ok(QueuePromises {
        tenant: columns.maybe_text()?,
        queue: columns.maybe_text()?,
        sums: PromiseSums {
            told: columns.int()?,
            kept: columns.int()?,
            broken: columns.int()?,
        },
    })
}

/// Statements that must find their rows through an index, for the planner's test.
#[cfg(test)]
pub(crate) const LOOKUPS: &[&str] = &[OF_CALLBACK, OF_ATTEMPT];
