//! Operators do something with the call in hand: hold it, press keys, hang up, give the person on. Where
//! that person stands then is reckoned anew from the rows.

use cuptel_core::hand::Handling;
use cuptel_core::record::{AttemptRow, SideCallRow, Work};
use cuptel_core::step::Command;
use cuptel_core::words::{SideKind, WorkState};

use crate::chance::Chance;
use crate::image::Image;
use crate::invented::{COLLEAGUE, WARD, extension};
use crate::line::{Act, CallKey, Line, Who};
use crate::people::LOST_MANY_PER_MILLE;
use crate::promises::{Broken, broken};
use crate::world::{Happening, World};

/// The stream that this is drawn from, beside the others.
const HANDLINGS: u64 = 5_030;
/// A hold is known by then, on a network that loses little.
const HOLDS_LATE_US: u64 = 4_000_000;
/// Queues to which somebody may be given.
const QUEUES: [&str; 4] = ["prenotazioni", "disdette", "centro", "altrove"];

impl World {
    /// In most worlds operators do something with a call now and then.
    pub(crate) fn plan_handlings(&mut self) {
        self.plan_from_time_to_time((HANDLINGS, "handling"), 70, (2, 20), Happening::Handles);
    }

    /// One of those who have a call in hand, or think that they have. In the quiet at the end nobody is
    /// kept on hold.
    pub(crate) fn handles(&mut self, mut chance: Chance) -> Result<(), Broken> {
        let (after_us, draw, nth) = (
            chance.s(1, 9),
            chance.between(0, 99),
            chance.index(self.shape.seats),
        );
        let (queue, other) = (chance.pick(&QUEUES), chance.index(self.shape.seats));
        let keys = chance.pick(&["1", "0861#", "*77", "x", ""]).to_owned();
        self.plan(after_us, Happening::Handles(chance));
        let now = self.now();
        let Some(process) = &self.process else {
            return Ok(());
        };
        let looks = process.switch.snapshot(now).seats;
        let Some(look) = looks.get(nth).or(looks.first()) else {
            return Ok(());
        };
        let held = look.call.as_ref().map(|call| call.held_since_ms.is_some());
        let asks = look.call.as_ref().and_then(|call| call.consult.as_ref());
        let asks = asks.map(|consult| consult.is_up);
        // Drawn from what is drawn already, so that it shifts nothing else.
        let entry = if draw % 2 == 0 { COLLEAGUE } else { WARD }.to_owned();
        let is_free = look.work == WorkState::Idle || look.work == WorkState::WrapUp;
        if matches!((held, asks, draw), (Some(false), None, 30..=39)) && !self.is_calm() {
            let command = Command::NoteConversation {
                seat: look.name.clone(),
                note: format!("nota {}", self.steps),
                conversation: None,
            };
            self.met.deed("notes");
            return self.commands(command);
        }
        let (deed, handling) = match (held, asks, draw) {
            (Some(_), Some(_), _) if self.is_calm() => ("goes back", Handling::Retrieve),
            (Some(true), None, _) if self.is_calm() => ("resumes", Handling::Resume),
            _ if self.is_calm() => return Ok(()),
            (Some(_), Some(true), 0..=39) => ("completes", Handling::Complete),
            (Some(_), Some(true), 40..=59) => ("swaps", Handling::Swap),
            (Some(_), Some(_), 60..=79) => ("goes back", Handling::Retrieve),
            (Some(_), Some(_), 80..=89) => ("holds beside", Handling::Hold),
            (Some(_), Some(_), _) => return Ok(()),
            (Some(false), None, 0..=29) => ("holds", Handling::Hold),
            (Some(true), None, 0..=39) => ("resumes", Handling::Resume),
            (Some(_), None, 40..=47) => ("hangs up", Handling::HangUp),
            (Some(_), None, 48..=55) => ("presses keys", Handling::Keys(keys)),
            (Some(_), None, 56..=67) => ("passes to a queue", Handling::ToQueue(queue.to_owned())),
            (Some(_), None, 68..=77) => ("passes to a seat", Handling::ToSeat(extension(other))),
            (Some(_), None, 78..=83) => ("passes outside", Handling::ToNumber(entry)),
            (Some(_), None, 84..=91) => ("asks a seat", Handling::ConsultSeat(extension(other))),
            (Some(_), None, 92..=99) => ("asks outside", Handling::ConsultNumber(entry)),
            (None, _, 0..=19) if is_free => ("dials", Handling::Dial(entry)),
            // Nobody is there to be held, and the rules say so.
            (None, _, 20..=22) => ("holds nobody", Handling::Hold),
            (None, _, 23..=24) => ("hangs up nothing", Handling::HangUp),
            (None, _, 25..=27) => ("swaps nobody", Handling::Swap),
            _ => return Ok(()),
        };
        let seat = look.name.clone();
        self.met.deed(deed);
        self.commands(Command::Handle {
            seat,
            handling,
            conversation: None,
        })
    }
}

impl World {
    /// Whoever talks on a phone may hold the call there, and takes it up soon. Drawn from the time, so
    /// that it shifts nothing else.
    pub(crate) fn may_hold(&mut self, key: CallKey) {
        let holds = (self.now_us / 1_000).is_multiple_of(7) && self.things.any("hold");
        if self.is_calm() || !holds {
            return;
        }
        for (after_us, holds) in [(1_500_000, true), (6_000_000, false)] {
            self.plan(after_us, Happening::Acts(key, Act::Hold(holds)));
        }
    }

    pub(crate) fn phone_holds(&mut self, key: CallKey, holds: bool) {
        self.note(if holds { "holds" } else { "holds no more" });
        self.met.deed("holds on the phone");
        let is_there = self.peers[key.0].holds(self.now_us, key.1, holds);
        if let Some(line) = self.lines.get_mut(&key) {
            line.holds_since_us = Some(self.now_us).filter(|_| holds && is_there);
        }
    }

    /// Nobody who rang in is left with a phone that holds by itself: they would hear nothing at all.
    pub(crate) fn check_phones_held(&self) -> Result<(), Broken> {
        if self.network.lost_per_mille >= LOST_MANY_PER_MILLE || self.sound.is_dead {
            return Ok(());
        }
        let long_ago = |line: &Line| {
            let since_us = line.holds_since_us;
            since_us.is_some_and(|since_us| since_us + HOLDS_LATE_US < self.now_us)
        };
        let is_ours = |line: &Line| line.epoch == self.epoch && !line.is_excused;
        let lines = self.lines.values();
        for line in lines.filter(|line| is_ours(line) && long_ago(line)) {
            let other = line.stream.and_then(|stream| self.sound.hears(stream));
            let is_caller = |line: &&Line| {
                let rang_in = matches!(line.who, Who::Caller(_));
                rang_in && other.is_some() && line.stream == other
            };
            if let Some(caller) = self.lines.values().find(is_caller) {
                let what = format!("{:?} is joined with a phone that holds", caller.who);
                return broken("P4", what);
            }
        }
        Ok(())
    }
}

/// How an operator gave a caller on who begins to wait now, if one did.
pub(crate) fn passed<'i>(before: &'i Image, row: &AttemptRow) -> Option<&'i SideCallRow> {
    before.side_calls.values().rev().find(|side| {
        let gives_on = matches!(side.kind, SideKind::ToQueue | SideKind::ToSeat);
        let is_now = Some(side.begun_ms) == row.queued_ms;
        gives_on && is_now && side.work == Some(Work::Attempt(row.id))
    })
}
