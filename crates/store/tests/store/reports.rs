//! Reports: each figure against a small history that can be counted by hand.

mod owed;
mod quarters;

use std::collections::BTreeSet;

use cuptel_core::calendar::{Zone, moment};
use cuptel_core::id::{AttemptId, NumberId, QueueId, TenantId};
use cuptel_core::record::{AttemptRow, CallbackRow, DialRow, NeedRow, PromiseRow, Record};
use cuptel_core::words::{
    CallbackState, ClosedHow, DialResult, DialState, NeedKind, NumberClass, Outcome, Stage,
    Suppression,
};
use cuptel_store::{
    Batch, Figures, Names, Period, SERVICE_COLUMNS, Scope, Service, Store, StoreError, Zones,
};

use crate::home::{Home, on_every_database};
use crate::rows::{self, dial, names, number, promise, refused};

on_every_database!(
    calls_are_counted_as_the_audit_counts_them,
    a_number_is_one_caller_in_each_line_whatever_its_handles,
    a_day_ends_at_the_local_midnight_also_when_the_clock_is_set,
    a_call_told_by_a_carrier_counts_on_the_day_on_which_it_was_made,
    a_case_counts_once_by_how_it_ended_on_the_day_of_its_first_call,
    what_somebody_entered_is_no_caller_who_was_recovered,
    the_time_to_a_callback_is_from_the_first_call_and_from_the_place,
    a_first_dial_that_we_broke_off_says_nothing_of_the_reach,
    a_promise_is_kept_late_broken_or_open,
    one_authority_has_its_own_lines_alone,
    a_period_without_anything_has_no_line,
);

const HOUR: i64 = 3_600_000;

/// Wednesday, 25 November 2026, eight in the morning in Rome.
fn eight() -> i64 {
    at("2026-11-25T08:00:00+01:00")
}

fn at(text: &str) -> i64 {
    moment::parse(text).unwrap()
}

fn days(from: &str, to: &str) -> Period {
    let later = at("2099-12-31T12:00:00+01:00");
    Period::asked(None, Some(from), Some(to), (later, Zone::UTC)).unwrap()
}

/// Both have the hours of Rome.
fn zones() -> Zones {
    let of = |name: &str| (name.to_owned(), Zone::Europe__Rome);
    [of("asl-teramo"), of("asl-pescara")].into_iter().collect()
}

async fn stored(home: &Home, records: Vec<Record>) -> Store {
    let store = home.serve().await;
    let names = Names {
        queues: vec![
            ("asl-teramo".into(), "prenotazioni".into()),
            ("asl-pescara".into(), "disdette".into()),
        ],
        ..names()
    };
    store.intern(&names).await.unwrap();
    store.begin().await.unwrap();
    let last_seq = 1;
    let batch = Batch { last_seq, records };
    store.writer().commit(&mut vec![batch]).await.unwrap();
    store
}

/// Seen at the end of the day.
async fn report(store: &Store, period: Period) -> Service {
    let now_ms = eight() + 16 * HOUR;
    store.service(period, &zones(), None, now_ms).await.unwrap()
}

fn line(report: &Service, scope: Scope, tenant: Option<&str>, queue: Option<&str>) -> Figures {
    let found: Vec<_> = report
        .rows
        .iter()
        .filter(|line| {
            let whose = (line.tenant.as_deref(), line.queue.as_deref());
            line.scope == scope && whose == (tenant, queue)
        })
        .collect();
    let [line] = found[..] else {
        panic!("one such line: {found:#?}");
    };
    line.figures.clone()
}

fn region(report: &Service) -> Figures {
    line(report, Scope::Region, None, None)
}

fn attempt(id: i64, number: Option<i64>, received_ms: i64) -> AttemptRow {
    AttemptRow {
        number: number.map(NumberId),
        received_ms,
        ended_ms: Some(received_ms + 1_000),
        ..refused(id, id, 0, 7)
    }
}

fn of(row: AttemptRow) -> Record {
    Record::Attempt(Box::new(row))
}

fn suppressed(id: i64, reason: Suppression) -> Record {
    of(AttemptRow {
        callback: None,
        nth: None,
        suppressed: Some(reason),
        ..attempt(id, Some(1), eight())
    })
}

/// Opened at that moment, with so many calls.
fn callback(id: i64, opened_ms: i64, attempts: i64) -> CallbackRow {
    CallbackRow {
        place_ms: opened_ms,
        not_before_ms: opened_ms,
        opened_ms,
        last_attempt_ms: opened_ms,
        attempts,
        tries: 0,
        ..rows::callback(id, id, CallbackState::Waiting)
    }
}

fn closed(row: CallbackRow, how: ClosedHow, closed_ms: i64) -> CallbackRow {
    CallbackRow {
        state: CallbackState::Closed,
        closed_ms: Some(closed_ms),
        closed_how: Some(how),
        ..row
    }
}

fn ended(id: i64, callback: i64, placed_ms: i64, result: DialResult) -> Record {
    Record::Dial(DialRow {
        placed_ms,
        result: Some(result),
        ..dial(id, callback, callback, DialState::Ended)
    })
}

fn need(id: i64, callback: i64, kind: NeedKind, queue: Option<i64>) -> Record {
    Record::Need(NeedRow {
        kind,
        queue: queue.map(QueueId),
        ..rows::need(id, callback, true)
    })
}

/// A call of each kind: owed, served twice, going on, and four to whom nothing is owed.
fn calls_of_each_kind() -> Vec<Record> {
    let served = AttemptRow {
        outcome: Some(Outcome::Served),
        callback: None,
        nth: None,
        ..attempt(2, Some(1), eight())
    };
    let by_menu = AttemptRow {
        outcome: Some(Outcome::ServedByMenu),
        ..served.clone()
    };
    let by_menu = AttemptRow {
        id: AttemptId(3),
        arrival_seq: 3,
        ..by_menu
    };
    let open = AttemptRow {
        stage: Stage::Ringing,
        ended_ms: None,
        outcome: None,
        callback: None,
        nth: None,
        ..attempt(4, Some(1), eight())
    };
    let withheld = AttemptRow {
        class: NumberClass::Anonymous,
        callback: None,
        nth: None,
        suppressed: Some(Suppression::Anonymous),
        ..attempt(5, None, eight())
    };
    let nobodys = AttemptRow {
        tenant: None,
        callback: None,
        nth: None,
        suppressed: Some(Suppression::NoLine),
        ..attempt(8, Some(1), eight())
    };
    vec![
        Record::Number(number(1, "+390861123456")),
        Record::Callback(callback(7, eight(), 1)),
        of(attempt(1, Some(1), eight())),
        of(served),
        of(by_menu),
        of(open),
        of(withheld),
        suppressed(6, Suppression::DoNotCall),
        suppressed(7, Suppression::Policy),
        of(nobodys),
    ]
}

async fn calls_are_counted_as_the_audit_counts_them(home: &Home) {
    let store = stored(home, calls_of_each_kind()).await;
    let report = report(&store, days("2026-01-01", "2026-12-31")).await;
    let all = region(&report);
    let audit = store.audit(eight()).await.unwrap().sums;
    let count = |count: i64| u64::try_from(count).unwrap();
    assert_eq!((all.attempts, count(audit.attempts)), (8, 8));
    assert_eq!((all.served, count(audit.served)), (2, 2));
    assert_eq!((all.open, count(audit.open)), (1, 1));
    assert_eq!((all.owed, count(audit.with_callback)), (1, 1));
    for (reason, number) in &audit.suppressed {
        assert_eq!(
            all.suppressed[&format!("suppressed_{reason}")],
            count(*number)
        );
    }
    let nothing_owed: u64 = all.suppressed.values().sum();
    assert_eq!((nothing_owed, all.not_callable, all.withheld), (4, 2, 1));
    assert_eq!(
        all.attempts,
        all.served + all.owed + all.open + nothing_owed
    );
    let teramo = line(&report, Scope::Tenant, Some("asl-teramo"), None);
    assert_eq!((teramo.attempts, teramo.callers), (7, 1));
    let nobody = line(&report, Scope::Tenant, None, None);
    assert_eq!((nobody.attempts, nobody.not_callable), (1, 0));
}

async fn a_number_is_one_caller_in_each_line_whatever_its_handles(home: &Home) {
    let day_ms = 24 * HOUR;
    let in_queue = AttemptRow {
        queue: Some(QueueId(1)),
        ..attempt(3, Some(2), eight() + 2)
    };
    let elsewhere = AttemptRow {
        tenant: Some(TenantId(2)),
        ..attempt(4, Some(1), eight() + 3)
    };
    let mut erased = number(5, "+390861000001");
    erased.e164 = None;
    let records = vec![
        // Two handles of one number, another number, and one that was erased.
        Record::Number(number(1, "+390861123456")),
        Record::Number(number(2, "+390861123456")),
        Record::Number(number(3, "+390861765432")),
        Record::Number(erased),
        of(attempt(1, Some(1), eight())),
        of(attempt(2, Some(1), eight() + 1)),
        of(in_queue),
        of(elsewhere),
        of(attempt(5, Some(3), eight() + 4)),
        of(attempt(6, Some(5), eight() + 5)),
        of(attempt(7, None, eight() + 6)),
        of(attempt(8, None, eight() + 7)),
        of(attempt(9, Some(2), eight() + day_ms)),
        // Those with a number are all of this case: somebody left another one to be called at.
        Record::Callback(callback(7, eight(), 7)),
    ];
    let store = stored(home, records).await;
    let report = report(&store, days("2026-11-25", "2026-11-26")).await;
    let told = |scope, tenant, queue| {
        let figures = line(&report, scope, tenant, queue);
        (figures.attempts, figures.callers, figures.withheld)
    };
    assert_eq!(told(Scope::Region, None, None), (9, 3, 2));
    let all = region(&report);
    assert_eq!((all.cases, all.redials), (1, 6));
    let teramo = Some("asl-teramo");
    assert_eq!(told(Scope::Tenant, teramo, None), (8, 3, 2));
    assert_eq!(told(Scope::Tenant, Some("asl-pescara"), None), (1, 1, 0));
    assert_eq!(told(Scope::Queue, teramo, Some("prenotazioni")), (1, 1, 0));
    assert_eq!(told(Scope::Queue, teramo, None), (7, 3, 2));
    let by_day = |scope| {
        let rows = report.rows.iter().filter(move |line| line.scope == scope);
        let told = rows.map(|line| (line.day.clone().unwrap(), line.figures.callers));
        told.collect::<Vec<_>>()
    };
    let expected = [("2026-11-25".to_owned(), 3), ("2026-11-26".to_owned(), 1)];
    assert_eq!(by_day(Scope::RegionDay), expected);
}

async fn a_day_ends_at_the_local_midnight_also_when_the_clock_is_set(home: &Home) {
    // The night in which the clocks of Rome go back from three to two.
    let moments = [
        "2026-10-24T23:59:59+02:00",
        "2026-10-25T00:00:00+02:00",
        "2026-10-25T02:30:00+02:00",
        "2026-10-25T02:30:00+01:00",
        "2026-10-25T23:59:59+01:00",
        "2026-10-26T00:00:00+01:00",
    ];
    let calls = (1..).zip(moments);
    let records = calls.map(|(id, moment)| of(attempt(id, None, at(moment))));
    let store = stored(home, records.collect()).await;
    let report = report(&store, days("2026-10-25", "2026-10-25")).await;
    assert_eq!(region(&report).attempts, 4);
    let whole = store
        .service(days("2026-10-24", "2026-10-26"), &zones(), None, eight())
        .await
        .unwrap();
    let rows = whole
        .rows
        .iter()
        .filter(|line| line.scope == Scope::RegionDay);
    let counted: Vec<_> = rows.map(|line| line.figures.attempts).collect();
    assert_eq!(counted, [1, 4, 1]);
}

async fn a_call_told_by_a_carrier_counts_on_the_day_on_which_it_was_made(home: &Home) {
    let imported = AttemptRow {
        outcome: Some(Outcome::RefusedByCarrier),
        ..attempt(12, Some(1), eight())
    };
    // Made at eight, told a day later: the case was opened then, at the place of the call.
    let case = CallbackRow {
        place_ms: eight(),
        ..callback(13, eight() + 24 * HOUR, 1)
    };
    let records = vec![
        of(attempt(1, None, eight() - 48 * HOUR)),
        of(attempt(11, None, eight() + 24 * HOUR)),
        of(imported),
        Record::Callback(case),
    ];
    let store = stored(home, records).await;
    let report = report(&store, days("2026-11-25", "2026-11-25")).await;
    let told = region(&report);
    assert_eq!((told.attempts, told.owed, told.cases), (1, 1, 1));
}

async fn a_case_counts_once_by_how_it_ended_on_the_day_of_its_first_call(home: &Home) {
    let later = eight() + 30 * HOUR;
    let ends = [
        ClosedHow::Served,
        ClosedHow::GotThrough,
        ClosedHow::Exhausted,
        ClosedHow::Expired,
        ClosedHow::CancelledByPerson,
        ClosedHow::Withdrawn,
        ClosedHow::Suppressed,
    ];
    let mut records: Vec<Record> = (1..)
        .zip(ends)
        .map(|(id, how)| Record::Callback(closed(callback(id, eight(), 1), how, later)))
        .collect();
    records.extend([
        // Called twice, at two dials: the second was answered.
        ended(101, 1, eight() + HOUR, DialResult::NoAnswer),
        ended(102, 1, later - HOUR, DialResult::Answered),
        // Three calls, closed by hand as served; four calls, still owed.
        Record::Callback(closed(callback(8, eight(), 3), ClosedHow::Served, later)),
        Record::Callback(callback(9, eight(), 4)),
        need(201, 9, NeedKind::Missed, Some(1)),
        // On the day before.
        Record::Callback(callback(10, eight() - 9 * HOUR, 1)),
    ]);
    let store = stored(home, records).await;
    let report = report(&store, days("2026-11-25", "2026-11-25")).await;
    let told = region(&report);
    assert_eq!(
        (
            told.recovered_by_callback,
            told.recovered_by_redial,
            told.settled_by_hand
        ),
        (1, 1, 1)
    );
    assert_eq!((told.given_up, told.cancelled, told.withdrawn), (2, 1, 2));
    assert_eq!((told.cases, told.cases_open), (9, 1));
    assert_eq!(told.recovered_share, Some(0.2222));
    // Two beyond the first, and three.
    assert_eq!((told.redials, told.redials_per_case), (5, Some(0.5555)));
    let teramo = Some("asl-teramo");
    let chosen = line(&report, Scope::Queue, teramo, Some("prenotazioni"));
    let unsaid = line(&report, Scope::Queue, teramo, None);
    assert_eq!((chosen.cases, chosen.redials), (1, 3));
    assert_eq!((unsaid.cases, unsaid.redials), (8, 2));
}

async fn what_somebody_entered_is_no_caller_who_was_recovered(home: &Home) {
    let later = eight() + HOUR;
    let entered = closed(callback(1, eight(), 0), ClosedHow::Served, later);
    let records = vec![
        Record::Callback(entered),
        ended(101, 1, later, DialResult::Answered),
    ];
    let store = stored(home, records).await;
    let told = region(&report(&store, days("2026-11-25", "2026-11-25")).await);
    assert_eq!(
        (told.cases, told.recovered_by_callback, told.called),
        (0, 0, 0)
    );
    assert_eq!((told.recovered_share, told.callback_p50_s), (None, None));
    assert_eq!((told.first_dials, told.first_reach), (1, Some(1.0)));
}

async fn the_time_to_a_callback_is_from_the_first_call_and_from_the_place(home: &Home) {
    let mut records = Vec::new();
    // Dialled after 10, 20, 30, 40 and 100 seconds.
    for (id, waited_s) in (1..).zip([10, 20, 30, 40, 100]) {
        records.push(Record::Callback(callback(id, eight(), 1)));
        let placed_ms = eight() + waited_s * 1_000;
        records.push(ended(100 + id, id, placed_ms, DialResult::NoAnswer));
        records.push(ended(200 + id, id, placed_ms + HOUR, DialResult::Answered));
    }
    // Never dialled; and at two in the morning, with a place at eight, dialled at 8:00:05.
    records.push(Record::Callback(callback(6, eight(), 2)));
    let night = CallbackRow {
        place_ms: eight(),
        ..callback(7, eight() - 6 * HOUR, 1)
    };
    records.push(Record::Callback(night));
    records.push(ended(107, 7, eight() + 5_000, DialResult::Busy));
    // It rests after a conversation: its place is later than its first dial.
    let rests = CallbackRow {
        place_ms: eight() + 20 * HOUR,
        ..callback(8, eight(), 1)
    };
    records.push(Record::Callback(rests));
    records.push(ended(108, 8, eight() + 60_000, DialResult::Answered));
    let store = stored(home, records).await;
    let told = region(&report(&store, days("2026-11-25", "2026-11-25")).await);
    assert_eq!((told.cases, told.called), (8, 7));
    // 10 20 30 40 60 100 21605; in hours 5 10 20 30 40 60 100.
    assert_eq!(
        (told.callback_p50_s, told.callback_p95_s),
        (Some(40), Some(21_605))
    );
    let in_hours = (told.callback_in_hours_p50_s, told.callback_in_hours_p95_s);
    assert_eq!(in_hours, (Some(30), Some(100)));
}

async fn a_first_dial_that_we_broke_off_says_nothing_of_the_reach(home: &Home) {
    let results = [
        DialResult::Answered,
        DialResult::NoAnswer,
        DialResult::Busy,
        DialResult::Declined,
        DialResult::Unreachable,
        DialResult::Machine,
        DialResult::Married,
        DialResult::Cancelled,
        DialResult::Unknown,
        DialResult::TrunkFailed,
    ];
    let mut records = Vec::new();
    for (id, result) in (1..).zip(results) {
        records.push(Record::Callback(callback(id, eight(), 1)));
        records.push(ended(100 + id, id, eight() + 1_000, result));
        // What comes after it does not count, unless it rang nobody.
        records.push(ended(200 + id, id, eight() + HOUR, DialResult::Answered));
    }
    // One that rings.
    records.push(Record::Callback(callback(11, eight(), 1)));
    records.push(Record::Dial(dial(111, 11, 11, DialState::InFlight)));
    let store = stored(home, records).await;
    let told = region(&report(&store, days("2026-11-25", "2026-11-25")).await);
    assert_eq!((told.first_dials, told.first_dials_reached), (7, 2));
}

async fn a_promise_is_kept_late_broken_or_open(home: &Home) {
    let (noon, evening) = (eight() + 4 * HOUR, eight() + 23 * HOUR);
    let mut records = Vec::new();
    let mut told = |row: CallbackRow, by_ms: i64| {
        let id = row.id.0;
        records.push(Record::Callback(row));
        let row = promise(300 + id, id, id);
        let told_ms = eight();
        records.push(Record::Promise(PromiseRow {
            told_ms,
            by_ms,
            ..row
        }));
    };
    let one = |id| callback(id, eight(), 1);
    let over = |id, how, closed_ms| closed(one(id), how, closed_ms);
    told(one(1), noon);
    told(one(2), noon);
    told(one(3), noon);
    told(one(4), evening);
    told(over(5, ClosedHow::GotThrough, noon - 1), noon);
    told(over(6, ClosedHow::GotThrough, noon + 1), noon);
    told(over(7, ClosedHow::CancelledByPerson, noon), noon);
    told(over(8, ClosedHow::Withdrawn, noon - 1), noon);
    told(over(9, ClosedHow::Expired, noon + 1), evening);
    // Told again, a later time: that one counts. What was dialled before it was told does not.
    told(one(10), noon - HOUR);
    let again = promise(399, 10, 10);
    records.push(Record::Promise(PromiseRow {
        told_ms: noon - 2 * HOUR,
        by_ms: noon,
        ..again
    }));
    records.extend([
        ended(101, 1, noon, DialResult::NoAnswer),
        ended(102, 2, noon + 1, DialResult::Answered),
        ended(103, 3, eight() - 1, DialResult::NoAnswer),
        ended(110, 10, noon - 1, DialResult::Answered),
        Record::Callback(one(11)),
    ]);
    let store = stored(home, records).await;
    let told = region(&report(&store, days("2026-11-25", "2026-11-25")).await);
    assert_eq!(told.promises, 10);
    // Kept 1, 5, 7 and 10; late 2 and 6; broken 3, 8 and 9; 4 is to come.
    let by = (told.promises_kept, told.promises_late, told.promises_broken);
    assert_eq!((by, told.promises_open), ((4, 2, 3), 1));
}

async fn one_authority_has_its_own_lines_alone(home: &Home) {
    let elsewhere = AttemptRow {
        tenant: Some(TenantId(2)),
        ..attempt(2, None, eight())
    };
    let records = vec![
        of(attempt(1, None, eight())),
        of(elsewhere),
        Record::Callback(callback(7, eight(), 1)),
    ];
    let store = stored(home, records).await;
    let period = days("2026-11-25", "2026-11-25");
    let asked = async |tenant| store.service(period, &zones(), Some(tenant), eight()).await;
    let pescara = asked("asl-pescara").await.unwrap();
    let lines: Vec<_> = pescara
        .rows
        .iter()
        .map(|line| (line.scope, line.figures.attempts))
        .collect();
    let scopes = [
        Scope::Tenant,
        Scope::TenantDay,
        Scope::Queue,
        Scope::QueueDay,
    ];
    assert_eq!(lines, scopes.map(|scope| (scope, 1)));
    assert!(pescara.rows.iter().all(|line| line.figures.cases == 0));
    let told = asked("asl-termo").await;
    assert!(matches!(told, Err(StoreError::NoTenant { .. })));
    let owed = store.backlog(Some("asl-pescara"), eight()).await.unwrap();
    assert_eq!(owed.rows, []);
    let told = store.backlog(Some("asl-termo"), eight()).await;
    assert!(matches!(told, Err(StoreError::NoTenant { .. })));
}

async fn a_period_without_anything_has_no_line(home: &Home) {
    let store = stored(home, vec![of(attempt(1, None, eight()))]).await;
    let empty = report(&store, days("2026-11-26", "2026-12-01")).await;
    assert_eq!(empty.rows, []);
    assert_eq!(
        (empty.from.as_str(), empty.to.as_str()),
        ("2026-11-26", "2026-12-01")
    );
    let some = report(&store, days("2026-11-25", "2026-11-25")).await;
    let row = serde_json::to_value(&some.rows[0]).unwrap();
    let named: BTreeSet<&str> = row
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(named, SERVICE_COLUMNS.iter().copied().collect());
}
