//! Which opening hours a queue has: those without which no caller gets there. And which queue
//! hours are about, where they are asked after the choice.

use std::collections::BTreeSet;

use super::{Dialplan, Step, StepId};
use crate::id::QueueId;
use crate::rules::CalendarId;

impl Dialplan {
    /// The calendars that must be open on every way from the start to a queue.
    #[must_use]
    pub fn hours_of(&self, queue: QueueId) -> Vec<CalendarId> {
        let calendars: BTreeSet<CalendarId> = self
            .steps
            .iter()
            .filter_map(|step| match step {
                Step::Hours { calendar, .. } => Some(*calendar),
                Step::Play { .. }
                | Step::Menu { .. }
                | Step::Queue { .. }
                | Step::Callback { .. }
                | Step::OptOut { .. }
                | Step::Verify { .. }
                | Step::Emergency { .. }
                | Step::HangUp { .. } => None,
            })
            .collect();
        if !self.leads_to(queue, None) {
            return Vec::new();
        }
        calendars
            .into_iter()
            .filter(|calendar| !self.leads_to(queue, Some(*calendar)))
            .collect()
    }

    /// The queue to which a step leads when nothing is left to choose.
    #[must_use]
    pub fn queue_behind(&self, step: StepId) -> Option<QueueId> {
        let mut at = step;
        for _ in &self.steps {
            at = match self.steps.get(at.0)? {
                Step::Queue { queue, .. } | Step::Callback { queue, .. } => return Some(*queue),
                Step::Play { then, .. } => *then,
                Step::Hours { open, .. } => *open,
                Step::Emergency { then, .. } => (*then)?,
                Step::OptOut { instead, .. } => *instead,
                Step::Menu { .. } | Step::Verify { .. } | Step::HangUp { .. } => return None,
            };
        }
        None
    }

    /// The queues to which a step can lead, by ways on which no hours are over.
    #[must_use]
    pub fn queues_behind(&self, step: StepId) -> BTreeSet<QueueId> {
        let mut queues = BTreeSet::new();
        let mut seen = BTreeSet::new();
        let mut to_visit = vec![step];
        while let Some(at) = to_visit.pop() {
            let Some(step) = self.steps.get(at.0).filter(|_| seen.insert(at)) else {
                continue;
            };
            match step {
                Step::Queue { queue, .. } => {
                    queues.insert(*queue);
                }
                Step::Hours { open, .. } => to_visit.push(*open),
                Step::Play { .. }
                | Step::Menu { .. }
                | Step::Callback { .. }
                | Step::OptOut { .. }
                | Step::Verify { .. }
                | Step::Emergency { .. }
                | Step::HangUp { .. } => to_visit.extend(step.followers()),
            }
        }
        queues
    }

    /// Whether a caller can get to a queue while a calendar is shut.
    fn leads_to(&self, queue: QueueId, shut: Option<CalendarId>) -> bool {
        let mut seen = BTreeSet::new();
        let mut to_visit = vec![self.start];
        while let Some(at) = to_visit.pop() {
            let Some(step) = self.steps.get(at.0).filter(|_| seen.insert(at)) else {
                continue;
            };
            match step {
                Step::Queue { queue: here, .. } if *here == queue => return true,
                Step::Hours {
                    calendar, closed, ..
                } if Some(*calendar) == shut => to_visit.push(*closed),
                Step::Play { .. }
                | Step::Hours { .. }
                | Step::Menu { .. }
                | Step::Queue { .. }
                | Step::Callback { .. }
                | Step::OptOut { .. }
                | Step::Verify { .. }
                | Step::Emergency { .. }
                | Step::HangUp { .. } => to_visit.extend(step.followers().collect::<Vec<StepId>>()),
            }
        }
        false
    }
}
