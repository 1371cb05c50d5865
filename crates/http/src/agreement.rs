//! The agreement with those who work here that allows figures of one operator, listening and recording:
//! while none is in force all of it is off.

use askama::Template;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use cuptel_core::calendar::{LocalDay, Zone};
use cuptel_store::{AgreementView, Allowed, NewAgreement};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::access::Caller;
use crate::actions::{Asked, Nothing, meaningless, typed};
use crate::admin::menu;
use crate::desk::say;
use crate::error::ApiError;
use crate::page::{Frame, frame, html};
use crate::pages::{Shared, SharedParts};
use crate::rights::{Need, may};
use crate::schema;
use crate::session::Notice;
use crate::texts::Language;

/// Where it is seen and entered.
const PAGE: &str = "/admin/agreement";

/// An agreement that somebody enters.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Enter {
    /// The day on which it was reached, like `2026-11-25`.
    reached_on: String,
    /// Under which number it is kept.
    protocol: String,
    /// Whether figures of one operator may be seen.
    #[serde(default, deserialize_with = "ticked")]
    per_operator_figures: bool,
    /// Whether somebody may listen to a conversation.
    #[serde(default, deserialize_with = "ticked")]
    listening: bool,
    /// Whether conversations may be recorded.
    #[serde(default, deserialize_with = "ticked")]
    recording: bool,
}

/// A truth in JSON, or a box that is ticked in a form.
fn ticked<'d, D: serde::Deserializer<'d>>(from: D) -> Result<bool, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Said {
        Truth(bool),
        Text(String),
    }
    Ok(match Said::deserialize(from)? {
        Said::Truth(truth) => truth,
        Said::Text(text) => ["yes", "true", "on"].contains(&text.as_str()),
    })
}

/// Agreements, the newest first; `allowed` is what holds now.
#[utoipa::path(get, path = "/api/v1/agreement", tag = "people", security(("token" = [])),
    responses((status = 200, body = schema::Agreements), (status = 401, body = schema::Error)))]
pub(crate) async fn agreements(
    _caller: Caller,
    State(shared): State<Shared>,
) -> Result<Json<Value>, ApiError> {
    let all = shared.store.agreements().await?;
    let allowed = in_force(&all).map(|it| it.allows).unwrap_or_default();
    Ok(Json(json!({ "allowed": allowed, "agreements": all })))
}

/// Puts an agreement in force, instead of the one that is.
#[utoipa::path(post, path = "/api/v1/agreement", tag = "people", security(("token" = [])),
    request_body(content((Enter = "application/json"),
        (Enter = "application/x-www-form-urlencoded"))),
    responses((status = 200, body = schema::Agreements), (status = 303, description = "By a form"),
        (status = 401, body = schema::Error),
        (status = 422, description = "No such day, or no number", body = schema::Error)))]
pub(crate) async fn enter(
    caller: Caller,
    State(shared): State<Shared>,
    language: Language,
    asked: Asked<Enter>,
) -> Result<Response, ApiError> {
    let entered = entered(&shared, &caller, &asked.wish);
    let entered = match entered {
        Ok(new) => {
            caller.is_about(new.protocol.clone());
            let stored = shared.store.enter_agreement(&new).await;
            stored.map_err(ApiError::from)
        }
        Err(error) => Err(error),
    };
    if !asked.by_form {
        entered?;
        return Ok(agreements(caller, State(shared)).await?.into_response());
    }
    let notice = match entered {
        Ok(()) => notice(true, language.say("desk-agreement-entered")),
        Err(ApiError::Meaningless { .. }) => notice(false, language.say("desk-agreement-wrong")),
        Err(error) => return Err(error),
    };
    Ok(led_back(&shared, &caller, notice))
}

/// Ends the agreement that is in force.
#[utoipa::path(post, path = "/api/v1/agreement/end", tag = "people", security(("token" = [])),
    responses((status = 200, body = schema::Agreements), (status = 303, description = "By a form"),
        (status = 401, body = schema::Error)))]
pub(crate) async fn end(
    caller: Caller,
    State(shared): State<Shared>,
    language: Language,
    asked: Asked<Nothing>,
) -> Result<Response, ApiError> {
    let now_ms = shared.engine.snapshot().at_ms;
    shared.store.end_agreement(now_ms, caller.name()).await?;
    if !asked.by_form {
        return Ok(agreements(caller, State(shared)).await?.into_response());
    }
    let notice = notice(true, language.say("desk-agreement-ended"));
    Ok(led_back(&shared, &caller, notice))
}

fn notice(good: bool, text: String) -> Notice {
    Notice { good, text }
}

fn led_back(shared: &SharedParts, caller: &Caller, notice: Notice) -> Response {
    caller.tell(shared, notice);
    Redirect::to(PAGE).into_response()
}

fn entered(shared: &SharedParts, caller: &Caller, wish: &Enter) -> Result<NewAgreement, ApiError> {
    let now_ms = shared.engine.snapshot().at_ms;
    let day = LocalDay::parse(&wish.reached_on);
    let today = LocalDay::of(now_ms, Zone::Europe__Rome);
    let day = day.filter(|day| today.is_none_or(|today| *day <= today));
    let day = day.ok_or_else(|| meaningless("an agreement has a day that has come".to_owned()))?;
    let protocol = typed(&wish.protocol)?;
    let protocol =
        protocol.ok_or_else(|| meaningless("an agreement has a protocol number".to_owned()))?;
    Ok(NewAgreement {
        reached_on: day.to_string(),
        protocol,
        allows: Allowed {
            per_operator_figures: wish.per_operator_figures,
            listening: wish.listening,
            recording: wish.recording,
        },
        entered_ms: now_ms,
        entered_by: caller.name().to_owned(),
    })
}

/// The one that is in force.
pub(crate) fn in_force(all: &[AgreementView]) -> Option<&AgreementView> {
    all.iter().find(|it| it.ended_ms.is_none())
}

#[derive(Template)]
#[template(path = "agreement.html")]
struct AgreementPage<'a> {
    frame: Frame<'a>,
    in_force: Option<Told>,
    past: Vec<Told>,
    acts: bool,
}

/// An agreement in words.
struct Told {
    protocol: String,
    date: String,
    by: String,
    from: String,
    until: String,
    allows: String,
}

fn told(language: Language, it: &AgreementView) -> Told {
    Told {
        protocol: it.protocol.clone(),
        date: say::day(&it.reached_on),
        by: it.entered_by.clone(),
        from: say::moment(it.entered_ms),
        until: it.ended_ms.map_or(String::new(), say::moment),
        allows: allows(language, it.allows),
    }
}

fn allows(language: Language, allowed: Allowed) -> String {
    let parts = [
        (allowed.per_operator_figures, "desk-allow-figures"),
        (allowed.listening, "desk-allow-listening"),
        (allowed.recording, "desk-allow-recording"),
    ];
    let parts = parts.into_iter().filter(|(is, _)| *is);
    let parts: Vec<String> = parts.map(|(_, id)| language.say(id)).collect();
    if parts.is_empty() {
        return language.say("desk-agreement-allows-nothing");
    }
    let what = parts.join(", ");
    language.with("desk-agreement-allows", &[("what", what.into())])
}

/// Which one is in force and what it allows, in words.
pub(crate) async fn in_words(shared: &SharedParts, language: Language) -> Result<String, ApiError> {
    let all = shared.store.agreements().await?;
    let Some(held) = in_force(&all).map(|it| told(language, it)) else {
        return Ok(language.say("desk-agreement-none"));
    };
    let about = [
        ("protocol", held.protocol.into()),
        ("date", held.date.into()),
        ("by", held.by.into()),
        ("at", held.from.into()),
    ];
    let said = language.with("desk-agreement-in-force", &about);
    Ok(format!("{said} {}", held.allows))
}

/// Where it is seen and entered.
pub(crate) async fn page(
    State(shared): State<Shared>,
    language: Language,
    caller: Caller,
) -> Result<Response, ApiError> {
    let all = shared.store.agreements().await?;
    let ended = all.iter().filter(|it| it.ended_ms.is_some());
    Ok(html(&AgreementPage {
        frame: Frame {
            menu: menu(language, caller.role(), PAGE),
            ..frame(&shared, language, Some(&caller))
        },
        in_force: in_force(&all).map(|it| told(language, it)),
        past: ended.map(|it| told(language, it)).collect(),
        acts: may(caller.role(), Need::Rule) && caller.is_unbounded(),
    }))
}
