//! The media thread as a model: streams that open, play as long as their prompts last, fall
//! silent and close. Nothing is heard; only what is reported matters.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use cuptel_media::{
    Command, Event, OpenFailure, PortPair, PromptId, StreamId, StreamReport, Then, Tone,
};

use crate::chance::Chance;

/// A stream.
#[derive(Debug)]
struct Stream {
    pair: PortPair,
    agreed: bool,
    /// Grows with each thing played: the end of a replaced one is recognised.
    play: u64,
    /// Waits for the agreement: token and length.
    unheard: Option<(u64, u64)>,
}

/// Something that will happen by itself.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Due {
    /// Its peer begins to speak.
    Starts(StreamId),
    /// What is played ends.
    PlayEnds {
        stream: StreamId,
        play: u64,
        token: u64,
    },
    /// Somebody has spoken.
    Recorded {
        stream: StreamId,
        token: u64,
        sound: u32,
        spoken_ms: u32,
    },
}

/// What a command led to, each after so many microseconds.
#[derive(Debug, Default)]
pub(crate) struct Led {
    pub(crate) due: Vec<(u64, Due)>,
    pub(crate) told: Vec<Event>,
    pub(crate) bridged: Option<(StreamId, StreamId)>,
}

/// All streams.
#[derive(Debug, Default)]
pub(crate) struct Sound {
    streams: BTreeMap<StreamId, Stream>,
    /// Who hears whom.
    joined: BTreeMap<StreamId, StreamId>,
    /// Sounds that are no prompts.
    pub(crate) kept: BTreeSet<u32>,
    /// When streams were closed.
    closed_us: BTreeMap<StreamId, u64>,
    /// Nothing is heard or spoken any more.
    pub(crate) is_dead: bool,
}

impl Sound {
    pub(crate) fn streams_open(&self) -> usize {
        self.streams.len()
    }

    /// The stream that uses a port.
    pub(crate) fn at_port(&self, port: u16) -> Option<StreamId> {
        self.streams
            .iter()
            .find(|(_, stream)| stream.pair.rtp == port)
            .map(|(id, _)| *id)
    }

    pub(crate) fn is_open(&self, id: StreamId) -> bool {
        self.streams.contains_key(&id)
    }

    /// Whom somebody hears.
    pub(crate) fn hears(&self, id: StreamId) -> Option<StreamId> {
        self.joined.get(&id).copied()
    }

    /// The two, where both are there.
    fn joins(&mut self, a: StreamId, b: StreamId) -> Option<(StreamId, StreamId)> {
        for id in [a, b] {
            self.silence(id);
            self.parts(id);
        }
        let both = self.streams.contains_key(&a) && self.streams.contains_key(&b);
        let joined = both.then_some((a, b));
        self.joined
            .extend(joined.into_iter().flat_map(|(a, b)| [(a, b), (b, a)]));
        joined
    }

    fn parts(&mut self, id: StreamId) {
        if let Some(other) = self.joined.remove(&id) {
            self.joined.remove(&other);
        }
    }

    /// Since when the switch has done with a stream.
    pub(crate) fn closed_us(&self, id: StreamId) -> Option<u64> {
        self.closed_us.get(&id).copied()
    }

    /// Carries out a command.
    pub(crate) fn command(&mut self, now_us: u64, command: Command, chance: &mut Chance) -> Led {
        let mut led = Led::default();
        if let Command::Close { stream } = command {
            self.closed_us.insert(stream, now_us);
        }
        if self.is_dead {
            return led;
        }
        match command {
            Command::Open {
                stream,
                pair,
                agreed,
                ..
            } => self.open(stream, pair, agreed.is_some(), chance, &mut led),
            Command::Agree { stream, .. } => self.agree(stream, chance, &mut led),
            Command::Play {
                stream,
                token,
                prompts,
                gap_ms,
                then,
            } => {
                let length_us = prompts
                    .iter()
                    .map(|prompt| length_us(prompt.0) + u64::from(gap_ms) * 1_000)
                    .sum();
                self.play(stream, token, length_us, &mut led);
                debug_assert!(then != Then::Repeat, "the switch repeats nothing");
            }
            Command::Tone {
                stream,
                token,
                tone: Tone::Beep,
            } => self.play(stream, token, BEEP_US, &mut led),
            Command::Music { stream, .. }
            | Command::Tone { stream, .. }
            | Command::StopPlay { stream } => {
                self.silence(stream);
            }
            Command::Bridge { a, b } => led.bridged = self.joins(a, b),
            Command::Close { stream } => {
                self.parts(stream);
                if self.streams.remove(&stream).is_some() {
                    led.told.push(Event::Closed {
                        stream,
                        report: StreamReport::default(),
                    });
                }
            }
            Command::Record {
                stream,
                token,
                sound,
                ..
            } => self.record(stream, (token, sound.0), chance, &mut led),
            Command::StopRecording { .. } => {}
            Command::Keep { sound, .. } => {
                self.kept.insert(sound.0);
            }
            Command::Forget { sound } => {
                self.kept.remove(&sound.0);
            }
            Command::Unbridge { a } => self.parts(a),
            Command::Prompts(_) | Command::SendDigit { .. } => {}
        }
        led
    }

    /// Somebody speaks for a while, or says nothing.
    fn record(
        &mut self,
        stream: StreamId,
        (token, sound): (u64, u32),
        chance: &mut Chance,
        led: &mut Led,
    ) {
        let spoken_ms = u32::try_from(chance.between(0, 6_000)).unwrap_or(0);
        let recorded = Due::Recorded {
            stream,
            token,
            sound,
            spoken_ms,
        };
        led.due.push((u64::from(spoken_ms) * 1_000, recorded));
    }

    fn open(
        &mut self,
        id: StreamId,
        pair: PortPair,
        agreed: bool,
        chance: &mut Chance,
        led: &mut Led,
    ) {
        let reason = if self.streams.contains_key(&id) {
            Some(OpenFailure::AlreadyOpen)
        } else if self.streams.values().any(|stream| stream.pair == pair) {
            Some(OpenFailure::PairInUse)
        } else if chance.per_mille(5) {
            Some(OpenFailure::NoEntropy)
        } else {
            None
        };
        if let Some(reason) = reason {
            return led.told.push(Event::OpenFailed { stream: id, reason });
        }
        self.streams.insert(
            id,
            Stream {
                pair,
                agreed: false,
                play: 0,
                unheard: None,
            },
        );
        led.told.push(Event::Opened { stream: id });
        if agreed {
            self.agree(id, chance, led);
        }
    }

    fn agree(&mut self, id: StreamId, chance: &mut Chance, led: &mut Led) {
        let Some(stream) = self.streams.get_mut(&id) else {
            return;
        };
        if !std::mem::replace(&mut stream.agreed, true) {
            led.due.push((chance.ms(20, 200), Due::Starts(id)));
        }
        if let Some((token, length_us)) = stream.unheard.take() {
            self.play(id, token, length_us, led);
        }
    }

    fn play(&mut self, id: StreamId, token: u64, length_us: u64, led: &mut Led) {
        let Some(stream) = self.streams.get_mut(&id) else {
            return;
        };
        stream.play += 1;
        let play = stream.play;
        if stream.agreed {
            led.due.push((
                length_us,
                Due::PlayEnds {
                    stream: id,
                    play,
                    token,
                },
            ));
        } else {
            stream.unheard = Some((token, length_us));
        }
    }

    fn silence(&mut self, id: StreamId) {
        if let Some(stream) = self.streams.get_mut(&id) {
            stream.play += 1;
            stream.unheard = None;
        }
    }

    /// What was due is reported, unless it was overtaken.
    pub(crate) fn due(&mut self, due: Due) -> Option<Event> {
        if self.is_dead {
            return None;
        }
        match due {
            Due::Starts(stream) => self
                .streams
                .contains_key(&stream)
                .then_some(Event::RtpStarted { stream }),
            Due::PlayEnds {
                stream,
                play,
                token,
            } => (self.streams.get(&stream)?.play == play)
                .then_some(Event::PlayEnded { stream, token }),
            Due::Recorded {
                stream,
                token,
                sound,
                spoken_ms,
            } => {
                self.streams.get(&stream)?;
                self.kept.insert(sound);
                Some(Event::Recorded {
                    stream,
                    token,
                    sound: PromptId(sound),
                    audio: Arc::from([0x2A_u8; 160]),
                    duration_ms: spoken_ms,
                    voiced_ms: spoken_ms,
                })
            }
        }
    }
}

const BEEP_US: u64 = 400_000;

/// Prompts last one to four seconds.
fn length_us(prompt: u32) -> u64 {
    1_000_000 + u64::from(prompt % 7) * 500_000
}
