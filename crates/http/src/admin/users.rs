//! Who may sign in to the pages, and which programs may ask.

use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use cuptel_core::calendar::moment;
use cuptel_core::staffing::{one_spaced, twin_of};
use cuptel_core::words::Role;
use cuptel_store::{AccountView, TokenView};
use serde_json::{Value, json};

use super::operators::{fact, heading, search, sure, tenant_field};
use super::sheet::{Cell, Failed, Form, Kind, Link, List, Part, Sheet, choices};
use super::typed::Typed;
use super::{Visit, escaped, user_role};
use crate::accounts;
use crate::actions::Asked;
use crate::error::ApiError;
use crate::reads::shortened;
use crate::rights::Need;
use crate::words::date_and_time;

const HOME: &str = "/admin/users";
const TOKENS: &str = "/admin/tokens";

/// What a form says, as the API takes it.
pub(crate) fn told<T: serde::de::DeserializeOwned>(wish: Value) -> Result<Asked<T>, ApiError> {
    let wish = serde_json::from_value(wish).map_err(|error| ApiError::Meaningless {
        why: error.to_string(),
        hint: "correct it and send it again",
    })?;
    Ok(Asked {
        wish,
        by_form: true,
    })
}

pub(super) fn href(name: &str) -> String {
    format!("{HOME}/{}", escaped(name))
}

/// Who may sign in, as far as somebody sees them.
async fn seen(visit: &Visit) -> Result<Vec<AccountView>, ApiError> {
    let mut users = visit.shared.store.accounts().await?;
    let caller = &visit.caller;
    users.retain(|user| {
        let employer = user.employer.as_deref();
        caller.sees(user.tenant.as_deref())
            && caller.employer().is_none_or(|own| employer == Some(own))
    });
    Ok(users)
}

/// Everybody who may sign in, a page at a time.
pub(crate) async fn page(visit: Visit, RawQuery(query): RawQuery) -> Result<Response, ApiError> {
    let asked = Typed::parse(query.unwrap_or_default().as_bytes())?;
    list_page(&visit, &asked, &Typed::default(), None).await
}

async fn list_page(
    visit: &Visit,
    asked: &Typed,
    kept: &Typed,
    failed: Option<Failed>,
) -> Result<Response, ApiError> {
    let mut sheet = visit.listed("admin-users", failed);
    let (text, tenant) = (asked.of("q").to_lowercase(), asked.of("tenant"));
    let mut users = seen(visit).await?;
    users.retain(|user| {
        let found = user.name.to_lowercase().contains(&text);
        found && (tenant.is_empty() || user.tenant.as_deref() == Some(tenant))
    });
    let (page, next) = visit.paged(HOME, asked, &users);
    sheet.parts.push(Part::List(List {
        id: "users",
        caption: visit.count("admin-users-caption", users.len()),
        columns: visit.columns(&[
            "admin-user",
            "admin-role",
            "admin-tenant",
            "admin-employer",
            "admin-operator",
            "admin-password",
        ]),
        rows: page.map(|user| row(visit, user)).collect(),
        empty: visit.say("admin-users-empty"),
        search: Some(Box::new(search(visit, HOME, asked))),
        next,
        jump: visit.jump(Need::Staff, "admin-user-add"),
        ..List::default()
    }));
    if visit.may(Need::Staff) {
        let form = add_form(visit, kept).await?;
        visit.offers(&mut sheet, ("add", "admin-user-add"), form);
    }
    Ok(visit.show(&sheet))
}

fn row(visit: &Visit, user: &AccountView) -> Vec<Cell> {
    let all = || visit.say("admin-tenant-region");
    let tenant = user.tenant.as_deref();
    vec![
        Cell::link(&user.name, href(&user.name)),
        visit.role(user.role).into(),
        tenant.map_or_else(all, |it| visit.tenant_title(it)).into(),
        user.employer.clone().unwrap_or_default().into(),
        user.operator.clone().unwrap_or_default().into(),
        password_words(visit, user).into(),
    ]
}

fn password_words(visit: &Visit, user: &AccountView) -> String {
    let now_ms = visit.shared.engine.snapshot().at_ms;
    match user.once_until_ms {
        _ if !user.must_change => visit.say("admin-password-own"),
        Some(until_ms) if until_ms <= now_ms => visit.say("admin-password-ended"),
        Some(until_ms) => visit.about("admin-password-until", "until", &date_and_time(until_ms)),
        None => visit.say("admin-password-once"),
    }
}

/// The roles that somebody may let others in as.
pub(super) fn roles(visit: &Visit) -> Vec<(&'static str, String)> {
    let may = |role: &&Role| {
        visit.caller.rules_region()
            || match role {
                Role::Operator | Role::Supervisor => true,
                Role::TenantAdministrator => visit.caller.role() == Role::TenantAdministrator,
                Role::RegionAdministrator | Role::Auditor => false,
            }
    };
    let roles = Role::ALL.iter().filter(may);
    roles
        .map(|role| (role.as_str(), visit.role(*role)))
        .collect()
}

async fn add_form(visit: &Visit, kept: &Typed) -> Result<Form, ApiError> {
    let mut form = Form {
        id: "user",
        action: HOME.to_owned(),
        note: Some(visit.say("admin-user-add-what")),
        button: visit.say("admin-user-add-go"),
        is_first: true,
        ..Form::default()
    };
    let name = form.field(
        "name",
        visit.say("admin-user-name"),
        Kind::Line("text", 100),
    );
    form.has(
        name.value(kept.raw("name"))
            .hint(visit.say("admin-user-name-hint"))
            .required(),
    );
    let role = Kind::One(choices(roles(visit), kept.of("role")));
    let role = form.field("role", visit.say("admin-role"), role);
    form.has(role.hint(visit.say("admin-role-hint")).required());
    user_role::reach_fields(visit, &mut form, kept).await?;
    let mut operators = visit.shared.store.operators().await?;
    operators.retain(|operator| visit.caller.sees_operator(operator));
    let operators = operators
        .iter()
        .map(|it| (it.name.as_str(), it.name.clone()));
    let nobody = [("", visit.say("admin-user-no-operator"))];
    let operators = Kind::One(choices(
        nobody.into_iter().chain(operators),
        kept.of("operator"),
    ));
    let operator = form.field("operator", visit.say("admin-user-operator"), operators);
    form.has(operator.hint(visit.say("admin-user-operator-hint")));
    Ok(form)
}

/// Lets somebody in, with a password for once that is shown once.
pub(crate) async fn add(visit: Visit, form: Typed) -> Result<Response, ApiError> {
    match let_in(&visit, &form).await {
        Ok((name, secret)) => {
            visit.keep_secret(&name, secret);
            Ok(visit.done(&href(&name), visit.about("admin-user-added", "name", &name)))
        }
        Err(failed) => list_page(&visit, &Typed::default(), &form, Some(failed)).await,
    }
}

async fn let_in(visit: &Visit, form: &Typed) -> Result<(String, String), Failed> {
    free(visit, &named(visit, form)?).await?;
    let (role, tenant, employer) = user_role::reach_of(visit, form).await?;
    let operator = form.said("operator");
    let meant = operator
        .clone()
        .or_else(|| form.said("name").filter(|_| role == Role::Operator));
    if let Some(meant) = meant {
        let found = visit.shared.store.operator(&meant).await;
        if found
            .map_err(|error| visit.failed(&error.into()))?
            .is_none()
        {
            return Err(Failed {
                text: visit.about("admin-user-unknown-operator", "name", &meant),
                field: Some("operator"),
                ..Failed::default()
            });
        }
    }
    let wish = json!({ "name": form.of("name"), "role": role, "tenant": tenant,
        "employer": employer, "operator": operator });
    let done = async {
        let shared = State(visit.shared.clone());
        accounts::add_user(visit.caller.clone(), shared, told(wish)?).await
    };
    let answer = done.await.map_err(|error| visit.failed(&error))?;
    Ok((word(&answer, "user"), word(&answer, "password")))
}

/// A name that somebody may have: no other has it, be it in other capitals.
async fn free(visit: &Visit, name: &str) -> Result<(), Failed> {
    let users = visit.shared.store.accounts().await;
    let users = users.map_err(|error| visit.failed(&error.into()))?;
    match twin_of(name, users.iter().map(|user| user.name.as_str())) {
        Some(twin) => Err(Failed {
            text: visit.about("admin-user-twin", "name", twin),
            field: Some("name"),
            ..Failed::default()
        }),
        None => Ok(()),
    }
}

fn named(visit: &Visit, form: &Typed) -> Result<String, Failed> {
    let name = one_spaced(&visit.name(form)?);
    if accounts::RESERVED.contains(&name.as_str()) {
        return Err(visit.unfit("admin-name-reserved").at("name"));
    }
    Ok(name)
}

fn word(answer: &Value, name: &str) -> String {
    answer[name].as_str().unwrap_or_default().to_owned()
}

/// One of them.
pub(crate) async fn one(visit: Visit, Path(name): Path<String>) -> Result<Response, ApiError> {
    one_page(&visit, &name, None).await
}

async fn one_page(visit: &Visit, name: &str, failed: Option<Failed>) -> Result<Response, ApiError> {
    one_page_with(visit, name, None, failed).await
}

pub(super) async fn one_page_with(
    visit: &Visit,
    name: &str,
    kept: Option<&Typed>,
    failed: Option<Failed>,
) -> Result<Response, ApiError> {
    let users = seen(visit).await?;
    let user = users.into_iter().find(|user| user.name == name);
    let user = user.ok_or_else(|| ApiError::NotFound {
        what: "user",
        which: shortened(name),
    })?;
    let above = vec![Link::to(HOME, visit.say("admin-users"))];
    let mut sheet = visit.sheet(user.name.clone(), above);
    sheet.failed = failed;
    sheet.parts.extend(visit.once(name, "admin-user-once"));
    let (tenant, employer) = (user.tenant.as_deref(), user.employer.clone());
    let tenant = tenant.map_or_else(
        || visit.say("admin-tenant-region"),
        |it| visit.tenant_title(it),
    );
    sheet.parts.push(Part::Facts(vec![
        fact(visit, "admin-role", visit.role(user.role)),
        fact(visit, "admin-tenant", tenant),
        fact(
            visit,
            "admin-employer-only",
            employer.unwrap_or_else(|| visit.say("admin-employer-any")),
        ),
        fact(visit, "admin-password", password_words(visit, &user)),
        fact(visit, "admin-created-by", user.created_by.clone()),
        fact(visit, "admin-created", date_and_time(user.created_ms)),
    ]));
    if visit.may(Need::Staff) {
        user_role::part(visit, &mut sheet, &user, kept).await?;
        changes(visit, name, &mut sheet);
    }
    Ok(visit.show(&sheet))
}

/// Another password for once, and letting them in no more.
fn changes(visit: &Visit, name: &str, sheet: &mut Sheet) {
    let form = Form {
        id: "password",
        action: format!("{}/password", href(name)),
        note: Some(visit.say("admin-user-password-what")),
        button: visit.say("admin-user-password-go"),
        ..Form::default()
    };
    visit.offers(sheet, ("password", "admin-user-password"), form);
    sheet
        .parts
        .push(heading(visit, "remove", "admin-user-remove"));
    let action = format!("{}/remove", href(name));
    let sure = sure(
        visit,
        action,
        "admin-user-remove-what",
        "admin-user-remove-go",
    );
    sheet.parts.push(Part::Form(sure));
}

/// Gives somebody a password for once.
pub(crate) async fn password(visit: Visit, Path(name): Path<String>) -> Result<Response, ApiError> {
    let shared = State(visit.shared.clone());
    let asked = told(json!({}))?;
    let caller = visit.caller.clone();
    match accounts::reset_password(caller, shared, Path(name.clone()), asked).await {
        Ok(answer) => {
            visit.keep_secret(&name, word(&answer, "password"));
            Ok(visit.done(
                &href(&name),
                visit.about("admin-user-password-done", "name", &name),
            ))
        }
        Err(error @ ApiError::NotFound { .. }) => Err(error),
        Err(error) => one_page(&visit, &name, Some(visit.failed(&error))).await,
    }
}

/// Lets somebody in no more.
pub(crate) async fn remove(
    visit: Visit,
    Path(name): Path<String>,
    form: Typed,
) -> Result<Response, ApiError> {
    if !form.is("sure") {
        return one_page(
            &visit,
            &name,
            Some(visit.unfit("admin-not-sure").at("sure")),
        )
        .await;
    }
    let shared = State(visit.shared.clone());
    let asked = told(json!({}))?;
    let caller = visit.caller.clone();
    match accounts::remove_user(caller, shared, Path(name.clone()), asked).await {
        Ok(_) => Ok(visit.done(HOME, visit.about("admin-user-removed", "name", &name))),
        Err(error @ ApiError::NotFound { .. }) => Err(error),
        Err(error) => one_page(&visit, &name, Some(visit.failed(&error))).await,
    }
}

/// Programs that may ask.
pub(crate) async fn tokens(visit: Visit) -> Result<Response, ApiError> {
    tokens_page(&visit, &Typed::default(), None).await
}

async fn tokens_page(
    visit: &Visit,
    kept: &Typed,
    failed: Option<Failed>,
) -> Result<Response, ApiError> {
    let mut sheet = visit.listed("admin-tokens", failed);
    sheet.parts.extend(visit.once(TOKENS, "admin-token-once"));
    let now_ms = visit.shared.engine.snapshot().at_ms;
    let mut tokens = visit.shared.store.tokens(now_ms).await?;
    tokens.retain(|token| visit.caller.sees(token.tenant.as_deref()));
    sheet.parts.push(Part::List(List {
        id: "tokens",
        caption: visit.count("admin-tokens-caption", tokens.len()),
        columns: visit.columns(&[
            "admin-token",
            "admin-role",
            "admin-tenant",
            "admin-created-by",
            "admin-ends",
        ]),
        rows: tokens.iter().map(|token| token_row(visit, token)).collect(),
        empty: visit.say("admin-tokens-empty"),
        ..List::default()
    }));
    if visit.may(Need::Rule) {
        let form = token_form(visit, kept);
        visit.offers(&mut sheet, ("add", "admin-token-add"), form);
        if !tokens.is_empty() {
            let form = revoke_form(visit, &tokens);
            visit.offers(&mut sheet, ("revoke", "admin-token-revoke"), form);
        }
    }
    Ok(visit.show(&sheet))
}

fn token_row(visit: &Visit, token: &TokenView) -> Vec<Cell> {
    let tenant = token.tenant.as_deref();
    let never = || visit.say("admin-never");
    vec![
        token.name.as_str().into(),
        visit.role(token.role).into(),
        tenant
            .map_or_else(
                || visit.say("admin-tenant-region"),
                |it| visit.tenant_title(it),
            )
            .into(),
        token.created_by.as_str().into(),
        token.ends_ms.map_or_else(never, date_and_time).into(),
    ]
}

fn token_form(visit: &Visit, kept: &Typed) -> Form {
    let mut form = Form {
        id: "token",
        action: TOKENS.to_owned(),
        button: visit.say("admin-token-add-go"),
        is_first: true,
        ..Form::default()
    };
    let name = form.field(
        "name",
        visit.say("admin-token-name"),
        Kind::Line("text", 100),
    );
    form.has(name.value(kept.raw("name")).required());
    let roles = Role::ALL.iter().filter(|role| **role != Role::Operator);
    let roles = roles.map(|role| (role.as_str(), visit.role(*role)));
    let role = Kind::One(choices(roles, kept.of("role")));
    let role = form.field("role", visit.say("admin-role"), role);
    form.has(role.required());
    let tenant = tenant_field(visit, &form, kept.of("tenant"), "admin-tenant-region");
    form.has(tenant);
    let ends = form.field(
        "ends",
        visit.say("admin-ends"),
        Kind::Line("datetime-local", 16),
    );
    form.has(
        ends.value(kept.raw("ends"))
            .hint(visit.say("admin-ends-hint")),
    );
    form
}

fn revoke_form(visit: &Visit, tokens: &[TokenView]) -> Form {
    let action = format!("{TOKENS}/revoke");
    let mut form = sure(
        visit,
        action,
        "admin-token-revoke-what",
        "admin-token-revoke-go",
    );
    let names = tokens
        .iter()
        .map(|token| (token.name.as_str(), token.name.clone()));
    let which = form.field(
        "name",
        visit.say("admin-token-name"),
        Kind::One(choices(names, "")),
    );
    form.fields.insert(0, which);
    form
}

/// Lets a program in; its token is shown once.
pub(crate) async fn add_token(visit: Visit, form: Typed) -> Result<Response, ApiError> {
    let ends = match visit.moment(&form, "ends") {
        Ok(ends) => ends,
        Err(failed) => return tokens_page(&visit, &form, Some(failed)).await,
    };
    let role: Result<Role, _> = form.of("role").parse();
    let lacks_tenant = role == Ok(Role::TenantAdministrator) && form.said("tenant").is_none();
    let unfit = match (named(&visit, &form), role) {
        (Err(failed), _) => Some(failed),
        (Ok(_), Err(_unknown)) => Some(visit.unfit("admin-user-no-role").at("role")),
        (Ok(_), Ok(Role::RegionAdministrator)) if form.said("tenant").is_some() => {
            Some(visit.unfit("admin-user-of-region").at("tenant"))
        }
        (Ok(_), Ok(_)) if lacks_tenant => Some(visit.unfit("admin-user-no-tenant").at("tenant")),
        (Ok(_), Ok(_)) => None,
    };
    if unfit.is_some() {
        return tokens_page(&visit, &form, unfit).await;
    }
    let wish = json!({ "name": form.of("name"), "role": form.of("role"),
        "tenant": form.said("tenant"), "employer": null, "ends_ms": ends });
    let done = async {
        let shared = State(visit.shared.clone());
        accounts::add_token(visit.caller.clone(), shared, told(wish)?).await
    };
    match done.await {
        Ok(answer) => {
            visit.keep_secret(TOKENS, word(&answer, "token"));
            let name = word(&answer, "name");
            Ok(visit.done(TOKENS, visit.about("admin-token-added", "name", &name)))
        }
        // All else was looked at before.
        Err(ApiError::Meaningless { .. }) => {
            let failed = visit.unfit("admin-token-over").at("ends");
            tokens_page(&visit, &form, Some(failed)).await
        }
        Err(error) => tokens_page(&visit, &form, Some(visit.failed(&error))).await,
    }
}

/// Lets a program in no more. Which one, the form says.
pub(crate) async fn revoke(visit: Visit, form: Typed) -> Result<Response, ApiError> {
    if !form.is("sure") {
        let failed = visit.unfit("admin-not-sure").at("sure");
        return tokens_page(&visit, &Typed::default(), Some(failed)).await;
    }
    let name = form.of("name").to_owned();
    visit.caller.is_about(name.clone());
    let shared = State(visit.shared.clone());
    let asked = told(json!({}))?;
    let caller = visit.caller.clone();
    match accounts::revoke_token(caller, shared, Path(name.clone()), asked).await {
        Ok(_) => Ok(visit.done(TOKENS, visit.about("admin-token-revoked", "name", &name))),
        Err(error) => {
            let failed = visit.failed(&error);
            tokens_page(&visit, &Typed::default(), Some(failed)).await
        }
    }
}

impl Visit {
    /// A moment that somebody typed, by the clock of their health authority.
    pub(crate) fn moment(&self, form: &Typed, name: &'static str) -> Result<Option<i64>, Failed> {
        let configuration = self.shared.engine.health().configuration;
        let tenant = form.said("tenant");
        let tenant = tenant.as_deref().or(self.caller.tenant());
        let zone = configuration.zones.of(tenant);
        match form.of(name) {
            "" => Ok(None),
            text => {
                let read = moment::parse_local(text, zone).or_else(|| moment::parse(text));
                read.map(Some)
                    .ok_or_else(|| self.unfit("admin-no-moment").at(name))
            }
        }
    }
}
