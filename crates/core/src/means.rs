//! How long the works of each queue have taken of late, from the moment an operator takes one to
//! the end of their wrap-up. Who rings in needs a conversation; a callback may need dials that
//! reach nobody and are over in seconds. So there are two means: of the conversations, and of all.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::id::QueueId;
use crate::rules::Queue;

/// Each new work moves a mean by so small a part: the last twenty or so decide.
const MEAN_OF: i64 = 16;

/// Milliseconds by queue; none before the first work.
type ByQueue = BTreeMap<QueueId, i64>;

#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Means {
    conversation_ms: ByQueue,
    work_ms: ByQueue,
}

impl Means {
    /// How long a conversation of this queue keeps a seat.
    pub(crate) fn conversation_ms(&self, queue: QueueId, rule: &Queue) -> i64 {
        mean_ms(&self.conversation_ms, queue, rule)
    }

    /// The same, in seconds.
    pub(crate) fn conversation_s(&self, queue: QueueId, rule: &Queue) -> f64 {
        seconds(self.conversation_ms(queue, rule))
    }

    /// How long a work of this queue keeps a seat in seconds, dials that reach nobody among them.
    pub(crate) fn work_s(&self, queue: QueueId, rule: &Queue) -> f64 {
        seconds(mean_ms(&self.work_ms, queue, rule))
    }

    /// A conversation and its wrap-up have kept a seat for so long.
    pub(crate) fn conversed(&mut self, queue: QueueId, rule: &Queue, took_ms: i64) {
        took(&mut self.conversation_ms, queue, rule, took_ms);
        took(&mut self.work_ms, queue, rule, took_ms);
    }

    /// A dial that reached nobody has kept a seat for so long.
    pub(crate) fn dialled_in_vain(&mut self, queue: QueueId, rule: &Queue, took_ms: i64) {
        took(&mut self.work_ms, queue, rule, took_ms);
    }
}

fn mean_ms(means: &ByQueue, queue: QueueId, rule: &Queue) -> i64 {
    let measured = means.get(&queue).copied();
    measured.unwrap_or_else(|| expected_ms(rule))
}

fn took(means: &mut ByQueue, queue: QueueId, rule: &Queue, took_ms: i64) {
    let mean_ms = means.entry(queue).or_insert_with(|| expected_ms(rule));
    // Less than nothing, where the clock was set back meanwhile.
    *mean_ms += (took_ms.max(0) - *mean_ms) / MEAN_OF;
}

/// What a work is taken to last before one was measured.
fn expected_ms(rule: &Queue) -> i64 {
    (i64::from(rule.callback.expected_s) + i64::from(rule.wrap_up_s)) * 1_000
}

#[expect(clippy::cast_precision_loss, reason = "days in milliseconds")]
fn seconds(ms: i64) -> f64 {
    ms as f64 / 1_000.0
}
