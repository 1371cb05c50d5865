//! What an operator reads before a person is rung, and what follows when they hand a callback back.

use cuptel_core::dialplan::fields::Fields;
use cuptel_core::preview::{PreviewEnds, PreviewPolicy, SHOWN_S_MAX};

use super::limits::DAY_S;
use super::word;

/// Comparable, for a reload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PreviewSettings(PreviewPolicy);

impl PreviewSettings {
    /// Default: nothing is shown; an hour, and a human looks after three.
    pub(super) fn standard() -> Self {
        Self(PreviewPolicy::default())
    }

    /// Takes what the table of callbacks says; the rest stays as it is.
    pub(super) fn take(&mut self, table: &mut Fields<'_>) {
        let Self(policy) = self;
        for (key, range, value) in [
            ("preview_s", 0..=SHOWN_S_MAX, &mut policy.shown_s),
            ("decline_rest_s", DAY_S, &mut policy.decline_rest_s),
            ("declines_max", 0..=100, &mut policy.declines_max),
        ] {
            *value = table.whole_or(key, range, *value);
        }
        if let Some(chosen) = table.truth("take_by_hand") {
            policy.chosen_by_hand = chosen.value;
        }
        let ends = [
            ("dials", PreviewEnds::Dials),
            ("hands_back", PreviewEnds::HandsBack),
        ];
        let at = table.key_at("preview_ends");
        policy.ends = word(table, "preview_ends", &ends, false).unwrap_or(policy.ends);
        if let Some(at) = at.filter(|_| policy.shown_s == 0) {
            let message = "`preview_ends` without `preview_s`: nothing is shown, so nothing ends";
            table.faults().add(at, message);
        }
    }

    pub(super) fn policy(self) -> PreviewPolicy {
        self.0
    }
}
