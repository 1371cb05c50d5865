//! Person first: somebody is called before any operator is on the line, hears who calls, and is
//! asked to press a key for an operator. Whoever presses it waits like a caller, at the place of
//! their callback; whoever presses none may be a machine.
//!
//! **As many as are free.** No more people are called so for a queue as operators are free for it at
//! that moment, those who have pressed the key and wait among them. They are not kept free: callers
//! come first, and who has pressed the key then waits for the next.
//!
//! **A machine is a hint.** It spends no try and gives nobody up: after `machines_max` questions that
//! nobody answered an operator is on the line first, and hears who it is.

use serde::{Deserialize, Serialize};

use crate::attempt::cause;
use crate::callback::Move;
use crate::centre::{Centre, Role};
use crate::failover::Unanswered;
use crate::id::{CallbackId, DialId, LegId, NeedId, QueueId, TrunkId};
use crate::keeping::NeedsSaid;
use crate::matching::Waiting;
use crate::number::PhoneNumber;
use crate::owing::About;
use crate::planted::{Fault, planted};
use crate::record::{DialRow, NeedRow, Record, Work};
use crate::rules::PromptId;
use crate::step::{AfterPlay, Destination, Effect, NOT_SENT, Step};
use crate::time::{MonoUs, Now};
use crate::timers::Timer;
use crate::way::Way;
use crate::words::{CallbackEventKind, ClosedHow, DialOrder, DialResult, Party};

/// One that could not be dialled though nothing held it is looked at again so much later.
const AGAIN_S: u32 = 60;
/// A sound that never ends holds nobody for longer.
const ASKED_S_MAX: u32 = 180;

/// A person who is called before an operator is on the line.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct PersonFirst {
    pub(crate) dial: DialRow,
    pub(crate) leg: LegId,
    pub(crate) queue: QueueId,
    pub(crate) stands: Stands,
    /// What they are reminded of, where that is all.
    pub(crate) reminds: Option<NeedId>,
    /// When we give up, whatever they do.
    until: MonoUs,
    /// Grows with each message: what was heard and which silence is over is known by it.
    token: u64,
}

/// Where such a person is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Stands {
    /// Their phone rings.
    Ringing {
        /// Whether the network has said that their phone rings.
        is_heard: bool,
        /// The trunks that refused this call before.
        refused_by: Vec<TrunkId>,
    },
    /// They hear who calls and which keys there are; so many times more.
    Asked { times_left: u32 },
    /// They are asked whether they really want no call.
    Leaving,
    /// They are asked for their year of birth, and have keyed in so much of it.
    Born { tries_left: u32, keyed: String },
    /// They hear their appointment and which keys there are.
    Told { times_left: u32 },
    /// They are asked whether they really cancel it.
    Cancelling,
    /// They hear the last words.
    Farewell { result: DialResult, leaves: bool },
}

impl Centre {
    /// A person is called, and nobody of ours is on the line yet.
    pub(crate) fn call_person_first(&mut self, now: Now, waiting: &Waiting, step: &mut Step) {
        let Work::Callback(id) = waiting.work else {
            return;
        };
        self.matching.step_out(waiting);
        let Ok(way) = self.way_to_dial(now, (id, waiting.queue), None, &[]) else {
            return self.not_dialled(now, id, step);
        };
        let counted = |row: &mut crate::record::CallbackRow| row.tries += 1;
        if !self.move_case(now, id, Move::Dial, counted, step) {
            return;
        }
        self.blending.seat_moves(None, Some(waiting.queue));
        self.ring_first(now, (id, waiting.queue, None), (way, Vec::new()), step);
    }

    /// Something is in the way that nobody looked at before: later, and without a try.
    pub(crate) fn not_dialled(&mut self, now: Now, id: CallbackId, step: &mut Step) {
        self.unready(id);
        let later_ms = now.utc_in_s(AGAIN_S);
        if let Some(case) = self.cases.get_mut(&id) {
            case.row.not_before_ms = case.row.not_before_ms.max(later_ms);
            step.records.push(Record::CallbackAmended(case.row.clone()));
        }
        self.reconsider(now, id);
    }

    pub(crate) fn ring_first(
        &mut self,
        now: Now,
        (id, queue, reminds): (CallbackId, QueueId, Option<NeedId>),
        (way, refused_by): (Way, Vec<TrunkId>),
        step: &mut Step,
    ) {
        let first = (DialOrder::PersonFirst, None);
        let Some((dial, number)) = self.new_dial(now, id, first, way.trunk, step) else {
            return;
        };
        let leg = LegId(self.ids.allot());
        self.legs.insert(leg, Role::First(id));
        let until = now.in_s(way.ring_s);
        self.timers.at(until, Timer::FirstRang(id, dial.id));
        let to = Destination::Person {
            dial: dial.id,
            trunk: way.trunk,
            number,
            cli: way.cli,
        };
        step.effects.push(Effect::Invite {
            leg,
            to: Box::new(to),
        });
        let stands = Stands::Ringing {
            is_heard: false,
            refused_by,
        };
        let person = PersonFirst {
            dial,
            leg,
            queue,
            stands,
            reminds,
            until,
            token: 0,
        };
        self.person_first.insert(id, person);
    }

    /// The INVITE has left: the phone rings as long as the trunk's rule says.
    pub(crate) fn first_placed(&mut self, now: Now, id: CallbackId) {
        let Some(person) = self.person_first.get_mut(&id) else {
            return;
        };
        let rule = self.rules.trunks.get(&person.dial.trunk);
        if let (Stands::Ringing { .. }, Some(rule)) = (&person.stands, rule) {
            person.until = now.in_s(rule.ring_s);
            let rang = Timer::FirstRang(id, person.dial.id);
            self.timers.at(person.until, rang);
        }
    }

    /// The network says that the phone rings.
    pub(crate) fn first_rings(&mut self, id: CallbackId) {
        let Some(person) = self.person_first.get_mut(&id) else {
            return;
        };
        if let Stands::Ringing { is_heard, .. } = &mut person.stands {
            *is_heard = true;
            let trunk = person.dial.trunk;
            self.trunk_works(trunk);
        }
    }

    /// The phone rang as long as the trunk's rule says, or the call lasts longer than all that is said.
    pub(crate) fn first_rang_out(
        &mut self,
        now: Now,
        id: CallbackId,
        dial: DialId,
        step: &mut Step,
    ) {
        let is_due = |it: &&PersonFirst| it.dial.id == dial && it.until <= now.mono_us;
        let Some(person) = self.person_first.get(&id).filter(is_due) else {
            return;
        };
        let trunk = person.dial.trunk;
        let how = match person.stands {
            Stands::Ringing { is_heard, .. } => {
                if !is_heard {
                    self.trunk_keeps_silent(now, trunk);
                }
                (DialResult::NoAnswer, None)
            }
            Stands::Asked { .. } | Stands::Leaving | Stands::Born { .. } => {
                (DialResult::Machine, Some(200))
            }
            Stands::Told { .. } | Stands::Cancelling => (DialResult::Declined, Some(200)),
            Stands::Farewell { result, .. } => (result, Some(200)),
        };
        self.first_over(now, id, how, true, step);
    }

    /// Nobody picked up.
    pub(crate) fn first_not_reached(
        &mut self,
        now: Now,
        id: CallbackId,
        status: u16,
        step: &mut Step,
    ) {
        let Some(person) = self.person_first.get(&id) else {
            return;
        };
        let Stands::Ringing { is_heard, .. } = person.stands else {
            return;
        };
        let trunk = person.dial.trunk;
        let over = Unanswered {
            status,
            is_heard,
            after_ms: now.utc_ms - person.dial.placed_ms,
        };
        let how = over.result();
        if status != NOT_SENT {
            self.trunk_heard(now, trunk, over);
        }
        let goes_on = over.is_refused_by_trunk() && self.first_fails_over(now, id, status, step);
        if !goes_on {
            self.first_over(now, id, how, false, step);
        }
    }

    /// The trunk refused the call before any phone rang: it goes through the next one. Whether
    /// there is one.
    fn first_fails_over(&mut self, now: Now, id: CallbackId, status: u16, step: &mut Step) -> bool {
        let (Some(person), Some(case)) = (self.person_first.get(&id), self.cases.get(&id)) else {
            return false;
        };
        let Stands::Ringing { refused_by, .. } = &person.stands else {
            return false;
        };
        let known = self.people.get(&case.number);
        if self.is_held_by_campaign(case)
            || case.row.not_before_ms > now.utc_ms
            || known.is_some_and(|known| known.calls > 0)
        {
            return false;
        }
        let refused_by = [refused_by.as_slice(), &[person.dial.trunk]].concat();
        let (queue, leg, dial) = (person.queue, person.leg, person.dial.clone());
        let reminds = person.reminds;
        let Ok(way) = self.way_to_dial(now, (id, queue), reminds, &refused_by) else {
            return false;
        };
        self.legs.remove(&leg);
        let result = DialResult::TrunkFailed;
        self.first_not_got(now, id, (dial.id, result), step);
        self.dial_row_ends(now, dial, result, Some(status), step);
        self.ring_first(now, (id, queue, reminds), (way, refused_by), step);
        true
    }

    fn first_not_got(
        &mut self,
        now: Now,
        id: CallbackId,
        (dial, result): (DialId, DialResult),
        step: &mut Step,
    ) {
        let about = About {
            dial: Some(dial),
            detail: Some(result.as_str()),
            ..About::default()
        };
        self.note(now, id, CallbackEventKind::NotReached, about, step);
    }

    /// Somebody picked up, or something: they hear who calls.
    pub(crate) fn first_answered(&mut self, now: Now, id: CallbackId, step: &mut Step) {
        let Some(person) = self.person_first.get_mut(&id) else {
            return;
        };
        let Stands::Ringing { is_heard, .. } = person.stands else {
            return;
        };
        person.dial.answered_ms = Some(now.utc_ms);
        step.records.push(Record::Dial(person.dial.clone()));
        person.until = now.in_s(ASKED_S_MAX);
        let too_long = Timer::FirstRang(id, person.dial.id);
        self.timers.at(person.until, too_long);
        let (trunk, queue) = (person.dial.trunk, person.queue);
        self.trunk_answers(trunk, is_heard);
        if self
            .person_first
            .get(&id)
            .is_some_and(|it| it.reminds.is_some())
        {
            return self.greet(now, id, step);
        }
        let times = self.asks_first(queue).map_or(1, |it| it.times.max(1));
        self.ask_first(now, id, times - 1, step);
    }

    fn ask_first(&mut self, now: Now, id: CallbackId, times_left: u32, step: &mut Step) {
        let Some(queue) = self.person_first.get(&id).map(|it| it.queue) else {
            return;
        };
        let Some(spoken) = self.rules.prompts.person_first.clone() else {
            // A reload has taken the words away.
            return self.first_over(now, id, (DialResult::Cancelled, Some(200)), true, step);
        };
        let calling = self.asks_first(queue).and_then(|it| it.calling);
        let mut says = vec![calling.unwrap_or(spoken.calling)];
        let code = self.code_words.get(&id).copied();
        if let (Some(code), Some(words)) = (code, &self.rules.prompts.code) {
            says.extend(self.said_code(words.said, code));
        }
        says.push(spoken.press);
        self.says_first(id, Stands::Asked { times_left }, says, step);
    }

    pub(crate) fn says_first(
        &mut self,
        id: CallbackId,
        stands: Stands,
        prompts: Vec<PromptId>,
        step: &mut Step,
    ) {
        let Some(person) = self.person_first.get_mut(&id) else {
            return;
        };
        person.stands = stands;
        person.token += 1;
        step.effects.push(Effect::Play {
            leg: person.leg,
            token: person.token,
            prompts,
            then: AfterPlay::Silence,
        });
    }

    /// What was said was heard to its end: a key is waited for, or that was all.
    pub(crate) fn first_heard(&mut self, now: Now, id: CallbackId, token: u64, step: &mut Step) {
        let Some(person) = self.person_first.get(&id).filter(|it| it.token == token) else {
            return;
        };
        match person.stands {
            Stands::Ringing { .. } => {}
            Stands::Asked { .. }
            | Stands::Leaving
            | Stands::Born { .. }
            | Stands::Told { .. }
            | Stands::Cancelling => {
                let rule = self.rules.queues.get(&person.queue);
                let key_s = rule.map_or(0, |it| it.callback.person_first.key_s);
                self.timers.at(now.in_s(key_s), Timer::FirstKey(id, token));
            }
            Stands::Farewell { result, .. } => {
                self.first_over(now, id, (result, Some(200)), true, step);
            }
        }
    }

    /// Nobody has pressed a key in time.
    pub(crate) fn first_pressed_nothing(
        &mut self,
        now: Now,
        id: CallbackId,
        token: u64,
        step: &mut Step,
    ) {
        let Some(person) = self.person_first.get(&id).filter(|it| it.token == token) else {
            return;
        };
        let stands = person.stands.clone();
        if person.reminds.is_some() {
            return self.reminded_says_nothing(now, id, stands, step);
        }
        let Some(spoken) = self.rules.prompts.person_first.clone() else {
            return self.first_over(now, id, (DialResult::Cancelled, Some(200)), true, step);
        };
        match stands {
            Stands::Asked { times_left: 0 } => {
                self.takes_leave(id, (DialResult::Machine, false), spoken.machine, step);
            }
            Stands::Asked { times_left } => self.ask_first(now, id, times_left - 1, step),
            Stands::Leaving => {
                self.takes_leave(id, (DialResult::Declined, false), spoken.later, step);
            }
            Stands::Ringing { .. }
            | Stands::Born { .. }
            | Stands::Told { .. }
            | Stands::Cancelling
            | Stands::Farewell { .. } => {}
        }
    }

    pub(crate) fn takes_leave(
        &mut self,
        id: CallbackId,
        (result, leaves): (DialResult, bool),
        says: PromptId,
        step: &mut Step,
    ) {
        self.says_first(id, Stands::Farewell { result, leaves }, vec![says], step);
    }

    /// A key was pressed: 1 for an operator, 2 twice for no call at all, any other for another time.
    pub(crate) fn first_digit(&mut self, now: Now, id: CallbackId, digit: char, step: &mut Step) {
        let Some(person) = self.person_first.get(&id) else {
            return;
        };
        let stands = person.stands.clone();
        if person.reminds.is_some() {
            return self.reminded_presses(now, id, (stands, digit), step);
        }
        let Some(spoken) = self.rules.prompts.person_first.clone() else {
            return;
        };
        let concerns_two = self.cases.get(&id).is_some_and(|it| it.concerns_two());
        match (stands, digit) {
            (Stands::Ringing { .. }, _) => {}
            // Who is slow is no machine.
            (Stands::Asked { .. } | Stands::Leaving, '1')
            | (Stands::Farewell { leaves: false, .. }, '1') => self.first_pressed(now, id, step),
            (Stands::Asked { .. }, '2') => {
                let asks = self.rules.prompts.notice.leave;
                self.says_first(id, Stands::Leaving, vec![asks], step);
            }
            // Nobody knows which of two persons presses the key.
            (Stands::Leaving, '2') if !concerns_two => {
                self.takes_leave(id, (DialResult::Declined, true), spoken.declined, step);
            }
            (Stands::Asked { .. } | Stands::Leaving, _) => {
                self.takes_leave(id, (DialResult::Declined, false), spoken.later, step);
            }
            (
                Stands::Born { .. }
                | Stands::Told { .. }
                | Stands::Cancelling
                | Stands::Farewell { .. },
                _,
            ) => {}
        }
    }

    /// They want to speak with somebody.
    fn first_pressed(&mut self, now: Now, id: CallbackId, step: &mut Step) {
        let Some(spoken) = self.rules.prompts.person_first.clone() else {
            return;
        };
        if self.stopping.is_some() {
            return;
        }
        let Some(PersonFirst {
            mut dial,
            leg,
            queue,
            ..
        }) = self.take_first(id)
        else {
            return;
        };
        dial.pressed_ms = Some(now.utc_ms);
        step.records.push(Record::Dial(dial.clone()));
        if let Some(case) = self.cases.get_mut(&id) {
            case.machines = 0;
        }
        let about = About {
            dial: Some(dial.id),
            detail: Some("asked for an operator"),
            ..About::default()
        };
        self.note(now, id, CallbackEventKind::Reached, about, step);
        self.person_asks(now, (id, dial, leg), (queue, spoken.connecting), step);
    }

    pub(crate) fn take_first(&mut self, id: CallbackId) -> Option<PersonFirst> {
        let person = self.person_first.remove(&id)?;
        if person.reminds.is_none() {
            self.blending.seat_moves(Some(person.queue), None);
        }
        Some(person)
    }

    /// They hung up, or were lost.
    pub(crate) fn first_left(
        &mut self,
        now: Now,
        id: CallbackId,
        by: Party,
        hang_up: bool,
        step: &mut Step,
    ) {
        let Some(person) = self.person_first.get(&id) else {
            return;
        };
        let how = match (&person.stands, by) {
            (Stands::Ringing { .. }, _) => (DialResult::Unreachable, None),
            (Stands::Farewell { result, .. }, _) => (*result, Some(200)),
            (_, Party::Network) => (DialResult::Unreachable, Some(200)),
            (_, Party::Caller | Party::Seat | Party::Us) => (DialResult::Declined, Some(200)),
        };
        self.first_over(now, id, how, hang_up, step);
    }

    /// They ring in while we call them.
    pub(crate) fn first_married(&mut self, now: Now, number: &PhoneNumber, step: &mut Step) {
        let known = self.people.get(number);
        let cases = known.map(|known| known.cases.clone()).unwrap_or_default();
        for (_, id) in cases {
            if !planted(Fault::NotMarried) {
                self.first_over(now, id, (DialResult::Married, None), true, step);
            }
        }
    }

    /// The call is over, and nobody has asked for an operator.
    pub(crate) fn first_over(
        &mut self,
        now: Now,
        id: CallbackId,
        (result, status): (DialResult, Option<u16>),
        hang_up: bool,
        step: &mut Step,
    ) {
        let Some(person) = self.take_first(id) else {
            return;
        };
        let PersonFirst {
            dial, leg, stands, ..
        } = person;
        self.legs.remove(&leg);
        if hang_up {
            step.effects.push(Effect::HangUp {
                leg,
                q850: cause::NORMAL,
                text: "Given up",
            });
        }
        let dial_id = dial.id;
        let was_a_probe = self.was_a_probe(&dial);
        self.dial_ends(now, dial, result, status, step);
        if result != DialResult::Answered {
            self.first_not_got(now, id, (dial_id, result), step);
        }
        self.count_try(id, result, was_a_probe);
        if self.settle_answered(now, id, step) {
            return;
        }
        if matches!(stands, Stands::Farewell { leaves: true, .. }) {
            self.wants_no_call(now, id, dial_id, step);
        } else {
            self.callback_returns(now, id, result, step);
        }
    }

    /// They said twice that they want no call. What an operator took in charge stays.
    fn wants_no_call(&mut self, now: Now, id: CallbackId, dial: DialId, step: &mut Step) {
        let Some(case) = self.cases.get(&id) else {
            return;
        };
        let about = About {
            dial: Some(dial),
            ..About::default()
        };
        let is_over = |need: &NeedRow| need.kind.closes_by_conversation() || need.kind.is_listed();
        if case.needs.iter().all(is_over) {
            self.close_case(now, id, ClosedHow::CancelledByPerson, about, step);
            return;
        }
        let another = case.is_another_persons();
        self.callback_returns(now, id, DialResult::Declined, step);
        let how = ClosedHow::CancelledByPerson;
        let said = NeedsSaid::default();
        self.conversation_settles(now, id, another, (how, about, &said), step);
    }
}
