//! An operator gives the person of their work on: to another queue, where they wait with their place by
//! their first call, or to another seat. What they are owed stays theirs: who gives up there is owed a
//! call as anybody who waits.
//!
//! **Another seat** is free when it is asked, and rings at once. If it does not take them they go before
//! everyone in the queue of the work, so whoever is free next has them, whoever gave them on included.

use serde::{Deserialize, Serialize};

use crate::attempt::Doing;
use crate::centre::Centre;
use crate::hand::CallError;
use crate::id::{AttemptId, OperatorId, QueueId, SeatId, SideCallId, TenantId};
use crate::matching::Wish;
use crate::record::{Record, SideCallRow, Work};
use crate::rules::NoOperators;
use crate::seat::{SeatWork, With};
use crate::step::{CommandError, Step};
use crate::time::{Now, UtcMs};
use crate::waiting::BEFORE_EVERYONE_MS;
use crate::words::{SideKind, Stage, WorkKind};

/// So much longer than a phone rings a person waits for the seat that they were given to.
const BEYOND_RINGING_S: u32 = 5;

/// That an operator gave a person on, while they wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Passed {
    /// To whom, and until when nobody else is asked.
    to: Option<(OperatorId, UtcMs)>,
}

/// Whereto a person is given.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Passing {
    pub(crate) queue: QueueId,
    /// Whether they go before everyone.
    is_first: bool,
    to: Option<(SeatId, OperatorId, UtcMs)>,
}

impl Passing {
    /// Before everyone in a queue, and to whom is free.
    pub(crate) fn first(queue: QueueId) -> Self {
        Self {
            queue,
            is_first: true,
            to: None,
        }
    }

    pub(crate) fn is_first(&self) -> bool {
        self.is_first
    }

    pub(crate) fn passed(&self) -> Passed {
        Passed {
            to: self.to.map(|(_, operator, until_ms)| (operator, until_ms)),
        }
    }
}

impl Centre {
    /// The person waits at another queue of their authority.
    pub(crate) fn passes_to_queue(
        &mut self,
        now: Now,
        (id, name): (SeatId, &str),
        queue_name: &str,
        step: &mut Step,
    ) -> Result<(), CommandError> {
        self.is_alone_with_person(id, name)?;
        let tenant = self.tenant_at(id);
        let of_tenant = tenant.and_then(|tenant| self.rules.tenants.get(&tenant));
        let of_tenant = of_tenant.map(|tenant| tenant.name.clone());
        let queue = self.queue_told(of_tenant.as_deref(), queue_name)?;
        self.admits(now, (id, queue), queue_name)?;
        let passing = Passing {
            queue,
            is_first: false,
            to: None,
        };
        self.pass_on(now, id, passing, step);
        Ok(())
    }

    /// The person is offered to another seat.
    pub(crate) fn passes_to_seat(
        &mut self,
        now: Now,
        (id, name): (SeatId, &str),
        other_name: &str,
        step: &mut Step,
    ) -> Result<(), CommandError> {
        self.is_alone_with_person(id, name)?;
        let other = self.seat_named(other_name)?;
        if other == id {
            return Err(CallError::SameSeat(name.to_owned()).into());
        }
        if self.stopping.is_some() {
            return Err(CommandError::Stopping);
        }
        let busy = || CallError::SeatBusy(other_name.to_owned());
        let (work, queue) = self.work_at(id).ok_or_else(busy)?;
        let queue = self.rules.current(queue).ok_or_else(busy)?;
        self.has_way_back(id, queue)?;
        let rule = self.rules.queues.get(&queue).ok_or_else(busy)?;
        let seat = self.seats.get(&other).ok_or_else(busy)?;
        let operator = seat.sign_in.as_ref().ok_or_else(busy)?.operator;
        if !rule.can_be_served_by(&seat.skills) {
            return Err(CommandError::LacksSkill {
                operator: self.operator_name(operator).unwrap_or_default(),
                queue: rule.name.clone(),
            });
        }
        let is_spared = self.spared(seat, queue, WorkKind::Live, now).is_some();
        if !seat.is_free(now.utc_ms) || is_spared || self.is_excluded_live(work, other) {
            return Err(busy().into());
        }
        let until_ms = now.utc_in_s(seat.profile.rings_s(rule) + BEYOND_RINGING_S);
        let to = Some((other, operator, until_ms));
        let passing = Passing {
            queue,
            is_first: true,
            to,
        };
        self.pass_on(now, id, passing, step);
        Ok(())
    }

    /// Whether somebody may wait at a queue now, as for whoever comes out of a menu.
    fn admits(
        &self,
        now: Now,
        (id, queue): (SeatId, QueueId),
        name: &str,
    ) -> Result<(), CommandError> {
        if self.stopping.is_some() {
            return Err(CommandError::Stopping);
        }
        let Some(rule) = self.rules.queues.get(&queue) else {
            return Err(CommandError::NoQueue(name.to_owned()));
        };
        self.has_way_back(id, queue)?;
        let refused = if !self.is_open(now, queue, rule) {
            Some(CallError::QueueClosed(name.to_owned()))
        } else if self.waiting_in(queue) >= rule.waiting_max {
            Some(CallError::QueueFull(name.to_owned()))
        } else if rule.no_operators == NoOperators::Refuse && !self.somebody_serves(queue, rule) {
            Some(CallError::NobodyServes(name.to_owned()))
        } else {
            None
        };
        refused.map_or(Ok(()), |refused| Err(refused.into()))
    }

    /// A caller ends on the dialplan that they began with: it must say how one waits there, unless they
    /// waited there before.
    pub(crate) fn has_way_back(&self, id: SeatId, queue: QueueId) -> Result<(), CallError> {
        let name = self.rules.queues.get(&queue).map(|rule| rule.name.clone());
        let own = self.work_at(id).map(|(_, own)| own);
        let is_own = own.and_then(|own| self.rules.current(own)) == Some(queue);
        let way = |attempt| {
            if is_own {
                self.step_to_wait(attempt, queue)
            } else {
                self.queue_step(attempt, queue)
            }
        };
        match self.with_at(id) {
            Some(With::Caller(attempt)) if way(*attempt).is_none() => {
                Err(CallError::NotInPlan(name.unwrap_or_default()))
            }
            Some(With::Caller(_) | With::Person { .. } | With::Ringing { .. }) | None => Ok(()),
        }
    }

    /// Whether a seat did not take this person before, or was lost with them. That one handed back a
    /// callback says nothing of who is on the line.
    fn is_excluded_live(&self, work: Work, seat: SeatId) -> bool {
        match work {
            Work::Attempt(_) => self.is_excluded(work, seat),
            Work::Callback(_) => false,
        }
    }

    pub(crate) fn tenant_at(&self, id: SeatId) -> Option<TenantId> {
        match self.with_at(id)? {
            With::Caller(attempt) => Some(self.attempts.get(attempt)?.tenant),
            With::Person { callback, .. } | With::Ringing { callback, .. } => {
                Some(self.cases.get(callback)?.row.tenant)
            }
        }
    }

    fn work_at(&self, id: SeatId) -> Option<(Work, QueueId)> {
        match &self.seats.get(&id)?.work {
            SeatWork::Talking {
                assignment, queue, ..
            } => Some((assignment.work, *queue)),
            SeatWork::Idle
            | SeatWork::AtTask { .. }
            | SeatWork::Offered { .. }
            | SeatWork::Informed { .. }
            | SeatWork::Beside { .. }
            | SeatWork::WrapUp { .. }
            | SeatWork::Resting { .. }
            | SeatWork::NotResponding => None,
        }
    }

    /// The operator is through with them; the person waits. The row comes before theirs.
    fn pass_on(&mut self, now: Now, id: SeatId, passing: Passing, step: &mut Step) {
        let Some(SeatWork::Talking { assignment, .. }) = self.seats.get(&id).map(|it| &it.work)
        else {
            return;
        };
        let (operator, work) = (assignment.operator, assignment.work);
        let kind = if passing.to.is_some() {
            SideKind::ToSeat
        } else {
            SideKind::ToQueue
        };
        step.records.push(Record::SideCall(Box::new(SideCallRow {
            id: SideCallId(self.ids.allot()),
            kind,
            seat: id,
            operator,
            work: Some(work),
            queue: Some(passing.queue),
            to_seat: passing.to.map(|(seat, ..)| seat),
            entry: None,
            trunk: None,
            begun_ms: now.utc_ms,
            answered_ms: None,
            ended_ms: Some(now.utc_ms),
            result: None,
            sip_status: None,
        })));
        // Whoever has them next says themselves what becomes of their needs.
        match self.lets_go_of(now, id, step).map(|let_go| let_go.with) {
            Some(With::Caller(attempt)) => {
                self.caller_passed(now, attempt, &passing, step);
            }
            Some(With::Person {
                callback,
                dial,
                leg,
            }) => self.person_passed(now, (callback, *dial, leg), &passing, step),
            // Nobody is there to be given on.
            Some(With::Ringing { .. }) | None => {}
        }
    }

    /// A caller waits where they were given; not where their dialplan leads nowhere.
    pub(crate) fn caller_passed(
        &mut self,
        now: Now,
        id: AttemptId,
        passing: &Passing,
        step: &mut Step,
    ) -> bool {
        let queue = passing.queue;
        let place_ms = if passing.is_first() {
            self.attempts.get(&id).map(|live| live.place_ms)
        } else {
            Some(self.place_for(now, id, queue))
        };
        let at = self.step_to_wait(id, queue);
        let live = self.attempts.get_mut(&id);
        let Some(((live, at), place_ms)) = live.zip(at).zip(place_ms) else {
            return false;
        };
        live.row.stage = Stage::Queued;
        live.row.queue = Some(queue);
        live.row.queued_ms = Some(now.utc_ms);
        live.queued_ms = live.row.queued_ms;
        live.verdict = None;
        live.passed = Some(passing.passed());
        live.priority_ms = if passing.is_first() {
            BEFORE_EVERYONE_MS
        } else {
            let came = self.blending.streams.entry(queue).or_default();
            came.came(now.utc_ms);
            0
        };
        step.records
            .push(Record::Attempt(Box::new(live.row.clone())));
        let waits = Doing::Queued {
            step: at,
            queue,
            place_ms,
            offered_to: None,
            leaving: None,
        };
        let says = self.rules.prompts.please_hold;
        self.wait_in_line(now, id, waits, says, step);
        self.schedule_waiting(now, id, at);
        true
    }

    /// How somebody who waits was given on.
    pub(crate) fn passed(&self, work: Work) -> Option<Passed> {
        match work {
            Work::Attempt(id) => self.attempts.get(&id)?.passed,
            Work::Callback(id) => self.answered_waiting.get(&id)?.passed,
        }
    }

    /// Whom they were given to: nobody else is asked as long as that phone may ring.
    pub(crate) fn wish_of_passed(&self, work: Work) -> Option<Wish> {
        let (operator, until_ms) = self.passed(work)?.to?;
        let seat = self.seat_of(operator)?;
        (!self.is_excluded(work, seat)).then_some(Wish {
            operator,
            until_ms,
            is_owned: false,
        })
    }
}
