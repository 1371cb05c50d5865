//! What two parties agreed on (RFC 3261 12), and how far an INVITE has come.

use crate::echo::Echo;
use crate::event::{Credentials, Flow};
use crate::message::Message;
use crate::name::Name;
use crate::name_addr::Parts;
use crate::params::lossy;
use crate::request::Request;
use crate::route;
use crate::slab::Handle;
use crate::write::Packet;

/// One dialog or the attempt at one.
#[derive(Debug)]
pub(crate) struct Dialog {
    /// Its place in the index by Call-ID and our tag, once a peer can know our tag.
    pub(crate) key: Option<u128>,
    pub(crate) phase: Phase,
    pub(crate) armed: Option<u64>,
}

/// How far it has come.
#[derive(Debug)]
pub(crate) enum Phase {
    /// An INVITE that waits for our final response. Kept small: refused calls end here.
    Offered {
        invite: Handle,
        tag: u64,
        is_cancelled: bool,
    },
    /// Our INVITE, without final response.
    Calling(Box<Calling>),
    /// A 2xx was sent or received.
    Established(Box<Established>),
}

/// See [`Phase::Calling`].
#[derive(Debug)]
pub(crate) struct Calling {
    pub(crate) invite: Handle,
    pub(crate) flow: Flow,
    pub(crate) credentials: Option<Credentials>,
    /// Challenges answered.
    pub(crate) proofs: u8,
    pub(crate) ring_until: Option<u64>,
    pub(crate) cancel: Option<Cancel>,
}

/// That and how the call is being given up.
#[derive(Debug)]
pub(crate) struct Cancel {
    /// What `Failed` will say.
    pub(crate) status: u16,
    pub(crate) extra: Vec<(String, String)>,
    /// Set once the CANCEL is out: how long its effect is waited for.
    pub(crate) give_up_at: Option<u64>,
}

/// See [`Phase::Established`].
#[derive(Debug)]
pub(crate) struct Established {
    pub(crate) path: Path,
    pub(crate) unacked: Option<Unacked>,
    /// An INVITE or UPDATE inside the dialog that waits for its answer.
    pub(crate) pending: Option<Pending>,
    pub(crate) ending: Ending,
    pub(crate) credentials: Option<Credentials>,
}

/// See [`Established::pending`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pending {
    pub(crate) transaction: Handle,
    pub(crate) is_invite: bool,
}

/// Whether we are hanging up.
#[derive(Debug)]
pub(crate) enum Ending {
    No,
    /// The ACK of our 2xx comes first (RFC 3261 15.1.1).
    WhenAcked {
        extra: Vec<(String, String)>,
    },
    ByeSent,
}

/// Our 2xx, repeated until its ACK comes (RFC 3261 13.3.1.4).
#[derive(Debug)]
pub(crate) struct Unacked {
    pub(crate) seq: u32,
    pub(crate) packet: Packet,
    pub(crate) flow: Flow,
    pub(crate) resend_at: u64,
    pub(crate) interval_us: u64,
    pub(crate) give_up_at: u64,
}

/// Both ends' identities and the way between them.
#[derive(Debug)]
pub(crate) struct Path {
    pub(crate) flow: Flow,
    /// The flow is closed: nothing can be sent until the peer shows up on another.
    pub(crate) is_cut: bool,
    /// The peer is reached through the flow alone, whatever its Contact says.
    pub(crate) is_pinned: bool,
    pub(crate) call_id: Vec<u8>,
    /// From and To values with tags, as requests of ours carry them.
    pub(crate) local: Vec<u8>,
    pub(crate) remote: Vec<u8>,
    pub(crate) remote_tag: Vec<u8>,
    pub(crate) target: Vec<u8>,
    pub(crate) routes: Vec<Vec<u8>>,
    pub(crate) local_seq: u32,
    pub(crate) remote_seq: Option<u32>,
}

impl Path {
    /// RFC 3261 12.1.1: of an INVITE that we accept.
    pub(crate) fn of_uas(echo: &Echo, tag: u64) -> Self {
        let from = Parts::parse(echo.from());
        let from_uri = from.map_or(&b""[..], |parts| parts.uri);
        let remote_tag = from
            .and_then(|parts| parts.tag())
            .unwrap_or_default()
            .to_vec();
        // RFC 2543 callers send no Contact (RFC 4475 inv2543).
        let target = if echo.contact().is_empty() {
            from_uri
        } else {
            echo.contact()
        };
        let routes: Vec<Vec<u8>> = echo.record_routes().map(<[u8]>::to_vec).collect();
        Self {
            flow: echo.source,
            is_cut: false,
            is_pinned: echo.is_translated && routes.is_empty(),
            call_id: echo.call_id().to_vec(),
            local: [echo.to(), b";tag=", tag_text(tag).as_bytes()].concat(),
            remote: echo.from().to_vec(),
            remote_tag,
            target: target.to_vec(),
            routes,
            local_seq: 0,
            remote_seq: Some(echo.seq),
        }
    }

    /// RFC 3261 12.1.2: of a 2xx to our INVITE.
    pub(crate) fn of_uac(request: &Request, answer: &Message, flow: Flow) -> Self {
        let contact = answer.list(Name::CONTACT).next().and_then(Parts::parse);
        let target = contact.map_or(request.uri.as_slice(), |parts| parts.uri);
        let mut routes: Vec<Vec<u8>> = answer
            .list(Name::RECORD_ROUTE)
            .map(<[u8]>::to_vec)
            .collect();
        routes.reverse();
        let host = |uri: &[u8]| {
            let uri = lossy(uri);
            crate::uri::host_port(&uri)
                .map(|(host, port)| (host.to_ascii_lowercase(), port.unwrap_or(5060)))
        };
        Self {
            flow,
            is_cut: false,
            // The address that we called is what the flow already reaches.
            is_pinned: routes.is_empty() && host(target) == host(&request.uri),
            call_id: request.call_id.clone(),
            local: request.from.clone(),
            remote: answer.first(Name::TO).unwrap_or(&request.to).to_vec(),
            remote_tag: answer.tag_of(Name::TO).unwrap_or_default().to_vec(),
            target: target.to_vec(),
            routes,
            local_seq: request.seq,
            remote_seq: None,
        }
    }

    /// A request inside the dialog, with the next number.
    pub(crate) fn request(
        &mut self,
        method: &'static str,
        branch: String,
        extra: Vec<(String, String)>,
    ) -> Request {
        self.local_seq = self.local_seq.wrapping_add(1);
        self.numbered(method, self.local_seq, branch, extra)
    }

    /// A request with a given number: the ACK has its INVITE's.
    pub(crate) fn numbered(
        &self,
        method: &'static str,
        seq: u32,
        branch: String,
        extra: Vec<(String, String)>,
    ) -> Request {
        let (uri, routes) = route::aim(&self.target, &self.routes);
        Request {
            method,
            uri,
            routes,
            from: self.local.clone(),
            to: self.remote.clone(),
            call_id: self.call_id.clone(),
            seq,
            branch,
            contact: None,
            extra,
            authorization: None,
            body: None,
        }
    }

    /// Where requests of ours are sent.
    pub(crate) fn hop(&self) -> Flow {
        if self.is_pinned {
            self.flow
        } else {
            route::next_hop(self.flow, &self.target, &self.routes)
        }
    }

    /// Target refresh by an INVITE or UPDATE (RFC 3261 12.2.2).
    pub(crate) fn refresh(&mut self, request: &Message) {
        if let Some(contact) = request.list(Name::CONTACT).next().and_then(Parts::parse) {
            self.target = contact.uri.to_vec();
        }
    }
}

impl Established {
    pub(crate) fn new(path: Path) -> Self {
        Self {
            path,
            unacked: None,
            pending: None,
            ending: Ending::No,
            credentials: None,
        }
    }

    pub(crate) fn is_ending(&self) -> bool {
        match self.ending {
            Ending::No => false,
            Ending::WhenAcked { .. } | Ending::ByeSent => true,
        }
    }
}

impl Dialog {
    pub(crate) fn deadline(&self) -> Option<u64> {
        let earlier = |one: Option<u64>, other: Option<u64>| one.into_iter().chain(other).min();
        match &self.phase {
            Phase::Offered { .. } => None,
            Phase::Calling(calling) => {
                let give_up_at = calling.cancel.as_ref().and_then(|cancel| cancel.give_up_at);
                earlier(calling.ring_until, give_up_at)
            }
            Phase::Established(established) => established
                .unacked
                .as_ref()
                .map(|unacked| unacked.resend_at.min(unacked.give_up_at)),
        }
    }
}

/// Our tags as text.
pub(crate) fn tag_text(tag: u64) -> String {
    format!("{tag:016x}")
}
