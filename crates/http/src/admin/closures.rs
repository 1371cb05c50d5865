//! Days on which an authority is shut beside those of its calendars, or open at other hours.

use axum::extract::RawQuery;
use axum::response::Response;
use cuptel_core::calendar::{LocalDay, SpecialDays};
use cuptel_core::id::SpecialDayId;
use cuptel_core::special_day::SpecialDayTold;
use cuptel_core::step::Command;
use cuptel_store::{SpecialDayFilter, SpecialDayView};

use super::Visit;
use super::operators::tenant_field;
use super::sheet::{Cell, Failed, Form, Kind, List, Part, choices};
use super::typed::Typed;
use crate::desk::say;
use crate::error::ApiError;
use crate::reads::identifier;
use crate::rights::Need;

const HOME: &str = "/admin/closures";
/// Rows of a page.
const PAGE: u32 = 200;

/// Those that are not over, and the form for more.
pub(crate) async fn page(visit: Visit, RawQuery(query): RawQuery) -> Result<Response, ApiError> {
    let asked = Typed::parse(query.unwrap_or_default().as_bytes())?;
    show(&visit, &asked, &Typed::default(), None).await
}

async fn show(
    visit: &Visit,
    asked: &Typed,
    kept: &Typed,
    failed: Option<Failed>,
) -> Result<Response, ApiError> {
    let mut sheet = visit.listed("admin-closures", failed);
    let tenant = visit.caller.list_of(asked.said("tenant"))?;
    let today = visit.shared.today(tenant.as_deref());
    let filter = SpecialDayFilter {
        tenant,
        from_day: today.filter(|_| !asked.is("ended")),
        limit: PAGE,
    };
    let days = visit.shared.store.special_days(&filter).await?;
    sheet.parts.push(Part::List(table(visit, &days, asked)));
    if visit.may(Need::Staff) {
        let form = add_form(visit, kept);
        visit.offers(&mut sheet, ("add", "admin-closure-add"), form);
        let held = days.iter().filter(|day| day.removed_ms.is_none());
        let held: Vec<&SpecialDayView> = held.collect();
        if !held.is_empty() {
            let form = remove_form(visit, &held);
            visit.offers(&mut sheet, ("remove", "admin-closure-remove"), form);
        }
    }
    Ok(visit.show(&sheet))
}

fn days_of(visit: &Visit, day: &SpecialDayView) -> String {
    let (first, last) = (say::day(&day.first_day), say::day(&day.last_day));
    if day.first_day == day.last_day {
        return first;
    }
    let about = [("first", first.into()), ("last", last.into())];
    visit.language.with("admin-closure-days", &about)
}

fn hours_of(visit: &Visit, day: &SpecialDayView) -> String {
    day.hours
        .clone()
        .unwrap_or_else(|| visit.say("admin-closure-shut"))
}

fn table(visit: &Visit, days: &[SpecialDayView], asked: &Typed) -> List {
    let row = |day: &SpecialDayView| -> Vec<Cell> {
        let tenant = day.tenant.as_deref();
        let state = match day.removed_ms {
            Some(_) => visit.say("admin-closure-removed-state"),
            None => visit.say("admin-closure-held"),
        };
        vec![
            days_of(visit, day).into(),
            tenant
                .map_or_else(String::new, |it| visit.tenant_title(it))
                .into(),
            day.calendar
                .clone()
                .unwrap_or_else(|| visit.say("admin-closure-all"))
                .into(),
            hours_of(visit, day).into(),
            day.reason.clone().unwrap_or_default().into(),
            day.made_by.clone().unwrap_or_default().into(),
            state.into(),
        ]
    };
    let mut search = Form {
        id: "search",
        asks: true,
        action: HOME.to_owned(),
        button: visit.say("admin-search"),
        ..Form::default()
    };
    if visit.caller.tenant().is_none() {
        let tenant = tenant_field(visit, &search, asked.of("tenant"), "admin-tenant-any");
        search.has(tenant);
    }
    let ended = search.field("ended", visit.say("admin-closure-ended-too"), Kind::Tick);
    search.has(ended.value(asked.of("ended")));
    List {
        id: "closures",
        caption: visit.count("admin-closures-caption", days.len()),
        columns: visit.columns(&[
            "admin-closure-when",
            "admin-tenant",
            "admin-calendar",
            "admin-closure-hours",
            "admin-reason",
            "admin-by",
            "admin-state",
        ]),
        rows: days.iter().map(row).collect(),
        empty: visit.say("admin-closures-empty"),
        search: Some(Box::new(search)),
        ..List::default()
    }
}

fn add_form(visit: &Visit, kept: &Typed) -> Form {
    let mut form = Form {
        id: "closure",
        action: HOME.to_owned(),
        note: Some(visit.say("admin-closure-what")),
        button: visit.say("admin-closure-add-go"),
        is_first: true,
        ..Form::default()
    };
    let tenants = visit.tenants();
    let tenants = tenants
        .iter()
        .map(|(name, title)| (name.as_str(), title.clone()));
    let tenant = Kind::One(choices(tenants, kept.of("tenant")));
    let tenant = form
        .field("tenant", visit.say("admin-tenant"), tenant)
        .required();
    form.has(tenant);
    let first = form.field(
        "first",
        visit.say("admin-closure-first"),
        Kind::Line("date", 10),
    );
    form.has(first.value(kept.raw("first")).required());
    let last = form.field(
        "last",
        visit.say("admin-closure-last"),
        Kind::Line("date", 10),
    );
    form.has(
        last.value(kept.raw("last"))
            .hint(visit.say("admin-closure-last-hint")),
    );
    let hours = form.field(
        "hours",
        visit.say("admin-closure-hours"),
        Kind::Line("text", 60),
    );
    form.has(
        hours
            .value(kept.raw("hours"))
            .hint(visit.say("admin-closure-hours-hint")),
    );
    let calendar = form.field(
        "calendar",
        visit.say("admin-calendar"),
        Kind::Line("text", 64),
    );
    form.has(
        calendar
            .value(kept.raw("calendar"))
            .hint(visit.say("admin-calendar-hint")),
    );
    let reason = form.field("reason", visit.say("admin-reason"), Kind::Line("text", 100));
    form.has(
        reason
            .value(kept.raw("reason"))
            .hint(visit.say("admin-reason-hint")),
    );
    form
}

fn remove_form(visit: &Visit, days: &[&SpecialDayView]) -> Form {
    let all: Vec<(String, String)> = days
        .iter()
        .map(|day| {
            let tenant = visit.tenant_title(day.tenant.as_deref().unwrap_or(""));
            let text = format!(
                "{}, {tenant}: {}",
                days_of(visit, day),
                hours_of(visit, day)
            );
            (day.id.to_string(), text)
        })
        .collect();
    let words = (
        "admin-closure-remove-what",
        "admin-closure-remove-go",
        "admin-closure-when",
    );
    visit.takes_away(format!("{HOME}/remove"), words, &all)
}

/// What of the days and hours of a form cannot be: each fault at its own field.
fn readable(visit: &Visit, form: &Typed) -> Result<(), Failed> {
    let (first, last, hours) = (form.of("first"), form.of("last"), form.of("hours"));
    let begins =
        LocalDay::parse(first).ok_or_else(|| visit.unfit("admin-closure-no-first").at("first"))?;
    if !last.is_empty() {
        let ends = LocalDay::parse(last);
        let ends = ends.ok_or_else(|| visit.unfit("admin-closure-no-last").at("last"))?;
        if ends < begins {
            return Err(visit.unfit("admin-closure-backwards").at("last"));
        }
    }
    let fit = |hours: &str| SpecialDays::parse(first, first, Some(hours)).is_ok();
    // Each of them is a span: together they are none where they share an hour.
    if !fit(hours) && hours.split_whitespace().all(fit) {
        return Err(visit.unfit("admin-closure-overlap").at("hours"));
    }
    Ok(())
}

/// Has some days shut, or at other hours.
pub(crate) async fn add(visit: Visit, form: Typed) -> Result<Response, ApiError> {
    let said = |name: &'static str| visit.text(&form, name);
    let told = || {
        readable(&visit, &form)?;
        Ok(SpecialDayTold {
            tenant: form.of("tenant").to_owned(),
            calendar: said("calendar")?,
            first: form.of("first").to_owned(),
            last: said("last")?,
            hours: said("hours")?,
            reason: said("reason")?,
            by: Some(visit.caller.name().to_owned()),
        })
    };
    let failed = match told() {
        Ok(told) => match visit
            .carry_out(Command::AddSpecialDay(Box::new(told)))
            .await
        {
            Ok(()) => return Ok(visit.done(HOME, visit.say("admin-closure-added"))),
            Err(error) => visit.failed(&error),
        },
        Err(failed) => failed,
    };
    show(&visit, &Typed::default(), &form, Some(failed)).await
}

/// Has days at their ordinary hours again.
pub(crate) async fn remove(visit: Visit, form: Typed) -> Result<Response, ApiError> {
    let removed = async {
        let id = SpecialDayId(identifier(form.of("id"), "closure")?);
        let by = Some(visit.caller.name().to_owned());
        visit.carry_out(Command::RemoveSpecialDay { id, by }).await
    };
    let none = Typed::default();
    match visit.once_sure(&form, removed).await {
        Ok(()) => Ok(visit.done(HOME, visit.say("admin-closure-removed"))),
        Err(failed) => show(&visit, &none, &none, Some(failed)).await,
    }
}
