//! Server transactions. Once its final response is out, one holds little more than that packet:
//! thousands of refused calls are in this state during a storm.

use crate::echo::Echo;
use crate::event::{DialogId, Flow};
use crate::settings::Settings;
use crate::transaction::back_off;
use crate::write::Packet;

/// RFC 3261 13.3.1.1: a call that rings for long is kept from being cancelled by proxies.
pub(crate) const PROVISIONAL_EVERY_US: u64 = 60_000_000;

/// What a transaction is doing.
#[derive(Debug)]
pub(crate) enum State {
    /// No final response yet.
    Proceeding {
        echo: Box<Echo>,
        last: Option<Packet>,
        /// When a 100 Trying is due, or the last provisional response once more.
        alarm_at: Option<u64>,
    },
    /// INVITE refused, ACK awaited: Timers G and H, and Timer I after them.
    Refused {
        last: Packet,
        resend_at: Option<u64>,
        interval_us: u64,
        end_at: u64,
    },
    /// Its ACK is here: Timer I.
    Confirmed { end_at: u64 },
    /// INVITE accepted: Timer L, and Timer I after it. The dialog repeats the 2xx; here requests
    /// are absorbed.
    Accepted { last: Packet, end_at: u64 },
    /// A non-INVITE request answered: Timer J.
    Answered { last: Packet, end_at: u64 },
}

/// One request received.
#[derive(Debug)]
pub(crate) struct ServerTransaction {
    pub(crate) key: u128,
    pub(crate) merge_key: Option<u128>,
    /// Where responses go.
    pub(crate) reply: Flow,
    pub(crate) dialog: Option<DialogId>,
    pub(crate) state: State,
    pub(crate) armed: Option<u64>,
}

/// What a deadline leads to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Tick {
    Nothing,
    Repeat(Packet),
    Trying,
    Gone,
}

impl ServerTransaction {
    pub(crate) fn echo(&self) -> Option<&Echo> {
        match &self.state {
            State::Proceeding { echo, .. } => Some(echo),
            State::Refused { .. }
            | State::Confirmed { .. }
            | State::Accepted { .. }
            | State::Answered { .. } => None,
        }
    }

    /// A connection is gone. True when this was to be answered on it and no other way is known.
    pub(crate) fn lose(&mut self, flow: &Flow) -> bool {
        if self.reply != *flow {
            return false;
        }
        let State::Proceeding { echo, .. } = &mut self.state else {
            return true;
        };
        let has_way = echo.lose();
        self.reply = echo.reply;
        !has_way
    }

    /// What a repeated request is answered with.
    pub(crate) fn repeat(&self) -> Option<Packet> {
        match &self.state {
            State::Proceeding { last, .. } => last.clone(),
            State::Refused { last, .. }
            | State::Accepted { last, .. }
            | State::Answered { last, .. } => Some(last.clone()),
            State::Confirmed { .. } => None,
        }
    }

    /// A provisional response is out; `again_at` is when it leaves once more.
    pub(crate) fn provisional(&mut self, packet: Packet, again_at: Option<u64>) {
        if let State::Proceeding { last, alarm_at, .. } = &mut self.state {
            *last = Some(packet);
            *alarm_at = again_at;
        }
    }

    pub(crate) fn refused(&mut self, packet: Packet, now_us: u64, settings: &Settings) {
        let is_reliable = self.reply.transport.is_reliable();
        self.state = State::Refused {
            last: packet,
            resend_at: (!is_reliable).then_some(now_us + settings.t1_us),
            interval_us: settings.t1_us,
            end_at: now_us + settings.patience_us() + self.lateness_us(settings),
        };
    }

    pub(crate) fn accepted(&mut self, packet: Packet, now_us: u64, settings: &Settings) {
        self.state = State::Accepted {
            last: packet,
            end_at: now_us + settings.patience_us() + self.lateness_us(settings),
        };
    }

    /// How long a copy of the INVITE may still be on its way. The caller who hears nothing sends the
    /// last one half a second before Timers H and L end: without this it would be another call.
    fn lateness_us(&self, settings: &Settings) -> u64 {
        if self.reply.transport.is_reliable() {
            0
        } else {
            settings.t4_us
        }
    }

    pub(crate) fn answered(&mut self, packet: Packet, now_us: u64, settings: &Settings) {
        let life = if self.reply.transport.is_reliable() {
            0
        } else {
            settings.patience_us()
        };
        self.state = State::Answered {
            last: packet,
            end_at: now_us + life,
        };
    }

    /// An ACK with the INVITE's branch. True when it is the one that was awaited.
    pub(crate) fn acknowledged(&mut self, now_us: u64, settings: &Settings) -> bool {
        match self.state {
            State::Refused { .. } => {
                self.state = State::Confirmed {
                    end_at: now_us + self.lateness_us(settings),
                };
                true
            }
            State::Proceeding { .. }
            | State::Confirmed { .. }
            | State::Accepted { .. }
            | State::Answered { .. } => false,
        }
    }

    pub(crate) fn deadline(&self) -> Option<u64> {
        match &self.state {
            State::Proceeding { alarm_at, .. } => *alarm_at,
            State::Refused {
                resend_at, end_at, ..
            } => Some(resend_at.map_or(*end_at, |at| at.min(*end_at))),
            State::Confirmed { end_at }
            | State::Accepted { end_at, .. }
            | State::Answered { end_at, .. } => Some(*end_at),
        }
    }

    pub(crate) fn tick(&mut self, now_us: u64, settings: &Settings) -> Tick {
        match &mut self.state {
            State::Proceeding { last, alarm_at, .. } => match (*alarm_at, last) {
                (Some(at), Some(last)) if at <= now_us => {
                    *alarm_at = Some(now_us + PROVISIONAL_EVERY_US);
                    Tick::Repeat(last.clone())
                }
                (Some(at), None) if at <= now_us => {
                    *alarm_at = None;
                    Tick::Trying
                }
                (Some(_) | None, _) => Tick::Nothing,
            },
            State::Refused {
                last,
                resend_at,
                interval_us,
                end_at,
            } => {
                if *end_at <= now_us {
                    return Tick::Gone;
                }
                if resend_at.is_none_or(|at| at > now_us) {
                    return Tick::Nothing;
                }
                *interval_us = back_off(*interval_us, settings.t2_us);
                let next = now_us + *interval_us;
                *resend_at = (next + settings.t4_us < *end_at).then_some(next);
                Tick::Repeat(last.clone())
            }
            State::Confirmed { end_at }
            | State::Accepted { end_at, .. }
            | State::Answered { end_at, .. } => {
                if *end_at <= now_us {
                    Tick::Gone
                } else {
                    Tick::Nothing
                }
            }
        }
    }
}
