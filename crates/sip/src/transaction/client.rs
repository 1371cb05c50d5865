//! Client transactions.

use crate::event::{DialogId, Flow, PingId, RegistrationId};
use crate::request::Request;
use crate::settings::Settings;
use crate::transaction::back_off;
use crate::write::Packet;

/// Who waits for the final response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Owner {
    Invite(DialogId),
    Bye(DialogId),
    Ping(PingId),
    Register(RegistrationId),
    /// A CANCEL, or the BYE of a dialog that nobody knows of any more.
    Nobody,
    /// The same, on the word of somebody whom we cannot be sure to have called.
    Doubtful,
}

/// What a transaction is doing.
#[derive(Debug)]
pub(crate) enum State {
    /// Nothing came back: Timers A and B, or E and F. `interval_us` is capped at T2 for
    /// non-INVITE requests only, and starts there after a provisional response.
    Trying {
        resend_at: Option<u64>,
        interval_us: u64,
        give_up_at: u64,
    },
    /// INVITE with a provisional response: its ring time is the dialog's.
    Proceeding,
    /// INVITE refused and acknowledged: Timer D.
    Refused { ack: Packet, end_at: u64 },
    /// INVITE accepted: Timer M. One ACK per To tag, for each time its 2xx comes again.
    Accepted { acks: Vec<Acked>, end_at: u64 },
    /// Non-INVITE answered: Timer K.
    Answered { end_at: u64 },
}

/// The ACK that one fork's 2xx got.
#[derive(Debug)]
pub(crate) struct Acked {
    pub(crate) tag: Vec<u8>,
    pub(crate) flow: Flow,
    pub(crate) packet: Packet,
}

/// One request sent.
#[derive(Debug)]
pub(crate) struct ClientTransaction {
    pub(crate) key: u128,
    pub(crate) flow: Flow,
    pub(crate) owner: Owner,
    pub(crate) request: Request,
    pub(crate) packet: Packet,
    pub(crate) state: State,
    pub(crate) armed: Option<u64>,
}

/// What a deadline leads to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Tick {
    Nothing,
    Repeat(Packet),
    /// No answer ever came.
    TimedOut,
    Gone,
}

impl State {
    pub(crate) fn trying(now_us: u64, flow: &Flow, settings: &Settings) -> Self {
        let is_reliable = flow.transport.is_reliable();
        Self::Trying {
            resend_at: (!is_reliable).then_some(now_us + settings.t1_us),
            interval_us: settings.t1_us,
            give_up_at: now_us + settings.patience_us(),
        }
    }
}

impl ClientTransaction {
    pub(crate) fn is_invite(&self) -> bool {
        self.request.method == "INVITE"
    }

    /// A provisional response. False when it is too late for one.
    pub(crate) fn provisional(&mut self, settings: &Settings) -> bool {
        let is_invite = self.is_invite();
        match &mut self.state {
            State::Trying { interval_us, .. } => {
                if is_invite {
                    self.state = State::Proceeding;
                } else {
                    *interval_us = settings.t2_us;
                }
                true
            }
            State::Proceeding => true,
            State::Refused { .. } | State::Accepted { .. } | State::Answered { .. } => false,
        }
    }

    /// Whether the final response is still to come.
    pub(crate) fn is_open(&self) -> bool {
        match self.state {
            State::Trying { .. } | State::Proceeding => true,
            State::Refused { .. } | State::Accepted { .. } | State::Answered { .. } => false,
        }
    }

    pub(crate) fn refused(&mut self, ack: Packet, now_us: u64, settings: &Settings) {
        let wait = if self.flow.transport.is_reliable() {
            0
        } else {
            settings.patience_us()
        };
        self.state = State::Refused {
            ack,
            end_at: now_us + wait,
        };
    }

    pub(crate) fn answered(&mut self, now_us: u64, settings: &Settings) {
        let wait = if self.flow.transport.is_reliable() {
            0
        } else {
            settings.t4_us
        };
        self.state = State::Answered {
            end_at: now_us + wait,
        };
    }

    pub(crate) fn deadline(&self) -> Option<u64> {
        match &self.state {
            State::Trying {
                resend_at,
                give_up_at,
                ..
            } => Some(resend_at.map_or(*give_up_at, |at| at.min(*give_up_at))),
            State::Proceeding => None,
            State::Refused { end_at, .. }
            | State::Accepted { end_at, .. }
            | State::Answered { end_at } => Some(*end_at),
        }
    }

    pub(crate) fn tick(&mut self, now_us: u64, settings: &Settings) -> Tick {
        let limit_us = if self.is_invite() {
            u64::MAX
        } else {
            settings.t2_us
        };
        match &mut self.state {
            State::Trying {
                resend_at,
                interval_us,
                give_up_at,
            } => {
                if *give_up_at <= now_us {
                    return Tick::TimedOut;
                }
                if resend_at.is_none_or(|at| at > now_us) {
                    return Tick::Nothing;
                }
                *interval_us = back_off(*interval_us, limit_us);
                *resend_at = Some(now_us + *interval_us);
                Tick::Repeat(self.packet.clone())
            }
            State::Proceeding => Tick::Nothing,
            State::Refused { end_at, .. }
            | State::Accepted { end_at, .. }
            | State::Answered { end_at } => {
                if *end_at <= now_us {
                    Tick::Gone
                } else {
                    Tick::Nothing
                }
            }
        }
    }
}
