//! Somebody puts off or closes many callbacks by one word, and takes it back; and what must hold of
//! it: each that was touched is on record, and what is brought back is as it was.

use cuptel_core::bulk::{BulkTold, UndoTold};
use cuptel_core::id::CallbackId;
use cuptel_core::record::{AttemptRow, BulkEntryRow, BulkRow, Record};
use cuptel_core::step::Command;
use cuptel_core::words::{
    BulkAction, BulkFate, CallbackState, ClosedHow, NeedKind, Outcome, PriorityClass,
};

use crate::chance::Chance;
use crate::image::Image;
use crate::promises::{Broken, broken};
use crate::world::World;

impl World {
    /// A bulk of any kind, or the last one taken back.
    pub(crate) fn some_bulk(&mut self, chance: &mut Chance) -> Option<Command> {
        if chance.percent(40) {
            return self.takes_back();
        }
        let tenant = chance.pick(&[None, Some("teramo"), Some("avezzano")]);
        let queue = chance.percent(30) && tenant == Some("teramo");
        let action = chance.pick(&[BulkAction::Postpone, BulkAction::Close]);
        let later_ms = i64::try_from(chance.between(1_000, 120_000)).unwrap_or(1_000);
        self.met.deed("does many at once");
        Some(Command::Bulk(Box::new(BulkTold {
            action,
            is_preview: chance.percent(20),
            tenant: tenant.map(str::to_owned),
            queue: queue.then(|| "prenotazioni".to_owned()),
            class: chance.percent(10).then(|| chance.pick(PriorityClass::ALL)),
            kind: chance.percent(20).then(|| chance.pick(NeedKind::ALL)),
            opened_before_ms: None,
            until_ms: Some(self.now().utc_ms + later_ms),
            because: "somebody said so".to_owned(),
            by: None,
            request_key: String::new(),
        })))
    }

    fn takes_back(&mut self) -> Option<Command> {
        let rows = &self.disk.database.rows;
        let is_over = |row: &&BulkRow| row.ended_ms.is_some() && !row.is_preview;
        let bulk = rows.bulks.values().rev().find(is_over)?;
        let is_done = |entry: &&BulkEntryRow| entry.bulk == bulk.id && entry.fate == BulkFate::Done;
        let entries = rows.bulk_entries.values().filter(is_done);
        let told = |entry: &BulkEntryRow| UndoTold {
            entry: entry.clone(),
            closed: (bulk.action == BulkAction::Close)
                .then(|| rows.given_up(entry.callback))
                .flatten(),
            details: rows.details_of(entry.callback),
            is_served: served_since(rows, entry.callback),
        };
        let entries: Vec<UndoTold> = entries.map(told).collect();
        self.met.deed("takes many back");
        Some(Command::UndoBulk { entries, by: None })
    }
}

/// Whether the person of a closed callback has spoken with us about something of its tenant since.
pub(crate) fn served_since(rows: &Image, id: CallbackId) -> bool {
    let Some(row) = rows.callbacks.get(&id) else {
        return false;
    };
    let digits = |id| rows.numbers.get(&id).and_then(|row| row.e164.clone());
    let (own, closed_ms) = (digits(row.number), row.closed_ms.unwrap_or(i64::MAX));
    let of_them = |attempt: &&AttemptRow| {
        attempt.number.and_then(digits) == own
            && attempt.tenant == Some(row.tenant)
            && attempt.received_ms >= closed_ms
    };
    let mut since = rows.attempts.values().filter(of_them);
    since.any(|it| it.outcome.is_some_and(Outcome::is_served))
}

/// A row was decided; `before` has all that was decided before it.
pub(crate) fn check_bulk(before: &Image, record: &Record) -> Result<(), Broken> {
    if let Record::BulkEntry(entry) = record {
        return check_entry(before, entry);
    }
    if let Record::Bulk(row) = record
        && !row.is_preview
    {
        let mut entries = before.bulk_entries.values();
        let counted = entries
            .by_ref()
            .filter(|entry| entry.bulk == row.id)
            .count();
        if i64::try_from(counted) != Ok(row.touched) {
            let what = format!(
                "bulk {} touched {}, {counted} on record",
                row.id, row.touched
            );
            return broken("P5", what);
        }
    }
    Ok(())
}

fn check_entry(before: &Image, entry: &BulkEntryRow) -> Result<(), Broken> {
    let callback = before.callbacks.get(&entry.callback);
    let bulk = before.bulks.get(&entry.bulk);
    let (Some(row), Some(bulk)) = (callback, bulk) else {
        return broken("P5", format!("entry {} is of nothing", entry.id));
    };
    let is_right = match (entry.fate, bulk.action) {
        (BulkFate::Previewed | BulkFate::Left, _) => true,
        (BulkFate::Done, BulkAction::Postpone) => row.not_before_ms == entry.set_ms,
        (BulkFate::Done, BulkAction::Close) => row.closed_how == Some(ClosedHow::Withdrawn),
        (BulkFate::Undone, BulkAction::Postpone) => {
            (entry.was_ms..=entry.set_ms).contains(&row.not_before_ms)
        }
        // At the old place, or before: who calls meanwhile has no older one.
        (BulkFate::Undone, BulkAction::Close) => before.callbacks.values().any(|new| {
            new.state == CallbackState::Waiting
                && new.tenant == row.tenant
                && before.e164(new.number) == before.e164(row.number)
                && new.place_ms <= row.place_ms
        }),
    };
    if is_right {
        return Ok(());
    }
    broken("P5", format!("{entry:?} is not what became of {row:?}"))
}
