//! PostgreSQL for tests: one server per process that runs tests, started when the first of
//! them asks and ended with the process, and a schema of its own for whoever asks. Needs
//! Debian's `postgresql`; without it the test fails and says so.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

const PASSWORD: &str = "only-for-tests";
/// Another program may take a port between our look and the server's.
const PORTS_TRIED: u32 = 5;

/// A server of our own. It ends when this is dropped, or when the process ends.
#[derive(Debug)]
pub(crate) struct Cluster {
    port: u16,
    speech: Mutex<Speech>,
    schemas: AtomicU32,
}

#[derive(Debug)]
struct Speech {
    words: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    shell: Child,
}

impl Cluster {
    /// The server that the tests of this process share.
    pub(crate) fn shared() -> &'static Self {
        static SHARED: OnceLock<Cluster> = OnceLock::new();
        SHARED.get_or_init(Self::start)
    }

    /// A server that a test may stop and freeze.
    pub(crate) fn start() -> Self {
        let mut speech = Speech::begun();
        for _ in 0..PORTS_TRIED {
            let port = free_port();
            if speech.say(&format!("start {port}")) == "done" {
                return Self {
                    port,
                    speech: Mutex::new(speech),
                    schemas: AtomicU32::new(0),
                };
            }
        }
        panic!("PostgreSQL did not start; is it installed (apt-get install postgresql)?");
    }

    /// The URL of a new, empty schema.
    pub(crate) fn schema(&self) -> String {
        let number = self.schemas.fetch_add(1, Ordering::Relaxed);
        let name = format!("t{number}");
        self.sql(&self.url("public"), &format!("CREATE SCHEMA {name}"));
        self.url(&name)
    }

    /// The URL of a schema.
    pub(crate) fn url(&self, schema: &str) -> String {
        self.url_of(PASSWORD, "postgres", schema)
    }

    /// A URL that may be wrong.
    pub(crate) fn url_of(&self, password: &str, database: &str, schema: &str) -> String {
        let port = self.port;
        format!(
            "postgres://cuptel:{password}@127.0.0.1:{port}/{database}?options=-csearch_path%3D{schema}"
        )
    }

    /// What a statement answers, read by another program than ours: values in lines.
    pub(crate) fn sql(&self, url: &str, statement: &str) -> String {
        let mut psql = Command::new("psql");
        psql.args(["-X", "-q", "-A", "-t", "-F", "|", "-v", "ON_ERROR_STOP=1"]);
        // Even where the server was told to take no writes: whoever said so must be able to end it.
        let url = format!("{url}%20-cdefault_transaction_read_only%3Doff");
        psql.args(["-d", &url, "-c", statement])
            .stdin(Stdio::null());
        let output = psql
            .output()
            .unwrap_or_else(|error| panic!("{psql:?}: {error}"));
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{statement}: {told}");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// Stops the server: `smart`, `fast` or `immediate`, which is a crash.
    pub(crate) fn stop(&self, how: &str) {
        self.obey(&format!("stop {how}"));
    }

    /// Starts it again.
    pub(crate) fn start_again(&self) {
        self.obey(&format!("start {}", self.port));
    }

    /// Stops the time of all its processes: connections stay, nothing answers.
    pub(crate) fn freeze(&self) {
        self.obey("freeze");
    }

    /// Lets it go on.
    pub(crate) fn thaw(&self) {
        self.obey("thaw");
    }

    fn obey(&self, word: &str) {
        let mut speech = self.speech.lock().unwrap_or_else(PoisonError::into_inner);
        assert_eq!(speech.say(word), "done", "{word}");
    }
}

impl Speech {
    fn begun() -> Self {
        let script = include_str!("cluster.sh");
        let arguments = ["-c", script, "cluster.sh", PASSWORD];
        let mut command = if is_root() {
            // PostgreSQL refuses to run as root; Debian's package brings this user.
            let mut command = Command::new("setpriv");
            let user = ["--reuid=postgres", "--regid=postgres", "--clear-groups"];
            command.args(user).arg("sh");
            command
        } else {
            Command::new("sh")
        };
        let mut shell = command
            .args(arguments)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        Self {
            words: shell.stdin.take(),
            answers: BufReader::new(shell.stdout.take().expect("it was asked for")),
            shell,
        }
    }

    fn say(&mut self, word: &str) -> String {
        let words = self.words.as_mut().expect("it is open until the end");
        writeln!(words, "{word}").expect("cluster.sh listens; is PostgreSQL installed?");
        let mut answer = String::new();
        self.answers
            .read_line(&mut answer)
            .expect("cluster.sh answers");
        answer.trim().to_owned()
    }
}

impl Drop for Speech {
    fn drop(&mut self) {
        self.words = None;
        self.shell.wait().expect("a child can be waited for");
    }
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata("/proc/self").is_ok_and(|of_ours| of_ours.uid() == 0)
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    listener.local_addr().expect("it is bound").port()
}
