//! PostgreSQL: what an administrator is told when it cannot be used, and what a server
//! that goes away does to commits.

use std::time::Duration;

use cuptel_core::record::Record;
use cuptel_core::words::CallbackState;
use cuptel_store::{Access, Batch, CommitError, OpenError, Store, open};

use crate::cluster::Cluster;
use crate::home::Home;
use crate::rows::{NOW, callback, commit_day};

async fn refusal(url: &str) -> OpenError {
    open(url, Access::Serve).await.unwrap_err()
}

fn step(last_seq: u64, id: i64) -> Batch {
    Batch {
        last_seq,
        records: vec![Record::Callback(callback(id, id, CallbackState::Waiting))],
    }
}

/// Ends every session of the schema's store, as a restart of the server would.
fn end_sessions(home: &Home) {
    let (cluster, url) = (Cluster::shared(), home.url());
    let holders = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted
        AND classid = 1131769940 AND objid = CAST(hashtext(current_schema()) AS BIGINT) & 4294967295";
    let ended = cluster.sql(
        &url,
        &format!("SELECT count(pg_terminate_backend(pid)) FROM ({holders}) holders"),
    );
    assert_eq!(ended, "1", "one session writes");
}

#[tokio::test]
async fn a_wrong_password_is_told_without_repeating_it() {
    let url = Cluster::shared().url_of("hunter2", "postgres", "public");
    let error = refusal(&url).await;
    assert!(matches!(error, OpenError::LoginRefused { .. }), "{error:?}");
    let told = error.to_string();
    assert!(
        told.contains("cuptel@127.0.0.1:") && !told.contains("hunter2"),
        "{told}"
    );
    assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named() {
    let error = refusal("postgres://cuptel:hunter2@127.0.0.1:1/cuptel").await;
    assert!(matches!(error, OpenError::Unreachable { .. }), "{error:?}");
    assert!(
        error
            .to_string()
            .contains("cuptel@127.0.0.1:1/cuptel: is it running"),
        "{error}"
    );
}

#[tokio::test]
async fn a_database_that_is_not_there_is_to_be_created() {
    let url = Cluster::shared().url_of("only-for-tests", "nowhere", "public");
    let error = refusal(&url).await;
    assert!(matches!(error, OpenError::NoDatabase { .. }), "{error:?}");
    assert!(error.to_string().contains("createdb"), "{error}");
}

#[tokio::test]
async fn a_schema_that_is_not_there_is_named_as_such() {
    let error = refusal(&Cluster::shared().url("nowhere")).await;
    assert!(matches!(error, OpenError::NoSchema { .. }), "{error:?}");
}

#[tokio::test]
async fn a_url_that_cannot_be_read_is_not_repeated() {
    let error = refusal("postgres://cuptel:hunter2@db:port/cuptel").await;
    assert!(matches!(error, OpenError::BadUrl(_)), "{error:?}");
    assert!(!error.to_string().contains("hunter2"), "{error}");
}

#[tokio::test]
async fn a_second_server_is_refused_until_the_first_is_gone() {
    let home = Home::postgres();
    let first = home.serve().await;
    let error = refusal(&home.url()).await;
    assert!(matches!(error, OpenError::PlaceInUse { .. }), "{error:?}");
    home.another().serve().await;
    first.close().await.unwrap();
    home.serve().await;
}

#[tokio::test]
async fn a_reader_needs_the_tables_of_a_server() {
    let home = Home::postgres();
    let error = open(&home.url(), Access::Read).await.unwrap_err();
    assert!(matches!(error, OpenError::Empty { .. }), "{error:?}");
    commit_day(&home.serve().await).await;
    assert!(home.read().await.audit(NOW).await.unwrap().ok());
}

#[tokio::test]
async fn tables_of_another_program_are_left_alone() {
    let home = Home::postgres();
    home.by_hand("CREATE TABLE recipes (name TEXT)").await;
    let error = refusal(&home.url()).await;
    assert!(matches!(error, OpenError::PlaceNotOurs { .. }), "{error:?}");
}

#[tokio::test]
async fn a_user_who_may_not_make_tables_is_told_what_to_grant() {
    let cluster = Cluster::start();
    let schema = cluster.schema();
    cluster.sql(
        &schema,
        "CREATE ROLE guest LOGIN PASSWORD 'g'; GRANT USAGE ON SCHEMA t0 TO guest",
    );
    let url = schema.replace("cuptel:only-for-tests@", "guest:g@");
    let error = refusal(&url).await;
    assert!(matches!(error, OpenError::MayNotCreate { .. }), "{error:?}");
}

#[tokio::test]
async fn a_newer_schema_is_refused_by_server_and_reader() {
    let home = Home::postgres();
    home.serve().await.close().await.unwrap();
    home.by_hand(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
        VALUES (999, 'later', true, '\\x00', 0)",
    )
    .await;
    for access in [Access::Serve, Access::Read] {
        let error = open(&home.url(), access).await.unwrap_err();
        assert!(
            matches!(error, OpenError::Newer { found: 999, .. }),
            "{error:?}"
        );
    }
}

/// Tries until the store has won back its connection, with a bound.
async fn commit(store: &Store, batch: Batch) -> Result<u64, CommitError> {
    let mut writer = store.writer();
    let mut batches = vec![batch];
    let mut result = writer.commit(&mut batches).await;
    for _ in 0..3 {
        match result {
            Err(error) if error.is_transient() => result = writer.commit(&mut batches).await,
            other => return other,
        }
    }
    result
}

#[tokio::test]
async fn a_session_that_was_ended_is_made_anew_and_nothing_is_lost_or_doubled() {
    let home = Home::postgres();
    let store = home.serve().await;
    store.begin().await.unwrap();
    for seq in 1..=5_u64 {
        end_sessions(&home);
        let id = i64::try_from(seq).unwrap();
        assert_eq!(commit(&store, step(seq, id)).await.unwrap(), seq);
    }
    assert_eq!(home.number_of("SELECT count(*) FROM callback").await, 5);
    let error = refusal(&home.url()).await;
    assert!(
        matches!(error, OpenError::PlaceInUse { .. }),
        "the right to write was won back: {error:?}"
    );
}

#[tokio::test]
async fn a_server_whose_place_was_taken_writes_no_more() {
    let home = Home::postgres();
    let lost = home.serve().await;
    lost.begin().await.unwrap();
    commit(&lost, step(1, 1)).await.unwrap();
    end_sessions(&home);
    let successor = home.serve().await;
    let error = commit(&lost, step(2, 2)).await.unwrap_err();
    assert!(error.is_transient(), "it has not begun yet: {error:?}");
    assert_eq!(successor.begin().await.unwrap().epoch, 2);
    let error = commit(&lost, step(2, 2)).await.unwrap_err();
    assert!(
        matches!(error, CommitError::Fenced { epoch: 1 }),
        "{error:?}"
    );
    assert_eq!(home.number_of("SELECT count(*) FROM callback").await, 1);
}

#[tokio::test]
async fn a_server_that_was_restarted_or_frozen_is_written_to_again() {
    let cluster = Cluster::start();
    let home = Home::Postgres(cluster.schema());
    let store = home.serve().await;
    store.begin().await.unwrap();
    assert_eq!(commit(&store, step(1, 1)).await.unwrap(), 1);

    cluster.stop("immediate");
    let error = commit(&store, step(2, 2)).await.unwrap_err();
    assert!(error.is_transient(), "{error:?}");
    assert!(store.totals().await.is_err());
    cluster.start_again();
    assert_eq!(commit(&store, step(2, 2)).await.unwrap(), 2);
    store.totals().await.unwrap();

    cluster.freeze();
    let mut writer = store.writer();
    let mut batches = vec![step(3, 3)];
    let hasty = tokio::time::timeout(Duration::from_millis(200), writer.commit(&mut batches));
    assert!(hasty.await.is_err(), "a frozen server answers nothing");
    cluster.thaw();
    assert_eq!(commit(&store, step(3, 3)).await.unwrap(), 3);
    assert_eq!(home.number_of("SELECT count(*) FROM callback").await, 3);
}
