//! What somebody who signs in may do, and for whom: chosen where they are let in, changed at their page,
//! never by themselves.

use axum::extract::{Path, State};
use axum::response::Response;
use cuptel_core::words::Role;
use cuptel_store::AccountView;
use serde_json::json;

use super::Visit;
use super::operators::{heading, tenant_field};
use super::sheet::{Failed, Form, Kind, Part, Sheet, choices};
use super::typed::Typed;
use super::users::{href, one_page_with, roles, told};
use crate::accounts;
use crate::error::ApiError;

/// For whom somebody is: an authority, or an employer that somebody has.
pub(super) async fn reach_fields(
    visit: &Visit,
    form: &mut Form,
    kept: &Typed,
) -> Result<(), ApiError> {
    let tenant = tenant_field(visit, form, kept.of("tenant"), "admin-tenant-region");
    form.has(tenant);
    let known = visit.shared.employers(&visit.caller).await?;
    let all = visit.caller.employer().is_none();
    let all = all.then(|| ("", visit.say("admin-employer-any")));
    let known = known.iter().map(|name| (name.as_str(), name.clone()));
    let employers = choices(all.into_iter().chain(known), kept.of("employer"));
    let employer = form.field(
        "employer",
        visit.say("admin-employer-only"),
        Kind::One(employers),
    );
    form.has(employer.hint(visit.say("admin-employer-only-hint")));
    Ok(())
}

/// The role that was chosen and for whom it is, where that can be.
pub(super) async fn reach_of(
    visit: &Visit,
    form: &Typed,
) -> Result<(Role, Option<String>, Option<String>), Failed> {
    let role: Result<Role, _> = form.of("role").parse();
    let role = role.map_err(|_unknown| visit.unfit("admin-user-no-role").at("role"))?;
    let (tenant, employer) = (form.said("tenant"), visit.text(form, "employer")?);
    if role == Role::TenantAdministrator && tenant.is_none() {
        return Err(visit.unfit("admin-user-no-tenant").at("tenant"));
    }
    if role == Role::RegionAdministrator && (tenant.is_some() || employer.is_some()) {
        return Err(visit.unfit("admin-user-of-region").at("tenant"));
    }
    if let Some(employer) = employer.as_deref() {
        let known = visit.shared.employers(&visit.caller).await;
        let known = known.map_err(|error| visit.failed(&error))?;
        if !known.contains(employer) {
            let known: Vec<String> = known.into_iter().collect();
            let about = [
                ("what", employer.into()),
                ("known", known.join(", ").into()),
            ];
            let text = visit.language.with("admin-user-no-employer", &about);
            return Err(Failed {
                text,
                field: Some("employer"),
                ..Failed::default()
            });
        }
    }
    Ok((role, tenant, employer))
}

/// What somebody may do, to be changed: never by themselves.
pub(super) async fn part(
    visit: &Visit,
    sheet: &mut Sheet,
    user: &AccountView,
    kept: Option<&Typed>,
) -> Result<(), ApiError> {
    if visit.caller.name() == user.name {
        sheet.parts.push(heading(visit, "role", "admin-user-role"));
        let own = visit.say("admin-user-role-own");
        sheet.parts.push(Part::Text(own));
        return Ok(());
    }
    let stored = Typed::default()
        .with("role", user.role.as_str())
        .with("tenant", user.tenant.as_deref().unwrap_or(""))
        .with("employer", user.employer.as_deref().unwrap_or(""));
    let kept = kept.unwrap_or(&stored);
    let mut form = Form {
        id: "role",
        action: format!("{}/role", href(&user.name)),
        note: Some(visit.say("admin-user-role-what")),
        button: visit.say("admin-user-role-go"),
        ..Form::default()
    };
    let role = Kind::One(choices(roles(visit), kept.of("role")));
    let role = form.field("role", visit.say("admin-role"), role);
    form.has(role.hint(visit.say("admin-role-hint")).required());
    reach_fields(visit, &mut form, kept).await?;
    visit.offers(sheet, ("change", "admin-user-role"), form);
    Ok(())
}

/// Gives somebody another role, or another reach.
pub(crate) async fn set(
    visit: Visit,
    Path(name): Path<String>,
    form: Typed,
) -> Result<Response, ApiError> {
    let done = async {
        let (role, tenant, employer) = reach_of(&visit, &form).await?;
        let failed = |error: ApiError| visit.failed(&error);
        let last = visit.shared.is_not_the_last(&name).await;
        if role != Role::RegionAdministrator && last.is_err() {
            return Err(visit.unfit("not-last-administrator").at("role"));
        }
        let wish = json!({ "role": role, "tenant": tenant, "employer": employer });
        let shared = State(visit.shared.clone());
        let asked = told(wish).map_err(failed)?;
        let caller = visit.caller.clone();
        match accounts::set_role(caller, shared, Path(name.clone()), asked).await {
            Ok(_) => Ok(()),
            // All else was looked at before.
            Err(ApiError::Meaningless { .. }) if role == Role::Operator => Err(Failed {
                text: visit.about("admin-user-unknown-operator", "name", &name),
                field: Some("role"),
                ..Failed::default()
            }),
            Err(error) => Err(failed(error)),
        }
    };
    match done.await {
        Ok(()) => {
            let text = visit.about("admin-user-role-done", "name", &name);
            Ok(visit.done(&href(&name), text))
        }
        Err(failed) => one_page_with(&visit, &name, Some(&form), Some(failed)).await,
    }
}
