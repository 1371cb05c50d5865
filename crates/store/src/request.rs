//! Requests that came with a key of their own: a row from before one is carried out, which has the answer
//! afterwards. One without an answer may have been carried out or not.

use cuptel_core::time::UtcMs;

use crate::apart::Change;
use crate::dialect::{Row, ask_shard};
use crate::row::Columns;
use crate::store::{Store, StoreError, while_doing};

const READ: &str = "SELECT body, status, answer FROM request WHERE shard = $1 AND key = $2";
const BEGIN: &str = "
INSERT INTO request (shard, key, body, begun_ms) VALUES ($1, $2, $3, $4)
ON CONFLICT (shard, key) DO NOTHING RETURNING begun_ms";
const ANSWER: &str = "
UPDATE request SET status = $3, answer = $4
WHERE shard = $1 AND key = $2 AND status IS NULL RETURNING begun_ms";
const DROP: &str = "DELETE FROM request WHERE shard = $1 AND key = $2 AND status IS NULL";
const FORGET: &str = "
DELETE FROM request WHERE shard = $1 AND key IN (
    SELECT key FROM request WHERE shard = $1 AND begun_ms < $2 ORDER BY begun_ms LIMIT $3)";

/// A request whose key is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownRequest {
    /// Digest of what was asked.
    pub body: String,
    /// With which status it was answered; none where nobody knows what became of it.
    pub status: Option<u16>,
    /// What was answered, where that is kept.
    pub answer: Option<String>,
}

fn read(row: &Row) -> Result<KnownRequest, sqlx::Error> {
    let mut columns = Columns::of(row);
    let body = columns.text()?;
    let status = columns.maybe_int()?;
    Ok(KnownRequest {
        body,
        status: status.and_then(|status| u16::try_from(status).ok()),
        answer: columns.maybe_text()?,
    })
}

impl Store {
    /// Keeps that a request is about to be carried out, unless its key is known: then what is known.
    ///
    /// # Errors
    /// When the database fails; the request is not to be carried out then.
    pub async fn begin_request(
        &self,
        key: &str,
        body: &str,
        now_ms: UtcMs,
    ) -> Result<Option<KnownRequest>, StoreError> {
        if let Some(known) = self.request(key).await? {
            return Ok(Some(known));
        }
        let change = Change::to("keep the key of a request")
            .step(BEGIN)
            .text(key)
            .text(body)
            .int(now_ms);
        if self.make(change).await?.is_some() {
            return Ok(None);
        }
        self.request(key).await
    }

    async fn request(&self, key: &str) -> Result<Option<KnownRequest>, StoreError> {
        let failed = while_doing("look up the key of a request");
        let mut reading = self.read().await.map_err(&failed)?;
        let question = ask_shard(READ).text(key);
        question.maybe(&mut reading, read).await.map_err(failed)
    }

    /// Keeps how a request was answered.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn answer_request(
        &self,
        key: &str,
        status: u16,
        answer: Option<&str>,
    ) -> Result<(), StoreError> {
        let change = Change::to("keep the answer to a request")
            .step(ANSWER)
            .text(key)
            .int(i64::from(status))
            .maybe_text(answer);
        self.make(change).await?;
        Ok(())
    }

    /// Forgets a request that was refused: nothing came of it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn drop_request(&self, key: &str) -> Result<(), StoreError> {
        let change = Change::to("forget the key of a refused request");
        self.make(change.step(DROP).text(key)).await?;
        Ok(())
    }

    /// Forgets what was asked before a moment, so many at most.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn forget_requests(&self, before_ms: UtcMs, most: u32) -> Result<(), StoreError> {
        let change = Change::to("forget old keys of requests").step(FORGET);
        self.make(change.int(before_ms).int(i64::from(most)))
            .await?;
        Ok(())
    }
}

/// Statements that must find their rows through an index, for the planner's test.
#[cfg(test)]
pub(crate) const LOOKUPS: &[&str] = &[READ, ANSWER, DROP];
