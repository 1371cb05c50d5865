//! Who is called by the centre: an operator's phone, or a person at the carrier. Rings, then
//! does one of few things.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::message::{Message, sdp};

/// What somebody does who is rung.
#[derive(Debug, Clone, Copy)]
pub(super) enum Habit {
    /// Answers after the first, and hangs up after the second.
    Answers(Duration, Duration),
    /// Refuses with a status after so long.
    Refuses(&'static str, Duration),
    /// Lets it ring.
    LetsRing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    Ringing,
    Talking,
    /// With the last words said: nothing is to be done any more.
    Over,
}

/// One call, from the INVITE to its end.
#[derive(Debug)]
pub(super) struct Callee {
    invite: Message,
    own: SocketAddr,
    voice: SocketAddr,
    habit: Habit,
    due: Instant,
    pub(super) stage: Stage,
    /// A CANCEL came after the answer: a BYE is on its way, and the centre counts us as free.
    pub(super) is_unwanted: bool,
    last: String,
}

impl Callee {
    /// Somebody who is rung just now; what the phone says to that.
    pub(super) fn rings(
        invite: &Message,
        (own, voice): (SocketAddr, SocketAddr),
        habit: Habit,
        now: Instant,
    ) -> (Self, String) {
        let due = match habit {
            Habit::Answers(after, _) | Habit::Refuses(_, after) => now + after,
            Habit::LetsRing => now + Duration::from_secs(3_600),
        };
        let ringing = invite.answer("180 Ringing", own, "");
        let callee = Self {
            invite: invite.clone(),
            own,
            voice,
            habit,
            due,
            stage: Stage::Ringing,
            is_unwanted: false,
            last: ringing.clone(),
        };
        (callee, ringing)
    }

    pub(super) fn is_of(&self, message: &Message) -> bool {
        self.id() == message.header("Call-ID")
    }

    /// The Call-ID.
    pub(super) fn id(&self) -> &str {
        self.invite.header("Call-ID")
    }

    /// The status with which it refused, if it has.
    pub(super) fn refused_with(&self) -> Option<&'static str> {
        match self.habit {
            Habit::Refuses(status, _) if self.last.contains(status) => Some(status),
            Habit::Refuses(..) | Habit::Answers(..) | Habit::LetsRing => None,
        }
    }

    /// What is said to a request of this call.
    pub(super) fn takes(&mut self, request: &Message) -> Vec<String> {
        match request.method() {
            "INVITE" if request.is_in_dialog() => {
                vec![request.answer("200 OK", self.own, &sdp(self.voice))]
            }
            "INVITE" => vec![self.last.clone()],
            "ACK" => Vec::new(),
            "CANCEL" if self.stage == Stage::Ringing => {
                self.stage = Stage::Over;
                self.last = self.invite.answer("487 Request Terminated", self.own, "");
                vec![request.answer("200 OK", self.own, ""), self.last.clone()]
            }
            "CANCEL" => {
                self.is_unwanted = true;
                vec![request.answer("200 OK", self.own, "")]
            }
            "BYE" => {
                self.stage = Stage::Over;
                vec![request.answer("200 OK", self.own, "")]
            }
            _ => vec![request.answer("200 OK", self.own, "")],
        }
    }

    /// What is said when its time has come.
    pub(super) fn goes_on(&mut self, now: Instant) -> Option<String> {
        if now < self.due {
            return None;
        }
        match (self.stage, self.habit) {
            (Stage::Ringing, Habit::Answers(_, talks)) => {
                self.stage = Stage::Talking;
                self.due = now + talks;
                self.last = self.invite.answer("200 OK", self.own, &sdp(self.voice));
                Some(self.last.clone())
            }
            (Stage::Ringing, Habit::Refuses(status, _)) => {
                self.stage = Stage::Over;
                self.last = self.invite.answer(status, self.own, "");
                Some(self.last.clone())
            }
            (Stage::Talking, _) => {
                self.stage = Stage::Over;
                Some(self.invite.bye(self.own))
            }
            (Stage::Ringing, Habit::LetsRing) | (Stage::Over, _) => None,
        }
    }
}
