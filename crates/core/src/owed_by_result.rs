//! What a result of the centre's own opens: a debt of its own, from the moment that it is told. An operator who
//! corrects the result takes that debt back with it; what was owed before stays, and at most becomes more
//! urgent.

use serde::{Deserialize, Serialize};

use crate::by_hand::{ByHandError, CallbackTold, ClosingTold};
use crate::centre::Centre;
use crate::id::{AssignmentId, CallbackId, NeedId, QueueId, SeatId};
use crate::keeping::BY_CORRECTION;
use crate::owing::About;
use crate::own_result::OwnResult;
use crate::record::{NeedDetailRow, NeedRow};
use crate::step::{CommandError, Step};
use crate::time::Now;
use crate::words::{CallbackState, ClosedByHand, ClosedHow, KindByHand};

/// What the result of a conversation has opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OpenedByResult {
    conversation: AssignmentId,
    callback: CallbackId,
    pub(crate) need: NeedId,
}

impl Centre {
    /// The person at a seat is owed a call from now on, and nothing else by an earlier result of the same
    /// conversation. Who is owed the same already is owed it once. By which need.
    pub(crate) fn owe_by_result(
        &mut self,
        now: Now,
        (id, queue): (SeatId, QueueId),
        own: &OwnResult,
        kind: KindByHand,
        step: &mut Step,
    ) -> Result<Option<NeedId>, CommandError> {
        let Some(rule) = self.rules.queues.get(&queue) else {
            return Ok(None);
        };
        let tenant = self.rules.tenants.get(&rule.tenant);
        let operator = self.seats.get(&id).and_then(|seat| seat.sign_in.as_ref());
        let told = CallbackTold {
            tenant: tenant.map_or(String::new(), |it| it.name.clone()),
            queue: rule.name.clone(),
            person: self.spoken_with(id),
            kind,
            class: own.class,
            due_ms: None,
            not_before_ms: None,
            note: Some(own.it.clone()),
            by: operator.and_then(|it| self.operator_name(it.operator)),
            request_key: None,
        };
        match self.enter_callback(now, &told, step) {
            Ok((callback, need)) => {
                self.take_back_opened(now, id, need, step);
                let conversation = self.conversation_at(id);
                if let (Some(need), Some(conversation)) = (need, conversation)
                    && let Some(seat) = self.seats.get_mut(&id)
                {
                    seat.opened = Some(OpenedByResult {
                        conversation,
                        callback,
                        need,
                    });
                }
                Ok(need)
            }
            Err(CommandError::ByHand(ByHandError::OpenAlready(open))) => {
                self.opened_again(now, (id, open), told, step)
            }
            Err(error) => Err(error),
        }
    }

    /// The same is open, by this need: from an earlier result of this conversation, which this one corrects,
    /// or from before.
    fn opened_again(
        &mut self,
        now: Now,
        (id, open): (SeatId, CallbackId),
        told: CallbackTold,
        step: &mut Step,
    ) -> Result<Option<NeedId>, CommandError> {
        let Some((of, former)) = self.owed_already(open, &told) else {
            return Ok(None);
        };
        let need = former.need;
        let is_own = self.opened_at(id).is_some_and(|it| it.need == former.need);
        self.take_back_opened(now, id, Some(former.need), step);
        if !is_own {
            self.make_sooner(now, open, &told, step);
            return Ok(Some(need));
        }
        let detail = NeedDetailRow {
            class: told.class,
            due_ms: self.deadline_told(now, &told, of)?,
            note: told.note,
            ..former
        };
        self.keep_detail(now, detail, step);
        Ok(Some(need))
    }

    /// What an earlier result of the conversation at a seat has opened is owed no more, but for this need.
    /// Not where somebody else is at it by now.
    pub(crate) fn take_back_opened(
        &mut self,
        now: Now,
        id: SeatId,
        but: Option<NeedId>,
        step: &mut Step,
    ) {
        let Some(opened) = self.opened_at(id).filter(|it| Some(it.need) != but) else {
            return;
        };
        let seat = self.seats.get_mut(&id);
        let Some(seat) = seat else {
            return;
        };
        seat.opened = None;
        let sign_in = seat.sign_in.as_ref().map(|it| it.operator);
        let case_here = self.seats.get(&id).and_then(|it| self.case_at(&it.work));
        let Some(case) = self.cases.get(&opened.callback) else {
            return;
        };
        let is_free = match case.row.state {
            CallbackState::Waiting => true,
            CallbackState::Talking => case_here == Some(opened.callback),
            CallbackState::Offered
            | CallbackState::Dialling
            | CallbackState::AnsweredWaiting
            | CallbackState::Unknown
            | CallbackState::Closed => false,
        };
        let need = case.needs.iter().find(|need| need.id == opened.need);
        let Some(need) = need.filter(|_| is_free).cloned() else {
            return;
        };
        let told = ClosingTold {
            callback: opened.callback,
            need: Some(need.id),
            how: ClosedByHand::Withdrawn,
            because: BY_CORRECTION.to_owned(),
            by: sign_in.and_then(|operator| self.operator_name(operator)),
        };
        self.record_closing(&need, &told, step);
        let how = ClosedHow::from(told.how);
        let is_it = |own: &NeedRow| own.id == need.id;
        if self.settle_needs(now, opened.callback, (how, About::default()), is_it, step) {
            self.note_closed(now, opened.callback, how, step);
        }
    }

    pub(crate) fn opened_at(&self, id: SeatId) -> Option<OpenedByResult> {
        let opened = self.seats.get(&id)?.opened?;
        (self.conversation_at(id) == Some(opened.conversation)).then_some(opened)
    }

    /// The conversation that a seat has, or has just had.
    fn conversation_at(&self, id: SeatId) -> Option<AssignmentId> {
        let (assignment, _) = self.seats.get(&id)?.work.conversation()?;
        Some(assignment.id)
    }
}
