//! The supervisor's desk: the floor as it is, and what belongs to a queue, a call, a callback, a seat or
//! a site, each with its story and with what whoever leads may do. Plain forms that say before what will
//! happen; who may only read is shown none.

mod acting;
mod bulk;
mod chart;
mod history;
mod kept;
mod operators;
mod room;
pub(crate) mod say;
mod sheet;
mod story;
mod telling;

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{MatchedPath, Path, Request, State};
use axum::http::StatusCode;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use cuptel_core::in_line::WaiterNow;
use cuptel_core::snapshot::{QueueNow, SeatNow, SiteNow, Snapshot, StopNow};
use cuptel_core::time::UtcMs;
use cuptel_core::words::{Button, Chosen, WorkState};

pub(crate) use kept::DeskKept;
use room::{Room, Seen, door_of, path_of_queue, path_of_seat, path_of_site, title_of};

use crate::access::{Caller, Onlooker};
use crate::agreement;
use crate::board::Board;
use crate::error::ApiError;
use crate::events::as_seen;
use crate::page::{Frame, frame, html};
use crate::pages::{Shared, SharedParts};
use crate::rights::{self, Need, may, need};
use crate::signing_in::sign_in_page;
use crate::texts::Language;

/// Every page of whoever leads, and of the agreement.
pub(crate) fn paths(shared: &Shared) -> Router<Shared> {
    Router::new()
        .route("/supervisor", get(floor))
        .route("/supervisor/queues/{tenant}/{queue}", get(queue))
        .route(
            "/supervisor/queues/{tenant}/{queue}/{action}",
            get(acting::confirm_queue).post(acting::on_queue),
        )
        .route("/supervisor/calls/{id}", get(story::call))
        .route("/supervisor/calls/{id}/{action}", post(acting::on_call))
        .route("/supervisor/callbacks", get(sheet::callbacks))
        .route("/supervisor/bulk", get(bulk::page).post(bulk::begin))
        .route("/supervisor/bulk/preview", post(bulk::preview))
        .route("/supervisor/bulk/{id}", get(bulk::result))
        .route("/supervisor/bulk/{id}/undo", post(bulk::undo))
        .route("/supervisor/callbacks/{id}", get(story::callback))
        .route(
            "/supervisor/callbacks/{id}/{action}",
            post(acting::on_callback),
        )
        .route("/supervisor/seats/{seat}", get(seat))
        .route("/supervisor/seats/{seat}/{action}", post(acting::on_seat))
        .route("/supervisor/sites/{site}", get(site))
        .route(
            "/supervisor/sites/{site}/{action}",
            get(acting::confirm_site).post(acting::on_site),
        )
        .route("/supervisor/stops", get(stops))
        .route(
            "/supervisor/stops/press",
            get(acting::confirm_stop).post(acting::press_stop),
        )
        .route("/supervisor/stops/release", post(acting::release_stop))
        .route(
            "/supervisor/memos",
            get(telling::memos).post(acting::write_memo),
        )
        .route(
            "/supervisor/memos/{memo}/withdraw",
            post(acting::withdraw_memo),
        )
        .route("/supervisor/history", get(history::page))
        .route("/supervisor/operators", get(operators::page))
        .route(
            "/admin/agreement",
            get(agreement::page).post(agreement::enter_by_page),
        )
        .route_layer(middleware::from_fn_with_state(Arc::clone(shared), guarded))
}

#[derive(Template)]
#[template(path = "desk_forbidden.html")]
struct ForbiddenPage<'a> {
    frame: Frame<'a>,
}

/// Lets those through who may, and tells the others on a page what is for them.
async fn guarded(
    State(shared): State<Shared>,
    language: Language,
    request: Request,
    next: Next,
) -> Response {
    let Some(caller) = request.extensions().get::<Caller>().cloned() else {
        return sign_in_page(&shared, language, &ApiError::Unauthorised, None);
    };
    let matched = request.extensions().get::<MatchedPath>();
    let matched = matched.map_or("", MatchedPath::as_str);
    if caller.must_choose_before(matched) {
        return Redirect::to("/password").into_response();
    }
    if !may(caller.role(), need(request.method(), matched)) {
        return forbidden(&shared, language, &caller);
    }
    rights::checked(State(shared), request, next).await
}

/// What is not theirs to do, in words.
pub(crate) fn forbidden(shared: &Shared, language: Language, caller: &Caller) -> Response {
    let frame = frame_of(shared, language, caller);
    (StatusCode::FORBIDDEN, html(&ForbiddenPage { frame })).into_response()
}

#[derive(Template)]
#[template(path = "desk_missing.html")]
struct MissingPage<'a> {
    frame: Frame<'a>,
}

/// What is not there, or not theirs: the answer is the same.
fn missing(shared: &Shared, language: Language, caller: &Caller) -> Response {
    let frame = frame_of(shared, language, caller);
    (StatusCode::NOT_FOUND, html(&MissingPage { frame })).into_response()
}

fn frame_of<'a>(shared: &'a Shared, language: Language, caller: &Caller) -> Frame<'a> {
    frame(shared, language, Some(caller))
}

/// Whether whoever looks may act too.
fn acts(caller: &Caller) -> bool {
    may(caller.role(), Need::Lead)
}

#[derive(Template)]
#[template(path = "desk.html")]
struct FloorPage<'a> {
    frame: Frame<'a>,
    board: Arc<Board>,
    room: Room,
}

/// The look and the board, as a caller may see them.
fn seen_by(shared: &SharedParts, caller: &Caller, language: Language) -> (Snapshot, Arc<Board>) {
    let onlooker = Onlooker {
        caller: Some(caller.clone()),
        language,
    };
    let look = shared.engine.snapshot();
    (
        as_seen(&look, &onlooker),
        shared.board_for(&look, &onlooker),
    )
}

/// The floor.
async fn floor(State(shared): State<Shared>, language: Language, caller: Caller) -> Response {
    let stored = DeskKept::get(&shared).await;
    let (look, board) = seen_by(&shared, &caller, language);
    let room = Room::new(
        &look,
        &board,
        stored.as_deref(),
        Seen::by(&caller, language),
    );
    html(&FloorPage {
        frame: frame_of(&shared, language, &caller),
        board,
        room,
    })
}

/// The texts of the floor, for its stream.
pub(crate) async fn texts_for(
    shared: &Shared,
    caller: &Caller,
    language: Language,
) -> Result<Arc<str>, serde_json::Error> {
    let stored = DeskKept::get(shared).await;
    let (look, board) = seen_by(shared, caller, language);
    let room = Room::new(&look, &board, stored.as_deref(), Seen::by(caller, language));
    serde_json::to_string(&room.texts(&board)).map(Arc::from)
}

/// Somebody who waits, in words.
struct Waiter {
    number: String,
    since: String,
    kind: String,
    told: String,
    seat: String,
    link: String,
    link_text: String,
}

fn waiter(it: &WaiterNow, at: UtcMs, language: Language) -> Waiter {
    let number = it.number.clone();
    let mut kind = if it.attempt.is_some() {
        language.say("desk-line-caller")
    } else {
        language.say("desk-line-called")
    };
    if it.priority_ms > 0 {
        let span = say::span(language, it.priority_ms);
        let ahead = language.with("desk-line-ahead", &[("span", span.into())]);
        kind = format!("{kind}, {ahead}");
    }
    let (link, link_text) = match (it.attempt, it.callback) {
        (Some(id), _) => (
            format!("/supervisor/calls/{id}"),
            language.with("desk-line-open", &[("id", id.to_string().into())]),
        ),
        (None, Some(id)) => (
            format!("/supervisor/callbacks/{id}"),
            language.with("desk-line-open-callback", &[("id", id.to_string().into())]),
        ),
        (None, None) => (String::new(), String::new()),
    };
    Waiter {
        number: number.unwrap_or_else(|| language.say("desk-line-withheld")),
        since: say::span(language, at - it.since_ms),
        kind,
        told: it.told_min.map_or(String::new(), |min| {
            language.with("desk-line-told-min", &[("min", min.into())])
        }),
        seat: it.seat.clone().unwrap_or_default(),
        link,
        link_text,
    }
}

#[derive(Template)]
#[template(path = "desk_queue.html")]
struct QueuePage<'a> {
    frame: Frame<'a>,
    title: String,
    path: String,
    facts: Vec<String>,
    /// Nothing where the centre has not said who waits.
    line: Option<Vec<Waiter>>,
    is_open: bool,
    /// Whether it is held against its hours.
    is_held: bool,
    acts: bool,
}

fn queue_named<'l>(
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
async fn queue(
    State(shared): State<Shared>,
    Path((tenant, name)): Path<(String, String)>,
    language: Language,
    caller: Caller,
) -> Response {
    let look = shared.engine.snapshot();
    let Some(queue) = queue_named(&look, &caller, &tenant, &name) else {
        return missing(&shared, language, &caller);
    };
    let line = shared.engine.in_line(&tenant, &name).await;
    let line = line.ok().map(|line| {
        let waiters = line.iter().map(|it| waiter(it, look.at_ms, language));
        waiters.collect()
    });
    let stored = DeskKept::get(&shared).await;
    let today = stored.as_ref().and_then(|it| {
        let key = (tenant.clone(), name.clone());
        it.today.get(&key).copied()
    });
    let mut facts = facts_of_queue(queue, &look, language);
    if let Some(today) = today {
        let share = say::per_cent(today.in_target, today.queued);
        facts.extend(share.map(|share| {
            let label = language.say("desk-in-time-today");
            format!("{label}: {share} %")
        }));
    }
    html(&QueuePage {
        frame: frame_of(&shared, language, &caller),
        title: title_of_queue(queue, &look, language),
        path: path_of_queue(queue),
        facts,
        line,
        is_open: queue.is_open,
        is_held: door_of(&look, queue).is_some(),
        acts: acts(&caller) && caller.leads(Some(&tenant)),
    })
}

fn title_of_queue(queue: &QueueNow, look: &Snapshot, language: Language) -> String {
    let tenant = title_of(look, &queue.tenant);
    let about = [
        ("queue", queue.title.as_str().into()),
        ("tenant", tenant.into()),
    ];
    language.with("desk-queue-title", &about)
}

fn facts_of_queue(queue: &QueueNow, look: &Snapshot, language: Language) -> Vec<String> {
    let mut facts = vec![match door_of(look, queue) {
        Some(stop) => held(stop, look.at_ms, language),
        None if queue.is_open => language.say("desk-queue-open"),
        None => language.say("desk-queue-shut"),
    }];
    facts.push(match queue.targets.first() {
        None => language.say("desk-queue-no-target"),
        Some(target) => {
            let within = say::within(language, target.within_s);
            let share = format!("{:.0}", target.share * 100.0);
            let about = [("share", share.into()), ("within", within.into())];
            language.with("desk-queue-target", &about)
        }
    });
    facts.push(match queue.wait {
        None => language.say("desk-queue-wait-nobody"),
        Some(wait) => {
            let wait = say::span(language, i64::from(wait.high_s) * 1_000);
            language.with("desk-queue-wait", &[("wait", wait.into())])
        }
    });
    facts.push(language.with("desk-queue-owed", &[("n", queue.callbacks_open.into())]));
    facts
}

/// Who holds a queue closed or open, and until when.
fn held(stop: &StopNow, at: UtcMs, language: Language) -> String {
    let by = stop.supervisor.as_deref();
    let by = by.map_or(String::new(), |name| {
        language.with("desk-by", &[("name", name.into())])
    });
    let until = stop.until_ms.map_or(String::new(), |until_ms| {
        language.with("desk-until", &[("at", say::hour(until_ms, at).into())])
    });
    let about = [("by", by.into()), ("until", until.into())];
    match stop.button {
        Button::Opened => language.with("desk-queue-by-hand-opened", &about),
        Button::Closed | Button::Outgoing | Button::Emergency => {
            language.with("desk-queue-by-hand-closed", &about)
        }
    }
}

#[derive(Template)]
#[template(path = "desk_seat.html")]
struct SeatPage<'a> {
    frame: Frame<'a>,
    seat: String,
    path: String,
    own_path: String,
    facts: Vec<(String, String)>,
    reasons: &'a [String],
    pauses: bool,
    returns: bool,
    signs_out: bool,
    acts: bool,
    memo_path: String,
}

/// A seat, and what can be done with it.
async fn seat(
    State(shared): State<Shared>,
    Path(name): Path<String>,
    language: Language,
    caller: Caller,
) -> Response {
    let (look, board) = seen_by(&shared, &caller, language);
    let found = look.seats.iter().position(|it| it.name == name);
    let found = found.and_then(|i| Some((look.seats.get(i)?, board.seats.get(i)?)));
    let Some((seat, line)) = found else {
        return missing(&shared, language, &caller);
    };
    let since = seat.since_ms.map_or(String::new(), |since_ms| {
        let span = say::span(language, look.at_ms - since_ms);
        format!("{span} ({})", say::hour(since_ms, look.at_ms))
    });
    let facts = vec![
        (
            language.say("desk-seat-state"),
            format!("{} {}", line.shape.text, line.state.text),
        ),
        (language.say("desk-seat-since"), since),
        (language.say("desk-seat-who"), line.operator.text.clone()),
        (language.say("desk-seat-site"), seat.site.clone()),
    ];
    let (pauses, returns, signs_out) = may_be_done(seat);
    html(&SeatPage {
        frame: frame_of(&shared, language, &caller),
        seat: seat.name.clone(),
        path: path_of_seat(&seat.name),
        own_path: line.path.clone(),
        facts,
        reasons: &look.pause_reasons,
        pauses,
        returns,
        signs_out,
        acts: acts(&caller),
        memo_path: format!("/supervisor/memos?seat={}", line.escaped()),
    })
}

/// Whether it can be paused, made available and signed out.
fn may_be_done(seat: &SeatNow) -> (bool, bool, bool) {
    let is_in = seat.chosen != Chosen::SignedOut;
    let is_away = matches!(seat.chosen, Chosen::Paused | Chosen::FrontOffice);
    let returns = is_away || seat.work == WorkState::NotResponding;
    (is_in && !is_away, is_in && returns, is_in)
}

#[derive(Template)]
#[template(path = "desk_site.html")]
struct SitePage<'a> {
    frame: Frame<'a>,
    site: String,
    path: String,
    staffed: u32,
    calls: u32,
    out: Option<String>,
    acts: bool,
}

fn site_named<'l>(look: &'l Snapshot, name: &str) -> Option<&'l SiteNow> {
    look.sites.iter().find(|it| it.name == name)
}

/// A site, and whether it is cut off.
async fn site(
    State(shared): State<Shared>,
    Path(name): Path<String>,
    language: Language,
    caller: Caller,
) -> Response {
    let look = shared.engine.snapshot();
    let Some(site) = site_named(&look, &name) else {
        return missing(&shared, language, &caller);
    };
    html(&SitePage {
        frame: frame_of(&shared, language, &caller),
        site: site.name.clone(),
        path: path_of_site(&site.name),
        staffed: site.staffed,
        calls: site.calls,
        out: site.out_since_ms.map(|ms| say::hour(ms, look.at_ms)),
        acts: acts(&caller) && caller.is_unbounded(),
    })
}

/// A button that is pressed, with what releases it.
struct Pressed {
    words: String,
    button: &'static str,
    tenant: String,
    queue: String,
}

#[derive(Template)]
#[template(path = "desk_stops.html")]
struct StopsPage<'a> {
    frame: Frame<'a>,
    pressed: Vec<Pressed>,
    tenants: Vec<(String, String)>,
    region: bool,
    acts: bool,
}

/// The health authorities that a caller may lead, by their names.
fn tenants_of(look: &Snapshot, caller: &Caller) -> Vec<(String, String)> {
    let seen = look.tenants.iter().filter(|it| caller.sees(Some(&it.name)));
    seen.map(|it| (it.name.clone(), it.title.clone())).collect()
}

/// Stop buttons.
async fn stops(State(shared): State<Shared>, language: Language, caller: Caller) -> Response {
    let (look, board) = seen_by(&shared, &caller, language);
    let words = board.stops.text.lines();
    let pressed = look.stops.iter().zip(words).map(|(stop, words)| Pressed {
        words: words.to_owned(),
        button: stop.button.as_str(),
        tenant: stop.tenant.clone().unwrap_or_default(),
        queue: stop.queue.clone().unwrap_or_default(),
    });
    html(&StopsPage {
        frame: frame_of(&shared, language, &caller),
        pressed: pressed.collect(),
        tenants: tenants_of(&look, &caller),
        region: caller.is_unbounded(),
        acts: acts(&caller) && caller.employer().is_none(),
    })
}
