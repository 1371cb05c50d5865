//! How this quarter hour goes: who of those of whom it is known by now was answered in time.

use cuptel_core::snapshot::QueueNow;
use cuptel_core::time::UtcMs;
use cuptel_store::QuarterFigures;

use super::say;

/// Callers of a quarter hour before it is judged.
const JUDGED_MIN: u64 = 5;

/// Callers of this quarter hour of whom it is known whether they were answered in time.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct InTime {
    pub(crate) in_target: u64,
    pub(crate) known: u64,
}

impl InTime {
    /// So few that one of them more or less would decide.
    pub(crate) fn is_too_early(self) -> bool {
        (1..JUDGED_MIN).contains(&self.known)
    }

    /// In per cent; nothing of too few.
    pub(crate) fn share(self) -> Option<u64> {
        (self.known >= JUDGED_MIN).then(|| say::per_cent(self.in_target, self.known))?
    }
}

/// How this quarter hour goes: who waits less long than the target has not been let down yet.
pub(crate) fn now_of(queue: &QueueNow, now: QuarterFigures, at: UtcMs) -> InTime {
    let target_ms = queue
        .targets
        .first()
        .map_or(0, |it| i64::from(it.within_s) * 1_000);
    let is_early = queue
        .oldest_ms
        .is_some_and(|oldest| at - oldest <= target_ms);
    let undecided = if is_early {
        u64::from(queue.waiting)
    } else {
        0
    };
    InTime {
        in_target: now.in_target,
        known: now.queued.saturating_sub(undecided),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_hour_is_not_judged_by_a_handful_of_callers() {
        let of = |in_target, known| InTime { in_target, known };
        assert!(of(0, 1).is_too_early() && of(0, 4).is_too_early());
        assert_eq!((of(0, 4).share(), of(1, 5).share()), (None, Some(20)));
        assert!(
            !of(0, 0).is_too_early(),
            "of nobody there is nothing to tell"
        );
    }
}
