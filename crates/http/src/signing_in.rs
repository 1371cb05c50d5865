//! Signing in to the pages, and a password of one's own. Plain forms.

use std::net::IpAddr;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Request, State};
use axum::http::header::{SET_COOKIE, WWW_AUTHENTICATE};
use axum::http::{Extensions, HeaderMap, HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse as _, Redirect, Response};
use cuptel_core::words::Role;
use cuptel_store::{AccessMade, AccountView};
use serde::Deserialize;

use crate::access::{self, COOKIE_NAME, Caller, clock};
use crate::actions::body_of;
use crate::error::ApiError;
use crate::late_log;
use crate::leaving;
use crate::lock_out::{check_password, check_token};
use crate::origin::Origin;
use crate::page::{Frame, frame, html};
use crate::pages::Shared;
use crate::password::{self, Unfit};
use crate::session::{Notice, Owner, SESSION_S};
use crate::texts::Language;

/// What a wrong password or token goes by in the log of access.
const WRONG: &str = "wrong_sign_in";

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage<'a> {
    frame: Frame<'a>,
    /// What was typed as one's name.
    name: &'a str,
    /// Whether whoever was here has gone, and leaves no note behind in the browser.
    forgets: bool,
}

#[derive(Template)]
#[template(path = "password.html")]
struct PasswordPage<'a> {
    frame: Frame<'a>,
    name: &'a str,
    must_change: bool,
}

/// The form that asks who one is, with the status of what made it necessary.
pub(crate) fn sign_in_page(
    shared: &Shared,
    language: Language,
    error: &ApiError,
    said: Option<String>,
) -> Response {
    sign_in_again(shared, language, error, (said, ""))
}

/// The same, with the name that was typed: the password alone is to be typed anew.
fn sign_in_again(
    shared: &Shared,
    language: Language,
    error: &ApiError,
    (said, name): (Option<String>, &str),
) -> Response {
    if matches!(error, ApiError::PasswordFirst) {
        return Redirect::to("/password").into_response();
    }
    let notice = said.map(unwell);
    let frame = Frame {
        notice,
        ..frame(shared, language, None)
    };
    let mut response = (
        error.status(),
        html(&SignInPage {
            frame,
            name,
            forgets: false,
        }),
    )
        .into_response();
    if error.status() == StatusCode::UNAUTHORIZED {
        response
            .headers_mut()
            .insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

fn unwell(text: String) -> Notice {
    Notice::told(false, text)
}

/// What is typed to sign in: name and password, or the token of the configuration.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Typed {
    name: String,
    password: String,
    token: Option<String>,
}

/// Where one signs in; `?ended` after a session that was over, `?changed` after a new password.
pub(crate) async fn page(State(shared): State<Shared>, language: Language, uri: Uri) -> Response {
    let notice = match uri.query() {
        Some("ended") => Some(unwell(language.say("sign-in-ended"))),
        Some("changed") => Some(Notice::told(true, language.say("sign-in-changed"))),
        Some(_) | None => None,
    };
    html(&SignInPage {
        forgets: uri.query() != Some("ended"),
        frame: Frame {
            notice,
            ..frame(&shared, language, None)
        },
        name: "",
    })
}

/// Begins a session for somebody who says who they are.
pub(crate) async fn begin(
    State(shared): State<Shared>,
    language: Language,
    request: Request,
) -> Result<Response, ApiError> {
    let headers = request.headers().clone();
    let (origin, is_tls) = {
        let origin = Origin::of(request.extensions());
        (origin.address, origin.is_tls)
    };
    let body = body_of(request, &shared).await?;
    let typed: Typed = serde_urlencoded::from_bytes(&body).unwrap_or_default();
    let name = typed.name.trim().to_owned();
    let now_ms = shared.engine.snapshot().at_ms;
    let by_token = typed.token.is_some();
    let owner = if let Some(token) = &typed.token {
        check_token(&shared, token.trim(), origin).map(|()| Owner::System)
    } else {
        check_password(&shared, &name, typed.password, origin)
            .await
            .map(|account| Owner::Account(Arc::new(account)))
    };
    let owner = match owner {
        Ok(owner) => owner,
        Err(error @ ApiError::Store(_)) => return Ok(no_database(&shared, language, &error)),
        Err(error) => {
            if matches!(error, ApiError::Unauthorised) {
                log_wrong(&shared, (&name, by_token), origin).await;
            }
            let said = if by_token {
                why_not(&error, language, || language.say("sign-in-wrong-token"))
            } else {
                why_not(&error, language, || language.say("sign-in-wrong"))
            };
            let typed = (Some(said), name.as_str());
            return Ok(sign_in_again(&shared, language, &error, typed));
        }
    };
    let (who, to) = match &owner {
        Owner::System => (Who::named("token"), "/"),
        Owner::Account(account) if account.must_change => (Who::of(account), "/password"),
        Owner::Account(account) => (Who::of(account), first_page(account.role)),
    };
    log(&shared, who, "sign_in", origin).await;
    // A name that a browser brought is never taken over: whoever planted it would have the session.
    if let Some(old) = access::session_of(&headers)
        && let Err(error) = shared.sessions.end(&shared.store, &old).await
    {
        return Ok(no_database(&shared, language, &ApiError::Store(error)));
    }
    let sessions = &shared.sessions;
    let begun = sessions.begin(&shared.store, owner.clone(), clock(), now_ms);
    let name = match begun.await {
        Ok(name) => name,
        Err(error @ ApiError::Store(_)) => return Ok(no_database(&shared, language, &error)),
        Err(error) => return Err(error),
    };
    let cookie = cookie(&name, SESSION_S, is_tls, &headers);
    Ok(([(SET_COOKIE, cookie)], Redirect::to(to)).into_response())
}

/// Where the day of each begins.
const fn first_page(role: Role) -> &'static str {
    match role {
        Role::Operator => "/",
        Role::Supervisor => "/supervisor",
        Role::TenantAdministrator | Role::RegionAdministrator => "/admin",
        Role::Auditor => "/admin/oversight",
    }
}

/// How somebody who signs in, or tries to, stands in the log of access.
struct Who<'a> {
    name: &'a str,
    role: Option<Role>,
    tenant: Option<&'a str>,
}

impl<'a> Who<'a> {
    fn named(name: &'a str) -> Self {
        Self {
            name,
            role: None,
            tenant: None,
        }
    }

    fn of(account: &'a AccountView) -> Self {
        Self {
            name: &account.name,
            role: Some(account.role),
            tenant: account.tenant.as_deref(),
        }
    }
}

/// Who is not known is not named: what was typed may be a password in the wrong place.
async fn log_wrong(shared: &Shared, (name, by_token): (&str, bool), origin: IpAddr) {
    let known = if by_token {
        None
    } else {
        shared.store.account(name).await.ok().flatten()
    };
    let who = match (by_token, &known) {
        (true, _) => Who::named("token"),
        (false, Some(known)) => Who {
            role: None,
            ..Who::of(&known.account)
        },
        (false, None) => Who::named("unknown"),
    };
    log(shared, who, WRONG, origin).await;
}

/// Writes down that somebody signed in, tried to, or left.
async fn log(shared: &Shared, who: Who<'_>, act: &str, origin: IpAddr) {
    let origin = origin.to_string();
    let made = AccessMade {
        at_ms: shared.engine.snapshot().at_ms,
        who: who.name,
        role: who.role,
        origin: Some(&origin),
        act,
        about: None,
        tenant: who.tenant,
        refused: act == WRONG,
    };
    late_log::write_down(shared, &made).await;
}

/// Accounts are in the database: while it is away nobody signs in with a password.
fn no_database(shared: &Shared, language: Language, error: &ApiError) -> Response {
    tracing::error!(%error, "nobody can sign in");
    let said = language.say("sign-in-no-database");
    sign_in_page(shared, language, error, Some(said))
}

fn why_not(error: &ApiError, language: Language, otherwise: impl FnOnce() -> String) -> String {
    if matches!(error, ApiError::TooManyWrong { .. }) {
        language.say("sign-in-too-many")
    } else if matches!(error, ApiError::OnceIsOver) {
        language.say("admin-once-over")
    } else {
        otherwise()
    }
}

/// Ends the session of this browser; in a call its operator is asked first.
pub(crate) async fn end(
    State(shared): State<Shared>,
    extensions: Extensions,
    headers: HeaderMap,
    (language, uri): (Language, Uri),
    caller: Result<Caller, ApiError>,
) -> Result<Response, ApiError> {
    let is_sure = uri.query() == Some("sure");
    if let (Ok(caller), false) = (&caller, is_sure)
        && let Some(page) = leaving::asks_before_leaving(&shared, language, caller)
    {
        return Ok(page);
    }
    let is_tls = Origin::of(&extensions).is_tls;
    if let Some(key) = access::session_of(&headers) {
        shared.sessions.end(&shared.store, &key).await?;
    }
    if let Ok(caller) = caller {
        caller.log(&shared, "sign_out", None).await;
    }
    Ok((
        [(SET_COOKIE, cookie("", 0, is_tls, &headers))],
        Redirect::to("/session"),
    )
        .into_response())
}

fn cookie(value: &str, age_s: u64, is_tls: bool, headers: &HeaderMap) -> String {
    // Only ever makes the cookie stricter, so the header need not be trusted.
    let said = headers.get("x-forwarded-proto");
    let secure = if is_tls || said.is_some_and(|proto| proto == "https") {
        "; Secure"
    } else {
        ""
    };
    format!("{COOKIE_NAME}={value}; HttpOnly; SameSite=Strict; Path=/; Max-Age={age_s}{secure}")
}

/// Where one chooses a password.
pub(crate) async fn password(
    State(shared): State<Shared>,
    language: Language,
    caller: Result<Caller, ApiError>,
) -> Response {
    match caller {
        Ok(caller) => password_page(&shared, language, &caller, None),
        Err(error) => sign_in_page(&shared, language, &error, None),
    }
}

fn password_page(
    shared: &Shared,
    language: Language,
    caller: &Caller,
    said: Option<String>,
) -> Response {
    let around = frame(shared, language, Some(caller));
    let notice = said.map(unwell).or(around.notice);
    let page = PasswordPage {
        frame: Frame { notice, ..around },
        name: caller.name(),
        must_change: caller.must_change(),
    };
    html(&page)
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Chosen {
    old: String,
    new: String,
    again: String,
}

/// Gives whoever signed in another password; then they sign in with it.
pub(crate) async fn set_password(
    caller: Caller,
    State(shared): State<Shared>,
    language: Language,
    request: Request,
) -> Result<Response, ApiError> {
    let body = body_of(request, &shared).await?;
    let chosen: Chosen = serde_urlencoded::from_bytes(&body).unwrap_or_default();
    let said = if chosen.new != chosen.again {
        Some(language.say("password-differ"))
    } else if caller.is_system() {
        Some(language.say("password-system"))
    } else {
        match password::fit(&chosen.new, caller.name(), caller.tenant()) {
            Err(Unfit::Short) => Some(language.say("password-short")),
            Err(Unfit::Long) => Some(language.say("password-long")),
            Err(Unfit::Name) => Some(language.say("password-name")),
            Err(Unfit::Guessed) => Some(language.say("password-guessed")),
            Ok(()) if chosen.new == chosen.old => Some(language.say("password-same")),
            Ok(()) => None,
        }
    };
    if said.is_some() {
        return Ok(password_page(&shared, language, &caller, said));
    }
    match shared.change_own(&caller, chosen.old, chosen.new).await {
        Ok(()) => Ok(Redirect::to("/session?changed").into_response()),
        Err(
            error @ (ApiError::Unauthorised | ApiError::TooManyWrong { .. } | ApiError::OnceIsOver),
        ) => {
            let said = why_not(&error, language, || language.say("password-wrong"));
            Ok(password_page(&shared, language, &caller, Some(said)))
        }
        Err(error) => Err(error),
    }
}
