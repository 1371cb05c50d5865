//! The directory: names and numbers that operators may dial or transfer to. No journal knows it, as no
//! rule reads it.

use cuptel_core::time::UtcMs;
use serde::Serialize;

use crate::apart::Change;
use crate::dialect::{Row, ask_shard};
use crate::row::Columns;
use crate::store::{Store, StoreError, while_doing};

const SET: &str = "
INSERT INTO directory_entry (shard, id, name, number, tenant, note, created_ms, created_by)
SELECT $1, COALESCE((SELECT MAX(id) FROM directory_entry WHERE shard = $1), 0) + 1, $2, $3,
    (SELECT id FROM tenant WHERE shard = $1 AND name = $4), $5, $6, $7
WHERE NOT EXISTS (SELECT 1 FROM directory_entry
    WHERE shard = $1 AND name = $2 AND removed_ms IS NULL)
RETURNING id";
const REMOVE: &str = "
UPDATE directory_entry SET removed_ms = $3, removed_by = $4
WHERE shard = $1 AND id = $2 AND removed_ms IS NULL RETURNING id";
const CHANGE: &str = "
UPDATE directory_entry SET name = $3, number = $4,
    tenant = (SELECT id FROM tenant WHERE shard = $1 AND name = $5), note = $6
WHERE shard = $1 AND id = $2 AND removed_ms IS NULL AND NOT EXISTS (SELECT 1
    FROM directory_entry other WHERE other.shard = $1 AND other.name = $3 AND other.id <> $2
        AND other.removed_ms IS NULL)
RETURNING id";

const LIST: &str = "
SELECT entry.id, entry.name, entry.number, tenant.name, entry.note, entry.created_ms,
    entry.created_by
FROM directory_entry entry
LEFT JOIN tenant ON tenant.shard = entry.shard AND tenant.id = entry.tenant
WHERE entry.shard = $1 AND entry.removed_ms IS NULL
ORDER BY entry.name";

/// Somebody whom operators may dial or transfer to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DirectoryView {
    /// The entry.
    pub id: i64,
    /// What they go by.
    pub name: String,
    /// As it is dialled. It is of an office and not of a person, and shown whole.
    pub number: String,
    /// For whose operators; for all, without one.
    pub tenant: Option<String>,
    /// What to know before one dials.
    pub note: Option<String>,
    /// Since.
    pub created_ms: UtcMs,
    /// Who entered them.
    pub created_by: String,
}

/// Somebody who is to be entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDirectoryEntry {
    /// What they go by.
    pub name: String,
    /// As it is dialled.
    pub number: String,
    /// For whose operators; for all, without one.
    pub tenant: Option<String>,
    /// What to know before one dials.
    pub note: Option<String>,
    /// Now.
    pub created_ms: UtcMs,
    /// Who enters them.
    pub created_by: String,
}

fn view(row: &Row) -> Result<DirectoryView, sqlx::Error> {
    let mut columns = Columns::of(row);
    Ok(DirectoryView {
        id: columns.int()?,
        name: columns.text()?,
        number: columns.text()?,
        tenant: columns.maybe_text()?,
        note: columns.maybe_text()?,
        created_ms: columns.int()?,
        created_by: columns.text()?,
    })
}

impl Store {
    /// Everybody in it, by name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn directory(&self) -> Result<Vec<DirectoryView>, StoreError> {
        let failed = while_doing("list the directory");
        let mut reading = self.read().await.map_err(&failed)?;
        ask_shard(LIST)
            .all(&mut reading, view)
            .await
            .map_err(failed)
    }

    /// Enters somebody; nothing where the name is taken.
    ///
    /// # Errors
    /// When there is no such tenant, or the database fails.
    pub async fn add_directory_entry(
        &self,
        new: &NewDirectoryEntry,
    ) -> Result<Option<i64>, StoreError> {
        self.is_of_a_tenant(new.tenant.as_deref()).await?;
        let change = Change::to("enter somebody into the directory")
            .step(SET)
            .text(&new.name)
            .text(&new.number)
            .maybe_text(new.tenant.as_deref())
            .maybe_text(new.note.as_deref())
            .int(new.created_ms)
            .text(&new.created_by);
        self.make(change).await
    }

    /// Changes an entry; false where there is none, or another has the name. Who entered it stays.
    ///
    /// # Errors
    /// When there is no such tenant, or the database fails.
    pub async fn change_directory_entry(
        &self,
        id: i64,
        entry: &NewDirectoryEntry,
    ) -> Result<bool, StoreError> {
        self.is_of_a_tenant(entry.tenant.as_deref()).await?;
        let change = Change::to("change an entry of the directory")
            .step(CHANGE)
            .int(id)
            .text(&entry.name)
            .text(&entry.number)
            .maybe_text(entry.tenant.as_deref())
            .maybe_text(entry.note.as_deref());
        Ok(self.make(change).await?.is_some())
    }

    /// Takes an entry away; false where there is none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn remove_directory_entry(
        &self,
        id: i64,
        now_ms: UtcMs,
        by: &str,
    ) -> Result<bool, StoreError> {
        let change = Change::to("take somebody out of the directory").step(REMOVE);
        let change = change.int(id).int(now_ms).text(by);
        Ok(self.make(change).await?.is_some())
    }
}
