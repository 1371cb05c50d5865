//! Somebody whom we called in vain calls us: they are told so, go past the menu and take up the
//! place that is held for them. And whoever wants to know whether it was us that called them is
//! told so, about the number that they call from and about no other.

use crate::attempt::{Doing, Next};
use crate::calendar::{PastDay, said_past};
use crate::centre::Centre;
use crate::dialplan::{ReturnCall, Served, Step as PlanStep, StepId};
use crate::id::{AttemptId, CallbackId, QueueId};
use crate::owing::About;
use crate::rules::{PromptId, VerifyPrompts};
use crate::step::{AfterPlay, Effect, Step};
use crate::time::{Now, UtcMs};
use crate::timers::Timer;
use crate::words::CallbackEventKind;

/// Whether it was us that called somebody.
#[derive(Debug, Clone, Copy, Default)]
enum Verified {
    Yes,
    No,
    #[default]
    Unknown,
}

/// What somebody who calls back takes up.
struct Taken {
    callback: CallbackId,
    queue: QueueId,
    place_ms: UtcMs,
    /// The step in which they wait.
    to: StepId,
}

impl Centre {
    /// At the first choice of a call: who returns a call of ours has chosen already. Whether they
    /// are told so.
    pub(crate) fn takes_up(
        &mut self,
        now: Now,
        id: AttemptId,
        at: StepId,
        step: &mut Step,
    ) -> bool {
        let Some(live) = self.attempts.get_mut(&id) else {
            return false;
        };
        // Whoever pressed a key meanwhile knows the menu, and what they want.
        let is_first = !std::mem::replace(&mut live.has_chosen, true);
        if !is_first || live.pressed_ahead.is_some() || live.another_person {
            return false;
        }
        let rule = self.plan_of(id).and_then(|plan| plan.return_call);
        let spoken = rule.zip(self.rules.prompts.returning);
        let taken = spoken.and_then(|(rule, _)| self.returned(now, id, rule));
        let (Some(taken), Some((_, says))) = (taken, spoken) else {
            return false;
        };
        let about = About {
            attempt: Some(id),
            ..About::default()
        };
        self.note(
            now,
            taken.callback,
            CallbackEventKind::Returned,
            about,
            step,
        );
        let Some(live) = self.attempts.get_mut(&id) else {
            return false;
        };
        live.row.queue = Some(taken.queue);
        live.returned_ms = Some(taken.place_ms);
        live.token += 1;
        live.doing = Doing::Returning {
            to: taken.to,
            instead: at,
        };
        step.effects.push(Effect::Play {
            leg: live.leg,
            token: live.token,
            prompts: vec![says],
            then: AfterPlay::Silence,
        });
        true
    }

    /// What a caller takes up, if we have called them in vain. Nobody is known by a number that is
    /// withheld, that many share or at which two are owed a call.
    fn returned(&self, now: Now, id: AttemptId, rule: ReturnCall) -> Option<Taken> {
        let live = self.attempts.get(&id)?;
        let (number, tenant) = (live.caller.number.as_ref()?, live.tenant);
        if self.not_called(tenant, &live.caller).is_some() {
            return None;
        }
        let ring = self.last_ring(now, number, tenant, rule.days);
        let ring = ring.filter(|ring| ring.is_in_vain);
        let case = self.case_of_caller(tenant, number);
        let (callback, queue, place_ms) = match case.and_then(|case| self.cases.get(&case)) {
            Some(case) => {
                let was_called = ring.is_some() || case.was_dialled();
                if !was_called || case.needs.iter().any(|need| need.another_person) {
                    return None;
                }
                (case.row.id, self.queue_of(case)?, case.row.place_ms)
            }
            None => ring.and_then(|ring| Some((ring.callback, ring.queue?, ring.place_ms)))?,
        };
        let queue = self.queue_now(tenant, queue);
        let is_open = self.is_open(now, queue, self.rules.queues.get(&queue)?);
        let to = self.queue_step(id, queue).filter(|_| is_open)?;
        Some(Taken {
            callback,
            queue,
            place_ms,
            to,
        })
    }

    /// They have heard that they take up their place: silence means that they want it.
    pub(crate) fn return_heard(&mut self, now: Now, id: AttemptId) {
        let rule = self.plan_of(id).and_then(|plan| plan.return_call);
        if let (Some(rule), Some(live)) = (rule, self.attempts.get(&id)) {
            let due = now.in_s(rule.timeout_s);
            self.timers.at(due, Timer::Menu(id, live.token));
        }
    }

    /// A key while they are told: the one for another reason leads to where everybody chooses, any
    /// other to their place at once.
    pub(crate) fn return_key(
        &mut self,
        now: Now,
        id: AttemptId,
        key: char,
        (to, instead): (StepId, StepId),
        step: &mut Step,
    ) {
        let rule = self.plan_of(id).and_then(|plan| plan.return_call);
        if rule.is_none_or(|rule| rule.key != key) {
            return self.walk(now, id, to, step);
        }
        if let Some(live) = self.attempts.get_mut(&id) {
            live.row.queue = None;
            live.returned_ms = None;
        }
        self.walk(now, id, instead, step);
    }

    /// Tells the calling number whether this authority has called it.
    pub(crate) fn verify(&mut self, now: Now, id: AttemptId, at: StepId, step: &mut Step) {
        let Some(&PlanStep::Verify { yes, no, days }) =
            self.plan_of(id).and_then(|plan| plan.steps.get(at.0))
        else {
            return;
        };
        let (says, answer) = self.verified(now, id, days).unwrap_or_default();
        let (next, served) = match answer {
            Verified::Yes => (yes, Some(Served { closes: None })),
            Verified::No => (no, Some(Served { closes: None })),
            Verified::Unknown => (no, None),
        };
        self.answer_by(id, says, Next::Step(next), served, step);
    }

    /// What is said, and what it means. Who is behind a number that is withheld or shared is
    /// not known, so nothing is told; nor is it known whom we rang before what is remembered.
    fn verified(&self, now: Now, id: AttemptId, days: u32) -> Option<(Vec<PromptId>, Verified)> {
        let live = self.attempts.get(&id)?;
        let spoken = self.rules.prompts.verify.as_ref()?;
        let number = live.caller.number.as_ref();
        let is_shared = self.is_shared(live.tenant, &live.caller);
        let Some(number) = number.filter(|_| !is_shared) else {
            return Some((vec![spoken.unknown], Verified::Unknown));
        };
        let zone = self.rules.tenants.get(&live.tenant)?.zone;
        let ring = self.last_ring(now, number, live.tenant, days);
        let said = ring.and_then(|ring| said_past(ring.at_ms, now.utc_ms, zone));
        Some(match said {
            Some(said) => {
                let prompts = &self.rules.prompts;
                let mut says = vec![spoken.yes, spoken.day(said.day)];
                says.extend(prompts.notice.hours.get(said.hour));
                says.extend(spoken.minute(said.minute, &prompts.notice.hours, &prompts.digits));
                (says, Verified::Yes)
            }
            None if self.remembers_rings(now, days) => (vec![spoken.no], Verified::No),
            None => (vec![spoken.unsure], Verified::Unknown),
        })
    }
}

impl VerifyPrompts {
    fn day(&self, day: PastDay) -> PromptId {
        match day {
            PastDay::Today => self.today,
            PastDay::Yesterday => self.yesterday,
            PastDay::Weekday(day) => self.weekdays[day % 7],
        }
    }

    /// "And forty", "two": composed of the numbers that there are.
    pub(crate) fn minute(
        &self,
        minute: usize,
        numbers: &[PromptId; 24],
        digits: &[PromptId; 10],
    ) -> Vec<PromptId> {
        let (ten, unit) = (minute / 10, minute % 10);
        let of_unit = digits.get(unit).copied().filter(|_| unit > 0);
        let number: Vec<PromptId> = match ten {
            0 => of_unit.into_iter().collect(),
            1 => numbers.get(minute).copied().into_iter().collect(),
            2 => numbers
                .get(20)
                .copied()
                .into_iter()
                .chain(of_unit)
                .collect(),
            _ => {
                let ten = self.tens.get(ten - 3).copied();
                ten.into_iter().chain(of_unit).collect()
            }
        };
        if number.is_empty() {
            number
        } else {
            [vec![self.and], number].concat()
        }
    }
}
