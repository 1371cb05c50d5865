//! `cuptel callbacks bulk …`: many callbacks put off or closed by one word, and back.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use cuptel_core::time::UtcMs;
use cuptel_core::words::{NeedKind, PriorityClass};
use serde_json::{Value, json};

use crate::cli::{identifier, one_of, say};
use crate::config::Config;
use crate::shell::{Api, CALLBACK_FIELDS, offline, show_rows};
use crate::stops;
use crate::table;
use crate::tasks::time;

const FIELDS: [&str; 13] = [
    "id", "action", "tenant", "queue", "begun_ms", "until_ms", "touched", "at_work", "too_late",
    "undone", "left", "by", "because",
];

/// What can be done with many callbacks at once.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum BulkCommand {
    /// Puts off every callback that is meant: nobody of them is called before --until
    Postpone {
        /// Not to be called before: an hour such as 18:00, or 2026-11-25T18:00:00+01:00
        #[arg(long, value_name = "TIME")]
        until: String,
        #[command(flatten)]
        meant: Meant,
    },
    /// Closes every callback that is meant, as `withdrawn` with the reason: nobody of them is called
    Close {
        #[command(flatten)]
        meant: Meant,
    },
    /// What was done in bulk, and how far it came
    List {
        /// JSON instead of a table
        #[arg(long)]
        json: bool,
        /// From the database itself
        #[arg(long)]
        offline: bool,
    },
    /// Brings back what nobody has touched since, at its old place, and says how many could not be
    Undo {
        /// Its identifier
        #[arg(value_parser = identifier)]
        id: i64,
        /// Who does it, which is recorded
        #[arg(long, value_name = "NAME")]
        by: Option<String>,
    },
}

/// Which callbacks; all of these must be true. Only those that wait are touched.
#[derive(Debug, Clone, Args)]
pub(crate) struct Meant {
    /// The `name` of a `[[tenant]]`; all, without it
    #[arg(long)]
    tenant: Option<String>,
    /// The `name` of a `[[queue]]`, of that tenant where one is named
    #[arg(long)]
    queue: Option<String>,
    /// With an open need of this class
    #[arg(long, value_parser = one_of(PriorityClass::ALL))]
    class: Option<PriorityClass>,
    /// With an open need of this kind
    #[arg(long, value_parser = one_of(NeedKind::ALL))]
    kind: Option<NeedKind>,
    /// Opened before, like 2026-11-25T18:00:00+01:00
    #[arg(long, value_name = "TIME", value_parser = time)]
    opened_before: Option<UtcMs>,
    /// Why, which is recorded
    #[arg(long, value_name = "TEXT")]
    because: String,
    /// Who does it, which is recorded
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
    /// Only tells how many it would touch, and the first of them
    #[arg(long, conflicts_with = "yes")]
    preview: bool,
    /// Does it
    #[arg(long)]
    yes: bool,
}

/// `callbacks bulk`.
pub(crate) fn bulk(config: &Config, command: BulkCommand) -> anyhow::Result<ExitCode> {
    match command {
        BulkCommand::Postpone { until, meant } => {
            let until_ms = stops::until(config, Some(&until))?;
            begin(config, "postpone", until_ms, &meant)
        }
        BulkCommand::Close { meant } => begin(config, "close", None, &meant),
        BulkCommand::List {
            json,
            offline: is_offline,
        } => {
            let rows = if is_offline {
                offline(config, async |store| {
                    Ok(serde_json::to_value(store.bulks(None, 100).await?)?)
                })?
            } else {
                Api::or_offline(config)?.get("bulks")?["bulks"].take()
            };
            show_rows(&rows, &FIELDS, json)
        }
        BulkCommand::Undo { id, by } => {
            let path = format!("bulks/{id}/undo");
            let answer = Api::of(config)?.post(&path, &json!({ "by": by }))?;
            let bulk = &answer["bulk"];
            say(&format!(
                "{} of {} brought back by now; left because of what happened to them since: {}",
                bulk["undone"], bulk["touched"], bulk["left"]
            ));
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn begin(
    config: &Config,
    action: &str,
    until_ms: Option<UtcMs>,
    meant: &Meant,
) -> anyhow::Result<ExitCode> {
    let is_preview = !meant.yes;
    let mut known = config.tenants.iter().map(|it| it.name.as_str());
    if let Some(tenant) = &meant.tenant
        && !known.clone().any(|name| name == tenant)
    {
        let first = known.next().unwrap_or("none");
        let all = known.fold(first.to_owned(), |all, name| format!("{all}, {name}"));
        anyhow::bail!("there is no tenant \"{tenant}\": there are {all}");
    }
    let body = json!({
        "action": action, "preview": is_preview, "tenant": meant.tenant, "queue": meant.queue,
        "class": meant.class, "kind": meant.kind, "opened_before_ms": meant.opened_before,
        "until_ms": until_ms, "because": meant.because, "by": meant.by,
    });
    let answer = Api::of(config)?.post("bulks", &body)?;
    tell(&answer, (action, meant));
    Ok(ExitCode::SUCCESS)
}

fn tell(answer: &Value, (action, meant): (&str, &Meant)) {
    let bulk = &answer["bulk"];
    let first = answer["first"].as_array().cloned().unwrap_or_default();
    if bulk.is_null() {
        return say(
            "taken and kept; `cuptel callbacks bulk list` shows it when the database is back",
        );
    }
    table::print(&first, &CALLBACK_FIELDS);
    let (id, touched, at_work) = (&bulk["id"], &bulk["touched"], &bulk["at_work"]);
    if bulk["ended_ms"].is_null() {
        return say(&format!(
            "{touched} so far, and it goes on: see `cuptel callbacks bulk list`"
        ));
    }
    let done = if action == "close" {
        "closed"
    } else {
        "put off"
    };
    let whose = meant.tenant.as_deref().unwrap_or("all tenants");
    let mut left = format!("{at_work} left, which are being called or may be ringing");
    if bulk["too_late"].as_i64() > Some(0) {
        let too_late = &bulk["too_late"];
        left += &format!(", and {too_late}, which would be given up before that time");
    }
    say(&if touched.as_i64() == Some(0) && !meant.yes {
        format!("nothing of {whose} would be {done}, {left}")
    } else if !meant.yes {
        format!(
            "{touched} of {whose} would be {done}, {left}: nothing was changed; say it again with --yes"
        )
    } else if touched.as_i64() == Some(0) {
        format!("nothing of {whose} was {done}, {left}")
    } else {
        format!(
            "{touched} of {whose} {done}, {left}; `cuptel callbacks bulk undo {id}` brings them back"
        )
    });
}
