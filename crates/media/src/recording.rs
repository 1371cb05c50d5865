//! What one stream says, kept as A-law: its packets stand where their timestamps say, so what was
//! lost, or not sent because nobody spoke, is silence. Knows nothing of sockets.

use std::sync::Arc;

use crate::Codec;
use crate::g711::{ALAW_SILENCE, alaw_to_linear, ulaw_to_alaw};
use crate::prompt::{FRAME_BYTES, PromptId, SAMPLES_PER_MS};

/// A phone begins to send a key as sound before it says that it is one.
const KEY_LEAK_SAMPLES: usize = 60 * SAMPLES_PER_MS;
/// Timestamps that are further from the clock than this began anew.
const STRAY_SAMPLES: usize = 1_000 * SAMPLES_PER_MS;
/// 20 ms whose mean is louder than this are a voice: 40 dB below the loudest.
const VOICE_MEAN: u32 = 300;
/// The code of `#` in telephone events.
const END_KEY: u8 = 11;

/// A recording that goes on.
#[derive(Debug)]
pub(crate) struct Recording {
    pub(crate) token: u64,
    pub(crate) sound: PromptId,
    /// Silence up to its bound from the beginning: packets allocate nothing.
    audio: Vec<u8>,
    /// Behind the last sample that was heard.
    end: usize,
    /// Which place a timestamp of which sender has.
    began: Option<(u32, u32, usize)>,
    since_us: u64,
    ends_us: u64,
}

/// A recording that is over.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Recorded {
    /// A-law, whole frames, at least one.
    pub(crate) audio: Arc<[u8]>,
    pub(crate) duration_ms: u32,
    pub(crate) voiced_ms: u32,
}

impl Recording {
    pub(crate) fn new(now_us: u64, token: u64, sound: PromptId, max_ms: u32) -> Self {
        let samples = usize::try_from(max_ms).unwrap_or(0) * SAMPLES_PER_MS;
        Self {
            token,
            sound,
            audio: vec![ALAW_SILENCE; samples.next_multiple_of(FRAME_BYTES)],
            end: 0,
            began: None,
            since_us: now_us,
            ends_us: now_us + u64::from(max_ms) * 1_000,
        }
    }

    /// Takes the sound of a packet.
    pub(crate) fn hear(
        &mut self,
        now_us: u64,
        (ssrc, timestamp): (u32, u32),
        (payload, codec): (&[u8], Codec),
    ) {
        if self.began.is_none() {
            // What comes before the first word is not kept.
            self.since_us = now_us;
        }
        let expected = self.expected(now_us);
        let place = self
            .place(ssrc, timestamp)
            .filter(|place| place.abs_diff(expected) <= STRAY_SAMPLES);
        let place = place.unwrap_or_else(|| {
            let anew = expected.max(self.end);
            self.began = Some((ssrc, timestamp, anew));
            anew
        });
        let Some(room) = self.audio.get_mut(place..) else {
            return;
        };
        for (sample, byte) in room.iter_mut().zip(payload) {
            *sample = match codec {
                Codec::Pcma => *byte,
                Codec::Pcmu => ulaw_to_alaw(*byte),
            };
        }
        let behind = (place + payload.len()).min(self.audio.len());
        self.end = self.end.max(behind);
    }

    /// Takes the packet of a key. Says whether it ends the recording, whose last sound is then
    /// what came before the key.
    pub(crate) fn key(&mut self, ssrc: u32, timestamp: u32, payload: &[u8]) -> bool {
        if payload.first() != Some(&END_KEY) {
            return false;
        }
        let pressed = self.place(ssrc, timestamp).unwrap_or(self.end);
        self.end = self.end.min(pressed.saturating_sub(KEY_LEAK_SAMPLES));
        true
    }

    /// A key ended it that was told otherwise.
    pub(crate) fn cut(&mut self) {
        self.end = self.end.saturating_sub(KEY_LEAK_SAMPLES);
    }

    /// Whether there is no room for more.
    pub(crate) fn is_full(&self, now_us: u64) -> bool {
        now_us >= self.ends_us || self.end >= self.audio.len()
    }

    pub(crate) fn finish(mut self) -> Recorded {
        self.audio.truncate(self.end);
        let duration_ms = u32::try_from(self.end / SAMPLES_PER_MS).unwrap_or(u32::MAX);
        let voiced_ms = voiced_ms(&self.audio);
        Recorded {
            audio: in_frames(self.audio),
            duration_ms,
            voiced_ms,
        }
    }

    fn expected(&self, now_us: u64) -> usize {
        let since_ms = now_us.saturating_sub(self.since_us) / 1_000;
        usize::try_from(since_ms).unwrap_or(usize::MAX / SAMPLES_PER_MS) * SAMPLES_PER_MS
    }

    fn place(&self, ssrc: u32, timestamp: u32) -> Option<usize> {
        let (_, first, at) = self.began.filter(|(known, ..)| *known == ssrc)?;
        let behind = timestamp.wrapping_sub(first).cast_signed();
        let behind = isize::try_from(behind).ok()?;
        at.checked_add_signed(behind)
    }
}

/// How much of A-law is a voice, or as loud as one.
#[must_use]
pub fn voiced_ms(audio: &[u8]) -> u32 {
    let loud = |frame: &&[u8]| {
        let sum = frame
            .iter()
            .map(|byte| u32::from(alaw_to_linear(*byte).unsigned_abs()));
        sum.sum::<u32>() / 160 > VOICE_MEAN
    };
    let frames = audio.chunks_exact(FRAME_BYTES).filter(loud).count();
    u32::try_from(frames).map_or(u32::MAX, |frames| frames.saturating_mul(20))
}

/// A sound that can be played: whole frames, at least one.
pub(crate) fn in_frames(mut audio: Vec<u8>) -> Arc<[u8]> {
    let whole = audio.len().next_multiple_of(FRAME_BYTES).max(FRAME_BYTES);
    audio.resize(whole, ALAW_SILENCE);
    audio.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOUD: [u8; 160] = [0x2A; 160];
    const SOUND: PromptId = PromptId(7);

    fn begun() -> Recording {
        Recording::new(0, 1, SOUND, 2_000)
    }

    fn hear(recording: &mut Recording, frame: u32, payload: &[u8]) {
        let now_us = u64::from(frame) * 20_000 + 30_000;
        recording.hear(now_us, (5, 1_000 + frame * 160), (payload, Codec::Pcma));
    }

    #[test]
    fn what_was_lost_is_silence_and_what_came_late_stands_in_its_place() {
        let mut recording = begun();
        for frame in [0, 1, 4, 3] {
            hear(&mut recording, frame, &LOUD);
        }
        let recorded = recording.finish();
        assert_eq!((recorded.duration_ms, recorded.voiced_ms), (100, 80));
        assert_eq!(recorded.audio[320..480], [ALAW_SILENCE; 160]);
        assert_eq!(recorded.audio[480..800], [0x2A; 320]);
    }

    #[test]
    fn the_end_key_cuts_its_own_tone_and_others_do_not_end_it() {
        let mut recording = begun();
        for frame in 0..20 {
            hear(&mut recording, frame, &LOUD);
        }
        assert!(!recording.key(5, 1_000 + 10 * 160, &[3, 0, 0, 0]));
        assert!(recording.key(5, 1_000 + 10 * 160, &[END_KEY, 0, 0, 160]));
        let recorded = recording.finish();
        assert!((140..=170).contains(&recorded.duration_ms), "{recorded:?}");
    }

    #[test]
    fn it_is_full_at_its_bound_and_never_larger() {
        let mut recording = begun();
        for frame in 0..200 {
            hear(&mut recording, frame, &LOUD);
        }
        assert!(recording.is_full(0), "by sound");
        assert_eq!(recording.finish().duration_ms, 2_000);
        assert!(begun().is_full(2_000_000), "by the clock");
    }

    #[test]
    fn timestamps_that_begin_anew_go_on_behind_what_is_there() {
        let mut recording = begun();
        hear(&mut recording, 0, &LOUD);
        recording.hear(130_000, (6, 4_000_000_000), (&LOUD, Codec::Pcma));
        recording.hear(150_000, (6, 4_000_000_160), (&LOUD, Codec::Pcma));
        let recorded = recording.finish();
        assert_eq!(recorded.duration_ms, 140);
        assert_eq!(recorded.voiced_ms, 60);
    }

    #[test]
    fn silence_and_faint_noise_are_no_voice() {
        assert_eq!(begun().finish().audio.len(), FRAME_BYTES);
        let mut recording = begun();
        for frame in 0..20 {
            hear(&mut recording, frame, &[0xD4; 160]);
        }
        assert_eq!(recording.finish().voiced_ms, 0);
        let ulaw = [crate::g711::alaw_to_ulaw(0x2A); 160];
        let mut recording = begun();
        recording.hear(0, (5, 0), (&ulaw, Codec::Pcmu));
        assert_eq!(recording.finish().voiced_ms, 20, "either form of G.711");
    }
}
