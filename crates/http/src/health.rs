//! Whether the process lives, and whether it can take calls.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use cuptel_core::words::Degraded;
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

const RINGS_NOBODY: &str = "nobody is rung: no operator, no callback; callers are answered, recorded in the spill and told to the database later";

/// What is held back in a mode, and what to do about it.
pub(crate) fn consequences(mode: Degraded) -> (&'static str, &'static str) {
    match mode {
        Degraded::DatabaseSlow => (
            "nothing yet",
            "see what keeps the database's disk busy: a backup, another program, a failing disk",
        ),
        Degraded::DatabaseFailing => (
            RINGS_NOBODY,
            "read why in CupTel's log and the database's own; look at the disk",
        ),
        Degraded::DatabaseStalled => (
            RINGS_NOBODY,
            "see whether another program holds the database, and whether its disk answers",
        ),
        Degraded::DatabaseGone => (
            RINGS_NOBODY,
            "start the database server, or mend the network to it",
        ),
        Degraded::DatabaseFull => (RINGS_NOBODY, "make room where the database is"),
        Degraded::DatabaseReadOnly => (
            RINGS_NOBODY,
            "promote the server or have it take writes again; mount the disk for writing",
        ),
        Degraded::StorageDead => (
            "everything: the process ends",
            "make room for the database or for the spill, then start CupTel again",
        ),
        Degraded::MediaDead => (
            "every call: callers are recorded, refused and called back later",
            "start CupTel again, which takes less than a second, and send its log to its makers",
        ),
    }
}
