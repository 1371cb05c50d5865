//! `cuptel callbacks add` and `close`: what an operator has taken in charge.

use std::process::ExitCode;

use anyhow::bail;
use clap::Args;
use cuptel_core::time::UtcMs;
use cuptel_core::words::{ClosedByHand, KindByHand, PriorityClass};
use serde_json::{Value, json};

use crate::cli::{identifier, one_of, say};
use crate::config::Config;
use crate::shell::{Api, CALLBACK_FIELDS};
use crate::table;
use crate::tasks::time;

/// A person to be called.
#[derive(Debug, Clone, Args)]
pub(crate) struct NewCallback {
    /// Whose it is (`name` of a `[[tenant]]`)
    #[arg(long)]
    tenant: String,
    /// Whom to call
    #[arg(long)]
    number: String,
    /// Whose operators call
    #[arg(long)]
    queue: String,
    /// What kind of debt it is
    #[arg(long, value_parser = one_of(KindByHand::ALL), default_value = "taken_in_charge")]
    kind: KindByHand,
    /// Priority class, which says the deadline: 72 hours, 10, 30 and 120 days unless the queue's
    /// `class_u_h`, `class_b_days` and so on say otherwise
    #[arg(long, value_parser = one_of(PriorityClass::ALL))]
    class: Option<PriorityClass>,
    /// Another deadline, like 2026-11-25T18:00:00+01:00
    #[arg(long, value_name = "TIME", value_parser = time)]
    due: Option<UtcMs>,
    /// Not to be called before, like 2026-11-25T18:00:00+01:00
    #[arg(long, value_name = "TIME", value_parser = time)]
    not_before: Option<UtcMs>,
    /// What it is about
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    /// Who enters it, which is recorded
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
}

/// What nobody is to be called about any more.
#[derive(Debug, Clone, Args)]
pub(crate) struct Closing {
    /// Its identifier
    #[arg(value_parser = identifier)]
    id: i64,
    /// One of its needs, as `callbacks show` names them; all of them, without it
    #[arg(long, value_name = "ID", value_parser = identifier)]
    need: Option<i64>,
    /// How
    #[arg(long, value_parser = one_of(ClosedByHand::ALL), default_value = "withdrawn")]
    how: ClosedByHand,
    /// Why, which is recorded
    #[arg(long, value_name = "TEXT")]
    because: String,
    /// Who closes it, which is recorded
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
}

/// `callbacks add`.
pub(crate) fn add(config: &Config, new: &NewCallback) -> anyhow::Result<ExitCode> {
    if new.kind == KindByHand::TakenInCharge && new.class.is_none() && new.due.is_none() {
        bail!(
            "what is taken in charge is promised for a time: say --class U, B, D or P, which gives the deadline, or --due TIME; with --kind manual it needs none"
        );
    }
    let body = json!({
        "tenant": new.tenant, "queue": new.queue, "number": new.number, "kind": new.kind,
        "class": new.class, "due_ms": new.due, "not_before_ms": new.not_before,
        "note": new.note, "by": new.by,
    });
    let mut answer = Api::of(config)?.post("callbacks", &body)?;
    if answer["entered"] == json!(false) {
        say("nothing was added: this one is open for it already");
    }
    if new.class.is_none() && new.due.is_none() {
        say(
            "it has no class and no --due, so no deadline: it is called by its place in line, until somebody closes it or it is as old as `expire_days` lets callbacks of its queue be",
        );
    }
    let callback = answer["callback"].take();
    if callback.is_null() {
        say("entered and kept; it is listed when the database is back");
    } else {
        print(callback);
    }
    Ok(ExitCode::SUCCESS)
}

/// `callbacks close`.
pub(crate) fn close(config: &Config, closing: &Closing) -> anyhow::Result<ExitCode> {
    let body = json!({
        "need": closing.need, "how": closing.how, "because": closing.because, "by": closing.by,
    });
    let mut answer = Api::of(config)?.post(&format!("callbacks/{}/close", closing.id), &body)?;
    print(answer["callback"].take());
    Ok(ExitCode::SUCCESS)
}

/// As a list shows it; `callbacks show` tells the rest.
fn print(callback: Value) {
    table::print(&[callback], &CALLBACK_FIELDS);
}
