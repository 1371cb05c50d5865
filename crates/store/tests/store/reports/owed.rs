//! What is owed now, as a report and on paper.

use std::collections::BTreeSet;

use cuptel_core::id::TenantId;
use cuptel_core::record::{CallbackRow, DialRow, NeedDetailRow, NeedRow, PromiseRow, Record};
use cuptel_core::words::{ClosedHow, DialResult, DialState, NeedKind, PriorityClass};
use cuptel_store::{BACKLOG_COLUMNS, OnPaper, Scope, StoreError, csv};

use super::{HOUR, callback, closed, eight, need, stored};
use crate::home::{Home, on_every_database};
use crate::rows::{self, NOW, number, promise};

on_every_database!(
    what_is_owed_is_told_by_class_and_age,
    what_is_written_on_paper_has_every_digit_and_is_in_order,
);

/// Eleven who wait, of ages at both sides of each bound, and one who does not any more.
fn waiting(now: i64) -> Vec<Record> {
    let ages_h = [0, 1, 2, 4, 5, 24, 25, 72, 73, 168, 169];
    let mut records: Vec<Record> = (1..)
        .zip(ages_h)
        .map(|(id, age_h)| Record::Callback(callback(id, now - age_h * HOUR, 1)))
        .collect();
    let detail = |need, callback, class, due_ms| {
        Record::NeedDetail(Box::new(NeedDetailRow {
            class: Some(class),
            due_ms: Some(due_ms),
            ..rows::detail(need, callback, true)
        }))
    };
    let over = closed(callback(20, now - HOUR, 1), ClosedHow::Served, now);
    // A machine spends no try, and they were called all the same.
    let called = DialRow {
        result: Some(DialResult::Machine),
        ..rows::dial(503, 3, 1, DialState::Ended)
    };
    // What they were told came after the try.
    let told_since = DialRow {
        placed_ms: NOW - 1,
        ..rows::dial(505, 5, 1, DialState::Ended)
    };
    let tried = CallbackRow {
        tries: 1,
        ..callback(5, now - 5 * HOUR, 1)
    };
    let told = |id, by_ms| {
        Record::Promise(PromiseRow {
            by_ms,
            ..promise(400 + id, id, id)
        })
    };
    let settled = NeedRow {
        closed_ms: Some(now),
        ..rows::need(204, 2, false)
    };
    records.extend([
        need(201, 1, NeedKind::TakenInCharge, Some(1)),
        need(202, 1, NeedKind::TakenInCharge, Some(1)),
        detail(201, 1, PriorityClass::P, now + 1),
        detail(202, 1, PriorityClass::B, now - 1),
        need(203, 2, NeedKind::Missed, None),
        // What is settled says nothing any more.
        Record::Need(settled),
        detail(204, 2, PriorityClass::U, now - 1),
        Record::Callback(over),
        told(2, now - 1),
        told(3, now - 1),
        told(4, now),
        told(5, now - 1),
        Record::Dial(called),
        Record::Dial(told_since),
        Record::Callback(tried),
    ]);
    records
}

async fn what_is_owed_is_told_by_class_and_age(home: &Home) {
    let now = eight() + 200 * HOUR;
    let store = stored(home, waiting(now)).await;
    let told = store.backlog(None, now).await.unwrap();
    let all = &told.rows[0];
    assert_eq!((all.scope, all.owed.owed), (Scope::Region, 11));
    let owed = &all.owed;
    assert_eq!(
        (owed.class_u, owed.class_b, owed.class_d, owed.class_p),
        (0, 1, 0, 0)
    );
    assert_eq!(owed.class_none, 10);
    let ages = [
        owed.age_1h,
        owed.age_4h,
        owed.age_24h,
        owed.age_72h,
        owed.age_168h,
        owed.age_older,
    ];
    assert_eq!(ages, [2, 2, 2, 2, 2, 1]);
    assert_eq!(owed.oldest_s, 169 * 3_600);
    assert_eq!((owed.past_deadline, owed.past_promise), (1, 2));
    let queues: Vec<_> = told.rows[1..]
        .iter()
        .map(|line| (line.scope, line.queue.as_deref(), line.owed.owed))
        .collect();
    let expected = [
        (Scope::Tenant, None, 11),
        (Scope::Queue, None, 10),
        (Scope::Queue, Some("prenotazioni"), 1),
    ];
    assert_eq!(queues, expected);
    let named = |value: &serde_json::Value| {
        let fields = value.as_object().unwrap().keys().cloned();
        fields.collect::<BTreeSet<String>>()
    };
    let row = serde_json::to_value(all).unwrap();
    assert_eq!(
        named(&row),
        BACKLOG_COLUMNS.iter().map(|c| (*c).to_owned()).collect()
    );
    let text = csv(&[row], BACKLOG_COLUMNS);
    assert!(
        text.lines()
            .nth(1)
            .unwrap()
            .starts_with("region,,,11,0,1,0,0,10,2,2"),
        "{text}"
    );
}

async fn what_is_written_on_paper_has_every_digit_and_is_in_order(home: &Home) {
    let elsewhere = CallbackRow {
        tenant: TenantId(2),
        ..callback(1, eight(), 1)
    };
    let promised = PromiseRow {
        by_ms: eight() + HOUR,
        ..promise(401, 4, 4)
    };
    let over = closed(callback(5, eight(), 1), ClosedHow::Served, eight());
    let mut records = vec![
        Record::Callback(elsewhere),
        Record::Callback(callback(2, eight(), 1)),
        Record::Callback(callback(3, eight() + 2, 1)),
        Record::Callback(callback(4, eight() + 1, 2)),
        Record::Callback(over),
        need(203, 3, NeedKind::Missed, Some(1)),
        need(204, 4, NeedKind::TakenInCharge, Some(1)),
        need(205, 4, NeedKind::Missed, None),
        Record::NeedDetail(Box::new(rows::detail(204, 4, true))),
        Record::Promise(promised),
    ];
    records.extend((1..=5).map(|id| Record::Number(number(id, &format!("+3908611234{id:02}")))));
    let store = stored(home, records).await;
    drop(store);
    // Nobody serves it.
    let store = home.read().await;
    let mut list: Vec<OnPaper> = Vec::new();
    store.on_paper(None, |row| list.push(row)).await.unwrap();
    let told = |row: &OnPaper| {
        let digits = row.number.as_ref().map(|number| number.reveal().to_owned());
        (row.id.0, row.queue.clone(), digits.unwrap())
    };
    let mut order: Vec<_> = list.iter().map(told).collect();
    // Where none was chosen comes first in one database and last in the other.
    let pescara = order.remove(0);
    assert_eq!(pescara, (1, None, "+390861123401".to_owned()));
    let unsaid = (2, None, "+390861123402".to_owned());
    let place = order.iter().position(|row| *row == unsaid).unwrap();
    assert!([0, 2].contains(&place), "{order:?}");
    order.remove(place);
    let queue = Some("prenotazioni".to_owned());
    let expected = [
        (4, queue.clone(), "+390861123404".to_owned()),
        (3, queue, "+390861123403".to_owned()),
    ];
    assert_eq!(order, expected);
    let row = list.iter().find(|row| row.id.0 == 4).unwrap();
    let kinds = BTreeSet::from([NeedKind::Missed, NeedKind::TakenInCharge]);
    assert_eq!((&row.kinds, row.class), (&kinds, Some(PriorityClass::B)));
    assert_eq!(row.promised_ms, Some(eight() + HOUR));
    assert!(
        !format!("{list:?}").contains("0861123404"),
        "no digit in a log"
    );
    let mut none = 0;
    store
        .on_paper(Some("asl-pescara"), |_| none += 1)
        .await
        .unwrap();
    assert_eq!(none, 1);
    let told = store.on_paper(Some("asl-termo"), |_| ()).await;
    assert!(matches!(told, Err(StoreError::NoTenant { .. })));
}
