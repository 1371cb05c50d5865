//! What an operator may take by themselves: callbacks of the queues that let them choose. A short list, the
//! oldest first; whoever takes a later one passes over the others, which is on record.

use axum::extract::{Path, State};
use axum::response::Response;
use cuptel_core::id::CallbackId;
use cuptel_core::snapshot::{QueueNow, SeatNow, Snapshot};
use cuptel_core::step::Command;
use cuptel_core::words::{Chosen, Role, WorkState};
use cuptel_store::Choosable;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::access::Caller;
use crate::actions::{Asked, act, meaningless};
use crate::error::ApiError;
use crate::offered::Written;
use crate::pages::{Shared, SharedParts};
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
    let named =
        |queue: &&QueueNow| queue.tenant == it.tenant && Some(&queue.name) == it.queue.as_ref();
    let title = queues.find(named).map(|queue| queue.title.clone());
    let title = title.or_else(|| it.queue.clone());
    let kinds = it.kinds.iter();
    let kinds: Vec<String> = kinds
        .map(|kind| words::need_kind(language, *kind))
        .collect();
    Line {
        is_next: next == Some(it.callback),
        callback: it.callback,
        number: it.number.unwrap_or_default(),
        what: language.with(
            "console-queue-line",
            &[
                (
                    "queue",
                    title
                        .unwrap_or_else(|| language.say("need-no-queue"))
                        .into(),
                ),
                ("kinds", kinds.join(", ").into()),
                (
                    "since",
                    words::since(language, it.place_ms, look.at_ms).into(),
                ),
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

/// Whether the operator of a seat may choose from a queue now.
pub(crate) fn chooses_from(seat: &SeatNow, tenant: &str, queue: &str) -> bool {
    let mut chooses = seat.chooses.iter();
    chooses.any(|own| own.tenant == tenant && own.queue == queue)
}

/// The callbacks that may be chosen at a seat now, by its queues.
fn choosable(look: &Snapshot, seat: &SeatNow) -> Vec<CallbackId> {
    let theirs = |it: &&QueueNow| chooses_from(seat, &it.tenant, &it.name);
    let queues = look.queues.iter().filter(theirs);
    queues.flat_map(|it| it.choosable.iter().copied()).collect()
}

/// Changes when others may be chosen there.
pub(crate) fn mark(look: &Snapshot, seat: &SeatNow) -> String {
    mark_of(&choosable(look, seat))
}

fn mark_of(these: &[CallbackId]) -> String {
    these.iter().map(|id| format!("{id} ")).collect()
}

/// The list, as a page shows it.
#[derive(Debug, Default)]
pub(crate) struct MyQueue {
    pub(crate) lines: Vec<Line>,
    /// The `mark` of what it shows. Where a look is ahead of what is stored, or the database does not
    /// answer, it is that of nothing, and the page asks again.
    pub(crate) mark: String,
    /// Whether the database does not answer.
    pub(crate) is_unknown: bool,
}

impl SharedParts {
    /// The callbacks that the operator of a seat may take now; none where no queue lets them.
    pub(crate) async fn queue_at(
        &self,
        (caller, language): (&Caller, Language),
        look: &Snapshot,
        seat: &SeatNow,
    ) -> MyQueue {
        let these = choosable(look, seat);
        if these.is_empty() {
            return MyQueue::default();
        }
        let listed = match self.store.choosable(&these).await {
            Ok(listed) => listed,
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, "no callbacks to choose from for a page");
                return MyQueue {
                    is_unknown: true,
                    ..MyQueue::default()
                };
            }
        };
        let is_whole = listed.len() == these.len();
        // Whoever leads a lent operator sees those of their own authority.
        let is_own = caller.role() == Role::Operator;
        let listed = listed.into_iter();
        let listed = listed.filter(|it| is_own || caller.sees(Some(&it.tenant)));
        let shown = listed.take(SHOWN_MAX);
        MyQueue {
            lines: shown
                .map(|it| line(language, look, seat.next, it))
                .collect(),
            mark: if is_whole {
                mark_of(&these)
            } else {
                String::new()
            },
            is_unknown: false,
        }
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
