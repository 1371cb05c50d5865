//! When persons want to be called: images, and those of open callbacks at start.

use cuptel_core::chosen_time::ChosenTime;
use cuptel_core::id::CallbackId;
use cuptel_core::record::ChosenTimeRow;

use crate::dialect::{Row, upsert};
use crate::image::Images;
use crate::row::Columns;

pub(crate) const UPSERT: &str = upsert!(chosen_time {
    2 from_ms BIGINT,
    3 until_ms BIGINT,
});

/// Emptied when the callback is closed, so that these are few.
pub(crate) const OPEN: &str = "
SELECT id, from_ms, until_ms FROM chosen_time WHERE shard = $1 AND until_ms IS NOT NULL ORDER BY id";

pub(crate) fn image(row: &ChosenTimeRow, seq: i64, images: &mut Images) {
    images
        .row(row.callback.0, seq)
        .maybe_int(row.chosen.map(|it| it.from_ms))
        .maybe_int(row.chosen.map(|it| it.until_ms))
        .end();
}

pub(crate) fn read(row: &Row) -> Result<ChosenTimeRow, sqlx::Error> {
    let mut columns = Columns::of(row);
    let callback = CallbackId(columns.int()?);
    let hours = columns.maybe_int()?.zip(columns.maybe_int()?);
    let chosen = hours.map(|(from_ms, until_ms)| ChosenTime { from_ms, until_ms });
    Ok(ChosenTimeRow { callback, chosen })
}
