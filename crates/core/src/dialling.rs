//! Operator-first: the operator is on the line, the person is rung, and whoever is not
//! reached stays owed.

use crate::attempt::cause;
use crate::callback::{self, Move};
use crate::centre::{Centre, Role};
use crate::id::{CallbackId, DialId, LegId, QueueId, SeatId, TenantId, TrunkId};
use crate::number::PhoneNumber;
use crate::owing::About;
use crate::planted::{Fault, planted};
use crate::record::{AssignmentRow, DialRow, Record};
use crate::rules::PromptId;
use crate::seat::{SeatWork, With};
use crate::step::{AfterPlay, Destination, Effect, NOT_SENT, Step};
use crate::time::{Now, UtcMs};
use crate::timers::Timer;
use crate::whisper::WHISPERED;
use crate::words::{CallbackEventKind, DialResult, DialState};

/// Token of the message why a person was not reached.
const WHY_NOT: u64 = 1;

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
        let (number, handle, tenant) = (case.number.clone(), case.row.number, case.row.tenant);
        let (dial_id, person_leg) = (DialId(self.ids.allot()), LegId(self.ids.allot()));
        let (trunk, cli, ring_s) = match self.way_to_dial((tenant, queue), &number) {
            Ok(way) => way,
            // No try is spent.
            Err(why) => {
                return self.dial_impossible(now, id, (callback, leg, why), assignment, step);
            }
        };
        let dial = DialRow {
            id: dial_id,
            callback,
            number: handle,
            seat: id,
            trunk,
            state: DialState::InFlight,
            placed_ms: now.utc_ms,
            answered_ms: None,
            ended_ms: None,
            result: None,
            sip_status: None,
        };
        let row = Record::Dial(dial.clone());
        step.records
            .extend(Some(row).filter(|_| !planted(Fault::DialWithoutRow)));
        self.people
            .change(&number, |known| known.dial = Some(dial_id));
        self.move_case(now, callback, Move::Dial, |row| row.tries += 1, step);
        let about = About {
            dial: Some(dial_id),
            seat: Some(id),
            ..About::default()
        };
        self.note(now, callback, CallbackEventKind::Dialled, about, step);
        self.use_channels(now, trunk, |used| used.outbound += 1);
        self.legs.insert(person_leg, Role::Person(id));
        let until = now.in_s(ring_s);
        self.timers.at(until, Timer::DialRang(id, dial_id));
        self.tell_who_is_rung(now, id, leg, queue, step);
        let to = Destination::Person {
            dial: dial_id,
            trunk,
            number,
            cli,
        };
        step.effects.push(Effect::Invite {
            leg: person_leg,
            to: Box::new(to),
        });
        if let Some(seat) = self.seats.get_mut(&id) {
            let with = With::Ringing {
                callback,
                dial,
                leg: person_leg,
                until,
            };
            seat.work = SeatWork::Talking {
                assignment,
                queue,
                leg,
                with,
            };
        }
    }

    /// The trunk for a dial, the number that is shown and how long it lets ring; or what the operator is told:
    /// somebody has stopped it, or the channel went to an inbound call meanwhile.
    fn way_to_dial(
        &self,
        (tenant, queue): (TenantId, QueueId),
        number: &PhoneNumber,
    ) -> Result<(TrunkId, PhoneNumber, u32), PromptId> {
        let prompts = &self.rules.prompts;
        // Every offer was withdrawn then; but nothing may be dialled past a stop or a mark.
        if self.is_stopped(queue) || self.is_do_not_call(tenant, number) {
            return Err(prompts.to_operator_withdrawn);
        }
        let way = self.trunk_out(0);
        let (trunk, rule) = way.ok_or(prompts.to_operator_unreachable)?;
        let own = self.rules.tenants.get(&tenant);
        let cli = own
            .and_then(|tenant| tenant.cli.as_ref())
            .unwrap_or(&rule.cli);
        Ok((trunk, cli.clone(), rule.ring_s))
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
        if let Some(how) = self.given_up(now, id) {
            self.close_case(now, id, how, About::default(), step);
        }
    }

    /// Until when a callback rests after a dial or an offer that ended so.
    pub(crate) fn rest_of(&self, now: Now, id: CallbackId, result: DialResult) -> UtcMs {
        let case = self.cases.get(&id);
        let policy = case.and_then(|case| self.policy_of(case));
        policy.map_or(now.utc_ms, |policy| {
            callback::rest_after(result, policy, now)
        })
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
            ..
        } = with
        else {
            return;
        };
        let (callback, mut dial, leg, seat_leg) = (*callback, dial.clone(), *leg, *seat_leg);
        dial.answered_ms = Some(now.utc_ms);
        let about = About {
            dial: Some(dial.id),
            seat: Some(id),
            ..About::default()
        };
        step.records.push(Record::Dial(dial.clone()));
        *with = With::Person {
            callback,
            dial,
            leg,
        };
        self.move_case(now, callback, Move::Answer, |_| {}, step);
        self.note(now, callback, CallbackEventKind::Reached, about, step);
        step.effects.push(Effect::Bridge {
            a: seat_leg,
            b: leg,
        });
    }

    /// The person called back did not pick up.
    pub(crate) fn person_not_reached(
        &mut self,
        now: Now,
        id: SeatId,
        status: u16,
        step: &mut Step,
    ) {
        let (result, status) = match status {
            NOT_SENT => (DialResult::Cancelled, None),
            status => (callback::result_of(status), Some(status)),
        };
        self.dial_over(now, id, result, status, false, step);
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
            with: With::Ringing { dial, until, .. },
            ..
        }) = self.seats.get(&id).map(|s| &s.work)
            && dial.id == dial_id
            && *until <= now.mono_us
        {
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
        self.dialled_in_vain(now, id, work, (callback, dial, result, status), step);
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
        } = work
        else {
            seat.work = work;
            return;
        };
        self.legs.remove(&leg);
        step.effects.push(Effect::Unbridge { leg: seat_leg });
        let work = (assignment, queue, seat_leg);
        let over = (callback, dial, DialResult::Declined, Some(200));
        self.dialled_in_vain(now, id, work, over, step);
    }

    /// The operator hears why nobody is there to talk to; the callback rests.
    fn dialled_in_vain(
        &mut self,
        now: Now,
        id: SeatId,
        (mut assignment, queue, seat_leg): (AssignmentRow, QueueId, LegId),
        (callback, dial, result, status): (CallbackId, DialRow, DialResult, Option<u16>),
        step: &mut Step,
    ) {
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
        self.dial_ends(now, dial, result, status, step);
        self.note(now, callback, CallbackEventKind::NotReached, about, step);
        self.count_try(callback, result);
        self.callback_returns(now, callback, result, step);
        let prompts = &self.rules.prompts;
        let tell = match result {
            DialResult::NoAnswer => prompts.to_operator_no_answer,
            DialResult::Busy => prompts.to_operator_busy,
            DialResult::Married => prompts.to_operator_withdrawn,
            DialResult::Declined
            | DialResult::Unreachable
            | DialResult::Answered
            | DialResult::Cancelled
            | DialResult::Unknown => prompts.to_operator_unreachable,
        };
        self.inform_operator(id, seat_leg, tell, step);
        self.seat_changed(now, id, step);
    }

    /// A dial counted as a try when it began; not every one that came to nothing is.
    fn count_try(&mut self, id: CallbackId, result: DialResult) {
        let case = self.cases.get(&id);
        let policy = case.and_then(|case| self.policy_of(case));
        let busy_per_try = policy.map_or(1, |policy| policy.busy_per_try);
        let Some(case) = self.cases.get_mut(&id) else {
            return;
        };
        if result == DialResult::Busy {
            case.busy = case.busy.saturating_add(1);
        }
        if !callback::spends_a_try(result, case.busy, busy_per_try) {
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
        if token != WHY_NOT {
            return;
        }
        let Some(SeatWork::Informed { leg }) = self.seats.get(&id).map(|seat| &seat.work) else {
            return;
        };
        let leg = *leg;
        step.effects.push(Effect::HangUp {
            leg,
            q850: cause::NORMAL,
            text: "Normal clearing",
        });
        self.legs.remove(&leg);
        self.after_work(now, id, step);
    }

    /// The dial's row ends, its number and channel are free again.
    pub(crate) fn dial_ends(
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
        if !planted(Fault::ChannelKept) {
            self.use_channels(now, dial.trunk, |used| used.outbound -= 1);
        }
        if let Some(number) = self
            .cases
            .get(&dial.callback)
            .map(|case| case.number.clone())
        {
            self.people.change(&number, |known| known.dial = None);
            // Another authority's callback may have waited for this one.
            self.reconsider_number(now, &number);
        }
        step.records.push(Record::Dial(dial));
    }
}
