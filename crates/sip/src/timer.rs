//! When something next has to look at its deadlines. Cancelling is lazy: an entry that no
//! longer matters is found out when it fires.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::event::DialogId;
use crate::slab::Handle;

/// Whose deadline it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Due {
    Server(Handle),
    Client(Handle),
    Dialog(DialogId),
}

/// The heap of deadlines.
#[derive(Debug, Default)]
pub(crate) struct Timers {
    heap: BinaryHeap<Reverse<(u64, u64, Due)>>,
    /// Orders entries of the same microsecond by when they were set.
    order: u64,
}

impl Timers {
    /// Makes sure that `due` is looked at no later than `deadline`. `armed` is the owner's note
    /// of its earliest entry: a later deadline needs no new one, as the owner re-arms when the
    /// early entry fires.
    pub(crate) fn arm(&mut self, armed: &mut Option<u64>, deadline: Option<u64>, due: Due) {
        let Some(at) = deadline else { return };
        if armed.is_none_or(|earliest| at < earliest) {
            *armed = Some(at);
            self.order = self.order.wrapping_add(1);
            self.heap.push(Reverse((at, self.order, due)));
        }
    }

    pub(crate) fn next_at(&self) -> Option<u64> {
        self.heap.peek().map(|Reverse((at, _, _))| *at)
    }

    /// The next entry that is due, with the time it was set for.
    pub(crate) fn pop(&mut self, now_us: u64) -> Option<(u64, Due)> {
        if self.next_at()? > now_us {
            return None;
        }
        self.heap.pop().map(|Reverse((at, _, due))| (at, due))
    }
}
