//! Sites that were cut off: images, and those that are at start.

use cuptel_core::id::{OutageId, SiteId};
use cuptel_core::record::SiteOutageRow;

use crate::dialect::{Row, upsert};
use crate::image::Images;
use crate::row::Columns;

pub(crate) const UPSERT: &str = upsert!(site_outage {
    2 site BIGINT,
    3 since_ms BIGINT,
    4 until_ms BIGINT,
    5 said BIGINT,
    6 supervisor TEXT,
});

/// Outages without an end.
pub(crate) const OPEN: &str = "
SELECT id, site, since_ms, until_ms, said, supervisor
FROM site_outage WHERE shard = $1 AND until_ms IS NULL ORDER BY id";

pub(crate) fn image(row: &SiteOutageRow, seq: i64, images: &mut Images) {
    images
        .row(row.id.0, seq)
        .int(row.site.0)
        .int(row.since_ms)
        .maybe_int(row.until_ms)
        .int(i64::from(row.said))
        .maybe_text(row.supervisor.as_deref())
        .end();
}

pub(crate) fn read(row: &Row) -> Result<SiteOutageRow, sqlx::Error> {
    let mut columns = Columns::of(row);
    Ok(SiteOutageRow {
        id: OutageId(columns.int()?),
        site: SiteId(columns.int()?),
        since_ms: columns.int()?,
        until_ms: columns.maybe_int()?,
        said: columns.int()? != 0,
        supervisor: columns.maybe_text()?,
    })
}
