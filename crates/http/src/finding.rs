//! Whether a number is owed a call: typed by somebody who has the person before them, in person or on another
//! line. The number is in the body of the request and in no address, and each look is written down. Who
//! works at a seat goes on from there: calls who may be called, or takes in charge what is not owed yet.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use cuptel_core::number::Caller as Person;
use cuptel_core::snapshot::{SeatNow, Snapshot};
use cuptel_core::words::CallbackState;
use cuptel_store::{FoundOpen, NeedView};
use serde::Deserialize;

use crate::access::{Caller, Onlooker};
use crate::actions::{Asked, path_of};
use crate::desk;
use crate::error::ApiError;
use crate::my_queue::chooses_from;
use crate::page::{Frame, frame, html};
use crate::pages::Shared;
use crate::person::service_of;
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
    /// The page of the seat where whoever asks works.
    seat: Option<String>,
}

/// A callback that is open for the number, in words.
struct Line {
    id: String,
    what: String,
    needs: Vec<String>,
    /// Its story, for who may read it.
    path: Option<String>,
    /// Whether whoever asks may call now, from their seat.
    is_theirs: bool,
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
    let look = shared.engine.snapshot();
    let page = FindPage {
        frame: frame(shared, language, Some(caller)),
        typed,
        wrong,
        found,
        seat: seat_of(&look, caller).map(|seat| path_of(&seat.name)),
    };
    (status, html(&page)).into_response()
}

/// Where whoever asks works.
fn seat_of<'l>(look: &'l Snapshot, caller: &Caller) -> Option<&'l SeatNow> {
    let operator = caller.operator()?;
    let mut seats = look.seats.iter();
    seats.find(|seat| seat.operator.as_deref() == Some(operator))
}

/// One thing that is owed, in words.
fn need((look, language): (&Snapshot, Language), tenant: &str, it: &NeedView) -> String {
    let queue = it.queue.as_ref();
    let service = queue.and_then(|queue| {
        let service = service_of(look, Some(queue), Some(&tenant.to_owned()));
        service.into_iter().next()
    });
    let kind = words::need_kind(language, it.kind);
    let by = it.due_ms.map(|due_ms| {
        let by = words::date_and_time(due_ms);
        language.with("need-by", &[("by", by.into())])
    });
    let said = [Some(kind), service, by, it.note.clone()];
    said.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn line(
    (look, language): (&Snapshot, Language),
    caller: &Caller,
    (found, needs): (FoundOpen, Vec<NeedView>),
) -> Line {
    let service = match &found.queue {
        Some(queue) => service_of(look, Some(queue), Some(&found.tenant)).join(", "),
        None => desk::title_of(look, &found.tenant).to_owned(),
    };
    let is_choosable = |seat: &SeatNow| {
        let queue = found.queue.as_ref();
        queue.is_some_and(|queue| chooses_from(seat, &found.tenant, queue))
    };
    let is_theirs =
        found.state == CallbackState::Waiting && seat_of(look, caller).is_some_and(is_choosable);
    let reads = rights::may(caller.role(), Need::Read);
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
                ("service", service.into()),
                ("since", words::date_and_time(found.opened_ms).into()),
                ("attempts", found.attempts.into()),
                ("state", state.into()),
            ],
        ),
        needs: needs
            .iter()
            .filter(|need| need.closed_ms.is_none())
            .map(|it| self::need((look, language), &found.tenant, it))
            .collect(),
        path: reads.then(|| format!("/supervisor/callbacks/{}", found.callback)),
        is_theirs,
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
    let look = shared.engine.snapshot();
    let mut lines = Vec::new();
    for it in found {
        let detail = shared.store.callback(it.callback).await?;
        let needs = detail.map(|it| it.needs).unwrap_or_default();
        lines.push(line((&look, language), &caller, (it, needs)));
    }
    Ok(shown(
        &shared,
        &caller,
        language,
        (typed, None, Some(lines)),
    ))
}
