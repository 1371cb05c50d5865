//! Folds SQLite's write-ahead log into the file beside the writer: were it the writer's own work,
//! everybody whose row comes after it would wait for it, in a storm many times a minute.

use std::time::Duration;

use sqlx::ConnectOptions as _;
use sqlx::sqlite::SqliteConnectOptions;
use tokio::select;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval, sleep};

use crate::dialect::{Connection, Row, ask};
use crate::row::Columns;

/// How often the log is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// Pages that are worth it: 4 MiB, which a disk takes without a commit beside it noticing much.
const PAGES_MIN: i64 = 1_000;
/// What comes meanwhile is folded in at once, so often at most. When nothing is left, the next
/// commit begins the log from its start.
const ROUNDS_MAX: u32 = 8;
/// After an error. Nobody is told: the writer folds in a log that is much longer, and what is
/// wrong with the disk is its to say.
const AGAIN_AFTER: Duration = Duration::from_secs(1);

/// The task; it ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Checkpointer {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Checkpointer {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one task of this crate; whoever opened the database owns it"
    )]
    pub(super) fn begin(options: SqliteConnectOptions) -> Self {
        let (stop, mut stopped) = oneshot::channel();
        let task = tokio::spawn(async move {
            while fold(&options, &mut stopped).await.is_err() {
                select! {
                    () = sleep(AGAIN_AFTER) => {}
                    _ = &mut stopped => return,
                }
            }
        });
        Self { stop, task }
    }

    /// Ends it before the last connection closes, which folds in what is left.
    pub(crate) async fn end(self) {
        drop(self.stop);
        let _ended = self.task.await;
    }
}

async fn fold(
    options: &SqliteConnectOptions,
    stopped: &mut oneshot::Receiver<()>,
) -> Result<(), sqlx::Error> {
    let mut connection = Connection::Sqlite(options.connect().await?);
    let mut look = interval(LOOK_EVERY);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        select! {
            _at = look.tick() => {}
            _ = &mut *stopped => {
                let _closed = connection.close().await;
                return Ok(());
            }
        }
        let looked = ask("PRAGMA wal_checkpoint(NOOP)");
        let mut left = looked.one(&mut connection, pages_left).await?;
        if left < PAGES_MIN {
            continue;
        }
        for _ in 0..ROUNDS_MAX {
            let folded = ask("PRAGMA wal_checkpoint(PASSIVE)");
            left = folded.one(&mut connection, pages_left).await?;
            if left == 0 {
                break;
            }
        }
    }
}

/// A row says whether somebody was in the way, how long the log is, and how much of it is folded in.
fn pages_left(row: &Row) -> Result<i64, sqlx::Error> {
    let mut columns = Columns::of(row);
    let _was_busy = columns.int()?;
    let length = columns.int()?;
    Ok(length - columns.int()?)
}
