//! One run of SIPp with a scenario of `tests/sipp`, and what it saw on the wire.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use super::centre::{Centre, LINE, repository};
use super::command::Owned;
use super::patience::{SOON, until};

/// One message that SIPp sent or received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wire {
    pub(crate) received: bool,
    pub(crate) call_id: String,
    /// For instance `1 INVITE`.
    pub(crate) cseq: String,
    /// The request or status line.
    pub(crate) first_line: String,
}

impl Wire {
    /// The status of a response.
    pub(crate) fn status(&self) -> Option<u16> {
        let rest = self.first_line.strip_prefix("SIP/2.0 ")?;
        rest.get(..3)?.parse().ok()
    }
}

/// A run of SIPp. It ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Sipp {
    process: Owned,
    files: PathBuf,
}

impl Sipp {
    /// Calls the centre's line from a port of its own.
    pub(crate) fn calling(centre: &Centre, scenario: &str, arguments: &[&str]) -> Self {
        let port = 20_000 + 2 * centre.allot();
        let trunk = centre.trunk().to_string();
        let mut all = vec!["-s", LINE];
        all.extend_from_slice(arguments);
        all.push(&trunk);
        Self::run(centre, scenario, port, &all)
    }

    /// Answers at a port, as the carrier does.
    pub(crate) fn answering(
        centre: &Centre,
        scenario: &str,
        port: u16,
        arguments: &[&str],
    ) -> Self {
        Self::run(centre, scenario, port, arguments)
    }

    /// Registers a seat's phone, as reachable at `at` for so long.
    pub(crate) fn registering(
        centre: &Centre,
        seat: &str,
        from: u16,
        at: u16,
        expires_s: u32,
    ) -> Self {
        let phones = centre.phones().to_string();
        let password = format!("primo-avvio-{seat}");
        let (at, expires_s) = (at.to_string(), expires_s.to_string());
        let arguments = [
            "-m",
            "1",
            "-au",
            seat,
            "-ap",
            &password,
            "-key",
            "seat",
            seat,
            "-key",
            "seat_port",
            &at,
            "-key",
            "expires",
            &expires_s,
            &phones,
        ];
        Self::run(centre, "seat_registers", from, &arguments)
    }

    fn run(centre: &Centre, scenario: &str, port: u16, arguments: &[&str]) -> Self {
        let files = centre
            .folder()
            .join(format!("sipp-{port}-{}", centre.allot()));
        let file = |kind: &str| files.with_extension(kind);
        let control = 10_000 + centre.allot();
        // One that the test has filled in comes before one that is whole.
        let filled = centre.folder().join(format!("{scenario}.xml"));
        let scenario = if filled.exists() {
            filled
        } else {
            repository().join(format!("tests/sipp/{scenario}.xml"))
        };
        let screen = File::create(file("screen")).expect("the folder can be written");
        let mut command = Command::new("sipp");
        command
            .arg("-sf")
            .arg(scenario)
            .args(["-i", &centre.address.to_string(), "-p", &port.to_string()])
            .args(["-mi", &centre.address.to_string()])
            .args([
                "-ci",
                &centre.address.to_string(),
                "-cp",
                &control.to_string(),
            ])
            .args(["-nostdin", "-trace_msg", "-message_file"])
            .arg(file("messages"))
            .args(["-trace_shortmsg", "-shortmessage_file"])
            .arg(file("short"))
            .args(["-trace_err", "-error_file"])
            .arg(file("errors"))
            .args(arguments)
            .current_dir(centre.folder())
            .stderr(screen.try_clone().expect("a handle"))
            .stdout(screen);
        Self {
            process: Owned::spawn(&mut command),
            files,
        }
    }

    fn text(&self, kind: &str) -> String {
        let bytes = fs::read(self.files.with_extension(kind)).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Every message so far.
    pub(crate) fn wire(&self) -> Vec<Wire> {
        self.text("short").lines().filter_map(read_line).collect()
    }

    /// Whether something with this status or method was received.
    pub(crate) fn received(&self, begins: &str) -> bool {
        let wire = self.wire();
        wire.iter()
            .any(|message| message.received && message.first_line.starts_with(begins))
    }

    /// Every message so far, word by word.
    pub(crate) fn messages(&self) -> String {
        self.text("messages")
    }

    /// What it holds against us, and its screen.
    pub(crate) fn complaints(&self) -> String {
        format!("{}\n{}", self.text("errors"), self.text("screen"))
    }

    /// Its exit code when it has ended.
    pub(crate) fn ended(&mut self) -> Option<Option<i32>> {
        self.process.ended().map(|status| status.code())
    }

    /// Waits for its end, and demands that every call went as the scenario says.
    pub(crate) fn went_well(&mut self, limit: Duration) {
        let status = self.process.end("SIPp ends", limit);
        assert!(status.success(), "SIPp: {status}\n{}", self.complaints());
    }

    /// The calls that have got a final response by now.
    pub(crate) fn finals_so_far(&self) -> BTreeSet<String> {
        let wire = self.wire().into_iter();
        let is_final =
            |message: &Wire| message.received && message.status().is_some_and(|s| s >= 200);
        wire.filter(is_final)
            .map(|message| message.call_id)
            .collect()
    }

    /// The calls that got a final response, once no more of them come in.
    pub(crate) fn finals(&self) -> BTreeSet<String> {
        let mut seen = (self.finals_so_far(), 0);
        until("no more responses come in", SOON, || {
            let now = self.finals_so_far();
            seen.1 = if now == seen.0 { seen.1 + 1 } else { 0 };
            seen.0 = now;
            (seen.1 >= 10).then(|| seen.0.clone())
        })
    }
}

/// `date time seconds S|R Call-ID CSeq:n METHOD first line`, divided by tabs.
fn read_line(line: &str) -> Option<Wire> {
    let fields: Vec<&str> = line.split('\t').collect();
    let [_, _, _, direction, call_id, cseq, first_line] = fields.as_slice() else {
        return None;
    };
    Some(Wire {
        received: *direction == "R",
        call_id: (*call_id).to_owned(),
        cseq: cseq.trim_start_matches("CSeq:").to_owned(),
        first_line: (*first_line).to_owned(),
    })
}
