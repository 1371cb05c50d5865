//! The demo's day in sentences, told as it goes on.

use std::time::Duration;

use cuptel_core::snapshot::{Snapshot, TrunkNow};
use cuptel_core::time::UtcMs;
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
    notices: Notices,
}

/// Callers who heard a notice: a storm's count begins anew with each storm.
#[derive(Debug, Default)]
struct Notices {
    before: u32,
    since_ms: Option<UtcMs>,
    now: u32,
}

impl Notices {
    fn look(&mut self, look: &Snapshot) {
        let Some(storm) = look.trunks.iter().find_map(|trunk| trunk.storm) else {
            return;
        };
        if self.since_ms.replace(storm.since_ms) != Some(storm.since_ms) {
            self.before += self.now;
        }
        self.now = storm.told + storm.listed;
    }

    fn sum(&self) -> u32 {
        self.before + self.now
    }
}

impl Story {
    pub(super) fn new(day: Day, late: Late) -> Self {
        Self {
            day,
            late,
            told: None,
            has_opened: false,
            notices: Notices::default(),
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
        self.notices.look(look);
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
                    "{} lines; who finds none free hears on one of {} more that they are called back, and by\nwhen; beyond that they are refused. Whichever it is, it is recorded first.\n{} is still closed: its callers are told the hours.",
                    lines(look, |trunk| trunk.answer_max),
                    lines(look, |trunk| trunk.notice_lines),
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
                    "{} calls so far, {} of them refused, {} told where they stand. Who dials again joins the\ncase that is open for their number and keeps its place. Others give up, or press the key\nfor a call.",
                    counts.placed,
                    counts.refused,
                    self.notices.sum()
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

fn lines(look: &Snapshot, of: fn(&TrunkNow) -> u32) -> u32 {
    look.trunks.iter().map(of).sum()
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
