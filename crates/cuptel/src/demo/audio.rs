//! The voices of the phones: ports, offers and answers, and one media thread that speaks.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::sync::Arc;

use cuptel_media::{
    self as media, Agreed, Codec, Command, Event, Handle, Latch, Local, MediaError, Network,
    PortPair, PortPool, PromptId, PromptLibrary, StreamId, StreamReport, Then,
};

/// A pair rests so long; shorter than the engine's own, these ports meet nobody else.
const QUARANTINE_US: u64 = 2_000_000;

/// One phone's end of the sound.
#[derive(Debug)]
pub(crate) struct Sound {
    stream: StreamId,
    local: Local,
    /// Our offer has no answer yet.
    pub(crate) owes_answer: bool,
}

/// All phones' sound.
#[derive(Debug)]
pub(crate) struct Audio {
    handle: Handle,
    pool: PortPool,
    address: IpAddr,
    voice: Arc<[PromptId]>,
    /// Until `Closed`.
    open: BTreeMap<StreamId, PortPair>,
    last: i64,
}

/// What the media thread is to be started with.
#[derive(Debug)]
pub(crate) struct AudioPlan {
    pub(crate) address: IpAddr,
    pub(crate) ports: RangeInclusive<u16>,
    pub(crate) pairs_max: usize,
    pub(crate) prompts: Arc<PromptLibrary>,
    pub(crate) voice: PromptId,
}

impl Audio {
    pub(crate) fn start(plan: AudioPlan, sink: media::Sink) -> Result<Self, MediaError> {
        let network = Network {
            bind: plan.address,
            advertise: plan.address,
            ports: plan.ports,
            pairs_max: plan.pairs_max,
        };
        let settings = media::Settings {
            networks: vec![network],
            ..media::Settings::default()
        };
        let handle = media::start(settings, plan.prompts, sink)?;
        Ok(Self {
            pool: PortPool::new(handle.pairs().iter().copied(), QUARANTINE_US),
            handle,
            address: plan.address,
            voice: [plan.voice].into(),
            open: BTreeMap::new(),
            last: 0,
        })
    }

    /// Our offer. `None` when no port is free.
    pub(crate) fn offer(&mut self, now_us: u64) -> Option<(Sound, String)> {
        let (mut sound, pair) = self.take(now_us)?;
        sound.owes_answer = true;
        let text = media::offer(&sound.local, Codec::Pcma);
        self.speak(&sound, pair, None);
        Some((sound, text))
    }

    /// The answer to theirs, or our offer where they made none. `None` when no port is free or
    /// nothing fits.
    pub(crate) fn answer(&mut self, now_us: u64, offer: &[u8]) -> Option<(Sound, String)> {
        if offer.is_empty() {
            return self.offer(now_us);
        }
        let (sound, pair) = self.take(now_us)?;
        match media::answer(offer, &sound.local) {
            Ok((text, agreed)) => {
                self.speak(&sound, pair, Some(agreed));
                Some((sound, text))
            }
            Err(error) => {
                tracing::warn!(%error, "demo phone cannot use an offer");
                self.open.remove(&sound.stream);
                self.pool.give_back(now_us, pair);
                None
            }
        }
    }

    /// Takes the answer to our offer. `false` when it cannot be used.
    pub(crate) fn agree(&mut self, sound: &mut Sound, answer: &[u8]) -> bool {
        match media::accept_answer(answer) {
            Ok(agreed) => {
                sound.owes_answer = false;
                self.order(Command::Agree {
                    stream: sound.stream,
                    agreed,
                });
                true
            }
            Err(error) => {
                tracing::warn!(%error, "demo phone cannot use an answer");
                false
            }
        }
    }

    /// A re-INVITE: their new offer, or the wish for ours.
    pub(crate) fn again(&mut self, sound: &mut Sound, offer: &[u8]) -> Option<String> {
        sound.local.version += 1;
        if offer.is_empty() {
            sound.owes_answer = true;
            return Some(media::offer(&sound.local, Codec::Pcma));
        }
        let (text, agreed) = media::answer(offer, &sound.local).ok()?;
        self.order(Command::Agree {
            stream: sound.stream,
            agreed,
        });
        Some(text)
    }

    pub(crate) fn press(&mut self, sound: &Sound, digit: char, duration_ms: u32) {
        self.order(Command::SendDigit {
            stream: sound.stream,
            digit,
            duration_ms,
        });
    }

    /// Its report follows as an event.
    pub(crate) fn close(&mut self, sound: &Sound) {
        self.order(Command::Close {
            stream: sound.stream,
        });
    }

    /// The report of a stream that is over.
    pub(crate) fn on_event(&mut self, now_us: u64, event: Event) -> Option<StreamReport> {
        match event {
            Event::Closed { stream, report } => {
                self.rest(now_us, stream);
                Some(report)
            }
            Event::OpenFailed { stream, reason } => {
                tracing::warn!(%reason, "demo phone without sound");
                self.rest(now_us, stream);
                None
            }
            Event::Opened { .. }
            | Event::Digit { .. }
            | Event::PlayEnded { .. }
            | Event::Recorded { .. }
            | Event::RtpTimeout { .. }
            | Event::RtpStarted { .. } => None,
        }
    }

    /// Streams whose report is still to come.
    pub(crate) fn open(&self) -> usize {
        self.open.len()
    }

    fn take(&mut self, now_us: u64) -> Option<(Sound, PortPair)> {
        let pair = self.pool.take(now_us)?;
        self.last += 1;
        let stream = StreamId(self.last);
        self.open.insert(stream, pair);
        let local = Local {
            address: self.address,
            rtp_port: pair.rtp,
            session_id: self.last.unsigned_abs(),
            version: 1,
        };
        let sound = Sound {
            stream,
            local,
            owes_answer: false,
        };
        Some((sound, pair))
    }

    /// It speaks as soon as both sides agreed.
    fn speak(&self, sound: &Sound, pair: PortPair, agreed: Option<Agreed>) {
        let stream = sound.stream;
        self.order(Command::Open {
            stream,
            pair,
            agreed,
            latch: Latch::SdpOnly {
                networks: Vec::new(),
            },
        });
        self.order(Command::Play {
            stream,
            token: 0,
            prompts: Arc::clone(&self.voice),
            gap_ms: 0,
            then: Then::Repeat,
        });
    }

    fn rest(&mut self, now_us: u64, stream: StreamId) {
        if let Some(pair) = self.open.remove(&stream) {
            self.pool.give_back(now_us, pair);
        }
    }

    fn order(&self, command: Command) {
        if let Err(error) = self.handle.send(command) {
            tracing::error!(%error, "demo phones: the media thread takes no more commands");
        }
    }
}
