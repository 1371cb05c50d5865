//! Campaigns in the database: who is next, what comes back at a start, and how far one is.

use cuptel_core::id::{CallbackId, CampaignId, EntryId, NeedId, NumberId, QueueId, TenantId};
use cuptel_core::number::PhoneNumber;
use cuptel_core::record::{
    Appointment, CallbackRow, CampaignEntryRow, CampaignRow, DialRow, Record, YearsEmptied,
};
use cuptel_core::words::{
    CallbackState, CampaignEnd, CampaignKind, CampaignState, DialOrder, DialResult, DialState,
    EntryState, PriorityClass, ReminderAnswer,
};
use cuptel_store::{Batch, CampaignFilter, Store};

use crate::home::{Home, on_every_database};
use crate::rows::{NOW, callback, dial, names, number};

on_every_database!(
    the_next_come_in_their_order_and_not_before_their_time,
    nobody_is_told_before_the_database_has_what_was_decided,
    what_is_open_comes_back_with_its_counts_and_who_is_released,
    years_of_birth_are_emptied_stretch_by_stretch_of_one_list_alone,
    how_far_it_is_is_counted_and_forecast,
    a_list_is_read_page_by_page_with_masked_numbers,
);

const DIGITS: &str = "+390861123456";

fn campaign(id: i64, state: CampaignState) -> CampaignRow {
    CampaignRow {
        id: CampaignId(id),
        tenant: TenantId(1),
        queue: QueueId(1),
        name: format!("agenda \"{id}\""),
        class: Some(PriorityClass::B),
        due_ms: Some(NOW + 9),
        note: Some("spostata".to_owned()),
        window: Some("09:00-13:00".to_owned()),
        starts_ms: Some(NOW + 1),
        ends_ms: Some(NOW + 2),
        pace: 7,
        per_hour: Some(60),
        preview_s: Some(30),
        order: Some(DialOrder::PersonFirst),
        cli: PhoneNumber::parse_e164("+390861000000").ok(),
        state,
        created_ms: NOW - 3,
        started_ms: (state != CampaignState::Loading).then_some(NOW - 1_000),
        since_ms: NOW - 4,
        by: Some("carla".to_owned()),
        ended_how: (state == CampaignState::Ended).then_some(CampaignEnd::Stopped),
        entries: 6,
        left_out: 2,
        kind: match id {
            2 => CampaignKind::Reminder,
            _ => CampaignKind::Recall,
        },
    }
}

fn entry(id: i64, of: i64, state: EntryState) -> CampaignEntryRow {
    let is_called = state != EntryState::Waiting;
    CampaignEntryRow {
        id: EntryId(id),
        campaign: CampaignId(of),
        number: NumberId(1),
        line: id,
        from_ms: 0,
        due_ms: Some(NOW + 8),
        note: Some("visita".to_owned()),
        reference: Some("A-1".to_owned()),
        state,
        callback: is_called.then_some(CallbackId(11)),
        need: is_called.then_some(NeedId(31)),
        released_ms: is_called.then_some(NOW),
        settled_ms: state.is_result().then_some(NOW + 1),
        appointment: Some(Appointment {
            at_ms: NOW + 90,
            place: Some("mazzini".to_owned()),
            born: (!state.is_result()).then_some(1950),
        }),
        answer: (state == EntryState::Confirmed).then_some(ReminderAnswer::Confirmed),
    }
}

fn later(id: i64, from_ms: i64) -> CampaignEntryRow {
    CampaignEntryRow {
        from_ms,
        ..entry(id, 1, EntryState::Waiting)
    }
}

fn rows() -> Vec<Record> {
    let campaigns = [
        campaign(1, CampaignState::Running),
        campaign(2, CampaignState::Ended),
        campaign(3, CampaignState::Ended),
        campaign(4, CampaignState::Loading),
    ];
    let entries = [
        later(21, NOW + 50),
        later(22, 0),
        later(23, NOW - 5),
        later(24, 0),
        entry(25, 1, EntryState::Released),
        entry(26, 1, EntryState::Reached),
        entry(27, 2, EntryState::Released),
        entry(28, 3, EntryState::Waiting),
    ];
    let campaigns = campaigns.map(|row| Record::Campaign(Box::new(row)));
    let entries = entries.map(|row| Record::CampaignEntry(Box::new(row)));
    let mut rows = vec![Record::Number(number(1, DIGITS))];
    rows.extend(campaigns.into_iter().chain(entries));
    // Whose callback rests for an hour after a dial in vain.
    let rests = callback(11, 1, CallbackState::Waiting);
    let before = dial(41, 11, 1, DialState::Ended);
    rows.push(Record::Callback(CallbackRow {
        not_before_ms: NOW + 3_600_000,
        ..rests
    }));
    rows.push(Record::Dial(DialRow {
        result: Some(DialResult::NoAnswer),
        ..before
    }));
    rows
}

async fn filled(home: &Home) -> Store {
    let store = home.serve().await;
    store.intern(&names()).await.unwrap();
    store.begin().await.unwrap();
    let mut batches = vec![Batch {
        last_seq: 1,
        records: rows(),
    }];
    store.writer().commit(&mut batches).await.unwrap();
    store
}

async fn the_next_come_in_their_order_and_not_before_their_time(home: &Home) {
    let store = filled(home).await;
    let page = store.waiting_entries(CampaignId(1), NOW, 2, 1).await;
    let page = page.unwrap().expect("it has all that was decided");
    let ids: Vec<i64> = page.entries.iter().map(|it| it.row.id.0).collect();
    assert_eq!((ids, page.next_ms), (vec![22, 24], Some(NOW + 50)));
    assert_eq!(page.entries[0].row, later(22, 0));
    let number = page.entries[0].number.as_ref().expect("they have one");
    assert_eq!(number.reveal(), DIGITS);
    let page = store.waiting_entries(CampaignId(1), NOW + 50, 9, 0).await;
    let page = page.unwrap().expect("it has all that was decided");
    let ids: Vec<i64> = page.entries.iter().map(|it| it.row.id.0).collect();
    assert_eq!((ids, page.next_ms), (vec![22, 24, 23, 21], None));
}

async fn nobody_is_told_before_the_database_has_what_was_decided(home: &Home) {
    let store = filled(home).await;
    let page = store
        .waiting_entries(CampaignId(1), NOW, 2, 2)
        .await
        .unwrap();
    assert_eq!(page, None, "the second step is elsewhere still");
    store.begin().await.unwrap();
    let page = store
        .waiting_entries(CampaignId(1), NOW, 2, 1)
        .await
        .unwrap();
    assert_eq!(page, None, "another epoch has steps of its own");
}

async fn what_is_open_comes_back_with_its_counts_and_who_is_released(home: &Home) {
    let store = filled(home).await;
    let restored = store.begin().await.unwrap();
    let mut open = restored.campaigns.iter();
    let first = open.next().expect("it runs");
    assert_eq!(first.row, campaign(1, CampaignState::Running));
    let counts = [
        (EntryState::Waiting, 4),
        (EntryState::Released, 1),
        (EntryState::Reached, 1),
    ];
    assert_eq!(first.counts, counts);
    assert_eq!(first.last, Some(EntryId(26)));
    // Of the second somebody is at work still, of the third a year of birth is left.
    let rest: Vec<i64> = open.map(|it| it.row.id.0).collect();
    assert_eq!(rest, [2, 3, 4]);
    let released = [
        entry(25, 1, EntryState::Released),
        entry(27, 2, EntryState::Released),
    ];
    assert_eq!(restored.released, released);
}

/// Who of a list has a year of birth that is stored.
async fn born(store: &Store, campaign: i64) -> Vec<i64> {
    let page = store.waiting_entries(CampaignId(campaign), NOW + 99, 9, 0);
    let page = page.await.unwrap().expect("it has all that was decided");
    let is_kept =
        |it: &CampaignEntryRow| it.appointment.as_ref().is_some_and(|it| it.born.is_some());
    let kept = page.entries.into_iter().filter(|it| is_kept(&it.row));
    kept.map(|it| it.row.id.0).collect()
}

async fn years_of_birth_are_emptied_stretch_by_stretch_of_one_list_alone(home: &Home) {
    let store = filled(home).await;
    let emptied = |id: i64, of: i64, (after, until): (i64, i64)| {
        Record::YearsEmptied(YearsEmptied {
            id: EntryId(id),
            campaign: CampaignId(of),
            after: EntryId(after),
            until: EntryId(until),
        })
    };
    let mut writer = store.writer();
    // Its own row comes behind what it empties, however they were told.
    let records = vec![emptied(90, 1, (21, 22)), emptied(91, 1, (23, 27))];
    let again = Record::CampaignEntry(Box::new(later(24, 0)));
    let mut batches = vec![
        Batch {
            last_seq: 1,
            records: rows(),
        },
        Batch {
            last_seq: 2,
            records: vec![again],
        },
        Batch {
            last_seq: 3,
            records,
        },
    ];
    writer.commit(&mut batches).await.unwrap();
    assert_eq!(born(&store, 1).await, [23, 21]);
    assert_eq!(born(&store, 3).await, [28], "another list's");
    let open = store.begin().await.unwrap();
    assert_eq!(open.released.len(), 2);
    let is_born = |it: &CampaignEntryRow| it.appointment.as_ref().and_then(|it| it.born);
    let all = open.released.iter().map(is_born);
    assert_eq!(
        all.collect::<Vec<_>>(),
        [Some(1950), Some(1950)],
        "they may be asked"
    );
    let mut batches = vec![Batch {
        last_seq: 1,
        records: vec![emptied(92, 3, (3, 28))],
    }];
    store.writer().commit(&mut batches).await.unwrap();
    let open = store.begin().await.unwrap();
    let open: Vec<i64> = open.campaigns.iter().map(|it| it.row.id.0).collect();
    assert_eq!(open, [1, 2, 4], "nothing is left of the third");
}

async fn how_far_it_is_is_counted_and_forecast(home: &Home) {
    let store = filled(home).await;
    let of = async |which: &str| store.campaign(which, NOW).await.unwrap();
    let runs = of("1").await.expect("there is one");
    let counts = &runs.counts;
    assert_eq!((counts.waiting, counts.not_called), (4, 0));
    assert_eq!((counts.released, counts.reached), (1, 1));
    // One in a second, and five are left; but who is released rests for an hour.
    assert_eq!(runs.over_ms, Some(NOW + 3_600_000));
    assert_eq!(runs.campaign.tenant.as_deref(), Some("asl-teramo"));
    assert_eq!(runs.campaign.queue.as_deref(), Some("prenotazioni"));
    let ended = of("agenda \"3\"").await.expect("it goes by its name");
    let counts = &ended.counts;
    assert_eq!((counts.waiting, counts.not_called), (0, 1));
    assert_eq!(ended.over_ms, None);
    assert!(of("ortopedia").await.is_none() && of("77").await.is_none());
    let filter = CampaignFilter {
        state: Some(CampaignState::Ended),
        limit: 10,
        ..CampaignFilter::default()
    };
    let listed = store.campaigns(&filter, NOW).await.unwrap();
    let ids: Vec<i64> = listed.iter().map(|it| it.campaign.id.0).collect();
    assert_eq!(ids, [3, 2]);
    let nobodys = CampaignFilter {
        tenant: Some("asl-roma".to_owned()),
        ..filter
    };
    assert!(store.campaigns(&nobodys, NOW).await.is_err());
}

async fn a_list_is_read_page_by_page_with_masked_numbers(home: &Home) {
    let store = filled(home).await;
    let page = async |after| {
        store
            .campaign_entries(CampaignId(1), after, 4)
            .await
            .unwrap()
    };
    let first = page(0).await;
    let ids: Vec<i64> = first.iter().map(|it| it.id.0).collect();
    assert_eq!(ids, [21, 22, 23, 24]);
    assert_eq!(first[0].not_before_ms, Some(NOW + 50));
    assert_eq!(first[1].not_before_ms, None);
    let told = serde_json::to_string(&first).unwrap();
    assert!(
        told.contains("+39…456") && !told.contains("0861123"),
        "{told}"
    );
    let rest = page(24).await;
    assert_eq!(rest.last().map(|it| it.state), Some(EntryState::Reached));
    assert_eq!(rest[1].digits.as_deref(), Some(DIGITS));
    assert_eq!((first[0].tries, rest[0].tries), (None, Some(2)));
    assert_eq!(rest[0].last_result, Some(DialResult::NoAnswer));
}
