//! A PostgreSQL server of a bench's own, which commits as durably as one in service and works for
//! one side alone, so that its processor time is that side's. Needs Debian's `postgresql`.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::MetadataExt as _;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context as _, Result, bail, ensure};
use sqlx::Connection as _;
use sqlx::postgres::PgConnection;

use crate::{block_on, family};

/// Makes, starts and stops the server, and removes it when its standard input ends.
const SCRIPT: &str = include_str!("../tests/harness/cluster.sh");
/// The tests' servers need not outlive the power; here that is the work to be measured.
const DURABLE: &str = "-c fsync=on -c synchronous_commit=on";
const PASSWORD: &str = "only-for-benches";
/// Another program may take a port between our look and the server's.
const PORTS_TRIED: u32 = 5;

/// A server that ends with its handle, or with the bench.
#[derive(Debug)]
pub(crate) struct Postgres {
    url: String,
    process: u32,
    _shell: Shell,
}

#[derive(Debug)]
struct Shell {
    words: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    child: Child,
}

impl Postgres {
    pub(crate) fn start() -> Result<Self> {
        let mut shell = Shell::begin()?;
        for _ in 0..PORTS_TRIED {
            let port = free_port()?;
            if shell.say(&format!("start {port} {DURABLE}"))? == "done" {
                let url = format!("postgres://cuptel:{PASSWORD}@127.0.0.1:{port}/postgres");
                return Ok(Self {
                    process: block_on(main_process(&url))?,
                    url,
                    _shell: shell,
                });
            }
        }
        bail!("PostgreSQL did not start; is it installed (apt-get install postgresql)?")
    }

    /// Its one database, empty at first.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The process that starts all others.
    pub(crate) fn process(&self) -> u32 {
        self.process
    }
}

/// Whoever started the process that serves our connection; and the server commits as it was told.
async fn main_process(url: &str) -> Result<u32> {
    let mut connection = PgConnection::connect(url).await?;
    let (backend, fsync, commit): (i32, String, String) = sqlx::query_as(
        "SELECT pg_backend_pid(), current_setting('fsync'), current_setting('synchronous_commit')",
    )
    .fetch_one(&mut connection)
    .await?;
    ensure!(
        fsync == "on" && commit == "on",
        "the server would lose what it commits: fsync {fsync}, synchronous_commit {commit}"
    );
    let process = family::parent(u32::try_from(backend)?)?;
    connection.close().await?;
    Ok(process)
}

impl Shell {
    fn begin() -> Result<Self> {
        let mut command = Command::new("sh");
        if std::fs::metadata("/proc/self")?.uid() == 0 {
            // PostgreSQL refuses to run as root; Debian's package brings this user.
            command = Command::new("setpriv");
            let user = ["--reuid=postgres", "--regid=postgres", "--clear-groups"];
            command.args(user).arg("sh");
        }
        let mut child = command
            .args(["-c", SCRIPT, "cluster.sh", PASSWORD])
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("start {command:?}"))?;
        Ok(Self {
            words: child.stdin.take(),
            answers: BufReader::new(child.stdout.take().context("it was asked for")?),
            child,
        })
    }

    /// Says a word; what it answers, which is nothing when it could not make a server.
    fn say(&mut self, word: &str) -> Result<String> {
        let words = self.words.as_mut().context("it is open until the end")?;
        writeln!(words, "{word}").context("make a PostgreSQL server; is it installed?")?;
        let mut answer = String::new();
        self.answers.read_line(&mut answer)?;
        Ok(answer.trim().to_owned())
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        self.words = None;
        if self.child.wait().is_err() {
            // Nobody else waits for it.
        }
    }
}

fn free_port() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok(listener.local_addr()?.port())
}
