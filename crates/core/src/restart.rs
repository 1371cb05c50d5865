//! After a start: what was open when the process ended is closed or taken up again.
//! Callers who were cut off are owed a priority callback; leases are void; dials in
//! flight are unknown until their cool-down is over; phones are asked whether they are
//! still there before they are offered anything.

use std::collections::{BTreeMap, BTreeSet};

use crate::attempt::{Lost, Reach};
use crate::callback::{Case, Move};
use crate::centre::Centre;
use crate::id::{CallbackId, DialId, NumberId};
use crate::number::{Caller, PhoneNumber};
use crate::owing::About;
use crate::planted::{Fault, planted};
use crate::record::{
    AttemptRow, CodeWordRow, DialRow, IntervalRow, OfferRow, OpenCallback, OperatorRow, OwnerRow,
    Record, RegistrationRow, Restored, SeatRow, SideCallRow,
};
use crate::reload::move_need;
use crate::seat::Seat;
use crate::staying::only_stays;
use crate::step::{Effect, Step};
use crate::time::Now;
use crate::timers::Timer;
use crate::words::{
    CallbackEventKind, CallbackState, ChangedBy, Chosen, ChosenBy, DialOrder, DialResult,
    DialState, OfferState, Outcome, Party, Stage, Suppression,
};

/// Offers whose phones ring no more.
fn withdraw_offers(now: Now, rows: Vec<OfferRow>, step: &mut Step) {
    let survive = planted(Fault::OfferSurvives);
    for mut offer in rows.into_iter().filter(|_| !survive) {
        offer.state = OfferState::Withdrawn;
        offer.ended_ms = Some(now.utc_ms);
        step.records.push(Record::Offer(offer));
    }
}

/// Calls beside works that nobody has in hand any more.
fn end_side_calls(now: Now, rows: Vec<SideCallRow>, step: &mut Step) {
    for mut row in rows {
        row.ended_ms = Some(now.utc_ms);
        row.result = Some(DialResult::Unknown);
        step.records.push(Record::SideCall(Box::new(row)));
    }
}

impl Centre {
    /// Adds seats and operators that the store does not have yet.
    pub fn add_staff(&mut self, seats: Vec<SeatRow>, operators: Vec<OperatorRow>) {
        for row in seats {
            if row.removed_ms.is_none() {
                self.extensions.insert(row.name.clone(), row.id);
            }
            self.seats.insert(row.id, Seat::new(row));
        }
        self.crews_changed();
        for row in operators {
            self.operators.insert(row.name.clone(), row);
        }
    }

    /// Takes up what the store says is open.
    pub fn restore(&mut self, now: Now, restored: Restored, step: &mut Step) {
        let numbers: BTreeMap<NumberId, PhoneNumber> = restored
            .numbers
            .iter()
            .filter_map(|row| Some((row.id, row.e164.clone()?)))
            .collect();
        self.record_version(now, ChangedBy::Start, step);
        self.add_staff(restored.seats, restored.operators);
        self.restore_pins(restored.pins);
        let profiles = restored.profiles.into_iter();
        self.profiles = profiles.map(|row| (row.operator, row.profile)).collect();
        self.restore_special_days(restored.special_days);
        self.restore_outages(now, restored.outages, step);
        self.restore_buttons(now, restored.closures, restored.announcements, step);
        let marks = restored.marks.into_iter();
        let marks = marks.map(|row| (numbers.get(&row.number).cloned(), row));
        self.restore_marks(now, marks.collect(), step);
        let memos = (restored.memos, restored.memo_readings);
        self.restore_memos(now, memos, step);
        let unseen = restored.unseen.into_iter();
        self.unseen = unseen.map(|row| (row.callback, row)).collect();
        self.restore_sign_ins(now, restored.sign_ins, restored.intervals, step);
        self.restore_details(restored.details);
        self.restore_campaigns(now, restored.campaigns, restored.released, step);
        let stuck = self.restore_callbacks(now, restored.callbacks, &restored.dials, step);
        let rang = (restored.rang, restored.rang_since_ms);
        self.restore_rung(now, rang, &restored.spoken);
        for spoken in restored.spoken {
            self.spoke(spoken);
        }
        self.restore_code_words(restored.code_words);
        self.restore_declines(now, restored.declines, step);
        self.restore_chosen_times(restored.chosen_times, step);
        for OwnerRow { callback, operator } in restored.owners {
            self.owned(now, callback, operator);
        }
        withdraw_offers(now, restored.offers, step);
        for mut assignment in restored.assignments {
            assignment.ended_ms = Some(now.utc_ms);
            step.records.push(Record::Assignment(assignment));
        }
        end_side_calls(now, restored.side_calls, step);
        self.restore_tasks(now, restored.tasks, step);
        for dial in restored.dials {
            self.restore_dial(now, &numbers, dial, step);
        }
        for id in stuck {
            self.heal_callback(now, id, step);
        }
        let left_open = planted(Fault::LeftOpen);
        for attempt in restored.attempts.into_iter().filter(|_| !left_open) {
            let number = attempt.number.and_then(|id| numbers.get(&id)).cloned();
            self.restore_attempt(now, attempt, number, step);
        }
        self.restore_registrations(now, restored.registrations, step);
        self.begin_graces(now);
        self.line_up_anew(now);
        self.suppress_marked(now, step);
        self.await_deadlines(now);
        self.await_chosen_times(now);
        // One at a time is begun.
        for row in restored.bulks {
            self.bulk_goes_on(now, row);
        }
        self.await_expiries(now);
        step.wake_at = self.timers.next();
    }

    fn restore_code_words(&mut self, rows: Vec<CodeWordRow>) {
        for row in rows {
            // A callback that was closed while nobody could write it.
            let is_open = self.cases.contains_key(&row.callback);
            if let Some(code) = row.code.filter(|_| is_open) {
                self.code_words.insert(row.callback, code);
            }
        }
    }

    fn restore_registrations(&mut self, now: Now, rows: Vec<RegistrationRow>, step: &mut Step) {
        let valid = |row: &RegistrationRow| row.expires_ms > now.utc_ms;
        for row in rows.into_iter().filter(valid) {
            let Some(seat) = self.seats.get_mut(&row.seat) else {
                continue;
            };
            seat.registration = Some(row.clone());
            let ends = Timer::RegistrationEnds(row.seat);
            self.timers.at(now.mono_at(row.expires_ms), ends);
            step.effects.push(Effect::Probe { registration: row });
        }
    }

    fn restore_sign_ins(
        &mut self,
        now: Now,
        sign_ins: Vec<crate::record::SignInRow>,
        intervals: Vec<IntervalRow>,
        step: &mut Step,
    ) {
        for mut over in intervals {
            over.until_ms = Some(now.utc_ms);
            step.records.push(Record::Interval(over));
        }
        for mut sign_in in sign_ins {
            let id = sign_in.seat;
            let mut operators = self.operators.values();
            let operator = operators.find(|row| row.id == sign_in.operator);
            let works_here = operator.is_some_and(|row| row.removed_ms.is_none());
            let seat = self.seats.get(&id);
            if !works_here || seat.is_none_or(|seat| seat.row.removed_ms.is_some()) {
                // Removed in a conversation, which the end of the process has ended.
                sign_in.chosen = Chosen::SignedOut;
                sign_in.chosen_by = ChosenBy::Removed;
                sign_in.until_ms = Some(now.utc_ms);
                step.records.push(Record::SignIn(sign_in));
                continue;
            }
            let skills = operator.map(|row| row.skills.clone()).unwrap_or_default();
            let home = operator.and_then(|row| row.home);
            if let Some(seat) = self.seats.get_mut(&id) {
                seat.profile = self
                    .profiles
                    .get(&sign_in.operator)
                    .cloned()
                    .unwrap_or_default();
                seat.sign_in = Some(sign_in);
                seat.skills = skills;
                seat.home = home;
                seat.idle_since = now.utc_ms;
            }
            self.await_sign_in(now, id);
            self.seat_changed(now, id, step);
        }
    }

    /// Returns those that stand at a dial which is not there.
    fn restore_callbacks(
        &mut self,
        now: Now,
        open: Vec<OpenCallback>,
        dials: &[DialRow],
        step: &mut Step,
    ) -> Vec<CallbackId> {
        self.people.expect(open.len());
        let dialled: BTreeSet<CallbackId> = dials.iter().map(|dial| dial.callback).collect();
        let mut stuck = Vec::new();
        let mut cases = Vec::with_capacity(open.len());
        for OpenCallback {
            mut row,
            number,
            mut needs,
            promised_ms,
        } in open
        {
            let Some(number) = number else {
                continue;
            };
            match row.state {
                // A seat's lease died with the process.
                CallbackState::Offered => {
                    row.state = CallbackState::Waiting;
                    row.seat = None;
                    row.not_before_ms = row.not_before_ms.max(now.utc_ms);
                    step.records.push(Record::Callback(row.clone()));
                }
                CallbackState::Dialling
                | CallbackState::Talking
                | CallbackState::AnsweredWaiting
                | CallbackState::Unknown => {
                    stuck.extend((!dialled.contains(&row.id)).then_some(row.id));
                }
                CallbackState::Waiting | CallbackState::Closed => {}
            }
            self.people
                .restore(&number, row.number)
                .cases
                .push((row.tenant, row.id));
            for need in &mut needs {
                move_need(&self.rules, need, step);
            }
            let released = row.not_before_ms > row.place_ms || only_stays(&needs);
            let case = Box::new(Case {
                row,
                number,
                needs,
                released,
                ready: None,
                entered: None,
                wake_at: None,
                parts: 0,
                machines: 0,
                promised_ms,
                chosen: None,
                recalled: None,
                given_on: None,
                code: None,
            });
            cases.push((case.row.id, case));
        }
        // Collected, the tree is built in one pass; row by row it would be torn and mended.
        self.cases = cases.into_iter().collect();
        stuck
    }

    /// Nothing would ever move a callback whose dial is not stored. It waits again; its try, which
    /// was counted when it was dialled, stays spent, because a dial may have happened.
    fn heal_callback(&mut self, now: Now, id: CallbackId, step: &mut Step) {
        let state = self.cases.get(&id).map(|case| case.row.state);
        if state != Some(CallbackState::Unknown) {
            self.move_case(now, id, Move::Crash, |row| row.seat = None, step);
        }
        let about = About {
            detail: Some("no dial is stored"),
            ..About::default()
        };
        self.waits_after_unknown(now, id, about, step);
        self.give_up_if_due(now, id, step);
    }

    /// A dial that was up: nobody knows how it ended. Its number rests before anything else.
    fn restore_dial(
        &mut self,
        now: Now,
        numbers: &BTreeMap<NumberId, PhoneNumber>,
        mut dial: DialRow,
        step: &mut Step,
    ) {
        if planted(Fault::DialForgotten) {
            return;
        }
        dial.state = DialState::Unknown;
        step.records.push(Record::Dial(dial.clone()));
        if let Some(case) = self.cases.get_mut(&dial.callback)
            && case.row.state != CallbackState::Unknown
        {
            self.move_case(now, dial.callback, Move::Crash, |row| row.seat = None, step);
        }
        if let Some(number) = numbers.get(&dial.number) {
            self.people.restore(number, dial.number).dial = Some(dial.id);
        }
        self.timers.at(
            now.in_s(self.rules.limits.reconcile_after_s),
            Timer::Reconcile(dial.id),
        );
        self.unknown_dials.insert(dial.id, dial);
    }

    /// The cool-down of an unknown dial is over: its debt waits again, with the try spent unless the
    /// person was reached.
    pub(crate) fn reconcile(&mut self, now: Now, id: DialId, step: &mut Step) {
        let Some(callback) = self.end_unknown(now, id, step) else {
            return;
        };
        self.give_up_if_due(now, callback, step);
    }

    /// The person of a callback is on the line: whichever dial of theirs is unknown has ended.
    pub(crate) fn reconcile_case(&mut self, now: Now, case: CallbackId, step: &mut Step) {
        let of_case = |dial: &&DialRow| dial.callback == case;
        let dial = self.unknown_dials.values().find(of_case);
        if let Some(id) = dial.map(|dial| dial.id) {
            self.end_unknown(now, id, step);
        }
    }

    fn end_unknown(&mut self, now: Now, id: DialId, step: &mut Step) -> Option<CallbackId> {
        let mut dial = self.unknown_dials.remove(&id)?;
        // Who was on the line first and pressed no key may have been a machine.
        let is_asked = dial.order == DialOrder::PersonFirst && dial.pressed_ms.is_none();
        let was_answered = dial.answered_ms.is_some() && !is_asked;
        dial.state = DialState::Ended;
        dial.ended_ms = Some(now.utc_ms);
        let had_left = self.had_left(dial.callback);
        dial.result = Some(match (was_answered, had_left) {
            (true, _) => DialResult::Answered,
            (false, true) => DialResult::Declined,
            (false, false) => DialResult::Unknown,
        });
        let callback = dial.callback;
        self.rang(now, &dial);
        step.records.push(Record::Dial(dial));
        if let Some(number) = self.cases.get(&callback).map(|case| case.number.clone()) {
            self.people.change(&number, |known| known.dial = None);
            self.reconsider_number(now, &number);
        }
        let about = About {
            dial: Some(id),
            ..About::default()
        };
        if was_answered {
            // They talked when the process died.
            self.note(now, callback, CallbackEventKind::Reconciled, about, step);
            self.owe_cut_off(now, callback, Move::Reconcile, step);
        } else {
            self.waits_after_unknown(now, callback, about, step);
        }
        self.settle_answered(now, callback, step);
        self.settle_left(now, (callback, id), step);
        self.suppress(now, callback, step);
        Some(callback)
    }

    fn waits_after_unknown(&mut self, now: Now, id: CallbackId, about: About, step: &mut Step) {
        let rest_ms = self.rest_of(now, id, DialResult::Unknown);
        let rested = |row: &mut crate::record::CallbackRow| {
            row.not_before_ms = row.not_before_ms.max(rest_ms);
        };
        self.move_case(now, id, Move::Reconcile, rested, step);
        self.note(now, id, CallbackEventKind::Reconciled, about, step);
    }

    /// A call that was up when the process died: the caller was cut off and goes ahead.
    fn restore_attempt(
        &mut self,
        now: Now,
        mut row: AttemptRow,
        number: Option<PhoneNumber>,
        step: &mut Step,
    ) {
        row.stage = Stage::Ended;
        row.outcome = Some(Outcome::Interrupted);
        row.ended_ms = Some(now.utc_ms);
        row.ended_by = Some(Party::Us);
        row.reason = Some("the process ended".to_owned());
        let reach = Reach {
            caller: Caller {
                number: number.clone(),
                class: row.class,
            },
            number: row.number,
        };
        match row.tenant.filter(|_| row.callback.is_none()) {
            Some(tenant) => {
                let lost = Lost::interrupted(self.rules.limits.interrupted_priority_s);
                self.settle_unserved(now, &mut row, &reach, tenant, lost, step);
            }
            None if row.callback.is_none() => {
                row.suppressed.get_or_insert(Suppression::NoLine);
            }
            None => {}
        }
        step.records.push(Record::Attempt(Box::new(row)));
        if let Some(number) = &number {
            self.let_rest(now, number, step);
        }
    }

    /// A callback's time has come, or its days are over.
    pub(crate) fn callback_due(&mut self, now: Now, id: CallbackId, step: &mut Step) {
        if let Some(case) = self.cases.get_mut(&id) {
            case.wake_at = None;
        }
        let waits = self
            .cases
            .get(&id)
            .is_some_and(|case| case.row.state == CallbackState::Waiting);
        match self.given_up(now, id) {
            Some(how) if waits => {
                self.close_case(now, id, how, About::default(), step);
            }
            Some(_) | None => self.reconsider(now, id),
        }
    }
}
