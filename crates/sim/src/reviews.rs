//! Somebody looks at the callbacks that were given up: leaves them so, or has people called after all.

use cuptel_core::id::CallbackId;
use cuptel_core::step::Command;

use crate::bulk::served_since;
use crate::chance::Chance;
use crate::promises::Broken;
use crate::world::{Happening, World};

/// The stream that looks are drawn from, beside the others.
const REVIEWS: u64 = 5_021;

impl World {
    /// In some worlds somebody looks at what was given up, from time to time.
    pub(crate) fn plan_reviews(&mut self) {
        self.plan_from_time_to_time((REVIEWS, "review"), 50, (10, 60), Happening::Review);
    }

    /// The first that nobody has seen, as the database has it.
    pub(crate) fn review(&mut self, mut chance: Chance) -> Result<(), Broken> {
        let (after_us, reopens) = (chance.s(5, 60), chance.percent(60));
        if self.is_calm() {
            return Ok(());
        }
        self.plan(after_us, Happening::Review(chance));
        let rows = &self.disk.database.rows;
        let Some(callback) = rows.unseen().next().map(|row| row.callback) else {
            return Ok(());
        };
        if self.process.is_none() {
            return Ok(());
        }
        if !reopens {
            self.met.deed("acknowledges");
            return self.commands(Command::Acknowledge { callback, by: None });
        }
        match self.given_up(callback) {
            Some(command) => {
                self.met.deed("reopens");
                self.commands(command)
            }
            None => Ok(()),
        }
    }

    fn given_up(&self, id: CallbackId) -> Option<Command> {
        let rows = &self.disk.database.rows;
        let given_up = Box::new(rows.given_up(id)?);
        let details = rows.details.values().filter(|row| row.callback == id);
        let is_served = served_since(rows, id);
        Some(Command::CallAfterAll {
            given_up,
            details: details.cloned().collect(),
            is_served,
            by: None,
        })
    }
}
