//! Opens a database of a PostgreSQL server: login, version, encoding, and the right to
//! write, which is a lock that lives as long as the one session that writes.

use std::str::FromStr as _;
use std::time::Duration;

use sqlx::ConnectOptions as _;
use sqlx::migrate::MigrateError;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use super::migrations::{self, Step};
use super::{Access, OpenError, READER_WAIT, READERS_MAX, REPORTERS_MAX, Reopen, check_schema};
use crate::dialect::{Connection, Pool, Row, ask, ask_shard};
use crate::fault::{Meaning, is_lock_held, meaning};
use crate::row::{Columns, read_int};
use crate::store::{Readers, Store, Unwritable};

/// Older ones get no more security fixes, and are not tested.
pub(super) const VERSION_MIN: i64 = 14;
/// Of `server_version_num` to a major version.
const VERSION_PARTS: i64 = 10_000;
/// How long a server may take to answer a connection.
const CONNECT_WAIT: Duration = Duration::from_secs(5);
/// After a network failure the server holds the lock of a session that is gone until it
/// notices: so it is told to look after 10 s of silence, and to give up after 15 s more.
/// What is only noted (a table that is there already) is not told at all.
const SESSION: [(&str, &str); 4] = [
    ("client_min_messages", "warning"),
    ("tcp_keepalives_idle", "10"),
    ("tcp_keepalives_interval", "5"),
    ("tcp_keepalives_count", "3"),
];

const VERSION: &str = "
SELECT CAST(current_setting('server_version_num') AS BIGINT), current_setting('server_version'),
    current_setting('server_encoding'), CAST(current_schema() AS TEXT), pg_is_in_recovery()";
const TABLES: &str = "
SELECT count(*), count(CASE WHEN tablename = '_sqlx_migrations' THEN 1 END)
FROM pg_catalog.pg_tables WHERE schemaname = current_schema()";
const SCHEMA: &str = "SELECT coalesce(max(version), 0) FROM _sqlx_migrations";
/// What is told to be stored must outlive a power failure, whatever the server's default;
/// one that waits for its standbys too is left alone.
const BE_DURABLE: &str = "
SELECT set_config('synchronous_commit', 'on', false)
WHERE current_setting('synchronous_commit') = 'off'";
/// A session that has just died holds its lock for a moment.
const WAIT_A_LITTLE: &str = "SET lock_timeout = '2s'";
const WAIT_AS_BEFORE: &str = "RESET lock_timeout";
/// 1131769940 is "CupT"; the lock is the schema's, of which a database may have several.
const TAKE_THE_RIGHT_TO_WRITE: &str =
    "SELECT pg_advisory_lock(1131769940, hashtext(CAST(current_schema() AS TEXT)))";
const EPOCH: &str = "SELECT epoch FROM journal WHERE shard = $1";

pub(super) async fn open(
    url: &str,
    access: Access,
    migrations: &[Step],
) -> Result<Store, OpenError> {
    let options = PgConnectOptions::from_str(url)
        .map_err(OpenError::BadUrl)?
        .application_name("cuptel")
        .options(SESSION)
        .disable_statement_logging();
    let place = place_of(&options);
    let explain = |source| explain(&place, source);
    let mut connection = connect(&options).await.map_err(explain)?;
    check_server(&place, &mut connection, access).await?;
    if access == Access::Serve
        && !take_the_right_to_write(&mut connection)
            .await
            .map_err(explain)?
    {
        return Err(OpenError::PlaceInUse { place });
    }
    let found = schema_of(&place, &mut connection).await?;
    if found == 0 && access == Access::Read {
        return Err(OpenError::Empty { place });
    }
    check_schema(found, migrations::known(migrations), access)?;
    let readers = readers(&options);
    match (access, &mut connection) {
        (Access::Serve, Connection::Postgres(raw)) => {
            migrations::for_postgres(migrations)
                .run_direct(None, raw, false)
                .await
                .map_err(|error| explain_migration(&place, error))?;
            let reopen = Reopen::Postgres(options);
            Ok(Store::serving(place, readers, (reopen, connection), None))
        }
        _ => {
            connection.close().await.map_err(explain)?;
            Ok(Store::reading(place, readers))
        }
    }
}

/// A connection that writes, in place of one that was lost. Another server that has the
/// right to write now may be only waiting for its start to fail; with a newer epoch, it is
/// the one that serves.
pub(super) async fn reconnect(
    options: &PgConnectOptions,
    epoch: i64,
) -> Result<Connection, Unwritable> {
    let mut connection = connect(options).await?;
    if take_the_right_to_write(&mut connection).await? {
        return Ok(connection);
    }
    let found = ask_shard(EPOCH).maybe(&mut connection, read_int).await?;
    if found != Some(epoch) {
        return Err(Unwritable::TakenOver);
    }
    let why = "another session holds the right to write";
    Err(sqlx::Error::Io(std::io::Error::other(why)).into())
}

async fn connect(options: &PgConnectOptions) -> Result<Connection, sqlx::Error> {
    let connected = tokio::time::timeout(CONNECT_WAIT, options.connect()).await;
    let connection = connected.map_err(|_late| {
        let why = "no answer within 5 s";
        sqlx::Error::Io(std::io::Error::new(std::io::ErrorKind::TimedOut, why))
    })??;
    Ok(Connection::Postgres(connection))
}

fn readers(options: &PgConnectOptions) -> Readers {
    Readers {
        pages: pool(options.clone(), READERS_MAX),
        reports: pool(options.clone(), REPORTERS_MAX),
    }
}

fn pool(options: PgConnectOptions, most: u32) -> Pool {
    let pool = PgPoolOptions::new()
        .max_connections(most)
        .acquire_timeout(READER_WAIT)
        .connect_lazy_with(options);
    Pool::Postgres(pool)
}

/// User, host, port and database: what may be told to anybody.
fn place_of(options: &PgConnectOptions) -> String {
    let user = options.get_username();
    let database = options.get_database().unwrap_or(user);
    match options.get_socket() {
        Some(folder) => format!("{user}@{}/{database}", folder.display()),
        None => {
            let (host, port) = (options.get_host(), options.get_port());
            format!("{user}@{host}:{port}/{database}")
        }
    }
}

async fn check_server(
    place: &str,
    connection: &mut Connection,
    access: Access,
) -> Result<(), OpenError> {
    let read = |row: &Row| {
        let mut columns = Columns::of(row);
        Ok((
            columns.int()?,
            columns.text()?,
            columns.text()?,
            columns.maybe_text()?,
            columns.truth()?,
        ))
    };
    let (version, found, encoding, schema, standby) = ask(VERSION)
        .one(connection, read)
        .await
        .map_err(|source| explain(place, source))?;
    let place = place.to_owned();
    if version / VERSION_PARTS < VERSION_MIN {
        return Err(OpenError::PostgresTooOld { place, found });
    }
    if encoding != "UTF8" {
        let found = encoding;
        return Err(OpenError::NotUtf8 { place, found });
    }
    if schema.is_none() {
        return Err(OpenError::NoSchema { place });
    }
    if standby && access == Access::Serve {
        return Err(OpenError::Standby { place });
    }
    Ok(())
}

/// Takes the lock of the one that writes, and has every commit wait for the disk.
async fn take_the_right_to_write(connection: &mut Connection) -> Result<bool, sqlx::Error> {
    ask(BE_DURABLE).run(connection).await?;
    ask(WAIT_A_LITTLE).run(connection).await?;
    let taken = match ask(TAKE_THE_RIGHT_TO_WRITE).run(connection).await {
        Ok(()) => true,
        Err(error) if is_lock_held(&error) => false,
        Err(error) => return Err(error),
    };
    ask(WAIT_AS_BEFORE).run(connection).await?;
    Ok(taken)
}

/// The number of the last migration; 0 for an empty database.
async fn schema_of(place: &str, connection: &mut Connection) -> Result<i64, OpenError> {
    let explain = |source| explain(place, source);
    let count = |row: &Row| {
        let mut columns = Columns::of(row);
        Ok((columns.int()?, columns.int()?))
    };
    let counted = ask(TABLES).one(&mut *connection, count).await;
    match counted.map_err(explain)? {
        (0, _) => Ok(0),
        (_, 0) => Err(OpenError::PlaceNotOurs {
            place: place.to_owned(),
        }),
        _ => ask(SCHEMA).one(connection, read_int).await.map_err(explain),
    }
}

fn explain_migration(place: &str, error: MigrateError) -> OpenError {
    if let MigrateError::Execute(source) | MigrateError::ExecuteMigration(source, _) = &error
        && meaning(source) == Meaning::NotAllowed
    {
        let place = place.to_owned();
        return OpenError::MayNotCreate { place };
    }
    OpenError::Migrate(error)
}

fn explain(place: &str, source: sqlx::Error) -> OpenError {
    let place = place.to_owned();
    match meaning(&source) {
        Meaning::Transient(_) => OpenError::Unreachable { place, source },
        Meaning::LoginRefused => OpenError::LoginRefused { place, source },
        Meaning::NoDatabase => OpenError::NoDatabase { place, source },
        Meaning::NotAllowed => OpenError::NoPrivilege { place, source },
        Meaning::NotADatabase | Meaning::Constraint | Meaning::Fatal => {
            OpenError::Postgres { place, source }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_told_without_the_password() {
        for (url, place) in [
            (
                "postgres://u:hunter2@db.asl.it:5433/cuptel",
                "u@db.asl.it:5433/cuptel",
            ),
            ("postgres://u:hunter2@db/", "u@db:5432/u"),
            (
                "postgres://u:hunter2@localhost/c?host=/run/pg",
                "u@/run/pg/c",
            ),
        ] {
            let options = PgConnectOptions::from_str(url).unwrap();
            assert_eq!(place_of(&options), place);
        }
    }
}
