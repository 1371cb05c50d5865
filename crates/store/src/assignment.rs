//! Assignments: their images, the open ones at start, and how pages see them.

use cuptel_core::id::{AssignmentId, AttemptId, OfferId, OperatorId, QueueId, SeatId};
use cuptel_core::own_result::ResultCode;
use cuptel_core::record::{AssignmentRow, Spoken};
use cuptel_core::time::UtcMs;
use cuptel_core::words::Disposition;
use serde::Serialize;

use crate::dialect::{Connection, Row, upsert};
use crate::image::Images;
use crate::offer::{read_work, work_image};
use crate::row::{Columns, all, all_of};

pub(crate) const UPSERT: &str = upsert!(assignment {
    2 offer BIGINT,
    3 attempt BIGINT,
    4 callback BIGINT,
    5 seat BIGINT,
    6 operator BIGINT,
    7 started_ms BIGINT,
    8 ended_ms BIGINT,
    9 wrap_up_until_ms BIGINT,
    10 disposition TEXT,
    11 code TEXT,
    12 note TEXT,
});

/// Assignments without an end.
pub(crate) const OPEN: &str = "
SELECT id, offer, attempt, callback, seat, operator, started_ms, ended_ms, wrap_up_until_ms,
    disposition, code, note
FROM assignment WHERE shard = $1 AND ended_ms IS NULL ORDER BY id";

/// Who spoke with whom in the last conversations: a start remembers those.
const LAST: &str = "
SELECT number.e164, offer.queue, last.operator,
    CASE WHEN last.attempt IS NOT NULL THEN last.started_ms END
FROM (SELECT * FROM assignment WHERE shard = $1 ORDER BY id DESC LIMIT 5000) last
JOIN offer ON offer.shard = last.shard AND offer.id = last.offer
LEFT JOIN attempt ON attempt.shard = last.shard AND attempt.id = last.attempt
LEFT JOIN callback ON callback.shard = last.shard AND callback.id = last.callback
JOIN number ON number.shard = last.shard
    AND number.id = coalesce(attempt.number, callback.number)
ORDER BY last.id";

const OF_ATTEMPT: &str = "
SELECT assignment.id, seat.name, operator.name, assignment.started_ms, assignment.ended_ms,
    assignment.wrap_up_until_ms, assignment.disposition, assignment.code
FROM assignment
LEFT JOIN seat ON seat.shard = assignment.shard AND seat.id = assignment.seat
LEFT JOIN operator ON operator.shard = assignment.shard AND operator.id = assignment.operator
WHERE assignment.shard = $1 AND assignment.attempt = $2 ORDER BY assignment.id LIMIT 1000";

/// An assignment with its names.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AssignmentView {
    /// The assignment.
    pub id: AssignmentId,
    /// By which seat.
    pub seat: Option<String>,
    /// By whom.
    pub operator: Option<String>,
    /// Accepted at.
    pub started_ms: UtcMs,
    /// Conversation over at.
    pub ended_ms: Option<UtcMs>,
    /// Wrap-up over at (planned).
    pub wrap_up_until_ms: Option<UtcMs>,
    /// The operator's result code.
    pub disposition: Option<Disposition>,
    /// The centre's own word for it.
    pub code: Option<String>,
}

pub(crate) fn image(row: &AssignmentRow, seq: i64, images: &mut Images) {
    work_image(row.work, images.row(row.id.0, seq).int(row.offer.0))
        .int(row.seat.0)
        .int(row.operator.0)
        .int(row.started_ms)
        .maybe_int(row.ended_ms)
        .maybe_int(row.wrap_up_until_ms)
        .maybe_word(row.disposition.map(Disposition::as_str))
        .maybe_text(row.code.as_ref().map(ResultCode::as_str))
        .maybe_text(row.note.as_deref())
        .end();
}

pub(crate) fn read(row: &Row) -> Result<AssignmentRow, sqlx::Error> {
    let mut columns = Columns::of(row);
    Ok(AssignmentRow {
        id: AssignmentId(columns.int()?),
        offer: OfferId(columns.int()?),
        work: read_work(&mut columns)?,
        seat: SeatId(columns.int()?),
        operator: OperatorId(columns.int()?),
        started_ms: columns.int()?,
        ended_ms: columns.maybe_int()?,
        wrap_up_until_ms: columns.maybe_int()?,
        disposition: columns.maybe_word()?,
        code: columns.maybe_text()?.and_then(|code| code.parse().ok()),
        note: columns.maybe_text()?,
    })
}

/// Nothing of a person who was erased.
fn read_spoken(row: &Row) -> Result<Option<Spoken>, sqlx::Error> {
    let mut columns = Columns::of(row);
    let (number, queue) = (columns.maybe_number()?, QueueId(columns.int()?));
    let operator = OperatorId(columns.int()?);
    let called_ms = columns.maybe_int()?;
    Ok(number.map(|number| Spoken {
        number,
        queue,
        operator,
        called_ms,
    }))
}

fn view(row: &Row) -> Result<AssignmentView, sqlx::Error> {
    let mut columns = Columns::of(row);
    Ok(AssignmentView {
        id: AssignmentId(columns.int()?),
        seat: columns.maybe_text()?,
        operator: columns.maybe_text()?,
        started_ms: columns.int()?,
        ended_ms: columns.maybe_int()?,
        wrap_up_until_ms: columns.maybe_int()?,
        disposition: columns.maybe_word()?,
        code: columns.maybe_text()?,
    })
}

/// The last conversations, the oldest first.
pub(crate) async fn last_spoken(connection: &mut Connection) -> Result<Vec<Spoken>, sqlx::Error> {
    let spoken = all(connection, LAST, read_spoken).await?;
    Ok(spoken.into_iter().flatten().collect())
}

/// Who did an attempt, in order.
pub(crate) async fn of_attempt(
    connection: &mut Connection,
    id: AttemptId,
) -> Result<Vec<AssignmentView>, sqlx::Error> {
    all_of(connection, OF_ATTEMPT, id.0, view).await
}

/// Statements that must find their rows through an index, for the planner's test.
#[cfg(test)]
pub(crate) const LOOKUPS: &[&str] = &[OF_ATTEMPT];
