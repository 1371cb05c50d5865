//! Who may use which path. A path that is not named here is for whoever sets up the region.

use axum::extract::{MatchedPath, Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use cuptel_core::words::Role;
use cuptel_store::AccessMade;

use crate::access::Caller;
use crate::admin;
use crate::error::ApiError;
use crate::late_log;
use crate::pages::{Shared, SharedParts};

/// What a path is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Need {
    /// To see what goes on, without names.
    Watch,
    /// To work: the rules say on which seat.
    Work,
    /// To read what is stored.
    Read,
    /// To see who may do what, with which keys, and which configuration is in force.
    Oversee,
    /// To see to operators, queues and callbacks.
    Lead,
    /// To set up what belongs to one health authority.
    Staff,
    /// To set up everything.
    Rule,
    /// To see who looked at what.
    Log,
}

impl Need {
    /// Whether this is done so seldom, and matters so much, that the log of access has it.
    fn is_logged(self) -> bool {
        match self {
            Self::Watch | Self::Work | Self::Read | Self::Oversee => false,
            Self::Lead | Self::Staff | Self::Rule | Self::Log => true,
        }
    }

    /// In words, for whoever may not.
    pub(crate) fn who_may(self) -> &'static str {
        match self {
            Self::Watch => "everybody who signs in",
            Self::Work => "operators, supervisors and administrators",
            Self::Read => "supervisors, administrators and auditors",
            Self::Oversee => "administrators and auditors",
            Self::Lead => "supervisors and administrators",
            Self::Staff => "administrators",
            Self::Rule => "administrators of the region",
            Self::Log => "auditors and administrators of the region",
        }
    }
}

/// Whether a role may.
pub(crate) fn may(role: Role, need: Need) -> bool {
    match role {
        Role::Operator => matches!(need, Need::Watch | Need::Work),
        Role::Supervisor => matches!(need, Need::Watch | Need::Work | Need::Read | Need::Lead),
        Role::TenantAdministrator => !matches!(need, Need::Rule | Need::Log),
        Role::RegionAdministrator => true,
        Role::Auditor => matches!(need, Need::Watch | Need::Read | Need::Oversee | Need::Log),
    }
}

/// Whether an operator does something there with the call in hand.
fn handles_call(path: &str) -> bool {
    let done = path.strip_prefix("/seats/{seat}/").unwrap_or("");
    let done = done.strip_prefix("practice/").unwrap_or(done);
    matches!(
        done,
        "hold"
            | "resume"
            | "hang-up"
            | "keys"
            | "transfer"
            | "consult"
            | "complete"
            | "retrieve"
            | "swap"
            | "dial"
    )
}

/// Whether an operator says there what they do, or what became of it.
fn is_own_work(path: &str) -> bool {
    matches!(
        path,
        "/seats/{seat}/sign-in"
            | "/seats/{seat}/sign-out"
            | "/seats/{seat}/pause"
            | "/seats/{seat}/available"
            | "/seats/{seat}/front-office"
            | "/seats/{seat}/one-more"
            | "/seats/{seat}/disposition"
            | "/seats/{seat}/practice/disposition"
            | "/seats/{seat}/take"
            | "/seats/{seat}/accept"
            | "/seats/{seat}/decline"
            | "/seats/{seat}/memos/read"
            | "/seats/{seat}/note"
            | "/seats/{seat}/test"
            | "/seats/{seat}/practice"
            | "/tasks/{id}/accept"
            | "/tasks/{id}/finish"
            | "/tasks/{id}/hand-back"
    )
}

/// Whether it is chosen there whether somebody works: by who works themselves, or for them by who leads.
fn is_choice(path: &str) -> bool {
    matches!(
        path.strip_prefix("/api/v1").unwrap_or(path),
        "/seats/{seat}/sign-out"
            | "/seats/{seat}/pause"
            | "/seats/{seat}/available"
            | "/seats/{seat}/front-office"
            | "/seats/{seat}/one-more"
    )
}

/// Whether the log of access has it, whoever did it; also where somebody else than an operator did it, as
/// what is chosen for who works.
pub(crate) fn is_logged(method: &Method, path: &str) -> bool {
    !only_reads(method) && (need(method, path).is_logged() || is_choice(path))
}

/// Whether whoever leads steps in there for who waits, or tells operators something.
fn is_stepping_in(path: &str) -> bool {
    let is_api = matches!(
        path,
        "/attempts/{id}/withdraw"
            | "/attempts/{id}/move"
            | "/attempts/{id}/ahead"
            | "/callbacks/{id}/ahead"
            | "/memos"
            | "/memos/{memo}/withdraw"
    );
    is_api || path.starts_with("/supervisor")
}

/// A HEAD is answered as a GET is (RFC 9110 9.3.2).
fn only_reads(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
}

/// What a path of the API, or a page, is for.
pub(crate) fn need(method: &Method, path: &str) -> Need {
    if let Some(need) = admin::need(method, path) {
        return need;
    }
    let path = path.strip_prefix("/api/v1").unwrap_or(path);
    if handles_call(path) || is_own_work(path) {
        return Need::Work;
    }
    match (only_reads(method), path) {
        // The page of a seat, and what its operator does there.
        (_, "/preferences" | "/day") | (true, "/find") => Need::Watch,
        (false, "/find" | "/seats/{seat}/number" | "/seats/{seat}/in-charge") => Need::Work,
        (_, "/me" | "/me/password") => Need::Watch,
        (
            true,
            "/snapshot" | "/events" | "/queues" | "/sites" | "/tenants" | "/stops"
            | "/openapi.json",
        ) => Need::Watch,
        (false, "/callbacks") => Need::Work,
        // What an operator needs is kept from everybody but them and whoever sets it up.
        (_, "/operators/{operator}/profile") => Need::Staff,
        // Whoever works dials from it.
        (true, "/directory") => Need::Watch,
        (true, "/users" | "/tokens" | "/configuration") => Need::Oversee,
        (true, "/access-log") => Need::Log,
        (true, "/supervisor/wall") => Need::Watch,
        (true, _) => Need::Read,
        (false, path) if is_stepping_in(path) => Need::Lead,
        (
            false,
            "/callbacks/{id}/close"
            | "/callbacks/{id}/assign"
            | "/callbacks/{id}/acknowledge"
            | "/callbacks/{id}/reopen"
            | "/callbacks/{id}/number"
            | "/tasks"
            | "/tasks/{id}/assign"
            | "/tasks/{id}/withdraw"
            | "/numbers"
            | "/numbers/release"
            | "/bulks"
            | "/bulks/{id}/undo"
            | "/stops"
            | "/stops/announcements"
            | "/stops/resume"
            | "/sites/{site}/outage"
            | "/sites/{site}/resume"
            | "/campaigns/{campaign}/start"
            | "/campaigns/{campaign}/pause"
            | "/campaigns/{campaign}/resume",
        ) => Need::Lead,
        (
            false,
            "/operators"
            | "/operators/{operator}/remove"
            | "/operators/{operator}/pin"
            | "/users"
            | "/users/{user}/password"
            | "/users/{user}/remove"
            | "/users/{user}/role"
            | "/numbers/import"
            | "/campaigns"
            | "/campaigns/check"
            | "/campaigns/{campaign}/entries"
            | "/campaigns/{campaign}/complete"
            | "/campaigns/{campaign}/end"
            | "/closures"
            | "/closures/{id}/remove"
            | "/directory"
            | "/directory/{id}"
            | "/directory/{id}/remove",
        ) => Need::Staff,
        (false, _) => Need::Rule,
    }
}

/// Lets those through who may, and writes down what they did where that matters.
pub(crate) async fn checked(
    State(shared): State<Shared>,
    request: Request,
    next: Next,
) -> Response {
    let caller = request.extensions().get::<Caller>().cloned();
    let path = request.extensions().get::<MatchedPath>().cloned();
    let (Some(caller), Some(path)) = (caller, path) else {
        // Who has not said who they are is answered by the path itself.
        return next.run(request).await;
    };
    let need = need(request.method(), path.as_str());
    if caller.must_choose_before(path.as_str()) {
        return ApiError::PasswordFirst.into_response();
    }
    let uri = request.uri().path().to_owned();
    if is_refused(&shared, &caller, (request.method(), path.as_str(), &uri)).await {
        return ApiError::Forbidden(need.who_may()).into_response();
    }
    let act = act_of(request.method(), path.as_str(), &uri);
    let is_logged = is_logged(request.method(), path.as_str())
        && (need.is_logged() || caller.role() != Role::Operator);
    if !is_logged {
        return next.run(request).await;
    }
    let about = first_of(path.as_str(), &uri).map(as_typed);
    // Whoever goes away after asking has asked all the same, and it is written down.
    #[expect(
        clippy::disallowed_methods,
        reason = "it ends by itself, and must not end with who waits for it"
    )]
    let done = tokio::spawn(async move {
        let response = next.run(request).await;
        let status = response.status();
        let is_forbidden = status == StatusCode::FORBIDDEN;
        if is_forbidden {
            caller.mark_refused();
        }
        let is_done = (status.is_success() || status.is_redirection()) && !caller.was_asked();
        if is_done || caller.was_refused() {
            let about = caller.about().or(about);
            caller.log(&shared, &act, about.as_deref()).await;
        }
        response
    });
    match done.await {
        Ok(response) => response,
        Err(_panicked) => ApiError::TooSlow.into_response(),
    }
}

/// Whether a caller may not do this, which is written down where it matters.
pub(crate) async fn is_refused(
    shared: &SharedParts,
    caller: &Caller,
    (method, path, uri): (&Method, &str, &str),
) -> bool {
    if may(caller.role(), need(method, path)) {
        return false;
    }
    if is_logged(method, path) {
        let act = act_of(method, path, uri);
        caller.mark_refused();
        caller.log(shared, &act, None).await;
    }
    true
}

/// What a request does, as the log of access has it.
fn act_of(method: &Method, path: &str, uri: &str) -> String {
    format!("{method} {}", done_by(path, uri))
}

/// What is done by a path: where one path has several forms, which of them. What is no name of a form may
/// be anything that somebody typed.
fn done_by(matched: &str, uri: &str) -> String {
    let is_name = |last: &&str| {
        let mut bytes = last.bytes();
        last.len() <= ACTION_MAX && bytes.all(|b| b.is_ascii_lowercase() || b == b'-')
    };
    let last = uri.rsplit('/').next().filter(is_name);
    match matched.strip_suffix("{action}").zip(last) {
        Some((rest, action)) => format!("{rest}{action}"),
        None => matched.to_owned(),
    }
}

/// Characters of what something was done about.
const ABOUT_MAX: usize = 100;
/// Letters of the name of a form.
const ACTION_MAX: usize = 20;

/// What stands for the first parameter of a path, which may lack the prefix of the API here. It never is
/// a telephone number.
fn first_of<'u>(matched: &str, uri: &'u str) -> Option<&'u str> {
    let matched = match matched.strip_prefix("/api/v1") {
        Some(rest) if !uri.starts_with("/api/v1/") => rest,
        Some(_) | None => matched,
    };
    let parts = matched.split('/').zip(uri.split('/'));
    parts
        .filter(|(pattern, _)| pattern.starts_with('{'))
        .map(|(_, said)| said)
        .next()
}

/// A part of a path as whoever typed it reads it: `Gina Nuova` of `Gina%20Nuova`.
fn as_typed(part: &str) -> String {
    let one = format!("part={}", part.replace('+', "%2B").replace('&', "%26"));
    let read = serde_urlencoded::from_str::<Vec<(String, String)>>(&one);
    let read = read.ok().and_then(|mut parts| parts.pop());
    let typed = read.map_or_else(|| part.to_owned(), |(_, typed)| typed);
    // Nobody names a row so: PostgreSQL takes no NUL, and a log is no place for a novel.
    let printable = typed.chars().filter(|c| !c.is_control());
    printable.take(ABOUT_MAX).collect()
}

impl Caller {
    /// Writes down what this caller did; that it was done does not depend on it.
    pub(crate) async fn log(&self, shared: &SharedParts, act: &str, about: Option<&str>) {
        let origin = self.origin().to_string();
        let made = self.made(shared, (act, about), &origin);
        late_log::write_down(shared, &made).await;
    }

    /// Writes down what this caller is about to do.
    pub(crate) async fn logged(
        &self,
        shared: &SharedParts,
        act: &str,
        about: Option<&str>,
    ) -> Result<(), cuptel_store::StoreError> {
        let origin = self.origin().to_string();
        let made = self.made(shared, (act, about), &origin);
        shared.store.log_access(&made).await
    }

    fn made<'a>(
        &'a self,
        shared: &SharedParts,
        (act, about): (&'a str, Option<&'a str>),
        origin: &'a str,
    ) -> AccessMade<'a> {
        AccessMade {
            at_ms: shared.engine.snapshot().at_ms,
            who: self.name(),
            role: Some(self.role()),
            origin: Some(origin),
            act,
            about,
            tenant: self.tenant(),
            refused: self.was_refused(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_named_is_for_whoever_sets_up_the_region() {
        assert_eq!(need(&Method::POST, "/api/v1/anything/new"), Need::Rule);
        assert_eq!(need(&Method::POST, "/api/v1/reload"), Need::Rule);
        assert_eq!(need(&Method::GET, "/api/v1/anything/new"), Need::Read);
        for role in Role::ALL {
            let may_rule = may(*role, Need::Rule);
            assert_eq!(may_rule, *role == Role::RegionAdministrator, "{role}");
        }
    }

    #[test]
    fn an_operator_works_and_nothing_else() {
        assert!(may(Role::Operator, Need::Work) && may(Role::Operator, Need::Watch));
        for need in [
            Need::Read,
            Need::Oversee,
            Need::Lead,
            Need::Staff,
            Need::Rule,
            Need::Log,
        ] {
            assert!(!may(Role::Operator, need), "{need:?}");
        }
    }

    #[test]
    fn an_auditor_changes_nothing() {
        for need in [Need::Work, Need::Lead, Need::Staff, Need::Rule] {
            assert!(!may(Role::Auditor, need), "{need:?}");
        }
        for need in [Need::Log, Need::Read, Need::Oversee] {
            assert!(may(Role::Auditor, need), "{need:?}");
        }
    }

    #[test]
    fn a_name_is_logged_as_it_is_read() {
        assert_eq!(as_typed("Gina%20Nuova"), "Gina Nuova");
        assert_eq!(as_typed("a+b&c%25"), "a+b&c%");
        assert_eq!(as_typed("101"), "101");
        assert_eq!(as_typed("%00a%0A"), "a");
        assert_eq!(as_typed(&"x".repeat(9_000)).len(), ABOUT_MAX);
    }

    #[test]
    fn what_is_logged_names_the_row() {
        let matched = "/api/v1/callbacks/{id}/close";
        assert_eq!(first_of(matched, "/api/v1/callbacks/17/close"), Some("17"));
        assert_eq!(first_of(matched, "/callbacks/17/close"), Some("17"));
        assert_eq!(first_of("/api/v1/stops", "/api/v1/stops"), None);
        let done = done_by(
            "/supervisor/calls/{id}/{action}",
            "/supervisor/calls/17/move",
        );
        assert_eq!(done, "/supervisor/calls/{id}/move");
        for typed in ["+390861123456", "a-word-that-is-longer-than-any", "X"] {
            let uri = format!("/supervisor/calls/17/{typed}");
            let done = done_by("/supervisor/calls/{id}/{action}", &uri);
            assert_eq!(done, "/supervisor/calls/{id}/{action}");
        }
    }
}
