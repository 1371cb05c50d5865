//! What operators and supervisors do to a seat: JSON for programs, forms for the page.
//! A program is answered with the seat as it is after the commit; a form leads back to
//! the seat's page, which tells what happened.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts as _, Path, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use cuptel_core::step::{Command, CommandError};
use cuptel_core::words::Chosen;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use utoipa::ToSchema;

use crate::access::Caller;
use crate::error::ApiError;
use crate::pages::Shared;
use crate::port::Refusal;
use crate::session::Notice;
use crate::{answers, reads, schema};

/// Characters of a login name or a reason.
pub(crate) const WORDS_MAX: usize = 100;
/// A form waits this long for a look that shows what it did.
const LOOK_TIME: Duration = Duration::from_secs(2);

/// Who signs in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignIn {
    /// Login name.
    operator: String,
    /// Planned end of the shift, in milliseconds since 1970: nothing is begun that would overrun
    /// it, and when it comes the seat is signed out.
    until_ms: Option<i64>,
    /// Whether they leave the seat where they are signed in, if that is another. Default: no,
    /// and they are refused.
    #[serde(default)]
    moves: bool,
}

/// Why there is a pause.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Pause {
    /// One of the configured reasons; a word or two where there are none.
    reason: Option<String>,
    /// Name of the supervisor who does it for the operator.
    supervisor: Option<String>,
}

/// Who does it.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct By {
    /// Name of the supervisor who does it.
    pub(crate) supervisor: Option<String>,
}

/// What comes after the last work.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OneMore {
    then: Afterwards,
    /// Why, for a pause.
    reason: Option<String>,
    /// Name of the supervisor who does it for the operator.
    supervisor: Option<String>,
}

/// What one chooses for after the last work.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Afterwards {
    Pause,
    SignOut,
}

/// A body without content.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Nothing {}

/// A body that was read, and how it came.
#[derive(Debug)]
pub(crate) struct Asked<T> {
    pub(crate) wish: T,
    pub(crate) by_form: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Empty,
    Json,
    Form,
}

const JSON_HINT: &str =
    "/api/v1/openapi.json shows the body; send `content-type: application/json`";

impl<T: DeserializeOwned> FromRequest<Shared> for Asked<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, shared: &Shared) -> Result<Self, ApiError> {
        let kind = kind_of(request.headers());
        let body = body_of(request, shared).await?;
        // A program that has nothing to say sends no body; some call that a form.
        let kind = if body.is_empty() && kind != Some(Kind::Form) {
            Some(Kind::Empty)
        } else {
            kind
        };
        let wish = match kind.ok_or(ApiError::WrongType)? {
            Kind::Empty => parse_json(b"{}"),
            Kind::Json => parse_json(&body),
            Kind::Form => {
                serde_urlencoded::from_bytes(&body).map_err(|error| meaningless(error.to_string()))
            }
        }?;
        Ok(Self {
            wish,
            by_form: kind == Some(Kind::Form),
        })
    }
}

/// Who asks something of which seat.
pub(crate) struct OfSeat<T> {
    pub(crate) shared: Shared,
    pub(crate) caller: Caller,
    /// Its name.
    pub(crate) seat: String,
    pub(crate) asked: Asked<T>,
}

/// Who may not ask at all is told so before what they ask is looked at.
impl<T: DeserializeOwned> FromRequest<Shared> for OfSeat<T> {
    type Rejection = Response;

    async fn from_request(request: Request, shared: &Shared) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let caller = Caller::from_request_parts(&mut parts, shared).await;
        let caller = caller.map_err(IntoResponse::into_response)?;
        let seat = Path::from_request_parts(&mut parts, shared).await;
        let Path(seat) = seat.map_err(IntoResponse::into_response)?;
        let asked = Asked::from_request(Request::from_parts(parts, body), shared).await;
        Ok(Self {
            shared: Shared::clone(shared),
            caller,
            seat,
            asked: asked.map_err(IntoResponse::into_response)?,
        })
    }
}

fn kind_of(headers: &HeaderMap) -> Option<Kind> {
    let Some(stated) = headers.get(CONTENT_TYPE) else {
        return Some(Kind::Json);
    };
    let essence = stated.to_str().ok()?.split(';').next()?.trim();
    if essence.eq_ignore_ascii_case("application/json") {
        Some(Kind::Json)
    } else if essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        Some(Kind::Form)
    } else {
        None
    }
}

/// A body within the limit.
pub(crate) async fn body_of(request: Request, shared: &Shared) -> Result<Bytes, ApiError> {
    Bytes::from_request(request, shared)
        .await
        .map_err(unreadable)
}

fn unreadable(rejection: BytesRejection) -> ApiError {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return ApiError::TooLarge;
    }
    ApiError::Malformed {
        why: rejection.body_text(),
        hint: JSON_HINT,
    }
}

fn parse_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    serde_json::from_slice(body).map_err(|error| match error.classify() {
        serde_json::error::Category::Data => meaningless(error.to_string()),
        serde_json::error::Category::Syntax
        | serde_json::error::Category::Eof
        | serde_json::error::Category::Io => ApiError::Malformed {
            why: error.to_string(),
            hint: JSON_HINT,
        },
    })
}

pub(crate) fn meaningless(why: String) -> ApiError {
    ApiError::Meaningless {
        why,
        hint: JSON_HINT,
    }
}

/// A word that a person typed; none where it is blank.
pub(crate) fn typed(text: &str) -> Result<Option<String>, ApiError> {
    let text = text.trim();
    if text.chars().count() > WORDS_MAX || text.chars().any(char::is_control) {
        return Err(ApiError::Meaningless {
            why: format!("a name or a reason has at most {WORDS_MAX} printable characters"),
            hint: "shorten it",
        });
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

/// An operator begins to work on a seat.
#[utoipa::path(post, path = "/api/v1/seats/{seat}/sign-in", tag = "seats",
    security(("token" = [])), params(("seat" = String, Path, description = "Extension")),
    request_body(content((SignIn = "application/json"),
        (SignIn = "application/x-www-form-urlencoded"))),
    responses(schema::SeatActed))]
pub(crate) async fn sign_in(
    caller: Caller,
    State(shared): State<Shared>,
    Path(seat): Path<String>,
    asked: Asked<SignIn>,
) -> Result<Response, ApiError> {
    let command = typed(&asked.wish.operator).and_then(|operator| match operator {
        Some(operator) => Ok(Command::SignIn {
            seat: seat.clone(),
            operator,
            until_ms: asked.wish.until_ms,
            moves: asked.wish.moves,
        }),
        None => Err(meaningless("operator is empty".to_owned())),
    });
    act(&shared, caller, &seat, asked.by_form, command).await
}

/// The operator of a seat goes.
#[utoipa::path(post, path = "/api/v1/seats/{seat}/sign-out", tag = "seats",
    security(("token" = [])), params(("seat" = String, Path, description = "Extension")),
    request_body(content((By = "application/json"), (By = "application/x-www-form-urlencoded"))),
    responses(schema::SeatActed))]
pub(crate) async fn sign_out(
    caller: Caller,
    State(shared): State<Shared>,
    Path(seat): Path<String>,
    asked: Asked<By>,
) -> Result<Response, ApiError> {
    let command = choose(&seat, Chosen::SignedOut, None, asked.wish.supervisor);
    act(&shared, caller, &seat, asked.by_form, command).await
}

/// The operator of a seat pauses.
#[utoipa::path(post, path = "/api/v1/seats/{seat}/pause", tag = "seats",
    security(("token" = [])), params(("seat" = String, Path, description = "Extension")),
    request_body(content((Pause = "application/json"),
        (Pause = "application/x-www-form-urlencoded"))),
    responses(schema::SeatActed))]
pub(crate) async fn pause(
    caller: Caller,
    State(shared): State<Shared>,
    Path(seat): Path<String>,
    asked: Asked<Pause>,
) -> Result<Response, ApiError> {
    let Pause { reason, supervisor } = asked.wish;
    let command = choose(&seat, Chosen::Paused, reason, supervisor);
    act(&shared, caller, &seat, asked.by_form, command).await
}

/// The operator of a seat is at the counter, not on the phone.
#[utoipa::path(post, path = "/api/v1/seats/{seat}/front-office", tag = "seats",
    security(("token" = [])), params(("seat" = String, Path, description = "Extension")),
    request_body(content((By = "application/json"), (By = "application/x-www-form-urlencoded"))),
    responses(schema::SeatActed))]
pub(crate) async fn front_office(
    caller: Caller,
    State(shared): State<Shared>,
    Path(seat): Path<String>,
    asked: Asked<By>,
) -> Result<Response, ApiError> {
    let command = choose(&seat, Chosen::FrontOffice, None, asked.wish.supervisor);
    act(&shared, caller, &seat, asked.by_form, command).await
}

/// The operator of a seat takes works.
#[utoipa::path(post, path = "/api/v1/seats/{seat}/available", tag = "seats",
    security(("token" = [])), params(("seat" = String, Path, description = "Extension")),
    request_body(content((By = "application/json"), (By = "application/x-www-form-urlencoded"))),
    responses(schema::SeatActed))]
pub(crate) async fn available(
    caller: Caller,
    State(shared): State<Shared>,
    Path(seat): Path<String>,
    asked: Asked<By>,
) -> Result<Response, ApiError> {
    let command = choose(&seat, Chosen::Available, None, asked.wish.supervisor);
    act(&shared, caller, &seat, asked.by_form, command).await
}

/// The operator of a seat takes one more work.
#[utoipa::path(post, path = "/api/v1/seats/{seat}/one-more", tag = "seats",
    security(("token" = [])), params(("seat" = String, Path, description = "Extension")),
    request_body(content((OneMore = "application/json"),
        (OneMore = "application/x-www-form-urlencoded"))),
    responses(schema::SeatActed))]
pub(crate) async fn one_more(
    caller: Caller,
    State(shared): State<Shared>,
    Path(seat): Path<String>,
    asked: Asked<OneMore>,
) -> Result<Response, ApiError> {
    let chosen = match asked.wish.then {
        Afterwards::Pause => Chosen::OneMoreThenPause,
        Afterwards::SignOut => Chosen::OneMoreThenSignOut,
    };
    let OneMore {
        reason, supervisor, ..
    } = asked.wish;
    let command = choose(&seat, chosen, reason, supervisor);
    act(&shared, caller, &seat, asked.by_form, command).await
}

fn choose(
    seat: &str,
    chosen: Chosen,
    reason: Option<String>,
    supervisor: Option<String>,
) -> Result<Command, ApiError> {
    Ok(Command::Choose {
        seat: seat.to_owned(),
        chosen,
        reason: typed(reason.as_deref().unwrap_or(""))?,
        supervisor: typed(supervisor.as_deref().unwrap_or(""))?,
    })
}

pub(crate) async fn act(
    shared: &Shared,
    caller: Caller,
    seat: &str,
    by_form: bool,
    command: Result<Command, ApiError>,
) -> Result<Response, ApiError> {
    if !by_form {
        shared.carry_out(&caller, command?).await?;
        return Ok(reads::seat_by_name(shared, seat).await?.into_response());
    }
    let back = |done: &Result<String, ApiError>| match done {
        Err(ApiError::Refused(Refusal::Refused(CommandError::NoSeat(_)))) => "/".to_owned(),
        Ok(_) | Err(_) => path_of(seat),
    };
    act_by_form(shared, &caller, command, back).await
}

/// Carries out what a form asks for, and leads to a page that tells how it went.
pub(crate) async fn act_by_form(
    shared: &Shared,
    caller: &Caller,
    command: Result<Command, ApiError>,
    back: impl FnOnce(&Result<String, ApiError>) -> String,
) -> Result<Response, ApiError> {
    let mut changes = shared.engine.changes();
    changes.mark_unchanged();
    let done = match command {
        Ok(command) => {
            let told = answers::done(caller.language(), &command);
            shared.carry_out(caller, command).await.map(|()| told)
        }
        Err(error) => Err(error),
    };
    let to = back(&done);
    if caller.session().is_none() {
        done?;
        return Ok(Redirect::to(&to).into_response());
    }
    let notice = match done {
        Ok(text) => {
            // The page shows the next look; where none comes it shows the last.
            let next_look = tokio::time::timeout(LOOK_TIME, changes.changed()).await;
            tracing::trace!(seen = next_look.is_ok(), "a form was carried out");
            Notice::told(true, text)
        }
        Err(error) => Notice::told(false, answers::refused(caller.language(), &error)),
    };
    caller.tell(shared, notice);
    Ok(Redirect::to(&to).into_response())
}

/// The page of a seat. What was asked for may be any text: it is escaped.
pub(crate) fn path_of(seat: &str) -> String {
    let mut path = String::from("/seats/");
    for byte in seat.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            path.push(char::from(byte));
        } else {
            path.push_str(&format!("%{byte:02X}"));
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirect_carries_no_foreign_text() {
        assert_eq!(path_of("101"), "/seats/101");
        assert_eq!(path_of("//evil\r\n?"), "/seats/%2F%2Fevil%0D%0A%3F");
    }

    #[test]
    fn a_reason_is_short_and_printable() {
        assert_eq!(typed("  caffè ").unwrap().as_deref(), Some("caffè"));
        assert_eq!(typed("   ").unwrap(), None);
        assert!(typed(&"x".repeat(WORDS_MAX + 1)).is_err());
        assert!(typed("a\nb").is_err());
    }
}
