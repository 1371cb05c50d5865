//! A stored day, counted: how many people called for the first time in each quarter of an hour,
//! and for which queue. Who they were stays in the database.

use cuptel_core::time::UtcMs;

use crate::dialect::ask_shard;
use crate::row::Columns;
use crate::store::{Store, StoreError, while_doing};

/// A person is one number at one authority; who withheld it is somebody new each time.
const FIRST_CALLS: &str = "
SELECT tenant, queue, (received_ms - $2) / $4, count(*) FROM (
    SELECT tenant.name AS tenant, queue.name AS queue, a.received_ms AS received_ms,
        row_number() OVER (
            PARTITION BY a.tenant, coalesce(number.e164, CAST(a.id AS TEXT))
            ORDER BY a.received_ms, a.id
        ) AS nth
    FROM attempt a
    JOIN tenant ON tenant.shard = a.shard AND tenant.id = a.tenant
    LEFT JOIN queue ON queue.shard = a.shard AND queue.id = a.queue
    LEFT JOIN number ON number.shard = a.shard AND number.id = a.number
    WHERE a.shard = $1 AND a.received_ms >= $2 AND a.received_ms < $3
) AS calls
WHERE nth = 1 GROUP BY 1, 2, 3 ORDER BY 1, 2, 3";

/// People who called for the first time in a part of a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstCalls {
    /// Whose line they dialled.
    pub tenant: String,
    /// What for, where they came to say it.
    pub queue: Option<String>,
    /// In which part, counted from 0.
    pub part: i64,
    /// How many.
    pub persons: i64,
}

impl Store {
    /// First calls of this time, by parts of `part_ms`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn first_calls(
        &self,
        (from_ms, to_ms): (UtcMs, UtcMs),
        part_ms: i64,
    ) -> Result<Vec<FirstCalls>, StoreError> {
        let failed = while_doing("count the calls of a day");
        let mut reading = self.read().await.map_err(&failed)?;
        let question = ask_shard(FIRST_CALLS).int(from_ms).int(to_ms).int(part_ms);
        let rows = question.all(&mut reading, |row| {
            let mut columns = Columns::of(row);
            Ok(FirstCalls {
                tenant: columns.text()?,
                queue: columns.maybe_text()?,
                part: columns.int()?,
                persons: columns.int()?,
            })
        });
        rows.await.map_err(failed)
    }
}
