//! A memo: a few words of whoever leads to operators, shown at their seats until they have read it, or
//! until its time is over. Nothing that is decided depends on one.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::centre::Centre;
use crate::id::{MemoId, MemoReadingId, OperatorId, QueueId, SeatId, SiteId, TenantId};
use crate::number::names_number;
use crate::record::{MemoReadingRow, MemoRow, Record};
use crate::seat::Seat;
use crate::step::{CommandError, Step};
use crate::time::{Now, UtcMs};
use crate::timers::Timer;

/// Memos at once.
pub const MEMOS_MAX: usize = 50;
/// Characters of one.
pub const MEMO_CHARS_MAX: usize = 300;
/// How long one is shown where nobody says: a long shift.
pub const MEMO_LASTS_S: u32 = 12 * 3_600;
/// And at most: it is for the day, not for the wall.
pub const MEMO_LASTS_S_MAX: u32 = 7 * 86_400;

/// For whom a memo is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Audience {
    /// Everybody who works.
    Everybody,
    /// The operators of a health authority, and those of nobody who serve one of its queues.
    Tenant(TenantId),
    /// Whoever works at a site.
    Site(SiteId),
    /// Whoever can serve a queue.
    Queue(QueueId),
    /// Whoever works at a seat.
    Seat(SeatId),
}

/// For whom a memo is, as somebody names them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum AudienceTold {
    /// Everybody.
    Everybody,
    /// Short name of a health authority.
    Tenant(String),
    /// Name of a site.
    Site(String),
    /// Short name of a queue, and of its tenant.
    Queue(Option<String>, String),
    /// Extension of a seat.
    Seat(String),
}

/// A memo, as somebody writes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemoTold {
    /// For whom.
    pub to: AudienceTold,
    /// What.
    pub text: String,
    /// Not shown any more then; after `MEMO_LASTS_S`, without it.
    pub ends_ms: Option<UtcMs>,
    /// Name of who writes it.
    pub by: Option<String>,
}

/// Why there is no such memo.
#[derive(Debug, Clone, PartialEq, Eq, Hash, thiserror::Error)]
pub enum MemoError {
    /// Nothing, or too much.
    #[error("a memo has 1 to {MEMO_CHARS_MAX} printable characters")]
    Length,
    /// It is shown and kept as it is.
    #[error("a memo names no telephone number")]
    NamesNumber,
    /// It ends before it begins, or long after everybody has gone home.
    #[error("a memo ends within {MEMO_LASTS_S_MAX} s, and not before it begins")]
    Ends,
    /// The bound is reached.
    #[error("{MEMOS_MAX} memos are shown already, as many as may be: withdraw one")]
    TooMany,
    /// Over, or never there.
    #[error("there is no memo {0} that is shown")]
    NoMemo(MemoId),
    /// Read already, or for others.
    #[error("memo {memo} is not shown at seat {seat}")]
    NotShown {
        /// Which.
        memo: MemoId,
        /// Where.
        seat: String,
    },
}

/// A memo at a seat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SeatMemo {
    /// Which.
    pub id: MemoId,
    /// What.
    pub text: String,
    /// Name of who wrote it.
    pub by: Option<String>,
    /// When.
    pub made_ms: UtcMs,
}

/// A memo that is shown, for whoever leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MemoNow {
    /// Which.
    pub id: MemoId,
    /// `everybody`, `tenant`, `site`, `queue` or `seat`.
    pub audience: &'static str,
    /// Short name of the tenant, of a tenant or of a queue.
    pub tenant: Option<String>,
    /// Name of the site, the queue or the seat.
    pub name: Option<String>,
    /// What.
    pub text: String,
    /// Name of who wrote it.
    pub by: Option<String>,
    /// When.
    pub made_ms: UtcMs,
    /// Until when it is shown.
    pub ends_ms: UtcMs,
    /// Operators who have read it.
    pub read: u32,
    /// Operators at whose seats it stands now.
    pub unread: u32,
}

/// The memos that are shown, and who has read them.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Memos(BTreeMap<MemoId, Shown>);

#[derive(Debug, Serialize, Deserialize)]
struct Shown {
    row: MemoRow,
    read: BTreeSet<OperatorId>,
}

impl Centre {
    /// Somebody tells operators something.
    pub(crate) fn write_memo(
        &mut self,
        now: Now,
        told: MemoTold,
        step: &mut Step,
    ) -> Result<(), CommandError> {
        let to = self.audience(&told.to)?;
        let text = told.text.trim();
        let length = text.chars().count();
        let breaks = |c: char| c.is_control() && c != '\n';
        if length == 0 || length > MEMO_CHARS_MAX || text.chars().any(breaks) {
            return Err(MemoError::Length.into());
        }
        if names_number(text) {
            return Err(MemoError::NamesNumber.into());
        }
        let ends_ms = told.ends_ms.unwrap_or_else(|| now.utc_in_s(MEMO_LASTS_S));
        if ends_ms <= now.utc_ms || ends_ms > now.utc_in_s(MEMO_LASTS_S_MAX) {
            return Err(MemoError::Ends.into());
        }
        if self.memos.0.len() >= MEMOS_MAX {
            return Err(MemoError::TooMany.into());
        }
        let row = MemoRow {
            id: MemoId(self.ids.allot()),
            to,
            text: text.to_owned(),
            by: told.by,
            made_ms: now.utc_ms,
            ends_ms,
            ended_ms: None,
            ended_by: None,
        };
        step.records.push(Record::Memo(Box::new(row.clone())));
        self.show(now, row, BTreeSet::new());
        Ok(())
    }

    /// Somebody takes a memo back.
    pub(crate) fn withdraw_memo(
        &mut self,
        now: Now,
        id: MemoId,
        by: Option<String>,
        step: &mut Step,
    ) -> Result<(), CommandError> {
        let shown = self.memos.0.remove(&id).ok_or(MemoError::NoMemo(id))?;
        record_end(now, shown.row, by, step);
        Ok(())
    }

    /// Who works at a seat has read a memo.
    pub(crate) fn read_memo(
        &mut self,
        now: Now,
        (seat_name, id): (&str, MemoId),
        step: &mut Step,
    ) -> Result<(), CommandError> {
        let seat = self.seat_named(seat_name)?;
        let not_shown = || MemoError::NotShown {
            memo: id,
            seat: seat_name.to_owned(),
        };
        let at = self.seats.get(&seat).ok_or_else(not_shown)?;
        let sign_in = at.sign_in.as_ref();
        let operator = sign_in.ok_or_else(|| CommandError::NobodyThere(seat_name.to_owned()))?;
        let operator = operator.operator;
        let shown = self.memos.0.get(&id).ok_or(MemoError::NoMemo(id))?;
        if !self.is_for(&shown.row, at) || shown.read.contains(&operator) {
            return Err(not_shown().into());
        }
        step.records.push(Record::MemoReading(MemoReadingRow {
            id: MemoReadingId(self.ids.allot()),
            memo: id,
            operator,
            seat,
            at_ms: now.utc_ms,
        }));
        if let Some(shown) = self.memos.0.get_mut(&id) {
            shown.read.insert(operator);
        }
        Ok(())
    }

    /// The time of a memo is over, unless the clock was set back since.
    pub(crate) fn memo_ends(&mut self, now: Now, id: MemoId, step: &mut Step) {
        let Some(shown) = self.memos.0.remove(&id) else {
            return;
        };
        if shown.row.ends_ms <= now.utc_ms {
            return record_end(now, shown.row, None, step);
        }
        self.show(now, shown.row, shown.read);
    }

    /// The ends of memos are hours of the day: the clock was set.
    pub(crate) fn await_memo_ends(&mut self, now: Now) {
        for (id, shown) in &self.memos.0 {
            let ends_at = now.mono_at(shown.row.ends_ms);
            self.timers.at(ends_at, Timer::MemoEnds(*id));
        }
    }

    pub(crate) fn restore_memos(
        &mut self,
        now: Now,
        (rows, readings): (Vec<MemoRow>, Vec<MemoReadingRow>),
        step: &mut Step,
    ) {
        for row in rows {
            if row.ends_ms <= now.utc_ms {
                record_end(now, row, None, step);
                continue;
            }
            let own = readings.iter().filter(|it| it.memo == row.id);
            let read = own.map(|it| it.operator).collect();
            self.show(now, row, read);
        }
    }

    /// What stands at a seat and whoever works there has not read, the oldest first.
    pub(crate) fn memos_at(&self, seat: &Seat) -> Vec<SeatMemo> {
        let Some(sign_in) = seat.sign_in.as_ref() else {
            return Vec::new();
        };
        let shown = self.memos.0.values();
        let unread =
            shown.filter(|it| !it.read.contains(&sign_in.operator) && self.is_for(&it.row, seat));
        let memo = |it: &Shown| SeatMemo {
            id: it.row.id,
            text: it.row.text.clone(),
            by: it.row.by.clone(),
            made_ms: it.row.made_ms,
        };
        unread.map(memo).collect()
    }

    pub(crate) fn memos_now(&self) -> Vec<MemoNow> {
        self.memos.0.values().map(|it| self.memo_now(it)).collect()
    }

    fn memo_now(&self, shown: &Shown) -> MemoNow {
        let tenant_of = |id: &TenantId| self.rules.tenants.get(id).map(|it| it.name.clone());
        let (audience, tenant, name) = match shown.row.to {
            Audience::Everybody => ("everybody", None, None),
            Audience::Tenant(id) => ("tenant", tenant_of(&id), None),
            Audience::Site(id) => {
                let site = self.rules.sites.get(&id);
                ("site", None, site.map(|it| it.name.clone()))
            }
            Audience::Queue(id) => {
                let rule = self.rules.queues.get(&id);
                let tenant = rule.and_then(|it| tenant_of(&it.tenant));
                ("queue", tenant, rule.map(|it| it.name.clone()))
            }
            Audience::Seat(id) => {
                let seat = self.seats.get(&id);
                ("seat", None, seat.map(|it| it.row.name.clone()))
            }
        };
        let unread = self.seats.values().filter(|seat| {
            let sign_in = seat.sign_in.as_ref();
            sign_in.is_some_and(|it| !shown.read.contains(&it.operator))
                && self.is_for(&shown.row, seat)
        });
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        MemoNow {
            id: shown.row.id,
            audience,
            tenant,
            name,
            text: shown.row.text.clone(),
            by: shown.row.by.clone(),
            made_ms: shown.row.made_ms,
            ends_ms: shown.row.ends_ms,
            read: count(shown.read.len()),
            unread: count(unread.count()),
        }
    }

    fn show(&mut self, now: Now, row: MemoRow, read: BTreeSet<OperatorId>) {
        let ends_at = now.mono_at(row.ends_ms);
        self.timers.at(ends_at, Timer::MemoEnds(row.id));
        self.memos.0.insert(row.id, Shown { row, read });
    }

    fn audience(&self, told: &AudienceTold) -> Result<Audience, CommandError> {
        match told {
            AudienceTold::Everybody => Ok(Audience::Everybody),
            AudienceTold::Tenant(name) => {
                let found = self.rules.tenant_named(name);
                let found = found.ok_or_else(|| CommandError::NoTenant(name.clone()))?;
                Ok(Audience::Tenant(found))
            }
            AudienceTold::Site(name) => {
                let found = self.rules.site_named(name);
                let found = found.ok_or_else(|| CommandError::NoSite(name.clone()))?;
                Ok(Audience::Site(found))
            }
            AudienceTold::Queue(tenant, name) => {
                let queue = self.queue_told(tenant.as_deref(), name)?;
                Ok(Audience::Queue(queue))
            }
            AudienceTold::Seat(name) => Ok(Audience::Seat(self.seat_named(name)?)),
        }
    }

    /// Whether a memo is for whoever works at a seat.
    fn is_for(&self, row: &MemoRow, seat: &Seat) -> bool {
        let serves = |queue: &crate::rules::Queue| queue.can_be_served_by(&seat.skills);
        match row.to {
            Audience::Everybody => true,
            Audience::Tenant(tenant) => match seat.home {
                Some(home) => home == tenant,
                None => {
                    let mut queues = self.rules.queues.values();
                    queues.any(|queue| queue.tenant == tenant && serves(queue))
                }
            },
            Audience::Site(site) => seat.row.site == site,
            Audience::Queue(queue) => self.rules.queues.get(&queue).is_some_and(serves),
            Audience::Seat(own) => seat.row.id == own,
        }
    }
}

fn record_end(now: Now, row: MemoRow, by: Option<String>, step: &mut Step) {
    step.records.push(Record::Memo(Box::new(MemoRow {
        ended_ms: Some(now.utc_ms),
        ended_by: by,
        ..row
    })));
}
