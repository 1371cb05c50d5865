//! Whether a number is owed a call: typed by somebody who has the person before them, in person or on another
//! line. The number is in the body of the request and in no address, and each look is written down.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use cuptel_core::number::Caller as Person;
use cuptel_core::words::CallbackState;
use cuptel_store::FoundOpen;
use serde::Deserialize;

use crate::access::{Caller, Onlooker};
use crate::actions::Asked;
use crate::desk;
use crate::error::ApiError;
use crate::page::{Frame, frame, html};
use crate::pages::Shared;
use crate::rights::{self, Need};
use crate::signing_in;
use crate::texts::Language;
use crate::words;

/// What it goes by in the log of access.
const LOOK: &str = "find_by_number";
/// Characters of a number as it is typed, at most.
const TYPED_MAX: usize = 40;

#[derive(Template)]
#[template(path = "find.html")]
struct FindPage<'a> {
    frame: Frame<'a>,
    typed: String,
    wrong: Option<String>,
    /// What was found; nothing where nobody has asked.
    found: Option<Vec<Line>>,
}

/// A callback that is open for the number, in words.
struct Line {
    id: String,
    what: String,
    needs: Vec<String>,
}

/// Which number.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Typed {
    number: String,
}

/// It is somebody's.
impl std::fmt::Debug for Typed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Typed")
    }
}

/// The form.
pub(crate) async fn page(
    State(shared): State<Shared>,
    language: Language,
    onlooker: Result<Onlooker, ApiError>,
) -> Response {
    let caller = onlooker.and_then(|onlooker| onlooker.caller.ok_or(ApiError::Unauthorised));
    match caller {
        Ok(caller) if !rights::may(caller.role(), Need::Work) => {
            desk::forbidden(&shared, language, &caller)
        }
        Ok(caller) => shown(&shared, &caller, language, (String::new(), None, None)),
        Err(error) => signing_in::sign_in_page(&shared, language, &error, None),
    }
}

fn shown(
    shared: &Shared,
    caller: &Caller,
    language: Language,
    (typed, wrong, found): (String, Option<String>, Option<Vec<Line>>),
) -> Response {
    let status = if wrong.is_some() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let page = FindPage {
        frame: frame(shared, language, Some(caller)),
        typed,
        wrong,
        found,
    };
    (status, html(&page)).into_response()
}

fn line(language: Language, found: FoundOpen) -> Line {
    let queue = found.queue.unwrap_or_default();
    let state = language.say(match found.state {
        CallbackState::Waiting => "console-found-waits",
        CallbackState::Offered
        | CallbackState::Dialling
        | CallbackState::Talking
        | CallbackState::AnsweredWaiting
        | CallbackState::Unknown
        | CallbackState::Closed => "console-found-at-work",
    });
    Line {
        id: found.callback.to_string(),
        what: language.with(
            "console-found-line",
            &[
                ("tenant", found.tenant.into()),
                ("queue", queue.into()),
                ("since", words::date_and_time(found.opened_ms).into()),
                ("attempts", found.attempts.into()),
                ("state", state.into()),
            ],
        ),
        needs: found.notes,
    }
}

/// What is open for a number.
pub(crate) async fn find(
    caller: Caller,
    State(shared): State<Shared>,
    language: Language,
    asked: Asked<Typed>,
) -> Result<Response, ApiError> {
    if !rights::may(caller.role(), Need::Work) {
        return Err(ApiError::Forbidden(Need::Work.who_may()));
    }
    let typed: String = asked.wish.number.trim().chars().take(TYPED_MAX).collect();
    let Some(number) = Person::from_user_part(&typed).number else {
        let wrong = Some(language.say("console-number-wrong"));
        return Ok(shown(&shared, &caller, language, (typed, wrong, None)));
    };
    let found = shared.store.open_of_number(&number).await?;
    let seen = |it: &FoundOpen| caller.sees(Some(&it.tenant));
    let found: Vec<FoundOpen> = found.into_iter().filter(seen).collect();
    let ids: Vec<String> = found.iter().map(|it| it.callback.to_string()).collect();
    caller.logged(&shared, LOOK, Some(&ids.join(" "))).await?;
    let found = found.into_iter().map(|it| line(language, it)).collect();
    Ok(shown(
        &shared,
        &caller,
        language,
        (typed, None, Some(found)),
    ))
}
