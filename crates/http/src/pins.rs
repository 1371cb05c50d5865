//! The number and PIN by which an operator signs in from a phone. The PIN is told once, to whoever sets
//! it, and a digest of it is kept.

use axum::Json;
use axum::extract::{Path, State};
use cuptel_core::guessable::is_guessable_pin;
use cuptel_core::pin::{PIN_DIGITS_MAX, PIN_DIGITS_MIN, PinDigest, is_operator_number};
use cuptel_core::staffing::PinChange;
use cuptel_core::step::Command;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::access::Caller;
use crate::actions::Asked;
use crate::error::ApiError;
use crate::pages::{Shared, SharedParts};
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

/// PINs of one list: each takes some ten milliseconds to make a digest of, and nobody waits longer than
/// an answer may take.
pub(crate) const PINS_MAX: usize = 200;

/// A PIN that is told. Shows nothing of it.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String)]
pub(crate) struct PinTold(String);

impl From<String> for PinTold {
    fn from(digits: String) -> Self {
        Self(digits)
    }
}

impl std::fmt::Debug for PinTold {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PinTold(…)")
    }
}

/// Why nobody gets this PIN.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoPin {
    #[error("`number`: expected 1 to 8 digits")]
    Number,
    #[error(
        "`pin`: expected {PIN_DIGITS_MIN} to {PIN_DIGITS_MAX} digits, neither in a row nor repeated, like 123456 or 121212"
    )]
    Guessable,
}

fn meaningless(why: String) -> ApiError {
    ApiError::Meaningless { why, hint: HINT }
}

fn checked(number: Option<&str>, pin: Option<&str>) -> Result<(), NoPin> {
    if number.is_some_and(|number| !is_operator_number(number)) {
        return Err(NoPin::Number);
    }
    let is_pin = |pin: &str| {
        let fits = (PIN_DIGITS_MIN..=PIN_DIGITS_MAX).contains(&pin.len());
        fits && !is_guessable_pin(pin) && pin.bytes().all(|it| it.is_ascii_digit())
    };
    match pin {
        Some(pin) if !is_pin(pin) => Err(NoPin::Guessable),
        Some(_) | None => Ok(()),
    }
}

impl SharedParts {
    /// The number and PIN of an entry of a list, as the rules take them.
    pub(crate) async fn pin_change(
        &self,
        operator: &str,
        number: Option<String>,
        pin: Option<PinTold>,
    ) -> Result<Option<PinChange>, ApiError> {
        let fits = checked(number.as_deref(), pin.as_ref().map(|pin| pin.0.as_str()));
        fits.map_err(|why| meaningless(format!("\"{}\": {why}", shortened(operator))))?;
        let digest = match pin {
            Some(PinTold(pin)) => Some(PinDigest(self.digests.of(pin).await?)),
            None => None,
        };
        let is_said = number.is_some() || digest.is_some();
        Ok(is_said.then_some(PinChange { number, digest }))
    }

    /// Lets an operator sign in from a phone; tells the PIN where it was made here.
    pub(crate) async fn let_in_by_phone(
        &self,
        caller: &Caller,
        name: &str,
        (number, pin): (Option<String>, Option<String>),
    ) -> Result<Option<String>, ApiError> {
        let fits = checked(number.as_deref(), pin.as_deref());
        fits.map_err(|why| meaningless(why.to_string()))?;
        let made = match pin {
            Some(_) => None,
            None => Some(password::random_pin().map_err(ApiError::NoRandom)?),
        };
        let text = pin.or_else(|| made.clone()).unwrap_or_default();
        let digest = PinDigest(self.digests.of(text).await?);
        let command = Command::SetPin {
            operator: name.to_owned(),
            number,
            digest,
        };
        self.carry_out(caller, command).await?;
        Ok(made)
    }
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
    let PinAsked { number, pin } = asked.wish;
    let made = shared
        .let_in_by_phone(&caller, &name, (number, pin))
        .await?;
    let operator = shared.store.operator(&name).await?;
    let operator = operator.ok_or_else(|| ApiError::NotFound {
        what: "operator",
        which: shortened(&name),
    })?;
    Ok(Json(json!({ "number": operator.number, "pin": made })))
}
