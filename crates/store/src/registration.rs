//! Where seats' phones are: images, and the bindings at start.

use cuptel_core::id::SeatId;
use cuptel_core::record::RegistrationRow;

use crate::dialect::{Row, upsert};
use crate::image::Images;
use crate::row::Columns;

pub(crate) const UPSERT: &str = upsert!(registration {
    2 contact TEXT,
    3 listener BIGINT,
    4 remote TEXT,
    5 registered_ms BIGINT,
    6 expires_ms BIGINT,
});

/// Bindings that were not taken back; whether one has expired meanwhile is for the
/// reader to say, who knows what time it is.
pub(crate) const OPEN: &str = "
SELECT id, contact, listener, remote, registered_ms, expires_ms
FROM registration WHERE shard = $1 AND expires_ms > registered_ms ORDER BY id";

pub(crate) fn image(row: &RegistrationRow, seq: i64, images: &mut Images) {
    images
        .row(row.seat.0, seq)
        .text(&row.contact)
        .int(row.listener)
        .text(&row.remote)
        .int(row.registered_ms)
        .int(row.expires_ms)
        .end();
}

pub(crate) fn read(row: &Row) -> Result<RegistrationRow, sqlx::Error> {
    let mut columns = Columns::of(row);
    Ok(RegistrationRow {
        seat: SeatId(columns.int()?),
        contact: columns.text()?,
        listener: columns.int()?,
        remote: columns.text()?,
        registered_ms: columns.int()?,
        expires_ms: columns.int()?,
    })
}
