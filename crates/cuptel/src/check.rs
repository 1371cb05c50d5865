//! `cuptel check`: the configuration read as `serve` would read it, with all that keeps a server from
//! starting and all that is allowed and probably not meant.

use std::path::Path;
use std::process::ExitCode;

use crate::cli::{count, say, tell};
use crate::config::announcing::AnnouncingSettings;
use crate::config::rules::ProvisionalIds;
use crate::config::secret::{Secret, SecretError};
use crate::config::{self, Config};

/// What keeps the tape from being written, as far as can be seen from here.
fn tape_doubt(config: &Config) -> Option<String> {
    let (_, spill) = config.data.reveal().ok()?;
    let tape = config.replay.tape(&spill)?;
    let error = config::tape::try_to_write(&tape.folder).err()?;
    let folder = tape.folder.display();
    Some(format!(
        "[replay] whoever checks cannot write in {folder} ({error}): if the server cannot either, nothing is recorded"
    ))
}

/// `check`.
pub(crate) fn check(path: &Path) -> anyhow::Result<ExitCode> {
    let config = match config::load(path) {
        Ok(config) => config,
        Err(faults) => {
            let faults: Vec<String> = faults
                .iter()
                .map(config::source::ConfigFault::quoted)
                .collect();
            return Ok(not_in_order(path, &faults));
        }
    };
    let Secrets {
        missing,
        mut doubts,
    } = secrets(&config);
    if !missing.is_empty() {
        return Ok(not_in_order(path, &missing));
    }
    for warning in config.warnings() {
        say(&format!("warning: {}", warning.quoted()));
    }
    doubts.extend(tape_doubt(&config));
    for doubt in &doubts {
        say(&format!("warning: {doubt}"));
    }
    let warnings = config.warnings().len() + doubts.len();
    let rules = config.rules(&ProvisionalIds::new(&config));
    let parts = [
        (rules.tenants.len(), "tenant"),
        (rules.lines.len(), "line"),
        (rules.queues.len(), "queue"),
        (rules.trunks.len(), "trunk"),
        (config.prompt_files().len(), "prompt"),
        (config.first_seats.len(), "seat"),
    ];
    let parts = parts.map(|(number, noun)| count(number, noun)).join(", ");
    let but = match warnings {
        0 => String::new(),
        warnings => format!(", with {}", count(warnings, "warning")),
    };
    say(&format!("{} is in order{but}: {parts}", path.display()));
    Ok(ExitCode::SUCCESS)
}

fn not_in_order(path: &Path, faults: &[String]) -> ExitCode {
    for fault in faults {
        tell(&format!("error: {fault}"));
    }
    let errors = count(faults.len(), "error");
    tell(&format!("{} is not in order: {errors}", path.display()));
    ExitCode::FAILURE
}

/// What is wrong with secrets. Whoever checks need not be who serves: a file that they cannot read the
/// server perhaps can. A variable that is not set here is set nowhere that we could know of.
#[derive(Default)]
struct Secrets {
    missing: Vec<String>,
    doubts: Vec<String>,
}

fn secrets(config: &Config) -> Secrets {
    let mut found = Secrets::default();
    for (place, secret) in config.secrets() {
        let Err(error) = secret.reveal() else {
            continue;
        };
        let told = format!("{place}: {error}");
        match error {
            SecretError::Environment { .. } => found.missing.push(told),
            // The first start makes it.
            SecretError::Read { source, .. }
                if place == TOKEN && source.kind() == std::io::ErrorKind::NotFound => {}
            SecretError::Read { .. }
            | SecretError::Empty { .. }
            | SecretError::Create { .. }
            | SecretError::Random(_) => found.doubts.push(told),
        }
    }
    if let Some(Err(faults)) = config.announcing.as_ref().map(AnnouncingSettings::reveal) {
        let told_already =
            |fault: &String| found.missing.contains(fault) || found.doubts.contains(fault);
        let others: Vec<String> = faults.into_iter().filter(|it| !told_already(it)).collect();
        found.doubts.extend(others);
    }
    for doubt in &mut found.doubts {
        doubt.push_str("; `cuptel serve` would not start so");
    }
    found
}

const TOKEN: &str = "[http] token";

impl Config {
    /// Every secret that a server needs, and where it is named.
    fn secrets(&self) -> Vec<(String, &Secret)> {
        let mut all = vec![
            ("[data] url".to_owned(), &self.data.url),
            (TOKEN.to_owned(), &self.http.token),
        ];
        for trunk in &self.trunks {
            let auth = trunk.auth.as_ref();
            let place = format!("[trunk.auth] of \"{}\"", trunk.name);
            all.extend(auth.map(|auth| (place, &auth.password)));
        }
        let pins = self.announcing.iter().flat_map(AnnouncingSettings::pins);
        all.extend(pins.map(|(n, pin)| (format!("PIN {n} of [announcing]"), pin)));
        all
    }
}
