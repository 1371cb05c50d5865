//! `cuptel import campaign FILE.csv`: a list of people who are to be called. The file is read twice,
//! line by line: first its form is looked at, and nothing is told of a file that is broken; then its
//! lines are told to the node, some hundred at a time, under a campaign of which nobody is called
//! before the last of them is there. Whoever cannot be called is left out, and named.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::Args;
use cuptel_core::calendar::Zone;
use cuptel_core::campaign::{CampaignError, is_name};
use cuptel_core::number::PhoneNumber;
use cuptel_core::time::UtcMs;
use cuptel_core::words::{CampaignKind, DialOrder, PriorityClass};
use cuptel_http::campaign_line::{self, Known, Unread};
use serde_json::{Value, json};

use crate::cli::{count, one_of, people, say, tell};
use crate::config::Config;
use crate::lines::{Bound, Columns, Form, Row};
use crate::shell::Api;
use crate::tasks::time;

/// Lines told at once.
const AT_ONCE: usize = 400;
const RECALL: Columns = Columns {
    all: &["number", "note", "due", "not_before", "ref"],
    must: 1,
};
const REMINDER: Columns = Columns {
    all: &[
        "number",
        "appointment",
        "born",
        "note",
        "due",
        "not_before",
        "ref",
        "place",
    ],
    must: 3,
};

fn columns(kind: CampaignKind) -> &'static Columns {
    match kind {
        CampaignKind::Recall => &RECALL,
        CampaignKind::Reminder => &REMINDER,
    }
}

fn name(text: &str) -> Result<String, String> {
    let name = is_name(text).then(|| text.to_owned());
    name.ok_or_else(|| CampaignError::Name.to_string())
}

fn cli(text: &str) -> Result<PhoneNumber, &'static str> {
    let number = PhoneNumber::parse_e164(text);
    number.map_err(|_error| "expected a number like +390861000000")
}

/// A list, and what is to be done with it.
#[derive(Debug, Clone, Args)]
pub(crate) struct NewCampaign {
    /// The file
    file: PathBuf,
    /// What the campaign goes by: letters, digits, spaces and .-_, and no number
    #[arg(long, value_parser = name)]
    name: String,
    /// The `name` of a `[[tenant]]`
    #[arg(long)]
    tenant: String,
    /// The `name` of a `[[queue]]` of that tenant: its operators call, in its contact window
    #[arg(long)]
    queue: String,
    /// What it is for: with `reminder` nobody of ours is on the line. The person keys in their year of birth,
    /// hears the appointment, and confirms it (1), cancels it (2, twice) or asks for another (3). The list
    /// has two columns more, `appointment` (its time) and `born` (the year), and may have `place` (a prompt
    /// luogo_PLACE.wav)
    #[arg(long, value_parser = one_of(CampaignKind::ALL), default_value = "recall")]
    kind: CampaignKind,
    /// Priority class, which says the deadline where no `due` does
    #[arg(long, value_parser = one_of(PriorityClass::ALL))]
    class: Option<PriorityClass>,
    /// By when people are to be reached, like 2026-11-25T18:00:00+01:00; a line's own goes before
    #[arg(long, value_name = "TIME", value_parser = time)]
    due: Option<UtcMs>,
    /// What it is about, for the operator who calls
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    /// Hours in which it calls, within those of the queue, like 09:00-13:00
    #[arg(long, value_name = "HOURS")]
    window: Option<String>,
    /// Nobody is called before, like 2026-11-25T18:00:00+01:00
    #[arg(long, value_name = "TIME", value_parser = time)]
    starts: Option<UtcMs>,
    /// It is over by itself then, like 2026-11-25T18:00:00+01:00
    #[arg(long, value_name = "TIME", value_parser = time)]
    ends: Option<UtcMs>,
    /// People at most that are released and not settled, 1 to 2000; who is tried again later is one of
    /// them [default: 50]
    #[arg(long, value_name = "N")]
    pace: Option<u32>,
    /// People at most that are released within an hour
    #[arg(long, value_name = "N")]
    per_hour: Option<u32>,
    /// So long operators read about a person before they are rung, at most 600; 0 for not at all
    /// [default: `preview_s` of the queue]
    #[arg(long, value_name = "S")]
    preview_s: Option<u32>,
    /// Who is on the line first: with `person_first` people press a key for an operator, as with `order` of
    /// `[queue.callback]`. Who is reminded is always called first [default: `order` of the queue]
    #[arg(long, value_parser = one_of(DialOrder::ALL))]
    order: Option<DialOrder>,
    /// The number that its people are shown, like +390861000000: one that a dialplan of the tenant answers
    /// [default: `cli` of the queue, else of the tenant, else of the trunk]
    #[arg(long, value_name = "NUMBER", value_parser = cli)]
    cli: Option<PhoneNumber>,
    /// Who brings it in, which is recorded
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
    /// Says what would be left out, and changes nothing
    #[arg(long)]
    dry_run: bool,
    /// Takes nothing where a line would be left out
    #[arg(long)]
    strict: bool,
    /// JSON instead of sentences
    #[arg(long)]
    json: bool,
}

/// A line that is left out, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
struct LeftOut {
    line: u64,
    why: String,
}

/// What became of a list.
#[derive(Debug, Default)]
struct Told {
    taken: u64,
    left_out: Vec<LeftOut>,
}

/// `import campaign FILE.csv`.
pub(crate) fn import(config: &Config, new: &NewCampaign) -> anyhow::Result<ExitCode> {
    if (new.kind, new.order) == (CampaignKind::Reminder, Some(DialOrder::OperatorFirst)) {
        bail!(CampaignError::AlwaysPersonFirst);
    }
    let most = config.limits.campaign_entries_max;
    let zone = config.zones().of(Some(&new.tenant));
    let form = Form::of(&new.file, columns(new.kind))?;
    // Nothing is told of a file that is broken, or of which no line can be taken.
    let looked = tell_all(&form, (most, zone), |entries| {
        Ok(json!({ "taken": entries.len(), "left_out": [] }))
    })?;
    if looked.taken == 0 && looked.left_out.is_empty() {
        bail!("{} has no line behind its header", new.file.display());
    }
    if looked.taken == 0 {
        report(new, &looked, "could be taken; nothing was");
        return Ok(ExitCode::FAILURE);
    }
    let api = Api::of(config)?;
    if new.dry_run || new.strict {
        let told = tell_all(&form, (most, zone), |entries| check(&api, new, entries))?;
        if new.dry_run {
            let done = report(new, &told, "would be taken; nothing was changed");
            let fails = new.strict && !told.left_out.is_empty();
            return Ok(if fails { ExitCode::FAILURE } else { done });
        }
        if !told.left_out.is_empty() {
            report(new, &told, "could be taken; nothing was, as --strict says");
            return Ok(ExitCode::FAILURE);
        }
    }
    let made = api.post("campaigns", &campaign(new))?;
    let id = made["campaign"]["id"].as_i64();
    // Not by its name: that may be another's by the time that the last line is told.
    let id =
        id.context("the node does not say which campaign it made; see cuptel campaigns list")?;
    let path = format!("campaigns/{id}");
    let discard = |error: anyhow::Error| {
        // Nobody of it is called anyhow; a start discards it too.
        if let Err(also) = api.post(&format!("{path}/end"), &json!({})) {
            tell(&format!(
                "the half of the list stays, and nobody of it is called: {also}"
            ));
        }
        error.context("nothing was taken in, and nobody is called")
    };
    let entries = format!("{path}/entries");
    let told = tell_all(&form, (most, zone), |chunk| {
        api.post(&entries, &json!({ "entries": chunk }))
    });
    let told = told.map_err(discard)?;
    if new.strict && !told.left_out.is_empty() {
        report(new, &told, "could be taken");
        return Err(discard(anyhow::anyhow!("--strict, and lines are left out")));
    }
    let whole = json!({ "left_out": told.left_out.len() });
    let completed = api.post(&format!("{path}/complete"), &whole);
    completed.map_err(discard)?;
    let next = format!("on the list; next: cuptel campaigns start \"{}\"", new.name);
    Ok(report(new, &told, &next))
}

fn campaign(new: &NewCampaign) -> Value {
    json!({
        "name": new.name, "tenant": new.tenant, "queue": new.queue, "kind": new.kind,
        "class": new.class,
        "due_ms": new.due, "note": new.note, "window": new.window, "starts_ms": new.starts,
        "ends_ms": new.ends, "pace": new.pace, "per_hour": new.per_hour,
        "preview_s": new.preview_s, "order": new.order,
        "cli": new.cli.as_ref().map(PhoneNumber::reveal), "by": new.by,
    })
}

fn check(api: &Api, new: &NewCampaign, entries: &[Value]) -> anyhow::Result<Value> {
    let asked = json!({
        "tenant": new.tenant, "queue": new.queue, "kind": new.kind, "campaign": campaign(new),
        "entries": entries,
    });
    api.post("campaigns/check", &asked)
}

fn report(new: &NewCampaign, told: &Told, what: &str) -> ExitCode {
    let left_out = told.left_out.len();
    if new.json {
        let lines = told.left_out.iter();
        let lines: Vec<Value> = lines
            .map(|it| json!({ "line": it.line, "why": it.why }))
            .collect();
        say(&json!({ "taken": told.taken, "left_out": lines }).to_string());
        return ExitCode::SUCCESS;
    }
    for LeftOut { line, why } in &told.left_out {
        say(&format!("line {line}: left out, {why}"));
    }
    let but = match left_out {
        0 => String::new(),
        left_out => format!("; {} left out", count(left_out, "line")),
    };
    say(&format!("{} {what}{but}", people(told.taken)));
    ExitCode::SUCCESS
}

fn bound(most: u32) -> Bound {
    Bound {
        most,
        said_by: "[limits] campaign_entries_max",
    }
}

/// Tells every line that can be told, a chunk at a time.
fn tell_all(
    form: &Form<'_>,
    (most, zone): (u32, Zone),
    mut tell: impl FnMut(&[Value]) -> anyhow::Result<Value>,
) -> anyhow::Result<Told> {
    let mut told = Told::default();
    let mut chunk = Vec::with_capacity(AT_ONCE);
    let mut known = Known::default();
    form.each(bound(most), |row| {
        match entry_of(row, zone, &mut known) {
            Ok(entry) => chunk.push(entry),
            Err(why) => told.left_out.push(LeftOut {
                line: row.line,
                why,
            }),
        }
        if chunk.len() == AT_ONCE {
            told.take(&tell(&chunk)?)?;
            chunk.clear();
        }
        Ok(())
    })?;
    if !chunk.is_empty() {
        told.take(&tell(&chunk)?)?;
    }
    told.left_out.sort_by_key(|it| it.line);
    Ok(told)
}

impl Told {
    fn take(&mut self, answer: &Value) -> anyhow::Result<()> {
        let unclear =
            "the node does not say what it took: is it another version than this command?";
        self.taken += answer["taken"].as_u64().context(unclear)?;
        for it in answer["left_out"].as_array().context(unclear)? {
            self.left_out.push(LeftOut {
                line: it["line"].as_u64().context(unclear)?,
                why: in_words(it["why"].as_str().context(unclear)?),
            });
        }
        Ok(())
    }
}

/// Why the node leaves a line out.
fn in_words(why: &str) -> String {
    let told = match why {
        "invalid" => "no telephone number",
        "not_callable" => "a number of that kind is not called",
        "do_not_call" => "the number is marked as not to be called (see cuptel numbers list)",
        "shared" => "the number is marked as shared by many (see cuptel numbers list)",
        "twice" => "the number is on this list already",
        "too_late" => "its `due` is over before anybody may be called",
        "too_long" => {
            "its note has more than 500 characters, its ref more than 80, or signs in them"
        }
        "no_appointment" => "its `appointment` or its `born`, a year like 1950, is missing",
        "past_appointment" => "its `appointment` is over before anybody may be called",
        "no_year" => "its `born` is no year in which a person who is reminded can be born",
        "no_place" => {
            "there is no prompt luogo_PLACE.wav for its `place` (see dialplans/prompts/make)"
        }
        other => other,
    };
    told.to_owned()
}

/// Why a line is left out before it is told.
fn unread(why: Unread) -> String {
    match why {
        Unread::SameAs(first) => format!("the same number as line {first}"),
        Unread::Due | Unread::NotBefore | Unread::Appointment => {
            let column = match why {
                Unread::Due => "due",
                Unread::NotBefore => "not_before",
                Unread::Appointment
                | Unread::SameAs(_)
                | Unread::Invalid
                | Unread::NotCallable
                | Unread::Born => "appointment",
            };
            format!("`{column}` is no time, like 2026-11-25T18:00 or 2026-11-25T18:00:00+01:00")
        }
        Unread::Born => "`born` is no year of birth, like 1950".to_owned(),
        Unread::Invalid | Unread::NotCallable => in_words(why.word()),
    }
}

/// The line as the node is told it, or why it is left out.
fn entry_of(row: &Row<'_>, zone: Zone, known: &mut Known) -> Result<Value, String> {
    let read = campaign_line::entry(row.line, |column| row.field(column), zone, known);
    read.map_err(unread)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lines::{LINE_BYTES_MAX, READ_BYTES};

    /// Told lines, and those that are left out; a fault of the file as its words.
    fn read(text: &str) -> Result<(Vec<Value>, Vec<LeftOut>), String> {
        read_as(CampaignKind::Recall, text)
    }

    fn read_as(kind: CampaignKind, text: &str) -> Result<(Vec<Value>, Vec<LeftOut>), String> {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("list.csv");
        std::fs::write(&file, text).expect("written");
        let in_words = |error: anyhow::Error| format!("{error:#}");
        let form = Form::of(&file, columns(kind)).map_err(in_words)?;
        let mut all = Vec::new();
        let told = tell_all(&form, (10, Zone::Europe__Rome), |chunk| {
            all.extend_from_slice(chunk);
            Ok(json!({ "taken": chunk.len(), "left_out": [] }))
        });
        Ok((all, told.map_err(in_words)?.left_out))
    }

    #[test]
    fn columns_stand_in_any_order_with_commas_or_semicolons() {
        let (told, left_out) =
            read("ref;number;due\nA1;0861123456;2026-11-25T18:00:00+01:00\n;+393331234567;\n")
                .unwrap();
        assert_eq!(left_out, []);
        assert_eq!(told[0]["number"], "+390861123456");
        assert_eq!(
            (&told[0]["ref"], &told[0]["line"]),
            (&json!("A1"), &json!(2))
        );
        assert!(told[0]["due_ms"].is_i64() && told[1]["ref"].is_null());
        let (told, _) = read("\u{feff}number,note\n3331234567,\"spostata, vedi\"\n").unwrap();
        assert_eq!(told[0]["note"], "spostata, vedi");
    }

    #[test]
    fn a_list_of_reminders_has_appointments_and_years_of_birth() {
        let reminder = CampaignKind::Reminder;
        let (told, left_out) = read_as(
            reminder,
            "number;appointment;born;place\n0861123456;2026-12-01T10:30:00+01:00;1950;mazzini\n3331234567;2026-12-01T10:30:00+01:00;50;\n3331234568;domani;1950;\n",
        )
        .unwrap();
        assert_eq!(told.len(), 1);
        assert_eq!(
            (&told[0]["born"], &told[0]["place"]),
            (&json!(1950), &json!("mazzini"))
        );
        assert!(told[0]["appointment_ms"].is_i64());
        assert!(left_out[0].why.starts_with("`born` is no year"));
        assert!(left_out[1].why.starts_with("`appointment` is no time"));
        let told = read_as(reminder, "number;born\n0861123456;1950\n").unwrap_err();
        assert!(told.contains("number, appointment, born and"), "{told}");
        let told = read("number;appointment;born\n").unwrap_err();
        assert!(told.contains("expected the columns number and"), "{told}");
    }

    #[test]
    fn who_cannot_be_called_is_left_out_with_the_line_and_the_reason() {
        let (told, left_out) =
            read("number,due\n0861123456,\n112,\nnobody,\n+390861123456,\n3331234567,tomorrow\n")
                .unwrap();
        assert_eq!(told.len(), 1);
        let lines: Vec<u64> = left_out.iter().map(|it| it.line).collect();
        assert_eq!(lines, [3, 4, 5, 6]);
        assert!(left_out[0].why.contains("not called"));
        assert_eq!(left_out[2].why, "the same number as line 2");
        assert!(left_out[3].why.starts_with("`due` is no time"));
    }

    #[test]
    fn a_list_without_a_header_is_refused_and_nothing_of_it_is_shown() {
        let told = read("3331234567;\"Rossi, oncologia\"\n").unwrap_err();
        assert!(told.contains("number and, if they"), "{told}");
        assert!(!told.contains("333") && !told.contains("Rossi"), "{told}");
    }

    #[test]
    fn no_line_is_longer_than_a_line_of_a_list() {
        let long = "x".repeat(LINE_BYTES_MAX + 3 * READ_BYTES);
        let lines = "0861123456,a\n".repeat(2);
        let told = read(&format!("number,note\n{lines}3331234567,\"{long}\n")).unwrap_err();
        assert!(told.contains("line 4") && told.contains("bytes"), "{told}");
        assert!(!told.contains("333"), "{told}");
        let note = "x".repeat(LINE_BYTES_MAX / 2);
        let lines: String = (0..5).map(|n| format!("086112345{n},{note}\n")).collect();
        let (told, _) = read(&format!("number,note\n{lines}")).unwrap();
        assert_eq!(told.len(), 5);
    }

    #[test]
    fn an_answer_that_does_not_say_what_was_taken_is_a_fault() {
        for answer in [
            json!(null),
            json!({ "taken": 1 }),
            json!({ "taken": 1, "left_out": [{ "line": 2 }] }),
            json!({ "taken": "1", "left_out": [] }),
        ] {
            let told = Told::default().take(&answer);
            assert!(told.is_err(), "{answer}");
        }
    }

    #[test]
    fn a_name_that_could_be_an_identifier_is_refused_with_a_word() {
        for number in ["17", "-5"] {
            assert!(name(number).unwrap_err().contains("is no number"));
        }
        assert_eq!(name("agenda-5").unwrap(), "agenda-5");
    }

    #[test]
    fn a_broken_file_is_told_whole_and_names_its_line() {
        let broken = read("number,note\n0861123456\n").unwrap_err();
        assert!(
            broken.contains("broken at line 2: it has 1 columns and not 2, which are number, note"),
            "{broken}"
        );
        let unknown = read("number,telefono\n").unwrap_err();
        assert!(unknown.contains(":1: expected the columns"), "{unknown}");
        let many = read(&format!("number\n{}", "0861123456\n".repeat(11))).unwrap_err();
        assert!(many.contains("more than 10 lines"), "{many}");
    }
}
