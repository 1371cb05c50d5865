//! What an operator writes down of a conversation: it stands with what the person is owed, so that who
//! calls them next reads it. Of whom nothing is owed it stands with the conversation, so that who speaks
//! with them next reads it. Either goes with the number when that is erased.

use crate::by_hand::{ByHandError, NOTE_MAX};
use crate::centre::Centre;
use crate::id::{AssignmentId, NeedId, SeatId};
use crate::record::{AssignmentRow, NeedDetailRow, NeedRow, Record};
use crate::seat::SeatWork;
use crate::step::{CommandError, Step};
use crate::time::Now;

/// Between what was noted before and what is noted now.
const BETWEEN: &str = " · ";

impl Centre {
    /// Notes something of the conversation that is meant: the one at hand, or the one before, whose operator
    /// was still writing when the next work came.
    pub(crate) fn note_told(
        &mut self,
        now: Now,
        (name, note): (&str, &str),
        conversation: Option<AssignmentId>,
        step: &mut Step,
    ) -> Result<(), CommandError> {
        let id = self.seat_named(name)?;
        if let Some(seat) = self.seats.get_mut(&id) {
            let operator = seat.sign_in.as_ref().map(|it| it.operator);
            let before = seat.before.as_mut();
            let is_meant = |row: &&mut AssignmentRow| {
                Some(row.id) == conversation && Some(row.operator) == operator
            };
            if let Some(row) = before.filter(is_meant) {
                if let Some(note) = joined(row.note.as_deref(), note)? {
                    row.note = Some(note);
                    step.records.push(Record::Assignment(row.clone()));
                }
                return Ok(());
            }
        }
        self.has_still(name, conversation)?;
        self.note_conversation(now, (name, note), step)
    }

    /// Notes something of whoever a seat speaks with, or just has.
    fn note_conversation(
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
        let Some(need) = left.or(closed).cloned() else {
            return self.note_with_conversation(id, note, step);
        };
        let is_open = left.is_some();
        let detail = self.details.get(&need.id).cloned();
        let detail = detail.unwrap_or_else(|| NeedDetailRow::bare(&need));
        let before = detail
            .note
            .as_deref()
            .or_else(|| self.noted_at(id, need.id));
        let Some(note) = joined(before, note)? else {
            return Ok(());
        };
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

    /// Nothing is owed to whom it is about.
    fn note_with_conversation(
        &mut self,
        id: SeatId,
        note: &str,
        step: &mut Step,
    ) -> Result<(), CommandError> {
        let work = self.seats.get_mut(&id).map(|seat| &mut seat.work);
        let assignment = match work {
            Some(SeatWork::Talking { assignment, .. }) => assignment,
            Some(SeatWork::WrapUp { done, .. }) => &mut done.assignment,
            Some(
                SeatWork::Idle
                | SeatWork::AtTask { .. }
                | SeatWork::Offered { .. }
                | SeatWork::Informed { .. }
                | SeatWork::Beside { .. }
                | SeatWork::Resting { .. }
                | SeatWork::NotResponding,
            )
            | None => return Ok(()),
        };
        if let Some(note) = joined(assignment.note.as_deref(), note)? {
            assignment.note = Some(note);
            step.records.push(Record::Assignment(assignment.clone()));
        }
        Ok(())
    }

    /// What was noted at a seat of a need that is settled since.
    fn noted_at(&self, id: SeatId, need: NeedId) -> Option<&str> {
        let (own, note) = self.seats.get(&id)?.noted.as_ref()?;
        (*own == need).then_some(note.as_str())
    }
}

/// A note after what was noted before; none where it was noted already.
fn joined(before: Option<&str>, note: &str) -> Result<Option<String>, CommandError> {
    let whole = match before {
        // Pressed twice.
        Some(before) if before.ends_with(note) => return Ok(None),
        Some(before) => format!("{before}{BETWEEN}{note}"),
        None => note.to_owned(),
    };
    if whole.chars().count() > NOTE_MAX {
        return Err(ByHandError::NoteTooLong.into());
    }
    Ok(Some(whole))
}
