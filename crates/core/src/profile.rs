//! What an operator needs to work well: more time, rest, some kinds of work and not others, a
//! pace while they learn. Private: nothing but the rules and whoever keeps it may read it, so it
//! shows itself nowhere, not even in a log.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use crate::centre::Centre;
use crate::id::{OperatorId, QueueId};
use crate::record::{ProfileRow, Record};
use crate::rules::Queue;
use crate::staffing::{NotTaken, WhyNotTaken};
use crate::step::{CommandError, Step};
use crate::time::Now;
use crate::words::WorkKind;

/// What holds for one operator; nothing of it for most.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, Hash)]
pub struct Profile {
    /// Their phone rings at least so long.
    pub ring_s: Option<u32>,
    /// Their after-call time is at least so long.
    pub wrap_up_s: Option<u32>,
    /// Rest after each work, wrap-up over.
    pub rest_s: Option<u32>,
    /// Works after which they have a break.
    pub break_after: Option<u32>,
    /// How long that break is.
    pub break_s: Option<u32>,
    /// Their phone is asked to pick up by itself.
    pub auto_answer: bool,
    /// They are told who calls before they are connected.
    pub whisper: bool,
    /// Kinds of work that they do not do.
    pub not_kinds: BTreeSet<WorkKind>,
    /// Queues that they do not serve.
    pub not_queues: BTreeSet<QueueId>,
    /// Works within an hour at most, while they learn.
    pub works_per_h: Option<u32>,
    /// Who must be signed in while they work.
    pub buddy: Option<OperatorId>,
}

impl fmt::Debug for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Profile(…)")
    }
}

/// The same as people say it, with names.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileTold {
    /// All that has no name in it.
    pub profile: Profile,
    /// Tenant and name of the queues that they do not serve.
    pub not_queues: Vec<(String, String)>,
    /// Login name of who must be signed in.
    pub buddy: Option<String>,
}

impl fmt::Debug for ProfileTold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ProfileTold(…)")
    }
}

impl Profile {
    /// Whether it says anything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether they do this kind of work for this queue at all.
    pub(crate) fn takes(&self, queue: QueueId, kind: WorkKind) -> bool {
        !self.not_kinds.contains(&kind) && !self.not_queues.contains(&queue)
    }

    /// Whether they take people who ring in. Who never does is not missed by them, whatever else
    /// they do.
    pub(crate) fn serves_callers(&self) -> bool {
        !self.not_kinds.contains(&WorkKind::Live)
    }

    /// How long their phone rings for a queue's work.
    pub(crate) fn rings_s(&self, rule: &Queue) -> u32 {
        self.ring_s.map_or(rule.ring_s, |s| s.max(rule.ring_s))
    }

    fn out_of_bounds(&self) -> impl Iterator<Item = WhyNotTaken> {
        let bounds: [(_, _, RangeInclusive<u32>); 6] = [
            ("ring_s", self.ring_s, 1..=300),
            ("wrap_up_s", self.wrap_up_s, 0..=3_600),
            ("rest_s", self.rest_s, 0..=3_600),
            ("break_after", self.break_after, 1..=1_000),
            ("break_s", self.break_s, 1..=7_200),
            ("works_per_h", self.works_per_h, 1..=60),
        ];
        bounds.into_iter().filter_map(|(what, value, range)| {
            let (least, most) = (*range.start(), *range.end());
            value
                .filter(|value| !range.contains(value))
                .map(|_| WhyNotTaken::Bound { what, least, most })
        })
    }
}

impl Centre {
    /// Another profile for an operator, at once also where they are signed in.
    pub(crate) fn set_profile(
        &mut self,
        now: Now,
        name: &str,
        told: ProfileTold,
        step: &mut Step,
    ) -> Result<(), CommandError> {
        let known = self.operators.get(name);
        let operator = known
            .filter(|row| row.removed_ms.is_none())
            .ok_or_else(|| CommandError::NoOperator(name.to_owned()))?
            .id;
        let profile = self.resolved(name, told)?;
        step.records.push(Record::Profile(Box::new(ProfileRow {
            operator,
            profile: profile.clone(),
        })));
        if let Some(id) = self.seat_of(operator) {
            if let Some(seat) = self.seats.get_mut(&id) {
                seat.profile = profile.clone();
            }
            self.crews_changed();
            self.seat_changed(now, id, step);
        }
        if profile.works_per_h.is_some() {
            self.await_pace(operator);
        }
        self.profiles.insert(operator, profile);
        self.owners_moved(now, [Some(operator), None]);
        Ok(())
    }

    fn resolved(&self, name: &str, told: ProfileTold) -> Result<Profile, CommandError> {
        let ProfileTold {
            mut profile,
            not_queues,
            buddy,
        } = told;
        let mut faults: Vec<WhyNotTaken> = profile.out_of_bounds().collect();
        if profile.break_after.is_some() != profile.break_s.is_some() {
            faults.push(WhyNotTaken::HalfABreak);
        }
        for (tenant, queue) in not_queues {
            match self.rules.queue_named(&tenant, &queue) {
                Some(id) => drop(profile.not_queues.insert(id)),
                None => faults.push(WhyNotTaken::UnknownQueue { tenant, queue }),
            }
        }
        if let Some(buddy) = buddy {
            let known = self.operators.get(&buddy);
            match known.filter(|row| row.removed_ms.is_none() && buddy != name) {
                Some(row) => profile.buddy = Some(row.id),
                None => faults.push(WhyNotTaken::UnknownBuddy { buddy }),
            }
        }
        if faults.is_empty() {
            return Ok(profile);
        }
        let refused = |why| NotTaken {
            which: name.to_owned(),
            why,
        };
        Err(CommandError::NotTaken(
            faults.into_iter().map(refused).collect(),
        ))
    }
}
