//! The time by which a person is told that they are called back. It is reckoned from what
//! stands before them, from the operators who are there and from how long their works have
//! taken of late, and lies within hours in which people are rung. Where nobody is there, no
//! time is told: a promise that was guessed is worse than none.

use crate::attempt::{Doing, LiveAttempt};
use crate::calendar::{SaidTime, quarter_after};
use crate::callback::Case;
use crate::centre::Centre;
use crate::chosen_time::not_before;
use crate::estimate::{Crews, ratio};
use crate::id::{AttemptId, CallbackId, PromiseId, QueueId};
use crate::record::{PromiseRow, Record, Work};
use crate::rules::Queue;
use crate::step::Step;
use crate::time::{Now, UtcMs};
use crate::words::WorkKind;

/// Stretches of work, a day's or a morning's, that are reckoned ahead.
const STRETCHES: usize = 30;
/// Windows and opening hours that never meet are looked at so often.
const TURNS: usize = 8;

impl Centre {
    /// Promises a call by some time, and records what was promised. Who is told again is never
    /// told an earlier time: redialling wins nothing.
    pub(crate) fn promise(
        &mut self,
        now: Now,
        callback: CallbackId,
        attempt: AttemptId,
        step: &mut Step,
    ) -> Option<SaidTime> {
        let crews = self.crews(now, WorkKind::Callback);
        let reckoned_ms = self.called_by(now, callback, &crews)?;
        let case = self.cases.get(&callback)?;
        let by_ms = case
            .promised_ms
            .map_or(reckoned_ms, |told| told.max(reckoned_ms));
        let rule = self.rules.queues.get(&self.queue_of(case)?)?;
        let said = rule.callback.window.said(by_ms, now.utc_ms)?;
        self.cases.get_mut(&callback)?.promised_ms = Some(by_ms);
        step.records.push(Record::Promise(PromiseRow {
            id: PromiseId(self.ids.allot()),
            callback: Some(callback),
            attempt,
            told_ms: now.utc_ms,
            by_ms,
        }));
        Some(said)
    }

    /// When a callback will have been dialled, as far as can be said: at the end of a quarter
    /// of an hour.
    fn called_by(&self, now: Now, id: CallbackId, crews: &Crews) -> Option<UtcMs> {
        let case = self.cases.get(&id)?;
        let queue = self.queue_of(case)?;
        let rule = self.rules.queues.get(&queue)?;
        let resumes_ms = self.dials_resume_at(now, rule.tenant, queue)?;
        if !self.rules.trunks.values().any(|trunk| trunk.outbound) {
            return None;
        }
        let seats = crews.count(queue);
        if seats == 0 {
            return None;
        }
        let works_s = self.work_before(case, queue, crews) + self.means.work_s(queue, rule);
        // Callers who ring in while the live bonus lasts go before, and who comes to a queue of the
        // same seats that weighs more.
        let ahead_s = crews.shared_by(queue).filter_map(|(shared, _)| {
            let more_s = (self.weight_ms(shared) - self.weight_ms(queue)) / 1_000;
            Some(i64::from(self.rules.queues.get(&shared)?.live_bonus_s) + more_s)
        });
        let ahead_s = u32::try_from(ahead_s.max().unwrap_or(0).max(0)).unwrap_or(u32::MAX);
        let needs_s = f64::from(ahead_s) + works_s / ratio(seats, 1);
        let needs_ms = in_ms(needs_s);
        let from_ms = self
            .released_by(id, queue)
            .into_iter()
            .fold(case.row.not_before_ms.max(resumes_ms), i64::max);
        let from_ms = not_before(case.chosen, from_ms);
        let by_ms = self.worked_off(rule, from_ms, needs_ms)?;
        let expires_ms = self.expires_ms(case, &rule.callback);
        expires_ms.is_none_or(|at| by_ms < at).then_some(by_ms)
    }

    pub(crate) fn queue_of(&self, case: &Case) -> Option<QueueId> {
        let tenant = self.rules.tenants.get(&case.row.tenant)?;
        Some(case.queue(tenant.dialplan.missed_queue))
    }

    /// How much work waits for a crew, of callers and callbacks whose turn comes before.
    fn work_before(&self, case: &Case, queue: QueueId, crews: &Crews) -> f64 {
        let work = Work::Callback(case.row.id);
        let own = self.key(queue, case.row.place_ms, case.row.priority_ms, work);
        let waits = |(id, live): (&AttemptId, &LiveAttempt), shared: QueueId| match live.doing {
            Doing::Queued {
                queue, place_ms, ..
            } => {
                let key = self.key(queue, place_ms, live.priority_ms, Work::Attempt(*id));
                shared == queue && key <= own
            }
            Doing::Ringing
            | Doing::Message { .. }
            | Doing::Menu { .. }
            | Doing::Wishing(_)
            | Doing::Noticed
            | Doing::Returning { .. }
            | Doing::Talking { .. }
            | Doing::Given { .. } => false,
        };
        let mut before_s = 0.0;
        for (shared, share) in crews.shared_by(queue) {
            let Some(rule) = self.rules.queues.get(&shared) else {
                continue;
            };
            // By their places, without a look at each: few have a priority.
            let turn_ms = own + self.weight_ms(shared);
            let callbacks = self.ledger.before(shared, (turn_ms, case.row.id));
            let callers = self.attempts.iter();
            let callers = callers.filter(|(id, live)| waits((id, live), shared));
            before_s += share * ratio(callbacks, 1) * self.means.work_s(shared, rule);
            let conversation_s = self.means.conversation_s(shared, rule);
            before_s += share * ratio(callers.count(), 1) * conversation_s;
        }
        before_s
    }

    /// When so much time has been worked, beginning no sooner than `from_ms`, in hours in which
    /// the queue is open and people may be rung.
    fn worked_off(&self, rule: &Queue, from_ms: UtcMs, needs_ms: i64) -> Option<UtcMs> {
        let policy = &rule.callback;
        let callback_ms = i64::from(policy.expected_s) * 1_000;
        let (mut at_ms, mut needs_ms) = (from_ms, needs_ms);
        for _ in 0..STRETCHES {
            needs_ms = needs_ms.max(callback_ms);
            let begins_ms = self.begins_to_dial(rule, at_ms)?;
            let by_ms = quarter_after(begins_ms.saturating_add(needs_ms));
            let ends_ms = [
                policy.window.ends_at(begins_ms),
                self.rules.closes_at(rule, begins_ms),
            ];
            let Some(ends_ms) = ends_ms.into_iter().flatten().min() else {
                return Some(by_ms);
            };
            if by_ms <= ends_ms {
                return Some(by_ms);
            }
            needs_ms -= (ends_ms - callback_ms - begins_ms).max(0);
            at_ms = ends_ms;
        }
        None
    }

    pub(crate) fn begins_to_dial(&self, rule: &Queue, from_ms: UtcMs) -> Option<UtcMs> {
        let mut begins_ms = from_ms;
        for _ in 0..TURNS {
            begins_ms = rule.callback.next_dial(begins_ms);
            if self.rules.is_open(rule, begins_ms) {
                return Some(begins_ms);
            }
            begins_ms = self.rules.opens_at(rule, begins_ms)?;
        }
        None
    }
}

#[expect(clippy::cast_possible_truncation, reason = "saturates")]
fn in_ms(seconds: f64) -> i64 {
    (seconds * 1_000.0).ceil() as i64
}
