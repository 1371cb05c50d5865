//! The code word of a callback: four digits that the person hears when we promise to call, and again
//! when we do, so that they know us by it. Said once where it is promised and never repeated to who
//! calls again: a caller's number can be forged, and whoever forges it must not learn it.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::centre::Centre;
use crate::id::{AttemptId, CallbackId, DialId, LegId, SeatId};
use crate::number::PhoneNumber;
use crate::record::{CodeWordRow, Record};
use crate::rules::PromptId;
use crate::seat::{SeatWork, With};
use crate::step::{AfterPlay, Effect, Step};
use crate::time::Now;
use crate::timers::Timer;

/// Token of the code that is said to the person.
const CODE: u64 = 3;
/// Token of what the operator hears meanwhile.
const CODE_IS_SAID: u64 = 4;
/// A sound that never ends keeps nobody apart for longer.
const SAID_S_MAX: u32 = 20;
const CODES: u64 = 10_000;

/// Four digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CodeWord(u16);

impl CodeWord {
    /// From what is stored.
    #[must_use]
    pub fn stored(digits: i64) -> Option<Self> {
        let digits = u16::try_from(digits).ok()?;
        (u64::from(digits) < CODES).then_some(Self(digits))
    }

    /// The digits, for the person, the operator and the store only.
    #[must_use]
    pub fn reveal(self) -> String {
        format!("{:04}", self.0)
    }

    /// As it is stored.
    #[must_use]
    pub fn number(self) -> i64 {
        i64::from(self.0)
    }

    /// Nobody outside knows the callback's identifier and the millisecond, so nobody can tell it
    /// from the number; the same life gives the same code.
    fn made_of(callback: CallbackId, number: &PhoneNumber, now: Now) -> Self {
        let seed = callback.0.unsigned_abs() ^ now.utc_ms.unsigned_abs().rotate_left(32);
        let mixed = number.reveal().bytes().fold(seed, |mixed, byte| {
            // SplitMix64's finalizer (Steele, Lea, Flood 2014).
            let mut z = (mixed ^ u64::from(byte)).wrapping_add(0x9e37_79b9_7f4a_7c15);
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^ (z >> 31)
        });
        Self(u16::try_from(mixed % CODES).unwrap_or_default())
    }
}

impl fmt::Debug for CodeWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

impl Centre {
    /// What a caller hears of the code word when their callback is promised; nothing where it was
    /// said before.
    pub(crate) fn given_code(&mut self, now: Now, id: AttemptId, step: &mut Step) -> Vec<PromptId> {
        let callback = self.attempts.get(&id).and_then(|live| live.row.callback);
        let Some(spoken) = self.rules.prompts.code.as_ref().map(|spoken| spoken.given) else {
            return Vec::new();
        };
        let case = callback.and_then(|callback| self.cases.get(&callback));
        let Some(case) = case.filter(|case| !self.code_words.contains_key(&case.row.id)) else {
            return Vec::new();
        };
        let tenant = self.rules.tenants.get(&case.row.tenant);
        if !tenant.is_some_and(|tenant| tenant.code_word) {
            return Vec::new();
        }
        let callback = case.row.id;
        let code = CodeWord::made_of(callback, &case.number, now);
        self.code_words.insert(callback, code);
        step.records.push(Record::CodeWord(CodeWordRow {
            callback,
            code: Some(code),
        }));
        self.said_code(spoken, code)
    }

    pub(crate) fn said_code(&self, before: PromptId, code: CodeWord) -> Vec<PromptId> {
        let digits = code.reveal();
        let spoken = digits.bytes().filter_map(|digit| {
            let prompts = &self.rules.prompts.digits;
            prompts.get(usize::from(digit - b'0')).copied()
        });
        std::iter::once(before).chain(spoken).collect()
    }

    /// Nobody needs the code of a callback that is closed. Returns it, because what was closed may be
    /// owed again.
    pub(crate) fn code_is_over(
        &mut self,
        callback: CallbackId,
        step: &mut Step,
    ) -> Option<CodeWord> {
        let code = self.code_words.remove(&callback)?;
        step.records.push(Record::CodeWord(CodeWordRow {
            callback,
            code: None,
        }));
        Some(code)
    }

    /// It is owed again: the person knows the code that they were told, and no other.
    pub(crate) fn code_counts_again(
        &mut self,
        callback: CallbackId,
        code: Option<CodeWord>,
        step: &mut Step,
    ) {
        let Some(code) = code.filter(|_| !self.code_words.contains_key(&callback)) else {
            return;
        };
        self.code_words.insert(callback, code);
        step.records.push(Record::CodeWord(CodeWordRow {
            callback,
            code: Some(code),
        }));
    }

    /// The person called back has picked up: they hear their code before they hear the operator.
    /// Whether they have one.
    pub(crate) fn says_code(
        &mut self,
        now: Now,
        id: SeatId,
        (callback, dial): (CallbackId, DialId),
        (seat_leg, leg): (LegId, LegId),
        step: &mut Step,
    ) -> bool {
        let spoken = self.rules.prompts.code.clone();
        let code = self.code_words.get(&callback).copied();
        let (Some(spoken), Some(code)) = (spoken, code) else {
            return false;
        };
        let Some(seat) = self.seats.get_mut(&id) else {
            return false;
        };
        seat.is_told = true;
        seat.says_code = Some(dial);
        self.timers
            .at(now.in_s(SAID_S_MAX), Timer::CodeSaid(id, dial));
        for (to, token, prompts) in [
            (leg, CODE, self.said_code(spoken.said, code)),
            (seat_leg, CODE_IS_SAID, vec![spoken.to_operator]),
        ] {
            step.effects.push(Effect::Play {
                leg: to,
                token,
                prompts,
                then: AfterPlay::Silence,
            });
        }
        true
    }

    /// The dial whose person hears the code now.
    fn hears_code(&self, id: SeatId) -> Option<(DialId, LegId, LegId)> {
        let seat = self.seats.get(&id)?;
        let SeatWork::Talking {
            leg,
            with: With::Person {
                dial, leg: other, ..
            },
            ..
        } = &seat.work
        else {
            return None;
        };
        (seat.says_code == Some(dial.id)).then_some((dial.id, *leg, *other))
    }

    /// Whether the person at the other end hears the code and no operator yet.
    pub(crate) fn is_before_operator(&self, id: SeatId) -> bool {
        self.hears_code(id).is_some()
    }

    /// The person has heard something.
    pub(crate) fn code_heard(&mut self, id: SeatId, token: u64, step: &mut Step) {
        if token == CODE {
            self.joins_after_code(id, step);
        }
    }

    /// The code was said for as long as anything may be.
    pub(crate) fn code_takes_too_long(&mut self, id: SeatId, dial: DialId, step: &mut Step) {
        if self.hears_code(id).is_some_and(|(said, ..)| said == dial) {
            self.joins_after_code(id, step);
        }
    }

    fn joins_after_code(&mut self, id: SeatId, step: &mut Step) {
        let Some((_, seat_leg, leg)) = self.hears_code(id) else {
            return;
        };
        if let Some(seat) = self.seats.get_mut(&id) {
            seat.is_told = false;
            seat.says_code = None;
        }
        step.effects.push(Effect::Bridge {
            a: seat_leg,
            b: leg,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_four_digits_is_not_printed_and_differs_from_call_to_call() {
        let number = PhoneNumber::parse_e164("+390861555201").unwrap();
        let code = |callback: i64, ms: i64| {
            let now = Now {
                mono_us: 0,
                utc_ms: ms,
            };
            CodeWord::made_of(CallbackId(callback), &number, now)
        };
        let codes: std::collections::BTreeSet<String> =
            (0..1_000).map(|ms| code(7, ms).reveal()).collect();
        assert!(codes.iter().all(|code| code.len() == 4));
        // Of 1,000 draws out of 10,000 some 952 differ.
        assert!(codes.len() > 920, "{}", codes.len());
        assert_eq!(code(7, 1), code(7, 1));
        assert_eq!(format!("{:?}", code(7, 1)), "…");
        assert_eq!(CodeWord::stored(10_000), None);
        assert_eq!(
            CodeWord::stored(42).map(CodeWord::reveal),
            Some("0042".to_owned())
        );
    }
}
