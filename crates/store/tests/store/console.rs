//! What an operator's page asks for: earlier conversations, one's own day, preferences.

use cuptel_core::id::{
    AssignmentId, CallbackId, IntervalId, MemoId, NumberId, OfferId, OperatorId, QueueId, SeatId,
};
use cuptel_core::number::PhoneNumber;
use cuptel_core::record::{AssignmentRow, IntervalRow, NumberRow, OfferRow, Record, Work};
use cuptel_core::words::{
    CallbackState, Chosen, ChosenBy, Disposition, OfferState, Role, WorkState,
};
use cuptel_store::{Batch, NewAccount, Store};

use crate::home::{Home, on_every_database};
use crate::rows::{NOW, callback, memos, names, number, operator, seat};

on_every_database!(
    earlier_conversations_are_found_by_the_number_and_told_to_its_authority_alone,
    an_erased_number_has_no_past,
    results_are_counted_by_queue_and_by_the_centres_own_words,
    a_day_is_that_of_one_operator,
    preferences_go_by_their_account,
    a_memo_is_told_with_who_has_read_it_and_when_it_is_over_too,
);

const DIGITS: &str = "+390861123456";

fn of_them() -> PhoneNumber {
    PhoneNumber::parse_e164(DIGITS).unwrap()
}

async fn commit(store: &Store, last_seq: u64, records: Vec<Record>) {
    let batch = Batch { last_seq, records };
    store.writer().commit(&mut vec![batch]).await.unwrap();
}

fn offered(id: i64, callback: i64) -> OfferRow {
    OfferRow {
        id: OfferId(id),
        work: Work::Callback(CallbackId(callback)),
        queue: QueueId(1),
        seat: SeatId(1),
        operator: OperatorId(1),
        state: OfferState::Accepted,
        offered_ms: NOW,
        lease_until_ms: NOW + 15_000,
        ended_ms: Some(NOW),
    }
}

fn spoke(id: i64, callback: i64, started_ms: i64) -> AssignmentRow {
    AssignmentRow {
        id: AssignmentId(id),
        offer: OfferId(id + 100),
        work: Work::Callback(CallbackId(callback)),
        seat: SeatId(1),
        operator: OperatorId(1),
        started_ms,
        ended_ms: Some(started_ms + 60_000),
        wrap_up_until_ms: None,
        disposition: Some(Disposition::Done),
        code: Some("disdetta".parse().unwrap()),
        note: Some("torna martedì".to_owned()),
    }
}

/// Two handles of one number, with a conversation each, and another's that was never spoken with.
async fn spoken_with(home: &Home) -> Store {
    let store = home.serve().await;
    store.intern(&names()).await.unwrap();
    store.begin().await.unwrap();
    let records = vec![
        Record::Number(number(1, DIGITS)),
        Record::Number(number(2, DIGITS)),
        Record::Number(number(3, "+390861765432")),
        Record::Seat(seat(1)),
        Record::Operator(operator(1)),
        Record::Callback(callback(11, 1, CallbackState::Waiting)),
        Record::Callback(callback(12, 2, CallbackState::Waiting)),
        Record::Offer(offered(121, 11)),
        Record::Offer(offered(122, 12)),
        Record::Assignment(spoke(21, 11, NOW)),
        Record::Assignment(spoke(22, 12, NOW + 3_600_000)),
    ];
    commit(&store, 1, records).await;
    store
}

async fn earlier_conversations_are_found_by_the_number_and_told_to_its_authority_alone(
    home: &Home,
) {
    let store = spoken_with(home).await;
    let told = store.contacts(&of_them(), "asl-teramo", 5).await.unwrap();
    let begun: Vec<_> = told.iter().map(|it| it.started_ms).collect();
    assert_eq!(
        begun,
        [NOW + 3_600_000, NOW],
        "the newest first, of both handles"
    );
    assert!(told[0].called_back && told[0].disposition == Some(Disposition::Done));
    assert_eq!(told[0].code.as_deref(), Some("disdetta"));
    assert_eq!(told[0].note.as_deref(), Some("torna martedì"));
    assert_eq!(told[0].ended_ms, NOW + 3_660_000);
    let one = store.contacts(&of_them(), "asl-teramo", 1).await.unwrap();
    assert_eq!(one.len(), 1);
    let others = store.contacts(&of_them(), "asl-pescara", 5).await.unwrap();
    assert!(others.is_empty(), "no authority learns of another's");
    let unknown = PhoneNumber::parse_e164("+390861765432").unwrap();
    assert!(
        store
            .contacts(&unknown, "asl-teramo", 5)
            .await
            .unwrap()
            .is_empty()
    );
}

async fn results_are_counted_by_queue_and_by_the_centres_own_words(home: &Home) {
    let store = spoken_with(home).await;
    let plain = AssignmentRow {
        id: AssignmentId(23),
        code: None,
        ..spoke(21, 11, NOW + 60_000)
    };
    commit(&store, 2, vec![Record::Assignment(plain)]).await;
    let all = store.results((NOW, NOW + 7_200_000), Some("asl-teramo"));
    let mut all: Vec<_> = all.await.unwrap().into_iter().collect();
    all.sort_by_key(|line| line.code.clone());
    let told: Vec<_> = all
        .iter()
        .map(|line| (line.code.as_deref(), line.disposition, line.conversations))
        .collect();
    let done = Some(Disposition::Done);
    assert_eq!(told, [(None, done, 1), (Some("disdetta"), done, 2)]);
    let none = store.results((NOW, NOW + 7_200_000), Some("asl-pescara"));
    assert!(none.await.unwrap().is_empty());
}

async fn an_erased_number_has_no_past(home: &Home) {
    let store = spoken_with(home).await;
    let erased = |id: i64| {
        Record::Number(NumberRow {
            id: NumberId(id),
            e164: None,
            raw: String::new(),
            ..number(id, DIGITS)
        })
    };
    commit(&store, 2, vec![erased(1), erased(2)]).await;
    assert!(
        store
            .contacts(&of_them(), "asl-teramo", 5)
            .await
            .unwrap()
            .is_empty()
    );
}

async fn a_day_is_that_of_one_operator(home: &Home) {
    let store = spoken_with(home).await;
    let stretch = |id: i64, work, since_ms, until_ms| {
        Record::Interval(IntervalRow {
            id: IntervalId(id),
            seat: SeatId(1),
            operator: Some(OperatorId(1)),
            chosen: Chosen::Available,
            work,
            since_ms,
            until_ms,
            pause_reason: None,
            chosen_by: ChosenBy::Operator,
            supervisor: None,
        })
    };
    let records = vec![
        stretch(31, WorkState::Talking, NOW, Some(NOW + 60_000)),
        stretch(32, WorkState::WrapUp, NOW + 60_000, Some(NOW + 90_000)),
        stretch(33, WorkState::Idle, NOW + 90_000, None),
    ];
    commit(&store, 2, records).await;
    let name = operator(1).name;
    let day = store.operator_day(&name, NOW, NOW + 100_000).await.unwrap();
    assert_eq!((day.calls, day.callbacks), (0, 2));
    assert_eq!(
        (day.talking_ms, day.wrap_up_ms, day.there_ms),
        (60_000, 30_000, 100_000)
    );
    let nobody = store.operator_day("nobody", NOW, NOW + 1).await.unwrap();
    assert_eq!(nobody, cuptel_store::OperatorDay::default());
}

async fn preferences_go_by_their_account(home: &Home) {
    let store = home.serve().await;
    store.intern(&names()).await.unwrap();
    assert!(
        !store.set_preferences("rosa", "{}").await.unwrap(),
        "nobody of that name"
    );
    let new = NewAccount {
        name: "rosa".to_owned(),
        role: Role::Supervisor,
        tenant: None,
        employer: None,
        operator: None,
        password: "digest".to_owned(),
        once_until_ms: NOW,
        created_ms: NOW,
        created_by: "token".to_owned(),
    };
    assert!(store.add_account(&new).await.unwrap());
    assert_eq!(store.preferences("rosa").await.unwrap(), None);
    for chosen in ["{\"size\":150}", "{\"size\":200}"] {
        assert!(store.set_preferences("rosa", chosen).await.unwrap());
        let kept = store.preferences("rosa").await.unwrap();
        assert_eq!(kept.as_deref(), Some(chosen));
    }
    store.remove_account("rosa", NOW).await.unwrap();
    assert_eq!(store.preferences("rosa").await.unwrap(), None);
}

async fn a_memo_is_told_with_who_has_read_it_and_when_it_is_over_too(home: &Home) {
    let store = spoken_with(home).await;
    let mut records = memos();
    records.push(Record::Operator(operator(2)));
    commit(&store, 2, records).await;
    let shown = store.memo(MemoId(151)).await.unwrap().unwrap();
    assert_eq!((shown.audience.as_str(), shown.ended_ms), ("queue", None));
    let place = (shown.tenant.as_deref(), shown.name.as_deref());
    assert_eq!(place, (Some("asl-teramo"), Some("prenotazioni")));
    let [read] = &shown.readings[..] else {
        panic!("one has read it: {shown:?}");
    };
    let told = (read.operator.as_str(), read.seat.as_str(), read.at_ms);
    assert_eq!(told, ("operator2", "101", NOW + 60));
    let over = store.memo(MemoId(152)).await.unwrap().unwrap();
    assert_eq!(over.ended_by.as_deref(), Some("Carla Capo"));
    assert_eq!(over.readings.len(), 1);
    assert_eq!(store.memo(MemoId(1)).await.unwrap(), None);
}
