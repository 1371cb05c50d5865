//! The callback that is offered to a seat: its operator has the person rung, or hands it back and says
//! why. By programs, and by the forms of the seat's page.

use axum::extract::{Path, State};
use axum::response::Response;
use cuptel_core::id::CallbackId;
use cuptel_core::preview::{NeedNow, OwedNow};
use cuptel_core::step::Command;
use cuptel_core::time::UtcMs;
use fluent_bundle::FluentValue;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::Caller;
use crate::actions::{Asked, act, meaningless, typed};
use crate::error::ApiError;
use crate::pages::Shared;
use crate::texts::Language;
use crate::{schema, words};

/// Which callback is to be made.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Accept {
    /// Which; refused where another one is offered by now. Without it, whichever is.
    #[schema(value_type = Option<i64>)]
    callback: Written,
}

/// Which callback is handed back, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Decline {
    /// Which; refused where another one is offered by now. Without it, whichever is.
    #[serde(default)]
    #[schema(value_type = Option<i64>)]
    callback: Written,
    /// One of the configured reasons; a word or two where there are none.
    reason: String,
    /// A word more; at most 100 characters. No numbers and no names: it is shown and kept as it is.
    note: Option<String>,
}

/// An identifier, as a program or a form writes it.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(untagged)]
pub(crate) enum Written {
    Number(i64),
    Text(String),
    #[default]
    Nothing,
}

impl Written {
    pub(crate) fn callback(&self) -> Result<Option<CallbackId>, ApiError> {
        match self {
            Self::Number(id) => Ok(Some(CallbackId(*id))),
            // The form of a page that was loaded before anything was offered.
            Self::Text(text) if text.is_empty() => Err(meaningless(
                "nothing was offered when the page was loaded: load it again, and read whom it is about"
                    .to_owned(),
            )),
            Self::Text(text) => {
                let id = text.parse().map(CallbackId);
                let id =
                    id.map_err(|_unreadable| meaningless(format!("\"{text}\" is no callback")))?;
                Ok(Some(id))
            }
            Self::Nothing => Ok(None),
        }
    }
}

/// The operator of a seat has the person of the callback rung that is offered there: at once while they
/// read, else as soon as they pick up.
#[utoipa::path(post, path = "/api/v1/seats/{seat}/accept", tag = "seats",
    security(("token" = [])), params(("seat" = String, Path, description = "Extension")),
    request_body(content((Accept = "application/json"),
        (Accept = "application/x-www-form-urlencoded"))),
    responses(schema::SeatActed))]
pub(crate) async fn accept(
    caller: Caller,
    State(shared): State<Shared>,
    Path(seat): Path<String>,
    asked: Asked<Accept>,
) -> Result<Response, ApiError> {
    let command = asked.wish.callback.callback().map(|callback| {
        let seat = seat.clone();
        Command::AcceptCallback { seat, callback }
    });
    act(&shared, caller, &seat, asked.by_form, command).await
}

/// The operator of a seat hands back the callback that is offered there: it keeps its place and its
/// tries, and is not offered there again for a while.
#[utoipa::path(post, path = "/api/v1/seats/{seat}/decline", tag = "seats",
    security(("token" = [])), params(("seat" = String, Path, description = "Extension")),
    request_body(content((Decline = "application/json"),
        (Decline = "application/x-www-form-urlencoded"))),
    responses(schema::SeatActed))]
pub(crate) async fn decline(
    caller: Caller,
    State(shared): State<Shared>,
    Path(seat): Path<String>,
    asked: Asked<Decline>,
) -> Result<Response, ApiError> {
    let command = meant(&seat, &asked.wish);
    act(&shared, caller, &seat, asked.by_form, command).await
}

fn meant(seat: &str, wish: &Decline) -> Result<Command, ApiError> {
    Ok(Command::DeclineCallback {
        seat: seat.to_owned(),
        callback: wish.callback.callback()?,
        reason: typed(&wish.reason)?.unwrap_or_default(),
        note: typed(wish.note.as_deref().unwrap_or(""))?,
    })
}

/// Whoever a seat has to do with, for its page: a line for each thing.
/// After a conversation, what it settled is told apart from what is owed still.
pub(crate) fn told(language: Language, owed: &OwedNow, (at_ms, is_over): (UtcMs, bool)) -> String {
    let (settled, open): (Vec<&NeedNow>, Vec<&NeedNow>) =
        owed.needs.iter().partition(|need| is_over && need.closes);
    let settled = settled.into_iter().map(|it| need(language, it));
    let settled: Vec<String> = settled.collect();
    let mut lines = Vec::new();
    if settled.is_empty() || !open.is_empty() {
        lines = open_lines(language, owed, &open, at_ms);
    }
    if !settled.is_empty() {
        lines.push(language.say("person-settled"));
        lines.extend(settled);
    }
    lines.join("\n")
}

fn open_lines(language: Language, owed: &OwedNow, open: &[&NeedNow], at_ms: UtcMs) -> Vec<String> {
    let date = |ms| FluentValue::from(words::date_and_time(ms));
    let about = [
        ("number", owed.number.to_string().into()),
        ("since", date(owed.opened_ms)),
        ("attempts", owed.attempts.into()),
        ("tries", owed.tries.into()),
    ];
    let mut lines = vec![language.with("person-owed", &about)];
    lines.extend(open.iter().map(|it| need(language, it)));
    lines.extend(
        owed.promised_ms
            .map(|by_ms| language.with("person-promised", &[("by", date(by_ms))])),
    );
    lines.extend(owed.chosen.map(|chosen| {
        let about = [
            ("from", date(chosen.from_ms)),
            ("until", date(chosen.until_ms)),
        ];
        language.with("person-chose", &about)
    }));
    let code = owed.code_word.as_ref();
    lines.extend(
        code.map(|code| language.with("person-code", &[("code", code.to_string().into())])),
    );
    lines.extend(
        (owed.declined > 0)
            .then(|| language.with("person-declined", &[("n", owed.declined.into())])),
    );
    lines.extend(owed.reads_until_ms.map(|until_ms| {
        let left_s = (until_ms - at_ms).max(0) / 1_000;
        let about = [("n", left_s.into())];
        if owed.then_dials {
            language.with("person-dials-in", &about)
        } else {
            language.with("person-passes-in", &about)
        }
    }));
    lines
}

/// One thing that is owed, in a line.
pub(crate) fn need(language: Language, need: &NeedNow) -> String {
    let queue = need.queue.clone();
    let about = [
        ("kind", words::need_kind(language, need.kind).into()),
        (
            "queue",
            queue
                .unwrap_or_else(|| language.say("need-no-queue"))
                .into(),
        ),
        ("since", words::date_and_time(need.since_ms).into()),
    ];
    let mut line = language.with("need-line", &about);
    if let Some(due_ms) = need.due_ms {
        let by = words::date_and_time(due_ms);
        line = format!("{line}, {}", language.with("need-by", &[("by", by.into())]));
    }
    if need.another_person {
        line = format!("{line}, {}", language.say("need-another-person"));
    }
    if let Some(note) = &need.note {
        line = format!("{line} · {note}");
    }
    line
}
