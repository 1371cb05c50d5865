//! Numbers that are marked: images, those that hold at start, and how pages see them.

use cuptel_core::id::{MarkId, NumberId, TenantId};
use cuptel_core::record::MarkRow;
use cuptel_core::time::UtcMs;
use cuptel_core::words::Mark;
use serde::Serialize;

use crate::dialect::{Row, ask_shard, upsert};
use crate::image::Images;
use crate::row::Columns;
use crate::store::{Store, StoreError, page, while_doing};

pub(crate) const UPSERT: &str = upsert!(number_mark {
    2 number BIGINT,
    3 mark TEXT,
    4 tenant BIGINT,
    5 since_ms BIGINT,
    6 ends_ms BIGINT,
    7 until_ms BIGINT,
    8 supervisor TEXT,
    9 reason TEXT,
    10 released_by TEXT,
});

/// Marks that hold.
pub(crate) const HELD: &str = "
SELECT id, number, mark, tenant, since_ms, ends_ms, until_ms, supervisor, reason, released_by
FROM number_mark WHERE shard = $1 AND until_ms IS NULL ORDER BY id";

macro_rules! view {
    ($condition:literal) => {
        concat!(
            "
SELECT m.id, number.e164, m.mark, tenant.name, m.since_ms, m.ends_ms, m.until_ms, m.supervisor,
    m.reason, m.released_by
FROM number_mark m
LEFT JOIN number ON number.shard = m.shard AND number.id = m.number
LEFT JOIN tenant ON tenant.shard = m.shard AND tenant.id = m.tenant
WHERE m.shard = $1 AND m.id < $2
    AND (CAST($3 AS TEXT) IS NULL OR tenant.name = $3)
    AND (CAST($4 AS TEXT) IS NULL OR m.mark = $4) ",
            $condition,
            "ORDER BY m.id DESC LIMIT $5"
        )
    };
}

const LIST_HELD: &str = view!("AND m.until_ms IS NULL ");
const LIST_ALL: &str = view!("");

/// Which marks to list, newest first.
#[derive(Debug, Clone, Default)]
pub struct MarkFilter {
    /// Of this tenant only.
    pub tenant: Option<String>,
    /// As this only.
    pub mark: Option<Mark>,
    /// Those that were taken away or have ended too.
    pub ended_too: bool,
    /// Older than this identifier: the last one of the page before.
    pub before: Option<i64>,
    /// How many, 1 to 1000.
    pub limit: u32,
}

/// A number that is marked, or was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MarkView {
    /// The mark.
    pub id: MarkId,
    /// The number, masked.
    pub number: Option<String>,
    /// As what.
    pub mark: Mark,
    /// For whom; for the region, without one.
    pub tenant: Option<String>,
    /// Since.
    pub since_ms: UtcMs,
    /// Over by itself then.
    pub ends_ms: Option<UtcMs>,
    /// Over.
    pub until_ms: Option<UtcMs>,
    /// Who marked it.
    pub supervisor: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// Who took the mark away.
    pub released_by: Option<String>,
}

pub(crate) fn image(row: &MarkRow, seq: i64, images: &mut Images) {
    images
        .row(row.id.0, seq)
        .int(row.number.0)
        .word(row.mark.as_str())
        .maybe_int(row.tenant.map(|id| id.0))
        .int(row.since_ms)
        .maybe_int(row.ends_ms)
        .maybe_int(row.until_ms)
        .maybe_text(row.supervisor.as_deref())
        .maybe_text(row.reason.as_deref())
        .maybe_text(row.released_by.as_deref())
        .end();
}

pub(crate) fn read(row: &Row) -> Result<MarkRow, sqlx::Error> {
    let mut columns = Columns::of(row);
    Ok(MarkRow {
        id: MarkId(columns.int()?),
        number: NumberId(columns.int()?),
        mark: columns.word()?,
        tenant: columns.maybe_int()?.map(TenantId),
        since_ms: columns.int()?,
        ends_ms: columns.maybe_int()?,
        until_ms: columns.maybe_int()?,
        supervisor: columns.maybe_text()?,
        reason: columns.maybe_text()?,
        released_by: columns.maybe_text()?,
    })
}

fn view(row: &Row) -> Result<MarkView, sqlx::Error> {
    let mut columns = Columns::of(row);
    Ok(MarkView {
        id: MarkId(columns.int()?),
        number: columns.masked()?,
        mark: columns.word()?,
        tenant: columns.maybe_text()?,
        since_ms: columns.int()?,
        ends_ms: columns.maybe_int()?,
        until_ms: columns.maybe_int()?,
        supervisor: columns.maybe_text()?,
        reason: columns.maybe_text()?,
        released_by: columns.maybe_text()?,
    })
}

impl Store {
    /// A page of marked numbers, newest first.
    ///
    /// # Errors
    /// When there is no such tenant, or the database fails.
    pub async fn marks(&self, filter: &MarkFilter) -> Result<Vec<MarkView>, StoreError> {
        let failed = while_doing("list marked numbers");
        let list = if filter.ended_too {
            LIST_ALL
        } else {
            LIST_HELD
        };
        let question = ask_shard(list)
            .int(filter.before.unwrap_or(i64::MAX))
            .maybe_text(filter.tenant.as_deref())
            .maybe_text(filter.mark.map(Mark::as_str))
            .int(page(filter.limit));
        let mut reading = self.read().await.map_err(&failed)?;
        let marks = question.all(&mut reading, view).await.map_err(failed)?;
        drop(reading);
        if marks.is_empty() {
            self.is_of_a_tenant(filter.tenant.as_deref()).await?;
        }
        Ok(marks)
    }
}

/// Statements that must find their rows through an index, for the planner's test.
#[cfg(test)]
pub(crate) const LOOKUPS: &[&str] = &[LIST_HELD, LIST_ALL];
