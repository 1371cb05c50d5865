//! What was recorded and is not stored yet: the rules decide about it by its number, and the sound
//! joins its row here, on the way to the store.

use std::collections::BTreeMap;
use std::sync::Arc;

use cuptel_core::id::LegId;
use cuptel_core::record::{Audio, Record};
use cuptel_core::rules::PromptId;
use cuptel_core::step::{self as rules, Command, Effect};
use cuptel_core::time::Now;
use cuptel_media as media;

use crate::leg::stream_of;
use crate::switch::{Step, Switch};

/// A-law, in whole frames.
type Sound = Arc<[u8]>;

/// Sounds whose rows may come.
#[derive(Debug, Default)]
pub(crate) struct Recordings {
    spoken: BTreeMap<PromptId, Sound>,
    /// Came with the command that the rules are told.
    told: Option<Sound>,
}

impl Switch {
    /// Takes in what was recorded. Says whether somebody is there to decide about it.
    pub(crate) fn recorded(
        &mut self,
        leg: LegId,
        sound: media::PromptId,
        audio: Sound,
        step: &mut Step,
    ) -> bool {
        if !self.legs.contains_key(&leg) {
            step.media.push(media::Command::Forget { sound });
            return false;
        }
        self.recordings.spoken.insert(PromptId(sound.0), audio);
        true
    }

    /// A command whose message is this sound.
    pub(crate) fn command_with_sound(
        &mut self,
        now: Now,
        (request, command): (u64, Command),
        sound: Sound,
        step: &mut Step,
    ) {
        self.recordings.told = Some(sound);
        self.tell_rules(now, rules::Input::Command { request, command }, step);
        self.recordings.told = None;
    }

    /// Puts their sounds to the rows of messages that are in force from now on.
    pub(crate) fn join_sounds(&mut self, from: usize, step: &mut Step) {
        let Step { records, media, .. } = step;
        for record in &mut records[from..] {
            let Record::Announcement(row) = record else {
                continue;
            };
            if row.erased_ms.is_some() {
                continue;
            }
            let sound = row.sound;
            let spoken = self.recordings.spoken.remove(&sound);
            let audio = spoken.or_else(|| {
                let told = self.recordings.told.take()?;
                media.push(media::Command::Keep {
                    sound: media::PromptId(sound.0),
                    audio: Arc::clone(&told),
                });
                Some(told)
            });
            if audio.is_none() {
                tracing::error!(announcement = row.id.0, "a message in force has no sound");
            }
            row.audio = audio.map(Audio);
        }
    }

    pub(crate) fn forget(&mut self, sound: PromptId, step: &mut Step) {
        self.recordings.spoken.remove(&sound);
        let sound = media::PromptId(sound.0);
        step.media.push(media::Command::Forget { sound });
    }
}

/// Begins a recording, or ends it.
pub(crate) fn record(effect: &Effect, step: &mut Step) {
    if let &Effect::Record {
        leg,
        token,
        sound,
        max_ms,
    } = effect
    {
        step.media.push(media::Command::Record {
            stream: stream_of(leg),
            token,
            sound: media::PromptId(sound.0),
            max_ms,
        });
    }
    if let &Effect::StopRecording { leg } = effect {
        let stream = stream_of(leg);
        step.media.push(media::Command::StopRecording { stream });
    }
}
