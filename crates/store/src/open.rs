//! Opens a database for the server or for a reader beside it, and says in words what to
//! do when that fails.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions as _, SqlSafeStr as _};

use crate::dialect::{Connection, Meaning, meaning};
use crate::planner;
use crate::store::Store;

/// Every migration: number, name, statements. Never edited once landed.
const MIGRATIONS: &[(i64, &str, &str)] = &[
    (1, "first", include_str!("../migrations/0001_first.sql")),
    (
        2,
        "config_version",
        include_str!("../migrations/0002_config_version.sql"),
    ),
];

/// Before 3.51.3 a checkpoint beside a writer could corrupt the file (WAL-reset bug).
const SQLITE_MIN: (u32, u32, u32) = (3, 51, 3);
/// How long a statement waits for another process, for instance a backup.
const BUSY: Duration = Duration::from_secs(5);
/// Connections that read for pages, API and shell.
const READERS_MAX: u32 = 4;
/// Pages of the write-ahead log before it is folded in: 16 MiB, so that a storm does it
/// a few times a second at most.
const CHECKPOINT_PAGES: &str = "4000";
/// The log file is cut back to this after a reader held it up.
const LOG_BYTES_MAX: &str = "67108864";
/// Page cache of the writer in KiB (negative: SQLite's convention).
const WRITER_CACHE: &str = "-65536";

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
        "storage URLs of the kind \"{scheme}\" are not supported: use sqlite://path/to/file.db"
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
    #[error("there is no database at {}: has `cuptel serve` run with this configuration?", .path.display())]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// The file is something else, or a folder.
    #[error("{} is not a database: move it away or set another [data] url", .path.display())]
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
        SQLITE_MIN.0, SQLITE_MIN.1, SQLITE_MIN.2
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

/// Opens the database that `url` names.
///
/// # Errors
/// `OpenError` tells an administrator what to do.
pub async fn open(url: &str, access: Access) -> Result<Store, OpenError> {
    open_with(url, access, MIGRATIONS).await
}

/// The newest schema that these migrations lead to.
fn known(migrations: &[(i64, &str, &str)]) -> i64 {
    migrations.last().map_or(0, |(version, ..)| *version)
}

async fn open_with(
    url: &str,
    access: Access,
    migrations: &[(i64, &'static str, &'static str)],
) -> Result<Store, OpenError> {
    let path = path_of(url)?;
    if path.is_dir() {
        return Err(OpenError::NotADatabase { path });
    }
    match access {
        Access::Serve => serve(url, &path, migrations).await,
        Access::Read => read(url, &path, known(migrations)).await,
    }
}

fn path_of(url: &str) -> Result<PathBuf, OpenError> {
    let (scheme, rest) = url.split_once(':').unwrap_or(("", url));
    if scheme != "sqlite" {
        return Err(OpenError::UnsupportedScheme {
            scheme: scheme.to_owned(),
        });
    }
    let path = rest.strip_prefix("//").unwrap_or(rest);
    if path.is_empty() || path.ends_with('/') || path.contains('?') || path.contains(":memory:") {
        return Err(OpenError::NotAPath {
            url: url.to_owned(),
        });
    }
    Ok(PathBuf::from(path))
}

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .busy_timeout(BUSY)
        .foreign_keys(false)
        .disable_statement_logging()
}

fn readers(path: &Path) -> sqlx::SqlitePool {
    SqlitePoolOptions::new()
        .max_connections(READERS_MAX)
        .test_before_acquire(false)
        .connect_lazy_with(options(path).read_only(true))
}

async fn serve(
    url: &str,
    path: &Path,
    migrations: &[(i64, &'static str, &'static str)],
) -> Result<Store, OpenError> {
    let right_to_write = take_the_right_to_write(path)?;
    let options = options(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .pragma("wal_autocheckpoint", CHECKPOINT_PAGES)
        .pragma("journal_size_limit", LOG_BYTES_MAX)
        .pragma("cache_size", WRITER_CACHE);
    let explain = |source| explain(path, source);
    let mut connection = options.connect().await.map_err(explain)?;
    check_sqlite(path, &mut connection).await?;
    let mode: String = sqlx::query_scalar("PRAGMA journal_mode")
        .fetch_one(&mut connection)
        .await
        .map_err(explain)?;
    if mode != "wal" {
        return Err(OpenError::NoWriteAheadLog {
            path: path.to_owned(),
        });
    }
    let known = known(migrations);
    let found = schema_of(path, &mut connection).await?;
    if found > known {
        return Err(OpenError::Newer { found, known });
    }
    migrator(migrations)
        .run_direct(None, &mut connection, false)
        .await
        .map_err(OpenError::Migrate)?;
    planner::instruct(&mut connection).await.map_err(explain)?;
    Ok(Store::serving(
        url,
        readers(path),
        (options, connection),
        right_to_write,
    ))
}

async fn read(url: &str, path: &Path, known: i64) -> Result<Store, OpenError> {
    if !path.exists() {
        return Err(OpenError::Missing {
            path: path.to_owned(),
        });
    }
    let pool = readers(path);
    let mut connection = pool
        .acquire()
        .await
        .map_err(|source| explain(path, source))?;
    check_sqlite(path, &mut connection).await?;
    let found = schema_of(path, &mut connection).await?;
    drop(connection);
    match found.cmp(&known) {
        std::cmp::Ordering::Greater => Err(OpenError::Newer { found, known }),
        std::cmp::Ordering::Less => Err(OpenError::Older { found, known }),
        std::cmp::Ordering::Equal => Ok(Store::reading(url, pool)),
    }
}

/// Makes the folder and locks the file beside the database; the lock ends with the handle.
fn take_the_right_to_write(path: &Path) -> Result<File, OpenError> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        Some(_) | None => Path::new("."),
    };
    let refuse = |source| OpenError::FolderNotWritable {
        folder: folder.to_owned(),
        source,
    };
    fs::create_dir_all(folder).map_err(refuse)?;
    let mut lock = path.as_os_str().to_owned();
    lock.push(".lock");
    let lock = PathBuf::from(lock);
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&lock)
        .map_err(refuse)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse {
            path: path.to_owned(),
        }),
        Err(TryLockError::Error(source)) => Err(OpenError::CannotLock { lock, source }),
    }
}

fn explain(path: &Path, source: sqlx::Error) -> OpenError {
    let path = path.to_owned();
    match meaning(&source) {
        Meaning::NotADatabase => OpenError::NotADatabase { path },
        Meaning::NotAllowed => OpenError::FileNotAccessible { path, source },
        Meaning::Transient | Meaning::Constraint | Meaning::Fatal => {
            OpenError::Database { path, source }
        }
    }
}

async fn check_sqlite(path: &Path, connection: &mut Connection) -> Result<(), OpenError> {
    let found: String = sqlx::query_scalar("SELECT sqlite_version()")
        .fetch_one(connection)
        .await
        .map_err(|source| explain(path, source))?;
    if is_recent(&found) {
        Ok(())
    } else {
        Err(OpenError::SqliteTooOld { found })
    }
}

fn is_recent(version: &str) -> bool {
    let mut parts = version
        .split('.')
        .map(|part| part.parse::<u32>().unwrap_or(0));
    let mut next = || parts.next().unwrap_or(0);
    (next(), next(), next()) >= SQLITE_MIN
}

/// The number of the last migration; 0 for a new file.
async fn schema_of(path: &Path, connection: &mut Connection) -> Result<i64, OpenError> {
    let explain = |source| explain(path, source);
    let (tables, ours): (i64, i64) = sqlx::query_as(
        "SELECT count(*), coalesce(sum(name = '_sqlx_migrations'), 0) FROM sqlite_master WHERE type = 'table'",
    )
    .fetch_one(&mut *connection)
    .await
    .map_err(explain)?;
    if ours == 0 {
        return if tables == 0 {
            Ok(0)
        } else {
            Err(OpenError::NotOurs {
                path: path.to_owned(),
            })
        };
    }
    sqlx::query_scalar("SELECT coalesce(max(version), 0) FROM _sqlx_migrations")
        .fetch_one(connection)
        .await
        .map_err(explain)
}

fn migrator(migrations: &[(i64, &'static str, &'static str)]) -> Migrator {
    Migrator::with_migrations(
        migrations
            .iter()
            .map(|&(version, name, statements)| {
                let kind = MigrationType::Simple;
                Migration::new(version, name.into(), kind, statements.into_sql_str(), false)
            })
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const LATER: &str = "ALTER TABLE seat ADD COLUMN note TEXT";

    fn with_one_more() -> Vec<(i64, &'static str, &'static str)> {
        let next = known(MIGRATIONS) + 1;
        MIGRATIONS
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
        let edited = [(known(MIGRATIONS), "first", LATER)];
        let error = open_with(&url, Access::Serve, &edited).await.unwrap_err();
        assert!(matches!(error, OpenError::Migrate(_)), "{error:?}");
    }

    #[test]
    fn only_files_of_sqlite_are_opened_and_no_password_is_repeated() {
        assert_eq!(
            path_of("sqlite://data/cuptel.db").unwrap(),
            Path::new("data/cuptel.db")
        );
        assert_eq!(
            path_of("sqlite:///srv/cuptel.db").unwrap(),
            Path::new("/srv/cuptel.db")
        );
        let error = path_of("postgres://cuptel:secret@db/cuptel")
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("postgres") && !error.contains("secret"),
            "{error}"
        );
        for url in [
            "sqlite::memory:",
            "sqlite://",
            "sqlite://data/",
            "sqlite://a.db?mode=ro",
        ] {
            assert!(
                matches!(path_of(url), Err(OpenError::NotAPath { .. })),
                "{url}"
            );
        }
        assert!(matches!(
            path_of("data/cuptel.db"),
            Err(OpenError::UnsupportedScheme { .. })
        ));
    }

    #[test]
    fn versions_are_compared_by_number() {
        for (version, recent) in [
            ("3.51.3", true),
            ("3.52.0", true),
            ("4.0", true),
            ("3.51.2", false),
            ("3.6.23", false),
        ] {
            assert_eq!(is_recent(version), recent, "{version}");
        }
    }
}
