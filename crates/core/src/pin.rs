//! The number and the PIN by which an operator signs in from a phone. Of the PIN a digest is kept,
//! which somebody else makes and compares.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::centre::Centre;
use crate::id::OperatorId;
use crate::record::{OperatorPinRow, Record};
use crate::staffing::{OperatorChange, PinChange, WhyNotTaken};
use crate::step::{CommandError, Step};
use crate::time::Now;

/// Fewer would be guessed in weeks from a few phones, though wrong ones hold a phone back.
pub const PIN_DIGITS_MIN: usize = 6;
/// Nobody keys in more.
pub const PIN_DIGITS_MAX: usize = 16;
/// Digits of an operator's number at most.
pub const NUMBER_DIGITS_MAX: usize = 8;

/// What somebody keyed in. Shows nothing of it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PinKeyed(String);

impl PinKeyed {
    pub(crate) fn new(digits: String) -> Self {
        Self(digits)
    }

    /// The digits.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PinKeyed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PinKeyed(…)")
    }
}

/// What is kept of a PIN. Shows nothing of it.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PinDigest(pub String);

impl fmt::Debug for PinDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PinDigest(…)")
    }
}

/// Whether somebody can key this in as their number.
#[must_use]
pub fn is_operator_number(text: &str) -> bool {
    (1..=NUMBER_DIGITS_MAX).contains(&text.len()) && text.bytes().all(|it| it.is_ascii_digit())
}

impl Centre {
    /// An operator may sign in by phone from now on, or by another PIN. Without a number they keep
    /// the one that they have.
    pub(crate) fn set_pin(
        &mut self,
        now: Now,
        name: &str,
        (number, digest): (Option<String>, PinDigest),
        step: &mut Step,
    ) -> Result<(), CommandError> {
        let there = self.operators.get(name);
        let row = there.filter(|row| row.removed_ms.is_none());
        let operator = row
            .ok_or_else(|| CommandError::NoOperator(name.to_owned()))?
            .id;
        let own = self.features.pins.get(&operator);
        let number = number.or_else(|| own.map(|own| own.number.clone()));
        let number = number.filter(|number| is_operator_number(number));
        let number = number.ok_or_else(|| CommandError::OperatorNumber(name.to_owned()))?;
        let mut others = self.features.pins.values();
        let taken = others.find(|it| it.number == number && it.operator != operator);
        if let Some(taken) = taken.map(|it| it.operator) {
            return Err(CommandError::NumberTaken {
                number,
                operator: self.operator_name(taken).unwrap_or_default(),
            });
        }
        self.keep_pin(now, operator, (number, digest), step);
        Ok(())
    }

    /// Why the number and PIN of an entry of a list cannot be taken; `numbers` counts those of the list.
    pub(crate) fn fault_of_pin(
        &self,
        change: &OperatorChange,
        numbers: &BTreeMap<&str, usize>,
    ) -> Option<WhyNotTaken> {
        let pin = change.pin.as_ref()?;
        let operator = self.operators.get(&change.name).map(|row| row.id);
        let own = operator.and_then(|id| self.features.pins.get(&id));
        let number = pin.number.as_deref().or(own.map(|own| own.number.as_str()));
        let Some(number) = number.filter(|number| is_operator_number(number)) else {
            return Some(WhyNotTaken::NoNumber);
        };
        if own.is_none() && pin.digest.is_none() {
            return Some(WhyNotTaken::NoPin);
        }
        let mut pins = self.features.pins.values();
        let is_anothers = pins.any(|it| it.number == number && Some(it.operator) != operator);
        let is_twice = numbers.get(number).is_some_and(|times| *times > 1);
        (is_anothers || is_twice).then(|| WhyNotTaken::NumberTaken(number.to_owned()))
    }

    /// What was found to fit.
    pub(crate) fn change_pin(
        &mut self,
        now: Now,
        operator: OperatorId,
        pin: PinChange,
        step: &mut Step,
    ) {
        let own = self.features.pins.get(&operator);
        let number = pin.number.or_else(|| own.map(|own| own.number.clone()));
        let digest = pin.digest.or_else(|| own.map(|own| own.digest.clone()));
        if let (Some(number), Some(digest)) = (number, digest) {
            self.keep_pin(now, operator, (number, digest), step);
        }
    }

    fn keep_pin(
        &mut self,
        now: Now,
        operator: OperatorId,
        (number, digest): (String, PinDigest),
        step: &mut Step,
    ) {
        let row = OperatorPinRow {
            operator,
            number,
            digest,
            set_ms: now.utc_ms,
            erased_ms: None,
        };
        step.records
            .push(Record::OperatorPin(Box::new(row.clone())));
        self.features.pins.insert(operator, row);
    }

    /// Whoever works here no more signs in no more, and their number is free.
    pub(crate) fn erase_pin(&mut self, now: Now, operator: OperatorId, step: &mut Step) {
        if let Some(mut row) = self.features.pins.remove(&operator) {
            row.digest = PinDigest(String::new());
            row.erased_ms = Some(now.utc_ms);
            step.records.push(Record::OperatorPin(Box::new(row)));
        }
    }

    /// After a start.
    pub(crate) fn restore_pins(&mut self, rows: Vec<OperatorPinRow>) {
        let kept = rows.into_iter().filter(|row| row.erased_ms.is_none());
        self.features.pins = kept.map(|row| (row.operator, row)).collect();
    }
}
