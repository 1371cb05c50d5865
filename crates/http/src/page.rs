//! The pages: what goes on now, and one seat with what can be done there. Plain HTML that
//! works without a script.

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::extract::{Path, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, SET_COOKIE, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::response::{Html, IntoResponse, Redirect, Response};
use cuptel_core::words::{ClosedHow, Outcome};
use cuptel_store::{Store, StoreError, Totals};
use serde::Deserialize;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::access::{self, COOKIE_NAME, Caller, Onlooker, check_token, clock};
use crate::actions::body_of;
use crate::board::{Board, SeatLine};
use crate::error::ApiError;
use crate::pages::Shared;
use crate::score::{Score, scores};
use crate::session::{Notice, SESSION_S};

/// Totals read every row: they are counted at most this often, however many look.
const TOTALS_AGE: Duration = Duration::from_secs(30);

/// The totals last counted.
#[derive(Default)]
pub(crate) struct TotalsKept(Mutex<Option<(Instant, Arc<Totals>)>>);

impl TotalsKept {
    /// Holds the others back while one counts.
    async fn get(&self, store: &Store) -> Result<Arc<Totals>, StoreError> {
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
struct Frame<'a> {
    title: String,
    version: &'a str,
    signed_in: bool,
    notice: Option<Notice>,
}

/// What is counted in the database.
struct Counted {
    totals: Vec<(&'static str, i64)>,
    scores: Vec<Score>,
}

#[derive(Template)]
#[template(path = "now.html")]
struct NowPage<'a> {
    frame: Frame<'a>,
    board: Board,
    counted: Option<Counted>,
    listen: String,
}

#[derive(Template)]
#[template(path = "seat.html")]
struct SeatPage<'a> {
    frame: Frame<'a>,
    board: &'a Board,
    seat: &'a SeatLine,
    /// Reasons that a pause may have; any, where there are none.
    reasons: &'a [String],
    /// Reasons to hand a callback back; any, where there are none.
    declines: &'a [String],
}

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage<'a> {
    frame: Frame<'a>,
}

#[derive(Template)]
#[template(path = "missing.html")]
struct MissingPage {}

fn html(page: &impl Template) -> Response {
    match page.render() {
        Ok(text) => Html(text).into_response(),
        Err(error) => ApiError::Template(error).into_response(),
    }
}

fn frame<'a>(shared: &'a Shared, caller: Option<&Caller>) -> Frame<'a> {
    let notice = match caller {
        Some(Caller::Session(name)) => shared.sessions.take_notice(name),
        Some(Caller::Token) | None => None,
    };
    let settings = &shared.settings;
    Frame {
        title: shared.engine.health().configuration.title.clone(),
        version: &settings.version,
        signed_in: caller.is_some(),
        notice,
    }
}

/// What goes on now.
pub(crate) async fn now(
    State(shared): State<Shared>,
    onlooker: Result<Onlooker, ApiError>,
) -> Response {
    let onlooker = match onlooker {
        Ok(onlooker) => onlooker,
        Err(error) => return sign_in_page(&shared, &error, None),
    };
    let look = shared.engine.snapshot();
    let board = Board::new(&look, &shared.engine.health(), onlooker.sight());
    let counted = match shared.totals.get(&shared.store).await {
        Ok(totals) => Some(Counted {
            totals: summary(&totals),
            scores: scores(&totals, &look),
        }),
        Err(error) => {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "no totals for the page"
            );
            None
        }
    };
    let listen = shared.settings.listen.to_string();
    html(&NowPage {
        frame: frame(&shared, onlooker.caller.as_ref()),
        board,
        counted,
        listen,
    })
}

/// Totals in a few figures.
fn summary(totals: &Totals) -> Vec<(&'static str, i64)> {
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
        ("Chiamate servite", served),
        ("Chiamate abbandonate", abandoned),
        ("Chiamate rifiutate", refused),
        ("Persone richiamate e servite", called_back),
        ("Persone a cui è stata detta un’ora", totals.promises.told),
        ("Di cui richiamate entro quell’ora", totals.promises.kept),
        ("Di cui richiamate più tardi", totals.promises.broken),
        ("Chiamate a cui è stata detta un’attesa", totals.waits.told),
        ("Di cui servite entro quell’attesa", totals.waits.kept),
        ("Di cui servite più tardi", totals.waits.broken),
    ]
}

/// One seat.
pub(crate) async fn seat(
    State(shared): State<Shared>,
    Path(name): Path<String>,
    onlooker: Result<Onlooker, ApiError>,
) -> Response {
    let onlooker = match onlooker {
        Ok(onlooker) => onlooker,
        Err(error) => return sign_in_page(&shared, &error, None),
    };
    let look = shared.engine.snapshot();
    let board = Board::new(&look, &shared.engine.health(), onlooker.sight());
    match board.seats.iter().find(|seat| seat.name == name) {
        Some(seat) => {
            let frame = frame(&shared, onlooker.caller.as_ref());
            html(&SeatPage {
                frame,
                board: &board,
                seat,
                reasons: &look.pause_reasons,
                declines: &look.decline_reasons,
            })
        }
        None => no_such_page(),
    }
}

/// A page that does not exist.
pub(crate) fn no_such_page() -> Response {
    (StatusCode::NOT_FOUND, html(&MissingPage {})).into_response()
}

/// The form that asks for the token, with the status of what made it necessary.
fn sign_in_page(shared: &Shared, error: &ApiError, said: Option<&str>) -> Response {
    let notice = said.map(|text| Notice {
        good: false,
        text: text.to_owned(),
    });
    let frame = Frame {
        notice,
        ..frame(shared, None)
    };
    let mut response = (error.status(), html(&SignInPage { frame })).into_response();
    if error.status() == StatusCode::UNAUTHORIZED {
        response
            .headers_mut()
            .insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

#[derive(Deserialize)]
struct TokenTyped {
    token: String,
}

/// Where one signs in; `?ended` after a session that was over.
pub(crate) async fn session(State(shared): State<Shared>, uri: Uri) -> Response {
    let ended = "La sessione è finita: accedi di nuovo. Nulla è stato cambiato.";
    let notice = (uri.query() == Some("ended")).then(|| Notice {
        good: false,
        text: ended.to_owned(),
    });
    html(&SignInPage {
        frame: Frame {
            notice,
            ..frame(&shared, None)
        },
    })
}

/// Exchanges the token for a session.
pub(crate) async fn begin_session(
    State(shared): State<Shared>,
    request: Request,
) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    let request = Request::from_parts(parts.clone(), body);
    let body = body_of(request, &shared).await?;
    let offered: Option<TokenTyped> = serde_urlencoded::from_bytes(&body).ok();
    let token = offered.map_or(String::new(), |typed| typed.token);
    if let Err(error) = check_token(&shared, token.trim(), access::peer_of(&parts)) {
        let held = matches!(error, ApiError::TooManyWrongTokens { .. });
        let said = if held {
            "Troppi tentativi: riprova tra un minuto."
        } else {
            "Questa chiave non è giusta: controllala e riprova."
        };
        return Ok(sign_in_page(&shared, &error, Some(said)));
    }
    let name = shared.sessions.begin(clock()).map_err(ApiError::NoRandom)?;
    let cookie = cookie(name.as_str(), SESSION_S, &parts.headers);
    Ok(([(SET_COOKIE, cookie)], Redirect::to("/")).into_response())
}

/// Ends the session of this browser.
pub(crate) async fn end_session(State(shared): State<Shared>, headers: HeaderMap) -> Response {
    if let Some(name) = access::session_of(&headers) {
        shared.sessions.end(&name);
    }
    ([(SET_COOKIE, cookie("", 0, &headers))], Redirect::to("/")).into_response()
}

fn cookie(value: &str, age_s: u64, headers: &HeaderMap) -> String {
    // Only ever makes the cookie stricter, so the header need not be trusted.
    let secure = headers
        .get("x-forwarded-proto")
        .is_some_and(|proto| proto == "https");
    let secure = if secure { "; Secure" } else { "" };
    format!("{COOKIE_NAME}={value}; HttpOnly; SameSite=Strict; Path=/; Max-Age={age_s}{secure}")
}

const STYLE: &str = include_str!("../assets/app.css");
const SCRIPT: &str = include_str!("../assets/app.js");
const ICON: &str = include_str!("../assets/icon.svg");

/// Sent whole each time, so that page and script are always of the same build.
fn asset(kind: &'static str, text: &'static str) -> impl IntoResponse {
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

/// The icon.
pub(crate) async fn icon() -> impl IntoResponse {
    asset("image/svg+xml", ICON)
}
