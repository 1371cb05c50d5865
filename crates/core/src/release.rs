//! When a callback may be dialled: within the hours in which people may be rung, and after an
//! opening not all at once. What a night has gathered is released one after the other, the
//! oldest first, evenly over `spread_h`; the place in line stays what it was.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::callback::Case;
use crate::centre::Centre;
use crate::id::{CallbackId, QueueId};
use crate::record::Record;
use crate::rules::{CallbackPolicy, Rules};
use crate::step::Step;
use crate::time::{Now, UtcMs};
use crate::timers::Timer;
use crate::words::CallbackState;

const HOUR_MS: i64 = 3_600_000;

impl CallbackPolicy {
    /// The next moment for a dial that is expected to end within the contact window.
    pub(crate) fn next_dial(&self, at: UtcMs) -> UtcMs {
        let expected_ms = i64::from(self.expected_s) * 1_000;
        self.window.next_with_room(at, expected_ms)
    }

    /// When a dial may begin again, where none may at `at`.
    pub(crate) fn shut_until(&self, at: UtcMs) -> Option<UtcMs> {
        Some(self.next_dial(at)).filter(|next_ms| *next_ms > at)
    }

    /// The last moment up to which a dial may begin at any time, where one may at `at`.
    fn dials_until(&self, at: UtcMs) -> Option<UtcMs> {
        let last_ms = match self.window.ends_at(at) {
            Some(ends_ms) => ends_ms - i64::from(self.expected_s) * 1_000,
            None => UtcMs::MAX,
        };
        (self.window.is_open(at) && at <= last_ms).then_some(last_ms)
    }
}

/// From when to when a dial may begin, by queue: the span last looked up, because a start
/// asks for a million callbacks about the same day.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct DialHours {
    open: BTreeMap<QueueId, (UtcMs, UtcMs)>,
    /// From when to when none may, the end excluded.
    shut: BTreeMap<QueueId, (UtcMs, UtcMs)>,
}

impl DialHours {
    /// As the policy of a queue says.
    pub(crate) fn next_dial(&mut self, rules: &Rules, queue: QueueId, at: UtcMs) -> Option<UtcMs> {
        if let Some((from_ms, last_ms)) = self.open.get(&queue)
            && (*from_ms..=*last_ms).contains(&at)
        {
            return Some(at);
        }
        if let Some((from_ms, next_ms)) = self.shut.get(&queue)
            && (*from_ms..*next_ms).contains(&at)
        {
            return Some(*next_ms);
        }
        let policy = &rules.queues.get(&queue)?.callback;
        if let Some(last_ms) = policy.dials_until(at) {
            self.open.insert(queue, (at, last_ms));
            return Some(at);
        }
        let next_ms = policy.next_dial(at);
        self.shut.insert(queue, (at, next_ms));
        Some(next_ms)
    }
}

/// A place later than the debt itself: the opening that was promised out of hours.
pub(crate) fn promised_opening(rules: &Rules, case: &Case, queue: QueueId) -> Option<UtcMs> {
    let spreads = rules.queues.get(&queue)?.callback.spread_h > 0;
    let row = &case.row;
    let of_the_night = row.place_ms > row.opened_ms && row.tries == 0;
    let waits = row.state == CallbackState::Waiting && !case.released;
    (spreads && of_the_night && waits).then_some(row.place_ms)
}

impl Centre {
    /// A waiting callback was promised for an opening and has no moment of its own yet: it is
    /// kept with the others of that opening.
    pub(crate) fn keep_for_opening(
        &mut self,
        now: Now,
        id: CallbackId,
        queue: QueueId,
        opens_ms: UtcMs,
    ) {
        let kept = self.backlog.entry((queue, opens_ms)).or_default();
        let is_first = kept.is_empty();
        kept.insert(id);
        if is_first {
            self.await_opening(now, queue, opens_ms);
        }
    }

    pub(crate) fn await_opening(&mut self, now: Now, queue: QueueId, opens_ms: UtcMs) {
        let timer = Timer::Opening(queue, opens_ms);
        self.timers.at(now.mono_at(opens_ms), timer);
    }

    fn promised_opening(&self, id: CallbackId, queue: QueueId) -> Option<UtcMs> {
        promised_opening(&self.rules, self.cases.get(&id)?, queue)
    }

    /// The opening is there: each callback that was promised for it gets its moment.
    pub(crate) fn opening(&mut self, now: Now, queue: QueueId, opens_ms: UtcMs, step: &mut Step) {
        if opens_ms > now.utc_ms {
            // The clock was set back since.
            return self.await_opening(now, queue, opens_ms);
        }
        let kept = self.backlog.remove(&(queue, opens_ms)).unwrap_or_default();
        let still = |id: &CallbackId| self.promised_opening(*id, queue) == Some(opens_ms);
        // Identifiers grow: the oldest debt is the first.
        let line: Vec<CallbackId> = kept.into_iter().filter(still).collect();
        let span_ms = self.release_span_ms(queue, opens_ms);
        let count = i64::try_from(line.len()).unwrap_or(i64::MAX);
        for (nth, id) in (0..).zip(line) {
            let release_ms = opens_ms + span_ms * nth / count;
            let Some(case) = self.cases.get_mut(&id) else {
                continue;
            };
            case.released = true;
            if case.row.not_before_ms < release_ms {
                case.row.not_before_ms = release_ms;
                step.records.push(Record::CallbackAmended(case.row.clone()));
            }
            self.reconsider(now, id);
        }
    }

    /// When a callback that awaits its opening is released at the latest.
    pub(crate) fn released_by(&self, id: CallbackId, queue: QueueId) -> Option<UtcMs> {
        let opens_ms = self.promised_opening(id, queue)?;
        Some(opens_ms + self.release_span_ms(queue, opens_ms))
    }

    /// `spread_h`, or less where the queue or the contact window closes before.
    fn release_span_ms(&self, queue: QueueId, opens_ms: UtcMs) -> i64 {
        let Some(rule) = self.rules.queues.get(&queue) else {
            return 0;
        };
        let policy = &rule.callback;
        let last_dial_ms = policy
            .window
            .ends_at(opens_ms)
            .map(|ends_ms| ends_ms - i64::from(policy.expected_s) * 1_000);
        [self.rules.closes_at(rule, opens_ms), last_dial_ms]
            .into_iter()
            .flatten()
            .map(|end_ms| end_ms - opens_ms)
            .fold(i64::from(policy.spread_h) * HOUR_MS, i64::min)
            .max(0)
    }

    /// A callback stands in line: when the contact window pauses, its end must be noticed
    /// though nothing else happens.
    pub(crate) fn await_window(&mut self, now: Now, queue: QueueId) {
        if self.windows.contains(&queue) {
            return;
        }
        let Some(rule) = self.rules.queues.get(&queue) else {
            return;
        };
        let window = &rule.callback.window;
        let opens_ms = match window.ends_at(now.utc_ms) {
            Some(ends_ms) => window.next(ends_ms),
            None => window.next(now.utc_ms),
        };
        if opens_ms > now.utc_ms {
            self.windows.insert(queue);
            self.timers.at(now.mono_at(opens_ms), Timer::Window(queue));
        }
    }

    /// People may be rung again: whoever is left from before is looked at, and the next pause.
    pub(crate) fn window_opens(&mut self, now: Now, queue: QueueId) {
        self.windows.remove(&queue);
        if self.matching.callbacks(queue) > 0 || self.reminders.has_any(queue) {
            self.await_window(now, queue);
        }
    }
}
