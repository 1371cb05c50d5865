//! Where a callback stands: in its queue's line, kept for an opening, or put off until it may be
//! dialled. Found one by one as things happen; all at once after a start and under new rules,
//! because a tree of a million is built sooner than mended a million times.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::callback::Case;
use crate::centre::Centre;
use crate::chosen_time::{has_passed, not_before};
use crate::id::{CallbackId, QueueId};
use crate::ledger::{self, Ledger};
use crate::matching::Waiting;
use crate::planted::{Fault, planted};
use crate::record::Work;
use crate::release::{DialHours, promised_opening};
use crate::reminding::only_reminders;
use crate::rules::Rules;
use crate::time::{Now, UtcMs};
use crate::timers::{Timer, Timers};
use crate::words::CallbackState;

/// Where a callback stands whose person is left in peace.
enum Standing {
    /// With the others that were promised for this opening.
    KeptForOpening(QueueId, UtcMs),
    /// Nowhere before this moment.
    PutOff(UtcMs),
    /// In this queue's line.
    InLine(QueueId),
}

fn standing(rules: &Rules, hours: &mut DialHours, now: Now, case: &Case) -> Option<Standing> {
    let missed_queue = rules.tenants.get(&case.row.tenant)?.dialplan.missed_queue;
    let queue = case.queue(missed_queue);
    let earliest = if planted(Fault::GraceIgnored) {
        now.utc_ms
    } else {
        case.row.not_before_ms.max(now.utc_ms)
    };
    let earliest = not_before(case.chosen, earliest);
    let due_ms = hours.next_dial(rules, queue, earliest)?;
    Some(match promised_opening(rules, case, queue) {
        Some(opens_ms) => Standing::KeptForOpening(queue, opens_ms),
        None if due_ms > now.utc_ms => Standing::PutOff(due_ms),
        None => Standing::InLine(queue),
    })
}

/// It is looked at again then. A timer that fires before is as good: it looks again.
fn put_off(timers: &mut Timers, now: Now, case: &mut Case, due_ms: UtcMs) {
    let moment = now.mono_at(due_ms);
    if case.wake_at.is_none_or(|at| at > moment) {
        case.wake_at = Some(moment);
        timers.at(moment, Timer::CallbackReady(case.row.id));
    }
}

impl Centre {
    /// Puts a callback among the works that wait, if its time has come; else asks to be woken.
    pub(crate) fn reconsider(&mut self, now: Now, id: CallbackId) {
        self.enter_in_ledger(id);
        self.unready(id);
        let case = self.cases.get(&id);
        let is_held =
            case.is_some_and(|case| self.is_held_by_campaign(case) || has_passed(case.chosen, now));
        if is_held || !self.may_stand(id) {
            return;
        }
        let Some(case) = self.cases.get_mut(&id) else {
            return;
        };
        match standing(&self.rules, &mut self.dial_hours, now, case) {
            None => {}
            Some(Standing::KeptForOpening(queue, opens_ms)) => {
                self.keep_for_opening(now, id, queue, opens_ms);
            }
            Some(Standing::PutOff(due_ms)) => put_off(&mut self.timers, now, case, due_ms),
            Some(Standing::InLine(queue)) if only_reminders(&case.needs) => {
                let place_ms = case.row.place_ms;
                self.reminders.insert((queue, place_ms, id));
                self.await_window(now, queue);
            }
            Some(Standing::InLine(queue)) => {
                case.ready = Some(queue);
                let (place_ms, priority_ms) = (case.row.place_ms, case.row.priority_ms);
                self.line_up(now, queue, place_ms, priority_ms, Work::Callback(id));
                self.await_window(now, queue);
            }
        }
    }

    /// Takes a callback out of its line, before what its place there is made of changes.
    pub(crate) fn unready(&mut self, id: CallbackId) {
        self.reminders.remove(id);
        if let Some(case) = self.cases.get_mut(&id)
            && let Some(queue) = case.ready.take()
        {
            let (place_ms, priority_ms) = (case.row.place_ms, case.row.priority_ms);
            self.step_out(queue, place_ms, priority_ms, Work::Callback(id));
        }
    }

    /// A callback stands nowhere while its person has a call with us, or a seat has one of
    /// theirs, be it another authority's.
    pub(crate) fn may_stand(&self, id: CallbackId) -> bool {
        let Some(case) = self.cases.get(&id) else {
            return false;
        };
        let Some(known) = self.people.get(&case.number) else {
            return false;
        };
        let all_wait = known.cases.iter().all(|(_, other)| {
            let state = self.cases.get(other).map(|other| other.row.state);
            matches!(state, Some(CallbackState::Waiting | CallbackState::Closed))
        });
        let is_called = known.has_call() || self.is_called_beside(&case.number);
        case.row.state == CallbackState::Waiting && all_wait && !is_called
    }

    /// Every callback at once, where none stands in a line: what `reconsider` does for each.
    pub(crate) fn line_up_callbacks(&mut self, now: Now) {
        let rules = Arc::clone(&self.rules);
        let mut cases = std::mem::take(&mut self.cases);
        let mut entries: BTreeMap<QueueId, Vec<(UtcMs, CallbackId)>> = BTreeMap::new();
        let mut lines: BTreeMap<QueueId, Vec<Waiting>> = BTreeMap::new();
        // Few, while a look at each person's entry costs a million misses of the cache.
        let mut entangled = self.people.entangled();
        // What somebody owns waits for them, which is not looked up in bulk.
        entangled.extend(self.owners.keys());
        entangled.extend(self.owed_beside());
        // Nor whether a campaign is paused.
        let released = self.campaigns.released.values();
        entangled.extend(released.filter_map(|entry| entry.callback));
        for (&id, case) in &mut cases {
            case.ready = None;
            case.entered = ledger::entry(&rules, case);
            if let Some((queue, place_ms)) = case.entered {
                entries.entry(queue).or_default().push((place_ms, id));
            }
            let is_past = has_passed(case.chosen, now);
            if case.row.state != CallbackState::Waiting || is_past || entangled.contains(&id) {
                continue;
            }
            match standing(&rules, &mut self.dial_hours, now, case) {
                None => {}
                Some(Standing::KeptForOpening(queue, opens_ms)) => {
                    self.keep_for_opening(now, id, queue, opens_ms);
                }
                Some(Standing::PutOff(due_ms)) => put_off(&mut self.timers, now, case, due_ms),
                Some(Standing::InLine(queue)) => {
                    case.ready = Some(queue);
                    let work = Work::Callback(id);
                    let (place_ms, priority_ms) = (case.row.place_ms, case.row.priority_ms);
                    let waiting = self.waiting(queue, place_ms, priority_ms, work);
                    match self.acquaintances.wish_of(&rules, queue, case) {
                        None => lines.entry(queue).or_default().push(waiting),
                        wish => self.matching.line_up(now.utc_ms, waiting, wish),
                    }
                }
            }
        }
        self.cases = cases;
        self.ledger = Ledger::of(entries);
        for (queue, line) in lines {
            self.matching.line_up_many(now.utc_ms, queue, line);
            self.await_window(now, queue);
        }
        for id in entangled {
            self.reconsider(now, id);
        }
    }
}
