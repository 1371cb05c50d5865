//! Nothing ends unseen: a callback that was given up stands in a list until somebody has looked at
//! it, and says so or has it called after all. And one that has waited too long is given up though
//! nothing else happens to it.

use std::collections::BTreeMap;
use std::ops::Bound;

use crate::by_hand::ByHandError;
use crate::callback::{Case, Debt};
use crate::centre::Centre;
use crate::id::{CallbackId, TenantId};
use crate::owing::About;
use crate::record::{NeedDetailRow, NeedRow, OpenCallback, Record, ReviewRow};
use crate::step::{CommandError, Step};
use crate::time::{Now, UtcMs};
use crate::timers::Timer;
use crate::words::{CallbackEventKind, CallbackState, ClosedHow, NeedKind};

/// No callback expires sooner: terms are counted in days, of which one in a year has 23 hours.
const YOUNGEST_MS: i64 = 23 * 3_600_000;
/// Callbacks that are looked at together, so that a million of them stop nobody.
const LOOKED_AT_ONCE: usize = 500;
/// Between two stretches of one look through the old ones.
const STRETCH_S: u32 = 1;
/// Between two looks.
const LOOK_S: u32 = 60;
const CALLED_AFTER_ALL: &str = "given up before, and called after all";
const CLOSED_IN_ERROR: &str = "closed by hand before, and taken back";

/// Who was closed by hand longer ago is not owed again at the place they had: nobody who waits now would
/// understand it. A callback that somebody enters begins anew.
const TAKEN_BACK_WITHIN_MS: i64 = 7 * 24 * 3_600_000;
/// Callbacks closed by hand and taken back that are remembered: those of the last moments are enough, the
/// database knows of all.
const TAKEN_BACK_MAX: usize = 1_024;

impl Centre {
    /// A callback is closed: if it was given up, somebody must see it. So must they what was taken in
    /// charge of a number that is not to be called any more: it is to be settled in another way.
    pub(crate) fn goes_unseen(&mut self, now: Now, case: &Case, how: ClosedHow, step: &mut Step) {
        let stays = |need: &NeedRow| !need.kind.closes_by_conversation();
        let is_to_be_seen = match how {
            ClosedHow::Exhausted | ClosedHow::Expired => true,
            ClosedHow::Suppressed => case.needs.iter().any(stays),
            ClosedHow::Served
            | ClosedHow::GotThrough
            | ClosedHow::CancelledByPerson
            | ClosedHow::Withdrawn => false,
        };
        if !is_to_be_seen {
            return;
        }
        let row = &case.row;
        let review = ReviewRow {
            callback: row.id,
            tenant: row.tenant,
            closed_ms: now.utc_ms,
            seen_ms: None,
            seen_by: None,
            reopened_as: None,
        };
        self.unseen.insert(row.id, review.clone());
        step.records.push(Record::Review(review));
    }

    /// Somebody has looked at a callback that was given up, and leaves it so.
    pub(crate) fn acknowledge(
        &mut self,
        now: Now,
        id: CallbackId,
        by: Option<String>,
        step: &mut Step,
    ) -> Result<(), CommandError> {
        self.is_seen(now, id, (by, None), step)
    }

    fn is_seen(
        &mut self,
        now: Now,
        id: CallbackId,
        (seen_by, reopened_as): (Option<String>, Option<CallbackId>),
        step: &mut Step,
    ) -> Result<(), CommandError> {
        if reopened_as.is_none() && self.declines_seen(now, id, seen_by.clone(), step) {
            return Ok(());
        }
        let review = self.unseen.remove(&id);
        let review = review.ok_or(CommandError::NotUnseen(id))?;
        step.records.push(Record::Review(ReviewRow {
            seen_ms: Some(now.utc_ms),
            seen_by,
            reopened_as,
            ..review
        }));
        Ok(())
    }

    /// Somebody wants a person called after all whose callback was given up, or was closed by hand. What
    /// is closed stays so: it is a new debt, or more of one that is open, at the place of the old.
    pub(crate) fn call_after_all(
        &mut self,
        now: Now,
        (given_up, details): (&OpenCallback, &[NeedDetailRow]),
        (by, is_served): (Option<String>, bool),
        step: &mut Step,
    ) -> Result<(), CommandError> {
        let id = given_up.row.id;
        let closes = |need: &NeedRow| need.kind.closes_by_conversation();
        if is_served && given_up.needs.iter().all(closes) {
            return Err(CommandError::ServedSince(id));
        }
        if self.unseen.contains_key(&id) {
            let again = self.owe_again(now, (given_up, details), CALLED_AFTER_ALL, step)?;
            return self.is_seen(now, id, (by, Some(again)), step);
        }
        let row = &given_up.row;
        let (Some(ClosedHow::Withdrawn), Some(closed_ms)) = (row.closed_how, row.closed_ms) else {
            return Err(CommandError::NotUnseen(id));
        };
        if now.utc_ms - closed_ms > TAKEN_BACK_WITHIN_MS {
            return Err(CommandError::ClosedTooLong(id));
        }
        // What was read of it may be older than another word of the same.
        if self.taken_back.contains(&id) {
            return Err(CommandError::NotUnseen(id));
        }
        let again = self.owe_again(now, (given_up, details), CLOSED_IN_ERROR, step)?;
        self.taken_back.push_back(id);
        if self.taken_back.len() > TAKEN_BACK_MAX {
            self.taken_back.pop_front();
        }
        // So that it is not taken back twice, after a restart neither.
        step.records.push(Record::Review(ReviewRow {
            callback: id,
            tenant: row.tenant,
            closed_ms,
            seen_ms: Some(now.utc_ms),
            seen_by: by,
            reopened_as: Some(again),
        }));
        Ok(())
    }

    /// A person is owed again what they were owed in a callback that is closed, at its place.
    pub(crate) fn owe_again(
        &mut self,
        now: Now,
        (given_up, details): (&OpenCallback, &[NeedDetailRow]),
        word: &'static str,
        step: &mut Step,
    ) -> Result<CallbackId, CommandError> {
        let row = &given_up.row;
        let Some(number) = &given_up.number else {
            return Err(CommandError::NoNumber(row.id));
        };
        if let Some(mark) = self.mark_of(row.tenant, number) {
            return Err(ByHandError::Marked(mark).into());
        }
        let known = self.people.get(number);
        let handle = known.map_or(row.number, |known| known.id);
        let open = known.and_then(|known| known.case_of(row.tenant));
        // Nobody is rung at once who may have tried, or been tried, a moment ago.
        let asked = given_up.needs.iter().find_map(|need| need.queue);
        let grace_ms = now.utc_in_s(self.grace_s(row.tenant, asked));
        let rests_ms = open
            .and_then(|id| self.cases.get(&id))
            .map(|case| case.row.not_before_ms);
        let not_before_ms = rests_ms
            .into_iter()
            .fold(row.not_before_ms.max(grace_ms), i64::max);
        let debts = given_up.needs.iter().map(|need| Debt {
            // No list stands behind it any more: somebody wants it.
            kind: if need.kind.is_listed() {
                NeedKind::Manual
            } else {
                need.kind
            },
            queue: need.queue.and_then(|queue| self.rules.current(queue)),
            place_ms: row.place_ms,
            not_before_ms,
            priority_ms: row.priority_ms,
            another_person: need.another_person,
        });
        let debts: Vec<Debt> = debts.collect();
        let Some(first) = debts.first() else {
            return Err(CommandError::NoNumber(row.id));
        };
        let id = match open {
            Some(id) => id,
            None => self.open_case(now, row.tenant, number, handle, first),
        };
        self.unready(id);
        for (old, debt) in given_up.needs.iter().zip(&debts) {
            if let Some(new) = self.join(id, debt, now.utc_ms, step) {
                self.take_detail_over(now, id, (old, new), details, step);
            }
        }
        self.record_image(id, open.is_none(), step);
        let kind = match open {
            None => CallbackEventKind::Opened,
            Some(_) => CallbackEventKind::Joined,
        };
        let detail = Some(word);
        let about = About {
            detail,
            ..About::default()
        };
        self.note(now, id, kind, about, step);
        self.reconsider(now, id);
        Ok(id)
    }

    /// How many callbacks of each authority were given up, or handed back too often, and seen by nobody
    /// yet.
    pub(crate) fn unseen_by_tenant(&self) -> BTreeMap<TenantId, usize> {
        let mut counts = BTreeMap::new();
        for review in self.unseen.values() {
            *counts.entry(review.tenant).or_default() += 1;
        }
        for id in self.declined_too_often() {
            if let Some(case) = self.cases.get(&id) {
                *counts.entry(case.row.tenant).or_default() += 1;
            }
        }
        counts
    }

    /// There are callbacks, and they grow old.
    pub(crate) fn await_expiries(&mut self, now: Now) {
        if self.expiries_at.is_none() && !self.cases.is_empty() {
            self.look_for_expired_in(now, LOOK_S);
        }
    }

    fn look_for_expired_in(&mut self, now: Now, after_s: u32) {
        let at = now.in_s(after_s);
        self.expiries_at = Some(at);
        self.timers.at(at, Timer::Expiries(at));
    }

    /// Gives up callbacks that wait and are too old: the oldest first, a stretch at a time.
    pub(crate) fn look_for_expired(&mut self, now: Now, moment: u64, step: &mut Step) {
        if self.expiries_at != Some(moment) {
            return;
        }
        self.expiries_at = None;
        let after = self.expiries_after.take();
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        // Identifiers grow: those that follow are younger.
        let old = self.cases.range((from, Bound::Unbounded));
        let old = old.take_while(|(_, case)| is_old(now.utc_ms, case));
        let old: Vec<CallbackId> = old.take(LOOKED_AT_ONCE).map(|(id, _)| *id).collect();
        if old.len() == LOOKED_AT_ONCE {
            self.expiries_after = old.last().copied();
        }
        for id in old {
            let case = self.cases.get(&id);
            let waits = case.is_some_and(|case| case.row.state == CallbackState::Waiting);
            if let Some(how) = self.given_up(now, id).filter(|_| waits) {
                self.close_case(now, id, how, About::default(), step);
            }
        }
        if self.expiries_after.is_some() {
            self.look_for_expired_in(now, STRETCH_S);
        } else {
            self.await_expiries(now);
        }
    }
}

fn is_old(now_ms: UtcMs, case: &Case) -> bool {
    case.row.opened_ms + YOUNGEST_MS <= now_ms
}
