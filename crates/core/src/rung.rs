//! Whom we rang lately: so that who rings back is known by it, and whoever asks is told whether it
//! was us. Held for as many days as some dialplan looks back and for so many numbers at most, of
//! which the oldest go first; a start reads the same from the store.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use crate::callback::Case;
use crate::centre::Centre;
use crate::id::{CallbackId, DialId, QueueId, TenantId};
use crate::number::PhoneNumber;
use crate::record::{DialRow, Rang, Spoken};
use crate::rules::Rules;
use crate::staying::only_stays;
use crate::time::{Now, UtcMs};
use crate::words::{ClosedHow, DialResult};

const DAY_MS: i64 = 86_400_000;

/// The last time that an authority rang a number.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Ring {
    pub(crate) dial: DialId,
    pub(crate) callback: CallbackId,
    pub(crate) at_ms: UtcMs,
    /// What it was about.
    pub(crate) queue: Option<QueueId>,
    /// The place in line that it was to pay.
    pub(crate) place_ms: UtcMs,
    /// Whether nobody has spoken with the person since.
    pub(crate) is_in_vain: bool,
}

type Whom = (PhoneNumber, TenantId);

/// See the module.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Rung {
    last: BTreeMap<Whom, Ring>,
    /// In the order of the dials; an entry that is not the last of its number is void.
    order: VecDeque<(Whom, DialId, UtcMs)>,
    /// Since when no number was forgotten for want of room.
    whole_since_ms: UtcMs,
}

impl Rung {
    fn rang(&mut self, whom: Whom, ring: Ring, most: usize, since_ms: UtcMs) {
        self.order.push_back((whom.clone(), ring.dial, ring.at_ms));
        self.last.insert(whom, ring);
        while let Some((whom, dial, at_ms)) = self.order.front()
            && (self.order.len() > most || *at_ms < since_ms)
        {
            self.whole_since_ms = self.whole_since_ms.max(*at_ms + 1);
            if self.last.get(whom).is_some_and(|last| last.dial == *dial) {
                self.last.remove(whom);
            }
            self.order.pop_front();
        }
    }
}

/// Whether a phone may have rung: not where the trunk refused the call.
fn may_have_rung(result: Option<DialResult>, sip_status: Option<u16>) -> bool {
    result != Some(DialResult::TrunkFailed) || sip_status.is_none()
}

/// A callback that was closed otherwise is settled, with or without a conversation.
fn stays_owed(how: ClosedHow) -> bool {
    match how {
        ClosedHow::Exhausted | ClosedHow::Expired => true,
        ClosedHow::Served
        | ClosedHow::GotThrough
        | ClosedHow::CancelledByPerson
        | ClosedHow::Withdrawn
        | ClosedHow::Suppressed => false,
    }
}

/// For how many days dials are remembered.
fn days(rules: &Rules) -> u32 {
    let plans = rules.tenants.values().map(|tenant| &tenant.dialplan);
    plans.map(|plan| plan.rung_days()).max().unwrap_or(0)
}

impl Centre {
    /// A dial is over: remembered, if a phone may have rung for it.
    pub(crate) fn rang(&mut self, now: Now, dial: &DialRow) {
        let Some(case) = self.cases.get(&dial.callback) else {
            return;
        };
        if !may_have_rung(dial.result, dial.sip_status) {
            return;
        }
        let whom = (case.number.clone(), case.row.tenant);
        let ring = Ring {
            dial: dial.id,
            callback: dial.callback,
            at_ms: dial.placed_ms,
            queue: self.queue_of(case),
            place_ms: case.row.place_ms,
            is_in_vain: dial.result != Some(DialResult::Answered),
        };
        self.remember_ring(now, whom, ring);
    }

    fn remember_ring(&mut self, now: Now, whom: Whom, ring: Ring) {
        let days = days(&self.rules);
        if days == 0 {
            self.rung.whole_since_ms = now.utc_ms + 1;
            return;
        }
        let most = usize::try_from(self.rules.limits.rung_max).unwrap_or(usize::MAX);
        let since_ms = now.utc_ms - i64::from(days) * DAY_MS;
        self.rung.rang(whom, ring, most, since_ms);
    }

    /// What the store knows of the last dials, the oldest first, and of conversations since.
    pub(crate) fn restore_rung(
        &mut self,
        now: Now,
        (rang, since_ms): (Vec<Rang>, UtcMs),
        spoken: &[Spoken],
    ) {
        self.rung.whole_since_ms = self.rung.whole_since_ms.max(since_ms);
        for rang in rang {
            if !may_have_rung(rang.result, rang.sip_status) {
                continue;
            }
            let ring = Ring {
                dial: rang.dial,
                callback: rang.callback,
                at_ms: rang.placed_ms,
                queue: rang.queue.and_then(|queue| self.rules.current(queue)),
                place_ms: rang.place_ms,
                is_in_vain: match (rang.closed_how, rang.result) {
                    (Some(how), result) => stays_owed(how) && result != Some(DialResult::Answered),
                    (None, Some(DialResult::Answered)) => self.is_cut_off(rang.callback),
                    (None, _) => true,
                },
            };
            self.remember_ring(now, (rang.number, rang.tenant), ring);
        }
        for spoken in spoken {
            let tenant = self.rules.queues.get(&spoken.queue).map(|it| it.tenant);
            if let Some(tenant) = tenant {
                self.spoke_since(&spoken.number, tenant, spoken.called_ms);
            }
        }
    }

    /// Somebody has spoken with them: whom we rang in vain before that was reached.
    fn spoke_since(&mut self, number: &PhoneNumber, tenant: TenantId, at_ms: Option<UtcMs>) {
        if let Some(ring) = self.rung.last.get_mut(&(number.clone(), tenant))
            && Some(ring.at_ms) <= at_ms
            && !self.cases.contains_key(&ring.callback)
        {
            ring.is_in_vain = false;
        }
    }

    /// A conversation with whoever calls from that number has taken place.
    pub(crate) fn has_got_through(&mut self, number: &PhoneNumber, tenant: TenantId) {
        if let Some(ring) = self.rung.last.get_mut(&(number.clone(), tenant)) {
            ring.is_in_vain = false;
        }
    }

    /// A callback is closed: only of one that was given up is the person still to be recognised.
    pub(crate) fn ring_is_settled(&mut self, case: &Case, how: ClosedHow) {
        if !stays_owed(how) {
            self.has_got_through(&case.number, case.row.tenant);
        }
    }

    /// A conversation was over before it was one: what was rung for is still owed.
    pub(crate) fn rang_all_the_same(&mut self, callback: CallbackId) {
        if !self.is_cut_off(callback) {
            return;
        }
        let case = self.cases.get(&callback);
        let whom = case.map(|case| (case.number.clone(), case.row.tenant));
        if let Some(ring) = whom.and_then(|whom| self.rung.last.get_mut(&whom)) {
            ring.is_in_vain = true;
        }
    }

    /// Whether a callback is open whose person was on the line.
    fn is_cut_off(&self, callback: CallbackId) -> bool {
        let case = self.cases.get(&callback);
        case.is_some_and(|case| !only_stays(&case.needs))
    }

    /// Whether whoever was rung in the last days is remembered.
    pub(crate) fn remembers_rings(&self, now: Now, days: u32) -> bool {
        self.rung.whole_since_ms <= now.utc_ms - i64::from(days) * DAY_MS
    }

    /// The last time that an authority rang a number, if that was not too many days ago.
    pub(crate) fn last_ring(
        &self,
        now: Now,
        number: &PhoneNumber,
        tenant: TenantId,
        days: u32,
    ) -> Option<Ring> {
        let ring = self.rung.last.get(&(number.clone(), tenant)).copied()?;
        (ring.at_ms >= now.utc_ms - i64::from(days) * DAY_MS).then_some(ring)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whom(digit: u32) -> Whom {
        let number = PhoneNumber::parse_e164(&format!("+39086100000{digit}")).unwrap();
        (number, TenantId(1))
    }

    fn ring(dial: i64) -> Ring {
        Ring {
            dial: DialId(dial),
            callback: CallbackId(1),
            at_ms: dial * 1_000,
            queue: None,
            place_ms: 0,
            is_in_vain: true,
        }
    }

    #[test]
    fn the_oldest_numbers_are_forgotten_first_and_no_number_that_was_rung_again() {
        let mut rung = Rung::default();
        for (dial, digit) in (1..).zip([1, 2, 1, 3]) {
            rung.rang(whom(digit), ring(dial), 3, 0);
        }
        let held: Vec<Whom> = rung.last.keys().cloned().collect();
        assert_eq!(held, [whom(1), whom(2), whom(3)], "1 was rung again");
        rung.rang(whom(4), ring(5), 3, 0);
        assert!(!rung.last.contains_key(&whom(2)));
        assert_eq!(rung.order.len(), 3);
        assert_eq!(rung.whole_since_ms, 2_001, "the second dial was forgotten");
        rung.rang(whom(5), ring(60), 3, 50_000);
        assert_eq!(rung.last.len(), 1, "the others are too old");
    }

    #[test]
    fn a_dial_that_the_trunk_refused_has_rung_nowhere() {
        assert!(!may_have_rung(Some(DialResult::TrunkFailed), Some(503)));
        assert!(may_have_rung(Some(DialResult::TrunkFailed), None));
        assert!(may_have_rung(None, None));
        assert!(may_have_rung(Some(DialResult::Busy), Some(486)));
    }
}
