//! Prompts and music: A-law 8 kHz mono, held once in memory and shared by all streams.
//! Reads WAV files; knows nothing of files' places or languages.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::sync::Arc;

use crate::g711::{ALAW_SILENCE, linear_to_alaw, ulaw_to_alaw};
use crate::recording::in_frames;

/// 20 ms at 8 kHz, one byte a sample.
pub(crate) const FRAME_BYTES: usize = 160;
/// At 8 kHz.
pub(crate) const SAMPLES_PER_MS: usize = 8;

/// A prompt's place in its library.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PromptId(pub u32);

/// Why a WAV file cannot be a prompt. The names say what was expected.
#[derive(Debug, thiserror::Error)]
pub enum PromptError {
    /// No RIFF/WAVE structure, or one that is cut off.
    #[error("prompt {name}: not a WAV file: {what}")]
    NotWav {
        /// The prompt.
        name: String,
        /// What is missing.
        what: &'static str,
    },
    /// The sample data could not be read.
    #[error("prompt {name}: unreadable PCM data")]
    Pcm {
        /// The prompt.
        name: String,
        /// hound's reason.
        source: hound::Error,
    },
    /// A sound format that is not accepted.
    #[error("prompt {name}: format {format} is not PCM (1), A-law (6) or µ-law (7)")]
    Format {
        /// The prompt.
        name: String,
        /// The WAVE format tag.
        format: u16,
    },
    /// Not 8000 samples a second.
    #[error("prompt {name}: {rate} Hz instead of 8000 Hz")]
    Rate {
        /// The prompt.
        name: String,
        /// What the file has.
        rate: u32,
    },
    /// More than one channel.
    #[error("prompt {name}: {channels} channels instead of 1")]
    Channels {
        /// The prompt.
        name: String,
        /// What the file has.
        channels: u16,
    },
    /// PCM that is not 16 bits wide, or G.711 that is not 8.
    #[error("prompt {name}: {bits} bits a sample instead of {expected}")]
    Bits {
        /// The prompt.
        name: String,
        /// What the file has.
        bits: u16,
        /// What it should have.
        expected: u16,
    },
    /// A file without a single sample.
    #[error("prompt {name}: no sound in it")]
    Empty {
        /// The prompt.
        name: String,
    },
    /// The same name was added before.
    #[error("prompt {name}: two files of this name")]
    Twice {
        /// The prompt.
        name: String,
    },
    /// More prompts than ids.
    #[error("prompt {name}: too many prompts")]
    TooMany {
        /// The prompt.
        name: String,
    },
}

#[derive(Debug, Clone)]
struct Prompt {
    /// A-law, padded with silence to whole frames, never empty.
    audio: Arc<[u8]>,
    duration_ms: u32,
}

/// All prompts of a running engine, by name and by id.
#[derive(Debug, Clone, Default)]
pub struct PromptLibrary {
    prompts: Vec<Prompt>,
    names: BTreeMap<String, PromptId>,
}

impl PromptLibrary {
    /// An empty library.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads a WAV file: 8 kHz mono, PCM of 16 bits, A-law or µ-law.
    ///
    /// # Errors
    /// Names what is wrong with the file; the library is unchanged.
    pub fn add_wav(&mut self, name: &str, bytes: &[u8]) -> Result<PromptId, PromptError> {
        if self.names.contains_key(name) {
            return Err(PromptError::Twice {
                name: name.to_owned(),
            });
        }
        self.renew_wav(name, bytes)
    }

    /// As `add_wav`, for a name that may be known: the same sound keeps its identifier, another
    /// one gets a new identifier. Whoever holds an identifier goes on hearing what it was.
    ///
    /// # Errors
    /// Names what is wrong with the file; the library is unchanged.
    pub fn renew_wav(&mut self, name: &str, bytes: &[u8]) -> Result<PromptId, PromptError> {
        let mut audio = read_wav(name, bytes)?;
        if audio.is_empty() {
            return Err(PromptError::Empty {
                name: name.to_owned(),
            });
        }
        let id = u32::try_from(self.prompts.len())
            .map(PromptId)
            .map_err(|_too_large| PromptError::TooMany {
                name: name.to_owned(),
            })?;
        let duration_ms = u32::try_from(audio.len() / SAMPLES_PER_MS).unwrap_or(u32::MAX);
        audio.resize(audio.len().next_multiple_of(FRAME_BYTES), ALAW_SILENCE);
        let same = |known: &PromptId| self.audio(*known).is_some_and(|known| **known == *audio);
        if let Some(known) = self.id(name).filter(same) {
            return Ok(known);
        }
        self.prompts.push(Prompt {
            audio: audio.into(),
            duration_ms,
        });
        self.names.insert(name.to_owned(), id);
        Ok(id)
    }

    /// The prompt of this name.
    #[must_use]
    pub fn id(&self, name: &str) -> Option<PromptId> {
        self.names.get(name).copied()
    }

    /// How long the prompt is; 0 for an id of another library.
    #[must_use]
    pub fn duration_ms(&self, prompt: PromptId) -> u32 {
        self.get(prompt).map_or(0, |prompt| prompt.duration_ms)
    }

    /// Memory that the sounds take.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.prompts.iter().map(|prompt| prompt.audio.len()).sum()
    }

    /// A-law, a whole number of frames, at least one.
    pub(crate) fn audio(&self, prompt: PromptId) -> Option<&Arc<[u8]>> {
        self.get(prompt).map(|prompt| &prompt.audio)
    }

    fn get(&self, prompt: PromptId) -> Option<&Prompt> {
        self.prompts.get(usize::try_from(prompt.0).ok()?)
    }
}

/// A WAV file as what can be played, and how many milliseconds it lasts.
///
/// # Errors
/// Names what is wrong with the file.
pub fn sound_of_wav(name: &str, bytes: &[u8]) -> Result<(Arc<[u8]>, u32), PromptError> {
    let audio = read_wav(name, bytes)?;
    if audio.is_empty() {
        return Err(PromptError::Empty {
            name: name.to_owned(),
        });
    }
    let duration_ms = u32::try_from(audio.len() / SAMPLES_PER_MS).unwrap_or(u32::MAX);
    Ok((in_frames(audio), duration_ms))
}

const FORMAT_PCM: u16 = 1;
const FORMAT_ALAW: u16 = 6;
const FORMAT_ULAW: u16 = 7;
/// The real format is then the first two bytes of the sub-format GUID.
const FORMAT_EXTENSIBLE: u16 = 0xFFFE;

struct Shape {
    format: u16,
    channels: u16,
    rate: u32,
    bits: u16,
}

/// A-law samples.
fn read_wav(name: &str, bytes: &[u8]) -> Result<Vec<u8>, PromptError> {
    let not_wav = |what| PromptError::NotWav {
        name: name.to_owned(),
        what,
    };
    if bytes.get(..4) != Some(b"RIFF") || bytes.get(8..12) != Some(b"WAVE") {
        return Err(not_wav("no RIFF/WAVE at its head"));
    }
    let shape = chunk(bytes, *b"fmt ")
        .and_then(read_shape)
        .ok_or_else(|| not_wav("no complete fmt chunk"))?;
    check_shape(name, &shape)?;
    if shape.format == FORMAT_PCM {
        return read_pcm(name, bytes);
    }
    let data = chunk(bytes, *b"data").ok_or_else(|| not_wav("no data chunk"))?;
    Ok(if shape.format == FORMAT_ALAW {
        data.to_vec()
    } else {
        data.iter().map(|&byte| ulaw_to_alaw(byte)).collect()
    })
}

fn check_shape(name: &str, shape: &Shape) -> Result<(), PromptError> {
    let name = || name.to_owned();
    let expected = match shape.format {
        FORMAT_PCM => 16,
        FORMAT_ALAW | FORMAT_ULAW => 8,
        format => {
            return Err(PromptError::Format {
                name: name(),
                format,
            });
        }
    };
    if shape.rate != 8_000 {
        return Err(PromptError::Rate {
            name: name(),
            rate: shape.rate,
        });
    }
    if shape.channels != 1 {
        return Err(PromptError::Channels {
            name: name(),
            channels: shape.channels,
        });
    }
    if shape.bits != expected {
        return Err(PromptError::Bits {
            name: name(),
            bits: shape.bits,
            expected,
        });
    }
    Ok(())
}

fn read_pcm(name: &str, bytes: &[u8]) -> Result<Vec<u8>, PromptError> {
    let unreadable = |source| PromptError::Pcm {
        name: name.to_owned(),
        source,
    };
    let mut reader = hound::WavReader::new(Cursor::new(bytes)).map_err(unreadable)?;
    reader
        .samples::<i16>()
        .map(|sample| sample.map(linear_to_alaw).map_err(unreadable))
        .collect()
}

/// The first chunk of this name; cut to what is there, as players do, because tools that
/// stream leave a wrong length in the data chunk.
fn chunk(bytes: &[u8], wanted: [u8; 4]) -> Option<&[u8]> {
    let mut rest = bytes.get(12..)?;
    loop {
        let (head, body) = rest.split_at_checked(8)?;
        let length = u32::from_le_bytes([head[4], head[5], head[6], head[7]]);
        let length = usize::try_from(length).ok()?;
        if head[..4] == wanted {
            return Some(&body[..length.min(body.len())]);
        }
        // Chunks begin on even offsets.
        rest = body.get(length.checked_next_multiple_of(2)?..)?;
    }
}

fn read_shape(fmt: &[u8]) -> Option<Shape> {
    let half = |at: usize| Some(u16::from_le_bytes([*fmt.get(at)?, *fmt.get(at + 1)?]));
    let format = match half(0)? {
        FORMAT_EXTENSIBLE => half(24)?,
        format => format,
    };
    Some(Shape {
        format,
        channels: half(2)?,
        rate: u32::from(half(4)?) | u32::from(half(6)?) << 16,
        bits: half(14)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wav(format: u16, channels: u16, rate: u32, bits: u16, data: &[u8]) -> Vec<u8> {
        let mut file = b"RIFF\0\0\0\0WAVE".to_vec();
        // A chunk of odd length before fmt, as editors write them.
        file.extend(b"LIST\x03\0\0\0abc\0fmt \x12\0\0\0");
        file.extend(format.to_le_bytes());
        file.extend(channels.to_le_bytes());
        file.extend(rate.to_le_bytes());
        file.extend((rate * u32::from(channels) * u32::from(bits) / 8).to_le_bytes());
        file.extend((channels * bits / 8).to_le_bytes());
        file.extend(bits.to_le_bytes());
        file.extend([0, 0]);
        file.extend(b"data");
        file.extend(u32::try_from(data.len()).unwrap().to_le_bytes());
        file.extend(data);
        let riff = u32::try_from(file.len() - 8).unwrap().to_le_bytes();
        file[4..8].copy_from_slice(&riff);
        file
    }

    fn pcm(samples: &[i16]) -> Vec<u8> {
        let mut file = Cursor::new(Vec::new());
        let spec = hound::WavSpec {
            channels: 1,
            sample_rate: 8_000,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let mut writer = hound::WavWriter::new(&mut file, spec).unwrap();
        for &sample in samples {
            writer.write_sample(sample).unwrap();
        }
        writer.finalize().unwrap();
        file.into_inner()
    }

    #[test]
    fn alaw_ulaw_and_pcm_become_alaw_frames() {
        let mut library = PromptLibrary::new();
        let alaw = library
            .add_wav("a", &wav(6, 1, 8_000, 8, &[0x2A; 200]))
            .unwrap();
        assert_eq!(library.id("a"), Some(alaw));
        assert_eq!(library.duration_ms(alaw), 25);
        let audio = library.audio(alaw).unwrap();
        assert_eq!(audio.len(), 320, "padded to whole frames");
        assert_eq!((audio[199], audio[200]), (0x2A, ALAW_SILENCE));

        let ulaw = library
            .add_wav("u", &wav(7, 1, 8_000, 8, &[0x00; 160]))
            .unwrap();
        assert_eq!(library.audio(ulaw).unwrap()[0], ulaw_to_alaw(0x00));

        let linear = library.add_wav("p", &pcm(&[-32_256; 160])).unwrap();
        assert_eq!(library.audio(linear).unwrap()[..], [0x2A; 160]);
        assert_eq!(library.id("nobody"), None);
        assert_eq!(library.duration_ms(PromptId(99)), 0);
    }

    #[test]
    fn a_refusal_says_what_is_wrong() {
        let cases: &[(&str, Vec<u8>, &str)] = &[
            ("text", b"hello, this is text".to_vec(), "not a WAV file"),
            ("empty", Vec::new(), "not a WAV file"),
            ("headless", b"RIFF\0\0\0\0WAVE".to_vec(), "no complete fmt"),
            (
                "fast",
                wav(6, 1, 16_000, 8, &[1; 160]),
                "16000 Hz instead of 8000",
            ),
            (
                "stereo",
                wav(6, 2, 8_000, 8, &[1; 160]),
                "2 channels instead of 1",
            ),
            (
                "wide",
                wav(1, 1, 8_000, 24, &[1; 160]),
                "24 bits a sample instead of 16",
            ),
            ("mp3", wav(85, 1, 8_000, 8, &[1; 160]), "format 85"),
            ("silent", wav(6, 1, 8_000, 8, &[]), "no sound"),
        ];
        for (name, file, expected) in cases {
            let error = PromptLibrary::new()
                .add_wav(name, file)
                .unwrap_err()
                .to_string();
            assert!(error.contains(expected) && error.contains(name), "{error}");
        }
        let mut library = PromptLibrary::new();
        library.add_wav("twin", &wav(6, 1, 8_000, 8, &[1])).unwrap();
        let error = library
            .add_wav("twin", &wav(6, 1, 8_000, 8, &[1]))
            .unwrap_err();
        assert!(error.to_string().contains("two files"));
    }

    #[test]
    fn a_file_cut_anywhere_never_panics() {
        for file in [wav(6, 1, 8_000, 8, &[7; 40]), pcm(&[1; 40])] {
            for end in 0..file.len() {
                let mut library = PromptLibrary::new();
                if let Ok(id) = library.add_wav("cut", &file[..end]) {
                    assert!(library.duration_ms(id) <= 5);
                }
            }
        }
    }
}
