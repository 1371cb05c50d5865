//! What the media thread is told and what it tells: its whole interface in two enums.

use std::net::IpAddr;
use std::sync::Arc;

use ipnet::IpNet;

use crate::StreamId;
use crate::ports::PortPair;
use crate::prompt::{PromptId, PromptLibrary};
use crate::sdp::Agreed;
use crate::statistics::StreamReport;
use crate::tone::Tone;

/// An order to the media thread. Orders are carried out in the order they were sent; one that
/// names a stream which is not open is counted (`Stats::unknown_stream`) and has no effect.
#[derive(Debug, Clone)]
pub enum Command {
    /// Takes a bound pair into use for a stream. Answered by `Opened` or `OpenFailed`.
    Open {
        /// The new stream.
        stream: StreamId,
        /// A pair from [`crate::Handle::pairs`] that no other stream uses.
        pair: PortPair,
        /// What the SDP exchange gave; `None` when our offer has no answer yet.
        agreed: Option<Agreed>,
        /// From where packets are accepted.
        latch: Latch,
    },
    /// An answer or a re-INVITE arrived.
    Agree {
        /// The stream.
        stream: StreamId,
        /// What holds from now on.
        agreed: Agreed,
    },
    /// Plays prompts one after another; replaces what plays. While it lasts, a bridged peer is
    /// not heard. Waits while the stream has no `Agreed`; runs unheard while the remote holds.
    Play {
        /// The stream.
        stream: StreamId,
        /// Comes back in `PlayEnded`.
        token: u64,
        /// Played in this order; ids that the library does not know are skipped.
        prompts: Arc<[PromptId]>,
        /// Silence between two prompts, rounded up to 20 ms.
        gap_ms: u32,
        /// What follows the last prompt.
        then: Then,
    },
    /// Loops over one prompt until something replaces it. A stream keeps its place in its
    /// music: a prompt in between, or the same `Music` again, goes on where it was.
    Music {
        /// The stream.
        stream: StreamId,
        /// Comes back in `PlayEnded` only if the library does not know the music.
        token: u64,
        /// What is looped over.
        music: PromptId,
    },
    /// Plays a tone; replaces what plays.
    Tone {
        /// The stream.
        stream: StreamId,
        /// Comes back in `PlayEnded` for a tone that ends by itself.
        token: u64,
        /// Which tone.
        tone: Tone,
    },
    /// Presses a key (RFC 4733) behind the ones that the stream is still pressing; sound waits
    /// meanwhile. Not sent when the remote knows no telephone events.
    SendDigit {
        /// The stream.
        stream: StreamId,
        /// `0`–`9`, `*`, `#`, `A`–`D`; anything else is ignored.
        digit: char,
        /// How long it is held: 40 ms to 8 s, rounded up to 20 ms.
        duration_ms: u32,
    },
    /// Replaces the library. The new one knows every id of the former, so that nothing that
    /// plays changes.
    Prompts(Arc<PromptLibrary>),
    /// Keeps what the stream says from now on, until `#` or `max_ms`, as a sound that can be played.
    /// Answered by `Recorded`, unless the stream is closed before; replaces a recording that goes on.
    Record {
        /// The stream.
        stream: StreamId,
        /// Comes back in `Recorded`.
        token: u64,
        /// Under which it can be played; no id of the library.
        sound: PromptId,
        /// How long it may be.
        max_ms: u32,
    },
    /// Ends the recording of a stream as `#` does.
    StopRecording {
        /// The stream.
        stream: StreamId,
    },
    /// Takes in a sound that is no prompt of the library.
    Keep {
        /// Under which it can be played; no id of the library.
        sound: PromptId,
        /// A-law, whole frames.
        audio: Arc<[u8]>,
    },
    /// Forgets a recording or a sound that was kept; whoever hears it hears it to its end.
    Forget {
        /// Which.
        sound: PromptId,
    },
    /// Stops what plays. No `PlayEnded` follows.
    StopPlay {
        /// The stream.
        stream: StreamId,
    },
    /// Lets two streams hear each other; stops play on both and ends their former bridges.
    Bridge {
        /// One of the two.
        a: StreamId,
        /// The other.
        b: StreamId,
    },
    /// Ends the bridge that this stream is part of, for both of its sides.
    Unbridge {
        /// One of the two.
        a: StreamId,
    },
    /// Says RTCP BYE and frees the pair. Answered by `Closed`.
    Close {
        /// The stream.
        stream: StreamId,
    },
}

/// What follows the last prompt of a `Play`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// `PlayEnded`, and nothing is sent any more.
    Silence,
    /// `PlayEnded`, and the stream's music goes on (silence if it never had any).
    Music,
    /// All of it again after the gap; `PlayEnded` never comes.
    Repeat,
}

/// From where a stream accepts packets. The exact address of the SDP always counts, unless
/// `Once` names an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Latch {
    /// Trunks: the SDP's address and port, or any port of these networks.
    SdpOnly {
        /// Extra accepted source networks, for carriers that send from elsewhere.
        networks: Vec<IpNet>,
    },
    /// Phones, often behind NAT: the first source heard within the window is the remote from
    /// then on, and packets go to it instead of to the SDP's address.
    Once {
        /// Counted from the moment the SDP is agreed; cut to `Settings::latch_window_us`.
        window_us: u64,
        /// The registered address: nothing else may latch, nor be accepted.
        address: Option<IpAddr>,
    },
}

/// What the media thread reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The pair is in use, stale packets are gone, commands for the stream take effect.
    Opened {
        /// The stream.
        stream: StreamId,
    },
    /// The stream does not exist; an already open stream of the same id is untouched.
    OpenFailed {
        /// The stream.
        stream: StreamId,
        /// Why.
        reason: OpenFailure,
    },
    /// A key was pressed (RFC 4733), reported exactly once, at its end.
    Digit {
        /// The stream.
        stream: StreamId,
        /// `0`–`9`, `*`, `#`, `A`–`D`.
        digit: char,
        /// How long it was held, as the sender says.
        duration_ms: u32,
    },
    /// The last frame of a play was sent.
    PlayEnded {
        /// The stream.
        stream: StreamId,
        /// The token of the command.
        token: u64,
    },
    /// A recording is over, and can be played.
    Recorded {
        /// The stream.
        stream: StreamId,
        /// The token of the command.
        token: u64,
        /// Under which it can be played.
        sound: PromptId,
        /// A-law, whole frames.
        audio: Arc<[u8]>,
        /// How long it is.
        duration_ms: u32,
        /// How much of that is as loud as a voice.
        voiced_ms: u32,
    },
    /// Neither RTP nor RTCP came for `Settings::rtp_timeout_us` although the remote should
    /// send. Once per silence.
    RtpTimeout {
        /// The stream.
        stream: StreamId,
    },
    /// The first packet was accepted.
    RtpStarted {
        /// The stream.
        stream: StreamId,
    },
    /// The stream is no more and its pair can be given back.
    Closed {
        /// The stream.
        stream: StreamId,
        /// What passed through it.
        report: StreamReport,
    },
}

/// Why a stream could not be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenFailure {
    /// Two `Open` with one id.
    #[error("a stream of this id is open")]
    AlreadyOpen,
    /// Not one of `Handle::pairs`.
    #[error("the port pair is not bound")]
    UnknownPair,
    /// The pair serves another stream.
    #[error("the port pair is in use")]
    PairInUse,
    /// Identifiers must be unguessable, so none are made up without entropy.
    #[error("the system gave no random numbers")]
    NoEntropy,
}
