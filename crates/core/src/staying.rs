//! Needs that stay: what an operator has taken in charge, entered by hand or got from a list is not
//! settled by whoever happens to talk with the person. What a conversation does to such a need, when
//! it is called by itself, and what becomes of its deadline.
//!
//! **A conversation leaves it open.** Unless somebody closes it, it is not called again before
//! `kept_rest_h`, or before its deadline is near where that is sooner; and its place in line is that
//! moment, so that it stands behind whoever has waited since before. Its tries begin anew, because
//! the person was reached.
//!
//! **A deadline** is that of its priority class where none was named. So long before it as
//! `due_soon_h` the callback goes ahead of others by `due_soon_priority_s`, once and no more: whoever
//! has waited longer than that stays before it, so nobody is overtaken for ever. What is not paid by
//! then is given up, and stands in the list that somebody looks through.

use serde::{Deserialize, Serialize};

use crate::calendar::{CountedDays, Term, Zone};
use crate::callback::Case;
use crate::centre::Centre;
use crate::id::{CallbackId, NeedId};
use crate::owing::About;
use crate::record::{NeedDetailRow, NeedRow, Record};
use crate::rules::CallbackPolicy;
use crate::step::Step;
use crate::time::{Now, UtcMs};
use crate::timers::Timer;
use crate::words::{CallbackState, PriorityClass};

const HOUR_MS: i64 = 3_600_000;

/// How a queue keeps the needs that stay.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StayPolicy {
    /// Rest after a conversation that did not settle it.
    pub kept_rest_h: u32,
    /// So long before its deadline a callback goes ahead of others.
    pub due_soon_h: u32,
    /// By so much.
    pub due_soon_priority_s: u32,
    /// When what is urgent is to be done.
    pub class_u_h: u32,
    /// When what is brief is to be done.
    pub class_b: Term,
    /// When what can be deferred is to be done.
    pub class_d: Term,
    /// When what can be planned is to be done.
    pub class_p: Term,
}

impl Default for StayPolicy {
    /// The classes as the national plan on waiting lists has them, for visits.
    fn default() -> Self {
        let days = |days| Term::new(days, CountedDays::Every, Zone::UTC);
        Self {
            kept_rest_h: 24,
            due_soon_h: 24,
            due_soon_priority_s: 3_600,
            class_u_h: 72,
            class_b: days(10),
            class_d: days(30),
            class_p: days(120),
        }
    }
}

impl StayPolicy {
    /// By when something of this class is to be done that is wanted now; nothing where such a day
    /// does not come.
    #[must_use]
    pub fn deadline(&self, class: PriorityClass, now_ms: UtcMs) -> Option<UtcMs> {
        match class {
            PriorityClass::U => Some(now_ms + i64::from(self.class_u_h) * HOUR_MS),
            PriorityClass::B => self.class_b.ends(now_ms),
            PriorityClass::D => self.class_d.ends(now_ms),
            PriorityClass::P => self.class_p.ends(now_ms),
        }
    }

    fn soon_ms(&self, due_ms: UtcMs) -> UtcMs {
        due_ms - i64::from(self.due_soon_h) * HOUR_MS
    }

    fn priority_ms(&self) -> i64 {
        i64::from(self.due_soon_priority_s) * 1_000
    }
}

/// Whether nothing is owed that a conversation would settle.
pub(crate) fn only_stays(needs: &[NeedRow]) -> bool {
    let mut kinds = needs.iter().map(|need| need.kind);
    kinds.all(|kind| !kind.closes_by_conversation())
}

impl Centre {
    pub(crate) fn policy_of(&self, case: &Case) -> Option<&CallbackPolicy> {
        let rule = self.rules.queues.get(&self.queue_of(case)?)?;
        Some(&rule.callback)
    }

    /// When nothing of a callback is of use any more: a need that stays has its deadline, every
    /// other grows old.
    pub(crate) fn expires_ms(&self, case: &Case, policy: &CallbackPolicy) -> Option<UtcMs> {
        let stays = |need: &NeedRow| !need.kind.closes_by_conversation();
        if !case.needs.iter().any(stays) {
            // Not the callback's: it may be open since something that is closed by now.
            let opened_ms = case.needs.iter().map(|need| need.opened_ms).min();
            return policy.expires.ends(opened_ms.unwrap_or(case.row.opened_ms));
        }
        case.needs.iter().try_fold(UtcMs::MIN, |last, need| {
            let due_ms = self.details.get(&need.id).and_then(|it| it.due_ms);
            let own_ms = due_ms.or_else(|| policy.expires.ends(need.opened_ms))?;
            Some(last.max(own_ms))
        })
    }

    /// Somebody has talked with the person, and what stays is still owed.
    pub(crate) fn rest_after_conversation(
        &mut self,
        now: Now,
        id: CallbackId,
        another_person: bool,
        step: &mut Step,
    ) {
        let Some(case) = self.cases.get(&id) else {
            return;
        };
        let Some(policy) = self.policy_of(case) else {
            return;
        };
        let stays = policy.stays.clone();
        let least_ms = now.utc_in_s(policy.spacing_no_answer_s);
        let kept_ms = now.utc_ms + i64::from(stays.kept_rest_h) * HOUR_MS;
        let theirs = |need: &&NeedRow| need.another_person == another_person;
        for need in case.needs.iter().filter(theirs) {
            let Some(detail) = self.details.get_mut(&need.id) else {
                continue;
            };
            let soon_ms = detail.due_ms.map(|due_ms| stays.soon_ms(due_ms));
            let rest_ms = kept_ms.min(soon_ms.map_or(kept_ms, |soon_ms| soon_ms.max(least_ms)));
            if detail.not_before_ms.is_none_or(|own_ms| own_ms < rest_ms) {
                detail.not_before_ms = Some(rest_ms);
                step.records
                    .push(Record::NeedDetail(Box::new(detail.clone())));
            }
        }
        self.stand_by_needs(now, id, true, step);
    }

    /// A callback that nothing but needs which stay is left of has their time and their place. Whom
    /// we tried to reach rests from that, and whom somebody has reached is tried anew.
    pub(crate) fn stand_by_needs(
        &mut self,
        now: Now,
        id: CallbackId,
        is_reached: bool,
        step: &mut Step,
    ) {
        self.unready(id);
        let Some(case) = self.cases.get(&id) else {
            return;
        };
        if !only_stays(&case.needs) {
            return self.reconsider(now, id);
        }
        let own_ms = |need: &NeedRow| {
            let detail = self.details.get(&need.id);
            detail
                .and_then(|it| it.not_before_ms)
                .unwrap_or(need.opened_ms)
        };
        let first_ms = case.needs.iter().map(own_ms).min().unwrap_or(now.utc_ms);
        let asked = case.needs.iter().find_map(|need| need.queue);
        let rested_ms = now.utc_in_s(self.grace_s(case.row.tenant, asked));
        let priority_ms = self.priority_by_deadline(now, case);
        if let Some(case) = self.cases.get_mut(&id) {
            let was_dialled = case.was_dialled();
            let row = &mut case.row;
            let tried_ms = was_dialled.then_some(row.not_before_ms);
            row.place_ms = first_ms;
            row.not_before_ms = first_ms.max(rested_ms).max(tried_ms.unwrap_or(first_ms));
            row.priority_ms = priority_ms;
            // The tries were for what is settled now, once the rest after the last of them is no
            // longer than what is left has to wait anyway.
            if is_reached || tried_ms.is_some_and(|at| at <= first_ms) {
                row.tries = 0;
                case.parts = 0;
            }
            case.released = true;
            step.records.push(Record::Callback(case.row.clone()));
        }
        self.reconsider(now, id);
    }

    fn priority_by_deadline(&self, now: Now, case: &Case) -> i64 {
        let Some(policy) = self.policy_of(case) else {
            return 0;
        };
        let details = case
            .needs
            .iter()
            .filter_map(|need| self.details.get(&need.id));
        let mut dues = details.filter_map(|detail| detail.due_ms);
        let is_soon = dues.any(|due_ms| policy.stays.soon_ms(due_ms) <= now.utc_ms);
        if is_soon {
            policy.stays.priority_ms()
        } else {
            0
        }
    }

    /// Takes up what is known of a need, and watches its deadline.
    pub(crate) fn keep_detail(&mut self, now: Now, detail: NeedDetailRow, step: &mut Step) {
        let need = detail.need;
        step.records
            .push(Record::NeedDetail(Box::new(detail.clone())));
        self.details.insert(need, detail);
        // It may be near already.
        self.timers.at(now.mono_us, Timer::NeedDue(need));
    }

    /// After a start.
    pub(crate) fn restore_details(&mut self, rows: Vec<NeedDetailRow>) {
        self.details = rows.into_iter().map(|row| (row.need, row)).collect();
    }

    /// Deadlines are hours of the day: the clock was set, the rules are new, or we have started. Each
    /// is looked at.
    pub(crate) fn await_deadlines(&mut self, now: Now) {
        for need in self.details.keys() {
            self.timers.at(now.mono_us, Timer::NeedDue(*need));
        }
    }

    fn await_due(&mut self, now: Now, need: NeedId) {
        let Some(detail) = self.details.get(&need) else {
            return;
        };
        let policy = self
            .cases
            .get(&detail.callback)
            .and_then(|it| self.policy_of(it));
        let Some((due_ms, policy)) = detail.due_ms.zip(policy) else {
            return;
        };
        let soon_ms = policy.stays.soon_ms(due_ms);
        // Its deadline is over in the millisecond after it.
        let next_ms = [soon_ms, due_ms + 1]
            .into_iter()
            .find(|at| *at > now.utc_ms);
        // What could not be given up then is found with whatever grows old.
        if let Some(at_ms) = next_ms {
            self.timers.at(now.mono_at(at_ms), Timer::NeedDue(need));
        }
    }

    /// The deadline of a need is near, or over; unless the clock was set back since.
    pub(crate) fn need_due(&mut self, now: Now, need: NeedId, step: &mut Step) {
        let Some(id) = self.details.get(&need).map(|detail| detail.callback) else {
            return;
        };
        let Some(case) = self.cases.get(&id) else {
            return;
        };
        if case.row.state == CallbackState::Waiting
            && let Some(how) = self.given_up(now, id)
        {
            self.close_case(now, id, how, About::default(), step);
            return;
        }
        let priority_ms = self.priority_by_deadline(now, case);
        if case.row.priority_ms < priority_ms {
            self.unready(id);
            if let Some(case) = self.cases.get_mut(&id) {
                case.row.priority_ms = priority_ms;
                step.records.push(Record::CallbackAmended(case.row.clone()));
            }
            self.reconsider(now, id);
        }
        self.await_due(now, need);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_has_its_deadline_by_the_days_that_count() {
        // Wednesday 30 September 2026, 10:00 in Rome; 4 October is a feast, a Sunday this year.
        let now_ms = 1_790_755_200_000;
        let working = CountedDays::Working { saturday: false };
        let policy = StayPolicy {
            class_b: Term::new(10, working, Zone::Europe__Rome),
            class_d: Term::new(30, CountedDays::Every, Zone::Europe__Rome),
            ..StayPolicy::default()
        };
        let days = |class| {
            let after_ms = policy.deadline(class, now_ms).unwrap() - now_ms;
            f64::from(i32::try_from(after_ms / HOUR_MS).unwrap()) / 24.0
        };
        assert!((days(PriorityClass::U) - 3.0).abs() < 1e-9);
        assert!((days(PriorityClass::B) - 14.0).abs() < 1e-9);
        // The clocks go back on 25 October.
        assert!((days(PriorityClass::D) - (30.0 + 1.0 / 24.0)).abs() < 1e-9);
        assert!((days(PriorityClass::P) - 120.0).abs() < 1e-9);
    }
}
