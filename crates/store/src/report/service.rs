//! How callers fared in a period: calls and cases, counted line by line.

use std::collections::{BTreeMap, BTreeSet};

use cuptel_core::calendar::{LocalDay, Zone};
use cuptel_core::time::UtcMs;
use cuptel_core::words::{CallbackState, ClosedHow, DialResult, Outcome, Suppression};

use super::period::{Period, Zones};
use super::spread::Spread;
use super::{Figures, Scope, Service, ServiceLine, share};
use crate::callback::first_ms;
use crate::carrier::{ARRIVALS, InOrder, OUT_OF_ORDER_MS, first_since};
use crate::dialect::{Connection, Question, Row, ask_shard};
use crate::names::Interned;
use crate::row::Columns;
use crate::store::{Store, StoreError, while_doing};

/// The columns of a report as CSV.
pub const SERVICE_COLUMNS: &[&str] = &[
    "scope",
    "tenant",
    "queue",
    "day",
    "attempts",
    "callers",
    "withheld",
    "served",
    "owed",
    "open",
    "not_callable",
    "suppressed_anonymous",
    "suppressed_no_number",
    "suppressed_forbidden_class",
    "suppressed_do_not_call",
    "suppressed_shared_number",
    "suppressed_internal",
    "suppressed_no_line",
    "suppressed_got_through",
    "suppressed_policy",
    "cases",
    "recovered_by_callback",
    "recovered_by_redial",
    "settled_by_hand",
    "given_up",
    "cancelled",
    "withdrawn",
    "cases_open",
    "recovered_share",
    "redials",
    "redials_per_case",
    "called",
    "callback_p50_s",
    "callback_p95_s",
    "callback_in_hours_p50_s",
    "callback_in_hours_p95_s",
    "first_dials",
    "first_dials_reached",
    "first_reach",
    "promises",
    "promises_kept",
    "promises_late",
    "promises_broken",
    "promises_open",
];

/// By number, so that whoever called is counted once in each line, however often they called; two
/// handles of one number are one caller, and a number that was erased goes by its handle.
const CALLS: &str = "
SELECT coalesce(number.e164, CAST(a.number AS TEXT)) AS caller, a.tenant,
    a.queue, a.received_ms, a.outcome, a.callback, a.suppressed
FROM attempt a
LEFT JOIN number ON number.shard = a.shard AND number.id = a.number
WHERE a.shard = $1 AND a.id >= $2 AND a.received_ms >= $3 AND a.received_ms < $4
    AND (CAST($5 AS BIGINT) IS NULL OR a.tenant = $5)
ORDER BY caller";

/// Callbacks are opened in the order of their identifiers.
pub(super) const OPENINGS: InOrder = InOrder {
    last: "SELECT coalesce(max(id), 0) FROM callback WHERE shard = $1",
    from: "
SELECT id, opened_ms FROM callback WHERE shard = $1 AND id >= $2 ORDER BY id LIMIT 1",
};

/// A dial that its trunk failed reached nobody's phone as far as we know, and is none here. A
/// case's queue is that of its first need.
const CASES: &str = concat!(
    "
SELECT c.tenant,
    (SELECT need.queue FROM callback_need need
        WHERE need.shard = c.shard AND need.callback = c.id ORDER BY need.id LIMIT 1),
    c.first_ms, c.place_ms, c.attempts, c.state, c.closed_how, c.closed_ms,
    first.placed_ms, first.result,
    (SELECT count(*) FROM dial
        WHERE dial.shard = c.shard AND dial.callback = c.id AND dial.result = 'answered'),
    (SELECT max(promise.by_ms) FROM promise
        WHERE promise.shard = c.shard AND promise.callback = c.id),
    (SELECT min(dial.placed_ms) FROM dial
        WHERE dial.shard = c.shard AND dial.callback = c.id
            AND dial.result IS DISTINCT FROM 'trunk_failed' AND dial.placed_ms >=
            (SELECT min(promise.told_ms) FROM promise
                WHERE promise.shard = c.shard AND promise.callback = c.id))
FROM (SELECT c.shard, c.id, c.tenant, c.place_ms, c.attempts, c.state, c.closed_how, c.closed_ms,
        ",
    first_ms!(),
    " AS first_ms
    FROM callback c WHERE c.shard = $1 AND c.id >= $2) c
LEFT JOIN dial first ON first.shard = c.shard AND first.id =
    (SELECT min(dial.id) FROM dial WHERE dial.shard = c.shard AND dial.callback = c.id
        AND dial.result IS DISTINCT FROM 'trunk_failed')
WHERE c.first_ms >= $3 AND c.first_ms < $4 AND (CAST($5 AS BIGINT) IS NULL OR c.tenant = $5)"
);

/// Whose calls: an authority's, or those for a number of nobody.
type Whose = Option<i64>;
/// What for; nothing where it was not said.
type What = Option<i64>;

/// What a line is about; a total has no part of what it sums up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    tenant: Option<Whose>,
    queue: Option<What>,
    day: Option<LocalDay>,
}

impl Key {
    fn scope(self) -> Scope {
        match (self.tenant, self.queue, self.day) {
            (None, _, None) => Scope::Region,
            (None, _, Some(_)) => Scope::RegionDay,
            (Some(_), None, None) => Scope::Tenant,
            (Some(_), None, Some(_)) => Scope::TenantDay,
            (Some(_), Some(_), None) => Scope::Queue,
            (Some(_), Some(_), Some(_)) => Scope::QueueDay,
        }
    }
}

/// A call.
struct Call {
    tenant: Whose,
    queue: What,
    received_ms: UtcMs,
    outcome: Option<Outcome>,
    is_owed: bool,
    suppressed: Option<Suppression>,
    is_withheld: bool,
}

/// A callback with what came of it.
struct Case {
    tenant: Whose,
    queue: What,
    first_ms: UtcMs,
    place_ms: UtcMs,
    calls: u64,
    end: Option<(ClosedHow, UtcMs)>,
    first_dial_ms: Option<UtcMs>,
    first_result: Option<DialResult>,
    was_reached: bool,
    promised_ms: Option<UtcMs>,
    /// The first dial after a time was told.
    kept_by_dial_ms: Option<UtcMs>,
}

/// What becomes a line.
#[derive(Debug, Default)]
struct Tally {
    figures: Figures,
    waits: Spread,
    waits_in_hours: Spread,
}

impl Tally {
    fn call(&mut self, call: &Call) {
        let figures = &mut self.figures;
        figures.attempts += 1;
        figures.withheld += u64::from(call.is_withheld);
        match (call.outcome, call.suppressed) {
            (None, _) => figures.open += 1,
            (Some(outcome), _) if outcome.is_served() => figures.served += 1,
            (Some(_), Some(reason)) if !call.is_owed => {
                *figures.suppressed.entry(column_of(reason)).or_default() += 1;
                figures.not_callable += u64::from(is_not_callable(reason));
            }
            (Some(_), _) => figures.owed += 1,
        }
    }

    fn case(&mut self, case: &Case, now_ms: UtcMs) {
        self.first_dial(case);
        if let Some(by_ms) = case.promised_ms {
            self.promise(case, by_ms, now_ms);
        }
        if case.calls == 0 {
            return;
        }
        let figures = &mut self.figures;
        figures.cases += 1;
        figures.redials += case.calls - 1;
        let count = match case.end {
            None => &mut figures.cases_open,
            Some((ClosedHow::Served, _)) if case.was_reached => &mut figures.recovered_by_callback,
            Some((ClosedHow::Served, _)) => &mut figures.settled_by_hand,
            Some((ClosedHow::GotThrough, _)) => &mut figures.recovered_by_redial,
            Some((ClosedHow::Exhausted | ClosedHow::Expired, _)) => &mut figures.given_up,
            Some((ClosedHow::CancelledByPerson, _)) => &mut figures.cancelled,
            Some((ClosedHow::Withdrawn | ClosedHow::Suppressed, _)) => &mut figures.withdrawn,
        };
        *count += 1;
        if let Some(dialled_ms) = case.first_dial_ms {
            figures.called += 1;
            self.waits.add(dialled_ms - case.first_ms);
            self.waits_in_hours
                .add(dialled_ms - case.in_hours_ms(dialled_ms));
        }
    }

    fn first_dial(&mut self, case: &Case) {
        let is_reached = match case.first_result {
            Some(DialResult::Answered) => true,
            Some(
                DialResult::NoAnswer
                | DialResult::Busy
                | DialResult::Declined
                | DialResult::Unreachable
                | DialResult::Machine,
            ) => false,
            Some(
                DialResult::Married
                | DialResult::Cancelled
                | DialResult::Unknown
                | DialResult::TrunkFailed,
            )
            | None => return,
        };
        self.figures.first_dials += 1;
        self.figures.first_dials_reached += u64::from(is_reached);
    }

    fn promise(&mut self, case: &Case, by_ms: UtcMs, now_ms: UtcMs) {
        let figures = &mut self.figures;
        figures.promises += 1;
        let done_ms = case.kept_by_dial_ms.or(case.settled_ms());
        let count = match done_ms {
            Some(done_ms) if done_ms <= by_ms => &mut figures.promises_kept,
            Some(_) => &mut figures.promises_late,
            None if case.end.is_none() && now_ms <= by_ms => &mut figures.promises_open,
            None => &mut figures.promises_broken,
        };
        *count += 1;
    }

    fn finished(self) -> Figures {
        let mut figures = self.figures;
        let recovered = figures.recovered_by_callback + figures.recovered_by_redial;
        figures.recovered_share = share(recovered, figures.cases);
        figures.redials_per_case = share(figures.redials, figures.cases);
        figures.first_reach = share(figures.first_dials_reached, figures.first_dials);
        figures.callback_p50_s = self.waits.percentile_s(50);
        figures.callback_p95_s = self.waits.percentile_s(95);
        figures.callback_in_hours_p50_s = self.waits_in_hours.percentile_s(50);
        figures.callback_in_hours_p95_s = self.waits_in_hours.percentile_s(95);
        for reason in Suppression::ALL {
            figures.suppressed.entry(column_of(*reason)).or_default();
        }
        figures
    }
}

impl Case {
    /// When there was nothing left to call about, by what the person did or wished.
    fn settled_ms(&self) -> Option<UtcMs> {
        let (how, closed_ms) = self.end?;
        match how {
            ClosedHow::Served
            | ClosedHow::GotThrough
            | ClosedHow::CancelledByPerson
            | ClosedHow::Suppressed => Some(closed_ms),
            ClosedHow::Withdrawn | ClosedHow::Exhausted | ClosedHow::Expired => None,
        }
    }

    /// From when on the person waited within the hours. A place after the dial is that of a
    /// callback that rests and is paid again: then nothing is taken off.
    fn in_hours_ms(&self, dialled_ms: UtcMs) -> UtcMs {
        if (self.first_ms..=dialled_ms).contains(&self.place_ms) {
            self.place_ms
        } else {
            self.first_ms
        }
    }
}

fn column_of(reason: Suppression) -> String {
    format!("suppressed_{reason}")
}

/// Whether somebody is lost by it: the others were no callers, were served, or are left out by who
/// wrote the policy.
fn is_not_callable(reason: Suppression) -> bool {
    match reason {
        Suppression::Anonymous
        | Suppression::NoNumber
        | Suppression::ForbiddenClass
        | Suppression::DoNotCall
        | Suppression::SharedNumber => true,
        Suppression::Internal
        | Suppression::NoLine
        | Suppression::GotThrough
        | Suppression::Policy => false,
    }
}

/// All lines while they grow.
struct Book<'p> {
    period: Period,
    zones: BTreeMap<i64, Zone>,
    otherwise: Zone,
    /// Of one authority alone, a region has no line.
    is_of_region: bool,
    now_ms: UtcMs,
    lines: BTreeMap<Key, Tally>,
    /// Whose calls are being read, and in which lines they were counted.
    caller: Option<String>,
    counted: BTreeSet<Key>,
    names: &'p Interned,
}

impl<'p> Book<'p> {
    fn new(
        asked: (Period, &Zones),
        is_of_region: bool,
        names: &'p Interned,
        now_ms: UtcMs,
    ) -> Self {
        let (period, zones) = asked;
        let tenants = names.tenants.iter();
        Self {
            period,
            zones: tenants
                .map(|(name, id)| (id.0, zones.of(Some(name))))
                .collect(),
            otherwise: zones.of(None),
            is_of_region,
            now_ms,
            lines: BTreeMap::new(),
            caller: None,
            counted: BTreeSet::new(),
            names,
        }
    }

    /// Every line that somebody of that moment belongs to; none where its day is not asked for.
    fn keys(&self, tenant: Whose, queue: What, at: UtcMs) -> impl Iterator<Item = Key> + use<> {
        let zone = tenant.and_then(|tenant| self.zones.get(&tenant));
        let day = self.period.day(at, zone.copied().unwrap_or(self.otherwise));
        let region = self.is_of_region.then_some((None, None));
        let whose = [(Some(tenant), None), (Some(tenant), Some(queue))];
        day.into_iter().flat_map(move |day| {
            let parts = region.into_iter().chain(whose);
            parts.flat_map(move |(tenant, queue)| {
                [None, Some(day)].map(|day| Key { tenant, queue, day })
            })
        })
    }

    fn call(&mut self, row: &Row) -> Result<(), sqlx::Error> {
        let mut columns = Columns::of(row);
        let caller = columns.maybe_text()?;
        let call = Call {
            tenant: columns.maybe_int()?,
            queue: columns.maybe_int()?,
            received_ms: columns.int()?,
            outcome: columns.maybe_word()?,
            is_owed: columns.maybe_int()?.is_some(),
            suppressed: columns.maybe_word()?,
            is_withheld: caller.is_none(),
        };
        if caller != self.caller {
            self.caller = caller;
            self.counted.clear();
        }
        for key in self.keys(call.tenant, call.queue, call.received_ms) {
            let tally = self.lines.entry(key).or_default();
            tally.call(&call);
            if !call.is_withheld && self.counted.insert(key) {
                tally.figures.callers += 1;
            }
        }
        Ok(())
    }

    fn case(&mut self, row: &Row) -> Result<(), sqlx::Error> {
        let case = read_case(row)?;
        for key in self.keys(case.tenant, case.queue, case.first_ms) {
            self.lines.entry(key).or_default().case(&case, self.now_ms);
        }
        Ok(())
    }

    /// By names, the region first; of each the period, then its days.
    fn finished(self) -> Vec<ServiceLine> {
        let tenants = self.names.tenants.iter();
        let tenants: BTreeMap<i64, &String> = tenants.map(|(name, id)| (id.0, name)).collect();
        let queues = self.names.queues.iter();
        let queues: BTreeMap<i64, &String> = queues.map(|((_, name), id)| (id.0, name)).collect();
        let named = |names: &BTreeMap<i64, &String>, id: Option<Option<i64>>| {
            id.flatten()
                .and_then(|id| names.get(&id))
                .map(|name| (*name).clone())
        };
        let lines = self.lines.into_iter().map(|(key, tally)| {
            let line = ServiceLine {
                scope: key.scope(),
                tenant: named(&tenants, key.tenant),
                queue: named(&queues, key.queue),
                day: key.day.map(|day| day.to_string()),
                figures: tally.finished(),
            };
            (key, line)
        });
        let mut lines: Vec<(Key, ServiceLine)> = lines.collect();
        lines.sort_by(|(one, one_line), (other, other_line)| {
            let order = |key: &Key, line: &ServiceLine| {
                let tenant = (key.tenant.is_some(), line.tenant.clone());
                (tenant, key.queue.is_some(), line.queue.clone(), key.day)
            };
            order(one, one_line).cmp(&order(other, other_line))
        });
        lines.into_iter().map(|(_, line)| line).collect()
    }
}

fn read_case(row: &Row) -> Result<Case, sqlx::Error> {
    let mut columns = Columns::of(row);
    let tenant = columns.maybe_int()?;
    let queue = columns.maybe_int()?;
    let first_ms = columns.int()?;
    let place_ms = columns.int()?;
    let calls = columns.small::<u64>()?;
    let state: CallbackState = columns.word()?;
    let how: Option<ClosedHow> = columns.maybe_word()?;
    let closed_ms = columns.maybe_int()?;
    Ok(Case {
        tenant,
        queue,
        first_ms,
        place_ms,
        calls,
        end: how
            .zip(closed_ms)
            .filter(|_| state == CallbackState::Closed),
        first_dial_ms: columns.maybe_int()?,
        first_result: columns.maybe_word()?,
        was_reached: columns.int()? > 0,
        promised_ms: columns.maybe_int()?,
        kept_by_dial_ms: columns.maybe_int()?,
    })
}

impl Store {
    /// How callers fared in these days, as far as is known at `now_ms`; of one authority, or of all
    /// with the region. Reads what has come since the first day, because what a carrier tells
    /// afterwards stands at the end.
    ///
    /// # Errors
    /// When there is no such tenant, or the database fails.
    pub async fn service(
        &self,
        period: Period,
        zones: &Zones,
        tenant: Option<&str>,
        now_ms: UtcMs,
    ) -> Result<Service, StoreError> {
        let failed = while_doing("report how callers fared");
        self.is_of_a_tenant(tenant).await?;
        let names = self.names().await?;
        let only = tenant
            .and_then(|tenant| names.tenants.get(tenant))
            .map(|id| id.0);
        let mut book = Book::new((period, zones), tenant.is_none(), &names, now_ms);
        let stretch = period.stretch(zones);
        let mut reading = self.read_at_length().await.map_err(&failed)?;
        let calls = since(&mut reading, &ARRIVALS, CALLS, stretch, only).await;
        let calls = calls.map_err(&failed)?;
        let read = calls.each(&mut reading, |row| book.call(row)).await;
        read.map_err(&failed)?;
        let cases = since(&mut reading, &OPENINGS, CASES, stretch, only).await;
        let cases = cases.map_err(&failed)?;
        let read = cases.each(&mut reading, |row| book.case(row)).await;
        read.map_err(&failed)?;
        Ok(Service {
            from: period.from.to_string(),
            to: period.to.to_string(),
            at_ms: now_ms,
            rows: book.finished(),
        })
    }
}

/// A statement about a stretch of time, told where in its table that begins.
pub(super) async fn since<'q>(
    connection: &mut Connection,
    rows: &InOrder,
    statement: &'static str,
    (from_ms, to_ms): (UtcMs, UtcMs),
    tenant: Option<i64>,
) -> Result<Question<'q>, sqlx::Error> {
    let since_ms = from_ms.saturating_sub(OUT_OF_ORDER_MS);
    let first = first_since(connection, rows, since_ms).await?;
    let question = ask_shard(statement).int(first).int(from_ms).int(to_ms);
    Ok(question.maybe_int(tenant))
}

/// Statements that must find their rows through an index, for the planner's test; the first sorts.
#[cfg(test)]
pub(crate) const LOOKUPS: &[&str] = &[CALLS, CASES, OPENINGS.from];
