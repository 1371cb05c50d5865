//! Inbound attempts: their images, the open ones at start, and how pages see them.

use cuptel_core::id::{
    AttemptId, CallbackId, LineId, NumberId, OperatorId, QueueId, SeatId, TenantId, TrunkId,
};
use cuptel_core::record::AttemptRow;
use cuptel_core::time::UtcMs;
use cuptel_core::words::{Disposition, NumberClass, Outcome, Party, Stage, Suppression};
use serde::Serialize;

use crate::assignment::{self, AssignmentView};
use crate::dialect::{Connection, Row, ask_shard, upsert};
use crate::image::Images;
use crate::offer::{self, OfferView};
use crate::promise::{self, PromiseView};
use crate::row::{Columns, all_of};
use crate::side_call::{self, SideCallView};
use crate::store::{Store, StoreError, page, while_doing};

pub(crate) const UPSERT: &str = upsert!(attempt {
    2 arrival_seq BIGINT,
    3 tenant BIGINT,
    4 line BIGINT,
    5 trunk BIGINT,
    6 number BIGINT,
    7 class TEXT,
    8 sip_call_id TEXT,
    9 stage TEXT,
    10 received_ms BIGINT,
    11 answered_ms BIGINT,
    12 queued_ms BIGINT,
    13 talking_ms BIGINT,
    14 ended_ms BIGINT,
    15 outcome TEXT,
    16 sip_status BIGINT,
    17 reason TEXT,
    18 ended_by TEXT,
    19 queue BIGINT,
    20 seat BIGINT,
    21 operator BIGINT,
    22 disposition TEXT,
    23 callback BIGINT,
    24 suppressed TEXT,
    25 nth BIGINT,
    26 prior BIGINT,
});

/// Attempts without an end.
pub(crate) const OPEN: &str = "
SELECT id, arrival_seq, tenant, line, trunk, number, class, sip_call_id, stage, received_ms,
    answered_ms, queued_ms, talking_ms, ended_ms, outcome, sip_status, reason, ended_by, queue,
    seat, operator, disposition, callback, suppressed, nth, prior
FROM attempt WHERE shard = $1 AND ended_ms IS NULL ORDER BY id";

macro_rules! view {
    ($condition:literal) => {
        concat!(
            "
SELECT a.id, a.arrival_seq, tenant.name, line.name, trunk.name, number.e164, a.class, a.stage,
    a.received_ms, a.answered_ms, a.queued_ms, a.talking_ms, a.ended_ms, a.outcome, a.sip_status,
    a.reason, a.ended_by, queue.name, seat.name, operator.name, a.disposition, a.callback,
    a.suppressed, a.sip_call_id
FROM attempt a
LEFT JOIN tenant ON tenant.shard = a.shard AND tenant.id = a.tenant
LEFT JOIN line ON line.shard = a.shard AND line.id = a.line
LEFT JOIN trunk ON trunk.shard = a.shard AND trunk.id = a.trunk
LEFT JOIN number ON number.shard = a.shard AND number.id = a.number
LEFT JOIN queue ON queue.shard = a.shard AND queue.id = a.queue
LEFT JOIN seat ON seat.shard = a.shard AND seat.id = a.seat
LEFT JOIN operator ON operator.shard = a.shard AND operator.id = a.operator
WHERE a.shard = $1 ",
            $condition
        )
    };
}

const LIST: &str = view!(
    "AND a.id < $2
    AND (CAST($3 AS TEXT) IS NULL
        OR a.tenant = (SELECT id FROM tenant WHERE shard = $1 AND name = $3))
    AND (CAST($4 AS TEXT) IS NULL OR a.outcome = $4)
ORDER BY a.id DESC LIMIT $5"
);
/// Those that are up, the oldest first.
const UP: &str = view!("AND a.ended_ms IS NULL ORDER BY a.id LIMIT $2");
const ONE: &str = view!("AND a.id = $2");
const OF_CALLBACK: &str = view!(
    "AND a.id IN (
    WITH RECURSIVE chain(id, nth) AS (
        SELECT c.last_attempt, 1 FROM callback c
        WHERE c.shard = $1 AND c.id = $2 AND c.last_attempt IS NOT NULL
        UNION ALL
        SELECT later.prior, chain.nth + 1 FROM chain
        JOIN attempt later ON later.shard = $1 AND later.id = chain.id
        WHERE later.prior IS NOT NULL AND chain.nth < 1000)
    SELECT id FROM chain)
ORDER BY a.id DESC"
);

/// Which attempts to list, newest first.
#[derive(Debug, Clone, Default)]
pub struct AttemptFilter {
    /// Of this tenant only.
    pub tenant: Option<String>,
    /// Ended this way only.
    pub outcome: Option<Outcome>,
    /// Older than this identifier: the last one of the page before.
    pub before: Option<i64>,
    /// How many, 1 to 1000.
    pub limit: u32,
}

/// An attempt with its names, its number masked.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AttemptView {
    /// The attempt.
    pub id: AttemptId,
    /// Its position among its epoch's arrivals.
    pub arrival_seq: i64,
    /// Whose line was dialled.
    pub tenant: Option<String>,
    /// The dialled line.
    pub line: Option<String>,
    /// Where it came in.
    pub trunk: Option<String>,
    /// The caller's number, masked.
    pub number: Option<String>,
    /// Its class.
    pub class: NumberClass,
    /// Where it stands.
    pub stage: Stage,
    /// The INVITE's arrival.
    pub received_ms: UtcMs,
    /// Our 200.
    pub answered_ms: Option<UtcMs>,
    /// Entry into the last queue.
    pub queued_ms: Option<UtcMs>,
    /// An operator answered.
    pub talking_ms: Option<UtcMs>,
    /// The end.
    pub ended_ms: Option<UtcMs>,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// Final SIP status that the caller received.
    pub sip_status: Option<u16>,
    /// A short reason.
    pub reason: Option<String>,
    /// Who hung up.
    pub ended_by: Option<Party>,
    /// The queue.
    pub queue: Option<String>,
    /// The seat that served.
    pub seat: Option<String>,
    /// The operator who served.
    pub operator: Option<String>,
    /// The operator's result code.
    pub disposition: Option<Disposition>,
    /// The callback that it belongs to.
    pub callback: Option<CallbackId>,
    /// Why nothing is owed.
    pub suppressed: Option<Suppression>,
    /// `Call-ID` of the INVITE.
    pub sip_call_id: String,
}

/// An attempt with everything that was proposed and done about it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AttemptDetail {
    /// The attempt.
    #[serde(flatten)]
    pub attempt: AttemptView,
    /// To whom it was offered, in order.
    pub offers: Vec<OfferView>,
    /// Who did it, in order.
    pub assignments: Vec<AssignmentView>,
    /// The times by which the caller was told that we call back, the last first.
    pub promises: Vec<PromiseView>,
    /// What was done beside its conversations, and with its person, in order.
    pub side_calls: Vec<SideCallView>,
}

pub(crate) fn image(row: &AttemptRow, seq: i64, images: &mut Images) {
    images
        .row(row.id.0, seq)
        .int(row.arrival_seq)
        .maybe_int(row.tenant.map(|id| id.0))
        .maybe_int(row.line.map(|id| id.0))
        .maybe_int(row.trunk.map(|id| id.0))
        .maybe_int(row.number.map(|id| id.0))
        .word(row.class.as_str())
        .text(&row.sip_call_id)
        .word(row.stage.as_str())
        .int(row.received_ms)
        .maybe_int(row.answered_ms)
        .maybe_int(row.queued_ms)
        .maybe_int(row.talking_ms)
        .maybe_int(row.ended_ms)
        .maybe_word(row.outcome.map(Outcome::as_str))
        .maybe_int(row.sip_status.map(i64::from))
        .maybe_text(row.reason.as_deref())
        .maybe_word(row.ended_by.map(Party::as_str))
        .maybe_int(row.queue.map(|id| id.0))
        .maybe_int(row.seat.map(|id| id.0))
        .maybe_int(row.operator.map(|id| id.0))
        .maybe_word(row.disposition.map(Disposition::as_str))
        .maybe_int(row.callback.map(|id| id.0))
        .maybe_word(row.suppressed.map(Suppression::as_str))
        .maybe_int(row.nth)
        .maybe_int(row.prior.map(|id| id.0))
        .end();
}

pub(crate) fn read(row: &Row) -> Result<AttemptRow, sqlx::Error> {
    let mut columns = Columns::of(row);
    Ok(AttemptRow {
        id: AttemptId(columns.int()?),
        arrival_seq: columns.int()?,
        tenant: columns.maybe_int()?.map(TenantId),
        line: columns.maybe_int()?.map(LineId),
        trunk: columns.maybe_int()?.map(TrunkId),
        number: columns.maybe_int()?.map(NumberId),
        class: columns.word()?,
        sip_call_id: columns.text()?,
        stage: columns.word()?,
        received_ms: columns.int()?,
        answered_ms: columns.maybe_int()?,
        queued_ms: columns.maybe_int()?,
        talking_ms: columns.maybe_int()?,
        ended_ms: columns.maybe_int()?,
        outcome: columns.maybe_word()?,
        sip_status: columns.maybe_small()?,
        reason: columns.maybe_text()?,
        ended_by: columns.maybe_word()?,
        queue: columns.maybe_int()?.map(QueueId),
        seat: columns.maybe_int()?.map(SeatId),
        operator: columns.maybe_int()?.map(OperatorId),
        disposition: columns.maybe_word()?,
        callback: columns.maybe_int()?.map(CallbackId),
        suppressed: columns.maybe_word()?,
        nth: columns.maybe_int()?,
        prior: columns.maybe_int()?.map(AttemptId),
    })
}

fn view(row: &Row) -> Result<AttemptView, sqlx::Error> {
    let mut columns = Columns::of(row);
    Ok(AttemptView {
        id: AttemptId(columns.int()?),
        arrival_seq: columns.int()?,
        tenant: columns.maybe_text()?,
        line: columns.maybe_text()?,
        trunk: columns.maybe_text()?,
        number: columns.masked()?,
        class: columns.word()?,
        stage: columns.word()?,
        received_ms: columns.int()?,
        answered_ms: columns.maybe_int()?,
        queued_ms: columns.maybe_int()?,
        talking_ms: columns.maybe_int()?,
        ended_ms: columns.maybe_int()?,
        outcome: columns.maybe_word()?,
        sip_status: columns.maybe_small()?,
        reason: columns.maybe_text()?,
        ended_by: columns.maybe_word()?,
        queue: columns.maybe_text()?,
        seat: columns.maybe_text()?,
        operator: columns.maybe_text()?,
        disposition: columns.maybe_word()?,
        callback: columns.maybe_int()?.map(CallbackId),
        suppressed: columns.maybe_word()?,
        sip_call_id: columns.text()?,
    })
}

/// The newest thousand attempts that belong to a callback.
pub(crate) async fn of_callback(
    connection: &mut Connection,
    id: CallbackId,
) -> Result<Vec<AttemptView>, sqlx::Error> {
    all_of(connection, OF_CALLBACK, id.0, view).await
}

impl Store {
    /// A page of attempts, newest first.
    ///
    /// # Errors
    /// When there is no such tenant, or the database fails.
    pub async fn attempts(&self, filter: &AttemptFilter) -> Result<Vec<AttemptView>, StoreError> {
        let failed = while_doing("list attempts");
        let question = ask_shard(LIST)
            .int(filter.before.unwrap_or(i64::MAX))
            .maybe_text(filter.tenant.as_deref())
            .maybe_text(filter.outcome.map(Outcome::as_str))
            .int(page(filter.limit));
        let mut reading = self.read().await.map_err(&failed)?;
        let attempts = question.all(&mut reading, view).await.map_err(failed)?;
        drop(reading);
        if attempts.is_empty() {
            self.is_of_a_tenant(filter.tenant.as_deref()).await?;
        }
        Ok(attempts)
    }

    /// The attempts that are up, the oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn attempts_up(&self, most: u32) -> Result<Vec<AttemptView>, StoreError> {
        let failed = while_doing("list the calls that go on");
        let mut reading = self.read().await.map_err(&failed)?;
        let question = ask_shard(UP).int(page(most));
        question.all(&mut reading, view).await.map_err(failed)
    }

    /// One attempt, if there is such.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn attempt(&self, id: AttemptId) -> Result<Option<AttemptDetail>, StoreError> {
        let failed = while_doing("read an attempt");
        let mut reading = self.read().await.map_err(&failed)?;
        let connection = &mut reading;
        let Some(attempt) = all_of(connection, ONE, id.0, view)
            .await
            .map_err(&failed)?
            .into_iter()
            .next()
        else {
            return Ok(None);
        };
        let offers = offer::of_attempt(connection, id).await.map_err(&failed)?;
        let assignments = assignment::of_attempt(connection, id)
            .await
            .map_err(&failed)?;
        let promises = promise::of_attempt(connection, id).await.map_err(&failed)?;
        let side_calls = side_call::of_attempt(connection, id)
            .await
            .map_err(&failed)?;
        Ok(Some(AttemptDetail {
            attempt,
            offers,
            assignments,
            promises,
            side_calls,
        }))
    }
}

/// Statements that must find their rows through an index, for the planner's test.
#[cfg(test)]
pub(crate) const LOOKUPS: &[&str] = &[ONE, OF_CALLBACK, LIST];
