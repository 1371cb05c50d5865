//! People who are on the line before an operator: what they press, and what must hold of every row
//! that is decided about them.

use std::collections::BTreeSet;

use cuptel_core::id::{CallbackId, QueueId, SeatId};
use cuptel_core::record::{DialRow, NeedRow, Record};
use cuptel_core::rules::PersonFirstPolicy;
use cuptel_core::words::{CampaignKind, CampaignState, DialOrder, DialResult, DialState, NeedKind};

use crate::chance::Chance;
use crate::image::Image;
use crate::invented::MACHINE_S;
use crate::line::{Act, CallKey};
use crate::promises::{Broken, broken};
use crate::world::{Happening, World};

/// The stream that it is drawn from, beside the others.
const FIRST: u64 = 5_006;
/// People who are reminded at once, as the rules of a world say.
pub(crate) const AT_ONCE: usize = 2;

/// Whether people are called first in a centre.
pub(crate) fn drawn(chance: &Chance) -> DialOrder {
    let mut chance = Chance::of(chance.clone().next(), FIRST);
    if chance.percent(35) {
        DialOrder::PersonFirst
    } else {
        DialOrder::OperatorFirst
    }
}

pub(crate) fn policy(order: DialOrder) -> PersonFirstPolicy {
    PersonFirstPolicy {
        order,
        key_s: 4,
        spacing_machine_s: MACHINE_S,
        ..PersonFirstPolicy::default()
    }
}

/// The queue of a person who is called before an operator is on the line.
pub(crate) fn wanted(image: &Image, callback: CallbackId) -> Option<QueueId> {
    let needs = image.needs.values();
    let open: Vec<&NeedRow> = needs
        .filter(|need| need.callback == callback && need.closed_ms.is_none())
        .collect();
    let waited_for = open
        .iter()
        .filter(|need| need.kind.closes_by_conversation());
    waited_for.chain(&open).find_map(|need| need.queue)
}

/// No more people are called for a queue than seats do nothing, and nobody is joined with an operator
/// who has not asked for one.
pub(crate) fn check_first(before: &Image, record: &Record) -> Result<(), Broken> {
    let Record::Dial(row) = record else {
        return Ok(());
    };
    if row.order != DialOrder::PersonFirst {
        return Ok(());
    }
    if row.seat.is_some() && row.pressed_ms.is_none() {
        let what = format!("dial {} is joined with a seat unasked", row.id);
        return broken("P4", what);
    }
    if row.pressed_ms.is_some() && row.answered_ms.is_none() {
        return broken("P3", format!("dial {} is pressed unanswered", row.id));
    }
    if row.state != DialState::InFlight || before.dials.contains_key(&row.id) {
        return Ok(());
    }
    if is_reminded(before, row.callback) {
        return check_reminded(before, row);
    }
    if goes_on(before, row) {
        return Ok(());
    }
    let queue = wanted(before, row.callback);
    let beside = |dial: &&DialRow| {
        dial.order == DialOrder::PersonFirst
            && dial.state == DialState::InFlight
            && dial.pressed_ms.is_none()
            && !is_reminded(before, dial.callback)
            && queue.is_some()
            && wanted(before, dial.callback) == queue
    };
    let called = before.dials.values().filter(beside).count() + 1;
    let free = free_seats(before);
    if called > free {
        let what = format!(
            "dial {}: {called} people are called first for {queue:?}, and {free} seats do nothing",
            row.id
        );
        return broken("P6", what);
    }
    Ok(())
}

/// Whether a dial is the same call as the one before it, through another trunk.
pub(crate) fn goes_on(before: &Image, row: &DialRow) -> bool {
    let mut dials = before.dials.values();
    let last = dials.rfind(|it| it.callback == row.callback);
    last.is_some_and(|it| {
        it.result == Some(DialResult::TrunkFailed) && it.ended_ms == Some(row.placed_ms)
    })
}

/// Whether nothing is owed but reminders.
fn is_reminded(image: &Image, callback: CallbackId) -> bool {
    let needs = image.needs.values();
    let mut open = needs
        .filter(|need| need.callback == callback && need.closed_ms.is_none())
        .peekable();
    open.peek().is_some() && open.all(|need| need.kind == NeedKind::Reminder)
}

fn check_reminded(before: &Image, row: &DialRow) -> Result<(), Broken> {
    let beside = |dial: &&DialRow| {
        dial.order == DialOrder::PersonFirst
            && dial.state == DialState::InFlight
            && dial.pressed_ms.is_none()
            && is_reminded(before, dial.callback)
    };
    let at_once = before.dials.values().filter(beside).count() + 1;
    if at_once > AT_ONCE {
        let what = format!("dial {}: {at_once} people are reminded at once", row.id);
        return broken("P6", what);
    }
    Ok(())
}

fn free_seats(image: &Image) -> usize {
    let there = image.sign_ins.values().filter(|row| row.until_ms.is_none());
    let offered = image.offers_open().map(|row| row.seat);
    let at_work = image.assignments_open().map(|row| row.seat);
    let busy: BTreeSet<SeatId> = offered.chain(at_work).collect();
    there.filter(|row| !busy.contains(&row.seat)).count()
}

impl World {
    /// Somebody, or something, has picked up a call of ours.
    pub(crate) fn may_press(&mut self, key: CallKey, chance: &mut Chance) {
        let keys = if self.reminds() {
            chance.pick(&[
                "19501",
                "19501",
                "19501",
                "195022",
                "195022",
                "19503",
                "19503",
                "195019501",
                "1",
                "",
            ])
        } else {
            Self::pressed_first(chance)
        };
        let mut after_us = chance.s(1, 14);
        for digit in keys.chars() {
            self.plan(after_us, Happening::Acts(key, Act::Press(digit)));
            after_us += chance.ms(300, 3_000);
        }
        if chance.percent(25) {
            let after_us = chance.s(1, 60);
            self.plan(after_us, Happening::Acts(key, Act::HangUp));
        }
    }

    /// Whether somebody may be reminded of something.
    pub(crate) fn reminds(&self) -> bool {
        let mut campaigns = self.decided.campaigns.values();
        campaigns.any(|row| row.kind == CampaignKind::Reminder && row.state != CampaignState::Ended)
    }

    /// Whether a campaign has somebody on the line before an operator.
    pub(crate) fn asks_keys(&self) -> bool {
        let mut campaigns = self.decided.campaigns.values();
        campaigns.any(|row| row.order == Some(DialOrder::PersonFirst)) || self.reminds()
    }

    fn pressed_first(chance: &mut Chance) -> &'static str {
        match chance.between(0, 99) {
            0..=54 => "1",
            55..=62 => "22",
            63..=66 => "21",
            67..=71 => "5",
            _ => "",
        }
    }
}
