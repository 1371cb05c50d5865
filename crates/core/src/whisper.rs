//! What an operator whose profile asks for it hears before they are connected: what kind of work
//! it is, for which health authority and queue, and how long the person has waited.

use crate::centre::Centre;
use crate::id::{LegId, QueueId, SeatId};
use crate::rules::PromptId;
use crate::seat::{SeatWork, With};
use crate::step::{AfterPlay, Effect, Step};
use crate::time::{Now, UtcMs};

/// Token of the message that a number is being dialled.
const DIALLING: u64 = 0;
/// Comes back when the operator has heard who calls.
pub(crate) const WHISPERED: u64 = 2;
/// A wait of a minute is no news.
const WAIT_MIN: i64 = 2;

impl Centre {
    /// Empty for whoever does not ask for it.
    fn whisper(&self, now: Now, id: SeatId, (queue, since_ms): (QueueId, UtcMs)) -> Vec<PromptId> {
        let (seat, rule) = (self.seats.get(&id), self.rules.queues.get(&queue));
        let Some(rule) = rule.filter(|_| seat.is_some_and(|seat| seat.profile.whisper)) else {
            return Vec::new();
        };
        let tenant = self.rules.tenants.get(&rule.tenant);
        let mut told: Vec<PromptId> = tenant
            .and_then(|tenant| tenant.whisper)
            .into_iter()
            .collect();
        told.extend(rule.whisper);
        let spoken = &self.rules.prompts;
        let minutes = (now.utc_ms - since_ms) / 60_000;
        let numbers = &spoken.notice.hours;
        let number = usize::try_from(minutes)
            .ok()
            .and_then(|minutes| numbers.get(minutes));
        if minutes >= WAIT_MIN {
            told.extend(match number {
                Some(&number) => vec![spoken.whisper_waits, number, spoken.whisper_minutes],
                None => vec![spoken.whisper_waits_long],
            });
        }
        told
    }

    /// A person is rung for an operator, who hears of it.
    pub(crate) fn tell_who_is_rung(
        &mut self,
        now: Now,
        id: SeatId,
        leg: LegId,
        queue: QueueId,
        step: &mut Step,
    ) {
        let mut prompts = self.whisper(now, id, (queue, now.utc_ms));
        prompts.push(self.rules.prompts.to_operator_dialling);
        self.is_told(id, false);
        step.effects.push(Effect::Play {
            leg,
            token: DIALLING,
            prompts,
            then: AfterPlay::RingBack,
        });
    }

    /// An operator and a person hear each other, once the operator has heard who it is.
    pub(crate) fn connect(
        &mut self,
        now: Now,
        id: SeatId,
        (seat_leg, other): (LegId, LegId),
        about: (QueueId, UtcMs),
        step: &mut Step,
    ) {
        let prompts = self.whisper(now, id, about);
        self.is_told(id, !prompts.is_empty());
        step.effects.push(if prompts.is_empty() {
            Effect::Bridge {
                a: other,
                b: seat_leg,
            }
        } else {
            Effect::Play {
                leg: seat_leg,
                token: WHISPERED,
                prompts: [vec![self.rules.prompts.whisper_call], prompts].concat(),
                then: AfterPlay::Silence,
            }
        });
    }

    /// The operator has heard who it is.
    pub(crate) fn whispered(&mut self, id: SeatId, step: &mut Step) {
        let Some(SeatWork::Talking { leg, with, .. }) = self.seats.get(&id).map(|it| &it.work)
        else {
            return;
        };
        let other = match with {
            With::Caller(attempt) => self.attempts.get(attempt).map(|live| live.leg),
            With::Person { leg, .. } => Some(*leg),
            With::Ringing { .. } => None,
        };
        if let Some(a) = other {
            step.effects.push(Effect::Bridge { a, b: *leg });
            self.is_told(id, false);
        }
    }

    fn is_told(&mut self, id: SeatId, is_told: bool) {
        if let Some(seat) = self.seats.get_mut(&id) {
            seat.is_told = is_told;
        }
    }
}
