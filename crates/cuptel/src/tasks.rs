//! `cuptel tasks …`: work without a call, from a shell. A list is checked whole before anything is
//! told, and the node takes it whole or not at all.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::{ArgAction, Subcommand};
use cuptel_core::calendar::moment;
use cuptel_core::dialplan::fields::{Faults, unknown};
use cuptel_core::id::TaskId;
use cuptel_core::time::UtcMs;
use cuptel_core::words::TaskState;
use cuptel_engine::Clock;
use cuptel_store::TaskFilter;
use serde_json::{Map, Value, json};

use crate::cli::{How, One, Page, identifier, one_of, say};
use crate::config::Config;
use crate::config::source::Source;
use crate::list::{self, Header, ListRow};
use crate::shell::{Api, list_path, offline, show_row, show_rows};

const FIELDS: [&str; 8] = [
    "id", "tenant", "queue", "title", "state", "due_ms", "seat", "owner",
];
const COLUMNS: [&str; 5] = ["tenant", "queue", "title", "due", "operator"];
const HEADER: Header<'_> = Header {
    any_of: &[
        &["tenant", "queue", "title"],
        &["tenant", "queue", "title", "due"],
        &COLUMNS,
    ],
    words: "the columns tenant,queue,title and, if they are there, due and operator, with commas",
};
/// Tasks told at once.
const AT_ONCE: usize = 200;

/// What can be asked of tasks, and done with them.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum TaskCommand {
    /// The newest ones
    List {
        /// Those that stand here
        #[arg(long, value_name = "STATE", value_parser = one_of(TaskState::ALL))]
        only: Option<TaskState>,
        /// Those that are open though their deadline is over
        #[arg(long)]
        overdue: bool,
        #[command(flatten)]
        page: Page,
        #[command(flatten)]
        how: How,
    },
    /// One of them with its history
    Show(One),
    /// Adds one: `tasks list` shows it, and it is offered when lines are quiet
    Add {
        /// What is to be done; no numbers or names of people: a title is shown and kept as it is
        title: String,
        /// The `name` of a `[[tenant]]`
        #[arg(long)]
        tenant: String,
        /// The `name` of a `[[queue]]` of that tenant: its skills are asked for
        #[arg(long)]
        queue: String,
        /// By when, with its zone: 2026-11-25T18:00:00+01:00
        #[arg(long, value_name = "TIME", value_parser = time)]
        due: Option<UtcMs>,
        /// Whose it is, as `cuptel operators list` names them; anybody's without
        #[arg(long, value_name = "NAME")]
        operator: Option<String>,
        /// Whether a caller who would wait too long may take its operator out of it
        #[arg(long, action = ArgAction::Set)]
        interruptible: Option<bool>,
    },
    /// Adds those of a CSV file; none where a row is faulty
    ///
    /// Two hundred at a time: where one of these cannot be added, it says how many were. The same file
    /// told again adds them again.
    ///
    /// Its columns are tenant,queue,title and, if they are there, due and operator:
    ///
    /// asl-teramo,prenotazioni,Spostare l'agenda di cardiologia,2026-11-25T18:00:00+01:00,Anna Esempio
    ///
    /// A deadline has its zone; it may be empty, and so may the operator.
    #[command(verbatim_doc_comment)]
    Import {
        /// The file
        file: PathBuf,
        /// JSON instead of a sentence
        #[arg(long)]
        json: bool,
    },
    /// Says which operator is to do one that nobody does yet; without a name, anybody
    Assign {
        /// Its identifier
        #[arg(value_parser = identifier)]
        id: i64,
        /// Who, as `cuptel operators list` names them
        #[arg(long, value_name = "NAME")]
        operator: Option<String>,
    },
    /// The operator of the seat to which it is offered takes it
    Accept {
        /// Its identifier
        #[arg(value_parser = identifier)]
        id: i64,
        /// The seat's extension
        #[arg(long)]
        seat: String,
    },
    /// It is done
    Finish {
        /// Its identifier
        #[arg(value_parser = identifier)]
        id: i64,
    },
    /// It waits again, at its place: who does it cannot, or whom it is offered to will not
    HandBack {
        /// Its identifier
        #[arg(value_parser = identifier)]
        id: i64,
    },
    /// Nobody wants it done any more
    Withdraw {
        /// Its identifier
        #[arg(value_parser = identifier)]
        id: i64,
    },
}

pub(crate) fn time(text: &str) -> Result<UtcMs, &'static str> {
    moment::parse(text).ok_or("expected a time with its zone, like 2026-11-25T18:00:00+01:00")
}

/// `tasks`.
pub(crate) fn tasks(config: &Config, command: TaskCommand) -> anyhow::Result<ExitCode> {
    let (id, what, body) = match command {
        TaskCommand::List {
            only,
            overdue,
            page,
            how,
        } => return list(config, only, overdue, &page, how),
        TaskCommand::Show(One { id, how }) => return show(config, id, how),
        TaskCommand::Add {
            title,
            tenant,
            queue,
            due,
            operator,
            interruptible,
        } => {
            let task = json!({
                "tenant": tenant, "queue": queue, "title": title, "due_ms": due,
                "operator": operator, "interruptible": interruptible,
            });
            Api::of(config)?.post("tasks", &json!({ "tasks": [task] }))?;
            say("added; it is offered when lines are quiet");
            return Ok(ExitCode::SUCCESS);
        }
        TaskCommand::Import { file, json } => return import(config, &file, json),
        TaskCommand::Assign { id, operator } => (id, "assign", json!({ "operator": operator })),
        TaskCommand::Accept { id, seat } => (id, "accept", json!({ "seat": seat })),
        TaskCommand::Finish { id } => (id, "finish", json!({})),
        TaskCommand::HandBack { id } => (id, "hand-back", json!({})),
        TaskCommand::Withdraw { id } => (id, "withdraw", json!({})),
    };
    let task = Api::of(config)?.post(&format!("tasks/{id}/{what}"), &body)?;
    crate::table::print_one(&task);
    Ok(ExitCode::SUCCESS)
}

fn list(
    config: &Config,
    only: Option<TaskState>,
    overdue: bool,
    page: &Page,
    how: How,
) -> anyhow::Result<ExitCode> {
    let rows = if how.offline {
        let now_ms = Clock::start().now().utc_ms;
        let filter = TaskFilter {
            tenant: page.tenant.clone(),
            state: only,
            due_before_ms: overdue.then_some(now_ms),
            before: page.before,
            limit: page.limit,
        };
        offline(config, async |store| {
            Ok(serde_json::to_value(store.tasks(&filter).await?)?)
        })?
    } else {
        let only = only.map(TaskState::as_str);
        let mut path = list_path("tasks", ("state", only), page);
        if overdue {
            path.push_str("&overdue=true");
        }
        Api::or_offline(config)?.get(&path)?
    };
    show_rows(&rows, &FIELDS, how.json)
}

fn show(config: &Config, id: i64, how: How) -> anyhow::Result<ExitCode> {
    let row = if how.offline {
        offline(config, async |store| {
            let row = store.task(TaskId(id)).await?;
            let row = row.with_context(|| format!("there is no task {id}"))?;
            Ok(serde_json::to_value(row)?)
        })?
    } else {
        Api::or_offline(config)?.get(&format!("tasks/{id}"))?
    };
    show_row(&row, how)
}

/// `tasks import FILE.csv`, and `import tasks FILE.csv`.
pub(crate) fn import(config: &Config, file: &Path, json: bool) -> anyhow::Result<ExitCode> {
    let source = Source::read_secret(file)?;
    let faults = Faults::default();
    let tasks = read(source.text(), config, &faults);
    let faults = source.faults(&faults.into_sorted());
    if !faults.is_empty() {
        let told: Vec<String> = faults.iter().map(ToString::to_string).collect();
        bail!("nothing was imported:\n{}", told.join("\n"));
    }
    let api = Api::of(config)?;
    let mut added = 0;
    for chunk in tasks.chunks(AT_ONCE) {
        let answer = api.post("tasks", &json!({ "tasks": chunk }));
        answer.with_context(|| {
            let of = tasks.len();
            format!("added the first {added} of {of} tasks: leave them out and try again")
        })?;
        added += chunk.len();
    }
    if json {
        say(&json!({ "changed": added }).to_string());
    } else {
        say(&format!("{added} tasks added"));
    }
    Ok(ExitCode::SUCCESS)
}

fn read(text: &str, config: &Config, faults: &Faults) -> Vec<Value> {
    let named = list::columns(text, &HEADER).map_or(COLUMNS.len(), <[_]>::len);
    let mut tasks = Vec::new();
    list::read(text, &HEADER, faults, |row| {
        if row.columns() == named {
            tasks.push(task(row, config));
            return;
        }
        let columns = COLUMNS.get(..named).unwrap_or(&COLUMNS);
        let message = format!(
            "{} columns: expected {named}: {}",
            row.columns(),
            columns.join(",")
        );
        row.fault(0, &message);
    });
    tasks
}

fn task(row: &ListRow<'_>, config: &Config) -> Value {
    let [tenant, queue, title, due, operator] = std::array::from_fn(|column| row.field(column));
    let is_it = |known: &&crate::config::queue::QueueSettings| known.tenant == tenant;
    let queues = || config.queues.iter().filter(is_it);
    if queues().next().is_none() {
        let tenants = config.tenants.iter().map(|known| known.name.as_str());
        row.fault(0, &unknown("tenant", tenant, tenants));
    } else if !queues().any(|known| known.name == queue) {
        let known = queues().map(|known| known.name.as_str());
        row.fault(1, &unknown("queue", queue, known));
    }
    if title.trim().is_empty() {
        row.fault(2, "`title` is empty: expected what is to be done");
    }
    let due_ms = moment::parse(due);
    if due_ms.is_none() && !due.is_empty() {
        let message = format!(
            "\"{due}\" is no time: expected one with its zone, like 2026-11-25T18:00:00+01:00"
        );
        row.fault(3, &message);
    }
    let mut task = Map::from_iter([
        ("tenant".to_owned(), json!(tenant)),
        ("queue".to_owned(), json!(queue)),
        ("title".to_owned(), json!(title)),
    ]);
    task.extend(due_ms.map(|due_ms| ("due_ms".to_owned(), json!(due_ms))));
    if !operator.is_empty() {
        task.insert("operator".to_owned(), json!(operator));
    }
    Value::Object(task)
}
