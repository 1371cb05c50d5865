//! What an operator is told of their seat wherever they are: on its own page, and in a strip on every other
//! page, so that nobody rings unheard.

use cuptel_core::snapshot::{QueueNow, SeatNow, Snapshot};
use cuptel_core::words::WorkState;

use crate::access::Caller;
use crate::actions::path_of;
use crate::texts::Language;
use crate::words;

/// Queues that are told by name, at most.
const QUEUES_MAX: usize = 6;

/// The seat of whoever looks at a page that is not its own.
pub(crate) struct Strip {
    pub(crate) name: String,
    pub(crate) path: String,
    /// What it does now.
    pub(crate) state: String,
}

impl Strip {
    /// Where an operator sits, if they do.
    pub(crate) fn of(language: Language, look: &Snapshot, caller: Option<&Caller>) -> Option<Self> {
        let operator = caller.and_then(Caller::operator)?;
        let own = |seat: &&SeatNow| seat.operator.as_deref() == Some(operator);
        let seat = look.seats.iter().find(own)?;
        let path = path_of(&seat.name);
        Some(Self {
            name: seat.name.clone(),
            path,
            state: words::seat_state(language, seat).1,
        })
    }

    /// Its name as a part of an address.
    pub(crate) fn escaped(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }
}

/// Whether somebody comes to a seat, whom its operator has to take.
pub(crate) fn rings(seat: &SeatNow) -> bool {
    match seat.work {
        WorkState::Preview | WorkState::Reserved | WorkState::Ringing => true,
        WorkState::Idle
        | WorkState::Talking
        | WorkState::OnHold
        | WorkState::WrapUp
        | WorkState::AtTask
        | WorkState::NotResponding => false,
    }
}

/// With whom a seat has to do: another text is another person. Empty where there is nobody.
pub(crate) fn person_key(seat: &SeatNow) -> String {
    if let Some(attempt) = seat.person.as_ref().and_then(|person| person.attempt) {
        return format!("a{attempt}");
    }
    let callback = seat.owed.as_ref().map(|owed| owed.callback);
    callback.map_or(String::new(), |callback| format!("c{callback}"))
}

/// Who waits where, by the names of the queues: those of the operator's own authority, the fullest first.
pub(crate) fn queues(language: Language, look: &Snapshot, seat: &SeatNow) -> String {
    let home = seat.home.as_ref();
    let is_own = |queue: &&QueueNow| home.is_none_or(|home| queue.tenant == *home);
    let waits = |queue: &&QueueNow| queue.waiting > 0 || queue.callbacks_open > 0;
    let mut own: Vec<&QueueNow> = look.queues.iter().filter(is_own).filter(waits).collect();
    own.sort_by_key(|queue| std::cmp::Reverse((queue.waiting, queue.callbacks_open)));
    let tenant = |queue: &QueueNow| match home {
        Some(_) => String::new(),
        None => {
            let mut tenants = look.tenants.iter();
            let of = tenants.find(|it| it.name == queue.tenant);
            format!(", {}", of.map_or(&queue.tenant, |it| &it.title))
        }
    };
    let line = |queue: &&QueueNow| {
        let first = queue.oldest_ms.map_or(String::new(), |since_ms| {
            let span = words::span(language, look.at_ms - since_ms);
            format!(
                " ({})",
                language.with("board-first-for", &[("span", span.into())])
            )
        });
        let about = [
            ("queue", format!("{}{}", queue.title, tenant(queue)).into()),
            ("waiting", queue.waiting.into()),
            ("first", first.into()),
            ("owed", queue.callbacks_open.into()),
        ];
        language.with("console-queue-waits", &about)
    };
    let lines: Vec<String> = own.iter().take(QUEUES_MAX).map(line).collect();
    lines.join("\n")
}
