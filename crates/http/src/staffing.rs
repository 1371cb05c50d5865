//! Who may work and where: operators with their skills, and seats with the passwords of their
//! phones. A list is taken whole or not at all.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, State};
use cuptel_core::staffing::{OperatorChange, SeatChange};
use cuptel_core::step::Command;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::access::Caller;
use crate::actions::{Asked, Nothing, typed};
use crate::error::ApiError;
use crate::pages::Shared;
use crate::reads::shortened;
use crate::schema;

/// Entries of a list; a region has some hundred operators.
const ENTRIES_MAX: usize = 5_000;
/// Bytes of such a list.
pub(crate) const LIST_BYTES_MAX: usize = 2 * 1024 * 1024;
/// Characters of a phone's password.
const PASSWORD_MAX: usize = 200;
const HINT: &str = "nothing was changed: correct it and send the whole list again";

/// Operators to add or to change.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Operators {
    /// At most 5000.
    operators: Vec<OperatorTold>,
}

/// One of them. What is left out stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OperatorTold {
    /// Login name.
    name: String,
    /// Who employs them; needed where they are new.
    employer: Option<String>,
    /// All that they can do, with levels from 1 to 5.
    skills: Option<BTreeMap<String, u8>>,
}

/// Seats to add or to change.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Seats {
    /// At most 5000.
    seats: Vec<SeatTold>,
}

/// One of them. What is left out stays as it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SeatTold {
    /// Extension: user name of its phone.
    name: String,
    /// A site of the configuration; needed where it is new.
    site: Option<String>,
    /// Of its phone; needed where it is new. Only digests of it are kept.
    password: Option<String>,
}

impl std::fmt::Debug for SeatTold {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SeatTold")
            .field("name", &self.name)
            .field("site", &self.site)
            .finish_non_exhaustive()
    }
}

fn meaningless(why: String) -> ApiError {
    ApiError::Meaningless { why, hint: HINT }
}

fn few_enough(entries: usize) -> Result<(), ApiError> {
    if entries <= ENTRIES_MAX {
        return Ok(());
    }
    Err(meaningless(format!("more than {ENTRIES_MAX} entries")))
}

fn filled(text: &str, what: &str) -> Result<String, ApiError> {
    typed(text)?.ok_or_else(|| meaningless(format!("{what} is empty")))
}

/// Everybody who works here.
#[utoipa::path(get, path = "/api/v1/operators", tag = "stored", security(("token" = [])),
    responses((status = 200, body = schema::Operators), (status = 401, body = schema::Error)))]
pub(crate) async fn operators(
    _caller: Caller,
    State(shared): State<Shared>,
) -> Result<Json<Value>, ApiError> {
    Ok(Json(
        json!({ "operators": shared.store.operators().await? }),
    ))
}

/// One operator.
#[utoipa::path(get, path = "/api/v1/operators/{operator}", tag = "stored",
    security(("token" = [])), params(("operator" = String, Path, description = "Login name")),
    responses((status = 200, body = schema::OneOperator), (status = 401, body = schema::Error),
        (status = 404, body = schema::Error)))]
pub(crate) async fn operator(
    _caller: Caller,
    State(shared): State<Shared>,
    Path(name): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let operator = shared.store.operator(&name).await?;
    let operator = operator.ok_or_else(|| ApiError::NotFound {
        what: "operator",
        which: shortened(&name),
    })?;
    Ok(Json(json!({ "operator": operator })))
}

/// Adds and changes operators, at once also where they are signed in. All of them, or none.
#[utoipa::path(post, path = "/api/v1/operators", tag = "people", security(("token" = [])),
    request_body = Operators,
    responses((status = 200, body = schema::Changed), (status = 401, body = schema::Error),
        (status = 422, description = "Nothing was changed", body = schema::Faults)))]
pub(crate) async fn set_operators(
    _caller: Caller,
    State(shared): State<Shared>,
    asked: Asked<Operators>,
) -> Result<Json<Value>, ApiError> {
    let told = asked.wish.operators;
    few_enough(told.len())?;
    let change = |told: OperatorTold| {
        let employer = told.employer.as_deref();
        Ok(OperatorChange {
            name: filled(&told.name, "`name`")?,
            employer: employer.map(|it| filled(it, "`employer`")).transpose()?,
            skills: told.skills,
        })
    };
    let changes: Vec<_> = told
        .into_iter()
        .map(change)
        .collect::<Result<_, ApiError>>()?;
    let changed = changes.len();
    shared
        .engine
        .command(Command::SetOperators(changes))
        .await?;
    Ok(Json(json!({ "changed": changed })))
}

/// An operator works here no more. A conversation goes on to its end.
#[utoipa::path(post, path = "/api/v1/operators/{operator}/remove", tag = "people",
    security(("token" = [])), params(("operator" = String, Path, description = "Login name")),
    responses((status = 200, body = schema::Changed), (status = 401, body = schema::Error),
        (status = 422, description = "There is no such operator", body = schema::Error)))]
pub(crate) async fn remove_operator(
    _caller: Caller,
    State(shared): State<Shared>,
    Path(name): Path<String>,
    _asked: Asked<Nothing>,
) -> Result<Json<Value>, ApiError> {
    shared.engine.command(Command::RemoveOperator(name)).await?;
    Ok(Json(json!({ "changed": 1 })))
}

/// Adds and changes seats. All of them, or none. A new password is asked for when the phone
/// registers next.
#[utoipa::path(post, path = "/api/v1/seats", tag = "people", security(("token" = [])),
    request_body = Seats,
    responses((status = 200, body = schema::Changed), (status = 401, body = schema::Error),
        (status = 422, description = "Nothing was changed", body = schema::Faults)))]
pub(crate) async fn set_seats(
    _caller: Caller,
    State(shared): State<Shared>,
    asked: Asked<Seats>,
) -> Result<Json<Value>, ApiError> {
    let told = asked.wish.seats;
    few_enough(told.len())?;
    let change = |told: SeatTold| {
        let password = told.password.as_deref();
        let long = |password: &str| !(1..=PASSWORD_MAX).contains(&password.chars().count());
        if password.is_some_and(long) {
            let why = format!("a password has 1 to {PASSWORD_MAX} characters");
            return Err(meaningless(why));
        }
        Ok(SeatChange {
            account: password.map(|it| shared.engine.account(&told.name, it)),
            site: told.site,
            name: told.name,
        })
    };
    let changes: Vec<_> = told
        .into_iter()
        .map(change)
        .collect::<Result<_, ApiError>>()?;
    let changed = changes.len();
    shared.engine.command(Command::SetSeats(changes)).await?;
    Ok(Json(json!({ "changed": changed })))
}

/// A seat is there no more: its phone cannot register, and whoever works there is signed out.
#[utoipa::path(post, path = "/api/v1/seats/{seat}/remove", tag = "people",
    security(("token" = [])), params(("seat" = String, Path, description = "Extension")),
    responses((status = 200, body = schema::Changed), (status = 401, body = schema::Error),
        (status = 404, body = schema::Error)))]
pub(crate) async fn remove_seat(
    _caller: Caller,
    State(shared): State<Shared>,
    Path(name): Path<String>,
    _asked: Asked<Nothing>,
) -> Result<Json<Value>, ApiError> {
    shared.engine.command(Command::RemoveSeat(name)).await?;
    Ok(Json(json!({ "changed": 1 })))
}
