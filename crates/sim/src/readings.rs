//! Operators read whom they are to call back: they have the person rung, or hand the callback back.
//! What was handed back is reckoned anew from the rows: where it may be offered, and who has to look.

use cuptel_core::id::{CallbackId, SeatId};
use cuptel_core::record::{CallbackRow, DeclineRow, Record, Work};
use cuptel_core::step::Command;
use cuptel_core::words::{CallbackState, OfferState};

use crate::chance::Chance;
use crate::invented::DECLINE_REASONS;
use crate::promises::{Broken, broken};
use crate::world::{Happening, World};

/// The stream that readings are drawn from, beside the others.
const READINGS: u64 = 5_032;

impl World {
    /// Where operators read first, they say something now and then; in the quiet at the end, yes.
    pub(crate) fn plan_readings(&mut self) {
        if self.shape.preview.shown_s > 0 {
            self.plan_from_time_to_time((READINGS, "reading"), 100, (5, 30), Happening::Reading);
        }
    }

    /// The first seat to which a callback is offered.
    pub(crate) fn reading(&mut self, mut chance: Chance) -> Result<(), Broken> {
        let (after_us, draw) = (chance.s(1, 12), chance.between(0, 99));
        let reason = chance.pick(&DECLINE_REASONS).to_owned();
        self.plan(after_us, Happening::Reading(chance));
        let now = self.now();
        let Some(process) = &self.process else {
            return Ok(());
        };
        let seats = process.switch.snapshot(now).seats.into_iter();
        let mut offered = seats.filter_map(|seat| {
            let owed = seat.owed.filter(|owed| owed.is_offered)?;
            Some((seat.name, owed.callback))
        });
        let Some((seat, callback)) = offered.next() else {
            return self.chooses_one(draw);
        };
        let callback = Some(callback);
        if draw < 50 || self.is_calm() {
            self.met.deed("accepts");
            return self.commands(Command::AcceptCallback { seat, callback });
        }
        self.met.deed("hands back");
        self.commands(Command::DeclineCallback {
            seat,
            callback,
            reason,
            note: None,
        })
    }

    /// Somebody whose seat is free takes a callback before its turn: any that waits.
    fn chooses_one(&mut self, draw: u64) -> Result<(), Broken> {
        let now = self.now();
        let Some(process) = self.process.as_ref().filter(|_| draw < 60) else {
            return Ok(());
        };
        let mut seats = process.switch.snapshot(now).seats.into_iter();
        let seat = seats.find(|seat| !seat.chooses.is_empty());
        let waits = |row: &&CallbackRow| row.state == CallbackState::Waiting;
        let rows = self.decided.callbacks.values().filter(waits);
        let waiting: Vec<CallbackId> = rows.map(|row| row.id).collect();
        let place = usize::try_from(draw).unwrap_or(0) % waiting.len().max(1);
        let (Some(seat), Some(&callback)) = (seat, waiting.get(place)) else {
            return Ok(());
        };
        self.met.deed("takes");
        self.commands(Command::TakeCallback {
            seat: seat.name,
            callback,
        })
    }

    /// A row is about to be booked: what was handed back at a seat is not offered there again before
    /// its time, and is handed back only where it was offered.
    pub(crate) fn check_decline(&self, record: &Record) -> Result<(), Broken> {
        if let Record::Decline(row) = record
            && !self.decided.declines.contains_key(&row.id)
        {
            let offer = self.decided.offers.get(&row.offer);
            let was_theirs = offer.is_some_and(|offer| {
                let is_it = (offer.work, offer.seat) == (Work::Callback(row.callback), row.seat);
                is_it && offer.state == OfferState::Open
            });
            if !was_theirs {
                let what = format!("callback {} is handed back by nobody", row.callback);
                return broken("P4", what);
            }
        }
        let Record::Offer(row) = record else {
            return Ok(());
        };
        let is_new = !self.decided.offers.contains_key(&row.id);
        match row.work {
            Work::Callback(callback) if is_new => self.check_offered(callback, row.seat),
            Work::Callback(_) | Work::Attempt(_) => Ok(()),
        }
    }

    fn check_offered(&self, callback: CallbackId, seat: SeatId) -> Result<(), Broken> {
        let now_ms = self.now().utc_ms;
        let state = self.decided.callbacks.get(&callback).map(|it| it.state);
        if state == Some(CallbackState::AnsweredWaiting) {
            return Ok(());
        }
        let forbids = |it: &&DeclineRow| {
            let is_it = (it.callback, it.seat) == (callback, seat);
            is_it && it.settled_ms.is_none() && it.until_ms > now_ms
        };
        let Some(it) = self.decided.declines.values().find(forbids) else {
            return Ok(());
        };
        let what = format!(
            "callback {callback} is offered to {seat} again, which handed it back until {}",
            it.until_ms
        );
        broken("P5", what)
    }

    /// Who has to look is asked to, and for nothing that is closed.
    pub(crate) fn check_declines(&self) -> Result<(), Broken> {
        let open = |row: &&DeclineRow| row.settled_ms.is_none();
        let most = usize::try_from(self.shape.preview.declines_max).unwrap_or(usize::MAX);
        for row in self.decided.declines.values().filter(open) {
            let callback = self.decided.callbacks.get(&row.callback);
            if callback.is_none_or(|it| it.state == CallbackState::Closed) {
                let what = format!("callback {} is closed and still handed back", row.callback);
                return broken("P5", what);
            }
            let of_it = |it: &&DeclineRow| it.callback == row.callback && it.seen_ms.is_none();
            let fresh = self.decided.declines.values().filter(open).filter(of_it);
            let fresh: Vec<&DeclineRow> = fresh.collect();
            if fresh.len() >= most && !fresh.iter().any(|it| it.asks) {
                let what = format!("nobody is asked to look at callback {}", row.callback);
                return broken("P5", what);
            }
        }
        Ok(())
    }
}
