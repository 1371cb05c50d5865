//! Callbacks in a list, each leading to its story: the oldest first of those that wait, of one queue, one
//! class, or those that are late.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Response};
use cuptel_core::id::CallbackId;
use cuptel_core::snapshot::Snapshot;
use cuptel_core::time::UtcMs;
use cuptel_core::words::PriorityClass;
use cuptel_store::{CallbackFilter, CallbackView, Due, DueFilter};
use serde::Deserialize;

use super::room::{escaped, title_of};
use super::{frame_of, say};
use crate::access::Caller;
use crate::error::ApiError;
use crate::page::{Frame, html};
use crate::pages::Shared;
use crate::person::service_of;
use crate::texts::Language;

/// Rows of a page.
const PAGE: u32 = 50;
/// The word for a list with the newest first.
const NEWEST: &str = "newest";

/// Which callbacks.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    which: String,
    tenant: String,
    /// Tenant and queue: `asl-teramo/prenotazioni`.
    queue: String,
    class: String,
    late: String,
    /// `newest`, or the oldest first.
    order: String,
    /// Of a list with the newest first.
    before: Option<i64>,
    /// The last one before, of a list with the oldest first.
    after: Option<i64>,
}

/// Which of the lists it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Which {
    Open,
    InHand,
    Unseen,
    All,
}

impl Which {
    const ALL: [Self; 4] = [Self::Open, Self::InHand, Self::Unseen, Self::All];

    fn of(word: &str) -> Self {
        let all = Self::ALL.into_iter();
        let mut found = all.filter(|it| it.word() == word);
        found.next().unwrap_or(Self::Open)
    }

    fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::InHand => "hand",
            Self::Unseen => "unseen",
            Self::All => "all",
        }
    }

    /// Whether it is in the order in which people are called, and can be narrowed down.
    fn is_in_turn(self) -> bool {
        match self {
            Self::Open | Self::InHand => true,
            Self::Unseen | Self::All => false,
        }
    }
}

/// A callback of the list.
pub(super) struct Row {
    pub(super) id: String,
    /// What it is, for the link, and its number, by which no two go.
    pub(super) title: String,
    pub(super) of: String,
    pub(super) number: String,
    /// For which service.
    service: String,
    pub(super) tenant: String,
    pub(super) state: String,
    pub(super) since: String,
    pub(super) tries: i64,
    pub(super) class: String,
    /// By when, in words; empty where nothing was set or told.
    due: String,
    is_late: bool,
}

/// Something that can be chosen.
struct Choice {
    value: String,
    title: String,
    chosen: bool,
}

#[derive(Template)]
#[template(path = "desk_callbacks.html")]
struct CallbacksPage<'a> {
    frame: Frame<'a>,
    rows: Vec<Row>,
    which: Vec<Choice>,
    tenants: Vec<Choice>,
    queues: Vec<Choice>,
    classes: Vec<Choice>,
    late: bool,
    is_newest: bool,
    is_in_turn: bool,
    /// Whether something was asked for that this list does not know.
    is_ignored: bool,
    next: Option<String>,
}

/// Callbacks: those that wait, that somebody has in hand, that nobody has looked at, or all.
pub(super) async fn callbacks(
    State(shared): State<Shared>,
    Query(asked): Query<Asked>,
    language: Language,
    caller: Caller,
) -> Result<Response, ApiError> {
    let look = shared.engine.snapshot();
    let which = Which::of(&asked.which);
    let (of_queue, queue) = match asked.queue.split_once('/') {
        Some((tenant, queue)) => (Some(tenant.to_owned()), Some(queue.to_owned())),
        None => (None, None),
    };
    let tenant = Some(asked.tenant.clone()).filter(|it| !it.is_empty());
    let tenant = caller.list_of(of_queue.or(tenant))?;
    let at = look.at_ms;
    let is_newest = asked.order == NEWEST;
    let narrowed = queue.is_some() || !asked.class.is_empty() || !asked.late.is_empty();
    let (rows, after) = if which.is_in_turn() {
        let filter = DueFilter {
            tenant: tenant.clone(),
            queue,
            class: class_of(&asked.class),
            late_at_ms: (!asked.late.is_empty()).then_some(at),
            in_hand: which == Which::InHand,
            newest: is_newest,
            after: asked.after.map(CallbackId),
            limit: PAGE,
        };
        let found = shared.store.callbacks_due(&filter).await?;
        let last = found.last().map(|it| it.callback.id);
        let after = last.map(|id| format!("after={id}"));
        let rows = found.iter().map(|it| due_row(it, &look, language));
        (rows.collect::<Vec<_>>(), after)
    } else {
        let filter = CallbackFilter {
            tenant: tenant.clone(),
            state: None,
            unseen: which == Which::Unseen,
            before: asked.before,
            limit: PAGE,
        };
        let found = shared.store.callbacks(&filter).await?;
        let after = found.last().map(|it| format!("before={}", it.id));
        let rows = found.iter().map(|it| row(it, &look, language));
        (rows.collect(), after)
    };
    let is_full = rows.len() >= usize::try_from(PAGE).unwrap_or(usize::MAX);
    let next = after.filter(|_| is_full).map(|after| {
        let said = [
            ("which", which.word()),
            ("tenant", tenant.as_deref().unwrap_or_default()),
            ("queue", asked.queue.as_str()),
            ("class", asked.class.as_str()),
            ("late", asked.late.as_str()),
            ("order", if is_newest { NEWEST } else { "" }),
        ];
        let said = said.iter().filter(|(_, value)| !value.is_empty());
        let said = said.map(|(name, value)| format!("{name}={}&", escaped(value)));
        format!("{}{after}", said.collect::<String>())
    });
    Ok(html(&CallbacksPage {
        frame: frame_of(&shared, language, &caller),
        rows,
        which: lists(which, language),
        tenants: tenants(&look, &caller, tenant.as_deref()),
        queues: queues(&look, &caller, &asked.queue),
        classes: classes(language, &asked.class),
        late: !asked.late.is_empty(),
        is_newest: is_newest || !which.is_in_turn(),
        is_in_turn: which.is_in_turn(),
        is_ignored: narrowed && !which.is_in_turn(),
        next,
    })
    .into_response())
}

fn class_of(word: &str) -> Option<Option<PriorityClass>> {
    match word {
        "" => None,
        "none" => Some(None),
        word => word.parse().ok().map(Some),
    }
}

fn lists(which: Which, language: Language) -> Vec<Choice> {
    let choice = |it: Which| Choice {
        value: it.word().to_owned(),
        title: language.say(&format!("desk-callbacks-{}", it.word())),
        chosen: it == which,
    };
    Which::ALL.map(choice).into()
}

fn tenants(look: &Snapshot, caller: &Caller, chosen: Option<&str>) -> Vec<Choice> {
    let tenants = super::tenants_of(look, caller).into_iter();
    let tenants = tenants.map(|(name, title)| Choice {
        chosen: chosen == Some(name.as_str()),
        value: name,
        title,
    });
    tenants.collect()
}

fn queues(look: &Snapshot, caller: &Caller, chosen: &str) -> Vec<Choice> {
    let queues = look
        .queues
        .iter()
        .filter(|it| caller.sees(Some(&it.tenant)));
    let queues = queues.map(|it| {
        let value = format!("{}/{}", it.tenant, it.name);
        Choice {
            title: format!("{}, {}", it.title, title_of(look, &it.tenant)),
            chosen: chosen == value,
            value,
        }
    });
    queues.collect()
}

fn classes(language: Language, chosen: &str) -> Vec<Choice> {
    let named = PriorityClass::ALL.iter().map(|it| (it.as_str(), Some(*it)));
    let all = named.chain([("none", None)]);
    let all = all.map(|(value, class)| Choice {
        value: value.to_owned(),
        title: say::class(language, class),
        chosen: chosen == value,
    });
    all.collect()
}

fn due_row(it: &Due, look: &Snapshot, language: Language) -> Row {
    let by = |id: &str, at: UtcMs| {
        let at = say::coming(language, at, look.at_ms);
        language.with(id, &[("at", at.into())])
    };
    let due = it.callback.due_ms.map(|at| by("desk-due-by", at));
    let promised = it.promised_ms.map(|at| by("desk-due-promised", at));
    let said: Vec<String> = due.into_iter().chain(promised).collect();
    let is_over = |at: Option<UtcMs>| at.is_some_and(|at| at < look.at_ms);
    Row {
        due: said.join(", "),
        is_late: is_over(it.callback.due_ms) || is_over(it.promised_ms),
        ..row(&it.callback, look, language)
    }
}

pub(super) fn row(it: &CallbackView, look: &Snapshot, language: Language) -> Row {
    let since = say::hour(it.waits_since_ms(), look.at_ms);
    let number = it.number.clone();
    let tenant = it.tenant.as_deref();
    let due = it.due_ms.map_or(String::new(), |at| {
        let at = say::coming(language, at, look.at_ms);
        language.with("desk-due-by", &[("at", at.into())])
    });
    Row {
        id: it.id.to_string(),
        title: say::callback_titled(language, None, &since),
        of: language.with("desk-number-of", &[("id", it.id.to_string().into())]),
        number: number.unwrap_or_else(|| language.say("desk-line-withheld")),
        service: service_of(look, it.queue.as_ref(), it.tenant.as_ref())
            .into_iter()
            .next()
            .unwrap_or_else(|| "–".to_owned()),
        tenant: tenant.map_or("–".to_owned(), |name| title_of(look, name).to_owned()),
        state: match it.closed_how {
            Some(how) => say::closed(language, how),
            None => say::state(language, it.state),
        },
        since,
        tries: it.tries,
        class: say::class(language, it.priority_class),
        due,
        is_late: false,
    }
}
