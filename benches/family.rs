//! Processor time of a program that works in several processes: the one that was started, those
//! that it started, and those of them that have ended.

use std::fs;

use anyhow::{Context as _, Result};

use crate::processor::cpu_us;

/// `/proc` tells the time of ended processes in ticks, a hundred a second on every architecture.
const TICK_US: u64 = 10_000;
/// Where `/proc/<pid>/stat` has them, counted from the field behind the name.
const PARENT: usize = 1;
const ENDED_USER: usize = 13;
const ENDED_SYSTEM: usize = 14;

/// Microseconds that a process and its children have run. A child that ends while this looks is
/// missing, and is there at the next look.
pub(crate) fn family_us(process: u32) -> Result<u64> {
    let ended = stat(process, ENDED_USER)? + stat(process, ENDED_SYSTEM)?;
    let mut total_us = ended * TICK_US + cpu_us(process, "")?;
    for child in children(process)? {
        // It may have ended since it was listed.
        total_us += cpu_us(child, "").unwrap_or(0);
    }
    Ok(total_us)
}

/// The processes that the first thread of a process has started and that still run: programs that
/// work in processes start them there.
pub(crate) fn children(process: u32) -> Result<Vec<u32>> {
    let list = format!("/proc/{process}/task/{process}/children");
    let listed = fs::read_to_string(&list).with_context(|| format!("read {list}"))?;
    let children = listed.split_whitespace().map(str::parse);
    Ok(children.collect::<Result<_, _>>()?)
}

/// Who started a process.
pub(crate) fn parent(process: u32) -> Result<u32> {
    Ok(u32::try_from(stat(process, PARENT)?)?)
}

fn stat(process: u32, field: usize) -> Result<u64> {
    let file = format!("/proc/{process}/stat");
    let line = fs::read_to_string(&file).with_context(|| format!("read {file}"))?;
    // The name stands in brackets and may hold spaces and brackets.
    let fields = line.rsplit_once(") ").map(|(_, fields)| fields);
    let value = fields.and_then(|fields| fields.split(' ').nth(field));
    let value = value.with_context(|| format!("{file} has no field {field}"))?;
    Ok(value.parse()?)
}
