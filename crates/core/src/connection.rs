//! A phone that is lost while its operator takes works: within the grace it may come back and
//! finds everything as it was; after that its operator is signed out, so that nobody counts on a
//! seat that is not there. Whoever pauses or is at the counter needs no phone meanwhile.

use crate::centre::Centre;
use crate::choosing::Choice;
use crate::id::SeatId;
use crate::seat::{Seat, SeatWork};
use crate::step::Step;
use crate::time::{MonoUs, Now};
use crate::timers::Timer;
use crate::words::{Chosen, ChosenBy};

impl Centre {
    /// Notices that a seat's phone came or went.
    pub(crate) fn watch_connection(&mut self, now: Now, id: SeatId, step: &mut Step) {
        let grace_s = self.rules.limits.reconnect_grace_s;
        let Some(seat) = self.seats.get_mut(&id) else {
            return;
        };
        if seat.reachable_at(now.utc_ms) {
            seat.was_there = true;
            seat.grace_until = None;
            seat.lost_at = None;
            return self.phone_is_there(now, id, step);
        }
        if seat.was_there && seat.lost_at.is_none() {
            seat.lost_at = Some(now.mono_us);
            self.phone_lost(now, id, step);
        }
        let Some(seat) = self.seats.get(&id) else {
            return;
        };
        let counts = seat.was_there && seat.takes_work() && grace_s > 0;
        if counts && seat.grace_until.is_none() {
            self.begin_grace(now, id, grace_s);
        }
    }

    /// After a start every phone counts as lost until it is heard of.
    pub(crate) fn begin_graces(&mut self, now: Now) {
        let grace_s = self.rules.limits.reconnect_grace_s;
        let takes_work = |(_, seat): &(&SeatId, &Seat)| seat.takes_work();
        let seats: Vec<SeatId> = self
            .seats
            .iter()
            .filter(takes_work)
            .map(|(id, _)| *id)
            .collect();
        for id in seats.into_iter().filter(|_| grace_s > 0) {
            self.begin_grace(now, id, grace_s);
        }
    }

    fn begin_grace(&mut self, now: Now, id: SeatId, grace_s: u32) {
        let until = now.in_s(grace_s);
        if let Some(seat) = self.seats.get_mut(&id) {
            seat.grace_until = Some(until);
        }
        self.timers.at(until, Timer::GraceEnds(id, until));
    }

    /// The grace of a lost phone is over.
    pub(crate) fn grace_ends(&mut self, now: Now, id: SeatId, moment: MonoUs, step: &mut Step) {
        let grace_s = self.rules.limits.reconnect_grace_s;
        let Some(seat) = self.seats.get_mut(&id) else {
            return;
        };
        if seat.grace_until != Some(moment) {
            return;
        }
        seat.grace_until = None;
        let site = seat.row.site;
        if !seat.takes_work() {
            return;
        }
        // Who talks is there, whatever became of the registration; and whoever works at a site
        // that is cut off is not to blame.
        let talks = matches!(
            seat.work,
            SeatWork::Talking { .. } | SeatWork::Informed { .. } | SeatWork::Beside { .. }
        );
        if talks || self.is_site_out(site) {
            return self.begin_grace(now, id, grace_s.max(1));
        }
        let why = Choice::by(ChosenBy::ConnectionLost, Chosen::SignedOut);
        self.leave(now, id, &why, step);
    }
}
