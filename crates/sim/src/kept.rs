//! Operators say of single needs what becomes of them: what is kept is open when the conversation is
//! over, unless the whole callback was given up with it.

use std::collections::BTreeMap;

use cuptel_core::id::{AssignmentId, NeedId, SideCallId};
use cuptel_core::keeping::NeedsSaid;
use cuptel_core::own_result::ResultTold;
use cuptel_core::record::{AssignmentRow, Record};
use cuptel_core::snapshot::SeatNow;
use cuptel_core::step::Command;
use cuptel_core::words::{ClosedHow, Disposition, SideKind};

use crate::invented::seat_id;
use crate::promises::{Broken, broken};
use crate::world::World;

/// What was said of needs in conversations that go on.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    here: BTreeMap<AssignmentId, Vec<NeedId>>,
    /// Of whom somebody outside has since.
    outside: BTreeMap<SideCallId, Vec<NeedId>>,
}

impl World {
    /// What an operator says of the first thing that is owed: mostly nothing. Drawn from the time, so
    /// that it shifts nothing else.
    pub(crate) fn says_of_needs(&self, look: &SeatNow) -> NeedsSaid {
        let needs = look.owed.iter().flat_map(|owed| &owed.needs);
        let first: Vec<NeedId> = needs.map(|need| need.need).take(1).collect();
        let mut said = NeedsSaid::default();
        match self.now_us / 1_000 % 4 {
            0 => said.keep = first,
            1 => said.close = first,
            _ => {}
        }
        said
    }

    /// The result of a conversation, with what was said of needs.
    pub(crate) fn disposes(
        &mut self,
        seat: usize,
        told: ResultTold,
        said: NeedsSaid,
    ) -> Result<(), Broken> {
        if !said.is_empty() {
            self.met.deed("says of needs");
        }
        let (keep, close) = (said.keep.clone(), said.close.clone());
        let seat = seat_id(seat);
        let name = self.decided.seats.get(&seat).map(|row| row.name.clone());
        let Some(name) = name.filter(|_| self.process.is_some() && self.reads()) else {
            return Ok(());
        };
        self.commands(Command::Dispose {
            seat: name,
            disposition: told.clone(),
            said,
            conversation: None,
        })?;
        let is_told = |row: &&AssignmentRow| match &told {
            ResultTold::Known(known) => row.disposition == Some(*known) && row.code.is_none(),
            ResultTold::Own(code) => row.code.as_ref() == Some(code),
        };
        let mut open = self.decided.assignments_open();
        let taken = open.find(|row| row.seat == seat && is_told(row));
        if let Some(row) = taken {
            self.kept.here.insert(row.id, keep);
        }
        // Somebody who was given outside may be thought of anew.
        for kept in self.kept.outside.values_mut() {
            kept.retain(|need| !close.contains(need));
        }
        Ok(())
    }

    /// A step is about to be booked: no conversation settles what its operator keeps.
    pub(crate) fn check_needs_kept(&mut self, records: &[Record]) -> Result<(), Broken> {
        let given_up = records.iter().any(|record| {
            let Record::Callback(row) = record else {
                return false;
            };
            matches!(
                row.closed_how,
                Some(ClosedHow::Expired | ClosedHow::Exhausted | ClosedHow::Suppressed)
            )
        });
        for record in records {
            let kept = if let Record::SideCall(side) = record
                && side.ended_ms.is_some()
            {
                self.kept.outside.remove(&side.id)
            } else if let Record::Assignment(row) = record
                && row.ended_ms.is_some()
            {
                let is_done = row.disposition == Some(Disposition::Done);
                let kept = self.kept.here.remove(&row.id).filter(|_| is_done);
                let given = kept.clone().zip(self.given_in(row));
                self.kept
                    .outside
                    .extend(given.map(|(kept, side)| (side, kept)));
                kept
            } else {
                None
            };
            for need in kept.into_iter().flatten().filter(|_| !given_up) {
                let closes = |record: &Record| matches!(record, Record::Need(row) if row.id == need && row.closed_ms.is_some());
                if records.iter().any(closes) {
                    return broken("P2", format!("need {need} was kept and is settled"));
                }
            }
        }
        Ok(())
    }

    /// The call in which somebody outside has, from now on, whom this operator was through with.
    fn given_in(&self, row: &AssignmentRow) -> Option<SideCallId> {
        let mut open = self.decided.side_calls_open();
        let given = open.find(|side| {
            let is_theirs = side.seat == row.seat && side.work == Some(row.work);
            is_theirs && side.kind == SideKind::ToNumber
        });
        given.map(|side| side.id)
    }

    /// Whoever spoke was cut off.
    pub(crate) fn nothing_is_kept(&mut self) {
        self.kept = Kept::default();
    }
}
