//! The spill: what was written to it reaches the database in order and once, and nothing
//! of it is lost without a word.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use cuptel_core::id::{AttemptId, CallbackId};
use cuptel_core::record::{Record, Work};
use cuptel_core::words::{CallbackState, ChangedBy, OfferState};
use cuptel_store::{Batch, CommitError, Spill, SpillError, Store};
use tempfile::TempDir;

use crate::home::{Home, on_every_database};
use crate::rows::{callback, config_version, offer};

on_every_database!(
    what_was_spilled_reaches_the_database_in_order_and_once,
    what_the_database_had_already_is_not_written_again,
    what_was_spilled_before_a_crash_is_there_after_it,
    a_spill_of_another_database_is_refused,
    the_database_is_not_written_past_a_spill,
);

const ROOM: u64 = 1 << 20;

fn step(last_seq: u64, state: CallbackState) -> Batch {
    Batch {
        last_seq,
        records: vec![Record::Callback(callback(1, 1, state))],
    }
}

async fn begun(home: &Home) -> Store {
    let store = home.serve().await;
    store.begin().await.unwrap();
    store
}

async fn replay(store: &Store, spill: &mut Spill) -> Result<u64, CommitError> {
    let mut count = 0;
    while let Some(entry) = spill.oldest().unwrap() {
        store.replay(&entry).await?;
        spill.replayed(&entry);
        count += 1;
    }
    Ok(count)
}

async fn state_of(store: &Store) -> CallbackState {
    let found = store.callback(CallbackId(1)).await.unwrap().unwrap();
    found.callback.state
}

async fn what_was_spilled_reaches_the_database_in_order_and_once(home: &Home) {
    let store = begun(home).await;
    let folder = TempDir::new().unwrap();
    let mut spill = Spill::open(&folder.path().join("spill"), ROOM).unwrap();
    let mut writer = store.writer();
    let mut first = vec![step(1, CallbackState::Waiting)];
    writer.commit(&mut first).await.unwrap();

    // The second offer takes the seat of the first: only in this order can both be stored.
    let work = |id| Work::Attempt(AttemptId(id));
    let held = Record::Offer(offer(1, work(1), 7, OfferState::Open));
    let freed = Record::Offer(offer(1, work(1), 7, OfferState::Withdrawn));
    let next = Record::Offer(offer(2, work(2), 7, OfferState::Open));
    let mut dialling = step(2, CallbackState::Dialling);
    dialling.records.push(held);
    let mut closed = step(3, CallbackState::Closed);
    let reloaded = Record::ConfigVersion(config_version(5, ChangedBy::Signal));
    closed.records.extend([freed, next, reloaded]);
    for batch in [dialling, closed] {
        let last_seq = batch.last_seq;
        let mut batches = vec![batch];
        assert_eq!(writer.spill(&mut batches, &mut spill).unwrap(), last_seq);
        assert!(batches.is_empty());
    }
    assert_eq!(state_of(&store).await, CallbackState::Waiting);

    assert_eq!(replay(&store, &mut spill).await.unwrap(), 2);
    assert_eq!(state_of(&store).await, CallbackState::Closed);
    assert_eq!(home.number_of("SELECT applied_seq FROM journal").await, 3);
    let open = "SELECT id FROM offer WHERE state = 'open'";
    assert_eq!(home.number_of(open).await, 2);
    let in_force = "SELECT id FROM config_version WHERE changed_by = 'signal'";
    assert_eq!(home.number_of(in_force).await, 5);
    assert_eq!(replay(&store, &mut spill).await.unwrap(), 0);
    spill.remove().unwrap();
    assert!(Spill::look(&folder.path().join("spill")).unwrap().is_none());
    let mut fourth = vec![step(4, CallbackState::Waiting)];
    assert_eq!(writer.commit(&mut fourth).await.unwrap(), 4);
    assert_eq!(state_of(&store).await, CallbackState::Waiting);
}

async fn what_the_database_had_already_is_not_written_again(home: &Home) {
    let store = begun(home).await;
    let folder = TempDir::new().unwrap();
    let mut spill = Spill::open(folder.path(), ROOM).unwrap();
    // A COMMIT that was carried out although its answer never came.
    let mut unanswered = vec![step(1, CallbackState::Waiting)];
    store.writer().commit(&mut unanswered).await.unwrap();
    let mut writer = store.writer();
    let mut again = vec![step(1, CallbackState::Closed)];
    assert_eq!(writer.spill(&mut again, &mut spill).unwrap(), 1);
    assert_eq!(replay(&store, &mut spill).await.unwrap(), 1);
    assert_eq!(state_of(&store).await, CallbackState::Waiting);
}

async fn what_was_spilled_before_a_crash_is_there_after_it(home: &Home) {
    let folder = TempDir::new().unwrap();
    let store = begun(home).await;
    let mut spill = Spill::open(folder.path(), ROOM).unwrap();
    let mut writer = store.writer();
    for (seq, state) in [(1, CallbackState::Waiting), (2, CallbackState::Closed)] {
        writer
            .spill(&mut vec![step(seq, state)], &mut spill)
            .unwrap();
    }
    drop((spill, writer));
    store.close().await.unwrap();
    drop(store);

    let waiting = Spill::look(folder.path()).unwrap().unwrap();
    assert_eq!((waiting.entries, waiting.torn_bytes), (2, 0));
    let store = home.serve().await;
    let mut spill = Spill::open(folder.path(), ROOM).unwrap();
    assert_eq!(spill.bytes(), waiting.bytes);
    assert_eq!(replay(&store, &mut spill).await.unwrap(), 2);
    assert_eq!(state_of(&store).await, CallbackState::Closed);
    assert_eq!(store.begin().await.unwrap().epoch, 2);
}

async fn a_spill_of_another_database_is_refused(home: &Home) {
    let folder = TempDir::new().unwrap();
    let store = begun(home).await;
    let mut spill = Spill::open(folder.path(), ROOM).unwrap();
    let mut writer = store.writer();
    let mut first = vec![step(1, CallbackState::Waiting)];
    writer.commit(&mut first).await.unwrap();
    let mut second = vec![step(2, CallbackState::Waiting)];
    writer.spill(&mut second, &mut spill).unwrap();

    let empty = home.another().serve().await;
    let error = replay(&empty, &mut spill).await.unwrap_err();
    assert!(
        matches!(error, CommitError::Fenced { epoch: 1 }),
        "{error:?}"
    );
    let other = home.another();
    let error = replay(&begun(&other).await, &mut spill).await.unwrap_err();
    assert!(
        matches!(
            error,
            CommitError::NotNext {
                after: 1,
                applied: 0
            }
        ),
        "{error:?}"
    );
    store.begin().await.unwrap();
    let error = replay(&store, &mut spill).await.unwrap_err();
    assert!(
        matches!(error, CommitError::Fenced { epoch: 1 }),
        "{error:?}"
    );
}

async fn the_database_is_not_written_past_a_spill(home: &Home) {
    let folder = TempDir::new().unwrap();
    let store = begun(home).await;
    let mut spill = Spill::open(folder.path(), ROOM).unwrap();
    let mut writer = store.writer();
    let mut first = vec![step(1, CallbackState::Waiting)];
    writer.spill(&mut first, &mut spill).unwrap();
    let mut second = vec![step(2, CallbackState::Closed)];
    let error = writer.commit(&mut second).await.unwrap_err();
    assert!(matches!(error, CommitError::NotNext { .. }), "{error:?}");
    replay(&store, &mut spill).await.unwrap();
    assert_eq!(writer.commit(&mut second).await.unwrap(), 2);
}

/// A spill of three transactions, and where each of them ends.
async fn three(folder: &Path) -> Vec<usize> {
    let home = Home::sqlite();
    let store = begun(&home).await;
    let mut writer = store.writer();
    let mut spill = Spill::open(folder, ROOM).unwrap();
    let mut ends = Vec::new();
    for seq in 1..=3 {
        let mut batches = vec![step(seq, CallbackState::Waiting)];
        writer.spill(&mut batches, &mut spill).unwrap();
        ends.push(usize::try_from(spill.bytes()).unwrap());
    }
    ends
}

#[tokio::test]
async fn a_torn_end_is_cut_off_wherever_it_is_torn() {
    let folder = TempDir::new().unwrap();
    let ends = three(folder.path()).await;
    let file = folder.path().join("records");
    let whole = fs::read(&file).unwrap();
    for length in 0..whole.len() {
        fs::write(&file, &whole[..length]).unwrap();
        let entries = ends.iter().filter(|end| **end <= length).count();
        let found = Spill::look(folder.path()).unwrap().unwrap();
        assert_eq!(found.entries, u64::try_from(entries).unwrap(), "{length}");
        let mut spill = Spill::open(folder.path(), ROOM).unwrap();
        assert_eq!(spill.oldest().unwrap().is_some(), entries > 0, "{length}");
    }
    // Blocks that were allotted and never written.
    let mut torn = whole[..ends[1]].to_vec();
    torn.resize(whole.len(), 0);
    fs::write(&file, torn).unwrap();
    assert_eq!(Spill::look(folder.path()).unwrap().unwrap().entries, 2);
}

#[tokio::test]
async fn a_damaged_middle_is_never_passed_over() {
    let folder = TempDir::new().unwrap();
    let ends = three(folder.path()).await;
    let file = folder.path().join("records");
    let whole = fs::read(&file).unwrap();
    for place in ends[0]..ends[1] {
        let mut damaged = whole.clone();
        damaged[place] ^= 0x55;
        fs::write(&file, damaged).unwrap();
        let begins = u64::try_from(ends[0]).unwrap();
        for error in [
            Spill::look(folder.path()).unwrap_err(),
            Spill::open(folder.path(), ROOM).unwrap_err(),
        ] {
            assert!(
                matches!(error, SpillError::Damaged { at, .. } if at == begins),
                "{error:?} with byte {place} changed"
            );
        }
    }
}

#[tokio::test]
async fn what_another_program_or_version_wrote_is_left_as_it_is_and_called_what_it_is() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("records");
    let told = |text: &str| {
        fs::write(&file, text).unwrap();
        let error = Spill::open(folder.path(), ROOM).unwrap_err();
        assert_eq!(fs::read_to_string(&file).unwrap(), text);
        error
    };
    for newer in [
        "cuptel-spill 1 schema 9999\n…",
        "cuptel-spill 9 schema 1\n…",
    ] {
        let error = told(newer);
        assert!(matches!(error, SpillError::Newer { .. }), "{error:?}");
    }
    let error = told("cuptel-spill 1 schema 0\n…");
    assert!(
        matches!(error, SpillError::Older { found: 0, .. }),
        "{error:?}"
    );
    let error = told("Somebody's notes.\n");
    assert!(matches!(error, SpillError::Foreign { .. }), "{error:?}");
}

#[tokio::test]
async fn a_full_spill_refuses_and_keeps_what_it_has() {
    let folder = TempDir::new().unwrap();
    let home = Home::sqlite();
    let store = begun(&home).await;
    let mut writer = store.writer();
    let mut spill = Spill::open(folder.path(), 400).unwrap();
    let mut spill_one = |seq| {
        let mut batches = vec![step(seq, CallbackState::Waiting)];
        writer.spill(&mut batches, &mut spill)
    };
    spill_one(1).unwrap();
    let error = (2..10).find_map(|seq| spill_one(seq).err()).unwrap();
    assert!(
        matches!(error, SpillError::Full { bytes_max: 400, .. }),
        "{error:?}"
    );
    assert!(spill.bytes() <= 400);
    assert!(Spill::look(folder.path()).unwrap().unwrap().entries >= 1);
}

#[tokio::test]
async fn a_spill_is_private_and_has_one_owner() {
    let folder = TempDir::new().unwrap();
    let place = folder.path().join("data/spill");
    three(&place).await;
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder.path().join("data")), 0o700);
    assert_eq!(mode(&place), 0o700);
    assert_eq!(mode(&place.join("records")), 0o600);
    let owner = Spill::open(&place, ROOM).unwrap();
    let error = Spill::open(&place, ROOM).unwrap_err();
    assert!(matches!(error, SpillError::InUse { .. }), "{error:?}");
    drop(owner);
    Spill::open(&place, ROOM).unwrap();
}
