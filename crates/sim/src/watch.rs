//! What leaves the switch, held against what is committed; who is offered, held against who
//! waits longer.

use std::collections::{BTreeMap, BTreeSet};

use cuptel_core::id::{AttemptId, SeatId};
use cuptel_core::record::{AttemptRow, OfferRow, Record, Work};
use cuptel_core::time::UtcMs;
use cuptel_core::words::{DialState, OfferState, Stage};
use cuptel_sip::{Message, Transmit, uri};

use crate::image::Image;
use crate::invented::CARRIER;
use crate::promises::{Broken, broken};

const TEN_YEARS_MS: i64 = 3_650 * 86_400_000;

/// What was seen so far.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    /// `Call-ID` of every INVITE that left.
    invited: BTreeSet<String>,
    /// Places in line.
    places: BTreeMap<AttemptId, UtcMs>,
    /// Seats that did not take a caller.
    declined: BTreeSet<(AttemptId, SeatId)>,
}

impl Watch {
    /// A packet leaves.
    pub(crate) fn leaves(&mut self, committed: &Image, transmit: &Transmit) -> Result<(), Broken> {
        let bytes = &transmit.bytes;
        if bytes.starts_with(b"SIP/2.0 1") && !bytes.starts_with(b"SIP/2.0 100")
            || bytes.starts_with(b"INVITE ")
        {
            // A ringing is a promise too.
        } else if !bytes.starts_with(b"SIP/2.0 ") || bytes.starts_with(b"SIP/2.0 100") {
            return Ok(());
        }
        let Ok(message) = Message::parse(bytes) else {
            return broken("P6", "a message of ours cannot be read");
        };
        match message.status() {
            Some(status) => responds(committed, &message, status),
            None => self.invites(committed, transmit, &message),
        }
    }

    fn invites(
        &mut self,
        committed: &Image,
        transmit: &Transmit,
        message: &Message,
    ) -> Result<(), Broken> {
        if !self.invited.insert(message.call_id()) {
            return Ok(());
        }
        let user = uri::user(message.request_uri()).unwrap_or_default();
        if transmit.flow.remote == CARRIER {
            let mut rung = committed
                .dials
                .values()
                .filter(|dial| dial.state == DialState::InFlight);
            if !rung.any(|dial| committed.e164(dial.number) == Some(&user)) {
                return broken("P3", format!("{user} is rung without a committed dial"));
            }
            return Ok(());
        }
        let seat = committed
            .seats
            .values()
            .find(|seat| seat.name == user)
            .map(|seat| seat.id);
        if !committed
            .offers_open()
            .any(|offer| Some(offer.seat) == seat)
        {
            return broken(
                "P4",
                format!("seat {user} is rung without a committed offer"),
            );
        }
        Ok(())
    }

    /// A row was decided; `before` does not have it yet.
    pub(crate) fn decided(&mut self, before: &Image, record: &Record) -> Result<(), Broken> {
        match record {
            Record::Attempt(row) => {
                self.take_place(before, row);
                Ok(())
            }
            Record::Offer(row) => self.offered(before, row),
            Record::Number(_)
            | Record::Callback(_)
            | Record::Need(_)
            | Record::CallbackEvent(_)
            | Record::Promise(_)
            | Record::Dial(_)
            | Record::Assignment(_)
            | Record::SignIn(_)
            | Record::Interval(_)
            | Record::Registration(_)
            | Record::Seat(_)
            | Record::Operator(_)
            | Record::ConfigVersion(_) => Ok(()),
        }
    }

    /// A caller begins to wait: at the place held by an open case, or that of their arrival.
    fn take_place(&mut self, before: &Image, row: &AttemptRow) {
        let old = before.attempts.get(&row.id);
        if row.stage != Stage::Queued || old.is_some_and(|old| old.queued_ms == row.queued_ms) {
            return;
        }
        if old.is_some_and(|old| old.stage == Stage::Talking) {
            // Their seat vanished: they go before everyone, but not to that seat.
            if let (Some(place), Some(seat)) = (self.places.get_mut(&row.id), row.seat) {
                *place -= TEN_YEARS_MS;
                self.declined.insert((row.id, seat));
            }
            return;
        }
        let digits = row.number.and_then(|id| before.e164(id));
        let held = before
            .callbacks_open()
            .find(|case| {
                Some(case.tenant) == row.tenant
                    && digits.is_some()
                    && before.e164(case.number) == digits
            })
            .filter(|case| {
                let mut needs = before
                    .needs
                    .values()
                    .filter(|need| need.callback == case.id && need.closed_ms.is_none());
                needs.any(|need| need.queue.is_none() || need.queue == row.queue)
            })
            .map(|case| case.place_ms - case.priority_ms);
        let place = held.map_or(row.received_ms, |place| place.min(row.received_ms));
        self.places.insert(row.id, place);
    }

    fn offered(&mut self, before: &Image, offer: &OfferRow) -> Result<(), Broken> {
        let Work::Attempt(first) = offer.work else {
            return Ok(());
        };
        match offer.state {
            // Its lease was lengthened: it was made long ago.
            OfferState::Open if before.offers.contains_key(&offer.id) => Ok(()),
            OfferState::Open => self.overtakes_nobody(before, offer, first),
            OfferState::Withdrawn | OfferState::Accepted => Ok(()),
            OfferState::Rejected
            | OfferState::Busy
            | OfferState::NoAnswer
            | OfferState::Unreachable => {
                self.declined.insert((first, offer.seat));
                Ok(())
            }
        }
    }

    fn overtakes_nobody(
        &self,
        before: &Image,
        offer: &OfferRow,
        first: AttemptId,
    ) -> Result<(), Broken> {
        let place = self.places.get(&first).copied().unwrap_or_default();
        let is_offered = |id: AttemptId| {
            before
                .offers_open()
                .any(|row| row.work == Work::Attempt(id))
        };
        for other in before.attempts_open() {
            // Who asked for a callback, or cannot have one, may have left the line already.
            let waits = other.stage == Stage::Queued
                && other.queue == Some(offer.queue)
                && other.id != first
                && other.callback.is_none()
                && other.class.may_be_dialled()
                && !self.declined.contains(&(other.id, offer.seat))
                && !is_offered(other.id);
            let theirs = self.places.get(&other.id).copied().unwrap_or_default();
            if waits && theirs < place {
                return broken(
                    "P5",
                    format!(
                        "attempt {first} at {place} overtakes {} at {theirs}",
                        other.id
                    ),
                );
            }
        }
        Ok(())
    }
}

/// A response to an INVITE leaves only behind the attempt's row.
fn responds(committed: &Image, message: &Message, status: u16) -> Result<(), Broken> {
    let to_invite = message
        .header("CSeq")
        .is_some_and(|value| value.ends_with(b"INVITE"));
    // A challenge admits nobody yet.
    if !to_invite || status == 401 || committed.call_ids.contains(&message.call_id()) {
        return Ok(());
    }
    broken(
        "P1",
        format!("{status} leaves for an INVITE without a committed attempt"),
    )
}
