//! Callbacks that somebody enters and closes: an operator found no slot and owes a call, or wants
//! somebody called for another reason. The number has one case here too: what is wanted besides
//! joins it, and what is open already is not opened twice.

use serde::{Deserialize, Serialize};

use crate::callback::Debt;
use crate::centre::Centre;
use crate::id::{CallbackId, NeedId, QueueId, SeatId, TenantId};
use crate::number::{Caller, PhoneNumber};
use crate::owing::About;
use crate::record::{NeedDetailRow, NeedRow, Needs, Record, Work};
use crate::seat::SeatWork;
use crate::step::{CommandError, Step};
use crate::time::{Now, UtcMs};
use crate::words::{
    CallbackEventKind, CallbackState, ClosedByHand, ClosedHow, KindByHand, Mark, NeedKind,
    NumberClass, OfferState, PriorityClass,
};

/// Characters of a note, at most.
pub const NOTE_MAX: usize = 500;

/// A person whom somebody wants called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallbackTold {
    /// Short name of the health authority.
    pub tenant: String,
    /// Short name of its queue: whose operators call.
    pub queue: String,
    /// Whom to call.
    pub person: Caller,
    /// What kind of debt it is.
    pub kind: KindByHand,
    /// How urgent; it says the deadline where none is named.
    pub class: Option<PriorityClass>,
    /// By when.
    pub due_ms: Option<UtcMs>,
    /// Not to be called before.
    pub not_before_ms: Option<UtcMs>,
    /// What it is about; at most 500 characters.
    pub note: Option<String>,
    /// Name of who enters it.
    pub by: Option<String>,
    /// What a repetition of the same request has too.
    pub request_key: Option<String>,
}

/// A callback, or one of its needs, that nobody is to pay any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClosingTold {
    /// Which.
    pub callback: CallbackId,
    /// Which of its needs; all of them, without one.
    pub need: Option<NeedId>,
    /// How.
    pub how: ClosedByHand,
    /// Why, in somebody's words.
    pub because: String,
    /// Name of who closes it.
    pub by: Option<String>,
}

/// What is asked for, and can be had.
struct Admitted {
    tenant: TenantId,
    queue: QueueId,
    number: PhoneNumber,
    due_ms: Option<UtcMs>,
}

/// Why a callback was not entered, or not closed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Hash)]
pub enum ByHandError {
    /// The same was asked for before.
    #[error("callback {0} is open for it already: nothing was added")]
    OpenAlready(CallbackId),
    /// The same request came before.
    #[error("callback {0} was entered by this request already")]
    SameRequest(CallbackId),
    /// The key of one request came with another.
    #[error("this Idempotency-Key was sent with another request, which entered callback {0}")]
    KeyUsed(CallbackId),
    /// Nobody may be called there.
    #[error("a number that is {0} is not called")]
    NotCallable(NumberClass),
    /// Somebody said so.
    #[error("the number is marked {0}: nobody is called there (see `cuptel numbers list`)")]
    Marked(Mark),
    /// What is taken in charge is promised for a time.
    #[error("what is taken in charge has a priority class or a deadline")]
    NoDeadline,
    /// Nobody could be called in time.
    #[error("the deadline is over before anybody may be called")]
    DeadlineTooSoon,
    /// More than somebody reads.
    #[error("a note has at most {NOTE_MAX} characters")]
    NoteTooLong,
    /// The bound is reached.
    #[error("more than {0} needs entered by hand would be open ([limits] by_hand_max)")]
    TooMany(u32),
    /// Somebody is at it.
    #[error("callback {callback} is {state}: it can be closed when that is over")]
    AtWork {
        /// Which.
        callback: CallbackId,
        /// Where it stands.
        state: CallbackState,
    },
    /// Not one of its needs, or a closed one.
    #[error("callback {callback} has no open need {need}")]
    NoNeed {
        /// Which.
        callback: CallbackId,
        /// What was named.
        need: NeedId,
    },
}

impl NeedDetailRow {
    pub(crate) fn bare(need: &NeedRow) -> Self {
        Self {
            need: need.id,
            callback: need.callback,
            class: None,
            due_ms: None,
            not_before_ms: None,
            note: None,
            opened_by: None,
            request_key: None,
            closed_by: None,
            closed_because: None,
        }
    }
}

impl Centre {
    /// Somebody owes a person a call. What is owed already is not owed twice, but by the sooner of both
    /// deadlines.
    pub(crate) fn add_callback(
        &mut self,
        now: Now,
        told: &CallbackTold,
        step: &mut Step,
    ) -> Result<(), CommandError> {
        let entered = self.enter_callback(now, told, step);
        if let Err(CommandError::ByHand(ByHandError::OpenAlready(open))) = entered {
            self.make_sooner(now, open, told, step);
        }
        entered.map(drop)
    }

    /// The callback that it stands in, and the need, where it is a new one.
    pub(crate) fn enter_callback(
        &mut self,
        now: Now,
        told: &CallbackTold,
        step: &mut Step,
    ) -> Result<(CallbackId, Option<NeedId>), CommandError> {
        let Admitted {
            tenant,
            queue,
            number,
            due_ms,
        } = self.admitted(now, told, 0)?;
        let (ids, records) = (&mut self.ids, &mut step.records);
        let Some(handle) = self.people.handle(now, &told.person, "", ids, records) else {
            return Err(ByHandError::NotCallable(told.person.class).into());
        };
        let (place_ms, not_before_ms) = self.earliest(now, told, (tenant, queue));
        let debt = Debt {
            kind: told.kind.into(),
            queue: Some(queue),
            place_ms,
            not_before_ms,
            priority_ms: 0,
            another_person: false,
        };
        let known = self.people.get(&number);
        let open = known.and_then(|known| known.case_of(tenant));
        let id = match open {
            Some(id) => id,
            None => self.open_case(now, tenant, &number, handle, &debt),
        };
        self.unready(id);
        let need = self.join(id, &debt, now.utc_ms, step);
        self.record_image(id, open.is_none(), step);
        let kind = match open {
            None => CallbackEventKind::Opened,
            Some(_) => CallbackEventKind::Joined,
        };
        let about = About {
            detail: Some(told.kind.as_str()),
            ..About::default()
        };
        self.note(now, id, kind, about, step);
        if let Some(need) = need {
            let detail = NeedDetailRow {
                need,
                callback: id,
                class: told.class,
                due_ms,
                not_before_ms: Some(place_ms),
                note: told.note.clone(),
                opened_by: told.by.clone(),
                request_key: told.request_key.clone(),
                closed_by: None,
                closed_because: None,
            };
            self.keep_detail(now, detail, step);
        }
        self.reconsider(now, id);
        Ok((id, need))
    }

    /// What is owed already has the sooner deadline of two, and its class; a deadline that cannot be is none.
    pub(crate) fn make_sooner(
        &mut self,
        now: Now,
        open: CallbackId,
        told: &CallbackTold,
        step: &mut Step,
    ) {
        let Some((of, former)) = self.owed_already(open, told) else {
            return;
        };
        let due_ms = self.deadline_told(now, told, of).unwrap_or(None);
        let is_sooner = |due_ms| former.due_ms.is_none_or(|own_ms| due_ms < own_ms);
        if due_ms.is_some_and(is_sooner) {
            let detail = NeedDetailRow {
                class: told.class.or(former.class),
                due_ms,
                ..former
            };
            self.keep_detail(now, detail, step);
        }
    }

    /// What is known of the open need that is for the same, with its tenant and queue.
    pub(crate) fn owed_already(
        &self,
        open: CallbackId,
        told: &CallbackTold,
    ) -> Option<((TenantId, QueueId), NeedDetailRow)> {
        let case = self.cases.get(&open)?;
        let queue = self.queue_told(Some(&told.tenant), &told.queue).ok()?;
        let kind = NeedKind::from(told.kind);
        let is_it = |need: &&NeedRow| {
            need.kind == kind && need.queue == Some(queue) && !need.another_person
        };
        let need = case.needs.iter().find(is_it)?;
        let known = self.details.get(&need.id).cloned();
        let known = known.unwrap_or_else(|| NeedDetailRow::bare(need));
        Some(((case.row.tenant, queue), known))
    }

    /// Whether it could be entered, beside so many others of the same list; nothing is changed.
    pub(crate) fn check_callback(
        &self,
        now: Now,
        told: &CallbackTold,
        beside: u32,
    ) -> Result<(), CommandError> {
        self.admitted(now, told, beside).map(drop)
    }

    fn admitted(
        &self,
        now: Now,
        told: &CallbackTold,
        beside: u32,
    ) -> Result<Admitted, CommandError> {
        if self.stopping.is_some() {
            return Err(CommandError::Stopping);
        }
        let tenant = self.rules.tenant_named(&told.tenant);
        let tenant = tenant.ok_or_else(|| CommandError::NoTenant(told.tenant.clone()))?;
        let queue = self.queue_told(Some(&told.tenant), &told.queue)?;
        let class = told.person.class;
        let number = told.person.number.clone();
        let number = number.filter(|_| class.may_be_dialled());
        let number = number.ok_or(ByHandError::NotCallable(class))?;
        if let Some(mark) = self.mark_of(tenant, &number) {
            return Err(ByHandError::Marked(mark).into());
        }
        self.refuse_again(told, (tenant, queue), &number)?;
        let most = self.rules.limits.by_hand_max;
        let by_hand = self
            .details
            .len()
            .saturating_sub(self.campaigns.released.len());
        let beside = usize::try_from(beside).unwrap_or(usize::MAX);
        if by_hand.saturating_add(beside) >= usize::try_from(most).unwrap_or(usize::MAX) {
            return Err(ByHandError::TooMany(most).into());
        }
        let due_ms = self.deadline_told(now, told, (tenant, queue))?;
        Ok(Admitted {
            tenant,
            queue,
            number,
            due_ms,
        })
    }

    /// The row of a callback that is new, or that somebody joined.
    pub(crate) fn record_image(&self, id: CallbackId, is_new: bool, step: &mut Step) {
        if let Some(case) = self.cases.get(&id) {
            let image = case.row.clone();
            step.records.push(if is_new {
                Record::Callback(image)
            } else {
                Record::CallbackAmended(image)
            });
        }
    }

    /// What is open for the same already, by the same request or of the same kind, is not opened
    /// twice.
    fn refuse_again(
        &self,
        told: &CallbackTold,
        (tenant, queue): (TenantId, QueueId),
        number: &PhoneNumber,
    ) -> Result<(), ByHandError> {
        let theirs = self.people.get(number).and_then(|it| it.case_of(tenant));
        let kind = NeedKind::from(told.kind);
        let is_wanted = |need: &NeedRow| need.kind == kind && need.queue == Some(queue);
        let needs = theirs.and_then(|id| self.cases.get(&id));
        let needs = needs.map(|case| &case.needs[..]).unwrap_or_default();
        let key = told.request_key.as_ref();
        let mut details = self.details.values();
        let same_request = details.find(|it| key.is_some() && it.request_key.as_ref() == key);
        if let Some(detail) = same_request {
            let is_same = |need: &NeedRow| need.id == detail.need && is_wanted(need);
            return Err(if needs.iter().any(is_same) {
                ByHandError::SameRequest(detail.callback)
            } else {
                ByHandError::KeyUsed(detail.callback)
            });
        }
        let mut needs = needs.iter();
        match theirs.filter(|_| needs.any(|need| is_wanted(need) && !need.another_person)) {
            Some(open) => Err(ByHandError::OpenAlready(open)),
            None => Ok(()),
        }
    }

    /// Place in line, and when the person may be called: they may have hung up a moment ago.
    fn earliest(
        &self,
        now: Now,
        told: &CallbackTold,
        (tenant, queue): (TenantId, QueueId),
    ) -> (UtcMs, UtcMs) {
        let place_ms = told
            .not_before_ms
            .map_or(now.utc_ms, |at| at.max(now.utc_ms));
        let rested_ms = now.utc_in_s(self.grace_s(tenant, Some(queue)));
        (place_ms, place_ms.max(rested_ms))
    }

    pub(crate) fn deadline_told(
        &self,
        now: Now,
        told: &CallbackTold,
        (tenant, queue): (TenantId, QueueId),
    ) -> Result<Option<UtcMs>, ByHandError> {
        let rule = self.rules.queues.get(&queue);
        let of_class = || rule?.callback.stays.deadline(told.class?, now.utc_ms);
        let due_ms = told.due_ms.or_else(of_class);
        let note = told.note.as_deref().unwrap_or_default();
        if note.chars().count() > NOTE_MAX {
            return Err(ByHandError::NoteTooLong);
        }
        match due_ms {
            None if told.kind == KindByHand::TakenInCharge => Err(ByHandError::NoDeadline),
            Some(due_ms) if due_ms <= self.earliest(now, told, (tenant, queue)).1 => {
                Err(ByHandError::DeadlineTooSoon)
            }
            Some(_) | None => Ok(due_ms),
        }
    }

    /// Nobody is to pay a callback any more, or one of its needs. Not while somebody is at it.
    pub(crate) fn close_callback(
        &mut self,
        now: Now,
        told: ClosingTold,
        step: &mut Step,
    ) -> Result<(), CommandError> {
        let id = told.callback;
        let no_callback = || CommandError::NoCallback(id);
        let case = self.cases.get(&id).ok_or_else(no_callback)?;
        let is_meant = |need: &NeedRow| told.need.is_none_or(|meant| need.id == meant);
        match (case.row.state, told.need) {
            (
                state @ (CallbackState::Dialling
                | CallbackState::Talking
                | CallbackState::AnsweredWaiting
                | CallbackState::Unknown),
                _,
            ) => {
                let callback = id;
                return Err(ByHandError::AtWork { callback, state }.into());
            }
            (CallbackState::Closed, _) => return Err(no_callback()),
            (CallbackState::Waiting | CallbackState::Offered, Some(need)) => {
                if !case.needs.iter().any(is_meant) {
                    return Err(ByHandError::NoNeed { callback: id, need }.into());
                }
            }
            (CallbackState::Waiting | CallbackState::Offered, None) => {}
        }
        if let Some(seat) = self.seat_offered(id) {
            self.offer_ended(now, seat, OfferState::Withdrawn, true, step);
        }
        // Whose days were over is given up instead, which is told at the end of an offer.
        let case = self.cases.get(&id).ok_or_else(no_callback)?;
        let closed: Needs = case
            .needs
            .iter()
            .filter(|it| is_meant(it))
            .cloned()
            .collect();
        for need in &closed {
            self.record_closing(need, &told, step);
        }
        let how = ClosedHow::from(told.how);
        if self.settle_needs(now, id, (how, About::default()), is_meant, step) {
            self.note_closed(now, id, how, step);
        }
        Ok(())
    }

    pub(crate) fn record_closing(&self, need: &NeedRow, told: &ClosingTold, step: &mut Step) {
        let detail = self.details.get(&need.id).cloned();
        let detail = detail.unwrap_or_else(|| NeedDetailRow::bare(need));
        step.records
            .push(Record::NeedDetail(Box::new(NeedDetailRow {
                closed_by: told.by.clone(),
                closed_because: Some(told.because.clone()),
                ..detail
            })));
    }

    fn seat_offered(&self, id: CallbackId) -> Option<SeatId> {
        let rings_for_it = |work: &SeatWork| matches!(work, SeatWork::Offered { offer, .. } if offer.work == Work::Callback(id));
        let mut seats = self.seats.values();
        let seat = seats.find(|seat| rings_for_it(&seat.work))?;
        Some(seat.row.id)
    }

    /// What was known of a need that is owed again, as a new one. A deadline that was missed is that
    /// of any debt that arises now.
    pub(crate) fn take_detail_over(
        &mut self,
        now: Now,
        id: CallbackId,
        (old, new): (&NeedRow, NeedId),
        details: &[NeedDetailRow],
        step: &mut Step,
    ) {
        let Some(case) = self.cases.get(&id) else {
            return;
        };
        if old.kind.closes_by_conversation() {
            return;
        }
        let former = details.iter().find(|detail| detail.need == old.id);
        let queue = self.queue_of(case);
        let rule = queue.and_then(|queue| self.rules.queues.get(&queue));
        let again_ms = || rule?.callback.expires.ends(now.utc_ms);
        let due_ms = former.and_then(|detail| detail.due_ms);
        let due_ms = due_ms.filter(|at| *at > case.row.not_before_ms);
        let detail = NeedDetailRow {
            need: new,
            callback: id,
            due_ms: due_ms.or_else(again_ms),
            not_before_ms: Some(now.utc_ms),
            ..former.cloned().unwrap_or_else(|| NeedDetailRow::bare(old))
        };
        self.keep_detail(now, detail, step);
    }
}
