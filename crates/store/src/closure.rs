//! Stop buttons: images, and those that are pressed at start.

use cuptel_core::id::{AnnouncementId, ClosureId, QueueId, TenantId};
use cuptel_core::record::ClosureRow;
use cuptel_core::stop_button::Scope;

use crate::dialect::{Row, upsert};
use crate::image::Images;
use crate::row::Columns;

pub(crate) const UPSERT: &str = upsert!(closure {
    2 button TEXT,
    3 tenant BIGINT,
    4 queue BIGINT,
    5 since_ms BIGINT,
    6 ends_ms BIGINT,
    7 until_ms BIGINT,
    8 supervisor TEXT,
    9 reason TEXT,
    10 message TEXT,
    11 released_by TEXT,
    12 announcement BIGINT,
});

/// Buttons that nobody has released.
pub(crate) const OPEN: &str = "
SELECT id, button, tenant, queue, since_ms, ends_ms, until_ms, supervisor, reason, message,
    released_by, announcement
FROM closure WHERE shard = $1 AND until_ms IS NULL ORDER BY id";

pub(crate) fn image(row: &ClosureRow, seq: i64, images: &mut Images) {
    let (tenant, queue) = match row.scope {
        Scope::Region => (None, None),
        Scope::Tenant(id) => (Some(id.0), None),
        Scope::Queue(id) => (None, Some(id.0)),
    };
    images
        .row(row.id.0, seq)
        .word(row.button.as_str())
        .maybe_int(tenant)
        .maybe_int(queue)
        .int(row.since_ms)
        .maybe_int(row.ends_ms)
        .maybe_int(row.until_ms)
        .maybe_text(row.supervisor.as_deref())
        .maybe_text(row.reason.as_deref())
        .maybe_text(row.message.as_deref())
        .maybe_text(row.released_by.as_deref())
        .maybe_int(row.announcement.map(|id| id.0))
        .end();
}

pub(crate) fn read(row: &Row) -> Result<ClosureRow, sqlx::Error> {
    let mut columns = Columns::of(row);
    let (id, button) = (ClosureId(columns.int()?), columns.word()?);
    let scope = match (columns.maybe_int()?, columns.maybe_int()?) {
        (_, Some(queue)) => Scope::Queue(QueueId(queue)),
        (Some(tenant), None) => Scope::Tenant(TenantId(tenant)),
        (None, None) => Scope::Region,
    };
    Ok(ClosureRow {
        id,
        button,
        scope,
        since_ms: columns.int()?,
        ends_ms: columns.maybe_int()?,
        until_ms: columns.maybe_int()?,
        supervisor: columns.maybe_text()?,
        reason: columns.maybe_text()?,
        message: columns.maybe_text()?,
        released_by: columns.maybe_text()?,
        announcement: columns.maybe_int()?.map(AnnouncementId),
    })
}
