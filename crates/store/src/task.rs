//! Tasks: their images and history, the open ones at start, and how pages see them.

use cuptel_core::id::{OperatorId, QueueId, SeatId, TaskEventId, TaskId, TenantId};
use cuptel_core::record::{TaskEventRow, TaskRow};
use cuptel_core::time::UtcMs;
use cuptel_core::words::{TaskEventKind, TaskState};
use serde::Serialize;

use crate::dialect::{Row, ask_shard, upsert};
use crate::image::Images;
use crate::row::{Columns, all_of};
use crate::store::{Store, StoreError, page, while_doing};

pub(crate) const UPSERT: &str = upsert!(task {
    2 tenant BIGINT,
    3 queue BIGINT,
    4 title TEXT,
    5 state TEXT,
    6 created_ms BIGINT,
    7 due_ms BIGINT,
    8 interruptible BIGINT,
    9 owner BIGINT,
    10 seat BIGINT,
    11 operator BIGINT,
    12 since_ms BIGINT,
    13 lease_until_ms BIGINT,
    14 closed_ms BIGINT,
    15 request_key TEXT,
});

/// Takes `[id, seq, task, at_ms, kind, seat, operator]`.
pub(crate) const INSERT_EVENT: &str = "
INSERT INTO task_event (shard, task, id, seq, at_ms, kind, seat, operator)
SELECT $2, CAST(value->>2 AS BIGINT), CAST(value->>0 AS BIGINT), CAST(value->>1 AS BIGINT),
    CAST(value->>3 AS BIGINT), value->>4, CAST(value->>5 AS BIGINT), CAST(value->>6 AS BIGINT)
FROM jsonb_each($1) WHERE true
ON CONFLICT (shard, task, id) DO NOTHING";

/// Tasks that are not closed.
pub(crate) const OPEN: &str = "
SELECT id, tenant, queue, title, state, created_ms, due_ms, interruptible, owner, seat, operator,
    since_ms, lease_until_ms, closed_ms, request_key
FROM task WHERE shard = $1 AND closed_ms IS NULL ORDER BY id";

macro_rules! view {
    ($condition:literal) => {
        concat!(
            "
SELECT t.id, tenant.name, queue.name, t.title, t.state, t.created_ms, t.due_ms, t.interruptible,
    owner.name, seat.name, operator.name, t.since_ms, t.lease_until_ms, t.closed_ms
FROM task t
LEFT JOIN queue ON queue.shard = t.shard AND queue.id = t.queue
LEFT JOIN tenant ON tenant.shard = t.shard AND tenant.id = t.tenant
LEFT JOIN operator owner ON owner.shard = t.shard AND owner.id = t.owner
LEFT JOIN seat ON seat.shard = t.shard AND seat.id = t.seat
LEFT JOIN operator ON operator.shard = t.shard AND operator.id = t.operator
WHERE t.shard = $1 ",
            $condition
        )
    };
}

const LIST: &str = view!(
    "AND t.id < $2
    AND (CAST($3 AS TEXT) IS NULL OR tenant.name = $3)
    AND (CAST($4 AS TEXT) IS NULL OR t.state = $4)
    AND ($5 = 0 OR (t.closed_ms IS NULL AND t.due_ms < $5))
ORDER BY t.id DESC LIMIT $6"
);
const ONE: &str = view!("AND t.id = $2");
const BY_REQUEST: &str = view!("AND t.request_key = $2 ORDER BY t.id LIMIT 5000");
const EVENTS: &str = "
SELECT event.id, event.at_ms, event.kind, seat.name, operator.name
FROM task_event event
LEFT JOIN seat ON seat.shard = event.shard AND seat.id = event.seat
LEFT JOIN operator ON operator.shard = event.shard AND operator.id = event.operator
WHERE event.shard = $1 AND event.task = $2 ORDER BY event.id DESC LIMIT 1000";

/// Which tasks to list, newest first.
#[derive(Debug, Clone, Default)]
pub struct TaskFilter {
    /// Of this tenant only.
    pub tenant: Option<String>,
    /// In this state only.
    pub state: Option<TaskState>,
    /// Open ones that were due before this moment only.
    pub due_before_ms: Option<UtcMs>,
    /// Older than this identifier: the last one of the page before.
    pub before: Option<i64>,
    /// How many, 1 to 1000.
    pub limit: u32,
}

/// A task with its names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TaskView {
    /// The task.
    pub id: TaskId,
    /// Whose.
    pub tenant: Option<String>,
    /// Of which queue.
    pub queue: Option<String>,
    /// What is to be done.
    pub title: String,
    /// Where it stands.
    pub state: TaskState,
    /// Since when it is there.
    pub created_ms: UtcMs,
    /// By when it is to be done.
    pub due_ms: Option<UtcMs>,
    /// Whether a caller may take its operator out of it.
    pub interruptible: bool,
    /// The operator who is to do it, where it is not anybody's.
    pub owner: Option<String>,
    /// The seat to which it is offered, or where it is done.
    pub seat: Option<String>,
    /// The operator there, or who had it last.
    pub operator: Option<String>,
    /// Since when it stands so.
    pub since_ms: UtcMs,
    /// Until when it is offered.
    pub lease_until_ms: Option<UtcMs>,
    /// Done or withdrawn at.
    pub closed_ms: Option<UtcMs>,
}

/// One entry of a task's history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TaskEventView {
    /// The entry.
    pub id: TaskEventId,
    /// When.
    pub at_ms: UtcMs,
    /// What.
    pub kind: TaskEventKind,
    /// The seat concerned.
    pub seat: Option<String>,
    /// The operator concerned.
    pub operator: Option<String>,
}

/// A task with its history, newest first; at most a thousand entries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TaskDetail {
    /// The task.
    #[serde(flatten)]
    pub task: TaskView,
    /// Its history.
    pub events: Vec<TaskEventView>,
}

pub(crate) fn image(row: &TaskRow, seq: i64, images: &mut Images) {
    images
        .row(row.id.0, seq)
        .int(row.tenant.0)
        .int(row.queue.0)
        .text(&row.title)
        .word(row.state.as_str())
        .int(row.created_ms)
        .maybe_int(row.due_ms)
        .int(i64::from(row.interruptible))
        .maybe_int(row.owner.map(|id| id.0))
        .maybe_int(row.seat.map(|id| id.0))
        .maybe_int(row.operator.map(|id| id.0))
        .int(row.since_ms)
        .maybe_int(row.lease_until_ms)
        .maybe_int(row.closed_ms)
        .maybe_text(row.request_key.as_deref())
        .end();
}

pub(crate) fn event_image(row: &TaskEventRow, seq: i64, images: &mut Images) {
    images
        .row(row.id.0, seq)
        .int(row.task.0)
        .int(row.at_ms)
        .word(row.kind.as_str())
        .maybe_int(row.seat.map(|id| id.0))
        .maybe_int(row.operator.map(|id| id.0))
        .end();
}

pub(crate) fn read(row: &Row) -> Result<TaskRow, sqlx::Error> {
    let mut columns = Columns::of(row);
    Ok(TaskRow {
        id: TaskId(columns.int()?),
        tenant: TenantId(columns.int()?),
        queue: QueueId(columns.int()?),
        title: columns.text()?,
        state: columns.word()?,
        created_ms: columns.int()?,
        due_ms: columns.maybe_int()?,
        interruptible: columns.int()? != 0,
        owner: columns.maybe_int()?.map(OperatorId),
        seat: columns.maybe_int()?.map(SeatId),
        operator: columns.maybe_int()?.map(OperatorId),
        since_ms: columns.int()?,
        lease_until_ms: columns.maybe_int()?,
        closed_ms: columns.maybe_int()?,
        request_key: columns.maybe_text()?,
    })
}

fn view(row: &Row) -> Result<TaskView, sqlx::Error> {
    let mut columns = Columns::of(row);
    Ok(TaskView {
        id: TaskId(columns.int()?),
        tenant: columns.maybe_text()?,
        queue: columns.maybe_text()?,
        title: columns.text()?,
        state: columns.word()?,
        created_ms: columns.int()?,
        due_ms: columns.maybe_int()?,
        interruptible: columns.int()? != 0,
        owner: columns.maybe_text()?,
        seat: columns.maybe_text()?,
        operator: columns.maybe_text()?,
        since_ms: columns.int()?,
        lease_until_ms: columns.maybe_int()?,
        closed_ms: columns.maybe_int()?,
    })
}

fn event_view(row: &Row) -> Result<TaskEventView, sqlx::Error> {
    let mut columns = Columns::of(row);
    Ok(TaskEventView {
        id: TaskEventId(columns.int()?),
        at_ms: columns.int()?,
        kind: columns.word()?,
        seat: columns.maybe_text()?,
        operator: columns.maybe_text()?,
    })
}

impl Store {
    /// A page of tasks, newest first.
    ///
    /// # Errors
    /// When there is no such tenant, or the database fails.
    pub async fn tasks(&self, filter: &TaskFilter) -> Result<Vec<TaskView>, StoreError> {
        let failed = while_doing("list tasks");
        let question = ask_shard(LIST)
            .int(filter.before.unwrap_or(i64::MAX))
            .maybe_text(filter.tenant.as_deref())
            .maybe_text(filter.state.map(TaskState::as_str))
            .int(filter.due_before_ms.unwrap_or(0))
            .int(page(filter.limit));
        let mut reading = self.read().await.map_err(&failed)?;
        let tasks = question.all(&mut reading, view).await.map_err(failed)?;
        drop(reading);
        if tasks.is_empty() {
            self.is_of_a_tenant(filter.tenant.as_deref()).await?;
        }
        Ok(tasks)
    }

    /// One task, if there is such.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn task(&self, id: TaskId) -> Result<Option<TaskDetail>, StoreError> {
        let failed = while_doing("read a task");
        let mut reading = self.read().await.map_err(&failed)?;
        let found = all_of(&mut reading, ONE, id.0, view).await;
        let Some(task) = found.map_err(&failed)?.into_iter().next() else {
            return Ok(None);
        };
        let events = all_of(&mut reading, EVENTS, id.0, event_view)
            .await
            .map_err(failed)?;
        Ok(Some(TaskDetail { task, events }))
    }

    /// Tasks that were asked for with a key, in the order in which they were added; at most 5000.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn tasks_asked_by(&self, request_key: &str) -> Result<Vec<TaskView>, StoreError> {
        let failed = while_doing("look for a request");
        let mut reading = self.read().await.map_err(&failed)?;
        let asked = ask_shard(BY_REQUEST).text(request_key);
        asked.all(&mut reading, view).await.map_err(failed)
    }
}

/// Statements that must find their rows through an index, for the planner's test.
#[cfg(test)]
pub(crate) const LOOKUPS: &[&str] = &[ONE, EVENTS, LIST, BY_REQUEST];
