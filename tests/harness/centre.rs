//! One centre: the real binary with a configuration, a folder and a loopback address of its own.

use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::sync::atomic::{AtomicU16, AtomicU32, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::command::{Owned, Ran};
use super::database::{Database, Kind};
use super::disk::SmallDisk;
use super::patience::{SOON, until};

/// The line that every test calls, as a carrier hands it over.
pub(crate) const LINE: &str = "0861000000";

/// What a shell command may take.
const COMMAND_TIME: Duration = Duration::from_secs(30);

/// What differs between the centres of the tests.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Setup {
    /// Step of the dialplan at which a caller begins: `welcome`, `menu` or `book`.
    pub(crate) start: &'static str,
    pub(crate) answer_max: u32,
    pub(crate) answer_after_ms: u32,
    pub(crate) drain_s: u32,
    pub(crate) log: &'static str,
    pub(crate) database: Kind,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            start: "book",
            answer_max: 8,
            answer_after_ms: 0,
            drain_s: 20,
            log: "info",
            database: Kind::AsTold,
        }
    }
}

/// A centre. It stops when this is dropped.
#[derive(Debug)]
pub(crate) struct Centre {
    pub(crate) address: Ipv4Addr,
    pub(crate) database: Database,
    server: Option<Owned>,
    /// Where the data is, in a test that fills a disk. It goes after the server, before the folder.
    small_disk: Option<SmallDisk>,
    folder: TempDir,
    agent: ureq::Agent,
    log: &'static str,
    /// Whether its pages are over TLS.
    is_tls: bool,
    /// What the server finds in its environment besides ours.
    environment: Vec<(&'static str, String)>,
    allotted: AtomicU16,
}

impl Centre {
    /// A centre that is ready for calls.
    pub(crate) fn start(setup: Setup) -> Self {
        let mut centre = Self::prepare(setup);
        centre.serve();
        centre
    }

    /// A centre that was not started yet.
    pub(crate) fn prepare(setup: Setup) -> Self {
        let folder = TempDir::with_prefix(prefix()).expect("a temporary folder");
        let address = free_address();
        let database = Database::of(setup.database, folder.path());
        let filled = |template: &str| {
            [
                ("{url}", database.url()),
                ("{folder}", folder.path().display().to_string()),
                ("{repository}", repository().display().to_string()),
                ("{address}", address.to_string()),
                ("{start}", setup.start.to_owned()),
                ("{answer_max}", setup.answer_max.to_string()),
                ("{answer_after_ms}", setup.answer_after_ms.to_string()),
                ("{drain_s}", setup.drain_s.to_string()),
            ]
            .iter()
            .fold(template.to_owned(), |text, (key, value)| {
                text.replace(key, value)
            })
        };
        let write = |name: &str, text: String| {
            fs::write(folder.path().join(name), text).expect("the folder can be written");
        };
        write("cuptel.toml", filled(include_str!("cuptel.toml")));
        write("plan.toml", filled(&plan_from(setup.start)));
        write(
            "first-start.csv",
            include_str!("first-start.csv").to_owned(),
        );
        let agent = ureq::Agent::config_builder()
            .timeout_global(Some(COMMAND_TIME))
            .http_status_as_error(false)
            .build();
        Self {
            address,
            database,
            folder,
            server: None,
            small_disk: None,
            agent: agent.into(),
            is_tls: false,
            log: setup.log,
            environment: Vec::new(),
            allotted: AtomicU16::new(0),
        }
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn config(&self) -> PathBuf {
        self.folder().join("cuptel.toml")
    }

    /// Where the carrier's calls arrive.
    pub(crate) fn trunk(&self) -> SocketAddr {
        SocketAddr::from((self.address, 5080))
    }

    /// Where phones register.
    pub(crate) fn phones(&self) -> SocketAddr {
        SocketAddr::from((self.address, 5060))
    }

    /// Puts the data on a disk of so many megabytes.
    pub(crate) fn stands_on_small_disk(&mut self, megabytes: u32) {
        let data = self.folder().join("data");
        self.small_disk = Some(SmallDisk::at(&data, megabytes));
    }

    /// The disk on which the data is.
    pub(crate) fn small_disk(&self) -> &SmallDisk {
        self.small_disk.as_ref().expect("the data was put on one")
    }

    /// A number that no other part of this test was given, for ports and names.
    pub(crate) fn allot(&self) -> u16 {
        self.allotted.fetch_add(1, Ordering::Relaxed)
    }

    /// Replaces text of the configuration; it must be there.
    pub(crate) fn reconfigure(&self, old: &str, new: &str) {
        replace(&self.config(), old, new);
    }

    /// Replaces text of the dialplan; it must be there.
    pub(crate) fn replan(&self, old: &str, new: &str) {
        replace(&self.folder().join("plan.toml"), old, new);
    }

    /// Its pages are over TLS from the next start on, with `pages.pem` and `pages.key` of its folder.
    pub(crate) fn speaks_tls(&mut self) {
        let folder = self.folder().display();
        let tls = format!(
            "[http]\ntls = {{ certificate = \"{folder}/pages.pem\", key = \"file:{folder}/pages.key\" }}\n"
        );
        self.reconfigure("[http]\n", &tls);
        let tls = ureq::tls::TlsConfig::builder().disable_verification(true);
        let agent = ureq::Agent::config_builder()
            .timeout_global(Some(COMMAND_TIME))
            .http_status_as_error(false)
            .tls_config(tls.build());
        self.agent = agent.build().into();
        self.is_tls = true;
    }

    /// Has the server read its files again.
    pub(crate) fn hang_up(&self) {
        self.signal("HUP");
    }

    /// Starts the server, which must refuse; what it said.
    pub(crate) fn refuses_to_serve(&self) -> String {
        self.run(&["serve"]).failed()
    }

    /// Starts the server and waits until it is ready.
    pub(crate) fn serve(&mut self) {
        self.begin_to_serve();
        self.becomes_ready();
    }

    /// Starts the server.
    pub(crate) fn begin_to_serve(&mut self) {
        assert!(self.server.is_none(), "it runs already");
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.log_file())
            .expect("the log can be written");
        let mut command = self.command(&["--log", self.log, "serve"]);
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        self.server = Some(Owned::spawn(
            command
                .stdout(log.try_clone().expect("a handle"))
                .stderr(log),
        ));
    }

    /// Waits until it is ready.
    pub(crate) fn becomes_ready(&mut self) {
        let mut server = self.server.take().expect("it was started");
        until("the centre is ready", SOON, || {
            if let Some(status) = server.ended() {
                panic!("cuptel serve ended with {status}: {}", self.log());
            }
            self.is_ready().then_some(())
        });
        self.server = Some(server);
    }

    /// How it says that it is.
    pub(crate) fn health(&self) -> Value {
        let answer = self.agent.get(self.url("/health/ready")).call();
        let mut answer = answer.expect("/health/ready answers");
        answer.body_mut().read_json().expect("it is JSON")
    }

    fn is_ready(&self) -> bool {
        let answer = self.agent.get(self.url("/health/ready")).call();
        answer.is_ok_and(|answer| answer.status().is_success())
    }

    /// What the server is to find in its environment, from its next start on.
    pub(crate) fn surrounds_with(&mut self, environment: Vec<(&'static str, String)>) {
        self.environment = environment;
    }

    /// Sends the server a signal.
    pub(crate) fn signal(&self, name: &str) {
        self.server.as_ref().expect("it runs").signal(name);
    }

    /// The number of the server's process.
    pub(crate) fn process(&self) -> u32 {
        self.server.as_ref().expect("it runs").id()
    }

    /// Ends the server as a power failure would.
    pub(crate) fn kill(&mut self) {
        self.server.take().expect("it runs").kill();
    }

    /// Asks the server to stop.
    pub(crate) fn terminate(&self) {
        self.signal("TERM");
    }

    /// Waits until the server has stopped by itself.
    pub(crate) fn stopped(&mut self, limit: Duration) -> ExitStatus {
        let mut server = self.server.take().expect("it runs");
        server.end("cuptel serve ends", limit)
    }

    /// Demands that the server is still the one that was started.
    pub(crate) fn assert_alive(&mut self) {
        let ended = self.server.as_mut().expect("it runs").ended();
        assert!(ended.is_none(), "{ended:?}: {}", self.log());
        assert!(self.is_ready(), "not ready: {}", self.log());
    }

    fn log_file(&self) -> PathBuf {
        self.folder().join("cuptel.log")
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.log_file()).unwrap_or_default()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cuptel"));
        command
            .arg("--config")
            .arg(self.config())
            .args(arguments)
            .current_dir(self.folder());
        command
    }

    /// A shell command with this centre's configuration.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(&mut self.command(arguments), COMMAND_TIME)
    }

    /// The same for one that has much to do.
    pub(crate) fn run_within(&self, limit: Duration, arguments: &[&str]) -> Ran {
        Ran::of(&mut self.command(arguments), limit)
    }

    /// The proof: exit code 0, and the sums.
    pub(crate) fn audit(&self) -> Value {
        let audit = self.run(&["audit", "--json"]).succeeded();
        serde_json::from_str(&audit).expect("audit --json prints JSON")
    }

    /// What a statement answers, read by another program than ours.
    pub(crate) fn sql(&self, statement: &str) -> String {
        self.database.sql(statement)
    }

    pub(crate) fn url(&self, path: &str) -> String {
        let scheme = if self.is_tls { "https" } else { "http" };
        format!("{scheme}://{}:8080{path}", self.address)
    }

    pub(crate) fn token(&self) -> String {
        let token = fs::read_to_string(self.folder().join("data/api-token"));
        token
            .expect("the first start made the token")
            .trim()
            .to_owned()
    }

    /// What the API answers; it must be a success.
    pub(crate) fn get(&self, path: &str) -> Value {
        let request = self.agent.get(self.url(&format!("/api/v1/{path}")));
        let answer = request.header("Authorization", format!("Bearer {}", self.token()));
        read(path, answer.call())
    }

    /// Has the API do something with this token; status and answer.
    pub(crate) fn post_as(&self, token: &str, path: &str) -> (u16, Value) {
        let request = self.agent.post(self.url(&format!("/api/v1/{path}")));
        let answer = request
            .header("Authorization", format!("Bearer {token}"))
            .send_empty();
        let mut answer = answer.unwrap_or_else(|error| panic!("{path}: {error}"));
        let body = answer.body_mut().read_json().expect("the API answers JSON");
        (answer.status().as_u16(), body)
    }

    /// Has the API do something at most once; status and answer.
    pub(crate) fn post_once(&self, key: &str, path: &str, body: &Value) -> (u16, Value) {
        let request = self.agent.post(self.url(&format!("/api/v1/{path}")));
        let answer = request
            .header("Authorization", format!("Bearer {}", self.token()))
            .header("Idempotency-Key", key)
            .send_json(body);
        let mut answer = answer.unwrap_or_else(|error| panic!("{path}: {error}"));
        let told = answer.body_mut().read_json().expect("the API answers JSON");
        (answer.status().as_u16(), told)
    }

    /// Has the API do something; it must be a success.
    pub(crate) fn post(&self, path: &str, body: &Value) -> Value {
        let request = self.agent.post(self.url(&format!("/api/v1/{path}")));
        let answer = request.header("Authorization", format!("Bearer {}", self.token()));
        read(path, answer.send_json(body))
    }

    /// A page as a browser on this machine sees it.
    pub(crate) fn page(&self, path: &str) -> String {
        let answer = self.agent.get(self.url(path)).call();
        let mut answer = answer.unwrap_or_else(|error| panic!("{path}: {error}"));
        answer.body_mut().read_to_string().expect("a page is text")
    }

    /// The metrics as they are scraped.
    pub(crate) fn metrics(&self) -> String {
        let answer = self.agent.get(self.url("/metrics")).call();
        let mut answer = answer.expect("/metrics answers");
        answer
            .body_mut()
            .read_to_string()
            .expect("/metrics is text")
    }

    /// The sum of a counter over the lines that begin with this text.
    pub(crate) fn counted(&self, series: &str) -> u64 {
        let lines = self.metrics();
        let values = lines
            .lines()
            .filter(|line| line.starts_with(series))
            .filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok());
        values.sum()
    }

    /// Signs an operator of `first-start.csv` in.
    pub(crate) fn sign_in(&self, seat: &str, operator: &str) {
        self.post(
            &format!("seats/{seat}/sign-in"),
            &json!({ "operator": operator }),
        );
    }

    /// The operator of a seat says what came of the conversation.
    pub(crate) fn disposes(&self, seat: &str, disposition: &str) {
        self.post(
            &format!("seats/{seat}/disposition"),
            &json!({ "disposition": disposition }),
        );
    }

    /// Waits until a statement yields this.
    pub(crate) fn wait_for_sql(&self, statement: &str, wanted: &str) {
        until(&format!("{statement} yields {wanted}"), SOON, || {
            (self.sql(statement) == wanted).then_some(())
        });
    }

    /// The attempt of one SIP call, once it is stored and as wanted.
    pub(crate) fn attempt(
        &self,
        call_id: &str,
        what: &str,
        wanted: impl Fn(&Value) -> bool,
    ) -> Value {
        self.wait_for("attempts", what, |attempt| {
            attempt["sip_call_id"] == call_id && wanted(attempt)
        })
    }

    /// The attempt of one SIP call, however many came after it.
    pub(crate) fn old_attempt(
        &self,
        call_id: &str,
        what: &str,
        wanted: impl Fn(&Value) -> bool,
    ) -> Value {
        let id = self.sql(&format!(
            "SELECT id FROM attempt WHERE sip_call_id = '{call_id}'"
        ));
        until(what, SOON, || {
            let attempt = self.get(&format!("attempts/{id}"))["attempt"].take();
            wanted(&attempt).then_some(attempt)
        })
    }

    /// A callback that is as wanted.
    pub(crate) fn callback(&self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        self.wait_for("callbacks", what, wanted)
    }

    /// A task that is as wanted.
    pub(crate) fn task(&self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        self.wait_for("tasks", what, wanted)
    }

    /// One callback with its needs, events and dials.
    pub(crate) fn callback_detail(&self, id: &Value) -> Value {
        self.get(&format!("callbacks/{id}"))["callback"].take()
    }

    /// Waits until a seat's work is this one.
    pub(crate) fn seat_works(&self, seat: &str, work: &str) -> Value {
        let what = format!("seat {seat} is {work}");
        self.wait_for("seats", &what, |row| {
            row["name"] == seat && row["work"] == work
        })
    }

    fn wait_for(&self, list: &str, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        until(what, SOON, || {
            let rows = self.get(list)[list].take();
            let rows = rows.as_array().expect("a list");
            rows.iter().find(|row| wanted(row)).cloned()
        })
    }
}

impl Drop for Centre {
    /// Logs and database of a test that failed are kept, under its name.
    fn drop(&mut self) {
        self.folder.disable_cleanup(std::thread::panicking());
    }
}

fn prefix() -> String {
    let thread = std::thread::current();
    let test = thread.name().unwrap_or("test").replace("::", "-");
    format!("cuptel-{test}-")
}

/// The dialplan from one of its steps on: a step that is never reached is a fault.
fn plan_from(start: &str) -> String {
    let plan = include_str!("plan.toml");
    let (head, steps) = plan.split_once("[step.").expect("the plan has steps");
    let rest = steps
        .split("[step.")
        .skip_while(|step| !step.starts_with(start));
    let steps: String = rest.map(|step| format!("[step.{step}")).collect();
    format!("{head}{steps}")
}

fn read(path: &str, answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Value {
    let mut answer = answer.unwrap_or_else(|error| panic!("{path}: {error}"));
    let status = answer.status();
    let body: Value = answer.body_mut().read_json().expect("the API answers JSON");
    assert!(status.is_success(), "{path}: {status} {body}");
    body
}

/// A loopback address that no other test uses, nor another run of the tests beside this one.
fn free_address() -> Ipv4Addr {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let process = std::process::id();
    loop {
        let offset = NEXT.fetch_add(1, Ordering::Relaxed);
        // 127.1.0.1 to 127.254.255.1, each process beginning elsewhere.
        let place = process.wrapping_mul(61).wrapping_add(offset) % (254 * 256);
        let [_, _, high, low] = place.to_be_bytes();
        let address = Ipv4Addr::new(127, high + 1, low, 1);
        if UdpSocket::bind((address, 5060)).is_ok() {
            return address;
        }
    }
}

pub(crate) fn repository() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    here.canonicalize().expect("the repository is there")
}

fn replace(file: &Path, old: &str, new: &str) {
    let text = fs::read_to_string(file).expect("the file can be read");
    assert!(text.contains(old), "{} has no {old}", file.display());
    fs::write(file, text.replace(old, new)).expect("the file can be written");
}
