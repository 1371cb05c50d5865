//! Which trunk a dial goes through: the first by order that has a channel, among equals by weight,
//! and for a while none that refused of late. A dial that its trunk refused before anybody's phone
//! rang goes through the next one. Knows nothing of SIP beyond what a status says of a person.

use serde::{Deserialize, Serialize};

use crate::callback;
use crate::centre::Centre;
use crate::id::TrunkId;
use crate::record::DialRow;
use crate::step::{NOT_SENT, SILENT};
use crate::time::{MonoUs, Now, UtcMs};
use crate::timers::Timer;
use crate::words::DialResult;

/// Whether a trunk takes our calls.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(crate) struct Health {
    /// Dials in a row that it refused, or of which nothing was heard.
    failures: u32,
    /// Since when there were as many as the rules allow.
    pub(crate) down_since_ms: Option<UtcMs>,
    /// With which status it refused the last of them; none, where nothing was heard.
    pub(crate) refused_with: Option<u16>,
    /// Until when no dial goes through it.
    avoided_until: Option<MonoUs>,
    /// Whether a person has picked up of whom it had not said that their phone rings: that it says
    /// nothing of another means nothing then.
    is_mute: bool,
}

impl Health {
    /// So many dials may go through it now of those that have a channel. Down, it is tried with
    /// one at a time.
    pub(crate) fn bounds(self, room: u32) -> u32 {
        match (self.avoided_until, self.down_since_ms) {
            (Some(_), _) => 0,
            (None, Some(_)) => room.min(1),
            (None, None) => room,
        }
    }
}

/// A refusal that comes later may be that of a switch further on, which had a phone ring.
const REFUSED_WITHIN_MS: i64 = 5_000;

/// How a dial ended that nobody picked up.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Unanswered {
    /// The final status, or `SILENT`.
    pub(crate) status: u16,
    /// Whether the network had said that the phone rings.
    pub(crate) is_heard: bool,
    /// Since the dial was placed.
    pub(crate) after_ms: i64,
}

impl Unanswered {
    /// What is stored of it, with the status that was received.
    pub(crate) fn result(self) -> (DialResult, Option<u16>) {
        match self.status {
            NOT_SENT => (DialResult::Cancelled, None),
            SILENT if self.is_heard => (DialResult::Unreachable, None),
            SILENT => (DialResult::TrunkFailed, None),
            status if self.is_refused_by_trunk() => (DialResult::TrunkFailed, Some(status)),
            status => (callback::result_of(status), Some(status)),
        }
    }

    /// Whether it proves that nobody's phone rang: the trunk itself has no room (RFC 3398 maps want
    /// of circuits and congestion to 503), or does not know us. Whatever says something of the
    /// person, or could have crossed a ringing phone, proves nothing.
    pub(crate) fn is_refused_by_trunk(self) -> bool {
        let is_trunks = matches!(self.status, 401 | 407 | 503);
        is_trunks && !self.is_heard && self.after_ms <= REFUSED_WITHIN_MS
    }

    /// What it says of the trunk: whether it takes calls, or nothing.
    fn trunk_works(self) -> Option<bool> {
        match self.status {
            _ if self.is_heard => (self.status != SILENT).then_some(true),
            // A timeout, a failure further on: whose it is nobody says.
            SILENT | 401 | 407 | 408 | 500..=599 => Some(false),
            403 => None,
            _ => Some(true),
        }
    }
}

impl Centre {
    /// Whether a trunk has a channel for a callback, beside those that seats are asked about.
    pub(crate) fn has_channel(&self) -> bool {
        let mut trunks = self.rules.trunks.keys();
        let mut promised = self.matching.dials_offered();
        trunks.any(|id| {
            let room = self.room(*id);
            let fits = room > promised;
            promised = promised.saturating_sub(room);
            fits
        })
    }

    /// Since when every trunk on which people are dialled is down.
    pub(crate) fn trunks_down(&self) -> Option<UtcMs> {
        let dialled = self.rules.trunks.iter().filter(|(_, rule)| rule.outbound);
        let since = dialled.map(|(id, _)| self.channels(*id).health.down_since_ms);
        since.collect::<Option<Vec<UtcMs>>>()?.into_iter().max()
    }

    /// Dials that may begin on a trunk. Callers leave `outbound_min` to callbacks; beyond that both
    /// share what is answered at most, of which callbacks leave `inbound_min`.
    fn room(&self, trunk: TrunkId) -> u32 {
        let rule = self.rules.trunks.get(&trunk);
        let channels = self.channels(trunk);
        rule.filter(|rule| rule.outbound).map_or(0, |rule| {
            channels.health.bounds(channels.room_for_dials(rule))
        })
    }

    /// The trunk for a dial that these have refused; it has had its turn then. Turns are given so
    /// that each part of a sequence keeps the weights, not only the whole.
    pub(crate) fn choose_trunk(&mut self, now: Now, refused_by: &[TrunkId]) -> Option<TrunkId> {
        let rules = self.rules.clone();
        let has_room = |id: &TrunkId| !refused_by.contains(id) && self.room(*id) > 0;
        let free = || rules.trunks.iter().filter(|(id, _)| has_room(id));
        let order = free().map(|(_, rule)| rule.dials.order).min()?;
        let equals: Vec<(TrunkId, i64)> = free()
            .filter(|(_, rule)| rule.dials.order == order)
            .map(|(id, rule)| (*id, i64::from(rule.dials.weight)))
            .collect();
        let mut chosen = None;
        for (id, weight) in &equals {
            let channels = self.trunks.entry(*id).or_default();
            channels.turn += weight;
            if chosen.is_none_or(|(_, turn)| turn < channels.turn) {
                chosen = Some((*id, channels.turn));
            }
        }
        let (chosen, _) = chosen?;
        let all: i64 = equals.iter().map(|(_, weight)| weight).sum();
        let channels = self.trunks.entry(chosen).or_default();
        channels.turn -= all;
        if channels.health.down_since_ms.is_some() {
            self.avoid(now, chosen);
        }
        Some(chosen)
    }

    fn avoid(&mut self, now: Now, trunk: TrunkId) {
        let Some(rule) = self.rules.trunks.get(&trunk) else {
            return;
        };
        let until = now.in_s(rule.dials.avoid_s);
        self.trunks.entry(trunk).or_default().health.avoided_until = Some(until);
        self.timers.at(until, Timer::TrunkAgain(trunk, until));
    }

    /// Somebody's phone rings, or the network has told of a person: the trunk takes calls.
    pub(crate) fn trunk_works(&mut self, trunk: TrunkId) {
        let health = &mut self.trunks.entry(trunk).or_default().health;
        *health = Health {
            is_mute: health.is_mute,
            ..Health::default()
        };
    }

    /// A person has picked up.
    pub(crate) fn trunk_answers(&mut self, trunk: TrunkId, was_heard: bool) {
        self.trunk_works(trunk);
        if !was_heard {
            self.trunks.entry(trunk).or_default().health.is_mute = true;
        }
    }

    /// A phone would have rung for as long as the rules say, and the trunk has not said that it does.
    pub(crate) fn trunk_keeps_silent(&mut self, now: Now, trunk: TrunkId) {
        if !self.channels(trunk).health.is_mute {
            self.trunk_fails(now, trunk, None);
        }
    }

    /// Whether a dial was placed to see whether its trunk takes calls again.
    pub(crate) fn was_a_probe(&self, dial: &DialRow) -> bool {
        let since_ms = self.channels(dial.trunk).health.down_since_ms;
        since_ms.is_some_and(|since_ms| since_ms < dial.placed_ms)
    }

    fn trunk_fails(&mut self, now: Now, trunk: TrunkId, status: Option<u16>) {
        let Some(rule) = self.rules.trunks.get(&trunk) else {
            return;
        };
        let failures_max = rule.dials.failures_max;
        let health = &mut self.trunks.entry(trunk).or_default().health;
        health.failures = health.failures.saturating_add(1);
        health.refused_with = status;
        if health.failures >= failures_max {
            health.down_since_ms.get_or_insert(now.utc_ms);
            self.avoid(now, trunk);
        }
    }

    /// What the end of a dial that nobody picked up says of its trunk.
    pub(crate) fn trunk_heard(&mut self, now: Now, trunk: TrunkId, over: Unanswered) {
        match over.trunk_works() {
            Some(true) => self.trunk_works(trunk),
            Some(false) => {
                let status = Some(over.status).filter(|status| *status != SILENT);
                self.trunk_fails(now, trunk, status);
            }
            None => {}
        }
    }

    /// A trunk that was avoided may be tried.
    pub(crate) fn trunk_again(&mut self, trunk: TrunkId, moment: MonoUs) {
        if let Some(channels) = self.trunks.get_mut(&trunk)
            && channels.health.avoided_until == Some(moment)
        {
            channels.health.avoided_until = None;
        }
    }
}
