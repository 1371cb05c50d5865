//! Which seat is offered which task, when lines are quiet, and who is taken out of one for a caller
//! who would wait too long. An offer of a task rings no phone: the operator is told by the page, and
//! says yes by a command; meanwhile their seat is free for everybody who calls.

use std::collections::{BTreeMap, BTreeSet};

use crate::attempt::Doing;
use crate::blending::{is_at_risk, may_be_missed};
use crate::called_first::CalledFirst;
use crate::centre::Centre;
use crate::id::{AttemptId, OperatorId, QueueId, SeatId, TaskEventId, TaskId};
use crate::matching::Eligibility;
use crate::record::{Proposal, TaskRow, Work};
use crate::rules::Queue;
use crate::seat::{Seat, SeatWork};
use crate::step::Step;
use crate::task::{Task, TaskMove};
use crate::task_decision::Turn;
use crate::time::{MonoUs, Now, UtcMs};
use crate::timers::Timer;
use crate::words::{TaskEventKind, WorkKind};

/// Seats and tasks are looked at together so often.
const LOOK_US: MonoUs = 1_000_000;
const HOUR_MS: i64 = 3_600_000;

/// Seats at a task of each queue, or asked to take one.
pub(crate) type AtTasks = BTreeMap<QueueId, usize>;

/// What keeps seats from tasks while they are handed out.
#[derive(Debug)]
pub(crate) struct Kept {
    at_tasks: AtTasks,
    /// Queues whose free seats are counted for people who are called first.
    full: BTreeSet<QueueId>,
}

impl Centre {
    /// Whether tasks are to be looked at now; and when they are next.
    pub(crate) fn tasks_are_due(&mut self, now: Now) -> bool {
        if self.tasks.len() == 0 {
            self.blending.at_fixed_tasks.clear();
            return false;
        }
        let due = self.tasks.looked_at.map_or(0, |at| at + LOOK_US);
        if now.mono_us < due {
            self.timers.at(due, Timer::Tasks);
            return false;
        }
        self.tasks.looked_at = Some(now.mono_us);
        self.blending.at_fixed_tasks = self.at_fixed_tasks();
        // Where nobody works, the next who comes is an input of their own.
        if self.seats.values().any(|seat| seat.is_there(now.utc_ms)) {
            self.timers.at(now.mono_us + LOOK_US, Timer::Tasks);
        }
        true
    }

    /// Callers who would wait too long, and whom no seat can take, take operators out of tasks
    /// that may be interrupted: those due last first.
    pub(crate) fn interrupt_tasks(&mut self, now: Now, step: &mut Step) {
        let at_tasks = self.seats.values().filter(|seat| seat.task().is_some());
        let most = at_tasks.count();
        for (place_ms, id, queue) in self.callers_at_risk(now, most) {
            if self.can_be_taken(now, queue, place_ms, Work::Attempt(id)) {
                continue;
            }
            if let Some(seat) = self.seat_to_interrupt(now, queue, place_ms) {
                self.interrupt(now, seat, step);
            }
        }
    }

    /// Callers who wait and have waited for a good part of what their queue promises, the first
    /// in line first: so many at most.
    fn callers_at_risk(&self, now: Now, most: usize) -> Vec<(UtcMs, AttemptId, QueueId)> {
        if most == 0 {
            return Vec::new();
        }
        let at_risk = self.attempts.iter().filter_map(|(id, live)| {
            let Doing::Queued {
                queue,
                place_ms,
                offered_to: None,
                ..
            } = live.doing
            else {
                return None;
            };
            let since_ms = live.waits_since_ms();
            let targets = self.rules.queues.get(&queue);
            let within = targets.map(|rule| rule.answer_targets.iter().map(|it| it.within_s));
            let within_s = within.and_then(Iterator::min).unwrap_or(0);
            is_at_risk(now.utc_ms - since_ms, within_s).then_some((place_ms, *id, queue))
        });
        let mut at_risk: Vec<_> = at_risk.collect();
        at_risk.sort_unstable();
        at_risk.truncate(most);
        at_risk
    }

    /// Whether a seat is free that may be offered this work.
    fn can_be_taken(&self, now: Now, queue: QueueId, place_ms: UtcMs, work: Work) -> bool {
        let Some(rule) = self.rules.queues.get(&queue) else {
            return false;
        };
        self.seats.iter().any(|(id, seat)| {
            seat.is_free(now.utc_ms)
                && !self.is_excluded(work, *id)
                && self.meets(now, seat, rule, place_ms)
                && self.spared(seat, queue, WorkKind::Live, now).is_none()
        })
    }

    fn seat_to_interrupt(&self, now: Now, queue: QueueId, place_ms: UtcMs) -> Option<SeatId> {
        let rule = self.rules.queues.get(&queue)?;
        let candidates = self.seats.iter().filter_map(|(id, seat)| {
            let SeatWork::AtTask { task, .. } = seat.work else {
                return None;
            };
            let row = &self.tasks.get(task)?.row;
            let own = self.rules.rule_now(row.queue)?;
            let may = row.interruptible
                && seat.takes_work()
                && seat.reachable_at(now.utc_ms)
                && self.meets(now, seat, rule, place_ms)
                && self.spared(seat, queue, WorkKind::Live, now).is_none();
            may.then(|| (row.key_ms(own), *id))
        });
        candidates.max().map(|(_, id)| id)
    }

    /// Whether a seat's operator has what is asked by now for a work with this place.
    fn meets(&self, now: Now, seat: &Seat, rule: &Queue, place_ms: UtcMs) -> bool {
        let reached = steps_reached(now, rule, place_ms);
        let fitness = rule.fitness(&seat.skills);
        fitness.is_some_and(|fitness| usize::from(fitness.ring) <= reached)
    }

    fn interrupt(&mut self, now: Now, seat_id: SeatId, step: &mut Step) {
        let Some(seat) = self.seats.get(&seat_id) else {
            return;
        };
        let SeatWork::AtTask { task, queue } = seat.work else {
            return;
        };
        let operator = seat.sign_in.as_ref().map(|sign_in| sign_in.operator);
        let rule = self.rules.rule_now(queue);
        let until = now.in_s(rule.map_or(0, |rule| rule.tasks.keep_s));
        let returns = (TaskMove::Return, TaskEventKind::Interrupted);
        let keeps = |task: &mut Task| task.kept = operator.map(|operator| (operator, until));
        self.move_task(now, task, returns, keeps, step);
        self.became_idle(now, seat_id);
        self.seat_changed(now, seat_id, step);
    }

    /// What is due soon and is somebody's who cannot be asked is anybody's from now on: an agenda is
    /// to be moved in time by whomever.
    fn release_tasks(&mut self, now: Now, step: &mut Step) {
        let rules = self.rules.queues.values();
        let lead_h = rules.map(|rule| rule.tasks.owner_lead_h).max();
        let due_ms = now.utc_ms + i64::from(lead_h.unwrap_or(0)) * HOUR_MS;
        let there = self
            .seats
            .values()
            .filter_map(|seat| Some((seat.sign_in.as_ref()?.operator, seat)));
        let there: BTreeMap<OperatorId, &Seat> = there.collect();
        let owned = self.tasks.owned_by(due_ms);
        let left = owned.filter(|row| self.is_left(now, row, &there));
        let left: Vec<TaskId> = left.map(|row| row.id).collect();
        for id in left {
            self.release_task(now, id, step);
        }
    }

    /// Whether whose it is is not there, or cannot do it, and time runs out.
    fn is_left(&self, now: Now, row: &TaskRow, there: &BTreeMap<OperatorId, &Seat>) -> bool {
        let queue = self.rules.current(row.queue);
        let rule = queue.and_then(|queue| Some((queue, self.rules.queues.get(&queue)?)));
        let Some((owner, (queue, rule))) = row.owner.zip(rule) else {
            return false;
        };
        let can = |seat: &&Seat| {
            seat.profile.takes(queue, WorkKind::Task)
                && rule.can_be_served_by(&seat.skills)
                && self.may_be_lent(seat.home, rule.tenant)
        };
        let from_ms = row.key_ms(rule) - i64::from(rule.tasks.owner_lead_h) * HOUR_MS;
        from_ms <= now.utc_ms && !there.get(&owner).is_some_and(can)
    }

    /// Seats that are free, and that nobody who calls or is to be called wants, are offered tasks:
    /// the one idle longest first.
    pub(crate) fn hand_out_tasks(&mut self, now: Now, step: &mut Step) {
        while let Some(id) = self.tasks.kept_too_long(now.mono_us) {
            if let Some(mut task) = self.tasks.take(id) {
                task.kept = None;
                self.tasks.put(task, &self.rules);
            }
        }
        self.release_tasks(now, step);
        let is_free = |seat: &&Seat| {
            seat.is_free(now.utc_ms)
                && seat.task_offer.is_none()
                && seat.tasks_from.is_none_or(|at| at <= now.mono_us)
        };
        let free = self.seats.values().filter(is_free);
        let mut free: Vec<(UtcMs, SeatId)> =
            free.map(|seat| (seat.idle_since, seat.row.id)).collect();
        free.sort_unstable();
        let free: Vec<SeatId> = free.into_iter().map(|(_, seat)| seat).collect();
        let mut called = self.called_first();
        let mut kept = self.kept(&called);
        let mut passed = Vec::new();
        for (nth, seat) in free.iter().enumerate() {
            let Some((queue, task)) = self.task_for(now, *seat, &kept) else {
                passed.push(*seat);
                continue;
            };
            let turn = Turn {
                passed: &passed,
                left: &free[nth..],
                kept: &kept,
            };
            let explanation = self.explain_task(now, task, &turn);
            let own = self.seats.get(seat);
            if own.is_some_and(|own| may_be_missed(&self.rules, own, queue)) {
                *kept.at_tasks.entry(queue).or_default() += 1;
            }
            let event = self.offer_task(now, *seat, task, step);
            if event.is_some() {
                self.count_asked(&mut called, *seat);
                kept.full.extend(self.full_at(&called, *seat));
            }
            let proposal = event.map(|event| Proposal::Task(task, event));
            self.explain(now, proposal, explanation, step);
        }
    }

    /// What keeps seats from tasks now.
    pub(crate) fn kept(&self, called: &CalledFirst) -> Kept {
        Kept {
            at_tasks: self.at_tasks(),
            full: self.full_queues(called),
        }
    }

    /// Whether a seat is counted for somebody who is called first.
    fn is_for_called(&self, kept: &Kept, seat: SeatId) -> bool {
        let mut served = self.matching.served_at(seat);
        !kept.full.is_empty() && served.any(|queue| kept.full.contains(&queue))
    }

    /// Seats at a task of each queue, or asked to take one, that callers may miss.
    fn at_tasks(&self) -> AtTasks {
        self.counted_tasks(Seat::task_in_hand)
    }

    /// Those at a task that nobody may take them out of.
    pub(crate) fn at_fixed_tasks(&self) -> AtTasks {
        self.counted_tasks(|seat| {
            let is_fixed =
                |id: &TaskId| self.tasks.get(*id).is_some_and(|it| !it.row.interruptible);
            seat.task().filter(is_fixed)
        })
    }

    fn counted_tasks(&self, of: impl Fn(&Seat) -> Option<TaskId>) -> AtTasks {
        let mut counted = AtTasks::new();
        for seat in self.seats.values() {
            let task = of(seat).and_then(|id| self.tasks.get(id));
            let queue = task.and_then(|task| self.rules.current(task.row.queue));
            let missed = |queue: &QueueId| may_be_missed(&self.rules, seat, *queue);
            if let Some(queue) = queue.filter(missed) {
                *counted.entry(queue).or_default() += 1;
            }
        }
        counted
    }

    /// The first task that a free seat may be offered.
    fn task_for(&self, now: Now, id: SeatId, kept: &Kept) -> Option<(QueueId, TaskId)> {
        if self.is_for_called(kept, id) {
            return None;
        }
        let seat = self.seats.get(&id)?;
        let operator = seat.sign_in.as_ref()?.operator;
        let may = |(_, task): &(i64, TaskId)| {
            let row = self.tasks.get(*task).map(|task| &task.row);
            row.is_some_and(|row| self.withheld(now, seat, row, kept).is_none())
        };
        let own = self.tasks.of_operator(operator).find(may);
        let queues = self.rules.queues.keys();
        let others = queues
            .flat_map(|queue| self.tasks.firsts_of_queue(*queue))
            .filter(may);
        let (_, task) = own.into_iter().chain(others).min()?;
        let queue = self.rules.current(self.tasks.get(task)?.row.queue)?;
        Some((queue, task))
    }

    /// Why a task is not offered to a seat that is idle.
    pub(crate) fn withheld(
        &self,
        now: Now,
        seat: &Seat,
        row: &TaskRow,
        kept: &Kept,
    ) -> Option<Eligibility> {
        let queue = self.rules.current(row.queue)?;
        let rule = self.rules.queues.get(&queue)?;
        if !self.meets(now, seat, rule, row.created_ms) {
            return Some(Eligibility::LacksSkills);
        }
        if let Some(spared) = self.spared(seat, queue, WorkKind::Task, now) {
            return Some(spared);
        }
        let blending = &self.blending;
        let is_kept = may_be_missed(&self.rules, seat, queue)
            && !blending.spares_for_tasks(queue, row.interruptible, &kept.at_tasks);
        let is_kept = is_kept || self.is_for_called(kept, seat.row.id);
        is_kept.then_some(Eligibility::KeptForCallers)
    }

    fn offer_task(
        &mut self,
        now: Now,
        seat_id: SeatId,
        id: TaskId,
        step: &mut Step,
    ) -> Option<TaskEventId> {
        let seat = self.seats.get_mut(&seat_id)?;
        let operator = seat.sign_in.as_ref()?.operator;
        let rule = self.rules.rule_now(self.tasks.get(id)?.row.queue)?;
        let until = now.in_s(rule.tasks.lease_s);
        let lease_until_ms = now.utc_in_s(rule.tasks.lease_s);
        seat.task_offer = Some((id, until));
        self.timers.at(until, Timer::TaskLease(seat_id, until));
        let offer = TaskMove::Offer(seat_id, operator, lease_until_ms);
        self.move_task(now, id, (offer, TaskEventKind::Offered), |_| {}, step)
    }
}

/// How often what a queue asks was relaxed by now for a work with this place.
pub(crate) fn steps_reached(now: Now, rule: &Queue, place_ms: UtcMs) -> usize {
    let at_ms = |after_s: u32| place_ms.saturating_add(i64::from(after_s) * 1_000);
    let relax = rule.matching.relax.iter();
    let reached = relax.filter(|step| at_ms(step.after_s) <= now.utc_ms);
    reached.count()
}
