//! Agreements with those who work here (art. 4 of law 300/1970): while none is in force nobody's own
//! figures are shown, nobody is listened to and nothing is recorded.

use cuptel_core::time::UtcMs;
use serde::Serialize;

use crate::apart::Change;
use crate::dialect::{Row, ask_shard};
use crate::row::Columns;
use crate::store::{Store, StoreError, while_doing};

const END: &str = "
UPDATE agreement SET ended_ms = $2, ended_by = $3 WHERE shard = $1 AND ended_ms IS NULL
RETURNING id";
const ENTER: &str = "
INSERT INTO agreement (shard, id, reached_on, protocol, per_operator_figures, listening, recording,
    entered_ms, entered_by)
SELECT $1, COALESCE((SELECT MAX(id) FROM agreement WHERE shard = $1), 0) + 1, $2, $3, $4, $5, $6, $7, $8";

/// One that has ended stays: the log of access and whoever asks later refer to it.
const LIST: &str = "
SELECT id, reached_on, protocol, per_operator_figures, listening, recording, entered_ms, entered_by,
    ended_ms, ended_by
FROM agreement WHERE shard = $1 ORDER BY id DESC LIMIT 100";

/// What an agreement allows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Allowed {
    /// To see figures of one operator.
    pub per_operator_figures: bool,
    /// To listen to a conversation.
    pub listening: bool,
    /// To record conversations.
    pub recording: bool,
}

/// An agreement, as somebody enters it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAgreement {
    /// The day on which it was reached, `YYYY-MM-DD`.
    pub reached_on: String,
    /// Under which number it is kept.
    pub protocol: String,
    /// What it allows.
    pub allows: Allowed,
    /// Now.
    pub entered_ms: UtcMs,
    /// Who enters it.
    pub entered_by: String,
}

/// An agreement that is in force, or was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AgreementView {
    /// Which.
    pub id: i64,
    /// The day on which it was reached, `YYYY-MM-DD`.
    pub reached_on: String,
    /// Under which number it is kept.
    pub protocol: String,
    /// What it allows.
    #[serde(flatten)]
    pub allows: Allowed,
    /// Since when it is in force here.
    pub entered_ms: UtcMs,
    /// Who entered it.
    pub entered_by: String,
    /// Not in force any more since.
    pub ended_ms: Option<UtcMs>,
    /// Who ended it, or entered the next.
    pub ended_by: Option<String>,
}

fn read(row: &Row) -> Result<AgreementView, sqlx::Error> {
    let mut columns = Columns::of(row);
    let is = |value: i64| value != 0;
    Ok(AgreementView {
        id: columns.int()?,
        reached_on: columns.text()?,
        protocol: columns.text()?,
        allows: Allowed {
            per_operator_figures: is(columns.int()?),
            listening: is(columns.int()?),
            recording: is(columns.int()?),
        },
        entered_ms: columns.int()?,
        entered_by: columns.text()?,
        ended_ms: columns.maybe_int()?,
        ended_by: columns.maybe_text()?,
    })
}

impl Store {
    /// Agreements, the newest first: at most the first of them is in force.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn agreements(&self) -> Result<Vec<AgreementView>, StoreError> {
        let failed = while_doing("list agreements");
        let mut reading = self.read().await.map_err(&failed)?;
        let all = ask_shard(LIST).all(&mut reading, read).await;
        all.map_err(failed)
    }

    /// What is allowed now: nothing, while no agreement is in force.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn allowed(&self) -> Result<Allowed, StoreError> {
        let all = self.agreements().await?;
        let in_force = all.into_iter().find(|it| it.ended_ms.is_none());
        Ok(in_force.map(|it| it.allows).unwrap_or_default())
    }

    /// Puts an agreement in force, instead of the one that is.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn enter_agreement(&self, new: &NewAgreement) -> Result<(), StoreError> {
        let change = Change::to("enter an agreement")
            .step(END)
            .int(new.entered_ms)
            .text(&new.entered_by);
        let change = change
            .step(ENTER)
            .text(&new.reached_on)
            .text(&new.protocol)
            .int(i64::from(new.allows.per_operator_figures))
            .int(i64::from(new.allows.listening))
            .int(i64::from(new.allows.recording))
            .int(new.entered_ms)
            .text(&new.entered_by);
        self.make(change).await?;
        Ok(())
    }

    /// Ends the agreement that is in force; false where none is.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end_agreement(&self, now_ms: UtcMs, by: &str) -> Result<bool, StoreError> {
        let change = Change::to("end an agreement").step(END);
        let ended = self.make(change.int(now_ms).text(by)).await?;
        Ok(ended.is_some())
    }
}
