//! Days on which a health authority is shut beside those of its calendars, or open at other hours: a
//! strike, the patron of a town, a longer morning. Said while the centre works, kept over a restart, and
//! in force like hours that were deployed: callers in progress end on the way they are on.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::calendar::{Calendar, SpecialDays};
use crate::centre::Centre;
use crate::dialplan::Step as PlanStep;
use crate::id::{SpecialDayId, TenantId};
use crate::planted::{Fault, planted};
use crate::record::{Record, SpecialDayRow};
use crate::release::DialHours;
use crate::rules::{CalendarId, Rules};
use crate::step::{CommandError, Step};
use crate::time::Now;

/// Entries that hold at once, at most: a region's holidays of some years.
pub const ENTRIES_MAX: usize = 1_000;
/// Days from the first to the last of an entry, at most.
pub const DAYS_MAX: i64 = 366;

/// What somebody says of some days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpecialDayTold {
    /// Short name of the tenant.
    pub tenant: String,
    /// One of its calendars; every one, without it.
    pub calendar: Option<String>,
    /// The first of the days, like `2026-12-24`.
    pub first: String,
    /// The last of them; the first, without it.
    pub last: Option<String>,
    /// Hours like `08:00-12:00 15:00-17:00`; shut, without them.
    pub hours: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// Name of who says so.
    pub by: Option<String>,
}

/// Why nothing was done with special days.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Hash)]
pub enum SpecialDayError {
    /// No dialplan and no queue of the tenant asks a calendar of that name.
    #[error("tenant \"{tenant}\" has no calendar \"{calendar}\": expected one of {}", .known.join(", "))]
    NoCalendar {
        /// As told.
        tenant: String,
        /// As told.
        calendar: String,
        /// Those that there are.
        known: Vec<String>,
    },
    /// Nothing of the tenant asks what time it is.
    #[error(
        "no dialplan and no queue of tenant \"{0}\" goes by a calendar: its lines have no hours that could be others"
    )]
    NoHours(String),
    /// Not `YYYY-MM-DD`, or the last before the first.
    #[error("\"{0}\" is no day like 2026-12-24, or the last day comes before the first")]
    Day(String),
    /// Beyond the bound.
    #[error("more than {DAYS_MAX} days from the first to the last")]
    TooLong,
    /// They would be over before they begin.
    #[error("these days are past")]
    IsOver,
    /// Hours that cannot be read, or overlap.
    #[error("\"{0}\" are no hours like 08:00-12:00 15:00-17:00")]
    Hours(String),
    /// The bound is reached.
    #[error("{ENTRIES_MAX} special days are entered, as many as may be")]
    TooMany,
    /// No such entry, or one that was taken away.
    #[error("there is no special day {0}")]
    NoEntry(SpecialDayId),
}

impl Rules {
    /// The calendars that a tenant's dialplan and queues ask.
    pub fn calendars_of(&self, tenant: TenantId) -> impl Iterator<Item = CalendarId> {
        let plan = self.tenants.get(&tenant).map(|it| &it.dialplan);
        let asked = plan.into_iter().flat_map(|plan| &plan.steps);
        let asked = asked.filter_map(|step| match step {
            PlanStep::Hours { calendar, .. } => Some(*calendar),
            PlanStep::Play { .. }
            | PlanStep::Menu { .. }
            | PlanStep::Queue { .. }
            | PlanStep::Callback { .. }
            | PlanStep::Verify { .. }
            | PlanStep::OptOut { .. }
            | PlanStep::Emergency { .. }
            | PlanStep::HangUp { .. } => None,
        });
        let queues = self.queues.values().filter(|queue| queue.tenant == tenant);
        let mut all: Vec<CalendarId> = asked
            .chain(queues.flat_map(|it| it.hours.clone()))
            .collect();
        all.sort_unstable();
        all.dedup();
        all.into_iter()
    }

    /// These rules with the special days of some entries in their calendars.
    fn on_special_days<'r>(&self, rows: impl Iterator<Item = &'r SpecialDayRow>) -> Arc<Self> {
        let mut rules = self.clone();
        for calendar in &mut rules.calendars {
            calendar.forget_special_days();
        }
        for row in rows {
            let Ok(days) = SpecialDays::parse(&row.first_day, &row.last_day, row.hours.as_deref())
            else {
                continue;
            };
            let of: Vec<CalendarId> = self.calendars_of(row.tenant).collect();
            for id in of {
                let calendar = rules.calendars.get_mut(id.0);
                let wanted = |it: &&mut Calendar| {
                    row.calendar.as_deref().is_none_or(|name| name == it.name())
                };
                if let Some(calendar) = calendar.filter(wanted) {
                    calendar.on_special_days(&days);
                }
            }
        }
        Arc::new(rules)
    }
}

impl Centre {
    /// Somebody says that some days are special.
    pub(crate) fn add_special_day(
        &mut self,
        now: Now,
        told: SpecialDayTold,
        step: &mut Step,
    ) -> Result<(), CommandError> {
        let mut tenants = self.rules.tenants.iter();
        let tenant = tenants.find(|(_, tenant)| tenant.name == told.tenant);
        let tenant = tenant.map(|(id, _)| *id);
        let tenant = tenant.ok_or_else(|| CommandError::NoTenant(told.tenant.clone()))?;
        let of: Vec<&Calendar> = self
            .rules
            .calendars_of(tenant)
            .filter_map(|id| self.rules.calendars.get(id.0))
            .collect();
        if of.is_empty() {
            return Err(SpecialDayError::NoHours(told.tenant).into());
        }
        if let Some(name) = &told.calendar
            && !of.iter().any(|calendar| calendar.name() == name)
        {
            let known = of.iter().map(|calendar| calendar.name().to_owned());
            return Err(SpecialDayError::NoCalendar {
                tenant: told.tenant,
                calendar: name.clone(),
                known: known.collect(),
            }
            .into());
        }
        let last_day = told.last.unwrap_or_else(|| told.first.clone());
        let days = SpecialDays::parse(&told.first, &last_day, told.hours.as_deref())?;
        if self.special_days.len() >= ENTRIES_MAX {
            return Err(SpecialDayError::TooMany.into());
        }
        if of
            .iter()
            .all(|calendar| days.are_past(now.utc_ms, calendar.zone()))
        {
            return Err(SpecialDayError::IsOver.into());
        }
        let row = SpecialDayRow {
            id: SpecialDayId(self.ids.allot()),
            tenant,
            calendar: told.calendar,
            first_day: told.first,
            last_day,
            hours: told.hours,
            reason: told.reason,
            made_ms: now.utc_ms,
            made_by: told.by,
            removed_ms: None,
            removed_by: None,
        };
        step.records.push(Record::SpecialDay(Box::new(row.clone())));
        self.special_days.insert(row.id, row);
        self.special_days_changed(now, step);
        Ok(())
    }

    /// Somebody takes an entry away.
    pub(crate) fn remove_special_day(
        &mut self,
        now: Now,
        id: SpecialDayId,
        by: Option<String>,
        step: &mut Step,
    ) -> Result<(), CommandError> {
        let row = self.special_days.remove(&id);
        let mut row = row.ok_or(SpecialDayError::NoEntry(id))?;
        row.removed_ms = Some(now.utc_ms);
        row.removed_by = by;
        step.records.push(Record::SpecialDay(Box::new(row)));
        self.special_days_changed(now, step);
        Ok(())
    }

    /// After a start: those that were entered hold again.
    pub(crate) fn restore_special_days(&mut self, rows: Vec<SpecialDayRow>) {
        self.special_days = rows.into_iter().map(|row| (row.id, row)).collect();
        self.rules = self.with_special_days(&self.rules);
    }

    /// Rules with the special days that hold.
    pub(crate) fn with_special_days(&self, rules: &Arc<Rules>) -> Arc<Rules> {
        if self.special_days.is_empty() || planted(Fault::SpecialDayIgnored) {
            return Arc::clone(rules);
        }
        rules.on_special_days(self.special_days.values())
    }

    /// The hours are others from now on: all that was reckoned by them is reckoned anew.
    fn special_days_changed(&mut self, now: Now, step: &mut Step) {
        self.rules = if planted(Fault::SpecialDayIgnored) {
            Arc::clone(&self.rules)
        } else {
            self.rules.on_special_days(self.special_days.values())
        };
        self.dial_hours = DialHours::default();
        self.line_up_anew(now);
        self.await_deadlines(now);
        self.look_at_campaigns();
        self.stops_changed(now, step);
    }
}
