//! A notice line: in a storm a caller hears in seconds where they stand, and the line is free
//! for the next. Their call is in the book before they hear a word, as if they had been refused:
//! what they press afterwards only says more, and their place in line stays what it was.

use crate::attempt::{Doing, Lost, Next};
use crate::calendar::{SaidDay, SaidTime};
use crate::centre::Centre;
use crate::dialplan::{Dialplan, NumberByKey};
use crate::id::{AttemptId, TenantId, TrunkId};
use crate::number::PhoneNumber;
use crate::owing::About;
use crate::record::{AttemptRow, Record};
use crate::rules::{NoticePrompts, PromptId};
use crate::step::{AfterPlay, Arrival, Effect, Step};
use crate::time::Now;
use crate::timers::Timer;
use crate::wishing::Wish;
use crate::words::{CallbackState, ClosedHow, NeedKind, Outcome};
use serde::{Deserialize, Serialize};

/// "I call for somebody else", "I want to be called".
const YES: char = '1';
/// "I do not want to be called": at once what this call opened, on a second press what was open.
const NO: char = '2';
/// Who withholds their number keys one in.
const KEYED_IN: NumberByKey = NumberByKey {
    confirm: true,
    ask: true,
    timeout_s: 6,
    tries: 2,
};

/// What a caller on a notice line is to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Standing {
    /// On the list since an earlier call.
    Listed,
    /// Listed, and asked whether they really want to be taken off.
    Leaving,
    /// On it since this call.
    New,
    /// Not to be called at the number that they show.
    Unreachable,
}

impl Centre {
    /// Whether a caller is to hear a notice instead of taking a line: because none is free, or
    /// because in a storm the lines are for those who are not on the list.
    pub(crate) fn is_for_notice(
        &self,
        now: Now,
        trunk: TrunkId,
        tenant: TenantId,
        arrival: &Arrival,
    ) -> bool {
        let (used, number) = (self.channels(trunk), arrival.caller.number.as_ref());
        let Some(rule) = self.rules.trunks.get(&trunk) else {
            return false;
        };
        if !used.notifies(rule) || number.is_some_and(|number| self.is_busy_with_us(number)) {
            return false;
        }
        let would_wait = || !number.is_some_and(|number| self.would_be_served(now, tenant, number));
        let listed = || number.is_some_and(|number| self.is_listed(tenant, number));
        let lists = || listed() || self.opens_callback(tenant, None, Outcome::RefusedLines);
        if used.answers(rule) {
            used.storm.is_some() && listed() && would_wait()
        } else {
            lists()
        }
    }

    /// One notice at a time for a number. Whom we are ringing is refused, so that their phone
    /// is free for our call.
    fn is_busy_with_us(&self, number: &PhoneNumber) -> bool {
        let known = self.people.get(number);
        known.is_some_and(|known| known.calls > 0 || known.dial.is_some())
    }

    fn is_listed(&self, tenant: TenantId, number: &PhoneNumber) -> bool {
        self.case_of_caller(tenant, number).is_some()
    }

    /// Whether a seat is free for what this person is owed.
    fn would_be_served(&self, now: Now, tenant: TenantId, number: &PhoneNumber) -> bool {
        let seat = || {
            let case = self.case_of_caller(tenant, number)?;
            let case = self.cases.get(&case)?;
            let queue = self.queue_of(case)?;
            self.matching.free_for(now.utc_ms, queue, case.row.place_ms)
        };
        seat().is_some()
    }

    /// Writes the caller's call into the book of debts before they are answered.
    pub(crate) fn put_on_list(
        &mut self,
        now: Now,
        row: &mut AttemptRow,
        arrival: &Arrival,
        tenant: TenantId,
        step: &mut Step,
    ) -> Standing {
        let caller = &arrival.caller;
        if self.not_called(tenant, caller).is_some() {
            return Standing::Unreachable;
        }
        let number = caller.number.as_ref();
        let listed = number.is_some_and(|number| self.is_listed(tenant, number));
        let reach = crate::attempt::Reach {
            caller: caller.clone(),
            number: row.number,
        };
        let lost = Lost::missed(Outcome::RefusedLines);
        self.settle_unserved(now, row, &reach, tenant, lost, step);
        let standing = if listed {
            Standing::Listed
        } else {
            Standing::New
        };
        if let Some(trunk) = row.trunk
            && standing == Standing::New
        {
            self.count_in_storm(trunk, |storm| storm.listed += 1);
        }
        standing
    }

    /// The caller is connected: they hear where they stand.
    pub(crate) fn notify(&mut self, now: Now, id: AttemptId, standing: Standing, step: &mut Step) {
        let notice = &self.rules.prompts.notice;
        let (opening, question) = match standing {
            Standing::Listed | Standing::Leaving => (notice.listed, notice.another),
            Standing::New => (notice.put_on_list, notice.confirm),
            Standing::Unreachable => {
                let says = vec![notice.unreachable];
                let wish = Wish::new(None, None, (KEYED_IN, None));
                return self.ask_number(id, wish, says, step);
            }
        };
        let mut prompts = vec![opening];
        prompts.extend(self.said_promise(now, id, step));
        prompts.push(question);
        let Some(live) = self.attempts.get_mut(&id) else {
            return;
        };
        live.token += 1;
        live.doing = Doing::Noticed;
        step.effects.push(Effect::Play {
            leg: live.leg,
            token: live.token,
            prompts,
            then: AfterPlay::Silence,
        });
        if let Some(trunk) = live.row.trunk
            && standing == Standing::Listed
        {
            self.count_in_storm(trunk, |storm| storm.told += 1);
        }
    }

    /// By when we call back, in words; it is promised by being said.
    pub(crate) fn said_promise(
        &mut self,
        now: Now,
        id: AttemptId,
        step: &mut Step,
    ) -> Vec<PromptId> {
        let callback = self.attempts.get(&id).and_then(|live| live.row.callback);
        let said = callback.and_then(|callback| self.promise(now, callback, id, step));
        let notice = &self.rules.prompts.notice;
        said.map_or_else(|| vec![notice.soon], |time| notice.by(time))
    }

    /// The notice was heard: a key is waited for.
    pub(crate) fn notice_heard(&mut self, now: Now, id: AttemptId) {
        if let Some(live) = self.attempts.get(&id)
            && let Some(trunk) = live.row.trunk
            && let Some(rule) = live.began_with.trunks.get(&trunk)
        {
            let due = now.in_s(rule.notice_key_s);
            self.timers.at(due, Timer::Menu(id, live.token));
        }
    }

    /// A notice line is for seconds: whoever is still on it is let go.
    pub(crate) fn notice_ends(&mut self, now: Now, id: AttemptId, step: &mut Step) {
        if self
            .attempts
            .get(&id)
            .is_some_and(|live| live.notice.is_some())
        {
            self.let_go(now, id, step);
        }
    }

    /// A key pressed in a notice.
    pub(crate) fn notice_key(&mut self, now: Now, id: AttemptId, key: char, step: &mut Step) {
        if !self.is_callable(id) {
            // Their number was marked since they were told.
            let says = vec![self.not_called_back(id)];
            return self.speak(id, says, Next::HangUp, step);
        }
        let standing = self.attempts.get(&id).and_then(|live| live.notice);
        match (standing, key) {
            (Some(Standing::Listed | Standing::Leaving), YES) => self.somebody_else(now, id, step),
            (Some(Standing::Listed), NO) => self.asks_to_leave(id, step),
            (Some(Standing::Leaving), NO) => self.leaves_list(now, id, step),
            (Some(Standing::New), YES) => self.confirmed(now, id, step),
            (Some(Standing::New), NO) => self.declined(now, id, step),
            (
                Some(Standing::Listed | Standing::Leaving | Standing::New | Standing::Unreachable)
                | None,
                _,
            ) => {}
        }
    }

    fn confirmed(&mut self, now: Now, id: AttemptId, step: &mut Step) {
        self.wants_call(now, id, step);
        let mut says = vec![self.rules.prompts.callback_confirmed];
        says.extend(self.given_code(now, id, step));
        self.speak(id, says, Next::HangUp, step);
    }

    /// Says in the book that the caller asked to be called.
    fn wants_call(&mut self, now: Now, id: AttemptId, step: &mut Step) {
        let Some(live) = self.attempts.get_mut(&id) else {
            return;
        };
        live.verdict = Some(Outcome::CallbackRequested);
        let lost = Lost {
            kind: NeedKind::Requested,
            another_person: live.another_person,
            ..Lost::missed(Outcome::CallbackRequested)
        };
        let (mut row, reach, tenant) = (live.row.clone(), live.own_reach(), live.tenant);
        self.settle_unserved(now, &mut row, &reach, tenant, lost, step);
    }

    /// Somebody else at the number of a person on the list. They have a need of their own in
    /// the one case of that number, so that the operator asks for both; where a line is free
    /// they go on as any caller does, without the other's place.
    fn somebody_else(&mut self, now: Now, id: AttemptId, step: &mut Step) {
        let Some(live) = self.attempts.get_mut(&id) else {
            return;
        };
        live.another_person = true;
        let trunk = live.row.trunk;
        self.wants_call(now, id, step);
        let line = trunk.filter(|trunk| {
            let rule = self.rules.trunks.get(trunk);
            let mut used = self.channels(*trunk);
            used.notices -= 1;
            rule.is_some_and(|rule| used.answers(rule))
        });
        if let Some(trunk) = line {
            return self.let_in(now, id, trunk, step);
        }
        let mut says = vec![self.rules.prompts.notice.another_listed];
        says.extend(self.said_promise(now, id, step));
        self.speak(id, says, Next::HangUp, step);
    }

    /// From a notice line to one that is answered.
    fn let_in(&mut self, now: Now, id: AttemptId, trunk: TrunkId, step: &mut Step) {
        self.use_channels(now, trunk, |used| {
            used.notices -= 1;
            used.inbound += 1;
        });
        self.out_of_the_book(id, step);
        if let Some(start) = self.plan_of(id).map(Dialplan::begins) {
            self.walk(now, id, start, step);
        }
    }

    /// Whoever is let in is a caller as any other: how they end says anew what they are owed.
    /// The need that they gave stays with the case; so do they when others joined it behind them.
    fn out_of_the_book(&mut self, id: AttemptId, step: &mut Step) {
        let Some(live) = self.attempts.get_mut(&id) else {
            return;
        };
        live.notice = None;
        live.verdict = None;
        live.row.suppressed = None;
        let noted = live.row.callback;
        let case = noted.and_then(|noted| self.cases.get_mut(&noted));
        if let Some(case) = case.filter(|case| case.row.last_attempt == Some(id)) {
            case.row.attempts -= 1;
            case.row.last_attempt = live.row.prior.take();
            live.row.callback = None;
            live.row.nth = None;
            step.records.push(Record::CallbackAmended(case.row.clone()));
        }
        step.records
            .push(Record::Attempt(Box::new(live.row.clone())));
    }

    /// One key may be pressed by mistake: they are asked again.
    fn asks_to_leave(&mut self, id: AttemptId, step: &mut Step) {
        let asks = self.rules.prompts.notice.leave;
        let Some(live) = self.attempts.get_mut(&id) else {
            return;
        };
        live.notice = Some(Standing::Leaving);
        live.token += 1;
        step.effects.push(Effect::Play {
            leg: live.leg,
            token: live.token,
            prompts: vec![asks],
            then: AfterPlay::Silence,
        });
    }

    /// They want to be called no more. What an operator or a list owes them stays, and so does everything
    /// where two persons are owed a call: nobody knows which of them presses the key.
    fn leaves_list(&mut self, now: Now, id: AttemptId, step: &mut Step) {
        let callback = self.attempts.get(&id).and_then(|live| live.row.callback);
        let is_called = callback.is_some_and(|callback| {
            self.cases.contains_key(&callback) && !self.leaves(now, (id, callback), step)
        });
        self.says_whether_called(now, id, is_called, step);
    }

    /// They do not want to be called. Only what this very call opened is closed.
    fn declined(&mut self, now: Now, id: AttemptId, step: &mut Step) {
        let callback = self.attempts.get(&id).and_then(|live| live.row.callback);
        let own = callback.filter(|callback| {
            let row = self.cases.get(callback).map(|case| &case.row);
            row.is_some_and(|row| row.attempts == 1 && row.state == CallbackState::Waiting)
        });
        let own = own.filter(|callback| {
            let needs = self.cases.get(callback).map(|case| case.needs.len());
            needs == Some(1)
        });
        let is_called = own.is_none();
        if let Some(callback) = own {
            let about = About {
                attempt: Some(id),
                ..About::default()
            };
            self.close_case(now, callback, ClosedHow::CancelledByPerson, about, step);
        }
        self.says_whether_called(now, id, is_called, step);
    }

    /// Whether somebody of that number is owed a call all the same.
    fn says_whether_called(&mut self, now: Now, id: AttemptId, is_called: bool, step: &mut Step) {
        let notice = &self.rules.prompts.notice;
        let mut says = vec![if is_called {
            notice.listed
        } else {
            notice.declined
        }];
        if is_called {
            says.extend(self.said_promise(now, id, step));
        }
        self.speak(id, says, Next::HangUp, step);
    }
}

impl NoticePrompts {
    /// "We call you back by so and so".
    fn by(&self, time: SaidTime) -> Vec<PromptId> {
        let begins = match time.day {
            SaidDay::Today => Some(&self.by_today),
            SaidDay::Tomorrow => Some(&self.by_tomorrow),
            SaidDay::Weekday(day) => self.by_weekday.get(day),
        };
        let hour = self.hours.get(time.hour);
        let quarter = time
            .quarter
            .checked_sub(1)
            .and_then(|n| self.quarters.get(n));
        begins
            .into_iter()
            .chain(hour)
            .chain(quarter)
            .copied()
            .collect()
    }
}
