//! A whole telephone number, for whoever must see it. Each look is written down before it is shown.

use axum::Json;
use axum::extract::{Path, State};
use cuptel_core::id::CallbackId;
use cuptel_core::number::PhoneNumber;
use serde_json::{Value, json};

use crate::access::Caller;
use crate::actions::{Asked, Nothing};
use crate::error::ApiError;
use crate::pages::Shared;
use crate::reads::{identifier, shortened};
use crate::schema;

/// What a look at a number goes by in the log of access.
const LOOK: &str = "look_at_number";

/// The whole number of a callback. Who looked, and when, stands in the log of access.
#[utoipa::path(post, path = "/api/v1/callbacks/{id}/number", tag = "people",
    security(("token" = [])), params(("id" = i64, Path)),
    responses((status = 200, body = schema::WholeNumber), (status = 401, body = schema::Error),
        (status = 403, body = schema::Error), (status = 404, body = schema::Error),
        (status = 503, description = "The look cannot be written down", body = schema::Error)))]
pub(crate) async fn number(
    caller: Caller,
    State(shared): State<Shared>,
    Path(id): Path<String>,
    _asked: Asked<Nothing>,
) -> Result<Json<Value>, ApiError> {
    let callback = CallbackId(identifier(&id, "callback")?);
    let not_found = || ApiError::NotFound {
        what: "callback",
        which: shortened(&id),
    };
    let found = shared.store.number_of_callback(callback).await?;
    let (tenant, number) = found.ok_or_else(not_found)?;
    if !caller.leads(Some(&tenant)) {
        return Err(not_found());
    }
    caller.logged(&shared, LOOK, Some(&id)).await?;
    let number = number.as_ref().map(PhoneNumber::reveal);
    Ok(Json(json!({ "number": number })))
}
