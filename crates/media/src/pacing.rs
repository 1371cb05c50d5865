//! When frames leave: twenty 1 ms slots that a 20 ms frame period passes through, each with the
//! streams that send in it. Deadlines are absolute (slot number × 1 ms), so nothing drifts.
//! Pure: the thread asks when to wake and passes the time in.

/// Slots in one frame period.
pub(crate) const SLOTS: usize = 20;
const SLOTS_U64: u64 = 20;
const SLOT_US: u64 = 1_000;
/// A slot begun later than this is counted as late.
const LATE_US: u64 = 2_000;

/// Who sends when.
#[derive(Debug, Default)]
pub(crate) struct Wheel {
    slots: [Vec<usize>; SLOTS],
    members: usize,
    /// The absolute number of the slot that is due next.
    next: u64,
}

/// One slot that is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Slot {
    /// Index for [`Wheel::members`].
    pub(crate) phase: usize,
    /// Number of the 20 ms period, the same for each visit of a stream's slot + 1.
    pub(crate) frame: u64,
    /// Slots with streams in them that were late or skipped before this one, itself included.
    pub(crate) late: u64,
}

impl Wheel {
    /// The phase with the fewest streams, so that the load is spread.
    pub(crate) fn join(&mut self, now_us: u64, leg: usize) -> usize {
        if self.members == 0 {
            self.next = now_us / SLOT_US + 1;
        }
        self.members += 1;
        // Begin at the slot that comes next: an idle wheel starts a prompt within 1 ms.
        let first = phase_of(self.next);
        let phase = (0..SLOTS)
            .map(|step| (first + step) % SLOTS)
            .min_by_key(|&phase| self.slots[phase].len())
            .unwrap_or(first);
        self.slots[phase].push(leg);
        phase
    }

    pub(crate) fn leave(&mut self, leg: usize, phase: usize) {
        if let Some(place) = self.slots[phase].iter().position(|&member| member == leg) {
            self.slots[phase].swap_remove(place);
            self.members -= 1;
        }
    }

    /// When the next slot with streams in it is due.
    pub(crate) fn due_us(&self) -> Option<u64> {
        if self.members == 0 {
            return None;
        }
        (self.next..self.next + SLOTS_U64)
            .find(|&slot| !self.slots[phase_of(slot)].is_empty())
            .map(|slot| slot * SLOT_US)
    }

    /// The next slot that is due at `now_us` and has streams in it. After a stall of a whole
    /// period or more each slot comes once: what was missed is skipped, never made up for.
    pub(crate) fn pop(&mut self, now_us: u64) -> Option<Slot> {
        let present = now_us / SLOT_US;
        let mut late = 0;
        if self.members > 0 && present >= self.next + SLOTS_U64 {
            let skipped = present + 1 - SLOTS_U64 - self.next;
            late = self.occupied() * (skipped / SLOTS_U64)
                + (0..skipped % SLOTS_U64)
                    .filter(|step| !self.slots[phase_of(self.next + step)].is_empty())
                    .fold(0, |sum, _| sum + 1);
            self.next += skipped;
        }
        while self.next <= present && self.members > 0 {
            let slot = self.next;
            self.next += 1;
            let phase = phase_of(slot);
            if !self.slots[phase].is_empty() {
                let behind = now_us - slot * SLOT_US;
                late += u64::from(behind > LATE_US);
                let frame = slot / SLOTS_U64;
                return Some(Slot { phase, frame, late });
            }
        }
        None
    }

    pub(crate) fn members(&self, phase: usize) -> &[usize] {
        &self.slots[phase]
    }

    fn occupied(&self) -> u64 {
        self.slots
            .iter()
            .fold(0, |sum, slot| sum + u64::from(!slot.is_empty()))
    }
}

fn phase_of(slot: u64) -> usize {
    usize::try_from(slot % SLOTS_U64).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deadlines_are_exact_over_ten_minutes_whatever_the_wakes() {
        let mut wheel = Wheel::default();
        let mut now = 123_456_789;
        let phase = wheel.join(now, 7);
        let first = wheel.due_us().unwrap();
        assert!(first > now && first - now <= 1_000);
        for n in 0..30_000_u64 {
            assert_eq!(wheel.due_us(), Some(first + n * 20_000));
            // Each wake is late by another part of a slot.
            now = first + n * 20_000 + n * 37 % 900;
            let slot = wheel.pop(now).unwrap();
            assert_eq!((slot.phase, slot.late), (phase, 0));
            assert_eq!(wheel.members(phase), [7]);
            assert_eq!(wheel.pop(now), None);
        }
    }

    #[test]
    fn streams_are_spread_over_all_slots() {
        let mut wheel = Wheel::default();
        for leg in 0..60 {
            wheel.join(0, leg);
        }
        assert!((0..SLOTS).all(|phase| wheel.members(phase).len() == 3));
    }

    #[test]
    fn a_stall_is_skipped_and_counted_and_never_a_burst() {
        let mut wheel = Wheel::default();
        let phases = [wheel.join(0, 0), wheel.join(0, 1)];
        let start = wheel.due_us().unwrap();
        assert_eq!(wheel.pop(start).unwrap().phase, phases[0]);
        let now = start + 205_000;
        let mut visits = vec![];
        let mut late = 0;
        while let Some(slot) = wheel.pop(now) {
            visits.push(slot.phase);
            late += slot.late;
        }
        visits.sort_unstable();
        assert_eq!(visits, phases, "each once");
        // Slots 21, 41 … 201 of the one and 2, 22 … 202 of the other: the last of each comes
        // late, the others not at all.
        assert_eq!(late, 10 + 11);
        assert!(wheel.due_us().unwrap() > now, "and the grid is the old one");
        assert_eq!((wheel.due_us().unwrap() - start) % 1_000, 0);
    }

    #[test]
    fn an_empty_wheel_asks_for_no_wake() {
        let mut wheel = Wheel::default();
        assert_eq!(wheel.due_us(), None);
        let phase = wheel.join(5_000, 1);
        wheel.leave(1, phase);
        wheel.leave(1, phase);
        assert_eq!((wheel.due_us(), wheel.pop(u64::MAX / 2)), (None, None));
        // A long idle time is no stall.
        wheel.join(900_000_000, 2);
        assert_eq!(wheel.due_us(), Some(900_001_000));
    }
}
