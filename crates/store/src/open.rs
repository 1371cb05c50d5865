//! Opens a database for the server or for a reader beside it, and says in words what to
//! do when that fails.

pub(crate) mod checkpoint;
mod migrations;
mod planner;
mod postgres;
mod sqlite;

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use sqlx::ConnectOptions as _;
use sqlx::migrate::MigrateError;
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;

use crate::dialect::Connection;
use crate::store::{Store, Unwritable};

/// Connections that read for pages, API and shell.
const READERS_MAX: u32 = 4;
/// Connections that read for reports, which may go through months: nothing else waits for one of them.
const REPORTERS_MAX: u32 = 2;
/// How long a page waits for one of them.
const READER_WAIT: Duration = Duration::from_secs(5);

/// What the store is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// The server: creates and migrates, and is the only one that writes.
    Serve,
    /// A reader beside a running server: the database must exist and is never changed.
    Read,
}

/// Why the database could not be opened, and what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The URL is of a kind that this version does not speak.
    #[error(
        "storage URLs of the kind \"{scheme}\" are not supported: use sqlite://path/to/file.db or postgres://USER@HOST/DATABASE"
    )]
    UnsupportedScheme {
        /// The part before the colon; the rest may hold a password.
        scheme: String,
    },
    /// A SQLite URL without a usable path.
    #[error(
        "\"{url}\" names no database file: use sqlite://path/to/file.db, without parameters (a database in memory would lose everyone)"
    )]
    NotAPath {
        /// The URL.
        url: String,
    },
    /// The folder cannot be made or written.
    #[error(
        "cannot write in the folder {}: create it, give the user who runs CupTel the right to write there, or set another [data] url",
        .folder.display()
    )]
    FolderNotWritable {
        /// Which folder.
        folder: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The file cannot be opened or written.
    #[error(
        "cannot open {} : the user who runs CupTel needs the right to read and write the file and its folder, for a reader too (SQLite keeps its log beside the file)",
        .path.display()
    )]
    FileNotAccessible {
        /// Which file.
        path: PathBuf,
        /// What the driver says.
        source: sqlx::Error,
    },
    /// Another server has it.
    #[error(
        "another cuptel serve is using {}: stop it first, or give this one another [data] url",
        .path.display()
    )]
    InUse {
        /// Which database.
        path: PathBuf,
    },
    /// The file system cannot lock files, so nothing guards against two servers.
    #[error("cannot lock {}: put the database on a local file system", .lock.display())]
    CannotLock {
        /// The lock file.
        lock: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A reader found no database.
    #[error("there is no database at {}: either `cuptel serve` never ran with this configuration, or the file is gone; then put a backup there before you start, because a start makes an empty one and whoever is owed a call is lost", .path.display())]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// The file is something else, or a folder.
    #[error("{} is not a database, or it is damaged: keep it and put a backup in its place; only a service that never ran begins with an empty one, under another [data] url", .path.display())]
    NotADatabase {
        /// Which file.
        path: PathBuf,
    },
    /// A database, but of another program.
    #[error(
        "{} is a database of another program: set another [data] url",
        .path.display()
    )]
    NotOurs {
        /// Which file.
        path: PathBuf,
    },
    /// A PostgreSQL URL that cannot be read.
    #[error(
        "[data] url cannot be read: use postgres://USER:PASSWORD@HOST:PORT/DATABASE, special characters of the password as %XX"
    )]
    BadUrl(#[source] sqlx::Error),
    /// No server answers.
    #[error(
        "PostgreSQL does not answer at {place}: is it running, does it listen there, and does a firewall stand between?"
    )]
    Unreachable {
        /// User, host, port and database.
        place: String,
        /// What the driver says.
        source: sqlx::Error,
    },
    /// Wrong user or password.
    #[error(
        "PostgreSQL refuses the login as {place}: correct user and password in [data] url, or the server's pg_hba.conf"
    )]
    LoginRefused {
        /// User, host, port and database.
        place: String,
        /// What the driver says.
        source: sqlx::Error,
    },
    /// The server has no such database.
    #[error(
        "PostgreSQL has no database for {place}: create it with `createdb --encoding UTF8 --owner USER DATABASE`"
    )]
    NoDatabase {
        /// User, host, port and database.
        place: String,
        /// What the driver says.
        source: sqlx::Error,
    },
    /// The user may not use the tables.
    #[error(
        "PostgreSQL does not let {place} use the tables: make the user their owner; who only reads needs GRANT SELECT ON ALL TABLES IN SCHEMA public"
    )]
    NoPrivilege {
        /// User, host, port and database.
        place: String,
        /// What the driver says.
        source: sqlx::Error,
    },
    /// The user may not make tables.
    #[error(
        "PostgreSQL does not let {place} make tables: make the user owner of the database, or GRANT CREATE ON SCHEMA public"
    )]
    MayNotCreate {
        /// User, host, port and database.
        place: String,
    },
    /// The server is too old.
    #[error(
        "PostgreSQL {found} at {place} is too old: {} or later is needed",
        postgres::VERSION_MIN
    )]
    PostgresTooOld {
        /// User, host, port and database.
        place: String,
        /// The version found.
        found: String,
    },
    /// The database cannot keep every text.
    #[error(
        "the database of {place} is encoded in {found}: create one with `createdb --encoding UTF8 --template template0`"
    )]
    NotUtf8 {
        /// User, host, port and database.
        place: String,
        /// Its encoding.
        found: String,
    },
    /// There is no schema to keep the tables in.
    #[error(
        "search_path of {place} names no schema that exists: CREATE SCHEMA, or ALTER ROLE … SET search_path"
    )]
    NoSchema {
        /// User, host, port and database.
        place: String,
    },
    /// The server is a standby.
    #[error("{place} is a standby, which cannot be written: name the primary in [data] url")]
    Standby {
        /// User, host, port and database.
        place: String,
    },
    /// Another server has it.
    #[error(
        "another cuptel serve is using {place}: stop it first, or give this one another [data] url"
    )]
    PlaceInUse {
        /// User, host, port and database.
        place: String,
    },
    /// A reader found no tables.
    #[error(
        "there is nothing of CupTel in {place}: has `cuptel serve` run with this configuration?"
    )]
    Empty {
        /// User, host, port and database.
        place: String,
    },
    /// Tables of somebody else.
    #[error("{place} holds tables of another program: give CupTel a database of its own")]
    PlaceNotOurs {
        /// User, host, port and database.
        place: String,
    },
    /// Anything else that a server says.
    #[error("could not open {place}")]
    Postgres {
        /// User, host, port and database.
        place: String,
        /// What the driver says.
        source: sqlx::Error,
    },
    /// The schema is newer than this program.
    #[error(
        "made by a newer CupTel (schema {found}, this binary knows {known}): use that version or restore a backup"
    )]
    Newer {
        /// The file's schema.
        found: i64,
        /// This program's.
        known: i64,
    },
    /// A reader found an older schema.
    #[error(
        "made by an older CupTel (schema {found}, this binary expects {known}): start `cuptel serve` once, which migrates it"
    )]
    Older {
        /// The file's schema.
        found: i64,
        /// This program's.
        known: i64,
    },
    /// SQLite has a bug that loses data.
    #[error(
        "SQLite {found} is too old, {}.{}.{} or later is needed: build CupTel with its bundled SQLite",
        sqlite::VERSION_MIN.0, sqlite::VERSION_MIN.1, sqlite::VERSION_MIN.2
    )]
    SqliteTooOld {
        /// The version found.
        found: String,
    },
    /// The file system offers no shared memory.
    #[error(
        "{} cannot keep a write-ahead log: put the database on a local file system",
        .path.display()
    )]
    NoWriteAheadLog {
        /// Which file.
        path: PathBuf,
    },
    /// A migration failed; the database is as it was before it.
    #[error("could not migrate the database")]
    Migrate(#[source] MigrateError),
    /// Anything else.
    #[error("could not open {}", .path.display())]
    Database {
        /// Which file.
        path: PathBuf,
        /// What the driver says.
        source: sqlx::Error,
    },
}

/// How a writing connection that was lost is made anew.
pub(crate) enum Reopen {
    Sqlite(SqliteConnectOptions),
    Postgres(PgConnectOptions),
}

impl Reopen {
    /// Connects; a server must win back the right to write, which it may have lost for ever.
    pub(crate) async fn connect(&self, epoch: i64) -> Result<Connection, Unwritable> {
        match self {
            Self::Sqlite(options) => Ok(Connection::Sqlite(options.connect().await?)),
            Self::Postgres(options) => postgres::reconnect(options, epoch).await,
        }
    }
}

/// Opens the database that `url` names.
///
/// # Errors
/// `OpenError` tells an administrator what to do.
pub async fn open(url: &str, access: Access) -> Result<Store, OpenError> {
    open_with(url, access, migrations::ALL).await
}

async fn open_with(
    url: &str,
    access: Access,
    migrations: &[migrations::Step],
) -> Result<Store, OpenError> {
    match url.split_once(':').map_or("", |(scheme, _)| scheme) {
        "sqlite" => sqlite::open(url, access, migrations).await,
        "postgres" | "postgresql" => postgres::open(url, access, migrations).await,
        scheme => Err(OpenError::UnsupportedScheme {
            scheme: scheme.to_owned(),
        }),
    }
}

/// The schema that this version writes.
pub(crate) fn schema() -> i64 {
    migrations::known(migrations::ALL)
}

/// Whether a schema that was found can be used, by whom it was asked for.
fn check_schema(found: i64, known: i64, access: Access) -> Result<(), OpenError> {
    match (found.cmp(&known), access) {
        (std::cmp::Ordering::Greater, _) => Err(OpenError::Newer { found, known }),
        (std::cmp::Ordering::Less, Access::Read) => Err(OpenError::Older { found, known }),
        (std::cmp::Ordering::Less, Access::Serve) | (std::cmp::Ordering::Equal, _) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LATER: &str = "ALTER TABLE seat ADD COLUMN note TEXT";

    fn with_one_more() -> Vec<migrations::Step> {
        let next = migrations::known(migrations::ALL) + 1;
        migrations::ALL
            .iter()
            .copied()
            .chain([(next, "later", LATER)])
            .collect()
    }

    #[tokio::test]
    async fn a_server_migrates_and_a_reader_asks_for_it() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}/cuptel.db", folder.path().display());
        let store = open(&url, Access::Serve).await.unwrap();
        store.begin().await.unwrap();
        drop(store);
        let later = with_one_more();
        let error = open_with(&url, Access::Read, &later).await.unwrap_err();
        assert!(matches!(error, OpenError::Older { .. }), "{error:?}");
        assert!(
            error.to_string().contains("start `cuptel serve` once"),
            "{error}"
        );
        let store = open_with(&url, Access::Serve, &later).await.unwrap();
        assert_eq!(
            store.begin().await.unwrap().epoch,
            2,
            "what was stored is still there"
        );
        drop(store);
        open_with(&url, Access::Read, &later).await.unwrap();
        let error = open(&url, Access::Serve).await.unwrap_err();
        assert!(matches!(error, OpenError::Newer { .. }), "{error:?}");
    }

    #[tokio::test]
    async fn an_edited_migration_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}/cuptel.db", folder.path().display());
        open(&url, Access::Serve).await.unwrap();
        let edited = [(migrations::known(migrations::ALL), "first", LATER)];
        let error = open_with(&url, Access::Serve, &edited).await.unwrap_err();
        assert!(matches!(error, OpenError::Migrate(_)), "{error:?}");
    }
}
