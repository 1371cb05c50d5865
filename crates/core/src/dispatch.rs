//! Who gets which work: `matching` says which and to whom; here is what it does not know, and
//! the offer that follows. Live calls and callbacks stand in one line, ordered by place.

use std::collections::{BTreeMap, BTreeSet};

use crate::attempt::{Doing, LiveAttempt};
use crate::blending::{Blending, is_aside};
use crate::callback::Move;
use crate::called_first::CalledFirst;
use crate::centre::Centre;
use crate::declining::Declines;
use crate::id::{AttemptId, CallbackId, LegId, OfferId, OperatorId, QueueId, SeatId, TenantId};
use crate::matching::{
    Conditions, Dialling, Explanation, Figures, InHand, Pair, SeatIs, Waiting, Who, Wish,
};
use crate::number::PhoneNumber;
use crate::owing::About;
use crate::planted::{Fault, planted};
use crate::preview::Preview;
use crate::reconnecting::AnsweredWaiting;
use crate::record::{DecisionRow, OfferRow, Proposal, Record, RegistrationRow, Work};
use crate::release::DialHours;
use crate::rules::{Queue, Rules};
use crate::seat::{Seat, SeatWork};
use crate::step::{Destination, Effect, Step};
use crate::stop_button::{Stops, dials_are_stopped};
use crate::time::{Now, UtcMs};
use crate::timers::Timer;
use crate::words::{CallbackEventKind, OfferState};

/// What the works and the seats do not say by themselves.
struct Outside<'a> {
    now: Now,
    rules: &'a Rules,
    dial_hours: &'a mut DialHours,
    blending: &'a Blending,
    stops: &'a Stops,
    attempts: &'a BTreeMap<AttemptId, Box<LiveAttempt>>,
    answered_waiting: &'a BTreeMap<CallbackId, AnsweredWaiting>,
    declined: &'a BTreeMap<CallbackId, Declines>,
    /// Whether a trunk has a channel for a callback.
    has_channel: bool,
    /// Queues for which as many persons are called before an operator as operators are free.
    full: &'a BTreeSet<QueueId>,
}

impl Conditions for Outside<'_> {
    fn dialling(&mut self, queue: QueueId, place_ms: UtcMs) -> Dialling {
        let Some(rule) = self.rules.queues.get(&queue).filter(|_| self.has_channel) else {
            return Dialling::ByNone;
        };
        let at = self.now.utc_ms;
        let is_in_hours = self.dial_hours.next_dial(self.rules, queue, at) == Some(at);
        let hold_ms = i64::from(rule.callback.hold_max_s) * 1_000;
        if self.full.contains(&queue)
            || !is_in_hours
            || dials_are_stopped(self.rules, self.stops, rule.tenant, queue)
        {
            Dialling::ByNone
        } else {
            self.blending.dialling(queue, hold_ms, at, place_ms)
        }
    }

    fn excludes(&self, work: Work, seat: SeatId) -> bool {
        excludes(
            self.attempts,
            (self.answered_waiting, self.declined),
            work,
            seat,
        )
    }
}

/// Whether a seat did not take a work, or was lost with it.
fn excludes(
    attempts: &BTreeMap<AttemptId, Box<LiveAttempt>>,
    (answered_waiting, declined): (
        &BTreeMap<CallbackId, AnsweredWaiting>,
        &BTreeMap<CallbackId, Declines>,
    ),
    work: Work,
    seat: SeatId,
) -> bool {
    match work {
        Work::Attempt(id) => attempts.get(&id).is_none_or(|live| {
            let gone = live.vanished.iter().chain(&live.unreached);
            live.excluded.iter().chain(gone).any(|own| *own == seat)
        }),
        Work::Callback(id) => {
            let person = answered_waiting.get(&id);
            let is_refused = declined.get(&id).is_some_and(|it| it.bars(seat));
            match person {
                Some(it) => it.excluded.contains(&seat) || it.unreached.contains(&seat),
                None => is_refused && !planted(Fault::DeclineForgotten),
            }
        }
    }
}

impl Centre {
    /// Puts a work into its queue's line.
    pub(crate) fn line_up(
        &mut self,
        now: Now,
        queue: QueueId,
        place_ms: UtcMs,
        priority_ms: i64,
        work: Work,
    ) {
        let waiting = self.waiting(queue, place_ms, priority_ms, work);
        let may_take = |wish: &Wish| {
            let seat = self.seat_of(wish.operator);
            let seat = seat.and_then(|seat| self.seats.get(&seat));
            seat.is_some_and(|seat| self.spared(seat, queue, waiting.kind(), now).is_none())
        };
        let wish = match work {
            // Whom they were given to, and not who knows them.
            _ if self.passed(work).is_some() => self.wish_of_passed(work).filter(may_take),
            Work::Attempt(id) => self.wish_of_caller(queue, id).filter(may_take),
            Work::Callback(_) if waiting.is_live => None,
            Work::Callback(id) => {
                let case = self.cases.get(&id);
                let knows = |case| self.acquaintances.wish_of(&self.rules, queue, case);
                self.wish_of_owner(now, id, queue)
                    .or_else(|| case.and_then(|case| knows(case)).filter(may_take))
            }
        };
        self.matching.line_up(now.utc_ms, waiting, wish);
    }

    /// Takes a work out of its queue's line.
    pub(crate) fn step_out(
        &mut self,
        queue: QueueId,
        place_ms: UtcMs,
        priority_ms: i64,
        work: Work,
    ) {
        let waiting = self.waiting(queue, place_ms, priority_ms, work);
        self.matching.step_out(&waiting);
    }

    pub(crate) fn waiting(
        &self,
        queue: QueueId,
        place_ms: UtcMs,
        priority_ms: i64,
        work: Work,
    ) -> Waiting {
        let is_live = match work {
            Work::Attempt(_) => true,
            Work::Callback(id) => self.answered_waiting.contains_key(&id),
        };
        Waiting {
            queue,
            work,
            is_live,
            key_ms: self.key(queue, place_ms, priority_ms, work),
            place_ms,
        }
    }

    /// `place − priority`, the weight of its queue, and a bonus for who is on the line now: constant
    /// while it waits.
    pub(crate) fn key(&self, queue: QueueId, place_ms: UtcMs, priority_ms: i64, work: Work) -> i64 {
        let bonus_ms = match work {
            Work::Attempt(_) => self
                .rules
                .queues
                .get(&queue)
                .map_or(0, |q| i64::from(q.live_bonus_s) * 1_000),
            Work::Callback(_) => 0,
        };
        place_ms - priority_ms - self.weight_ms(queue) - bonus_ms
    }

    /// By how much works of a queue look older than those of others.
    pub(crate) fn weight_ms(&self, queue: QueueId) -> i64 {
        let rule = self.rules.queues.get(&queue);
        rule.map_or(0, |rule| i64::from(rule.matching.weight_s) * 1_000)
    }

    pub(crate) fn is_excluded(&self, work: Work, seat: SeatId) -> bool {
        excludes(
            &self.attempts,
            (&self.answered_waiting, &self.declined),
            work,
            seat,
        )
    }

    /// Since when the first of the callers who wait in a queue does.
    pub(crate) fn waits_since(&self, queue: QueueId) -> Option<UtcMs> {
        let waits = self
            .attempts
            .values()
            .filter(|live| matches!(live.doing, Doing::Queued { queue: own, .. } if own == queue));
        waits.map(|live| live.waits_since_ms()).min()
    }

    /// How many works go before this one, if nobody else calls; no more than `most` are counted.
    pub(crate) fn ahead_of(&self, now: Now, waiting: &Waiting, most: usize) -> usize {
        let (live, callbacks) = self.matching.ahead_of(waiting, most);
        (live + callbacks.min(self.dials_before(now, waiting))).min(most)
    }

    /// As many callbacks as this go before a work, however many stand there.
    pub(crate) fn dials_before(&self, now: Now, waiting: &Waiting) -> usize {
        match self.rules.queues.get(&waiting.queue) {
            Some(rule) if waiting.is_live => {
                let since_ms = self.matching.deciding_place(now.utc_ms, waiting);
                let hold_ms = i64::from(rule.callback.hold_max_s) * 1_000;
                let is_overdue = now.utc_ms - since_ms >= hold_ms;
                self.blending.by_place(waiting.queue, is_overdue)
            }
            Some(_) | None => usize::MAX,
        }
    }

    /// Live callers who wait in a queue.
    pub(crate) fn waiting_in(&self, queue: QueueId) -> u32 {
        self.matching.callers(queue)
    }

    /// Every line is formed again: the queues, and what each seat can do for them.
    pub(crate) fn begin_matching(&mut self, now: Now) {
        let lending = self.rules.lending();
        self.matching.begin(&self.rules.queues, &lending);
        let seats: Vec<SeatId> = self.seats.keys().copied().collect();
        for id in seats {
            self.stand_by(now, id);
        }
        self.crews_changed();
    }

    /// A seat may have come to do something else.
    pub(crate) fn stand_by(&mut self, now: Now, id: SeatId) {
        let Some(seat) = self.seats.get(&id) else {
            return;
        };
        let operator = seat.sign_in.as_ref().map(|sign_in| sign_in.operator);
        let was = self.matching.operator_at(id);
        if was != operator {
            match operator {
                Some(operator) => {
                    let queues = &self.rules.queues;
                    let who = Who {
                        operator,
                        home: seat.home,
                        skills: &seat.skills,
                    };
                    self.matching.man(now.utc_ms, id, who, queues);
                }
                None => self.matching.clear(now.utc_ms, id),
            }
        }
        let in_hand = match &seat.work {
            SeatWork::Offered { offer, .. } => match offer.work {
                Work::Attempt(_) => {
                    let queue = self.rules.current(offer.queue).unwrap_or(offer.queue);
                    Some(InHand::Caller(queue))
                }
                Work::Callback(id) => {
                    let is_dial = !self.answered_waiting.contains_key(&id);
                    is_dial.then_some(InHand::Dial)
                }
            },
            SeatWork::Idle
            | SeatWork::AtTask { .. }
            | SeatWork::Talking { .. }
            | SeatWork::Informed { .. }
            | SeatWork::Beside { .. }
            | SeatWork::WrapUp { .. }
            | SeatWork::Resting { .. }
            | SeatWork::NotResponding => None,
        };
        let is = SeatIs {
            is_present: seat.is_there(now.utc_ms) && !self.is_site_out(seat.row.site),
            free: seat.is_free(now.utc_ms).then_some(Figures {
                idle_since_ms: seat.idle_since,
                load: seat.load,
            }),
            in_hand,
            serves: seat.serves.and_then(|queue| self.tenant_of(queue)),
            is_aside: is_aside(&self.rules, seat),
        };
        let spared = if self.may_be_spared(now, seat) {
            self.to_be_spared.insert(id);
            self.works_spared(now, id)
        } else {
            self.to_be_spared.remove(&id);
            Vec::new()
        };
        if spared != self.matching.spared_of(id) {
            self.owners_to_ask.extend(operator);
            self.matching.spare(id, spared);
        }
        self.matching.seat_is(now.utc_ms, id, is);
    }

    /// Whose a queue is, be it gone since.
    fn tenant_of(&self, queue: QueueId) -> Option<TenantId> {
        self.rules.rule_now(queue).map(|rule| rule.tenant)
    }

    /// Hands out works as long as one fits a free seat.
    pub(crate) fn dispatch(&mut self, now: Now, step: &mut Step) {
        if self.stopping.is_some() || self.held {
            return;
        }
        // Who is spared tells whom a site that is cut off may lend, and so who can serve.
        self.look_at_spared(now);
        self.ask_owners(now);
        self.look_at_blends(now);
        self.matching.advance(now.utc_ms);
        let are_tasks_due = self.tasks_are_due(now);
        if are_tasks_due {
            self.interrupt_tasks(now, step);
        }
        if self.matching.waits_to_dial() && self.has_channel() {
            self.matching.ask_again();
        }
        let mut called = self.called_first();
        while let Some((pair, explanation)) = self.next_pair(now, &called) {
            let was_asked = self.is_asked(pair.seat);
            match self.whom_to_ask(now, &pair) {
                Some(_) if self.is_person_first(&pair.waiting) => {
                    // A caller may have got a seat since this was found.
                    if !self.is_full(&called, pair.waiting.queue) {
                        self.call_person_first(now, &pair.waiting, step);
                    }
                }
                Some((phone, operator)) => {
                    let offer = self.offer(now, &pair, phone, operator, step);
                    self.explain(now, offer.map(Proposal::Offer), explanation, step);
                }
                None => self.stand_by(now, pair.seat),
            }
            if !pair.waiting.is_live {
                self.matching.ask_again();
            }
            if was_asked && !self.is_asked(pair.seat) {
                self.count_asked_no_more(&mut called, pair.seat);
            }
            self.count_called(&mut called);
        }
        if are_tasks_due {
            self.hand_out_tasks(now, step);
        }
        self.await_turn(now);
    }

    /// The decision is on record with its offer.
    pub(crate) fn explain(
        &self,
        now: Now,
        proposal: Option<Proposal>,
        explanation: Option<Explanation>,
        step: &mut Step,
    ) {
        let explanation = explanation.filter(|_| !planted(Fault::OfferUnexplained));
        if let Some((of, explanation)) = proposal.zip(explanation) {
            step.records.push(Record::Decision(Box::new(DecisionRow {
                of,
                at_ms: now.utc_ms,
                rules: self.version,
                explanation,
            })));
        }
    }

    fn next_pair(&mut self, now: Now, called: &CalledFirst) -> Option<(Pair, Option<Explanation>)> {
        if self.matching.is_settled() {
            return None;
        }
        let has_channel = self.has_channel();
        let full = self.as_many_as_free(called);
        let mut outside = Outside {
            now,
            rules: &self.rules,
            dial_hours: &mut self.dial_hours,
            blending: &self.blending,
            stops: &self.stops,
            attempts: &self.attempts,
            answered_waiting: &self.answered_waiting,
            declined: &self.declined,
            has_channel,
            full: &full,
        };
        let pair = self.matching.next(&mut outside)?;
        let explanation = self
            .explains
            .then(|| self.matching.explain(&pair, &mut outside));
        Some((pair, explanation.flatten()))
    }

    /// What is on record of a pair that an operator has made; nothing where it may not be offered now.
    pub(crate) fn explained_by_hand(
        &mut self,
        now: Now,
        pair: &Pair,
    ) -> Option<Option<Explanation>> {
        let has_channel = self.has_channel();
        let mut outside = Outside {
            now,
            rules: &self.rules,
            dial_hours: &mut self.dial_hours,
            blending: &self.blending,
            stops: &self.stops,
            attempts: &self.attempts,
            answered_waiting: &self.answered_waiting,
            declined: &self.declined,
            has_channel,
            full: &BTreeSet::new(),
        };
        let waiting = &pair.waiting;
        let dialling = outside.dialling(waiting.queue, waiting.place_ms);
        if dialling == Dialling::ByNone || outside.excludes(waiting.work, pair.seat) {
            return None;
        }
        let explained = self
            .explains
            .then(|| self.matching.explain(pair, &mut outside));
        Some(explained.flatten().map(|told| Explanation {
            chosen: true,
            ..told
        }))
    }

    /// Time alone lets seats take what they could not before.
    fn await_turn(&mut self, now: Now) {
        let Some(moment) = self.matching.next_change().map(|at| now.mono_at(at)) else {
            return;
        };
        if self.turn_at.is_none_or(|at| at > moment) {
            self.turn_at = Some(moment);
            self.timers.at(moment, Timer::Turn(moment));
        }
    }

    /// The phone and the operator of a seat that is free.
    pub(crate) fn whom_to_ask(
        &self,
        now: Now,
        pair: &Pair,
    ) -> Option<(RegistrationRow, OperatorId)> {
        let waiting = &pair.waiting;
        let may = |seat: &&Seat| {
            let spared = self.spared(seat, waiting.queue, waiting.kind(), now);
            seat.is_free(now.utc_ms) && spared.is_none()
        };
        let seat = self.seats.get(&pair.seat).filter(may)?;
        let operator = seat.sign_in.as_ref()?.operator;
        Some((seat.registration.clone()?, operator))
    }

    pub(crate) fn offer(
        &mut self,
        now: Now,
        pair: &Pair,
        phone: RegistrationRow,
        operator: OperatorId,
        step: &mut Step,
    ) -> Option<OfferId> {
        let rules = self.rules.clone();
        let rule = rules.queues.get(&pair.waiting.queue)?;
        let caller = self.leave_line_for(now, pair, step);
        let (offer_id, leg) = (OfferId(self.ids.allot()), LegId(self.ids.allot()));
        let seat = self.seats.get_mut(&pair.seat)?;
        let (ring_s, auto_answer) = (seat.profile.rings_s(rule), seat.profile.auto_answer);
        let offer = OfferRow {
            id: offer_id,
            work: pair.waiting.work,
            queue: pair.waiting.queue,
            seat: pair.seat,
            operator,
            state: OfferState::Open,
            offered_ms: now.utc_ms,
            lease_until_ms: now.utc_in_s(ring_s),
            ended_ms: None,
        };
        step.records.push(Record::Offer(offer.clone()));
        let until = now.in_s(ring_s);
        seat.work = SeatWork::Offered {
            offer,
            leg,
            ringing: false,
            preview: Preview::NotYet,
            until,
        };
        let extension = seat.row.name.clone();
        let model = rules.phones.get(&extension).copied();
        let to = Destination::Seat {
            registration: phone,
            extension,
            display: self.display(rule, pair.waiting.work),
            caller,
            auto_answer,
            model,
            is_measured: false,
        };
        self.legs.insert(leg, crate::centre::Role::Seat(pair.seat));
        self.timers.at(until, Timer::Lease(pair.seat, offer_id));
        step.effects.push(Effect::Invite {
            leg,
            to: Box::new(to),
        });
        self.seat_changed(now, pair.seat, step);
        Some(offer_id)
    }

    /// Marks the work as offered; returns the caller to show on the seat's phone.
    fn leave_line_for(&mut self, now: Now, pair: &Pair, step: &mut Step) -> Option<PhoneNumber> {
        self.matching.step_out(&pair.waiting);
        match pair.waiting.work {
            Work::Attempt(id) => {
                let live = self.attempts.get_mut(&id)?;
                if let Doing::Queued { offered_to, .. } = &mut live.doing {
                    *offered_to = Some(pair.seat);
                }
                live.caller.number.clone()
            }
            Work::Callback(id) if self.answered_waiting.contains_key(&id) => {
                self.person_offered(now, id, pair.seat, step)
            }
            Work::Callback(id) => {
                let seat = Some(pair.seat);
                self.move_case(now, id, Move::Offer, |row| row.seat = seat, step);
                self.note(
                    now,
                    id,
                    CallbackEventKind::Offered,
                    About {
                        seat,
                        ..About::default()
                    },
                    step,
                );
                self.cases.get(&id).map(|case| case.number.clone())
            }
        }
    }

    fn display(&self, rule: &Queue, work: Work) -> String {
        match work {
            Work::Attempt(_) => rule.title.clone(),
            Work::Callback(id) if self.cases.get(&id).is_some_and(|case| case.concerns_two()) => {
                format!("Richiamata {}, 2 persone", rule.title)
            }
            Work::Callback(_) => format!("Richiamata {}", rule.title),
        }
    }
}
