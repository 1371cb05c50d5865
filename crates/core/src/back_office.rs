//! Tasks at seats: offered when lines are quiet, accepted, finished, handed back, and left for a
//! caller who would wait too long. An offer of a task rings no phone: the operator is told by the
//! page, and says yes by a command; meanwhile their seat is free for everybody who calls.

use std::collections::BTreeMap;

use crate::attempt::Doing;
use crate::centre::Centre;
use crate::id::{AttemptId, OperatorId, QueueId, SeatId, TaskEventId, TaskId};
use crate::matching::Eligibility;
use crate::record::{Record, TaskEventRow, TaskRow, Work};
use crate::rules::Queue;
use crate::seat::{Seat, SeatWork};
use crate::staffing::{NotTaken, WhyNotTaken};
use crate::step::{CommandError, Step};
use crate::task::{TITLE_MAX, Task, TaskMove, TaskTold};
use crate::time::{MonoUs, Now, UtcMs};
use crate::timers::Timer;
use crate::words::{TaskEventKind, TaskState, WorkKind};

/// Seats and tasks are looked at together so often.
const LOOK_US: MonoUs = 1_000_000;
/// A caller who has waited this part of a target's time takes an operator out of a task.
const WAITED_PART: i64 = 2;

/// Seats at a task of each queue, or asked to take one.
pub(crate) type AtTasks = BTreeMap<QueueId, usize>;

impl Centre {
    /// Tasks are added, all of them or none.
    pub(crate) fn add_tasks(
        &mut self,
        now: Now,
        told: Vec<TaskTold>,
        step: &mut Step,
    ) -> Result<(), CommandError> {
        let most = self.rules.limits.tasks_max;
        let after = u32::try_from(self.tasks.len() + told.len()).unwrap_or(u32::MAX);
        if after > most {
            return Err(CommandError::TooManyTasks(most));
        }
        let faults = told.iter().flat_map(|task| {
            let refused = |why| NotTaken {
                which: task.title.chars().take(40).collect(),
                why,
            };
            self.faults_of_task(task).into_iter().map(refused)
        });
        let faults: Vec<NotTaken> = faults.collect();
        if !faults.is_empty() {
            return Err(CommandError::NotTaken(faults));
        }
        for task in told {
            self.add_task(now, task, step);
        }
        Ok(())
    }

    fn faults_of_task(&self, task: &TaskTold) -> Vec<WhyNotTaken> {
        let mut faults = Vec::new();
        if self.rules.queue_named(&task.tenant, &task.queue).is_none() {
            faults.push(WhyNotTaken::NoQueue {
                tenant: task.tenant.clone(),
                queue: task.queue.clone(),
            });
        }
        if !(1..=TITLE_MAX).contains(&task.title.trim().chars().count()) {
            faults.push(WhyNotTaken::Title);
        }
        if let Some(operator) = &task.operator
            && self.operator_of_name(operator).is_none()
        {
            faults.push(WhyNotTaken::NoOperator(operator.clone()));
        } else if let Some(operator) = &task.operator
            && let Some(queue) = self.rules.queue_named(&task.tenant, &task.queue)
            && let Some(rule) = self.rules.queues.get(&queue)
            && !self.has_skills(operator, rule)
        {
            faults.push(WhyNotTaken::LacksSkill {
                operator: operator.clone(),
                queue: rule.name.clone(),
            });
        }
        faults
    }

    fn operator_of_name(&self, name: &str) -> Option<OperatorId> {
        let row = self.operators.get(name);
        row.filter(|row| row.removed_ms.is_none()).map(|row| row.id)
    }

    fn has_skills(&self, operator: &str, rule: &Queue) -> bool {
        let row = self.operators.get(operator);
        row.is_some_and(|row| rule.can_be_served_by(&row.skills))
    }

    /// Whoever has left owes nothing: what was theirs is anybody's.
    pub(crate) fn release_tasks_of(&mut self, now: Now, operator: OperatorId, step: &mut Step) {
        let owned = self.tasks.all().filter(|it| it.row.owner == Some(operator));
        let owned: Vec<TaskId> = owned.map(|task| task.row.id).collect();
        for id in owned {
            if let Some(mut task) = self.tasks.take(id) {
                task.row.owner = None;
                self.write_task(now, task, TaskEventKind::Assigned, None, step);
            }
        }
    }

    fn add_task(&mut self, now: Now, told: TaskTold, step: &mut Step) {
        let queue = self.rules.queue_named(&told.tenant, &told.queue);
        let rule = queue.and_then(|queue| self.rules.queues.get(&queue));
        let Some((queue, rule)) = queue.zip(rule) else {
            return;
        };
        let row = TaskRow {
            interruptible: told.interruptible.unwrap_or(rule.tasks.interruptible),
            id: TaskId(self.ids.allot()),
            tenant: rule.tenant,
            queue,
            title: told.title.trim().to_owned(),
            state: TaskState::Waiting,
            created_ms: now.utc_ms,
            due_ms: told.due_ms,
            owner: told.operator.and_then(|it| self.operator_of_name(&it)),
            seat: None,
            operator: None,
            since_ms: now.utc_ms,
            lease_until_ms: None,
            closed_ms: None,
        };
        self.write_task(now, Task::new(row), TaskEventKind::Created, None, step);
    }

    /// Stores a task as it is now, with what has happened, and puts it where it stands.
    fn write_task(
        &mut self,
        now: Now,
        task: Task,
        kind: TaskEventKind,
        seat: Option<SeatId>,
        step: &mut Step,
    ) {
        step.records.push(Record::Task(Box::new(task.row.clone())));
        step.records.push(Record::TaskEvent(TaskEventRow {
            id: TaskEventId(self.ids.allot()),
            task: task.row.id,
            at_ms: now.utc_ms,
            kind,
            seat,
            operator: match kind {
                TaskEventKind::Created | TaskEventKind::Assigned => task.row.owner,
                TaskEventKind::Offered
                | TaskEventKind::OfferEnded
                | TaskEventKind::Accepted
                | TaskEventKind::HandedBack
                | TaskEventKind::Interrupted
                | TaskEventKind::Finished
                | TaskEventKind::Withdrawn => seat.and(task.row.operator),
            },
        }));
        self.tasks.put(task, &self.rules);
    }

    /// Moves a task on, as its state allows.
    fn move_task(
        &mut self,
        now: Now,
        id: TaskId,
        (moves, kind): (TaskMove, TaskEventKind),
        change: impl FnOnce(&mut Task),
        step: &mut Step,
    ) {
        let Some(mut task) = self.tasks.take(id) else {
            return;
        };
        let seat = task.row.seat;
        if !task.row.go(moves, now.utc_ms) {
            self.violations += 1;
            self.tasks.put(task, &self.rules);
            return;
        }
        change(&mut task);
        let seat = seat.or(task.row.seat);
        self.write_task(now, task, kind, seat, step);
    }

    fn open_task(&self, id: TaskId) -> Result<&Task, CommandError> {
        self.tasks.get(id).ok_or(CommandError::NoTask(id))
    }

    /// An operator is to do a task; anybody, without a name.
    pub(crate) fn assign_task(
        &mut self,
        now: Now,
        id: TaskId,
        operator: Option<String>,
        step: &mut Step,
    ) -> Result<(), CommandError> {
        let row = &self.open_task(id)?.row;
        let state = row.state;
        let rule = self.rules.current(row.queue);
        let rule = rule.and_then(|queue| self.rules.queues.get(&queue));
        let owner = match operator {
            Some(name) => {
                let known = self.operator_of_name(&name);
                let known = known.ok_or_else(|| CommandError::NoOperator(name.clone()))?;
                if let Some(rule) = rule.filter(|rule| !self.has_skills(&name, rule)) {
                    return Err(CommandError::LacksSkill {
                        operator: name,
                        queue: rule.name.clone(),
                    });
                }
                Some(known)
            }
            None => None,
        };
        match state {
            TaskState::Offered => self.end_task_offer(now, id, step),
            TaskState::Doing => return Err(CommandError::TaskAtWork(id)),
            TaskState::Waiting | TaskState::Done | TaskState::Withdrawn => {}
        }
        if let Some(mut task) = self.tasks.take(id) {
            task.row.owner = owner;
            task.kept = None;
            self.write_task(now, task, TaskEventKind::Assigned, None, step);
        }
        Ok(())
    }

    /// The operator to whom it is offered takes it.
    pub(crate) fn accept_task(
        &mut self,
        now: Now,
        id: TaskId,
        seat_name: &str,
        step: &mut Step,
    ) -> Result<(), CommandError> {
        let seat_id = self.seat_named(seat_name)?;
        let row = &self.open_task(id)?.row;
        let queue = row.queue;
        if row.state != TaskState::Offered || row.seat != Some(seat_id) {
            return Err(CommandError::TaskNotOffered {
                task: id,
                seat: seat_name.to_owned(),
            });
        }
        // Others may have said yes meanwhile, and a bound be reached.
        let operator_of = self.seats.get(&seat_id);
        let refused = operator_of.and_then(|seat| self.spared(seat, queue, WorkKind::Task, now));
        if refused.is_some() {
            self.end_task_offer(now, id, step);
            self.rest_from_tasks(now, Some(seat_id), id);
            return Err(CommandError::TaskNotOffered {
                task: id,
                seat: seat_name.to_owned(),
            });
        }
        let accepts = (TaskMove::Accept, TaskEventKind::Accepted);
        self.move_task(now, id, accepts, |task| task.kept = None, step);
        if let Some(seat) = self.seats.get_mut(&seat_id) {
            seat.task_offer = None;
            seat.misses = 0;
            seat.load.begin(now.utc_ms);
            seat.work = SeatWork::AtTask { task: id, queue };
        }
        self.work_begun(now, seat_id);
        self.seat_changed(now, seat_id, step);
        self.blending.at_fixed_tasks = self.at_fixed_tasks();
        Ok(())
    }

    fn at_work(&self, id: TaskId) -> Result<SeatId, CommandError> {
        let row = &self.open_task(id)?.row;
        let seat = row.seat.filter(|_| row.state == TaskState::Doing);
        seat.ok_or(CommandError::TaskNotAtWork(id))
    }

    /// It is done.
    pub(crate) fn finish_task(
        &mut self,
        now: Now,
        id: TaskId,
        step: &mut Step,
    ) -> Result<(), CommandError> {
        let seat = self.at_work(id)?;
        let finishes = (TaskMove::Finish, TaskEventKind::Finished);
        self.move_task(now, id, finishes, |_| {}, step);
        self.after_work(now, seat, step);
        Ok(())
    }

    /// Its operator cannot do it, or not now; or does not want it, where it is only offered.
    pub(crate) fn hand_back_task(
        &mut self,
        now: Now,
        id: TaskId,
        step: &mut Step,
    ) -> Result<(), CommandError> {
        let row = &self.open_task(id)?.row;
        if row.state == TaskState::Offered {
            let seat = row.seat;
            self.end_task_offer(now, id, step);
            self.rest_from_tasks(now, seat, id);
            return Ok(());
        }
        let seat = self.at_work(id)?;
        let returns = (TaskMove::Return, TaskEventKind::HandedBack);
        self.move_task(now, id, returns, |_| {}, step);
        self.rest_from_tasks(now, Some(seat), id);
        self.after_work(now, seat, step);
        Ok(())
    }

    /// Nobody wants it done any more.
    pub(crate) fn withdraw_task(
        &mut self,
        now: Now,
        id: TaskId,
        step: &mut Step,
    ) -> Result<(), CommandError> {
        let row = &self.open_task(id)?.row;
        let (state, seat) = (row.state, row.seat);
        let withdraws = (TaskMove::Withdraw, TaskEventKind::Withdrawn);
        self.move_task(now, id, withdraws, |_| {}, step);
        let Some(seat_id) = seat else {
            return Ok(());
        };
        if state == TaskState::Doing {
            self.after_work(now, seat_id, step);
        } else if let Some(seat) = self.seats.get_mut(&seat_id) {
            seat.task_offer = None;
        }
        Ok(())
    }

    /// It is offered no longer: back to its line.
    fn end_task_offer(&mut self, now: Now, id: TaskId, step: &mut Step) {
        let seat = self.tasks.get(id).and_then(|task| task.row.seat);
        if let Some(seat) = seat.and_then(|seat| self.seats.get_mut(&seat)) {
            seat.task_offer = None;
        }
        let returns = (TaskMove::Return, TaskEventKind::OfferEnded);
        self.move_task(now, id, returns, |_| {}, step);
    }

    /// Nobody said yes in time.
    pub(crate) fn task_lease_ends(
        &mut self,
        now: Now,
        seat: SeatId,
        until: MonoUs,
        step: &mut Step,
    ) {
        let offer = self.seats.get(&seat).and_then(|seat| seat.task_offer);
        if let Some((id, _)) = offer.filter(|(_, own)| *own == until) {
            self.end_task_offer(now, id, step);
            self.rest_from_tasks(now, Some(seat), id);
        }
    }

    /// Whoever did not take a task is asked for none for a while.
    fn rest_from_tasks(&mut self, now: Now, seat: Option<SeatId>, id: TaskId) {
        let queue = self
            .tasks
            .get(id)
            .and_then(|it| self.rules.current(it.row.queue));
        let rule = queue.and_then(|queue| self.rules.queues.get(&queue));
        let rest_s = rule.map_or(0, |rule| rule.tasks.rest_s);
        if let Some(seat) = seat.and_then(|seat| self.seats.get_mut(&seat)) {
            seat.tasks_from = Some(now.in_s(rest_s));
        }
    }

    /// A seat has come to do something else: what it was offered goes to others, and what its
    /// operator did waits again where they have left.
    pub(crate) fn free_of_task(&mut self, now: Now, id: SeatId, step: &mut Step) {
        let Some(seat) = self.seats.get(&id) else {
            return;
        };
        let offered = seat.task_offer.filter(|_| !seat.is_free(now.utc_ms));
        let is_left = seat.sign_in.is_none() || self.is_site_out(seat.row.site);
        let left = seat.task().filter(|_| is_left);
        if let Some((task, _)) = offered {
            self.end_task_offer(now, task, step);
        }
        if let Some(task) = left {
            self.became_idle(now, id);
            let returns = (TaskMove::Return, TaskEventKind::HandedBack);
            self.move_task(now, task, returns, |_| {}, step);
        }
    }

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
            let since_ms = live.row.queued_ms.unwrap_or(live.row.received_ms);
            let targets = self.rules.queues.get(&queue);
            let within = targets.map(|rule| rule.answer_targets.iter().map(|it| it.within_s));
            let within_s = within.and_then(Iterator::min).unwrap_or(0);
            let patience_ms = i64::from(within_s) * 1_000 / WAITED_PART;
            (now.utc_ms - since_ms >= patience_ms).then_some((place_ms, *id, queue))
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
            let own = self.rules.queues.get(&self.rules.current(row.queue)?)?;
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
        let reached =
            rule.matching.relax.iter().filter(|step| {
                place_ms.saturating_add(i64::from(step.after_s) * 1_000) <= now.utc_ms
            });
        let fitness = rule.fitness(&seat.skills);
        fitness.is_some_and(|fitness| usize::from(fitness.ring) <= reached.count())
    }

    fn interrupt(&mut self, now: Now, seat_id: SeatId, step: &mut Step) {
        let Some(seat) = self.seats.get(&seat_id) else {
            return;
        };
        let SeatWork::AtTask { task, queue } = seat.work else {
            return;
        };
        let operator = seat.sign_in.as_ref().map(|sign_in| sign_in.operator);
        let rule = self.rules.current(queue);
        let rule = rule.and_then(|queue| self.rules.queues.get(&queue));
        let until = now.in_s(rule.map_or(0, |rule| rule.tasks.keep_s));
        let returns = (TaskMove::Return, TaskEventKind::Interrupted);
        let keeps = |task: &mut Task| task.kept = operator.map(|operator| (operator, until));
        self.move_task(now, task, returns, keeps, step);
        self.became_idle(now, seat_id);
        self.seat_changed(now, seat_id, step);
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
        let is_free = |seat: &&Seat| {
            seat.is_free(now.utc_ms)
                && seat.task_offer.is_none()
                && seat.tasks_from.is_none_or(|at| at <= now.mono_us)
        };
        let free = self.seats.values().filter(is_free);
        let mut free: Vec<(UtcMs, SeatId)> =
            free.map(|seat| (seat.idle_since, seat.row.id)).collect();
        free.sort_unstable();
        let mut at_tasks = self.at_tasks();
        for (_, seat) in free {
            if let Some((queue, task)) = self.task_for(now, seat, &at_tasks) {
                *at_tasks.entry(queue).or_default() += 1;
                self.offer_task(now, seat, task, step);
            }
        }
    }

    /// Seats at a task of each queue, or asked to take one.
    pub(crate) fn at_tasks(&self) -> AtTasks {
        self.counted_tasks(|seat| seat.task().or(seat.task_offer.map(|(task, _)| task)))
    }

    /// Seats at a task that nobody may take them out of.
    fn at_fixed_tasks(&self) -> AtTasks {
        self.counted_tasks(|seat| {
            let is_fixed =
                |id: &TaskId| self.tasks.get(*id).is_some_and(|it| !it.row.interruptible);
            seat.task().filter(is_fixed)
        })
    }

    fn counted_tasks(&self, of: impl Fn(&Seat) -> Option<TaskId>) -> AtTasks {
        let mut counted = AtTasks::new();
        for task in self.seats.values().filter_map(of) {
            let queue = self.tasks.get(task).map(|task| task.row.queue);
            if let Some(queue) = queue.and_then(|queue| self.rules.current(queue)) {
                *counted.entry(queue).or_default() += 1;
            }
        }
        counted
    }

    /// The first task that a free seat may be offered.
    fn task_for(&self, now: Now, id: SeatId, at_tasks: &AtTasks) -> Option<(QueueId, TaskId)> {
        let seat = self.seats.get(&id)?;
        let operator = seat.sign_in.as_ref()?.operator;
        let may = |(_, task): &(i64, TaskId)| {
            let row = self.tasks.get(*task).map(|task| &task.row);
            row.is_some_and(|row| self.withheld(now, seat, row, at_tasks).is_none())
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
        at_tasks: &AtTasks,
    ) -> Option<Eligibility> {
        let queue = self.rules.current(row.queue)?;
        let rule = self.rules.queues.get(&queue)?;
        if !self.meets(now, seat, rule, row.created_ms) {
            return Some(Eligibility::LacksSkills);
        }
        if let Some(spared) = self.spared(seat, queue, WorkKind::Task, now) {
            return Some(spared);
        }
        let is_kept = !self
            .blending
            .spares_for_tasks(queue, row.interruptible, at_tasks);
        is_kept.then_some(Eligibility::KeptForCallers)
    }

    fn offer_task(&mut self, now: Now, seat_id: SeatId, id: TaskId, step: &mut Step) {
        let Some(seat) = self.seats.get_mut(&seat_id) else {
            return;
        };
        let operator = seat.sign_in.as_ref().map(|sign_in| sign_in.operator);
        let queue = self
            .tasks
            .get(id)
            .and_then(|it| self.rules.current(it.row.queue));
        let rule = queue.and_then(|queue| self.rules.queues.get(&queue));
        let Some((operator, rule)) = operator.zip(rule) else {
            return;
        };
        let until = now.in_s(rule.tasks.lease_s);
        let lease_until_ms = now.utc_in_s(rule.tasks.lease_s);
        seat.task_offer = Some((id, until));
        self.timers.at(until, Timer::TaskLease(seat_id, until));
        let offer = TaskMove::Offer(seat_id, operator, lease_until_ms);
        self.move_task(now, id, (offer, TaskEventKind::Offered), |_| {}, step);
    }

    /// Every task stands where the rules of now let it.
    pub(crate) fn line_up_tasks(&mut self) {
        let ids: Vec<TaskId> = self.tasks.ids().collect();
        for id in ids {
            if let Some(task) = self.tasks.take(id) {
                self.tasks.put(task, &self.rules);
            }
        }
    }

    /// After a start: what was offered is not, and whoever was at a task is asked first whether
    /// they go on.
    pub(crate) fn restore_tasks(&mut self, now: Now, rows: Vec<TaskRow>, step: &mut Step) {
        for row in rows {
            let (id, state, operator) = (row.id, row.state, row.operator);
            let queue = self.rules.current(row.queue);
            let rule = queue.and_then(|queue| self.rules.queues.get(&queue));
            let until = now.in_s(rule.map_or(0, |rule| rule.tasks.keep_s));
            self.tasks.put(Task::new(row), &self.rules);
            match state {
                TaskState::Offered => self.end_task_offer(now, id, step),
                TaskState::Doing => {
                    let keeps = |task: &mut Task| task.kept = operator.map(|it| (it, until));
                    let returns = (TaskMove::Return, TaskEventKind::Interrupted);
                    self.move_task(now, id, returns, keeps, step);
                }
                TaskState::Waiting | TaskState::Done | TaskState::Withdrawn => {}
            }
        }
    }
}
