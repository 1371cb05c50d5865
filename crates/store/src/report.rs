//! Reports over what is stored: how callers fared in a period, and what is owed now. Every figure
//! is defined here, once; pages, API and shell show these and reckon nothing themselves.
//!
//! One statement a report, read row by row in an order that the database makes: memory grows with
//! tenants, queues and days, never with calls.

mod backlog;
mod columns;
mod operators;
mod paper;
mod period;
mod quarters;
mod results;
mod service;
mod spread;

use std::collections::BTreeMap;

use cuptel_core::time::UtcMs;
use serde::Serialize;

pub use backlog::{BACKLOG_COLUMNS, Backlog, BacklogLine, Owed};
pub use columns::csv;
pub use operators::OperatorFigures;
pub use paper::OnPaper;
pub use period::{Period, PeriodError, Zones};
pub use quarters::{QUARTER_COLUMNS, QUARTER_MS, QuarterFigures, QuarterLine, Targets};
pub use results::{RESULT_COLUMNS, ResultLine};
pub use service::SERVICE_COLUMNS;

#[cfg(test)]
pub(crate) use service::LOOKUPS as SERVICE_LOOKUPS;
#[cfg(test)]
pub(crate) use {
    backlog::LOOKUPS as BACKLOG_LOOKUPS, paper::LOOKUPS as PAPER_LOOKUPS,
    quarters::LOOKUPS as QUARTER_LOOKUPS,
};

/// What a line of a report is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// All authorities, the whole period.
    Region,
    /// All authorities, one day.
    RegionDay,
    /// One authority, the whole period.
    Tenant,
    /// One authority, one day.
    TenantDay,
    /// One queue, the whole period.
    Queue,
    /// One queue, one day.
    QueueDay,
}

/// How callers fared in a period.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Service {
    /// Its first day, `YYYY-MM-DD`.
    pub from: String,
    /// Its last day.
    pub to: String,
    /// The moment of which it tells: what is open may still be paid.
    pub at_ms: UtcMs,
    /// The region first, then each authority with its queues; of each the period, then its days.
    pub rows: Vec<ServiceLine>,
}

/// A line of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ServiceLine {
    /// What it is about.
    pub scope: Scope,
    /// Which authority; none in a line of the region, and of calls for a number of nobody.
    pub tenant: Option<String>,
    /// Which queue; none in totals, and of calls that ended before any was chosen.
    pub queue: Option<String>,
    /// Which day, `YYYY-MM-DD` by the clock of the authority; none in totals.
    pub day: Option<String>,
    /// How they fared.
    #[serde(flatten)]
    pub figures: Figures,
}

/// What is counted. Times are whole seconds, shares are parts of 1 in four digits, rounded down; both
/// are none where there is nothing to reckon with. Calls count on the day on which they came; a case counts with all that
/// came of it on the day of its first call, however later it was paid. So a line of last week
/// changes while its cases are paid, and what is open shows by how much it still may.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Figures {
    /// Calls, each once: `served + owed + open + ` every `suppressed_…`. Those that a carrier
    /// refused and told afterwards count on the day on which they were made.
    pub attempts: u64,
    /// Distinct numbers among them. Sums of lines count somebody who called on two days twice, and
    /// the total of those lines once.
    pub callers: u64,
    /// Calls that withheld their number: nobody knows how many people those are.
    pub withheld: u64,
    /// Ended with the caller served, by an operator or the menu.
    pub served: u64,
    /// Not served, and owed a call.
    pub owed: u64,
    /// Not over yet.
    pub open: u64,
    /// Not served and nobody to be called: `anonymous`, `no_number`, `forbidden_class`,
    /// `do_not_call` and `shared_number` together. What got lost.
    pub not_callable: u64,
    /// Not served and owed nothing, by reason.
    #[serde(flatten)]
    pub suppressed: BTreeMap<String, u64>,
    /// People who did not get through: callbacks with at least one call of theirs. It is the sum
    /// of the six that follow and `cases_open`.
    pub cases: u64,
    /// Of those, served by a call of ours.
    pub recovered_by_callback: u64,
    /// Of those, served when they called again.
    pub recovered_by_redial: u64,
    /// Of those, closed by hand as served, without an answered dial.
    pub settled_by_hand: u64,
    /// Of those, given up: every try spent, or too old.
    pub given_up: u64,
    /// Of those, the person wants no call.
    pub cancelled: u64,
    /// Of those, withdrawn by hand, or not to be called any more.
    pub withdrawn: u64,
    /// Of those, still owed.
    pub cases_open: u64,
    /// `(recovered_by_callback + recovered_by_redial) / cases`.
    pub recovered_share: Option<f64>,
    /// Calls of those people beyond the first of each.
    pub redials: u64,
    /// `redials / cases`.
    pub redials_per_case: Option<f64>,
    /// Of the cases, those that we have dialled at least once.
    pub called: u64,
    /// From the first call to our first dial, half of `called` waited no longer.
    pub callback_p50_s: Option<u64>,
    /// The same, for nineteen of twenty.
    pub callback_p95_s: Option<u64>,
    /// As `callback_p50_s`, from the place in line: whoever called outside the hours in which
    /// people are called back waits from their beginning.
    pub callback_in_hours_p50_s: Option<u64>,
    /// The same, for nineteen of twenty.
    pub callback_in_hours_p95_s: Option<u64>,
    /// Callbacks of every kind whose first dial ended answered, unanswered, busy, declined or
    /// unreachable. One that we broke off, or that met the person's own call, says nothing.
    pub first_dials: u64,
    /// Of those, answered.
    pub first_dials_reached: u64,
    /// `first_dials_reached / first_dials`.
    pub first_reach: Option<f64>,
    /// Callbacks of every kind whose person was told a time, the last one of several:
    /// `promises_kept + promises_late + promises_broken + promises_open`.
    pub promises: u64,
    /// Of those, dialled in time; or, without a dial, served or called off in time.
    pub promises_kept: u64,
    /// Of those, dialled, served or called off after it.
    pub promises_late: u64,
    /// Of those, over without a dial by what we did, or not dialled and the time is over.
    pub promises_broken: u64,
    /// Of those, the time is to come.
    pub promises_open: u64,
}

/// So many parts of 1 are told: four digits behind the point.
const SHARE_PARTS: u64 = 10_000;

/// A part of a whole, never rounded up; none of nothing.
fn share(part: u64, whole: u64) -> Option<f64> {
    let parts = (part * SHARE_PARTS).checked_div(whole)?;
    // Counts are far below 2^53.
    Some(parts as f64 / SHARE_PARTS as f64)
}
