//! The database of one centre: a SQLite file, or a schema of a PostgreSQL server when
//! CUPTEL_TEST_DATABASE says `postgres`. Looks at it by other programs than ours, and takes
//! it away for a while.

use std::fs::{self, Permissions};
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::cluster::Cluster;
use super::command::Ran;

/// What a question to the database may take.
const ANSWER_TIME: Duration = Duration::from_secs(30);

/// Which database a centre stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// What the environment says.
    AsTold,
    /// A file, whatever the environment says: the test is about files.
    Sqlite,
    /// As told; a server, if it is one, is this test's own, which may stop it.
    OwnServer,
    /// A server of the test's own, whatever the environment says: the test is about servers.
    OwnPostgres,
}

/// The database of one centre.
#[derive(Debug)]
pub(crate) enum Database {
    Sqlite {
        path: PathBuf,
        /// Has the right to write and keeps it.
        holder: Option<Child>,
    },
    Postgres {
        own: Option<Cluster>,
        url: String,
        /// The file that has it: it names a password.
        secret: PathBuf,
    },
}

impl Database {
    pub(crate) fn of(kind: Kind, folder: &Path) -> Self {
        let sqlite = || Self::Sqlite {
            path: folder.join("data/cuptel.db"),
            holder: None,
        };
        match (kind, is_postgres()) {
            (Kind::Sqlite, _) | (Kind::AsTold | Kind::OwnServer, false) => sqlite(),
            (Kind::AsTold, true) => Self::on_server(None, Cluster::shared().schema(), folder),
            (Kind::OwnServer, true) | (Kind::OwnPostgres, _) => {
                let own = Cluster::start();
                let url = own.schema();
                Self::on_server(Some(own), url, folder)
            }
        }
    }

    fn on_server(own: Option<Cluster>, url: String, folder: &Path) -> Self {
        let secret = folder.join("database-url");
        fs::write(&secret, &url).expect("the folder can be written");
        fs::set_permissions(&secret, Permissions::from_mode(0o600)).expect("it is ours");
        Self::Postgres { own, url, secret }
    }

    /// What the configuration calls it.
    pub(crate) fn url(&self) -> String {
        match self {
            Self::Sqlite { path, .. } => format!("sqlite://{}", path.display()),
            Self::Postgres { secret, .. } => format!("file:{}", secret.display()),
        }
    }

    /// What a person is told of it.
    pub(crate) fn place(&self) -> String {
        match self {
            Self::Sqlite { path, .. } => path.display().to_string(),
            Self::Postgres { .. } => "cuptel@127.0.0.1:".to_owned(),
        }
    }

    /// The file, of a test that is about files.
    pub(crate) fn file(&self) -> &Path {
        match self {
            Self::Sqlite { path, .. } => path,
            Self::Postgres { url, .. } => panic!("{url} is no file"),
        }
    }

    /// Whether nobody has stored anything yet.
    pub(crate) fn is_untouched(&self) -> bool {
        match self {
            Self::Sqlite { path, .. } => !path.exists(),
            Self::Postgres { .. } => {
                let tables = "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()";
                self.sql(tables) == "0"
            }
        }
    }

    /// The rows in lines, read by another program than ours.
    pub(crate) fn sql(&self, statement: &str) -> String {
        match self {
            Self::Sqlite { path, .. } => {
                let mut sqlite = Command::new("sqlite3");
                sqlite.arg("-readonly").arg(path).arg(statement);
                let told = Ran::of(&mut sqlite, ANSWER_TIME).succeeded();
                told.trim().to_owned()
            }
            Self::Postgres { own, url, .. } => server(own.as_ref()).sql(url, statement),
        }
    }

    /// Changes a database that no centre uses.
    pub(crate) fn write_sql(&self, statement: &str) {
        match self {
            Self::Sqlite { path, .. } => {
                let mut sqlite = Command::new("sqlite3");
                sqlite.arg(path).arg(statement);
                Ran::of(&mut sqlite, ANSWER_TIME).succeeded();
            }
            Self::Postgres { .. } => drop(self.sql(statement)),
        }
    }

    /// Everything that is stored; of a file every byte, its write-ahead log included.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Sqlite { path, .. } => {
                let log = fs::read(path.with_extension("db-wal")).unwrap_or_default();
                let main = fs::read(path).expect("the database can be read");
                [main, log].concat()
            }
            Self::Postgres { url, .. } => {
                let schema = self.sql("SELECT current_schema()");
                let mut dump = Command::new("pg_dump");
                dump.args(["--data-only", "--inserts", "-n", &schema, "-d", url]);
                Ran::of(&mut dump, ANSWER_TIME).succeeded().into_bytes()
            }
        }
    }

    /// From now on it does not take anything: a server has crashed, a file is held by
    /// somebody else.
    pub(crate) fn goes_away(&mut self) {
        match self {
            Self::Sqlite { path, holder } => *holder = Some(hold(path)),
            Self::Postgres { own, .. } => server(own.as_ref()).stop("immediate"),
        }
    }

    /// It takes everything again.
    pub(crate) fn comes_back(&mut self) {
        match self {
            Self::Sqlite { holder, .. } => {
                let mut holder = holder.take().expect("it is away");
                drop(holder.stdin.take());
                holder.wait().expect("a child can be waited for");
            }
            Self::Postgres { own, .. } => server(own.as_ref()).start_again(),
        }
    }
}

impl Database {
    /// The server's time stands still: connections stay, and nothing answers.
    pub(crate) fn freezes(&self) {
        match self {
            Self::Sqlite { path, .. } => panic!("{} is no server", path.display()),
            Self::Postgres { own, .. } => server(own.as_ref()).freeze(),
        }
    }

    /// It goes on.
    pub(crate) fn thaws(&self) {
        match self {
            Self::Sqlite { path, .. } => panic!("{} is no server", path.display()),
            Self::Postgres { own, .. } => server(own.as_ref()).thaw(),
        }
    }
}

fn server(own: Option<&Cluster>) -> &Cluster {
    own.unwrap_or_else(|| Cluster::shared())
}

fn hold(path: &Path) -> Child {
    let mut sqlite = Command::new("sqlite3");
    sqlite.arg("-batch").arg(path);
    let mut holder = sqlite
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{sqlite:?}: {error}"));
    let words = holder.stdin.as_mut().expect("it was asked for");
    writeln!(words, ".timeout 10000\nBEGIN IMMEDIATE;\nSELECT 'held';").expect("sqlite3 listens");
    let mut answer = String::new();
    BufReader::new(holder.stdout.take().expect("it was asked for"))
        .read_line(&mut answer)
        .expect("sqlite3 answers");
    assert_eq!(answer.trim(), "held");
    holder
}

#[expect(
    clippy::disallowed_methods,
    reason = "`tests/run` runs the same tests on both databases"
)]
fn is_postgres() -> bool {
    match std::env::var("CUPTEL_TEST_DATABASE").as_deref() {
        Err(std::env::VarError::NotPresent) | Ok("sqlite") => false,
        Ok("postgres") => true,
        other => panic!("CUPTEL_TEST_DATABASE is sqlite or postgres, not {other:?}"),
    }
}
