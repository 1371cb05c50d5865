//! A callback that an operator has chosen themselves, where its queue lets them. It is an offer like any
//! other, with a lease and a decision on record, which says that it was chosen; what nobody may ring now,
//! nobody rings by choosing it. Choosing passes over whoever stands before: that is why a rule must say so.

use crate::centre::Centre;
use crate::choosing::Choice;
use crate::id::{CallbackId, QueueId, SeatId};
use crate::matching::Pair;
use crate::record::{Proposal, Work};
use crate::rules::Queue;
use crate::seat::{Seat, SeatWork};
use crate::snapshot::QueueName;
use crate::step::{CommandError, Step};
use crate::time::{Now, UtcMs};
use crate::words::Chosen;

/// So many of a queue are shown to who may choose.
const CHOOSABLE_MAX: usize = 10;

/// When a callback that is chosen is offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    Now,
    /// At once; the pause goes on after it.
    OutOfPause,
    /// When what is done there is over.
    AfterWork,
}

impl Seat {
    /// When its operator may have a callback that they choose; never, where they do something else, or
    /// are to rest.
    fn turn(&self, utc_ms: UtcMs) -> Option<Turn> {
        if self.is_free(utc_ms) {
            return Some(Turn::Now);
        }
        let is_paused = self.chosen() == Chosen::Paused && self.back_at.is_none();
        let stays = matches!(self.chosen(), Chosen::Available | Chosen::OneMoreThenPause);
        match self.work {
            SeatWork::WrapUp { .. } if stays || is_paused => Some(Turn::AfterWork),
            SeatWork::Idle if is_paused && !self.is_engaged() && self.reachable_at(utc_ms) => {
                Some(Turn::OutOfPause)
            }
            SeatWork::Idle
            | SeatWork::AtTask { .. }
            | SeatWork::Offered { .. }
            | SeatWork::Talking { .. }
            | SeatWork::Informed { .. }
            | SeatWork::Beside { .. }
            | SeatWork::WrapUp { .. }
            | SeatWork::Resting { .. }
            | SeatWork::NotResponding => None,
        }
    }
}

impl Centre {
    /// Offers a callback to the seat whose operator wants it.
    pub(crate) fn take_callback(
        &mut self,
        now: Now,
        (seat_name, callback): (&str, CallbackId),
        step: &mut Step,
    ) -> Result<(), CommandError> {
        if self.stopping.is_some() {
            return Err(CommandError::Stopping);
        }
        let id = self.seat_named(seat_name)?;
        let case = self.cases.get(&callback);
        let case = case.ok_or(CommandError::NoCallback(callback))?;
        let not_now = || CommandError::NotToBeTaken(callback);
        // Who stands in line is owed a call now: nobody talks with them, rings them or has them already.
        let queue = case.ready.ok_or_else(not_now)?;
        let rule = self.rules.queues.get(&queue).ok_or_else(not_now)?;
        if !rule.callback.preview.chosen_by_hand {
            return Err(CommandError::NotByHand(rule.name.clone()));
        }
        let not_free = || CommandError::NotFree(seat_name.to_owned());
        let seat = self.seats.get(&id).ok_or_else(not_free)?;
        let turn = seat.turn(now.utc_ms).ok_or_else(not_free)?;
        let sign_in = seat.sign_in.as_ref();
        let operator = sign_in.map(|it| it.operator);
        if !self.serves(seat, rule) {
            let name = operator.and_then(|it| self.operator_name(it));
            return Err(CommandError::LacksSkill {
                operator: name.unwrap_or_default(),
                queue: rule.name.clone(),
            });
        }
        let owner = self.owners.get(&callback);
        if self.held || owner.is_some_and(|owner| Some(*owner) != operator) {
            return Err(not_now());
        }
        let (place_ms, priority_ms) = (case.row.place_ms, case.row.priority_ms);
        let waiting = self.waiting(queue, place_ms, priority_ms, Work::Callback(callback));
        let pair = Pair {
            seen_ms: waiting.key_ms,
            waiting,
            step: 0,
            seat: id,
        };
        if turn == Turn::AfterWork {
            if let Some(seat) = self.seats.get_mut(&id) {
                seat.next = Some(callback);
            }
            return Ok(());
        }
        if turn == Turn::OutOfPause {
            self.leaves_pause_for_one(now, id, step);
        }
        let is_offered = self.offers_chosen(now, &pair, step);
        if is_offered.is_none() && turn == Turn::OutOfPause {
            self.one_more_is_over(now, id, step);
            self.seat_changed(now, id, step);
        }
        is_offered.ok_or_else(not_now)
    }

    fn offers_chosen(&mut self, now: Now, pair: &Pair, step: &mut Step) -> Option<()> {
        let explanation = self.explained_by_hand(now, pair)?;
        let (phone, operator) = self.whom_to_ask(now, pair)?;
        let offer = self.offer(now, pair, phone, operator, step);
        self.explain(now, offer.map(Proposal::Offer), explanation, step);
        Some(())
    }

    /// Whoever pauses takes the one callback that they have chosen: the pause, with its reason, goes on
    /// when that is over, or does not come about.
    fn leaves_pause_for_one(&mut self, now: Now, id: SeatId, step: &mut Step) {
        let sign_in = self.seats.get(&id).and_then(|seat| seat.sign_in.as_ref());
        let Some(sign_in) = sign_in else {
            return;
        };
        let choice = Choice {
            chosen: Chosen::OneMoreThenPause,
            reason: sign_in.pause_reason.clone(),
            by: sign_in.chosen_by,
            supervisor: sign_in.supervisor.clone(),
        };
        self.set_chosen(now, id, choice, step);
        if let Some(seat) = self.seats.get_mut(&id) {
            seat.out_of_pause = true;
        }
        self.seat_changed(now, id, step);
    }

    /// A work is over: the callback that was chosen meanwhile comes next, where it still can. Where it
    /// cannot, it has its place in line, or somebody else has it.
    pub(crate) fn takes_chosen(&mut self, now: Now, id: SeatId, step: &mut Step) {
        let Some(seat) = self.seats.get_mut(&id) else {
            return;
        };
        let is_due = matches!(seat.turn(now.utc_ms), Some(Turn::Now | Turn::OutOfPause));
        let Some(callback) = seat.next.take_if(|_| is_due) else {
            return;
        };
        let name = seat.row.name.clone();
        match self.take_callback(now, (&name, callback), step) {
            Ok(()) | Err(_) => {}
        }
    }

    /// Whether who works at a seat can and may serve a queue.
    fn serves(&self, seat: &Seat, rule: &Queue) -> bool {
        rule.can_be_served_by(&seat.skills) && self.may_be_lent(seat.home, rule.tenant)
    }

    /// The first callbacks in the line of a queue that lets operators choose: nobody talks with these
    /// people, rings them or has them already.
    pub(crate) fn choosable(&self, id: QueueId, rule: &Queue) -> Vec<CallbackId> {
        if !rule.callback.preview.chosen_by_hand {
            return Vec::new();
        }
        // What one operator is to do, nobody else takes; to them it comes by itself.
        let most = CHOOSABLE_MAX + self.owners.len();
        let first = self.matching.dials_in_line(id, most).into_iter();
        let free = first.filter_map(|(_, work)| match work {
            Work::Callback(callback) => Some(callback).filter(|id| !self.owners.contains_key(id)),
            Work::Attempt(_) => None,
        });
        free.take(CHOOSABLE_MAX).collect()
    }

    /// The queues of which a seat's operator may choose a callback now.
    pub(crate) fn queues_to_choose(&self, now: Now, seat: &Seat) -> Vec<QueueName> {
        let chosen = |(_, rule): &(&QueueId, &Queue)| {
            rule.callback.preview.chosen_by_hand && self.serves(seat, rule)
        };
        if seat.turn(now.utc_ms).is_none() {
            return Vec::new();
        }
        let named = |(_, rule): (&QueueId, &Queue)| {
            let tenant = self.rules.tenants.get(&rule.tenant)?;
            Some(QueueName {
                tenant: tenant.name.clone(),
                queue: rule.name.clone(),
            })
        };
        let queues = self.rules.queues.iter().filter(chosen);
        queues.filter_map(named).collect()
    }
}
