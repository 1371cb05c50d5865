//! Messages that were spoken for emergencies: by a file with the button, and by the phone of a seat.
//! Each that is in force has its sound, in its row and in the media thread, and none is kept longer.

use std::sync::Arc;

use cuptel_call::Input;
use cuptel_core::record::AnnouncementRow;
use cuptel_core::step::Command;
use cuptel_media as media;

use crate::chance::Chance;
use crate::image::Image;
use crate::line::{Act, CallKey};
use crate::promises::{Broken, broken};
use crate::world::{Happening, World};

/// The first number of a sound that is in no library.
const RECORDED_FIRST: u32 = 1 << 31;

impl World {
    /// A button with a sound.
    pub(crate) fn commands_spoken(&mut self, command: Command) -> Result<(), Broken> {
        if self.process.is_none() || !self.reads() {
            return Ok(());
        }
        self.met.deed("spoken");
        self.note(&format!("spoken: {command:?}"));
        self.requests += 1;
        let request = self.requests;
        let sound = Arc::from([0x2A_u8; 160]);
        self.feed(Input::Spoken {
            request,
            command,
            sound,
        })
    }

    /// Somebody who has dialled the code keys in a PIN, speaks, and does with it what they like.
    pub(crate) fn announces_by_phone(&mut self, key: CallKey, chance: &mut Chance) {
        self.met.deed("dials the code");
        let mut after_us = chance.ms(500, 3_000);
        let pins = ["123456#", "123456#", "999999#2", "0#123456#", "0#0#0#"];
        let then = ["11", "1#1", "121", "13", "9", "#1", "1"];
        for digit in chance.pick(&pins).chars() {
            self.plan(after_us, Happening::Acts(key, Act::Press(digit)));
            after_us += chance.ms(100, 900);
        }
        for digit in chance.pick(&then).chars() {
            after_us += chance.ms(2_000, 12_000);
            self.plan(after_us, Happening::Acts(key, Act::Press(digit)));
        }
        let patience_us = chance.s(2, 60);
        self.plan(patience_us, Happening::Acts(key, Act::HangUp));
        // In the quiet at the end somebody releases all buttons, again and again: a database may
        // forget that they were.
        let quiet_us = self.calm_us - self.now_us + 5_000_000;
        self.plan(quiet_us, Happening::Button(chance.fork()));
    }

    /// What the media thread is given when a process starts.
    pub(crate) fn keep_sounds(&mut self) -> Result<(), Broken> {
        check_in_force(&self.decided)?;
        let sounds: Vec<u32> = self.decided.announced().map(|row| row.sound.0).collect();
        self.sound.kept.extend(sounds);
        Ok(())
    }

    /// Nobody is played what is not there.
    pub(crate) fn check_sounds(&self, command: &media::Command) -> Result<(), Broken> {
        let media::Command::Play { prompts, .. } = command else {
            return Ok(());
        };
        let is_kept = |sound: &media::PromptId| {
            sound.0 < RECORDED_FIRST || self.sound.kept.contains(&sound.0)
        };
        match prompts.iter().find(|sound| !is_kept(sound)) {
            Some(sound) if !self.sound.is_dead => {
                let number = sound.0 - RECORDED_FIRST;
                broken("P1", format!("recording {number} is played and not there"))
            }
            Some(_) | None => Ok(()),
        }
    }
}

/// One in force has its sound; one that is not has none, and never comes back.
pub(crate) fn check_announcement(before: &Image, row: &AnnouncementRow) -> Result<(), Broken> {
    let id = row.id;
    let was_erased = before
        .announcements
        .get(&id)
        .is_some_and(|old| old.erased_ms.is_some());
    match (row.erased_ms, &row.audio) {
        (Some(_), Some(_)) => broken("P7", format!("message {id} is erased and has its sound")),
        (None, None) => broken("P1", format!("message {id} is in force without a sound")),
        (None, Some(_)) if was_erased => broken("P7", format!("message {id} is in force again")),
        (Some(_), None) | (None, Some(_)) => Ok(()),
    }
}

/// What is in force and what the buttons say is the same.
pub(crate) fn check_in_force(rows: &Image) -> Result<(), Broken> {
    for stop in rows.pressed() {
        let held = stop.announcement.and_then(|id| rows.announcements.get(&id));
        if stop.announcement.is_some() && held.is_none_or(|row| row.erased_ms.is_some()) {
            return broken("P1", format!("button {} has lost its message", stop.id));
        }
    }
    let is_held = |row: &&AnnouncementRow| {
        let mut pressed = rows.pressed();
        pressed.any(|stop| stop.announcement == Some(row.id))
    };
    match rows.announced().find(|row| !is_held(row)) {
        Some(row) => broken("P7", format!("message {} is kept for nothing", row.id)),
        None => Ok(()),
    }
}
