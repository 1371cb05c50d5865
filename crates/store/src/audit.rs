//! Proves the promises P1–P4 on what is stored: sums, and every row that breaks a rule.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::dialect::{Connection, Row, ask_shard};
use crate::row::{Columns, all};
use crate::store::{Store, StoreError, while_doing};
use crate::totals::number_of;

mod rules;

/// Offenders named per rule; all are counted.
const ROWS_MAX: usize = 100;

/// What the audit found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Audit {
    /// How much there is.
    pub sums: Sums,
    /// Broken rules; none when the promises hold.
    pub violations: Vec<Violation>,
}

/// How much there is of what the promises speak of.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Sums {
    /// The last epoch begun; 0 when there was none.
    pub epoch: i64,
    /// Attempts received.
    pub attempts: i64,
    /// Of those, over.
    pub ended: i64,
    /// Of those, not over.
    pub open: i64,
    /// Ended with the caller served, by a person or by the menu.
    pub served: i64,
    /// Ended unserved with a callback.
    pub with_callback: i64,
    /// Ended unserved with a reason why nothing is owed, by reason.
    pub suppressed: BTreeMap<String, i64>,
    /// Callbacks not closed.
    pub callbacks_open: i64,
    /// Callbacks closed.
    pub callbacks_closed: i64,
    /// Dials.
    pub dials: i64,
    /// Of those, in flight or unknown.
    pub dials_in_flight: i64,
    /// Offers whose lease runs.
    pub offers_open: i64,
    /// Assignments without an end.
    pub assignments_open: i64,
}

/// A rule that rows break.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// Which rule.
    pub rule: &'static str,
    /// The promise it stands for: `P1` to `P4`.
    pub promise: &'static str,
    /// How many rows break it.
    pub count: i64,
    /// Identifiers of the first hundred of them.
    pub rows: Vec<i64>,
    /// What is wrong with them, and of which table they are.
    pub meaning: String,
}

/// The name of every rule, in the order in which they are checked.
pub fn audit_rules() -> impl Iterator<Item = &'static str> {
    rules::RULES.iter().map(|rule| rule.name)
}

impl Audit {
    /// Whether every promise holds.
    #[must_use]
    pub fn ok(&self) -> bool {
        self.violations.is_empty()
    }
}

impl Store {
    /// Checks everything stored at one moment; `now_ms` decides which leases are overdue.
    /// Reads every table: a long audit beside a running server holds its log file back.
    ///
    /// # Errors
    /// When the database fails, or holds words that this version does not know.
    pub async fn audit(&self, now_ms: i64) -> Result<Audit, StoreError> {
        let failed = while_doing("audit the database");
        let mut reading = self.read().await.map_err(&failed)?;
        let sums = sums(&mut reading).await.map_err(&failed)?;
        let mut violations = Vec::new();
        for rule in rules::RULES {
            violations.extend(check(&mut reading, rule, now_ms).await.map_err(&failed)?);
        }
        Ok(Audit { sums, violations })
    }
}

async fn check(
    connection: &mut Connection,
    rule: &rules::Rule,
    now_ms: i64,
) -> Result<Option<Violation>, sqlx::Error> {
    let (mut count, mut rows) = (0, Vec::new());
    let mut question = ask_shard(rule.offenders);
    if rule.offenders.contains("$2") {
        question = question.int(now_ms);
    }
    let offender = |row: &Row| {
        count += 1;
        if rows.len() < ROWS_MAX {
            rows.push(Columns::of(row).int()?);
        }
        Ok(())
    };
    question.each(connection, offender).await?;
    Ok((count > 0).then(|| Violation {
        rule: rule.name,
        promise: rule.promise,
        count,
        rows,
        meaning: rule.meaning.to_owned(),
    }))
}

async fn sums(connection: &mut Connection) -> Result<Sums, sqlx::Error> {
    let [attempts, ended, open, served, with_callback] =
        ask_shard(rules::ATTEMPT_SUMS).one(connection, ints).await?;
    let [callbacks_open, callbacks_closed] = ask_shard(rules::CALLBACK_SUMS)
        .one(connection, ints)
        .await?;
    Ok(Sums {
        epoch: number_of(connection, rules::EPOCH).await?,
        attempts,
        ended,
        open,
        served,
        with_callback,
        suppressed: all(connection, rules::SUPPRESSED, suppressed)
            .await?
            .into_iter()
            .collect(),
        callbacks_open,
        callbacks_closed,
        dials: number_of(connection, rules::DIALS).await?,
        dials_in_flight: number_of(connection, rules::DIALS_IN_FLIGHT).await?,
        offers_open: number_of(connection, rules::OFFERS_OPEN).await?,
        assignments_open: number_of(connection, rules::ASSIGNMENTS_OPEN).await?,
    })
}

fn ints<const N: usize>(row: &Row) -> Result<[i64; N], sqlx::Error> {
    let mut columns = Columns::of(row);
    let mut ints = [0; N];
    for int in &mut ints {
        *int = columns.int()?;
    }
    Ok(ints)
}

fn suppressed(row: &Row) -> Result<(String, i64), sqlx::Error> {
    let mut columns = Columns::of(row);
    Ok((columns.text()?, columns.int()?))
}

/// The statement of a rule, for the planner's test.
#[cfg(test)]
pub(crate) fn statement_of(name: &str) -> Option<&'static str> {
    rules::RULES
        .iter()
        .find(|rule| rule.name == name)
        .map(|rule| rule.offenders)
}
