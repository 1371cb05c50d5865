//! `cuptel closures …`: days on which an authority is shut beside those of its calendars, or open at
//! other hours.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use cuptel_store::SpecialDayFilter;
use serde_json::json;

use crate::cli::{How, say};
use crate::config::Config;
use crate::shell::{Api, escaped, offline, show_rows};

const FIELDS: [&str; 9] = [
    "id",
    "tenant",
    "calendar",
    "first_day",
    "last_day",
    "hours",
    "reason",
    "made_by",
    "removed_ms",
];
/// Rows that are listed at most.
const ROWS: u32 = 1_000;

/// What can be said of days.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum ClosureCommand {
    /// Some days are shut, or have hours of their own: at once, and over restarts
    ///
    /// Whoever calls in that moment ends on the way they are on. Where days are entered twice, what was
    /// entered last holds. `cuptel closures remove ID` gives them their ordinary hours again.
    Add(NewDays),
    /// Days have their ordinary hours again
    Remove {
        /// As `cuptel closures list` has it
        id: i64,
    },
    /// Days that are not over, the latest first
    List {
        /// Of the `name` of a `[[tenant]]`
        #[arg(long)]
        tenant: Option<String>,
        /// Those that are over or were removed, too
        #[arg(long)]
        ended_too: bool,
        #[command(flatten)]
        how: How,
    },
}

/// Some days one after the other.
#[derive(Debug, Clone, Args)]
pub(crate) struct NewDays {
    /// The first of them, like 2026-12-24
    first: String,
    /// The last of them [default: the first]
    last: Option<String>,
    /// The `name` of a `[[tenant]]`
    #[arg(long)]
    tenant: String,
    /// One of its calendars, by the `name` of a `[[calendar]]` [default: every one]
    #[arg(long, value_name = "NAME")]
    calendar: Option<String>,
    /// Open at these hours, like "08:00-12:00 15:00-17:00" [default: shut]
    #[arg(long)]
    hours: Option<String>,
    /// Why, which is recorded
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Name of who says so, which is recorded
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
}

/// `closures`.
pub(crate) fn closures(config: &Config, command: ClosureCommand) -> anyhow::Result<ExitCode> {
    match command {
        ClosureCommand::Add(days) => {
            let told = json!({
                "tenant": days.tenant, "calendar": days.calendar, "first": days.first,
                "last": days.last, "hours": days.hours, "reason": days.reason, "by": days.by,
            });
            Api::of(config)?.post("closures", &told)?;
            say("entered: it holds from now on; cuptel closures list has it");
        }
        ClosureCommand::Remove { id } => {
            let path = format!("closures/{}/remove", escaped(&id.to_string()));
            Api::of(config)?.post(&path, &json!({}))?;
            say("removed: these days have their ordinary hours again");
        }
        ClosureCommand::List {
            tenant,
            ended_too,
            how,
        } => {
            let rows = if how.offline {
                let filter = SpecialDayFilter {
                    tenant,
                    from_day: None,
                    limit: ROWS,
                };
                offline(config, async |store| {
                    let mut days = store.special_days(&filter).await?;
                    days.retain(|day| ended_too || day.removed_ms.is_none());
                    Ok(json!(days))
                })?
            } else {
                let tenant = tenant.map_or(String::new(), |it| format!("&tenant={}", escaped(&it)));
                let path = format!("closures?limit={ROWS}&ended_too={ended_too}{tenant}");
                Api::or_offline(config)?.get(&path)?
            };
            return show_rows(&rows, &FIELDS, how.json);
        }
    }
    Ok(ExitCode::SUCCESS)
}
