//! Callbacks that operators hand back before anybody was rung: each keeps its place and its tries, is
//! not offered to the same seat again for a while, and after so often stands where a human looks.

use serde::{Deserialize, Serialize};

use crate::centre::Centre;
use crate::id::{CallbackEventId, CallbackId, DeclineId, SeatId};
use crate::number::names_number;
use crate::record::{CallbackEventRow, DeclineRow, Record};
use crate::seat::SeatWork;
use crate::step::{CommandError, Step};
use crate::time::{Now, UtcMs};
use crate::timers::Timer;
use crate::words::{CallbackEventKind, OfferState};

/// Why operators handed one callback back. Bounded by the seats and by how long each rests from it.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Declines {
    rows: Vec<DeclineRow>,
    /// Where it is not offered for a while.
    barred: Vec<SeatId>,
}

impl Declines {
    pub(crate) fn bars(&self, seat: SeatId) -> bool {
        self.barred.contains(&seat)
    }

    /// The oldest first.
    pub(crate) fn rows(&self) -> &[DeclineRow] {
        &self.rows
    }

    /// How often since a human looked.
    fn since_seen(&self) -> usize {
        let fresh = self.rows.iter().rev();
        fresh.take_while(|row| row.seen_ms.is_none()).count()
    }

    fn is_unseen(&self) -> bool {
        self.rows
            .iter()
            .any(|row| row.asks && row.seen_ms.is_none())
    }
}

/// A callback that was handed back, for whoever asks why it waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeclinedNow {
    /// Extension of the seat.
    pub seat: String,
    /// When.
    pub at_ms: UtcMs,
    /// Until then it is not offered there.
    pub until_ms: UtcMs,
    /// Why.
    pub reason: String,
    /// And in their own words.
    pub note: Option<String>,
}

impl Centre {
    /// The operator of a seat hands back what is offered there.
    pub(crate) fn decline_callback(
        &mut self,
        now: Now,
        meant: (&str, Option<CallbackId>),
        (reason, note): (String, Option<String>),
        step: &mut Step,
    ) -> Result<(), CommandError> {
        let (seat, callback, _) = self.meant(meant)?;
        let known = &self.rules.decline_reasons;
        let is_known = known.is_empty() || known.contains(&reason);
        if reason.is_empty() || !is_known {
            let known = known.clone();
            return Err(CommandError::DeclineReason { reason, known });
        }
        let texts = [Some(&reason), note.as_ref()];
        if texts.into_iter().flatten().any(|text| names_number(text)) {
            return Err(CommandError::DeclineNamesNumber);
        }
        let Some(SeatWork::Offered { offer, .. }) = self.seats.get(&seat).map(|it| &it.work) else {
            return Ok(());
        };
        let (offer, operator) = (offer.id, offer.operator);
        let case = self.cases.get(&callback);
        let policy = case.and_then(|case| Some(self.policy_of(case)?.preview));
        let policy = policy.unwrap_or_default();
        let mut row = DeclineRow {
            id: DeclineId(self.ids.allot()),
            callback,
            offer,
            seat,
            operator,
            at_ms: now.utc_ms,
            until_ms: now.utc_in_s(policy.decline_rest_s),
            reason,
            note,
            asks: false,
            seen_ms: None,
            seen_by: None,
            settled_ms: None,
        };
        let declines = self.declined.entry(callback).or_default();
        let (times, most) = (declines.since_seen() + 1, policy.declines_max);
        let too_often = most > 0 && u32::try_from(times).unwrap_or(u32::MAX) >= most;
        row.asks = too_often && !declines.is_unseen();
        declines.rows.push(row.clone());
        self.rests_from(now, &row);
        let told = in_words(&row);
        step.records.push(Record::Decline(Box::new(row)));
        step.records.push(Record::CallbackEvent(CallbackEventRow {
            id: CallbackEventId(self.ids.allot()),
            callback,
            at_ms: now.utc_ms,
            kind: CallbackEventKind::Declined,
            attempt: None,
            dial: None,
            seat: Some(seat),
            detail: Some(told),
        }));
        self.offer_ended(now, seat, OfferState::Rejected, true, step);
        Ok(())
    }

    /// The seat is not offered the callback until its rest is over.
    fn rests_from(&mut self, now: Now, row: &DeclineRow) {
        let Some(declines) = self.declined.get_mut(&row.callback) else {
            return;
        };
        if row.until_ms > now.utc_ms {
            if !declines.bars(row.seat) {
                declines.barred.push(row.seat);
            }
            let over = Timer::DeclineOver(row.callback, row.seat);
            self.timers.at(now.mono_at(row.until_ms), over);
        }
    }

    /// A seat may be offered a callback again that was handed back there.
    pub(crate) fn decline_over(&mut self, now: Now, callback: CallbackId, seat: SeatId) {
        if let Some(declines) = self.declined.get_mut(&callback) {
            declines.barred.retain(|barred| *barred != seat);
            // It may stand in the line where that seat was passed over.
            self.unready(callback);
            self.reconsider(now, callback);
        }
    }

    /// A callback is closed: nobody has to look any more.
    pub(crate) fn declines_settled(&mut self, now: Now, callback: CallbackId, step: &mut Step) {
        let Some(declines) = self.declined.remove(&callback) else {
            return;
        };
        for row in declines.rows {
            step.records.push(Record::Decline(Box::new(DeclineRow {
                settled_ms: Some(now.utc_ms),
                ..row
            })));
        }
    }

    /// Somebody has looked at a callback that was handed back too often, if it is one.
    pub(crate) fn declines_seen(
        &mut self,
        now: Now,
        callback: CallbackId,
        seen_by: Option<String>,
        step: &mut Step,
    ) -> bool {
        let declines = self.declined.get_mut(&callback);
        let Some(declines) = declines.filter(|it| it.is_unseen()) else {
            return false;
        };
        for row in &mut declines.rows {
            if row.seen_ms.is_none() {
                row.seen_ms = Some(now.utc_ms);
                row.seen_by.clone_from(&seen_by);
                step.records.push(Record::Decline(Box::new(row.clone())));
            }
        }
        true
    }

    /// Open callbacks that were handed back too often, and that nobody has looked at since.
    pub(crate) fn declined_too_often(&self) -> impl Iterator<Item = CallbackId> {
        let declined = self.declined.iter();
        declined
            .filter(|(_, declines)| declines.is_unseen())
            .map(|(id, _)| *id)
    }

    /// How a callback was handed back, the oldest first.
    pub(crate) fn declines_of(&self, callback: CallbackId) -> Vec<DeclinedNow> {
        let rows = self.declined.get(&callback).map(Declines::rows);
        let told = rows.unwrap_or_default().iter().map(|row| DeclinedNow {
            seat: self
                .seats
                .get(&row.seat)
                .map_or(String::new(), |seat| seat.row.name.clone()),
            at_ms: row.at_ms,
            until_ms: row.until_ms,
            reason: row.reason.clone(),
            note: row.note.clone(),
        });
        told.collect()
    }

    /// What was handed back before the start.
    pub(crate) fn restore_declines(&mut self, now: Now, rows: Vec<DeclineRow>, step: &mut Step) {
        for row in rows {
            if !self.cases.contains_key(&row.callback) {
                // Closed while nobody could write it.
                step.records.push(Record::Decline(Box::new(DeclineRow {
                    settled_ms: Some(now.utc_ms),
                    ..row
                })));
                continue;
            }
            let declines = self.declined.entry(row.callback).or_default();
            declines.rows.push(row.clone());
            self.rests_from(now, &row);
        }
    }
}

/// As the history of the callback tells it.
fn in_words(row: &DeclineRow) -> String {
    match &row.note {
        Some(note) => format!("{}: {note}", row.reason),
        None => row.reason.clone(),
    }
}
