//! Requests inside a dialog, the dialog's own deadlines, and hanging up.

use crate::answer::Answer;
use crate::dialog::{Cancel, Dialog, Ending, Path, Pending, Phase};
use crate::echo::Echo;
use crate::endpoint::Endpoint;
use crate::event::{Body, DialogId, Event, Flow, Outbox, Stale};
use crate::message::Message;
use crate::name::Name;
use crate::params::lossy;
use crate::request::Request;
use crate::screening::{not_taken, required};
use crate::transaction::client::Owner;
use crate::uas::body_of;

/// Body types of INFO that carry keys.
const INFO_TYPES: [&str; 2] = ["application/dtmf-relay", "application/dtmf"];

/// What a dialog makes of a request before its method counts.
enum Standing {
    Unknown,
    Early { id: DialogId, is_ours: bool },
    Established { id: DialogId },
    Late(u16),
}

impl Endpoint {
    pub(crate) fn in_dialog(
        &mut self,
        now_us: u64,
        flow: &Flow,
        message: Message,
        out: &mut Outbox,
    ) {
        let unsupported = required(&message);
        let standing = self.standing(flow, &message);
        match (standing, unsupported) {
            (Standing::Unknown, _) => {
                self.reply_stateless(flow, &message, Answer::new(481, ""), out);
            }
            (Standing::Late(status), _) => {
                self.reply(
                    now_us,
                    flow,
                    &message,
                    Answer::new(status, "CSeq out of order"),
                    out,
                );
            }
            (_, Some(unsupported)) => {
                let extra = [("Unsupported".to_owned(), unsupported)];
                let answer = Answer {
                    extra: &extra,
                    ..Answer::new(420, "")
                };
                self.reply(now_us, flow, &message, answer, out);
            }
            (Standing::Early { id, is_ours }, None) => {
                self.early_request(now_us, flow, &message, id, is_ours, out);
            }
            (Standing::Established { id }, None) => {
                self.established_request(now_us, flow, message, id, out);
            }
        }
    }

    /// RFC 3261 12.2.2: finds the dialog and judges the number.
    fn standing(&mut self, flow: &Flow, message: &Message) -> Standing {
        let call_id = message.first(Name::CALL_ID).unwrap_or_default();
        let key = self.dialog_key(call_id, message.tag_of(Name::TO).unwrap_or_default());
        let Some(id) = self.dialog_index.get(&key).copied() else {
            return Standing::Unknown;
        };
        match self.dialogs.get_mut(&id).map(|dialog| &mut dialog.phase) {
            None => Standing::Unknown,
            Some(Phase::Offered { .. }) => Standing::Early { id, is_ours: false },
            Some(Phase::Calling(_)) => Standing::Early { id, is_ours: true },
            Some(Phase::Established(established)) => {
                let path = &mut established.path;
                if path.remote_tag != message.tag_of(Name::FROM).unwrap_or_default() {
                    return Standing::Unknown;
                }
                match path.remote_seq {
                    Some(last) if message.cseq() < last => return Standing::Late(500),
                    // The same number under another branch: it came twice on different ways.
                    Some(last) if message.cseq() == last => return Standing::Late(482),
                    Some(_) | None => path.remote_seq = Some(message.cseq()),
                }
                if path.is_cut {
                    path.flow = *flow;
                    path.is_cut = false;
                    path.is_pinned = true;
                }
                Standing::Established { id }
            }
        }
    }

    fn early_request(
        &mut self,
        now_us: u64,
        flow: &Flow,
        message: &Message,
        id: DialogId,
        is_ours: bool,
        out: &mut Outbox,
    ) {
        let later = [("Retry-After".to_owned(), "1".to_owned())];
        let answer = match message.method() {
            "OPTIONS" => Answer {
                allows: true,
                accepts: true,
                ..Answer::new(200, "")
            },
            "INFO" => return self.info(now_us, flow, message, id, out),
            // RFC 3261 15: the caller, and only the caller, may end an early dialog by BYE.
            "BYE" if !is_ours => {
                self.reply(now_us, flow, message, Answer::new(200, ""), out);
                return self.early_bye(id, message, out);
            }
            "BYE" => Answer::new(481, ""),
            // RFC 3311 5.2: our offer is open, or theirs is.
            "UPDATE" | "INVITE" if is_ours => Answer::new(491, ""),
            "UPDATE" | "INVITE" => Answer {
                extra: &later,
                ..Answer::new(500, "Not answered yet")
            },
            method => not_taken(method),
        };
        self.reply(now_us, flow, message, answer, out);
    }

    fn early_bye(&mut self, id: DialogId, message: &Message, out: &mut Outbox) {
        let dialog = self.dialogs.get_mut(&id).map(|dialog| &mut dialog.phase);
        if let Some(Phase::Offered {
            is_cancelled: is_cancelled @ false,
            ..
        }) = dialog
        {
            *is_cancelled = true;
            let reason = message.first(Name::REASON).map(lossy);
            out.tell(Event::Cancelled { dialog: id, reason });
        }
    }

    fn established_request(
        &mut self,
        now_us: u64,
        flow: &Flow,
        message: Message,
        id: DialogId,
        out: &mut Outbox,
    ) {
        let answer = match message.method() {
            "BYE" => return self.bye(now_us, flow, &message, id, out),
            "INVITE" | "UPDATE" => return self.reinvite(now_us, flow, message, id, out),
            "INFO" => return self.info(now_us, flow, &message, id, out),
            "OPTIONS" => Answer {
                allows: true,
                accepts: true,
                ..Answer::new(200, "")
            },
            method => not_taken(method),
        };
        self.reply(now_us, flow, &message, answer, out);
    }

    fn bye(&mut self, now_us: u64, flow: &Flow, message: &Message, id: DialogId, out: &mut Outbox) {
        self.reply(now_us, flow, message, Answer::new(200, ""), out);
        let Some(established) = self.established(id) else {
            return;
        };
        let event = match established.ending {
            // Both hung up at once: our own BYE's end is the event.
            Ending::ByeSent => return,
            Ending::WhenAcked { .. } => Event::Ended { dialog: id },
            Ending::No => Event::Bye {
                dialog: id,
                reason: message.first(Name::REASON).map(lossy),
            },
        };
        if established.pending.is_some() {
            // RFC 3261 15.1.2: what is still pending is answered with 487.
            self.drop_pending(now_us, id, out);
        }
        self.drop_dialog(id);
        out.tell(event);
    }

    fn reinvite(
        &mut self,
        now_us: u64,
        flow: &Flow,
        message: Message,
        id: DialogId,
        out: &mut Outbox,
    ) {
        let is_invite = message.method() == "INVITE";
        let trying_at = is_invite.then_some(now_us + self.settings.trying_after_us);
        let Some(established) = self.established(id) else {
            return;
        };
        let is_ending = established.is_ending();
        let (is_pending, is_unacked) =
            (established.pending.is_some(), established.unacked.is_some());
        // RFC 3261 14.2: up to ten seconds, by chance, so that not both try again at once.
        let wait_s = self.random() % 11;
        let later = [("Retry-After".to_owned(), wait_s.to_string())];
        let refusal = if is_ending {
            Some(Answer::new(481, ""))
        } else if is_pending {
            Some(Answer {
                extra: &later,
                ..Answer::new(500, "Another request is pending")
            })
        } else if is_invite && is_unacked {
            Some(Answer::new(491, ""))
        } else {
            None
        };
        if let Some(refusal) = refusal {
            return self.reply(now_us, flow, &message, refusal, out);
        }
        let Some(transaction) = self.open_server(&message, Echo::of(&message, *flow), trying_at)
        else {
            let answer = Answer {
                extra: &later,
                ..Answer::new(500, "")
            };
            return self.reply_stateless(flow, &message, answer, out);
        };
        if let Some(established) = self.established(id) {
            established.pending = Some(Pending {
                transaction,
                is_invite,
            });
            established.path.refresh(&message);
        }
        out.tell(Event::Reinvite {
            dialog: id,
            request: Box::new(message),
        });
    }

    fn info(
        &mut self,
        now_us: u64,
        flow: &Flow,
        message: &Message,
        id: DialogId,
        out: &mut Outbox,
    ) {
        let media = message.content_type().unwrap_or_default();
        let body = body_of(message);
        if body.is_some() && !INFO_TYPES.contains(&media.as_str()) {
            let extra = [("Accept".to_owned(), INFO_TYPES.join(", "))];
            let answer = Answer {
                extra: &extra,
                ..Answer::new(415, "")
            };
            return self.reply(now_us, flow, message, answer, out);
        }
        self.reply(now_us, flow, message, Answer::new(200, ""), out);
        if let Some(Body { bytes, .. }) = body {
            out.tell(Event::Info {
                dialog: id,
                body: Body {
                    content_type: media,
                    bytes,
                },
            });
        }
    }

    /// Answers what waits inside a dialog that is going away.
    fn drop_pending(&mut self, now_us: u64, id: DialogId, out: &mut Outbox) {
        match self.refuse(now_us, id, 487, "", &[], out) {
            // Stale: its transaction is gone already, and nobody waits.
            Ok(()) | Err(Stale) => {}
        }
    }

    /// Ends a call in the way that its state asks for: CANCEL, BYE, or a 480 to an INVITE that
    /// still waits. An INVITE of ours without any response is remembered and cancelled when one
    /// comes (RFC 3261 9.1); a BYE waits for the ACK of our 2xx.
    ///
    /// # Errors
    /// [`Stale`] when the dialog is over or already being ended.
    pub fn end(
        &mut self,
        now_us: u64,
        dialog: DialogId,
        extra: &[(String, String)],
        out: &mut Outbox,
    ) -> Result<(), Stale> {
        match &mut self.dialogs.get_mut(&dialog).ok_or(Stale)?.phase {
            Phase::Offered { .. } => return self.refuse(now_us, dialog, 480, "", extra, out),
            Phase::Calling(calling) => {
                if calling.cancel.is_some() {
                    return Err(Stale);
                }
                calling.cancel = Some(Cancel {
                    status: 487,
                    extra: extra.to_vec(),
                    give_up_at: None,
                });
                self.send_cancel(now_us, dialog, out);
            }
            Phase::Established(established) => {
                if established.is_ending() {
                    return Err(Stale);
                }
                if established.unacked.is_some() {
                    established.ending = Ending::WhenAcked {
                        extra: extra.to_vec(),
                    };
                } else {
                    self.send_bye(now_us, dialog, extra.to_vec(), out);
                }
            }
        }
        Ok(())
    }

    /// Offers the media of an established dialog anew, by an UPDATE (RFC 3311): a hold, or the end of one.
    /// What is answered changes nothing here.
    ///
    /// # Errors
    /// [`Stale`] when the dialog is not established, or is being ended.
    pub fn offer_again(
        &mut self,
        now_us: u64,
        dialog: DialogId,
        body: Body,
        out: &mut Outbox,
    ) -> Result<(), Stale> {
        let branch = self.branch();
        let established = self.established(dialog).ok_or(Stale)?;
        if established.is_ending() || established.path.is_cut {
            return Err(Stale);
        }
        let request = established.path.request("UPDATE", branch, Vec::new());
        let request = Request {
            body: Some(body),
            ..request
        };
        let hop = established.path.hop();
        self.send_request(now_us, hop, request, Owner::Nobody, out);
        Ok(())
    }

    /// Sends the BYE whose end is the dialog's. Over a closed flow it is over at once.
    pub(crate) fn send_bye(
        &mut self,
        now_us: u64,
        id: DialogId,
        extra: Vec<(String, String)>,
        out: &mut Outbox,
    ) {
        let branch = self.branch();
        let Some(established) = self.established(id) else {
            return;
        };
        let pending = established.pending.is_some();
        established.ending = Ending::ByeSent;
        let is_cut = established.path.is_cut;
        let request = established.path.request("BYE", branch, extra);
        let hop = established.path.hop();
        if pending {
            // The re-INVITE that waits has no call to change any more.
            self.drop_pending(now_us, id, out);
        }
        if is_cut {
            self.drop_dialog(id);
            return out.tell(Event::Ended { dialog: id });
        }
        self.send_request(now_us, hop, request, Owner::Bye(id), out);
    }

    /// A BYE of a dialog that is kept no longer.
    pub(crate) fn send_stray_bye(&mut self, now_us: u64, mut path: Path, out: &mut Outbox) {
        let branch = self.branch();
        let request = path.request("BYE", branch, Vec::new());
        self.send_request(now_us, path.hop(), request, Owner::Nobody, out);
    }

    pub(crate) fn dialog_due(&mut self, now_us: u64, at: u64, id: DialogId, out: &mut Outbox) {
        let Some(dialog) = self
            .dialogs
            .get_mut(&id)
            .filter(|dialog| dialog.armed == Some(at))
        else {
            return;
        };
        dialog.armed = None;
        match &mut dialog.phase {
            Phase::Offered { .. } => {}
            Phase::Calling(_) => self.calling_due(now_us, id, out),
            Phase::Established(established) => {
                if let Some(unacked) = &mut established.unacked {
                    if unacked.give_up_at <= now_us {
                        return self.unacknowledged(now_us, id, out);
                    }
                    if unacked.resend_at <= now_us {
                        unacked.interval_us = unacked
                            .interval_us
                            .saturating_mul(2)
                            .min(self.settings.t2_us);
                        unacked.resend_at = now_us + unacked.interval_us;
                        out.send(unacked.flow, unacked.packet.clone());
                    }
                }
            }
        }
        self.arm_dialog(id);
    }

    /// RFC 3261 13.3.1.4: without ACK the session should be ended.
    fn unacknowledged(&mut self, now_us: u64, id: DialogId, out: &mut Outbox) {
        let Some(established) = self.established(id) else {
            return;
        };
        established.unacked = None;
        match std::mem::replace(&mut established.ending, Ending::No) {
            Ending::WhenAcked { extra } => return self.send_bye(now_us, id, extra, out),
            Ending::ByeSent => {
                established.ending = Ending::ByeSent;
                return;
            }
            Ending::No => {}
        }
        let has_pending = established.pending.is_some();
        if has_pending {
            self.drop_pending(now_us, id, out);
        }
        if let Some(Dialog {
            phase: Phase::Established(established),
            ..
        }) = self.drop_dialog(id)
            && !established.path.is_cut
        {
            self.send_stray_bye(now_us, established.path, out);
        }
        out.tell(Event::Unacked { dialog: id });
    }
}
