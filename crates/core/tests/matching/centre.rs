//! Both told the same.

use std::collections::{BTreeMap, BTreeSet};

use cuptel_core::calendar::{ContactWindow, CountedDays, Term, Zone};
use cuptel_core::id::{AttemptId, CallbackId, OperatorId, QueueId, SeatId, TenantId};
use cuptel_core::matching::{Figures, Load, Matching, Pair, SeatIs, Waiting, Who, Wish};
use cuptel_core::preview::PreviewPolicy;
use cuptel_core::record::Work;
use cuptel_core::rules::{
    CallbackPolicy, GivesWay, LendPolicy, MatchPolicy, NoOperators, PersonFirstPolicy, Queue,
    Relaxation, Strategy, TaskPolicy, WrapUp,
};
use cuptel_core::staying::StayPolicy;

use cuptel_core::words::WorkKind;

use crate::scan::{Scan, Sitting};

pub(crate) const LEVEL_WEIGHT_S: u32 = 20;

/// The structure and the scan.
#[derive(Debug, Default)]
pub(crate) struct Both {
    pub(crate) matching: Matching,
    pub(crate) scan: Scan,
    /// Every decision, with the works that waited then.
    pub(crate) decided: Vec<Pair>,
}

pub(crate) fn work(id: i64, is_live: bool) -> Work {
    if is_live {
        Work::Attempt(AttemptId(id))
    } else {
        Work::Callback(CallbackId(id))
    }
}

/// Two authorities with two queues each: one keeps an operator, lends two at most and borrows
/// one; the other lends one.
fn lending() -> BTreeMap<TenantId, LendPolicy> {
    let first = LendPolicy {
        floor: 1,
        max: Some(2),
        borrow_max: Some(1),
    };
    let second = LendPolicy {
        max: Some(1),
        ..LendPolicy::default()
    };
    BTreeMap::from([(TenantId(1), first), (TenantId(2), second)])
}

/// Of three operators one belongs to each authority, and one to nobody.
fn home_of(seat: SeatId) -> Option<TenantId> {
    Some(TenantId(seat.0 % 3)).filter(|tenant| tenant.0 > 0)
}

fn queue(number: i64, matching: MatchPolicy) -> Queue {
    Queue {
        tenant: TenantId(number % 2 + 1),
        name: number.to_string(),
        title: number.to_string(),
        whisper: None,
        skills: BTreeMap::from([(skill(number), 2), ("common".to_owned(), 1)]),
        waiting_max: 100,
        wrap_up_s: 0,
        ring_s: 10,
        cli: None,
        class: None,
        live_bonus_s: 0,
        no_operators: NoOperators::Wait,
        hours: Vec::new(),
        serve_waiting_s: 0,
        matching,
        wrap_up: WrapUp::Fixed,
        answer_targets: Vec::new(),
        tasks: TaskPolicy::default(),
        callback: CallbackPolicy {
            owner_wait_h: 0,
            not_on: BTreeSet::new(),
            stays: StayPolicy::default(),
            preview: PreviewPolicy::default(),
            gives_way: GivesWay::ToExpected,
            share_min: 0.0,
            share_max: 1.0,
            share_overdue: 1.0,
            hold_max_s: 0,
            grace_s: 0,
            spacing_no_answer_s: 0,
            spacing_busy_s: 0,
            spacing_unreachable_s: 0,
            spacing_person_declined_s: 0,
            spacing_declined_s: 0,
            busy_per_try: 1,
            tries_max: 1,
            spread_h: 0,
            expected_s: 1,
            expires: Term::new(7, CountedDays::Every, Zone::UTC),
            window: ContactWindow::always(),
            person_first: PersonFirstPolicy::default(),
        },
    }
}

pub(crate) fn skill(queue: i64) -> String {
    format!("skill{queue}")
}

/// Four queues: each strategy once, with and without relaxations, weights and preferences.
pub(crate) fn queues() -> BTreeMap<QueueId, Queue> {
    let relaxed = |after_s: u32, skill: String, level: u8| Relaxation {
        after_s,
        skills: BTreeMap::from([(skill, level)]),
    };
    let policies = [
        MatchPolicy::default(),
        MatchPolicy {
            strategy: Strategy::LeastOccupied,
            relax: vec![relaxed(20, skill(2), 1)],
            ..MatchPolicy::default()
        },
        MatchPolicy {
            strategy: Strategy::BestSkill,
            level_weight_s: LEVEL_WEIGHT_S,
            preferred_skills: BTreeMap::from([(skill(1), 3)]),
            ..MatchPolicy::default()
        },
        MatchPolicy {
            strategy: Strategy::FewestCalls,
            level_weight_s: LEVEL_WEIGHT_S,
            relax: vec![
                relaxed(10, skill(4), 1),
                Relaxation {
                    after_s: 40,
                    skills: BTreeMap::new(),
                },
            ],
            ..MatchPolicy::default()
        },
    ];
    (1..)
        .zip(policies)
        .map(|(number, policy)| (QueueId(number), queue(number, policy)))
        .collect()
}

impl Both {
    pub(crate) fn new() -> Self {
        let mut both = Self::default();
        both.scan.queues = queues();
        both.scan.lending = lending();
        both.matching.begin(&both.scan.queues, &both.scan.lending);
        both
    }

    pub(crate) fn waits(&mut self, waiting: Waiting, wish: Option<Wish>) {
        self.leaves(waiting.work);
        let now_ms = self.scan.now_ms;
        let wish = wish.filter(|wish| !self.scan.is_spared(wish.operator, waiting.kind()));
        self.matching.line_up(now_ms, waiting, wish);
        let wish = wish.filter(|wish| wish.until_ms > now_ms);
        let wish = wish.filter(|wish| self.scan.can_wait_for(&waiting, wish));
        self.scan.works.insert(waiting.work, (waiting, wish));
    }

    pub(crate) fn leaves(&mut self, work: Work) {
        if let Some((waiting, _)) = self.scan.works.remove(&work) {
            self.matching.step_out(&waiting);
        }
    }

    /// An operator comes to a seat, or goes.
    pub(crate) fn sits(&mut self, seat: SeatId, levels: Option<[u8; 4]>) {
        let now_ms = self.scan.now_ms;
        let Some(levels) = levels else {
            self.matching.clear(now_ms, seat);
            self.scan.seats.remove(&seat);
            return self.scan.settle();
        };
        let mut skills = vec![("common".to_owned(), 1)];
        let named = (1..).zip(levels).filter(|(_, level)| *level > 0);
        skills.extend(named.map(|(number, level)| (skill(number), level)));
        let operator = OperatorId(seat.0);
        let queues = &self.scan.queues;
        let home = home_of(seat);
        let who = Who {
            operator,
            home,
            skills: &skills,
        };
        self.matching.man(now_ms, seat, who, queues);
        let sitting = Sitting {
            operator,
            home,
            skills,
            is_present: false,
            free: None,
            serves: None,
            spared: None,
        };
        self.scan.seats.insert(seat, sitting);
        self.scan.settle();
    }

    /// A seat is free after so much work, or not, and then perhaps at a work of an authority.
    pub(crate) fn turns(
        &mut self,
        seat: SeatId,
        is_present: bool,
        free: Option<Figures>,
        serves: Option<TenantId>,
    ) {
        let Some(sitting) = self.scan.seats.get_mut(&seat) else {
            return;
        };
        let free = free.filter(|_| is_present);
        let serves = serves.filter(|_| free.is_none());
        (sitting.is_present, sitting.free, sitting.serves) = (is_present, free, serves);
        let is = SeatIs {
            is_present,
            free,
            in_hand: None,
            serves,
            is_aside: sitting.spared == Some(WorkKind::Live),
        };
        self.matching.seat_is(self.scan.now_ms, seat, is);
        self.scan.settle();
    }

    /// A seat is offered none of this kind, from now on.
    pub(crate) fn spares(&mut self, seat: SeatId, kind: Option<WorkKind>) {
        let Some(sitting) = self.scan.seats.get_mut(&seat) else {
            return;
        };
        sitting.spared = kind;
        let Sitting {
            is_present,
            free,
            serves,
            ..
        } = *sitting;
        let queues = self.scan.queues.keys();
        let spared = queues.flat_map(|queue| kind.map(|kind| (*queue, kind)));
        self.matching.spare(seat, spared.collect());
        self.turns(seat, is_present, free, serves);
    }

    pub(crate) fn passes_s(&mut self, s: i64) {
        self.scan.now_ms += s * 1_000;
        self.scan.settle();
    }

    /// What the structure would decide, after time has passed.
    pub(crate) fn next(&mut self) -> Option<Pair> {
        self.matching.advance(self.scan.now_ms);
        self.matching.ask_again();
        self.matching.next(&mut &self.scan)
    }

    /// Hands the pair over: its work leaves, its seat is busy.
    pub(crate) fn hand_over(&mut self, pair: &Pair) {
        self.leaves(pair.waiting.work);
        let serves = self.scan.queues[&pair.waiting.queue].tenant;
        self.turns(pair.seat, true, None, Some(serves));
        self.decided.push(*pair);
    }
}

/// Figures of a seat that became free at this moment.
pub(crate) fn figures(now_ms: i64, idle_s: i64, worked_s: i64, calls: u32) -> Figures {
    let mut load = Load::default();
    for _ in 0..calls {
        load.begin(now_ms - worked_s * 1_000);
        load.end(now_ms);
    }
    Figures {
        idle_since_ms: now_ms - idle_s * 1_000,
        load,
    }
}
