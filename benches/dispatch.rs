//! The dispatcher's decisions: 1,000 seats, 50 queues with a skill each, eight skills to an
//! operator, and 10,000 to 100,000 works that wait. A decision is: a seat becomes free, the
//! work is found that it gets, that one leaves the line, the seat is busy, and another work lines
//! up. And the other way round: a work comes while seats are free. Measured against a plain scan
//! that keeps nothing in order.

mod measured;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use anyhow::{Result, ensure};
use cuptel_core::calendar::{ContactWindow, CountedDays, Term, Zone};
use cuptel_core::id::{AttemptId, CallbackId, OperatorId, QueueId, SeatId, TenantId};
use cuptel_core::matching::{Conditions, Dialling, Figures, Load, Matching, SeatIs, Waiting, Who};
use cuptel_core::record::Work;
use cuptel_core::rules::{
    CallbackPolicy, GivesWay, MatchPolicy, NoOperators, PersonFirstPolicy, Queue, Relaxation,
    TaskPolicy, WrapUp,
};
use cuptel_core::staying::StayPolicy;
use cuptel_core::time::UtcMs;

use measured::{Delays, Effort, Rounds, real, say};

const SEATS: i64 = 1_000;
const QUEUES: i64 = 50;
const SKILLS_OF_ONE: u64 = 8;
const WAITING: [i64; 3] = [1_000, 10_000, 100_000];

fn main() -> Result<()> {
    let Some(effort) = Effort::asked() else {
        return Ok(());
    };
    for waiting in WAITING {
        let decisions = effort.pick(200_000, 200);
        // A scan of a hundred thousand takes its time.
        let scans = effort.pick(2_000, 20);
        let (mut ours, mut plain, mut rate) =
            (Delays::default(), Delays::default(), Rounds::default());
        for round in 0..effort.pick(5, 1) {
            let mut town = Town::new(waiting, round);
            let took_ns = town.frees_seats(decisions, &mut ours)?;
            rate.add(real(decisions) / (real(took_ns) / 1e9));
            town.scans(scans, &mut plain)?;
        }
        say(format!("a seat becomes free, {waiting} works wait:"));
        say(format!("  scan    {}", told(&plain)));
        say(format!("  cuptel  {}, {rate} a second", told(&ours)));
    }
    let (mut ours, mut rate) = (Delays::default(), Rounds::default());
    for round in 0..effort.pick(5, 1) {
        let arrivals = effort.pick(200_000, 200);
        let took_ns = Town::new(0, round).works_come(arrivals, &mut ours)?;
        rate.add(real(arrivals) / (real(took_ns) / 1e9));
    }
    say(format!("a work comes, {SEATS} seats are free:"));
    say(format!("  cuptel  {}, {rate} a second", told(&ours)));
    Ok(())
}

/// Delays that are counted in nanoseconds, in microseconds.
fn told(delays: &Delays) -> String {
    format!(
        "p50 {:.2} µs, p99 {:.2} µs (of {})",
        delays.ms(500),
        delays.ms(990),
        delays.count()
    )
}

/// The two readings around one decision are part of it: some tens of nanoseconds.
#[expect(
    clippy::disallowed_methods,
    reason = "the engine's clock counts microseconds, and a decision takes less"
)]
fn timed<T>(delays: &mut Delays, what: impl FnOnce() -> T) -> T {
    let begin = Instant::now();
    let result = what();
    delays.add(u64::try_from(begin.elapsed().as_nanos()).unwrap_or(u64::MAX));
    result
}

/// Numbers by chance, the same in each run (SplitMix64).
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % end
    }

    fn below_i64(&mut self, end: i64) -> i64 {
        let end = u64::try_from(end).expect("more than nothing");
        i64::try_from(self.below(end)).expect("less than an i64")
    }
}

/// What the rules look up for each pair, as they do: who refused, in the order of the calls.
struct Outside(BTreeMap<Work, Vec<SeatId>>);

impl Conditions for Outside {
    fn dialling(&mut self, _: QueueId, _: UtcMs) -> Dialling {
        Dialling::ByAll
    }

    fn excludes(&self, work: Work, seat: SeatId) -> bool {
        self.0.get(&work).is_some_and(|seats| seats.contains(&seat))
    }
}

struct Town {
    matching: Matching,
    outside: Outside,
    chance: Chance,
    now_ms: i64,
    works: i64,
    /// Whom each seat can serve, for the scan.
    serves: BTreeMap<SeatId, Vec<QueueId>>,
    waiting: Vec<Waiting>,
}

fn skill(number: i64) -> String {
    format!("skill{number}")
}

fn queue(number: i64) -> Queue {
    Queue {
        tenant: TenantId(1),
        name: skill(number),
        title: skill(number),
        whisper: None,
        skills: BTreeMap::from([(skill(number), 2)]),
        waiting_max: u32::MAX,
        wrap_up_s: 0,
        ring_s: 15,
        cli: None,
        class: None,
        live_bonus_s: 300,
        no_operators: NoOperators::Wait,
        hours: Vec::new(),
        serve_waiting_s: 0,
        matching: MatchPolicy {
            relax: vec![Relaxation {
                after_s: 60,
                skills: BTreeMap::from([(skill(number), 1)]),
            }],
            level_weight_s: 30,
            ..MatchPolicy::default()
        },
        wrap_up: WrapUp::Fixed,
        answer_targets: Vec::new(),
        tasks: TaskPolicy::default(),
        callback: CallbackPolicy {
            owner_wait_h: 0,
            not_on: BTreeSet::new(),
            stays: StayPolicy::default(),
            preview: cuptel_core::preview::PreviewPolicy::default(),
            gives_way: GivesWay::ToExpected,
            share_min: 0.0,
            share_max: 1.0,
            share_overdue: 1.0,
            hold_max_s: 0,
            grace_s: 180,
            spacing_no_answer_s: 1_800,
            spacing_busy_s: 600,
            spacing_unreachable_s: 3_600,
            spacing_person_declined_s: 14_400,
            spacing_declined_s: 30,
            busy_per_try: 1,
            tries_max: 5,
            spread_h: 2,
            expected_s: 300,
            expires: Term::new(10, CountedDays::Every, Zone::UTC),
            window: ContactWindow::always(),
            person_first: PersonFirstPolicy::default(),
        },
    }
}

impl Town {
    fn new(waiting: i64, seed: u64) -> Self {
        let queues: BTreeMap<QueueId, Queue> = (1..=QUEUES)
            .map(|number| (QueueId(number), queue(number)))
            .collect();
        let mut town = Self {
            matching: Matching::default(),
            outside: Outside(BTreeMap::new()),
            chance: Chance(seed),
            now_ms: 1_790_841_600_000,
            works: 0,
            serves: BTreeMap::new(),
            waiting: Vec::new(),
        };
        town.matching.begin(&queues, &BTreeMap::new());
        for seat in (1..=SEATS).map(SeatId) {
            let mut skills: BTreeMap<String, u8> = BTreeMap::new();
            for _ in 0..SKILLS_OF_ONE {
                let level = u8::try_from(1 + town.chance.below(5)).expect("five levels");
                skills.insert(skill(1 + town.chance.below_i64(QUEUES)), level);
            }
            let skills: Vec<(String, u8)> = skills.into_iter().collect();
            let fit = queues
                .iter()
                .filter(|(_, rule)| rule.can_be_served_by(&skills));
            town.serves.insert(seat, fit.map(|(id, _)| *id).collect());
            let who = Who {
                operator: OperatorId(seat.0),
                home: None,
                skills: &skills,
            };
            town.matching.man(town.now_ms, seat, who, &queues);
            town.is(seat, None);
        }
        for _ in 0..waiting {
            let work = town.another();
            town.lines_up(work);
        }
        town
    }

    /// A caller or a callback, placed within the last five minutes.
    fn another(&mut self) -> Waiting {
        self.works += 1;
        let is_live = self.chance.below(2) == 0;
        let work = if is_live {
            Work::Attempt(AttemptId(self.works))
        } else {
            Work::Callback(CallbackId(self.works))
        };
        let place_ms = self.now_ms - self.chance.below_i64(300_000);
        Waiting {
            queue: QueueId(1 + self.chance.below_i64(QUEUES)),
            work,
            is_live,
            key_ms: place_ms - if is_live { 300_000 } else { 0 },
            place_ms,
        }
    }

    fn lines_up(&mut self, waiting: Waiting) {
        // One of a hundred was refused by some seat before.
        let refused = self.chance.below(100) == 0;
        let seats = refused.then(|| SeatId(1 + self.chance.below_i64(SEATS)));
        self.outside
            .0
            .insert(waiting.work, seats.into_iter().collect());
        self.matching.line_up(self.now_ms, waiting, None);
        self.waiting.push(waiting);
    }

    fn is(&mut self, seat: SeatId, idle_since_ms: Option<i64>) {
        let free = idle_since_ms.map(|idle_since_ms| Figures {
            idle_since_ms,
            load: Load::default(),
        });
        let is = SeatIs {
            is_present: true,
            free,
            in_hand: None,
            serves: None,
            is_aside: false,
        };
        self.matching.seat_is(self.now_ms, seat, is);
    }

    /// Seats become free, one after the other. How long all of it took, in nanoseconds.
    fn frees_seats(&mut self, decisions: u64, delays: &mut Delays) -> Result<u64> {
        let mut total = Delays::default();
        for _ in 0..decisions {
            self.now_ms += 1;
            let seat = SeatId(1 + self.chance.below_i64(SEATS));
            let next = self.another();
            let mut one = Delays::default();
            let pair = timed(&mut one, || {
                self.matching.advance(self.now_ms);
                self.is(seat, Some(self.now_ms));
                self.matching.ask_again();
                let pair = self.matching.next(&mut self.outside);
                if let Some(pair) = &pair {
                    self.matching.step_out(&pair.waiting);
                }
                self.is(seat, None);
                if pair.is_some() {
                    self.matching.line_up(self.now_ms, next, None);
                }
                pair
            });
            total.join(&one);
            if let Some(pair) = pair {
                self.outside.0.remove(&pair.waiting.work);
                self.outside.0.insert(next.work, Vec::new());
            }
        }
        delays.join(&total);
        Ok(total.sum())
    }

    /// The same decision by looking at each work; what is found is put back.
    fn scans(&mut self, decisions: u64, delays: &mut Delays) -> Result<()> {
        for _ in 0..decisions {
            let seat = SeatId(1 + self.chance.below_i64(SEATS));
            let found = timed(delays, || {
                let serves = self.serves.get(&seat)?;
                let able = self.waiting.iter().enumerate().filter(|(_, waiting)| {
                    serves.contains(&waiting.queue) && !self.outside.excludes(waiting.work, seat)
                });
                let (at, _) = able.min_by_key(|(_, it)| (it.key_ms, it.work))?;
                Some(self.waiting.swap_remove(at))
            });
            ensure!(
                found.is_some() || self.serves.get(&seat).is_none_or(Vec::is_empty),
                "a seat found nothing to do"
            );
            self.waiting.extend(found);
        }
        Ok(())
    }

    /// Works come while all seats are free; the seat that has one is free again at once.
    fn works_come(&mut self, arrivals: u64, delays: &mut Delays) -> Result<u64> {
        for seat in (1..=SEATS).map(SeatId) {
            self.is(seat, Some(self.now_ms - seat.0));
        }
        ensure!(
            self.matching.next(&mut self.outside).is_none(),
            "nobody waits"
        );
        let mut total = Delays::default();
        for _ in 0..arrivals {
            self.now_ms += 1;
            let work = self.another();
            let pair = timed(&mut total, || {
                self.matching.line_up(self.now_ms, work, None);
                let pair = self.matching.next(&mut self.outside);
                if let Some(pair) = &pair {
                    self.matching.step_out(&pair.waiting);
                    self.is(pair.seat, None);
                    self.is(pair.seat, Some(self.now_ms));
                }
                pair
            });
            ensure!(pair.is_some(), "a work found no seat");
        }
        delays.join(&total);
        Ok(total.sum())
    }
}
