//! A person who was called back and whose operator's phone died: they stay on our leg, hear
//! that we reconnect, and go before everyone to the next seat. Owed a call ahead of others is
//! only who could not be reconnected.

use crate::attempt::cause;
use crate::callback::{Debt, Move};
use crate::centre::{Centre, Role};
use crate::dialplan::Step as PlanStep;
use crate::id::{CallbackId, LegId, QueueId, SeatId, TenantId};
use crate::number::PhoneNumber;
use crate::owing::About;
use crate::record::{AssignmentRow, DialRow, Work};
use crate::seat::{SeatWork, With};
use crate::step::{AfterPlay, Effect, Step};
use crate::time::{MonoUs, Now, UtcMs};
use crate::timers::Timer;
use crate::waiting::BEFORE_EVERYONE_MS;
use crate::words::{CallbackEventKind, DialResult, NeedKind, OfferState};
use serde::{Deserialize, Serialize};

/// Token of the message that we reconnect.
const RECONNECTING: u64 = 0;
/// Token of the message that we call back after all.
const FAREWELL: u64 = 1;

/// A person on our leg without an operator.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct LeftAlone {
    /// How long they wait at most.
    until: MonoUs,
    dial: DialRow,
    leg: LegId,
    queue: QueueId,
    place_ms: UtcMs,
    stands: Stands,
    /// Seats that vanished or did not take them, until their phones register anew.
    pub(crate) excluded: Vec<SeatId>,
    /// Seats whose phones could not be reached for them, until they show themselves.
    pub(crate) unreached: Vec<SeatId>,
}

/// Where such a person is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Stands {
    InLine,
    Offered(SeatId),
    /// Hears that we call back.
    Leaving,
}

impl Centre {
    /// The seat of a conversation with a person called back is gone without a word.
    pub(crate) fn person_reconnects(
        &mut self,
        now: Now,
        with: (CallbackId, DialRow, LegId),
        queue: QueueId,
        gone: SeatId,
        step: &mut Step,
    ) {
        let (callback, dial, leg) = with;
        let case = self.cases.get(&callback).map(|case| &case.row);
        let Some((tenant, place_ms)) = case.map(|row| (row.tenant, row.place_ms)) else {
            return;
        };
        let queue = self.queue_now(tenant, queue);
        let longest_s = self.longest_wait_s(tenant, queue);
        let Some(longest_s) = longest_s.filter(|_| self.stopping.is_none()) else {
            // Nobody would come any more.
            return self.person_lost(now, callback, (dial, leg), true, step);
        };
        self.move_case(now, callback, Move::Wait, |row| row.seat = None, step);
        self.legs.insert(leg, Role::LeftAlone(callback));
        let prompts = &self.rules.prompts;
        step.effects.push(Effect::Play {
            leg,
            token: RECONNECTING,
            prompts: vec![prompts.reconnecting],
            then: AfterPlay::Music(prompts.music),
        });
        let until = now.in_s(longest_s);
        self.timers.at(until, Timer::LeftAlone(callback, until));
        let person = LeftAlone {
            until,
            dial,
            leg,
            queue,
            place_ms,
            stands: Stands::InLine,
            excluded: vec![gone],
            unreached: Vec::new(),
        };
        self.left_alone.insert(callback, person);
        let work = Work::Callback(callback);
        self.line_up(now, queue, place_ms, BEFORE_EVERYONE_MS, work);
    }

    /// How long a caller may wait in a queue: the same holds for who is reconnected.
    fn longest_wait_s(&self, tenant: TenantId, wanted: QueueId) -> Option<u32> {
        let wait_s = |step: &PlanStep| match step {
            PlanStep::Queue {
                queue, max_wait_s, ..
            } => (self.queue_now(tenant, *queue) == wanted).then_some(*max_wait_s),
            PlanStep::Play { .. }
            | PlanStep::Hours { .. }
            | PlanStep::Menu { .. }
            | PlanStep::Callback { .. }
            | PlanStep::Verify { .. }
            | PlanStep::Emergency { .. }
            | PlanStep::HangUp { .. } => None,
        };
        let plan = &self.rules.tenants.get(&tenant)?.dialplan;
        plan.steps.iter().filter_map(wait_s).max()
    }

    /// They are offered to a seat; whom its phone shows.
    pub(crate) fn person_offered(
        &mut self,
        now: Now,
        id: CallbackId,
        seat: SeatId,
        step: &mut Step,
    ) -> Option<PhoneNumber> {
        let person = self.left_alone.get_mut(&id)?;
        person.stands = Stands::Offered(seat);
        let (queue, place_ms) = (person.queue, person.place_ms);
        self.step_out(queue, place_ms, BEFORE_EVERYONE_MS, Work::Callback(id));
        let about = About {
            seat: Some(seat),
            ..About::default()
        };
        self.note(now, id, CallbackEventKind::Offered, about, step);
        self.cases.get(&id).map(|case| case.number.clone())
    }

    /// The seat did not take them: back to the front.
    pub(crate) fn person_returns(
        &mut self,
        now: Now,
        id: CallbackId,
        seat: SeatId,
        why: OfferState,
        step: &mut Step,
    ) {
        let Some(person) = self.left_alone.get_mut(&id) else {
            return;
        };
        person.stands = Stands::InLine;
        match why {
            OfferState::Withdrawn => {}
            OfferState::Unreachable => person.unreached.push(seat),
            OfferState::Open
            | OfferState::Accepted
            | OfferState::Rejected
            | OfferState::Busy
            | OfferState::NoAnswer => person.excluded.push(seat),
        }
        let (queue, place_ms) = (person.queue, person.place_ms);
        self.line_up(now, queue, place_ms, BEFORE_EVERYONE_MS, Work::Callback(id));
        let about = About {
            seat: Some(seat),
            detail: Some(why.as_str()),
            ..About::default()
        };
        self.note(now, id, CallbackEventKind::OfferEnded, about, step);
    }

    /// A seat took them: the conversation goes on.
    pub(crate) fn begin_talk_again(
        &mut self,
        now: Now,
        id: SeatId,
        callback: CallbackId,
        seat_leg: LegId,
        assignment: AssignmentRow,
        step: &mut Step,
    ) {
        let Some(person) = self.left_alone.remove(&callback) else {
            return;
        };
        let LeftAlone {
            dial, leg, queue, ..
        } = person;
        self.legs.insert(leg, Role::Person(id));
        let here = |row: &mut crate::record::CallbackRow| row.seat = Some(id);
        self.move_case(now, callback, Move::Answer, here, step);
        let about = About {
            dial: Some(dial.id),
            seat: Some(id),
            ..About::default()
        };
        self.note(now, callback, CallbackEventKind::Reached, about, step);
        let since_ms = dial.answered_ms.unwrap_or(now.utc_ms);
        self.connect(now, id, (seat_leg, leg), (queue, since_ms), step);
        if let Some(seat) = self.seats.get_mut(&id) {
            let with = With::Person {
                callback,
                dial,
                leg,
            };
            seat.work = SeatWork::Talking {
                assignment,
                queue,
                leg: seat_leg,
                with,
            };
        }
    }

    /// They have waited as long as the queue allows, or we stop: they are told, then let go.
    pub(crate) fn person_told(&mut self, now: Now, id: CallbackId, step: &mut Step) {
        let Some(leg) = self.out_of_line(now, id, step) else {
            return;
        };
        step.effects.push(Effect::Play {
            leg,
            token: FAREWELL,
            prompts: vec![self.rules.prompts.callback_at_closing],
            then: AfterPlay::Silence,
        });
    }

    /// The longest wait is over, if it is the one that began with this dial.
    pub(crate) fn person_waited(
        &mut self,
        now: Now,
        id: CallbackId,
        until: MonoUs,
        step: &mut Step,
    ) {
        let person = self.left_alone.get(&id);
        // A seat may have taken them and vanished, too: then they wait anew.
        if person.is_some_and(|it| it.until == until && it.stands != Stands::Leaving) {
            self.person_told(now, id, step);
        }
    }

    /// They have heard what was said.
    pub(crate) fn person_heard(&mut self, now: Now, id: CallbackId, token: u64, step: &mut Step) {
        if token == FAREWELL {
            self.person_gone(now, id, true, step);
        }
    }

    /// They hung up, were lost, or are let go.
    pub(crate) fn person_gone(&mut self, now: Now, id: CallbackId, hang_up: bool, step: &mut Step) {
        if self.out_of_line(now, id, step).is_some()
            && let Some(LeftAlone { dial, leg, .. }) = self.left_alone.remove(&id)
        {
            self.person_lost(now, id, (dial, leg), hang_up, step);
        }
    }

    fn out_of_line(&mut self, now: Now, id: CallbackId, step: &mut Step) -> Option<LegId> {
        if let Stands::Offered(seat) = self.left_alone.get(&id)?.stands {
            self.offer_ended(now, seat, OfferState::Withdrawn, true, step);
        }
        let person = self.left_alone.get_mut(&id)?;
        person.stands = Stands::Leaving;
        let (queue, place_ms, leg) = (person.queue, person.place_ms, person.leg);
        self.step_out(queue, place_ms, BEFORE_EVERYONE_MS, Work::Callback(id));
        Some(leg)
    }

    /// Reached, and cut off by us or by the network: they go ahead of others.
    pub(crate) fn person_lost(
        &mut self,
        now: Now,
        id: CallbackId,
        (dial, leg): (DialRow, LegId),
        hang_up: bool,
        step: &mut Step,
    ) {
        self.legs.remove(&leg);
        if hang_up {
            step.effects.push(Effect::HangUp {
                leg,
                q850: cause::TEMPORARY,
                text: "We call back",
            });
        }
        self.dial_ends(now, dial, DialResult::Answered, Some(200), step);
        self.owe_cut_off(now, id, Move::Return, step);
    }

    /// Every such person, when we stop.
    pub(crate) fn all_left_alone(&self) -> Vec<CallbackId> {
        self.left_alone.keys().copied().collect()
    }

    /// Lines are formed anew after a reload.
    pub(crate) fn line_up_left_alone(&mut self, now: Now) {
        for id in self.all_left_alone() {
            let tenant = self.cases.get(&id).map(|case| case.row.tenant);
            let queue = self.left_alone.get(&id).map(|person| person.queue);
            let (Some(tenant), Some(queue)) = (tenant, queue) else {
                continue;
            };
            let queue = self.queue_now(tenant, queue);
            let Some(person) = self.left_alone.get_mut(&id) else {
                continue;
            };
            person.queue = queue;
            let (place_ms, stands) = (person.place_ms, person.stands);
            if stands == Stands::InLine {
                self.line_up(now, queue, place_ms, BEFORE_EVERYONE_MS, Work::Callback(id));
            }
        }
    }

    /// The callback of a conversation that was cut waits again, as one interrupted.
    pub(crate) fn owe_cut_off(&mut self, now: Now, id: CallbackId, back: Move, step: &mut Step) {
        let priority_ms = i64::from(self.rules.limits.interrupted_priority_s) * 1_000;
        let Some(case) = self.cases.get_mut(&id) else {
            return;
        };
        // Somebody was reached: that was no try in vain.
        case.row.tries = (case.row.tries - 1).max(0);
        let (tenant, place_ms) = (case.row.tenant, case.row.place_ms);
        let asked = case.needs.iter().find_map(|need| need.queue);
        let another_person = case.is_another_persons();
        let grace_s = self.grace_s(tenant, asked);
        let debt = Debt {
            kind: NeedKind::Interrupted,
            queue: asked,
            place_ms,
            not_before_ms: now.utc_in_s(grace_s),
            priority_ms,
            another_person,
        };
        self.join(id, &debt, now.utc_ms, step);
        self.move_case(now, id, back, |row| row.seat = None, step);
        self.give_up_if_due(now, id, step);
    }
}
