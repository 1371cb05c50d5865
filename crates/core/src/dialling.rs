//! Operator-first: the operator is on the line, the person is rung, and whoever is not
//! reached stays owed.

use crate::attempt::cause;
use crate::beside::WHY;
use crate::callback::{self, Move};
use crate::centre::{Centre, Role};
use crate::chosen_time::has_passed;
use crate::conversation::hung_up;
use crate::failover::Unanswered;
use crate::id::{CallbackId, DialId, LegId, QueueId, SeatId, TrunkId};
use crate::owing::About;
use crate::planted::{Fault, planted};
use crate::record::{AssignmentRow, DialRow, Record};
use crate::reminding::only_reminders;
use crate::rules::PromptId;
use crate::seat::{SeatWork, With};
use crate::step::{AfterPlay, Destination, Effect, NOT_SENT, Step};
use crate::time::{Now, UtcMs};
use crate::timers::Timer;
use crate::way::Way;
use crate::whisper::WHISPERED;
use crate::words::{CallbackEventKind, DialOrder, DialResult, DialState};

/// Token of the message why a person was not reached.
const WHY_NOT: u64 = 1;

/// The work of a seat that calls somebody back: its row, its queue, its leg.
type AtSeat = (AssignmentRow, QueueId, LegId);

impl Centre {
    /// Operator-first: the operator is on the line, now the person is rung.
    #[expect(
        clippy::too_many_arguments,
        reason = "a dial joins a seat, a person and their records"
    )]
    pub(crate) fn begin_dial(
        &mut self,
        now: Now,
        id: SeatId,
        callback: CallbackId,
        leg: LegId,
        queue: QueueId,
        assignment: AssignmentRow,
        step: &mut Step,
    ) {
        let Some(case) = self.cases.get(&callback) else {
            return;
        };
        // Whoever was read about for long may not be rung any more.
        let rule = self.rules.rule_now(queue);
        let is_late = rule.is_some_and(|it| it.callback.shut_until(now.utc_ms).is_some())
            || has_passed(case.chosen, now);
        let is_held = self.is_held_by_campaign(case);
        let way = if is_held || is_late {
            Err(self.rules.prompts.to_operator_withdrawn)
        } else {
            self.way_to_dial(now, (callback, queue), None, &[])
        };
        let way = match way {
            Ok(way) => way,
            // No try is spent.
            Err(why) => {
                return self.dial_impossible(now, id, (callback, leg, why), assignment, step);
            }
        };
        let work = (assignment, queue, leg);
        self.place_dial(now, id, (callback, work, Vec::new()), way, step);
        self.move_case(now, callback, Move::Dial, |row| row.tries += 1, step);
        self.tell_who_is_rung(now, id, leg, queue, step);
    }

    /// One dial, with its row, through one trunk.
    fn place_dial(
        &mut self,
        now: Now,
        id: SeatId,
        (callback, (assignment, queue, leg), refused_by): (CallbackId, AtSeat, Vec<TrunkId>),
        way: Way,
        step: &mut Step,
    ) {
        let first = (DialOrder::OperatorFirst, Some(id));
        let Some((dial, number)) = self.new_dial(now, callback, first, way.trunk, step) else {
            return;
        };
        let (dial_id, person_leg) = (dial.id, LegId(self.ids.allot()));
        self.legs.insert(person_leg, Role::Person(id));
        let until = now.in_s(way.ring_s);
        self.timers.at(until, Timer::DialRang(id, dial_id));
        let to = Destination::Person {
            dial: dial_id,
            trunk: way.trunk,
            number,
            cli: way.cli,
        };
        step.effects.push(Effect::Invite {
            leg: person_leg,
            to: Box::new(to),
        });
        if let Some(seat) = self.seats.get_mut(&id) {
            let with = With::Ringing {
                callback,
                dial: Box::new(dial),
                leg: person_leg,
                until,
                is_heard: false,
                refused_by,
            };
            seat.work = SeatWork::Talking {
                assignment,
                queue,
                leg,
                with,
                held: None,
                consult: None,
            };
        }
    }

    /// The trunk refused the call before any phone rang: it goes through the next one, in the same
    /// breath, so that the operator hears nothing of it. Whether there is one.
    fn fails_over(&mut self, now: Now, id: SeatId, status: u16, step: &mut Step) -> bool {
        let Some(SeatWork::Talking {
            assignment,
            queue,
            leg,
            with:
                With::Ringing {
                    callback,
                    dial,
                    leg: person_leg,
                    refused_by,
                    ..
                },
            ..
        }) = self.seats.get(&id).map(|seat| &seat.work)
        else {
            return false;
        };
        let work = (assignment.clone(), *queue, *leg);
        let (callback, dial, person_leg) = (*callback, dial.clone(), *person_leg);
        let refused_by = [refused_by.as_slice(), &[dial.trunk]].concat();
        let Some(way) = self.way_around(now, (callback, work.1), None, &refused_by) else {
            return false;
        };
        self.legs.remove(&person_leg);
        let result = DialResult::TrunkFailed;
        let about = About {
            dial: Some(dial.id),
            seat: Some(id),
            detail: Some(result.as_str()),
            ..About::default()
        };
        self.note(now, callback, CallbackEventKind::NotReached, about, step);
        self.dial_row_ends(now, *dial, result, Some(status), step);
        self.place_dial(now, id, (callback, work, refused_by), way, step);
        true
    }

    fn dial_impossible(
        &mut self,
        now: Now,
        id: SeatId,
        (callback, leg, why): (CallbackId, LegId, PromptId),
        mut assignment: AssignmentRow,
        step: &mut Step,
    ) {
        assignment.ended_ms = Some(now.utc_ms);
        step.records.push(Record::Assignment(assignment));
        self.callback_returns(now, callback, DialResult::Cancelled, step);
        self.inform_operator(id, leg, why, step);
    }

    /// A callback goes back to waiting after an offer or a dial that led to nothing.
    pub(crate) fn callback_returns(
        &mut self,
        now: Now,
        id: CallbackId,
        result: DialResult,
        step: &mut Step,
    ) {
        let not_before_ms = self.rest_of(now, id, result);
        let back = |row: &mut crate::record::CallbackRow| {
            row.seat = None;
            row.not_before_ms = row.not_before_ms.max(not_before_ms);
        };
        self.move_case(now, id, Move::Return, back, step);
        self.give_up_if_due(now, id, step);
    }

    /// Until when a callback rests after a dial or an offer that ended so.
    pub(crate) fn rest_of(&self, now: Now, id: CallbackId, result: DialResult) -> UtcMs {
        let case = self.cases.get(&id);
        let policy = case.and_then(|case| self.policy_of(case));
        let rests_ms = policy.map_or(now.utc_ms, |policy| {
            callback::rest_after(result, policy, now)
        });
        // No operator hears who it is: a machine is asked more and more rarely.
        let again = case.filter(|case| only_reminders(&case.needs));
        let again = again.filter(|_| result == DialResult::Machine);
        let doublings = again.map_or(0, |case| case.machines.clamp(1, 5) - 1);
        now.utc_ms + (rests_ms - now.utc_ms) * (1 << doublings)
    }

    /// The person called back picked up.
    pub(crate) fn person_answered(&mut self, now: Now, id: SeatId, step: &mut Step) {
        let Some(seat) = self.seats.get_mut(&id) else {
            return;
        };
        let SeatWork::Talking {
            with,
            leg: seat_leg,
            ..
        } = &mut seat.work
        else {
            return;
        };
        let With::Ringing {
            callback,
            dial,
            leg,
            is_heard,
            ..
        } = with
        else {
            return;
        };
        let (callback, mut dial, leg, seat_leg) = (*callback, dial.clone(), *leg, *seat_leg);
        let was_heard = *is_heard;
        dial.answered_ms = Some(now.utc_ms);
        let about = About {
            dial: Some(dial.id),
            seat: Some(id),
            ..About::default()
        };
        step.records.push(Record::Dial(dial.as_ref().clone()));
        let (trunk, dial_id) = (dial.trunk, dial.id);
        *with = With::Person {
            callback,
            dial,
            leg,
        };
        self.trunk_answers(trunk, was_heard);
        self.move_case(now, callback, Move::Answer, |_| {}, step);
        self.note(now, callback, CallbackEventKind::Reached, about, step);
        let legs = (seat_leg, leg);
        if !self.says_code(now, id, (callback, dial_id), legs, step) {
            step.effects.push(Effect::Bridge {
                a: seat_leg,
                b: leg,
            });
        }
    }

    /// The person called back did not pick up.
    pub(crate) fn person_not_reached(
        &mut self,
        now: Now,
        id: SeatId,
        status: u16,
        step: &mut Step,
    ) {
        let Some(SeatWork::Talking {
            with: With::Ringing { dial, is_heard, .. },
            ..
        }) = self.seats.get(&id).map(|seat| &seat.work)
        else {
            return;
        };
        let (trunk, is_heard) = (dial.trunk, *is_heard);
        let over = Unanswered {
            status,
            is_heard,
            after_ms: now.utc_ms - dial.placed_ms,
        };
        let (result, told) = over.result();
        if status != NOT_SENT {
            self.trunk_heard(now, trunk, over);
        }
        let goes_on = over.is_refused_by_trunk() && self.fails_over(now, id, status, step);
        if !goes_on {
            self.dial_over(now, id, result, told, false, step);
        }
    }

    /// The network says that the person's phone rings.
    pub(crate) fn person_rings(&mut self, id: SeatId) {
        if let Some(SeatWork::Talking {
            with: With::Ringing { dial, is_heard, .. },
            ..
        }) = self.seats.get_mut(&id).map(|seat| &mut seat.work)
        {
            *is_heard = true;
            let trunk = dial.trunk;
            self.trunk_works(trunk);
        }
    }

    /// The INVITE has left: the person's phone rings as long as the trunk's rule says.
    pub(crate) fn dial_placed(&mut self, now: Now, id: SeatId) {
        let Some(seat) = self.seats.get_mut(&id) else {
            return;
        };
        if let SeatWork::Talking {
            with: With::Ringing { dial, until, .. },
            ..
        } = &mut seat.work
            && let Some(trunk) = self.rules.trunks.get(&dial.trunk)
        {
            *until = now.in_s(trunk.ring_s);
            self.timers.at(*until, Timer::DialRang(id, dial.id));
        }
    }

    /// The person's phone rang as long as the trunk's rule says.
    pub(crate) fn dial_rang_out(&mut self, now: Now, id: SeatId, dial_id: DialId, step: &mut Step) {
        if let Some(SeatWork::Talking {
            with:
                With::Ringing {
                    dial,
                    until,
                    is_heard,
                    ..
                },
            ..
        }) = self.seats.get(&id).map(|s| &s.work)
            && dial.id == dial_id
            && *until <= now.mono_us
        {
            let (trunk, is_heard) = (dial.trunk, *is_heard);
            if !is_heard {
                self.trunk_keeps_silent(now, trunk);
            }
            self.dial_over(now, id, DialResult::NoAnswer, None, true, step);
        }
    }

    /// The person rang in while we rang out.
    pub(crate) fn dial_married(&mut self, now: Now, id: SeatId, step: &mut Step) {
        self.dial_over(now, id, DialResult::Married, None, true, step);
    }

    /// A dial ended without a conversation: the operator is told, the debt stands.
    pub(crate) fn dial_over(
        &mut self,
        now: Now,
        id: SeatId,
        result: DialResult,
        status: Option<u16>,
        hang_up: bool,
        step: &mut Step,
    ) {
        let Some(seat) = self.seats.get(&id) else {
            return;
        };
        let SeatWork::Talking {
            assignment,
            queue,
            leg: seat_leg,
            with:
                With::Ringing {
                    callback,
                    dial,
                    leg,
                    ..
                },
            ..
        } = &seat.work
        else {
            return;
        };
        let (assignment, queue, seat_leg) = (assignment.clone(), *queue, *seat_leg);
        let (callback, dial, leg) = (*callback, dial.clone(), *leg);
        self.legs.remove(&leg);
        if hang_up {
            step.effects.push(Effect::HangUp {
                leg,
                q850: cause::NORMAL,
                text: "Given up",
            });
        }
        let work = (assignment, queue, seat_leg);
        self.dialled_in_vain(now, id, work, (callback, *dial, result, status), step);
    }

    /// The person picked up and hung up at once: they do not want our call now.
    pub(crate) fn person_declined(&mut self, now: Now, id: SeatId, step: &mut Step) {
        let Some(seat) = self.seats.get_mut(&id) else {
            return;
        };
        let work = std::mem::replace(&mut seat.work, SeatWork::Idle);
        let SeatWork::Talking {
            assignment,
            queue,
            leg: seat_leg,
            with:
                With::Person {
                    callback,
                    dial,
                    leg,
                },
            held: _,
            consult,
        } = work
        else {
            seat.work = work;
            return;
        };
        self.legs.remove(&leg);
        self.consult_ends(now, consult, step);
        step.effects.push(Effect::Unbridge { leg: seat_leg });
        let work = (assignment, queue, seat_leg);
        let over = (callback, *dial, DialResult::Declined, Some(200));
        self.dialled_in_vain(now, id, work, over, step);
    }

    /// The operator hears why nobody is there to talk to; the callback rests.
    fn dialled_in_vain(
        &mut self,
        now: Now,
        id: SeatId,
        (mut assignment, queue, seat_leg): AtSeat,
        (callback, dial, result, status): (CallbackId, DialRow, DialResult, Option<u16>),
        step: &mut Step,
    ) {
        if let Some(seat) = self.seats.get_mut(&id) {
            let _of_nobody = seat.forgets_conversation();
        }
        if let Some(rule) = self.rules.queues.get(&queue) {
            let took_ms = now.utc_ms - assignment.started_ms;
            self.means.dialled_in_vain(queue, rule, took_ms);
        }
        assignment.ended_ms = Some(now.utc_ms);
        step.records.push(Record::Assignment(assignment));
        let about = About {
            dial: Some(dial.id),
            seat: Some(id),
            detail: Some(result.as_str()),
            ..About::default()
        };
        let was_a_probe = self.was_a_probe(&dial);
        self.dial_ends(now, dial, result, status, step);
        self.note(now, callback, CallbackEventKind::NotReached, about, step);
        self.count_try(callback, result, was_a_probe);
        self.callback_returns(now, callback, result, step);
        let prompts = &self.rules.prompts;
        let tell = match result {
            DialResult::NoAnswer => prompts.to_operator_no_answer,
            DialResult::Busy => prompts.to_operator_busy,
            DialResult::Married => prompts.to_operator_withdrawn,
            DialResult::Declined
            | DialResult::Unreachable
            | DialResult::TrunkFailed
            | DialResult::Machine
            | DialResult::Answered
            | DialResult::Cancelled
            | DialResult::Unknown => prompts.to_operator_unreachable,
        };
        self.inform_operator(id, seat_leg, tell, step);
        self.seat_changed(now, id, step);
    }

    /// A dial counted as a try when it began; not every one that came to nothing is. Nobody has to
    /// pay for a trunk that was known to be down.
    pub(crate) fn count_try(&mut self, id: CallbackId, result: DialResult, was_a_probe: bool) {
        let case = self.cases.get(&id);
        let policy = case.and_then(|case| self.policy_of(case));
        let busy_per_try = policy.map_or(1, |policy| policy.busy_per_try);
        let Some(case) = self.cases.get_mut(&id) else {
            return;
        };
        if callback::is_part_of_a_try(result) {
            case.parts = case.parts.saturating_add(1);
        }
        if result == DialResult::Machine {
            case.machines = case.machines.saturating_add(1);
        }
        let is_trunks = was_a_probe && result == DialResult::TrunkFailed;
        if is_trunks || !callback::spends_a_try(result, case.parts, busy_per_try) {
            case.row.tries -= 1;
        }
    }

    pub(crate) fn inform_operator(
        &mut self,
        id: SeatId,
        leg: LegId,
        tell: PromptId,
        step: &mut Step,
    ) {
        step.effects.push(Effect::Play {
            leg,
            token: WHY_NOT,
            prompts: vec![tell],
            then: AfterPlay::Silence,
        });
        if let Some(seat) = self.seats.get_mut(&id) {
            seat.work = SeatWork::Informed { leg };
        }
    }

    /// The operator has heard why; the phone is put down for them. No wrap-up is asked for.
    pub(crate) fn operator_heard(&mut self, now: Now, id: SeatId, token: u64, step: &mut Step) {
        if token == WHISPERED {
            return self.whispered(id, step);
        }
        if token == WHY {
            return self.heard_why(now, id, step);
        }
        if token != WHY_NOT {
            return;
        }
        let Some(SeatWork::Informed { leg }) = self.seats.get(&id).map(|seat| &seat.work) else {
            return;
        };
        let leg = *leg;
        step.effects.push(hung_up(leg));
        self.legs.remove(&leg);
        self.after_work(now, id, step);
    }

    /// The dial's row ends, its number and channel are free again.
    pub(crate) fn dial_ends(
        &mut self,
        now: Now,
        dial: DialRow,
        result: DialResult,
        status: Option<u16>,
        step: &mut Step,
    ) {
        if let Some(number) = self
            .cases
            .get(&dial.callback)
            .map(|case| case.number.clone())
        {
            self.people.change(&number, |known| known.dial = None);
            // Another authority's callback may have waited for this one.
            self.reconsider_number(now, &number);
        }
        self.dial_row_ends(now, dial, result, status, step);
    }

    pub(crate) fn dial_row_ends(
        &mut self,
        now: Now,
        mut dial: DialRow,
        result: DialResult,
        status: Option<u16>,
        step: &mut Step,
    ) {
        dial.state = DialState::Ended;
        dial.ended_ms = Some(now.utc_ms);
        dial.result = Some(result);
        dial.sip_status = status;
        self.rang(now, &dial);
        if !planted(Fault::ChannelKept) {
            self.use_channels(now, dial.trunk, |used| used.outbound -= 1);
        }
        step.records.push(Record::Dial(dial));
    }
}
