//! Who signed in, changed something or looked at somebody's number, and when.

use cuptel_core::time::UtcMs;
use cuptel_core::words::Role;
use serde::Serialize;

use crate::apart::Change;
use crate::dialect::{Row, ask_shard};
use crate::row::{Columns, read_int};
use crate::store::{Store, StoreError, page, while_doing};

const WRITE: &str = "
INSERT INTO access_log (shard, id, at_ms, who, role, origin, act, about, tenant, refused)
SELECT $1, COALESCE((SELECT MAX(id) FROM access_log WHERE shard = $1), 0) + 1, $2, $3, $4, $5, $6, $7, $8, $9";

/// A half of the name of an act finds it, whatever its case; so does one of a list of them between bars.
const LIST: &str = "
SELECT id, at_ms, who, role, origin, act, about, tenant, refused FROM access_log
WHERE shard = $1 AND id < $2
    AND (CAST($4 AS TEXT) IS NULL OR who = $4)
    AND ((CAST($5 AS TEXT) IS NULL AND CAST($10 AS TEXT) IS NULL)
        OR lower(act) LIKE $5 ESCAPE '!' OR $10 LIKE '%|' || act || '|%')
    AND (CAST($6 AS BIGINT) IS NULL OR at_ms >= $6)
    AND (CAST($7 AS BIGINT) IS NULL OR at_ms < $7)
    AND (CAST($8 AS TEXT) IS NULL OR tenant = $8)
    AND (CAST($9 AS BIGINT) IS NULL OR COALESCE(refused, 0) = $9)
ORDER BY id DESC LIMIT $3";

/// The newest stays, so that no identifier is given twice.
const FORGET: &str = "
DELETE FROM access_log WHERE shard = $1 AND at_ms < $2 AND id IN (
    SELECT id FROM access_log WHERE shard = $1 AND at_ms < $2
        AND id < (SELECT MAX(id) FROM access_log WHERE shard = $1)
    ORDER BY id LIMIT $3)";
const COUNT_OLD: &str = "
SELECT COUNT(*) FROM access_log WHERE shard = $1 AND at_ms < $2
    AND id < (SELECT MAX(id) FROM access_log WHERE shard = $1)";

/// The failures of others do not count: they say nothing of where somebody is at home.
const PLACES: &str = "
SELECT origin FROM access_log
WHERE shard = $1 AND who = $2 AND act = 'sign_in' AND origin IS NOT NULL ORDER BY id DESC LIMIT 50";

/// Which entries, the newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccessFilter {
    /// Of this account or token only.
    pub who: Option<String>,
    /// Acts in whose name this stands.
    pub act: Option<String>,
    /// These acts too; alone, where no text is asked for.
    pub acts: Option<Vec<String>>,
    /// Of those who are bound to this health authority only.
    pub tenant: Option<String>,
    /// What was refused, or what was done.
    pub refused: Option<bool>,
    /// Not before.
    pub from_ms: Option<UtcMs>,
    /// Before.
    pub until_ms: Option<UtcMs>,
    /// Older than this identifier: the last one of the page before.
    pub before: Option<i64>,
    /// How many, 1 to 1000.
    pub limit: u32,
}

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
    /// The health authority that they are bound to.
    pub tenant: Option<&'a str>,
    /// Whether they were not let, or it could not be done.
    pub refused: bool,
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
    /// The health authority that they are bound to.
    pub tenant: Option<String>,
    /// Whether they were not let, or it could not be done.
    pub refused: bool,
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
        tenant: columns.maybe_text()?,
        refused: columns.maybe_int()? == Some(1),
    })
}

fn origin(row: &Row) -> Result<String, sqlx::Error> {
    Columns::of(row).text()
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
            .maybe_text(access.about)
            .maybe_text(access.tenant)
            .maybe_int(access.refused.then_some(1));
        self.make(change).await?;
        Ok(())
    }

    /// What was done, the newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn access_log(&self, filter: &AccessFilter) -> Result<Vec<AccessView>, StoreError> {
        let failed = while_doing("read the log of access");
        let mut reading = self.read_at_length().await.map_err(&failed)?;
        let act = filter.act.as_deref().map(anywhere);
        let acts = filter.acts.as_ref();
        let acts = acts.map(|acts| format!("|{}|", acts.join("|")));
        let question = ask_shard(LIST)
            .int(filter.before.unwrap_or(i64::MAX))
            .int(page(filter.limit))
            .maybe_text(filter.who.as_deref())
            .maybe_text(act.as_deref())
            .maybe_int(filter.from_ms)
            .maybe_int(filter.until_ms)
            .maybe_text(filter.tenant.as_deref())
            .maybe_int(filter.refused.map(i64::from))
            .maybe_text(acts.as_deref());
        question.all(&mut reading, read).await.map_err(failed)
    }

    /// The addresses from which somebody has signed in lately, the last first, each as often as they have.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn signed_in_from(&self, who: &str) -> Result<Vec<String>, StoreError> {
        let failed = while_doing("look for places in the log of access");
        let mut reading = self.read().await.map_err(&failed)?;
        let question = ask_shard(PLACES).text(who);
        question.all(&mut reading, origin).await.map_err(failed)
    }

    /// Forgets what was done before a moment, so many entries at most; how many are left of that time.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn forget_access(&self, before_ms: UtcMs, most: u32) -> Result<i64, StoreError> {
        let change = Change::to("forget old entries of the log of access");
        let change = change.step(FORGET).int(before_ms).int(i64::from(most));
        self.make(change).await?;
        let failed = while_doing("count old entries of the log of access");
        let mut reading = self.read().await.map_err(&failed)?;
        let question = ask_shard(COUNT_OLD).int(before_ms);
        question.one(&mut reading, read_int).await.map_err(failed)
    }
}

/// What finds a text anywhere in another.
fn anywhere(text: &str) -> String {
    let mut pattern = "%".to_owned();
    for c in text.to_lowercase().chars() {
        if matches!(c, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

/// Statements that must find their rows through an index, for the planner's test.
#[cfg(test)]
pub(crate) const LOOKUPS: &[&str] = &[PLACES];
