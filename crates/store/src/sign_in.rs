//! Sign-ins: their images and the open ones at start.

use cuptel_core::id::{OperatorId, SeatId, SignInId};
use cuptel_core::record::SignInRow;
use cuptel_core::words::ChosenBy;

use crate::dialect::{Row, upsert};
use crate::image::Images;
use crate::row::Columns;

pub(crate) const UPSERT: &str = upsert!(sign_in {
    2 seat BIGINT,
    3 operator BIGINT,
    4 chosen TEXT,
    5 pause_reason TEXT,
    6 since_ms BIGINT,
    7 until_ms BIGINT,
    8 chosen_by TEXT,
    9 supervisor TEXT,
    10 shift_ends_ms BIGINT,
    11 back_ms BIGINT,
});

/// Sign-ins without an end.
pub(crate) const OPEN: &str = "
SELECT id, seat, operator, chosen, pause_reason, since_ms, until_ms, chosen_by, supervisor,
    shift_ends_ms, back_ms
FROM sign_in WHERE shard = $1 AND until_ms IS NULL ORDER BY id";

pub(crate) fn image(row: &SignInRow, seq: i64, images: &mut Images) {
    images
        .row(row.id.0, seq)
        .int(row.seat.0)
        .int(row.operator.0)
        .word(row.chosen.as_str())
        .maybe_text(row.pause_reason.as_deref())
        .int(row.since_ms)
        .maybe_int(row.until_ms)
        .word(row.chosen_by.as_str())
        .maybe_text(row.supervisor.as_deref())
        .maybe_int(row.shift_ends_ms)
        .maybe_int(row.back_ms)
        .end();
}

pub(crate) fn read(row: &Row) -> Result<SignInRow, sqlx::Error> {
    let mut columns = Columns::of(row);
    Ok(SignInRow {
        id: SignInId(columns.int()?),
        seat: SeatId(columns.int()?),
        operator: OperatorId(columns.int()?),
        chosen: columns.word()?,
        pause_reason: columns.maybe_text()?,
        since_ms: columns.int()?,
        until_ms: columns.maybe_int()?,
        chosen_by: columns.maybe_word()?.unwrap_or(ChosenBy::Operator),
        supervisor: columns.maybe_text()?,
        shift_ends_ms: columns.maybe_int()?,
        back_ms: columns.maybe_int()?,
    })
}
