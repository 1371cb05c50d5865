//! Work without a call: an agenda to be moved, an *intramoenia* request to be answered. Here is the
//! life of one task and the lines in which those that wait stand; `task_offers` gives them to seats.
//!
//! **Order.** A task's key is the time by which it is to be done; one without a deadline counts as
//! due `due_h` after it was made. The key stays the same while it waits, also when somebody gives
//! it back, so whoever has waited goes first and nothing waits for ever.
//!
//! **Lease.** The row itself is the lease: of state, seat and end. It is offered to one seat at a
//! time and done at one, and is back in its line at the end of its lease.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::id::{OperatorId, QueueId, SeatId, TaskId};
use crate::record::TaskRow;
use crate::rules::{Queue, Rules};
use crate::time::{MonoUs, UtcMs};
use crate::words::TaskState;

/// Characters of what is to be done, at most.
pub const TITLE_MAX: usize = 500;

/// A task that somebody wants done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskTold {
    /// Short name of the health authority.
    pub tenant: String,
    /// Short name of its queue: whose skills and policy hold.
    pub queue: String,
    /// What is to be done; 1 to 500 characters.
    pub title: String,
    /// By when.
    pub due_ms: Option<UtcMs>,
    /// Login name of whose it is; anybody's, without one.
    pub operator: Option<String>,
    /// Whether a caller may take its operator out of it; as the queue says, where none.
    pub interruptible: Option<bool>,
    /// The same for all of a request; the same request again adds nothing.
    pub request_key: Option<String>,
}

/// Every way out of a state, and into the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TaskMove {
    /// Proposed to a seat and an operator, until then.
    Offer(SeatId, OperatorId, UtcMs),
    /// They took it.
    Accept,
    /// Back to its line.
    Return,
    /// It is done.
    Finish,
    /// Nobody wants it any more.
    Withdraw,
}

impl TaskRow {
    /// Moves it on; false where its state refuses that.
    pub(crate) fn go(&mut self, step: TaskMove, now_ms: UtcMs) -> bool {
        match (self.state, step) {
            (TaskState::Waiting, TaskMove::Offer(seat, operator, lease_until_ms)) => {
                self.state = TaskState::Offered;
                self.seat = Some(seat);
                self.operator = Some(operator);
                self.lease_until_ms = Some(lease_until_ms);
            }
            (TaskState::Offered, TaskMove::Accept) => {
                self.state = TaskState::Doing;
                self.lease_until_ms = None;
            }
            (TaskState::Offered | TaskState::Doing, TaskMove::Return) => {
                self.state = TaskState::Waiting;
                self.seat = None;
                self.lease_until_ms = None;
            }
            (TaskState::Doing, TaskMove::Finish) => {
                self.state = TaskState::Done;
                self.seat = None;
                self.closed_ms = Some(now_ms);
            }
            (TaskState::Waiting | TaskState::Offered | TaskState::Doing, TaskMove::Withdraw) => {
                self.state = TaskState::Withdrawn;
                self.seat = None;
                self.lease_until_ms = None;
                self.closed_ms = Some(now_ms);
            }
            (
                TaskState::Waiting
                | TaskState::Offered
                | TaskState::Doing
                | TaskState::Done
                | TaskState::Withdrawn,
                TaskMove::Offer(..)
                | TaskMove::Accept
                | TaskMove::Return
                | TaskMove::Finish
                | TaskMove::Withdraw,
            ) => return false,
        }
        self.since_ms = now_ms;
        true
    }

    /// The time by which it is to be done: the least goes first.
    pub(crate) fn key_ms(&self, rule: &Queue) -> i64 {
        let due_ms = self.created_ms + i64::from(rule.tasks.due_h) * 3_600_000;
        self.due_ms.unwrap_or(due_ms)
    }
}

/// A task that is not closed.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Task {
    pub(crate) row: TaskRow,
    /// Who was taken out of it, and until when it waits for them.
    pub(crate) kept: Option<(OperatorId, MonoUs)>,
}

impl Task {
    pub(crate) fn new(row: TaskRow) -> Self {
        Self { row, kept: None }
    }

    /// For whom alone it waits.
    pub(crate) fn waits_for(&self) -> Option<OperatorId> {
        self.row.owner.or(self.kept.map(|(operator, _)| operator))
    }
}

/// In which line a task stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
enum Line {
    /// Those that may be interrupted stand apart: they are offered at times when others are not.
    Queue(QueueId, bool),
    Operator(OperatorId),
}

/// Where a task stands that waits.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Stand {
    line: Line,
    key_ms: i64,
    /// When it waits for one operator no longer.
    kept_until: Option<MonoUs>,
}

/// All tasks that are not closed.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Tasks {
    open: BTreeMap<TaskId, Task>,
    /// Those that wait.
    lines: BTreeMap<Line, BTreeSet<(i64, TaskId)>>,
    stands: BTreeMap<TaskId, Stand>,
    kept: BTreeSet<(MonoUs, TaskId)>,
    /// All of each queue, by when they are due.
    due: BTreeMap<QueueId, BTreeSet<(i64, TaskId)>>,
    /// Under what each is counted there: its queue may have had another name then.
    counted: BTreeMap<TaskId, (QueueId, i64)>,
    pub(crate) looked_at: Option<MonoUs>,
}

impl Tasks {
    pub(crate) fn get(&self, id: TaskId) -> Option<&Task> {
        self.open.get(&id)
    }

    pub(crate) fn ids(&self) -> impl Iterator<Item = TaskId> {
        self.open.keys().copied()
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Task> {
        self.open.values()
    }

    pub(crate) fn len(&self) -> usize {
        self.open.len()
    }

    /// Queues with a task that is not closed.
    pub(crate) fn queues(&self) -> impl Iterator<Item = QueueId> {
        let any = self.due.iter().filter(|(_, tasks)| !tasks.is_empty());
        any.map(|(queue, _)| *queue)
    }

    /// Tasks of a queue that are not closed.
    pub(crate) fn of_queue(&self, queue: QueueId) -> usize {
        self.due.get(&queue).map_or(0, BTreeSet::len)
    }

    /// When the first of them is due.
    pub(crate) fn due_ms(&self, queue: QueueId) -> Option<UtcMs> {
        self.due.get(&queue)?.first().map(|(due_ms, _)| *due_ms)
    }

    /// Puts one in, or back, where it stands now. One that is closed is gone.
    pub(crate) fn put(&mut self, task: Task, rules: &Rules) {
        if task.row.closed_ms.is_some() {
            return;
        }
        let id = task.row.id;
        let queue = rules.current(task.row.queue);
        if let Some((queue, rule)) = queue.and_then(|it| Some((it, rules.queues.get(&it)?))) {
            let key_ms = task.row.key_ms(rule);
            self.due.entry(queue).or_default().insert((key_ms, id));
            self.counted.insert(id, (queue, key_ms));
            if task.row.state == TaskState::Waiting {
                self.stand(&task, queue, key_ms);
            }
        }
        self.open.insert(id, task);
    }

    fn stand(&mut self, task: &Task, queue: QueueId, key_ms: i64) {
        let id = task.row.id;
        let anybodys = Line::Queue(queue, task.row.interruptible);
        let line = task.waits_for().map_or(anybodys, Line::Operator);
        let kept = task.kept.filter(|_| task.row.owner.is_none());
        let kept_until = kept.map(|(_, until)| until);
        self.lines.entry(line).or_default().insert((key_ms, id));
        self.kept.extend(kept_until.map(|until| (until, id)));
        let stand = Stand {
            line,
            key_ms,
            kept_until,
        };
        self.stands.insert(id, stand);
    }

    /// Takes one out, to be changed and put back.
    pub(crate) fn take(&mut self, id: TaskId) -> Option<Task> {
        let task = self.open.remove(&id)?;
        if let Some((queue, key_ms)) = self.counted.remove(&id)
            && let Some(due) = self.due.get_mut(&queue)
        {
            due.remove(&(key_ms, id));
            if due.is_empty() {
                self.due.remove(&queue);
            }
        }
        if let Some(stand) = self.stands.remove(&id) {
            if let Some(standing) = self.lines.get_mut(&stand.line) {
                standing.remove(&(stand.key_ms, id));
                if standing.is_empty() {
                    self.lines.remove(&stand.line);
                }
            }
            if let Some(until) = stand.kept_until {
                self.kept.remove(&(until, id));
            }
        }
        Some(task)
    }

    /// The first that wait in a queue for anybody: of those that may be interrupted, and of the
    /// others.
    pub(crate) fn firsts_of_queue(&self, queue: QueueId) -> impl Iterator<Item = (i64, TaskId)> {
        let lines = [true, false].map(|interruptible| Line::Queue(queue, interruptible));
        let first = |line| self.lines.get(&line)?.first().copied();
        lines.into_iter().filter_map(first)
    }

    /// What waits for this operator alone, the first first.
    pub(crate) fn of_operator(&self, operator: OperatorId) -> impl Iterator<Item = (i64, TaskId)> {
        let standing = self.lines.get(&Line::Operator(operator));
        standing.into_iter().flatten().copied()
    }

    /// What waits first for each other operator alone.
    pub(crate) fn firsts_of_others(
        &self,
        operator: OperatorId,
    ) -> impl Iterator<Item = (i64, TaskId, OperatorId)> {
        let lines = self.lines.range(Line::Operator(OperatorId(i64::MIN))..);
        lines.filter_map(move |(line, standing)| match line {
            Line::Operator(other) if *other != operator => {
                let (key_ms, task) = standing.first()?;
                Some((*key_ms, *task, *other))
            }
            Line::Operator(_) | Line::Queue(..) => None,
        })
    }

    /// What waits for one operator alone and is due by then.
    pub(crate) fn owned_by(&self, due_ms: i64) -> impl Iterator<Item = &TaskRow> {
        let operators = self.lines.range(Line::Operator(OperatorId(i64::MIN))..);
        let due = operators.flat_map(move |(_, line)| line.range(..=(due_ms, TaskId(i64::MAX))));
        due.filter_map(|(_, id)| Some(&self.open.get(id)?.row))
    }

    /// How many stand before one in its line; no more than `most` are counted.
    pub(crate) fn ahead_of(&self, id: TaskId, most: usize) -> usize {
        let Some(stand) = self.stands.get(&id) else {
            return 0;
        };
        let standing = self.lines.get(&stand.line);
        standing.map_or(0, |it| it.range(..(stand.key_ms, id)).take(most).count())
    }

    /// The first of those that have waited for one operator for long enough.
    pub(crate) fn kept_too_long(&self, now_us: MonoUs) -> Option<TaskId> {
        let (until, id) = self.kept.first()?;
        (*until <= now_us).then_some(*id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::TenantId;

    fn row(state: TaskState) -> TaskRow {
        TaskRow {
            id: TaskId(1),
            tenant: TenantId(1),
            queue: QueueId(1),
            title: "sposta".to_owned(),
            state,
            created_ms: 0,
            due_ms: None,
            interruptible: true,
            owner: None,
            seat: None,
            operator: None,
            since_ms: 0,
            lease_until_ms: None,
            closed_ms: None,
            request_key: None,
        }
    }

    #[test]
    fn a_task_moves_only_as_its_state_allows() {
        let offer = TaskMove::Offer(SeatId(1), OperatorId(2), 120);
        let moves = [
            offer,
            TaskMove::Accept,
            TaskMove::Return,
            TaskMove::Finish,
            TaskMove::Withdraw,
        ];
        let may = |state| moves.map(|step| row(state).go(step, 7));
        assert_eq!(may(TaskState::Waiting), [true, false, false, false, true]);
        assert_eq!(may(TaskState::Offered), [false, true, true, false, true]);
        assert_eq!(may(TaskState::Doing), [false, false, true, true, true]);
        assert_eq!(may(TaskState::Done), [false; 5]);
        assert_eq!(may(TaskState::Withdrawn), [false; 5]);
    }

    #[test]
    fn a_lease_and_a_seat_are_there_as_long_as_they_mean_something() {
        let mut task = row(TaskState::Waiting);
        assert!(task.go(TaskMove::Offer(SeatId(1), OperatorId(2), 120), 1));
        assert_eq!(
            (task.seat, task.lease_until_ms),
            (Some(SeatId(1)), Some(120))
        );
        assert!(task.go(TaskMove::Accept, 2));
        assert_eq!((task.seat, task.lease_until_ms), (Some(SeatId(1)), None));
        assert!(task.go(TaskMove::Return, 3));
        assert_eq!((task.seat, task.operator), (None, Some(OperatorId(2))));
        assert!(task.go(TaskMove::Withdraw, 4));
        assert_eq!((task.closed_ms, task.since_ms), (Some(4), 4));
    }
}
