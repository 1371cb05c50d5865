//! The numbers and PINs of operators who sign in from a phone: images, and those that hold at start.

use cuptel_core::id::OperatorId;
use cuptel_core::pin::PinDigest;
use cuptel_core::record::OperatorPinRow;

use crate::dialect::{Row, upsert};
use crate::image::Images;
use crate::row::Columns;

pub(crate) const UPSERT: &str = upsert!(operator_pin {
    2 number TEXT,
    3 digest TEXT,
    4 set_ms BIGINT,
    5 erased_ms BIGINT,
});

/// Those that hold.
pub(crate) const OPEN: &str = "
SELECT id, number, digest, set_ms, erased_ms FROM operator_pin
WHERE shard = $1 AND erased_ms IS NULL ORDER BY id";

pub(crate) fn image(row: &OperatorPinRow, seq: i64, images: &mut Images) {
    images
        .row(row.operator.0, seq)
        .text(&row.number)
        .text(&row.digest.0)
        .int(row.set_ms)
        .maybe_int(row.erased_ms)
        .end();
}

pub(crate) fn read(row: &Row) -> Result<OperatorPinRow, sqlx::Error> {
    let mut columns = Columns::of(row);
    Ok(OperatorPinRow {
        operator: OperatorId(columns.int()?),
        number: columns.text()?,
        digest: PinDigest(columns.text()?),
        set_ms: columns.int()?,
        erased_ms: columns.maybe_int()?,
    })
}
