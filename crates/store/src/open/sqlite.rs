//! Opens a SQLite file: folder, lock, write-ahead log, version.

use std::fs::{self, File};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::ConnectOptions as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use super::checkpoint::Checkpointer;
use super::migrations::{self, Step};
use super::{
    Access, OpenError, READER_WAIT, READERS_MAX, REPORTERS_MAX, Reopen, check_schema, planner,
};
use crate::dialect::{Connection, Pool, Row, ask};
use crate::fault::{Meaning, meaning};
use crate::lock::FileLock;
use crate::row::{Columns, read_int};
use crate::store::{Readers, Store};

/// Before 3.51.3 a checkpoint beside a writer could corrupt the file (WAL-reset bug).
pub(super) const VERSION_MIN: (u32, u32, u32) = (3, 51, 3);
/// How long a statement waits for another process, for instance a backup.
const BUSY: Duration = Duration::from_secs(5);
/// Pages of the write-ahead log before the writer folds it in itself: 64 MiB.
const CHECKPOINT_PAGES: &str = "16000";
/// The log file is cut back to this after a reader held it up.
const LOG_BYTES_MAX: &str = "67108864";
/// Prepared statements kept: of every table a few sizes.
const STATEMENTS_MAX: usize = 256;
/// Page cache of the writer in KiB (negative: SQLite's convention).
const WRITER_CACHE: &str = "-65536";

/// Callers' numbers are inside: nobody else on the machine reads them.
const FOLDER_MODE: u32 = 0o700;
const FILE_MODE: u32 = 0o600;

pub(super) async fn open(
    url: &str,
    access: Access,
    migrations: &[Step],
) -> Result<Store, OpenError> {
    let path = path_of(url)?;
    if path.is_dir() {
        return Err(OpenError::NotADatabase { path });
    }
    match access {
        Access::Serve => serve(url, &path, migrations).await,
        Access::Read => read(url, &path, migrations::known(migrations)).await,
    }
}

fn path_of(url: &str) -> Result<PathBuf, OpenError> {
    let rest = url.strip_prefix("sqlite:").unwrap_or(url);
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

fn readers(path: &Path) -> Readers {
    Readers {
        pages: pool(path, READERS_MAX),
        reports: pool(path, REPORTERS_MAX),
    }
}

fn pool(path: &Path, most: u32) -> Pool {
    let pool = SqlitePoolOptions::new()
        .max_connections(most)
        .acquire_timeout(READER_WAIT)
        .test_before_acquire(false)
        .connect_lazy_with(options(path).read_only(true));
    Pool::Sqlite(pool)
}

async fn serve(url: &str, path: &Path, migrations: &[Step]) -> Result<Store, OpenError> {
    let right_to_write = take_the_right_to_write(path)?;
    let options = options(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .pragma("wal_autocheckpoint", CHECKPOINT_PAGES)
        .pragma("journal_size_limit", LOG_BYTES_MAX)
        .pragma("cache_size", WRITER_CACHE)
        .statement_cache_capacity(STATEMENTS_MAX);
    let explain = |source| explain(path, source);
    let raw = options.connect().await.map_err(explain)?;
    let mut connection = Connection::Sqlite(raw);
    check_sqlite(path, &mut connection).await?;
    let mode = ask("PRAGMA journal_mode")
        .one(&mut connection, read_text)
        .await
        .map_err(explain)?;
    if mode != "wal" {
        return Err(OpenError::NoWriteAheadLog {
            path: path.to_owned(),
        });
    }
    let found = schema_of(path, &mut connection).await?;
    check_schema(found, migrations::known(migrations), Access::Serve)?;
    if let Connection::Sqlite(raw) = &mut connection {
        migrations::for_sqlite(migrations)
            .run_direct(None, raw, false)
            .await
            .map_err(OpenError::Migrate)?;
    }
    planner::instruct(&mut connection).await.map_err(explain)?;
    let beside = options.clone().pragma("wal_autocheckpoint", "0");
    Ok(Store::serving(
        url.to_owned(),
        readers(path),
        (Reopen::Sqlite(options), connection),
        Some((right_to_write, Checkpointer::begin(beside))),
    ))
}

async fn read(url: &str, path: &Path, known: i64) -> Result<Store, OpenError> {
    if !path.exists() {
        return Err(OpenError::Missing {
            path: path.to_owned(),
        });
    }
    let explain = |source| explain(path, source);
    let readers = readers(path);
    let mut connection = readers.pages.read().await.map_err(explain)?;
    check_sqlite(path, &mut connection).await?;
    let found = schema_of(path, &mut connection).await?;
    check_schema(found, known, Access::Read)?;
    connection.close().await.map_err(explain)?;
    Ok(Store::reading(url.to_owned(), readers))
}

/// Makes the folder and locks the file beside the database; the lock ends with the handle.
fn take_the_right_to_write(path: &Path) -> Result<FileLock, OpenError> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        Some(_) | None => Path::new("."),
    };
    let refuse = |source| OpenError::FolderNotWritable {
        folder: folder.to_owned(),
        source,
    };
    // What is there already keeps the rights that somebody gave it.
    let mut make = fs::DirBuilder::new();
    let make = make.recursive(true).mode(FOLDER_MODE);
    make.create(folder).map_err(refuse)?;
    let create = |path: &Path| {
        File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(FILE_MODE)
            .open(path)
    };
    let mut lock = path.as_os_str().to_owned();
    lock.push(".lock");
    let lock = PathBuf::from(lock);
    let file = create(&lock).map_err(refuse)?;
    if !path.exists() {
        // SQLite would make it readable for everybody; its log takes over the file's rights.
        create(path).map_err(refuse)?;
    }
    match FileLock::take(file) {
        Ok(Some(held)) => Ok(held),
        Ok(None) => Err(OpenError::InUse {
            path: path.to_owned(),
        }),
        Err(source) => Err(OpenError::CannotLock { lock, source }),
    }
}

fn explain(path: &Path, source: sqlx::Error) -> OpenError {
    let path = path.to_owned();
    match meaning(&source) {
        Meaning::NotADatabase => OpenError::NotADatabase { path },
        Meaning::NotAllowed => OpenError::FileNotAccessible { path, source },
        Meaning::Transient(_)
        | Meaning::Constraint
        | Meaning::LoginRefused
        | Meaning::NoDatabase
        | Meaning::Fatal => OpenError::Database { path, source },
    }
}

fn read_text(row: &Row) -> Result<String, sqlx::Error> {
    Columns::of(row).text()
}

async fn check_sqlite(path: &Path, connection: &mut Connection) -> Result<(), OpenError> {
    let found = ask("SELECT sqlite_version()")
        .one(connection, read_text)
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
    (next(), next(), next()) >= VERSION_MIN
}

/// The number of the last migration; 0 for a new file.
async fn schema_of(path: &Path, connection: &mut Connection) -> Result<i64, OpenError> {
    const TABLES: &str = "
SELECT count(*), coalesce(sum(name = '_sqlx_migrations'), 0)
FROM sqlite_master WHERE type = 'table'";
    let explain = |source| explain(path, source);
    let count = |row: &Row| {
        let mut columns = Columns::of(row);
        Ok((columns.int()?, columns.int()?))
    };
    let counted = ask(TABLES).one(&mut *connection, count).await;
    match counted.map_err(explain)? {
        (0, _) => Ok(0),
        (_, 0) => Err(OpenError::NotOurs {
            path: path.to_owned(),
        }),
        _ => ask("SELECT coalesce(max(version), 0) FROM _sqlx_migrations")
            .one(connection, read_int)
            .await
            .map_err(explain),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_names_a_file_is_opened() {
        assert_eq!(
            path_of("sqlite://data/cuptel.db").unwrap(),
            Path::new("data/cuptel.db")
        );
        assert_eq!(
            path_of("sqlite:///srv/cuptel.db").unwrap(),
            Path::new("/srv/cuptel.db")
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
