//! Who wants to be called no more says so by key, in a menu or while they wait: their number is read back,
//! a key confirms. Closed is what one who leaves the list by a notice line has closed: what an operator or
//! a list owes them stays, and so does everything where two persons are owed a call.

use crate::centre::Centre;
use crate::dialplan::{NumberByKey, Step as PlanStep, StepId};
use crate::id::{AttemptId, CallbackId};
use crate::keeping::NeedsSaid;
use crate::number::PhoneNumber;
use crate::owing::About;
use crate::step::Step;
use crate::time::Now;
use crate::wishing::{Wish, what_follows};
use crate::words::{CallbackState, ClosedHow, Outcome};

impl Centre {
    /// A step that asks whether they want to be called no more.
    pub(crate) fn opt_out_step(&mut self, now: Now, id: AttemptId, at: StepId, step: &mut Step) {
        if let Some(&PlanStep::OptOut { then, instead }) =
            self.plan_of(id).and_then(|plan| plan.steps.get(at.0))
        {
            self.opts_out(now, id, (then, instead), step);
        }
    }

    /// They may want to be called no more: they are asked whether they mean it.
    pub(crate) fn opts_out(
        &mut self,
        now: Now,
        id: AttemptId,
        (then, instead): (Option<StepId>, StepId),
        step: &mut Step,
    ) {
        let spoken = self.rules.prompts.opt_out;
        let own = self.attempts.get(&id).map(|live| live.caller.clone());
        let Some((own, spoken)) = own.zip(spoken) else {
            return self.walk(now, id, instead, step);
        };
        let digits = own.number.as_ref().map_or("", PhoneNumber::national);
        let prompts = &self.rules.prompts;
        let read = digits.chars().filter_map(|digit| {
            let place = usize::try_from(digit.to_digit(10)?).ok()?;
            prompts.digits.get(place)
        });
        let number_is = own.number.is_some().then_some(&prompts.number_is);
        let says = number_is.into_iter().chain(read).chain([&spoken]);
        let says = says.copied().collect();
        let wish = Wish::leaving(then, instead, NumberByKey::default());
        self.ask_about_number(id, wish, says, step);
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
