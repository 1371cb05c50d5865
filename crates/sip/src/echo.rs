//! What responses repeat of their request, copied once when it arrives so that the request
//! itself need not be kept. One buffer: Vias, From, Call-ID, CSeq, To; behind them what only a
//! dialog needs (Record-Route lines, Contact).

use std::net::{IpAddr, SocketAddr};
use std::ops::Range;

use crate::answer::Answer;
use crate::event::{Flow, Transport};
use crate::message::{Message, Via};
use crate::name::Name;
use crate::name_addr::Parts;
use crate::params::{cut, pieces};
use crate::write::{self, Packet};

/// See the module.
#[derive(Debug)]
pub(crate) struct Echo {
    bytes: Vec<u8>,
    head_end: usize,
    from: Range<usize>,
    call_id: Range<usize>,
    to: Range<usize>,
    record_routes: Range<usize>,
    contact: Range<usize>,
    pub(crate) seq: u32,
    pub(crate) has_to_tag: bool,
    /// Where responses go.
    pub(crate) reply: Flow,
    /// Where the request came from.
    pub(crate) source: Flow,
    /// Where responses go once the connection of the request is gone.
    fallback: Option<Flow>,
    /// Whether the sender itself sits behind an address translation.
    pub(crate) is_translated: bool,
}

impl Echo {
    /// Takes what there is; a malformed request may lack anything but Via and CSeq.
    pub(crate) fn of(request: &Message, source: Flow) -> Self {
        let mut bytes = Vec::with_capacity(640);
        for (index, line) in request.every(Name::VIA).enumerate() {
            if index == 0 {
                top_via(&mut bytes, line, source.remote);
            } else {
                write::header(&mut bytes, "Via", line);
            }
        }
        let from = line(&mut bytes, "From", request.first(Name::FROM));
        let call_id = line(&mut bytes, "Call-ID", request.first(Name::CALL_ID));
        line(&mut bytes, "CSeq", request.first(Name::CSEQ));
        let to = line(&mut bytes, "To", request.first(Name::TO));
        let head_end = to.end;
        let routes_from = bytes.len();
        for line in request.every(Name::RECORD_ROUTE) {
            write::header(&mut bytes, "Record-Route", line);
        }
        let record_routes = routes_from..bytes.len();
        let contact = request.list(Name::CONTACT).next().and_then(Parts::parse);
        let contact_from = bytes.len();
        write::text(&mut bytes, contact.map_or(&b""[..], |parts| parts.uri));
        let via = request.via();
        Self {
            head_end,
            from,
            call_id,
            to,
            record_routes,
            contact: contact_from..bytes.len(),
            seq: request.cseq(),
            has_to_tag: request.tag_of(Name::TO).is_some(),
            reply: reply_flow(via.as_ref(), source),
            fallback: fallback(via.as_ref(), source),
            source,
            is_translated: is_translated(request, via.as_ref(), source),
            bytes,
        }
    }

    /// The whole response.
    pub(crate) fn respond(&self, answer: &Answer<'_>, server: &str) -> Packet {
        let mut out = Vec::with_capacity(self.head_end + 256);
        write::format(&mut out, format_args!("SIP/2.0 {} ", answer.status));
        write::text(&mut out, answer.reason.as_bytes());
        out.extend_from_slice(b"\r\n");
        out.extend_from_slice(&self.bytes[..self.head_end]);
        if let Some(tag) = answer
            .tag
            .filter(|_| !self.has_to_tag && !self.to.is_empty())
        {
            out.extend_from_slice(b";tag=");
            out.extend_from_slice(tag.as_bytes());
        }
        if !out.ends_with(b"\r\n") {
            out.extend_from_slice(b"\r\n");
        }
        if answer.makes_dialog {
            out.extend_from_slice(&self.bytes[self.record_routes.clone()]);
            let own = self.source.contact(None);
            write::format(&mut out, format_args!("Contact: <{own}>\r\n"));
        }
        answer.write_rest(&mut out, server);
        out.into()
    }

    /// The connection is gone: whether responses still have a way.
    pub(crate) fn lose(&mut self) -> bool {
        let Some(other) = self.fallback.take() else {
            return false;
        };
        self.reply = other;
        self.source = other;
        true
    }

    pub(crate) fn from(&self) -> &[u8] {
        &self.bytes[self.from.clone()]
    }

    pub(crate) fn to(&self) -> &[u8] {
        &self.bytes[self.to.clone()]
    }

    pub(crate) fn call_id(&self) -> &[u8] {
        &self.bytes[self.call_id.clone()]
    }

    pub(crate) fn contact(&self) -> &[u8] {
        &self.bytes[self.contact.clone()]
    }

    /// Record-Route values, topmost first.
    pub(crate) fn record_routes(&self) -> impl Iterator<Item = &[u8]> {
        self.bytes[self.record_routes.clone()]
            .split(|byte| *byte == b'\n')
            .filter_map(|line| cut(line, b':').1)
            .flat_map(|line| pieces(line.trim_ascii(), b','))
            .filter(|value| !value.is_empty())
    }
}

/// Writes a header line, returns where its value is. The last byte range excludes the line end
/// only for To, whose tag may follow: its line end is cut off again.
fn line(out: &mut Vec<u8>, name: &str, value: Option<&[u8]>) -> Range<usize> {
    let Some(value) = value else {
        return out.len()..out.len();
    };
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b": ");
    let start = out.len();
    write::text(out, value);
    let end = out.len();
    if name != "To" {
        out.extend_from_slice(b"\r\n");
    }
    start..end
}

/// RFC 3261 18.2.1 and RFC 3581 4: `received` (and `rport`, when asked for) are ours to fill in;
/// what the sender wrote there is dropped.
fn top_via(out: &mut Vec<u8>, line: &[u8], remote: SocketAddr) {
    let Some(via) = Via::parse(line) else {
        return write::header(out, "Via", line);
    };
    out.extend_from_slice(b"Via: ");
    write::text(out, via.head);
    for piece in pieces(via.params, b';').filter(|piece| !piece.is_empty()) {
        let key = cut(piece, b'=').0.trim_ascii();
        if !key.eq_ignore_ascii_case(b"received") && !key.eq_ignore_ascii_case(b"rport") {
            out.push(b';');
            write::text(out, piece);
        }
    }
    if via.has_rport() {
        write::format(out, format_args!(";rport={}", remote.port()));
    }
    if via.has_rport() || !is_host(via.host_port().0, remote.ip()) {
        write::format(out, format_args!(";received={}", remote.ip()));
    }
    if let Some(rest) = via.rest {
        out.push(b',');
        write::text(out, rest);
    }
    out.extend_from_slice(b"\r\n");
}

fn is_host(host: &str, ip: IpAddr) -> bool {
    host.parse::<IpAddr>().is_ok_and(|parsed| parsed == ip)
}

/// RFC 3261 18.2.2 and RFC 3581 4: a connection is answered on itself; a datagram at its source
/// address, at the source port when `rport` was asked for, else at the port in Via.
fn reply_flow(via: Option<&Via<'_>>, source: Flow) -> Flow {
    match via {
        Some(via) if source.transport == Transport::Udp && !via.has_rport() => {
            let port = via.host_port().1.unwrap_or(5060);
            Flow {
                remote: SocketAddr::new(source.remote.ip(), port),
                ..source
            }
        }
        _ => source,
    }
}

/// RFC 3261 18.2.2: a connection to the port in Via at the source address, unless the sender
/// does not know that address for its own.
fn fallback(via: Option<&Via<'_>>, source: Flow) -> Option<Flow> {
    let (host, port) = via?.host_port();
    let is_direct = source.transport == Transport::Tcp && is_host(host, source.remote.ip());
    let remote = SocketAddr::new(source.remote.ip(), port.unwrap_or(5060));
    is_direct.then(|| Flow::dialled(source.local, remote))
}

/// The request came straight from its sender (one Via), whose own idea of its address is not
/// the one that we see.
fn is_translated(request: &Message, via: Option<&Via<'_>>, source: Flow) -> bool {
    request.list(Name::VIA).nth(1).is_none()
        && via.is_some_and(|via| {
            let (host, port) = via.host_port();
            // A connection comes from any port.
            let is_port =
                source.transport.is_reliable() || port.unwrap_or(5060) == source.remote.port();
            !is_host(host, source.remote.ip()) || !is_port
        })
}
