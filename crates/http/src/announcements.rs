//! What is spoken to be heard in an emergency: put in force as a WAV file, and fetched as one.

use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use cuptel_core::announcement::{Spoken, VOICED_MS_MIN};
use cuptel_core::id::AnnouncementId;
use cuptel_core::step::Command;
use cuptel_core::stop_button::{ButtonTold, Pressed};
use cuptel_core::words::Button;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::IntoParams;

use crate::access::Caller;
use crate::actions::body_of;
use crate::error::ApiError;
use crate::pages::Shared;
use crate::reads::{self, identifier};
use crate::schema;
use crate::stops::said;

/// Two minutes of 16-bit samples, and room for what else is in a file.
pub(crate) const WAV_BYTES_MAX: usize = 2 * 1024 * 1024;

/// The emergency whose message it is to be.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Announced {
    /// Short name of a tenant; with none, it is for the region.
    tenant: Option<String>,
    /// When it is over by itself, in milliseconds since 1970; when somebody says so, without it.
    until_ms: Option<i64>,
    /// Name of the supervisor who puts it in force.
    supervisor: Option<String>,
    /// Why.
    reason: Option<String>,
}

/// Presses `emergency` with a message of its own: whoever calls hears this file, 8 kHz, mono, A-law,
/// µ-law or 16 bits, instead of the dialplan's message. It replaces the one that is in force.
#[utoipa::path(post, path = "/api/v1/stops/announcements", tag = "people",
    security(("token" = [])), params(Announced),
    request_body(content = Vec<u8>, content_type = "audio/wav"),
    responses((status = 200, body = schema::Changed), (status = 401, body = schema::Error),
        (status = 422, description = "It is no such file, nothing is heard in it, it is too long, or \
            there is no such tenant", body = schema::Error)))]
pub(crate) async fn announce(
    caller: Caller,
    State(shared): State<Shared>,
    query: reads::Asked<Announced>,
    request: Request,
) -> Result<Json<Value>, ApiError> {
    let asked = reads::asked(query)?;
    let wav = body_of(request, &shared).await?;
    let meaningless = |why| ApiError::Meaningless {
        why,
        hint: "send a WAV file: 8000 Hz, mono, A-law, µ-law or 16 bits",
    };
    let sound = shared.engine.sound_of_wav(&wav).map_err(meaningless)?;
    if sound.voiced_ms < VOICED_MS_MIN {
        return Err(meaningless("nothing is heard in it".to_owned()));
    }
    let told = ButtonTold {
        button: Button::Emergency,
        tenant: said(asked.tenant)?,
        queue: None,
    };
    let spoken = Spoken {
        sound: None,
        duration_ms: sound.duration_ms,
        seat: None,
    };
    let pressed = Box::new(Pressed {
        ends_ms: asked.until_ms,
        supervisor: said(asked.supervisor)?,
        reason: said(asked.reason)?,
        message: None,
        spoken: Some(spoken),
    });
    let command = Command::PressStop { told, pressed };
    let command = shared.allowed_to(&caller, command).await?;
    shared.engine.command_spoken(command, sound.audio).await?;
    Ok(Json(json!({ "changed": 1 })))
}

/// What whoever calls hears, while it is in force: `id` is that of the `announcement` of a stop.
#[utoipa::path(get, path = "/api/v1/stops/announcements/{id}", tag = "people",
    security(("token" = [])),
    params(("id" = i64, Path, description = "Which")),
    responses((status = 200, content_type = "audio/wav", description = "8 kHz, mono, A-law"),
        (status = 401, body = schema::Error), (status = 404, body = schema::Error)))]
pub(crate) async fn sound(
    _caller: Caller,
    State(shared): State<Shared>,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let which = AnnouncementId(identifier(&id, "announcement in force")?);
    let found = shared.store.sound(which).await?;
    let audio = found.ok_or_else(|| ApiError::NotFound {
        what: "announcement in force",
        which: id,
    })?;
    let headers = [(CONTENT_TYPE, "audio/wav"), (CACHE_CONTROL, "no-store")];
    Ok((headers, wav_of(&audio)).into_response())
}

/// A-law, 8 kHz, mono, as a file.
fn wav_of(audio: &[u8]) -> Vec<u8> {
    const ALAW: u16 = 6;
    const RATE: u32 = 8_000;
    let length = u32::try_from(audio.len()).unwrap_or(u32::MAX);
    let mut file = Vec::with_capacity(audio.len() + 58);
    file.extend(b"RIFF");
    file.extend((length + 50).to_le_bytes());
    file.extend(b"WAVEfmt ");
    file.extend(18_u32.to_le_bytes());
    for half in [ALAW, 1] {
        file.extend(half.to_le_bytes());
    }
    for word in [RATE, RATE] {
        file.extend(word.to_le_bytes());
    }
    for half in [1_u16, 8, 0] {
        file.extend(half.to_le_bytes());
    }
    file.extend(b"fact");
    file.extend(4_u32.to_le_bytes());
    file.extend(length.to_le_bytes());
    file.extend(b"data");
    file.extend(length.to_le_bytes());
    file.extend(audio);
    file
}
