//! Numbers that somebody has marked, for the region or for one authority: those that are not to be
//! called, and those that many people share. Kept over a restart. Nobody is dialled against a mark;
//! who calls from such a number is served and recorded as anybody, and owed a call elsewhere or none.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use crate::attempt::suppression;
use crate::centre::Centre;
use crate::id::{AttemptId, CallbackId, MarkId, SeatId, TenantId};
use crate::number::{Caller, PhoneNumber};
use crate::owing::About;
use crate::planted::{Fault, planted};
use crate::record::{MarkRow, Record};
use crate::staffing::{NotTaken, WhyNotTaken};
use crate::step::{CommandError, Step};
use crate::time::{Now, UtcMs};
use crate::timers::{Timer, Timers};
use crate::words::{CallbackState, ClosedHow, Mark, NumberClass, OfferState, Suppression};

/// A number and how it is marked, as somebody names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarkTold {
    /// Which.
    pub number: PhoneNumber,
    /// As what.
    pub mark: Mark,
    /// Short name of the tenant for which it is; without one, for the region.
    pub tenant: Option<String>,
}

/// What is said when a number is marked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marked {
    /// Over by itself then; taken away by somebody, without it.
    pub ends_ms: Option<UtcMs>,
    /// Name of who marks it.
    pub supervisor: Option<String>,
    /// Why.
    pub reason: Option<String>,
}

/// One of many numbers that are marked together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarkLine {
    /// Where it stands in the list.
    pub line: u64,
    /// Which, and as what.
    pub told: MarkTold,
    /// How.
    pub marked: Marked,
}

/// The marks that hold, by number.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Marks {
    of: BTreeMap<PhoneNumber, SmallVec<[MarkRow; 1]>>,
    count: usize,
}

impl Marks {
    pub(crate) fn len(&self) -> usize {
        self.count
    }

    /// Whether a number is marked so, for this authority or for all of them.
    fn has(&self, number: &PhoneNumber, mark: Mark, tenant: TenantId) -> bool {
        let rows = self.of.get(number);
        let mut rows = rows.into_iter().flatten();
        rows.any(|row| row.mark == mark && row.tenant.is_none_or(|own| own == tenant))
    }

    fn is_set(&self, number: &PhoneNumber, mark: Mark, tenant: Option<TenantId>) -> bool {
        let rows = self.of.get(number);
        let mut rows = rows.into_iter().flatten();
        rows.any(|row| (row.mark, row.tenant) == (mark, tenant))
    }

    /// How a number is marked for this authority, or for the region.
    fn at(&self, number: &PhoneNumber, tenant: Option<TenantId>) -> Option<Mark> {
        let rows = self.of.get(number);
        let mut rows = rows.into_iter().flatten();
        rows.find(|row| row.tenant == tenant).map(|row| row.mark)
    }

    fn set(&mut self, number: PhoneNumber, row: MarkRow) {
        self.count += 1;
        self.of.entry(number).or_default().push(row);
    }

    fn take(&mut self, number: &PhoneNumber, is_it: impl Fn(&MarkRow) -> bool) -> Option<MarkRow> {
        let rows = self.of.get_mut(number)?;
        let place = rows.iter().position(is_it)?;
        let row = rows.remove(place);
        if rows.is_empty() {
            self.of.remove(number);
        }
        self.count -= 1;
        Some(row)
    }

    fn numbered(&self, id: MarkId) -> Option<PhoneNumber> {
        let mut all = self.of.iter();
        let found = all.find(|(_, rows)| rows.iter().any(|row| row.id == id));
        found.map(|(number, _)| number.clone())
    }
}

impl Centre {
    /// Somebody marks a number. Marked so already, it is as they say now.
    pub(crate) fn mark(
        &mut self,
        now: Now,
        told: &MarkTold,
        marked: Marked,
        step: &mut Step,
    ) -> Result<(), CommandError> {
        let tenant = self.tenant_told(told)?;
        if marked.ends_ms.is_some_and(|at| at <= now.utc_ms) {
            return Err(CommandError::MarkIsOver);
        }
        let most = self.rules.limits.marks_max;
        let is_new = !self.marks.is_set(&told.number, told.mark, tenant);
        if is_new && self.marks.len() >= usize::try_from(most).unwrap_or(usize::MAX) {
            return Err(CommandError::TooManyMarks(most));
        }
        let is_it = |row: &MarkRow| (row.mark, row.tenant) == (told.mark, tenant);
        let row = match self.marks.take(&told.number, is_it) {
            // A list that is told again does not say who said so first, and why.
            Some(row) if says_the_same(&row, &marked) => {
                self.marks.set(told.number.clone(), row);
                return Ok(());
            }
            Some(row) => row,
            None => self.new_mark(now, told, tenant, step),
        };
        let row = MarkRow {
            ends_ms: marked.ends_ms,
            supervisor: marked.supervisor.or(row.supervisor),
            reason: marked.reason.or(row.reason),
            ..row
        };
        step.records.push(Record::Mark(Box::new(row.clone())));
        await_end(&mut self.timers, now, &row);
        self.marks.set(told.number.clone(), row);
        self.suppress_callbacks(now, &told.number, step);
        self.people.forget_if_done(&told.number);
        Ok(())
    }

    /// Many numbers are marked, all of them or none; or it is only looked whether they could be.
    pub(crate) fn mark_all(
        &mut self,
        now: Now,
        lines: &[MarkLine],
        dry_run: bool,
        step: &mut Step,
    ) -> Result<(), CommandError> {
        let mut faults = Vec::new();
        let mut seen = BTreeSet::new();
        let mut new = 0;
        for MarkLine { line, told, marked } in lines {
            let tenant = self.tenant_told(told)?;
            let key = (told.number.clone(), told.mark, tenant);
            new += usize::from(!self.marks.is_set(&told.number, told.mark, tenant));
            let why = if !seen.insert(key) {
                WhyNotTaken::Twice
            } else if marked.ends_ms.is_some_and(|at| at <= now.utc_ms) {
                WhyNotTaken::IsOver
            } else {
                continue;
            };
            faults.push(NotTaken {
                which: format!("line {line}"),
                why,
            });
        }
        if !faults.is_empty() {
            return Err(CommandError::NotTaken(faults));
        }
        let most = self.rules.limits.marks_max;
        if self.marks.len() + new > usize::try_from(most).unwrap_or(usize::MAX) {
            return Err(CommandError::TooManyMarks(most));
        }
        for MarkLine { told, marked, .. } in lines.iter().filter(|_| !dry_run) {
            self.mark(now, told, marked.clone(), step)?;
        }
        Ok(())
    }

    fn new_mark(
        &mut self,
        now: Now,
        told: &MarkTold,
        tenant: Option<TenantId>,
        step: &mut Step,
    ) -> MarkRow {
        let (ids, records) = (&mut self.ids, &mut step.records);
        let number = self.people.handle_of(now, &told.number, ids, records);
        MarkRow {
            id: MarkId(self.ids.allot()),
            number,
            mark: told.mark,
            tenant,
            since_ms: now.utc_ms,
            ends_ms: None,
            until_ms: None,
            supervisor: None,
            reason: None,
            released_by: None,
        }
    }

    /// Somebody takes a mark away: who calls from then on is owed a call as anybody.
    pub(crate) fn release_mark(
        &mut self,
        now: Now,
        told: &MarkTold,
        supervisor: Option<String>,
        step: &mut Step,
    ) -> Result<(), CommandError> {
        let tenant = self.tenant_told(told)?;
        let is_it = |row: &MarkRow| (row.mark, row.tenant) == (told.mark, tenant);
        let row = self.marks.take(&told.number, is_it);
        let row = row.ok_or_else(|| match self.marks.at(&told.number, tenant) {
            Some(other) => CommandError::MarkedAs(other),
            None => CommandError::NotMarked(told.mark),
        })?;
        record_end(now, row, supervisor, step);
        Ok(())
    }

    /// The moment has come for which a number was marked, unless the clock was set back since or it
    /// was marked anew.
    pub(crate) fn mark_ends(&mut self, now: Now, id: MarkId, step: &mut Step) {
        let Some(number) = self.marks.numbered(id) else {
            return;
        };
        let Some(row) = self.marks.take(&number, |row| row.id == id) else {
            return;
        };
        if row.ends_ms.is_some_and(|at| at <= now.utc_ms) {
            record_end(now, row, None, step);
        } else {
            await_end(&mut self.timers, now, &row);
            self.marks.set(number, row);
        }
    }

    /// The ends of marks are hours of the day: the clock was set.
    pub(crate) fn await_mark_ends(&mut self, now: Now) {
        for row in self.marks.of.values().flatten() {
            await_end(&mut self.timers, now, row);
        }
    }

    /// After a start: those that hold still. Of a person who was erased nothing is left to know.
    pub(crate) fn restore_marks(
        &mut self,
        now: Now,
        rows: Vec<(Option<PhoneNumber>, MarkRow)>,
        step: &mut Step,
    ) {
        for (number, row) in rows {
            let is_over = row.ends_ms.is_some_and(|at| at <= now.utc_ms);
            match number.filter(|_| !is_over) {
                Some(number) => {
                    await_end(&mut self.timers, now, &row);
                    self.marks.set(number, row);
                }
                None => record_end(now, row, None, step),
            }
        }
    }

    /// After a start: nobody is in line for a number that is not to be called.
    pub(crate) fn suppress_marked(&mut self, now: Now, step: &mut Step) {
        let numbers: Vec<PhoneNumber> = self.marks.of.keys().cloned().collect();
        for number in numbers {
            self.suppress_callbacks(now, &number, step);
        }
    }

    fn tenant_told(&self, told: &MarkTold) -> Result<Option<TenantId>, CommandError> {
        let known = |name: &String| {
            let found = self.rules.tenant_named(name);
            found.ok_or_else(|| CommandError::NoTenant(name.clone()))
        };
        told.tenant.as_ref().map(known).transpose()
    }

    /// Whether a number must not be called for this authority.
    pub(crate) fn is_do_not_call(&self, tenant: TenantId, number: &PhoneNumber) -> bool {
        self.marks.has(number, Mark::DoNotCall, tenant)
    }

    /// What somebody said of a number that keeps us from calling there.
    pub(crate) fn mark_of(&self, tenant: TenantId, number: &PhoneNumber) -> Option<Mark> {
        if self.is_do_not_call(tenant, number) && !planted(Fault::MarkIgnored) {
            Some(Mark::DoNotCall)
        } else {
            let is_shared = self.marks.has(number, Mark::Shared, tenant);
            is_shared.then_some(Mark::Shared)
        }
    }

    /// Why nobody is called back at the number that a caller shows or keys in, if nobody is.
    pub(crate) fn not_called(&self, tenant: TenantId, caller: &Caller) -> Option<Suppression> {
        let Some(number) = &caller.number else {
            return Some(suppression(caller.class));
        };
        if !caller.class.may_be_dialled() {
            return Some(suppression(caller.class));
        }
        self.mark_of(tenant, number).map(|mark| match mark {
            Mark::DoNotCall => Suppression::DoNotCall,
            Mark::Shared => Suppression::SharedNumber,
        })
    }

    /// Whether many people stand behind a caller's number.
    pub(crate) fn is_shared(&self, tenant: TenantId, caller: &Caller) -> bool {
        let number = caller.number.as_ref();
        caller.class == NumberClass::Shared
            || number.is_some_and(|number| self.marks.has(number, Mark::Shared, tenant))
    }

    /// Whether somebody on the line can be called back where they called from.
    pub(crate) fn is_callable(&self, id: AttemptId) -> bool {
        let live = self.attempts.get(&id);
        live.is_some_and(|live| self.not_called(live.tenant, &live.caller).is_none())
    }

    /// The open callback of whoever calls from a number; where many share it, it is nobody's whom
    /// we could tell from the others.
    pub(crate) fn case_of_caller(
        &self,
        tenant: TenantId,
        number: &PhoneNumber,
    ) -> Option<CallbackId> {
        let case = self.people.get(number)?.case_of(tenant);
        case.filter(|_| !self.marks.has(number, Mark::Shared, tenant))
    }

    /// Closes what is open of a number that is not to be called. A dial or a conversation goes on to its
    /// end, which closes it then.
    fn suppress_callbacks(&mut self, now: Now, number: &PhoneNumber, step: &mut Step) {
        let known = self.people.get(number);
        let cases = known.map(|known| known.cases.clone()).unwrap_or_default();
        for (_, id) in cases {
            self.suppress(now, id, step);
        }
    }

    /// Closes a callback whose number is not to be called, if nobody is at it.
    pub(crate) fn suppress(&mut self, now: Now, id: CallbackId, step: &mut Step) {
        let Some(case) = self.cases.get(&id) else {
            return;
        };
        if !self.is_do_not_call(case.row.tenant, &case.number) {
            return;
        }
        match case.row.state {
            CallbackState::Waiting => {
                let about = About::default();
                self.close_case(now, id, ClosedHow::Suppressed, about, step);
            }
            CallbackState::Offered => {
                let at: Option<SeatId> = case.row.seat;
                if let Some(seat) = at {
                    self.offer_ended(now, seat, OfferState::Withdrawn, true, step);
                }
            }
            CallbackState::Dialling
            | CallbackState::Talking
            | CallbackState::AnsweredWaiting
            | CallbackState::Unknown
            | CallbackState::Closed => {}
        }
    }
}

fn record_end(now: Now, mut row: MarkRow, by: Option<String>, step: &mut Step) {
    row.until_ms = Some(now.utc_ms);
    row.released_by = by;
    step.records.push(Record::Mark(Box::new(row)));
}

/// Whether a mark is what somebody says it is to be.
fn says_the_same(row: &MarkRow, marked: &Marked) -> bool {
    let of_reason = marked.reason.is_none() || marked.reason == row.reason;
    let is_new_word = row.supervisor.is_none() && marked.supervisor.is_some();
    row.ends_ms == marked.ends_ms && of_reason && !is_new_word
}

fn await_end(timers: &mut Timers, now: Now, row: &MarkRow) {
    if let Some(at) = row.ends_ms {
        timers.at(now.mono_at(at), Timer::MarkEnds(row.id));
    }
}
