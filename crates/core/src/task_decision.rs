//! What an offer of a task is made of: the seats that were free, and the tasks that stood before.
//! Seats have their turn one after the other, the one idle longest first, and each has the first
//! task that it may have. Bounded, because it is stored with every offer.

use crate::centre::Centre;
use crate::id::{SeatId, TaskId};
use crate::matching::{
    Considered, Eligibility, Explanation, InLine, PassedOver, Passing, SHOWN_MAX,
};
use crate::rules::Strategy;
use crate::seat::Seat;
use crate::task::Task;
use crate::task_offers::{Kept, steps_reached};
use crate::time::Now;

/// Free seats that are looked at on either side of the one that is asked: each offer costs this,
/// and at night a whole room may be offered tasks at once.
const LOOKED_AT_MAX: usize = 50;
/// Seats before it that are named, so that there is room for it and those after it.
const BEFORE_MAX: usize = SHOWN_MAX / 2;

/// Where the turns of the free seats have come to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Turn<'a> {
    /// Seats that had their turn and no task.
    pub(crate) passed: &'a [SeatId],
    /// The seat whose turn it is, and those after it.
    pub(crate) left: &'a [SeatId],
    pub(crate) kept: &'a Kept,
}

impl Centre {
    /// Why this task goes to the seat whose turn it is.
    pub(crate) fn explain_task(
        &self,
        now: Now,
        id: TaskId,
        turn: &Turn<'_>,
    ) -> Option<Explanation> {
        let task = self.tasks.get(id)?;
        let row = &task.row;
        let rule = self.rules.rule_now(row.queue)?;
        let asked = self.seats.get(turn.left.first()?)?;
        let considered = |id: &SeatId| {
            let seat = self.seats.get(id)?;
            let withheld = self.withheld(now, seat, row, turn.kept);
            Some(Considered {
                seat: *id,
                eligibility: withheld.unwrap_or(Eligibility::Eligible),
                weight_ms: 0,
                ring: 0,
                unmet: 0,
                is_guest: false,
                merit: 0,
                idle_since_ms: seat.idle_since,
            })
        };
        let may = |it: &Considered| it.eligibility == Eligibility::Eligible;
        let is_ones_own = task.waits_for().is_some();
        let (before, after) = if is_ones_own {
            (0, 1)
        } else {
            (LOOKED_AT_MAX, LOOKED_AT_MAX)
        };
        // Who could have it now had their turn when another task stood first in its line.
        let passed = turn.passed.iter().take(before).filter_map(considered);
        let passed = passed.filter(|it| !may(it)).take(BEFORE_MAX);
        let left = turn.left.iter().take(after).filter_map(considered);
        let left: Vec<Considered> = left.collect();
        let free = left.iter().filter(|it| may(it)).count();
        Some(Explanation {
            strategy: Strategy::LongestIdle,
            place_ms: row.created_ms,
            key_ms: row.key_ms(rule),
            step: u8::try_from(steps_reached(now, rule, row.created_ms)).unwrap_or(u8::MAX),
            knows_them: is_ones_own,
            chosen: false,
            free,
            seats: passed.chain(left).take(SHOWN_MAX).collect(),
            passed_over: self.tasks_before(now, asked, task, turn.kept),
        })
    }

    /// The tasks that the seat was compared with before this one, and why it did not get them.
    fn tasks_before(&self, now: Now, seat: &Seat, task: &Task, kept: &Kept) -> Vec<PassedOver> {
        let queue = self.rules.current(task.row.queue);
        let rule = queue.and_then(|queue| self.rules.queues.get(&queue));
        let operator = seat.sign_in.as_ref().map(|sign_in| sign_in.operator);
        let Some((rule, operator)) = rule.zip(operator) else {
            return Vec::new();
        };
        let own = (task.row.key_ms(rule), task.row.id);
        let is_before = |it: &(i64, TaskId)| *it < own;
        let withheld = |(key_ms, id): (i64, TaskId)| {
            let row = &self.tasks.get(id)?.row;
            let queue = self.rules.current(row.queue)?;
            let can = self
                .rules
                .queues
                .get(&queue)?
                .can_be_served_by(&seat.skills);
            let why = self.withheld(now, seat, row, kept).filter(|_| can)?;
            Some(PassedOver {
                work: InLine::Task(id),
                queue,
                key_ms,
                why: passing(why),
            })
        };
        let theirs = self.tasks.of_operator(operator).take_while(is_before);
        let queues = self.rules.queues.keys();
        let firsts = queues.flat_map(|queue| self.tasks.firsts_of_queue(*queue));
        let all = theirs.take(SHOWN_MAX).chain(firsts.filter(is_before));
        let mut passed: Vec<PassedOver> = all.filter_map(withheld).collect();
        let others = self.tasks.firsts_of_others(operator);
        passed.extend(others.filter_map(|(key_ms, id, other)| {
            let row = &self.tasks.get(id).filter(|_| (key_ms, id) < own)?.row;
            let queue = queue.filter(|queue| self.rules.current(row.queue) == Some(*queue))?;
            Some(PassedOver {
                work: InLine::Task(id),
                queue,
                key_ms,
                why: Passing::WaitsForOperator(other),
            })
        }));
        passed.sort_unstable_by_key(|it| (it.key_ms, it.work));
        passed.truncate(SHOWN_MAX);
        passed
    }
}

/// What keeps a seat from a task, said of the task.
fn passing(why: Eligibility) -> Passing {
    match why {
        Eligibility::LacksSkills => Passing::AsksMore,
        Eligibility::KeptForCallers => Passing::KeptForCallers,
        Eligibility::LendFloor | Eligibility::LendMax | Eligibility::BorrowMax => Passing::NotLent,
        Eligibility::Refused => Passing::Refused,
        Eligibility::Eligible
        | Eligibility::SignedOut
        | Eligibility::Paused
        | Eligibility::Unreachable
        | Eligibility::NotResponding
        | Eligibility::Busy
        | Eligibility::Resting
        | Eligibility::SiteOut
        | Eligibility::SiteFull
        | Eligibility::ShiftEnds
        | Eligibility::Profile => Passing::NotEligible,
    }
}
