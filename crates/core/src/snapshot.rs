//! What is going on right now, for pages, metrics and health. Taken from memory, never
//! from the database; no numbers, no names of persons outside.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::at_seat::{AskingNow, PersonNow, ResultNow, result_at};
use crate::attempt::Doing;
use crate::campaign::Campaign;
use crate::centre::Centre;
use crate::channels::Storm;
use crate::estimate::Wait;
use crate::fairness::{Apart, Figures};
use crate::id::{
    AnnouncementId, AttemptId, CallbackId, CampaignId, SideCallId, SiteId, TaskId, TenantId,
};
use crate::memo::{MemoNow, SeatMemo};
use crate::own_result::OwnResultNow;
use crate::preview::OwedNow;
use crate::record::{ClosureRow, Work};
use crate::rules::{Queue, Tenant};
use crate::seat::{Seat, SeatWork, With};
use crate::staying::StayPolicy;
use crate::stop_button::Scope;
use crate::time::{Now, UtcMs};
use crate::trial::TrialNow;
use crate::words::{
    Button, CallbackState, CampaignState, Chosen, Drift, EntryState, PriorityClass, WorkKind,
    WorkState,
};

/// One look at the centre.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Snapshot {
    /// When it was taken.
    pub at_ms: UtcMs,
    /// Whether new calls are refused because the process is stopping.
    pub stopping: bool,
    /// Calls that people made to us and that are up.
    pub calls: u32,
    /// Persons being rung for a callback.
    pub dials_in_flight: u32,
    /// Every queue, by tenant and name.
    pub queues: Vec<QueueNow>,
    /// Every seat, by extension.
    pub seats: Vec<SeatNow>,
    /// Every trunk.
    pub trunks: Vec<TrunkNow>,
    /// Stop buttons that are pressed.
    pub stops: Vec<StopNow>,
    /// Every site.
    pub sites: Vec<SiteNow>,
    /// Every health authority.
    pub tenants: Vec<TenantNow>,
    /// Steps of dialplans at which callers are.
    pub steps: Vec<StepNow>,
    /// Every campaign that has not ended.
    pub campaigns: Vec<CampaignNow>,
    /// In what they have drifted apart.
    pub drifts: Vec<DriftNow>,
    /// What operators are told.
    pub memos: Vec<MemoNow>,
    /// Reasons that a pause may have; any, where there are none.
    pub pause_reasons: Vec<String>,
    /// Reasons to hand a callback back; any, where there are none.
    pub decline_reasons: Vec<String>,
    /// Results of the centre's own.
    pub own_results: Vec<OwnResultNow>,
    /// Numbers that operators may call by name.
    pub directory: Vec<EntryNow>,
    /// Moves that a state refused: faults of ours, 0 in health.
    pub violations: u64,
}

/// Callers at one step of a dialplan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StepNow {
    /// Short name of the tenant.
    pub tenant: String,
    /// The step, as in its file.
    pub step: String,
    /// How many are there.
    pub callers: u32,
}

/// A campaign now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CampaignNow {
    /// What it goes by.
    pub name: String,
    /// Short name of its tenant.
    pub tenant: String,
    /// Short name of its queue.
    pub queue: String,
    /// Where it stands.
    pub state: CampaignState,
    /// People on its list.
    pub entries: i64,
    /// Lines that were left out of it.
    pub left_out: i64,
    /// Rung or spoken with.
    pub talking: u32,
    /// How many stand how; without those of whom there is nobody.
    pub counts: BTreeMap<EntryState, i64>,
}

/// A queue now.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct QueueNow {
    /// Short name of its tenant.
    pub tenant: String,
    /// Short name.
    pub name: String,
    /// Name for people.
    pub title: String,
    /// People on the line who wait for an operator.
    pub waiting: u32,
    /// Of those, whom we have called.
    pub waiting_called: u32,
    /// Since when the first of them waits.
    pub oldest_ms: Option<UtcMs>,
    /// Callbacks not closed.
    pub callbacks_open: u32,
    /// Of those, ready to be offered now.
    pub callbacks_ready: u32,
    /// Whether they are held, because those who ring in would wait too long.
    pub callbacks_held: bool,
    /// When people may be rung again, where they may not at this hour.
    pub callbacks_from_ms: Option<UtcMs>,
    /// The oldest debt's place in line.
    pub callbacks_oldest_ms: Option<UtcMs>,
    /// The first that an operator may choose from, in the order of the line; none where the queue lets
    /// nobody choose.
    #[serde(skip)]
    pub choosable: Vec<CallbackId>,
    /// Tasks not closed.
    pub tasks_open: u32,
    /// When the first of them is due, or was.
    pub tasks_due_ms: Option<UtcMs>,
    /// How long who entered now would wait; none while nobody is there who could serve them.
    pub wait: Option<WaitNow>,
    /// By when what is taken in charge is to be done.
    #[serde(skip)]
    pub stays: StayPolicy,
    /// Whether callers are admitted, by its hours and by what somebody has pressed.
    pub is_open: bool,
    /// What its hours alone say, while somebody holds it against them.
    #[serde(skip)]
    pub hours: Option<HoursNow>,
    /// What callers are to find, the strictest first.
    pub targets: Vec<TargetNow>,
}

/// What the hours of a queue say now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct HoursNow {
    /// Whether callers were admitted.
    pub is_open: bool,
    /// Until when; nothing where nobody knows.
    pub until_ms: Option<UtcMs>,
}

/// A share of callers to be answered within a time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct TargetNow {
    /// From 0 to 1.
    pub share: f64,
    /// Within, in seconds.
    pub within_s: u32,
}

/// A wait that is expected, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct WaitNow {
    /// On the mean.
    pub mean_s: u32,
    /// One of ten waits less.
    pub low_s: u32,
    /// One of ten waits longer.
    pub high_s: u32,
}

/// A seat now.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SeatNow {
    /// Extension.
    pub name: String,
    /// Where it stands.
    pub site: String,
    /// Login name of who works there.
    pub operator: Option<String>,
    /// Short name of the tenant that they belong to.
    pub home: Option<String>,
    /// Who employs them.
    pub employer: Option<String>,
    /// What they chose.
    pub chosen: Chosen,
    /// Why, for a pause.
    pub pause_reason: Option<String>,
    /// The supervisor who chose it for them.
    pub supervisor: Option<String>,
    /// What the seat does.
    pub work: WorkState,
    /// Since when.
    pub since_ms: Option<UtcMs>,
    /// Whether its phone is registered and was seen.
    pub reachable: bool,
    /// Queue of the work at hand.
    pub queue: Option<String>,
    /// Short name of its tenant.
    pub tenant: Option<String>,
    /// Whether that work is a callback.
    pub callback: bool,
    /// When the shift of who works there ends, where that was told.
    pub shift_ends_ms: Option<UtcMs>,
    /// Whether its site is cut off, so that nothing is offered there.
    pub site_out: bool,
    /// The task that is done there, or that it is offered while it is free.
    pub task: Option<TaskId>,
    /// What the person at hand is owed a call about besides, in the words of who entered it.
    pub notes: Vec<String>,
    /// What that person is owed.
    pub owed: Option<OwedNow>,
    /// What whoever works there is told and has not read, the oldest first.
    pub memos: Vec<SeatMemo>,
    /// Who that is.
    pub person: Option<PersonNow>,
    /// What is still to be told of the conversation.
    pub result: Option<ResultNow>,
    /// Of which queues its operator may choose a callback.
    #[serde(skip)]
    pub chooses: Vec<QueueName>,
    /// The callback that its operator has chosen to make when their work is over.
    pub next: Option<CallbackId>,
    /// The call at hand, where somebody is at the other end.
    pub call: Option<CallNow>,
    /// Whom it calls beside works, or which seat asks it.
    pub beside: Option<ConsultNow>,
    /// How its phone is tried, or was.
    pub trial: Option<TrialNow>,
}

/// A number that operators may call by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EntryNow {
    /// What it is called by.
    pub name: String,
    /// Short name of the tenant whose operators may; all, without one.
    pub tenant: Option<String>,
}

/// A call that an operator has in hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CallNow {
    /// Since when the person is on hold.
    pub held_since_ms: Option<UtcMs>,
    /// Whether the operator's phone holds the call by itself: it is taken up there.
    pub held_by_phone: bool,
    /// Who is asked meanwhile.
    pub consult: Option<ConsultNow>,
}

/// Somebody whom an operator calls beside a work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConsultNow {
    /// Extension of the seat, or name in the directory.
    pub whom: String,
    /// Whether they have picked up.
    pub is_up: bool,
    /// Who asks, and about what, at the seat that is asked.
    pub asking: Option<AskingNow>,
}

impl ConsultNow {
    /// As those see it who may not know who works there.
    #[must_use]
    pub fn unnamed(self) -> Self {
        Self {
            asking: None,
            ..self
        }
    }
}

/// A queue by its names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueName {
    /// Short name of its tenant.
    pub tenant: String,
    /// Its own.
    pub queue: String,
}

/// A trunk now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TrunkNow {
    /// As in the configuration.
    pub name: String,
    /// Calls of people to us.
    pub inbound: u32,
    /// Calls of ours to people.
    pub outbound: u32,
    /// Channels bought.
    pub channels: u32,
    /// Inbound calls answered at most.
    pub answer_max: u32,
    /// Callers who hear a notice.
    pub notices: u32,
    /// Notices at once at most.
    pub notice_lines: u32,
    /// Since when every channel is taken: whoever calls now is refused by the carrier, unseen.
    pub full_since_ms: Option<UtcMs>,
    /// The storm that is on.
    pub storm: Option<StormNow>,
    /// Since when it refuses our calls, and none goes through it but to see whether one would.
    pub down_since_ms: Option<UtcMs>,
    /// With which status it refused the last of them; none, where nothing was heard of it.
    pub refused_with: Option<u16>,
}

/// A stop button that is pressed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StopNow {
    /// What it does.
    pub button: Button,
    /// Short name of the tenant that it is pressed for; all, without one.
    pub tenant: Option<String>,
    /// Short name of the queue that it is pressed for; all, without one.
    pub queue: Option<String>,
    /// Since.
    pub since_ms: UtcMs,
    /// Released by itself then.
    pub until_ms: Option<UtcMs>,
    /// Name of the supervisor who pressed it.
    pub supervisor: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// The emergency step that was chosen.
    pub message: Option<String>,
    /// What was spoken instead of the dialplan's message.
    pub announcement: Option<AnnouncementNow>,
}

/// A message that somebody has spoken, in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AnnouncementNow {
    /// Which.
    pub id: AnnouncementId,
    /// Put in force.
    pub made_ms: UtcMs,
    /// How long it is.
    pub seconds: u32,
    /// Extension of the seat by whose phone it was spoken; a file, without one.
    pub seat: Option<String>,
}

/// A site now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SiteNow {
    /// As in the configuration.
    pub name: String,
    /// Seats where somebody is signed in.
    pub staffed: u32,
    /// Of those, seats whose phone is there.
    pub reachable: u32,
    /// Seats with a call.
    pub calls: u32,
    /// Calls at once at most, where there is a limit.
    pub calls_max: Option<u32>,
    /// Since when it is cut off.
    pub out_since_ms: Option<UtcMs>,
    /// Whether somebody said so; else it was noticed.
    pub out_is_said: bool,
}

/// A health authority now.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TenantNow {
    /// Short name.
    pub name: String,
    /// Name for people.
    pub title: String,
    /// Its operators who are there for its own works, busy or not.
    pub at_home: u32,
    /// Its operators at works of others.
    pub away: u32,
    /// Operators of others at its works.
    pub borrowed: u32,
    /// Its operators who stay at home at least.
    pub lend_floor: u32,
    /// Its operators at works of others at most, where there is a limit.
    pub lend_max: Option<u32>,
    /// Operators of others at its works at most, where there is a limit.
    pub borrow_max: Option<u32>,
    /// Its callbacks that were given up and that nobody has looked at yet.
    pub callbacks_unseen: u32,
    /// Callers whose wait has ended within the last minutes.
    pub recent: WaitsNow,
    /// Since midnight, or since the process started.
    pub today: WaitsNow,
    /// The same for those who called a queue for one class of urgency.
    pub classes: Vec<ClassNow>,
}

/// How those fared who called a queue for one class of urgency.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClassNow {
    /// Which.
    pub class: PriorityClass,
    /// Within the last minutes.
    pub recent: WaitsNow,
    /// Since midnight, or since the process started.
    pub today: WaitsNow,
}

/// How callers fared whose wait has ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct WaitsNow {
    /// How many.
    pub waits: u32,
    /// Nineteen of twenty waited no longer, in seconds; at most an eighth too high.
    pub wait_p95_s: Option<u32>,
    /// The part of them who hung up, 0 to 1.
    pub abandoned_share: Option<f64>,
}

/// Health authorities that have drifted apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DriftNow {
    /// In what.
    pub what: Drift,
    /// With callers of queues for this class; of all, without one.
    pub class: Option<PriorityClass>,
    /// Since when.
    pub since_ms: UtcMs,
    /// Short name of the one whose callers fare worst.
    pub worst: String,
    /// And of the one whose callers fare best.
    pub best: String,
}

/// More callers than lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct StormNow {
    /// Since when.
    pub since_ms: UtcMs,
    /// Callers who heard that they are on the list.
    pub told: u32,
    /// Callers who were put on it.
    pub listed: u32,
    /// Callers for whom no notice line was free.
    pub refused: u32,
}

impl StopNow {
    /// Without the names and words of persons.
    #[must_use]
    pub fn masked(&self) -> Self {
        Self {
            supervisor: None,
            reason: None,
            announcement: self.announcement.as_ref().map(|it| AnnouncementNow {
                seat: None,
                ..it.clone()
            }),
            ..self.clone()
        }
    }
}

impl Centre {
    /// A look at everything.
    #[must_use]
    pub fn snapshot(&self, now: Now) -> Snapshot {
        let crews = self.crews_at(now, WorkKind::Live);
        let mut queues: Vec<QueueNow> = Vec::with_capacity(self.rules.queues.len());
        for (id, rule) in &self.rules.queues {
            let tenant = self
                .rules
                .tenants
                .get(&rule.tenant)
                .map_or("", |tenant| tenant.name.as_str());
            let (on_our_leg, in_line, since_ms) = self.on_our_leg(*id);
            let ready = self.matching.callbacks(*id).saturating_sub(in_line);
            queues.push(QueueNow {
                tenant: tenant.to_owned(),
                name: rule.name.clone(),
                title: rule.title.clone(),
                waiting: self.waiting_in(*id) + count(on_our_leg),
                waiting_called: count(on_our_leg),
                oldest_ms: self.waits_since(*id).into_iter().chain(since_ms).min(),
                callbacks_open: count(self.ledger.open(*id)),
                callbacks_ready: count(ready),
                callbacks_held: self.blending.holds(*id),
                callbacks_from_ms: rule.callback.shut_until(now.utc_ms),
                callbacks_oldest_ms: self.ledger.oldest(*id),
                choosable: self.choosable(*id, rule),
                tasks_open: count(self.tasks.of_queue(*id)),
                tasks_due_ms: self.tasks.due_ms(*id),
                wait: self.wait_now(now, *id, &crews).map(WaitNow::from),
                stays: rule.callback.stays.clone(),
                is_open: self.is_open(now, *id, rule),
                hours: self.hours_beside(now, *id, rule),
                targets: targets_of(rule),
            });
        }
        Snapshot {
            at_ms: now.utc_ms,
            stopping: self.stopping.is_some(),
            calls: count(self.attempts.len()),
            dials_in_flight: self.dials_in_flight(),
            queues,
            seats: self
                .seats
                .values()
                .filter(|seat| seat.row.removed_ms.is_none() || seat.sign_in.is_some())
                .map(|seat| self.seat_now(now, seat))
                .collect(),
            trunks: self.trunks_now(),
            stops: self.stops.all().map(|row| self.stop_now(row)).collect(),
            sites: self.sites_now(now),
            tenants: self.tenants_now(now),
            steps: self.steps_now(),
            campaigns: self.campaigns_now(),
            drifts: self.drifts_now(),
            memos: self.memos_now(),
            pause_reasons: self.rules.pause_reasons.clone(),
            decline_reasons: self.rules.decline_reasons.clone(),
            own_results: self.rules.own_results_now(),
            directory: self.directory_now(),
            violations: self.violations,
        }
    }

    /// Who talks has left the dialplan.
    fn steps_now(&self) -> Vec<StepNow> {
        let mut callers: BTreeMap<(TenantId, &str), u32> = BTreeMap::new();
        for live in self.attempts.values() {
            let plan = live.began_with.tenants.get(&live.tenant);
            let step = live
                .at_step
                .filter(|_| !matches!(live.doing, Doing::Talking { .. }));
            let name = plan
                .zip(step)
                .and_then(|(tenant, step)| tenant.dialplan.names.get(step.0));
            if let Some(name) = name {
                *callers.entry((live.tenant, name)).or_default() += 1;
            }
        }
        let now = |((tenant, step), callers): ((TenantId, &str), u32)| StepNow {
            tenant: self
                .rules
                .tenants
                .get(&tenant)
                .map_or(String::new(), |it| it.name.clone()),
            step: step.to_owned(),
            callers,
        };
        callers.into_iter().map(now).collect()
    }

    fn campaigns_now(&self) -> Vec<CampaignNow> {
        let open = self.campaigns.open.values();
        let open = open.filter(|it| it.row.state != CampaignState::Ended);
        let talking = self.talking_by_campaign();
        let now = |campaign: &Campaign| {
            let row = &campaign.row;
            let tenant = self.rules.tenants.get(&row.tenant);
            let queue = self.rules.rule_now(row.queue);
            let counts = campaign.counts.iter();
            let counts = counts.filter(|(_, count)| **count > 0);
            CampaignNow {
                name: row.name.clone(),
                tenant: tenant.map_or(String::new(), |it| it.name.clone()),
                queue: queue.map_or(String::new(), |it| it.name.clone()),
                state: row.state,
                entries: row.entries,
                left_out: row.left_out,
                talking: talking.get(&row.id).copied().unwrap_or(0),
                counts: counts.map(|(state, count)| (*state, *count)).collect(),
            }
        };
        open.map(now).collect()
    }

    /// How many people of each campaign are rung or spoken with.
    fn talking_by_campaign(&self) -> BTreeMap<CampaignId, u32> {
        let is_talking = |callback: CallbackId| {
            let state = self.cases.get(&callback).map(|case| case.row.state);
            matches!(
                state,
                Some(
                    CallbackState::Dialling
                        | CallbackState::Talking
                        | CallbackState::AnsweredWaiting
                )
            )
        };
        let mut talking = BTreeMap::new();
        for entry in self.campaigns.released.values() {
            if entry.callback.is_some_and(is_talking) {
                *talking.entry(entry.campaign).or_default() += 1;
            }
        }
        talking
    }

    fn dials_in_flight(&self) -> u32 {
        let rings_out = |seat: &&Seat| {
            let SeatWork::Talking { with, .. } = &seat.work else {
                return false;
            };
            matches!(with, With::Ringing { .. })
        };
        let rings_out = self.seats.values().filter(rings_out).count();
        count(rings_out + self.person_first.len())
    }

    fn seat_now(&self, now: Now, seat: &Seat) -> SeatNow {
        let (queue, callback) = match &seat.work {
            SeatWork::Offered { offer, .. } => {
                (Some(offer.queue), matches!(offer.work, Work::Callback(_)))
            }
            SeatWork::Talking { queue, with, .. } => {
                (Some(*queue), !matches!(with, With::Caller(_)))
            }
            SeatWork::AtTask { queue, .. } => (Some(*queue), false),
            SeatWork::Idle
            | SeatWork::Informed { .. }
            | SeatWork::Beside { .. }
            | SeatWork::WrapUp { .. }
            | SeatWork::Resting { .. }
            | SeatWork::NotResponding => (None, false),
        };
        let rule = queue.and_then(|id| self.rules.queues.get(&id));
        let tenant = rule.and_then(|rule| self.rules.tenants.get(&rule.tenant));
        let who = seat.sign_in.as_ref().map(|sign_in| sign_in.operator);
        let who = who.and_then(|id| self.operators.values().find(|it| it.id == id));
        let home = who.and_then(|it| self.rules.tenants.get(&it.home?));
        SeatNow {
            name: seat.row.name.clone(),
            site: self
                .rules
                .sites
                .get(&seat.row.site)
                .map_or(String::new(), |site| site.name.clone()),
            operator: who.map(|it| it.name.clone()),
            home: home.map(|it| it.name.clone()),
            employer: who.map(|it| it.employer.clone()),
            chosen: seat.chosen(),
            pause_reason: seat.sign_in.as_ref().and_then(|s| s.pause_reason.clone()),
            supervisor: seat.sign_in.as_ref().and_then(|s| s.supervisor.clone()),
            work: seat.work_state(),
            since_ms: seat.interval.as_ref().map(|interval| interval.since_ms),
            reachable: seat.reachable_at(now.utc_ms),
            queue: rule.map(|rule| rule.name.clone()),
            tenant: tenant.map(|rule| rule.name.clone()),
            callback,
            shift_ends_ms: seat.sign_in.as_ref().and_then(|s| s.shift_ends_ms),
            site_out: self.is_site_out(seat.row.site),
            task: seat.task_in_hand(),
            notes: self.notes_of(&seat.work),
            owed: self.owed_at(&seat.work),
            call: self.call_now(seat),
            beside: self.beside_now(seat),
            trial: self.trial_now(now, seat.row.id),
            person: self.person_at(&seat.work),
            result: result_at(&seat.work),
            chooses: self.queues_to_choose(now, seat),
            next: seat.next,
            memos: self.memos_at(seat),
        }
    }

    fn directory_now(&self) -> Vec<EntryNow> {
        let entries = self.rules.directory.of(None);
        let entries = entries.map(|entry| EntryNow {
            name: entry.name.clone(),
            tenant: entry
                .tenant
                .and_then(|id| self.rules.tenants.get(&id))
                .map(|tenant| tenant.name.clone()),
        });
        entries.collect()
    }

    fn asked(&self, id: SideCallId) -> Option<ConsultNow> {
        let side = self.sides.get(&id)?;
        let other = side.row.to_seat.and_then(|id| self.seats.get(&id));
        let other = other.map(|seat| seat.row.name.clone());
        Some(ConsultNow {
            whom: other.or_else(|| side.row.entry.clone())?,
            is_up: side.is_up(),
            asking: None,
        })
    }

    /// Whom a seat calls, or by whom it is asked, beside works.
    fn beside_now(&self, seat: &Seat) -> Option<ConsultNow> {
        let SeatWork::Beside { side, .. } = &seat.work else {
            return None;
        };
        let asks = self.sides.get(side).map(|side| side.row.seat);
        let asks = asks.filter(|asks| *asks != seat.row.id);
        let asks = asks.and_then(|asks| self.seats.get(&asks));
        match asks {
            Some(asks) => Some(ConsultNow {
                whom: asks.row.name.clone(),
                is_up: self.sides.get(side).is_some_and(|side| side.is_up()),
                asking: self.asking(*side),
            }),
            None => self.asked(*side),
        }
    }

    fn call_now(&self, seat: &Seat) -> Option<CallNow> {
        self.joined(seat.row.id, &seat.row.name).ok()?;
        let held = self.held_at(seat.row.id);
        Some(CallNow {
            held_since_ms: held.map(|hold| hold.since_ms),
            held_by_phone: held.is_some() && self.holds_by_phone(seat.row.id),
            consult: self.consult_at(seat.row.id).and_then(|id| self.asked(id)),
        })
    }

    /// What is noted of the needs of whoever a seat has to do with.
    fn notes_of(&self, work: &SeatWork) -> Vec<String> {
        let case = self.case_at(work);
        let needs = case.and_then(|id| self.cases.get(&id));
        let needs = needs.map(|case| &case.needs[..]).unwrap_or_default();
        let details = needs.iter().filter_map(|need| self.details.get(&need.id));
        details.filter_map(|detail| detail.note.clone()).collect()
    }

    /// The callback that is open for whoever calls.
    pub(crate) fn case_at_call(&self, id: AttemptId) -> Option<CallbackId> {
        let live = self.attempts.get(&id)?;
        self.case_of_caller(live.tenant, live.caller.number.as_ref()?)
    }

    pub(crate) fn operator_name(&self, id: crate::id::OperatorId) -> Option<String> {
        self.operators
            .values()
            .find(|operator| operator.id == id)
            .map(|operator| operator.name.clone())
    }

    fn stop_now(&self, row: &ClosureRow) -> StopNow {
        let name_of = |id: &TenantId| self.rules.tenants.get(id).map(|it| it.name.clone());
        let (tenant, queue) = match row.scope {
            Scope::Region => (None, None),
            Scope::Tenant(id) => (name_of(&id), None),
            Scope::Queue(id) => {
                let rule = self.rules.queues.get(&id);
                let tenant = rule.and_then(|rule| name_of(&rule.tenant));
                (tenant, rule.map(|rule| rule.name.clone()))
            }
        };
        StopNow {
            button: row.button,
            tenant,
            queue,
            since_ms: row.since_ms,
            until_ms: row.ends_ms,
            supervisor: row.supervisor.clone(),
            reason: row.reason.clone(),
            message: row.message.clone(),
            announcement: row.announcement.and_then(|id| self.announcement_now(id)),
        }
    }

    fn announcement_now(&self, id: AnnouncementId) -> Option<AnnouncementNow> {
        let row = self.announcements.of_id(id)?;
        let seat = row.seat.and_then(|seat| self.seats.get(&seat));
        Some(AnnouncementNow {
            id,
            made_ms: row.made_ms,
            seconds: row.duration_ms.div_ceil(1_000),
            seat: seat.map(|seat| seat.row.name.clone()),
        })
    }

    fn sites_now(&self, now: Now) -> Vec<SiteNow> {
        let site_now = |(id, rule): (&SiteId, &crate::rules::Site)| {
            let there = || self.seats.values().filter(|seat| seat.row.site == *id);
            let staffed = || there().filter(|seat| seat.sign_in.is_some());
            let outage = self.outages.get(id);
            SiteNow {
                name: rule.name.clone(),
                staffed: count(staffed().count()),
                reachable: count(staffed().filter(|it| it.reachable_at(now.utc_ms)).count()),
                calls: count(there().filter(|seat| seat.leg().is_some()).count()),
                calls_max: rule.calls_max,
                out_since_ms: outage.map(|row| row.since_ms),
                out_is_said: outage.is_some_and(|row| row.said),
            }
        };
        self.rules.sites.iter().map(site_now).collect()
    }

    fn tenants_now(&self, now: Now) -> Vec<TenantNow> {
        let unseen = self.unseen_by_tenant();
        let waits = |figures: Figures| WaitsNow {
            waits: figures.waits,
            wait_p95_s: figures.wait_p95_s,
            abandoned_share: figures.abandoned_share,
        };
        let tenant_now = |(id, rule): (&TenantId, &Tenant)| {
            let lent = self.matching.lent(*id);
            let recent = |class| {
                let policy = &self.rules.fairness;
                waits(self.fairness.recent(now, (*id, class), policy))
            };
            let today = |class| waits(self.fairness.today(now, (*id, class)));
            let classes = self.fairness.classes(*id).map(|class| ClassNow {
                class,
                recent: recent(Some(class)),
                today: today(Some(class)),
            });
            TenantNow {
                name: rule.name.clone(),
                title: rule.title.clone(),
                at_home: lent.at_home,
                away: lent.away,
                borrowed: lent.borrowed,
                lend_floor: rule.lending.floor,
                lend_max: rule.lending.max,
                borrow_max: rule.lending.borrow_max,
                callbacks_unseen: count(unseen.get(id).copied().unwrap_or(0)),
                recent: recent(None),
                today: today(None),
                classes: classes.collect(),
            }
        };
        self.rules.tenants.iter().map(tenant_now).collect()
    }

    fn drifts_now(&self) -> Vec<DriftNow> {
        let name = |id: TenantId| {
            let tenant = self.rules.tenants.get(&id);
            tenant.map_or_else(String::new, |tenant| tenant.name.clone())
        };
        let drift_now = |(what, class, apart): (Drift, _, Apart)| DriftNow {
            what,
            class,
            since_ms: apart.since_ms,
            worst: name(apart.worst),
            best: name(apart.best),
        };
        self.fairness.apart().map(drift_now).collect()
    }

    fn trunks_now(&self) -> Vec<TrunkNow> {
        let storm_now = |storm: Storm| StormNow {
            since_ms: storm.since_ms,
            told: storm.told,
            listed: storm.listed,
            refused: storm.refused,
        };
        let now = |(id, rule): (&crate::id::TrunkId, &crate::rules::Trunk)| {
            let used = self.channels(*id);
            TrunkNow {
                name: rule.name.clone(),
                inbound: used.inbound,
                outbound: used.outbound,
                channels: rule.channels,
                answer_max: rule.answer_max,
                notices: used.notices,
                notice_lines: rule.notice_lines,
                full_since_ms: used.full_since_ms,
                storm: used.storm.map(storm_now),
                down_since_ms: used.health.down_since_ms,
                refused_with: used.health.refused_with,
            }
        };
        self.rules.trunks.iter().map(now).collect()
    }
}

fn targets_of(rule: &Queue) -> Vec<TargetNow> {
    let targets = rule.answer_targets.iter();
    let mut targets: Vec<TargetNow> = targets
        .map(|it| TargetNow {
            share: it.share,
            within_s: it.within_s,
        })
        .collect();
    targets.sort_by_key(|it| it.within_s);
    targets
}

impl From<Wait> for WaitNow {
    fn from(wait: Wait) -> Self {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "saturates"
        )]
        let whole = |seconds: f64| seconds.round() as u32;
        Self {
            mean_s: whole(wait.mean_s),
            low_s: whole(wait.low_s),
            high_s: whole(wait.high_s),
        }
    }
}

fn count(things: usize) -> u32 {
    u32::try_from(things).unwrap_or(u32::MAX)
}
