//! Persons whom operators gave on, and calls that they made beside their works: images, and those that
//! were not over at start.

use cuptel_core::id::{AttemptId, CallbackId, OperatorId, QueueId, SeatId, SideCallId, TrunkId};
use cuptel_core::record::{SideCallRow, Work};

use cuptel_core::time::UtcMs;
use cuptel_core::words::{DialResult, SideKind};
use serde::Serialize;

use crate::dialect::{Connection, Row, upsert};
use crate::image::Images;
use crate::row::{Columns, all_of};

pub(crate) const UPSERT: &str = upsert!(side_call {
    2 kind TEXT,
    3 seat BIGINT,
    4 operator BIGINT,
    5 attempt BIGINT,
    6 callback BIGINT,
    7 queue BIGINT,
    8 to_seat BIGINT,
    9 entry TEXT,
    10 trunk BIGINT,
    11 begun_ms BIGINT,
    12 answered_ms BIGINT,
    13 ended_ms BIGINT,
    14 result TEXT,
    15 sip_status BIGINT,
});

/// Those that are not over.
pub(crate) const OPEN: &str = "
SELECT id, kind, seat, operator, attempt, callback, queue, to_seat, entry, trunk, begun_ms, answered_ms,
    ended_ms, result, sip_status
FROM side_call WHERE shard = $1 AND ended_ms IS NULL ORDER BY id";

macro_rules! view {
    ($column:literal) => {
        concat!(
            "
SELECT s.id, s.kind, seat.name, operator.name, queue.name, other.name, s.entry, trunk.name,
    s.begun_ms, s.answered_ms, s.ended_ms, s.result, s.sip_status
FROM side_call s
LEFT JOIN seat ON seat.shard = s.shard AND seat.id = s.seat
LEFT JOIN operator ON operator.shard = s.shard AND operator.id = s.operator
LEFT JOIN queue ON queue.shard = s.shard AND queue.id = s.queue
LEFT JOIN seat other ON other.shard = s.shard AND other.id = s.to_seat
LEFT JOIN trunk ON trunk.shard = s.shard AND trunk.id = s.trunk
WHERE s.shard = $1 AND s.",
            $column,
            " = $2 ORDER BY s.id LIMIT 1000"
        )
    };
}

const OF_ATTEMPT: &str = view!("attempt");
const OF_CALLBACK: &str = view!("callback");

/// What was done beside a conversation, or with its person, with its names. Never a number: who was
/// called outside goes by the name of their entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SideCallView {
    /// This once.
    pub id: SideCallId,
    /// What it is.
    pub kind: SideKind,
    /// Of which seat.
    pub seat: Option<String>,
    /// By whom.
    pub operator: Option<String>,
    /// Where the person waits from then on, or would if it came to nothing.
    pub queue: Option<String>,
    /// The seat that was asked, or has the person.
    pub to_seat: Option<String>,
    /// The entry of the directory that was called.
    pub entry: Option<String>,
    /// Through which trunk.
    pub trunk: Option<String>,
    /// When it began.
    pub begun_ms: UtcMs,
    /// When somebody picked up.
    pub answered_ms: Option<UtcMs>,
    /// When it was over.
    pub ended_ms: Option<UtcMs>,
    /// How a call ended.
    pub result: Option<DialResult>,
    /// Final SIP status, if any.
    pub sip_status: Option<u16>,
}

fn view(row: &Row) -> Result<SideCallView, sqlx::Error> {
    let mut columns = Columns::of(row);
    Ok(SideCallView {
        id: SideCallId(columns.int()?),
        kind: columns.word()?,
        seat: columns.maybe_text()?,
        operator: columns.maybe_text()?,
        queue: columns.maybe_text()?,
        to_seat: columns.maybe_text()?,
        entry: columns.maybe_text()?,
        trunk: columns.maybe_text()?,
        begun_ms: columns.int()?,
        answered_ms: columns.maybe_int()?,
        ended_ms: columns.maybe_int()?,
        result: columns.maybe_word()?,
        sip_status: columns.maybe_small()?,
    })
}

/// What was done in the conversations of an attempt, in order.
pub(crate) async fn of_attempt(
    connection: &mut Connection,
    id: AttemptId,
) -> Result<Vec<SideCallView>, sqlx::Error> {
    all_of(connection, OF_ATTEMPT, id.0, view).await
}

/// What was done in the conversations of a callback, in order.
pub(crate) async fn of_callback(
    connection: &mut Connection,
    id: CallbackId,
) -> Result<Vec<SideCallView>, sqlx::Error> {
    all_of(connection, OF_CALLBACK, id.0, view).await
}

/// Statements that must find their rows through an index, for the planner's test.
#[cfg(test)]
pub(crate) const LOOKUPS: &[&str] = &[OF_ATTEMPT, OF_CALLBACK];

pub(crate) fn image(row: &SideCallRow, seq: i64, images: &mut Images) {
    let (attempt, callback) = match row.work {
        Some(Work::Attempt(id)) => (Some(id.0), None),
        Some(Work::Callback(id)) => (None, Some(id.0)),
        None => (None, None),
    };
    images
        .row(row.id.0, seq)
        .word(row.kind.as_str())
        .int(row.seat.0)
        .int(row.operator.0)
        .maybe_int(attempt)
        .maybe_int(callback)
        .maybe_int(row.queue.map(|id| id.0))
        .maybe_int(row.to_seat.map(|id| id.0))
        .maybe_text(row.entry.as_deref())
        .maybe_int(row.trunk.map(|id| id.0))
        .int(row.begun_ms)
        .maybe_int(row.answered_ms)
        .maybe_int(row.ended_ms)
        .maybe_word(row.result.map(|result| result.as_str()))
        .maybe_int(row.sip_status.map(i64::from))
        .end();
}

pub(crate) fn read(row: &Row) -> Result<SideCallRow, sqlx::Error> {
    let mut columns = Columns::of(row);
    Ok(SideCallRow {
        id: SideCallId(columns.int()?),
        kind: columns.word()?,
        seat: SeatId(columns.int()?),
        operator: OperatorId(columns.int()?),
        work: match (columns.maybe_int()?, columns.maybe_int()?) {
            (Some(id), _) => Some(Work::Attempt(AttemptId(id))),
            (None, Some(id)) => Some(Work::Callback(CallbackId(id))),
            (None, None) => None,
        },
        queue: columns.maybe_int()?.map(QueueId),
        to_seat: columns.maybe_int()?.map(SeatId),
        entry: columns.maybe_text()?,
        trunk: columns.maybe_int()?.map(TrunkId),
        begun_ms: columns.int()?,
        answered_ms: columns.maybe_int()?,
        ended_ms: columns.maybe_int()?,
        result: columns.maybe_word()?,
        sip_status: columns.maybe_small()?,
    })
}
