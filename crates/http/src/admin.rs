//! The administrator's pages: who works here, with which phones, who may look, what is called, how
//! callers are led. Forms that work without a script, each answered by a page that says what came of it.
//! What they ask for goes through the same commands and the same rights as the API.

mod acts;
mod at_fault;
mod campaign_list;
mod campaigns;
mod closures;
mod configuration;
mod dialplans;
mod directory;
mod dispositions;
mod example;
mod failed;
mod graph;
mod guide;
mod list;
mod listing;
mod log;
mod menu;
mod numbers;
mod operator_pin;
mod operators;
mod oversight;
mod profile;
mod provisioning;
mod seats;
mod sheet;
mod status;
mod trial;
mod typed;
mod user_role;
mod users;

use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRequestParts, MatchedPath, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use cuptel_core::snapshot::Snapshot;
use cuptel_core::step::Command;
use cuptel_core::words::Role;

pub(crate) use self::example::Left;
pub(crate) use self::menu::{Group, menu};
pub(crate) use self::oversight::AuditKept;
use self::sheet::{Form, Link, Sheet};
use self::typed::Typed;
use crate::access::{Caller, Onlooker};
use crate::error::ApiError;
use crate::events::as_seen;
use crate::page::{Frame, asset, frame};
use crate::pages::Shared;
use crate::rights::{self, Need};
use crate::session::Notice;
use crate::signing_in::sign_in_page;
use crate::staffing::LIST_BYTES_MAX;
use crate::texts::Language;

/// A page waits this long for a look that shows what was done.
const LOOK_TIME: Duration = Duration::from_secs(2);

/// Fields that no page shows again.
const SECRETS: [&str; 3] = ["password", "pin", "again"];

const STYLE: &str = include_str!("../assets/admin.css");
const SCRIPT: &str = include_str!("../assets/admin.js");

/// Every page, with who may have it.
pub(crate) fn paths(shared: &Shared) -> Router<Shared> {
    let lists = Router::new()
        .route("/admin/operators/import", post(operators::import))
        .route("/admin/numbers/import", post(numbers::import))
        .route("/admin/campaigns/new", post(campaign_list::create))
        .layer(DefaultBodyLimit::max(LIST_BYTES_MAX));
    Router::new()
        .route("/admin", get(guide::index))
        .route("/profile", get(profile::own))
        .merge(people_paths())
        .merge(work_paths())
        .merge(lists)
        .route_layer(middleware::from_fn_with_state(shared.clone(), checked))
}

fn people_paths() -> Router<Shared> {
    Router::new()
        .route(
            "/admin/operators",
            get(operators::page).post(operators::set),
        )
        .route("/admin/operators/{operator}", get(operators::one))
        .route(
            "/admin/operators/{operator}/remove",
            post(operators::remove),
        )
        .route("/admin/operators/{operator}/pin", post(operator_pin::set))
        .route(
            "/admin/operators/{operator}/profile",
            get(profile::page).post(profile::set),
        )
        .route("/admin/seats", get(seats::page).post(seats::set))
        .route("/admin/seats/{seat}", get(seats::one))
        .route("/admin/seats/{seat}/password", post(seats::password))
        .route("/admin/seats/{seat}/site", post(seats::site))
        .route("/admin/seats/{seat}/remove", post(seats::remove))
        .route("/admin/seats/{seat}/test", post(trial::one))
        .route("/admin/test", post(trial::chosen))
        .route("/admin/example", get(example::page).post(example::remove))
        .route("/admin/users", get(users::page).post(users::add))
        .route("/admin/users/{user}/password", post(users::password))
        .route("/admin/users/{user}/remove", post(users::remove))
        .route("/admin/users/{user}", get(users::one))
        .route("/admin/users/{user}/role", post(user_role::set))
        .route("/admin/tokens", get(users::tokens).post(users::add_token))
        .route("/admin/tokens/revoke", post(users::revoke))
}

fn work_paths() -> Router<Shared> {
    Router::new()
        .route("/admin/numbers", get(numbers::page).post(numbers::mark))
        .route("/admin/numbers/release", post(numbers::release))
        .route("/admin/campaigns", get(campaigns::page))
        .route("/admin/campaigns/new", get(campaign_list::new))
        .route("/admin/campaigns/{campaign}", get(campaigns::one))
        .route("/admin/campaigns/{campaign}/start", post(campaigns::start))
        .route("/admin/campaigns/{campaign}/pause", post(campaigns::pause))
        .route(
            "/admin/campaigns/{campaign}/resume",
            post(campaigns::resume),
        )
        .route("/admin/campaigns/{campaign}/end", post(campaigns::end))
        .route(
            "/admin/campaigns/{campaign}/results",
            get(campaigns::results),
        )
        .route("/admin/configuration", get(configuration::page))
        .route("/admin/configuration/reload", post(configuration::reload))
        .route("/admin/dialplans", get(dialplans::page))
        .route("/admin/closures", get(closures::page).post(closures::add))
        .route("/admin/closures/remove", post(closures::remove))
        .route(
            "/admin/directory",
            get(directory::page).post(directory::add),
        )
        .route("/admin/directory/remove", post(directory::remove))
        .route(
            "/admin/directory/{id}",
            get(directory::one).post(directory::change),
        )
        .route("/admin/dispositions", get(dispositions::page))
        .route("/admin/status", get(status::page))
        .route("/admin/oversight", get(oversight::page))
        .route("/admin/log", get(log::page))
        .route("/admin/log/export", get(log::export))
}

/// What the pages look like and what their script does.
pub(crate) fn asset_paths() -> Router<Shared> {
    Router::new()
        .route("/admin.css", get(style))
        .route("/admin.js", get(script))
}

async fn style() -> Response {
    asset("text/css; charset=utf-8", STYLE).into_response()
}

async fn script() -> Response {
    asset("text/javascript; charset=utf-8", SCRIPT).into_response()
}

/// What a page of ours is for; nothing, of a path that is none.
pub(crate) fn need(method: &Method, path: &str) -> Option<Need> {
    if path == "/profile" {
        return Some(Need::Work);
    }
    let page = path.strip_prefix("/admin")?;
    Some(match (method == Method::GET, page) {
        (true, "/operators/{operator}/profile") => Need::Staff,
        (true, "/users" | "/users/{user}" | "/tokens" | "/configuration") => Need::Oversee,
        (true, "/example") => Need::Rule,
        (true, "/oversight" | "/log" | "/log/export") => Need::Log,
        (true, "/campaigns/new") => Need::Staff,
        (true, _) => Need::Read,
        (
            false,
            "/numbers"
            | "/numbers/release"
            | "/campaigns/{campaign}/start"
            | "/campaigns/{campaign}/pause"
            | "/campaigns/{campaign}/resume",
        ) => Need::Lead,
        (
            false,
            "/operators"
            | "/operators/import"
            | "/operators/{operator}/remove"
            | "/operators/{operator}/profile"
            | "/operators/{operator}/pin"
            | "/users"
            | "/users/{user}/password"
            | "/users/{user}/remove"
            | "/users/{user}/role"
            | "/numbers/import"
            | "/campaigns/new"
            | "/campaigns/{campaign}/end"
            | "/closures"
            | "/closures/remove"
            | "/directory"
            | "/directory/remove"
            | "/directory/{id}"
            | "/seats/{seat}/test"
            | "/test",
        ) => Need::Staff,
        (false, _) => Need::Rule,
    })
}

/// Lets those through who may, and answers with a page whatever goes wrong.
async fn checked(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    let language = Language::of(request.headers());
    let caller = request.extensions().get::<Caller>().cloned();
    let path = request.extensions().get::<MatchedPath>().cloned();
    let (Some(caller), Some(path)) = (caller, path) else {
        if request.method() == Method::GET {
            return sign_in_page(&shared, language, &ApiError::Unauthorised, None);
        }
        return Redirect::to("/session?ended").into_response();
    };
    if caller.must_choose_before(path.as_str()) {
        return Redirect::to("/password").into_response();
    }
    let visit = Visit {
        shared: shared.clone(),
        caller,
        language,
        path: request.uri().path().to_owned(),
    };
    let asked = (request.method(), path.as_str(), visit.path.as_str());
    if rights::is_refused(&shared, &visit.caller, asked).await {
        return visit.unwell(StatusCode::FORBIDDEN, &Typed::default());
    }
    let (request, kept) = match kept(request).await {
        Ok(both) => both,
        Err(status) => return visit.unwell(status, &Typed::default()),
    };
    let response = rights::checked(State(shared), request, next).await;
    let kind = response.headers().get(CONTENT_TYPE);
    let is_page = kind.is_none_or(|kind| !kind.as_bytes().ends_with(b"json"));
    let status = response.status();
    if is_page || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    visit.unwell(status, &kept)
}

/// What was typed into a form, kept for a page that says that it came to nothing.
async fn kept(request: Request) -> Result<(Request, Typed), StatusCode> {
    if request.method() != Method::POST {
        return Ok((request, Typed::default()));
    }
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, LIST_BYTES_MAX).await;
    let body = body.map_err(|_too_large| StatusCode::PAYLOAD_TOO_LARGE)?;
    let typed = Typed::parse(&body).unwrap_or_default();
    Ok((Request::from_parts(parts, body.into()), typed))
}

/// Somebody at one of these pages.
pub(crate) struct Visit {
    pub(crate) shared: Shared,
    pub(crate) caller: Caller,
    pub(crate) language: Language,
    path: String,
}

impl FromRequestParts<Shared> for Visit {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, ApiError> {
        let caller = Caller::from_request_parts(parts, shared).await?;
        Ok(Self {
            shared: shared.clone(),
            caller,
            language: Language::of(&parts.headers),
            path: parts.uri.path().to_owned(),
        })
    }
}

impl Visit {
    pub(crate) fn say(&self, id: &str) -> String {
        self.language.say(id)
    }

    /// The message of this name about one thing.
    pub(crate) fn about(&self, id: &str, name: &str, value: &str) -> String {
        self.language.with(id, &[(name, value.into())])
    }

    /// The message of this name about a number of things.
    pub(crate) fn count(&self, id: &str, n: usize) -> String {
        let n = u32::try_from(n).unwrap_or(u32::MAX);
        self.language.with(id, &[("n", n.into())])
    }

    /// The messages of these names, as the columns of a table.
    pub(crate) fn columns(&self, ids: &[&str]) -> Vec<String> {
        ids.iter().map(|id| self.say(id)).collect()
    }

    /// What goes on now, as far as it is theirs to see.
    pub(crate) fn look(&self) -> Snapshot {
        let onlooker = Onlooker {
            caller: Some(self.caller.clone()),
            language: self.language,
        };
        as_seen(&self.shared.engine.snapshot(), &onlooker)
    }

    pub(crate) fn may(&self, need: Need) -> bool {
        rights::may(self.caller.role(), need)
    }

    /// A page that stands under the first of them, and under these.
    pub(crate) fn sheet(&self, title: String, above: Vec<Link>) -> Sheet {
        let mut all = vec![Link::to(menu::FIRST, self.say("admin-title"))];
        all.extend(above);
        Sheet {
            title,
            above: all,
            ..Sheet::default()
        }
    }

    pub(crate) fn show(&self, sheet: &Sheet) -> Response {
        let around = frame(&self.shared, self.language, Some(&self.caller));
        // There it is told in full.
        let tells = !self.path.starts_with(configuration::HOME);
        let frame = Frame {
            menu: menu(self.language, self.caller.role(), &self.path),
            not_reloaded: around.not_reloaded.clone().filter(|_| tells),
            ..around
        };
        sheet::show(frame, sheet)
    }

    /// A page that says that something could not be shown, and what to do.
    fn unwell(&self, status: StatusCode, kept: &Typed) -> Response {
        let (title, text) = match status {
            StatusCode::FORBIDDEN => ("admin-not-yours", "admin-not-yours-what"),
            StatusCode::NOT_FOUND => ("admin-nothing-here", "admin-nothing-here-what"),
            StatusCode::PAYLOAD_TOO_LARGE => ("admin-too-large", "admin-too-large-what"),
            StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY => {
                ("admin-not-understood", "admin-not-understood-what")
            }
            _ => ("admin-not-now", "admin-not-now-what"),
        };
        let mut sheet = self.sheet(self.say(title), Vec::new());
        sheet.intro.push(self.say(text));
        if status.is_server_error() && !kept.is_empty() {
            self.offers(&mut sheet, ("again", "admin-send-again"), self.again(kept));
        }
        (status, self.show(&sheet)).into_response()
    }

    /// What was typed, to be sent again: all but what is a secret.
    fn again(&self, kept: &Typed) -> Form {
        let mut form = Form {
            id: "again",
            action: self.path.clone(),
            note: Some(self.say("admin-send-again-what")),
            button: self.say("admin-send-again-go"),
            is_first: true,
            ..Form::default()
        };
        form.keeps = kept
            .all_fields()
            .filter(|(name, _)| !SECRETS.contains(&name.as_str()))
            .cloned()
            .collect();
        form
    }

    /// Carries out a command, and waits for a look that shows it.
    pub(crate) async fn carry_out(&self, command: Command) -> Result<(), ApiError> {
        let mut changes = self.shared.engine.changes();
        changes.mark_unchanged();
        self.shared.carry_out(&self.caller, command).await?;
        let next_look = tokio::time::timeout(LOOK_TIME, changes.changed()).await;
        tracing::trace!(seen = next_look.is_ok(), "a page was carried out");
        Ok(())
    }

    /// Leads to a page that tells once what was done.
    pub(crate) fn done(&self, to: &str, text: String) -> Response {
        self.tell(true, text);
        Redirect::to(to).into_response()
    }

    fn tell(&self, good: bool, text: String) {
        self.caller.tell(&self.shared, Notice::told(good, text));
    }

    /// Where somebody is whom no health authority binds, the name of one that they ask for.
    pub(crate) fn tenants(&self) -> Vec<(String, String)> {
        let look = self.shared.engine.snapshot();
        let all = look.tenants.iter();
        all.filter(|tenant| self.caller.sees(Some(&tenant.name)))
            .map(|tenant| (tenant.name.clone(), tenant.title.clone()))
            .collect()
    }

    /// What a health authority is called.
    pub(crate) fn tenant_title(&self, name: &str) -> String {
        let look = self.shared.engine.snapshot();
        let found = look.tenants.iter().find(|tenant| tenant.name == name);
        found.map_or_else(|| name.to_owned(), |tenant| tenant.title.clone())
    }

    pub(crate) fn role(&self, role: Role) -> String {
        self.say(match role {
            Role::Operator => "admin-role-operator",
            Role::Supervisor => "admin-role-supervisor",
            Role::TenantAdministrator => "admin-role-tenant-administrator",
            Role::RegionAdministrator => "admin-role-region-administrator",
            Role::Auditor => "admin-role-auditor",
        })
    }
}

/// A part of a path, escaped: names are any text.
pub(crate) fn escaped(text: &str) -> String {
    let mut path = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            path.push(char::from(byte));
        } else {
            path.push_str(&format!("%{byte:02X}"));
        }
    }
    // A path of dots leads elsewhere.
    if path.bytes().all(|byte| byte == b'.') {
        path = path.replace('.', "%2E");
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_is_not_named_changes_nothing_but_for_the_region() {
        assert_eq!(need(&Method::POST, "/admin/anything"), Some(Need::Rule));
        assert_eq!(need(&Method::GET, "/admin/anything"), Some(Need::Read));
        assert_eq!(need(&Method::GET, "/seats/{seat}"), None);
    }

    #[test]
    fn a_name_in_a_path_leads_nowhere_else() {
        assert_eq!(escaped("Anna Esempio"), "Anna%20Esempio");
        assert_eq!(escaped("../x?#"), "..%2Fx%3F%23");
        assert_eq!(escaped(".."), "%2E%2E");
    }
}
