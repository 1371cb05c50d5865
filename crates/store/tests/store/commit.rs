//! Commits: once and only once, in order, and never two owners of one thing.

use cuptel_core::id::{AttemptId, CallbackId, OperatorId, SeatId};
use cuptel_core::record::{
    AttemptRow, CallbackEventRow, CallbackRow, DialRow, IntervalRow, NeedRow, NumberRow,
    OperatorRow, Record, SignInRow, TaskRow, Work,
};
use cuptel_core::words::{
    CallbackEventKind, CallbackState, ChangedBy, Chosen, ClosedHow, DialOrder, DialResult,
    DialState, Disposition, NeedKind, NumberClass, OfferState, Outcome, Party, Stage, Suppression,
    TaskState, WorkState,
};
use cuptel_store::{AttemptFilter, Batch, CommitError, Store};

use crate::home::{Home, on_every_database};
use crate::rows::{
    NOW, anonymous, assignment, callback, commit_day, config_version, dial, event, interval, need,
    number, offer, open_attempt, operator, seat, sign_in, task,
};

on_every_database!(
    committing_the_same_batches_again_changes_nothing,
    a_retry_commits_only_what_is_new,
    the_last_image_of_a_row_wins,
    an_amended_callback_changes_in_what_may_be_amended,
    a_newer_row_is_left_alone,
    an_older_open_image_does_not_trip_over_its_successor,
    what_ends_makes_room_for_what_begins_in_the_same_commit,
    two_owners_of_one_thing_are_refused_by_name,
    a_refused_commit_leaves_nothing_and_the_writer_goes_on,
    skills_are_replaced_as_a_whole,
    a_history_entry_is_written_once,
    a_configuration_is_kept_with_what_put_it_in_force,
    every_word_can_be_stored,
    hostile_text_comes_back_as_it_was,
    batches_out_of_order_are_refused,
    a_writer_needs_an_epoch,
    a_reader_cannot_commit,
    futures_can_move_between_threads,
);

fn step(last_seq: u64, records: Vec<Record>) -> Batch {
    Batch { last_seq, records }
}

async fn begun(home: &Home) -> Store {
    let store = home.serve().await;
    store.begin().await.unwrap();
    store
}

fn attempt(row: AttemptRow) -> Record {
    Record::Attempt(Box::new(row))
}

async fn committing_the_same_batches_again_changes_nothing(home: &Home) {
    let store = begun(home).await;
    let first = vec![step(
        3,
        vec![Record::Callback(callback(1, 1, CallbackState::Waiting))],
    )];
    assert_eq!(store.writer().commit(&mut first.clone()).await.unwrap(), 3);
    // A writer that does not know what became of its commit; other contents would show.
    let mut again = vec![step(
        3,
        vec![Record::Callback(callback(1, 1, CallbackState::Dialling))],
    )];
    let mut retry = store.writer();
    assert_eq!(retry.commit(&mut again).await.unwrap(), 3);
    assert!(again.is_empty());
    let found = store.callback(CallbackId(1)).await.unwrap().unwrap();
    assert_eq!(found.callback.state, CallbackState::Waiting);
    assert_eq!(retry.commit(&mut Vec::new()).await.unwrap(), 3);
}

async fn a_retry_commits_only_what_is_new(home: &Home) {
    let store = begun(home).await;
    store
        .writer()
        .commit(&mut vec![step(1, vec![Record::Seat(seat(1))])])
        .await
        .unwrap();
    let mut batches = vec![
        step(1, vec![Record::Seat(seat(2))]),
        step(2, vec![Record::Seat(seat(3))]),
    ];
    assert_eq!(store.writer().commit(&mut batches).await.unwrap(), 2);
    let names: Vec<String> = store
        .seats()
        .await
        .unwrap()
        .into_iter()
        .map(|s| s.name)
        .collect();
    assert_eq!(names, ["101", "103"]);
    assert_eq!(home.number_of("SELECT applied_seq FROM journal").await, 2);
}

async fn the_last_image_of_a_row_wins(home: &Home) {
    let store = begun(home).await;
    let waiting = || Record::Callback(callback(1, 1, CallbackState::Waiting));
    let dialling = || Record::Callback(callback(1, 1, CallbackState::Dialling));
    let closed = || Record::Callback(callback(1, 1, CallbackState::Closed));
    let mut batches = vec![
        step(1, vec![closed(), waiting()]),
        step(2, vec![waiting(), closed(), dialling()]),
    ];
    let mut writer = store.writer();
    writer.commit(&mut batches).await.unwrap();
    let found = store.callback(CallbackId(1)).await.unwrap().unwrap();
    assert_eq!(found.callback.state, CallbackState::Dialling);
    writer
        .commit(&mut vec![step(3, vec![waiting(), closed()])])
        .await
        .unwrap();
    let found = store.callback(CallbackId(1)).await.unwrap().unwrap();
    assert_eq!(found.callback.state, CallbackState::Closed);
    let seq = home.number_of("SELECT seq FROM callback").await;
    assert_eq!(seq, (1 << 40) | 3, "the epoch stands above the position");
}

async fn an_amended_callback_changes_in_what_may_be_amended(home: &Home) {
    let store = begun(home).await;
    let amended = |attempts| {
        Record::CallbackAmended(CallbackRow {
            place_ms: 11,
            not_before_ms: 12,
            last_attempt_ms: 13,
            attempts,
            priority_ms: 14,
            ..callback(1, 1, CallbackState::Waiting)
        })
    };
    let moved = || Record::Callback(callback(1, 1, CallbackState::Dialling));
    let mut writer = store.writer();
    // Behind its first image in the same commit, alone, and behind one that moved it.
    let opened = Record::Callback(callback(1, 1, CallbackState::Waiting));
    let seen = async |state| {
        let found = store.callback(CallbackId(1)).await.unwrap().unwrap();
        let row = found.callback;
        assert_eq!(row.state, state);
        (
            row.place_ms,
            row.not_before_ms,
            row.last_attempt_ms,
            row.attempts,
            row.priority_ms,
        )
    };
    for (seq, records, attempts) in [
        (1, vec![opened, amended(2)], 2),
        (2, vec![amended(3)], 3),
        (3, vec![moved(), amended(4)], 4),
    ] {
        writer.commit(&mut vec![step(seq, records)]).await.unwrap();
        assert_eq!(
            seen(CallbackState::Waiting).await,
            (11, 12, 13, attempts, 14)
        );
    }
    // A move that comes after it is not lost either.
    writer
        .commit(&mut vec![step(4, vec![amended(5), moved()])])
        .await
        .unwrap();
    seen(CallbackState::Dialling).await;
    home.by_hand("UPDATE callback SET seq = (CAST(1 AS BIGINT) << 40) + 9, attempts = 1; UPDATE journal SET applied_seq = 0")
        .await;
    let late = &mut vec![step(1, vec![amended(6)])];
    store.writer().commit(late).await.unwrap();
    assert_eq!(
        seen(CallbackState::Dialling).await.3,
        1,
        "a newer row is left alone"
    );
}

async fn a_newer_row_is_left_alone(home: &Home) {
    let store = begun(home).await;
    let mut writer = store.writer();
    let row = |state| vec![step(1, vec![Record::Callback(callback(1, 1, state))])];
    writer
        .commit(&mut row(CallbackState::Closed))
        .await
        .unwrap();
    home.by_hand("UPDATE callback SET seq = (CAST(1 AS BIGINT) << 40) + 9; UPDATE journal SET applied_seq = 0")
        .await;
    store
        .writer()
        .commit(&mut row(CallbackState::Waiting))
        .await
        .unwrap();
    let found = store.callback(CallbackId(1)).await.unwrap().unwrap();
    assert_eq!(found.callback.state, CallbackState::Closed);
    assert_eq!(
        home.number_of("SELECT seq FROM callback").await,
        (1 << 40) + 9
    );
}

async fn an_older_open_image_does_not_trip_over_its_successor(home: &Home) {
    let store = begun(home).await;
    let work = |id| Work::Attempt(AttemptId(id));
    let first = || {
        step(
            1,
            vec![Record::Offer(offer(1, work(1), 7, OfferState::Open))],
        )
    };
    let second = step(
        2,
        vec![
            Record::Offer(offer(1, work(1), 7, OfferState::NoAnswer)),
            Record::Offer(offer(2, work(2), 7, OfferState::Open)),
        ],
    );
    store
        .writer()
        .commit(&mut vec![first(), second])
        .await
        .unwrap();
    home.by_hand("UPDATE journal SET applied_seq = 0").await;
    store.writer().commit(&mut vec![first()]).await.unwrap();
    let open = "SELECT id FROM offer WHERE state = 'open'";
    assert_eq!(home.number_of(open).await, 2);
}

async fn what_ends_makes_room_for_what_begins_in_the_same_commit(home: &Home) {
    let store = begun(home).await;
    let work = |id| Work::Attempt(AttemptId(id));
    let before = vec![
        Record::Callback(callback(5, 1, CallbackState::Waiting)),
        Record::Dial(dial(5, 5, 1, DialState::InFlight)),
        Record::Offer(offer(5, work(1), 1, OfferState::Open)),
        Record::Assignment(assignment(5, 5, work(1), 1, true)),
        Record::SignIn(sign_in(5, 1, 1, true)),
    ];
    // The new rows come first and have smaller identifiers: neither order may matter.
    let after = vec![
        Record::Callback(callback(4, 1, CallbackState::Waiting)),
        Record::Callback(callback(5, 1, CallbackState::Closed)),
        Record::Dial(dial(4, 4, 1, DialState::InFlight)),
        Record::Dial(dial(5, 5, 1, DialState::Ended)),
        Record::Offer(offer(4, work(1), 1, OfferState::Open)),
        Record::Offer(offer(5, work(1), 1, OfferState::Rejected)),
        Record::Assignment(assignment(4, 4, work(1), 1, true)),
        Record::Assignment(assignment(5, 5, work(1), 1, false)),
        Record::SignIn(sign_in(4, 1, 1, true)),
        Record::SignIn(sign_in(5, 1, 1, false)),
    ];
    // A task is one row for all its life: one comes to the seat that another leaves for the next.
    let at = |id, seat| {
        Record::Task(Box::new(TaskRow {
            seat: Some(SeatId(seat)),
            ..task(id, TaskState::Offered)
        }))
    };
    let waits = Record::Task(Box::new(task(6, TaskState::Waiting)));
    let before = [before, vec![at(7, 3), waits]].concat();
    let after = [after, vec![at(7, 4), at(6, 3)]].concat();
    let mut writer = store.writer();
    writer.commit(&mut vec![step(1, before)]).await.unwrap();
    writer.commit(&mut vec![step(2, after)]).await.unwrap();
    let restored = store.begin().await.unwrap();
    assert_eq!(restored.callbacks[0].row.id.0, 4);
    assert_eq!(restored.dials[0].id.0, 4);
    assert_eq!(restored.offers[0].id.0, 4);
    assert_eq!(restored.assignments[0].id.0, 4);
    assert_eq!(restored.sign_ins[0].id.0, 4);
}

/// Each pair claims the same thing; with it the table that must refuse the second.
fn rivals() -> Vec<(&'static str, Record, Record)> {
    let live = |id| Work::Attempt(AttemptId(id));
    let owed = |id| Work::Callback(CallbackId(id));
    let open = |id, work, seat| Record::Offer(offer(id, work, seat, OfferState::Open));
    let doing = |id, work, seat| Record::Assignment(assignment(id, 1, work, seat, true));
    let waiting = |id| Record::Callback(callback(id, 1, CallbackState::Waiting));
    let in_flight = |id, callback| Record::Dial(dial(id, callback, 1, DialState::InFlight));
    let unknown = |id, callback| Record::Dial(dial(id, callback, 1, DialState::Unknown));
    let arrival = |id: i64| attempt(anonymous((1 << 40) | id, 1));
    vec![
        ("callback", waiting(1), waiting(2)),
        ("dial", in_flight(1, 1), in_flight(2, 2)),
        ("dial", unknown(1, 1), in_flight(2, 2)),
        ("offer", open(1, live(1), 1), open(2, live(2), 1)),
        ("offer", open(1, live(1), 1), open(2, live(1), 2)),
        ("offer", open(1, owed(1), 1), open(2, owed(1), 2)),
        ("assignment", doing(1, live(1), 1), doing(2, live(2), 1)),
        ("assignment", doing(1, live(1), 1), doing(2, live(1), 2)),
        ("assignment", doing(1, owed(1), 1), doing(2, owed(1), 2)),
        (
            "sign_in",
            Record::SignIn(sign_in(1, 1, 1, true)),
            Record::SignIn(sign_in(2, 1, 2, true)),
        ),
        (
            "sign_in",
            Record::SignIn(sign_in(1, 1, 1, true)),
            Record::SignIn(sign_in(2, 2, 1, true)),
        ),
        ("attempt", arrival(1), arrival(2)),
    ]
}

async fn two_owners_of_one_thing_are_refused_by_name(home: &Home) {
    let store = begun(home).await;
    let mut writer = store.writer();
    for (expected, one, two) in rivals() {
        let what = format!("{one:?} and {two:?}");
        let error = writer
            .commit(&mut vec![step(1, vec![one, two])])
            .await
            .unwrap_err();
        assert!(!error.is_transient(), "{what}");
        let CommitError::Constraint {
            table, constraint, ..
        } = &error
        else {
            panic!("{error:?} for {what}");
        };
        assert_eq!(table, expected, "{what}");
        assert!(constraint.to_lowercase().contains("unique"), "{constraint}");
    }
    assert_eq!(home.number_of("SELECT applied_seq FROM journal").await, 0);
}

async fn a_refused_commit_leaves_nothing_and_the_writer_goes_on(home: &Home) {
    let store = begun(home).await;
    let mut writer = store.writer();
    let waiting = |id| Record::Callback(callback(id, 1, CallbackState::Waiting));
    let mut batches = vec![
        step(1, vec![Record::Number(number(1, "+390861123456"))]),
        step(2, vec![waiting(1), waiting(2)]),
    ];
    writer.commit(&mut batches).await.unwrap_err();
    assert_eq!(batches.len(), 2, "the caller still has them");
    assert_eq!(home.number_of("SELECT count(*) FROM number").await, 0);
    batches[1].records.pop();
    assert_eq!(writer.commit(&mut batches).await.unwrap(), 2);
    assert_eq!(home.number_of("SELECT count(*) FROM number").await, 1);
}

async fn skills_are_replaced_as_a_whole(home: &Home) {
    let store = begun(home).await;
    let mut writer = store.writer();
    let mut other = operator(2);
    other.skills = vec![("altro".into(), 1)];
    writer
        .commit(&mut vec![step(
            1,
            vec![
                Record::Operator(operator(1)),
                Record::Operator(other.clone()),
            ],
        )])
        .await
        .unwrap();
    let mut changed = operator(1);
    changed.skills = vec![("prenotazioni".into(), 3), ("tedesco".into(), 4)];
    writer
        .commit(&mut vec![step(2, vec![Record::Operator(changed.clone())])])
        .await
        .unwrap();
    home.by_hand("UPDATE operator SET seq = seq + 9 WHERE id = 2")
        .await;
    let mut stale = other.clone();
    stale.skills.clear();
    writer
        .commit(&mut vec![step(3, vec![Record::Operator(stale)])])
        .await
        .unwrap();
    let operators = store.begin().await.unwrap().operators;
    assert_eq!(operators, [changed, other]);
    let none = OperatorRow {
        skills: Vec::new(),
        ..operator(1)
    };
    store
        .writer()
        .commit(&mut vec![step(1, vec![Record::Operator(none)])])
        .await
        .unwrap();
    let found = store.begin().await.unwrap().operators;
    assert_eq!(
        found
            .iter()
            .find(|row| row.id == OperatorId(1))
            .unwrap()
            .skills,
        []
    );
}

async fn a_history_entry_is_written_once(home: &Home) {
    let store = begun(home).await;
    let mut writer = store.writer();
    writer
        .commit(&mut vec![step(1, vec![Record::CallbackEvent(event(1, 1))])])
        .await
        .unwrap();
    let mut forged = event(1, 1);
    forged.detail = Some("forged".into());
    writer
        .commit(&mut vec![step(2, vec![Record::CallbackEvent(forged)])])
        .await
        .unwrap();
    let kept = "SELECT count(*) FROM callback_event WHERE detail = 'refused'";
    assert_eq!(home.number_of(kept).await, 1);
    assert_eq!(
        home.number_of("SELECT count(*) FROM callback_event").await,
        1
    );
}

async fn a_configuration_is_kept_with_what_put_it_in_force(home: &Home) {
    let store = begun(home).await;
    let versions = (1..).zip(ChangedBy::ALL);
    let records: Vec<_> = versions
        .map(|(id, &by)| Record::ConfigVersion(config_version(id, by)))
        .collect();
    let mut writer = store.writer();
    writer
        .commit(&mut vec![step(1, records.clone())])
        .await
        .unwrap();
    // Of the hash its last digit: it was made of the identifier.
    let in_force = "SELECT CAST(substr(hash, 64) AS BIGINT) FROM config_version
        WHERE at_ms <= 1700000000002 AND changed_by = 'signal' ORDER BY at_ms DESC";
    assert_eq!(home.number_of(in_force).await, 2);
    store.close().await.unwrap();
    drop((store, writer));
    home.serve().await.begin().await.unwrap();
    let kept = "SELECT count(*) FROM config_version";
    let count = i64::try_from(records.len()).unwrap();
    assert_eq!(home.number_of(kept).await, count);
}

/// One attempt for every word that an attempt can carry, numbered from 1.
fn wordy_attempts() -> Vec<AttemptRow> {
    let stages = Stage::ALL.iter().map(|&stage| AttemptRow {
        ended_ms: (stage == Stage::Ended).then_some(NOW),
        ..open_attempt(0, 0, stage)
    });
    let outcomes = Outcome::ALL.iter().map(|&outcome| AttemptRow {
        outcome: Some(outcome),
        ..anonymous(0, 0)
    });
    let classes = NumberClass::ALL.iter().map(|&class| AttemptRow {
        class,
        ..anonymous(0, 0)
    });
    let reasons = Suppression::ALL.iter().zip(Party::ALL.iter().cycle());
    let reasons = reasons.map(|(&reason, &party)| AttemptRow {
        suppressed: Some(reason),
        ended_by: Some(party),
        ..anonymous(0, 0)
    });
    let dispositions = Disposition::ALL.iter().map(|&disposition| AttemptRow {
        disposition: Some(disposition),
        ..anonymous(0, 0)
    });
    let all = stages
        .chain(outcomes)
        .chain(classes)
        .chain(reasons)
        .chain(dispositions);
    let numbered = (1..).zip(all);
    numbered
        .map(|(id, row)| AttemptRow {
            id: AttemptId(id),
            arrival_seq: id,
            ..row
        })
        .collect()
}

/// One row for every word of the other tables.
fn wordy_records() -> Vec<Record> {
    let mut records = Vec::new();
    for (id, &state) in (1..).zip(CallbackState::ALL) {
        records.push(Record::Callback(callback(id, id, state)));
    }
    for (id, &how) in (101..).zip(ClosedHow::ALL) {
        let row = callback(id, id, CallbackState::Closed);
        records.push(Record::Callback(CallbackRow {
            closed_how: Some(how),
            ..row
        }));
    }
    for (id, &kind) in (1..).zip(NeedKind::ALL) {
        records.push(Record::Need(NeedRow {
            kind,
            ..need(id, 1, true)
        }));
    }
    for (id, &kind) in (1..).zip(CallbackEventKind::ALL) {
        records.push(Record::CallbackEvent(CallbackEventRow {
            kind,
            ..event(id, 1)
        }));
    }
    for (id, &state) in (1..).zip(DialState::ALL) {
        records.push(Record::Dial(dial(id, id, id, state)));
    }
    for (id, &result) in (101..).zip(DialResult::ALL) {
        let row = dial(id, 1, id, DialState::Ended);
        records.push(Record::Dial(DialRow {
            result: Some(result),
            ..row
        }));
    }
    let pressed = dial(201, 1, 201, DialState::Ended);
    records.push(Record::Dial(DialRow {
        order: DialOrder::PersonFirst,
        seat: None,
        pressed_ms: Some(NOW + 6),
        ..pressed
    }));
    for (id, &state) in (1..).zip(OfferState::ALL) {
        records.push(Record::Offer(offer(
            id,
            Work::Attempt(AttemptId(id)),
            id,
            state,
        )));
    }
    for (id, &chosen) in (1..).zip(Chosen::ALL) {
        records.push(Record::SignIn(SignInRow {
            chosen,
            ..sign_in(id, id, id, true)
        }));
    }
    for (id, &work) in (1..).zip(WorkState::ALL) {
        records.push(Record::Interval(IntervalRow {
            work,
            ..interval(id, id, true)
        }));
    }
    for (id, &by) in (1..).zip(ChangedBy::ALL) {
        records.push(Record::ConfigVersion(config_version(id, by)));
    }
    records
}

async fn every_word_can_be_stored(home: &Home) {
    let store = begun(home).await;
    let attempts = wordy_attempts();
    let expected = attempts.len();
    let records = attempts
        .into_iter()
        .map(attempt)
        .chain(wordy_records())
        .collect();
    store
        .writer()
        .commit(&mut vec![step(1, records)])
        .await
        .unwrap();
    let all = AttemptFilter {
        limit: 1_000,
        ..AttemptFilter::default()
    };
    assert_eq!(store.attempts(&all).await.unwrap().len(), expected);
    let totals = store.totals().await.unwrap();
    assert_eq!(totals.callbacks.len(), CallbackState::ALL.len());
    assert_eq!(totals.closed.len(), ClosedHow::ALL.len());
    assert_eq!(totals.attempts.len(), Outcome::ALL.len());
    assert_eq!(totals.dials.len(), DialResult::ALL.len());
    let detail = store.callback(CallbackId(1)).await.unwrap().unwrap();
    assert_eq!(detail.needs.len(), NeedKind::ALL.len());
    assert_eq!(detail.events.len(), CallbackEventKind::ALL.len());
    let changed_by = "SELECT count(DISTINCT changed_by) FROM config_version";
    let words = i64::try_from(ChangedBy::ALL.len()).unwrap();
    assert_eq!(home.number_of(changed_by).await, words);
    let restored = store.begin().await.unwrap();
    assert_eq!(restored.attempts.len(), Stage::ALL.len() - 1);
    assert_eq!(restored.sign_ins.len(), Chosen::ALL.len());
    assert_eq!(restored.intervals.len(), WorkState::ALL.len());
}

async fn hostile_text_comes_back_as_it_was(home: &Home) {
    let store = begun(home).await;
    let texts = [
        "'; DROP TABLE attempt; --",
        "\"],[1,2",
        "\\u0000\\",
        "\t\r\n\u{1b}[31m",
        "𝄞 è",
        "",
    ];
    let records = (1..).zip(texts).map(|(id, text)| {
        let row = open_attempt(id, id, Stage::Queued);
        attempt(AttemptRow {
            sip_call_id: text.into(),
            reason: Some(text.into()),
            ..row
        })
    });
    store
        .writer()
        .commit(&mut vec![step(1, records.collect())])
        .await
        .unwrap();
    let nul = NumberRow {
        raw: "a\0b".into(),
        e164: None,
        ..number(3, "+390861123456")
    };
    let mut batches = vec![step(2, vec![Record::Number(nul)])];
    store.writer().commit(&mut batches).await.unwrap();
    let restored = store.begin().await.unwrap();
    let found: Vec<&str> = restored
        .attempts
        .iter()
        .map(|row| row.sip_call_id.as_str())
        .collect();
    assert_eq!(found, texts);
    assert!(
        restored
            .attempts
            .iter()
            .all(|row| row.reason.as_deref() == Some(&row.sip_call_id))
    );
    assert_eq!(restored.numbers[0].raw, "a\u{fffd}b");
}

async fn batches_out_of_order_are_refused(home: &Home) {
    let store = begun(home).await;
    let mut writer = store.writer();
    for positions in [[2, 1], [2, 2], [0, 1], [1, 1 << 40]] {
        let mut batches = positions.map(|seq| step(seq, Vec::new())).to_vec();
        let error = writer.commit(&mut batches).await.unwrap_err();
        assert!(matches!(error, CommitError::OutOfOrder { .. }), "{error:?}");
    }
    assert_eq!(
        writer
            .commit(&mut vec![step(1, Vec::new()), step(7, Vec::new())])
            .await
            .unwrap(),
        7
    );
}

async fn a_writer_needs_an_epoch(home: &Home) {
    let store = home.serve().await;
    let error = store
        .writer()
        .commit(&mut vec![step(1, Vec::new())])
        .await
        .unwrap_err();
    assert!(matches!(error, CommitError::NotBegun));
}

async fn a_reader_cannot_commit(home: &Home) {
    let store = home.serve().await;
    commit_day(&store).await;
    let reader = home.read().await;
    assert!(reader.begin().await.is_err());
    assert!(
        reader
            .intern(&cuptel_store::Names::default())
            .await
            .is_err()
    );
    assert!(reader.writer().commit(&mut Vec::new()).await.is_err());
}

async fn futures_can_move_between_threads(home: &Home) {
    fn movable<T: Send>(value: T) -> T {
        value
    }
    let store = movable(begun(home).await);
    let mut writer = store.writer();
    let mut batches = vec![step(1, vec![Record::Seat(seat(1))])];
    assert_eq!(movable(writer.commit(&mut batches)).await.unwrap(), 1);
    movable(store.audit(NOW)).await.unwrap();
    movable(store.begin()).await.unwrap();
}
