//! What happened in a world, in words: the last lines for people, a sum over all of them to
//! tell two worlds apart.

use std::collections::VecDeque;

/// Lines kept for a failure.
pub(crate) const LINES_KEPT: usize = 60;

/// The story so far.
#[derive(Debug)]
pub(crate) struct Trace {
    lines: VecDeque<String>,
    kept: usize,
    sum: u64,
    count: u64,
}

impl Trace {
    /// Keeps so many lines.
    pub(crate) fn new(kept: usize) -> Self {
        Self {
            lines: VecDeque::new(),
            kept,
            sum: 0xcbf2_9ce4_8422_2325,
            count: 0,
        }
    }

    pub(crate) fn note(&mut self, at_us: u64, what: &str) {
        let line = format!("{:>5}.{:06} {what}", at_us / 1_000_000, at_us % 1_000_000);
        // FNV-1a.
        for byte in line.bytes() {
            self.sum = (self.sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        self.count += 1;
        if self.kept == 0 {
            return;
        }
        if self.lines.len() == self.kept {
            self.lines.pop_front();
        }
        self.lines.push_back(line);
    }

    /// Tells two stories apart.
    pub(crate) fn sum(&self) -> u64 {
        self.sum
    }

    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    pub(crate) fn last_lines(&self) -> Vec<String> {
        self.lines.iter().cloned().collect()
    }
}
