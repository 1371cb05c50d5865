//! Callbacks that somebody enters, and closes: what an operator has taken in charge.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use cuptel_core::by_hand::{ByHandError, CallbackTold, ClosingTold, NOTE_MAX};
use cuptel_core::id::{CallbackId, NeedId};
use cuptel_core::number::Caller as Person;
use cuptel_core::step::{Command, CommandError};
use cuptel_core::words::{ClosedByHand, KindByHand, PriorityClass};
use cuptel_store::Entered;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::access::Caller;
use crate::actions::{Asked, typed};
use crate::error::ApiError;
use crate::pages::Shared;
use crate::port::Refusal;
use crate::reads::{self, identifier};
use crate::request_keys::request_key;
use crate::rights::{self, Need};
use crate::schema;

const HINT: &str = "/api/v1/openapi.json shows the body; nothing was changed";

/// A person to be called.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewCallback {
    /// Short name of the tenant.
    tenant: String,
    /// Short name of its queue, whose operators call.
    queue: String,
    /// Whom to call, as it is dialled in Italy or with `+` and the country.
    number: String,
    #[schema(value_type = schema::KindByHand)]
    kind: KindByHand,
    /// Priority class; it says the deadline where `due_ms` does not.
    #[schema(value_type = Option<schema::PriorityClass>)]
    class: Option<PriorityClass>,
    /// By when the person is to be reached, in milliseconds since 1970. What is taken in charge needs
    /// it, or `class`.
    due_ms: Option<i64>,
    /// Not to be called before, in milliseconds since 1970.
    not_before_ms: Option<i64>,
    /// What it is about; at most 500 characters.
    note: Option<String>,
    /// Name of who enters it.
    by: Option<String>,
    /// Only says whether it could be entered: `callback` is then the one that is there already, if any.
    #[serde(default)]
    dry_run: bool,
    /// With `dry_run`: so many others of the same list would be entered before.
    #[serde(default)]
    beside: u32,
}

/// The number and the note are of a person.
impl std::fmt::Debug for NewCallback {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewCallback")
            .field("tenant", &self.tenant)
            .field("queue", &self.queue)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

/// What nobody is to pay any more.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Closing {
    /// One of its needs; all of them, without it.
    need: Option<i64>,
    /// How; `withdrawn`, where nothing is said.
    #[serde(default)]
    #[schema(value_type = Option<schema::ClosedByHand>)]
    how: Option<ClosedByHand>,
    /// Why.
    because: String,
    /// Name of who closes it.
    by: Option<String>,
}

/// What asking whether a number has a callback goes by in the log of access.
const LOOK_FOR_NUMBER: &str = "look_for_number";

fn meaningless(why: String) -> ApiError {
    ApiError::Meaningless { why, hint: HINT }
}

pub(crate) fn noted(note: Option<String>) -> Result<Option<String>, ApiError> {
    let note = note.unwrap_or_default();
    let note = note.trim();
    if note.chars().count() > NOTE_MAX || note.chars().any(char::is_control) {
        let why = format!("`note` has at most {NOTE_MAX} printable characters");
        return Err(meaningless(why));
    }
    Ok((!note.is_empty()).then(|| note.to_owned()))
}

/// Enters a callback: what an operator has taken in charge, or anything else that somebody is to be
/// called about. No conversation closes it. It joins the callback that the number has with the tenant.
/// The same request again (by `Idempotency-Key`), or one for a number, queue and kind for which there
/// is an open one, adds nothing and answers 200 with that. Another request with the key of an earlier
/// one is refused.
#[utoipa::path(post, path = "/api/v1/callbacks", tag = "people", security(("token" = [])),
    request_body = NewCallback,
    responses((status = 200, description = "It was there already", body = schema::EnteredCallback),
        (status = 201, description = "Entered", body = schema::EnteredCallback),
        (status = 202, description = "Entered and kept; shown when the database is back",
            body = schema::EnteredCallback),
        (status = 401, body = schema::Error),
        (status = 422, description = "Nothing was added", body = schema::Error)))]
pub(crate) async fn add(
    caller: Caller,
    State(shared): State<Shared>,
    headers: HeaderMap,
    asked: Asked<NewCallback>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let key = request_key(&headers)?;
    let wish = asked.wish;
    let (dry_run, beside) = (wish.dry_run, wish.beside);
    let told = CallbackTold {
        tenant: wish.tenant,
        queue: wish.queue,
        person: Person::from_user_part(wish.number.trim()),
        kind: wish.kind,
        class: wish.class,
        due_ms: wish.due_ms,
        not_before_ms: wish.not_before_ms,
        note: noted(wish.note)?,
        by: typed(wish.by.as_deref().unwrap_or(""))?,
        request_key: Some(key.clone()),
    };
    if let Some(known) = shared.store.entered_by(&key).await? {
        if !is_same(&known, &told) {
            let used = ByHandError::KeyUsed(known.callback);
            return Err(Refusal::Refused(used.into()).into());
        }
        return entered((&shared, &caller), known.callback, false).await;
    }
    if dry_run {
        caller.logged(&shared, LOOK_FOR_NUMBER, None).await?;
    }
    let told = Box::new(told);
    let command = if dry_run {
        Command::CheckCallback { told, beside }
    } else {
        Command::AddCallback(told)
    };
    match shared.carry_out(&caller, command).await {
        Ok(()) if dry_run => {
            let could_be = json!({ "entered": false, "callback": null });
            return Ok((StatusCode::OK, Json(could_be)));
        }
        Ok(()) => {}
        Err(ApiError::Refused(Refusal::Refused(CommandError::ByHand(
            ByHandError::OpenAlready(known) | ByHandError::SameRequest(known),
        )))) => return entered((&shared, &caller), known, false).await,
        Err(error) => return Err(error),
    }
    match shared.store.entered_by(&key).await? {
        Some(new) => entered((&shared, &caller), new.callback, true).await,
        // It is in the spill, and in the database when that is back.
        None => Ok((
            StatusCode::ACCEPTED,
            Json(json!({ "entered": true, "callback": null })),
        )),
    }
}

/// Whether a request is one that was made before: about the same person, for the same reason, as urgent.
fn is_same(known: &Entered, told: &CallbackTold) -> bool {
    let queue = known.queue.as_ref();
    known.tenant == told.tenant
        && queue.is_none_or(|queue| *queue == told.queue)
        && known.kind == told.kind.into()
        && known.number == told.person.number
        && known.class == told.class
        && told
            .due_ms
            .is_none_or(|due_ms| known.due_ms == Some(due_ms))
}

/// The callback that was entered, or was there: all of it to whoever may read it, else where it stands.
async fn entered(
    (shared, caller): (&Shared, &Caller),
    id: CallbackId,
    is_new: bool,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let callback = shared.store.callback(id).await?;
    let whole = rights::may(caller.role(), Need::Read);
    let callback = callback.map(|it| {
        if whole && caller.sees(it.callback.tenant.as_deref()) {
            json!(it)
        } else {
            json!({ "id": it.callback.id, "state": it.callback.state })
        }
    });
    let status = if is_new {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    Ok((
        status,
        Json(json!({ "entered": is_new, "callback": callback })),
    ))
}

/// Closes a callback, or one of its needs: nobody is called about it any more. Not while it is being
/// dialled or talked to; a seat that rings for it is called off.
#[utoipa::path(post, path = "/api/v1/callbacks/{id}/close", tag = "people",
    security(("token" = [])), params(("id" = i64, Path)), request_body = Closing,
    responses((status = 200, body = schema::OneCallback), (status = 401, body = schema::Error),
        (status = 404, description = "It is not there, or closed", body = schema::Error),
        (status = 409, description = "Somebody is at it", body = schema::Error),
        (status = 422, body = schema::Error)))]
pub(crate) async fn close(
    caller: Caller,
    State(shared): State<Shared>,
    Path(id): Path<String>,
    asked: Asked<Closing>,
) -> Result<Json<Value>, ApiError> {
    let wish = asked.wish;
    let because = typed(&wish.because)?;
    let told = ClosingTold {
        callback: CallbackId(identifier(&id, "callback")?),
        need: wish.need.map(NeedId),
        how: wish.how.unwrap_or(ClosedByHand::Withdrawn),
        because: because.ok_or_else(|| meaningless("`because` is empty".to_owned()))?,
        by: typed(wish.by.as_deref().unwrap_or(""))?,
    };
    let command = Command::CloseCallback(Box::new(told));
    shared.carry_out(&caller, command).await?;
    reads::callback(caller, State(shared), Path(id)).await
}
