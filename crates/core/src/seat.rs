//! A seat: where its phone is, who sits there, what they chose and what the seat does.
//! The data of a state lives in the state, so a seat cannot be on two works.

use crate::beside::Wrapped;
use crate::callback::Settled;
use crate::id::{
    AttemptId, CallbackId, DialId, LegId, NeedId, QueueId, SideCallId, TaskId, TenantId, TrunkId,
};
use crate::keeping::NeedsSaid;
use crate::matching::Load;
use crate::number::Caller;
use crate::owed_by_result::OpenedByResult;
use crate::planted::{Fault, planted};
use crate::preview::Preview;
use crate::profile::Profile;
use crate::record::{
    AssignmentRow, DialRow, IntervalRow, OfferRow, RegistrationRow, SeatRow, SignInRow,
};
use crate::time::{MonoUs, UtcMs};
use crate::words::{Chosen, WorkState};
use serde::{Deserialize, Serialize};

/// What a seat does.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum SeatWork {
    /// Nothing.
    Idle,
    /// A work is proposed; the phone rings or is about to.
    Offered {
        offer: OfferRow,
        leg: LegId,
        ringing: bool,
        /// Whether the operator has said that the person is to be rung, or reads about them.
        preview: Preview,
        /// When the lease ends.
        until: MonoUs,
    },
    /// A work is being done.
    Talking {
        assignment: AssignmentRow,
        queue: QueueId,
        leg: LegId,
        with: With,
        held: Option<Hold>,
        /// Who is asked meanwhile.
        consult: Option<SideCallId>,
    },
    /// The operator hears why the person was not reached; then the phone is hung up.
    Informed { leg: LegId },
    /// A call that is no work: its operator's own, or that of another who asks. The wrap-up in which it
    /// began goes on after it.
    Beside {
        leg: LegId,
        side: SideCallId,
        is_rung: bool,
        is_up: bool,
        wrapped: Option<Wrapped>,
    },
    /// After-call time, which the operator may be free to end early.
    WrapUp {
        until: MonoUs,
        may_end: bool,
        done: Box<Done>,
    },
    /// A task is being done; the phone rings for callers who may interrupt it.
    AtTask { task: TaskId, queue: QueueId },
    /// A short rest after an offer that was not taken.
    Resting { until: MonoUs },
    /// Too many offers were missed: the operator says when they are back.
    NotResponding,
}

/// A person whom nobody hears for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Hold {
    pub(crate) since_ms: UtcMs,
    /// Names the hold to its timer.
    pub(crate) began: MonoUs,
}

/// With whom a seat talks.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum With {
    /// A caller who rang in.
    Caller(AttemptId),
    /// A person being rung for a callback.
    Ringing {
        callback: CallbackId,
        dial: Box<DialRow>,
        leg: LegId,
        /// When we give up.
        until: MonoUs,
        /// Whether the network has said that their phone rings.
        is_heard: bool,
        /// The trunks that refused this call before.
        refused_by: Vec<TrunkId>,
    },
    /// A person who was called back.
    Person {
        callback: CallbackId,
        dial: Box<DialRow>,
        leg: LegId,
    },
}

/// What a conversation just over may still be corrected in.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Done {
    pub(crate) assignment: AssignmentRow,
    pub(crate) queue: QueueId,
    /// The callback that the conversation closed, with the needs that it settled.
    pub(crate) settled: Option<Settled>,
    /// The callback of whoever was spoken with, open or not.
    pub(crate) case: Option<CallbackId>,
    /// Who that was.
    pub(crate) person: Caller,
    /// Whether they were given on: what becomes of them is seen by whoever has them.
    #[serde(default)]
    pub(crate) given_on: bool,
}

/// A seat in memory.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Seat {
    pub(crate) row: SeatRow,
    pub(crate) registration: Option<RegistrationRow>,
    /// Whether the phone showed itself since the process started.
    pub(crate) confirmed: bool,
    /// Questions whether it is there that it has left unanswered since it last showed itself.
    pub(crate) silences: u32,
    pub(crate) sign_in: Option<SignInRow>,
    pub(crate) skills: Vec<(String, u8)>,
    /// The health authority that its operator belongs to.
    pub(crate) home: Option<TenantId>,
    pub(crate) profile: Profile,
    /// Works taken since the last break or pause.
    pub(crate) works_since_break: u32,
    /// When a break ends.
    pub(crate) back_at: Option<MonoUs>,
    /// When it is tried again after too many misses.
    pub(crate) responds_at: Option<MonoUs>,
    /// Whether its phone has been there.
    pub(crate) was_there: bool,
    /// Since when its phone, which has been there, is lost.
    pub(crate) lost_at: Option<MonoUs>,
    /// The callback that its operator has chosen to make when their work is over.
    pub(crate) next: Option<CallbackId>,
    /// Whether its operator has left a pause for one callback alone.
    pub(crate) out_of_pause: bool,
    /// Until when its phone, which is lost, may come back.
    pub(crate) grace_until: Option<MonoUs>,
    pub(crate) work: SeatWork,
    /// The leg of an offer that is over, of which its phone has not said so yet. Until then it
    /// may still ring, or be picked up.
    pub(crate) let_go: Option<LegId>,
    /// The leg that its phone holds by itself: nobody hears anything on it until it is taken up there.
    pub(crate) phone_holds: Option<LegId>,
    /// The message of an emergency is spoken there: nobody rings in between.
    pub(crate) announces: bool,
    /// Its phone has dialled a code: nobody rings in between.
    pub(crate) by_code: bool,
    /// Its phone is tried: nobody rings in between.
    pub(crate) is_tried: bool,
    /// Whether its operator hears who it is, and is not joined with them yet.
    pub(crate) is_told: bool,
    /// What its operator has said of the needs of whoever they speak with.
    pub(crate) said: NeedsSaid,
    /// The conversation that was here before, the time after it being over.
    pub(crate) before: Option<AssignmentRow>,
    /// What the result that its operator has told has opened.
    pub(crate) opened: Option<OpenedByResult>,
    /// What its operator has noted last, and of which need.
    pub(crate) noted: Option<(NeedId, String)>,
    /// The dial whose person hears the code word, before they hear the operator.
    pub(crate) says_code: Option<DialId>,
    pub(crate) interval: Option<IntervalRow>,
    /// Offers missed in a row.
    pub(crate) misses: u32,
    /// Since the last work was over, or the operator came; orders seats for the dispatcher.
    /// An offer that was not taken changes nothing in it.
    pub(crate) idle_since: UtcMs,
    /// The queue whose callback it counts for as being at.
    pub(crate) at_callback: Option<QueueId>,
    /// The task that it is offered, and until when. It is free for whoever calls meanwhile.
    pub(crate) task_offer: Option<(TaskId, MonoUs)>,
    /// Offers of tasks that nobody there has answered, in a row.
    pub(crate) tasks_unanswered: u32,
    /// When it may be offered a task again.
    pub(crate) tasks_from: Option<MonoUs>,
    /// The queue that it works for, from the offer to the end of the wrap-up.
    pub(crate) serves: Option<QueueId>,
    /// Whether it counted as there to serve people, busy or not.
    pub(crate) was_serving: bool,
    /// What its operator has done since they came.
    pub(crate) load: Load,
}

impl SeatWork {
    /// The conversation being had, or just had, and its queue.
    pub(crate) fn conversation(&self) -> Option<(&AssignmentRow, QueueId)> {
        match self {
            Self::Talking {
                assignment, queue, ..
            } => Some((assignment, *queue)),
            Self::WrapUp { done, .. } => Some((&done.assignment, done.queue)),
            Self::Idle
            | Self::AtTask { .. }
            | Self::Offered { .. }
            | Self::Informed { .. }
            | Self::Beside { .. }
            | Self::Resting { .. }
            | Self::NotResponding => None,
        }
    }
}

impl Seat {
    /// A conversation is left: what was being told in it, and was said of it, is of no other. What was said,
    /// and whether the two had not heard each other yet.
    pub(crate) fn forgets_conversation(&mut self) -> (NeedsSaid, bool) {
        self.says_code = None;
        (
            std::mem::take(&mut self.said),
            std::mem::take(&mut self.is_told),
        )
    }

    pub(crate) fn new(row: SeatRow) -> Self {
        Self {
            row,
            registration: None,
            confirmed: false,
            silences: 0,
            sign_in: None,
            skills: Vec::new(),
            home: None,
            profile: Profile::default(),
            works_since_break: 0,
            back_at: None,
            responds_at: None,
            was_there: false,
            lost_at: None,
            next: None,
            out_of_pause: false,
            grace_until: None,
            work: SeatWork::Idle,
            let_go: None,
            phone_holds: None,
            announces: false,
            by_code: false,
            is_tried: false,
            is_told: false,
            said: NeedsSaid::default(),
            before: None,
            opened: None,
            noted: None,
            says_code: None,
            interval: None,
            misses: 0,
            idle_since: 0,
            at_callback: None,
            task_offer: None,
            tasks_unanswered: 0,
            tasks_from: None,
            serves: None,
            was_serving: false,
            load: Load::default(),
        }
    }

    pub(crate) fn chosen(&self) -> Chosen {
        self.sign_in
            .as_ref()
            .map_or(Chosen::SignedOut, |sign_in| sign_in.chosen)
    }

    pub(crate) fn reachable_at(&self, utc_ms: UtcMs) -> bool {
        self.confirmed
            && self
                .registration
                .as_ref()
                .is_some_and(|r| r.expires_ms > utc_ms)
    }

    /// Whether a work may be proposed to it now.
    pub(crate) fn is_free(&self, utc_ms: UtcMs) -> bool {
        self.is_idle() && !self.is_engaged() && self.takes_work() && self.reachable_at(utc_ms)
    }

    /// Whether a task that it is offered stays so: it may be dialling the code that accepts it.
    pub(crate) fn keeps_task_offer(&self, utc_ms: UtcMs) -> bool {
        let is_engaged = self.let_go.is_some() || self.announces || self.is_tried;
        self.is_idle() && !is_engaged && self.takes_work() && self.reachable_at(utc_ms)
    }

    /// Whether its phone is not to be rung just now, though it does no work.
    pub(crate) fn is_engaged(&self) -> bool {
        self.let_go.is_some() || self.announces || self.by_code || self.is_tried
    }

    /// Whether it does nothing that an offer would disturb.
    pub(crate) fn is_idle(&self) -> bool {
        let offered = matches!(self.work, SeatWork::Offered { .. });
        matches!(self.work, SeatWork::Idle) || (offered && planted(Fault::SeatDoubleBooked))
    }

    /// Whether it is there to serve people, busy or not.
    pub(crate) fn is_there(&self, utc_ms: UtcMs) -> bool {
        self.takes_work()
            && self.reachable_at(utc_ms)
            && !matches!(self.work, SeatWork::NotResponding)
    }

    /// Whether its operator wants works at all.
    pub(crate) fn takes_work(&self) -> bool {
        match self.chosen() {
            Chosen::Available | Chosen::OneMoreThenPause | Chosen::OneMoreThenSignOut => true,
            Chosen::SignedOut | Chosen::Paused | Chosen::FrontOffice => false,
        }
    }

    /// The leg towards its phone, if one is up.
    pub(crate) fn leg(&self) -> Option<LegId> {
        match &self.work {
            SeatWork::Offered { leg, .. }
            | SeatWork::Talking { leg, .. }
            | SeatWork::Informed { leg }
            | SeatWork::Beside { leg, .. } => Some(*leg),
            SeatWork::Idle
            | SeatWork::AtTask { .. }
            | SeatWork::WrapUp { .. }
            | SeatWork::Resting { .. }
            | SeatWork::NotResponding => None,
        }
    }

    /// The task that is done there.
    pub(crate) fn task(&self) -> Option<TaskId> {
        match self.work {
            SeatWork::AtTask { task, .. } => Some(task),
            SeatWork::Idle
            | SeatWork::Offered { .. }
            | SeatWork::Talking { .. }
            | SeatWork::Informed { .. }
            | SeatWork::Beside { .. }
            | SeatWork::WrapUp { .. }
            | SeatWork::Resting { .. }
            | SeatWork::NotResponding => None,
        }
    }

    /// The task that is done there, or that it is offered while it is free.
    pub(crate) fn task_in_hand(&self) -> Option<TaskId> {
        self.task().or(self.task_offer.map(|(task, _)| task))
    }

    /// The queue that its work is of; a wrap-up belongs to what was done before.
    pub(crate) fn works_for(&self) -> Option<QueueId> {
        match &self.work {
            SeatWork::Offered { offer, .. } => Some(offer.queue),
            SeatWork::Talking { queue, .. } | SeatWork::AtTask { queue, .. } => Some(*queue),
            SeatWork::Informed { .. } | SeatWork::WrapUp { .. } => self.serves,
            SeatWork::Idle
            | SeatWork::Beside { .. }
            | SeatWork::Resting { .. }
            | SeatWork::NotResponding => None,
        }
    }

    pub(crate) fn work_state(&self) -> WorkState {
        match &self.work {
            SeatWork::Idle | SeatWork::Resting { .. } => WorkState::Idle,
            SeatWork::Offered {
                preview: Preview::Reading,
                ..
            } => WorkState::Preview,
            SeatWork::Offered { ringing: false, .. } => WorkState::Reserved,
            SeatWork::Offered { ringing: true, .. } => WorkState::Ringing,
            SeatWork::Talking { held: Some(_), .. } => WorkState::OnHold,
            SeatWork::Talking { held: None, .. } | SeatWork::Informed { .. } => WorkState::Talking,
            SeatWork::Beside { is_up: false, .. } => WorkState::Ringing,
            SeatWork::Beside { is_up: true, .. } => WorkState::Talking,
            SeatWork::WrapUp { .. } => WorkState::WrapUp,
            SeatWork::AtTask { .. } => WorkState::AtTask,
            SeatWork::NotResponding => WorkState::NotResponding,
        }
    }
}
