//! Whoever goes while somebody is on the line, or rings, is asked first: what happens to the call, and what
//! could not be done any more. Plain pages, so that it is asked without a script too.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use cuptel_core::snapshot::SeatNow;
use cuptel_core::step::Command;
use cuptel_core::words::{Chosen, WorkState};
use serde::Deserialize;

use crate::access::Caller;
use crate::actions::{Asked, act, path_of};
use crate::error::ApiError;
use crate::page::{Frame, frame, html};
use crate::pages::Shared;
use crate::texts::Language;

#[derive(Template)]
#[template(path = "leaving.html")]
struct LeavingPage<'a> {
    frame: Frame<'a>,
    path: String,
    seat_name: &'a str,
    /// What goes on there: a message.
    what: &'static str,
    /// Whether it is the work at the seat that is to end, and not the look at its page.
    ends_service: bool,
    speaks: bool,
}

/// Whether somebody is sure.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Sure {
    sure: Option<String>,
}

/// What somebody would leave who goes now: a message.
fn left_behind(seat: &SeatNow) -> Option<&'static str> {
    match seat.work {
        WorkState::Talking => Some("console-leave-talking"),
        WorkState::OnHold => Some("console-leave-holding"),
        WorkState::Preview | WorkState::Reserved | WorkState::Ringing => {
            Some("console-leave-ringing")
        }
        WorkState::WrapUp if seat.result.as_ref().is_some_and(|it| it.told.is_none()) => {
            Some("console-leave-untold")
        }
        WorkState::Idle | WorkState::WrapUp | WorkState::AtTask | WorkState::NotResponding => None,
    }
}

/// What is asked of an operator before they leave their page; nothing where they leave nothing.
pub(crate) fn asks_before_leaving(
    shared: &Shared,
    language: Language,
    caller: &Caller,
) -> Option<Response> {
    let operator = caller.operator()?;
    let look = shared.engine.snapshot();
    let mut seats = look.seats.iter();
    let seat = seats.find(|seat| seat.operator.as_deref() == Some(operator))?;
    asked(shared, language, caller, (seat, false))
}

fn asked(
    shared: &Shared,
    language: Language,
    caller: &Caller,
    (seat, ends_service): (&SeatNow, bool),
) -> Option<Response> {
    let what = left_behind(seat)?;
    Some(html(&LeavingPage {
        frame: frame(shared, language, Some(caller)),
        path: path_of(&seat.name),
        seat_name: &seat.name,
        what,
        ends_service,
        speaks: matches!(seat.work, WorkState::Talking | WorkState::OnHold),
    }))
}

/// The operator of a seat goes; in a call they are asked first.
pub(crate) async fn sign_out(
    caller: Caller,
    State(shared): State<Shared>,
    language: Language,
    Path(name): Path<String>,
    asks: Asked<Sure>,
) -> Result<Response, ApiError> {
    shared.allow_seat(&caller, &name).await?;
    if asks.wish.sure.is_none() {
        let look = shared.engine.snapshot();
        let seat = look.seats.iter().find(|seat| seat.name == name);
        let page = seat.and_then(|seat| asked(&shared, language, &caller, (seat, true)));
        if let Some(page) = page {
            caller.mark_asked();
            return Ok(page);
        }
    }
    let command = Command::Choose {
        seat: name.clone(),
        chosen: Chosen::SignedOut,
        reason: None,
        supervisor: None,
    };
    act(&shared, caller, &name, true, Ok(command)).await
}
