//! A database file that is damaged: how an error tells of it, and what SQLite finds in the file.

use std::error::Error;
use std::time::Duration;

use sqlx::ConnectOptions as _;
use sqlx::sqlite::SqliteConnectOptions;

use crate::dialect::{Connection, Row, ask};
use crate::fault::is_damage;
use crate::open::OpenError;
use crate::row::Columns;

/// Faults that are looked for: the first ones tell what kind of damage it is.
const CHECK: &str = "PRAGMA quick_check(5)";
/// A large file is not read through while somebody waits for a word.
const LOOK_TIME: Duration = Duration::from_secs(20);

/// Whether an error, or what caused it, says that the file is damaged.
#[must_use]
pub fn tells_of_damage(error: &(dyn Error + 'static)) -> bool {
    let mut link = Some(error);
    while let Some(error) = link {
        let is_no_database = matches!(
            error.downcast_ref::<OpenError>(),
            Some(OpenError::NotADatabase { .. })
        );
        if is_no_database || error.downcast_ref::<sqlx::Error>().is_some_and(is_damage) {
            return true;
        }
        link = error.source();
    }
    false
}

/// What SQLite finds wrong in the file, one sentence each; nothing where it finds nothing. Only reads.
pub async fn examine(path: &std::path::Path) -> Vec<String> {
    let looking = async {
        let options = SqliteConnectOptions::new().filename(path).read_only(true);
        let raw = options.disable_statement_logging().connect().await?;
        let read = |row: &Row| Columns::of(row).text();
        ask(CHECK).all(&mut Connection::Sqlite(raw), read).await
    };
    match tokio::time::timeout(LOOK_TIME, looking).await {
        Ok(Ok(found)) => found
            .iter()
            .flat_map(|it| it.lines())
            .filter(|line| *line != "ok" && !line.starts_with("***"))
            .map(str::to_owned)
            .collect(),
        Ok(Err(error)) => vec![match error.as_database_error() {
            Some(said) => said.message().to_owned(),
            None => error.to_string(),
        }],
        Err(_late) => Vec::new(),
    }
}
