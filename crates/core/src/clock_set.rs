//! Somebody sets the wall clock while we run. Timers stand on the monotonic clock and do not
//! move, so what is to happen at an hour of the day is looked up anew, and what was to last for
//! a while goes on for as long as it had left: a registration, a rest between two calls to a
//! number, the order of those who wait on the line and of the seats that are free.
//!
//! Rows keep the times that they were written with, but for what the next start judges by: who is
//! there, who rests, and who comes first.

use crate::attempt::Doing;
use crate::callback::Case;
use crate::centre::Centre;
use crate::id::SeatId;
use crate::record::Record;
use crate::step::Step;
use crate::time::Now;

/// The two clocks come apart by less unless one is set.
const SET_MS: i64 = 1_000;

impl Centre {
    /// Compares the two clocks; a difference since the last look means that one was set.
    pub(crate) fn watch_clock(&mut self, now: Now, step: &mut Step) {
        let mono_ms = i64::try_from(now.mono_us / 1_000).unwrap_or(i64::MAX);
        let apart_ms = now.utc_ms - mono_ms;
        let by_ms = apart_ms - *self.clocks_apart_ms.get_or_insert(apart_ms);
        if by_ms.abs() >= SET_MS {
            self.clocks_apart_ms = Some(apart_ms);
            self.clock_was_set(now, by_ms, step);
        }
    }

    fn clock_was_set(&mut self, now: Now, by_ms: i64, step: &mut Step) {
        self.blending.shift(by_ms);
        for live in self.attempts.values_mut() {
            // Whether a target is at risk goes by how long somebody waited, not by the hour.
            live.queued_ms = live.queued_ms.map(|at_ms| at_ms + by_ms);
            if let Doing::Queued { place_ms, .. } = &mut live.doing {
                *place_ms += by_ms;
            }
        }
        let mut cases = std::mem::take(&mut self.cases);
        for case in cases.values_mut() {
            let asked = case.needs.iter().find_map(|need| need.queue);
            let grace_ms = i64::from(self.grace_s(case.row.tenant, asked)) * 1_000;
            if keep_rest(now, by_ms, grace_ms, case) {
                step.records.push(Record::CallbackAmended(case.row.clone()));
            }
        }
        self.cases = cases;
        let openings: Vec<_> = self.backlog.keys().copied().collect();
        for (queue, opens_ms) in openings {
            self.await_opening(now, queue, opens_ms);
        }
        self.await_releases(now);
        self.await_memo_ends(now);
        self.await_mark_ends(now);
        self.await_deadlines(now);
        self.await_chosen_times(now);
        self.look_at_campaigns();
        // Their keys in the lines are made of what has changed.
        self.line_up_anew(now);
        let seats: Vec<SeatId> = self.seats.keys().copied().collect();
        for id in seats {
            let Some(seat) = self.seats.get_mut(&id) else {
                continue;
            };
            seat.idle_since += by_ms;
            seat.load.shift(by_ms);
            if let Some(sign_in) = &mut seat.sign_in
                && let Some(back_ms) = &mut sign_in.back_ms
            {
                *back_ms += by_ms;
                step.records.push(Record::SignIn(sign_in.clone()));
            }
            if let Some(registration) = &mut seat.registration {
                registration.registered_ms += by_ms;
                registration.expires_ms += by_ms;
                step.records
                    .push(Record::Registration(registration.clone()));
            }
            self.await_sign_in(now, id);
            self.seat_changed(now, id, step);
        }
    }
}

/// Whatever was due stays due, and whoever was just tried, by themselves or by us, rests no longer
/// and no shorter than they would have. What else lies ahead is an hour of the day. Who was owed a
/// call by a clock that was fast is not overtaken by who comes now. Whether the row has changed.
fn keep_rest(now: Now, by_ms: i64, grace_ms: i64, case: &mut Case) -> bool {
    // It wakes at a moment of the clock as it was.
    case.wake_at = None;
    let was_dialled = case.was_dialled();
    let row = &mut case.row;
    let before = (row.not_before_ms, row.place_ms);
    let left_ms = row.not_before_ms - (now.utc_ms - by_ms);
    if left_ms <= 0 {
        row.not_before_ms = row.not_before_ms.min(now.utc_ms);
    } else if was_dialled || left_ms <= grace_ms {
        row.not_before_ms = now.utc_ms + left_ms;
    }
    if row.place_ms <= row.opened_ms {
        row.place_ms = row.place_ms.min(now.utc_ms);
    }
    (row.not_before_ms, row.place_ms) != before
}
