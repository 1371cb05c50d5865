//! What the demo came to: the store's figures beside what the phones saw for themselves, call by
//! call, and every difference between the two in words.

use std::collections::BTreeMap;

use anyhow::Context as _;
use cuptel_core::time::UtcMs;
use cuptel_core::words::{DialResult, Outcome};
use cuptel_store::{Access, AttemptFilter, AttemptView, Audit, Totals};
use serde::Serialize;

use super::authorities::{self, Authority};
use crate::config::Config;
use crate::demo::{Counts, Placed, Seen};

/// Rows read at a time: the most that the store gives.
const PAGE: u32 = 1_000;
/// Packets of a leg that may be under way when it ends: half a second of voice.
const UNDER_WAY_PER_LEG: u64 = 25;

/// What the media thread of the node counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct NodeVoice {
    pub(super) packets_in: u64,
    pub(super) packets_out: u64,
}

impl NodeVoice {
    /// Reads the node's own metrics page.
    pub(super) fn of(metrics: &str) -> Option<Self> {
        let count = |direction: &str| {
            let name = format!("cuptel_rtp_packets_total{{direction=\"{direction}\"}} ");
            let line = metrics.lines().find_map(|line| line.strip_prefix(&name))?;
            line.trim().parse().ok()
        };
        Some(Self {
            packets_in: count("in")?,
            packets_out: count("out")?,
        })
    }
}

/// The line of JSON.
#[derive(Debug, Serialize)]
pub(super) struct Figures {
    pub(super) attempts: i64,
    pub(super) served: i64,
    pub(super) abandoned: i64,
    pub(super) refused: i64,
    /// Of those refused, who heard on a notice line where they stand.
    pub(super) told: i64,
    pub(super) out_of_hours: i64,
    pub(super) callbacks_opened: i64,
    pub(super) callbacks_closed: i64,
    pub(super) dials: i64,
    pub(super) lost: i64,
    pub(super) double_dials: i64,
    pub(super) rtp_lost_pct: f64,
    pub(super) answer_p50_ms: f64,
    pub(super) answer_p99_ms: f64,
    /// Where the store and the phones do not say the same; empty when all is well.
    pub(super) differences: Vec<String>,
}

/// What the demo came to.
#[derive(Debug)]
pub(super) struct Reckoning {
    pub(super) figures: Figures,
    pub(super) audit: Audit,
    /// Calls of people who joined in with a telephone of their own.
    pub(super) guests: u64,
    pub(super) authorities: Vec<Authority>,
}

impl Reckoning {
    /// Nobody lost, nobody dialled twice, and the phones say the same as the store.
    pub(super) fn is_well(&self) -> bool {
        let figures = &self.figures;
        figures.lost == 0
            && figures.double_dials == 0
            && figures.differences.is_empty()
            && self.audit.ok()
    }
}

/// Reads the closed database and compares.
pub(super) async fn reckon(
    config: &Config,
    seen: &Seen,
    voice: Option<NodeVoice>,
    guest_sits: bool,
    now_ms: UtcMs,
) -> anyhow::Result<Reckoning> {
    let url = config.data.url.reveal()?;
    let store = cuptel_store::open(&url, Access::Read).await?;
    let totals = store.totals().await?;
    let audit = store.audit(now_ms).await?;
    let rows = attempts(&store).await?;
    let calls = compare_calls(&seen.placed, &rows);
    let mut differences = calls.differences;
    differences.extend(compare_dials(&totals, &seen.counts));
    differences.extend(compare_phones(&seen.counts));
    let alone = calls.guests == 0 && !guest_sits;
    match voice {
        Some(voice) => differences.extend(compare_voice(voice, &seen.counts, alone)),
        None => differences.push("the node's metrics told nothing of its packets".to_owned()),
    }
    let broken = |promise: &str| -> i64 {
        let of = audit.violations.iter().filter(|v| v.promise == promise);
        of.map(|v| v.count).sum()
    };
    let figures = Figures {
        attempts: audit.sums.attempts,
        served: sum(&totals, &[Outcome::Served, Outcome::ServedByMenu]),
        abandoned: sum(&totals, &authorities::ABANDONED),
        refused: sum(&totals, &authorities::REFUSED),
        told: i64::try_from(rows.iter().filter(|row| was_told(row)).count())?,
        out_of_hours: sum(&totals, &[Outcome::OutOfHours]),
        callbacks_opened: audit.sums.callbacks_open + audit.sums.callbacks_closed,
        callbacks_closed: audit.sums.callbacks_closed,
        dials: audit.sums.dials,
        lost: calls.lost + broken("P1"),
        double_dials: i64::try_from(seen.counts.double_dials)? + broken("P3"),
        rtp_lost_pct: seen.counts.rtp_lost_pct(),
        answer_p50_ms: seen.counts.answer_p50_ms,
        answer_p99_ms: seen.counts.answer_p99_ms,
        differences,
    };
    let authorities = authorities::sums(config, &store, &rows).await?;
    store.close().await?;
    Ok(Reckoning {
        figures,
        audit,
        guests: calls.guests,
        authorities,
    })
}

/// Every attempt, newest first.
async fn attempts(store: &cuptel_store::Store) -> anyhow::Result<Vec<AttemptView>> {
    let mut all: Vec<AttemptView> = Vec::new();
    loop {
        let filter = AttemptFilter {
            before: all.last().map(|row| row.id.0),
            limit: PAGE,
            ..AttemptFilter::default()
        };
        let page = store
            .attempts(&filter)
            .await
            .context("reading the attempts")?;
        if page.is_empty() {
            return Ok(all);
        }
        all.extend(page);
    }
}

/// Refused for want of a line, and answered all the same: on a notice line.
fn was_told(row: &AttemptView) -> bool {
    row.outcome == Some(Outcome::RefusedLines) && row.sip_status == Some(200)
}

fn sum(totals: &Totals, outcomes: &[Outcome]) -> i64 {
    let of = outcomes
        .iter()
        .filter_map(|outcome| totals.attempts.get(outcome));
    of.sum()
}

/// A row as the comparison needs it.
trait Recorded {
    fn call_id(&self) -> &str;
    fn status(&self) -> Option<u16>;
}

impl Recorded for AttemptView {
    fn call_id(&self) -> &str {
        &self.sip_call_id
    }

    fn status(&self) -> Option<u16> {
        self.sip_status
    }
}

/// What the callers' INVITEs and the rows have to say of each other.
#[derive(Debug, Default, PartialEq, Eq)]
struct Calls {
    /// INVITEs that got a final response, and no row tells of them.
    lost: i64,
    /// Rows of calls that the demo's phones did not place.
    guests: u64,
    differences: Vec<String>,
}

/// Each INVITE has one row, with the final response that its caller heard.
fn compare_calls(placed: &[Placed], rows: &[impl Recorded]) -> Calls {
    let mut recorded: BTreeMap<&str, Vec<Option<u16>>> = BTreeMap::new();
    for row in rows {
        recorded
            .entry(row.call_id())
            .or_default()
            .push(row.status());
    }
    let (mut calls, mut unlike) = (Calls::default(), BTreeMap::<String, u64>::new());
    for Placed { call_id, heard } in placed {
        let mut note = |text: String| *unlike.entry(text).or_default() += 1;
        match (recorded.remove(call_id.as_str()).as_deref(), heard) {
            (Some([status]), heard) if status == heard => {}
            (Some([status]), heard) => note(format!(
                "the caller heard {}, the row says {}",
                status_text(*heard),
                status_text(*status)
            )),
            (Some(several), _) => note(format!("one call, {} rows", several.len())),
            // What nobody answered may have been lost on the way to us.
            (None, None) => {}
            (None, Some(status)) => {
                calls.lost += 1;
                note(format!("the caller heard {status}, and there is no row"));
            }
        }
    }
    calls.guests = recorded.values().map(|rows| rows.len() as u64).sum();
    calls.differences = unlike
        .into_iter()
        .map(|(what, count)| format!("{count} calls: {what}"))
        .collect();
    calls
}

fn status_text(status: Option<u16>) -> String {
    status.map_or_else(|| "nothing".to_owned(), |status| status.to_string())
}

/// The dials that the store has beside those that rang at the carrier.
fn compare_dials(totals: &Totals, counts: &Counts) -> Vec<String> {
    let of = |result| count(totals.dials.get(&result).copied().unwrap_or(0));
    let rows: u64 =
        totals.dials.values().map(|n| count(*n)).sum::<u64>() + count(totals.dials_in_flight);
    // A dial that was given up before its INVITE could leave has a row all the same.
    let unsent_max = of(DialResult::Cancelled) + of(DialResult::Married);
    let mut differences = Vec::new();
    if counts.callbacks_rung > rows || rows > counts.callbacks_rung + unsent_max {
        differences.push(format!(
            "dials: {rows} rows, {} rang at the carrier",
            counts.callbacks_rung
        ));
    }
    for (what, stored, seen) in [
        (
            "people who answered",
            // Nobody of these refuses a call: who declined picked up, and hung up at once.
            of(DialResult::Answered) + of(DialResult::Declined),
            counts.callbacks_answered,
        ),
        (
            "people who were busy",
            of(DialResult::Busy),
            counts.callbacks_busy,
        ),
    ] {
        if stored != seen {
            differences.push(format!(
                "{what}: {stored} stored, {seen} seen by the phones"
            ));
        }
    }
    differences
}

/// What the phones alone can tell to be wrong.
fn compare_phones(counts: &Counts) -> Vec<String> {
    [
        (
            counts.operator_doubled,
            "an operator's phone was rung while it rang or talked",
        ),
        (
            counts.dialled_while_calling,
            "somebody was rung while on the line with us",
        ),
        (counts.failed, "a call failed"),
    ]
    .into_iter()
    .filter(|(times, _)| *times > 0)
    .map(|(times, what)| format!("{what}: {times} times"))
    .collect()
}

/// What the phones sent has arrived, and what the node sent: up to what was under way when a leg
/// ended. With guests on the line the node has more.
fn compare_voice(voice: NodeVoice, counts: &Counts, alone: bool) -> Vec<String> {
    let under_way = counts.rtp_legs * UNDER_WAY_PER_LEG;
    [
        (
            "sent by the phones",
            counts.rtp_sent,
            "heard by the node",
            voice.packets_in,
        ),
        (
            "heard by the phones",
            counts.rtp_received,
            "sent by the node",
            voice.packets_out,
        ),
    ]
    .into_iter()
    .filter(|(_, phones, _, node)| {
        let too_few = phones.saturating_sub(*node) > under_way;
        let too_many = alone && node.saturating_sub(*phones) > under_way;
        too_few || too_many
    })
    .map(|(one, phones, other, node)| format!("voice packets: {phones} {one}, {node} {other}"))
    .collect()
}

fn count(stored: i64) -> u64 {
    u64::try_from(stored).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Row(&'static str, Option<u16>);

    impl Recorded for Row {
        fn call_id(&self) -> &str {
            self.0
        }

        fn status(&self) -> Option<u16> {
            self.1
        }
    }

    fn placed(call_id: &str, heard: Option<u16>) -> Placed {
        Placed {
            call_id: call_id.to_owned(),
            heard,
        }
    }

    #[test]
    fn calls_that_agree_have_no_difference_and_rows_of_others_are_guests() {
        let phones = [
            placed("a", Some(200)),
            placed("b", Some(486)),
            placed("c", None),
        ];
        let rows = [
            Row("b", Some(486)),
            Row("a", Some(200)),
            Row("guest", Some(200)),
        ];
        let calls = compare_calls(&phones, &rows);
        assert_eq!(
            calls,
            Calls {
                guests: 1,
                ..Calls::default()
            }
        );
    }

    #[test]
    fn a_call_without_its_row_is_lost_and_another_status_is_a_difference() {
        let phones = [
            placed("a", Some(486)),
            placed("b", Some(487)),
            placed("c", Some(200)),
        ];
        let rows = [
            Row("b", Some(480)),
            Row("c", Some(200)),
            Row("c", Some(200)),
        ];
        let calls = compare_calls(&phones, &rows);
        assert_eq!(calls.lost, 1);
        assert_eq!(
            calls.differences,
            [
                "1 calls: one call, 2 rows",
                "1 calls: the caller heard 486, and there is no row",
                "1 calls: the caller heard 487, the row says 480",
            ]
        );
    }

    #[test]
    fn a_dial_that_nobody_heard_ring_is_a_difference_unless_it_was_given_up() {
        let mut totals = Totals::default();
        totals.dials.insert(DialResult::Answered, 2);
        totals.dials.insert(DialResult::Cancelled, 1);
        let mut counts = Counts {
            callbacks_rung: 2,
            callbacks_answered: 2,
            ..Counts::default()
        };
        assert!(compare_dials(&totals, &counts).is_empty());
        counts.callbacks_rung = 1;
        assert_eq!(
            compare_dials(&totals, &counts),
            ["dials: 3 rows, 1 rang at the carrier"]
        );
        counts.callbacks_rung = 4;
        counts.callbacks_busy = 1;
        assert_eq!(compare_dials(&totals, &counts).len(), 2);
    }

    #[test]
    fn packets_may_be_under_way_at_the_end_and_no_more() {
        let counts = Counts {
            rtp_legs: 2,
            rtp_sent: 1_000,
            rtp_received: 900,
            ..Counts::default()
        };
        let voice = |packets_in, packets_out| NodeVoice {
            packets_in,
            packets_out,
        };
        assert!(compare_voice(voice(960, 930), &counts, true).is_empty());
        assert_eq!(compare_voice(voice(900, 960), &counts, true).len(), 2);
        assert_eq!(compare_voice(voice(5_000, 5_000), &counts, true).len(), 2);
        assert!(compare_voice(voice(5_000, 5_000), &counts, false).is_empty());
    }

    #[test]
    fn the_nodes_packets_are_read_off_its_metrics() {
        let page = "# HELP x\ncuptel_rtp_packets_total{direction=\"in\"} 12\ncuptel_rtp_packets_total{direction=\"out\"} 34\n";
        assert_eq!(
            NodeVoice::of(page),
            Some(NodeVoice {
                packets_in: 12,
                packets_out: 34
            })
        );
        assert_eq!(NodeVoice::of("nothing"), None);
    }
}
