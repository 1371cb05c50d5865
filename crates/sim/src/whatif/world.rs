//! One run: the real centre in virtual time, without signalling, sound or disk. What it orders is
//! done at once; everybody outside is invented from a seed.

use std::collections::HashMap;

use cuptel_core::Centre;
use cuptel_core::id::{CallbackId, LegId, OwnIds};
use cuptel_core::step::{AfterPlay, Destination, Effect, Input, Step};
use cuptel_core::time::{MonoUs, Now};
use cuptel_core::words::Party;

use super::agenda::Agenda;
use super::campaigns::{Called, Known};
use super::crowd::{Call, Debt, Person};
use super::desks::Desk;
use super::scenario::{Arrivals, Route, Scenario};
use super::tally::{Quarter, Tally, Worked};
use crate::chance::Chance;

/// Legs of callers are named by us, from here on; those of phones that are called by the centre.
const CALLERS_FROM: i64 = 1 << 60;

/// What one run came to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Outcome {
    /// By kind of caller, in the scenario's order.
    pub callers: Vec<Tally>,
    /// Their quarters of an hour.
    pub quarters: Vec<Vec<Quarter>>,
    /// By group of operators.
    pub operators: Vec<Worked>,
    /// By kind of caller: what came of the campaign whose people they are.
    pub campaigns: Vec<Called>,
    /// What the centre was told.
    pub inputs: u64,
    /// Moves that a state refused, commands that were not carried out: faults of ours.
    pub violations: u64,
}

/// Lives through a scenario once.
#[must_use]
pub fn run(scenario: &Scenario, seed: u64) -> Outcome {
    run_heard(scenario, seed, |_, _| {})
}

/// Lives through a scenario once; `hear` is told of everything that the centre is.
pub fn run_heard(scenario: &Scenario, seed: u64, hear: impl FnMut(Now, &Input)) -> Outcome {
    let mut world = World::new(scenario, seed, hear);
    world.open();
    world.live();
    world.close()
}

/// What comes by itself.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Event {
    /// The next new person of this kind calls.
    NextCaller(u32),
    /// The nth recorded call of this kind.
    NextRecorded {
        kind: u32,
        nth: u32,
    },
    /// Somebody calls again.
    Redials(u32),
    /// The people of this kind are called from now on.
    CampaignBegins(u32),
    /// Hangs up, unless an operator or the queue was reached meanwhile.
    TiresBefore(u32),
    /// Hangs up, if still waiting.
    TiresInQueue(u32),
    /// Presses a key, if nothing else was said since.
    Presses {
        call: u32,
        turn: u32,
        digit: char,
    },
    /// Presses the key for a callback, if still waiting.
    Wishes {
        call: u32,
        digit: char,
    },
    /// Has heard a message to its end, if nothing else was said since.
    HasHeard {
        call: u32,
        turn: u32,
        token: u64,
    },
    /// Puts the phone down, if still in the same conversation.
    Parts {
        call: u32,
        turn: u32,
    },
    /// A phone that was called is picked up.
    PicksUp(LegId),
    /// A person whom we call is on the phone.
    IsBusy(LegId),
    /// A person whom we called puts the phone down, if still in the same conversation.
    PersonParts {
        leg: LegId,
        turn: u32,
    },
    /// A phone that was called has heard a message.
    PhoneHeard {
        leg: LegId,
        token: u64,
    },
    /// An operator comes, goes, has a break, is back from it.
    Comes(u32),
    Goes(u32),
    Rests(u32),
    Resumes(u32),
    /// An operator who was taken for absent says that they are there.
    IsThere(u32),
    /// An operator whose site was cut off sees that it is back.
    Returns(u32),
    /// A site is cut off, or back.
    Outage {
        nth: u32,
        is_over: bool,
    },
}

pub(crate) struct World<'s, H> {
    pub(crate) scenario: &'s Scenario,
    hear: H,
    pub(crate) centre: Centre,
    pub(crate) now: Now,
    pub(crate) agenda: Agenda<Event>,
    /// What follows at once, in the order in which it was brought about.
    pub(crate) at_once: std::collections::VecDeque<Input>,
    step: Step,
    wake_at: Option<MonoUs>,
    /// Of each kind of callers: when they come, and what is drawn for each of them. Every person
    /// and every desk draws from a stream of its own, so that other operators or other rules meet
    /// the same people.
    pub(crate) kinds: Vec<Chance>,
    /// Of each person.
    pub(crate) fates: Vec<Chance>,
    pub(crate) routes: Vec<Route>,
    pub(crate) persons: Vec<Person>,
    /// By arrival.
    pub(crate) calls: Vec<Call>,
    /// Of a kind whose calls were recorded, the person of each number.
    pub(crate) recorded: Vec<Vec<Option<u32>>>,
    /// Persons whom we call, by their leg; never walked through.
    pub(crate) called: HashMap<LegId, OnPhone, OwnIds>,
    /// Open debts; never walked through.
    pub(crate) debts: HashMap<CallbackId, Debt, OwnIds>,
    pub(crate) desks: Vec<Desk>,
    pub(crate) campaigns: Vec<Known>,
    pub(crate) outcome: Outcome,
}

/// A person whom we call.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OnPhone {
    pub(crate) person: u32,
    /// Grows with each conversation.
    pub(crate) turn: u32,
}

/// The centre of a scenario before anything happens, as the world begins with it.
#[must_use]
pub fn centre_of(scenario: &Scenario) -> Centre {
    let mut centre = Centre::new(scenario.rules.clone(), 1);
    let (seats, operators) = super::desks::staff(scenario);
    centre.add_staff(seats, operators);
    centre.explain_nothing();
    centre
}

impl<'s, H: FnMut(Now, &Input)> World<'s, H> {
    fn new(scenario: &'s Scenario, seed: u64, hear: H) -> Self {
        let route = |callers: &super::scenario::Callers| {
            let tenant = scenario.rules.tenants.get(&callers.tenant);
            tenant
                .and_then(|tenant| Route::to(&tenant.dialplan, callers.queue))
                .unwrap_or_default()
        };
        let thresholds = scenario.within_s.len();
        let kinds = scenario.callers.len();
        let empty = vec![Quarter::default(); scenario.quarters()];
        Self {
            scenario,
            hear,
            centre: centre_of(scenario),
            now: Now {
                mono_us: 0,
                utc_ms: scenario.begins_ms,
            },
            agenda: Agenda::new(),
            at_once: std::collections::VecDeque::new(),
            step: Step::default(),
            wake_at: None,
            kinds: (0..).map(|n| Chance::of(seed, n)).take(kinds).collect(),
            fates: Vec::new(),
            routes: scenario.callers.iter().map(route).collect(),
            persons: Vec::new(),
            calls: Vec::new(),
            recorded: vec![Vec::new(); kinds],
            called: HashMap::default(),
            debts: HashMap::default(),
            desks: super::desks::desks(scenario, seed),
            campaigns: Vec::new(),
            outcome: Outcome {
                callers: vec![Tally::new(thresholds); kinds],
                quarters: vec![empty; kinds],
                operators: vec![Worked::default(); scenario.operators.len()],
                campaigns: vec![Called::default(); kinds],
                inputs: 0,
                violations: 0,
            },
        }
    }

    /// Everything that is known beforehand.
    fn open(&mut self) {
        self.plan_desks();
        let outages = &self.scenario.outages;
        for (nth, outage) in (0..).zip(outages) {
            for (s, is_over) in [(outage.lasts.from_s, false), (outage.lasts.to_s, true)] {
                self.agenda
                    .plan(u64::from(s) * 1_000_000, Event::Outage { nth, is_over });
            }
        }
        for (kind, callers) in (0..).zip(&self.scenario.callers) {
            match &callers.arrivals {
                Arrivals::PerQuarter(_) => self.plan_next_caller(kind, 0),
                Arrivals::Recorded(_) => self.plan_recorded(kind, 0),
                Arrivals::Listed(listed) => {
                    let at_us = u64::from(listed.from_s) * 1_000_000;
                    self.agenda.plan(at_us, Event::CampaignBegins(kind));
                }
            }
        }
        self.follow();
    }

    fn live(&mut self) {
        let end_us = u64::from(self.scenario.ends_s()) * 1_000_000;
        loop {
            let next_us = self.agenda.next_us();
            let wakes = self
                .wake_at
                .filter(|at| next_us.is_none_or(|next_us| *at <= next_us));
            let Some(at_us) = wakes.or(next_us).filter(|at_us| *at_us <= end_us) else {
                break;
            };
            self.turn_clock(at_us);
            if wakes.is_some() {
                self.tell(Input::Tick);
            } else if let Some((_, event)) = self.agenda.pop() {
                self.comes_about(event);
            }
            self.follow();
        }
        self.turn_clock(end_us);
    }

    fn turn_clock(&mut self, at_us: MonoUs) {
        // A moment that is past already: what is due is due now.
        let mono_us = at_us.max(self.now.mono_us);
        self.now = Now {
            mono_us,
            utc_ms: self.scenario.begins_ms + i64::try_from(mono_us / 1_000).unwrap_or(i64::MAX),
        };
    }

    fn follow(&mut self) {
        while let Some(input) = self.at_once.pop_front() {
            self.tell(input);
        }
    }

    /// Tells the centre, and does at once what it orders.
    pub(crate) fn tell(&mut self, input: Input) {
        (self.hear)(self.now, &input);
        self.outcome.inputs += 1;
        let mut step = std::mem::take(&mut self.step);
        self.centre.handle(self.now, input, &mut step);
        self.wake_at = step.wake_at;
        for record in step.records.drain(..) {
            self.read(record);
        }
        for effect in step.effects.drain(..) {
            self.carry_out(effect);
        }
        self.step = step;
    }

    fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::Answer { leg } => self.at_once.push_back(Input::Answered { leg }),
            Effect::Invite { leg, to } => match *to {
                Destination::Seat { registration, .. } => self.phone_rings(registration.seat, leg),
                Destination::Person { number, .. } | Destination::Outside { number, .. } => {
                    self.person_rings(&number, leg);
                }
            },
            Effect::Play {
                leg,
                token,
                prompts,
                then,
            } => match self.call_of(leg) {
                Some(call) => self.caller_hears(call, token, &prompts, then),
                None if then == AfterPlay::Silence => {
                    let at_us = self.now.mono_us + self.length_us(&prompts);
                    self.agenda.plan(at_us, Event::PhoneHeard { leg, token });
                }
                None => {}
            },
            Effect::Bridge { a, b } => {
                for leg in [a, b] {
                    self.begins_to_talk(leg);
                }
            }
            Effect::Probe { registration } => {
                let reachable = self.is_connected(registration.seat);
                self.at_once.push_back(Input::Probed {
                    seat: registration.seat,
                    reachable,
                });
            }
            Effect::ReadEntries {
                campaign,
                ask,
                limit,
                ..
            } => self.entries_wanted(campaign, ask, limit),
            Effect::Reply { result, .. } => self.outcome.violations += u64::from(result.is_err()),
            // A phone that rang says at once that it was let go; whose call is over has nothing to say.
            Effect::HangUp { leg, .. } if self.call_of(leg).is_none() => {
                let by = Party::Network;
                self.at_once.push_back(Input::Ended { leg, by });
            }
            // Whoever hears these does nothing; that a call is over is told by its row.
            Effect::HangUp { .. }
            | Effect::Press { .. }
            | Effect::CheckPin { .. }
            | Effect::Record { .. }
            | Effect::StopRecording { .. }
            | Effect::Forget { .. }
            | Effect::Ring { .. }
            | Effect::Refuse { .. }
            | Effect::Unbridge { .. }
            | Effect::Bound { .. }
            | Effect::Account { .. }
            | Effect::Drained => {}
        }
    }

    fn comes_about(&mut self, event: Event) {
        match event {
            Event::NextCaller(kind) => self.next_caller(kind),
            Event::NextRecorded { kind, nth } => self.next_recorded(kind, nth),
            Event::Redials(person) => self.redials(person),
            Event::CampaignBegins(kind) => self.campaign_begins(kind),
            Event::TiresBefore(call) => self.tires_before(call),
            Event::TiresInQueue(call) => self.tires_in_queue(call),
            Event::Presses { call, turn, digit } => self.presses(call, turn, digit),
            Event::Wishes { call, digit } => self.wishes(call, digit),
            Event::HasHeard { call, turn, token } => self.has_heard(call, turn, token),
            Event::Parts { call, turn } => self.parts(call, turn),
            Event::PicksUp(leg) => self.tell(Input::Answered { leg }),
            Event::IsBusy(leg) => self.is_busy(leg),
            Event::PersonParts { leg, turn } => self.person_parts(leg, turn),
            Event::PhoneHeard { leg, token } => self.tell(Input::PlayEnded { leg, token }),
            Event::Comes(desk) => self.comes(desk),
            Event::Goes(desk) => self.goes(desk),
            Event::Rests(desk) => self.rests(desk),
            Event::Resumes(desk) | Event::IsThere(desk) => self.is_there(desk),
            Event::Returns(desk) => self.returns(desk),
            Event::Outage { nth, is_over } => self.outage(nth, is_over),
        }
    }

    fn close(mut self) -> Outcome {
        self.close_desks();
        self.close_calls();
        self.close_campaigns();
        self.outcome.violations += self.centre.snapshot(self.now).violations;
        self.outcome
    }

    /// How long messages last, one after the other.
    pub(crate) fn length_us(&self, prompts: &[cuptel_core::rules::PromptId]) -> u64 {
        let length_ms = |prompt: &cuptel_core::rules::PromptId| {
            let place = usize::try_from(prompt.0).unwrap_or(usize::MAX);
            u64::from(self.scenario.prompt_ms.get(place).copied().unwrap_or(0))
        };
        prompts.iter().map(length_ms).sum::<u64>() * 1_000
    }

    /// The call of a leg, if it is a caller's.
    pub(crate) fn call_of(&self, leg: LegId) -> Option<u32> {
        let place = leg
            .0
            .checked_sub(CALLERS_FROM)
            .filter(|place| *place >= 0)?;
        u32::try_from(place).ok()
    }

    /// Plans something in a while.
    pub(crate) fn plan_in(&mut self, us: u64, event: Event) {
        self.agenda.plan(self.now.mono_us + us, event);
    }
}

/// The leg of a call.
pub(crate) fn leg_of(call: u32) -> LegId {
    LegId(CALLERS_FROM + i64::from(call))
}

/// A number in memory counts in 32 bits; places in vectors are wider.
pub(crate) fn place(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
