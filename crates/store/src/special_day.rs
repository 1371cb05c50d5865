//! Special days: images, those that hold at start, and how pages see them.

use cuptel_core::id::{SpecialDayId, TenantId};
use cuptel_core::record::SpecialDayRow;
use cuptel_core::time::UtcMs;
use serde::Serialize;

use crate::dialect::{Row, ask_shard, upsert};
use crate::image::Images;
use crate::row::Columns;
use crate::store::{Store, StoreError, page, while_doing};

pub(crate) const UPSERT: &str = upsert!(special_day {
    2 tenant BIGINT,
    3 calendar TEXT,
    4 first_day TEXT,
    5 last_day TEXT,
    6 hours TEXT,
    7 reason TEXT,
    8 made_ms BIGINT,
    9 made_by TEXT,
    10 removed_ms BIGINT,
    11 removed_by TEXT,
});

/// Entries that nobody took away.
pub(crate) const HELD: &str = "
SELECT id, tenant, calendar, first_day, last_day, hours, reason, made_ms, made_by, removed_ms,
    removed_by
FROM special_day WHERE shard = $1 AND removed_ms IS NULL ORDER BY id";

/// The latest days first; those that are over, or were taken away, only where they are asked for.
const LIST: &str = "
SELECT day.id, tenant.name, day.calendar, day.first_day, day.last_day, day.hours, day.reason,
    day.made_ms, day.made_by, day.removed_ms, day.removed_by
FROM special_day day
LEFT JOIN tenant ON tenant.shard = day.shard AND tenant.id = day.tenant
WHERE day.shard = $1
    AND (CAST($2 AS TEXT) IS NULL OR tenant.name = $2)
    AND (CAST($3 AS TEXT) IS NULL OR (day.last_day >= $3 AND day.removed_ms IS NULL))
ORDER BY day.first_day DESC, day.id DESC LIMIT $4";

/// Which special days.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SpecialDayFilter {
    /// Of this tenant only.
    pub tenant: Option<String>,
    /// Only those that hold, and whose last day is not before this one, like `2026-12-24`.
    pub from_day: Option<String>,
    /// How many, 1 to 1000.
    pub limit: u32,
}

/// Days that are special, or were.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SpecialDayView {
    /// The entry.
    pub id: SpecialDayId,
    /// Whose; none once the tenant is gone.
    pub tenant: Option<String>,
    /// Which of its calendars; every one, without it.
    pub calendar: Option<String>,
    /// The first of the days.
    pub first_day: String,
    /// The last of them.
    pub last_day: String,
    /// Their hours; shut, without them.
    pub hours: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// Entered.
    pub made_ms: UtcMs,
    /// Who entered it.
    pub made_by: Option<String>,
    /// Taken away.
    pub removed_ms: Option<UtcMs>,
    /// Who took it away.
    pub removed_by: Option<String>,
}

pub(crate) fn image(row: &SpecialDayRow, seq: i64, images: &mut Images) {
    images
        .row(row.id.0, seq)
        .int(row.tenant.0)
        .maybe_text(row.calendar.as_deref())
        .text(&row.first_day)
        .text(&row.last_day)
        .maybe_text(row.hours.as_deref())
        .maybe_text(row.reason.as_deref())
        .int(row.made_ms)
        .maybe_text(row.made_by.as_deref())
        .maybe_int(row.removed_ms)
        .maybe_text(row.removed_by.as_deref())
        .end();
}

pub(crate) fn read(row: &Row) -> Result<SpecialDayRow, sqlx::Error> {
    let mut columns = Columns::of(row);
    Ok(SpecialDayRow {
        id: SpecialDayId(columns.int()?),
        tenant: TenantId(columns.int()?),
        calendar: columns.maybe_text()?,
        first_day: columns.text()?,
        last_day: columns.text()?,
        hours: columns.maybe_text()?,
        reason: columns.maybe_text()?,
        made_ms: columns.int()?,
        made_by: columns.maybe_text()?,
        removed_ms: columns.maybe_int()?,
        removed_by: columns.maybe_text()?,
    })
}

fn view(row: &Row) -> Result<SpecialDayView, sqlx::Error> {
    let mut columns = Columns::of(row);
    Ok(SpecialDayView {
        id: SpecialDayId(columns.int()?),
        tenant: columns.maybe_text()?,
        calendar: columns.maybe_text()?,
        first_day: columns.text()?,
        last_day: columns.text()?,
        hours: columns.maybe_text()?,
        reason: columns.maybe_text()?,
        made_ms: columns.int()?,
        made_by: columns.maybe_text()?,
        removed_ms: columns.maybe_int()?,
        removed_by: columns.maybe_text()?,
    })
}

impl Store {
    /// Special days, the latest first.
    ///
    /// # Errors
    /// When there is no such tenant, or the database fails.
    pub async fn special_days(
        &self,
        filter: &SpecialDayFilter,
    ) -> Result<Vec<SpecialDayView>, StoreError> {
        let tenant = filter.tenant.as_deref();
        self.is_of_a_tenant(tenant).await?;
        let failed = while_doing("list special days");
        let mut reading = self.read().await.map_err(&failed)?;
        let question = ask_shard(LIST)
            .maybe_text(tenant)
            .maybe_text(filter.from_day.as_deref())
            .int(page(filter.limit));
        question.all(&mut reading, view).await.map_err(failed)
    }
}
