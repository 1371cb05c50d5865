//! Reminders: somebody on a list is called without any operator, keys in their year of birth, hears
//! their appointment, and confirms it, cancels it or asks for another.
//!
//! **Nothing is said before the year is right.** Who answers may be a machine, or somebody else of the
//! house: neither hears of whom or of what it is about.
//!
//! **What they say is stored before they hear that it is.** The answer stands in their row at once,
//! and their need is closed at the end of the call, or at the next start if we die before. Who wants
//! another appointment is owed a call by an operator from that moment, and has one at once where
//! somebody is there.
//!
//! They wait in no line: as many are called at once as `reminders_at_once` says, in the hours of their
//! queue, on channels that callbacks may use.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::by_hand::NOTE_MAX;
use crate::calendar::{said_date, written};
use crate::callback::{Debt, Move};
use crate::campaign::EntryTold;
use crate::centre::Centre;
use crate::id::{CallbackId, NeedId, QueueId};
use crate::owing::About;
use crate::person_first::Stands;
use crate::record::{Appointment, NeedDetailRow, NeedRow, Needs, Record};
use crate::rules::{PromptId, ReminderPrompts};
use crate::step::Step;
use crate::time::{Now, UtcMs};
use crate::words::{
    CallbackEventKind, CampaignKind, ClosedHow, DialResult, NeedKind, ReminderAnswer, WhyLeftOut,
};

/// How often a year may be keyed in.
const TRIES: u32 = 2;
/// How often the appointment is said by itself.
const TIMES: u32 = 2;
/// Years in which who is reminded can be born.
const BORN: std::ops::RangeInclusive<u16> = 1_880..=2_100;

/// How far a reminder is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Reminding {
    /// They are asked for their year of birth, and have keyed in so much of it.
    Born { tries_left: u32, keyed: String },
    /// They hear their appointment and which keys there are.
    Told { times_left: u32 },
    /// They are asked whether they really cancel it.
    Cancelling,
}

impl Reminding {
    /// How it ends where nothing more is said: what has pressed a key is no machine.
    pub(crate) fn unanswered(&self) -> DialResult {
        match self {
            Self::Born { tries_left, keyed } if *tries_left == TRIES && keyed.is_empty() => {
                DialResult::Machine
            }
            Self::Born { .. } | Self::Told { .. } | Self::Cancelling => DialResult::Declined,
        }
    }
}

/// Callbacks of people who are only to be reminded, whose time has come: by queue and place.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Reminders {
    due: BTreeMap<QueueId, BTreeSet<(UtcMs, CallbackId)>>,
    places: BTreeMap<CallbackId, (QueueId, UtcMs)>,
}

impl Reminders {
    pub(crate) fn insert(&mut self, (queue, place_ms, id): (QueueId, UtcMs, CallbackId)) {
        self.remove(id);
        self.places.insert(id, (queue, place_ms));
        self.due.entry(queue).or_default().insert((place_ms, id));
    }

    pub(crate) fn remove(&mut self, id: CallbackId) {
        let Some((queue, place_ms)) = self.places.remove(&id) else {
            return;
        };
        if let Some(due) = self.due.get_mut(&queue) {
            due.remove(&(place_ms, id));
            if due.is_empty() {
                self.due.remove(&queue);
            }
        }
    }

    pub(crate) fn has_any(&self, queue: QueueId) -> bool {
        self.due.contains_key(&queue)
    }
}

/// Whether nothing is owed but reminders.
pub(crate) fn only_reminders(needs: &[NeedRow]) -> bool {
    !needs.is_empty() && needs.iter().all(|need| need.kind == NeedKind::Reminder)
}

impl Centre {
    /// Whether all is there that is said to who is reminded.
    pub(crate) fn can_remind(&self) -> bool {
        let prompts = &self.rules.prompts;
        prompts.reminder.is_some() && prompts.verify.is_some()
    }

    /// Why somebody cannot be on the list of a campaign of that kind.
    pub(crate) fn why_not_reminded(
        &self,
        now: Now,
        kind: CampaignKind,
        told: &EntryTold,
    ) -> Option<WhyLeftOut> {
        let Some(appointment) = &told.appointment else {
            return (kind == CampaignKind::Reminder).then_some(WhyLeftOut::NoAppointment);
        };
        let Some(born) = appointment.born.filter(|_| kind == CampaignKind::Reminder) else {
            return Some(WhyLeftOut::NoAppointment);
        };
        if !BORN.contains(&born) {
            return Some(WhyLeftOut::NoYear);
        }
        if appointment.at_ms <= told.not_before_ms.unwrap_or(now.utc_ms).max(now.utc_ms) {
            return Some(WhyLeftOut::PastAppointment);
        }
        let spoken = self.rules.prompts.reminder.as_ref();
        let is_said = |place: &String| spoken.is_some_and(|it| it.places.contains_key(place));
        let is_unknown = appointment.place.as_ref().is_some_and(|it| !is_said(it));
        is_unknown.then_some(WhyLeftOut::NoPlace)
    }

    /// Calls whose turn has come, as many as may be called at once.
    pub(crate) fn remind(&mut self, now: Now, step: &mut Step) {
        if self.held || self.stopping.is_some() || self.reminders.due.is_empty() {
            return;
        }
        let queues: Vec<QueueId> = self.reminders.due.keys().copied().collect();
        for queue in queues {
            let is_in_hours = {
                let next_ms = self.dial_hours.next_dial(&self.rules, queue, now.utc_ms);
                next_ms == Some(now.utc_ms)
            };
            if !is_in_hours || self.is_stopped(queue) || !self.can_remind() {
                continue;
            }
            while self.may_remind_another()
                && let Some(due) = self.reminders.due.get(&queue)
                && let Some(&(_, id)) = due.first()
            {
                self.reminders.remove(id);
                self.call_to_remind(now, id, queue, step);
            }
        }
    }

    fn may_remind_another(&self) -> bool {
        let reminded = self.person_first.values();
        let at_once = reminded.filter(|it| it.reminds.is_some()).count();
        let most = usize::try_from(self.rules.limits.reminders_at_once).unwrap_or(usize::MAX);
        at_once < most && self.has_channel()
    }

    fn call_to_remind(&mut self, now: Now, id: CallbackId, queue: QueueId, step: &mut Step) {
        if !self.may_stand(id) {
            return;
        }
        let Some(case) = self.cases.get(&id) else {
            return;
        };
        // Of campaigns that run, the appointment that comes first, and none that is over.
        let comes = |need: &NeedRow| {
            let entry = self.campaigns.released.get(&need.id)?;
            let campaign = self.campaigns.open.get(&entry.campaign)?;
            let at_ms = entry.appointment.as_ref()?.at_ms;
            (campaign.is_active && at_ms > now.utc_ms).then_some((at_ms, need.id))
        };
        let Some((_, need)) = case.needs.iter().filter_map(comes).min() else {
            return;
        };
        let Ok(way) = self.way_to_dial(now, (id, queue), Some(need), &[]) else {
            return self.not_dialled(now, id, step);
        };
        let counted = |row: &mut crate::record::CallbackRow| row.tries += 1;
        if self.move_case(now, id, Move::Dial, counted, step) {
            let whom = (id, queue, Some(need));
            self.ring_first(now, whom, (way, Vec::new()), step);
        }
    }

    /// They have picked up, or something has: they are asked for their year of birth.
    pub(crate) fn greet(&mut self, now: Now, id: CallbackId, step: &mut Step) {
        let Some(spoken) = self.reminder_words(now, id, step) else {
            return;
        };
        self.asks_year(id, TRIES, vec![spoken.greeting], step);
    }

    /// What is said, unless a reload has taken the words away.
    fn reminder_words(
        &mut self,
        now: Now,
        id: CallbackId,
        step: &mut Step,
    ) -> Option<ReminderPrompts> {
        let spoken = self.rules.prompts.reminder.clone();
        if spoken.is_none() {
            self.first_over(now, id, (DialResult::Cancelled, Some(200)), true, step);
        }
        spoken
    }

    fn asks_year(&mut self, id: CallbackId, tries_left: u32, says: Vec<PromptId>, step: &mut Step) {
        let keyed = String::new();
        let born = Reminding::Born { tries_left, keyed };
        self.says_first(id, Stands::Reminds(born), says, step);
    }

    fn reminded_of(&self, id: CallbackId) -> Option<(NeedId, &Appointment)> {
        let need = self.person_first.get(&id)?.reminds?;
        let entry = self.campaigns.released.get(&need)?;
        Some((need, entry.appointment.as_ref()?))
    }

    /// Nobody has pressed a key in time.
    pub(crate) fn reminded_says_nothing(
        &mut self,
        now: Now,
        id: CallbackId,
        reminding: Reminding,
        step: &mut Step,
    ) {
        let Some(spoken) = self.reminder_words(now, id, step) else {
            return;
        };
        let result = reminding.unanswered();
        match reminding {
            Reminding::Born { keyed, tries_left } if !keyed.is_empty() => {
                self.year_is_wrong(id, tries_left, &spoken, step);
            }
            Reminding::Born { .. } => {
                let says = if result == DialResult::Machine {
                    spoken.machine
                } else {
                    spoken.not_verified
                };
                self.takes_leave(id, (result, false), says, step);
            }
            Reminding::Told { times_left: 0 } => {
                self.takes_leave(id, (result, false), spoken.unanswered, step);
            }
            Reminding::Told { times_left } => self.tells(now, id, times_left - 1, step),
            Reminding::Cancelling => self.tells(now, id, 0, step),
        }
    }

    /// A key was pressed by who is reminded.
    pub(crate) fn reminded_presses(
        &mut self,
        now: Now,
        id: CallbackId,
        (reminding, digit): (Reminding, char),
        step: &mut Step,
    ) {
        let Some(spoken) = self.reminder_words(now, id, step) else {
            return;
        };
        match (reminding, digit) {
            (Reminding::Born { tries_left, keyed }, '0'..='9') => {
                self.keys_year(now, id, (tries_left, keyed, digit), step);
            }
            (Reminding::Told { .. }, '1') => {
                let last = (ReminderAnswer::Confirmed, spoken.confirmed);
                self.answers(now, id, last, step);
            }
            (Reminding::Told { .. }, '2') => {
                let cancelling = Stands::Reminds(Reminding::Cancelling);
                self.says_first(id, cancelling, vec![spoken.sure], step);
            }
            (Reminding::Cancelling, '2') => {
                let last = (ReminderAnswer::Cancelled, spoken.cancelled);
                self.answers(now, id, last, step);
            }
            (Reminding::Told { .. } | Reminding::Cancelling, '3') => {
                self.wants_another(now, id, &spoken, step);
            }
            (Reminding::Told { times_left }, '4') => self.tells(now, id, times_left, step),
            (Reminding::Cancelling, _) => self.tells(now, id, 0, step),
            (Reminding::Born { .. } | Reminding::Told { .. }, _) => {}
        }
    }

    fn keys_year(
        &mut self,
        now: Now,
        id: CallbackId,
        (tries_left, mut keyed, digit): (u32, String, char),
        step: &mut Step,
    ) {
        keyed.push(digit);
        if keyed.len() < 4 {
            // What is still said ends, and the next digit is waited for anew.
            let born = Reminding::Born { tries_left, keyed };
            return self.says_first(id, Stands::Reminds(born), Vec::new(), step);
        }
        let born = self.reminded_of(id).and_then(|(_, it)| it.born);
        if born.is_some() && keyed.parse().ok() == born {
            return self.tells(now, id, TIMES - 1, step);
        }
        if let Some(spoken) = self.reminder_words(now, id, step) {
            self.year_is_wrong(id, tries_left, &spoken, step);
        }
    }

    fn year_is_wrong(
        &mut self,
        id: CallbackId,
        tries_left: u32,
        spoken: &ReminderPrompts,
        step: &mut Step,
    ) {
        if tries_left > 1 {
            self.asks_year(id, tries_left - 1, vec![spoken.wrong_year], step);
        } else {
            self.takes_leave(id, (DialResult::Declined, false), spoken.not_verified, step);
        }
    }

    /// They hear what they are reminded of.
    fn tells(&mut self, now: Now, id: CallbackId, times_left: u32, step: &mut Step) {
        let tenant = self.cases.get(&id).map(|case| case.row.tenant);
        let zone = tenant
            .and_then(|id| self.rules.tenants.get(&id))
            .map(|it| it.zone);
        let prompts = &self.rules.prompts;
        let said = self.reminded_of(id).zip(zone).and_then(|((_, it), zone)| {
            let (spoken, verify) = (prompts.reminder.as_ref()?, prompts.verify.as_ref()?);
            let date = said_date(it.at_ms, zone)?;
            let mut says = vec![spoken.appointment];
            says.extend(spoken.weekdays.get(date.weekday));
            says.extend(spoken.days.get(date.day));
            says.extend(spoken.months.get(date.month));
            says.push(spoken.at);
            says.extend(prompts.notice.hours.get(date.hour));
            says.extend(verify.minute(date.minute, &prompts.notice.hours, &prompts.digits));
            let place = it.place.as_ref();
            says.extend(place.and_then(|place| spoken.places.get(place)));
            says.push(spoken.keys);
            Some(says)
        });
        match said {
            Some(says) => {
                let told = Stands::Reminds(Reminding::Told { times_left });
                self.says_first(id, told, says, step);
            }
            // Its campaign is over since, or the words are gone.
            None => self.first_over(now, id, (DialResult::Cancelled, Some(200)), true, step),
        }
    }

    fn records_answer(&mut self, id: CallbackId, answer: ReminderAnswer, step: &mut Step) -> bool {
        let need = self.person_first.get(&id).and_then(|it| it.reminds);
        let entry = need.and_then(|need| self.campaigns.released.get_mut(&need));
        let Some(entry) = entry else {
            return false;
        };
        entry.answer = Some(answer);
        let row = Record::CampaignEntry(Box::new(entry.clone()));
        step.records.push(row);
        true
    }

    fn answers(
        &mut self,
        now: Now,
        id: CallbackId,
        (answer, says): (ReminderAnswer, PromptId),
        step: &mut Step,
    ) {
        if self.records_answer(id, answer, step) {
            self.reached_by_reminder(now, id, answer, step);
            self.takes_leave(id, (DialResult::Answered, false), says, step);
        } else {
            self.first_over(now, id, (DialResult::Cancelled, Some(200)), true, step);
        }
    }

    fn reached_by_reminder(
        &mut self,
        now: Now,
        id: CallbackId,
        answer: ReminderAnswer,
        step: &mut Step,
    ) {
        let about = About {
            dial: self.person_first.get(&id).map(|it| it.dial.id),
            detail: Some(answer.as_str()),
            ..About::default()
        };
        self.note(now, id, CallbackEventKind::Reached, about, step);
    }

    /// They want another appointment: an operator owes them a call, or has them at once.
    fn wants_another(
        &mut self,
        now: Now,
        id: CallbackId,
        spoken: &ReminderPrompts,
        step: &mut Step,
    ) {
        let Some(queue) = self.person_first.get(&id).map(|it| it.queue) else {
            return;
        };
        if !self.records_answer(id, ReminderAnswer::ToMove, step) {
            return self.first_over(now, id, (DialResult::Cancelled, Some(200)), true, step);
        }
        self.reached_by_reminder(now, id, ReminderAnswer::ToMove, step);
        let debt = Debt {
            kind: NeedKind::Requested,
            queue: Some(queue),
            place_ms: now.utc_ms,
            not_before_ms: now.utc_ms,
            priority_ms: 0,
            another_person: false,
        };
        if let Some(need) = self.join(id, &debt, now.utc_ms, step) {
            self.says_which(now, (id, need), step);
        }
        self.close_answered(now, id, step);
        let rule = self.rules.queues.get(&queue);
        let is_served = rule.is_some_and(|rule| {
            self.is_open(now, queue, rule) && self.somebody_serves(queue, rule)
        });
        if !is_served || self.stopping.is_some() {
            return self.takes_leave(id, (DialResult::Answered, false), spoken.moved, step);
        }
        let Some(mut person) = self.take_first(id) else {
            return;
        };
        person.dial.pressed_ms = Some(now.utc_ms);
        step.records.push(Record::Dial(person.dial.clone()));
        let whom = (id, person.dial, person.leg);
        self.person_asks(now, whom, (queue, spoken.connecting), step);
    }

    /// The operator is told which appointment it is that they want moved.
    fn says_which(&mut self, now: Now, (id, need): (CallbackId, NeedId), step: &mut Step) {
        let reminds = self.person_first.get(&id).and_then(|it| it.reminds);
        let entry = reminds.and_then(|it| self.campaigns.released.get(&it));
        let Some(entry) = entry else {
            return;
        };
        let campaign = self.campaigns.open.get(&entry.campaign).map(|it| &it.row);
        let tenant = campaign.and_then(|row| self.rules.tenants.get(&row.tenant));
        let appointment = entry.appointment.as_ref();
        let at = appointment
            .zip(tenant)
            .and_then(|(it, tenant)| written(it.at_ms, tenant.zone));
        let place = appointment.and_then(|it| it.place.as_ref());
        let mut note = match at {
            Some(at) => format!("Vuole spostare l’appuntamento del {at}"),
            None => "Vuole spostare l’appuntamento".to_owned(),
        };
        let known = [
            place.map(|place| format!(", {place}")),
            entry.reference.as_ref().map(|it| format!("; rif. {it}")),
            campaign
                .and_then(|row| row.note.as_ref())
                .map(|it| format!("; {it}")),
            entry.note.as_ref().map(|it| format!("; {it}")),
        ];
        note.extend(known.into_iter().flatten());
        let detail = NeedDetailRow {
            need,
            callback: id,
            class: None,
            due_ms: None,
            not_before_ms: None,
            note: Some(note.chars().take(NOTE_MAX).collect()),
            opened_by: campaign.map(|row| row.name.clone()),
            request_key: None,
            closed_by: None,
            closed_because: None,
        };
        self.keep_detail(now, detail, step);
    }

    /// The needs of a callback whose people have answered to their reminder are settled. Whether
    /// nothing is owed any more.
    pub(crate) fn settle_answered(&mut self, now: Now, id: CallbackId, step: &mut Step) -> bool {
        let Some(case) = self.cases.get(&id) else {
            return false;
        };
        let is_answered = |need: &NeedRow| {
            let entry = self.campaigns.released.get(&need.id);
            entry.is_some_and(|entry| entry.answer.is_some())
        };
        if !case.needs.is_empty() && case.needs.iter().all(is_answered) {
            self.close_case(now, id, ClosedHow::Served, About::default(), step);
            return true;
        }
        self.close_answered(now, id, step);
        false
    }

    /// Closes what was answered to, where something else stays open.
    fn close_answered(&mut self, now: Now, id: CallbackId, step: &mut Step) {
        let released = &self.campaigns.released;
        let Some(case) = self.cases.get_mut(&id) else {
            return;
        };
        let is_answered = |need: &NeedRow| {
            let entry = released.get(&need.id);
            entry.is_some_and(|entry| entry.answer.is_some())
        };
        let (closed, left): (Needs, Needs) = case.needs.drain(..).partition(is_answered);
        case.needs = left;
        for need in closed {
            self.recall_closed(now, need.id, ClosedHow::Served, step);
            step.records.push(Record::Need(NeedRow {
                closed_ms: Some(now.utc_ms),
                ..need
            }));
            let about = About {
                detail: Some(ClosedHow::Served.as_str()),
                ..About::default()
            };
            self.note(now, id, CallbackEventKind::NeedClosed, about, step);
        }
    }
}
