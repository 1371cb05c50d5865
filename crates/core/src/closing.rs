//! Closing time, by the hours or by a button: nobody new is admitted, those who wait are served for a while, and then
//! they are told that they are called back after the next opening, at the place they had.

use crate::attempt::{Closing, Doing, LiveAttempt};
use crate::calendar::Calendar;
use crate::centre::Centre;
use crate::id::AttemptId;
use crate::rules::{Queue, Rules};
use crate::step::Step;
use crate::time::{Now, UtcMs};
use crate::timers::Timer;
use crate::words::{OfferState, Outcome};

/// Calendars that open by turns and never together: looked at so often, then given up.
const TURNS: usize = 64;

impl Rules {
    fn hours<'a>(&'a self, queue: &'a Queue) -> impl Iterator<Item = &'a Calendar> {
        let calendar = |id: &crate::rules::CalendarId| self.calendars.get(id.0);
        queue.hours.iter().filter_map(calendar)
    }

    /// Whether callers are admitted to a queue.
    pub(crate) fn is_open(&self, queue: &Queue, at: UtcMs) -> bool {
        self.hours(queue).all(|calendar| calendar.is_open(at))
    }

    /// When a queue that is open closes; nothing where it does not.
    pub(crate) fn closes_at(&self, queue: &Queue, at: UtcMs) -> Option<UtcMs> {
        self.hours(queue)
            .filter_map(|calendar| calendar.closes_at(at))
            .min()
    }

    /// When callers are admitted again.
    pub(crate) fn opens_at(&self, queue: &Queue, at: UtcMs) -> Option<UtcMs> {
        let mut opens_ms = at;
        for _ in 0..TURNS {
            for calendar in self.hours(queue) {
                opens_ms = calendar.next_opening(opens_ms)?;
            }
            if self.is_open(queue, opens_ms) {
                return Some(opens_ms);
            }
        }
        None
    }
}

impl Centre {
    /// Looks again when the queue has closed and those who waited had their time. How long that
    /// is may have changed since it closed.
    pub(crate) fn schedule_closing(&mut self, now: Now, id: AttemptId) {
        let rules = self.rules.clone();
        let Some(live) = self.attempts.get(&id) else {
            return;
        };
        let Doing::Queued { queue, .. } = live.doing else {
            return;
        };
        let Some(rule) = rules.queues.get(&queue) else {
            return;
        };
        let closes_ms = if self.is_open(now, queue, rule) {
            self.closes_at(now, queue, rule)
        } else {
            let closed = live.closing.map(|closing| closing.closes_ms);
            Some(closed.map_or(now.utc_ms, |at| at.min(now.utc_ms)))
        };
        let Some(live) = self.attempts.get_mut(&id) else {
            return;
        };
        live.closing = closes_ms.map(|closes_ms| {
            let ends_ms = closes_ms + i64::from(rule.serve_waiting_s) * 1_000;
            Closing {
                closes_ms,
                ends_at: now.mono_at(ends_ms),
            }
        });
        if let Some(closing) = live.closing {
            self.timers
                .at(closing.ends_at, Timer::Closing(id, live.token));
        }
    }

    /// The time after closing in which those who wait are served is over.
    pub(crate) fn closing_due(&mut self, now: Now, id: AttemptId, token: u64, step: &mut Step) {
        let rules = self.rules.clone();
        let Some(live) = self.attempts.get(&id) else {
            return;
        };
        let Doing::Queued { queue, .. } = live.doing else {
            return;
        };
        let is_due = live.token == token
            && live
                .closing
                .is_some_and(|closing| closing.ends_at <= now.mono_us);
        let Some(rule) = rules.queues.get(&queue).filter(|_| is_due) else {
            return;
        };
        if self.is_open(now, queue, rule) {
            // Opened again within that time, or the clock was set.
            return self.schedule_closing(now, id);
        }
        // All together: a seat that this frees is not offered to somebody who goes next.
        let waits_here =
            |live: &LiveAttempt| matches!(live.doing, Doing::Queued { queue: q, .. } if q == queue);
        let waiting = self.attempts.iter().filter(|(_, live)| waits_here(live));
        let waiting: Vec<AttemptId> = waiting.map(|(id, _)| *id).collect();
        let opens_ms = self.opens_at(now, queue, rule);
        for id in waiting {
            self.leave_queue(now, id, OfferState::Withdrawn, step);
            if let Some(live) = self.attempts.get_mut(&id) {
                live.verdict = live.verdict.or(Some(Outcome::Withdrawn));
                live.due_ms = opens_ms;
            }
            self.say_owed(id, rules.prompts.callback_at_closing, step);
        }
    }
}
