//! What the invented people say: a murmur in syllables, made by arithmetic, nobody's voice.

/// 8 kHz mono.
const RATE: u32 = 8_000;
const SECONDS: u32 = 3;
/// Beginning, length and pitch of the syllables: milliseconds and Hz.
const SYLLABLES: [(u32, u32, f64); 9] = [
    (60, 170, 118.0),
    (250, 140, 126.0),
    (430, 230, 121.0),
    (800, 150, 132.0),
    (980, 260, 124.0),
    (1_400, 130, 119.0),
    (1_560, 180, 115.0),
    (2_050, 210, 128.0),
    (2_310, 330, 109.0),
];
/// Harmonics of the pitch with their strength, about those of an open vowel.
const HARMONICS: [(f64, f64); 6] = [
    (1.0, 0.45),
    (2.0, 0.30),
    (4.0, 0.35),
    (6.0, 0.40),
    (9.0, 0.20),
    (20.0, 0.08),
];

/// A WAV file of 16-bit samples for [`cuptel_media::PromptLibrary::add_wav`].
pub(crate) fn murmur() -> Vec<u8> {
    let samples = RATE * SECONDS;
    let data_bytes = samples * 2;
    let mut file = b"RIFF".to_vec();
    file.extend((36 + data_bytes).to_le_bytes());
    file.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    file.extend(RATE.to_le_bytes());
    file.extend((RATE * 2).to_le_bytes());
    file.extend(b"\x02\0\x10\0data");
    file.extend(data_bytes.to_le_bytes());
    for n in 0..samples {
        file.extend(sample(n).to_le_bytes());
    }
    file
}

fn sample(n: u32) -> i16 {
    let at_ms = f64::from(n) * 1_000.0 / f64::from(RATE);
    let spoken = SYLLABLES.iter().find_map(|&(start, length, pitch)| {
        let into = (at_ms - f64::from(start)) / f64::from(length);
        (0.0..1.0).contains(&into).then_some((into, pitch))
    });
    let Some((into, pitch)) = spoken else {
        return 0;
    };
    // Swells and fades, the pitch falls a little.
    let strength = (into * std::f64::consts::PI).sin();
    let turn = at_ms / 1_000.0 * pitch * (1.0 - 0.05 * into) * std::f64::consts::TAU;
    let sound: f64 = HARMONICS
        .iter()
        .map(|(harmonic, share)| share * (turn * harmonic).sin())
        .sum();
    whole(sound * strength * 6_000.0)
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "clamped to the range on the same line"
)]
fn whole(sample: f64) -> i16 {
    sample.clamp(f64::from(i16::MIN), f64::from(i16::MAX)) as i16
}

#[cfg(test)]
mod tests {
    use cuptel_media::PromptLibrary;

    use super::*;

    #[test]
    fn the_murmur_is_a_prompt_with_sound_and_pauses() {
        let mut library = PromptLibrary::new();
        let id = library.add_wav("murmur", &murmur()).unwrap();
        assert_eq!(library.duration_ms(id), SECONDS * 1_000);
        let samples: Vec<i16> = (0..RATE * SECONDS).map(sample).collect();
        let loud = samples
            .iter()
            .filter(|sample| sample.unsigned_abs() > 1_000)
            .count();
        let silent = samples.iter().filter(|sample| **sample == 0).count();
        assert!(loud > samples.len() / 5, "{loud}");
        assert!(silent > samples.len() / 8, "{silent}");
    }
}
