//! A person who was called back and waits on our leg for an operator. Whose operator's phone died
//! hears that we reconnect, and goes before everyone to the next seat; owed a call ahead of others
//! is only who could not be reconnected. Who was on the line first and asked for an operator waits
//! like a caller, at the place of their callback, and is still owed it when they give up.

use crate::attempt::cause;
use crate::callback::{Debt, Move};
use crate::centre::{Centre, Role};
use crate::dialplan::Step as PlanStep;
use crate::id::{CallbackId, LegId, QueueId, SeatId, TenantId};
use crate::number::PhoneNumber;
use crate::owing::About;
use crate::record::{AssignmentRow, DialRow, Record, Work};
use crate::rules::PromptId;
use crate::seat::{SeatWork, With};
use crate::step::{AfterPlay, Effect, Step};
use crate::time::{MonoUs, Now, UtcMs};
use crate::timers::Timer;
use crate::transferring::{Passed, Passing};
use crate::waiting::BEFORE_EVERYONE_MS;
use crate::words::{CallbackEventKind, DialResult, NeedKind, OfferState, Party};
use serde::{Deserialize, Serialize};

/// Token of the message that we reconnect.
const RECONNECTING: u64 = 0;
/// Token of the message that we call back after all.
const FAREWELL: u64 = 1;
/// How long who was on the line first waits where no dialplan says how long callers do.
const WAITS_S: u32 = 1_200;

/// A person on our leg without an operator.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct AnsweredWaiting {
    /// How long they wait at most.
    until: MonoUs,
    pub(crate) dial: DialRow,
    leg: LegId,
    queue: QueueId,
    place_ms: UtcMs,
    /// By how much they go ahead of that place.
    priority_ms: i64,
    /// Whether no operator has spoken with them yet: they were on the line first.
    is_new: bool,
    stands: Stands,
    /// How an operator gave them on.
    pub(crate) passed: Option<Passed>,
    /// Seats that vanished or did not take them, until their phones register anew.
    pub(crate) excluded: Vec<SeatId>,
    /// Seats whose phones could not be reached for them, until they show themselves.
    pub(crate) unreached: Vec<SeatId>,
}

/// Somebody who waits there, to be looked at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OnOurLeg {
    pub(crate) since_ms: Option<UtcMs>,
    pub(crate) place_ms: UtcMs,
    pub(crate) priority_ms: i64,
    pub(crate) seat: Option<SeatId>,
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
        let says = self.rules.prompts.reconnecting;
        let person = AnsweredWaiting {
            until: now.in_s(longest_s),
            dial,
            leg,
            queue,
            place_ms,
            priority_ms: BEFORE_EVERYONE_MS,
            is_new: false,
            stands: Stands::InLine,
            passed: None,
            excluded: vec![gone],
            unreached: Vec::new(),
        };
        self.waits_on_the_line(now, callback, person, says, step);
    }

    /// A person who was on the line first has asked for an operator: they wait like a caller, and
    /// nobody goes before them who came later.
    pub(crate) fn person_asks(
        &mut self,
        now: Now,
        (callback, dial, leg): (CallbackId, DialRow, LegId),
        (queue, says): (QueueId, PromptId),
        step: &mut Step,
    ) {
        let Some(row) = self.cases.get(&callback).map(|case| case.row.clone()) else {
            return;
        };
        let queue = self.queue_now(row.tenant, queue);
        let longest_s = self.longest_wait_s(row.tenant, queue);
        let rule = self.rules.queues.get(&queue);
        let bonus_ms = rule.map_or(0, |rule| i64::from(rule.live_bonus_s) * 1_000);
        let person = AnsweredWaiting {
            until: now.in_s(longest_s.unwrap_or(WAITS_S)),
            dial,
            leg,
            queue,
            place_ms: row.place_ms,
            priority_ms: row.priority_ms + bonus_ms,
            is_new: true,
            stands: Stands::InLine,
            passed: None,
            excluded: Vec::new(),
            unreached: Vec::new(),
        };
        self.waits_on_the_line(now, callback, person, says, step);
    }

    /// An operator gives them on: they wait like a caller, or before everyone for one seat, and who gives
    /// up is owed what they were.
    pub(crate) fn person_passed(
        &mut self,
        now: Now,
        (callback, dial, leg): (CallbackId, DialRow, LegId),
        passing: &Passing,
        step: &mut Step,
    ) {
        let Some(row) = self.cases.get(&callback).map(|case| case.row.clone()) else {
            return;
        };
        let longest_s = self.longest_wait_s(row.tenant, passing.queue);
        let rule = self.rules.queues.get(&passing.queue);
        let bonus_ms = rule.map_or(0, |rule| i64::from(rule.live_bonus_s) * 1_000);
        let priority_ms = if passing.is_first() {
            BEFORE_EVERYONE_MS
        } else {
            row.priority_ms + bonus_ms
        };
        let person = AnsweredWaiting {
            until: now.in_s(longest_s.unwrap_or(WAITS_S)),
            dial,
            leg,
            queue: passing.queue,
            place_ms: row.place_ms,
            priority_ms,
            is_new: true,
            stands: Stands::InLine,
            passed: Some(passing.passed()),
            excluded: Vec::new(),
            unreached: Vec::new(),
        };
        let says = self.rules.prompts.please_hold;
        self.waits_on_the_line(now, callback, person, says, step);
    }

    fn waits_on_the_line(
        &mut self,
        now: Now,
        callback: CallbackId,
        person: AnsweredWaiting,
        says: PromptId,
        step: &mut Step,
    ) {
        self.move_case(now, callback, Move::Wait, |row| row.seat = None, step);
        self.legs
            .insert(person.leg, Role::AnsweredWaiting(callback));
        step.effects.push(Effect::Play {
            leg: person.leg,
            token: RECONNECTING,
            prompts: vec![says],
            then: AfterPlay::Music(self.rules.prompts.music),
        });
        let until = person.until;
        self.timers
            .at(until, Timer::AnsweredWaiting(callback, until));
        let (queue, place_ms, priority_ms) = (person.queue, person.place_ms, person.priority_ms);
        self.answered_waiting.insert(callback, person);
        self.line_up(now, queue, place_ms, priority_ms, Work::Callback(callback));
    }

    /// Whether they were on the line first and wait for their first operator.
    pub(crate) fn waits_first(&self) -> impl Iterator<Item = QueueId> {
        let waits = |it: &&AnsweredWaiting| it.is_new && it.stands == Stands::InLine;
        self.answered_waiting
            .values()
            .filter(waits)
            .map(|it| it.queue)
    }

    /// People who wait for an operator of a queue on our leg, those of them in its line, and since when the
    /// first does.
    pub(crate) fn on_our_leg(&self, queue: QueueId) -> (usize, usize, Option<UtcMs>) {
        let of_it = |it: &&AnsweredWaiting| it.queue == queue && it.stands != Stands::Leaving;
        let all = || self.answered_waiting.values().filter(of_it);
        let in_line = all().filter(|it| it.stands == Stands::InLine).count();
        let since = all().filter_map(|it| it.dial.pressed_ms.or(it.dial.answered_ms));
        (all().count(), in_line, since.min())
    }

    /// The same people, one by one.
    pub(crate) fn waits_on_our_leg(
        &self,
        queue: QueueId,
    ) -> impl Iterator<Item = (CallbackId, OnOurLeg)> {
        let people = self.answered_waiting.iter();
        let there = people.filter(move |(_, it)| it.queue == queue && it.stands != Stands::Leaving);
        there.map(|(id, it)| {
            let seat = match it.stands {
                Stands::Offered(seat) => Some(seat),
                Stands::InLine | Stands::Leaving => None,
            };
            let person = OnOurLeg {
                since_ms: it.dial.pressed_ms.or(it.dial.answered_ms),
                place_ms: it.place_ms,
                priority_ms: it.priority_ms,
                seat,
            };
            (*id, person)
        })
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
            | PlanStep::OptOut { .. }
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
        let person = self.answered_waiting.get_mut(&id)?;
        person.stands = Stands::Offered(seat);
        let (queue, place_ms, priority_ms) = (person.queue, person.place_ms, person.priority_ms);
        self.step_out(queue, place_ms, priority_ms, Work::Callback(id));
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
        let Some(person) = self.answered_waiting.get_mut(&id) else {
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
        let (queue, place_ms, priority_ms) = (person.queue, person.place_ms, person.priority_ms);
        self.line_up(now, queue, place_ms, priority_ms, Work::Callback(id));
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
        let Some(person) = self.answered_waiting.remove(&callback) else {
            return;
        };
        let AnsweredWaiting {
            mut dial,
            leg,
            queue,
            ..
        } = person;
        dial.seat = Some(id);
        step.records.push(Record::Dial(dial.clone()));
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
                dial: Box::new(dial),
                leg,
            };
            seat.work = SeatWork::Talking {
                assignment,
                queue,
                leg: seat_leg,
                with,
                held: None,
                consult: None,
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
        let person = self.answered_waiting.get(&id);
        // A seat may have taken them and vanished, too: then they wait anew.
        if person.is_some_and(|it| it.until == until && it.stands != Stands::Leaving) {
            self.person_told(now, id, step);
        }
    }

    /// They have heard what was said.
    pub(crate) fn person_heard(&mut self, now: Now, id: CallbackId, token: u64, step: &mut Step) {
        // A message of before they waited may end just now, with the same number.
        let person = self.answered_waiting.get(&id);
        let is_told = person.is_some_and(|it| it.stands == Stands::Leaving);
        if token == FAREWELL && is_told {
            self.person_gone(now, id, Party::Us, true, step);
        }
    }

    /// They hung up, were lost, or are let go.
    pub(crate) fn person_gone(
        &mut self,
        now: Now,
        id: CallbackId,
        by: Party,
        hang_up: bool,
        step: &mut Step,
    ) {
        if self.out_of_line(now, id, step).is_none() {
            return;
        }
        let Some(person) = self.answered_waiting.remove(&id) else {
            return;
        };
        if person.is_new && by == Party::Caller {
            self.legs.remove(&person.leg);
            self.gave_up_waiting(now, id, person.dial, step);
        } else {
            self.person_lost(now, id, (person.dial, person.leg), hang_up, step);
        }
    }

    /// They asked for an operator and hung up before one came: the same is owed, at the same place.
    pub(crate) fn gave_up_waiting(
        &mut self,
        now: Now,
        id: CallbackId,
        dial: DialRow,
        step: &mut Step,
    ) {
        let about = About {
            dial: Some(dial.id),
            detail: Some("hung up while waiting"),
            ..About::default()
        };
        self.dial_ends(now, dial, DialResult::Answered, Some(200), step);
        self.note(now, id, CallbackEventKind::NotReached, about, step);
        if let Some(case) = self.cases.get_mut(&id) {
            case.row.tries = (case.row.tries - 1).max(0);
        }
        self.callback_returns(now, id, DialResult::Answered, step);
        self.rang_all_the_same(id);
    }

    fn out_of_line(&mut self, now: Now, id: CallbackId, step: &mut Step) -> Option<LegId> {
        if let Stands::Offered(seat) = self.answered_waiting.get(&id)?.stands {
            self.offer_ended(now, seat, OfferState::Withdrawn, true, step);
        }
        let person = self.answered_waiting.get_mut(&id)?;
        person.stands = Stands::Leaving;
        let (queue, place_ms, priority_ms) = (person.queue, person.place_ms, person.priority_ms);
        let leg = person.leg;
        self.step_out(queue, place_ms, priority_ms, Work::Callback(id));
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
    pub(crate) fn answered_and_waiting(&self) -> Vec<CallbackId> {
        self.answered_waiting.keys().copied().collect()
    }

    /// Lines are formed anew after a reload.
    pub(crate) fn line_up_on_our_leg(&mut self, now: Now) {
        for id in self.answered_and_waiting() {
            let tenant = self.cases.get(&id).map(|case| case.row.tenant);
            let queue = self.answered_waiting.get(&id).map(|person| person.queue);
            let (Some(tenant), Some(queue)) = (tenant, queue) else {
                continue;
            };
            let queue = self.queue_now(tenant, queue);
            let Some(person) = self.answered_waiting.get_mut(&id) else {
                continue;
            };
            person.queue = queue;
            let (place_ms, priority_ms) = (person.place_ms, person.priority_ms);
            if person.stands == Stands::InLine {
                self.line_up(now, queue, place_ms, priority_ms, Work::Callback(id));
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
