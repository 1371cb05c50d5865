//! REGISTER as its sender: one request, answered challenges, one event at its end.

use crate::challenge::prove;
use crate::dialog::tag_text;
use crate::endpoint::Endpoint;
use crate::event::{Event, Outbox, OutgoingRegister, RegistrationId};
use crate::message::Message;
use crate::name::Name;
use crate::name_addr::{NameAddr, Parts};
use crate::params::{number, parameter};
use crate::request::Request;
use crate::slab::Handle;
use crate::transaction::client::Owner;

/// A REGISTER without its end.
#[derive(Debug)]
pub(crate) struct Registration {
    order: OutgoingRegister,
    /// Challenges answered.
    proofs: u8,
}

impl Endpoint {
    /// Registers, refreshes or (with `expires_s` 0) removes a contact.
    pub fn register(
        &mut self,
        now_us: u64,
        order: OutgoingRegister,
        out: &mut Outbox,
    ) -> RegistrationId {
        let id = RegistrationId(self.allot());
        let fresh = self.call_id();
        let account = (order.registrar.clone(), order.user.clone());
        let (call_id, seq) = self.registrar_calls.entry(account).or_insert((fresh, 0));
        *seq = seq.wrapping_add(1);
        let (call_id, seq) = (call_id.clone(), *seq);
        let host = order
            .registrar
            .split_once(':')
            .map_or(order.registrar.as_str(), |(_, host)| host);
        let address = NameAddr::of_uri(&format!("sip:{}@{host}", order.user));
        let tag = tag_text(self.random());
        let request = Request {
            method: "REGISTER",
            uri: order.registrar.clone().into_bytes(),
            routes: Vec::new(),
            from: address.to_value(Some(&tag)),
            to: address.to_value(None),
            call_id: call_id.into_bytes(),
            seq,
            branch: self.branch(),
            contact: Some(order.contact.clone()),
            extra: vec![("Expires".to_owned(), order.expires_s.to_string())],
            authorization: None,
            body: None,
        };
        let flow = order.flow;
        self.registrations
            .insert(id, Registration { order, proofs: 0 });
        if self
            .send_request(now_us, flow, request, Owner::Register(id), out)
            .is_none()
        {
            self.register_failed(now_us, id, 503, out);
        }
        id
    }

    pub(crate) fn register_failed(
        &mut self,
        _now_us: u64,
        id: RegistrationId,
        status: u16,
        out: &mut Outbox,
    ) {
        if self.registrations.remove(&id).is_some() {
            out.tell(Event::Registered {
                id,
                status,
                expires_s: 0,
            });
        }
    }

    pub(crate) fn register_final(
        &mut self,
        now_us: u64,
        handle: Handle,
        id: RegistrationId,
        status: u16,
        message: &Message,
        out: &mut Outbox,
    ) {
        if self.prove_register(now_us, handle, id, message, out) {
            return;
        }
        let Some(registration) = self.registrations.remove(&id) else {
            return;
        };
        let expires_s = match status {
            200..300 => granted(message, &registration.order),
            423 => message.header("Min-Expires").and_then(number).unwrap_or(0),
            _ => 0,
        };
        out.tell(Event::Registered {
            id,
            status,
            expires_s,
        });
    }

    /// Answers a challenge once, and once more when only the nonce was too old.
    fn prove_register(
        &mut self,
        now_us: u64,
        handle: Handle,
        id: RegistrationId,
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
        let Some(registration) = self.registrations.get_mut(&id) else {
            return false;
        };
        let order = &registration.order;
        let Some(proof) = prove(message, &order.credentials, "REGISTER", &sent.uri, &cnonce) else {
            return false;
        };
        if registration.proofs > 1 || (registration.proofs == 1 && !proof.is_stale) {
            return false;
        }
        registration.proofs += 1;
        let flow = order.flow;
        let account = (order.registrar.clone(), order.user.clone());
        let last = self.registrar_calls.get_mut(&account).map(|(_, seq)| seq);
        let seq = last.map_or(sent.seq + 1, |seq| {
            *seq = seq.wrapping_add(1);
            *seq
        });
        let request = Request {
            seq,
            branch,
            authorization: Some(proof.header),
            ..sent
        };
        self.send_request(now_us, flow, request, Owner::Register(id), out)
            .is_some()
    }
}

/// The life granted to our contact: its own parameter, the Expires header, what we asked for.
fn granted(message: &Message, order: &OutgoingRegister) -> u32 {
    let own = message
        .list(Name::CONTACT)
        .filter_map(Parts::parse)
        .find(|parts| parts.uri == order.contact.as_bytes())
        .and_then(|parts| {
            parameter(parts.params, "expires")
                .flatten()
                .and_then(number)
        });
    own.or_else(|| message.first(Name::EXPIRES).and_then(number))
        .unwrap_or(order.expires_s)
}
