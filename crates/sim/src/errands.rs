//! Tasks of a world: somebody wants them done, operators take them, finish them, give them back or
//! do not look; and what must hold of them after every step.

use std::collections::BTreeMap;

use cuptel_core::id::{SeatId, TaskId};
use cuptel_core::record::TaskRow;
use cuptel_core::step::Command;
use cuptel_core::task::TaskTold;
use cuptel_core::words::{TaskState, WorkState};

use crate::chance::Chance;
use crate::image::Image;
use crate::invented::OPERATORS;
use crate::promises::{Broken, broken};
use crate::world::{Happening, World};

/// The stream that tasks are drawn from, beside the others.
const ERRANDS: u64 = 5_009;
/// The row of a lease ends with its timer.
const LEASE_LATE_MS: i64 = 1_100;

impl World {
    /// Some worlds have tasks, wanted at some moment, and operators who look at what they are
    /// offered from time to time.
    pub(crate) fn plan_errands(&mut self) {
        let mut chance = Chance::of(self.seed(), ERRANDS);
        if !chance.percent(40) {
            return;
        }
        for n in 1..=chance.between(1, 4) {
            let (after_us, task) = (chance.s(2, 200), wanted(&mut chance));
            if self.things.happens("task", n) {
                let adds = Command::AddTasks(vec![task]);
                self.plan(after_us, Happening::Does(adds));
            }
        }
        if self.things.any("task") {
            for seat in 0..self.phones.len() {
                let errand = chance.fork();
                self.plan(1_000_000, Happening::Errand(seat, errand));
            }
        }
    }

    /// An operator looks at what they are offered, or at what they do. At the quiet end whatever
    /// nobody has done is withdrawn.
    pub(crate) fn errand(&mut self, seat: usize, mut chance: Chance) -> Result<(), Broken> {
        let (after_us, draw) = (chance.s(3, 20), chance.between(0, 99));
        self.plan(after_us, Happening::Errand(seat, chance));
        let Some(process) = &self.process else {
            return Ok(());
        };
        let open = self
            .decided
            .tasks
            .values()
            .find(|row| row.closed_ms.is_none());
        if let Some(row) = open.filter(|_| self.is_calm()) {
            let withdraws = Command::WithdrawTask(row.id);
            return self.commands(withdraws);
        }
        let looks = process.switch.snapshot(self.now()).seats;
        let Some(look) = looks.into_iter().nth(seat) else {
            return Ok(());
        };
        let Some(task) = look.task else {
            return Ok(());
        };
        let is_at_work = look.work == WorkState::AtTask;
        let command = match draw {
            0..=49 if is_at_work => Command::FinishTask(task),
            50..=64 if is_at_work => Command::HandBackTask(task),
            0..=69 if !is_at_work => Command::AcceptTask {
                task,
                seat: look.name,
            },
            70..=79 if !is_at_work => Command::HandBackTask(task),
            80..=84 => Command::WithdrawTask(task),
            85..=89 => Command::AssignTask {
                task,
                operator: Some(OPERATORS[seat % OPERATORS.len()].to_owned()),
            },
            _ => return Ok(()),
        };
        self.commands(command)
    }

    /// No offer of a task outlives its lease.
    pub(crate) fn check_task_leases(&self) -> Result<(), Broken> {
        let now_ms = self.now().utc_ms;
        let overdue = |row: &&TaskRow| {
            let until_ms = row.lease_until_ms;
            until_ms.is_some_and(|until_ms| until_ms + LEASE_LATE_MS < now_ms)
        };
        match self.decided.tasks.values().find(overdue) {
            Some(row) => broken("P4", format!("task {} outlives its lease", row.id)),
            None => Ok(()),
        }
    }
}

fn wanted(chance: &mut Chance) -> TaskTold {
    let (tenant, queue) = chance.pick(&[("teramo", "prenotazioni"), ("avezzano", "centro")]);
    TaskTold {
        tenant: tenant.to_owned(),
        queue: queue.to_owned(),
        title: "agenda".to_owned(),
        due_ms: None,
        operator: chance
            .percent(20)
            .then(|| OPERATORS[chance.index(OPERATORS.len())].to_owned()),
        interruptible: Some(chance.percent(60)),
        request_key: None,
    }
}

/// Tasks stand as their rows say: at one seat each, one at each seat, beside no other work and with
/// an operator who is there.
pub(crate) fn check_tasks(image: &Image) -> Result<(), Broken> {
    let mut seats: BTreeMap<SeatId, TaskId> = BTreeMap::new();
    for row in image.tasks.values() {
        let has_seat = matches!(row.state, TaskState::Offered | TaskState::Doing);
        let is_closed = matches!(row.state, TaskState::Done | TaskState::Withdrawn);
        let is_whole = has_seat == row.seat.is_some()
            && is_closed == row.closed_ms.is_some()
            && (row.state == TaskState::Offered) == row.lease_until_ms.is_some();
        if !is_whole {
            return broken(
                "P4",
                format!("task {} is {} and its row is not", row.id, row.state),
            );
        }
        let Some(seat) = row.seat else {
            continue;
        };
        if let Some(other) = seats.insert(seat, row.id) {
            return broken(
                "P4",
                format!("seat {seat} has tasks {other} and {}", row.id),
            );
        }
        let at_work = image.offers_open().any(|offer| offer.seat == seat)
            || image.assignments_open().any(|work| work.seat == seat);
        if at_work {
            return broken("P4", format!("seat {seat} has task {} and a work", row.id));
        }
        let mut there = image.sign_ins.values().filter(|it| it.until_ms.is_none());
        if !there.any(|it| it.seat == seat && Some(it.operator) == row.operator) {
            return broken("P4", format!("task {} is at a seat that was left", row.id));
        }
    }
    Ok(())
}
