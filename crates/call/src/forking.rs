//! A seat with several phones: all of them ring, the first that answers has the call.

use cuptel_core::id::LegId;
use cuptel_core::time::Now;
use cuptel_sip::DialogId;

use crate::leg::Phase;
use crate::switch::Switch;

impl Switch {
    /// One phone answered: the others stop ringing. One that answers at the same moment is
    /// acknowledged and hung up on.
    pub(crate) fn settle_forks(&mut self, now: Now, id: LegId, winner: DialogId) {
        let Some(leg) = self.legs.get_mut(&id) else {
            return;
        };
        let previous = leg.dialog.replace(winner);
        if let Some(loser) = previous.filter(|loser| *loser != winner) {
            leg.forks.push(loser);
        }
        leg.forks.retain(|fork| *fork != winner);
        self.end_forks(now, id);
    }

    /// Ends the phones that ring beside the first one.
    pub(crate) fn end_forks(&mut self, now: Now, id: LegId) {
        let Some(leg) = self.legs.get_mut(&id) else {
            return;
        };
        let (kind, forks) = (leg.kind, std::mem::take(&mut leg.forks));
        // RFC 3326: a phone does not count this as a call that was missed.
        let elsewhere = "SIP;cause=200;text=\"Call completed elsewhere\"";
        let reason = [("Reason".to_owned(), elsewhere.to_owned())];
        for fork in forks {
            self.let_phone_go(now, (kind, None), fork, &reason);
        }
    }

    /// A phone will not answer. True while another one still rings; a decline (RFC 3261 21.6)
    /// speaks for all of them.
    pub(crate) fn rings_elsewhere(
        &mut self,
        now: Now,
        id: LegId,
        lost: DialogId,
        status: u16,
    ) -> bool {
        if status >= 600 {
            self.settle_forks(now, id, lost);
            return false;
        }
        let Some(leg) = self.legs.get_mut(&id) else {
            return false;
        };
        if leg.phase != Phase::Inviting {
            return false;
        }
        if leg.dialog == Some(lost) {
            leg.dialog = leg.forks.pop();
        } else {
            leg.forks.retain(|fork| *fork != lost);
        }
        self.dialogs.remove(&lost);
        leg.dialog.is_some()
    }
}
