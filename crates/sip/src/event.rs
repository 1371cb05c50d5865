//! What goes in and out of an endpoint besides bytes: flows, identifiers, orders and events.

use std::net::SocketAddr;
use std::sync::Arc;

use crate::message::Message;
use crate::name_addr::NameAddr;
use crate::unacceptable::Unacceptable;

/// One listening socket's conversation with one peer, as the owner of the sockets numbers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FlowId(pub u32);

impl FlowId {
    /// A connection that we open: the one to the flow's remote address, made when there is none.
    pub const DIALLED: Self = Self(u32::MAX);
}

/// What carries a flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Transport {
    /// Datagrams: everything is retransmitted.
    Udp,
    /// A connection.
    Tcp,
    /// A connection under TLS.
    Tls,
}

impl Transport {
    /// Whether the transport repeats lost bytes by itself.
    #[must_use]
    pub fn is_reliable(self) -> bool {
        match self {
            Self::Udp => false,
            Self::Tcp | Self::Tls => true,
        }
    }

    /// Its name in a Via header.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Udp => "UDP",
            Self::Tcp => "TCP",
            Self::Tls => "TLS",
        }
    }
}

/// Where a message came from or goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Flow {
    /// The owner's number for it.
    pub id: FlowId,
    /// What carries it.
    pub transport: Transport,
    /// Our end; it is also what our Contact and Via say.
    pub local: SocketAddr,
    /// The peer's end.
    pub remote: SocketAddr,
}

impl Flow {
    /// Our address on it, as a URI for our Contact.
    #[must_use]
    pub fn contact(&self, user: Option<&str>) -> String {
        let at = user.map_or_else(String::new, |user| format!("{user}@"));
        let suffix = match self.transport {
            Transport::Udp => "",
            Transport::Tcp => ";transport=tcp",
            Transport::Tls => ";transport=tls",
        };
        format!("sip:{at}{}{suffix}", self.local)
    }

    /// The connection that we open from a local to a remote address.
    #[must_use]
    pub fn dialled(local: SocketAddr, remote: SocketAddr) -> Self {
        Self {
            id: FlowId::DIALLED,
            transport: Transport::Tcp,
            local,
            remote,
        }
    }
}

/// One INVITE-created dialog, or the attempt at one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DialogId(pub u64);

/// One REGISTER that waits for its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RegisterId(pub u64);

/// One OPTIONS of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PingId(pub u64);

/// One REGISTER of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RegistrationId(pub u64);

/// How requests on a flow are admitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// A trunk: an INVITE needs no digest, a REGISTER is refused.
    Trusted,
    /// Phones: INVITE and REGISTER need the digest of a known account.
    Digest,
    /// Nobody we know: INVITE and REGISTER are refused.
    Closed,
}

/// A message body with its type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    /// Value of Content-Type.
    pub content_type: String,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// User name and password for challenges that we receive.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// Digest user name.
    pub user: String,
    /// The password in clear.
    pub password: String,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials")
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}

/// A call that we place.
#[derive(Debug, Clone)]
pub struct OutgoingInvite {
    /// Where it is sent.
    pub flow: Flow,
    /// The connection for a request that a datagram may not carry (RFC 3261 18.1.1), when the
    /// next hop is known to take connections.
    pub large_flow: Option<Flow>,
    /// Request-URI.
    pub target: String,
    /// Route header values, first hop first.
    pub route: Vec<String>,
    /// Who calls (a tag is added).
    pub from: NameAddr,
    /// Who is called.
    pub to: NameAddr,
    /// Our Contact URI.
    pub contact: String,
    /// The offer.
    pub body: Option<Body>,
    /// More headers.
    pub extra: Vec<(String, String)>,
    /// For a challenge.
    pub credentials: Option<Credentials>,
    /// Without a final response after this long the call is cancelled.
    pub ring_us: u64,
}

/// A registration that we make.
#[derive(Debug, Clone)]
pub struct OutgoingRegister {
    /// Where it is sent.
    pub flow: Flow,
    /// Request-URI, such as `sip:example.org`.
    pub registrar: String,
    /// User part of the address of record.
    pub user: String,
    /// Contact URI.
    pub contact: String,
    /// Wanted life in seconds; 0 removes it.
    pub expires_s: u32,
    /// For the challenge.
    pub credentials: Credentials,
}

/// One Contact of a registration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// The Contact URI.
    pub uri: String,
    /// Its life in seconds; 0 removes it.
    pub expires_s: u32,
}

/// A packet to send. The bytes are shared with the transaction that may repeat them.
#[derive(Debug, Clone)]
pub struct Transmit {
    /// Where to.
    pub flow: Flow,
    /// The whole message.
    pub bytes: Arc<[u8]>,
}

/// What one input led to; the caller empties and reuses it.
#[derive(Debug, Default)]
pub struct Outbox {
    /// Packets, in order.
    pub transmits: Vec<Transmit>,
    /// Events, in order.
    pub events: Vec<Event>,
}

impl Outbox {
    pub(crate) fn send(&mut self, flow: Flow, bytes: Arc<[u8]>) {
        self.transmits.push(Transmit { flow, bytes });
    }

    pub(crate) fn tell(&mut self, event: Event) {
        self.events.push(event);
    }
}

/// The order came too late: what it names is over or in another state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the dialog or request is over or does not wait for this")]
pub struct Stale;

/// What happened.
#[derive(Debug)]
pub enum Event {
    /// A new call. It waits for [`accept`](crate::Endpoint::accept) or
    /// [`refuse`](crate::Endpoint::refuse).
    Invite {
        /// Its handle.
        dialog: DialogId,
        /// Where it came from.
        flow: Flow,
        /// The INVITE.
        request: Box<Message>,
        /// The authenticated account on [`Admission::Digest`] flows.
        user: Option<String>,
        /// Why it must be refused, if it must.
        unacceptable: Option<Unacceptable>,
    },
    /// The caller gave up. The CANCEL has its 200; the INVITE still waits for a final response.
    Cancelled {
        /// Which call.
        dialog: DialogId,
        /// Value of its Reason header.
        reason: Option<String>,
    },
    /// The ACK of our 2xx.
    Acked {
        /// Which call.
        dialog: DialogId,
        /// An answer, when our 2xx carried the offer.
        body: Option<Body>,
    },
    /// No ACK within 64·T1. A BYE has been sent; the dialog is over.
    Unacked {
        /// Which call.
        dialog: DialogId,
    },
    /// An INVITE or UPDATE inside the dialog: answer with accept or refuse.
    Reinvite {
        /// Which call.
        dialog: DialogId,
        /// The request.
        request: Box<Message>,
    },
    /// The peer hung up. The BYE has its 200; the dialog is over.
    Bye {
        /// Which call.
        dialog: DialogId,
        /// Value of its Reason header.
        reason: Option<String>,
    },
    /// DTMF by INFO; it has its 200.
    Info {
        /// Which call.
        dialog: DialogId,
        /// What it carried.
        body: Body,
    },
    /// A provisional response above 100 to our INVITE.
    Progress {
        /// Which call.
        dialog: DialogId,
        /// 180, 183 …
        status: u16,
        /// Early media.
        body: Option<Body>,
    },
    /// A 2xx to our INVITE; its ACK has been sent.
    Answered {
        /// Which call.
        dialog: DialogId,
        /// The answer.
        body: Option<Body>,
        /// The response.
        response: Box<Message>,
    },
    /// Our INVITE came to nothing; the dialog is over. Exactly once, instead of `Answered`.
    Failed {
        /// The final response's status; 408 when nothing answered or the ring time ran out,
        /// 487 when we ended the call ourselves, 503 when its flow closed.
        status: u16,
        /// Which call.
        dialog: DialogId,
        /// Its reason phrase.
        reason: String,
        /// Value of its Reason header.
        reason_header: Option<String>,
        /// Whether the peer has said so. Else we say it, because nothing came, or because what
        /// would have brought it is closed.
        is_heard: bool,
    },
    /// Our BYE is answered or given up; the dialog is over.
    Ended {
        /// Which call.
        dialog: DialogId,
    },
    /// An authenticated REGISTER: answer with
    /// [`accept_register`](crate::Endpoint::accept_register) or
    /// [`refuse_register`](crate::Endpoint::refuse_register).
    Register {
        /// Its handle.
        id: RegisterId,
        /// The authenticated account.
        user: String,
        /// Where it came from.
        flow: Flow,
        /// Call-ID: with `cseq` it orders the updates of one binding (RFC 3261 10.3).
        call_id: String,
        /// CSeq number.
        cseq: u32,
        /// The contacts with their lives resolved; 0 removes.
        bindings: Vec<Binding>,
        /// `Contact: *` with `Expires: 0`.
        wildcard_remove: bool,
        /// No Contact at all: it only asks.
        query: bool,
    },
    /// The end of a REGISTER of ours.
    Registered {
        /// Which one.
        id: RegistrationId,
        /// Final status; 408 when nothing answered, 503 when the flow closed.
        status: u16,
        /// The life granted, or the Min-Expires of a 423.
        expires_s: u32,
    },
    /// The end of an OPTIONS of ours.
    Pong {
        /// Which one.
        id: PingId,
        /// Final status, none when nothing answered.
        status: Option<u16>,
    },
}
