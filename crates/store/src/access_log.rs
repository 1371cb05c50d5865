//! Who signed in, changed something or looked at somebody's number, and when.

use cuptel_core::time::UtcMs;
use cuptel_core::words::Role;
use serde::Serialize;

use crate::apart::Change;
use crate::dialect::{Row, ask_shard};
use crate::row::Columns;
use crate::store::{Store, StoreError, page, while_doing};

const WRITE: &str = "
INSERT INTO access_log (shard, id, at_ms, who, role, origin, act, about)
SELECT $1, COALESCE((SELECT MAX(id) FROM access_log WHERE shard = $1), 0) + 1, $2, $3, $4, $5, $6, $7";

const LIST: &str = "
SELECT id, at_ms, who, role, origin, act, about FROM access_log
WHERE shard = $1 AND id < $2 ORDER BY id DESC LIMIT $3";
const LIST_OF: &str = "
SELECT id, at_ms, who, role, origin, act, about FROM access_log
WHERE shard = $1 AND id < $2 AND who = $4 ORDER BY id DESC LIMIT $3";

/// What somebody did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessMade<'a> {
    /// When.
    pub at_ms: UtcMs,
    /// Name of the account or the token; what was typed, where nobody has that name.
    pub who: &'a str,
    /// As what.
    pub role: Option<Role>,
    /// Network address.
    pub origin: Option<&'a str>,
    /// What, in the words of the API: `sign_in`, `wrong_sign_in`, `POST /api/v1/stops`.
    pub act: &'a str,
    /// Which row, seat or name; never a telephone number.
    pub about: Option<&'a str>,
}

/// An entry of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AccessView {
    /// Which.
    pub id: i64,
    /// When.
    pub at_ms: UtcMs,
    /// Name of the account or the token.
    pub who: String,
    /// As what.
    pub role: Option<Role>,
    /// Network address.
    pub origin: Option<String>,
    /// What.
    pub act: String,
    /// Which row, seat or name.
    pub about: Option<String>,
}

fn read(row: &Row) -> Result<AccessView, sqlx::Error> {
    let mut columns = Columns::of(row);
    Ok(AccessView {
        id: columns.int()?,
        at_ms: columns.int()?,
        who: columns.text()?,
        role: columns.maybe_word()?,
        origin: columns.maybe_text()?,
        act: columns.text()?,
        about: columns.maybe_text()?,
    })
}

impl Store {
    /// Writes down what somebody did.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn log_access(&self, access: &AccessMade<'_>) -> Result<(), StoreError> {
        let change = Change::to("write the log of access")
            .step(WRITE)
            .int(access.at_ms)
            .text(access.who)
            .maybe_text(access.role.map(Role::as_str))
            .maybe_text(access.origin)
            .text(access.act)
            .maybe_text(access.about);
        self.make(change).await?;
        Ok(())
    }

    /// What was done, the newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn access_log(
        &self,
        who: Option<&str>,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<AccessView>, StoreError> {
        let failed = while_doing("read the log of access");
        let mut reading = self.read().await.map_err(&failed)?;
        let question = ask_shard(if who.is_some() { LIST_OF } else { LIST })
            .int(before.unwrap_or(i64::MAX))
            .int(page(limit));
        let question = match who {
            Some(who) => question.text(who),
            None => question,
        };
        question.all(&mut reading, read).await.map_err(failed)
    }
}
