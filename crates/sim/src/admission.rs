//! Who is let in, and which seat is asked: the bounds of trunks and queues, and what a seat must
//! be to be offered a work. Worked out from rows and from the shape of the world alone.

use cuptel_core::id::{OperatorId, QueueId, SeatId, TrunkId, epoch_of};
use cuptel_core::record::{AttemptRow, DialRow, OfferRow, Record, SignInRow, Work};
use cuptel_core::rules::Trunk;
use cuptel_core::snapshot::{QueueNow, SeatNow};
use cuptel_core::words::{
    CallbackState, Chosen, DialState, OfferState, Outcome, Stage, WorkKind, WorkState,
};

use crate::coded::dials;
use crate::image::Image;
use crate::lent::is_kept;
use crate::promises::{Broken, broken};
use crate::tried::is_tried;
use crate::world::World;

/// Calls come in one after the other at one a second: with less between them they do not.
const PACE_US: u64 = 999_000;
/// What whoever waited too long hears before they are let go, and the keys that they may press.
const LONGEST_WAIT_MS: i64 = 180_000;

/// Who is turned away after closing hears a message first.
const TURNED_AWAY_MS: i64 = 20_000;

/// The longest rest of a seat after an offer.
const RESTED_MS: i64 = 9_000;

/// A phone that is there has said something by then.
const ANSWERS_US: u64 = 3_900_000;

/// The last call that was let in where a pace is set.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LetIn {
    epoch: i64,
    deployed: u32,
    at_us: u64,
}

/// What is known of a seat's phone since something was last heard from there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked {
    /// It is being called since then.
    Since(u64),
    /// It was called, and said nothing.
    InVain,
}

impl World {
    /// A phone that was called and said nothing is not called again before it does.
    fn check_silence(&mut self, row: &OfferRow) -> Result<(), Broken> {
        let is_new = !self.decided.offers.contains_key(&row.id);
        let Some(asked) = self.asked.get_mut(&row.seat) else {
            return Ok(());
        };
        match row.state {
            OfferState::Open if *asked == Asked::InVain => {
                let what = format!("seat {} is offered more and its phone is silent", row.seat);
                broken("P4", what)
            }
            OfferState::Unreachable => {
                // Before that it was ended for another reason, and the phone had no time.
                if matches!(*asked, Asked::Since(at_us) if at_us + ANSWERS_US <= self.now_us) {
                    *asked = Asked::InVain;
                }
                Ok(())
            }
            OfferState::Open if is_new => {
                self.asked.remove(&row.seat);
                Ok(())
            }
            OfferState::Open
            | OfferState::Accepted
            | OfferState::Rejected
            | OfferState::Busy
            | OfferState::NoAnswer
            | OfferState::Withdrawn => Ok(()),
        }
    }

    /// A step is about to be booked: nobody is let in beyond a bound, and no seat is asked that
    /// cannot or does not want to.
    pub(crate) fn check_admission(&mut self, record: &Record) -> Result<(), Broken> {
        if let Record::Offer(row) = record {
            self.check_silence(row)?;
        }
        // Whom a seat has after it was asked for them was offered to nobody.
        if let Record::Offer(row) = record
            && row.state == OfferState::Open
            && !self.decided.offers.contains_key(&row.id)
        {
            self.check_lent(row)?;
            return may_be_offered(&self.decided, self.epoch, row);
        }
        if let Record::Dial(row) = record
            && !self.decided.dials.contains_key(&row.id)
        {
            return self.check_dial(row);
        }
        let Record::Attempt(row) = record else {
            return Ok(());
        };
        let old = self.decided.attempts.get(&row.id);
        let was = old.map(|old| old.stage);
        if was.is_none() {
            self.check_pace(row)?;
        }
        if row.stage == Stage::Ringing && was.is_none() {
            return self.check_channels(row);
        }
        let queues = row.stage == Stage::Queued && was != Some(Stage::Queued);
        if queues && was != Some(Stage::Talking) {
            return self.check_room(row);
        }
        Ok(())
    }

    fn check_pace(&mut self, row: &AttemptRow) -> Result<(), Broken> {
        let counts = row.line.is_some() && row.trunk.is_some();
        let stops = self.process.as_ref().is_some_and(|it| it.is_stopping);
        if self.shape.calls_per_s != Some(1) || !counts || stops {
            return Ok(());
        }
        if row.outcome == Some(Outcome::RefusedRate) {
            return Ok(());
        }
        let next = LetIn {
            epoch: self.epoch,
            deployed: self.shape.deployed,
            at_us: self.now_us,
        };
        let last = self.let_in.replace(next);
        let same = |last: &LetIn| (last.epoch, last.deployed) == (next.epoch, next.deployed);
        match last.filter(same) {
            Some(last) if next.at_us - last.at_us < PACE_US => {
                broken("P6", format!("attempt {} comes in too early", row.id))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Callers on a trunk, and calls of ours.
    fn on_trunk(&self, trunk: TrunkId) -> (u32, u32) {
        let is_here = |row: &&AttemptRow| row.trunk == Some(trunk);
        let inbound = self.decided.attempts_open().filter(is_here).count();
        let flies = |row: &&DialRow| row.state == DialState::InFlight && row.trunk == trunk;
        let dials = self.decided.dials_open().filter(flies).count();
        let counted = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        (counted(inbound), counted(dials))
    }

    /// The rule of a trunk, and how many of its channels may be in use at the worst of times.
    fn trunk_rule(&self, id: Option<TrunkId>) -> Option<(TrunkId, &Trunk, u32)> {
        // Those of a reload are in force here a moment before the world knows.
        let id = id?;
        let trunk = self.process.as_ref()?.switch.rules().trunks.get(&id)?;
        let worst = trunk.answer_max + trunk.notice_lines + trunk.outbound_min;
        Some((id, trunk, worst.min(trunk.channels)))
    }

    fn check_channels(&self, row: &AttemptRow) -> Result<(), Broken> {
        if self.process.as_ref().is_some_and(|it| it.is_stopping) {
            return broken("P6", "a call is let in while the process stops");
        }
        let Some((id, trunk, used_max)) = self.trunk_rule(row.trunk) else {
            return Ok(());
        };
        let (inbound, dials) = self.on_trunk(id);
        // The new one is not booked yet.
        let inbound = inbound + 1;
        let on_lines = inbound + dials.saturating_sub(trunk.outbound_min);
        let answered_max = trunk.answer_max + trunk.notice_lines;
        // Some may have been there when a reload left fewer lines.
        let answers = on_lines <= answered_max || self.shape.deployed > 0;
        if answers && inbound + dials <= used_max {
            return Ok(());
        }
        let what = format!("{inbound} callers and {dials} dials on {trunk:?}");
        broken("P6", what)
    }

    /// A dial takes no channel from callers, and none of those that are spare.
    fn check_dial(&self, row: &DialRow) -> Result<(), Broken> {
        let Some((id, trunk, used_max)) = self.trunk_rule(Some(row.trunk)) else {
            return Ok(());
        };
        let (inbound, dials) = self.on_trunk(id);
        let dials = dials + 1;
        // Which callers hear a notice no row says.
        let answered = inbound.saturating_sub(trunk.notice_lines);
        let fits = dials <= trunk.outbound_min
            || answered + dials <= trunk.answer_max
            || self.shape.deployed > 0;
        if fits && inbound + dials <= used_max {
            return Ok(());
        }
        let what = format!("{dials} dials beside {inbound} callers on {trunk:?}");
        broken("P6", what)
    }

    fn check_room(&self, row: &AttemptRow) -> Result<(), Broken> {
        let first = row.queue == Some(QueueId(1)) || row.queue == Some(QueueId(2));
        let now_ms = self.now().utc_ms;
        let is_in_hours = self.is_in_hours(now_ms);
        if first && !is_in_hours && !self.was_opened(now_ms) {
            return broken("P6", format!("attempt {} is queued out of hours", row.id));
        }
        let Some(process) = &self.process else {
            return Ok(());
        };
        // Another may hold one more: who comes back from a phone that died is never refused.
        let callers = |queue: &QueueNow| queue.waiting - queue.waiting_called;
        let full = |queue: &&QueueNow| callers(queue) > self.shape.waiting_max;
        let look = process.switch.snapshot(self.now());
        let place = self
            .rules
            .queues
            .keys()
            .position(|id| Some(*id) == row.queue);
        let own = place.and_then(|place| look.queues.get(place));
        let full = own.filter(full);
        // Some may have been there when a reload made it smaller.
        match full.filter(|_| self.shape.deployed == 0) {
            Some(queue) => broken("P6", format!("{} callers in one queue", queue.waiting)),
            None => Ok(()),
        }
    }

    /// No seat that could have a caller is idle while one waits, but after an offer that it did
    /// not take, or while nobody is to be rung.
    pub(crate) fn check_idle(&self) -> Result<(), Broken> {
        let Some(process) = self.process.as_ref().filter(|it| !it.is_stopping) else {
            return Ok(());
        };
        if self.sound.is_dead || self.disk.memory.progress().database.holds() {
            return Ok(());
        }
        let now = self.now();
        let look = process.switch.snapshot(now);
        // Those of a reload are in force here a moment before the world knows.
        let rules = process.switch.rules();
        for ((&queue, rule), seen) in rules.queues.iter().zip(&look.queues) {
            // An offer that rings while a reload replaces its queue keeps the old one's name.
            let is_ringing = |row: &&OfferRow| {
                let queue_now = rules.current(row.queue);
                queue_now == Some(queue) && matches!(row.work, Work::Attempt(_))
            };
            let ringing = self.decided.offers_open().filter(is_ringing).count();
            if u32::try_from(ringing)
                .is_ok_and(|ringing| seen.waiting - seen.waiting_called <= ringing)
            {
                continue;
            }
            let skills: Vec<&String> = rule.skills.keys().collect();
            let mut seats = look.seats.iter();
            let could = |seat: &&SeatNow| {
                let mut operators = self.decided.operators.values();
                let operator = operators.find(|row| Some(&row.name) == seat.operator.as_ref());
                let home = operator.and_then(|row| row.home);
                self.could_serve(seat, &skills, now.utc_ms)
                    && !is_kept(&look, rules, home, rule.tenant)
            };
            if let Some(idle) = seats.find(could) {
                let what = format!("seat {} is idle and {} waits", idle.name, seen.name);
                return broken("P5", what);
            }
        }
        Ok(())
    }

    fn could_serve(&self, seat: &SeatNow, skills: &[&String], now_ms: i64) -> bool {
        let wants = match seat.chosen {
            Chosen::Available | Chosen::OneMoreThenPause | Chosen::OneMoreThenSignOut => true,
            Chosen::SignedOut | Chosen::Paused | Chosen::FrontOffice => false,
        };
        let row = self
            .decided
            .seats
            .values()
            .find(|row| row.name == seat.name);
        let Some(id) = row.map(|row| row.id).filter(|_| wants && seat.reachable) else {
            return false;
        };
        let has_rested = |row: &OfferRow| {
            row.seat != id || row.ended_ms.is_none_or(|at_ms| at_ms + RESTED_MS < now_ms)
        };
        let operators = self.decided.operators.values();
        let mut skilled = operators.filter(|row| {
            let can = |skill: &&String| row.skills.iter().any(|(own, _)| own == *skill);
            skills.iter().all(can)
        });
        // Nobody rings where a code is dialled, or the phone is tried.
        let is_engaged = dials(&self.decided, id) || is_tried(seat);
        seat.work == WorkState::Idle
            && !is_engaged
            && !self.watch.may_ring(&seat.name, self.now_us)
            && self.decided.offers.values().all(has_rested)
            && !self
                .decided
                .attempts_open()
                .any(|row| self.watch.has_declined(row.id, id))
            && skilled.any(|row| {
                Some(&row.name) == seat.operator.as_ref() && self.is_spared_nothing(id, row.id)
            })
    }

    /// Whether neither the needs of an operator, nor the end of their shift, nor their site may
    /// hold a work back.
    fn is_spared_nothing(&self, seat: SeatId, operator: OperatorId) -> bool {
        let rows = &self.decided;
        // A rest begun under a former profile goes on under the next.
        let has_needs = rows.profiles.contains_key(&operator);
        let is_here = |row: &&SignInRow| row.until_ms.is_none() && row.seat == seat;
        let mut here = rows.sign_ins.values().filter(is_here);
        let site = rows.seats.get(&seat).map(|row| row.site);
        let mut outages = rows.outages.values().filter(|row| row.until_ms.is_none());
        !has_needs
            && here.all(|row| row.shift_ends_ms.is_none())
            && !outages.any(|row| Some(row.site) == site)
    }

    /// Nobody waits for longer than the queue allows.
    pub(crate) fn check_waits(&self) -> Result<(), Broken> {
        let now_ms = self.now().utc_ms;
        let too_long = |row: &&AttemptRow| {
            let since_ms = row.queued_ms.filter(|_| row.stage == Stage::Queued);
            since_ms.is_some_and(|since_ms| {
                self.watch.waits_since(row.id, since_ms) + LONGEST_WAIT_MS < now_ms
            })
        };
        if let Some(row) = self.decided.attempts_open().find(too_long) {
            return broken("P5", format!("attempt {} waits for ever", row.id));
        }
        let kept_ms = i64::from(self.shape.serve_waiting_s) * 1_000 + TURNED_AWAY_MS;
        if self.special_since(now_ms - kept_ms) {
            return Ok(());
        }
        let is_open = |at_ms| self.is_in_hours(at_ms);
        let closed = !is_open(now_ms) && !is_open(now_ms - kept_ms);
        if !closed || self.shape.deployed > 0 || self.was_opened(now_ms - kept_ms) {
            return Ok(());
        }
        let of_first = |row: &AttemptRow| matches!(row.queue, Some(QueueId(1 | 2)));
        let stays = |row: &&AttemptRow| {
            let since_ms = row.queued_ms.filter(|_| row.stage == Stage::Queued);
            of_first(row) && since_ms.is_some_and(|since_ms| since_ms < now_ms - kept_ms)
        };
        match self.decided.attempts_open().find(stays) {
            Some(row) => broken("P5", format!("attempt {} waits after closing", row.id)),
            None => Ok(()),
        }
    }
}

/// A seat that is offered a work has a phone, an operator who wants one and who has the skills,
/// and no after-call time left.
fn may_be_offered(image: &Image, epoch: i64, offer: &OfferRow) -> Result<(), Broken> {
    let registration = image.registrations.get(&offer.seat);
    if registration.is_none_or(|row| row.expires_ms <= offer.offered_ms) {
        let what = format!("seat {} has no phone and is offered a work", offer.seat);
        return broken("P4", what);
    }
    let mut sign_ins = image.sign_ins.values();
    let there = sign_ins.find(|row| row.seat == offer.seat && row.until_ms.is_none());
    let wants = |chosen: Chosen| match chosen {
        Chosen::Available | Chosen::OneMoreThenPause | Chosen::OneMoreThenSignOut => true,
        Chosen::SignedOut | Chosen::Paused | Chosen::FrontOffice => false,
    };
    if !there.is_some_and(|row| wants(row.chosen) && row.operator == offer.operator) {
        let what = format!("seat {} is offered a work and wants none", offer.seat);
        return broken("P4", what);
    }
    let skill = if offer.queue == QueueId(2) {
        "cancel"
    } else {
        "book"
    };
    let operator = image.operators.get(&offer.operator);
    let can = |skills: &[(String, u8)]| skills.iter().any(|(name, _)| name == skill);
    if !operator.is_some_and(|row| can(&row.skills)) {
        let what = format!("operator {} cannot {skill}", offer.operator);
        return broken("P5", what);
    }
    forbids_nothing(image, epoch, offer, there)?;
    // A crash ends the after-call time too.
    let wraps_up = image.assignments.values().any(|row| {
        row.seat == offer.seat
            && epoch_of(row.id.0) == epoch
            && row.wrap_up_until_ms > Some(offer.offered_ms)
    });
    if wraps_up {
        let what = format!("seat {} is offered a work in its wrap-up", offer.seat);
        return broken("P4", what);
    }
    Ok(())
}

/// The trainee's hour.
const HOUR_MS: i64 = 3_600_000;

/// Neither the profile of an operator nor the end of their shift stands against an offer.
fn forbids_nothing(
    image: &Image,
    epoch: i64,
    offer: &OfferRow,
    there: Option<&SignInRow>,
) -> Result<(), Broken> {
    let ends_ms = there.and_then(|row| row.shift_ends_ms);
    if ends_ms.is_some_and(|ends_ms| ends_ms <= offer.offered_ms) {
        let what = format!("seat {} is offered a work after its shift", offer.seat);
        return broken("P4", what);
    }
    let site = image.seats.get(&offer.seat).map(|row| row.site);
    let mut outages = image.outages.values().filter(|row| row.until_ms.is_none());
    if outages.any(|row| Some(row.site) == site) {
        let what = format!(
            "seat {} is offered a work, and its site is cut off",
            offer.seat
        );
        return broken("P4", what);
    }
    let Some(needs) = image.profiles.get(&offer.operator).map(|row| &row.profile) else {
        return Ok(());
    };
    // Who was called back and lost their operator is on the line as any caller.
    let is_live = match offer.work {
        Work::Attempt(_) => true,
        Work::Callback(id) => image
            .callbacks
            .get(&id)
            .is_some_and(|row| row.state == CallbackState::AnsweredWaiting),
    };
    let kind = if is_live {
        WorkKind::Live
    } else {
        WorkKind::Callback
    };
    let is_there = |id| {
        let mut there = image.sign_ins.values().filter(|row| row.until_ms.is_none());
        there.any(|row| row.operator == id)
    };
    let begun = image.assignments.values().filter(|row| {
        row.operator == offer.operator
            && epoch_of(row.id.0) == epoch
            && row.started_ms > offer.offered_ms - HOUR_MS
    });
    let begun = u32::try_from(begun.count()).unwrap_or(u32::MAX);
    let forbidden = needs.not_kinds.contains(&kind)
        || needs.not_queues.contains(&offer.queue)
        || needs.buddy.is_some_and(|buddy| !is_there(buddy))
        || needs.works_per_h.is_some_and(|most| begun >= most);
    if forbidden {
        let what = format!(
            "operator {} is offered what they are spared",
            offer.operator
        );
        return broken("P5", what);
    }
    Ok(())
}
