//! What only a few needs have: images, those of open needs at start, and who asked for which.

use cuptel_core::id::{CallbackId, NeedId};
use cuptel_core::number::PhoneNumber;
use cuptel_core::record::NeedDetailRow;
use cuptel_core::time::UtcMs;
use cuptel_core::words::{NeedKind, PriorityClass};

use crate::dialect::{Row, ask_shard, upsert};
use crate::image::Images;
use crate::row::{Columns, all_of};
use crate::store::{Store, StoreError, while_doing};

pub(crate) const UPSERT: &str = upsert!(need_detail {
    2 callback BIGINT,
    3 class TEXT,
    4 due_ms BIGINT,
    5 not_before_ms BIGINT,
    6 note TEXT,
    7 opened_by TEXT,
    8 request_key TEXT,
    9 closed_by TEXT,
    10 closed_because TEXT,
});

/// Rank of the most urgent class of the open needs of the callback `c`; of all, once it is closed.
macro_rules! class_rank {
    () => {
        "(SELECT CAST(min(CASE detail.class
            WHEN 'U' THEN 0 WHEN 'B' THEN 1 WHEN 'D' THEN 2 WHEN 'P' THEN 3 END) AS BIGINT)
        FROM need_detail detail
        JOIN callback_need need ON need.shard = detail.shard AND need.id = detail.id
        WHERE detail.shard = c.shard AND detail.callback = c.id
            AND (need.closed_ms IS NULL OR c.state = 'closed'))"
    };
}
pub(crate) use class_rank;

/// The next deadline of the same needs.
macro_rules! due_ms {
    () => {
        "(SELECT min(detail.due_ms) FROM need_detail detail
        JOIN callback_need need ON need.shard = detail.shard AND need.id = detail.id
        WHERE detail.shard = c.shard AND detail.callback = c.id
            AND (need.closed_ms IS NULL OR c.state = 'closed'))"
    };
}
pub(crate) use due_ms;

macro_rules! detail {
    ($rest:literal) => {
        concat!(
            "
SELECT detail.id, detail.callback, detail.class, detail.due_ms, detail.not_before_ms, detail.note,
    detail.opened_by, detail.request_key, detail.closed_by, detail.closed_because
FROM need_detail detail ",
            $rest
        )
    };
}

/// Few needs have one, so it is they that are looked up and not the needs.
pub(crate) const OPEN: &str = detail!(
    "JOIN callback_need need ON need.shard = detail.shard AND need.id = detail.id
WHERE detail.shard = $1 AND need.closed_ms IS NULL ORDER BY detail.id"
);
const OF_CALLBACK: &str = detail!("WHERE detail.shard = $1 AND detail.callback = $2");
/// The newest: what was called after all has the key of what was given up.
const BY_REQUEST: &str = "
SELECT detail.callback, need.kind, queue.name, tenant.name, number.e164, detail.class, detail.due_ms
FROM need_detail detail
JOIN callback_need need ON need.shard = detail.shard AND need.id = detail.id
JOIN callback c ON c.shard = detail.shard AND c.id = detail.callback
JOIN tenant ON tenant.shard = c.shard AND tenant.id = c.tenant
LEFT JOIN queue ON queue.shard = need.shard AND queue.id = need.queue
LEFT JOIN number ON number.shard = c.shard AND number.id = c.number
WHERE detail.shard = $1 AND detail.request_key = $2 ORDER BY detail.id DESC LIMIT 1";

/// What a request has entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entered {
    /// The callback that it opened or joined.
    pub callback: CallbackId,
    /// What kind of need.
    pub kind: NeedKind,
    /// Short name of the queue.
    pub queue: Option<String>,
    /// Short name of the tenant.
    pub tenant: String,
    /// The person's number, if they were not erased.
    pub number: Option<PhoneNumber>,
    /// How urgent.
    pub class: Option<PriorityClass>,
    /// By when.
    pub due_ms: Option<UtcMs>,
}

pub(crate) fn image(row: &NeedDetailRow, seq: i64, images: &mut Images) {
    images
        .row(row.need.0, seq)
        .int(row.callback.0)
        .maybe_word(row.class.map(PriorityClass::as_str))
        .maybe_int(row.due_ms)
        .maybe_int(row.not_before_ms)
        .maybe_text(row.note.as_deref())
        .maybe_text(row.opened_by.as_deref())
        .maybe_text(row.request_key.as_deref())
        .maybe_text(row.closed_by.as_deref())
        .maybe_text(row.closed_because.as_deref())
        .end();
}

pub(crate) fn read(row: &Row) -> Result<NeedDetailRow, sqlx::Error> {
    let mut columns = Columns::of(row);
    Ok(NeedDetailRow {
        need: NeedId(columns.int()?),
        callback: CallbackId(columns.int()?),
        class: columns.maybe_word()?,
        due_ms: columns.maybe_int()?,
        not_before_ms: columns.maybe_int()?,
        note: columns.maybe_text()?,
        opened_by: columns.maybe_text()?,
        request_key: columns.maybe_text()?,
        closed_by: columns.maybe_text()?,
        closed_because: columns.maybe_text()?,
    })
}

fn entered(row: &Row) -> Result<Entered, sqlx::Error> {
    let mut columns = Columns::of(row);
    Ok(Entered {
        callback: CallbackId(columns.int()?),
        kind: columns.word()?,
        queue: columns.maybe_text()?,
        tenant: columns.text()?,
        number: columns.maybe_number()?,
        class: columns.maybe_word()?,
        due_ms: columns.maybe_int()?,
    })
}

impl Store {
    /// What is known of the needs of a callback, where there is more than the needs.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn need_details(&self, id: CallbackId) -> Result<Vec<NeedDetailRow>, StoreError> {
        let failed = while_doing("read what is known of needs");
        let mut reading = self.read().await.map_err(&failed)?;
        let details = all_of(&mut reading, OF_CALLBACK, id.0, read).await;
        details.map_err(failed)
    }

    /// What a request has entered, if there was such a request.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn entered_by(&self, request_key: &str) -> Result<Option<Entered>, StoreError> {
        let failed = while_doing("look for a request");
        let mut reading = self.read().await.map_err(&failed)?;
        let asked = ask_shard(BY_REQUEST).text(request_key);
        asked.maybe(&mut reading, entered).await.map_err(failed)
    }
}

/// Statements that must find their rows through an index, for the planner's test.
#[cfg(test)]
pub(crate) const LOOKUPS: &[&str] = &[OF_CALLBACK, BY_REQUEST];
