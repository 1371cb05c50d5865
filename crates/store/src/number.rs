//! Numbers: the one table with digits, which an erasure empties.

use cuptel_core::id::{CallbackId, NumberId};
use cuptel_core::number::PhoneNumber;
use cuptel_core::record::NumberRow;

use crate::dialect::{Row, ask_shard, upsert};
use crate::image::Images;
use crate::row::Columns;
use crate::store::{Store, StoreError, while_doing};

pub(crate) const UPSERT: &str = upsert!(number {
    2 e164 TEXT,
    3 raw TEXT,
    4 class TEXT,
    5 seen_ms BIGINT,
});

/// Numbers that open attempts, dials and marks refer to.
pub(crate) const OPEN: &str = "
SELECT id, e164, raw, class, seen_ms FROM number
WHERE shard = $1 AND id IN (
    SELECT number FROM attempt WHERE shard = $1 AND ended_ms IS NULL AND number IS NOT NULL
    UNION SELECT number FROM dial WHERE shard = $1 AND state <> 'ended'
    UNION SELECT number FROM number_mark WHERE shard = $1 AND until_ms IS NULL)
ORDER BY id";

pub(crate) fn image(row: &NumberRow, seq: i64, images: &mut Images) {
    images
        .row(row.id.0, seq)
        .maybe_text(row.e164.as_ref().map(PhoneNumber::reveal))
        .text(&row.raw)
        .word(row.class.as_str())
        .int(row.seen_ms)
        .end();
}

pub(crate) fn read(row: &Row) -> Result<NumberRow, sqlx::Error> {
    let mut columns = Columns::of(row);
    Ok(NumberRow {
        id: NumberId(columns.int()?),
        e164: columns.maybe_number()?,
        raw: columns.text()?,
        class: columns.word()?,
        seen_ms: columns.int()?,
    })
}

const OF_CALLBACK: &str = "
SELECT tenant.name, number.e164 FROM callback
JOIN tenant ON tenant.shard = callback.shard AND tenant.id = callback.tenant
LEFT JOIN number ON number.shard = callback.shard AND number.id = callback.number
WHERE callback.shard = $1 AND callback.id = $2";

fn read_whole(row: &Row) -> Result<(String, Option<PhoneNumber>), sqlx::Error> {
    let mut columns = Columns::of(row);
    Ok((columns.text()?, columns.maybe_number()?))
}

impl Store {
    /// The tenant of a callback and the whole number to call; none once it was erased.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn number_of_callback(
        &self,
        id: CallbackId,
    ) -> Result<Option<(String, Option<PhoneNumber>)>, StoreError> {
        let failed = while_doing("read the number of a callback");
        let mut reading = self.read().await.map_err(&failed)?;
        let question = ask_shard(OF_CALLBACK).int(id.0);
        question
            .maybe(&mut reading, read_whole)
            .await
            .map_err(failed)
    }
}
