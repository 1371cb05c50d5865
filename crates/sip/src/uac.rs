//! The calling side: our requests, their responses, and the life of our INVITE until it is
//! answered or over.

use crate::challenge::prove;
use crate::dialog::{Calling, Cancel, Dialog, Established, Path, Phase, tag_text};
use crate::endpoint::Endpoint;
use crate::event::{Admission, DialogId, Event, Flow, Outbox, OutgoingInvite, PingId, Transport};
use crate::message::Message;
use crate::name::Name;
use crate::name_addr::NameAddr;
use crate::params::lossy;
use crate::request::Request;
use crate::slab::Handle;
use crate::timer::Due;
use crate::transaction::client::{Acked, ClientTransaction, Owner, State, Tick};
use crate::uas::body_of;

/// The longest request that goes by datagram when the path's packet size is not known.
const DATAGRAM_BYTES_MAX: usize = 1_300;
/// Most forks whose 2xx we acknowledge; a proxy that makes more is broken.
const FORKS_MAX: usize = 16;

impl Endpoint {
    /// Starts a client transaction.
    pub(crate) fn send_request(
        &mut self,
        now_us: u64,
        flow: Flow,
        request: Request,
        owner: Owner,
        out: &mut Outbox,
    ) -> Option<Handle> {
        let packet = request.write(&flow, &self.settings.user_agent);
        out.send(flow, packet.clone());
        let key = self.client_key(request.branch.as_bytes(), request.method.as_bytes());
        let state = State::trying(now_us, &flow, &self.settings);
        let handle = self.clients.insert(ClientTransaction {
            key,
            flow,
            owner,
            request,
            packet,
            state,
            armed: None,
        })?;
        self.client_index.insert(key, handle);
        self.arm_client(handle);
        Some(handle)
    }

    fn client_key(&self, branch: &[u8], method: &[u8]) -> u128 {
        self.prints.of(&[b"client", branch, method])
    }

    /// Whether a request of ours with this branch is not over.
    pub(crate) fn is_on_its_way(&self, method: &str, branch: &str) -> bool {
        let key = self.client_key(branch.as_bytes(), method.as_bytes());
        self.client_index.contains_key(&key)
    }

    fn arm_client(&mut self, handle: Handle) {
        if let Some(client) = self.clients.get_mut(handle) {
            let deadline = client.deadline();
            self.timers
                .arm(&mut client.armed, deadline, Due::Client(handle));
        }
    }

    fn drop_client(&mut self, handle: Handle) -> Option<ClientTransaction> {
        let client = self.clients.remove(handle)?;
        self.client_index.remove(&client.key);
        if client.owner == Owner::Doubtful {
            self.doubtful -= 1;
        }
        Some(client)
    }

    pub(crate) fn client_due(&mut self, now_us: u64, at: u64, handle: Handle, out: &mut Outbox) {
        let Some(client) = self
            .clients
            .get_mut(handle)
            .filter(|client| client.armed == Some(at))
        else {
            return;
        };
        client.armed = None;
        match client.tick(now_us, &self.settings) {
            Tick::Nothing => {}
            Tick::Repeat(packet) => out.send(client.flow, packet),
            Tick::TimedOut => return self.client_failed(now_us, handle, 408, "No response", out),
            Tick::Gone => {
                self.drop_client(handle);
                return;
            }
        }
        self.arm_client(handle);
    }

    /// A transaction without final response is over.
    pub(crate) fn client_failed(
        &mut self,
        now_us: u64,
        handle: Handle,
        status: u16,
        reason: &str,
        out: &mut Outbox,
    ) {
        let Some(client) = self.drop_client(handle) else {
            return;
        };
        match client.owner {
            Owner::Invite(id) => self.call_failed(id, (status, false), reason, None, out),
            Owner::Bye(id) => self.call_ended(id, out),
            Owner::Ping(id) => out.tell(Event::Pong { id, status: None }),
            Owner::Register(id) => self.register_failed(now_us, id, status, out),
            Owner::Nobody | Owner::Doubtful => {}
        }
    }

    fn call_failed(
        &mut self,
        id: DialogId,
        (status, is_heard): (u16, bool),
        reason: &str,
        reason_header: Option<String>,
        out: &mut Outbox,
    ) {
        if self.drop_dialog(id).is_some() {
            out.tell(Event::Failed {
                dialog: id,
                status,
                reason: reason.to_owned(),
                reason_header,
                is_heard,
            });
        }
    }

    fn call_ended(&mut self, id: DialogId, out: &mut Outbox) {
        if self.drop_dialog(id).is_some() {
            out.tell(Event::Ended { dialog: id });
        }
    }

    /// Places a call.
    pub fn invite(&mut self, now_us: u64, call: OutgoingInvite, out: &mut Outbox) -> DialogId {
        let id = DialogId(self.allot());
        let local_tag = tag_text(self.random());
        let call_id = self.call_id();
        let request = Request {
            method: "INVITE",
            uri: call.target.into_bytes(),
            routes: call.route.into_iter().map(String::into_bytes).collect(),
            from: call.from.to_value(Some(&local_tag)),
            to: call.to.to_value(None),
            call_id: call_id.into_bytes(),
            seq: 1,
            branch: self.branch_to(call.flow.remote),
            contact: Some(call.contact),
            extra: call.extra,
            authorization: None,
            body: call.body,
        };
        let key = self.dialog_key(&request.call_id, local_tag.as_bytes());
        let flow = self.flow_for(&request, call.flow, call.large_flow);
        let Some(invite) = self.send_request(now_us, flow, request, Owner::Invite(id), out) else {
            let reason = "Too many transactions".to_owned();
            out.tell(Event::Failed {
                dialog: id,
                status: 503,
                reason,
                reason_header: None,
                is_heard: false,
            });
            return id;
        };
        let calling = Calling {
            invite,
            flow,
            credentials: call.credentials,
            proofs: 0,
            ring_until: Some(now_us.saturating_add(call.ring_us)),
            cancel: None,
        };
        let phase = Phase::Calling(Box::new(calling));
        self.dialogs.insert(
            id,
            Dialog {
                key: Some(key),
                phase,
                armed: None,
            },
        );
        self.dialog_index.insert(key, id);
        self.arm_dialog(id);
        id
    }

    /// RFC 3261 18.1.1: what comes near the size of a packet goes over a connection, where one
    /// can be had.
    fn flow_for(&self, request: &Request, flow: Flow, large: Option<Flow>) -> Flow {
        match large {
            Some(large) if flow.transport == Transport::Udp => {
                let bytes = request.write(&flow, &self.settings.user_agent).len();
                if bytes > DATAGRAM_BYTES_MAX {
                    large
                } else {
                    flow
                }
            }
            Some(_) | None => flow,
        }
    }

    /// Asks a peer whether it is there (OPTIONS).
    pub fn ping(&mut self, now_us: u64, flow: Flow, uri: &str, out: &mut Outbox) -> PingId {
        let id = PingId(self.allot());
        let tag = tag_text(self.random());
        let request = Request {
            method: "OPTIONS",
            uri: uri.as_bytes().to_vec(),
            routes: Vec::new(),
            from: NameAddr::of_uri(&format!("sip:{}", flow.local)).to_value(Some(&tag)),
            to: NameAddr::of_uri(uri).to_value(None),
            call_id: self.call_id().into_bytes(),
            seq: 1,
            branch: self.branch(),
            contact: Some(flow.contact(None)),
            extra: vec![("Accept".to_owned(), crate::answer::ACCEPT.to_owned())],
            authorization: None,
            body: None,
        };
        if self
            .send_request(now_us, flow, request, Owner::Ping(id), out)
            .is_none()
        {
            out.tell(Event::Pong { id, status: None });
        }
        id
    }

    pub(crate) fn call_id(&mut self) -> String {
        format!("{:016x}{:016x}", self.random(), self.random())
    }

    pub(crate) fn response(
        &mut self,
        now_us: u64,
        flow: &Flow,
        message: Message,
        admission: Admission,
        out: &mut Outbox,
    ) {
        let branch = message
            .via()
            .and_then(|via| via.branch())
            .unwrap_or_default();
        let key = self.client_key(branch, message.cseq_method());
        let found = self.client_index.get(&key).copied();
        let client =
            found.and_then(|handle| self.clients.get_mut(handle).map(|client| (handle, client)));
        // RFC 3261 18.1.2: a second Via means that it was meant for somebody else.
        let is_ours = message.list(Name::VIA).nth(1).is_none();
        let client = client.filter(|(_, client)| client.request.seq == message.cseq());
        let (Some((handle, client)), Some(status), true) = (client, message.status(), is_ours)
        else {
            self.counters.stray_responses += 1;
            if is_ours && found.is_none() && admission != Admission::Closed {
                self.stray_response(now_us, flow, &message, admission, out);
            }
            return;
        };
        if status < 200 {
            if client.provisional(&self.settings)
                && let Owner::Invite(id) = client.owner
            {
                self.progress(now_us, id, status, &message, out);
            }
            return;
        }
        if client.is_invite() {
            return self.invite_final(now_us, handle, status, message, out);
        }
        if client.is_open() {
            client.answered(now_us, &self.settings);
            let owner = client.owner;
            self.arm_client(handle);
            self.request_final(now_us, handle, owner, status, &message, out);
        }
    }

    fn request_final(
        &mut self,
        now_us: u64,
        handle: Handle,
        owner: Owner,
        status: u16,
        message: &Message,
        out: &mut Outbox,
    ) {
        match owner {
            Owner::Bye(id) => {
                if !self.prove_bye(now_us, handle, id, message, out) {
                    self.call_ended(id, out);
                }
            }
            Owner::Ping(id) => out.tell(Event::Pong {
                id,
                status: Some(status),
            }),
            Owner::Register(id) => self.register_final(now_us, handle, id, status, message, out),
            Owner::Invite(_) | Owner::Nobody | Owner::Doubtful => {}
        }
    }

    /// Repeats a challenged BYE once.
    fn prove_bye(
        &mut self,
        now_us: u64,
        handle: Handle,
        id: DialogId,
        message: &Message,
        out: &mut Outbox,
    ) -> bool {
        let (branch, cnonce) = (self.branch(), tag_text(self.random()));
        let Some(sent) = self
            .clients
            .get(handle)
            .map(|client| client.request.clone())
        else {
            return false;
        };
        let Some(established) = self.established(id) else {
            return false;
        };
        let Some(credentials) = established.credentials.take() else {
            return false;
        };
        let Some(proof) = prove(message, &credentials, "BYE", &sent.uri, &cnonce) else {
            return false;
        };
        let extra = sent.extra;
        let mut request = established.path.request("BYE", branch, extra);
        request.authorization = Some(proof.header);
        let hop = established.path.hop();
        self.send_request(now_us, hop, request, Owner::Bye(id), out)
            .is_some()
    }

    fn progress(
        &mut self,
        now_us: u64,
        id: DialogId,
        status: u16,
        message: &Message,
        out: &mut Outbox,
    ) {
        let Some(calling) = self.calling(id) else {
            return;
        };
        match &calling.cancel {
            Some(Cancel {
                give_up_at: None, ..
            }) => self.send_cancel(now_us, id, out),
            Some(Cancel {
                give_up_at: Some(_),
                ..
            }) => {}
            None if status > 100 => {
                out.tell(Event::Progress {
                    dialog: id,
                    status,
                    body: body_of(message),
                });
            }
            None => {}
        }
    }

    fn calling(&mut self, id: DialogId) -> Option<&mut Calling> {
        match &mut self.dialogs.get_mut(&id)?.phase {
            Phase::Calling(calling) => Some(calling),
            Phase::Offered { .. } | Phase::Established(_) => None,
        }
    }

    /// Where an INVITE of ours that has no final response went, and its Request-URI.
    #[must_use]
    pub fn called(&self, id: DialogId) -> Option<(Flow, String)> {
        let Phase::Calling(calling) = &self.dialogs.get(&id)?.phase else {
            return None;
        };
        let client = self.clients.get(calling.invite)?;
        Some((client.flow, lossy(&client.request.uri)))
    }

    /// Says an INVITE again of which nothing was heard, because its peer is known to be there: as
    /// often as a new one, and given up when it would have been.
    pub fn invite_again(&mut self, now_us: u64, id: DialogId, out: &mut Outbox) {
        let t1_us = self.settings.t1_us;
        let Some(invite) = self.calling(id).map(|calling| calling.invite) else {
            return;
        };
        let Some(client) = self.clients.get_mut(invite) else {
            return;
        };
        if let State::Trying {
            resend_at: Some(resend_at),
            interval_us,
            ..
        } = &mut client.state
        {
            *resend_at = now_us + t1_us;
            *interval_us = t1_us;
            out.send(client.flow, client.packet.clone());
            self.arm_client(invite);
        }
    }

    /// Sends the CANCEL that was asked for, once a provisional response allows it.
    pub(crate) fn send_cancel(&mut self, now_us: u64, id: DialogId, out: &mut Outbox) {
        let patience_us = self.settings.patience_us();
        let Some(calling) = self.calling(id) else {
            return;
        };
        let invite = calling.invite;
        calling.ring_until = None;
        let Some(cancel) = calling.cancel.as_mut() else {
            return;
        };
        let extra = cancel.extra.clone();
        let Some(client) = self.clients.get(invite) else {
            return;
        };
        if !matches!(client.state, State::Proceeding) {
            return;
        }
        let (flow, request) = (client.flow, client.request.cancel(extra));
        if let Some(cancel) = self.calling(id).and_then(|calling| calling.cancel.as_mut()) {
            cancel.give_up_at = Some(now_us + patience_us);
        }
        self.send_request(now_us, flow, request, Owner::Nobody, out);
        self.arm_dialog(id);
    }

    /// The ring time ran out, or nothing came of a CANCEL.
    pub(crate) fn calling_due(&mut self, now_us: u64, id: DialogId, out: &mut Outbox) {
        let Some(calling) = self.calling(id) else {
            return;
        };
        if let Some(Cancel {
            status,
            give_up_at: Some(at),
            ..
        }) = calling.cancel
        {
            if at <= now_us {
                let invite = calling.invite;
                self.drop_client(invite);
                let reason = "Cancelled without final response";
                return self.call_failed(id, (status, false), reason, None, out);
            }
        } else if calling.cancel.is_none() && calling.ring_until.is_some_and(|at| at <= now_us) {
            calling.cancel = Some(Cancel {
                status: 408,
                extra: Vec::new(),
                give_up_at: None,
            });
            self.send_cancel(now_us, id, out);
        }
        self.arm_dialog(id);
    }

    fn invite_final(
        &mut self,
        now_us: u64,
        handle: Handle,
        status: u16,
        message: Message,
        out: &mut Outbox,
    ) {
        let Some(client) = self.clients.get(handle) else {
            return;
        };
        match &client.state {
            State::Refused { ack, .. } => {
                if status >= 300 {
                    out.send(client.flow, ack.clone());
                }
            }
            State::Accepted { .. } if status < 300 => {
                self.answered_again(now_us, handle, &message, out)
            }
            State::Trying { .. } | State::Proceeding if status < 300 => {
                self.answered(now_us, handle, message, out);
            }
            State::Trying { .. } | State::Proceeding => {
                self.refused(now_us, handle, status, &message, out);
            }
            State::Accepted { .. } | State::Answered { .. } => {}
        }
    }

    /// Acknowledges a 2xx (RFC 3261 13.2.2.4) and remembers the ACK for its repetitions.
    fn acknowledge(&mut self, handle: Handle, path: &Path, out: &mut Outbox) {
        let branch = self.branch();
        let Some(client) = self.clients.get_mut(handle) else {
            return;
        };
        let mut ack = path.numbered("ACK", client.request.seq, branch, Vec::new());
        ack.authorization.clone_from(&client.request.authorization);
        let flow = path.hop();
        let packet = ack.write(&flow, &self.settings.user_agent);
        out.send(flow, packet.clone());
        if let State::Accepted { acks, .. } = &mut client.state {
            acks.push(Acked {
                tag: path.remote_tag.clone(),
                flow,
                packet,
            });
        }
    }

    fn answered(&mut self, now_us: u64, handle: Handle, message: Message, out: &mut Outbox) {
        let end_at = now_us + self.settings.patience_us();
        let Some(client) = self.clients.get_mut(handle) else {
            return;
        };
        let Owner::Invite(id) = client.owner else {
            return;
        };
        client.state = State::Accepted {
            acks: Vec::new(),
            end_at,
        };
        let path = Path::of_uac(&client.request, &message, client.flow);
        self.arm_client(handle);
        self.acknowledge(handle, &path, out);
        let Some(calling) = self.calling(id) else {
            return self.send_stray_bye(now_us, path, out);
        };
        if let Some(Cancel { status, .. }) = calling.cancel {
            // It crossed our CANCEL: acknowledged and hung up.
            self.send_stray_bye(now_us, path, out);
            let reason = "Answered while being cancelled";
            return self.call_failed(id, (status, true), reason, None, out);
        }
        let credentials = calling.credentials.take();
        let established = Established {
            credentials,
            ..Established::new(path)
        };
        if let Some(dialog) = self.dialogs.get_mut(&id) {
            dialog.phase = Phase::Established(Box::new(established));
        }
        let body = body_of(&message);
        out.tell(Event::Answered {
            dialog: id,
            body,
            response: Box::new(message),
        });
    }

    /// A 2xx again: the same one wants its ACK again, another fork's is acknowledged and ended.
    fn answered_again(&mut self, now_us: u64, handle: Handle, message: &Message, out: &mut Outbox) {
        let Some(client) = self.clients.get(handle) else {
            return;
        };
        let State::Accepted { acks, .. } = &client.state else {
            return;
        };
        let tag = message.tag_of(Name::TO).unwrap_or_default();
        if let Some(acked) = acks.iter().find(|acked| acked.tag == tag) {
            return out.send(acked.flow, acked.packet.clone());
        }
        if acks.len() >= FORKS_MAX {
            return;
        }
        let path = Path::of_uac(&client.request, message, client.flow);
        self.acknowledge(handle, &path, out);
        self.send_stray_bye(now_us, path, out);
    }

    fn refused(
        &mut self,
        now_us: u64,
        handle: Handle,
        status: u16,
        message: &Message,
        out: &mut Outbox,
    ) {
        let Some(client) = self.clients.get_mut(handle) else {
            return;
        };
        let Owner::Invite(id) = client.owner else {
            return;
        };
        let to = message.first(Name::TO).unwrap_or(&client.request.to);
        let ack = client
            .request
            .ack_of_refusal(to)
            .write(&client.flow, &self.settings.user_agent);
        out.send(client.flow, ack.clone());
        client.refused(ack, now_us, &self.settings);
        self.arm_client(handle);
        if self.prove_invite(now_us, handle, id, message, out) {
            return;
        }
        let Some(calling) = self.calling(id) else {
            return;
        };
        let status = calling
            .cancel
            .as_ref()
            .map_or(status, |cancel| cancel.status);
        let header = message.first(Name::REASON).map(lossy);
        self.call_failed(id, (status, true), &message.reason(), header, out);
    }

    /// Repeats a challenged INVITE with credentials: once, and once more for a stale nonce.
    fn prove_invite(
        &mut self,
        now_us: u64,
        handle: Handle,
        id: DialogId,
        message: &Message,
        out: &mut Outbox,
    ) -> bool {
        let (branch, cnonce) = (self.branch(), tag_text(self.random()));
        let Some(sent) = self
            .clients
            .get(handle)
            .map(|client| client.request.clone())
        else {
            return false;
        };
        let Some(calling) = self.calling(id) else {
            return false;
        };
        let Some(credentials) = calling
            .credentials
            .as_ref()
            .filter(|_| calling.cancel.is_none())
        else {
            return false;
        };
        let Some(proof) = prove(message, credentials, "INVITE", &sent.uri, &cnonce) else {
            return false;
        };
        if calling.proofs > 1 || (calling.proofs == 1 && !proof.is_stale) {
            return false;
        }
        calling.proofs += 1;
        let flow = calling.flow;
        let request = Request {
            seq: sent.seq + 1,
            branch,
            authorization: Some(proof.header),
            ..sent
        };
        let Some(invite) = self.send_request(now_us, flow, request, Owner::Invite(id), out) else {
            return false;
        };
        if let Some(calling) = self.calling(id) {
            calling.invite = invite;
        }
        true
    }
}
