//! One seat: who works there and how it stands, the call in its hands, what others chose for it, and what
//! can be done.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use cuptel_core::snapshot::{SeatNow, Snapshot};
use cuptel_core::words::{Chosen, WorkState};

use super::calls;
use super::deeds::Deed;
use super::live::{self, Read, Watched, mark_of};
use super::room::{escaped, path_of_seat};
use super::story::{Told, told};
use super::{acts, frame_of_part, missing, say, seen_by};
use crate::access::Caller;
use crate::actions::path_of;
use crate::board::{Board, Cell, cell};
use crate::error::ApiError;
use crate::page::{Frame, html};
use crate::pages::Shared;
use crate::texts::Language;

/// What a seat's page shows.
pub(super) struct Shown {
    facts: Vec<(String, Cell)>,
    deeds: Vec<Told>,
    pauses: bool,
    returns: bool,
    signs_out: bool,
    has_work: bool,
}

impl Shown {
    /// Changes when other things can be done, or another work is at hand.
    pub(super) fn mark(&self) -> String {
        let may = (self.pauses, self.returns, self.signs_out, self.has_work);
        mark_of(&(may, &self.deeds))
    }

    pub(super) fn cells(self) -> Vec<Cell> {
        self.facts.into_iter().map(|(_, cell)| cell).collect()
    }
}

/// A seat; nothing where there is no such.
pub(super) fn shown(
    (look, board): (&Snapshot, &Board),
    deeds: &[Deed],
    name: &str,
    (caller, language): (&Caller, Language),
) -> Option<Shown> {
    let at = look.seats.iter().position(|it| it.name == name)?;
    let (seat, line) = (look.seats.get(at)?, board.seats.get(at)?);
    let since = seat.since_ms.map_or(String::new(), |since_ms| {
        let span = say::span(language, look.at_ms - since_ms);
        format!("{span} ({})", say::hour(since_ms, look.at_ms))
    });
    let facts = [
        (
            "desk-seat-state",
            format!("{} {}", line.shape.text, line.state.text),
        ),
        ("desk-seat-since", since),
        ("desk-seat-who", line.operator.text.clone()),
        ("desk-seat-site", seat.site.clone()),
    ];
    let facts = facts.into_iter().enumerate();
    // What others chose for whom one does not lead is not told, as little as who it is.
    let is_bound = caller.tenant().is_some() || caller.employer().is_some();
    let deeds = deeds
        .iter()
        .filter(|_| seat.operator.is_some() || !is_bound);
    let deeds = deeds.map(|it| it.told(look, language)).collect();
    let (pauses, returns, signs_out) = may_be_done(seat);
    Some(Shown {
        facts: facts
            .map(|(i, (label, text))| (language.say(label), cell(format!("sf{i}"), text)))
            .collect(),
        deeds: told(deeds, look.at_ms),
        pauses,
        returns,
        signs_out,
        has_work: has_work(seat),
    })
}

/// Whether it has somebody to do with.
fn has_work(seat: &SeatNow) -> bool {
    match seat.work {
        WorkState::Idle | WorkState::NotResponding | WorkState::WrapUp | WorkState::AtTask => false,
        WorkState::Reserved
        | WorkState::Ringing
        | WorkState::Preview
        | WorkState::Talking
        | WorkState::OnHold => true,
    }
}

#[derive(Template)]
#[template(path = "desk_seat.html")]
struct SeatPage<'a> {
    frame: Frame<'a>,
    board: Arc<Board>,
    seat: String,
    path: String,
    own_path: String,
    of: String,
    mark: String,
    shown: Shown,
    /// The calls and callbacks at hand, and where each is told.
    works: Vec<(String, String)>,
    reasons: &'a [String],
    acts: bool,
    memo_path: String,
}

/// A seat, and what can be done with it.
pub(super) async fn page(
    State(shared): State<Shared>,
    Path(name): Path<String>,
    language: Language,
    headers: HeaderMap,
    caller: Caller,
) -> Result<Response, ApiError> {
    let (look, board) = seen_by(&shared, &caller, language);
    let watched = Watched::Seat(name.clone());
    let Read::Seat(deeds) = live::read(&shared, &watched).await? else {
        return Ok(missing(&shared, language, &caller));
    };
    let Some(shown) = shown((&look, &board), &deeds, &name, (&caller, language)) else {
        return Ok(missing(&shared, language, &caller));
    };
    let works = match shown.has_work {
        true => calls::at_seat(&shared, &name, (&caller, language)).await?,
        false => Vec::new(),
    };
    let page = SeatPage {
        frame: frame_of_part(&shared, language, (&caller, &headers)),
        path: path_of_seat(&name),
        own_path: path_of(&name),
        of: format!("seat/{}", escaped(&name)),
        mark: shown.mark(),
        shown,
        works,
        reasons: &look.pause_reasons,
        acts: acts(&caller),
        memo_path: format!("/supervisor/memos?seat={}", escaped(&name)),
        seat: name,
        board,
    };
    Ok(html(&page).into_response())
}

/// Whether it can be paused, made available and signed out.
fn may_be_done(seat: &SeatNow) -> (bool, bool, bool) {
    let is_in = seat.chosen != Chosen::SignedOut;
    let is_away = matches!(seat.chosen, Chosen::Paused | Chosen::FrontOffice);
    let returns = is_away || seat.work == WorkState::NotResponding;
    (is_in && !is_away, is_in && returns, is_in)
}
