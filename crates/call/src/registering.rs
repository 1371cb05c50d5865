//! Seats' phones: who may register, for how long, and the question whether one is there.

use std::net::SocketAddr;

use cuptel_core::id::SeatId;
use cuptel_core::record::RegistrationRow;
use cuptel_core::step as rules;
use cuptel_core::time::Now;
use cuptel_sip::{Binding, Flow, FlowId, PingId, RegisterId, Transport};

use crate::contacts::Contact;
use crate::switch::{Step, Switch};

/// Longest Contact that is kept.
const CONTACT_BYTES_MAX: usize = 512;
/// No REGISTER has this number: nobody waits for an answer.
const NOBODY: u64 = 0;

/// What a REGISTER asks for.
pub(crate) struct Wish {
    pub(crate) user: String,
    pub(crate) flow: Flow,
    pub(crate) bindings: Vec<Binding>,
    pub(crate) wildcard_remove: bool,
    pub(crate) query: bool,
}

impl Switch {
    /// A phone that proved its password wants to be bound, or not to be any more.
    pub(crate) fn register_asked(&mut self, now: Now, id: RegisterId, wish: Wish, step: &mut Step) {
        let Some(seat) = self.centre.seat_by_extension(&wish.user) else {
            return self.refuse_register(now, id, 404, "No such seat", None);
        };
        if wish.flow.transport.is_reliable() {
            step.known.push(wish.flow.id);
        }
        let (least, _) = self.centre.rules().limits.register_s;
        let is_brief = |binding: &Binding| (1..least).contains(&binding.expires_s);
        if wish.bindings.iter().any(is_brief) {
            return self.refuse_register(now, id, 423, "Interval Too Brief", Some(least));
        }
        let is_long = |binding: &Binding| binding.uri.len() > CONTACT_BYTES_MAX;
        if wish.bindings.iter().any(is_long) {
            return self.refuse_register(now, id, 400, "Contact too long", None);
        }
        self.recall_contact(now, seat);
        let before = self.contacts.of(now, seat);
        if !wish.query {
            self.bind(now, seat, &wish);
        }
        let after = self.contacts.of(now, seat);
        if before == after {
            // A question, or the removal of what is not there: nothing to store.
            return self.tell_bindings(now, id, seat);
        }
        self.registers.insert(id.0, id);
        self.store_registration(now, id.0, seat, &before, step);
    }

    /// After a restart the phone that the store knows of is all that is known.
    fn recall_contact(&mut self, now: Now, seat: SeatId) {
        if self.contacts.knows(seat) {
            return;
        }
        let known = self.centre.registration_of(seat).and_then(|row| {
            Some(Contact {
                uri: row.contact.clone(),
                flow: self.flow_to(row)?,
                until: now.mono_at(row.expires_ms),
            })
        });
        if let Some(contact) = known {
            self.contacts.note(now, seat, contact);
        }
    }

    fn bind(&mut self, now: Now, seat: SeatId, wish: &Wish) {
        let (least, most) = self.centre.rules().limits.register_s;
        if wish.wildcard_remove {
            self.contacts.clear(seat);
        }
        for binding in &wish.bindings {
            if binding.expires_s == 0 {
                self.contacts.remove(seat, &binding.uri);
                continue;
            }
            let contact = Contact {
                uri: binding.uri.clone(),
                flow: wish.flow,
                until: now.in_s(binding.expires_s.clamp(least, most)),
            };
            self.sip.flow_found(&contact.uri, &contact.flow);
            self.contacts.note(now, seat, contact);
        }
    }

    /// Tells the rules of a seat's longest registration, or that its last one is over.
    fn store_registration(
        &mut self,
        now: Now,
        request: u64,
        seat: SeatId,
        before: &[Contact],
        step: &mut Step,
    ) {
        let left = self.contacts.of(now, seat);
        let row = |contact: &Contact| {
            let listener = self.listener_of(&contact.flow).unwrap_or(usize::MAX);
            contact.row(now, seat, listener)
        };
        let registration = match (left.first(), before.first()) {
            (Some(contact), _) => Some(row(contact)),
            (None, Some(contact)) => Some(RegistrationRow {
                expires_ms: now.utc_ms,
                ..row(contact)
            }),
            (None, None) => None,
        };
        if let Some(registration) = registration {
            let input = rules::Input::Registered {
                request,
                registration,
                is_heard: request != NOBODY,
            };
            self.tell_rules(now, input, step);
        }
    }

    fn refuse_register(
        &mut self,
        now: Now,
        id: RegisterId,
        status: u16,
        reason: &str,
        least_s: Option<u32>,
    ) {
        let extra: Vec<_> = least_s
            .map(|s| ("Min-Expires".to_owned(), s.to_string()))
            .into_iter()
            .collect();
        let (sip, outbox) = self.outbox();
        if sip
            .refuse_register(now.mono_us, id, status, reason, &extra, outbox)
            .is_err()
        {
            tracing::debug!("a REGISTER was over before its answer");
        }
    }

    fn tell_bindings(&mut self, now: Now, id: RegisterId, seat: SeatId) {
        let contacts = self.contacts.of(now, seat);
        let bindings: Vec<Binding> = contacts.iter().map(|it| it.binding(now)).collect();
        let (sip, outbox) = self.outbox();
        if sip
            .accept_register(now.mono_us, id, &bindings, outbox)
            .is_err()
        {
            tracing::debug!("a REGISTER was over before its answer");
        }
    }

    /// The binding is stored: now its phone may know.
    pub(crate) fn bound(&mut self, now: Now, request: u64, row: &RegistrationRow) {
        if let Some(id) = self.registers.remove(&request) {
            self.tell_bindings(now, id, row.seat);
            self.seat_showed_itself(now, row.seat);
        }
    }

    /// Asks the phones of a seat whether they are there. One whose connection is gone cannot
    /// be asked: it is waited for.
    pub(crate) fn probe(&mut self, now: Now, row: &RegistrationRow) {
        for phone in self.phones_of(now, row) {
            let (sip, outbox) = self.outbox();
            let ping = sip.ping(now.mono_us, phone.flow, &phone.uri, outbox);
            self.pings.insert(ping, row.seat);
        }
    }

    /// One of them answered, or did not in time. Silence counts when no other may answer yet.
    pub(crate) fn probed(&mut self, now: Now, id: PingId, is_there: bool, step: &mut Step) {
        let Some(seat) = self.pings.remove(&id) else {
            return;
        };
        if is_there {
            self.seat_showed_itself(now, seat);
        }
        if is_there || !self.pings.values().any(|asked| *asked == seat) {
            let reachable = is_there;
            self.tell_rules(now, rules::Input::Probed { seat, reachable }, step);
        }
    }

    /// A connection is gone, and with it the phones that were reached over it: between us and
    /// them there may be an address translation. A seat without another phone is offered
    /// nothing until one registers again. Conversations go on.
    pub(crate) fn seats_cut_off(&mut self, now: Now, flow: &Flow, step: &mut Step) {
        for seat in self.contacts.cut_off(flow) {
            let registration = self.centre.registration_of(seat).cloned();
            let gone = registration.map(|row| Contact {
                until: now.mono_at(row.expires_ms),
                uri: row.contact,
                flow: *flow,
            });
            self.store_registration(now, NOBODY, seat, gone.as_slice(), step);
        }
    }

    /// The phones of a seat that can be reached.
    pub(crate) fn phones_of(&mut self, now: Now, row: &RegistrationRow) -> Vec<Contact> {
        self.recall_contact(now, row.seat);
        self.contacts.of(now, row.seat)
    }

    /// The way back to a phone of the store. One that came over a connection is waited for.
    fn flow_to(&self, row: &RegistrationRow) -> Option<Flow> {
        let listener = usize::try_from(row.listener).ok()?;
        let local = self.settings.listeners.get(listener)?.address;
        let remote: SocketAddr = row.remote.parse().ok()?;
        Some(Flow {
            id: FlowId(u32::try_from(listener).ok()?),
            transport: Transport::Udp,
            local,
            remote,
        })
    }
}
