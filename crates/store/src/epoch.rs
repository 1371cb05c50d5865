//! A start: the next epoch, everything that is still open, and the first filling of an
//! empty database.

use cuptel_core::record::{OperatorRow, Restored, SeatRow};

use crate::dialect::{Connection, ask_shard};
use crate::image::Images;
use crate::row::{all, read_int};
use crate::store::{Store, StoreError, while_doing};
use crate::writer::execute;
use crate::{
    announcement, assignment, attempt, backlog, bulk_action, campaign, chosen_time, closure,
    code_word, decline, dial, mark, memo, need_detail, number, offer, operator, operator_pin,
    owner, profile, registration, review, seat, side_call, sign_in, site_outage, special_day,
    state_interval, task,
};

const NEXT_EPOCH: &str = "
INSERT INTO journal (shard, epoch, applied_seq) VALUES ($1, 1, 0)
ON CONFLICT (shard) DO UPDATE SET epoch = journal.epoch + 1, applied_seq = 0
RETURNING epoch";

impl Store {
    /// Begins a new epoch durably, which fences off every earlier writer, and loads
    /// everything that is still open with the numbers it refers to. Registrations are
    /// all that were not taken back: the store has no clock to say which expired.
    ///
    /// # Errors
    /// When the store is for reading only or the database fails.
    pub async fn begin(&self) -> Result<Restored, StoreError> {
        const OPERATION: &str = "begin a new epoch";
        let failed = while_doing(OPERATION);
        let mut transaction = self.write_for(OPERATION).await?;
        let epoch = ask_shard(NEXT_EPOCH)
            .one(&mut transaction.connection, read_int)
            .await
            .map_err(&failed)?;
        transaction.commit().await.map_err(&failed)?;
        self.set_epoch(epoch);
        self.load(epoch)
            .await
            .map_err(while_doing("load what is open"))
    }

    /// The long list is read beside the others, over several connections: nobody writes
    /// before `begin` returns.
    async fn load(&self, epoch: i64) -> Result<Restored, sqlx::Error> {
        let callbacks = backlog::load(self);
        let rest = async { load_the_rest(&mut self.read().await?).await };
        let (callbacks, rest) = tokio::try_join!(callbacks, rest)?;
        Ok(Restored {
            epoch,
            callbacks,
            ..rest
        })
    }

    /// Fills an empty database with its first seats and operators, all or nothing.
    ///
    /// # Errors
    /// When there are seats already, two rows share a name, or the database fails.
    pub async fn add_first_start(
        &self,
        seats: &[SeatRow],
        operators: &[OperatorRow],
    ) -> Result<(), StoreError> {
        const OPERATION: &str = "store the first seats and operators";
        let failed = while_doing(OPERATION);
        let mut transaction = self.write_for(OPERATION).await?;
        let connection = &mut transaction.connection;
        if seat::any(connection).await.map_err(&failed)? {
            return Err(StoreError::NotEmpty);
        }
        let (mut seat_rows, mut operator_rows, mut skill_rows) =
            (Images::default(), Images::default(), Images::default());
        for row in seats {
            seat::image(row, 0, &mut seat_rows);
        }
        for row in operators {
            operator::image(row, 0, &mut operator_rows);
            operator::skill_images(row, 0, &mut skill_rows);
        }
        for (statement, images) in [
            (seat::UPSERT, &mut seat_rows),
            (operator::UPSERT, &mut operator_rows),
            (operator::INSERT_SKILLS, &mut skill_rows),
        ] {
            if !images.is_empty() {
                execute(connection, statement, images.json())
                    .await
                    .map_err(&failed)?;
            }
        }
        transaction.commit().await.map_err(failed)
    }
}

async fn load_the_rest(connection: &mut Connection) -> Result<Restored, sqlx::Error> {
    let (campaigns, released) = campaign::load(connection).await?;
    let (rang, rang_since_ms) = dial::last_rang(connection).await?;
    Ok(Restored {
        campaigns,
        released,
        seats: all(connection, seat::ALL, seat::read).await?,
        operators: operator::load(connection).await?,
        outages: all(connection, site_outage::OPEN, site_outage::read).await?,
        closures: all(connection, closure::OPEN, closure::read).await?,
        announcements: all(connection, announcement::OPEN, announcement::read).await?,
        marks: all(connection, mark::HELD, mark::read).await?,
        special_days: all(connection, special_day::HELD, special_day::read).await?,
        memos: all(connection, memo::OPEN, memo::read).await?,
        memo_readings: all(connection, memo::READINGS, memo::read_reading).await?,
        unseen: all(connection, review::OPEN, review::read).await?,
        bulks: all(connection, bulk_action::OPEN, bulk_action::read).await?,
        owners: all(connection, owner::OPEN, owner::read).await?,
        code_words: all(connection, code_word::OPEN, code_word::read).await?,
        chosen_times: all(connection, chosen_time::OPEN, chosen_time::read).await?,
        declines: all(connection, decline::OPEN, decline::read).await?,
        side_calls: all(connection, side_call::OPEN, side_call::read).await?,
        details: all(connection, need_detail::OPEN, need_detail::read).await?,
        pins: all(connection, operator_pin::OPEN, operator_pin::read).await?,
        profiles: all(connection, profile::ALL, profile::read).await?,
        sign_ins: all(connection, sign_in::OPEN, sign_in::read).await?,
        intervals: all(connection, state_interval::OPEN, state_interval::read).await?,
        registrations: all(connection, registration::OPEN, registration::read).await?,
        attempts: all(connection, attempt::OPEN, attempt::read).await?,
        offers: all(connection, offer::OPEN, offer::read).await?,
        assignments: all(connection, assignment::OPEN, assignment::read).await?,
        spoken: assignment::last_spoken(connection).await?,
        rang,
        rang_since_ms,
        tasks: all(connection, task::OPEN, task::read).await?,
        dials: all(connection, dial::OPEN, dial::read).await?,
        numbers: all(connection, number::OPEN, number::read).await?,
        ..Restored::default()
    })
}
