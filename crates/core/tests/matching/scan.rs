//! The same decisions, found by looking at every work and every seat.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use cuptel_core::id::{OperatorId, QueueId, SeatId, TenantId};
use cuptel_core::matching::{Conditions, Dialling, Figures, Fitness, Lent, Pair, Waiting, Wish};
use cuptel_core::record::Work;
use cuptel_core::rules::{LendPolicy, Queue, Strategy};
use cuptel_core::time::UtcMs;
use cuptel_core::words::WorkKind;

/// A seat with its operator.
#[derive(Debug, Clone)]
pub(crate) struct Sitting {
    pub(crate) operator: OperatorId,
    pub(crate) home: Option<TenantId>,
    pub(crate) skills: Vec<(String, u8)>,
    pub(crate) is_present: bool,
    pub(crate) free: Option<Figures>,
    /// For whom it works.
    pub(crate) serves: Option<TenantId>,
    /// Works of which kind it is not to be offered.
    pub(crate) spared: Option<WorkKind>,
}

/// What the structure is told, kept as it was told.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    pub(crate) now_ms: i64,
    pub(crate) queues: BTreeMap<QueueId, Queue>,
    pub(crate) lending: BTreeMap<TenantId, LendPolicy>,
    /// With whom each waits for, while it does.
    pub(crate) works: BTreeMap<Work, (Waiting, Option<Wish>)>,
    pub(crate) seats: BTreeMap<SeatId, Sitting>,
    pub(crate) excluded: BTreeSet<(Work, SeatId)>,
    /// Queues of which nobody may be dialled.
    pub(crate) shut: BTreeSet<QueueId>,
    /// Queues of which somebody may be dialled only while a place is `HELD_MS` old.
    pub(crate) held: BTreeSet<QueueId>,
    /// Queues whose callbacks go after callers, unless they are held longer than others are.
    pub(crate) after: BTreeSet<QueueId>,
}

/// How long callbacks are held where they are.
pub(crate) const HELD_MS: i64 = 30_000;

/// And how long they go after callers.
const AFTER_MS: i64 = 40_000;

impl Conditions for &Scan {
    fn dialling(&mut self, queue: QueueId, place_ms: UtcMs) -> Dialling {
        self.dials(queue, place_ms)
    }

    fn excludes(&self, work: Work, seat: SeatId) -> bool {
        self.excluded.contains(&(work, seat))
    }
}

/// The order of the seats that could have one work.
type Rank = (Reverse<i64>, u8, u8, bool, i64, i64, SeatId);

impl Scan {
    fn dials(&self, queue: QueueId, place_ms: UtcMs) -> Dialling {
        let is_held = self.held.contains(&queue) && place_ms + HELD_MS > self.now_ms;
        if self.shut.contains(&queue) {
            Dialling::ByNone
        } else if is_held {
            Dialling::ByThoseAside
        } else if self.after.contains(&queue) && place_ms + AFTER_MS > self.now_ms {
            Dialling::AfterCallers
        } else {
            Dialling::ByAll
        }
    }

    /// Whether an operator is offered none of this kind.
    pub(crate) fn is_spared(&self, operator: OperatorId, kind: WorkKind) -> bool {
        let mut seats = self.seats.values();
        seats.any(|sitting| sitting.operator == operator && sitting.spared == Some(kind))
    }

    /// Who may dial a work: the oldest of those of whom the same is asked decides, and
    /// the work alone while it waits for somebody.
    fn dialling_of(&self, waiting: &Waiting, wish: Option<&Wish>) -> Dialling {
        let step = self.step_of(waiting);
        let works = self.works.values();
        let beside = works.filter(|(other, wish)| {
            let is_there = wish.is_none() && !other.is_live && other.queue == waiting.queue;
            is_there && self.step_of(other) == step
        });
        // Known to ten seconds.
        let stretch = |place_ms: UtcMs| place_ms.div_euclid(10_000) * 10_000;
        let oldest_ms = beside.map(|(other, _)| stretch(other.place_ms)).min();
        let place_ms = oldest_ms.filter(|_| wish.is_none());
        self.dials(waiting.queue, place_ms.unwrap_or(waiting.place_ms))
    }

    /// Whether a work goes after every caller whom its seat can have.
    pub(crate) fn is_after(&self, waiting: &Waiting, wish: Option<&Wish>) -> bool {
        !waiting.is_live && self.dialling_of(waiting, wish) == Dialling::AfterCallers
    }

    /// Whether a work may be dialled by a seat.
    pub(crate) fn may_be_dialled(
        &self,
        waiting: &Waiting,
        wish: Option<&Wish>,
        sitting: &Sitting,
    ) -> bool {
        let dialling = self.dialling_of(waiting, wish);
        let tenant = self.queues[&waiting.queue].tenant;
        let is_at_home = sitting.home.is_none_or(|home| home == tenant);
        dialling.may(is_at_home && sitting.spared == Some(WorkKind::Live))
    }

    /// How much is asked for a work by now.
    pub(crate) fn step_of(&self, waiting: &Waiting) -> u8 {
        let relax = &self.queues[&waiting.queue].matching.relax;
        let reached = relax
            .iter()
            .filter(|step| waiting.place_ms + i64::from(step.after_s) * 1_000 <= self.now_ms);
        u8::try_from(reached.count()).expect("few steps")
    }

    fn fitness(&self, queue: QueueId, sitting: &Sitting) -> Option<Fitness> {
        self.queues[&queue].fitness(&sitting.skills)
    }

    /// Whether there is sense in waiting for an operator.
    pub(crate) fn can_wait_for(&self, waiting: &Waiting, wish: &Wish) -> bool {
        let step = self.step_of(waiting);
        let mut seats = self.seats.values();
        let there = seats.find(|sitting| sitting.operator == wish.operator);
        there.is_some_and(|sitting| {
            let fitness = self.fitness(waiting.queue, sitting);
            sitting.is_present && fitness.is_some_and(|fitness| fitness.ring <= step)
        })
    }

    /// Nobody waits for who has left, nor for longer than they would.
    pub(crate) fn settle(&mut self) {
        let now_ms = self.now_ms;
        let present: BTreeSet<OperatorId> = self
            .seats
            .values()
            .filter(|sitting| sitting.is_present)
            .map(|sitting| sitting.operator)
            .collect();
        let spared = self.seats.values();
        let spared: BTreeSet<(OperatorId, WorkKind)> = spared
            .filter_map(|sitting| Some((sitting.operator, sitting.spared?)))
            .collect();
        for (waiting, wish) in self.works.values_mut() {
            let still = |it: &Wish| {
                it.until_ms > now_ms
                    && present.contains(&it.operator)
                    && !spared.contains(&(it.operator, waiting.kind()))
            };
            *wish = wish.filter(still);
        }
    }

    /// Counted seat by seat.
    pub(crate) fn lent(&self, tenant: TenantId) -> Lent {
        let mut lent = Lent::default();
        for seat in self.seats.values() {
            let Some(home) = seat.home else {
                continue;
            };
            match seat.serves.filter(|serves| *serves != home) {
                Some(serves) => {
                    lent.away += u32::from(home == tenant);
                    lent.borrowed += u32::from(serves == tenant);
                }
                None => lent.at_home += u32::from(home == tenant && seat.is_present),
            }
        }
        lent
    }

    fn is_lent(&self, home: TenantId, tenant: TenantId) -> bool {
        let (own, policy) = (self.lent(home), self.lending[&home]);
        let borrow_max = self.lending[&tenant].borrow_max;
        own.at_home > policy.floor
            && policy.max.is_none_or(|max| own.away < max)
            && borrow_max.is_none_or(|max| self.lent(tenant).borrowed < max)
    }

    fn rank(&self, waiting: &Waiting, seat: SeatId, sitting: &Sitting) -> Option<Rank> {
        let figures = sitting.free?;
        let fitness = self.fitness(waiting.queue, sitting)?;
        let tenant = self.queues[&waiting.queue].tenant;
        let home = sitting.home.filter(|home| *home != tenant);
        if home.is_some_and(|home| !self.is_lent(home, tenant)) {
            return None;
        }
        let merit = match self.queues[&waiting.queue].matching.strategy {
            Strategy::LongestIdle => 0,
            Strategy::LeastOccupied => figures.load.rank(),
            Strategy::BestSkill => -i64::from(fitness.level),
            Strategy::FewestCalls => i64::from(figures.load.calls()),
        };
        Some((
            Reverse(fitness.weight_ms),
            fitness.ring,
            fitness.unmet,
            home.is_some(),
            merit,
            figures.idle_since_ms,
            seat,
        ))
    }

    /// Free seats that a work may have now, the best first.
    pub(crate) fn seats_for(&self, work: Work) -> Vec<Rank> {
        let (waiting, wish) = &self.works[&work];
        let step = self.step_of(waiting);
        let mut ranks: Vec<Rank> = self
            .seats
            .iter()
            .filter(|(_, sitting)| wish.is_none_or(|wish| wish.operator == sitting.operator))
            .filter(|(seat, _)| !self.excluded.contains(&(work, **seat)))
            .filter(|(_, sitting)| sitting.spared != Some(waiting.kind()))
            .filter(|(_, sitting)| {
                waiting.is_live || self.may_be_dialled(waiting, wish.as_ref(), sitting)
            })
            .filter_map(|(seat, sitting)| self.rank(waiting, *seat, sitting))
            .filter(|rank| wish.is_some() || rank.1 <= step)
            .collect();
        ranks.sort_unstable();
        ranks
    }

    /// Of all works that a free seat can take, the one that goes first: no callback that goes after
    /// callers while a caller can have any seat. Of those that wait for one operator, that is the
    /// first in line.
    pub(crate) fn next(&self) -> Option<Pair> {
        let mut pairs = Vec::new();
        let mut waited_for = BTreeSet::new();
        let after =
            |(waiting, wish): &(Waiting, Option<Wish>)| self.is_after(waiting, wish.as_ref());
        let mut works: Vec<&(Waiting, Option<Wish>)> = self.works.values().collect();
        works.sort_unstable_by_key(|it| (after(it), it.0.key_ms, it.0.work));
        for it in works {
            let (waiting, wish) = it;
            let Some(rank) = self.seats_for(waiting.work).first().copied() else {
                continue;
            };
            let step = match wish {
                Some(wish) if waited_for.insert(wish.operator) => rank.1,
                Some(_) => continue,
                None => self.step_of(waiting),
            };
            let seen_ms = waiting.key_ms - rank.0.0;
            let order = (after(it), seen_ms, waiting.key_ms, waiting.work);
            let pair = Pair {
                seen_ms,
                waiting: *waiting,
                step,
                seat: rank.6,
            };
            pairs.push((order, pair));
        }
        let first = pairs.into_iter().min_by_key(|(order, _)| *order);
        first.map(|(_, pair)| pair)
    }
}
