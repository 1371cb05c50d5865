//! Anything may happen in any order.

use std::collections::BTreeSet;

use cuptel_core::id::{OperatorId, QueueId, SeatId, TenantId};
use cuptel_core::matching::{Pair, Waiting, Wish};
use cuptel_core::words::WorkKind;
use proptest::prelude::*;

use crate::centre::{Both, LEVEL_WEIGHT_S, figures, work};

#[derive(Debug, Clone)]
enum Happens {
    Waits {
        id: i64,
        queue: i64,
        is_live: bool,
        /// Before now.
        place_s: i64,
        priority_s: i64,
        wish: Option<(i64, i64)>,
    },
    Leaves {
        id: i64,
        is_live: bool,
    },
    Sits {
        seat: i64,
        levels: Option<[u8; 4]>,
    },
    Free {
        seat: i64,
        idle_s: i64,
        worked_s: i64,
        calls: u32,
    },
    Busy {
        seat: i64,
        is_present: bool,
        /// For which authority.
        serves: Option<i64>,
    },
    /// A seat is offered none of this kind from now on.
    Spares {
        seat: i64,
        kind: Option<WorkKind>,
    },
    Passes {
        s: i64,
    },
    Refuses {
        id: i64,
        is_live: bool,
        seat: i64,
    },
    Shuts {
        queue: i64,
        is_shut: bool,
    },
    Holds {
        queue: i64,
        is_held: bool,
    },
    /// Its callbacks go after callers from now on, or do not.
    GivesWay {
        queue: i64,
        is_after: bool,
    },
    HandsOut,
}

fn happens() -> impl Strategy<Value = Happens> {
    let waits = (
        1..20_i64,
        1..5_i64,
        any::<bool>(),
        0..60_i64,
        0..40_i64,
        prop::option::weighted(0.3, (1..7_i64, 1..50_i64)),
    );
    prop_oneof![
        6 => waits.prop_map(|(id, queue, is_live, place_s, priority_s, wish)| Happens::Waits {
            id, queue, is_live, place_s, priority_s, wish
        }),
        1 => (1..20_i64, any::<bool>()).prop_map(|(id, is_live)| Happens::Leaves { id, is_live }),
        2 => (1..7_i64, prop::option::weighted(0.9, prop::array::uniform4(0..6_u8)))
            .prop_map(|(seat, levels)| Happens::Sits { seat, levels }),
        4 => (1..7_i64, 0..30_i64, 0..90_i64, 0..4_u32).prop_map(|(seat, idle_s, worked_s, calls)| {
            Happens::Free { seat, idle_s, worked_s, calls }
        }),
        2 => (1..7_i64, any::<bool>(), prop::option::of(1..3_i64))
            .prop_map(|(seat, is_present, serves)| Happens::Busy { seat, is_present, serves }),
        2 => (1..7_i64, prop::sample::select(vec![None, Some(WorkKind::Live), Some(WorkKind::Callback)]))
            .prop_map(|(seat, kind)| Happens::Spares { seat, kind }),
        2 => (1..15_i64).prop_map(|s| Happens::Passes { s }),
        2 => (1..20_i64, any::<bool>(), 1..7_i64)
            .prop_map(|(id, is_live, seat)| Happens::Refuses { id, is_live, seat }),
        4 => (1..5_i64, any::<bool>()).prop_map(|(queue, is_shut)| Happens::Shuts { queue, is_shut }),
        4 => (1..5_i64, any::<bool>()).prop_map(|(queue, is_held)| Happens::Holds { queue, is_held }),
        4 => (1..5_i64, any::<bool>())
            .prop_map(|(queue, is_after)| Happens::GivesWay { queue, is_after }),
        5 => Just(Happens::HandsOut),
    ]
}

impl Both {
    fn happens(&mut self, what: &Happens) {
        match *what {
            Happens::Waits {
                id,
                queue,
                is_live,
                place_s,
                priority_s,
                wish,
            } => {
                let now_ms = self.scan.now_ms;
                let place_ms = now_ms - place_s * 1_000;
                let waiting = Waiting {
                    queue: QueueId(queue),
                    work: work(id, is_live),
                    is_live,
                    key_ms: place_ms - priority_s * 1_000,
                    place_ms,
                };
                let wish = wish.map(|(operator, s)| Wish {
                    operator: OperatorId(operator),
                    until_ms: now_ms + s * 1_000,
                    is_owned: false,
                });
                self.waits(waiting, wish);
            }
            Happens::Leaves { id, is_live } => self.leaves(work(id, is_live)),
            Happens::Sits { seat, levels } => self.sits(SeatId(seat), levels),
            Happens::Free {
                seat,
                idle_s,
                worked_s,
                calls,
            } => {
                let free = figures(self.scan.now_ms, idle_s, worked_s, calls);
                self.turns(SeatId(seat), true, Some(free), None);
            }
            Happens::Busy {
                seat,
                is_present,
                serves,
            } => {
                let serves = serves.map(TenantId);
                self.turns(SeatId(seat), is_present, None, serves);
            }
            Happens::Spares { seat, kind } => self.spares(SeatId(seat), kind),
            Happens::Passes { s } => self.passes_s(s),
            // As when an offer comes back: who refused is noted before the work waits again.
            Happens::Refuses { id, is_live, seat } => {
                let work = work(id, is_live);
                if let Some((waiting, wish)) = self.scan.works.get(&work).copied() {
                    self.leaves(work);
                    self.scan.excluded.insert((work, SeatId(seat)));
                    self.waits(waiting, wish);
                }
            }
            Happens::Shuts { queue, is_shut } => self.shuts(QueueId(queue), is_shut),
            Happens::Holds { queue, is_held } => self.holds(QueueId(queue), is_held),
            Happens::GivesWay { queue, is_after } => self.gives_way(QueueId(queue), is_after),
            Happens::HandsOut => {
                while let Some(pair) = self.next() {
                    let which = |pair: Pair| (pair.waiting, pair.step, pair.seat);
                    assert_eq!(Some(which(pair)), self.scan.next().map(which));
                    self.check(&pair);
                    self.hand_over(&pair);
                    self.check_lent(&pair);
                }
                assert_eq!(None, self.scan.next());
                self.check_no_seat_is_idle();
            }
        }
        self.check_counts();
    }

    fn shuts(&mut self, queue: QueueId, is_shut: bool) {
        if is_shut {
            self.scan.shut.insert(queue);
        } else {
            self.scan.shut.remove(&queue);
        }
    }

    fn holds(&mut self, queue: QueueId, is_held: bool) {
        if is_held {
            self.scan.held.insert(queue);
        } else {
            self.scan.held.remove(&queue);
        }
    }

    fn gives_way(&mut self, queue: QueueId, is_after: bool) {
        if is_after {
            self.scan.after.insert(queue);
        } else {
            self.scan.after.remove(&queue);
        }
    }

    /// Nothing goes to a seat that must not have it, and nobody who could have it and stands
    /// before by more than the bound is overtaken; by nobody at all within their queue. What goes
    /// after callers is overtaken by these alone, and overtakes none.
    fn check(&self, pair: &Pair) {
        let taken = &pair.waiting;
        assert!(!self.scan.excluded.contains(&(taken.work, pair.seat)));
        let (_, own_wish) = &self.scan.works[&taken.work];
        let sitting = &self.scan.seats[&pair.seat];
        assert_ne!(sitting.spared, Some(taken.kind()));
        assert!(taken.is_live || self.scan.may_be_dialled(taken, own_wish.as_ref(), sitting));
        let bound_ms = 4 * i64::from(LEVEL_WEIGHT_S) * 1_000;
        for (other, wish) in self.scan.works.values() {
            let mut seats = self.scan.seats_for(other.work).into_iter();
            if !seats.any(|rank| rank.6 == pair.seat) {
                continue;
            }
            let (is_after, other_is_after) = (
                self.scan.is_after(taken, own_wish.as_ref()),
                self.scan.is_after(other, wish.as_ref()),
            );
            assert!(!is_after || other_is_after, "{taken:?} before {other:?}");
            if other_is_after && !is_after {
                continue;
            }
            let by_ms = taken.key_ms - other.key_ms;
            assert!(by_ms <= bound_ms, "{taken:?} overtakes {other:?}");
            if other.queue == taken.queue && wish.is_none() {
                let order = |it: &Waiting| (it.key_ms, it.work);
                assert!(
                    order(taken) <= order(other),
                    "{taken:?} overtakes {other:?}"
                );
            }
        }
    }

    /// Whoever has just gone to others has left enough at home, and nobody is lent or borrowed
    /// beyond a cap; the structure counts as the scan does.
    fn check_lent(&self, pair: &Pair) {
        let seat = &self.scan.seats[&pair.seat];
        let tenant = self.scan.queues[&pair.waiting.queue].tenant;
        if let Some(home) = seat.home.filter(|home| *home != tenant) {
            let (own, policy) = (self.scan.lent(home), self.scan.lending[&home]);
            assert!(own.at_home >= policy.floor, "{pair:?} leaves {own:?}");
            let is_over = |max: Option<u32>, count| max.is_some_and(|max| count > max);
            assert!(!is_over(policy.max, own.away), "{pair:?} makes {own:?}");
            let borrowed = self.scan.lent(tenant).borrowed;
            let most = self.scan.lending[&tenant].borrow_max;
            assert!(!is_over(most, borrowed), "{pair:?} makes {borrowed}");
        }
        for tenant in self.scan.lending.keys() {
            assert_eq!(self.matching.lent(*tenant), self.scan.lent(*tenant));
        }
    }

    fn check_no_seat_is_idle(&self) {
        for work in self.scan.works.keys() {
            let seats = self.scan.seats_for(*work);
            assert!(seats.is_empty(), "{work:?} waits and {seats:?} are idle");
        }
    }

    fn check_counts(&self) {
        for queue in self.scan.queues.keys() {
            let works = self.scan.works.values().map(|(waiting, _)| waiting);
            let own: Vec<&Waiting> = works.filter(|it| it.queue == *queue).collect();
            let is_caller =
                |it: &&&Waiting| matches!(it.work, cuptel_core::record::Work::Attempt(_));
            let callers = own.iter().filter(is_caller).count();
            assert_eq!(self.matching.callers(*queue) as usize, callers);
            assert_eq!(self.matching.callbacks(*queue), own.len() - callers);
            for waiting in &own {
                let order = |it: &Waiting| (it.key_ms, it.work);
                let before = own.iter().filter(|it| order(it) < order(waiting));
                let (live, dials): (Vec<&Waiting>, Vec<&Waiting>) =
                    before.partition(|it| it.is_live);
                let ahead = (live.len().min(5), dials.len().min(5));
                assert_eq!(self.matching.ahead_of(waiting, 5), ahead);
            }
        }
    }
}

/// The first in line refuses the better of two seats: whoever stands behind has it, and not a
/// callback that came after both.
#[test]
fn a_refusal_hides_nobody_behind() {
    let mut both = Both::new();
    let waits = |id, is_live, place_s| Happens::Waits {
        id,
        queue: 4,
        is_live,
        place_s,
        priority_s: 0,
        wish: None,
    };
    let free = |seat| Happens::Free {
        seat,
        idle_s: 5,
        worked_s: 0,
        calls: 0,
    };
    let first = (1, true);
    let story = [
        Happens::Sits {
            seat: 3,
            levels: Some([0, 0, 0, 5]),
        },
        Happens::Sits {
            seat: 6,
            levels: Some([0, 0, 0, 2]),
        },
        waits(first.0, first.1, 31),
        Happens::Refuses {
            id: first.0,
            is_live: first.1,
            seat: 3,
        },
        waits(2, true, 30),
        waits(3, false, 15),
        free(3),
        free(6),
        Happens::HandsOut,
    ];
    for what in &story {
        both.happens(what);
    }
    let decided: Vec<_> = both
        .decided
        .iter()
        .map(|it| (it.waiting.work, it.seat.0))
        .collect();
    assert_eq!(decided, [(work(2, true), 3), (work(1, true), 6)]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn it_decides_as_a_scan_of_everything_does(story in prop::collection::vec(happens(), 1..120)) {
        let mut both = Both::new();
        for what in &story {
            both.happens(what);
        }
        both.happens(&Happens::HandsOut);
    }

    #[test]
    fn what_is_put_in_first_decides_nothing(
        seats in prop::collection::vec(
            (prop::array::uniform4(0..6_u8), 0..3_i64, 0..3_i64, 0..3_u32), 1..6),
        works in prop::collection::vec((1..5_i64, any::<bool>(), 0..4_i64), 1..12),
        turns in prop::collection::vec(any::<prop::sample::Index>(), 24),
    ) {
        let sits = |(number, (levels, idle_s, worked_s, calls)): (i64, &([u8; 4], i64, i64, u32))| {
            let free = Happens::Free {
                seat: number, idle_s: *idle_s, worked_s: *worked_s, calls: *calls,
            };
            vec![Happens::Sits { seat: number, levels: Some(*levels) }, free]
        };
        let waits = |(number, (queue, is_live, place_s)): (i64, &(i64, bool, i64))| vec![Happens::Waits {
            id: number, queue: *queue, is_live: *is_live, place_s: *place_s, priority_s: 0, wish: None,
        }];
        let mut order: Vec<Vec<Happens>> = (1..).zip(&seats).map(sits).collect();
        order.extend((1..).zip(&works).map(waits));
        let decisions = |order: &[Vec<Happens>]| {
            let mut both = Both::new();
            for what in order.iter().flatten() {
                both.happens(what);
            }
            both.happens(&Happens::HandsOut);
            both.decided
        };
        let as_told = decisions(&order);
        let mut shuffled = Vec::new();
        for turn in &turns {
            if !order.is_empty() {
                shuffled.push(order.swap_remove(turn.index(order.len())));
            }
        }
        shuffled.extend(order);
        prop_assert_eq!(as_told, decisions(&shuffled));
    }

    #[test]
    fn a_work_is_offered_once(story in prop::collection::vec(happens(), 1..80)) {
        let mut both = Both::new();
        let mut waiting = BTreeSet::new();
        for what in &story {
            let before = both.decided.len();
            if let Happens::Waits { id, is_live, .. } = what {
                waiting.insert(work(*id, *is_live));
            }
            both.happens(what);
            for pair in &both.decided[before..] {
                prop_assert!(waiting.remove(&pair.waiting.work));
            }
        }
    }
}
