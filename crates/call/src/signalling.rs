//! What SIP reports, told to the rules in their own words.

use cuptel_core::id::{LegId, SeatId};
use cuptel_core::planted::{Fault, planted};
use cuptel_core::step::{self as rules, Arrival};
use cuptel_core::time::Now;
use cuptel_core::words::Party;
use cuptel_media as media;
use cuptel_sip::{Body, DialogId, Event, Flow, Message, Unacceptable, uri};

use crate::identity::{caller_of, cut};
use crate::keys::{ToldBy, key_of_info};
use crate::leg::{Kind, Leg, Phase, stream_of};
use crate::media_setup::is_sdp;
use crate::switch::{Role, Step, Switch};

/// Longest Call-ID that is kept.
const CALL_ID_BYTES_MAX: usize = 255;

/// What a caller is told whom nobody could hear.
const WITHOUT_MEDIA: (u16, &str) = (480, "No voice for the moment; we call back");

impl Switch {
    pub(crate) fn sip_event(&mut self, now: Now, event: Event, step: &mut Step) {
        match event {
            Event::Invite {
                dialog,
                flow,
                request,
                unacceptable,
                user,
            } => {
                let seat = user.and_then(|user| self.centre.seat_by_extension(&user));
                self.invited(now, (dialog, flow, seat), &request, unacceptable, step);
            }
            Event::Cancelled { dialog, .. } => self.cancelled(now, dialog, step),
            Event::Acked { dialog, body } => self.acked(now, dialog, body.as_ref(), step),
            Event::Unacked { dialog } => self.lost(now, dialog, Party::Network, step),
            Event::Reinvite { dialog, request } => self.reinvited(now, dialog, &request, step),
            Event::Bye { dialog, .. } => self.lost(now, dialog, Party::Caller, step),
            Event::Info { dialog, body } => self.info(now, dialog, &body, step),
            Event::Progress { dialog, .. } => {
                if let Some(leg) = self.leg_of_dialog(dialog) {
                    self.tell_rules(now, rules::Input::Ringing { leg }, step);
                }
            }
            Event::Answered { dialog, body, .. } => self.answered(now, dialog, body.as_ref(), step),
            Event::Failed {
                dialog,
                status,
                is_heard,
                ..
            } => self.failed(now, dialog, (status, is_heard), step),
            Event::Ended { dialog } => {
                self.dialogs.remove(&dialog);
            }
            Event::Register {
                id,
                user,
                flow,
                bindings,
                wildcard_remove,
                query,
                ..
            } => {
                let wish = crate::registering::Wish {
                    user,
                    flow,
                    bindings,
                    wildcard_remove,
                    query,
                };
                self.register_asked(now, id, wish, step);
            }
            Event::Pong { id, status } => self.probed(now, id, status.is_some(), step),
            // We register nowhere; the demo's phones do, with an endpoint of their own.
            Event::Registered { .. } => {}
        }
    }

    fn leg_of_dialog(&self, dialog: DialogId) -> Option<LegId> {
        self.dialogs.get(&dialog).copied()
    }

    fn invited(
        &mut self,
        now: Now,
        (dialog, flow, seat): (DialogId, Flow, Option<SeatId>),
        request: &Message,
        unacceptable: Option<Unacceptable>,
        step: &mut Step,
    ) {
        let id = self.allot_leg();
        let internal = self.role_of(&flow) == Some(Role::Phones);
        let kind = if internal {
            Kind::Internal
        } else {
            Kind::Caller
        };
        let mut leg = Leg::new(kind, Phase::Arriving, flow);
        leg.dialog = Some(dialog);
        let media = if self.without_media {
            Err(WITHOUT_MEDIA)
        } else {
            self.media_wish(now, request, &mut leg)
        };
        let unacceptable = unacceptable.map(|why| match why {
            Unacceptable::Crowded => rules::Unacceptable::Crowded,
            Unacceptable::Request {
                status,
                text,
                headers,
            } => {
                leg.goes_with_refusal = Some((status, headers));
                rules::Unacceptable::Request { status, text }
            }
        });
        self.legs.insert(id, leg);
        self.dialogs.insert(dialog, id);
        let (caller, raw) = caller_of(request);
        let arrival = Arrival {
            leg: id,
            trunk: if internal {
                None
            } else {
                self.trunk_of(flow.remote.ip())
            },
            seat,
            called: uri::user(request.request_uri()).unwrap_or_default(),
            caller,
            raw,
            sip_call_id: cut(&request.call_id(), CALL_ID_BYTES_MAX),
            unacceptable,
            media,
        };
        self.tell_rules(now, rules::Input::Arrived(Box::new(arrival)), step);
    }

    /// CANCEL: its 200 is out already. A final already decided stands and is followed by BYE.
    fn cancelled(&mut self, now: Now, dialog: DialogId, step: &mut Step) {
        let Some(id) = self.leg_of_dialog(dialog) else {
            return;
        };
        if let Some(leg) = self.legs.get_mut(&id)
            && !leg.final_decided
            && !planted(Fault::CancelIgnored)
        {
            leg.generation += 1;
        }
        self.tell_rules(
            now,
            rules::Input::Ended {
                leg: id,
                by: Party::Caller,
            },
            step,
        );
    }

    fn acked(&mut self, now: Now, dialog: DialogId, body: Option<&Body>, step: &mut Step) {
        let Some(id) = self.leg_of_dialog(dialog) else {
            return;
        };
        let held = self.is_held_by_phone(id);
        if !self.answer_in_ack(id, body, step) {
            return self.unusable_media(now, id, step);
        }
        self.phone_may_hold(now, (id, held), step);
        let Some(leg) = self.legs.get_mut(&id) else {
            return;
        };
        if leg.phase == Phase::Accepted {
            leg.phase = Phase::Up;
            self.tell_rules(now, rules::Input::Answered { leg: id }, step);
        }
    }

    fn answered(&mut self, now: Now, dialog: DialogId, body: Option<&Body>, step: &mut Step) {
        let Some(id) = self.leg_of_dialog(dialog) else {
            return;
        };
        self.settle_forks(now, id, dialog);
        let sdp = body.filter(|body| is_sdp(&body.content_type));
        let agreed = sdp.map(|body| media::accept_answer(&body.bytes));
        let Some(Ok(agreed)) = agreed else {
            return self.unusable_media(now, id, step);
        };
        let Some(leg) = self.legs.get_mut(&id) else {
            return;
        };
        leg.phase = Phase::Up;
        if let Some(media) = leg.media.as_mut() {
            media.agreed = Some(agreed);
        }
        step.media.push(media::Command::Agree {
            stream: stream_of(id),
            agreed,
        });
        self.tell_rules(now, rules::Input::Answered { leg: id }, step);
    }

    /// The peer agreed to a call with which nothing can be heard: it ends at once.
    fn unusable_media(&mut self, now: Now, id: LegId, step: &mut Step) {
        let Some(leg) = self.legs.get(&id) else {
            return;
        };
        let (kind, phase, dialog) = (leg.kind, leg.phase, leg.dialog);
        if let Some(dialog) = dialog {
            let reason = [(
                "Reason".to_owned(),
                "Q.850;cause=65;text=\"No common codec\"".to_owned(),
            )];
            let (sip, outbox) = self.outbox();
            if sip.end(now.mono_us, dialog, &reason, outbox).is_err() {
                tracing::debug!("a call without usable media had ended already");
            }
        }
        self.drop_leg(id, step);
        // A re-INVITE can spoil a call that was answered long ago.
        let input = match (kind, phase) {
            (Kind::Seat(_) | Kind::Person, Phase::Inviting) => rules::Input::NotAnswered {
                leg: id,
                status: 488,
            },
            _ => rules::Input::Ended {
                leg: id,
                by: Party::Network,
            },
        };
        self.tell_rules(now, input, step);
    }

    fn failed(
        &mut self,
        now: Now,
        dialog: DialogId,
        (mut status, is_heard): (u16, bool),
        step: &mut Step,
    ) {
        let Some(id) = self.leg_of_dialog(dialog) else {
            return self.phone_let_go(now, dialog, step);
        };
        let is_person = |leg: &Leg| leg.kind == Kind::Person;
        if !is_heard && self.legs.get(&id).is_some_and(is_person) {
            status = rules::SILENT;
        }
        if let Some(leg) = self.legs.get(&id)
            && leg.kind == Kind::Person
            && matches!(status, 401 | 407)
        {
            tracing::error!(
                carrier = %leg.flow.remote, status,
                "the carrier refuses our password: look at `user` and `password` in [trunk.auth]"
            );
        }
        if self.rings_elsewhere(now, id, dialog, status) {
            return;
        }
        self.drop_leg(id, step);
        self.tell_rules(now, rules::Input::NotAnswered { leg: id, status }, step);
    }

    /// The dialog is over without our doing.
    fn lost(&mut self, now: Now, dialog: DialogId, by: Party, step: &mut Step) {
        let Some(id) = self.leg_of_dialog(dialog) else {
            return;
        };
        self.drop_leg(id, step);
        self.tell_rules(now, rules::Input::Ended { leg: id, by }, step);
    }

    /// A key told by INFO.
    fn info(&mut self, now: Now, dialog: DialogId, body: &Body, step: &mut Step) {
        if let (Some(leg), Some(key)) = (self.leg_of_dialog(dialog), key_of_info(&body.bytes)) {
            self.pressed(now, leg, key, ToldBy::Info, step);
        }
    }

    fn pressed(&mut self, now: Now, leg: LegId, digit: char, by: ToldBy, step: &mut Step) {
        let is_new = self
            .legs
            .get_mut(&leg)
            .is_some_and(|leg| leg.keys.is_new(now.mono_us, digit, by));
        if is_new {
            self.tell_rules(now, rules::Input::Digit { leg, digit }, step);
        }
    }

    pub(crate) fn media_event(&mut self, now: Now, event: media::Event, step: &mut Step) {
        match event {
            media::Event::Opened { .. } => {}
            media::Event::RtpStarted { stream } => {
                if let Some(leg) = self.legs.get_mut(&LegId(stream.0)) {
                    leg.heard = true;
                }
            }
            media::Event::Digit { stream, digit, .. } => {
                self.pressed(now, LegId(stream.0), digit, ToldBy::Voice, step);
            }
            media::Event::PlayEnded { stream, token } => {
                self.play_ended(now, LegId(stream.0), token, step)
            }
            media::Event::Recorded {
                stream,
                token,
                sound,
                audio,
                duration_ms,
                voiced_ms,
            } => {
                let leg = LegId(stream.0);
                if self.recorded(leg, sound, audio, step) {
                    let told = rules::Input::Recorded {
                        leg,
                        token,
                        duration_ms,
                        voiced_ms,
                    };
                    self.tell_rules(now, told, step);
                }
            }
            media::Event::OpenFailed { stream, reason } => {
                tracing::error!(leg.id = stream.0, %reason, "media could not be opened");
                self.give_back_unopened(now, stream, reason);
                self.tell_rules(
                    now,
                    rules::Input::MediaFailed {
                        leg: LegId(stream.0),
                    },
                    step,
                );
            }
            media::Event::RtpTimeout { stream } => {
                let leg = LegId(stream.0);
                if self.legs.get(&leg).is_some_and(Leg::is_missed) {
                    self.tell_rules(now, rules::Input::MediaLost { leg }, step);
                }
            }
            media::Event::Closed { stream, report } => {
                if self.measured.remove(&stream) {
                    let told = rules::Input::Measured {
                        leg: LegId(stream.0),
                        packets: report.packets_in,
                        lost: report.lost,
                    };
                    self.tell_rules(now, told, step);
                }
                if let Some(pair) = self.closing.remove(&stream) {
                    self.ports.give_back(now.mono_us, pair);
                }
            }
        }
    }

    /// Calls that are up are over, and their callers owed another; who calls from now on is
    /// recorded and told that we call back.
    pub(crate) fn media_gone(&mut self, now: Now, step: &mut Step) {
        self.without_media = true;
        self.hold(now, true, step);
        let mut legs: Vec<LegId> = self.legs.keys().copied().collect();
        legs.sort_unstable();
        for leg in legs {
            self.tell_rules(now, rules::Input::MediaFailed { leg }, step);
        }
    }

    /// A stream that was never opened will not be told to be closed either: its ports go back
    /// now, unless they were not ours to use.
    fn give_back_unopened(
        &mut self,
        now: Now,
        stream: media::StreamId,
        reason: media::OpenFailure,
    ) {
        self.measured.remove(&stream);
        let leg = self.legs.get_mut(&LegId(stream.0));
        let held = leg.and_then(|leg| leg.media.take()).map(|media| media.pair);
        let Some(pair) = held.or_else(|| self.closing.remove(&stream)) else {
            return;
        };
        match reason {
            media::OpenFailure::NoEntropy => self.ports.give_back(now.mono_us, pair),
            media::OpenFailure::AlreadyOpen
            | media::OpenFailure::UnknownPair
            | media::OpenFailure::PairInUse => {}
        }
    }

    fn play_ended(&mut self, now: Now, id: LegId, token: u64, step: &mut Step) {
        if let Some(leg) = self.legs.get_mut(&id)
            && leg.ring_back_after == Some(token)
        {
            leg.ring_back_after = None;
            step.media.push(media::Command::Tone {
                stream: stream_of(id),
                token,
                tone: media::Tone::RingBack,
            });
        }
        if let Some(leg) = self.legs.get_mut(&id)
            && leg.beep_after == Some(token)
        {
            leg.beep_after = None;
            // Its end is told under the same token.
            return step.media.push(media::Command::Tone {
                stream: stream_of(id),
                token,
                tone: media::Tone::Beep,
            });
        }
        self.tell_rules(now, rules::Input::PlayEnded { leg: id, token }, step);
    }
}
