//! What an operator writes down of a conversation: it stands with what the person is owed, so that who
//! calls them next reads it, and goes when the number is erased. Of whom nothing is owed nothing is kept.

use crate::by_hand::{ByHandError, NOTE_MAX};
use crate::centre::Centre;
use crate::id::NeedId;
use crate::record::{NeedDetailRow, NeedRow, Record};
use crate::seat::SeatWork;
use crate::step::{CommandError, Step};
use crate::time::Now;

/// Between what was noted before and what is noted now.
const BETWEEN: &str = " · ";

impl Centre {
    /// Notes something of whoever a seat speaks with, or just has.
    pub(crate) fn note_conversation(
        &mut self,
        now: Now,
        (seat_name, note): (&str, &str),
        step: &mut Step,
    ) -> Result<(), CommandError> {
        let id = self.seat_named(seat_name)?;
        let work = self.seats.get(&id).map(|seat| &seat.work);
        let settled = match work {
            Some(SeatWork::WrapUp { done, .. }) => done.settled.as_ref(),
            Some(SeatWork::Talking { .. }) => None,
            Some(
                SeatWork::Idle
                | SeatWork::AtTask { .. }
                | SeatWork::Offered { .. }
                | SeatWork::Informed { .. }
                | SeatWork::Beside { .. }
                | SeatWork::Resting { .. }
                | SeatWork::NotResponding,
            )
            | None => return Err(CommandError::NoConversation(seat_name.to_owned())),
        };
        let open = work.and_then(|work| self.case_at(work));
        let open = open.and_then(|case| self.cases.get(&case));
        let open = open.map(|case| &case.needs[..]).unwrap_or_default();
        // What stays is what is read again; of what was settled, only what had no details of its own.
        let stays = |need: &&NeedRow| !need.kind.closes_by_conversation();
        let left = open.iter().find(stays).or_else(|| open.first());
        let closed = settled.and_then(|(_, needs)| needs.iter().find(|need| !stays(need)));
        let need = left.or(closed).cloned();
        let need = need.ok_or_else(|| CommandError::NothingOwed(seat_name.to_owned()))?;
        let is_open = left.is_some();
        let detail = self.details.get(&need.id).cloned();
        let detail = detail.unwrap_or_else(|| NeedDetailRow::bare(&need));
        let before = detail
            .note
            .as_deref()
            .or_else(|| self.noted_at(id, need.id));
        let note = match before {
            // Pressed twice.
            Some(before) if before.ends_with(note) => return Ok(()),
            Some(before) => format!("{before}{BETWEEN}{note}"),
            None => note.to_owned(),
        };
        if note.chars().count() > NOTE_MAX {
            return Err(ByHandError::NoteTooLong.into());
        }
        if let Some(seat) = self.seats.get_mut(&id) {
            seat.noted = Some((need.id, note.clone()));
        }
        let detail = NeedDetailRow {
            note: Some(note),
            ..detail
        };
        if is_open {
            self.keep_detail(now, detail, step);
        } else {
            step.records.push(Record::NeedDetail(Box::new(detail)));
        }
        Ok(())
    }

    /// What was noted at a seat of a need that is settled since.
    fn noted_at(&self, id: crate::id::SeatId, need: NeedId) -> Option<&str> {
        let (own, note) = self.seats.get(&id)?.noted.as_ref()?;
        (*own == need).then_some(note.as_str())
    }
}
