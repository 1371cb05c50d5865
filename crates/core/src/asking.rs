//! The question to who is on the line before any operator: whether they want one. 1 is yes, 2 twice is
//! no call at all, any other key is another time, and who presses none may be a machine.
//!
//! **What they say is stored before they hear that it is.** That they want no call stands at the needs
//! from the moment of the key; the callback is closed at the end of the call, since it has a dial or
//! none, or by the start after a crash.

use serde::{Deserialize, Serialize};

use crate::centre::Centre;
use crate::id::{CallbackId, DialId, QueueId};
use crate::keeping::NeedsSaid;
use crate::owing::About;
use crate::person_first::{PersonFirst, Stands};
use crate::record::{NeedDetailRow, NeedRow, Record};
use crate::step::Step;
use crate::time::Now;
use crate::words::{CallbackEventKind, ClosedHow, DialResult};

/// Why a need is closed whose person wants no call.
const BY_KEY: &str = "the person said twice by key that they want no call";

/// How far the question is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Asking {
    /// They hear who calls and which keys there are; so many times more.
    Whether { times_left: u32 },
    /// They are asked whether they really want no call.
    Leaving,
}

impl Centre {
    /// They have picked up, or something has: they hear who calls.
    pub(crate) fn begins_to_ask(
        &mut self,
        now: Now,
        (id, queue): (CallbackId, QueueId),
        step: &mut Step,
    ) {
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
        let asks = Stands::Asks(Asking::Whether { times_left });
        self.says_first(id, asks, says, step);
    }

    /// Nobody has pressed a key in time.
    pub(crate) fn asked_says_nothing(
        &mut self,
        now: Now,
        (id, asking): (CallbackId, &Asking),
        step: &mut Step,
    ) {
        let Some(spoken) = self.rules.prompts.person_first.clone() else {
            return self.first_over(now, id, (DialResult::Cancelled, Some(200)), true, step);
        };
        match *asking {
            Asking::Whether { times_left: 0 } => {
                self.takes_leave(id, (DialResult::Machine, false), spoken.machine, step);
            }
            Asking::Whether { times_left } => self.ask_first(now, id, times_left - 1, step),
            Asking::Leaving => {
                self.takes_leave(id, (DialResult::Declined, false), spoken.later, step);
            }
        }
    }

    /// A key was pressed by who is asked.
    pub(crate) fn asked_presses(
        &mut self,
        now: Now,
        id: CallbackId,
        (asking, digit): (&Asking, char),
        step: &mut Step,
    ) {
        let Some(spoken) = self.rules.prompts.person_first.clone() else {
            return;
        };
        let concerns_two = self.cases.get(&id).is_some_and(|it| it.concerns_two());
        match (asking, digit) {
            (Asking::Whether { .. } | Asking::Leaving, '1') => self.first_pressed(now, id, step),
            (Asking::Whether { .. }, '2') => {
                let asks = self.rules.prompts.notice.leave;
                self.says_first(id, Stands::Asks(Asking::Leaving), vec![asks], step);
            }
            // Nobody knows which of two persons presses the key.
            (Asking::Leaving, '2') if !concerns_two => {
                self.records_leaving(id, step);
                self.takes_leave(id, (DialResult::Declined, true), spoken.declined, step);
            }
            (Asking::Whether { .. } | Asking::Leaving, _) => {
                self.takes_leave(id, (DialResult::Declined, false), spoken.later, step);
            }
        }
    }

    /// They want to speak with somebody.
    pub(crate) fn first_pressed(&mut self, now: Now, id: CallbackId, step: &mut Step) {
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

    /// Of all that they are owed, what nobody calls them about any more stands so from now on.
    fn records_leaving(&mut self, id: CallbackId, step: &mut Step) {
        let Some(case) = self.cases.get(&id) else {
            return;
        };
        let all_are_over = case.needs.iter().all(is_over);
        let leaves = |need: &&NeedRow| all_are_over || need.kind.closes_by_conversation();
        for need in case.needs.iter().filter(leaves) {
            let detail = self.details.get(&need.id).cloned();
            let detail = NeedDetailRow {
                closed_because: Some(BY_KEY.to_owned()),
                ..detail.unwrap_or_else(|| NeedDetailRow::bare(need))
            };
            step.records
                .push(Record::NeedDetail(Box::new(detail.clone())));
            self.details.insert(need.id, detail);
        }
    }

    fn has_left(&self, need: &NeedRow) -> bool {
        let detail = self.details.get(&need.id);
        detail.and_then(|it| it.closed_because.as_deref()) == Some(BY_KEY)
    }

    /// Whether they had said that they want no call when we died.
    pub(crate) fn had_left(&self, id: CallbackId) -> bool {
        let case = self.cases.get(&id);
        case.is_some_and(|case| case.needs.iter().any(|need| self.has_left(need)))
    }

    /// What they had said before we died is done now.
    pub(crate) fn settle_left(
        &mut self,
        now: Now,
        (id, dial): (CallbackId, DialId),
        step: &mut Step,
    ) {
        let Some(case) = self.cases.get(&id).filter(|_| self.had_left(id)) else {
            return;
        };
        let left = case.needs.iter().filter(|need| self.has_left(need));
        let left: Vec<_> = left.map(|need| need.id).collect();
        let about = About {
            dial: Some(dial),
            ..About::default()
        };
        let how = ClosedHow::CancelledByPerson;
        if self.settle_needs(now, id, (how, about), |need| left.contains(&need.id), step) {
            self.note_closed(now, id, how, step);
        }
    }

    /// They said twice that they want no call. What an operator took in charge stays.
    pub(crate) fn wants_no_call(
        &mut self,
        now: Now,
        id: CallbackId,
        dial: DialId,
        step: &mut Step,
    ) {
        let Some(case) = self.cases.get(&id) else {
            return;
        };
        let about = About {
            dial: Some(dial),
            ..About::default()
        };
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

/// Whether a person's word alone ends it.
fn is_over(need: &NeedRow) -> bool {
    need.kind.closes_by_conversation() || need.kind.is_listed()
}
