//! What goes into the rules and what comes out of them.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::bulk::{BulkError, BulkTold, UndoTold};
use crate::by_hand::{ByHandError, CallbackTold, ClosingTold};
use crate::campaign::{CampaignCommand, CampaignError};
use crate::hand::{CallError, Handling};
use crate::id::{
    AssignmentId, AttemptId, CallbackId, CampaignId, DialId, LegId, MemoId, NeedId, SeatId,
    SpecialDayId, TaskId, TrunkId,
};
use crate::importing::CarrierCall;
use crate::keeping::NeedsSaid;
use crate::literal::{self, Literal};
use crate::mark::{MarkLine, MarkTold, Marked};
use crate::memo::{MemoError, MemoTold};
use crate::number::{Caller, PhoneNumber};
use crate::own_result::{ResultCode, ResultTold};
use crate::pin::{PinDigest, PinKeyed};
use crate::practice::PracticeDeed;
use crate::profile::ProfileTold;
use crate::record::{EntryPage, NeedDetailRow, OpenCallback, Record, RegistrationRow, SeatRow};
use crate::reload::StillNeeded;
use crate::rules::{PromptId, Rules};
use crate::special_day::{SpecialDayError, SpecialDayTold};
use crate::staffing::{NotTaken, OperatorChange, SeatChange};
use crate::stepping_in::NotSteppedIn;
use crate::stop_button::{ButtonTold, Pressed};
use crate::task::TaskTold;
use crate::time::{MonoUs, UtcMs};
use crate::trial::{TrialError, TrialKind};
use crate::words::{Button, ChangedBy, Chosen, Mark, Party, PhoneModel, Reach};

/// Status of a call of ours that never left, for want of a way or a port: nobody was disturbed.
pub const NOT_SENT: u16 = 0;

/// Status of a call to a person of which the trunk has said nothing to the end. Whether their phone
/// rang nobody knows.
pub const SILENT: u16 = 1;

/// What happened. Legs are named by whoever owns the signalling.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Input {
    /// Somebody calls.
    Arrived(Box<Arrival>),
    /// Our INVITE has left: the time that a phone may ring begins.
    Placed {
        /// Our outbound leg.
        leg: LegId,
    },
    /// The phone that we called rings.
    Ringing {
        /// Our outbound leg.
        leg: LegId,
    },
    /// An inbound caller is connected (our 200 was acknowledged), or the phone that we called
    /// was picked up.
    Answered {
        /// The leg.
        leg: LegId,
    },
    /// The phone that we called was not picked up; or we could not answer an inbound call, and
    /// it waits for a refusal.
    NotAnswered {
        /// The leg.
        leg: LegId,
        /// Final SIP status, 408 for silence, or `NOT_SENT`; for a person `SILENT` for silence.
        status: u16,
    },
    /// A leg is over without our doing.
    Ended {
        /// The leg.
        leg: LegId,
        /// Whether somebody hung up or the network lost it.
        by: Party,
    },
    /// No media arrives any more on a leg that should send.
    MediaLost {
        /// The leg.
        leg: LegId,
    },
    /// We have no media for a leg: nobody at the other end had a part in it.
    MediaFailed {
        /// The leg.
        leg: LegId,
    },
    /// A key was pressed.
    Digit {
        /// The leg.
        leg: LegId,
        /// `0`–`9`, `*`, `#`, `A`–`D`.
        digit: char,
    },
    /// What `Effect::Play` began was heard to its end.
    PlayEnded {
        /// The leg.
        leg: LegId,
        /// The token of that effect.
        token: u64,
    },
    /// What `Effect::Record` began is over, and can be played.
    Recorded {
        /// The leg.
        leg: LegId,
        /// The token of that effect.
        token: u64,
        /// How long it is.
        duration_ms: u32,
        /// How much of that is as loud as a voice.
        voiced_ms: u32,
    },
    /// The phone of a seat holds its call by itself, or takes it up again.
    PhoneHolds {
        /// Its leg.
        leg: LegId,
        /// Whether it holds.
        holds: bool,
    },
    /// A seat's phone, having proved its password, says where it is.
    Registered {
        /// Handed back in the effect that answers it.
        request: u64,
        /// Which seat and where; `expires_ms` holds the wish, 0 from now for "no longer".
        registration: RegistrationRow,
        /// Whether a phone says so. Else one of several was cut off, and this one is left, of
        /// which nothing was heard.
        is_heard: bool,
    },
    /// A phone was asked whether it is there.
    Probed {
        /// The seat.
        seat: SeatId,
        /// Whether its phone answered.
        reachable: bool,
    },
    /// An effect came too late for its leg.
    EffectRefused {
        /// The leg.
        leg: LegId,
    },
    /// A person or a program wants something.
    Command {
        /// Handed back in `Effect::Reply`.
        request: u64,
        /// What.
        command: Command,
    },
    /// The files were read again. Taken whole or refused.
    Rules {
        /// Handed back in `Effect::Reply`.
        request: u64,
        /// What holds from now on.
        rules: Arc<Rules>,
        /// What asked for it.
        by: ChangedBy,
    },
    /// The next people of a campaign were looked up.
    Entries {
        /// Whose.
        campaign: CampaignId,
        /// From the effect that asked.
        ask: u64,
        /// Who they are; nothing where the database could not be asked, or did not know yet what
        /// was decided before.
        page: Option<EntryPage>,
    },
    /// The PIN of `Effect::CheckPin` was compared.
    PinChecked {
        /// From the effect.
        call: AttemptId,
        /// From the effect.
        token: u64,
        /// Whether it is the one of the digest; nothing, where that could not be told.
        is_right: Option<bool>,
    },
    /// What came from a phone that was measured, once its call is over.
    Measured {
        /// Its leg.
        leg: LegId,
        /// Packets that came.
        packets: u64,
        /// Packets that were missing between them.
        lost: u64,
    },
    /// Time passed: `wake_at` was reached.
    Tick,
}

/// A new call, as the signalling tells it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Arrival {
    /// The caller's leg.
    pub leg: LegId,
    /// The trunk it came through; none for a seat's own phone.
    pub trunk: Option<TrunkId>,
    /// The seat whose phone it is, by its password.
    pub seat: Option<SeatId>,
    /// User part of the Request-URI.
    pub called: String,
    /// Who calls, sorted out; anonymous under `Privacy: id`.
    pub caller: Caller,
    /// The caller as it arrived, at most 128 bytes; empty when withheld.
    pub raw: String,
    /// `Call-ID`, at most 255 bytes.
    pub sip_call_id: String,
    /// Why the signalling cannot take it, if it cannot.
    pub unacceptable: Option<Unacceptable>,
    /// Whether media can be set up; else the status to refuse with and why.
    #[serde(deserialize_with = "literal::refusal")]
    pub media: Result<(), (u16, Literal)>,
}

/// Why the signalling cannot take a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unacceptable {
    /// It has hardly room to remember another.
    Crowded,
    /// The caller's side asks for something that we cannot give.
    Request {
        /// The SIP status that says so.
        status: u16,
        /// In words.
        #[serde(deserialize_with = "literal::text")]
        text: Literal,
    },
}

/// What a person or a program may want.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Command {
    /// An operator begins to work on a seat, by name.
    SignIn {
        /// Extension of the seat.
        seat: String,
        /// Login name of the operator.
        operator: String,
        /// Planned end of the shift.
        until_ms: Option<UtcMs>,
        /// Whether they leave the seat where they are signed in, if that is another.
        moves: bool,
    },
    /// The operator of a seat chooses a state.
    Choose {
        /// Extension of the seat.
        seat: String,
        /// The state; `SignedOut` ends the sign-in.
        chosen: Chosen,
        /// Why, for a pause.
        reason: Option<String>,
        /// Name of the supervisor who chooses for them.
        supervisor: Option<String>,
    },
    /// The result of the conversation being had or just had.
    Dispose {
        /// Extension of the seat.
        seat: String,
        /// The result.
        disposition: ResultTold,
        /// What is settled and what stays of all that the person is owed.
        said: NeedsSaid,
        /// Which conversation is meant, if they said; else whichever is had.
        #[serde(default)]
        conversation: Option<AssignmentId>,
    },
    /// Something is noted of whoever a seat speaks with, or just has: with what they are owed, else with the
    /// conversation.
    NoteConversation {
        /// Extension of the seat.
        seat: String,
        /// At most 500 characters, with what was noted before.
        note: String,
        /// Which conversation is meant, if they said; else whichever is had.
        #[serde(default)]
        conversation: Option<AssignmentId>,
    },
    /// The operator of the seat to which a callback is offered wants its person rung.
    AcceptCallback {
        /// Extension of the seat.
        seat: String,
        /// Which, if they said; else whichever is offered.
        callback: Option<CallbackId>,
    },
    /// The operator of the seat to which a callback is offered hands it back.
    DeclineCallback {
        /// Extension of the seat.
        seat: String,
        /// Which, if they said; else whichever is offered.
        callback: Option<CallbackId>,
        /// Why: one of the configured reasons, where there are any.
        reason: String,
        /// And in their own words.
        note: Option<String>,
    },
    /// The operator of a seat does something with the call in hand.
    Handle {
        /// Extension of the seat.
        seat: String,
        /// What.
        handling: Handling,
        /// Which conversation is meant, if they said; else whichever is had.
        #[serde(default)]
        conversation: Option<AssignmentId>,
    },
    /// The operator of a seat that is free wants this callback, before its turn.
    TakeCallback {
        /// Extension of the seat.
        seat: String,
        /// Which.
        callback: CallbackId,
    },
    /// Calls that the carrier refused, all of them or none.
    ImportAttempts(Vec<CarrierCall>),
    /// Operators are added or changed, all of them or none.
    SetOperators(Vec<OperatorChange>),
    /// An operator, by name, works here no more.
    RemoveOperator(String),
    /// An operator may sign in by phone, by this PIN.
    SetPin {
        /// Login name.
        operator: String,
        /// What they key in for their name; as before, without one.
        number: Option<String>,
        /// Of the PIN.
        digest: PinDigest,
    },
    /// What an operator needs, from now on; it replaces all that was said before.
    SetProfile {
        /// Login name.
        operator: String,
        /// All of it.
        profile: Box<ProfileTold>,
    },
    /// An operator, by name, is to pay a callback; nobody in particular without a name.
    AssignCallback {
        /// Which.
        callback: CallbackId,
        /// Login name.
        operator: Option<String>,
    },
    /// Many callbacks are put off or closed.
    Bulk(Box<BulkTold>),
    /// What was touched in bulk is brought back, a part at a time.
    UndoBulk {
        /// As stored.
        entries: Vec<UndoTold>,
        /// Name of who does.
        by: Option<String>,
    },
    /// Somebody owes a person a call, or has them called.
    AddCallback(Box<CallbackTold>),
    /// Whether that could be; nothing is changed.
    CheckCallback {
        /// Who is to be called.
        told: Box<CallbackTold>,
        /// So many of the same list would be entered before.
        beside: u32,
    },
    /// Somebody says that nobody is to call any more.
    CloseCallback(Box<ClosingTold>),
    /// Somebody has looked at a callback that was given up, and leaves it so.
    Acknowledge {
        /// Which.
        callback: CallbackId,
        /// Name of who has.
        by: Option<String>,
    },
    /// Somebody wants a person called whose callback was given up.
    CallAfterAll {
        /// The callback with its number and what was wanted, as stored when it was closed.
        given_up: Box<OpenCallback>,
        /// Of those needs.
        details: Vec<NeedDetailRow>,
        /// Whether the person has spoken with us since.
        #[serde(default)]
        is_served: bool,
        /// Name of who does.
        by: Option<String>,
    },
    /// Somebody does something with a campaign.
    Campaign(Box<CampaignCommand>),
    /// Tasks are added, all of them or none.
    AddTasks(Vec<TaskTold>),
    /// An operator, by name, is to do a task; anybody, without a name.
    AssignTask {
        /// Which.
        task: TaskId,
        /// Login name.
        operator: Option<String>,
    },
    /// The operator of the seat to which a task is offered takes it.
    AcceptTask {
        /// Which.
        task: TaskId,
        /// Extension of the seat.
        seat: String,
    },
    /// A task is done.
    FinishTask(TaskId),
    /// A task waits again: who does it cannot, or whom it is offered to will not.
    HandBackTask(TaskId),
    /// Nobody wants a task any more.
    WithdrawTask(TaskId),
    /// A site, by name, is cut off.
    SiteOut {
        /// Which.
        site: String,
        /// Name of the supervisor who says so.
        supervisor: Option<String>,
    },
    /// A site is back.
    SiteResumes {
        /// Which.
        site: String,
    },
    /// A stop button is pressed, or pressed otherwise than it was.
    PressStop {
        /// Which.
        told: ButtonTold,
        /// How.
        pressed: Box<Pressed>,
    },
    /// A stop button is released.
    ReleaseStop {
        /// Which; a queue that was closed or opened has its hours again.
        told: ButtonTold,
        /// Name of the supervisor who releases it.
        supervisor: Option<String>,
    },
    /// A number is not to be called, or is shared by many; or otherwise than it was.
    MarkNumber {
        /// Which, and as what.
        told: MarkTold,
        /// How.
        marked: Box<Marked>,
    },
    /// Many numbers are marked, all of them or none.
    MarkNumbers {
        /// Which, and how.
        lines: Vec<MarkLine>,
        /// Whether it is only looked if they could be.
        dry_run: bool,
    },
    /// A number is as any other again.
    ReleaseMark {
        /// Which, and as what it was marked.
        told: MarkTold,
        /// Name of the supervisor who says so.
        supervisor: Option<String>,
    },
    /// Some days are shut, or have hours of their own.
    AddSpecialDay(Box<SpecialDayTold>),
    /// They have the ordinary hours again.
    RemoveSpecialDay {
        /// Which.
        id: SpecialDayId,
        /// Name of who says so.
        by: Option<String>,
    },
    /// A caller who waits need not any longer: they are called back.
    WithdrawCaller {
        /// Their call.
        attempt: AttemptId,
        /// Name of who says so.
        by: Option<String>,
    },
    /// A caller who waits does so in another queue.
    MoveCaller {
        /// Their call.
        attempt: AttemptId,
        /// Short name of its tenant.
        tenant: Option<String>,
        /// Short name.
        queue: String,
        /// Name of who says so.
        by: Option<String>,
    },
    /// A caller who waits goes ahead of their place.
    PutCallerAhead {
        /// Their call.
        attempt: AttemptId,
        /// By so much; 0 is their place again.
        ahead_s: u32,
        /// Name of who says so.
        by: Option<String>,
    },
    /// A callback goes ahead of its place.
    PutCallbackAhead {
        /// Which.
        callback: CallbackId,
        /// By so much; 0 is its place again.
        ahead_s: u32,
        /// Name of who says so.
        by: Option<String>,
    },
    /// Operators are told something.
    WriteMemo(Box<MemoTold>),
    /// A memo is taken back.
    WithdrawMemo {
        /// Which.
        memo: MemoId,
        /// Name of who says so.
        by: Option<String>,
    },
    /// Who works at a seat has read a memo.
    ReadMemo {
        /// Extension.
        seat: String,
        /// Which.
        memo: MemoId,
    },
    /// The phone of a seat rings, and whoever picks up hears themselves.
    TrySeat {
        /// Extension.
        seat: String,
        /// What for.
        kind: TrialKind,
    },
    /// Somebody who practises at a seat does something.
    Practise {
        /// Extension.
        seat: String,
        /// What.
        deed: PracticeDeed,
        /// Which practice call is meant; whichever is on, without it.
        conversation: Option<AssignmentId>,
    },
    /// Seats are added or changed, all of them or none.
    SetSeats(Vec<SeatChange>),
    /// A seat, by extension, is there no more.
    RemoveSeat(String),
    /// No new calls; those waiting become callbacks; conversations may end within `drain_s`.
    Stop {
        /// Seconds after which what is left is cut.
        drain_s: u32,
    },
}

/// Why a command was not carried out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Hash)]
pub enum CommandError {
    /// No such seat.
    #[error("there is no seat \"{0}\"")]
    NoSeat(String),
    /// No such operator.
    #[error("there is no operator \"{0}\"")]
    NoOperator(String),
    /// Nobody can key that in.
    #[error("operator {0} has no number to key in yet: expected 1 to 8 digits")]
    OperatorNumber(String),
    /// Who would it be?
    #[error("number {number} is that of operator {operator}")]
    NumberTaken {
        /// As told.
        number: String,
        /// Whose it is.
        operator: String,
    },
    /// Who cannot serve a queue is not given its callbacks.
    #[error("operator {operator} has not the skills that queue {queue} asks for")]
    LacksSkill {
        /// Who.
        operator: String,
        /// The queue of the callback.
        queue: String,
    },
    /// No such callback, or a closed one.
    #[error("there is no callback {0} that is open")]
    NoCallback(CallbackId),
    /// It was not given up, or somebody has seen to it.
    #[error("callback {0} does not stand among those that nobody has seen")]
    NotUnseen(CallbackId),
    /// They have spoken with us since it was closed, and that is all they wanted.
    #[error("the person of callback {0} has spoken with us since it was closed")]
    ServedSince(CallbackId),
    /// Closed by hand so long ago that its place is nobody's any more.
    #[error("callback {0} was closed more than a week ago")]
    ClosedTooLong(CallbackId),
    /// The person was erased, or nothing is left that was wanted.
    #[error("callback {0} has no number any more that could be called")]
    NoNumber(CallbackId),
    /// About a callback that somebody enters or closes.
    #[error(transparent)]
    ByHand(#[from] ByHandError),
    /// About the call in hand.
    #[error(transparent)]
    Call(#[from] CallError),
    /// About a campaign.
    #[error(transparent)]
    Campaign(#[from] CampaignError),
    /// About somebody who waits.
    #[error(transparent)]
    NotSteppedIn(#[from] NotSteppedIn),
    /// About a phone that is to be tried.
    #[error(transparent)]
    Trial(#[from] TrialError),
    /// About a memo.
    #[error(transparent)]
    Memo(#[from] MemoError),
    /// About what is done with many callbacks.
    #[error(transparent)]
    Bulk(#[from] BulkError),
    /// No such site.
    #[error("there is no site \"{0}\"")]
    NoSite(String),
    /// No such task, or a closed one.
    #[error("there is no task {0} that is open")]
    NoTask(TaskId),
    /// Somebody else was faster, or it is not offered any more.
    #[error("task {task} is not offered to seat {seat}")]
    TaskNotOffered {
        /// The task.
        task: TaskId,
        /// The seat.
        seat: String,
    },
    /// Nobody does it.
    #[error("task {0} is at no seat")]
    TaskNotAtWork(TaskId),
    /// Somebody does it.
    #[error("task {0} is being done: have it handed back first")]
    TaskAtWork(TaskId),
    /// The bound is reached.
    #[error("more than {0} tasks would be open ([limits] tasks_max): nothing was added")]
    TooManyTasks(u32),
    /// Nobody thinks that it is cut off.
    #[error("site {0} is not cut off")]
    SiteNotOut(String),
    /// No such health authority.
    #[error("there is no tenant \"{0}\"")]
    NoTenant(String),
    /// No such queue, or not of that tenant.
    #[error("there is no queue \"{0}\"")]
    NoQueue(String),
    /// Queues of several tenants have that name.
    #[error("several tenants have a queue \"{0}\": name the tenant")]
    SeveralQueues(String),
    /// That button has no such reach.
    #[error("there is no button \"{0}\" for a {1}")]
    NoSuchButton(Button, Reach),
    /// It would be released before it is pressed.
    #[error("this end of the stop is past")]
    StopIsOver,
    /// No dialplan concerned has such an emergency step.
    #[error("no dialplan concerned has an emergency step \"{name}\": {}", offered(.known))]
    NoMessage {
        /// As told.
        name: String,
        /// Those that there are.
        known: Vec<String>,
    },
    /// A message that was made and one that was chosen.
    #[error("a message is chosen or recorded, not both")]
    MessageTwice,
    /// Longer than may be.
    #[error("the message lasts longer than {0} s")]
    TooLong(u32),
    /// Only an emergency has a message.
    #[error("only an emergency has a recorded message")]
    NotSpoken,
    /// It would be over before it begins.
    #[error("this end of the mark is past")]
    MarkIsOver,
    /// The bound is reached.
    #[error("{0} numbers are marked, as many as may be ([limits] marks_max)")]
    TooManyMarks(u32),
    /// About special days.
    #[error(transparent)]
    SpecialDay(#[from] SpecialDayError),
    /// The number is not marked so.
    #[error("the number is not marked as \"{0}\" there")]
    NotMarked(Mark),
    /// The number is marked, and otherwise than was said.
    #[error("the number is marked as \"{0}\" there")]
    MarkedAs(Mark),
    /// Nobody has pressed it.
    #[error("the button \"{0}\" is not pressed there")]
    NotPressed(Button),
    /// Somebody else works there.
    #[error("seat {seat} is taken by another operator: sign out there first")]
    SeatTaken {
        /// The seat.
        seat: String,
    },
    /// One person, one seat.
    #[error("operator {operator} is already signed in on seat {seat}")]
    OperatorElsewhere {
        /// Who.
        operator: String,
        /// Where.
        seat: String,
    },
    /// The command needs somebody signed in.
    #[error("nobody is signed in on seat {0}")]
    NobodyThere(String),
    /// A carrier's call for a line that no dialplan answers.
    #[error("no dialplan answers {0}")]
    NoLine(String),
    /// A pause for no reason that is known.
    #[error("\"{reason}\" is no reason for a pause: expected one of {}", .known.join(", "))]
    PauseReason {
        /// As told; empty where none was.
        reason: String,
        /// Those of the configuration.
        known: Vec<String>,
    },
    /// Nothing is offered there that could be accepted or handed back.
    #[error("no callback is offered to seat {0} now, or not this one")]
    NoCallbackOffered(String),
    /// Handed back for no reason that is known.
    #[error("\"{reason}\" is no reason to hand a callback back: expected {}", one_of(.known))]
    DeclineReason {
        /// As told; empty where none was.
        reason: String,
        /// Those of the configuration; any, where there are none.
        known: Vec<String>,
    },
    /// Why it is handed back is shown and kept as it is.
    #[error("a reason names no telephone number: whoever has the callback next sees it anyway")]
    DeclineNamesNumber,
    /// A shift that is over before it begins.
    #[error("this end of the shift is past")]
    ShiftIsOver,
    /// Entries of a list that cannot be taken; nothing of it was.
    #[error("{}", in_lines(.0))]
    NotTaken(Vec<NotTaken>),
    /// A code that the configuration does not have for that conversation.
    #[error("conversations of that queue have no result {0}")]
    NoSuchResult(ResultCode),
    /// A result code without a conversation.
    #[error("seat {0} has no conversation to give a result for")]
    NoConversation(String),
    /// Something that is not owed to that person, or not any more.
    #[error("whoever seat {seat} speaks with is not owed {need}")]
    NoNeedThere {
        /// The seat.
        seat: String,
        /// The need.
        need: NeedId,
    },
    /// No rule lets operators choose.
    #[error(
        "callbacks of queue {0} come in their turn: `take_by_hand` of [queue.callback] is not set"
    )]
    NotByHand(String),
    /// Not at this hour, not by this trunk, not before its time, or somebody has it.
    #[error("callback {0} cannot be called now, or is somebody else's")]
    NotToBeTaken(CallbackId),
    /// It has something to do.
    #[error("seat {0} is not free to take a callback")]
    NotFree(String),
    /// It cannot be both.
    #[error("{0} is to be kept and to be closed")]
    NeedSaidTwice(NeedId),
    /// New rules drop what is still in use.
    #[error("queues or tenants that are still needed would be gone")]
    StillNeeded(Vec<StillNeeded>),
    /// Shutting down.
    #[error("the centre is stopping")]
    Stopping,
}

fn one_of(known: &[String]) -> String {
    if known.is_empty() {
        "some words".to_owned()
    } else {
        format!("one of {}", known.join(", "))
    }
}

fn offered(known: &[String]) -> String {
    if known.is_empty() {
        "it has none".to_owned()
    } else {
        format!("it has {}", known.join(", "))
    }
}

fn in_lines(faults: &[NotTaken]) -> String {
    let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
    lines.join("; ")
}

/// What must be done, after the records of the same step are committed.
#[derive(Debug, Clone, PartialEq, Hash)]
pub enum Effect {
    /// Let an inbound caller hear ringing (180).
    Ring {
        /// The caller's leg.
        leg: LegId,
    },
    /// Take an inbound call (200).
    Answer {
        /// The caller's leg.
        leg: LegId,
    },
    /// Refuse an inbound call.
    Refuse {
        /// The caller's leg.
        leg: LegId,
        /// SIP status.
        status: u16,
        /// ITU-T Q.850 cause for the Reason header (RFC 3326).
        q850: u8,
        /// Words for the Reason header.
        text: &'static str,
    },
    /// Call a phone.
    Invite {
        /// The new leg.
        leg: LegId,
        /// Whom.
        to: Box<Destination>,
    },
    /// End a leg, whatever its state.
    HangUp {
        /// The leg.
        leg: LegId,
        /// ITU-T Q.850 cause for the Reason header.
        q850: u8,
        /// Words for the Reason header.
        text: &'static str,
    },
    /// Speak prompts, then music or silence.
    Play {
        /// To whom.
        leg: LegId,
        /// Comes back in `Input::PlayEnded`.
        token: u64,
        /// What, in order.
        prompts: Vec<PromptId>,
        /// What follows.
        then: AfterPlay,
    },
    /// Press keys towards a leg.
    Press {
        /// Who hears them.
        leg: LegId,
        /// Which, one after the other.
        keys: String,
    },
    /// Keep what a leg says, until a hash or the bound.
    Record {
        /// Who speaks.
        leg: LegId,
        /// Comes back in `Input::Recorded`.
        token: u64,
        /// Under which it can be played.
        sound: PromptId,
        /// The bound.
        max_ms: u32,
    },
    /// The hash was told otherwise than in the voice: the recording is over.
    StopRecording {
        /// Who spoke.
        leg: LegId,
    },
    /// A recording is played no more.
    Forget {
        /// Which.
        sound: PromptId,
    },
    /// Two legs hear each other.
    Bridge {
        /// One.
        a: LegId,
        /// The other.
        b: LegId,
    },
    /// A leg hears nobody any more.
    Unbridge {
        /// One of the two.
        leg: LegId,
    },
    /// Answer a REGISTER: the seat's phone is bound as long as the row says.
    Bound {
        /// From the input.
        request: u64,
        /// The seat.
        registration: RegistrationRow,
    },
    /// Ask a registered phone whether it is there.
    Probe {
        /// The seat.
        registration: RegistrationRow,
    },
    /// A seat's phone has another password, or none any more.
    Account {
        /// The seat as it is now.
        seat: SeatRow,
    },
    /// Look up the next people of a campaign, as stored up to the records of this step.
    ReadEntries {
        /// Whose.
        campaign: CampaignId,
        /// Comes back in `Input::Entries`.
        ask: u64,
        /// Who may be called until then.
        until_ms: UtcMs,
        /// How many at most.
        limit: u32,
    },
    /// Compare a PIN with what is kept of it.
    CheckPin {
        /// Comes back in `Input::PinChecked`.
        call: AttemptId,
        /// Comes back in `Input::PinChecked`.
        token: u64,
        /// What is kept.
        digest: PinDigest,
        /// What was keyed in.
        keyed: PinKeyed,
    },
    /// Answer a command.
    Reply {
        /// From the input.
        request: u64,
        /// How it went.
        result: Result<(), CommandError>,
    },
    /// Stopped: nothing is going on any more.
    Drained,
}

/// What a leg hears after its prompts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AfterPlay {
    /// Nothing.
    Silence,
    /// A line that is open and on which nobody speaks.
    Quiet,
    /// Music, for ever.
    Music(PromptId),
    /// The ring-back tone, while another phone rings.
    RingBack,
    /// A short tone, whose end is that of the play.
    Beep,
}

/// A phone to call.
#[derive(Debug, Clone, PartialEq, Hash)]
pub enum Destination {
    /// A seat's phone.
    Seat {
        /// Where it registered.
        registration: RegistrationRow,
        /// Extension.
        extension: String,
        /// What its display shows.
        display: String,
        /// The caller as the phone shows it, where known.
        caller: Option<PhoneNumber>,
        /// Whether the phone is asked to pick up by itself.
        auto_answer: bool,
        /// What it is, where that is known.
        model: Option<PhoneModel>,
        /// Whether what comes from it is told by `Input::Measured`.
        is_measured: bool,
    },
    /// A person, through a trunk.
    Person {
        /// The dial that this pays for.
        dial: DialId,
        /// The trunk.
        trunk: TrunkId,
        /// Whom.
        number: PhoneNumber,
        /// The number shown.
        cli: PhoneNumber,
    },
    /// Somebody of the directory, through a trunk.
    Outside {
        /// The trunk.
        trunk: TrunkId,
        /// Whom.
        number: PhoneNumber,
        /// The number shown.
        cli: PhoneNumber,
    },
}

/// What one input led to: `records` are committed before any of `effects` is carried out.
/// The caller reuses it.
#[derive(Debug, Default, Hash)]
pub struct Step {
    /// What to store.
    pub records: Vec<Record>,
    /// What to do after that.
    pub effects: Vec<Effect>,
    /// When to call again with `Input::Tick`, if nothing else happens before.
    pub wake_at: Option<MonoUs>,
}
