//! Where an operator who has signed in to the pages says at which seat they sit.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use cuptel_core::snapshot::{SeatNow, Snapshot};
use cuptel_core::step::Command;
use cuptel_core::words::Chosen;
use serde::Deserialize;

use crate::access::{Caller, Onlooker};
use crate::actions::{Asked, act_by_form, path_of};
use crate::error::ApiError;
use crate::page::{Frame, frame, html};
use crate::pages::Shared;
use crate::texts::Language;

#[derive(Template)]
#[template(path = "choosing_seat.html")]
struct ChoosingPage<'a> {
    frame: Frame<'a>,
    operator: &'a str,
    /// Seats where nobody works: those with a phone first.
    seats: Vec<FreeSeat>,
}

struct FreeSeat {
    name: String,
    words: String,
}

/// Leads an operator to the page of their seat, or asks where they sit.
pub(crate) fn desk(
    shared: &Shared,
    onlooker: &Onlooker,
    look: &Snapshot,
    operator: &str,
) -> Response {
    let own = |seat: &&SeatNow| seat.operator.as_deref() == Some(operator);
    if let Some(seat) = look.seats.iter().find(own) {
        return Redirect::to(&path_of(&seat.name)).into_response();
    }
    let page = ChoosingPage {
        frame: frame(shared, onlooker.language, onlooker.caller.as_ref()),
        operator,
        seats: free_seats(&look.seats, onlooker.language),
    };
    html(&page)
}

fn free_seats(seats: &[SeatNow], language: Language) -> Vec<FreeSeat> {
    let is_free = |seat: &&SeatNow| seat.operator.is_none() && seat.chosen == Chosen::SignedOut;
    let mut free: Vec<&SeatNow> = seats.iter().filter(is_free).collect();
    free.sort_by_key(|seat| !seat.reachable);
    let told = |seat: &SeatNow| {
        let name = seat.name.clone();
        let words = if seat.reachable {
            name.clone()
        } else {
            language.with("sits-no-phone", &[("seat", name.as_str().into())])
        };
        FreeSeat { name, words }
    };
    free.into_iter().map(told).collect()
}

/// Where somebody sits.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sits {
    seat: String,
}

/// Signs an operator in at the seat that they name, and leads them to its page.
pub(crate) async fn sign_in(
    caller: Caller,
    State(shared): State<Shared>,
    asked: Asked<Sits>,
) -> Result<Response, ApiError> {
    let Some(operator) = caller.operator() else {
        return Err(ApiError::Forbidden("operators"));
    };
    let seat = asked.wish.seat.trim().to_owned();
    let command = Command::SignIn {
        seat: seat.clone(),
        operator: operator.to_owned(),
        until_ms: None,
        // Whoever left a seat without signing out is at the new one now.
        moves: true,
    };
    act_by_form(&shared, &caller, Ok(command), |done| match done {
        Ok(_) => path_of(&seat),
        Err(_) => "/".to_owned(),
    })
    .await
}
