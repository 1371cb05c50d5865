//! Phones of seats that are let go while they ring. Until a phone has said so, or nothing can come of
//! it any more, it may ring, or be picked up: it is not called for something else.

use std::collections::BTreeMap;

use cuptel_core::id::{LegId, SeatId};
use cuptel_core::planted::{Fault, planted};
use cuptel_core::step as rules;
use cuptel_core::time::Now;
use cuptel_core::words::Party;
use cuptel_sip::{DialogId, Flow};

use crate::leg::Kind;
use crate::switch::{Step, Switch};

/// The INVITE to a phone that was let go.
#[derive(Debug)]
struct LetGo {
    seat: SeatId,
    /// The leg of which the rules wait to hear; not that of a seat that talks on another phone.
    leg: Option<LegId>,
    flow: Flow,
    uri: String,
}

/// All of them.
#[derive(Debug, Default)]
pub(crate) struct LettingGo(BTreeMap<DialogId, LetGo>);

impl LettingGo {
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether a phone may still ring for what is over.
    pub(crate) fn has(&self, flow: &Flow, uri: &str) -> bool {
        let mut phones = self.0.values();
        phones.any(|phone| phone.flow == *flow && phone.uri == uri)
            && !planted(Fault::PhoneNotLetGo)
    }
}

impl Switch {
    /// Ends the ringing of a phone of a seat. Says whether it has yet to confirm that.
    pub(crate) fn let_phone_go(
        &mut self,
        now: Now,
        (kind, leg): (Kind, Option<LegId>),
        dialog: DialogId,
        reason: &[(String, String)],
    ) -> bool {
        self.dialogs.remove(&dialog);
        let (sip, outbox) = self.outbox();
        let called = sip.called(dialog);
        if sip.end(now.mono_us, dialog, reason, outbox).is_err() {
            tracing::debug!(?leg, "the call was over before we hung up");
            return false;
        }
        match (kind, called) {
            (Kind::Seat(seat), Some((flow, uri))) => {
                let phone = LetGo {
                    seat,
                    leg,
                    flow,
                    uri,
                };
                self.letting_go.0.insert(dialog, phone);
                true
            }
            (Kind::Seat(_), None)
            | (Kind::Caller | Kind::Internal | Kind::Person, Some(_) | None) => false,
        }
    }

    /// A call is over of which nobody but the rules may wait to hear: a phone has let go.
    pub(crate) fn phone_let_go(&mut self, now: Now, dialog: DialogId, step: &mut Step) {
        let Some(leg) = self.letting_go.0.remove(&dialog).and_then(|it| it.leg) else {
            return;
        };
        let mut others = self.letting_go.0.values();
        if !others.any(|other| other.leg == Some(leg)) {
            self.nothing_rings(now, leg, step);
        }
    }

    /// No phone rings for this leg, and none will.
    pub(crate) fn nothing_rings(&mut self, now: Now, leg: LegId, step: &mut Step) {
        let by = Party::Network;
        self.tell_rules(now, rules::Input::Ended { leg, by }, step);
    }

    /// A seat has shown that its phones are there: one that has not said a word about an INVITE
    /// hears it again, so that it can be cancelled (RFC 3261 9.1) and the seat be free.
    pub(crate) fn seat_showed_itself(&mut self, now: Now, seat: SeatId) {
        let waited_for = self.letting_go.0.iter();
        let dialogs: Vec<DialogId> = waited_for
            .filter(|(_, phone)| phone.seat == seat)
            .map(|(dialog, _)| *dialog)
            .collect();
        for dialog in dialogs {
            let (sip, outbox) = self.outbox();
            sip.invite_again(now.mono_us, dialog, outbox);
        }
    }
}
