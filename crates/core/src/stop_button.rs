//! Stop buttons: nobody is dialled, a queue is closed now or opened against its hours, callers hear
//! the emergency message. Pressed for the region, an authority or a queue, by somebody, until a
//! moment or until somebody releases it; kept over a restart. Conversations go on, and so do dials
//! that were placed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::announcement::Spoken;
use crate::attempt::Doing;
use crate::calendar::Calendar;
use crate::centre::Centre;
use crate::dialplan::{Dialplan, Emergency, Step as PlanStep, StepId};
use crate::id::{AttemptId, ClosureId, QueueId, SeatId, TenantId};
use crate::planted::{Fault, planted};
use crate::record::{ClosureRow, Record, Work};
use crate::rules::{Queue, Rules};
use crate::seat::{Seat, SeatWork};
use crate::snapshot::HoursNow;
use crate::step::{CommandError, Step};
use crate::time::{Now, UtcMs};
use crate::timers::{Timer, Timers};
use crate::words::{Button, OfferState, Reach};

/// How long a message may be where the files say nothing of messages.
const SECONDS_MAX: u32 = 60;

/// For what a button is pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Scope {
    /// Everything.
    Region,
    /// One health authority.
    Tenant(TenantId),
    /// One queue.
    Queue(QueueId),
}

impl Scope {
    /// How far it reaches, in a word.
    #[must_use]
    pub fn reach(self) -> Reach {
        match self {
            Self::Region => Reach::Region,
            Self::Tenant(_) => Reach::Tenant,
            Self::Queue(_) => Reach::Queue,
        }
    }

    /// Whether it takes in this queue of this authority.
    #[must_use]
    pub fn holds(self, tenant: TenantId, queue: QueueId) -> bool {
        match self {
            Self::Region => true,
            Self::Tenant(own) => own == tenant,
            Self::Queue(own) => own == queue,
        }
    }
}

/// A button and for what, as somebody names it. A queue that is closed or opened is one button in
/// two positions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ButtonTold {
    /// Which.
    pub button: Button,
    /// Short name of a tenant; with none, and no queue, it is for the region.
    pub tenant: Option<String>,
    /// Short name of a queue; of the tenant, where one is named.
    pub queue: Option<String>,
}

/// How a button is pressed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pressed {
    /// Released by itself then; by somebody, without it.
    pub ends_ms: Option<UtcMs>,
    /// Name of the supervisor who presses it.
    pub supervisor: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// Name of the dialplan's emergency step, instead of the one that the file chooses.
    pub message: Option<String>,
    /// What was spoken to be heard instead of the dialplan's message.
    pub spoken: Option<Spoken>,
}

/// What a button is about: one of these at a time is pressed for each scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
enum Matter {
    Outgoing,
    Admission,
    Emergency,
}

fn matter(button: Button) -> Matter {
    match button {
        Button::Outgoing => Matter::Outgoing,
        Button::Closed | Button::Opened => Matter::Admission,
        Button::Emergency => Matter::Emergency,
    }
}

/// The buttons that are pressed.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Stops(BTreeMap<(Matter, Scope), ClosureRow>);

impl Stops {
    pub(crate) fn all(&self) -> impl Iterator<Item = &ClosureRow> {
        self.0.values()
    }

    /// The buttons that keep the callbacks of a queue from being dialled.
    pub(crate) fn on_dials(
        &self,
        tenant: TenantId,
        queue: QueueId,
    ) -> impl Iterator<Item = &ClosureRow> {
        let rows = self.0.values();
        rows.filter(move |row| match row.button {
            Button::Outgoing | Button::Emergency => row.scope.holds(tenant, queue),
            Button::Closed | Button::Opened => false,
        })
    }

    /// Where a queue's door is held against its hours.
    fn on_door(&self, queue: QueueId) -> Option<&ClosureRow> {
        self.0.get(&(Matter::Admission, Scope::Queue(queue)))
    }

    /// The emergencies of an authority: its own before that of the region.
    pub(crate) fn emergencies(&self, tenant: TenantId) -> impl Iterator<Item = &ClosureRow> {
        let scopes = [Scope::Tenant(tenant), Scope::Region].into_iter();
        scopes.filter_map(|scope| self.0.get(&(Matter::Emergency, scope)))
    }

    /// Whether the message of an authority itself is on.
    pub(crate) fn has_emergency(&self, tenant: TenantId) -> bool {
        let key = (Matter::Emergency, Scope::Tenant(tenant));
        self.0.contains_key(&key)
    }

    fn of_id(&self, id: ClosureId) -> Option<(Matter, Scope)> {
        let mut rows = self.0.iter();
        rows.find(|(_, row)| row.id == id).map(|(key, _)| *key)
    }
}

/// Whether the callbacks of a queue must not be dialled: its authority can serve nobody, or
/// somebody stopped them.
pub(crate) fn dials_are_stopped(
    rules: &Rules,
    stops: &Stops,
    tenant: TenantId,
    queue: QueueId,
) -> bool {
    let is_pressed = stops.on_dials(tenant, queue).next().is_some();
    (is_pressed && !planted(Fault::StopIgnored)) || is_emergency_in_file(rules, tenant)
}

/// The same of a call that is about no queue: for an authority, or for none in particular.
pub(crate) fn dials_are_stopped_for(
    rules: &Rules,
    stops: &Stops,
    tenant: Option<TenantId>,
) -> bool {
    let held = |row: &ClosureRow| match row.button {
        Button::Outgoing | Button::Emergency => match row.scope {
            Scope::Region => true,
            Scope::Tenant(own) => Some(own) == tenant,
            Scope::Queue(_) => false,
        },
        Button::Closed | Button::Opened => false,
    };
    let is_pressed = stops.0.values().any(held);
    is_pressed || tenant.is_some_and(|tenant| is_emergency_in_file(rules, tenant))
}

/// Whether the files say that a health authority can serve nobody.
pub(crate) fn is_emergency_in_file(rules: &Rules, tenant: TenantId) -> bool {
    let tenant = rules.tenants.get(&tenant);
    tenant.is_some_and(|tenant| tenant.dialplan.is_emergency())
}

impl Dialplan {
    /// The emergency step of this name; that of the file, without one.
    fn message(&self, name: Option<&str>) -> Option<StepId> {
        let in_file = self.emergency.map(|Emergency { step, .. }| step);
        let named = name.and_then(|name| self.emergency_named(name));
        named.or(in_file)
    }

    fn emergency_names(&self) -> impl Iterator<Item = &str> {
        let steps = self.names.iter().zip(&self.steps);
        let emergencies = steps.filter(|(_, step)| matches!(step, PlanStep::Emergency { .. }));
        emergencies.map(|(name, _)| name.as_str())
    }

    fn emergency_named(&self, name: &str) -> Option<StepId> {
        let mut steps = self.names.iter().zip(&self.steps);
        let is_it = |(own, step): (&String, &PlanStep)| {
            own == name && matches!(step, PlanStep::Emergency { .. })
        };
        steps.position(is_it).map(StepId)
    }
}

/// Whether callers are let on.
pub(crate) enum Way {
    /// They are.
    Open,
    /// They are not before then; nobody knows, without it.
    Shut(Option<UtcMs>),
}

/// Where a caller begins.
pub(crate) enum Beginning {
    /// At this step.
    Step(StepId),
    /// With the word that they are called back, because the dialplan has no message for today.
    Owed,
}

impl Centre {
    /// Somebody presses a button. Pressed already, it ends as they say now, and what they do not say
    /// again stays: whoever adds an end takes no message from the callers.
    pub(crate) fn press(
        &mut self,
        now: Now,
        told: &ButtonTold,
        pressed: Pressed,
        step: &mut Step,
    ) -> Result<(), CommandError> {
        let scope = self.scope_told(told)?;
        if pressed.ends_ms.is_some_and(|at| at <= now.utc_ms) {
            return Err(CommandError::StopIsOver);
        }
        self.message_fits(told.button, scope, &pressed)?;
        let key = (matter(told.button), scope);
        let row = match self.stops.0.remove(&key) {
            Some(row) if row.button == told.button => self.pressed_anew(now, row, pressed, step),
            other => {
                if let Some(row) = other {
                    self.record_end(now, row, pressed.supervisor.clone(), step);
                }
                let spoken = pressed.spoken;
                ClosureRow {
                    id: ClosureId(self.ids.allot()),
                    button: told.button,
                    scope,
                    since_ms: now.utc_ms,
                    ends_ms: pressed.ends_ms,
                    until_ms: None,
                    supervisor: pressed.supervisor,
                    reason: pressed.reason,
                    message: pressed.message,
                    announcement: spoken.map(|spoken| self.announce(now, &spoken, step)),
                    released_by: None,
                }
            }
        };
        step.records.push(Record::Closure(Box::new(row.clone())));
        await_release(&mut self.timers, now, &row);
        self.stops.0.insert(key, row);
        self.stops_changed(now, step);
        Ok(())
    }

    fn pressed_anew(
        &mut self,
        now: Now,
        row: ClosureRow,
        pressed: Pressed,
        step: &mut Step,
    ) -> ClosureRow {
        let (mut message, mut announcement) = (row.message, row.announcement);
        if pressed.message.is_some() || pressed.spoken.is_some() {
            self.withdraw_announcement(now, announcement, step);
            message = pressed.message;
            let spoken = pressed.spoken;
            announcement = spoken.map(|spoken| self.announce(now, &spoken, step));
        }
        ClosureRow {
            ends_ms: pressed.ends_ms,
            supervisor: pressed.supervisor.or(row.supervisor),
            reason: pressed.reason.or(row.reason),
            message,
            announcement,
            ..row
        }
    }

    /// Somebody releases a button.
    pub(crate) fn release_button(
        &mut self,
        now: Now,
        told: &ButtonTold,
        supervisor: Option<String>,
        step: &mut Step,
    ) -> Result<(), CommandError> {
        let scope = self.scope_told(told)?;
        let key = (matter(told.button), scope);
        let Some(row) = self.stops.0.remove(&key) else {
            return Err(CommandError::NotPressed(told.button));
        };
        self.record_end(now, row, supervisor, step);
        self.stops_changed(now, step);
        Ok(())
    }

    /// The moment has come for which a button was pressed, unless the clock was set back since or
    /// the button was pressed anew.
    pub(crate) fn button_ends(&mut self, now: Now, id: ClosureId, step: &mut Step) {
        let Some(key) = self.stops.of_id(id) else {
            return;
        };
        let Some(row) = self.stops.0.remove(&key) else {
            return;
        };
        if row.ends_ms.is_some_and(|at| at <= now.utc_ms) {
            self.record_end(now, row, None, step);
            self.stops_changed(now, step);
        } else {
            await_release(&mut self.timers, now, &row);
            self.stops.0.insert(key, row);
        }
    }

    /// The ends of buttons are hours of the day: the clock was set.
    pub(crate) fn await_releases(&mut self, now: Now) {
        for row in self.stops.0.values() {
            await_release(&mut self.timers, now, row);
        }
    }

    fn scope_told(&self, told: &ButtonTold) -> Result<Scope, CommandError> {
        let scope = match (&told.tenant, &told.queue) {
            (None, None) => Scope::Region,
            (Some(tenant), None) => {
                let found = self.rules.tenant_named(tenant);
                Scope::Tenant(found.ok_or_else(|| CommandError::NoTenant(tenant.clone()))?)
            }
            (tenant, Some(queue)) => Scope::Queue(self.queue_told(tenant.as_deref(), queue)?),
        };
        let fits = match told.button {
            Button::Outgoing => true,
            Button::Closed | Button::Opened => matches!(scope, Scope::Queue(_)),
            Button::Emergency => !matches!(scope, Scope::Queue(_)),
        };
        if fits {
            Ok(scope)
        } else {
            Err(CommandError::NoSuchButton(told.button, scope.reach()))
        }
    }

    pub(crate) fn queue_told(
        &self,
        tenant: Option<&str>,
        name: &str,
    ) -> Result<QueueId, CommandError> {
        let of_tenant = |rule: &Queue| {
            let own = self.rules.tenants.get(&rule.tenant);
            tenant.is_none_or(|told| own.is_some_and(|own| own.name == told))
        };
        let named = |(_, rule): &(&QueueId, &Queue)| rule.name == name && of_tenant(rule);
        let mut queues = self.rules.queues.iter().filter(named);
        match (queues.next(), queues.next()) {
            (Some((id, _)), None) => Ok(*id),
            (Some(_), Some(_)) => Err(CommandError::SeveralQueues(name.to_owned())),
            (None, _) => Err(CommandError::NoQueue(name.to_owned())),
        }
    }

    fn message_fits(
        &self,
        button: Button,
        scope: Scope,
        pressed: &Pressed,
    ) -> Result<(), CommandError> {
        let is_emergency = button == Button::Emergency;
        if pressed.spoken.is_some() && !is_emergency {
            return Err(CommandError::NotSpoken);
        }
        let policy = self.rules.announcing.as_ref();
        let seconds_max = policy.map_or(SECONDS_MAX, |policy| policy.seconds_max);
        let spoken_ms = pressed
            .spoken
            .as_ref()
            .map_or(0, |spoken| spoken.duration_ms);
        if spoken_ms > seconds_max.saturating_mul(1_000) {
            return Err(CommandError::TooLong(seconds_max));
        }
        let Some(name) = &pressed.message else {
            return Ok(());
        };
        if pressed.spoken.is_some() {
            return Err(CommandError::MessageTwice);
        }
        let known = if is_emergency {
            self.messages_of(scope)
        } else {
            Vec::new()
        };
        if known.contains(name) {
            return Ok(());
        }
        let name = name.clone();
        Err(CommandError::NoMessage { name, known })
    }

    /// The emergency steps that can be chosen, by name.
    fn messages_of(&self, scope: Scope) -> Vec<String> {
        let concerned = |id: TenantId| match scope {
            Scope::Region => true,
            Scope::Tenant(own) => own == id,
            Scope::Queue(_) => false,
        };
        let tenants = self.rules.tenants.iter();
        let tenants = tenants.filter(|(id, _)| concerned(**id));
        let mut known: Vec<String> = tenants
            .flat_map(|(_, tenant)| tenant.dialplan.emergency_names())
            .map(str::to_owned)
            .collect();
        known.sort_unstable();
        known.dedup();
        known
    }

    /// A button was pressed or released: no seat rings for a callback that is stopped, and whoever
    /// waits in a queue is looked at by the hours that it has now.
    pub(crate) fn stops_changed(&mut self, now: Now, step: &mut Step) {
        let is_stopped = |seat: &&Seat| {
            let SeatWork::Offered { offer, .. } = &seat.work else {
                return false;
            };
            let Work::Callback(id) = offer.work else {
                return false;
            };
            !self.answered_waiting.contains_key(&id) && self.is_stopped(offer.queue)
        };
        let ringing = self.seats.values().filter(is_stopped);
        let ringing: Vec<SeatId> = ringing.map(|seat| seat.row.id).collect();
        for id in ringing {
            self.offer_ended(now, id, OfferState::Withdrawn, true, step);
        }
        let queued = self.attempts.iter();
        let queued = queued.filter(|(_, live)| matches!(live.doing, Doing::Queued { .. }));
        let queued: Vec<AttemptId> = queued.map(|(id, _)| *id).collect();
        for id in queued {
            self.schedule_closing(now, id);
        }
    }

    /// Whether nobody may be dialled for a queue, or for the one that took its place.
    pub(crate) fn is_stopped(&self, queue: QueueId) -> bool {
        let Some(queue) = self.rules.current(queue) else {
            return false;
        };
        let tenant = self.rules.queues.get(&queue).map(|rule| rule.tenant);
        tenant.is_some_and(|tenant| dials_are_stopped(&self.rules, &self.stops, tenant, queue))
    }

    /// When people are dialled again for a queue, as far as buttons say; nothing where nobody knows.
    pub(crate) fn dials_resume_at(
        &self,
        now: Now,
        tenant: TenantId,
        queue: QueueId,
    ) -> Option<UtcMs> {
        if is_emergency_in_file(&self.rules, tenant) {
            return None;
        }
        let mut pressed = self.stops.on_dials(tenant, queue);
        pressed.try_fold(now.utc_ms, |at, row| Some(at.max(row.ends_ms?)))
    }

    /// Where a caller begins now: at the emergency message while it is on, by a button or in the
    /// file, which holds callbacks as well.
    pub(crate) fn begins(&self, id: AttemptId) -> Option<Beginning> {
        let tenant = self.attempts.get(&id)?.tenant;
        let plan = self.plan_of(id)?;
        let mut pressed = self.stops.emergencies(tenant).peekable();
        if pressed.peek().is_none() {
            return Some(Beginning::Step(plan.begins()));
        }
        let said = pressed.find_map(|row| plan.message(row.message.as_deref()));
        Some(said.map_or(Beginning::Owed, Beginning::Step))
    }

    /// Whether callers are admitted to a queue now: as its hours say, or as somebody said.
    pub(crate) fn is_open(&self, now: Now, queue: QueueId, rule: &Queue) -> bool {
        match self.stops.on_door(queue) {
            Some(row) => row.button == Button::Opened,
            None => self.rules.is_open(rule, now.utc_ms),
        }
    }

    /// What the hours of a queue say that somebody holds against them.
    pub(crate) fn hours_beside(&self, now: Now, queue: QueueId, rule: &Queue) -> Option<HoursNow> {
        self.stops.on_door(queue)?;
        let is_open = self.rules.is_open(rule, now.utc_ms);
        let until_ms = match is_open {
            true => self.rules.closes_at(rule, now.utc_ms),
            false => self.rules.opens_at(rule, now.utc_ms),
        };
        Some(HoursNow { is_open, until_ms })
    }

    /// When a queue that is open closes; nothing where nobody knows.
    pub(crate) fn closes_at(&self, now: Now, queue: QueueId, rule: &Queue) -> Option<UtcMs> {
        let Some(row) = self.stops.on_door(queue) else {
            return self.rules.closes_at(rule, now.utc_ms);
        };
        let ends_ms = row.ends_ms?;
        if self.rules.is_open(rule, ends_ms) {
            self.rules.closes_at(rule, ends_ms)
        } else {
            Some(ends_ms)
        }
    }

    /// When a queue that is shut admits callers again; nothing where nobody knows.
    pub(crate) fn opens_at(&self, now: Now, queue: QueueId, rule: &Queue) -> Option<UtcMs> {
        let row = self.stops.on_door(queue);
        let is_open = self.rules.is_open(rule, now.utc_ms);
        let from_ms = match row.map(|row| row.ends_ms) {
            Some(Some(ends_ms)) => ends_ms,
            // Shut within its hours, until somebody says otherwise.
            Some(None) if is_open => return None,
            Some(None) | None => now.utc_ms,
        };
        self.rules.opens_at(rule, from_ms)
    }

    /// Whether the way behind a question for the hour is open: a queue behind it that somebody
    /// opened opens it, and it is shut where every one is.
    pub(crate) fn way(
        &self,
        now: Now,
        tenant: TenantId,
        (plan, open): (&Dialplan, StepId),
        calendar: &Calendar,
    ) -> Way {
        let in_hours = calendar.is_open(now.utc_ms);
        let doors = self.doors_behind(tenant, plan, open);
        let stand = |button| {
            let stands =
                move |door: &Option<&ClosureRow>| door.map(|row| row.button) == Some(button);
            doors.iter().filter(move |door| stands(door)).count()
        };
        if stand(Button::Opened) > 0 {
            return Way::Open;
        }
        if in_hours && (doors.is_empty() || stand(Button::Closed) < doors.len()) {
            return Way::Open;
        }
        if doors.is_empty() || stand(Button::Closed) < doors.len() {
            return Way::Shut(calendar.next_opening(now.utc_ms));
        }
        let ends_ms = doors
            .iter()
            .filter_map(|door| door.and_then(|row| row.ends_ms));
        match ends_ms.min() {
            Some(first_ms) => Way::Shut(calendar.next_opening(first_ms)),
            // Until somebody says otherwise.
            None => Way::Shut(None),
        }
    }

    /// What holds the door of each queue behind a step; nothing where no door is held at all.
    fn doors_behind(
        &self,
        tenant: TenantId,
        plan: &Dialplan,
        open: StepId,
    ) -> Vec<Option<&ClosureRow>> {
        let mut matters = self.stops.0.keys().map(|(matter, _)| *matter);
        if !matters.any(|it| it == Matter::Admission) {
            return Vec::new();
        }
        let behind = plan.queues_behind(open).into_iter();
        let door = |queue| self.stops.on_door(self.queue_now(tenant, queue));
        behind.map(door).collect()
    }

    fn record_end(&mut self, now: Now, mut row: ClosureRow, by: Option<String>, step: &mut Step) {
        row.until_ms = Some(now.utc_ms);
        row.released_by = by;
        self.withdraw_announcement(now, row.announcement, step);
        step.records.push(Record::Closure(Box::new(row)));
    }

    /// After a start, and under new rules: what belonged to a queue that is gone belongs to its
    /// successor, what belonged to nothing that is left is over, and so is what was to end meanwhile.
    pub(crate) fn sort_buttons(&mut self, now: Now, rows: Vec<ClosureRow>, step: &mut Step) {
        let before = std::mem::take(&mut self.stops.0);
        for mut row in before.into_values().chain(rows) {
            let scope = match row.scope {
                Scope::Region => Some(Scope::Region),
                Scope::Tenant(id) => self.rules.tenants.get(&id).map(|_| Scope::Tenant(id)),
                Scope::Queue(id) => self.rules.current(id).map(Scope::Queue),
            };
            let is_over = row.ends_ms.is_some_and(|at| at <= now.utc_ms);
            let key = scope.map(|scope| (matter(row.button), scope));
            let Some(key) = key.filter(|key| !is_over && !self.stops.0.contains_key(key)) else {
                self.record_end(now, row, None, step);
                continue;
            };
            if row.scope != key.1 {
                row.scope = key.1;
                step.records.push(Record::Closure(Box::new(row.clone())));
            }
            await_release(&mut self.timers, now, &row);
            self.stops.0.insert(key, row);
        }
        self.stops_changed(now, step);
    }
}

fn await_release(timers: &mut Timers, now: Now, row: &ClosureRow) {
    if let Some(at) = row.ends_ms {
        timers.at(now.mono_at(at), Timer::ButtonEnds(row.id));
    }
}
