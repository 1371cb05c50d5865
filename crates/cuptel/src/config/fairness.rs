//! When health authorities have drifted apart.

use cuptel_core::dialplan::fields::Fields;
use cuptel_core::rules::FairnessPolicy;

/// Defaults: waits of the last 15 min; an authority with fewer than 20 is not compared; waits under
/// 30 s are all short; 3 times as long in the worst as in the best, or a fifth more of the callers
/// who hang up, is too far.
pub(super) fn fairness(root: &mut Fields<'_>) -> FairnessPolicy {
    let mut policy = FairnessPolicy::default();
    let Some(mut table) = root.table("fairness") else {
        return policy;
    };
    for (key, range, value) in [
        ("window_min", 1..=240, &mut policy.window_min),
        ("waits_min", 1..=10_000, &mut policy.waits_min),
        ("wait_least_s", 1..=3_600, &mut policy.wait_least_s),
        (
            "wait_p95_ratio_max",
            1..=1_000,
            &mut policy.wait_p95_ratio_max,
        ),
    ] {
        *value = table.whole_or(key, range, *value);
    }
    let gap_max = table.share("abandoned_gap_max");
    policy.abandoned_gap_max = gap_max.map_or(policy.abandoned_gap_max, |gap| gap.value);
    table.finish();
    policy
}
