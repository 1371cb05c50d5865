//! Tasks: work without a call. What there is, and what is done with it.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use cuptel_core::id::TaskId;
use cuptel_core::step::Command;
use cuptel_core::task::TaskTold;
use cuptel_core::words::{Role, TaskState};
use cuptel_store::{TaskFilter, TaskView};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

use crate::access::Caller;
use crate::actions::{Asked, Nothing, act_by_form, path_of};
use crate::error::ApiError;
use crate::pages::Shared;
use crate::paging::Listed;
use crate::reads::{asked, identifier, next, rows, shortened, word};
use crate::request_keys::{KEY_HEADER, request_key};
use crate::schema;

/// Entries of a list at most.
const ENTRIES_MAX: usize = 5_000;

/// Which tasks.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct TasksAsked {
    /// Short name of the tenant.
    tenant: Option<String>,
    /// Where they stand: one word of the states.
    state: Option<String>,
    /// Whether those alone that are open though their deadline is over.
    overdue: Option<bool>,
    /// Older than this identifier: `next` of the page before.
    before: Option<i64>,
    /// How many, 1 to 1000; 100 where nothing is said.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
}

/// Tasks to add.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewTasks {
    /// At most 5000.
    tasks: Vec<NewTask>,
}

/// One of them.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewTask {
    /// Short name of the tenant.
    tenant: String,
    /// Short name of its queue, whose skills are asked for.
    queue: String,
    /// What is to be done; 1 to 500 characters.
    title: String,
    /// By when, in milliseconds since 1970; without it `due_h` of the queue's tasks.
    due_ms: Option<i64>,
    /// Login name of whose it is; anybody's, without one.
    operator: Option<String>,
    /// Whether a caller who would wait too long may take its operator out of it; as the queue's
    /// tasks say, without it.
    interruptible: Option<bool>,
}

/// Who accepts.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AtSeat {
    /// Extension of the seat to which it is offered.
    seat: String,
}

/// Whose it is to be.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Doer {
    /// Login name; without one it is anybody's.
    operator: Option<String>,
}

/// Tasks, newest first.
#[utoipa::path(get, path = "/api/v1/tasks", tag = "stored", security(("token" = [])),
    params(TasksAsked),
    responses((status = 200, body = schema::Tasks), (status = 400, body = schema::Error),
        (status = 401, body = schema::Error)))]
pub(crate) async fn tasks(
    caller: Caller,
    State(shared): State<Shared>,
    query: Result<Query<TasksAsked>, QueryRejection>,
) -> Result<Listed, ApiError> {
    let TasksAsked {
        tenant,
        state,
        overdue,
        before,
        limit,
    } = asked(query)?;
    let tenant = caller.list_of(tenant)?;
    let state: Option<TaskState> = word(state.as_deref())?;
    let limit = rows(limit)?;
    let now_ms = shared.engine.snapshot().at_ms;
    let filter = TaskFilter {
        tenant,
        state,
        due_before_ms: overdue.unwrap_or(false).then_some(now_ms),
        before,
        limit,
    };
    let tasks = shared.store.tasks(&filter).await?;
    let next = next(tasks.last().map(|last| last.id.0), tasks.len(), limit);
    Ok(Listed::before(json!({ "tasks": tasks, "next": next })))
}

/// One task with its history.
#[utoipa::path(get, path = "/api/v1/tasks/{id}", tag = "stored", security(("token" = [])),
    params(("id" = i64, Path)),
    responses((status = 200, body = schema::OneTask), (status = 401, body = schema::Error),
        (status = 404, body = schema::Error)))]
pub(crate) async fn task(
    caller: Caller,
    State(shared): State<Shared>,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    one(&shared, &caller, &id).await
}

async fn one(shared: &Shared, caller: &Caller, id: &str) -> Result<Json<Value>, ApiError> {
    let task = shared.store.task(TaskId(identifier(id, "task")?)).await?;
    let sees_all = caller.role() == Role::Operator;
    let task = task.filter(|it| sees_all || caller.sees(it.task.tenant.as_deref()));
    let task = task.ok_or_else(|| ApiError::NotFound {
        what: "task",
        which: shortened(id),
    })?;
    Ok(Json(json!({ "task": task })))
}

/// Adds tasks, all of them or none. The same request again (by `Idempotency-Key`) adds nothing and is
/// answered as the first was; another one with the key of an earlier one is refused.
#[utoipa::path(post, path = "/api/v1/tasks", tag = "people", security(("token" = [])),
    request_body = NewTasks,
    responses((status = 200, body = schema::Changed), (status = 401, body = schema::Error),
        (status = 422, description = "Nothing was added", body = schema::Faults)))]
pub(crate) async fn add(
    caller: Caller,
    State(shared): State<Shared>,
    headers: HeaderMap,
    asked: Asked<NewTasks>,
) -> Result<Json<Value>, ApiError> {
    let key = headers.get(KEY_HEADER).map(|_| request_key(&headers));
    let key = key.transpose()?;
    let told = asked.wish.tasks;
    if told.len() > ENTRIES_MAX {
        return Err(ApiError::Meaningless {
            why: format!("more than {ENTRIES_MAX} entries"),
            hint: "send them in several requests",
        });
    }
    let task = |told: NewTask| TaskTold {
        tenant: told.tenant,
        queue: told.queue,
        title: told.title,
        due_ms: told.due_ms,
        operator: told.operator,
        interruptible: told.interruptible,
        request_key: key.clone(),
    };
    let tasks: Vec<TaskTold> = told.into_iter().map(task).collect();
    let changed = tasks.len();
    let known = match &key {
        Some(key) => shared.store.tasks_asked_by(key).await?,
        None => Vec::new(),
    };
    if !known.is_empty() {
        if !is_same(&known, &tasks) {
            return Err(ApiError::Meaningless {
                why: "another request had this `Idempotency-Key`".to_owned(),
                hint: "send a new key with a new request",
            });
        }
        return Ok(Json(json!({ "changed": changed })));
    }
    shared.carry_out(&caller, Command::AddTasks(tasks)).await?;
    Ok(Json(json!({ "changed": changed })))
}

/// Whether a request is one that was made before.
fn is_same(known: &[TaskView], told: &[TaskTold]) -> bool {
    let same = |(known, told): (&TaskView, &TaskTold)| {
        known.tenant.as_ref() == Some(&told.tenant)
            && known.queue.as_ref() == Some(&told.queue)
            && known.title == told.title.trim()
            && told
                .due_ms
                .is_none_or(|due_ms| known.due_ms == Some(due_ms))
    };
    known.len() == told.len() && known.iter().zip(told).all(same)
}

/// Carries out what is wanted of a task. A form leads back to the page of the seat that has it.
async fn done(
    shared: &Shared,
    caller: &Caller,
    (id, by_form): (&str, bool),
    command: impl FnOnce(TaskId) -> Command,
) -> Result<Response, ApiError> {
    let task = TaskId(identifier(id, "task")?);
    let command = command(task);
    if !by_form {
        shared.carry_out(caller, command).await?;
        return Ok(one(shared, caller, id).await?.into_response());
    }
    let look = shared.engine.snapshot();
    let seat = look.seats.iter().find(|seat| seat.task == Some(task));
    let back = seat.map_or_else(|| "/".to_owned(), |seat| path_of(&seat.name));
    act_by_form(shared, caller, Ok(command), |_| back).await
}

/// Says which operator is to do a task that nobody does yet: it waits for them alone.
#[utoipa::path(post, path = "/api/v1/tasks/{id}/assign", tag = "people",
    security(("token" = [])), params(("id" = i64, Path)), request_body = Doer,
    responses((status = 200, body = schema::OneTask), (status = 401, body = schema::Error),
        (status = 404, body = schema::Error), (status = 409, body = schema::Error),
        (status = 422, body = schema::Error)))]
pub(crate) async fn assign(
    caller: Caller,
    State(shared): State<Shared>,
    Path(id): Path<String>,
    asked: Asked<Doer>,
) -> Result<Response, ApiError> {
    let (operator, by_form) = (asked.wish.operator, asked.by_form);
    done(&shared, &caller, (&id, by_form), |task| {
        Command::AssignTask { task, operator }
    })
    .await
}

/// The operator of the seat to which it is offered takes it.
#[utoipa::path(post, path = "/api/v1/tasks/{id}/accept", tag = "people",
    security(("token" = [])), params(("id" = i64, Path)), request_body = AtSeat,
    responses((status = 200, body = schema::OneTask), (status = 401, body = schema::Error),
        (status = 404, body = schema::Error),
        (status = 409, description = "It is not offered there", body = schema::Error)))]
pub(crate) async fn accept(
    caller: Caller,
    State(shared): State<Shared>,
    Path(id): Path<String>,
    asked: Asked<AtSeat>,
) -> Result<Response, ApiError> {
    let (seat, by_form) = (asked.wish.seat, asked.by_form);
    done(&shared, &caller, (&id, by_form), |task| {
        Command::AcceptTask { task, seat }
    })
    .await
}

/// It is done.
#[utoipa::path(post, path = "/api/v1/tasks/{id}/finish", tag = "people",
    security(("token" = [])), params(("id" = i64, Path)),
    responses((status = 200, body = schema::OneTask), (status = 401, body = schema::Error),
        (status = 404, body = schema::Error),
        (status = 409, description = "Nobody does it", body = schema::Error)))]
pub(crate) async fn finish(
    caller: Caller,
    State(shared): State<Shared>,
    Path(id): Path<String>,
    asked: Asked<Nothing>,
) -> Result<Response, ApiError> {
    done(&shared, &caller, (&id, asked.by_form), Command::FinishTask).await
}

/// Whoever does it cannot, or whoever it is offered to will not: it waits again, at its place.
#[utoipa::path(post, path = "/api/v1/tasks/{id}/hand-back", tag = "people",
    security(("token" = [])), params(("id" = i64, Path)),
    responses((status = 200, body = schema::OneTask), (status = 401, body = schema::Error),
        (status = 404, body = schema::Error),
        (status = 409, description = "Nobody has it", body = schema::Error)))]
pub(crate) async fn hand_back(
    caller: Caller,
    State(shared): State<Shared>,
    Path(id): Path<String>,
    asked: Asked<Nothing>,
) -> Result<Response, ApiError> {
    done(
        &shared,
        &caller,
        (&id, asked.by_form),
        Command::HandBackTask,
    )
    .await
}

/// Nobody wants it done any more.
#[utoipa::path(post, path = "/api/v1/tasks/{id}/withdraw", tag = "people",
    security(("token" = [])), params(("id" = i64, Path)),
    responses((status = 200, body = schema::OneTask), (status = 401, body = schema::Error),
        (status = 404, body = schema::Error)))]
pub(crate) async fn withdraw(
    caller: Caller,
    State(shared): State<Shared>,
    Path(id): Path<String>,
    asked: Asked<Nothing>,
) -> Result<Response, ApiError> {
    done(
        &shared,
        &caller,
        (&id, asked.by_form),
        Command::WithdrawTask,
    )
    .await
}
