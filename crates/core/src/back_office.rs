//! What people do with tasks: they are created, assigned, accepted, finished, handed back and
//! withdrawn. Which seat is offered one, and who leaves one for a caller, `task_offers.rs` decides.

use crate::centre::Centre;
use crate::id::{OperatorId, SeatId, TaskEventId, TaskId};
use crate::number::names_number;
use crate::record::{Record, TaskEventRow, TaskRow};
use crate::rules::Queue;
use crate::seat::SeatWork;
use crate::staffing::{NotTaken, WhyNotTaken};
use crate::step::{CommandError, Step};
use crate::task::{TITLE_MAX, Task, TaskMove, TaskTold};
use crate::time::{MonoUs, Now};
use crate::words::{TaskEventKind, TaskState, WorkKind};

impl Centre {
    /// Tasks are added, all of them or none.
    pub(crate) fn add_tasks(
        &mut self,
        now: Now,
        told: Vec<TaskTold>,
        step: &mut Step,
    ) -> Result<(), CommandError> {
        if self.was_asked_for(&told) {
            return Ok(());
        }
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

    /// Whether these were asked for before, as far as any of them is open. The others are in the database,
    /// where whoever asks looks first.
    fn was_asked_for(&self, told: &[TaskTold]) -> bool {
        let key = told.first().and_then(|task| task.request_key.as_ref());
        let mut open = self.tasks.all();
        key.is_some() && open.any(|task| task.row.request_key.as_ref() == key)
    }

    fn faults_of_task(&self, task: &TaskTold) -> Vec<WhyNotTaken> {
        let mut faults = Vec::new();
        if self.rules.queue_named(&task.tenant, &task.queue).is_none() {
            faults.push(WhyNotTaken::NoQueue {
                tenant: task.tenant.clone(),
                queue: task.queue.clone(),
            });
        }
        let is_long = !(1..=TITLE_MAX).contains(&task.title.trim().chars().count());
        // They would be signs to the terminal of whoever lists it.
        if is_long || task.title.trim().chars().any(char::is_control) {
            faults.push(WhyNotTaken::Title);
        } else if names_number(&task.title) {
            faults.push(WhyNotTaken::TitleNamesNumber);
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
            self.release_task(now, id, step);
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
            request_key: told.request_key,
        };
        let owner = row.owner;
        self.write_task(
            now,
            Task::new(row),
            TaskEventKind::Created,
            None,
            owner,
            step,
        );
    }

    /// Stores a task as it is now, with what has happened, and puts it where it stands; returns the
    /// entry of its history.
    fn write_task(
        &mut self,
        now: Now,
        task: Task,
        kind: TaskEventKind,
        seat: Option<SeatId>,
        operator: Option<OperatorId>,
        step: &mut Step,
    ) -> TaskEventId {
        let event = TaskEventId(self.ids.allot());
        step.records.push(Record::Task(Box::new(task.row.clone())));
        step.records.push(Record::TaskEvent(TaskEventRow {
            id: event,
            task: task.row.id,
            at_ms: now.utc_ms,
            kind,
            seat,
            operator,
        }));
        self.tasks.put(task, &self.rules);
        event
    }

    /// Moves a task on, as its state allows; returns the entry of its history.
    pub(crate) fn move_task(
        &mut self,
        now: Now,
        id: TaskId,
        (moves, kind): (TaskMove, TaskEventKind),
        change: impl FnOnce(&mut Task),
        step: &mut Step,
    ) -> Option<TaskEventId> {
        let mut task = self.tasks.take(id)?;
        let seat = task.row.seat;
        if !task.row.go(moves, now.utc_ms) {
            self.violations += 1;
            self.tasks.put(task, &self.rules);
            return None;
        }
        change(&mut task);
        let seat = seat.or(task.row.seat);
        let operator = seat.and(task.row.operator);
        Some(self.write_task(now, task, kind, seat, operator, step))
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
        let rule = self.rules.rule_now(row.queue);
        let owner = operator.map(|name| self.owner_named(name, rule));
        let owner = owner.transpose()?;
        match state {
            TaskState::Offered => self.end_task_offer(now, id, step),
            TaskState::Doing => return Err(CommandError::TaskAtWork(id)),
            TaskState::Waiting | TaskState::Done | TaskState::Withdrawn => {}
        }
        if let Some(mut task) = self.tasks.take(id) {
            task.row.owner = owner;
            task.kept = None;
            self.write_task(now, task, TaskEventKind::Assigned, None, owner, step);
        }
        Ok(())
    }

    /// It waits no longer for whose it is. Its history says who that was.
    pub(crate) fn release_task(&mut self, now: Now, id: TaskId, step: &mut Step) {
        if let Some(mut task) = self.tasks.take(id) {
            let owner = task.row.owner.take();
            self.write_task(now, task, TaskEventKind::Released, None, owner, step);
        }
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
        let seat = self.seats.get(&seat_id);
        let refused = seat.and_then(|seat| self.spared(seat, queue, WorkKind::Task, now));
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
            seat.tasks_unanswered = 0;
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
            if let Some(seat) = seat.and_then(|seat| self.seats.get_mut(&seat)) {
                seat.tasks_unanswered = 0;
            }
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
            if let Some(seat) = self.seats.get_mut(&seat) {
                seat.tasks_unanswered = seat.tasks_unanswered.saturating_add(1);
            }
            self.rest_from_tasks(now, Some(seat), id);
        }
    }

    /// Whoever did not take a task is asked for none for a while. That nobody answers says only that
    /// nobody looks at the page: the phone may be answered all the same, so it is no missed call.
    fn rest_from_tasks(&mut self, now: Now, seat: Option<SeatId>, id: TaskId) {
        let task = self.tasks.get(id);
        let rule = task.and_then(|it| self.rules.rule_now(it.row.queue));
        if let Some(seat) = seat.and_then(|seat| self.seats.get_mut(&seat)) {
            let rest_s = rule.map_or(0, |rule| rule.tasks.rest_after_s(seat.tasks_unanswered));
            seat.tasks_from = Some(now.in_s(rest_s));
        }
    }

    /// A seat has come to do something else: what it was offered goes to others, and what its
    /// operator did waits again where they have left.
    pub(crate) fn free_of_task(&mut self, now: Now, id: SeatId, step: &mut Step) {
        let Some(seat) = self.seats.get(&id) else {
            return;
        };
        let is_out = self.is_site_out(seat.row.site);
        let offered = seat
            .task_offer
            .filter(|_| is_out || !seat.keeps_task_offer(now.utc_ms));
        let is_left = seat.sign_in.is_none() || is_out;
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
            let rule = self.rules.rule_now(row.queue);
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
