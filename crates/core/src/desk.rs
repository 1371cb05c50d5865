//! People at their seats: signing in, giving results, and their phones coming
//! and going. Every change of state leaves an interval, so that each minute of a shift
//! is accounted for.

use crate::blending::may_be_missed;
use crate::centre::Centre;
use crate::choosing::Choice;
use crate::id::{IntervalId, QueueId, SeatId, SignInId};
use crate::keeping::{Again, NeedsSaid};
use crate::matching::Load;
use crate::own_result::ResultTold;
use crate::record::{IntervalRow, Record, RegistrationRow, SignInRow};
use crate::seat::SeatWork;
use crate::step::{CommandError, Effect, Step};
use crate::time::{Now, UtcMs};
use crate::timers::Timer;
use crate::words::{Chosen, ChosenBy, Disposition};

impl Centre {
    pub(crate) fn seat_named(&self, name: &str) -> Result<SeatId, CommandError> {
        self.seat_by_extension(name)
            .ok_or_else(|| CommandError::NoSeat(name.to_owned()))
    }

    /// An operator begins to work on a seat. Signing in where one is signed in already
    /// makes them available again.
    pub(crate) fn sign_in(
        &mut self,
        now: Now,
        (seat_name, operator): (&str, &str),
        until_ms: Option<UtcMs>,
        moves: bool,
        step: &mut Step,
    ) -> Result<(), CommandError> {
        if self.stopping.is_some() {
            return Err(CommandError::Stopping);
        }
        if until_ms.is_some_and(|until_ms| until_ms <= now.utc_ms) {
            return Err(CommandError::ShiftIsOver);
        }
        let id = self.seat_named(seat_name)?;
        let row = self
            .operators
            .get(operator)
            .filter(|row| row.removed_ms.is_none())
            .ok_or_else(|| CommandError::NoOperator(operator.to_owned()))?;
        let (operator_id, skills, home) = (row.id, row.skills.clone(), row.home);
        let sits_here = self.seats.get(&id).and_then(|it| it.sign_in.as_ref());
        match sits_here.map(|there| there.operator) {
            Some(there) if there == operator_id => {
                let choice = Choice::told(Chosen::Available, None, None);
                self.choose(now, seat_name, choice, step)?;
                self.plan_shift(now, id, until_ms, step);
                return Ok(());
            }
            Some(_) => {
                return Err(CommandError::SeatTaken {
                    seat: seat_name.to_owned(),
                });
            }
            None => {}
        }
        if let Some(other) = self.seat_of(operator_id) {
            self.leave_for_another(now, (other, operator), moves, step)?;
        }
        let sign_in = SignInRow {
            id: SignInId(self.ids.allot()),
            seat: id,
            operator: operator_id,
            chosen: Chosen::Available,
            pause_reason: None,
            since_ms: now.utc_ms,
            until_ms: None,
            chosen_by: ChosenBy::Operator,
            supervisor: None,
            shift_ends_ms: until_ms,
            back_ms: None,
        };
        step.records.push(Record::SignIn(sign_in.clone()));
        let profile = self.profiles.get(&operator_id).cloned();
        if let Some(seat) = self.seats.get_mut(&id) {
            seat.sign_in = Some(sign_in);
            seat.skills = skills;
            seat.home = home;
            seat.tasks_unanswered = 0;
            seat.tasks_from = None;
            seat.profile = profile.unwrap_or_default();
            seat.misses = 0;
            seat.works_since_break = 0;
            seat.idle_since = now.utc_ms;
            seat.load = Load::default();
        }
        self.await_sign_in(now, id);
        self.seat_changed(now, id, step);
        Ok(())
    }

    /// Another end of the shift of who is there already.
    fn plan_shift(&mut self, now: Now, id: SeatId, until_ms: Option<UtcMs>, step: &mut Step) {
        let sign_in = self.seats.get_mut(&id).and_then(|it| it.sign_in.as_mut());
        if let Some(sign_in) = sign_in
            && until_ms.is_some()
        {
            sign_in.shift_ends_ms = until_ms;
            step.records.push(Record::SignIn(sign_in.clone()));
            self.await_sign_in(now, id);
            self.look_at_spared = true;
        }
    }

    /// Whoever signs in elsewhere leaves the seat where they are, unless they talk there.
    fn leave_for_another(
        &mut self,
        now: Now,
        (id, operator): (SeatId, &str),
        moves: bool,
        step: &mut Step,
    ) -> Result<(), CommandError> {
        let Some(seat) = self.seats.get_mut(&id) else {
            return Ok(());
        };
        let talks = matches!(
            seat.work,
            SeatWork::Talking { .. } | SeatWork::Informed { .. } | SeatWork::Beside { .. }
        );
        if talks || !moves {
            return Err(CommandError::OperatorElsewhere {
                operator: operator.to_owned(),
                seat: seat.row.name.clone(),
            });
        }
        if matches!(seat.work, SeatWork::WrapUp { .. }) {
            self.became_idle(now, id);
        }
        let why = Choice::by(ChosenBy::Elsewhere, Chosen::SignedOut);
        self.leave(now, id, &why, step);
        Ok(())
    }

    /// The result of the conversation at hand, or of the one being wrapped up, which it ends.
    pub(crate) fn dispose(
        &mut self,
        now: Now,
        seat_name: &str,
        (told, said): (ResultTold, NeedsSaid),
        step: &mut Step,
    ) -> Result<(), CommandError> {
        let id = self.seat_named(seat_name)?;
        self.check_said((id, seat_name), &said)?;
        let told = (told, said);
        let (disposition, code, said) = self.result_meant(now, (id, seat_name), told, step)?;
        let seat = self
            .seats
            .get_mut(&id)
            .ok_or_else(|| CommandError::NoSeat(seat_name.to_owned()))?;
        match &mut seat.work {
            SeatWork::Talking { assignment, .. } => {
                assignment.disposition = Some(disposition);
                assignment.code = code;
                step.records.push(Record::Assignment(assignment.clone()));
                seat.said = said;
                Ok(())
            }
            SeatWork::WrapUp { done, .. } => {
                done.assignment.disposition = Some(disposition);
                done.assignment.code = code;
                step.records
                    .push(Record::Assignment(done.assignment.clone()));
                let conversation = done.assignment.id;
                let is_another = disposition == Disposition::AnotherPerson;
                let settled = done.settled.take_if(|_| is_another);
                if let Some((case, needs)) = settled {
                    self.reopen(now, (case, needs), Again::AnotherPerson, step);
                }
                // Of whom somebody outside has, it counts when that conversation is over.
                let is_outside = self.told_of_given(conversation, (disposition, &said));
                if !is_outside && !is_another {
                    self.said_afterwards(now, id, &said, step);
                }
                self.end_wrap_up_early(now, id, step);
                Ok(())
            }
            SeatWork::Idle
            | SeatWork::AtTask { .. }
            | SeatWork::Offered { .. }
            | SeatWork::Informed { .. }
            | SeatWork::Beside { .. }
            | SeatWork::Resting { .. }
            | SeatWork::NotResponding => Err(CommandError::NoConversation(seat_name.to_owned())),
        }
    }

    /// A phone that proved its password says where it can be reached, or that it goes.
    pub(crate) fn registered(
        &mut self,
        now: Now,
        (request, is_heard): (u64, bool),
        mut row: RegistrationRow,
        step: &mut Step,
    ) {
        let id = row.seat;
        let (_, most) = self.rules.limits.register_s;
        let Some(seat) = self.seats.get_mut(&id) else {
            return;
        };
        let wish_s = u32::try_from((row.expires_ms - now.utc_ms) / 1_000).unwrap_or(0);
        row.registered_ms = now.utc_ms;
        let is_elsewhere = |old: &RegistrationRow| old.remote != row.remote;
        if seat.registration.as_ref().is_some_and(is_elsewhere) {
            // What still rings at the old place, if it is there at all, is not this phone.
            seat.let_go = None;
        }
        if wish_s == 0 {
            row.expires_ms = now.utc_ms;
            seat.registration = None;
        } else {
            // What is left of a phone's time may be less than phones may ask for.
            let granted_s = wish_s.min(most);
            row.expires_ms = now.utc_in_s(granted_s);
            seat.registration = Some(row.clone());
            if is_heard {
                self.phone_came(id);
            }
            self.timers
                .at(now.in_s(granted_s), Timer::RegistrationEnds(id));
        }
        step.records.push(Record::Registration(row.clone()));
        step.effects.push(Effect::Bound {
            request,
            registration: row,
        });
        self.reachability_changed(now, id, step);
    }

    /// A phone has shown itself: whoever was lost by its seat may have it again.
    fn phone_came(&mut self, id: SeatId) {
        if let Some(seat) = self.seats.get_mut(&id) {
            seat.confirmed = true;
            seat.silences = 0;
        }
        for live in self.attempts.values_mut() {
            live.vanished.retain(|gone| *gone != id);
        }
        for person in self.answered_waiting.values_mut() {
            person.excluded.retain(|gone| *gone != id);
        }
        self.phone_shown(id);
    }

    /// A phone has said something: whoever it could not be called for may have its seat again.
    fn phone_shown(&mut self, id: SeatId) {
        for live in self.attempts.values_mut() {
            live.unreached.retain(|gone| *gone != id);
        }
        for person in self.answered_waiting.values_mut() {
            person.unreached.retain(|gone| *gone != id);
        }
    }

    /// What became of the question whether a phone is still there. One that says nothing is
    /// asked again, ever more rarely: a packet or two may have been lost on the way.
    pub(crate) fn probed(&mut self, now: Now, id: SeatId, reachable: bool, step: &mut Step) {
        let (least_s, most_s) = self.rules.limits.ask_phone_s;
        let Some(seat) = self.seats.get_mut(&id) else {
            return;
        };
        // A REGISTER that came meanwhile is the better proof.
        seat.confirmed = seat.confirmed || reachable;
        if seat.confirmed {
            seat.silences = 0;
            self.phone_shown(id);
        } else {
            let doublings = seat.silences.min(31);
            let pause_s = least_s.saturating_mul(1 << doublings).min(most_s);
            seat.silences = seat.silences.saturating_add(1);
            let again = Timer::AskPhone(id, seat.silences);
            self.timers.at(now.in_s(pause_s), again);
        }
        self.seat_changed(now, id, step);
    }

    /// The pause after a question that was not answered is over.
    pub(crate) fn phone_asked_again(
        &mut self,
        now: Now,
        id: SeatId,
        silences: u32,
        step: &mut Step,
    ) {
        let Some(seat) = self.seats.get(&id) else {
            return;
        };
        let is_due = !seat.confirmed && seat.silences == silences;
        let registration = seat.registration.clone();
        if let Some(registration) = registration.filter(|row| is_due && row.expires_ms > now.utc_ms)
        {
            step.effects.push(Effect::Probe { registration });
        }
    }

    /// A phone's registration is over, unless it has registered anew.
    pub(crate) fn registration_ends(&mut self, now: Now, id: SeatId, step: &mut Step) {
        if let Some(seat) = self.seats.get_mut(&id) {
            // Also one of before a restart, from which nothing was heard since.
            seat.was_there |= seat.registration.is_some();
        }
        self.reachability_changed(now, id, step);
    }

    /// Closes and opens the seat's interval if its states changed, and tells the dispatcher.
    pub(crate) fn seat_changed(&mut self, now: Now, id: SeatId, step: &mut Step) {
        self.free_of_task(now, id, step);
        let Some(seat) = self.seats.get_mut(&id) else {
            return;
        };
        let (chosen, work) = (seat.chosen(), seat.work_state());
        let operator = seat.sign_in.as_ref().map(|sign_in| sign_in.operator);
        let (reason, by, supervisor) = seat
            .sign_in
            .as_ref()
            .map_or((None, ChosenBy::Operator, None), |it| {
                (it.pause_reason.clone(), it.chosen_by, it.supervisor.clone())
            });
        let same = seat.interval.as_ref().is_some_and(|i| {
            (i.chosen, i.work, i.operator, i.chosen_by) == (chosen, work, operator, by)
                && (&i.pause_reason, &i.supervisor) == (&reason, &supervisor)
        });
        if !same {
            if let Some(mut over) = seat.interval.take() {
                over.until_ms = Some(now.utc_ms);
                step.records.push(Record::Interval(over));
            }
            if operator.is_some() {
                let interval = IntervalRow {
                    id: IntervalId(self.ids.allot()),
                    seat: id,
                    operator,
                    chosen,
                    work,
                    since_ms: now.utc_ms,
                    until_ms: None,
                    pause_reason: reason,
                    chosen_by: by,
                    supervisor,
                };
                step.records.push(Record::Interval(interval.clone()));
                seat.interval = Some(interval);
            }
        }
        let is_missed = |queue: &QueueId| may_be_missed(&self.rules, seat, *queue);
        let calls_back_for = seat.calls_back_for().filter(is_missed);
        self.blending.seat_moves(seat.at_callback, calls_back_for);
        seat.at_callback = calls_back_for;
        seat.serves = seat.works_for();
        let is_there = seat.is_there(now.utc_ms);
        let came_or_went = std::mem::replace(&mut seat.was_serving, is_there) != is_there;
        let site = seat.row.site;
        // A call more or less at a site that has room for so many.
        self.look_at_spared |= self.counts_calls_at(site);
        let was = self.matching.operator_at(id);
        self.stand_by(now, id);
        if came_or_went || was != operator {
            // There are more who can serve, or fewer.
            self.crews_changed();
            self.look_at_spared = true;
            self.owners_moved(now, [was, operator]);
        }
        self.watch_connection(now, id, step);
    }
}
