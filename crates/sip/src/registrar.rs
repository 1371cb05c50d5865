//! REGISTER as its receiver (RFC 3261 10.3): credentials, address and contacts are checked here,
//! whether and for how long a binding holds is the owner's decision.

use crate::answer::Answer;
use crate::echo::Echo;
use crate::endpoint::Endpoint;
use crate::event::{Admission, Binding, Event, Flow, Outbox, RegisterId, Stale};
use crate::message::Message;
use crate::name::Name;
use crate::name_addr::{NameAddr, Parts};
use crate::params::{lossy, number, parameter};
use crate::screening::Admitted;
use crate::uri;

/// Most contacts in one REGISTER.
const CONTACTS_MAX: usize = 32;
/// The life of a binding that names none (RFC 3261 10.2.1.1).
const EXPIRES_DEFAULT_S: u32 = 3600;

/// The contacts of a REGISTER.
struct Wish {
    bindings: Vec<Binding>,
    wildcard_remove: bool,
}

impl Endpoint {
    pub(crate) fn new_register(
        &mut self,
        now_us: u64,
        flow: &Flow,
        message: &Message,
        admission: Admission,
        out: &mut Outbox,
    ) {
        if self.servers.len() >= self.settings.transactions_max {
            self.counters.overloaded += 1;
            let extra = [("Retry-After".to_owned(), "5".to_owned())];
            let answer = Answer {
                extra: &extra,
                ..Answer::new(503, "")
            };
            return self.reply_stateless(flow, message, answer, out);
        }
        let user = match self.admit(now_us, flow, message, admission, out) {
            Admitted::Yes { user: Some(user) } => user,
            Admitted::Yes { user: None } | Admitted::No => return,
        };
        let address = message.to().and_then(|to| uri::user(&to.uri));
        if address.as_deref() != Some(user.as_str()) {
            let answer = Answer::new(403, "Not your address of record");
            return self.reply_stateless(flow, message, answer, out);
        }
        let wish = match read_contacts(message) {
            Ok(wish) => wish,
            Err(reason) => {
                return self.reply_stateless(flow, message, Answer::new(400, reason), out);
            }
        };
        let Some(handle) = self.open_server(message, Echo::of(message, *flow), None) else {
            return;
        };
        let id = RegisterId(self.allot());
        self.registers.insert(id, handle);
        out.tell(Event::Register {
            id,
            user,
            flow: *flow,
            call_id: message.call_id(),
            cseq: message.cseq(),
            query: wish.bindings.is_empty() && !wish.wildcard_remove,
            bindings: wish.bindings,
            wildcard_remove: wish.wildcard_remove,
        });
    }

    /// Answers a REGISTER with 200 and the bindings that hold now.
    ///
    /// # Errors
    /// [`Stale`] when it is answered already.
    pub fn accept_register(
        &mut self,
        now_us: u64,
        id: RegisterId,
        bindings: &[Binding],
        out: &mut Outbox,
    ) -> Result<(), Stale> {
        let contacts: Vec<(String, String)> = bindings
            .iter()
            .map(|binding| {
                let mut value = NameAddr::of_uri(&binding.uri).to_value(None);
                value.extend_from_slice(format!(";expires={}", binding.expires_s).as_bytes());
                ("Contact".to_owned(), lossy(&value))
            })
            .collect();
        self.answer_register(
            now_us,
            id,
            &Answer {
                extra: &contacts,
                ..Answer::new(200, "")
            },
            out,
        )
    }

    /// Answers a REGISTER with a refusal, such as 423 with `Min-Expires`.
    ///
    /// # Errors
    /// [`Stale`] when it is answered already.
    pub fn refuse_register(
        &mut self,
        now_us: u64,
        id: RegisterId,
        status: u16,
        reason: &str,
        extra: &[(String, String)],
        out: &mut Outbox,
    ) -> Result<(), Stale> {
        let status = if (300..700).contains(&status) {
            status
        } else {
            500
        };
        self.answer_register(
            now_us,
            id,
            &Answer {
                extra,
                ..Answer::new(status, reason)
            },
            out,
        )
    }

    fn answer_register(
        &mut self,
        now_us: u64,
        id: RegisterId,
        answer: &Answer<'_>,
        out: &mut Outbox,
    ) -> Result<(), Stale> {
        let handle = self.registers.remove(&id).ok_or(Stale)?;
        let tag = crate::dialog::tag_text(self.random());
        let server = self.servers.get_mut(handle).ok_or(Stale)?;
        let answer = Answer {
            tag: Some(&tag),
            ..*answer
        };
        let packet = server
            .echo()
            .ok_or(Stale)?
            .respond(&answer, &self.settings.user_agent);
        server.answered(packet.clone(), now_us, &self.settings);
        out.send(server.reply, packet);
        self.counters.response(answer.status);
        self.arm_server(handle);
        Ok(())
    }
}

/// RFC 3261 10.3 steps 6 and 7. A life that is no number counts as the default
/// (RFC 3261 10.2.1.1: malformed values are equivalent to 3600).
fn read_contacts(message: &Message) -> Result<Wish, &'static str> {
    let general = message
        .first(Name::EXPIRES)
        .map(|value| number(value).unwrap_or(EXPIRES_DEFAULT_S));
    let mut bindings = Vec::new();
    let mut stars = 0usize;
    for value in message.list(Name::CONTACT) {
        if value == b"*" {
            stars += 1;
            continue;
        }
        let parts = Parts::parse(value).ok_or("Malformed Contact")?;
        let own = parameter(parts.params, "expires").flatten();
        let own = own.map(|value| number(value).unwrap_or(EXPIRES_DEFAULT_S));
        let expires_s = own.or(general).unwrap_or(EXPIRES_DEFAULT_S);
        bindings.push(Binding {
            uri: lossy(parts.uri),
            expires_s,
        });
        if bindings.len() > CONTACTS_MAX {
            return Err("Too many contacts");
        }
    }
    if stars > 0 && (!bindings.is_empty() || general != Some(0)) {
        return Err("Contact * needs Expires 0 and no other contact");
    }
    if bindings
        .iter()
        .any(|binding| crate::value::SipUri::parse(&binding.uri).is_none())
    {
        return Err("Unsupported Contact URI");
    }
    Ok(Wish {
        bindings,
        wildcard_remove: stars > 0,
    })
}
