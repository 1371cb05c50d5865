//! The number and PIN by which an operator signs in from a phone. The PIN is told once, to whoever sets
//! it, and a digest of it is kept.

use axum::Json;
use axum::extract::{Path, State};
use cuptel_core::pin::{PIN_DIGITS_MAX, PIN_DIGITS_MIN, PinDigest, is_operator_number};
use cuptel_core::step::Command;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::access::Caller;
use crate::actions::Asked;
use crate::error::ApiError;
use crate::pages::Shared;
use crate::password;
use crate::reads::shortened;
use crate::schema;

const HINT: &str = "leave `pin` out, and one is made and told";

/// What an operator keys in.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct PinAsked {
    /// 1 to 8 digits, nobody else's; as before, without one.
    number: Option<String>,
    /// 6 to 16 digits; without one, six are made and told.
    pin: Option<String>,
}

impl std::fmt::Debug for PinAsked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PinAsked(…)")
    }
}

fn meaningless(why: String) -> ApiError {
    ApiError::Meaningless { why, hint: HINT }
}

fn checked(asked: &PinAsked) -> Result<(), ApiError> {
    if let Some(number) = asked.number.as_deref()
        && !is_operator_number(number)
    {
        return Err(meaningless("`number`: expected 1 to 8 digits".to_owned()));
    }
    let Some(pin) = asked.pin.as_deref() else {
        return Ok(());
    };
    let is_pin = (PIN_DIGITS_MIN..=PIN_DIGITS_MAX).contains(&pin.len())
        && pin.bytes().all(|it| it.is_ascii_digit());
    let is_plain = pin.bytes().all(|it| Some(it) == pin.bytes().next());
    if !is_pin || is_plain {
        return Err(meaningless(format!(
            "`pin`: expected {PIN_DIGITS_MIN} to {PIN_DIGITS_MAX} digits, not all the same"
        )));
    }
    Ok(())
}

/// Lets an operator sign in from a phone, or gives them another PIN. It is told where it was made here,
/// this once.
#[utoipa::path(post, path = "/api/v1/operators/{operator}/pin", tag = "people",
    security(("token" = [])), params(("operator" = String, Path, description = "Login name")),
    request_body = PinAsked,
    responses((status = 200, body = schema::OperatorPin), (status = 401, body = schema::Error),
        (status = 422, description = "Nothing was changed", body = schema::Error)))]
pub(crate) async fn set_pin(
    caller: Caller,
    State(shared): State<Shared>,
    Path(name): Path<String>,
    asked: Asked<PinAsked>,
) -> Result<Json<Value>, ApiError> {
    checked(&asked.wish)?;
    let PinAsked { number, pin } = asked.wish;
    let made = match pin {
        Some(_) => None,
        None => Some(password::random_pin().map_err(ApiError::NoRandom)?),
    };
    let text = pin.or_else(|| made.clone()).unwrap_or_default();
    let digest = PinDigest(shared.digests.of(text).await?);
    let command = Command::SetPin {
        operator: name.clone(),
        number,
        digest,
    };
    shared.carry_out(&caller, command).await?;
    let operator = shared.store.operator(&name).await?;
    let operator = operator.ok_or_else(|| ApiError::NotFound {
        what: "operator",
        which: shortened(&name),
    })?;
    Ok(Json(json!({ "number": operator.number, "pin": made })))
}
