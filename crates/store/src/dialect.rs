//! What differs between databases: driver types, how a transaction begins, how a JSON
//! array is unpacked. Everything else in this crate is written in SQL that both speak.

use futures_util::TryStreamExt as _;
use sqlx::postgres::{PgConnection, PgPool, PgRow};
use sqlx::sqlite::{SqliteConnection, SqlitePool, SqliteRow};
use sqlx::{
    AssertSqlSafe, Connection as _, Error, Postgres, SqlSafeStr as _, SqlStr, Sqlite, Transaction,
};

use crate::store::SHARD;

/// A conversation with the database.
pub(crate) enum Connection {
    /// The one that writes.
    Sqlite(SqliteConnection),
    /// The one that writes.
    Postgres(PgConnection),
    /// One of several; everything read in it is of the same moment.
    SqliteReading(Transaction<'static, Sqlite>),
    /// One of several; everything read in it is of the same moment.
    PostgresReading(Transaction<'static, Postgres>),
}

/// A connection by its driver's type.
enum Link<'c> {
    Sqlite(&'c mut SqliteConnection),
    Postgres(&'c mut PgConnection),
}

/// Connections for reading.
pub(crate) enum Pool {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

/// One row that was returned.
pub(crate) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

/// Takes the right to write at once, so that no transaction fails half-way for want of it.
const BEGIN_SQLITE: &str = "BEGIN IMMEDIATE";
/// A session that writes holds that right from its start.
const BEGIN_POSTGRES: &str = "BEGIN";
/// SQLite's readers see one moment by nature.
const BEGIN_READING_POSTGRES: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// How the rows of a JSON array come out of `$1`, one `value` each. `jsonb_each`, not
/// `json_each`, which would write each row as text again and parse that for its columns.
pub(crate) const UNPACKED: &str = "jsonb_each($1)";
/// `jsonb`, not `json`, which would be parsed anew for every column: a third of the time
/// for a thousand attempts.
const UNPACKED_POSTGRES: &str = "jsonb_array_elements(CAST($1 AS JSONB))";

/// One statement that stores every row image of a table: `$1` is a JSON array of arrays
/// `[id, seq, column…]`, `$2` the shard. An image older than the stored one changes nothing.
macro_rules! upsert {
    ($table:ident { $($index:literal $column:ident $kind:ident),* $(,)? }) => {
        concat!(
            "INSERT INTO ", stringify!($table), " (shard, id, seq", $(", ", stringify!($column),)* ")",
            " SELECT $2, CAST(value->>0 AS BIGINT), CAST(value->>1 AS BIGINT)",
            $(", CAST(value->>", stringify!($index), " AS ", stringify!($kind), ")",)*
            " FROM jsonb_each($1) WHERE true",
            " ON CONFLICT (shard, id) DO UPDATE SET seq = excluded.seq",
            $(", ", stringify!($column), " = excluded.", stringify!($column),)*
            " WHERE excluded.seq >= ", stringify!($table), ".seq",
        )
    };
}
pub(crate) use upsert;

impl Connection {
    fn link(&mut self) -> Link<'_> {
        match self {
            Self::Sqlite(connection) => Link::Sqlite(connection),
            Self::Postgres(connection) => Link::Postgres(connection),
            Self::SqliteReading(transaction) => Link::Sqlite(transaction),
            Self::PostgresReading(transaction) => Link::Postgres(transaction),
        }
    }

    /// The connection, where it is one to SQLite.
    pub(crate) fn sqlite(&mut self) -> Option<&mut SqliteConnection> {
        match self.link() {
            Link::Sqlite(connection) => Some(connection),
            Link::Postgres(_) => None,
        }
    }

    /// Begins a transaction that writes.
    pub(crate) async fn begin(&mut self) -> Result<(), Error> {
        let statement = match self.link() {
            Link::Sqlite(_) => BEGIN_SQLITE,
            Link::Postgres(_) => BEGIN_POSTGRES,
        };
        ask(statement).run(self).await
    }

    /// Says goodbye; a connection that is dropped instead ends without a word.
    pub(crate) async fn close(self) -> Result<(), Error> {
        match self {
            Self::Sqlite(connection) => connection.close().await,
            Self::Postgres(connection) => connection.close().await,
            Self::SqliteReading(transaction) => transaction.rollback().await,
            Self::PostgresReading(transaction) => transaction.rollback().await,
        }
    }
}

impl Pool {
    /// A connection whose reads all see the same moment, until it is dropped.
    pub(crate) async fn read(&self) -> Result<Connection, Error> {
        Ok(match self {
            Self::Sqlite(pool) => Connection::SqliteReading(pool.begin().await?),
            Self::Postgres(pool) => {
                Connection::PostgresReading(pool.begin_with(BEGIN_READING_POSTGRES).await?)
            }
        })
    }

    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite(pool) => pool.close().await,
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

/// A value that stands for `$1`, `$2`, …
enum Value<'q> {
    Int(Option<i64>),
    Text(Option<&'q str>),
}

/// A statement and what is put into it.
pub(crate) struct Question<'q> {
    statement: &'static str,
    values: Vec<Value<'q>>,
}

/// A statement in the words that both databases know.
pub(crate) fn ask<'q>(statement: &'static str) -> Question<'q> {
    Question {
        statement,
        values: Vec::new(),
    }
}

/// A statement whose first value is the shard.
pub(crate) fn ask_shard<'q>(statement: &'static str) -> Question<'q> {
    ask(statement).int(SHARD)
}

impl<'q> Question<'q> {
    pub(crate) fn int(self, value: i64) -> Self {
        self.maybe_int(Some(value))
    }

    pub(crate) fn maybe_int(mut self, value: Option<i64>) -> Self {
        self.values.push(Value::Int(value));
        self
    }

    pub(crate) fn text(self, value: &'q str) -> Self {
        self.maybe_text(Some(value))
    }

    pub(crate) fn maybe_text(mut self, value: Option<&'q str>) -> Self {
        self.values.push(Value::Text(value));
        self
    }

    /// Hands over every row as it comes.
    pub(crate) async fn each(
        self,
        connection: &mut Connection,
        mut take: impl FnMut(&Row) -> Result<(), Error>,
    ) -> Result<(), Error> {
        match connection.link() {
            Link::Sqlite(connection) => {
                let mut query = sqlx::query(self.statement);
                for value in &self.values {
                    query = match *value {
                        Value::Int(value) => query.bind(value),
                        Value::Text(value) => query.bind(value),
                    };
                }
                let mut rows = query.fetch(connection);
                while let Some(row) = rows.try_next().await? {
                    take(&Row::Sqlite(row))?;
                }
            }
            Link::Postgres(connection) => {
                let mut query = sqlx::query(for_postgres(self.statement));
                for value in &self.values {
                    query = match *value {
                        Value::Int(value) => query.bind(value),
                        Value::Text(value) => query.bind(value),
                    };
                }
                let mut rows = query.fetch(connection);
                while let Some(row) = rows.try_next().await? {
                    take(&Row::Postgres(row))?;
                }
            }
        }
        Ok(())
    }

    /// Carries it out.
    pub(crate) async fn run(self, connection: &mut Connection) -> Result<(), Error> {
        self.each(connection, |_row| Ok(())).await
    }

    /// Every row.
    pub(crate) async fn all<T>(
        self,
        connection: &mut Connection,
        mut read: impl FnMut(&Row) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        let mut rows = Vec::new();
        self.each(connection, |row| {
            rows.push(read(row)?);
            Ok(())
        })
        .await?;
        Ok(rows)
    }

    /// The last row, if there is any.
    pub(crate) async fn maybe<T>(
        self,
        connection: &mut Connection,
        mut read: impl FnMut(&Row) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        let mut found = None;
        self.each(connection, |row| {
            found = Some(read(row)?);
            Ok(())
        })
        .await?;
        Ok(found)
    }

    /// The one row that there must be.
    pub(crate) async fn one<T>(
        self,
        connection: &mut Connection,
        read: impl FnMut(&Row) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.maybe(connection, read)
            .await?
            .ok_or(Error::RowNotFound)
    }
}

fn for_postgres(statement: &'static str) -> SqlStr {
    if statement.contains(UNPACKED) {
        AssertSqlSafe(statement.replace(UNPACKED, UNPACKED_POSTGRES)).into_sql_str()
    } else {
        statement.into_sql_str()
    }
}
