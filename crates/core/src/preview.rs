//! What an operator reads before the person of a callback is rung. Their phone is picked up first, so
//! that whoever reads sits there; the offer stays an offer until the person is dialled, so that whatever
//! calls off an offer calls off this too, and its lease bounds the reading.

use serde::{Deserialize, Serialize};

use crate::callback::{Case, Settled};
use crate::centre::Centre;
use crate::chosen_time::ChosenTime;
use crate::id::{CallbackId, NeedId, SeatId};
use crate::record::{NeedRow, Record, Work};
use crate::seat::{SeatWork, With};
use crate::step::{AfterPlay, CommandError, Effect, Step};
use crate::time::{Now, UtcMs};
use crate::timers::Timer;
use crate::words::{CallbackState, NeedKind, OfferState};

/// Token of the message that there is something to read.
const TO_READ: u64 = 0;

/// The key of an operator who has read enough.
const RINGS: char = '1';

/// Nobody reads for longer.
pub const SHOWN_S_MAX: u32 = 600;

/// What an operator sees before the person is rung, and what follows when they hand a callback back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviewPolicy {
    /// How long it is shown before the person is rung; 0 for not at all.
    pub shown_s: u32,
    /// What happens when that time is over and nothing was said.
    pub ends: PreviewEnds,
    /// How long a seat is not offered a callback that was handed back there.
    pub decline_rest_s: u32,
    /// Handed back so often, a human has to look; 0 for never.
    pub declines_max: u32,
    /// Whether operators may choose a callback themselves, and so pass over others.
    pub chosen_by_hand: bool,
}

/// What happens when an operator has had their time to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PreviewEnds {
    /// The person is rung.
    Dials,
    /// It counts as not answered: somebody else has it.
    HandsBack,
}

impl Default for PreviewPolicy {
    fn default() -> Self {
        Self {
            shown_s: 0,
            ends: PreviewEnds::Dials,
            decline_rest_s: 3_600,
            declines_max: 3,
            chosen_by_hand: false,
        }
    }
}

/// How far the operator is with a callback that is offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Preview {
    /// Nothing was said and nothing is read.
    NotYet,
    /// They said that the person is to be rung, and have not picked up.
    Accepted,
    /// They have picked up and read.
    Reading,
}

/// Whoever a seat has to do with, for its operator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OwedNow {
    /// The callback that is open.
    pub callback: CallbackId,
    /// Their number, masked.
    pub number: String,
    /// Since when they are owed a call.
    pub opened_ms: UtcMs,
    /// How often they have tried.
    pub attempts: i64,
    /// How often they were dialled in vain.
    pub tries: i64,
    /// The time by which they were told that they are called.
    pub promised_ms: Option<UtcMs>,
    /// When they want to be called, where they chose.
    pub chosen: Option<ChosenTime>,
    /// What they were told by which they know our call.
    pub code_word: Option<String>,
    /// How often operators have handed it back.
    pub declined: usize,
    /// What is owed to them.
    pub needs: Vec<NeedNow>,
    /// Until when the operator may read before the person is rung.
    pub reads_until_ms: Option<UtcMs>,
    /// Whether the person is rung then by itself; else somebody else has it.
    pub then_dials: bool,
    /// Whether it is only offered: it may be accepted or handed back.
    pub is_offered: bool,
}

/// One thing that is owed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NeedNow {
    /// Which.
    pub need: NeedId,
    /// Of what kind.
    pub kind: NeedKind,
    /// Short name of whose it is.
    pub tenant: String,
    /// Short name of its queue; none where nobody knows.
    pub queue: Option<String>,
    /// Since when.
    pub since_ms: UtcMs,
    /// By when.
    pub due_ms: Option<UtcMs>,
    /// What was noted of it.
    pub note: Option<String>,
    /// Whether it is owed to another person at the number.
    pub another_person: bool,
    /// Whether the conversation settles it, or has, unless the operator says otherwise.
    pub closes: bool,
}

/// Whether one of the tries of a callback is a dial that somebody is at.
fn is_dialled(case: &Case, work: &SeatWork) -> bool {
    match work {
        SeatWork::WrapUp { done, .. } => matches!(done.assignment.work, Work::Callback(_)),
        SeatWork::Offered { .. }
        | SeatWork::Idle
        | SeatWork::Talking { .. }
        | SeatWork::Informed { .. }
        | SeatWork::Beside { .. }
        | SeatWork::AtTask { .. }
        | SeatWork::Resting { .. }
        | SeatWork::NotResponding => matches!(
            case.row.state,
            CallbackState::Dialling | CallbackState::Talking | CallbackState::AnsweredWaiting
        ),
    }
}

impl Centre {
    /// How long a callback is shown before its person is rung: as the list says on which they stand, where
    /// one does, else as the queue.
    fn shown_s(&self, case: &Case) -> u32 {
        let of_list = case.needs.iter().filter_map(|need| {
            let entry = self.campaigns.released.get(&need.id)?;
            self.campaigns.open.get(&entry.campaign)?.row.preview_s
        });
        let of_queue = || self.policy_of(case).map_or(0, |it| it.preview.shown_s);
        of_list.max().unwrap_or_else(of_queue)
    }

    /// The callback that is offered to a seat, and how far its operator is with it. Who is on the line
    /// already is nobody to read about.
    fn offered_callback(&self, id: SeatId) -> Option<(CallbackId, Preview)> {
        let SeatWork::Offered { offer, preview, .. } = &self.seats.get(&id)?.work else {
            return None;
        };
        match offer.work {
            Work::Callback(callback) if !self.answered_waiting.contains_key(&callback) => {
                Some((callback, *preview))
            }
            Work::Callback(_) | Work::Attempt(_) => None,
        }
    }

    /// The operator has picked up: whether they read first whom they call.
    pub(crate) fn reads_first(&mut self, now: Now, id: SeatId, step: &mut Step) -> bool {
        let Some((callback, Preview::NotYet)) = self.offered_callback(id) else {
            return false;
        };
        let case = self.cases.get(&callback);
        let shown_s = case.map_or(0, |case| self.shown_s(case));
        let is_held = case.is_some_and(|case| self.is_held_by_campaign(case));
        if shown_s == 0 || is_held {
            return false;
        }
        let Some(SeatWork::Offered {
            offer,
            leg,
            ringing,
            preview,
            until,
        }) = self.seats.get_mut(&id).map(|seat| &mut seat.work)
        else {
            return false;
        };
        (*ringing, *preview) = (true, Preview::Reading);
        *until = now.in_s(shown_s);
        offer.lease_until_ms = now.utc_in_s(shown_s);
        self.timers.at(*until, Timer::Lease(id, offer.id));
        step.records.push(Record::Offer(offer.clone()));
        step.effects.push(Effect::Play {
            leg: *leg,
            token: TO_READ,
            prompts: self.rules.prompts.to_operator_preview.into_iter().collect(),
            then: AfterPlay::Silence,
        });
        self.seat_changed(now, id, step);
        true
    }

    /// The operator has pressed a key: who reads has the person rung by one.
    pub(crate) fn reader_digit(&mut self, now: Now, id: SeatId, digit: char, step: &mut Step) {
        let offered = self.offered_callback(id);
        if digit == RINGS && offered.is_some_and(|(_, preview)| preview == Preview::Reading) {
            self.offer_taken(now, id, step);
        }
    }

    /// The time to read is over.
    pub(crate) fn has_read(&mut self, now: Now, id: SeatId, step: &mut Step) {
        let case = self.offered_callback(id);
        let case = case.and_then(|(callback, _)| self.cases.get(&callback));
        let ends = case.and_then(|case| Some(self.policy_of(case)?.preview.ends));
        match ends {
            Some(PreviewEnds::Dials) => self.offer_taken(now, id, step),
            Some(PreviewEnds::HandsBack) | None => {
                self.offer_ended(now, id, OfferState::NoAnswer, true, step);
            }
        }
    }

    /// The callback that a command about a seat means.
    pub(crate) fn meant(
        &self,
        (seat, callback): (&str, Option<CallbackId>),
    ) -> Result<(SeatId, CallbackId, Preview), CommandError> {
        let id = self.seat_named(seat)?;
        let offered = self.offered_callback(id);
        let meant = offered.filter(|(own, _)| callback.is_none_or(|meant| meant == *own));
        let (callback, preview) =
            meant.ok_or_else(|| CommandError::NoCallbackOffered(seat.to_owned()))?;
        Ok((id, callback, preview))
    }

    /// The operator wants the person rung: at once, or as soon as they pick up.
    pub(crate) fn accept_callback(
        &mut self,
        now: Now,
        meant: (&str, Option<CallbackId>),
        step: &mut Step,
    ) -> Result<(), CommandError> {
        let (id, _, preview) = self.meant(meant)?;
        match preview {
            Preview::Reading => self.offer_taken(now, id, step),
            Preview::NotYet | Preview::Accepted => {
                let seat = self.seats.get_mut(&id);
                if let Some(SeatWork::Offered { preview, .. }) = seat.map(|seat| &mut seat.work) {
                    *preview = Preview::Accepted;
                }
            }
        }
        Ok(())
    }

    /// Whoever a seat has to do with; nothing where nobody is owed anything.
    pub(crate) fn owed_at(&self, work: &SeatWork) -> Option<OwedNow> {
        let settled = match work {
            SeatWork::WrapUp { done, .. } => done.settled.as_ref(),
            SeatWork::Offered { .. }
            | SeatWork::Idle
            | SeatWork::Talking { .. }
            | SeatWork::Informed { .. }
            | SeatWork::Beside { .. }
            | SeatWork::AtTask { .. }
            | SeatWork::Resting { .. }
            | SeatWork::NotResponding => None,
        };
        let open = self.case_at(work).and_then(|id| self.cases.get(&id));
        let case = open.or(settled.map(|(case, _)| case))?;
        let (reads_until_ms, is_offered) = match work {
            SeatWork::Offered { offer, preview, .. } => (
                (*preview == Preview::Reading).then_some(offer.lease_until_ms),
                offer.work == Work::Callback(case.row.id),
            ),
            SeatWork::Idle
            | SeatWork::Talking { .. }
            | SeatWork::Informed { .. }
            | SeatWork::Beside { .. }
            | SeatWork::WrapUp { .. }
            | SeatWork::AtTask { .. }
            | SeatWork::Resting { .. }
            | SeatWork::NotResponding => (None, false),
        };
        let id = case.row.id;
        let ends = self.policy_of(case).map(|it| it.preview.ends);
        Some(OwedNow {
            callback: id,
            number: case.number.to_string(),
            // Opened again at an old place, the person waits since then.
            opened_ms: case.row.opened_ms.min(case.row.place_ms),
            attempts: case.row.attempts,
            // Not the one that goes on, or has led to this conversation.
            tries: (case.row.tries - i64::from(is_dialled(case, work))).max(0),
            promised_ms: case.promised_ms,
            chosen: case.chosen,
            code_word: self.code_words.get(&id).map(|code| code.reveal()),
            declined: self.declined.get(&id).map_or(0, |it| it.rows().len()),
            needs: self.needs_at(work, (open.map(|it| &**it), settled)),
            reads_until_ms,
            then_dials: ends == Some(PreviewEnds::Dials),
            is_offered: is_offered && !self.answered_waiting.contains_key(&id),
        })
    }

    /// What is owed, and what was settled a moment ago.
    fn needs_at(
        &self,
        work: &SeatWork,
        (open, settled): (Option<&Case>, Option<&Settled>),
    ) -> Vec<NeedNow> {
        let talks = matches!(work, SeatWork::Talking { .. });
        let is_ours = matches!(
            work,
            SeatWork::Talking {
                with: With::Person { .. } | With::Ringing { .. },
                ..
            }
        );
        let mut needs = Vec::new();
        if let Some(case) = open {
            let told = |need: &NeedRow| {
                let closes = talks && self.will_close(case, need, is_ours);
                self.need_now(case, need, closes)
            };
            needs.extend(case.needs.iter().map(told));
        }
        if let Some((case, closed)) = settled {
            needs.extend(closed.iter().map(|need| self.need_now(case, need, true)));
        }
        needs
    }

    /// The callback of whoever a seat has to do with, or had until a moment ago.
    pub(crate) fn case_at(&self, work: &SeatWork) -> Option<CallbackId> {
        let of_work = |work: &Work| match *work {
            Work::Callback(id) => Some(id),
            Work::Attempt(id) => self.case_at_call(id),
        };
        match work {
            SeatWork::Offered { offer, .. } => of_work(&offer.work),
            SeatWork::Talking { with, .. } => match with {
                With::Ringing { callback, .. } | With::Person { callback, .. } => Some(*callback),
                With::Caller(id) => self.case_at_call(*id),
            },
            SeatWork::WrapUp { done, .. } => done.case,
            SeatWork::Idle
            | SeatWork::AtTask { .. }
            | SeatWork::Informed { .. }
            | SeatWork::Beside { .. }
            | SeatWork::Resting { .. }
            | SeatWork::NotResponding => None,
        }
    }

    fn need_now(&self, case: &Case, need: &NeedRow, closes: bool) -> NeedNow {
        let detail = self.details.get(&need.id);
        let queue = need.queue.and_then(|queue| self.rules.rule_now(queue));
        let tenant = self.rules.tenants.get(&case.row.tenant);
        NeedNow {
            need: need.id,
            kind: need.kind,
            tenant: tenant.map_or(String::new(), |it| it.name.clone()),
            queue: queue.map(|it| it.name.clone()),
            since_ms: need.opened_ms,
            due_ms: detail.and_then(|it| it.due_ms),
            note: detail.and_then(|it| it.note.clone()),
            another_person: need.another_person,
            closes,
        }
    }
}
