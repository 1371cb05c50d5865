//! Calls that a carrier says it refused: what is known of them already.

use cuptel_core::id::TenantId;
use cuptel_core::importing::CarrierCall;
use cuptel_core::number::Caller;
use cuptel_core::record::{AttemptRow, Record};
use cuptel_core::words::Outcome;
use cuptel_store::{Batch, Store, Unknown};

use crate::home::{Home, on_every_database};
use crate::rows::{NOW, SECRETS, anonymous, commit_day, refused};

on_every_database!(
    what_reached_us_within_the_window_is_left_out,
    what_was_told_before_is_left_out,
    of_callers_who_withheld_their_number_each_counts,
    who_has_spoken_with_us_since_is_known,
    nothing_asked_is_nothing_unknown,
);

const WINDOW_MS: i64 = 10_000;

fn told(at_ms: i64, caller: &str) -> CarrierCall {
    CarrierCall {
        received_ms: at_ms,
        called: Caller::from_user_part("0861000000").number.unwrap(),
        caller: Caller::from_user_part(caller),
        raw: caller.to_owned(),
        cause: None,
        served_since: Vec::new(),
    }
}

/// The day, and two calls of the carrier a minute before it: one withheld the number.
async fn after_an_import(home: &Home) -> Store {
    let store = home.serve().await;
    commit_day(&store).await;
    let by_carrier = |row: AttemptRow| {
        Record::Attempt(Box::new(AttemptRow {
            received_ms: NOW - 60_000,
            outcome: Some(Outcome::RefusedByCarrier),
            ..row
        }))
    };
    let mut batches = vec![Batch {
        last_seq: 2,
        records: vec![
            by_carrier(refused(27, 7, 1, 11)),
            by_carrier(anonymous(28, 8)),
        ],
    }];
    store.writer().commit(&mut batches).await.unwrap();
    store
}

async fn left_out(store: &Store, calls: Vec<CarrierCall>) -> (usize, usize, usize) {
    let Unknown {
        calls,
        reached_us,
        told_before,
    } = store.unknown(calls, WINDOW_MS).await.unwrap();
    (calls.len(), reached_us, told_before)
}

async fn what_reached_us_within_the_window_is_left_out(home: &Home) {
    let store = after_an_import(home).await;
    for (at_ms, expected) in [
        (NOW - WINDOW_MS, (0, 1, 0)),
        (NOW + WINDOW_MS, (0, 1, 0)),
        (NOW - WINDOW_MS - 1, (1, 0, 0)),
        (NOW + WINDOW_MS + 1, (1, 0, 0)),
    ] {
        let calls = vec![told(at_ms, SECRETS[0])];
        assert_eq!(left_out(&store, calls).await, expected, "{}", at_ms - NOW);
    }
    let mut elsewhere = told(NOW, SECRETS[0]);
    elsewhere.called = Caller::from_user_part("0861000001").number.unwrap();
    assert_eq!(left_out(&store, vec![elsewhere]).await, (1, 0, 0));
}

async fn what_was_told_before_is_left_out(home: &Home) {
    let store = after_an_import(home).await;
    let calls = vec![
        told(NOW - 60_000, SECRETS[0]),
        told(NOW - 61_000, SECRETS[0]),
        told(NOW - 61_000, SECRETS[0]),
    ];
    assert_eq!(left_out(&store, calls).await, (1, 0, 2));
}

async fn of_callers_who_withheld_their_number_each_counts(home: &Home) {
    let store = after_an_import(home).await;
    let calls = vec![
        told(NOW - 60_000, ""),
        told(NOW - 60_000, "anonymous"),
        told(NOW - 50_000, ""),
        told(NOW, ""),
    ];
    assert_eq!(left_out(&store, calls).await, (3, 0, 1));
}

async fn who_has_spoken_with_us_since_is_known(home: &Home) {
    let store = after_an_import(home).await;
    for (at_ms, expected) in [(NOW - 60_000, vec![TenantId(1)]), (NOW + 60_000, vec![])] {
        let calls = vec![told(at_ms, SECRETS[2])];
        let unknown = store.unknown(calls, WINDOW_MS).await.unwrap();
        let mut since = unknown.calls[0].served_since.clone();
        since.dedup();
        assert_eq!(since, expected);
    }
}

async fn nothing_asked_is_nothing_unknown(home: &Home) {
    let store = after_an_import(home).await;
    assert_eq!(left_out(&store, Vec::new()).await, (0, 0, 0));
}
