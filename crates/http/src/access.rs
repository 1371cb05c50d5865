//! Who asks, and what they may see: a program with a token, somebody in a session.

use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{FromRequestParts, Request, State};
use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, COOKIE, HOST};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use cuptel_core::snapshot::SeatNow;
use cuptel_core::time::UtcMs;
use cuptel_core::words::Role;
use cuptel_store::{AccountView, OperatorView, TokenView};
use subtle::ConstantTimeEq as _;
use tokio::time::Instant;

use crate::error::ApiError;
use crate::origin::Origin;
use crate::pages::{Reach, Shared, SharedParts};
use crate::session::{Notice, Owner, SessionKey, digest};
use crate::texts::Language;

/// The cookie that carries a session's name.
pub(crate) const COOKIE_NAME: &str = "cuptel_session";

/// The clock of the outside surface: sessions and wrong tokens are no part of what is
/// recorded or replayed.
#[expect(
    clippy::disallowed_methods,
    reason = "the one clock reading of this crate"
)]
pub(crate) fn clock() -> Instant {
    Instant::now()
}

/// How much may be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sight {
    /// No names of persons.
    Masked,
    /// Operators by their login names, and what is owed to whom they speak with.
    Full,
    /// That, and the word by which a person knows our call: for who works there.
    Own,
}

/// What the token of the configuration goes by in the log of access.
const SYSTEM: &str = "token";

/// Where they ask from, and in which language.
type From = (IpAddr, Language);

/// Somebody who proved who they are.
#[derive(Clone)]
pub(crate) struct Caller(Arc<Known>);

struct Known {
    name: String,
    role: Role,
    tenant: Option<String>,
    employer: Option<String>,
    operator: Option<String>,
    must_change: bool,
    /// Whether it is who knows the token of the configuration.
    is_system: bool,
    session: Option<SessionKey>,
    origin: IpAddr,
    language: Language,
    /// When what let them in ends, of a program.
    ends_ms: Option<UtcMs>,
    /// What they do something about, where the path does not say it.
    about: Mutex<Option<String>>,
    /// Whether what they asked for was not done.
    is_refused: AtomicBool,
    is_asked: AtomicBool,
}

impl Caller {
    fn system(session: Option<SessionKey>, (origin, language): From) -> Self {
        Self(Arc::new(Known {
            name: SYSTEM.to_owned(),
            role: Role::RegionAdministrator,
            tenant: None,
            employer: None,
            operator: None,
            must_change: false,
            is_system: true,
            session,
            origin,
            language,
            ends_ms: None,
            about: Mutex::default(),
            is_refused: AtomicBool::default(),
            is_asked: AtomicBool::default(),
        }))
    }

    fn signed_in(account: &AccountView, session: SessionKey, (origin, language): From) -> Self {
        Self(Arc::new(Known {
            name: account.name.clone(),
            role: account.role,
            tenant: account.tenant.clone(),
            employer: account.employer.clone(),
            operator: account.operator.clone(),
            must_change: account.must_change,
            is_system: false,
            session: Some(session),
            origin,
            language,
            ends_ms: None,
            about: Mutex::default(),
            is_refused: AtomicBool::default(),
            is_asked: AtomicBool::default(),
        }))
    }

    fn program(token: TokenView, (origin, language): From) -> Self {
        Self(Arc::new(Known {
            name: token.name,
            role: token.role,
            tenant: token.tenant,
            employer: token.employer,
            operator: None,
            must_change: false,
            is_system: false,
            session: None,
            origin,
            language,
            ends_ms: token.ends_ms,
            about: Mutex::default(),
            is_refused: AtomicBool::default(),
            is_asked: AtomicBool::default(),
        }))
    }

    /// What they go by.
    pub(crate) fn name(&self) -> &str {
        &self.0.name
    }

    pub(crate) fn role(&self) -> Role {
        self.0.role
    }

    /// The health authority that they are bound to.
    pub(crate) fn tenant(&self) -> Option<&str> {
        self.0.tenant.as_deref()
    }

    /// The employer whose operators they are bound to.
    pub(crate) fn employer(&self) -> Option<&str> {
        self.0.employer.as_deref()
    }

    /// Which operator they are.
    pub(crate) fn operator(&self) -> Option<&str> {
        self.0.operator.as_deref()
    }

    pub(crate) fn must_change(&self) -> bool {
        self.0.must_change
    }

    /// Whether they choose a password before they may use a path, which may lack the prefix of the API.
    pub(crate) fn must_choose_before(&self, path: &str) -> bool {
        let path = path.strip_prefix("/api/v1").unwrap_or(path);
        self.0.must_change && !["/password", "/me", "/me/password"].contains(&path)
    }

    pub(crate) fn is_system(&self) -> bool {
        self.0.is_system
    }

    /// Whether nothing bounds what they may touch.
    pub(crate) fn is_unbounded(&self) -> bool {
        self.0.role != Role::Operator && self.0.tenant.is_none() && self.0.employer.is_none()
    }

    /// Whether they set up the region.
    pub(crate) fn rules_region(&self) -> bool {
        self.0.role == Role::RegionAdministrator && self.is_unbounded()
    }

    /// Whether what belongs to a health authority, or to all of them, is theirs to see.
    pub(crate) fn sees(&self, tenant: Option<&str>) -> bool {
        self.tenant().is_none_or(|own| tenant == Some(own))
    }

    /// Whether an operator is of their health authority, or of none, and of their employer.
    pub(crate) fn sees_operator(&self, operator: &OperatorView) -> bool {
        let home = operator.home.as_deref();
        let employer = self.employer().is_none_or(|own| own == operator.employer);
        employer && (home.is_none() || self.sees(home))
    }

    /// Whether queues and callbacks of a health authority are theirs to see to. Who leads the operators of
    /// one employer leads those alone.
    pub(crate) fn leads(&self, tenant: Option<&str>) -> bool {
        self.employer().is_none() && self.sees(tenant)
    }

    /// Of which health authority a list is, where a request asks for that of one or of all.
    pub(crate) fn list_of(&self, asked: Option<String>) -> Result<Option<String>, ApiError> {
        match (self.tenant(), asked) {
            (None, asked) => Ok(asked),
            (Some(own), None) => Ok(Some(own.to_owned())),
            (Some(own), Some(asked)) if own == asked => Ok(Some(asked)),
            (Some(_), Some(_)) => Err(ApiError::Forbidden(
                "those of that health authority, and of the region",
            )),
        }
    }

    /// The session, of somebody in a browser.
    pub(crate) fn session(&self) -> Option<&SessionKey> {
        self.0.session.as_ref()
    }

    /// Says what they do something about; never a whole telephone number.
    pub(crate) fn is_about(&self, what: String) {
        let mut about = self.0.about.lock().unwrap_or_else(PoisonError::into_inner);
        *about = Some(what);
    }

    /// Says that what they asked for is not done, where the answer is a page all the same.
    pub(crate) fn mark_refused(&self) {
        self.0.is_refused.store(true, Ordering::Relaxed);
    }

    /// Whether what they asked for was not done.
    pub(crate) fn was_refused(&self) -> bool {
        self.0.is_refused.load(Ordering::Relaxed)
    }

    /// They are asked whether they mean it: nothing was done yet.
    pub(crate) fn mark_asked(&self) {
        self.0.is_asked.store(true, Ordering::Relaxed);
    }

    pub(crate) fn was_asked(&self) -> bool {
        self.0.is_asked.load(Ordering::Relaxed)
    }

    /// Tells them once, on their next page, what came of what they did.
    pub(crate) fn tell(&self, shared: &SharedParts, notice: Notice) {
        if !notice.good {
            self.mark_refused();
        }
        if let Some(session) = self.session() {
            shared.sessions.tell(session, notice);
        }
    }

    /// What they did something about.
    pub(crate) fn about(&self) -> Option<String> {
        let about = self.0.about.lock().unwrap_or_else(PoisonError::into_inner);
        about.clone()
    }

    /// The language of the pages that they read.
    pub(crate) fn language(&self) -> Language {
        self.0.language
    }

    /// Whether what let them in is over, of a program.
    pub(crate) fn is_over(&self, now_ms: UtcMs) -> bool {
        self.0.ends_ms.is_some_and(|ends_ms| ends_ms <= now_ms)
    }

    /// Where they ask from.
    pub(crate) fn origin(&self) -> IpAddr {
        self.0.origin
    }

    /// Whether who works at a seat is theirs to see, and what is owed to whom they speak with.
    fn leads_at(&self, seat: &SeatNow) -> bool {
        let mut owed = seat.owed.iter().flat_map(|owed| &owed.needs);
        self.leads_operator_at(seat) && owed.all(|need| self.sees(Some(&need.tenant)))
    }

    /// Whether who works at a seat is theirs to lead.
    fn leads_operator_at(&self, seat: &SeatNow) -> bool {
        let home = seat.home.as_deref();
        let employer = self
            .employer()
            .is_none_or(|own| seat.employer.as_deref() == Some(own));
        employer && (home.is_none() || self.sees(home))
    }

    /// Whether the whole number of whoever a seat has to do with is theirs to see: it is of who works
    /// there, and of who leads the authority that was called, wherever its calls are taken.
    pub(crate) fn sees_number_at(&self, seat: &SeatNow) -> bool {
        let owed = seat.owed.iter().flat_map(|owed| &owed.needs);
        let mut tenants = seat.tenant.iter().chain(owed.map(|need| &need.tenant));
        self.works_at(seat) || tenants.all(|tenant| self.leads(Some(tenant)))
    }

    fn works_at(&self, seat: &SeatNow) -> bool {
        self.operator().is_some() && seat.operator.as_deref() == self.operator()
    }

    /// What they may see of everybody who works.
    pub(crate) fn sight(&self) -> Sight {
        if self.0.is_system {
            return Sight::Own;
        }
        match self.0.role {
            Role::Operator => Sight::Masked,
            Role::Supervisor
            | Role::TenantAdministrator
            | Role::RegionAdministrator
            | Role::Auditor => Sight::Full,
        }
    }
}

/// Somebody who may look at what goes on.
pub(crate) struct Onlooker {
    pub(crate) caller: Option<Caller>,
    pub(crate) language: Language,
}

impl Onlooker {
    pub(crate) fn sight(&self) -> Sight {
        self.caller.as_ref().map_or(Sight::Masked, Caller::sight)
    }

    /// What they may see of a seat: who works there sees all of it, who is bound to a health authority or
    /// an employer nothing of others.
    pub(crate) fn sight_of(&self, seat: Option<&SeatNow>) -> Sight {
        if self.works_at(seat) {
            return Sight::Own;
        }
        match (&self.caller, seat) {
            (Some(caller), Some(seat)) if !caller.leads_at(seat) => Sight::Masked,
            (Some(_) | None, _) => self.sight(),
        }
    }

    /// Whether what they may see is the same as for everybody of their sight.
    pub(crate) fn is_bound(&self) -> bool {
        let bound = |it: &Caller| it.tenant().is_some() || it.employer().is_some();
        self.caller.as_ref().is_some_and(bound)
    }

    fn works_at(&self, seat: Option<&SeatNow>) -> bool {
        let caller = self.caller.as_ref().zip(seat);
        caller.is_some_and(|(caller, seat)| caller.works_at(seat))
    }

    /// Whether they may act on a seat at all.
    pub(crate) fn acts_on(&self, seat: &SeatNow) -> bool {
        self.caller
            .as_ref()
            .is_some_and(|caller| match caller.role() {
                Role::Operator => self.works_at(Some(seat)),
                Role::Supervisor | Role::TenantAdministrator | Role::RegionAdministrator => {
                    seat.operator.is_none() || caller.leads_operator_at(seat)
                }
                Role::Auditor => false,
            })
    }
}

/// Finds out who asks, once for all that answer them.
pub(crate) async fn known(
    State(shared): State<Shared>,
    mut request: Request,
    next: Next,
) -> Response {
    let origin = Origin::of(request.extensions()).address;
    match identify(request.headers(), origin, &shared).await {
        Ok(Some(caller)) => {
            if caller.session().is_some() {
                let (store, name) = (&shared.store, caller.name());
                shared.preferences.remember(store, name).await;
            }
            request.extensions_mut().insert(caller);
        }
        Ok(None) => {}
        Err(error) => return error.into_response(),
    }
    next.run(request).await
}

impl FromRequestParts<Shared> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &Shared) -> Result<Self, ApiError> {
        let caller = parts.extensions.get::<Self>().cloned();
        let caller = caller.ok_or(ApiError::Unauthorised)?;
        if caller.must_choose_before(parts.uri.path()) {
            return Err(ApiError::PasswordFirst);
        }
        Ok(caller)
    }
}

impl FromRequestParts<Shared> for Onlooker {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, ApiError> {
        let caller = parts.extensions.get::<Caller>().cloned();
        if caller.as_ref().is_some_and(Caller::must_change) {
            return Err(ApiError::PasswordFirst);
        }
        let origin = Origin::of(&parts.extensions);
        // Whoever a proxy brings is not on this machine, whatever the name that they asked for.
        let is_here = !origin.is_hidden && (!origin.is_forwarded || origin.address.is_loopback());
        if caller.is_some() || (is_here && may_look(shared.reach, &parts.headers)) {
            let language = Language::of(&parts.headers);
            Ok(Self { caller, language })
        } else {
            Err(ApiError::Unauthorised)
        }
    }
}

/// Whether somebody without a token may look. On a listener that only this machine
/// reaches, the name asked for must be this machine's too: behind a proxy, or under a
/// foreign name that was made to point here (DNS rebinding), it is not.
pub(crate) fn may_look(reach: Reach, headers: &HeaderMap) -> bool {
    match reach {
        Reach::Network => false,
        Reach::ThisMachine => {
            let host = headers.get(HOST).and_then(|host| host.to_str().ok());
            host.is_some_and(names_this_machine)
        }
    }
}

fn names_this_machine(host: &str) -> bool {
    if host
        .parse::<SocketAddr>()
        .is_ok_and(|address| address.ip().is_loopback())
    {
        return true;
    }
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        Some(_) | None => host,
    };
    let bare = name
        .strip_prefix('[')
        .and_then(|name| name.strip_suffix(']'))
        .unwrap_or(name);
    name.eq_ignore_ascii_case("localhost")
        || bare
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

async fn identify(
    headers: &HeaderMap,
    origin: IpAddr,
    shared: &Shared,
) -> Result<Option<Caller>, ApiError> {
    let from = (origin, Language::of(headers));
    if let Some(offered) = headers.get(AUTHORIZATION) {
        let token = offered.to_str().ok().and_then(bearer);
        return program(shared, token.unwrap_or(""), from).await.map(Some);
    }
    let Some(key) = session_of(headers) else {
        return Ok(None);
    };
    let now_ms = shared.engine.snapshot().at_ms;
    let owner = shared
        .sessions
        .owner(&shared.store, &key, clock(), now_ms)
        .await?;
    Ok(owner.map(|owner| match owner {
        Owner::System => Caller::system(Some(key), from),
        Owner::Account(account) => Caller::signed_in(&account, key, from),
    }))
}

/// The program that offers a token.
async fn program(shared: &Shared, offered: &str, from: From) -> Result<Caller, ApiError> {
    if is_system(shared, offered) {
        return Ok(Caller::system(None, from));
    }
    let now_ms = shared.engine.snapshot().at_ms;
    // A token of ours has this form: nothing else is worth a question to the database.
    if let Some(random) = offered.strip_prefix(TOKEN_PREFIX)
        && let Some(token) = shared.store.token(&digest(random), now_ms).await?
    {
        return Ok(Caller::program(token, from));
    }
    // After the look: programs with a token of theirs may share the address with who has none.
    shared.wrong.token_was_wrong(from.0)?;
    Err(ApiError::Unauthorised)
}

/// How a token of a program begins, so that one that was let out is known for what it is.
pub(crate) const TOKEN_PREFIX: &str = "cuptel_";

/// Whether it is the token of the configuration. In constant time for those of its length; the length is
/// no secret.
pub(crate) fn is_system(shared: &SharedParts, offered: &str) -> bool {
    bool::from(offered.as_bytes().ct_eq(shared.settings.token.as_bytes()))
}

/// The name of the scheme is written in any case (RFC 9110 §11.1).
fn bearer(authorization: &str) -> Option<&str> {
    let (scheme, token) = authorization.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The session that a request claims.
pub(crate) fn session_of(headers: &HeaderMap) -> Option<SessionKey> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|cookies| cookies.to_str().ok())
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='))
        .find(|(name, _)| *name == COOKIE_NAME)
        .and_then(|(_, value)| SessionKey::claimed(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_machine_are_looked_at_without_a_token() {
        for host in [
            "127.0.0.1:8080",
            "localhost",
            "LOCALHOST:80",
            "[::1]:8080",
            "[::1]",
            "127.9.9.9",
        ] {
            assert!(names_this_machine(host), "{host}");
        }
        for host in [
            "cuptel.example",
            "127.0.0.1.example:80",
            "10.0.0.1:8080",
            "",
            "localhost.example",
        ] {
            assert!(!names_this_machine(host), "{host}");
        }
    }

    #[test]
    fn the_scheme_of_a_token_is_read_in_any_case() {
        assert_eq!(bearer("bearer abc"), Some("abc"));
        assert_eq!(bearer("Basic abc"), None);
        assert_eq!(bearer("Bearer"), None);
    }
}
