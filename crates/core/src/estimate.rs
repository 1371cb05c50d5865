//! How long whoever stands in a line waits until an operator takes them. Operators who can serve
//! them become free one after the other, and those before them are taken first: the wait lasts
//! until the last of so many departures. With works of exponential length that is a gamma
//! distribution, whose shape is the number of departures. Where nobody is there, there is no
//! estimate.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::centre::Centre;
use crate::id::{QueueId, TenantId};
use crate::matching::Waiting;
use crate::record::Work;
use crate::time::Now;
use crate::words::WorkKind;

/// Standard normal quantile of nine tenths.
const NINE_TENTHS: f64 = 1.281_551_565_5;
/// Works counted before one in a queue at most: beyond them the wait is longer than what is told.
const BEFORE_MAX: usize = 1_000;
/// What is told, in minutes: never a figure that pretends to be exact.
const TOLD_MIN: [u32; 14] = [2, 3, 4, 5, 6, 8, 10, 15, 20, 25, 30, 40, 50, 60];

/// A wait that is expected.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Wait {
    /// On the mean, in seconds.
    pub(crate) mean_s: f64,
    /// One of ten waits less, in seconds.
    pub(crate) low_s: f64,
    /// One of ten waits longer, in seconds.
    pub(crate) high_s: f64,
}

/// How a wait is put into words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Told {
    /// Less than so many minutes, by its place among those that can be told.
    Under(usize),
    /// More than the longest of them.
    Beyond,
}

impl Wait {
    /// Until the last of `departures` operators is free, when they become free one every
    /// `apart_s` seconds on the mean. Quantiles by Wilson and Hilferty, "The distribution of
    /// chi-square", PNAS 17 (1931): the upper one is less than 2 % off from one departure up.
    pub(crate) fn of(departures: f64, apart_s: f64) -> Self {
        let quantile = |z: f64| {
            let cube_root = 1.0 - 1.0 / (9.0 * departures) + z / (3.0 * departures.sqrt());
            departures * apart_s * cube_root.max(0.0).powi(3)
        };
        if departures <= 0.0 {
            return Self {
                mean_s: 0.0,
                low_s: 0.0,
                high_s: 0.0,
            };
        }
        Self {
            mean_s: departures * apart_s,
            low_s: quantile(-NINE_TENTHS),
            high_s: quantile(NINE_TENTHS),
        }
    }

    /// In words that nine of ten waits keep; nothing for one that is over within a minute.
    pub(crate) fn told(self) -> Option<Told> {
        let high_min = self.high_s / 60.0;
        if high_min < 1.0 {
            return None;
        }
        let under = TOLD_MIN
            .iter()
            .position(|told| f64::from(*told) >= high_min);
        Some(under.map_or(Told::Beyond, Told::Under))
    }
}

impl Told {
    /// The minutes that keep it; none where no time is named.
    pub(crate) fn minutes(self) -> Option<u32> {
        match self {
            Self::Under(index) => TOLD_MIN.get(index).copied(),
            Self::Beyond => None,
        }
    }
}

/// Minutes that can be told, each with a prompt of its own.
#[must_use]
pub fn minutes_told() -> &'static [u32] {
    &TOLD_MIN
}

/// Seats whose operators are there and could serve a queue, busy or not.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Crew {
    /// One bit for each seat of the centre, in their order.
    seats: Vec<u64>,
    count: usize,
}

impl Crew {
    fn has(&self, at: usize) -> bool {
        let word = self.seats.get(at / 64);
        word.is_some_and(|word| word & (1 << (at % 64)) != 0)
    }
}

/// The crew of every queue. A seat stands in several.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Crews(BTreeMap<QueueId, Crew>);

impl Crews {
    /// Seats of a queue's crew.
    pub(crate) fn count(&self, queue: QueueId) -> usize {
        self.0.get(&queue).map_or(0, |crew| crew.count)
    }

    /// Queues that a crew serves, with the part of their works that it has to do: which part of
    /// those who serve them are of this crew.
    pub(crate) fn shared_by(&self, queue: QueueId) -> impl Iterator<Item = (QueueId, f64)> {
        let own = self.0.get(&queue).map_or(&[][..], |crew| &crew.seats);
        let share = move |(id, other): (&QueueId, &Crew)| {
            let both = own
                .iter()
                .zip(&other.seats)
                .map(|(a, b)| (a & b).count_ones());
            (
                *id,
                f64::from(both.sum::<u32>()) / ratio(other.count.max(1), 1),
            )
        };
        self.0.iter().map(share).filter(|(_, share)| *share > 0.0)
    }
}

/// The crews as they were found last: they change only as somebody comes or goes.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct CrewsKnown(BTreeMap<WorkKind, Arc<Crews>>);

/// Operators of other authorities in a queue's crew: no more than may help out at once.
#[derive(Debug, Default)]
struct Guests {
    of: BTreeMap<TenantId, u32>,
    all: u32,
}

impl Guests {
    fn may_join(&mut self, centre: &Centre, home: Option<TenantId>, tenant: TenantId) -> bool {
        let Some(home) = home.filter(|home| *home != tenant) else {
            return true;
        };
        let of = self.of.entry(home).or_default();
        let borrow_max = centre
            .rules
            .tenants
            .get(&tenant)
            .and_then(|it| it.lending.borrow_max);
        let may = *of < centre.matching.guests_max(home, tenant)
            && borrow_max.is_none_or(|most| self.all < most);
        *of += u32::from(may);
        self.all += u32::from(may);
        may
    }
}

#[expect(clippy::cast_precision_loss, reason = "people in a centre")]
pub(crate) fn ratio(part: usize, whole: usize) -> f64 {
    part as f64 / whole.max(1) as f64
}

impl Centre {
    /// Who could do works of this kind now, or after the one at hand.
    pub(crate) fn crews(&mut self, now: Now, kind: WorkKind) -> Arc<Crews> {
        if let Some(known) = self.crews_known.0.get(&kind) {
            return Arc::clone(known);
        }
        let found = Arc::new(self.crews_at(now, kind));
        self.crews_known.0.insert(kind, Arc::clone(&found));
        found
    }

    /// Somebody came or went, or what they can or may do is not what it was.
    pub(crate) fn crews_changed(&mut self) {
        self.blending.forget();
        self.crews_known.0.clear();
    }

    /// The same, looked up anew.
    pub(crate) fn crews_at(&self, now: Now, kind: WorkKind) -> Crews {
        let words = self.seats.len().div_ceil(64);
        let nobody = || Crew {
            seats: vec![0; words],
            count: 0,
        };
        let queues = self.rules.queues.keys();
        let mut crews: BTreeMap<QueueId, Crew> = queues.map(|id| (*id, nobody())).collect();
        let mut guests: BTreeMap<QueueId, Guests> = BTreeMap::new();
        for (at, (id, seat)) in self.seats.iter().enumerate() {
            if !seat.is_there(now.utc_ms) || self.is_site_out(seat.row.site) {
                continue;
            }
            for queue in self.matching.served_at(*id) {
                let Some(rule) = self.rules.queues.get(&queue) else {
                    continue;
                };
                if seat.profile.takes(queue, kind)
                    && guests
                        .entry(queue)
                        .or_default()
                        .may_join(self, seat.home, rule.tenant)
                    && let Some(crew) = crews.get_mut(&queue)
                    && let Some(word) = crew.seats.get_mut(at / 64)
                {
                    *word |= 1 << (at % 64);
                    crew.count += 1;
                }
            }
        }
        Crews(crews)
    }

    fn free_of(&self, now: Now, queue: QueueId, crews: &Crews) -> usize {
        let Some(crew) = crews.0.get(&queue) else {
            return 0;
        };
        let seats = self.seats.values().enumerate();
        let free = seats.filter(|(at, seat)| crew.has(*at) && seat.is_free(now.utc_ms));
        free.count()
    }

    /// Whether an operator may ever help out there, as many as are there now.
    pub(crate) fn may_be_lent(&self, home: Option<TenantId>, tenant: TenantId) -> bool {
        let home = home.filter(|home| *home != tenant);
        home.is_none_or(|home| self.matching.guests_max(home, tenant) > 0)
    }

    /// How long whoever has this turn in a queue's line waits. None while nobody is there who
    /// could serve them.
    pub(crate) fn wait_of(&self, now: Now, waiting: &Waiting, crews: &Crews) -> Option<Wait> {
        let queue = waiting.queue;
        let rule = self.rules.queues.get(&queue)?;
        let seats = crews.count(queue);
        if seats == 0 {
            return None;
        }
        let (mut works, mut needs_s) = (0.0, 0.0);
        for (shared, share) in crews.shared_by(queue) {
            let Some(rule) = self.rules.queues.get(&shared) else {
                continue;
            };
            let there = Waiting {
                queue: shared,
                ..*waiting
            };
            let before = self.ahead_of(now, &there, BEFORE_MAX);
            works += share * ratio(before, 1);
            needs_s += share * ratio(before, 1) * self.means.conversation_s(shared, rule);
        }
        // The seat that serves them becomes free too, unless one is.
        let departures = works + 1.0 - ratio(self.free_of(now, queue, crews), 1);
        let own_s = self.means.conversation_s(queue, rule);
        let mean_s = (needs_s + own_s) / (works + 1.0);
        let apart_s = mean_s / ratio(seats, 1);
        Some(Wait::of(departures, apart_s))
    }

    /// How long whoever entered a queue now would wait.
    pub(crate) fn wait_now(&self, now: Now, queue: QueueId, crews: &Crews) -> Option<Wait> {
        let last = Work::Attempt(crate::id::AttemptId(i64::MAX));
        self.wait_of(now, &self.waiting(queue, now.utc_ms, 0, last), crews)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, exact: f64) {
        assert!((found / exact - 1.0).abs() < 0.02, "{found} for {exact}");
    }

    #[test]
    fn quantiles_are_those_of_the_gamma_distribution() {
        // scipy.stats.gamma.ppf([0.1, 0.9], k)
        for (departures, low, high) in [
            (2.0, 0.531_812, 3.889_720),
            (5.0, 2.432_591, 7.993_590),
            (20.0, 14.525_297, 25.902_527),
        ] {
            let wait = Wait::of(departures, 1.0);
            near(wait.mean_s, departures);
            near(wait.low_s, low);
            near(wait.high_s, high);
        }
        near(Wait::of(1.0, 60.0).high_s, 60.0 * std::f64::consts::LN_10);
    }

    #[test]
    fn told_is_a_round_time_that_nine_of_ten_waits_keep() {
        let told = |high_s| {
            Wait {
                mean_s: 0.0,
                low_s: 0.0,
                high_s,
            }
            .told()
        };
        assert_eq!(told(59.0), None);
        assert_eq!(told(61.0).and_then(Told::minutes), Some(2));
        assert_eq!(told(301.0).and_then(Told::minutes), Some(6));
        assert_eq!(told(3_600.0).and_then(Told::minutes), Some(60));
        assert_eq!(told(3_601.0), Some(Told::Beyond));
    }

    #[test]
    fn nobody_waits_where_a_seat_is_free() {
        assert!(Wait::of(0.0, 100.0).high_s.abs() < f64::EPSILON);
        assert_eq!(Wait::of(-2.0, 100.0).told(), None);
    }
}
