//! Many callbacks put off or closed by one word: what it would touch, what it touched, and back.

use std::time::Duration;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use cuptel_core::bulk::{BulkError, BulkTold, UNDONE_AT_ONCE};
use cuptel_core::id::BulkId;
use cuptel_core::step::Command;
use cuptel_core::words::{BulkAction, NeedKind, PriorityClass};
use cuptel_store::BulkView;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

use crate::access::Caller;
use crate::actions::{Asked, typed};
use crate::error::ApiError;
use crate::pages::{Shared, SharedParts};
use crate::paging::Listed;
use crate::port::Refusal;
use crate::reads::{asked, identifier, next, rows, shortened};
use crate::request_keys::request_key;
use crate::scope::{NOT_YOUR_TENANT, allowed};
use crate::{reads, schema};

/// How long an answer waits for the end; what takes longer goes on by itself.
const WAITS: u32 = 40;
const LOOKS_EVERY: Duration = Duration::from_millis(50);

/// What is to be done with many callbacks.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BulkAsked)]
pub(crate) struct Bulk {
    #[schema(value_type = schema::BulkAction)]
    action: BulkAction,
    /// Whether it is only told what it would touch.
    #[serde(default)]
    preview: bool,
    /// Short name of a tenant; of all, without one.
    tenant: Option<String>,
    /// Short name of a queue, of the tenant where one is named.
    queue: Option<String>,
    /// Those with an open need of this class.
    #[schema(value_type = Option<schema::PriorityClass>)]
    class: Option<PriorityClass>,
    /// Those with an open need of this kind.
    #[schema(value_type = Option<String>)]
    kind: Option<NeedKind>,
    /// Those opened before, in milliseconds since 1970.
    opened_before_ms: Option<i64>,
    /// Of `postpone`: not to be called before, in milliseconds since 1970.
    until_ms: Option<i64>,
    /// Why.
    because: String,
    /// Name of who does it.
    by: Option<String>,
}

/// Who takes a bulk back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Undo {
    /// Name of who does it.
    by: Option<String>,
}

/// Which page of bulks.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Bulks {
    /// Older than this one.
    before: Option<i64>,
    /// How many, 1 to 1000.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
}

/// Puts off or closes, as `withdrawn`, every callback that waits and is meant; or, with `preview`, only
/// tells how many that would be, and the first of them. What a seat is at is left and counted. It is
/// done a stretch at a time, and goes on over a restart: `ended_ms` says when it was through.
#[utoipa::path(post, path = "/api/v1/bulks", tag = "people", security(("token" = [])),
    request_body = Bulk,
    responses((status = 200, body = schema::OneBulk), (status = 401, body = schema::Error),
        (status = 409, description = "Another one is at work", body = schema::Error),
        (status = 422, description = "Nothing was changed", body = schema::Error)))]
pub(crate) async fn begin(
    caller: Caller,
    State(shared): State<Shared>,
    headers: HeaderMap,
    asked: Asked<Bulk>,
) -> Result<Json<Value>, ApiError> {
    let wish = asked.wish;
    let said = |text: Option<String>| typed(text.as_deref().unwrap_or(""));
    let told = BulkTold {
        action: wish.action,
        is_preview: wish.preview,
        tenant: said(wish.tenant)?,
        queue: said(wish.queue)?,
        class: wish.class,
        kind: wish.kind,
        opened_before_ms: wish.opened_before_ms,
        until_ms: wish.until_ms,
        because: typed(&wish.because)?.unwrap_or_default(),
        by: said(wish.by)?,
        request_key: request_key(&headers)?,
    };
    match shared.in_bulk(&caller, told).await? {
        Some(bulk) => shown(&shared, bulk).await,
        // It is in the spill, and in the database when that is back.
        None => Ok(Json(json!({ "bulk": null, "first": [] }))),
    }
}

impl SharedParts {
    /// Begins a bulk, or finds the one that was begun with its key, and waits a while for its end; nothing
    /// where it is in the spill.
    pub(crate) async fn in_bulk(
        &self,
        caller: &Caller,
        mut told: BulkTold,
    ) -> Result<Option<BulkView>, ApiError> {
        if !caller.is_system() {
            told.by = Some(caller.name().to_owned());
        }
        let key = told.request_key.clone();
        if let Some(known) = self.store.bulk_begun_by(&key).await? {
            if !caller.sees(known.tenant.as_deref()) || !is_same(&known, &told) {
                let used = BulkError::KeyUsed(known.id);
                return Err(Refusal::Refused(used.into()).into());
            }
            return Ok(Some(known));
        }
        let command = Command::Bulk(Box::new(told));
        self.carry_out(caller, command).await?;
        let mut begun = None;
        for _ in 0..WAITS {
            begun = self.store.bulk_begun_by(&key).await?;
            if begun.as_ref().is_some_and(|bulk| bulk.ended_ms.is_some()) {
                break;
            }
            tokio::time::sleep(LOOKS_EVERY).await;
        }
        Ok(begun)
    }

    /// A bulk that is a caller's to see.
    pub(crate) async fn bulk_of(&self, caller: &Caller, id: &str) -> Result<BulkView, ApiError> {
        let found = self.store.bulk(BulkId(identifier(id, "bulk")?)).await?;
        let found = found.filter(|bulk| caller.sees(bulk.tenant.as_deref()));
        found.ok_or_else(|| ApiError::NotFound {
            what: "bulk",
            which: shortened(id),
        })
    }

    /// Brings back what nobody has touched since.
    pub(crate) async fn undo_bulk(
        &self,
        caller: &Caller,
        found: &BulkView,
        by: Option<String>,
    ) -> Result<BulkView, ApiError> {
        allowed(caller.leads(found.tenant.as_deref()), NOT_YOUR_TENANT)?;
        loop {
            let entries = self.store.to_undo(found).await?;
            let is_last = entries.len() < UNDONE_AT_ONCE;
            if entries.is_empty() {
                break;
            }
            let by = by.clone();
            let command = Command::UndoBulk { entries, by };
            self.carry_out(caller, command).await?;
            if is_last {
                break;
            }
        }
        self.bulk_of(caller, &found.id.to_string()).await
    }
}

/// Whether a request is one that was made before: it means the same callbacks, and the same for them.
fn is_same(known: &BulkView, told: &BulkTold) -> bool {
    let is_until = told.action == BulkAction::Close || known.until_ms == told.until_ms;
    is_until
        && known.action == told.action
        && known.preview == told.is_preview
        && known.tenant == told.tenant
        && known.queue == told.queue
        && known.class == told.class
        && known.kind == told.kind
        && known.opened_before_ms == told.opened_before_ms
        && known.because == told.because
        && known.by == told.by
}

async fn shown(shared: &Shared, bulk: BulkView) -> Result<Json<Value>, ApiError> {
    let mut first = Vec::new();
    for id in shared.store.first_in_bulk(bulk.id).await? {
        first.extend(shared.store.callback(id).await?.map(|it| it.callback));
    }
    Ok(Json(json!({ "bulk": bulk, "first": first })))
}

/// What was done in bulk, newest first.
#[utoipa::path(get, path = "/api/v1/bulks", tag = "people", security(("token" = [])),
    params(Bulks),
    responses((status = 200, body = schema::Bulks), (status = 401, body = schema::Error)))]
pub(crate) async fn list(
    caller: Caller,
    State(shared): State<Shared>,
    query: reads::Asked<Bulks>,
) -> Result<Listed, ApiError> {
    let Bulks { before, limit } = asked(query)?;
    let limit = rows(limit)?;
    let mut bulks = shared.store.bulks(before, limit).await?;
    let next = next(bulks.last().map(|last| last.id.0), bulks.len(), limit);
    bulks.retain(|bulk| caller.sees(bulk.tenant.as_deref()));
    Ok(Listed::before(json!({ "bulks": bulks, "next": next })))
}

/// Brings back what nobody has touched since: put-off callbacks to when they were due, closed ones as
/// new ones at their old place. `undone` and `left` count both; asking again goes on where it broke off.
#[utoipa::path(post, path = "/api/v1/bulks/{id}/undo", tag = "people", security(("token" = [])),
    params(("id" = i64, Path)), request_body = Undo,
    responses((status = 200, body = schema::OneBulk), (status = 401, body = schema::Error),
        (status = 404, body = schema::Error),
        (status = 409, description = "It is still at work", body = schema::Error)))]
pub(crate) async fn undo(
    caller: Caller,
    State(shared): State<Shared>,
    Path(id): Path<String>,
    asked: Asked<Undo>,
) -> Result<Json<Value>, ApiError> {
    let by = typed(asked.wish.by.as_deref().unwrap_or(""))?;
    let found = shared.bulk_of(&caller, &id).await?;
    let undone = shared.undo_bulk(&caller, &found, by).await?;
    shown(&shared, undone).await
}
