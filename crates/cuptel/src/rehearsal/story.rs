//! The demo's day in sentences, told as it goes on.

use std::time::Duration;

use cuptel_core::snapshot::Snapshot;
use cuptel_core::words::WorkState;

use super::screen::Screen;
use super::stage::{LATE_OPENS_S, Late};
use crate::demo::{Counts, Day, Phase};

const DAY_S: u64 = 86_400;

/// How far the story has been told.
#[derive(Debug)]
pub(super) struct Story {
    day: Day,
    late: Late,
    told: Option<(u64, Phase)>,
    has_opened: bool,
}

impl Story {
    pub(super) fn new(day: Day, late: Late) -> Self {
        Self {
            day,
            late,
            told: None,
            has_opened: false,
        }
    }

    /// What the show's clock says.
    pub(super) fn clock(&self, since_start: Duration) -> String {
        let opens_s = Duration::from_secs(LATE_OPENS_S);
        let now_s = (opens_s + since_start).saturating_sub(self.late.opens_after);
        let now_s = now_s.as_secs() % DAY_S;
        format!(
            "{:02}:{:02}:{:02}",
            now_s / 3_600,
            now_s / 60 % 60,
            now_s % 60
        )
    }

    /// Tells what has changed, and the figures of now.
    pub(super) fn go_on(
        &mut self,
        screen: &mut Screen,
        since_start: Duration,
        look: &Snapshot,
        counts: &Counts,
    ) {
        let clock = self.clock(since_start);
        let now = self.day.at(since_start);
        if self.told != Some(now) {
            self.told = Some(now);
            let (heading, text) = self.chapter(now, look, counts);
            screen.announce(&format!("{clock}  {heading}"));
            screen.tell(&text);
        }
        if !self.has_opened && since_start >= self.late.opens_after {
            self.has_opened = true;
            screen.announce(&format!("{clock}  {} opens", self.late.title));
            screen.tell(
                "Who called before the hour is owed a call since then: they are called from now on.",
            );
        }
        screen.figures(&format!("{clock}  {}", figures(look, counts)));
    }

    fn chapter(
        &self,
        (day, phase): (u64, Phase),
        look: &Snapshot,
        counts: &Counts,
    ) -> (&'static str, String) {
        match phase {
            Phase::Jam if day == 0 => (
                "The lines open, and everybody rings at once",
                format!(
                    "{} lines; who finds none free is refused, and recorded first.\n{} is still closed: its callers are told the hours.",
                    look.trunks
                        .iter()
                        .map(|trunk| trunk.answer_max)
                        .sum::<u32>(),
                    self.late.title
                ),
            ),
            Phase::Jam => (
                "Another wave",
                "Everybody rings again, as on the day after a holiday.".to_owned(),
            ),
            Phase::Morning => (
                "The rush is over, the queues are not",
                format!(
                    "{} calls so far, {} of them refused. Who dials again joins the case that is open for\ntheir number and keeps its place. Others give up, or press the key for a call.",
                    counts.placed, counts.refused
                ),
            ),
            Phase::Quiet => (
                "It gets quiet: what is owed is paid, the oldest first",
                format!(
                    "{} people are owed a call; {} calls were somebody dialling again. An operator's phone\nrings first, then theirs; who is out or busy is tried again later.",
                    owed(look),
                    counts.redials
                ),
            ),
        }
    }
}

fn owed(look: &Snapshot) -> u32 {
    look.queues.iter().map(|queue| queue.callbacks_open).sum()
}

/// One line that fits a terminal of 80 columns.
fn figures(look: &Snapshot, counts: &Counts) -> String {
    let waiting: u32 = look.queues.iter().map(|queue| queue.waiting).sum();
    let talking = look
        .seats
        .iter()
        .filter(|seat| seat.work == WorkState::Talking)
        .count();
    format!(
        "calls {:>2}, waiting {:>2}, talking {talking:>2}; refused {}; owed {}, paid {}",
        look.calls,
        waiting,
        counts.refused,
        owed(look),
        counts.callbacks_answered
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_of_the_story_is_that_of_the_node() {
        let late = Late {
            title: "ASL".to_owned(),
            opens_after: Duration::from_secs(18),
        };
        let story = Story::new(Day::of(Duration::from_secs(60)), late);
        let at = |seconds| story.clock(Duration::from_secs(seconds));
        assert_eq!(at(0), "08:00:42");
        assert_eq!(at(18), "08:01:00");
        assert_eq!(at(16 * 3_600), "00:00:42");
    }

    #[test]
    fn the_line_of_figures_fits_a_narrow_terminal() {
        let look = Snapshot {
            calls: 200,
            ..Snapshot::default()
        };
        let counts = Counts {
            refused: 99_999,
            callbacks_answered: 99_999,
            ..Counts::default()
        };
        let line = format!("08:00:42  {}", figures(&look, &counts));
        assert!(line.len() < 79, "{line}");
    }
}
