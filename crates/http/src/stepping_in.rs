//! What whoever leads does with somebody who waits: JSON for programs. The forms of the desk lead to
//! the same commands.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use cuptel_core::id::{AttemptId, CallbackId};
use cuptel_core::step::Command;
use cuptel_core::stepping_in::NotSteppedIn;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::access::Caller;
use crate::actions::{Asked, By, typed};
use crate::error::ApiError;
use crate::pages::Shared;
use crate::reads::identifier;
use crate::schema;
use crate::texts::Language;

/// Into which queue somebody is put.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MoveTo {
    /// Short name of its tenant; not needed where no other has a queue of that name.
    tenant: Option<String>,
    /// Short name; of the same tenant as the number that was called.
    queue: String,
    /// Name of the supervisor who does it.
    supervisor: Option<String>,
}

/// By how much somebody goes ahead of their place.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ahead {
    /// Seconds, a day at most; 0 is their place again.
    ahead_s: u32,
    /// Name of the supervisor who does it.
    supervisor: Option<String>,
}

fn said(name: Option<String>) -> Result<Option<String>, ApiError> {
    typed(name.as_deref().unwrap_or(""))
}

/// The call that a path names.
pub(crate) fn attempt_of(id: &str) -> Result<AttemptId, ApiError> {
    Ok(AttemptId(identifier(id, "attempt")?))
}

/// The callback that a path names.
pub(crate) fn callback_of(id: &str) -> Result<CallbackId, ApiError> {
    Ok(CallbackId(identifier(id, "callback")?))
}

/// Who waits in a queue, who goes first the first; numbers are masked.
#[utoipa::path(get, path = "/api/v1/queues/{tenant}/{queue}/line", tag = "now",
    security(("token" = [])),
    params(("tenant" = String, Path, description = "Short name"),
        ("queue" = String, Path, description = "Short name")),
    responses((status = 200, body = schema::Line), (status = 401, body = schema::Error),
        (status = 422, description = "There is no such queue", body = schema::Error),
        (status = 503, body = schema::Error)))]
pub(crate) async fn line(
    caller: Caller,
    State(shared): State<Shared>,
    Path((tenant, queue)): Path<(String, String)>,
) -> Result<Json<Value>, ApiError> {
    caller.list_of(Some(tenant.clone()))?;
    let line = shared.engine.in_line(&tenant, &queue).await?;
    Ok(Json(json!({ "line": line })))
}

/// A caller who waits need not any longer: they hear that they are called back, and are owed it at
/// their place. It cannot be undone.
#[utoipa::path(post, path = "/api/v1/attempts/{id}/withdraw", tag = "people",
    security(("token" = [])), params(("id" = i64, Path)), request_body = By,
    responses((status = 200, body = schema::Changed), (status = 401, body = schema::Error),
        (status = 409, description = "It does not wait", body = schema::Error)))]
pub(crate) async fn withdraw(
    caller: Caller,
    State(shared): State<Shared>,
    Path(id): Path<String>,
    asked: Asked<By>,
) -> Result<Json<Value>, ApiError> {
    let command = Command::WithdrawCaller {
        attempt: attempt_of(&id)?,
        by: said(asked.wish.supervisor)?,
    };
    shared.carry_out(&caller, command).await?;
    Ok(Json(json!({ "changed": 1 })))
}

/// A caller who waits does so in another queue of the same tenant, at the place that they have.
#[utoipa::path(post, path = "/api/v1/attempts/{id}/move", tag = "people",
    security(("token" = [])), params(("id" = i64, Path)), request_body = MoveTo,
    responses((status = 200, body = schema::Changed), (status = 401, body = schema::Error),
        (status = 409, description = "It does not wait, or that queue is closed or full",
            body = schema::Error),
        (status = 422, description = "There is no such queue, or it is of another tenant",
            body = schema::Error)))]
pub(crate) async fn move_to(
    caller: Caller,
    State(shared): State<Shared>,
    Path(id): Path<String>,
    asked: Asked<MoveTo>,
) -> Result<Json<Value>, ApiError> {
    let wish = asked.wish;
    let command = Command::MoveCaller {
        attempt: attempt_of(&id)?,
        tenant: said(wish.tenant)?,
        queue: wish.queue,
        by: said(wish.supervisor)?,
    };
    shared.carry_out(&caller, command).await?;
    Ok(Json(json!({ "changed": 1 })))
}

/// A caller who waits goes ahead of their place by so much: before those who came up to so much
/// earlier.
#[utoipa::path(post, path = "/api/v1/attempts/{id}/ahead", tag = "people",
    security(("token" = [])), params(("id" = i64, Path)), request_body = Ahead,
    responses((status = 200, body = schema::Changed), (status = 401, body = schema::Error),
        (status = 409, description = "It does not wait", body = schema::Error),
        (status = 422, description = "More than a day", body = schema::Error)))]
pub(crate) async fn caller_ahead(
    caller: Caller,
    State(shared): State<Shared>,
    Path(id): Path<String>,
    asked: Asked<Ahead>,
) -> Result<Json<Value>, ApiError> {
    let command = Command::PutCallerAhead {
        attempt: attempt_of(&id)?,
        ahead_s: asked.wish.ahead_s,
        by: said(asked.wish.supervisor)?,
    };
    shared.carry_out(&caller, command).await?;
    Ok(Json(json!({ "changed": 1 })))
}

/// A callback goes ahead of its place by so much.
#[utoipa::path(post, path = "/api/v1/callbacks/{id}/ahead", tag = "people",
    security(("token" = [])), params(("id" = i64, Path)), request_body = Ahead,
    responses((status = 200, body = schema::Changed), (status = 401, body = schema::Error),
        (status = 404, body = schema::Error),
        (status = 409, description = "Its turn has come", body = schema::Error),
        (status = 422, description = "More than a day", body = schema::Error)))]
pub(crate) async fn callback_ahead(
    caller: Caller,
    State(shared): State<Shared>,
    Path(id): Path<String>,
    asked: Asked<Ahead>,
) -> Result<Json<Value>, ApiError> {
    let command = Command::PutCallbackAhead {
        callback: callback_of(&id)?,
        ahead_s: asked.wish.ahead_s,
        by: said(asked.wish.supervisor)?,
    };
    shared.carry_out(&caller, command).await?;
    Ok(Json(json!({ "changed": 1 })))
}

/// Which status a refusal is.
pub(crate) fn status_of(refused: &NotSteppedIn) -> StatusCode {
    match refused {
        NotSteppedIn::NotWaiting(_)
        | NotSteppedIn::HasTurn { .. }
        | NotSteppedIn::InThatQueue(_)
        | NotSteppedIn::GoesFirst(_)
        | NotSteppedIn::Closed(_)
        | NotSteppedIn::Full(_) => StatusCode::CONFLICT,
        NotSteppedIn::OtherTenant(_) | NotSteppedIn::TooFarAhead => {
            StatusCode::UNPROCESSABLE_ENTITY
        }
    }
}

/// What to do after it.
pub(crate) fn hint_of(refused: &NotSteppedIn) -> &'static str {
    match refused {
        NotSteppedIn::NotWaiting(_) | NotSteppedIn::InThatQueue(_) | NotSteppedIn::GoesFirst(_) => {
            "GET /api/v1/queues/{tenant}/{queue}/line says who waits"
        }
        NotSteppedIn::HasTurn { .. } => "try again when it waits",
        NotSteppedIn::OtherTenant(_) => "name a queue of the tenant whose number was called",
        NotSteppedIn::Closed(_) => "open it first, or name another",
        NotSteppedIn::Full(_) => "name another, or try again when somebody was served",
        NotSteppedIn::TooFarAhead => "give 86400 at most",
    }
}

/// The same to who used a form.
pub(crate) fn told(language: Language, refused: &NotSteppedIn) -> String {
    match refused {
        NotSteppedIn::NotWaiting(_) => language.say("desk-no-waiting"),
        NotSteppedIn::HasTurn { .. } => language.say("desk-no-turn"),
        NotSteppedIn::OtherTenant(_) => language.say("desk-no-tenant"),
        NotSteppedIn::InThatQueue(_) => language.say("desk-no-same"),
        NotSteppedIn::Closed(_) => language.say("desk-no-closed"),
        NotSteppedIn::Full(_) => language.say("desk-no-full"),
        NotSteppedIn::GoesFirst(_) => language.say("desk-no-first"),
        NotSteppedIn::TooFarAhead => language.say("desk-no-ahead"),
    }
}
