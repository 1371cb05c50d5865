//! Processor time of programs and threads, as the kernel's scheduler counts it.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use crate::measured::real;

/// Microseconds that the threads of a process whose names begin like this have run; an empty
/// beginning means all of them. Threads that have ended are not counted: those of the programs
/// measured here live as long as the program.
pub(crate) fn cpu_us(process: u32, thread: &str) -> Result<u64> {
    let tasks = format!("/proc/{process}/task");
    let mut total_ns = 0;
    for task in fs::read_dir(&tasks).with_context(|| format!("read {tasks}"))? {
        total_ns += run_ns(&task?.path(), thread).unwrap_or(0);
    }
    Ok(total_ns / 1_000)
}

/// The first figure of `schedstat` is the time on a processor in nanoseconds. A thread that ends
/// between listing and reading has none.
fn run_ns(task: &Path, thread: &str) -> Option<u64> {
    let name = fs::read_to_string(task.join("comm")).ok()?;
    if !name.starts_with(thread) {
        return None;
    }
    let stat = fs::read_to_string(task.join("schedstat")).ok()?;
    stat.split(' ').next()?.parse().ok()
}

/// Microseconds of processor time per thing done.
#[allow(
    dead_code,
    reason = "a bench that counts things in a second needs no cost per piece"
)]
pub(crate) fn per(cpu_us: u64, count: usize) -> Result<f64> {
    let count = u64::try_from(count)?;
    (count > 0)
        .then(|| real(cpu_us) / real(count))
        .context("nothing was done in this round: there is no cost per piece")
}
