//! What the invented people mean to do, in the order of time. An intention whose call is over
//! by then finds nothing to act on.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use cuptel_sip::DialogId;

use super::line::Side;
use super::people::PersonId;

/// One intention.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Due {
    /// The next caller rings.
    Arrival,
    /// Somebody rings (again).
    Ring { person: PersonId, redials: u8 },
    /// A caller presses a key.
    Press { dialog: DialogId, key: char },
    /// A caller has let it ring enough.
    StopRinging { dialog: DialogId },
    /// A caller has waited enough.
    GiveUp { dialog: DialogId },
    /// A ringing phone is taken up.
    PickUp { side: Side, dialog: DialogId },
    /// A ringing phone is refused.
    Refuse { side: Side, dialog: DialogId },
    /// A conversation is over.
    HangUp { side: Side, dialog: DialogId },
    /// An operator's phone registers or refreshes.
    Register { seat: usize },
}

/// Intentions by time; those of one moment in the order they were made.
#[derive(Debug, Default)]
pub(crate) struct Agenda {
    order: BinaryHeap<Reverse<(u64, u64)>>,
    dues: BTreeMap<u64, Due>,
    made: u64,
}

impl Agenda {
    pub(crate) fn at(&mut self, at_us: u64, due: Due) {
        self.order.push(Reverse((at_us, self.made)));
        self.dues.insert(self.made, due);
        self.made += 1;
    }

    pub(crate) fn next_at(&self) -> Option<u64> {
        self.order.peek().map(|Reverse((at_us, _))| *at_us)
    }

    pub(crate) fn pop(&mut self, now_us: u64) -> Option<Due> {
        if self.next_at()? > now_us {
            return None;
        }
        let Reverse((_, number)) = self.order.pop()?;
        self.dues.remove(&number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intentions_come_in_time_and_in_their_order() {
        let mut agenda = Agenda::default();
        agenda.at(20, Due::Register { seat: 2 });
        agenda.at(10, Due::Register { seat: 0 });
        agenda.at(10, Due::Register { seat: 1 });
        assert_eq!(agenda.pop(9), None);
        assert_eq!(agenda.pop(10), Some(Due::Register { seat: 0 }));
        assert_eq!(agenda.pop(10), Some(Due::Register { seat: 1 }));
        assert_eq!((agenda.pop(19), agenda.next_at()), (None, Some(20)));
        assert_eq!(agenda.pop(20), Some(Due::Register { seat: 2 }));
        assert_eq!((agenda.pop(u64::MAX), agenda.next_at()), (None, None));
    }
}
