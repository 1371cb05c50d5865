//! What the floor of the storm does with a database: one statement for all attempts of a batch,
//! which is a transaction of its own, on the product's own schema.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::str::FromStr as _;

use anyhow::{Context as _, Result};
use cuptel_sip::Message;
use sqlx::postgres::PgConnection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, SqliteConnection};

/// Identifier, Call-ID and time are all that differs.
const INSERT: &str = "
INSERT INTO attempt (shard, id, seq, arrival_seq, tenant, line, trunk, class, sip_call_id, stage,
    received_ms, ended_ms, outcome, sip_status, reason, ended_by)
SELECT 0, CAST(value->>0 AS BIGINT), CAST(value->>0 AS BIGINT), CAST(value->>0 AS BIGINT), 1, 1, 1,
    'fixed', value->>1, 'ended', CAST(value->>2 AS BIGINT), CAST(value->>2 AS BIGINT),
    'refused_lines', 486, 'all lines taken', 'us'
FROM jsonb_each($1)";
const UNPACKED: &str = "jsonb_each($1)";
const UNPACKED_POSTGRES: &str = "jsonb_array_elements(CAST($1 AS JSONB))";

/// A database with the attempts that were stored.
pub(crate) struct Inserts {
    connection: Connection,
    stored: u64,
}

enum Connection {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Inserts {
    pub(crate) async fn at(url: &str) -> Result<Self> {
        let connection = if url.starts_with("postgres") {
            Connection::Postgres(PgConnection::connect(url).await?)
        } else {
            let options = SqliteConnectOptions::from_str(url)?
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full);
            Connection::Sqlite(options.connect().await?)
        };
        Ok(Self {
            connection,
            stored: 0,
        })
    }

    pub(crate) async fn store(
        &mut self,
        requests: &[(SocketAddr, Message)],
        now_ms: i64,
    ) -> Result<()> {
        let mut rows = String::from("[");
        for (_, request) in requests {
            self.stored += 1;
            let comma = if rows.len() > 1 { "," } else { "" };
            write!(
                rows,
                "{comma}[{},\"{}\",{now_ms}]",
                self.stored,
                request.call_id()
            )
            .context("a string grows")?;
        }
        rows.push(']');
        match &mut self.connection {
            Connection::Sqlite(connection) => {
                sqlx::query(INSERT).bind(rows).execute(connection).await?;
            }
            Connection::Postgres(connection) => {
                let insert = AssertSqlSafe(INSERT.replace(UNPACKED, UNPACKED_POSTGRES));
                sqlx::query(insert).bind(rows).execute(connection).await?;
            }
        }
        Ok(())
    }
}
