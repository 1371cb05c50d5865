//! Callbacks that were given up: images, those that nobody has seen, and one with all that it takes
//! to call the person after all.

use cuptel_core::id::{AttemptId, CallbackId, NeedId, NumberId, QueueId, TenantId};
use cuptel_core::record::{CallbackRow, NeedRow, OpenCallback, ReviewRow};
use cuptel_core::time::UtcMs;
use serde::Serialize;

use crate::carrier;
use crate::dialect::{Connection, Row, ask_shard, upsert};
use crate::image::Images;
use crate::row::{Columns, all_of};
use crate::store::{Store, StoreError, while_doing};

pub(crate) const UPSERT: &str = upsert!(callback_review {
    2 tenant BIGINT,
    3 closed_ms BIGINT,
    4 seen_ms BIGINT,
    5 seen_by TEXT,
    6 reopened_as BIGINT,
});

/// Those that nobody has seen.
pub(crate) const OPEN: &str = "
SELECT id, tenant, closed_ms, seen_ms, seen_by, reopened_as
FROM callback_review WHERE shard = $1 AND seen_ms IS NULL ORDER BY id";

const ONE: &str = "
SELECT seen_ms, seen_by, reopened_as FROM callback_review WHERE shard = $1 AND id = $2";
const GIVEN_UP: &str = "
SELECT c.id, c.tenant, c.number, c.state, c.place_ms, c.not_before_ms, c.opened_ms,
    c.last_attempt_ms, c.attempts, c.tries, c.closed_ms, c.closed_how, c.priority_ms,
    c.last_attempt, number.e164
FROM callback_review review
JOIN callback c ON c.shard = review.shard AND c.id = review.id
LEFT JOIN number ON number.shard = c.shard AND number.id = c.number
WHERE review.shard = $1 AND review.id = $2
    AND (c.closed_how <> 'withdrawn' OR review.reopened_as IS NULL)";
const BY_HAND: &str = "
SELECT c.id, c.tenant, c.number, c.state, c.place_ms, c.not_before_ms, c.opened_ms,
    c.last_attempt_ms, c.attempts, c.tries, c.closed_ms, c.closed_how, c.priority_ms,
    c.last_attempt, number.e164
FROM callback c
LEFT JOIN number ON number.shard = c.shard AND number.id = c.number
WHERE c.shard = $1 AND c.id = $2 AND c.closed_how = 'withdrawn'
    AND NOT EXISTS (SELECT 1 FROM callback_review review
        WHERE review.shard = c.shard AND review.id = c.id)";
const CLOSED: &str = "
SELECT c.id, c.tenant, c.number, c.state, c.place_ms, c.not_before_ms, c.opened_ms,
    c.last_attempt_ms, c.attempts, c.tries, c.closed_ms, c.closed_how, c.priority_ms,
    c.last_attempt, number.e164
FROM callback c
LEFT JOIN number ON number.shard = c.shard AND number.id = c.number
WHERE c.shard = $1 AND c.id = $2 AND c.state = 'closed'";
/// What was wanted when it was given up.
const WANTED: &str = "
SELECT need.id, need.callback, need.queue, need.kind, need.opened_ms, need.closed_ms,
    need.another_person
FROM callback c
JOIN callback_need need ON need.shard = c.shard AND need.callback = c.id
    AND need.closed_ms = c.closed_ms
WHERE c.shard = $1 AND c.id = $2 ORDER BY need.id";

/// What became of a callback after it was given up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReviewView {
    /// When somebody looked at it.
    pub seen_ms: Option<UtcMs>,
    /// Who.
    pub seen_by: Option<String>,
    /// The callback that took it over.
    pub reopened_as: Option<CallbackId>,
}

pub(crate) fn image(row: &ReviewRow, seq: i64, images: &mut Images) {
    images
        .row(row.callback.0, seq)
        .int(row.tenant.0)
        .int(row.closed_ms)
        .maybe_int(row.seen_ms)
        .maybe_text(row.seen_by.as_deref())
        .maybe_int(row.reopened_as.map(|id| id.0))
        .end();
}

pub(crate) fn read(row: &Row) -> Result<ReviewRow, sqlx::Error> {
    let mut columns = Columns::of(row);
    Ok(ReviewRow {
        callback: CallbackId(columns.int()?),
        tenant: TenantId(columns.int()?),
        closed_ms: columns.int()?,
        seen_ms: columns.maybe_int()?,
        seen_by: columns.maybe_text()?,
        reopened_as: columns.maybe_int()?.map(CallbackId),
    })
}

fn view(row: &Row) -> Result<ReviewView, sqlx::Error> {
    let mut columns = Columns::of(row);
    Ok(ReviewView {
        seen_ms: columns.maybe_int()?,
        seen_by: columns.maybe_text()?,
        reopened_as: columns.maybe_int()?.map(CallbackId),
    })
}

/// What became of a callback that was given up; nothing for any other.
pub(crate) async fn of_callback(
    connection: &mut Connection,
    id: CallbackId,
) -> Result<Option<ReviewView>, sqlx::Error> {
    ask_shard(ONE).int(id.0).maybe(connection, view).await
}

fn given_up(row: &Row) -> Result<OpenCallback, sqlx::Error> {
    let mut columns = Columns::of(row);
    let row = CallbackRow {
        id: CallbackId(columns.int()?),
        tenant: TenantId(columns.int()?),
        number: NumberId(columns.int()?),
        state: columns.word()?,
        place_ms: columns.int()?,
        not_before_ms: columns.int()?,
        opened_ms: columns.int()?,
        last_attempt_ms: columns.int()?,
        attempts: columns.int()?,
        tries: columns.int()?,
        seat: None,
        closed_ms: columns.maybe_int()?,
        closed_how: columns.maybe_word()?,
        priority_ms: columns.int()?,
        last_attempt: columns.maybe_int()?.map(AttemptId),
    };
    Ok(OpenCallback {
        row,
        number: columns.maybe_number()?,
        needs: Vec::new().into(),
        promised_ms: None,
    })
}

fn wanted(row: &Row) -> Result<NeedRow, sqlx::Error> {
    let mut columns = Columns::of(row);
    Ok(NeedRow {
        id: NeedId(columns.int()?),
        callback: CallbackId(columns.int()?),
        queue: columns.maybe_int()?.map(QueueId),
        kind: columns.word()?,
        opened_ms: columns.int()?,
        closed_ms: columns.maybe_int()?,
        another_person: columns.maybe_int()? == Some(1),
    })
}

/// A callback that is closed, with its number and what was wanted then.
pub(crate) async fn closed(
    store: &Store,
    id: CallbackId,
) -> Result<Option<OpenCallback>, StoreError> {
    store.no_longer_open(CLOSED, id).await
}

impl Store {
    /// A callback that was given up, or closed by hand and not taken back, with its number and what was
    /// wanted, if there is such.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn given_up(&self, id: CallbackId) -> Result<Option<OpenCallback>, StoreError> {
        match self.no_longer_open(GIVEN_UP, id).await? {
            Some(found) => Ok(Some(found)),
            None => self.no_longer_open(BY_HAND, id).await,
        }
    }

    /// Whether the person of a callback that was closed has spoken with us since.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn is_served_since(&self, closed: &OpenCallback) -> Result<bool, StoreError> {
        let (Some(number), Some(closed_ms)) = (&closed.number, closed.row.closed_ms) else {
            return Ok(false);
        };
        let failed = while_doing("read who was served since a callback was closed");
        let person = (number.reveal().to_owned(), closed.row.tenant, closed_ms);
        let mut reading = self.read().await.map_err(&failed)?;
        let served = carrier::served_since(&mut reading, &[person]).await;
        Ok(served.map_err(failed)?.contains(&true))
    }

    async fn no_longer_open(
        &self,
        statement: &'static str,
        id: CallbackId,
    ) -> Result<Option<OpenCallback>, StoreError> {
        let failed = while_doing("read a callback that was closed");
        let mut reading = self.read().await.map_err(&failed)?;
        let connection = &mut reading;
        let found = ask_shard(statement).int(id.0);
        let Some(mut callback) = found.maybe(connection, given_up).await.map_err(&failed)? else {
            return Ok(None);
        };
        let needs = all_of(connection, WANTED, id.0, wanted).await;
        callback.needs = needs.map_err(failed)?.into();
        Ok(Some(callback))
    }
}

/// Statements that must find their rows through an index, for the planner's test.
#[cfg(test)]
pub(crate) const LOOKUPS: &[&str] = &[ONE, GIVEN_UP, BY_HAND, CLOSED, WANTED];
