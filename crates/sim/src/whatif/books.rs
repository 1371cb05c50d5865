//! What the centre would have stored, read as it is written, and forgotten: from it the world
//! knows where its callers stand, and the figures are counted.

use cuptel_core::id::CallbackId;
use cuptel_core::record::{AttemptRow, CallbackRow, DialRow, Record};
use cuptel_core::step::Input;
use cuptel_core::time::Now;
use cuptel_core::words::{CallbackState, ClosedHow, DialResult, Outcome, Stage};

use super::crowd::{At, Debt, Is};
use super::scenario::QUARTER_S;
use super::tally::{Quarter, UnansweredEnd};
use super::world::{World, place};

impl<H: FnMut(Now, &Input)> World<'_, H> {
    pub(crate) fn read(&mut self, record: Record) {
        match record {
            Record::Attempt(row) => self.read_attempt(&row),
            Record::Callback(row) | Record::CallbackAmended(row) => self.read_callback(&row),
            Record::Dial(row) => self.read_dial(&row),
            Record::Interval(row) => self.interval(&row),
            Record::Campaign(row) => self.read_campaign(&row),
            Record::CampaignEntry(row) => self.read_entry(*row),
            Record::Number(_)
            | Record::Need(_)
            | Record::NeedDetail(_)
            | Record::CallbackEvent(_)
            | Record::Promise(_)
            | Record::Offer(_)
            | Record::Decision(_)
            | Record::Assignment(_)
            | Record::SignIn(_)
            | Record::Registration(_)
            | Record::Seat(_)
            | Record::Operator(_)
            | Record::OperatorPin(_)
            | Record::Profile(_)
            | Record::Owner(_)
            | Record::CodeWord(_)
            | Record::Decline(_)
            | Record::ChosenTime(_)
            | Record::SideCall(_)
            | Record::Bulk(_)
            | Record::BulkEntry(_)
            | Record::YearsEmptied(_)
            | Record::SiteOutage(_)
            | Record::Closure(_)
            | Record::Announcement(_)
            | Record::Mark(_)
            | Record::SpecialDay(_)
            | Record::Memo(_)
            | Record::MemoReading(_)
            | Record::Review(_)
            | Record::Task(_)
            | Record::TaskEvent(_)
            | Record::ConfigVersion(_) => {}
        }
    }

    fn read_attempt(&mut self, row: &AttemptRow) {
        // Attempts are counted from 1, in the order in which we made them.
        let Ok(call) = u32::try_from(row.arrival_seq - 1) else {
            return;
        };
        let state = &mut self.calls[place(call)];
        state.was_spoken_to = row.answered_ms.is_some();
        match row.stage {
            Stage::Received | Stage::Ringing => {}
            Stage::InDialplan => state.at = At::Before,
            Stage::Queued => self.waits(call),
            Stage::Talking => {
                state.at = At::Talking;
                state.answered_us = state.answered_us.or(Some(self.now.mono_us));
            }
            Stage::Ended => {
                state.at = At::Over;
                if let Some(outcome) = row.outcome {
                    self.call_over(call, outcome, row.callback);
                }
            }
        }
    }

    fn call_over(&mut self, call: u32, outcome: Outcome, callback: Option<CallbackId>) {
        let state = self.calls[place(call)];
        let someone = &mut self.persons[place(state.person)];
        let (kind, counts) = (place(someone.kind), someone.counts);
        let is_served = outcome.is_served();
        someone.is = if is_served { Is::Content } else { Is::Away };
        let wait_us = |until_us: u64| until_us - state.queued_us.unwrap_or(until_us);
        if let Some(callback) = callback {
            let owed = Debt {
                person: state.person,
                since_us: self.now.mono_us,
                reached_us: None,
            };
            let is_new = !self.debts.contains_key(&callback);
            self.debts.entry(callback).or_insert(owed);
            self.outcome.callers[kind].owed += u64::from(is_new && counts);
        }
        let end = UnansweredEnd {
            wait_us: wait_us(self.now.mono_us),
            was_spoken_to: state.was_spoken_to,
            within_s: &self.scenario.within_s,
            short_s: self.scenario.short_s,
        };
        let tally = &mut self.outcome.callers[kind];
        if counts {
            tally.calls += 1;
            match state.answered_us {
                Some(at_us) => tally.count_answered(wait_us(at_us), &self.scenario.within_s),
                None => tally.count_unanswered(outcome, end),
            }
            self.count_quarter(call, outcome);
        }
        if !is_served {
            let is_promised = match outcome {
                Outcome::CallbackRequested | Outcome::QueueTimeout | Outcome::Withdrawn => true,
                Outcome::RefusedLines | Outcome::RefusedQueueFull => state.was_spoken_to,
                Outcome::OutOfHours => callback.is_some(),
                Outcome::Served
                | Outcome::ServedByMenu
                | Outcome::AbandonedRinging
                | Outcome::AbandonedMessage
                | Outcome::AbandonedMenu
                | Outcome::AbandonedQueue
                | Outcome::RefusedByCarrier
                | Outcome::RefusedRate
                | Outcome::RefusedNoOperators
                | Outcome::Interrupted
                | Outcome::Failed => false,
            };
            self.may_redial(state.person, is_promised);
        }
    }

    fn count_quarter(&mut self, call: u32, outcome: Outcome) {
        let state = self.calls[place(call)];
        let kind = place(self.persons[place(state.person)].kind);
        let quarter = state.begun_us / (u64::from(QUARTER_S) * 1_000_000);
        let quarters = &mut self.outcome.quarters[kind];
        let Some(entry) = usize::try_from(quarter)
            .ok()
            .and_then(|quarter| quarters.get_mut(quarter))
        else {
            return;
        };
        let first_us = self
            .scenario
            .within_s
            .first()
            .map_or(0, |s| u64::from(*s) * 1_000_000);
        let wait_us = state
            .answered_us
            .map(|at_us| at_us - state.queued_us.unwrap_or(at_us));
        entry.add(Quarter {
            calls: 1,
            answered: u64::from(wait_us.is_some()),
            in_time: u64::from(wait_us.is_some_and(|wait_us| wait_us <= first_us)),
            abandoned: u64::from(outcome == Outcome::AbandonedQueue),
            refused: u64::from(matches!(
                outcome,
                Outcome::RefusedLines
                    | Outcome::RefusedQueueFull
                    | Outcome::RefusedRate
                    | Outcome::RefusedNoOperators
            )),
        });
    }

    fn read_callback(&mut self, row: &CallbackRow) {
        if row.state != CallbackState::Closed {
            return;
        }
        let (Some(how), Some(debt)) = (row.closed_how, self.debts.remove(&row.id)) else {
            return;
        };
        let someone = &mut self.persons[place(debt.person)];
        if matches!(how, ClosedHow::Served | ClosedHow::GotThrough) {
            someone.is = Is::Content;
        }
        let (kind, counts) = (place(someone.kind), someone.counts);
        if counts {
            let delay_us = debt.reached_us.map(|at_us| at_us - debt.since_us);
            self.outcome.callers[kind].count_closed(how, delay_us);
        }
    }

    fn read_dial(&mut self, row: &DialRow) {
        let Some(debt) = self.debts.get_mut(&row.callback) else {
            return;
        };
        if row.answered_ms.is_some() {
            debt.reached_us = debt.reached_us.or(Some(self.now.mono_us));
        }
        if row.result == Some(DialResult::Answered) {
            // Until the row of the callback says whether they have what they wanted.
            self.persons[place(debt.person)].is = Is::Away;
        }
    }

    /// Who is still on the line when the scenario ends, and everybody's sum.
    pub(crate) fn close_calls(&mut self) {
        for call in &self.calls {
            let someone = &self.persons[place(call.person)];
            if call.at != At::Over && someone.counts {
                let tally = &mut self.outcome.callers[place(someone.kind)];
                tally.calls += 1;
                match call.answered_us {
                    Some(at_us) => {
                        let wait_us = at_us - call.queued_us.unwrap_or(at_us);
                        tally.count_answered(wait_us, &self.scenario.within_s);
                    }
                    None => tally.unfinished += 1,
                }
            }
        }
        for someone in self.persons.iter().filter(|someone| someone.counts) {
            let tally = &mut self.outcome.callers[place(someone.kind)];
            tally.persons += 1;
            tally.helped += u64::from(matches!(someone.is, Is::Content | Is::CalledBack));
            tally.calls_of_one = tally.calls_of_one.max(u64::from(someone.calls));
        }
    }
}
