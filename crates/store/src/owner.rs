//! Which operator is to pay which callback: images, and those of open callbacks at start.

use cuptel_core::id::{CallbackId, OperatorId};
use cuptel_core::record::OwnerRow;

use crate::dialect::{Connection, Row, ask_shard, upsert};
use crate::image::Images;
use crate::row::Columns;

pub(crate) const UPSERT: &str = upsert!(callback_owner {
    2 operator BIGINT,
});

/// Few callbacks have one, so it is they that are looked up and not the callbacks.
pub(crate) const OPEN: &str = "
SELECT o.id, o.operator FROM callback_owner o
WHERE o.shard = $1 AND o.operator IS NOT NULL
    AND (SELECT c.state FROM callback c WHERE c.shard = o.shard AND c.id = o.id) <> 'closed'
ORDER BY o.id";

const NAME: &str = "
SELECT operator.name FROM callback_owner o
JOIN operator ON operator.shard = o.shard AND operator.id = o.operator
WHERE o.shard = $1 AND o.id = $2";

pub(crate) fn image(row: &OwnerRow, seq: i64, images: &mut Images) {
    images
        .row(row.callback.0, seq)
        .maybe_int(row.operator.map(|id| id.0))
        .end();
}

pub(crate) fn read(row: &Row) -> Result<OwnerRow, sqlx::Error> {
    let mut columns = Columns::of(row);
    Ok(OwnerRow {
        callback: CallbackId(columns.int()?),
        operator: columns.maybe_int()?.map(OperatorId),
    })
}

/// Login name of who is to pay a callback.
pub(crate) async fn of_callback(
    connection: &mut Connection,
    id: CallbackId,
) -> Result<Option<String>, sqlx::Error> {
    let name = |row: &Row| Columns::of(row).text();
    ask_shard(NAME).int(id.0).maybe(connection, name).await
}
