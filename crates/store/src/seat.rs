//! Seats: images, all of them at start, and what each is doing.

use cuptel_core::id::{SeatId, SiteId};
use cuptel_core::record::SeatRow;
use cuptel_core::time::UtcMs;
use cuptel_core::words::{Chosen, WorkState};
use serde::Serialize;

use crate::dialect::{Connection, Row, ask_shard, upsert};
use crate::image::Images;
use crate::row::Columns;
use crate::store::{Store, StoreError, while_doing};

pub(crate) const UPSERT: &str = upsert!(seat {
    2 name TEXT,
    3 site BIGINT,
    4 ha1_md5 TEXT,
    5 ha1_sha256 TEXT,
    6 removed_ms BIGINT,
});

/// All seats, those that were removed too.
pub(crate) const ALL: &str = "
SELECT id, name, site, ha1_md5, ha1_sha256, removed_ms FROM seat WHERE shard = $1 ORDER BY id";

const ANY: &str = "SELECT EXISTS (SELECT 1 FROM seat WHERE shard = $1)";

const VIEWS: &str = "
SELECT seat.id, seat.name, site.name,
    CASE WHEN registration.expires_ms > registration.registered_ms
        THEN registration.expires_ms END,
    operator.name, sign_in.chosen, sign_in.pause_reason, sign_in.shift_ends_ms, state.work,
    state.since_ms, EXISTS (
        SELECT 1 FROM site_outage outage WHERE outage.shard = seat.shard
            AND outage.site = seat.site AND outage.until_ms IS NULL)
FROM seat
LEFT JOIN site ON site.shard = seat.shard AND site.id = seat.site
LEFT JOIN registration ON registration.shard = seat.shard AND registration.id = seat.id
LEFT JOIN sign_in ON sign_in.shard = seat.shard AND sign_in.seat = seat.id
    AND sign_in.until_ms IS NULL
LEFT JOIN operator ON operator.shard = seat.shard AND operator.id = sign_in.operator
LEFT JOIN state_interval state ON state.shard = seat.shard AND state.id = (
    SELECT max(o.id) FROM state_interval o
    WHERE o.shard = seat.shard AND o.seat = seat.id AND o.until_ms IS NULL)
WHERE seat.shard = $1 AND seat.removed_ms IS NULL
    AND (CAST($2 AS TEXT) IS NULL OR seat.name = $2)
ORDER BY seat.name";

/// What a seat is and does.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SeatView {
    /// The seat.
    pub id: SeatId,
    /// Extension and SIP user.
    pub name: String,
    /// Where it stands.
    pub site: Option<String>,
    /// Its phone is registered until; none when it is not, and past when it has expired.
    pub registered_until_ms: Option<UtcMs>,
    /// Who is signed in.
    pub operator: Option<String>,
    /// What they chose.
    pub chosen: Option<Chosen>,
    /// The pause's reason.
    pub pause_reason: Option<String>,
    /// When their shift ends, where that was told.
    pub shift_ends_ms: Option<UtcMs>,
    /// What it does.
    pub work: Option<WorkState>,
    /// Since when.
    pub since_ms: Option<UtcMs>,
    /// Whether its site is cut off, so that nothing is offered there.
    pub site_out: bool,
}

pub(crate) fn image(row: &SeatRow, seq: i64, images: &mut Images) {
    images
        .row(row.id.0, seq)
        .text(&row.name)
        .int(row.site.0)
        .text(&row.ha1_md5)
        .text(&row.ha1_sha256)
        .maybe_int(row.removed_ms)
        .end();
}

pub(crate) fn read(row: &Row) -> Result<SeatRow, sqlx::Error> {
    let mut columns = Columns::of(row);
    Ok(SeatRow {
        id: SeatId(columns.int()?),
        name: columns.text()?,
        site: SiteId(columns.int()?),
        ha1_md5: columns.text()?,
        ha1_sha256: columns.text()?,
        removed_ms: columns.maybe_int()?,
    })
}

fn view(row: &Row) -> Result<SeatView, sqlx::Error> {
    let mut columns = Columns::of(row);
    Ok(SeatView {
        id: SeatId(columns.int()?),
        name: columns.text()?,
        site: columns.maybe_text()?,
        registered_until_ms: columns.maybe_int()?,
        operator: columns.maybe_text()?,
        chosen: columns.maybe_word()?,
        pause_reason: columns.maybe_text()?,
        shift_ends_ms: columns.maybe_int()?,
        work: columns.maybe_word()?,
        since_ms: columns.maybe_int()?,
        site_out: columns.truth()?,
    })
}

/// Whether there is any seat.
pub(crate) async fn any(connection: &mut Connection) -> Result<bool, sqlx::Error> {
    let read = |row: &Row| Columns::of(row).truth();
    ask_shard(ANY).one(connection, read).await
}

impl Store {
    /// All seats by name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn seats(&self) -> Result<Vec<SeatView>, StoreError> {
        self.seat_views(None)
            .await
            .map_err(while_doing("list seats"))
    }

    /// The seat of this name, if there is one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn seat(&self, name: &str) -> Result<Option<SeatView>, StoreError> {
        let mut found = self
            .seat_views(Some(name))
            .await
            .map_err(while_doing("read a seat"))?;
        Ok(found.pop())
    }

    async fn seat_views(&self, name: Option<&str>) -> Result<Vec<SeatView>, sqlx::Error> {
        let question = ask_shard(VIEWS).maybe_text(name);
        question.all(&mut self.read().await?, view).await
    }

    /// The seats that there are, each with the MD5 digest of its phone's password.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn seat_digests(&self) -> Result<Vec<(String, String)>, StoreError> {
        let failed = while_doing("read the digests of seats");
        let mut reading = self.read().await.map_err(&failed)?;
        let rows = ask_shard(ALL).all(&mut reading, read).await;
        let there = rows.map_err(failed)?.into_iter();
        let there = there.filter(|row| row.removed_ms.is_none());
        Ok(there.map(|row| (row.name, row.ha1_md5)).collect())
    }

    /// Whether nobody has set up a seat yet.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn is_empty_of_seats(&self) -> Result<bool, StoreError> {
        let failed = while_doing("look for seats");
        let mut reading = self.read().await.map_err(&failed)?;
        Ok(!any(&mut reading).await.map_err(failed)?)
    }
}
