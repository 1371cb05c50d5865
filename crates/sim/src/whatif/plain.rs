//! A centre without a configuration: one authority, one line, one way in; a caller is in the queue
//! at once, or one key away from it where there are several.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use cuptel_core::calendar::{ContactWindow, CountedDays, Term, Zone};
use cuptel_core::dialplan::{Announce, Dialplan, OfferCallback, Step as PlanStep, StepId};
use cuptel_core::directory::Directory;
use cuptel_core::id::{LineId, QueueId, TenantId, TrunkId};
use cuptel_core::number::PhoneNumber;
use cuptel_core::preview::PreviewPolicy;
use cuptel_core::rules::{
    CallbackPolicy, DialPolicy, FairnessPolicy, GivesWay, LendPolicy, Limits, Line, MatchPolicy,
    NoOperators, NoticePrompts, PersonFirstPolicy, PromptId, Queue, Rules, SpokenPrompts,
    TaskPolicy, Tenant, Trunk, WrapUp,
};
use cuptel_core::staying::StayPolicy;

/// The authority.
pub const TENANT: TenantId = TenantId(1);
/// The way in.
pub const TRUNK: TrunkId = TrunkId(1);
/// Queues that a menu of ten keys can tell apart.
pub const QUEUES_MAX: usize = 10;
const LINE: &str = "+390861000000";
const KEYS: [char; QUEUES_MAX] = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '0'];
/// The key that accepts a callback.
const WISH: char = '1';

/// What a plain centre differs in from another.
#[derive(Debug, Clone)]
pub struct Plain {
    /// Name for people.
    pub title: String,
    /// Its queues; `tenant` and `hours` are set here.
    pub queues: Vec<Queue>,
    /// Its lines.
    pub trunk: Trunk,
    /// After so long a caller who waits is offered a callback; none: never.
    pub offer_after_s: Option<u32>,
    /// The longest wait; then the caller is called back.
    pub max_wait_s: u32,
}

impl Plain {
    /// The identifier of a queue, by its place.
    #[must_use]
    pub fn queue_id(place: usize) -> QueueId {
        QueueId(i64::try_from(place).unwrap_or(i64::MAX).saturating_add(1))
    }

    /// The number that is dialled.
    #[must_use]
    pub fn line() -> PhoneNumber {
        PhoneNumber::parse_e164(LINE).expect("a prefix and digits")
    }

    /// Its rules.
    #[must_use]
    pub fn rules(self) -> Rules {
        let tenant = Tenant {
            name: "plain".to_owned(),
            title: self.title.clone(),
            whisper: None,
            cli: None,
            dialplan: self.dialplan(),
            lending: LendPolicy::default(),
            code_word: false,
            zone: Zone::Europe__Rome,
            spoken: None,
        };
        let line = Line {
            id: LineId(1),
            tenant: TENANT,
        };
        let queues = self.queues.into_iter().enumerate().map(|(place, queue)| {
            let ours = Queue {
                tenant: TENANT,
                hours: Vec::new(),
                ..queue
            };
            (Self::queue_id(place), ours)
        });
        Rules {
            hash: String::new(),
            tenants: BTreeMap::from([(TENANT, tenant)]),
            lines: BTreeMap::from([(Self::line(), line)]),
            trunks: BTreeMap::from([(TRUNK, self.trunk)]),
            queues: queues.collect(),
            successors: BTreeMap::new(),
            sites: BTreeMap::new(),
            announcing: None,
            features: None,
            trial: None,
            practice: BTreeMap::new(),
            pause_reasons: Vec::new(),
            decline_reasons: Vec::new(),
            own_results: Vec::new(),
            directory: Directory::default(),
            phones: BTreeMap::new(),
            calendars: Vec::new(),
            prompts: silence(),
            fairness: FairnessPolicy::default(),
            limits: limits(),
        }
    }

    fn dialplan(&self) -> Dialplan {
        let ways = self.queues.len().min(QUEUES_MAX);
        // The queues first, then what follows when one has waited too long, then the menu.
        let waits = |place: usize| PlanStep::Queue {
            queue: Self::queue_id(place),
            announce: Announce {
                position: false,
                wait: false,
                every_s: 0,
            },
            opt_out_key: None,
            offer_callback: self
                .offer_after_s
                .map(|after_s| OfferCallback { after_s, key: WISH }),
            max_wait_s: self.max_wait_s,
            on_timeout: StepId(ways + place),
            music: None,
        };
        let promises = |place: usize| PlanStep::Callback {
            queue: Self::queue_id(place),
            by_key: cuptel_core::dialplan::NumberByKey::default(),
            when: None,
            then: None,
        };
        let mut steps: Vec<PlanStep> = (0..ways)
            .map(waits)
            .chain((0..ways).map(promises))
            .collect();
        let start = if ways > 1 { 2 * ways } else { 0 };
        if ways > 1 {
            steps.push(PlanStep::Menu {
                prompt: MENU,
                keys: KEYS.into_iter().zip((0..ways).map(StepId)).collect(),
                timeout_s: 6,
                otherwise: StepId(0),
                tries: 1,
                invalid: None,
            });
        }
        Dialplan {
            tenant: "plain".to_owned(),
            numbers: vec![Self::line()],
            calls_per_s: None,
            start: StepId(start),
            emergency: None,
            missed_queue: Self::queue_id(0),
            return_call: None,
            names: (0..steps.len()).map(|step| step.to_string()).collect(),
            steps,
        }
    }
}

/// A queue that lets everybody wait, and rests nowhere.
#[must_use]
pub fn queue(name: &str) -> Queue {
    Queue {
        tenant: TENANT,
        name: name.to_owned(),
        title: name.to_owned(),
        whisper: None,
        skills: BTreeMap::new(),
        waiting_max: 100_000,
        wrap_up_s: 0,
        wrap_up: WrapUp::UpTo,
        ring_s: 15,
        cli: None,
        class: None,
        live_bonus_s: 300,
        no_operators: NoOperators::Wait,
        hours: Vec::new(),
        serve_waiting_s: 900,
        answer_targets: Vec::new(),
        matching: MatchPolicy::default(),
        tasks: TaskPolicy::default(),
        callback: CallbackPolicy {
            owner_wait_h: 24,
            not_on: BTreeSet::new(),
            stays: StayPolicy::default(),
            preview: PreviewPolicy::default(),
            gives_way: GivesWay::ToWaiting,
            share_min: 0.0,
            share_max: 1.0,
            share_overdue: 0.25,
            hold_max_s: 7_200,
            grace_s: 180,
            spacing_no_answer_s: 1_800,
            spacing_busy_s: 600,
            spacing_unreachable_s: 3_600,
            spacing_person_declined_s: 14_400,
            spacing_declined_s: 30,
            busy_per_try: 3,
            tries_max: 5,
            spread_h: 0,
            expected_s: 300,
            expires: Term::new(10, CountedDays::Every, Zone::UTC),
            window: ContactWindow::always(),
            person_first: PersonFirstPolicy::default(),
        },
    }
}

/// Lines for everybody.
#[must_use]
pub fn trunk() -> Trunk {
    Trunk {
        name: "carrier".to_owned(),
        channels: 1_000_000,
        answer_max: 900_000,
        calls_per_s: None,
        notice_lines: 0,
        notice_s_max: 60,
        notice_key_s: 4,
        storm_lines: 900_000,
        storm_quiet_s: 60,
        outbound_min: 0,
        inbound_min: 0,
        outbound: true,
        dials: DialPolicy::default(),
        cli: Plain::line(),
        ring_s: 40,
        answer_after_ms: 0,
    }
}

/// The rules as a world without signalling follows them: phones stay registered, and what two
/// people say to each other is a conversation however short it is.
#[must_use]
pub fn without_signalling(mut rules: Rules) -> Arc<Rules> {
    let (least, _) = rules.limits.register_s;
    rules.limits.register_s = (least, u32::MAX);
    rules.limits.interrupted_under_s = 0;
    Arc::new(rules)
}

fn limits() -> Limits {
    Limits {
        reconcile_after_s: 120,
        interrupted_under_s: 0,
        interrupted_priority_s: 3_600,
        reject_delay_s: 10,
        busy_delay_s: 30,
        no_answer_delay_s: 10,
        no_ringing_s: 6,
        ask_phone_s: (5, 60),
        misses_max: 3,
        not_responding_return_s: 0,
        reconnect_grace_s: 0,
        site_outage_within_s: 0,
        tasks_max: 1_000,
        marks_max: 1_000,
        by_hand_max: 1_000,
        campaigns_max: 20,
        campaign_entries_max: 1_000,
        reminders_at_once: 2,
        last_operators_max: 50_000,
        rung_max: 20_000,
        register_s: (60, u32::MAX),
    }
}

const SILENCE: PromptId = PromptId(0);
const MENU: PromptId = PromptId(1);

/// Every message takes no time; those that are answered by a key can be told apart.
fn silence() -> SpokenPrompts {
    SpokenPrompts {
        music: SILENCE,
        please_hold: SILENCE,
        reconnecting: SILENCE,
        positions: Vec::new(),
        position_beyond: SILENCE,
        waits: Vec::new(),
        wait_beyond: SILENCE,
        number_is: SILENCE,
        digits: [SILENCE; 10],
        number_confirm: PromptId(2),
        number_ask: PromptId(3),
        number_wrong: SILENCE,
        callback_offer: PromptId(4),
        callback_confirmed: SILENCE,
        callback_at_closing: SILENCE,
        number_unavailable: SILENCE,
        number_not_called: SILENCE,
        lines_busy: SILENCE,
        operator_coming: SILENCE,
        notice: NoticePrompts {
            listed: SILENCE,
            put_on_list: SILENCE,
            unreachable: SILENCE,
            another: SILENCE,
            confirm: SILENCE,
            another_listed: SILENCE,
            leave: SILENCE,
            declined: SILENCE,
            soon: SILENCE,
            by_today: SILENCE,
            by_tomorrow: SILENCE,
            by_weekday: [SILENCE; 7],
            hours: [SILENCE; 24],
            quarters: [SILENCE; 3],
        },
        returning: None,
        held: None,
        still_held: None,
        verify: None,
        code: None,
        person_first: None,
        reminder: None,
        opt_out: None,
        when: None,
        to_operator_preview: None,
        to_operator_dialling: SILENCE,
        to_operator_no_answer: SILENCE,
        to_operator_busy: SILENCE,
        to_operator_unreachable: SILENCE,
        to_operator_withdrawn: SILENCE,
        whisper_call: SILENCE,
        whisper_waits: SILENCE,
        whisper_minutes: SILENCE,
        whisper_waits_long: SILENCE,
    }
}
