//! Calls that the carrier refused for want of channels, told afterwards. Each becomes an attempt
//! and is owed a call as if it had reached us. Knows nothing of files; what we recorded already
//! was left out by whoever asks.

use crate::attempt::{Lost, Reach};
use crate::centre::Centre;
use crate::id::{AttemptId, TenantId};
use crate::number::{Caller, PhoneNumber};
use crate::record::{AttemptRow, Record};
use crate::rules::Line;
use crate::step::{CommandError, Step};
use crate::time::{Now, UtcMs};
use crate::words::{Outcome, Party, Stage, Suppression};
use serde::{Deserialize, Serialize};

/// A call that the carrier refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CarrierCall {
    /// When, by the carrier's clock.
    pub received_ms: UtcMs,
    /// The line that was dialled.
    pub called: PhoneNumber,
    /// Who called.
    pub caller: Caller,
    /// The caller as the carrier wrote it, at most 128 bytes; empty when withheld.
    pub raw: String,
    /// ITU-T Q.850 cause, where the carrier told one.
    pub cause: Option<u8>,
    /// Health authorities that have spoken with the person since.
    pub served_since: Vec<TenantId>,
}

impl Centre {
    /// All of them, or none where one was for a line that nobody answers.
    pub(crate) fn import(
        &mut self,
        now: Now,
        calls: &[CarrierCall],
        step: &mut Step,
    ) -> Result<(), CommandError> {
        if self.stopping.is_some() {
            return Err(CommandError::Stopping);
        }
        let line_of = |call: &CarrierCall| {
            let line = self.rules.lines.get(&call.called).copied();
            line.ok_or_else(|| CommandError::NoLine(call.called.reveal().to_owned()))
        };
        let lines: Vec<Line> = calls.iter().map(line_of).collect::<Result<_, _>>()?;
        for (call, line) in calls.iter().zip(lines) {
            self.import_one(now, call, line, step);
        }
        Ok(())
    }

    fn import_one(&mut self, now: Now, call: &CarrierCall, line: Line, step: &mut Step) {
        let number = self.people.handle(
            now,
            &call.caller,
            &call.raw,
            &mut self.ids,
            &mut step.records,
        );
        self.arrival_seq += 1;
        let mut row = AttemptRow {
            id: AttemptId(self.ids.allot()),
            arrival_seq: self.arrival_seq,
            tenant: Some(line.tenant),
            line: Some(line.id),
            trunk: None,
            number,
            class: call.caller.class,
            sip_call_id: String::new(),
            stage: Stage::Ended,
            received_ms: call.received_ms,
            answered_ms: None,
            queued_ms: None,
            talking_ms: None,
            ended_ms: Some(call.received_ms),
            outcome: Some(Outcome::RefusedByCarrier),
            sip_status: None,
            reason: call.cause.map(|cause| format!("Q.850 cause {cause}")),
            ended_by: Some(Party::Network),
            queue: None,
            seat: None,
            operator: None,
            disposition: None,
            callback: None,
            suppressed: None,
            nth: None,
            prior: None,
        };
        if call.served_since.contains(&line.tenant) {
            row.suppressed = Some(Suppression::GotThrough);
        }
        let reach = Reach {
            caller: call.caller.clone(),
            number,
        };
        let lost = Lost::missed(Outcome::RefusedByCarrier);
        self.settle_unserved(now, &mut row, &reach, line.tenant, lost, step);
        step.records.push(Record::Attempt(Box::new(row)));
        if let Some(number) = &call.caller.number {
            self.people.forget_if_done(number);
        }
    }
}
