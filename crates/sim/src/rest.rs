//! What must hold beyond the rows: bounds at any moment, nothing left after an orderly stop,
//! nothing left at the quiet end.

use std::collections::BTreeSet;

use cuptel_core::record::{CallbackRow, OfferRow, SignInRow};
use cuptel_core::time::Now;
use cuptel_core::words::{CallbackState, Chosen, DialState, SideKind, WorkState};

use crate::line::{CallKey, Line};
use crate::promises::{Broken, broken, check_sums, is_over};
use crate::shrink::Report;
use crate::world::{Happening, World};

/// More legs, timers and transactions than any world of this size needs.
const LEGS_MAX: usize = 60;
const TIMERS_MAX: usize = 800;
const TRANSACTIONS_MAX: usize = 300;
/// The row of a lease follows one that was lengthened by less than a second no more.
const LEASE_LATE_MS: i64 = 1_100;

/// Every BYE and CANCEL has arrived by then, or been given up (RFC 3261 17.1.2.2).
const LET_GO_US: u64 = 40_000_000;
/// A callback whose time has come is dialled within this, once all is quiet.
const OVERDUE_MS: i64 = 600_000;

impl World {
    /// Nothing grows without end, and every lease ends.
    pub(crate) fn check_bounds(&self) -> Result<(), Broken> {
        let Some(process) = &self.process else {
            return Ok(());
        };
        self.check_waits()?;
        self.check_trials()?;
        self.check_idle()?;
        if let Some(what) = &self.told_wrong {
            return broken("P7", what.clone());
        }
        if let Some(who) = &self.unheard {
            return broken("P4", format!("{who} picked up and was left unheard"));
        }
        let now = self.now();
        let overdue = |row: &&OfferRow| row.lease_until_ms + LEASE_LATE_MS < now.utc_ms;
        if let Some(row) = self.decided.offers_open().find(overdue) {
            return broken("P4", format!("offer {} outlives its lease", row.id));
        }
        self.check_task_leases()?;
        self.check_memos()?;
        self.check_beside()?;
        self.check_phones_held()?;
        let load = process.switch.load(now);
        let grown = load.legs.max(load.dialogs) > LEGS_MAX
            || load.rules.timers > TIMERS_MAX
            || load.transactions > TRANSACTIONS_MAX;
        if grown {
            broken("P6", format!("it holds {load:?}"))
        } else {
            Ok(())
        }
    }

    /// What goes on beside a conversation goes on with it alone, and what is over says how.
    fn check_beside(&self) -> Result<(), Broken> {
        let image = &self.decided;
        for side in image.side_calls_open() {
            let stands = match side.kind {
                SideKind::Dial => image.sign_ins.values().any(|it| {
                    let is_theirs = it.seat == side.seat && it.operator == side.operator;
                    is_theirs && it.until_ms.is_none() && side.work.is_none()
                }),
                SideKind::Consult => image
                    .assignments_open()
                    .any(|it| it.seat == side.seat && Some(it.work) == side.work),
                SideKind::ToNumber => side.work.is_some_and(|work| !is_over(image, work)),
                SideKind::ToQueue | SideKind::ToSeat => false,
            };
            if !stands || side.result.is_some() {
                return broken("P4", format!("side call {side:?} goes on for nobody"));
            }
        }
        Ok(())
    }

    /// Who has rung or held the line for so long in one life of the switch was forgotten by it.
    pub(crate) fn check_not_forgotten(
        &self,
        key: CallKey,
        holds: impl FnOnce(&Line) -> bool,
        what: &str,
    ) -> Result<(), Broken> {
        let line = self.lines.get(&key).filter(|line| holds(line));
        let is_ours = |line: &&Line| line.epoch == self.epoch && !line.is_excused;
        match line.filter(is_ours).filter(|_| self.process.is_some()) {
            Some(line) => broken("P4", format!("{:?} {key:?} {what}", line.who)),
            None => Ok(()),
        }
    }

    /// Whoever hangs up was not left on a line that the switch had done with long ago.
    pub(crate) fn check_not_dead(&self, key: CallKey) -> Result<(), Broken> {
        let closed_us = |line: &Line| self.sound.closed_us(line.stream?);
        let long_ago = |line: &Line| {
            closed_us(line).is_some_and(|closed_us| closed_us + LET_GO_US < self.now_us)
        };
        self.check_not_forgotten(key, long_ago, "is left on a dead line")
    }

    /// An orderly stop is over: nothing may be left open. After a while it starts again.
    pub(crate) fn stopped(&mut self) -> Result<(), Broken> {
        let image = &self.decided;
        let left = image.attempts_open().count()
            + image.offers_open().count()
            + image.assignments_open().count()
            + image
                .dials_open()
                .filter(|row| row.state == DialState::InFlight)
                .count();
        if left > 0 {
            return broken("P4", format!("stopped in order, and {left} rows are open"));
        }
        self.note("stopped");
        self.end_process();
        let after_us = self.chance.s(1, 20);
        self.plan(after_us, Happening::Start);
        Ok(())
    }

    /// Nobody is offered anything, and nobody talks.
    pub(crate) fn is_quiet(&self) -> bool {
        let rows = &self.decided;
        rows.offers_open().next().is_none()
            && rows.assignments_open().next().is_none()
            && rows.attempts_open().next().is_none()
            && self.lines.is_empty()
            && self.process.as_ref().is_some_and(|process| {
                let seats = process.switch.snapshot(self.now()).seats;
                seats.iter().all(|seat| seat.work == WorkState::Idle)
                    && process.switch.load(self.now()).ports_free == usize::from(self.shape.ports)
            })
    }

    /// No dial is left to itself, and no callback with one.
    fn check_paid(&self) -> Result<(), Broken> {
        if let Some(row) = self.decided.dials_open().next() {
            return broken("P3", format!("dial {} is {} for ever", row.id, row.state));
        }
        let stuck = |row: &&CallbackRow| row.state != CallbackState::Waiting;
        match self.decided.callbacks_open().find(stuck) {
            Some(row) => broken(
                "P3",
                format!("callback {} is {} for ever", row.id, row.state),
            ),
            None => Ok(()),
        }
    }

    fn beside_left(&self) -> Vec<String> {
        let open = self.decided.side_calls_open();
        open.map(|side| format!("side call {}", side.id)).collect()
    }

    /// Breaks that are over and that nobody was called back from.
    fn breaks_left(&self, now: Now) -> Vec<String> {
        let rests_on = |row: &&SignInRow| {
            let is_over = row.back_ms.is_some_and(|back_ms| back_ms < now.utc_ms);
            row.until_ms.is_none() && row.chosen == Chosen::Paused && is_over
        };
        let resting = self.decided.sign_ins.values().filter(rests_on);
        let resting = resting.map(|row| format!("seat {} in its break", row.seat));
        resting.collect()
    }

    /// Everything is over: nothing may be left.
    pub(crate) fn check_rest(&mut self) -> Result<(), Broken> {
        let rows = &self.disk.database.rows;
        check_sums(rows)?;
        self.watch.check_answered(rows, &self.forgotten)?;
        self.check_paid()?;
        let now = self.now();
        let Some(process) = &self.process else {
            return broken("P4", "the process does not run at the end");
        };
        let look = process.switch.snapshot(now);
        let load = process.switch.load(now);
        let mut left = Vec::new();
        left.extend((look.violations > 0).then(|| format!("{} refused moves", look.violations)));
        left.extend((look.calls > 0).then(|| format!("{} calls", look.calls)));
        let trunks = look
            .trunks
            .iter()
            .filter(|trunk| trunk.inbound + trunk.outbound > 0);
        left.extend(trunks.map(|trunk| format!("channels of {trunk:?}")));
        let stuck = look
            .seats
            .iter()
            .filter(|seat| !matches!(seat.work, WorkState::Idle));
        left.extend(stuck.map(|seat| format!("seat {} {}", seat.name, seat.work)));
        left.extend(self.beside_left());
        left.extend((load.legs > 0).then(|| format!("{} legs", load.legs)));
        left.extend((load.dialogs > 0).then(|| format!("{} dialogs", load.dialogs)));
        left.extend(
            (load.ports_free != usize::from(self.shape.ports))
                .then(|| format!("{} ports free", load.ports_free)),
        );
        let unsettled = load.waiting > 0 && self.disk.memory.journal.is_settled();
        left.extend(unsettled.then(|| format!("{} waiting", load.waiting)));
        left.extend(
            (load.rules.legs > 0).then(|| format!("{} legs of the rules", load.rules.legs)),
        );
        let owed: BTreeSet<_> = self
            .decided
            .callbacks_open()
            .map(|row| self.decided.e164(row.number))
            .collect();
        left.extend(
            (load.rules.numbers != owed.len()).then(|| format!("{} numbers", load.rules.numbers)),
        );
        left.extend(
            (self.sound.streams_open() > 0)
                .then(|| format!("{} streams", self.sound.streams_open())),
        );
        left.extend(
            (!self.lines.is_empty()).then(|| format!("peers' calls {:?}", self.lines.keys())),
        );
        let due_ms = now.utc_ms - OVERDUE_MS;
        let rules = process.switch.rules();
        let overdue = |row: &&CallbackRow| {
            row.not_before_ms < due_ms
                && !self.waits_for_chosen_time(row.id, due_ms)
                && self.decided.somebody_may_work_for(&look, rules, row.tenant)
        };
        let overdue = self.decided.callbacks_open().filter(overdue);
        left.extend(overdue.map(|row| format!("callback {} is due", row.id)));
        left.extend(self.breaks_left(now));
        left.extend(self.campaigns_left()?);
        if left.is_empty() {
            Ok(())
        } else {
            broken("P4", format!("left at the end: {}", left.join(", ")))
        }
    }

    pub(crate) fn report(mut self) -> Report {
        self.met.rows(&self.disk.database.rows);
        Report {
            seed: self.seed(),
            sum: self.trace.sum(),
            lines: self.trace.count(),
            steps: self.steps,
            met: self.met,
        }
    }
}
