//! What a full disk, a busy file and a dropped future do to a commit.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use cuptel_core::id::NumberId;
use cuptel_core::record::{NumberRow, Record};
use cuptel_core::words::{DatabaseFault, NumberClass};
use tempfile::TempDir;

use super::{Batch, CommitError};
use crate::dialect::ask;
use crate::row::read_int;
use crate::store::Store;
use crate::{Access, open};

async fn begun() -> (TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/cuptel.db", folder.path().display());
    let store = open(&url, Access::Serve).await.unwrap();
    store.begin().await.unwrap();
    (folder, store)
}

fn numbers(last_seq: u64, count: i64) -> Batch {
    let row = |id| NumberRow {
        id: NumberId(id),
        e164: None,
        raw: "x".repeat(128),
        class: NumberClass::Invalid,
        seen_ms: 1,
    };
    Batch {
        last_seq,
        records: (1..=count).map(|id| Record::Number(row(id))).collect(),
    }
}

async fn count(store: &Store) -> i64 {
    let statement = "SELECT count(*) FROM number";
    let mut reading = store.read().await.unwrap();
    ask(statement).one(&mut reading, read_int).await.unwrap()
}

/// Sets something on the writing connection, which a failure then replaces.
async fn set(store: &Store, pragma: &'static str) {
    let mut transaction = store.write().await.ok().unwrap();
    ask(pragma).run(&mut transaction.connection).await.unwrap();
    transaction.commit().await.unwrap();
}

#[tokio::test]
async fn a_full_disk_can_be_tried_again_and_leaves_nothing_behind() {
    let (_folder, store) = begun().await;
    set(&store, "PRAGMA max_page_count = 1").await;
    let mut writer = store.writer();
    let mut batches = vec![numbers(1, 1_000)];
    let error = writer.commit(&mut batches).await.unwrap_err();
    assert_eq!(error.fault(), Some(DatabaseFault::Full), "{error:?}");
    assert_eq!((count(&store).await, batches.len()), (0, 1));
    assert_eq!(writer.commit(&mut batches).await.unwrap(), 1);
    assert_eq!((count(&store).await, batches.len()), (1_000, 0));
}

#[tokio::test]
async fn a_file_that_may_not_be_written_is_called_so_and_can_be_tried_again() {
    let (_folder, store) = begun().await;
    set(&store, "PRAGMA query_only = 1").await;
    let mut writer = store.writer();
    let mut batches = vec![numbers(1, 1)];
    let error = writer.commit(&mut batches).await.unwrap_err();
    assert_eq!(error.fault(), Some(DatabaseFault::ReadOnly), "{error:?}");
    assert_eq!(writer.commit(&mut batches).await.unwrap(), 1);
}

#[tokio::test]
async fn a_busy_file_can_be_tried_again() {
    let (folder, store) = begun().await;
    set(&store, "PRAGMA busy_timeout = 0").await;
    let path = folder.path().join("cuptel.db");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path);
    let mut other = sqlx::ConnectOptions::connect(&options).await.unwrap();
    sqlx::query("BEGIN IMMEDIATE")
        .execute(&mut other)
        .await
        .unwrap();
    let mut writer = store.writer();
    let mut batches = vec![numbers(1, 1)];
    let error = writer.commit(&mut batches).await.unwrap_err();
    assert_eq!(error.fault(), Some(DatabaseFault::Stalled), "{error:?}");
    sqlx::query("ROLLBACK").execute(&mut other).await.unwrap();
    assert_eq!(writer.commit(&mut batches).await.unwrap(), 1);
}

/// Polls a commit so many times and drops it, wherever it stands.
async fn commit_dropped_after(store: &Store, polls: u32) {
    let mut writer = store.writer();
    let mut batches = vec![numbers(1, 50)];
    let mut commit = pin!(writer.commit(&mut batches));
    let mut left = polls;
    poll_fn(|context| {
        left -= 1;
        match commit.as_mut().poll(context) {
            Poll::Pending if left > 0 => Poll::Pending,
            Poll::Pending | Poll::Ready(_) => Poll::Ready(()),
        }
    })
    .await;
}

#[tokio::test]
async fn a_commit_dropped_anywhere_is_done_wholly_or_not_at_all_and_can_be_repeated() {
    for polls in 1..=12 {
        let (_folder, store) = begun().await;
        commit_dropped_after(&store, polls).await;
        let mut batches = vec![numbers(1, 50)];
        assert_eq!(
            store.writer().commit(&mut batches).await.unwrap(),
            1,
            "after {polls} polls"
        );
        assert_eq!(count(&store).await, 50, "after {polls} polls");
    }
}

#[tokio::test]
async fn a_later_start_fences_off_the_earlier_writer() {
    let (_folder, store) = begun().await;
    let mut earlier = store.writer();
    earlier.commit(&mut vec![numbers(1, 1)]).await.unwrap();
    store.begin().await.unwrap();
    let mut batches = vec![numbers(2, 5)];
    for _ in 0..2 {
        let error = earlier.commit(&mut batches).await.unwrap_err();
        assert!(
            matches!(error, CommitError::Fenced { epoch: 1 }),
            "{error:?}"
        );
        assert!(!error.is_transient());
    }
    assert_eq!(count(&store).await, 1);
    assert_eq!(
        store
            .writer()
            .commit(&mut vec![numbers(1, 2)])
            .await
            .unwrap(),
        1
    );
}
