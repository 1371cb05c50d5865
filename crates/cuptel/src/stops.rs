//! `cuptel stop …`, `open …`, `resume …` and `stops`: the stop buttons, from a shell.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use cuptel_core::calendar::moment;
use cuptel_core::time::UtcMs;
use cuptel_core::words::Button;
use cuptel_engine::Clock;
use serde_json::{Value, json};

use crate::cli::say;
use crate::config::Config;
use crate::shell::{Api, escaped, show_rows};
use crate::table;

const FIELDS: [&str; 10] = [
    "button",
    "tenant",
    "queue",
    "since_ms",
    "until_ms",
    "supervisor",
    "reason",
    "announcement",
    "seconds",
    "seat",
];

/// What can be stopped.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum StopCommand {
    /// Nobody is dialled any more, for a queue, a tenant or the whole region
    ///
    /// Whoever talks goes on talking, and a person whose phone rings already is let ring; a seat that
    /// rings for a callback is let go. Debts keep their place.
    Outgoing {
        #[command(flatten)]
        place: Place,
        #[command(flatten)]
        how: Pressing,
    },
    /// A queue is closed now: who calls hears what they hear out of hours, and is owed a call
    ///
    /// Those who wait are served for `serve_waiting_s`, then told that they are called back. Its
    /// callbacks go on: stop them with `cuptel stop outgoing --queue`.
    Queue {
        #[command(flatten)]
        queue: OneQueue,
        #[command(flatten)]
        how: Pressing,
    },
    /// Callers hear the emergency message and are owed a call; nobody is dialled
    Emergency {
        /// The `name` of a `[[tenant]]`; without it, the region
        #[arg(long)]
        tenant: Option<String>,
        /// The dialplan's emergency step, instead of the one that it chooses
        #[arg(long, value_name = "STEP")]
        message: Option<String>,
        /// What callers hear instead of the dialplan's message: WAV, 8 kHz, mono
        #[arg(long, value_name = "FILE", conflicts_with = "message")]
        wav: Option<PathBuf>,
        #[command(flatten)]
        how: Pressing,
    },
}

/// What can be opened.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum OpenCommand {
    /// A queue admits callers now, whatever its hours say
    Queue {
        #[command(flatten)]
        queue: OneQueue,
        #[command(flatten)]
        how: Pressing,
    },
}

/// What can be as always again.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum ResumeCommand {
    /// People are dialled again; what else is stopped stays so
    Outgoing {
        #[command(flatten)]
        place: Place,
        #[command(flatten)]
        by: By,
    },
    /// A queue that was closed or opened has its hours again
    Queue {
        #[command(flatten)]
        queue: OneQueue,
        #[command(flatten)]
        by: By,
    },
    /// Callers hear no emergency message any more
    Emergency {
        /// The `name` of a `[[tenant]]`; without it, the region
        #[arg(long)]
        tenant: Option<String>,
        #[command(flatten)]
        by: By,
    },
}

/// What can be asked of the buttons.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum StopsCommand {
    /// Those that are pressed now
    List {
        /// JSON instead of a table
        #[arg(long)]
        json: bool,
    },
    /// What was recorded for an emergency, as a WAV file
    Sound {
        /// As `stops list` says it
        announcement: i64,
        /// The file that is written
        #[arg(long, value_name = "FILE")]
        to: PathBuf,
    },
}

/// For what; the region, with neither.
#[derive(Debug, Clone, Args)]
pub(crate) struct Place {
    /// The `name` of a `[[tenant]]`
    #[arg(long)]
    tenant: Option<String>,
    /// The `name` of a `[[queue]]`, of that tenant where one is named
    #[arg(long)]
    queue: Option<String>,
}

/// One queue.
#[derive(Debug, Clone, Args)]
pub(crate) struct OneQueue {
    /// The `name` of a `[[queue]]`
    pub(crate) queue: String,
    /// The `name` of its `[[tenant]]`, where several have a queue of that name
    #[arg(long)]
    pub(crate) tenant: Option<String>,
}

/// How a button is pressed.
#[derive(Debug, Clone, Args)]
pub(crate) struct Pressing {
    /// Released by itself when the clocks show this next, or at a time like
    /// 2026-11-25T18:00:00+01:00; by `cuptel resume`, without it
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// Why, which the supervisor page shows
    #[arg(long)]
    reason: Option<String>,
    #[command(flatten)]
    by: By,
}

/// Who does it.
#[derive(Debug, Clone, Args)]
pub(crate) struct By {
    /// The supervisor who does it, which is recorded
    #[arg(long, value_name = "NAME")]
    pub(crate) supervisor: Option<String>,
}

/// `stop`.
pub(crate) fn stop(config: &Config, command: StopCommand) -> anyhow::Result<ExitCode> {
    match command {
        StopCommand::Outgoing { place, how } => {
            let body = body(Button::Outgoing, place.tenant, place.queue);
            let told =
                "stopped: nobody is dialled; conversations and persons who are being rung go on";
            press(config, body, &how, told)?;
        }
        StopCommand::Queue { queue, how } => {
            let told = "closed: who calls is owed a call; who waits is served or called back";
            press(config, of_queue(Button::Closed, queue), &how, told)?;
        }
        StopCommand::Emergency {
            tenant,
            message,
            wav,
            how,
        } => {
            if let Some(wav) = wav {
                return announce(config, &wav, tenant, &how);
            }
            let mut body = body(Button::Emergency, tenant, None);
            body["message"] = json!(message);
            let told = "on: who calls hears the message and is owed a call; nobody is dialled";
            press(config, body, &how, told)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// `open`.
pub(crate) fn open(config: &Config, command: OpenCommand) -> anyhow::Result<ExitCode> {
    let OpenCommand::Queue { queue, how } = command;
    let told = "open: callers are admitted, whatever the hour";
    press(config, of_queue(Button::Opened, queue), &how, told)?;
    Ok(ExitCode::SUCCESS)
}

/// `resume`.
pub(crate) fn resume(config: &Config, command: ResumeCommand) -> anyhow::Result<ExitCode> {
    let (mut body, by) = match command {
        ResumeCommand::Outgoing { place, by } => {
            (body(Button::Outgoing, place.tenant, place.queue), by)
        }
        ResumeCommand::Queue { queue, by } => (of_queue(Button::Closed, queue), by),
        ResumeCommand::Emergency { tenant, by } => (body(Button::Emergency, tenant, None), by),
    };
    body["supervisor"] = json!(by.supervisor);
    let api = Api::of(config)?;
    api.post("stops/resume", &body)?;
    let left = standing(&api).context("released; what else is pressed is not known")?;
    let left: Vec<String> = left.iter().map(named).collect();
    say(&match left[..] {
        [] => "released; nothing else is stopped".to_owned(),
        _ => format!("released; still pressed: {}", left.join("; ")),
    });
    Ok(ExitCode::SUCCESS)
}

/// `stops`.
pub(crate) fn stops(config: &Config, command: StopsCommand) -> anyhow::Result<ExitCode> {
    match command {
        StopsCommand::List { json } => {
            let mut stops = Api::of(config)?.get("stops")?;
            if !json {
                spread_announcements(&mut stops);
            }
            show_rows(&stops, &FIELDS, json)
        }
        StopsCommand::Sound { announcement, to } => {
            let path = format!("stops/announcements/{announcement}");
            let sound = Api::of(config)?.get_bytes(&path)?;
            std::fs::write(&to, sound).with_context(|| format!("cannot write {}", to.display()))?;
            say(&format!("written to {}", to.display()));
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// A table has no room for a row within a row.
fn spread_announcements(stops: &mut Value) {
    let Some(rows) = stops.get_mut("stops").and_then(Value::as_array_mut) else {
        return;
    };
    for row in rows {
        let announcement = row.get("announcement").cloned().unwrap_or(Value::Null);
        for (field, of) in [
            ("announcement", "id"),
            ("seconds", "seconds"),
            ("seat", "seat"),
        ] {
            row[field] = announcement.get(of).cloned().unwrap_or(Value::Null);
        }
    }
}

/// Puts a file in force as the message of an emergency.
fn announce(
    config: &Config,
    wav: &Path,
    tenant: Option<String>,
    how: &Pressing,
) -> anyhow::Result<ExitCode> {
    let sound = std::fs::read(wav).with_context(|| format!("cannot read {}", wav.display()))?;
    let until = until(config, how.until.as_deref())?.map(|at| at.to_string());
    let asked = [
        ("tenant", tenant.clone()),
        ("until_ms", until),
        ("supervisor", how.by.supervisor.clone()),
        ("reason", how.reason.clone()),
    ];
    let asked = asked
        .into_iter()
        .filter_map(|(key, value)| Some((key, value?)));
    let asked: Vec<String> = asked
        .map(|(key, value)| format!("{key}={}", escaped(&value)))
        .collect();
    let path = format!("stops/announcements?{}", asked.join("&"));
    let api = Api::of(config)?;
    api.post_bytes(&path, &sound)?;
    say("on: who calls hears the recording and is owed a call; nobody is dialled");
    tell_what_holds(&api, &body(Button::Emergency, tenant, None))?;
    Ok(ExitCode::SUCCESS)
}

fn body(button: Button, tenant: Option<String>, queue: Option<String>) -> Value {
    json!({ "button": button, "tenant": tenant, "queue": queue })
}

fn of_queue(button: Button, queue: OneQueue) -> Value {
    body(button, queue.tenant, Some(queue.queue))
}

fn press(config: &Config, mut body: Value, how: &Pressing, told: &str) -> anyhow::Result<()> {
    body["until_ms"] = json!(until(config, how.until.as_deref())?);
    body["reason"] = json!(how.reason);
    body["supervisor"] = json!(how.by.supervisor);
    let api = Api::of(config)?;
    api.post("stops", &body)?;
    say(told);
    tell_what_holds(&api, &body)
}

/// The buttons that are pressed.
fn standing(api: &Api) -> anyhow::Result<Vec<Value>> {
    let mut stops = api.get("stops")?;
    Ok(stops["stops"]
        .as_array_mut()
        .map(std::mem::take)
        .unwrap_or_default())
}

/// What was said before holds too: whoever presses again hears what it comes to.
fn tell_what_holds(api: &Api, pressed: &Value) -> anyhow::Result<()> {
    let stops = standing(api).context("it is pressed; until when is not known")?;
    let is_it = |stop: &&Value| {
        stop["button"] == pressed["button"]
            && stop["queue"] == pressed["queue"]
            // The name of a queue may do without its tenant.
            && (stop["tenant"] == pressed["tenant"]
                || (pressed["tenant"].is_null() && !pressed["queue"].is_null()))
    };
    if let Some(stop) = stops.iter().find(is_it) {
        say(&holds(stop));
    }
    Ok(())
}

/// Until when, with the date; what is heard; why and by whom.
fn holds(stop: &Value) -> String {
    let until_ms = &stop["until_ms"];
    let mut text = if until_ms.is_null() {
        "holds until it is released (`cuptel resume`)".to_owned()
    } else {
        format!("holds until {}", table::text("until_ms", until_ms))
    };
    let seconds = &stop["announcement"]["seconds"];
    if !seconds.is_null() {
        text += &format!("; heard: what was recorded, {seconds} s");
    } else if let Some(message) = stop["message"].as_str() {
        text += &format!("; heard: \"{message}\"");
    }
    for (word, field) in [("because", "reason"), ("by", "supervisor")] {
        if let Some(said) = stop[field].as_str() {
            text += &format!("; {word}: {said}");
        }
    }
    text
}

/// A button and for what: "emergency for asl-teramo".
fn named(stop: &Value) -> String {
    let of = |field: &str| stop[field].as_str();
    let place = match (of("tenant"), of("queue")) {
        (None, None) => "the region".to_owned(),
        (Some(own), None) | (None, Some(own)) => own.to_owned(),
        (Some(tenant), Some(queue)) => format!("{queue} of {tenant}"),
    };
    format!("{} for {place}", of("button").unwrap_or("-"))
}

/// A time with its zone, or when the clocks of the first authority show this next.
pub(crate) fn until(config: &Config, told: Option<&str>) -> anyhow::Result<Option<UtcMs>> {
    let Some(told) = told else {
        return Ok(None);
    };
    let zone = config.tenants.first().map(|tenant| tenant.time_zone);
    let now_ms = Clock::start().now().utc_ms;
    let next_ms = || moment::next_at(told, now_ms, zone?);
    let ends_ms = moment::parse(told).or_else(next_ms);
    let ends_ms = ends_ms.with_context(|| {
        format!(
            "--until {told}: expected an hour like 14:00, or a time like 2026-11-25T18:00:00+01:00"
        )
    })?;
    Ok(Some(ends_ms))
}
