//! A damaged database, told to whoever stands before it: what was found, what is safe, what to do next.

use std::path::{Path, PathBuf};

use cuptel_store::Spill;

use crate::cli::{load, tell};
use crate::serve::runtime;

/// Says what to do, where the error tells of damage; whether it does.
pub(crate) fn help(error: &anyhow::Error, config: &Path) -> bool {
    let is_damage = cuptel_store::tells_of_damage(error.as_ref());
    if is_damage {
        tell(&advice(config));
    }
    is_damage
}

fn advice(config: &Path) -> String {
    let Ok((url, spill)) = load(config).and_then(|config| Ok(config.data.reveal()?)) else {
        return "the database is damaged; and the configuration cannot be read, so that nothing more is known"
            .to_owned();
    };
    let file = PathBuf::from(url.trim_start_matches("sqlite:").trim_start_matches("//"));
    let mut lines = vec![
        String::new(),
        format!(
            "The database {} is damaged. Nothing was changed in it.",
            file.display()
        ),
    ];
    lines.extend(found(&file));
    lines.push(safe(&spill));
    let damaged = file.with_file_name("damaged");
    let name = file.file_name().unwrap_or_default().display().to_string();
    let (file, damaged) = (file.display(), damaged.display());
    lines.extend([
        "What to do, in this order, with CupTel stopped:".to_owned(),
        format!("  1. keep it:          mkdir -p {damaged} && mv {file}* {damaged}/"),
        format!("  2. with a backup:    cp BACKUP {file}"),
        format!("     without one:      sqlite3 {damaged}/{name} .recover | sqlite3 {file}"),
        "  3. see what is left: cuptel audit      (0: every promise holds; 1: it names the rows)".to_owned(),
        "  4. start:            cuptel serve      (it takes the spill in first)".to_owned(),
        "Never start on an empty database: whoever is owed a call would be lost. Meanwhile call by the last \
         `cuptel callbacks print`; README.md, \"A backup\", says more."
            .to_owned(),
    ]);
    lines.join("\n")
}

fn found(file: &Path) -> Vec<String> {
    let looked = runtime().map(|runtime| runtime.block_on(cuptel_store::examine(file)));
    let found = looked.unwrap_or_default();
    if found.is_empty() {
        return vec!["Found: SQLite refuses it, and a quick look finds no more.".to_owned()];
    }
    let found = found.into_iter().map(|line| format!("  {line}"));
    ["Found:".to_owned()].into_iter().chain(found).collect()
}

fn safe(spill: &Path) -> String {
    let place = spill.display();
    match Spill::look(spill) {
        Ok(Some(waiting)) if waiting.entries > 0 => format!(
            "Safe: {} transactions that the database had not heard of, in {place}. Do not delete them.",
            waiting.entries
        ),
        Ok(_) => format!("Safe: nothing waits in {place}; all that is known was in this file."),
        Err(error) => {
            format!("The spill in {place} cannot be read either: {error}. Do not delete it.")
        }
    }
}
