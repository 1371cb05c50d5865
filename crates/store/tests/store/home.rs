//! A database of one's own for each test. What a test needs of the database's kind is
//! here and nowhere else.

use cuptel_store::{Access, Store, open};
use sqlx::{ConnectOptions as _, SqliteConnection};
use tempfile::TempDir;

pub(crate) struct Home {
    folder: TempDir,
}

impl Home {
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("sqlite://{}", self.path().display())
    }

    pub(crate) fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("data").join("cuptel.db")
    }

    pub(crate) async fn serve(&self) -> Store {
        open(&self.url(), Access::Serve).await.unwrap()
    }

    pub(crate) async fn read(&self) -> Store {
        open(&self.url(), Access::Read).await.unwrap()
    }

    /// A connection past the store, to look at rows and to break them by hand.
    pub(crate) async fn raw(&self) -> SqliteConnection {
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(self.path());
        options
            .pragma("ignore_check_constraints", "1")
            .connect()
            .await
            .unwrap()
    }

    /// Runs statements past the store.
    pub(crate) async fn by_hand(&self, statements: &'static str) {
        sqlx::raw_sql(statements)
            .execute(&mut self.raw().await)
            .await
            .unwrap();
    }

    /// One number out of the database, past the store.
    pub(crate) async fn number_of(&self, statement: &'static str) -> i64 {
        sqlx::query_scalar(statement)
            .fetch_one(&mut self.raw().await)
            .await
            .unwrap()
    }
}

/// Runs each of these assertions on every kind of database that the store speaks.
macro_rules! on_every_database {
    ($($sentence:ident),* $(,)?) => {
        mod sqlite {
            $(
                #[tokio::test]
                async fn $sentence() {
                    super::$sentence(&crate::home::Home::new()).await;
                }
            )*
        }
    };
}
pub(crate) use on_every_database;
