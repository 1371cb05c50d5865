//! Calls that the carrier refused, told by a program. Some hundred at a time; what we know
//! already is left out, so telling them twice changes nothing.

use axum::Json;
use axum::extract::State;
use cuptel_core::importing::CarrierCall;
use cuptel_core::number::{Caller as Person, PhoneNumber};
use cuptel_core::step::Command;
use cuptel_core::time::UtcMs;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::Caller;
use crate::actions::Asked;
use crate::error::ApiError;
use crate::pages::Shared;
use crate::port::Refusal;
use crate::schema;

/// Calls in one request.
const CALLS_MAX: usize = 300;
/// Bytes of a caller's number as the carrier writes it.
const RAW_BYTES_MAX: usize = 128;
const HINT: &str = "correct it and send the same list again: what is known is left out";

/// Calls that the carrier refused.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Told {
    /// At most 300, those of the same moment in one request.
    calls: Vec<ToldCall>,
}

/// One of them.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ToldCall {
    /// When, in milliseconds since 1970.
    at_ms: i64,
    /// Who called; empty where the number was withheld.
    caller: String,
    /// The line that was dialled.
    called: String,
    /// ITU-T Q.850 cause.
    cause: Option<u8>,
}

/// What became of them.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Imported {
    /// Are attempts now.
    imported: usize,
    /// Had reached us after all.
    reached_us: usize,
    /// Were told before.
    told_before: usize,
}

/// Takes in calls that the carrier refused because every channel was taken: each becomes an
/// attempt, and joins or opens the person's callback. All of them, or none.
#[utoipa::path(post, path = "/api/v1/attempts/import", tag = "stored", security(("token" = [])),
    request_body = Told,
    responses((status = 200, body = Imported), (status = 401, body = schema::Error),
        (status = 422, description = "Nothing was imported", body = schema::Error)))]
pub(crate) async fn import(
    caller: Caller,
    State(shared): State<Shared>,
    asked: Asked<Told>,
) -> Result<Json<Imported>, ApiError> {
    let told = asked.wish.calls;
    if told.len() > CALLS_MAX {
        return Err(meaningless(format!("more than {CALLS_MAX} calls at once")));
    }
    let now_ms = shared.engine.snapshot().at_ms;
    let bounds = shared.settings.import;
    let calls: Result<Vec<CarrierCall>, ApiError> = told
        .into_iter()
        .enumerate()
        .map(|(place, call)| {
            let call = call.read(now_ms, bounds);
            call.map_err(|why| meaningless(format!("call {}: {why}", place + 1)))
        })
        .collect();
    // One after the other: what the one before stored is known to the next.
    let _alone = shared.importing.lock().await;
    // What is only in the spill is not known to the database, and would be taken twice.
    if shared
        .engine
        .health()
        .degraded
        .iter()
        .any(|it| it.mode.holds_back())
    {
        return Err(Refusal::Busy.into());
    }
    let unknown = shared.store.unknown(calls?, bounds.window_ms()).await?;
    let answer = Imported {
        imported: unknown.calls.len(),
        reached_us: unknown.reached_us,
        told_before: unknown.told_before,
    };
    let command = Command::ImportAttempts(unknown.calls);
    shared.carry_out(&caller, command).await?;
    Ok(Json(answer))
}

fn meaningless(why: String) -> ApiError {
    ApiError::Meaningless { why, hint: HINT }
}

/// Which calls of a carrier are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImportBounds {
    /// How much the carrier's clock may differ from ours.
    pub window_s: u32,
    /// How old a call may be: an older one is of no use any more.
    pub age_max_h: u32,
}

impl ImportBounds {
    fn window_ms(self) -> i64 {
        i64::from(self.window_s) * 1_000
    }
}

impl ToldCall {
    fn read(self, now_ms: UtcMs, bounds: ImportBounds) -> Result<CarrierCall, String> {
        let called = Person::from_user_part(&self.called).number;
        let Some(called) = called else {
            return Err("`called` is no telephone number".to_owned());
        };
        if self.caller.len() > RAW_BYTES_MAX {
            return Err(format!("`caller` has more than {RAW_BYTES_MAX} bytes"));
        }
        // What is younger may be on its way to us still.
        if self.at_ms > now_ms - bounds.window_ms() {
            let window_s = bounds.window_s;
            return Err(format!(
                "`at_ms` is not {window_s} s ago yet, or in the future"
            ));
        }
        if self.at_ms < now_ms - i64::from(bounds.age_max_h) * 3_600_000 {
            let age_max_h = bounds.age_max_h;
            return Err(format!("`at_ms` is more than {age_max_h} h ago"));
        }
        Ok(self.of(called))
    }

    fn of(self, called: PhoneNumber) -> CarrierCall {
        CarrierCall {
            received_ms: self.at_ms,
            called,
            caller: Person::from_user_part(&self.caller),
            raw: self.caller,
            cause: self.cause,
            served_since: Vec::new(),
        }
    }
}
