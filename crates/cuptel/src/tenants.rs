//! `cuptel tenants`: whom each health authority lends and borrows, and how its callers fare.

use std::process::ExitCode;

use clap::Subcommand;
use serde_json::{Value, json};

use crate::cli::say;
use crate::config::Config;
use crate::shell::{Api, show_rows};
use crate::table;

const FIELDS: [&str; 10] = [
    "name",
    "at_home",
    "away",
    "borrowed",
    "waits",
    "wait_p95_s",
    "abandoned",
    "waits_today",
    "wait_p95_today_s",
    "abandoned_today",
];

/// What can be asked of health authorities.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum TenantCommand {
    /// All health authorities of the running node
    ///
    /// Operators who are there for their own tenant, busy or not (at_home), who work for others
    /// (away), and those of others who work for it (borrowed). Then how callers fared whose wait has
    /// ended, within [fairness] `window_min` and today since midnight or the start: how many, within
    /// how many seconds nineteen of twenty were through, and which part hung up; below it those who
    /// called a queue for one class of urgency.
    List {
        /// JSON instead of a table
        #[arg(long)]
        json: bool,
    },
}

/// `tenants`.
pub(crate) fn tenants(config: &Config, command: TenantCommand) -> anyhow::Result<ExitCode> {
    let TenantCommand::List { json } = command;
    let answer = Api::of(config)?.get("tenants")?;
    if json {
        return show_rows(&answer, &FIELDS, true);
    }
    let tenants = answer["tenants"].as_array().into_iter().flatten();
    let rows: Vec<Value> = tenants.flat_map(rows).collect();
    show_rows(&json!(rows), &FIELDS, false)?;
    for drift in answer["drifts"].as_array().into_iter().flatten() {
        let word = |field: &str| drift[field].as_str().unwrap_or("-").to_owned();
        say(&format!(
            "drifted apart in {}{} since {}: {} fares worst, {} best",
            word("what"),
            of_class(&drift["class"]),
            table::text("since_ms", &drift["since_ms"]),
            word("worst"),
            word("best"),
        ));
    }
    Ok(ExitCode::SUCCESS)
}

/// An authority, and below it its callers of queues for one class.
fn rows(tenant: &Value) -> Vec<Value> {
    let classes = tenant["classes"].as_array().into_iter().flatten();
    let of_class = classes.map(|own| {
        let name = tenant["name"].as_str().unwrap_or("-");
        let mut row = fared(own);
        row["name"] = json!(format!("{name}{}", of_class(&own["class"])));
        row
    });
    std::iter::once(row(tenant)).chain(of_class).collect()
}

fn of_class(class: &Value) -> String {
    let class = class.as_str();
    class.map_or_else(String::new, |class| format!(" (class {class})"))
}

fn row(tenant: &Value) -> Value {
    let mut row = fared(tenant);
    row["name"] = tenant["name"].clone();
    row["at_home"] = json!(with(tenant, "at_home", "at least", "lend_floor"));
    row["away"] = json!(with(tenant, "away", "at most", "lend_max"));
    row["borrowed"] = json!(with(tenant, "borrowed", "at most", "borrow_max"));
    row
}

fn fared(tenant: &Value) -> Value {
    let of = |window: &str, field: &str| tenant[window][field].clone();
    let share = |window: &str| {
        let share = tenant[window]["abandoned_share"].as_f64();
        share.map(|share| format!("{:.0} %", share * 100.0))
    };
    json!({
        "waits": of("recent", "waits"),
        "wait_p95_s": of("recent", "wait_p95_s"),
        "abandoned": share("recent"),
        "waits_today": of("today", "waits"),
        "wait_p95_today_s": of("today", "wait_p95_s"),
        "abandoned_today": share("today"),
    })
}

/// A count with its bound, where there is one.
fn with(tenant: &Value, count: &str, word: &str, bound: &str) -> String {
    match tenant[bound].as_u64() {
        Some(bound) => format!("{} ({word} {bound})", tenant[count]),
        None => tenant[count].to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_stands_with_its_bound() {
        let tenant = json!({
            "name": "asl-teramo", "at_home": 4, "away": 2, "borrowed": 0,
            "lend_floor": 3, "lend_max": null, "borrow_max": 0,
            "recent": { "waits": 40, "wait_p95_s": 61, "abandoned_share": 0.125 },
            "today": { "waits": 0, "wait_p95_s": null, "abandoned_share": null },
        });
        let row = row(&tenant);
        assert_eq!(row["at_home"], json!("4 (at least 3)"));
        assert_eq!(row["away"], json!("2"));
        assert_eq!(row["borrowed"], json!("0 (at most 0)"));
        assert_eq!(row["abandoned"], json!("12 %"));
        assert_eq!(row["abandoned_today"], Value::Null);
    }
}
