//! Reports: how callers fared in a period, and what is owed now. The store reckons; here it is told
//! as JSON or CSV.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use cuptel_store::{BACKLOG_COLUMNS, Period, PeriodError, SERVICE_COLUMNS, csv};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::IntoParams;

use crate::access::Caller;
use crate::error::ApiError;
use crate::pages::Shared;
use crate::reads::{Asked, asked, shortened};
use crate::schema;

const CSV: &str = "text/csv";

/// About which days, and how it is told.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ServiceAsked {
    /// One day, like `2026-11-25`; today where nothing is said.
    day: Option<String>,
    /// The first of several days, 732 at most.
    from: Option<String>,
    /// The last of them; today where it is not said.
    to: Option<String>,
    /// Short name of the tenant; all, with the region, without it.
    tenant: Option<String>,
    /// `json` or `csv`; what is not said is taken from the header `Accept`, else `json`.
    format: Option<String>,
}

/// Of whom, and how it is told.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct BacklogAsked {
    /// Short name of the tenant; all, with the region, without it.
    tenant: Option<String>,
    /// `json` or `csv`; what is not said is taken from the header `Accept`, else `json`.
    format: Option<String>,
}

impl From<PeriodError> for ApiError {
    fn from(error: PeriodError) -> Self {
        Self::Malformed {
            why: error.to_string(),
            hint: "ask with `day`, or with `from` and `to`, like 2026-11-25",
        }
    }
}

/// How callers fared in a period: calls and callers, who was recovered and how fast, who could not be
/// called, which promises were kept; by tenant, queue and day. Reads every call since the first of the
/// days: what takes longer than ten seconds is asked of the database (`cuptel report --offline`).
#[utoipa::path(get, path = "/api/v1/reports/service", tag = "stored", security(("token" = [])),
    params(ServiceAsked),
    responses(
        (status = 200, content((schema::ServiceReport = "application/json"), (String = "text/csv"))),
        (status = 400, body = schema::Error), (status = 401, body = schema::Error),
        (status = 503, body = schema::Error)))]
pub(crate) async fn service(
    caller: Caller,
    State(shared): State<Shared>,
    headers: HeaderMap,
    query: Asked<ServiceAsked>,
) -> Result<Response, ApiError> {
    let wish = asked(query)?;
    let format = Format::asked(wish.format.as_deref(), &headers)?;
    let zones = &shared.engine.health().configuration.zones;
    let tenant = caller.list_of(wish.tenant)?;
    let tenant = tenant.as_deref();
    let now_ms = shared.engine.snapshot().at_ms;
    let days = [&wish.day, &wish.from, &wish.to].map(|day| day.as_deref());
    let [day, from, to] = days;
    let period = Period::asked(day, from, to, (now_ms, zones.of(tenant)))?;
    let report = shared.store.service(period, zones, tenant, now_ms).await?;
    format.tell(json!(report), SERVICE_COLUMNS)
}

/// What is owed now, by tenant and queue, by class of urgency and by age.
#[utoipa::path(get, path = "/api/v1/reports/backlog", tag = "stored", security(("token" = [])),
    params(BacklogAsked),
    responses(
        (status = 200, content((schema::BacklogReport = "application/json"), (String = "text/csv"))),
        (status = 400, body = schema::Error), (status = 401, body = schema::Error)))]
pub(crate) async fn backlog(
    caller: Caller,
    State(shared): State<Shared>,
    headers: HeaderMap,
    query: Asked<BacklogAsked>,
) -> Result<Response, ApiError> {
    let wish = asked(query)?;
    let format = Format::asked(wish.format.as_deref(), &headers)?;
    let now_ms = shared.engine.snapshot().at_ms;
    let tenant = caller.list_of(wish.tenant)?;
    let report = shared.store.backlog(tenant.as_deref(), now_ms).await?;
    format.tell(json!(report), BACKLOG_COLUMNS)
}

/// How a report is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Json,
    Csv,
}

impl Format {
    fn asked(word: Option<&str>, headers: &HeaderMap) -> Result<Self, ApiError> {
        match word {
            Some("json") => Ok(Self::Json),
            Some("csv") => Ok(Self::Csv),
            Some(other) => Err(ApiError::Malformed {
                why: format!("\"{}\" is no format of a report", shortened(other)),
                hint: "ask for `json` or `csv`",
            }),
            None if accepts_csv(headers) => Ok(Self::Csv),
            None => Ok(Self::Json),
        }
    }

    fn tell(self, mut report: Value, columns: &[&str]) -> Result<Response, ApiError> {
        match self {
            Self::Json => Ok(Json(report).into_response()),
            Self::Csv => {
                let rows = report["rows"].take();
                let rows = rows.as_array().map_or(&[][..], Vec::as_slice);
                let kind = (CONTENT_TYPE, "text/csv; charset=utf-8; header=present");
                Ok(([kind], csv(rows, columns)).into_response())
            }
        }
    }
}

/// The first type that is named decides: nobody who asks for reports weighs them.
fn accepts_csv(headers: &HeaderMap) -> bool {
    let accepted = headers.get(ACCEPT).and_then(|accept| accept.to_str().ok());
    let first = accepted.and_then(|accepted| accepted.split([',', ';']).next());
    first.is_some_and(|first| first.trim().eq_ignore_ascii_case(CSV))
}
