//! Callbacks with their needs and histories: images, the open ones at start, and how
//! pages see them.

use std::collections::BTreeSet;

use cuptel_core::id::{AttemptId, CallbackEventId, CallbackId, DialId, NeedId};
use cuptel_core::record::{CallbackEventRow, CallbackRow, NeedRow};
use cuptel_core::time::UtcMs;
use cuptel_core::words::{
    CallbackEventKind, CallbackState, ClosedHow, NeedKind, NumberClass, PriorityClass,
};
use serde::Serialize;

use crate::attempt::{self, AttemptView};
use crate::code_word;
use crate::decline::{self, DeclineView};
use crate::dial::{self, DialView};
use crate::dialect::{Row, ask_shard, upsert};
use crate::image::Images;
use crate::need_detail::{class_rank, due_ms};
use crate::owner;
use crate::promise::{self, PromiseView};
use crate::review::{self, ReviewView};
use crate::row::{Columns, all_of};
use crate::side_call::{self, SideCallView};
use crate::store::{Store, StoreError, page, while_doing};

pub(crate) const UPSERT: &str = upsert!(callback {
    2 tenant BIGINT,
    3 number BIGINT,
    4 state TEXT,
    5 place_ms BIGINT,
    6 not_before_ms BIGINT,
    7 opened_ms BIGINT,
    8 last_attempt_ms BIGINT,
    9 attempts BIGINT,
    10 tries BIGINT,
    11 seat BIGINT,
    12 closed_ms BIGINT,
    13 closed_how TEXT,
    14 priority_ms BIGINT,
    15 last_attempt BIGINT,
});

/// Takes the images of `UPSERT`. What stands in an index is left alone: to write the entries of
/// two partial indexes anew cost a redial more than all the rest of it.
pub(crate) const AMEND: &str = "
UPDATE callback SET seq = CAST(value->>1 AS BIGINT), place_ms = CAST(value->>5 AS BIGINT),
    not_before_ms = CAST(value->>6 AS BIGINT), last_attempt_ms = CAST(value->>8 AS BIGINT),
    attempts = CAST(value->>9 AS BIGINT), priority_ms = CAST(value->>14 AS BIGINT),
    last_attempt = CAST(value->>15 AS BIGINT)
FROM jsonb_each($1)
WHERE callback.shard = $2 AND callback.id = CAST(value->>0 AS BIGINT)
    AND callback.seq <= CAST(value->>1 AS BIGINT)";

pub(crate) const UPSERT_NEED: &str = upsert!(callback_need {
    2 callback BIGINT,
    3 queue BIGINT,
    4 kind TEXT,
    5 opened_ms BIGINT,
    6 closed_ms BIGINT,
    7 another_person BIGINT,
});

/// A history is only ever added to.
pub(crate) const INSERT_EVENT: &str = "
INSERT INTO callback_event (shard, id, seq, callback, at_ms, kind, attempt, dial, seat, detail)
SELECT $2, CAST(value->>0 AS BIGINT), CAST(value->>1 AS BIGINT), CAST(value->>2 AS BIGINT),
    CAST(value->>3 AS BIGINT), value->>4, CAST(value->>5 AS BIGINT), CAST(value->>6 AS BIGINT),
    CAST(value->>7 AS BIGINT), CAST(value->>8 AS TEXT)
FROM jsonb_each($1) WHERE true
ON CONFLICT (shard, callback, id) DO NOTHING";

/// When the first call of the callback `c` came: its opening, or before where a carrier told of it
/// afterwards; then its place is the time of that call.
macro_rules! first_ms {
    () => {
        "CASE WHEN c.attempts > 0 AND c.place_ms < c.opened_ms THEN c.place_ms ELSE c.opened_ms END"
    };
}
pub(crate) use first_ms;

/// Since when the person of the callback `c` waits: also where it was opened again at an old place.
macro_rules! waits_since_ms {
    () => {
        "CASE WHEN c.place_ms < c.opened_ms THEN c.place_ms ELSE c.opened_ms END"
    };
}
pub(crate) use waits_since_ms;

macro_rules! view {
    ($($condition:tt)*) => {
        concat!(
            "
SELECT c.id, tenant.name, number.e164, number.class, c.state, c.place_ms, c.not_before_ms,
    c.opened_ms, c.last_attempt_ms, c.attempts, c.tries, seat.name, c.closed_ms, c.closed_how,
    c.priority_ms,
    coalesce((SELECT string_agg(need.kind, ' ') FROM callback_need need
        WHERE need.shard = c.shard AND need.callback = c.id), ''),
    ",
            class_rank!(),
            ",
    ",
            due_ms!(),
            ",
    (SELECT count(*) FROM callback_decline decline
        WHERE decline.shard = c.shard AND decline.callback = c.id),
    chosen.from_ms, chosen.until_ms,
    coalesce((SELECT queue.name FROM callback_need need
            JOIN queue ON queue.shard = need.shard AND queue.id = need.queue
            WHERE need.shard = c.shard AND need.callback = c.id AND need.closed_ms IS NULL
            ORDER BY need.id LIMIT 1),
        (SELECT queue.name FROM callback_need need
            JOIN queue ON queue.shard = need.shard AND queue.id = need.queue
            WHERE need.shard = c.shard AND need.callback = c.id ORDER BY need.id LIMIT 1))
FROM callback c
LEFT JOIN tenant ON tenant.shard = c.shard AND tenant.id = c.tenant
LEFT JOIN number ON number.shard = c.shard AND number.id = c.number
LEFT JOIN seat ON seat.shard = c.shard AND seat.id = c.seat
LEFT JOIN chosen_time chosen ON chosen.shard = c.shard AND chosen.id = c.id
WHERE c.shard = $1 ",
            $($condition)*
        )
    };
}

pub(crate) use view as callback_view;

const LIST: &str = view!(
    "AND c.id < $2
    AND (CAST($3 AS TEXT) IS NULL
        OR c.tenant = (SELECT id FROM tenant WHERE shard = $1 AND name = $3))
    AND (CAST($4 AS TEXT) IS NULL OR c.state = $4)
ORDER BY c.id DESC LIMIT $5"
);
/// Those that are not closed, and stand somewhere: few beside a long past.
const OPEN: &str = view!(
    "AND c.id < $2
    AND (CAST($3 AS TEXT) IS NULL
        OR c.tenant = (SELECT id FROM tenant WHERE shard = $1 AND name = $3))
    AND c.state <> 'closed' AND c.state = $4
ORDER BY c.id DESC LIMIT $5"
);
/// Few are unseen, so it is they that are looked up and not the callbacks.
const UNSEEN: &str = view!(
    "AND c.id IN (SELECT id FROM callback_review
        WHERE shard = $1 AND seen_ms IS NULL AND id < $2
            AND (CAST($3 AS TEXT) IS NULL
                OR tenant = (SELECT id FROM tenant WHERE shard = $1 AND name = $3))
        ORDER BY id DESC LIMIT $4)
ORDER BY c.id DESC"
);
/// Those that operators have handed back too often; as few.
const DECLINED: &str = view!(
    "AND c.id IN (SELECT callback FROM callback_decline
        WHERE shard = $1 AND asks IS NOT NULL AND seen_ms IS NULL AND settled_ms IS NULL
            AND callback < $2)
    AND (CAST($3 AS TEXT) IS NULL
        OR c.tenant = (SELECT id FROM tenant WHERE shard = $1 AND name = $3))
ORDER BY c.id DESC LIMIT $4"
);
const ONE: &str = view!("AND c.id = $2");
const NEEDS: &str = "
SELECT need.id, queue.name, need.kind, need.opened_ms, need.closed_ms, need.another_person,
    detail.class, detail.due_ms, detail.not_before_ms, detail.note, detail.opened_by,
    detail.closed_by, detail.closed_because
FROM callback_need need
LEFT JOIN queue ON queue.shard = need.shard AND queue.id = need.queue
LEFT JOIN need_detail detail ON detail.shard = need.shard AND detail.id = need.id
WHERE need.shard = $1 AND need.callback = $2 ORDER BY need.id LIMIT 1000";
const EVENTS: &str = "
SELECT event.id, event.at_ms, event.kind, event.attempt, event.dial, seat.name, event.detail
FROM callback_event event
LEFT JOIN seat ON seat.shard = event.shard AND seat.id = event.seat
WHERE event.shard = $1 AND event.callback = $2 ORDER BY event.id DESC LIMIT 1000";

/// Which callbacks to list, newest first.
#[derive(Debug, Clone, Default)]
pub struct CallbackFilter {
    /// Of this tenant only.
    pub tenant: Option<String>,
    /// In this state only.
    pub state: Option<CallbackState>,
    /// Only those that were given up, or handed back too often, and that nobody has looked at yet.
    pub unseen: bool,
    /// Older than this identifier: the last one of the page before.
    pub before: Option<i64>,
    /// How many, 1 to 1000.
    pub limit: u32,
}

/// A callback with its names, its number masked.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CallbackView {
    /// The callback.
    pub id: CallbackId,
    /// Who owes it.
    pub tenant: Option<String>,
    /// Whom to call, masked; none once erased.
    pub number: Option<String>,
    /// The number's class.
    pub class: Option<NumberClass>,
    /// Where it stands.
    pub state: CallbackState,
    /// Place in line.
    pub place_ms: UtcMs,
    /// Not to be dialled before.
    pub not_before_ms: UtcMs,
    /// Opened.
    pub opened_ms: UtcMs,
    /// The last attempt that joined.
    pub last_attempt_ms: UtcMs,
    /// How many attempts belong to it.
    pub attempts: i64,
    /// Dials spent.
    pub tries: i64,
    /// The seat it is offered to or served by.
    pub seat: Option<String>,
    /// Closed at.
    pub closed_ms: Option<UtcMs>,
    /// Closed how.
    pub closed_how: Option<ClosedHow>,
    /// Priority expressed as time.
    pub priority_ms: i64,
    /// The kinds of its needs, open or not.
    pub kinds: BTreeSet<NeedKind>,
    /// The most urgent class of its open needs; of all of them, once it is closed.
    pub priority_class: Option<PriorityClass>,
    /// The next deadline of an open need; the first of all, once it is closed.
    pub due_ms: Option<UtcMs>,
    /// How often operators have handed it back.
    pub declined: i64,
    /// When the person wants to be called, where they chose: not before,
    pub chosen_from_ms: Option<UtcMs>,
    /// and not after.
    pub chosen_until_ms: Option<UtcMs>,
    /// The queue of its first open need that has one; of its first, once all are closed.
    pub queue: Option<String>,
}

/// One thing that the person wants.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NeedView {
    /// The need.
    pub id: NeedId,
    /// The queue wanted.
    pub queue: Option<String>,
    /// Which kind of debt.
    pub kind: NeedKind,
    /// Since when.
    pub opened_ms: UtcMs,
    /// Settled at.
    pub closed_ms: Option<UtcMs>,
    /// Whether it is that of another person at the same number.
    pub another_person: bool,
    /// How urgent, where somebody entered it.
    pub class: Option<PriorityClass>,
    /// By when the person is to be reached.
    pub due_ms: Option<UtcMs>,
    /// It alone is no reason to call before.
    pub not_before_ms: Option<UtcMs>,
    /// What it is about, in somebody's words.
    pub note: Option<String>,
    /// Who entered it.
    pub opened_by: Option<String>,
    /// Who closed it by hand.
    pub closed_by: Option<String>,
    /// Why, in their words.
    pub closed_because: Option<String>,
}

/// One entry of a callback's history.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CallbackEventView {
    /// The entry.
    pub id: CallbackEventId,
    /// When.
    pub at_ms: UtcMs,
    /// What.
    pub kind: CallbackEventKind,
    /// The attempt that caused it.
    pub attempt: Option<AttemptId>,
    /// The dial it speaks of.
    pub dial: Option<DialId>,
    /// The seat concerned.
    pub seat: Option<String>,
    /// A word more.
    pub detail: Option<String>,
}

/// A callback with everything that belongs to it; of each list at most a thousand.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CallbackDetail {
    /// The callback.
    #[serde(flatten)]
    pub callback: CallbackView,
    /// What the person wants, oldest first.
    pub needs: Vec<NeedView>,
    /// Its history, newest first. Attempts that joined it without a word more are in `missed`.
    pub events: Vec<CallbackEventView>,
    /// The times that the person was told, newest first.
    pub promises: Vec<PromiseView>,
    /// The dials that tried to pay it, newest first.
    pub dials: Vec<DialView>,
    /// The attempts that belong to it, newest first.
    pub missed: Vec<AttemptView>,
    /// The operator who is to pay it, where it is not anybody's.
    pub operator: Option<String>,
    /// The four digits that the person was told and hears again when we call; private.
    pub code_word: Option<String>,
    /// What became of it after it was given up.
    pub review: Option<ReviewView>,
    /// How operators have handed it back, newest first.
    pub declines: Vec<DeclineView>,
    /// What was done beside its conversations, and with its person, in order.
    pub side_calls: Vec<SideCallView>,
}

pub(crate) fn image(row: &CallbackRow, seq: i64, images: &mut Images) {
    images
        .row(row.id.0, seq)
        .int(row.tenant.0)
        .int(row.number.0)
        .word(row.state.as_str())
        .int(row.place_ms)
        .int(row.not_before_ms)
        .int(row.opened_ms)
        .int(row.last_attempt_ms)
        .int(row.attempts)
        .int(row.tries)
        .maybe_int(row.seat.map(|id| id.0))
        .maybe_int(row.closed_ms)
        .maybe_word(row.closed_how.map(ClosedHow::as_str))
        .int(row.priority_ms)
        .maybe_int(row.last_attempt.map(|id| id.0))
        .end();
}

pub(crate) fn need_image(row: &NeedRow, seq: i64, images: &mut Images) {
    images
        .row(row.id.0, seq)
        .int(row.callback.0)
        .maybe_int(row.queue.map(|id| id.0))
        .word(row.kind.as_str())
        .int(row.opened_ms)
        .maybe_int(row.closed_ms)
        .maybe_int(row.another_person.then_some(1))
        .end();
}

pub(crate) fn event_image(row: &CallbackEventRow, seq: i64, images: &mut Images) {
    images
        .row(row.id.0, seq)
        .int(row.callback.0)
        .int(row.at_ms)
        .word(row.kind.as_str())
        .maybe_int(row.attempt.map(|id| id.0))
        .maybe_int(row.dial.map(|id| id.0))
        .maybe_int(row.seat.map(|id| id.0))
        .maybe_text(row.detail.as_deref())
        .end();
}

pub(crate) fn view(row: &Row) -> Result<CallbackView, sqlx::Error> {
    let mut columns = Columns::of(row);
    Ok(CallbackView {
        id: CallbackId(columns.int()?),
        tenant: columns.maybe_text()?,
        number: columns.masked()?,
        class: columns.maybe_word()?,
        state: columns.word()?,
        place_ms: columns.int()?,
        not_before_ms: columns.int()?,
        opened_ms: columns.int()?,
        last_attempt_ms: columns.int()?,
        attempts: columns.int()?,
        tries: columns.int()?,
        seat: columns.maybe_text()?,
        closed_ms: columns.maybe_int()?,
        closed_how: columns.maybe_word()?,
        priority_ms: columns.int()?,
        kinds: columns.words()?,
        priority_class: columns.maybe_small()?.and_then(class_of_rank),
        due_ms: columns.maybe_int()?,
        declined: columns.int()?,
        chosen_from_ms: columns.maybe_int()?,
        chosen_until_ms: columns.maybe_int()?,
        queue: columns.maybe_text()?,
    })
}

impl CallbackView {
    /// Since when the person waits: also where it was opened again at an old place, or is not to be called
    /// before another day.
    #[must_use]
    pub fn waits_since_ms(&self) -> UtcMs {
        self.place_ms.min(self.opened_ms)
    }
}

/// The classes in the order of their vocabulary, as the statement counts them.
pub(crate) fn class_of_rank(rank: usize) -> Option<PriorityClass> {
    PriorityClass::ALL.get(rank).copied()
}

fn need_view(row: &Row) -> Result<NeedView, sqlx::Error> {
    let mut columns = Columns::of(row);
    Ok(NeedView {
        id: NeedId(columns.int()?),
        queue: columns.maybe_text()?,
        kind: columns.word()?,
        opened_ms: columns.int()?,
        closed_ms: columns.maybe_int()?,
        another_person: columns.maybe_int()? == Some(1),
        class: columns.maybe_word()?,
        due_ms: columns.maybe_int()?,
        not_before_ms: columns.maybe_int()?,
        note: columns.maybe_text()?,
        opened_by: columns.maybe_text()?,
        closed_by: columns.maybe_text()?,
        closed_because: columns.maybe_text()?,
    })
}

fn event_view(row: &Row) -> Result<CallbackEventView, sqlx::Error> {
    let mut columns = Columns::of(row);
    Ok(CallbackEventView {
        id: CallbackEventId(columns.int()?),
        at_ms: columns.int()?,
        kind: columns.word()?,
        attempt: columns.maybe_int()?.map(AttemptId),
        dial: columns.maybe_int()?.map(DialId),
        seat: columns.maybe_text()?,
        detail: columns.maybe_text()?,
    })
}

impl Store {
    /// A page of callbacks, newest first.
    ///
    /// # Errors
    /// When there is no such tenant, or the database fails.
    pub async fn callbacks(
        &self,
        filter: &CallbackFilter,
    ) -> Result<Vec<CallbackView>, StoreError> {
        let failed = while_doing("list callbacks");
        let of_tenant = |statement| {
            ask_shard(statement)
                .int(filter.before.unwrap_or(i64::MAX))
                .maybe_text(filter.tenant.as_deref())
        };
        let state = filter.state.map(CallbackState::as_str);
        let question = if filter.unseen {
            of_tenant(UNSEEN)
        } else {
            match filter.state {
                Some(CallbackState::Closed) | None => of_tenant(LIST),
                Some(
                    CallbackState::Waiting
                    | CallbackState::Offered
                    | CallbackState::Dialling
                    | CallbackState::AnsweredWaiting
                    | CallbackState::Talking
                    | CallbackState::Unknown,
                ) => of_tenant(OPEN),
            }
            .maybe_text(state)
        };
        let question = question.int(page(filter.limit));
        let mut reading = self.read().await.map_err(&failed)?;
        let mut callbacks = question.all(&mut reading, view).await.map_err(&failed)?;
        if filter.unseen {
            let declined = of_tenant(DECLINED).int(page(filter.limit));
            callbacks.extend(declined.all(&mut reading, view).await.map_err(failed)?);
            callbacks.sort_unstable_by_key(|it| std::cmp::Reverse(it.id));
            callbacks.truncate(usize::try_from(page(filter.limit)).unwrap_or(usize::MAX));
        }
        drop(reading);
        if callbacks.is_empty() {
            self.is_of_a_tenant(filter.tenant.as_deref()).await?;
        }
        Ok(callbacks)
    }

    /// One callback, if there is such.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn callback(&self, id: CallbackId) -> Result<Option<CallbackDetail>, StoreError> {
        let failed = while_doing("read a callback");
        let mut reading = self.read().await.map_err(&failed)?;
        let connection = &mut reading;
        let Some(callback) = all_of(connection, ONE, id.0, view)
            .await
            .map_err(&failed)?
            .into_iter()
            .next()
        else {
            return Ok(None);
        };
        let needs = all_of(connection, NEEDS, id.0, need_view)
            .await
            .map_err(&failed)?;
        let events = all_of(connection, EVENTS, id.0, event_view)
            .await
            .map_err(&failed)?;
        let promises = promise::of_callback(connection, id)
            .await
            .map_err(&failed)?;
        let dials = dial::of_callback(connection, id).await.map_err(&failed)?;
        let missed = attempt::of_callback(connection, id)
            .await
            .map_err(&failed)?;
        let operator = owner::of_callback(connection, id).await.map_err(&failed)?;
        let code_word = code_word::of_callback(connection, id)
            .await
            .map_err(&failed)?;
        let review = review::of_callback(connection, id).await.map_err(&failed)?;
        let declines = decline::of_callback(connection, id)
            .await
            .map_err(&failed)?;
        let side_calls = side_call::of_callback(connection, id)
            .await
            .map_err(&failed)?;
        Ok(Some(CallbackDetail {
            callback,
            needs,
            events,
            promises,
            dials,
            missed,
            operator,
            code_word,
            review,
            declines,
            side_calls,
        }))
    }
}

/// Statements that must find their rows through an index, for the planner's test.
#[cfg(test)]
pub(crate) const LOOKUPS: &[&str] = &[ONE, NEEDS, EVENTS, LIST, UNSEEN, DECLINED];
#[cfg(test)]
pub(crate) const OF_WHAT_IS_OPEN: &str = OPEN;
