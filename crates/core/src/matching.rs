//! Who gets which work, as a structure: the works that wait, by queue, and the seats that are
//! free, by the queues that they can serve. Knows nothing of calls, offers or dialplans, and
//! nothing of why a work may not go to a seat: it asks its `Conditions`.
//!
//! **Order.** A work's key is its place less its priority and the weight of its queue, as time, and
//! stays the same while it waits. Of all works that a free seat can take, the one with the least
//! key goes first; a seat whose operator is better at a queue than that asks for sees the works of
//! that queue as older by `level_weight_s` for each level. Equal keys go by identifier, so nothing
//! depends on what was put in first.
//!
//! **Bound.** A work can be overtaken by works of the same seats only if their keys are at most
//! `4 × level_weight_s` greater. Who comes later than that, with no more priority, comes after:
//! so nobody waits for ever while works end; but callbacks that go after callers do so until their
//! `Conditions` let them go by their keys. Within a queue nobody overtakes an equal, unless
//! every seat that is free was already offered to the one before, or that one still waits for
//! the operator who knows them.
//!
//! **Lending.** A seat of another health authority than the queue's stands apart: it is asked
//! after equal ones of the house, and passed over with all of its authority's while floor or cap
//! forbids it (`lending.rs`).
//!
//! **Cost.** A seat stands in the index of each queue that it can serve, a work in one line. A
//! decision looks at the first of each of the seat's queues: it grows with the number of those,
//! and with the logarithm of everything else. Works that refuse the seat (it did not take them
//! before) are passed over one by one.

mod crew;
mod explain;
mod found;

mod kept;
mod lending;
mod line;
mod load;
mod skills;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crew::Crew;
pub use crew::{Figures, InHand, SeatIs, Who};
pub use explain::{Considered, Eligibility, Explanation, InLine, PassedOver, Passing, SHOWN_MAX};

use found::{Found, Sources};
use kept::Kept;
use lending::Lending;
pub use lending::Lent;
use line::QueueLine;
pub use load::Load;
pub use skills::{Fitness, Skills};

use crate::id::{OperatorId, QueueId, SeatId, TenantId};
use crate::record::Work;
use crate::rules::{LendPolicy, Queue};
use crate::time::UtcMs;
use crate::words::WorkKind;

/// Which seats may dial callbacks of a queue now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialling {
    /// All that may be offered them.
    ByAll,
    /// All, but no seat while there is a caller whom it can have.
    AfterCallers,
    /// Those that no caller can have: callers need the others.
    ByThoseAside,
    /// None.
    ByNone,
}

impl Dialling {
    /// Whether a seat may that callers can have, or one aside.
    #[must_use]
    pub fn may(self, is_aside: bool) -> bool {
        match self {
            Self::ByAll | Self::AfterCallers => true,
            Self::ByThoseAside => is_aside,
            Self::ByNone => false,
        }
    }

    /// By how much a callback looks later than it is beside works of every kind.
    fn later_ms(self) -> i64 {
        match self {
            Self::AfterCallers => AFTER_CALLERS_MS,
            Self::ByAll | Self::ByThoseAside | Self::ByNone => 0,
        }
    }
}

/// A year: more than keys of works that wait together ever differ.
const AFTER_CALLERS_MS: i64 = 31_536_000_000;

/// What the structure cannot know.
pub trait Conditions {
    /// Who may dial callbacks of this queue now, the oldest of which has this place.
    fn dialling(&mut self, queue: QueueId, place_ms: UtcMs) -> Dialling;
    /// Whether this work must not go to this seat.
    fn excludes(&self, work: Work, seat: SeatId) -> bool;
}

/// A work that waits, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// In which queue.
    pub queue: QueueId,
    /// What.
    pub work: Work,
    /// Whether somebody is on the line; else a person must be dialled.
    pub is_live: bool,
    /// Its key: the least goes first.
    pub key_ms: i64,
    /// Since when it counts as waiting, for what is asked of a seat.
    pub place_ms: UtcMs,
}

impl Waiting {
    /// What kind of work it is for whoever does it.
    #[must_use]
    pub fn kind(&self) -> WorkKind {
        if self.is_live {
            WorkKind::Live
        } else {
            WorkKind::Callback
        }
    }
}

/// Whom a work waits for, and until when at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wish {
    /// The operator who knows the person.
    pub operator: OperatorId,
    /// From then on anybody may have it.
    pub until_ms: UtcMs,
    /// Whether it is theirs by name, so that it waits for them while they are away too.
    pub is_owned: bool,
}

/// A work and the seat that it goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pair {
    /// The key as this seat sees it.
    pub seen_ms: i64,
    /// The work.
    pub waiting: Waiting,
    /// What is asked of a seat for it by now: 0 is all, each step less.
    pub step: u8,
    /// The seat.
    pub seat: SeatId,
}

impl Pair {
    fn order(&self) -> (i64, i64, Work) {
        (self.seen_ms, self.waiting.key_ms, self.waiting.work)
    }
}

/// Where a pair was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
enum Source {
    Line(usize),
    KeptFor(OperatorId),
}

/// See the module.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Matching {
    places: BTreeMap<QueueId, usize>,
    lines: Vec<QueueLine>,
    crew: Crew,
    lending: Lending,
    kept: Kept,
    /// Works of which less is asked after a while: when, in which line, and which.
    turns: BTreeSet<(UtcMs, usize, i64, Work)>,
    /// Sources that may have a pair, to be looked at.
    stale: Sources,
    /// The best pair of every source that has one. Empty between two rounds.
    found: Found,
    /// Sources with callbacks and seats, where nothing may be dialled.
    shut: Sources,
}

impl Matching {
    /// Begins anew under these rules: nobody waits, and no seat is known.
    pub fn begin(
        &mut self,
        queues: &BTreeMap<QueueId, Queue>,
        lending: &BTreeMap<TenantId, LendPolicy>,
    ) {
        *self = Self::default();
        self.lending = Lending::under(lending);
        for (&id, rule) in queues {
            self.places.insert(id, self.lines.len());
            self.lines.push(QueueLine::new(id, rule));
        }
    }

    fn line(&self, queue: QueueId) -> Option<&QueueLine> {
        self.lines.get(*self.places.get(&queue)?)
    }

    /// A work begins to wait, or waits again.
    pub fn line_up(&mut self, now_ms: UtcMs, waiting: Waiting, wish: Option<Wish>) {
        let Some(&place) = self.places.get(&waiting.queue) else {
            return;
        };
        let Some(line) = self.lines.get_mut(place) else {
            return;
        };
        line.count(&waiting);
        let wish = wish.filter(|wish| wish.until_ms > now_ms);
        let step = line.step_at(waiting.place_ms, now_ms);
        let can_wait =
            |wish: &Wish| wish.is_owned || self.crew.can_wait_for(wish.operator, place, step);
        if let Some(wish) = wish.filter(can_wait) {
            self.kept.keep(waiting, wish);
            self.stale.insert(Source::KeptFor(wish.operator));
            return;
        }
        self.stand(place, step, waiting);
    }

    /// Many works of a queue at once, none of which waits for somebody.
    pub fn line_up_many(&mut self, now_ms: UtcMs, queue: QueueId, works: Vec<Waiting>) {
        let Some(&place) = self.places.get(&queue) else {
            return;
        };
        let Some(line) = self.lines.get_mut(place) else {
            return;
        };
        for (step, work) in line.take_many(now_ms, works) {
            self.turns.extend(line.turn(place, step, &work));
        }
        self.stale.insert(Source::Line(place));
    }

    fn stand(&mut self, place: usize, step: u8, waiting: Waiting) {
        let Some(line) = self.lines.get_mut(place) else {
            return;
        };
        if line.insert(step, &waiting, &self.lending) {
            self.stale.insert(Source::Line(place));
        }
        self.turns.extend(line.turn(place, step, &waiting));
    }

    /// A work waits no more.
    pub fn step_out(&mut self, waiting: &Waiting) {
        let Some(&place) = self.places.get(&waiting.queue) else {
            return;
        };
        let Some(line) = self.lines.get_mut(place) else {
            return;
        };
        if let Some(wish) = self.kept.release(waiting.work) {
            line.discount(waiting);
            self.found_no_more(Source::KeptFor(wish.operator), waiting.work);
        } else if let Some(step) = line.remove(waiting) {
            if let Some(turn) = line.turn(place, step, waiting) {
                self.turns.remove(&turn);
            }
            line.discount(waiting);
            self.found_no_more(Source::Line(place), waiting.work);
        }
    }

    fn found_no_more(&mut self, source: Source, work: Work) {
        let found = self.found.get(source);
        if found.is_some_and(|pair| pair.waiting.work == work) {
            self.found.set(source, None);
            self.stale.insert(source);
        }
    }

    /// Time has passed: less is asked of seats for some works, and some wait for their operator
    /// no longer.
    pub fn advance(&mut self, now_ms: UtcMs) {
        while let Some(&(due_ms, place, key_ms, work)) = self.turns.first()
            && due_ms <= now_ms
        {
            self.turns.pop_first();
            let Some(line) = self.lines.get_mut(place) else {
                continue;
            };
            if let Some((step, waiting)) = line.relax(key_ms, work, now_ms) {
                self.stand(place, step, waiting);
            }
        }
        for waiting in self.kept.over(now_ms) {
            self.stand_as_before(now_ms, waiting);
        }
    }

    fn stand_as_before(&mut self, now_ms: UtcMs, waiting: Waiting) {
        let Some(&place) = self.places.get(&waiting.queue) else {
            return;
        };
        let step = self
            .lines
            .get(place)
            .map_or(0, |line| line.step_at(waiting.place_ms, now_ms));
        self.stand(place, step, waiting);
    }

    /// When `advance` has something to do next.
    #[must_use]
    pub fn next_change(&self) -> Option<UtcMs> {
        let turn = self.turns.first().map(|(due_ms, ..)| *due_ms);
        turn.into_iter().chain(self.kept.next_end()).min()
    }

    /// The first work that a free seat can take, and that seat. It stays there until it is taken
    /// out: who asks twice is told the same.
    pub fn next(&mut self, on: &mut impl Conditions) -> Option<Pair> {
        while let Some(source) = self.stale.pop() {
            let (pair, is_shut) = match source {
                Source::Line(place) => self.best_in_line(place, on),
                Source::KeptFor(operator) => self.best_kept(operator, on),
            };
            self.found.set(source, pair);
            if is_shut {
                self.shut.insert(source);
            }
        }
        self.found.first()
    }

    /// Whether there is nothing to hand out, nor anything to be looked at for it.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.stale.is_empty() && self.found.is_empty()
    }

    /// Whether it matters to anybody if callbacks may be dialled.
    #[must_use]
    pub fn waits_to_dial(&self) -> bool {
        !self.shut.is_empty() || self.found.dials().next().is_some()
    }

    /// Whether callbacks may be dialled may have changed: where it matters, look again.
    pub fn ask_again(&mut self) {
        while let Some(source) = self.shut.pop() {
            self.stale.insert(source);
        }
        for source in self.found.dials() {
            self.stale.insert(source);
        }
    }

    fn best_in_line(&self, place: usize, on: &mut impl Conditions) -> (Option<Pair>, bool) {
        let line = self.lines.get(place);
        line.map_or((None, false), |line| line.best(&self.lending, on))
    }

    fn best_kept(&self, operator: OperatorId, on: &mut impl Conditions) -> (Option<Pair>, bool) {
        let Some((seat, member)) = self.crew.of(operator).filter(|(_, it)| it.is_free()) else {
            return (None, false);
        };
        let (mut is_shut, mut after_callers) = (false, None);
        for waiting in self.kept.of(operator) {
            let tenant = self.line(waiting.queue).map(QueueLine::tenant);
            let is_aside = tenant.is_some_and(|tenant| member.is_aside(tenant));
            let dialling = if waiting.is_live {
                Dialling::ByAll
            } else {
                on.dialling(waiting.queue, waiting.place_ms)
            };
            if !dialling.may(is_aside) {
                is_shut = true;
                continue;
            }
            if on.excludes(waiting.work, seat) || !member.may(waiting.queue, waiting.kind()) {
                continue;
            }
            let lends = |tenant| self.lending.refusal(member.home(), tenant).is_none();
            if !tenant.is_some_and(lends) {
                continue;
            }
            let place = self.places.get(&waiting.queue);
            let Some(fitness) = place.and_then(|place| member.fitness(*place)) else {
                continue;
            };
            let pair = Pair {
                seen_ms: waiting.key_ms - fitness.weight_ms + dialling.later_ms(),
                waiting: *waiting,
                step: fitness.ring,
                seat,
            };
            if dialling == Dialling::AfterCallers {
                after_callers.get_or_insert(pair);
            } else {
                return (Some(pair), is_shut);
            }
        }
        (after_callers, is_shut)
    }

    /// Callers on the line who wait in a queue, those included whose offer rings.
    #[must_use]
    pub fn callers(&self, queue: QueueId) -> u32 {
        let Some(&place) = self.places.get(&queue) else {
            return 0;
        };
        let standing = self.lines.get(place).map_or(0, QueueLine::callers);
        standing + self.crew.callers_offered(place)
    }

    /// Those of them to whom nobody has been offered.
    #[must_use]
    pub fn callers_standing(&self, queue: QueueId) -> u32 {
        self.line(queue).map_or(0, QueueLine::callers)
    }

    /// Seats that are free for a person who is to be called for this queue.
    #[must_use]
    pub fn free_to_dial(&self, queue: QueueId) -> usize {
        let line = self.line(queue);
        line.map_or(0, |line| line.free_to_dial(&self.lending))
    }

    /// Works in a queue's line that are no callers.
    #[must_use]
    pub fn callbacks(&self, queue: QueueId) -> usize {
        self.line(queue).map_or(0, QueueLine::callbacks)
    }

    /// Queues with works in their line that are no callers.
    pub fn with_callbacks(&self) -> impl Iterator<Item = QueueId> {
        let lines = self.lines.iter().filter(|line| line.callbacks() > 0);
        lines.map(QueueLine::queue)
    }

    /// Callbacks at seats that have not picked up: each will want a channel.
    #[must_use]
    pub fn dials_offered(&self) -> u32 {
        self.crew.dials_offered()
    }

    /// How many people on the line, and how many callbacks, stand before a work in its line; no more
    /// than `most` of each are counted.
    #[must_use]
    pub fn ahead_of(&self, waiting: &Waiting, most: usize) -> (usize, usize) {
        let before = (waiting.key_ms, waiting.work);
        let ahead = |is_live| {
            let line = self.line(waiting.queue);
            let standing = line.map_or(0, |line| line.before(before, is_live, most));
            let kept = self.kept.all().filter(|kept| {
                kept.queue == waiting.queue
                    && kept.is_live == is_live
                    && (kept.key_ms, kept.work) < before
            });
            (standing + kept.count()).min(most)
        };
        (ahead(true), ahead(false))
    }

    /// The first so many of a queue that are to be dialled, in order, with their keys.
    #[must_use]
    pub fn dials_in_line(&self, queue: QueueId, most: usize) -> Vec<(i64, Work)> {
        let standing = self.line(queue).into_iter();
        let standing = standing.flat_map(|line| line.dials(most));
        let kept = self.kept.all();
        let kept = kept.filter(|it| it.queue == queue && !it.is_live);
        let mut all: Vec<_> = standing
            .chain(kept.map(|it| (it.key_ms, it.work)))
            .collect();
        all.sort_unstable();
        all.truncate(most);
        all
    }

    /// When less is asked of a seat for a work, if ever.
    #[must_use]
    pub fn asks_less_at(&self, now_ms: UtcMs, waiting: &Waiting) -> Option<UtcMs> {
        self.line(waiting.queue)?
            .next_step_ms(waiting.place_ms, now_ms)
    }

    /// The place that decides whether a work that waits to be dialled may be: its own while it
    /// waits for somebody, else the oldest beside it.
    #[must_use]
    pub fn deciding_place(&self, now_ms: UtcMs, waiting: &Waiting) -> UtcMs {
        self.deciding_place_at(usize::from(self.step_of(now_ms, waiting)), waiting)
    }

    fn deciding_place_at(&self, step: usize, waiting: &Waiting) -> UtcMs {
        let line = self.line(waiting.queue);
        let line = line.filter(|_| self.kept.wish_of(waiting.work).is_none());
        let oldest = line.and_then(|line| line.oldest_dial_ms(step));
        oldest.map_or(waiting.place_ms, |oldest| oldest.min(waiting.place_ms))
    }

    /// How often what is asked for a work has been relaxed.
    #[must_use]
    pub fn step_of(&self, now_ms: UtcMs, waiting: &Waiting) -> u8 {
        let line = self.line(waiting.queue);
        line.map_or(0, |line| line.step_at(waiting.place_ms, now_ms))
    }

    /// Whom a work waits for.
    #[must_use]
    pub fn wish_of(&self, work: Work) -> Option<Wish> {
        self.kept.wish_of(work).copied()
    }

    /// A free seat that a work of this queue and place could have at once.
    #[must_use]
    pub fn free_for(&self, now_ms: UtcMs, queue: QueueId, place_ms: UtcMs) -> Option<SeatId> {
        let line = self.line(queue)?;
        let step = line.step_at(place_ms, now_ms);
        line.free(step, true, &self.lending).next()
    }
}
