//! Days on which an authority is shut beside those of its calendars, or open at other hours.

use axum::Json;
use axum::extract::{Path, State};
use cuptel_core::calendar::LocalDay;
use cuptel_core::id::SpecialDayId;
use cuptel_core::special_day::SpecialDayTold;
use cuptel_core::step::Command;
use cuptel_store::SpecialDayFilter;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

use crate::access::Caller;
use crate::actions::{Asked, Nothing, typed};
use crate::error::ApiError;
use crate::pages::{Shared, SharedParts};
use crate::reads::{self, asked, identifier, rows};
use crate::schema;

/// Which days.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ClosuresAsked {
    /// Short name of the tenant.
    tenant: Option<String>,
    /// `true`: those that are over or were taken away too.
    ended_too: Option<bool>,
    /// How many, 1 to 1000; 100 where nothing is said.
    limit: Option<u32>,
}

/// Some days one after the other.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewClosure {
    /// Short name of the tenant.
    tenant: String,
    /// One of its calendars; every one, without it.
    calendar: Option<String>,
    /// The first of the days, like `2026-12-24`, by the clock of the tenant.
    first: String,
    /// The last of them; the first, without it.
    last: Option<String>,
    /// Hours like `08:00-12:00 15:00-17:00`; shut, without them.
    hours: Option<String>,
    /// Why.
    reason: Option<String>,
    /// Name of who says so.
    by: Option<String>,
}

impl SharedParts {
    /// The day that it is for a tenant.
    pub(crate) fn today(&self, tenant: Option<&str>) -> Option<String> {
        let zone = self.engine.health().configuration.zones.of(tenant);
        let day = LocalDay::of(self.engine.snapshot().at_ms, zone);
        day.map(|day| day.to_string())
    }
}

/// Days on which calendars are shut or have hours of their own, the latest first; those that are not
/// over.
#[utoipa::path(get, path = "/api/v1/closures", tag = "stored", security(("token" = [])),
    params(ClosuresAsked),
    responses((status = 200, body = schema::Closures), (status = 400, body = schema::Error),
        (status = 401, body = schema::Error)))]
pub(crate) async fn closures(
    caller: Caller,
    State(shared): State<Shared>,
    query: reads::Asked<ClosuresAsked>,
) -> Result<Json<Value>, ApiError> {
    let query = asked(query)?;
    let tenant = caller.list_of(query.tenant)?;
    let today = shared.today(tenant.as_deref());
    let filter = SpecialDayFilter {
        tenant,
        from_day: today.filter(|_| !query.ended_too.unwrap_or(false)),
        limit: rows(query.limit)?,
    };
    let closures = shared.store.special_days(&filter).await?;
    Ok(Json(json!({ "closures": closures })))
}

/// Has some days shut, or at other hours. It holds at once and over restarts, like hours that were
/// deployed: whoever calls in that moment ends on the way they are on.
#[utoipa::path(post, path = "/api/v1/closures", tag = "people", security(("token" = [])),
    request_body = NewClosure,
    responses((status = 200, body = schema::Changed), (status = 401, body = schema::Error),
        (status = 422, description = "There is no such tenant, calendar or day",
            body = schema::Error)))]
pub(crate) async fn add(
    caller: Caller,
    State(shared): State<Shared>,
    asked: Asked<NewClosure>,
) -> Result<Json<Value>, ApiError> {
    let wish = asked.wish;
    let said = |text: Option<String>| typed(text.as_deref().unwrap_or(""));
    let told = SpecialDayTold {
        tenant: wish.tenant,
        calendar: said(wish.calendar)?,
        first: wish.first,
        last: said(wish.last)?,
        hours: said(wish.hours)?,
        reason: said(wish.reason)?,
        by: said(wish.by)?,
    };
    let command = Command::AddSpecialDay(Box::new(told));
    shared.carry_out(&caller, command).await?;
    Ok(Json(json!({ "changed": 1 })))
}

/// Has days at their ordinary hours again.
#[utoipa::path(post, path = "/api/v1/closures/{id}/remove", tag = "people",
    security(("token" = [])), params(("id" = i64, Path)),
    responses((status = 200, body = schema::Changed), (status = 401, body = schema::Error),
        (status = 404, body = schema::Error)))]
pub(crate) async fn remove(
    caller: Caller,
    State(shared): State<Shared>,
    Path(id): Path<String>,
    _asked: Asked<Nothing>,
) -> Result<Json<Value>, ApiError> {
    let id = SpecialDayId(identifier(&id, "closure")?);
    let command = Command::RemoveSpecialDay { id, by: None };
    shared.carry_out(&caller, command).await?;
    Ok(Json(json!({ "changed": 1 })))
}
