//! The configuration in force, and having it read again.

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use crate::access::Caller;
use crate::error::ApiError;
use crate::pages::Shared;
use crate::port::Configuration;
use crate::schema;

fn told(configuration: &Configuration) -> Json<Value> {
    let failed = configuration
        .failed
        .as_ref()
        .map(|failed| json!({ "at_ms": failed.at_ms, "faults": failed.faults }));
    Json(json!({ "configuration": {
        "hash": configuration.hash,
        "since_ms": configuration.since_ms,
        "title": configuration.title,
        "failed": failed,
    }}))
}

/// The configuration in force, and why the last reload failed if it did.
#[utoipa::path(get, path = "/api/v1/configuration", tag = "operations", security(("token" = [])),
    responses((status = 200, body = schema::OneConfiguration), (status = 401, body = schema::Error)))]
pub(crate) async fn in_force(_caller: Caller, State(shared): State<Shared>) -> Json<Value> {
    told(&shared.engine.health().configuration)
}

/// Reads the configuration again. All of it takes effect without touching calls, or nothing.
#[utoipa::path(post, path = "/api/v1/reload", tag = "operations", security(("token" = [])),
    responses((status = 200, body = schema::OneConfiguration), (status = 401, body = schema::Error),
        (status = 422, description = "Nothing was changed", body = schema::Faults)))]
pub(crate) async fn reload(
    _caller: Caller,
    State(shared): State<Shared>,
) -> Result<Json<Value>, ApiError> {
    Ok(told(&*shared.engine.reload().await?))
}
