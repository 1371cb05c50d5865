//! A storm that does not end: what grows, minute by minute. Half of the callers are new, half
//! redial. Nothing is compared; what is told is whether the last minute is like the first.

use std::fs;

use anyhow::{Context as _, Result};

use crate::Storm;
use crate::callers::Load;
use crate::measured::{Delays, real, say};
use crate::processor::per;

/// Of ten callers, how many redial.
const REDIALLED_OF_TEN: u64 = 5;
/// The generator keeps the calls of one stretch in mind, so a minute has several.
const STRETCHES: u64 = 6;
const STRETCH_S: u64 = 10;

/// How long and how hard.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Endurance {
    minutes: u64,
    per_second: u64,
}

impl Endurance {
    /// `-- --minutes 10 --rate 3000`, where it was asked for.
    pub(crate) fn asked() -> Result<Option<Self>> {
        let number = |name: &str| -> Result<Option<u64>> {
            let given = argument(name).map(|text| text.parse());
            given.transpose().with_context(|| name.to_owned())
        };
        let Some(minutes) = number("--minutes")? else {
            return Ok(None);
        };
        let per_second = number("--rate")?.unwrap_or(3_000);
        Ok(Some(Self {
            minutes,
            per_second,
        }))
    }

    pub(crate) fn run(self, storm: &mut Storm) -> Result<()> {
        say(format!(
            "storm, {} minutes at {} attempts/s, half of the callers redial:",
            self.minutes, self.per_second
        ));
        for minute in 1..=self.minutes {
            self.minute(storm, minute)?;
        }
        Ok(())
    }

    fn minute(self, storm: &mut Storm, minute: u64) -> Result<()> {
        let process = storm.centre.program.id();
        let before = storm.ours.used()?;
        let (mut delays, mut resent, mut gave_up, mut calls) = (Delays::default(), 0, 0, 0);
        for _ in 0..STRETCHES {
            let load = Load {
                calls: usize::try_from(self.per_second * STRETCH_S)?,
                per_second: self.per_second,
                redialled_of_ten: REDIALLED_OF_TEN,
                hold_us: Some(0),
            };
            let outcome = storm.call(&load)?;
            delays.join(&outcome.answered_after);
            resent += outcome.resent;
            gave_up += load.calls - outcome.over;
            calls += outcome.over;
        }
        let cost = per(storm.ours.used()?.since(&before).all_us, calls)?;
        let data = storm.centre.folder.path().join("data");
        let size = |name: &str| fs::metadata(data.join(name)).map_or(0, |file| file.len());
        say(format!(
            "  minute {minute:>2}: p50 {:.1} ms, p99 {:.1} ms; {cost:.0} µs of processor per attempt; \
             {resent} sent again, {gave_up} gave up; memory {:.0} MB, log {:.0} MB, database {:.0} MB",
            delays.ms(500),
            delays.ms(990),
            megabytes(resident_bytes(process)?),
            megabytes(size("cuptel.db-wal")),
            megabytes(size("cuptel.db")),
        ));
        Ok(())
    }
}

/// What stands behind an option of this bench.
pub(crate) fn argument(name: &str) -> Option<String> {
    let mut arguments = std::env::args().skip_while(|argument| argument != name);
    arguments.nth(1)
}

/// Memory of a process that is in the machine's own.
fn resident_bytes(process: u32) -> Result<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.trim().split(' ').next());
    let kilobytes: u64 = kilobytes.context("VmRSS")?.parse()?;
    Ok(kilobytes * 1_024)
}

fn megabytes(bytes: u64) -> f64 {
    real(bytes) / 1e6
}
