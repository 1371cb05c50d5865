//! Parts of a dialplan that name no step: numbers, keys, and what is asked, announced and
//! recognised.

use std::collections::BTreeSet;

use super::fields::{Faults, Fields, Placed};
use super::parse::DAY_S;
use super::{Announce, NumberByKey, ReturnCall};
use crate::number::PhoneNumber;

/// Keys of a telephone.
const KEYS: &str = "0123456789*#";
/// A person who was called longer ago has forgotten it.
const RETURN_DAYS: u32 = 30;
const ANNOUNCE_EVERY_S: u32 = 45;

pub(super) fn numbers(root: &mut Fields<'_>) -> Vec<Placed<PhoneNumber>> {
    let faults = root.faults();
    let Some(texts) = root.texts("numbers") else {
        if !root.has("numbers") {
            root.missing(
                "numbers",
                "the numbers that it answers, like [\"+390861000000\"]",
            );
        }
        return Vec::new();
    };
    if texts.value.is_empty() {
        faults.add(
            texts.at,
            "`numbers` is empty: expected at least one, like \"+390861000000\"",
        );
    }
    let mut seen = BTreeSet::new();
    let mut numbers = Vec::new();
    for text in texts.value {
        match PhoneNumber::parse_e164(text.value) {
            Ok(number) if seen.insert(number.clone()) => {
                numbers.push(Placed {
                    value: number,
                    at: text.at,
                });
            }
            Ok(_) => faults.add(text.at, format!("number {} is here twice", text.value)),
            Err(error) => faults.add(
                text.at,
                format!(
                    "\"{}\": {error}; expected E.164, like \"+390861000000\"",
                    text.value
                ),
            ),
        }
    }
    numbers
}

pub(super) fn key(text: &Placed<&str>, faults: &Faults) -> Option<char> {
    let mut chars = text.value.chars();
    match (chars.next(), chars.next()) {
        (Some(key), None) if KEYS.contains(key) => Some(key),
        _ => {
            let message = format!(
                "\"{}\" is no key of a telephone: expected one of {KEYS}",
                text.value
            );
            faults.add(text.at.clone(), message);
            None
        }
    }
}

/// On, unless it is for no days.
pub(super) fn return_call(root: &mut Fields<'_>) -> Option<ReturnCall> {
    let usual = ReturnCall::default();
    let faults = root.faults();
    let Some(mut table) = root.table("return_call") else {
        return Some(usual);
    };
    let days = table.whole_or("days", 0..=RETURN_DAYS, usual.days);
    let pressed = table.text("key").and_then(|text| key(&text, faults));
    let timeout_s = table.whole_or("timeout_s", 1..=60, usual.timeout_s);
    table.finish();
    (days > 0).then_some(ReturnCall {
        days,
        key: pressed.unwrap_or(usual.key),
        timeout_s,
    })
}

pub(super) fn number_by_key(callback: &mut Fields<'_>) -> NumberByKey {
    let usual = NumberByKey::default();
    NumberByKey {
        confirm: callback
            .truth("confirm_number")
            .is_some_and(|truth| truth.value),
        ask: callback
            .truth("ask_number")
            .is_some_and(|truth| truth.value),
        timeout_s: callback.whole_or("timeout_s", 1..=DAY_S, usual.timeout_s),
        tries: callback.whole_or("tries", 1..=10, usual.tries),
    }
}

pub(super) fn announce(step: &mut Fields<'_>) -> Announce {
    let Some(mut table) = step.table("announce") else {
        return Announce {
            position: false,
            wait: false,
            every_s: ANNOUNCE_EVERY_S,
        };
    };
    let position = table.truth("position").is_some_and(|truth| truth.value);
    let wait = table.truth("wait").is_some_and(|truth| truth.value);
    let every_s = table.whole_or("every_s", 1..=DAY_S, ANNOUNCE_EVERY_S);
    table.finish();
    Announce {
        position,
        wait,
        every_s,
    }
}
