//! One SIP dialog with its media.

use cuptel_core::id::SeatId;
use cuptel_media::{Agreed, PortPair, StreamId};
use cuptel_sip::{DialogId, Flow};

use crate::keys::Keys;

/// Who is at the other end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A person who rang in through a trunk.
    Caller,
    /// A seat's phone that rang in.
    Internal,
    /// A seat's phone that we called.
    Seat(SeatId),
    /// A person whom we called.
    Person,
}

/// How far the dialog is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Their INVITE waits for our final response.
    Arriving,
    /// Their INVITE has our 200; its ACK is not here yet.
    Accepted,
    /// Our INVITE waits for theirs.
    Inviting,
    /// Both sides agreed.
    Up,
}

/// Where the media of a leg is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LegMedia {
    pub(crate) pair: PortPair,
    /// Number of our SDP session; the version grows with each new description.
    pub(crate) version: u64,
    /// What was agreed last.
    pub(crate) agreed: Option<Agreed>,
}

/// A leg.
#[derive(Debug)]
pub(crate) struct Leg {
    pub(crate) kind: Kind,
    pub(crate) phase: Phase,
    /// Grows when what was decided for it before does not fit any more.
    pub(crate) generation: u32,
    /// None until our INVITE is out.
    pub(crate) dialog: Option<DialogId>,
    /// The other phones of a seat that ring beside the one of `dialog`.
    pub(crate) forks: Vec<DialogId>,
    pub(crate) flow: Flow,
    /// Where the phones are whose voice may come; more than one while several ring.
    pub(crate) is_scattered: bool,
    /// The offer of their INVITE; empty when they want ours.
    pub(crate) offer: Vec<u8>,
    pub(crate) media: Option<LegMedia>,
    /// What our 200 will say, once it may leave.
    pub(crate) answer: Option<String>,
    /// Headers that explain a refusal of their INVITE with this status.
    pub(crate) goes_with_refusal: Option<(u16, Vec<(String, String)>)>,
    /// A final response to their INVITE is decided: a CANCEL that crosses it comes too late.
    pub(crate) final_decided: bool,
    /// Their ACK must carry the answer to the offer in our 200.
    pub(crate) answer_in_ack: bool,
    /// Whether media was ever heard: silence only means something after that.
    pub(crate) heard: bool,
    pub(crate) keys: Keys,
    /// The message after which the ring-back tone follows.
    pub(crate) ring_back_after: Option<u64>,
    /// The message after which a tone is heard, and ends with it.
    pub(crate) beep_after: Option<u64>,
}

impl Leg {
    pub(crate) fn new(kind: Kind, phase: Phase, flow: Flow) -> Self {
        Self {
            kind,
            phase,
            generation: 0,
            dialog: None,
            forks: Vec::new(),
            flow,
            is_scattered: false,
            offer: Vec::new(),
            media: None,
            answer: None,
            goes_with_refusal: None,
            final_decided: false,
            answer_in_ack: false,
            heard: false,
            keys: Keys::default(),
            ring_back_after: None,
            beep_after: None,
        }
    }
}

impl Leg {
    /// Whether the silence of its media means that it is gone. A seat's phone must be heard.
    /// A person outside who was never heard may be muted by a network that sends no packets
    /// for silence, and hears us all the same: only who fell silent is gone.
    pub(crate) fn is_missed(&self) -> bool {
        let must_speak = match self.kind {
            Kind::Seat(_) => true,
            Kind::Caller | Kind::Internal | Kind::Person => self.heard,
        };
        must_speak && self.phase == Phase::Up
    }
}

/// The media stream of a leg carries the leg's number.
pub(crate) fn stream_of(leg: cuptel_core::id::LegId) -> StreamId {
    StreamId(leg.0)
}
