//! Quarter hours against a small morning that can be counted by hand.

use cuptel_core::id::{QueueId, TenantId};
use cuptel_core::record::{AttemptRow, Record};
use cuptel_core::words::{Outcome, Stage};
use cuptel_store::{QuarterFigures, QuarterLine, Targets};

use super::{attempt, eight, of, stored};
use crate::home::{Home, on_every_database};
use crate::rows;

on_every_database!(
    calls_count_in_the_quarter_hour_in_which_they_came,
    a_wait_counts_in_every_quarter_hour_through_which_it_lasted,
    one_authority_has_its_own_quarter_hours_alone,
);

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

/// Somebody who came after so many minutes and waited so many seconds for an operator.
fn answered(id: i64, minute: i64, waited_s: i64) -> Record {
    let at = eight() + minute * MINUTE;
    of(AttemptRow {
        queue: Some(QueueId(1)),
        queued_ms: Some(at),
        talking_ms: Some(at + waited_s * 1_000),
        ended_ms: Some(at + waited_s * 1_000 + 90_000),
        outcome: Some(Outcome::Served),
        stage: Stage::Ended,
        callback: None,
        nth: None,
        ..attempt(id, Some(1), at)
    })
}

fn gave_up(id: i64, minute: i64, waited_s: i64) -> Record {
    let at = eight() + minute * MINUTE;
    of(AttemptRow {
        queue: Some(QueueId(1)),
        queued_ms: Some(at),
        ended_ms: Some(at + waited_s * 1_000),
        outcome: Some(Outcome::AbandonedQueue),
        stage: Stage::Ended,
        ..attempt(id, Some(1), at)
    })
}

async fn quarters(home: &Home, records: Vec<Record>, tenant: Option<&str>) -> Vec<QuarterLine> {
    let number = Record::Number(rows::number(1, rows::SECRETS[0]));
    let records = std::iter::once(number).chain(records).collect();
    let store = stored(home, records).await;
    let key = ("asl-teramo".to_owned(), "prenotazioni".to_owned());
    let targets: Targets = [(key, 90)].into();
    let stretch = (eight(), eight() + 2 * HOUR);
    let now_ms = eight() + 10 * HOUR;
    store
        .quarters(stretch, tenant, &targets, now_ms)
        .await
        .unwrap()
}

fn at(lines: &[QuarterLine], minute: i64) -> QuarterFigures {
    let begins = eight() + minute * MINUTE;
    let own = lines.iter().filter(|line| line.at_ms == begins);
    own.fold(QuarterFigures::default(), |sum, line| sum.and(line.figures))
}

async fn calls_count_in_the_quarter_hour_in_which_they_came(home: &Home) {
    let records = vec![
        answered(21, 1, 60),
        answered(22, 14, 120),
        gave_up(23, 14, 30),
        answered(24, 20, 10),
    ];
    let lines = quarters(home, records, None).await;
    let first = at(&lines, 0);
    assert_eq!((first.offered, first.answered, first.abandoned), (3, 2, 1));
    assert_eq!(
        (first.queued, first.in_target),
        (3, 1),
        "one of them within 90 s"
    );
    assert_eq!((first.answer_s, first.longest_s), (180, 120));
    let second = at(&lines, 15);
    assert_eq!((second.offered, second.in_target), (1, 1));
    assert_eq!(lines[0].queue.as_deref(), Some("prenotazioni"));
}

async fn a_wait_counts_in_every_quarter_hour_through_which_it_lasted(home: &Home) {
    // From 8:10 to 8:35.
    let lines = quarters(home, vec![answered(21, 10, 25 * 60)], None).await;
    let waited = [0, 15, 30].map(|minute| at(&lines, minute).waited_s);
    assert_eq!(waited, [300, 900, 300]);
    assert_eq!(at(&lines, 15).offered, 0, "and came in one alone");
}

async fn one_authority_has_its_own_quarter_hours_alone(home: &Home) {
    let elsewhere = of(AttemptRow {
        tenant: Some(TenantId(2)),
        ..attempt(22, Some(1), eight())
    });
    let records = vec![answered(21, 1, 60), elsewhere];
    let lines = quarters(home, records, Some("asl-teramo")).await;
    assert_eq!(at(&lines, 0).offered, 1);
}
