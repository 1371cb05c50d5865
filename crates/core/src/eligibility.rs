//! Whether a seat may be offered a work of some kind now. Skills are not looked at: which are
//! asked of whom is the dispatcher's business.

use crate::centre::Centre;
use crate::id::{OperatorId, QueueId, SeatId, SiteId};
use crate::matching::Eligibility;
use crate::profile::Profile;
use crate::seat::Seat;
use crate::time::{MonoUs, Now};
use crate::timers::Timer;
use crate::words::WorkKind;

/// How long a look at who is spared what holds.
const LOOK_US: MonoUs = 1_000_000;
/// The trainee's hour.
const HOUR_S: u32 = 3_600;
/// The largest pace that a profile may set.
const WORKS_KEPT: usize = 60;

impl Centre {
    /// Why a seat that is free may not be offered a work of this queue; none if it may.
    pub(crate) fn spared(
        &self,
        seat: &Seat,
        queue: QueueId,
        kind: WorkKind,
        now: Now,
    ) -> Option<Eligibility> {
        if self.is_site_out(seat.row.site) {
            Some(Eligibility::SiteOut)
        } else if kind != WorkKind::Task && self.is_site_full(seat) {
            Some(Eligibility::SiteFull)
        } else if self.overruns(seat, queue, now) {
            Some(Eligibility::ShiftEnds)
        } else if self.is_spared(seat, queue, kind, now) {
            Some(Eligibility::Profile)
        } else {
            let rule = self.rules.queues.get(&queue);
            rule.and_then(|rule| self.matching.lend_refusal(seat.home, rule.tenant))
        }
    }

    /// What a seat must not be offered now, of the works that it has the skills for.
    pub(crate) fn works_spared(&self, now: Now, id: SeatId) -> Vec<(QueueId, WorkKind)> {
        let seat = self.seats.get(&id);
        let Some(seat) = seat.filter(|seat| self.may_be_spared(now, seat)) else {
            return Vec::new();
        };
        let kinds = [WorkKind::Live, WorkKind::Callback];
        let works = self.rules.queues.keys();
        let works = works.flat_map(|queue| kinds.map(|kind| (*queue, kind)));
        // Once for the seat and not per work: calls at a site are counted seat by seat.
        if self.is_site_out(seat.row.site) || self.is_site_full(seat) {
            return works.collect();
        }
        works
            .filter(|(queue, kind)| {
                self.overruns(seat, *queue, now) || self.is_spared(seat, *queue, *kind, now)
            })
            .collect()
    }

    /// Whether it has to be looked at again while time passes and nothing happens to it.
    pub(crate) fn may_be_spared(&self, now: Now, seat: &Seat) -> bool {
        seat.is_free(now.utc_ms) && self.may_spare(seat)
    }

    /// Whether there is anything for which it could be spared.
    fn may_spare(&self, seat: &Seat) -> bool {
        let site = seat.row.site;
        let is_capped = self.counts_calls_at(site);
        let shift_ends = seat
            .sign_in
            .as_ref()
            .is_some_and(|it| it.shift_ends_ms.is_some());
        is_capped || shift_ends || self.is_site_out(site) || seat.profile != Profile::default()
    }

    /// Whether the calls at a site are counted.
    pub(crate) fn counts_calls_at(&self, site: SiteId) -> bool {
        let rule = self.rules.sites.get(&site);
        rule.is_some_and(|rule| rule.calls_max.is_some())
    }

    /// Looks again at who is spared what: at once where somebody came or went, else once a second,
    /// because a shift nears its end and a trainee's hour passes.
    pub(crate) fn look_at_spared(&mut self, now: Now) {
        let is_due = now.mono_us >= self.spared_looked_at + LOOK_US;
        let look_at_all = std::mem::take(&mut self.look_at_spared);
        if !look_at_all && !is_due {
            return;
        }
        self.spared_looked_at = now.mono_us;
        let may_change = |(id, seat): &(&SeatId, &Seat)| {
            let is_spared = !self.matching.spared_of(**id).is_empty();
            seat.is_free(now.utc_ms) && (is_spared || self.may_spare(seat))
        };
        let seats: Vec<SeatId> = if look_at_all {
            let seats = self.seats.iter().filter(may_change);
            seats.map(|(id, _)| *id).collect()
        } else {
            self.to_be_spared.iter().copied().collect()
        };
        for id in seats {
            if self.matching.spared_of(id) != self.works_spared(now, id) {
                self.stand_by(now, id);
            }
        }
        if look_at_all {
            self.crews_changed();
        }
    }

    /// Whether one more call would be too many for the link of its site.
    fn is_site_full(&self, seat: &Seat) -> bool {
        let site = seat.row.site;
        let most = self.rules.sites.get(&site).and_then(|rule| rule.calls_max);
        let has_call = |other: &&Seat| other.row.site == site && other.leg().is_some();
        most.is_some_and(|most| {
            let calls = self.seats.values().filter(has_call).count();
            u32::try_from(calls).is_ok_and(|calls| calls >= most)
        })
    }

    /// Whether a work would still be going on when its shift is over.
    fn overruns(&self, seat: &Seat, queue: QueueId, now: Now) -> bool {
        let ends_ms = seat.sign_in.as_ref().and_then(|it| it.shift_ends_ms);
        let rule = self.rules.queues.get(&queue);
        ends_ms.zip(rule).is_some_and(|(ends_ms, rule)| {
            now.utc_ms + self.means.conversation_ms(queue, rule) > ends_ms
        })
    }

    /// Whether its operator's profile forbids it.
    fn is_spared(&self, seat: &Seat, queue: QueueId, kind: WorkKind, now: Now) -> bool {
        let profile = &seat.profile;
        let alone = |buddy| self.seat_of(buddy).is_none();
        let is_fast = |most| self.works_within_an_hour(seat, now) >= most;
        !profile.takes(queue, kind)
            || profile.buddy.is_some_and(alone)
            || profile.works_per_h.is_some_and(is_fast)
    }

    fn works_within_an_hour(&self, seat: &Seat, now: Now) -> u32 {
        let hour_us = u64::from(HOUR_S) * 1_000_000;
        let operator = seat.sign_in.as_ref().map(|it| it.operator);
        let begun = operator.and_then(|operator| self.begun.get(&operator));
        let recent = |at: &&u64| **at + hour_us > now.mono_us;
        let count = begun.map_or(0, |begun| begun.iter().filter(recent).count());
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    /// A seat took a work: it counts for breaks and for a trainee's pace.
    pub(crate) fn work_begun(&mut self, now: Now, id: SeatId) {
        let Some(seat) = self.seats.get_mut(&id) else {
            return;
        };
        seat.works_since_break = seat.works_since_break.saturating_add(1);
        if let Some(sign_in) = &seat.sign_in {
            let begun = self.begun.entry(sign_in.operator).or_default();
            begun.push_back(now.mono_us);
            while begun.len() > WORKS_KEPT {
                begun.pop_front();
            }
            if seat.profile.works_per_h.is_some() {
                // By then a trainee may be offered one more, though nothing else happens.
                self.timers.at(now.in_s(HOUR_S), Timer::Look);
            }
        }
    }

    /// An operator is to keep a pace from now on: what they have begun within the hour counts.
    pub(crate) fn await_pace(&mut self, operator: OperatorId) {
        let hour_us = u64::from(HOUR_S) * 1_000_000;
        for at in self.begun.get(&operator).into_iter().flatten() {
            self.timers.at(at + hour_us, Timer::Look);
        }
    }
}
