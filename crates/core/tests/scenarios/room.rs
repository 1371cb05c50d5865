//! A small centre with one line, two queues and two seats, and hands to play it with.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use cuptel_core::Centre;
use cuptel_core::bulk::UndoTold;
use cuptel_core::by_hand::CallbackTold;
use cuptel_core::calendar::{Calendar, CalendarDefinition, ContactWindow, CountedDays, Term, Zone};
use cuptel_core::chosen_time::ChosenTime;
use cuptel_core::code_word::CodeWord;
use cuptel_core::dialplan::{
    Announce, Dialplan, NumberByKey, OfferCallback, ReturnCall, Step as PlanStep, StepId,
};
use cuptel_core::directory::{Directory, Entry};
use cuptel_core::id::{
    AnnouncementId, AssignmentId, AttemptId, BulkEntryId, BulkId, CallbackId, CampaignId,
    ClosureId, DeclineId, DialId, EntryId, IntervalId, LegId, LineId, MarkId, MemoId,
    MemoReadingId, NeedId, NumberId, OfferId, OperatorId, OutageId, QueueId, SeatId, SideCallId,
    SiteId, SpecialDayId, TaskId, TenantId, TrunkId,
};
use cuptel_core::in_line::WaiterNow;
use cuptel_core::keeping::NeedsSaid;
use cuptel_core::memo::{MemoNow, SeatMemo};
use cuptel_core::number::{Caller, PhoneNumber};
use cuptel_core::preview::{OwedNow, PreviewPolicy};
use cuptel_core::profile::{Profile, ProfileTold};
use cuptel_core::record::{
    AnnouncementRow, AssignmentRow, AttemptRow, BulkEntryRow, BulkRow, CallbackEventRow,
    CallbackRow, CampaignEntryRow, CampaignRow, ChosenTimeRow, ClosureRow, CodeWordRow,
    DecisionRow, DeclineRow, DialRow, EntryPage, IntervalRow, MarkRow, MemoReadingRow, MemoRow,
    NeedDetailRow, NeedRow, NumberRow, OfferRow, OpenCallback, OpenCampaign, OperatorPinRow,
    OperatorRow, OwnerRow, ProfileRow, PromiseRow, Rang, Record, RegistrationRow, Restored,
    ReviewRow, SeatRow, SideCallRow, SignInRow, SiteOutageRow, SpecialDayRow, Spoken, TaskEventRow,
    TaskRow, WaitingEntry, Work, YearsEmptied,
};
use cuptel_core::rules::{
    CalendarId, CallbackPolicy, CodePrompts, DialPolicy, FairnessPolicy, GivesWay, LendPolicy,
    Limits, Line, MatchPolicy, NoOperators, NoticePrompts, PersonFirstPolicy, PersonFirstPrompts,
    PromptId, Queue, ReminderPrompts, Rules, Site, SpokenPrompts, TaskPolicy, Tenant, Trunk,
    VerifyPrompts, WhenPrompts, WrapUp,
};
use cuptel_core::snapshot::{
    CallNow, QueueNow, SeatNow, SiteNow, StopNow, TenantNow, TrunkNow, WaitNow,
};
use cuptel_core::staying::StayPolicy;
use cuptel_core::step::{
    Arrival, Command, CommandError, Destination, Effect, Input, Step, Unacceptable,
};
use cuptel_core::time::Now;
use cuptel_core::why::WaitingNow;
use cuptel_core::words::{
    BulkAction, BulkFate, CallbackEventKind, CallbackState, CampaignState, ChangedBy, Chosen,
    Disposition, EntryState, Exercise, KindByHand, OfferState, Outcome, Party, PriorityClass,
    Stage, TaskEventKind, WorkKind, WorkState,
};

pub(crate) const LINE: &str = "+390861000000";
pub(crate) const MARIO: &str = "+393331000001";
pub(crate) const LUCIA: &str = "+393331000002";
/// "Radiologia" of the directory.
pub(crate) const WARD: &str = "+390861777777";
pub(crate) const GRACE_S: u32 = 180;
pub(crate) const BUSY_S: u32 = 300;
pub(crate) const NO_ANSWER_S: u32 = 900;
pub(crate) const UNREACHABLE_S: u32 = 400;
pub(crate) const DECLINED_S: u32 = 10;
pub(crate) const PERSON_DECLINED_S: u32 = 7_200;
pub(crate) const WRAP_UP_S: u32 = 30;
pub(crate) const RECONCILE_S: u32 = 600;
pub(crate) const SEAT_RING_S: u32 = 20;
pub(crate) const RING_S: u32 = 40;
pub(crate) const SERVE_WAITING_S: u32 = 600;
pub(crate) const EXPECTED_S: u32 = 300;
pub(crate) const NO_RINGING_S: u32 = 4;
pub(crate) const ASK_PHONE_S: u32 = 5;
pub(crate) const TRIES_MAX: u32 = 2;
pub(crate) const MARKS_MAX: u32 = 4;
pub(crate) const NOTICE_S_MAX: u32 = 60;
pub(crate) const NOTICE_KEY_S: u32 = 4;
pub(crate) const STORM_QUIET_S: u32 = 30;
/// "You are on the list".
pub(crate) const LISTED: PromptId = PromptId(60);
/// "We have put your number on the list".
pub(crate) const PUT_ON_LIST: PromptId = PromptId(61);
/// "We cannot call the number that you call from".
pub(crate) const UNREACHABLE: PromptId = PromptId(62);
/// "If you call for somebody else, press 1".
pub(crate) const ANOTHER: PromptId = PromptId(63);
/// "To confirm press 1; not to be called press 2".
pub(crate) const CONFIRM: PromptId = PromptId(64);
/// "We call the other person too".
pub(crate) const ANOTHER_LISTED: PromptId = PromptId(65);
/// "To be called no more, press 2 again".
pub(crate) const LEAVE: PromptId = PromptId(59);
/// "We do not call back the number that you call from".
pub(crate) const NOT_CALLED: PromptId = PromptId(58);
/// "We do not call you".
pub(crate) const DECLINED: PromptId = PromptId(66);
/// "As soon as we can".
pub(crate) const SOON: PromptId = PromptId(67);
/// "We call you back by", "tomorrow by".
pub(crate) const BY_TODAY: PromptId = PromptId(68);
pub(crate) const BY_TOMORROW: PromptId = PromptId(69);
/// "We call you back on this number".
/// "We called you, you take up your place".
pub(crate) const RETURNING: PromptId = PromptId(140);
/// "Yes", "today, at", "and", "no", "we cannot tell".
pub(crate) const VERIFY_YES: PromptId = PromptId(141);
pub(crate) const VERIFY_TODAY: PromptId = PromptId(142);
pub(crate) const VERIFY_AND: PromptId = PromptId(143);
pub(crate) const VERIFY_NO: PromptId = PromptId(144);
pub(crate) const VERIFY_UNSURE: PromptId = PromptId(162);
pub(crate) const VERIFY_UNKNOWN: PromptId = PromptId(145);
/// "When we call you, we say this code", "your code is", and to the operator.
pub(crate) const CODE_GIVEN: PromptId = PromptId(146);
pub(crate) const CODE_SAID: PromptId = PromptId(147);
/// Of reminders.
pub(crate) const REMIND_GREETING: PromptId = PromptId(400);
pub(crate) const REMIND_WRONG: PromptId = PromptId(401);
pub(crate) const REMIND_NOT_VERIFIED: PromptId = PromptId(402);
pub(crate) const REMIND_APPOINTMENT: PromptId = PromptId(403);
pub(crate) const REMIND_AT: PromptId = PromptId(404);
pub(crate) const REMIND_KEYS: PromptId = PromptId(405);
pub(crate) const REMIND_SURE: PromptId = PromptId(406);
pub(crate) const REMIND_CONFIRMED: PromptId = PromptId(407);
pub(crate) const REMIND_CANCELLED: PromptId = PromptId(408);
pub(crate) const REMIND_CONNECTING: PromptId = PromptId(409);
pub(crate) const REMIND_MOVED: PromptId = PromptId(410);
pub(crate) const REMIND_MACHINE: PromptId = PromptId(411);
pub(crate) const REMIND_UNANSWERED: PromptId = PromptId(483);
pub(crate) const REMIND_PLACE: PromptId = PromptId(412);
/// Of people who are on the line first.
pub(crate) const FIRST_CALLING: PromptId = PromptId(170);
pub(crate) const FIRST_PRESS: PromptId = PromptId(171);
pub(crate) const FIRST_CONNECTING: PromptId = PromptId(172);
pub(crate) const FIRST_LATER: PromptId = PromptId(173);
pub(crate) const FIRST_DECLINED: PromptId = PromptId(174);
pub(crate) const FIRST_MACHINE: PromptId = PromptId(175);
pub(crate) const CODE_TO_OPERATOR: PromptId = PromptId(148);
/// "To be called no more press 1".
pub(crate) const OPT_OUT: PromptId = PromptId(153);
/// "You have chosen", "is that right?", "not in those hours", "we call you then".
pub(crate) const WHEN_CHOSEN: PromptId = PromptId(149);
pub(crate) const WHEN_CONFIRM: PromptId = PromptId(150);
pub(crate) const WHEN_NOT_THEN: PromptId = PromptId(151);
pub(crate) const WHEN_KEPT: PromptId = PromptId(152);
/// "A call".
pub(crate) const WHISPER_CALL: PromptId = PromptId(80);
/// "Has waited", and "minutes".
pub(crate) const WHISPER_WAITS: PromptId = PromptId(81);
pub(crate) const WHISPER_MINUTES: PromptId = PromptId(82);
pub(crate) const CONFIRMED: PromptId = PromptId(6);
/// "Your number is".
pub(crate) const NUMBER_IS: PromptId = PromptId(31);
/// "Press 1 if it is right, 2 for another".
pub(crate) const NUMBER_CONFIRM: PromptId = PromptId(32);
/// "Key in the number".
pub(crate) const NUMBER_ASK: PromptId = PromptId(33);
/// "That is no number that we can call".
pub(crate) const NUMBER_WRONG: PromptId = PromptId(34);
/// "You are on hold for a moment".
pub(crate) const HELD: PromptId = PromptId(601);
/// "You are not forgotten".
pub(crate) const STILL_HELD: PromptId = PromptId(602);
/// "We are reconnecting".
pub(crate) const RECONNECTING: PromptId = PromptId(30);
/// The step that no caller reaches before it is switched on.
pub(crate) const EMERGENCY_STEP: usize = 6;
/// Which key leads where in the menu.
pub(crate) const BOOK: char = '1';
pub(crate) const CANCEL: char = '2';
/// Thursday 1 October 2026, 10:00 in Rome.
pub(crate) const TEN_O_CLOCK_MS: i64 = 1_790_841_600_000;

/// The centre and everything that it said.
pub(crate) struct Room {
    centre: Centre,
    rules: Arc<Rules>,
    now: Now,
    epoch: i64,
    next_leg: i64,
    effects: Vec<Effect>,
    carried_out: usize,
    disk_stalls: bool,
    /// Seats' phones do not even ring.
    pub(crate) phones_are_dead: bool,
    /// Seats' phones that are let go do not say so.
    pub(crate) phones_ring_on: bool,
    let_go: usize,
    numbers: BTreeMap<NumberId, NumberRow>,
    attempts: BTreeMap<AttemptId, AttemptRow>,
    callbacks: BTreeMap<CallbackId, CallbackRow>,
    needs: BTreeMap<NeedId, NeedRow>,
    details: BTreeMap<NeedId, NeedDetailRow>,
    dials: BTreeMap<DialId, DialRow>,
    offers: BTreeMap<OfferId, OfferRow>,
    assignments: BTreeMap<AssignmentId, AssignmentRow>,
    decisions: BTreeMap<i64, DecisionRow>,
    promises: Vec<PromiseRow>,
    sign_ins: Vec<SignInRow>,
    registrations: BTreeMap<SeatId, RegistrationRow>,
    seats: BTreeMap<SeatId, SeatRow>,
    operators: BTreeMap<OperatorId, OperatorRow>,
    pins: BTreeMap<OperatorId, OperatorPinRow>,
    profiles: BTreeMap<OperatorId, ProfileRow>,
    owners: BTreeMap<CallbackId, OwnerRow>,
    code_words: BTreeMap<CallbackId, CodeWordRow>,
    declines: BTreeMap<DeclineId, DeclineRow>,
    chosen_times: BTreeMap<CallbackId, ChosenTimeRow>,
    side_calls: BTreeMap<SideCallId, SideCallRow>,
    bulks: BTreeMap<BulkId, BulkRow>,
    bulk_entries: BTreeMap<BulkEntryId, BulkEntryRow>,
    outages: BTreeMap<OutageId, SiteOutageRow>,
    closures: BTreeMap<ClosureId, ClosureRow>,
    announcements: BTreeMap<AnnouncementId, AnnouncementRow>,
    marks: BTreeMap<MarkId, MarkRow>,
    special_days: BTreeMap<SpecialDayId, SpecialDayRow>,
    memos: BTreeMap<MemoId, MemoRow>,
    memo_readings: BTreeMap<MemoReadingId, MemoReadingRow>,
    reviews: BTreeMap<CallbackId, ReviewRow>,
    intervals: BTreeMap<IntervalId, IntervalRow>,
    tasks: BTreeMap<TaskId, TaskRow>,
    task_events: Vec<TaskEventRow>,
    callback_events: Vec<CallbackEventRow>,
    campaigns: BTreeMap<CampaignId, CampaignRow>,
    entries: BTreeMap<EntryId, CampaignEntryRow>,
    /// Whether the database answers nothing.
    unreadable: bool,
}

impl Room {
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    pub(crate) fn with(change: impl FnOnce(&mut Rules)) -> Self {
        let mut rules = rules();
        change(&mut rules);
        let rules = Arc::new(rules);
        let mut centre = Centre::new(rules.clone(), 1);
        centre.add_staff(seats(), operators());
        Self {
            centre,
            rules,
            now: Now {
                mono_us: 0,
                utc_ms: TEN_O_CLOCK_MS,
            },
            epoch: 1,
            next_leg: 1 << 60,
            effects: Vec::new(),
            carried_out: 0,
            disk_stalls: false,
            phones_are_dead: false,
            phones_ring_on: false,
            let_go: 0,
            numbers: BTreeMap::new(),
            attempts: BTreeMap::new(),
            callbacks: BTreeMap::new(),
            needs: BTreeMap::new(),
            details: BTreeMap::new(),
            dials: BTreeMap::new(),
            offers: BTreeMap::new(),
            assignments: BTreeMap::new(),
            decisions: BTreeMap::new(),
            promises: Vec::new(),
            sign_ins: Vec::new(),
            registrations: BTreeMap::new(),
            seats: seats().into_iter().map(|row| (row.id, row)).collect(),
            operators: operators().into_iter().map(|row| (row.id, row)).collect(),
            pins: BTreeMap::new(),
            profiles: BTreeMap::new(),
            owners: BTreeMap::new(),
            code_words: BTreeMap::new(),
            declines: BTreeMap::new(),
            chosen_times: BTreeMap::new(),
            side_calls: BTreeMap::new(),
            bulks: BTreeMap::new(),
            bulk_entries: BTreeMap::new(),
            outages: BTreeMap::new(),
            closures: BTreeMap::new(),
            announcements: BTreeMap::new(),
            marks: BTreeMap::new(),
            special_days: BTreeMap::new(),
            memos: BTreeMap::new(),
            memo_readings: BTreeMap::new(),
            reviews: BTreeMap::new(),
            intervals: BTreeMap::new(),
            tasks: BTreeMap::new(),
            task_events: Vec::new(),
            callback_events: Vec::new(),
            campaigns: BTreeMap::new(),
            entries: BTreeMap::new(),
            unreadable: false,
        }
    }

    pub(crate) fn tell(&mut self, input: Input) {
        self.tell_all([input]);
    }

    /// Everything that came in while nothing ran.
    pub(crate) fn tell_all(&mut self, inputs: impl IntoIterator<Item = Input>) {
        let mut step = Step::default();
        for input in inputs {
            self.centre.handle(self.now, input, &mut step);
        }
        // As the engine does: what is due is done once everything said was heard.
        if step.wake_at.is_some_and(|at| at <= self.now.mono_us) {
            self.centre.handle(self.now, Input::Tick, &mut step);
        }
        self.take_in(step);
        self.carry_out_invites();
        self.look_agrees_with_rows();
    }

    /// What a look says is kept along; the rows are counted anew.
    fn look_agrees_with_rows(&self) {
        let look = self.centre.snapshot(self.now);
        assert_eq!(look.violations, 0);
        let open = || {
            let rows = self.callbacks.values();
            rows.filter(|row| row.state != CallbackState::Closed)
        };
        let counted: u32 = look.queues.iter().map(|queue| queue.callbacks_open).sum();
        assert_eq!(counted as usize, open().count());
        let oldest_ms = look.queues.iter().filter_map(|q| q.callbacks_oldest_ms);
        assert_eq!(oldest_ms.min(), open().map(|row| row.place_ms).min());
        let ready: u32 = look.queues.iter().map(|queue| queue.callbacks_ready).sum();
        assert!(ready <= counted);
        let dialling = open().filter(|row| row.state == CallbackState::Dialling);
        assert_eq!(look.dials_in_flight as usize, dialling.count());
    }

    /// Has the centre follow other rules; a restart follows them too if it took them.
    pub(crate) fn reloads(&mut self, change: impl FnOnce(&mut Rules)) -> Result<(), CommandError> {
        let mut rules = self.rules.as_ref().clone();
        change(&mut rules);
        let rules = Arc::new(rules);
        self.tell(Input::Rules {
            request: 7,
            rules: rules.clone(),
            by: ChangedBy::Signal,
        });
        let answer = self.last_reply();
        if answer.is_ok() {
            self.rules = rules;
        }
        answer
    }

    /// A seat's phone that is let go says so, or was never called; the disk does not matter.
    fn let_phones_go(&mut self) {
        while !self.phones_ring_on && self.let_go < self.effects.len() {
            let effect = &self.effects[self.let_go];
            self.let_go += 1;
            if let Effect::HangUp { leg, .. } = effect {
                let (leg, by) = (*leg, Party::Network);
                self.tell(Input::Ended { leg, by });
            }
        }
    }

    /// What is decided leaves at once, unless the test has stopped the disk.
    fn carry_out_invites(&mut self) {
        self.let_phones_go();
        while !self.disk_stalls && self.carried_out < self.effects.len() {
            let effect = &self.effects[self.carried_out];
            self.carried_out += 1;
            if let Effect::ReadEntries {
                campaign,
                ask,
                until_ms,
                limit,
            } = effect
            {
                let (campaign, ask) = (*campaign, *ask);
                let page = self.next_entries(campaign, *until_ms, *limit);
                let page = (!self.unreadable).then_some(page);
                self.tell(Input::Entries {
                    campaign,
                    ask,
                    page,
                });
                continue;
            }
            if let Effect::CheckPin {
                call,
                token,
                digest,
                keyed,
            } = effect
            {
                let is_right = (!self.unreadable).then_some(digest.0 == keyed.reveal());
                let (call, token) = (*call, *token);
                self.tell(Input::PinChecked {
                    call,
                    token,
                    is_right,
                });
                continue;
            }
            if let Effect::Invite { leg, to } = effect {
                let (leg, to_seat) = (*leg, matches!(**to, Destination::Seat { .. }));
                self.tell(Input::Placed { leg });
                if to_seat && !self.phones_are_dead {
                    self.tell(Input::Ringing { leg });
                }
            }
        }
    }

    /// While the disk stalls nothing leaves; after that, everything.
    pub(crate) fn disk(&mut self, stalls: bool) {
        self.disk_stalls = stalls;
        self.carry_out_invites();
    }

    fn take_in(&mut self, step: Step) {
        for record in step.records {
            match record {
                Record::Number(row) => drop(self.numbers.insert(row.id, row)),
                Record::Attempt(row) => drop(self.attempts.insert(row.id, *row)),
                Record::Callback(row) | Record::CallbackAmended(row) => {
                    self.callbacks.insert(row.id, row);
                }
                Record::Need(row) => drop(self.needs.insert(row.id, row)),
                Record::NeedDetail(row) => drop(self.details.insert(row.need, *row)),
                Record::Dial(row) => drop(self.dials.insert(row.id, row)),
                Record::Offer(row) => drop(self.offers.insert(row.id, row)),
                Record::Assignment(row) => drop(self.assignments.insert(row.id, row)),
                Record::Decision(row) => drop(self.decisions.insert(row.of.id(), *row)),
                Record::SignIn(row) => {
                    self.sign_ins.retain(|old| old.id != row.id);
                    self.sign_ins.push(row);
                }
                Record::Registration(row) => drop(self.registrations.insert(row.seat, row)),
                Record::Promise(row) => self.promises.push(row),
                Record::Seat(row) => drop(self.seats.insert(row.id, row)),
                Record::Operator(row) => drop(self.operators.insert(row.id, row)),
                Record::SiteOutage(row) => drop(self.outages.insert(row.id, row)),
                Record::Review(row) => drop(self.reviews.insert(row.callback, row)),
                Record::Announcement(row) => drop(self.announcements.insert(row.id, *row)),
                Record::Closure(row) => drop(self.closures.insert(row.id, *row)),
                Record::Mark(row) => drop(self.marks.insert(row.id, *row)),
                Record::SpecialDay(row) => drop(self.special_days.insert(row.id, *row)),
                Record::Memo(row) => drop(self.memos.insert(row.id, *row)),
                Record::MemoReading(row) => drop(self.memo_readings.insert(row.id, row)),
                Record::Bulk(row) => drop(self.bulks.insert(row.id, *row)),
                Record::BulkEntry(row) => drop(self.bulk_entries.insert(row.id, row)),
                Record::YearsEmptied(row) => self.empties_years(row),
                Record::CodeWord(row) => drop(self.code_words.insert(row.callback, row)),
                Record::ChosenTime(row) => drop(self.chosen_times.insert(row.callback, row)),
                Record::Decline(row) => drop(self.declines.insert(row.id, *row)),
                Record::SideCall(row) => drop(self.side_calls.insert(row.id, *row)),
                Record::Owner(row) => drop(self.owners.insert(row.callback, row)),
                Record::OperatorPin(row) => drop(self.pins.insert(row.operator, *row)),
                Record::Profile(row) => drop(self.profiles.insert(row.operator, *row)),
                Record::Interval(row) => drop(self.intervals.insert(row.id, row)),
                Record::Task(row) => drop(self.tasks.insert(row.id, *row)),
                Record::TaskEvent(row) => self.task_events.push(row),
                Record::CallbackEvent(row) => self.callback_events.push(row),
                Record::Campaign(row) => drop(self.campaigns.insert(row.id, *row)),
                Record::CampaignEntry(row) => drop(self.entries.insert(row.id, *row)),
                Record::ConfigVersion(_) => {}
            }
        }
        self.effects.extend(step.effects);
    }

    /// Lets time pass, waking the rules whenever they want.
    pub(crate) fn wait_ms(&mut self, ms: u32) {
        self.now.mono_us = self.now.in_ms(u64::from(ms));
        self.now.utc_ms += i64::from(ms);
        self.tell(Input::Tick);
    }

    pub(crate) fn wait_s(&mut self, s: u32) {
        let end = self.now.in_s(s);
        let end_ms = self.now.utc_in_s(s);
        let mut step = Step::default();
        loop {
            self.centre.handle(self.now, Input::Tick, &mut step);
            let wake_at = step.wake_at;
            self.take_in(std::mem::take(&mut step));
            self.carry_out_invites();
            let Some(at) = wake_at.filter(|at| *at < end) else {
                break;
            };
            let passed_us = at.max(self.now.mono_us) - self.now.mono_us;
            self.now.mono_us += passed_us;
            self.now.utc_ms += i64::try_from(passed_us / 1_000).expect("a test is short");
        }
        self.now = Now {
            mono_us: end,
            utc_ms: end_ms,
        };
        self.tell(Input::Tick);
    }

    /// Time passes and nothing runs.
    pub(crate) fn sleeps_s(&mut self, s: u32) {
        self.now = Now {
            mono_us: self.now.in_s(s),
            utc_ms: self.now.utc_in_s(s),
        };
    }

    /// Somebody sets the wall clock forward, or back.
    pub(crate) fn sets_clock(&mut self, by_s: i64) {
        self.now.utc_ms += by_s * 1_000;
        self.tell(Input::Tick);
    }

    pub(crate) fn now_ms(&self) -> i64 {
        self.now.utc_ms
    }

    // --- Callers.

    /// Somebody calls; nothing of ours has answered yet.
    pub(crate) fn rings(&mut self, user: &str) -> LegId {
        self.next_leg += 1;
        let leg = LegId(self.next_leg);
        self.tell(Input::Arrived(Box::new(Arrival {
            leg,
            trunk: Some(TrunkId(1)),
            seat: None,
            called: LINE.to_owned(),
            caller: Caller::from_user_part(user),
            raw: user.to_owned(),
            sip_call_id: format!("call-{}", self.next_leg),
            unacceptable: None,
            media: Ok(()),
        })));
        leg
    }

    /// Somebody calls in a way that the signalling cannot take.
    pub(crate) fn rings_unacceptably(&mut self, user: &str, why: Unacceptable) -> LegId {
        self.next_leg += 1;
        let leg = LegId(self.next_leg);
        self.tell(Input::Arrived(Box::new(Arrival {
            leg,
            trunk: Some(TrunkId(1)),
            seat: None,
            called: LINE.to_owned(),
            caller: Caller::from_user_part(user),
            raw: user.to_owned(),
            sip_call_id: format!("call-{}", self.next_leg),
            unacceptable: Some(why),
            media: Ok(()),
        })));
        leg
    }

    /// Somebody calls, is answered and stands before the menu.
    pub(crate) fn calls(&mut self, user: &str) -> LegId {
        let leg = self.rings(user);
        self.tell(Input::Answered { leg });
        leg
    }

    /// Somebody calls and goes through the menu to a queue.
    pub(crate) fn waits(&mut self, user: &str, key: char) -> LegId {
        let leg = self.calls(user);
        self.presses(leg, key);
        leg
    }

    pub(crate) fn presses(&mut self, leg: LegId, digit: char) {
        self.tell(Input::Digit { leg, digit });
    }

    pub(crate) fn hangs_up(&mut self, leg: LegId) {
        self.tell(Input::Ended {
            leg,
            by: Party::Caller,
        });
    }

    /// What is being said to a leg has been heard.
    pub(crate) fn heard(&mut self, leg: LegId) {
        let play = self.effects.iter().rev().find_map(|effect| {
            let Effect::Play { leg: to, token, .. } = effect else {
                return None;
            };
            (*to == leg).then_some(*token)
        });
        let token = play.expect("something is said to that leg");
        self.tell(Input::PlayEnded { leg, token });
    }

    /// What was said to a leg last.
    pub(crate) fn said_to(&self, leg: LegId) -> Option<Vec<PromptId>> {
        self.effects.iter().rev().find_map(|effect| {
            let Effect::Play {
                leg: to, prompts, ..
            } = effect
            else {
                return None;
            };
            (*to == leg).then(|| prompts.clone())
        })
    }

    // --- Seats.

    /// The phone of a seat dials something by hand.
    pub(crate) fn seat_dials(&mut self, seat: i64, called: &str) -> LegId {
        self.next_leg += 1;
        let leg = LegId(self.next_leg);
        self.tell(Input::Arrived(Box::new(Arrival {
            leg,
            trunk: None,
            seat: Some(SeatId(seat)),
            called: called.to_owned(),
            caller: Caller::from_user_part("101"),
            raw: "101".to_owned(),
            sip_call_id: format!("call-{}", self.next_leg),
            unacceptable: None,
            media: Ok(()),
        })));
        leg
    }

    /// By what an operator signs in from a phone.
    pub(crate) fn pin_of(&self, operator: &str) -> Option<&OperatorPinRow> {
        let mut rows = self.operators.values();
        let row = rows.find(|row| row.name == operator)?;
        self.pins.get(&row.id)
    }

    pub(crate) fn assignment(&self, id: AssignmentId) -> &AssignmentRow {
        &self.assignments[&id]
    }

    /// The conversation that was begun last.
    pub(crate) fn last_assignment(&self) -> Option<&AssignmentRow> {
        self.assignments.values().last()
    }

    /// The result of the conversation that ended or was told last.
    pub(crate) fn last_disposition(&self) -> Option<Disposition> {
        self.assignments.values().last()?.disposition
    }

    fn memos_shown(&self) -> Vec<MemoRow> {
        let rows = self.memos.values();
        rows.filter(|row| row.ended_ms.is_none()).cloned().collect()
    }

    /// What whoever works at a seat is told and has not read.
    pub(crate) fn memos_at(&self, seat: usize) -> Vec<SeatMemo> {
        let look = self.centre.snapshot(self.now);
        look.seats[seat].memos.clone()
    }

    /// Memos that are shown, for whoever leads.
    pub(crate) fn memos_now(&self) -> Vec<MemoNow> {
        self.centre.snapshot(self.now).memos
    }

    /// Who waits in a queue, in order.
    pub(crate) fn in_line(&self, queue: &str) -> Vec<WaiterNow> {
        self.centre
            .in_line(self.now, None, queue)
            .expect("there is such a queue")
    }

    /// Messages in force.
    pub(crate) fn announcements(&self) -> Vec<AnnouncementRow> {
        let rows = self.announcements.values();
        rows.filter(|row| row.erased_ms.is_none())
            .cloned()
            .collect()
    }

    pub(crate) fn rules(&self) -> &Rules {
        &self.rules
    }

    /// The last of what was done that is of a kind.
    pub(crate) fn last_done<T>(&self, wanted: impl Fn(&Effect) -> Option<T>) -> Option<T> {
        self.effects.iter().rev().find_map(wanted)
    }

    /// A seat's phone registers and its operator signs in.
    pub(crate) fn staffed(&mut self, seat: i64) {
        self.registers(seat);
        let operator = if seat == 1 { "anna" } else { "bruno" };
        self.commands(Command::SignIn {
            seat: name(seat),
            operator: operator.to_owned(),
            until_ms: None,
            moves: false,
        })
        .expect("nobody else sits there");
    }

    pub(crate) fn registers(&mut self, seat: i64) {
        self.registers_for(seat, 86_000);
    }

    pub(crate) fn unregisters(&mut self, seat: i64) {
        self.registers_for(seat, 0);
    }

    pub(crate) fn registers_for(&mut self, seat: i64, expires_s: u32) {
        self.is_registered(seat, expires_s, true, "10.0.0.9:5060");
    }

    /// Its phone comes from elsewhere.
    pub(crate) fn registers_at(&mut self, seat: i64, remote: &str) {
        self.is_registered(seat, 86_000, true, remote);
    }

    /// One of a seat's phones is cut off; the other is left, of which nothing is heard.
    pub(crate) fn is_left_with_another_phone(&mut self, seat: i64) {
        self.is_registered(seat, 3_000, false, "10.0.0.9:5060");
    }

    fn is_registered(&mut self, seat: i64, expires_s: u32, is_heard: bool, remote: &str) {
        let registration = RegistrationRow {
            seat: SeatId(seat),
            contact: format!("sip:{}@10.0.0.9", name(seat)),
            listener: 0,
            remote: remote.to_owned(),
            registered_ms: self.now.utc_ms,
            expires_ms: self.now.utc_in_s(expires_s),
        };
        self.tell(Input::Registered {
            request: 1,
            registration,
            is_heard,
        });
    }

    pub(crate) fn commands(&mut self, command: Command) -> Result<(), CommandError> {
        self.tell(Input::Command {
            request: 7,
            command,
        });
        self.last_reply()
    }

    fn last_reply(&self) -> Result<(), CommandError> {
        let reply = self.effects.iter().rev().find_map(|effect| {
            let Effect::Reply { result, .. } = effect else {
                return None;
            };
            Some(result.clone())
        });
        reply.expect("every command is answered")
    }

    /// An operator owes a person a call.
    pub(crate) fn takes_in_charge(&mut self, user: &str, class: PriorityClass) -> CallbackId {
        let told = self.in_charge(user, class);
        self.enters(told).expect("it is as it should be");
        let number = Caller::from_user_part(user).number;
        let is_theirs = |row: &&CallbackRow| self.numbers[&row.number].e164 == number;
        let mut rows = self.callbacks.values().rev();
        rows.find(is_theirs).expect("somebody is owed a call").id
    }

    /// What an operator says who owes a person a call.
    pub(crate) fn in_charge(&self, user: &str, class: PriorityClass) -> CallbackTold {
        CallbackTold {
            tenant: "asl".to_owned(),
            queue: "book".to_owned(),
            person: Caller::from_user_part(user),
            kind: KindByHand::TakenInCharge,
            class: Some(class),
            due_ms: None,
            not_before_ms: None,
            note: Some("visita cardiologica".to_owned()),
            by: Some("anna".to_owned()),
            request_key: None,
        }
    }

    pub(crate) fn enters(&mut self, told: CallbackTold) -> Result<(), CommandError> {
        self.commands(Command::AddCallback(Box::new(told)))
    }

    pub(crate) fn disposes(&mut self, seat: i64, disposition: Disposition) {
        self.commands(Command::Dispose {
            seat: name(seat),
            disposition: disposition.into(),
            said: NeedsSaid::default(),
            conversation: None,
        })
        .expect("there is a conversation");
    }

    pub(crate) fn chooses(&mut self, seat: i64, chosen: Chosen) {
        self.commands(Command::Choose {
            seat: name(seat),
            chosen,
            reason: None,
            supervisor: None,
        })
        .expect("somebody sits there");
    }

    /// The seat whose phone was told to ring last, and its leg, if that offer is open.
    pub(crate) fn offered(&self) -> Option<(i64, LegId)> {
        let offer = self
            .offers
            .values()
            .rev()
            .find(|row| row.state == OfferState::Open)?;
        let mut legs = self.seat_legs().rev();
        let (_, leg) = legs.find(|(seat, _)| *seat == offer.seat)?;
        Some((offer.seat.0, leg))
    }

    /// Why the last offer was made.
    pub(crate) fn last_decision(&self) -> &DecisionRow {
        let decision = self.decisions.get(&self.last_offer().id.0);
        decision.expect("every offer is explained")
    }

    /// Why a task was offered last.
    pub(crate) fn decision_of_task(&self, task: TaskId) -> &DecisionRow {
        let mut decisions = self.decisions.values().rev();
        let own = decisions.find(|row| row.of.task() == Some(task));
        own.expect("every offer is explained")
    }

    /// Why the nth attempt, or the one callback, has no offer now.
    pub(crate) fn why(&self, id: i64) -> Option<WaitingNow> {
        self.centre.why(self.now, id)
    }

    /// The disk takes nothing that is decided.
    pub(crate) fn holds(&mut self, held: bool) {
        self.centre.hold(held);
    }

    pub(crate) fn last_offer(&self) -> &OfferRow {
        self.offers.values().next_back().expect("an offer was made")
    }

    /// Every seat that was rung, and the leg of it.
    fn seat_legs(&self) -> impl DoubleEndedIterator<Item = (SeatId, LegId)> + '_ {
        self.effects.iter().filter_map(|effect| {
            let Effect::Invite { leg, to } = effect else {
                return None;
            };
            let Destination::Seat { registration, .. } = to.as_ref() else {
                return None;
            };
            Some((registration.seat, *leg))
        })
    }

    /// What the phone that was rung last shows.
    pub(crate) fn last_display(&self) -> &str {
        let display = self.effects.iter().rev().find_map(|effect| {
            let Effect::Invite { to, .. } = effect else {
                return None;
            };
            let Destination::Seat { display, .. } = to.as_ref() else {
                return None;
            };
            Some(display.as_str())
        });
        display.expect("a seat was rung")
    }

    /// The leg of the first offer of all.
    pub(crate) fn first_seat_leg(&self) -> Option<LegId> {
        self.seat_legs().next().map(|(_, leg)| leg)
    }

    /// The leg of the last offer.
    pub(crate) fn last_seat_leg(&self) -> Option<LegId> {
        self.seat_legs().next_back().map(|(_, leg)| leg)
    }

    /// The seat that is offered something picks up.
    pub(crate) fn seat_picks_up(&mut self) -> LegId {
        let (_, leg) = self.offered().expect("a seat is offered something");
        self.tell(Input::Answered { leg });
        leg
    }

    pub(crate) fn not_answered(&mut self, leg: LegId, status: u16) {
        self.tell(Input::NotAnswered { leg, status });
    }

    pub(crate) fn is_reachable(&self, seat: usize) -> bool {
        self.centre.snapshot(self.now).seats[seat - 1].reachable
    }

    /// The extensions that a look shows, and who works there.
    pub(crate) fn seats_shown(&self) -> Vec<(String, Option<String>)> {
        let look = self.centre.snapshot(self.now);
        look.seats
            .into_iter()
            .map(|seat| (seat.name, seat.operator))
            .collect()
    }

    pub(crate) fn work_of(&self, seat: usize) -> WorkState {
        self.centre.snapshot(self.now).seats[seat - 1].work
    }

    // --- Persons called back.

    /// The leg of the person who is being rung.
    pub(crate) fn rung(&self) -> Option<LegId> {
        let rung = self.effects.iter().rev().find_map(|effect| {
            let Effect::Invite { leg, to } = effect else {
                return None;
            };
            matches!(**to, Destination::Person { .. }).then_some(*leg)
        });
        rung.filter(|leg| !self.was_hung_up(*leg))
    }

    /// The last call to somebody of the directory.
    pub(crate) fn rung_outside(&self) -> Option<LegId> {
        let rung = self.effects.iter().rev().find_map(|effect| {
            let Effect::Invite { leg, to } = effect else {
                return None;
            };
            matches!(**to, Destination::Outside { .. }).then_some(*leg)
        });
        rung.filter(|leg| !self.was_hung_up(*leg))
    }

    pub(crate) fn was_hung_up(&self, wanted: LegId) -> bool {
        self.effects
            .iter()
            .any(|effect| matches!(effect, Effect::HangUp { leg, .. } if *leg == wanted))
    }

    // --- What is on record.

    pub(crate) fn attempt(&self, nth: usize) -> &AttemptRow {
        self.attempts.values().nth(nth).expect("so many attempts")
    }

    pub(crate) fn outcome(&self, nth: usize) -> Option<Outcome> {
        self.attempt(nth).outcome
    }

    pub(crate) fn callback(&self) -> &CallbackRow {
        assert_eq!(self.callbacks.len(), 1, "{:?}", self.callbacks);
        self.callbacks.values().next().expect("just counted")
    }

    /// Every callback, the oldest first.
    pub(crate) fn callbacks(&self) -> Vec<&CallbackRow> {
        self.callbacks.values().collect()
    }

    /// Where a callback rings.
    pub(crate) fn number_of(&self, callback: &CallbackRow) -> &str {
        let number = self.numbers.get(&callback.number);
        let e164 = number.and_then(|row| row.e164.as_ref());
        e164.expect("a number was stored").reveal()
    }

    pub(crate) fn operator_rows(&self) -> Vec<&OperatorRow> {
        self.operators.values().collect()
    }

    /// Every stretch of a seat's time, in order.
    pub(crate) fn intervals(&self) -> Vec<&IntervalRow> {
        self.intervals.values().collect()
    }

    /// What is chosen where somebody is signed in.
    pub(crate) fn chosen_at(&self, seat: i64) -> Option<&SignInRow> {
        let mut open = self.sign_ins.iter().filter(|row| row.until_ms.is_none());
        open.find(|row| row.seat == SeatId(seat))
    }

    /// Somebody says what an operator needs.
    pub(crate) fn needs_of(&mut self, operator: &str, profile: Profile) {
        self.needs_told(operator, profile, &[], None)
            .expect("it is within bounds");
    }

    /// Somebody says that an operator takes nobody who rings in.
    pub(crate) fn takes_no_callers(&mut self, operator: &str) {
        let profile = Profile {
            not_kinds: [WorkKind::Live].into(),
            ..Profile::default()
        };
        self.needs_of(operator, profile);
    }

    pub(crate) fn needs_told(
        &mut self,
        operator: &str,
        profile: Profile,
        not_queues: &[&str],
        buddy: Option<&str>,
    ) -> Result<(), CommandError> {
        let queue = |name: &&str| ("asl".to_owned(), (*name).to_owned());
        self.commands(Command::SetProfile {
            operator: operator.to_owned(),
            profile: Box::new(ProfileTold {
                profile,
                not_queues: not_queues.iter().map(queue).collect(),
                buddy: buddy.map(str::to_owned),
            }),
        })
    }

    pub(crate) fn signs_in(&mut self, seat: i64, operator: &str, until_ms: Option<i64>) {
        self.commands(Command::SignIn {
            seat: name(seat),
            operator: operator.to_owned(),
            until_ms,
            moves: false,
        })
        .expect("nobody else sits there");
    }

    /// A supervisor chooses for whoever works at a seat.
    pub(crate) fn overrides(&mut self, seat: i64, chosen: Chosen, reason: Option<&str>) {
        self.commands(Command::Choose {
            seat: name(seat),
            chosen,
            reason: reason.map(str::to_owned),
            supervisor: Some("capo".to_owned()),
        })
        .expect("somebody sits there");
    }

    pub(crate) fn sign_ins(&self) -> &[SignInRow] {
        &self.sign_ins
    }

    /// How many rows of digits there are.
    pub(crate) fn number_rows(&self) -> usize {
        self.numbers.len()
    }

    /// How many numbers are on the centre's mind.
    pub(crate) fn held_numbers(&self) -> usize {
        self.centre.held().numbers
    }

    pub(crate) fn no_callback(&self) -> bool {
        self.callbacks.is_empty()
    }

    /// Every time that somebody was told, in order.
    pub(crate) fn promises(&self) -> &[PromiseRow] {
        &self.promises
    }

    /// Whether the callbacks of the first queue give way to who rings in.
    pub(crate) fn are_callbacks_held(&self) -> bool {
        self.centre.snapshot(self.now).queues[0].callbacks_held
    }

    /// Offers that are out.
    pub(crate) fn offers_open(&self) -> usize {
        let open = |row: &&OfferRow| row.state == OfferState::Open;
        self.offers.values().filter(open).count()
    }

    /// What who entered the first queue now would have to expect.
    pub(crate) fn wait_of_queue(&self) -> Option<WaitNow> {
        self.centre.snapshot(self.now).queues[0].wait
    }

    /// The one trunk, as pages see it.
    pub(crate) fn trunk(&self) -> TrunkNow {
        let mut trunks = self.centre.snapshot(self.now).trunks;
        trunks.pop().expect("there is one trunk")
    }

    pub(crate) fn trunk_named(&self, name: &str) -> TrunkNow {
        let mut trunks = self.centre.snapshot(self.now).trunks.into_iter();
        trunks.find(|trunk| trunk.name == name).expect("a trunk")
    }

    /// The one site, as pages see it.
    /// A health authority, by its place.
    pub(crate) fn tenant(&self, place: usize) -> TenantNow {
        self.centre.snapshot(self.now).tenants[place].clone()
    }

    /// A task, in the order in which they were added.
    pub(crate) fn task(&self, nth: usize) -> &TaskRow {
        self.tasks.values().nth(nth).expect("it was added")
    }

    /// What has happened to a task.
    pub(crate) fn history_of(&self, task: TaskId) -> Vec<TaskEventKind> {
        let events = self.task_events.iter().filter(|event| event.task == task);
        events.map(|event| event.kind).collect()
    }

    /// A seat as its page sees it.
    pub(crate) fn seat_now(&self, seat: usize) -> SeatNow {
        self.centre.snapshot(self.now).seats[seat - 1].clone()
    }

    /// Which task a seat does, or is offered.
    pub(crate) fn task_at(&self, seat: usize) -> Option<TaskId> {
        self.centre.snapshot(self.now).seats[seat - 1].task
    }

    /// A queue, by its place.
    pub(crate) fn queue(&self, place: usize) -> QueueNow {
        self.centre.snapshot(self.now).queues[place].clone()
    }

    /// The stop buttons that are pressed, as pages see them.
    pub(crate) fn stops(&self) -> Vec<StopNow> {
        self.centre.snapshot(self.now).stops
    }

    pub(crate) fn site(&self) -> SiteNow {
        let mut sites = self.centre.snapshot(self.now).sites;
        sites.pop().expect("there is one site")
    }

    pub(crate) fn needs(&self) -> Vec<&NeedRow> {
        self.needs.values().collect()
    }

    pub(crate) fn dials(&self) -> Vec<&DialRow> {
        self.dials.values().collect()
    }

    pub(crate) fn was_done(&self, wanted: impl Fn(&Effect) -> bool) -> bool {
        self.effects.iter().any(wanted)
    }

    pub(crate) fn count(&self, wanted: impl Fn(&Effect) -> bool) -> usize {
        self.effects.iter().filter(|effect| wanted(effect)).count()
    }

    /// Rows of dials go missing, as by a restored backup.
    pub(crate) fn loses_dials(&mut self) {
        self.dials.clear();
    }

    /// What happened to every callback, in order.
    pub(crate) fn callback_events_of_all(&self) -> Vec<CallbackEventKind> {
        self.callback_events
            .iter()
            .map(|event| event.kind)
            .collect()
    }

    pub(crate) fn last_bulk(&self) -> &BulkRow {
        self.bulks
            .values()
            .next_back()
            .expect("something was done in bulk")
    }

    /// What the store would give to bring the last bulk back.
    pub(crate) fn to_undo(&self) -> Vec<UndoTold> {
        let bulk = self.last_bulk();
        let of_it = |entry: &&BulkEntryRow| entry.bulk == bulk.id && entry.fate == BulkFate::Done;
        let told = |entry: &BulkEntryRow| UndoTold {
            entry: entry.clone(),
            closed: (bulk.action == BulkAction::Close).then(|| self.given_up(entry.callback)),
            details: self.details_of(entry.callback),
            is_served: self.is_served_since(entry.callback),
        };
        self.bulk_entries.values().filter(of_it).map(told).collect()
    }

    /// Whether the person of a closed callback has spoken with us since.
    fn is_served_since(&self, id: CallbackId) -> bool {
        let row = &self.callbacks[&id];
        let digits = |id| self.numbers.get(&id).and_then(|row| row.e164.clone());
        let of_them = |attempt: &&AttemptRow| {
            attempt.number.and_then(digits) == digits(row.number)
                && row.closed_ms.is_some_and(|at| attempt.received_ms >= at)
        };
        let mut since = self.attempts.values().filter(of_them);
        since.any(|it| it.outcome.is_some_and(Outcome::is_served))
    }

    pub(crate) fn bulk_fates(&self) -> Vec<BulkFate> {
        self.bulk_entries.values().map(|entry| entry.fate).collect()
    }

    /// The digits that the person of a callback was told.
    pub(crate) fn code_of(&self, id: CallbackId) -> Option<String> {
        let row = self.code_words.get(&id)?;
        row.code.map(CodeWord::reveal)
    }

    /// How callbacks were handed back, the oldest first.
    pub(crate) fn declines(&self) -> Vec<&DeclineRow> {
        self.declines.values().collect()
    }

    /// When the person of a callback wants to be called.
    pub(crate) fn chosen_of(&self, id: CallbackId) -> Option<ChosenTime> {
        self.chosen_times.get(&id)?.chosen
    }

    fn chosen_times_open(&self) -> Vec<ChosenTimeRow> {
        let rows = self.chosen_times.values();
        rows.filter(|row| row.chosen.is_some()).copied().collect()
    }

    fn declines_open(&self) -> Vec<DeclineRow> {
        let open = self.declines.values();
        let open = open.filter(|row| row.settled_ms.is_none());
        open.cloned().collect()
    }

    /// What the history says of the last time that a callback was handed back.
    pub(crate) fn declined_with(&self) -> Option<String> {
        let mut told = self.callback_events.iter().rev();
        let last = told.find(|row| row.kind == CallbackEventKind::Declined)?;
        last.detail.clone()
    }

    /// Whoever a seat has to do with.
    pub(crate) fn owed_at(&self, seat: usize) -> Option<OwedNow> {
        let mut look = self.centre.snapshot(self.now);
        look.seats.swap_remove(seat - 1).owed
    }

    pub(crate) fn call_at(&self, seat: usize) -> Option<CallNow> {
        let mut look = self.centre.snapshot(self.now);
        look.seats.swap_remove(seat - 1).call
    }

    pub(crate) fn side_calls(&self) -> Vec<&SideCallRow> {
        self.side_calls.values().collect()
    }

    pub(crate) fn last_callback_event(&self) -> &CallbackEventRow {
        self.callback_events.last().expect("something happened")
    }

    fn tasks_open(&self) -> Vec<TaskRow> {
        let open = self.tasks.values().filter(|row| row.closed_ms.is_none());
        open.cloned().collect()
    }

    /// Callbacks that were given up and that nobody has looked at, as on record.
    pub(crate) fn unseen(&self) -> Vec<ReviewRow> {
        let unseen = self.reviews.values().filter(|row| row.seen_ms.is_none());
        unseen.cloned().collect()
    }

    pub(crate) fn review(&self, id: CallbackId) -> &ReviewRow {
        self.reviews.get(&id).expect("it was given up")
    }

    /// A callback as the store has it after it was given up.
    pub(crate) fn given_up(&self, id: CallbackId) -> OpenCallback {
        let row = self.callbacks[&id].clone();
        let of_it = |need: &&NeedRow| need.callback == id && need.closed_ms == row.closed_ms;
        OpenCallback {
            number: self.numbers[&row.number].e164.clone(),
            needs: self.needs.values().filter(of_it).cloned().collect(),
            promised_ms: None,
            row,
        }
    }

    /// What is on record of a need besides.
    pub(crate) fn detail(&self, need: NeedId) -> &NeedDetailRow {
        self.details.get(&need).expect("somebody entered it")
    }

    /// What is on record of the needs of a callback.
    pub(crate) fn details_of(&self, id: CallbackId) -> Vec<NeedDetailRow> {
        let of_it = self.details.values().filter(|row| row.callback == id);
        of_it.cloned().collect()
    }

    fn details_open(&self) -> Vec<NeedDetailRow> {
        let open = |row: &&NeedDetailRow| self.needs[&row.need].closed_ms.is_none();
        self.details.values().filter(open).cloned().collect()
    }

    /// The database answers nothing from now on, or again.
    pub(crate) fn reads_nothing(&mut self, unreadable: bool) {
        self.unreadable = unreadable;
    }

    fn next_entries(&self, id: CampaignId, until_ms: i64, limit: u32) -> EntryPage {
        let mut waiting = self.entries_that_are(EntryState::Waiting);
        waiting.retain(|row| row.campaign == id);
        waiting.sort_by_key(|row| (row.from_ms, row.id));
        let later = waiting.iter().find(|row| row.from_ms > until_ms);
        let next_ms = later.map(|row| row.from_ms);
        waiting.retain(|row| row.from_ms <= until_ms);
        waiting.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        let entry = |row: CampaignEntryRow| WaitingEntry {
            number: self.numbers[&row.number].e164.clone(),
            row,
        };
        EntryPage {
            entries: waiting.into_iter().map(entry).collect(),
            next_ms,
        }
    }

    fn entries_that_are(&self, state: EntryState) -> Vec<CampaignEntryRow> {
        let entries = self.entries.values().filter(|row| row.state == state);
        entries.cloned().collect()
    }

    fn campaigns_open(&self) -> Vec<OpenCampaign> {
        let released = self.entries_that_are(EntryState::Released);
        let is_open = |row: &&CampaignRow| {
            let is_released = released.iter().any(|entry| entry.campaign == row.id);
            row.state != CampaignState::Ended || is_released || self.years_kept(row.id) > 0
        };
        let open = self.campaigns.values().filter(is_open);
        let counted = |row: &CampaignRow| {
            let of_it = |state: EntryState| {
                let entries = self.entries_that_are(state).into_iter();
                entries.filter(|entry| entry.campaign == row.id).count()
            };
            let count = |state: &EntryState| (*state, i64::try_from(of_it(*state)).unwrap_or(0));
            OpenCampaign {
                row: row.clone(),
                counts: EntryState::ALL.iter().map(count).collect(),
                last: self.list_of(row.id).map(|entry| entry.id).max(),
            }
        };
        open.map(counted).collect()
    }

    fn empties_years(&mut self, of: YearsEmptied) {
        let entries = self.entries.range_mut(of.after..=of.until);
        for (_, entry) in entries.filter(|(_, it)| it.campaign == of.campaign) {
            if entry.state == EntryState::Waiting {
                entry.appointment.iter_mut().for_each(|it| it.born = None);
            }
        }
    }

    fn list_of(&self, id: CampaignId) -> impl Iterator<Item = &CampaignEntryRow> {
        self.entries.values().filter(move |row| row.campaign == id)
    }

    /// Of how many on a list who were never called it is stored when they were born.
    pub(crate) fn years_kept(&self, id: CampaignId) -> usize {
        let is_kept = |row: &&CampaignEntryRow| {
            let born = row.appointment.as_ref().and_then(|it| it.born);
            row.state == EntryState::Waiting && born.is_some()
        };
        self.list_of(id).filter(is_kept).count()
    }

    /// What an operator is shown of whom they have to do with.
    pub(crate) fn notes_at(&self, seat: usize) -> Vec<String> {
        self.centre.snapshot(self.now).seats[seat].notes.clone()
    }

    /// The campaigns on record, the oldest first.
    pub(crate) fn campaigns(&self) -> Vec<&CampaignRow> {
        self.campaigns.values().collect()
    }

    /// The hours of every campaign are these in the database.
    pub(crate) fn damages_hours(&mut self, text: &str) {
        for row in self.campaigns.values_mut() {
            row.window = Some(text.to_owned());
        }
    }

    /// The people on their lists, in the order of these.
    pub(crate) fn entries(&self) -> Vec<&CampaignEntryRow> {
        self.entries.values().collect()
    }

    /// How they stand.
    pub(crate) fn entry_states(&self) -> Vec<EntryState> {
        self.entries.values().map(|row| row.state).collect()
    }

    /// Stop buttons that nobody has released, as on record.
    pub(crate) fn pressed(&self) -> Vec<ClosureRow> {
        let pressed = self.closures.values().filter(|row| row.until_ms.is_none());
        pressed.cloned().collect()
    }

    /// Marks that nobody has taken away, as on record.
    pub(crate) fn marks_held(&self) -> Vec<MarkRow> {
        let held = self.marks.values().filter(|row| row.until_ms.is_none());
        held.cloned().collect()
    }

    pub(crate) fn special_days(&self) -> Vec<SpecialDayRow> {
        let held = self.special_days.values();
        held.filter(|row| row.removed_ms.is_none())
            .cloned()
            .collect()
    }

    /// Every mark on record.
    pub(crate) fn marks(&self) -> Vec<&MarkRow> {
        self.marks.values().collect()
    }

    fn spoken(&self) -> Vec<Spoken> {
        let spoken = |row: &AssignmentRow| {
            let number = match row.work {
                Work::Attempt(id) => self.attempts[&id].number?,
                Work::Callback(id) => self.callbacks[&id].number,
            };
            Some(Spoken {
                number: self.numbers[&number].e164.clone()?,
                queue: self.offers[&row.offer].queue,
                operator: row.operator,
                called_ms: matches!(row.work, Work::Attempt(_)).then_some(row.started_ms),
            })
        };
        self.assignments.values().filter_map(spoken).collect()
    }

    fn rang(&self) -> Vec<Rang> {
        let rang = |row: &DialRow| {
            let callback = &self.callbacks[&row.callback];
            let mut needs = self.needs.values();
            let about = needs.find(|need| need.callback == callback.id && need.queue.is_some());
            Some(Rang {
                number: self.numbers[&row.number].e164.clone()?,
                tenant: callback.tenant,
                dial: row.id,
                callback: callback.id,
                queue: about.and_then(|need| need.queue),
                place_ms: callback.place_ms,
                placed_ms: row.placed_ms,
                result: row.result,
                sip_status: row.sip_status,
                closed_how: callback.closed_how,
            })
        };
        self.dials.values().filter_map(rang).collect()
    }

    fn open(&self, row: &CallbackRow) -> OpenCallback {
        let number = self.numbers.get(&row.number);
        let is_open = |need: &&NeedRow| need.callback == row.id && need.closed_ms.is_none();
        let of_case = |promise: &&PromiseRow| promise.callback == Some(row.id);
        let promises = self.promises.iter().filter(of_case);
        OpenCallback {
            row: row.clone(),
            number: number.and_then(|row| row.e164.clone()),
            needs: self.needs.values().filter(is_open).cloned().collect(),
            promised_ms: promises.map(|promise| promise.by_ms).max(),
        }
    }

    /// The process dies and is started again at once from what is on record.
    pub(crate) fn restarts(&mut self) {
        self.epoch += 1;
        let restored = Restored {
            epoch: self.epoch,
            seats: self.seats.values().cloned().collect(),
            operators: self.operators.values().cloned().collect(),
            pins: those(self.pins.values(), |row| row.erased_ms.is_none()),
            profiles: self.profiles.values().cloned().collect(),
            owners: self.owners.values().copied().collect(),
            code_words: self.code_words.values().copied().collect(),
            chosen_times: self.chosen_times_open(),
            declines: self.declines_open(),
            side_calls: those(self.side_calls.values(), |row| row.ended_ms.is_none()),
            details: self.details_open(),
            outages: those(self.outages.values(), |row| row.until_ms.is_none()),
            closures: self.pressed(),
            announcements: self.announcements(),
            marks: self.marks_held(),
            special_days: self.special_days(),
            memos: self.memos_shown(),
            memo_readings: self.memo_readings.values().cloned().collect(),
            unseen: self.unseen(),
            bulks: those(self.bulks.values(), |row| row.ended_ms.is_none()),
            sign_ins: those(self.sign_ins.iter(), |row| row.until_ms.is_none()),
            intervals: Vec::new(),
            registrations: self.registrations.values().cloned().collect(),
            attempts: those(self.attempts.values(), |row| row.stage != Stage::Ended),
            offers: Vec::new(),
            assignments: Vec::new(),
            spoken: self.spoken(),
            rang: self.rang(),
            rang_since_ms: 0,
            dials: those(self.dials.values(), |row| row.ended_ms.is_none()),
            callbacks: self
                .callbacks
                .values()
                .filter(|row| row.state != CallbackState::Closed)
                .map(|row| self.open(row))
                .collect(),
            campaigns: self.campaigns_open(),
            released: self.entries_that_are(EntryState::Released),
            tasks: self.tasks_open(),
            numbers: self.numbers.values().cloned().collect(),
        };
        self.centre = Centre::new(self.rules.clone(), self.epoch);
        let mut step = Step::default();
        self.centre.restore(self.now, restored, &mut step);
        self.take_in(step);
    }
}

/// Rows that are still so.
fn those<'a, T: Clone + 'a>(
    rows: impl Iterator<Item = &'a T>,
    are_so: impl Fn(&T) -> bool,
) -> Vec<T> {
    rows.filter(|row| are_so(row)).cloned().collect()
}

/// The queue behind the first key.
pub(crate) fn book(rules: &mut Rules) -> &mut Queue {
    rules.queues.get_mut(&QueueId(1)).expect("it is there")
}

/// How an hour is spoken.
pub(crate) fn hour_spoken(hour: usize) -> PromptId {
    PromptId(100 + u32::try_from(hour).expect("an hour"))
}

/// How a quarter of an hour is spoken: 1 to 3.
pub(crate) fn quarter_spoken(quarter: usize) -> PromptId {
    PromptId(129 + u32::try_from(quarter).expect("a quarter"))
}

fn notice_prompts() -> NoticePrompts {
    NoticePrompts {
        listed: LISTED,
        put_on_list: PUT_ON_LIST,
        unreachable: UNREACHABLE,
        another: ANOTHER,
        confirm: CONFIRM,
        another_listed: ANOTHER_LISTED,
        leave: LEAVE,
        declined: DECLINED,
        soon: SOON,
        by_today: BY_TODAY,
        by_tomorrow: BY_TOMORROW,
        by_weekday: std::array::from_fn(|day| PromptId(70 + u32::try_from(day).expect("a day"))),
        hours: std::array::from_fn(hour_spoken),
        quarters: std::array::from_fn(|n| quarter_spoken(n + 1)),
    }
}

/// How a digit is spoken.
pub(crate) fn digit_spoken(digit: usize) -> PromptId {
    PromptId(40 + u32::try_from(digit).expect("one digit"))
}

fn name(seat: i64) -> String {
    (100 + seat).to_string()
}

fn seats() -> Vec<SeatRow> {
    [1, 2]
        .map(|id| SeatRow {
            id: SeatId(id),
            name: name(id),
            site: SiteId(1),
            ha1_md5: String::new(),
            ha1_sha256: String::new(),
            removed_ms: None,
        })
        .to_vec()
}

fn operators() -> Vec<OperatorRow> {
    [(1, "anna"), (2, "bruno")]
        .map(|(id, name)| OperatorRow {
            id: OperatorId(id),
            name: name.to_owned(),
            employer: "coop".to_owned(),
            skills: vec![("all".to_owned(), 1)],
            home: None,
            removed_ms: None,
        })
        .to_vec()
}

fn queue(name: &str) -> Queue {
    Queue {
        tenant: TenantId(1),
        name: name.to_owned(),
        title: name.to_owned(),
        whisper: None,
        skills: BTreeMap::from([("all".to_owned(), 1)]),
        waiting_max: 10,
        wrap_up_s: WRAP_UP_S,
        wrap_up: WrapUp::UpTo,
        ring_s: SEAT_RING_S,
        cli: None,
        class: None,
        live_bonus_s: 0,
        no_operators: NoOperators::Wait,
        hours: vec![CalendarId(0)],
        serve_waiting_s: SERVE_WAITING_S,
        answer_targets: Vec::new(),
        matching: MatchPolicy::default(),
        tasks: TaskPolicy::default(),
        callback: CallbackPolicy {
            gives_way: GivesWay::ToExpected,
            share_min: 0.0,
            share_max: 1.0,
            share_overdue: 1.0,
            hold_max_s: 3_600,
            grace_s: GRACE_S,
            spacing_no_answer_s: NO_ANSWER_S,
            spacing_busy_s: BUSY_S,
            spacing_unreachable_s: UNREACHABLE_S,
            spacing_person_declined_s: PERSON_DECLINED_S,
            spacing_declined_s: DECLINED_S,
            busy_per_try: 1,
            tries_max: TRIES_MAX,
            owner_wait_h: 2,
            not_on: BTreeSet::new(),
            stays: StayPolicy::default(),
            preview: PreviewPolicy::default(),
            spread_h: 2,
            expected_s: EXPECTED_S,
            expires: Term::new(7, CountedDays::Every, Zone::UTC),
            window: ContactWindow::always(),
            person_first: PersonFirstPolicy::default(),
        },
    }
}

#[expect(clippy::too_many_lines, reason = "one line for each rule")]
fn rules() -> Rules {
    let line = PhoneNumber::parse_e164(LINE).expect("a number");
    let office = CalendarDefinition {
        name: "orario".to_owned(),
        zone: "Europe/Rome".to_owned(),
        weekly: std::array::from_fn(|_| vec!["08:00-18:00".to_owned()]),
        ..CalendarDefinition::default()
    };
    let tenant = Tenant {
        code_word: false,
        name: "asl".to_owned(),
        title: "ASL".to_owned(),
        whisper: None,
        cli: None,
        dialplan: plan(&line),
        lending: LendPolicy::default(),
        zone: Zone::Europe__Rome,
        spoken: None,
    };
    Rules {
        hash: "first".to_owned(),
        successors: BTreeMap::new(),
        tenants: BTreeMap::from([(TenantId(1), tenant)]),
        lines: BTreeMap::from([(
            line.clone(),
            Line {
                id: LineId(1),
                tenant: TenantId(1),
            },
        )]),
        trunks: BTreeMap::from([(TrunkId(1), trunk(line))]),
        queues: BTreeMap::from([(QueueId(1), queue("book")), (QueueId(2), queue("cancel"))]),
        sites: BTreeMap::from([(
            SiteId(1),
            Site {
                name: "teramo".to_owned(),
                calls_max: None,
            },
        )]),
        calendars: vec![Calendar::new(&office).expect("a calendar")],
        prompts: prompts(),
        announcing: None,
        features: None,
        trial: Some(PromptId(799)),
        practice: [(Exercise::Booking, PromptId(798))].into(),
        pause_reasons: Vec::new(),
        decline_reasons: Vec::new(),
        own_results: Vec::new(),
        directory: directory(),
        phones: BTreeMap::new(),
        fairness: FairnessPolicy::default(),
        limits: Limits {
            reconcile_after_s: RECONCILE_S,
            interrupted_under_s: 5,
            interrupted_priority_s: 3_600,
            reject_delay_s: 5,
            busy_delay_s: 7,
            no_answer_delay_s: 6,
            no_ringing_s: NO_RINGING_S,
            ask_phone_s: (ASK_PHONE_S, 4 * ASK_PHONE_S),
            misses_max: 3,
            last_operators_max: 100,
            rung_max: 100,
            not_responding_return_s: 0,
            reconnect_grace_s: 0,
            site_outage_within_s: 0,
            tasks_max: 1_000,
            marks_max: MARKS_MAX,
            campaigns_max: 3,
            campaign_entries_max: 100,
            reminders_at_once: 2,
            by_hand_max: 1_000,
            register_s: (60, 90_000),
        },
    }
}

fn directory() -> Directory {
    let entry = |name: &str, number: &str, tenant| Entry {
        name: name.to_owned(),
        number: PhoneNumber::parse_e164(number).expect("a number"),
        tenant,
    };
    Directory::new(vec![
        entry("Radiologia", WARD, None),
        entry("Altrove", "+390871999999", Some(TenantId(9))),
    ])
}

fn trunk(cli: PhoneNumber) -> Trunk {
    Trunk {
        name: "carrier".to_owned(),
        channels: 10,
        answer_max: 9,
        notice_lines: 0,
        notice_s_max: NOTICE_S_MAX,
        notice_key_s: NOTICE_KEY_S,
        storm_lines: 9,
        storm_quiet_s: STORM_QUIET_S,
        calls_per_s: None,
        outbound_min: 1,
        inbound_min: 0,
        outbound: true,
        dials: DialPolicy::default(),
        cli,
        ring_s: RING_S,
        answer_after_ms: 0,
    }
}

fn plan(line: &PhoneNumber) -> Dialplan {
    let waits = |queue| PlanStep::Queue {
        queue: QueueId(queue),
        announce: Announce {
            position: true,
            wait: false,
            every_s: 30,
        },
        opt_out_key: Some('8'),
        offer_callback: Some(OfferCallback {
            after_s: 60,
            key: '*',
        }),
        max_wait_s: 3_600,
        on_timeout: StepId(4),
        music: None,
    };
    let steps = vec![
        PlanStep::Hours {
            calendar: CalendarId(0),
            open: StepId(1),
            closed: StepId(5),
        },
        PlanStep::Menu {
            prompt: PromptId(20),
            keys: BTreeMap::from([(BOOK, StepId(2)), (CANCEL, StepId(3))]),
            timeout_s: 5,
            otherwise: StepId(2),
            tries: 1,
            invalid: None,
        },
        waits(1),
        waits(2),
        PlanStep::Callback {
            queue: QueueId(1),
            by_key: NumberByKey::default(),
            when: None,
            then: None,
        },
        PlanStep::HangUp {
            play: vec![PromptId(21)],
            served: None,
        },
        PlanStep::Emergency {
            prompts: vec![PromptId(22)],
            then: None,
        },
    ];
    Dialplan {
        tenant: "asl".to_owned(),
        numbers: vec![line.clone()],
        calls_per_s: None,
        start: StepId(0),
        emergency: None,
        missed_queue: QueueId(1),
        return_call: Some(ReturnCall::default()),
        names: (0..steps.len()).map(|n| n.to_string()).collect(),
        steps,
    }
}

fn reminder_prompts() -> ReminderPrompts {
    let numbered = |first: u32| move |n: usize| PromptId(first + u32::try_from(n).expect("small"));
    ReminderPrompts {
        greeting: REMIND_GREETING,
        wrong_year: REMIND_WRONG,
        not_verified: REMIND_NOT_VERIFIED,
        appointment: REMIND_APPOINTMENT,
        weekdays: std::array::from_fn(numbered(420)),
        days: (0..31).map(numbered(430)).collect(),
        months: std::array::from_fn(numbered(470)),
        at: REMIND_AT,
        keys: REMIND_KEYS,
        sure: REMIND_SURE,
        confirmed: REMIND_CONFIRMED,
        cancelled: REMIND_CANCELLED,
        connecting: REMIND_CONNECTING,
        moved: REMIND_MOVED,
        machine: REMIND_MACHINE,
        unanswered: REMIND_UNANSWERED,
        places: BTreeMap::from([("mazzini".to_owned(), REMIND_PLACE)]),
    }
}

fn prompts() -> SpokenPrompts {
    SpokenPrompts {
        music: PromptId(0),
        please_hold: PromptId(1),
        reconnecting: RECONNECTING,
        positions: vec![PromptId(2)],
        position_beyond: PromptId(4),
        waits: cuptel_core::estimate::minutes_told()
            .iter()
            .map(|min| PromptId(200 + min))
            .collect(),
        wait_beyond: PromptId(200),
        number_is: NUMBER_IS,
        digits: std::array::from_fn(digit_spoken),
        number_confirm: NUMBER_CONFIRM,
        number_ask: NUMBER_ASK,
        number_wrong: NUMBER_WRONG,
        callback_offer: PromptId(5),
        callback_confirmed: PromptId(6),
        callback_at_closing: PromptId(7),
        number_unavailable: PromptId(8),
        number_not_called: NOT_CALLED,
        lines_busy: PromptId(9),
        operator_coming: PromptId(10),
        notice: notice_prompts(),
        returning: Some(RETURNING),
        held: Some(HELD),
        still_held: Some(STILL_HELD),
        verify: Some(VerifyPrompts {
            yes: VERIFY_YES,
            today: VERIFY_TODAY,
            yesterday: PromptId(152),
            weekdays: std::array::from_fn(|day| PromptId(153 + u32::try_from(day).expect("a day"))),
            and: VERIFY_AND,
            tens: [30, 40, 50].map(PromptId),
            no: VERIFY_NO,
            unknown: VERIFY_UNKNOWN,
            unsure: VERIFY_UNSURE,
        }),
        code: Some(CodePrompts {
            given: CODE_GIVEN,
            said: CODE_SAID,
            to_operator: CODE_TO_OPERATOR,
        }),
        reminder: Some(reminder_prompts()),
        person_first: Some(PersonFirstPrompts {
            calling: FIRST_CALLING,
            press: FIRST_PRESS,
            connecting: FIRST_CONNECTING,
            later: FIRST_LATER,
            declined: FIRST_DECLINED,
            machine: FIRST_MACHINE,
        }),
        opt_out: Some(OPT_OUT),
        when: Some(WhenPrompts {
            chosen: WHEN_CHOSEN,
            confirm: WHEN_CONFIRM,
            not_then: WHEN_NOT_THEN,
            kept: WHEN_KEPT,
        }),
        to_operator_preview: None,
        to_operator_dialling: PromptId(11),
        to_operator_no_answer: PromptId(12),
        to_operator_busy: PromptId(13),
        to_operator_unreachable: PromptId(14),
        to_operator_withdrawn: PromptId(15),
        whisper_call: WHISPER_CALL,
        whisper_waits: WHISPER_WAITS,
        whisper_minutes: WHISPER_MINUTES,
        whisper_waits_long: PromptId(83),
    }
}
