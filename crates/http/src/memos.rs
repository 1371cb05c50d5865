//! What operators are told: what is shown now, a new memo, one that is taken back or was read.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use cuptel_core::id::MemoId;
use cuptel_core::memo::{AudienceTold, MemoError, MemoTold};
use cuptel_core::step::Command;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::access::Caller;
use crate::actions::{Asked, By, act, meaningless, typed};
use crate::error::ApiError;
use crate::pages::Shared;
use crate::reads::{identifier, shortened};
use crate::schema;
use crate::texts::Language;

/// What operators are told.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Memo {
    /// 1 to 300 characters, without telephone numbers.
    text: String,
    /// For a tenant's operators; with `queue`, the tenant of that queue.
    tenant: Option<String>,
    /// For whoever works at a site.
    site: Option<String>,
    /// For whoever can serve a queue.
    queue: Option<String>,
    /// For whoever works at a seat. With none of these, for everybody.
    seat: Option<String>,
    /// Shown until then, in milliseconds since 1970, seven days at most; twelve hours, without it.
    ends_ms: Option<i64>,
    /// Name of who writes it.
    by: Option<String>,
}

/// Which memo was read.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReadMemo {
    /// Its identifier.
    #[schema(value_type = i64)]
    memo: Value,
}

fn audience(memo: &Memo) -> Result<AudienceTold, ApiError> {
    let told = |text: &Option<String>| typed(text.as_deref().unwrap_or(""));
    match (
        told(&memo.tenant)?,
        told(&memo.site)?,
        told(&memo.queue)?,
        told(&memo.seat)?,
    ) {
        (None, None, None, None) => Ok(AudienceTold::Everybody),
        (Some(tenant), None, None, None) => Ok(AudienceTold::Tenant(tenant)),
        (None, Some(site), None, None) => Ok(AudienceTold::Site(site)),
        (tenant, None, Some(queue), None) => Ok(AudienceTold::Queue(tenant, queue)),
        (None, None, None, Some(seat)) => Ok(AudienceTold::Seat(seat)),
        _ => Err(meaningless(
            "a memo is for a tenant, a site, a queue or a seat".to_owned(),
        )),
    }
}

/// Memos that are shown, and how many have read them.
#[utoipa::path(get, path = "/api/v1/memos", tag = "now", security(("token" = [])),
    responses((status = 200, body = schema::Memos), (status = 401, body = schema::Error)))]
pub(crate) async fn memos(caller: Caller, State(shared): State<Shared>) -> Json<Value> {
    let look = shared.engine.snapshot();
    let memos = look.memos.iter();
    let seen = memos.filter(|it| it.tenant.is_none() || caller.sees(it.tenant.as_deref()));
    let memos: Vec<_> = seen.collect();
    Json(json!({ "at_ms": look.at_ms, "memos": memos }))
}

/// One memo, also when it is over, and who has read it.
#[utoipa::path(get, path = "/api/v1/memos/{memo}", tag = "stored", security(("token" = [])),
    params(("memo" = i64, Path)),
    responses((status = 200, body = schema::OneMemo), (status = 401, body = schema::Error),
        (status = 404, body = schema::Error)))]
pub(crate) async fn memo(
    caller: Caller,
    State(shared): State<Shared>,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let memo = shared.store.memo(memo_of(&id)?).await?;
    let memo = memo.filter(|it| it.tenant.is_none() || caller.sees(it.tenant.as_deref()));
    let mut memo = memo.ok_or_else(|| ApiError::NotFound {
        what: "memo",
        which: shortened(&id),
    })?;
    memo.readings.retain(|reading| {
        let is_employers = caller.employer().is_none_or(|own| own == reading.employer);
        is_employers && (reading.home.is_none() || caller.sees(reading.home.as_deref()))
    });
    Ok(Json(json!({ "memo": memo })))
}

/// Shows a few words at the seats of those for whom they are, until each has read them.
#[utoipa::path(post, path = "/api/v1/memos", tag = "people", security(("token" = [])),
    request_body = Memo,
    responses((status = 200, body = schema::Changed), (status = 401, body = schema::Error),
        (status = 404, description = "There is no such seat", body = schema::Error),
        (status = 409, description = "As many as may be are shown", body = schema::Error),
        (status = 422, description = "There is no such audience, or the words are not fit",
            body = schema::Error)))]
pub(crate) async fn write(
    caller: Caller,
    State(shared): State<Shared>,
    asked: Asked<Memo>,
) -> Result<Json<Value>, ApiError> {
    let to = audience(&asked.wish)?;
    let told = MemoTold {
        to,
        text: asked.wish.text,
        ends_ms: asked.wish.ends_ms,
        by: typed(asked.wish.by.as_deref().unwrap_or(""))?,
    };
    let command = Command::WriteMemo(Box::new(told));
    shared.carry_out(&caller, command).await?;
    Ok(Json(json!({ "changed": 1 })))
}

pub(crate) fn memo_of(id: &str) -> Result<MemoId, ApiError> {
    Ok(MemoId(identifier(id, "memo")?))
}

/// Takes a memo back.
#[utoipa::path(post, path = "/api/v1/memos/{memo}/withdraw", tag = "people",
    security(("token" = [])), params(("memo" = i64, Path)), request_body = By,
    responses((status = 200, body = schema::Changed), (status = 401, body = schema::Error),
        (status = 409, description = "It is not shown", body = schema::Error)))]
pub(crate) async fn withdraw(
    caller: Caller,
    State(shared): State<Shared>,
    Path(memo): Path<String>,
    asked: Asked<By>,
) -> Result<Json<Value>, ApiError> {
    let command = Command::WithdrawMemo {
        memo: memo_of(&memo)?,
        by: typed(asked.wish.supervisor.as_deref().unwrap_or(""))?,
    };
    shared.carry_out(&caller, command).await?;
    Ok(Json(json!({ "changed": 1 })))
}

/// Who works at a seat has read a memo that stands there.
#[utoipa::path(post, path = "/api/v1/seats/{seat}/memos/read", tag = "seats",
    security(("token" = [])), params(("seat" = String, Path, description = "Extension")),
    request_body(content((ReadMemo = "application/json"),
        (ReadMemo = "application/x-www-form-urlencoded"))),
    responses(schema::SeatActed))]
pub(crate) async fn read(
    caller: Caller,
    State(shared): State<Shared>,
    Path(seat): Path<String>,
    asked: Asked<ReadMemo>,
) -> Result<Response, ApiError> {
    let memo = match &asked.wish.memo {
        Value::Number(id) => id.to_string(),
        Value::String(text) => text.clone(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => String::new(),
    };
    let memo = memo.parse().map(MemoId);
    let memo = memo.map_err(|_unreadable| meaningless("this is no memo".to_owned()));
    let command = memo.map(|memo| Command::ReadMemo {
        seat: seat.clone(),
        memo,
    });
    act(&shared, caller, &seat, asked.by_form, command).await
}

/// Which status a refusal is.
pub(crate) fn status_of(refused: &MemoError) -> StatusCode {
    match refused {
        MemoError::Length | MemoError::NamesNumber | MemoError::Ends => {
            StatusCode::UNPROCESSABLE_ENTITY
        }
        MemoError::TooMany | MemoError::NoMemo(_) | MemoError::NotShown { .. } => {
            StatusCode::CONFLICT
        }
    }
}

/// What to do after it.
pub(crate) fn hint_of(refused: &MemoError) -> &'static str {
    match refused {
        MemoError::Length => "shorten it, and use printable characters",
        MemoError::NamesNumber => "say it without the number: it is kept as it is",
        MemoError::Ends => "give a moment within seven days, or none",
        MemoError::TooMany => "POST /api/v1/memos/{memo}/withdraw takes one back",
        MemoError::NoMemo(_) | MemoError::NotShown { .. } => {
            "GET /api/v1/memos lists what is shown"
        }
    }
}

/// The same to who used a form.
pub(crate) fn told(language: Language, refused: &MemoError) -> String {
    match refused {
        MemoError::Length => language.say("desk-no-memo-length"),
        MemoError::NamesNumber => language.say("desk-no-memo-number"),
        MemoError::Ends => language.say("desk-no-memo-ends"),
        MemoError::TooMany => language.say("desk-no-memo-many"),
        MemoError::NoMemo(_) | MemoError::NotShown { .. } => language.say("desk-no-memo"),
    }
}
