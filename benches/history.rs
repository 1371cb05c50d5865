//! A database with a past: so many callbacks that are paid, and so many that are open, each with
//! its number, attempt, need and entry. Written by SQL in one go, because only what is read
//! afterwards is measured.

use std::path::Path;

use anyhow::{Context as _, Result};
use cuptel_store::{Access, open};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteLockingMode, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection};

/// `$1` to `$2` are the identifiers, `$3` the present, `$4` whether they are open.
const ROWS: [&str; 5] = [
    "INSERT INTO number (shard, id, seq, e164, raw, class, seen_ms)
    WITH RECURSIVE n(i) AS (SELECT $1 UNION ALL SELECT i + 1 FROM n WHERE i < $2)
    SELECT 0, i, 1, '+3908' || (10000000 + i), '08' || (10000000 + i), 'fixed', $3 FROM n",
    "INSERT INTO attempt (shard, id, seq, arrival_seq, tenant, line, trunk, number, class,
        sip_call_id, stage, received_ms, ended_ms, outcome, sip_status, reason, ended_by, callback,
        nth)
    WITH RECURSIVE n(i) AS (SELECT $1 UNION ALL SELECT i + 1 FROM n WHERE i < $2)
    SELECT 0, i, 1, i, 1, 1, 1, i, 'fixed', i || '@192.0.2.1', 'ended', $3, $3, 'refused_lines',
        486, 'all lines taken', 'us', i, 1 FROM n",
    "INSERT INTO callback (shard, id, seq, tenant, number, state, place_ms, not_before_ms,
        opened_ms, last_attempt_ms, attempts, tries, closed_ms, closed_how, priority_ms,
        last_attempt)
    WITH RECURSIVE n(i) AS (SELECT $1 UNION ALL SELECT i + 1 FROM n WHERE i < $2)
    SELECT 0, i, 1, 1, i, CASE WHEN $4 THEN 'waiting' ELSE 'closed' END, $3 - 100000000 + i,
        $3 - 100000000 + i, $3 - 100000000 + i, $3 - 100000000 + i, 1, 0, CASE WHEN $4 THEN NULL ELSE $3 END,
        CASE WHEN $4 THEN NULL ELSE 'served' END, 0, i FROM n",
    "INSERT INTO callback_need (shard, id, seq, callback, queue, kind, opened_ms, closed_ms)
    WITH RECURSIVE n(i) AS (SELECT $1 UNION ALL SELECT i + 1 FROM n WHERE i < $2)
    SELECT 0, i, 1, i, NULL, 'missed', $3 - 100000000, CASE WHEN $4 THEN NULL ELSE $3 END FROM n",
    "INSERT INTO callback_event (shard, id, seq, callback, at_ms, kind, attempt)
    WITH RECURSIVE n(i) AS (SELECT $1 UNION ALL SELECT i + 1 FROM n WHERE i < $2)
    SELECT 0, i, 1, i, $3 - 100000000, 'opened', i FROM n",
];

/// How much there is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct History {
    /// Callbacks that are paid.
    pub(crate) closed: i64,
    /// Callbacks that wait and are due.
    pub(crate) open: i64,
}

impl History {
    /// Makes the file, and runs what the bench wants in it besides.
    pub(crate) async fn write(self, file: &Path, now_ms: i64, besides: &[String]) -> Result<()> {
        let url = format!("sqlite://{}", file.display());
        open(&url, Access::Serve).await?.close().await?;
        let mut database = hurried(file).await?;
        let all = self.closed + self.open;
        for (first, last, is_open) in [(1, self.closed, false), (self.closed + 1, all, true)] {
            for rows in ROWS.iter().filter(|_| first <= last) {
                sqlx::query(*rows)
                    .bind(first)
                    .bind(last)
                    .bind(now_ms)
                    .bind(is_open)
                    .execute(&mut database)
                    .await?;
            }
        }
        for statement in besides {
            sqlx::raw_sql(sqlx::AssertSqlSafe(statement.clone()))
                .execute(&mut database)
                .await
                .with_context(|| statement.clone())?;
        }
        database.close().await?;
        // What the system still has to write is no work of whoever opens the file next.
        std::fs::File::open(file)?.sync_all()?;
        Ok(())
    }
}

async fn hurried(file: &Path) -> Result<SqliteConnection> {
    let options = SqliteConnectOptions::new().filename(file);
    Ok(options
        .journal_mode(SqliteJournalMode::Off)
        .synchronous(SqliteSynchronous::Off)
        .locking_mode(SqliteLockingMode::Exclusive)
        .connect()
        .await?)
}
