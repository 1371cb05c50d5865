//! What we know already of calls that a carrier says it refused: those that reached us after
//! all, those told before, and who has spoken with us since.

use std::collections::HashMap;

use cuptel_core::id::TenantId;
use cuptel_core::importing::CarrierCall;
use cuptel_core::time::UtcMs;
use cuptel_core::words::Outcome;

use crate::dialect::{Connection, Row, ask, ask_shard};
use crate::row::Columns;
use crate::store::{SHARD, Store, StoreError, while_doing};

/// A clock that was set back leaves rows out of order: how far before the first call is looked.
pub(crate) const OUT_OF_ORDER_MS: i64 = 3_600_000;

/// Rows whose identifiers grow with their time.
pub(crate) struct InOrder {
    /// The last identifier.
    pub(crate) last: &'static str,
    /// The first row from `$2` on: its identifier and its time.
    pub(crate) from: &'static str,
}

/// Attempts arrive in the order of their identifiers, but for those told by a carrier.
pub(crate) const ARRIVALS: InOrder = InOrder {
    last: "SELECT coalesce(max(id), 0) FROM attempt WHERE shard = $1",
    from: "
SELECT id, received_ms FROM attempt
WHERE shard = $1 AND id >= $2 AND outcome IS DISTINCT FROM 'refused_by_carrier'
ORDER BY id LIMIT 1",
};
/// `$1` are the numbers asked for, `$3` the first identifier; those without a number only where
/// a carrier told them.
const ATTEMPTS: &str = "
SELECT number.e164, line.name, a.tenant, a.received_ms, a.outcome
FROM attempt a
LEFT JOIN number ON number.shard = a.shard AND number.id = a.number
LEFT JOIN line ON line.shard = a.shard AND line.id = a.line
WHERE a.shard = $2 AND a.id >= $3 AND (
    number.e164 IN (SELECT CAST(value->>0 AS TEXT) FROM jsonb_each($1))
    OR (number.e164 IS NULL AND a.outcome = 'refused_by_carrier'))";
/// Conversations that we began: dials that were answered.
const DIALS: &str = "
SELECT number.e164, c.tenant, d.placed_ms
FROM dial d
JOIN number ON number.shard = d.shard AND number.id = d.number
JOIN callback c ON c.shard = d.shard AND c.id = d.callback
WHERE d.shard = $2 AND d.id >= $3 AND d.result = 'answered'
    AND number.e164 IN (SELECT CAST(value->>0 AS TEXT) FROM jsonb_each($1))";

/// What is new of a list of calls, and why the rest is not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unknown {
    /// The new ones, each with who has spoken with the person since.
    pub calls: Vec<CarrierCall>,
    /// Calls that reached us, by number, line and time.
    pub reached_us: usize,
    /// Calls told before, or twice in this list.
    pub told_before: usize,
}

struct Seen {
    line: Option<String>,
    tenant: Option<TenantId>,
    received_ms: UtcMs,
    outcome: Option<Outcome>,
}

/// By number; those of people who withheld it under none.
type History = HashMap<Option<String>, Vec<Seen>>;

impl Store {
    /// Leaves out what is stored already. The carrier's clock may differ by `window_ms` from
    /// ours; what it told itself is recognised by the very same time.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn unknown(
        &self,
        calls: Vec<CarrierCall>,
        window_ms: i64,
    ) -> Result<Unknown, StoreError> {
        let failed = while_doing("look for calls that a carrier refused");
        let Some(first_ms) = calls.iter().map(|call| call.received_ms).min() else {
            return Ok(Unknown::default());
        };
        let mut reading = self.read().await.map_err(&failed)?;
        let since_ms = first_ms - window_ms - OUT_OF_ORDER_MS;
        let digits = |call: &CarrierCall| Some(call.caller.number.as_ref()?.reveal().to_owned());
        let numbers: Vec<String> = calls.iter().filter_map(digits).collect();
        let history = history(&mut reading, &numbers, since_ms)
            .await
            .map_err(failed)?;
        Ok(sorted_out(calls, history, window_ms))
    }
}

/// Who of these have spoken with us about something of the tenant since the moment that is told with
/// each, on a call of theirs or of ours.
pub(crate) async fn served_since(
    connection: &mut Connection,
    people: &[(String, TenantId, UtcMs)],
) -> Result<Vec<bool>, sqlx::Error> {
    let Some(first_ms) = people.iter().map(|(.., since_ms)| *since_ms).min() else {
        return Ok(Vec::new());
    };
    let numbers: Vec<String> = people.iter().map(|(number, ..)| number.clone()).collect();
    let history = history(connection, &numbers, first_ms - OUT_OF_ORDER_MS).await?;
    let is_served = |(number, tenant, since_ms): &(String, TenantId, UtcMs)| {
        let seen = history.get(&Some(number.clone())).into_iter().flatten();
        seen.into_iter().any(|seen| {
            seen.tenant == Some(*tenant)
                && seen.outcome.is_some_and(Outcome::is_served)
                && seen.received_ms >= *since_ms
        })
    };
    Ok(people.iter().map(is_served).collect())
}

async fn history(
    connection: &mut Connection,
    numbers: &[String],
    since_ms: UtcMs,
) -> Result<History, sqlx::Error> {
    let since = first_since(connection, &ARRIVALS, since_ms).await?;
    let asked: Vec<[&String; 1]> = numbers.iter().map(|number| [number]).collect();
    let asked = serde_json::json!(asked).to_string();
    let mut history = History::new();
    let attempt = |row: &Row| {
        let mut columns = Columns::of(row);
        let number = columns.maybe_text()?;
        history.entry(number).or_default().push(Seen {
            line: columns.maybe_text()?,
            tenant: columns.maybe_int()?.map(TenantId),
            received_ms: columns.int()?,
            outcome: columns.maybe_word()?,
        });
        Ok(())
    };
    let question = ask(ATTEMPTS).text(&asked).int(SHARD).int(since);
    question.each(connection, attempt).await?;
    let dial = |row: &Row| {
        let mut columns = Columns::of(row);
        let number = columns.maybe_text()?;
        history.entry(number).or_default().push(Seen {
            line: None,
            tenant: Some(TenantId(columns.int()?)),
            received_ms: columns.int()?,
            outcome: Some(Outcome::Served),
        });
        Ok(())
    };
    let question = ask(DIALS).text(&asked).int(SHARD).int(since);
    question.each(connection, dial).await?;
    Ok(history)
}

/// From which identifier on rows are of this time or later, found by halving: there is no index
/// over times, because the storm would pay for it.
pub(crate) async fn first_since(
    connection: &mut Connection,
    rows: &InOrder,
    since_ms: UtcMs,
) -> Result<i64, sqlx::Error> {
    let read = |row: &Row| {
        let mut columns = Columns::of(row);
        Ok((columns.int()?, columns.int()?))
    };
    let last = ask_shard(rows.last)
        .one(connection, crate::row::read_int)
        .await?;
    let (mut low, mut high) = (0, last + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        match ask_shard(rows.from)
            .int(middle)
            .maybe(connection, read)
            .await?
        {
            Some((id, received_ms)) if received_ms < since_ms => low = id + 1,
            Some(_) | None => high = middle,
        }
    }
    Ok(low)
}

fn sorted_out(calls: Vec<CarrierCall>, mut history: History, window_ms: i64) -> Unknown {
    let mut unknown = Unknown::default();
    for mut call in calls {
        let number = call.caller.number.as_ref();
        let number = number.map(|number| number.reveal().to_owned());
        let is_withheld = number.is_none();
        let seen = history.entry(number).or_default();
        let of_the_line = |seen: &Seen| seen.line.as_deref() == Some(call.called.reveal());
        let told = seen.iter().position(|seen| {
            seen.outcome == Some(Outcome::RefusedByCarrier)
                && of_the_line(seen)
                && seen.received_ms == call.received_ms
        });
        let reached = |seen: &Seen| {
            seen.outcome != Some(Outcome::RefusedByCarrier)
                && of_the_line(seen)
                && (seen.received_ms - call.received_ms).abs() <= window_ms
        };
        if let Some(place) = told {
            unknown.told_before += 1;
            if is_withheld {
                // Of two who withhold their number in the same second each was somebody.
                seen.remove(place);
            }
            continue;
        }
        if seen.iter().any(reached) {
            unknown.reached_us += 1;
            continue;
        }
        let spoke = |seen: &&Seen| {
            seen.outcome.is_some_and(Outcome::is_served) && seen.received_ms >= call.received_ms
        };
        let served_since = seen.iter().filter(spoke).filter_map(|seen| seen.tenant);
        call.served_since = served_since.collect();
        if !is_withheld {
            seen.push(Seen {
                line: Some(call.called.reveal().to_owned()),
                tenant: None,
                received_ms: call.received_ms,
                outcome: Some(Outcome::RefusedByCarrier),
            });
        }
        unknown.calls.push(call);
    }
    unknown
}

/// Statements that must find their rows through an index, for the planner's test.
#[cfg(test)]
pub(crate) const LOOKUPS: &[&str] = &[ARRIVALS.from];
