//! One call and one callback: in short, what happened to it, why it has no operator yet or why it went
//! to that one, and what can be done about it.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use cuptel_core::keeping::{BY_A_WORD, BY_CORRECTION};
use cuptel_core::snapshot::Snapshot;
use cuptel_core::time::UtcMs;
use cuptel_core::why::WaitingNow;
use cuptel_core::words::{CallbackEventKind, CallbackState, ClosedHow, OfferState, Stage};
use cuptel_store::{AttemptDetail, CallbackDetail, DecisionView, NeedView, OperatorView};

use super::live::{self, CallRead, CallbackRead, Read, Watched, mark_of};
use super::room::{path_of_seat, title_of};
use super::{acts, frame_of_part, missing, say, seen_by};
use crate::access::Caller;
use crate::board::Board;
use crate::error::ApiError;
use crate::page::{Frame, html};
use crate::pages::Shared;
use crate::stepping_in::{attempt_of, callback_of};
use crate::texts::Language;
use crate::words;

/// So many minutes ahead are proposed.
const AHEAD_MIN: i64 = 30;

/// Something that happened.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Event {
    pub(super) at_ms: UtcMs,
    pub(super) what: String,
}

/// Something that happened, as it is shown.
#[derive(Debug, Hash)]
pub(super) struct Told {
    pub(super) at: String,
    pub(super) what: String,
}

pub(super) fn told(mut events: Vec<Event>, now: UtcMs) -> Vec<Told> {
    // What happened at one moment stays in the order in which it was told.
    events.sort_by_key(|event| event.at_ms);
    let told = |event: Event| Told {
        at: say::hour(event.at_ms, now),
        what: event.what,
    };
    events.into_iter().map(told).collect()
}

/// Why it waits, and why it was offered where it was.
#[derive(Default, Hash)]
struct Why {
    now: Vec<String>,
    seats: Vec<String>,
    before: Vec<String>,
}

fn why(
    now: Option<&WaitingNow>,
    decisions: &[DecisionView],
    (look, tenant): (&Snapshot, Option<&str>),
    language: Language,
) -> Why {
    let mut why = Why::default();
    if let Some(waiting) = now {
        why.now = why_now(waiting, (look, tenant), language);
        let seats = waiting.seats.iter();
        let seats = seats.map(|it| say::fit(language, it.eligibility, it.seats));
        why.seats = seats.collect();
    }
    why.before = decisions
        .iter()
        .flat_map(|it| decided(it, look.at_ms, language))
        .collect();
    why
}

fn why_now(
    waiting: &WaitingNow,
    (look, tenant): (&Snapshot, Option<&str>),
    language: Language,
) -> Vec<String> {
    let at = look.at_ms;
    let queue = titled(look, tenant, Some(&waiting.queue));
    let ahead = [("n", waiting.ahead.into()), ("queue", queue.into())];
    let mut lines = vec![language.with("desk-why-ahead", &ahead)];
    if let Some(seat) = &waiting.seat {
        let seat = seat.as_str();
        lines.push(language.with("desk-why-seat", &[("seat", seat.into())]));
    } else if waiting.holds.is_empty() {
        lines.push(language.say("desk-hold-nothing"));
    }
    let holds = waiting.holds.iter();
    lines.extend(holds.map(|hold| say::hold(language, *hold, at)));
    if !waiting.asks.is_empty() {
        let skills = waiting.asks.iter();
        let skills: Vec<String> = skills
            .map(|(skill, level)| skill_said((skill, *level), (look, tenant), language))
            .collect();
        let skills = skills.join(", ");
        lines.push(language.with("desk-why-asks", &[("skills", skills.into())]));
    }
    if let Some(less_ms) = waiting.asks_less_at_ms {
        let less = say::hour(less_ms, at);
        lines.push(language.with("desk-why-asks-less", &[("at", less.into())]));
    }
    lines
}

/// A skill goes by the name of the authority or the queue that it is for, where there is one.
fn skill_said(
    (skill, level): (&str, u8),
    (look, tenant): (&Snapshot, Option<&str>),
    language: Language,
) -> String {
    let title = match look.tenants.iter().find(|it| it.name == skill) {
        Some(of) => of.title.clone(),
        None => titled(look, tenant, Some(skill)),
    };
    match level {
        0 | 1 => title,
        level => {
            let about = [("skill", title.into()), ("level", level.into())];
            language.with("desk-why-asks-level", &about)
        }
    }
}

fn decided(it: &DecisionView, now: UtcMs, language: Language) -> Vec<String> {
    let name = |it: &Option<String>| it.clone().unwrap_or_else(|| "–".to_owned());
    let about = [
        ("at", say::hour(it.at_ms, now).into()),
        ("seat", name(&it.seat).into()),
        ("operator", name(&it.operator).into()),
        ("free", it.free.into()),
        ("end", say::offer_word(language, &it.state).into()),
    ];
    let mut lines = vec![language.with("desk-why-decision", &about)];
    if !it.passed_over.is_empty() {
        let passed = it.passed_over.len();
        lines.push(language.with("desk-why-passed", &[("n", passed.into())]));
    }
    lines
}

/// A queue of the same health authority, where a caller may be put.
#[derive(Hash)]
struct Queue {
    value: String,
    title: String,
}

fn other_queues(look: &Snapshot, tenant: Option<&str>, own: Option<&str>) -> Vec<Queue> {
    let queues = look.queues.iter().filter(|it| it.is_open);
    let others =
        queues.filter(|it| Some(it.tenant.as_str()) == tenant && Some(it.name.as_str()) != own);
    let queue = |it: &cuptel_core::snapshot::QueueNow| Queue {
        value: format!("{}/{}", it.tenant, it.name),
        title: it.title.clone(),
    };
    others.map(queue).collect()
}

/// What a call's page shows.
#[derive(Hash)]
pub(super) struct CallShown {
    title: String,
    facts: Vec<(String, String)>,
    callback: Option<String>,
    seat: Option<(String, String)>,
    events: Vec<Told>,
    why: Why,
    queues: Vec<Queue>,
    waits: bool,
}

impl CallShown {
    pub(super) fn mark(&self) -> String {
        mark_of(self)
    }
}

/// A call as somebody may see it; nothing where it is not theirs.
pub(super) fn call_shown(
    look: &Snapshot,
    read: &CallRead,
    (caller, language): (&Caller, Language),
) -> Option<CallShown> {
    let row = &read.found.attempt;
    let tenant = row.tenant.as_deref();
    if !caller.sees(tenant) {
        return None;
    }
    let waiting = read.waiting.as_ref();
    let mut events = events_of_call(&read.found, look.at_ms, language);
    events.extend(read.deeds.iter().map(|it| it.told(look, language)));
    let seat = row.seat.clone().filter(|_| row.ended_ms.is_none());
    let queue = row.queue.as_deref();
    let queue = queue.map(|queue| titled(look, tenant, Some(queue)));
    let received = say::hour(row.received_ms, look.at_ms);
    Some(CallShown {
        title: say::call_titled(language, queue, &received),
        facts: facts_of_call(read, look, language),
        callback: row.callback.map(|id| id.to_string()),
        seat: seat.map(|seat| (path_of_seat(&seat), seat)),
        events: told(events, look.at_ms),
        why: why(waiting, &read.decisions, (look, tenant), language),
        queues: other_queues(look, tenant, row.queue.as_deref()),
        waits: waiting.is_some() && row.ended_ms.is_none(),
    })
}

#[derive(Template)]
#[template(path = "desk_call.html")]
struct CallPage<'a> {
    frame: Frame<'a>,
    board: Arc<Board>,
    id: String,
    mark: String,
    shown: CallShown,
    acts: bool,
}

/// A call.
pub(super) async fn call(
    State(shared): State<Shared>,
    Path(id): Path<String>,
    language: Language,
    headers: HeaderMap,
    caller: Caller,
) -> Result<Response, ApiError> {
    let Ok(attempt) = attempt_of(&id) else {
        return Ok(missing(&shared, language, &caller));
    };
    let Read::Call(Some(read)) = live::read(&shared, &Watched::Call(attempt)).await? else {
        return Ok(missing(&shared, language, &caller));
    };
    let (look, board) = seen_by(&shared, &caller, language);
    let Some(shown) = call_shown(&look, &read, (&caller, language)) else {
        return Ok(missing(&shared, language, &caller));
    };
    let tenant = read.found.attempt.tenant.as_deref();
    Ok(html(&CallPage {
        frame: frame_of_part(&shared, language, (&caller, &headers)),
        board,
        id: attempt.to_string(),
        mark: shown.mark(),
        shown,
        acts: acts(&caller) && caller.leads(tenant),
    })
    .into_response())
}

pub(super) fn titled(look: &Snapshot, tenant: Option<&str>, queue: Option<&str>) -> String {
    let mut queues = look.queues.iter();
    let found =
        queues.find(|it| Some(it.tenant.as_str()) == tenant && Some(it.name.as_str()) == queue);
    match found {
        Some(it) => it.title.clone(),
        None => queue.unwrap_or("–").to_owned(),
    }
}

fn facts_of_call(read: &CallRead, look: &Snapshot, language: Language) -> Vec<(String, String)> {
    let row = &read.found.attempt;
    let tenant = row.tenant.as_deref();
    let state = match row.outcome {
        Some(outcome) => say::outcome(language, outcome),
        // Who was taken out of line hears why before the call ends.
        None if row.stage == Stage::Queued && read.waiting.is_none() => {
            language.say("desk-stage-leaving")
        }
        None => say::stage(language, row.stage),
    };
    let number = row.number.clone();
    let number = number.unwrap_or_else(|| language.say("desk-line-withheld"));
    let mut facts = vec![
        (language.say("desk-fact-state"), state),
        (
            language.say("desk-fact-since"),
            say::hour(row.received_ms, look.at_ms),
        ),
        (language.say("desk-fact-number"), number),
        (
            language.say("desk-fact-queue"),
            titled(look, tenant, row.queue.as_deref()),
        ),
        (
            language.say("desk-fact-tenant"),
            tenant.map_or("–".to_owned(), |it| title_of(look, it).to_owned()),
        ),
    ];
    if let Some(reason) = row.suppressed {
        let why = say::suppressed(language, reason);
        facts.push((language.say("desk-fact-suppressed"), why));
    }
    facts
}

fn events_of_call(found: &AttemptDetail, now: UtcMs, language: Language) -> Vec<Event> {
    let row = &found.attempt;
    let mut events = Vec::new();
    let mut add = |at_ms: Option<UtcMs>, what: String| {
        events.extend(at_ms.map(|at_ms| Event { at_ms, what }));
    };
    add(Some(row.received_ms), language.say("desk-ev-received"));
    add(row.answered_ms, language.say("desk-ev-answered"));
    add(row.queued_ms, language.say("desk-ev-queued"));
    for offer in &found.offers {
        let seat = offer.seat.as_deref().unwrap_or("–");
        let about = [("seat", seat.into())];
        add(
            Some(offer.offered_ms),
            language.with("desk-ev-offer", &about),
        );
        if offer.state != OfferState::Open {
            let how = say::offer(language, offer.state);
            let about = [("seat", seat.into()), ("how", how.into())];
            add(offer.ended_ms, language.with("desk-ev-offer-ended", &about));
        }
    }
    for promise in &found.promises {
        let by = say::hour(promise.by_ms, now);
        let what = language.with("desk-ev-promise", &[("at", by.into())]);
        add(Some(promise.told_ms), what);
    }
    add(row.talking_ms, language.say("desk-ev-talking"));
    for side in &found.side_calls {
        add(Some(side.begun_ms), say::side(language, side));
    }
    if let (Stage::Ended, Some(outcome)) = (row.stage, row.outcome) {
        let how = say::outcome(language, outcome);
        let what = language.with("desk-ev-ended", &[("how", how.into())]);
        add(row.ended_ms, what);
    }
    events
}

/// What a callback's page shows.
#[derive(Hash)]
pub(super) struct CallbackShown {
    title: String,
    facts: Vec<(String, String)>,
    needs: Vec<String>,
    attempts: Vec<(String, String)>,
    seat: Option<(String, String)>,
    events: Vec<Told>,
    why: Why,
    ahead_min: i64,
    waits: bool,
    closable: bool,
    unseen: bool,
    /// Whether somebody closed it and can take that back.
    undoable: bool,
    /// The callback in which it is owed again.
    again: Option<String>,
}

impl CallbackShown {
    pub(super) fn mark(&self) -> String {
        mark_of(self)
    }
}

/// A callback as somebody may see it; nothing where it is not theirs.
pub(super) fn callback_shown(
    look: &Snapshot,
    read: &CallbackRead,
    (caller, language): (&Caller, Language),
) -> Option<CallbackShown> {
    let found = &read.found;
    let row = &found.callback;
    if !caller.sees(row.tenant.as_deref()) {
        return None;
    }
    let attempts = found.missed.iter().map(|it| {
        let id = it.id.to_string();
        let text = language.with("desk-line-open", &[("id", id.as_str().into())]);
        (id, text)
    });
    let needs = found.needs.iter();
    let needs = needs.map(|it| need(it, look, (row.tenant.as_deref(), language)));
    let mut events = events_of_callback(found, look.at_ms, language);
    events.extend(read.deeds.iter().map(|it| it.told(look, language)));
    let review = found.review.as_ref();
    let again = review.and_then(|it| it.reopened_as);
    let is_in_hand = row.state != CallbackState::Closed;
    let seat = row.seat.clone().filter(|_| is_in_hand);
    let tenant = row.tenant.as_deref();
    let queue = found.needs.iter().find_map(|it| it.queue.as_deref());
    let queue = queue.map(|queue| titled(look, tenant, Some(queue)));
    let since = say::hour(row.waits_since_ms(), look.at_ms);
    Some(CallbackShown {
        title: say::callback_titled(language, queue, &since),
        facts: facts_of_callback(found, look, language),
        needs: needs.collect(),
        attempts: attempts.take(20).collect(),
        seat: seat.map(|seat| (path_of_seat(&seat), seat)),
        events: told(events, look.at_ms),
        why: why(
            read.waiting.as_ref(),
            &read.decisions,
            (look, row.tenant.as_deref()),
            language,
        ),
        ahead_min: match row.priority_ms / 60_000 {
            0 => AHEAD_MIN,
            min => min,
        },
        waits: row.state == CallbackState::Waiting,
        closable: matches!(row.state, CallbackState::Waiting | CallbackState::Offered),
        unseen: review.is_some_and(|it| it.seen_ms.is_none()),
        undoable: row.closed_how == Some(ClosedHow::Withdrawn) && review.is_none(),
        again: again.map(|id| id.to_string()),
    })
}

/// An operator to whom a callback may be entrusted.
struct Candidate {
    name: String,
    /// Where they are signed in.
    seat: Option<String>,
    chosen: bool,
}

/// Those who can serve it, the ones who are signed in first; whoever has it already is always there.
async fn candidates(
    shared: &Shared,
    (read, caller): (&CallbackRead, &Caller),
) -> Result<Vec<Candidate>, ApiError> {
    if read.found.callback.state != CallbackState::Waiting {
        return Ok(Vec::new());
    }
    let own = read.found.operator.as_deref();
    let asks = read.waiting.as_ref().map(|it| &it.asks);
    let can = |it: &OperatorView| {
        let has = |(skill, level): (&String, &u8)| it.skills.get(skill) >= Some(level);
        asks.is_none_or(|asks| asks.iter().all(has))
    };
    let operators = shared.store.operators().await?.into_iter();
    let fit = operators.filter(|it| {
        let is_own = own == Some(it.name.as_str());
        is_own || caller.sees_operator(it) && can(it)
    });
    let mut fit: Vec<Candidate> = fit
        .map(|it| Candidate {
            chosen: own == Some(it.name.as_str()),
            name: it.name,
            seat: it.seat,
        })
        .collect();
    fit.sort_by(|a, b| (a.seat.is_none(), &a.name).cmp(&(b.seat.is_none(), &b.name)));
    Ok(fit)
}

#[derive(Template)]
#[template(path = "desk_callback.html")]
struct CallbackPage<'a> {
    frame: Frame<'a>,
    board: Arc<Board>,
    id: String,
    mark: String,
    shown: CallbackShown,
    candidates: Vec<Candidate>,
    acts: bool,
}

/// A callback.
pub(super) async fn callback(
    State(shared): State<Shared>,
    Path(id): Path<String>,
    language: Language,
    headers: HeaderMap,
    caller: Caller,
) -> Result<Response, ApiError> {
    let Ok(id) = callback_of(&id) else {
        return Ok(missing(&shared, language, &caller));
    };
    let Read::Callback(Some(read)) = live::read(&shared, &Watched::Callback(id)).await? else {
        return Ok(missing(&shared, language, &caller));
    };
    let (look, board) = seen_by(&shared, &caller, language);
    let Some(shown) = callback_shown(&look, &read, (&caller, language)) else {
        return Ok(missing(&shared, language, &caller));
    };
    let tenant = read.found.callback.tenant.as_deref();
    let acts = acts(&caller) && caller.leads(tenant);
    let candidates = match acts {
        true => candidates(&shared, (&read, &caller)).await?,
        false => Vec::new(),
    };
    Ok(html(&CallbackPage {
        candidates,
        frame: frame_of_part(&shared, language, (&caller, &headers)),
        board,
        id: id.to_string(),
        mark: shown.mark(),
        shown,
        acts,
    })
    .into_response())
}

fn need(it: &NeedView, look: &Snapshot, (tenant, language): (Option<&str>, Language)) -> String {
    let kind = words::need_kind(language, it.kind);
    let queue = it.queue.as_deref();
    let queue = queue.map_or(String::new(), |queue| {
        format!(", {}", titled(look, tenant, Some(queue)))
    });
    let since = say::hour(it.opened_ms, look.at_ms);
    let note = it.note.as_deref();
    let note = note.map_or(String::new(), |note| format!(" · {note}"));
    let closed_by = it.closed_by.as_deref();
    let closed_by = closed_by.map_or(String::new(), |name| {
        format!(" ·{}", language.with("desk-by", &[("name", name.into())]))
    });
    let because = it.closed_because.as_deref();
    let because = because.map(|it| match it {
        BY_A_WORD => language.say("desk-closed-by-result"),
        BY_CORRECTION => language.say("desk-closed-corrected"),
        typed => typed.to_owned(),
    });
    let because = because.map_or(String::new(), |it| format!(" · {it}"));
    format!("{kind}{queue}, {since}{note}{closed_by}{because}")
}

fn facts_of_callback(
    found: &CallbackDetail,
    look: &Snapshot,
    language: Language,
) -> Vec<(String, String)> {
    let row = &found.callback;
    let at = |ms: UtcMs| say::hour(ms, look.at_ms);
    let state = match row.closed_how {
        Some(how) => say::closed(language, how),
        None => say::state(language, row.state),
    };
    let number = row.number.clone();
    let number = number.unwrap_or_else(|| language.say("desk-line-withheld"));
    let tenant = row.tenant.as_deref();
    let tenant = tenant.map_or("–".to_owned(), |it| title_of(look, it).to_owned());
    let mut facts = vec![
        (language.say("desk-fact-state"), state),
        (language.say("desk-fact-since"), at(row.waits_since_ms())),
        (language.say("desk-fact-number"), number),
        (language.say("desk-fact-tenant"), tenant),
        (language.say("desk-fact-attempts"), row.attempts.to_string()),
        (language.say("desk-fact-tries"), row.tries.to_string()),
        (
            language.say("desk-fact-class"),
            say::class(language, row.priority_class),
        ),
    ];
    let mut add = |id: &str, text: Option<String>| {
        facts.extend(text.map(|text| (language.say(id), text)));
    };
    add("desk-fact-due", row.due_ms.map(at));
    let promised = found.promises.first().map(|it| at(it.by_ms));
    add("desk-fact-promised", promised);
    add("desk-fact-operator", found.operator.clone());
    let ahead = (row.priority_ms > 0).then(|| say::span(language, row.priority_ms));
    add("desk-fact-ahead", ahead);
    facts
}

fn events_of_callback(found: &CallbackDetail, now: UtcMs, language: Language) -> Vec<Event> {
    let mut events = Vec::new();
    for it in &found.events {
        let ended = (it.kind == CallbackEventKind::OfferEnded).then_some(it.detail.as_deref());
        let mut what = match ended.flatten() {
            // In the word in which it is told why it went to that seat.
            Some(how) => language.with(
                "desk-event-offer-ended-how",
                &[("how", say::offer_word(language, how).into())],
            ),
            None => say::event(language, it.kind),
        };
        if let Some(seat) = &it.seat {
            let about = [("what", what.into()), ("seat", seat.as_str().into())];
            what = language.with("desk-ev-at-seat", &about);
        }
        events.push(Event {
            at_ms: it.at_ms,
            what,
        });
    }
    for it in &found.dials {
        let what = match it.result {
            None => language.say("desk-ev-dial-now"),
            Some(result) => {
                let how = say::dial(language, result);
                language.with("desk-ev-dial", &[("how", how.into())])
            }
        };
        events.push(Event {
            at_ms: it.placed_ms,
            what,
        });
    }
    for it in &found.missed {
        let how = match it.outcome {
            Some(outcome) => say::outcome(language, outcome),
            None => say::stage(language, it.stage),
        };
        events.push(Event {
            at_ms: it.received_ms,
            what: language.with("desk-ev-attempt", &[("how", how.into())]),
        });
    }
    for it in &found.side_calls {
        events.push(Event {
            at_ms: it.begun_ms,
            what: say::side(language, it),
        });
    }
    for it in &found.promises {
        let by = say::hour(it.by_ms, now);
        events.push(Event {
            at_ms: it.told_ms,
            what: language.with("desk-ev-promise", &[("at", by.into())]),
        });
    }
    events
}
