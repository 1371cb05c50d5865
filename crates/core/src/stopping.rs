//! The orderly end: no new calls, those who wait become callbacks and are told so,
//! conversations may end in peace, but not for ever.

use crate::attempt::End;
use crate::centre::Centre;
use crate::id::{CallbackId, SeatId};
use crate::person_first::Stands;
use crate::seat::{SeatWork, With};
use crate::step::{Effect, Step};
use crate::time::Now;
use crate::timers::Timer;
use crate::words::{DialResult, OfferState, Outcome, Party};

impl Centre {
    /// Begins to stop. Asking again changes nothing.
    pub(crate) fn stop(&mut self, now: Now, drain_s: u32, step: &mut Step) {
        if self.stopping.is_some() {
            return;
        }
        self.stopping = Some(false);
        self.timers.at(now.in_s(drain_s), Timer::DrainEnds);
        self.turn_waiting_into_callbacks(now, step);
        self.cut_announcers(now, step);
        self.cut_features(now, step);
        self.cut_trials(now, step);
        for id in self.answered_and_waiting() {
            self.person_told(now, id, step);
        }
        self.nobody_is_first(now, step);
        let seats: Vec<SeatId> = self.seats.keys().copied().collect();
        for id in seats {
            match self.seats.get(&id).map(|seat| &seat.work) {
                Some(SeatWork::Offered { .. }) => {
                    self.offer_ended(now, id, OfferState::Withdrawn, true, step)
                }
                Some(SeatWork::Talking {
                    with: With::Ringing { .. },
                    ..
                }) => self.dial_over(now, id, DialResult::Cancelled, None, true, step),
                Some(
                    SeatWork::Idle
                    | SeatWork::AtTask { .. }
                    | SeatWork::Talking { .. }
                    | SeatWork::Informed { .. }
                    | SeatWork::Beside { .. }
                    | SeatWork::WrapUp { .. }
                    | SeatWork::Resting { .. }
                    | SeatWork::NotResponding,
                )
                | None => {}
            }
        }
    }

    /// The patience is over: whoever still talks is cut off and owed a call.
    pub(crate) fn cut_conversations(&mut self, now: Now, step: &mut Step) {
        let seats: Vec<SeatId> = self.seats.keys().copied().collect();
        for id in seats {
            let talks = matches!(
                self.seats.get(&id).map(|seat| &seat.work),
                Some(SeatWork::Talking { .. })
            );
            if talks {
                self.conversation_cut(now, id, step);
            }
        }
        self.cut_sides(now, step);
        let attempts: Vec<_> = self.attempts.keys().copied().collect();
        for id in attempts {
            let end = End {
                outcome: Outcome::Interrupted,
                by: Party::Us,
                reason: Some("stopping"),
            };
            self.end_attempt(now, id, end, true, step);
        }
        for id in self.answered_and_waiting() {
            self.person_gone(now, id, Party::Us, true, step);
        }
        self.cut_first(now, step);
        let left: Vec<_> = self
            .seats
            .values()
            .filter_map(crate::seat::Seat::leg)
            .collect();
        for leg in left {
            step.effects.push(Effect::HangUp {
                leg,
                q850: crate::attempt::cause::TEMPORARY,
                text: "Stopping",
            });
            self.legs.remove(&leg);
        }
        for seat in self.seats.values_mut().filter(|seat| seat.leg().is_some()) {
            seat.work = SeatWork::Idle;
        }
    }

    fn conversation_cut(&mut self, now: Now, id: SeatId, step: &mut Step) {
        // By the network and not by a party: both legs are hung up and nothing counts as served.
        self.conversation_over(now, id, Party::Network, step);
    }

    /// Says once that nothing is going on any more.
    pub(crate) fn drained(&mut self, step: &mut Step) {
        let nobody_waits = self.attempts.is_empty()
            && self.answered_waiting.is_empty()
            && self.person_first.is_empty()
            && self.sides.is_empty();
        if self.stopping != Some(false) || !nobody_waits {
            return;
        }
        if self.seats.values().all(|seat| seat.leg().is_none()) {
            self.stopping = Some(true);
            step.effects.push(Effect::Drained);
        }
    }

    /// We stop: whose phone rings is let go, whoever hears us is told that we call again.
    pub(crate) fn nobody_is_first(&mut self, now: Now, step: &mut Step) {
        let ids: Vec<CallbackId> = self.person_first.keys().copied().collect();
        for id in ids {
            let stands = self.person_first.get(&id).map(|it| it.stands.clone());
            let spoken = self.rules.prompts.person_first.clone();
            match (stands, spoken) {
                (Some(Stands::Asks(_) | Stands::Reminds(_)), Some(spoken)) => {
                    self.takes_leave(id, (DialResult::Cancelled, false), spoken.later, step);
                }
                (Some(Stands::Farewell { .. }), _) => {}
                (Some(_), _) => {
                    self.first_over(now, id, (DialResult::Cancelled, None), true, step);
                }
                (None, _) => {}
            }
        }
    }

    /// The patience is over.
    pub(crate) fn cut_first(&mut self, now: Now, step: &mut Step) {
        let ids: Vec<CallbackId> = self.person_first.keys().copied().collect();
        for id in ids {
            self.first_over(now, id, (DialResult::Cancelled, None), true, step);
        }
    }
}
