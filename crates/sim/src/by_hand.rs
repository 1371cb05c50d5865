//! Somebody enters people who are to be called and closes callbacks; and what must hold of needs that
//! stay: no conversation settles them.

use cuptel_core::by_hand::{CallbackTold, ClosingTold};
use cuptel_core::id::CallbackId;
use cuptel_core::number::Caller;
use cuptel_core::record::NeedRow;
use cuptel_core::step::Command;
use cuptel_core::words::{CallbackState, ClosedByHand, ClosedHow, KindByHand, Mark, PriorityClass};

use crate::chance::Chance;
use crate::image::Image;
use crate::invented::PEOPLE;
use crate::promises::{Broken, broken};
use crate::recalls::recall_is_settled;
use crate::world::{Happening, World};

/// The stream that these are drawn from, beside the others.
const BY_HAND: u64 = 5_023;

impl World {
    /// In some worlds somebody enters and closes callbacks, from time to time.
    pub(crate) fn plan_by_hand(&mut self) {
        self.plan_from_time_to_time((BY_HAND, "by_hand"), 40, (5, 60), Happening::ByHand);
    }

    /// Somebody whom the centre may know already, or the first callback that waits.
    pub(crate) fn by_hand(&mut self, mut chance: Chance) -> Result<(), Broken> {
        let (after_us, enters) = (chance.s(5, 60), chance.percent(70));
        let told = self.some_callback(&mut chance);
        let one_need = chance.percent(50);
        let (in_bulk, mut bulk) = (chance.percent(25), chance.fork());
        if self.is_calm() {
            return Ok(());
        }
        self.plan(after_us, Happening::ByHand(chance));
        if self.process.is_none() {
            return Ok(());
        }
        if in_bulk {
            let command = self.some_bulk(&mut bulk);
            return command.map_or(Ok(()), |command| self.commands(command));
        }
        if enters {
            self.met.deed("takes in charge");
            return self.commands(Command::AddCallback(Box::new(told)));
        }
        let rows = &self.disk.database.rows;
        let waits = rows
            .callbacks_open()
            .find(|row| row.state == CallbackState::Waiting);
        let Some(callback) = waits.map(|row| row.id) else {
            return Ok(());
        };
        let is_its = |need: &&NeedRow| need.callback == callback && need.closed_ms.is_none();
        let need = rows.needs.values().find(is_its).map(|need| need.id);
        self.met.deed("closes");
        self.commands(Command::CloseCallback(Box::new(ClosingTold {
            callback,
            need: need.filter(|_| one_need),
            how: ClosedByHand::Withdrawn,
            because: "somebody said so".to_owned(),
            by: None,
        })))
    }

    fn some_callback(&self, chance: &mut Chance) -> CallbackTold {
        let (tenant, queue) = chance.pick(&[("teramo", "prenotazioni"), ("avezzano", "centro")]);
        let now_ms = self.now().utc_ms;
        let soon_ms = i64::try_from(chance.between(300_000, 900_000)).unwrap_or(i64::MAX);
        let waits_ms = i64::try_from(chance.between(0, 120_000)).unwrap_or(i64::MAX);
        CallbackTold {
            tenant: tenant.to_owned(),
            queue: queue.to_owned(),
            person: Caller::from_user_part(chance.pick(&PEOPLE)),
            kind: chance.pick(&[KindByHand::TakenInCharge, KindByHand::Manual]),
            class: chance.percent(80).then(|| chance.pick(PriorityClass::ALL)),
            due_ms: chance.percent(40).then_some(now_ms + soon_ms),
            not_before_ms: chance.percent(50).then_some(now_ms + waits_ms),
            note: None,
            by: None,
            request_key: None,
        }
    }
}

/// Whether nothing is owed that a conversation would settle.
pub(crate) fn only_stays(image: &Image, id: CallbackId) -> bool {
    let mut needs = image.needs.values();
    needs.all(|need| {
        let is_open = need.callback == id && need.closed_ms.is_none();
        !is_open || !need.kind.closes_by_conversation()
    })
}

/// What stays is closed by somebody's word, which may be that the number is not to be called, or
/// given up for somebody to see.
pub(crate) fn check_stays(before: &Image, need: &NeedRow) -> Result<(), Broken> {
    if need.kind.closes_by_conversation() || need.closed_ms.is_none() {
        return Ok(());
    }
    let detail = before.details.get(&need.id);
    let was_said = detail.is_some_and(|detail| detail.closed_because.is_some());
    let row = before.callbacks.get(&need.callback);
    let is_right = row.is_some_and(|row| match row.closed_how {
        Some(ClosedHow::Exhausted | ClosedHow::Expired) => before.is_to_be_seen(row.id),
        Some(ClosedHow::Suppressed) => {
            before.is_to_be_seen(row.id)
                && before.is_marked(row.number, Mark::DoNotCall, row.tenant)
        }
        Some(
            ClosedHow::Served
            | ClosedHow::GotThrough
            | ClosedHow::CancelledByPerson
            | ClosedHow::Withdrawn,
        )
        | None => false,
    });
    if was_said || is_right || recall_is_settled(before, need) {
        return Ok(());
    }
    broken(
        "P2",
        format!("need {} stays, and was closed by nobody's word", need.id),
    )
}
