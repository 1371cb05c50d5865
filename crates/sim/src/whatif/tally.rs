//! What became of callers, counted; and what operators did with their time. Counts of kinds of
//! callers add up to those of a queue, of an authority, of a class, of all.

use cuptel_core::words::{Chosen, ClosedHow, Outcome, WorkState};

use super::histogram::Histogram;

/// What became of the callers of one kind, or of several together.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tally {
    /// People who called.
    pub persons: u64,
    /// Calls, every one of them.
    pub calls: u64,
    /// The most calls of one person.
    pub calls_of_one: u64,
    /// People who spoke with an operator in the end, called or called back.
    pub helped: u64,
    /// Calls that an operator answered, by the wait in the queue.
    pub answered: Histogram,
    /// Of those, answered within each of the scenario's times.
    pub answered_within: Vec<u64>,
    /// Calls given up in the queue, by the wait.
    pub abandoned: Histogram,
    /// Of those, given up within each of the scenario's times.
    pub abandoned_within: Vec<u64>,
    /// Of those, given up so soon that contracts leave them out.
    pub abandoned_short: u64,
    /// Calls given up in messages and menus.
    pub abandoned_before: u64,
    /// Calls that left the queue for a promise to be called back: by key, by time, at closing.
    pub left_for_callback: u64,
    /// Calls refused because no line was free.
    pub refused_lines: u64,
    /// Of those, calls that heard on a notice line that they are called back.
    pub noticed: u64,
    /// Calls refused because the queue was full.
    pub refused_full: u64,
    /// Calls refused because nobody was signed in, or too many came in a second.
    pub refused_other: u64,
    /// Calls outside opening hours.
    pub out_of_hours: u64,
    /// Conversations or waits that broke off.
    pub interrupted: u64,
    /// Served by a message or menu alone.
    pub served_by_menu: u64,
    /// Calls still open when the scenario ends.
    pub unfinished: u64,
    /// Callbacks opened.
    pub owed: u64,
    /// Callbacks paid, by the time from opening to the person's voice.
    pub paid: Histogram,
    /// Callbacks closed because the person got through first.
    pub got_through: u64,
    /// Callbacks given up: every try spent, or too old.
    pub given_up: u64,
    /// Calls of ours to people.
    pub dials: u64,
}

impl Tally {
    pub(crate) fn new(thresholds: usize) -> Self {
        Self {
            answered_within: vec![0; thresholds],
            abandoned_within: vec![0; thresholds],
            ..Self::default()
        }
    }

    /// Adds what became of others.
    pub fn merge(&mut self, other: &Self) {
        self.persons += other.persons;
        self.calls += other.calls;
        self.calls_of_one = self.calls_of_one.max(other.calls_of_one);
        self.helped += other.helped;
        self.answered.merge(&other.answered);
        add(&mut self.answered_within, &other.answered_within);
        self.abandoned.merge(&other.abandoned);
        add(&mut self.abandoned_within, &other.abandoned_within);
        self.abandoned_short += other.abandoned_short;
        self.abandoned_before += other.abandoned_before;
        self.left_for_callback += other.left_for_callback;
        self.refused_lines += other.refused_lines;
        self.noticed += other.noticed;
        self.refused_full += other.refused_full;
        self.refused_other += other.refused_other;
        self.out_of_hours += other.out_of_hours;
        self.interrupted += other.interrupted;
        self.served_by_menu += other.served_by_menu;
        self.unfinished += other.unfinished;
        self.owed += other.owed;
        self.paid.merge(&other.paid);
        self.got_through += other.got_through;
        self.given_up += other.given_up;
        self.dials += other.dials;
    }

    /// Calls refused before the queue, for whatever reason but the hour.
    #[must_use]
    pub fn refused(&self) -> u64 {
        self.refused_lines + self.refused_full + self.refused_other
    }

    /// A call was answered after this wait.
    pub(crate) fn count_answered(&mut self, wait_us: u64, within_s: &[u32]) {
        self.answered.add(wait_us);
        count_within(&mut self.answered_within, wait_us, within_s);
    }

    /// A call ended without an operator.
    pub(crate) fn count_unanswered(&mut self, outcome: Outcome, end: UnansweredEnd<'_>) {
        match outcome {
            Outcome::AbandonedQueue => {
                self.abandoned.add(end.wait_us);
                count_within(&mut self.abandoned_within, end.wait_us, end.within_s);
                self.abandoned_short +=
                    u64::from(end.wait_us <= u64::from(end.short_s) * 1_000_000);
            }
            Outcome::AbandonedRinging | Outcome::AbandonedMessage | Outcome::AbandonedMenu => {
                self.abandoned_before += 1;
            }
            Outcome::CallbackRequested | Outcome::QueueTimeout | Outcome::Withdrawn => {
                self.left_for_callback += 1;
            }
            Outcome::RefusedLines => {
                self.refused_lines += 1;
                self.noticed += u64::from(end.was_spoken_to);
            }
            Outcome::RefusedQueueFull => self.refused_full += 1,
            Outcome::RefusedRate | Outcome::RefusedNoOperators | Outcome::RefusedByCarrier => {
                self.refused_other += 1;
            }
            Outcome::OutOfHours => self.out_of_hours += 1,
            Outcome::Interrupted | Outcome::Failed | Outcome::Served => self.interrupted += 1,
            Outcome::ServedByMenu => self.served_by_menu += 1,
        }
    }

    pub(crate) fn count_closed(&mut self, how: ClosedHow, delay_us: Option<u64>) {
        match (how, delay_us) {
            (ClosedHow::Served, Some(delay_us)) => self.paid.add(delay_us),
            (ClosedHow::Served | ClosedHow::GotThrough, _) => self.got_through += 1,
            (
                ClosedHow::Exhausted
                | ClosedHow::Expired
                | ClosedHow::Suppressed
                | ClosedHow::Withdrawn
                | ClosedHow::CancelledByPerson,
                _,
            ) => self.given_up += 1,
        }
    }
}

/// How a call without an operator ended.
#[derive(Debug, Clone, Copy)]
pub(crate) struct UnansweredEnd<'s> {
    pub(crate) wait_us: u64,
    /// Whether we answered the line at all.
    pub(crate) was_spoken_to: bool,
    pub(crate) within_s: &'s [u32],
    pub(crate) short_s: u32,
}

fn count_within(counts: &mut [u64], wait_us: u64, within_s: &[u32]) {
    for (count, within_s) in counts.iter_mut().zip(within_s) {
        *count += u64::from(wait_us <= u64::from(*within_s) * 1_000_000);
    }
}

fn add(counts: &mut Vec<u64>, more: &[u64]) {
    if counts.len() < more.len() {
        counts.resize(more.len(), 0);
    }
    for (count, more) in counts.iter_mut().zip(more) {
        *count += more;
    }
}

/// The callers of one quarter of an hour, by the time of their call.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Quarter {
    /// Calls.
    pub calls: u64,
    /// Calls that an operator answered.
    pub answered: u64,
    /// Of those, within the first of the scenario's times.
    pub in_time: u64,
    /// Calls given up in the queue.
    pub abandoned: u64,
    /// Calls refused.
    pub refused: u64,
}

impl Quarter {
    /// Adds another's callers.
    pub fn add(&mut self, other: Self) {
        self.calls += other.calls;
        self.answered += other.answered;
        self.in_time += other.in_time;
        self.abandoned += other.abandoned;
        self.refused += other.refused;
    }
}

/// What a group of operators did with its time, in milliseconds of all of them together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Worked {
    /// Signed in.
    pub present_ms: u64,
    /// Of that, in a break.
    pub paused_ms: u64,
    /// Talking, or ringing a person.
    pub talking_ms: u64,
    /// After a conversation.
    pub wrap_up_ms: u64,
    /// While the phone rang.
    pub ringing_ms: u64,
}

impl Worked {
    /// The share of the time at work in which there was work; none of no time.
    #[must_use]
    pub fn occupancy(&self) -> Option<f64> {
        let busy_ms = self.talking_ms + self.wrap_up_ms + self.ringing_ms;
        let at_work_ms = self.present_ms - self.paused_ms;
        (at_work_ms > 0).then(|| busy_ms as f64 / at_work_ms as f64)
    }

    /// Adds the time of others.
    pub fn merge(&mut self, other: &Self) {
        self.present_ms += other.present_ms;
        self.paused_ms += other.paused_ms;
        self.talking_ms += other.talking_ms;
        self.wrap_up_ms += other.wrap_up_ms;
        self.ringing_ms += other.ringing_ms;
    }

    pub(crate) fn add(&mut self, chosen: Chosen, work: WorkState, ms: u64) {
        self.present_ms += ms;
        match work {
            WorkState::Preview | WorkState::Talking | WorkState::OnHold => self.talking_ms += ms,
            WorkState::WrapUp => self.wrap_up_ms += ms,
            WorkState::Reserved | WorkState::Ringing => self.ringing_ms += ms,
            // No scenario has tasks.
            WorkState::AtTask => {}
            WorkState::Idle | WorkState::NotResponding => match chosen {
                Chosen::Paused | Chosen::FrontOffice | Chosen::SignedOut => self.paused_ms += ms,
                Chosen::Available | Chosen::OneMoreThenPause | Chosen::OneMoreThenSignOut => {}
            },
        }
    }
}
