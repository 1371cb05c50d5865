//! The API's questions: what is stored, and what goes on now.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use cuptel_core::id::{AttemptId, CallbackId, TaskId};
use cuptel_core::snapshot::{QueueNow, Snapshot};
use cuptel_core::words::{CallbackState, Outcome, Role, UnknownWord};
use cuptel_store::{AttemptFilter, CallbackDetail, CallbackFilter, SeatView, Totals, Why};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::IntoParams;

use crate::access::{Caller, Onlooker, Sight};
use crate::error::ApiError;
use crate::events::as_seen;
use crate::pages::{Shared, SharedParts};
use crate::paging::{Listed, PageAsked, page};
use crate::schema;
use crate::texts::Language;

/// Rows of a page where the request does not say.
const PAGE: u32 = 100;
/// Rows of a page at most.
const PAGE_MAX: u32 = 1_000;

/// Which attempts.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AttemptsAsked {
    /// Short name of the tenant.
    tenant: Option<String>,
    /// How they ended: one word of the outcomes.
    outcome: Option<String>,
    /// Older than this identifier: `next` of the page before.
    before: Option<i64>,
    /// How many, 1 to 1000; 100 where nothing is said.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
}

/// Which callbacks.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct CallbacksAsked {
    /// Short name of the tenant.
    tenant: Option<String>,
    /// Where they stand: one word of the states.
    state: Option<String>,
    /// `true`: only those that were given up and that nobody has looked at yet.
    unseen: Option<bool>,
    /// Older than this identifier: `next` of the page before.
    before: Option<i64>,
    /// How many, 1 to 1000; 100 where nothing is said.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
}

pub(crate) type Asked<Q> = Result<Query<Q>, QueryRejection>;

pub(crate) fn asked<Q>(query: Asked<Q>) -> Result<Q, ApiError> {
    let malformed = |rejection: QueryRejection| ApiError::Malformed {
        why: rejection.body_text(),
        hint: "/api/v1/openapi.json lists the parameters",
    };
    query.map(|Query(query)| query).map_err(malformed)
}

pub(crate) fn rows(limit: Option<u32>) -> Result<u32, ApiError> {
    let limit = limit.unwrap_or(PAGE);
    if (1..=PAGE_MAX).contains(&limit) {
        return Ok(limit);
    }
    Err(ApiError::Malformed {
        why: format!("limit is 1 to {PAGE_MAX}, not {limit}"),
        hint: "ask for the rows after these with `before`",
    })
}

pub(crate) fn word<W>(word: Option<&str>) -> Result<Option<W>, ApiError>
where
    W: std::str::FromStr<Err = UnknownWord>,
{
    let malformed = |unknown: UnknownWord| ApiError::Malformed {
        why: unknown.to_string(),
        hint: "leave the parameter out for all of them",
    };
    word.map(str::parse).transpose().map_err(malformed)
}

pub(crate) fn identifier(text: &str, what: &'static str) -> Result<i64, ApiError> {
    // What is no identifier names no row either.
    text.parse().ok().ok_or_else(|| ApiError::NotFound {
        what,
        which: shortened(text),
    })
}

/// What a request said, fit to be told back.
pub(crate) fn shortened(text: &str) -> String {
    text.chars().take(40).collect()
}

/// Where the next page of a list begins; nothing after the last.
pub(crate) fn next(last: Option<i64>, length: usize, limit: u32) -> Option<i64> {
    last.filter(|_| usize::try_from(limit).is_ok_and(|limit| length >= limit))
}

/// Attempts, newest first.
#[utoipa::path(get, path = "/api/v1/attempts", tag = "stored", security(("token" = [])),
    params(AttemptsAsked),
    responses((status = 200, body = schema::Attempts), (status = 400, body = schema::Error),
        (status = 401, body = schema::Error)))]
pub(crate) async fn attempts(
    caller: Caller,
    State(shared): State<Shared>,
    query: Asked<AttemptsAsked>,
) -> Result<Listed, ApiError> {
    let AttemptsAsked {
        tenant,
        outcome,
        before,
        limit,
    } = asked(query)?;
    let tenant = caller.list_of(tenant)?;
    let outcome: Option<Outcome> = word(outcome.as_deref())?;
    let limit = rows(limit)?;
    let attempts = shared
        .store
        .attempts(&AttemptFilter {
            tenant,
            outcome,
            before,
            limit,
        })
        .await?;
    let next = next(attempts.last().map(|last| last.id.0), attempts.len(), limit);
    Ok(Listed::before(
        json!({ "attempts": attempts, "next": next }),
    ))
}

/// One attempt with what was offered and done.
#[utoipa::path(get, path = "/api/v1/attempts/{id}", tag = "stored", security(("token" = [])),
    params(("id" = i64, Path)),
    responses((status = 200, body = schema::OneAttempt), (status = 401, body = schema::Error),
        (status = 404, body = schema::Error)))]
pub(crate) async fn attempt(
    caller: Caller,
    State(shared): State<Shared>,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let attempt = shared
        .store
        .attempt(AttemptId(identifier(&id, "attempt")?))
        .await?;
    let attempt = attempt.filter(|it| caller.sees(it.attempt.tenant.as_deref()));
    let attempt = attempt.ok_or_else(|| ApiError::NotFound {
        what: "attempt",
        which: shortened(&id),
    })?;
    Ok(Json(json!({ "attempt": attempt })))
}

/// Callbacks, newest first.
#[utoipa::path(get, path = "/api/v1/callbacks", tag = "stored", security(("token" = [])),
    params(CallbacksAsked),
    responses((status = 200, body = schema::Callbacks), (status = 400, body = schema::Error),
        (status = 401, body = schema::Error)))]
pub(crate) async fn callbacks(
    caller: Caller,
    State(shared): State<Shared>,
    query: Asked<CallbacksAsked>,
) -> Result<Listed, ApiError> {
    let CallbacksAsked {
        tenant,
        state,
        unseen,
        before,
        limit,
    } = asked(query)?;
    let tenant = caller.list_of(tenant)?;
    let state: Option<CallbackState> = word(state.as_deref())?;
    let limit = rows(limit)?;
    let callbacks = shared
        .store
        .callbacks(&CallbackFilter {
            tenant,
            state,
            unseen: unseen.unwrap_or(false),
            before,
            limit,
        })
        .await?;
    let next = next(
        callbacks.last().map(|last| last.id.0),
        callbacks.len(),
        limit,
    );
    Ok(Listed::before(
        json!({ "callbacks": callbacks, "next": next }),
    ))
}

/// One callback with its needs, history, dials and attempts.
#[utoipa::path(get, path = "/api/v1/callbacks/{id}", tag = "stored", security(("token" = [])),
    params(("id" = i64, Path)),
    responses((status = 200, body = schema::OneCallback), (status = 401, body = schema::Error),
        (status = 404, body = schema::Error)))]
pub(crate) async fn callback(
    caller: Caller,
    State(shared): State<Shared>,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let callback = shared
        .store
        .callback(CallbackId(identifier(&id, "callback")?))
        .await?;
    let callback = callback.filter(|it| caller.sees(it.callback.tenant.as_deref()));
    let callback = callback.ok_or_else(|| ApiError::NotFound {
        what: "callback",
        which: shortened(&id),
    })?;
    // An auditor looks at what was done, and calls nobody.
    let code_word = callback.code_word.clone();
    let callback = CallbackDetail {
        code_word: code_word.filter(|_| caller.role() != Role::Auditor),
        ..callback
    };
    Ok(Json(json!({ "callback": callback })))
}

/// Every decision about an offer, an attempt, a callback or a task; and, of one that waits, why it
/// has no offer now.
#[utoipa::path(get, path = "/api/v1/why/{id}", tag = "stored", security(("token" = [])),
    params(("id" = i64, Path, description = "Of an offer, an attempt, a callback or a task")),
    responses((status = 200, body = schema::OneWhy), (status = 401, body = schema::Error),
        (status = 404, body = schema::Error), (status = 503, body = schema::Error)))]
pub(crate) async fn why(
    caller: Caller,
    State(shared): State<Shared>,
    Path(asked): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let what = "offer, attempt, callback or task";
    let id = identifier(&asked, what)?;
    if caller.tenant().is_some() && !is_theirs(&shared, &caller, id).await? {
        let which = shortened(&asked);
        return Err(ApiError::NotFound { what, which });
    }
    let now = shared.engine.why(id).await?;
    let stored = shared.store.why(id).await?;
    let stored = match (stored, &now) {
        (Some(stored), _) => stored,
        (None, Some(_)) => Why::nothing(id),
        (None, None) => {
            let which = shortened(&asked);
            return Err(ApiError::NotFound { what, which });
        }
    };
    Ok(Json(json!({ "why": {
        "id": id, "decisions": stored.decisions, "side_calls": stored.side_calls, "now": now,
    } })))
}

/// Whether the attempt, callback or task of an identifier is of the health authority that a caller is
/// bound to. Of an offer it is not known.
async fn is_theirs(shared: &Shared, caller: &Caller, id: i64) -> Result<bool, ApiError> {
    let store = &shared.store;
    let attempt = store.attempt(AttemptId(id)).await?;
    if let Some(attempt) = attempt {
        return Ok(caller.sees(attempt.attempt.tenant.as_deref()));
    }
    let callback = store.callback(CallbackId(id)).await?;
    if let Some(callback) = callback {
        return Ok(caller.sees(callback.callback.tenant.as_deref()));
    }
    let task = store.task(TaskId(id)).await?;
    Ok(task.is_some_and(|task| caller.sees(task.task.tenant.as_deref())))
}

/// Seats by name, as stored.
#[utoipa::path(get, path = "/api/v1/seats", tag = "stored", security(("token" = [])),
    params(PageAsked),
    responses((status = 200, body = schema::Seats), (status = 401, body = schema::Error)))]
pub(crate) async fn seats(
    caller: Caller,
    State(shared): State<Shared>,
    query: Asked<PageAsked>,
) -> Result<Listed, ApiError> {
    let mut seats = shared.store.seats().await?;
    seats.iter_mut().for_each(masking(&shared, caller));
    let (seats, next) = page(seats, query, |seat| seat.name.clone())?;
    Ok(Listed::after(json!({ "seats": seats, "next": next })))
}

/// One seat.
#[utoipa::path(get, path = "/api/v1/seats/{seat}", tag = "stored", security(("token" = [])),
    params(("seat" = String, Path, description = "Extension")),
    responses((status = 200, body = schema::OneSeat), (status = 401, body = schema::Error),
        (status = 404, body = schema::Error)))]
pub(crate) async fn seat(
    caller: Caller,
    State(shared): State<Shared>,
    Path(name): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let mut seat = seat_named(&shared, &name).await?;
    masking(&shared, caller)(&mut seat);
    Ok(Json(json!({ "seat": seat })))
}

/// Takes away who works at a seat, and what they say of themselves, where that is not for the caller.
pub(crate) fn masking(shared: &SharedParts, caller: Caller) -> impl FnMut(&mut SeatView) {
    let look = shared.engine.snapshot();
    let onlooker = Onlooker {
        caller: Some(caller),
        language: Language::default(),
    };
    move |seat| {
        let now = look.seats.iter().find(|it| it.name == seat.name);
        if onlooker.sight_of(now) == Sight::Masked {
            seat.operator = None;
            seat.pause_reason = None;
            seat.shift_ends_ms = None;
            seat.since_ms = None;
        }
    }
}

/// A seat as the last commit left it.
pub(crate) async fn seat_by_name(shared: &Shared, name: &str) -> Result<Json<Value>, ApiError> {
    let seat = seat_named(shared, name).await?;
    Ok(Json(json!({ "seat": seat })))
}

async fn seat_named(shared: &Shared, name: &str) -> Result<SeatView, ApiError> {
    let seat = shared.store.seat(name).await?;
    seat.ok_or_else(|| ApiError::NotFound {
        what: "seat",
        which: shortened(name),
    })
}

/// Queues as they are now.
#[utoipa::path(get, path = "/api/v1/queues", tag = "now", params(PageAsked),
    responses((status = 200, body = schema::Queues), (status = 401, body = schema::Error)))]
pub(crate) async fn queues(
    _onlooker: Onlooker,
    State(shared): State<Shared>,
    query: Asked<PageAsked>,
) -> Result<Listed, ApiError> {
    let look = shared.engine.snapshot();
    let name = |it: &QueueNow| format!("{}/{}", it.tenant, it.name);
    let (queues, next) = page(look.queues.clone(), query, name)?;
    Ok(Listed::after(
        json!({ "at_ms": look.at_ms, "queues": queues, "next": next }),
    ))
}

/// How much of everything is stored.
#[utoipa::path(get, path = "/api/v1/totals", tag = "stored", security(("token" = [])),
    responses((status = 200, body = schema::Totals), (status = 401, body = schema::Error)))]
pub(crate) async fn totals(
    _caller: Caller,
    State(shared): State<Shared>,
) -> Result<Json<Totals>, ApiError> {
    Ok(Json(shared.store.totals().await?))
}

/// Everything that goes on now.
#[utoipa::path(get, path = "/api/v1/snapshot", tag = "now",
    responses((status = 200, body = schema::Snapshot), (status = 401, body = schema::Error)))]
pub(crate) async fn snapshot(onlooker: Onlooker, State(shared): State<Shared>) -> Json<Snapshot> {
    Json(as_seen(&shared.engine.snapshot(), &onlooker))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_page_is_the_last() {
        assert_eq!(next(Some(7), 100, 100), Some(7));
        assert_eq!(next(Some(7), 99, 100), None);
        assert_eq!(next(None, 0, 100), None);
    }
}
