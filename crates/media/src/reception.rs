//! What one stream receives, in figures: loss, jitter, gaps (RFC 3550 6.4.1, A.3, A.8).

use crate::rtp_header::RtpHeader;

/// The figures of an RTCP report block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ReportBlock {
    pub(crate) ssrc: u32,
    /// Since the last block, of 256.
    pub(crate) fraction_lost: u8,
    pub(crate) lost: u32,
    pub(crate) highest: u32,
    /// In timestamp units.
    pub(crate) jitter: u32,
}

#[derive(Debug, Clone, Copy)]
struct Sender {
    ssrc: u32,
    /// Extended by the wraps seen, as `highest`.
    base: u64,
    highest: u64,
    received: u64,
    /// Arrival minus timestamp, in timestamp units modulo 2^32.
    transit: u32,
    /// In 1/16 timestamp units.
    jitter: u32,
}

/// The reception of one stream, over all of its remote's SSRCs.
#[derive(Debug, Default)]
pub(crate) struct Reception {
    sender: Option<Sender>,
    /// Of senders that were replaced.
    lost_before: u64,
    last_us: Option<u64>,
    max_gap_us: u64,
    reported: (u64, u64),
}

impl Reception {
    /// `paced` packets carry a timestamp of their own moment; those of a telephone event do
    /// not and would spoil the jitter.
    pub(crate) fn on_packet(&mut self, now_us: u64, header: &RtpHeader, paced: bool) {
        if let Some(last_us) = self.last_us {
            self.max_gap_us = self.max_gap_us.max(now_us.saturating_sub(last_us));
        }
        self.last_us = Some(now_us);
        let [_, _, _, _, arrival @ ..] = (now_us * 8 / 1_000).to_be_bytes();
        let transit = u32::from_be_bytes(arrival).wrapping_sub(header.timestamp);
        if let Some(sender) = &mut self.sender
            && sender.ssrc == header.ssrc
            && sender.follows(header.sequence)
        {
            sender.received += 1;
            if paced {
                sender.feel_jitter(transit);
            }
            return;
        }
        self.lost_before = self.lost();
        self.reported = (0, 0);
        let first = (1 << 16) | u64::from(header.sequence);
        self.sender = Some(Sender {
            ssrc: header.ssrc,
            base: first,
            highest: first,
            received: 1,
            transit,
            jitter: 0,
        });
    }

    pub(crate) fn lost(&self) -> u64 {
        self.lost_before + self.sender.as_ref().map_or(0, Sender::lost)
    }

    pub(crate) fn max_gap_ms(&self) -> u32 {
        u32::try_from(self.max_gap_us / 1_000).unwrap_or(u32::MAX)
    }

    pub(crate) fn jitter_us(&self) -> u32 {
        // 125 µs a sample at 8 kHz.
        self.sender
            .map_or(0, |sender| (sender.jitter >> 4).saturating_mul(125))
    }

    /// What an RTCP report says; `None` if nothing was received.
    pub(crate) fn block(&mut self) -> Option<ReportBlock> {
        let sender = self.sender.as_ref()?;
        let (expected, received) = (sender.expected(), sender.received);
        let expected_since = expected.saturating_sub(self.reported.0);
        let received_since = received.saturating_sub(self.reported.1);
        let lost_since = expected_since.saturating_sub(received_since);
        let fraction = (lost_since * 256).checked_div(expected_since).unwrap_or(0);
        self.reported = (expected, received);
        let [_, _, _, _, highest @ ..] = (sender.highest - (1 << 16)).to_be_bytes();
        Some(ReportBlock {
            ssrc: sender.ssrc,
            fraction_lost: u8::try_from(fraction).unwrap_or(u8::MAX),
            // 24 bits, signed.
            lost: u32::try_from(sender.lost())
                .unwrap_or(u32::MAX)
                .min(0x7F_FFFF),
            highest: u32::from_be_bytes(highest),
            jitter: sender.jitter >> 4,
        })
    }
}

impl Sender {
    /// Takes a sequence number in; `false` when it is too far off to be of this run.
    fn follows(&mut self, sequence: u16) -> bool {
        let [.., high, low] = self.highest.to_be_bytes();
        let last = u16::from_be_bytes([high, low]);
        let ahead = sequence.wrapping_sub(last);
        let behind = last.wrapping_sub(sequence);
        if ahead <= 3_000 {
            self.highest += u64::from(ahead);
            true
        } else if behind <= 3_000 {
            self.base = self.base.min(self.highest - u64::from(behind));
            true
        } else {
            false
        }
    }

    /// RFC 3550 A.8.
    fn feel_jitter(&mut self, transit: u32) {
        let moved = transit.wrapping_sub(self.transit);
        // The distance modulo 2^32, whichever way; a restarted clock counts as 10 s.
        let distance = moved.min(moved.wrapping_neg()).min(80_000);
        self.jitter = self.jitter + distance - ((self.jitter + 8) >> 4);
        self.transit = transit;
    }

    fn expected(&self) -> u64 {
        self.highest - self.base + 1
    }

    fn lost(&self) -> u64 {
        self.expected().saturating_sub(self.received)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(ssrc: u32, sequence: u16, timestamp: u32) -> RtpHeader {
        RtpHeader {
            marker: false,
            payload_type: 8,
            sequence,
            timestamp,
            ssrc,
        }
    }

    #[test]
    fn loss_is_counted_across_wrap_reordering_and_a_new_ssrc() {
        let mut reception = Reception::default();
        for (n, sequence) in [65_533_u16, 65_535, 65_534, 0, 3].into_iter().enumerate() {
            let now = u64::try_from(n).unwrap() * 20_000;
            reception.on_packet(now, &header(1, sequence, 0), false);
        }
        assert_eq!(reception.lost(), 2, "1 and 2 are missing");
        let block = reception.block().unwrap();
        assert_eq!(
            (block.lost, block.fraction_lost),
            (2, 73),
            "2 of 7 in 256ths"
        );
        assert_eq!(block.highest, 0x1_0003);
        assert_eq!(
            reception.block().unwrap().fraction_lost,
            0,
            "since the last report"
        );
        reception.on_packet(100_000, &header(2, 40_000, 0), false);
        reception.on_packet(100_000, &header(2, 40_002, 0), false);
        assert_eq!(reception.lost(), 3);
    }

    #[test]
    fn steady_packets_have_no_jitter_and_unsteady_ones_do() {
        let mut steady = Reception::default();
        let mut unsteady = Reception::default();
        for n in 0..200_u16 {
            let timestamp = u32::from(n) * 160;
            let now = u64::from(n) * 20_000;
            steady.on_packet(now, &header(1, n, timestamp), true);
            let late = u64::from(n % 2) * 10_000;
            unsteady.on_packet(now + late, &header(1, n, timestamp), true);
        }
        assert_eq!(steady.jitter_us(), 0);
        assert!((9_000..=10_000).contains(&unsteady.jitter_us()));
        assert_eq!(steady.max_gap_ms(), 20);
        assert_eq!(unsteady.max_gap_ms(), 30);
    }

    #[test]
    fn nothing_received_is_nothing_reported() {
        let mut reception = Reception::default();
        assert_eq!(reception.block(), None);
        assert_eq!((reception.lost(), reception.jitter_us()), (0, 0));
    }
}
