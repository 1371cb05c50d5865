//! One queue: who waits, by what is asked of a seat for them, and who is free to serve them.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::lending::Lending;
use super::{Conditions, Dialling, Fitness, Pair, Waiting};
use crate::id::{QueueId, SeatId, TenantId};
use crate::matching::crew::Figures;
use crate::planted::{Fault, planted};
use crate::record::Work;
use crate::rules::{Queue, Strategy};
use crate::time::UtcMs;
use crate::words::WorkKind;

/// The order of free seats for a queue, the best one first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Rank {
    pub(super) weight_ms: Reverse<i64>,
    pub(super) ring: u8,
    pub(super) unmet: u8,
    /// Whether its operator belongs to another authority.
    pub(super) is_guest: bool,
    /// By the queue's strategy, the least first.
    pub(super) merit: i64,
    pub(super) idle_since_ms: UtcMs,
    pub(super) seat: SeatId,
}

/// Works that wait, the first in line first. The place is what a relaxation is counted from.
type Standing = BTreeSet<Stander>;
type Stander = (i64, Work, UtcMs);

/// Places are counted together that lie so near: what is asked of the oldest is whether it has been
/// held for minutes.
const STRETCH_MS: i64 = 10_000;

fn stretch(place_ms: UtcMs) -> i64 {
    place_ms.div_euclid(STRETCH_MS)
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Step {
    /// Nothing for the first.
    after_ms: i64,
    /// People on the line.
    live: Standing,
    /// People to be dialled.
    dials: Standing,
    /// How many of them have their place in which stretch of `STRETCH_MS`: who goes first by
    /// priority may have come last. Counted, because a set of the places would cost as much as the
    /// line itself.
    dial_places: BTreeMap<i64, usize>,
    /// Free seats that meet what is asked at this step and not what was asked before.
    free: Free,
    /// Those of them that other authorities would have to lend.
    guests: BTreeMap<TenantId, Free>,
}

/// Free seats, the best first.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Free {
    /// Those that may be offered people on the line,
    live: BTreeSet<Rank>,
    /// and those that may be offered people to be dialled;
    dials: BTreeSet<Rank>,
    /// of these, those of the house that no caller can have.
    aside: BTreeSet<Rank>,
}

/// Which of the free seats.
#[derive(Debug, Clone, Copy)]
pub(super) enum Seats {
    Live,
    Dials,
    Aside,
}

impl Seats {
    fn of_work(is_live: bool) -> Self {
        if is_live { Self::Live } else { Self::Dials }
    }
}

impl Free {
    fn of(&self, seats: Seats) -> &BTreeSet<Rank> {
        match seats {
            Seats::Live => &self.live,
            Seats::Dials => &self.dials,
            Seats::Aside => &self.aside,
        }
    }

    fn is_some(&self) -> bool {
        !self.live.is_empty() || !self.dials.is_empty()
    }
}

impl Step {
    fn standing(&self, is_live: bool) -> &Standing {
        if is_live { &self.live } else { &self.dials }
    }

    fn put(&mut self, is_live: bool, stander: Stander) {
        if is_live {
            self.live.insert(stander);
        } else {
            self.dials.insert(stander);
            *self.dial_places.entry(stretch(stander.2)).or_default() += 1;
        }
    }

    /// Whether it stood here.
    fn take(&mut self, is_live: bool, stander: &Stander) -> bool {
        if is_live {
            return self.live.remove(stander);
        }
        let stood = self.dials.remove(stander);
        let at = stretch(stander.2);
        if let Some(count) = self.dial_places.get_mut(&at).filter(|_| stood) {
            *count -= 1;
            if *count == 0 {
                self.dial_places.remove(&at);
            }
        }
        stood
    }

    /// When the oldest place of those to be dialled is, or up to `STRETCH_MS` before.
    fn oldest_dial_ms(&self) -> Option<UtcMs> {
        let (at, _) = self.dial_places.first_key_value()?;
        Some(at * STRETCH_MS)
    }

    /// The seats of the house, and of each authority that lends to `tenant` now.
    fn free<'s>(
        &'s self,
        seats: Seats,
        (tenant, lending): (TenantId, &'s Lending),
    ) -> impl Iterator<Item = &'s BTreeSet<Rank>> {
        let guests = self.guests.iter();
        let lent = guests.filter(move |(home, _)| lending.lends(**home, tenant));
        std::iter::once(&self.free)
            .chain(lent.map(|(_, free)| free))
            .map(move |free| free.of(seats))
    }

    fn seats_of(&mut self, home: Option<TenantId>) -> &mut Free {
        match home {
            Some(home) => self.guests.entry(home).or_default(),
            None => &mut self.free,
        }
    }
}

/// See the module.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct QueueLine {
    queue: QueueId,
    tenant: TenantId,
    strategy: Strategy,
    steps: Vec<Step>,
    works: usize,
    callers: u32,
}

impl QueueLine {
    pub(super) fn new(queue: QueueId, rule: &Queue) -> Self {
        let relaxed = rule.matching.relax.iter().map(|step| Step {
            after_ms: i64::from(step.after_s) * 1_000,
            ..Step::default()
        });
        Self {
            queue,
            tenant: rule.tenant,
            strategy: rule.matching.strategy,
            steps: std::iter::once(Step::default()).chain(relaxed).collect(),
            works: 0,
            callers: 0,
        }
    }

    pub(super) fn count(&mut self, waiting: &Waiting) {
        self.works += 1;
        self.callers += u32::from(matches!(waiting.work, Work::Attempt(_)));
    }

    pub(super) fn discount(&mut self, waiting: &Waiting) {
        self.works -= 1;
        self.callers -= u32::from(matches!(waiting.work, Work::Attempt(_)));
    }

    pub(super) fn callers(&self) -> u32 {
        self.callers
    }

    pub(super) fn callbacks(&self) -> usize {
        self.works - usize::try_from(self.callers).unwrap_or(self.works)
    }

    /// What is asked of a seat by now for a work with this place.
    pub(super) fn step_at(&self, place_ms: UtcMs, now_ms: UtcMs) -> u8 {
        let reached = |step: &Step| place_ms.saturating_add(step.after_ms) <= now_ms;
        let later = self.steps.iter().skip(1).take_while(|step| reached(step));
        u8::try_from(later.count()).unwrap_or(u8::MAX)
    }

    /// When less is asked for a work that stands at a step.
    pub(super) fn turn(
        &self,
        place: usize,
        step: u8,
        waiting: &Waiting,
    ) -> Option<(UtcMs, usize, i64, Work)> {
        let next = self.steps.get(usize::from(step) + 1)?;
        let due_ms = waiting.place_ms.saturating_add(next.after_ms);
        Some((due_ms, place, waiting.key_ms, waiting.work))
    }

    /// Whether a seat is there for it.
    pub(super) fn insert(&mut self, step: u8, waiting: &Waiting, lending: &Lending) -> bool {
        if let Some(step) = self.steps.get_mut(usize::from(step)) {
            let stander = (waiting.key_ms, waiting.work, waiting.place_ms);
            step.put(waiting.is_live, stander);
        }
        self.free(step, waiting.is_live, lending).next().is_some()
    }

    /// Many at once: built sorted, because a tree of a million is built sooner than mended a
    /// million times. Gives back those of which less will be asked.
    pub(super) fn take_many(&mut self, now_ms: UtcMs, works: Vec<Waiting>) -> Vec<(u8, Waiting)> {
        let mut sorted: Vec<(Vec<_>, Vec<_>)> = Vec::new();
        sorted.resize_with(self.steps.len(), Default::default);
        let mut turning = Vec::new();
        for waiting in works {
            self.count(&waiting);
            let step = self.step_at(waiting.place_ms, now_ms);
            if usize::from(step) + 1 < self.steps.len() {
                turning.push((step, waiting));
            }
            if let Some((live, dials)) = sorted.get_mut(usize::from(step)) {
                let standing = if waiting.is_live { live } else { dials };
                standing.push((waiting.key_ms, waiting.work, waiting.place_ms));
            }
        }
        for (step, (live, dials)) in self.steps.iter_mut().zip(sorted) {
            for (_, _, place_ms) in &dials {
                *step.dial_places.entry(stretch(*place_ms)).or_default() += 1;
            }
            step.live.append(&mut live.into_iter().collect());
            step.dials.append(&mut dials.into_iter().collect());
        }
        turning
    }

    /// The step at which it stood.
    pub(super) fn remove(&mut self, waiting: &Waiting) -> Option<u8> {
        let entry = (waiting.key_ms, waiting.work, waiting.place_ms);
        let mut steps = self.steps.iter_mut();
        let at = steps.position(|step| step.take(waiting.is_live, &entry))?;
        u8::try_from(at).ok()
    }

    /// Takes out a work of which less is asked from now on; and what that is.
    pub(super) fn relax(
        &mut self,
        key_ms: i64,
        work: Work,
        now_ms: UtcMs,
    ) -> Option<(u8, Waiting)> {
        let beyond = (key_ms, work, UtcMs::MAX);
        let mut taken = None;
        for step in &mut self.steps {
            for is_live in [true, false] {
                let of_work = (key_ms, work, UtcMs::MIN)..=beyond;
                let found = step.standing(is_live).range(of_work).next().copied();
                if let Some(entry) = found {
                    step.take(is_live, &entry);
                    taken = Some((is_live, entry.2));
                }
            }
        }
        let (is_live, place_ms) = taken?;
        let waiting = Waiting {
            queue: self.queue,
            work,
            is_live,
            key_ms,
            place_ms,
        };
        Some((self.step_at(place_ms, now_ms), waiting))
    }

    /// Whose a seat is, if it would have to be lent.
    fn guest_of(&self, home: Option<TenantId>) -> Option<TenantId> {
        home.filter(|home| *home != self.tenant)
    }

    fn rank(
        &self,
        (seat, home): (SeatId, Option<TenantId>),
        fitness: &Fitness,
        figures: &Figures,
    ) -> Rank {
        let merit = match self.strategy {
            Strategy::LongestIdle => 0,
            Strategy::LeastOccupied => figures.load.rank(),
            Strategy::BestSkill => -i64::from(fitness.level),
            Strategy::FewestCalls => i64::from(figures.load.calls()),
        };
        Rank {
            weight_ms: Reverse(fitness.weight_ms),
            ring: fitness.ring,
            unmet: fitness.unmet,
            is_guest: self.guest_of(home).is_some(),
            merit,
            idle_since_ms: figures.idle_since_ms,
            seat,
        }
    }

    /// A seat is free. Whether there is something for it to do.
    pub(super) fn seat_free(
        &mut self,
        seat: (SeatId, Option<TenantId>),
        fitness: &Fitness,
        (figures, is_aside): (&Figures, bool),
        may: impl Fn(QueueId, WorkKind) -> bool,
    ) -> bool {
        let live = may(self.queue, WorkKind::Live);
        let dials = may(self.queue, WorkKind::Callback);
        let rank = self.rank(seat, fitness, figures);
        let ring = usize::from(fitness.ring);
        let home = self.guest_of(seat.1);
        if let Some(step) = self.steps.get_mut(ring) {
            let free = step.seats_of(home);
            if live {
                free.live.insert(rank);
            }
            if dials {
                free.dials.insert(rank);
            }
            if dials && is_aside && home.is_none() && !planted(Fault::AsideForgotten) {
                free.aside.insert(rank);
            }
        }
        let waits =
            |step: &Step| (live && !step.live.is_empty()) || (dials && !step.dials.is_empty());
        self.steps.iter().skip(ring).any(waits)
    }

    pub(super) fn seat_taken(
        &mut self,
        seat: (SeatId, Option<TenantId>),
        fitness: &Fitness,
        figures: &Figures,
    ) {
        let rank = self.rank(seat, fitness, figures);
        let home = self.guest_of(seat.1);
        if let Some(step) = self.steps.get_mut(usize::from(fitness.ring)) {
            let free = step.seats_of(home);
            free.live.remove(&rank);
            free.dials.remove(&rank);
            free.aside.remove(&rank);
        }
    }

    /// Seats that a work at this step can have, of each ring the best first.
    pub(super) fn free<'s>(
        &'s self,
        step: u8,
        is_live: bool,
        lending: &'s Lending,
    ) -> impl Iterator<Item = SeatId> + 's {
        let steps = self.steps.iter().take(usize::from(step) + 1);
        let lent_to = (self.tenant, lending);
        let seats = Seats::of_work(is_live);
        let ranks = steps.flat_map(move |step| step.free(seats, lent_to).flatten());
        ranks.map(|rank| rank.seat)
    }

    fn seat_for<'s>(
        &'s self,
        step: usize,
        (work, seats): (Work, Seats),
        lending: &'s Lending,
        on: &impl Conditions,
    ) -> Option<&'s Rank> {
        let may = |rank: &&Rank| !on.excludes(work, rank.seat);
        let steps = self.steps.iter().take(step + 1);
        steps
            .flat_map(|step| step.free(seats, (self.tenant, lending)))
            .filter_map(|free| free.iter().find(may))
            .min()
    }

    /// The first work that a free seat can take; and whether there are callbacks that more seats
    /// could, if these might dial.
    pub(super) fn best(&self, lending: &Lending, on: &mut impl Conditions) -> (Option<Pair>, bool) {
        let lent_to = (self.tenant, lending);
        let mut best: Option<Pair> = None;
        let mut is_shut = false;
        let (mut serves_live, mut serves_dials) = (false, false);
        for (at, step) in self.steps.iter().enumerate() {
            let has_free = |seats| step.free(seats, lent_to).any(|free| !free.is_empty());
            serves_live = serves_live || has_free(Seats::Live);
            serves_dials = serves_dials || has_free(Seats::Dials);
            if serves_live {
                best = self.better(best, at, (Seats::Live, 0), lending, on);
            }
            let Some(oldest_ms) = step.oldest_dial_ms().filter(|_| serves_dials) else {
                continue;
            };
            let dialling = on.dialling(self.queue, oldest_ms);
            is_shut = is_shut || dialling != Dialling::ByAll;
            let seats = match dialling {
                Dialling::ByAll | Dialling::AfterCallers => Seats::Dials,
                Dialling::ByThoseAside => Seats::Aside,
                Dialling::ByNone => continue,
            };
            best = self.better(best, at, (seats, dialling.later_ms()), lending, on);
        }
        (best, is_shut)
    }

    fn better(
        &self,
        best: Option<Pair>,
        at: usize,
        (seats, later_ms): (Seats, i64),
        lending: &Lending,
        on: &impl Conditions,
    ) -> Option<Pair> {
        let mut best = best;
        let is_live = matches!(seats, Seats::Live);
        let free = self.steps.iter().take(at + 1);
        let free = free.flat_map(|step| step.free(seats, (self.tenant, lending)));
        let Some(most) = free
            .filter_map(BTreeSet::first)
            .min()
            .map(|it| it.weight_ms.0)
        else {
            return best;
        };
        let standing = self.steps.get(at).map(|step| step.standing(is_live));
        for &(key_ms, work, place_ms) in standing.into_iter().flatten() {
            // Whoever comes later goes first only by a seat that refuses those before.
            if best.is_some_and(|best| best.order() < (key_ms - most + later_ms, key_ms, work)) {
                break;
            }
            let Some(rank) = self.seat_for(at, (work, seats), lending, on) else {
                continue;
            };
            let pair = Pair {
                seen_ms: key_ms - rank.weight_ms.0 + later_ms,
                waiting: Waiting {
                    queue: self.queue,
                    work,
                    is_live,
                    key_ms,
                    place_ms,
                },
                step: u8::try_from(at).unwrap_or(u8::MAX),
                seat: rank.seat,
            };
            best = best.into_iter().chain([pair]).min_by_key(Pair::order);
        }
        best
    }

    /// How many of one kind stand before this key; no more than `most` are counted.
    pub(super) fn before(&self, (key_ms, work): (i64, Work), is_live: bool, most: usize) -> usize {
        let before = (key_ms, work, UtcMs::MIN);
        let standing = self.steps.iter().map(|step| step.standing(is_live));
        standing
            .map(|works| works.range(..before).take(most).count())
            .sum::<usize>()
            .min(most)
    }

    /// Who is to be dialled, in order, so many of each step at most.
    pub(super) fn dials(&self, most: usize) -> impl Iterator<Item = (i64, Work)> {
        let steps = self.steps.iter();
        let dials = steps.flat_map(move |step| step.dials.iter().take(most));
        dials.map(|(key_ms, work, _)| (*key_ms, *work))
    }

    pub(super) fn queue(&self) -> QueueId {
        self.queue
    }

    pub(super) fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// Whether seats of this authority are free, that it would have to lend.
    pub(super) fn has_guests_of(&self, home: TenantId) -> bool {
        let of_home = |step: &Step| step.guests.get(&home).is_some_and(Free::is_some);
        self.steps.iter().any(of_home)
    }

    pub(super) fn strategy(&self) -> Strategy {
        self.strategy
    }

    /// When less is asked of a seat for a work with this place.
    pub(super) fn next_step_ms(&self, place_ms: UtcMs, now_ms: UtcMs) -> Option<UtcMs> {
        let next = self
            .steps
            .get(usize::from(self.step_at(place_ms, now_ms)) + 1)?;
        Some(place_ms.saturating_add(next.after_ms))
    }

    /// Seats that are free for some callback, whatever is asked of them.
    pub(super) fn free_to_dial(&self, lending: &Lending) -> usize {
        let every = self.steps.len().saturating_sub(1);
        self.free_count(every, Seats::of_work(false), lending)
    }

    /// Free seats that can serve a work at this step.
    pub(super) fn free_count(&self, step: usize, seats: Seats, lending: &Lending) -> usize {
        let steps = self.steps.iter().take(step + 1);
        let free = steps.flat_map(|step| step.free(seats, (self.tenant, lending)));
        free.map(BTreeSet::len).sum()
    }

    /// The best of those, and of those that are not lent now, of each step so many.
    pub(super) fn best_ranks(&self, step: usize, seats: Seats, most: usize) -> Vec<Rank> {
        let steps = self.steps.iter().take(step + 1);
        let all = steps.flat_map(|step| std::iter::once(&step.free).chain(step.guests.values()));
        all.flat_map(|free| free.of(seats).iter().take(most))
            .copied()
            .collect()
    }

    /// Each step's lines: whether they are of people on the line, and who stands there.
    pub(super) fn standing(&self) -> impl Iterator<Item = (usize, bool, &Standing)> {
        let steps = self.steps.iter().enumerate();
        steps.flat_map(|(at, step)| [true, false].map(|live| (at, live, step.standing(live))))
    }

    /// When the oldest place of those to be dialled is, for whom the same is asked by now; or up to
    /// ten seconds before.
    pub(super) fn oldest_dial_ms(&self, step: usize) -> Option<UtcMs> {
        self.steps.get(step).and_then(Step::oldest_dial_ms)
    }
}
