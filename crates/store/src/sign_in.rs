//! Sign-ins: their images and the open ones at start.

use cuptel_core::id::{OperatorId, SeatId, SignInId};
use cuptel_core::record::SignInRow;

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
});

/// Sign-ins without an end.
pub(crate) const OPEN: &str = "
SELECT id, seat, operator, chosen, pause_reason, since_ms, until_ms
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
    })
}
