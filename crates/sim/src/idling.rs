//! No seat that could have a callback or a task stands idle for long beside it, unless the rules say
//! themselves, when they are asked why, what holds the work back or keeps the seat from it.

use std::collections::BTreeMap;

use cuptel_core::matching::Eligibility;
use cuptel_core::why::Hold;
use cuptel_core::words::{CallbackState, TaskState};

use crate::promises::{Broken, broken};
use crate::world::World;

/// Works and seats are looked at again so often.
const LOOK_US: u64 = 2_000_000;
/// Blending, tasks and who is spared what are looked at once a second.
const IDLE_US: u64 = 6_000_000;

/// Works that nothing holds back, beside seats that could have them.
#[derive(Debug, Default)]
pub(crate) struct Idling {
    looked_us: u64,
    /// Since when.
    since_us: BTreeMap<i64, u64>,
}

impl World {
    pub(crate) fn check_idling(&mut self) -> Result<(), Broken> {
        let Some(process) = self.process.as_ref().filter(|it| !it.is_stopping) else {
            self.idling = Idling::default();
            return Ok(());
        };
        if self.sound.is_dead || self.disk.memory.progress().database.holds() {
            self.idling = Idling::default();
            return Ok(());
        }
        if self.now_us < self.idling.looked_us + LOOK_US {
            return Ok(());
        }
        let now = self.now();
        let stands_idle = |id: &i64| {
            let why = process.switch.why(now, *id);
            why.is_some_and(|why| {
                let mut seats = why.seats.iter();
                let eligible = seats.any(|seats| seats.eligibility == Eligibility::Eligible);
                // Who gives way to callers does so at the seats that these can have.
                let is_held = why
                    .holds
                    .iter()
                    .any(|it| !matches!(it, Hold::GivesWay { .. } | Hold::AfterCallers { .. }));
                why.seat.is_none() && !is_held && eligible
            })
        };
        let callbacks = self.decided.callbacks_open();
        let callbacks = callbacks.filter(|row| row.state == CallbackState::Waiting);
        let tasks = self.decided.tasks.values();
        let tasks = tasks.filter(|row| row.state == TaskState::Waiting);
        let waiting = callbacks
            .map(|row| row.id.0)
            .chain(tasks.map(|row| row.id.0));
        let before = &self.idling.since_us;
        let since_us: BTreeMap<i64, u64> = waiting
            .filter(stands_idle)
            .map(|id| (id, before.get(&id).copied().unwrap_or(self.now_us)))
            .collect();
        let longest = since_us.iter().min_by_key(|(_, since_us)| **since_us);
        if let Some((id, since_us)) = longest.filter(|(_, at)| **at + IDLE_US < self.now_us) {
            let idle_s = (self.now_us - since_us) / 1_000_000;
            let why = process.switch.why(now, *id);
            let what = format!("{id} waits beside an idle seat for {idle_s} s: {why:?}");
            return broken("P5", what);
        }
        self.idling = Idling {
            looked_us: self.now_us,
            since_us,
        };
        Ok(())
    }
}
