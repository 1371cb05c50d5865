//! The life of one callback: waiting, offered to a seat, dialled, closed.
//! Knows nothing of SIP: a seat that answers is a `Move`, not a message.

use crate::campaign::Recalls;
use crate::chosen_time::ChosenTime;
use crate::code_word::CodeWord;
use crate::given_on::GivenOn;
use crate::id::QueueId;
use crate::ledger;
use crate::number::PhoneNumber;
use crate::record::{CallbackRow, NeedRow, Needs};
use crate::rules::CallbackPolicy;
use crate::staying::only_stays;
use crate::time::{MonoUs, Now, UtcMs};
use crate::words::{CallbackState, DialResult, NeedKind};
use serde::{Deserialize, Serialize};

/// What moves a callback from state to state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Move {
    /// Proposed to a seat.
    Offer,
    /// The seat did not take it, or it was withdrawn.
    Return,
    /// The seat took it, or nobody is to before the person: the person is rung.
    Dial,
    /// The person answered, or has an operator again.
    Answer,
    /// The person waits on the line for an operator: theirs is gone, or they pressed the key.
    Wait,
    /// The process died while it was in flight.
    Crash,
    /// The cool-down after a crash is over.
    Reconcile,
    /// Settled, or given up.
    Close,
}

/// A move that the state does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a callback that is {state} cannot {wanted:?}")]
pub(crate) struct Refused {
    state: CallbackState,
    wanted: Move,
}

/// The one function that moves a callback.
pub(crate) fn next(state: CallbackState, wanted: Move) -> Result<CallbackState, Refused> {
    use CallbackState as S;
    let refused = Err(Refused { state, wanted });
    match state {
        S::Waiting => match wanted {
            Move::Offer => Ok(S::Offered),
            Move::Dial => Ok(S::Dialling),
            Move::Close => Ok(S::Closed),
            Move::Return | Move::Answer | Move::Wait | Move::Crash | Move::Reconcile => refused,
        },
        S::Offered => match wanted {
            Move::Return => Ok(S::Waiting),
            Move::Dial => Ok(S::Dialling),
            Move::Close => Ok(S::Closed),
            Move::Offer | Move::Answer | Move::Wait | Move::Crash | Move::Reconcile => refused,
        },
        S::Dialling => match wanted {
            Move::Answer => Ok(S::Talking),
            Move::Wait => Ok(S::AnsweredWaiting),
            Move::Return => Ok(S::Waiting),
            Move::Crash => Ok(S::Unknown),
            Move::Close => Ok(S::Closed),
            Move::Offer | Move::Dial | Move::Reconcile => refused,
        },
        S::Talking => match wanted {
            Move::Wait => Ok(S::AnsweredWaiting),
            Move::Return => Ok(S::Waiting),
            Move::Crash => Ok(S::Unknown),
            Move::Close => Ok(S::Closed),
            Move::Offer | Move::Dial | Move::Answer | Move::Reconcile => refused,
        },
        S::AnsweredWaiting => match wanted {
            Move::Answer => Ok(S::Talking),
            Move::Return => Ok(S::Waiting),
            Move::Crash => Ok(S::Unknown),
            Move::Close => Ok(S::Closed),
            Move::Offer | Move::Dial | Move::Wait | Move::Reconcile => refused,
        },
        S::Unknown => match wanted {
            Move::Reconcile => Ok(S::Waiting),
            Move::Close => Ok(S::Closed),
            Move::Offer | Move::Return | Move::Dial | Move::Answer | Move::Wait | Move::Crash => {
                refused
            }
        },
        // "Another person at this number": the conversation settled nothing.
        S::Closed => match wanted {
            Move::Return => Ok(S::Waiting),
            Move::Offer
            | Move::Dial
            | Move::Answer
            | Move::Wait
            | Move::Crash
            | Move::Reconcile
            | Move::Close => refused,
        },
    }
}

/// An open callback in memory.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Case {
    pub(crate) row: CallbackRow,
    pub(crate) number: PhoneNumber,
    /// The needs still open.
    pub(crate) needs: Needs,
    /// Whether it stands in the queue of works.
    pub(crate) ready: Option<QueueId>,
    /// Under what the ledger counts it.
    pub(crate) entered: Option<ledger::Entry>,
    /// Whether it has a moment of its own after the opening that it was promised for.
    pub(crate) released: bool,
    /// When the earliest timer that looks at it fires.
    pub(crate) wake_at: Option<MonoUs>,
    /// How many dials were part of a try. Forgotten by a restart, which costs less than a try.
    pub(crate) parts: u32,
    /// How often whoever answered pressed no key, since somebody did. Forgotten by a restart, which
    /// costs a question more.
    pub(crate) machines: u32,
    /// The time by which the person was told that they are called.
    pub(crate) promised_ms: Option<UtcMs>,
    /// When the person wants to be called.
    pub(crate) chosen: Option<ChosenTime>,
    /// What was known of the people of campaigns that were settled with it.
    pub(crate) recalled: Option<Box<Recalls>>,
    /// The code word that went when it was closed: whoever is owed the call again knows it.
    pub(crate) code: Option<CodeWord>,
    /// Which operator gave the person on, once we had reached them.
    pub(crate) given_on: Option<Box<GivenOn>>,
}

/// A callback that was closed, and the needs that were settled with it.
pub(crate) type Settled = (Box<Case>, Needs);

/// A wish to be called, or a debt that arose.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Debt {
    pub(crate) kind: NeedKind,
    pub(crate) queue: Option<QueueId>,
    pub(crate) place_ms: UtcMs,
    pub(crate) not_before_ms: UtcMs,
    pub(crate) priority_ms: i64,
    /// Whether it is owed to another person at the same number.
    pub(crate) another_person: bool,
}

impl Case {
    /// The queue whose operators serve it: that of the oldest need that names one. What stays may
    /// have its time later than what a person waits for.
    pub(crate) fn queue(&self, missed_queue: QueueId) -> QueueId {
        let closes = |need: &&NeedRow| need.kind.closes_by_conversation();
        let waited_for = self.needs.iter().filter(closes).find_map(|need| need.queue);
        waited_for
            .or_else(|| self.needs.iter().find_map(|need| need.queue))
            .unwrap_or(missed_queue)
    }

    /// Whether two persons at the number are owed a call.
    pub(crate) fn concerns_two(&self) -> bool {
        let first = self.needs.iter().any(|need| !need.another_person);
        first && self.needs.iter().any(|need| need.another_person)
    }

    /// Whether a dial in vain is what it rests from.
    pub(crate) fn was_dialled(&self) -> bool {
        self.row.tries > 0 || self.parts > 0
    }

    fn joined_not_before(&self, debt: &Debt) -> UtcMs {
        let before_ms = self.row.not_before_ms;
        let (rests, stays) = (self.was_dialled(), !debt.kind.closes_by_conversation());
        if self.needs.is_empty() {
            debt.not_before_ms
        } else if stays {
            // Nobody is called later because somebody owes them a call besides, nor sooner because
            // they stand on a list.
            if rests || debt.kind.is_listed() {
                before_ms
            } else {
                before_ms.min(debt.not_before_ms)
            }
        } else if !rests && (!self.released || only_stays(&self.needs)) {
            // Who was not rung yet has nothing to rest from but their own call.
            debt.not_before_ms
        } else {
            // A turn among the others of a night stands: whoever calls again goes neither before
            // nor behind who did not.
            before_ms.max(debt.not_before_ms)
        }
    }

    /// Whether what a conversation would settle is owed to another person at the number alone.
    pub(crate) fn is_another_persons(&self) -> bool {
        let mut settled = self
            .needs
            .iter()
            .filter(|need| need.kind.closes_by_conversation());
        let first = settled.next();
        first.is_some_and(|need| need.another_person) && settled.all(|need| need.another_person)
    }

    /// Takes in another attempt or wish of the same person. Keeps the place and the higher
    /// priority; returns the needs that changed or are new, without identifiers for new ones.
    pub(crate) fn join(&mut self, debt: &Debt) -> Joined {
        self.row.place_ms = self.row.place_ms.min(debt.place_ms);
        self.row.priority_ms = self.row.priority_ms.max(debt.priority_ms);
        self.row.not_before_ms = self.joined_not_before(debt);
        let stays = !debt.kind.closes_by_conversation();
        let same = self.needs.iter_mut().find(|need| {
            let is_kind = if debt.kind.is_listed() {
                // Two campaigns are about two things.
                false
            } else if stays {
                need.kind == debt.kind && need.queue == debt.queue
            } else {
                need.kind.closes_by_conversation()
                    && (need.queue == debt.queue || need.queue.is_none() || debt.queue.is_none())
            };
            is_kind && need.another_person == debt.another_person
        });
        match same {
            Some(need) => {
                let before = (need.queue, need.kind);
                need.queue = need.queue.or(debt.queue);
                if rank(debt.kind) > rank(need.kind) {
                    need.kind = debt.kind;
                }
                if before == (need.queue, need.kind) {
                    Joined::Nothing
                } else {
                    Joined::Refined(need.clone())
                }
            }
            None => Joined::NewNeed,
        }
    }
}

/// What joining led to.
#[derive(Debug)]
pub(crate) enum Joined {
    /// The need was known.
    Nothing,
    /// A known need says more now.
    Refined(NeedRow),
    /// The person wants something else too.
    NewNeed,
}

/// A wish that was spoken says more than a call that was lost.
fn rank(kind: NeedKind) -> u8 {
    match kind {
        NeedKind::Missed => 0,
        NeedKind::Interrupted => 1,
        NeedKind::Requested => 2,
        NeedKind::TakenInCharge | NeedKind::Recall | NeedKind::Reminder | NeedKind::Manual => 3,
    }
}

/// How a dial that got this final status ended.
pub(crate) fn result_of(status: u16) -> DialResult {
    match status {
        // Temporarily unavailable, no response, our CANCEL after ringing.
        408 | 480 | 487 => DialResult::NoAnswer,
        486 | 600 => DialResult::Busy,
        603 | 607 | 608 => DialResult::Declined,
        _ => DialResult::Unreachable,
    }
}

/// When the person may be rung again after a dial in vain.
pub(crate) fn rest_after(result: DialResult, policy: &CallbackPolicy, now: Now) -> UtcMs {
    let rest_s = match result {
        DialResult::NoAnswer | DialResult::Answered => policy.spacing_no_answer_s,
        // It was our line, not they: their phone is no less likely to be picked up than before.
        DialResult::Busy | DialResult::TrunkFailed => policy.spacing_busy_s,
        DialResult::Declined => policy.spacing_person_declined_s,
        DialResult::Machine => policy.person_first.spacing_machine_s,
        DialResult::Unreachable | DialResult::Unknown => policy.spacing_unreachable_s,
        DialResult::Married | DialResult::Cancelled => policy.spacing_declined_s,
    };
    now.utc_in_s(rest_s)
}

/// Whether a dial that ended so counts against the maximum of tries: of those that `is_part_of_a_try`
/// the last of `busy_per_try` does.
pub(crate) fn spends_a_try(result: DialResult, parts: u32, busy_per_try: u32) -> bool {
    match result {
        DialResult::Busy | DialResult::TrunkFailed => parts.is_multiple_of(busy_per_try.max(1)),
        DialResult::NoAnswer
        | DialResult::Declined
        | DialResult::Unreachable
        | DialResult::Unknown => true,
        // A hint, and never the reason to give somebody up: an operator hears who it is soon.
        DialResult::Machine => false,
        DialResult::Answered | DialResult::Married | DialResult::Cancelled => false,
    }
}

/// Whether it is less than a try: the person is there, or their phone may not have rung at all. Never
/// nothing, or a number that every trunk refuses would be dialled for ever.
pub(crate) fn is_part_of_a_try(result: DialResult) -> bool {
    matches!(result, DialResult::Busy | DialResult::TrunkFailed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{CallbackId, NeedId, NumberId, TenantId};

    #[test]
    fn only_a_waiting_callback_can_be_offered() {
        for &state in CallbackState::ALL {
            assert_eq!(
                next(state, Move::Offer).is_ok(),
                state == CallbackState::Waiting,
                "{state}"
            );
        }
    }

    #[test]
    fn an_unknown_dial_is_never_silently_dialled_again() {
        for wanted in [Move::Offer, Move::Dial, Move::Return, Move::Answer] {
            assert!(next(CallbackState::Unknown, wanted).is_err());
        }
        assert_eq!(
            next(CallbackState::Unknown, Move::Reconcile),
            Ok(CallbackState::Waiting)
        );
    }

    fn owed(needs: &[(NeedKind, bool)]) -> Case {
        let need = |(at, &(kind, another_person)): (usize, &(NeedKind, bool))| NeedRow {
            id: NeedId(i64::try_from(at).unwrap()),
            callback: CallbackId(1),
            queue: None,
            kind,
            opened_ms: 0,
            closed_ms: None,
            another_person,
        };
        Case {
            row: CallbackRow {
                id: CallbackId(1),
                tenant: TenantId(1),
                number: NumberId(1),
                state: CallbackState::Waiting,
                place_ms: 0,
                priority_ms: 0,
                not_before_ms: 0,
                opened_ms: 0,
                last_attempt_ms: 0,
                last_attempt: None,
                attempts: 1,
                tries: 0,
                seat: None,
                closed_ms: None,
                closed_how: None,
            },
            number: PhoneNumber::parse_e164("+390861123456").unwrap(),
            needs: needs.iter().enumerate().map(need).collect(),
            ready: None,
            entered: None,
            released: false,
            wake_at: None,
            promised_ms: None,
            parts: 0,
            machines: 0,
            chosen: None,
            recalled: None,
            given_on: None,
            code: None,
        }
    }

    #[test]
    fn whom_a_call_is_for_is_said_by_what_a_conversation_settles() {
        let (own, anothers) = ((NeedKind::Missed, false), (NeedKind::Requested, true));
        let stays = (NeedKind::TakenInCharge, false);
        for (needs, expected) in [
            (&[own][..], false),
            (&[anothers], true),
            (&[own, anothers], false),
            (&[stays, anothers], true),
            (&[stays], false),
        ] {
            assert_eq!(owed(needs).is_another_persons(), expected, "{needs:?}");
        }
    }

    #[test]
    fn a_seat_that_declines_spends_no_try() {
        assert!(!spends_a_try(DialResult::Cancelled, 0, 1));
    }

    #[test]
    fn busy_and_a_failed_trunk_spend_a_try_each_so_many_times() {
        let spent = (1..=6).map(|busy| spends_a_try(result_of(486), busy, 3));
        assert_eq!(spent.filter(|spent| *spent).count(), 2);
        assert!(spends_a_try(result_of(480), 1, 3), "ringing in vain always");
    }
}
