//! Open callbacks as operators read of them: those that they may choose from, and those of a number.

use std::collections::BTreeSet;

use cuptel_core::id::CallbackId;
use cuptel_core::number::PhoneNumber;
use cuptel_core::time::UtcMs;
use cuptel_core::words::{CallbackState, NeedKind};

use crate::dialect::{Row, ask, ask_shard};
use crate::row::Columns;
use crate::store::{SHARD, Store, StoreError, while_doing};

/// `$1` are the callbacks.
const THESE: &str = "
SELECT c.id, number.e164, tenant.name, queue.name, c.place_ms, c.attempts,
    coalesce((SELECT string_agg(need.kind, ' ') FROM callback_need need
        WHERE need.shard = c.shard AND need.callback = c.id AND need.closed_ms IS NULL), '')
FROM jsonb_each($1)
JOIN callback c ON c.shard = $2 AND c.id = CAST(value->>0 AS BIGINT)
JOIN tenant ON tenant.shard = c.shard AND tenant.id = c.tenant
LEFT JOIN queue ON queue.shard = c.shard AND queue.id = (SELECT need.queue FROM callback_need need
    WHERE need.shard = c.shard AND need.callback = c.id AND need.closed_ms IS NULL
        AND need.queue IS NOT NULL ORDER BY need.id LIMIT 1)
LEFT JOIN number ON number.shard = c.shard AND number.id = c.number";

/// What is open is few beside all numbers, so it is that which is looked through.
const OF_NUMBER: &str = "
SELECT c.id, tenant.name, c.state, c.opened_ms, c.attempts,
    (SELECT queue.name FROM callback_need need
        JOIN queue ON queue.shard = need.shard AND queue.id = need.queue
        WHERE need.shard = c.shard AND need.callback = c.id AND need.closed_ms IS NULL
        ORDER BY need.id LIMIT 1)
FROM callback c
JOIN number ON number.shard = c.shard AND number.id = c.number AND number.e164 = $2
JOIN tenant ON tenant.shard = c.shard AND tenant.id = c.tenant
WHERE c.shard = $1 AND c.state <> 'closed'
ORDER BY c.id LIMIT 20";

/// A callback that is open for a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundOpen {
    /// Which.
    pub callback: CallbackId,
    /// Short name of the tenant.
    pub tenant: String,
    /// Where it stands.
    pub state: CallbackState,
    /// Since when.
    pub opened_ms: UtcMs,
    /// How often the person has tried.
    pub attempts: i64,
    /// Short name of the queue.
    pub queue: Option<String>,
}

fn read_open(row: &Row) -> Result<FoundOpen, sqlx::Error> {
    let mut columns = Columns::of(row);
    Ok(FoundOpen {
        callback: CallbackId(columns.int()?),
        tenant: columns.text()?,
        state: columns.word()?,
        opened_ms: columns.int()?,
        attempts: columns.int()?,
        queue: columns.maybe_text()?,
    })
}

/// A callback that an operator may choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choosable {
    /// Which.
    pub callback: CallbackId,
    /// Whom to call, masked.
    pub number: Option<String>,
    /// Short name of the tenant.
    pub tenant: String,
    /// Short name of the queue; none of who was refused before they could say.
    pub queue: Option<String>,
    /// Since when it stands in line.
    pub place_ms: UtcMs,
    /// How often the person has tried.
    pub attempts: i64,
    /// What is owed.
    pub kinds: BTreeSet<NeedKind>,
}

fn read(row: &Row) -> Result<Choosable, sqlx::Error> {
    let mut columns = Columns::of(row);
    Ok(Choosable {
        callback: CallbackId(columns.int()?),
        number: columns.masked()?,
        tenant: columns.text()?,
        queue: columns.maybe_text()?,
        place_ms: columns.int()?,
        attempts: columns.int()?,
        kinds: columns.words()?,
    })
}

impl Store {
    /// The callbacks that are open for a number.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn open_of_number(&self, number: &PhoneNumber) -> Result<Vec<FoundOpen>, StoreError> {
        let failed = while_doing("look for a number");
        let mut reading = self.read().await.map_err(&failed)?;
        let question = ask_shard(OF_NUMBER).text(number.reveal());
        question.all(&mut reading, read_open).await.map_err(failed)
    }

    /// Of these callbacks those that are stored and owed, by their place.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn choosable(&self, these: &[CallbackId]) -> Result<Vec<Choosable>, StoreError> {
        let failed = while_doing("list callbacks to choose from");
        let mut reading = self.read().await.map_err(&failed)?;
        let these: Vec<[i64; 1]> = these.iter().map(|id| [id.0]).collect();
        let these = serde_json::json!(these).to_string();
        let question = ask(THESE).text(&these).int(SHARD);
        let found = question.all(&mut reading, read).await;
        let mut found = found.map_err(failed)?;
        found.sort_by_key(|it| (it.place_ms, it.callback));
        Ok(found)
    }
}
