//! Callbacks as whoever leads goes through them: the oldest first, of one queue, one class, or those
//! that are late.

use cuptel_core::id::CallbackId;
use cuptel_core::time::UtcMs;
use cuptel_core::words::PriorityClass;

use crate::callback::{CallbackView, callback_view, view};
use crate::dialect::{Row, ask_shard};
use crate::need_detail::{class_rank, due_ms};
use crate::promise::promised_ms;
use crate::row::Columns;
use crate::store::{Store, StoreError, page, while_doing};

macro_rules! asked {
    ($state:literal, $after:literal, $order:literal) => {
        callback_view!(
            $state,
            "
    AND (CAST($2 AS TEXT) IS NULL
        OR c.tenant = (SELECT id FROM tenant WHERE shard = $1 AND name = $2))
    AND (CAST($3 AS TEXT) IS NULL OR EXISTS (SELECT 1 FROM callback_need need
        JOIN queue ON queue.shard = need.shard AND queue.id = need.queue
        WHERE need.shard = c.shard AND need.callback = c.id AND need.closed_ms IS NULL
            AND queue.name = $3 AND queue.tenant = c.tenant))
    ",
            $after,
            "
    AND (CAST($5 AS BIGINT) < 0 OR coalesce(",
            class_rank!(),
            ", 4) = $5)
    AND (CAST($6 AS BIGINT) = 0 OR coalesce(",
            due_ms!(),
            " < $6, FALSE) OR coalesce(",
            promised_ms!(),
            " < $6, FALSE))
ORDER BY ",
            $order,
            " LIMIT $7"
        )
    };
}

/// In the order in which they were opened, which is that of an index: one by place would be written
/// at every call of a storm.
const WAITING: &str = asked!(
    "AND c.state <> 'closed' AND c.state = 'waiting'",
    "AND c.id > $4",
    "c.id"
);
const WAITING_NEWEST: &str = asked!(
    "AND c.state <> 'closed' AND c.state = 'waiting'",
    "AND c.id < $4",
    "c.id DESC"
);
/// Few.
const IN_HAND: &str = asked!(
    "AND c.state <> 'closed' AND c.state <> 'waiting'",
    "AND c.id > $4",
    "c.id"
);
const IN_HAND_NEWEST: &str = asked!(
    "AND c.state <> 'closed' AND c.state <> 'waiting'",
    "AND c.id < $4",
    "c.id DESC"
);
const PROMISED: &str = concat!(
    "SELECT ",
    promised_ms!(),
    " FROM callback c WHERE c.shard = $1 AND c.id = $2"
);

/// Which callbacks of those that are open.
#[derive(Debug, Clone, Default)]
pub struct DueFilter {
    /// Of this tenant only.
    pub tenant: Option<String>,
    /// With an open need for the queue of this name only.
    pub queue: Option<String>,
    /// Of this class only; of none, with `Some(None)`.
    pub class: Option<Option<PriorityClass>>,
    /// Only those whose deadline, or whose promised time, was before this moment.
    pub late_at_ms: Option<UtcMs>,
    /// Those that a seat has, or that are being called, instead of those that wait.
    pub in_hand: bool,
    /// The newest first.
    pub newest: bool,
    /// Opened after this one, or before it with the newest first: the last one of the page before.
    pub after: Option<CallbackId>,
    /// How many, 1 to 1000.
    pub limit: u32,
}

/// A callback, and the time that its person was told, where nobody has called them since.
#[derive(Debug, Clone, PartialEq)]
pub struct Due {
    /// The callback.
    pub callback: CallbackView,
    /// By when.
    pub promised_ms: Option<UtcMs>,
}

fn promised(row: &Row) -> Result<Option<UtcMs>, sqlx::Error> {
    Columns::of(row).maybe_int()
}

impl Store {
    /// A page of open callbacks, the oldest first unless the newest were asked for.
    ///
    /// # Errors
    /// When there is no such tenant, or the database fails.
    pub async fn callbacks_due(&self, filter: &DueFilter) -> Result<Vec<Due>, StoreError> {
        let failed = while_doing("list callbacks by their place");
        let statement = match (filter.in_hand, filter.newest) {
            (false, false) => WAITING,
            (false, true) => WAITING_NEWEST,
            (true, false) => IN_HAND,
            (true, true) => IN_HAND_NEWEST,
        };
        let rank = |class: Option<PriorityClass>| {
            let all = PriorityClass::ALL.iter();
            let at = all.take_while(|it| Some(**it) != class).count();
            i64::try_from(at).unwrap_or(i64::MAX)
        };
        let before_all = if filter.newest { i64::MAX } else { 0 };
        let question = ask_shard(statement)
            .maybe_text(filter.tenant.as_deref())
            .maybe_text(filter.queue.as_deref())
            .int(filter.after.map_or(before_all, |it| it.0))
            .int(filter.class.map_or(-1, rank))
            .int(filter.late_at_ms.unwrap_or(0))
            .int(page(filter.limit));
        let mut reading = self.read().await.map_err(&failed)?;
        let found = question.all(&mut reading, view).await.map_err(&failed)?;
        let mut due = Vec::with_capacity(found.len());
        for callback in found {
            let question = ask_shard(PROMISED).int(callback.id.0);
            let told = question.maybe(&mut reading, promised).await;
            due.push(Due {
                promised_ms: told.map_err(&failed)?.flatten(),
                callback,
            });
        }
        drop(reading);
        if due.is_empty() {
            self.is_of_a_tenant(filter.tenant.as_deref()).await?;
        }
        Ok(due)
    }
}

/// Statements that must find their rows through an index, for the planner's test.
#[cfg(test)]
pub(crate) const LOOKUPS: &[&str] = &[WAITING, WAITING_NEWEST, PROMISED];
