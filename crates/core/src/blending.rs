//! How people are called back while others ring in. A callback gives way to whoever is on the line
//! (`GivesWay::ToWaiting`): a seat calls back when there is no caller whom it can have. Or also to
//! those who are expected (`ToExpected`): then only so many seats call back as leave the callers of
//! now their targets, by Erlang's formula over how fast they have come of late and how long
//! conversations take. Either way a floor of seats (`share_min`) calls back whatever comes in; and
//! a callback that was held long enough goes by its place, on as many seats as are set aside for
//! those: else on a day with more debts than seats nobody who rings in would be answered once the
//! first debts are that old.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::centre::Centre;
use crate::erlang::answered_within;
use crate::estimate::{Crews, ratio};
use crate::id::QueueId;
use crate::matching::Dialling;
use crate::record::Work;
use crate::rules::{GivesWay, Queue, Rules};
use crate::seat::{Seat, SeatWork, With};
use crate::task_offers::AtTasks;
use crate::time::{MonoUs, Now, UtcMs};
use crate::timers::Timer;
use crate::words::WorkKind;

/// How long arrivals are remembered: a jam shows within minutes, and a lull is believed later.
const MEMORIES_S: [f64; 2] = [120.0, 900.0];
/// A look at what is at risk holds for so long.
const LOOK_US: MonoUs = 1_000_000;
/// Fewer callers than one an hour are nobody, where a seat can be had back at once.
const QUIET_PER_S: f64 = 1.0 / 3_600.0;
/// A caller who has waited this part of the target's time puts it at risk, whatever is forecast.
const WAITED_PART: i64 = 2;

/// How fast callers have come into a queue.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(crate) struct Stream {
    per_s: [f64; 2],
    at_ms: UtcMs,
}

impl Stream {
    fn faded(&self, at_ms: UtcMs) -> [f64; 2] {
        let gone_s = seconds(at_ms - self.at_ms);
        let fade = |(per_s, memory_s): (f64, f64)| per_s * (-gone_s / memory_s).exp();
        let [first, second] = self.per_s;
        [fade((first, MEMORIES_S[0])), fade((second, MEMORIES_S[1]))]
    }

    /// One more has come.
    pub(crate) fn came(&mut self, at_ms: UtcMs) {
        let [first, second] = self.faded(at_ms);
        self.per_s = [first + 1.0 / MEMORIES_S[0], second + 1.0 / MEMORIES_S[1]];
        self.at_ms = at_ms;
    }

    /// Callers a second: of the last minutes or of the last quarter of an hour, the more.
    pub(crate) fn per_s(&self, at_ms: UtcMs) -> f64 {
        let [first, second] = self.faded(at_ms);
        first.max(second)
    }
}

/// What a queue's callbacks have to leave to its callers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Blend {
    until: MonoUs,
    /// Queues whose callbacks the same seats make, and the part of each.
    shared: Vec<(QueueId, f64)>,
    /// Seats that may be at callbacks at once, by their places among the callers.
    seats_max: usize,
    /// Seats that may be while nobody whom they can have is on the line.
    seats_after: usize,
    /// Seats that may be for the sake of those who were held long enough.
    seats_overdue: usize,
    /// Seats that callers do not need now,
    spared: usize,
    /// and those where a caller has them back at once: all, while hardly anybody calls.
    spared_at_call: usize,
    /// Whether more of them would put a target of the callers at risk.
    is_at_risk: bool,
}

/// Everything that blending goes by.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Blending {
    pub(crate) streams: BTreeMap<QueueId, Stream>,
    blends: BTreeMap<QueueId, Blend>,
    /// Seats at a callback of each queue.
    at_callbacks: BTreeMap<QueueId, usize>,
    /// Seats at a task that nobody may take them out of.
    pub(crate) at_fixed_tasks: AtTasks,
}

fn seconds(ms: UtcMs) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "days in milliseconds")]
    let ms = ms.max(0) as f64;
    ms / 1_000.0
}

/// Whether a caller's wait puts a target at risk, whatever is forecast.
pub(crate) fn is_at_risk(waited_ms: i64, within_s: u32) -> bool {
    waited_ms >= i64::from(within_s) * 1_000 / WAITED_PART
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a part of the seats of a centre"
)]
fn seats_of(share: f64, crew: usize) -> usize {
    (share * ratio(crew, 1)).ceil() as usize
}

/// The fewest of so many seats that are enough; all where even these are not. With each seat less
/// fewer callers are answered in time.
fn fewest(seats: usize, is_enough: impl Fn(usize) -> bool) -> usize {
    let (mut short, mut enough) = (0, seats);
    while short < enough {
        let middle = usize::midpoint(short, enough);
        if is_enough(middle) {
            enough = middle;
        } else {
            short = middle + 1;
        }
    }
    enough
}

impl Blending {
    /// A seat begins or ends a callback.
    pub(crate) fn seat_moves(&mut self, from: Option<QueueId>, to: Option<QueueId>) {
        if let Some(count) = from.and_then(|queue| self.at_callbacks.get_mut(&queue)) {
            *count = count.saturating_sub(1);
        }
        if let Some(queue) = to {
            *self.at_callbacks.entry(queue).or_default() += 1;
        }
    }

    /// The other queues whose callbacks the same seats make.
    pub(crate) fn sharers(&self, queue: QueueId) -> impl Iterator<Item = QueueId> {
        let shared = self.blends.get(&queue).map(|blend| &blend.shared);
        let shared = shared.into_iter().flatten().map(|(other, _)| *other);
        shared.filter(move |other| *other != queue)
    }

    /// Which seats may begin another callback of this queue. `since_ms`: since when the one
    /// whose turn it is could have been dialled.
    pub(crate) fn dialling(
        &self,
        queue: QueueId,
        hold_ms: i64,
        now_ms: UtcMs,
        since_ms: UtcMs,
    ) -> Dialling {
        let Some(blend) = self.of_served(queue) else {
            return Dialling::ByAll;
        };
        let is_overdue = now_ms - since_ms >= hold_ms;
        if self.has_room(blend, blend.seats_max)
            || (is_overdue && self.has_room(blend, blend.seats_overdue))
        {
            Dialling::ByAll
        } else if self.has_room(blend, blend.seats_after) {
            Dialling::AfterCallers
        } else {
            Dialling::ByThoseAside
        }
    }

    /// How many seats may be at callbacks of a queue that go before callers by their place.
    pub(crate) fn by_place(&self, queue: QueueId, is_overdue: bool) -> usize {
        let blend = self.of_served(queue).filter(|it| it.seats_after > 0);
        blend.map_or(usize::MAX, |blend| {
            let overdue = if is_overdue { blend.seats_overdue } else { 0 };
            blend.seats_max.max(overdue)
        })
    }

    /// What a queue's callers need, where anybody is there who could serve them.
    fn of_served(&self, queue: QueueId) -> Option<&Blend> {
        let blend = self.blends.get(&queue);
        blend.filter(|blend| !blend.shared.is_empty())
    }

    /// Whether callbacks of a queue were held for its callers at the last look.
    pub(crate) fn holds(&self, queue: QueueId) -> bool {
        let blend = self.blends.get(&queue);
        blend.is_some_and(|blend| {
            let is_full = |seats| !self.has_room(blend, seats);
            blend.is_at_risk && is_full(blend.seats_max) && is_full(blend.seats_after)
        })
    }

    /// Whether fewer of a queue's seats than these are at callbacks, of whichever queue, or at tasks
    /// that they cannot leave.
    fn has_room(&self, blend: &Blend, seats: usize) -> bool {
        self.at_other_works(blend, &self.at_fixed_tasks) < ratio(seats, 1)
    }

    /// Of a queue's seats, those at callbacks, of whichever queue, and at these tasks.
    fn at_other_works(&self, blend: &Blend, tasks: &AtTasks) -> f64 {
        let at = |(queue, share): &(QueueId, f64)| {
            let callbacks = self.at_callbacks.get(queue).copied().unwrap_or(0);
            share * ratio(callbacks + tasks.get(queue).copied().unwrap_or(0), 1)
        };
        blend.shared.iter().map(at).sum()
    }

    /// Whether a seat of a queue may begin a task: one that callers do not need, nor those who
    /// are called back.
    pub(crate) fn spares_for_tasks(
        &self,
        queue: QueueId,
        interruptible: bool,
        at_tasks: &AtTasks,
    ) -> bool {
        let Some(blend) = self.of_served(queue) else {
            return true;
        };
        let spared = if interruptible {
            blend.spared_at_call
        } else {
            blend.spared
        };
        self.at_other_works(blend, at_tasks) < ratio(spared, 1)
    }

    /// The clock was set: what came so long ago still did.
    pub(crate) fn shift(&mut self, by_ms: i64) {
        for stream in self.streams.values_mut() {
            stream.at_ms += by_ms;
        }
    }

    /// The rules have changed, or who is there.
    pub(crate) fn forget(&mut self) {
        self.blends.clear();
    }
}

/// Whether no caller can have a seat, nor what it takes of a site's link: its operator takes none.
pub(crate) fn is_aside(rules: &Rules, seat: &Seat) -> bool {
    let site = rules.sites.get(&seat.row.site);
    let is_bounded = site.is_some_and(|rule| rule.calls_max.is_some());
    !seat.profile.serves_callers() && !is_bounded
}

/// Whether callers lose something while a seat is at another work of a queue: the seat, or one of
/// those that may be lent.
pub(crate) fn may_be_missed(rules: &Rules, seat: &Seat, queue: QueueId) -> bool {
    let tenant = rules.queues.get(&queue).map(|rule| rule.tenant);
    let is_at_home = seat.home.is_none() || seat.home == tenant;
    !(is_at_home && is_aside(rules, seat))
}

impl Seat {
    /// The queue whose callback it is at, from the offer to the end of the wrap-up.
    pub(crate) fn calls_back_for(&self) -> Option<QueueId> {
        match &self.work {
            SeatWork::Offered { offer, .. } => {
                matches!(offer.work, Work::Callback(_)).then_some(offer.queue)
            }
            SeatWork::Talking { queue, with, .. } => match with {
                With::Caller(_) => None,
                With::Ringing { .. } | With::Person { .. } => Some(*queue),
            },
            SeatWork::Informed { .. } | SeatWork::WrapUp { .. } => self.at_callback,
            SeatWork::Idle
            | SeatWork::AtTask { .. }
            | SeatWork::Beside { .. }
            | SeatWork::Resting { .. }
            | SeatWork::NotResponding => None,
        }
    }
}

impl Centre {
    /// Looks anew at what the callers of each queue need that has callbacks in its line, or tasks.
    pub(crate) fn look_at_blends(&mut self, now: Now) {
        let is_due = |queue: &QueueId| {
            let looked = self.blending.blends.get(queue);
            looked.is_none_or(|blend| blend.until <= now.mono_us)
        };
        let with_tasks = self.tasks.queues();
        let queues = self.matching.with_callbacks().chain(with_tasks);
        let due: BTreeSet<QueueId> = queues.filter(is_due).collect();
        if due.is_empty() {
            return;
        }
        let rules = self.rules.clone();
        let crews = self.crews(now, WorkKind::Live);
        for queue in due {
            let Some(rule) = rules.queues.get(&queue) else {
                continue;
            };
            let blend = self.blend(now, queue, rule, &crews);
            let until = blend.until;
            self.blending.blends.insert(queue, blend);
            if self.blending.holds(queue) {
                self.timers.at(until, Timer::Blend(queue));
            }
        }
    }

    fn blend(&self, now: Now, queue: QueueId, rule: &Queue, crews: &Crews) -> Blend {
        let seats = crews.count(queue);
        let shared_by: Vec<(QueueId, f64)> = crews.shared_by(queue).collect();
        let (mut offered, mut per_s) = (0.0, 0.0);
        for &(shared, share) in &shared_by {
            let (Some(rule), Some(stream)) = (
                self.rules.queues.get(&shared),
                self.blending.streams.get(&shared),
            ) else {
                continue;
            };
            let arrivals = share * stream.per_s(now.utc_ms);
            per_s += arrivals;
            offered += arrivals * self.means.conversation_s(shared, rule);
        }
        let work_s = if per_s > 0.0 {
            offered / per_s
        } else {
            self.means.conversation_s(queue, rule)
        };
        let since_ms = match rule.answer_targets.as_slice() {
            [] => None,
            _ => self.waits_since(queue),
        };
        let waited_ms = since_ms.map_or(0, |since_ms| now.utc_ms - since_ms);
        let is_kept = |operators: usize| {
            let operators = u32::try_from(operators).unwrap_or(u32::MAX);
            rule.answer_targets.iter().all(|target| {
                let within_s = f64::from(target.within_s);
                !is_at_risk(waited_ms, target.within_s)
                    && answered_within(offered, operators, work_s, within_s) >= target.share
            })
        };
        let policy = &rule.callback;
        let floor = seats_of(policy.share_min, seats);
        let ceiling = seats_of(policy.share_max, seats).max(floor);
        let overdue = match policy.share_overdue {
            // Not so many as are there: who leaves may still be at a callback.
            all if all >= 1.0 => usize::MAX,
            share => seats_of(share, seats),
        };
        let spared = seats - fewest(seats, is_kept);
        let (seats_max, seats_after) = match policy.gives_way {
            GivesWay::ToWaiting => (floor, ceiling),
            GivesWay::ToExpected => (spared.clamp(floor, ceiling), 0),
        };
        Blend {
            until: now.mono_us + LOOK_US,
            shared: shared_by,
            seats_max,
            seats_after,
            seats_overdue: overdue,
            spared,
            spared_at_call: if per_s < QUIET_PER_S { seats } else { spared },
            is_at_risk: spared < ceiling,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_shows_a_jam_within_minutes_and_believes_a_lull_later() {
        let mut stream = Stream::default();
        let mut at_ms = 1_000_000;
        for _ in 0..600 {
            at_ms += 1_000;
            stream.came(at_ms);
        }
        let jam = stream.per_s(at_ms);
        assert!((0.95..1.05).contains(&jam), "one a second: {jam}");
        let later = stream.per_s(at_ms + 300_000);
        assert!((0.3..0.5).contains(&later), "{later}");
    }

    #[test]
    fn fewest_is_the_first_that_is_enough_and_all_where_none_is() {
        for enough in 0..=9 {
            assert_eq!(fewest(8, |seats| seats >= enough), enough.min(8));
        }
    }

    #[test]
    fn a_callback_that_was_held_long_enough_is_held_no_more() {
        let queue = QueueId(1);
        let mut blending = Blending::default();
        let begins = |blending: &Blending, since_ms| {
            blending.dialling(queue, 60_000, 100_000, since_ms) == Dialling::ByAll
        };
        assert!(begins(&blending, 100_000), "no look yet");
        let blend = Blend {
            until: 0,
            shared: vec![(queue, 1.0)],
            seats_max: 1,
            seats_after: 0,
            seats_overdue: 2,
            spared: 0,
            spared_at_call: 0,
            is_at_risk: true,
        };
        blending.blends.insert(queue, blend);
        assert!(begins(&blending, 90_000), "the floor");
        blending.seat_moves(None, Some(queue));
        assert!(!begins(&blending, 40_001));
        assert!(begins(&blending, 40_000));
        blending.seat_moves(None, Some(queue));
        assert!(
            !begins(&blending, 40_000),
            "no more than are set aside for those"
        );
        blending.seat_moves(Some(queue), None);
        blending.seat_moves(Some(queue), None);
        assert!(begins(&blending, 90_000));
    }
}
