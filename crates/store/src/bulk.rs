//! Row images into a database, by the way that is cheaper there. SQLite is given every cell
//! as a bound value: to take a cell out of JSON costs it more than to store it. PostgreSQL is
//! given one JSON text, because each bound value costs it a message of its own.
//!
//! Statements are one text for both, written over `jsonb_each($1)`; for SQLite a table of
//! placeholders takes its place. There are a few sizes of that table, so that each statement
//! is prepared a few times only; rows without values fill it up and are passed over.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;

use sqlx::{AssertSqlSafe, Error, SqlSafeStr as _, SqlStr};

use crate::dialect::{Connection, UNPACKED, ask};
use crate::image::{Cell, Group, Images};
use crate::store::SHARD;

/// Rows of the smallest statement; each larger one has twice as many.
const ROWS_MIN: usize = 8;
/// Rows of the largest: 25 columns of them stay below SQLite's 32,766 values a statement.
const ROWS_MAX: usize = 256;
/// What stands before a column's place in a row image.
const COLUMN: &str = "value->>";

/// The statements made for SQLite so far, by text and rows.
#[derive(Debug, Default)]
pub(crate) struct Bulk(HashMap<(&'static str, usize), SqlStr>);

impl Bulk {
    /// Runs one statement over row images.
    pub(crate) async fn run(
        &mut self,
        connection: &mut Connection,
        statement: &'static str,
        images: &mut Images,
    ) -> Result<(), Error> {
        let Some(sqlite) = connection.sqlite() else {
            let question = ask(statement).text(images.json()).int(SHARD);
            return question.run(connection).await;
        };
        let width = images.width();
        for group in images.groups(ROWS_MAX) {
            let rows = (group.len() / width).next_power_of_two().max(ROWS_MIN);
            let text = self.0.entry((statement, rows));
            let text = text.or_insert_with(|| over_values(statement, rows, width));
            bound(text.clone(), &group).execute(&mut *sqlite).await?;
        }
        Ok(())
    }
}

type SqliteQuery<'q> = sqlx::query::Query<'q, sqlx::Sqlite, sqlx::sqlite::SqliteArguments>;

/// Values that are not bound are NULL.
fn bound(text: SqlStr, group: &Group<'_>) -> SqliteQuery<'static> {
    group
        .cells()
        .fold(sqlx::query(text), |query, cell| match cell {
            Cell::Null => query.bind(None::<i64>),
            Cell::Int(value) => query.bind(value),
            Cell::Text(text) => query.bind(Arc::<str>::from(text)),
        })
}

/// The statement over so many rows of placeholders.
fn over_values(statement: &str, rows: usize, width: usize) -> SqlStr {
    let row = format!("({})", vec!["?"; width].join(","));
    let table = vec![row; rows].join(",");
    let table = format!("(SELECT * FROM (VALUES {table}) WHERE column1 IS NOT NULL)");
    let mut pieces = statement.split(COLUMN);
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let digits = piece.bytes().take_while(u8::is_ascii_digit).count();
        let (place, rest) = piece.split_at(digits);
        let place: usize = place.parse().expect("a column is named by its place");
        write!(text, "column{}{rest}", place + 1).expect("a String takes everything");
    }
    let text = text.replace(UNPACKED, &table);
    AssertSqlSafe(text.replace("$2", &SHARD.to_string())).into_sql_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_become_those_of_a_table_of_values() {
        let statement = "INSERT INTO t (shard, a) SELECT $2, CAST(value->>10 AS BIGINT) \
                         FROM jsonb_each($1) WHERE true";
        assert_eq!(
            over_values(statement, 2, 2).as_str(),
            "INSERT INTO t (shard, a) SELECT 0, CAST(column11 AS BIGINT) \
             FROM (SELECT * FROM (VALUES (?,?),(?,?)) WHERE column1 IS NOT NULL) WHERE true"
        );
    }
}
