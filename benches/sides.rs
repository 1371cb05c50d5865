//! Those who refuse the callers of a storm, product, floor and peer alike, and what it costs them.

use std::fmt;
use std::net::SocketAddr;

use anyhow::Result;

use crate::callers::{Callers, Load, Outcome};
use crate::family::family_us;
use crate::measured::{Delays, Rounds, real, say};
use crate::processor::per;

/// One who refuses: where, which processes work for it, and how many callers it has had.
#[derive(Debug)]
pub(crate) struct Side {
    pub(crate) address: SocketAddr,
    /// Its own first process.
    pub(crate) process: u32,
    /// The first one of the database server that works for it alone, if it has one.
    pub(crate) server: Option<u32>,
    /// INVITEs sent, repetitions not counted; finals heard; and the repetitions.
    pub(crate) invited: usize,
    pub(crate) refused: usize,
    pub(crate) resent: usize,
}

/// The processor time that a side has used so far: in all, and of it its database
/// server's.
#[derive(Debug)]
pub(crate) struct Used {
    pub(crate) all_us: u64,
    pub(crate) server_us: u64,
}

impl Used {
    /// A process that ended in between has its time rounded down to a tick, which may show where
    /// hardly anything else was done.
    pub(crate) fn since(&self, before: &Self) -> Self {
        Self {
            all_us: self.all_us.saturating_sub(before.all_us),
            server_us: self.server_us.saturating_sub(before.server_us),
        }
    }
}

/// What rounds have cost a side, in µs per attempt.
#[derive(Debug, Default)]
pub(crate) struct Costs {
    cpu_us: Rounds,
    /// Of it, the database server's.
    server_us: Rounds,
    delays: Delays,
    resent: usize,
    /// Calls that gave up without a final.
    endless: usize,
    took_us: u64,
}

impl Side {
    pub(crate) fn new(address: SocketAddr, process: u32, server: Option<u32>) -> Self {
        Self {
            address,
            process,
            server,
            invited: 0,
            refused: 0,
            resent: 0,
        }
    }

    pub(crate) fn used(&self) -> Result<Used> {
        let server_us = self.server.map_or(Ok(0), family_us)?;
        Ok(Used {
            all_us: family_us(self.process)? + server_us,
            server_us,
        })
    }

    /// Callers whose refusals are only counted.
    pub(crate) fn call(&mut self, callers: &mut Callers, load: &Load) -> Result<Outcome> {
        let outcome = callers.call(self.address, load)?;
        self.invited += load.calls;
        self.refused += outcome.over;
        self.resent += outcome.resent;
        Ok(outcome)
    }

    /// One round; what it cost, in µs per attempt.
    pub(crate) fn refuse(
        &mut self,
        callers: &mut Callers,
        load: &Load,
        costs: &mut Costs,
    ) -> Result<f64> {
        let before = self.used()?;
        let outcome = self.call(callers, load)?;
        let used = self.used()?.since(&before);
        let cost_us = per(used.all_us, outcome.over)?;
        costs.cpu_us.add(cost_us);
        costs.server_us.add(per(used.server_us, outcome.over)?);
        costs.delays.join(&outcome.answered_after);
        costs.resent += outcome.resent;
        costs.endless += load.calls - outcome.over;
        costs.took_us += outcome.took_us;
        Ok(cost_us)
    }
}

impl Costs {
    /// A rung of a ladder, without where the processor time went.
    pub(crate) fn rung(&self, per_second: u64) -> String {
        let finals = real(u64::try_from(self.delays.count()).unwrap_or(u64::MAX));
        format!(
            "  {per_second:>6}/s: {:>6.0} finals/s, {} sent again, {}; {:.0} µs of processor per attempt",
            finals * 1e6 / real(self.took_us),
            self.resent,
            self.delays,
            self.cpu_us.median(),
        )
    }

    /// Whether callers gave up, which ends a ladder.
    pub(crate) fn is_the_last_rung(&self) -> bool {
        if self.endless > 0 {
            say(format!(
                "  {} callers gave up: the ladder ends here",
                self.endless
            ));
        }
        self.endless > 0
    }
}

impl fmt::Display for Costs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} µs of processor per attempt", self.cpu_us)?;
        if self.server_us.median() > 0.0 {
            write!(f, ", {} of it the server's", self.server_us)?;
        }
        write!(f, "; {}; {} sent again", self.delays, self.resent)?;
        if self.endless > 0 {
            write!(f, "; {} gave up", self.endless)?;
        }
        Ok(())
    }
}
