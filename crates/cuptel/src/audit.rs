//! `cuptel audit`: the proof, told in words or JSON.

use std::process::ExitCode;

use cuptel_engine::Clock;
use cuptel_store::{Access, Audit};

use crate::cli::say;
use crate::config::Config;
use crate::serve::runtime;

/// Audits the database; exit 1 when a promise is broken.
pub(crate) fn audit(config: &Config, json: bool) -> anyhow::Result<ExitCode> {
    let audit = runtime()?.block_on(async {
        let store = cuptel_store::open(&config.data_url.reveal()?, Access::Read).await?;
        anyhow::Ok(store.audit(Clock::start().now().utc_ms).await?)
    })?;
    if json {
        say(&serde_json::to_string(&audit)?);
    } else {
        tell(&audit);
    }
    Ok(if audit.ok() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn tell(audit: &Audit) {
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
    if audit.ok() {
        say("every promise holds");
    }
    for violation in &audit.violations {
        say(&format!(
            "BROKEN {} {}: {} ({} rows, first {:?})",
            violation.promise, violation.rule, violation.meaning, violation.count, violation.rows
        ));
    }
}
