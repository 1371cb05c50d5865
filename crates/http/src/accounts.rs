//! Who may sign in, and which programs may ask: added, removed, given another password. And what
//! somebody can do about themselves.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::{Path, State};
use cuptel_core::staffing::{one_spaced, twin_of};
use cuptel_core::words::Role;
use cuptel_store::{AccessFilter, AccountView, NewAccount, TokenView};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

use crate::access::{Caller, TOKEN_PREFIX};
use crate::actions::{Asked, Nothing, meaningless, typed};
use crate::error::ApiError;
use crate::pages::{Shared, SharedParts};
use crate::paging::{Listed, PageAsked, page};
use crate::password::{self, Unfit};
use crate::reads::{self, asked, next, rows, shortened};
use crate::schema;
use crate::scope::allowed;
use crate::session::{digest, random_name};

/// Somebody to let in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewUser {
    /// What they sign in as; 100 characters at most.
    name: String,
    /// `operator`, `supervisor`, `tenant_administrator`, `region_administrator` or `auditor`.
    #[schema(value_type = schema::Role)]
    role: Role,
    /// For which health authority, by the `name` of its `[[tenant]]`; for the region, without one.
    tenant: Option<String>,
    /// For which employer's operators; for all, without one.
    employer: Option<String>,
    /// Which operator they are, by login name; an operator without it has the name of the account.
    operator: Option<String>,
}

/// What somebody may do from now on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewRole {
    /// `operator`, `supervisor`, `tenant_administrator`, `region_administrator` or `auditor`.
    #[schema(value_type = schema::Role)]
    role: Role,
    /// For which health authority; for the region, without one.
    tenant: Option<String>,
    /// For which employer's operators; for all, without one.
    employer: Option<String>,
}

/// A program to let in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewToken {
    /// What it goes by; 100 characters at most.
    name: String,
    /// As of somebody who signs in, but not `operator`.
    #[schema(value_type = schema::Role)]
    role: Role,
    /// For which health authority; for the region, without one.
    tenant: Option<String>,
    /// For which employer's operators; for all, without one.
    employer: Option<String>,
    /// Until when, in milliseconds since 1970; until it is revoked, without one.
    ends_ms: Option<i64>,
}

/// A password of one's own.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OwnPassword {
    /// The one until now.
    old: String,
    /// The one from now on: 10 to 128 characters, and not the name.
    new: String,
}

impl std::fmt::Debug for OwnPassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OwnPassword(…)")
    }
}

/// Which entries of the log of access.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct LogAsked {
    /// Of this account or token only.
    who: Option<String>,
    /// Acts in whose name this stands, like `numbers` or `sign_in`.
    act: Option<String>,
    /// Of those who are bound to this health authority only.
    tenant: Option<String>,
    /// What was refused only, or what was done only.
    refused: Option<bool>,
    /// Not before, in milliseconds since 1970.
    from_ms: Option<i64>,
    /// Before, in milliseconds since 1970.
    until_ms: Option<i64>,
    /// Older than this identifier: `next` of the page before.
    before: Option<i64>,
    /// How many, 1 to 1000; 100 where nothing is said.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
}

/// Who asks, and what they may do.
#[utoipa::path(get, path = "/api/v1/me", tag = "accounts", security(("token" = [])),
    responses((status = 200, body = schema::Me), (status = 401, body = schema::Error)))]
pub(crate) async fn me(caller: Caller) -> Json<Value> {
    Json(json!({ "me": {
        "name": caller.name(),
        "role": caller.role(),
        "tenant": caller.tenant(),
        "employer": caller.employer(),
        "operator": caller.operator(),
        "must_change": caller.must_change(),
    } }))
}

/// Gives oneself another password. Every session of the account ends.
#[utoipa::path(post, path = "/api/v1/me/password", tag = "accounts", security(("token" = [])),
    request_body = OwnPassword,
    responses((status = 200, body = schema::Changed), (status = 401, body = schema::Error),
        (status = 422, description = "Not a password", body = schema::Error),
        (status = 429, description = "Too many wrong ones", body = schema::Error)))]
pub(crate) async fn set_own_password(
    caller: Caller,
    State(shared): State<Shared>,
    asked: Asked<OwnPassword>,
) -> Result<Json<Value>, ApiError> {
    shared
        .change_own(&caller, asked.wish.old, asked.wish.new)
        .await?;
    Ok(Json(json!({ "changed": 1 })))
}

fn unfit(why: Unfit) -> ApiError {
    meaningless(why.to_string())
}

impl SharedParts {
    /// Gives a caller another password, if they know the one until now.
    pub(crate) async fn change_own(
        &self,
        caller: &Caller,
        old: String,
        new: String,
    ) -> Result<(), ApiError> {
        let name = caller.name().to_owned();
        if caller.is_system() || caller.session().is_none() {
            return Err(meaningless("a token has no password".to_owned()));
        }
        password::fit(&new, &name, caller.tenant()).map_err(unfit)?;
        if old == new {
            return Err(meaningless("that is the password until now".to_owned()));
        }
        crate::lock_out::check_password(self, &name, old, caller.origin()).await?;
        let kept = self.digests.of(new).await?;
        self.store.set_password(&name, &kept, None).await?;
        self.sessions.forget(&name);
        caller.log(self, "own_password", None).await;
        Ok(())
    }

    /// Whether a caller may let somebody in as this.
    fn may_let_in(
        &self,
        caller: &Caller,
        role: Role,
        tenant: Option<&str>,
        employer: Option<&str>,
    ) -> Result<(), ApiError> {
        let region = "administrators of the region";
        if !caller.rules_region() {
            // Nobody gives away more than they have.
            let is_below = matches!(role, Role::Operator | Role::Supervisor);
            let is_own = caller.role() == role && role == Role::TenantAdministrator;
            allowed(is_below || is_own, region)?;
            allowed(caller.sees(tenant), region)?;
            let same = caller.employer().is_none_or(|own| employer == Some(own));
            allowed(same, region)?;
        }
        Ok(())
    }

    /// The employers of whoever works here and is a caller's to see.
    pub(crate) async fn employers(&self, caller: &Caller) -> Result<BTreeSet<String>, ApiError> {
        let operators = self.store.operators().await?;
        let seen = operators.into_iter().filter(|it| caller.sees_operator(it));
        Ok(seen.map(|operator| operator.employer).collect())
    }

    /// Whoever is bound to an employer that nobody has leads nobody, and is not told why.
    async fn is_an_employer(&self, caller: &Caller, name: Option<&str>) -> Result<(), ApiError> {
        let Some(name) = name else {
            return Ok(());
        };
        let known = self.employers(caller).await?;
        if known.contains(name) {
            return Ok(());
        }
        let known: Vec<String> = known.into_iter().collect();
        let (name, known) = (shortened(name), known.join(", "));
        Err(meaningless(format!(
            "no operator works for \"{name}\": expected one of {known}"
        )))
    }

    /// Whether somebody can be let in as this.
    fn can_be(
        &self,
        role: Role,
        tenant: Option<&str>,
        employer: Option<&str>,
    ) -> Result<(), ApiError> {
        let known = |name: &str| self.engine.health().configuration.zones.knows(name);
        if let Some(tenant) = tenant.filter(|tenant| !known(tenant)) {
            return Err(meaningless(format!("there is no tenant \"{tenant}\"")));
        }
        if role == Role::TenantAdministrator && tenant.is_none() {
            let why = "a tenant_administrator is one of a tenant: name it";
            return Err(meaningless(why.to_owned()));
        }
        if role == Role::RegionAdministrator && (tenant.is_some() || employer.is_some()) {
            let why = "a region_administrator has neither tenant nor employer";
            return Err(meaningless(why.to_owned()));
        }
        Ok(())
    }

    /// The account of this name, if it is a caller's to change.
    async fn own_user(&self, caller: &Caller, name: &str) -> Result<(), ApiError> {
        let not_found = || ApiError::NotFound {
            what: "user",
            which: shortened(name),
        };
        let found = self.store.account(name).await?.ok_or_else(not_found)?;
        let account = found.account;
        let (tenant, employer) = (account.tenant.as_deref(), account.employer.as_deref());
        // Who is not theirs is not there for them.
        let theirs = self.may_let_in(caller, account.role, tenant, employer);
        theirs.map_err(|_forbidden| not_found())?;
        match account.operator {
            Some(operator) => self.may_set_up(caller, &operator).await,
            None => Ok(()),
        }
    }
}

/// Names under which the log of access has what no account did.
pub(crate) const RESERVED: [&str; 4] = ["token", "shell", "start", "unknown"];

impl SharedParts {
    /// The log of access tells accounts and tokens by their names: no two have the same.
    async fn is_nobodys(&self, name: &str) -> Result<(), ApiError> {
        let now_ms = self.engine.snapshot().at_ms;
        let tokens = self.store.tokens(now_ms).await?;
        let what = if self.store.account(name).await?.is_some() {
            "user"
        } else if tokens.iter().any(|token| token.name == name) {
            "token"
        } else {
            return Ok(());
        };
        let name = name.to_owned();
        Err(ApiError::NameTaken { what, name })
    }
}

fn named(text: &str) -> Result<String, ApiError> {
    let name = typed(&one_spaced(text))?;
    let name = name.ok_or_else(|| meaningless("`name` is empty".to_owned()))?;
    if RESERVED.contains(&name.as_str()) {
        return Err(meaningless(format!("\"{name}\" is no name for anybody")));
    }
    Ok(name)
}

/// Everybody who may sign in.
#[utoipa::path(get, path = "/api/v1/users", tag = "accounts", security(("token" = [])),
    params(PageAsked),
    responses((status = 200, body = schema::Users), (status = 401, body = schema::Error),
        (status = 403, body = schema::Error)))]
pub(crate) async fn users(
    caller: Caller,
    State(shared): State<Shared>,
    query: reads::Asked<PageAsked>,
) -> Result<Listed, ApiError> {
    let mut users = shared.store.accounts().await?;
    users.retain(|user| {
        caller.sees(user.tenant.as_deref())
            && caller
                .employer()
                .is_none_or(|own| user.employer.as_deref() == Some(own))
    });
    let (users, next) = page(users, query, |it| it.name.clone())?;
    Ok(Listed::after(json!({ "users": users, "next": next })))
}

/// Lets somebody in, with a password for once: whoever signs in with it chooses another.
#[utoipa::path(post, path = "/api/v1/users", tag = "accounts", security(("token" = [])),
    request_body = NewUser,
    responses((status = 200, body = schema::PasswordForOnce), (status = 401, body = schema::Error),
        (status = 403, body = schema::Error),
        (status = 409, description = "The name is taken", body = schema::Error),
        (status = 422, description = "Nothing was added", body = schema::Error)))]
pub(crate) async fn add_user(
    caller: Caller,
    State(shared): State<Shared>,
    asked: Asked<NewUser>,
) -> Result<Json<Value>, ApiError> {
    let wish = asked.wish;
    let name = named(&wish.name)?;
    shared.may_let_in(
        &caller,
        wish.role,
        wish.tenant.as_deref(),
        wish.employer.as_deref(),
    )?;
    shared.can_be(wish.role, wish.tenant.as_deref(), wish.employer.as_deref())?;
    let employer = wish.employer.as_deref();
    shared.is_an_employer(&caller, employer).await?;
    shared.is_nobodys(&name).await?;
    let users = shared.store.accounts().await?;
    if let Some(twin) = twin_of(&name, users.iter().map(|user| user.name.as_str())) {
        let why =
            format!("there is a user \"{twin}\", which differs by its capitals or spaces alone");
        return Err(meaningless(why));
    }
    caller.is_about(name.clone());
    let operator = match (wish.role, wish.operator) {
        (Role::Operator, None) => Some(name.clone()),
        (_, operator) => operator,
    };
    if let Some(operator) = operator.as_deref() {
        if shared.store.operator(operator).await?.is_none() {
            let why =
                format!("there is no operator \"{operator}\": `operator` says which one it is");
            return Err(meaningless(why));
        }
        shared.may_set_up(&caller, operator).await?;
    }
    let text = password::one_time().map_err(ApiError::NoRandom)?;
    let new = NewAccount {
        name: name.clone(),
        role: wish.role,
        tenant: wish.tenant,
        employer: wish.employer,
        operator,
        password: shared.digests.of(text.clone()).await?,
        once_until_ms: password::once_until(shared.engine.snapshot().at_ms),
        created_ms: shared.engine.snapshot().at_ms,
        created_by: caller.name().to_owned(),
    };
    if !shared.store.add_account(&new).await? {
        return Err(ApiError::NameTaken { what: "user", name });
    }
    Ok(Json(json!({ "user": name, "password": text })))
}

/// Gives somebody a password for once. Their sessions end.
#[utoipa::path(post, path = "/api/v1/users/{user}/password", tag = "accounts",
    security(("token" = [])), params(("user" = String, Path)),
    responses((status = 200, body = schema::PasswordForOnce), (status = 401, body = schema::Error),
        (status = 403, body = schema::Error), (status = 404, body = schema::Error)))]
pub(crate) async fn reset_password(
    caller: Caller,
    State(shared): State<Shared>,
    Path(name): Path<String>,
    _asked: Asked<Nothing>,
) -> Result<Json<Value>, ApiError> {
    shared.own_user(&caller, &name).await?;
    let text = password::one_time().map_err(ApiError::NoRandom)?;
    let kept = shared.digests.of(text.clone()).await?;
    let once_until_ms = password::once_until(shared.engine.snapshot().at_ms);
    shared
        .store
        .set_password(&name, &kept, Some(once_until_ms))
        .await?;
    shared.sessions.forget(&name);
    Ok(Json(json!({ "user": name, "password": text })))
}

fn rules(user: &AccountView) -> bool {
    user.role == Role::RegionAdministrator
}

/// Whether nobody would set up the region without this user. Whoever has never signed in does not count:
/// their password for once may be lost, or its time over.
fn is_last(users: &[AccountView], name: &str) -> bool {
    let mut others = users.iter().filter(|user| user.name != name && rules(user));
    let found = users.iter().find(|user| user.name == name && rules(user));
    found.is_some_and(|user| !others.any(|other| user.must_change || !other.must_change))
}

impl SharedParts {
    /// Whether somebody else sets up the region, where this one does.
    pub(crate) async fn is_not_the_last(&self, name: &str) -> Result<(), ApiError> {
        let users = self.store.accounts().await?;
        if is_last(&users, name) {
            return Err(ApiError::LastAdministrator);
        }
        Ok(())
    }
}

/// Gives somebody another role, or another reach: all of it is as it is said now. Their sessions end;
/// where they work they stay signed in. Nobody does so to themselves.
#[utoipa::path(post, path = "/api/v1/users/{user}/role", tag = "accounts",
    security(("token" = [])), params(("user" = String, Path)), request_body = NewRole,
    responses((status = 200, body = schema::Changed), (status = 401, body = schema::Error),
        (status = 403, body = schema::Error), (status = 404, body = schema::Error),
        (status = 422, description = "Nothing was changed", body = schema::Error)))]
pub(crate) async fn set_role(
    caller: Caller,
    State(shared): State<Shared>,
    Path(name): Path<String>,
    asked: Asked<NewRole>,
) -> Result<Json<Value>, ApiError> {
    let NewRole {
        role,
        tenant,
        employer,
    } = asked.wish;
    let reach = (tenant.as_deref(), employer.as_deref());
    if caller.session().is_some() && caller.name() == name {
        return Err(meaningless("nobody changes their own role".to_owned()));
    }
    shared.own_user(&caller, &name).await?;
    shared.may_let_in(&caller, role, reach.0, reach.1)?;
    shared.can_be(role, reach.0, reach.1)?;
    shared.is_an_employer(&caller, reach.1).await?;
    if role != Role::RegionAdministrator {
        shared.is_not_the_last(&name).await?;
    }
    let known = shared.store.account(&name).await?;
    let is_operator = known.is_some_and(|it| it.account.operator.is_some());
    let becomes = (role == Role::Operator && !is_operator).then_some(name.as_str());
    if let Some(operator) = becomes {
        if shared.store.operator(operator).await?.is_none() {
            let why = format!("there is no operator \"{operator}\": let them in anew as one");
            return Err(meaningless(why));
        }
        shared.may_set_up(&caller, operator).await?;
    }
    caller.is_about(format!("{name}: {}", role.as_str()));
    shared.store.set_role(&name, role, reach, becomes).await?;
    shared.sessions.forget(&name);
    Ok(Json(json!({ "changed": 1 })))
}

/// Lets somebody in no more. Their sessions end; where they work they stay signed in.
#[utoipa::path(post, path = "/api/v1/users/{user}/remove", tag = "accounts",
    security(("token" = [])), params(("user" = String, Path)),
    responses((status = 200, body = schema::Changed), (status = 401, body = schema::Error),
        (status = 403, body = schema::Error), (status = 404, body = schema::Error),
        (status = 409, description = "Nobody else sets up the region", body = schema::Error)))]
pub(crate) async fn remove_user(
    caller: Caller,
    State(shared): State<Shared>,
    Path(name): Path<String>,
    _asked: Asked<Nothing>,
) -> Result<Json<Value>, ApiError> {
    shared.own_user(&caller, &name).await?;
    shared.is_not_the_last(&name).await?;
    let now_ms = shared.engine.snapshot().at_ms;
    shared.store.remove_account(&name, now_ms).await?;
    shared.sessions.forget(&name);
    Ok(Json(json!({ "changed": 1 })))
}

/// Programs that may ask.
#[utoipa::path(get, path = "/api/v1/tokens", tag = "accounts", security(("token" = [])),
    params(PageAsked),
    responses((status = 200, body = schema::Tokens), (status = 401, body = schema::Error),
        (status = 403, body = schema::Error)))]
pub(crate) async fn tokens(
    caller: Caller,
    State(shared): State<Shared>,
    query: reads::Asked<PageAsked>,
) -> Result<Listed, ApiError> {
    let now_ms = shared.engine.snapshot().at_ms;
    let mut tokens = shared.store.tokens(now_ms).await?;
    tokens.retain(|token| caller.sees(token.tenant.as_deref()));
    let (tokens, next) = page(tokens, query, |it| it.name.clone())?;
    Ok(Listed::after(json!({ "tokens": tokens, "next": next })))
}

/// Lets a program in. Its token is told once.
#[utoipa::path(post, path = "/api/v1/tokens", tag = "accounts", security(("token" = [])),
    request_body = NewToken,
    responses((status = 200, body = schema::TokenTold), (status = 401, body = schema::Error),
        (status = 403, body = schema::Error),
        (status = 409, description = "The name is taken", body = schema::Error),
        (status = 422, description = "Nothing was added", body = schema::Error)))]
pub(crate) async fn add_token(
    caller: Caller,
    State(shared): State<Shared>,
    asked: Asked<NewToken>,
) -> Result<Json<Value>, ApiError> {
    let wish = asked.wish;
    let name = named(&wish.name)?;
    let now_ms = shared.engine.snapshot().at_ms;
    if wish.role == Role::Operator {
        return Err(meaningless("an operator signs in".to_owned()));
    }
    if wish.ends_ms.is_some_and(|ends_ms| ends_ms <= now_ms) {
        return Err(meaningless("`ends_ms` is past".to_owned()));
    }
    shared.may_let_in(
        &caller,
        wish.role,
        wish.tenant.as_deref(),
        wish.employer.as_deref(),
    )?;
    shared.can_be(wish.role, wish.tenant.as_deref(), wish.employer.as_deref())?;
    let employer = wish.employer.as_deref();
    shared.is_an_employer(&caller, employer).await?;
    shared.is_nobodys(&name).await?;
    caller.is_about(name.clone());
    let random = random_name().map_err(ApiError::NoRandom)?;
    let token = TokenView {
        name: name.clone(),
        role: wish.role,
        tenant: wish.tenant,
        employer: wish.employer,
        created_ms: now_ms,
        created_by: caller.name().to_owned(),
        ends_ms: wish.ends_ms,
    };
    if !shared.store.add_token(&token, &digest(&random)).await? {
        return Err(ApiError::NameTaken {
            what: "token",
            name,
        });
    }
    Ok(Json(
        json!({ "name": name, "token": format!("{TOKEN_PREFIX}{random}") }),
    ))
}

/// Lets a program in no more.
#[utoipa::path(post, path = "/api/v1/tokens/{token}/revoke", tag = "accounts",
    security(("token" = [])), params(("token" = String, Path, description = "Its name")),
    responses((status = 200, body = schema::Changed), (status = 401, body = schema::Error),
        (status = 403, body = schema::Error), (status = 404, body = schema::Error)))]
pub(crate) async fn revoke_token(
    _caller: Caller,
    State(shared): State<Shared>,
    Path(name): Path<String>,
    _asked: Asked<Nothing>,
) -> Result<Json<Value>, ApiError> {
    let now_ms = shared.engine.snapshot().at_ms;
    if !shared.store.revoke_token(&name, now_ms).await? {
        return Err(ApiError::NotFound {
            what: "token",
            which: shortened(&name),
        });
    }
    shared.sessions.revoke();
    Ok(Json(json!({ "changed": 1 })))
}

/// Who signed in, changed something or looked at somebody's number, newest first.
#[utoipa::path(get, path = "/api/v1/access-log", tag = "accounts", security(("token" = [])),
    params(LogAsked),
    responses((status = 200, body = schema::AccessLog), (status = 400, body = schema::Error),
        (status = 401, body = schema::Error), (status = 403, body = schema::Error)))]
pub(crate) async fn access_log(
    caller: Caller,
    State(shared): State<Shared>,
    query: reads::Asked<LogAsked>,
) -> Result<Listed, ApiError> {
    let query = asked(query)?;
    let limit = rows(query.limit)?;
    let filter = AccessFilter {
        who: query.who,
        act: query.act,
        acts: None,
        tenant: caller.list_of(query.tenant)?,
        refused: query.refused,
        from_ms: query.from_ms,
        until_ms: query.until_ms,
        before: query.before,
        limit,
    };
    let log = shared.store.access_log(&filter).await?;
    let next = next(log.last().map(|last| last.id), log.len(), limit);
    Ok(Listed::before(json!({ "log": log, "next": next })))
}
