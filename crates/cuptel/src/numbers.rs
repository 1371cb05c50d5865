//! `cuptel numbers …`: numbers that are not to be called, and numbers that many people share.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use cuptel_core::words::Mark;
use cuptel_store::MarkFilter;
use serde_json::json;

use crate::cli::{How, Page, one_of, say};
use crate::config::Config;
use crate::shell::{Api, list_path, offline, show_rows};
use crate::stops::until;

const FIELDS: [&str; 9] = [
    "id",
    "number",
    "mark",
    "tenant",
    "since_ms",
    "ends_ms",
    "until_ms",
    "supervisor",
    "reason",
];

/// What can be said of numbers.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum NumberCommand {
    /// A number is not to be called, over restarts too
    ///
    /// Its callback is closed as `suppressed`; a dial or a conversation that goes on comes to its end. Who
    /// calls from it is served as anybody, and their call recorded; if they were not served it says
    /// `do_not_call`, and no callback is opened.
    DoNotCall(Marking),
    /// Many people call from a number: a switchboard, a barracks
    ///
    /// Whoever calls from it is asked for another number to be called at, where the dialplan asks those
    /// who withhold theirs; who gives none is recorded with `shared_number`. A callback that is open
    /// there stays, and nobody else joins it.
    Shared(Marking),
    /// A number is as any other again
    Release {
        #[command(flatten)]
        which: Which,
        /// As what it was marked
        #[arg(long, value_name = "MARK", default_value = "do_not_call", value_parser = one_of(Mark::ALL))]
        mark: Mark,
        /// The supervisor who says so, which is recorded
        #[arg(long, value_name = "NAME")]
        supervisor: Option<String>,
    },
    /// The marked ones, newest first, with who marked them, when and why; their digits are masked
    List {
        /// Those marked as this
        #[arg(long, value_name = "MARK", value_parser = one_of(Mark::ALL))]
        only: Option<Mark>,
        /// Those that were released or have ended, too
        #[arg(long)]
        ended_too: bool,
        #[command(flatten)]
        page: Page,
        #[command(flatten)]
        how: How,
    },
}

/// Which number, and for whom.
#[derive(Clone, Args)]
pub(crate) struct Which {
    /// As it is dialled: +390861123456 or 0861123456
    number: String,
    /// For the `name` of a `[[tenant]]`; without it, for the region
    #[arg(long)]
    tenant: Option<String>,
}

impl std::fmt::Debug for Which {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Which").finish_non_exhaustive()
    }
}

/// How a number is marked.
#[derive(Debug, Clone, Args)]
pub(crate) struct Marking {
    #[command(flatten)]
    which: Which,
    /// Until the clocks show this next, or a time like 2027-01-31T18:00:00+01:00; until it is
    /// released, without it
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// Why
    #[arg(long)]
    reason: Option<String>,
    /// The supervisor who says so, which is recorded
    #[arg(long, value_name = "NAME")]
    supervisor: Option<String>,
}

/// `numbers`.
pub(crate) fn numbers(config: &Config, command: NumberCommand) -> anyhow::Result<ExitCode> {
    match command {
        NumberCommand::DoNotCall(marking) => {
            mark(config, Mark::DoNotCall, &marking)?;
            say("marked: the number is not dialled; if a callback was open for it, it is closed");
        }
        NumberCommand::Shared(marking) => {
            mark(config, Mark::Shared, &marking)?;
            say("marked: who calls from it is asked for a number of their own");
        }
        NumberCommand::Release {
            which,
            mark,
            supervisor,
        } => {
            let body = json!({
                "number": which.number, "mark": mark, "tenant": which.tenant,
                "supervisor": supervisor,
            });
            Api::of(config)?.post("numbers/release", &body)?;
            say(
                "released: who calls from it is owed a call as anybody; what was closed stays closed",
            );
        }
        NumberCommand::List {
            only,
            ended_too,
            page,
            how,
        } => return list(config, only, ended_too, &page, how),
    }
    Ok(ExitCode::SUCCESS)
}

fn mark(config: &Config, mark: Mark, marking: &Marking) -> anyhow::Result<()> {
    let body = json!({
        "number": marking.which.number, "mark": mark, "tenant": marking.which.tenant,
        "until_ms": until(config, marking.until.as_deref())?, "reason": marking.reason, "supervisor": marking.supervisor,
    });
    Api::of(config)?.post("numbers", &body)?;
    Ok(())
}

fn list(
    config: &Config,
    only: Option<Mark>,
    ended_too: bool,
    page: &Page,
    how: How,
) -> anyhow::Result<ExitCode> {
    let rows = if how.offline {
        let filter = MarkFilter {
            tenant: page.tenant.clone(),
            mark: only,
            ended_too,
            before: page.before,
            limit: page.limit,
        };
        offline(config, async |store| {
            Ok(serde_json::to_value(store.marks(&filter).await?)?)
        })?
    } else {
        let mut path = list_path("numbers", ("mark", only.map(Mark::as_str)), page);
        if ended_too {
            path.push_str("&ended_too=true");
        }
        Api::or_offline(config)?.get(&path)?
    };
    show_rows(&rows, &FIELDS, how.json)
}
