//! Many callbacks put off or closed by one word: images, what is at work at start, and how pages see
//! them.

use cuptel_core::bulk::UndoTold;
use cuptel_core::id::{BulkEntryId, BulkId, CallbackId, QueueId, TenantId};
use cuptel_core::record::{BulkEntryRow, BulkRow};
use cuptel_core::time::UtcMs;
use cuptel_core::words::{BulkAction, NeedKind, PriorityClass};
use serde::Serialize;

use crate::dialect::{Row, ask_shard, upsert};
use crate::image::Images;
use crate::row::{Columns, all_of};
use crate::store::{Store, StoreError, page, while_doing};
use crate::{carrier, review};

pub(crate) const UPSERT: &str = upsert!(bulk {
    2 action TEXT,
    3 preview BIGINT,
    4 tenant BIGINT,
    5 queue BIGINT,
    6 class TEXT,
    7 kind TEXT,
    8 opened_before_ms BIGINT,
    9 until_ms BIGINT,
    10 because TEXT,
    11 said_by TEXT,
    12 request_key TEXT,
    13 begun_ms BIGINT,
    14 came_to BIGINT,
    15 touched BIGINT,
    16 at_work BIGINT,
    17 ended_ms BIGINT,
    18 too_late BIGINT,
});

pub(crate) const UPSERT_ENTRY: &str = upsert!(bulk_entry {
    2 bulk BIGINT,
    3 callback BIGINT,
    4 was_ms BIGINT,
    5 set_ms BIGINT,
    6 fate TEXT,
    7 settled_ms BIGINT,
    8 settled_by TEXT,
});

/// What had not come to its end.
pub(crate) const OPEN: &str = "
SELECT id, action, preview, tenant, queue, class, kind, opened_before_ms, until_ms, because, said_by,
    request_key, begun_ms, came_to, touched, at_work, ended_ms, too_late
FROM bulk WHERE shard = $1 AND ended_ms IS NULL ORDER BY id";

macro_rules! view {
    ($condition:literal) => {
        concat!(
            "
SELECT b.id, b.action, b.preview, tenant.name, queue.name, b.class, b.kind, b.opened_before_ms,
    b.until_ms, b.because, b.said_by, b.begun_ms, b.touched, b.at_work, b.too_late, b.ended_ms,
    (SELECT count(*) FROM bulk_entry e
        WHERE e.shard = b.shard AND e.bulk = b.id AND e.fate = 'undone'),
    (SELECT count(*) FROM bulk_entry e
        WHERE e.shard = b.shard AND e.bulk = b.id AND e.fate = 'left')
FROM bulk b
LEFT JOIN tenant ON tenant.shard = b.shard AND tenant.id = b.tenant
LEFT JOIN queue ON queue.shard = b.shard AND queue.id = b.queue
WHERE b.shard = $1 ",
            $condition
        )
    };
}

const LIST: &str = view!("AND b.id < $2 AND b.preview IS NULL ORDER BY b.id DESC LIMIT $3");
const ONE: &str = view!("AND b.id = $2");
const BY_KEY: &str = view!("AND b.request_key = $2");
/// What can still be brought back.
const DONE: &str = "
SELECT id, bulk, callback, was_ms, set_ms, fate, settled_ms, settled_by
FROM bulk_entry WHERE shard = $1 AND bulk = $2 AND fate = 'done' ORDER BY id LIMIT 100";
/// The first that it touched, or would touch.
const FIRST: &str = "
SELECT callback FROM bulk_entry WHERE shard = $1 AND bulk = $2 ORDER BY id LIMIT 10";

/// What was done with many callbacks by one word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BulkView {
    /// Its identifier.
    pub id: BulkId,
    /// What was done.
    pub action: BulkAction,
    /// Whether it was only looked what it would touch.
    pub preview: bool,
    /// Of this tenant.
    pub tenant: Option<String>,
    /// Of this queue.
    pub queue: Option<String>,
    /// With a need of this class.
    pub class: Option<PriorityClass>,
    /// With a need of this kind.
    pub kind: Option<NeedKind>,
    /// Opened before.
    pub opened_before_ms: Option<UtcMs>,
    /// Put off until.
    pub until_ms: Option<UtcMs>,
    /// Why.
    pub because: String,
    /// By whom.
    pub by: Option<String>,
    /// Begun.
    pub begun_ms: UtcMs,
    /// Callbacks touched, or that would be.
    pub touched: i64,
    /// Callbacks that were meant, and left because a seat was at them.
    pub at_work: i64,
    /// Callbacks that were meant, and left because nobody would be called any more by then.
    pub too_late: i64,
    /// Done with all; none while it goes on.
    pub ended_ms: Option<UtcMs>,
    /// Brought back.
    pub undone: i64,
    /// Not brought back, because somebody had touched them since.
    pub left: i64,
}

pub(crate) fn image(row: &BulkRow, seq: i64, images: &mut Images) {
    images
        .row(row.id.0, seq)
        .word(row.action.as_str())
        .maybe_int(row.is_preview.then_some(1))
        .maybe_int(row.tenant.map(|id| id.0))
        .maybe_int(row.queue.map(|id| id.0))
        .maybe_word(row.class.map(PriorityClass::as_str))
        .maybe_word(row.kind.map(NeedKind::as_str))
        .maybe_int(row.opened_before_ms)
        .maybe_int(row.until_ms)
        .text(&row.because)
        .maybe_text(row.by.as_deref())
        .text(&row.request_key)
        .int(row.begun_ms)
        .maybe_int(row.after.map(|id| id.0))
        .int(row.touched)
        .int(row.at_work)
        .maybe_int(row.ended_ms)
        .int(row.too_late)
        .end();
}

pub(crate) fn entry_image(row: &BulkEntryRow, seq: i64, images: &mut Images) {
    images
        .row(row.id.0, seq)
        .int(row.bulk.0)
        .int(row.callback.0)
        .int(row.was_ms)
        .int(row.set_ms)
        .word(row.fate.as_str())
        .maybe_int(row.settled_ms)
        .maybe_text(row.settled_by.as_deref())
        .end();
}

pub(crate) fn read(row: &Row) -> Result<BulkRow, sqlx::Error> {
    let mut columns = Columns::of(row);
    Ok(BulkRow {
        id: BulkId(columns.int()?),
        action: columns.word()?,
        is_preview: columns.maybe_int()? == Some(1),
        tenant: columns.maybe_int()?.map(TenantId),
        queue: columns.maybe_int()?.map(QueueId),
        class: columns.maybe_word()?,
        kind: columns.maybe_word()?,
        opened_before_ms: columns.maybe_int()?,
        until_ms: columns.maybe_int()?,
        because: columns.text()?,
        by: columns.maybe_text()?,
        request_key: columns.text()?,
        begun_ms: columns.int()?,
        after: columns.maybe_int()?.map(CallbackId),
        touched: columns.int()?,
        at_work: columns.int()?,
        ended_ms: columns.maybe_int()?,
        too_late: columns.int()?,
    })
}

fn read_entry(row: &Row) -> Result<BulkEntryRow, sqlx::Error> {
    let mut columns = Columns::of(row);
    Ok(BulkEntryRow {
        id: BulkEntryId(columns.int()?),
        bulk: BulkId(columns.int()?),
        callback: CallbackId(columns.int()?),
        was_ms: columns.int()?,
        set_ms: columns.int()?,
        fate: columns.word()?,
        settled_ms: columns.maybe_int()?,
        settled_by: columns.maybe_text()?,
    })
}

fn view(row: &Row) -> Result<BulkView, sqlx::Error> {
    let mut columns = Columns::of(row);
    Ok(BulkView {
        id: BulkId(columns.int()?),
        action: columns.word()?,
        preview: columns.maybe_int()? == Some(1),
        tenant: columns.maybe_text()?,
        queue: columns.maybe_text()?,
        class: columns.maybe_word()?,
        kind: columns.maybe_word()?,
        opened_before_ms: columns.maybe_int()?,
        until_ms: columns.maybe_int()?,
        because: columns.text()?,
        by: columns.maybe_text()?,
        begun_ms: columns.int()?,
        touched: columns.int()?,
        at_work: columns.int()?,
        too_late: columns.int()?,
        ended_ms: columns.maybe_int()?,
        undone: columns.int()?,
        left: columns.int()?,
    })
}

fn read_callback(row: &Row) -> Result<CallbackId, sqlx::Error> {
    Ok(CallbackId(Columns::of(row).int()?))
}

impl Store {
    /// A page of what was done in bulk, newest first; previews are not in it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn bulks(
        &self,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<BulkView>, StoreError> {
        let failed = while_doing("list bulks");
        let question = ask_shard(LIST)
            .int(before.unwrap_or(i64::MAX))
            .int(page(limit));
        let mut reading = self.read().await.map_err(&failed)?;
        question.all(&mut reading, view).await.map_err(failed)
    }

    /// One of them.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn bulk(&self, id: BulkId) -> Result<Option<BulkView>, StoreError> {
        let failed = while_doing("read a bulk");
        let mut reading = self.read().await.map_err(&failed)?;
        let question = ask_shard(ONE).int(id.0);
        question.maybe(&mut reading, view).await.map_err(failed)
    }

    /// The one that a request has begun.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn bulk_begun_by(&self, key: &str) -> Result<Option<BulkView>, StoreError> {
        let failed = while_doing("read a bulk");
        let mut reading = self.read().await.map_err(&failed)?;
        let question = ask_shard(BY_KEY).text(key);
        question.maybe(&mut reading, view).await.map_err(failed)
    }

    /// The first callbacks that it touched, or would touch.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn first_in_bulk(&self, id: BulkId) -> Result<Vec<CallbackId>, StoreError> {
        let failed = while_doing("read a bulk");
        let mut reading = self.read().await.map_err(&failed)?;
        let first = all_of(&mut reading, FIRST, id.0, read_callback).await;
        first.map_err(failed)
    }

    /// The next hundred that can still be brought back, with all that it takes.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn to_undo(&self, bulk: &BulkView) -> Result<Vec<UndoTold>, StoreError> {
        let failed = while_doing("read what can be undone");
        let mut reading = self.read().await.map_err(&failed)?;
        let entries = all_of(&mut reading, DONE, bulk.id.0, read_entry).await;
        drop(reading);
        let mut undo = Vec::new();
        for entry in entries.map_err(failed)? {
            let is_closed = bulk.action == BulkAction::Close;
            let (closed, details) = if is_closed {
                let details = self.need_details(entry.callback).await?;
                (review::closed(self, entry.callback).await?, details)
            } else {
                (None, Vec::new())
            };
            undo.push(UndoTold {
                entry,
                closed,
                details,
                is_served: false,
            });
        }
        self.mark_served(&mut undo).await?;
        Ok(undo)
    }
}

impl Store {
    /// Says of each person whose callback was closed whether they have spoken with us since.
    async fn mark_served(&self, undo: &mut [UndoTold]) -> Result<(), StoreError> {
        let failed = while_doing("read who was served since a bulk");
        let person = |told: &UndoTold| {
            let closed = told.closed.as_ref()?;
            let number = closed.number.as_ref()?.reveal().to_owned();
            Some((number, closed.row.tenant, closed.row.closed_ms?))
        };
        let people: Vec<_> = undo.iter().filter_map(person).collect();
        let mut reading = self.read().await.map_err(&failed)?;
        let served = carrier::served_since(&mut reading, &people).await;
        let mut served = served.map_err(failed)?.into_iter();
        for told in undo {
            told.is_served = person(told).is_some() && served.next().unwrap_or(true);
        }
        Ok(())
    }
}

/// Statements that must find their rows through an index, for the planner's test.
#[cfg(test)]
pub(crate) const LOOKUPS: &[&str] = &[ONE, BY_KEY, DONE, FIRST];
