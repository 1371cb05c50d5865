//! A database of one's own for each test. What a test needs of the database's kind is
//! here and nowhere else.

use std::fs;
use std::path::PathBuf;

use cuptel_store::{Access, Store, open};
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{
    AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection, SqlSafeStr as _,
    SqliteConnection,
};
use tempfile::TempDir;

use crate::cluster::Cluster;

/// Where a test's rows are.
pub(crate) enum Home {
    /// In a file in this folder.
    Sqlite(TempDir),
    /// In the schema of this URL.
    Postgres(String),
}

/// What stands in the way of rows that cannot be: dropped before they are made.
const FREE_OF_CHECKS: &str = "
DO $$ DECLARE bound record; BEGIN
    FOR bound IN SELECT conrelid::regclass AS owner, conname FROM pg_constraint
        WHERE contype = 'c' AND connamespace = current_schema()::regnamespace LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', bound.owner, bound.conname);
    END LOOP;
END $$";

impl Home {
    pub(crate) fn sqlite() -> Self {
        Self::Sqlite(tempfile::tempdir().unwrap())
    }

    pub(crate) fn postgres() -> Self {
        Self::Postgres(Cluster::shared().schema())
    }

    /// Another one of the same kind.
    pub(crate) fn another(&self) -> Self {
        match self {
            Self::Sqlite(_) => Self::sqlite(),
            Self::Postgres(_) => Self::postgres(),
        }
    }

    pub(crate) fn url(&self) -> String {
        match self {
            Self::Sqlite(_) => format!("sqlite://{}", self.path().display()),
            Self::Postgres(url) => url.clone(),
        }
    }

    /// The file, of one that has a file.
    pub(crate) fn path(&self) -> PathBuf {
        match self {
            Self::Sqlite(folder) => folder.path().join("data").join("cuptel.db"),
            Self::Postgres(url) => panic!("{url} is no file"),
        }
    }

    pub(crate) async fn serve(&self) -> Store {
        open(&self.url(), Access::Serve).await.unwrap()
    }

    pub(crate) async fn read(&self) -> Store {
        open(&self.url(), Access::Read).await.unwrap()
    }

    /// Makes the tables that the first version made.
    pub(crate) async fn be_of_the_first_version(&self) {
        let first = include_str!("../../migrations/0001_first.sql");
        match self {
            Self::Sqlite(_) => {
                fs::create_dir(self.path().parent().unwrap()).unwrap();
                let options = SqliteConnectOptions::new().filename(self.path());
                let mut file = options.create_if_missing(true).connect().await.unwrap();
                let migrator = only(first.to_owned());
                migrator.run_direct(None, &mut file, false).await.unwrap();
            }
            Self::Postgres(url) => {
                let mut server = PgConnection::connect(url).await.unwrap();
                let migrator = only(first.replace(" WITHOUT ROWID", ""));
                migrator.run_direct(None, &mut server, false).await.unwrap();
            }
        }
    }

    async fn file(&self) -> SqliteConnection {
        let options = SqliteConnectOptions::new().filename(self.path());
        options
            .pragma("ignore_check_constraints", "1")
            .connect()
            .await
            .unwrap()
    }

    /// Runs statements past the store, which may make rows that cannot be.
    pub(crate) async fn by_hand(&self, statements: &'static str) {
        match self {
            Self::Sqlite(_) => {
                let mut file = self.file().await;
                sqlx::raw_sql(statements).execute(&mut file).await.unwrap();
            }
            Self::Postgres(url) => {
                let mut server = PgConnection::connect(url).await.unwrap();
                for statements in [FREE_OF_CHECKS, statements] {
                    sqlx::raw_sql(statements)
                        .execute(&mut server)
                        .await
                        .unwrap();
                }
            }
        }
    }

    /// One number out of the database, past the store.
    pub(crate) async fn number_of(&self, statement: &'static str) -> i64 {
        match self {
            Self::Sqlite(_) => {
                let found = sqlx::query_scalar(statement);
                found.fetch_one(&mut self.file().await).await.unwrap()
            }
            Self::Postgres(url) => {
                let mut server = PgConnection::connect(url).await.unwrap();
                let found = sqlx::query_scalar(statement);
                found.fetch_one(&mut server).await.unwrap()
            }
        }
    }
}

fn only(first: String) -> Migrator {
    let statements = AssertSqlSafe(first).into_sql_str();
    Migrator::with_migrations(vec![Migration::new(
        1,
        "first".into(),
        MigrationType::Simple,
        statements,
        false,
    )])
}

/// Runs each of these assertions on every kind of database that the store speaks.
macro_rules! on_every_database {
    ($($sentence:ident),* $(,)?) => {
        mod sqlite {
            $(
                #[tokio::test]
                async fn $sentence() {
                    super::$sentence(&crate::home::Home::sqlite()).await;
                }
            )*
        }
        mod postgres {
            $(
                #[tokio::test]
                async fn $sentence() {
                    super::$sentence(&crate::home::Home::postgres()).await;
                }
            )*
        }
    };
}
pub(crate) use on_every_database;
