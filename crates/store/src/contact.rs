//! With whom somebody spoke before: the last conversations of a number with one health authority, whatever
//! handles the number had since. Which numbers were spoken with is marked when a conversation is stored,
//! so that nothing is looked for among all who ever called.

use cuptel_core::id::{AssignmentId, AttemptId};
use cuptel_core::number::PhoneNumber;
use cuptel_core::time::UtcMs;
use cuptel_core::words::Disposition;

use crate::dialect::{Row, ask_shard};
use crate::row::Columns;
use crate::store::{Store, StoreError, page, while_doing};

/// Takes the images of an assignment.
pub(crate) const NUMBERED: &str = "
UPDATE assignment SET number = coalesce(
    (SELECT a.number FROM attempt a WHERE a.shard = assignment.shard AND a.id = assignment.attempt),
    (SELECT c.number FROM callback c WHERE c.shard = assignment.shard AND c.id = assignment.callback))
FROM jsonb_each($1)
WHERE assignment.shard = $2 AND assignment.id = CAST(value->>0 AS BIGINT)
    AND assignment.number IS NULL";
/// The same images, afterwards.
pub(crate) const SPOKEN: &str = "
UPDATE number SET spoken = 1
FROM jsonb_each($1), assignment done
WHERE done.shard = $2 AND done.id = CAST(value->>0 AS BIGINT)
    AND number.shard = $2 AND number.id = done.number AND number.spoken IS NULL";

const LAST: &str = "
SELECT done.started_ms, done.ended_ms, CASE WHEN done.callback IS NULL THEN 0 ELSE 1 END,
    done.disposition, done.code, done.note, queue.name, operator.name
FROM assignment done
JOIN offer ON offer.shard = done.shard AND offer.id = done.offer
JOIN queue ON queue.shard = done.shard AND queue.id = offer.queue
JOIN tenant ON tenant.shard = done.shard AND tenant.id = queue.tenant AND tenant.name = $3
LEFT JOIN operator ON operator.shard = done.shard AND operator.id = done.operator
WHERE done.shard = $1 AND done.ended_ms IS NOT NULL AND done.number IN (
    SELECT id FROM number WHERE shard = $1 AND e164 = $2 AND spoken IS NOT NULL)
ORDER BY done.id DESC LIMIT $4";
const OF_ATTEMPT: &str = "
SELECT number.e164 FROM attempt
JOIN number ON number.shard = attempt.shard AND number.id = attempt.number
WHERE attempt.shard = $1 AND attempt.id = $2";
const CONVERSATION: &str = "
SELECT number.e164, operator.name, done.note, done.ended_ms
FROM assignment done
LEFT JOIN number ON number.shard = done.shard AND number.id = done.number
LEFT JOIN operator ON operator.shard = done.shard AND operator.id = done.operator
WHERE done.shard = $1 AND done.id = $2";

/// A conversation, as whoever had it goes on with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConversationView {
    /// With whom; none where it was withheld or is erased.
    pub number: Option<PhoneNumber>,
    /// Login name of who spoke.
    pub operator: Option<String>,
    /// What was noted of it, of somebody who was owed nothing.
    pub note: Option<String>,
    /// Until when; none while it is had.
    pub ended_ms: Option<UtcMs>,
}

fn conversation(row: &Row) -> Result<ConversationView, sqlx::Error> {
    let mut columns = Columns::of(row);
    Ok(ConversationView {
        number: columns.maybe_number()?,
        operator: columns.maybe_text()?,
        note: columns.maybe_text()?,
        ended_ms: columns.maybe_int()?,
    })
}

/// A conversation that was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactView {
    /// Since when.
    pub started_ms: UtcMs,
    /// Until when.
    pub ended_ms: UtcMs,
    /// Whether we called.
    pub called_back: bool,
    /// Its result, where one was told.
    pub disposition: Option<Disposition>,
    /// The centre's own word for it.
    pub code: Option<String>,
    /// What was noted of it, of somebody who was owed nothing.
    pub note: Option<String>,
    /// Short name of the queue.
    pub queue: String,
    /// Login name of who spoke.
    pub operator: Option<String>,
}

fn view(row: &Row) -> Result<ContactView, sqlx::Error> {
    let mut columns = Columns::of(row);
    Ok(ContactView {
        started_ms: columns.int()?,
        ended_ms: columns.int()?,
        called_back: columns.int()? != 0,
        disposition: columns.maybe_word()?,
        code: columns.maybe_text()?,
        note: columns.maybe_text()?,
        queue: columns.text()?,
        operator: columns.maybe_text()?,
    })
}

fn number(row: &Row) -> Result<Option<PhoneNumber>, sqlx::Error> {
    Columns::of(row).maybe_number()
}

impl Store {
    /// The last conversations with a number, for one health authority, the newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn contacts(
        &self,
        number: &PhoneNumber,
        tenant: &str,
        most: u32,
    ) -> Result<Vec<ContactView>, StoreError> {
        let failed = while_doing("read past conversations");
        let mut reading = self.read().await.map_err(&failed)?;
        let question = ask_shard(LAST)
            .text(number.reveal())
            .text(tenant)
            .int(page(most));
        question.all(&mut reading, view).await.map_err(failed)
    }

    /// One conversation.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn conversation(
        &self,
        id: AssignmentId,
    ) -> Result<Option<ConversationView>, StoreError> {
        let failed = while_doing("read a conversation");
        let mut reading = self.read().await.map_err(&failed)?;
        let question = ask_shard(CONVERSATION).int(id.0);
        question
            .maybe(&mut reading, conversation)
            .await
            .map_err(failed)
    }

    /// The whole number of who called; none where it was withheld or is erased.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn number_of_attempt(
        &self,
        id: AttemptId,
    ) -> Result<Option<PhoneNumber>, StoreError> {
        let failed = while_doing("read the number of a call");
        let mut reading = self.read().await.map_err(&failed)?;
        let question = ask_shard(OF_ATTEMPT).int(id.0);
        let found = question.maybe(&mut reading, number).await.map_err(failed)?;
        Ok(found.flatten())
    }
}

/// Statements that must find their rows through an index, for the planner's test.
#[cfg(test)]
pub(crate) const LOOKUPS: &[&str] = &[OF_ATTEMPT, CONVERSATION];
