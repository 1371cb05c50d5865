//! One leg's media: what was agreed, who may speak to it, what it plays, hears and has counted.
//! No sockets and no clock: packets and time are passed in.

use std::net::SocketAddr;

use crate::command::Latch;
use crate::keying::Keying;
use crate::player::Player;
use crate::reception::Reception;
use crate::recording::Recording;
use crate::relay::Outgoing;
use crate::rtcp;
use crate::rtp_header::RtpPacket;
use crate::sdp::{Agreed, Direction, OUR_EVENT_PAYLOAD_TYPE};
use crate::source::SourceGate;
use crate::statistics::StreamReport;
use crate::telephone_event::Keys;
use crate::{Codec, StreamId};

/// What a datagram to the RTP port turned out to be.
#[derive(Debug)]
pub(crate) enum Received {
    /// Not from the remote.
    WrongSource,
    /// From the remote, and no RTP.
    Malformed,
    /// RTCP on the RTP port, despite our refusal of multiplexing.
    Rtcp,
    /// RTP without use. The packet is given where a relay must close the hole it leaves.
    Unused(Option<RtpPacket>),
    /// Sound.
    Audio(RtpPacket, Codec),
    /// A part of a key.
    Event(RtpPacket),
}

/// An open stream.
#[derive(Debug)]
pub(crate) struct Stream {
    pub(crate) id: StreamId,
    pub(crate) agreed: Option<Agreed>,
    pub(crate) gate: SourceGate,
    pub(crate) outgoing: Outgoing,
    pub(crate) reception: Reception,
    pub(crate) keys: Keys,
    pub(crate) player: Player,
    pub(crate) keying: Keying,
    /// What it says is kept.
    pub(crate) recording: Option<Recording>,
    /// The 20 ms slot phase while it plays or presses keys.
    pub(crate) phase: Option<usize>,
    /// Index of the leg at the other side of the bridge.
    pub(crate) peer: Option<usize>,
    report: StreamReport,
    reported_out: u64,
    next_rtcp_us: u64,
    alive_us: u64,
    timed_out: bool,
}

impl Stream {
    pub(crate) fn new(id: StreamId, latch: Latch, now_us: u64, chance: [u8; 12]) -> Self {
        let [a, b, numbers @ ..] = chance;
        // Reports of many streams opened at once are spread over the interval.
        let spread = u64::from(u16::from_be_bytes([a, b])) * rtcp::INTERVAL_US / 65_536;
        Self {
            id,
            agreed: None,
            gate: SourceGate::new(latch),
            outgoing: Outgoing::new(numbers),
            reception: Reception::default(),
            keys: Keys::default(),
            player: Player::new(),
            keying: Keying::default(),
            recording: None,
            phase: None,
            peer: None,
            report: StreamReport::default(),
            reported_out: 0,
            next_rtcp_us: now_us + spread,
            alive_us: now_us,
            timed_out: false,
        }
    }

    pub(crate) fn agree(&mut self, now_us: u64, agreed: Agreed, window_max_us: u64) {
        self.gate.agree(now_us, agreed.remote, window_max_us);
        self.agreed = Some(agreed);
        self.alive_us = now_us;
        self.timed_out = false;
    }

    /// What we may send in, if we may send at all.
    pub(crate) fn sends(&self) -> Option<Agreed> {
        self.agreed.filter(|agreed| match agreed.direction {
            Direction::SendRecv | Direction::SendOnly => true,
            Direction::RecvOnly | Direction::Inactive => false,
        })
    }

    fn hears(&self) -> Option<Agreed> {
        self.agreed.filter(|agreed| match agreed.direction {
            Direction::SendRecv | Direction::RecvOnly => true,
            Direction::SendOnly | Direction::Inactive => false,
        })
    }

    /// Judges a datagram on the RTP port and counts it.
    pub(crate) fn receive(&mut self, now_us: u64, from: SocketAddr, packet: &[u8]) -> Received {
        let rtcp = rtcp::is_rtcp(packet);
        let parsed = if rtcp { None } else { RtpPacket::parse(packet) };
        if !rtcp && parsed.is_none() {
            // Before the gate: junk must not latch a phone.
            return Received::Malformed;
        }
        if rtcp {
            return self.receive_rtcp(now_us, from);
        }
        if !self.gate.accepts(now_us, from) {
            self.report.wrong_source += 1;
            return Received::WrongSource;
        }
        self.live(now_us);
        let received = match (parsed, self.hears()) {
            (Some(packet), Some(agreed)) => classify(packet, &agreed),
            (parsed, _) => Received::Unused(parsed),
        };
        match &received {
            Received::Audio(packet, _) => self.count_in(now_us, packet, true),
            Received::Event(packet) => self.count_in(now_us, packet, false),
            Received::Unused(_) => self.report.dropped += 1,
            Received::WrongSource | Received::Malformed | Received::Rtcp => {}
        }
        received
    }

    /// Judges RTCP, whichever port it came to.
    pub(crate) fn receive_rtcp(&mut self, now_us: u64, from: SocketAddr) -> Received {
        let known = self
            .agreed
            .is_some_and(|agreed| self.gate.accepts_rtcp(from.ip(), agreed.remote_rtcp.ip()));
        if known {
            self.live(now_us);
            Received::Rtcp
        } else {
            self.report.wrong_source += 1;
            Received::WrongSource
        }
    }

    /// The first packet accepted?
    pub(crate) fn has_just_started(&self) -> bool {
        self.report.packets_in == 1
    }

    fn live(&mut self, now_us: u64) {
        self.alive_us = now_us;
        self.timed_out = false;
    }

    fn count_in(&mut self, now_us: u64, packet: &RtpPacket, paced: bool) {
        self.report.packets_in += 1;
        self.report.bytes_in += u64::try_from(packet.payload.len()).unwrap_or(0);
        self.reception.on_packet(now_us, &packet.header, paced);
    }

    pub(crate) fn on_sent(&mut self, payload_bytes: usize) {
        self.report.packets_out += 1;
        self.report.bytes_out += u64::try_from(payload_bytes).unwrap_or(0);
    }

    pub(crate) fn on_send_failed(&mut self) {
        self.report.send_failed += 1;
    }

    /// Once per silence of a remote that should send. One that holds us (or is silent by
    /// agreement) need not.
    pub(crate) fn has_timed_out(&mut self, now_us: u64, timeout_us: u64) -> bool {
        let expected = self
            .agreed
            .is_some_and(|agreed| agreed.direction == Direction::SendRecv);
        let out = expected && !self.timed_out && now_us.saturating_sub(self.alive_us) >= timeout_us;
        self.timed_out |= out;
        out
    }

    /// The report that is due, and whereto.
    pub(crate) fn rtcp_due(&mut self, now_us: u64) -> Option<(rtcp::Report, SocketAddr)> {
        if now_us < self.next_rtcp_us {
            return None;
        }
        self.next_rtcp_us += rtcp::INTERVAL_US;
        if self.next_rtcp_us <= now_us {
            // Never a burst after a stall.
            self.next_rtcp_us = now_us + rtcp::INTERVAL_US;
        }
        self.rtcp_report(now_us, false)
    }

    /// A report of the present; `None` while nothing is agreed.
    pub(crate) fn rtcp_report(
        &mut self,
        now_us: u64,
        goodbye: bool,
    ) -> Option<(rtcp::Report, SocketAddr)> {
        let target = self.gate.rtcp_target(self.agreed?.remote_rtcp)?;
        let sent = (self.report.packets_out > self.reported_out).then(|| rtcp::Sent {
            now_us,
            timestamp: self.outgoing.timestamp_at(now_us),
            packets: self.report.packets_out,
            bytes: self.report.bytes_out,
        });
        self.reported_out = self.report.packets_out;
        let report = rtcp::Report {
            ssrc: self.outgoing.ssrc(),
            sent,
            block: self.reception.block(),
            goodbye,
        };
        Some((report, target))
    }

    pub(crate) fn report(&self) -> StreamReport {
        StreamReport {
            lost: self.reception.lost(),
            max_gap_ms: self.reception.max_gap_ms(),
            jitter_us: self.reception.jitter_us(),
            ..self.report
        }
    }
}

/// Both forms of G.711 are understood under their static numbers, whichever was agreed: an
/// answer with both lets the remote change between them.
fn classify(packet: RtpPacket, agreed: &Agreed) -> Received {
    let payload_type = packet.header.payload_type;
    if packet.payload.is_empty() {
        return Received::Unused(Some(packet));
    }
    if payload_type == agreed.payload_type {
        return Received::Audio(packet, agreed.codec);
    }
    // RFC 3264 5.1: they send with the number from our SDP, we with the one from theirs; most
    // use one number both ways.
    let event = agreed
        .event_payload_type
        .is_some_and(|theirs| payload_type == theirs || payload_type == OUR_EVENT_PAYLOAD_TYPE);
    if event {
        return Received::Event(packet);
    }
    if payload_type == Codec::Pcma.payload_type() {
        return Received::Audio(packet, Codec::Pcma);
    }
    if payload_type == Codec::Pcmu.payload_type() {
        return Received::Audio(packet, Codec::Pcmu);
    }
    Received::Unused(Some(packet))
}

#[cfg(test)]
pub(crate) mod tests {
    /// A small repeatable source of chance (xorshift).
    pub(crate) struct Chance(pub(crate) u64);

    impl Chance {
        pub(crate) fn next(&mut self) -> usize {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            usize::try_from(self.0 >> 33).unwrap()
        }

        pub(crate) fn bytes(&mut self, max: usize) -> Vec<u8> {
            let length = self.next() % max;
            (0..length).map(|_| self.next().to_le_bytes()[0]).collect()
        }
    }
}
