//! A trunk's turn among those on which callbacks are dialled.

use cuptel_core::dialplan::fields::Fields;
use cuptel_core::rules::DialPolicy;

use super::network::TrunkDraft;

/// What says nothing of a trunk on which nobody is dialled.
const DIAL_KEYS: [&str; 5] = ["order", "weight", "failures_max", "avoid_s", "cli_always"];

/// What a trunk says of its turn, where callbacks are dialled on it.
pub(super) fn dial_policy(
    table: &mut Fields<'_>,
    has_outbound: bool,
    others: &[TrunkDraft],
) -> DialPolicy {
    let usual = DialPolicy::default();
    let last = others.iter().map(|draft| draft.trunk.dials.order).max();
    let after = last.map_or(usual.order, |order| order.saturating_add(1));
    if !has_outbound && !table.has("outbound") {
        for key in DIAL_KEYS {
            if let Some(at) = table.key_at(key) {
                let message = format!(
                    "`{key}` is about callbacks, and this trunk has no `outbound` to dial them"
                );
                table.faults().add(at, message);
            }
        }
    }
    DialPolicy {
        order: table.whole_or("order", 0..=1_000, after),
        weight: table.whole_or("weight", 1..=1_000, usual.weight),
        failures_max: table.whole_or("failures_max", 1..=100, usual.failures_max),
        avoid_s: table.whole_or("avoid_s", 1..=3_600, usual.avoid_s),
        shows_own_cli: table.truth("cli_always").is_some_and(|it| it.value),
    }
}
