//! Whether those who wait fare alike with every health authority: how long nineteen of twenty
//! waited, and which part of them hung up, of late and today. Counted as waits end, in memory that
//! does not grow; what was before the process started is not in it. When two authorities drift
//! apart by more than the rules allow it is said, until they have come well within again.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use crate::attempt::Doing;
use crate::calendar::{Zone, moment};
use crate::centre::Centre;
use crate::id::{AttemptId, TenantId};
use crate::rules::FairnessPolicy;
use crate::time::{MonoUs, Now, UtcMs};
use crate::timers::Timer;
use crate::words::Drift;

/// Buckets for each doubling of a wait: an eighth is the most that a figure is too high.
const FINE: u32 = 8;
/// Waits of six days and more share the last.
const BUCKETS: usize = 136;
/// Parts of the window; it moves on by one of them.
const PARTS: u64 = 15;
/// A look at the figures holds for so long.
const LOOK_US: MonoUs = 10_000_000;
/// A drift is over when this part of what is allowed is left of it.
const OVER_AT: f64 = 0.8;

/// Waits that have ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Waits {
    /// By their length.
    counts: Vec<u32>,
    ended: u32,
    abandoned: u32,
}

impl Default for Waits {
    fn default() -> Self {
        Self {
            counts: vec![0; BUCKETS],
            ended: 0,
            abandoned: 0,
        }
    }
}

fn bucket_of(wait_s: u32) -> usize {
    let doublings = (wait_s / FINE).max(1).ilog2();
    let bucket = doublings * FINE + (wait_s >> doublings);
    usize::try_from(bucket).map_or(BUCKETS - 1, |bucket| bucket.min(BUCKETS - 1))
}

/// The longest wait of a bucket.
fn longest_s(bucket: usize) -> u32 {
    let bucket = u32::try_from(bucket).unwrap_or(u32::MAX);
    let doublings = (bucket / FINE).saturating_sub(1);
    let first = bucket - doublings * FINE;
    ((first + 1) << doublings) - 1
}

impl Waits {
    fn add(&mut self, other: &Self) {
        for (count, more) in self.counts.iter_mut().zip(&other.counts) {
            *count += more;
        }
        self.ended += other.ended;
        self.abandoned += other.abandoned;
    }

    fn figures(&self) -> Figures {
        let wanted = self.ended - self.ended / 20;
        let mut seen = 0;
        let within = self.counts.iter().position(|count| {
            seen += count;
            self.ended > 0 && seen >= wanted
        });
        let share = f64::from(self.abandoned) / f64::from(self.ended.max(1));
        Figures {
            waits: self.ended,
            wait_p95_s: within.map(longest_s),
            abandoned_share: (self.ended > 0).then_some(share),
        }
    }
}

/// How those fared whose wait has ended.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Figures {
    /// How many.
    pub(crate) waits: u32,
    /// Nineteen of twenty waited no longer; none of nobody.
    pub(crate) wait_p95_s: Option<u32>,
    /// The part of them who hung up.
    pub(crate) abandoned_share: Option<f64>,
}

/// Of one authority.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Tally {
    /// Parts of the window, by their number.
    recent: VecDeque<(u64, Waits)>,
    today: Waits,
    day_ends_ms: Option<UtcMs>,
}

fn part_of(now: Now, policy: &FairnessPolicy) -> u64 {
    now.mono_us / (u64::from(policy.window_min) * 60_000_000 / PARTS).max(1)
}

/// A part of another length, from before a reload, may bear a number that is still to come.
fn is_recent(own: u64, part: u64) -> bool {
    own <= part && own + PARTS > part
}

impl Tally {
    fn change(
        &mut self,
        now: Now,
        policy: &FairnessPolicy,
        zone: Zone,
        change: impl Fn(&mut Waits),
    ) {
        let part = part_of(now, policy);
        if self.recent.back().is_none_or(|(last, _)| *last != part) {
            self.recent.push_back((part, Waits::default()));
        }
        self.recent.retain(|(own, _)| is_recent(*own, part));
        if let Some((_, waits)) = self.recent.back_mut() {
            change(waits);
        }
        if self.is_over(now) {
            self.today = Waits::default();
            self.day_ends_ms = moment::next_at("00:00", now.utc_ms, zone);
        }
        change(&mut self.today);
    }

    /// Whether what was counted as today is no more.
    fn is_over(&self, now: Now) -> bool {
        self.day_ends_ms.is_none_or(|ends_ms| ends_ms <= now.utc_ms)
    }

    fn recent(&self, now: Now, policy: &FairnessPolicy) -> Figures {
        let part = part_of(now, policy);
        let mut sum = Waits::default();
        for (_, waits) in self.recent.iter().filter(|(own, _)| is_recent(*own, part)) {
            sum.add(waits);
        }
        sum.figures()
    }
}

/// A drift that is on, with the two that are furthest apart.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Apart {
    pub(crate) since_ms: UtcMs,
    pub(crate) worst: TenantId,
    pub(crate) best: TenantId,
}

/// See the module.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Fairness {
    tallies: BTreeMap<TenantId, Tally>,
    apart: BTreeMap<Drift, Apart>,
    looked_at: Option<MonoUs>,
}

impl Fairness {
    /// A wait has ended.
    fn ended(&mut self, now: Now, whose: (TenantId, Zone), wait_s: u32, policy: &FairnessPolicy) {
        let (tenant, zone) = whose;
        let tally = self.tallies.entry(tenant).or_default();
        tally.change(now, policy, zone, |waits| {
            waits.ended += 1;
            if let Some(count) = waits.counts.get_mut(bucket_of(wait_s)) {
                *count += 1;
            }
        });
    }

    /// It had ended because the caller hung up.
    fn abandoned(&mut self, now: Now, (tenant, zone): (TenantId, Zone), policy: &FairnessPolicy) {
        let tally = self.tallies.entry(tenant).or_default();
        tally.change(now, policy, zone, |waits| waits.abandoned += 1);
    }

    /// Those of the last minutes.
    pub(crate) fn recent(&self, now: Now, tenant: TenantId, policy: &FairnessPolicy) -> Figures {
        let tally = self.tallies.get(&tenant);
        tally.map_or(Figures::default(), |tally| tally.recent(now, policy))
    }

    /// Those since midnight, or since the process started.
    pub(crate) fn today(&self, now: Now, tenant: TenantId) -> Figures {
        let tally = self
            .tallies
            .get(&tenant)
            .filter(|tally| !tally.is_over(now));
        tally.map_or(Figures::default(), |tally| tally.today.figures())
    }

    /// Drifts that are on.
    pub(crate) fn apart(&self) -> impl Iterator<Item = (Drift, Apart)> {
        self.apart.iter().map(|(drift, apart)| (*drift, *apart))
    }

    /// Compares the authorities anew.
    fn look(&mut self, now: Now, policy: &FairnessPolicy) {
        let known = self.tallies.iter().filter_map(|(tenant, tally)| {
            let figures = tally.recent(now, policy);
            (figures.waits >= policy.waits_min).then_some((*tenant, figures))
        });
        let known: Vec<(TenantId, Figures)> = known.collect();
        for &drift in Drift::ALL {
            let value = |figures: &Figures| match drift {
                Drift::Waits => f64::from(figures.wait_p95_s.unwrap_or(0).max(policy.wait_least_s)),
                Drift::Abandoned => figures.abandoned_share.unwrap_or(0.0),
            };
            let order = |a: &&(TenantId, Figures), b: &&(TenantId, Figures)| {
                value(&a.1).total_cmp(&value(&b.1))
            };
            let (best, worst) = (known.iter().min_by(order), known.iter().max_by(order));
            let Some(((best, least), (worst, most))) = best.zip(worst) else {
                self.apart.remove(&drift);
                continue;
            };
            let (apart, allowed) = match drift {
                Drift::Waits => {
                    let ratio = value(most) / value(least);
                    (ratio, f64::from(policy.wait_p95_ratio_max))
                }
                Drift::Abandoned => (value(most) - value(least), policy.abandoned_gap_max),
            };
            let on = self.apart.get(&drift).map(|apart| apart.since_ms);
            if apart > allowed * if on.is_some() { OVER_AT } else { 1.0 } {
                let (worst, best) = (*worst, *best);
                let since_ms = on.unwrap_or(now.utc_ms);
                self.apart.insert(
                    drift,
                    Apart {
                        since_ms,
                        worst,
                        best,
                    },
                );
            } else {
                self.apart.remove(&drift);
            }
        }
    }
}

impl Centre {
    fn tenant_of_waiting(&self, id: AttemptId) -> Option<(TenantId, Zone)> {
        let tenant = self.attempts.get(&id)?.tenant;
        Some((tenant, self.rules.tenants.get(&tenant)?.zone))
    }

    /// A caller's wait for an operator ends now, one way or the other.
    pub(crate) fn wait_ended(&mut self, now: Now, id: AttemptId) {
        let whose = self.tenant_of_waiting(id);
        let live = self.attempts.get(&id);
        let waits = live.filter(|live| matches!(live.doing, Doing::Queued { .. }));
        let Some((whose, live)) = whose.zip(waits) else {
            return;
        };
        let since_ms = live.waits_since_ms();
        let wait_s = u32::try_from((now.utc_ms - since_ms).max(0) / 1_000).unwrap_or(u32::MAX);
        self.fairness
            .ended(now, whose, wait_s, &self.rules.fairness);
    }

    /// They hung up while they waited.
    pub(crate) fn wait_abandoned(&mut self, now: Now, id: AttemptId) {
        if let Some(whose) = self.tenant_of_waiting(id) {
            self.fairness.abandoned(now, whose, &self.rules.fairness);
        }
    }

    /// Compares the authorities from time to time, and as long as a drift is on.
    pub(crate) fn look_at_fairness(&mut self, now: Now) {
        let looked = self.fairness.looked_at;
        if looked.is_some_and(|at| now.mono_us < at + LOOK_US) {
            return;
        }
        self.fairness.looked_at = Some(now.mono_us);
        let rules = self.rules.clone();
        let is_known = |tenant: &TenantId| rules.tenants.contains_key(tenant);
        self.fairness.tallies.retain(|tenant, _| is_known(tenant));
        self.fairness.look(now, &rules.fairness);
        if !self.fairness.apart.is_empty() {
            self.timers.at(now.mono_us + LOOK_US, Timer::Fairness);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: FairnessPolicy = FairnessPolicy {
        window_min: 15,
        waits_min: 20,
        wait_least_s: 30,
        wait_p95_ratio_max: 3,
        abandoned_gap_max: 0.2,
    };
    const TERAMO: TenantId = TenantId(1);
    const PESCARA: TenantId = TenantId(2);

    /// Noon of 25 November 2026 in Rome, and so many seconds.
    fn at(s: u64) -> Now {
        Now {
            mono_us: 1_000_000_000 + s * 1_000_000,
            utc_ms: 1_795_604_400_000 + i64::try_from(s).unwrap() * 1_000,
        }
    }

    fn ended(fairness: &mut Fairness, s: u64, tenant: TenantId, waits_s: &[u32]) {
        for wait_s in waits_s {
            let whose = (tenant, Zone::Europe__Rome);
            fairness.ended(at(s), whose, *wait_s, &POLICY);
        }
    }

    fn apart(fairness: &mut Fairness, s: u64) -> Vec<Drift> {
        fairness.look(at(s), &POLICY);
        fairness.apart().map(|(drift, _)| drift).collect()
    }

    #[test]
    fn a_figure_is_at_most_an_eighth_too_high_and_never_too_low() {
        for wait_s in (0..100_000).chain([345_000]) {
            let told_s = longest_s(bucket_of(wait_s));
            assert!(told_s >= wait_s, "{told_s} for {wait_s}");
            assert!(told_s - wait_s <= wait_s / 8, "{told_s} for {wait_s}");
        }
        assert_eq!(bucket_of(u32::MAX), BUCKETS - 1);
    }

    #[test]
    fn nineteen_of_twenty_waited_no_longer() {
        let mut fairness = Fairness::default();
        assert_eq!(fairness.recent(at(0), TERAMO, &POLICY), Figures::default());
        ended(&mut fairness, 0, TERAMO, &[5; 19]);
        ended(&mut fairness, 0, TERAMO, &[600]);
        let figures = fairness.recent(at(0), TERAMO, &POLICY);
        assert_eq!((figures.waits, figures.wait_p95_s), (20, Some(5)));
        ended(&mut fairness, 0, TERAMO, &[600]);
        let longer = fairness.recent(at(0), TERAMO, &POLICY).wait_p95_s;
        assert!(
            longer.is_some_and(|s| (600..=675).contains(&s)),
            "{longer:?}"
        );
    }

    #[test]
    fn the_window_moves_on_and_the_day_ends_at_midnight() {
        let mut fairness = Fairness::default();
        ended(&mut fairness, 0, TERAMO, &[5; 3]);
        ended(&mut fairness, 600, TERAMO, &[5; 4]);
        let recent = |fairness: &Fairness, s| fairness.recent(at(s), TERAMO, &POLICY).waits;
        let today = |fairness: &Fairness, s| fairness.today(at(s), TERAMO).waits;
        assert_eq!((recent(&fairness, 600), today(&fairness, 600)), (7, 7));
        assert_eq!((recent(&fairness, 1_000), today(&fairness, 1_000)), (4, 7));
        assert_eq!((recent(&fairness, 2_000), today(&fairness, 2_000)), (0, 7));
        let midnight_s = 12 * 3_600;
        assert_eq!(today(&fairness, midnight_s - 1), 7);
        assert_eq!(today(&fairness, midnight_s), 0);
        ended(&mut fairness, midnight_s, TERAMO, &[5]);
        assert_eq!(today(&fairness, midnight_s), 1);
        assert!(fairness.tallies[&TERAMO].recent.len() <= 15);
    }

    #[test]
    fn a_drift_of_waits_begins_beyond_the_ratio_and_ends_well_within() {
        let mut fairness = Fairness::default();
        ended(&mut fairness, 0, TERAMO, &[100; 20]);
        ended(&mut fairness, 0, PESCARA, &[400; 19]);
        assert_eq!(apart(&mut fairness, 0), [], "too few waits to compare");
        ended(&mut fairness, 0, PESCARA, &[400]);
        assert_eq!(apart(&mut fairness, 0), [Drift::Waits]);
        let found = fairness.apart[&Drift::Waits];
        assert_eq!((found.worst, found.best), (PESCARA, TERAMO));
        assert_eq!(found.since_ms, at(0).utc_ms);
        // Under the ratio, and not by enough; then by enough.
        ended(&mut fairness, 1_000, TERAMO, &[140; 20]);
        ended(&mut fairness, 1_000, PESCARA, &[370; 20]);
        assert_eq!(apart(&mut fairness, 1_000), [Drift::Waits]);
        assert_eq!(fairness.apart[&Drift::Waits].since_ms, at(0).utc_ms);
        ended(&mut fairness, 1_000, TERAMO, &[240; 20]);
        assert_eq!(apart(&mut fairness, 1_000), []);
        ended(&mut fairness, 1_000, PESCARA, &[590; 200]);
        assert_eq!(
            apart(&mut fairness, 1_000),
            [],
            "it begins beyond the ratio alone"
        );
    }

    #[test]
    fn short_waits_do_not_drift_and_nothing_does_without_waits() {
        let mut fairness = Fairness::default();
        ended(&mut fairness, 0, TERAMO, &[1; 20]);
        ended(&mut fairness, 0, PESCARA, &[80; 20]);
        assert_eq!(apart(&mut fairness, 0), []);
        ended(&mut fairness, 0, PESCARA, &[300; 20]);
        assert_eq!(apart(&mut fairness, 0), [Drift::Waits]);
        assert_eq!(apart(&mut fairness, 2_000), []);
    }

    #[test]
    fn a_drift_of_those_who_hang_up_is_told_apart() {
        let mut fairness = Fairness::default();
        ended(&mut fairness, 0, TERAMO, &[20; 20]);
        ended(&mut fairness, 0, PESCARA, &[20; 20]);
        for _ in 0..5 {
            fairness.abandoned(at(0), (PESCARA, Zone::Europe__Rome), &POLICY);
        }
        assert_eq!(apart(&mut fairness, 0), [Drift::Abandoned]);
        let figures = fairness.recent(at(0), PESCARA, &POLICY);
        assert_eq!(figures.abandoned_share, Some(0.25));
    }
}
