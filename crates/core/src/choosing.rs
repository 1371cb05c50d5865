//! What is chosen for a seat: by its operator, by a supervisor, by the end of a shift, by a
//! break that is due. Who it was stands in the sign-in and in its intervals.

use crate::centre::Centre;
use crate::id::SeatId;
use crate::record::Record;
use crate::seat::SeatWork;
use crate::step::{CommandError, Step};
use crate::time::{MonoUs, Now, UtcMs};
use crate::timers::Timer;
use crate::words::{Chosen, ChosenBy, OfferState};

/// The reason of a break that a profile asks for.
const REST: &str = "rest";

/// A state, why, and whose wish it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Choice {
    pub(crate) chosen: Chosen,
    pub(crate) reason: Option<String>,
    pub(crate) by: ChosenBy,
    /// Name of the supervisor, where it was one.
    pub(crate) supervisor: Option<String>,
}

impl Choice {
    /// Of no person.
    pub(crate) fn by(by: ChosenBy, chosen: Chosen) -> Self {
        Self {
            chosen,
            reason: None,
            by,
            supervisor: None,
        }
    }

    /// Of the operator, or of the supervisor who is named.
    pub(crate) fn told(chosen: Chosen, reason: Option<String>, supervisor: Option<String>) -> Self {
        let by = match supervisor {
            Some(_) => ChosenBy::Supervisor,
            None => ChosenBy::Operator,
        };
        Self {
            chosen,
            reason,
            by,
            supervisor,
        }
    }
}

impl Centre {
    /// Somebody chooses a state for a seat. Work in progress goes on: a pause or a sign-out
    /// chosen in conversation begins after it.
    pub(crate) fn choose(
        &mut self,
        now: Now,
        seat_name: &str,
        mut choice: Choice,
        step: &mut Step,
    ) -> Result<(), CommandError> {
        let id = self.seat_named(seat_name)?;
        let seat = self.seats.get(&id);
        if seat.is_none_or(|seat| seat.sign_in.is_none()) {
            return Err(CommandError::NobodyThere(seat_name.to_owned()));
        }
        match choice.chosen {
            Chosen::Paused | Chosen::OneMoreThenPause => {
                self.check_reason(choice.reason.as_deref())?;
            }
            Chosen::SignedOut
            | Chosen::Available
            | Chosen::OneMoreThenSignOut
            | Chosen::FrontOffice => choice.reason = None,
        }
        if choice.chosen == Chosen::SignedOut {
            self.leave(now, id, &choice, step);
            return Ok(());
        }
        let is_back = choice.chosen == Chosen::Available;
        if is_back {
            self.responds_again(now, id);
            self.stays_on(now, id);
        }
        self.set_chosen(now, id, choice, step);
        if is_back {
            self.end_wrap_up_early(now, id, step);
        }
        self.seat_changed(now, id, step);
        Ok(())
    }

    fn check_reason(&self, reason: Option<&str>) -> Result<(), CommandError> {
        let known = &self.rules.pause_reasons;
        let is_known = |reason: &str| known.iter().any(|word| word == reason);
        if known.is_empty() || reason.is_some_and(is_known) {
            return Ok(());
        }
        Err(CommandError::PauseReason {
            reason: reason.unwrap_or_default().to_owned(),
            known: known.clone(),
        })
    }

    /// Somebody is there again after offers that were missed.
    fn responds_again(&mut self, now: Now, id: SeatId) {
        let Some(seat) = self.seats.get_mut(&id) else {
            return;
        };
        if !matches!(seat.work, SeatWork::NotResponding) {
            return;
        }
        seat.work = SeatWork::Idle;
        seat.misses = 0;
        seat.responds_at = None;
        seat.idle_since = now.utc_ms;
        // Whoever is back may have those whom they missed.
        for live in self.attempts.values_mut() {
            live.excluded.retain(|missed| *missed != id);
        }
    }

    /// A seat that missed too many offers is tried again by itself.
    pub(crate) fn may_respond(&mut self, now: Now, id: SeatId, moment: MonoUs, step: &mut Step) {
        if self.seats.get(&id).and_then(|seat| seat.responds_at) == Some(moment) {
            self.responds_again(now, id);
            self.seat_changed(now, id, step);
        }
    }

    /// Whoever takes works after the end of their shift stays on.
    fn stays_on(&mut self, now: Now, id: SeatId) {
        let sign_in = self.seats.get_mut(&id).and_then(|it| it.sign_in.as_mut());
        if let Some(sign_in) = sign_in
            && sign_in.shift_ends_ms.is_some_and(|ends| ends <= now.utc_ms)
        {
            sign_in.shift_ends_ms = None;
        }
    }

    /// Whoever works at a seat goes; a conversation goes on to its end.
    pub(crate) fn leave(&mut self, now: Now, id: SeatId, why: &Choice, step: &mut Step) {
        let work = self.seats.get(&id).map(|seat| &seat.work);
        if matches!(work, Some(SeatWork::Offered { .. })) {
            // Nothing was taken yet: the work goes back to its place.
            self.offer_ended(now, id, OfferState::Withdrawn, true, step);
        }
        let busy = matches!(
            self.seats.get(&id).map(|seat| &seat.work),
            Some(
                SeatWork::Talking { .. }
                    | SeatWork::Informed { .. }
                    | SeatWork::Beside { .. }
                    | SeatWork::WrapUp { .. }
            )
        );
        let chosen = if busy {
            Chosen::OneMoreThenSignOut
        } else {
            Chosen::SignedOut
        };
        let choice = Choice {
            chosen,
            ..why.clone()
        };
        self.set_chosen(now, id, choice, step);
        self.seat_changed(now, id, step);
    }

    pub(crate) fn set_chosen(&mut self, now: Now, id: SeatId, choice: Choice, step: &mut Step) {
        let Some(seat) = self.seats.get_mut(&id) else {
            return;
        };
        let Some(sign_in) = seat.sign_in.as_mut() else {
            return;
        };
        let chosen = choice.chosen;
        sign_in.chosen = chosen;
        sign_in.pause_reason = choice.reason;
        sign_in.chosen_by = choice.by;
        sign_in.supervisor = choice.supervisor;
        sign_in.back_ms = None;
        seat.back_at = None;
        seat.out_of_pause = false;
        if chosen == Chosen::SignedOut {
            sign_in.until_ms = Some(now.utc_ms);
        }
        step.records.push(Record::SignIn(sign_in.clone()));
        match chosen {
            Chosen::SignedOut => {
                seat.sign_in = None;
                seat.next = None;
                seat.skills.clear();
                seat.home = None;
                seat.profile = crate::profile::Profile::default();
                // Whoever did not respond has left.
                if matches!(seat.work, SeatWork::NotResponding) {
                    seat.work = SeatWork::Idle;
                }
            }
            Chosen::Paused | Chosen::FrontOffice => seat.works_since_break = 0,
            Chosen::Available | Chosen::OneMoreThenPause | Chosen::OneMoreThenSignOut => {}
        }
    }

    /// The one more work is over, or was missed: what was chosen for then. Whether there was
    /// anything.
    pub(crate) fn one_more_is_over(&mut self, now: Now, id: SeatId, step: &mut Step) -> bool {
        let Some(sign_in) = self.seats.get(&id).and_then(|seat| seat.sign_in.as_ref()) else {
            return false;
        };
        let chosen = match sign_in.chosen {
            Chosen::OneMoreThenPause => Chosen::Paused,
            Chosen::OneMoreThenSignOut => Chosen::SignedOut,
            Chosen::Available | Chosen::Paused | Chosen::FrontOffice | Chosen::SignedOut => {
                return false;
            }
        };
        let choice = Choice {
            chosen,
            reason: sign_in.pause_reason.clone(),
            by: sign_in.chosen_by,
            supervisor: sign_in.supervisor.clone(),
        };
        self.set_chosen(now, id, choice, step);
        true
    }

    /// A work is over: a break, or a rest, where the operator's profile asks for one.
    pub(crate) fn rest_after_work(&mut self, now: Now, id: SeatId, step: &mut Step) {
        let Some(seat) = self.seats.get_mut(&id) else {
            return;
        };
        if seat.chosen() != Chosen::Available {
            return;
        }
        if let (Some(after), Some(break_s)) = (seat.profile.break_after, seat.profile.break_s)
            && seat.works_since_break >= after
        {
            return self.begin_break(now, id, break_s, step);
        }
        if let Some(rest_s) = seat.profile.rest_s.filter(|s| *s > 0) {
            let until = now.in_s(rest_s);
            seat.work = SeatWork::Resting { until };
            self.timers.at(until, Timer::SeatFree(id, until));
        }
    }

    fn begin_break(&mut self, now: Now, id: SeatId, break_s: u32, step: &mut Step) {
        let choice = Choice {
            reason: Some(REST.to_owned()),
            ..Choice::by(ChosenBy::Rest, Chosen::Paused)
        };
        self.set_chosen(now, id, choice, step);
        let sign_in = self.seats.get_mut(&id).and_then(|it| it.sign_in.as_mut());
        if let Some(sign_in) = sign_in {
            sign_in.back_ms = Some(now.utc_in_s(break_s));
            step.records.push(Record::SignIn(sign_in.clone()));
        }
        self.await_sign_in(now, id);
    }

    /// Whatever a sign-in says of times to come, a break's end and a shift's, is awaited.
    pub(crate) fn await_sign_in(&mut self, now: Now, id: SeatId) {
        let Some(seat) = self.seats.get_mut(&id) else {
            return;
        };
        let Some(sign_in) = &seat.sign_in else {
            return;
        };
        if let Some(back_ms) = sign_in.back_ms {
            let at = now.mono_at(back_ms);
            seat.back_at = Some(at);
            self.timers.at(at, Timer::BreakEnds(id, at));
        }
        if let Some(ends_ms) = sign_in.shift_ends_ms {
            let timer = Timer::ShiftEnds(id, ends_ms);
            self.timers.at(now.mono_at(ends_ms), timer);
        }
    }

    /// A break is over, unless the operator has chosen something since.
    pub(crate) fn break_ends(&mut self, now: Now, id: SeatId, moment: MonoUs, step: &mut Step) {
        if self.seats.get(&id).and_then(|seat| seat.back_at) == Some(moment) {
            let choice = Choice::by(ChosenBy::Rest, Chosen::Available);
            self.set_chosen(now, id, choice, step);
            self.seat_changed(now, id, step);
        }
    }

    /// The planned end of a shift: what goes on is finished, nothing more is begun.
    pub(crate) fn shift_ends(&mut self, now: Now, id: SeatId, ends_ms: UtcMs, step: &mut Step) {
        let sign_in = self.seats.get(&id).and_then(|seat| seat.sign_in.as_ref());
        if sign_in.and_then(|it| it.shift_ends_ms) != Some(ends_ms) {
            return;
        }
        if ends_ms > now.utc_ms {
            // The clock was set back since.
            return self.await_sign_in(now, id);
        }
        let why = Choice::by(ChosenBy::ShiftEnd, Chosen::SignedOut);
        self.leave(now, id, &why, step);
    }
}
