//! The book of debts: opening, joining, making ready, closing callbacks. One open case
//! per tenant and number.

use crate::callback::{self, Case, Debt, Joined, Move, Settled};
use crate::campaign::Recalls;
use crate::centre::Centre;
use crate::id::{
    AttemptId, CallbackEventId, CallbackId, DialId, NeedId, NumberId, QueueId, SeatId, TenantId,
};
use crate::keeping::{Again, NeedsSaid};
use crate::number::PhoneNumber;
use crate::planted::{Fault, planted};
use crate::record::{AttemptRow, CallbackEventRow, CallbackRow, NeedRow, Needs, OwnerRow, Record};
use crate::step::Step;
use crate::time::{Now, UtcMs};
use crate::words::{CallbackEventKind, CallbackState, ClosedHow, DialResult, NeedKind, Outcome};

const ANOTHER_PERSON: &str = "another person at this number";

/// What an entry of a callback's history refers to.
#[derive(Debug, Clone, Default)]
pub(crate) struct About {
    pub(crate) attempt: Option<AttemptId>,
    pub(crate) dial: Option<DialId>,
    pub(crate) seat: Option<SeatId>,
    pub(crate) detail: Option<&'static str>,
}

impl Centre {
    /// Opens the person's callback, or joins the open one.
    #[expect(
        clippy::too_many_arguments,
        reason = "a debt has a debtor, a creditor and a cause"
    )]
    pub(crate) fn owe(
        &mut self,
        now: Now,
        tenant: TenantId,
        number: &PhoneNumber,
        handle: NumberId,
        attempt: &mut AttemptRow,
        debt: &Debt,
        step: &mut Step,
    ) {
        let debt = &Debt {
            queue: debt.queue.and_then(|queue| self.rules.current(queue)),
            ..*debt
        };
        let open = self
            .people
            .get(number)
            .and_then(|known| known.case_of(tenant))
            .filter(|_| !planted(Fault::SecondCase));
        let id = match open {
            Some(id) => id,
            None => self.open_case(now, tenant, number, handle, debt),
        };
        // Its key in the line is made of what joining changes.
        self.unready(id);
        self.join(id, debt, now.utc_ms, step);
        let Some(case) = self.cases.get_mut(&id) else {
            return;
        };
        case.row.last_attempt_ms = now.utc_ms;
        // One caller may wish twice.
        if attempt.callback.is_none() {
            case.row.attempts += 1;
            attempt.callback = Some(id);
            attempt.nth = Some(case.row.attempts);
            attempt.prior = case.row.last_attempt.replace(attempt.id);
        }
        let row = case.row.clone();
        step.records.push(match open {
            None => Record::Callback(row),
            Some(_) => Record::CallbackAmended(row),
        });
        let about = About {
            attempt: Some(attempt.id),
            detail: debt.another_person.then_some(ANOTHER_PERSON),
            ..About::default()
        };
        match (open, about.detail) {
            (None, _) => self.note(now, id, CallbackEventKind::Opened, about, step),
            (Some(_), Some(_)) => self.note(now, id, CallbackEventKind::Joined, about, step),
            // The attempt's own row says that it joined: a redial costs no entry besides.
            (Some(_), None) => {}
        }
        self.reconsider(now, id);
    }

    /// A case that is out of the line takes in what is owed too. The need, where that is a new one.
    pub(crate) fn join(
        &mut self,
        id: CallbackId,
        debt: &Debt,
        since_ms: UtcMs,
        step: &mut Step,
    ) -> Option<NeedId> {
        let new_need = NeedId(self.ids.allot());
        let case = self.cases.get_mut(&id)?;
        match case.join(debt) {
            Joined::Nothing => None,
            Joined::Refined(need) => {
                step.records.push(Record::Need(need));
                None
            }
            Joined::NewNeed => {
                let need = NeedRow {
                    id: new_need,
                    callback: id,
                    queue: debt.queue,
                    kind: debt.kind,
                    opened_ms: since_ms,
                    closed_ms: None,
                    another_person: debt.another_person,
                };
                step.records.push(Record::Need(need.clone()));
                case.needs.push(need);
                Some(new_need)
            }
        }
    }

    pub(crate) fn open_case(
        &mut self,
        now: Now,
        tenant: TenantId,
        number: &PhoneNumber,
        handle: NumberId,
        debt: &Debt,
    ) -> CallbackId {
        let id = CallbackId(self.ids.allot());
        let row = CallbackRow {
            id,
            tenant,
            number: handle,
            state: CallbackState::Waiting,
            place_ms: debt.place_ms,
            not_before_ms: debt.not_before_ms,
            opened_ms: now.utc_ms,
            last_attempt_ms: now.utc_ms,
            attempts: 0,
            tries: 0,
            seat: None,
            closed_ms: None,
            closed_how: None,
            priority_ms: debt.priority_ms,
            last_attempt: None,
        };
        let case = Case {
            row,
            number: number.clone(),
            needs: Needs::new(),
            ready: None,
            entered: None,
            released: false,
            wake_at: None,
            parts: 0,
            machines: 0,
            promised_ms: None,
            chosen: None,
            recalled: None,
            given_on: None,
            code: None,
        };
        self.cases.insert(id, Box::new(case));
        self.people.restore(number, handle).cases.push((tenant, id));
        self.await_expiries(now);
        id
    }

    /// Writes an entry of a callback's history.
    pub(crate) fn note(
        &mut self,
        now: Now,
        callback: CallbackId,
        kind: CallbackEventKind,
        about: About,
        step: &mut Step,
    ) {
        step.records.push(Record::CallbackEvent(CallbackEventRow {
            id: CallbackEventId(self.ids.allot()),
            callback,
            at_ms: now.utc_ms,
            kind,
            attempt: about.attempt,
            dial: about.dial,
            seat: about.seat,
            detail: about.detail.map(str::to_owned),
        }));
    }

    /// Moves a callback, records it and looks whether it is due. A move that its state
    /// refuses is a fault of ours: it is counted and changes nothing.
    pub(crate) fn move_case(
        &mut self,
        now: Now,
        id: CallbackId,
        wanted: Move,
        change: impl FnOnce(&mut CallbackRow),
        step: &mut Step,
    ) -> bool {
        self.unready(id);
        let Some(case) = self.cases.get_mut(&id) else {
            return false;
        };
        match callback::next(case.row.state, wanted) {
            Ok(state) => case.row.state = state,
            Err(_) => {
                self.violations += 1;
                return false;
            }
        }
        change(&mut case.row);
        step.records.push(Record::Callback(case.row.clone()));
        // What another authority owes to that number waits while this is at a seat.
        let number = case.number.clone();
        self.reconsider_number(now, &number);
        true
    }

    /// The person has just tried: whatever is owed to that number, by whomever, rests.
    pub(crate) fn let_rest(&mut self, now: Now, number: &PhoneNumber, step: &mut Step) {
        let cases = self
            .people
            .get(number)
            .map(|known| known.cases.clone())
            .unwrap_or_default();
        for (tenant, id) in cases {
            let Some(case) = self.cases.get(&id) else {
                continue;
            };
            let asked = case.needs.iter().find_map(|need| need.queue);
            let grace_s = self.grace_s(tenant, asked);
            let rested_ms = now.utc_in_s(grace_s);
            if let Some(case) = self.cases.get_mut(&id)
                && case.row.not_before_ms < rested_ms
            {
                case.row.not_before_ms = rested_ms;
                step.records.push(Record::CallbackAmended(case.row.clone()));
            }
        }
        self.reconsider_number(now, number);
    }

    /// Whether somebody whose call ended so is owed another where nothing is open of them: the policy
    /// of the queue, or of the one for those who have not chosen any.
    pub(crate) fn opens_callback(
        &self,
        tenant: TenantId,
        queue: Option<QueueId>,
        outcome: Outcome,
    ) -> bool {
        let missed = || Some(self.rules.tenants.get(&tenant)?.dialplan.missed_queue);
        let queue = queue.or_else(missed);
        let rule = queue.and_then(|queue| self.rules.queues.get(&queue));
        rule.is_none_or(|rule| !rule.callback.not_on.contains(&outcome))
    }

    /// How long whoever has just tried is left alone.
    pub(crate) fn grace_s(&self, tenant: TenantId, asked: Option<QueueId>) -> u32 {
        let missed = || Some(self.rules.tenants.get(&tenant)?.dialplan.missed_queue);
        asked
            .or_else(missed)
            .and_then(|queue| self.rules.queues.get(&queue))
            .map_or(0, |queue| queue.callback.grace_s)
    }

    /// Everything of a number may have become due, or not be any more.
    pub(crate) fn reconsider_number(&mut self, now: Now, number: &PhoneNumber) {
        let cases = self
            .people
            .get(number)
            .map(|known| known.cases.clone())
            .unwrap_or_default();
        for (_, id) in cases {
            self.reconsider(now, id);
        }
    }

    /// Whether a callback is of no more use: not to be made, every try spent, or too old.
    pub(crate) fn given_up(&self, now: Now, id: CallbackId) -> Option<ClosedHow> {
        let case = self.cases.get(&id)?;
        if self.is_do_not_call(case.row.tenant, &case.number) {
            return Some(ClosedHow::Suppressed);
        }
        let missed = self
            .rules
            .tenants
            .get(&case.row.tenant)?
            .dialplan
            .missed_queue;
        let policy = &self.rules.queues.get(&case.queue(missed))?.callback;
        if case.row.tries >= i64::from(policy.tries_max) {
            Some(ClosedHow::Exhausted)
        } else {
            let expired = self.expires_ms(case, policy);
            let known = self.people.get(&case.number);
            expired
                .filter(|_| known.is_none_or(|known| known.calls == 0))
                .is_some_and(|at| at < now.utc_ms)
                .then_some(ClosedHow::Expired)
        }
    }

    /// Closes a callback that is of no more use.
    pub(crate) fn give_up_if_due(&mut self, now: Now, id: CallbackId, step: &mut Step) {
        if let Some(how) = self.given_up(now, id) {
            self.close_case(now, id, how, About::default(), step);
        }
    }

    /// Closes a callback with all its open needs. Returns it with the needs it settled.
    pub(crate) fn close_case(
        &mut self,
        now: Now,
        id: CallbackId,
        how: ClosedHow,
        about: About,
        step: &mut Step,
    ) -> Option<Settled> {
        let closed = |row: &mut CallbackRow| {
            row.closed_ms = Some(now.utc_ms);
            row.closed_how = Some(how);
            row.seat = None;
        };
        if !self.move_case(now, id, Move::Close, closed, step) {
            return None;
        }
        let mut case = self.cases.remove(&id)?;
        self.ring_is_settled(&case, how);
        self.goes_unseen(now, &case, how, step);
        if self.owners.remove(&id).is_some() {
            step.records.push(Record::Owner(OwnerRow {
                callback: id,
                operator: None,
            }));
        }
        case.code = self.code_is_over(id, step);
        self.time_is_over(id, case.chosen.take().is_some(), step);
        self.declines_settled(now, id, step);
        if let Some(entry) = case.entered.take() {
            self.ledger.strike(entry, id);
        }
        let settled = std::mem::take(&mut case.needs);
        case.recalled = self.recalls_closed(now, &settled, how, step);
        let left_open = planted(Fault::NeedLeftOpen);
        for need in settled.iter().filter(|_| !left_open) {
            step.records.push(Record::Need(NeedRow {
                closed_ms: Some(now.utc_ms),
                ..need.clone()
            }));
        }
        let detail = Some(how.as_str());
        self.note(
            now,
            id,
            CallbackEventKind::Closed,
            About { detail, ..about },
            step,
        );
        let tenant = case.row.tenant;
        self.people.change(&case.number, |known| {
            known.cases.retain(|entry| *entry != (tenant, id))
        });
        self.reconsider_number(now, &case.number);
        Some((case, settled))
    }

    /// What was known of the needs is forgotten, but for who stood on a list.
    fn recalls_closed(
        &mut self,
        now: Now,
        settled: &[NeedRow],
        how: ClosedHow,
        step: &mut Step,
    ) -> Option<Box<Recalls>> {
        let needs = settled.iter();
        let closed = needs.filter_map(|need| self.recall_closed(now, need.id, how, step));
        let recalled: Vec<_> = closed.collect();
        (!recalled.is_empty()).then(|| Box::new(Recalls(recalled)))
    }

    /// A conversation with one person took place: what it settles is settled, the rest stays
    /// owed, and so does what another person at that number is owed. A call of ours settles a recall
    /// too that the same queue is to make. Returns what was settled, and the callback as it was, which is closed
    /// only if nothing is owed any more.
    pub(crate) fn conversation_settles(
        &mut self,
        now: Now,
        id: CallbackId,
        another_person: bool,
        (how, about, said): (ClosedHow, About, &NeedsSaid),
        step: &mut Step,
    ) -> Option<Settled> {
        let called_for = self.cases.get(&id).and_then(|case| self.queue_of(case));
        let called_for = called_for.filter(|_| how == ClosedHow::Served);
        let is_called = |need: &NeedRow| {
            need.kind == NeedKind::Recall && called_for.is_some() && need.queue == called_for
        };
        let closes = |need: &NeedRow| need.kind.closes_by_conversation() || is_called(need);
        let own = |need: &NeedRow| closes(need) && need.another_person == another_person;
        let theirs = |need: &NeedRow| said.closes(need.id, own(need));
        let needs = &self.cases.get(&id)?.needs;
        let told = |kind: CallbackEventKind, is_it: &dyn Fn(&NeedRow) -> bool| {
            let needs: Needs = needs.iter().filter(|it| is_it(it)).cloned().collect();
            (kind, needs)
        };
        let told = [
            told(CallbackEventKind::NeedKept, &|it| own(it) && !theirs(it)),
            told(CallbackEventKind::NeedClosed, &|it| !own(it) && theirs(it)),
        ];
        for (kind, needs) in told {
            self.note_said(now, (id, about.seat), (kind, &needs), step);
        }
        let case = self.cases.get_mut(&id)?;
        if case.needs.iter().all(theirs) {
            return self.close_case(now, id, how, about, step);
        }
        let mut was = case.clone();
        let (settled, open): (Needs, Needs) = case.needs.drain(..).partition(theirs);
        case.needs = open;
        was.recalled = self.recalls_closed(now, &settled, how, step);
        for need in &settled {
            step.records.push(Record::Need(NeedRow {
                closed_ms: Some(now.utc_ms),
                ..need.clone()
            }));
        }
        match how {
            // What was taken in charge has its own time, whatever else they do not want.
            ClosedHow::CancelledByPerson => self.stand_by_needs(now, id, false, step),
            ClosedHow::Served
            | ClosedHow::GotThrough
            | ClosedHow::Exhausted
            | ClosedHow::Expired
            | ClosedHow::Withdrawn
            | ClosedHow::Suppressed => {
                self.rest_after_conversation(now, id, another_person, step);
            }
        }
        (!settled.is_empty()).then_some((was, settled))
    }

    /// The menu answered what this need was about; whatever else the person wants stays owed.
    pub(crate) fn menu_settles(
        &mut self,
        now: Now,
        (tenant, number, another_person): (TenantId, &PhoneNumber, bool),
        queue: QueueId,
        attempt: AttemptId,
        step: &mut Step,
    ) {
        let Some(id) = self.case_of_caller(tenant, number) else {
            return;
        };
        let Some(case) = self.cases.get(&id) else {
            return;
        };
        // A seat that is at it settles it itself.
        if case.row.state != CallbackState::Waiting {
            return;
        }
        // Another person said on a notice line that they are somebody, and not yet what they want.
        let about = |need: &NeedRow| match need.queue {
            Some(wanted) => wanted == queue,
            None => another_person,
        };
        let own = |need: &NeedRow| {
            need.another_person == another_person
                && about(need)
                && need.kind.closes_by_conversation()
        };
        let about = About {
            attempt: Some(attempt),
            ..About::default()
        };
        self.settle_needs(now, id, (ClosedHow::GotThrough, about), own, step);
    }

    /// Some needs of a callback that waits are settled; it is closed when nothing is left. Whether it is
    /// open.
    pub(crate) fn settle_needs(
        &mut self,
        now: Now,
        id: CallbackId,
        (how, about): (ClosedHow, About),
        is_meant: impl Fn(&NeedRow) -> bool,
        step: &mut Step,
    ) -> bool {
        let Some(case) = self.cases.get_mut(&id) else {
            return false;
        };
        if case.needs.iter().all(&is_meant) {
            self.close_case(now, id, how, about, step);
            return false;
        }
        let (closed, left): (Needs, Needs) = case.needs.drain(..).partition(|it| is_meant(it));
        case.needs = left;
        for need in closed {
            self.recall_closed(now, need.id, how, step);
            step.records.push(Record::Need(NeedRow {
                closed_ms: Some(now.utc_ms),
                ..need
            }));
        }
        self.stand_by_needs(now, id, false, step);
        true
    }

    /// Somebody at that number has just talked: the next call is no sooner than after one in vain.
    fn rested_after_talk(&self, now: Now, case: &Case) -> UtcMs {
        let tenant = self.rules.tenants.get(&case.row.tenant);
        let queue = tenant.map(|tenant| case.queue(tenant.dialplan.missed_queue));
        queue
            .and_then(|queue| self.rules.queues.get(&queue))
            .map_or(now.utc_ms, |queue| {
                callback::rest_after(DialResult::Answered, &queue.callback, now)
            })
    }

    /// The person on the line was somebody else: what the conversation closed is owed again.
    pub(crate) fn reopen(
        &mut self,
        now: Now,
        (mut case, mut settled): Settled,
        why: Again,
        step: &mut Step,
    ) {
        let (id, tenant) = (case.row.id, case.row.tenant);
        settled = self.still_recalled(&case, settled);
        if settled.is_empty() {
            return;
        }
        for need in &mut settled {
            need.queue = need.queue.and_then(|queue| self.rules.current(queue));
        }
        case.needs = settled;
        let known = self.people.get(&case.number);
        if let Some(open) = known.and_then(|known| known.case_of(tenant)) {
            return self.owe_in(now, open, &case, why, step);
        }
        // The number may have been forgotten meanwhile, and come back.
        case.row.number = known.map_or(case.row.number, |known| known.id);
        for need in &case.needs {
            step.records.push(Record::Need(need.clone()));
        }
        // The conversation may have left something open, which another word has closed since.
        case.row.state = CallbackState::Closed;
        case.entered = None;
        case.ready = None;
        // Its timer may have fired while it was closed.
        case.wake_at = None;
        let rested_ms = self.rested_after_talk(now, &case);
        self.people
            .restore(&case.number, case.row.number)
            .cases
            .push((tenant, id));
        let code = case.code.take();
        let was = case.clone();
        self.cases.insert(id, case);
        self.code_counts_again(id, code, step);
        for need in &was.needs {
            self.recalled_again(now, (&was, need.id), (id, need.id), step);
        }
        let was_ours = case_was_ours(&was, why);
        let open = |row: &mut CallbackRow| {
            row.tries = (row.tries - i64::from(was_ours)).max(0);
            row.closed_ms = None;
            row.closed_how = None;
            row.not_before_ms = row.not_before_ms.max(rested_ms);
        };
        self.move_case(now, id, Move::Return, open, step);
        let detail = Some(why.as_str());
        self.note(
            now,
            id,
            CallbackEventKind::Joined,
            About {
                detail,
                ..About::default()
            },
            step,
        );
        self.suppress(now, id, step);
    }

    /// Somebody of that number has opened a case meanwhile: it takes over what is owed again,
    /// with the older place and the higher priority.
    fn owe_in(&mut self, now: Now, id: CallbackId, settled: &Case, why: Again, step: &mut Step) {
        self.unready(id);
        let Some(rests_ms) = self.cases.get(&id).map(|case| case.row.not_before_ms) else {
            return;
        };
        let not_before_ms = rests_ms.max(self.rested_after_talk(now, settled));
        for need in &settled.needs {
            let debt = Debt {
                kind: need.kind,
                queue: need.queue,
                place_ms: settled.row.place_ms,
                not_before_ms,
                priority_ms: settled.row.priority_ms,
                another_person: need.another_person,
            };
            if let Some(new) = self.join(id, &debt, need.opened_ms, step) {
                self.recalled_again(now, (settled, need.id), (id, new), step);
            }
        }
        self.code_counts_again(id, settled.code, step);
        if let Some(case) = self.cases.get(&id) {
            step.records.push(Record::CallbackAmended(case.row.clone()));
        }
        let about = About {
            detail: Some(why.as_str()),
            ..About::default()
        };
        self.note(now, id, CallbackEventKind::Joined, about, step);
        self.reconsider(now, id);
    }
}

/// Whether our call reached whoever is owed it all the same: that was no try in vain.
fn case_was_ours(case: &Case, why: Again) -> bool {
    why == Again::Kept && case.row.closed_how == Some(ClosedHow::Served)
}
