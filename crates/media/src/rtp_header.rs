//! The RTP fixed header (RFC 3550 5.1), read and rewritten where it lies.
//!
//! Own code and not the `rtp` crate, on two grounds: the relay path must not copy, and that
//! crate panics on a header extension element that runs past the packet's end (it reads with
//! `bytes::Buf` unchecked), which the network could send us. It is the oracle of the tests.

use std::ops::Range;

/// Length of a header without CSRC and extension.
pub(crate) const HEADER_BYTES: usize = 12;
const VERSION_BITS: u8 = 0x80;

/// The values of a header that we read or write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RtpHeader {
    pub(crate) marker: bool,
    pub(crate) payload_type: u8,
    pub(crate) sequence: u16,
    pub(crate) timestamp: u32,
    pub(crate) ssrc: u32,
}

/// A received packet: its header and where its payload lies, CSRC, extension and padding
/// excluded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RtpPacket {
    pub(crate) header: RtpHeader,
    pub(crate) payload: Range<usize>,
}

impl RtpPacket {
    /// `None` for what is not RTP version 2 or contradicts its own lengths.
    pub(crate) fn parse(packet: &[u8]) -> Option<Self> {
        let (fixed, _) = packet.split_first_chunk::<HEADER_BYTES>()?;
        if fixed[0] & 0xC0 != VERSION_BITS {
            return None;
        }
        let mut start = HEADER_BYTES + usize::from(fixed[0] & 0x0F) * 4;
        if fixed[0] & 0x10 != 0 {
            let words = packet.get(start + 2..start + 4)?;
            start += 4 + usize::from(u16::from_be_bytes([words[0], words[1]])) * 4;
        }
        let mut end = packet.len();
        if fixed[0] & 0x20 != 0 {
            let padding = usize::from(*packet.last()?);
            // RFC 3550 5.1: the count includes itself.
            if padding == 0 {
                return None;
            }
            end = end.checked_sub(padding)?;
        }
        (start <= end).then_some(Self {
            header: RtpHeader {
                marker: fixed[1] & 0x80 != 0,
                payload_type: fixed[1] & 0x7F,
                sequence: u16::from_be_bytes([fixed[2], fixed[3]]),
                timestamp: u32::from_be_bytes([fixed[4], fixed[5], fixed[6], fixed[7]]),
                ssrc: u32::from_be_bytes([fixed[8], fixed[9], fixed[10], fixed[11]]),
            },
            payload: start..end,
        })
    }
}

impl RtpHeader {
    /// Puts these values into a packet's header; version, padding, extension and CSRC count
    /// stay as they are.
    pub(crate) fn rewrite(&self, fixed: &mut [u8; HEADER_BYTES]) {
        fixed[1] = u8::from(self.marker) << 7 | self.payload_type & 0x7F;
        fixed[2..4].copy_from_slice(&self.sequence.to_be_bytes());
        fixed[4..8].copy_from_slice(&self.timestamp.to_be_bytes());
        fixed[8..12].copy_from_slice(&self.ssrc.to_be_bytes());
    }

    /// Makes a new header without padding, extension or CSRC.
    pub(crate) fn write(&self, fixed: &mut [u8; HEADER_BYTES]) {
        fixed[0] = VERSION_BITS;
        self.rewrite(fixed);
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use rtp::packet::Packet;
    use webrtc_util::marshal::{Marshal, Unmarshal};

    use super::*;
    use crate::stream::tests::Chance;

    fn oracle(packet: &RtpPacket, bytes: &[u8], theirs: &Packet) {
        let ours = &packet.header;
        assert_eq!(ours.marker, theirs.header.marker);
        assert_eq!(ours.payload_type, theirs.header.payload_type);
        assert_eq!(ours.sequence, theirs.header.sequence_number);
        assert_eq!(ours.timestamp, theirs.header.timestamp);
        assert_eq!(ours.ssrc, theirs.header.ssrc);
        assert_eq!(bytes[packet.payload.clone()], theirs.payload[..]);
    }

    fn sample(csrc: Vec<u32>, extension: bool, padding: bool) -> Vec<u8> {
        let mut header = rtp::header::Header {
            version: 2,
            padding,
            marker: true,
            payload_type: 101,
            sequence_number: 65_535,
            timestamp: 0xFEDC_BA98,
            ssrc: 0x1234_5678,
            csrc,
            ..rtp::header::Header::default()
        };
        if extension {
            header.extension = true;
            header.extension_profile = 0xBEDE;
            header
                .set_extension(1, Bytes::from_static(&[9, 8, 7]))
                .unwrap();
        }
        let payload = Bytes::from_static(&[1, 2, 3, 4, 5, 6, 7]);
        Packet { header, payload }.marshal().unwrap().to_vec()
    }

    #[test]
    fn reads_what_the_rtp_crate_writes() {
        for csrc in [vec![], vec![1], vec![7; 15]] {
            for extension in [false, true] {
                for padding in [false, true] {
                    let bytes = sample(csrc.clone(), extension, padding);
                    let theirs = Packet::unmarshal(&mut &bytes[..]).unwrap();
                    oracle(&RtpPacket::parse(&bytes).unwrap(), &bytes, &theirs);
                }
            }
        }
    }

    #[test]
    fn the_rtp_crate_reads_what_we_rewrite() {
        let mut bytes = sample(vec![7; 3], true, true);
        let header = RtpHeader {
            marker: false,
            payload_type: 8,
            sequence: 1,
            timestamp: 160,
            ssrc: 42,
        };
        header.rewrite(bytes.first_chunk_mut().unwrap());
        let theirs = Packet::unmarshal(&mut &bytes[..]).unwrap();
        oracle(&RtpPacket::parse(&bytes).unwrap(), &bytes, &theirs);
        assert_eq!(theirs.header.csrc, [7; 3]);
        assert_eq!(theirs.header.ssrc, 42);
    }

    #[test]
    fn lengths_that_contradict_the_packet_are_refused() {
        let long_extension = [
            0x90, 8, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0xBE, 0xDE, 0, 9, 0, 0,
        ];
        let no_room_for_csrc = [0x8F, 8, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0];
        let padding_too_long = [0xA0, 8, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 9];
        let padding_of_nothing = [0xA0, 8, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0];
        let version_1 = [0x40, 8, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0];
        let short = [0x80, 8, 0, 1];
        for bytes in [
            &long_extension[..],
            &no_room_for_csrc,
            &padding_too_long,
            &padding_of_nothing,
            &version_1,
            &short,
            &[],
        ] {
            assert_eq!(RtpPacket::parse(bytes), None, "{bytes:?}");
        }
    }

    #[test]
    fn an_extension_element_past_the_end_is_no_matter() {
        // One-byte form, element 1 claims 16 bytes where 3 are left: the rtp crate panics here.
        let bytes = [
            0x90, 8, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0xBE, 0xDE, 0, 1, 0x1F, 0, 0, 0,
        ];
        assert_eq!(RtpPacket::parse(&bytes).unwrap().payload, 20..20);
    }

    #[test]
    fn random_bytes_never_panic() {
        let mut chance = Chance(7);
        for _ in 0..20_000 {
            let bytes = chance.bytes(64);
            if let Some(packet) = RtpPacket::parse(&bytes) {
                assert!(packet.payload.end <= bytes.len());
            }
        }
    }
}
