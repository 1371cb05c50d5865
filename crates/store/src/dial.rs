//! Dials: their images, those in flight at start, and how pages see them.

use cuptel_core::id::{CallbackId, DialId, NumberId, QueueId, SeatId, TenantId, TrunkId};
use cuptel_core::record::{DialRow, Rang};
use cuptel_core::time::UtcMs;
use cuptel_core::words::{DialOrder, DialResult, DialState};
use serde::Serialize;

use crate::dialect::{Connection, Row, upsert};
use crate::image::Images;
use crate::row::{Columns, all, all_of};

/// What stands for no seat where the column takes no null.
const NO_SEAT: i64 = 0;

pub(crate) const UPSERT: &str = upsert!(dial {
    2 callback BIGINT,
    3 number BIGINT,
    4 seat BIGINT,
    5 trunk BIGINT,
    6 state TEXT,
    7 placed_ms BIGINT,
    8 answered_ms BIGINT,
    9 ended_ms BIGINT,
    10 result TEXT,
    11 sip_status BIGINT,
    12 who_first TEXT,
    13 pressed_ms BIGINT,
});

/// Dials in flight or unknown.
pub(crate) const OPEN: &str = "
SELECT id, callback, number, seat, trunk, state, placed_ms, answered_ms, ended_ms, result, sip_status,
    who_first, pressed_ms
FROM dial WHERE shard = $1 AND state <> 'ended' ORDER BY id";

/// Whom we rang last, whatever became of it: a start remembers those. What the callback is about is
/// said by its oldest need that says so.
const LAST_MAX: usize = 20_000;
const LAST: &str = "
SELECT number.e164, callback.tenant, last.id, last.callback,
    (SELECT need.queue FROM callback_need need
        WHERE need.shard = last.shard AND need.callback = last.callback AND need.queue IS NOT NULL
        ORDER BY need.id LIMIT 1),
    callback.place_ms, last.placed_ms, last.result, last.sip_status, callback.closed_how
FROM (SELECT * FROM dial WHERE shard = $1 ORDER BY id DESC LIMIT 20000) last
JOIN callback ON callback.shard = last.shard AND callback.id = last.callback
JOIN number ON number.shard = last.shard AND number.id = last.number
ORDER BY last.id";

const OF_CALLBACK: &str = "
SELECT dial.id, seat.name, trunk.name, dial.state, dial.placed_ms, dial.answered_ms, dial.ended_ms,
    dial.result, dial.sip_status, dial.who_first, dial.pressed_ms
FROM dial
LEFT JOIN seat ON seat.shard = dial.shard AND seat.id = dial.seat
LEFT JOIN trunk ON trunk.shard = dial.shard AND trunk.id = dial.trunk
WHERE dial.shard = $1 AND dial.callback = $2 ORDER BY dial.id DESC LIMIT 1000";

/// A dial with its names.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DialView {
    /// The dial.
    pub id: DialId,
    /// Who was on the line first.
    pub order: DialOrder,
    /// The operator's seat; none where nobody was joined to a person who was on the line first.
    pub seat: Option<String>,
    /// The trunk used.
    pub trunk: Option<String>,
    /// Where it stands.
    pub state: DialState,
    /// Decided at.
    pub placed_ms: UtcMs,
    /// Answered at.
    pub answered_ms: Option<UtcMs>,
    /// When the person pressed the key that asks for an operator.
    pub pressed_ms: Option<UtcMs>,
    /// Over at.
    pub ended_ms: Option<UtcMs>,
    /// How it ended.
    pub result: Option<DialResult>,
    /// Final SIP status received.
    pub sip_status: Option<u16>,
}

pub(crate) fn image(row: &DialRow, seq: i64, images: &mut Images) {
    images
        .row(row.id.0, seq)
        .int(row.callback.0)
        .int(row.number.0)
        .int(row.seat.map_or(NO_SEAT, |seat| seat.0))
        .int(row.trunk.0)
        .word(row.state.as_str())
        .int(row.placed_ms)
        .maybe_int(row.answered_ms)
        .maybe_int(row.ended_ms)
        .maybe_word(row.result.map(DialResult::as_str))
        .maybe_int(row.sip_status.map(i64::from))
        .word(row.order.as_str())
        .maybe_int(row.pressed_ms)
        .end();
}

pub(crate) fn read(row: &Row) -> Result<DialRow, sqlx::Error> {
    let mut columns = Columns::of(row);
    let (id, callback) = (DialId(columns.int()?), CallbackId(columns.int()?));
    let (number, seat) = (NumberId(columns.int()?), columns.int()?);
    let (trunk, state) = (TrunkId(columns.int()?), columns.word()?);
    let (placed_ms, answered_ms) = (columns.int()?, columns.maybe_int()?);
    let (ended_ms, result) = (columns.maybe_int()?, columns.maybe_word()?);
    Ok(DialRow {
        id,
        callback,
        number,
        seat: (seat != NO_SEAT).then_some(SeatId(seat)),
        trunk,
        state,
        placed_ms,
        answered_ms,
        ended_ms,
        result,
        sip_status: columns.maybe_small()?,
        order: columns.word()?,
        pressed_ms: columns.maybe_int()?,
    })
}

/// Nothing of a person who was erased.
fn read_rang(row: &Row) -> Result<Option<Rang>, sqlx::Error> {
    let mut columns = Columns::of(row);
    let number = columns.maybe_number()?;
    let (tenant, dial) = (TenantId(columns.int()?), DialId(columns.int()?));
    let callback = CallbackId(columns.int()?);
    let queue = columns.maybe_int()?.map(QueueId);
    let (place_ms, placed_ms) = (columns.int()?, columns.int()?);
    let (result, sip_status) = (columns.maybe_word()?, columns.maybe_small()?);
    let closed_how = columns.maybe_word()?;
    Ok(number.map(|number| Rang {
        number,
        tenant,
        dial,
        callback,
        queue,
        place_ms,
        placed_ms,
        result,
        sip_status,
        closed_how,
    }))
}

/// Whom we rang last, the oldest first, and since when that is everybody.
pub(crate) async fn last_rang(
    connection: &mut Connection,
) -> Result<(Vec<Rang>, UtcMs), sqlx::Error> {
    let rows = all(connection, LAST, read_rang).await?;
    let is_cut = rows.len() >= LAST_MAX;
    let rang: Vec<Rang> = rows.into_iter().flatten().collect();
    let since_ms = rang.first().map_or(0, |oldest| oldest.placed_ms);
    Ok((rang, if is_cut { since_ms } else { 0 }))
}

fn view(row: &Row) -> Result<DialView, sqlx::Error> {
    let mut columns = Columns::of(row);
    let (id, seat, trunk) = (
        DialId(columns.int()?),
        columns.maybe_text()?,
        columns.maybe_text()?,
    );
    let (state, placed_ms) = (columns.word()?, columns.int()?);
    let (answered_ms, ended_ms) = (columns.maybe_int()?, columns.maybe_int()?);
    let (result, sip_status) = (columns.maybe_word()?, columns.maybe_small()?);
    Ok(DialView {
        id,
        order: columns.word()?,
        seat,
        trunk,
        state,
        placed_ms,
        answered_ms,
        pressed_ms: columns.maybe_int()?,
        ended_ms,
        result,
        sip_status,
    })
}

/// The newest thousand dials of a callback.
pub(crate) async fn of_callback(
    connection: &mut Connection,
    id: CallbackId,
) -> Result<Vec<DialView>, sqlx::Error> {
    all_of(connection, OF_CALLBACK, id.0, view).await
}

/// Statements that must find their rows through an index, for the planner's test.
#[cfg(test)]
pub(crate) const LOOKUPS: &[&str] = &[OF_CALLBACK];
