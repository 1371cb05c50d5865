//! The agreement with those who work here that allows figures of one operator, listening and recording:
//! while none is in force all of it is off.

use askama::Template;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
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
#[derive(Debug, Default, Deserialize, ToSchema)]
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

impl Enter {
    fn allows(&self) -> Allowed {
        Allowed {
            per_operator_figures: self.per_operator_figures,
            listening: self.listening,
            recording: self.recording,
        }
    }
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
    let stored = match entered(&shared, &caller, &asked.wish) {
        Ok(new) => stored(&shared, &caller, &new).await.map(|()| None)?,
        Err(wrong) => Some(wrong),
    };
    match (stored, asked.by_form) {
        (None, false) => Ok(agreements(caller, State(shared)).await?.into_response()),
        (Some(wrong), false) => Err(meaningless(wrong.to_string())),
        (stored, true) => {
            let text = stored.map_or("desk-agreement-entered", Wrong::text);
            let told = notice(stored.is_none(), language.say(text));
            Ok(led_back(&shared, &caller, told))
        }
    }
}

async fn stored(shared: &SharedParts, caller: &Caller, new: &NewAgreement) -> Result<(), ApiError> {
    caller.is_about(new.protocol.clone());
    Ok(shared.store.enter_agreement(new).await?)
}

/// The same by the page's own form: what is wrong is said at its field, and what was typed stays.
pub(crate) async fn enter_by_page(
    caller: Caller,
    State(shared): State<Shared>,
    language: Language,
    asked: Asked<Enter>,
) -> Result<Response, ApiError> {
    match entered(&shared, &caller, &asked.wish) {
        Ok(new) => {
            stored(&shared, &caller, &new).await?;
            let told = notice(true, language.say("desk-agreement-entered"));
            Ok(led_back(&shared, &caller, told))
        }
        Err(wrong) => {
            let kept = Kept {
                wish: asked.wish,
                wrong: Some(wrong),
            };
            let page = shown(&shared, language, &caller, kept).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
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

/// Whether somebody has ticked that they are sure.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Sure {
    sure: String,
}

/// The same by the page's own form, once somebody is sure.
pub(crate) async fn end_by_page(
    caller: Caller,
    State(shared): State<Shared>,
    language: Language,
    asked: Asked<Sure>,
) -> Result<Response, ApiError> {
    if asked.wish.sure != "yes" {
        let kept = Kept {
            wrong: Some(Wrong::NotSure),
            ..Kept::default()
        };
        let page = shown(&shared, language, &caller, kept).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    let asked = Asked {
        wish: Nothing::default(),
        by_form: true,
    };
    end(caller, State(shared), language, asked).await
}

fn notice(good: bool, text: String) -> Notice {
    Notice::told(good, text)
}

fn led_back(shared: &SharedParts, caller: &Caller, notice: Notice) -> Response {
    caller.tell(shared, notice);
    Redirect::to(PAGE).into_response()
}

/// What is wrong with an agreement that somebody enters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Wrong {
    #[error("`reached_on` is no day: expected one like 2026-11-25")]
    NoDay,
    #[error("`reached_on` is a day that has not come yet")]
    Future,
    #[error("`protocol` is empty: expected the number under which the agreement is kept")]
    NoProtocol,
    #[error("`protocol` has more than 100 characters, or signs in it")]
    Protocol,
    #[error(
        "an agreement that allows nothing changes nothing: say at least one of per_operator_figures, listening, recording, or end the one in force"
    )]
    Nothing,
    #[error("whoever ends an agreement says that they are sure")]
    NotSure,
}

impl Wrong {
    fn text(self) -> &'static str {
        match self {
            Self::NoDay => "admin-agreement-no-day",
            Self::Future => "admin-agreement-future",
            Self::NoProtocol => "admin-agreement-no-protocol",
            Self::Protocol => "admin-agreement-protocol",
            Self::Nothing => "admin-agreement-nothing",
            Self::NotSure => "admin-not-sure",
        }
    }

    /// The identifier of the field to be corrected.
    fn field(self) -> &'static str {
        match self {
            Self::NoDay | Self::Future => "reached-on",
            Self::NoProtocol | Self::Protocol => "protocol",
            Self::Nothing => "figures",
            Self::NotSure => "sure",
        }
    }
}

fn entered(shared: &SharedParts, caller: &Caller, wish: &Enter) -> Result<NewAgreement, Wrong> {
    let now_ms = shared.engine.snapshot().at_ms;
    let day = LocalDay::parse(wish.reached_on.trim()).ok_or(Wrong::NoDay)?;
    let today = LocalDay::of(now_ms, Zone::Europe__Rome);
    if today.is_some_and(|today| day > today) {
        return Err(Wrong::Future);
    }
    let protocol = typed(&wish.protocol).map_err(|_unfit| Wrong::Protocol)?;
    let protocol = protocol.ok_or(Wrong::NoProtocol)?;
    let allows = wish.allows();
    if allows == Allowed::default() {
        return Err(Wrong::Nothing);
    }
    Ok(NewAgreement {
        reached_on: day.to_string(),
        protocol,
        allows,
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
    kept: Kept,
}

/// What was typed, and what is wrong with it.
#[derive(Default)]
struct Kept {
    wish: Enter,
    wrong: Option<Wrong>,
}

impl Kept {
    /// What the field of this identifier has besides, where it is the one to be corrected.
    fn marks(&self, id: &str) -> &'static str {
        match self.wrong {
            Some(wrong) if wrong.field() == id => {
                " aria-invalid=\"true\" aria-describedby=\"fault\" autofocus"
            }
            Some(_) | None => "",
        }
    }
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
    shown(&shared, language, &caller, Kept::default()).await
}

async fn shown(
    shared: &Shared,
    language: Language,
    caller: &Caller,
    kept: Kept,
) -> Result<Response, ApiError> {
    let all = shared.store.agreements().await?;
    let ended = all.iter().filter(|it| it.ended_ms.is_some());
    Ok(html(&AgreementPage {
        frame: Frame {
            menu: menu(language, caller.role(), PAGE),
            ..frame(shared, language, Some(caller))
        },
        in_force: in_force(&all).map(|it| told(language, it)),
        past: ended.map(|it| told(language, it)).collect(),
        acts: may(caller.role(), Need::Rule) && caller.is_unbounded(),
        kept,
    }))
}
