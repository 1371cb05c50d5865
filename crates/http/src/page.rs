//! The pages: what goes on now, and one seat with what can be done there. Plain HTML that
//! works without a script.

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use cuptel_core::snapshot::SeatNow;
use cuptel_core::words::{ClosedHow, Outcome, Role};
use cuptel_store::{Store, StoreError, Totals};
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::access::{Caller, Onlooker, Sight, clock};
use crate::admin::Group;
use crate::board::Board;
use crate::choosing_seat;
use crate::desk::DeskKept;
use crate::error::ApiError;
use crate::following::{Strip, person_key};
use crate::in_charge::Form;
use crate::my_queue;
use crate::pages::Shared;
use crate::person::{AtSeat, Contact};
use crate::practising;
use crate::preferences::Preferences;
use crate::rights::{self, Need};
use crate::score::{Score, scores};
use crate::seat_line::SeatLine;
use crate::session::Notice;
use crate::signing_in;
use crate::texts::Language;
use crate::wall::{self, Wall};
use crate::words::NotInForce;
use crate::{person, words};

/// Totals read every row: they are counted at most this often, however many look.
const TOTALS_AGE: Duration = Duration::from_secs(30);

/// The totals last counted.
#[derive(Default)]
pub(crate) struct TotalsKept(Mutex<Option<(Instant, Arc<Totals>)>>);

impl TotalsKept {
    /// Holds the others back while one counts.
    pub(crate) async fn get(&self, store: &Store) -> Result<Arc<Totals>, StoreError> {
        let mut kept = self.0.lock().await;
        let now = clock();
        if let Some((counted, totals)) = kept.as_ref()
            && now < *counted + TOTALS_AGE
        {
            return Ok(Arc::clone(totals));
        }
        let totals = Arc::new(store.totals().await?);
        *kept = Some((now, Arc::clone(&totals)));
        Ok(totals)
    }
}

/// What every page has around it.
pub(crate) struct Frame<'a> {
    pub(crate) title: String,
    pub(crate) version: &'a str,
    pub(crate) language: Language,
    /// Who has signed in.
    pub(crate) who: Option<String>,
    /// Whether they work on a seat, and have no use for what the system tells of itself.
    pub(crate) is_operator: bool,
    pub(crate) notice: Option<Notice>,
    /// How whoever has signed in wants their pages.
    pub(crate) preferences: Arc<Preferences>,
    /// The way between the administrator's pages, on those.
    pub(crate) menu: Vec<Group>,
    /// Why the configuration that was read last is not in force, for whoever can mend it.
    pub(crate) not_reloaded: Option<NotInForce>,
    /// The seat of whoever looks, on every page but its own.
    pub(crate) strip: Option<Strip>,
}

/// What is counted in the database.
struct Counted {
    totals: Vec<(String, i64)>,
    scores: Vec<Score>,
}

#[derive(Template)]
#[template(path = "now.html")]
struct NowPage<'a> {
    frame: Frame<'a>,
    board: Arc<Board>,
    counted: Option<Counted>,
    /// Where the API is asked.
    base: String,
}

#[derive(Template)]
#[template(path = "wall.html")]
struct WallPage<'a> {
    frame: Frame<'a>,
    board: Arc<Board>,
    wall: Wall,
    columns: [String; 5],
}

#[derive(Template)]
#[template(path = "seat.html")]
struct SeatPage<'a> {
    frame: Frame<'a>,
    board: &'a Board,
    seat: &'a SeatLine,
    /// Whether whoever looks may act there.
    acts: bool,
    /// Whether they work there.
    works: bool,
    at_seat: AtSeat,
    /// What was before with whoever it has to do with.
    contacts: Vec<Contact>,
    /// What its operator may take.
    queue: my_queue::MyQueue,
    /// What comes of choosing one: a message.
    queue_note: &'static str,
    /// With whom they may practise.
    exercises: Vec<practising::Choice>,
    /// "Taken in charge", where there is somebody for whom.
    form: Option<Form>,
    keys: Vec<(String, String)>,
    settings: String,
    /// What its task is, where it has one.
    task_words: Option<String>,
    /// What its forms are about.
    forms: &'a str,
    /// What was noted of the conversation so far.
    noted: Option<String>,
    /// Reasons that a pause may have; any, where there are none.
    reasons: &'a [String],
    /// Reasons to hand a callback back; any, where there are none.
    declines: &'a [String],
    /// Results of the centre's own: code, and what it is called.
    own_results: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "missing.html")]
struct MissingPage {
    language: Language,
}

pub(crate) fn html(page: &impl Template) -> Response {
    match page.render() {
        Ok(text) => Html(text).into_response(),
        Err(error) => ApiError::Template(error).into_response(),
    }
}

/// With what there is to tell, which is told once.
pub(crate) fn frame<'a>(
    shared: &'a Shared,
    language: Language,
    caller: Option<&Caller>,
) -> Frame<'a> {
    let session = caller.and_then(Caller::session);
    let notice = session.and_then(|key| shared.sessions.take_notice(key));
    Frame {
        // What is told of a person is told on the page of the seat that has to do with them.
        notice: notice.filter(|notice| notice.about.is_none()),
        ..silent_frame(shared, language, caller)
    }
}

/// That of a seat's own page, with what there is to tell of the person whom it has to do with.
fn seat_frame<'a>(
    shared: &'a Shared,
    language: Language,
    caller: Option<&Caller>,
    person: &str,
) -> Frame<'a> {
    let session = caller.and_then(Caller::session);
    let notice = session.and_then(|key| shared.sessions.take_notice(key));
    let is_theirs = |notice: &Notice| notice.about.as_deref().is_none_or(|about| about == person);
    Frame {
        notice: notice.filter(is_theirs),
        strip: None,
        ..silent_frame(shared, language, caller)
    }
}

/// Without what there is to tell.
pub(crate) fn silent_frame<'a>(
    shared: &'a Shared,
    language: Language,
    caller: Option<&Caller>,
) -> Frame<'a> {
    let settings = &shared.settings;
    Frame {
        title: shared.engine.health().configuration.title.clone(),
        version: &settings.version,
        language,
        who: caller.map(|caller| caller.name().to_owned()),
        is_operator: caller.is_some_and(|caller| caller.role() == Role::Operator),
        notice: None,
        preferences: shared.preferences.of(caller.map(Caller::name)),
        menu: Vec::new(),
        not_reloaded: not_reloaded(shared, language, caller),
        strip: Strip::of(language, &shared.engine.snapshot(), caller),
    }
}

fn not_reloaded(
    shared: &Shared,
    language: Language,
    caller: Option<&Caller>,
) -> Option<NotInForce> {
    caller.filter(|caller| rights::may(caller.role(), Need::Oversee))?;
    let configuration = shared.engine.health().configuration;
    let failed = configuration.failed.as_ref()?;
    Some(words::reload_failed(
        language,
        failed,
        configuration.since_ms,
    ))
}

/// Whether the page's script asks by itself what can be done now. Nobody looks at the rest of that
/// page: what there is to tell is left to the answer of whoever acted.
pub(crate) fn looks_by_itself(headers: &HeaderMap) -> bool {
    headers.contains_key("cuptel-look")
}

/// The page of an operator, or what goes on now.
pub(crate) async fn now(
    State(shared): State<Shared>,
    language: Language,
    onlooker: Result<Onlooker, ApiError>,
) -> Response {
    let onlooker = match onlooker {
        Ok(onlooker) => onlooker,
        Err(error) => return signing_in::sign_in_page(&shared, language, &error, None),
    };
    let look = shared.engine.snapshot();
    if let Some(operator) = onlooker.caller.as_ref().and_then(Caller::operator) {
        return choosing_seat::desk(&shared, &onlooker, &look, operator);
    }
    if onlooker.caller.as_ref().map(Caller::role) == Some(Role::Auditor) {
        return Redirect::to("/admin/oversight").into_response();
    }
    board_page(&shared, &onlooker).await
}

/// What goes on now, for everybody.
pub(crate) async fn board(
    State(shared): State<Shared>,
    language: Language,
    onlooker: Result<Onlooker, ApiError>,
) -> Response {
    match onlooker {
        Ok(onlooker) => board_page(&shared, &onlooker).await,
        Err(error) => signing_in::sign_in_page(&shared, language, &error, None),
    }
}

/// The wallboard.
pub(crate) async fn wall(
    State(shared): State<Shared>,
    language: Language,
    onlooker: Result<Onlooker, ApiError>,
) -> Response {
    let onlooker = match onlooker {
        Ok(onlooker) => onlooker,
        Err(error) => return signing_in::sign_in_page(&shared, language, &error, None),
    };
    let told = DeskKept::get(&shared).await;
    let look = shared.engine.snapshot();
    html(&WallPage {
        frame: frame(&shared, onlooker.language, onlooker.caller.as_ref()),
        board: shared.board(&look, Sight::Masked, language),
        wall: Wall::new(&look, &told, language),
        columns: wall::columns(language),
    })
}

async fn board_page(shared: &Shared, onlooker: &Onlooker) -> Response {
    let look = shared.engine.snapshot();
    let language = onlooker.language;
    let board = shared.board_for(&look, onlooker);
    let counted = match shared.totals.get(&shared.store).await {
        Ok(totals) => Some(Counted {
            totals: summary(&totals, language),
            scores: scores(&totals, &look, language),
        }),
        Err(error) => {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "no totals for the page"
            );
            None
        }
    };
    let scheme = if shared.settings.is_tls {
        "https"
    } else {
        "http"
    };
    let base = format!("{scheme}://{}", shared.settings.listen);
    html(&NowPage {
        frame: frame(shared, onlooker.language, onlooker.caller.as_ref()),
        board,
        counted,
        base,
    })
}

/// Totals in a few figures.
fn summary(totals: &Totals, language: Language) -> Vec<(String, i64)> {
    let of = |outcomes: &[Outcome]| -> i64 {
        outcomes
            .iter()
            .filter_map(|outcome| totals.attempts.get(outcome))
            .sum()
    };
    let served = of(&[Outcome::Served, Outcome::ServedByMenu]);
    let abandoned = of(&[
        Outcome::AbandonedRinging,
        Outcome::AbandonedMessage,
        Outcome::AbandonedMenu,
        Outcome::AbandonedQueue,
    ]);
    let refused = of(&[
        Outcome::RefusedLines,
        Outcome::RefusedQueueFull,
        Outcome::RefusedByCarrier,
        Outcome::RefusedRate,
        Outcome::RefusedNoOperators,
    ]);
    let called_back = totals.closed.get(&ClosedHow::Served).copied().unwrap_or(0);
    vec![
        (language.say("now-total-served"), served),
        (language.say("now-total-abandoned"), abandoned),
        (language.say("now-total-refused"), refused),
        (language.say("now-total-called-back"), called_back),
        (language.say("now-total-told-time"), totals.promises.told),
        (language.say("now-total-in-time"), totals.promises.kept),
        (language.say("now-total-late"), totals.promises.broken),
        (language.say("now-total-told-wait"), totals.waits.told),
        (language.say("now-total-wait-kept"), totals.waits.kept),
        (language.say("now-total-wait-broken"), totals.waits.broken),
    ]
}

/// One seat.
pub(crate) async fn seat(
    State(shared): State<Shared>,
    Path(name): Path<String>,
    language: Language,
    headers: HeaderMap,
    onlooker: Result<Onlooker, ApiError>,
) -> Response {
    let onlooker = match onlooker {
        Ok(onlooker) => onlooker,
        Err(error) => return signing_in::sign_in_page(&shared, language, &error, None),
    };
    let look = shared.engine.snapshot();
    let now = look.seats.iter().find(|seat| seat.name == name);
    let sight = onlooker.sight_of(now);
    let board = shared.board(&look, sight, language);
    let line = board.seats.iter().find(|seat| seat.name == name);
    let practice = now.and_then(|now| practising::as_call(language, &look, now, sight));
    let shown = match &practice {
        Some(call) => Some((&call.seat, &call.line)),
        None => now.zip(line),
    };
    match shown {
        Some((now, seat)) => {
            let caller = onlooker.caller.as_ref();
            let task = task_of((&shared, &onlooker), now, language).await;
            let frame = match looks_by_itself(&headers) {
                true => Frame {
                    strip: None,
                    ..silent_frame(&shared, language, caller)
                },
                false => seat_frame(&shared, language, caller, &person_key(now)),
            };
            let language = onlooker.language;
            let contacts = match seat.practises {
                true => practising::contacts(language, now),
                false => shared.contacts_at(&onlooker, now).await,
            };
            let acts = onlooker.acts_on(now);
            let queue = match onlooker.caller.as_ref().filter(|_| acts) {
                Some(caller) => shared.queue_at((caller, language), &look, now).await,
                None => my_queue::MyQueue::default(),
            };
            let speaks = acts && now.result.is_some() && !seat.practises;
            let noted = noted_at((&shared, &onlooker), now).await;
            html(&SeatPage {
                at_seat: AtSeat::of(language, &look, now, onlooker.sight_of(Some(now))),
                works: onlooker.sight_of(Some(now)) == Sight::Own,
                contacts,
                noted,
                queue,
                queue_note: my_queue::note(now),
                exercises: practising::choices(language),
                form: speaks.then(|| Form::of(language, &look, now)),
                keys: frame.preferences.list(language),
                settings: frame.preferences.told(language),
                frame,
                board: &board,
                seat,
                acts,
                // Other forms than those of the next look, which then asks again.
                forms: match task {
                    TaskTold::NotYet => "",
                    TaskTold::Words(_) | TaskTold::Nothing => &seat.forms.text,
                },
                task_words: match task {
                    TaskTold::Words(words) => Some(words),
                    TaskTold::NotYet | TaskTold::Nothing => None,
                },
                reasons: &look.pause_reasons,
                declines: &look.decline_reasons,
                own_results: person::own_results(language, &look, now),
            })
        }
        None => no_such_page(onlooker.language),
    }
}

/// What who works at a seat noted of a conversation with somebody who is owed nothing: else it stands with
/// what is owed.
async fn noted_at((shared, onlooker): (&Shared, &Onlooker), seat: &SeatNow) -> Option<String> {
    let is_own = onlooker.sight_of(Some(seat)) == Sight::Own;
    let told = seat.result.as_ref().filter(|_| is_own)?;
    match shared.store.conversation(told.conversation).await {
        Ok(found) => found?.note,
        Err(error) => {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "no note of a conversation for its page");
            None
        }
    }
}

/// What the page can say of a task.
enum TaskTold {
    Words(String),
    /// There is none, or it is somebody else's to see.
    Nothing,
    /// A look may be ahead of what is stored, or the database is away.
    NotYet,
}

/// What is to be done, for whom and by when.
async fn task_of(
    (shared, onlooker): (&Shared, &Onlooker),
    seat: &SeatNow,
    language: Language,
) -> TaskTold {
    let Some(id) = seat.task else {
        return TaskTold::Nothing;
    };
    let task = match shared.store.task(id).await {
        Ok(Some(found)) => found.task,
        Ok(None) => return TaskTold::NotYet,
        Err(error) => {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "no title of a task for the page");
            return TaskTold::NotYet;
        }
    };
    let is_own = onlooker.sight_of(Some(seat)) == Sight::Own;
    let of_theirs = |caller: &Caller| caller.sees(task.tenant.as_deref());
    if !is_own && !onlooker.caller.as_ref().is_some_and(of_theirs) {
        return TaskTold::Nothing;
    }
    let due = task.due_ms.map_or(String::new(), |due_ms| {
        let by = words::date_and_time(due_ms);
        format!("\n{}", language.with("seat-task-by", &[("by", by.into())]))
    });
    let tenant = task.tenant.unwrap_or_default();
    TaskTold::Words(format!("{} ({tenant}){due}", task.title))
}

/// A page that does not exist.
pub(crate) fn no_such_page(language: Language) -> Response {
    (StatusCode::NOT_FOUND, html(&MissingPage { language })).into_response()
}

const STYLE: &str = concat!(
    include_str!("../assets/app.css"),
    include_str!("../assets/desk.css")
);
const SCRIPT: &str = include_str!("../assets/app.js");
const CONSOLE_SCRIPT: &str = concat!(
    include_str!("../assets/console.js"),
    include_str!("../assets/draft.js")
);
const STRIP_SCRIPT: &str = include_str!("../assets/strip.js");
const ICON: &str = include_str!("../assets/icon.svg");

/// Sent whole each time, so that page and script are always of the same build.
pub(crate) fn asset(kind: &'static str, text: &'static str) -> impl IntoResponse {
    ([(CONTENT_TYPE, kind), (CACHE_CONTROL, "no-cache")], text)
}

/// The style sheet.
pub(crate) async fn style() -> impl IntoResponse {
    asset("text/css; charset=utf-8", STYLE)
}

/// The script.
pub(crate) async fn script() -> impl IntoResponse {
    asset("text/javascript; charset=utf-8", SCRIPT)
}

/// The script of an operator's page.
pub(crate) async fn console_script() -> impl IntoResponse {
    asset("text/javascript; charset=utf-8", CONSOLE_SCRIPT)
}

/// The script of the strip that tells of one's seat on other pages.
pub(crate) async fn strip_script() -> impl IntoResponse {
    asset("text/javascript; charset=utf-8", STRIP_SCRIPT)
}

/// The icon.
pub(crate) async fn icon() -> impl IntoResponse {
    asset("image/svg+xml", ICON)
}
