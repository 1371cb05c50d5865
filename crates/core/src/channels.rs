//! Channels of a trunk: who is on them, since when none is left for the carrier, and whether
//! so many callers are answered that a storm is on. Knows nothing of what a caller hears.

use crate::centre::Centre;
use crate::failover::Health;
use crate::id::TrunkId;
use crate::planted::{Fault, planted};
use crate::rules::Trunk;
use crate::time::{MonoUs, Now, UtcMs};
use crate::timers::Timer;
use serde::{Deserialize, Serialize};

/// Channels of a trunk in use.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(crate) struct Channels {
    /// Callers on answered lines.
    pub(crate) inbound: u32,
    /// Callers on notice lines.
    pub(crate) notices: u32,
    /// Calls of ours to people.
    pub(crate) outbound: u32,
    /// Since when every channel is taken: the carrier refuses whom we never see.
    pub(crate) full_since_ms: Option<UtcMs>,
    pub(crate) storm: Option<Storm>,
    pub(crate) health: Health,
    /// Its turn among the trunks of its order: what it is behind its weight.
    pub(crate) turn: i64,
}

/// More callers than lines, until it has been quiet for a while.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Storm {
    pub(crate) since_ms: UtcMs,
    /// Callers who heard that they are on the list.
    pub(crate) told: u32,
    /// Callers who were put on it.
    pub(crate) listed: u32,
    /// Callers for whom there was no notice line either.
    pub(crate) refused: u32,
    /// When it will have been quiet for long enough; none while lines are short.
    ends_us: Option<MonoUs>,
}

/// What a trunk uses at the worst of times. The rest is spare: there we see whom we refuse.
fn used_max(rule: &Trunk) -> u32 {
    let wanted = rule.answer_max.saturating_add(rule.notice_lines);
    wanted.saturating_add(rule.outbound_min).min(rule.channels)
}

impl Channels {
    pub(crate) fn used(self) -> u32 {
        self.inbound + self.notices + self.outbound
    }

    /// Whether another caller can be answered: callbacks beyond those that have channels of their
    /// own stand on the lines that are answered, so that the spare stays free for the signalling.
    pub(crate) fn answers(self, rule: &Trunk) -> bool {
        if planted(Fault::SpareTaken) {
            return self.inbound < rule.answer_max && self.used() < rule.channels;
        }
        let on_lines = self.outbound.saturating_sub(rule.outbound_min);
        self.inbound + on_lines < rule.answer_max && self.used() < used_max(rule)
    }

    /// Callbacks that can be dialled beside.
    pub(crate) fn room_for_dials(self, rule: &Trunk) -> u32 {
        let own = rule.outbound_min.saturating_sub(self.outbound);
        let on_lines = self.inbound.max(rule.inbound_min) + self.outbound;
        let shared = rule.answer_max.saturating_sub(on_lines);
        own.max(shared)
            .min(used_max(rule).saturating_sub(self.used()))
    }

    /// Whether another caller can hear a notice: never on a channel that callbacks keep.
    pub(crate) fn notifies(self, rule: &Trunk) -> bool {
        let kept = rule.outbound_min.saturating_sub(self.outbound);
        self.notices < rule.notice_lines && self.used() + kept < used_max(rule)
    }
}

impl Centre {
    pub(crate) fn channels(&self, trunk: TrunkId) -> Channels {
        self.trunks.get(&trunk).copied().unwrap_or_default()
    }

    /// A call begins or ends on a trunk: what follows for its storm and for its carrier.
    pub(crate) fn use_channels(
        &mut self,
        now: Now,
        trunk: TrunkId,
        change: impl FnOnce(&mut Channels),
    ) {
        let channels = self.trunks.entry(trunk).or_default();
        change(channels);
        let Some(rule) = self.rules.trunks.get(&trunk) else {
            return;
        };
        channels.full_since_ms = if channels.used() >= rule.channels {
            channels.full_since_ms.or(Some(now.utc_ms))
        } else {
            None
        };
        if rule.notice_lines == 0 {
            channels.storm = None;
        } else if channels.inbound >= rule.storm_lines || !channels.answers(rule) {
            let storm = channels.storm.get_or_insert(Storm {
                since_ms: now.utc_ms,
                told: 0,
                listed: 0,
                refused: 0,
                ends_us: None,
            });
            storm.ends_us = None;
        } else if let Some(storm) = &mut channels.storm
            && storm.ends_us.is_none()
        {
            let ends_us = now.in_s(rule.storm_quiet_s);
            storm.ends_us = Some(ends_us);
            self.timers.at(ends_us, Timer::StormEnds(trunk, ends_us));
        }
    }

    /// Counts a caller of the storm.
    pub(crate) fn count_in_storm(&mut self, trunk: TrunkId, count: impl FnOnce(&mut Storm)) {
        let storm = self
            .trunks
            .get_mut(&trunk)
            .map(|channels| &mut channels.storm);
        if let Some(Some(storm)) = storm {
            count(storm);
        }
    }

    /// It has been quiet for long enough, unless lines ran short again meanwhile.
    pub(crate) fn storm_ends(&mut self, trunk: TrunkId, moment: MonoUs) {
        if let Some(channels) = self.trunks.get_mut(&trunk)
            && channels.storm.and_then(|storm| storm.ends_us) == Some(moment)
        {
            channels.storm = None;
        }
    }

    /// Other rules may call other numbers of calls a storm.
    pub(crate) fn look_at_storms(&mut self, now: Now) {
        let trunks: Vec<TrunkId> = self.trunks.keys().copied().collect();
        for trunk in trunks {
            self.use_channels(now, trunk, |_| {});
        }
    }
}
