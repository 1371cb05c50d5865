//! The program under load: the real `cuptel serve` with a configuration and a folder of its own,
//! on a loopback address of its own; and any other program that is measured beside it.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use cuptel_engine::Clock;
use tempfile::TempDir;

use crate::measured::real;

/// How long a program may take to be ready.
const READY_WITHIN_US: u64 = 60_000_000;
/// Between two looks whether it is.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// A program that ends with its handle.
#[derive(Debug)]
pub(crate) struct Program(Child);

impl Program {
    pub(crate) fn start(command: &mut Command) -> Result<Self> {
        let child = command.stdin(Stdio::null()).spawn();
        Ok(Self(child.with_context(|| format!("start {command:?}"))?))
    }

    pub(crate) fn id(&self) -> u32 {
        self.0.id()
    }

    /// The most memory that it had until now.
    #[allow(dead_code, reason = "not every bench asks for it")]
    pub(crate) fn most_memory_mib(&self) -> Result<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.id()))?;
        let most = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))
            .and_then(|rest| rest.trim().strip_suffix(" kB"));
        let kib: u64 = most.context("no VmHWM")?.trim().parse()?;
        Ok(real(kib) / 1_024.0)
    }

    /// Waits until it has ended well: the most memory that it had.
    #[allow(dead_code, reason = "most of what is measured ends when it is told to")]
    pub(crate) fn await_end(mut self) -> Result<f64> {
        let mut most_mib = 0.0;
        loop {
            // Who has ended has no memory.
            most_mib = self.most_memory_mib().unwrap_or(most_mib);
            if let Some(status) = self.0.try_wait()? {
                ensure!(status.success(), "it ended with {status}");
                return Ok(most_mib);
            }
            std::thread::sleep(LOOK_EVERY);
        }
    }

    /// Looks until `is_ready`, with an end.
    pub(crate) fn until(&mut self, what: &str, is_ready: impl Fn() -> bool) -> Result<()> {
        let clock = Clock::start();
        while !is_ready() {
            if let Some(status) = self.0.try_wait()? {
                bail!("it ended with {status} before {what}");
            }
            ensure!(
                clock.now().mono_us < READY_WITHIN_US,
                "waited in vain: {what}"
            );
            std::thread::sleep(LOOK_EVERY);
        }
        Ok(())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to end.
        if self.0.kill().is_ok() && self.0.wait().is_err() {
            // Nobody else waits for it.
        }
    }
}

/// Seats for a centre whose database has them already, or needs none.
#[allow(dead_code, reason = "most benches have phones")]
pub(crate) const NO_SEATS: &str = "seat,password,site,operator,employer,skills\n";

/// Where a centre has its files.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) address: Ipv4Addr,
    pub(crate) folder: TempDir,
}

impl Place {
    /// One with these texts of `benches/centre.toml` filled in, and these seats, for this database
    /// or for `data/cuptel.db` in it.
    pub(crate) fn new(url: Option<String>, filled: &[(&str, String)], seats: &str) -> Result<Self> {
        let folder = TempDir::with_prefix("cuptel-bench-")?;
        let address = free_address(5080);
        let embedded = || format!("sqlite://{}/data/cuptel.db", folder.path().display());
        let text = [
            ("url", url.unwrap_or_else(embedded)),
            ("folder", folder.path().display().to_string()),
            ("repository", repository()?.display().to_string()),
            ("address", address.to_string()),
        ]
        .iter()
        .chain(filled)
        .fold(
            include_str!("centre.toml").to_owned(),
            |text, (key, value)| text.replace(&format!("{{{key}}}"), value),
        );
        fs::write(folder.path().join("cuptel.toml"), text)?;
        fs::write(folder.path().join("plan.toml"), include_str!("plan.toml"))?;
        fs::write(folder.path().join("first-start.csv"), seats)?;
        Ok(Self { address, folder })
    }
}

/// The program, in such a folder.
pub(crate) fn cuptel(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cuptel"));
    command
        .arg("--config")
        .arg(folder.join("cuptel.toml"))
        .current_dir(folder);
    command
}

/// A centre that takes calls.
#[derive(Debug)]
pub(crate) struct Centre {
    pub(crate) address: Ipv4Addr,
    pub(crate) program: Program,
    pub(crate) folder: TempDir,
}

impl Centre {
    /// Starts one with these texts of `benches/centre.toml` filled in, and these seats, on this
    /// database or on an embedded one.
    #[allow(dead_code, reason = "the bench of the start prepares its own database")]
    pub(crate) fn start(
        url: Option<String>,
        filled: &[(&str, String)],
        seats: &str,
    ) -> Result<Self> {
        Self::start_on(url, filled, seats, |_, _| Ok(()))
    }

    /// The same on what `prepare` put into its folder a moment before.
    pub(crate) fn start_on(
        url: Option<String>,
        filled: &[(&str, String)],
        seats: &str,
        prepare: impl FnOnce(&Path, Ipv4Addr) -> Result<()>,
    ) -> Result<Self> {
        let place = Place::new(url, filled, seats)?;
        let (folder, address) = (place.folder, place.address);
        prepare(folder.path(), address)?;
        let log = fs::File::create(folder.path().join("cuptel.log"))?;
        let program = Program::start(
            cuptel(folder.path())
                .args(["--log", "warn", "serve"])
                .stdout(log.try_clone()?)
                .stderr(log),
        )?;
        let mut centre = Self {
            address,
            program,
            folder,
        };
        let ready = format!("http://{address}:8080/health/ready");
        let is_ready = || {
            ureq::get(&ready)
                .call()
                .is_ok_and(|answer| answer.status().is_success())
        };
        if let Err(error) = centre.program.until("the centre is ready", is_ready) {
            let log = fs::read_to_string(centre.folder.path().join("cuptel.log"));
            return Err(error.context(log.unwrap_or_default()));
        }
        Ok(centre)
    }

    /// Where the carrier's calls arrive.
    #[allow(dead_code, reason = "nobody calls in at a bench of the start")]
    pub(crate) fn trunk(&self) -> SocketAddr {
        SocketAddr::from((self.address, 5080))
    }

    /// What the outside sees: the sums of `cuptel audit`, which must find nothing wrong.
    #[allow(dead_code, reason = "the bench of the past never starts one")]
    pub(crate) fn audit(&self) -> Result<serde_json::Value> {
        let output = cuptel(self.folder.path())
            .args(["audit", "--json"])
            .output()?;
        let said = String::from_utf8_lossy(&output.stdout);
        ensure!(output.status.success(), "the audit found something: {said}");
        serde_json::from_str(&said).with_context(|| format!("audit --json said {said}"))
    }
}

/// A loopback address where nothing uses this port, beginning elsewhere for each process.
pub(crate) fn free_address(port: u16) -> Ipv4Addr {
    let process = std::process::id();
    let addresses = (0..u32::from(u16::MAX)).map(|offset| {
        let [_, _, high, low] = process.wrapping_mul(61).wrapping_add(offset).to_be_bytes();
        Ipv4Addr::new(127, high % 254 + 1, low, 2)
    });
    let is_free = |address: &Ipv4Addr| UdpSocket::bind((*address, port)).is_ok();
    addresses
        .into_iter()
        .find(is_free)
        .unwrap_or(Ipv4Addr::LOCALHOST)
}

fn repository() -> Result<PathBuf> {
    Ok(Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()?)
}
