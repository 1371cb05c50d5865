//! Other ways to hand out works, to be compared with ours: each is other rules for the same
//! centre, and the same people meet all of them.

use std::sync::Arc;

use cuptel_core::rules::{MatchPolicy, Queue, Rules, Strategy};

/// A year: longer than anybody waits.
const FOR_EVER_S: u32 = 31_536_000;

/// A way to hand out works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// What the rules say.
    Ours,
    /// By the time of the first call alone, on the line or to be called back, to the seat that is
    /// idle longest.
    FirstCome,
    /// Nobody is called back while anybody is on the line; to the seat that is idle longest.
    LineFirst,
    /// By the time of the first call alone, to the seats in turn: to the one that has had the
    /// fewest works since its operator came.
    InTurn,
}

impl Policy {
    /// Ours first.
    pub const ALL: [Self; 4] = [Self::Ours, Self::FirstCome, Self::LineFirst, Self::InTurn];

    /// For programs.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::FirstCome => "fifo_longest_idle",
            Self::LineFirst => "strict_priority",
            Self::InTurn => "round_robin",
        }
    }

    /// For people.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ours => "as configured",
            Self::FirstCome => "FIFO, longest idle",
            Self::LineFirst => "strict priority",
            Self::InTurn => "FIFO, round robin",
        }
    }

    /// These rules, with this way to hand out works instead of theirs. Skills stay what they are;
    /// none of the others knows levels, relaxations, acquaintances, forecasts or a release over
    /// hours.
    #[must_use]
    pub fn rules(self, rules: &Arc<Rules>) -> Arc<Rules> {
        let (live_bonus_s, strategy) = match self {
            Self::Ours => return Arc::clone(rules),
            Self::FirstCome => (0, Strategy::LongestIdle),
            Self::LineFirst => (FOR_EVER_S, Strategy::LongestIdle),
            Self::InTurn => (0, Strategy::FewestCalls),
        };
        let mut rules = Rules::clone(rules);
        for queue in rules.queues.values_mut() {
            simple(queue, live_bonus_s, strategy);
        }
        Arc::new(rules)
    }
}

fn simple(queue: &mut Queue, live_bonus_s: u32, strategy: Strategy) {
    queue.live_bonus_s = live_bonus_s;
    queue.matching = MatchPolicy {
        strategy,
        ..MatchPolicy::default()
    };
    let callback = &mut queue.callback;
    // A callback is overdue at once, and may have every seat: none is ever held.
    callback.hold_max_s = 0;
    callback.share_overdue = 1.0;
    callback.spread_h = 0;
}
