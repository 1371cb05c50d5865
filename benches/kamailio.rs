//! The peer of the storm, where it is installed: Kamailio that inserts the floor's row, waits for
//! the commit, and only then says 486. Each of its workers has one connection and one INVITE at
//! a time.

use std::fs;
use std::net::{SocketAddr, UdpSocket};
use std::process::Command;
use std::time::Duration;

use anyhow::{Result, ensure};
use sqlx::Connection as _;
use sqlx::postgres::PgConnection;
use tempfile::TempDir;

use crate::centre::{Program, free_address};
use crate::measured::say;
use crate::postgres::Postgres;
use crate::sides::Side;
use crate::{block_on, family};

/// Debian keeps it where not everybody looks.
const PLACES: [&str; 2] = ["kamailio", "/usr/sbin/kamailio"];
const DATABASE_MODULE: &str = "db_postgres.so";
const PORT: u16 = 5092;
/// How long it may take over an answer while it is waited for.
const ANSWERS_WITHIN: Duration = Duration::from_millis(100);

/// How to start it, if it is there with what it needs for PostgreSQL.
pub(crate) fn installed() -> Option<&'static str> {
    PLACES.into_iter().find(|place| has_database(place))
}

/// It tells itself in which folders it looks for modules.
fn has_database(place: &str) -> bool {
    let Ok(output) = Command::new(place).arg("-I").output() else {
        return false;
    };
    let told = String::from_utf8_lossy(&output.stdout);
    let folders = told
        .lines()
        .find_map(|line| line.trim().strip_prefix("Default paths to modules: "));
    folders.is_some_and(|folders| {
        let mut folders = folders.split(':');
        folders.any(|folder| fs::exists(format!("{folder}/{DATABASE_MODULE}")).unwrap_or(false))
    })
}

/// A Kamailio with a database server of its own. Both end with their handle.
#[derive(Debug)]
pub(crate) struct Kamailio {
    pub(crate) side: Side,
    program: Program,
    server: Postgres,
    _folder: TempDir,
}

impl Kamailio {
    /// Starts it on a server that has the product's schema.
    pub(crate) fn start(place: &str, server: Postgres) -> Result<Self> {
        block_on(number_rows(server.url()))?;
        let address = SocketAddr::from((free_address(PORT), PORT));
        let folder = TempDir::with_prefix("cuptel-bench-kamailio-")?;
        let config = folder.path().join("kamailio.cfg");
        let text = include_str!("kamailio.cfg")
            .replace("{address}", &address.to_string())
            .replace("{url}", server.url());
        fs::write(&config, text)?;
        let log_path = folder.path().join("kamailio.log");
        let log = fs::File::create(&log_path)?;
        let program = Program::start(
            // In the foreground, with all its processes.
            Command::new(place)
                .args(["-DD", "-E", "-f"])
                .arg(&config)
                .current_dir(folder.path())
                .stdout(log.try_clone()?)
                .stderr(log),
        )?;
        let mut it = Self {
            side: Side::new(address, program.id(), Some(server.process())),
            program,
            server,
            _folder: folder,
        };
        let asker = UdpSocket::bind((address.ip(), 0))?;
        asker.set_read_timeout(Some(ANSWERS_WITHIN))?;
        let answers = || is_refused(&asker, address).unwrap_or(false);
        if let Err(error) = it.program.until("Kamailio answers", answers) {
            return Err(error.context(fs::read_to_string(log_path).unwrap_or_default()));
        }
        Ok(it)
    }

    /// Every final that a caller heard has its row. It keeps no transactions: an INVITE that was
    /// sent again may be a second row of the same call.
    pub(crate) fn nobody_is_lost(&self) -> Result<()> {
        let (rows, calls) = block_on(rows_and_calls(self.server.url()))?;
        let Side {
            invited,
            refused,
            resent,
            ..
        } = self.side;
        say(format!(
            "kamailio, nobody is lost: {invited} callers, {refused} finals heard, {rows} rows of \
             {calls} calls"
        ));
        ensure!(
            (refused..=invited).contains(&calls) && (calls..=calls + resent).contains(&rows),
            "Kamailio's database has {rows} rows of {calls} calls"
        );
        Ok(())
    }
}

/// Its workers do not know of each other: the database numbers the rows.
async fn number_rows(url: &str) -> Result<()> {
    let mut connection = PgConnection::connect(url).await?;
    sqlx::query("CREATE SEQUENCE attempt_id")
        .execute(&mut connection)
        .await?;
    Ok(connection.close().await?)
}

async fn rows_and_calls(url: &str) -> Result<(usize, usize)> {
    let mut connection = PgConnection::connect(url).await?;
    let counts = "SELECT count(*), count(DISTINCT sip_call_id) FROM attempt";
    let (rows, calls): (i64, i64) = sqlx::query_as(counts).fetch_one(&mut connection).await?;
    connection.close().await?;
    Ok((usize::try_from(rows)?, usize::try_from(calls)?))
}

impl Drop for Kamailio {
    fn drop(&mut self) {
        // When its first process is killed, the others live on.
        let mut kill = format!("kill -KILL {}", self.program.id());
        for other in family::children(self.program.id()).unwrap_or_default() {
            kill.push_str(&format!(" {other}"));
        }
        if Command::new("sh").args(["-c", &kill]).output().is_err() {
            // Without a shell nothing here would have begun.
        }
    }
}

/// Whether it refuses what is not a call, as its configuration says.
fn is_refused(asker: &UdpSocket, address: SocketAddr) -> Result<bool> {
    let local = asker.local_addr()?;
    let request = format!(
        "OPTIONS sip:{address} SIP/2.0\r\n\
         Via: SIP/2.0/UDP {local};branch=z9hG4bKready\r\n\
         Max-Forwards: 70\r\n\
         From: <sip:bench@{local}>;tag=ready\r\n\
         To: <sip:{address}>\r\n\
         Call-ID: ready@{local}\r\n\
         CSeq: 1 OPTIONS\r\n\
         Content-Length: 0\r\n\r\n"
    );
    asker.send_to(request.as_bytes(), address)?;
    let mut answer = [0; 2_048];
    let (length, _) = asker.recv_from(&mut answer)?;
    let answer = answer.get(..length).unwrap_or_default();
    Ok(answer.starts_with(b"SIP/2.0 405 "))
}
