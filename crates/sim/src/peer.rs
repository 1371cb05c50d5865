//! Whoever speaks SIP with the switch: an endpoint at an address, and its side of each call.

use std::net::SocketAddr;

use cuptel_media::{Codec, Local, accept_answer, answer, offer};
use cuptel_sip::{
    Admission, Body, Credentials, DialogId, Endpoint, Flow, FlowId, NameAddr, Outbox,
    OutgoingInvite, OutgoingRegister, Settings, Transport,
};

/// An endpoint with an address.
#[derive(Debug)]
pub(crate) struct Peer {
    pub(crate) sip: Endpoint,
    pub(crate) out: Outbox,
    /// The connection to the switch, where it has one.
    pub(crate) connection: Option<Flow>,
    address: SocketAddr,
    next_port: u16,
}

/// A call as its caller asks for it.
pub(crate) struct Wish<'a> {
    pub(crate) user: &'a str,
    pub(crate) called: &'a str,
    pub(crate) extra: Vec<(String, String)>,
    pub(crate) sdp: Option<String>,
    pub(crate) password: Option<&'a str>,
}

impl Peer {
    pub(crate) fn new(address: SocketAddr, seed: [u8; 32]) -> Self {
        let settings = Settings {
            user_agent: "Invented".to_owned(),
            seed,
            ..Settings::default()
        };
        Self {
            sip: Endpoint::new(settings),
            out: Outbox::default(),
            connection: None,
            address,
            next_port: 20_000,
        }
    }

    pub(crate) fn flow_to(&self, remote: SocketAddr) -> Flow {
        self.connection.unwrap_or(Flow {
            id: FlowId(0),
            transport: Transport::Udp,
            local: self.address,
            remote,
        })
    }

    pub(crate) fn receive(&mut self, now_us: u64, flow: &Flow, bytes: &[u8]) {
        self.sip
            .receive(now_us, flow, bytes, Admission::Trusted, &mut self.out);
    }

    fn local(&mut self) -> Local {
        self.next_port = if self.next_port > 60_000 {
            20_000
        } else {
            self.next_port + 2
        };
        Local {
            address: self.address.ip(),
            rtp_port: self.next_port,
            session_id: 1,
            version: 1,
        }
    }

    /// Calls the switch.
    pub(crate) fn call(&mut self, now_us: u64, remote: SocketAddr, wish: Wish<'_>) -> DialogId {
        let local = self.local();
        let sdp = wish.sdp.unwrap_or_else(|| offer(&local, Codec::Pcma));
        let uri = |user: &str, host: SocketAddr| format!("sip:{user}@{host}");
        let named = |uri: String| NameAddr {
            display: None,
            uri,
            tag: None,
        };
        let credentials = wish.password.map(|password| Credentials {
            user: wish.user.to_owned(),
            password: password.to_owned(),
        });
        let flow = self.flow_to(remote);
        let order = OutgoingInvite {
            flow,
            large_flow: None,
            target: uri(wish.called, remote),
            route: Vec::new(),
            from: named(uri(wish.user, self.address)),
            to: named(uri(wish.called, remote)),
            contact: flow.contact(Some(wish.user)),
            body: Some(sdp_body(sdp)),
            extra: wish.extra,
            credentials,
            ring_us: 120_000_000,
        };
        self.sip.invite(now_us, order, &mut self.out)
    }

    /// Picks up a call of the switch. Returns the port from which the switch speaks.
    pub(crate) fn pick_up(&mut self, now_us: u64, dialog: DialogId, offered: &[u8]) -> Option<u16> {
        let local = self.local();
        let (text, agreed) = answer(offered, &local).ok()?;
        self.sip
            .accept(now_us, dialog, Some(sdp_body(text)), &[], &mut self.out)
            .ok()?;
        Some(agreed.remote.port())
    }

    /// Holds a call by itself, or takes it up again. Whether it is still there.
    pub(crate) fn holds(&mut self, now_us: u64, dialog: DialogId, holds: bool) -> bool {
        let local = self.local();
        let mut text = offer(&local, Codec::Pcma);
        if holds {
            text = text.replace("a=sendrecv", "a=sendonly");
        }
        let body = sdp_body(text);
        let told = self.sip.offer_again(now_us, dialog, body, &mut self.out);
        told.is_ok()
    }

    /// Asks for a place in the registrar; `expires_s` 0 gives it up.
    pub(crate) fn register(
        &mut self,
        now_us: u64,
        remote: SocketAddr,
        user: &str,
        password: &str,
        expires_s: u32,
    ) {
        let flow = self.flow_to(remote);
        let order = OutgoingRegister {
            flow,
            registrar: format!("sip:{remote}"),
            user: user.to_owned(),
            contact: flow.contact(Some(user)),
            expires_s,
            credentials: Credentials {
                user: user.to_owned(),
                password: password.to_owned(),
            },
        };
        self.sip.register(now_us, order, &mut self.out);
    }
}

/// The port that an SDP answer of the switch names.
pub(crate) fn port_in(body: Option<&Body>) -> Option<u16> {
    accept_answer(&body?.bytes)
        .ok()
        .map(|agreed| agreed.remote.port())
}

fn sdp_body(text: String) -> Body {
    Body {
        content_type: "application/sdp".to_owned(),
        bytes: text.into_bytes(),
    }
}
