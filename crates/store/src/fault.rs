//! What an error of the database means to someone who may try again, and which table and
//! constraint it speaks of. The one place that knows error codes.

use cuptel_core::words::DatabaseFault;
use sqlx::error::DatabaseError;
use sqlx::postgres::PgDatabaseError;

/// What an error of the database means to someone who may try again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// Busy, disk full, I/O, a server that went away: the same statements may succeed later.
    Transient(DatabaseFault),
    /// A constraint forbids the data.
    Constraint,
    /// The file is no database.
    NotADatabase,
    /// The file, its folder or the server's tables refuse to be written or opened.
    NotAllowed,
    /// The server does not know the user, or not with this password.
    LoginRefused,
    /// The server has no such database.
    NoDatabase,
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
const CORRUPT: i64 = 11;
const FULL: i64 = 13;
const CANNOT_OPEN: i64 = 14;
const PROTOCOL: i64 = 15;
const CONSTRAINT: i64 = 19;
const NOT_A_DATABASE: i64 = 26;
/// Extended codes carry the primary code in their low byte.
const PRIMARY_MASK: i64 = 0xff;
/// The index of the write-ahead log cannot grow: what a full disk says first.
const IO_SHARED_MEMORY_SIZE: i64 = IO | (19 << 8);

/// Classes of SQLSTATE (postgresql.org/docs/current/errcodes-appendix.html) that pass:
/// connection, transaction rolled back (deadlock), insufficient resources (disk full,
/// too many connections), operator intervention (restart, terminated, cancelled), system.
const PASSING_CLASSES: [&str; 5] = ["08", "40", "53", "57", "58"];
/// Of those, the ones of a server that is not there.
const GONE_CLASSES: [&str; 2] = ["08", "57"];
const DISK_FULL: &str = "53100";
/// A lock that another session holds.
const LOCK_NOT_AVAILABLE: &str = "55P03";
/// A server that has become a standby: it may be promoted, or the other one come back.
const READ_ONLY_TRANSACTION: &str = "25006";
const CONSTRAINT_CLASS: &str = "23";
const LOGIN_CLASS: &str = "28";
const NO_SUCH_DATABASE: &str = "3D000";
const INSUFFICIENT_PRIVILEGE: &str = "42501";

/// Sorts out what went wrong.
pub(crate) fn meaning(error: &sqlx::Error) -> Meaning {
    // What a driver calls a breach of protocol is a connection cut in mid-sentence.
    if matches!(
        error,
        sqlx::Error::Io(_)
            | sqlx::Error::Protocol(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::WorkerCrashed
    ) {
        return Meaning::Transient(DatabaseFault::Gone);
    }
    let Some(error) = error.as_database_error() else {
        return Meaning::Fatal;
    };
    match error.try_downcast_ref::<PgDatabaseError>() {
        Some(error) => postgres_meaning(error.code()),
        None => sqlite_meaning(error),
    }
}

fn postgres_meaning(code: &str) -> Meaning {
    let class = code.get(..2).unwrap_or_default();
    match code {
        LOCK_NOT_AVAILABLE => Meaning::Transient(DatabaseFault::Stalled),
        READ_ONLY_TRANSACTION => Meaning::Transient(DatabaseFault::ReadOnly),
        DISK_FULL => Meaning::Transient(DatabaseFault::Full),
        NO_SUCH_DATABASE => Meaning::NoDatabase,
        INSUFFICIENT_PRIVILEGE => Meaning::NotAllowed,
        _ if GONE_CLASSES.contains(&class) => Meaning::Transient(DatabaseFault::Gone),
        _ if PASSING_CLASSES.contains(&class) => Meaning::Transient(DatabaseFault::Failing),
        _ if class == CONSTRAINT_CLASS => Meaning::Constraint,
        _ if class == LOGIN_CLASS => Meaning::LoginRefused,
        _ => Meaning::Fatal,
    }
}

fn sqlite_meaning(error: &dyn DatabaseError) -> Meaning {
    let code = error.code().and_then(|code| code.parse::<i64>().ok());
    if code == Some(IO_SHARED_MEMORY_SIZE) {
        return Meaning::Transient(DatabaseFault::Full);
    }
    match code.map(|code| code & PRIMARY_MASK) {
        Some(BUSY | LOCKED | PROTOCOL) => Meaning::Transient(DatabaseFault::Stalled),
        Some(NO_MEMORY | INTERRUPTED | IO) => Meaning::Transient(DatabaseFault::Failing),
        Some(FULL) => Meaning::Transient(DatabaseFault::Full),
        Some(READ_ONLY | CANNOT_OPEN) => Meaning::NotAllowed,
        Some(CONSTRAINT) => Meaning::Constraint,
        Some(NOT_A_DATABASE) => Meaning::NotADatabase,
        Some(_) | None => Meaning::Fatal,
    }
}

/// Whether SQLite says that the file is damaged, or no database at all.
pub(crate) fn is_damage(error: &sqlx::Error) -> bool {
    let Some(error) = error.as_database_error() else {
        return false;
    };
    if error.try_downcast_ref::<PgDatabaseError>().is_some() {
        return false;
    }
    let code = error.code().and_then(|code| code.parse::<i64>().ok());
    matches!(
        code.map(|code| code & PRIMARY_MASK),
        Some(CORRUPT | NOT_A_DATABASE)
    )
}

/// Table and constraint: PostgreSQL names the table, SQLite says "UNIQUE constraint failed:
/// offer.shard, offer.seat" or "CHECK constraint failed: stage IN (…)"; what the database
/// does not tell stays empty.
pub(crate) fn violated(error: &sqlx::Error) -> (String, String) {
    let Some(error) = error.as_database_error() else {
        return (String::new(), error.to_string());
    };
    let message = error.message().to_owned();
    if let Some(table) = error.table() {
        return (table.to_owned(), message);
    }
    let table = message
        .split_once("constraint failed: ")
        .and_then(|(_, columns)| columns.split_once('.'))
        .map(|(table, _)| table)
        .filter(|table| table.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'))
        .unwrap_or_default()
        .to_owned();
    (table, message)
}

/// Whether PostgreSQL gave up waiting for a lock.
pub(crate) fn is_lock_held(error: &sqlx::Error) -> bool {
    error
        .as_database_error()
        .and_then(|error| error.code())
        .is_some_and(|code| code == LOCK_NOT_AVAILABLE)
}
