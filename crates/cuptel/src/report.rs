//! `cuptel report`: what the store reckons, as a table for people, as CSV or as JSON.

use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use cuptel_engine::Clock;
use cuptel_store::{BACKLOG_COLUMNS, Period, RESULT_COLUMNS, SERVICE_COLUMNS, csv};
use serde_json::{Value, json};

use crate::cli::{How, say};
use crate::config::Config;
use crate::shell::{Api, escaped, offline, tell_of_spill};
use crate::table;

/// What can be reported.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum ReportCommand {
    /// How callers fared: calls and callers, who was recovered and how fast, what got lost, promises
    ///
    /// Calls count on the day on which they came, by the clock of the authority; a case with all that
    /// came of it on the day of its first call, so a line changes until its cases are paid. Times to a
    /// callback are from the first call to our first dial. `/api/v1/openapi.json` tells what each
    /// column of --csv and --json means. Every call since the first of the days is read.
    Service {
        #[command(flatten)]
        days: Days,
        #[command(flatten)]
        told: Told,
    },
    /// What came of conversations: by queue, by result, and by the words of `[[disposition]]`
    Results {
        /// The first day, 92 in all at most [default: today]
        #[arg(long, value_name = "YYYY-MM-DD")]
        from: Option<String>,
        /// The last of them [default: today]
        #[arg(long, value_name = "YYYY-MM-DD")]
        to: Option<String>,
        #[command(flatten)]
        told: Told,
    },
    /// What is owed now: by class of urgency, by age, past deadlines and promises
    Backlog {
        #[command(flatten)]
        told: Told,
    },
}

/// About which days: today, where nothing is said.
#[derive(Debug, Clone, Args)]
pub(crate) struct Days {
    /// One day
    #[arg(long, value_name = "YYYY-MM-DD", conflicts_with_all = ["from", "to"])]
    day: Option<String>,
    /// The first of several, 732 at most
    #[arg(long, value_name = "YYYY-MM-DD")]
    from: Option<String>,
    /// The last of them [default: today]
    #[arg(long, value_name = "YYYY-MM-DD", requires = "from")]
    to: Option<String>,
}

/// Of whom, and how it is told.
#[derive(Debug, Clone, Args)]
pub(crate) struct Told {
    /// Of this tenant only (`name` of a `[[tenant]]`)
    #[arg(long)]
    tenant: Option<String>,
    /// CSV instead of tables, with every column and every day
    #[arg(long, conflicts_with = "json")]
    csv: bool,
    #[command(flatten)]
    how: How,
}

/// `report`.
pub(crate) fn report(config: &Config, command: ReportCommand) -> anyhow::Result<ExitCode> {
    tell_of_spill(config)?;
    match command {
        ReportCommand::Service { days, told } => {
            let report = if told.how.offline {
                service(config, &days, &told)?
            } else {
                let days = [("day", &days.day), ("from", &days.from), ("to", &days.to)];
                Api::or_offline(config)?.get(&path("service", &days, &told))?
            };
            if !shown(&report, SERVICE_COLUMNS, &told)? {
                tell_service(&report);
            }
        }
        ReportCommand::Results { from, to, told } => {
            let report = if told.how.offline {
                let days = (from.as_deref(), to.as_deref());
                results(config, days, told.tenant.as_deref())?
            } else {
                let days = [("from", &from), ("to", &to)];
                Api::or_offline(config)?.get(&path("results", &days, &told))?
            };
            if !shown(&report, RESULT_COLUMNS, &told)? {
                tell_results(&report);
            }
        }
        ReportCommand::Backlog { told } => {
            let report = if told.how.offline {
                offline(config, async |store| {
                    let now_ms = Clock::start().now().utc_ms;
                    let report = store.backlog(told.tenant.as_deref(), now_ms).await?;
                    Ok(json!(report))
                })?
            } else {
                Api::or_offline(config)?.get(&path("backlog", &[], &told))?
            };
            if !shown(&report, BACKLOG_COLUMNS, &told)? {
                tell_backlog(&report);
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn service(config: &Config, days: &Days, told: &Told) -> anyhow::Result<Value> {
    let now_ms = Clock::start().now().utc_ms;
    let zones = config.zones();
    let tenant = told.tenant.as_deref();
    let said = [&days.day, &days.from, &days.to].map(|day| day.as_deref());
    let [day, from, to] = said;
    let period = Period::asked(day, from, to, (now_ms, zones.of(tenant)))?;
    offline(config, async |store| {
        Ok(json!(store.service(period, &zones, tenant, now_ms).await?))
    })
}

fn results(
    config: &Config,
    (from, to): (Option<&str>, Option<&str>),
    tenant: Option<&str>,
) -> anyhow::Result<Value> {
    let now_ms = Clock::start().now().utc_ms;
    let zone = config.zones().of(tenant);
    let period = Period::asked(None, from, to, (now_ms, zone))?;
    let stretch = period.by_clock(zone).context("a day that is none")?;
    let (from_ms, to_ms) = stretch;
    offline(config, async |store| {
        let rows = store.results(stretch, tenant).await?;
        Ok(json!({ "from_ms": from_ms, "to_ms": to_ms, "rows": rows }))
    })
}

fn tell_results(report: &Value) {
    if rows(report).is_empty() {
        say(
            "no conversation in these days; `cuptel report results --from YYYY-MM-DD` looks further back",
        );
        return;
    }
    table::print(rows(report), RESULT_COLUMNS);
}

fn path(report: &str, days: &[(&str, &Option<String>)], told: &Told) -> String {
    let mut path = format!("reports/{report}?format=json");
    for (key, value) in days.iter().chain(&[("tenant", &told.tenant)]) {
        if let Some(value) = value {
            path.push_str(&format!("&{key}={}", escaped(value)));
        }
    }
    path
}

fn rows(report: &Value) -> &[Value] {
    report["rows"].as_array().map_or(&[], Vec::as_slice)
}

/// Whether it was told as programs want it.
fn shown(report: &Value, columns: &[&str], told: &Told) -> anyhow::Result<bool> {
    if told.csv {
        say(csv(rows(report), columns).trim_end());
    } else if told.how.json {
        say(&serde_json::to_string(report)?);
    } else {
        return Ok(false);
    }
    Ok(true)
}

/// A column of a table for people: its heading, and what stands in it.
type Column = (&'static str, fn(&Value) -> String);

const WHO: [Column; 2] = [
    ("tenant", |row| {
        let of_region = row["scope"]
            .as_str()
            .is_some_and(|scope| scope.starts_with("region"));
        let nobody = if of_region { "all" } else { "(no line)" };
        row["tenant"].as_str().unwrap_or(nobody).to_owned()
    }),
    ("queue", |row| {
        let none = if row["scope"] == "queue" {
            "(not chosen)"
        } else {
            "all"
        };
        row["queue"].as_str().unwrap_or(none).to_owned()
    }),
];
const DAY: Column = ("day", |row| row["day"].as_str().unwrap_or("-").to_owned());
const CALLS: [Column; 8] = [
    ("calls", |row| count(row, "attempts")),
    ("callers", |row| count(row, "callers")),
    ("withheld", |row| count(row, "withheld")),
    ("served", |row| count(row, "served")),
    ("owed a call", |row| count(row, "owed")),
    ("not callable", |row| count(row, "not_callable")),
    ("nothing owed", |row| number(row, &OWED_NOTHING).to_string()),
    ("going on", |row| count(row, "open")),
];
const CASES: [Column; 10] = [
    ("people", |row| count(row, "cases")),
    ("recovered", |row| percent(row, "recovered_share")),
    ("by our call", |row| count(row, "recovered_by_callback")),
    ("by redial", |row| count(row, "recovered_by_redial")),
    ("by hand", |row| count(row, "settled_by_hand")),
    ("given up", |row| count(row, "given_up")),
    ("cancelled", |row| count(row, "cancelled")),
    ("withdrawn", |row| count(row, "withdrawn")),
    ("still owed", |row| count(row, "cases_open")),
    ("redials each", |row| {
        row["redials_per_case"]
            .as_f64()
            .map_or_else(|| "-".to_owned(), |each| format!("{each:.1}"))
    }),
];
const SPEED: [Column; 11] = [
    ("called", |row| count(row, "called")),
    ("half within", |row| time(row, "callback_p50_s")),
    ("95% within", |row| time(row, "callback_p95_s")),
    ("half in hours", |row| time(row, "callback_in_hours_p50_s")),
    ("95% in hours", |row| time(row, "callback_in_hours_p95_s")),
    ("reached at first", |row| percent(row, "first_reach")),
    ("promised", |row| count(row, "promises")),
    ("kept", |row| count(row, "promises_kept")),
    ("late", |row| count(row, "promises_late")),
    ("broken", |row| count(row, "promises_broken")),
    ("to come", |row| count(row, "promises_open")),
];
const BACKLOG: [Column; 15] = [
    ("owed", |row| count(row, "owed")),
    ("oldest", |row| time(row, "oldest_s")),
    ("to 1h", |row| count(row, "age_1h")),
    ("4h", |row| count(row, "age_4h")),
    ("1d", |row| count(row, "age_24h")),
    ("3d", |row| count(row, "age_72h")),
    ("7d", |row| count(row, "age_168h")),
    ("older", |row| count(row, "age_older")),
    ("U", |row| count(row, "class_u")),
    ("B", |row| count(row, "class_b")),
    ("D", |row| count(row, "class_d")),
    ("P", |row| count(row, "class_p")),
    ("no class", |row| count(row, "class_none")),
    ("past deadline", |row| count(row, "past_deadline")),
    ("past promise", |row| count(row, "past_promise")),
];
/// Reasons by which nobody is lost.
const OWED_NOTHING: [&str; 4] = [
    "suppressed_internal",
    "suppressed_no_line",
    "suppressed_got_through",
    "suppressed_policy",
];

fn number(row: &Value, fields: &[&str]) -> i64 {
    fields.iter().filter_map(|field| row[*field].as_i64()).sum()
}

fn count(row: &Value, field: &str) -> String {
    number(row, &[field]).to_string()
}

/// Whole per cent, rounded down: who reads 100 % may rely on it.
fn percent(row: &Value, field: &str) -> String {
    let told = |share: f64| {
        // A share has four digits: 0.57 is 5,700 of them, and a little less than 57 hundredths.
        let hundredths = ((share * 10_000.0).round() / 100.0).floor();
        format!("{hundredths:.0} %")
    };
    row[field].as_f64().map_or_else(|| "-".to_owned(), told)
}

fn time(row: &Value, field: &str) -> String {
    row[field].as_i64().map_or_else(|| "-".to_owned(), lasted)
}

/// As people say how long something took.
fn lasted(seconds: i64) -> String {
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min", seconds / 60),
        3_600..86_400 => format!("{} h {:02} min", seconds / 3_600, seconds / 60 % 60),
        _ => format!("{} d {} h", seconds / 86_400, seconds / 3_600 % 24),
    }
}

fn print(rows: &[&Value], columns: &[&[Column]]) {
    let columns = columns.concat();
    let line = |row: &&Value| {
        let cells = columns
            .iter()
            .map(|(heading, cell)| ((*heading).to_owned(), json!(cell(row))));
        Value::Object(cells.collect())
    };
    let lines: Vec<Value> = rows.iter().map(line).collect();
    let headings: Vec<&str> = columns.iter().map(|(heading, _)| *heading).collect();
    table::print(&lines, &headings);
}

fn tell_service(report: &Value) {
    let (from, to) = (&report["from"], &report["to"]);
    let day = |day: &Value| day.as_str().unwrap_or("-").to_owned();
    let of = if from == to {
        day(from)
    } else {
        format!("{} to {}", day(from), day(to))
    };
    say(&format!(
        "{of}, as known at {}",
        table::text("at_ms", &report["at_ms"])
    ));
    let of_scopes = |scopes: &[&str]| -> Vec<&Value> {
        let rows = rows(report).iter();
        rows.filter(|row| scopes.iter().any(|scope| row["scope"] == **scope))
            .collect()
    };
    let totals = of_scopes(&["region", "tenant", "queue"]);
    if totals.is_empty() {
        return say("nobody called");
    }
    say("\nCalls");
    print(&totals, &[&WHO, &CALLS]);
    tell_losses(totals[0]);
    say("\nPeople who did not get through, by the day of their first call");
    print(&totals, &[&WHO, &CASES]);
    say("\nHow soon we called them, and what they were told");
    print(&totals, &[&WHO, &SPEED]);
    if from != to {
        say("\nDay by day");
        let days = of_scopes(&["region_day", "tenant_day"]);
        print(
            &days,
            &[
                &WHO[..1],
                &[DAY],
                &CALLS[..2],
                &CALLS[5..6],
                &CASES[..4],
                &SPEED[..3],
                &SPEED[5..],
            ],
        );
    }
}

/// Why nobody is to be called, of the first line: that of all.
fn tell_losses(all: &Value) {
    let losses = SERVICE_COLUMNS.iter().filter_map(|column| {
        let reason = column.strip_prefix("suppressed_")?;
        let count = number(all, &[column]);
        (count > 0).then(|| format!("{reason} {count}"))
    });
    let losses: Vec<String> = losses.collect();
    if !losses.is_empty() {
        say(&format!(
            "Nobody is called because of: {}",
            losses.join(", ")
        ));
    }
}

fn tell_backlog(report: &Value) {
    let rows: Vec<&Value> = rows(report).iter().collect();
    if rows.is_empty() {
        return say("nobody is owed a call");
    }
    print(&rows, &[&WHO, &BACKLOG]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_told_in_the_units_that_fit_it() {
        let told = [0, 59, 60, 3_599, 3_660, 86_399, 90_000].map(lasted);
        let expected = [
            "0 s",
            "59 s",
            "1 min",
            "59 min",
            "1 h 01 min",
            "23 h 59 min",
            "1 d 1 h",
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn a_share_is_never_rounded_up_and_none_is_a_dash() {
        let row = json!({ "most": 0.9999, "exact": 0.57, "all": 1.0, "none": null });
        let told = ["most", "exact", "all", "none"].map(|field| percent(&row, field));
        assert_eq!(told, ["99 %", "57 %", "100 %", "-"]);
    }

    #[test]
    fn every_reason_stands_in_a_column_of_the_table() {
        let not_callable = [
            "anonymous",
            "no_number",
            "forbidden_class",
            "do_not_call",
            "shared_number",
        ];
        let told = SERVICE_COLUMNS
            .iter()
            .filter(|column| column.starts_with("suppressed_"));
        assert_eq!(told.count(), OWED_NOTHING.len() + not_callable.len());
    }
}
