//! Many callbacks put off or closed by one word, as a form: first it is told how many and what becomes of
//! them, then it is done, and it can be taken back.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use cuptel_core::bulk::BulkTold;
use cuptel_core::calendar::{Zone, moment};
use cuptel_core::snapshot::Snapshot;
use cuptel_core::words::{BulkAction, NeedKind, PriorityClass};
use cuptel_store::BulkView;

use super::acting::{Fields, field, words};
use super::history::{Choice, title};
use super::room::title_of;
use super::sheet::{Row, row};
use super::{acts, frame_of, missing, say, tenants_of};
use crate::access::Caller;
use crate::actions::{Asked, meaningless};
use crate::answers;
use crate::error::ApiError;
use crate::page::{Frame, html};
use crate::pages::{Shared, SharedParts};
use crate::session::{Notice, random_name};
use crate::texts::Language;
use crate::words::need_kind;

const ROME: Zone = Zone::Europe__Rome;
const HOUR_MS: i64 = 3_600_000;
/// Bulks in the list.
const LISTED: u32 = 20;
const PATH: &str = "/supervisor/bulk";

/// A bulk that was begun, in words.
struct Done {
    path: String,
    what: String,
    at: String,
    by: String,
    because: String,
    touched: i64,
}

#[derive(Template)]
#[template(path = "desk_bulk.html")]
struct FormPage<'a> {
    frame: Frame<'a>,
    /// Why nothing was looked at.
    wrong: Option<String>,
    closes: bool,
    places: Vec<Choice>,
    classes: Vec<Choice>,
    kinds: Vec<Choice>,
    older_h: String,
    until: String,
    because: String,
    done: Vec<Done>,
    acts: bool,
}

#[derive(Template)]
#[template(path = "desk_bulk_told.html")]
struct ToldPage<'a> {
    frame: Frame<'a>,
    heading: String,
    /// What would happen, or did, and to whom it would not.
    facts: Vec<String>,
    rows: Vec<Row>,
    /// The word on the button that does it, where there is something to do.
    go: Option<String>,
    fields: Vec<(&'static str, String)>,
    change: Option<String>,
    /// Where it is taken back, and how many there are to take back.
    undo: Option<(String, String)>,
    goes_on: bool,
}

/// What is meant, as the form says it.
fn told_of(shared: &SharedParts, fields: &Fields) -> Result<BulkTold, ApiError> {
    let action = match field(fields, "action") {
        "close" => BulkAction::Close,
        _ => BulkAction::Postpone,
    };
    let (tenant, queue) = match field(fields, "of").split_once('/') {
        Some((tenant, queue)) => (Some(tenant.to_owned()), Some(queue.to_owned())),
        None => (words(fields, "of")?, None),
    };
    let until = field(fields, "until");
    let until_ms = match action {
        BulkAction::Close => None,
        BulkAction::Postpone => moment::parse_local(until, ROME),
    };
    Ok(BulkTold {
        action,
        is_preview: false,
        tenant,
        queue,
        class: one_of(field(fields, "class"))?,
        kind: one_of(field(fields, "kind"))?,
        opened_before_ms: opened_before(shared, fields)?,
        until_ms,
        because: words(fields, "because")?.unwrap_or_default(),
        by: None,
        request_key: words(fields, "key")?.unwrap_or_default(),
    })
}

fn one_of<W: std::str::FromStr>(word: &str) -> Result<Option<W>, ApiError> {
    if word.is_empty() {
        return Ok(None);
    }
    let known = word.parse().ok().map(Some);
    known.ok_or_else(|| meaningless(format!("there is no \"{word}\" to choose")))
}

/// What was looked at is what is done: the moment is said by the preview, not reckoned anew.
fn opened_before(shared: &SharedParts, fields: &Fields) -> Result<Option<i64>, ApiError> {
    let (before, older_h) = (field(fields, "before"), field(fields, "older_h"));
    let wrong = || meaningless("an age is a whole number of hours".to_owned());
    if !before.is_empty() {
        return before.parse().map(Some).map_err(|_unreadable| wrong());
    }
    let now_ms = shared.engine.snapshot().at_ms;
    if older_h.is_empty() {
        // Who comes between the look and the deed was not looked at.
        return Ok(Some(now_ms + 1));
    }
    let hours: i64 = older_h.parse().map_err(|_unreadable| wrong())?;
    Ok(Some(now_ms.saturating_sub(hours.saturating_mul(HOUR_MS))))
}

/// The form, and what was done before.
pub(super) async fn page(
    State(shared): State<Shared>,
    Query(fields): Query<Fields>,
    language: Language,
    caller: Caller,
) -> Result<Response, ApiError> {
    shown(&shared, (&caller, language), &fields, None).await
}

async fn shown(
    shared: &Shared,
    (caller, language): (&Caller, Language),
    fields: &Fields,
    wrong: Option<String>,
) -> Result<Response, ApiError> {
    let look = shared.engine.snapshot();
    let mut done = shared.store.bulks(None, LISTED).await?;
    done.retain(|bulk| caller.sees(bulk.tenant.as_deref()));
    let status = match wrong {
        None => StatusCode::OK,
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let page = html(&FormPage {
        frame: frame_of(shared, language, caller),
        wrong,
        closes: field(fields, "action") == "close",
        places: places(&look, caller, field(fields, "of"), language),
        classes: classes(field(fields, "class"), language),
        kinds: kinds(field(fields, "kind"), language),
        older_h: field(fields, "older_h").to_owned(),
        until: field(fields, "until").to_owned(),
        because: field(fields, "because").to_owned(),
        done: done.iter().map(|it| done_of(it, &look, language)).collect(),
        acts: acts(caller) && caller.employer().is_none(),
    });
    Ok((status, page).into_response())
}

fn places(look: &Snapshot, caller: &Caller, wanted: &str, language: Language) -> Vec<Choice> {
    let choice = |value: String, title: String| {
        let chosen = value == wanted;
        Choice {
            value,
            title,
            chosen,
        }
    };
    let mut all = Vec::new();
    if caller.leads(None) {
        all.push(choice(String::new(), language.say("desk-bulk-everywhere")));
    }
    for (name, tenant) in tenants_of(look, caller) {
        let queues = look.queues.iter().filter(|it| it.tenant == name);
        let queues: Vec<Choice> = queues
            .map(|it| {
                let title = format!("{}, {}", it.title, title_of(look, &it.tenant));
                choice(format!("{}/{}", it.tenant, it.name), title)
            })
            .collect();
        all.push(choice(name, tenant));
        all.extend(queues);
    }
    all
}

fn classes(wanted: &str, language: Language) -> Vec<Choice> {
    let all = PriorityClass::ALL.iter().map(|class| Choice {
        value: class.as_str().to_owned(),
        title: say::class(language, Some(*class)),
        chosen: class.as_str() == wanted,
    });
    all.collect()
}

fn kinds(wanted: &str, language: Language) -> Vec<Choice> {
    let all = NeedKind::ALL.iter().map(|kind| Choice {
        value: kind.as_str().to_owned(),
        title: need_kind(language, *kind),
        chosen: kind.as_str() == wanted,
    });
    all.collect()
}

fn done_of(it: &BulkView, look: &Snapshot, language: Language) -> Done {
    Done {
        path: format!("{PATH}/{}", it.id),
        what: heading(it, language),
        at: say::hour(it.begun_ms, look.at_ms),
        by: it.by.clone().unwrap_or_default(),
        because: it.because.clone(),
        touched: it.touched,
    }
}

fn heading(it: &BulkView, language: Language) -> String {
    let until = it.until_ms.map_or(String::new(), say::moment);
    match it.action {
        BulkAction::Close => language.say("desk-bulk-closed"),
        BulkAction::Postpone => language.with("desk-bulk-postponed", &[("until", until.into())]),
    }
}

/// How many it would be, and what would become of them.
pub(super) async fn preview(
    State(shared): State<Shared>,
    language: Language,
    caller: Caller,
    asked: Asked<Fields>,
) -> Result<Response, ApiError> {
    let fields = asked.wish;
    let who = (&caller, language);
    let looked = match told_of(&shared, &fields) {
        Ok(told) => looked_at(&shared, &caller, told).await,
        Err(error) => Err(error),
    };
    let (told, bulk) = match looked {
        Ok(looked) => looked,
        Err(error) => {
            let wrong = answers::refused(language, &error);
            return shown(&shared, who, &fields, Some(wrong)).await;
        }
    };
    let look = shared.engine.snapshot();
    let mut facts = vec![meant(&bulk, &look, language)];
    facts.extend(would_be(&bulk, language));
    let key = random_name().map_err(ApiError::NoRandom)?;
    let before = told.opened_before_ms.map(|at| at.to_string());
    let said = ["action", "of", "class", "kind", "until", "because"];
    let mut hidden: Vec<(&'static str, String)> = said
        .iter()
        .map(|name| (*name, field(&fields, name).to_owned()))
        .collect();
    hidden.push(("before", before.unwrap_or_default()));
    hidden.push(("key", key));
    let go = match bulk.action {
        BulkAction::Close => "desk-bulk-do-close",
        BulkAction::Postpone => "desk-bulk-do-postpone",
    };
    let go = language.with(go, &[("n", bulk.touched.into())]);
    let page = ToldPage {
        frame: frame_of(&shared, language, &caller),
        heading: language.say("desk-bulk-preview"),
        facts,
        rows: first_of(&shared, &bulk, language).await?,
        go: (bulk.touched > 0 || bulk.ended_ms.is_none()).then_some(go),
        fields: hidden,
        change: Some(changing(&fields)?),
        undo: None,
        goes_on: bulk.ended_ms.is_none(),
    };
    Ok(html(&page))
}

async fn looked_at(
    shared: &SharedParts,
    caller: &Caller,
    told: BulkTold,
) -> Result<(BulkTold, BulkView), ApiError> {
    let preview = BulkTold {
        is_preview: true,
        request_key: random_name().map_err(ApiError::NoRandom)?,
        ..told.clone()
    };
    let bulk = shared.in_bulk(caller, preview).await?;
    let bulk = bulk.ok_or(ApiError::TooSlow)?;
    Ok((told, bulk))
}

/// The form with what was typed still in it.
fn changing(fields: &Fields) -> Result<String, ApiError> {
    let typed = fields.iter().filter(|(name, _)| *name != "key");
    let typed: Vec<(&String, &String)> = typed.collect();
    let query = serde_urlencoded::to_string(typed);
    let query = query.map_err(|error| meaningless(error.to_string()))?;
    Ok(format!("{PATH}?{query}"))
}

/// Which callbacks, in words.
fn meant(it: &BulkView, look: &Snapshot, language: Language) -> String {
    let of = (it.tenant.as_deref(), it.queue.as_deref());
    let place = match of {
        (None, None) => language.say("desk-bulk-everywhere"),
        (None | Some(_), _) => title(look, of, language),
    };
    let mut parts = vec![place];
    parts.extend(it.class.map(|class| say::class(language, Some(class))));
    parts.extend(it.kind.map(|kind| need_kind(language, kind)));
    parts.extend(it.opened_before_ms.map(|at| {
        let at = say::hour(at, look.at_ms);
        language.with("desk-bulk-opened-before", &[("at", at.into())])
    }));
    let parts = parts.join("; ");
    let because = it.because.as_str();
    let about = [("which", parts.into()), ("because", because.into())];
    language.with("desk-bulk-meant", &about)
}

/// What a preview found.
fn would_be(it: &BulkView, language: Language) -> Vec<String> {
    let until = it.until_ms.map_or(String::new(), say::moment);
    let n = ("n", it.touched.into());
    let mut facts = vec![match it.action {
        BulkAction::Close => language.with("desk-bulk-would-close", &[n]),
        BulkAction::Postpone => {
            language.with("desk-bulk-would-postpone", &[n, ("until", until.into())])
        }
    }];
    facts.extend(left_alone(it, language));
    facts
}

/// A message about so many; nothing of none.
fn counted(language: Language, id: &str, n: i64) -> Option<String> {
    (n > 0).then(|| language.with(id, &[("n", n.into())]))
}

/// To whom nothing happens though they are meant, and why.
fn left_alone(it: &BulkView, language: Language) -> Vec<String> {
    let at_work = counted(language, "desk-bulk-at-work", it.at_work);
    let too_late = counted(language, "desk-bulk-too-late", it.too_late);
    at_work.into_iter().chain(too_late).collect()
}

async fn first_of(
    shared: &SharedParts,
    bulk: &BulkView,
    language: Language,
) -> Result<Vec<Row>, ApiError> {
    let look = shared.engine.snapshot();
    let mut rows = Vec::new();
    for id in shared.store.first_in_bulk(bulk.id).await? {
        let found = shared.store.callback(id).await?;
        rows.extend(found.map(|it| row(&it.callback, &look, language)));
    }
    Ok(rows)
}

/// Does what was looked at; sent twice, it is done once.
pub(super) async fn begin(
    State(shared): State<Shared>,
    language: Language,
    caller: Caller,
    asked: Asked<Fields>,
) -> Result<Response, ApiError> {
    let fields = asked.wish;
    let begun = match told_of(&shared, &fields) {
        Ok(told) if told.request_key.is_empty() => {
            Err(meaningless("look first at what would happen".to_owned()))
        }
        Ok(told) => shared.in_bulk(&caller, told).await,
        Err(error) => Err(error),
    };
    match begun {
        Ok(Some(bulk)) => {
            tell(&shared, &caller, true, language.say("desk-bulk-begun"));
            Ok(Redirect::to(&format!("{PATH}/{}", bulk.id)).into_response())
        }
        // It is in the spill, and in the list when the database is back.
        Ok(None) => {
            tell(&shared, &caller, true, language.say("desk-bulk-kept"));
            Ok(Redirect::to(PATH).into_response())
        }
        Err(error) => {
            let wrong = answers::refused(language, &error);
            caller.mark_refused();
            shown(&shared, (&caller, language), &fields, Some(wrong)).await
        }
    }
}

fn tell(shared: &SharedParts, caller: &Caller, good: bool, text: String) {
    caller.tell(shared, Notice::told(good, text));
}

/// What became of a bulk.
pub(super) async fn result(
    State(shared): State<Shared>,
    Path(id): Path<String>,
    language: Language,
    caller: Caller,
) -> Result<Response, ApiError> {
    let bulk = match shared.bulk_of(&caller, &id).await {
        Ok(bulk) => bulk,
        Err(ApiError::NotFound { .. }) => return Ok(missing(&shared, language, &caller)),
        Err(error) => return Err(error),
    };
    let look = shared.engine.snapshot();
    let mut facts = vec![meant(&bulk, &look, language)];
    let by = bulk.by.as_deref().unwrap_or("–");
    let at = say::hour(bulk.begun_ms, look.at_ms);
    facts.push(language.with("desk-bulk-by", &[("name", by.into()), ("at", at.into())]));
    facts.push(language.with("desk-bulk-touched", &[("n", bulk.touched.into())]));
    facts.extend(left_alone(&bulk, language));
    facts.extend(counted(language, "desk-bulk-undone", bulk.undone));
    facts.extend(counted(language, "desk-bulk-left", bulk.left));
    let to_undo = bulk.touched - bulk.undone - bulk.left;
    let may_undo = acts(&caller) && caller.leads(bulk.tenant.as_deref());
    let undo = (may_undo && to_undo > 0 && bulk.ended_ms.is_some()).then(|| {
        let words = language.with("desk-bulk-undo", &[("n", to_undo.into())]);
        (format!("{PATH}/{}/undo", bulk.id), words)
    });
    Ok(html(&ToldPage {
        frame: frame_of(&shared, language, &caller),
        heading: heading(&bulk, language),
        facts,
        rows: first_of(&shared, &bulk, language).await?,
        go: None,
        fields: Vec::new(),
        change: None,
        undo,
        goes_on: bulk.ended_ms.is_none(),
    }))
}

/// Brings back what nobody has touched since.
pub(super) async fn undo(
    State(shared): State<Shared>,
    Path(id): Path<String>,
    language: Language,
    caller: Caller,
    _asked: Asked<Fields>,
) -> Result<Response, ApiError> {
    let found = match shared.bulk_of(&caller, &id).await {
        Ok(found) => found,
        Err(ApiError::NotFound { .. }) => return Ok(missing(&shared, language, &caller)),
        Err(error) => return Err(error),
    };
    let (good, text) = match shared.undo_bulk(&caller, &found, None).await {
        Ok(undone) => {
            let about = [("n", undone.undone.into()), ("left", undone.left.into())];
            (true, language.with("desk-bulk-brought-back", &about))
        }
        Err(error) => (false, answers::refused(language, &error)),
    };
    tell(&shared, &caller, good, text);
    Ok(Redirect::to(&format!("{PATH}/{}", found.id)).into_response())
}
