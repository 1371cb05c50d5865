//! `cuptel queues line`, `attempts withdraw|move|ahead` and `callbacks ahead`: what whoever leads does with
//! somebody who waits, from a shell.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::bail;
use clap::Args;
use serde_json::{Value, json};

use crate::cli::{identifier, say, span};
use crate::config::Config;
use crate::shell::{Api, escaped, show_rows};
use crate::stops::{By, OneQueue};
use crate::table;

const FIELDS: [&str; 8] = [
    "attempt",
    "callback",
    "number",
    "since_ms",
    "place_ms",
    "priority_ms",
    "told_min",
    "seat",
];

/// Whose line is looked at.
#[derive(Debug, Clone, Args)]
pub(crate) struct Line {
    #[command(flatten)]
    queue: OneQueue,
    /// JSON instead of a table
    #[arg(long)]
    json: bool,
}

/// A caller who waits, and who does it.
#[derive(Debug, Clone, Args)]
pub(crate) struct Waiting {
    /// Identifier of the call, as `cuptel queues line` tells it
    #[arg(value_parser = identifier)]
    id: i64,
    #[command(flatten)]
    by: By,
    /// JSON instead of text
    #[arg(long)]
    json: bool,
}

/// Where a caller goes on waiting.
#[derive(Debug, Clone, Args)]
pub(crate) struct Moving {
    #[command(flatten)]
    waiting: Waiting,
    /// The `name` of a `[[queue]]` of the health authority that was called
    #[arg(long, value_name = "QUEUE")]
    to: String,
    /// The `name` of its `[[tenant]]`, where several have a queue of that name
    #[arg(long)]
    tenant: Option<String>,
}

/// By how much somebody goes ahead of their place.
#[derive(Debug, Clone, Args)]
pub(crate) struct Ahead {
    /// Its identifier
    #[arg(value_parser = identifier)]
    id: i64,
    /// By how much, a day at most: 90s, 20m, 2h; 0s is their own place again
    #[arg(long, value_name = "TIME", value_parser = span)]
    so_much: Duration,
    #[command(flatten)]
    by: By,
    /// JSON instead of text
    #[arg(long)]
    json: bool,
}

/// `queues line`.
pub(crate) fn line(config: &Config, line: &Line) -> anyhow::Result<ExitCode> {
    let api = Api::of(config)?;
    let queue = &line.queue;
    let tenant = match &queue.tenant {
        Some(tenant) => tenant.clone(),
        None => tenant_of(&api, &queue.queue)?,
    };
    let path = format!("queues/{}/{}/line", escaped(&tenant), escaped(&queue.queue));
    show_rows(&api.get(&path)?, &FIELDS, line.json)
}

/// Whose the one queue of a name is.
fn tenant_of(api: &Api, queue: &str) -> anyhow::Result<String> {
    let queues = api.get_all("queues")?;
    let all = queues["queues"].as_array().map_or(&[][..], Vec::as_slice);
    let named = all.iter().filter(|it| it["name"] == queue);
    let tenants: Vec<&str> = named.filter_map(|it| it["tenant"].as_str()).collect();
    match tenants[..] {
        [] => bail!("there is no queue \"{queue}\"; see cuptel queues list"),
        [tenant] => Ok(tenant.to_owned()),
        [_, ..] => bail!(
            "several have a queue \"{queue}\": say --tenant {}",
            tenants.join(" or --tenant ")
        ),
    }
}

fn done(answer: &Value, json: bool, told: &str) -> anyhow::Result<ExitCode> {
    if json {
        say(&serde_json::to_string(answer)?);
    } else {
        say(told);
    }
    Ok(ExitCode::SUCCESS)
}

/// `attempts withdraw`.
pub(crate) fn withdraw(config: &Config, waiting: &Waiting) -> anyhow::Result<ExitCode> {
    let api = Api::of(config)?;
    let body = json!({ "supervisor": waiting.by.supervisor });
    let answer = api.post(&format!("attempts/{}/withdraw", waiting.id), &body)?;
    let mut told = "they hear that they are called back, and are owed it at their place".to_owned();
    if !waiting.json
        && let Some(callback) = callback_of(&api, waiting.id)
    {
        told += &format!("; see cuptel callbacks show {callback}");
    }
    done(&answer, waiting.json, &told)
}

/// What is owed to who called; nothing where the database does not know it yet.
fn callback_of(api: &Api, attempt: i64) -> Option<i64> {
    let row = api.get(&format!("attempts/{attempt}")).ok()?;
    row["attempt"]["callback"].as_i64()
}

/// `attempts move`.
pub(crate) fn move_to(config: &Config, moving: &Moving) -> anyhow::Result<ExitCode> {
    let (waiting, to) = (&moving.waiting, &moving.to);
    let body = json!({
        "queue": to, "tenant": moving.tenant, "supervisor": waiting.by.supervisor,
    });
    let answer = Api::of(config)?.post(&format!("attempts/{}/move", waiting.id), &body)?;
    let told =
        format!("they wait in {to} now, at the place that they had; see cuptel queues line {to}");
    done(&answer, waiting.json, &told)
}

/// `attempts ahead`, `callbacks ahead`.
pub(crate) fn ahead(config: &Config, list: &str, ahead: &Ahead) -> anyhow::Result<ExitCode> {
    let ahead_s = ahead.so_much.as_secs();
    let body = json!({ "ahead_s": ahead_s, "supervisor": ahead.by.supervisor });
    let answer = Api::of(config)?.post(&format!("{list}/{}/ahead", ahead.id), &body)?;
    let told = if ahead_s == 0 {
        "they have their own place again".to_owned()
    } else {
        let much = table::text("ahead_ms", &json!(ahead_s.saturating_mul(1_000)));
        format!(
            "they go before everybody who came up to {much} earlier; --so-much 0s takes it back"
        )
    };
    done(&answer, ahead.json, &told)
}
