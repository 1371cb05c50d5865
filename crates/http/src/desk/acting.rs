//! What the forms of the desk do. Each leads back to a page that tells how it went; what hits many is
//! confirmed on a page of its own before.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use cuptel_core::by_hand::ClosingTold;
use cuptel_core::calendar::{Zone, moment};
use cuptel_core::id::CallbackId;
use cuptel_core::memo::{AudienceTold, MemoTold};
use cuptel_core::snapshot::QueueNow;
use cuptel_core::step::Command;
use cuptel_core::stop_button::{ButtonTold, Pressed};
use cuptel_core::words::{Button, Chosen, ClosedByHand, WorkState};

use super::queue::{queue_named, title_of_queue};
use super::room::{path_of_queue, path_of_seat, path_of_site, title_of};
use super::telling;
use super::{acts, frame_of, missing, say, seen_by, site_named};
use crate::access::Caller;
use crate::actions::{Asked, act_by_form, meaningless, typed};
use crate::answers;
use crate::error::ApiError;
use crate::memos::memo_of;
use crate::page::{Frame, html};
use crate::pages::{Shared, SharedParts};
use crate::port::Refusal;
use crate::session::Notice;
use crate::staffing;
use crate::stepping_in::{attempt_of, callback_of};
use crate::texts::Language;

/// Where messages to operators are.
const MEMOS: &str = "/supervisor/memos";

/// The fields of a form, all of them words.
pub(super) type Fields = BTreeMap<String, String>;

pub(super) fn field<'f>(fields: &'f Fields, name: &str) -> &'f str {
    fields.get(name).map_or("", |text| text.trim())
}

pub(super) fn words(fields: &Fields, name: &str) -> Result<Option<String>, ApiError> {
    typed(field(fields, name))
}

/// When the clock shows this next: an hour that is past today is tomorrow's.
fn until(shared: &SharedParts, fields: &Fields) -> Result<Option<i64>, ApiError> {
    let clock = field(fields, "until");
    if clock.is_empty() {
        return Ok(None);
    }
    let now_ms = shared.engine.snapshot().at_ms;
    let at = moment::next_at(clock, now_ms, Zone::Europe__Rome);
    let at = at.ok_or_else(|| meaningless(format!("\"{clock}\" is no time of the day")))?;
    Ok(Some(at))
}

/// What is asked for before it is done.
#[derive(Template)]
#[template(path = "desk_confirm.html")]
struct ConfirmPage<'a> {
    frame: Frame<'a>,
    what: String,
    then: String,
    facts: Vec<String>,
    action: String,
    fields: Vec<(String, String)>,
    asks: Option<Why>,
    back: String,
    acts: bool,
}

/// The words that are asked for with it: here and not before, so that they stand in no address.
struct Why {
    name: &'static str,
    label: String,
    is_needed: bool,
}

impl Why {
    fn reason(language: Language) -> Self {
        Self {
            name: "reason",
            label: language.say("desk-act-reason"),
            is_needed: false,
        }
    }
}

/// Of what an address carries that which a form of ours put there.
fn carried(fields: Fields, known: &[&str]) -> Vec<(String, String)> {
    let fields = fields.into_iter();
    fields
        .filter(|(name, _)| known.contains(&name.as_str()))
        .collect()
}

/// What a queue's form asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum OnQueue {
    Close,
    Open,
    Hours,
}

impl OnQueue {
    fn of(action: &str) -> Option<Self> {
        match action {
            "close" => Some(Self::Close),
            "open" => Some(Self::Open),
            "hours" => Some(Self::Hours),
            _ => None,
        }
    }
}

/// Whether a queue is to be closed or opened, after all that follows was said.
pub(super) async fn confirm_queue(
    State(shared): State<Shared>,
    Path((tenant, name, action)): Path<(String, String, String)>,
    Query(fields): Query<Fields>,
    language: Language,
    caller: Caller,
) -> Response {
    let look = shared.engine.snapshot();
    let queue = queue_named(&look, &caller, &tenant, &name);
    let (Some(queue), Some(action)) = (queue, OnQueue::of(&action)) else {
        return missing(&shared, language, &caller);
    };
    let (what, then) = match action {
        OnQueue::Close => ("desk-act-close-queue", "desk-act-close-queue-then"),
        OnQueue::Open => ("desk-act-open-queue", "desk-act-open-queue-then"),
        OnQueue::Hours => ("desk-act-hours", "desk-act-hours-then"),
    };
    let back = path_of_queue(queue);
    let path = match action {
        OnQueue::Close => format!("{back}/close"),
        OnQueue::Open => format!("{back}/open"),
        OnQueue::Hours => format!("{back}/hours"),
    };
    let title = title_of_queue(queue, &look, language);
    let mut facts = who_waits((queue.waiting, queue.callbacks_open), language).to_vec();
    facts.extend(said_of(&shared, language, &fields));
    html(&ConfirmPage {
        frame: frame_of(&shared, language, &caller),
        what: format!("{}: {title}", language.say(what)),
        then: language.say(then),
        facts,
        action: path,
        fields: carried(fields, &["until"]),
        asks: (action != OnQueue::Hours).then(|| Why::reason(language)),
        back,
        acts: acts(&caller),
    })
}

/// How many wait on the line, and how many are owed a call.
fn who_waits((on_line, owed): (u32, u32), language: Language) -> [String; 2] {
    [
        language.with("desk-confirm-waiting", &[("n", on_line.into())]),
        language.with("desk-confirm-owed", &[("n", owed.into())]),
    ]
}

/// The hour that was said, told again with the day whose it is.
fn said_of(shared: &SharedParts, language: Language, fields: &Fields) -> Option<String> {
    let at = until(shared, fields).ok().flatten()?;
    let until = say::coming(language, at, shared.engine.snapshot().at_ms);
    Some(language.with("desk-confirm-until", &[("at", until.into())]))
}

/// Closes or opens a queue by hand, or gives it its hours back.
pub(super) async fn on_queue(
    State(shared): State<Shared>,
    Path((tenant, name, action)): Path<(String, String, String)>,
    language: Language,
    caller: Caller,
    asked: Asked<Fields>,
) -> Result<Response, ApiError> {
    let look = shared.engine.snapshot();
    let queue = queue_named(&look, &caller, &tenant, &name);
    let (Some(queue), Some(action)) = (queue, OnQueue::of(&action)) else {
        return Ok(missing(&shared, language, &caller));
    };
    let told = |button| ButtonTold {
        button,
        tenant: Some(tenant.clone()),
        queue: Some(name.clone()),
    };
    let command = match action {
        OnQueue::Close => pressed(&shared, told(Button::Closed), &asked.wish),
        OnQueue::Open => pressed(&shared, told(Button::Opened), &asked.wish),
        OnQueue::Hours => Ok(Command::ReleaseStop {
            told: told(Button::Closed),
            supervisor: None,
        }),
    };
    let back = path_of_queue(queue);
    act_by_form(&shared, &caller, command, |_| back).await
}

fn pressed(shared: &SharedParts, told: ButtonTold, fields: &Fields) -> Result<Command, ApiError> {
    Ok(Command::PressStop {
        told,
        pressed: Box::new(Pressed {
            ends_ms: until(shared, fields)?,
            reason: words(fields, "reason")?,
            ..Pressed::default()
        }),
    })
}

/// Takes a caller out of line, puts them elsewhere, or ahead.
pub(super) async fn on_call(
    State(shared): State<Shared>,
    Path((id, action)): Path<(String, String)>,
    language: Language,
    caller: Caller,
    asked: Asked<Fields>,
) -> Result<Response, ApiError> {
    let attempt = attempt_of(&id)?;
    let by = None;
    let command = match action.as_str() {
        "withdraw" => Ok(Command::WithdrawCaller { attempt, by }),
        "move" => moved_to(&asked.wish).map(|(tenant, queue)| Command::MoveCaller {
            attempt,
            tenant,
            queue,
            by,
        }),
        "ahead" => ahead_s(&asked.wish).map(|ahead_s| Command::PutCallerAhead {
            attempt,
            ahead_s,
            by,
        }),
        _ => return Ok(missing(&shared, language, &caller)),
    };
    let back = format!("/supervisor/calls/{attempt}");
    act_by_form(&shared, &caller, command, |_| back).await
}

fn moved_to(fields: &Fields) -> Result<(Option<String>, String), ApiError> {
    match field(fields, "queue").split_once('/') {
        Some((tenant, queue)) => Ok((Some(tenant.to_owned()), queue.to_owned())),
        None => Err(meaningless("no queue was chosen".to_owned())),
    }
}

fn ahead_s(fields: &Fields) -> Result<u32, ApiError> {
    let minutes: Option<u32> = field(fields, "minutes").parse().ok();
    let seconds = minutes.and_then(|minutes| minutes.checked_mul(60));
    seconds.ok_or_else(|| meaningless("minutes are a whole number".to_owned()))
}

/// Whether a callback is to be closed, after what follows was said.
pub(super) async fn confirm_callback(
    State(shared): State<Shared>,
    Path((id, action)): Path<(String, String)>,
    language: Language,
    caller: Caller,
) -> Result<Response, ApiError> {
    let Ok(callback) = callback_of(&id) else {
        return Ok(missing(&shared, language, &caller));
    };
    let found = shared.store.callback(callback).await?;
    let found = found.filter(|it| caller.sees(it.callback.tenant.as_deref()));
    let (Some(found), "close") = (found, action.as_str()) else {
        return Ok(missing(&shared, language, &caller));
    };
    let look = shared.engine.snapshot();
    let back = format!("/supervisor/callbacks/{callback}");
    let row = &found.callback;
    let number = row.number.clone();
    let number = number.unwrap_or_else(|| language.say("desk-line-withheld"));
    let since = say::hour(row.waits_since_ms(), look.at_ms);
    let whom = [("number", number.into()), ("since", since.into())];
    let promised = found.promises.first().map(|it| {
        let by = say::hour(it.by_ms, look.at_ms);
        language.with("desk-close-promised", &[("at", by.into())])
    });
    let facts = std::iter::once(language.with("desk-close-whom", &whom));
    Ok(html(&ConfirmPage {
        frame: frame_of(&shared, language, &caller),
        what: language.with("desk-close-title", &[("id", id.as_str().into())]),
        then: language.say("desk-act-close-then"),
        facts: facts.chain(promised).collect(),
        action: format!("{back}/close"),
        fields: Vec::new(),
        asks: Some(Why {
            name: "because",
            label: language.say("desk-act-because"),
            is_needed: true,
        }),
        back,
        acts: acts(&caller),
    })
    .into_response())
}

/// What is done with a callback.
pub(super) async fn on_callback(
    State(shared): State<Shared>,
    Path((id, action)): Path<(String, String)>,
    language: Language,
    caller: Caller,
    asked: Asked<Fields>,
) -> Result<Response, ApiError> {
    let callback = callback_of(&id)?;
    let fields = &asked.wish;
    let command = match action.as_str() {
        "ahead" => ahead_s(fields).map(|ahead_s| Command::PutCallbackAhead {
            callback,
            ahead_s,
            by: None,
        }),
        "assign" => {
            words(fields, "operator").map(|operator| Command::AssignCallback { callback, operator })
        }
        "close" => closing(callback, fields),
        "acknowledge" => Ok(Command::Acknowledge { callback, by: None }),
        "reopen" => staffing::call_after_all(&shared, callback, None).await,
        _ => return Ok(missing(&shared, language, &caller)),
    };
    let back = format!("/supervisor/callbacks/{callback}");
    act_by_form(&shared, &caller, command, |_| back).await
}

fn closing(callback: CallbackId, fields: &Fields) -> Result<Command, ApiError> {
    let because = words(fields, "because")?;
    let because = because.ok_or_else(|| meaningless("a reason is needed".to_owned()))?;
    Ok(Command::CloseCallback(Box::new(ClosingTold {
        callback,
        need: None,
        how: ClosedByHand::Withdrawn,
        because,
        by: None,
    })))
}

/// Whether somebody is to be signed out, after what becomes of what they do was said.
pub(super) async fn confirm_seat(
    State(shared): State<Shared>,
    Path((name, action)): Path<(String, String)>,
    language: Language,
    caller: Caller,
) -> Response {
    let (look, board) = seen_by(&shared, &caller, language);
    let at = look.seats.iter().position(|it| it.name == name);
    let found = at.and_then(|at| look.seats.get(at).zip(board.seats.get(at)));
    let (Some((seat, line)), "sign-out") = (found, action.as_str()) else {
        return missing(&shared, language, &caller);
    };
    let back = path_of_seat(&name);
    if seat.chosen == Chosen::SignedOut {
        return Redirect::to(&back).into_response();
    }
    let who = (!line.operator.text.is_empty()).then(|| {
        let name = line.operator.text.as_str();
        language.with("desk-seat-out-who", &[("name", name.into())])
    });
    let state = line.state.text.as_str();
    let state = language.with("desk-seat-out-state", &[("state", state.into())]);
    let what = language.say("desk-seat-out");
    let titled = language.with("desk-seat", &[("seat", name.as_str().into())]);
    html(&ConfirmPage {
        frame: frame_of(&shared, language, &caller),
        what: format!("{what}: {titled}"),
        then: language.say(becomes_of(seat.work)),
        facts: who.into_iter().chain([state]).collect(),
        action: format!("{back}/sign-out"),
        fields: Vec::new(),
        asks: None,
        back,
        acts: acts(&caller),
    })
}

/// Which text tells what becomes of the work of whoever is signed out.
fn becomes_of(work: WorkState) -> &'static str {
    match work {
        WorkState::Talking | WorkState::OnHold => "desk-seat-out-talking",
        WorkState::WrapUp => "desk-seat-out-wrap-up",
        WorkState::Reserved | WorkState::Ringing | WorkState::Preview => "desk-seat-out-offered",
        WorkState::AtTask => "desk-seat-out-task",
        WorkState::Idle | WorkState::NotResponding => "desk-seat-out-idle",
    }
}

/// Pauses a seat, has it take works again, or signs it out.
pub(super) async fn on_seat(
    State(shared): State<Shared>,
    Path((seat, action)): Path<(String, String)>,
    language: Language,
    caller: Caller,
    asked: Asked<Fields>,
) -> Result<Response, ApiError> {
    let chosen = match action.as_str() {
        "pause" => Chosen::Paused,
        "available" => Chosen::Available,
        "sign-out" => Chosen::SignedOut,
        _ => return Ok(missing(&shared, language, &caller)),
    };
    let reason = words(&asked.wish, "reason");
    let command = reason.map(|reason| Command::Choose {
        seat: seat.clone(),
        chosen,
        reason: reason.filter(|_| chosen == Chosen::Paused),
        supervisor: None,
    });
    let back = path_of_seat(&seat);
    act_by_form(&shared, &caller, command, |_| back).await
}

/// Whether a site is to be taken for cut off, after what follows was said.
pub(super) async fn confirm_site(
    State(shared): State<Shared>,
    Path((site, _action)): Path<(String, String)>,
    language: Language,
    caller: Caller,
) -> Response {
    let look = shared.engine.snapshot();
    let Some(found) = site_named(&look, &site) else {
        return missing(&shared, language, &caller);
    };
    let back = path_of_site(&site);
    let facts = vec![
        language.with("desk-site-staffed", &[("n", found.staffed.into())]),
        language.with("desk-site-calls", &[("n", found.calls.into())]),
    ];
    let what = language.say("desk-site-outage");
    html(&ConfirmPage {
        frame: frame_of(&shared, language, &caller),
        what: format!("{what}: {site}"),
        then: language.with("desk-site-outage-then", &[("site", site.as_str().into())]),
        facts,
        action: format!("{back}/outage"),
        fields: Vec::new(),
        asks: None,
        back,
        acts: acts(&caller),
    })
}

/// Says that a site is cut off, or back.
pub(super) async fn on_site(
    State(shared): State<Shared>,
    Path((site, action)): Path<(String, String)>,
    language: Language,
    caller: Caller,
    _asked: Asked<Fields>,
) -> Result<Response, ApiError> {
    let back = path_of_site(&site);
    let command = match action.as_str() {
        "outage" => Command::SiteOut {
            site,
            supervisor: None,
        },
        "resume" => Command::SiteResumes { site },
        _ => return Ok(missing(&shared, language, &caller)),
    };
    act_by_form(&shared, &caller, Ok(command), |_| back).await
}

fn button_told(fields: &Fields) -> Result<ButtonTold, ApiError> {
    let button = field(fields, "button").parse();
    let button = button.map_err(|_unknown| meaningless("this is no button".to_owned()))?;
    Ok(ButtonTold {
        button,
        tenant: words(fields, "tenant")?,
        queue: words(fields, "queue")?,
    })
}

/// Whether a button is to be pressed, after all that follows was said.
pub(super) async fn confirm_stop(
    State(shared): State<Shared>,
    Query(fields): Query<Fields>,
    language: Language,
    caller: Caller,
) -> Result<Response, ApiError> {
    let told = button_told(&fields)?;
    let look = shared.engine.snapshot();
    let place = match &told.tenant {
        None => language.say("desk-stops-region"),
        Some(tenant) => title_of(&look, tenant).to_owned(),
    };
    let (what, then) = match told.button {
        Button::Emergency => ("desk-stops-emergency", "desk-stops-emergency-then"),
        Button::Outgoing | Button::Closed | Button::Opened => {
            ("desk-stops-outgoing", "desk-stops-outgoing-then")
        }
    };
    let queues = look.queues.iter();
    let there = queues.filter(|it| told.tenant.as_ref().is_none_or(|own| *own == it.tenant));
    let sum = |(waiting, owed), it: &QueueNow| (waiting + it.waiting, owed + it.callbacks_open);
    let mut facts = who_waits(there.fold((0, 0), sum), language).to_vec();
    facts.extend(said_of(&shared, language, &fields));
    Ok(html(&ConfirmPage {
        frame: frame_of(&shared, language, &caller),
        what: format!("{}: {place}", language.say(what)),
        then: language.with(then, &[("where", place.into())]),
        facts,
        action: "/supervisor/stops/press".to_owned(),
        fields: carried(fields, &["button", "tenant", "until"]),
        asks: Some(Why::reason(language)),
        back: "/supervisor/stops".to_owned(),
        acts: acts(&caller),
    })
    .into_response())
}

/// Presses a stop button.
pub(super) async fn press_stop(
    State(shared): State<Shared>,
    caller: Caller,
    asked: Asked<Fields>,
) -> Result<Response, ApiError> {
    let told = button_told(&asked.wish);
    let command = told.and_then(|told| pressed(&shared, told, &asked.wish));
    let back = "/supervisor/stops".to_owned();
    act_by_form(&shared, &caller, command, |_| back).await
}

/// Releases one.
pub(super) async fn release_stop(
    State(shared): State<Shared>,
    caller: Caller,
    asked: Asked<Fields>,
) -> Result<Response, ApiError> {
    let told = button_told(&asked.wish);
    let command = told.map(|told| Command::ReleaseStop {
        told,
        supervisor: None,
    });
    let back = "/supervisor/stops".to_owned();
    act_by_form(&shared, &caller, command, |_| back).await
}

/// Tells operators something. What is not taken can be corrected.
pub(super) async fn write_memo(
    State(shared): State<Shared>,
    language: Language,
    caller: Caller,
    asked: Asked<Fields>,
) -> Result<Response, ApiError> {
    let command = match memo_told(&shared, &asked.wish) {
        Ok(told) => Command::WriteMemo(Box::new(told)),
        Err(error) => {
            return act_by_form(&shared, &caller, Err(error), |_| MEMOS.to_owned()).await;
        }
    };
    let told = answers::done(language, &command);
    match shared.carry_out(&caller, command).await {
        Ok(()) => {
            caller.tell(&shared, Notice::told(true, told));
            Ok(Redirect::to(MEMOS).into_response())
        }
        Err(error @ ApiError::Refused(Refusal::Refused(_))) => {
            caller.mark_refused();
            let why = answers::refused(language, &error);
            let who = (&caller, language);
            Ok(telling::not_taken(&shared, who, asked.wish, why))
        }
        Err(error) => act_by_form(&shared, &caller, Err(error), |_| MEMOS.to_owned()).await,
    }
}

fn memo_told(shared: &SharedParts, fields: &Fields) -> Result<MemoTold, ApiError> {
    let to = field(fields, "to");
    let parts: Vec<&str> = to.split('/').collect();
    let to = match parts[..] {
        ["everybody"] => AudienceTold::Everybody,
        ["tenant", name] => AudienceTold::Tenant(name.to_owned()),
        ["site", name] => AudienceTold::Site(name.to_owned()),
        ["queue", tenant, name] => AudienceTold::Queue(Some(tenant.to_owned()), name.to_owned()),
        ["seat", name] => AudienceTold::Seat(name.to_owned()),
        _ => return Err(meaningless("a memo is for somebody".to_owned())),
    };
    let hours: Option<i64> = field(fields, "hours").parse().ok();
    let now_ms = shared.engine.snapshot().at_ms;
    Ok(MemoTold {
        to,
        text: field(fields, "text").replace('\r', ""),
        ends_ms: hours.map(|hours| now_ms.saturating_add(hours.saturating_mul(3_600_000))),
        by: None,
    })
}

/// Takes a memo back.
pub(super) async fn withdraw_memo(
    State(shared): State<Shared>,
    Path(memo): Path<String>,
    caller: Caller,
    _asked: Asked<Fields>,
) -> Result<Response, ApiError> {
    let command = memo_of(&memo).map(|memo| Command::WithdrawMemo { memo, by: None });
    let back = MEMOS.to_owned();
    act_by_form(&shared, &caller, command, |_| back).await
}
