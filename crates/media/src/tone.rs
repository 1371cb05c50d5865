//! Call-progress tones, made once into A-law. Italian plan (ITU-T E.180 supplement 2):
//! 425 Hz, ring-back 1 s on / 4 s off, busy 0.5 s on / 0.5 s off.

use std::f64::consts::TAU;
use std::sync::Arc;

use crate::g711::{ALAW_SILENCE, linear_to_alaw};
use crate::prompt::{FRAME_BYTES, SAMPLES_PER_MS};

/// A tone that can be played to a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tone {
    /// The far end rings; goes on until replaced.
    RingBack,
    /// The far end is busy; goes on until replaced.
    Busy,
    /// An open line on which nobody speaks; goes on until replaced.
    Quiet,
    /// "Speak now": 400 ms, then `PlayEnded`.
    Beep,
}

impl Tone {
    /// Whether it goes on until replaced.
    pub(crate) const fn repeats(self) -> bool {
        match self {
            Self::RingBack | Self::Busy | Self::Quiet => true,
            Self::Beep => false,
        }
    }

    fn render(self) -> Arc<[u8]> {
        let (hertz, on_ms, off_ms) = match self {
            Self::RingBack => (425.0, 1_000, 4_000),
            Self::Busy => (425.0, 500, 500),
            Self::Beep => (1_000.0, 400, 0),
            Self::Quiet => (0.0, 0, 20),
        };
        let on = on_ms * SAMPLES_PER_MS;
        let off = off_ms * SAMPLES_PER_MS;
        (0..on)
            .map(|sample| linear_to_alaw(sine(hertz, sample)))
            .chain(std::iter::repeat_n(ALAW_SILENCE, off))
            .collect()
    }
}

/// About -13 dBm0, the level E.180 recommends for a tone heard by the ear.
const AMPLITUDE: f64 = 7_000.0;

fn sine(hertz: f64, sample: usize) -> i16 {
    // Whole samples of one period repeat within 8000, where f64 and u16 are exact.
    let within = u16::try_from(sample % 8_000).unwrap_or(0);
    let value = (TAU * hertz * f64::from(within) / 8_000.0).sin() * AMPLITUDE;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a sine times 7000 is within i16; the fraction is not wanted"
    )]
    let sample = value.round() as i16;
    sample
}

/// All tones, rendered.
#[derive(Debug)]
pub(crate) struct Tones {
    ring_back: Arc<[u8]>,
    busy: Arc<[u8]>,
    beep: Arc<[u8]>,
    quiet: Arc<[u8]>,
}

impl Tones {
    pub(crate) fn new() -> Self {
        Self {
            ring_back: Tone::RingBack.render(),
            busy: Tone::Busy.render(),
            beep: Tone::Beep.render(),
            quiet: Tone::Quiet.render(),
        }
    }

    /// A-law, a whole number of frames.
    pub(crate) fn audio(&self, tone: Tone) -> &Arc<[u8]> {
        let audio = match tone {
            Tone::RingBack => &self.ring_back,
            Tone::Busy => &self.busy,
            Tone::Beep => &self.beep,
            Tone::Quiet => &self.quiet,
        };
        debug_assert!(audio.len().is_multiple_of(FRAME_BYTES));
        audio
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::g711::alaw_to_linear;

    fn crossings(audio: &[u8]) -> usize {
        let positive: Vec<bool> = audio.iter().map(|&b| alaw_to_linear(b) > 0).collect();
        positive
            .windows(2)
            .filter(|pair| !pair[0] && pair[1])
            .count()
    }

    #[test]
    fn tones_have_the_italian_cadence_and_pitch() {
        let tones = Tones::new();
        let ring = tones.audio(Tone::RingBack);
        assert_eq!(ring.len(), 40_000);
        assert!(crossings(&ring[..8_000]).abs_diff(425) <= 1);
        assert!(ring[8_000..].iter().all(|&byte| byte == ALAW_SILENCE));
        let busy = tones.audio(Tone::Busy);
        assert_eq!(busy.len(), 8_000);
        assert!(crossings(&busy[..4_000]).abs_diff(212) <= 1);
        assert!(busy[4_000..].iter().all(|&byte| byte == ALAW_SILENCE));
        let beep = tones.audio(Tone::Beep);
        assert_eq!(beep.len(), 3_200);
        assert!(crossings(beep).abs_diff(400) <= 1);
    }

    #[test]
    fn only_the_beep_ends_by_itself() {
        let on = [Tone::RingBack, Tone::Busy, Tone::Quiet];
        assert!(on.into_iter().all(Tone::repeats) && !Tone::Beep.repeats());
    }
}
