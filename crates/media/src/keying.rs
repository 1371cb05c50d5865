//! Keys that we press ourselves (RFC 4733): which telephone-event leaves in which 20 ms frame.
//! Knows nothing of packets or of when a frame is due.

use std::collections::VecDeque;

/// Keys of one stream that may wait for the ones before them.
const WAITING_MAX: usize = 32;
/// Shorter keys are missed by detectors (ITU-T Q.24 table 1: 40 ms), longer ones would need a
/// second segment (RFC 4733 2.5.1.3: 0xFFFF samples).
const SHORTEST_MS: u32 = 40;
const LONGEST_MS: u32 = 8_000;
const FRAME_MS: u32 = 20;
const FRAME_SAMPLES: u16 = 160;
/// Frames of rest between two keys: Q.24 asks for 40 ms.
const REST_FRAMES: u8 = 3;
/// RFC 4733 2.5.1.4: the last packet is sent three times.
const ENDS: u8 = 3;
/// In dBm0 without its sign: an ordinary telephone's.
const VOLUME: u8 = 10;
const END_BIT: u8 = 0x80;

/// One packet of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Part {
    /// It opens the key: marker bit, new timestamp.
    pub(crate) first: bool,
    pub(crate) payload: [u8; 4],
}

#[derive(Debug, Clone, Copy)]
struct Press {
    code: u8,
    frames: u16,
    sent: u16,
    ends: u8,
}

/// The keys that one stream presses, one after another.
#[derive(Debug, Default)]
pub(crate) struct Keying {
    now: Option<Press>,
    rest: u8,
    waiting: VecDeque<Press>,
}

impl Keying {
    /// `false` for what is no key, or when too many wait.
    pub(crate) fn press(&mut self, digit: char, duration_ms: u32) -> bool {
        let Some(code) = code_of(digit).filter(|_| self.waiting.len() < WAITING_MAX) else {
            return false;
        };
        let held = duration_ms.clamp(SHORTEST_MS, LONGEST_MS);
        let frames = u16::try_from(held.div_ceil(FRAME_MS)).unwrap_or(u16::MAX);
        self.waiting.push_back(Press {
            code,
            frames,
            sent: 0,
            ends: 0,
        });
        true
    }

    /// Something is being pressed, or will be.
    pub(crate) fn is_active(&self) -> bool {
        self.now.is_some() || self.rest > 0 || !self.waiting.is_empty()
    }

    /// What leaves in this frame; `None` leaves it to the sound.
    pub(crate) fn next(&mut self) -> Option<Part> {
        if self.now.is_none() {
            if self.rest > 0 {
                self.rest -= 1;
                return None;
            }
            self.now = self.waiting.pop_front();
        }
        let press = self.now.as_mut()?;
        let first = press.sent == 0;
        press.sent = press.sent.saturating_add(1).min(press.frames);
        let is_end = press.sent == press.frames;
        let [high, low] = press.sent.saturating_mul(FRAME_SAMPLES).to_be_bytes();
        let flags = if is_end { VOLUME | END_BIT } else { VOLUME };
        let payload = [press.code, flags, high, low];
        if is_end {
            press.ends += 1;
            if press.ends == ENDS {
                self.now = None;
                self.rest = REST_FRAMES;
            }
        }
        Some(Part { first, payload })
    }
}

/// RFC 4733 table 3.
fn code_of(digit: char) -> Option<u8> {
    let ascii = u8::try_from(digit).ok()?;
    match ascii {
        b'0'..=b'9' => Some(ascii - b'0'),
        b'*' => Some(10),
        b'#' => Some(11),
        b'A'..=b'D' => Some(12 + (ascii - b'A')),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telephone_event::{Key, Keys};

    #[test]
    fn what_we_press_is_what_the_detector_hears() {
        for (code, digit) in "0123456789*#ABCD".chars().enumerate() {
            let mut keying = Keying::default();
            assert!(keying.press(digit, 100));
            let parts: Vec<Part> = std::iter::from_fn(|| keying.next()).collect();
            assert_eq!(parts.len(), 5 + 2, "five frames, the last three times");
            assert_eq!(usize::from(parts[0].payload[0]), code);
            assert!(parts[0].first && parts[1..].iter().all(|part| !part.first));
            let mut heard = Keys::default();
            let keys: Vec<Key> = parts
                .iter()
                .flat_map(|part| heard.on_packet(0, 1, 160, &part.payload))
                .flatten()
                .collect();
            let expected = Key {
                digit,
                duration_ms: 100,
            };
            assert_eq!(keys, [expected]);
        }
    }

    #[test]
    fn two_keys_have_a_rest_between_them_that_belongs_to_the_sound() {
        let mut keying = Keying::default();
        assert!(keying.press('1', 40) && keying.press('2', 0));
        let frames: Vec<Option<u8>> = std::iter::from_fn(|| {
            keying
                .is_active()
                .then(|| keying.next().map(|part| part.payload[0]))
        })
        .collect();
        let (one, two, sound) = (Some(1), Some(2), None);
        let key = |code| [code, code, code, code];
        assert_eq!(
            frames,
            [&key(one)[..], &[sound; 3], &key(two), &[sound; 3]].concat()
        );
    }

    #[test]
    fn what_is_no_key_or_too_much_is_refused() {
        let mut keying = Keying::default();
        assert!(!keying.press('E', 100) && !keying.press('é', 100) && !keying.is_active());
        for _ in 0..WAITING_MAX {
            assert!(keying.press('5', 100));
        }
        assert!(!keying.press('5', 100));
    }

    #[test]
    fn a_key_held_too_long_stays_in_one_segment() {
        let mut keying = Keying::default();
        assert!(keying.press('7', u32::MAX));
        let last = std::iter::from_fn(|| keying.next()).last().unwrap();
        assert_eq!(last.payload, [7, 0x8A, 0xFA, 0x00]);
    }
}
