//! Marked numbers: those that are not to be called, and those that many people share. A number comes in
//! a body, never in a path, and goes out masked.

use axum::Json;
use axum::extract::State;
use cuptel_core::mark::{MarkLine, MarkTold, Marked};
use cuptel_core::number::{Caller as Named, PhoneNumber};
use cuptel_core::step::Command;
use cuptel_core::words::Mark;
use cuptel_store::MarkFilter;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

use crate::access::Caller;
use crate::actions::{Asked, typed};
use crate::error::ApiError;
use crate::pages::Shared;
use crate::paging::Listed;
use crate::reads::{self, asked, next, rows, word};
use crate::schema;

/// Numbers that are marked at once, at most.
const NUMBERS_MAX: usize = 10_000;
/// Lines that one turn of the loop takes.
const LINES_AT_ONCE: usize = 500;

/// Which marks.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct NumbersAsked {
    /// Short name of the tenant; those of the region are not among them then.
    tenant: Option<String>,
    /// `do_not_call` or `shared`.
    mark: Option<String>,
    /// `true`: those that were taken away or have ended too.
    ended_too: Option<bool>,
    /// Older than this identifier: `next` of the page before.
    before: Option<i64>,
    /// How many, 1 to 1000; 100 where nothing is said.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
}

/// A number that is marked, or marked otherwise than it was.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewMark {
    /// As it is dialled: `+390861123456` or `0861123456`.
    number: String,
    #[schema(value_type = schema::Mark)]
    mark: Mark,
    /// Short name of the tenant for which it is; for the region, without one.
    tenant: Option<String>,
    /// When it is over by itself, in milliseconds since 1970; when somebody says so, without it.
    until_ms: Option<i64>,
    /// Name of the supervisor who says so.
    supervisor: Option<String>,
    /// Why.
    reason: Option<String>,
}

/// Numbers that are marked together, all of them or none.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewMarks {
    /// Short name of the tenant for which they are; for the region, without one.
    tenant: Option<String>,
    /// Name of the supervisor who says so.
    supervisor: Option<String>,
    /// Whether it is only looked if they could be marked.
    #[serde(default)]
    dry_run: bool,
    /// At most 10,000.
    numbers: Vec<ListedMark>,
}

/// One of them.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListedMark {
    /// Where it stands in the list; faults name it.
    line: u64,
    /// As it is dialled: `+390861123456` or `0861123456`.
    number: String,
    #[schema(value_type = schema::Mark)]
    mark: Mark,
    /// When it is over by itself, in milliseconds since 1970; when somebody says so, without it.
    until_ms: Option<i64>,
    /// Why.
    reason: Option<String>,
}

/// A mark that is taken away.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MarkOver {
    /// As it was marked.
    number: String,
    /// As it was marked.
    #[schema(value_type = schema::Mark)]
    mark: Mark,
    /// As it was marked.
    tenant: Option<String>,
    /// Name of the supervisor who says so.
    supervisor: Option<String>,
}

/// Marked numbers, newest first, with who marked them, why, and since when.
#[utoipa::path(get, path = "/api/v1/numbers", tag = "stored", security(("token" = [])),
    params(NumbersAsked),
    responses((status = 200, body = schema::Numbers), (status = 400, body = schema::Error),
        (status = 401, body = schema::Error)))]
pub(crate) async fn numbers(
    caller: Caller,
    State(shared): State<Shared>,
    query: reads::Asked<NumbersAsked>,
) -> Result<Listed, ApiError> {
    let query = asked(query)?;
    let limit = rows(query.limit)?;
    let filter = MarkFilter {
        tenant: caller.list_of(query.tenant)?,
        mark: word(query.mark.as_deref())?,
        ended_too: query.ended_too.unwrap_or(false),
        before: query.before,
        limit,
    };
    let marks = shared.store.marks(&filter).await?;
    let next = next(marks.last().map(|last| last.id.0), marks.len(), limit);
    Ok(Listed::before(json!({ "numbers": marks, "next": next })))
}

/// Marks a number. One that is not to be called is dialled no more once this is answered: its callback
/// is closed as `suppressed`, and only a dial or a conversation that goes on comes to its end. Whoever
/// calls from a shared number is asked for another to be called at, and joins nobody.
#[utoipa::path(post, path = "/api/v1/numbers", tag = "people", security(("token" = [])),
    request_body = NewMark,
    responses((status = 200, body = schema::Changed), (status = 401, body = schema::Error),
        (status = 422, description = "It is no number, there is no such tenant, or too many are marked",
            body = schema::Error)))]
pub(crate) async fn mark(
    caller: Caller,
    State(shared): State<Shared>,
    asked: Asked<NewMark>,
) -> Result<Json<Value>, ApiError> {
    let wish = asked.wish;
    let marked = Box::new(Marked {
        ends_ms: wish.until_ms,
        supervisor: said(wish.supervisor)?,
        reason: said(wish.reason)?,
    });
    let told = told(&wish.number, wish.mark, wish.tenant)?;
    shared
        .carry_out(&caller, Command::MarkNumber { told, marked })
        .await?;
    Ok(Json(json!({ "changed": 1 })))
}

/// Marks many numbers, all of them or none: a fault of one line leaves everything as it was. They are
/// marked some hundred at a time; a request that is cut off meanwhile may be sent again as it is.
#[utoipa::path(post, path = "/api/v1/numbers/import", tag = "people", security(("token" = [])),
    request_body = NewMarks,
    responses((status = 200, body = schema::Changed), (status = 401, body = schema::Error),
        (status = 422, description = "Nothing was marked: the lines at fault are named",
            body = schema::Faults)))]
pub(crate) async fn import(
    caller: Caller,
    State(shared): State<Shared>,
    asked: Asked<NewMarks>,
) -> Result<Json<Value>, ApiError> {
    let wish = asked.wish;
    if wish.numbers.len() > NUMBERS_MAX {
        return Err(ApiError::TooLarge);
    }
    let (tenant, supervisor) = (said(wish.tenant)?, said(wish.supervisor)?);
    let line = |it: ListedMark| {
        let marked = Marked {
            ends_ms: it.until_ms,
            supervisor: supervisor.clone(),
            reason: said(it.reason)?,
        };
        let (told, line) = (told(&it.number, it.mark, tenant.clone())?, it.line);
        Ok(MarkLine { line, told, marked })
    };
    let lines: Vec<MarkLine> = wish
        .numbers
        .into_iter()
        .map(line)
        .collect::<Result<_, ApiError>>()?;
    let changed = if wish.dry_run { 0 } else { lines.len() };
    let marks = |lines: &[MarkLine], dry_run| Command::MarkNumbers {
        lines: lines.to_vec(),
        dry_run,
    };
    if wish.dry_run || lines.len() > LINES_AT_ONCE {
        shared.carry_out(&caller, marks(&lines, true)).await?;
    }
    if changed > 0 {
        marked(shared, caller, lines).await?;
    }
    Ok(Json(json!({ "changed": changed })))
}

/// Marks all of them, some at a time. It goes on to its end though whoever asked for it is gone.
#[expect(
    clippy::disallowed_methods,
    reason = "a request that is dropped would end in the middle of the list"
)]
async fn marked(shared: Shared, caller: Caller, lines: Vec<MarkLine>) -> Result<(), ApiError> {
    let of = lines.len();
    let all = async move {
        let mut done = 0;
        for some in lines.chunks(LINES_AT_ONCE) {
            let command = Command::MarkNumbers {
                lines: some.to_vec(),
                dry_run: false,
            };
            if let Err(why) = shared.carry_out(&caller, command).await {
                return Err(cut_short(done, of, why));
            }
            done += some.len();
        }
        Ok(())
    };
    match tokio::spawn(all).await {
        Ok(outcome) => outcome,
        Err(_panicked) => Err(cut_short(0, of, ApiError::TooSlow)),
    }
}

/// Where nothing was taken, that alone is why.
fn cut_short(done: usize, of: usize, why: ApiError) -> ApiError {
    if done == 0 {
        return why;
    }
    ApiError::CutShort {
        done,
        of,
        why: Box::new(why),
    }
}

/// Takes a mark away; what it was stays stored.
#[utoipa::path(post, path = "/api/v1/numbers/release", tag = "people", security(("token" = [])),
    request_body = MarkOver,
    responses((status = 200, body = schema::Changed), (status = 401, body = schema::Error),
        (status = 409, description = "It is not marked so", body = schema::Error),
        (status = 422, description = "It is no number, or there is no such tenant",
            body = schema::Error)))]
pub(crate) async fn release(
    caller: Caller,
    State(shared): State<Shared>,
    asked: Asked<MarkOver>,
) -> Result<Json<Value>, ApiError> {
    let wish = asked.wish;
    let told = told(&wish.number, wish.mark, wish.tenant)?;
    let supervisor = said(wish.supervisor)?;
    shared
        .carry_out(&caller, Command::ReleaseMark { told, supervisor })
        .await?;
    Ok(Json(json!({ "changed": 1 })))
}

fn said(text: Option<String>) -> Result<Option<String>, ApiError> {
    typed(text.as_deref().unwrap_or(""))
}

fn told(number: &str, mark: Mark, tenant: Option<String>) -> Result<MarkTold, ApiError> {
    let tenant = said(tenant)?;
    let number = dialled(number)?;
    Ok(MarkTold {
        number,
        mark,
        tenant,
    })
}

/// The number itself is not told back: answers end in logs.
fn dialled(text: &str) -> Result<PhoneNumber, ApiError> {
    Named::from_user_part(text.trim())
        .number
        .ok_or(ApiError::Meaningless {
            why: "this is no telephone number".to_owned(),
            hint: "write it as it is dialled: +390861123456 or 0861123456",
        })
}
