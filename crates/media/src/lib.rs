//! SDP, RTP, G.711, DTMF, prompts and the thread that owns the media sockets.
//! Knows nothing of call centres: it opens streams, plays, bridges and reports.
//!
//! The pure part ([`answer`], [`offer`], [`PortPool`], [`PromptLibrary`], [`g711`]) takes its
//! inputs as arguments. The other part is one thread ([`start`]) driven by [`Command`]s that
//! answers with [`Event`]s; every stream of every call lives on it, so a transfer never crosses
//! threads.

mod bind;
mod clock;
mod command;
mod exchange;
pub mod g711;
mod keying;
mod leg;
mod outbox;
mod pacing;
mod player;
mod ports;
mod prompt;
mod reception;
mod recording;
mod relay;
mod rtcp;
mod rtp_header;
mod sdp;
mod sdp_text;
mod source;
mod statistics;
mod stream;
mod telephone_event;
mod thread;
mod tone;

pub use bind::{MediaError, Network, Settings};
pub use command::{Command, Event, Latch, OpenFailure, Then};
pub use ports::{PortPair, PortPool};
pub use prompt::{PromptError, PromptId, PromptLibrary, sound_of_wav};
pub use recording::voiced_ms;
pub use sdp::{Agreed, Direction, Local, SdpError, accept_answer, answer, offer};
pub use statistics::{Stats, StreamReport};
pub use thread::{Handle, Sink, start};
pub use tone::Tone;

/// The media of one leg. Allotted by the caller of this crate; never used twice at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamId(pub i64);

/// The two forms of G.711, 8 kHz mono, one byte a sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Codec {
    /// A-law: Europe's form and the one prompts are stored in.
    Pcma,
    /// µ-law.
    Pcmu,
}

impl Codec {
    /// The static payload type of RFC 3551 table 4.
    #[must_use]
    pub const fn payload_type(self) -> u8 {
        match self {
            Self::Pcmu => 0,
            Self::Pcma => 8,
        }
    }

    /// The encoding name as SDP writes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pcmu => "PCMU",
            Self::Pcma => "PCMA",
        }
    }
}
