//! Who signed in, changed something or looked at somebody's number: found by who, what and when, and
//! taken along as a file. Looking at it leaves an entry too where it is taken along.

use axum::extract::RawQuery;
use axum::response::Response;
use cuptel_core::calendar::LocalDay;
use cuptel_store::{AccessFilter, AccessView};

use super::list::Written;
use super::sheet::{Cell, Failed, Form, Kind, Link, List, Part, choices};
use super::typed::Typed;
use super::{Visit, acts};
use crate::error::ApiError;
use crate::texts::Language;
use crate::words::date_and_time;

const HOME: &str = "/admin/log";
/// Rows of a page.
const PAGE: u32 = 100;
/// Rows that are read at once for a file, and in all.
const CHUNK: u32 = 1_000;
const EXPORT_MAX: usize = 100_000;
const COLUMNS: [&str; 10] = [
    "id", "time", "who", "role", "origin", "act", "about", "tenant", "refused", "told",
];
/// What may be asked of it.
const ASKED: [&str; 6] = ["who", "did", "act", "from", "to", "refused"];

/// The log, the newest first.
pub(crate) async fn page(visit: Visit, RawQuery(query): RawQuery) -> Result<Response, ApiError> {
    let asked = Typed::parse(query.unwrap_or_default().as_bytes())?;
    let mut sheet = visit.sheet(visit.say("admin-log"), Vec::new());
    let days = visit
        .shared
        .engine
        .health()
        .configuration
        .setup
        .access_log_days;
    sheet.intro.push(visit.say("admin-log-intro"));
    sheet.intro.push(
        visit
            .language
            .with("admin-log-kept", &[("days", days.into())]),
    );
    let filter = match filter(&visit, &asked) {
        Ok(filter) => filter,
        Err(failed) => {
            sheet.failed = Some(failed);
            AccessFilter {
                limit: PAGE,
                tenant: visit.caller.tenant().map(str::to_owned),
                ..AccessFilter::default()
            }
        }
    };
    let entries = visit.shared.store.access_log(&filter).await?;
    sheet
        .parts
        .push(Part::List(table(&visit, &entries, &asked)));
    Ok(visit.show(&sheet))
}

fn filter(visit: &Visit, asked: &Typed) -> Result<AccessFilter, Failed> {
    let zones = &visit.shared.engine.health().configuration.zones;
    let zone = zones.of(None);
    let day = |name: &str| match asked.of(name) {
        "" => Ok(None),
        text => {
            let day = LocalDay::parse(text);
            day.map(Some).ok_or_else(|| visit.unfit("admin-log-no-day"))
        }
    };
    let from = day("from")?;
    let to = day("to")?.and_then(LocalDay::next);
    let (act, acts) = acts_of(visit.language, asked);
    Ok(AccessFilter {
        who: asked.said("who"),
        act,
        acts,
        tenant: visit.caller.tenant().map(str::to_owned),
        refused: asked.is("refused").then_some(true),
        from_ms: from.and_then(|day| day.begins_ms(zone)),
        until_ms: to.and_then(|day| day.begins_ms(zone)),
        before: asked.of("before").parse().ok(),
        limit: PAGE,
    })
}

/// What is looked for: a choice by the words that it is told in, a text in those words or in the name of
/// the act; of both, what is found by either of the choice's acts whose words have the text.
fn acts_of(language: Language, asked: &Typed) -> (Option<String>, Option<Vec<String>>) {
    let named = |acts: Vec<&str>| Some(acts.into_iter().map(str::to_owned).collect());
    match (asked.said("did"), asked.said("act")) {
        (None, None) => (None, None),
        (None, Some(text)) => {
            let acts = named(acts::told_with(language, &text));
            (Some(text), acts)
        }
        (Some(did), None) => (None, named(acts::alike(language, &did))),
        (Some(did), Some(text)) => {
            let with = acts::told_with(language, &text);
            let mut acts = acts::alike(language, &did);
            acts.retain(|act| {
                with.contains(act) || act.to_lowercase().contains(&text.to_lowercase())
            });
            (None, named(acts))
        }
    }
}

fn query_of(asked: &Typed, before: Option<i64>) -> String {
    let before = before.map(|id| id.to_string()).unwrap_or_default();
    let said = ASKED.map(|name| (name, asked.of(name)));
    let said = said.into_iter().chain([("before", before.as_str())]);
    let said: Vec<_> = said.filter(|(_, value)| !value.is_empty()).collect();
    serde_urlencoded::to_string(said).unwrap_or_default()
}

fn table(visit: &Visit, entries: &[AccessView], asked: &Typed) -> List {
    let row = |entry: &AccessView| -> Vec<Cell> {
        vec![
            date_and_time(entry.at_ms).into(),
            entry.who.as_str().into(),
            entry
                .role
                .map_or(String::new(), |role| visit.role(role))
                .into(),
            acts::told(visit.language, &entry.act).into(),
            visit.say(came_of(entry)).into(),
            about(visit.language, entry).into(),
            entry.origin.clone().unwrap_or_default().into(),
        ]
    };
    let is_full = u32::try_from(entries.len()).is_ok_and(|shown| shown >= PAGE);
    let next = entries.last().filter(|_| is_full).map(|last| {
        let query = query_of(asked, Some(last.id));
        Link::to(format!("{HOME}?{query}"), visit.say("admin-older"))
    });
    let export = format!("{HOME}/export?{}", query_of(asked, None));
    let export_words = if query_of(asked, None).is_empty() {
        "admin-log-export-all"
    } else {
        "admin-log-export"
    };
    List {
        id: "log",
        caption: visit.say("admin-log-caption"),
        columns: visit.columns(&[
            "admin-time",
            "admin-who",
            "admin-role",
            "admin-act",
            "admin-came-of",
            "admin-about",
            "admin-origin",
        ]),
        rows: entries.iter().map(row).collect(),
        empty: visit.say("admin-log-empty"),
        search: Some(Box::new(asks(visit, asked))),
        next,
        export: Some(Link::to(export, visit.say(export_words))),
        ..List::default()
    }
}

fn came_of(entry: &AccessView) -> &'static str {
    if entry.refused {
        "admin-refused"
    } else {
        "admin-done"
    }
}

fn about(language: Language, entry: &AccessView) -> String {
    let about = entry.about.as_deref();
    about.map_or(String::new(), |it| acts::about(language, it))
}

fn asks(visit: &Visit, asked: &Typed) -> Form {
    let mut form = Form {
        id: "search",
        asks: true,
        action: HOME.to_owned(),
        button: visit.say("admin-search"),
        ..Form::default()
    };
    let line = |form: &mut Form,
                (name, label, kind, most): (&'static str, &str, &'static str, u32)| {
        let field = form.field(name, visit.say(label), Kind::Line(kind, most));
        form.has(field.value(asked.raw(name)));
    };
    line(&mut form, ("who", "admin-who", "text", 100));
    let any = [("", visit.say("admin-log-did-any"))];
    let all = any.into_iter().chain(acts::choices(visit.language));
    let did = Kind::One(choices(all, asked.raw("did")));
    let did = form.field("did", visit.say("admin-log-did"), did);
    form.has(did);
    line(&mut form, ("act", "admin-log-text", "text", 100));
    line(&mut form, ("from", "admin-from-day", "date", 10));
    line(&mut form, ("to", "admin-to-day", "date", 10));
    let only = form.field("refused", visit.say("admin-only-refused"), Kind::Tick);
    form.has(only.value(asked.raw("refused")));
    form
}

/// What was found, as a file for a spreadsheet.
pub(crate) async fn export(visit: Visit, RawQuery(query): RawQuery) -> Result<Response, ApiError> {
    let asked = Typed::parse(query.unwrap_or_default().as_bytes())?;
    let filter = filter(&visit, &asked).map_err(|failed| ApiError::Malformed {
        why: failed.text,
        hint: "days are written like 2026-11-25",
    })?;
    let mut filter = AccessFilter {
        limit: CHUNK,
        ..filter
    };
    let mut list = Written::new(&COLUMNS);
    let mut written = 0;
    while written < EXPORT_MAX {
        let entries = visit.shared.store.access_log(&filter).await?;
        for entry in &entries {
            let id = entry.id.to_string();
            list.line(&[
                &id,
                &date_and_time(entry.at_ms),
                &entry.who,
                entry.role.map_or("", |role| role.as_str()),
                entry.origin.as_deref().unwrap_or(""),
                &entry.act,
                entry.about.as_deref().unwrap_or(""),
                entry.tenant.as_deref().unwrap_or(""),
                if entry.refused { "yes" } else { "" },
                &acts::told(visit.language, &entry.act),
            ]);
        }
        written += entries.len();
        let is_full = u32::try_from(entries.len()).is_ok_and(|read| read >= CHUNK);
        match entries.last().filter(|_| is_full) {
            Some(last) => filter.before = Some(last.id),
            None => break,
        }
    }
    visit
        .caller
        .log(&visit.shared, "GET /admin/log/export", None)
        .await;
    Ok(list.file("cuptel-access-log.csv"))
}
