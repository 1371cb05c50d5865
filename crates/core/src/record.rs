//! What is stored: row images. Each carries the whole row, so that the last image of
//! a row wins and committing the same batch twice changes nothing.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use crate::chosen_time::ChosenTime;
use crate::code_word::CodeWord;
use crate::id::{
    AnnouncementId, AssignmentId, AttemptId, BulkEntryId, BulkId, CallbackEventId, CallbackId,
    CampaignId, ClosureId, ConfigVersionId, DeclineId, DialId, EntryId, IntervalId, LineId, MarkId,
    MemoId, MemoReadingId, NeedId, NumberId, OfferId, OperatorId, OutageId, PromiseId, QueueId,
    SeatId, SideCallId, SignInId, SiteId, SpecialDayId, TaskEventId, TaskId, TenantId, TrunkId,
};
use crate::matching::Explanation;
use crate::memo::Audience;
use crate::number::PhoneNumber;
use crate::own_result::ResultCode;
use crate::pin::PinDigest;
use crate::profile::Profile;
use crate::rules::PromptId;
use crate::stop_button::Scope;
use crate::time::UtcMs;
use crate::words::{
    BulkAction, BulkFate, Button, CallbackEventKind, CallbackState, CampaignEnd, CampaignKind,
    CampaignState, ChangedBy, Chosen, ChosenBy, ClosedHow, DialOrder, DialResult, DialState,
    Disposition, EntryState, Mark, NeedKind, NumberClass, OfferState, Outcome, Party,
    PriorityClass, ReminderAnswer, SideKind, Stage, Suppression, TaskEventKind, TaskState,
    WorkState,
};

/// One row image; the store writes it by its identifier.
#[derive(Debug, Clone, PartialEq, Hash)]
#[expect(missing_docs, reason = "each variant is documented at its row type")]
pub enum Record {
    Number(NumberRow),
    Attempt(Box<AttemptRow>),
    Callback(CallbackRow),
    /// A callback that somebody joined or that rests longer: place, rest, last attempt, their
    /// count and priority may differ from its image before, and nothing else.
    CallbackAmended(CallbackRow),
    Need(NeedRow),
    NeedDetail(Box<NeedDetailRow>),
    CallbackEvent(CallbackEventRow),
    Promise(PromiseRow),
    Dial(DialRow),
    Offer(OfferRow),
    Decision(Box<DecisionRow>),
    Assignment(AssignmentRow),
    SignIn(SignInRow),
    Interval(IntervalRow),
    Registration(RegistrationRow),
    Seat(SeatRow),
    Operator(OperatorRow),
    OperatorPin(Box<OperatorPinRow>),
    Profile(Box<ProfileRow>),
    Owner(OwnerRow),
    CodeWord(CodeWordRow),
    Decline(Box<DeclineRow>),
    ChosenTime(ChosenTimeRow),
    SideCall(Box<SideCallRow>),
    SiteOutage(SiteOutageRow),
    Closure(Box<ClosureRow>),
    Announcement(Box<AnnouncementRow>),
    Mark(Box<MarkRow>),
    SpecialDay(Box<SpecialDayRow>),
    Memo(Box<MemoRow>),
    MemoReading(MemoReadingRow),
    Review(ReviewRow),
    Campaign(Box<CampaignRow>),
    CampaignEntry(Box<CampaignEntryRow>),
    Bulk(Box<BulkRow>),
    BulkEntry(BulkEntryRow),
    YearsEmptied(YearsEmptied),
    Task(Box<TaskRow>),
    TaskEvent(TaskEventRow),
    ConfigVersion(ConfigVersionRow),
}

/// One handle of a telephone number. The only place where digits are kept; erasing a
/// person empties `e164` and `raw` of every handle with their number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Hash)]
pub struct NumberRow {
    /// The handle.
    pub id: NumberId,
    /// Normalised number; none where what arrived is no telephone number.
    pub e164: Option<PhoneNumber>,
    /// What arrived in the signalling, at most 128 bytes.
    pub raw: String,
    /// Its class when first seen.
    pub class: NumberClass,
    /// When this handle was made.
    pub seen_ms: UtcMs,
}

/// One inbound call attempt, from INVITE to its end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Hash)]
pub struct AttemptRow {
    /// The attempt.
    pub id: AttemptId,
    /// Dense per epoch (the epoch is in the id), from 1; audit looks for gaps.
    pub arrival_seq: i64,
    /// Whose line was dialled; none where the number belongs to nobody here.
    pub tenant: Option<TenantId>,
    /// The dialled line.
    pub line: Option<LineId>,
    /// Where it came in; none for an internal phone.
    pub trunk: Option<TrunkId>,
    /// The caller's number; none when anonymous.
    pub number: Option<NumberId>,
    /// The caller's class.
    pub class: NumberClass,
    /// `Call-ID` of the INVITE, at most 255 bytes.
    pub sip_call_id: String,
    /// Where it stands.
    pub stage: Stage,
    /// The INVITE's arrival.
    pub received_ms: UtcMs,
    /// Our 200.
    pub answered_ms: Option<UtcMs>,
    /// Entry into the (last) queue.
    pub queued_ms: Option<UtcMs>,
    /// An operator answered.
    pub talking_ms: Option<UtcMs>,
    /// The end.
    pub ended_ms: Option<UtcMs>,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// Final SIP status that the caller received.
    pub sip_status: Option<u16>,
    /// A short reason for people, without personal data.
    pub reason: Option<String>,
    /// Who hung up.
    pub ended_by: Option<Party>,
    /// The queue, once known.
    pub queue: Option<QueueId>,
    /// The seat that served.
    pub seat: Option<SeatId>,
    /// The operator who served.
    pub operator: Option<OperatorId>,
    /// The operator's result code.
    pub disposition: Option<Disposition>,
    /// The callback that this unserved attempt belongs to.
    pub callback: Option<CallbackId>,
    /// Why nothing is owed, when it is not served and has no callback.
    pub suppressed: Option<Suppression>,
    /// Which of its callback's attempts it is, from 1.
    pub nth: Option<i64>,
    /// The one of them before it.
    pub prior: Option<AttemptId>,
}

/// The debt to one person: one open row per tenant and number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Hash)]
pub struct CallbackRow {
    /// The callback.
    pub id: CallbackId,
    /// Who owes it.
    pub tenant: TenantId,
    /// Whom to call.
    pub number: NumberId,
    /// Where it stands.
    pub state: CallbackState,
    /// Place in line: the first attempt's time, or the opening of the window if later.
    pub place_ms: UtcMs,
    /// Not to be dialled before.
    pub not_before_ms: UtcMs,
    /// Opened.
    pub opened_ms: UtcMs,
    /// The last attempt that joined.
    pub last_attempt_ms: UtcMs,
    /// How many attempts belong to it.
    pub attempts: i64,
    /// Dials spent.
    pub tries: i64,
    /// The seat it is offered to or served by.
    pub seat: Option<SeatId>,
    /// Closed at.
    pub closed_ms: Option<UtcMs>,
    /// Closed how.
    pub closed_how: Option<ClosedHow>,
    /// Priority expressed as time: subtracted from the place.
    pub priority_ms: i64,
    /// The last of the attempts that belong to it: they are a chain, each names the one before. An
    /// index of attempts by callback would cost each redial a page of its own.
    pub last_attempt: Option<AttemptId>,
}

/// One thing the person wants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Hash)]
pub struct NeedRow {
    /// The need.
    pub id: NeedId,
    /// Its callback.
    pub callback: CallbackId,
    /// The queue wanted; none when refused before the person could say.
    pub queue: Option<QueueId>,
    /// Which kind of debt.
    pub kind: NeedKind,
    /// Since when.
    pub opened_ms: UtcMs,
    /// Settled at; open while none.
    pub closed_ms: Option<UtcMs>,
    /// Whether it is that of another person at the same number.
    pub another_person: bool,
}

/// What only a few needs have: those that somebody entered, and those that somebody closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Hash)]
pub struct NeedDetailRow {
    /// The need.
    pub need: NeedId,
    /// Its callback.
    pub callback: CallbackId,
    /// How urgent.
    pub class: Option<PriorityClass>,
    /// By when the person is to be reached.
    pub due_ms: Option<UtcMs>,
    /// It alone is no reason to call before.
    pub not_before_ms: Option<UtcMs>,
    /// What it is about, in somebody's words.
    pub note: Option<String>,
    /// Name of who entered it.
    pub opened_by: Option<String>,
    /// Of the request that entered it: the same one enters nothing more.
    pub request_key: Option<String>,
    /// Name of who closed it.
    pub closed_by: Option<String>,
    /// Why, in their words.
    pub closed_because: Option<String>,
}

/// One entry of a callback's history; written once.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct CallbackEventRow {
    /// The entry.
    pub id: CallbackEventId,
    /// Its callback.
    pub callback: CallbackId,
    /// When.
    pub at_ms: UtcMs,
    /// What.
    pub kind: CallbackEventKind,
    /// The attempt that caused it.
    pub attempt: Option<AttemptId>,
    /// The dial it speaks of.
    pub dial: Option<DialId>,
    /// The seat concerned.
    pub seat: Option<SeatId>,
    /// A word more (a result, a reason), without personal data.
    pub detail: Option<String>,
}

/// A time that a person was told; written once.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct PromiseRow {
    /// The promise.
    pub id: PromiseId,
    /// The callback that was promised by then; none where it is an operator, to who waits on
    /// the line.
    pub callback: Option<CallbackId>,
    /// The attempt in which it was told.
    pub attempt: AttemptId,
    /// When it was told.
    pub told_ms: UtcMs,
    /// By when they are called, or served.
    pub by_ms: UtcMs,
}

/// One outbound attempt; committed before its INVITE leaves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Hash)]
pub struct DialRow {
    /// The dial.
    pub id: DialId,
    /// What it pays.
    pub callback: CallbackId,
    /// Whom it rings; unique among rows in flight.
    pub number: NumberId,
    /// Who is on the line first.
    pub order: DialOrder,
    /// The operator's seat; none while nobody is joined to a person who is on the line first.
    pub seat: Option<SeatId>,
    /// The trunk used.
    pub trunk: TrunkId,
    /// Where it stands.
    pub state: DialState,
    /// Decided at.
    pub placed_ms: UtcMs,
    /// Answered at.
    pub answered_ms: Option<UtcMs>,
    /// When the person pressed the key that asks for an operator.
    pub pressed_ms: Option<UtcMs>,
    /// Over at.
    pub ended_ms: Option<UtcMs>,
    /// How it ended.
    pub result: Option<DialResult>,
    /// Final SIP status received.
    pub sip_status: Option<u16>,
}

/// What an offer or assignment is about: exactly one is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Work {
    /// A live call.
    Attempt(AttemptId),
    /// A callback.
    Callback(CallbackId),
}

/// A work proposed to a seat: at most one open row per seat and per work.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Hash)]
pub struct OfferRow {
    /// The offer.
    pub id: OfferId,
    /// What is offered.
    pub work: Work,
    /// The queue it came from.
    pub queue: QueueId,
    /// To which seat.
    pub seat: SeatId,
    /// To whom.
    pub operator: OperatorId,
    /// Where it stands.
    pub state: OfferState,
    /// Decided at.
    pub offered_ms: UtcMs,
    /// The lease's end.
    pub lease_until_ms: UtcMs,
    /// Over at.
    pub ended_ms: Option<UtcMs>,
}

/// What says that a work was proposed to a seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Proposal {
    /// A live call or a callback: the offer.
    Offer(OfferId),
    /// A task: the entry of its history.
    Task(TaskId, TaskEventId),
}

impl Proposal {
    /// The identifier, which no other offer and no other entry has.
    #[must_use]
    pub fn id(self) -> i64 {
        match self {
            Self::Offer(OfferId(id)) | Self::Task(_, TaskEventId(id)) => id,
        }
    }

    /// Which task was proposed, if it is one.
    #[must_use]
    pub fn task(self) -> Option<TaskId> {
        match self {
            Self::Offer(_) => None,
            Self::Task(task, _) => Some(task),
        }
    }
}

/// Why a work was proposed to that seat; written once, with its offer.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct DecisionRow {
    /// The offer.
    pub of: Proposal,
    /// When.
    pub at_ms: UtcMs,
    /// The configuration in force.
    pub rules: ConfigVersionId,
    /// What it was made of.
    pub explanation: Explanation,
}

/// A work being done: at most one open row (`ended_ms` none) per seat and per work.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Hash)]
pub struct AssignmentRow {
    /// The assignment.
    pub id: AssignmentId,
    /// The offer that led to it.
    pub offer: OfferId,
    /// What is done.
    pub work: Work,
    /// By which seat.
    pub seat: SeatId,
    /// By whom.
    pub operator: OperatorId,
    /// Accepted at.
    pub started_ms: UtcMs,
    /// Conversation over at.
    pub ended_ms: Option<UtcMs>,
    /// Wrap-up over at (planned).
    pub wrap_up_until_ms: Option<UtcMs>,
    /// The operator's result code.
    pub disposition: Option<Disposition>,
    /// The centre's own word for it.
    #[serde(default)]
    pub code: Option<ResultCode>,
    /// What its operator noted of somebody who is owed nothing.
    #[serde(default)]
    pub note: Option<String>,
}

/// Who spoke with a number, and about which queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spoken {
    /// The number.
    pub number: PhoneNumber,
    /// What it was about.
    pub queue: QueueId,
    /// By whom.
    pub operator: OperatorId,
    /// When that began, where it was the person who had called.
    pub called_ms: Option<UtcMs>,
}

/// A dial that is over or unknown, and what became of the callback that it was to pay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rang {
    /// The number.
    pub number: PhoneNumber,
    /// Who called it.
    pub tenant: TenantId,
    /// The dial.
    pub dial: DialId,
    /// What it was to pay.
    pub callback: CallbackId,
    /// What it was about, where that is known.
    pub queue: Option<QueueId>,
    /// The place in line of the callback.
    pub place_ms: UtcMs,
    /// Decided at.
    pub placed_ms: UtcMs,
    /// How it ended; none where a crash hid it.
    pub result: Option<DialResult>,
    /// Final SIP status received.
    pub sip_status: Option<u16>,
    /// How the callback was closed, if it is.
    pub closed_how: Option<ClosedHow>,
}

/// An operator working on a seat: at most one open row per seat and per operator.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Hash)]
pub struct SignInRow {
    /// The sign-in.
    pub id: SignInId,
    /// Where.
    pub seat: SeatId,
    /// Who.
    pub operator: OperatorId,
    /// What was chosen last.
    pub chosen: Chosen,
    /// The pause's reason.
    pub pause_reason: Option<String>,
    /// Since.
    pub since_ms: UtcMs,
    /// Until.
    pub until_ms: Option<UtcMs>,
    /// Whose choice it was.
    pub chosen_by: ChosenBy,
    /// Name of the supervisor who chose.
    pub supervisor: Option<String>,
    /// Planned end of the shift.
    pub shift_ends_ms: Option<UtcMs>,
    /// When a break is over by itself.
    pub back_ms: Option<UtcMs>,
}

/// A stretch of time of a seat in one pair of states; closed when either changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Hash)]
pub struct IntervalRow {
    /// The interval.
    pub id: IntervalId,
    /// Of which seat.
    pub seat: SeatId,
    /// Who was signed in.
    pub operator: Option<OperatorId>,
    /// What they had chosen.
    pub chosen: Chosen,
    /// What the seat did.
    pub work: WorkState,
    /// Since.
    pub since_ms: UtcMs,
    /// Until.
    pub until_ms: Option<UtcMs>,
    /// The pause's reason.
    pub pause_reason: Option<String>,
    /// Whose choice it was.
    pub chosen_by: ChosenBy,
    /// Name of the supervisor who chose.
    pub supervisor: Option<String>,
}

/// Where a seat's phone can be reached; one row per seat, expired when `expires_ms` is past.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Hash)]
pub struct RegistrationRow {
    /// Whose phone.
    pub seat: SeatId,
    /// Contact URI as registered.
    pub contact: String,
    /// Listener it registered through (its position in the configuration).
    pub listener: i64,
    /// Source address of the REGISTER: `ip:port`, or `ip:port;transport=tcp` when it came over a
    /// connection.
    pub remote: String,
    /// Registered at.
    pub registered_ms: UtcMs,
    /// Valid until; equal to `registered_ms` when unregistered.
    pub expires_ms: UtcMs,
}

/// A workstation. Its SIP password is kept as digests only.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Hash)]
pub struct SeatRow {
    /// The seat.
    pub id: SeatId,
    /// Extension and SIP user, for instance `101`.
    pub name: String,
    /// Where it stands.
    pub site: SiteId,
    /// RFC 7616 HA1 with MD5, hex.
    pub ha1_md5: String,
    /// RFC 7616 HA1 with SHA-256, hex.
    pub ha1_sha256: String,
    /// Since when it is there no more.
    pub removed_ms: Option<UtcMs>,
}

/// A person who works on seats.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Hash)]
pub struct OperatorRow {
    /// The operator.
    pub id: OperatorId,
    /// Login name.
    pub name: String,
    /// Who employs them.
    pub employer: String,
    /// Skill and level 1–5, by skill name.
    pub skills: Vec<(String, u8)>,
    /// The health authority that they belong to; lent beyond it under its rules.
    pub home: Option<TenantId>,
    /// Since when they work here no more.
    pub removed_ms: Option<UtcMs>,
}

/// The number and PIN by which an operator signs in from a phone; the last image holds. Private.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Hash)]
pub struct OperatorPinRow {
    /// Whose.
    pub operator: OperatorId,
    /// What they key in for their name.
    pub number: String,
    /// Of the PIN; empty, once it is erased.
    pub digest: PinDigest,
    /// Since.
    pub set_ms: UtcMs,
    /// Since when it does not hold any more.
    pub erased_ms: Option<UtcMs>,
}

/// What an operator needs; the last image holds, and an empty one is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Hash)]
pub struct ProfileRow {
    /// Whose.
    pub operator: OperatorId,
    /// Private.
    pub profile: Profile,
}

/// Which operator is to pay a callback; the last image holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Hash)]
pub struct OwnerRow {
    /// The callback.
    pub callback: CallbackId,
    /// Who; nobody in particular where none.
    pub operator: Option<OperatorId>,
}

/// What a person is told by which they know our call; the last image holds. Private.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Hash)]
pub struct CodeWordRow {
    /// The callback.
    pub callback: CallbackId,
    /// The digits; none, once it is closed.
    pub code: Option<CodeWord>,
}

/// When the person of a callback wants to be called; the last image holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Hash)]
pub struct ChosenTimeRow {
    /// The callback.
    pub callback: CallbackId,
    /// Their hours; at any time, without.
    pub chosen: Option<ChosenTime>,
}

/// An operator handed a callback back before its person was rung.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Hash)]
pub struct DeclineRow {
    /// This once.
    pub id: DeclineId,
    /// Which callback.
    pub callback: CallbackId,
    /// The offer that it ended.
    pub offer: OfferId,
    /// Where.
    pub seat: SeatId,
    /// Who.
    pub operator: OperatorId,
    /// When.
    pub at_ms: UtcMs,
    /// Until then it is not offered there again.
    pub until_ms: UtcMs,
    /// Why: one of the configured reasons, where there are any.
    pub reason: String,
    /// And in their own words.
    pub note: Option<String>,
    /// Whether it was the one too many, so that a human has to look.
    pub asks: bool,
    /// When somebody has.
    pub seen_ms: Option<UtcMs>,
    /// Name of who has.
    pub seen_by: Option<String>,
    /// Since when its callback is closed.
    pub settled_ms: Option<UtcMs>,
}

/// A person whom an operator gave on, or a call that they made beside their works.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Hash)]
pub struct SideCallRow {
    /// This once.
    pub id: SideCallId,
    /// What it is.
    pub kind: SideKind,
    /// Of which seat.
    pub seat: SeatId,
    /// By whom.
    pub operator: OperatorId,
    /// The work whose person it is about.
    pub work: Option<Work>,
    /// Where that person waits from then on, or would if it came to nothing.
    pub queue: Option<QueueId>,
    /// The seat that was asked.
    pub to_seat: Option<SeatId>,
    /// The entry of the directory that was called, by name.
    pub entry: Option<String>,
    /// Through which trunk.
    pub trunk: Option<TrunkId>,
    /// When it began.
    pub begun_ms: UtcMs,
    /// When somebody picked up.
    pub answered_ms: Option<UtcMs>,
    /// When it was over.
    pub ended_ms: Option<UtcMs>,
    /// How a call ended.
    pub result: Option<DialResult>,
    /// Final SIP status, if any.
    pub sip_status: Option<u16>,
}

/// Work without a call; its row is its own lease.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TaskRow {
    /// The task.
    pub id: TaskId,
    /// Whose.
    pub tenant: TenantId,
    /// Whose skills and policy hold.
    pub queue: QueueId,
    /// What is to be done.
    pub title: String,
    /// Where it stands.
    pub state: TaskState,
    /// Since when it is there.
    pub created_ms: UtcMs,
    /// By when it is to be done.
    pub due_ms: Option<UtcMs>,
    /// Whether a caller may take its operator out of it.
    pub interruptible: bool,
    /// The operator who is to do it; anybody, where none.
    pub owner: Option<OperatorId>,
    /// The seat to which it is offered, or where it is done: at most one such row per seat.
    pub seat: Option<SeatId>,
    /// The operator there, or who had it last.
    pub operator: Option<OperatorId>,
    /// Since when it stands so.
    pub since_ms: UtcMs,
    /// Until when it is offered.
    pub lease_until_ms: Option<UtcMs>,
    /// Done or withdrawn at.
    pub closed_ms: Option<UtcMs>,
    /// By which key it was asked for.
    pub request_key: Option<String>,
}

/// One entry of a task's history; written once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TaskEventRow {
    /// The entry.
    pub id: TaskEventId,
    /// Its task.
    pub task: TaskId,
    /// When.
    pub at_ms: UtcMs,
    /// What.
    pub kind: TaskEventKind,
    /// The seat concerned.
    pub seat: Option<SeatId>,
    /// The operator concerned.
    pub operator: Option<OperatorId>,
}

/// A stretch of time in which a site was cut off: one open row per site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Hash)]
pub struct SiteOutageRow {
    /// The outage.
    pub id: OutageId,
    /// Where.
    pub site: SiteId,
    /// Since.
    pub since_ms: UtcMs,
    /// Until.
    pub until_ms: Option<UtcMs>,
    /// Whether somebody said so; else it was noticed.
    pub said: bool,
    /// Name of the supervisor who said so.
    pub supervisor: Option<String>,
}

/// A stop button, from when it was pressed to when it was released: one open row for each matter
/// and scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Hash)]
pub struct ClosureRow {
    /// This press.
    pub id: ClosureId,
    /// What it does.
    pub button: Button,
    /// For what.
    pub scope: Scope,
    /// Since.
    pub since_ms: UtcMs,
    /// Released by itself then; without it, by somebody.
    pub ends_ms: Option<UtcMs>,
    /// Released.
    pub until_ms: Option<UtcMs>,
    /// Name of the supervisor who pressed it.
    pub supervisor: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// Name of the emergency step, where one was chosen.
    pub message: Option<String>,
    /// What somebody has spoken instead.
    pub announcement: Option<AnnouncementId>,
    /// Name of the supervisor who released it.
    pub released_by: Option<String>,
}

/// A few words of whoever leads to operators.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Hash)]
pub struct MemoRow {
    /// The memo.
    pub id: MemoId,
    /// For whom.
    pub to: Audience,
    /// What.
    pub text: String,
    /// Name of who wrote it.
    pub by: Option<String>,
    /// When.
    pub made_ms: UtcMs,
    /// Shown until then.
    pub ends_ms: UtcMs,
    /// Not shown any more since.
    pub ended_ms: Option<UtcMs>,
    /// Name of who took it back; its time was over, without one.
    pub ended_by: Option<String>,
}

/// An operator has read a memo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Hash)]
pub struct MemoReadingRow {
    /// The reading.
    pub id: MemoReadingId,
    /// Which memo.
    pub memo: MemoId,
    /// Who.
    pub operator: OperatorId,
    /// Where.
    pub seat: SeatId,
    /// When.
    pub at_ms: UtcMs,
}

/// A message that somebody has spoken for an emergency. Written once, and once more without its
/// sound when it is not in force any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Hash)]
pub struct AnnouncementRow {
    /// The message.
    pub id: AnnouncementId,
    /// Under which its sound is played.
    pub sound: PromptId,
    /// Put in force.
    pub made_ms: UtcMs,
    /// How long it is.
    pub duration_ms: u32,
    /// By whose phone it was spoken; a file, without one.
    pub seat: Option<SeatId>,
    /// Not in force any more, and its sound erased.
    pub erased_ms: Option<UtcMs>,
    /// Put to the row by whoever has it, on the way to the store: the rules know nothing of it.
    #[serde(skip)]
    pub audio: Option<Audio>,
}

/// A sound: A-law, 8 kHz, mono, in whole frames of 20 ms.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Audio(pub Arc<[u8]>);

impl std::fmt::Debug for Audio {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Audio({} bytes)", self.0.len())
    }
}

/// A number that is marked, from when to when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Hash)]
pub struct MarkRow {
    /// This mark.
    pub id: MarkId,
    /// The number.
    pub number: NumberId,
    /// As what.
    pub mark: Mark,
    /// For whom; for the region, without one.
    pub tenant: Option<TenantId>,
    /// Since.
    pub since_ms: UtcMs,
    /// Over by itself then; without it, when somebody says so.
    pub ends_ms: Option<UtcMs>,
    /// Over.
    pub until_ms: Option<UtcMs>,
    /// Name of who marked it.
    pub supervisor: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// Name of who took the mark away.
    pub released_by: Option<String>,
}

/// Days on which calendars of a health authority have hours of their own, or none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Hash)]
pub struct SpecialDayRow {
    /// This entry.
    pub id: SpecialDayId,
    /// Whose.
    pub tenant: TenantId,
    /// Which of its calendars; every one, without it.
    pub calendar: Option<String>,
    /// The first of the days, like `2026-12-24`.
    pub first_day: String,
    /// The last of them.
    pub last_day: String,
    /// Their hours; shut, without them.
    pub hours: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// Entered.
    pub made_ms: UtcMs,
    /// Name of who entered it.
    pub made_by: Option<String>,
    /// Taken away.
    pub removed_ms: Option<UtcMs>,
    /// Name of who took it away.
    pub removed_by: Option<String>,
}

/// A callback that was given up, and whether somebody has looked at it since.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Hash)]
pub struct ReviewRow {
    /// Which.
    pub callback: CallbackId,
    /// Who owed it.
    pub tenant: TenantId,
    /// Given up.
    pub closed_ms: UtcMs,
    /// Seen.
    pub seen_ms: Option<UtcMs>,
    /// Name of who saw it.
    pub seen_by: Option<String>,
    /// The callback that took it over, where the person is to be called after all.
    pub reopened_as: Option<CallbackId>,
}

/// A list of people whom an authority wants called. Authority and queue stand in it by their
/// identifiers, or by their names where it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Hash)]
pub struct CampaignRow<Tenant = TenantId, Queue = QueueId> {
    /// The campaign.
    pub id: CampaignId,
    /// Whose.
    pub tenant: Tenant,
    /// Whose operators call, and how.
    pub queue: Queue,
    /// What it goes by.
    pub name: String,
    /// What it is for.
    pub kind: CampaignKind,
    /// How urgent it is; it says the deadline where none is named.
    pub class: Option<PriorityClass>,
    /// By when people are to be reached, unless their own line says so.
    pub due_ms: Option<UtcMs>,
    /// What it is about, for the operator.
    pub note: Option<String>,
    /// Hours like `09:00-13:00`, within those of the queue; all of these, without.
    pub window: Option<String>,
    /// Nobody is called before.
    pub starts_ms: Option<UtcMs>,
    /// It is over by itself then.
    pub ends_ms: Option<UtcMs>,
    /// People at most that are released and not settled.
    pub pace: u32,
    /// People at most that are released within an hour.
    pub per_hour: Option<u32>,
    /// How long operators read about its people before these are rung; as the queue says, without.
    pub preview_s: Option<u32>,
    /// Who is on the line first; as the queue says, without.
    pub order: Option<DialOrder>,
    /// The number that its people are shown; as the queue says, without.
    #[serde(serialize_with = "crate::number::in_full")]
    pub cli: Option<PhoneNumber>,
    /// Where it stands.
    pub state: CampaignState,
    /// Since when it is there.
    pub created_ms: UtcMs,
    /// When it was started first.
    pub started_ms: Option<UtcMs>,
    /// Since when it stands so.
    pub since_ms: UtcMs,
    /// Name of who has it stand so.
    pub by: Option<String>,
    /// How it ended.
    pub ended_how: Option<CampaignEnd>,
    /// People on its list.
    pub entries: i64,
    /// Lines that were left out of it.
    pub left_out: i64,
}

/// One of the people on a campaign's list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Hash)]
pub struct CampaignEntryRow {
    /// The entry.
    pub id: EntryId,
    /// On whose list.
    pub campaign: CampaignId,
    /// Whom to call.
    pub number: NumberId,
    /// Where it stood in the list, from 1.
    pub line: i64,
    /// Not to be called before; 0 where nothing is said.
    pub from_ms: UtcMs,
    /// By when.
    pub due_ms: Option<UtcMs>,
    /// What it is about.
    pub note: Option<String>,
    /// What it goes by elsewhere.
    pub reference: Option<String>,
    /// What they are reminded of.
    pub appointment: Option<Appointment>,
    /// What they said to it.
    pub answer: Option<ReminderAnswer>,
    /// Where it stands.
    pub state: EntryState,
    /// The callback that it joined.
    pub callback: Option<CallbackId>,
    /// As which need.
    pub need: Option<NeedId>,
    /// When that was.
    pub released_ms: Option<UtcMs>,
    /// Since when it has its result.
    pub settled_ms: Option<UtcMs>,
}

/// What somebody is reminded of. Nothing of it is said before they have keyed in their year of birth.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Hash)]
pub struct Appointment {
    /// When it is.
    pub at_ms: UtcMs,
    /// The prompt that says where.
    pub place: Option<String>,
    /// The year of birth; none any more once they have a result.
    pub born: Option<u16>,
}

/// The year of birth is a person's.
impl std::fmt::Debug for Appointment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Appointment")
            .field("at_ms", &self.at_ms)
            .finish_non_exhaustive()
    }
}

/// A campaign that has not ended, with how many of its people stand how; or one that has, while
/// somebody of it is released, or the year of birth of somebody is still stored who was never called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenCampaign {
    /// The campaign.
    pub row: CampaignRow,
    /// How many stand how.
    pub counts: Vec<(EntryState, i64)>,
    /// The last on its list.
    pub last: Option<EntryId>,
}

/// Of those who wait on the list of a campaign that is over, the years of birth are emptied: what
/// nobody is asked any more is nobody's to keep. A statement, because the rows are in no memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Hash)]
pub struct YearsEmptied {
    /// Of its own: two in one commit are two.
    pub id: EntryId,
    /// Of which campaign.
    pub campaign: CampaignId,
    /// Behind this entry.
    pub after: EntryId,
    /// Up to this one.
    pub until: EntryId,
}

/// Somebody on a list whose turn may have come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingEntry {
    /// As stored.
    pub row: CampaignEntryRow,
    /// Whom to call; none once erased.
    pub number: Option<PhoneNumber>,
}

/// The next people of a list, as the database has them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryPage {
    /// Who may be called now, in their order.
    pub entries: Vec<WaitingEntry>,
    /// When the next of the others may be.
    pub next_ms: Option<UtcMs>,
}

/// What somebody does with many callbacks by one word, and how far it came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Hash)]
pub struct BulkRow {
    /// This one.
    pub id: BulkId,
    /// What.
    pub action: BulkAction,
    /// Whether it is only looked what it would touch.
    pub is_preview: bool,
    /// Of this tenant.
    pub tenant: Option<TenantId>,
    /// Of this queue.
    pub queue: Option<QueueId>,
    /// With a need of this class.
    pub class: Option<PriorityClass>,
    /// With a need of this kind.
    pub kind: Option<NeedKind>,
    /// Opened before.
    pub opened_before_ms: Option<UtcMs>,
    /// Put off until.
    pub until_ms: Option<UtcMs>,
    /// Why.
    pub because: String,
    /// Name of who does it.
    pub by: Option<String>,
    /// Of the request that began it.
    pub request_key: String,
    /// Begun.
    pub begun_ms: UtcMs,
    /// The last callback that was looked at.
    pub after: Option<CallbackId>,
    /// Callbacks touched, or that would be.
    pub touched: i64,
    /// Callbacks that were meant, and left because a seat was at them.
    pub at_work: i64,
    /// Callbacks that were meant, and left because nobody would be called any more by then.
    pub too_late: i64,
    /// Through.
    pub ended_ms: Option<UtcMs>,
}

/// A callback that was touched in bulk, and what became of that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Hash)]
pub struct BulkEntryRow {
    /// The entry.
    pub id: BulkEntryId,
    /// By what.
    pub bulk: BulkId,
    /// Which.
    pub callback: CallbackId,
    /// Until when it rested before.
    pub was_ms: UtcMs,
    /// And since.
    pub set_ms: UtcMs,
    /// Where it stands.
    pub fate: BulkFate,
    /// Brought back, or found to be touched.
    pub settled_ms: Option<UtcMs>,
    /// Name of who brought it back.
    pub settled_by: Option<String>,
}

/// The configuration in force from a moment on: an attempt is explained by the last one before.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ConfigVersionRow {
    /// This version.
    pub id: ConfigVersionId,
    /// Of the files, prompts included; in hex.
    pub hash: String,
    /// Since when.
    pub at_ms: UtcMs,
    /// What put it in force.
    pub by: ChangedBy,
}

/// The needs of one callback: nearly always one.
pub type Needs = SmallVec<[NeedRow; 1]>;

/// A callback that is not closed, with all that a start needs to know of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenCallback {
    /// The callback.
    pub row: CallbackRow,
    /// Whom to call; none once erased.
    pub number: Option<PhoneNumber>,
    /// What is still wanted, oldest first.
    pub needs: Needs,
    /// The latest time by which the person was told that they are called.
    pub promised_ms: Option<UtcMs>,
}

/// What the store gives back at start: everything that is still open.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Restored {
    /// This start's epoch; larger than every earlier one.
    pub epoch: i64,
    /// All seats.
    pub seats: Vec<SeatRow>,
    /// All operators.
    pub operators: Vec<OperatorRow>,
    /// Their numbers and PINs.
    pub pins: Vec<OperatorPinRow>,
    /// What operators need.
    pub profiles: Vec<ProfileRow>,
    /// Whose the callbacks are that are not closed.
    pub owners: Vec<OwnerRow>,
    /// What the persons of open callbacks were told.
    pub code_words: Vec<CodeWordRow>,
    /// When the persons of open callbacks want to be called.
    pub chosen_times: Vec<ChosenTimeRow>,
    /// How often and why operators handed open callbacks back, the oldest first.
    pub declines: Vec<DeclineRow>,
    /// Calls that operators made beside their works, and that were not over.
    pub side_calls: Vec<SideCallRow>,
    /// Of open needs.
    pub details: Vec<NeedDetailRow>,
    /// Sites that are cut off.
    pub outages: Vec<SiteOutageRow>,
    /// Stop buttons that are pressed.
    pub closures: Vec<ClosureRow>,
    /// Messages in force, without their sounds.
    pub announcements: Vec<AnnouncementRow>,
    /// Marks that hold.
    pub marks: Vec<MarkRow>,
    /// Special days that were not taken away.
    pub special_days: Vec<SpecialDayRow>,
    /// Memos that are shown.
    pub memos: Vec<MemoRow>,
    /// Who has read those.
    pub memo_readings: Vec<MemoReadingRow>,
    /// Callbacks that were given up and that nobody has seen.
    pub unseen: Vec<ReviewRow>,
    /// Campaigns that have not ended, and those of which somebody is released.
    pub campaigns: Vec<OpenCampaign>,
    /// The people of theirs that are released.
    pub released: Vec<CampaignEntryRow>,
    /// What is done in bulk and had not come to its end: one at most.
    pub bulks: Vec<BulkRow>,
    /// Sign-ins without an end.
    pub sign_ins: Vec<SignInRow>,
    /// State intervals without an end.
    pub intervals: Vec<IntervalRow>,
    /// Registrations that had not expired.
    pub registrations: Vec<RegistrationRow>,
    /// Attempts without an end.
    pub attempts: Vec<AttemptRow>,
    /// Offers still open.
    pub offers: Vec<OfferRow>,
    /// Assignments without an end.
    pub assignments: Vec<AssignmentRow>,
    /// The last conversations, the oldest first.
    pub spoken: Vec<Spoken>,
    /// The last dials, the oldest first.
    pub rang: Vec<Rang>,
    /// Since when `rang` has them all; 0 if older ones were left out nowhere.
    pub rang_since_ms: UtcMs,
    /// Tasks not closed.
    pub tasks: Vec<TaskRow>,
    /// Dials in flight or unknown.
    pub dials: Vec<DialRow>,
    /// Callbacks not closed; there may be a million of them.
    pub callbacks: Vec<OpenCallback>,
    /// Numbers that those attempts, dials and marks refer to.
    pub numbers: Vec<NumberRow>,
}
