//! What an operator may take by themselves: callbacks of the queues that let them choose. A short list, the
//! oldest first; whoever takes a later one passes over the others, which is on record.

use axum::extract::{Path, State};
use axum::response::Response;
use cuptel_core::id::CallbackId;
use cuptel_core::snapshot::{SeatNow, Snapshot};
use cuptel_core::step::Command;
use cuptel_core::words::{Chosen, WorkState};
use cuptel_store::Choosable;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::access::Caller;
use crate::actions::{Asked, act, meaningless};
use crate::error::ApiError;
use crate::offered::Written;
use crate::pages::{Shared, SharedParts};
use crate::person::lasting;
use crate::schema;
use crate::texts::Language;
use crate::words;

/// Lines of the list.
const SHOWN_MAX: usize = 10;

/// Which callback is taken.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Take {
    /// Its identifier.
    #[schema(value_type = i64)]
    callback: Written,
}

/// A callback that can be taken, in words.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) callback: CallbackId,
    pub(crate) number: String,
    pub(crate) what: String,
    /// Whether it was chosen to come next.
    pub(crate) is_next: bool,
}

fn line(language: Language, look: &Snapshot, next: Option<CallbackId>, it: Choosable) -> Line {
    let mut queues = look.queues.iter();
    let queue = queues.find(|queue| queue.tenant == it.tenant && queue.name == it.queue);
    let kinds = it.kinds.iter();
    let kinds: Vec<String> = kinds
        .map(|kind| words::need_kind(language, *kind))
        .collect();
    let waits = lasting(language, look.at_ms - it.place_ms);
    Line {
        is_next: next == Some(it.callback),
        callback: it.callback,
        number: it.number.unwrap_or_default(),
        what: language.with(
            "console-queue-line",
            &[
                (
                    "queue",
                    queue.map_or(it.queue, |queue| queue.title.clone()).into(),
                ),
                ("kinds", kinds.join(", ").into()),
                ("time", waits.into()),
                ("attempts", it.attempts.into()),
            ],
        ),
    }
}

/// What comes of choosing one, as the seat stands: a message.
pub(crate) fn note(seat: &SeatNow) -> &'static str {
    match (seat.work, seat.chosen) {
        (WorkState::WrapUp, _) => "console-queue-after",
        (_, Chosen::Paused) => "console-queue-paused",
        (_, _) => "console-queue-now",
    }
}

/// Changes when other callbacks may be chosen at a seat, as far as the list shows them.
pub(crate) fn mark(look: &Snapshot, seat: &SeatNow) -> String {
    let shown_max = u32::try_from(SHOWN_MAX).unwrap_or(u32::MAX);
    let mut mark = String::new();
    for own in &seat.chooses {
        let mut queues = look.queues.iter();
        let queue = queues.find(|it| it.tenant == own.tenant && it.name == own.queue);
        if let Some(queue) = queue {
            let ready = queue.callbacks_ready.min(shown_max);
            let oldest_ms = queue.callbacks_oldest_ms.unwrap_or_default();
            mark.push_str(&format!("{ready}.{oldest_ms} "));
        }
    }
    mark
}

impl SharedParts {
    /// The callbacks that the operator of a seat may take now; none where no queue lets them.
    pub(crate) async fn queue_at(
        &self,
        language: Language,
        look: &Snapshot,
        seat: &SeatNow,
    ) -> Vec<Line> {
        if seat.chooses.is_empty() {
            return Vec::new();
        }
        let listed = match self.store.choosable(look.at_ms).await {
            Ok(listed) => listed,
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, "no callbacks to choose from for a page");
                return Vec::new();
            }
        };
        let theirs = |it: &Choosable| {
            let mut chooses = seat.chooses.iter();
            chooses.any(|own| own.tenant == it.tenant && own.queue == it.queue)
        };
        let listed = listed.into_iter().filter(theirs).take(SHOWN_MAX);
        listed
            .map(|it| line(language, look, seat.next, it))
            .collect()
    }
}

/// The operator of a seat takes a callback before its turn, where its queue lets them (`take_by_hand`). It is
/// offered there and nowhere else; the decision says that it was chosen. Of who pauses at once, and the
/// pause goes on after it; in the time after a conversation when that is over, if nobody has it by then:
/// `next` of the seat says which one was chosen.
#[utoipa::path(post, path = "/api/v1/seats/{seat}/take", tag = "seats",
    security(("token" = [])), params(("seat" = String, Path, description = "Extension")),
    request_body(content((Take = "application/json"),
        (Take = "application/x-www-form-urlencoded"))),
    responses(schema::SeatActed))]
pub(crate) async fn take(
    caller: Caller,
    State(shared): State<Shared>,
    Path(seat): Path<String>,
    asked: Asked<Take>,
) -> Result<Response, ApiError> {
    let missing = || meaningless("`callback` is missing".to_owned());
    let callback = asked.wish.callback.callback();
    let callback = callback.and_then(|callback| callback.ok_or_else(missing));
    let command = callback.map(|callback| Command::TakeCallback {
        seat: seat.clone(),
        callback,
    });
    act(&shared, caller, &seat, asked.by_form, command).await
}
