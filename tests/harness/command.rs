//! Programs that are run to their end, and those that are ended with the test.

use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::Duration;

use super::patience::until;

/// Exit code of an audit that could not be made, as the manual says.
pub(crate) const AUDIT_NOT_MADE: i32 = 2;
/// Exit code of a program older than its data.
pub(crate) const MADE_BY_NEWER: i32 = 65;
/// Exit code of a server that could store what happens nowhere.
pub(crate) const STORED_NOWHERE: i32 = 74;

/// What a program said and how it ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    /// Runs it to its end; it must end within the limit.
    pub(crate) fn of(command: &mut Command, limit: Duration) -> Self {
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let id = child.id();
        let (ended, waiting) = std::sync::mpsc::sync_channel(1);
        // A pipe that nobody reads would stop the program, so the output is read while it runs.
        let reader = std::thread::spawn(move || {
            let output = child.wait_with_output();
            if ended.send(()).is_err() {
                // Whoever waited has given up and says so.
            }
            output
        });
        if waiting.recv_timeout(limit).is_err() {
            signal(id, "KILL");
            panic!("{command:?} did not end within {limit:?}");
        }
        let output = reader.join().expect("the reader does not panic");
        Self::from(output.expect("the output can be read"))
    }

    /// Demands success; its standard output.
    pub(crate) fn succeeded(self) -> String {
        assert_eq!(self.code, Some(0), "{self:#?}");
        self.out
    }

    /// Demands exit code 1; what it said on standard error.
    pub(crate) fn failed(self) -> String {
        self.failed_with(1)
    }

    /// Demands exit code 2, a command line that cannot be read; what it said on standard error.
    pub(crate) fn misread(self) -> String {
        self.failed_with(2)
    }

    /// Demands this exit code; what it said on standard error.
    pub(crate) fn failed_with(self, code: i32) -> String {
        assert_eq!(self.code, Some(code), "{self:#?}");
        self.err
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// A program of the test: it never outlives its handle.
#[derive(Debug)]
pub(crate) struct Owned {
    child: Child,
}

impl Owned {
    pub(crate) fn spawn(command: &mut Command) -> Self {
        let child = command
            .stdin(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        Self { child }
    }

    /// How it ended, if it did.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("a child can be waited for")
    }

    /// Waits for its end.
    pub(crate) fn end(&mut self, what: &str, limit: Duration) -> ExitStatus {
        until(what, limit, || self.ended())
    }

    /// Ends it at once, as `kill -9` does.
    pub(crate) fn kill(&mut self) {
        if self.ended().is_none() {
            self.child.kill().expect("a child can be killed");
            self.child.wait().expect("a child can be waited for");
        }
    }

    /// The number of its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn signal(&self, name: &str) {
        signal(self.child.id(), name);
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        self.kill();
    }
}

fn signal(process: u32, name: &str) {
    let status = Command::new("sh")
        .arg("-c")
        .arg(format!("kill -{name} {process}"))
        .status();
    assert!(
        status.is_ok_and(|status| status.success()),
        "kill -{name} {process}"
    );
}
