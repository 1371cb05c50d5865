//! Which configuration was in force since when, so that a decision can be explained by the
//! rules of its time.

use cuptel_core::record::ConfigVersionRow;

use crate::dialect::upsert;
use crate::image::Images;

pub(crate) const UPSERT: &str = upsert!(config_version {
    2 hash TEXT,
    3 at_ms BIGINT,
    4 changed_by TEXT,
});

pub(crate) fn image(row: &ConfigVersionRow, seq: i64, images: &mut Images) {
    images
        .row(row.id.0, seq)
        .text(&row.hash)
        .int(row.at_ms)
        .word(row.by.as_str())
        .end();
}
