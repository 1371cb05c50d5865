//! Sites: what goes on there now, and the word of a supervisor that one is cut off, or back.

use axum::Json;
use axum::extract::{Path, State};
use cuptel_core::step::Command;
use serde_json::{Value, json};

use crate::access::{Caller, Onlooker};
use crate::actions::{Asked, By, typed};
use crate::error::ApiError;
use crate::pages::Shared;
use crate::paging::{Listed, PageAsked, page};
use crate::{reads, schema};

/// Sites as they are now.
#[utoipa::path(get, path = "/api/v1/sites", tag = "now", params(PageAsked),
    responses((status = 200, body = schema::Sites), (status = 401, body = schema::Error)))]
pub(crate) async fn sites(
    _onlooker: Onlooker,
    State(shared): State<Shared>,
    query: reads::Asked<PageAsked>,
) -> Result<Listed, ApiError> {
    let look = shared.engine.snapshot();
    let (sites, next) = page(look.sites.clone(), query, |it| it.name.clone())?;
    Ok(Listed::after(
        json!({ "at_ms": look.at_ms, "sites": sites, "next": next }),
    ))
}

/// A site is cut off: nothing is offered there, and who talks there is given to another seat.
#[utoipa::path(post, path = "/api/v1/sites/{site}/outage", tag = "people",
    security(("token" = [])), params(("site" = String, Path, description = "Its name")),
    request_body = By,
    responses((status = 200, body = schema::Changed), (status = 401, body = schema::Error),
        (status = 422, description = "There is no such site", body = schema::Error)))]
pub(crate) async fn outage(
    caller: Caller,
    State(shared): State<Shared>,
    Path(site): Path<String>,
    asked: Asked<By>,
) -> Result<Json<Value>, ApiError> {
    let supervisor = typed(asked.wish.supervisor.as_deref().unwrap_or(""))?;
    let command = Command::SiteOut { site, supervisor };
    shared.carry_out(&caller, command).await?;
    Ok(Json(json!({ "changed": 1 })))
}

/// A site is back. What was only noticed ends by itself when one of its phones is there again.
#[utoipa::path(post, path = "/api/v1/sites/{site}/resume", tag = "people",
    security(("token" = [])), params(("site" = String, Path, description = "Its name")),
    responses((status = 200, body = schema::Changed), (status = 401, body = schema::Error),
        (status = 409, description = "It is not cut off", body = schema::Error),
        (status = 422, description = "There is no such site", body = schema::Error)))]
pub(crate) async fn resume(
    caller: Caller,
    State(shared): State<Shared>,
    Path(site): Path<String>,
    _asked: Asked<By>,
) -> Result<Json<Value>, ApiError> {
    shared
        .carry_out(&caller, Command::SiteResumes { site })
        .await?;
    Ok(Json(json!({ "changed": 1 })))
}
