//! Keys pressed, as RFC 4733 telephone-event packets carry them: each key comes in many
//! packets with one timestamp, of which any may be lost or doubled, and is reported once.

/// A key that was let go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) digit: char,
    pub(crate) duration_ms: u32,
}

/// Without a packet for this long a key counts as let go: senders repeat every 50 ms or less.
pub(crate) const SILENCE_US: u64 = 150_000;

#[derive(Debug, Clone, Copy)]
struct Pressed {
    ssrc: u32,
    /// The timestamp of the running segment; keys shorter than 8 s have only one.
    segment: u32,
    code: u8,
    /// Of the segments before the running one.
    past: u32,
    duration: u16,
    heard_us: u64,
    reported: bool,
}

impl Pressed {
    fn key(&self) -> Option<Key> {
        let digit = match self.code {
            code @ 0..=9 => char::from(b'0' + code),
            10 => '*',
            11 => '#',
            code @ 12..=15 => char::from(b'A' + (code - 12)),
            // Flash, modem and fax tones are no keys.
            _ => return None,
        };
        let samples = self.past.saturating_add(u32::from(self.duration));
        Some(Key {
            digit,
            duration_ms: samples / 8,
        })
    }

    /// RFC 4733 2.5.1.3: a key held past 0xFFFF samples goes on in a new segment, whose
    /// timestamp is the end of the one before.
    fn continues(&self, code: u8, timestamp: u32) -> bool {
        !self.reported
            && code == self.code
            && self.duration == u16::MAX
            && timestamp == self.segment.wrapping_add(u32::from(u16::MAX))
    }
}

/// Follows one remote's keys.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    last: Option<Pressed>,
}

impl Keys {
    /// Takes one packet. Two keys can end at once: one whose end was lost, and the new one.
    pub(crate) fn on_packet(
        &mut self,
        now_us: u64,
        ssrc: u32,
        timestamp: u32,
        payload: &[u8],
    ) -> [Option<Key>; 2] {
        let Some(&[code, flags, high, low]) = payload.first_chunk() else {
            return [None, None];
        };
        let ended = flags & 0x80 != 0;
        let duration = u16::from_be_bytes([high, low]);
        let mut before = None;
        match &mut self.last {
            Some(last) if last.ssrc == ssrc && last.segment == timestamp => {
                last.duration = last.duration.max(duration);
                last.heard_us = now_us;
            }
            // Half the number space: a timestamp behind ours is an old packet come late.
            Some(last) if last.ssrc == ssrc && is_before(timestamp, last.segment) => {
                return [None, None];
            }
            Some(last) if last.ssrc == ssrc && last.continues(code, timestamp) => {
                last.past = last.past.saturating_add(u32::from(last.duration));
                last.segment = timestamp;
                last.duration = duration;
                last.heard_us = now_us;
            }
            _ => {
                before = self.take_unreported();
                self.last = Some(Pressed {
                    ssrc,
                    segment: timestamp,
                    code,
                    past: 0,
                    duration,
                    heard_us: now_us,
                    reported: false,
                });
            }
        }
        let now = if ended { self.take_unreported() } else { None };
        [before, now]
    }

    /// Reports a key whose end never came.
    pub(crate) fn on_silence(&mut self, now_us: u64) -> Option<Key> {
        let last = self.last.as_ref()?;
        if last.reported || now_us < last.heard_us.saturating_add(SILENCE_US) {
            return None;
        }
        self.take_unreported()
    }

    fn take_unreported(&mut self) -> Option<Key> {
        let last = self.last.as_mut()?;
        if std::mem::replace(&mut last.reported, true) {
            return None;
        }
        last.key()
    }
}

fn is_before(timestamp: u32, reference: u32) -> bool {
    reference.wrapping_sub(timestamp).wrapping_sub(1) < u32::MAX / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    const SSRC: u32 = 5;

    /// One packet of a key; the times are 50 ms apart as senders send them.
    #[derive(Clone, Copy)]
    struct Sent {
        timestamp: u32,
        code: u8,
        end: bool,
        duration: u16,
    }

    fn key(timestamp: u32, code: u8) -> Vec<Sent> {
        let running = [400, 800].map(|duration| (false, duration));
        let ends = [(true, 1_200); 3];
        running
            .into_iter()
            .chain(ends)
            .map(|(end, duration)| Sent {
                timestamp,
                code,
                end,
                duration,
            })
            .collect()
    }

    fn hear(keys: &mut Keys, now_us: u64, sent: Sent) -> Vec<Key> {
        let [high, low] = sent.duration.to_be_bytes();
        let payload = [sent.code, u8::from(sent.end) << 7 | 10, high, low];
        keys.on_packet(now_us, SSRC, sent.timestamp, &payload)
            .into_iter()
            .flatten()
            .collect()
    }

    /// Digits heard when packets arrive in this order, with silence at the end.
    fn digits(packets: &[Sent]) -> String {
        let mut keys = Keys::default();
        let mut now_us = 0;
        let mut heard = String::new();
        for &packet in packets {
            now_us += 50_000;
            heard.extend(hear(&mut keys, now_us, packet).iter().map(|key| key.digit));
        }
        heard.extend(keys.on_silence(now_us + SILENCE_US).map(|key| key.digit));
        assert_eq!(keys.on_silence(now_us + 10 * SILENCE_US), None);
        heard
    }

    #[test]
    fn any_loss_that_leaves_one_packet_a_key_reports_each_key_once() {
        let (first, second) = (key(u32::MAX - 100, 1), key(9_000, 1));
        // Every subset of the ten packets with at least one of each key.
        for kept in 0_u32..1 << 10 {
            let pick = |packets: &[Sent], mask: u32| -> Vec<Sent> {
                (0..)
                    .zip(packets)
                    .filter(|&(bit, _)| mask >> bit & 1 == 1)
                    .map(|(_, &packet)| packet)
                    .collect()
            };
            let (a, b) = (pick(&first, kept & 31), pick(&second, kept >> 5));
            let expected = "1".repeat(usize::from(!a.is_empty()) + usize::from(!b.is_empty()));
            assert_eq!(digits(&[a, b].concat()), expected, "kept {kept:#b}");
        }
    }

    #[test]
    fn doubled_and_late_packets_report_nothing_more() {
        let (first, second) = (key(1_000, 4), key(3_000, 2));
        let doubled: Vec<Sent> = first.iter().flat_map(|&packet| [packet; 2]).collect();
        assert_eq!(digits(&doubled), "4");
        let late = [first.clone(), second, first].concat();
        assert_eq!(digits(&late), "42");
    }

    #[test]
    fn all_sixteen_keys_and_nothing_else_are_keys() {
        let heard: String = (0..=255)
            .map(|code| digits(&key(u32::from(code) * 5_000, code)))
            .collect();
        assert_eq!(heard, "0123456789*#ABCD");
    }

    #[test]
    fn the_duration_is_the_longest_heard() {
        let mut keys = Keys::default();
        let mut heard = vec![];
        for packet in key(1_000, 11) {
            heard.extend(hear(&mut keys, 0, packet));
        }
        assert_eq!(
            heard,
            [Key {
                digit: '#',
                duration_ms: 150
            }]
        );
    }

    #[test]
    fn a_key_without_end_is_let_go_after_the_silence() {
        let mut keys = Keys::default();
        assert_eq!(hear(&mut keys, 0, key(1_000, 7)[0]), []);
        assert_eq!(keys.on_silence(SILENCE_US - 1), None);
        let let_go = keys.on_silence(SILENCE_US);
        assert_eq!(let_go.map(|key| key.digit), Some('7'));
        assert_eq!(
            hear(&mut keys, SILENCE_US, key(1_000, 7)[4]),
            [],
            "its end comes late"
        );
    }

    #[test]
    fn a_very_long_key_is_one_key() {
        let mut keys = Keys::default();
        let sent = |timestamp, end, duration| Sent {
            timestamp,
            code: 9,
            end,
            duration,
        };
        assert_eq!(hear(&mut keys, 0, sent(1_000, false, u16::MAX)), []);
        let next = 1_000 + u32::from(u16::MAX);
        assert_eq!(hear(&mut keys, 0, sent(next, false, 400)), []);
        let heard = hear(&mut keys, 0, sent(next, true, 800));
        assert_eq!(heard.len(), 1);
        assert_eq!(heard[0].duration_ms, (65_535 + 800) / 8);
    }

    #[test]
    fn a_new_source_begins_its_own_time() {
        let mut keys = Keys::default();
        assert_eq!(hear(&mut keys, 0, key(5_000, 1)[4]).len(), 1);
        let payload = [2, 0x8A, 1, 0];
        let [_, now] = keys.on_packet(0, SSRC + 1, 4_000, &payload);
        assert_eq!(now.map(|key| key.digit), Some('2'));
    }

    #[test]
    fn a_short_packet_is_nothing() {
        for length in 0..4 {
            let mut keys = Keys::default();
            assert_eq!(
                keys.on_packet(0, SSRC, 0, &[1; 3][..length.min(3)]),
                [None, None]
            );
        }
    }
}
