//! Health authorities as they are now: whom they lend and borrow, and how their callers fare.

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use crate::access::Onlooker;
use crate::pages::Shared;
use crate::schema;

/// Health authorities as they are now, and in what they have drifted apart.
#[utoipa::path(get, path = "/api/v1/tenants", tag = "now",
    responses((status = 200, body = schema::Tenants), (status = 401, body = schema::Error)))]
pub(crate) async fn tenants(_onlooker: Onlooker, State(shared): State<Shared>) -> Json<Value> {
    let look = shared.engine.snapshot();
    Json(json!({ "at_ms": look.at_ms, "tenants": look.tenants, "drifts": look.drifts }))
}
