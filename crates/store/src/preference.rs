//! How somebody wants their pages, as a text that the pages understand: it goes by their account.

use crate::apart::Change;
use crate::dialect::{Row, ask_shard};
use crate::row::Columns;
use crate::store::{Store, StoreError, while_doing};

const READ: &str = "
SELECT preference.settings FROM account
JOIN preference ON preference.shard = account.shard AND preference.account = account.id
WHERE account.shard = $1 AND account.name = $2 AND account.removed_ms IS NULL";
const SET: &str = "
INSERT INTO preference (shard, account, settings)
SELECT $1, id, $3 FROM account WHERE shard = $1 AND name = $2 AND removed_ms IS NULL
ON CONFLICT (shard, account) DO UPDATE SET settings = excluded.settings
RETURNING account";

fn settings(row: &Row) -> Result<String, sqlx::Error> {
    Columns::of(row).text()
}

impl Store {
    /// What the account of this name has chosen.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn preferences(&self, account: &str) -> Result<Option<String>, StoreError> {
        let failed = while_doing("read preferences");
        let mut reading = self.read().await.map_err(&failed)?;
        let question = ask_shard(READ).text(account);
        question.maybe(&mut reading, settings).await.map_err(failed)
    }

    /// Keeps what the account of this name has chosen; false where there is none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_preferences(&self, account: &str, chosen: &str) -> Result<bool, StoreError> {
        let change = Change::to("keep preferences")
            .step(SET)
            .text(account)
            .text(chosen);
        Ok(self.make(change).await?.is_some())
    }
}

/// Statements that must find their rows through an index, for the planner's test.
#[cfg(test)]
pub(crate) const LOOKUPS: &[&str] = &[READ];
