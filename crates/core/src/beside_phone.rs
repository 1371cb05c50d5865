//! The phone of a seat in a call that is no work: its operator's own, or that of another who asks. What the
//! seat did before goes on after it.

use crate::beside::{WHY, Wrapped};
use crate::centre::{Centre, Role};
use crate::conversation::hung_up;
use crate::id::{LegId, SeatId, SideCallId};
use crate::rules::PromptId;
use crate::seat::SeatWork;
use crate::step::{AfterPlay, Destination, Effect, Step};
use crate::time::Now;
use crate::timers::Timer;
use crate::words::{Chosen, DialResult, Party};

/// Somebody whose time after a conversation went by in a call has so long for its result.
const RESULT_S: u32 = 20;

impl Centre {
    /// A seat's phone is called for something that is no work.
    pub(crate) fn seat_is_asked(
        &mut self,
        now: Now,
        id: SeatId,
        (side, display): (SideCallId, String),
        step: &mut Step,
    ) {
        let leg = LegId(self.ids.allot());
        let Some(seat) = self.seats.get_mut(&id) else {
            return;
        };
        let Some(registration) = seat.registration.clone() else {
            return;
        };
        let wrapped = match std::mem::replace(&mut seat.work, SeatWork::Idle) {
            SeatWork::WrapUp {
                until,
                may_end,
                done,
            } => Some(Wrapped {
                until,
                may_end,
                done,
            }),
            SeatWork::Idle
            | SeatWork::AtTask { .. }
            | SeatWork::Offered { .. }
            | SeatWork::Talking { .. }
            | SeatWork::Informed { .. }
            | SeatWork::Beside { .. }
            | SeatWork::Resting { .. }
            | SeatWork::NotResponding => None,
        };
        seat.work = SeatWork::Beside {
            leg,
            side,
            is_rung: false,
            is_up: false,
            wrapped,
        };
        let dials = self.sides.get(&side).is_some_and(|it| it.row.seat == id);
        let model = self.rules.phones.get(&seat.row.name).copied();
        let to = Destination::Seat {
            registration,
            extension: seat.row.name.clone(),
            display,
            caller: None,
            // Who dials has said on the page that they want the call.
            auto_answer: seat.profile.auto_answer || (dials && model.is_some()),
            model,
            is_measured: false,
        };
        self.legs.insert(leg, Role::Seat(id));
        step.effects.push(Effect::Invite {
            leg,
            to: Box::new(to),
        });
        if let Some(side) = self.sides.get_mut(&side)
            && side.row.to_seat == Some(id)
        {
            side.leg = Some(leg);
        }
        self.seat_changed(now, id, step);
    }

    /// A seat's phone that was called for no work is picked up.
    pub(crate) fn beside_picked_up(&mut self, now: Now, id: SeatId, step: &mut Step) {
        let work = self.seats.get_mut(&id).map(|seat| &mut seat.work);
        let Some(SeatWork::Beside { side, is_up, .. }) = work else {
            return;
        };
        *is_up = true;
        let side = *side;
        let is_own = self.sides.get(&side).is_some_and(|it| it.row.seat == id);
        if is_own {
            self.rings_entry(now, side, step);
        } else {
            self.side_answered(now, side, step);
        }
        self.seat_changed(now, id, step);
    }

    /// The operator hears why nobody is there; who has not even picked up has no need to.
    pub(crate) fn told_beside(&mut self, now: Now, id: SeatId, tell: PromptId, step: &mut Step) {
        let work = self.seats.get(&id).map(|seat| &seat.work);
        match work {
            Some(SeatWork::Beside {
                leg, is_up: true, ..
            }) => says_why(*leg, tell, step),
            Some(
                SeatWork::Beside { .. }
                | SeatWork::Idle
                | SeatWork::AtTask { .. }
                | SeatWork::Offered { .. }
                | SeatWork::Talking { .. }
                | SeatWork::Informed { .. }
                | SeatWork::WrapUp { .. }
                | SeatWork::Resting { .. }
                | SeatWork::NotResponding,
            )
            | None => self.leaves_beside(now, id, true, step),
        }
    }

    /// The phone of a seat that does something beside works is hung up, or is gone.
    pub(crate) fn beside_left(
        &mut self,
        now: Now,
        id: SeatId,
        (by, hang_up): (Party, bool),
        step: &mut Step,
    ) {
        let work = self.seats.get(&id).map(|seat| &seat.work);
        let Some(SeatWork::Beside { side, .. }) = work else {
            return;
        };
        let side = *side;
        if by == Party::Network {
            self.phone_gone(id, step);
        }
        match self.sides.get(&side).map(|it| it.row.seat == id) {
            Some(true) => {
                let how = self.ended_as(side);
                self.side_over(now, side, how, true, step);
                self.leaves_beside(now, id, hang_up, step);
            }
            Some(false) => self.side_left(now, side, (by, hang_up), step),
            // It has heard why.
            None => self.leaves_beside(now, id, hang_up, step),
        }
    }

    /// A seat whose phone was called for no work does not take it.
    pub(crate) fn beside_not_taken(&mut self, now: Now, id: SeatId, status: u16, step: &mut Step) {
        let work = self.seats.get(&id).map(|seat| &seat.work);
        let Some(SeatWork::Beside { side, .. }) = work else {
            return;
        };
        let result = match status {
            486 | 600 => DialResult::Busy,
            408 => DialResult::NoAnswer,
            603 | 480 => DialResult::Declined,
            _ => DialResult::Cancelled,
        };
        let side = *side;
        if status == 408 && self.is_silent_beside(id) {
            self.phone_gone(id, step);
        }
        self.side_fails(now, side, (result, None), false, step);
    }

    /// Whether a seat's phone that was called for no work has not even rung.
    pub(crate) fn is_silent_beside(&self, id: SeatId) -> bool {
        let work = self.seats.get(&id).map(|seat| &seat.work);
        matches!(
            work,
            Some(SeatWork::Beside {
                is_rung: false,
                is_up: false,
                ..
            })
        )
    }

    /// The seat does what it did before.
    pub(crate) fn leaves_beside(&mut self, now: Now, id: SeatId, hang_up: bool, step: &mut Step) {
        let Some(seat) = self.seats.get_mut(&id) else {
            return;
        };
        let work = std::mem::replace(&mut seat.work, SeatWork::Idle);
        let SeatWork::Beside {
            leg,
            is_up,
            wrapped,
            ..
        } = work
        else {
            seat.work = work;
            return;
        };
        self.legs.remove(&leg);
        if hang_up {
            if !is_up {
                seat.let_go = Some(leg);
                self.legs.insert(leg, Role::LetGo(id));
            }
            step.effects.push(hung_up(leg));
        }
        let signs_out = seat.chosen() == Chosen::OneMoreThenSignOut;
        if let Some(Wrapped {
            until,
            may_end,
            done,
        }) = wrapped
        {
            // A call that took the rest of the time leaves some to tell the result.
            let is_told = done.assignment.disposition.is_some();
            let until = if is_told {
                until
            } else {
                until.max(now.in_s(RESULT_S))
            };
            let is_over = until <= now.mono_us;
            seat.work = SeatWork::WrapUp {
                until,
                may_end,
                done,
            };
            if is_over {
                return self.after_work(now, id, step);
            }
            self.timers.at(until, Timer::SeatFree(id, until));
        } else if signs_out {
            // Who wanted to go while they talked goes now.
            return self.after_work(now, id, step);
        }
        self.seat_changed(now, id, step);
    }

    /// The operator has heard why nobody is there.
    pub(crate) fn heard_why(&mut self, now: Now, id: SeatId, step: &mut Step) {
        match self.seats.get(&id).map(|seat| &seat.work) {
            Some(SeatWork::Beside { .. }) => self.leaves_beside(now, id, true, step),
            Some(SeatWork::Talking { consult: None, .. }) => self.back_to_person(now, id, step),
            Some(
                SeatWork::Talking { .. }
                | SeatWork::Idle
                | SeatWork::AtTask { .. }
                | SeatWork::Offered { .. }
                | SeatWork::Informed { .. }
                | SeatWork::WrapUp { .. }
                | SeatWork::Resting { .. }
                | SeatWork::NotResponding,
            )
            | None => {}
        }
    }
}

pub(crate) fn says_why(leg: LegId, tell: PromptId, step: &mut Step) {
    step.effects.push(Effect::Play {
        leg,
        token: WHY,
        prompts: vec![tell],
        then: AfterPlay::Silence,
    });
}
