//! What came of the conversations of a period, by the results that operators told.

use cuptel_core::time::UtcMs;
use cuptel_core::words::Disposition;
use serde::Serialize;

use crate::dialect::{Row, ask_shard};
use crate::row::Columns;
use crate::store::{Store, StoreError, while_doing};

/// The columns of a report as CSV.
pub const RESULT_COLUMNS: &[&str] = &["tenant", "queue", "disposition", "code", "conversations"];

/// A conversation counts where it was begun.
const TOLD: &str = "
SELECT tenant.name, queue.name, a.disposition, a.code, count(*)
FROM assignment a
JOIN offer ON offer.shard = a.shard AND offer.id = a.offer
JOIN queue ON queue.shard = a.shard AND queue.id = offer.queue
JOIN tenant ON tenant.shard = a.shard AND tenant.id = queue.tenant
WHERE a.shard = $1 AND a.started_ms >= $2 AND a.started_ms < $3 AND a.ended_ms IS NOT NULL
    AND (CAST($4 AS TEXT) IS NULL OR tenant.name = $4)
GROUP BY tenant.name, queue.name, a.disposition, a.code
ORDER BY tenant.name, queue.name, a.disposition, a.code";

/// Conversations of one queue with one result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ResultLine {
    /// Short name of the tenant.
    pub tenant: String,
    /// Short name of the queue.
    pub queue: String,
    /// The result; none where none was told.
    pub disposition: Option<Disposition>,
    /// The centre's own word for it, whether it is still in the configuration or not.
    pub code: Option<String>,
    /// How many that are over.
    pub conversations: i64,
}

fn read(row: &Row) -> Result<ResultLine, sqlx::Error> {
    let mut columns = Columns::of(row);
    Ok(ResultLine {
        tenant: columns.text()?,
        queue: columns.text()?,
        disposition: columns.maybe_word()?,
        code: columns.maybe_text()?,
        conversations: columns.int()?,
    })
}

impl Store {
    /// What came of conversations, of a tenant where it is named.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn results(
        &self,
        (from_ms, to_ms): (UtcMs, UtcMs),
        tenant: Option<&str>,
    ) -> Result<Vec<ResultLine>, StoreError> {
        let failed = while_doing("report what came of conversations");
        let mut reading = self.read_at_length().await.map_err(&failed)?;
        let question = ask_shard(TOLD).int(from_ms).int(to_ms).maybe_text(tenant);
        question.all(&mut reading, read).await.map_err(failed)
    }
}
