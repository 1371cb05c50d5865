//! Reports: how callers fared in a period, and what is owed now. The store reckons; here it is told
//! as JSON or CSV.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use cuptel_core::snapshot::QueueNow;
use cuptel_core::time::UtcMs;
use cuptel_store::{
    BACKLOG_COLUMNS, Period, PeriodError, QUARTER_COLUMNS, QuarterLine, RESULT_COLUMNS,
    SERVICE_COLUMNS, Targets, csv,
};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::IntoParams;

use crate::access::Caller;
use crate::error::ApiError;
use crate::pages::{Shared, SharedParts};
use crate::reads::{Asked, asked, shortened};
use crate::schema;

const CSV: &str = "text/csv";
/// Days of which quarter hours are told at most: a quarter of a year.
const QUARTER_DAYS_MAX: i64 = 92;

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

/// About which days, and how it is told.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct QuartersAsked {
    /// The first day, like `2026-11-25`; today where nothing is said.
    from: Option<String>,
    /// The last of them, 92 days at most; today where it is not said.
    to: Option<String>,
    /// Short name of the tenant; all, without it.
    tenant: Option<String>,
    /// Short name of a queue of that tenant; all, without it.
    queue: Option<String>,
    /// `json` or `csv`; what is not said is taken from the header `Accept`, else `json`.
    format: Option<String>,
}

/// How callers fared from quarter hour to quarter hour, by queue.
#[utoipa::path(get, path = "/api/v1/reports/quarters", tag = "stored", security(("token" = [])),
    params(QuartersAsked),
    responses(
        (status = 200, content((schema::QuarterReport = "application/json"), (String = "text/csv"))),
        (status = 400, body = schema::Error), (status = 401, body = schema::Error)))]
pub(crate) async fn quarters(
    caller: Caller,
    State(shared): State<Shared>,
    headers: HeaderMap,
    query: Asked<QuartersAsked>,
) -> Result<Response, ApiError> {
    let wish = asked(query)?;
    let format = Format::asked(wish.format.as_deref(), &headers)?;
    let tenant = caller.list_of(wish.tenant)?;
    let days = (wish.from.as_deref(), wish.to.as_deref());
    let stretch = days_asked(&shared, days, tenant.as_deref())?;
    let rows = quarter_lines(&shared, stretch, (tenant.as_deref(), wish.queue.as_deref())).await?;
    let (from_ms, to_ms) = stretch;
    let report = json!({ "from_ms": from_ms, "to_ms": to_ms, "rows": rows });
    format.tell(report, QUARTER_COLUMNS)
}

/// About which days, and how it is told.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ResultsAsked {
    /// The first day, like `2026-11-25`; today where nothing is said.
    from: Option<String>,
    /// The last of them, 92 days at most; today where it is not said.
    to: Option<String>,
    /// Short name of the tenant; all, without it.
    tenant: Option<String>,
    /// `json` or `csv`; what is not said is taken from the header `Accept`, else `json`.
    format: Option<String>,
}

/// What came of conversations, by queue and by the result that was told: `code` is the centre's own word
/// for it, also one that is not in the configuration any more.
#[utoipa::path(get, path = "/api/v1/reports/results", tag = "stored", security(("token" = [])),
    params(ResultsAsked),
    responses(
        (status = 200, content((schema::ResultReport = "application/json"), (String = "text/csv"))),
        (status = 400, body = schema::Error), (status = 401, body = schema::Error)))]
pub(crate) async fn results(
    caller: Caller,
    State(shared): State<Shared>,
    headers: HeaderMap,
    query: Asked<ResultsAsked>,
) -> Result<Response, ApiError> {
    let wish = asked(query)?;
    let format = Format::asked(wish.format.as_deref(), &headers)?;
    let tenant = caller.list_of(wish.tenant)?;
    let days = (wish.from.as_deref(), wish.to.as_deref());
    let stretch = days_asked(&shared, days, tenant.as_deref())?;
    let rows = shared.store.results(stretch, tenant.as_deref()).await?;
    let (from_ms, to_ms) = stretch;
    let report = json!({ "from_ms": from_ms, "to_ms": to_ms, "rows": rows });
    format.tell(report, RESULT_COLUMNS)
}

/// The stretch of time of some days by the clock of a tenant, the end not included.
pub(crate) fn days_asked(
    shared: &SharedParts,
    (from, to): (Option<&str>, Option<&str>),
    tenant: Option<&str>,
) -> Result<(UtcMs, UtcMs), ApiError> {
    let zone = shared.engine.health().configuration.zones.of(tenant);
    let now_ms = shared.engine.snapshot().at_ms;
    let period = Period::asked(None, from, to, (now_ms, zone))?;
    match period.by_clock(zone) {
        Some(stretch) if period.from.days_to(period.to) < QUARTER_DAYS_MAX => Ok(stretch),
        Some(_) | None => Err(ApiError::Malformed {
            why: format!("such a report is about {QUARTER_DAYS_MAX} days at most"),
            hint: "ask for fewer days",
        }),
    }
}

/// The quarter hours of a stretch of time, of one queue where it is named.
pub(crate) async fn quarter_lines(
    shared: &SharedParts,
    stretch: (UtcMs, UtcMs),
    (tenant, queue): (Option<&str>, Option<&str>),
) -> Result<Vec<QuarterLine>, ApiError> {
    let look = shared.engine.snapshot();
    let target = |it: &QueueNow| {
        let within_s = it.targets.first()?.within_s;
        Some(((it.tenant.clone(), it.name.clone()), within_s))
    };
    let targets: Targets = look.queues.iter().filter_map(target).collect();
    let lines = shared.store.quarters(stretch, tenant, &targets, look.at_ms);
    let mut lines = lines.await?;
    lines.retain(|line| queue.is_none() || line.queue.as_deref() == queue);
    Ok(lines)
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
