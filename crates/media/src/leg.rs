//! A bound port pair and the stream that uses it, if any.

use std::net::{SocketAddr, UdpSocket};

use crate::ports::PortPair;
use crate::statistics::Counters;
use crate::stream::Stream;

/// Datagrams thrown away at `Open`, at most: a flood must not hold the thread.
const STALE_MAX: usize = 512;

/// Sockets and stream of one pair.
#[derive(Debug)]
pub(crate) struct Leg {
    pub(crate) pair: PortPair,
    pub(crate) rtp: UdpSocket,
    pub(crate) rtcp: UdpSocket,
    pub(crate) stream: Option<Stream>,
}

impl Leg {
    pub(crate) fn new(pair: PortPair, rtp: UdpSocket, rtcp: UdpSocket) -> Self {
        Self {
            pair,
            rtp,
            rtcp,
            stream: None,
        }
    }

    /// Throws away what came for the pair's former stream.
    pub(crate) fn flush(&self, counters: &Counters) {
        let mut scratch = [0; 16];
        for socket in [&self.rtp, &self.rtcp] {
            for _ in 0..STALE_MAX {
                if socket.recv_from(&mut scratch).is_err() {
                    break;
                }
                counters.stray.add(1);
            }
        }
    }

    /// Sends an RTP packet to the stream's remote, if there is one and it may be sent to.
    /// A failure is counted and never fatal: the remote may come back.
    pub(crate) fn send_rtp(&mut self, packet: &[u8], payload: usize, counters: &Counters) -> bool {
        let Some(stream) = &mut self.stream else {
            return false;
        };
        let Some(target) = stream.gate.target() else {
            return false;
        };
        match self.rtp.send_to(packet, target) {
            Ok(_) => {
                stream.on_sent(payload);
                counters.packets_out.add(1);
                true
            }
            Err(_counted) => {
                stream.on_send_failed();
                counters.send_failed.add(1);
                false
            }
        }
    }

    pub(crate) fn send_rtcp(&self, packet: &[u8], target: SocketAddr, counters: &Counters) {
        match self.rtcp.send_to(packet, target) {
            Ok(_) => counters.rtcp_out.add(1),
            Err(_counted) => counters.send_failed.add(1),
        }
    }
}
