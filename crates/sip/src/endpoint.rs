//! The endpoint: its tables, its clock-driven side, and what its roles share.

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;

use chacha20::ChaCha12Rng;
use chacha20::rand_core::{Rng as _, SeedableRng as _};

use crate::answer::Answer;
use crate::counters::Counters;
use crate::dialog::{Dialog, tag_text};
use crate::digest::{Ha1, Verifier};
use crate::echo::Echo;
use crate::event::{Admission, DialogId, Flow, Outbox, RegisterId, RegistrationId, Transport};
use crate::fingerprint::Fingerprinter;
use crate::message::Message;
use crate::name::Name;
use crate::registration::Registration;
use crate::settings::Settings;
use crate::slab::{Handle, Slab};
use crate::timer::{Due, Timers};
use crate::transaction::client::ClientTransaction;
use crate::transaction::server::{ServerTransaction, State as ServerState, Tick as ServerTick};

/// A SIP user agent (both ends) and registrar without sockets or clock.
#[derive(Debug)]
pub struct Endpoint {
    pub(crate) settings: Settings,
    pub(crate) rng: ChaCha12Rng,
    pub(crate) prints: Fingerprinter,
    pub(crate) counters: Counters,
    pub(crate) verifier: Verifier,
    pub(crate) timers: Timers,
    pub(crate) servers: Slab<ServerTransaction>,
    pub(crate) server_index: HashMap<u128, Handle>,
    /// Requests that started something, by From tag, Call-ID and CSeq (RFC 3261 8.2.2.2).
    pub(crate) merges: HashMap<u128, Handle>,
    pub(crate) clients: Slab<ClientTransaction>,
    pub(crate) client_index: HashMap<u128, Handle>,
    pub(crate) dialogs: BTreeMap<DialogId, Dialog>,
    pub(crate) dialog_index: HashMap<u128, DialogId>,
    pub(crate) registers: BTreeMap<RegisterId, Handle>,
    pub(crate) registrations: BTreeMap<RegistrationId, Registration>,
    /// Call-ID and last number towards each registrar (RFC 3261 10.2).
    pub(crate) registrar_calls: BTreeMap<(String, String), (String, u32)>,
    next_id: u64,
    /// Transactions on the word of somebody whom we cannot be sure to have called.
    pub(crate) doubtful: usize,
}

impl Endpoint {
    /// An endpoint without accounts.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let mut rng = ChaCha12Rng::from_seed(settings.seed);
        let mut secret = [0u8; 32];
        rng.fill_bytes(&mut secret);
        let mut nonce_key = [0u8; 32];
        rng.fill_bytes(&mut nonce_key);
        Self {
            prints: Fingerprinter::new(secret),
            verifier: Verifier::new(nonce_key, &settings.realm, settings.nonce_life_us),
            rng,
            settings,
            counters: Counters::default(),
            timers: Timers::default(),
            servers: Slab::new(),
            server_index: HashMap::new(),
            merges: HashMap::new(),
            clients: Slab::new(),
            client_index: HashMap::new(),
            dialogs: BTreeMap::new(),
            dialog_index: HashMap::new(),
            registers: BTreeMap::new(),
            registrations: BTreeMap::new(),
            registrar_calls: BTreeMap::new(),
            next_id: 1,
            doubtful: 0,
        }
    }

    /// Adds an account or changes its password.
    pub fn set_account(&mut self, user: &str, ha1: Ha1) {
        self.verifier.set_account(user, ha1);
    }

    /// Removes an account; its calls go on.
    pub fn remove_account(&mut self, user: &str) {
        self.verifier.remove_account(user);
    }

    /// Running totals.
    #[must_use]
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    /// Dialogs and attempts that are open.
    #[must_use]
    pub fn dialogs_open(&self) -> usize {
        self.dialogs.len()
    }

    /// Transactions held, both sides.
    #[must_use]
    pub fn transactions_held(&self) -> usize {
        self.servers.len() + self.clients.len()
    }

    /// Takes a datagram, or one message or ping of a connection (see [`Framer`](crate::Framer)).
    pub fn receive(
        &mut self,
        now_us: u64,
        flow: &Flow,
        bytes: &[u8],
        admission: Admission,
        out: &mut Outbox,
    ) {
        if bytes.iter().all(|byte| matches!(byte, b'\r' | b'\n' | 0)) {
            self.counters.keep_alives += 1;
            // RFC 5626 3.5.1: a double line end on a connection is a ping.
            if flow.transport != Transport::Udp && bytes.starts_with(b"\r\n\r\n") {
                out.send(*flow, b"\r\n"[..].into());
            }
            return;
        }
        match Message::parse(bytes) {
            Err(_) => self.counters.malformed += 1,
            Ok(message) if message.is_request() => {
                self.request(now_us, flow, message, admission, out);
            }
            Ok(message) => self.response(now_us, flow, message, admission, out),
        }
    }

    /// Does what is due by now.
    pub fn tick(&mut self, now_us: u64, out: &mut Outbox) {
        while let Some((at, due)) = self.timers.pop(now_us) {
            match due {
                Due::Server(handle) => self.server_due(now_us, at, handle, out),
                Due::Client(handle) => self.client_due(now_us, at, handle, out),
                Due::Dialog(id) => self.dialog_due(now_us, at, id, out),
            }
        }
    }

    /// When [`tick`](Self::tick) should be called next. May be earlier than anything happens.
    #[must_use]
    pub fn wake_at(&self) -> Option<u64> {
        self.timers.next_at()
    }

    fn server_due(&mut self, now_us: u64, at: u64, handle: Handle, out: &mut Outbox) {
        let Some(server) = self.servers.get_mut(handle) else {
            return;
        };
        if server.armed != Some(at) {
            return;
        }
        server.armed = None;
        match server.tick(now_us, &self.settings) {
            ServerTick::Nothing => {}
            ServerTick::Repeat(packet) => out.send(server.reply, packet),
            ServerTick::Trying => {
                let trying = Answer::new(100, "");
                if let Some(packet) = server.echo().map(|echo| echo.respond(&trying, "")) {
                    self.counters.response(100);
                    server.provisional(packet.clone(), None);
                    out.send(server.reply, packet);
                }
            }
            ServerTick::Gone => return self.drop_server(handle),
        }
        self.arm_server(handle);
    }

    pub(crate) fn drop_server(&mut self, handle: Handle) {
        if let Some(server) = self.servers.remove(handle) {
            self.server_index.remove(&server.key);
            if let Some(key) = server.merge_key {
                self.merges.remove(&key);
            }
        }
    }

    pub(crate) fn arm_server(&mut self, handle: Handle) {
        if let Some(server) = self.servers.get_mut(handle) {
            let deadline = server.deadline();
            self.timers
                .arm(&mut server.armed, deadline, Due::Server(handle));
        }
    }

    pub(crate) fn arm_dialog(&mut self, id: DialogId) {
        if let Some(dialog) = self.dialogs.get_mut(&id) {
            let deadline = dialog.deadline();
            self.timers
                .arm(&mut dialog.armed, deadline, Due::Dialog(id));
        }
    }

    pub(crate) fn drop_dialog(&mut self, id: DialogId) -> Option<Dialog> {
        let dialog = self.dialogs.remove(&id)?;
        if let Some(key) = dialog.key {
            self.dialog_index.remove(&key);
        }
        Some(dialog)
    }

    pub(crate) fn dialog_key(&self, call_id: &[u8], local_tag: &[u8]) -> u128 {
        self.prints.of(&[b"dialog", call_id, local_tag])
    }

    /// The key of a server transaction (RFC 3261 17.2.3). A branch that does not promise to be
    /// unique is joined with what RFC 2543 matched on.
    pub(crate) fn server_key(&self, request: &Message, method: &str) -> u128 {
        let via = request.via();
        let sent_by = via.map_or(&b""[..], |via| via.sent_by);
        let branch = via.and_then(|via| via.branch()).unwrap_or_default();
        if branch.len() > 7 && branch[..7].eq_ignore_ascii_case(b"z9hG4bK") {
            return self.prints.of(&[branch, sent_by, method.as_bytes()]);
        }
        self.prints.of(&[
            request.request_uri().as_bytes(),
            request.tag_of(Name::FROM).unwrap_or_default(),
            request.first(Name::CALL_ID).unwrap_or_default(),
            &request.cseq().to_be_bytes(),
            request.first(Name::VIA).unwrap_or_default(),
            method.as_bytes(),
        ])
    }

    /// A response that no transaction is kept for: a repeated request gets it again, with the
    /// same tag (RFC 3261 8.2.7).
    pub(crate) fn reply_stateless(
        &mut self,
        flow: &Flow,
        request: &Message,
        answer: Answer<'_>,
        out: &mut Outbox,
    ) {
        let tag = self.stateless_tag(request);
        let echo = Echo::of(request, *flow);
        self.counters.response(answer.status);
        let answer = Answer {
            tag: Some(&tag),
            ..answer
        };
        out.send(echo.reply, echo.respond(&answer, &self.settings.user_agent));
    }

    fn stateless_tag(&self, request: &Message) -> String {
        let print = self.prints.of(&[
            b"tag",
            request.first(Name::CALL_ID).unwrap_or_default(),
            request.tag_of(Name::FROM).unwrap_or_default(),
            &request.cseq().to_be_bytes(),
        ]);
        tag_text(u64::try_from(print >> 64).unwrap_or_default())
    }

    /// Answers a request inside a dialog at once and remembers the answer for its repetitions.
    /// With the table full it is answered all the same, without memory.
    pub(crate) fn reply(
        &mut self,
        now_us: u64,
        flow: &Flow,
        request: &Message,
        answer: Answer<'_>,
        out: &mut Outbox,
    ) {
        let tag = self.stateless_tag(request);
        let answer = Answer {
            tag: Some(&tag),
            ..answer
        };
        let echo = Echo::of(request, *flow);
        let packet = echo.respond(&answer, &self.settings.user_agent);
        let reply = echo.reply;
        self.counters.response(answer.status);
        out.send(reply, packet.clone());
        let Some(handle) = self.open_server(request, echo, None) else {
            return;
        };
        if let Some(server) = self.servers.get_mut(handle) {
            if request.method() == "INVITE" {
                server.refused(packet, now_us, &self.settings);
            } else {
                server.answered(packet, now_us, &self.settings);
            }
        }
        self.arm_server(handle);
    }

    /// A new server transaction, unless the table is full.
    pub(crate) fn open_server(
        &mut self,
        request: &Message,
        echo: Echo,
        alarm_at: Option<u64>,
    ) -> Option<Handle> {
        if self.servers.len() >= self.settings.transactions_max {
            self.counters.overloaded += 1;
            return None;
        }
        let key = self.server_key(request, request.method());
        let handle = self.servers.insert(ServerTransaction {
            key,
            merge_key: None,
            reply: echo.reply,
            dialog: None,
            state: ServerState::Proceeding {
                echo: Box::new(echo),
                last: None,
                alarm_at,
            },
            armed: None,
        })?;
        self.server_index.insert(key, handle);
        self.arm_server(handle);
        Some(handle)
    }

    pub(crate) fn allot(&mut self) -> u64 {
        let id = self.next_id;
        self.next_id += 1;
        id
    }

    pub(crate) fn random(&mut self) -> u64 {
        self.rng.next_u64()
    }

    /// A branch for a request of ours.
    pub(crate) fn branch(&mut self) -> String {
        format!("z9hG4bK{:016x}{:016x}", self.random(), self.random())
    }

    /// A branch that only whoever got the request there can name.
    pub(crate) fn branch_to(&mut self, remote: SocketAddr) -> String {
        let drawn = format!("z9hG4bK{:016x}", self.random());
        let proof = self.proof_of(drawn.as_bytes(), remote);
        drawn + &proof
    }

    /// Whether a request of ours with this branch was sent there since the start.
    pub(crate) fn was_sent_to(&self, branch: &[u8], remote: SocketAddr) -> bool {
        let half = branch.len().saturating_sub(16);
        let (drawn, proof) = branch.split_at(half);
        proof == self.proof_of(drawn, remote).as_bytes()
    }

    fn proof_of(&self, drawn: &[u8], remote: SocketAddr) -> String {
        let remote = remote.to_string();
        let print = self.prints.of(&[b"branch", drawn, remote.as_bytes()]);
        tag_text(u64::try_from(print >> 64).unwrap_or_default())
    }
}
