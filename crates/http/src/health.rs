//! Whether the process lives, and whether it can take calls.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::pages::Shared;
use crate::port::Health;

/// The process answers.
#[utoipa::path(get, path = "/health/live", tag = "operations",
    responses((status = 200, description = "The process answers")))]
pub(crate) async fn live() -> Json<Value> {
    Json(json!({ "live": true }))
}

/// Calls can be taken.
#[utoipa::path(get, path = "/health/ready", tag = "operations", responses(
    (status = 200, description = "Calls can be taken", body = crate::schema::Health),
    (status = 503, description = "Calls cannot be taken", body = crate::schema::Health)))]
pub(crate) async fn ready(State(shared): State<Shared>) -> (StatusCode, Json<Health>) {
    let health = shared.engine.health();
    let status = if health.ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (status, Json(health))
}
