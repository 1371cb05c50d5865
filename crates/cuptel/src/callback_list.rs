//! `cuptel import callbacks FILE.csv`: people for whom a desk found no slot, exported from a booking
//! system. Each becomes a callback that was taken in charge, as `callbacks add` enters one. The file is
//! read three times, line by line: for its form, then every line is asked for without being entered, and
//! only then those that can be are entered. Each line has a key of its own, so the same file again adds
//! nothing, and one that was cut off goes on.

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::Args;
use cuptel_core::by_hand::ByHandError;
use cuptel_core::number::Caller;
use cuptel_core::words::{KindByHand, NumberClass, PriorityClass};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::api::Said;
use crate::cli::{count, one_of, people, say};
use crate::config::Config;
use crate::lines::{Bound, Columns, Form, Row};
use crate::shell::Api;

const COLUMNS: Columns = Columns {
    all: &[
        "number",
        "class",
        "note",
        "queue",
        "tenant",
        "due",
        "not_before",
        "ref",
    ],
    must: 1,
};
/// Characters of what somebody goes by elsewhere, at most.
const REFERENCE_MAX: usize = 80;
/// Of two that are told apart by nothing else.
const KEY_BYTES: usize = 16;

/// A list, and what its lines do not say themselves.
#[derive(Debug, Clone, Args)]
pub(crate) struct NewCallbacks {
    /// The file
    file: PathBuf,
    /// The `name` of a `[[tenant]]`, of lines without a `tenant`
    #[arg(long)]
    tenant: Option<String>,
    /// The `name` of a `[[queue]]` of it, of lines without a `queue`
    #[arg(long)]
    queue: Option<String>,
    /// Priority class of lines without a `class`: it says the deadline where no `due` does
    #[arg(long, value_parser = one_of(PriorityClass::ALL))]
    class: Option<PriorityClass>,
    /// Who brings them in, which is recorded
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
    /// Says what would be entered and left out, and changes nothing
    #[arg(long)]
    dry_run: bool,
    /// Enters nothing where a line would be left out
    #[arg(long)]
    strict: bool,
    /// JSON instead of sentences
    #[arg(long)]
    json: bool,
}

/// What becomes of a list.
#[derive(Debug, Default)]
struct Told {
    /// Lines that are, or would be, entered.
    entered: u64,
    /// Lines that were entered before, each with its callback.
    known: Vec<(u64, String)>,
    left_out: Vec<(u64, String)>,
}

/// A line as the node is told it.
struct Asked {
    body: Value,
    key: String,
}

/// `import callbacks FILE.csv`.
pub(crate) fn import(config: &Config, new: &NewCallbacks) -> anyhow::Result<ExitCode> {
    let most = Bound {
        most: config.limits.by_hand_max,
        said_by: "[limits] by_hand_max",
    };
    let form = Form::of(&new.file, &COLUMNS)?;
    if form.each(most, |_| Ok(()))? == 0 {
        bail!("{} has no line behind its header", new.file.display());
    }
    let api = Api::of(config)?;
    let checked = tell(&form, (most, new), &BTreeSet::new(), |asked, before| {
        let mut body = asked.body;
        body["dry_run"] = json!(true);
        body["beside"] = json!(before);
        api.post_line("callbacks", &body, &asked.key)
    })?;
    let is_short = !checked.left_out.is_empty();
    if new.dry_run || new.strict && is_short {
        let what = if new.dry_run {
            "would be entered; nothing was changed"
        } else {
            "could be entered; nothing was, as --strict says"
        };
        report(new, &checked, what);
        let fails = new.strict && is_short;
        return Ok(if fails {
            ExitCode::FAILURE
        } else {
            ExitCode::SUCCESS
        });
    }
    let out: BTreeSet<u64> = checked.left_out.iter().map(|(line, _)| *line).collect();
    let mut entered = 0;
    let told = tell(&form, (most, new), &out, |asked, _| {
        let said = api.post_line("callbacks", &asked.body, &asked.key)?;
        entered +=
            u64::from(matches!(&said, Said::Done(answer) if answer["entered"] == json!(true)));
        Ok(said)
    });
    let mut told = told.with_context(|| {
        format!("{entered} were entered; say it again, and the others are: nobody is entered twice")
    })?;
    told.left_out.extend(checked.left_out);
    told.left_out.sort();
    let what = match told.entered {
        0 => "entered",
        1 => "entered; `cuptel callbacks list` has it",
        _ => "entered; `cuptel callbacks list` has them",
    };
    report(new, &told, what);
    Ok(ExitCode::SUCCESS)
}

/// Tells every line that can be told, but for those that were left out before.
fn tell(
    form: &Form<'_>,
    (most, new): (Bound, &NewCallbacks),
    out: &BTreeSet<u64>,
    mut tell: impl FnMut(Asked, u64) -> anyhow::Result<Said>,
) -> anyhow::Result<Told> {
    let mut told = Told::default();
    let mut seen: HashMap<[u8; KEY_BYTES], u64> = HashMap::new();
    form.each(most, |row| {
        if out.contains(&row.line) {
            return Ok(());
        }
        let asked = match asked(row, new, &mut seen) {
            Ok(asked) => asked,
            Err(why) => {
                told.left_out.push((row.line, why));
                return Ok(());
            }
        };
        match tell(asked, told.entered)? {
            Said::Refused(why) => told.left_out.push((row.line, why)),
            Said::Done(answer) => {
                let known = &answer["callback"];
                let is_new = known.is_null() || answer["entered"] == json!(true);
                if is_new {
                    told.entered += 1;
                } else {
                    let state = known["state"].as_str().unwrap_or("there");
                    told.known
                        .push((row.line, format!("callback {} is {state}", known["id"])));
                }
            }
        }
        Ok(())
    })?;
    Ok(told)
}

fn digest(parts: &[&str]) -> [u8; KEY_BYTES] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    let mut key = [0; KEY_BYTES];
    key.copy_from_slice(&hash.finalize()[..KEY_BYTES]);
    key
}

/// The line as the node is told it, or why it is left out.
fn asked(
    row: &Row<'_>,
    new: &NewCallbacks,
    seen: &mut HashMap<[u8; KEY_BYTES], u64>,
) -> Result<Asked, String> {
    let or_else = |column: &str, given: &Option<String>| -> Result<String, String> {
        let told = Some(row.field(column)).filter(|it| !it.is_empty());
        let told = told.or(given.as_deref()).map(str::to_owned);
        told.ok_or_else(|| format!("it has no `{column}`, and there is no --{column}"))
    };
    let person = Caller::from_user_part(row.field("number"));
    let class = person.class;
    let number = person.number.ok_or_else(|| {
        if class == NumberClass::Emergency {
            ByHandError::NotCallable(class).to_string()
        } else {
            "no telephone number".to_owned()
        }
    })?;
    let (tenant, queue) = (
        or_else("tenant", &new.tenant)?,
        or_else("queue", &new.queue)?,
    );
    let class: Option<PriorityClass> = match row.field("class") {
        "" => new.class,
        text => {
            let class = text.to_uppercase().parse();
            Some(class.map_err(|_unknown| "`class` is none of U, B, D and P".to_owned())?)
        }
    };
    let (due_ms, not_before_ms) = (row.moment("due")?, row.moment("not_before")?);
    if class.is_none() && due_ms.is_none() {
        return Err("it has neither `class` nor `due`: nobody says by when".to_owned());
    }
    let (note, reference) = (row.field("note"), row.field("ref"));
    if reference.chars().count() > REFERENCE_MAX {
        return Err(format!(
            "its `ref` has more than {REFERENCE_MAX} characters"
        ));
    }
    let digits = number.reveal();
    if let Some(first) = seen.insert(digest(&[digits, &tenant, &queue]), row.line) {
        seen.insert(digest(&[digits, &tenant, &queue]), first);
        return Err(format!("the same number and queue as line {first}"));
    }
    let class_word = class.map_or("", PriorityClass::as_str);
    let key = if reference.is_empty() {
        digest(&[
            "line",
            &tenant,
            &queue,
            digits,
            class_word,
            row.field("due"),
            note,
        ])
    } else {
        digest(&["ref", &tenant, &queue, reference])
    };
    Ok(Asked {
        key: key.iter().map(|byte| format!("{byte:02x}")).collect(),
        body: json!({
            "tenant": tenant, "queue": queue, "number": digits,
            "kind": KindByHand::TakenInCharge, "class": class, "due_ms": due_ms,
            "not_before_ms": not_before_ms,
            "note": (!note.is_empty()).then_some(note), "by": new.by,
        }),
    })
}

fn report(new: &NewCallbacks, told: &Told, what: &str) {
    if new.json {
        let lines = |all: &[(u64, String)]| -> Vec<Value> {
            let lines = all.iter();
            lines
                .map(|(line, why)| json!({ "line": line, "why": why }))
                .collect()
        };
        let (known, left_out) = (lines(&told.known), lines(&told.left_out));
        let told = json!({ "entered": told.entered, "known": known, "left_out": left_out });
        return say(&told.to_string());
    }
    for (line, which) in &told.known {
        say(&format!("line {line}: entered before, {which}"));
    }
    for (line, why) in &told.left_out {
        say(&format!("line {line}: left out, {why}"));
    }
    let mut text = format!("{} {what}", people(told.entered));
    for (number, which) in [
        (told.known.len(), "entered before"),
        (told.left_out.len(), "left out"),
    ] {
        if number > 0 {
            text.push_str(&format!("; {} {which}", count(number, "line")));
        }
    }
    say(&text);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new(file: PathBuf) -> NewCallbacks {
        NewCallbacks {
            file,
            tenant: Some("asl".to_owned()),
            queue: Some("book".to_owned()),
            class: None,
            by: None,
            dry_run: false,
            strict: false,
            json: false,
        }
    }

    /// What the node is told, and what becomes of it where it enters everybody.
    fn read(text: &str) -> (Vec<(Value, String)>, Told) {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("list.csv");
        std::fs::write(&file, text).expect("written");
        let form = Form::of(&file, &COLUMNS).expect("its form");
        let most = Bound {
            most: 100,
            said_by: "a test",
        };
        let mut all = Vec::new();
        let told = tell(
            &form,
            (most, &new(file.clone())),
            &BTreeSet::new(),
            |asked, _| {
                all.push((asked.body, asked.key));
                Ok(Said::Done(
                    json!({ "entered": true, "callback": { "id": 7 } }),
                ))
            },
        );
        (all, told.expect("a list that can be read"))
    }

    #[test]
    fn every_line_is_a_callback_or_is_left_out_with_its_reason() {
        let (told, became) = read(
            "ref;number;class;queue;due;note\n\
             A-1;0861123456;b;;;visita\n\
             ;3331234567;;altra;2027-01-31T18:00:00+01:00;\n\
             ;nobody;B;;;\n\
             ;0861123457;X;;;\n\
             ;0861123458;;;;\n\
             ;+390861123456;D;;;\n\
             ;0861123459;D;;domani;\n",
        );
        assert_eq!(became.entered, 2);
        assert_eq!(
            (&told[0].0["class"], &told[0].0["queue"]),
            (&json!("B"), &json!("book"))
        );
        assert_eq!(told[1].0["queue"], "altra");
        assert!(told[1].0["due_ms"].is_i64());
        let lines: Vec<u64> = became.left_out.iter().map(|it| it.0).collect();
        assert_eq!(lines, [4, 5, 6, 7, 8]);
        assert_eq!(became.left_out[3].1, "the same number and queue as line 2");
        let shown = format!("{:?}", became.left_out);
        assert!(!shown.contains("861"), "{shown}");
    }

    #[test]
    fn the_same_line_has_the_same_key_and_a_reference_is_all_that_counts_where_there_is_one() {
        let keys = |text: &str| -> Vec<String> {
            let (told, _) = read(text);
            told.into_iter().map(|it| it.1).collect()
        };
        let first = keys("number,class,note,ref\n0861123456,B,a,\n0861123457,B,a,R1\n");
        let again = keys("ref,number,class,note\nR1,0861123457,D,b\n,0861123456,B,a\n");
        assert_eq!((&first[0], &first[1]), (&again[1], &again[0]));
        assert_ne!(first[0], keys("number,class,note\n0861123456,D,a\n")[0]);
    }
}
