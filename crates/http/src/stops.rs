//! Stop buttons: what is pressed now, and the word that one is pressed or released.

use axum::Json;
use axum::extract::State;
use cuptel_core::snapshot::StopNow;
use cuptel_core::step::Command;
use cuptel_core::stop_button::{ButtonTold, Pressed};
use cuptel_core::words::Button;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::access::{Caller, Onlooker};
use crate::actions::{Asked, typed};
use crate::error::ApiError;
use crate::events::as_seen;
use crate::pages::Shared;
use crate::paging::{Listed, PageAsked, page};
use crate::{reads, schema};

/// A button that is pressed, or pressed otherwise than it was.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Press {
    #[schema(value_type = schema::Button)]
    button: Button,
    /// Short name of a tenant; with none, and no queue, it is for the region.
    tenant: Option<String>,
    /// Short name of a queue, of the tenant where one is named. `closed` and `opened` need it.
    queue: Option<String>,
    /// When it is released by itself, in milliseconds since 1970; by somebody, without it.
    until_ms: Option<i64>,
    /// Name of the supervisor who presses it.
    supervisor: Option<String>,
    /// Why.
    reason: Option<String>,
    /// Of `emergency`: the name of the dialplan's step, instead of the one that it chooses.
    message: Option<String>,
}

/// A button that is released.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Release {
    /// `closed` and `opened` are one button in two positions: either releases it.
    #[schema(value_type = schema::Button)]
    button: Button,
    /// As it was pressed.
    tenant: Option<String>,
    /// As it was pressed.
    queue: Option<String>,
    /// Name of the supervisor who releases it.
    supervisor: Option<String>,
}

pub(crate) fn said(text: Option<String>) -> Result<Option<String>, ApiError> {
    typed(text.as_deref().unwrap_or(""))
}

/// Stop buttons that are pressed.
#[utoipa::path(get, path = "/api/v1/stops", tag = "now", params(PageAsked),
    responses((status = 200, body = schema::Stops), (status = 401, body = schema::Error)))]
pub(crate) async fn stops(
    onlooker: Onlooker,
    State(shared): State<Shared>,
    query: reads::Asked<PageAsked>,
) -> Result<Listed, ApiError> {
    let look = as_seen(&shared.engine.snapshot(), &onlooker);
    let word = |word: &Option<String>| word.clone().unwrap_or_default();
    let name = |it: &StopNow| format!("{}/{}/{}", it.button, word(&it.tenant), word(&it.queue));
    let (stops, next) = page(look.stops, query, name)?;
    Ok(Listed::after(
        json!({ "at_ms": look.at_ms, "stops": stops, "next": next }),
    ))
}

/// Presses a stop button: once this is answered nobody is dialled, admitted or led past the message
/// against it. Conversations go on, and so does the call to whoever is being rung. Pressing it again
/// says anew until when; what else is not said stays.
#[utoipa::path(post, path = "/api/v1/stops", tag = "people", security(("token" = [])),
    request_body = Press,
    responses((status = 200, body = schema::Changed), (status = 401, body = schema::Error),
        (status = 422, description = "There is no such queue, tenant, button or message",
            body = schema::Error)))]
pub(crate) async fn press(
    caller: Caller,
    State(shared): State<Shared>,
    asked: Asked<Press>,
) -> Result<Json<Value>, ApiError> {
    let wish = asked.wish;
    let told = told(wish.button, wish.tenant, wish.queue)?;
    let pressed = Box::new(Pressed {
        ends_ms: wish.until_ms,
        supervisor: said(wish.supervisor)?,
        reason: said(wish.reason)?,
        message: said(wish.message)?,
        spoken: None,
    });
    let command = Command::PressStop { told, pressed };
    shared.carry_out(&caller, command).await?;
    Ok(Json(json!({ "changed": 1 })))
}

/// Releases a stop button.
#[utoipa::path(post, path = "/api/v1/stops/resume", tag = "people", security(("token" = [])),
    request_body = Release,
    responses((status = 200, body = schema::Changed), (status = 401, body = schema::Error),
        (status = 409, description = "It is not pressed", body = schema::Error),
        (status = 422, description = "There is no such queue, tenant or button",
            body = schema::Error)))]
pub(crate) async fn release(
    caller: Caller,
    State(shared): State<Shared>,
    asked: Asked<Release>,
) -> Result<Json<Value>, ApiError> {
    let wish = asked.wish;
    let told = told(wish.button, wish.tenant, wish.queue)?;
    let supervisor = said(wish.supervisor)?;
    let command = Command::ReleaseStop { told, supervisor };
    shared.carry_out(&caller, command).await?;
    Ok(Json(json!({ "changed": 1 })))
}

fn told(
    button: Button,
    tenant: Option<String>,
    queue: Option<String>,
) -> Result<ButtonTold, ApiError> {
    Ok(ButtonTold {
        button,
        tenant: said(tenant)?,
        queue: said(queue)?,
    })
}
