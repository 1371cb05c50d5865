//! What whoever leads does with somebody who waits: takes them out of the line with the word that they
//! are called back, puts them into another one at the place that they have, has them or a callback
//! served sooner.

use crate::attempt::Doing;
use crate::centre::Centre;
use crate::id::{AttemptId, CallbackId, QueueId};
use crate::owing::About;
use crate::record::{Record, Work};
use crate::step::{CommandError, Step};
use crate::time::Now;
use crate::waiting::BEFORE_EVERYONE_MS;
use crate::words::{CallbackEventKind, CallbackState, OfferState, Outcome};

/// By how much somebody may be had go ahead at most: a day.
pub const AHEAD_MAX_S: u32 = 86_400;

/// Why somebody who waits stays where they are.
#[derive(Debug, Clone, PartialEq, Eq, Hash, thiserror::Error)]
pub enum NotSteppedIn {
    /// Gone, served meanwhile, or never there.
    #[error("call {0} does not wait for an operator")]
    NotWaiting(AttemptId),
    /// Rung, spoken with, or not known yet how that went.
    #[error("callback {callback} is {state}: its turn has come")]
    HasTurn {
        /// Which.
        callback: CallbackId,
        /// Where it stands.
        state: CallbackState,
    },
    /// What is owed would be owed by another authority.
    #[error("queue \"{0}\" is of another tenant than the number that was called")]
    OtherTenant(String),
    /// They stand there.
    #[error("call {0} waits in that queue already")]
    InThatQueue(AttemptId),
    /// Nobody is admitted there.
    #[error("queue \"{0}\" is closed")]
    Closed(String),
    /// As many wait there as may.
    #[error("queue \"{0}\" is full")]
    Full(String),
    /// Their operator's phone died: they go before everyone.
    #[error("call {0} goes before everyone already")]
    GoesFirst(AttemptId),
    /// More than a day.
    #[error("somebody goes ahead of their place by {AHEAD_MAX_S} s at most")]
    TooFarAhead,
}

impl Centre {
    /// A caller need not wait any longer: they are told that they are called back, and are.
    pub(crate) fn withdraw_caller(
        &mut self,
        now: Now,
        id: AttemptId,
        step: &mut Step,
    ) -> Result<(), CommandError> {
        self.queue_waited_in(id)?;
        self.leave_queue(now, id, OfferState::Withdrawn, step);
        if let Some(live) = self.attempts.get_mut(&id) {
            live.verdict = live.verdict.or(Some(Outcome::Withdrawn));
        }
        self.say_owed(id, self.rules.prompts.callback_at_closing, step);
        Ok(())
    }

    /// A caller waits in another queue of the same authority from now on, with the place and the wait
    /// that they have.
    pub(crate) fn move_caller(
        &mut self,
        now: Now,
        id: AttemptId,
        (tenant, name): (Option<&str>, &str),
        step: &mut Step,
    ) -> Result<(), CommandError> {
        let from = self.queue_waited_in(id)?;
        let to = self.queue_told(tenant, name)?;
        let rules = self.rules.clone();
        let refused = |why: NotSteppedIn| Err(CommandError::NotSteppedIn(why));
        let (Some(live), Some(rule)) = (self.attempts.get(&id), rules.queues.get(&to)) else {
            return refused(NotSteppedIn::NotWaiting(id));
        };
        if live.tenant != rule.tenant {
            return refused(NotSteppedIn::OtherTenant(name.to_owned()));
        }
        if from == to {
            return refused(NotSteppedIn::InThatQueue(id));
        }
        if !self.is_open(now, to, rule) {
            return refused(NotSteppedIn::Closed(name.to_owned()));
        }
        if self.waiting_in(to) >= rule.waiting_max {
            return refused(NotSteppedIn::Full(name.to_owned()));
        }
        let Doing::Queued {
            step: at, place_ms, ..
        } = live.doing
        else {
            return refused(NotSteppedIn::NotWaiting(id));
        };
        let at = self.queue_step(id, to).unwrap_or(at);
        self.leave_line(now, id, OfferState::Withdrawn, step);
        let came = self.blending.streams.entry(to).or_default();
        came.came(now.utc_ms);
        let Some(live) = self.attempts.get_mut(&id) else {
            return Ok(());
        };
        live.row.queue = Some(to);
        // What was told of the other queue is no measure of this one.
        live.told_min = None;
        // Nor is whom an operator gave them to there any more than anybody.
        live.passed = None;
        step.records
            .push(Record::Attempt(Box::new(live.row.clone())));
        let waits = Doing::Queued {
            step: at,
            queue: to,
            place_ms,
            offered_to: None,
            leaving: None,
        };
        self.wait_in_line(now, id, waits, rules.prompts.please_hold, step);
        self.schedule_waiting(now, id, at);
        Ok(())
    }

    /// A caller who waits goes ahead of their place by so much at least: what they have is not taken away.
    pub(crate) fn put_caller_ahead(
        &mut self,
        now: Now,
        id: AttemptId,
        ahead_s: u32,
    ) -> Result<(), CommandError> {
        let queue = self.queue_waited_in(id)?;
        let priority_ms = priority_of(ahead_s)?;
        let Some(live) = self.attempts.get_mut(&id) else {
            return Ok(());
        };
        if live.priority_ms == BEFORE_EVERYONE_MS {
            return Err(NotSteppedIn::GoesFirst(id).into());
        }
        let priority_ms = priority_ms.max(live.priority_ms);
        let before_ms = std::mem::replace(&mut live.priority_ms, priority_ms);
        // Whom a seat is asked for stands in no line; they come back with what is said now.
        if let Doing::Queued {
            place_ms,
            offered_to: None,
            ..
        } = live.doing
        {
            let work = Work::Attempt(id);
            self.step_out(queue, place_ms, before_ms, work);
            self.line_up(now, queue, place_ms, priority_ms, work);
        }
        Ok(())
    }

    /// A callback goes ahead of its place by so much at least: what it has is not taken away.
    pub(crate) fn put_callback_ahead(
        &mut self,
        now: Now,
        id: CallbackId,
        ahead_s: u32,
        step: &mut Step,
    ) -> Result<(), CommandError> {
        let case = self.cases.get(&id).ok_or(CommandError::NoCallback(id))?;
        let state = case.row.state;
        if state != CallbackState::Waiting {
            let callback = id;
            return Err(NotSteppedIn::HasTurn { callback, state }.into());
        }
        let priority_ms = priority_of(ahead_s)?;
        self.unready(id);
        if let Some(case) = self.cases.get_mut(&id) {
            case.row.priority_ms = case.row.priority_ms.max(priority_ms);
        }
        self.record_image(id, false, step);
        let kind = CallbackEventKind::PutAhead;
        self.note(now, id, kind, About::default(), step);
        self.reconsider(now, id);
        Ok(())
    }

    fn queue_waited_in(&self, id: AttemptId) -> Result<QueueId, NotSteppedIn> {
        match self.attempts.get(&id).map(|live| &live.doing) {
            Some(Doing::Queued { queue, .. }) => Ok(*queue),
            Some(
                Doing::Ringing
                | Doing::Message { .. }
                | Doing::Menu { .. }
                | Doing::Noticed
                | Doing::Returning { .. }
                | Doing::Wishing(_)
                | Doing::Talking { .. }
                | Doing::Given { .. },
            )
            | None => Err(NotSteppedIn::NotWaiting(id)),
        }
    }
}

fn priority_of(ahead_s: u32) -> Result<i64, NotSteppedIn> {
    if ahead_s > AHEAD_MAX_S {
        return Err(NotSteppedIn::TooFarAhead);
    }
    Ok(i64::from(ahead_s) * 1_000)
}
