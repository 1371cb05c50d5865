//! Who wants to be called no more says so by key, in a menu or while they wait: their number is read back,
//! a key confirms. Closed is what one who leaves the list by a notice line has closed: what an operator or
//! a list owes them stays, and so does everything where two persons are owed a call.
//!
//! **Who waits stays in the line** until they have confirmed: with any other key, and with none, they have
//! lost nothing. A seat that comes free meanwhile is theirs, and cuts the question short: an operator is
//! what they have waited for, and can be told the same. One that still rings when they confirm is let go.

use crate::attempt::{Doing, Leaving};
use crate::centre::Centre;
use crate::dialplan::{NumberByKey, Step as PlanStep, StepId};
use crate::id::{AttemptId, CallbackId};
use crate::keeping::NeedsSaid;
use crate::owing::About;
use crate::rules::PromptId;
use crate::step::{AfterPlay, Effect, Step};
use crate::time::Now;
use crate::timers::Timer;
use crate::wishing::{CONFIRMS, Wish, what_follows};
use crate::words::{CallbackState, ClosedHow, OfferState, Outcome};

impl Centre {
    /// A step that asks whether they want to be called no more.
    pub(crate) fn opt_out_step(&mut self, now: Now, id: AttemptId, at: StepId, step: &mut Step) {
        let Some(&PlanStep::OptOut { then, instead }) =
            self.plan_of(id).and_then(|plan| plan.steps.get(at.0))
        else {
            return;
        };
        match self.leaving_question(id) {
            Some(says) => {
                let wish = Wish::leaving(then, instead, NumberByKey::default());
                self.ask_about_number(id, wish, says, step);
            }
            None => self.walk(now, id, instead, step),
        }
    }

    /// Whether they mean it; nothing where that cannot be said.
    fn leaving_question(&self, id: AttemptId) -> Option<Vec<PromptId>> {
        let own = &self.attempts.get(&id)?.caller;
        let mut says = self.said_number(own.number.as_ref());
        says.push(self.rules.prompts.opt_out?);
        Some(says)
    }

    /// Who waits may want to be called no more: they are asked, at their place.
    pub(crate) fn asks_in_line(&mut self, id: AttemptId, step: &mut Step) {
        let Some(prompts) = self.leaving_question(id) else {
            return;
        };
        let Some(live) = self.attempts.get_mut(&id) else {
            return;
        };
        if let Doing::Queued { leaving, .. } = &mut live.doing {
            *leaving = Some(Leaving::Asked);
            step.effects.push(Effect::Play {
                leg: live.leg,
                token: live.token,
                prompts,
                then: AfterPlay::Silence,
            });
        }
    }

    /// The question was heard: now the answer is waited for.
    pub(crate) fn leaving_heard(&mut self, now: Now, id: AttemptId) {
        let Some(live) = self.attempts.get_mut(&id) else {
            return;
        };
        if let Doing::Queued { leaving, .. } = &mut live.doing
            && leaving.is_some()
        {
            let until = now.in_s(NumberByKey::default().timeout_s);
            *leaving = Some(Leaving::Heard(until));
            self.timers.at(until, Timer::Menu(id, live.token));
        }
    }

    /// No key came in time, unless they were asked anew since.
    pub(crate) fn leaving_timed_out(&mut self, now: Now, id: AttemptId, step: &mut Step) {
        let doing = self.attempts.get(&id).map(|live| &live.doing);
        let Some(Doing::Queued { leaving, .. }) = doing else {
            return;
        };
        if matches!(leaving, Some(Leaving::Heard(until)) if *until <= now.mono_us) {
            self.waits_on(id, step);
        }
    }

    /// A key confirms. With any other they wait on, and it may mean something there.
    pub(crate) fn leaving_key(&mut self, now: Now, id: AttemptId, key: char, step: &mut Step) {
        if key != CONFIRMS {
            self.waits_on(id, step);
            return self.key_in_line(now, id, (key, false), step);
        }
        self.leave_queue(now, id, OfferState::Withdrawn, step);
        if let Some(live) = self.attempts.get_mut(&id) {
            live.out_of_line(step);
        }
        self.opted_out(now, id, None, step);
    }

    /// They did not mean it: music again.
    fn waits_on(&mut self, id: AttemptId, step: &mut Step) {
        let live = self.attempts.get_mut(&id);
        if let Some(Doing::Queued { leaving, .. }) = live.map(|live| &mut live.doing) {
            *leaving = None;
            let says = vec![self.rules.prompts.please_hold];
            self.speak_over_music(id, says, step);
        }
    }

    /// They mean it. Who waits in no book has nothing that could be closed, and is not put into it.
    pub(crate) fn opted_out(
        &mut self,
        now: Now,
        id: AttemptId,
        then: Option<StepId>,
        step: &mut Step,
    ) {
        let Some(live) = self.attempts.get_mut(&id) else {
            return;
        };
        live.verdict = Some(Outcome::ServedByMenu);
        let (tenant, number) = (live.tenant, live.caller.number.clone());
        let callback = live.row.callback;
        let open = number.and_then(|number| self.case_of_caller(tenant, &number));
        let is_called = callback
            .or(open)
            .is_some_and(|callback| !self.leaves(now, (id, callback), step));
        let notice = &self.rules.prompts.notice;
        let says = if is_called {
            notice.listed
        } else {
            notice.declined
        };
        self.speak(id, vec![says], what_follows(then), step);
    }

    /// Somebody takes themselves off the list by key. Whether nobody calls them any more.
    pub(crate) fn leaves(
        &mut self,
        now: Now,
        (attempt, callback): (AttemptId, CallbackId),
        step: &mut Step,
    ) -> bool {
        let case = self.cases.get(&callback);
        let Some(case) = case else {
            return true;
        };
        if case.row.state != CallbackState::Waiting || case.concerns_two() {
            return false;
        }
        let another = case.is_another_persons();
        let about = About {
            attempt: Some(attempt),
            ..About::default()
        };
        let (how, said) = (ClosedHow::CancelledByPerson, NeedsSaid::default());
        self.conversation_settles(now, callback, another, (how, about, &said), step);
        !self.cases.contains_key(&callback)
    }
}
