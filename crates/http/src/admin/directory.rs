//! The directory: whom operators may dial or transfer to.

use axum::extract::{Path, RawQuery};
use axum::response::Response;
use cuptel_core::number::Caller as Named;
use cuptel_store::DirectoryView;

use super::Visit;
use super::operators::{search, tenant_field};
use super::sheet::{Cell, Failed, Form, Kind, Link, List, Part};
use super::typed::Typed;
use crate::directory::NewEntry;
use crate::error::ApiError;
use crate::reads::identifier;
use crate::rights::Need;

const HOME: &str = "/admin/directory";
/// The form of one entry.
const ENTRY: &str = "entry";

/// Everybody, found by name, number or note.
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
    let mut sheet = visit.listed("admin-directory", failed);
    let entries = visit
        .shared
        .directory_of(&visit.caller, asked.of("q"))
        .await?;
    sheet.parts.push(Part::List(table(visit, &entries, asked)));
    if visit.may(Need::Staff) {
        let form = entry_form(visit, kept);
        visit.offers(&mut sheet, ("add", "admin-directory-add"), form);
        let theirs = entries
            .iter()
            .filter(|it| visit.caller.leads(it.tenant.as_deref()));
        let theirs: Vec<&DirectoryView> = theirs.collect();
        if !theirs.is_empty() {
            let form = remove_form(visit, &theirs);
            visit.offers(&mut sheet, ("remove", "admin-directory-remove"), form);
        }
    }
    Ok(visit.show(&sheet))
}

fn table(visit: &Visit, entries: &[DirectoryView], asked: &Typed) -> List {
    let row = |entry: &DirectoryView| -> Vec<Cell> {
        let tenant = entry.tenant.as_deref();
        let region = || visit.say("admin-tenant-region");
        let is_theirs = visit.may(Need::Staff) && visit.caller.leads(tenant);
        vec![
            match is_theirs {
                true => Cell::link(&entry.name, format!("{HOME}/{}", entry.id)),
                false => entry.name.as_str().into(),
            },
            entry.number.as_str().into(),
            tenant
                .map_or_else(region, |it| visit.tenant_title(it))
                .into(),
            entry.note.clone().unwrap_or_default().into(),
        ]
    };
    let mut search = search(visit, HOME, asked);
    search.fields.retain(|field| field.name != "tenant");
    List {
        id: "directory",
        caption: visit.count("admin-directory-caption", entries.len()),
        columns: visit.columns(&[
            "admin-directory-name",
            "admin-number",
            "admin-tenant",
            "admin-note",
        ]),
        rows: entries.iter().map(row).collect(),
        empty: visit.say(if asked.of("q").is_empty() {
            "admin-directory-none"
        } else {
            "admin-directory-empty"
        }),
        search: Some(Box::new(search)),
        ..List::default()
    }
}

fn entry_form(visit: &Visit, kept: &Typed) -> Form {
    let mut form = Form {
        id: ENTRY,
        action: HOME.to_owned(),
        button: visit.say("admin-directory-add-go"),
        is_first: true,
        ..Form::default()
    };
    let name = form.field(
        "name",
        visit.say("admin-directory-name"),
        Kind::Line("text", 100),
    );
    let hint = visit.say("admin-directory-name-hint");
    form.has(name.value(kept.raw("name")).hint(hint).required());
    let number = form.field("number", visit.say("admin-number"), Kind::Line("tel", 32));
    let hint = visit.say("admin-number-hint");
    form.has(number.value(kept.raw("number")).hint(hint).required());
    let tenant = tenant_field(visit, &form, kept.of("tenant"), "admin-tenant-region");
    form.has(tenant);
    let note = form.field("note", visit.say("admin-note"), Kind::Line("text", 100));
    form.has(
        note.value(kept.raw("note"))
            .hint(visit.say("admin-directory-note-hint")),
    );
    form
}

fn remove_form(visit: &Visit, entries: &[&DirectoryView]) -> Form {
    let all: Vec<(String, String)> = entries
        .iter()
        .map(|entry| {
            (
                entry.id.to_string(),
                format!("{}, {}", entry.name, entry.number),
            )
        })
        .collect();
    let words = (
        "admin-directory-remove-what",
        "admin-directory-remove-go",
        "admin-directory-name",
    );
    visit.takes_away(format!("{HOME}/remove"), words, &all)
}

/// What was typed of an entry.
fn told(visit: &Visit, form: &Typed) -> Result<NewEntry, Failed> {
    let is_gap = |c: &char| c.is_whitespace() || "-./()".contains(*c);
    let number: String = form.of("number").chars().filter(|c| !is_gap(c)).collect();
    let name = visit.name(form)?;
    let note = visit.text(form, "note")?;
    if Named::from_user_part(&number).number.is_none() {
        return Err(visit.unfit("admin-no-number").at("number"));
    }
    Ok(NewEntry {
        name,
        number,
        tenant: form.said("tenant"),
        note,
    })
}

/// Enters somebody.
pub(crate) async fn add(visit: Visit, form: Typed) -> Result<Response, ApiError> {
    let failed = match told(&visit, &form) {
        Ok(wish) => match visit.shared.enter(&visit.caller, wish).await {
            Ok(_) => {
                let text = visit.about("admin-directory-added", "name", form.of("name"));
                return Ok(visit.done(HOME, text));
            }
            Err(error) => visit.failed(&error),
        },
        Err(failed) => failed,
    };
    show(&visit, &Typed::default(), &form, Some(failed.of(ENTRY))).await
}

/// One entry, to be changed.
pub(crate) async fn one(visit: Visit, Path(id): Path<String>) -> Result<Response, ApiError> {
    let id = identifier(&id, "directory entry")?;
    let entry = visit.shared.own_entry(&visit.caller, id).await?;
    let typed = Typed::default()
        .with("name", entry.name.as_str())
        .with("number", entry.number.as_str())
        .with("tenant", entry.tenant.as_deref().unwrap_or(""))
        .with("note", entry.note.as_deref().unwrap_or(""));
    Ok(one_page(&visit, &entry, &typed, None))
}

fn one_page(
    visit: &Visit,
    entry: &DirectoryView,
    typed: &Typed,
    failed: Option<Failed>,
) -> Response {
    let above = vec![Link::to(HOME, visit.say("admin-directory"))];
    let mut sheet = visit.sheet(entry.name.clone(), above);
    sheet.failed = failed;
    let form = Form {
        action: format!("{HOME}/{}", entry.id),
        button: visit.say("admin-directory-change-go"),
        ..entry_form(visit, typed)
    };
    visit.offers(&mut sheet, ("change", "admin-directory-change"), form);
    visit.show(&sheet)
}

/// Changes an entry.
pub(crate) async fn change(
    visit: Visit,
    Path(id): Path<String>,
    form: Typed,
) -> Result<Response, ApiError> {
    let id = identifier(&id, "directory entry")?;
    let entry = visit.shared.own_entry(&visit.caller, id).await?;
    let failed = match told(&visit, &form) {
        Ok(wish) => match visit.shared.rewrite(&visit.caller, id, wish).await {
            Ok(()) => {
                let text = visit.about("admin-directory-changed", "name", form.of("name"));
                return Ok(visit.done(HOME, text));
            }
            Err(error) => visit.failed(&error),
        },
        Err(failed) => failed,
    };
    Ok(one_page(&visit, &entry, &form, Some(failed)))
}

/// Takes somebody out.
pub(crate) async fn remove(visit: Visit, form: Typed) -> Result<Response, ApiError> {
    let removed = async {
        let id = identifier(form.of("id"), "directory entry")?;
        visit.shared.strike(&visit.caller, id).await
    };
    let none = Typed::default();
    match visit.once_sure(&form, removed).await {
        Ok(()) => Ok(visit.done(HOME, visit.say("admin-directory-removed"))),
        Err(failed) => show(&visit, &none, &none, Some(failed)).await,
    }
}
