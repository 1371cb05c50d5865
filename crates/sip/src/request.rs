//! A request of ours: enough to write it, to write it again with credentials, and to write the
//! CANCEL and the ACK that belong to it.

use crate::event::{Body, Flow};
use crate::write::{self, Packet};

/// See the module.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: &'static str,
    pub(crate) uri: Vec<u8>,
    pub(crate) routes: Vec<Vec<u8>>,
    /// Values with their tags.
    pub(crate) from: Vec<u8>,
    pub(crate) to: Vec<u8>,
    pub(crate) call_id: Vec<u8>,
    pub(crate) seq: u32,
    pub(crate) branch: String,
    pub(crate) contact: Option<String>,
    pub(crate) extra: Vec<(String, String)>,
    /// A header name and its value, answering a challenge.
    pub(crate) authorization: Option<(&'static str, String)>,
    pub(crate) body: Option<Body>,
}

impl Request {
    pub(crate) fn write(&self, flow: &Flow, user_agent: &str) -> Packet {
        let body = self.body.as_ref().map_or(0, |body| body.bytes.len());
        let mut out = Vec::with_capacity(640 + body);
        out.extend_from_slice(self.method.as_bytes());
        out.push(b' ');
        write::text(&mut out, &self.uri);
        out.extend_from_slice(b" SIP/2.0\r\n");
        let transport = flow.transport.name();
        let (local, branch) = (flow.local, &self.branch);
        write::format(
            &mut out,
            format_args!("Via: SIP/2.0/{transport} {local};branch={branch};rport\r\n"),
        );
        out.extend_from_slice(b"Max-Forwards: 70\r\n");
        for route in &self.routes {
            write::header(&mut out, "Route", route);
        }
        write::header(&mut out, "From", &self.from);
        write::header(&mut out, "To", &self.to);
        write::header(&mut out, "Call-ID", &self.call_id);
        write::format(
            &mut out,
            format_args!("CSeq: {} {}\r\n", self.seq, self.method),
        );
        if let Some(contact) = &self.contact {
            let mut value = vec![b'<'];
            value.extend(contact.bytes().filter(|byte| *byte != b'>'));
            value.push(b'>');
            write::header(&mut out, "Contact", &value);
        }
        if let Some((name, value)) = &self.authorization {
            write::header(&mut out, name, value.as_bytes());
        }
        if matches!(self.method, "INVITE" | "OPTIONS") {
            write::header(&mut out, "Allow", crate::answer::ALLOW.as_bytes());
        }
        for (name, value) in &self.extra {
            write::header(&mut out, name, value.as_bytes());
        }
        write::header(&mut out, "User-Agent", user_agent.as_bytes());
        write::body(&mut out, self.body.as_ref());
        out.into()
    }

    /// RFC 3261 9.1: same URI, Via, routes, Call-ID, To, From and number.
    pub(crate) fn cancel(&self, extra: Vec<(String, String)>) -> Self {
        Self {
            method: "CANCEL",
            extra,
            contact: None,
            authorization: None,
            body: None,
            ..self.clone()
        }
    }

    /// RFC 3261 17.1.1.3: the ACK of a non-2xx has the To of the response.
    pub(crate) fn ack_of_refusal(&self, to: &[u8]) -> Self {
        Self {
            method: "ACK",
            to: to.to_vec(),
            ..self.cancel(Vec::new())
        }
    }
}
