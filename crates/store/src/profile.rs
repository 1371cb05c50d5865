//! What operators need: images, all of them at start, and that of one for whoever keeps it.

use std::collections::BTreeMap;

use cuptel_core::id::{OperatorId, QueueId};
use cuptel_core::profile::Profile;
use cuptel_core::record::ProfileRow;
use serde::Serialize;

use crate::dialect::{Connection, Row, ask_shard, upsert};
use crate::image::Images;
use crate::row::Columns;
use crate::store::{Store, StoreError, while_doing};

pub(crate) const UPSERT: &str = upsert!(profile {
    2 ring_s BIGINT,
    3 wrap_up_s BIGINT,
    4 rest_s BIGINT,
    5 break_after BIGINT,
    6 break_s BIGINT,
    7 auto_answer BIGINT,
    8 whisper BIGINT,
    9 not_kinds TEXT,
    10 not_queues TEXT,
    11 works_per_h BIGINT,
    12 buddy BIGINT,
});

/// All that were ever said, also those that say nothing any more.
pub(crate) const ALL: &str = "
SELECT id, ring_s, wrap_up_s, rest_s, break_after, break_s, auto_answer, whisper, not_kinds,
    not_queues, works_per_h, buddy
FROM profile WHERE shard = $1 ORDER BY id";

const ONE: &str = "
SELECT profile.id, profile.ring_s, profile.wrap_up_s, profile.rest_s, profile.break_after,
    profile.break_s, profile.auto_answer, profile.whisper, profile.not_kinds, profile.not_queues,
    profile.works_per_h, profile.buddy
FROM operator
JOIN profile ON profile.shard = operator.shard AND profile.id = operator.id
WHERE operator.shard = $1 AND operator.removed_ms IS NULL AND operator.name = $2";

const QUEUES: &str = "
SELECT queue.id, tenant.name, queue.name FROM queue
JOIN tenant ON tenant.shard = queue.shard AND tenant.id = queue.tenant
WHERE queue.shard = $1";

const NAME: &str = "SELECT name FROM operator WHERE shard = $1 AND id = $2";

/// A profile with names, as it can be told again.
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
pub struct ProfileView {
    /// The phone rings at least so long.
    pub ring_s: Option<u32>,
    /// After-call time at least.
    pub wrap_up_s: Option<u32>,
    /// Rest after each work.
    pub rest_s: Option<u32>,
    /// Works after which there is a break.
    pub break_after: Option<u32>,
    /// How long that is.
    pub break_s: Option<u32>,
    /// The phone picks up by itself.
    pub auto_answer: bool,
    /// Told who calls before being connected.
    pub whisper: bool,
    /// Kinds of work that they do not do.
    pub not_kinds: Vec<&'static str>,
    /// Queues that they do not serve, as `tenant/queue`.
    pub not_queues: Vec<String>,
    /// Works within an hour at most.
    pub works_per_h: Option<u32>,
    /// Who must be signed in.
    pub buddy: Option<String>,
}

impl std::fmt::Debug for ProfileView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ProfileView(…)")
    }
}

pub(crate) fn image(row: &ProfileRow, seq: i64, images: &mut Images) {
    let profile = &row.profile;
    let int = |value: Option<u32>| value.map(i64::from);
    let words = |words: Vec<String>| words.join(" ");
    let kinds = profile.not_kinds.iter().map(ToString::to_string);
    let queues = profile.not_queues.iter().map(ToString::to_string);
    images
        .row(row.operator.0, seq)
        .maybe_int(int(profile.ring_s))
        .maybe_int(int(profile.wrap_up_s))
        .maybe_int(int(profile.rest_s))
        .maybe_int(int(profile.break_after))
        .maybe_int(int(profile.break_s))
        .int(i64::from(profile.auto_answer))
        .int(i64::from(profile.whisper))
        .text(&words(kinds.collect()))
        .text(&words(queues.collect()))
        .maybe_int(int(profile.works_per_h))
        .maybe_int(profile.buddy.map(|id| id.0))
        .end();
}

pub(crate) fn read(row: &Row) -> Result<ProfileRow, sqlx::Error> {
    let mut columns = Columns::of(row);
    Ok(ProfileRow {
        operator: OperatorId(columns.int()?),
        profile: Profile {
            ring_s: columns.maybe_small()?,
            wrap_up_s: columns.maybe_small()?,
            rest_s: columns.maybe_small()?,
            break_after: columns.maybe_small()?,
            break_s: columns.maybe_small()?,
            auto_answer: columns.int()? != 0,
            whisper: columns.int()? != 0,
            not_kinds: columns.words()?,
            not_queues: columns.words::<i64>()?.into_iter().map(QueueId).collect(),
            works_per_h: columns.maybe_small()?,
            buddy: columns.maybe_int()?.map(OperatorId),
        },
    })
}

type QueueNames = BTreeMap<QueueId, String>;

async fn queue_names(connection: &mut Connection) -> Result<QueueNames, sqlx::Error> {
    let read = |row: &Row| {
        let mut columns = Columns::of(row);
        let id = QueueId(columns.int()?);
        Ok((id, format!("{}/{}", columns.text()?, columns.text()?)))
    };
    let names = ask_shard(QUEUES).all(connection, read).await?;
    Ok(names.into_iter().collect())
}

impl Store {
    /// What the operator of this name needs; nothing, where nobody said so.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn profile(&self, operator: &str) -> Result<ProfileView, StoreError> {
        let failed = while_doing("read a profile");
        self.profile_view(operator).await.map_err(failed)
    }

    async fn profile_view(&self, operator: &str) -> Result<ProfileView, sqlx::Error> {
        let mut reading = self.read().await?;
        let question = ask_shard(ONE).text(operator);
        let Some(row) = question.maybe(&mut reading, read).await? else {
            return Ok(ProfileView::default());
        };
        let profile = row.profile;
        let names = queue_names(&mut reading).await?;
        let name = |row: &Row| Columns::of(row).text();
        let buddy = match profile.buddy {
            Some(id) => ask_shard(NAME).int(id.0).maybe(&mut reading, name).await?,
            None => None,
        };
        let queues = profile.not_queues.iter();
        Ok(ProfileView {
            ring_s: profile.ring_s,
            wrap_up_s: profile.wrap_up_s,
            rest_s: profile.rest_s,
            break_after: profile.break_after,
            break_s: profile.break_s,
            auto_answer: profile.auto_answer,
            whisper: profile.whisper,
            not_kinds: profile.not_kinds.iter().map(|kind| kind.as_str()).collect(),
            not_queues: queues.filter_map(|id| names.get(id).cloned()).collect(),
            works_per_h: profile.works_per_h,
            buddy,
        })
    }
}
