//! What is offered under which path, and what all of it shares.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::header::{
    ACCEPT, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderValue, StatusCode, Uri};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use cuptel_store::Store;
use ipnet::IpNet;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::sync::{Mutex, Semaphore, watch};
use tokio::time::Instant;
use tower_http::csrf::{CsrfLayer, ProtectionError};

use crate::access::{self, clock};
use crate::admin::AuditKept;
use crate::desk::{DeskKept, LiveKept};
use crate::error::{ApiError, HttpError, PROBLEM};
use crate::events::{Numbering, OwnStreams, Renderings, STREAMS_MAX};
use crate::importing::ImportBounds;
use crate::late_log::LateLog;
use crate::lock_out::Wrong;
use crate::page::TotalsKept;
use crate::password::Digests;
use crate::person::Looked;
use crate::port::Engine;
use crate::session::Sessions;
use crate::texts::Language;
use crate::{
    accounts, actions, admin, agreement, announcements, bulk, by_hand, calling, campaigns,
    choosing_seat, closures, configuration, delivered, desk, directory, disposing, events, finding,
    form_opened, health, importing, in_charge, leaving, measures, memos, my_day, my_queue, noting,
    numbers, offered, openapi, origin, page, paging, person, pins, practising, preferences, reads,
    reports, request_keys, revealing, rights, signing_in, sites, staffing, stepping_in, stops,
    tasks, tenants, texts, trying,
};

/// Bytes of a request's body.
const BODY_BYTES_MAX: usize = 64 * 1024;
/// Time for an answer to begin.
const ANSWER_TIME: Duration = Duration::from_secs(10);
/// Nothing from elsewhere, nothing inline, in nobody's frame.
const CONTENT_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; \
    connect-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; \
    frame-ancestors 'none'";

/// What an administrator decides about pages and API.
#[derive(Clone)]
pub struct Settings {
    /// Where to listen.
    pub listen: SocketAddr,
    /// What programs send with each request, and people once.
    pub token: String,
    /// Version of the program.
    pub version: String,
    /// Which calls of a carrier are taken.
    pub import: ImportBounds,
    /// Proxies whose word on who asks them is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Whether we speak TLS ourselves.
    pub is_tls: bool,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("listen", &self.listen)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

/// What pages and API work with.
#[derive(Clone)]
pub struct App {
    /// The running engine.
    pub engine: Arc<dyn Engine>,
    /// What is stored.
    pub store: Store,
    /// What was measured; from `install_metrics`.
    pub metrics: PrometheusHandle,
    /// What the administrator decided.
    pub settings: Settings,
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

/// Who can reach a listener.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// This machine alone.
    ThisMachine,
    /// Others too.
    Network,
}

impl Reach {
    /// Who reaches a listener on this address.
    #[must_use]
    pub fn of(address: SocketAddr) -> Self {
        if address.ip().is_loopback() {
            Self::ThisMachine
        } else {
            Self::Network
        }
    }
}

/// What every request can reach.
pub(crate) struct SharedParts {
    pub(crate) engine: Arc<dyn Engine>,
    pub(crate) store: Store,
    pub(crate) metrics: PrometheusHandle,
    pub(crate) settings: Settings,
    pub(crate) reach: Reach,
    pub(crate) sessions: Sessions,
    pub(crate) wrong: Wrong,
    pub(crate) digests: Digests,
    pub(crate) renderings: Renderings,
    pub(crate) numbering: Numbering,
    pub(crate) totals: TotalsKept,
    pub(crate) audit: AuditKept,
    /// Looks at the past of persons that were written down.
    pub(crate) looked: Looked,
    pub(crate) late_log: LateLog,
    /// How those who are here want their pages.
    pub(crate) preferences: preferences::Chosen,
    pub(crate) desk: DeskKept,
    pub(crate) live: LiveKept,
    /// When this process began: what is counted in memory is no older.
    pub(crate) began: Instant,
    /// Requests with a key that are being carried out, and answers that are kept nowhere else.
    pub(crate) requests: request_keys::Requests,
    pub(crate) streams: Arc<Semaphore>,
    pub(crate) own_streams: Arc<OwnStreams>,
    /// Held by the one import that is going on.
    pub(crate) importing: Mutex<()>,
    pub(crate) closed: watch::Sender<bool>,
}

pub(crate) type Shared = Arc<SharedParts>;

/// Pages and API, ready to be served.
#[derive(Clone)]
pub struct Pages {
    shared: Shared,
}

impl fmt::Debug for Pages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages")
            .field("settings", &self.shared.settings)
            .finish_non_exhaustive()
    }
}

impl Pages {
    /// Pages and API for those who reach the listener.
    ///
    /// # Errors
    /// When the token is empty, or there are no random numbers.
    pub fn new(app: App, reach: Reach) -> Result<Self, HttpError> {
        let App {
            engine,
            store,
            metrics,
            settings,
        } = app;
        if settings.token.trim().is_empty() {
            return Err(HttpError::NoToken);
        }
        let process = getrandom::u32().map_err(HttpError::NoRandom)?;
        let shared = Arc::new(SharedParts {
            engine,
            store,
            metrics,
            settings,
            reach,
            sessions: Sessions::default(),
            wrong: Wrong::default(),
            digests: Digests::new().map_err(HttpError::Digest)?,
            renderings: Renderings::default(),
            numbering: Numbering::of_process(process),
            totals: TotalsKept::default(),
            audit: AuditKept::default(),
            looked: Looked::default(),
            late_log: LateLog::default(),
            preferences: preferences::Chosen::default(),
            desk: DeskKept::default(),
            live: LiveKept::default(),
            began: clock(),
            requests: request_keys::Requests::default(),
            streams: Arc::new(Semaphore::new(STREAMS_MAX)),
            own_streams: Arc::default(),
            importing: Mutex::new(()),
            closed: watch::Sender::new(false),
        });
        Ok(Self { shared })
    }

    /// Every path.
    pub fn router(&self) -> Router {
        let refuse_cross_site = |_: ProtectionError| ApiError::CrossSite.into_response();
        let paths = Router::new()
            .merge(page_paths())
            .merge(console_paths(&self.shared))
            .merge(admin::paths(&self.shared))
            .merge(desk::paths(&self.shared))
            .nest("/api/v1", api_paths(&self.shared))
            .fallback(no_such_path)
            .method_not_allowed_fallback(wrong_method);
        let known = paths.clone().with_state(Arc::clone(&self.shared));
        paths
            .layer(middleware::from_fn_with_state(
                known,
                form_opened::lead_to_page,
            ))
            .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
            .layer(middleware::from_fn_with_state(
                Arc::clone(&self.shared),
                access::known,
            ))
            .merge(operation_paths())
            .merge(admin::asset_paths())
            .layer(middleware::from_fn(in_time))
            .layer(CsrfLayer::new().with_rejection_response(refuse_cross_site))
            .layer(middleware::from_fn(with_safe_headers))
            .layer(middleware::from_fn_with_state(
                Arc::clone(&self.shared),
                origin::found,
            ))
            .with_state(Arc::clone(&self.shared))
    }

    /// Ends every event stream; whoever listened may come back to the next process.
    pub fn close(&self) {
        self.shared.closed.send_replace(true);
    }
}

fn page_paths() -> Router<Shared> {
    Router::new()
        .route("/", get(page::now))
        .route("/board", get(page::board))
        .route("/supervisor/wall", get(page::wall))
        .route("/seat", post(choosing_seat::sign_in))
        .route("/seats/{seat}", get(page::seat))
        .route("/session", get(signing_in::page).post(signing_in::begin))
        .route("/session/end", post(signing_in::end))
        .route(
            "/password",
            get(signing_in::password).post(signing_in::set_password),
        )
        .route("/language", post(texts::choose))
        .route("/live", get(events::live))
        .route("/metrics", get(measures::scrape))
}

/// What an operator does at their page that no program has a use for.
fn console_paths(shared: &Shared) -> Router<Shared> {
    Router::new()
        .route("/seats/{seat}/number", post(person::number))
        .route("/seats/{seat}/in-charge", post(in_charge::take))
        .route("/seats/{seat}/note", post(noting::keep))
        .route("/seats/{seat}/sign-out", post(leaving::sign_out))
        .route(
            "/preferences",
            get(preferences::page).post(preferences::keep),
        )
        .route("/day", get(my_day::page))
        .route("/find", get(finding::page).post(finding::find))
        .route_layer(middleware::from_fn_with_state(
            Arc::clone(shared),
            rights::checked,
        ))
        .layer(middleware::from_fn(lead_to_sign_in))
}

fn operation_paths() -> Router<Shared> {
    Router::new()
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .route("/app.css", get(page::style))
        .route("/app.js", get(page::script))
        .route("/console.js", get(page::console_script))
        .route("/strip.js", get(page::strip_script))
        .route("/icon.svg", get(page::icon))
}

fn api_paths(shared: &Shared) -> Router<Shared> {
    Router::new()
        .route("/openapi.json", get(openapi::document))
        .route("/attempts", get(reads::attempts))
        .route("/attempts/import", post(importing::import))
        .route("/attempts/{id}", get(reads::attempt))
        .route("/callbacks", get(reads::callbacks).post(by_hand::add))
        .route("/callbacks/{id}", get(reads::callback))
        .route("/why/{id}", get(reads::why))
        .route("/seats", get(reads::seats))
        .route("/seats/{seat}", get(reads::seat))
        .route("/queues", get(reads::queues))
        .route("/totals", get(reads::totals))
        .route("/reports/service", get(reports::service))
        .route("/reports/backlog", get(reports::backlog))
        .route("/reports/quarters", get(reports::quarters))
        .route("/reports/results", get(reports::results))
        .route("/snapshot", get(reads::snapshot))
        .route("/events", get(events::snapshots))
        .route("/configuration", get(configuration::in_force))
        .route("/reload", post(configuration::reload))
        .merge(leading_paths())
        .merge(people_paths())
        .merge(account_paths())
        .merge(action_paths())
        .route_layer(middleware::from_fn(paging::linked))
        .route_layer(middleware::from_fn_with_state(
            Arc::clone(shared),
            request_keys::once,
        ))
        .route_layer(middleware::from_fn_with_state(
            Arc::clone(shared),
            rights::checked,
        ))
        .layer(middleware::from_fn(as_problem))
}

/// What the framework refuses by itself, before any handler of ours, is told as everything else is.
async fn as_problem(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let is_told = response
        .headers()
        .get(CONTENT_TYPE)
        .is_some_and(|it| it == PROBLEM);
    if !response.status().is_client_error() || is_told {
        return response;
    }
    let status = response.status();
    let body = axum::body::to_bytes(response.into_body(), BODY_BYTES_MAX).await;
    let why = body.map(|body| String::from_utf8_lossy(&body).into_owned());
    ApiError::of_framework(status, why.unwrap_or_default()).into_response()
}

/// What whoever leads does with who waits, and tells operators.
fn leading_paths() -> Router<Shared> {
    Router::new()
        .route("/queues/{tenant}/{queue}/line", get(stepping_in::line))
        .route("/attempts/{id}/withdraw", post(stepping_in::withdraw))
        .route("/attempts/{id}/move", post(stepping_in::move_to))
        .route("/attempts/{id}/ahead", post(stepping_in::caller_ahead))
        .route("/callbacks/{id}/ahead", post(stepping_in::callback_ahead))
        .route("/memos", get(memos::memos).post(memos::write))
        .route("/memos/{memo}", get(memos::memo))
        .route("/memos/{memo}/withdraw", post(memos::withdraw))
        .route(
            "/agreement",
            get(agreement::agreements).post(agreement::enter),
        )
        .route("/agreement/end", post(agreement::end))
}

fn account_paths() -> Router<Shared> {
    Router::new()
        .route("/me", get(accounts::me))
        .route("/me/password", post(accounts::set_own_password))
        .route("/users", get(accounts::users).post(accounts::add_user))
        .route("/users/{user}/password", post(accounts::reset_password))
        .route("/users/{user}/remove", post(accounts::remove_user))
        .route("/users/{user}/role", post(accounts::set_role))
        .route("/tokens", get(accounts::tokens).post(accounts::add_token))
        .route("/tokens/{token}/revoke", post(accounts::revoke_token))
        .route("/access-log", get(accounts::access_log))
        .route("/example/remove", post(delivered::remove))
        .route("/callbacks/{id}/number", post(revealing::number))
}

fn people_paths() -> Router<Shared> {
    let lists = Router::new()
        .route("/operators", post(staffing::set_operators))
        .route("/seats", post(staffing::set_seats))
        .route("/numbers/import", post(numbers::import))
        .layer(DefaultBodyLimit::max(staffing::LIST_BYTES_MAX));
    let sounds = Router::new()
        .route("/stops/announcements", post(announcements::announce))
        .layer(DefaultBodyLimit::max(announcements::WAV_BYTES_MAX));
    let chunks = Router::new()
        .route("/campaigns/check", post(campaigns::check))
        .route("/campaigns/{campaign}/entries", post(campaigns::add))
        .layer(DefaultBodyLimit::max(campaigns::CHUNK_BYTES_MAX));
    Router::new()
        .route("/operators", get(staffing::operators))
        .route("/operators/{operator}", get(staffing::operator))
        .route(
            "/operators/{operator}/profile",
            get(staffing::profile).post(staffing::set_profile),
        )
        .route(
            "/operators/{operator}/remove",
            post(staffing::remove_operator),
        )
        .route("/operators/{operator}/pin", post(pins::set_pin))
        .route("/callbacks/{id}/close", post(by_hand::close))
        .route("/callbacks/{id}/assign", post(staffing::assign_callback))
        .route(
            "/callbacks/{id}/acknowledge",
            post(staffing::acknowledge_callback),
        )
        .route("/callbacks/{id}/reopen", post(staffing::reopen_callback))
        .route("/sites", get(sites::sites))
        .route("/tenants", get(tenants::tenants))
        .route("/tasks", get(tasks::tasks).post(tasks::add))
        .route("/tasks/{id}", get(tasks::task))
        .route("/tasks/{id}/assign", post(tasks::assign))
        .route("/tasks/{id}/accept", post(tasks::accept))
        .route("/tasks/{id}/finish", post(tasks::finish))
        .route("/tasks/{id}/hand-back", post(tasks::hand_back))
        .route("/tasks/{id}/withdraw", post(tasks::withdraw))
        .route("/numbers", get(numbers::numbers).post(numbers::mark))
        .route("/numbers/release", post(numbers::release))
        .merge(admin_paths())
        .route("/bulks", get(bulk::list).post(bulk::begin))
        .route("/bulks/{id}/undo", post(bulk::undo))
        .route("/stops", get(stops::stops).post(stops::press))
        .route("/stops/resume", post(stops::release))
        .route("/sites/{site}/outage", post(sites::outage))
        .route("/sites/{site}/resume", post(sites::resume))
        .route("/seats/{seat}/remove", post(staffing::remove_seat))
        .route(
            "/campaigns",
            get(campaigns::campaigns).post(campaigns::create),
        )
        .route("/campaigns/{campaign}", get(campaigns::campaign))
        .route("/campaigns/{campaign}/entries", get(campaigns::entries))
        .route("/campaigns/{campaign}/complete", post(campaigns::complete))
        .route("/campaigns/{campaign}/start", post(campaigns::start))
        .route("/campaigns/{campaign}/pause", post(campaigns::pause))
        .route("/campaigns/{campaign}/resume", post(campaigns::resume))
        .route("/campaigns/{campaign}/end", post(campaigns::end))
        .route("/stops/announcements/{id}", get(announcements::sound))
        .merge(sounds)
        .merge(lists)
        .merge(chunks)
}

fn admin_paths() -> Router<Shared> {
    Router::new()
        .route("/closures", get(closures::closures).post(closures::add))
        .route("/closures/{id}/remove", post(closures::remove))
        .route("/directory", get(directory::directory).post(directory::add))
        .route("/directory/{id}", post(directory::change))
        .route("/directory/{id}/remove", post(directory::remove))
}

fn action_paths() -> Router<Shared> {
    Router::new()
        .route("/seats/{seat}/sign-in", post(actions::sign_in))
        .route("/seats/{seat}/sign-out", post(actions::sign_out))
        .route("/seats/{seat}/pause", post(actions::pause))
        .route("/seats/{seat}/available", post(actions::available))
        .route("/seats/{seat}/front-office", post(actions::front_office))
        .route("/seats/{seat}/one-more", post(actions::one_more))
        .route("/seats/{seat}/disposition", post(disposing::dispose))
        .route("/seats/{seat}/take", post(my_queue::take))
        .route("/seats/{seat}/accept", post(offered::accept))
        .route("/seats/{seat}/decline", post(offered::decline))
        .merge(calling_paths())
        .route("/seats/{seat}/memos/read", post(memos::read))
        .route("/seats/{seat}/test", post(trying::test))
        .merge(practice_paths())
        .layer(middleware::from_fn(lead_to_sign_in))
}

fn practice_paths() -> Router<Shared> {
    Router::new()
        .route("/seats/{seat}/practice", post(practising::begin))
        .route("/seats/{seat}/practice/hold", post(practising::hold))
        .route("/seats/{seat}/practice/resume", post(practising::resume))
        .route("/seats/{seat}/practice/hang-up", post(practising::hang_up))
        .route("/seats/{seat}/practice/keys", post(practising::keys))
        .route(
            "/seats/{seat}/practice/disposition",
            post(practising::dispose),
        )
}

fn calling_paths() -> Router<Shared> {
    Router::new()
        .route("/seats/{seat}/hold", post(calling::hold))
        .route("/seats/{seat}/resume", post(calling::resume))
        .route("/seats/{seat}/hang-up", post(calling::hang_up))
        .route("/seats/{seat}/keys", post(calling::keys))
        .route("/seats/{seat}/transfer", post(calling::transfer))
        .route("/seats/{seat}/consult", post(calling::consult))
        .route("/seats/{seat}/complete", post(calling::complete))
        .route("/seats/{seat}/retrieve", post(calling::retrieve))
        .route("/seats/{seat}/swap", post(calling::swap))
        .route("/seats/{seat}/dial", post(calling::dial))
}

/// A browser whose session is over is led to where it signs in, not to an error in JSON.
async fn lead_to_sign_in(request: Request, next: Next) -> Response {
    let accepts = request
        .headers()
        .get(ACCEPT)
        .and_then(|accepts| accepts.to_str().ok());
    let is_page = accepts.is_some_and(|accepts| accepts.contains("text/html"));
    let response = next.run(request).await;
    if is_page && response.status() == StatusCode::UNAUTHORIZED {
        return Redirect::to("/session?ended").into_response();
    }
    response
}

async fn no_such_path(language: Language, uri: Uri) -> Response {
    if uri.path().starts_with("/api/") {
        ApiError::NoSuchPath.into_response()
    } else {
        page::no_such_page(language)
    }
}

async fn wrong_method() -> ApiError {
    ApiError::WrongMethod
}

async fn in_time(request: Request, next: Next) -> Response {
    let answer = tokio::time::timeout(ANSWER_TIME, next.run(request)).await;
    answer.unwrap_or_else(|_| ApiError::TooSlow.into_response())
}

async fn with_safe_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(
        CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(CONTENT_POLICY),
    );
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    // Not `no-referrer`: that would send forms with `Origin: null`.
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers
        .entry(CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}
