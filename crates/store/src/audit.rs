//! Proves the promises P1–P4 on what is stored: sums, and every row that breaks a rule.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::dialect::{Connection, Row, ask_shard};
use crate::row::Columns;
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

/// A rule that rows of a table break.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// Which rule.
    pub rule: &'static str,
    /// The promise it stands for: `P1` to `P4`.
    pub promise: &'static str,
    /// The table.
    pub table: &'static str,
    /// How many rows break it.
    pub count: i64,
    /// Identifiers of the first hundred of them.
    pub rows: Vec<i64>,
    /// What is wrong with them.
    pub meaning: &'static str,
    /// What to do about it.
    pub advice: &'static str,
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
            for (table, offenders) in rule.offenders {
                let (count, rows) = offending(&mut reading, offenders, now_ms)
                    .await
                    .map_err(&failed)?;
                violations.extend((count > 0).then_some(Violation {
                    rule: rule.name,
                    promise: rule.promise,
                    table,
                    count,
                    rows,
                    meaning: rule.meaning,
                    advice: rule.advice,
                }));
            }
        }
        Ok(Audit { sums, violations })
    }
}

/// How many rows a statement yields, and which come first.
async fn offending(
    connection: &mut Connection,
    statement: &'static str,
    now_ms: i64,
) -> Result<(i64, Vec<i64>), sqlx::Error> {
    let (mut count, mut rows) = (0, Vec::new());
    let mut question = ask_shard(statement);
    if statement.contains("$2") {
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
    Ok((count, rows))
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
        suppressed: suppressed(connection).await?,
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

async fn suppressed(connection: &mut Connection) -> Result<BTreeMap<String, i64>, sqlx::Error> {
    let mut reasons = BTreeMap::new();
    let count = |row: &Row| {
        *reasons.entry(Columns::of(row).text()?).or_insert(0) += 1;
        Ok(())
    };
    ask_shard(rules::SUPPRESSED).each(connection, count).await?;
    Ok(reasons)
}

/// Every statement of an audit, for the planner's test.
#[cfg(test)]
pub(crate) fn statements() -> impl Iterator<Item = &'static str> {
    let rules = rules::RULES.iter().flat_map(|rule| rule.offenders);
    let offenders = rules.map(|(_, statement)| *statement);
    rules::SUMS.iter().copied().chain(offenders)
}
