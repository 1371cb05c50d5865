//! The invented centre: two small health authorities, a trunk or two, a few seats, and the numbers
//! of the people who call them.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use cuptel_call::{Listener, Media, Outbound, OutboundWay, Role, Settings, TrunkPeer};
use cuptel_core::calendar::{Calendar, CalendarDefinition, ContactWindow, CountedDays, Term, Zone};
use cuptel_core::dialplan::{
    Announce, Dialplan, NumberByKey, OfferCallback, ReturnCall, Served, Step, StepId, TimeWindow,
    When,
};
use cuptel_core::directory::{Directory, Entry};
use cuptel_core::id::{LineId, OperatorId, QueueId, SeatId, SiteId, TenantId, TrunkId};
use cuptel_core::number::PhoneNumber;
use cuptel_core::own_result::OwnResult;
use cuptel_core::preview::{PreviewEnds, PreviewPolicy};
use cuptel_core::record::{OperatorRow, SeatRow};
use cuptel_core::rules::{
    AnnouncingPolicy, AnnouncingPrompts, AnswerTarget, CalendarId, CallbackPolicy, CodePrompts,
    DialPolicy, FairnessPolicy, GivesWay, LendPolicy, Limits, Line, MatchPolicy, NoOperators,
    NoticePrompts, PersonFirstPrompts, PinRule, PromptId, Queue, ReminderPrompts, Rules, Site,
    SpokenPrompts, TaskPolicy, Tenant, Trunk, VerifyPrompts, WhenPrompts, WrapUp,
};
use cuptel_core::staying::StayPolicy;
use cuptel_core::time::UtcMs;
use cuptel_core::words::{DialOrder, Exercise, Meaning, PriorityClass};
use cuptel_media::PortPair;
use cuptel_sip::Ha1;

use crate::chance::Chance;
use crate::coded::features;
use crate::desk::PhoneAt;

/// Opening hours of the first authority.
const HOURS: [&[&str]; 6] = [
    &["08:00-24:00"],
    &["08:00-24:00"],
    &["08:00-12:04"],
    &["08:00-11:00"],
    &["08:00-12:01:30", "12:03-24:00"],
    &["12:02-24:00"],
];

/// The first authority's line, the second's, and one that nobody has.
/// What a seat dials to speak the message of an emergency.
pub(crate) const ANNOUNCING_CODE: &str = "*77";
pub(crate) const LINES: [&str; 3] = ["+390861000000", "+390862000000", "+390863000000"];
/// A Wednesday, 09:59 in UTC: the first authority closes a little later or earlier.
pub(crate) const BEGIN_MS: UtcMs = 1_792_576_740_000;
/// Quiet time after a person's own attempt.
pub(crate) const GRACE_S: u32 = 40;
/// Rest after a dial that was not answered, that was busy, that led to nobody.
pub(crate) const NO_ANSWER_S: u32 = 45;
pub(crate) const BUSY_S: u32 = 20;
pub(crate) const MACHINE_S: u32 = 40;
pub(crate) const UNREACHABLE_S: u32 = 60;
pub(crate) const PERSON_DECLINED_S: u32 = 75;
/// Dials in vain before a callback is given up.
pub(crate) const TRIES_MAX: i64 = 2;
/// A conversation that ends before this without a result was none.
pub(crate) const TOO_SHORT_MS: i64 = 4_000;
/// How long a person's phone rings.
pub(crate) const RING_S: u32 = 20;
/// How long a seat's phone rings.
pub(crate) const SEAT_RING_S: u32 = 12;
/// Where the carrier is.
pub(crate) const CARRIER: SocketAddr =
    SocketAddr::new(IpAddr::V4(Ipv4Addr::new(10, 0, 0, 2)), 5060);
/// Where nobody is.
const NOBODY: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 3));
/// Where the switch listens for phones and for the carrier.
pub(crate) const FOR_PHONES: SocketAddr =
    SocketAddr::new(IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1)), 5060);
pub(crate) const FOR_TRUNK: SocketAddr =
    SocketAddr::new(IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1)), 5080);
/// What every phone's password is.
pub(crate) const PASSWORD: &str = "segreto";
/// Digest realm.
pub(crate) const REALM: &str = "cuptel";
/// Operators, by login name.
pub(crate) const OPERATORS: [&str; 3] = ["anna", "bruno", "carla"];

/// Results of the centre's own.
pub(crate) const OWN_RESULTS: [(&str, Meaning, Option<PriorityClass>); 5] = [
    ("un-altro", Meaning::AnotherPerson, None),
    ("sistemato", Meaning::Settled, None),
    ("manca-ricetta", Meaning::CallAgain, None),
    (
        "nessun-posto",
        Meaning::TakenInCharge,
        Some(PriorityClass::B),
    ),
    ("subito", Meaning::TakenInCharge, Some(PriorityClass::U)),
];

fn own_results() -> Vec<OwnResult> {
    let result = |(code, means, class): (&str, Meaning, Option<PriorityClass>)| OwnResult {
        code: code.parse().expect("it is a code"),
        means,
        class,
        it: code.to_owned(),
        en: code.to_owned(),
        tenant: None,
        queue: None,
    };
    OWN_RESULTS.map(result).into()
}

/// Why operators hand callbacks back.
pub(crate) const DECLINE_REASONS: [&str; 2] = ["lingua", "conosco la persona"];

/// Where all seats stand.
pub(crate) const SITE: &str = "teramo";

/// Lines for notices where there are most.
const NOTICE_LINES_MAX: u32 = 3;

/// Who may call: two mobiles, a landline that two people share, and those whom nobody calls
/// back. The last two withhold their number or send none.
pub(crate) const PEOPLE: [&str; 9] = [
    "+393331000001",
    "3331000002",
    "0861555555",
    "+390861555555",
    "00393331000003",
    "899123456",
    "+41446681800",
    "anonymous",
    "alice",
];

/// "We called you": to whom a dial went.
pub(crate) const RETURNING: PromptId = PromptId(301);
/// Whether it was us that called.
pub(crate) const VERIFY_YES: PromptId = PromptId(302);
pub(crate) const VERIFY_NO: PromptId = PromptId(303);

/// Address of a seat's phone.
pub(crate) fn phone_address(index: usize) -> SocketAddr {
    let last = u8::try_from(11 + index).unwrap_or(u8::MAX);
    SocketAddr::new(IpAddr::V4(Ipv4Addr::new(10, 0, 1, last)), 5060)
}

/// The row of a seat.
pub(crate) fn seat_id(index: usize) -> SeatId {
    SeatId(i64::try_from(index + 1).unwrap_or(1))
}

/// Extension of a seat.
pub(crate) fn extension(index: usize) -> String {
    (101 + index).to_string()
}

/// Whom operators may call by name.
pub(crate) const WARD: &str = "Reparto";
/// Who rings in too, and is called back.
pub(crate) const COLLEAGUE: &str = "Collega";
/// All of them with their numbers, the first of nobody who calls.
pub(crate) const ENTRIES: [(&str, &str); 2] =
    [(WARD, "+390861777777"), (COLLEAGUE, "+393331000001")];

fn directory() -> Directory {
    let entry = |(name, number): (&str, &str)| Entry {
        name: name.to_owned(),
        number: PhoneNumber::parse_e164(number).expect("a number"),
        tenant: None,
    };
    Directory::new(ENTRIES.into_iter().map(entry).collect())
}

/// With few seats nearly every call puts it at risk.
const STRICT: AnswerTarget = AnswerTarget {
    share: 0.9,
    within_s: 10,
};
/// No callback is held for longer.
const HOLD_MAX_S: u32 = 120;

/// What differs between worlds.
#[derive(Debug, Clone)]
pub(crate) struct Shape {
    pub(crate) seats: usize,
    pub(crate) phones: Vec<PhoneAt>,
    /// How the carrier takes our calls.
    way: OutboundWay,
    pub(crate) channels: u32,
    pub(crate) answer_max: u32,
    notice_lines: u32,
    /// Channels that nothing may take.
    spare: u32,
    /// Lines of a second trunk, over which callbacks alone go; none without it.
    second: Option<u32>,
    pub(crate) calls_per_s: Option<u32>,
    pub(crate) answer_after_ms: u32,
    pub(crate) wrap_up_s: u32,
    pub(crate) ports: u16,
    /// What callers of the first queue find where nobody is signed in.
    no_operators: NoOperators,
    /// How often it was deployed.
    pub(crate) deployed: u32,
    /// Whether cancellations have a queue of their own; else that queue is gone.
    cancellations: bool,
    /// Whether a queue that is gone has a successor.
    successor: bool,
    pub(crate) waiting_max: u32,
    live_bonus_s: u32,
    pub(crate) serve_waiting_s: u32,
    pub(crate) spread_h: u32,
    /// Hours of every day.
    hours: &'static [&'static str],
    /// How each authority lends and borrows.
    lending: [LendPolicy; 2],
    /// Who is on the line first.
    pub(crate) order: DialOrder,
    /// What operators read before a person is rung.
    pub(crate) preview: PreviewPolicy,
}

/// The streams that lending and the trunks are drawn from, beside the others.
const LENDING: u64 = 5_004;
const TRUNKS: u64 = 5_005;
const PREVIEWS: u64 = 5_031;

/// In half of the worlds operators read first.
fn preview(chance: &mut Chance) -> PreviewPolicy {
    PreviewPolicy {
        shown_s: chance.pick(&[0, 0, 5, 20]),
        ends: chance.pick(&[
            PreviewEnds::Dials,
            PreviewEnds::Dials,
            PreviewEnds::HandsBack,
        ]),
        decline_rest_s: chance.pick(&[0, 60, 200]),
        declines_max: chance.pick(&[1, 2, 3]),
        chosen_by_hand: true,
    }
}

/// Mostly without bounds, else with few operators who may go, or come.
fn lending(chance: &mut Chance) -> LendPolicy {
    if chance.percent(75) {
        return LendPolicy::default();
    }
    LendPolicy {
        floor: chance.pick(&[0, 1, 2]),
        max: chance.pick(&[None, Some(0), Some(1)]),
        borrow_max: chance.pick(&[None, Some(0), Some(1)]),
    }
}

impl Shape {
    pub(crate) fn invented(chance: &mut Chance) -> Self {
        let mut lends = Chance::of(chance.clone().next(), LENDING);
        let mut trunks = Chance::of(chance.clone().next(), TRUNKS);
        let order = crate::first::drawn(chance);
        let preview = preview(&mut Chance::of(chance.clone().next(), PREVIEWS));
        let channels = u32::try_from(chance.between(2, 7)).unwrap_or(2);
        let notice_lines = chance.pick(&[0, 1, NOTICE_LINES_MAX]);
        let seats = chance.index(3) + 1;
        let phones = (0..seats).chain((0..seats).filter(|_| chance.percent(30)));
        let phones: Vec<usize> = phones.collect();
        Self {
            seats,
            phones: phones
                .into_iter()
                .map(|seat| PhoneAt {
                    seat,
                    is_connected: chance.percent(30),
                })
                .collect(),
            way: chance.pick(&[
                OutboundWay::Datagrams,
                OutboundWay::Datagrams,
                OutboundWay::Connection,
            ]),
            channels,
            // With many lines for notices and one that is answered a storm is on soon.
            answer_max: match notice_lines {
                NOTICE_LINES_MAX => 1,
                _ => channels - u32::from(chance.percent(60)),
            },
            notice_lines,
            spare: trunks.pick(&[0, 1, 2]),
            second: trunks.pick(&[None, None, Some(1), Some(2)]),
            calls_per_s: chance.percent(20).then_some(1),
            answer_after_ms: chance.pick(&[0, 300, 1_500]),
            wrap_up_s: chance.pick(&[0, 5, 30]),
            ports: if chance.percent(10) { 4 } else { 16 },
            serve_waiting_s: chance.pick(&[0, 20, 600]),
            spread_h: chance.pick(&[0, 1]),
            hours: chance.pick(&HOURS),
            no_operators: chance.pick(&[NoOperators::Wait, NoOperators::Refuse]),
            deployed: 0,
            cancellations: true,
            successor: false,
            waiting_max: 3,
            live_bonus_s: 30,
            lending: std::array::from_fn(|_| lending(&mut lends)),
            order,
            preview,
        }
    }

    /// The same centre as somebody changed it: everything that a reload can change may.
    pub(crate) fn redeployed(&self, chance: &mut Chance) -> Self {
        let other = Self::invented(chance);
        Self {
            seats: self.seats,
            phones: self.phones.clone(),
            ports: self.ports,
            deployed: self.deployed + 1,
            cancellations: chance.percent(50),
            successor: chance.percent(70),
            waiting_max: chance.pick(&[1, 3, 5]),
            live_bonus_s: chance.pick(&[0, 30, 600]),
            preview: PreviewPolicy {
                ends: other.preview.ends,
                ..self.preview
            },
            ..other
        }
    }

    #[expect(clippy::too_many_lines, reason = "one line for each part of the rules")]
    pub(crate) fn rules(&self) -> Arc<Rules> {
        let mut queues = BTreeMap::from([
            (
                QueueId(1),
                self.queue(TenantId(1), "prenotazioni", "book", self.no_operators),
            ),
            (
                QueueId(2),
                self.queue(TenantId(1), "disdette", "cancel", NoOperators::Refuse),
            ),
            (
                QueueId(3),
                self.queue(TenantId(2), "centro", "book", NoOperators::Wait),
            ),
        ]);
        let mut successors = BTreeMap::new();
        if !self.cancellations {
            queues.remove(&QueueId(2));
            if self.successor {
                successors.insert(QueueId(2), QueueId(1));
            }
        }
        let tenants = [
            (
                TenantId(1),
                tenant("teramo", self.first_plan(), self.lending[0]),
            ),
            (
                TenantId(2),
                tenant("avezzano", second_plan(), self.lending[1]),
            ),
        ];
        let lines = [(1, LINES[0]), (2, LINES[1])];
        let lines = lines.map(|(id, digits)| {
            (
                number(digits),
                Line {
                    id: LineId(id),
                    tenant: TenantId(id),
                },
            )
        });
        let tenants = BTreeMap::from(tenants);
        for (id, queue) in &mut queues {
            if let Some(tenant) = tenants.get(&queue.tenant) {
                queue.hours = tenant.dialplan.hours_of(*id);
            }
        }
        Arc::new(Rules {
            hash: self.deployed.to_string(),
            successors,
            tenants,
            lines: BTreeMap::from(lines),
            trunks: self.trunks(),
            queues,
            sites: BTreeMap::from([(
                SiteId(1),
                Site {
                    name: SITE.to_owned(),
                    calls_max: None,
                },
            )]),
            calendars: vec![self.calendar()],
            prompts: prompts(),
            announcing: Some(announcing()),
            features: Some(features()),
            trial: Some(PromptId(371)),
            practice: [(Exercise::Owed, PromptId(372))].into(),
            pause_reasons: Vec::new(),
            decline_reasons: DECLINE_REASONS.map(str::to_owned).to_vec(),
            own_results: own_results(),
            directory: directory(),
            phones: BTreeMap::new(),
            fairness: FairnessPolicy::default(),
            limits: limits(),
        })
    }

    fn first_plan(&self) -> Dialplan {
        let cancellations = if self.cancellations { 2 } else { 1 };
        let menu = Step::Menu {
            prompt: PromptId(15),
            keys: BTreeMap::from([
                ('1', StepId(3)),
                ('2', StepId(4)),
                ('9', StepId(5)),
                ('3', StepId(7)),
                ('4', StepId(8)),
                ('5', StepId(9)),
            ]),
            timeout_s: 4,
            otherwise: StepId(3),
            tries: 2,
            invalid: Some(PromptId(16)),
        };
        let steps = vec![
            Step::Hours {
                calendar: CalendarId(0),
                open: StepId(1),
                closed: StepId(6),
            },
            Step::Play {
                prompts: vec![PromptId(17)],
                then: StepId(2),
                served: None,
            },
            menu,
            waits(1, '*', 90, 5),
            waits(cancellations, '*', 60, 5),
            Step::Callback {
                queue: QueueId(1),
                by_key: NumberByKey {
                    confirm: true,
                    ask: true,
                    ..NumberByKey::default()
                },
                when: None,
                then: Some(StepId(7)),
            },
            Step::Play {
                prompts: vec![PromptId(18)],
                then: StepId(7),
                served: None,
            },
            Step::HangUp {
                play: vec![PromptId(19)],
                served: None,
            },
            Step::HangUp {
                play: vec![PromptId(19)],
                served: Some(Served {
                    closes: Some(QueueId(cancellations)),
                }),
            },
            Step::Verify {
                yes: StepId(2),
                no: StepId(7),
                days: 1,
            },
        ];
        plan("teramo", LINES[0], 1, steps)
    }

    fn calendar(&self) -> Calendar {
        let day = || self.hours.iter().map(|span| (*span).to_owned()).collect();
        let definition = CalendarDefinition {
            name: "orario".to_owned(),
            zone: "Europe/Rome".to_owned(),
            weekly: std::array::from_fn(|_| day()),
            ..CalendarDefinition::default()
        };
        Calendar::new(&definition).unwrap_or_else(|_| Calendar::always("orario"))
    }

    fn trunks(&self) -> BTreeMap<TrunkId, Trunk> {
        let first = self.trunk();
        let second = self.second.map(|lines| Trunk {
            channels: lines + self.spare,
            answer_max: lines,
            notice_lines: 0,
            storm_lines: lines,
            outbound_min: 0,
            dials: DialPolicy {
                weight: 2,
                ..first.dials
            },
            ..first.clone()
        });
        let second = second.map(|second| (TrunkId(2), second));
        BTreeMap::from_iter([(TrunkId(1), first)].into_iter().chain(second))
    }

    fn trunk(&self) -> Trunk {
        Trunk {
            name: "carrier".to_owned(),
            channels: self.channels + self.notice_lines + self.spare,
            answer_max: self.answer_max,
            notice_lines: self.notice_lines,
            notice_s_max: 20,
            notice_key_s: 3,
            storm_lines: self.answer_max,
            storm_quiet_s: 10,
            calls_per_s: self.calls_per_s,
            outbound_min: 1,
            inbound_min: 0,
            outbound: true,
            // Down at the first refusal, so that a world sees both it and what comes after.
            dials: DialPolicy {
                failures_max: 1,
                avoid_s: 8,
                ..DialPolicy::default()
            },
            cli: number(LINES[0]),
            ring_s: RING_S,
            answer_after_ms: self.answer_after_ms,
        }
    }

    fn queue(&self, tenant: TenantId, name: &str, skill: &str, no_operators: NoOperators) -> Queue {
        Queue {
            tenant,
            name: name.to_owned(),
            title: name.to_owned(),
            whisper: Some(PromptId(14)),
            skills: BTreeMap::from([(skill.to_owned(), 1)]),
            waiting_max: self.waiting_max,
            wrap_up_s: self.wrap_up_s,
            wrap_up: WrapUp::UpTo,
            ring_s: SEAT_RING_S,
            cli: None,
            class: None,
            live_bonus_s: self.live_bonus_s,
            no_operators,
            hours: Vec::new(),
            serve_waiting_s: self.serve_waiting_s,
            // Not drawn: what is shifts all that is drawn after it.
            answer_targets: if self.spread_h > 0 {
                vec![STRICT]
            } else {
                Vec::new()
            },
            matching: MatchPolicy {
                // Not drawn either.
                weight_s: if skill == "cancel" {
                    self.live_bonus_s
                } else {
                    0
                },
                ..MatchPolicy::default()
            },
            tasks: TaskPolicy::default(),
            callback: CallbackPolicy {
                // Not drawn either.
                gives_way: if self.spread_h > 0 {
                    GivesWay::ToExpected
                } else {
                    GivesWay::ToWaiting
                },
                share_min: 0.0,
                share_max: 1.0,
                share_overdue: 1.0,
                hold_max_s: HOLD_MAX_S,
                grace_s: GRACE_S,
                spacing_no_answer_s: NO_ANSWER_S,
                spacing_busy_s: BUSY_S,
                spacing_unreachable_s: UNREACHABLE_S,
                spacing_person_declined_s: PERSON_DECLINED_S,
                spacing_declined_s: 5,
                busy_per_try: 2,
                tries_max: u32::try_from(TRIES_MAX).unwrap_or(2),
                owner_wait_h: 2,
                not_on: BTreeSet::new(),
                stays: StayPolicy::default(),
                preview: self.preview,
                spread_h: self.spread_h,
                expected_s: 60,
                expires: Term::new(7, CountedDays::Every, Zone::UTC),
                window: ContactWindow::always(),
                person_first: crate::first::policy(self.order),
            },
        }
    }

    /// How the switch is set up in its n-th life.
    pub(crate) fn settings(&self, seed: [u8; 32]) -> Settings {
        let sip = cuptel_sip::Settings {
            seed,
            realm: REALM.to_owned(),
            ..cuptel_sip::Settings::default()
        };
        Settings {
            sip,
            listeners: vec![
                Listener {
                    role: Role::Phones,
                    address: FOR_PHONES,
                    tcp: Some(FOR_PHONES),
                },
                Listener {
                    role: Role::Trunk,
                    address: FOR_TRUNK,
                    tcp: Some(FOR_TRUNK),
                },
            ],
            trunks: self.peers(),
            media: vec![Media {
                advertise: FOR_PHONES.ip(),
            }],
            latch_window_us: 5_000_000,
            port_quarantine_us: 1_000_000,
        }
    }

    fn peers(&self) -> Vec<TrunkPeer> {
        let outbound = Outbound {
            host: CARRIER.to_string(),
            address: CARRIER,
            way: self.way,
        };
        let peer = |id, from: IpAddr| TrunkPeer {
            id: TrunkId(id),
            peers: vec![from.into()],
            outbound: Some(outbound.clone()),
            credentials: None,
        };
        // Over the second nobody rings in.
        let second = self.second.map(|_| peer(2, NOBODY));
        [peer(1, CARRIER.ip())].into_iter().chain(second).collect()
    }

    pub(crate) fn pairs(&self) -> Vec<PortPair> {
        (0..self.ports)
            .map(|n| PortPair {
                network: 0,
                rtp: 30_000 + 2 * n,
            })
            .collect()
    }

    pub(crate) fn seat_rows(&self) -> Vec<SeatRow> {
        (0..self.seats)
            .map(|index| {
                let name = extension(index);
                let ha1 = Ha1::of(&name, REALM, PASSWORD);
                let id = seat_id(index);
                SeatRow {
                    id,
                    name,
                    site: SiteId(1),
                    ha1_md5: ha1.md5,
                    ha1_sha256: ha1.sha256,
                    removed_ms: None,
                }
            })
            .collect()
    }

    pub(crate) fn operator_rows() -> Vec<OperatorRow> {
        let skills: [&[&str]; 3] = [&["book", "cancel"], &["book", "cancel"], &["book"]];
        let homes = [1, 1, 2].map(TenantId);
        (1..)
            .zip(OPERATORS.iter().zip(skills).zip(homes))
            .map(|(id, ((name, skills), home))| OperatorRow {
                id: OperatorId(id),
                name: (*name).to_owned(),
                employer: "coop".to_owned(),
                skills: skills
                    .iter()
                    .map(|skill| ((*skill).to_owned(), 3))
                    .collect(),
                home: Some(home),
                removed_ms: None,
            })
            .collect()
    }
}

fn number(digits: &str) -> PhoneNumber {
    PhoneNumber::parse_e164(digits).expect("the constants above are numbers")
}

fn limits() -> Limits {
    Limits {
        reconcile_after_s: 60,
        interrupted_under_s: 4,
        interrupted_priority_s: 600,
        reject_delay_s: 5,
        busy_delay_s: 8,
        no_answer_delay_s: 6,
        no_ringing_s: 4,
        ask_phone_s: (5, 60),
        misses_max: 3,
        last_operators_max: 100,
        rung_max: 100,
        not_responding_return_s: 60,
        reconnect_grace_s: 20,
        site_outage_within_s: 20,
        tasks_max: 1_000,
        marks_max: 1_000,
        by_hand_max: 1_000,
        campaigns_max: 20,
        campaign_entries_max: 1_000,
        reminders_at_once: 2,
        register_s: (60, 3_600),
    }
}

fn tenant(name: &str, dialplan: Dialplan, lending: LendPolicy) -> Tenant {
    Tenant {
        name: name.to_owned(),
        title: name.to_owned(),
        whisper: Some(PromptId(13)),
        cli: None,
        code_word: name == "teramo",
        dialplan,
        lending,
        zone: Zone::Europe__Rome,
        spoken: None,
    }
}

fn waits(queue: i64, key: char, max_wait_s: u32, on_timeout: usize) -> Step {
    Step::Queue {
        queue: QueueId(queue),
        announce: Announce {
            position: true,
            wait: false,
            every_s: 20,
        },
        offer_callback: Some(OfferCallback { after_s: 15, key }),
        opt_out_key: Some('5'),
        max_wait_s,
        on_timeout: StepId(on_timeout),
        music: None,
    }
}

fn plan(tenant: &str, line: &str, queue: i64, steps: Vec<Step>) -> Dialplan {
    let names = (0..steps.len()).map(|n| format!("step{n}")).collect();
    Dialplan {
        tenant: tenant.to_owned(),
        numbers: vec![number(line)],
        calls_per_s: None,
        start: StepId(0),
        emergency: None,
        missed_queue: QueueId(queue),
        return_call: Some(ReturnCall::default()),
        steps,
        names,
    }
}

/// Now, in six minutes, and tomorrow, when nobody lives any more: the world begins one minute before noon.
fn when() -> When {
    let window = |days_ahead, from_min, until_min| TimeWindow {
        days_ahead,
        from_min,
        until_min,
        say: PromptId(310),
    };
    When {
        ask: PromptId(309),
        windows: BTreeMap::from([
            ('1', window(0, 719, 729)),
            ('2', window(0, 725, 740)),
            ('3', window(1, 600, 720)),
        ]),
    }
}

fn second_plan() -> Dialplan {
    let steps = vec![
        waits(3, '1', 120, 1),
        Step::Callback {
            queue: QueueId(3),
            by_key: NumberByKey {
                ask: true,
                tries: 2,
                ..NumberByKey::default()
            },
            when: Some(Box::new(when())),
            then: None,
        },
    ];
    plan("avezzano", LINES[1], 3, steps)
}

fn reminder_prompts() -> ReminderPrompts {
    ReminderPrompts {
        greeting: PromptId(320),
        wrong_year: PromptId(321),
        not_verified: PromptId(322),
        appointment: PromptId(323),
        weekdays: [PromptId(324); 7],
        days: vec![PromptId(325); 31],
        months: [PromptId(326); 12],
        at: PromptId(327),
        keys: PromptId(328),
        sure: PromptId(329),
        confirmed: PromptId(330),
        cancelled: PromptId(331),
        connecting: PromptId(332),
        moved: PromptId(333),
        machine: PromptId(334),
        unanswered: PromptId(336),
        places: BTreeMap::from([("mazzini".to_owned(), PromptId(335))]),
    }
}

fn first_prompts() -> PersonFirstPrompts {
    PersonFirstPrompts {
        calling: PromptId(340),
        press: PromptId(341),
        connecting: PromptId(342),
        later: PromptId(343),
        declined: PromptId(344),
        machine: PromptId(345),
    }
}

fn code_prompts() -> CodePrompts {
    CodePrompts {
        given: PromptId(305),
        said: PromptId(306),
        to_operator: PromptId(307),
    }
}

fn when_prompts() -> WhenPrompts {
    WhenPrompts {
        chosen: PromptId(311),
        confirm: PromptId(312),
        not_then: PromptId(313),
        kept: PromptId(314),
    }
}

/// One PIN is for one authority, the other for both.
fn announcing() -> AnnouncingPolicy {
    let pin = |pin: &str, tenants: &[i64]| PinRule {
        pin: pin.to_owned(),
        tenants: tenants.iter().map(|id| TenantId(*id)).collect(),
    };
    AnnouncingPolicy {
        code: ANNOUNCING_CODE.to_owned(),
        seconds_max: 5,
        pins: vec![pin("123456", &[1]), pin("999999", &[1, 2])],
        prompts: AnnouncingPrompts {
            pin: PromptId(360),
            wrong: PromptId(361),
            tenant: PromptId(362),
            standing: PromptId(363),
            speak: PromptId(364),
            silent: PromptId(365),
            review: PromptId(366),
            in_force: PromptId(367),
            withdrawn: PromptId(368),
            unchanged: PromptId(369),
        },
    }
}

fn prompts() -> SpokenPrompts {
    SpokenPrompts {
        music: PromptId(0),
        please_hold: PromptId(1),
        reconnecting: PromptId(16),
        positions: vec![PromptId(2), PromptId(3)],
        position_beyond: PromptId(4),
        waits: cuptel_core::estimate::minutes_told()
            .iter()
            .map(|min| PromptId(200 + min))
            .collect(),
        wait_beyond: PromptId(200),
        number_is: PromptId(9),
        digits: [PromptId(10); 10],
        number_confirm: PromptId(11),
        number_ask: PromptId(12),
        number_wrong: PromptId(13),
        callback_offer: PromptId(5),
        callback_confirmed: PromptId(6),
        callback_at_closing: PromptId(7),
        number_unavailable: PromptId(8),
        number_not_called: PromptId(8),
        lines_busy: PromptId(9),
        operator_coming: PromptId(10),
        notice: NoticePrompts {
            listed: PromptId(1),
            put_on_list: PromptId(2),
            unreachable: PromptId(3),
            another: PromptId(4),
            confirm: PromptId(5),
            another_listed: PromptId(6),
            leave: PromptId(4),
            declined: PromptId(7),
            soon: PromptId(8),
            by_today: PromptId(9),
            by_tomorrow: PromptId(10),
            by_weekday: [PromptId(11); 7],
            hours: [PromptId(12); 24],
            quarters: [PromptId(13); 3],
        },
        returning: Some(RETURNING),
        held: None,
        still_held: Some(PromptId(1)),
        verify: Some(VerifyPrompts {
            yes: VERIFY_YES,
            today: PromptId(10),
            yesterday: PromptId(11),
            weekdays: [PromptId(12); 7],
            and: PromptId(13),
            tens: [PromptId(14); 3],
            no: VERIFY_NO,
            unknown: PromptId(304),
            unsure: PromptId(305),
        }),
        code: Some(code_prompts()),
        reminder: Some(reminder_prompts()),
        person_first: Some(first_prompts()),
        opt_out: Some(PromptId(315)),
        when: Some(when_prompts()),
        to_operator_preview: Some(PromptId(308)),
        to_operator_dialling: PromptId(11),
        to_operator_no_answer: PromptId(12),
        to_operator_busy: PromptId(13),
        to_operator_unreachable: PromptId(14),
        to_operator_withdrawn: PromptId(14),
        whisper_call: PromptId(11),
        whisper_waits: PromptId(12),
        whisper_minutes: PromptId(13),
        whisper_waits_long: PromptId(14),
    }
}
