//! What one operator did since a moment, for themselves alone: the stretches of their time and how many
//! conversations they had. Nothing here compares anybody with anybody.

use cuptel_core::time::UtcMs;
use cuptel_core::words::{Chosen, WorkState};

use crate::dialect::{Row, ask_shard};
use crate::row::Columns;
use crate::store::{Store, StoreError, while_doing};

const STRETCHES: &str = "
SELECT stretch.chosen, stretch.work, stretch.since_ms, stretch.until_ms
FROM operator own
JOIN state_interval stretch ON stretch.shard = own.shard AND stretch.operator = own.id
    AND stretch.since_ms > $3
WHERE own.shard = $1 AND own.name = $2 AND own.removed_ms IS NULL
ORDER BY stretch.since_ms LIMIT 10000";
const CONVERSATIONS: &str = "
SELECT coalesce(sum(CASE WHEN done.callback IS NULL THEN 1 ELSE 0 END), 0),
    coalesce(sum(CASE WHEN done.callback IS NULL THEN 0 ELSE 1 END), 0)
FROM operator own
JOIN assignment done ON done.shard = own.shard AND done.operator = own.id AND done.started_ms >= $3
WHERE own.shard = $1 AND own.name = $2 AND own.removed_ms IS NULL";
/// Nobody does one thing for longer without a sign-out.
const LONGEST_MS: i64 = 24 * 3_600_000;

/// An operator's day so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OperatorDay {
    /// Conversations with people who rang in.
    pub calls: i64,
    /// Conversations with people whom we called, or tried to.
    pub callbacks: i64,
    /// Stretches of work on tasks.
    pub tasks: i64,
    /// Pauses.
    pub pauses: i64,
    /// Signed in, in milliseconds.
    pub there_ms: i64,
    /// In conversation.
    pub talking_ms: i64,
    /// After conversations.
    pub wrap_up_ms: i64,
    /// At tasks.
    pub at_task_ms: i64,
    /// In pauses.
    pub paused_ms: i64,
}

struct Stretch {
    chosen: Chosen,
    work: WorkState,
    since_ms: UtcMs,
    until_ms: Option<UtcMs>,
}

fn stretch(row: &Row) -> Result<Stretch, sqlx::Error> {
    let mut columns = Columns::of(row);
    Ok(Stretch {
        chosen: columns.word()?,
        work: columns.word()?,
        since_ms: columns.int()?,
        until_ms: columns.maybe_int()?,
    })
}

fn counts(row: &Row) -> Result<(i64, i64), sqlx::Error> {
    let mut columns = Columns::of(row);
    Ok((columns.int()?, columns.int()?))
}

impl OperatorDay {
    /// Counts the part of a stretch that lies in the day.
    fn count(&mut self, it: &Stretch, from_ms: UtcMs, now_ms: UtcMs) {
        let lasted_ms = (it.until_ms.unwrap_or(now_ms) - it.since_ms.max(from_ms)).max(0);
        if lasted_ms == 0 && it.until_ms.is_some_and(|until_ms| until_ms <= from_ms) {
            return;
        }
        match it.chosen {
            Chosen::SignedOut => return,
            Chosen::Paused => {
                self.pauses += 1;
                self.paused_ms += lasted_ms;
            }
            Chosen::Available
            | Chosen::OneMoreThenPause
            | Chosen::OneMoreThenSignOut
            | Chosen::FrontOffice => {}
        }
        self.there_ms += lasted_ms;
        match it.work {
            WorkState::Talking | WorkState::OnHold => self.talking_ms += lasted_ms,
            WorkState::WrapUp => self.wrap_up_ms += lasted_ms,
            WorkState::AtTask => {
                self.tasks += 1;
                self.at_task_ms += lasted_ms;
            }
            WorkState::Idle
            | WorkState::Preview
            | WorkState::Reserved
            | WorkState::Ringing
            | WorkState::NotResponding => {}
        }
    }
}

impl Store {
    /// What an operator, by login name, did from a moment until now.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn operator_day(
        &self,
        operator: &str,
        from_ms: UtcMs,
        now_ms: UtcMs,
    ) -> Result<OperatorDay, StoreError> {
        let failed = while_doing("read an operator's day");
        let mut reading = self.read().await.map_err(&failed)?;
        let asked = ask_shard(STRETCHES)
            .text(operator)
            .int(from_ms - LONGEST_MS);
        let stretches = asked.all(&mut reading, stretch).await.map_err(&failed)?;
        let asked = ask_shard(CONVERSATIONS).text(operator).int(from_ms);
        let (calls, callbacks) = asked.one(&mut reading, counts).await.map_err(&failed)?;
        let mut day = OperatorDay {
            calls,
            callbacks,
            ..OperatorDay::default()
        };
        for it in &stretches {
            day.count(it, from_ms, now_ms);
        }
        Ok(day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(chosen: Chosen, work: WorkState, since_ms: i64, until_ms: Option<i64>) -> Stretch {
        Stretch {
            chosen,
            work,
            since_ms,
            until_ms,
        }
    }

    #[test]
    fn what_began_yesterday_counts_from_midnight_and_what_goes_on_counts_until_now() {
        let mut day = OperatorDay::default();
        for it in [
            of(Chosen::Available, WorkState::Talking, 500, Some(900)),
            of(Chosen::Available, WorkState::Talking, 900, Some(1_300)),
            of(Chosen::Available, WorkState::WrapUp, 1_300, Some(1_400)),
            of(Chosen::Paused, WorkState::Idle, 1_400, Some(1_600)),
            of(Chosen::SignedOut, WorkState::Idle, 1_600, Some(1_700)),
            of(Chosen::Available, WorkState::AtTask, 1_700, None),
        ] {
            day.count(&it, 1_000, 2_000);
        }
        assert_eq!(
            (day.talking_ms, day.wrap_up_ms, day.paused_ms),
            (300, 100, 200)
        );
        assert_eq!((day.at_task_ms, day.tasks, day.pauses), (300, 1, 1));
        assert_eq!(day.there_ms, 900);
    }
}
