//! Callbacks in a list, each leading to its story.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Response};
use cuptel_core::snapshot::Snapshot;
use cuptel_core::words::CallbackState;
use cuptel_store::{CallbackFilter, CallbackView};
use serde::Deserialize;

use super::room::title_of;
use super::{frame_of, say};
use crate::access::Caller;
use crate::error::ApiError;
use crate::page::{Frame, html};
use crate::pages::Shared;
use crate::texts::Language;

/// Rows of a page.
const PAGE: u32 = 50;

/// Which callbacks.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    which: String,
    tenant: String,
    before: Option<i64>,
}

/// A callback of the list.
pub(super) struct Row {
    pub(super) id: String,
    pub(super) number: String,
    pub(super) tenant: String,
    pub(super) state: String,
    pub(super) since: String,
    pub(super) tries: i64,
    pub(super) class: String,
}

#[derive(Template)]
#[template(path = "desk_callbacks.html")]
struct CallbacksPage<'a> {
    frame: Frame<'a>,
    rows: Vec<Row>,
    which: &'static str,
    tenant: String,
    /// Short name, name for people, and whether it is chosen.
    tenants: Vec<(String, String, bool)>,
    next: Option<i64>,
}

/// Callbacks: those that are open, those that nobody has looked at, or all.
pub(super) async fn callbacks(
    State(shared): State<Shared>,
    Query(asked): Query<Asked>,
    language: Language,
    caller: Caller,
) -> Result<Response, ApiError> {
    let look = shared.engine.snapshot();
    let which = match asked.which.as_str() {
        "unseen" => "unseen",
        "all" => "all",
        _ => "open",
    };
    let tenant = caller.list_of(Some(asked.tenant.clone()).filter(|it| !it.is_empty()))?;
    let filter = CallbackFilter {
        tenant: tenant.clone(),
        state: (which == "open").then_some(CallbackState::Waiting),
        unseen: which == "unseen",
        before: asked.before,
        limit: PAGE,
    };
    let found = shared.store.callbacks(&filter).await?;
    let full = found.len() >= usize::try_from(PAGE).unwrap_or(usize::MAX);
    let next = found.last().filter(|_| full).map(|last| last.id.0);
    let rows = found.iter().map(|it| row(it, &look, language));
    let tenants = super::tenants_of(&look, &caller).into_iter();
    let tenants = tenants.map(|(name, title)| {
        let chosen = tenant.as_ref() == Some(&name);
        (name, title, chosen)
    });
    let tenants: Vec<_> = tenants.collect();
    Ok(html(&CallbacksPage {
        frame: frame_of(&shared, language, &caller),
        rows: rows.collect(),
        which,
        tenants,
        tenant: tenant.unwrap_or_default(),
        next,
    })
    .into_response())
}

pub(super) fn row(it: &CallbackView, look: &Snapshot, language: Language) -> Row {
    let number = it.number.clone();
    let tenant = it.tenant.as_deref();
    Row {
        id: it.id.to_string(),
        number: number.unwrap_or_else(|| language.say("desk-line-withheld")),
        tenant: tenant.map_or("–".to_owned(), |name| title_of(look, name).to_owned()),
        state: match it.closed_how {
            Some(how) => say::closed(language, how),
            None => say::state(language, it.state),
        },
        since: say::hour(it.place_ms, look.at_ms),
        tries: it.tries,
        class: say::class(language, it.priority_class),
    }
}
