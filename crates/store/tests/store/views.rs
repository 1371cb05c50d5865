//! What pages and shell see: names instead of identifiers, never a full number.

use std::collections::BTreeSet;

use cuptel_core::id::{AttemptId, CallbackId, NumberId, QueueId, TaskId};
use cuptel_core::record::{AttemptRow, CallbackRow, OperatorRow, Record, SeatRow, TaskEventRow};
use cuptel_core::rules::Strategy;
use cuptel_core::words::{
    CallbackState, Chosen, ClosedHow, DialResult, Mark, NeedKind, Outcome, PriorityClass,
    TaskEventKind, TaskState, WorkState,
};
use cuptel_store::{
    AccessMade, AttemptFilter, Batch, CallbackFilter, DueFilter, FirstCalls, MarkFilter,
    OperatorView, ProfileView, StoreError, TaskFilter,
};

use crate::home::{Home, on_every_database};
use crate::rows::{
    NOW, SECRETS, anonymous, callback, commit_day, detail, names, number, operator, profile,
    refused, seat, task_decision, task_event,
};

on_every_database!(
    views_join_names_and_mask_numbers,
    no_view_shows_a_number,
    attempts_are_paged_from_the_newest,
    attempts_are_filtered,
    callbacks_are_filtered,
    open_callbacks_are_told_in_turn_and_narrowed_down,
    what_somebody_did_is_told_with_their_name,
    what_was_given_up_is_given_with_its_number_and_what_was_wanted,
    marked_numbers_are_told_masked_and_filtered,
    what_somebody_entered_is_told_with_its_deadline_and_found_by_its_request,
    details_hold_all_that_belongs,
    the_attempts_of_a_callback_are_found_along_their_chain,
    seats_tell_what_they_do,
    whoever_was_removed_keeps_their_rows_and_is_not_listed,
    a_profile_is_told_with_names,
    totals_count_everything,
    a_promise_is_kept_by_a_dial_in_time_and_open_until_there_is_one,
    a_wait_is_kept_by_an_operator_in_time_and_broken_by_one_or_an_end_after_it,
    a_reader_sees_commits_of_a_running_server,
    tasks_are_told_with_names_and_filtered,
    a_decision_is_told_with_names_by_its_offer_and_by_its_work,
    an_offer_of_a_task_is_told_like_one_of_a_call,
    a_day_is_told_by_the_first_calls_of_people_and_names_nobody,
);

async fn a_day_is_told_by_the_first_calls_of_people_and_names_nobody(home: &Home) {
    const PART_MS: i64 = 900_000;
    let store = home.serve().await;
    store.intern(&names()).await.unwrap();
    store.begin().await.unwrap();
    // Two handles of one number, and another's.
    let numbers = [
        (1, "+390861123456"),
        (2, "+390861123456"),
        (3, "+390861765432"),
    ];
    let mut records: Vec<Record> = numbers
        .map(|(id, e164)| Record::Number(number(id, e164)))
        .to_vec();
    let queue = Some(QueueId(1));
    let calls = [
        (21, Some(1), None, 0),
        (22, Some(2), queue, PART_MS),
        (23, Some(3), queue, PART_MS - 1),
        (24, None, queue, PART_MS),
        (25, None, queue, PART_MS),
        (26, Some(3), queue, 4 * PART_MS),
        (27, Some(1), queue, -1),
    ];
    for (seq, (id, number, queue, after_ms)) in (1..).zip(calls) {
        records.push(Record::Attempt(Box::new(AttemptRow {
            number: number.map(NumberId),
            queue,
            received_ms: NOW + after_ms,
            ..anonymous(id, seq)
        })));
    }
    let batch = Batch {
        last_seq: 1,
        records,
    };
    store.writer().commit(&mut vec![batch]).await.unwrap();
    let told = store
        .first_calls((NOW, NOW + 4 * PART_MS), PART_MS)
        .await
        .unwrap();
    let first = |queue: Option<&str>, part, persons| FirstCalls {
        tenant: "asl-teramo".to_owned(),
        queue: queue.map(str::to_owned),
        part,
        persons,
    };
    let mut told_sorted = told.clone();
    told_sorted.sort_by_key(|calls| (calls.queue.is_some(), calls.part));
    assert_eq!(
        told_sorted,
        [
            first(None, 0, 1),
            first(Some("prenotazioni"), 0, 1),
            first(Some("prenotazioni"), 1, 2),
        ]
    );
    assert!(!format!("{told:?}").contains("0861"));
}

async fn a_decision_is_told_with_names_by_its_offer_and_by_its_work(home: &Home) {
    let store = home.serve().await;
    commit_day(&store).await;
    let of_work = store.why(25).await.unwrap().unwrap();
    let [decision] = &of_work.decisions[..] else {
        panic!("one decision was stored: {of_work:?}");
    };
    assert_eq!(
        (decision.offer, decision.attempt),
        (52, Some(AttemptId(25)))
    );
    assert_eq!(decision.queue.as_deref(), Some("prenotazioni"));
    assert!(decision.rules.is_some());
    assert_eq!(decision.rules_since_ms, Some(NOW + 95));
    assert_eq!((decision.strategy, decision.free), (Strategy::BestSkill, 9));
    let seats = decision.seats.iter().map(|it| it.seat.as_deref());
    assert_eq!(seats.collect::<Vec<_>>(), [Some("101"), None]);
    let passed = &decision.passed_over[0];
    assert_eq!(
        (passed.callback, passed.why),
        (Some(CallbackId(11)), "waits_for_operator")
    );
    assert_eq!(passed.operator.as_deref(), Some("operator1"));
    assert_eq!(
        store.why(52).await.unwrap().unwrap().decisions,
        of_work.decisions
    );
    // There, and never offered; and what is nothing at all.
    assert_eq!(store.why(21).await.unwrap().unwrap().decisions, []);
    assert_eq!(store.why(13).await.unwrap().unwrap().decisions, []);
    assert_eq!(store.why(9_999).await.unwrap(), None);
}

async fn an_offer_of_a_task_is_told_like_one_of_a_call(home: &Home) {
    let store = home.serve().await;
    commit_day(&store).await;
    let of_task = store.why(103).await.unwrap().unwrap().decisions;
    let [decision] = &of_task[..] else {
        panic!("it was offered once: {of_task:?}");
    };
    assert_eq!(
        (decision.offer, decision.task, decision.attempt),
        (105, Some(TaskId(103)), None)
    );
    assert_eq!(decision.queue.as_deref(), Some("prenotazioni"));
    assert_eq!(
        (decision.seat.as_deref(), decision.operator.as_deref()),
        (Some("101"), Some("operator1"))
    );
    assert_eq!((decision.state.as_str(), decision.ended_ms), ("open", None));
    assert_eq!(decision.rules_since_ms, Some(NOW + 95));
    assert_eq!(decision.seats[0].seat.as_deref(), Some("101"));
    let passed = &decision.passed_over[0];
    assert_eq!(
        (passed.task, passed.callback, passed.why),
        (Some(TaskId(101)), None, "kept_for_callers")
    );
    // The same of the offer, and as it was decided, for a replay.
    assert_eq!(store.why(105).await.unwrap().unwrap().decisions, of_task);
    let stored = store.explanation(105).await.unwrap().unwrap();
    assert_eq!(stored, task_decision(105, 103).explanation);
    // What became of it says its history, and not what is told of the task besides.
    for (id, kind) in [
        (106, TaskEventKind::Released),
        (107, TaskEventKind::OfferEnded),
        (108, TaskEventKind::Withdrawn),
    ] {
        let event = TaskEventRow {
            kind,
            at_ms: NOW + id,
            ..task_event(id, 103)
        };
        let batch = Batch {
            last_seq: id.unsigned_abs(),
            records: vec![Record::TaskEvent(event)],
        };
        store.writer().commit(&mut vec![batch]).await.unwrap();
    }
    let ended = store.why(103).await.unwrap().unwrap().decisions;
    assert_eq!(ended[0].state, "offer_ended");
    assert_eq!(ended[0].ended_ms, Some(NOW + 107));
}

async fn views_join_names_and_mask_numbers(home: &Home) {
    let store = home.serve().await;
    commit_day(&store).await;
    let attempt = store.attempt(AttemptId(24)).await.unwrap().unwrap().attempt;
    assert_eq!(attempt.tenant.as_deref(), Some("asl-teramo"));
    assert_eq!(attempt.line.as_deref(), Some("+390861000000"));
    assert_eq!(attempt.trunk.as_deref(), Some("carrier"));
    assert_eq!(attempt.queue.as_deref(), Some("prenotazioni"));
    assert_eq!(attempt.seat.as_deref(), Some("101"));
    assert_eq!(attempt.operator.as_deref(), Some("operator1"));
    assert_eq!(attempt.number.as_deref(), Some("+39…432"));
    let callback = store
        .callback(CallbackId(12))
        .await
        .unwrap()
        .unwrap()
        .callback;
    assert_eq!(callback.number.as_deref(), Some("+39…567"));
    assert_eq!(callback.seat.as_deref(), Some("102"));
}

async fn no_view_shows_a_number(home: &Home) {
    let store = home.serve().await;
    commit_day(&store).await;
    let all = AttemptFilter {
        limit: 1_000,
        ..AttemptFilter::default()
    };
    let mut shown = serde_json::to_string(&store.attempts(&all).await.unwrap()).unwrap();
    for id in 21..=26 {
        let detail = store.attempt(AttemptId(id)).await.unwrap().unwrap();
        shown += &serde_json::to_string(&detail).unwrap();
        shown += &format!("{detail:?}");
    }
    for id in 11..=13 {
        let detail = store.callback(CallbackId(id)).await.unwrap().unwrap();
        shown += &serde_json::to_string(&detail).unwrap();
        shown += &format!("{detail:?}");
    }
    let all = CallbackFilter {
        limit: 1_000,
        ..CallbackFilter::default()
    };
    shown += &serde_json::to_string(&store.callbacks(&all).await.unwrap()).unwrap();
    shown += &serde_json::to_string(&store.seats().await.unwrap()).unwrap();
    shown += &format!("{store:?} {:?}", store.audit(NOW).await.unwrap());
    assert!(shown.contains("+39…456"), "masked numbers are shown");
    for secret in SECRETS {
        assert!(
            !shown.contains(secret.trim_start_matches("+39")),
            "{secret} is shown"
        );
    }
    for digest in ["5".repeat(32), "6".repeat(64)] {
        assert!(
            !shown.contains(&digest),
            "a seat's password digest is shown"
        );
    }
}

async fn attempts_are_paged_from_the_newest(home: &Home) {
    let store = home.serve().await;
    commit_day(&store).await;
    let more = (1..=1_100).map(|n| Record::Attempt(Box::new(anonymous(1_000 + n, 6 + n))));
    let mut batches = vec![Batch {
        last_seq: 2,
        records: more.collect(),
    }];
    store.writer().commit(&mut batches).await.unwrap();
    let mut seen = Vec::new();
    let mut filter = AttemptFilter {
        limit: 5_000,
        ..AttemptFilter::default()
    };
    loop {
        let page = store.attempts(&filter).await.unwrap();
        let Some(last) = page.last() else { break };
        assert!(page.len() <= 1_000, "a page is bounded");
        filter.before = Some(last.id.0);
        seen.extend(page.into_iter().map(|attempt| attempt.id.0));
    }
    let expected: Vec<i64> = (1_001..=2_100).rev().chain((21..=26).rev()).collect();
    assert_eq!(seen, expected);
}

async fn attempts_are_filtered(home: &Home) {
    let store = home.serve().await;
    commit_day(&store).await;
    let of = |tenant: Option<&str>, outcome| AttemptFilter {
        tenant: tenant.map(str::to_owned),
        outcome,
        before: None,
        limit: 10,
    };
    for (filter, expected) in [
        (of(None, None), &[26, 25, 24, 23, 22, 21][..]),
        (of(Some("asl-teramo"), None), &[26, 25, 24, 23, 22, 21]),
        (of(Some("asl-pescara"), None), &[]),
        (of(None, Some(Outcome::Served)), &[24]),
        (of(Some("asl-pescara"), Some(Outcome::Served)), &[]),
    ] {
        let found = store.attempts(&filter).await.unwrap();
        let found: Vec<i64> = found.into_iter().map(|attempt| attempt.id.0).collect();
        assert_eq!(found, expected, "{filter:?}");
    }
    let error = store.attempts(&of(Some("asl-termo"), None)).await;
    let told = error.unwrap_err().to_string();
    assert!(told.starts_with("there is no tenant \"asl-termo\": expected one of asl-"));
    assert!(told.contains("asl-teramo"), "{told}");
}

async fn callbacks_are_filtered(home: &Home) {
    let store = home.serve().await;
    commit_day(&store).await;
    let of = |tenant: Option<&str>, state, before| CallbackFilter {
        tenant: tenant.map(str::to_owned),
        state,
        unseen: false,
        before,
        limit: 10,
    };
    for (filter, expected) in [
        (of(None, None, None), &[13, 12, 11][..]),
        (of(None, None, Some(13)), &[12, 11]),
        (of(None, Some(CallbackState::Waiting), None), &[11]),
        (
            of(Some("asl-teramo"), Some(CallbackState::Waiting), None),
            &[11],
        ),
        (
            of(Some("asl-pescara"), Some(CallbackState::Waiting), None),
            &[],
        ),
    ] {
        let found = store.callbacks(&filter).await.unwrap();
        let found: Vec<i64> = found.into_iter().map(|callback| callback.id.0).collect();
        assert_eq!(found, expected, "{filter:?}");
    }
    for (tenant, before, expected) in [
        // 13 was given up, 11 was handed back too often.
        (None, None, &[13, 11][..]),
        (Some("asl-teramo"), None, &[13, 11]),
        (Some("asl-pescara"), None, &[]),
        (None, Some(13), &[11]),
    ] {
        let unseen = CallbackFilter {
            unseen: true,
            ..of(tenant, None, before)
        };
        let found = store.callbacks(&unseen).await.unwrap();
        let found: Vec<i64> = found.into_iter().map(|callback| callback.id.0).collect();
        assert_eq!(found, expected, "{unseen:?}");
    }
    let error = store.callbacks(&of(Some("asl-termo"), None, None)).await;
    assert!(matches!(error, Err(StoreError::NoTenant { .. })));
}

async fn open_callbacks_are_told_in_turn_and_narrowed_down(home: &Home) {
    let store = home.serve().await;
    commit_day(&store).await;
    let found = async |filter: DueFilter| {
        let filter = DueFilter {
            limit: 10,
            ..filter
        };
        let found = store.callbacks_due(&filter).await.unwrap();
        let ids = found.into_iter().map(|it| it.callback.id.0);
        ids.collect::<Vec<i64>>()
    };
    assert_eq!(found(DueFilter::default()).await, [11]);
    let tenant = Some("asl-pescara".to_owned());
    let of_another = DueFilter {
        tenant,
        ..DueFilter::default()
    };
    assert_eq!(found(of_another).await, [0; 0]);
    let queue = Some("altro".to_owned());
    let of_no_queue = DueFilter {
        queue,
        ..DueFilter::default()
    };
    assert_eq!(found(of_no_queue).await, [0; 0]);
    let never = DueFilter {
        late_at_ms: Some(1),
        ..DueFilter::default()
    };
    assert_eq!(found(never).await, [0; 0]);
    let all = store
        .callbacks_due(&DueFilter {
            limit: 1,
            ..DueFilter::default()
        })
        .await
        .unwrap();
    let after = Some(all[0].callback.id);
    let next = DueFilter {
        after,
        ..DueFilter::default()
    };
    assert_eq!(found(next).await, [0; 0], "nothing comes twice");
    // Of all classes, and of none, it has one.
    let mut of_classes = Vec::new();
    let classes = PriorityClass::ALL.iter().map(|it| Some(*it));
    for class in classes.chain([None]) {
        let class = Some(class);
        let of_class = DueFilter {
            class,
            ..DueFilter::default()
        };
        of_classes.extend(found(of_class).await);
    }
    assert_eq!(of_classes, [11]);
    let newest = DueFilter {
        newest: true,
        ..DueFilter::default()
    };
    let mut oldest = found(DueFilter::default()).await;
    oldest.reverse();
    assert_eq!(found(newest.clone()).await, oldest);
    let before = DueFilter {
        after: Some(CallbackId(11)),
        ..newest
    };
    assert!(found(before).await.iter().all(|id| *id < 11));
}

async fn what_somebody_did_is_told_with_their_name(home: &Home) {
    let store = home.serve().await;
    commit_day(&store).await;
    for (about, refused) in [("11", false), ("12", false), ("11", true)] {
        let made = AccessMade {
            at_ms: NOW,
            who: "rosa",
            role: None,
            origin: None,
            act: "POST /api/v1/callbacks/{id}/close",
            about: Some(about),
            tenant: None,
            refused,
        };
        store.log_access(&made).await.unwrap();
    }
    let deeds = store.deeds_about(11).await.unwrap();
    assert_eq!(deeds.len(), 1);
    assert_eq!((deeds[0].who.as_str(), deeds[0].at_ms), ("rosa", NOW));
    let presses = store.presses("asl-teramo", "altro").await.unwrap();
    let region = presses
        .iter()
        .find(|it| (&it.tenant, &it.queue) == (&None, &None))
        .expect("one for the region");
    assert_eq!(region.supervisor.as_deref(), Some("Capo"));
    let chosen = store.choices_at("101", 0).await.unwrap();
    assert!(chosen.iter().all(|it| !it.supervisor.is_empty()));
    assert!(store.choices_at("101", NOW * 2).await.unwrap().is_empty());
}

async fn what_was_given_up_is_given_with_its_number_and_what_was_wanted(home: &Home) {
    let store = home.serve().await;
    commit_day(&store).await;
    assert_eq!(store.given_up(CallbackId(11)).await.unwrap(), None);
    let given_up = store.given_up(CallbackId(13)).await.unwrap().unwrap();
    assert_eq!(given_up.row, callback(13, 3, CallbackState::Closed));
    assert_eq!(given_up.number.unwrap().reveal(), SECRETS[2]);
    let needs: Vec<i64> = given_up.needs.iter().map(|need| need.id.0).collect();
    assert_eq!(needs, [33]);
    let details = store.need_details(CallbackId(13)).await.unwrap();
    assert_eq!(details, [detail(33, 13, false)]);
    let seen = store.callback(CallbackId(12)).await.unwrap().unwrap();
    let review = seen.review.unwrap();
    assert_eq!(review.seen_by.as_deref(), Some("Capo"));
    assert_eq!(review.reopened_as, Some(CallbackId(11)));
}

async fn marked_numbers_are_told_masked_and_filtered(home: &Home) {
    let store = home.serve().await;
    commit_day(&store).await;
    let all = MarkFilter {
        ended_too: true,
        limit: 10,
        ..MarkFilter::default()
    };
    let held = MarkFilter {
        ended_too: false,
        ..all.clone()
    };
    let of_tenant = MarkFilter {
        tenant: Some("asl-teramo".into()),
        ..all.clone()
    };
    let not_called = MarkFilter {
        mark: Some(Mark::DoNotCall),
        ..all.clone()
    };
    let older = MarkFilter {
        before: Some(122),
        ..held.clone()
    };
    for (filter, expected) in [
        (&all, &[123, 122, 121][..]),
        (&held, &[122, 121]),
        (&of_tenant, &[122]),
        (&not_called, &[123, 121]),
        (&older, &[121]),
    ] {
        let found = store.marks(filter).await.unwrap();
        let found: Vec<i64> = found.into_iter().map(|mark| mark.id.0).collect();
        assert_eq!(found, expected, "{filter:?}");
    }
    let over = store.marks(&all).await.unwrap().remove(0);
    assert_eq!(over.number.as_deref(), Some("+39…456"));
    assert_eq!((over.tenant, over.until_ms), (None, Some(NOW)));
    assert_eq!(over.supervisor.as_deref(), Some("Capo"));
    assert_eq!(over.released_by.as_deref(), Some("Vice"));
    let unknown = MarkFilter {
        tenant: Some("asl-termo".into()),
        ..all
    };
    let error = store.marks(&unknown).await;
    assert!(matches!(error, Err(StoreError::NoTenant { .. })));
}

async fn what_somebody_entered_is_told_with_its_deadline_and_found_by_its_request(home: &Home) {
    let store = home.serve().await;
    commit_day(&store).await;
    let entered = store.callback(CallbackId(11)).await.unwrap().unwrap();
    assert_eq!(entered.callback.kinds, [NeedKind::Missed].into());
    assert_eq!(entered.callback.priority_class, Some(PriorityClass::B));
    assert_eq!(entered.callback.due_ms, Some(NOW + 864_000_000));
    let need = &entered.needs[0];
    assert_eq!(need.class, Some(PriorityClass::B));
    assert_eq!(need.note.as_deref(), Some("visita cardiologica"));
    assert_eq!(need.opened_by.as_deref(), Some("Anna"));
    let closed = store.callback(CallbackId(13)).await.unwrap().unwrap();
    assert_eq!(
        (closed.callback.due_ms, closed.callback.priority_class),
        (None, None)
    );
    assert_eq!(closed.needs[0].closed_by.as_deref(), Some("Bruno"));
    let because = closed.needs[0].closed_because.as_deref();
    assert_eq!(because, Some("prenotata altrove"));
    let known = store.entered_by("request-31").await.unwrap().unwrap();
    assert_eq!(
        (known.callback, known.tenant.as_str()),
        (CallbackId(11), "asl-teramo")
    );
    assert_eq!((known.kind, known.queue), (NeedKind::Missed, None));
    assert!(known.number.is_some());
    assert_eq!(store.entered_by("request-3").await.unwrap(), None);
}

async fn details_hold_all_that_belongs(home: &Home) {
    let store = home.serve().await;
    commit_day(&store).await;
    assert_eq!(store.attempt(AttemptId(99)).await.unwrap(), None);
    assert_eq!(store.callback(CallbackId(99)).await.unwrap(), None);
    let attempt = store.attempt(AttemptId(24)).await.unwrap().unwrap();
    assert_eq!(
        attempt
            .offers
            .iter()
            .map(|row| row.id.0)
            .collect::<Vec<_>>(),
        [51]
    );
    assert_eq!(
        attempt
            .assignments
            .iter()
            .map(|row| row.id.0)
            .collect::<Vec<_>>(),
        [60]
    );
    let callback = store.callback(CallbackId(12)).await.unwrap().unwrap();
    assert_eq!(
        callback
            .needs
            .iter()
            .map(|row| row.id.0)
            .collect::<Vec<_>>(),
        [32, 34]
    );
    assert_eq!(callback.needs[0].queue.as_deref(), Some("prenotazioni"));
    assert_eq!(
        callback
            .events
            .iter()
            .map(|row| row.id.0)
            .collect::<Vec<_>>(),
        [43, 42]
    );
    assert_eq!(
        callback
            .dials
            .iter()
            .map(|row| row.id.0)
            .collect::<Vec<_>>(),
        [71]
    );
    assert_eq!(
        callback
            .missed
            .iter()
            .map(|row| row.id.0)
            .collect::<Vec<_>>(),
        [22]
    );
}

async fn the_attempts_of_a_callback_are_found_along_their_chain(home: &Home) {
    let store = home.serve().await;
    commit_day(&store).await;
    let joined = |id: i64, nth| AttemptRow {
        nth: Some(nth),
        prior: Some(AttemptId(if nth == 2 { 22 } else { id - 1 })),
        ..refused(id, id, 2, 12)
    };
    let mut records: Vec<_> = (2..=1_010)
        .map(|nth| Record::Attempt(Box::new(joined(1_000 + nth, nth))))
        .collect();
    records.push(Record::CallbackAmended(CallbackRow {
        attempts: 1_010,
        last_attempt: Some(AttemptId(2_010)),
        ..callback(12, 2, CallbackState::Dialling)
    }));
    let mut writer = store.writer();
    writer
        .commit(&mut vec![Batch {
            last_seq: 900,
            records,
        }])
        .await
        .unwrap();
    let found = store.callback(CallbackId(12)).await.unwrap().unwrap();
    let missed: Vec<_> = found.missed.iter().map(|row| row.id.0).collect();
    assert_eq!(missed, (1_011..=2_010).rev().collect::<Vec<_>>());
    assert_eq!(found.callback.attempts, 1_010);
}

async fn seats_tell_what_they_do(home: &Home) {
    let store = home.serve().await;
    commit_day(&store).await;
    let seats = store.seats().await.unwrap();
    assert_eq!(
        seats
            .iter()
            .map(|seat| seat.name.as_str())
            .collect::<Vec<_>>(),
        ["101", "102", "103"]
    );
    let first = store.seat("101").await.unwrap().unwrap();
    assert_eq!(first, seats[0]);
    assert_eq!(first.site.as_deref(), Some("Teramo"));
    assert_eq!(first.registered_until_ms, Some(NOW + 300_000));
    assert_eq!(first.operator.as_deref(), Some("operator1"));
    assert_eq!(
        (first.chosen, first.work),
        (Some(Chosen::Paused), Some(WorkState::Talking))
    );
    assert_eq!(first.since_ms, Some(NOW + 92));
    assert_eq!(
        seats[1].registered_until_ms, None,
        "it took its registration back"
    );
    assert_eq!((seats[2].operator.as_deref(), seats[2].work), (None, None));
    assert_eq!(store.seat("999").await.unwrap(), None);
}

async fn totals_count_everything(home: &Home) {
    let store = home.serve().await;
    commit_day(&store).await;
    let totals = store.totals().await.unwrap();
    assert_eq!(totals.attempts[&Outcome::Served], 1);
    assert_eq!(totals.attempts[&Outcome::RefusedLines], 3);
    assert_eq!(totals.attempts_open, 2);
    assert_eq!(totals.callbacks[&CallbackState::Waiting], 1);
    assert_eq!(totals.closed[&ClosedHow::Served], 1);
    assert_eq!(totals.dials[&DialResult::Answered], 1);
    assert_eq!(totals.dials_in_flight, 1);
    assert_eq!(totals.oldest_waiting_ms, Some(NOW + 11));
    let json = serde_json::to_value(&totals).unwrap();
    assert_eq!(json["attempts"]["refused_lines"], 3);
}

async fn a_promise_is_kept_by_a_dial_in_time_and_open_until_there_is_one(home: &Home) {
    let store = home.serve().await;
    commit_day(&store).await;
    let sums = async || {
        let sums = store.totals().await.unwrap().promises;
        (sums.told, sums.kept, sums.broken)
    };
    assert_eq!(sums().await, (2, 1, 0), "the other waits for its dial");
    let of_queues = store.totals().await.unwrap().promises_by_queue;
    let told = of_queues.iter().map(|queue| {
        let name = queue.queue.as_deref();
        (name, queue.sums.told, queue.sums.kept)
    });
    let told: BTreeSet<_> = told.collect();
    assert_eq!(
        told,
        BTreeSet::from([(None, 1, 0), (Some("prenotazioni"), 1, 1)]),
        "one was told before they had chosen, one by the queue"
    );
    assert!(of_queues.iter().all(|queue| queue.tenant.is_some()));
    home.by_hand("UPDATE promise SET by_ms = told_ms - 1").await;
    assert_eq!(sums().await, (2, 0, 1));
}

async fn a_wait_is_kept_by_an_operator_in_time_and_broken_by_one_or_an_end_after_it(home: &Home) {
    let store = home.serve().await;
    commit_day(&store).await;
    let sums = async || {
        let sums = store.totals().await.unwrap().waits;
        (sums.told, sums.kept, sums.broken)
    };
    assert_eq!(
        sums().await,
        (0, 0, 0),
        "those are calls that were promised"
    );
    home.by_hand("UPDATE promise SET callback = NULL, by_ms = 5")
        .await;
    home.by_hand("UPDATE attempt SET talking_ms = NULL, ended_ms = 5")
        .await;
    assert_eq!(sums().await, (2, 0, 0), "they hung up before");
    home.by_hand("UPDATE attempt SET ended_ms = 6").await;
    assert_eq!(sums().await, (2, 0, 2));
    home.by_hand("UPDATE attempt SET talking_ms = 5").await;
    assert_eq!(sums().await, (2, 2, 0));
    home.by_hand("UPDATE attempt SET talking_ms = 6").await;
    assert_eq!(sums().await, (2, 0, 2));
}

async fn tasks_are_told_with_names_and_filtered(home: &Home) {
    let store = home.serve().await;
    commit_day(&store).await;
    let of = async |filter: TaskFilter| -> Vec<i64> {
        let filter = TaskFilter { limit: 9, ..filter };
        let tasks = store.tasks(&filter).await.unwrap();
        tasks.iter().map(|task| task.id.0).collect()
    };
    assert_eq!(of(TaskFilter::default()).await, [103, 102, 101]);
    let before = Some(103);
    assert_eq!(
        of(TaskFilter {
            before,
            ..TaskFilter::default()
        })
        .await,
        [102, 101]
    );
    let state = Some(TaskState::Done);
    assert_eq!(
        of(TaskFilter {
            state,
            ..TaskFilter::default()
        })
        .await,
        [102]
    );
    let due = |due_before_ms| TaskFilter {
        due_before_ms: Some(due_before_ms),
        ..TaskFilter::default()
    };
    assert_eq!(of(due(NOW + 3_600_000)).await, [0_i64; 0]);
    assert_eq!(
        of(due(NOW + 3_600_001)).await,
        [103, 101],
        "open ones alone"
    );
    let nowhere = TaskFilter {
        tenant: Some("asl-nowhere".into()),
        limit: 9,
        ..TaskFilter::default()
    };
    let asked_by = store.tasks_asked_by("k-1").await.unwrap();
    assert!(!asked_by.is_empty() && asked_by.is_sorted_by_key(|task| task.id));
    assert_eq!(store.tasks_asked_by("k-2").await.unwrap(), []);
    let error = store.tasks(&nowhere).await;
    assert!(matches!(error, Err(StoreError::NoTenant { .. })));
    let detail = store.task(TaskId(103)).await.unwrap().unwrap();
    assert_eq!(detail.task.queue.as_deref(), Some("prenotazioni"));
    assert_eq!(detail.task.owner.as_deref(), Some("operator2"));
    assert_eq!(detail.task.lease_until_ms, Some(NOW + 20_000));
    let [event] = &detail.events[..] else {
        panic!("one thing has happened: {detail:?}");
    };
    assert_eq!(
        (event.kind, event.seat.as_deref(), event.operator.as_deref()),
        (TaskEventKind::Offered, Some("101"), Some("operator1"))
    );
    assert_eq!(store.task(TaskId(9_999)).await.unwrap(), None);
    assert_eq!(store.why(101).await.unwrap().unwrap().decisions, []);
}

async fn a_reader_sees_commits_of_a_running_server(home: &Home) {
    let store = home.serve().await;
    commit_day(&store).await;
    let reader = home.read().await;
    let mut writer = store.writer();
    for n in 1..=3 {
        let record = Record::Attempt(Box::new(anonymous(100 + n, 6 + n)));
        let last_seq = 1 + n.unsigned_abs();
        writer
            .commit(&mut vec![Batch {
                last_seq,
                records: vec![record],
            }])
            .await
            .unwrap();
        assert!(reader.attempt(AttemptId(100 + n)).await.unwrap().is_some());
    }
    assert!(reader.audit(NOW).await.unwrap().ok());
}

async fn whoever_was_removed_keeps_their_rows_and_is_not_listed(home: &Home) {
    let store = home.serve().await;
    commit_day(&store).await;
    let names = |rows: Vec<OperatorView>| rows.into_iter().map(|row| row.name).collect::<Vec<_>>();
    assert_eq!(
        names(store.operators().await.unwrap()),
        ["operator1", "operator2", "operator3"]
    );
    let first = store.operator("operator1").await.unwrap().unwrap();
    assert_eq!(first.seat.as_deref(), Some("101"));
    assert_eq!(first.skills["prenotazioni"], 5);
    let restored = store.begin().await.unwrap();
    let removed_seat = SeatRow {
        removed_ms: Some(NOW),
        ..seat(3)
    };
    let removed_operator = OperatorRow {
        removed_ms: Some(NOW),
        ..operator(1)
    };
    let batch = Batch {
        last_seq: 1,
        records: vec![
            Record::Seat(removed_seat.clone()),
            Record::Operator(removed_operator.clone()),
        ],
    };
    store.writer().commit(&mut vec![batch]).await.unwrap();
    assert_eq!(
        names(store.operators().await.unwrap()),
        ["operator2", "operator3"]
    );
    assert_eq!(store.operator("operator1").await.unwrap(), None);
    assert_eq!(store.seat("103").await.unwrap(), None);
    let attempt = store.attempt(AttemptId(24)).await.unwrap().unwrap().attempt;
    assert_eq!(attempt.operator.as_deref(), Some("operator1"));
    let again = store.begin().await.unwrap();
    assert!(again.seats.contains(&removed_seat));
    assert!(again.operators.contains(&removed_operator));
    assert_eq!(restored.seats.len(), again.seats.len());
}

async fn a_profile_is_told_with_names(home: &Home) {
    let store = home.serve().await;
    commit_day(&store).await;
    let view = store.profile("operator2").await.unwrap();
    assert_eq!((view.ring_s, view.break_s), (Some(40), Some(600)));
    assert_eq!(view.not_kinds, ["callback", "task"]);
    assert_eq!(view.not_queues, ["asl-teramo/prenotazioni"]);
    assert_eq!(view.buddy.as_deref(), Some("operator3"));
    assert!(view.auto_answer && view.whisper);
    let none = store.profile("operator1").await.unwrap();
    assert_eq!(none, ProfileView::default());
    let shown = format!("{view:?} {:?}", profile(2));
    assert!(!shown.contains("40") && !shown.contains("600"), "{shown}");
}
