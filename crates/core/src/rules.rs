//! The rules as deployed: what the configuration files say, with names resolved to
//! identifiers. Replaced whole by a reload; never changed in place.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::calendar::{Calendar, ContactWindow, Term, Zone};
use crate::dialplan::Dialplan;
use crate::directory::Directory;
use crate::feature::FeaturePolicy;
use crate::id::{LineId, QueueId, SiteId, TenantId, TrunkId};
use crate::number::PhoneNumber;
use crate::own_result::OwnResult;
use crate::preview::PreviewPolicy;
use crate::staying::StayPolicy;
use crate::words::{DialOrder, Exercise, Outcome, PhoneModel, PriorityClass, Spoken};

/// A prompt, by its place in the prompt library.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PromptId(pub u32);

impl PromptId {
    /// Sounds from here on are recordings, and in no library.
    const RECORDED_FIRST: u32 = 1 << 31;

    /// The recording of this number.
    #[must_use]
    pub(crate) fn recorded(number: u32) -> Self {
        Self(Self::RECORDED_FIRST | number)
    }

    /// The number of a recording; nothing for what is in the library.
    #[must_use]
    pub(crate) fn recording(self) -> Option<u32> {
        self.0.checked_sub(Self::RECORDED_FIRST)
    }
}

/// A calendar, by its place in `Rules::calendars`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CalendarId(pub usize);

/// Everything that the files decide.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rules {
    /// Tells this configuration from every other: a hash of its files, in hex.
    pub hash: String,
    /// Health authorities.
    pub tenants: BTreeMap<TenantId, Tenant>,
    /// Dialled numbers.
    pub lines: BTreeMap<PhoneNumber, Line>,
    /// Ways to the public network.
    pub trunks: BTreeMap<TrunkId, Trunk>,
    /// Services that people wait for.
    pub queues: BTreeMap<QueueId, Queue>,
    /// Places with seats.
    pub sites: BTreeMap<SiteId, Site>,
    /// Queues that are gone, and which queue of the same tenant takes their works.
    pub successors: BTreeMap<QueueId, QueueId>,
    /// Opening hours, referred to by dialplans.
    pub calendars: Vec<Calendar>,
    /// Messages that the engine itself speaks.
    pub prompts: SpokenPrompts,
    /// How an emergency message is recorded by phone; not at all, without it.
    pub announcing: Option<AnnouncingPolicy>,
    /// What operators do by phone alone; nothing, without it.
    pub features: Option<FeaturePolicy>,
    /// What is said to whoever tries a phone, before they hear themselves; nothing, without it.
    pub trial: Option<PromptId>,
    /// What each invented person says to who practises; nothing, without it.
    pub practice: BTreeMap<Exercise, PromptId>,
    /// Reasons that a pause may have; any, where there are none.
    pub pause_reasons: Vec<String>,
    /// Reasons to hand a callback back; any, where there are none.
    pub decline_reasons: Vec<String>,
    /// Results of the centre's own, in the order in which they are offered.
    #[serde(default)]
    pub own_results: Vec<OwnResult>,
    /// Numbers that operators may call by name.
    pub directory: Directory,
    /// What the telephones of seats are, by extension, where that is known.
    pub phones: BTreeMap<String, PhoneModel>,
    /// When health authorities have drifted apart.
    pub fairness: FairnessPolicy,
    /// Numbers that hold for the whole centre.
    pub limits: Limits,
}

/// How an emergency message is recorded by phone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnnouncingPolicy {
    /// What a seat's phone dials.
    pub code: String,
    /// How long a message may be.
    pub seconds_max: u32,
    /// Who may do it, for whom.
    pub pins: Vec<PinRule>,
    /// What is said meanwhile.
    pub prompts: AnnouncingPrompts,
}

/// Whoever knows these digits records messages for these authorities, chosen by key in this order.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PinRule {
    /// The digits.
    pub pin: String,
    /// For whom; at most nine.
    pub tenants: Vec<TenantId>,
}

/// Without the digits.
impl std::fmt::Debug for PinRule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PinRule")
            .field("tenants", &self.tenants)
            .finish_non_exhaustive()
    }
}

/// What is said to whoever records an emergency message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnnouncingPrompts {
    /// "Key in your PIN, then hash".
    pub pin: PromptId,
    /// "That is no PIN".
    pub wrong: PromptId,
    /// "Press the number of your health authority".
    pub tenant: PromptId,
    /// "An emergency message is on: 1 to record another, 9 to withdraw it".
    pub standing: PromptId,
    /// "Speak after the tone, then press hash".
    pub speak: PromptId,
    /// "Nothing was heard".
    pub silent: PromptId,
    /// "1 to put it in force, 2 to record it again, 3 to throw it away".
    pub review: PromptId,
    /// "It is in force".
    pub in_force: PromptId,
    /// "It is withdrawn".
    pub withdrawn: PromptId,
    /// "Nothing was changed".
    pub unchanged: PromptId,
}

/// When health authorities have drifted apart.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct FairnessPolicy {
    /// Waits of the last so many minutes are compared.
    pub window_min: u32,
    /// An authority with fewer of them is not compared.
    pub waits_min: u32,
    /// Shorter waits count as so long: they are all short.
    pub wait_least_s: u32,
    /// How many times as long as in the best nineteen of twenty may wait in the worst.
    pub wait_p95_ratio_max: u32,
    /// How much more of all may hang up in the worst than in the best: 0 to 1, and 1 for any.
    pub abandoned_gap_max: f64,
}

impl Default for FairnessPolicy {
    fn default() -> Self {
        Self {
            window_min: 15,
            waits_min: 20,
            wait_least_s: 30,
            wait_p95_ratio_max: 3,
            abandoned_gap_max: 0.2,
        }
    }
}

/// A health authority.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tenant {
    /// Short name, as in the configuration.
    pub name: String,
    /// Name for people.
    pub title: String,
    /// The number shown to who is called back by it, instead of the trunk's.
    pub cli: Option<PhoneNumber>,
    /// Of its opening hours, and of its days.
    pub zone: Zone,
    /// How it is told to an operator who is told who calls.
    pub whisper: Option<PromptId>,
    /// Whether who is promised a call hears a code word, and again when they are called.
    pub code_word: bool,
    /// Its graph of steps.
    pub dialplan: Dialplan,
    /// How its operators and those of others help out.
    pub lending: LendPolicy,
    /// What its operators hear by phone; as the centre says, where it says nothing.
    #[serde(default)]
    pub spoken: Option<Spoken>,
}

/// How many operators an authority lends to others, and borrows of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LendPolicy {
    /// Operators of its own who stay there for its own works, busy or not.
    pub floor: u32,
    /// Operators of its own who work for others at once at most; all but the floor, where none.
    pub max: Option<u32>,
    /// Operators of others who work for it at once at most; no limit, where none.
    pub borrow_max: Option<u32>,
}

/// A number that is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Interned.
    pub id: LineId,
    /// Whose.
    pub tenant: TenantId,
}

/// A SIP peer towards the public network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trunk {
    /// As in the configuration.
    pub name: String,
    /// Channels bought from the carrier.
    pub channels: u32,
    /// Inbound calls answered at most; the next caller is refused and recorded.
    pub answer_max: u32,
    /// Calls admitted a second; whoever comes faster is refused and called back.
    pub calls_per_s: Option<u32>,
    /// Calls beyond those, each for a short notice; 0 for none.
    pub notice_lines: u32,
    /// The longest notice, keys included.
    pub notice_s_max: u32,
    /// Silence after a notice before its line is free again.
    pub notice_key_s: u32,
    /// Calls answered at once from which on a storm is on.
    pub storm_lines: u32,
    /// How long fewer must be answered before it is over.
    pub storm_quiet_s: u32,
    /// Channels that callbacks may use even when inbound calls want all.
    pub outbound_min: u32,
    /// Channels that callbacks leave to inbound calls, however few there are.
    pub inbound_min: u32,
    /// Whether callbacks can be dialled here.
    pub outbound: bool,
    /// Its turn among those where they can.
    pub dials: DialPolicy,
    /// The number shown to the person called back by a queue and a tenant that have no own.
    pub cli: PhoneNumber,
    /// How long a person's phone rings before we give up.
    pub ring_s: u32,
    /// Ringing heard by a caller before we answer, in milliseconds.
    pub answer_after_ms: u32,
}

/// A trunk's turn among those on which callbacks are dialled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DialPolicy {
    /// The trunks of the lowest order are used first, as long as they have a channel.
    pub order: u32,
    /// Part of the dials among the trunks of one order.
    pub weight: u32,
    /// So many dials in a row that it refused: it is down.
    pub failures_max: u32,
    /// How long none goes through it then.
    pub avoid_s: u32,
    /// Whether its carrier lets no number but its own be shown.
    pub shows_own_cli: bool,
}

impl Default for DialPolicy {
    fn default() -> Self {
        Self {
            order: 0,
            weight: 1,
            failures_max: 2,
            avoid_s: 30,
            shows_own_cli: false,
        }
    }
}

/// A service that people wait for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Queue {
    /// Whose.
    pub tenant: TenantId,
    /// Short name, as in the configuration.
    pub name: String,
    /// Name for people: shown on the operator's phone.
    pub title: String,
    /// How it is told to an operator who is told who calls.
    pub whisper: Option<PromptId>,
    /// Skills that a seat's operator must have, with the least level (1–5).
    pub skills: BTreeMap<String, u8>,
    /// The number shown to who is called back about it, instead of the tenant's.
    pub cli: Option<PhoneNumber>,
    /// How urgent those are who call for it, where they are all alike.
    pub class: Option<PriorityClass>,
    /// Callers who may wait at once.
    pub waiting_max: u32,
    /// After-call time; 0 for none.
    pub wrap_up_s: u32,
    /// Who decides how long it is.
    pub wrap_up: WrapUp,
    /// How long a seat's phone rings: the offer's lease.
    pub ring_s: u32,
    /// How much older a callback must be than a live caller to go before them.
    pub live_bonus_s: u32,
    /// What happens to a caller when nobody is signed in who could serve.
    pub no_operators: NoOperators,
    /// When callers are admitted: while all of these calendars are open.
    pub hours: Vec<CalendarId>,
    /// How long after closing those who wait are still served.
    pub serve_waiting_s: u32,
    /// What callers are to find: callbacks are held where it is at risk.
    pub answer_targets: Vec<AnswerTarget>,
    /// How its works and the seats find each other.
    pub matching: MatchPolicy,
    /// How debts are paid.
    pub callback: CallbackPolicy,
    /// How work without a call is offered.
    pub tasks: TaskPolicy,
}

/// How work without a call is offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskPolicy {
    /// Whether a caller who would wait too long takes an operator out of one, where it says nothing
    /// itself.
    pub interruptible: bool,
    /// How long one is offered to a seat.
    pub lease_s: u32,
    /// How long a seat that did not take one is offered none.
    pub rest_s: u32,
    /// And where nobody answers, twice as long each time, up to so long.
    pub rest_max_s: u32,
    /// How long one that was interrupted waits for who did it.
    pub keep_s: u32,
    /// After which one without a deadline counts as due.
    pub due_h: u32,
    /// So long before it is due, one whose owner cannot be asked is anybody's.
    pub owner_lead_h: u32,
}

impl TaskPolicy {
    /// How long a seat is offered none, after so many offers in a row that nobody has answered;
    /// after none of these, because it refused one.
    #[must_use]
    pub fn rest_after_s(&self, unanswered: u32) -> u32 {
        let Some(doublings) = unanswered.checked_sub(1) else {
            return self.rest_s;
        };
        let times = 1_u32.checked_shl(doublings).unwrap_or(u32::MAX);
        let rest_s = self.rest_s.max(self.lease_s).saturating_mul(times);
        rest_s.min(self.rest_max_s).max(self.rest_s)
    }
}

impl Default for TaskPolicy {
    fn default() -> Self {
        Self {
            interruptible: true,
            lease_s: 120,
            rest_s: 300,
            rest_max_s: 7_200,
            keep_s: 900,
            due_h: 72,
            owner_lead_h: 1,
        }
    }
}

/// How works of a queue and seats find each other.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct MatchPolicy {
    /// What is asked instead of `skills` of whom waits longer; each step asks for less than the
    /// one before.
    pub relax: Vec<Relaxation>,
    /// Skills, with the least level, whose owners are asked before the others.
    pub preferred_skills: BTreeMap<String, u8>,
    /// Which of the free seats is asked first.
    pub strategy: Strategy,
    /// By how much its works look older than those of other queues, to every seat.
    pub weight_s: u32,
    /// By how much a work looks older to a seat for each level beyond the least one.
    pub level_weight_s: u32,
    /// How long a person waits for the operator who spoke with them last; 0 for not at all.
    pub last_operator_s: u32,
}

/// After a while less is asked of an operator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relaxation {
    /// Counted from the place in line.
    pub after_s: u32,
    /// From then on, instead of what was asked before.
    pub skills: BTreeMap<String, u8>,
}

/// Which of the free seats is asked first. Among equals it is the one idle longest.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, Hash)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// The one idle longest.
    #[default]
    LongestIdle,
    /// The one that has worked least lately.
    LeastOccupied,
    /// The one with the highest levels in the skills that the queue names.
    BestSkill,
    /// The one that has taken fewest works since its operator came.
    FewestCalls,
}

/// After-call time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum WrapUp {
    /// Always `wrap_up_s`.
    Fixed,
    /// At most `wrap_up_s`: the operator may end it.
    UpTo,
    /// None.
    None,
}

/// A place with seats.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Site {
    /// As in the configuration.
    pub name: String,
    /// Calls that its link carries at once, where it has a limit.
    pub calls_max: Option<u32>,
}

impl Rules {
    /// The queue of this name, of the tenant of that name.
    #[must_use]
    pub fn queue_named(&self, tenant: &str, name: &str) -> Option<QueueId> {
        let is_it = |queue: &Queue| {
            let owner = self.tenants.get(&queue.tenant);
            queue.name == name && owner.is_some_and(|owner| owner.name == tenant)
        };
        let mut queues = self.queues.iter();
        queues.find(|(_, queue)| is_it(queue)).map(|(id, _)| *id)
    }

    /// How each authority lends and borrows.
    pub(crate) fn lending(&self) -> BTreeMap<TenantId, LendPolicy> {
        let tenants = self.tenants.iter();
        tenants.map(|(id, tenant)| (*id, tenant.lending)).collect()
    }

    /// The authority of this name.
    #[must_use]
    pub fn tenant_named(&self, name: &str) -> Option<TenantId> {
        let mut tenants = self.tenants.iter();
        tenants.find(|(_, it)| it.name == name).map(|(id, _)| *id)
    }

    /// The site of this name.
    #[must_use]
    pub fn site_named(&self, name: &str) -> Option<SiteId> {
        let mut sites = self.sites.iter();
        sites.find(|(_, site)| site.name == name).map(|(id, _)| *id)
    }
}

/// What happens to a caller when nobody is signed in who could serve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum NoOperators {
    /// The caller waits: someone is expected.
    Wait,
    /// The caller is told that we call back, and hung up.
    Refuse,
}

/// A share of calls to be answered within a time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct AnswerTarget {
    /// From 0 to 1.
    pub share: f64,
    /// Within.
    pub within_s: u32,
}

/// To whom a callback gives way whose place is not `hold_max_s` old, beyond `share_min` of the seats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum GivesWay {
    /// To callers on the line: whoever has nobody to answer calls back.
    ToWaiting,
    /// Also to those who are expected to call: so many seats stay free as they need.
    ToExpected,
}

/// How debts are paid.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CallbackPolicy {
    /// Whom callers go before.
    pub gives_way: GivesWay,
    /// Part of the seats that serve the queue which may always call back: 0 to 1, rounded up.
    pub share_min: f64,
    /// Part of them which may call back at once, however few callers there are.
    pub share_max: f64,
    /// Part of them which may call back those who were held for `hold_max_s`, whatever comes in;
    /// at 1, all of them.
    pub share_overdue: f64,
    /// How long a callback is held for the callers' sake.
    pub hold_max_s: u32,
    /// Quiet time after the person's own last attempt.
    pub grace_s: u32,
    /// Rest after ringing in vain.
    pub spacing_no_answer_s: u32,
    /// Rest after busy, or after a trunk of ours that did not take the call.
    pub spacing_busy_s: u32,
    /// Rest after the network could not reach the number.
    pub spacing_unreachable_s: u32,
    /// Rest after the person refused the call, or picked up and hung up at once.
    pub spacing_person_declined_s: u32,
    /// Rest after a seat declined or could not take it.
    pub spacing_declined_s: u32,
    /// So many times busy are one dial spent: the person is there, and on the phone.
    pub busy_per_try: u32,
    /// Dials spent before a human must look at it.
    pub tries_max: u32,
    /// How a call may end without a callback being opened for it. Who has one open joins it all the
    /// same.
    pub not_on: BTreeSet<Outcome>,
    /// How long a callback waits for the operator who owes it, while they are away.
    pub owner_wait_h: u32,
    /// Over how much time after an opening the callbacks promised for it are released.
    pub spread_h: u32,
    /// How long a callback is expected to take, from the seat's ringing to goodbye.
    pub expected_s: u32,
    /// After which a debt is of no use any more.
    pub expires: Term,
    /// When people may be rung.
    pub window: ContactWindow,
    /// For needs that no conversation closes.
    pub stays: StayPolicy,
    /// Whether an operator or the person is on the line first.
    pub person_first: PersonFirstPolicy,
    /// What an operator sees before the person is rung.
    pub preview: PreviewPolicy,
}

/// How a person is called who is on the line before an operator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonFirstPolicy {
    /// Whether people are called so.
    pub order: DialOrder,
    /// Who calls, instead of what is said for every queue.
    pub calling: Option<PromptId>,
    /// How long a key is waited for after the message.
    pub key_s: u32,
    /// How often the message is heard.
    pub times: u32,
    /// Rest after nobody pressed a key.
    pub spacing_machine_s: u32,
    /// So many times without a key, and an operator is on the line first.
    pub machines_max: u32,
}

impl Default for PersonFirstPolicy {
    fn default() -> Self {
        Self {
            order: DialOrder::OperatorFirst,
            calling: None,
            key_s: 6,
            times: 2,
            spacing_machine_s: 7_200,
            machines_max: 2,
        }
    }
}

/// Messages to a person who is on the line before an operator.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PersonFirstPrompts {
    /// Who calls, to whoever answers: it names no service.
    pub calling: PromptId,
    /// "Press 1 to speak with an operator, 2 if you want no call".
    pub press: PromptId,
    /// "An operator comes".
    pub connecting: PromptId,
    /// "We call again at another time".
    pub later: PromptId,
    /// "We do not call you any more".
    pub declined: PromptId,
    /// To what pressed no key: it names no service and no person.
    pub machine: PromptId,
}

/// Messages to people who are reminded of an appointment; date and hour are composed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReminderPrompts {
    /// "Key in your year of birth to hear a message": it names no service and no person.
    pub greeting: PromptId,
    /// "That is not the year, once more".
    pub wrong_year: PromptId,
    /// "We cannot say it then".
    pub not_verified: PromptId,
    /// "We remind you of your appointment on".
    pub appointment: PromptId,
    /// "Monday", and so on.
    pub weekdays: [PromptId; 7],
    /// The first to the thirty-first.
    pub days: Vec<PromptId>,
    /// January to December.
    pub months: [PromptId; 12],
    /// "At", before the hour.
    pub at: PromptId,
    /// "1 to confirm, 2 to cancel, 3 to move it, 4 to hear it again".
    pub keys: PromptId,
    /// "To cancel, press 2 again".
    pub sure: PromptId,
    /// "It is confirmed".
    pub confirmed: PromptId,
    /// "It is cancelled".
    pub cancelled: PromptId,
    /// "An operator comes".
    pub connecting: PromptId,
    /// "An operator calls you".
    pub moved: PromptId,
    /// To what pressed no key: it names no service and no person.
    pub machine: PromptId,
    /// To who has heard it and says nothing.
    pub unanswered: PromptId,
    /// Places by the names that lists have for them.
    pub places: BTreeMap<String, PromptId>,
}

/// Messages that the engine itself speaks, to callers and to operators.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SpokenPrompts {
    /// Music on hold.
    pub music: PromptId,
    /// "Please hold": on entering a queue.
    pub please_hold: PromptId,
    /// "We were cut off from the operator, we are reconnecting": the seat vanished.
    pub reconnecting: PromptId,
    /// Position announcements, from the first in line on.
    pub positions: Vec<PromptId>,
    /// Position beyond the last of `positions`.
    pub position_beyond: PromptId,
    /// "You wait less than so many minutes", one for each of `estimate::minutes_told`.
    pub waits: Vec<PromptId>,
    /// "You wait more than an hour".
    pub wait_beyond: PromptId,
    /// "Your number is", before its digits.
    pub number_is: PromptId,
    /// The ten digits.
    pub digits: [PromptId; 10],
    /// "Press 1 if it is right, 2 for another", after the digits.
    pub number_confirm: PromptId,
    /// "Key in the number at which we may call you, then press hash".
    pub number_ask: PromptId,
    /// "That is no number that we can call".
    pub number_wrong: PromptId,
    /// "Press 1 to be called back".
    pub callback_offer: PromptId,
    /// "We call you back on this number".
    pub callback_confirmed: PromptId,
    /// "We are closing; we call you back".
    pub callback_at_closing: PromptId,
    /// "Your number is withheld: we cannot call you back".
    pub number_unavailable: PromptId,
    /// "We do not call back the number that you call from".
    pub number_not_called: PromptId,
    /// "All lines are busy; we call you back".
    pub lines_busy: PromptId,
    /// "An operator is answering".
    pub operator_coming: PromptId,
    /// On notice lines.
    pub notice: NoticePrompts,
    /// "We called you; you take up your place": without it nobody who calls back is recognised.
    pub returning: Option<PromptId>,
    /// "You are on hold for a moment", where the library has it.
    pub held: Option<PromptId>,
    /// "You are not forgotten", where the library has it.
    pub still_held: Option<PromptId>,
    /// Whether it was us that called.
    pub verify: Option<VerifyPrompts>,
    /// Of code words.
    pub code: Option<CodePrompts>,
    /// To people who are reminded of an appointment: without them nobody is.
    pub reminder: Option<ReminderPrompts>,
    /// To who is on the line before an operator: without them nobody is.
    pub person_first: Option<PersonFirstPrompts>,
    /// "To be called no more on this number press 1".
    pub opt_out: Option<PromptId>,
    /// To whoever chooses when they are called.
    pub when: Option<WhenPrompts>,
    /// To the operator: a callback, to be read before the number is dialled.
    pub to_operator_preview: Option<PromptId>,
    /// To the operator: a callback, the number is being dialled.
    pub to_operator_dialling: PromptId,
    /// To the operator: no answer.
    pub to_operator_no_answer: PromptId,
    /// To the operator: busy.
    pub to_operator_busy: PromptId,
    /// To the operator: unreachable.
    pub to_operator_unreachable: PromptId,
    /// To the operator: the person needs no call any more.
    pub to_operator_withdrawn: PromptId,
    /// "A call": to whoever hears who calls before they are connected.
    pub whisper_call: PromptId,
    /// "Has waited", before a number of minutes,
    pub whisper_waits: PromptId,
    /// and "minutes" after it.
    pub whisper_minutes: PromptId,
    /// "Has waited long": more than the numbers that can be spoken.
    pub whisper_waits_long: PromptId,
}

/// Messages of code words, before their digits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CodePrompts {
    /// "When we call you, we say this code first".
    pub given: PromptId,
    /// "We call you back as promised; your code is".
    pub said: PromptId,
    /// To the operator: the person hears their code.
    pub to_operator: PromptId,
}

/// Messages to whoever chooses when they are called; the hours have their own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WhenPrompts {
    /// "You have chosen", before the hours.
    pub chosen: PromptId,
    /// "Press 1 if that is right, 2 for another time".
    pub confirm: PromptId,
    /// "In those hours we cannot call you".
    pub not_then: PromptId,
    /// "We call you in the hours that you have chosen".
    pub kept: PromptId,
}

/// Messages to whoever asks whether it was us that called; the moment is composed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VerifyPrompts {
    /// "Yes, we called you", before the day.
    pub yes: PromptId,
    /// "Today, at", before the hour.
    pub today: PromptId,
    /// "Yesterday, at".
    pub yesterday: PromptId,
    /// "On Monday, at", and so on.
    pub weekdays: [PromptId; 7],
    /// "And", between the hour and the minutes.
    pub and: PromptId,
    /// "Thirty", "forty", "fifty".
    pub tens: [PromptId; 3],
    /// "No, we have not called the number that you call from".
    pub no: PromptId,
    /// "Your number is withheld, or of many people: we cannot tell".
    pub unknown: PromptId,
    /// "We cannot say for sure": more numbers were called since than are remembered.
    pub unsure: PromptId,
}

/// Messages of notice lines, and what a time is composed of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NoticePrompts {
    /// "You are on the list and keep your place".
    pub listed: PromptId,
    /// "All lines are taken; we have put your number on the list".
    pub put_on_list: PromptId,
    /// "All lines are taken; we cannot call the number that you call from".
    pub unreachable: PromptId,
    /// "If you call for somebody else, press 1".
    pub another: PromptId,
    /// "To confirm press 1; not to be called press 2".
    pub confirm: PromptId,
    /// "We call the other person too".
    pub another_listed: PromptId,
    /// "To be called no more, press 2 again".
    pub leave: PromptId,
    /// "We do not call you".
    pub declined: PromptId,
    /// "We call you back as soon as we can": where no time can be told.
    pub soon: PromptId,
    /// "We call you back by", before the hour.
    pub by_today: PromptId,
    /// "We call you back tomorrow by".
    pub by_tomorrow: PromptId,
    /// "We call you back on Monday by", and so on.
    pub by_weekday: [PromptId; 7],
    /// The hours, 0 to 23.
    pub hours: [PromptId; 24],
    /// "And a quarter", "and a half", "and three quarters".
    pub quarters: [PromptId; 3],
}

/// Numbers that hold for the whole centre.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Limits {
    /// After a crash, how long a number whose dial was in flight is left in peace.
    pub reconcile_after_s: u32,
    /// A conversation shorter than this counts as interrupted.
    pub interrupted_under_s: u32,
    /// How much a person whom we cut off goes ahead, as time.
    pub interrupted_priority_s: u32,
    /// Rest of a seat after it rejected an offer.
    pub reject_delay_s: u32,
    /// Rest of a seat whose phone was busy.
    pub busy_delay_s: u32,
    /// Rest of a seat that did not answer.
    pub no_answer_delay_s: u32,
    /// How long a phone that was called may show no sign of life before it is taken for gone.
    pub no_ringing_s: u32,
    /// Shortest and longest pause before a phone that did not answer whether it is there is
    /// asked again; it doubles from one to the other.
    pub ask_phone_s: (u32, u32),
    /// Missed offers in a row after which a seat is not responding.
    pub misses_max: u32,
    /// Numbers at most whose last operator is remembered.
    pub last_operators_max: u32,
    /// Numbers at most of which it is remembered when we rang them.
    pub rung_max: u32,
    /// After which a seat that did not respond is tried again by itself; 0 for never.
    pub not_responding_return_s: u32,
    /// How long a phone may be lost before its operator is signed out; 0 for ever.
    pub reconnect_grace_s: u32,
    /// The phones of a site that vanish within so long are an outage of the site; 0 for never.
    pub site_outage_within_s: u32,
    /// Tasks at most that are not closed.
    pub tasks_max: u32,
    /// Numbers at most that are marked.
    pub marks_max: u32,
    /// Needs at most that somebody entered and that are not closed.
    pub by_hand_max: u32,
    /// Campaigns at most that have not ended.
    pub campaigns_max: u32,
    /// People at most on the list of one.
    pub campaign_entries_max: u32,
    /// People at most who are reminded at once.
    pub reminders_at_once: u32,
    /// Shortest and longest registration granted to a phone.
    pub register_s: (u32, u32),
}
