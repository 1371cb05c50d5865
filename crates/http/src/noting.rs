//! A note of a conversation that is kept at once, before and after its result is told.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use cuptel_core::id::AssignmentId;
use cuptel_core::step::Command;
use serde::Deserialize;

use crate::access::Caller;
use crate::actions::{Asked, act, path_of};
use crate::by_hand;
use crate::error::ApiError;
use crate::pages::{Shared, SharedParts};
use crate::session::Notice;
use crate::texts::Language;

/// What was typed. The rest of the form of the result comes with it, and is for another time.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Typed {
    note: String,
    conversation: String,
}

/// It is of a person.
impl std::fmt::Debug for Typed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Typed")
    }
}

/// Keeps what an operator noted.
pub(crate) async fn keep(
    caller: Caller,
    State(shared): State<Shared>,
    language: Language,
    Path(seat): Path<String>,
    asked: Asked<Typed>,
) -> Result<Response, ApiError> {
    let Typed { note, conversation } = asked.wish;
    let command = match by_hand::noted(Some(note)) {
        Ok(Some(note)) => Ok(Command::NoteConversation {
            seat: seat.clone(),
            note,
            conversation: conversation.parse().ok().map(AssignmentId),
        }),
        Ok(None) => {
            let notice = Notice::told(false, language.say("console-note-empty"));
            caller.tell(&shared, notice);
            return Ok(Redirect::to(&path_of(&seat)).into_response());
        }
        Err(error) => Err(error),
    };
    act(&shared, caller, &seat, true, command).await
}

impl SharedParts {
    /// Keeps what came with something else, before that is done: it may end the time for a note.
    pub(crate) async fn note_first(
        &self,
        caller: &Caller,
        seat: &str,
        (note, conversation): (Option<String>, Option<AssignmentId>),
    ) -> Result<(), ApiError> {
        let Some(note) = by_hand::noted(note)? else {
            return Ok(());
        };
        let command = Command::NoteConversation {
            seat: seat.to_owned(),
            note,
            conversation,
        };
        self.carry_out(caller, command).await
    }
}
