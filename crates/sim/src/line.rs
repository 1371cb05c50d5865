//! One call as the outside sees it, and what its people are about to do.

use cuptel_media::StreamId;
use cuptel_sip::DialogId;

use crate::chance::Chance;

/// Who speaks SIP with the switch: 0 is the carrier, the phones follow.
pub(crate) type PeerIndex = usize;

/// A call of a peer.
pub(crate) type CallKey = (PeerIndex, DialogId);

/// Who is on a peer's end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Who {
    /// A person who rang in; their place among the invented people.
    Caller(usize),
    /// A person whom the switch rang.
    Rung,
    /// A seat whom the switch rang.
    Seat,
    /// A seat that dials by hand.
    ByHand,
}

/// A call.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) who: Who,
    /// The switch's media of this call, once both agreed.
    pub(crate) stream: Option<StreamId>,
    /// Its offer, until it is answered.
    pub(crate) offered: Vec<u8>,
    /// `Call-ID` of its INVITE, where the switch sent that.
    pub(crate) call_id: String,
    /// What its people will do.
    pub(crate) chance: Chance,
    /// Its microphone is off, or its voice is lost on the way.
    pub(crate) is_mute: bool,
    /// It was picked up, by whom it rang.
    pub(crate) is_up: bool,
    /// Its end was cut off for a while, or its connection broke: what should have ended it may
    /// have been lost for good.
    pub(crate) is_excused: bool,
    /// In which life of the switch it began, and when.
    pub(crate) epoch: i64,
    pub(crate) since_us: u64,
    /// Since when its phone holds the call by itself.
    pub(crate) holds_since_us: Option<u64>,
}

impl Line {
    pub(crate) fn new(who: Who, offered: Vec<u8>, chance: Chance) -> Self {
        Self {
            who,
            stream: None,
            offered,
            call_id: String::new(),
            chance,
            is_mute: false,
            is_up: false,
            is_excused: false,
            epoch: 0,
            since_us: 0,
            holds_since_us: None,
        }
    }
}

/// What somebody does in a call.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Act {
    /// The phone rings.
    Ring,
    /// Picks up.
    PickUp,
    /// Does not take it, with this status.
    Decline(u16),
    /// Presses a key.
    Press(char),
    /// Hangs up, or gives up.
    HangUp,
    /// Has rung for longer than anybody lets a phone ring.
    RingOut,
    /// Has held the line for longer than any call lasts.
    LetGo,
    /// Is not heard any more.
    FallMute,
    /// The phone holds the call by itself, or takes it up again.
    Hold(bool),
}
