//! Every open callback with its number, in the order in which somebody would call them by hand.
//! It is read from the database alone, because it is for the day on which nothing else answers.

use std::collections::BTreeSet;

use cuptel_core::id::CallbackId;
use cuptel_core::number::PhoneNumber;
use cuptel_core::time::UtcMs;
use cuptel_core::words::{NeedKind, PriorityClass};

use crate::callback::{class_of_rank, waits_since_ms};
use crate::dialect::{Row, ask_shard};
use crate::need_detail::{class_rank, due_ms};
use crate::row::Columns;
use crate::store::{Store, StoreError, while_doing};

/// One line for each callback, under the queue of its first open need; the database sorts. An index
/// in that order would be written for every caller of a storm.
const LIST: &str = concat!(
    "
SELECT c.id, tenant.name,
    (SELECT queue.name FROM callback_need need
        LEFT JOIN queue ON queue.shard = need.shard AND queue.id = need.queue
        WHERE need.shard = c.shard AND need.callback = c.id AND need.closed_ms IS NULL
        ORDER BY need.id LIMIT 1) AS queue_name,
    number.e164,
    ",
    waits_since_ms!(),
    "
        AS first_ms,
    c.not_before_ms, c.attempts, c.tries,
    coalesce((SELECT string_agg(need.kind, ' ') FROM callback_need need
        WHERE need.shard = c.shard AND need.callback = c.id AND need.closed_ms IS NULL), ''),
    ",
    class_rank!(),
    ",
    ",
    due_ms!(),
    ",
    (SELECT max(promise.by_ms) FROM promise
        WHERE promise.shard = c.shard AND promise.callback = c.id),
    (SELECT string_agg(detail.note, '; ') FROM callback_need need
        JOIN need_detail detail ON detail.shard = need.shard AND detail.id = need.id
        WHERE need.shard = c.shard AND need.callback = c.id AND need.closed_ms IS NULL)
FROM callback c
LEFT JOIN tenant ON tenant.shard = c.shard AND tenant.id = c.tenant
LEFT JOIN number ON number.shard = c.shard AND number.id = c.number
WHERE c.shard = $1 AND c.state <> 'closed'
    AND (CAST($2 AS TEXT) IS NULL
        OR c.tenant = (SELECT id FROM tenant WHERE shard = $1 AND name = $2))
ORDER BY tenant.name, queue_name, first_ms, c.id"
);

/// Somebody to be called, as it is written on paper: with all digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnPaper {
    /// The callback, to be closed under this when everything works again.
    pub id: CallbackId,
    /// Who owes it.
    pub tenant: Option<String>,
    /// What for; none where they had not chosen.
    pub queue: Option<String>,
    /// Whom to call; none once erased.
    pub number: Option<PhoneNumber>,
    /// Their first call, or when it was entered.
    pub first_ms: UtcMs,
    /// Not to be called before.
    pub not_before_ms: UtcMs,
    /// How often they called.
    pub attempts: i64,
    /// How often we called in vain.
    pub tries: i64,
    /// What they are owed.
    pub kinds: BTreeSet<NeedKind>,
    /// How urgent, where somebody said.
    pub class: Option<PriorityClass>,
    /// By when they are to be reached.
    pub due_ms: Option<UtcMs>,
    /// By when they were told that they are called.
    pub promised_ms: Option<UtcMs>,
    /// What was noted of it.
    pub note: Option<String>,
}

fn read(row: &Row) -> Result<OnPaper, sqlx::Error> {
    let mut columns = Columns::of(row);
    Ok(OnPaper {
        id: CallbackId(columns.int()?),
        tenant: columns.maybe_text()?,
        queue: columns.maybe_text()?,
        number: columns.maybe_number()?,
        first_ms: columns.int()?,
        not_before_ms: columns.int()?,
        attempts: columns.int()?,
        tries: columns.int()?,
        kinds: columns.words()?,
        class: columns.maybe_small::<usize>()?.and_then(class_of_rank),
        due_ms: columns.maybe_int()?,
        promised_ms: columns.maybe_int()?,
        note: columns.maybe_text()?,
    })
}

impl Store {
    /// Hands over every open callback, of one authority or of all: by authority and queue, who has
    /// waited longest first.
    ///
    /// # Errors
    /// When there is no such tenant, or the database fails.
    pub async fn on_paper(
        &self,
        tenant: Option<&str>,
        mut take: impl FnMut(OnPaper),
    ) -> Result<(), StoreError> {
        let failed = while_doing("list the open callbacks");
        self.is_of_a_tenant(tenant).await?;
        let mut reading = self.read_at_length().await.map_err(&failed)?;
        let question = ask_shard(LIST).maybe_text(tenant);
        let read = question.each(&mut reading, |row| {
            take(read(row)?);
            Ok(())
        });
        read.await.map_err(failed)
    }
}

/// Statements that must find their rows through an index, for the planner's test; it sorts.
#[cfg(test)]
pub(crate) const LOOKUPS: &[&str] = &[LIST];
