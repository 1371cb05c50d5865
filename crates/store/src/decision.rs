//! Why works went to the seats that they went to: the images of decisions, and how they are told.

use std::collections::BTreeMap;

use cuptel_core::id::{AttemptId, CallbackId, OperatorId, QueueId, SeatId, TaskId};
use cuptel_core::matching::{Considered, Eligibility, Explanation, InLine, PassedOver, Passing};
use cuptel_core::record::DecisionRow;
use cuptel_core::rules::Strategy;
use cuptel_core::time::UtcMs;
use serde::Serialize;

use crate::dialect::{Connection, Row, upsert};
use crate::image::Images;
use crate::row::{Columns, all, all_of};
use crate::side_call::{self, SideCallView};
use crate::store::{Store, StoreError, while_doing};

pub(crate) const UPSERT: &str = upsert!(decision {
    2 at_ms BIGINT,
    3 rules BIGINT,
    4 explanation TEXT,
    5 task BIGINT,
});

/// Decisions about one work are few; a person who is offered a hundred times has other worries.
macro_rules! decisions {
    ($by:literal) => {
        concat!(
            "
SELECT offer.id, offer.attempt, offer.callback, decision.task, decision.at_ms, queue.name, seat.name,
    operator.name, offer.state, offer.ended_ms, config_version.hash, config_version.at_ms,
    decision.explanation
FROM offer
JOIN decision ON decision.shard = offer.shard AND decision.id = offer.id
LEFT JOIN queue ON queue.shard = offer.shard AND queue.id = offer.queue
LEFT JOIN seat ON seat.shard = offer.shard AND seat.id = offer.seat
LEFT JOIN operator ON operator.shard = offer.shard AND operator.id = offer.operator
LEFT JOIN config_version ON config_version.shard = offer.shard
    AND config_version.id = decision.rules
WHERE offer.shard = $1 AND offer.",
            $by,
            " = $2 ORDER BY offer.id LIMIT 100"
        )
    };
}

const OF_OFFER: &str = decisions!("id");
const OF_ATTEMPT: &str = decisions!("attempt");
const OF_CALLBACK: &str = decisions!("callback");

/// The next entry of a task's history that is about the offer.
macro_rules! next {
    ($column:literal) => {
        concat!(
            "(SELECT next.",
            $column,
            " FROM task_event next
        WHERE next.shard = event.shard AND next.task = event.task AND next.id > event.id
            AND next.kind IN ('accepted', 'offer_ended', 'withdrawn') ORDER BY next.id LIMIT 1)"
        )
    };
}

/// Of tasks, in the same columns.
macro_rules! task_decisions {
    ($by:literal) => {
        concat!(
            "
SELECT event.id, CAST(NULL AS BIGINT), CAST(NULL AS BIGINT), event.task, decision.at_ms,
    queue.name, seat.name, operator.name, coalesce(",
            next!("kind"),
            ", 'open'), ",
            next!("at_ms"),
            ", config_version.hash, config_version.at_ms, decision.explanation
FROM decision
JOIN task_event event ON event.shard = decision.shard AND event.task = decision.task
    AND event.id = decision.id
JOIN task ON task.shard = event.shard AND task.id = event.task
LEFT JOIN queue ON queue.shard = event.shard AND queue.id = task.queue
LEFT JOIN seat ON seat.shard = event.shard AND seat.id = event.seat
LEFT JOIN operator ON operator.shard = event.shard AND operator.id = event.operator
LEFT JOIN config_version ON config_version.shard = event.shard
    AND config_version.id = decision.rules
WHERE decision.shard = $1 AND ",
            $by,
            " = $2 ORDER BY event.id LIMIT 100"
        )
    };
}

const OF_TASK_OFFER: &str = task_decisions!("decision.id");
const OF_TASK: &str = task_decisions!("event.task");

const EXPLANATION: &str = "SELECT explanation FROM decision WHERE shard = $1 AND id = $2";

const IS_ATTEMPT: &str = "SELECT id FROM attempt WHERE shard = $1 AND id = $2";
const IS_CALLBACK: &str = "SELECT id FROM callback WHERE shard = $1 AND id = $2";
const IS_TASK: &str = "SELECT id FROM task WHERE shard = $1 AND id = $2";

const SEATS: &str = "SELECT id, name FROM seat WHERE shard = $1";
const QUEUES: &str = "SELECT id, name FROM queue WHERE shard = $1";
const OPERATORS: &str = "SELECT id, name FROM operator WHERE shard = $1";

/// A seat that was looked at, by its name; compared in this order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConsideredView {
    /// Which; none where it is gone.
    pub seat: Option<String>,
    /// Whether it could have the work, and why not.
    pub eligibility: Eligibility,
    /// By how much it sees the work as older.
    pub weight_ms: i64,
    /// How far what is asked must be relaxed for it.
    pub ring: u8,
    /// Preferred skills that it lacks.
    pub unmet: u8,
    /// Whether its operator belongs to another authority.
    pub is_guest: bool,
    /// By the queue's strategy: the least first.
    pub merit: i64,
    /// Idle since.
    pub idle_since_ms: UtcMs,
}

/// A work that stood before, and why the seat did not get it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PassedOverView {
    /// A live call.
    pub attempt: Option<AttemptId>,
    /// A callback.
    pub callback: Option<CallbackId>,
    /// A task.
    pub task: Option<TaskId>,
    /// In which queue.
    pub queue: Option<String>,
    /// Its place less priority, weight and bonus; by when a task is to be done.
    pub key_ms: i64,
    /// Why.
    pub why: &'static str,
    /// For whom it waits, where that is why.
    pub operator: Option<String>,
}

/// Why a work was proposed to a seat, with names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DecisionView {
    /// The offer; of a task, the entry of its history.
    pub offer: i64,
    /// What was offered: a live call.
    pub attempt: Option<AttemptId>,
    /// Or a callback.
    pub callback: Option<CallbackId>,
    /// Or a task.
    pub task: Option<TaskId>,
    /// When.
    pub at_ms: UtcMs,
    /// Of which queue.
    pub queue: Option<String>,
    /// To which seat.
    pub seat: Option<String>,
    /// To whom.
    pub operator: Option<String>,
    /// What became of the offer: how it ended, or that it is open.
    pub state: String,
    /// When it was over.
    pub ended_ms: Option<UtcMs>,
    /// Hash of the configuration in force.
    pub rules: Option<String>,
    /// Since when it was.
    pub rules_since_ms: Option<UtcMs>,
    /// Which of the free seats is asked first.
    pub strategy: Strategy,
    /// The work's place in line; since when a task is there.
    pub place_ms: UtcMs,
    /// The place less priority, weight and bonus, or by when a task is to be done: the least goes
    /// first.
    pub key_ms: i64,
    /// How often what is asked had been relaxed.
    pub step: u8,
    /// Whether it had waited for this very operator.
    pub knows_them: bool,
    /// Whether its operator has chosen it, and so passed over others.
    pub chosen: bool,
    /// Seats that were free and can do it.
    pub free: usize,
    /// The best of them, and those whom it must not go to.
    pub seats: Vec<ConsideredView>,
    /// The first of those who stood before.
    pub passed_over: Vec<PassedOverView>,
}

/// What is known of why a work was offered, or an offer made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Why {
    /// The offer, attempt, callback or task that was asked about.
    pub id: i64,
    /// Every decision about it, the first one first; none where it was never offered.
    pub decisions: Vec<DecisionView>,
    /// What was done beside the conversations of an attempt or a callback, and with its person.
    pub side_calls: Vec<SideCallView>,
}

impl Why {
    /// Of what nothing is stored.
    #[must_use]
    pub fn nothing(id: i64) -> Self {
        Self {
            id,
            decisions: Vec::new(),
            side_calls: Vec::new(),
        }
    }
}

pub(crate) fn image(row: &DecisionRow, seq: i64, images: &mut Images) {
    let explanation = serde_json::to_string(&row.explanation);
    images
        .row(row.of.id(), seq)
        .int(row.at_ms)
        .int(row.rules.0)
        .text(&explanation.expect("it has no maps, and nothing that could fail"))
        .maybe_int(row.of.task().map(|id| id.0))
        .end();
}

fn read_name(row: &Row) -> Result<(i64, String), sqlx::Error> {
    let mut columns = Columns::of(row);
    Ok((columns.int()?, columns.text()?))
}

/// A decision as stored, its explanation still without names.
fn read(row: &Row) -> Result<(DecisionView, Explanation), sqlx::Error> {
    let mut columns = Columns::of(row);
    let mut view = DecisionView {
        offer: columns.int()?,
        attempt: columns.maybe_int()?.map(AttemptId),
        callback: columns.maybe_int()?.map(CallbackId),
        task: columns.maybe_int()?.map(TaskId),
        at_ms: columns.int()?,
        queue: columns.maybe_text()?,
        seat: columns.maybe_text()?,
        operator: columns.maybe_text()?,
        state: columns.text()?,
        ended_ms: columns.maybe_int()?,
        rules: columns.maybe_text()?,
        rules_since_ms: columns.maybe_int()?,
        strategy: Strategy::default(),
        place_ms: 0,
        key_ms: 0,
        step: 0,
        knows_them: false,
        chosen: false,
        free: 0,
        seats: Vec::new(),
        passed_over: Vec::new(),
    };
    let text = columns.text()?;
    let told = explanation(&text)?;
    (view.strategy, view.place_ms, view.key_ms) = (told.strategy, told.place_ms, told.key_ms);
    (view.step, view.knows_them, view.free) = (told.step, told.knows_them, told.free);
    view.chosen = told.chosen;
    Ok((view, told))
}

/// Names by identifier.
struct Known {
    seats: BTreeMap<i64, String>,
    queues: BTreeMap<i64, String>,
    operators: BTreeMap<i64, String>,
}

impl Known {
    async fn of(connection: &mut Connection) -> Result<Self, sqlx::Error> {
        Ok(Self {
            seats: all(connection, SEATS, read_name)
                .await?
                .into_iter()
                .collect(),
            queues: all(connection, QUEUES, read_name)
                .await?
                .into_iter()
                .collect(),
            operators: all(connection, OPERATORS, read_name)
                .await?
                .into_iter()
                .collect(),
        })
    }

    fn seat(&self, SeatId(id): SeatId) -> Option<String> {
        self.seats.get(&id).cloned()
    }

    fn queue(&self, QueueId(id): QueueId) -> Option<String> {
        self.queues.get(&id).cloned()
    }

    fn operator(&self, OperatorId(id): OperatorId) -> Option<String> {
        self.operators.get(&id).cloned()
    }

    fn considered(&self, seat: &Considered) -> ConsideredView {
        ConsideredView {
            seat: self.seat(seat.seat),
            eligibility: seat.eligibility,
            weight_ms: seat.weight_ms,
            ring: seat.ring,
            unmet: seat.unmet,
            is_guest: seat.is_guest,
            merit: seat.merit,
            idle_since_ms: seat.idle_since_ms,
        }
    }

    fn passed_over(&self, passed: &PassedOver) -> PassedOverView {
        let (attempt, callback, task) = match passed.work {
            InLine::Attempt(id) => (Some(id), None, None),
            InLine::Callback(id) => (None, Some(id), None),
            InLine::Task(id) => (None, None, Some(id)),
        };
        let (why, operator) = match passed.why {
            Passing::NotDialled => ("not_dialled", None),
            Passing::AfterCallers => ("after_callers", None),
            Passing::NotEligible => ("not_eligible", None),
            Passing::KeptForCallers => ("kept_for_callers", None),
            Passing::AsksMore => ("asks_more", None),
            Passing::NotLent => ("not_lent", None),
            Passing::Refused => ("refused", None),
            Passing::WaitsForOperator(id) => ("waits_for_operator", self.operator(id)),
            Passing::WeighsLess => ("weighs_less", None),
        };
        PassedOverView {
            attempt,
            callback,
            task,
            queue: self.queue(passed.queue),
            key_ms: passed.key_ms,
            why,
            operator,
        }
    }
}

impl Store {
    /// Every decision about an offer, an attempt, a callback or a task; nothing if there is no such.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn why(&self, id: i64) -> Result<Option<Why>, StoreError> {
        let failed = while_doing("read decisions");
        let mut reading = self.read().await.map_err(&failed)?;
        let connection = &mut reading;
        let mut found = Vec::new();
        for statement in [OF_OFFER, OF_ATTEMPT, OF_CALLBACK, OF_TASK, OF_TASK_OFFER] {
            if found.is_empty() {
                found = all_of(connection, statement, id, read)
                    .await
                    .map_err(&failed)?;
            }
        }
        let mut side_calls = side_call::of_attempt(connection, AttemptId(id))
            .await
            .map_err(&failed)?;
        let of_callback = side_call::of_callback(connection, CallbackId(id)).await;
        side_calls.extend(of_callback.map_err(&failed)?);
        if found.is_empty() {
            let mut is_there = false;
            for statement in [IS_ATTEMPT, IS_CALLBACK, IS_TASK] {
                let rows = all_of(connection, statement, id, crate::row::read_int);
                is_there |= !rows.await.map_err(&failed)?.is_empty();
            }
            let decisions = Vec::new();
            return Ok(is_there.then_some(Why {
                id,
                decisions,
                side_calls,
            }));
        }
        let known = Known::of(connection).await.map_err(&failed)?;
        let named = |(mut view, told): (DecisionView, Explanation)| {
            view.seats = told.seats.iter().map(|it| known.considered(it)).collect();
            let passed = told.passed_over.iter();
            view.passed_over = passed.map(|it| known.passed_over(it)).collect();
            view
        };
        let decisions = found.into_iter().map(named).collect();
        Ok(Some(Why {
            id,
            decisions,
            side_calls,
        }))
    }

    /// The explanation that is stored with an offer, as the rules gave it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn explanation(&self, id: i64) -> Result<Option<Explanation>, StoreError> {
        let failed = while_doing("read a decision");
        let mut reading = self.read().await.map_err(&failed)?;
        let found = all_of(&mut reading, EXPLANATION, id, read_explanation).await;
        Ok(found.map_err(&failed)?.pop())
    }
}

fn explanation(text: &str) -> Result<Explanation, sqlx::Error> {
    serde_json::from_str(text).map_err(|wrong| sqlx::Error::Decode(Box::new(wrong)))
}

fn read_explanation(row: &Row) -> Result<Explanation, sqlx::Error> {
    explanation(&Columns::of(row).text()?)
}

/// Statements that must find their rows through an index, for the planner's test.
#[cfg(test)]
pub(crate) const LOOKUPS: &[&str] = &[
    OF_OFFER,
    OF_ATTEMPT,
    OF_CALLBACK,
    OF_TASK_OFFER,
    OF_TASK,
    EXPLANATION,
    IS_ATTEMPT,
    IS_CALLBACK,
    IS_TASK,
];
