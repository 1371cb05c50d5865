//! A restart gives back everything open, nothing closed, and never an old epoch.

use std::collections::BTreeSet;

use cuptel_core::id::{
    AnnouncementId, CallbackId, LineId, MemoId, NeedId, OperatorId, QueueId, SeatId, TenantId,
};
use cuptel_core::record::{
    AnnouncementRow, CallbackRow, DialRow, OpenCallback, Rang, Record, Restored, Spoken,
};
use cuptel_core::rules::PromptId;
use cuptel_core::words::{CallbackState, ClosedHow, DialResult, DialState, OfferState, Stage};
use cuptel_store::{Access, Names, OpenError, StoreError, open};

use crate::home::{Home, on_every_database};
use crate::rows::{NOW, SECRETS, commit_day, day, names, number, operator, seat, sound};

on_every_database!(
    everything_open_comes_back_and_nothing_closed,
    sounds_in_force_come_back_byte_by_byte_and_withdrawn_ones_are_gone,
    a_backlog_of_several_pages_comes_back_whole,
    who_was_erased_is_still_owed_though_nobody_knows_the_number,
    each_start_has_a_new_epoch,
    names_keep_their_identifiers,
    a_queue_of_an_unknown_tenant_adds_nothing,
    a_first_start_fills_an_empty_database_once,
    a_first_start_is_all_or_nothing,
    a_database_of_the_first_version_is_migrated_by_a_server_alone,
);

/// A callback of the day with its number and what is still wanted.
fn with_the_rest(row: CallbackRow) -> OpenCallback {
    let (mut number, mut needs, mut promised_ms) = (None, Vec::new(), None);
    for record in day() {
        match record {
            Record::Number(of) => number = number.or(of.e164.filter(|_| of.id == row.number)),
            Record::Need(need) if need.callback == row.id && need.closed_ms.is_none() => {
                needs.push(need);
            }
            Record::Promise(promise) if promise.callback == Some(row.id) => {
                promised_ms = promised_ms.max(Some(promise.by_ms));
            }
            Record::Need(_)
            | Record::Promise(_)
            | Record::Attempt(_)
            | Record::Callback(_)
            | Record::CallbackAmended(_)
            | Record::NeedDetail(_)
            | Record::CallbackEvent(_)
            | Record::Dial(_)
            | Record::Offer(_)
            | Record::Assignment(_)
            | Record::SignIn(_)
            | Record::Interval(_)
            | Record::Registration(_)
            | Record::Seat(_)
            | Record::Operator(_)
            | Record::Decision(_)
            | Record::OperatorPin(_)
            | Record::Profile(_)
            | Record::Owner(_)
            | Record::CodeWord(_)
            | Record::SideCall(_)
            | Record::Decline(_)
            | Record::ChosenTime(_)
            | Record::Bulk(_)
            | Record::BulkEntry(_)
            | Record::YearsEmptied(_)
            | Record::SiteOutage(_)
            | Record::Closure(_)
            | Record::Announcement(_)
            | Record::Mark(_)
            | Record::SpecialDay(_)
            | Record::Memo(_)
            | Record::MemoReading(_)
            | Record::Review(_)
            | Record::Campaign(_)
            | Record::CampaignEntry(_)
            | Record::Task(_)
            | Record::TaskEvent(_)
            | Record::ConfigVersion(_) => {}
        }
    }
    OpenCallback {
        row,
        number,
        needs: needs.into(),
        promised_ms,
    }
}

/// The rows of the day that a restart must give back, written independently of SQL.
#[expect(clippy::too_many_lines, reason = "one arm for each kind of row")]
fn still_open() -> Restored {
    let mut open = Restored {
        epoch: 2,
        ..Restored::default()
    };
    for record in day() {
        match record {
            // The callers on the line have the third, the dial in flight rings the second.
            Record::Number(row) if row.id.0 != 1 => open.numbers.push(row),
            Record::Attempt(row) if row.stage != Stage::Ended => open.attempts.push(*row),
            Record::Callback(row) if row.state != CallbackState::Closed => {
                open.callbacks.push(with_the_rest(row));
            }
            Record::Dial(row) => {
                open.rang.push(rang(&row));
                open.dials
                    .extend((row.state != DialState::Ended).then_some(row));
            }
            Record::Offer(row) if row.state == OfferState::Open => open.offers.push(row),
            Record::Assignment(row) if row.ended_ms.is_none() => open.assignments.push(row),
            Record::SignIn(row) if row.until_ms.is_none() => open.sign_ins.push(row),
            Record::Interval(row) if row.until_ms.is_none() => open.intervals.push(row),
            Record::Registration(row) if row.expires_ms > row.registered_ms => {
                open.registrations.push(row);
            }
            Record::Seat(row) => open.seats.push(row),
            Record::Operator(row) => open.operators.push(row),
            Record::Profile(row) => open.profiles.push(*row),
            Record::OperatorPin(row) => {
                open.pins.extend(row.erased_ms.is_none().then_some(*row));
            }
            // 11 is somebody's, 12 was and is anybody's now, 13 is closed.
            Record::Owner(row) if row.callback == CallbackId(11) => open.owners.push(row),
            Record::Owner(_) => {}
            Record::Bulk(row) => open.bulks.extend(row.ended_ms.is_none().then_some(*row)),
            Record::BulkEntry(_) | Record::YearsEmptied(_) => {}
            Record::ChosenTime(row) => {
                open.chosen_times
                    .extend(row.chosen.is_some().then_some(row));
            }
            Record::CodeWord(row) => open.code_words.extend(row.code.is_some().then_some(row)),
            Record::Decline(row) if row.settled_ms.is_none() => open.declines.push(*row),
            Record::SideCall(row) if row.ended_ms.is_none() => open.side_calls.push(*row),
            Record::Decline(_) | Record::SideCall(_) => {}
            // 31 is open, 33 was closed by hand.
            Record::NeedDetail(row) if row.need == NeedId(31) => open.details.push(*row),
            Record::NeedDetail(_) => {}
            Record::SiteOutage(row) if row.until_ms.is_none() => open.outages.push(row),
            Record::SiteOutage(_) => {}
            Record::Closure(row) if row.until_ms.is_none() => open.closures.push(*row),
            Record::Closure(_) => {}
            Record::Announcement(row) => open.announcements.extend(in_force(*row)),
            Record::Mark(row) if row.until_ms.is_none() => open.marks.push(*row),
            Record::Mark(_) => {}
            Record::SpecialDay(row) if row.removed_ms.is_none() => open.special_days.push(*row),
            Record::SpecialDay(_) => {}
            Record::Memo(row) if row.ended_ms.is_none() => open.memos.push(*row),
            Record::Memo(_) => {}
            Record::MemoReading(row) if row.memo == MemoId(151) => open.memo_readings.push(row),
            Record::MemoReading(_) => {}
            Record::Review(row) if row.seen_ms.is_none() => open.unseen.push(row),
            Record::Review(_) => {}
            Record::Task(row) if row.closed_ms.is_none() => open.tasks.push(*row),
            Record::Task(_) | Record::TaskEvent(_) => {}
            Record::Number(_)
            | Record::Attempt(_)
            | Record::Callback(_)
            | Record::CallbackAmended(_)
            | Record::Need(_)
            | Record::CallbackEvent(_)
            | Record::Promise(_)
            | Record::Offer(_)
            | Record::Assignment(_)
            | Record::SignIn(_)
            | Record::Interval(_)
            | Record::Registration(_)
            | Record::Decision(_)
            | Record::Campaign(_)
            | Record::CampaignEntry(_)
            | Record::ConfigVersion(_) => {}
        }
    }
    open.spoken = SPOKEN.map(spoken).into();
    open
}

/// A dial as a start remembers it: 71 rings for 12, about queue 1; 72 has paid 13, which is closed.
fn rang(row: &DialRow) -> Rang {
    let paid = row.callback == CallbackId(13);
    let handle = row.number.0;
    Rang {
        number: number(handle, SECRETS[usize::try_from(handle).unwrap() - 1])
            .e164
            .unwrap(),
        tenant: TenantId(1),
        dial: row.id,
        callback: row.callback,
        queue: (!paid).then_some(QueueId(1)),
        place_ms: NOW + row.callback.0,
        placed_ms: NOW,
        result: paid.then_some(DialResult::Answered),
        sip_status: paid.then_some(200),
        closed_how: paid.then_some(ClosedHow::Served),
    }
}

/// Number and operator of each assignment of the day.
const SPOKEN: [(i64, i64); 3] = [(3, 1), (3, 1), (2, 2)];

fn spoken((handle, operator): (i64, i64)) -> Spoken {
    Spoken {
        number: number(handle, SECRETS[usize::try_from(handle).unwrap() - 1])
            .e164
            .unwrap(),
        queue: QueueId(1),
        operator: OperatorId(operator),
        // Those of the first operator are of callers.
        called_ms: (operator == 1).then_some(NOW),
    }
}

/// The rules have no sounds.
fn in_force(row: AnnouncementRow) -> Option<AnnouncementRow> {
    let row = Some(row).filter(|row| row.erased_ms.is_none())?;
    Some(AnnouncementRow { audio: None, ..row })
}

async fn everything_open_comes_back_and_nothing_closed(home: &Home) {
    let store = home.serve().await;
    commit_day(&store).await;
    store.close().await.unwrap();
    drop(store);
    let mut restored = home.serve().await.begin().await.unwrap();
    restored.callbacks.sort_by_key(|open| open.row.id);
    let expected = still_open();
    assert_eq!(expected.callbacks.len(), 2);
    assert_eq!(restored, expected);
}

async fn sounds_in_force_come_back_byte_by_byte_and_withdrawn_ones_are_gone(home: &Home) {
    let store = home.serve().await;
    commit_day(&store).await;
    let sounds = store.sounds().await.unwrap();
    assert_eq!(sounds, [(PromptId((1 << 31) + 7), sound())]);
    let found = store.sound(AnnouncementId(171)).await.unwrap();
    assert_eq!(found, Some(sound()));
    for none in [172, 173] {
        assert_eq!(store.sound(AnnouncementId(none)).await.unwrap(), None);
    }
}

async fn a_backlog_of_several_pages_comes_back_whole(home: &Home) {
    let store = home.serve().await;
    store.begin().await.unwrap();
    // Two tenants share the numbers, one page ends between two callbacks to the same.
    home.by_hand(
        "INSERT INTO number (shard, id, seq, e164, raw, class, seen_ms)
        SELECT 0, i, 1, '+39086' || (1000000 + i), '', 'fixed', 5 FROM (
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
            SELECT i FROM n) numbers;
        INSERT INTO callback
        SELECT 0, id + tenant * 10000, 1, tenant, id, 'waiting', id, 7, 8, 9, 1, 0, NULL, NULL, NULL, 0, NULL
        FROM number CROSS JOIN (SELECT 1 AS tenant UNION ALL SELECT 2) tenants;
        INSERT INTO callback_need
        SELECT 0, id, 1, id, tenant, 'missed', 8, NULL, NULL FROM callback",
    )
    .await;
    let restored = store.begin().await.unwrap();
    assert_eq!(restored.callbacks.len(), 10_000);
    let mut seen = BTreeSet::new();
    for callback in &restored.callbacks {
        let OpenCallback {
            row, number, needs, ..
        } = callback;
        let digits = format!("+39086{}", 1_000_000 + row.number.0);
        assert_eq!(number.as_ref().unwrap().reveal(), digits);
        assert_eq!(row.id.0, row.number.0 + row.tenant.0 * 10_000);
        assert_eq!((needs.len(), needs[0].callback), (1, row.id));
        assert_eq!(needs[0].queue, Some(QueueId(row.tenant.0)));
        assert!(seen.insert(row.id));
    }
}

async fn who_was_erased_is_still_owed_though_nobody_knows_the_number(home: &Home) {
    let store = home.serve().await;
    commit_day(&store).await;
    home.by_hand("UPDATE number SET e164 = NULL, raw = '' WHERE id = 1")
        .await;
    let restored = store.begin().await.unwrap();
    let owed = restored
        .callbacks
        .iter()
        .find(|open| open.row.number.0 == 1);
    assert_eq!(owed.unwrap().number, None);
    assert_eq!(restored.callbacks.len(), 2);
}

async fn each_start_has_a_new_epoch(home: &Home) {
    for epoch in 1..=3 {
        let store = home.serve().await;
        let restored = store.begin().await.unwrap();
        assert_eq!(
            restored,
            Restored {
                epoch,
                ..Restored::default()
            }
        );
        store.close().await.unwrap();
    }
}

async fn names_keep_their_identifiers(home: &Home) {
    let store = home.serve().await;
    let first = store.intern(&names()).await.unwrap();
    assert_eq!(first.tenants["asl-teramo"], TenantId(1));
    assert_eq!(first.lines["+390861000000"], LineId(1));
    let queue = ("asl-teramo".to_owned(), "prenotazioni".to_owned());
    assert_eq!(first.queues[&queue], QueueId(1));
    assert_eq!(store.intern(&names()).await.unwrap(), first);
    let other = ("asl-pescara".to_owned(), "prenotazioni".to_owned());
    let later = Names {
        tenants: vec!["asl-chieti".into(), "asl-pescara".into()],
        queues: vec![other.clone()],
        ..Names::default()
    };
    let second = store.intern(&later).await.unwrap();
    assert_eq!(second.tenants["asl-pescara"], first.tenants["asl-pescara"]);
    assert_eq!(second.tenants["asl-chieti"], TenantId(3));
    assert_eq!(second.queues[&queue], QueueId(1));
    assert_eq!(second.queues[&other], QueueId(2));
    assert_eq!(home.read().await.names().await.unwrap(), second);
}

async fn a_queue_of_an_unknown_tenant_adds_nothing(home: &Home) {
    let store = home.serve().await;
    let wrong = Names {
        queues: vec![("asl-nowhere".into(), "x".into())],
        ..names()
    };
    let error = store.intern(&wrong).await.unwrap_err();
    assert!(matches!(&error, StoreError::UnknownTenant { tenant, .. } if tenant == "asl-nowhere"));
    assert!(store.names().await.unwrap().tenants.is_empty());
}

async fn a_first_start_fills_an_empty_database_once(home: &Home) {
    let store = home.serve().await;
    assert!(store.is_empty_of_seats().await.unwrap());
    let (seats, operators) = ([seat(1), seat(2)], [operator(1)]);
    store.add_first_start(&seats, &operators).await.unwrap();
    assert!(!store.is_empty_of_seats().await.unwrap());
    let error = store.add_first_start(&[seat(3)], &[]).await.unwrap_err();
    assert!(matches!(error, StoreError::NotEmpty));
    let restored = store.begin().await.unwrap();
    assert_eq!(
        (restored.seats, restored.operators),
        (seats.to_vec(), operators.to_vec())
    );
}

async fn a_first_start_is_all_or_nothing(home: &Home) {
    let store = home.serve().await;
    let mut namesake = operator(2);
    namesake.name = operator(1).name;
    store
        .add_first_start(&[seat(1)], &[operator(1), namesake])
        .await
        .unwrap_err();
    assert!(store.is_empty_of_seats().await.unwrap());
    assert_eq!(
        store.seat("101").await.unwrap().map(|seat| seat.id),
        None::<SeatId>
    );
    assert_eq!(store.callback(CallbackId(1)).await.unwrap(), None);
}

async fn a_database_of_the_first_version_is_migrated_by_a_server_alone(home: &Home) {
    home.be_of_the_first_version().await;
    let too_old = open(&home.url(), Access::Read).await.unwrap_err();
    assert!(
        matches!(too_old, OpenError::Older { found: 1, .. }),
        "{too_old:?}"
    );
    let store = home.serve().await;
    commit_day(&store).await;
    let kept = "SELECT count(*) FROM config_version";
    assert_eq!(home.number_of(kept).await, 2);
    drop(home.read().await);
}
