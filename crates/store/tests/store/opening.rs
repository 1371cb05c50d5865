//! Opening a file: who may, which files, and what an administrator is told.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

use cuptel_core::record::Record;
use cuptel_store::{Access, Batch, OpenError, open};
use tokio::time::{sleep, timeout};

use crate::home::Home;
use crate::rows::{NOW, commit_day, refused};

async fn refusal(home: &Home, access: Access) -> OpenError {
    open(&home.url(), access).await.unwrap_err()
}

#[tokio::test]
async fn a_server_creates_folder_and_database_and_a_reader_does_not() {
    let home = Home::sqlite();
    let error = refusal(&home, Access::Read).await;
    assert!(matches!(error, OpenError::Missing { .. }), "{error:?}");
    assert!(!home.path().exists());
    home.serve().await.close().await.unwrap();
    assert!(home.path().exists());
    home.read().await;
}

#[tokio::test]
async fn a_second_server_is_refused_until_the_first_is_gone() {
    let home = Home::sqlite();
    let first = home.serve().await;
    let clone = first.clone();
    drop(first);
    let error = refusal(&home, Access::Serve).await;
    assert!(matches!(error, OpenError::InUse { .. }), "{error:?}");
    assert!(
        error.to_string().contains("another cuptel serve is using"),
        "{error}"
    );
    drop(clone);
    home.serve().await;
}

#[tokio::test]
async fn a_newer_schema_is_refused_by_server_and_reader() {
    let home = Home::sqlite();
    home.serve().await.close().await.unwrap();
    home.by_hand(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
        VALUES (999, 'later', 1, x'00', 0)",
    )
    .await;
    for access in [Access::Serve, Access::Read] {
        let error = refusal(&home, access).await;
        assert!(
            matches!(error, OpenError::Newer { found: 999, .. }),
            "{error:?}"
        );
        assert!(
            error
                .to_string()
                .contains("made by a newer CupTel (schema 999"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_file_that_is_no_database_is_left_as_it_is() {
    let home = Home::sqlite();
    std::fs::create_dir_all(home.path().parent().unwrap()).unwrap();
    let text = "this is a letter to the director, not a database ".repeat(40);
    std::fs::write(home.path(), &text).unwrap();
    for access in [Access::Serve, Access::Read] {
        let error = refusal(&home, access).await;
        assert!(matches!(error, OpenError::NotADatabase { .. }), "{error:?}");
    }
    assert_eq!(std::fs::read_to_string(home.path()).unwrap(), text);
}

#[tokio::test]
async fn a_database_of_another_program_is_refused() {
    let home = Home::sqlite();
    std::fs::create_dir_all(home.path().parent().unwrap()).unwrap();
    std::fs::write(home.path(), "").unwrap();
    home.by_hand("CREATE TABLE recipes (name TEXT)").await;
    for access in [Access::Serve, Access::Read] {
        let error = refusal(&home, access).await;
        assert!(matches!(error, OpenError::NotOurs { .. }), "{error:?}");
    }
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_named() {
    let home = Home::sqlite();
    let file = home.path().parent().unwrap().to_owned();
    std::fs::write(&file, "a file where the folder should be").unwrap();
    let error = refusal(&home, Access::Serve).await;
    assert!(matches!(&error, OpenError::FolderNotWritable { folder, .. } if *folder == file));
    assert!(
        error.to_string().contains(&file.display().to_string()),
        "{error}"
    );
}

#[tokio::test]
async fn a_folder_in_the_files_place_is_refused() {
    let home = Home::sqlite();
    std::fs::create_dir_all(home.path()).unwrap();
    for access in [Access::Serve, Access::Read] {
        let error = refusal(&home, access).await;
        assert!(matches!(error, OpenError::NotADatabase { .. }), "{error:?}");
    }
}

#[tokio::test]
async fn a_reader_may_come_after_the_server_has_gone() {
    let home = Home::sqlite();
    let store = home.serve().await;
    commit_day(&store).await;
    store.close().await.unwrap();
    drop(store);
    assert!(home.read().await.audit(NOW).await.unwrap().ok());
}

#[tokio::test]
async fn commits_are_durable_and_logged_ahead() {
    let home = Home::sqlite();
    let store = home.serve().await;
    commit_day(&store).await;
    let log = home.path().with_extension("db-wal");
    assert!(
        log.exists(),
        "the write-ahead log stands beside the database"
    );
    let copy = home.path().with_extension("copy");
    std::fs::copy(home.path(), &copy).unwrap();
    std::fs::copy(&log, copy.with_extension("copy-wal")).unwrap();
    let url = format!("sqlite://{}", copy.display());
    let survivor = open(&url, Access::Serve).await.unwrap();
    assert!(survivor.audit(NOW).await.unwrap().ok());
    assert_eq!(survivor.begin().await.unwrap().callbacks.len(), 2);
}

#[tokio::test]
async fn the_log_is_folded_in_beside_the_writer() {
    let home = Home::sqlite();
    let store = home.serve().await;
    commit_day(&store).await;
    let log = home.path().with_extension("db-wal");
    let size = |path: &Path| std::fs::metadata(path).map_or(0, |file| file.len());
    let mut writer = store.writer();
    // More than is worth folding in, and far less than the writer leaves to others.
    let mut last_seq = 1_000;
    while size(&log) < 8 << 20 {
        last_seq += 1;
        let first = i64::try_from(last_seq).unwrap() * 1_000;
        let records = (first..first + 1_000)
            .map(|id| Record::Attempt(Box::new(refused(id, id, 1, 11))))
            .collect();
        let batch = Batch { last_seq, records };
        writer.commit(&mut vec![batch]).await.unwrap();
    }
    let folded = async {
        while size(&home.path()) < 2 << 20 {
            sleep(Duration::from_millis(20)).await;
        }
    };
    let folded = timeout(Duration::from_secs(60), folded).await;
    assert!(folded.is_ok(), "nobody folds the log in");
    store.close().await.unwrap();
    assert!(!log.exists(), "in good order nothing is left in a log");
}

#[tokio::test]
async fn what_is_created_is_for_its_owner_alone() {
    let home = Home::sqlite();
    let store = home.serve().await;
    commit_day(&store).await;
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(home.path().parent().unwrap()), 0o700);
    for file in [home.path(), home.path().with_extension("db-wal")] {
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
}
