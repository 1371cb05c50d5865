//! What an operator says of each thing that the person is owed, when a conversation is over: it is
//! settled, or stays. Without a word the kinds decide, as `NeedKind::closes_by_conversation` says.

use serde::{Deserialize, Serialize};

use crate::by_hand::ByHandError;
use crate::callback::Case;
use crate::centre::Centre;
use crate::id::{CallbackEventId, CallbackId, NeedId, SeatId};
use crate::owing::About;
use crate::planted::{Fault, planted};
use crate::record::{CallbackEventRow, NeedDetailRow, NeedRow, Needs, Record};
use crate::seat::{Done, SeatWork};
use crate::step::{CommandError, Step};
use crate::time::Now;
use crate::words::{CallbackEventKind, CallbackState, ClosedHow};

/// Why a need was closed that stays by itself.
pub const BY_A_WORD: &str = "closed with the result of a conversation";
/// Why a need was closed that a result had opened, where another result was told then.
pub const BY_CORRECTION: &str = "the result of the conversation was corrected";

/// What was said of needs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NeedsSaid {
    /// These stay.
    pub keep: Vec<NeedId>,
    /// These are settled.
    pub close: Vec<NeedId>,
}

/// Why what a conversation had closed is owed again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Again {
    /// The person on the line was somebody else.
    AnotherPerson,
    /// The operator says that it stays.
    Kept,
}

impl Again {
    /// As the history of the callback tells it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::AnotherPerson => "another person at this number",
            Self::Kept => "kept by the operator",
        }
    }
}

impl NeedsSaid {
    /// Whether nothing was said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keep.is_empty() && self.close.is_empty()
    }

    /// Whether a conversation that would close it, or not, does.
    pub(crate) fn closes(&self, need: NeedId, by_itself: bool) -> bool {
        let keeps = self.keep.contains(&need) && !planted(Fault::KeepIgnored);
        !keeps && (by_itself || self.close.contains(&need))
    }
}

impl Centre {
    /// Whether everything that is said of needs is about what is owed to whoever a seat has to do with.
    pub(crate) fn check_said(
        &self,
        (id, seat): (SeatId, &str),
        said: &NeedsSaid,
    ) -> Result<(), CommandError> {
        if let Some(need) = said.keep.iter().find(|need| said.close.contains(need)) {
            return Err(CommandError::NeedSaidTwice(*need));
        }
        let Some(work) = self.seats.get(&id).map(|it| &it.work) else {
            return Ok(());
        };
        let case = self.case_at(work).and_then(|id| self.cases.get(&id));
        let open = case.map(|case| &case.needs[..]).unwrap_or_default();
        let (settled, is_afterwards) = match work {
            SeatWork::WrapUp { done, .. } => {
                let settled = done.settled.as_ref().map(|(_, needs)| &needs[..]);
                (settled, !self.is_given(done.assignment.id))
            }
            SeatWork::Idle
            | SeatWork::AtTask { .. }
            | SeatWork::Offered { .. }
            | SeatWork::Talking { .. }
            | SeatWork::Informed { .. }
            | SeatWork::Beside { .. }
            | SeatWork::Resting { .. }
            | SeatWork::NotResponding => (None, false),
        };
        let known = |need: &NeedId| {
            let mut theirs = open.iter().chain(settled.unwrap_or_default());
            theirs.any(|own| own.id == *need)
        };
        let mut all = said.keep.iter().chain(&said.close);
        if let Some(need) = all.find(|need| !known(need)) {
            return Err(CommandError::NoNeedThere {
                seat: seat.to_owned(),
                need: *need,
            });
        }
        // Once it is wrapped up, another seat or a dial may be at it, and settles it itself.
        let is_still_open = |need: &NeedRow| said.close.contains(&need.id);
        let elsewhere = case.filter(|case| {
            let state = case.row.state;
            is_afterwards && state != CallbackState::Waiting && open.iter().any(is_still_open)
        });
        match elsewhere.map(|case| (case.row.id, case.row.state)) {
            Some((callback, state)) => Err(ByHandError::AtWork { callback, state }.into()),
            None => Ok(()),
        }
    }

    /// The history says what an operator decided otherwise than the kinds of the needs.
    pub(crate) fn note_said(
        &mut self,
        now: Now,
        (callback, seat): (CallbackId, Option<SeatId>),
        (kind, needs): (CallbackEventKind, &[NeedRow]),
        step: &mut Step,
    ) {
        for need in needs {
            if kind == CallbackEventKind::NeedClosed {
                self.record_said(need, seat, step);
            }
            step.records.push(Record::CallbackEvent(CallbackEventRow {
                id: CallbackEventId(self.ids.allot()),
                callback,
                at_ms: now.utc_ms,
                kind,
                attempt: None,
                dial: None,
                seat,
                detail: Some(need.kind.as_str().to_owned()),
            }));
        }
    }

    /// What stays by itself is closed by somebody's word, which is on record as any other.
    fn record_said(&self, need: &NeedRow, seat: Option<SeatId>, step: &mut Step) {
        let sign_in = seat
            .and_then(|seat| self.seats.get(&seat))
            .and_then(|seat| seat.sign_in.as_ref());
        let detail = self.details.get(&need.id).cloned();
        let detail = detail.unwrap_or_else(|| NeedDetailRow::bare(need));
        step.records
            .push(Record::NeedDetail(Box::new(NeedDetailRow {
                closed_by: sign_in.and_then(|it| self.operator_name(it.operator)),
                closed_because: Some(BY_A_WORD.to_owned()),
                ..detail
            })));
    }

    /// The conversation was wrapped up by what the kinds say; the operator says otherwise.
    pub(crate) fn said_afterwards(
        &mut self,
        now: Now,
        id: SeatId,
        said: &NeedsSaid,
        step: &mut Step,
    ) {
        let Some(SeatWork::WrapUp { done, .. }) = self.seats.get_mut(&id).map(|it| &mut it.work)
        else {
            return;
        };
        let Done { settled, case, .. } = done.as_mut();
        let case = *case;
        let kept = settled.take().map(|(was, needs)| {
            let keeps = |need: &NeedRow| said.keep.contains(&need.id);
            let (kept, left): (Needs, Needs) = needs.into_iter().partition(keeps);
            if !left.is_empty() {
                *settled = Some((was.clone(), left));
            }
            (was, kept)
        });
        if let Some((was, kept)) = kept.filter(|(_, kept)| !kept.is_empty()) {
            let (callback, told) = (was.row.id, kept.clone());
            self.reopen(now, (was, kept), Again::Kept, step);
            let kind = CallbackEventKind::NeedKept;
            self.note_said(now, (callback, Some(id)), (kind, &told), step);
        }
        if let Some(case) = case.filter(|_| !said.close.is_empty()) {
            self.closes_said(now, (case, id), said, step);
        }
    }

    /// Needs that stay by themselves are settled by what the operator says.
    fn closes_said(
        &mut self,
        now: Now,
        (callback, seat): (CallbackId, SeatId),
        said: &NeedsSaid,
        step: &mut Step,
    ) {
        let Some(case) = self.cases.get(&callback) else {
            return;
        };
        let is_said = |need: &NeedRow| said.close.contains(&need.id);
        let told: Needs = case
            .needs
            .iter()
            .filter(|need| is_said(need))
            .cloned()
            .collect();
        if told.is_empty() {
            return;
        }
        let kind = CallbackEventKind::NeedClosed;
        self.note_said(now, (callback, Some(seat)), (kind, &told), step);
        let settled = (ClosedHow::GotThrough, About::default());
        self.settle_needs(now, callback, settled, is_said, step);
    }

    /// Whether a conversation that is going on will close a need, as long as nobody says otherwise.
    pub(crate) fn will_close(&self, case: &Case, need: &NeedRow, is_ours: bool) -> bool {
        let is_called = is_ours && need.queue.is_some() && need.queue == self.queue_of(case);
        let recalled = need.kind == crate::words::NeedKind::Recall && is_called;
        let is_theirs = need.another_person == case.is_another_persons();
        (need.kind.closes_by_conversation() || recalled) && is_theirs
    }
}
