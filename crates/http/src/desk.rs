//! The supervisor's desk: the floor as it is, and what belongs to a queue, a call, a callback, a seat or
//! a site, each with its story and with what whoever leads may do. Plain forms that say before what will
//! happen; who may only read is shown none.

mod acting;
mod bulk;
mod calls;
mod chart;
mod deeds;
mod history;
mod in_time;
mod kept;
mod live;
mod operators;
mod paper;
mod queue;
mod room;
pub(crate) mod say;
mod seat;
mod sheet;
mod story;
mod telling;

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{MatchedPath, Path, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use cuptel_core::calendar::LocalDay;
use cuptel_core::snapshot::{SiteNow, Snapshot};
use cuptel_core::time::UtcMs;

pub(crate) use in_time::{InTime, now_of};
pub(crate) use kept::{DeskKept, Figures};
pub(crate) use live::{LiveKept, Watched, texts_for as watched_texts_for};
pub(crate) use room::title_of;
use room::{Room, Seen, path_of_site};

use crate::access::{Caller, Onlooker, clock};
use crate::agreement;
use crate::board::Board;
use crate::error::ApiError;
use crate::events::as_seen;
use crate::page::{Frame, frame, html, looks_by_itself, silent_frame};
use crate::pages::{Shared, SharedParts};
use crate::rights::{self, Need, may};
use crate::signing_in::sign_in_page;
use crate::texts::Language;

/// Every page of whoever leads, and of the agreement.
pub(crate) fn paths(shared: &Shared) -> Router<Shared> {
    Router::new()
        .route("/supervisor", get(floor))
        .route("/supervisor/queues/{tenant}/{queue}", get(queue::page))
        .route(
            "/supervisor/queues/{tenant}/{queue}/{action}",
            get(acting::confirm_queue).post(acting::on_queue),
        )
        .route("/supervisor/calls", get(calls::page))
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
            get(acting::confirm_callback).post(acting::on_callback),
        )
        .route("/supervisor/seats/{seat}", get(seat::page))
        .route(
            "/supervisor/seats/{seat}/{action}",
            get(acting::confirm_seat).post(acting::on_seat),
        )
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
        .route("/supervisor/history/sheet", get(paper::export))
        .route("/supervisor/operators", get(operators::page))
        .route(
            "/admin/agreement",
            get(agreement::page).post(agreement::enter_by_page),
        )
        .route("/admin/agreement/end", post(agreement::end_by_page))
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
    let asked = (request.method(), matched, request.uri().path());
    if rights::is_refused(&shared, &caller, asked).await {
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

/// What is around a page that its script may load by itself, to take over what has changed: what there is
/// to tell is left to the answer of whoever acted.
fn frame_of_part<'a>(
    shared: &'a Shared,
    language: Language,
    (caller, headers): (&Caller, &HeaderMap),
) -> Frame<'a> {
    if looks_by_itself(headers) {
        return silent_frame(shared, language, Some(caller));
    }
    frame_of(shared, language, caller)
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
    /// Since when "today" is counted where that is not since midnight.
    fair_since: Option<String>,
}

/// When the process began, if that was today: of what was before it the memory has nothing.
fn begun_today(shared: &SharedParts, at: UtcMs) -> Option<UtcMs> {
    let ago = clock().saturating_duration_since(shared.began);
    let began_ms = at - i64::try_from(ago.as_millis()).unwrap_or(i64::MAX);
    let zone = shared.engine.health().configuration.zones.of(None);
    let midnight_ms = LocalDay::of(at, zone).and_then(|day| day.begins_ms(zone));
    midnight_ms
        .is_none_or(|midnight| midnight < began_ms)
        .then_some(began_ms)
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
    let told = DeskKept::get(&shared).await;
    let (look, board) = seen_by(&shared, &caller, language);
    let room = Room::new(&look, &board, &told, Seen::by(&caller, language));
    let fair_since = begun_today(&shared, look.at_ms).map(|began_ms| {
        let at = say::hour(began_ms, look.at_ms);
        language.with("desk-fairness-since", &[("at", at.into())])
    });
    html(&FloorPage {
        fair_since,
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
    let told = DeskKept::get(shared).await;
    let (look, board) = seen_by(shared, caller, language);
    let room = Room::new(&look, &board, &told, Seen::by(caller, language));
    serde_json::to_string(&room.texts(&board)).map(Arc::from)
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
