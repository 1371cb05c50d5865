//! What one stream plays: prompts in a row, music, a tone, or nothing. Gives one 20 ms frame
//! at a time; knows nothing of packets or of when a frame is due.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::command::Then;
use crate::g711::ALAW_SILENCE;
use crate::prompt::{FRAME_BYTES, PromptId, PromptLibrary};
use crate::tone::{Tone, Tones};

/// 20 ms of A-law.
pub(crate) type Frame = [u8; FRAME_BYTES];

const FRAME_MS: u32 = 20;

/// The sounds that can be played.
#[derive(Debug)]
pub(crate) struct Sounds {
    pub(crate) prompts: Arc<PromptLibrary>,
    pub(crate) tones: Tones,
    /// Sounds that are no prompts of the library: whole frames.
    pub(crate) kept: BTreeMap<PromptId, Arc<[u8]>>,
}

impl Sounds {
    pub(crate) fn keep(&mut self, sound: PromptId, audio: Arc<[u8]>) {
        self.kept.insert(sound, audio);
    }

    pub(crate) fn forget(&mut self, sound: PromptId) {
        self.kept.remove(&sound);
    }

    fn audio(&self, sound: PromptId) -> Option<&Arc<[u8]>> {
        self.prompts.audio(sound).or_else(|| self.kept.get(&sound))
    }
}

#[derive(Debug)]
enum Playing {
    Nothing,
    Prompts(Row),
    Music,
    Tone {
        tone: Tone,
        token: u64,
        offset: usize,
    },
}

#[derive(Debug)]
struct Row {
    token: u64,
    /// Only ids that the library knows; never empty.
    prompts: Vec<Arc<[u8]>>,
    index: usize,
    offset: usize,
    gap: u32,
    gap_left: u32,
    then: Then,
}

/// What a stream plays and where it is in its music.
#[derive(Debug)]
pub(crate) struct Player {
    playing: Playing,
    music: Option<(PromptId, usize)>,
}

impl Player {
    pub(crate) fn new() -> Self {
        Self {
            playing: Playing::Nothing,
            music: None,
        }
    }

    pub(crate) fn is_playing(&self) -> bool {
        !matches!(self.playing, Playing::Nothing)
    }

    /// `false` if there is nothing to play: the play has then ended before it began.
    pub(crate) fn play(
        &mut self,
        sounds: &Sounds,
        token: u64,
        prompts: &[PromptId],
        gap_ms: u32,
        then: Then,
    ) -> bool {
        let prompts: Vec<_> = prompts
            .iter()
            .filter_map(|&prompt| {
                let audio = sounds.audio(prompt).cloned();
                if audio.is_none() {
                    tracing::warn!(prompt = prompt.0, "prompt is not in the library, skipped");
                }
                audio
            })
            .collect();
        let any = !prompts.is_empty();
        if any {
            self.playing = Playing::Prompts(Row {
                token,
                prompts,
                index: 0,
                offset: 0,
                gap: gap_ms.div_ceil(FRAME_MS),
                gap_left: 0,
                then,
            });
        } else {
            self.go_on(then);
        }
        any
    }

    /// `false` if the library has no such music.
    pub(crate) fn music(&mut self, sounds: &Sounds, music: PromptId) -> bool {
        if sounds.audio(music).is_none() {
            tracing::warn!(prompt = music.0, "music is not in the library");
            self.playing = Playing::Nothing;
            return false;
        }
        let place = match self.music {
            Some((same, place)) if same == music => place,
            Some(_) | None => 0,
        };
        self.music = Some((music, place));
        self.playing = Playing::Music;
        true
    }

    pub(crate) fn tone(&mut self, tone: Tone, token: u64) {
        self.playing = Playing::Tone {
            tone,
            token,
            offset: 0,
        };
    }

    pub(crate) fn stop(&mut self) {
        self.playing = Playing::Nothing;
    }

    /// Writes the next frame. `Some(token)` if it was the last one of a play.
    /// Must be called only while something plays.
    pub(crate) fn fill(&mut self, sounds: &Sounds, frame: &mut Frame) -> Option<u64> {
        match &mut self.playing {
            Playing::Nothing => {
                frame.fill(ALAW_SILENCE);
                None
            }
            Playing::Music => {
                if let Some((music, place)) = &mut self.music
                    && let Some(audio) = sounds.audio(*music)
                {
                    *place = copy_frame(audio, *place, frame).unwrap_or(0);
                }
                None
            }
            Playing::Tone {
                tone,
                token,
                offset,
            } => {
                let token = *token;
                match copy_frame(sounds.tones.audio(*tone), *offset, frame) {
                    Some(next) => *offset = next,
                    None if tone.repeats() => *offset = 0,
                    None => {
                        self.playing = Playing::Nothing;
                        return Some(token);
                    }
                }
                None
            }
            Playing::Prompts(row) => {
                if row.fill(frame) {
                    let (token, then) = (row.token, row.then);
                    self.go_on(then);
                    return Some(token);
                }
                None
            }
        }
    }

    fn go_on(&mut self, then: Then) {
        self.playing = match then {
            Then::Music if self.music.is_some() => Playing::Music,
            // A row that repeats comes here only if it was empty.
            Then::Music | Then::Silence | Then::Repeat => Playing::Nothing,
        };
    }
}

impl Row {
    /// `true` after the last frame.
    fn fill(&mut self, frame: &mut Frame) -> bool {
        if self.gap_left > 0 {
            self.gap_left -= 1;
            frame.fill(ALAW_SILENCE);
            return false;
        }
        if let Some(next) = copy_frame(&self.prompts[self.index], self.offset, frame) {
            self.offset = next;
            return false;
        }
        self.offset = 0;
        self.index += 1;
        self.gap_left = self.gap;
        if self.index < self.prompts.len() {
            return false;
        }
        self.index = 0;
        self.then != Then::Repeat
    }
}

/// Copies the frame at `offset`; the offset of the next one, `None` after the last.
fn copy_frame(audio: &[u8], offset: usize, frame: &mut Frame) -> Option<usize> {
    match audio.get(offset..).and_then(|rest| rest.first_chunk()) {
        Some(there) => *frame = *there,
        None => frame.fill(ALAW_SILENCE),
    }
    let next = offset + FRAME_BYTES;
    (next < audio.len()).then_some(next)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A WAV of A-law frames; frame n is filled with `first + n`.
    pub(crate) fn wav(first: u8, frames: u8) -> Vec<u8> {
        let mut file = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x06\0\x01\0".to_vec();
        file.extend([0x40, 0x1F, 0, 0, 0x40, 0x1F, 0, 0, 1, 0, 8, 0]);
        file.extend(b"data");
        file.extend((u32::from(frames) * 160).to_le_bytes());
        for n in 0..frames {
            file.extend([first + n; 160]);
        }
        file
    }

    fn sounds() -> (Sounds, [PromptId; 3]) {
        let mut prompts = PromptLibrary::new();
        let one = prompts.add_wav("one", &wav(10, 2)).unwrap();
        let two = prompts.add_wav("two", &wav(20, 1)).unwrap();
        let music = prompts.add_wav("music", &wav(50, 3)).unwrap();
        let sounds = Sounds {
            prompts: Arc::new(prompts),
            tones: Tones::new(),
            kept: BTreeMap::new(),
        };
        (sounds, [one, two, music])
    }

    fn play(player: &mut Player, sounds: &Sounds, frames: usize) -> (Vec<u8>, Vec<u64>) {
        let mut heard = vec![];
        let mut ended = vec![];
        for _ in 0..frames {
            if !player.is_playing() {
                break;
            }
            let mut frame = [0; FRAME_BYTES];
            ended.extend(player.fill(sounds, &mut frame));
            heard.push(frame[0]);
        }
        (heard, ended)
    }

    #[test]
    fn prompts_follow_each_other_with_the_gap_and_end_once() {
        let (sounds, [one, two, _]) = sounds();
        let mut player = Player::new();
        assert!(player.play(&sounds, 5, &[one, PromptId(77), two], 30, Then::Silence));
        let (heard, ended) = play(&mut player, &sounds, 50);
        assert_eq!(heard, [10, 11, ALAW_SILENCE, ALAW_SILENCE, 20]);
        assert_eq!(ended, [5]);
    }

    #[test]
    fn music_goes_on_where_a_prompt_interrupted_it() {
        let (sounds, [one, _, music]) = sounds();
        let mut player = Player::new();
        assert!(player.music(&sounds, music));
        assert_eq!(play(&mut player, &sounds, 4).0, [50, 51, 52, 50]);
        assert!(player.play(&sounds, 6, &[one], 0, Then::Music));
        let (heard, ended) = play(&mut player, &sounds, 4);
        assert_eq!(heard, [10, 11, 51, 52]);
        assert_eq!(ended, [6]);
        player.stop();
        assert!(player.music(&sounds, music));
        assert_eq!(play(&mut player, &sounds, 1).0, [50]);
    }

    #[test]
    fn a_repeated_row_never_ends() {
        let (sounds, [_, two, _]) = sounds();
        let mut player = Player::new();
        assert!(player.play(&sounds, 7, &[two], 20, Then::Repeat));
        let (heard, ended) = play(&mut player, &sounds, 4);
        assert_eq!(heard, [20, ALAW_SILENCE, 20, ALAW_SILENCE]);
        assert_eq!(ended, [0_u64; 0]);
    }

    #[test]
    fn a_beep_is_twenty_frames_and_ring_back_goes_on() {
        let (sounds, _) = sounds();
        let mut player = Player::new();
        player.tone(Tone::Beep, 8);
        let (heard, ended) = play(&mut player, &sounds, 500);
        assert_eq!((heard.len(), ended), (20, vec![8]));
        player.tone(Tone::RingBack, 9);
        let (heard, ended) = play(&mut player, &sounds, 500);
        assert_eq!((heard.len(), ended), (500, vec![]));
    }

    #[test]
    fn nothing_to_play_is_said_at_once() {
        let (sounds, [.., music]) = sounds();
        let mut player = Player::new();
        for then in [Then::Silence, Then::Music, Then::Repeat] {
            assert!(!player.play(&sounds, 1, &[], 0, then));
            assert!(!player.is_playing());
        }
        assert!(!player.music(&sounds, PromptId(77)));
        assert!(player.music(&sounds, music));
        assert!(!player.play(&sounds, 1, &[PromptId(77)], 0, Then::Music));
        assert!(player.is_playing(), "the music goes on");
    }
}
