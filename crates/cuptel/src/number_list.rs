//! `cuptel import numbers FILE.csv`: many numbers that are not to be called, or that many people share.
//! All of them are marked or none: every line that is at fault is named before anything is told, and the
//! node takes the list whole.

use std::collections::HashMap;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::Args;
use cuptel_core::number::Caller;
use cuptel_core::time::UtcMs;
use cuptel_core::words::Mark;
use cuptel_engine::Clock;
use serde_json::{Map, Value, json};

use crate::cli::{count, say};
use crate::config::Config;
use crate::lines::{Bound, Columns, Form, Row};
use crate::shell::Api;

const COLUMNS: Columns = Columns {
    all: &["number", "mark", "reason", "until"],
    must: 1,
};
/// Lines that the node takes at once.
const LINES_MAX: u32 = 10_000;
/// Lines at fault that are told: a file of another kind has one in each line.
const FAULTS_MAX: usize = 50;
/// Characters of a reason.
const REASON_MAX: usize = 100;

/// A list of numbers, and for whom they are marked.
#[derive(Debug, Clone, Args)]
pub(crate) struct NewNumbers {
    /// The file
    file: PathBuf,
    /// For the `name` of a `[[tenant]]`; without it, for the region
    #[arg(long)]
    tenant: Option<String>,
    /// The supervisor who says so, which is recorded
    #[arg(long, value_name = "NAME")]
    supervisor: Option<String>,
    /// Says what would be marked or is at fault, and changes nothing
    #[arg(long)]
    dry_run: bool,
    /// JSON instead of a sentence
    #[arg(long)]
    json: bool,
}

/// `import numbers FILE.csv`.
pub(crate) fn import(config: &Config, new: &NewNumbers) -> anyhow::Result<ExitCode> {
    let place = new.file.display();
    let form = Form::of(&new.file, &COLUMNS)?;
    let (numbers, faults) = read(&form, Clock::start().now().utc_ms)?;
    if !faults.is_empty() {
        let more = faults.len().saturating_sub(FAULTS_MAX);
        for fault in faults.iter().take(FAULTS_MAX) {
            say(&format!("{place}:{fault}"));
        }
        let rest = if more > 0 {
            format!(", {more} of them not shown")
        } else {
            String::new()
        };
        bail!(
            "nothing was marked: {} of {place} at fault{rest}",
            count(faults.len(), "line")
        );
    }
    if numbers.is_empty() {
        bail!("{place} has no line behind its header");
    }
    let count = numbers.len();
    let body = json!({
        "tenant": new.tenant, "supervisor": new.supervisor, "dry_run": new.dry_run,
        "numbers": numbers,
    });
    let answer = Api::of(config)?.post("numbers/import", &body);
    // Whoever answers says how many were marked; where nobody does, nobody knows.
    let answer = answer.context(
        "if it was cut in the middle, give the same list again: what is marked stays marked, and none twice",
    )?;
    if new.json {
        say(&answer.to_string());
    } else if new.dry_run {
        say(&format!(
            "{count} numbers would be marked; nothing was changed"
        ));
    } else {
        say(&format!("{count} numbers marked; see cuptel numbers list"));
    }
    Ok(ExitCode::SUCCESS)
}

/// Every line as the node is told it, and the faults of the others, each behind its line.
fn read(form: &Form<'_>, now_ms: UtcMs) -> anyhow::Result<(Vec<Value>, Vec<String>)> {
    let (mut numbers, mut faults) = (Vec::new(), Vec::new());
    let mut known: HashMap<(String, Mark), u64> = HashMap::new();
    let bound = Bound {
        most: LINES_MAX,
        said_by: "as many as are taken at once: split it",
    };
    form.each(bound, |row| {
        match told(row, now_ms, &mut known) {
            Ok(told) => numbers.push(told),
            Err(why) => faults.push(format!("{}: {why}", row.line)),
        }
        Ok(())
    })?;
    Ok((numbers, faults))
}

fn told(
    row: &Row<'_>,
    now_ms: UtcMs,
    known: &mut HashMap<(String, Mark), u64>,
) -> Result<Value, String> {
    let person = Caller::from_user_part(row.field("number"));
    let number = person.number.ok_or("no telephone number")?;
    let mark = match row.field("mark") {
        "" => Mark::DoNotCall,
        word => word
            .parse()
            .map_err(|_unknown| "`mark` is neither do_not_call nor shared".to_owned())?,
    };
    let reason = row.field("reason");
    if reason.chars().count() > REASON_MAX || reason.chars().any(char::is_control) {
        return Err(format!(
            "its reason has more than {REASON_MAX} characters, or signs in it"
        ));
    }
    let until_ms = row.moment("until")?;
    if until_ms.is_some_and(|at| at <= now_ms) {
        return Err("its `until` is over already".to_owned());
    }
    let key = (number.reveal().to_owned(), mark);
    if let Some(first) = known.insert(key.clone(), row.line) {
        known.insert(key, first);
        return Err(format!("the same number and mark as line {first}"));
    }
    let mut told = Map::from_iter([
        ("line".to_owned(), json!(row.line)),
        ("number".to_owned(), json!(number.reveal())),
        ("mark".to_owned(), json!(mark)),
    ]);
    told.extend(until_ms.map(|at| ("until_ms".to_owned(), json!(at))));
    if !reason.is_empty() {
        told.insert("reason".to_owned(), json!(reason));
    }
    Ok(Value::Object(told))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-25T08:00:00Z.
    const NOW_MS: UtcMs = 1_795_593_600_000;

    fn read_bytes(bytes: &[u8]) -> Result<(Vec<Value>, Vec<String>), String> {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("numbers.csv");
        std::fs::write(&file, bytes).expect("written");
        let form = Form::of(&file, &COLUMNS).map_err(|error| format!("{error:#}"))?;
        read(&form, NOW_MS).map_err(|error| format!("{error:#}"))
    }

    #[test]
    fn every_line_is_a_number_to_be_marked_or_is_named_with_its_fault() {
        let text = "mark;number;reason;until\n\
            ;0861123456;lo ha chiesto;2027-01-31T18:00:00+01:00\n\
            shared;+390861123400;;\n\
            maybe;0861123457;;\n\
            ;nobody;;\n\
            do_not_call;+390861123456;;\n\
            ;0861123458;;domani\n\
            ;0861123459;;2026-11-25T08:59:00+01:00\n";
        let (told, faults) = read_bytes(text.as_bytes()).unwrap();
        assert_eq!(told.len(), 2);
        assert_eq!(told[0]["mark"], "do_not_call");
        assert!(told[0]["until_ms"].is_i64());
        assert_eq!(told[1]["mark"], "shared");
        let lines: Vec<&str> = faults.iter().map(|it| &it[..1]).collect();
        assert_eq!(lines, ["4", "5", "6", "7", "8"]);
        assert!(faults[2].contains("as line 2"), "{faults:?}");
        assert!(!faults.iter().any(|it| it.contains("861")), "{faults:?}");
    }

    #[test]
    fn a_file_in_latin_1_or_with_an_open_quotation_mark_is_told_as_such() {
        let latin = read_bytes(b"number,reason\n0861123456,perch\xe9 no\n").unwrap_err();
        assert!(
            latin.contains("Latin-1") && latin.contains("line 2"),
            "{latin}"
        );
        let open = format!(
            "number,reason\n0861123456,\"lo ha chiesto\n{}",
            "0861123457,x\n".repeat(4_000)
        );
        let open = read_bytes(open.as_bytes()).unwrap_err();
        assert!(open.contains("quotation mark"), "{open}");
        assert!(!open.contains("861"), "{open}");
        let bare = read_bytes(b"0861123456\n").unwrap_err();
        assert!(bare.contains("expected the columns number"), "{bare}");
    }
}
