//! What operators are told: what is shown now, and the form for another memo.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use cuptel_core::memo::MemoNow;
use cuptel_core::snapshot::Snapshot;
use cuptel_core::words::Chosen;

use super::acting::{Fields, field};
use super::room::title_of;
use super::{acts, frame_of, say, seen_by, tenants_of};
use crate::access::Caller;
use crate::page::{Frame, html};
use crate::pages::Shared;
use crate::texts::Language;

/// A memo that is shown, in words.
struct MemoRow {
    id: String,
    text: String,
    to: String,
    by: String,
    at: String,
    until: String,
    read: u32,
    unread: u32,
}

fn memo_row(it: &MemoNow, look: &Snapshot, language: Language) -> MemoRow {
    MemoRow {
        id: it.id.to_string(),
        text: it.text.clone(),
        to: audience(it, look, language),
        by: it.by.clone().unwrap_or_default(),
        at: say::hour(it.made_ms, look.at_ms),
        until: say::hour(it.ends_ms, look.at_ms),
        read: it.read,
        unread: it.unread,
    }
}

fn audience(it: &MemoNow, look: &Snapshot, language: Language) -> String {
    let name = it.name.as_deref().unwrap_or_default();
    let named = |id: &str, name: &str| language.with(id, &[("name", name.into())]);
    match it.audience {
        "tenant" => {
            let tenant = it.tenant.as_deref().unwrap_or_default();
            named("desk-to-tenant", title_of(look, tenant))
        }
        "site" => named("desk-to-site", name),
        "queue" => named("desk-to-queue", &titled_queue(it, look)),
        "seat" => named("desk-to-seat", name),
        _ => language.say("desk-to-everybody"),
    }
}

fn titled_queue(it: &MemoNow, look: &Snapshot) -> String {
    let name = it.name.as_deref().unwrap_or_default();
    let tenant = it.tenant.as_deref().unwrap_or_default();
    let mut queues = look.queues.iter();
    let found = queues.find(|queue| queue.tenant == tenant && queue.name == name);
    let title = found.map_or(name, |queue| &queue.title);
    format!("{title}, {}", title_of(look, tenant))
}

/// For whom a memo may be, with the word that a form sends.
struct Choice {
    value: String,
    words: String,
    chosen: bool,
}

#[derive(Template)]
#[template(path = "desk_memos.html")]
struct MemosPage<'a> {
    frame: Frame<'a>,
    shown: Vec<MemoRow>,
    choices: Vec<Choice>,
    acts: bool,
    /// What was typed and not taken, and why.
    typed: Option<(Fields, String)>,
}

impl MemosPage<'_> {
    fn text(&self) -> &str {
        self.typed
            .as_ref()
            .map_or("", |(typed, _)| field(typed, "text"))
    }

    fn hours(&self) -> &str {
        self.typed
            .as_ref()
            .map_or("12", |(typed, _)| field(typed, "hours"))
    }
}

/// Memos that are shown, and the form for another.
pub(super) async fn memos(
    State(shared): State<Shared>,
    Query(asked): Query<BTreeMap<String, String>>,
    language: Language,
    caller: Caller,
) -> Response {
    let seat = asked.get("seat").map(|seat| format!("seat/{seat}"));
    page(&shared, (&caller, language), seat.as_deref(), None)
}

/// The page again with what was typed, and why it was not taken.
pub(super) fn not_taken(
    shared: &Shared,
    (caller, language): (&Caller, Language),
    typed: Fields,
    why: String,
) -> Response {
    let to = field(&typed, "to").to_owned();
    let page = page(shared, (caller, language), Some(&to), Some((typed, why)));
    (StatusCode::UNPROCESSABLE_ENTITY, page).into_response()
}

fn page(
    shared: &Shared,
    (caller, language): (&Caller, Language),
    to: Option<&str>,
    typed: Option<(Fields, String)>,
) -> Response {
    let (look, _) = seen_by(shared, caller, language);
    let shown = look.memos.iter();
    let shown = shown.filter(|it| it.tenant.is_none() || caller.sees(it.tenant.as_deref()));
    html(&MemosPage {
        frame: frame_of(shared, language, caller),
        shown: shown.map(|it| memo_row(it, &look, language)).collect(),
        choices: choices(&look, caller, language, to),
        acts: acts(caller),
        typed,
    })
}

fn choices(
    look: &Snapshot,
    caller: &Caller,
    language: Language,
    wanted: Option<&str>,
) -> Vec<Choice> {
    let choice = |value: String, words: String| Choice {
        chosen: wanted == Some(value.as_str()),
        value,
        words,
    };
    let named = |id: &str, name: &str| language.with(id, &[("name", name.into())]);
    let mut all = Vec::new();
    if caller.is_unbounded() {
        let words = language.say("desk-to-everybody");
        all.push(choice("everybody".to_owned(), words));
    }
    if caller.employer().is_none() {
        for (name, title) in tenants_of(look, caller) {
            let words = named("desk-to-tenant", &title);
            all.push(choice(format!("tenant/{name}"), words));
        }
    }
    if caller.is_unbounded() {
        for site in &look.sites {
            let words = named("desk-to-site", &site.name);
            all.push(choice(format!("site/{}", site.name), words));
        }
    }
    let queues = look.queues.iter();
    for queue in queues.filter(|it| caller.leads(Some(&it.tenant))) {
        let title = format!("{}, {}", queue.title, title_of(look, &queue.tenant));
        let value = format!("queue/{}/{}", queue.tenant, queue.name);
        all.push(choice(value, named("desk-to-queue", &title)));
    }
    let seats = look.seats.iter();
    for seat in seats.filter(|it| it.chosen != Chosen::SignedOut) {
        let who = seat.operator.as_deref().unwrap_or_default();
        let words = format!("{} {who}", named("desk-to-seat", &seat.name));
        all.push(choice(format!("seat/{}", seat.name), words));
    }
    all
}
