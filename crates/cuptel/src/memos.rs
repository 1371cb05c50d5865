//! `cuptel memos`: a few words to operators from a shell, who has read them, and taken back.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::cli::{identifier, say};
use crate::config::Config;
use crate::shell::{Api, show_rows};
use crate::stops;
use crate::table;

const FIELDS: [&str; 10] = [
    "id", "audience", "tenant", "name", "read", "unread", "made_ms", "ends_ms", "by", "text",
];
const READINGS: [&str; 3] = ["operator", "seat", "at_ms"];

/// What can be done with messages to operators.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum MemoCommand {
    /// Those that are shown, and how many have read them
    List {
        /// JSON instead of a table
        #[arg(long)]
        json: bool,
    },
    /// One of them, and who has read it, also when it is over
    Show {
        /// Its identifier
        #[arg(value_parser = identifier)]
        id: i64,
        /// JSON instead of text
        #[arg(long)]
        json: bool,
    },
    /// Shows a few words at the seats of those for whom they are, until each has read them
    ///
    /// For everybody, unless one of --tenant, --site, --queue and --seat says for whom.
    Write(NewMemo),
    /// Takes one back: nobody is shown it any more
    Withdraw {
        /// Its identifier
        #[arg(value_parser = identifier)]
        id: i64,
        /// The supervisor who does it, which is recorded
        #[arg(long, value_name = "NAME")]
        supervisor: Option<String>,
    },
}

/// What is told, to whom.
#[derive(Debug, Clone, Args)]
pub(crate) struct NewMemo {
    /// 1 to 300 characters, without telephone numbers
    text: String,
    /// For the operators of this `[[tenant]]`; with --queue, whose queue that is
    #[arg(long)]
    tenant: Option<String>,
    /// For whoever works at this site
    #[arg(long, conflicts_with_all = ["tenant", "queue", "seat"])]
    site: Option<String>,
    /// For whoever can serve this queue
    #[arg(long, conflicts_with = "seat")]
    queue: Option<String>,
    /// For whoever works at this seat
    #[arg(long, conflicts_with = "tenant")]
    seat: Option<String>,
    /// Until when it is shown, seven days at most: an hour such as 18:00, or
    /// 2026-11-25T18:00:00+01:00 [default: twelve hours]
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// Name of who writes it, which is shown
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
    /// JSON instead of text
    #[arg(long)]
    json: bool,
}

/// `memos`.
pub(crate) fn memos(config: &Config, command: MemoCommand) -> anyhow::Result<ExitCode> {
    let api = Api::of(config)?;
    match command {
        MemoCommand::List { json } => return show_rows(&api.get("memos")?, &FIELDS, json),
        MemoCommand::Show { id, json } => show(&api.get(&format!("memos/{id}"))?, json)?,
        MemoCommand::Write(new) => {
            let told = json!({
                "text": new.text, "tenant": new.tenant, "site": new.site, "queue": new.queue,
                "seat": new.seat, "by": new.by,
                "ends_ms": stops::until(config, new.until.as_deref())?,
            });
            let answer = api.post("memos", &told)?;
            if new.json {
                say(&serde_json::to_string(&answer)?);
            } else {
                say("shown, until each has read it; cuptel memos list tells how many have");
            }
        }
        MemoCommand::Withdraw { id, supervisor } => {
            let by = json!({ "supervisor": supervisor });
            api.post(&format!("memos/{id}/withdraw"), &by)?;
            say(&format!(
                "taken back; cuptel memos show {id} tells who had read it"
            ));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn show(answer: &Value, json: bool) -> anyhow::Result<()> {
    if json {
        say(&serde_json::to_string(answer)?);
        return Ok(());
    }
    let memo = &answer["memo"];
    let of = |field: &str| table::text(field, &memo[field]);
    say(&of("text"));
    say(&format!("for {}", whom(memo)));
    say(&format!("by {}, {}", of("by"), of("made_ms")));
    match (memo["ended_ms"].is_null(), memo["ended_by"].as_str()) {
        (true, _) => say(&format!("shown until {}", of("ends_ms"))),
        (false, None) => say(&format!("over since {}", of("ended_ms"))),
        (false, Some(by)) => say(&format!("taken back by {by}, {}", of("ended_ms"))),
    }
    match memo["readings"].as_array().map_or(&[][..], Vec::as_slice) {
        [] => say("nobody has read it"),
        readings => table::print(readings, &READINGS),
    }
    Ok(())
}

fn whom(memo: &Value) -> String {
    let of = |field: &str| memo[field].as_str().unwrap_or("-").to_owned();
    match memo["audience"].as_str() {
        Some("tenant") => format!("the operators of {}", of("tenant")),
        Some("queue") => format!("whoever serves {} of {}", of("name"), of("tenant")),
        Some(at @ ("site" | "seat")) => format!("whoever works at {at} {}", of("name")),
        Some(_) | None => "everybody".to_owned(),
    }
}
