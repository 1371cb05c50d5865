//! `cuptel audit`: the proof, told in words or JSON.

use std::process::ExitCode;

use cuptel_engine::Clock;
use cuptel_store::{Access, Audit, Spill, Unreplayed};
use serde::Serialize;

use crate::cli::say;
use crate::config::Config;
use crate::serve::runtime;

/// Audits the database; exit 1 when a promise is broken.
pub(crate) fn audit(config: &Config, json: bool) -> anyhow::Result<ExitCode> {
    let (url, spill) = config.data.reveal()?;
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
    Ok(if proof.ok() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
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
            "UNPROVEN P1: {} transactions ({} bytes) wait in the spill; the server replays them when the database answers, or at its next start",
            spilled.entries, spilled.bytes
        ));
    }
    if proof.ok() {
        say("every promise holds");
    }
    for violation in &audit.violations {
        say(&format!(
            "BROKEN {} {}: {} ({} rows, first {:?})",
            violation.promise, violation.rule, violation.meaning, violation.count, violation.rows
        ));
    }
}
