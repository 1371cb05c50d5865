//! The most callers who can be answered in time, by somebody who knows beforehand who will call,
//! how long each would wait and how long each will talk. No way to hand out works can do better:
//! what the real ones come to beside it is the price of not knowing.
//!
//! Exact: every order of callers at every seat is weighed. A seat that knows the future may rest
//! on purpose, and pass over whoever cannot be answered in time. Whoever is answered at all is
//! answered as soon as the seat is free for them, since to begin later helps nobody. So what
//! remains to be decided is settled by who is left and when each seat is free, and is worked out
//! once for each such state: for a dozen callers and a few seats.

use std::collections::{BTreeMap, HashMap};

use cuptel_core::id::SiteId;

use super::plain::{self, Plain, TENANT, TRUNK, without_signalling};
use super::scenario::{
    Arrivals, Callers, Operators, PicksUp, QUARTER_S, Recorded, Redials, Scenario, Stretch,
    Timetable,
};
use super::spread::Spread;
use crate::chance::Chance;

/// Callers that a case may have.
pub const CALLERS_MAX: usize = 16;

/// A caller, all of whose future is known. Times are in seconds from the beginning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// When they begin to wait.
    pub comes_s: u32,
    /// The last moment at which an answer is in time, and they are still there.
    pub until_s: u32,
    /// How long they keep a seat.
    pub talks_s: u32,
    /// Seats that can serve them, by their places.
    pub seats: Vec<usize>,
}

/// The most of these callers, at most `CALLERS_MAX`, whom so many seats can answer in time.
///
/// # Panics
/// With more callers than that.
#[must_use]
pub fn most_in_time(callers: &[Known], seats: usize) -> usize {
    assert!(callers.len() <= CALLERS_MAX, "too many to weigh them all");
    let mut search = Search {
        callers,
        found: HashMap::new(),
    };
    search.most((1 << callers.len()) - 1, &vec![0; seats])
}

struct Search<'c> {
    callers: &'c [Known],
    /// By who is left, one bit each, and when each seat is free.
    found: HashMap<(u32, Vec<u32>), usize>,
}

impl Search<'_> {
    fn most(&mut self, left: u32, free_s: &[u32]) -> usize {
        let key = (left, free_s.to_vec());
        if let Some(most) = self.found.get(&key) {
            return *most;
        }
        let mut most = 0;
        for (place, caller) in self.callers.iter().enumerate() {
            let bit = 1 << place;
            if left & bit == 0 {
                continue;
            }
            for &seat in &caller.seats {
                let begins_s = free_s[seat].max(caller.comes_s);
                if begins_s <= caller.until_s {
                    let mut then_s = free_s.to_vec();
                    then_s[seat] = begins_s + caller.talks_s;
                    most = most.max(1 + self.most(left & !bit, &then_s));
                }
            }
        }
        self.found.insert(key, most);
        most
    }
}

/// Callers of a small case.
const CALLERS: usize = 12;
/// They call within so long.
const WITHIN_S: u64 = 600;
/// An answer within so long is in time.
pub const IN_TIME_S: u32 = 60;
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
        let mut chance = Chance::of(seed, 0);
        let (mut kinds, mut callers) = (Vec::new(), Vec::new());
        for _ in 0..CALLERS {
            let at_s = whole(chance.between(0, WITHIN_S));
            let place = usize::from(chance.happens(0.5));
            let talks_s = whole(chance.between(30, 300));
            let patience_s = whole(chance.between(20, 240));
            let comes_s = at_s + KEY_S;
            callers.push(Known {
                comes_s,
                until_s: comes_s + patience_s.min(IN_TIME_S),
                talks_s,
                seats: (0..SEATS.len())
                    .filter(|seat| SEATS[*seat].contains(&place))
                    .collect(),
            });
            kinds.push(kind(place, at_s, talks_s, patience_s));
        }
        Self {
            scenario: scenario(kinds),
            callers,
        }
    }

    /// Of its callers, those whom somebody who knows the future could answer in time.
    #[must_use]
    pub fn most_in_time(&self) -> usize {
        most_in_time(&self.callers, SEATS.len())
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
            share: 0.0,
            busy: 0.0,
            after: Spread::NONE,
        },
    }
}

fn scenario(callers: Vec<Callers>) -> Scenario {
    let queue = |place: usize| {
        let mut queue = plain::queue(&skill(place));
        queue.skills = BTreeMap::from([(skill(place), 1)]);
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
            until_s,
            talks_s,
            seats: seats.to_vec(),
        }
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
    fn no_way_to_hand_out_works_does_better_and_some_do_as_well() {
        let mut is_reached = false;
        for seed in 0..40 {
            let case = Case::of(seed);
            let most = case.most_in_time() as u64;
            for policy in Policy::ALL {
                let mut scenario = case.scenario.clone();
                scenario.rules = policy.rules(&scenario.rules);
                let outcome = run(&scenario, seed);
                assert_eq!(outcome.violations, 0);
                let tallies = || outcome.callers.iter();
                assert_eq!(tallies().map(|it| it.calls).sum::<u64>(), CALLERS as u64);
                let in_time = tallies().map(|it| it.answered_within[0]).sum::<u64>();
                assert!(
                    in_time <= most,
                    "seed {seed}, {policy:?}: {in_time} of {most}"
                );
                is_reached |= in_time == most;
            }
        }
        assert!(is_reached, "the bound is one that can be met");
    }
}
