//! What the invented people counted.

use std::sync::{Arc, Mutex, PoisonError};

use cuptel_media::StreamReport;
use serde::Serialize;

/// Figures of the demo's phones since their start.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(crate) struct Counts {
    /// INVITEs of callers.
    pub(crate) placed: u64,
    /// Callers who were not placed: `calls_max`, or no port was free.
    pub(crate) not_placed: u64,
    /// Callers who heard somebody pick up.
    pub(crate) answered: u64,
    /// Callers with 480, 486, 503, 600 or 603.
    pub(crate) refused: u64,
    /// Callers who gave up while it rang.
    pub(crate) cancelled: u64,
    /// Callers with any other end, and answers without usable sound.
    pub(crate) failed: u64,
    /// Callers who hung up before anybody spoke to them.
    pub(crate) hung_up_waiting: u64,
    /// Keys that callers pressed.
    pub(crate) keys_pressed: u64,
    /// Callers who showed no number.
    pub(crate) withheld: u64,
    /// Redials after a refusal.
    pub(crate) redials: u64,
    /// Conversations: an operator and a person who both were on the line.
    pub(crate) talked: u64,
    /// Operators' phones on the register now.
    pub(crate) registered: u64,
    /// REGISTERs that came to nothing.
    pub(crate) registers_failed: u64,
    /// INVITEs to operators' phones.
    pub(crate) operator_offers: u64,
    /// Of them answered.
    pub(crate) operator_answers: u64,
    /// Of them declined.
    pub(crate) operator_declined: u64,
    /// INVITEs to an operator's phone that was ringing or talking already.
    pub(crate) operator_doubled: u64,
    /// INVITEs that the carrier was given.
    pub(crate) callbacks_rung: u64,
    /// Different people among them.
    pub(crate) callbacks_people: u64,
    /// The most INVITEs at a time for one number.
    pub(crate) callbacks_at_once_max: u64,
    /// INVITEs for a number that already had one open.
    pub(crate) double_dials: u64,
    /// INVITEs for somebody who was on the line with us.
    pub(crate) dialled_while_calling: u64,
    /// Called people who picked up.
    pub(crate) callbacks_answered: u64,
    /// Called people who were busy.
    pub(crate) callbacks_busy: u64,
    /// Called people who let it ring until the caller gave up.
    pub(crate) callbacks_unanswered: u64,
    /// INVITEs for nobody we know.
    pub(crate) callbacks_astray: u64,
    /// Streams of RTP that are over.
    pub(crate) rtp_legs: u64,
    /// RTP packets that the phones sent, of calls that are over.
    pub(crate) rtp_sent: u64,
    /// RTP packets that they heard.
    pub(crate) rtp_received: u64,
    /// Packets missing in what they heard.
    pub(crate) rtp_lost: u64,
    /// INVITE to 200, the median in milliseconds.
    pub(crate) answer_p50_ms: f64,
    /// INVITE to 200, the 99th percentile in milliseconds.
    pub(crate) answer_p99_ms: f64,
}

impl Counts {
    /// Share of packets lost on the way to the phones, in percent.
    pub(crate) fn rtp_lost_pct(&self) -> f64 {
        let expected = self.rtp_received + self.rtp_lost;
        if expected == 0 {
            return 0.0;
        }
        to_float(self.rtp_lost) * 100.0 / to_float(expected)
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "figures for people: 53 bits are plenty"
)]
fn to_float(count: u64) -> f64 {
    count as f64
}

/// Where the phones count and their owner reads.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally(Arc<Mutex<Sums>>);

/// One INVITE of a caller, as the phones know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Placed {
    /// Its name in SIP, which the store keeps too.
    pub(crate) call_id: String,
    /// The final response that the caller heard.
    pub(crate) heard: Option<u16>,
}

#[derive(Debug, Default)]
struct Sums {
    counts: Counts,
    answers: Delays,
    /// Every one: some hundred bytes each, a few tens of megabytes for a day of calls.
    placed: Vec<Placed>,
}

impl Tally {
    pub(crate) fn note(&self, change: impl FnOnce(&mut Counts)) {
        // A count is whole at any moment, so one left by a panic is good.
        let mut sums = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut sums.counts);
    }

    /// A caller's INVITE left; its place for [`heard_final`](Self::heard_final).
    pub(crate) fn placed(&self, call_id: String) -> usize {
        let mut sums = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sums.counts.placed += 1;
        sums.placed.push(Placed {
            call_id,
            heard: None,
        });
        sums.placed.len() - 1
    }

    /// The caller of that place was told how it ends.
    pub(crate) fn heard_final(&self, entry: usize, status: u16) {
        let mut sums = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(placed) = sums.placed.get_mut(entry) {
            placed.heard = Some(status);
        }
    }

    /// Every INVITE of a caller, in their order.
    pub(crate) fn all_placed(&self) -> Vec<Placed> {
        let sums = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sums.placed.clone()
    }

    pub(crate) fn answered_after(&self, delay_us: u64) {
        let mut sums = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sums.counts.answered += 1;
        sums.answers.add(delay_us);
    }

    pub(crate) fn heard(&self, report: &StreamReport) {
        self.note(|counts| {
            counts.rtp_legs += 1;
            counts.rtp_sent += report.packets_out;
            counts.rtp_received += report.packets_in;
            counts.rtp_lost += report.lost;
        });
    }

    pub(crate) fn read(&self) -> Counts {
        let sums = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Counts {
            answer_p50_ms: sums.answers.quantile_ms(0.50),
            answer_p99_ms: sums.answers.quantile_ms(0.99),
            ..sums.counts.clone()
        }
    }
}

/// Width of a class of delays.
const CLASS_US: u64 = 100;
/// Delays from 5 s up share the last class: memory stays the same however long the demo runs.
const CLASSES: usize = 50_001;

#[derive(Debug)]
struct Delays {
    classes: Vec<u64>,
    count: u64,
}

impl Default for Delays {
    fn default() -> Self {
        Self {
            classes: vec![0; CLASSES],
            count: 0,
        }
    }
}

impl Delays {
    fn add(&mut self, delay_us: u64) {
        let class = usize::try_from(delay_us / CLASS_US).unwrap_or(CLASSES);
        if let Some(class) = self.classes.get_mut(class.min(CLASSES - 1)) {
            *class += 1;
            self.count += 1;
        }
    }

    /// The upper end of the class in which the quantile lies; 0 without any delay.
    fn quantile_ms(&self, share: f64) -> f64 {
        let mut below = 0;
        for (class, count) in (1_u32..).zip(&self.classes) {
            below += count;
            if below > 0 && to_float(below) >= to_float(self.count) * share {
                return f64::from(class) / 10.0;
            }
        }
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_exact_to_a_tenth_of_a_millisecond() {
        let tally = Tally::default();
        assert!(tally.read().answer_p99_ms.abs() < f64::EPSILON);
        for n in 0..100 {
            tally.answered_after(n * 1_000 + 50);
        }
        let counts = tally.read();
        assert_eq!(counts.answered, 100);
        assert!((counts.answer_p50_ms - 49.1).abs() < 1e-9, "{counts:?}");
        assert!((counts.answer_p99_ms - 98.1).abs() < 1e-9, "{counts:?}");
        tally.answered_after(u64::MAX);
        assert!((tally.read().answer_p99_ms - 99.1).abs() < 1e-9);
    }

    #[test]
    fn loss_is_a_share_of_what_should_have_come() {
        let mut counts = Counts::default();
        assert!(counts.rtp_lost_pct().abs() < f64::EPSILON);
        (counts.rtp_received, counts.rtp_lost) = (75, 25);
        assert!((counts.rtp_lost_pct() - 25.0).abs() < 1e-9);
    }
}
