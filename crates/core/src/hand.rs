//! What an operator does with the call in hand, from their page: holds it, ends it, presses keys in it,
//! gives it to somebody else. Knows nothing of SIP: a phone that holds by itself is an input too.

use serde::{Deserialize, Serialize};

use crate::beside::SideCall;
use crate::centre::Centre;
use crate::conversation::hung_up;
use crate::id::{LegId, SeatId};
use crate::seat::{SeatWork, With};
use crate::step::{CommandError, Effect, Step};
use crate::time::Now;
use crate::words::Party;

/// Keys pressed with one word: as many as wait for each other in a stream (`media::keying`).
const KEYS_MAX: usize = 32;

/// What is to become of the call in hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Handling {
    /// The person hears music, the operator silence.
    Hold,
    /// They hear each other again.
    Resume,
    /// It ends, as if the operator had put down the phone.
    HangUp,
    /// Keys are pressed towards the other end.
    Keys(String),
    /// The person waits at another queue of their authority, by short name.
    ToQueue(String),
    /// The person is offered to another seat, by extension.
    ToSeat(String),
    /// The person is given to somebody of the directory, by name.
    ToNumber(String),
    /// Another seat is asked, by extension, while the person is on hold.
    ConsultSeat(String),
    /// Somebody of the directory is asked, by name, while the person is on hold.
    ConsultNumber(String),
    /// The person is given to whoever was asked.
    Complete,
    /// Whoever was asked is let go, and the person taken up again.
    Retrieve,
    /// The operator hears the other of the two.
    Swap,
    /// Somebody of the directory is called, by name, by an operator who has no call.
    Dial(String),
}

/// Why a call is not handled so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Hash)]
pub enum CallError {
    /// Nobody is at the other end, or not yet.
    #[error("seat {0} speaks with nobody now")]
    NobodyThere(String),
    /// They hear something first.
    #[error("seat {0} is not joined with the person yet: try again in a moment")]
    NotYet(String),
    /// Twice.
    #[error("the person at seat {0} is on hold already")]
    OnHold(String),
    /// Nobody is.
    #[error("nobody is on hold at seat {0}")]
    NotOnHold(String),
    /// The phone must take the call up again itself.
    #[error("the phone of seat {0} holds the call by itself: take it up there")]
    HeldByPhone(String),
    /// There is no call at all.
    #[error("seat {0} has no call to hang up")]
    NoCall(String),
    /// Not to be pressed.
    #[error("keys are 1 to {KEYS_MAX} of 0-9, * and #")]
    Keys,
    /// Nobody would take them there.
    #[error("queue {0} is closed now")]
    QueueClosed(String),
    /// As many wait as may.
    #[error("queue {0} is full")]
    QueueFull(String),
    /// Nobody signed in serves it.
    #[error("nobody who serves queue {0} is signed in")]
    NobodyServes(String),
    /// Nothing says how one waits there.
    #[error("the dialplan of this person leads nowhere to queue {0}")]
    NotInPlan(String),
    /// A seat cannot give a person to itself.
    #[error("the person is at seat {0} already")]
    SameSeat(String),
    /// Somebody is asked beside.
    #[error("seat {0} asks somebody meanwhile: complete that, or go back to the person")]
    Consulting(String),
    /// Nobody is.
    #[error("seat {0} asks nobody")]
    NoConsult(String),
    /// Not there, or not for this authority.
    #[error("the directory has no \"{0}\" for this authority")]
    NoEntry(String),
    /// A stop button, an emergency, or a mark on the number.
    #[error("nobody may be called there now")]
    DialsStopped,
    /// We are calling them back, or talk with them on such a call. Which authority does is not told.
    #[error("\"{0}\" is being called from here just now: try again when that call is over")]
    CalledAlready(String),
    /// All are taken, or away.
    #[error("no trunk has a channel for a call now")]
    NoTrunk,
    /// The one that was meant is over.
    #[error("seat {0} has another call by now: nothing was done")]
    AnotherCall(String),
    /// Their authority keeps them at home just now, or their profile spares them that queue.
    #[error(
        "whoever sits at seat {0} may not serve this person: go back to them, or give them to a queue"
    )]
    MayNotServe(String),
    /// Its operator has work, or wants none.
    #[error("seat {0} cannot take anybody now")]
    SeatBusy(String),
}

/// Whether these can be pressed.
pub(crate) fn are_keys(keys: &str) -> bool {
    let is_key = |key: char| key.is_ascii_digit() || key == '*' || key == '#';
    (1..=KEYS_MAX).contains(&keys.len()) && keys.chars().all(is_key)
}

impl Centre {
    /// The operator of a seat does something with the call in hand.
    pub(crate) fn handle_call(
        &mut self,
        now: Now,
        name: &str,
        handling: &Handling,
        step: &mut Step,
    ) -> Result<(), CommandError> {
        let seat = (self.seat_named(name)?, name);
        match handling {
            Handling::Hold => {
                self.is_alone_with_person(seat.0, name)?;
                self.hold_person(now, seat, step)
            }
            Handling::Resume => {
                self.is_alone_with_person(seat.0, name)?;
                self.resume_person(now, seat, step)
            }
            Handling::HangUp => self.hang_up_call(now, seat, step),
            Handling::Keys(keys) => self.press_keys(seat, keys, step),
            Handling::ToQueue(queue) => self.passes_to_queue(now, seat, queue, step),
            Handling::ToSeat(other) => self.passes_to_seat(now, seat, other, step),
            Handling::ToNumber(entry) => self.passes_to_number(now, seat, entry, step),
            Handling::ConsultSeat(other) => self.consult_seat(now, seat, other, step),
            Handling::ConsultNumber(entry) => self.consult_entry(now, seat, entry, step),
            Handling::Complete => self.complete_consult(now, seat, step),
            Handling::Retrieve => self.retrieve(now, seat, step),
            Handling::Swap => self.swap(now, seat, step),
            Handling::Dial(entry) => self.dial_entry(now, seat, entry, step),
        }
    }

    /// The call ends as when the phone is put down, and the phone is put down for them.
    fn hang_up_call(
        &mut self,
        now: Now,
        (id, name): (SeatId, &str),
        step: &mut Step,
    ) -> Result<(), CommandError> {
        let work = self.seats.get(&id).map(|seat| &seat.work);
        let leg = match work {
            Some(SeatWork::Talking {
                consult: Some(_), ..
            }) => return Err(CallError::Consulting(name.to_owned()).into()),
            // Its phone may ring still.
            Some(SeatWork::Beside { .. }) => {
                self.seat_left(now, id, Party::Seat, true, step);
                return Ok(());
            }
            Some(SeatWork::Talking { leg, .. } | SeatWork::Informed { leg }) => *leg,
            Some(
                SeatWork::Idle
                | SeatWork::AtTask { .. }
                | SeatWork::Offered { .. }
                | SeatWork::WrapUp { .. }
                | SeatWork::Resting { .. }
                | SeatWork::NotResponding,
            )
            | None => return Err(CallError::NoCall(name.to_owned()).into()),
        };
        self.seat_left(now, id, Party::Seat, false, step);
        step.effects.push(hung_up(leg));
        Ok(())
    }

    fn press_keys(
        &mut self,
        (id, name): (SeatId, &str),
        keys: &str,
        step: &mut Step,
    ) -> Result<(), CommandError> {
        if !are_keys(keys) {
            return Err(CallError::Keys.into());
        }
        step.effects.push(Effect::Press {
            leg: self.heard_by(id, name)?,
            keys: keys.to_owned(),
        });
        Ok(())
    }

    /// Whom the operator of a seat hears.
    fn heard_by(&self, id: SeatId, name: &str) -> Result<LegId, CallError> {
        let up = |side| {
            let side: Option<&SideCall> = self.sides.get(&side);
            side.filter(|side| side.is_up()).and_then(|side| side.leg)
        };
        let nobody = CallError::NobodyThere(name.to_owned());
        match self.seats.get(&id).map(|seat| &seat.work) {
            Some(SeatWork::Beside { side, .. }) => {
                let is_own = self.sides.get(side).is_some_and(|it| it.row.seat == id);
                up(*side).filter(|_| is_own).ok_or(nobody)
            }
            Some(SeatWork::Talking {
                held: Some(_),
                consult: Some(side),
                ..
            }) => up(*side).ok_or(nobody),
            Some(SeatWork::Talking { held: Some(_), .. }) => {
                Err(CallError::OnHold(name.to_owned()))
            }
            Some(
                SeatWork::Talking { held: None, .. }
                | SeatWork::Idle
                | SeatWork::AtTask { .. }
                | SeatWork::Offered { .. }
                | SeatWork::Informed { .. }
                | SeatWork::WrapUp { .. }
                | SeatWork::Resting { .. }
                | SeatWork::NotResponding,
            )
            | None => Ok(self.joined(id, name)?.person),
        }
    }

    /// With whom a seat's conversation is.
    pub(crate) fn with_at(&self, id: SeatId) -> Option<&With> {
        match &self.seats.get(&id)?.work {
            SeatWork::Talking { with, .. } => Some(with),
            SeatWork::Idle
            | SeatWork::AtTask { .. }
            | SeatWork::Offered { .. }
            | SeatWork::Informed { .. }
            | SeatWork::Beside { .. }
            | SeatWork::WrapUp { .. }
            | SeatWork::Resting { .. }
            | SeatWork::NotResponding => None,
        }
    }
}
