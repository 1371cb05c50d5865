//! The answering side of an INVITE: from its arrival to the ACK of our response.

use crate::answer::Answer;
use crate::dialog::{Dialog, Ending, Established, Path, Pending, Phase, Unacked, tag_text};
use crate::echo::Echo;
use crate::endpoint::Endpoint;
use crate::event::{Admission, Body, DialogId, Event, Flow, Outbox, Stale};
use crate::message::Message;
use crate::name::Name;
use crate::params::lossy;
use crate::planted::forgets_repetitions;
use crate::screening::Admitted;
use crate::slab::Handle;
use crate::transaction::server::PROVISIONAL_EVERY_US;
use crate::unacceptable::{Unacceptable, unacceptable};
use crate::write::Packet;

impl Endpoint {
    pub(crate) fn new_invite(
        &mut self,
        now_us: u64,
        flow: &Flow,
        message: Message,
        admission: Admission,
        out: &mut Outbox,
    ) {
        let merge_key = self.prints.of(&[
            b"merge",
            message.tag_of(Name::FROM).unwrap_or_default(),
            message.first(Name::CALL_ID).unwrap_or_default(),
            &message.cseq().to_be_bytes(),
        ]);
        if self.merges.contains_key(&merge_key) && !forgets_repetitions() {
            self.counters.merged += 1;
            return self.reply_stateless(flow, &message, Answer::new(482, ""), out);
        }
        if self.servers.len() >= self.settings.transactions_max {
            // A refusal that is not remembered would make a second call of its repetition.
            // Silence has it repeated until there is room.
            self.counters.overloaded += 1;
            return;
        }
        let user = match self.admit(now_us, flow, &message, admission, out) {
            Admitted::Yes { user } => user,
            Admitted::No => return,
        };
        let unacceptable = if self.servers.len() >= self.settings.crowded_from() {
            Some(Unacceptable::Crowded)
        } else {
            unacceptable(&message)
        };
        let trying_at = now_us + self.settings.trying_after_us;
        let echo = Echo::of(&message, *flow);
        let Some(invite) = self.open_server(&message, echo, Some(trying_at)) else {
            return;
        };
        let dialog = DialogId(self.allot());
        if let Some(server) = self.servers.get_mut(invite) {
            server.dialog = Some(dialog);
            server.merge_key = Some(merge_key);
        }
        self.merges.insert(merge_key, invite);
        let phase = Phase::Offered {
            invite,
            tag: self.random(),
            is_cancelled: false,
        };
        self.dialogs.insert(
            dialog,
            Dialog {
                key: None,
                phase,
                armed: None,
            },
        );
        out.tell(Event::Invite {
            dialog,
            flow: *flow,
            request: Box::new(message),
            user,
            unacceptable,
        });
    }

    /// RFC 3261 9.2. It has the branch of what it cancels. Answered without state: a repeated
    /// CANCEL finds the call already cancelled.
    pub(crate) fn cancel(&mut self, flow: &Flow, message: &Message, out: &mut Outbox) {
        let key = self.server_key(message, "INVITE");
        let found = self
            .server_index
            .get(&key)
            .and_then(|handle| self.servers.get(*handle));
        let Some(dialog) = found.map(|server| server.dialog) else {
            return self.reply_stateless(flow, message, Answer::new(481, ""), out);
        };
        let offered = dialog.and_then(|id| self.dialogs.get_mut(&id).map(|dialog| (id, dialog)));
        let mut tag = None;
        if let Some((
            id,
            Dialog {
                phase:
                    Phase::Offered {
                        tag: own,
                        is_cancelled,
                        ..
                    },
                ..
            },
        )) = offered
        {
            tag = Some(tag_text(*own));
            if !*is_cancelled {
                *is_cancelled = true;
                let reason = message.first(Name::REASON).map(lossy);
                out.tell(Event::Cancelled { dialog: id, reason });
            }
        }
        let echo = Echo::of(message, *flow);
        let answer = Answer {
            tag: tag.as_deref(),
            ..Answer::new(200, "")
        };
        self.counters.response(200);
        out.send(echo.reply, echo.respond(&answer, &self.settings.user_agent));
    }

    /// An ACK: of a refusal inside its transaction, of a 2xx by its dialog.
    pub(crate) fn ack(&mut self, now_us: u64, message: &Message, out: &mut Outbox) {
        let key = self.server_key(message, "INVITE");
        if let Some(handle) = self.server_index.get(&key).copied() {
            let server = self.servers.get_mut(handle);
            if server.is_some_and(|server| server.acknowledged(now_us, &self.settings)) {
                return self.arm_server(handle);
            }
        }
        let call_id = message.first(Name::CALL_ID).unwrap_or_default();
        let key = self.dialog_key(call_id, message.tag_of(Name::TO).unwrap_or_default());
        let id = self.dialog_index.get(&key).copied();
        let Some((id, established)) = id.and_then(|id| Some((id, self.established(id)?))) else {
            self.counters.stray_acks += 1;
            return;
        };
        let is_awaited = established
            .unacked
            .as_ref()
            .is_some_and(|unacked| unacked.seq == message.cseq())
            && established.path.remote_tag == message.tag_of(Name::FROM).unwrap_or_default();
        if !is_awaited {
            self.counters.stray_acks += 1;
            return;
        }
        established.unacked = None;
        match std::mem::replace(&mut established.ending, Ending::No) {
            Ending::WhenAcked { extra } => self.send_bye(now_us, id, extra, out),
            ending @ (Ending::No | Ending::ByeSent) => {
                established.ending = ending;
                out.tell(Event::Acked {
                    dialog: id,
                    body: body_of(message),
                });
            }
        }
    }

    pub(crate) fn established(&mut self, id: DialogId) -> Option<&mut Established> {
        match &mut self.dialogs.get_mut(&id)?.phase {
            Phase::Established(established) => Some(established),
            Phase::Offered { .. } | Phase::Calling(_) => None,
        }
    }

    /// The request that waits for our final response, with our tag when it makes a dialog.
    fn waiting(&mut self, id: DialogId) -> Result<(Pending, Option<u64>), Stale> {
        match &self.dialogs.get(&id).ok_or(Stale)?.phase {
            Phase::Offered { invite, tag, .. } => Ok((
                Pending {
                    transaction: *invite,
                    is_invite: true,
                },
                Some(*tag),
            )),
            Phase::Established(established) => Ok((established.pending.ok_or(Stale)?, None)),
            Phase::Calling(_) => Err(Stale),
        }
    }

    fn write_answer(
        &mut self,
        handle: Handle,
        answer: &Answer<'_>,
        out: &mut Outbox,
    ) -> Result<Packet, Stale> {
        let server = self.servers.get(handle).ok_or(Stale)?;
        let echo = server.echo().ok_or(Stale)?;
        let packet = echo.respond(answer, &self.settings.user_agent);
        self.counters.response(answer.status);
        out.send(server.reply, packet.clone());
        Ok(packet)
    }

    fn index_dialog(&mut self, id: DialogId, invite: Handle, tag: u64) {
        let Some(echo) = self.servers.get(invite).and_then(|server| server.echo()) else {
            return;
        };
        let key = self
            .prints
            .of(&[b"dialog", echo.call_id(), tag_text(tag).as_bytes()]);
        if let Some(dialog) = self.dialogs.get_mut(&id) {
            dialog.key = Some(key);
            self.dialog_index.insert(key, id);
        }
    }

    /// Sends a provisional response to a waiting INVITE; one above 100 is repeated every minute.
    ///
    /// # Errors
    /// [`Stale`] when nothing waits.
    pub fn provisional(
        &mut self,
        now_us: u64,
        dialog: DialogId,
        status: u16,
        reason: &str,
        body: Option<Body>,
        out: &mut Outbox,
    ) -> Result<(), Stale> {
        let (pending, tag) = self.waiting(dialog)?;
        if !pending.is_invite {
            return Err(Stale);
        }
        let text = tag.map(tag_text);
        let makes_dialog = status > 100;
        let answer = Answer {
            tag: text.as_deref().filter(|_| makes_dialog),
            makes_dialog,
            body: body.as_ref(),
            ..Answer::new(status.clamp(100, 199), reason)
        };
        let packet = self.write_answer(pending.transaction, &answer, out)?;
        if let Some(tag) = tag.filter(|_| makes_dialog) {
            self.index_dialog(dialog, pending.transaction, tag);
        }
        if let Some(server) = self.servers.get_mut(pending.transaction) {
            server.provisional(
                packet,
                makes_dialog.then_some(now_us + PROVISIONAL_EVERY_US),
            );
        }
        self.arm_server(pending.transaction);
        Ok(())
    }

    /// Answers a waiting INVITE, re-INVITE or UPDATE with 200.
    ///
    /// # Errors
    /// [`Stale`] when nothing waits.
    pub fn accept(
        &mut self,
        now_us: u64,
        dialog: DialogId,
        body: Option<Body>,
        extra: &[(String, String)],
        out: &mut Outbox,
    ) -> Result<(), Stale> {
        let (pending, tag) = self.waiting(dialog)?;
        let text = tag.map(tag_text);
        let answer = Answer {
            tag: text.as_deref(),
            makes_dialog: true,
            allows: true,
            extra,
            body: body.as_ref(),
            ..Answer::new(200, "")
        };
        let packet = self.write_answer(pending.transaction, &answer, out)?;
        if let Some(tag) = tag {
            self.index_dialog(dialog, pending.transaction, tag);
            self.establish(dialog, pending.transaction, tag);
        }
        self.settle(now_us, dialog, pending, packet);
        Ok(())
    }

    fn establish(&mut self, id: DialogId, invite: Handle, tag: u64) {
        let Some(echo) = self.servers.get(invite).and_then(|server| server.echo()) else {
            return;
        };
        let established = Established::new(Path::of_uas(echo, tag));
        if let Some(dialog) = self.dialogs.get_mut(&id) {
            dialog.phase = Phase::Established(Box::new(established));
        }
    }

    /// Notes a 2xx in its transaction, and in the dialog that repeats it.
    fn settle(&mut self, now_us: u64, id: DialogId, pending: Pending, packet: Packet) {
        let Some(server) = self.servers.get_mut(pending.transaction) else {
            return;
        };
        let reply = server.reply;
        let seq = server.echo().map_or(0, |echo| echo.seq);
        if pending.is_invite {
            server.accepted(packet.clone(), now_us, &self.settings);
        } else {
            server.answered(packet.clone(), now_us, &self.settings);
        }
        let (t1_us, patience_us) = (self.settings.t1_us, self.settings.patience_us());
        if let Some(established) = self.established(id) {
            established.pending = None;
            if pending.is_invite {
                established.unacked = Some(Unacked {
                    seq,
                    packet,
                    flow: reply,
                    resend_at: now_us + t1_us,
                    interval_us: t1_us,
                    give_up_at: now_us + patience_us,
                });
            }
        }
        self.arm_server(pending.transaction);
        self.arm_dialog(id);
    }

    /// Answers a waiting INVITE, re-INVITE or UPDATE with a final response from 300 up.
    /// A refused INVITE's dialog is over.
    ///
    /// # Errors
    /// [`Stale`] when nothing waits.
    pub fn refuse(
        &mut self,
        now_us: u64,
        dialog: DialogId,
        status: u16,
        reason: &str,
        extra: &[(String, String)],
        out: &mut Outbox,
    ) -> Result<(), Stale> {
        let (pending, tag) = self.waiting(dialog)?;
        let text = tag.map(tag_text);
        let status = if (300..700).contains(&status) {
            status
        } else {
            500
        };
        let answer = Answer {
            tag: text.as_deref(),
            extra,
            ..Answer::new(status, reason)
        };
        let packet = self.write_answer(pending.transaction, &answer, out)?;
        if let Some(server) = self.servers.get_mut(pending.transaction) {
            if pending.is_invite {
                server.refused(packet, now_us, &self.settings);
            } else {
                server.answered(packet, now_us, &self.settings);
            }
        }
        self.arm_server(pending.transaction);
        match self.established(dialog) {
            Some(established) => established.pending = None,
            None => {
                self.drop_dialog(dialog);
            }
        }
        Ok(())
    }
}

/// A message's body with its type.
pub(crate) fn body_of(message: &Message) -> Option<Body> {
    if message.body().is_empty() {
        return None;
    }
    let content_type = message
        .first(Name::CONTENT_TYPE)
        .map(lossy)
        .unwrap_or_default();
    Some(Body {
        content_type,
        bytes: message.body().to_vec(),
    })
}
