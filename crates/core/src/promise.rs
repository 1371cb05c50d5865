//! The time by which a person is told that they are called back. It is reckoned from what
//! stands before them, from the operators who are there and from how long their works have
//! taken of late, and lies within hours in which people are rung. Where nobody is there, no
//! time is told: a promise that was guessed is worse than none.

use crate::attempt::Doing;
use crate::calendar::{SaidTime, quarter_after};
use crate::callback::Case;
use crate::centre::Centre;
use crate::id::{AttemptId, CallbackId, PromiseId, QueueId};
use crate::record::{PromiseRow, Record, Work};
use crate::rules::Queue;
use crate::seat::{Seat, SeatWork};
use crate::step::Step;
use crate::time::{Now, UtcMs};

/// Each new work moves the mean by so small a part: the last twenty or so decide.
const MEAN_OF: i64 = 16;
/// Days of work that are reckoned ahead.
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
        let reckoned_ms = self.called_by(now, callback)?;
        let case = self.cases.get(&callback)?;
        let by_ms = case
            .promised_ms
            .map_or(reckoned_ms, |told| told.max(reckoned_ms));
        let rule = self.rules.queues.get(&self.queue_of(case)?)?;
        let said = rule.callback.window.said(by_ms, now.utc_ms)?;
        self.cases.get_mut(&callback)?.promised_ms = Some(by_ms);
        step.records.push(Record::Promise(PromiseRow {
            id: PromiseId(self.ids.allot()),
            callback,
            attempt,
            told_ms: now.utc_ms,
            by_ms,
        }));
        Some(said)
    }

    /// When a callback will have been dialled, as far as can be said: at the end of a quarter
    /// of an hour.
    fn called_by(&self, now: Now, id: CallbackId) -> Option<UtcMs> {
        let case = self.cases.get(&id)?;
        let queue = self.queue_of(case)?;
        let rule = self.rules.queues.get(&queue)?;
        if self.is_emergency(rule.tenant) || !self.rules.trunks.values().any(|trunk| trunk.outbound)
        {
            return None;
        }
        let crew = self.crew_of(now, rule);
        let seats = i64::try_from(crew.len()).ok().filter(|seats| *seats > 0)?;
        let ahead = i64::try_from(self.ahead_of_debt(case, &crew)).ok()?;
        let work_ms = self.work_ms.get(&queue).copied();
        let work_ms = work_ms.unwrap_or_else(|| expected_ms(rule));
        // Callers who ring in while the live bonus lasts go before.
        let bonus_ms = i64::from(rule.live_bonus_s) * 1_000;
        let needs_ms = bonus_ms.saturating_add((ahead + 1).saturating_mul(work_ms) / seats);
        let from_ms = self
            .released_by(id, queue)
            .into_iter()
            .fold(case.row.not_before_ms.max(now.utc_ms), i64::max);
        let by_ms = self.worked_off(rule, from_ms, needs_ms)?;
        let expires_ms = rule.callback.expires.ends(case.row.opened_ms);
        expires_ms.is_none_or(|at| by_ms < at).then_some(by_ms)
    }

    pub(crate) fn queue_of(&self, case: &Case) -> Option<QueueId> {
        let tenant = self.rules.tenants.get(&case.row.tenant)?;
        Some(case.queue(tenant.dialplan.missed_queue))
    }

    /// Seats whose operators are there and could serve a queue, busy or not.
    fn crew_of(&self, now: Now, rule: &Queue) -> Vec<&Seat> {
        let serves = |seat: &&Seat| {
            seat.takes_work()
                && seat.reachable_at(now.utc_ms)
                && seat.can(rule.skills.iter())
                && !matches!(seat.work, SeatWork::NotResponding)
        };
        self.seats.values().filter(serves).collect()
    }

    /// How many wait for these seats, callers and callbacks, whose turn comes before.
    fn ahead_of_debt(&self, case: &Case, crew: &[&Seat]) -> usize {
        let serves = |(id, rule): (&QueueId, &Queue)| {
            let any = crew.iter().any(|seat| seat.can(rule.skills.iter()));
            any.then_some(*id)
        };
        let shared: Vec<QueueId> = self.rules.queues.iter().filter_map(serves).collect();
        let own = case.row.place_ms - case.row.priority_ms;
        // By their places, without a look at each: few have a priority.
        let before = shared
            .iter()
            .map(|queue| self.ledger.before(*queue, (own, case.row.id)));
        let callbacks: usize = before.sum();
        let waits = |(id, live): (&AttemptId, &crate::attempt::LiveAttempt)| match live.doing {
            Doing::Queued {
                queue, place_ms, ..
            } => {
                let key = self.key(queue, place_ms, live.priority_ms, Work::Attempt(*id));
                shared.contains(&queue) && key <= own
            }
            Doing::Ringing
            | Doing::Message { .. }
            | Doing::Menu { .. }
            | Doing::Wishing(_)
            | Doing::Noticed
            | Doing::Talking { .. } => false,
        };
        callbacks + self.attempts.iter().filter(|entry| waits(*entry)).count()
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

    fn begins_to_dial(&self, rule: &Queue, from_ms: UtcMs) -> Option<UtcMs> {
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

    /// A seat was busy for so long with a work of this queue.
    pub(crate) fn work_took(&mut self, queue: QueueId, took_ms: i64) {
        let Some(rule) = self.rules.queues.get(&queue) else {
            return;
        };
        let mean_ms = self
            .work_ms
            .entry(queue)
            .or_insert_with(|| expected_ms(rule));
        *mean_ms += (took_ms.max(0) - *mean_ms) / MEAN_OF;
    }
}

/// What a work is taken to last before one was measured.
fn expected_ms(rule: &Queue) -> i64 {
    (i64::from(rule.callback.expected_s) + i64::from(rule.wrap_up_s)) * 1_000
}
