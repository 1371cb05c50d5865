//! One SIP address of the demo: its user agent, and whom it talks with.

use std::net::SocketAddr;

use cuptel_sip::{
    Admission, Body, DialogId, Endpoint, Flow, FlowId, Outbox, Settings, Stale, Transport,
};

/// Which of the two addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Side {
    /// The public network: callers and called people.
    Carrier,
    /// The operators' phones.
    Desks,
}

impl Side {
    pub(crate) const ALL: [Self; 2] = [Self::Carrier, Self::Desks];

    fn flow_id(self) -> FlowId {
        match self {
            Self::Carrier => FlowId(0),
            Self::Desks => FlowId(1),
        }
    }
}

/// Transactions at once: far above what the demo's own limits allow.
const TRANSACTIONS_MAX: usize = 20_000;

/// A user agent and what it wants sent.
#[derive(Debug)]
pub(crate) struct Line {
    side: Side,
    pub(crate) local: SocketAddr,
    /// The engine's listener for this side.
    pub(crate) engine: SocketAddr,
    pub(crate) endpoint: Endpoint,
    pub(crate) out: Outbox,
}

impl Line {
    pub(crate) fn new(side: Side, local: SocketAddr, engine: SocketAddr, seed: [u8; 32]) -> Self {
        let settings = Settings {
            user_agent: "CupTel demo phones".to_owned(),
            seed,
            transactions_max: TRANSACTIONS_MAX,
            ..Settings::default()
        };
        Self {
            side,
            local,
            engine,
            endpoint: Endpoint::new(settings),
            out: Outbox::default(),
        }
    }

    pub(crate) fn flow_to(&self, remote: SocketAddr) -> Flow {
        Flow {
            id: self.side.flow_id(),
            transport: Transport::Udp,
            local: self.local,
            remote,
        }
    }

    /// Only the engine may call these phones.
    pub(crate) fn receive(&mut self, now_us: u64, from: SocketAddr, bytes: &[u8]) {
        let admission = if from == self.engine {
            Admission::Trusted
        } else {
            Admission::Closed
        };
        let flow = self.flow_to(from);
        self.endpoint
            .receive(now_us, &flow, bytes, admission, &mut self.out);
    }

    /// The Call-ID of the request that was written last: read off the wire, as anybody could.
    /// `None` when nothing was sent.
    pub(crate) fn call_id_of_last(&self) -> Option<String> {
        let packet = self.out.transmits.last()?;
        String::from_utf8_lossy(&packet.bytes)
            .lines()
            .find_map(|line| line.strip_prefix("Call-ID: "))
            .map(str::to_owned)
    }

    pub(crate) fn ring(&mut self, now_us: u64, dialog: DialogId) {
        let rung = self
            .endpoint
            .provisional(now_us, dialog, 180, "Ringing", None, &mut self.out);
        note_late(rung, "180");
    }

    pub(crate) fn accept(&mut self, now_us: u64, dialog: DialogId, sdp: String) -> bool {
        let accepted =
            self.endpoint
                .accept(now_us, dialog, Some(sdp_body(sdp)), &[], &mut self.out);
        note_late(accepted, "200");
        accepted.is_ok()
    }

    pub(crate) fn refuse(&mut self, now_us: u64, dialog: DialogId, status: u16, reason: &str) {
        let refused = self
            .endpoint
            .refuse(now_us, dialog, status, reason, &[], &mut self.out);
        note_late(refused, "a refusal");
    }

    pub(crate) fn end(&mut self, now_us: u64, dialog: DialogId) {
        let ended = self.endpoint.end(now_us, dialog, &[], &mut self.out);
        note_late(ended, "hanging up");
    }
}

/// Both may end a call at once; the later one finds it over.
fn note_late(result: Result<(), Stale>, what: &str) {
    if let Err(error) = result {
        tracing::debug!(%error, what, "demo phone was late");
    }
}

pub(crate) fn sdp_body(sdp: String) -> Body {
    Body {
        content_type: "application/sdp".to_owned(),
        bytes: sdp.into_bytes(),
    }
}
