//! What a decision was made of: the seats that could have had the work, and the works that stood
//! before it. Bounded, because it is stored with every offer.

use serde::{Deserialize, Serialize};

use super::crew::Member;
use super::line::Seats;
use super::{Conditions, Dialling, Matching, Pair};
use crate::id::{AttemptId, CallbackId, OperatorId, QueueId, SeatId, TaskId};
use crate::record::Work;
use crate::rules::Strategy;
use crate::time::UtcMs;
use crate::words::WorkKind;

/// Seats, and works, that are named at most; the others are counted or left out.
pub const SHOWN_MAX: usize = 6;

/// Why a seat may have a work, or may not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Eligibility {
    /// It may.
    Eligible,
    /// It did not take this work before, or was lost with it.
    Refused,
    /// Its operator has not the skills that are asked for by now.
    LacksSkills,
    /// Nobody is signed in.
    SignedOut,
    /// Its operator takes no works now.
    Paused,
    /// Its phone is not there.
    Unreachable,
    /// It missed too many offers.
    NotResponding,
    /// It has another work, or wraps one up.
    Busy,
    /// It rests after an offer that it did not take.
    Resting,
    /// Its site is cut off.
    SiteOut,
    /// Its site has as many calls as its link carries.
    SiteFull,
    /// The work would outlast the operator's shift.
    ShiftEnds,
    /// Callers of the queues that it serves may need it.
    KeptForCallers,
    /// Its operator's own authority keeps so many for itself.
    LendFloor,
    /// So many of its operator's own authority work for others already.
    LendMax,
    /// So many of others work for the work's authority already.
    BorrowMax,
    /// What its operator's own profile says is nobody's business.
    #[serde(rename = "not_eligible")]
    Profile,
}

/// A seat that was looked at, with what ranked it; compared in this order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Hash)]
pub struct Considered {
    /// Which.
    pub seat: SeatId,
    /// Whether it could have the work.
    pub eligibility: Eligibility,
    /// By how much it sees the work as older, for its operator's levels: the most first.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub weight_ms: i64,
    /// How far what is asked must be relaxed for it: the least first.
    #[serde(default, skip_serializing_if = "is_none_at_all")]
    pub ring: u8,
    /// Preferred skills that it lacks: the fewest first.
    #[serde(default, skip_serializing_if = "is_none_at_all")]
    pub unmet: u8,
    /// Whether its operator belongs to another authority: those of the house first.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_guest: bool,
    /// By the queue's strategy: the least first.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub merit: i64,
    /// The one idle longest first.
    pub idle_since_ms: UtcMs,
}

/// Why a work that stood before was not given to the seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Hash)]
#[serde(rename_all = "snake_case")]
pub enum Passing {
    /// Nobody may be dialled for its queue: the hour, no channel, a stop, an emergency, or
    /// callers who would wait too long.
    NotDialled,
    /// A callback of a queue whose callers go first now, whenever they called.
    AfterCallers,
    /// The seat is not offered works of its kind now.
    NotEligible,
    /// Callers of the queues that the seat serves may need it.
    KeptForCallers,
    /// More is asked for it by now than the seat's operator has.
    AsksMore,
    /// The seat did not take it before.
    Refused,
    /// The seat's operator may not work for its authority now.
    NotLent,
    /// It waits a while for the operator who knows the person.
    WaitsForOperator(OperatorId),
    /// The seat's operator is better at another queue, and it is not older by enough.
    WeighsLess,
}

/// What stands in a line. Live calls and callbacks stand in one, tasks in their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Hash)]
#[serde(rename_all = "snake_case")]
pub enum InLine {
    /// A live call.
    Attempt(AttemptId),
    /// A callback.
    Callback(CallbackId),
    /// A task.
    Task(TaskId),
}

impl From<Work> for InLine {
    fn from(work: Work) -> Self {
        match work {
            Work::Attempt(id) => Self::Attempt(id),
            Work::Callback(id) => Self::Callback(id),
        }
    }
}

/// A work that stood before, among those of the queues that the seat serves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Hash)]
pub struct PassedOver {
    /// What.
    pub work: InLine,
    /// In which queue.
    pub queue: QueueId,
    /// Its key.
    pub key_ms: i64,
    /// Why.
    pub why: Passing,
}

/// Why a work went to a seat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Hash)]
pub struct Explanation {
    /// Which of the free seats is asked first.
    pub strategy: Strategy,
    /// The place in line; since when a task is there.
    pub place_ms: UtcMs,
    /// The place less priority, weight of the queue and bonus, or by when a task is to be done: the
    /// least goes first.
    pub key_ms: i64,
    /// How often what is asked had been relaxed.
    #[serde(default, skip_serializing_if = "is_none_at_all")]
    pub step: u8,
    /// Whether it had waited for this very operator.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub knows_them: bool,
    /// Whether its operator has chosen it, and so passed over others.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub chosen: bool,
    /// Seats that were free and can do it; of a task's, the first fifty are looked at.
    pub free: usize,
    /// The best of them, and those whom it must not go to.
    pub seats: Vec<Considered>,
    /// The first of those who stood before.
    pub passed_over: Vec<PassedOver>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde asks with references"
)]
fn is_zero(value: &i64) -> bool {
    *value == 0
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde asks with references"
)]
fn is_none_at_all(value: &u8) -> bool {
    *value == 0
}

impl Matching {
    /// Why this pair, while both still stand where they were found.
    #[must_use]
    pub fn explain(&self, pair: &Pair, on: &mut impl Conditions) -> Option<Explanation> {
        let waiting = &pair.waiting;
        let line = self.line(waiting.queue)?;
        let step = usize::from(pair.step);
        let seats = if waiting.is_live {
            Seats::Live
        } else {
            let deciding_ms = self.deciding_place_at(step, waiting);
            match on.dialling(waiting.queue, deciding_ms) {
                Dialling::ByAll | Dialling::AfterCallers | Dialling::ByNone => Seats::Dials,
                Dialling::ByThoseAside => Seats::Aside,
            }
        };
        let eligibility = |seat| {
            if on.excludes(waiting.work, seat) {
                Eligibility::Refused
            } else {
                let home = self.crew.member(seat).and_then(Member::home);
                let refusal = self.lending.refusal(home, line.tenant());
                refusal.unwrap_or(Eligibility::Eligible)
            }
        };
        let mut ranks = line.best_ranks(step, seats, SHOWN_MAX);
        ranks.sort_unstable();
        let knows_them = self.kept.wish_of(waiting.work).is_some();
        if knows_them {
            ranks.retain(|rank| rank.seat == pair.seat);
        }
        let considered = ranks.into_iter().map(|rank| Considered {
            seat: rank.seat,
            eligibility: eligibility(rank.seat),
            weight_ms: rank.weight_ms.0,
            ring: rank.ring,
            unmet: rank.unmet,
            is_guest: rank.is_guest,
            merit: rank.merit,
            idle_since_ms: rank.idle_since_ms,
        });
        Some(Explanation {
            strategy: line.strategy(),
            place_ms: waiting.place_ms,
            key_ms: waiting.key_ms,
            step: pair.step,
            knows_them,
            chosen: false,
            free: line.free_count(step, seats, &self.lending),
            seats: considered.take(SHOWN_MAX).collect(),
            passed_over: self.passed_over(pair, on),
        })
    }

    fn passed_over(&self, pair: &Pair, on: &mut impl Conditions) -> Vec<PassedOver> {
        let own = (pair.waiting.key_ms, pair.waiting.work);
        let mut passed = Vec::new();
        let member = self.crew.member(pair.seat);
        let home = member.and_then(Member::home);
        for (place, fitness) in member.into_iter().flat_map(|member| member.fit()) {
            let Some(line) = self.lines.get(*place) else {
                continue;
            };
            let is_lent = self.lending.refusal(home, line.tenant()).is_none();
            for (step, is_live, standing) in line.standing() {
                let may = |kind| member.is_some_and(|it| it.may(line.queue(), kind));
                let is_aside = member.is_some_and(|it| it.is_aside(line.tenant()));
                let oldest_ms = line.oldest_dial_ms(step).filter(|_| !is_live);
                let dialling = oldest_ms.map(|ms| on.dialling(line.queue(), ms));
                let is_shut = dialling.is_some_and(|it| !it.may(is_aside));
                let is_later = dialling == Some(Dialling::AfterCallers) && pair.waiting.is_live;
                let is_spared = !may(if is_live {
                    WorkKind::Live
                } else {
                    WorkKind::Callback
                });
                let before = standing.iter().take(SHOWN_MAX);
                for &(key_ms, work, _) in before.take_while(|(key, work, _)| (*key, *work) < own) {
                    let why = if is_spared {
                        Passing::NotEligible
                    } else if is_shut {
                        Passing::NotDialled
                    } else if step < usize::from(fitness.ring) {
                        Passing::AsksMore
                    } else if !is_lent {
                        Passing::NotLent
                    } else if on.excludes(work, pair.seat) {
                        Passing::Refused
                    } else if is_later {
                        Passing::AfterCallers
                    } else {
                        Passing::WeighsLess
                    };
                    let queue = line.queue();
                    passed.push(PassedOver {
                        work: work.into(),
                        queue,
                        key_ms,
                        why,
                    });
                }
            }
        }
        for (waiting, wish) in self.kept.with_wishes() {
            let before = (waiting.key_ms, waiting.work) < own;
            let serves = member.is_some_and(|it| it.operator() != wish.operator);
            if before && serves && waiting.queue == pair.waiting.queue {
                passed.push(PassedOver {
                    work: waiting.work.into(),
                    queue: waiting.queue,
                    key_ms: waiting.key_ms,
                    why: Passing::WaitsForOperator(wish.operator),
                });
            }
        }
        passed.sort_unstable_by_key(|it| (it.key_ms, it.work));
        passed.truncate(SHOWN_MAX);
        passed
    }
}
