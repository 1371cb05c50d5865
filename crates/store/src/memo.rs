//! What operators are told: images, and what is shown at start.

use cuptel_core::id::{MemoId, MemoReadingId, OperatorId, QueueId, SeatId, SiteId, TenantId};
use cuptel_core::memo::Audience;
use cuptel_core::record::{MemoReadingRow, MemoRow};

use cuptel_core::time::UtcMs;
use serde::Serialize;

use crate::dialect::{Row, ask_shard, upsert};
use crate::image::Images;
use crate::row::{Columns, foreign};
use crate::store::{Store, StoreError, while_doing};

pub(crate) const UPSERT: &str = upsert!(memo {
    2 audience TEXT,
    3 target BIGINT,
    4 words TEXT,
    5 written_by TEXT,
    6 made_ms BIGINT,
    7 ends_ms BIGINT,
    8 ended_ms BIGINT,
    9 ended_by TEXT,
});

pub(crate) const UPSERT_READING: &str = upsert!(memo_reading {
    2 memo BIGINT,
    3 operator BIGINT,
    4 seat BIGINT,
    5 at_ms BIGINT,
});

/// Memos that are shown.
pub(crate) const OPEN: &str = "
SELECT id, audience, target, words, written_by, made_ms, ends_ms, ended_ms, ended_by
FROM memo WHERE shard = $1 AND ended_ms IS NULL ORDER BY id";

/// Who has read those.
pub(crate) const READINGS: &str = "
SELECT r.id, r.memo, r.operator, r.seat, r.at_ms
FROM memo m JOIN memo_reading r ON r.shard = m.shard AND r.memo = m.id
WHERE m.shard = $1 AND m.ended_ms IS NULL ORDER BY r.id";

const VIEW: &str = "
SELECT m.audience, COALESCE(tenant.name, owner.name),
    COALESCE(site.name, queue.name, seat.name), m.words, m.written_by, m.made_ms, m.ends_ms,
    m.ended_ms, m.ended_by
FROM memo m
LEFT JOIN tenant ON tenant.shard = m.shard AND tenant.id = m.target AND m.audience = 'tenant'
LEFT JOIN site ON site.shard = m.shard AND site.id = m.target AND m.audience = 'site'
LEFT JOIN queue ON queue.shard = m.shard AND queue.id = m.target AND m.audience = 'queue'
LEFT JOIN tenant owner ON owner.shard = queue.shard AND owner.id = queue.tenant
LEFT JOIN seat ON seat.shard = m.shard AND seat.id = m.target AND m.audience = 'seat'
WHERE m.shard = $1 AND m.id = $2";

const VIEW_READINGS: &str = "
SELECT operator.name, operator.employer, home.name, seat.name, r.at_ms
FROM memo_reading r
JOIN operator ON operator.shard = r.shard AND operator.id = r.operator
LEFT JOIN tenant home ON home.shard = operator.shard AND home.id = operator.home
JOIN seat ON seat.shard = r.shard AND seat.id = r.seat
WHERE r.shard = $1 AND r.memo = $2 ORDER BY r.id";

/// A memo, shown or over, and who has read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MemoView {
    /// Which.
    pub id: MemoId,
    /// `everybody`, `tenant`, `site`, `queue` or `seat`.
    pub audience: String,
    /// Short name of the tenant, of a tenant or of a queue.
    pub tenant: Option<String>,
    /// Name of the site, the queue or the seat.
    pub name: Option<String>,
    /// What.
    pub text: String,
    /// Name of who wrote it.
    pub by: Option<String>,
    /// When.
    pub made_ms: UtcMs,
    /// Until when it is shown.
    pub ends_ms: UtcMs,
    /// Since when it is not shown any more.
    pub ended_ms: Option<UtcMs>,
    /// Who took it back.
    pub ended_by: Option<String>,
    /// Who has read it, in the order in which they did.
    pub readings: Vec<MemoReadingView>,
}

/// Somebody who has read a memo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MemoReadingView {
    /// Login name.
    pub operator: String,
    /// Whose employee they are.
    #[serde(skip)]
    pub employer: String,
    /// Short name of the health authority whose operator they are.
    #[serde(skip)]
    pub home: Option<String>,
    /// Extension of the seat.
    pub seat: String,
    /// When.
    pub at_ms: UtcMs,
}

fn view(id: MemoId) -> impl Fn(&Row) -> Result<MemoView, sqlx::Error> {
    move |row| {
        let mut columns = Columns::of(row);
        Ok(MemoView {
            id,
            audience: columns.text()?,
            tenant: columns.maybe_text()?,
            name: columns.maybe_text()?,
            text: columns.text()?,
            by: columns.maybe_text()?,
            made_ms: columns.int()?,
            ends_ms: columns.int()?,
            ended_ms: columns.maybe_int()?,
            ended_by: columns.maybe_text()?,
            readings: Vec::new(),
        })
    }
}

fn view_reading(row: &Row) -> Result<MemoReadingView, sqlx::Error> {
    let mut columns = Columns::of(row);
    Ok(MemoReadingView {
        operator: columns.text()?,
        employer: columns.text()?,
        home: columns.maybe_text()?,
        seat: columns.text()?,
        at_ms: columns.int()?,
    })
}

impl Store {
    /// A memo, shown or over, and who has read it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn memo(&self, id: MemoId) -> Result<Option<MemoView>, StoreError> {
        let failed = while_doing("read a memo");
        let mut reading = self.read().await.map_err(&failed)?;
        let question = ask_shard(VIEW).int(id.0);
        let found = question.maybe(&mut reading, view(id)).await;
        let Some(mut memo) = found.map_err(&failed)? else {
            return Ok(None);
        };
        let question = ask_shard(VIEW_READINGS).int(id.0);
        let readings = question.all(&mut reading, view_reading).await;
        memo.readings = readings.map_err(failed)?;
        Ok(Some(memo))
    }
}

/// A word for whom it is, and which of them.
fn told(audience: Audience) -> (&'static str, Option<i64>) {
    match audience {
        Audience::Everybody => ("everybody", None),
        Audience::Tenant(id) => ("tenant", Some(id.0)),
        Audience::Site(id) => ("site", Some(id.0)),
        Audience::Queue(id) => ("queue", Some(id.0)),
        Audience::Seat(id) => ("seat", Some(id.0)),
    }
}

/// An audience that was stored and that nobody knows.
#[derive(Debug, thiserror::Error)]
#[error("\"{0}\" is no audience of a memo")]
struct UnknownAudience(String);

fn audience(word: &str, target: Option<i64>) -> Result<Audience, sqlx::Error> {
    match (word, target) {
        ("everybody", _) => Ok(Audience::Everybody),
        ("tenant", Some(id)) => Ok(Audience::Tenant(TenantId(id))),
        ("site", Some(id)) => Ok(Audience::Site(SiteId(id))),
        ("queue", Some(id)) => Ok(Audience::Queue(QueueId(id))),
        ("seat", Some(id)) => Ok(Audience::Seat(SeatId(id))),
        (other, _) => Err(foreign(1, UnknownAudience(other.to_owned()))),
    }
}

pub(crate) fn image(row: &MemoRow, seq: i64, images: &mut Images) {
    let (audience, target) = told(row.to);
    images
        .row(row.id.0, seq)
        .word(audience)
        .maybe_int(target)
        .text(&row.text)
        .maybe_text(row.by.as_deref())
        .int(row.made_ms)
        .int(row.ends_ms)
        .maybe_int(row.ended_ms)
        .maybe_text(row.ended_by.as_deref())
        .end();
}

pub(crate) fn reading_image(row: &MemoReadingRow, seq: i64, images: &mut Images) {
    images
        .row(row.id.0, seq)
        .int(row.memo.0)
        .int(row.operator.0)
        .int(row.seat.0)
        .int(row.at_ms)
        .end();
}

pub(crate) fn read(row: &Row) -> Result<MemoRow, sqlx::Error> {
    let mut columns = Columns::of(row);
    let id = MemoId(columns.int()?);
    let word = columns.text()?;
    Ok(MemoRow {
        id,
        to: audience(&word, columns.maybe_int()?)?,
        text: columns.text()?,
        by: columns.maybe_text()?,
        made_ms: columns.int()?,
        ends_ms: columns.int()?,
        ended_ms: columns.maybe_int()?,
        ended_by: columns.maybe_text()?,
    })
}

pub(crate) fn read_reading(row: &Row) -> Result<MemoReadingRow, sqlx::Error> {
    let mut columns = Columns::of(row);
    Ok(MemoReadingRow {
        id: MemoReadingId(columns.int()?),
        memo: MemoId(columns.int()?),
        operator: OperatorId(columns.int()?),
        seat: SeatId(columns.int()?),
        at_ms: columns.int()?,
    })
}
