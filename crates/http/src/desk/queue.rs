//! One queue: how it stands, who waits there in the order in which they are served, and what can be done.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use cuptel_core::in_line::{DUE_SHOWN_MAX, WaiterNow};
use cuptel_core::snapshot::{QueueNow, Snapshot, StopNow};
use cuptel_core::time::UtcMs;
use cuptel_core::words::Button;

use super::deeds::Deed;
use super::kept::Figures;
use super::live::{self, QueueRead, Read, Watched, mark_of};
use super::room::{door_of, escaped, path_of_queue, title_of, touches};
use super::story::{Told, told};
use super::{acts, frame_of_part, missing, say, seen_by};
use crate::access::Caller;
use crate::board::{Board, Cell, cell};
use crate::error::ApiError;
use crate::page::{Frame, html};
use crate::pages::Shared;
use crate::texts::Language;
use crate::words;

/// How far back a queue's page tells what was done to it.
const DEEDS_MS: i64 = 24 * 3_600_000;

/// Letters of an hour without its day.
const CLOCK_LEN: usize = "00:00".len();
const HOUR_MS: i64 = 3_600_000;
const QUARTER_MS: i64 = 15 * 60_000;

/// Somebody who waits, in words.
pub(super) struct Waiter {
    place: Cell,
    number: String,
    since: Cell,
    kind: String,
    told: String,
    seat: Cell,
    link: String,
    link_text: String,
}

fn waiter(it: &WaiterNow, at: UtcMs, language: Language) -> Waiter {
    let mut kind = language.say(match (it.on_line, it.attempt) {
        (true, Some(_)) => "desk-line-caller",
        (true, None) => "desk-line-called",
        (false, _) => "desk-line-due",
    });
    if it.priority_ms > 0 {
        let span = say::span(language, it.priority_ms);
        let ahead = language.with("desk-line-ahead", &[("span", span.into())]);
        kind = format!("{kind}, {ahead}");
    }
    let (id, link, link_text) = match (it.attempt, it.callback) {
        (Some(id), _) => (
            id.0,
            format!("/supervisor/calls/{id}"),
            language.with("desk-line-open", &[("id", id.to_string().into())]),
        ),
        (None, Some(id)) => (
            id.0,
            format!("/supervisor/callbacks/{id}"),
            language.with("desk-line-open-callback", &[("id", id.to_string().into())]),
        ),
        (None, None) => (0, String::new(), String::new()),
    };
    let number = it.number.clone();
    Waiter {
        place: cell(format!("w{id}-place"), (it.ahead + 1).to_string()),
        number: number.unwrap_or_else(|| language.say("desk-line-withheld")),
        since: cell(
            format!("w{id}-since"),
            say::span(language, at - it.since_ms),
        ),
        kind,
        told: it.told_min.map_or(String::new(), |min| {
            language.with("desk-line-told-min", &[("min", min.into())])
        }),
        seat: cell(format!("w{id}-seat"), it.seat.clone().unwrap_or_default()),
        link,
        link_text,
    }
}

/// What a queue's page shows.
pub(super) struct Shown {
    facts: Vec<Cell>,
    /// What somebody pressed that keeps people from being served here, and what follows.
    stopped: Vec<String>,
    line: Option<Vec<Waiter>>,
    /// Whether there are more callbacks than are listed.
    is_cut: bool,
    deeds: Vec<Told>,
    is_open: bool,
    /// What it does to give it its hours back, while it is held against them.
    hours: Option<String>,
    /// Until when it might be opened by hand, as a clock shows it.
    open_until: String,
}

impl Shown {
    /// Changes when somebody comes, goes or passes another, or something is pressed.
    pub(super) fn mark(&self) -> String {
        let line = self.line.as_ref().map(|line| {
            let who = line.iter().map(|it| (&it.link, &it.kind, &it.told));
            who.collect::<Vec<_>>()
        });
        let held = (self.is_open, &self.hours, self.is_cut);
        mark_of(&(line, &self.stopped, &self.deeds, held))
    }

    pub(super) fn cells(self) -> Vec<Cell> {
        let line = self.line.into_iter().flatten();
        let line = line.flat_map(|it| [it.place, it.since, it.seat]);
        self.facts.into_iter().chain(line).collect()
    }
}

/// A queue as somebody may see it; nothing where it is not theirs or not there.
pub(super) fn shown(
    look: &Snapshot,
    read: &QueueRead,
    (tenant, name): (&str, &str),
    (caller, language): (&Caller, Language),
) -> Option<Shown> {
    let queue = queue_named(look, caller, tenant, name)?;
    let today = ("qf-today", in_time_today(&read.today, queue, language));
    let facts = facts_of_queue(queue, look, language).into_iter();
    let facts = facts.chain([today]);
    let line = read.line.as_ref();
    let due = line.map_or(0, |line| line.iter().filter(|it| !it.on_line).count());
    let recent = |it: &&Deed| it.at_ms >= look.at_ms - DEEDS_MS;
    let deeds = read.deeds.iter().filter(recent);
    let deeds = deeds.map(|it| it.told(look, language)).collect();
    Some(Shown {
        facts: facts.map(|(id, text)| cell(id, text)).collect(),
        stopped: stopped(queue, look, language),
        line: line.map(|line| {
            let waiters = line.iter().map(|it| waiter(it, look.at_ms, language));
            waiters.collect()
        }),
        is_cut: due >= DUE_SHOWN_MAX,
        deeds: told(deeds, look.at_ms),
        is_open: queue.is_open,
        hours: door_of(look, queue).map(|stop| back_to_hours(stop, queue, look.at_ms, language)),
        open_until: open_until(queue, look.at_ms),
    })
}

#[derive(Template)]
#[template(path = "desk_queue.html")]
struct QueuePage<'a> {
    frame: Frame<'a>,
    board: std::sync::Arc<Board>,
    title: String,
    path: String,
    of: String,
    mark: String,
    shown: Shown,
    acts: bool,
}

pub(super) fn queue_named<'l>(
    look: &'l Snapshot,
    caller: &Caller,
    tenant: &str,
    name: &str,
) -> Option<&'l QueueNow> {
    let mut queues = look.queues.iter();
    let found = queues.find(|it| it.tenant == tenant && it.name == name);
    found.filter(|it| caller.sees(Some(&it.tenant)))
}

/// A queue, who waits there, and what can be done with it.
pub(super) async fn page(
    State(shared): State<Shared>,
    Path((tenant, name)): Path<(String, String)>,
    language: Language,
    headers: HeaderMap,
    caller: Caller,
) -> Result<Response, ApiError> {
    let (look, board) = seen_by(&shared, &caller, language);
    let Some(queue) = queue_named(&look, &caller, &tenant, &name) else {
        return Ok(missing(&shared, language, &caller));
    };
    let watched = Watched::Queue(tenant.clone(), name.clone());
    let Read::Queue(read) = live::read(&shared, &watched).await? else {
        return Ok(missing(&shared, language, &caller));
    };
    let Some(shown) = shown(&look, &read, (&tenant, &name), (&caller, language)) else {
        return Ok(missing(&shared, language, &caller));
    };
    let page = QueuePage {
        frame: frame_of_part(&shared, language, (&caller, &headers)),
        board,
        title: title_of_queue(queue, &look, language),
        path: path_of_queue(queue),
        of: format!("queue/{}/{}", escaped(&tenant), escaped(&name)),
        mark: shown.mark(),
        shown,
        acts: acts(&caller) && caller.leads(Some(&tenant)),
    };
    Ok(html(&page).into_response())
}

pub(super) fn title_of_queue(queue: &QueueNow, look: &Snapshot, language: Language) -> String {
    let tenant = title_of(look, &queue.tenant);
    let about = [
        ("queue", queue.title.as_str().into()),
        ("tenant", tenant.into()),
    ];
    language.with("desk-queue-title", &about)
}

/// What is pressed for this queue, its authority or the region, and what follows from it here.
fn stopped(queue: &QueueNow, look: &Snapshot, language: Language) -> Vec<String> {
    let here = look.stops.iter().filter(|stop| touches(stop, queue));
    let line = |stop: &StopNow| {
        let then = match stop.button {
            Button::Emergency => language.say("desk-queue-emergency"),
            Button::Outgoing => language.say("desk-queue-outgoing"),
            Button::Closed => language.say("desk-queue-shut"),
            Button::Opened => language.say("desk-queue-opened"),
        };
        format!("{} {then}", words::stop(language, stop, look.at_ms))
    };
    here.map(line).collect()
}

/// What follows when it goes by its hours again.
fn back_to_hours(stop: &StopNow, queue: &QueueNow, at: UtcMs, language: Language) -> String {
    let ends = language.say(match stop.button {
        Button::Opened => "desk-act-hours-then-opened",
        Button::Closed | Button::Outgoing | Button::Emergency => "desk-act-hours-then-closed",
    });
    let Some(hours) = queue.hours else {
        return ends;
    };
    let until = hours.until_ms;
    let until = until.map_or(String::new(), |until_ms| say::until(language, until_ms, at));
    let until = [("until", until.into())];
    let then = match hours.is_open {
        true => language.with("desk-act-hours-open", &until),
        false => language.with("desk-act-hours-shut", &until),
    };
    format!("{ends} {then}")
}

/// The end of today's hours where those say that it is open; else an hour from now, by the quarter.
fn open_until(queue: &QueueNow, at: UtcMs) -> String {
    let hours = queue.hours.filter(|hours| hours.is_open);
    let ends = hours.and_then(|hours| hours.until_ms);
    // What ends on another day is not today's.
    let ends = ends
        .map(|ends| say::hour(ends, at))
        .filter(|it| it.len() == CLOCK_LEN);
    ends.unwrap_or_else(|| {
        let quarter = (at + HOUR_MS + QUARTER_MS - 1).div_euclid(QUARTER_MS) * QUARTER_MS;
        say::hour(quarter, quarter)
    })
}

/// The share of today's callers who were answered in time, as far as it is known.
fn in_time_today(told: &Figures, queue: &QueueNow, language: Language) -> String {
    let label = language.say("desk-in-time-today");
    let key = (queue.tenant.clone(), queue.name.clone());
    let today = told.stored().and_then(|it| it.today.get(&key));
    match today.and_then(|it| say::per_cent(it.in_target, it.queued)) {
        Some(share) => format!("{label}: {share} %"),
        None => format!("{label}: –"),
    }
}

/// What the page says in short, each by the element that shows it.
fn facts_of_queue(
    queue: &QueueNow,
    look: &Snapshot,
    language: Language,
) -> Vec<(&'static str, String)> {
    let is_emergency = look
        .stops
        .iter()
        .any(|stop| stop.button == Button::Emergency && touches(stop, queue));
    let state = match door_of(look, queue) {
        _ if is_emergency => language.say("desk-queue-nobody-enters"),
        Some(stop) => held(stop, look.at_ms, language),
        None if queue.is_open => language.say("desk-queue-open"),
        None => language.say("desk-queue-shut"),
    };
    let target = match queue.targets.first() {
        None => language.say("desk-queue-no-target"),
        Some(target) => {
            let within = say::within(language, target.within_s);
            let share = format!("{:.0}", target.share * 100.0);
            let about = [("share", share.into()), ("within", within.into())];
            language.with("desk-queue-target", &about)
        }
    };
    // Where nobody enters there is no wait of whoever does.
    let wait = (queue.is_open && !is_emergency).then(|| match queue.wait {
        None => language.say("desk-queue-wait-nobody"),
        Some(wait) => {
            let wait = say::span(language, i64::from(wait.high_s) * 1_000);
            language.with("desk-queue-wait", &[("wait", wait.into())])
        }
    });
    let owed = [
        ("n", queue.callbacks_open.into()),
        ("ready", queue.callbacks_ready.into()),
    ];
    let owed = language.with("desk-queue-owed", &owed);
    let held = queue
        .callbacks_held
        .then(|| language.say("desk-queue-held"));
    let facts = [
        ("qf-state", Some(state)),
        ("qf-target", Some(target)),
        ("qf-wait", wait),
        ("qf-owed", Some(owed)),
        ("qf-held", held),
    ];
    let said = facts.into_iter();
    said.filter_map(|(id, text)| Some((id, text?))).collect()
}

/// Who holds a queue closed or open, and until when.
fn held(stop: &StopNow, at: UtcMs, language: Language) -> String {
    let by = stop.supervisor.as_deref();
    let by = by.map_or(String::new(), |name| {
        language.with("desk-by", &[("name", name.into())])
    });
    let until = stop.until_ms;
    let until = until.map_or(String::new(), |until_ms| say::until(language, until_ms, at));
    let about = [("by", by.into()), ("until", until.into())];
    match stop.button {
        Button::Opened => language.with("desk-queue-by-hand-opened", &about),
        Button::Closed | Button::Outgoing | Button::Emergency => {
            language.with("desk-queue-by-hand-closed", &about)
        }
    }
}
