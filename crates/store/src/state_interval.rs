//! Stretches of a seat's time: their images and the open ones at start.

use cuptel_core::id::{IntervalId, OperatorId, SeatId};
use cuptel_core::record::IntervalRow;
use cuptel_core::words::ChosenBy;

use crate::dialect::{Row, upsert};
use crate::image::Images;
use crate::row::Columns;

pub(crate) const UPSERT: &str = upsert!(state_interval {
    2 seat BIGINT,
    3 operator BIGINT,
    4 chosen TEXT,
    5 work TEXT,
    6 since_ms BIGINT,
    7 until_ms BIGINT,
    8 pause_reason TEXT,
    9 chosen_by TEXT,
    10 supervisor TEXT,
});

/// Intervals without an end.
pub(crate) const OPEN: &str = "
SELECT id, seat, operator, chosen, work, since_ms, until_ms, pause_reason, chosen_by, supervisor
FROM state_interval WHERE shard = $1 AND until_ms IS NULL ORDER BY id";

pub(crate) fn image(row: &IntervalRow, seq: i64, images: &mut Images) {
    images
        .row(row.id.0, seq)
        .int(row.seat.0)
        .maybe_int(row.operator.map(|id| id.0))
        .word(row.chosen.as_str())
        .word(row.work.as_str())
        .int(row.since_ms)
        .maybe_int(row.until_ms)
        .maybe_text(row.pause_reason.as_deref())
        .word(row.chosen_by.as_str())
        .maybe_text(row.supervisor.as_deref())
        .end();
}

pub(crate) fn read(row: &Row) -> Result<IntervalRow, sqlx::Error> {
    let mut columns = Columns::of(row);
    Ok(IntervalRow {
        id: IntervalId(columns.int()?),
        seat: SeatId(columns.int()?),
        operator: columns.maybe_int()?.map(OperatorId),
        chosen: columns.word()?,
        work: columns.word()?,
        since_ms: columns.int()?,
        until_ms: columns.maybe_int()?,
        pause_reason: columns.maybe_text()?,
        chosen_by: columns.maybe_word()?.unwrap_or(ChosenBy::Operator),
        supervisor: columns.maybe_text()?,
    })
}
