//! Connections between the switch and those who speak SIP over TCP: everything arrives, in order,
//! until one breaks. Then what is under way is lost, and each end hears of it in its own time.

use std::sync::Arc;

use cuptel_call::Input;
use cuptel_sip::{Flow, FlowId, Transmit, Transport};

use crate::invented::{CARRIER, FOR_PHONES};
use crate::line::PeerIndex;
use crate::promises::Broken;
use crate::wire::Wire;
use crate::world::{Happening, World};

/// Numbers below are the datagram sockets'.
const FIRST_NUMBER: u32 = 1 << 16;

/// One connection.
#[derive(Debug)]
struct Connection {
    number: u32,
    peer: PeerIndex,
    /// As the switch and as the peer name it.
    ours: Flow,
    theirs: Flow,
    is_broken: bool,
    /// When the last message on its way arrives, to the switch and to the peer.
    to_us_at: u64,
    to_them_at: u64,
}

/// Those that an end still believes in.
#[derive(Debug)]
pub(crate) struct Connections {
    open: Vec<Connection>,
    next: u32,
}

impl Default for Connections {
    fn default() -> Self {
        Self {
            open: Vec::new(),
            next: FIRST_NUMBER,
        }
    }
}

impl Connections {
    fn add(&mut self, peer: PeerIndex, ours: Flow, theirs: Flow) -> u32 {
        let number = self.next;
        self.next += 1;
        self.open.push(Connection {
            number,
            peer,
            ours,
            theirs,
            is_broken: false,
            to_us_at: 0,
            to_them_at: 0,
        });
        number
    }

    fn numbered(&mut self, number: u32) -> Option<&mut Connection> {
        self.open.iter_mut().find(|it| it.number == number)
    }

    fn of_flow(&mut self, flow: &Flow) -> Option<&mut Connection> {
        self.open.iter_mut().find(|it| it.ours == *flow)
    }

    fn of_peer(&mut self, peer: PeerIndex, flow: &Flow) -> Option<&mut Connection> {
        let same = |it: &&mut Connection| it.peer == peer && it.theirs == *flow;
        self.open.iter_mut().find(same)
    }
}

impl World {
    /// A phone opens a connection; nobody is there when no process runs.
    pub(crate) fn phone_connects(&mut self, peer: PeerIndex) -> Option<Flow> {
        self.process.as_ref()?;
        let there = self.peers[peer].flow_to(FOR_PHONES).local;
        Some(self.is_dialled(peer, there, FOR_PHONES, None))
    }

    /// A peer opens a connection, and calls it `theirs`, or by its number.
    fn is_dialled(
        &mut self,
        peer: PeerIndex,
        there: std::net::SocketAddr,
        here: std::net::SocketAddr,
        theirs: Option<Flow>,
    ) -> Flow {
        let id = FlowId(self.connections.next);
        let ours = Flow {
            id,
            transport: Transport::Tcp,
            local: here,
            remote: there,
        };
        let theirs = theirs.unwrap_or(Flow {
            id,
            transport: Transport::Tcp,
            local: there,
            remote: here,
        });
        self.connections.add(peer, ours, theirs);
        theirs
    }

    /// The switch sends something over a connection; one that it dials is made for that.
    pub(crate) fn carry_to_peer(&mut self, transmit: Transmit) {
        let Transmit { flow, bytes } = transmit;
        if self.connections.of_flow(&flow).is_none() && !self.dials(&flow) {
            let after_us = self.streams.network.ms(0, 400);
            return self.plan(after_us, Happening::Wire(Wire::FlowClosed(flow)));
        }
        let takes_us = self.streams.network.ms(1, 20);
        let Some(connection) = self.connections.of_flow(&flow) else {
            return;
        };
        let at_us = (self.now_us + takes_us).max(connection.to_them_at);
        connection.to_them_at = at_us;
        let number = connection.number;
        self.plan(
            at_us - self.now_us,
            Happening::Wire(Wire::OverToPeer(number, bytes)),
        );
    }

    /// Makes the connection that the switch wants to have.
    fn dials(&mut self, flow: &Flow) -> bool {
        let peer = self.peer_at(flow.remote);
        let refused = !self.is_calm() && self.streams.network.percent(5);
        let Some(peer) = peer.filter(|_| flow.id == FlowId::DIALLED && !refused) else {
            return false;
        };
        if self.is_cut_off(peer) {
            return false;
        }
        let theirs = Flow {
            id: FlowId(self.connections.next),
            local: flow.remote,
            remote: flow.local,
            ..*flow
        };
        self.connections.add(peer, *flow, theirs);
        true
    }

    /// A peer sends something over a connection.
    pub(crate) fn carry_to_switch(&mut self, peer: PeerIndex, transmit: Transmit) {
        let Transmit { flow, bytes } = transmit;
        let known = self.connections.of_peer(peer, &flow).is_some();
        if !known {
            if flow.id != FlowId::DIALLED || self.process.is_none() {
                let after_us = self.streams.network.ms(0, 400);
                return self.plan(after_us, Happening::Wire(Wire::PeerHears(peer, flow)));
            }
            self.is_dialled(peer, flow.local, flow.remote, Some(flow));
        }
        let takes_us = self.streams.network.ms(1, 20);
        let Some(connection) = self.connections.of_peer(peer, &flow) else {
            return;
        };
        let at_us = (self.now_us + takes_us).max(connection.to_us_at);
        connection.to_us_at = at_us;
        let number = connection.number;
        self.plan(
            at_us - self.now_us,
            Happening::Wire(Wire::OverToSwitch(number, bytes)),
        );
    }

    /// What was sent over a connection arrives, unless it broke meanwhile.
    pub(crate) fn arrives_at_switch(
        &mut self,
        number: u32,
        bytes: Arc<[u8]>,
    ) -> Result<(), Broken> {
        match self.connections.numbered(number) {
            Some(connection) if !connection.is_broken => {
                let flow = connection.ours;
                self.reaches_switch(flow, bytes)
            }
            Some(_) | None => Ok(()),
        }
    }

    pub(crate) fn arrives_at_peer(&mut self, number: u32, bytes: &[u8]) {
        if let Some(connection) = self.connections.numbered(number)
            && !connection.is_broken
        {
            let (peer, flow) = (connection.peer, connection.theirs);
            self.reaches_peer(peer, &flow, bytes);
        }
    }

    /// Every connection of a peer breaks. Both ends hear of it after a while, a peer that is
    /// gone never does, and a switch that nobody tells only when it has waited for long.
    pub(crate) fn connections_break(&mut self, peer: PeerIndex) {
        let is_gone = self.is_cut_off(peer);
        let broken = |it: &&mut Connection| it.peer == peer && !it.is_broken;
        let broken = self.connections.open.iter_mut().filter(broken);
        let broken: Vec<(u32, Flow)> = broken
            .map(|connection| {
                connection.is_broken = true;
                (connection.number, connection.theirs)
            })
            .collect();
        for (number, theirs) in broken {
            self.note(&format!("a connection of {} breaks", theirs.local));
            self.met.fault("a connection breaks");
            let longest_ms = if is_gone { 90_000 } else { 2_000 };
            let after_us = self.streams.network.ms(0, longest_ms);
            self.plan(after_us, Happening::Wire(Wire::SwitchHears(number)));
            if !is_gone {
                let after_us = self.streams.network.ms(0, 2_000);
                self.plan(after_us, Happening::Wire(Wire::PeerHears(peer, theirs)));
            }
        }
        self.excuse_lines(peer);
    }

    pub(crate) fn switch_hears_break(&mut self, number: u32) -> Result<(), Broken> {
        let open = &mut self.connections.open;
        let Some(at) = open.iter().position(|it| it.number == number) else {
            return Ok(());
        };
        let flow = open.remove(at).ours;
        self.note("hears that a connection is gone");
        if flow.id == FlowId::DIALLED && flow.remote == CARRIER {
            self.watch.carrier_cut_off();
        }
        self.feed(Input::FlowClosed(flow))
    }

    /// A peer hears that a connection is gone. A phone makes another one and registers anew.
    pub(crate) fn peer_flow_closed(&mut self, peer: PeerIndex, flow: &Flow) {
        if self.is_cut_off(peer) {
            return;
        }
        let now_us = self.now_us;
        let end = &mut self.peers[peer];
        end.sip.flow_closed(now_us, flow, &mut end.out);
        if end.connection == Some(*flow) {
            end.connection = None;
            self.phone_reconnects(peer);
        }
    }

    /// The process is gone, and its connections with it: the other ends hear of that.
    pub(crate) fn all_connections_end(&mut self) {
        for connection in std::mem::take(&mut self.connections.open) {
            let (peer, theirs) = (connection.peer, connection.theirs);
            let after_us = self.streams.network.ms(0, 500);
            self.plan(after_us, Happening::Wire(Wire::PeerHears(peer, theirs)));
        }
    }
}
