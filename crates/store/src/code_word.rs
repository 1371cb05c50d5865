//! Code words of callbacks: images, and those of open callbacks at start.

use cuptel_core::code_word::CodeWord;
use cuptel_core::id::CallbackId;
use cuptel_core::record::CodeWordRow;

use crate::dialect::{Connection, Row, ask_shard, upsert};
use crate::image::Images;
use crate::row::Columns;

pub(crate) const UPSERT: &str = upsert!(code_word {
    2 code BIGINT,
});

/// Emptied when the callback is closed, so that these are few.
pub(crate) const OPEN: &str = "
SELECT id, code FROM code_word WHERE shard = $1 AND code IS NOT NULL ORDER BY id";

const ONE: &str = "SELECT id, code FROM code_word WHERE shard = $1 AND id = $2";

pub(crate) fn image(row: &CodeWordRow, seq: i64, images: &mut Images) {
    images
        .row(row.callback.0, seq)
        .maybe_int(row.code.map(CodeWord::number))
        .end();
}

pub(crate) fn read(row: &Row) -> Result<CodeWordRow, sqlx::Error> {
    let mut columns = Columns::of(row);
    Ok(CodeWordRow {
        callback: CallbackId(columns.int()?),
        code: columns.maybe_int()?.and_then(CodeWord::stored),
    })
}

/// The digits that the person was told, while they are owed a call.
pub(crate) async fn of_callback(
    connection: &mut Connection,
    id: CallbackId,
) -> Result<Option<String>, sqlx::Error> {
    let row = ask_shard(ONE).int(id.0).maybe(connection, read).await?;
    Ok(row.and_then(|row| row.code).map(CodeWord::reveal))
}

/// Statements that must find their rows through an index, for the planner's test.
#[cfg(test)]
pub(crate) const LOOKUPS: &[&str] = &[ONE];
