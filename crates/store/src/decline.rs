//! Callbacks that operators handed back: images, those of open callbacks at start, and how one is shown.

use cuptel_core::id::{CallbackId, DeclineId, OfferId, OperatorId, SeatId};
use cuptel_core::record::DeclineRow;
use cuptel_core::time::UtcMs;
use serde::Serialize;

use crate::dialect::{Connection, Row, upsert};
use crate::image::Images;
use crate::row::{Columns, all_of};

pub(crate) const UPSERT: &str = upsert!(callback_decline {
    2 callback BIGINT,
    3 offer BIGINT,
    4 seat BIGINT,
    5 operator BIGINT,
    6 at_ms BIGINT,
    7 until_ms BIGINT,
    8 reason TEXT,
    9 note TEXT,
    10 asks BIGINT,
    11 seen_ms BIGINT,
    12 seen_by TEXT,
    13 settled_ms BIGINT,
});

/// Settled when the callback is closed, so that these are few.
pub(crate) const OPEN: &str = "
SELECT id, callback, offer, seat, operator, at_ms, until_ms, reason, note, asks, seen_ms, seen_by,
    settled_ms
FROM callback_decline WHERE shard = $1 AND settled_ms IS NULL ORDER BY id";

const OF_CALLBACK: &str = "
SELECT d.at_ms, seat.name, operator.name, d.reason, d.note, d.until_ms, d.asks, d.seen_ms, d.seen_by
FROM callback_decline d
LEFT JOIN seat ON seat.shard = d.shard AND seat.id = d.seat
LEFT JOIN operator ON operator.shard = d.shard AND operator.id = d.operator
WHERE d.shard = $1 AND d.callback = $2 ORDER BY d.id DESC LIMIT 1000";

/// That an operator handed a callback back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeclineView {
    /// When.
    pub at_ms: UtcMs,
    /// Extension of the seat.
    pub seat: Option<String>,
    /// Login name of the operator.
    pub operator: Option<String>,
    /// Why.
    pub reason: String,
    /// And in their own words.
    pub note: Option<String>,
    /// Until then it was not to be offered there again.
    pub until_ms: UtcMs,
    /// Whether it was the one too many, so that a human has to look.
    pub asks: bool,
    /// When somebody has.
    pub seen_ms: Option<UtcMs>,
    /// Who has.
    pub seen_by: Option<String>,
}

pub(crate) fn image(row: &DeclineRow, seq: i64, images: &mut Images) {
    images
        .row(row.id.0, seq)
        .int(row.callback.0)
        .int(row.offer.0)
        .int(row.seat.0)
        .int(row.operator.0)
        .int(row.at_ms)
        .int(row.until_ms)
        .text(&row.reason)
        .maybe_text(row.note.as_deref())
        .maybe_int(row.asks.then_some(1))
        .maybe_int(row.seen_ms)
        .maybe_text(row.seen_by.as_deref())
        .maybe_int(row.settled_ms)
        .end();
}

pub(crate) fn read(row: &Row) -> Result<DeclineRow, sqlx::Error> {
    let mut columns = Columns::of(row);
    Ok(DeclineRow {
        id: DeclineId(columns.int()?),
        callback: CallbackId(columns.int()?),
        offer: OfferId(columns.int()?),
        seat: SeatId(columns.int()?),
        operator: OperatorId(columns.int()?),
        at_ms: columns.int()?,
        until_ms: columns.int()?,
        reason: columns.text()?,
        note: columns.maybe_text()?,
        asks: columns.maybe_int()?.is_some(),
        seen_ms: columns.maybe_int()?,
        seen_by: columns.maybe_text()?,
        settled_ms: columns.maybe_int()?,
    })
}

fn view(row: &Row) -> Result<DeclineView, sqlx::Error> {
    let mut columns = Columns::of(row);
    Ok(DeclineView {
        at_ms: columns.int()?,
        seat: columns.maybe_text()?,
        operator: columns.maybe_text()?,
        reason: columns.text()?,
        note: columns.maybe_text()?,
        until_ms: columns.int()?,
        asks: columns.maybe_int()?.is_some(),
        seen_ms: columns.maybe_int()?,
        seen_by: columns.maybe_text()?,
    })
}

/// How a callback was handed back, newest first; of each list at most a thousand.
pub(crate) async fn of_callback(
    connection: &mut Connection,
    id: CallbackId,
) -> Result<Vec<DeclineView>, sqlx::Error> {
    all_of(connection, OF_CALLBACK, id.0, view).await
}

/// Statements that must find their rows through an index, for the planner's test.
#[cfg(test)]
pub(crate) const LOOKUPS: &[&str] = &[OF_CALLBACK];
