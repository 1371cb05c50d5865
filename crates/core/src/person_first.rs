//! Person first: the call to somebody before any operator is on the line, from the ringing to its end.
//! What they are asked is in `asking.rs`: whoever presses the key waits like a caller, at the place of
//! their callback; whoever presses none may be a machine. Who is reminded hears `reminding.rs`.
//!
//! **As many as are free.** No more people are called so for a queue as operators are free for it at
//! that moment, those who have pressed the key and wait among them. Those seats are left to them by
//! callbacks of other queues and by tasks, which can wait; not by callers, who come first, and then
//! who has pressed the key waits for the next.
//!
//! **A machine is a hint.** It spends no try and gives nobody up: after `machines_max` questions that
//! nobody answered an operator is on the line first, and hears who it is.

use serde::{Deserialize, Serialize};

use crate::asking::Asking;
use crate::attempt::cause;
use crate::callback::Move;
use crate::centre::{Centre, Role};
use crate::failover::Unanswered;
use crate::id::{CallbackId, DialId, LegId, NeedId, QueueId, TrunkId};
use crate::matching::Waiting;
use crate::number::PhoneNumber;
use crate::owing::About;
use crate::planted::{Fault, planted};
use crate::record::{DialRow, Record, Work};
use crate::reminding::Reminding;
use crate::rules::PromptId;
use crate::step::{AfterPlay, Destination, Effect, NOT_SENT, Step};
use crate::time::{MonoUs, Now};
use crate::timers::Timer;
use crate::way::Way;
use crate::words::{CallbackEventKind, DialOrder, DialResult, Party};

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
    /// They are asked whether they want an operator.
    Asks(Asking),
    /// They are reminded.
    Reminds(Reminding),
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
            Stands::Asks(_) => (DialResult::Machine, Some(200)),
            Stands::Reminds(ref reminding) => (reminding.unanswered(), Some(200)),
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
        let Some(person) = self.person_first.get(&id) else {
            return false;
        };
        let Stands::Ringing { refused_by, .. } = &person.stands else {
            return false;
        };
        let refused_by = [refused_by.as_slice(), &[person.dial.trunk]].concat();
        let (queue, leg, dial) = (person.queue, person.leg, person.dial.clone());
        let reminds = person.reminds;
        let Some(way) = self.way_around(now, (id, queue), reminds, &refused_by) else {
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
        let is_reminded = person.reminds.is_some();
        self.trunk_answers(trunk, is_heard);
        if is_reminded {
            self.greet(now, id, step);
        } else {
            self.begins_to_ask(now, (id, queue), step);
        }
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
            Stands::Asks(_) | Stands::Reminds(_) => {
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
        let person = self.person_first.get(&id).filter(|it| it.token == token);
        let Some(stands) = person.map(|it| it.stands.clone()) else {
            return;
        };
        match stands {
            Stands::Asks(asking) => self.asked_says_nothing(now, (id, &asking), step),
            Stands::Reminds(reminding) => self.reminded_says_nothing(now, id, reminding, step),
            Stands::Ringing { .. } | Stands::Farewell { .. } => {}
        }
    }

    /// A key was pressed.
    pub(crate) fn first_digit(&mut self, now: Now, id: CallbackId, digit: char, step: &mut Step) {
        let Some(person) = self.person_first.get(&id) else {
            return;
        };
        let is_reminded = person.reminds.is_some();
        match person.stands.clone() {
            Stands::Asks(asking) => self.asked_presses(now, id, (&asking, digit), step),
            Stands::Reminds(reminding) => {
                self.reminded_presses(now, id, (reminding, digit), step);
            }
            // Who is slow is no machine.
            Stands::Farewell { leaves: false, .. } if digit == '1' && !is_reminded => {
                self.first_pressed(now, id, step);
            }
            Stands::Ringing { .. } | Stands::Farewell { .. } => {}
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
            (Stands::Ringing { .. }, Party::Us) => (DialResult::Cancelled, None),
            (Stands::Ringing { .. }, _) => (DialResult::Unreachable, None),
            (Stands::Farewell { result, .. }, _) => (*result, Some(200)),
            // Nobody pays with a try for what failed on our side.
            (_, Party::Us) => (DialResult::Cancelled, Some(200)),
            (_, Party::Network) => (DialResult::Unreachable, Some(200)),
            (_, Party::Caller | Party::Seat) => (DialResult::Declined, Some(200)),
        };
        self.first_over(now, id, how, hang_up, step);
    }

    /// They ring in while we call them. Who hears a reminder hears it to its end: they have picked up,
    /// so it is somebody else of the house who calls.
    pub(crate) fn first_married(&mut self, now: Now, number: &PhoneNumber, step: &mut Step) {
        let known = self.people.get(number);
        let cases = known.map(|known| known.cases.clone()).unwrap_or_default();
        for (_, id) in cases {
            if !planted(Fault::NotMarried) && !self.is_hearing_a_reminder(id) {
                self.first_over(now, id, (DialResult::Married, None), true, step);
            }
        }
    }

    /// Whether somebody, or something, has picked up to be reminded.
    pub(crate) fn is_hearing_a_reminder(&self, id: CallbackId) -> bool {
        let person = self.person_first.get(&id).filter(|it| it.reminds.is_some());
        person.is_some_and(|it| !matches!(it.stands, Stands::Ringing { .. }))
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
}
