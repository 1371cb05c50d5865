//! The little RTCP we speak (RFC 3550 6): a report with our name every five seconds, BYE at
//! the end. What comes in only proves that the remote lives.

use crate::reception::ReportBlock;

/// Between two reports of a stream.
pub(crate) const INTERVAL_US: u64 = 5_000_000;

const SENDER_REPORT: u8 = 200;
const RECEIVER_REPORT: u8 = 201;
const SOURCE_DESCRIPTION: u8 = 202;
const GOODBYE: u8 = 203;
const CNAME: u8 = 1;

/// What the reports of one stream say.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Report {
    pub(crate) ssrc: u32,
    /// Something was sent since the report before; `None` makes it a receiver report.
    pub(crate) sent: Option<Sent>,
    pub(crate) block: Option<ReportBlock>,
    pub(crate) goodbye: bool,
}

/// The sender part of a report.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sent {
    pub(crate) now_us: u64,
    pub(crate) timestamp: u32,
    pub(crate) packets: u64,
    pub(crate) bytes: u64,
}

impl Report {
    /// Writes the compound packet.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        out.clear();
        let blocks = u8::from(self.block.is_some());
        let block_words = u16::from(blocks) * 6;
        match self.sent {
            Some(sent) => {
                head(out, blocks, SENDER_REPORT, 6 + block_words, self.ssrc);
                // Seconds of CLOCK_MONOTONIC: RFC 3550 6.4.1 allows the time since start, and
                // a wall clock that steps would be worse than none.
                out.extend(low_32(sent.now_us / 1_000_000).to_be_bytes());
                let fraction = ((sent.now_us % 1_000_000) << 32) / 1_000_000;
                out.extend(low_32(fraction).to_be_bytes());
                out.extend(sent.timestamp.to_be_bytes());
                out.extend(low_32(sent.packets).to_be_bytes());
                out.extend(low_32(sent.bytes).to_be_bytes());
            }
            None => head(out, blocks, RECEIVER_REPORT, 1 + block_words, self.ssrc),
        }
        if let Some(block) = self.block {
            out.extend(block.ssrc.to_be_bytes());
            out.extend((u32::from(block.fraction_lost) << 24 | block.lost).to_be_bytes());
            out.extend(block.highest.to_be_bytes());
            out.extend(block.jitter.to_be_bytes());
            // No round-trip time: received sender reports are not kept.
            out.extend([0; 8]);
        }
        // A name that says nothing of host or user (RFC 7022 4.2), eight bytes long so that
        // the chunk ends on a word with its two zero bytes.
        head(out, 1, SOURCE_DESCRIPTION, 4, self.ssrc);
        out.extend([CNAME, 8]);
        out.extend(format!("{:08x}", self.ssrc).bytes());
        out.extend([0; 2]);
        if self.goodbye {
            head(out, 1, GOODBYE, 1, self.ssrc);
        }
    }
}

/// Whether a datagram looks like RTCP: version 2 and a packet type of RFC 5761 4's range.
pub(crate) fn is_rtcp(packet: &[u8]) -> bool {
    matches!(packet, [first, 192..=223, _, _, _, _, _, _, ..] if first & 0xC0 == 0x80)
}

fn head(out: &mut Vec<u8>, count: u8, kind: u8, words: u16, ssrc: u32) {
    out.extend([0x80 | count, kind]);
    out.extend(words.to_be_bytes());
    out.extend(ssrc.to_be_bytes());
}

fn low_32(value: u64) -> u32 {
    let [_, _, _, _, low @ ..] = value.to_be_bytes();
    u32::from_be_bytes(low)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Packet types and lengths of a compound packet; panics if they do not add up.
    fn walk(mut rest: &[u8]) -> Vec<u8> {
        let mut kinds = vec![];
        while !rest.is_empty() {
            assert_eq!(rest[0] & 0xE0, 0x80, "version 2, no padding");
            kinds.push(rest[1]);
            let words = usize::from(u16::from_be_bytes([rest[2], rest[3]]));
            rest = &rest[(words + 1) * 4..];
        }
        kinds
    }

    #[test]
    fn compound_packets_add_up_and_begin_with_a_report() {
        let block = ReportBlock {
            ssrc: 9,
            fraction_lost: 1,
            lost: 2,
            highest: 3,
            jitter: 4,
        };
        let sent = Sent {
            now_us: 1_500_000,
            timestamp: 160,
            packets: 10,
            bytes: 1_600,
        };
        let mut out = vec![1, 2, 3];
        for (sent, block, goodbye, kinds) in [
            (Some(sent), Some(block), false, vec![200, 202]),
            (Some(sent), None, true, vec![200, 202, 203]),
            (None, Some(block), false, vec![201, 202]),
            (None, None, true, vec![201, 202, 203]),
        ] {
            let report = Report {
                ssrc: 0xAB,
                sent,
                block,
                goodbye,
            };
            report.write(&mut out);
            assert_eq!(walk(&out), kinds);
            assert!(is_rtcp(&out));
        }
        let report = Report {
            ssrc: 0xAB,
            sent: Some(sent),
            block: Some(block),
            goodbye: false,
        };
        report.write(&mut out);
        assert_eq!(
            out[8..28],
            [
                0, 0, 0, 1, 0x80, 0, 0, 0, 0, 0, 0, 160, 0, 0, 0, 10, 0, 0, 6, 64
            ]
        );
        assert_eq!(out[28..40], [0, 0, 0, 9, 1, 0, 0, 2, 0, 0, 0, 3]);
    }

    #[test]
    fn rtp_is_not_taken_for_rtcp() {
        for packet in [
            &[0x80, 8, 0, 0, 0, 0, 0, 0][..],
            &[0x80, 0x88, 0, 0, 0, 0, 0, 0],
        ] {
            assert!(!is_rtcp(packet));
        }
        assert!(!is_rtcp(&[0x80, 200, 0]), "too short");
        assert!(!is_rtcp(&[0x40, 200, 0, 1, 0, 0, 0, 0]), "version 1");
    }
}
