//! Somebody who leads takes callers out of line, moves them and has them or callbacks go ahead; and
//! tells operators something. What must hold of it is what holds of every caller and every row.

use cuptel_core::in_line::WaiterNow;
use cuptel_core::memo::{AudienceTold, MemoTold};
use cuptel_core::step::Command;
use cuptel_core::words::CallbackState;

use crate::chance::Chance;
use crate::promises::{Broken, broken};
use crate::world::{Happening, World};

/// The stream that these are drawn from, beside the others.
const STEPS_IN: u64 = 5_031;
/// Whoever goes before everyone is left there.
const A_YEAR_MS: i64 = 365 * 86_400_000;
/// An end comes with its timer.
const LATE_MS: i64 = 1_100;

impl World {
    /// In some worlds somebody steps in from time to time.
    pub(crate) fn plan_stepping_in(&mut self) {
        self.plan_from_time_to_time((STEPS_IN, "steps_in"), 35, (5, 60), Happening::StepsIn);
    }

    /// One of those who wait, a callback that does, or a memo.
    pub(crate) fn steps_in(&mut self, mut chance: Chance) -> Result<(), Broken> {
        let (after_us, draw) = (chance.s(3, 40), chance.between(0, 99));
        let ahead_s = u32::try_from(chance.between(0, 600)).unwrap_or(0);
        let lasts_ms = i64::try_from(chance.between(2_000, 60_000)).unwrap_or(2_000);
        let (tenant, queue) = chance.pick(&[("teramo", "prenotazioni"), ("teramo", "disdette")]);
        if self.is_calm() {
            return Ok(());
        }
        self.plan(after_us, Happening::StepsIn(chance));
        // What cannot be done at once is not asked for: who waits may be another by then.
        if !self.reads() {
            return Ok(());
        }
        match draw {
            0..=59 => self.steps_in_for_a_caller(draw, ahead_s, (tenant, queue)),
            60..=74 => self.puts_a_callback_ahead(ahead_s),
            _ => self.tells_operators(draw, lasts_ms, queue),
        }
    }

    fn steps_in_for_a_caller(
        &mut self,
        draw: u64,
        ahead_s: u32,
        (tenant, queue): (&str, &str),
    ) -> Result<(), Broken> {
        let Some(process) = &self.process else {
            return Ok(());
        };
        let now = self.now();
        let line = process
            .switch
            .in_line(now, Some(tenant), queue)
            .unwrap_or_default();
        let is_caller = |it: &&WaiterNow| it.attempt.is_some() && it.priority_ms < A_YEAR_MS;
        let Some(waiter) = line.iter().rev().find(is_caller) else {
            return Ok(());
        };
        let Some(attempt) = waiter.attempt else {
            return Ok(());
        };
        let other = if queue == "disdette" {
            "prenotazioni"
        } else {
            "disdette"
        };
        match draw {
            0..=14 => {
                self.met.deed("withdraws a caller");
                self.commands(Command::WithdrawCaller { attempt, by: None })
            }
            15..=34 => {
                self.met.deed("moves a caller");
                self.watch.moves(attempt, self.now().utc_ms);
                self.commands(Command::MoveCaller {
                    attempt,
                    tenant: Some(tenant.to_owned()),
                    queue: other.to_owned(),
                    by: None,
                })
            }
            _ => {
                self.met.deed("puts a caller ahead");
                self.watch.goes_ahead(attempt, i64::from(ahead_s) * 1_000);
                self.commands(Command::PutCallerAhead {
                    attempt,
                    ahead_s,
                    by: None,
                })
            }
        }
    }

    fn puts_a_callback_ahead(&mut self, ahead_s: u32) -> Result<(), Broken> {
        let waits = self.decided.callbacks_open();
        let waits = waits.filter(|row| row.state == CallbackState::Waiting);
        let Some(callback) = waits.last().map(|row| row.id) else {
            return Ok(());
        };
        self.met.deed("puts a callback ahead");
        self.commands(Command::PutCallbackAhead {
            callback,
            ahead_s,
            by: None,
        })
    }

    fn tells_operators(&mut self, draw: u64, lasts_ms: i64, queue: &str) -> Result<(), Broken> {
        let Some(process) = &self.process else {
            return Ok(());
        };
        let look = process.switch.snapshot(self.now());
        let unread = look.seats.iter().find_map(|seat| {
            let memo = seat.memos.first()?.id;
            Some((seat.name.clone(), memo))
        });
        let shown = look.memos.first().map(|it| it.id);
        let command = match (draw, unread, shown) {
            (75..=84, Some((seat, memo)), _) => Command::ReadMemo { seat, memo },
            (85..=88, _, Some(memo)) => Command::WithdrawMemo { memo, by: None },
            (_, _, _) => {
                let to = if draw.is_multiple_of(2) {
                    AudienceTold::Everybody
                } else {
                    AudienceTold::Queue(Some("teramo".to_owned()), queue.to_owned())
                };
                Command::WriteMemo(Box::new(MemoTold {
                    to,
                    text: "riunione".to_owned(),
                    ends_ms: Some(self.now().utc_ms + lasts_ms),
                    by: None,
                }))
            }
        };
        self.met.deed("a memo");
        self.commands(command)
    }

    /// What is shown of memos is what their rows say: none after its time, none twice to who has read it.
    pub(crate) fn check_memos(&self) -> Result<(), Broken> {
        let Some(process) = &self.process else {
            return Ok(());
        };
        let now_ms = self.now().utc_ms;
        for row in self.decided.memos_shown() {
            if row.ends_ms + LATE_MS < now_ms {
                return broken("P6", format!("memo {} outlives its time", row.id));
            }
        }
        if self.decided.memos_shown().next().is_none() {
            return Ok(());
        }
        let look = process.switch.snapshot(self.now());
        let signed_in = self.decided.sign_ins.values();
        for sign_in in signed_in.filter(|row| row.until_ms.is_none()) {
            let seat = self.decided.seats.get(&sign_in.seat).map(|row| &row.name);
            let there = look.seats.iter().filter(|it| Some(&it.name) == seat);
            for memo in there.flat_map(|it| &it.memos) {
                let mut readings = self.decided.memo_readings.values();
                let was_read =
                    readings.any(|row| row.memo == memo.id && row.operator == sign_in.operator);
                if was_read {
                    return broken("P6", format!("memo {} was read there", memo.id));
                }
            }
        }
        Ok(())
    }
}
