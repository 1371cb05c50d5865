//! `cuptel campaigns …`: lists of people who are to be called, from a shell. The list itself comes in
//! with `cuptel import campaign` (`campaign_list.rs`).

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use cuptel_core::calendar::{exact_local_text, parse_zone};
use cuptel_core::time::UtcMs;
use cuptel_core::words::{CampaignKind, CampaignState};
use cuptel_engine::Clock;
use cuptel_store::{CampaignFilter, EntryView, Store};
use serde_json::{Value, json};

use crate::cli::{How, Page, one_of, say};
use crate::config::Config;
use crate::shell::{Api, escaped, list_path, offline, show_row};
use crate::simulate::{self, Asked};
use crate::table;

const FIELDS: [&str; 11] = [
    "id",
    "name",
    "tenant",
    "queue",
    "state",
    "entries",
    "waiting",
    "released",
    "reached",
    "not_reached",
    "over_ms",
];
/// People read at once for an export.
const PAGE: u32 = 1_000;
const EXPORT_COLUMNS: &str = "line,number,ref,state,released,settled,due,not_before,callback,note,appointment,place,tries,last_call";

/// What can be asked of campaigns, and done with them.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum CampaignCommand {
    /// The newest ones, with how far they are
    List {
        /// Those that stand here
        #[arg(long, value_name = "STATE", value_parser = one_of(CampaignState::ALL))]
        only: Option<CampaignState>,
        #[command(flatten)]
        page: Page,
        #[command(flatten)]
        how: How,
    },
    /// One of them: how many of its people stand how, and when it is over at the pace so far
    ///
    /// `not_called` are those who wait when it has ended, `forbidden` those who were marked as not to be
    /// called when their turn came, `left_out` the lines of the file that could not be taken.
    Show {
        /// Its name, or its identifier
        campaign: String,
        #[command(flatten)]
        how: How,
    },
    /// Its people are called from now on: a few at a time, in the contact window of its queue
    Start(Which),
    /// Nobody of it is newly rung, whoever is released already included; conversations go on
    Pause(Which),
    /// It goes on where it was paused
    Resume(Which),
    /// It is over: nobody is called for it any more
    ///
    /// Whoever is released and owed nothing else is `withdrawn`; conversations go on, and count. A
    /// campaign whose list is not whole is discarded.
    End(Which),
    /// What it would come to on a day of a scenario: when everybody on its list has a result, what
    /// that does to whoever calls, and how many more operators it would take to do nothing
    ///
    /// The centre of the scenario's configuration lives through it in virtual time; nobody is called.
    Forecast {
        /// Its name, or its identifier
        campaign: String,
        /// The day: who calls, and who is there to answer
        #[arg(
            long,
            value_name = "FILE",
            default_value = "config/scenarios/monday.toml"
        )]
        scenario: PathBuf,
        /// As if this many people at most were released and not settled [default: as it is set]
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=2_000))]
        pace: Option<u32>,
        #[command(flatten)]
        how: How,
    },
    /// How it went for each of its people, as a CSV file
    ///
    /// `tries` are those of their callback, `last_call` says how the last of them ended: `machine` is one
    /// that somebody or something picked up and pressed no key.
    ///
    /// Reads the database itself, server or not. Numbers are masked.
    Export {
        /// Its name, or its identifier
        campaign: String,
        /// Whole numbers: the file is then as worthy of protection as the list was
        #[arg(long)]
        full: bool,
        /// Into this file instead of standard output
        #[arg(long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
}

/// Which one, and who acts.
#[derive(Debug, Clone, Args)]
pub(crate) struct Which {
    /// Its name, or its identifier
    campaign: String,
    /// Who does it, which is recorded
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
}

/// `campaigns`.
pub(crate) fn campaigns(config: &Config, command: CampaignCommand) -> anyhow::Result<ExitCode> {
    let (which, what) = match command {
        CampaignCommand::List { only, page, how } => return list(config, only, &page, how),
        CampaignCommand::Show { campaign, how } => return show(config, &campaign, how),
        CampaignCommand::Forecast {
            campaign,
            scenario,
            pace,
            how,
        } => return forecast(config, &campaign, (&scenario, pace), how),
        CampaignCommand::Export {
            campaign,
            full,
            output,
        } => return export(config, &campaign, full, output.as_deref()),
        CampaignCommand::Start(which) => (which, "start"),
        CampaignCommand::Pause(which) => (which, "pause"),
        CampaignCommand::Resume(which) => (which, "resume"),
        CampaignCommand::End(which) => (which, "end"),
    };
    let path = format!("campaigns/{}/{what}", escaped(&which.campaign));
    let answer = Api::of(config)?.post(&path, &json!({ "by": which.by }))?;
    say(&became(&answer["campaign"]));
    Ok(ExitCode::SUCCESS)
}

/// What somebody's word has made of a campaign.
fn became(campaign: &Value) -> String {
    let text = |field: &str| campaign[field].as_str().unwrap_or("-");
    let (name, state) = (text("name"), text("state"));
    let counts = &campaign["counts"];
    let of = |state: &str| counts[state].as_i64().unwrap_or(0);
    let left = of("waiting") + of("released");
    let shows = format!("`cuptel campaigns show {name}` tells how far it is");
    match state {
        "running" => format!(
            "{name} of {}, {}, runs: {left} to be called, {} at a time; {shows}",
            text("tenant"),
            text("queue"),
            campaign["pace"]
        ),
        "paused" => {
            format!("{name} is paused: {left} left, and nobody is newly rung; conversations go on")
        }
        "ended" => {
            let answered = of("reached") + of("confirmed") + of("cancelled") + of("to_move");
            let others = ["exhausted", "expired", "forbidden", "declined", "withdrawn"];
            format!(
                "{name} has ended: {answered} were reached, {} were not, {} were never on their turn; `cuptel campaigns export {name}` has each of them",
                others.map(of).iter().sum::<i64>() + of("released"),
                of("not_called") + of("waiting")
            )
        }
        _ => format!("{name} is {state}; {shows}"),
    }
}

fn now_ms() -> UtcMs {
    Clock::start().now().utc_ms
}

fn list(
    config: &Config,
    only: Option<CampaignState>,
    page: &Page,
    how: How,
) -> anyhow::Result<ExitCode> {
    let rows = if how.offline {
        let filter = CampaignFilter {
            tenant: page.tenant.clone(),
            state: only,
            before: page.before,
            limit: page.limit,
        };
        offline(config, async |store| {
            Ok(serde_json::to_value(
                store.campaigns(&filter, now_ms()).await?,
            )?)
        })?
    } else {
        let only = ("state", only.map(CampaignState::as_str));
        let mut answer = Api::or_offline(config)?.get(&list_path("campaigns", only, page))?;
        answer["campaigns"].take()
    };
    if how.json {
        say(&rows.to_string());
        return Ok(ExitCode::SUCCESS);
    }
    let rows: Vec<Value> = rows.as_array().into_iter().flatten().map(line).collect();
    table::print(&rows, &FIELDS);
    Ok(ExitCode::SUCCESS)
}

/// A campaign as one line.
fn line(campaign: &Value) -> Value {
    let mut line = campaign.clone();
    let counts = &campaign["counts"];
    let of = |state: &str| counts[state].as_i64().unwrap_or(0);
    line["waiting"] = json!(of("waiting"));
    line["released"] = json!(of("released"));
    let reached = ["reached", "confirmed", "cancelled", "to_move"];
    line["reached"] = json!(reached.map(of).iter().sum::<i64>());
    let others = ["exhausted", "expired", "forbidden", "declined", "withdrawn"];
    line["not_reached"] = json!(others.map(of).iter().sum::<i64>());
    line
}

fn show(config: &Config, which: &str, how: How) -> anyhow::Result<ExitCode> {
    show_row(&found(config, which, how)?, how)
}

fn forecast(
    config: &Config,
    which: &str,
    (scenario, pace): (&Path, Option<u32>),
    how: How,
) -> anyhow::Result<ExitCode> {
    let row = found(config, which, how)?;
    let campaign = &row["campaign"];
    let text = |field: &str| campaign[field].as_str().unwrap_or_default().to_owned();
    let number = |value: &Value| u32::try_from(value.as_i64().unwrap_or(0)).unwrap_or(u32::MAX);
    let counts = &campaign["counts"];
    let asked = Asked {
        name: text("name"),
        tenant: text("tenant"),
        queue: text("queue"),
        people: number(&counts["waiting"]).saturating_add(number(&counts["released"])),
        pace: pace.unwrap_or_else(|| number(&campaign["pace"])),
        per_hour: campaign["per_hour"]
            .as_u64()
            .and_then(|it| u32::try_from(it).ok()),
    };
    if text("kind") == CampaignKind::Reminder.as_str() {
        bail!("{which} reminds people without an operator: there is nothing to forecast");
    }
    if asked.people == 0 {
        bail!("nobody is left on the list of {which}");
    }
    simulate::forecast(scenario, &asked, how.json)
}

fn found(config: &Config, which: &str, how: How) -> anyhow::Result<Value> {
    Ok(if how.offline {
        offline(config, async |store| {
            let row = store.campaign(which, now_ms()).await?;
            Ok(serde_json::to_value(row.with_context(|| none(which))?)?)
        })?
    } else {
        Api::or_offline(config)?.get(&format!("campaigns/{}", escaped(which)))?
    })
}

fn none(which: &str) -> String {
    format!("there is no campaign \"{which}\": see cuptel campaigns list")
}

fn export(
    config: &Config,
    which: &str,
    full: bool,
    output: Option<&Path>,
) -> anyhow::Result<ExitCode> {
    let written = offline(config, async |store| {
        let found = store.campaign(which, now_ms()).await?;
        let campaign = found.with_context(|| none(which))?.campaign;
        let mut to: Box<dyn Write> = match output {
            Some(path) => {
                let file = File::create(path);
                Box::new(file.with_context(|| format!("writing {}", path.display()))?)
            }
            None => Box::new(std::io::stdout().lock()),
        };
        let has_ended = campaign.state == CampaignState::Ended;
        let count = rows(&store, campaign.id, (full, has_ended), &mut to).await;
        let count = count.context("the list could not be written")?;
        to.flush().context("the list could not be written")?;
        Ok(json!(count))
    })?;
    if let Some(path) = output {
        let lines = if written == 1 { "line" } else { "lines" };
        say(&format!("{written} {lines} in {}", path.display()));
    }
    Ok(ExitCode::SUCCESS)
}

async fn rows(
    store: &Store,
    id: cuptel_core::id::CampaignId,
    (full, has_ended): (bool, bool),
    to: &mut Box<dyn Write>,
) -> anyhow::Result<usize> {
    let mut csv = csv::WriterBuilder::new().from_writer(to);
    csv.write_record(EXPORT_COLUMNS.split(','))?;
    let (mut after, mut count) = (0, 0);
    loop {
        let page = store.campaign_entries(id, after, PAGE).await?;
        let Some(last) = page.last() else {
            csv.flush()?;
            return Ok(count);
        };
        after = last.id.0;
        count += page.len();
        for entry in &page {
            csv.write_record(cells(entry, full, has_ended)?)?;
        }
    }
}

/// A cell that a spreadsheet would take for a formula is none.
fn plain(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@']) && !text[1..].chars().all(|c| c.is_ascii_digit()) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

fn cells(entry: &EntryView, full: bool, has_ended: bool) -> anyhow::Result<[String; 14]> {
    let Ok(zone) = parse_zone("Europe/Rome") else {
        bail!("the clock of Rome is not known");
    };
    let moment = |at: Option<UtcMs>| at.map_or(String::new(), |at| exact_local_text(at, zone));
    let number = if full { &entry.digits } else { &entry.number };
    let waits = entry.state == cuptel_core::words::EntryState::Waiting;
    let state = if waits && has_ended {
        "not_called"
    } else {
        entry.state.as_str()
    };
    Ok([
        entry.line.to_string(),
        number.clone().unwrap_or_default(),
        plain(entry.reference.as_deref().unwrap_or_default()),
        state.to_owned(),
        moment(entry.released_ms),
        moment(entry.settled_ms),
        moment(entry.due_ms),
        moment(entry.not_before_ms),
        entry.callback.map_or(String::new(), |id| id.to_string()),
        plain(entry.note.as_deref().unwrap_or_default()),
        moment(entry.appointment_ms),
        plain(entry.place.as_deref().unwrap_or_default()),
        entry.tries.map_or(String::new(), |tries| tries.to_string()),
        entry
            .last_result
            .map_or(String::new(), |it| it.as_str().to_owned()),
    ])
}
