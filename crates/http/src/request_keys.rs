//! Requests with a key of their own (`Idempotency-Key`): the same one again is answered as it was and not
//! carried out again, whatever it asks for; another one with that key is refused. That a request begins
//! is stored before it is carried out, and its answer after that, so both hold over a restart. What adds
//! callbacks, tasks and bulks has the key in its own rows, in the step that makes them.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use cuptel_store::KnownRequest;
use sha2::{Digest as _, Sha256};

use crate::access::Caller;
use crate::error::ApiError;
use crate::pages::Shared;
use crate::session::hex;

/// The same request, sent again, has the same.
pub(crate) const KEY_HEADER: &str = "idempotency-key";
/// Characters of it, at most.
pub(crate) const KEY_MAX: usize = 100;
/// Says that an answer is that of an earlier request.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// No path takes a longer body.
const BODY_BYTES_MAX: usize = 2 * 1024 * 1024;
/// A longer answer is not stored.
const ANSWER_BYTES_MAX: usize = 64 * 1024;
/// Answers that only this process knows, at once; one more forgets the oldest.
const UNSTORED_MAX: usize = 256;

/// Why a request with a key was not carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum KeyFault {
    /// Another request had it.
    #[error("another request had this `Idempotency-Key`")]
    Other,
    /// The same request is being carried out.
    #[error("the request with this `Idempotency-Key` is being carried out")]
    AtWork,
    /// A restart, or a database that was away, came between a request and its answer.
    #[error("what became of the request with this `Idempotency-Key` is not known")]
    Unknown,
    /// It was carried out, and its answer was told once.
    #[error(
        "the request with this `Idempotency-Key` was carried out; its answer is told only once"
    )]
    Told,
}

impl KeyFault {
    pub(crate) fn status(self) -> StatusCode {
        match self {
            Self::Other => StatusCode::UNPROCESSABLE_ENTITY,
            Self::AtWork | Self::Unknown | Self::Told => StatusCode::CONFLICT,
        }
    }

    pub(crate) fn hint(self) -> &'static str {
        match self {
            Self::Other => "send a new key with a new request",
            Self::AtWork => "try again in some seconds",
            Self::Unknown => "look whether it was done; to ask for it anew, send a new key",
            Self::Told => "take back what it made, and ask for it with a new key",
        }
    }
}

/// Of an error after which nobody knows whether what was asked for was done. The same request again is told
/// so, and not carried out a second time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MayBeDone;

/// Requests with a key that are being carried out, and answers that only this process knows.
#[derive(Default)]
pub(crate) struct Requests {
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    at_work: HashMap<String, String>,
    answers: HashMap<String, (StatusCode, Bytes)>,
    oldest: VecDeque<String>,
}

impl Requests {
    fn lock(&self) -> MutexGuard<'_, Kept> {
        // No code panics while it holds the lock; each change is whole by itself.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a key, unless it is taken.
    fn take(&self, ticket: &Ticket) -> Result<(), KeyFault> {
        let mut kept = self.lock();
        match kept.at_work.get(&ticket.key) {
            Some(body) if *body == ticket.body => Err(KeyFault::AtWork),
            Some(_) => Err(KeyFault::Other),
            None => {
                let (key, body) = (ticket.key.clone(), ticket.body.clone());
                kept.at_work.insert(key, body);
                Ok(())
            }
        }
    }

    fn let_go(&self, ticket: &Ticket) {
        self.lock().at_work.remove(&ticket.key);
    }

    fn remember(&self, ticket: &Ticket, status: StatusCode, answer: Bytes) {
        let mut kept = self.lock();
        if kept.oldest.len() >= UNSTORED_MAX
            && let Some(oldest) = kept.oldest.pop_front()
        {
            kept.answers.remove(&oldest);
        }
        kept.oldest.push_back(ticket.key.clone());
        kept.answers.insert(ticket.key.clone(), (status, answer));
    }

    fn remembered(&self, ticket: &Ticket) -> Option<(StatusCode, Bytes)> {
        self.lock().answers.get(&ticket.key).cloned()
    }
}

/// A request by what is kept of it: whoever reads the database learns neither its key nor, without the
/// key, whether it was about a number that they guess.
struct Ticket {
    key: String,
    body: String,
    /// Whether its answer tells what is told once, or what is stored nowhere else.
    is_secret: bool,
}

impl Ticket {
    fn of(caller: &Caller, key: &str, path: &str, body: &[u8]) -> Self {
        let mut asked = Sha256::new();
        for part in [key.as_bytes(), path.as_bytes(), body] {
            asked.update(part.len().to_be_bytes());
            asked.update(part);
        }
        let who = format!("{}\0{key}", caller.name());
        Self {
            key: hex(&Sha256::digest(who.as_bytes())),
            body: hex(&asked.finalize()),
            is_secret: tells_a_secret(path),
        }
    }
}

/// Whether an answer there has a password, a token or a whole number.
fn tells_a_secret(path: &str) -> bool {
    let path = path.split('?').next().unwrap_or(path);
    matches!(path, "/users" | "/tokens") || path.ends_with("/password") || path.ends_with("/number")
}

/// Whether the rows that a request makes have its key themselves.
fn has_rows_with_key(path: &str) -> bool {
    matches!(path, "/callbacks" | "/tasks" | "/bulks")
}

/// What the header says.
fn said(headers: &HeaderMap) -> Result<Option<String>, ApiError> {
    let Some(key) = headers.get(KEY_HEADER) else {
        return Ok(None);
    };
    let key = key
        .to_str()
        .ok()
        .filter(|key| (1..=KEY_MAX).contains(&key.len()))
        .filter(|key| key.bytes().all(|byte| byte.is_ascii_graphic()));
    key.map(|key| Some(key.to_owned()))
        .ok_or_else(|| ApiError::Meaningless {
            why: format!("`Idempotency-Key` has 1 to {KEY_MAX} visible characters"),
            hint: "make a new one for each request; nothing was changed",
        })
}

/// What the header says, or something that no other request has.
pub(crate) fn request_key(headers: &HeaderMap) -> Result<String, ApiError> {
    if let Some(key) = said(headers)? {
        return Ok(key);
    }
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).map_err(ApiError::NoRandom)?;
    Ok(hex(&bytes))
}

/// Carries out a request with a key once.
pub(crate) async fn once(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    let caller = request.extensions().get::<Caller>().cloned();
    let path = request.uri().path();
    let path = path.strip_prefix("/api/v1").unwrap_or(path).to_owned();
    let (Some(caller), &Method::POST) = (caller, request.method()) else {
        return next.run(request).await;
    };
    if has_rows_with_key(&path) {
        return next.run(request).await;
    }
    let key = match said(request.headers()) {
        Ok(Some(key)) => key,
        Ok(None) => return next.run(request).await,
        Err(refused) => return refused.into_response(),
    };
    let asked = request.uri().query();
    let path = asked.map_or_else(|| path.clone(), |asked| format!("{path}?{asked}"));
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, BODY_BYTES_MAX).await else {
        return ApiError::TooLarge.into_response();
    };
    let ticket = Ticket::of(&caller, &key, &path, &body);
    let request = Request::from_parts(parts, Body::from(body));
    // Whoever goes away after asking has asked all the same.
    #[expect(
        clippy::disallowed_methods,
        reason = "it ends by itself, and must not end with who waits for it"
    )]
    let done = tokio::spawn(async move {
        if let Err(fault) = shared.requests.take(&ticket) {
            return ApiError::Key(fault).into_response();
        }
        let response = carried_out(&shared, &ticket, request, next).await;
        shared.requests.let_go(&ticket);
        response.unwrap_or_else(ApiError::into_response)
    });
    match done.await {
        Ok(response) => response,
        Err(_panicked) => ApiError::TooSlow.into_response(),
    }
}

async fn carried_out(
    shared: &Shared,
    ticket: &Ticket,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let now_ms = shared.engine.snapshot().at_ms;
    let begun = shared
        .store
        .begin_request(&ticket.key, &ticket.body, now_ms);
    if let Some(known) = begun.await? {
        return again(shared, ticket, known);
    }
    let response = next.run(request).await;
    if response.extensions().get::<MayBeDone>().is_some() {
        return Ok(response);
    }
    if !response.status().is_success() && !response.status().is_redirection() {
        // Nothing came of it; if this fails, the same request is told that nobody knows.
        if let Err(error) = shared.store.drop_request(&ticket.key).await {
            lacking(&error);
        }
        return Ok(response);
    }
    let (parts, body) = response.into_parts();
    let location = parts.headers.get(LOCATION).and_then(|it| it.to_str().ok());
    let location = location.map(str::to_owned);
    let Ok(body) = to_bytes(body, usize::MAX).await else {
        return Err(ApiError::Key(KeyFault::Unknown));
    };
    let stored = location
        .as_deref()
        .or_else(|| std::str::from_utf8(&body).ok());
    let stored = stored.filter(|it| !ticket.is_secret && it.len() <= ANSWER_BYTES_MAX);
    if stored.is_none() {
        shared.requests.remember(ticket, parts.status, body.clone());
    }
    let answered = shared
        .store
        .answer_request(&ticket.key, parts.status.as_u16(), stored);
    if let Err(error) = answered.await {
        lacking(&error);
    }
    Ok(Response::from_parts(parts, Body::from(body)))
}

fn lacking(error: &cuptel_store::StoreError) {
    let error = error as &dyn std::error::Error;
    tracing::warn!(error, "the answer to a request with a key is not kept");
}

/// The answer of before.
fn again(shared: &Shared, ticket: &Ticket, known: KnownRequest) -> Result<Response, ApiError> {
    if known.body != ticket.body {
        return Err(ApiError::Key(KeyFault::Other));
    }
    let status = known.status.and_then(|it| StatusCode::from_u16(it).ok());
    let (status, body) = match (status, known.answer) {
        (Some(status), Some(answer)) => (status, Bytes::from(answer)),
        (Some(_), None) => shared
            .requests
            .remembered(ticket)
            .ok_or(ApiError::Key(KeyFault::Told))?,
        (None, _) => return Err(ApiError::Key(KeyFault::Unknown)),
    };
    let replayed = [(REPLAYED, HeaderValue::from_static("true"))];
    if status.is_redirection() {
        let to = HeaderValue::from_maybe_shared(body);
        let to = to.map_err(|_unreadable| ApiError::Key(KeyFault::Unknown))?;
        return Ok((status, replayed, [(LOCATION, to)]).into_response());
    }
    let json = [(CONTENT_TYPE, HeaderValue::from_static("application/json"))];
    Ok((status, replayed, json, body).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_with_a_secret_are_kept_by_the_process_alone() {
        for path in [
            "/users",
            "/tokens",
            "/users/rosa/password",
            "/callbacks/7/number",
            "/tokens?x",
        ] {
            assert!(tells_a_secret(path), "{path}");
        }
        for path in [
            "/closures",
            "/directory",
            "/numbers",
            "/memos",
            "/agreement",
        ] {
            assert!(!tells_a_secret(path), "{path}");
        }
    }
}
