//! Operators who work by phone alone: they dial a code on the phone of their seat, key in what is asked,
//! and hang up when they like. Nobody rings at a seat where one is dialled.

use std::collections::BTreeMap;

use cuptel_call::{Input, PinWanted};
use cuptel_core::feature::{Feature, FeaturePolicy, FeaturePrompts};
use cuptel_core::id::SeatId;
use cuptel_core::pin::PinDigest;
use cuptel_core::record::{OfferRow, OperatorPinRow};
use cuptel_core::rules::PromptId;
use cuptel_core::step::Command;
use cuptel_core::words::{OfferState, Spoken, Suppression};

use crate::chance::Chance;
use crate::image::Image;
use crate::invented::OPERATORS;
use crate::line::{Act, CallKey};
use crate::promises::{Broken, broken};
use crate::world::{Happening, World};

const SIGN_IN: &str = "*10";
/// What is dialled by whoever works there; a digit behind a code says which.
const DIALLED: [&str; 16] = [
    "*11", "*12", "*13", "*12", "*14", "*15", "*16", "*21", "*22", "*222", "*30", "*301", "*304",
    "*31", "*32", "*90",
];
const PINS: [&str; 2] = ["246810", "135791"];

/// The codes of every world.
pub(crate) fn features() -> FeaturePolicy {
    let codes = [
        (SIGN_IN, Feature::SignIn),
        ("*11", Feature::SignOut),
        ("*12", Feature::Available),
        ("*13", Feature::Pause),
        ("*14", Feature::OneMore),
        ("*15", Feature::FrontOffice),
        ("*16", Feature::State),
        ("*21", Feature::Accept),
        ("*22", Feature::Decline),
        ("*30", Feature::Result),
        ("*31", Feature::Finish),
        ("*32", Feature::HandBack),
        ("*90", Feature::Echo),
    ];
    let prompts = FeaturePrompts::find(|_| Some(PromptId(370)));
    FeaturePolicy {
        codes: BTreeMap::from(codes.map(|(code, feature)| (code.to_owned(), feature))),
        echo_s: 8,
        english: None,
        language: Spoken::Italian,
        prompts: prompts.expect("each is found"),
    }
}

/// What somebody dials at a seat: who has not signed in does.
pub(crate) fn dialled(chance: &mut Chance, is_signed_in: bool) -> &'static str {
    if is_signed_in && chance.percent(90) {
        chance.pick(&DIALLED)
    } else {
        SIGN_IN
    }
}

impl World {
    /// An operator has, or is given, a number and a PIN; sometimes one that another has.
    pub(crate) fn is_given_pin(&mut self, chance: &mut Chance) -> Result<(), Broken> {
        let who = chance.between(0, 2);
        let number = if chance.percent(90) { who } else { who + 1 };
        let operator = usize::try_from(who).unwrap_or(0) % OPERATORS.len();
        self.commands(Command::SetPin {
            operator: OPERATORS[operator].to_owned(),
            number: chance.percent(80).then(|| number.to_string()),
            digest: PinDigest(chance.pick(&PINS).to_owned()),
        })
    }

    /// Somebody who has dialled a code keys in something, and hangs up.
    pub(crate) fn works_by_phone(&mut self, key: CallKey, called: &str, chance: &mut Chance) {
        self.met.deed("dials a code of their shift");
        let keys = if called == SIGN_IN {
            let pin = chance.pick(&PINS);
            let number = chance.between(0, 3);
            let keys = [
                format!("{number}#{pin}#"),
                format!("{number}#{pin}#"),
                format!("{number}#1*{pin}"),
                format!("{number}#000000#{number}#{pin}#"),
                format!("9#1#{number}"),
            ];
            chance
                .pick(&[0, 1, 2, 3, 4].map(|at| keys[at].as_str()))
                .to_owned()
        } else {
            chance.pick(&["", "1", "#", "2", "55"]).to_owned()
        };
        let mut after_us = chance.ms(300, 3_000);
        for digit in keys.chars() {
            self.plan(after_us, Happening::Acts(key, Act::Press(digit)));
            after_us += chance.ms(100, 900);
        }
        let patience_us = chance.s(2, 60);
        self.plan(patience_us, Happening::Acts(key, Act::HangUp));
    }

    /// PINs are compared beside the loop, a little later.
    pub(crate) fn compare_pins(&mut self) {
        let Some(process) = &mut self.process else {
            return;
        };
        for wanted in process.take_pins() {
            let after_us = self.disk.chance.ms(20, 400);
            self.plan(after_us, Happening::Pin(self.epoch, wanted));
        }
    }

    pub(crate) fn pin_compared(&mut self, epoch: i64, wanted: PinWanted) -> Result<(), Broken> {
        if epoch != self.epoch || self.process.is_none() {
            return Ok(());
        }
        let can_tell = !self.disk.chance.percent(3);
        let is_right = can_tell.then(|| wanted.digest.0 == wanted.keyed.reveal());
        self.feed(Input::PinChecked {
            call: wanted.call,
            token: wanted.token,
            is_right,
        })
    }
}

/// Nobody rings at a seat whose phone has dialled a code.
pub(crate) fn check_offer(before: &Image, row: &OfferRow) -> Result<(), Broken> {
    let is_new = row.state == OfferState::Open && !before.offers.contains_key(&row.id);
    if is_new && dials(before, row.seat) {
        let what = format!("offer {} rings where a code is dialled", row.id);
        return broken("P4", what);
    }
    Ok(())
}

/// Whether the phone of a seat has dialled a code and is still in that call.
pub(crate) fn dials(rows: &Image, seat: SeatId) -> bool {
    let mut open = rows.attempts_open();
    open.any(|row| row.suppressed == Some(Suppression::Internal) && row.seat == Some(seat))
}

/// A number is one operator's, and what is erased has no PIN.
pub(crate) fn check_pin(before: &Image, row: &OperatorPinRow) -> Result<(), Broken> {
    if row.erased_ms.is_some() && !row.digest.0.is_empty() {
        return broken(
            "P7",
            format!("the PIN of operator {} is kept", row.operator),
        );
    }
    let is_same = |other: &&OperatorPinRow| {
        other.operator != row.operator && other.number == row.number && other.erased_ms.is_none()
    };
    match before.pins.values().find(is_same) {
        Some(other) if row.erased_ms.is_none() => broken(
            "P4",
            format!(
                "operators {} and {} have one number",
                row.operator, other.operator
            ),
        ),
        Some(_) | None => Ok(()),
    }
}
