//! Persons whom operators gave on, and calls that they made beside their works: images, and those that
//! were not over at start.

use cuptel_core::id::{AttemptId, CallbackId, OperatorId, QueueId, SeatId, SideCallId, TrunkId};
use cuptel_core::record::{SideCallRow, Work};

use crate::dialect::{Row, upsert};
use crate::image::Images;
use crate::row::Columns;

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
