//! The seats at which somebody works: what each can serve, and who of them is free.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::lending::Whereabouts;
use super::{Fitness, Load, Matching, QueueLine, Source, Waiting};
use crate::id::{OperatorId, QueueId, SeatId, TenantId};
use crate::rules::Queue;
use crate::time::UtcMs;
use crate::words::WorkKind;

/// What orders free seats, besides what their operators can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// Since the last work was over, or the operator came.
    pub idle_since_ms: UtcMs,
    /// What they have done.
    pub load: Load,
}

/// What a seat was offered and has not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum InHand {
    /// A caller who waits in this queue.
    Caller(QueueId),
    /// A callback whose person must be dialled.
    Dial,
}

/// What a seat does, as far as works that wait are concerned.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeatIs {
    /// Whether its operator is there for works, now or after the one at hand.
    pub is_present: bool,
    /// Set while a work may be proposed to it.
    pub free: Option<Figures>,
    /// Set while one is.
    pub in_hand: Option<InHand>,
    /// For whom it works, from the offer to the end of the wrap-up.
    pub serves: Option<TenantId>,
    /// Whether no caller can have it.
    pub is_aside: bool,
}

/// Who works at a seat.
#[derive(Debug, Clone, Copy)]
pub struct Who<'o> {
    /// The operator.
    pub operator: OperatorId,
    /// The health authority that they belong to.
    pub home: Option<TenantId>,
    /// What they can do.
    pub skills: &'o [(String, u8)],
}

/// A seat with its operator.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Member {
    operator: OperatorId,
    home: Option<TenantId>,
    /// The queues that they can serve, by their places.
    fit: Vec<(usize, Fitness)>,
    is: SeatIs,
    /// Works that they are not to be offered now, whatever their skills.
    spared: Vec<(QueueId, WorkKind)>,
}

impl Member {
    pub(super) fn is_free(&self) -> bool {
        self.is.free.is_some()
    }

    pub(super) fn may(&self, queue: QueueId, kind: WorkKind) -> bool {
        !self.spared.contains(&(queue, kind))
    }

    /// Whether callers of this authority lose nothing while it is at another work.
    pub(super) fn is_aside(&self, tenant: TenantId) -> bool {
        self.is.is_aside && self.home.is_none_or(|home| home == tenant)
    }

    pub(super) fn home(&self) -> Option<TenantId> {
        self.home
    }

    fn whereabouts(&self) -> Whereabouts {
        match self.is.serves {
            Some(tenant) if self.home != Some(tenant) => Whereabouts::Away(tenant),
            Some(_) | None if self.is.is_present => Whereabouts::Home,
            Some(_) | None => Whereabouts::Gone,
        }
    }

    pub(super) fn operator(&self) -> OperatorId {
        self.operator
    }

    pub(super) fn fit(&self) -> &[(usize, Fitness)] {
        &self.fit
    }

    pub(super) fn fitness(&self, place: usize) -> Option<&Fitness> {
        let at = self.fit.binary_search_by_key(&place, |(own, _)| *own);
        self.fit.get(at.ok()?).map(|(_, fitness)| fitness)
    }
}

/// See the module.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Crew {
    members: BTreeMap<SeatId, Member>,
    seats: BTreeMap<OperatorId, SeatId>,
    callers_offered: BTreeMap<usize, u32>,
    dials_offered: u32,
}

impl Crew {
    pub(super) fn of(&self, operator: OperatorId) -> Option<(SeatId, &Member)> {
        let seat = *self.seats.get(&operator)?;
        Some((seat, self.members.get(&seat)?))
    }

    pub(super) fn member(&self, seat: SeatId) -> Option<&Member> {
        self.members.get(&seat)
    }

    /// Whether there is any sense in waiting for this operator.
    pub(super) fn can_wait_for(&self, operator: OperatorId, place: usize, step: u8) -> bool {
        self.of(operator).is_some_and(|(_, member)| {
            let fitness = member.fitness(place);
            member.is.is_present && fitness.is_some_and(|fitness| fitness.ring <= step)
        })
    }

    pub(super) fn callers_offered(&self, place: usize) -> u32 {
        self.callers_offered.get(&place).copied().unwrap_or(0)
    }

    pub(super) fn dials_offered(&self) -> u32 {
        self.dials_offered
    }
}

impl Matching {
    /// Who works at a seat, as far as known here.
    #[must_use]
    pub fn operator_at(&self, seat: SeatId) -> Option<OperatorId> {
        self.crew.members.get(&seat).map(|member| member.operator)
    }

    /// An operator with these skills works at a seat from now on.
    pub fn man(
        &mut self,
        now_ms: UtcMs,
        seat: SeatId,
        who: Who<'_>,
        queues: &BTreeMap<QueueId, Queue>,
    ) {
        self.clear(now_ms, seat);
        let fit = |(id, rule): (&QueueId, &Queue)| {
            Some((*self.places.get(id)?, rule.fitness(who.skills)?))
        };
        let mut fit: Vec<(usize, Fitness)> = queues.iter().filter_map(fit).collect();
        fit.sort_unstable_by_key(|(place, _)| *place);
        let member = Member {
            operator: who.operator,
            home: who.home,
            fit,
            is: SeatIs::default(),
            spared: Vec::new(),
        };
        self.crew.members.insert(seat, member);
        self.crew.seats.insert(who.operator, seat);
    }

    /// Nobody works at a seat any more.
    pub fn clear(&mut self, now_ms: UtcMs, seat: SeatId) {
        self.seat_is(now_ms, seat, SeatIs::default());
        if let Some(member) = self.crew.members.remove(&seat)
            && self.crew.seats.get(&member.operator) == Some(&seat)
        {
            self.crew.seats.remove(&member.operator);
        }
    }

    /// The queues that whoever works at a seat can serve, be it after every relaxation.
    pub fn served_at(&self, seat: SeatId) -> impl Iterator<Item = QueueId> {
        let member = self.crew.members.get(&seat);
        let fit = member.into_iter().flat_map(Member::fit);
        fit.filter_map(|(place, _)| self.lines.get(*place).map(QueueLine::queue))
    }

    /// What a seat is not to be offered.
    #[must_use]
    pub fn spared_of(&self, seat: SeatId) -> &[(QueueId, WorkKind)] {
        let member = self.crew.members.get(&seat);
        member.map_or(&[], |member| &member.spared)
    }

    /// What a seat is not to be offered from now on; `seat_is` puts it in force.
    pub fn spare(&mut self, seat: SeatId, spared: Vec<(QueueId, WorkKind)>) {
        if let Some(member) = self.crew.members.get_mut(&seat) {
            member.spared = spared;
        }
    }

    /// A seat may have come to do something else.
    pub fn seat_is(&mut self, now_ms: UtcMs, seat: SeatId, is: SeatIs) {
        let Some(member) = self.crew.members.get_mut(&seat) else {
            return;
        };
        let stood = member.whereabouts();
        let was = std::mem::replace(&mut member.is, is);
        let (operator, home, stands) = (member.operator, member.home, member.whereabouts());
        for (place, fitness) in &member.fit {
            let Some(line) = self.lines.get_mut(*place) else {
                continue;
            };
            if let Some(figures) = &was.free {
                line.seat_taken((seat, home), fitness, figures);
            }
            // Looked at again even if nothing has changed here: what a work may not have had
            // from this seat it may have now.
            let may = |queue, kind| !member.spared.contains(&(queue, kind));
            let is_wanted = is.free.is_some_and(|figures| {
                let free = (&figures, is.is_aside);
                line.seat_free((seat, home), fitness, free, may)
            });
            let source = Source::Line(*place);
            if is_wanted || self.found.get(source).is_some_and(|pair| pair.seat == seat) {
                self.stale.insert(source);
            }
        }
        if was.free.is_some() || is.free.is_some() {
            self.stale.insert(Source::KeptFor(operator));
        }
        if let Some(home) = home {
            self.moved(home, stood, stands);
        }
        self.count(was.in_hand, false);
        self.count(is.in_hand, true);
        let spared = self.spared_of(seat).to_vec();
        let in_vain = |it: &Waiting| !is.is_present || spared.contains(&(it.queue, it.kind()));
        for waiting in self.kept.give_up(operator, in_vain) {
            self.found_no_more(Source::KeptFor(operator), waiting.work);
            self.stand_as_before(now_ms, waiting);
        }
    }

    fn count(&mut self, in_hand: Option<InHand>, more: bool) {
        let counter = match in_hand {
            None => return,
            Some(InHand::Dial) => &mut self.crew.dials_offered,
            Some(InHand::Caller(queue)) => {
                let Some(place) = self.places.get(&queue) else {
                    return;
                };
                self.crew.callers_offered.entry(*place).or_default()
            }
        };
        *counter = if more { *counter + 1 } else { *counter - 1 };
    }
}
