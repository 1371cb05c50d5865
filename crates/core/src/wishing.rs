//! The wish to be called back: at which number. It is read back and confirmed by key, or keyed
//! in by who withholds theirs; whoever gives none is told that we cannot call. Knows nothing of
//! the call that will follow.

use crate::attempt::{Doing, Lost, Next, Reach};
use crate::centre::Centre;
use crate::chosen_time::ChosenTime;
use crate::dialplan::{NumberByKey, Step as PlanStep, StepId, When};
use crate::id::{AttemptId, QueueId};
use crate::number::{Caller, PhoneNumber};
use crate::record::Record;
use crate::rules::PromptId;
use crate::step::{AfterPlay, Effect, Step};
use crate::time::Now;
use crate::timers::Timer;
use crate::words::{NeedKind, Outcome};
use serde::{Deserialize, Serialize};

/// The longest number that anybody keys in: 00, and E.164's fifteen digits.
const DIGITS_MAX: usize = 17;
pub(crate) const CONFIRMS: char = '1';
const ANOTHER: char = '2';
const DONE: char = '#';
const BEGIN_AGAIN: char = '*';

/// A wish to be called back, until its number is settled.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Wish {
    /// What the call is about; none where they could not say.
    pub(crate) queue: Option<QueueId>,
    /// Afterwards; without it the call ends.
    then: Option<StepId>,
    by_key: NumberByKey,
    /// What is asked about the time, when the number is settled.
    when: Option<Box<When>>,
    tries_left: u32,
    asked: Asked,
}

/// What a caller is asked about the number.
#[derive(Debug, Clone, Serialize, Deserialize)]
enum Asked {
    /// To key it in; these digits so far.
    Number(String),
    /// Whether this one is right.
    Confirmation(Caller),
    /// When they want to be called.
    Time,
    /// Whether they want to be called no more; else they go on here.
    Leaving(StepId),
    /// Whether these hours are right, said so.
    TimeConfirmation(ChosenTime, PromptId),
}

impl Wish {
    pub(crate) fn new(
        queue: Option<QueueId>,
        then: Option<StepId>,
        (by_key, when): (NumberByKey, Option<Box<When>>),
    ) -> Self {
        Self {
            queue,
            then,
            by_key,
            when,
            tries_left: by_key.tries,
            asked: Asked::Number(String::new()),
        }
    }
}

impl Wish {
    /// The wish to be called no more.
    pub(crate) fn leaving(then: Option<StepId>, instead: StepId, by_key: NumberByKey) -> Self {
        Self {
            asked: Asked::Leaving(instead),
            ..Self::new(None, then, (by_key, None))
        }
    }
}

impl Centre {
    /// The wish that a key pressed in this queue stands for: what the dialplan's step for
    /// callbacks of the queue says, or a plain one.
    pub(crate) fn wish_in_queue(&self, id: AttemptId, queue: QueueId) -> Wish {
        let wish = |step: &PlanStep| match step {
            PlanStep::Callback {
                queue: owing,
                by_key,
                when,
                then,
            } if *owing == queue => Some(Wish::new(Some(queue), *then, (*by_key, when.clone()))),
            PlanStep::Callback { .. }
            | PlanStep::OptOut { .. }
            | PlanStep::Verify { .. }
            | PlanStep::Play { .. }
            | PlanStep::Hours { .. }
            | PlanStep::Menu { .. }
            | PlanStep::Queue { .. }
            | PlanStep::Emergency { .. }
            | PlanStep::HangUp { .. } => None,
        };
        self.plan_of(id)
            .and_then(|plan| plan.steps.iter().find_map(wish))
            .unwrap_or_else(|| Wish::new(Some(queue), None, (NumberByKey::default(), None)))
    }

    /// Whether a wish to be called back at this queue can come true.
    pub(crate) fn may_wish(&self, id: AttemptId, queue: QueueId) -> bool {
        self.is_callable(id) || self.wish_in_queue(id, queue).by_key.ask
    }

    /// The caller wishes to be called back.
    pub(crate) fn wishes_callback(&mut self, now: Now, id: AttemptId, wish: Wish, step: &mut Step) {
        let is_callable = self.is_callable(id);
        let Some(live) = self.attempts.get_mut(&id) else {
            return;
        };
        live.row.queue = wish.queue;
        let own = live.caller.clone();
        if !is_callable {
            return if wish.by_key.ask {
                self.ask_number(id, wish, Vec::new(), step)
            } else {
                self.cannot_call(id, wish.then, step)
            };
        }
        // From here on a caller who hangs up has said what they want. One sent here by the
        // queue's own limit still counts as having timed out, one whose seat vanished as cut off.
        if !matches!(
            live.verdict,
            Some(Outcome::QueueTimeout | Outcome::Interrupted)
        ) {
            live.verdict = Some(Outcome::CallbackRequested);
        }
        if wish.by_key.confirm {
            self.read_back(id, wish, own, step);
        } else {
            self.promise_callback(now, id, &wish, None, step);
        }
    }

    pub(crate) fn ask_number(
        &mut self,
        id: AttemptId,
        wish: Wish,
        mut says: Vec<PromptId>,
        step: &mut Step,
    ) {
        says.push(self.rules.prompts.number_ask);
        let asked = Asked::Number(String::new());
        self.ask_about_number(id, Wish { asked, ..wish }, says, step);
    }

    fn read_back(&mut self, id: AttemptId, wish: Wish, caller: Caller, step: &mut Step) {
        let mut says = self.said_number(caller.number.as_ref());
        says.push(self.rules.prompts.number_confirm);
        let asked = Asked::Confirmation(caller);
        self.ask_about_number(id, Wish { asked, ..wish }, says, step);
    }

    /// A number as it is read back, digit by digit; nothing where there is none.
    pub(crate) fn said_number(&self, number: Option<&PhoneNumber>) -> Vec<PromptId> {
        let prompts = &self.rules.prompts;
        let digits = number.map_or("", PhoneNumber::national);
        let read = digits.chars().filter_map(|digit| {
            let place = usize::try_from(digit.to_digit(10)?).ok()?;
            prompts.digits.get(place)
        });
        let number_is = number.map(|_| &prompts.number_is);
        number_is.into_iter().chain(read).copied().collect()
    }

    pub(crate) fn ask_about_number(
        &mut self,
        id: AttemptId,
        wish: Wish,
        prompts: Vec<PromptId>,
        step: &mut Step,
    ) {
        let Some(live) = self.attempts.get_mut(&id) else {
            return;
        };
        live.out_of_line(step);
        live.token += 1;
        live.doing = Doing::Wishing(Box::new(wish));
        step.effects.push(Effect::Play {
            leg: live.leg,
            token: live.token,
            prompts,
            then: AfterPlay::Silence,
        });
    }

    /// The question was heard: now the answer is waited for.
    pub(crate) fn number_asked(&mut self, now: Now, id: AttemptId) {
        if let Some(live) = self.attempts.get(&id)
            && let Doing::Wishing(wish) = &live.doing
        {
            let due = now.in_s(wish.by_key.timeout_s);
            self.timers.at(due, Timer::Menu(id, live.token));
        }
    }

    /// A key about the number.
    pub(crate) fn number_key(&mut self, now: Now, id: AttemptId, key: char, step: &mut Step) {
        let Some(live) = self.attempts.get_mut(&id) else {
            return;
        };
        let Doing::Wishing(wish) = &mut live.doing else {
            return;
        };
        match &mut wish.asked {
            Asked::Number(digits) => match key {
                '0'..='9' => {
                    digits.push(key);
                    if digits.len() < DIGITS_MAX {
                        self.digit_taken(now, id, step);
                    } else {
                        self.number_keyed(now, id, step);
                    }
                }
                BEGIN_AGAIN => {
                    digits.clear();
                    self.digit_taken(now, id, step);
                }
                DONE => self.number_keyed(now, id, step),
                _ => {}
            },
            Asked::Confirmation(caller) => match key {
                CONFIRMS => {
                    let (caller, wish) = (caller.clone(), (**wish).clone());
                    self.number_confirmed(now, id, caller, &wish, step);
                }
                ANOTHER => {
                    wish.asked = Asked::Number(String::new());
                    self.ask_again(now, id, Vec::new(), step);
                }
                _ => self.ask_again(now, id, Vec::new(), step),
            },
            Asked::Leaving(instead) => {
                let (instead, then) = (*instead, wish.then);
                if key == CONFIRMS {
                    self.opted_out(now, id, then, step);
                } else {
                    self.walk(now, id, instead, step);
                }
            }
            Asked::Time => self.time_key(now, id, key, step),
            Asked::TimeConfirmation(chosen, _) => {
                let chosen = *chosen;
                self.time_confirmed(now, id, (chosen, key), step);
            }
        }
    }

    /// A key about the time: the hours behind it are said back, if anybody can be called in them.
    fn time_key(&mut self, now: Now, id: AttemptId, key: char, step: &mut Step) {
        let Some(Doing::Wishing(wish)) = self.attempts.get(&id).map(|live| &live.doing) else {
            return;
        };
        let (when, queue) = (wish.when.clone(), wish.queue);
        let (Some(when), Some(spoken)) = (when, self.rules.prompts.when.clone()) else {
            return;
        };
        let Some(window) = when.windows.get(&key) else {
            return self.ask_again(now, id, Vec::new(), step);
        };
        let queue = queue.and_then(|queue| self.rules.current(queue));
        let callback = self.attempts.get(&id).and_then(|live| live.row.callback);
        let chosen = queue.zip(callback);
        let chosen = chosen.and_then(|whose| self.time_behind(now, (&when, key), whose));
        match chosen {
            Some(chosen) => {
                let mut wish = (**wish).clone();
                wish.asked = Asked::TimeConfirmation(chosen, window.say);
                self.say_time_back(id, wish, window.say, step);
            }
            None => self.ask_again(now, id, vec![spoken.not_then], step),
        }
    }

    fn say_time_back(&mut self, id: AttemptId, wish: Wish, say: PromptId, step: &mut Step) {
        if let Some(spoken) = self.rules.prompts.when.clone() {
            let says = vec![spoken.chosen, say, spoken.confirm];
            self.ask_about_number(id, wish, says, step);
        }
    }

    fn time_confirmed(
        &mut self,
        now: Now,
        id: AttemptId,
        (chosen, key): (ChosenTime, char),
        step: &mut Step,
    ) {
        let Some(live) = self.attempts.get_mut(&id) else {
            return;
        };
        let (callback, Doing::Wishing(wish)) = (live.row.callback, &mut live.doing) else {
            return;
        };
        match key {
            CONFIRMS => {
                let then = wish.then;
                if let Some(callback) = callback.filter(|it| self.cases.contains_key(it)) {
                    self.is_to_be_called_in(now, (callback, id), chosen, step);
                }
                let kept = self.rules.prompts.when.as_ref().map(|it| it.kept);
                self.speak(id, kept.into_iter().collect(), what_follows(then), step);
            }
            ANOTHER => {
                wish.asked = Asked::Time;
                self.ask_again(now, id, Vec::new(), step);
            }
            _ => self.ask_again(now, id, Vec::new(), step),
        }
    }

    /// The call is promised: now they choose when it is to come.
    fn ask_time(&mut self, id: AttemptId, wish: Wish, mut says: Vec<PromptId>, step: &mut Step) {
        if let Some(when) = &wish.when {
            says.push(when.ask);
            let asked = Asked::Time;
            self.ask_about_number(id, Wish { asked, ..wish }, says, step);
        }
    }

    /// Whoever has begun to key in hears no more of the question, and has the time for the
    /// next digit.
    fn digit_taken(&mut self, now: Now, id: AttemptId, step: &mut Step) {
        if let Some(live) = self.attempts.get_mut(&id) {
            live.token += 1;
            step.effects.push(Effect::Play {
                leg: live.leg,
                token: live.token,
                prompts: Vec::new(),
                then: AfterPlay::Silence,
            });
        }
        self.number_asked(now, id);
    }

    /// No key came in time.
    pub(crate) fn number_timed_out(&mut self, now: Now, id: AttemptId, step: &mut Step) {
        let Some(Doing::Wishing(wish)) = self.attempts.get(&id).map(|live| &live.doing) else {
            return;
        };
        match &wish.asked {
            Asked::Number(digits) if !digits.is_empty() => self.number_keyed(now, id, step),
            Asked::Leaving(instead) => {
                let instead = *instead;
                self.walk(now, id, instead, step);
            }
            Asked::Number(_)
            | Asked::Confirmation(_)
            | Asked::Time
            | Asked::TimeConfirmation(..) => {
                self.ask_again(now, id, Vec::new(), step);
            }
        }
    }

    /// All digits are there: read back, if anybody can be called at such a number.
    fn number_keyed(&mut self, now: Now, id: AttemptId, step: &mut Step) {
        let Some(live) = self.attempts.get(&id) else {
            return;
        };
        let Doing::Wishing(wish) = &live.doing else {
            return;
        };
        let Asked::Number(digits) = &wish.asked else {
            return;
        };
        let keyed = Caller::from_user_part(digits);
        if self.not_called(live.tenant, &keyed).is_none() {
            let wish = (**wish).clone();
            return self.read_back(id, wish, keyed, step);
        }
        let wrong = vec![self.rules.prompts.number_wrong];
        self.ask_again(now, id, wrong, step);
    }

    /// Puts the question again, as long as there are tries left.
    fn ask_again(&mut self, now: Now, id: AttemptId, says: Vec<PromptId>, step: &mut Step) {
        let Some(live) = self.attempts.get(&id) else {
            return;
        };
        let Doing::Wishing(wish) = &live.doing else {
            return;
        };
        let mut wish = (**wish).clone();
        if wish.tries_left > 1 {
            wish.tries_left -= 1;
            return match wish.asked.clone() {
                Asked::Number(_) => self.ask_number(id, wish, says, step),
                Asked::Confirmation(caller) => self.read_back(id, wish, caller, step),
                // A key or silence decides at once.
                Asked::Leaving(instead) => self.walk(now, id, instead, step),
                Asked::Time => self.ask_time(id, wish, says, step),
                Asked::TimeConfirmation(_, say) => self.say_time_back(id, wish, say, step),
            };
        }
        if matches!(wish.asked, Asked::Time | Asked::TimeConfirmation(..)) {
            // They are called as anybody, which they were promised before.
            return self.speak(id, says, what_follows(wish.then), step);
        }
        // Who cannot press a key (an old telephone, a hand that shakes) is called where they
        // called from; a number that was keyed in and never confirmed is nobody's.
        if self.is_callable(id) {
            self.promise_callback(now, id, &wish, None, step);
        } else {
            self.cannot_call(id, wish.then, step);
        }
    }

    fn number_confirmed(
        &mut self,
        now: Now,
        id: AttemptId,
        caller: Caller,
        wish: &Wish,
        step: &mut Step,
    ) {
        let own = self.attempts.get(&id).map(|live| live.caller.clone());
        let given = own
            .is_some_and(|own| own.number != caller.number)
            .then(|| self.give_number(now, id, caller, step))
            .flatten();
        self.promise_callback(now, id, wish, given, step);
    }

    /// The person is to be called there. While they are on the line nobody else of ours rings
    /// that number: it may well be the telephone in their hand.
    fn give_number(
        &mut self,
        now: Now,
        id: AttemptId,
        caller: Caller,
        step: &mut Step,
    ) -> Option<Reach> {
        let number = caller.number.clone()?;
        let handle = self
            .people
            .handle(now, &caller, "", &mut self.ids, &mut step.records);
        self.people.change(&number, |known| known.calls += 1);
        self.marry(now, &number, step);
        let given = Reach {
            caller,
            number: handle,
        };
        let live = self.attempts.get_mut(&id)?;
        if matches!(live.verdict, None | Some(Outcome::RefusedLines)) {
            live.verdict = Some(Outcome::CallbackRequested);
        }
        let before = live.given.replace(given.clone());
        self.no_longer_on_the_line(now, before, step);
        Some(given)
    }

    /// The call that held a given number back is over, or another number was given.
    pub(crate) fn no_longer_on_the_line(
        &mut self,
        now: Now,
        given: Option<Reach>,
        step: &mut Step,
    ) {
        if let Some(number) = given.and_then(|given| given.caller.number) {
            self.people.change(&number, |known| known.calls -= 1);
            self.let_rest(now, &number, step);
        }
    }

    /// The callback is recorded, then promised: at the number given for it, else at their own.
    fn promise_callback(
        &mut self,
        now: Now,
        id: AttemptId,
        wish: &Wish,
        given: Option<Reach>,
        step: &mut Step,
    ) {
        let held = wish.queue.and_then(|queue| self.place_held(id, queue));
        let ahead_ms = i64::from(self.rules.limits.interrupted_priority_s) * 1_000;
        let Some(live) = self.attempts.get(&id) else {
            return;
        };
        let place_ms = held.map_or(live.row.received_ms, |(place_ms, _)| {
            place_ms.min(live.row.received_ms)
        });
        let storm = live.row.trunk.filter(|_| live.notice.is_some());
        let lost = Lost {
            outcome: Outcome::CallbackRequested,
            kind: NeedKind::Requested,
            // Out of hours the place is the opening, as for everybody else of the night.
            place_ms: live.due_ms.is_none().then_some(place_ms),
            due_ms: live.due_ms,
            priority_ms: if live.verdict == Some(Outcome::Interrupted) {
                ahead_ms
            } else {
                0
            },
            another_person: live.another_person,
        };
        let reach = given.unwrap_or_else(|| live.own_reach());
        let (mut row, tenant) = (live.row.clone(), live.tenant);
        self.settle_unserved(now, &mut row, &reach, tenant, lost, step);
        step.records.push(Record::Attempt(Box::new(row.clone())));
        // Nothing, where the number was marked since it was read back.
        let is_owed = row.callback.is_some();
        if let Some(live) = self.attempts.get_mut(&id) {
            live.row = row;
        }
        if !is_owed {
            return self.cannot_call(id, wish.then, step);
        }
        let mut says = vec![self.rules.prompts.callback_confirmed];
        if let Some(trunk) = storm {
            self.count_in_storm(trunk, |storm| storm.listed += 1);
            says.extend(self.said_promise(now, id, step));
        }
        says.extend(self.given_code(now, id, step));
        let is_asked = wish.when.is_some() && storm.is_none();
        if is_asked && self.rules.prompts.when.is_some() {
            let tries_left = wish.by_key.tries;
            let wish = Wish {
                tries_left,
                ..wish.clone()
            };
            return self.ask_time(id, wish, says, step);
        }
        self.speak(id, says, what_follows(wish.then), step);
    }

    /// What somebody is told who is not called back: to show their number, if that would help.
    pub(crate) fn not_called_back(&self, id: AttemptId) -> PromptId {
        let live = self.attempts.get(&id);
        let prompts = &self.rules.prompts;
        if live.is_some_and(|live| live.caller.number.is_some()) {
            prompts.number_not_called
        } else {
            prompts.number_unavailable
        }
    }

    fn cannot_call(&mut self, id: AttemptId, then: Option<StepId>, step: &mut Step) {
        if let Some(live) = self.attempts.get_mut(&id) {
            live.verdict.get_or_insert(Outcome::AbandonedMenu);
        }
        let says = vec![self.not_called_back(id)];
        self.speak(id, says, what_follows(then), step);
    }
}

pub(crate) fn what_follows(then: Option<StepId>) -> Next {
    then.map_or(Next::HangUp, Next::Step)
}
