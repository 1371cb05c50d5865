//! Another time to be called: who asks for a call chooses by key, out of hours that the dialplan names, when
//! it is to come. The callback is on record before that is asked, so that whoever hangs up is owed it as
//! anybody. Hours in which nobody may be rung or nobody works cannot be chosen; chosen hours that pass
//! without a call move to the next day on which they can be kept.

use serde::{Deserialize, Serialize};

use crate::calendar::{LocalDay, Zone};
use crate::centre::Centre;
use crate::dialplan::When;
use crate::id::{AttemptId, CallbackId, PromiseId, QueueId};
use crate::owing::About;
use crate::planted::{Fault, planted};
use crate::record::{ChosenTimeRow, PromiseRow, Record};
use crate::step::Step;
use crate::time::{Now, UtcMs};
use crate::timers::Timer;
use crate::words::{CallbackEventKind, CallbackState};

/// Days that are looked at for the next on which chosen hours can be kept.
const DAYS: u32 = 14;
const MINUTE_MS: i64 = 60_000;
/// One that is being made when its hours pass is looked at again.
const AGAIN_S: u32 = 5;

/// When a person wants to be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ChosenTime {
    /// Not before.
    pub from_ms: UtcMs,
    /// Not after.
    pub until_ms: UtcMs,
}

impl ChosenTime {
    /// The same hours of another day, by the clock of a zone.
    fn days_later(self, days: u32, zone: Zone) -> Option<Self> {
        let day = LocalDay::of(self.from_ms, zone)?;
        let (from, until) = (
            minute_of(day, self.from_ms, zone)?,
            minute_of(day, self.until_ms, zone)?,
        );
        let other = (0..days).try_fold(day, |day, _| day.next())?;
        Some(Self {
            from_ms: other.minute_ms(from, zone)?,
            until_ms: other.minute_ms(until, zone)?,
        })
    }
}

/// What the clock shows then, in minutes since midnight: on the day on which it is changed those are
/// not the minutes that have passed.
fn minute_of(day: LocalDay, at_ms: UtcMs, zone: Zone) -> Option<u32> {
    let passed = u32::try_from((at_ms - day.begins_ms(zone)?) / MINUTE_MS).ok()?;
    let shows = |minute: u32| day.minute_ms(minute, zone) == Some(at_ms);
    [passed, passed + 60, passed.saturating_sub(60)]
        .into_iter()
        .find(|minute| shows(*minute))
        .or(Some(passed))
}

impl Centre {
    /// The hours behind a key, as they are today or on a day to come; nothing where nobody could be rung
    /// in them any more.
    pub(crate) fn time_behind(
        &self,
        now: Now,
        (when, key): (&When, char),
        (queue, callback): (QueueId, CallbackId),
    ) -> Option<ChosenTime> {
        let window = when.windows.get(&key)?;
        let rule = self.rules.queues.get(&queue)?;
        let zone = self.rules.tenants.get(&rule.tenant)?.zone;
        let today = LocalDay::of(now.utc_ms, zone)?;
        let day = (0..window.days_ahead).try_fold(today, |day, _| day.next())?;
        let chosen = ChosenTime {
            from_ms: day.minute_ms(window.from_min, zone)?,
            until_ms: day.minute_ms(window.until_min, zone)?,
        };
        self.can_be_kept(now, (queue, callback), chosen)
            .then_some(chosen)
    }

    /// Whether a dial may begin in these hours and end in them: people may be rung, the queue is open, and
    /// the callback has not grown too old.
    fn can_be_kept(
        &self,
        now: Now,
        (queue, callback): (QueueId, CallbackId),
        chosen: ChosenTime,
    ) -> bool {
        let Some(rule) = self.rules.queues.get(&queue) else {
            return false;
        };
        let case = self.cases.get(&callback);
        let expires_ms = case.and_then(|case| self.expires_ms(case, &rule.callback));
        let from_ms = chosen.from_ms.max(now.utc_in_s(rule.callback.grace_s));
        let begins_ms = self.begins_to_dial(rule, from_ms);
        let takes_ms = i64::from(rule.callback.expected_s) * 1_000;
        begins_ms.is_some_and(|at| {
            at + takes_ms <= chosen.until_ms && expires_ms.is_none_or(|expires| at < expires)
        })
    }

    /// A callback is made in these hours.
    pub(crate) fn is_to_be_called_in(
        &mut self,
        now: Now,
        (callback, attempt): (CallbackId, AttemptId),
        chosen: ChosenTime,
        step: &mut Step,
    ) {
        self.keeps_time(now, callback, Some(chosen), step);
        let Some(case) = self.cases.get_mut(&callback) else {
            return;
        };
        case.promised_ms = Some(chosen.until_ms);
        step.records.push(Record::Promise(PromiseRow {
            id: PromiseId(self.ids.allot()),
            callback: Some(callback),
            attempt,
            told_ms: now.utc_ms,
            by_ms: chosen.until_ms,
        }));
        let about = About {
            attempt: Some(attempt),
            ..About::default()
        };
        self.note(now, callback, CallbackEventKind::TimeChosen, about, step);
    }

    fn keeps_time(
        &mut self,
        now: Now,
        callback: CallbackId,
        chosen: Option<ChosenTime>,
        step: &mut Step,
    ) {
        self.unready(callback);
        let Some(case) = self.cases.get_mut(&callback) else {
            return;
        };
        case.chosen = chosen;
        step.records
            .push(Record::ChosenTime(ChosenTimeRow { callback, chosen }));
        let chosen = chosen.filter(|_| !planted(Fault::ChosenTimeIgnored));
        let from_ms = chosen.map_or(case.row.not_before_ms, |it| it.from_ms);
        if case.row.not_before_ms < from_ms {
            case.row.not_before_ms = from_ms;
            step.records.push(Record::CallbackAmended(case.row.clone()));
        }
        self.await_end_of_time(now, callback);
        self.reconsider(now, callback);
    }

    /// Whether the hours were kept is looked at when they are over.
    fn await_end_of_time(&mut self, now: Now, callback: CallbackId) {
        let chosen = self.cases.get(&callback).and_then(|case| case.chosen);
        if let Some(ChosenTime { until_ms, .. }) = chosen {
            let over = Timer::ChosenTimeOver(callback, until_ms);
            self.timers.at(now.mono_at(until_ms), over);
        }
    }

    /// The chosen hours are over. Who was not reached in them is called in those of the next day that
    /// keeps them; where none does, as anybody.
    pub(crate) fn chosen_time_over(
        &mut self,
        now: Now,
        callback: CallbackId,
        until_ms: UtcMs,
        step: &mut Step,
    ) {
        let Some(case) = self.cases.get(&callback) else {
            return;
        };
        let Some(chosen) = case.chosen.filter(|it| it.until_ms == until_ms) else {
            return;
        };
        if until_ms > now.utc_ms {
            // The clock was set back since.
            return self.await_end_of_time(now, callback);
        }
        if case.row.state != CallbackState::Waiting {
            // It is being made: if that leads to nothing, it is looked at again.
            let again = Timer::ChosenTimeOver(callback, until_ms);
            self.timers.at(now.in_s(AGAIN_S), again);
            return;
        }
        let zone = self.rules.tenants.get(&case.row.tenant).map(|it| it.zone);
        let next = zone.zip(self.queue_of(case)).and_then(|(zone, queue)| {
            let days = (1..=DAYS).filter_map(|days| chosen.days_later(days, zone));
            let mut kept = days.filter(|it| self.can_be_kept(now, (queue, callback), *it));
            kept.next()
        });
        self.keeps_time(now, callback, next, step);
        let about = About {
            detail: Some("the chosen time has passed"),
            ..About::default()
        };
        self.note(now, callback, CallbackEventKind::TimeChosen, about, step);
    }

    /// A callback is closed: when it was to be made is of no use any more.
    pub(crate) fn time_is_over(&self, callback: CallbackId, had: bool, step: &mut Step) {
        if had {
            step.records.push(Record::ChosenTime(ChosenTimeRow {
                callback,
                chosen: None,
            }));
        }
    }

    /// After a start, or when the clock was set.
    pub(crate) fn await_chosen_times(&mut self, now: Now) {
        let with_time = self.cases.iter().filter(|(_, case)| case.chosen.is_some());
        let ids: Vec<CallbackId> = with_time.map(|(id, _)| *id).collect();
        for id in ids {
            self.await_end_of_time(now, id);
        }
    }

    /// What persons of open callbacks had chosen before the start.
    pub(crate) fn restore_chosen_times(&mut self, rows: Vec<ChosenTimeRow>, step: &mut Step) {
        for row in rows {
            match self.cases.get_mut(&row.callback) {
                Some(case) => case.chosen = row.chosen,
                // Closed while nobody could write it.
                None => self.time_is_over(row.callback, true, step),
            }
        }
    }
}

/// Whether chosen hours have passed and are not another day's yet: nobody is called meanwhile.
pub(crate) fn has_passed(chosen: Option<ChosenTime>, now: Now) -> bool {
    let has_passed = chosen.is_some_and(|it| it.until_ms < now.utc_ms);
    has_passed && !planted(Fault::ChosenTimeIgnored)
}

/// The first moment at which a callback may be made, by what its person has chosen.
pub(crate) fn not_before(chosen: Option<ChosenTime>, at: UtcMs) -> UtcMs {
    match chosen {
        Some(it) if at <= it.until_ms && !planted(Fault::ChosenTimeIgnored) => at.max(it.from_ms),
        Some(_) | None => at,
    }
}
