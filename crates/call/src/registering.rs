//! Seats' phones: who may register, for how long, and the question whether one is there.

use std::net::SocketAddr;

use cuptel_core::id::SeatId;
use cuptel_core::record::RegistrationRow;
use cuptel_core::step as rules;
use cuptel_core::time::Now;
use cuptel_sip::{Binding, Flow, FlowId, RegisterId, Transport};

use crate::switch::{Step, Switch};

/// Longest Contact that is kept.
const CONTACT_BYTES_MAX: usize = 512;
/// Follows the address of a phone that registered over a connection.
const OVER_TCP: &str = ";transport=tcp";
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
        let current = self
            .centre
            .registration_of(seat)
            .filter(|row| row.expires_ms > now.utc_ms)
            .cloned();
        let (least, _) = self.centre.rules().limits.register_s;
        let wanted = wish
            .bindings
            .iter()
            .rev()
            .find(|binding| binding.expires_s > 0);
        if wanted.is_some_and(|binding| binding.expires_s < least) {
            return self.refuse_register(now, id, 423, "Interval Too Brief", Some(least));
        }
        if wanted.is_some_and(|binding| binding.uri.len() > CONTACT_BYTES_MAX) {
            return self.refuse_register(now, id, 400, "Contact too long", None);
        }
        let removes_current = wish.wildcard_remove
            || current.as_ref().is_some_and(|row| {
                wish.bindings
                    .iter()
                    .any(|binding| binding.uri == row.contact)
            });
        let (contact, expires_s) = match wanted {
            Some(binding) => (binding.uri.clone(), binding.expires_s),
            None if !wish.query && removes_current => (
                current
                    .as_ref()
                    .map(|row| row.contact.clone())
                    .unwrap_or_default(),
                0,
            ),
            // A question, or the removal of a binding that is not the current one.
            None => return self.tell_binding(now, id, current.as_ref()),
        };
        let listener = self
            .listener_of(&wish.flow)
            .and_then(|index| i64::try_from(index).ok());
        let registration = RegistrationRow {
            seat,
            contact,
            listener: listener.unwrap_or(-1),
            remote: place_of(&wish.flow),
            registered_ms: now.utc_ms,
            expires_ms: now.utc_in_s(expires_s),
        };
        self.registers.insert(id.0, (id, expires_s));
        self.note_flow(seat, &registration.contact, wish.flow);
        self.tell_rules(
            now,
            rules::Input::Registered {
                request: id.0,
                registration,
            },
            step,
        );
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

    fn tell_binding(&mut self, now: Now, id: RegisterId, current: Option<&RegistrationRow>) {
        let bindings: Vec<Binding> = current
            .map(|row| binding_of(row, now))
            .into_iter()
            .collect();
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
        let Some((id, _)) = self.registers.remove(&request) else {
            return;
        };
        let current = (row.expires_ms > now.utc_ms).then_some(row);
        self.tell_binding(now, id, current);
    }

    /// Asks a phone known from before the restart whether it is still there.
    pub(crate) fn probe(&mut self, now: Now, row: &RegistrationRow) {
        let Some(flow) = self.flow_to(row) else {
            return;
        };
        let (sip, outbox) = self.outbox();
        let ping = sip.ping(now.mono_us, flow, &row.contact, outbox);
        self.pings.insert(ping, row.seat);
    }

    /// Remembers the connection of a phone, if it came over one: it is the only way to it.
    fn note_flow(&mut self, seat: SeatId, contact: &str, flow: Flow) {
        match flow.transport {
            Transport::Udp => {
                self.seat_flows.remove(&seat);
            }
            Transport::Tcp | Transport::Tls => {
                self.seat_flows.insert(seat, flow);
                self.sip.flow_found(contact, &flow);
            }
        }
    }

    /// The connection over which seats were registered is gone: they are offered nothing until
    /// they register again. Their conversations go on.
    pub(crate) fn seats_cut_off(&mut self, now: Now, flow: &Flow, step: &mut Step) {
        let seats = self.seat_flows.extract_if(.., |_, own| own == flow);
        let seats: Vec<SeatId> = seats.map(|(seat, _)| seat).collect();
        for seat in seats {
            let Some(row) = self.centre.registration_of(seat) else {
                continue;
            };
            let registration = RegistrationRow {
                expires_ms: now.utc_ms,
                ..row.clone()
            };
            let gone = rules::Input::Registered {
                request: NOBODY,
                registration,
            };
            self.tell_rules(now, gone, step);
        }
    }

    /// The way back to a registered phone. One that came over a connection is reached by that
    /// connection alone: between us and it there may be an address translation.
    pub(crate) fn flow_to(&self, row: &RegistrationRow) -> Option<Flow> {
        if row.remote.ends_with(OVER_TCP) {
            let flow = self.seat_flows.get(&row.seat)?;
            return (place_of(flow) == row.remote).then_some(*flow);
        }
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

/// Where a REGISTER came from, as its row says it.
fn place_of(flow: &Flow) -> String {
    match flow.transport {
        Transport::Udp => flow.remote.to_string(),
        Transport::Tcp | Transport::Tls => format!("{}{OVER_TCP}", flow.remote),
    }
}

fn binding_of(row: &RegistrationRow, now: Now) -> Binding {
    let left_ms = (row.expires_ms - now.utc_ms).max(0);
    // Rounded up: a phone that asked for 60 s is told 60, not 59.
    let expires_s = u32::try_from((left_ms + 999) / 1_000).unwrap_or(u32::MAX);
    Binding {
        uri: row.contact.clone(),
        expires_s,
    }
}
