//! What each operator has done in a period: for whoever may see it. Whether they may is not decided here.

use cuptel_core::time::UtcMs;
use serde::Serialize;

use crate::dialect::{Row, ask_shard};
use crate::row::Columns;
use crate::store::{Store, StoreError, while_doing};

/// Conversations with callers and with whom we called, by who had them. A dial that nobody answered is
/// none.
const CONVERSATIONS: &str = "
SELECT operator.name, operator.employer, count(*),
    CAST(sum(CASE WHEN a.callback IS NULL THEN 0 ELSE 1 END) AS BIGINT),
    CAST(coalesce(sum(a.ended_ms - a.started_ms), 0) AS BIGINT)
FROM assignment a
JOIN operator ON operator.shard = a.shard AND operator.id = a.operator
LEFT JOIN tenant ON tenant.shard = operator.shard AND tenant.id = operator.home
WHERE a.shard = $1 AND a.started_ms >= $2 AND a.started_ms < $3 AND a.ended_ms IS NOT NULL
    AND (a.callback IS NULL OR EXISTS (SELECT 1 FROM dial d WHERE d.shard = a.shard
        AND d.callback = a.callback AND d.answered_ms <= a.ended_ms
        AND (d.ended_ms IS NULL OR d.ended_ms >= a.started_ms)))
    AND (CAST($4 AS TEXT) IS NULL OR tenant.name = $4)
    AND (CAST($5 AS TEXT) IS NULL OR operator.employer = $5)
GROUP BY operator.name, operator.employer ORDER BY operator.name";

/// One operator's part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OperatorFigures {
    /// Who.
    pub operator: String,
    /// Whose.
    pub employer: String,
    /// Conversations that are over.
    pub conversations: i64,
    /// Of those, for callbacks.
    pub callbacks: i64,
    /// How long they lasted, all together, in seconds.
    pub talking_s: i64,
}

fn read(row: &Row) -> Result<OperatorFigures, sqlx::Error> {
    let mut columns = Columns::of(row);
    Ok(OperatorFigures {
        operator: columns.text()?,
        employer: columns.text()?,
        conversations: columns.int()?,
        callbacks: columns.int()?,
        talking_s: columns.int()? / 1_000,
    })
}

impl Store {
    /// What each operator has done, of a tenant and an employer where they are named.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn operator_figures(
        &self,
        (from_ms, to_ms): (UtcMs, UtcMs),
        tenant: Option<&str>,
        employer: Option<&str>,
    ) -> Result<Vec<OperatorFigures>, StoreError> {
        let failed = while_doing("report what operators have done");
        let mut reading = self.read_at_length().await.map_err(&failed)?;
        let question = ask_shard(CONVERSATIONS).int(from_ms).int(to_ms);
        let question = question.maybe_text(tenant).maybe_text(employer);
        question.all(&mut reading, read).await.map_err(failed)
    }
}
