//! What is owed now: by queue, by class of urgency, by age.

use std::collections::BTreeMap;

use cuptel_core::time::UtcMs;
use serde::Serialize;

use super::Scope;
use crate::callback::waits_since_ms;
use crate::dialect::{Row, ask_shard};
use crate::names::Interned;
use crate::need_detail::{class_rank, due_ms};
use crate::promise::promised_ms;
use crate::row::Columns;
use crate::store::{Store, StoreError, while_doing};

/// The columns of a report as CSV.
pub const BACKLOG_COLUMNS: &[&str] = &[
    "scope",
    "tenant",
    "queue",
    "owed",
    "class_u",
    "class_b",
    "class_d",
    "class_p",
    "class_none",
    "age_1h",
    "age_4h",
    "age_24h",
    "age_72h",
    "age_168h",
    "age_older",
    "oldest_s",
    "past_deadline",
    "past_promise",
];

/// Every open callback, with the most urgent class and the next deadline of its open needs. Its
/// queue is that of its first open need; of one that is being closed, of none.
const OWED: &str = concat!(
    "
SELECT c.tenant,
    (SELECT need.queue FROM callback_need need
        WHERE need.shard = c.shard AND need.callback = c.id AND need.closed_ms IS NULL
        ORDER BY need.id LIMIT 1),
    ",
    waits_since_ms!(),
    ",
    ",
    class_rank!(),
    ",
    ",
    due_ms!(),
    ",
    ",
    promised_ms!(),
    "
FROM callback c
WHERE c.shard = $1 AND c.state <> 'closed' AND (CAST($2 AS BIGINT) IS NULL OR c.tenant = $2)"
);

/// What is owed at a moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Backlog {
    /// The moment.
    pub at_ms: UtcMs,
    /// The region first, then each authority with its queues.
    pub rows: Vec<BacklogLine>,
}

/// A line of it: `owed` is the sum of the classes, and that of the ages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BacklogLine {
    /// What it is about: `region`, `tenant` or `queue`.
    pub scope: Scope,
    /// Which authority.
    pub tenant: Option<String>,
    /// Which queue; none in totals, and of people who had not chosen any.
    pub queue: Option<String>,
    /// How much.
    #[serde(flatten)]
    pub owed: Owed,
}

/// People who are owed a call.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Owed {
    /// All of them.
    pub owed: u64,
    /// Of those, of the most urgent class (72 hours).
    pub class_u: u64,
    /// Of those, of class B (10 days).
    pub class_b: u64,
    /// Of those, of class D (30 days).
    pub class_d: u64,
    /// Of those, of class P (120 days).
    pub class_p: u64,
    /// Of those, without a class: most, because they called themselves.
    pub class_none: u64,
    /// Of all, those who have waited for an hour at most since their first call.
    pub age_1h: u64,
    /// For more, and four hours at most.
    pub age_4h: u64,
    /// For more, and a day at most.
    pub age_24h: u64,
    /// For more, and three days at most.
    pub age_72h: u64,
    /// For more, and a week at most.
    pub age_168h: u64,
    /// For more than a week.
    pub age_older: u64,
    /// For how many seconds the first of them has waited.
    pub oldest_s: u64,
    /// Of all, those whose deadline is over.
    pub past_deadline: u64,
    /// Of all, those not dialled since they were told a time, which is over.
    pub past_promise: u64,
}

impl Owed {
    fn add(&mut self, callback: &Callback, now_ms: UtcMs) {
        let age_s = u64::try_from((now_ms - callback.first_ms) / 1_000).unwrap_or(0);
        self.owed += 1;
        let class = match callback.class {
            Some(0) => &mut self.class_u,
            Some(1) => &mut self.class_b,
            Some(2) => &mut self.class_d,
            Some(_) => &mut self.class_p,
            None => &mut self.class_none,
        };
        *class += 1;
        const HOUR_S: u64 = 3_600;
        let age = match age_s.div_ceil(HOUR_S) {
            0..=1 => &mut self.age_1h,
            2..=4 => &mut self.age_4h,
            5..=24 => &mut self.age_24h,
            25..=72 => &mut self.age_72h,
            73..=168 => &mut self.age_168h,
            169.. => &mut self.age_older,
        };
        *age += 1;
        self.oldest_s = self.oldest_s.max(age_s);
        let is_over = |at: Option<UtcMs>| u64::from(at.is_some_and(|at| at < now_ms));
        self.past_deadline += is_over(callback.due_ms);
        self.past_promise += is_over(callback.promised_ms);
    }
}

struct Callback {
    tenant: i64,
    queue: Option<i64>,
    first_ms: UtcMs,
    /// Rank of its class, the most urgent 0.
    class: Option<i64>,
    due_ms: Option<UtcMs>,
    promised_ms: Option<UtcMs>,
}

/// Whose, and of those which queue's; a total has no part of what it sums up.
type Key = (Option<i64>, Option<Option<i64>>);

fn read(row: &Row) -> Result<Callback, sqlx::Error> {
    let mut columns = Columns::of(row);
    Ok(Callback {
        tenant: columns.int()?,
        queue: columns.maybe_int()?,
        first_ms: columns.int()?,
        class: columns.maybe_int()?,
        due_ms: columns.maybe_int()?,
        promised_ms: columns.maybe_int()?,
    })
}

/// By names, the region first.
fn lines(owed: BTreeMap<Key, Owed>, names: &Interned) -> Vec<BacklogLine> {
    let tenant_named = |id: i64| {
        let mut tenants = names.tenants.iter();
        tenants
            .find(|(_, tenant)| tenant.0 == id)
            .map(|(name, _)| name.clone())
    };
    let queue_named = |id: i64| {
        let mut queues = names.queues.iter();
        queues
            .find(|(_, queue)| queue.0 == id)
            .map(|((_, name), _)| name.clone())
    };
    let line = |((tenant, queue), owed): (Key, Owed)| BacklogLine {
        scope: match (tenant, queue) {
            (None, _) => Scope::Region,
            (Some(_), None) => Scope::Tenant,
            (Some(_), Some(_)) => Scope::Queue,
        },
        tenant: tenant.and_then(tenant_named),
        queue: queue.flatten().and_then(queue_named),
        owed,
    };
    let mut lines: Vec<BacklogLine> = owed.into_iter().map(line).collect();
    lines.sort_by_key(|line| {
        let is_queue = line.scope == Scope::Queue;
        (line.tenant.clone(), is_queue, line.queue.clone())
    });
    lines
}

impl Store {
    /// What is owed at `now_ms`, by one authority or by all with the region.
    ///
    /// # Errors
    /// When there is no such tenant, or the database fails.
    pub async fn backlog(
        &self,
        tenant: Option<&str>,
        now_ms: UtcMs,
    ) -> Result<Backlog, StoreError> {
        let failed = while_doing("report what is owed");
        self.is_of_a_tenant(tenant).await?;
        let names = self.names().await?;
        let only = tenant
            .and_then(|tenant| names.tenants.get(tenant))
            .map(|id| id.0);
        let mut owed: BTreeMap<Key, Owed> = BTreeMap::new();
        let mut reading = self.read().await.map_err(&failed)?;
        let count = |row: &Row| {
            let callback = read(row)?;
            let whose = Some(callback.tenant);
            let region = only.is_none().then_some((None, None));
            let parts = [(whose, None), (whose, Some(callback.queue))];
            for key in region.into_iter().chain(parts) {
                owed.entry(key).or_default().add(&callback, now_ms);
            }
            Ok(())
        };
        let question = ask_shard(OWED).maybe_int(only);
        question.each(&mut reading, count).await.map_err(failed)?;
        Ok(Backlog {
            at_ms: now_ms,
            rows: lines(owed, &names),
        })
    }
}

/// Statements that must find their rows through an index, for the planner's test.
#[cfg(test)]
pub(crate) const LOOKUPS: &[&str] = &[OWED];
