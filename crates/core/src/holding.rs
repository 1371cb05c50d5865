//! A person on hold: they hear music, and now and then a word that they are not forgotten; their
//! operator hears silence. Said by the operator, or by their phone.
//!
//! **A hold has no end of its own.** Who hangs up meanwhile ends the conversation as at any other
//! moment; whose operator's phone dies is reconnected as anybody.

use crate::centre::{Centre, Role};
use crate::hand::CallError;
use crate::id::{LegId, SeatId};
use crate::seat::{Hold, SeatWork, With};
use crate::step::{AfterPlay, CommandError, Effect, Step};
use crate::time::{MonoUs, Now};
use crate::timers::Timer;

/// Token of what is heard on hold: that of nothing else.
const HELD: u64 = u64::MAX;
/// So often who is on hold hears a word.
const WORD_S: u32 = 45;

/// The legs of an operator and of whoever they speak with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pair {
    pub(crate) seat: LegId,
    pub(crate) person: LegId,
}

impl Centre {
    /// The two of a conversation, as soon as they hear each other or one of them is on hold.
    pub(crate) fn joined(&self, id: SeatId, name: &str) -> Result<Pair, CallError> {
        let nobody = || CallError::NobodyThere(name.to_owned());
        let seat = self.seats.get(&id).ok_or_else(nobody)?;
        let SeatWork::Talking { leg, with, .. } = &seat.work else {
            return Err(nobody());
        };
        let person = match with {
            With::Caller(attempt) => self.attempts.get(attempt).map(|live| live.leg),
            With::Person { leg, .. } => Some(*leg),
            With::Ringing { .. } => None,
        };
        let pair = person.map(|person| Pair { seat: *leg, person });
        let pair = pair.ok_or_else(nobody)?;
        if seat.is_told || seat.says_code.is_some() {
            return Err(CallError::NotYet(name.to_owned()));
        }
        Ok(pair)
    }

    /// The hold of a seat's conversation.
    pub(crate) fn held_at(&self, id: SeatId) -> Option<Hold> {
        match &self.seats.get(&id)?.work {
            SeatWork::Talking { held, .. } => *held,
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

    /// The operator puts the person on hold.
    pub(crate) fn hold_person(
        &mut self,
        now: Now,
        (id, name): (SeatId, &str),
        step: &mut Step,
    ) -> Result<(), CommandError> {
        let pair = self.joined(id, name)?;
        if self.held_at(id).is_some() {
            return Err(CallError::OnHold(name.to_owned()).into());
        }
        self.begin_hold(now, id, pair, step);
        Ok(())
    }

    /// The operator takes the person up again.
    pub(crate) fn resume_person(
        &mut self,
        now: Now,
        (id, name): (SeatId, &str),
        step: &mut Step,
    ) -> Result<(), CommandError> {
        let pair = self.joined(id, name)?;
        match self.held_at(id) {
            Some(_) if self.holds_by_phone(id) => {
                Err(CallError::HeldByPhone(name.to_owned()).into())
            }
            Some(_) => {
                self.end_hold(now, id, pair, step);
                Ok(())
            }
            None => Err(CallError::NotOnHold(name.to_owned()).into()),
        }
    }

    /// Whether the phone of a seat holds its call by itself: then it must take it up again itself.
    pub(crate) fn holds_by_phone(&self, id: SeatId) -> bool {
        let seat = self.seats.get(&id);
        seat.is_some_and(|seat| seat.phone_holds.is_some() && seat.phone_holds == seat.leg())
    }

    /// The phone of a seat holds its call by itself, or takes it up again (RFC 3264 8.4). Where nobody is
    /// at the other end yet there is nothing to hold. While somebody is asked beside it is kept in mind:
    /// the person is not joined again with a phone that hears nothing.
    pub(crate) fn phone_holds(&mut self, now: Now, leg: LegId, holds: bool, step: &mut Step) {
        let Some(Role::Seat(id)) = self.legs.get(&leg).copied() else {
            return;
        };
        if let Some(seat) = self.seats.get_mut(&id) {
            seat.phone_holds = holds.then_some(leg);
        }
        let Ok(pair) = self.joined(id, "") else {
            return;
        };
        let consult = self.consult_at(id);
        match (consult, self.held_at(id), holds) {
            (_, None, true) => self.begin_hold(now, id, pair, step),
            (None, Some(_), false) => self.end_hold(now, id, pair, step),
            (Some(side), Some(_), false) => {
                // Whom they ask is whom they hear.
                let side = self.sides.get(&side).filter(|side| side.is_up());
                let b = side.and_then(|side| side.leg);
                let bridge = b.map(|b| Effect::Bridge { a: pair.seat, b });
                step.effects.extend(bridge);
            }
            (_, Some(_), true) | (_, None, false) => {}
        }
    }

    fn begin_hold(&mut self, now: Now, id: SeatId, pair: Pair, step: &mut Step) {
        let hold = Hold {
            since_ms: now.utc_ms,
            began: now.mono_us,
        };
        self.set_hold(id, Some(hold));
        step.effects.push(Effect::Unbridge { leg: pair.seat });
        quiet(pair.seat, step);
        self.plays_to_held(pair.person, true, step);
        self.timers
            .at(now.in_s(WORD_S), Timer::HeldWord(id, hold.began));
        self.seat_changed(now, id, step);
    }

    /// The operator and the person hear each other, if they do not yet; or as soon as the phone, which
    /// holds by itself, takes the call up.
    pub(crate) fn back_to_person(&mut self, now: Now, id: SeatId, step: &mut Step) {
        let Ok(pair) = self.joined(id, "") else {
            return;
        };
        match (self.held_at(id), self.holds_by_phone(id)) {
            (Some(_), false) => self.end_hold(now, id, pair, step),
            (None, true) => self.begin_hold(now, id, pair, step),
            (Some(_), true) => quiet(pair.seat, step),
            (None, false) => {}
        }
    }

    /// A person is at a seat whose phone is up: they hear each other, unless it holds by itself.
    pub(crate) fn joins_person(&mut self, now: Now, id: SeatId, pair: Pair, step: &mut Step) {
        if self.holds_by_phone(id) {
            return self.begin_hold(now, id, pair, step);
        }
        step.effects.push(Effect::Bridge {
            a: pair.person,
            b: pair.seat,
        });
    }

    fn end_hold(&mut self, now: Now, id: SeatId, pair: Pair, step: &mut Step) {
        self.set_hold(id, None);
        step.effects.push(Effect::Bridge {
            a: pair.person,
            b: pair.seat,
        });
        self.seat_changed(now, id, step);
    }

    fn set_hold(&mut self, id: SeatId, hold: Option<Hold>) {
        let work = self.seats.get_mut(&id).map(|seat| &mut seat.work);
        if let Some(SeatWork::Talking { held, .. }) = work {
            *held = hold;
        }
    }

    fn plays_to_held(&self, leg: LegId, begins: bool, step: &mut Step) {
        let prompts = &self.rules.prompts;
        let says = if begins {
            prompts.held
        } else {
            prompts.still_held
        };
        step.effects.push(Effect::Play {
            leg,
            token: HELD,
            prompts: says.into_iter().collect(),
            then: AfterPlay::Music(prompts.music),
        });
    }

    /// Whoever is on hold is told that they are not forgotten.
    pub(crate) fn held_word(&mut self, now: Now, id: SeatId, began: MonoUs, step: &mut Step) {
        if self.held_at(id).is_none_or(|hold| hold.began != began) {
            return;
        }
        if let Ok(pair) = self.joined(id, "")
            && self.rules.prompts.still_held.is_some()
        {
            self.plays_to_held(pair.person, false, step);
        }
        self.timers.at(now.in_s(WORD_S), Timer::HeldWord(id, began));
    }
}

/// Nobody is heard on it, and nothing else.
fn quiet(leg: LegId, step: &mut Step) {
    step.effects.push(Effect::Play {
        leg,
        token: HELD,
        prompts: Vec::new(),
        then: AfterPlay::Quiet,
    });
}
