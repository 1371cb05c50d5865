//! Health authorities as they are now: whom they lend and borrow, and how their callers fare.

use axum::extract::State;
use serde_json::json;

use crate::access::Onlooker;
use crate::error::ApiError;
use crate::pages::Shared;
use crate::paging::{Listed, PageAsked, page};
use crate::{reads, schema};

/// Health authorities as they are now, and in what they have drifted apart.
#[utoipa::path(get, path = "/api/v1/tenants", tag = "now", params(PageAsked),
    responses((status = 200, body = schema::Tenants), (status = 401, body = schema::Error)))]
pub(crate) async fn tenants(
    _onlooker: Onlooker,
    State(shared): State<Shared>,
    query: reads::Asked<PageAsked>,
) -> Result<Listed, ApiError> {
    let look = shared.engine.snapshot();
    let (tenants, next) = page(look.tenants.clone(), query, |it| it.name.clone())?;
    Ok(Listed::after(json!({
        "at_ms": look.at_ms, "tenants": tenants, "drifts": look.drifts, "next": next
    })))
}
