//! Messages that somebody has spoken for an emergency: put in force with the button of the
//! emergency, heard by its callers instead of the dialplan's message, erased with it. Of the sound
//! itself nothing is known here but its number and its length.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::announcer::{Announcer, Wrong};
use crate::centre::Centre;
use crate::id::{AnnouncementId, AttemptId, SeatId, TenantId};
use crate::record::{AnnouncementRow, ClosureRow, Record};
use crate::rules::PromptId;
use crate::step::{Effect, Step};
use crate::time::Now;

/// Less than this, as loud as a voice, is no message.
pub const VOICED_MS_MIN: u32 = 500;

/// A sound that is to be the message of an emergency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spoken {
    /// Under which it is played already; a new number is given, without one.
    pub sound: Option<PromptId>,
    /// How long it is.
    pub duration_ms: u32,
    /// By whose phone it was spoken; a file, without one.
    pub seat: Option<SeatId>,
}

/// The messages in force, and the calls in which others are made.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Announcements {
    in_force: BTreeMap<AnnouncementId, AnnouncementRow>,
    sounds: u32,
    pub(crate) calls: BTreeMap<AttemptId, Announcer>,
    pub(crate) wrong: BTreeMap<SeatId, Wrong>,
}

impl Announcements {
    pub(crate) fn of_id(&self, id: AnnouncementId) -> Option<&AnnouncementRow> {
        self.in_force.get(&id)
    }

    /// A number for a sound that is not there yet.
    pub(crate) fn next_sound(&mut self) -> PromptId {
        self.sounds += 1;
        PromptId::recorded(self.sounds)
    }
}

impl Centre {
    /// Puts a sound in force.
    pub(crate) fn announce(
        &mut self,
        now: Now,
        spoken: &Spoken,
        step: &mut Step,
    ) -> AnnouncementId {
        let id = AnnouncementId(self.ids.allot());
        let sound = spoken.sound;
        let row = AnnouncementRow {
            id,
            sound: sound.unwrap_or_else(|| self.announcements.next_sound()),
            made_ms: now.utc_ms,
            duration_ms: spoken.duration_ms,
            seat: spoken.seat,
            erased_ms: None,
            audio: None,
        };
        let image = Record::Announcement(Box::new(row.clone()));
        step.records.push(image);
        self.announcements.in_force.insert(id, row);
        id
    }

    /// A message is in force no more: its sound is erased.
    pub(crate) fn withdraw_announcement(
        &mut self,
        now: Now,
        id: Option<AnnouncementId>,
        step: &mut Step,
    ) {
        let Some(mut row) = id.and_then(|id| self.announcements.in_force.remove(&id)) else {
            return;
        };
        row.erased_ms = Some(now.utc_ms);
        step.effects.push(Effect::Forget { sound: row.sound });
        step.records.push(Record::Announcement(Box::new(row)));
    }

    /// What callers of an authority hear instead of the message of their dialplan.
    pub(crate) fn announced(&self, tenant: TenantId) -> Option<PromptId> {
        let row = self.stops.emergencies(tenant).next()?;
        let announcement = self.announcements.of_id(row.announcement?)?;
        Some(announcement.sound)
    }

    /// After a start: buttons that are pressed, and the messages of those that stay so.
    pub(crate) fn restore_buttons(
        &mut self,
        now: Now,
        pressed: Vec<ClosureRow>,
        rows: Vec<AnnouncementRow>,
        step: &mut Step,
    ) {
        for row in rows {
            let number = row.sound.recording().unwrap_or(0);
            self.announcements.sounds = self.announcements.sounds.max(number);
            self.announcements.in_force.insert(row.id, row);
        }
        self.sort_buttons(now, pressed, step);
        self.erase_left_over(now, step);
    }

    /// Those that no button has in force.
    fn erase_left_over(&mut self, now: Now, step: &mut Step) {
        let held = |id: &AnnouncementId| self.stops.all().any(|row| row.announcement == Some(*id));
        let all = self.announcements.in_force.keys().copied();
        let left: Vec<AnnouncementId> = all.filter(|id| !held(id)).collect();
        for id in left {
            self.withdraw_announcement(now, Some(id), step);
        }
    }
}
