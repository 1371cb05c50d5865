//! What differs between databases: driver types, how a JSON array is unpacked, what an
//! error code means. Everything else in this crate is written in SQL that both speak.

/// The database that statements are prepared for.
pub(crate) type Db = sqlx::Sqlite;
/// One connection to it.
pub(crate) type Connection = sqlx::SqliteConnection;
/// Several, for reading.
pub(crate) type Pool = sqlx::SqlitePool;
/// One row that it returned.
pub(crate) type Row = sqlx::sqlite::SqliteRow;

/// Takes the right to write at once, so that no transaction fails half-way for want of it.
pub(crate) const BEGIN_WRITE: &str = "BEGIN IMMEDIATE";

/// One statement that stores every row image of a table: `$1` is a JSON array of arrays
/// `[id, seq, column…]`, `$2` the shard. An image older than the stored one changes nothing.
macro_rules! upsert {
    ($table:ident { $($index:literal $column:ident $kind:ident),* $(,)? }) => {
        concat!(
            "INSERT INTO ", stringify!($table), " (shard, id, seq", $(", ", stringify!($column),)* ")",
            " SELECT $2, CAST(value->>0 AS BIGINT), CAST(value->>1 AS BIGINT)",
            $(", CAST(value->>", stringify!($index), " AS ", stringify!($kind), ")",)*
            " FROM json_each($1) WHERE true",
            " ON CONFLICT (shard, id) DO UPDATE SET seq = excluded.seq",
            $(", ", stringify!($column), " = excluded.", stringify!($column),)*
            " WHERE excluded.seq >= ", stringify!($table), ".seq",
        )
    };
}
pub(crate) use upsert;

/// What an error of the database means to someone who may try again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// Busy, disk full, I/O: the same statements may succeed later.
    Transient,
    /// A constraint forbids the data.
    Constraint,
    /// The file is no database.
    NotADatabase,
    /// The file or its folder refuses to be written or opened.
    NotAllowed,
    /// Anything else: wrong SQL, corruption.
    Fatal,
}

/// Primary result codes of SQLite (sqlite.org/rescode.html).
const BUSY: i64 = 5;
const LOCKED: i64 = 6;
const NO_MEMORY: i64 = 7;
const READ_ONLY: i64 = 8;
const INTERRUPTED: i64 = 9;
const IO: i64 = 10;
const FULL: i64 = 13;
const CANNOT_OPEN: i64 = 14;
const PROTOCOL: i64 = 15;
const CONSTRAINT: i64 = 19;
const NOT_A_DATABASE: i64 = 26;
/// Extended codes carry the primary code in their low byte.
const PRIMARY_MASK: i64 = 0xff;

/// Sorts out what went wrong.
pub(crate) fn meaning(error: &sqlx::Error) -> Meaning {
    if matches!(
        error,
        sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::WorkerCrashed
    ) {
        return Meaning::Transient;
    }
    let code = error
        .as_database_error()
        .and_then(|error| error.code())
        .and_then(|code| code.parse::<i64>().ok());
    match code.map(|code| code & PRIMARY_MASK) {
        Some(BUSY | LOCKED | NO_MEMORY | INTERRUPTED | IO | FULL | PROTOCOL) => Meaning::Transient,
        Some(READ_ONLY | CANNOT_OPEN) => Meaning::NotAllowed,
        Some(CONSTRAINT) => Meaning::Constraint,
        Some(NOT_A_DATABASE) => Meaning::NotADatabase,
        Some(_) | None => Meaning::Fatal,
    }
}

/// Table and constraint out of "UNIQUE constraint failed: offer.shard, offer.seat" or
/// "CHECK constraint failed: stage IN (…)"; what the database does not tell stays empty.
pub(crate) fn violated(error: &sqlx::Error) -> (String, String) {
    let message = match error.as_database_error() {
        Some(error) => error.message().to_owned(),
        None => error.to_string(),
    };
    let table = message
        .split_once("constraint failed: ")
        .and_then(|(_, columns)| columns.split_once('.'))
        .map(|(table, _)| table)
        .filter(|table| table.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'))
        .unwrap_or_default()
        .to_owned();
    (table, message)
}
