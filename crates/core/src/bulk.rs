//! Many callbacks put off or closed by one word, and brought back by another. What is meant is
//! looked up a stretch at a time, so that a million of them stop nobody, and each stretch is on
//! record with how far it came: a start goes on from there.

use std::ops::Bound;

use serde::{Deserialize, Serialize};

use crate::by_hand::ClosingTold;
use crate::callback::Case;
use crate::centre::Centre;
use crate::id::{BulkEntryId, BulkId, CallbackId};
use crate::owing::About;
use crate::planted::{Fault, planted};
use crate::record::{BulkEntryRow, BulkRow, NeedDetailRow, NeedRow, OpenCallback, Record};
use crate::step::{CommandError, Step};
use crate::time::{Now, UtcMs};
use crate::timers::Timer;
use crate::words::{
    BulkAction, BulkFate, CallbackEventKind, CallbackState, ClosedByHand, ClosedHow, NeedKind,
    PriorityClass,
};

/// Callbacks that are looked at together.
const LOOKED_AT_ONCE: usize = 500;
/// Of which so many are touched at most.
const TOUCHED_AT_ONCE: usize = 100;
/// Between two stretches, so that calls come between.
const STRETCH_MS: u64 = 20;
/// Of what would be touched, so many are named.
const SHOWN: i64 = 10;
/// Entries brought back by one command.
pub const UNDONE_AT_ONCE: usize = 100;
const IN_BULK: &str = "in bulk";
const UNDONE: &str = "in bulk, undone";

/// What somebody wants done with many callbacks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkTold {
    /// What.
    pub action: BulkAction,
    /// Whether it is only looked what it would touch.
    pub is_preview: bool,
    /// Short name of the tenant; of all, without one.
    pub tenant: Option<String>,
    /// Short name of the queue; of all, without one.
    pub queue: Option<String>,
    /// Those of which a need has this class.
    pub class: Option<PriorityClass>,
    /// Those of which a need is of this kind.
    pub kind: Option<NeedKind>,
    /// Those that were opened before.
    pub opened_before_ms: Option<UtcMs>,
    /// Until when they are put off.
    pub until_ms: Option<UtcMs>,
    /// Why.
    pub because: String,
    /// Name of who does it.
    pub by: Option<String>,
    /// The same request has the same, and no other; without letters it is none.
    pub request_key: String,
}

/// An entry that is to be brought back; with the callback as it was, where it was closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UndoTold {
    /// As stored.
    pub entry: BulkEntryRow,
    /// The callback with its number and what was wanted.
    pub closed: Option<OpenCallback>,
    /// Of those needs.
    pub details: Vec<NeedDetailRow>,
    /// Whether the person has spoken with us since.
    pub is_served: bool,
}

/// Why nothing is done with many callbacks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Hash)]
pub enum BulkError {
    /// One at a time.
    #[error("bulk {0} is still at work: see how far it came in `cuptel callbacks bulk list`")]
    AtWork(BulkId),
    /// The same key was given with another request.
    #[error("bulk {0} was begun with this key, and it was another request")]
    KeyUsed(BulkId),
    /// Nothing says until when, or that is past.
    #[error("to put callbacks off takes a time to come (`--until`)")]
    NoTime,
    /// What has been done cannot be told from what has not while the database is away.
    #[error("nothing is done in bulk while the database is away; see /health/ready")]
    NotStored,
    /// There must be a reason.
    #[error("a bulk needs a reason (`--because`)")]
    NoReason,
}

impl BulkTold {
    /// Whether a bulk is what is asked for, but for whose callbacks are meant.
    fn is_again(&self, row: &BulkRow) -> bool {
        self.action == row.action
            && self.is_preview == row.is_preview
            && self.class == row.class
            && self.kind == row.kind
            && self.opened_before_ms == row.opened_before_ms
            && (self.action == BulkAction::Close || self.until_ms == row.until_ms)
            && self.because == row.because
            && self.by == row.by
    }
}

impl Centre {
    /// Begins to look for what is meant. Who asks again with the same key has begun it already.
    pub(crate) fn begin_bulk(
        &mut self,
        now: Now,
        told: BulkTold,
        step: &mut Step,
    ) -> Result<(), CommandError> {
        if self.stopping.is_some() {
            return Err(CommandError::Stopping);
        }
        if self.held {
            return Err(BulkError::NotStored.into());
        }
        let tenant = told.tenant.as_deref().map(|name| {
            let known = self.rules.tenant_named(name);
            known.ok_or_else(|| CommandError::NoTenant(name.to_owned()))
        });
        let tenant = tenant.transpose()?;
        let queue = told.queue.as_deref();
        let queue = queue.map(|name| self.queue_told(told.tenant.as_deref(), name));
        let queue = queue.transpose()?;
        if let Some(row) = &self.bulk {
            if !told.request_key.is_empty() && row.request_key == told.request_key {
                let is_same = (row.tenant, row.queue) == (tenant, queue) && told.is_again(row);
                let used = BulkError::KeyUsed(row.id);
                return is_same.then_some(()).ok_or_else(|| used.into());
            }
            if row.ended_ms.is_none() {
                return Err(BulkError::AtWork(row.id).into());
            }
        }
        if told.because.trim().is_empty() {
            return Err(BulkError::NoReason.into());
        }
        let until_ms = told.until_ms.filter(|at| *at > now.utc_ms);
        if told.action == BulkAction::Postpone && until_ms.is_none() {
            return Err(BulkError::NoTime.into());
        }
        let row = BulkRow {
            id: BulkId(self.ids.allot()),
            action: told.action,
            is_preview: told.is_preview,
            tenant,
            queue,
            class: told.class,
            kind: told.kind,
            opened_before_ms: told.opened_before_ms,
            until_ms,
            because: told.because,
            by: told.by,
            request_key: told.request_key,
            begun_ms: now.utc_ms,
            after: None,
            touched: 0,
            at_work: 0,
            too_late: 0,
            ended_ms: None,
        };
        step.records.push(Record::Bulk(Box::new(row.clone())));
        self.bulk_goes_on(now, row);
        Ok(())
    }

    /// A bulk that had not come to its end goes on from where it was.
    pub(crate) fn bulk_goes_on(&mut self, now: Now, row: BulkRow) {
        self.timers.at(now.in_ms(STRETCH_MS), Timer::Bulk(row.id));
        self.bulk = Some(row);
    }

    /// The next stretch.
    pub(crate) fn bulk_stretch(&mut self, now: Now, id: BulkId, step: &mut Step) {
        let Some(mut row) = self.bulk.take_if(|row| row.id == id) else {
            return;
        };
        let from = row.after.map_or(Bound::Unbounded, Bound::Excluded);
        let following = self.cases.range((from, Bound::Unbounded));
        let looked: Vec<CallbackId> = following.take(LOOKED_AT_ONCE).map(|(id, _)| *id).collect();
        let mut touched = 0;
        let mut is_over = looked.len() < LOOKED_AT_ONCE;
        for callback in looked {
            row.after = Some(callback);
            let case = self.cases.get(&callback);
            let Some(case) = case.filter(|case| self.is_meant(&row, case)) else {
                continue;
            };
            if case.row.state != CallbackState::Waiting {
                row.at_work += 1;
                continue;
            }
            if self.is_too_late(&row, case) {
                row.too_late += 1;
                continue;
            }
            self.touch(now, &mut row, callback, step);
            touched += 1;
            if touched == TOUCHED_AT_ONCE {
                is_over = false;
                break;
            }
        }
        if is_over {
            row.ended_ms = Some(now.utc_ms);
        }
        step.records.push(Record::Bulk(Box::new(row.clone())));
        if is_over {
            // It is kept: the same request may come again before the database can be asked.
            self.bulk = Some(row);
        } else {
            self.bulk_goes_on(now, row);
        }
    }

    fn is_meant(&self, row: &BulkRow, case: &Case) -> bool {
        let of = &case.row;
        let has_class = |class| {
            let mut needs = case.needs.iter();
            needs.any(|need| {
                let detail = self.details.get(&need.id);
                detail.and_then(|detail| detail.class) == Some(class)
            })
        };
        let is_put_off = || row.until_ms.is_some_and(|until| of.not_before_ms >= until);
        of.opened_ms <= row.begun_ms
            && row.tenant.is_none_or(|tenant| tenant == of.tenant)
            && row.opened_before_ms.is_none_or(|at| of.opened_ms < at)
            && row
                .queue
                .is_none_or(|queue| self.queue_of(case) == Some(queue))
            && row
                .kind
                .is_none_or(|kind| case.needs.iter().any(|need| need.kind == kind))
            && row.class.is_none_or(has_class)
            && (row.action == BulkAction::Close || !is_put_off())
    }

    /// Whether a callback would have been given up by the time to which it is put off.
    fn is_too_late(&self, row: &BulkRow, case: &Case) -> bool {
        let until_ms = match row.action {
            BulkAction::Postpone => row.until_ms,
            BulkAction::Close => None,
        };
        let policy = self.policy_of(case);
        let expires_ms = policy.and_then(|policy| self.expires_ms(case, policy));
        until_ms
            .zip(expires_ms)
            .is_some_and(|(until, ends)| until >= ends)
    }

    fn touch(&mut self, now: Now, row: &mut BulkRow, id: CallbackId, step: &mut Step) {
        let Some(was_ms) = self.cases.get(&id).map(|case| case.row.not_before_ms) else {
            return;
        };
        row.touched += 1;
        let set_ms = match row.action {
            BulkAction::Postpone => row.until_ms.unwrap_or(was_ms),
            BulkAction::Close => was_ms,
        };
        let entry = BulkEntryRow {
            id: BulkEntryId(self.ids.allot()),
            bulk: row.id,
            callback: id,
            was_ms,
            set_ms,
            fate: if row.is_preview {
                BulkFate::Previewed
            } else {
                BulkFate::Done
            },
            settled_ms: None,
            settled_by: None,
        };
        if row.is_preview {
            if row.touched <= SHOWN {
                step.records.push(Record::BulkEntry(entry));
            }
            return;
        }
        match row.action {
            BulkAction::Postpone => self.stands_from(now, id, set_ms, IN_BULK, step),
            BulkAction::Close => self.close_in_bulk(now, row, id, step),
        }
        if !planted(Fault::BulkUnrecorded) {
            step.records.push(Record::BulkEntry(entry));
        }
    }

    /// A callback is not made before some time.
    fn stands_from(
        &mut self,
        now: Now,
        id: CallbackId,
        not_before_ms: UtcMs,
        word: &'static str,
        step: &mut Step,
    ) {
        self.unready(id);
        let Some(case) = self.cases.get_mut(&id) else {
            return;
        };
        case.row.not_before_ms = not_before_ms;
        step.records.push(Record::CallbackAmended(case.row.clone()));
        let about = About {
            detail: Some(word),
            ..About::default()
        };
        self.note(now, id, CallbackEventKind::Postponed, about, step);
        self.reconsider(now, id);
    }

    fn close_in_bulk(&mut self, now: Now, row: &BulkRow, id: CallbackId, step: &mut Step) {
        let told = ClosingTold {
            callback: id,
            need: None,
            how: ClosedByHand::Withdrawn,
            because: row.because.clone(),
            by: row.by.clone(),
        };
        let needs: Vec<NeedRow> = match self.cases.get(&id) {
            Some(case) => case.needs.to_vec(),
            None => Vec::new(),
        };
        for need in &needs {
            self.record_closing(need, &told, step);
        }
        let about = About {
            detail: Some(IN_BULK),
            ..About::default()
        };
        self.close_case(now, id, ClosedHow::Withdrawn, about, step);
    }

    /// Brings back what nobody has touched since, and says of the rest that it was left.
    pub(crate) fn undo_bulk(
        &mut self,
        now: Now,
        entries: Vec<UndoTold>,
        by: Option<String>,
        step: &mut Step,
    ) -> Result<(), CommandError> {
        if self.held {
            return Err(BulkError::NotStored.into());
        }
        let at_work = self.bulk.as_ref().filter(|row| row.ended_ms.is_none());
        let bulk = at_work.map(|row| row.id);
        if let Some(at_work) = bulk.filter(|id| entries.iter().any(|it| it.entry.bulk == *id)) {
            return Err(BulkError::AtWork(at_work).into());
        }
        for told in entries.into_iter().take(UNDONE_AT_ONCE) {
            let is_back = match &told.closed {
                // Who got what they wanted meanwhile is called by nobody.
                Some(_) if told.is_served => false,
                Some(closed) => self.is_reopened(now, closed, &told.details, step),
                None => self.is_put_back(now, &told.entry, step),
            };
            step.records.push(Record::BulkEntry(BulkEntryRow {
                fate: if is_back {
                    BulkFate::Undone
                } else {
                    BulkFate::Left
                },
                settled_ms: Some(now.utc_ms),
                settled_by: by.clone(),
                ..told.entry
            }));
        }
        Ok(())
    }

    fn is_put_back(&mut self, now: Now, entry: &BulkEntryRow, step: &mut Step) -> bool {
        let case = self.cases.get(&entry.callback);
        let is_untouched = case.is_some_and(|case| {
            case.row.state == CallbackState::Waiting && case.row.not_before_ms == entry.set_ms
        });
        let Some(case) = case.filter(|_| is_untouched) else {
            return false;
        };
        // Nobody is rung at once who may have tried a moment ago.
        let asked = case.needs.iter().find_map(|need| need.queue);
        let rested_ms = now.utc_in_s(self.grace_s(case.row.tenant, asked));
        let back_ms = entry.was_ms.max(rested_ms).min(entry.set_ms);
        self.stands_from(now, entry.callback, back_ms, UNDONE, step);
        true
    }

    /// What is closed stays so: it is a new callback at the place of the old, unless the person has
    /// one since, or their number was marked. What a list had asked for is not in it: the list went
    /// on without them, or is over.
    fn is_reopened(
        &mut self,
        now: Now,
        closed: &OpenCallback,
        details: &[NeedDetailRow],
        step: &mut Step,
    ) -> bool {
        let row = &closed.row;
        let Some(number) = &closed.number else {
            return false;
        };
        let known = self.people.get(number);
        let has_another = known.is_some_and(|it| it.case_of(row.tenant).is_some() || it.has_call());
        let is_withdrawn = row.closed_how == Some(ClosedHow::Withdrawn);
        let mut wanted = closed.clone();
        wanted.needs.retain(|need| !need.kind.is_listed());
        if wanted.needs.is_empty()
            || has_another
            || !is_withdrawn
            || self.cases.contains_key(&row.id)
        {
            return false;
        }
        self.owe_again(now, (&wanted, details), UNDONE, step)
            .is_ok()
    }
}
