//! One outgoing RTP stream: its own SSRC, and a sequence and timestamp that go on without a
//! break while what is sent changes from a prompt to music to another leg and back.

use crate::prompt::FRAME_BYTES;
use crate::rtp_header::RtpHeader;

/// Samples, and so timestamp steps, in one 20 ms frame.
const FRAME_STEP: u32 = 160;
const FRAME_US: u64 = 20_000;
/// RFC 3550 A.1: a sequence that jumps farther than this has been restarted.
const DROPOUT_MAX: u16 = 3_000;

/// Where a relayed source's numbers lie in ours.
#[derive(Debug, Clone, Copy)]
struct Mapping {
    ssrc: u32,
    sequence_shift: u16,
    timestamp_shift: u32,
    /// Theirs; what is older belongs before the mapping and is dropped.
    first: u16,
    /// Theirs.
    highest: u16,
}

#[derive(Debug, Clone, Copy)]
enum Source {
    /// Nothing, or something that has just ended: the next packet opens a talkspurt.
    Silent,
    /// Our own frames; the 20 ms slot of the last one.
    Played {
        frame: u64,
    },
    Relayed(Mapping),
}

/// The numbering of one stream's outgoing packets.
#[derive(Debug)]
pub(crate) struct Outgoing {
    ssrc: u32,
    /// Of the packet sent last.
    sequence: u16,
    /// The highest sent.
    timestamp: u32,
    /// When which audio timestamp was sent; events keep their beginning's and do not count.
    anchor: Option<(u64, u32)>,
    source: Source,
}

impl Outgoing {
    /// `chance` gives unguessable beginnings (RFC 3550 5.1).
    pub(crate) fn new(chance: [u8; 10]) -> Self {
        let [s0, s1, s2, s3, t0, t1, t2, t3, q0, q1] = chance;
        Self {
            ssrc: u32::from_be_bytes([s0, s1, s2, s3]),
            timestamp: u32::from_be_bytes([t0, t1, t2, t3]),
            sequence: u16::from_be_bytes([q0, q1]),
            anchor: None,
            source: Source::Silent,
        }
    }

    pub(crate) fn ssrc(&self) -> u32 {
        self.ssrc
    }

    /// The timestamp that belongs to this moment, for RTCP sender reports.
    pub(crate) fn timestamp_at(&self, now_us: u64) -> u32 {
        self.anchor.map_or(self.timestamp, |(at_us, timestamp)| {
            timestamp.wrapping_add(low_32(now_us.saturating_sub(at_us) * 8 / 1_000))
        })
    }

    /// What is sent changes: the next packet carries the marker.
    pub(crate) fn cut(&mut self) {
        self.source = Source::Silent;
    }

    /// The header of one of our own frames, which is sent in 20 ms slot number `frame`.
    pub(crate) fn played(&mut self, now_us: u64, frame: u64, payload_type: u8) -> RtpHeader {
        let (timestamp, marker) = match self.source {
            Source::Played { frame: last } => {
                let slots = frame.saturating_sub(last).max(1);
                // After a stall the clock has gone on, the sound has not: a new talkspurt.
                let step = low_32(slots).wrapping_mul(FRAME_STEP);
                (self.timestamp.wrapping_add(step), slots > 1)
            }
            Source::Silent | Source::Relayed(_) => (self.fresh_timestamp(now_us), true),
        };
        self.source = Source::Played { frame };
        self.sequence = self.sequence.wrapping_add(1);
        self.timestamp = timestamp;
        self.anchor = Some((now_us, timestamp));
        self.header(marker, payload_type, self.sequence, timestamp)
    }

    /// The header of a part of a key that we press: all parts have the timestamp of the first,
    /// which bears the marker (RFC 4733 2.5.1.2).
    pub(crate) fn keyed(&mut self, now_us: u64, first: bool, payload_type: u8) -> RtpHeader {
        if first {
            self.timestamp = self.fresh_timestamp(now_us);
        }
        self.source = Source::Silent;
        self.sequence = self.sequence.wrapping_add(1);
        self.header(first, payload_type, self.sequence, self.timestamp)
    }

    /// The header under which a packet of the other leg is passed on; `None` for a packet that
    /// is too late for the numbers it would need.
    pub(crate) fn relayed(
        &mut self,
        now_us: u64,
        theirs: &RtpHeader,
        payload_type: u8,
        audio: bool,
    ) -> Option<RtpHeader> {
        let known = match self.source {
            Source::Relayed(mapping) => mapping.place(theirs).map(|newer| (mapping, newer)),
            Source::Silent | Source::Played { .. } => None,
        };
        let (mapping, newer, fresh) = match known {
            Some((_, Newer::TooLate)) => return None,
            Some((mapping, newer)) => (mapping, newer, false),
            None => (self.map(now_us, theirs), Newer::Yes, true),
        };
        let sequence = theirs.sequence.wrapping_add(mapping.sequence_shift);
        let timestamp = theirs.timestamp.wrapping_add(mapping.timestamp_shift);
        let mapping = match newer {
            Newer::Yes => {
                self.sequence = sequence;
                mapping.up_to(theirs.sequence)
            }
            Newer::No | Newer::TooLate => mapping,
        };
        self.source = Source::Relayed(mapping);
        if is_newer(timestamp, self.timestamp) {
            self.timestamp = timestamp;
        }
        if audio && matches!(newer, Newer::Yes) {
            self.anchor = Some((now_us, timestamp));
        }
        Some(self.header(fresh || theirs.marker, payload_type, sequence, timestamp))
    }

    /// A packet of the other leg that is not passed on must leave no hole in our sequence: a
    /// hole reads as loss. Real loss stays visible.
    pub(crate) fn left_out(&mut self, theirs: &RtpHeader) {
        if let Source::Relayed(mapping) = &mut self.source
            && matches!(mapping.place(theirs), Some(Newer::Yes))
        {
            mapping.sequence_shift = mapping.sequence_shift.wrapping_sub(1);
            mapping.highest = theirs.sequence;
            // A packet from before this point would now land on a number already used.
            mapping.first = theirs.sequence.wrapping_add(1);
        }
    }

    fn map(&self, now_us: u64, theirs: &RtpHeader) -> Mapping {
        let next = self.sequence.wrapping_add(1);
        Mapping {
            ssrc: theirs.ssrc,
            sequence_shift: next.wrapping_sub(theirs.sequence),
            timestamp_shift: self.fresh_timestamp(now_us).wrapping_sub(theirs.timestamp),
            first: theirs.sequence,
            highest: theirs.sequence,
        }
    }

    /// As far on as the clock is, in whole frames, and at least one frame after all we sent.
    fn fresh_timestamp(&self, now_us: u64) -> u32 {
        let Some((at_us, anchor)) = self.anchor else {
            return self.timestamp.wrapping_add(FRAME_STEP);
        };
        let frames = (now_us.saturating_sub(at_us) + FRAME_US / 2) / FRAME_US;
        let by_clock = anchor.wrapping_add(low_32(frames).wrapping_mul(FRAME_STEP));
        if is_newer(by_clock, self.timestamp) {
            by_clock
        } else {
            self.timestamp.wrapping_add(FRAME_STEP)
        }
    }

    fn header(&self, marker: bool, payload_type: u8, sequence: u16, timestamp: u32) -> RtpHeader {
        RtpHeader {
            marker,
            payload_type,
            sequence,
            timestamp,
            ssrc: self.ssrc,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Newer {
    Yes,
    No,
    TooLate,
}

impl Mapping {
    /// Takes in the newest packet. The beginning follows at a distance, or it would seem near
    /// again when the sequence has gone once around.
    fn up_to(self, highest: u16) -> Self {
        let far = highest.wrapping_sub(self.first) > 2 * DROPOUT_MAX;
        Self {
            highest,
            first: if far {
                highest.wrapping_sub(DROPOUT_MAX)
            } else {
                self.first
            },
            ..self
        }
    }

    /// `None` when the packet does not belong to this mapping: another or a restarted source.
    fn place(&self, theirs: &RtpHeader) -> Option<Newer> {
        if theirs.ssrc != self.ssrc {
            return None;
        }
        let ahead = theirs.sequence.wrapping_sub(self.highest);
        let behind = self.highest.wrapping_sub(theirs.sequence);
        if ahead != 0 && ahead <= DROPOUT_MAX {
            Some(Newer::Yes)
        } else if behind > DROPOUT_MAX {
            None
        } else if self.highest.wrapping_sub(self.first) < behind
            || self.first == self.highest.wrapping_add(1)
        {
            Some(Newer::TooLate)
        } else {
            Some(Newer::No)
        }
    }
}

/// Serial-number order on 32 bits (RFC 1982).
fn is_newer(timestamp: u32, than: u32) -> bool {
    let ahead = timestamp.wrapping_sub(than);
    ahead != 0 && ahead < 0x8000_0000
}

/// RTP timestamps count modulo 2^32.
fn low_32(value: u64) -> u32 {
    let [_, _, _, _, low @ ..] = value.to_be_bytes();
    u32::from_be_bytes(low)
}

const _: () = assert!(
    FRAME_BYTES == 160,
    "one byte a sample: a frame's bytes are its step"
);

#[cfg(test)]
mod tests {
    use super::*;

    fn theirs(sequence: u16, timestamp: u32) -> RtpHeader {
        RtpHeader {
            marker: false,
            payload_type: 8,
            sequence,
            timestamp,
            ssrc: 99,
        }
    }

    fn outgoing() -> Outgoing {
        Outgoing::new([0, 0, 0, 7, 0xFF, 0xFF, 0xFF, 0x00, 0xFF, 0xFE])
    }

    #[test]
    fn numbers_go_on_through_prompt_relay_and_prompt() {
        let mut out = outgoing();
        let first = out.played(0, 10, 8);
        assert!(first.marker);
        assert_eq!((first.sequence, first.ssrc), (0xFFFF, 7));
        let second = out.played(20_000, 11, 8);
        assert!(!second.marker);
        assert_eq!(second.sequence, 0, "sequence wraps");
        assert_eq!(second.timestamp.wrapping_sub(first.timestamp), 160);

        let relayed = out.relayed(60_000, &theirs(5_000, 77), 8, true).unwrap();
        assert!(relayed.marker, "a new source begins a talkspurt");
        assert_eq!(relayed.sequence, 1);
        assert_eq!(
            relayed.timestamp.wrapping_sub(second.timestamp),
            320,
            "40 ms later"
        );
        let next = out.relayed(80_000, &theirs(5_001, 237), 8, true).unwrap();
        assert!(!next.marker);
        assert_eq!(next.sequence, 2);
        assert_eq!(next.timestamp.wrapping_sub(relayed.timestamp), 160);

        let again = out.played(100_000, 15, 8);
        assert!(again.marker);
        assert_eq!(again.sequence, 3);
        assert_eq!(again.timestamp.wrapping_sub(next.timestamp), 160);
    }

    #[test]
    fn loss_stays_visible_and_order_is_kept() {
        let mut out = outgoing();
        let a = out.relayed(0, &theirs(10, 0), 8, true).unwrap();
        let c = out.relayed(40_000, &theirs(12, 320), 8, true).unwrap();
        let b = out.relayed(41_000, &theirs(11, 160), 8, true).unwrap();
        assert_eq!(c.sequence.wrapping_sub(a.sequence), 2);
        assert_eq!(b.sequence.wrapping_sub(a.sequence), 1);
        assert_eq!(b.timestamp.wrapping_sub(a.timestamp), 160);
        let d = out.relayed(60_000, &theirs(13, 480), 8, true).unwrap();
        assert_eq!(d.sequence.wrapping_sub(c.sequence), 1);
    }

    #[test]
    fn after_hours_a_swapped_pair_is_still_passed_on() {
        let mut out = outgoing();
        let mut relay = |n: u32| {
            let [_, _, high, low] = n.to_be_bytes();
            let packet = theirs(u16::from_be_bytes([high, low]), n * 160);
            out.relayed(u64::from(n) * 20_000, &packet, 8, true)
        };
        for n in (0..200_000).step_by(2) {
            let later = relay(n + 1).unwrap();
            if n > 0 {
                let earlier = relay(n).unwrap();
                assert_eq!(later.sequence.wrapping_sub(earlier.sequence), 1, "at {n}");
            }
        }
    }

    #[test]
    fn a_packet_left_out_leaves_no_hole() {
        let mut out = outgoing();
        let a = out.relayed(0, &theirs(10, 0), 8, true).unwrap();
        out.left_out(&theirs(11, 160));
        out.left_out(&theirs(11, 160));
        let b = out.relayed(40_000, &theirs(12, 320), 8, true).unwrap();
        assert_eq!(b.sequence.wrapping_sub(a.sequence), 1);
        assert_eq!(
            out.relayed(41_000, &theirs(9, 0), 8, true),
            None,
            "before the mapping"
        );
        assert_eq!(
            out.relayed(41_000, &theirs(10, 0), 8, true),
            None,
            "before the hole"
        );
    }

    #[test]
    fn a_late_packet_right_after_a_left_out_one_is_dropped() {
        let mut out = outgoing();
        assert!(out.relayed(0, &theirs(10, 0), 8, true).is_some());
        out.left_out(&theirs(12, 320));
        assert_eq!(out.relayed(40_000, &theirs(11, 160), 8, true), None);
    }

    #[test]
    fn a_restarted_source_is_mapped_anew() {
        let mut out = outgoing();
        let a = out.relayed(0, &theirs(10, 0), 8, true).unwrap();
        let other = RtpHeader {
            ssrc: 100,
            ..theirs(40_000, 9_999_999)
        };
        let b = out.relayed(20_000, &other, 8, true).unwrap();
        assert!(b.marker);
        assert_eq!(b.sequence.wrapping_sub(a.sequence), 1);
        assert_eq!(b.timestamp.wrapping_sub(a.timestamp), 160);
        let jumped = RtpHeader {
            ssrc: 100,
            ..theirs(50_000, 5)
        };
        let c = out.relayed(40_000, &jumped, 8, true).unwrap();
        assert!(c.marker);
        assert_eq!(c.sequence.wrapping_sub(b.sequence), 1);
    }

    #[test]
    fn events_share_their_timestamp_and_audio_goes_on_behind_them() {
        let mut out = outgoing();
        let audio = out.relayed(0, &theirs(10, 0), 8, true).unwrap();
        let event = out.relayed(20_000, &theirs(11, 160), 101, false).unwrap();
        let repeat = out.relayed(70_000, &theirs(12, 160), 101, false).unwrap();
        assert_eq!(event.timestamp, repeat.timestamp);
        assert_eq!(event.timestamp.wrapping_sub(audio.timestamp), 160);
        let after = out.played(120_000, 100, 8);
        assert_eq!(
            after.timestamp.wrapping_sub(audio.timestamp),
            960,
            "the key's time passed"
        );
    }

    #[test]
    fn a_key_of_ours_keeps_its_timestamp_and_the_sound_goes_on_behind_it() {
        let mut out = outgoing();
        let audio = out.played(0, 10, 8);
        let first = out.keyed(20_000, true, 101);
        let second = out.keyed(40_000, false, 101);
        assert!(first.marker && !second.marker);
        assert_eq!(first.timestamp.wrapping_sub(audio.timestamp), 160);
        assert_eq!(second.timestamp, first.timestamp);
        let after = out.played(60_000, 13, 8);
        assert!(after.marker);
        assert_eq!(after.sequence.wrapping_sub(audio.sequence), 3);
        assert_eq!(after.timestamp.wrapping_sub(audio.timestamp), 480);
    }

    #[test]
    fn a_stall_moves_the_clock_and_not_the_sequence() {
        let mut out = outgoing();
        let a = out.played(0, 10, 8);
        let b = out.played(100_000, 15, 8);
        assert!(b.marker);
        assert_eq!(b.sequence.wrapping_sub(a.sequence), 1);
        assert_eq!(b.timestamp.wrapping_sub(a.timestamp), 800);
    }
}
