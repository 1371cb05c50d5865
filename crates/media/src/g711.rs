//! G.711: one byte a sample, A-law and µ-law, by tables made at compile time.
//! Knows nothing of packets.

/// A-law silence: the smallest positive step, as the even bits are inverted (G.711 table 1a).
pub const ALAW_SILENCE: u8 = 0xD5;

const ALAW_LINEAR: [i16; 256] = alaw_linear_table();
const ULAW_LINEAR: [i16; 256] = ulaw_linear_table();
static ALAW_TO_ULAW: [u8; 256] = transcoding_table(&ALAW_LINEAR, &ULAW_LINEAR);
static ULAW_TO_ALAW: [u8; 256] = transcoding_table(&ULAW_LINEAR, &ALAW_LINEAR);

/// A 16-bit sample from an A-law byte.
#[must_use]
pub const fn alaw_to_linear(byte: u8) -> i16 {
    ALAW_LINEAR[byte as usize]
}

/// A 16-bit sample from a µ-law byte.
#[must_use]
pub const fn ulaw_to_linear(byte: u8) -> i16 {
    ULAW_LINEAR[byte as usize]
}

/// The A-law byte nearest to a 16-bit sample.
#[must_use]
pub fn linear_to_alaw(sample: i16) -> u8 {
    // 13 bits carry the value; a negative sample is mirrored one's-complement wise, so that
    // -1 falls into the first negative step as G.711 has it.
    let (sign, magnitude) = if sample >= 0 {
        (0x80, sample >> 3)
    } else {
        (0x00, !sample >> 3)
    };
    let [_, low] = magnitude.to_be_bytes();
    let code = if magnitude < 32 {
        low >> 1
    } else {
        // Segment 1 begins at 32 = 2^5.
        let segment = 11 - magnitude.leading_zeros();
        let [_, mantissa] = ((magnitude >> segment) & 0x0F).to_be_bytes();
        let [.., segment] = segment.to_be_bytes();
        segment << 4 | mantissa
    };
    (sign | code) ^ 0x55
}

/// The µ-law byte that sounds nearest to an A-law byte.
#[must_use]
pub fn alaw_to_ulaw(byte: u8) -> u8 {
    ALAW_TO_ULAW[usize::from(byte)]
}

/// The A-law byte that sounds nearest to a µ-law byte.
#[must_use]
pub fn ulaw_to_alaw(byte: u8) -> u8 {
    ULAW_TO_ALAW[usize::from(byte)]
}

const fn alaw_linear_table() -> [i16; 256] {
    let mut table = [0_i16; 256];
    let mut byte = 0;
    while byte < 256 {
        let code = byte ^ 0x55;
        let segment = (code >> 4) & 7;
        let mut value: i16 = 8;
        // The mantissa's four bits, each worth 16 times its weight.
        let mut bit = 0;
        while bit < 4 {
            if code >> bit & 1 == 1 {
                value += 16 << bit;
            }
            bit += 1;
        }
        if segment > 0 {
            value = (value + 0x100) << (segment - 1);
        }
        table[byte] = if code & 0x80 != 0 { value } else { -value };
        byte += 1;
    }
    table
}

const fn ulaw_linear_table() -> [i16; 256] {
    let mut table = [0_i16; 256];
    let mut byte = 0;
    while byte < 256 {
        let code = byte ^ 0xFF;
        let mut value: i16 = 0x84;
        let mut bit = 0;
        while bit < 4 {
            if code >> bit & 1 == 1 {
                value += 8 << bit;
            }
            bit += 1;
        }
        value = (value << ((code >> 4) & 7)) - 0x84;
        table[byte] = if code & 0x80 != 0 { -value } else { value };
        byte += 1;
    }
    table
}

/// For each byte of one law the byte of the other with the nearest value. Both laws keep the
/// sign in the top bit (1 = positive), and it is kept: -0 and +0 are different bytes.
const fn transcoding_table(from: &[i16; 256], to: &[i16; 256]) -> [u8; 256] {
    let mut table = [0_u8; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut best = 0_u8;
        let mut best_distance = u32::MAX;
        let mut candidate = 0_u8;
        while candidate < 128 {
            let signed = if byte >= 128 {
                candidate | 0x80
            } else {
                candidate
            };
            let there = to[signed as usize];
            let distance = from[byte].abs_diff(there) as u32;
            // On a tie the quieter one, so that idle noise never grows.
            let quieter = there.unsigned_abs() < to[best as usize].unsigned_abs();
            if distance < best_distance || (distance == best_distance && quieter) {
                best = signed;
                best_distance = distance;
            }
            candidate += 1;
        }
        table[byte] = best;
        byte += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values_of_the_recommendation_hold() {
        assert_eq!(alaw_to_linear(0xD5), 8);
        assert_eq!(alaw_to_linear(0x55), -8);
        assert_eq!(alaw_to_linear(0xAA), 32_256);
        assert_eq!(alaw_to_linear(0x2A), -32_256);
        assert_eq!(ulaw_to_linear(0xFF), 0);
        assert_eq!(ulaw_to_linear(0x7F), 0);
        assert_eq!(ulaw_to_linear(0x80), 32_124);
        assert_eq!(ulaw_to_linear(0x00), -32_124);
    }

    #[test]
    fn silence_stays_silence_across_the_laws() {
        assert_eq!(alaw_to_ulaw(ALAW_SILENCE), 0xFE);
        assert_eq!(ulaw_to_alaw(0xFF), ALAW_SILENCE);
    }

    #[test]
    fn every_alaw_byte_survives_linear() {
        for byte in 0..=255_u8 {
            assert_eq!(linear_to_alaw(alaw_to_linear(byte)), byte, "{byte:#x}");
        }
    }

    #[test]
    fn encoding_chooses_a_step_no_farther_than_half_its_width() {
        for sample in i16::MIN..=i16::MAX {
            let decoded = alaw_to_linear(linear_to_alaw(sample));
            let step = (i32::from(sample).abs() / 16).max(16);
            let error = (i32::from(sample) - i32::from(decoded)).abs();
            assert!(error <= step, "{sample} became {decoded}");
        }
    }

    #[test]
    fn transcoding_is_the_nearest_value_and_keeps_the_sign() {
        for byte in 0..=255_u8 {
            let there = alaw_to_ulaw(byte);
            assert_eq!(byte & 0x80, there & 0x80);
            let error = alaw_to_linear(byte).abs_diff(ulaw_to_linear(there));
            let nearest = (0..=255_u8)
                .filter(|candidate| candidate & 0x80 == byte & 0x80)
                .map(|candidate| alaw_to_linear(byte).abs_diff(ulaw_to_linear(candidate)))
                .min();
            assert_eq!(Some(error), nearest);
            let back = ulaw_to_alaw(byte);
            assert_eq!(byte & 0x80, back & 0x80);
        }
    }

    #[test]
    fn louder_never_becomes_quieter() {
        let mut by_level: Vec<u8> = (0x80..=0xFF).collect();
        by_level.sort_by_key(|&byte| ulaw_to_linear(byte));
        let levels: Vec<i16> = by_level
            .iter()
            .map(|&byte| alaw_to_linear(ulaw_to_alaw(byte)))
            .collect();
        assert!(levels.is_sorted());
    }
}
