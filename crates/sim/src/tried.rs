//! Phones that are tried: an operator their headset, somebody else the phone. Nobody is offered to a seat
//! meanwhile, and none of it lasts.

use cuptel_core::id::SeatId;
use cuptel_core::record::OfferRow;
use cuptel_core::snapshot::SeatNow;
use cuptel_core::step::Command;
use cuptel_core::trial::TrialKind;
use cuptel_core::words::{OfferState, SideKind};
use cuptel_sip::Message;

use crate::coded::dials;
use crate::promises::{Broken, broken};
use crate::watch::Seen;
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

/// Whether an INVITE is that of a trial, by what the phone shows.
pub(crate) fn is_trial(invite: &Message) -> bool {
    let display = invite.from().and_then(|from| from.display);
    display.as_deref() == Some("CupTel: prova")
}

/// A trial rings where nothing is offered, done or asked, by the rows alone.
pub(crate) fn check_trial(seen: Seen<'_>, seat: Option<SeatId>) -> Result<(), Broken> {
    let Some(seat) = seat else {
        return broken("P4", "a phone of no seat is tried");
    };
    let rows = seen.decided;
    let is_offered = rows.offers_open().any(|row| row.seat == seat);
    let is_at_work = rows.assignments_open().any(|row| row.seat == seat);
    let asks = rows.side_calls_open().any(|row| {
        let is_own = row.seat == seat && row.kind == SideKind::Dial;
        is_own || row.to_seat == Some(seat) && row.kind == SideKind::Consult
    });
    if is_offered || is_at_work || asks || dials(rows, seat) {
        return broken(
            "P4",
            format!("seat {seat} is tried in the middle of something"),
        );
    }
    Ok(())
}

/// Whether the phone of a seat is tried.
pub(crate) fn is_tried(seat: &SeatNow) -> bool {
    seat.trial.is_some_and(|trial| trial.end.is_none())
}
