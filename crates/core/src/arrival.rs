//! A new INVITE: its row first, then ringing or a refusal.

use crate::attempt::{Doing, LiveAttempt, Lost, Reach, cause};
use crate::centre::{Centre, Role};
use crate::id::{AttemptId, CallbackId, SeatId, TenantId, TrunkId};
use crate::notice::Standing;
use crate::number::{Caller, PhoneNumber};
use crate::pace::Entrance;
use crate::planted::{Fault, planted};
use crate::record::{AttemptRow, Record};
use crate::rules::Line;
use crate::step::{Arrival, Effect, Step, Unacceptable};
use crate::time::Now;
use crate::timers::Timer;
use crate::words::{CallbackState, OfferState, Outcome, Party, Stage, Suppression};

impl Centre {
    /// A new INVITE: its row first, then ringing or a refusal.
    pub(crate) fn arrived(&mut self, now: Now, arrival: Arrival, step: &mut Step) {
        if let Some(seat) = self.dials_code(&arrival) {
            return self.announcer_arrives(now, seat, arrival, step);
        }
        if let Some(dialled) = self.dials_feature(&arrival) {
            let (seat, feature, digit) = dialled;
            return self.feature_arrives(now, (seat, feature, digit), arrival, step);
        }
        let rules = self.rules.clone();
        let line = match &Caller::from_user_part(&arrival.called).number {
            Some(number) => rules.lines.get(number).copied(),
            None => None,
        };
        let mut row = self.new_row(now, &arrival, step);
        row.line = line.map(|line| line.id);
        row.tenant = line.map(|line| line.tenant);
        let unacceptable = arrival.unacceptable.map(Refusal::unacceptable);
        let Some(line) = line else {
            row.suppressed = Some(Suppression::NoLine);
            let refusal = unacceptable.unwrap_or(Refusal::NO_LINE);
            return self.refuse(now, row, &arrival, refusal, step);
        };
        let Some(trunk) = arrival.trunk else {
            row.suppressed = Some(Suppression::Internal);
            let refusal = unacceptable.unwrap_or(Refusal::INTERNAL);
            return self.refuse(now, row, &arrival, refusal, step);
        };
        let notice = match self.lane_for(now, trunk, line, &arrival) {
            Ok(Lane::Answered) => None,
            Ok(Lane::Notice) => Some(self.put_on_list(now, &mut row, &arrival, line.tenant, step)),
            Err(refusal) => {
                let reach = Reach {
                    caller: arrival.caller.clone(),
                    number: row.number,
                };
                let lost = Lost::missed(refusal.outcome);
                self.settle_unserved(now, &mut row, &reach, line.tenant, lost, step);
                return self.refuse(now, row, &arrival, refusal, step);
            }
        };
        let admitted = Admitted {
            tenant: line.tenant,
            trunk,
            notice,
        };
        self.admit(now, row, arrival, admitted, step);
    }

    pub(crate) fn new_row(&mut self, now: Now, arrival: &Arrival, step: &mut Step) -> AttemptRow {
        self.arrival_seq += 1;
        let number = self.people.handle(
            now,
            &arrival.caller,
            &arrival.raw,
            &mut self.ids,
            &mut step.records,
        );
        AttemptRow {
            id: AttemptId(self.ids.allot()),
            arrival_seq: self.arrival_seq,
            tenant: None,
            line: None,
            trunk: arrival.trunk,
            number,
            class: arrival.caller.class,
            sip_call_id: arrival.sip_call_id.clone(),
            stage: Stage::Received,
            received_ms: now.utc_ms,
            answered_ms: None,
            queued_ms: None,
            talking_ms: None,
            ended_ms: None,
            outcome: None,
            sip_status: None,
            reason: None,
            ended_by: None,
            queue: None,
            seat: None,
            operator: None,
            disposition: None,
            callback: None,
            suppressed: None,
            nth: None,
            prior: None,
        }
    }

    /// One row, ended as it began; then the refusal.
    pub(crate) fn refuse(
        &mut self,
        now: Now,
        mut row: AttemptRow,
        arrival: &Arrival,
        refusal: Refusal,
        step: &mut Step,
    ) {
        let Refusal {
            outcome,
            status,
            q850,
            text,
        } = refusal;
        row.stage = Stage::Ended;
        row.outcome = Some(outcome);
        row.ended_ms = Some(now.utc_ms);
        row.ended_by = Some(Party::Us);
        row.sip_status = Some(status);
        row.reason = Some(text.to_owned());
        step.records.push(Record::Attempt(Box::new(row)));
        step.effects.push(Effect::Refuse {
            leg: arrival.leg,
            status,
            q850,
            text,
        });
        if let Some(number) = &arrival.caller.number {
            self.withdraw_offers(now, number, step);
            self.let_rest(now, number, step);
            self.people.forget_if_done(number);
        }
    }

    fn lane_for(
        &mut self,
        now: Now,
        trunk: TrunkId,
        line: Line,
        arrival: &Arrival,
    ) -> Result<Lane, Refusal> {
        if self.stopping.is_some() {
            return Err(Refusal::STOPPING);
        }
        let rules = self.rules.clone();
        let tenant = rules.tenants.get(&line.tenant);
        let (Some(rule), Some(tenant)) = (rules.trunks.get(&trunk), tenant) else {
            return Ok(Lane::Answered);
        };
        let plan = &tenant.dialplan;
        let limits = [
            (Entrance::Trunk(trunk), rule.calls_per_s),
            (Entrance::Line(line.id), plan.calls_per_s),
        ];
        if !self.keeps_pace(now, limits) {
            return Err(Refusal::RATE);
        }
        let is_notice = self.is_for_notice(now, trunk, line.tenant, arrival);
        if !is_notice && !self.channels(trunk).answers(rule) {
            self.count_in_storm(trunk, |storm| storm.refused += 1);
            return Err(Refusal::LINES);
        }
        if let Some(why) = arrival.unacceptable {
            return Err(Refusal::unacceptable(why));
        }
        match arrival.media {
            Ok(()) if is_notice => Ok(Lane::Notice),
            Ok(()) => Ok(Lane::Answered),
            Err((status, text)) => Err(Refusal::media(status, text)),
        }
    }

    fn admit(
        &mut self,
        now: Now,
        mut row: AttemptRow,
        arrival: Arrival,
        Admitted {
            tenant,
            trunk,
            notice,
        }: Admitted,
        step: &mut Step,
    ) {
        row.stage = Stage::Ringing;
        let id = row.id;
        let leg = arrival.leg;
        let place_ms = row.received_ms;
        self.use_channels(now, trunk, |used| match notice {
            Some(_) => used.notices += 1,
            None => used.inbound += 1,
        });
        step.records.push(Record::Attempt(Box::new(row.clone())));
        step.effects.push(Effect::Ring { leg });
        if let Some(number) = arrival.caller.number.clone() {
            self.people.change(&number, |known| known.calls += 1);
            self.marry(now, &number, step);
        }
        self.legs.insert(leg, Role::Caller(id));
        self.attempts.insert(
            id,
            Box::new(LiveAttempt {
                row,
                leg,
                caller: arrival.caller,
                tenant,
                began_with: self.rules.clone(),
                doing: Doing::Ringing,
                at_step: None,
                token: 0,
                // Whoever presses no key has heard in words that no line was free.
                verdict: notice.map(|_| Outcome::RefusedLines),
                due_ms: None,
                answering: false,
                closing: None,
                place_ms,
                priority_ms: 0,
                pressed_ahead: None,
                notice,
                another_person: false,
                has_chosen: false,
                returned_ms: None,
                told_min: None,
                given: None,
                queued_ms: None,
                passed: None,
                given_on: None,
                excluded: Vec::new(),
                vanished: Vec::new(),
                unreached: Vec::new(),
            }),
        );
        let Some(rule) = self.rules.trunks.get(&trunk) else {
            return;
        };
        let answer_us = now.in_ms(u64::from(rule.answer_after_ms));
        if notice.is_some() {
            self.timers
                .at(now.in_s(rule.notice_s_max), Timer::NoticeEnds(id));
        } else if rule.answer_after_ms > 0 {
            return self.timers.at(answer_us, Timer::Answer(id, 0));
        }
        self.answer_due(id, 0, step);
    }

    /// The ringing was heard long enough.
    pub(crate) fn answer_due(&mut self, id: AttemptId, token: u64, step: &mut Step) {
        if let Some(live) = self.attempts.get_mut(&id)
            && live.token == token
            && matches!(live.doing, Doing::Ringing)
        {
            live.answering = true;
            // The caller may hear it and we die before the ACK is here.
            live.row.sip_status = Some(200);
            step.records
                .push(Record::Attempt(Box::new(live.row.clone())));
            step.effects.push(Effect::Answer { leg: live.leg });
        }
    }

    /// The person rings in while we ring out to them, or a seat is about to: ours gives way.
    pub(crate) fn marry(&mut self, now: Now, number: &PhoneNumber, step: &mut Step) {
        self.withdraw_offers(now, number, step);
        for (state, seat) in self.served_by(number) {
            if state == CallbackState::Dialling && !planted(Fault::NotMarried) {
                self.dial_married(now, seat, step);
            }
        }
        self.first_married(now, number, step);
        self.reconsider_number(now, number);
    }

    /// The person has just tried: no seat shall ring them before they had their rest.
    fn withdraw_offers(&mut self, now: Now, number: &PhoneNumber, step: &mut Step) {
        for (state, seat) in self.served_by(number) {
            if state == CallbackState::Offered {
                self.offer_ended(now, seat, OfferState::Withdrawn, true, step);
            }
        }
    }

    /// The seats at which a number's callbacks are, and how far they are there.
    fn served_by(&self, number: &PhoneNumber) -> Vec<(CallbackState, SeatId)> {
        let at_a_seat = |(_, id): &(TenantId, CallbackId)| {
            let row = &self.cases.get(id)?.row;
            Some((row.state, row.seat?))
        };
        self.people
            .get(number)
            .map(|known| known.cases.iter().filter_map(at_a_seat).collect())
            .unwrap_or_default()
    }
}

/// Which of a trunk's lines a caller gets.
enum Lane {
    /// One that leads to the dialplan.
    Answered,
    /// One for a short notice.
    Notice,
}

/// A call that gets a line.
struct Admitted {
    tenant: TenantId,
    trunk: TrunkId,
    notice: Option<Standing>,
}

/// A refusal of a call that was never admitted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Refusal {
    outcome: Outcome,
    status: u16,
    q850: u8,
    text: &'static str,
}

impl Refusal {
    const NO_LINE: Self = Self {
        outcome: Outcome::Failed,
        status: 404,
        q850: cause::NO_SUCH_NUMBER,
        text: "Nobody answers this number here",
    };
    const INTERNAL: Self = Self {
        outcome: Outcome::Failed,
        status: 403,
        q850: cause::NO_SUCH_NUMBER,
        text: "Seats receive calls; they do not place them by hand",
    };
    const LINES: Self = Self {
        outcome: Outcome::RefusedLines,
        status: 486,
        q850: cause::NO_CIRCUIT,
        text: "All lines are taken; we call back",
    };
    // 486 and not 503: a carrier that is told 503 stops sending, and hides the callers.
    const RATE: Self = Self {
        outcome: Outcome::RefusedRate,
        status: 486,
        q850: cause::CONGESTION,
        text: "Too many calls at once; we call back",
    };
    pub(crate) const STOPPING: Self = Self {
        outcome: Outcome::RefusedLines,
        status: 480,
        q850: cause::TEMPORARY,
        text: "Stopping; we call back",
    };

    pub(crate) const HELD_BACK: Self = Self {
        outcome: Outcome::Failed,
        status: 403,
        q850: cause::NO_SUCH_NUMBER,
        text: "Too many wrong PINs from this phone; try again later",
    };

    // 486 and not 503, as above.
    pub(crate) const CROWDED: Self = Self {
        outcome: Outcome::RefusedLines,
        status: 486,
        q850: cause::CONGESTION,
        text: "Too many calls are open; we call back",
    };

    pub(crate) fn unacceptable(why: Unacceptable) -> Self {
        match why {
            Unacceptable::Crowded => Self::CROWDED,
            Unacceptable::Request { status, text } => Self {
                outcome: Outcome::Failed,
                status,
                q850: cause::INTERWORKING,
                text,
            },
        }
    }

    pub(crate) fn media(status: u16, text: &'static str) -> Self {
        Self {
            outcome: Outcome::Failed,
            status,
            q850: cause::NO_CODEC,
            text,
        }
    }
}
