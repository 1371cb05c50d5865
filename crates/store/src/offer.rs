//! Offers: their images, the open ones at start, and how pages see them.

use cuptel_core::id::{AttemptId, CallbackId, OfferId, OperatorId, QueueId, SeatId};
use cuptel_core::record::{OfferRow, Work};
use cuptel_core::time::UtcMs;
use cuptel_core::words::OfferState;
use serde::Serialize;

use crate::dialect::{Connection, Row, upsert};
use crate::image::Images;
use crate::row::{Columns, all_of};

pub(crate) const UPSERT: &str = upsert!(offer {
    2 attempt BIGINT,
    3 callback BIGINT,
    4 queue BIGINT,
    5 seat BIGINT,
    6 operator BIGINT,
    7 state TEXT,
    8 offered_ms BIGINT,
    9 lease_until_ms BIGINT,
    10 ended_ms BIGINT,
});

/// Offers whose lease runs.
pub(crate) const OPEN: &str = "
SELECT id, attempt, callback, queue, seat, operator, state, offered_ms, lease_until_ms, ended_ms
FROM offer WHERE shard = $1 AND state = 'open' ORDER BY id";

const OF_ATTEMPT: &str = "
SELECT offer.id, queue.name, seat.name, operator.name, offer.state, offer.offered_ms,
    offer.lease_until_ms, offer.ended_ms
FROM offer
LEFT JOIN queue ON queue.shard = offer.shard AND queue.id = offer.queue
LEFT JOIN seat ON seat.shard = offer.shard AND seat.id = offer.seat
LEFT JOIN operator ON operator.shard = offer.shard AND operator.id = offer.operator
WHERE offer.shard = $1 AND offer.attempt = $2 ORDER BY offer.id LIMIT 1000";

/// An offer with its names.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OfferView {
    /// The offer.
    pub id: OfferId,
    /// The queue it came from.
    pub queue: Option<String>,
    /// To which seat.
    pub seat: Option<String>,
    /// To whom.
    pub operator: Option<String>,
    /// Where it stands.
    pub state: OfferState,
    /// Decided at.
    pub offered_ms: UtcMs,
    /// The lease's end.
    pub lease_until_ms: UtcMs,
    /// Over at.
    pub ended_ms: Option<UtcMs>,
}

/// A work as its two columns.
pub(crate) fn work_image(work: Work, images: &mut Images) -> &mut Images {
    match work {
        Work::Attempt(id) => images.int(id.0).maybe_int(None),
        Work::Callback(id) => images.maybe_int(None).int(id.0),
    }
}

/// A work out of its two columns.
pub(crate) fn read_work(columns: &mut Columns<'_>) -> Result<Work, sqlx::Error> {
    match (columns.maybe_int()?, columns.maybe_int()?) {
        (Some(id), None) => Ok(Work::Attempt(AttemptId(id))),
        (None, Some(id)) => Ok(Work::Callback(CallbackId(id))),
        (Some(_), Some(_)) | (None, None) => Err(sqlx::Error::Decode(
            "a work is an attempt or a callback".into(),
        )),
    }
}

pub(crate) fn image(row: &OfferRow, seq: i64, images: &mut Images) {
    work_image(row.work, images.row(row.id.0, seq))
        .int(row.queue.0)
        .int(row.seat.0)
        .int(row.operator.0)
        .word(row.state.as_str())
        .int(row.offered_ms)
        .int(row.lease_until_ms)
        .maybe_int(row.ended_ms)
        .end();
}

pub(crate) fn read(row: &Row) -> Result<OfferRow, sqlx::Error> {
    let mut columns = Columns::of(row);
    Ok(OfferRow {
        id: OfferId(columns.int()?),
        work: read_work(&mut columns)?,
        queue: QueueId(columns.int()?),
        seat: SeatId(columns.int()?),
        operator: OperatorId(columns.int()?),
        state: columns.word()?,
        offered_ms: columns.int()?,
        lease_until_ms: columns.int()?,
        ended_ms: columns.maybe_int()?,
    })
}

fn view(row: &Row) -> Result<OfferView, sqlx::Error> {
    let mut columns = Columns::of(row);
    Ok(OfferView {
        id: OfferId(columns.int()?),
        queue: columns.maybe_text()?,
        seat: columns.maybe_text()?,
        operator: columns.maybe_text()?,
        state: columns.word()?,
        offered_ms: columns.int()?,
        lease_until_ms: columns.int()?,
        ended_ms: columns.maybe_int()?,
    })
}

/// To whom an attempt was offered, in order.
pub(crate) async fn of_attempt(
    connection: &mut Connection,
    id: AttemptId,
) -> Result<Vec<OfferView>, sqlx::Error> {
    all_of(connection, OF_ATTEMPT, id.0, view).await
}

/// Statements that must find their rows through an index, for the planner's test.
#[cfg(test)]
pub(crate) const LOOKUPS: &[&str] = &[OF_ATTEMPT];
