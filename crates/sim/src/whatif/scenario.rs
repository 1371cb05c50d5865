//! What is asked: under which rules, who calls when, who is there to answer. Names are resolved;
//! the file in which people write it is somebody else's.

use std::sync::Arc;

use cuptel_core::dialplan::{Dialplan, Step as PlanStep, StepId};
use cuptel_core::id::{QueueId, SiteId, TenantId, TrunkId};
use cuptel_core::number::PhoneNumber;
use cuptel_core::profile::Profile;
use cuptel_core::rules::{PromptId, Rules};
use cuptel_core::time::UtcMs;

use super::spread::Spread;

/// A quarter of an hour: arrivals and operators are told by it.
pub const QUARTER_S: u32 = 900;

/// A stretch of time at a centre that does not exist.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// What the centre is to do.
    pub rules: Arc<Rules>,
    /// How long each prompt lasts, by its place in the library; one beyond the end takes no time.
    pub prompt_ms: Vec<u32>,
    /// When it begins.
    pub begins_ms: UtcMs,
    /// How long people call for the first time.
    pub lasts_s: u32,
    /// How long the centre goes on after that: who waits is served, who is owed a call gets it.
    pub settles_s: u32,
    /// What happens before is lived through and not counted.
    pub counts_from_s: u32,
    /// Kinds of callers.
    pub callers: Vec<Callers>,
    /// Groups of operators.
    pub operators: Vec<Operators>,
    /// Sites that are cut off.
    pub outages: Vec<Outage>,
    /// Waits within which an answer is counted, the contract's first.
    pub within_s: Vec<u32>,
    /// Who gives up within this is told apart.
    pub short_s: u32,
}

impl Scenario {
    /// Until when it is lived through.
    pub(crate) fn ends_s(&self) -> u32 {
        self.lasts_s.saturating_add(self.settles_s)
    }

    /// Quarters of an hour in which people call for the first time.
    #[must_use]
    pub fn quarters(&self) -> usize {
        usize::try_from(self.lasts_s.div_ceil(QUARTER_S)).unwrap_or(usize::MAX)
    }
}

/// People who call about the same thing and behave alike.
#[derive(Debug, Clone)]
pub struct Callers {
    /// Whose line they dial.
    pub tenant: TenantId,
    /// What they want.
    pub queue: QueueId,
    /// A word to count them by besides, such as a priority class.
    pub class: String,
    /// The number that they dial.
    pub line: PhoneNumber,
    /// The way in which they arrive.
    pub trunk: TrunkId,
    /// When they call for the first time.
    pub arrivals: Arrivals,
    /// How long they hear messages and menus before they hang up; none: to the end.
    pub patience_before: Option<Spread>,
    /// How long they wait in the queue before they hang up; none: as long as it takes.
    pub patience: Option<Spread>,
    /// What those do who were not served.
    pub redials: Redials,
    /// Share of those who are offered a callback and press the key.
    pub asks: f64,
    /// Share who withhold their number: nobody can call them back.
    pub withheld: f64,
    /// How long they talk with an operator.
    pub talks: Spread,
    /// What becomes of a call back to them.
    pub picks_up: PicksUp,
}

/// When people call for the first time.
#[derive(Debug, Clone, PartialEq)]
pub enum Arrivals {
    /// At random; how many are expected in each quarter of an hour.
    PerQuarter(Vec<f64>),
    /// As somebody wrote down, in the order of time.
    Recorded(Vec<Recorded>),
    /// They do not: they are on the list of a campaign, and are called.
    Listed(Listed),
}

/// A campaign whose people are to be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listed {
    /// People on its list.
    pub people: u32,
    /// When it begins, from the scenario's beginning.
    pub from_s: u32,
    /// People at most that are released and not settled.
    pub pace: u32,
    /// People at most that are released within an hour.
    pub per_hour: Option<u32>,
}

impl Callers {
    /// The campaign whose people they are, if they do not call.
    #[must_use]
    pub fn listed(&self) -> Option<&Listed> {
        match &self.arrivals {
            Arrivals::Listed(listed) => Some(listed),
            Arrivals::PerQuarter(_) | Arrivals::Recorded(_) => None,
        }
    }
}

/// One call as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recorded {
    /// When, from the beginning.
    pub at_ms: u64,
    /// Who, from 0 and without gaps: somebody who called twice has one number.
    pub person: u32,
}

/// What those do who were not served.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Redials {
    /// Share who call again.
    pub share: f64,
    /// The same, of those to whom a callback was promised in words.
    pub promised_share: f64,
    /// After how long.
    pub after: Spread,
    /// Calls of one person at most, the first included.
    pub calls_max: u32,
}

impl Redials {
    /// Nobody calls again.
    pub const NONE: Self = Self {
        share: 0.0,
        promised_share: 0.0,
        after: Spread::NONE,
        calls_max: 1,
    };
}

/// What becomes of a call back.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PicksUp {
    /// Share that is answered.
    pub share: f64,
    /// Share that finds the line busy; the rest ring in vain.
    pub busy: f64,
    /// How long it rings before it is answered.
    pub after: Spread,
}

/// Operators with the same skills at the same site.
#[derive(Debug, Clone)]
pub struct Operators {
    /// What people call them.
    pub name: String,
    /// Where they sit.
    pub site: SiteId,
    /// Skill and level from 1 to 5.
    pub skills: Vec<(String, u8)>,
    /// When each of them is there.
    pub timetables: Vec<Timetable>,
    /// How long the phone rings before they pick up.
    pub picks_up_after: Spread,
    /// Share of offers that ring in vain.
    pub misses: f64,
    /// Who was taken for absent says so after this long that they are there.
    pub back_after_s: u32,
    /// What some of them need.
    pub accommodation: Option<Accommodation>,
}

/// A profile that some operators of a group have.
#[derive(Debug, Clone, PartialEq)]
pub struct Accommodation {
    /// Share of the group, spread evenly over it.
    pub share: f64,
    /// What they need.
    pub profile: Profile,
}

impl Accommodation {
    /// Whether the nth of the group, counted from 0, is one of them.
    #[must_use]
    pub fn holds_for(&self, nth: u32) -> bool {
        let before = |nth: u32| (f64::from(nth) * self.share + 1e-9).floor();
        before(nth + 1) > before(nth)
    }
}

/// When an operator is there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Timetable {
    /// Signed in.
    pub shifts: Vec<Stretch>,
    /// Away from work, within a shift.
    pub breaks: Vec<Stretch>,
}

/// From one moment to another, in seconds from the beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// The first second.
    pub from_s: u32,
    /// The second after the last.
    pub to_s: u32,
}

/// A site without its link: its phones are gone, and with them whoever talks there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outage {
    /// Which.
    pub site: SiteId,
    /// When.
    pub lasts: Stretch,
}

/// Timetables that put this many operators on duty in each quarter of an hour.
#[must_use]
pub fn timetables(per_quarter: &[u32]) -> Vec<Timetable> {
    let most = per_quarter.iter().copied().max().unwrap_or(0);
    let on_duty = |operator: u32| {
        let mut shifts: Vec<Stretch> = Vec::new();
        for (from_s, _) in (0..)
            .step_by(900)
            .zip(per_quarter)
            .filter(|(_, needed)| operator < **needed)
        {
            let to_s = from_s + QUARTER_S;
            match shifts.last_mut() {
                Some(last) if last.to_s == from_s => last.to_s = to_s,
                Some(_) | None => shifts.push(Stretch { from_s, to_s }),
            }
        }
        Timetable {
            shifts,
            breaks: Vec::new(),
        }
    };
    (0..most).map(on_duty).collect()
}

/// The keys that lead through a dialplan to a queue.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Route {
    /// The question of each menu on the way, and the key that leads on.
    pub(crate) keys: Vec<(PromptId, char)>,
    /// The key that accepts a callback while waiting.
    pub(crate) wish: Option<char>,
}

impl Route {
    /// The shortest way while everything is open; none if no key leads there.
    #[must_use]
    pub fn to(plan: &Dialplan, wanted: QueueId) -> Option<Self> {
        let begin = (plan.begins(), Vec::new());
        let mut seen = vec![begin.0];
        let mut ways = std::collections::VecDeque::from([begin]);
        while let Some((at, keys)) = ways.pop_front() {
            let mut on = |next: StepId, keys: Vec<(PromptId, char)>| {
                if !seen.contains(&next) {
                    seen.push(next);
                    ways.push_back((next, keys));
                }
            };
            match plan.steps.get(at.0)? {
                PlanStep::Queue {
                    queue,
                    offer_callback,
                    ..
                } => {
                    if *queue == wanted {
                        let wish = offer_callback.map(|offer| offer.key);
                        return Some(Self { keys, wish });
                    }
                }
                PlanStep::Play { then, .. } => on(*then, keys),
                PlanStep::Hours { open, .. } => on(*open, keys),
                PlanStep::Menu {
                    prompt,
                    keys: choices,
                    ..
                } => {
                    for (key, next) in choices {
                        let pressed = keys.iter().copied().chain([(*prompt, *key)]);
                        on(*next, pressed.collect());
                    }
                }
                PlanStep::Verify { yes, no, .. } => {
                    on(*yes, keys.clone());
                    on(*no, keys);
                }
                PlanStep::OptOut { .. }
                | PlanStep::Callback { .. }
                | PlanStep::Emergency { .. }
                | PlanStep::HangUp { .. } => {}
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operators_are_on_duty_in_the_quarters_that_ask_for_them() {
        let found = timetables(&[1, 2, 0, 2]);
        let stretch = |from: u32, to: u32| Stretch {
            from_s: from * QUARTER_S,
            to_s: to * QUARTER_S,
        };
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].shifts, [stretch(0, 2), stretch(3, 4)]);
        assert_eq!(found[1].shifts, [stretch(1, 2), stretch(3, 4)]);
    }
}
