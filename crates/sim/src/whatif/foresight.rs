//! The best that could be done for a few callers by somebody who knows beforehand who will call,
//! how long each would wait and how long each will talk. No way to hand out works can do better:
//! what the real ones come to beside it is the price of not knowing.
//!
//! Exact: every order of callers at every seat is weighed. As many as can be are answered in time;
//! of all ways to do that, the people who are called back wait least, together; and of those,
//! the others on the line. A seat that knows the future may rest on purpose, and pass over whoever
//! cannot be answered in time. Whoever is served at all is served as soon as the seat is free for
//! them, since to begin later helps nobody. So what remains to be decided is settled by who is left
//! and when each seat is free, and is worked out once for each such state: for a dozen callers and a
//! few seats.

use std::collections::{BTreeMap, HashMap};

use cuptel_core::id::SiteId;

use super::plain::{self, Plain, TENANT, TRUNK, without_signalling};
use super::scenario::{
    Arrivals, Callers, Operators, PicksUp, QUARTER_S, Recorded, Redials, Scenario, Stretch,
    Timetable,
};
use super::spread::Spread;
use super::tally::Tally;
use crate::chance::Chance;

/// Callers that a case may have.
pub const CALLERS_MAX: usize = 16;

/// A caller, all of whose future is known. Times are in seconds from the beginning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// When they begin to wait.
    pub comes_s: u32,
    /// The last moment at which an answer is in time, if they are still there.
    pub in_time_s: u32,
    /// The last moment at which they are there.
    pub stays_s: u32,
    /// From when on they can be called back, who were not answered; none: they are not.
    pub called_from_s: Option<u32>,
    /// How long they keep a seat.
    pub talks_s: u32,
    /// Seats that can serve them, by their places.
    pub seats: Vec<usize>,
}

/// What becomes of a caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Answered after this wait, in time or not.
    Answered {
        /// Seconds.
        wait_s: u32,
    },
    /// Called back so long after they gave up.
    CalledBack {
        /// Seconds.
        delay_s: u32,
    },
    /// Neither.
    LeftOut,
}

/// The best that so many seats can do for these callers, at most `CALLERS_MAX`: the fate of each.
///
/// # Panics
/// With more callers than that.
#[must_use]
pub fn best(callers: &[Known], seats: usize) -> Vec<Fate> {
    assert!(callers.len() <= CALLERS_MAX, "too many to weigh them all");
    let mut search = Search {
        callers,
        found: HashMap::new(),
    };
    let mut fates = vec![Fate::LeftOut; callers.len()];
    let (mut left, mut free_s) = ((1 << callers.len()) - 1, vec![0; seats]);
    while let (_, Some(next)) = search.most(left, &free_s) {
        fates[next.caller] = next.fate;
        left &= !(1 << next.caller);
        free_s[next.seat] = next.free_s;
    }
    fates
}

/// How good something is: more is better, and what comes first counts more than all that follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Worth {
    in_time: i64,
    /// Seconds that people wait to be called back, less than none.
    delays_s: i64,
    /// Seconds that callers wait on the line, less than none.
    waits_s: i64,
}

impl Worth {
    const NONE: Self = Self {
        in_time: 0,
        delays_s: 0,
        waits_s: 0,
    };
    /// Somebody who is to be called back never is.
    const NEVER: Self = Self {
        in_time: i64::MIN / 2,
        ..Self::NONE
    };

    fn and(self, other: Self) -> Self {
        Self {
            in_time: self.in_time + other.in_time,
            delays_s: self.delays_s + other.delays_s,
            waits_s: self.waits_s + other.waits_s,
        }
    }
}

/// Who is served next, at which seat, which is free again at `free_s`.
#[derive(Debug, Clone, Copy)]
struct Next {
    caller: usize,
    seat: usize,
    fate: Fate,
    free_s: u32,
}

impl Known {
    /// What comes of it, and when it begins, if a seat that is free from then on is theirs.
    fn served_from(&self, free_s: u32) -> Option<(Worth, Fate, u32)> {
        let begins_s = free_s.max(self.comes_s);
        let wait_s = begins_s - self.comes_s;
        let is_in_time = begins_s <= self.in_time_s;
        // Who is called back for a late answer costs the more; nobody else is helped by one.
        if begins_s <= self.stays_s && (is_in_time || self.called_from_s.is_some()) {
            let worth = Worth {
                in_time: i64::from(is_in_time),
                waits_s: -i64::from(wait_s),
                ..Worth::NONE
            };
            return Some((worth, Fate::Answered { wait_s }, begins_s));
        }
        let begins_s = free_s.max(self.called_from_s?);
        let delay_s = begins_s - self.stays_s;
        let worth = Worth {
            delays_s: -i64::from(delay_s),
            ..Worth::NONE
        };
        Some((worth, Fate::CalledBack { delay_s }, begins_s))
    }
}

struct Search<'c> {
    callers: &'c [Known],
    /// By who is left, one bit each, and when each seat is free.
    found: HashMap<(u32, Vec<u32>), (Worth, Option<Next>)>,
}

impl Search<'_> {
    fn most(&mut self, left: u32, free_s: &[u32]) -> (Worth, Option<Next>) {
        let key = (left, free_s.to_vec());
        if let Some(most) = self.found.get(&key) {
            return *most;
        }
        let is_left = |place: &usize| left & (1 << place) != 0;
        let mut owed = (0..self.callers.len()).filter(is_left);
        let is_owed = owed.any(|place| self.callers[place].called_from_s.is_some());
        let mut most = (if is_owed { Worth::NEVER } else { Worth::NONE }, None);
        for caller in (0..self.callers.len()).filter(is_left) {
            for seat in self.callers[caller].seats.clone() {
                let known = &self.callers[caller];
                let Some((worth, fate, begins_s)) = known.served_from(free_s[seat]) else {
                    continue;
                };
                let next = Next {
                    caller,
                    seat,
                    fate,
                    free_s: begins_s + known.talks_s,
                };
                let mut then_s = free_s.to_vec();
                then_s[seat] = next.free_s;
                let worth = worth.and(self.most(left & !(1 << caller), &then_s).0);
                if worth > most.0 {
                    most = (worth, Some(next));
                }
            }
        }
        self.found.insert(key, most);
        most
    }
}

/// A small case: how many callers, within how long, and whether they are called back.
struct Size {
    callers: usize,
    within_s: u64,
    are_called_back: bool,
}

const NOT_CALLED_BACK: Size = Size {
    callers: 12,
    within_s: 600,
    are_called_back: false,
};
/// Fewer, because whoever is not answered stays to be served.
const CALLED_BACK: Size = Size {
    callers: 8,
    within_s: 400,
    are_called_back: true,
};
/// An answer within so long is in time.
pub const IN_TIME_S: u32 = 60;
/// Nobody is called back so soon after they gave up.
const GRACE_S: u32 = 180;
/// From the call to the queue: a key is pressed.
const KEY_S: u32 = 1;
/// Skills of the seats, by the queues that ask for them: one seat is in both.
const SEATS: [&[usize]; 3] = [&[0], &[0, 1], &[1]];

/// A small case, for the real centre and for foresight.
#[derive(Debug)]
pub struct Case {
    /// For the centre.
    pub scenario: Scenario,
    /// For foresight.
    pub callers: Vec<Known>,
}

impl Case {
    /// Twelve people call within ten minutes for one of two services, each with a patience and a
    /// conversation of their own; of three operators one serves both. Nobody calls twice or is
    /// called back.
    #[must_use]
    pub fn of(seed: u64) -> Self {
        Self::sized(seed, &NOT_CALLED_BACK)
    }

    /// Eight people within 400 seconds, and whoever gives up is called back, and picks up at once.
    #[must_use]
    pub fn with_callbacks(seed: u64) -> Self {
        Self::sized(seed, &CALLED_BACK)
    }

    fn sized(seed: u64, size: &Size) -> Self {
        let mut chance = Chance::of(seed, 0);
        let (mut kinds, mut callers) = (Vec::new(), Vec::new());
        for _ in 0..size.callers {
            let at_s = whole(chance.between(0, size.within_s));
            let place = usize::from(chance.happens(0.5));
            let talks_s = whole(chance.between(30, 300));
            let patience_s = whole(chance.between(20, 240));
            let comes_s = at_s + KEY_S;
            let stays_s = comes_s + patience_s;
            let mut kind = kind(place, at_s, talks_s, patience_s);
            kind.withheld = f64::from(u8::from(!size.are_called_back));
            callers.push(Known {
                comes_s,
                in_time_s: comes_s + patience_s.min(IN_TIME_S),
                stays_s,
                called_from_s: size.are_called_back.then_some(stays_s + GRACE_S),
                talks_s,
                seats: (0..SEATS.len())
                    .filter(|seat| SEATS[*seat].contains(&place))
                    .collect(),
            });
            kinds.push(kind);
        }
        Self {
            scenario: scenario(kinds),
            callers,
        }
    }

    /// What somebody who knows the future makes of each caller.
    #[must_use]
    pub fn foreseen(&self) -> Vec<Tally> {
        let fates = best(&self.callers, SEATS.len());
        let us = |s: u32| u64::from(s) * 1_000_000;
        let tally = |fate: Fate| {
            let mut tally = Tally::new(1);
            tally.calls = 1;
            match fate {
                Fate::Answered { wait_s } => tally.count_answered(us(wait_s), &[IN_TIME_S]),
                Fate::CalledBack { delay_s } => tally.paid.add(us(delay_s)),
                Fate::LeftOut => {}
            }
            tally
        };
        fates.into_iter().map(tally).collect()
    }
}

fn whole(s: u64) -> u32 {
    u32::try_from(s).unwrap_or(u32::MAX)
}

fn fixed(s: u32) -> Spread {
    Spread::Fixed { s: f64::from(s) }
}

fn skill(place: usize) -> String {
    format!("service{place}")
}

fn kind(place: usize, at_s: u32, talks_s: u32, patience_s: u32) -> Callers {
    let call = Recorded {
        at_ms: u64::from(at_s) * 1_000,
        person: 0,
    };
    Callers {
        tenant: TENANT,
        queue: Plain::queue_id(place),
        class: String::new(),
        line: Plain::line(),
        trunk: TRUNK,
        arrivals: Arrivals::Recorded(vec![call]),
        patience_before: None,
        patience: Some(fixed(patience_s)),
        redials: Redials::NONE,
        asks: 0.0,
        withheld: 1.0,
        talks: fixed(talks_s),
        picks_up: PicksUp {
            share: 1.0,
            busy: 0.0,
            after: Spread::NONE,
        },
    }
}

fn scenario(callers: Vec<Callers>) -> Scenario {
    let queue = |place: usize| {
        let mut queue = plain::queue(&skill(place));
        queue.skills = BTreeMap::from([(skill(place), 1)]);
        queue.callback.grace_s = GRACE_S;
        queue
    };
    let rules = Plain {
        title: "small case".to_owned(),
        queues: vec![queue(0), queue(1)],
        trunk: plain::trunk(),
        offer_after_s: None,
        max_wait_s: 3_600,
    };
    let settles_s = 4 * QUARTER_S;
    let all_day = Stretch {
        from_s: 0,
        to_s: QUARTER_S + settles_s,
    };
    let operator = |places: &&[usize]| Operators {
        name: "all".to_owned(),
        site: SiteId(1),
        skills: places.iter().map(|place| (skill(*place), 1)).collect(),
        timetables: vec![Timetable {
            shifts: vec![all_day],
            breaks: Vec::new(),
        }],
        picks_up_after: Spread::NONE,
        misses: 0.0,
        back_after_s: 60,
        accommodation: None,
    };
    Scenario {
        rules: without_signalling(rules.rules()),
        prompt_ms: Vec::new(),
        begins_ms: 1_790_841_600_000,
        lasts_s: QUARTER_S,
        settles_s,
        counts_from_s: 0,
        callers,
        operators: SEATS.iter().map(operator).collect(),
        outages: Vec::new(),
        within_s: vec![IN_TIME_S],
        short_s: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::super::policies::Policy;
    use super::super::world::run;
    use super::*;

    fn caller(comes_s: u32, until_s: u32, talks_s: u32, seats: &[usize]) -> Known {
        Known {
            comes_s,
            in_time_s: until_s,
            stays_s: until_s,
            called_from_s: None,
            talks_s,
            seats: seats.to_vec(),
        }
    }

    fn most_in_time(callers: &[Known], seats: usize) -> usize {
        let fates = best(callers, seats).into_iter();
        fates
            .filter(|fate| matches!(fate, Fate::Answered { .. }))
            .count()
    }

    #[test]
    fn a_long_talk_is_passed_over_for_two_short_ones() {
        let callers = [
            caller(0, 10, 100, &[0]),
            caller(5, 15, 5, &[0]),
            caller(10, 20, 5, &[0]),
        ];
        assert_eq!(most_in_time(&callers, 1), 2);
    }

    #[test]
    fn a_seat_rests_for_whoever_only_it_can_serve() {
        let callers = [caller(0, 30, 60, &[0, 1]), caller(1, 2, 60, &[1])];
        assert_eq!(most_in_time(&callers, 2), 2);
        // The first could have gone to either seat: who took the other one lost the second.
        assert_eq!(most_in_time(&callers[1..], 2), 1);
    }

    #[test]
    fn nobody_is_answered_too_late() {
        let callers = [caller(0, 10, 50, &[0]), caller(0, 49, 50, &[0])];
        assert_eq!(most_in_time(&callers, 1), 1);
        let patient = [caller(0, 10, 50, &[0]), caller(0, 50, 50, &[0])];
        assert_eq!(most_in_time(&patient, 1), 2);
    }

    #[test]
    fn who_is_not_answered_is_called_back_the_short_talks_first() {
        let mut callers = [
            caller(0, 0, 50, &[0]),
            caller(0, 0, 40, &[0]),
            caller(0, 0, 30, &[0]),
        ];
        for caller in &mut callers {
            caller.called_from_s = Some(10);
        }
        let fates = best(&callers, 1);
        // One is answered; of the others the shorter is called first.
        let delays = |fates: &[Fate]| {
            let delay = |fate: &Fate| match fate {
                Fate::CalledBack { delay_s } => *delay_s,
                Fate::Answered { .. } | Fate::LeftOut => 0,
            };
            fates.iter().map(delay).sum::<u32>()
        };
        assert_eq!(fates[2], Fate::Answered { wait_s: 0 });
        assert_eq!(fates[1], Fate::CalledBack { delay_s: 30 });
        assert_eq!(fates[0], Fate::CalledBack { delay_s: 70 });
        assert_eq!(delays(&fates), 100);
    }

    #[test]
    fn no_way_to_hand_out_works_does_better_and_some_do_as_well() {
        for (cases, case) in [
            (40, Case::of as fn(u64) -> Case),
            (20, Case::with_callbacks),
        ] {
            let mut is_reached = false;
            for seed in 0..cases {
                let case = case(seed);
                let sum = |tallies: &[Tally]| {
                    let mut all = Tally::new(1);
                    for tally in tallies {
                        all.merge(tally);
                    }
                    all
                };
                let most = sum(&case.foreseen());
                for policy in Policy::ALL {
                    let mut scenario = case.scenario.clone();
                    scenario.rules = policy.rules(&scenario.rules);
                    let outcome = run(&scenario, seed);
                    assert_eq!(outcome.violations, 0);
                    let came_to = sum(&outcome.callers);
                    assert_eq!(came_to.calls, case.callers.len() as u64);
                    let (in_time, best) = (came_to.answered_within[0], most.answered_within[0]);
                    let told = format!("seed {seed}, {policy:?}: {in_time} of {best}");
                    assert!(in_time <= best, "{told}");
                    is_reached |= in_time == best;
                    let paid_s = |tally: &Tally| {
                        tally.paid.total() as f64 * tally.paid.mean_s().unwrap_or(0.0)
                    };
                    if case.callers[0].called_from_s.is_some() {
                        let served = came_to.answered.total() + came_to.paid.total();
                        assert_eq!(served, came_to.calls, "{told}: somebody is still owed");
                        // Where as many are answered in time, nobody is called back sooner.
                        assert!(
                            in_time < best || paid_s(&came_to) >= paid_s(&most) - 0.001,
                            "{told}: {} {}",
                            paid_s(&came_to),
                            paid_s(&most)
                        );
                    }
                }
            }
            assert!(is_reached, "the bound is one that can be met");
        }
    }
}
