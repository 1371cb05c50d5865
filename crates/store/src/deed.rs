//! What whoever leads has done: with a call or a callback, a queue, a seat. Each told by what keeps it.

use cuptel_core::time::UtcMs;
use cuptel_core::words::{Button, Chosen};

use crate::dialect::{Row, ask_shard};
use crate::row::Columns;
use crate::store::{Store, StoreError, while_doing};

/// Of what is named by an identifier, which no two kinds of rows share.
const ABOUT: &str = "
SELECT at_ms, who, act FROM access_log
WHERE shard = $1 AND about IS NOT NULL AND about = $2 AND refused IS NULL ORDER BY id DESC LIMIT 200";

/// For the queue, its authority or the region.
const PRESSED: &str = "
SELECT c.button, tenant.name, queue.name, c.since_ms, c.ends_ms, c.until_ms, c.supervisor, c.reason,
    c.released_by
FROM closure c
LEFT JOIN tenant ON tenant.shard = c.shard AND tenant.id = c.tenant
LEFT JOIN queue ON queue.shard = c.shard AND queue.id = c.queue
WHERE c.shard = $1 AND (c.tenant IS NULL AND c.queue IS NULL
    OR c.tenant = (SELECT id FROM tenant WHERE shard = $1 AND name = $2)
    OR c.queue = (SELECT queue.id FROM queue
        JOIN tenant ON tenant.shard = queue.shard AND tenant.id = queue.tenant
        WHERE queue.shard = $1 AND tenant.name = $2 AND queue.name = $3))
ORDER BY c.id DESC LIMIT 100";

const CHOSEN: &str = "
SELECT chosen, since_ms, until_ms, pause_reason, supervisor FROM state_interval
WHERE shard = $1 AND seat = (SELECT id FROM seat WHERE shard = $1 AND name = $2)
    AND since_ms >= $3 AND supervisor IS NOT NULL
ORDER BY since_ms DESC LIMIT 200";

/// An entry of the log about one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeedView {
    /// When.
    pub at_ms: UtcMs,
    /// Name of the account or the token.
    pub who: String,
    /// What, in the words of the log.
    pub act: String,
}

/// A stop button that was pressed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PressView {
    /// What it does.
    pub button: Button,
    /// Short name of the tenant that it was pressed for.
    pub tenant: Option<String>,
    /// Short name of the queue that it was pressed for.
    pub queue: Option<String>,
    /// Pressed.
    pub since_ms: UtcMs,
    /// To be released by itself then.
    pub ends_ms: Option<UtcMs>,
    /// Released.
    pub until_ms: Option<UtcMs>,
    /// By whom it was pressed.
    pub supervisor: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// By whom it was released; it ended by itself, without one.
    pub released_by: Option<String>,
}

/// What somebody chose for who works at a seat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChoiceView {
    /// What.
    pub chosen: Chosen,
    /// When.
    pub since_ms: UtcMs,
    /// Until when it held without the seat doing anything else.
    pub until_ms: Option<UtcMs>,
    /// Why, for a pause.
    pub reason: Option<String>,
    /// Who.
    pub supervisor: String,
}

fn deed(row: &Row) -> Result<DeedView, sqlx::Error> {
    let mut columns = Columns::of(row);
    Ok(DeedView {
        at_ms: columns.int()?,
        who: columns.text()?,
        act: columns.text()?,
    })
}

fn press(row: &Row) -> Result<PressView, sqlx::Error> {
    let mut columns = Columns::of(row);
    Ok(PressView {
        button: columns.word()?,
        tenant: columns.maybe_text()?,
        queue: columns.maybe_text()?,
        since_ms: columns.int()?,
        ends_ms: columns.maybe_int()?,
        until_ms: columns.maybe_int()?,
        supervisor: columns.maybe_text()?,
        reason: columns.maybe_text()?,
        released_by: columns.maybe_text()?,
    })
}

fn choice(row: &Row) -> Result<ChoiceView, sqlx::Error> {
    let mut columns = Columns::of(row);
    Ok(ChoiceView {
        chosen: columns.word()?,
        since_ms: columns.int()?,
        until_ms: columns.maybe_int()?,
        reason: columns.maybe_text()?,
        supervisor: columns.text()?,
    })
}

impl Store {
    /// What the log has about the row of this identifier, the newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn deeds_about(&self, id: i64) -> Result<Vec<DeedView>, StoreError> {
        self.deeds_of(&id.to_string()).await
    }

    /// What the log has about the seat of this name, the newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn deeds_at(&self, seat: &str) -> Result<Vec<DeedView>, StoreError> {
        let found = self.deeds_of(seat).await?;
        // What else is named so is told elsewhere.
        let of_seat = |it: &DeedView| it.act.contains("/seats/{seat}");
        Ok(found.into_iter().filter(of_seat).collect())
    }

    async fn deeds_of(&self, about: &str) -> Result<Vec<DeedView>, StoreError> {
        let failed = while_doing("read what was done about a row");
        let mut reading = self.read().await.map_err(&failed)?;
        let question = ask_shard(ABOUT).text(about);
        question.all(&mut reading, deed).await.map_err(failed)
    }

    /// The stop buttons that were pressed for a queue, its authority or the region, the newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn presses(&self, tenant: &str, queue: &str) -> Result<Vec<PressView>, StoreError> {
        let failed = while_doing("read which buttons were pressed");
        let mut reading = self.read().await.map_err(&failed)?;
        let question = ask_shard(PRESSED).text(tenant).text(queue);
        question.all(&mut reading, press).await.map_err(failed)
    }

    /// What others chose for who works at a seat since a moment, the newest first. A choice is there
    /// once for each stretch of time in which the seat did another thing.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn choices_at(
        &self,
        seat: &str,
        from_ms: UtcMs,
    ) -> Result<Vec<ChoiceView>, StoreError> {
        let failed = while_doing("read what was chosen for a seat");
        let mut reading = self.read().await.map_err(&failed)?;
        let question = ask_shard(CHOSEN).text(seat).int(from_ms);
        question.all(&mut reading, choice).await.map_err(failed)
    }
}

/// Statements that must find their rows through an index, for the planner's test.
#[cfg(test)]
pub(crate) const LOOKUPS: &[&str] = &[ABOUT, CHOSEN];
