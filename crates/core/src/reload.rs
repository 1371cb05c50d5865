//! New rules for a centre at work. They are taken whole or refused; calls in progress end on
//! the dialplan that they began with, and what waits for a queue that is gone waits for its
//! successor. Knows nothing of files.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::attempt::Doing;
use crate::centre::Centre;
use crate::dialplan::{Step as PlanStep, StepId};
use crate::id::{AttemptId, ConfigVersionId, QueueId, TenantId};
use crate::record::{CampaignRow, ConfigVersionRow, NeedRow, Record, Restored, Work};
use crate::release::DialHours;
use crate::rules::{
    AnnouncingPrompts, CodePrompts, NoticePrompts, PersonFirstPrompts, PromptId, Queue,
    ReminderPrompts, Rules, SpokenPrompts, VerifyPrompts, WhenPrompts,
};
use crate::seat::SeatWork;
use crate::step::{CommandError, Step};
use crate::time::Now;
use crate::words::ChangedBy;

/// Something that new rules drop although somebody still waits for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct StillNeeded {
    /// The tenant, gone itself where no queue is named.
    pub tenant: TenantId,
    /// The queue that is gone and has no successor.
    pub queue: Option<QueueId>,
    /// Callbacks about it that are open, or that a wrap-up may open again.
    pub callbacks: u32,
    /// Calls in progress about it.
    pub calls: u32,
    /// Tasks of it that are open.
    pub tasks: u32,
    /// Campaigns of it that are open.
    pub campaigns: u32,
}

/// What is counted while looking for them.
#[derive(Default)]
struct Needed(BTreeMap<(TenantId, Option<QueueId>), Counts>);

#[derive(Default)]
struct Counts {
    callbacks: u32,
    calls: u32,
    tasks: u32,
    campaigns: u32,
}

impl Needed {
    /// What of a tenant and its queue these rules drop, if anything.
    fn dropped(
        rules: &Rules,
        tenant: TenantId,
        queue: Option<QueueId>,
    ) -> Option<(TenantId, Option<QueueId>)> {
        if !rules.tenants.contains_key(&tenant) {
            return Some((tenant, None));
        }
        let gone = queue.filter(|queue| rules.current(*queue).is_none())?;
        Some((tenant, Some(gone)))
    }

    fn call(&mut self, rules: &Rules, tenant: TenantId, queue: Option<QueueId>) {
        if let Some(dropped) = Self::dropped(rules, tenant, queue) {
            self.0.entry(dropped).or_default().calls += 1;
        }
    }

    fn task(&mut self, rules: &Rules, tenant: TenantId, queue: QueueId) {
        if let Some(dropped) = Self::dropped(rules, tenant, Some(queue)) {
            self.0.entry(dropped).or_default().tasks += 1;
        }
    }

    fn campaign(&mut self, rules: &Rules, row: &CampaignRow) {
        if let Some(dropped) = Self::dropped(rules, row.tenant, Some(row.queue)) {
            self.0.entry(dropped).or_default().campaigns += 1;
        }
    }

    /// Counts a callback once for each queue that its needs would lose.
    fn callback<'n>(
        &mut self,
        rules: &Rules,
        tenant: TenantId,
        needs: impl Iterator<Item = &'n NeedRow>,
    ) {
        let dropped = needs
            .map(|need| need.queue)
            .chain([None])
            .filter_map(|queue| Self::dropped(rules, tenant, queue));
        // Rarely any, and this is asked of a million callbacks: a set of none is no memory.
        for dropped in dropped.collect::<BTreeSet<_>>() {
            self.0.entry(dropped).or_default().callbacks += 1;
        }
    }

    fn into_list(self) -> Vec<StillNeeded> {
        let entry = |((tenant, queue), counts): (_, Counts)| StillNeeded {
            tenant,
            queue,
            callbacks: counts.callbacks,
            calls: counts.calls,
            tasks: counts.tasks,
            campaigns: counts.campaigns,
        };
        self.0.into_iter().map(entry).collect()
    }
}

/// What a start under these rules would lose of what the store says is open.
#[must_use]
pub fn still_needed(rules: &Rules, restored: &Restored) -> Vec<StillNeeded> {
    let mut needed = Needed::default();
    for open in &restored.callbacks {
        needed.callback(rules, open.row.tenant, open.needs.iter());
    }
    for row in &restored.attempts {
        if let Some(tenant) = row.tenant {
            needed.call(rules, tenant, row.queue);
        }
    }
    for row in &restored.tasks {
        needed.task(rules, row.tenant, row.queue);
    }
    for open in &restored.campaigns {
        needed.campaign(rules, &open.row);
    }
    needed.into_list()
}

impl Rules {
    /// The queue that serves what this one served: itself while it is there.
    #[must_use]
    pub fn current(&self, queue: QueueId) -> Option<QueueId> {
        if self.queues.contains_key(&queue) {
            return Some(queue);
        }
        let successor = self.successors.get(&queue).copied();
        successor.filter(|successor| self.queues.contains_key(successor))
    }

    /// The rules by which what belongs to a queue goes now: its own, or its successor's.
    pub(crate) fn rule_now(&self, queue: QueueId) -> Option<&Queue> {
        self.queues.get(&self.current(queue)?)
    }

    /// Gives every prompt the identifier at its place in `of`, because a running engine knows
    /// other recordings already. A place beyond the end is left as it is.
    pub fn renumber_prompts(&mut self, of: &[PromptId]) {
        let renumber = |prompt: &mut PromptId| {
            let place = usize::try_from(prompt.0).ok();
            if let Some(id) = place.and_then(|place| of.get(place)) {
                *prompt = *id;
            }
        };
        self.prompts.each(renumber);
        if let Some(announcing) = &mut self.announcing {
            announcing.prompts.each(renumber);
        }
        if let Some(features) = &mut self.features {
            features.prompts.each(renumber);
            features.english.iter_mut().for_each(|it| it.each(renumber));
        }
        self.trial.iter_mut().for_each(renumber);
        self.practice.values_mut().for_each(renumber);
        for queue in self.queues.values_mut() {
            queue.whisper.iter_mut().for_each(renumber);
            let calling = &mut queue.callback.person_first.calling;
            calling.iter_mut().for_each(renumber);
        }
        for tenant in self.tenants.values_mut() {
            tenant.whisper.iter_mut().for_each(renumber);
            for step in &mut tenant.dialplan.steps {
                match step {
                    PlanStep::Play { prompts, .. } | PlanStep::Emergency { prompts, .. } => {
                        prompts.iter_mut().for_each(renumber)
                    }
                    PlanStep::Menu {
                        prompt, invalid, ..
                    } => {
                        renumber(prompt);
                        invalid.iter_mut().for_each(renumber);
                    }
                    PlanStep::Queue { music, .. } => music.iter_mut().for_each(renumber),
                    PlanStep::HangUp { play, .. } => play.iter_mut().for_each(renumber),
                    PlanStep::Callback { when, .. } => {
                        if let Some(when) = when {
                            renumber(&mut when.ask);
                            let windows = when.windows.values_mut();
                            windows.for_each(|window| renumber(&mut window.say));
                        }
                    }
                    PlanStep::Hours { .. } | PlanStep::OptOut { .. } | PlanStep::Verify { .. } => {}
                }
            }
        }
    }
}

impl SpokenPrompts {
    /// Every prompt, one after the other.
    #[expect(
        clippy::too_many_lines,
        reason = "named twice each, so that none is forgotten"
    )]
    fn each(&mut self, change: impl Fn(&mut PromptId)) {
        let Self {
            music,
            please_hold,
            reconnecting,
            positions,
            position_beyond,
            waits,
            wait_beyond,
            number_is,
            digits,
            number_confirm,
            number_ask,
            number_wrong,
            callback_offer,
            callback_confirmed,
            callback_at_closing,
            number_unavailable,
            number_not_called,
            lines_busy,
            operator_coming,
            notice,
            returning,
            held,
            still_held,
            verify,
            code,
            person_first,
            reminder,
            opt_out,
            when,
            to_operator_preview,
            to_operator_dialling,
            to_operator_no_answer,
            to_operator_busy,
            to_operator_unreachable,
            to_operator_withdrawn,
            whisper_call,
            whisper_waits,
            whisper_minutes,
            whisper_waits_long,
        } = self;
        let named = [
            music,
            please_hold,
            reconnecting,
            position_beyond,
            wait_beyond,
            number_is,
            number_confirm,
            number_ask,
            number_wrong,
            callback_offer,
            callback_confirmed,
            callback_at_closing,
            number_unavailable,
            number_not_called,
            lines_busy,
            operator_coming,
            to_operator_dialling,
            to_operator_no_answer,
            to_operator_busy,
            to_operator_unreachable,
            to_operator_withdrawn,
            whisper_call,
            whisper_waits,
            whisper_minutes,
            whisper_waits_long,
        ];
        named
            .into_iter()
            .chain(positions)
            .chain(waits)
            .chain(digits)
            .chain(returning)
            .chain(held)
            .chain(still_held)
            .chain(to_operator_preview)
            .chain(opt_out)
            .for_each(&change);
        if let Some(verify) = verify {
            verify.each(&change);
        }
        if let Some(CodePrompts {
            given,
            said,
            to_operator,
        }) = code
        {
            [given, said, to_operator].into_iter().for_each(&change);
        }
        if let Some(spoken) = reminder {
            spoken.each(&change);
        }
        if let Some(spoken) = person_first {
            spoken.each(&change);
        }
        if let Some(WhenPrompts {
            chosen,
            confirm,
            not_then,
            kept,
        }) = when
        {
            [chosen, confirm, not_then, kept]
                .into_iter()
                .for_each(&change);
        }
        notice.each(change);
    }
}

impl AnnouncingPrompts {
    fn each(&mut self, change: impl Fn(&mut PromptId)) {
        let Self {
            pin,
            wrong,
            tenant,
            standing,
            speak,
            silent,
            review,
            in_force,
            withdrawn,
            unchanged,
        } = self;
        [
            pin, wrong, tenant, standing, speak, silent, review, in_force, withdrawn, unchanged,
        ]
        .into_iter()
        .for_each(change);
    }
}

impl ReminderPrompts {
    fn each(&mut self, change: impl Fn(&mut PromptId)) {
        let Self {
            greeting,
            wrong_year,
            not_verified,
            appointment,
            weekdays,
            days,
            months,
            at,
            keys,
            sure,
            confirmed,
            cancelled,
            connecting,
            moved,
            machine,
            unanswered,
            places,
        } = self;
        [
            greeting,
            wrong_year,
            not_verified,
            appointment,
            at,
            keys,
            sure,
        ]
        .into_iter()
        .chain([confirmed, cancelled, connecting, moved])
        .chain([machine, unanswered])
        .chain(weekdays)
        .chain(days)
        .chain(months)
        .chain(places.values_mut())
        .for_each(change);
    }
}

impl PersonFirstPrompts {
    fn each(&mut self, change: impl Fn(&mut PromptId)) {
        let Self {
            calling,
            press,
            connecting,
            later,
            declined,
            machine,
        } = self;
        [calling, press, connecting, later, declined, machine]
            .into_iter()
            .for_each(change);
    }
}

impl VerifyPrompts {
    fn each(&mut self, change: impl Fn(&mut PromptId)) {
        let Self {
            yes,
            today,
            yesterday,
            weekdays,
            and,
            tens,
            no,
            unknown,
            unsure,
        } = self;
        [yes, today, yesterday, and, no, unknown, unsure]
            .into_iter()
            .chain(weekdays)
            .chain(tens)
            .for_each(change);
    }
}

impl NoticePrompts {
    fn each(&mut self, change: impl Fn(&mut PromptId)) {
        let Self {
            listed,
            put_on_list,
            unreachable,
            another,
            confirm,
            another_listed,
            leave,
            declined,
            soon,
            by_today,
            by_tomorrow,
            by_weekday,
            hours,
            quarters,
        } = self;
        let named = [
            listed,
            put_on_list,
            unreachable,
            another,
            confirm,
            another_listed,
            leave,
            declined,
            soon,
            by_today,
            by_tomorrow,
        ];
        named
            .into_iter()
            .chain(by_weekday)
            .chain(hours)
            .chain(quarters)
            .for_each(change);
    }
}

impl Centre {
    /// Follows these rules from now on, or says what they would lose and changes nothing.
    pub(crate) fn take_rules(
        &mut self,
        now: Now,
        rules: Arc<Rules>,
        by: ChangedBy,
        step: &mut Step,
    ) -> Result<(), CommandError> {
        if self.stopping.is_some() {
            return Err(CommandError::Stopping);
        }
        let needed = self.would_lose(&rules);
        if !needed.is_empty() {
            return Err(CommandError::StillNeeded(needed));
        }
        self.rules = self.with_special_days(&rules);
        self.dial_hours = DialHours::default();
        self.crews_changed();
        self.record_version(now, by, step);
        self.move_to_successors(step);
        self.line_up_anew(now);
        self.await_deadlines(now);
        self.look_at_campaigns();
        self.sort_buttons(now, Vec::new(), step);
        self.look_at_storms(now);
        Ok(())
    }

    /// The configuration in force, for whoever asks later by which rules something was decided.
    pub(crate) fn record_version(&mut self, now: Now, by: ChangedBy, step: &mut Step) {
        self.version = ConfigVersionId(self.ids.allot());
        step.records.push(Record::ConfigVersion(ConfigVersionRow {
            id: self.version,
            hash: self.rules.hash.clone(),
            at_ms: now.utc_ms,
            by,
        }));
    }

    fn would_lose(&self, rules: &Rules) -> Vec<StillNeeded> {
        let mut needed = Needed::default();
        for case in self.cases.values() {
            needed.callback(rules, case.row.tenant, case.needs.iter());
        }
        for live in self.attempts.values() {
            needed.call(rules, live.tenant, live.row.queue);
        }
        for task in self.tasks.all() {
            needed.task(rules, task.row.tenant, task.row.queue);
        }
        for campaign in self.campaigns.open.values() {
            needed.campaign(rules, &campaign.row);
        }
        for seat in self.seats.values() {
            // "Another person at this number" would open it again.
            if let SeatWork::WrapUp { done, .. } = &seat.work
                && let Some((case, needs)) = &done.settled
            {
                needed.callback(rules, case.row.tenant, needs.iter());
            }
        }
        needed.into_list()
    }

    /// The queue that serves now what a dialplan or a row calls `queue`. A caller whose
    /// dialplan still leads to one that is gone waits where the tenant's missed calls go.
    pub(crate) fn queue_now(&self, tenant: TenantId, queue: QueueId) -> QueueId {
        let missed = || Some(self.rules.tenants.get(&tenant)?.dialplan.missed_queue);
        self.rules.current(queue).or_else(missed).unwrap_or(queue)
    }

    /// The step of an attempt's own dialplan that lets callers wait in this queue.
    pub(crate) fn queue_step(&self, id: AttemptId, wanted: QueueId) -> Option<StepId> {
        let tenant = self.attempts.get(&id)?.tenant;
        let waits_here = |step: &PlanStep| matches!(step, PlanStep::Queue { queue, .. } if self.queue_now(tenant, *queue) == wanted);
        let steps = &self.plan_of(id)?.steps;
        steps.iter().position(waits_here).map(StepId)
    }

    /// Where a caller waits who goes into a line again. Of a queue to which their dialplan does not lead,
    /// because they were moved there, where they waited before says how one waits.
    pub(crate) fn step_to_wait(&self, id: AttemptId, wanted: QueueId) -> Option<StepId> {
        let waited = || {
            let at = self.attempts.get(&id)?.at_step?;
            let step = self.plan_of(id)?.steps.get(at.0)?;
            matches!(step, PlanStep::Queue { .. }).then_some(at)
        };
        self.queue_step(id, wanted).or_else(waited)
    }

    fn move_to_successors(&mut self, step: &mut Step) {
        let rules = self.rules.clone();
        for live in self.attempts.values_mut() {
            let queue = match &mut live.doing {
                Doing::Queued { queue, .. } => queue,
                Doing::Wishing(wish) => match &mut wish.queue {
                    Some(queue) => queue,
                    None => continue,
                },
                // Who talks was served for the queue that there was.
                Doing::Ringing
                | Doing::Message { .. }
                | Doing::Menu { .. }
                | Doing::Noticed
                | Doing::Returning { .. }
                | Doing::Talking { .. }
                | Doing::Given { .. } => continue,
            };
            let Some(now) = rules.current(*queue).filter(|now| now != queue) else {
                continue;
            };
            *queue = now;
            live.row.queue = Some(now);
            step.records
                .push(Record::Attempt(Box::new(live.row.clone())));
        }
        for case in self.cases.values_mut() {
            for need in &mut case.needs {
                move_need(&rules, need, step);
            }
        }
    }

    /// Places in line are made of the rules and of the hour: every line is formed again.
    pub(crate) fn line_up_anew(&mut self, now: Now) {
        self.begin_matching(now);
        self.line_up_tasks();
        self.windows.clear();
        let queued: Vec<AttemptId> = self.attempts.keys().copied().collect();
        for id in queued {
            self.schedule_closing(now, id);
        }
        let waiting: Vec<_> = self
            .attempts
            .iter()
            .filter_map(|(id, live)| match live.doing {
                Doing::Queued {
                    queue,
                    place_ms,
                    offered_to: None,
                    ..
                } => Some((*id, queue, place_ms, live.priority_ms)),
                Doing::Ringing
                | Doing::Message { .. }
                | Doing::Menu { .. }
                | Doing::Noticed
                | Doing::Returning { .. }
                | Doing::Wishing(_)
                | Doing::Queued { .. }
                | Doing::Talking { .. }
                | Doing::Given { .. } => None,
            })
            .collect();
        for (id, queue, place_ms, priority_ms) in waiting {
            self.line_up(now, queue, place_ms, priority_ms, Work::Attempt(id));
        }
        self.line_up_on_our_leg(now);
        self.line_up_callbacks(now);
    }
}

/// A need for a queue that is gone is one for its successor; without any, whoever takes the
/// tenant's missed calls takes it.
pub(crate) fn move_need(rules: &Rules, need: &mut NeedRow, step: &mut Step) {
    let now = need.queue.and_then(|queue| rules.current(queue));
    if now != need.queue {
        need.queue = now;
        step.records.push(Record::Need(need.clone()));
    }
}
