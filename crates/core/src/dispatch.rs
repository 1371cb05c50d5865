//! Who gets which work: the first of those who wait for which a seat with the skills is
//! free, handed to the seat that has been idle longest. Live calls and callbacks stand
//! in one line, ordered by place.

use crate::attempt::Doing;
use crate::callback::Move;
use crate::centre::Centre;
use crate::id::{LegId, OfferId, QueueId, SeatId, TenantId, TrunkId};
use crate::number::PhoneNumber;
use crate::owing::About;
use crate::record::{OfferRow, Record, Work};
use crate::rules::Queue;
use crate::seat::SeatWork;
use crate::step::{Destination, Effect, Step};
use crate::time::{Now, UtcMs};
use crate::timers::Timer;
use crate::words::{CallbackEventKind, OfferState};

/// A work and the seat it goes to.
struct Match {
    key: i64,
    queue: QueueId,
    work: Work,
    seat: SeatId,
}

impl Centre {
    /// Puts a work into its queue's line.
    pub(crate) fn line_up(
        &mut self,
        queue: QueueId,
        place_ms: UtcMs,
        priority_ms: i64,
        work: Work,
    ) {
        let key = self.key(queue, place_ms, priority_ms, work);
        self.ready.entry(queue).or_default().insert((key, work));
    }

    /// Takes a work out of its queue's line.
    pub(crate) fn step_out(
        &mut self,
        queue: QueueId,
        place_ms: UtcMs,
        priority_ms: i64,
        work: Work,
    ) {
        let key = self.key(queue, place_ms, priority_ms, work);
        if let Some(line) = self.ready.get_mut(&queue) {
            line.remove(&(key, work));
        }
    }

    /// `place − priority`, and a bonus for who is on the line now: constant while it waits.
    pub(crate) fn key(&self, queue: QueueId, place_ms: UtcMs, priority_ms: i64, work: Work) -> i64 {
        let bonus_ms = match work {
            Work::Attempt(_) => self
                .rules
                .queues
                .get(&queue)
                .map_or(0, |q| i64::from(q.live_bonus_s) * 1_000),
            Work::Callback(_) => 0,
        };
        place_ms - priority_ms - bonus_ms
    }

    /// Live callers who wait in a queue.
    pub(crate) fn waiting_in(&self, queue: QueueId) -> u32 {
        let waits = |live: &&crate::attempt::LiveAttempt| matches!(live.doing, Doing::Queued { queue: q, .. } if q == queue);
        u32::try_from(self.attempts.values().filter(waits).count()).unwrap_or(u32::MAX)
    }

    /// Whether somebody waits there who need not be dialled.
    fn is_anybody_on_the_line(&self, queue: QueueId) -> bool {
        let mut alone = self.left_alone.values();
        self.waiting_in(queue) > 0 || alone.any(|person| person.queue() == queue)
    }

    /// How many stand before a work in its line.
    pub(crate) fn ahead_of(&self, queue: QueueId, work: Work) -> usize {
        let line = self.ready.get(&queue);
        line.and_then(|line| line.iter().position(|(_, w)| *w == work))
            .unwrap_or(0)
    }

    /// Hands out works as long as one fits a free seat.
    pub(crate) fn dispatch(&mut self, now: Now, step: &mut Step) {
        if self.stopping.is_some() || self.held {
            return;
        }
        if !self.free.is_empty() {
            let queues: Vec<QueueId> = self.ready.keys().copied().collect();
            for queue in queues {
                self.look_at_blend(now, queue);
            }
        }
        while !self.free.is_empty() {
            let Some(found) = self.best_match(now) else {
                break;
            };
            self.offer(now, &found, step);
        }
    }

    /// Whether the callers of a queue can spare a seat for its first callback.
    fn blend_allows(&self, now: Now, queue: QueueId, rule: &Queue) -> bool {
        let line = self.ready.get(&queue).into_iter().flatten();
        let place_of = |(_, work): &(i64, Work)| match work {
            Work::Attempt(_) => None,
            Work::Callback(id) => self.cases.get(id).map(|case| case.row.place_ms),
        };
        let since_ms = line.into_iter().find_map(place_of).unwrap_or(now.utc_ms);
        let hold_ms = i64::from(rule.callback.hold_max_s) * 1_000;
        self.blending
            .may_begin(queue, hold_ms, now.utc_ms, since_ms)
    }

    fn best_match(&self, now: Now) -> Option<Match> {
        let mut best: Option<Match> = None;
        for (&queue, line) in self.ready.iter().filter(|(_, line)| !line.is_empty()) {
            let Some(rule) = self.rules.queues.get(&queue) else {
                continue;
            };
            let able: Vec<SeatId> = self.able(rule, now).collect();
            if able.is_empty() {
                continue;
            }
            // Once per queue and not per work: a night's backlog can be thousands long.
            let may_dial = rule.callback.next_dial(now.utc_ms) == now.utc_ms
                && self.trunk_out().is_some()
                && !self.is_emergency(rule.tenant)
                && self.blend_allows(now, queue, rule);
            if !may_dial && !self.is_anybody_on_the_line(queue) {
                continue;
            }
            for &(key, work) in line {
                if best.as_ref().is_some_and(|best| best.key <= key) {
                    break;
                }
                if let Some(seat) = self.seat_for(work, &able, may_dial) {
                    best = Some(Match {
                        key,
                        queue,
                        work,
                        seat,
                    });
                    break;
                }
            }
        }
        best
    }

    /// Whether a health authority can serve nobody: its callbacks wait for better times.
    pub(crate) fn is_emergency(&self, tenant: TenantId) -> bool {
        let tenant = self.rules.tenants.get(&tenant);
        tenant.is_some_and(|tenant| tenant.dialplan.is_emergency())
    }

    /// Free seats with the skills, the one idle longest first.
    pub(crate) fn able<'a>(
        &'a self,
        rule: &'a Queue,
        now: Now,
    ) -> impl Iterator<Item = SeatId> + 'a {
        let fits = move |id: &SeatId| {
            self.seats
                .get(id)
                .is_some_and(|seat| seat.is_free(now.utc_ms) && seat.can(rule.skills.iter()))
        };
        self.free.iter().map(|(_, id)| *id).filter(fits)
    }

    fn seat_for(&self, work: Work, able: &[SeatId], may_dial: bool) -> Option<SeatId> {
        match work {
            Work::Attempt(id) => {
                let live = self.attempts.get(&id)?;
                let may =
                    |seat: &&SeatId| !live.excluded.contains(seat) && !live.vanished.contains(seat);
                able.iter().find(may).copied()
            }
            Work::Callback(id) => match self.left_alone.get(&id) {
                Some(person) => {
                    let may = |seat: &&SeatId| !person.excluded.contains(seat);
                    able.iter().find(may).copied()
                }
                None => able.first().copied().filter(|_| may_dial),
            },
        }
    }

    /// A trunk with a channel free for a callback. Inbound calls leave `outbound_min` to
    /// callbacks; beyond that both share what is answered at most.
    pub(crate) fn trunk_out(&self) -> Option<TrunkId> {
        let promised = self.dials_promised();
        let free = |(id, trunk): (&TrunkId, &crate::rules::Trunk)| {
            let used = self.channels(*id);
            let outbound = used.outbound + promised;
            let floor = outbound < trunk.outbound_min;
            let shared = used.inbound + outbound < trunk.answer_max;
            let spared = used.outbound + promised + trunk.inbound_min < trunk.channels;
            (trunk.outbound
                && (floor || shared)
                && spared
                && used.used() + promised < trunk.channels)
                .then_some(*id)
        };
        self.rules.trunks.iter().find_map(free)
    }

    /// Callbacks offered to seats that have not picked up yet: each will want a channel.
    fn dials_promised(&self) -> u32 {
        let dials =
            |work: Work| matches!(work, Work::Callback(id) if !self.left_alone.contains_key(&id));
        let promised = |seat: &&crate::seat::Seat| matches!(&seat.work, SeatWork::Offered { offer, .. } if dials(offer.work));
        u32::try_from(self.seats.values().filter(promised).count()).unwrap_or(u32::MAX)
    }

    fn offer(&mut self, now: Now, found: &Match, step: &mut Step) {
        let rules = self.rules.clone();
        let Some(rule) = rules.queues.get(&found.queue) else {
            return;
        };
        let caller = self.leave_line_for(now, found, step);
        let (offer_id, leg) = (OfferId(self.ids.allot()), LegId(self.ids.allot()));
        let Some(seat) = self.seats.get_mut(&found.seat) else {
            return;
        };
        let (Some(registration), Some(sign_in)) =
            (seat.registration.clone(), seat.sign_in.as_ref())
        else {
            return;
        };
        let offer = OfferRow {
            id: offer_id,
            work: found.work,
            queue: found.queue,
            seat: found.seat,
            operator: sign_in.operator,
            state: OfferState::Open,
            offered_ms: now.utc_ms,
            lease_until_ms: now.utc_in_s(rule.ring_s),
            ended_ms: None,
        };
        step.records.push(Record::Offer(offer.clone()));
        let until = now.in_s(rule.ring_s);
        seat.work = SeatWork::Offered {
            offer,
            leg,
            ringing: false,
            until,
        };
        let to = Destination::Seat {
            registration,
            extension: seat.row.name.clone(),
            display: self.display(rule, found.work),
            caller,
        };
        self.legs.insert(leg, crate::centre::Role::Seat(found.seat));
        self.timers.at(until, Timer::Lease(found.seat, offer_id));
        step.effects.push(Effect::Invite {
            leg,
            to: Box::new(to),
        });
        self.seat_changed(now, found.seat, step);
    }

    /// Marks the work as offered; returns the caller to show on the seat's phone.
    fn leave_line_for(&mut self, now: Now, found: &Match, step: &mut Step) -> Option<PhoneNumber> {
        match found.work {
            Work::Attempt(id) => {
                let live = self.attempts.get_mut(&id)?;
                let Doing::Queued {
                    queue,
                    place_ms,
                    ref mut offered_to,
                    ..
                } = live.doing
                else {
                    return None;
                };
                *offered_to = Some(found.seat);
                let (caller, priority_ms) = (live.caller.number.clone(), live.priority_ms);
                self.step_out(queue, place_ms, priority_ms, found.work);
                caller
            }
            Work::Callback(id) if self.left_alone.contains_key(&id) => {
                self.person_offered(now, id, found.seat, step)
            }
            Work::Callback(id) => {
                let seat = Some(found.seat);
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
