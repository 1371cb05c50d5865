//! How callers fared from quarter hour to quarter hour, queue by queue. A call counts in the quarter in
//! which it came, whatever became of it later.

use std::collections::BTreeMap;

use cuptel_core::time::UtcMs;
use cuptel_core::words::{DialResult, Outcome};
use serde::Serialize;

use super::service::{OPENINGS, since};
use crate::carrier::{ARRIVALS, InOrder};
use crate::dialect::Row;
use crate::row::Columns;
use crate::store::{Store, StoreError, while_doing};

/// Every zone's hours begin at one.
pub const QUARTER_MS: i64 = 900_000;
/// Who came before the period and waited into it is looked for so far back.
const WAITED_MS: i64 = 3_600_000;

/// The columns of a report as CSV.
pub const QUARTER_COLUMNS: &[&str] = &[
    "tenant",
    "queue",
    "at_ms",
    "offered",
    "answered",
    "abandoned",
    "refused",
    "queued",
    "in_target",
    "answer_s",
    "longest_s",
    "waited_s",
    "callbacks_opened",
    "callbacks_made",
    "callbacks_reached",
];

const CALLS: &str = "
SELECT a.tenant, a.queue, a.received_ms, a.queued_ms, a.talking_ms, a.ended_ms, a.outcome
FROM attempt a
WHERE a.shard = $1 AND a.id >= $2 AND a.received_ms >= $3 AND a.received_ms < $4
    AND (CAST($5 AS BIGINT) IS NULL OR a.tenant = $5)
ORDER BY a.id";

/// A callback's queue is that of its first need.
const OPENED: &str = "
SELECT c.tenant,
    (SELECT need.queue FROM callback_need need
        WHERE need.shard = c.shard AND need.callback = c.id ORDER BY need.id LIMIT 1),
    c.opened_ms
FROM callback c
WHERE c.shard = $1 AND c.id >= $2 AND c.opened_ms >= $3 AND c.opened_ms < $4
    AND (CAST($5 AS BIGINT) IS NULL OR c.tenant = $5)";

const DIALS: InOrder = InOrder {
    last: "SELECT coalesce(max(id), 0) FROM dial WHERE shard = $1",
    from: "SELECT id, placed_ms FROM dial WHERE shard = $1 AND id >= $2 ORDER BY id LIMIT 1",
};

const MADE: &str = "
SELECT c.tenant,
    (SELECT need.queue FROM callback_need need
        WHERE need.shard = c.shard AND need.callback = c.id ORDER BY need.id LIMIT 1),
    d.placed_ms, d.result
FROM dial d JOIN callback c ON c.shard = d.shard AND c.id = d.callback
WHERE d.shard = $1 AND d.id >= $2 AND d.placed_ms >= $3 AND d.placed_ms < $4
    AND (CAST($5 AS BIGINT) IS NULL OR c.tenant = $5)";

/// What is counted of a quarter hour. A service level is `in_target / queued`: of those who came to a
/// queue, whom an operator answered within the time of its strictest target. `waited_s / 900` is how
/// many waited on the mean.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct QuarterFigures {
    /// Calls that came.
    pub offered: u64,
    /// Of those, spoken with an operator.
    pub answered: u64,
    /// Of those, the caller hung up before.
    pub abandoned: u64,
    /// Of those, let go by us: lines taken, queue full, out of hours, nobody there.
    pub refused: u64,
    /// Of those, came to a queue.
    pub queued: u64,
    /// Of those, answered in time.
    pub in_target: u64,
    /// Seconds that those who were answered have waited, all together.
    pub answer_s: u64,
    /// The longest wait in a queue, however it ended, in seconds.
    pub longest_s: u64,
    /// Seconds that people waited within this quarter hour, all together.
    pub waited_s: u64,
    /// Callbacks that began to be owed.
    pub callbacks_opened: u64,
    /// Calls of ours to people; not those that a trunk failed.
    pub callbacks_made: u64,
    /// Of those, somebody answered.
    pub callbacks_reached: u64,
}

impl QuarterFigures {
    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            offered: self.offered + other.offered,
            answered: self.answered + other.answered,
            abandoned: self.abandoned + other.abandoned,
            refused: self.refused + other.refused,
            queued: self.queued + other.queued,
            in_target: self.in_target + other.in_target,
            answer_s: self.answer_s + other.answer_s,
            longest_s: self.longest_s.max(other.longest_s),
            waited_s: self.waited_s + other.waited_s,
            callbacks_opened: self.callbacks_opened + other.callbacks_opened,
            callbacks_made: self.callbacks_made + other.callbacks_made,
            callbacks_reached: self.callbacks_reached + other.callbacks_reached,
        }
    }
}

/// A queue's quarter hour.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QuarterLine {
    /// Which authority; none, of calls for a number of nobody.
    pub tenant: Option<String>,
    /// Which queue; none, of calls that ended before any was chosen.
    pub queue: Option<String>,
    /// When it begins.
    pub at_ms: UtcMs,
    /// How callers fared.
    #[serde(flatten)]
    pub figures: QuarterFigures,
}

/// Within how many seconds callers of a queue are to be answered, by tenant and queue.
pub type Targets = BTreeMap<(String, String), u32>;

type Key = (Option<i64>, Option<i64>, UtcMs);

struct Book {
    from_ms: UtcMs,
    to_ms: UtcMs,
    now_ms: UtcMs,
    /// By the identifiers of queues.
    within_s: BTreeMap<i64, u32>,
    lines: BTreeMap<Key, QuarterFigures>,
}

struct Call {
    tenant: Option<i64>,
    queue: Option<i64>,
    received_ms: UtcMs,
    queued_ms: Option<UtcMs>,
    talking_ms: Option<UtcMs>,
    ended_ms: Option<UtcMs>,
    outcome: Option<Outcome>,
}

fn quarter_of(at: UtcMs) -> UtcMs {
    at.div_euclid(QUARTER_MS) * QUARTER_MS
}

fn seconds(ms: i64) -> u64 {
    u64::try_from(ms.max(0) / 1_000).unwrap_or(0)
}

impl Book {
    fn at(
        &mut self,
        (tenant, queue): (Option<i64>, Option<i64>),
        at: UtcMs,
    ) -> &mut QuarterFigures {
        let key = (tenant, queue, quarter_of(at));
        self.lines.entry(key).or_default()
    }

    fn holds(&self, at: UtcMs) -> bool {
        (self.from_ms..self.to_ms).contains(&at)
    }

    fn call(&mut self, row: &Row) -> Result<(), sqlx::Error> {
        let mut columns = Columns::of(row);
        let mut call = Call {
            tenant: columns.maybe_int()?,
            queue: columns.maybe_int()?,
            received_ms: columns.int()?,
            queued_ms: columns.maybe_int()?,
            talking_ms: columns.maybe_int()?,
            ended_ms: columns.maybe_int()?,
            outcome: columns.maybe_word()?,
        };
        // Who was given to another queue waits there anew, and has not been answered.
        let is_since = |ms: &UtcMs| call.queued_ms.is_none_or(|queued_ms| queued_ms <= *ms);
        call.talking_ms = call.talking_ms.filter(is_since);
        let whose = (call.tenant, call.queue);
        let waited_until = call.talking_ms.or(call.ended_ms).unwrap_or(self.now_ms);
        if let Some(queued_ms) = call.queued_ms {
            self.waited(whose, (queued_ms, waited_until));
        }
        if !self.holds(call.received_ms) {
            return Ok(());
        }
        let within_s = call
            .queue
            .and_then(|queue| self.within_s.get(&queue))
            .copied();
        let figures = self.at(whose, call.received_ms);
        figures.offered += 1;
        figures.answered += u64::from(call.talking_ms.is_some());
        if let Some(outcome) = call.outcome {
            figures.abandoned += u64::from(is_abandoned(outcome));
            figures.refused += u64::from(is_refused(outcome));
        }
        let Some(queued_ms) = call.queued_ms else {
            return Ok(());
        };
        figures.queued += 1;
        figures.longest_s = figures.longest_s.max(seconds(waited_until - queued_ms));
        if let Some(talking_ms) = call.talking_ms {
            let waited_ms = talking_ms - queued_ms;
            figures.answer_s += seconds(waited_ms);
            let in_time = within_s.is_some_and(|s| waited_ms <= i64::from(s) * 1_000);
            figures.in_target += u64::from(in_time);
        }
        Ok(())
    }

    /// Somebody waited, through as many quarters as it took.
    fn waited(&mut self, whose: (Option<i64>, Option<i64>), (from, until): (UtcMs, UtcMs)) {
        let until = until.min(self.to_ms);
        let mut at = from.max(self.from_ms);
        while at < until {
            let next = (quarter_of(at) + QUARTER_MS).min(until);
            self.at(whose, at).waited_s += seconds(next - at);
            at = next;
        }
    }

    fn opened(&mut self, row: &Row) -> Result<(), sqlx::Error> {
        let mut columns = Columns::of(row);
        let whose = (columns.maybe_int()?, columns.maybe_int()?);
        let at = columns.int()?;
        self.at(whose, at).callbacks_opened += 1;
        Ok(())
    }

    fn made(&mut self, row: &Row) -> Result<(), sqlx::Error> {
        let mut columns = Columns::of(row);
        let whose = (columns.maybe_int()?, columns.maybe_int()?);
        let at = columns.int()?;
        let result: Option<DialResult> = columns.maybe_word()?;
        if result == Some(DialResult::TrunkFailed) {
            return Ok(());
        }
        let figures = self.at(whose, at);
        figures.callbacks_made += 1;
        figures.callbacks_reached += u64::from(result == Some(DialResult::Answered));
        Ok(())
    }
}

fn is_abandoned(outcome: Outcome) -> bool {
    matches!(
        outcome,
        Outcome::AbandonedRinging
            | Outcome::AbandonedMessage
            | Outcome::AbandonedMenu
            | Outcome::AbandonedQueue
    )
}

fn is_refused(outcome: Outcome) -> bool {
    matches!(
        outcome,
        Outcome::RefusedLines
            | Outcome::RefusedQueueFull
            | Outcome::RefusedByCarrier
            | Outcome::RefusedRate
            | Outcome::RefusedNoOperators
            | Outcome::OutOfHours
            | Outcome::QueueTimeout
            | Outcome::Withdrawn
    )
}

impl Store {
    /// How callers fared between two moments, as far as is known at `now_ms`: of one authority, or of
    /// all. Quarter hours in which nothing happened are left out.
    ///
    /// # Errors
    /// When there is no such tenant, or the database fails.
    pub async fn quarters(
        &self,
        (from_ms, to_ms): (UtcMs, UtcMs),
        tenant: Option<&str>,
        targets: &Targets,
        now_ms: UtcMs,
    ) -> Result<Vec<QuarterLine>, StoreError> {
        let failed = while_doing("report quarter hours");
        self.is_of_a_tenant(tenant).await?;
        let names = self.names().await?;
        let only = tenant.and_then(|tenant| names.tenants.get(tenant));
        let only = only.map(|id| id.0);
        let within = names.queues.iter();
        let within = within.filter_map(|(name, id)| Some((id.0, *targets.get(name)?)));
        let mut book = Book {
            from_ms,
            to_ms,
            now_ms,
            within_s: within.collect(),
            lines: BTreeMap::new(),
        };
        let mut reading = self.read_at_length().await.map_err(&failed)?;
        let earlier = (from_ms.saturating_sub(WAITED_MS), to_ms);
        let calls = since(&mut reading, &ARRIVALS, CALLS, earlier, only).await;
        let read = calls.map_err(&failed)?;
        let read = read.each(&mut reading, |row| book.call(row)).await;
        read.map_err(&failed)?;
        let stretch = (from_ms, to_ms);
        let opened = since(&mut reading, &OPENINGS, OPENED, stretch, only).await;
        let read = opened.map_err(&failed)?;
        let read = read.each(&mut reading, |row| book.opened(row)).await;
        read.map_err(&failed)?;
        let made = since(&mut reading, &DIALS, MADE, stretch, only).await;
        let read = made.map_err(&failed)?;
        let read = read.each(&mut reading, |row| book.made(row)).await;
        read.map_err(&failed)?;
        let tenants: BTreeMap<i64, &String> = names
            .tenants
            .iter()
            .map(|(name, id)| (id.0, name))
            .collect();
        let queues: BTreeMap<i64, &String> = names
            .queues
            .iter()
            .map(|((_, name), id)| (id.0, name))
            .collect();
        let line = |((tenant, queue, at_ms), figures): (Key, QuarterFigures)| QuarterLine {
            tenant: tenant
                .and_then(|id| tenants.get(&id))
                .map(|it| (*it).clone()),
            queue: queue.and_then(|id| queues.get(&id)).map(|it| (*it).clone()),
            at_ms,
            figures,
        };
        Ok(book.lines.into_iter().map(line).collect())
    }
}

/// Statements that must find their rows through an index, for the planner's test.
#[cfg(test)]
pub(crate) const LOOKUPS: &[&str] = &[CALLS, OPENED, MADE, DIALS.from];
