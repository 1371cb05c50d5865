//! The calls that go on and the callbacks in somebody's hands, by what is happening with them; and those
//! of one seat.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use cuptel_core::snapshot::Snapshot;
use cuptel_core::time::UtcMs;
use cuptel_core::words::{CallbackState, Stage};
use cuptel_store::DueFilter;
use serde::Deserialize;

use super::live::{self, CallsRead, Read, Watched, mark_of};
use super::room::{path_of_seat, title_of};
use super::story::titled;
use super::{frame_of_part, missing, say, seen_by, tenants_of};
use crate::access::Caller;
use crate::board::{Board, Cell, cell};
use crate::error::ApiError;
use crate::page::{Frame, html};
use crate::pages::{Shared, SharedParts};
use crate::texts::Language;

/// Calls that are read at most.
const READ_MAX: u32 = 1_000;
/// Rows of one state at most: who looks for one of more finds it by its queue or its seat.
const SHOWN_MAX: usize = 100;

/// What is happening with a call, the ones that need somebody first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Happening {
    Waiting,
    PersonWaits,
    Talking,
    Dialling,
    Offered,
    InDialplan,
    Ringing,
}

impl Happening {
    const ALL: [Self; 7] = [
        Self::Waiting,
        Self::PersonWaits,
        Self::Talking,
        Self::Dialling,
        Self::Offered,
        Self::InDialplan,
        Self::Ringing,
    ];

    fn of_call(stage: Stage) -> Option<Self> {
        match stage {
            Stage::Queued => Some(Self::Waiting),
            Stage::Talking => Some(Self::Talking),
            Stage::InDialplan => Some(Self::InDialplan),
            Stage::Received | Stage::Ringing => Some(Self::Ringing),
            Stage::Ended => None,
        }
    }

    fn of_callback(state: CallbackState) -> Option<Self> {
        match state {
            CallbackState::AnsweredWaiting => Some(Self::PersonWaits),
            CallbackState::Talking => Some(Self::Talking),
            CallbackState::Dialling => Some(Self::Dialling),
            CallbackState::Offered => Some(Self::Offered),
            CallbackState::Waiting | CallbackState::Unknown | CallbackState::Closed => None,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::PersonWaits => "person-waits",
            Self::Talking => "talking",
            Self::Dialling => "dialling",
            Self::Offered => "offered",
            Self::InDialplan => "in-dialplan",
            Self::Ringing => "ringing",
        }
    }

    fn title(self, language: Language) -> String {
        language.say(&format!("desk-calls-{}", self.word()))
    }
}

/// A call of the list.
struct Row {
    happening: Happening,
    link: String,
    text: String,
    /// Its number, by which no two go.
    of: String,
    number: String,
    queue: String,
    tenant: String,
    since: Cell,
    seat: String,
    seat_path: String,
    since_ms: UtcMs,
}

/// Those of one state.
struct Group {
    title: String,
    word: &'static str,
    rows: Vec<Row>,
    more: usize,
}

/// What the page shows.
pub(super) struct Shown {
    groups: Vec<Group>,
    /// Of all, whatever was asked for.
    mark: String,
    count: usize,
    /// Whether there are more than are read.
    is_cut: bool,
}

impl Shown {
    pub(super) fn mark(&self) -> String {
        self.mark.clone()
    }

    pub(super) fn cells(self) -> Vec<Cell> {
        let rows = self.groups.into_iter().flat_map(|group| group.rows);
        rows.map(|row| row.since).collect()
    }
}

/// What goes on, as it is stored.
pub(super) async fn read(shared: &SharedParts) -> Result<CallsRead, ApiError> {
    let in_hand = DueFilter {
        in_hand: true,
        limit: READ_MAX,
        ..DueFilter::default()
    };
    let due = shared.store.callbacks_due(&in_hand).await?;
    Ok(CallsRead {
        attempts: shared.store.attempts_up(READ_MAX).await?,
        callbacks: due.into_iter().map(|it| it.callback).collect(),
    })
}

fn rows(look: &Snapshot, read: &CallsRead, (caller, language): (&Caller, Language)) -> Vec<Row> {
    let withheld = || language.say("desk-line-withheld");
    let tenant_of =
        |name: Option<&str>| name.map_or("–".to_owned(), |name| title_of(look, name).to_owned());
    let seat = |seat: Option<&str>| {
        let path = seat.map_or(String::new(), path_of_seat);
        (seat.unwrap_or_default().to_owned(), path)
    };
    let since = |id: i64, since_ms: UtcMs| {
        let span = say::span(language, look.at_ms - since_ms);
        cell(format!("c{id}-since"), span)
    };
    let attempts = read.attempts.iter().filter_map(|it| {
        let tenant = it.tenant.as_deref();
        let happening = Happening::of_call(it.stage).filter(|_| caller.sees(tenant))?;
        let since_ms = [it.talking_ms, it.queued_ms, it.answered_ms];
        let since_ms = since_ms.into_iter().flatten().next();
        let since_ms = since_ms.unwrap_or(it.received_ms);
        let (seat, seat_path) = seat(it.seat.as_deref());
        let id = it.id.to_string();
        let queue = it.queue.as_deref();
        let queue = queue.map(|queue| titled(look, tenant, Some(queue)));
        Some(Row {
            happening,
            link: format!("/supervisor/calls/{id}"),
            text: say::call_titled(
                language,
                queue.clone(),
                &say::hour(it.received_ms, look.at_ms),
            ),
            of: language.with("desk-number-of", &[("id", id.into())]),
            number: it.number.clone().unwrap_or_else(withheld),
            queue: queue.unwrap_or_else(|| "–".to_owned()),
            tenant: tenant_of(tenant),
            since: since(it.id.0, since_ms),
            seat,
            seat_path,
            since_ms,
        })
    });
    let callbacks = read.callbacks.iter().filter_map(|it| {
        let tenant = it.tenant.as_deref();
        let happening = Happening::of_callback(it.state).filter(|_| caller.sees(tenant))?;
        let (seat, seat_path) = seat(it.seat.as_deref());
        let id = it.id.to_string();
        let queue = it.queue.as_deref();
        let queue = queue.map(|queue| titled(look, tenant, Some(queue)));
        Some(Row {
            happening,
            link: format!("/supervisor/callbacks/{id}"),
            text: say::callback_titled(
                language,
                queue.clone(),
                &say::hour(it.waits_since_ms(), look.at_ms),
            ),
            of: language.with("desk-number-of", &[("id", id.into())]),
            number: it.number.clone().unwrap_or_else(withheld),
            queue: queue.unwrap_or_else(|| "–".to_owned()),
            tenant: tenant_of(tenant),
            since: since(it.id.0, it.waits_since_ms()),
            seat,
            seat_path,
            since_ms: it.waits_since_ms(),
        })
    });
    attempts.chain(callbacks).collect()
}

/// The calls that somebody may see, of one state where that was asked for.
pub(super) fn shown(
    look: &Snapshot,
    read: &CallsRead,
    asked: Option<&Asked>,
    whose: (&Caller, Language),
) -> Shown {
    let mut rows = rows(look, read, whose);
    rows.sort_by_key(|row| (row.happening, row.since_ms));
    let marks = rows.iter().map(|row| (row.happening, &row.link, &row.seat));
    let mark = mark_of(&marks.collect::<Vec<_>>());
    let count = rows.len();
    let title = asked.and_then(|it| {
        let tenant = (!it.tenant.is_empty()).then_some(it.tenant.as_str());
        tenant.map(|name| title_of(look, name).to_owned())
    });
    let wanted = asked.map_or("", |it| it.state.as_str());
    rows.retain(|row| {
        let is_state = wanted.is_empty() || wanted == row.happening.word();
        is_state && title.as_ref().is_none_or(|title| *title == row.tenant)
    });
    let mut groups: Vec<Group> = Vec::new();
    for row in rows {
        let word = row.happening.word();
        if groups.last().is_none_or(|group| group.word != word) {
            groups.push(Group {
                title: row.happening.title(whose.1),
                word,
                rows: Vec::new(),
                more: 0,
            });
        }
        if let Some(group) = groups.last_mut() {
            if group.rows.len() < SHOWN_MAX {
                group.rows.push(row);
            } else {
                group.more += 1;
            }
        }
    }
    let full = usize::try_from(READ_MAX).unwrap_or(usize::MAX);
    let is_cut = read.attempts.len() >= full || read.callbacks.len() >= full;
    Shown {
        groups,
        mark,
        count,
        is_cut,
    }
}

/// Which calls.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    state: String,
    tenant: String,
}

#[derive(Template)]
#[template(path = "desk_calls.html")]
struct CallsPage<'a> {
    frame: Frame<'a>,
    board: Arc<Board>,
    shown: Shown,
    states: Vec<(&'static str, String, bool)>,
    tenants: Vec<(String, String, bool)>,
}

/// All calls that go on.
pub(super) async fn page(
    State(shared): State<Shared>,
    Query(asked): Query<Asked>,
    language: Language,
    headers: HeaderMap,
    caller: Caller,
) -> Result<Response, ApiError> {
    let Read::Calls(read) = live::read(&shared, &Watched::Calls).await? else {
        return Ok(missing(&shared, language, &caller));
    };
    let (look, board) = seen_by(&shared, &caller, language);
    let states = Happening::ALL.map(|it| {
        let chosen = asked.state == it.word();
        (it.word(), it.title(language), chosen)
    });
    let tenants = tenants_of(&look, &caller).into_iter();
    let tenants = tenants.map(|(name, title)| {
        let chosen = asked.tenant == name;
        (name, title, chosen)
    });
    let page = CallsPage {
        frame: frame_of_part(&shared, language, (&caller, &headers)),
        board,
        shown: shown(&look, &read, Some(&asked), (&caller, language)),
        states: states.into(),
        tenants: tenants.collect(),
    };
    Ok(html(&page).into_response())
}

/// The calls and callbacks that a seat has at hand, in words and with the page of each.
pub(super) async fn at_seat(
    shared: &Shared,
    name: &str,
    whose: (&Caller, Language),
) -> Result<Vec<(String, String)>, ApiError> {
    let Read::Calls(read) = live::now(shared, &Watched::Calls).await? else {
        return Ok(Vec::new());
    };
    let look = shared.engine.snapshot();
    let all = rows(&look, &read, whose).into_iter();
    let here = all.filter(|row| row.seat == name);
    let here = here.map(|row| (format!("{} {}", row.text, row.of), row.link));
    Ok(here.collect())
}
