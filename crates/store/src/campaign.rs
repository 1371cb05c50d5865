//! Campaigns and the people on their lists: images, what is open at start, the next who may be
//! called, and how pages and shell see them.

mod view;

use self::view::over;
pub use self::view::{CampaignCounts, CampaignDetail, EntryView};
use crate::dialect::{Connection, Row, ask_shard, upsert};
use crate::image::Images;
use crate::row::{Columns, all, all_of, read_int};
use crate::store::{Store, StoreError, page, while_doing};
use crate::writer::APPLIED;
use cuptel_core::id::{CallbackId, CampaignId, EntryId, NeedId, NumberId, QueueId, TenantId};
use cuptel_core::number::PhoneNumber;
use cuptel_core::record::{
    Appointment, CampaignEntryRow, CampaignRow, EntryPage, OpenCampaign, WaitingEntry, YearsEmptied,
};
use cuptel_core::time::UtcMs;
use cuptel_core::words::{
    CampaignEnd, CampaignState, DialOrder, EntryState, PriorityClass, ReminderAnswer,
};

pub(crate) const UPSERT: &str = upsert!(campaign {
    2 tenant BIGINT,
    3 queue BIGINT,
    4 name TEXT,
    5 class TEXT,
    6 due_ms BIGINT,
    7 note TEXT,
    8 hours TEXT,
    9 starts_ms BIGINT,
    10 ends_ms BIGINT,
    11 pace BIGINT,
    12 per_hour BIGINT,
    13 state TEXT,
    14 created_ms BIGINT,
    15 started_ms BIGINT,
    16 since_ms BIGINT,
    17 changed_by TEXT,
    18 ended_how TEXT,
    19 entries BIGINT,
    20 left_out BIGINT,
    21 kind TEXT,
    22 preview_s BIGINT,
    23 who_first TEXT,
    24 cli TEXT,
});

pub(crate) const UPSERT_ENTRY: &str = upsert!(campaign_entry {
    2 campaign BIGINT,
    3 number BIGINT,
    4 line BIGINT,
    5 from_ms BIGINT,
    6 due_ms BIGINT,
    7 note TEXT,
    8 reference TEXT,
    9 state TEXT,
    10 callback BIGINT,
    11 need BIGINT,
    12 released_ms BIGINT,
    13 settled_ms BIGINT,
    14 appointment_ms BIGINT,
    15 place TEXT,
    16 born BIGINT,
    17 answer TEXT,
});

/// Takes `[_, seq, campaign, after, until]`. Of the join, the few that are told come first: each is then
/// one stretch of the key.
pub(crate) const EMPTY_YEARS: &str = "
UPDATE campaign_entry SET born = NULL WHERE shard = $2 AND id IN (
    SELECT e.id FROM jsonb_each($1) CROSS JOIN campaign_entry e
    WHERE e.shard = $2 AND e.id > CAST(value->>3 AS BIGINT) AND e.id <= CAST(value->>4 AS BIGINT)
        AND e.campaign = CAST(value->>2 AS BIGINT) AND e.state = 'waiting' AND e.born IS NOT NULL)";

/// A campaign with its authority and queue, as these columns have them.
macro_rules! campaign {
    ($of:literal, $rest:expr) => {
        concat!(
            "SELECT c.id, ",
            $of,
            ", c.name, c.class, c.due_ms, c.note, c.hours, c.starts_ms, c.ends_ms, c.pace, c.per_hour,
    c.state, c.created_ms, c.started_ms, c.since_ms, c.changed_by, c.ended_how, c.entries, c.left_out,
    c.kind, c.preview_s, c.who_first, c.cli FROM campaign c ",
            $rest
        )
    };
}

/// Campaigns that have not ended, those of which somebody is released, and those of which a year of
/// birth is left.
const OPEN: &str = campaign!(
    "c.tenant, c.queue",
    "WHERE shard = $1 AND (state <> 'ended' OR EXISTS (
    SELECT 1 FROM campaign_entry e
    WHERE e.shard = c.shard AND e.campaign = c.id AND e.state = 'released')
    OR EXISTS (SELECT 1 FROM campaign_entry e
        WHERE e.shard = c.shard AND e.campaign = c.id AND e.born IS NOT NULL))
ORDER BY id"
);

macro_rules! entry {
    ($rest:literal) => {
        entry!("", $rest)
    };
    ($more:literal, $rest:literal) => {
        concat!(
            "
SELECT e.id, e.campaign, e.number, e.line, e.from_ms, e.due_ms, e.note, e.reference, e.state,
    e.callback, e.need, e.released_ms, e.settled_ms, e.appointment_ms, e.place, e.born, e.answer, number.e164",
            $more,
            "
FROM campaign_entry e
LEFT JOIN number ON number.shard = e.shard AND number.id = e.number
WHERE e.shard = $1 ",
            $rest
        )
    };
}

const RELEASED: &str = entry!("AND e.state = 'released'");
const NEXT: &str = entry!(
    "AND e.campaign = $2 AND e.state = 'waiting' AND e.from_ms <= $3
ORDER BY e.from_ms, e.id LIMIT $4"
);
const NEXT_MS: &str = "
SELECT from_ms FROM campaign_entry
WHERE shard = $1 AND campaign = $2 AND state = 'waiting' AND from_ms > $3
ORDER BY from_ms LIMIT 1";

/// Counted by one walk over an index that has all of it.
const COUNTS: &str = "
SELECT count(CASE WHEN state = 'waiting' THEN 1 END), count(CASE WHEN state = 'released' THEN 1 END),
    count(CASE WHEN state = 'reached' THEN 1 END), count(CASE WHEN state = 'exhausted' THEN 1 END),
    count(CASE WHEN state = 'expired' THEN 1 END), count(CASE WHEN state = 'forbidden' THEN 1 END),
    count(CASE WHEN state = 'declined' THEN 1 END), count(CASE WHEN state = 'withdrawn' THEN 1 END),
    count(CASE WHEN state = 'confirmed' THEN 1 END), count(CASE WHEN state = 'cancelled' THEN 1 END),
    count(CASE WHEN state = 'to_move' THEN 1 END)
FROM campaign_entry WHERE shard = $1 AND campaign = $2";
const LAST: &str = "SELECT max(id) FROM campaign_entry WHERE shard = $1 AND campaign = $2";
/// Of those released, who is spoken with or rung; and until when the last of them rests.
const TALKING: &str = "
SELECT count(CASE WHEN c.state IN ('dialling', 'talking', 'answered_waiting') THEN 1 END),
    max(c.not_before_ms)
FROM campaign_entry e
JOIN callback c ON c.shard = e.shard AND c.id = e.callback
WHERE e.shard = $1 AND e.campaign = $2 AND e.state = 'released'";

macro_rules! view {
    ($rest:literal) => {
        campaign!(
            "tenant.name, queue.name",
            concat!(
                "LEFT JOIN tenant ON tenant.shard = c.shard AND tenant.id = c.tenant
LEFT JOIN queue ON queue.shard = c.shard AND queue.id = c.queue
WHERE c.shard = $1 ",
                $rest
            )
        )
    };
}

const LIST: &str = view!(
    "AND c.id < $2 AND (CAST($3 AS TEXT) IS NULL OR tenant.name = $3)
    AND (CAST($4 AS TEXT) IS NULL OR c.state = $4)
ORDER BY c.id DESC LIMIT $5"
);
/// The newest of a name: one that was discarded does not take it.
const NAMED: &str = view!("AND c.name = $2 ORDER BY c.id DESC LIMIT 1");
const ONE: &str = view!("AND c.id = $2");
const ENTRIES: &str = entry!(
    ",
    (SELECT callback.tries FROM callback
        WHERE callback.shard = e.shard AND callback.id = e.callback),
    (SELECT dial.result FROM dial WHERE dial.shard = e.shard AND dial.callback = e.callback
        AND dial.placed_ms >= e.released_ms ORDER BY dial.id DESC LIMIT 1)",
    "AND e.campaign = $2 AND e.id > $3 ORDER BY e.id LIMIT $4"
);

/// Which campaigns to list, newest first.
#[derive(Debug, Clone, Default)]
pub struct CampaignFilter {
    /// Of this tenant only.
    pub tenant: Option<String>,
    /// In this state only.
    pub state: Option<CampaignState>,
    /// Older than this identifier: the last one of the page before.
    pub before: Option<i64>,
    /// How many, 1 to 1000.
    pub limit: u32,
}

/// A campaign with its names.
pub type CampaignView = CampaignRow<Option<String>, Option<String>>;

pub(crate) fn image(row: &CampaignRow, seq: i64, images: &mut Images) {
    images
        .row(row.id.0, seq)
        .int(row.tenant.0)
        .int(row.queue.0)
        .text(&row.name)
        .maybe_word(row.class.map(PriorityClass::as_str))
        .maybe_int(row.due_ms)
        .maybe_text(row.note.as_deref())
        .maybe_text(row.window.as_deref())
        .maybe_int(row.starts_ms)
        .maybe_int(row.ends_ms)
        .int(i64::from(row.pace))
        .maybe_int(row.per_hour.map(i64::from))
        .word(row.state.as_str())
        .int(row.created_ms)
        .maybe_int(row.started_ms)
        .int(row.since_ms)
        .maybe_text(row.by.as_deref())
        .maybe_word(row.ended_how.map(CampaignEnd::as_str))
        .int(row.entries)
        .int(row.left_out)
        .word(row.kind.as_str())
        .maybe_int(row.preview_s.map(i64::from))
        .maybe_word(row.order.map(DialOrder::as_str))
        .maybe_text(row.cli.as_ref().map(PhoneNumber::reveal))
        .end();
}

pub(crate) fn entry_image(row: &CampaignEntryRow, seq: i64, images: &mut Images) {
    images
        .row(row.id.0, seq)
        .int(row.campaign.0)
        .int(row.number.0)
        .int(row.line)
        .int(row.from_ms)
        .maybe_int(row.due_ms)
        .maybe_text(row.note.as_deref())
        .maybe_text(row.reference.as_deref())
        .word(row.state.as_str())
        .maybe_int(row.callback.map(|id| id.0))
        .maybe_int(row.need.map(|id| id.0))
        .maybe_int(row.released_ms)
        .maybe_int(row.settled_ms)
        .maybe_int(row.appointment.as_ref().map(|it| it.at_ms))
        .maybe_text(row.appointment.as_ref().and_then(|it| it.place.as_deref()))
        .maybe_int(
            row.appointment
                .as_ref()
                .and_then(|it| it.born.map(i64::from)),
        )
        .maybe_word(row.answer.map(ReminderAnswer::as_str))
        .end();
}

pub(crate) fn emptied_image(row: &YearsEmptied, seq: i64, images: &mut Images) {
    images
        .row(row.id.0, seq)
        .int(row.campaign.0)
        .int(row.after.0)
        .int(row.until.0)
        .end();
}

fn read(row: &Row) -> Result<CampaignRow, sqlx::Error> {
    read_of(row, |columns| {
        Ok((TenantId(columns.int()?), QueueId(columns.int()?)))
    })
}

fn view(row: &Row) -> Result<CampaignView, sqlx::Error> {
    read_of(row, |columns| {
        Ok((columns.maybe_text()?, columns.maybe_text()?))
    })
}

fn read_of<Tenant, Queue>(
    row: &Row,
    whose: impl Fn(&mut Columns<'_>) -> Result<(Tenant, Queue), sqlx::Error>,
) -> Result<CampaignRow<Tenant, Queue>, sqlx::Error> {
    let mut columns = Columns::of(row);
    let id = CampaignId(columns.int()?);
    let (tenant, queue) = whose(&mut columns)?;
    Ok(CampaignRow {
        id,
        tenant,
        queue,
        name: columns.text()?,
        class: columns.maybe_word()?,
        due_ms: columns.maybe_int()?,
        note: columns.maybe_text()?,
        window: columns.maybe_text()?,
        starts_ms: columns.maybe_int()?,
        ends_ms: columns.maybe_int()?,
        pace: columns.small()?,
        per_hour: columns.maybe_small()?,
        state: columns.word()?,
        created_ms: columns.int()?,
        started_ms: columns.maybe_int()?,
        since_ms: columns.int()?,
        by: columns.maybe_text()?,
        ended_how: columns.maybe_word()?,
        entries: columns.int()?,
        left_out: columns.int()?,
        kind: columns.word()?,
        preview_s: columns.maybe_small()?,
        order: columns.maybe_word()?,
        cli: columns.maybe_number()?,
    })
}

fn read_appointment(columns: &mut Columns<'_>) -> Result<Option<Appointment>, sqlx::Error> {
    let (at_ms, place) = (columns.maybe_int()?, columns.maybe_text()?);
    let born = columns.maybe_small()?;
    Ok(at_ms.map(|at_ms| Appointment { at_ms, place, born }))
}

fn read_entry(row: &Row) -> Result<WaitingEntry, sqlx::Error> {
    waiting(&mut Columns::of(row))
}

fn waiting(columns: &mut Columns<'_>) -> Result<WaitingEntry, sqlx::Error> {
    let row = CampaignEntryRow {
        id: EntryId(columns.int()?),
        campaign: CampaignId(columns.int()?),
        number: NumberId(columns.int()?),
        line: columns.int()?,
        from_ms: columns.int()?,
        due_ms: columns.maybe_int()?,
        note: columns.maybe_text()?,
        reference: columns.maybe_text()?,
        state: columns.word()?,
        callback: columns.maybe_int()?.map(CallbackId),
        need: columns.maybe_int()?.map(NeedId),
        released_ms: columns.maybe_int()?,
        settled_ms: columns.maybe_int()?,
        appointment: read_appointment(columns)?,
        answer: columns.maybe_word()?,
    };
    Ok(WaitingEntry {
        row,
        number: columns.maybe_number()?,
    })
}

fn entry_view(row: &Row) -> Result<EntryView, sqlx::Error> {
    let mut columns = Columns::of(row);
    let WaitingEntry { row, number } = waiting(&mut columns)?;
    Ok(EntryView {
        id: row.id,
        line: row.line,
        number: number.as_ref().map(ToString::to_string),
        reference: row.reference,
        note: row.note,
        not_before_ms: (row.from_ms > 0).then_some(row.from_ms),
        due_ms: row.due_ms,
        state: row.state,
        callback: row.callback,
        released_ms: row.released_ms,
        settled_ms: row.settled_ms,
        appointment_ms: row.appointment.as_ref().map(|it| it.at_ms),
        place: row.appointment.and_then(|it| it.place),
        tries: columns.maybe_int()?,
        last_result: columns.maybe_word()?,
        digits: number.map(|number| number.reveal().to_owned()),
    })
}

fn counts(row: &Row) -> Result<[i64; 11], sqlx::Error> {
    let mut columns = Columns::of(row);
    let mut counts = [0; 11];
    for count in &mut counts {
        *count = columns.int()?;
    }
    Ok(counts)
}

fn talk(row: &Row) -> Result<(i64, Option<UtcMs>), sqlx::Error> {
    let mut columns = Columns::of(row);
    Ok((columns.int()?, columns.maybe_int()?))
}

/// In the order of the vocabulary, which is that of the statement.
async fn count(connection: &mut Connection, id: CampaignId) -> Result<[i64; 11], sqlx::Error> {
    let question = ask_shard(COUNTS).int(id.0);
    question.one(connection, counts).await
}

/// What is open at a start.
pub(crate) async fn load(
    connection: &mut Connection,
) -> Result<(Vec<OpenCampaign>, Vec<CampaignEntryRow>), sqlx::Error> {
    let mut open = Vec::new();
    for row in all(connection, OPEN, read).await? {
        let counts = count(connection, row.id).await?;
        let counts = EntryState::ALL.iter().copied().zip(counts);
        let counts = counts.filter(|(_, count)| *count > 0).collect();
        let last = ask_shard(LAST).int(row.id.0);
        let last = last.one(connection, |row| Columns::of(row).maybe_int());
        let last = last.await?.map(EntryId);
        open.push(OpenCampaign { row, counts, last });
    }
    let released = all(connection, RELEASED, read_entry).await?;
    Ok((open, released.into_iter().map(|it| it.row).collect()))
}

impl Store {
    /// The next people of a campaign who may be called until a moment, as the database has them once
    /// it has committed everything up to this position of the present epoch; nothing where it has not
    /// yet, because the rest is in the spill.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn waiting_entries(
        &self,
        id: CampaignId,
        until_ms: UtcMs,
        limit: u32,
        after_seq: u64,
    ) -> Result<Option<EntryPage>, StoreError> {
        let failed = while_doing("read the next people of a campaign");
        let mut reading = self.read().await.map_err(&failed)?;
        let connection = &mut reading;
        let applied = ask_shard(APPLIED).int(self.epoch());
        let applied = applied.maybe(connection, read_int).await.map_err(&failed)?;
        let is_there = applied.is_some_and(|at| u64::try_from(at).unwrap_or(0) >= after_seq);
        if !is_there {
            return Ok(None);
        }
        let next = ask_shard(NEXT).int(id.0).int(until_ms).int(page(limit));
        let entries = next.all(connection, read_entry).await.map_err(&failed)?;
        let later = ask_shard(NEXT_MS).int(id.0).int(until_ms);
        let next_ms = later.maybe(connection, read_int).await.map_err(&failed)?;
        Ok(Some(EntryPage { entries, next_ms }))
    }

    /// A page of campaigns, newest first, each with how far it is.
    ///
    /// # Errors
    /// When there is no such tenant, or the database fails.
    pub async fn campaigns(
        &self,
        filter: &CampaignFilter,
        now_ms: UtcMs,
    ) -> Result<Vec<CampaignDetail>, StoreError> {
        let failed = while_doing("list campaigns");
        let question = ask_shard(LIST)
            .int(filter.before.unwrap_or(i64::MAX))
            .maybe_text(filter.tenant.as_deref())
            .maybe_text(filter.state.map(CampaignState::as_str))
            .int(page(filter.limit));
        let mut reading = self.read().await.map_err(&failed)?;
        let campaigns = question.all(&mut reading, view).await.map_err(&failed)?;
        let mut details = Vec::with_capacity(campaigns.len());
        for campaign in campaigns {
            details.push(
                detail(&mut reading, campaign, now_ms)
                    .await
                    .map_err(&failed)?,
            );
        }
        drop(reading);
        if details.is_empty() {
            self.is_of_a_tenant(filter.tenant.as_deref()).await?;
        }
        Ok(details)
    }

    /// The campaign with this identifier, or the newest of this name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn campaign(
        &self,
        which: &str,
        now_ms: UtcMs,
    ) -> Result<Option<CampaignDetail>, StoreError> {
        let failed = while_doing("read a campaign");
        let mut reading = self.read().await.map_err(&failed)?;
        let found = match which.parse() {
            Ok(id) => all_of(&mut reading, ONE, id, view).await,
            Err(_name) => ask_shard(NAMED).text(which).all(&mut reading, view).await,
        };
        match found.map_err(&failed)?.into_iter().next() {
            None => Ok(None),
            Some(campaign) => {
                let detail = detail(&mut reading, campaign, now_ms).await;
                detail.map(Some).map_err(failed)
            }
        }
    }

    /// A page of the people on a list, in its order, behind the last of the page before.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn campaign_entries(
        &self,
        id: CampaignId,
        after: i64,
        limit: u32,
    ) -> Result<Vec<EntryView>, StoreError> {
        let failed = while_doing("list the people of a campaign");
        let mut reading = self.read().await.map_err(&failed)?;
        let question = ask_shard(ENTRIES).int(id.0).int(after).int(page(limit));
        question.all(&mut reading, entry_view).await.map_err(failed)
    }
}

async fn detail(
    connection: &mut Connection,
    campaign: CampaignView,
    now_ms: UtcMs,
) -> Result<CampaignDetail, sqlx::Error> {
    let [
        waits,
        released,
        reached,
        exhausted,
        expired,
        forbidden,
        declined,
        withdrawn,
        confirmed,
        cancelled,
        to_move,
    ] = count(connection, campaign.id).await?;
    let talking = ask_shard(TALKING).int(campaign.id.0);
    let (talking, rests_ms) = talking.one(connection, talk).await?;
    let has_ended = campaign.state == CampaignState::Ended;
    let (waiting, not_called) = if has_ended { (0, waits) } else { (waits, 0) };
    let counts = CampaignCounts {
        waiting,
        not_called,
        released,
        talking,
        reached,
        exhausted,
        expired,
        forbidden,
        declined,
        withdrawn,
        confirmed,
        cancelled,
        to_move,
    };
    Ok(CampaignDetail {
        over_ms: over(&campaign, &counts, now_ms).map(|at| at.max(rests_ms.unwrap_or(at))),
        campaign,
        counts,
    })
}

/// Statements that must find their rows through an index, for the planner's test.
#[cfg(test)]
pub(crate) const LOOKUPS: &[&str] = &[
    NEXT, NEXT_MS, COUNTS, LAST, TALKING, LIST, NAMED, ONE, ENTRIES,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_counted_stands_in_the_order_of_the_vocabulary() {
        for (place, state) in EntryState::ALL.iter().enumerate() {
            let before = COUNTS.split("count(").take(place + 2).last();
            assert!(
                before.is_some_and(|it| it.contains(&format!("'{state}'"))),
                "{state}"
            );
        }
    }
}
