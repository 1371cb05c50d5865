//! Phones that are tried: an operator their headset, somebody else the phone. Nobody is offered to a seat
//! meanwhile, and none of it lasts.

use cuptel_core::record::OfferRow;
use cuptel_core::snapshot::SeatNow;
use cuptel_core::step::Command;
use cuptel_core::trial::TrialKind;
use cuptel_core::words::OfferState;

use crate::promises::{Broken, broken};
use crate::world::World;

/// It rings, says what it is, and lasts; a standstill of the process is not held against it.
const LONGEST_MS: i64 = 150_000;

impl World {
    /// The phone of a seat is to ring, at whatever moment this is.
    pub(crate) fn is_tried_out(&mut self, is_own: bool, name: String) -> Result<(), Broken> {
        let kind = match is_own {
            true => TrialKind::Echo,
            false => TrialKind::Test,
        };
        self.met.deed("tries a phone");
        self.commands(Command::TrySeat { seat: name, kind })
    }

    /// No offer stands where a phone is tried, and a trial ends.
    pub(crate) fn check_trials(&self) -> Result<(), Broken> {
        let Some(process) = &self.process else {
            return Ok(());
        };
        let now = self.now();
        let look = process.switch.snapshot(now);
        for seat in look.seats.iter().filter(|seat| is_tried(seat)) {
            let name = &seat.name;
            let mut rows = self.decided.seats.values();
            let row = rows.find(|row| row.name == *name);
            let is_here = |offer: &&OfferRow| {
                offer.state == OfferState::Open && row.is_some_and(|row| row.id == offer.seat)
            };
            if self.decided.offers.values().any(|offer| is_here(&offer)) {
                return broken("P4", format!("an offer rings where {name} is tried"));
            }
            let begun_ms = seat.trial.map_or(now.utc_ms, |trial| trial.begun_ms);
            if now.utc_ms - begun_ms > LONGEST_MS {
                return broken("P4", format!("the trial at {name} does not end"));
            }
        }
        Ok(())
    }
}

/// Whether the phone of a seat is tried.
pub(crate) fn is_tried(seat: &SeatNow) -> bool {
    seat.trial.is_some_and(|trial| trial.end.is_none())
}
