//! `cuptel audit`: the proof, told in words or JSON.

use std::path::Path;
use std::process::ExitCode;

use cuptel_engine::Clock;
use cuptel_store::{Access, Audit, Spill, Unreplayed, Violation};
use serde::Serialize;

use crate::cli::{complain, load, say};
use crate::damage;
use crate::serve::runtime;

/// Exit code of an audit that could not be made: nothing is proven, and nothing is known to be
/// broken. A command line that cannot be read ends with it too.
const NOT_MADE: u8 = 2;

/// Audits the database; exit 1 when a promise is broken.
pub(crate) fn audit(config: &Path, json: bool) -> ExitCode {
    match told_proof(config, json) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            let error = error.context("the audit could not be made");
            complain(&error);
            // Its exit code says already that nothing was proven.
            damage::help(&error, config);
            ExitCode::from(NOT_MADE)
        }
    }
}

/// Makes the audit and tells it; whether everything is proven.
fn told_proof(config: &Path, json: bool) -> anyhow::Result<bool> {
    let (url, spill) = load(config)?.data.reveal()?;
    let audit = runtime()?.block_on(async {
        let store = cuptel_store::open(&url, Access::Read).await?;
        anyhow::Ok(store.audit(Clock::start().now().utc_ms).await?)
    })?;
    // Looked at last: what it held a moment ago may be in the database now.
    let spilled = Spill::look(&spill)?.unwrap_or_default();
    let proof = Proof { audit, spilled };
    if json {
        say(&serde_json::to_string(&proof)?);
    } else {
        tell(&proof);
    }
    Ok(proof.ok())
}

/// What the database proves, and what it has not heard of yet.
#[derive(Serialize)]
struct Proof {
    #[serde(flatten)]
    audit: Audit,
    spilled: Unreplayed,
}

impl Proof {
    fn ok(&self) -> bool {
        self.audit.ok() && self.spilled.entries == 0
    }
}

fn tell(proof: &Proof) {
    let Proof { audit, spilled } = proof;
    let sums = &audit.sums;
    say(&format!(
        "attempts received    {:>9} = {} ended + {} open",
        sums.attempts, sums.ended, sums.open
    ));
    say(&format!("  served             {:>9}", sums.served));
    say(&format!("  owed a callback    {:>9}", sums.with_callback));
    for (reason, count) in &sums.suppressed {
        say(&format!("  nothing owed       {count:>9}  {reason}"));
    }
    say(&format!(
        "callbacks            {:>9} open, {} closed",
        sums.callbacks_open, sums.callbacks_closed
    ));
    say(&format!(
        "dials                {:>9}, {} in flight or unknown",
        sums.dials, sums.dials_in_flight
    ));
    say(&format!(
        "offers open {}, assignments open {}",
        sums.offers_open, sums.assignments_open
    ));
    if spilled.entries > 0 {
        say(&format!(
            "UNPROVEN P1: {} transactions ({} bytes) wait in the spill: a running server gives them to the database when that answers, else start it. Do not delete the spill",
            spilled.entries, spilled.bytes
        ));
    }
    if proof.ok() {
        say("every promise holds");
    }
    for violation in &audit.violations {
        tell_violation(violation);
    }
}

fn tell_violation(violation: &Violation) {
    let Violation {
        rule,
        promise,
        table,
        count,
        rows,
        meaning,
        advice,
    } = violation;
    say(&format!("BROKEN {promise} {rule}: {meaning}"));
    let named: Vec<String> = rows.iter().map(i64::to_string).collect();
    let of = match usize::try_from(*count) {
        Ok(count) if count == named.len() => String::new(),
        Ok(_) | Err(_) => format!("the first {} of them: ", named.len()),
    };
    let noun = if *count == 1 { "row" } else { "rows" };
    let named = named.join(", ");
    say(&format!("  {count} {noun} of `{table}`: {of}{named}"));
    say(&format!("  what to do: {advice}"));
}
