//! The centre: the one state machine of the rules. Everything that happens comes in
//! through `handle`; what must be stored and done comes out in the step.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::acquaintance::Acquaintances;
use crate::announcement::Announcements;
use crate::attempt::LiveAttempt;
use crate::beside::SideCall;
use crate::blending::Blending;
use crate::callback::Case;
use crate::campaign::Campaigns;
use crate::channels::Channels;
use crate::choosing::Choice;
use crate::code_word::CodeWord;
use crate::declining::Declines;
use crate::estimate::CrewsKnown;
use crate::fairness::Fairness;
use crate::feature_call::Features;
use crate::id::{
    AttemptId, CallbackId, ConfigVersionId, DialId, IdSource, LegId, NeedId, OperatorId, OwnIds,
    QueueId, SeatId, SideCallId, SiteId, SpecialDayId, TrunkId,
};
use crate::ledger::Ledger;
use crate::mark::Marks;
use crate::matching::Matching;
use crate::means::Means;
use crate::memo::Memos;
use crate::pace::{Entrance, Pace};
use crate::people::People;
use crate::person_first::PersonFirst;
use crate::planted::{Fault, planted};
use crate::profile::Profile;
use crate::reconnecting::AnsweredWaiting;
use crate::record::{
    BulkRow, DialRow, NeedDetailRow, OperatorRow, RegistrationRow, ReviewRow, SeatRow,
    SiteOutageRow, SpecialDayRow,
};
use crate::release::DialHours;
use crate::reminding::Reminders;
use crate::rules::Rules;
use crate::rung::Rung;
use crate::seat::Seat;
use crate::step::{Command, CommandError, Effect, Input, Step};
use crate::stop_button::Stops;
use crate::task::Tasks;
use crate::time::{MonoUs, Now, UtcMs};
use crate::timers::{Timer, Timers};
use crate::trial::{Trials, Voice};
use crate::words::Party;

/// Whose leg it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Role {
    /// A person who rang in.
    Caller(AttemptId),
    /// A seat's phone.
    Seat(SeatId),
    /// The person whom this seat calls back.
    Person(SeatId),
    /// The person who waits on the line for an operator.
    AnsweredWaiting(CallbackId),
    /// The phone of a seat whose offer is over: it is let go, and has not said so yet.
    LetGo(SeatId),
    /// The person who is on the line before an operator.
    First(CallbackId),
    /// A seat's phone from which the message of an emergency is spoken.
    Announcer(AttemptId),
    /// Somebody outside whom an operator calls beside their works.
    Side(SideCallId),
    /// A person called back who was given to somebody outside.
    Given(SideCallId),
    /// A seat's phone that has dialled a code.
    Feature(AttemptId),
    /// A seat's phone that is tried.
    Trial(SeatId),
}

/// How much the rules hold in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// Legs with somebody at their end.
    pub legs: usize,
    /// Numbers with an open call, an open callback or a dial.
    pub numbers: usize,
    /// Tasks that are not closed.
    pub tasks: usize,
    /// Callbacks that were given up and that nobody has looked at.
    pub unseen: usize,
    /// Moments at which to be woken.
    pub timers: usize,
}

/// The rules at work on everything that is open.
#[derive(Debug, Serialize, Deserialize)]
pub struct Centre {
    pub(crate) rules: Arc<Rules>,
    /// Which they are, on record.
    pub(crate) version: ConfigVersionId,
    pub(crate) ids: IdSource,
    pub(crate) arrival_seq: i64,
    pub(crate) legs: HashMap<LegId, Role, OwnIds>,
    /// Boxed, as cases are.
    pub(crate) attempts: BTreeMap<AttemptId, Box<LiveAttempt>>,
    /// How fast calls have come, where a limit is set.
    pub(crate) paces: BTreeMap<Entrance, Pace>,
    pub(crate) people: People,
    /// Boxed: a tree that holds them itself is moved about with every one that comes or goes.
    pub(crate) cases: BTreeMap<CallbackId, Box<Case>>,
    pub(crate) ledger: Ledger,
    /// Callbacks promised for an opening that has not been yet.
    pub(crate) backlog: BTreeMap<(QueueId, UtcMs), BTreeSet<CallbackId>>,
    /// Queues for which the end of a pause of the contact window is awaited.
    pub(crate) windows: BTreeSet<QueueId>,
    pub(crate) dial_hours: DialHours,
    /// Works that wait, and the seats that are free for them.
    pub(crate) matching: Matching,
    /// When the earliest timer for it fires.
    pub(crate) turn_at: Option<MonoUs>,
    pub(crate) acquaintances: Acquaintances,
    /// Whom we rang lately.
    pub(crate) rung: Rung,
    pub(crate) seats: BTreeMap<SeatId, Seat>,
    pub(crate) extensions: BTreeMap<String, SeatId>,
    pub(crate) operators: BTreeMap<String, OperatorRow>,
    pub(crate) profiles: BTreeMap<OperatorId, Profile>,
    /// When the last works of each operator began, as far as a pace may look back.
    pub(crate) begun: BTreeMap<OperatorId, VecDeque<MonoUs>>,
    pub(crate) trunks: BTreeMap<TrunkId, Channels>,
    pub(crate) blending: Blending,
    /// Who serves what, until somebody comes or goes.
    pub(crate) crews_known: CrewsKnown,
    pub(crate) fairness: Fairness,
    pub(crate) tasks: Tasks,
    /// Calls that operators make beside their works.
    pub(crate) sides: BTreeMap<SideCallId, SideCall>,
    /// Persons called back whose operator's phone died, by their callback.
    pub(crate) answered_waiting: BTreeMap<CallbackId, AnsweredWaiting>,
    /// Callbacks that were closed by hand and taken back, lately.
    pub(crate) taken_back: VecDeque<CallbackId>,
    /// Callbacks of people who are only to be reminded, whose time has come.
    pub(crate) reminders: Reminders,
    /// Persons who are called before an operator is on the line, by their callback.
    pub(crate) person_first: BTreeMap<CallbackId, PersonFirst>,
    /// Sites that are cut off.
    pub(crate) outages: BTreeMap<SiteId, SiteOutageRow>,
    /// Stop buttons that are pressed.
    pub(crate) stops: Stops,
    /// What was spoken for emergencies.
    pub(crate) announcements: Announcements,
    /// Who works by phone alone.
    pub(crate) features: Features,
    /// Phones that are tried, or were.
    pub(crate) trials: Trials,
    /// What operators are told.
    pub(crate) memos: Memos,
    /// Numbers that are not to be called, or that many share.
    pub(crate) marks: Marks,
    /// Days with hours of their own, which `rules` has in its calendars.
    pub(crate) special_days: BTreeMap<SpecialDayId, SpecialDayRow>,
    /// Whether somebody may be spared other works than they were, and when that was looked at.
    pub(crate) look_at_spared: bool,
    /// Free seats for which time alone may change it.
    pub(crate) to_be_spared: BTreeSet<SeatId>,
    pub(crate) spared_looked_at: MonoUs,
    /// Which operator is to pay which callback.
    pub(crate) owners: BTreeMap<CallbackId, OperatorId>,
    /// What the persons of callbacks were told, by which they know our call.
    pub(crate) code_words: BTreeMap<CallbackId, CodeWord>,
    /// Callbacks that operators handed back.
    pub(crate) declined: BTreeMap<CallbackId, Declines>,
    /// Of open needs that somebody entered.
    pub(crate) details: BTreeMap<NeedId, NeedDetailRow>,
    /// Lists of people who are to be called.
    pub(crate) campaigns: Campaigns,
    pub(crate) means: Means,
    /// Operators who may have come to take what they own, or not to.
    pub(crate) owners_to_ask: BTreeSet<OperatorId>,
    /// Callbacks that were given up and that nobody has looked at yet.
    pub(crate) unseen: BTreeMap<CallbackId, ReviewRow>,
    /// What is done with many callbacks, until it is through.
    pub(crate) bulk: Option<BulkRow>,
    /// When callbacks that wait are looked at for their age, and after which of them.
    pub(crate) expiries_at: Option<MonoUs>,
    pub(crate) expiries_after: Option<CallbackId>,
    /// Dials whose fate a crash hid.
    pub(crate) unknown_dials: BTreeMap<DialId, DialRow>,
    pub(crate) timers: Timers,
    /// The wall clock less the monotonic one, since it was set last.
    pub(crate) clocks_apart_ms: Option<i64>,
    /// Whether nothing new is begun, because what is decided cannot be stored.
    pub(crate) held: bool,
    /// Whether decisions are explained: not where nobody can ask.
    pub(crate) explains: bool,
    /// Set while stopping; true once `Effect::Drained` was given.
    pub(crate) stopping: Option<bool>,
    /// Moves that a state refused: faults of ours.
    pub(crate) violations: u64,
}

impl Centre {
    /// Nothing will be asked of what is decided from now on, so nothing is kept for it.
    pub fn explain_nothing(&mut self) {
        self.explains = false;
    }

    /// An empty centre in this epoch; `restore` fills it with what is open.
    #[must_use]
    pub fn new(rules: Arc<Rules>, epoch: i64) -> Self {
        let trunks = rules
            .trunks
            .keys()
            .map(|id| (*id, Channels::default()))
            .collect();
        let mut matching = Matching::default();
        matching.begin(&rules.queues, &rules.lending());
        Self {
            rules,
            version: ConfigVersionId(0),
            ids: IdSource::new(epoch),
            arrival_seq: 0,
            legs: HashMap::default(),
            attempts: BTreeMap::new(),
            paces: BTreeMap::new(),
            people: People::default(),
            cases: BTreeMap::new(),
            ledger: Ledger::default(),
            backlog: BTreeMap::new(),
            windows: BTreeSet::new(),
            dial_hours: DialHours::default(),
            matching,
            turn_at: None,
            acquaintances: Acquaintances::default(),
            rung: Rung::default(),
            seats: BTreeMap::new(),
            extensions: BTreeMap::new(),
            operators: BTreeMap::new(),
            profiles: BTreeMap::new(),
            begun: BTreeMap::new(),
            trunks,
            blending: Blending::default(),
            crews_known: CrewsKnown::default(),
            fairness: Fairness::default(),
            tasks: Tasks::default(),
            sides: BTreeMap::new(),
            answered_waiting: BTreeMap::new(),
            taken_back: VecDeque::new(),
            reminders: Reminders::default(),
            person_first: BTreeMap::new(),
            outages: BTreeMap::new(),
            stops: Stops::default(),
            announcements: Announcements::default(),
            features: Features::default(),
            trials: Trials::new(),
            memos: Memos::default(),
            marks: Marks::default(),
            special_days: BTreeMap::new(),
            look_at_spared: false,
            to_be_spared: BTreeSet::new(),
            spared_looked_at: 0,
            owners: BTreeMap::new(),
            code_words: BTreeMap::new(),
            declined: BTreeMap::new(),
            details: BTreeMap::new(),
            campaigns: Campaigns::default(),
            means: Means::default(),
            owners_to_ask: BTreeSet::new(),
            unseen: BTreeMap::new(),
            bulk: None,
            expiries_at: None,
            expiries_after: None,
            unknown_dials: BTreeMap::new(),
            timers: Timers::default(),
            clocks_apart_ms: None,
            held: false,
            explains: true,
            stopping: None,
            violations: 0,
        }
    }

    /// A fresh leg, for a call that comes in.
    pub fn allot_leg(&mut self) -> LegId {
        LegId(self.ids.allot())
    }

    /// Begins no offer and no dial while the store refuses; `Input::Tick` resumes.
    pub fn hold(&mut self, held: bool) {
        self.held = held && !planted(Fault::OffersNotHeld);
    }

    /// The rules in force.
    #[must_use]
    pub fn rules(&self) -> &Arc<Rules> {
        &self.rules
    }

    /// How much it holds; bounded by what is open.
    #[must_use]
    pub fn held(&self) -> Held {
        Held {
            legs: self.legs.len(),
            numbers: self.people.len(),
            tasks: self.tasks.len(),
            unseen: self.unseen.len(),
            timers: self.timers.len(),
        }
    }

    /// The seat with this extension.
    #[must_use]
    pub fn seat_by_extension(&self, extension: &str) -> Option<SeatId> {
        self.extensions.get(extension).copied()
    }

    /// Where a seat's phone is, as far as known.
    #[must_use]
    pub fn registration_of(&self, seat: SeatId) -> Option<&RegistrationRow> {
        self.seats.get(&seat)?.registration.as_ref()
    }

    /// Every seat, with the digests of its phone's password.
    pub fn seat_rows(&self) -> impl Iterator<Item = &SeatRow> {
        self.seats.values().map(|seat| &seat.row)
    }

    /// Takes in what happened; says what to store, what to do then, and when to be woken.
    /// Timers fire on `Input::Tick` alone: after a standstill what was said meanwhile is heard
    /// before anybody is judged for having said nothing.
    pub fn handle(&mut self, now: Now, input: Input, step: &mut Step) {
        self.watch_clock(now, step);
        let ticks = matches!(input, Input::Tick);
        self.hears(now, input, step);
        while ticks && let Some(timer) = self.timers.due(now.mono_us) {
            self.timer(now, timer, step);
        }
        self.run_campaigns(now, step);
        self.dispatch(now, step);
        self.remind(now, step);
        self.look_at_fairness(now);
        self.drained(step);
        step.wake_at = self.timers.next();
    }

    #[expect(
        clippy::too_many_lines,
        reason = "one arm for each thing that may happen"
    )]
    fn hears(&mut self, now: Now, input: Input, step: &mut Step) {
        match input {
            Input::Arrived(arrival) => self.arrived(now, *arrival, step),
            Input::Placed { leg } => match self.legs.get(&leg).copied() {
                Some(Role::Seat(seat)) => self.offer_placed(now, seat, step),
                Some(Role::Person(seat)) => self.dial_placed(now, seat),
                Some(Role::Side(id)) => self.side_placed(now, id),
                Some(Role::First(id)) => self.first_placed(now, id),
                Some(Role::Trial(seat)) => self.trial_placed(now, seat),
                Some(
                    Role::Caller(_)
                    | Role::AnsweredWaiting(_)
                    | Role::LetGo(_)
                    | Role::Given(_)
                    | Role::Announcer(_)
                    | Role::Feature(_),
                )
                | None => {}
            },
            Input::Ringing { leg } => match self.legs.get(&leg).copied() {
                Some(Role::Seat(seat)) => self.seat_rings(now, seat, step),
                Some(Role::Person(seat)) => self.person_rings(seat),
                Some(Role::Side(id)) => self.side_rings(id),
                Some(Role::First(id)) => self.first_rings(id),
                Some(Role::Trial(seat)) => self.trial_rings(seat),
                Some(
                    Role::Caller(_)
                    | Role::AnsweredWaiting(_)
                    | Role::LetGo(_)
                    | Role::Given(_)
                    | Role::Announcer(_)
                    | Role::Feature(_),
                )
                | None => {}
            },
            Input::Answered { leg } => match self.legs.get(&leg).copied() {
                Some(Role::Caller(id)) => self.caller_connected(now, id, step),
                Some(Role::Seat(seat)) => self.seat_picked_up(now, seat, step),
                Some(Role::Person(seat)) => self.person_answered(now, seat, step),
                Some(Role::Side(id)) => self.side_answered(now, id, step),
                Some(Role::First(id)) => self.first_answered(now, id, step),
                Some(Role::Announcer(id)) => self.announcer_connected(now, id, step),
                Some(Role::Feature(id)) => self.feature_connected(now, id, step),
                Some(Role::Trial(seat)) => self.trial_answered(now, seat, step),
                Some(Role::AnsweredWaiting(_) | Role::LetGo(_) | Role::Given(_)) | None => {}
            },
            Input::NotAnswered { leg, status } => match self.legs.get(&leg).copied() {
                Some(Role::Seat(seat)) => self.seat_did_not_take(now, seat, status, step),
                Some(Role::Person(seat)) => self.person_not_reached(now, seat, status, step),
                Some(Role::Side(id)) => self.side_not_reached(now, id, status, step),
                Some(Role::First(id)) => self.first_not_reached(now, id, status, step),
                Some(Role::Caller(id)) => self.caller_not_answered(now, id, step),
                Some(Role::Announcer(id)) => self.announcer_not_answered(now, id, step),
                Some(Role::Feature(id)) => self.feature_not_answered(now, id, step),
                Some(Role::Trial(seat)) => self.trial_not_answered(now, seat, status, step),
                Some(Role::AnsweredWaiting(_) | Role::LetGo(_) | Role::Given(_)) | None => {}
            },
            Input::Ended { leg, by } => self.leg_over(now, leg, by, false, step),
            Input::MediaLost { leg } => self.leg_over(now, leg, Party::Network, true, step),
            Input::MediaFailed { leg } => match self.legs.get(&leg).copied() {
                Some(Role::First(id)) => self.first_left(now, id, Party::Us, true, step),
                Some(_) | None => self.leg_over(now, leg, Party::Network, true, step),
            },
            Input::EffectRefused { leg } => self.leg_over(now, leg, Party::Network, false, step),
            Input::Digit { leg, digit } => match self.legs.get(&leg).copied() {
                Some(Role::Caller(id)) => self.caller_digit(now, id, digit, step),
                Some(Role::First(id)) => self.first_digit(now, id, digit, step),
                Some(Role::Announcer(id)) => self.announcer_digit(now, id, digit, step),
                Some(Role::Feature(id)) => self.feature_digit(now, id, digit, step),
                Some(Role::Trial(seat)) => self.trial_digit(now, seat, digit, step),
                Some(Role::Seat(seat)) => self.reader_digit(now, seat, digit, step),
                Some(
                    Role::LetGo(_)
                    | Role::Person(_)
                    | Role::AnsweredWaiting(_)
                    | Role::Side(_)
                    | Role::Given(_),
                )
                | None => {}
            },
            Input::PlayEnded { leg, token } => match self.legs.get(&leg).copied() {
                Some(Role::Caller(id)) => self.heard(now, id, token, step),
                Some(Role::Seat(seat)) => self.operator_heard(now, seat, token, step),
                Some(Role::AnsweredWaiting(id)) => self.person_heard(now, id, token, step),
                Some(Role::Person(seat)) => self.code_heard(seat, token, step),
                Some(Role::First(id)) => self.first_heard(now, id, token, step),
                Some(Role::Announcer(id)) => self.announcer_heard(now, id, token, step),
                Some(Role::Feature(id)) => self.feature_heard(now, id, token, step),
                Some(Role::Trial(seat)) => self.trial_heard(now, seat, token, step),
                Some(Role::LetGo(_) | Role::Side(_) | Role::Given(_)) | None => {}
            },
            Input::Recorded {
                leg,
                token,
                duration_ms,
                voiced_ms,
            } => {
                if let Some(Role::Announcer(id)) = self.legs.get(&leg).copied() {
                    self.announcer_recorded(id, token, (duration_ms, voiced_ms), step);
                }
            }
            Input::PhoneHolds { leg, holds } => self.phone_holds(now, leg, holds, step),
            Input::Registered {
                request,
                registration,
                is_heard,
            } => self.registered(now, (request, is_heard), registration, step),
            Input::Probed { seat, reachable } => self.probed(now, seat, reachable, step),
            Input::Command { request, command } => {
                let result = self.command(now, command, step);
                step.effects.push(Effect::Reply { request, result });
            }
            Input::Rules { request, rules, by } => {
                let result = self.take_rules(now, rules, by, step);
                step.effects.push(Effect::Reply { request, result });
            }
            Input::Entries {
                campaign,
                ask,
                page,
            } => self.entries_read(now, (campaign, ask), page),
            Input::PinChecked {
                call,
                token,
                is_right,
            } => self.pin_checked(now, (call, token), is_right, step),
            Input::Measured { leg, packets, lost } => {
                self.measured(leg, Voice { packets, lost });
            }
            Input::Tick => {}
        }
    }

    fn leg_over(&mut self, now: Now, leg: LegId, by: Party, hang_up: bool, step: &mut Step) {
        match self.legs.get(&leg).copied() {
            Some(Role::Caller(id)) => {
                let by = if by == Party::Seat { Party::Caller } else { by };
                self.caller_left(now, id, by, hang_up, step);
            }
            Some(Role::Seat(seat)) => {
                let by = if by == Party::Caller { Party::Seat } else { by };
                self.seat_left(now, seat, by, hang_up, step);
            }
            Some(Role::Person(seat)) => self.person_left(now, seat, by, hang_up, step),
            Some(Role::AnsweredWaiting(id)) => self.person_gone(now, id, by, hang_up, step),
            Some(Role::First(id)) => self.first_left(now, id, by, hang_up, step),
            Some(Role::LetGo(seat)) => self.phone_let_go(now, seat, leg, step),
            Some(Role::Side(id)) => self.side_left(now, id, (by, hang_up), step),
            Some(Role::Given(id)) => self.given_left(now, id, (by, hang_up), step),
            Some(Role::Announcer(id)) => {
                let by = if by == Party::Caller { Party::Seat } else { by };
                self.announcer_over(now, id, by, hang_up, step);
            }
            Some(Role::Feature(id)) => {
                let by = if by == Party::Caller { Party::Seat } else { by };
                self.feature_over(now, id, by, hang_up, step);
            }
            Some(Role::Trial(seat)) => self.trial_left(now, seat, hang_up, step),
            None => {}
        }
    }

    fn timer(&mut self, now: Now, timer: Timer, step: &mut Step) {
        match timer {
            Timer::Answer(id, token) => self.answer_due(id, token, step),
            Timer::NoticeEnds(id) => self.notice_ends(now, id, step),
            Timer::StormEnds(trunk, moment) => self.storm_ends(trunk, moment),
            Timer::TrunkAgain(trunk, moment) => self.trunk_again(trunk, moment),
            Timer::AnnouncerKey(id, token) => self.announcer_waited(now, id, token, step),
            Timer::FeatureKey(id, token) => self.feature_waited(now, id, token, step),
            Timer::FeatureEnds(id) => self.feature_ends(now, id, step),
            Timer::AnnouncerEnds(id) => self.announcer_ends(now, id, step),
            Timer::TrialEnds(seat, until) => self.trial_ends(now, seat, until, step),
            Timer::PracticeLooks(seat, leg) => self.look_at_practice(now, seat, leg, step),
            Timer::Menu(id, token) => self.menu_timed_out(now, id, token, step),
            Timer::Announce(id, token) => self.announce_due(now, id, token, step),
            Timer::OfferCallback(id, token) => self.callback_offer_due(id, token, step),
            Timer::MaxWait(id, token) => self.waited_too_long(now, id, token, step),
            Timer::Closing(id, token) => self.closing_due(now, id, token, step),
            // What was waited for comes after every timer, when works are handed out.
            Timer::Turn(moment) => self.turn_at = self.turn_at.filter(|at| *at != moment),
            Timer::Bulk(id) => self.bulk_stretch(now, id, step),
            Timer::CodeSaid(seat, dial) => self.code_takes_too_long(seat, dial, step),
            Timer::Lease(seat, offer) => self.lease_ends(now, seat, offer, step),
            Timer::NoRinging(seat, offer) => self.no_ringing(now, seat, offer, step),
            Timer::AnsweredWaiting(id, until) => self.person_waited(now, id, until, step),
            Timer::DialRang(seat, dial) => self.dial_rang_out(now, seat, dial, step),
            Timer::FirstRang(id, dial) => self.first_rang_out(now, id, dial, step),
            Timer::FirstKey(id, token) => self.first_pressed_nothing(now, id, token, step),
            Timer::SeatFree(seat, until) => self.seat_rested(now, seat, until, step),
            Timer::BreakEnds(seat, moment) => self.break_ends(now, seat, moment, step),
            Timer::ShiftEnds(seat, ends_ms) => self.shift_ends(now, seat, ends_ms, step),
            Timer::Responds(seat, moment) => self.may_respond(now, seat, moment, step),
            Timer::GraceEnds(seat, moment) => self.grace_ends(now, seat, moment, step),
            // What waits is looked at after whatever happens.
            Timer::Look => self.look_at_spared = true,
            Timer::RegistrationEnds(seat) => self.registration_ends(now, seat, step),
            Timer::AskPhone(seat, silences) => self.phone_asked_again(now, seat, silences, step),
            Timer::CallbackReady(id) => self.callback_due(now, id, step),
            Timer::NeedDue(need) => self.need_due(now, need, step),
            Timer::Opening(queue, opens_ms) => self.opening(now, queue, opens_ms, step),
            // What follows every input looks at it.
            Timer::Blend(_) | Timer::Fairness | Timer::Tasks => {}
            Timer::TaskLease(seat, until) => self.task_lease_ends(now, seat, until, step),
            Timer::Window(queue) => self.window_opens(now, queue),
            Timer::ChosenTimeOver(callback, until_ms) => {
                self.chosen_time_over(now, callback, until_ms, step);
            }
            Timer::DeclineOver(callback, seat) => self.decline_over(now, callback, seat),
            Timer::Reconcile(dial) => self.reconcile(now, dial, step),
            Timer::ButtonEnds(id) => self.button_ends(now, id, step),
            Timer::MemoEnds(id) => self.memo_ends(now, id, step),
            Timer::MarkEnds(id) => self.mark_ends(now, id, step),
            Timer::Expiries(moment) => self.look_for_expired(now, moment, step),
            Timer::Campaign(id, moment) => self.campaign_due(id, moment),
            Timer::SideRings(id, until) => self.side_rang_out(now, id, until, step),
            Timer::HeldWord(seat, began) => self.held_word(now, seat, began, step),
            Timer::DrainEnds => self.cut_conversations(now, step),
        }
    }

    #[expect(
        clippy::too_many_lines,
        reason = "one arm for each thing that may be wanted"
    )]
    fn command(&mut self, now: Now, command: Command, step: &mut Step) -> Result<(), CommandError> {
        match command {
            Command::SignIn {
                seat,
                operator,
                until_ms,
                moves,
            } => self.sign_in(now, (&seat, &operator), until_ms, moves, step),
            Command::Choose {
                seat,
                chosen,
                reason,
                supervisor,
            } => {
                let choice = Choice::told(chosen, reason, supervisor);
                self.choose(now, &seat, choice, step)
            }
            Command::Dispose {
                seat,
                disposition,
                said,
                conversation,
            } => self
                .has_still(&seat, conversation)
                .and_then(|()| self.dispose(now, &seat, (disposition, said), step)),
            Command::NoteConversation {
                seat,
                note,
                conversation,
            } => self.note_told(now, (&seat, &note), conversation, step),
            Command::AcceptCallback { seat, callback } => {
                self.accept_callback(now, (&seat, callback), step)
            }
            Command::DeclineCallback {
                seat,
                callback,
                reason,
                note,
            } => self.decline_callback(now, (&seat, callback), (reason, note), step),
            Command::Handle {
                seat,
                handling,
                conversation,
            } => self
                .has_still(&seat, conversation)
                .and_then(|()| self.handle_call(now, &seat, &handling, step)),
            Command::TakeCallback { seat, callback } => {
                self.take_callback(now, (&seat, callback), step)
            }
            Command::ImportAttempts(calls) => self.import(now, &calls, step),
            Command::SetOperators(changes) => self.set_operators(now, changes, step),
            Command::RemoveOperator(name) => self.remove_operator(now, &name, step),
            Command::SetPin {
                operator,
                number,
                digest,
            } => self.set_pin(now, &operator, (number, digest), step),
            Command::SetProfile { operator, profile } => {
                self.set_profile(now, &operator, *profile, step)
            }
            Command::AssignCallback { callback, operator } => {
                self.assign_callback(now, callback, operator, step)
            }
            Command::Bulk(told) => self.begin_bulk(now, *told, step),
            Command::UndoBulk { entries, by } => self.undo_bulk(now, entries, by, step),
            Command::AddCallback(told) => self.add_callback(now, &told, step),
            Command::CheckCallback { told, beside } => self.check_callback(now, &told, beside),
            Command::CloseCallback(told) => self.close_callback(now, *told, step),
            Command::Acknowledge { callback, by } => self.acknowledge(now, callback, by, step),
            Command::CallAfterAll {
                given_up,
                details,
                is_served,
                by,
            } => self.call_after_all(now, (&given_up, &details), (by, is_served), step),
            Command::Campaign(told) => self.campaign(now, *told, step),
            Command::AddTasks(told) => self.add_tasks(now, told, step),
            Command::AssignTask { task, operator } => self.assign_task(now, task, operator, step),
            Command::AcceptTask { task, seat } => self.accept_task(now, task, &seat, step),
            Command::FinishTask(task) => self.finish_task(now, task, step),
            Command::HandBackTask(task) => self.hand_back_task(now, task, step),
            Command::WithdrawTask(task) => self.withdraw_task(now, task, step),
            Command::SiteOut { site, supervisor } => self.site_is_out(now, &site, supervisor, step),
            Command::SiteResumes { site } => self.site_resumes(now, &site, step),
            Command::PressStop { told, pressed } => self.press(now, &told, *pressed, step),
            Command::ReleaseStop { told, supervisor } => {
                self.release_button(now, &told, supervisor, step)
            }
            Command::MarkNumber { told, marked } => self.mark(now, &told, *marked, step),
            Command::MarkNumbers { lines, dry_run } => self.mark_all(now, &lines, dry_run, step),
            Command::AddSpecialDay(told) => self.add_special_day(now, *told, step),
            Command::RemoveSpecialDay { id, by } => self.remove_special_day(now, id, by, step),
            Command::ReleaseMark { told, supervisor } => {
                self.release_mark(now, &told, supervisor, step)
            }
            Command::WithdrawCaller { attempt, by: _ } => self.withdraw_caller(now, attempt, step),
            Command::MoveCaller {
                attempt,
                tenant,
                queue,
                by: _,
            } => self.move_caller(now, attempt, (tenant.as_deref(), &queue), step),
            Command::PutCallerAhead {
                attempt,
                ahead_s,
                by: _,
            } => self.put_caller_ahead(now, attempt, ahead_s),
            Command::PutCallbackAhead {
                callback,
                ahead_s,
                by: _,
            } => self.put_callback_ahead(now, callback, ahead_s, step),
            Command::WriteMemo(told) => self.write_memo(now, *told, step),
            Command::WithdrawMemo { memo, by } => self.withdraw_memo(now, memo, by, step),
            Command::ReadMemo { seat, memo } => self.read_memo(now, (&seat, memo), step),
            Command::TrySeat { seat, kind } => self.try_seat(now, (&seat, kind), step),
            Command::Practise {
                seat,
                deed,
                conversation,
            } => self.practise(now, (&seat, deed), conversation, step),
            Command::SetSeats(changes) => self.set_seats(now, changes, step),
            Command::RemoveSeat(name) => self.remove_seat(now, &name, step),
            Command::Stop { drain_s } => {
                self.stop(now, drain_s, step);
                Ok(())
            }
        }
    }
}
