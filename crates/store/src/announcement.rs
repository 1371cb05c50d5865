//! What was spoken for emergencies: images, those in force at start, and their sounds.

use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use cuptel_core::id::{AnnouncementId, SeatId};
use cuptel_core::record::AnnouncementRow;
use cuptel_core::rules::PromptId;

use crate::dialect::{Row, ask_shard, upsert};
use crate::image::Images;
use crate::row::{Columns, foreign};
use crate::store::{Store, StoreError, while_doing};

pub(crate) const UPSERT: &str = upsert!(announcement {
    2 sound BIGINT,
    3 made_ms BIGINT,
    4 duration_ms BIGINT,
    5 seat BIGINT,
    6 erased_ms BIGINT,
    7 audio TEXT,
});

/// Those in force, without their sounds.
pub(crate) const OPEN: &str = "
SELECT id, sound, made_ms, duration_ms, seat
FROM announcement WHERE shard = $1 AND erased_ms IS NULL ORDER BY id";

const SOUNDS: &str = "
SELECT sound, audio FROM announcement
WHERE shard = $1 AND erased_ms IS NULL AND audio IS NOT NULL ORDER BY id";

const SOUND_OF: &str = "
SELECT sound, audio FROM announcement
WHERE shard = $1 AND id = $2 AND erased_ms IS NULL AND audio IS NOT NULL";

pub(crate) fn image(row: &AnnouncementRow, seq: i64, images: &mut Images) {
    let audio = row.audio.as_ref();
    let audio = audio.map(|audio| BASE64_STANDARD.encode(&audio.0));
    images
        .row(row.id.0, seq)
        .int(i64::from(row.sound.0))
        .int(row.made_ms)
        .int(i64::from(row.duration_ms))
        .maybe_int(row.seat.map(|seat| seat.0))
        .maybe_int(row.erased_ms)
        .maybe_text(audio.as_deref())
        .end();
}

pub(crate) fn read(row: &Row) -> Result<AnnouncementRow, sqlx::Error> {
    let mut columns = Columns::of(row);
    Ok(AnnouncementRow {
        id: AnnouncementId(columns.int()?),
        sound: PromptId(columns.small()?),
        made_ms: columns.int()?,
        duration_ms: columns.small()?,
        seat: columns.maybe_int()?.map(SeatId),
        erased_ms: None,
        audio: None,
    })
}

fn read_sound(row: &Row) -> Result<(PromptId, Arc<[u8]>), sqlx::Error> {
    let mut columns = Columns::of(row);
    let sound = PromptId(columns.small()?);
    let audio = BASE64_STANDARD.decode(columns.text()?);
    let audio = audio.map_err(|error| foreign(1, error))?;
    Ok((sound, audio.into()))
}

impl Store {
    /// The sounds in force: A-law, 8 kHz, mono, and under which number the rules play them.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sounds(&self) -> Result<Vec<(PromptId, Arc<[u8]>)>, StoreError> {
        let failed = while_doing("load what was recorded for emergencies");
        let mut reading = self.read().await.map_err(&failed)?;
        let all = ask_shard(SOUNDS).all(&mut reading, read_sound).await;
        all.map_err(failed)
    }

    /// The sound of a message in force; nothing where it is withdrawn, or never was.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sound(&self, id: AnnouncementId) -> Result<Option<Arc<[u8]>>, StoreError> {
        let failed = while_doing("look up what was recorded for an emergency");
        let mut reading = self.read().await.map_err(&failed)?;
        let question = ask_shard(SOUND_OF).int(id.0);
        let found = question.maybe(&mut reading, read_sound).await;
        Ok(found.map_err(failed)?.map(|(_, audio)| audio))
    }
}
