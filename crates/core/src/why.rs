//! Why a work has no offer at this moment: where it stands, what holds it back, and what every
//! seat is doing that could serve it. Looked up when somebody asks; nothing is kept for it.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::attempt::Doing;
use crate::blending::may_be_missed;
use crate::centre::Centre;
use crate::chosen_time::{has_passed, not_before};
use crate::declining::DeclinedNow;
use crate::id::{AttemptId, CallbackId, QueueId, SeatId, TaskId};
use crate::matching::{Dialling, Eligibility, Skills, Waiting};
use crate::record::{TaskRow, Work};
use crate::reminding::only_reminders;
use crate::rules::Queue;
use crate::seat::{Seat, SeatWork};
use crate::stop_button::is_emergency_in_file;
use crate::task::Task;
use crate::task_offers::Kept;
use crate::time::{Now, UtcMs};
use crate::words::{Button, CallbackState, Reach};

/// Works that are counted before one at most.
pub(crate) const AHEAD_MAX: usize = 1_000;

/// What holds a work back though it waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "hold")]
pub enum Hold {
    /// The centre is stopping.
    Stopping,
    /// What is decided cannot be stored: nobody is rung meanwhile.
    NotStored,
    /// It is not due yet: a rest after a call, the release after an opening, or put off by somebody.
    NotDue {
        /// Not before.
        until_ms: UtcMs,
    },
    /// The person has said when they want to be called.
    TimeChosen {
        /// Not before.
        until_ms: UtcMs,
    },
    /// People may not be rung at this hour.
    WindowClosed {
        /// Until then.
        until_ms: UtcMs,
    },
    /// No trunk has a channel for a callback.
    NoChannel,
    /// Every trunk refuses our calls; each is tried again with one at a time.
    TrunksDown {
        /// Since.
        since_ms: UtcMs,
    },
    /// The files say that the health authority can serve nobody now.
    Emergency,
    /// Somebody pressed a stop button.
    Stopped {
        /// Which.
        button: Button,
        /// For the region, its authority or its queue.
        reach: Reach,
        /// Since.
        since_ms: UtcMs,
        /// Until then; until somebody releases it, without it.
        until_ms: Option<UtcMs>,
    },
    /// Callers of its queue may need the seats that could have it, or as many of these as may
    /// call people back already do: it gives way to callers.
    GivesWay {
        /// At most until then; from then on the seats that are set aside for it are at others.
        until_ms: UtcMs,
    },
    /// Whoever is on the line and can have the same seats goes before it.
    AfterCallers {
        /// At most until then; from then on the seats that are set aside for it are at others.
        until_ms: UtcMs,
    },
    /// The person has a call with us, or a seat has a callback of theirs, another authority's.
    InACall,
    /// It was being called when the process ended, and nobody knows yet how that went.
    Unreconciled,
    /// As many people are called before an operator is on the line as operators are free.
    AsManyAsFree,
    /// Nothing is owed but a reminder: they are called without an operator, so many at once.
    WithoutOperator,
    /// It is of a campaign that is paused, over or out of its hours.
    Campaign,
    /// It is one operator's by name, who is there.
    Assigned,
    /// It waits for the operator who spoke with the person last, or whose it is while they are away.
    WaitsForOperator {
        /// At most until then.
        until_ms: UtcMs,
    },
}

/// How many seats stand so, as far as this work is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct SeatsNow {
    /// How.
    pub eligibility: Eligibility,
    /// How many.
    pub seats: u32,
}

/// Why a work has no offer now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WaitingNow {
    /// When it was looked at.
    pub at_ms: UtcMs,
    /// The seat to which it is offered, or that does it.
    pub seat: Option<String>,
    /// Short name of its queue.
    pub queue: String,
    /// Works before it in that queue, of all that wait there; at most 1,000 are counted.
    pub ahead: usize,
    /// What is asked of an operator by now.
    pub asks: Skills,
    /// When less is asked.
    pub asks_less_at_ms: Option<UtcMs>,
    /// What holds it back.
    pub holds: Vec<Hold>,
    /// The seats, by what they are doing.
    pub seats: Vec<SeatsNow>,
    /// How operators have handed it back.
    pub declined: Vec<DeclinedNow>,
}

impl Centre {
    /// Why the attempt, callback or task with this identifier has no offer; nothing if it does not wait.
    #[must_use]
    pub fn why(&self, now: Now, id: i64) -> Option<WaitingNow> {
        if let Some(task) = self.tasks.get(TaskId(id)) {
            return self.why_task(now, task);
        }
        let (waiting, seat) = self.waiting_with_id(id)?;
        let rule = self.rules.queues.get(&waiting.queue)?;
        let step = usize::from(self.matching.step_of(now.utc_ms, &waiting));
        let asks = rule.asked().nth(step).cloned().unwrap_or_default();
        let holds = self.holds(now, rule, &waiting);
        let gives_way = holds.iter().any(|it| matches!(it, Hold::GivesWay { .. }));
        let mut seats: BTreeMap<Eligibility, u32> = BTreeMap::new();
        for seat in self.seats.values() {
            let eligibility = self.eligibility(now, seat, rule, step, (&waiting, gives_way));
            *seats.entry(eligibility).or_default() += 1;
        }
        let name = |id: SeatId| self.seats.get(&id).map(|seat| seat.row.name.clone());
        Some(WaitingNow {
            at_ms: now.utc_ms,
            seat: seat.and_then(name),
            queue: rule.name.clone(),
            ahead: self.ahead_of(now, &waiting, AHEAD_MAX),
            asks,
            asks_less_at_ms: self.matching.asks_less_at(now.utc_ms, &waiting),
            holds,
            seats: seats
                .into_iter()
                .map(|(eligibility, seats)| SeatsNow { eligibility, seats })
                .collect(),
            declined: self.declines_of(CallbackId(id)),
        })
    }

    fn waiting_with_id(&self, id: i64) -> Option<(Waiting, Option<SeatId>)> {
        if let Some(live) = self.attempts.get(&AttemptId(id)) {
            let Doing::Queued {
                queue,
                place_ms,
                offered_to,
                ..
            } = live.doing
            else {
                return None;
            };
            let work = Work::Attempt(AttemptId(id));
            let waiting = self.waiting(queue, place_ms, live.priority_ms, work);
            return Some((waiting, offered_to));
        }
        let case = self.cases.get(&CallbackId(id))?;
        let queue: QueueId = self.queue_of(case)?;
        let work = Work::Callback(CallbackId(id));
        let row = &case.row;
        let waiting = self.waiting(queue, row.place_ms, row.priority_ms, work);
        Some((waiting, row.seat))
    }

    fn holds(&self, now: Now, rule: &Queue, waiting: &Waiting) -> Vec<Hold> {
        let mut holds = Vec::new();
        holds.extend(self.stopping.is_some().then_some(Hold::Stopping));
        holds.extend(self.held.then_some(Hold::NotStored));
        let wish = self.matching.wish_of(waiting.work);
        holds.extend(wish.map(|wish| match wish.until_ms {
            UtcMs::MAX => Hold::Assigned,
            until_ms => Hold::WaitsForOperator { until_ms },
        }));
        let (Work::Callback(id), false) = (waiting.work, waiting.is_live) else {
            return holds;
        };
        let state = self.cases.get(&id).map(|case| case.row.state);
        let is_unknown = state == Some(CallbackState::Unknown);
        holds.extend(is_unknown.then_some(Hold::Unreconciled));
        if let Some(case) = self.cases.get(&id)
            && case.row.state == CallbackState::Waiting
        {
            let release_ms = self.released_by(id, waiting.queue);
            let until_ms = release_ms.map_or(case.row.not_before_ms, |release_ms| {
                release_ms.max(case.row.not_before_ms)
            });
            holds.extend((until_ms > now.utc_ms).then_some(Hold::NotDue { until_ms }));
            let chosen_ms = not_before(case.chosen, now.utc_ms);
            let is_chosen = chosen_ms > now.utc_ms || has_passed(case.chosen, now);
            let until_ms = chosen_ms;
            holds.extend(is_chosen.then_some(Hold::TimeChosen { until_ms }));
            holds.extend((!self.may_stand(id)).then_some(Hold::InACall));
            let is_held = self.is_held_by_campaign(case);
            holds.extend(is_held.then_some(Hold::Campaign));
            let is_reminded = only_reminders(&case.needs);
            holds.extend(is_reminded.then_some(Hold::WithoutOperator));
        }
        let shut = rule.callback.shut_until(now.utc_ms);
        holds.extend(shut.map(|until_ms| Hold::WindowClosed { until_ms }));
        holds.extend((!self.has_channel()).then(|| {
            self.trunks_down()
                .map_or(Hold::NoChannel, |since_ms| Hold::TrunksDown { since_ms })
        }));
        let is_emergency = is_emergency_in_file(&self.rules, rule.tenant);
        holds.extend(is_emergency.then_some(Hold::Emergency));
        let pressed = self.stops.on_dials(rule.tenant, waiting.queue);
        holds.extend(pressed.map(|row| Hold::Stopped {
            button: row.button,
            reach: row.scope.reach(),
            since_ms: row.since_ms,
            until_ms: row.ends_ms,
        }));
        let is_full = self.is_full(&self.called_first(), waiting.queue);
        holds.extend(is_full.then_some(Hold::AsManyAsFree));
        let hold_ms = i64::from(rule.callback.hold_max_s) * 1_000;
        let place_ms = self.matching.deciding_place(now.utc_ms, waiting);
        let blending = &self.blending;
        let until_ms = (place_ms + hold_ms).max(now.utc_ms);
        holds.extend(
            match blending.dialling(waiting.queue, hold_ms, now.utc_ms, place_ms) {
                Dialling::ByAll | Dialling::ByNone => None,
                Dialling::AfterCallers => Some(Hold::AfterCallers { until_ms }),
                Dialling::ByThoseAside => Some(Hold::GivesWay { until_ms }),
            },
        );
        holds
    }

    /// The first thing that keeps a seat from a work.
    fn eligibility(
        &self,
        now: Now,
        seat: &Seat,
        rule: &Queue,
        step: usize,
        (waiting, gives_way): (&Waiting, bool),
    ) -> Eligibility {
        let fitness = rule.fitness(&seat.skills);
        if seat.sign_in.is_none() {
            Eligibility::SignedOut
        } else if fitness.is_none_or(|fitness| usize::from(fitness.ring) > step) {
            Eligibility::LacksSkills
        } else if self.is_excluded(waiting.work, seat.row.id) {
            Eligibility::Refused
        } else if !seat.takes_work() {
            Eligibility::Paused
        } else if !seat.reachable_at(now.utc_ms) {
            Eligibility::Unreachable
        } else {
            match seat.work {
                SeatWork::Idle if seat.is_engaged() => Eligibility::Resting,
                SeatWork::Idle => {
                    let is_kept = gives_way && may_be_missed(&self.rules, seat, waiting.queue);
                    self.spared(seat, waiting.queue, waiting.kind(), now)
                        .or(is_kept.then_some(Eligibility::KeptForCallers))
                        .unwrap_or(Eligibility::Eligible)
                }
                SeatWork::Resting { .. } => Eligibility::Resting,
                SeatWork::NotResponding => Eligibility::NotResponding,
                SeatWork::Offered { .. }
                | SeatWork::Talking { .. }
                | SeatWork::Informed { .. }
                | SeatWork::Beside { .. }
                | SeatWork::AtTask { .. }
                | SeatWork::WrapUp { .. } => Eligibility::Busy,
            }
        }
    }

    /// Why a task is not offered, or to whom it is.
    fn why_task(&self, now: Now, task: &Task) -> Option<WaitingNow> {
        let row = &task.row;
        let queue = self.rules.current(row.queue)?;
        let rule = self.rules.queues.get(&queue)?;
        let relax = &rule.matching.relax;
        let reached_ms = |after_s: u32| row.created_ms + i64::from(after_s) * 1_000;
        let reached = relax
            .iter()
            .take_while(|it| reached_ms(it.after_s) <= now.utc_ms);
        let step = reached.count();
        let mut holds = Vec::new();
        holds.extend(self.stopping.is_some().then_some(Hold::Stopping));
        holds.extend(self.held.then_some(Hold::NotStored));
        holds.extend(row.owner.map(|_| Hold::Assigned));
        if let Some((_, until)) = task.kept.filter(|_| row.owner.is_none()) {
            let left_ms = i64::try_from(until.saturating_sub(now.mono_us) / 1_000);
            let until_ms = now.utc_ms + left_ms.unwrap_or(0);
            holds.push(Hold::WaitsForOperator { until_ms });
        }
        let kept = self.kept(&self.called_first());
        let mut seats: BTreeMap<Eligibility, u32> = BTreeMap::new();
        for seat in self.seats.values() {
            let eligibility = self.eligibility_for_task(now, seat, row, &kept);
            *seats.entry(eligibility).or_default() += 1;
        }
        let name = |id: SeatId| self.seats.get(&id).map(|seat| seat.row.name.clone());
        Some(WaitingNow {
            at_ms: now.utc_ms,
            seat: row.seat.and_then(name),
            queue: rule.name.clone(),
            ahead: self.tasks.ahead_of(row.id, AHEAD_MAX),
            asks: rule.asked().nth(step).cloned().unwrap_or_default(),
            asks_less_at_ms: relax.get(step).map(|next| reached_ms(next.after_s)),
            holds,
            seats: seats
                .into_iter()
                .map(|(eligibility, seats)| SeatsNow { eligibility, seats })
                .collect(),
            declined: Vec::new(),
        })
    }

    fn eligibility_for_task(
        &self,
        now: Now,
        seat: &Seat,
        row: &TaskRow,
        kept: &Kept,
    ) -> Eligibility {
        let rests = seat.tasks_from.is_some_and(|at| at > now.mono_us);
        if seat.sign_in.is_none() {
            Eligibility::SignedOut
        } else if !seat.takes_work() {
            Eligibility::Paused
        } else if !seat.reachable_at(now.utc_ms) {
            Eligibility::Unreachable
        } else if !seat.is_idle() || seat.task_offer.is_some() {
            Eligibility::Busy
        } else if rests || seat.is_engaged() {
            Eligibility::Resting
        } else {
            let withheld = self.withheld(now, seat, row, kept);
            withheld.unwrap_or(Eligibility::Eligible)
        }
    }
}
