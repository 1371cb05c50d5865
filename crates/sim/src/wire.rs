//! What is between the switch and the others: datagrams and connections on their way, and the
//! sockets of the switch, which it does not read while it is too far ahead of its disk.

use std::sync::Arc;

use cuptel_call::Input;
use cuptel_sip::{Flow, FlowId, Message, Transmit, Transport};

use crate::invented::{CARRIER, FOR_PHONES, phone_address, seat_id};
use crate::line::PeerIndex;
use crate::network::Network;
use crate::promises::Broken;
use crate::world::{Happening, World};

/// Messages that wait in the sockets; what comes beyond is lost.
const UNREAD_MAX: usize = 200;

/// Something that happens on the way.
#[derive(Debug)]
pub(crate) enum Wire {
    /// A datagram reaches the switch.
    ToSwitch(Flow, Arc<[u8]>),
    /// A datagram reaches a peer.
    ToPeer(PeerIndex, Flow, Arc<[u8]>),
    /// What was sent over the connection of this number reaches the switch.
    OverToSwitch(u32, Arc<[u8]>),
    /// The same, towards its peer.
    OverToPeer(u32, Arc<[u8]>),
    /// The connections of a peer break.
    Breaks(PeerIndex),
    /// The switch hears that the connection of this number is gone.
    SwitchHears(u32),
    /// A connection that the switch wanted is not to be had.
    FlowClosed(Flow),
    /// A peer hears that its connection is gone.
    PeerHears(PeerIndex, Flow),
}

impl World {
    pub(crate) fn travels(&mut self, wire: Wire) -> Result<(), Broken> {
        match wire {
            Wire::ToSwitch(flow, bytes) => return self.reaches_switch(flow, bytes),
            Wire::OverToSwitch(number, bytes) => return self.arrives_at_switch(number, bytes),
            Wire::SwitchHears(number) => return self.switch_hears_break(number),
            Wire::FlowClosed(flow) => return self.feed(Input::FlowClosed(flow)),
            Wire::ToPeer(peer, flow, bytes) => self.reaches_peer(peer, &flow, &bytes),
            Wire::OverToPeer(number, bytes) => self.arrives_at_peer(number, &bytes),
            Wire::Breaks(peer) => {
                if !self.is_calm() {
                    self.connections_break(peer);
                }
            }
            Wire::PeerHears(peer, flow) => self.peer_flow_closed(peer, &flow),
        }
        Ok(())
    }

    /// Something arrives at a socket of the switch.
    pub(crate) fn reaches_switch(&mut self, flow: Flow, bytes: Arc<[u8]>) -> Result<(), Broken> {
        if self.process.is_some() && self.unread.len() < UNREAD_MAX {
            self.unread.push_back((flow, bytes));
        }
        self.reads_on()
    }

    /// As much of what waits in the sockets as the process takes in.
    pub(crate) fn reads_on(&mut self) -> Result<(), Broken> {
        while self.reads()
            && let Some((flow, bytes)) = self.unread.pop_front()
        {
            self.watch.arrives(&self.decided, &bytes);
            if bytes.starts_with(b"SIP/2.0 ")
                && let Ok(response) = Message::parse(&bytes)
            {
                self.heard_of.insert(response.call_id().to_owned());
            }
            if let Some(phone) = self.peer_at(flow.remote).and_then(|it| it.checked_sub(1)) {
                self.asked.remove(&seat_id(self.phones[phone].seat));
            }
            let bytes = &bytes;
            self.feed(Input::Datagram { flow, bytes })?;
        }
        if !self.unread.is_empty() {
            self.met.fault("the sockets are not read");
        }
        Ok(())
    }

    /// Whether the process takes in what others want of it.
    pub(crate) fn reads(&self) -> bool {
        self.process.is_some() && self.disk.memory.journal.behind() < self.behind_max
    }

    /// A datagram sets out, from the switch or to it.
    pub(crate) fn carry(&mut self, transmit: Transmit, from_switch: bool) {
        if transmit.flow.transport != Transport::Udp {
            return self.carry_to_peer(transmit);
        }
        let Transmit { flow, bytes } = transmit;
        let network = if self.is_calm() {
            Network::calm()
        } else {
            self.network
        };
        let arrivals = network.arrivals(&mut self.streams.network);
        let first = String::from_utf8_lossy(&bytes[..bytes.len().min(48)]);
        let first = first.lines().next().unwrap_or_default().to_owned();
        let (from, to) = if from_switch {
            ("us", flow.remote)
        } else {
            ("them", flow.local)
        };
        self.note(&format!(
            "{from} {to} {first} {}",
            if arrivals.is_empty() { "(lost)" } else { "" }
        ));
        let back = |id| Flow {
            id,
            local: flow.remote,
            remote: flow.local,
            ..flow
        };
        for after_us in arrivals {
            let wire = if from_switch {
                let Some(peer) = self.peer_at(flow.remote) else {
                    continue;
                };
                Wire::ToPeer(peer, back(FlowId(0)), bytes.clone())
            } else {
                let listener = if flow.remote == FOR_PHONES { 0 } else { 1 };
                Wire::ToSwitch(back(FlowId(listener)), bytes.clone())
            };
            self.plan(after_us, Happening::Wire(wire));
        }
    }

    pub(crate) fn peer_at(&self, address: std::net::SocketAddr) -> Option<PeerIndex> {
        if address == CARRIER {
            return Some(0);
        }
        (0..self.phones.len())
            .find(|index| phone_address(*index) == address)
            .map(|index| index + 1)
    }
}
