//! The promises, as properties of rows: checked over everything that was decided, after every
//! step that decided something.

use std::collections::{BTreeMap, BTreeSet};

use cuptel_core::id::{AttemptId, CallbackId, SeatId, epoch_of};
use cuptel_core::record::{AttemptRow, CallbackRow, DialRow, Record, Work};
use cuptel_core::time::UtcMs;
use cuptel_core::words::{
    CallbackState, ClosedHow, DialResult, DialState, Disposition, OfferState, Outcome, Stage,
};

use crate::announced::check_announcement;
use crate::by_hand::{check_stays, only_stays};
use crate::coded::{check_offer, check_pin};
use crate::errands::check_tasks;
use crate::image::Image;
use crate::invented::{
    BUSY_S, GRACE_S, MACHINE_S, NO_ANSWER_S, PERSON_DECLINED_S, TOO_SHORT_MS, TRIES_MAX,
    UNREACHABLE_S,
};
use crate::recalls::{check_campaigns, check_dial_of_campaign};

/// A promise that did not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{promise} is broken: {what}")]
pub struct Broken {
    /// Which promise of the design.
    pub promise: &'static str,
    /// What was seen.
    pub what: String,
}

pub(crate) fn broken<T>(promise: &'static str, what: impl Into<String>) -> Result<T, Broken> {
    Err(Broken {
        promise,
        what: what.into(),
    })
}

/// Fails with these words unless the condition holds.
fn must(holds: bool, promise: &'static str, what: impl FnOnce() -> String) -> Result<(), Broken> {
    if holds {
        Ok(())
    } else {
        broken(promise, what())
    }
}

/// Looks at one new row image beside what was there before.
#[expect(clippy::too_many_lines, reason = "one arm for each kind of row")]
pub(crate) fn check_move(before: &Image, record: &Record, now_ms: UtcMs) -> Result<(), Broken> {
    match record {
        Record::Attempt(row) => check_attempt_move(before, row),
        Record::Dial(row) => check_dial_move(before, row, now_ms),
        Record::Offer(row) => {
            check_offer(before, row)?;
            let was_over = before
                .offers
                .get(&row.id)
                .is_some_and(|old| old.state != OfferState::Open);
            must(!was_over, "P4", || {
                format!("offer {} was over and is written again", row.id)
            })
        }
        Record::Assignment(row) => {
            let open = before
                .assignments
                .get(&row.id)
                .is_none_or(|old| old.ended_ms.is_none());
            must(open || row.ended_ms.is_some(), "P4", || {
                format!("assignment {} is open again", row.id)
            })
        }
        Record::Callback(row) => check_callback_move(before, row, now_ms),
        Record::Need(row) => check_stays(before, row),
        Record::Announcement(row) => check_announcement(before, row),
        Record::OperatorPin(row) => check_pin(before, row),
        Record::CallbackAmended(row) => {
            check_amended(before, row)?;
            check_callback_move(before, row, now_ms)
        }
        Record::Number(_)
        | Record::NeedDetail(_)
        | Record::CallbackEvent(_)
        | Record::Promise(_)
        | Record::SignIn(_)
        | Record::Interval(_)
        | Record::Registration(_)
        | Record::Seat(_)
        | Record::Operator(_)
        | Record::Decision(_)
        | Record::Profile(_)
        | Record::Owner(_)
        | Record::Decline(_)
        | Record::ChosenTime(_)
        | Record::SideCall(_)
        | Record::Bulk(_)
        | Record::BulkEntry(_)
        | Record::YearsEmptied(_)
        | Record::SiteOutage(_)
        | Record::Closure(_)
        | Record::Mark(_)
        | Record::SpecialDay(_)
        | Record::Memo(_)
        | Record::MemoReading(_)
        | Record::Review(_)
        | Record::TaskEvent(_)
        | Record::Campaign(_)
        | Record::CampaignEntry(_)
        | Record::ConfigVersion(_) => Ok(()),
        Record::CodeWord(row) => {
            let old = before
                .code_words
                .get(&row.callback)
                .and_then(|old| old.code);
            let keeps = old.is_none() || row.code.is_none();
            must(keeps, "P7", || {
                format!("the code of callback {} is another one", row.callback)
            })
        }
        Record::Task(row) => {
            let closed = before.tasks.get(&row.id).and_then(|old| old.closed_ms);
            must(closed.is_none(), "P4", || {
                format!("task {} was closed and is written again", row.id)
            })
        }
    }
}

/// The store writes only what an amended image may change.
fn check_amended(before: &Image, row: &CallbackRow) -> Result<(), Broken> {
    let as_before = before.callbacks.get(&row.id).map(|old| CallbackRow {
        place_ms: row.place_ms,
        not_before_ms: row.not_before_ms,
        last_attempt_ms: row.last_attempt_ms,
        attempts: row.attempts,
        priority_ms: row.priority_ms,
        last_attempt: row.last_attempt,
        ..old.clone()
    });
    must(as_before.as_ref() == Some(row), "P2", || {
        format!("callback {} is amended in more than it may be", row.id)
    })
}

/// An ended attempt is an immutable fact.
fn check_attempt_move(before: &Image, row: &AttemptRow) -> Result<(), Broken> {
    let ended = before
        .attempts
        .get(&row.id)
        .is_some_and(|old| old.stage == Stage::Ended);
    must(!ended, "P1", || {
        format!("attempt {} had ended and is written again", row.id)
    })?;
    let talked_ms = row
        .ended_ms
        .zip(row.talking_ms)
        .map(|(end, begin)| end - begin);
    let dropped = row.outcome == Some(Outcome::Served)
        && row.disposition.is_none()
        && talked_ms.is_none_or(|ms| ms < TOO_SHORT_MS);
    must(!dropped, "P2", || {
        format!(
            "attempt {} was dropped at once and counts as served",
            row.id
        )
    })?;
    if before.attempts.contains_key(&row.id) || !before.call_ids.contains(&row.sip_call_id) {
        return Ok(());
    }
    // A process that died may have forgotten the INVITE that is repeated to its successor.
    let epoch = epoch_of(row.id.0);
    let twin = before
        .attempts
        .values()
        .find(|old| old.sip_call_id == row.sip_call_id && epoch_of(old.id.0) == epoch);
    must(twin.is_none(), "P1", || {
        format!("attempt {} is a second row for one INVITE", row.id)
    })
}

/// Who calls again keeps the place, and the priority; what another person said at that number
/// settles nothing.
fn check_callback_move(before: &Image, row: &CallbackRow, now_ms: UtcMs) -> Result<(), Broken> {
    let Some(old) = before.callbacks.get(&row.id) else {
        let number = before.numbers.get(&row.number);
        let callable = number.is_some_and(|number| number.class.may_be_dialled());
        return must(callable, "P3", || {
            format!("callback {} is to a number that is not called", row.id)
        });
    };
    let spent = row.closed_how != Some(ClosedHow::Exhausted) || row.tries >= TRIES_MAX;
    must(spent, "P1", || {
        format!("callback {} is given up after {} tries", row.id, row.tries)
    })?;
    let keeps = row.place_ms <= old.place_ms && row.priority_ms >= old.priority_ms;
    // What stays has the place of its own time, once nothing else is owed.
    let stays = || only_stays(before, row.id);
    must(
        keeps || old.state == CallbackState::Closed || stays(),
        "P2",
        || format!("callback {} loses its place", row.id),
    )?;
    let got_through = row.state == CallbackState::Closed
        && row.closed_how == Some(ClosedHow::GotThrough)
        && old.state != CallbackState::Closed;
    if !got_through {
        return Ok(());
    }
    let digits = before.e164(row.number);
    let was_another = |attempt: &&AttemptRow| {
        attempt.ended_ms == Some(now_ms)
            && attempt.tenant == Some(row.tenant)
            && attempt.disposition == Some(Disposition::AnotherPerson)
            && attempt.number.and_then(|id| before.e164(id)) == digits
    };
    let other = before.attempts.values().find(was_another);
    must(other.is_none(), "P2", || {
        format!("callback {} is closed by another person's call", row.id)
    })
}

fn check_dial_move(before: &Image, row: &DialRow, now_ms: UtcMs) -> Result<(), Broken> {
    let Some(old) = before.dials.get(&row.id) else {
        check_dial_of_campaign(before, row)?;
        return check_new_dial(before, row, now_ms);
    };
    let back = old.state == DialState::Ended
        || (old.state == DialState::Unknown && row.state == DialState::InFlight);
    must(!back, "P3", || {
        format!("dial {} went back to {}", row.id, row.state)
    })
}

fn check_new_dial(before: &Image, row: &DialRow, now_ms: UtcMs) -> Result<(), Broken> {
    for last in before
        .dials
        .values()
        .filter(|last| last.callback == row.callback && !has_talked_since(before, last))
    {
        let rested_ms = now_ms - last.ended_ms.unwrap_or(now_ms);
        let rest_ms = last.result.map_or(0, rest_ms);
        must(rested_ms >= rest_ms, "P3", || {
            format!("dial {} only {rested_ms} ms after {}", row.id, last.id)
        })?;
    }
    let digits = before.e164(row.number);
    let of_this_number =
        |attempt: &&AttemptRow| attempt.number.is_some_and(|id| before.e164(id) == digits);
    for attempt in before.attempts.values().filter(of_this_number) {
        must(attempt.stage == Stage::Ended, "P3", || {
            format!(
                "dial {} while attempt {} of that number is open",
                row.id, attempt.id
            )
        })?;
        let last_ms = attempt.ended_ms.unwrap_or(attempt.received_ms);
        must(now_ms - last_ms >= i64::from(GRACE_S) * 1_000, "P3", || {
            format!(
                "dial {} only {} ms after attempt {}",
                row.id,
                now_ms - last_ms,
                attempt.id
            )
        })?;
    }
    Ok(())
}

/// How long a callback rests after a dial in vain.
/// Whoever has talked with us since a dial in vain does not rest from it any more.
fn has_talked_since(before: &Image, dial: &DialRow) -> bool {
    let digits = before.e164(dial.number);
    let mut attempts = before.attempts.values();
    attempts.any(|attempt| {
        attempt.outcome == Some(Outcome::Served)
            && attempt.disposition != Some(Disposition::AnotherPerson)
            && attempt.ended_ms > dial.ended_ms
            && attempt.number.is_some_and(|id| before.e164(id) == digits)
    })
}

fn rest_ms(result: DialResult) -> i64 {
    let rest_s = match result {
        DialResult::NoAnswer => NO_ANSWER_S,
        DialResult::Busy => BUSY_S,
        DialResult::Declined => PERSON_DECLINED_S,
        DialResult::Machine => MACHINE_S,
        DialResult::Unreachable | DialResult::Unknown => UNREACHABLE_S,
        // The next trunk is tried at once.
        DialResult::TrunkFailed => 0,
        DialResult::Answered | DialResult::Married | DialResult::Cancelled => 0,
    };
    i64::from(rest_s) * 1_000
}

/// Looks at everything.
pub(crate) fn check(image: &Image) -> Result<(), Broken> {
    check_attempts(image)?;
    check_callbacks(image)?;
    check_needs(image)?;
    check_dials(image)?;
    check_works(image)?;
    check_tasks(image)?;
    check_campaigns(image)
}

fn check_attempts(image: &Image) -> Result<(), Broken> {
    for row in image.attempts.values() {
        let ended = row.stage == Stage::Ended;
        let whole = ended == row.ended_ms.is_some() && ended == row.outcome.is_some();
        must(whole, "P1", || format!("attempt {} has half ended", row.id))?;
        if let Some(callback) = row.callback {
            let tenant = image.callbacks.get(&callback).map(|case| case.tenant);
            must(tenant.is_some() && tenant == row.tenant, "P1", || {
                format!(
                    "attempt {} belongs to callback {callback}, which is not there",
                    row.id
                )
            })?;
        }
        let unserved = ended && !row.outcome.is_some_and(Outcome::is_served);
        must(
            !unserved || row.callback.is_some() != row.suppressed.is_some(),
            "P1",
            || {
                format!(
                    "attempt {} is lost, or owed and suppressed: {:?}",
                    row.id, row
                )
            },
        )?;
    }
    Ok(())
}

fn check_callbacks(image: &Image) -> Result<(), Broken> {
    let mut open = BTreeMap::new();
    let mut attempts: BTreeMap<CallbackId, i64> = BTreeMap::new();
    for row in image.attempts.values() {
        if let Some(id) = row.callback {
            *attempts.entry(id).or_default() += 1;
        }
    }
    for row in image.callbacks.values() {
        let closed = row.state == CallbackState::Closed;
        let code = image.code_words.get(&row.id).and_then(|row| row.code);
        must(!closed || code.is_none(), "P7", || {
            format!("callback {} is closed and its code is kept", row.id)
        })?;
        let whole = closed == row.closed_ms.is_some() && closed == row.closed_how.is_some();
        must(whole, "P2", || {
            format!("callback {} has half closed", row.id)
        })?;
        let counted = attempts.get(&row.id).copied().unwrap_or(0);
        must(counted == row.attempts, "P2", || {
            format!(
                "callback {} says {} attempts, there are {counted}",
                row.id, row.attempts
            )
        })?;
        check_chain(image, row)?;
        must(row.tries >= 0, "P2", || {
            format!("callback {} has {} tries", row.id, row.tries)
        })?;
        if !closed && let Some(other) = open.insert((row.tenant, image.e164(row.number)), row.id) {
            return broken(
                "P2",
                format!("callbacks {other} and {} are open for one number", row.id),
            );
        }
    }
    Ok(())
}

/// From its last attempt back to its first, a callback has all that it counts.
fn check_chain(image: &Image, row: &CallbackRow) -> Result<(), Broken> {
    let mut at = row.last_attempt;
    for nth in (1..=row.attempts).rev() {
        let attempt = at.and_then(|id| image.attempts.get(&id));
        let stands =
            attempt.filter(|attempt| attempt.callback == Some(row.id) && attempt.nth == Some(nth));
        must(stands.is_some(), "P2", || {
            format!("callback {} has no attempt number {nth}", row.id)
        })?;
        at = stands.and_then(|attempt| attempt.prior);
    }
    must(at.is_none(), "P2", || {
        format!("callback {} has more attempts than it counts", row.id)
    })
}

fn check_needs(image: &Image) -> Result<(), Broken> {
    let mut open: BTreeMap<CallbackId, u32> = BTreeMap::new();
    for need in image.needs.values().filter(|need| need.closed_ms.is_none()) {
        *open.entry(need.callback).or_default() += 1;
    }
    for row in image.callbacks.values() {
        let needed = open.remove(&row.id).is_some();
        must(needed == (row.state != CallbackState::Closed), "P2", || {
            format!(
                "callback {} is {} and its needs say otherwise",
                row.id, row.state
            )
        })?;
    }
    must(open.is_empty(), "P2", || {
        format!("needs of callbacks that are not there: {open:?}")
    })
}

fn check_dials(image: &Image) -> Result<(), Broken> {
    let mut rung = BTreeMap::new();
    let mut dialled = BTreeSet::new();
    for dial in image.dials_open() {
        let digits = image.e164(dial.number);
        if let Some(other) = rung.insert(digits, dial.id) {
            return broken("P3", format!("dials {other} and {} to one number", dial.id));
        }
        let rings = dial.state == DialState::InFlight && dial.answered_ms.is_none();
        let calls_us = |row: &AttemptRow| row.number.and_then(|id| image.e164(id)) == digits;
        must(
            !(rings && image.attempts_open().any(calls_us)),
            "P2",
            || format!("dial {} rings a person who is calling us", dial.id),
        )?;
        let state = image.callbacks.get(&dial.callback).map(|row| row.state);
        must(state.is_some_and(is_at_a_dial), "P3", || {
            format!(
                "dial {} is {} for a callback that is {state:?}",
                dial.id, dial.state
            )
        })?;
        dialled.insert(dial.callback);
    }
    for row in image.callbacks_open() {
        let is_dialled = dialled.contains(&row.id);
        must(is_dialled || !is_at_a_dial(row.state), "P3", || {
            format!("callback {} is {} and no dial is open", row.id, row.state)
        })?;
    }
    Ok(())
}

fn is_at_a_dial(state: CallbackState) -> bool {
    match state {
        CallbackState::Dialling
        | CallbackState::Talking
        | CallbackState::AnsweredWaiting
        | CallbackState::Unknown => true,
        CallbackState::Waiting | CallbackState::Offered | CallbackState::Closed => false,
    }
}

fn check_works(image: &Image) -> Result<(), Broken> {
    let mut seats: BTreeMap<SeatId, i64> = BTreeMap::new();
    let mut works: BTreeMap<Work, i64> = BTreeMap::new();
    let mut operators = BTreeMap::new();
    for row in image.sign_ins.values().filter(|row| row.until_ms.is_none()) {
        if let Some(other) = operators.insert(row.operator, row.seat) {
            let what = format!("{} works at {other} and {}", row.operator, row.seat);
            return broken("P4", what);
        }
    }
    for row in image.offers_open() {
        must(
            operators.get(&row.operator) == Some(&row.seat),
            "P4",
            || format!("offer {} to an operator who has left", row.id),
        )?;
    }
    let offers = image
        .offers_open()
        .map(|row| (row.seat, row.work, row.id.0));
    let assignments = image
        .assignments_open()
        .map(|row| (row.seat, row.work, row.id.0));
    for (seat, work, id) in offers.chain(assignments) {
        if let Some(other) = seats.insert(seat, id) {
            return broken("P4", format!("seat {seat} has two works: {other} and {id}"));
        }
        if let Some(other) = works.insert(work, id) {
            return broken("P4", format!("{work:?} is at two seats: {other} and {id}"));
        }
        must(!is_over(image, work), "P4", || {
            format!("{id} is about {work:?}, which is over")
        })?;
    }
    Ok(())
}

pub(crate) fn is_over(image: &Image, work: Work) -> bool {
    match work {
        Work::Attempt(id) => image
            .attempts
            .get(&id)
            .is_none_or(|row| row.stage == Stage::Ended),
        Work::Callback(id) => image
            .callbacks
            .get(&id)
            .is_none_or(|row| row.state == CallbackState::Closed),
    }
}

/// No arrival is missing: what was received is numbered without a gap in each life.
pub(crate) fn check_sums(image: &Image) -> Result<(), Broken> {
    let mut last: BTreeMap<i64, i64> = BTreeMap::new();
    let mut by_arrival: Vec<(i64, i64, AttemptId)> = image
        .attempts
        .values()
        .map(|row| (epoch_of(row.id.0), row.arrival_seq, row.id))
        .collect();
    by_arrival.sort_unstable();
    for (epoch, seq, id) in by_arrival {
        let before = last.insert(epoch, seq).unwrap_or(0);
        must(seq == before + 1, "P1", || {
            format!("before attempt {id}, arrivals of life {epoch} are missing")
        })?;
    }
    Ok(())
}
