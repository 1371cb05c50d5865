//! Whether those who wait fare alike with every health authority: how long nineteen of twenty
//! waited, and which part of them hung up, of late and today, all together and by the class of
//! urgency that their queue is for. Counted as waits end, in memory that does not grow; what was
//! before the process started is not in it. When two authorities drift apart by more than the
//! rules allow, with all callers or with those of a class, it is said, until they have come well
//! within again.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use crate::attempt::Doing;
use crate::calendar::{Zone, moment};
use crate::centre::Centre;
use crate::id::{AttemptId, TenantId};
use crate::rules::FairnessPolicy;
use crate::time::{MonoUs, Now, UtcMs};
use crate::timers::Timer;
use crate::words::{Drift, PriorityClass};

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

/// Whose callers: of one authority, of all queues or of those for one class.
type Whose = (TenantId, Option<PriorityClass>);

/// Of those.
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

/// Somebody who waited.
#[derive(Debug, Clone, Copy)]
struct Caller {
    tenant: TenantId,
    class: Option<PriorityClass>,
    /// In which the day of the authority ends.
    zone: Zone,
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
    tallies: BTreeMap<Whose, Tally>,
    apart: BTreeMap<(Drift, Option<PriorityClass>), Apart>,
    looked_at: Option<MonoUs>,
}

impl Fairness {
    /// A wait has ended.
    fn ended(&mut self, now: Now, caller: Caller, wait_s: u32, policy: &FairnessPolicy) {
        self.change(now, caller, policy, |waits| {
            waits.ended += 1;
            if let Some(count) = waits.counts.get_mut(bucket_of(wait_s)) {
                *count += 1;
            }
        });
    }

    /// It had ended because the caller hung up.
    fn abandoned(&mut self, now: Now, caller: Caller, policy: &FairnessPolicy) {
        self.change(now, caller, policy, |waits| waits.abandoned += 1);
    }

    /// Counts one among all of the authority, and among those of its class.
    fn change(
        &mut self,
        now: Now,
        caller: Caller,
        policy: &FairnessPolicy,
        change: impl Fn(&mut Waits),
    ) {
        let of_class = caller.class.map(Some);
        for class in std::iter::once(None).chain(of_class) {
            let tally = self.tallies.entry((caller.tenant, class)).or_default();
            tally.change(now, policy, caller.zone, &change);
        }
    }

    /// Those of the last minutes.
    pub(crate) fn recent(&self, now: Now, whose: Whose, policy: &FairnessPolicy) -> Figures {
        let tally = self.tallies.get(&whose);
        tally.map_or(Figures::default(), |tally| tally.recent(now, policy))
    }

    /// Those since midnight, or since the process started.
    pub(crate) fn today(&self, now: Now, whose: Whose) -> Figures {
        let tally = self.tallies.get(&whose).filter(|tally| !tally.is_over(now));
        tally.map_or(Figures::default(), |tally| tally.today.figures())
    }

    /// Classes of an authority's callers that were counted.
    pub(crate) fn classes(&self, tenant: TenantId) -> impl Iterator<Item = PriorityClass> {
        let first = (tenant, None);
        let of_tenant = self.tallies.range(first..).map(|(whose, _)| *whose);
        of_tenant
            .take_while(move |(own, _)| *own == tenant)
            .filter_map(|(_, class)| class)
    }

    /// Drifts that are on.
    pub(crate) fn apart(&self) -> impl Iterator<Item = (Drift, Option<PriorityClass>, Apart)> {
        let apart = self.apart.iter();
        apart.map(|((drift, class), apart)| (*drift, *class, *apart))
    }

    /// Compares the authorities anew.
    fn look(&mut self, now: Now, policy: &FairnessPolicy) {
        let of_classes = PriorityClass::ALL.iter().map(|class| Some(*class));
        for class in std::iter::once(None).chain(of_classes) {
            self.look_at(now, class, policy);
        }
    }

    fn look_at(&mut self, now: Now, class: Option<PriorityClass>, policy: &FairnessPolicy) {
        let alike = self.tallies.iter().filter(|((_, own), _)| *own == class);
        let known = alike.filter_map(|((tenant, _), tally)| {
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
                self.apart.remove(&(drift, class));
                continue;
            };
            let (apart, allowed) = match drift {
                Drift::Waits => {
                    let ratio = value(most) / value(least);
                    (ratio, f64::from(policy.wait_p95_ratio_max))
                }
                Drift::Abandoned => (value(most) - value(least), policy.abandoned_gap_max),
            };
            let on = self.apart.get(&(drift, class)).map(|apart| apart.since_ms);
            if apart > allowed * if on.is_some() { OVER_AT } else { 1.0 } {
                let (worst, best) = (*worst, *best);
                let since_ms = on.unwrap_or(now.utc_ms);
                self.apart.insert(
                    (drift, class),
                    Apart {
                        since_ms,
                        worst,
                        best,
                    },
                );
            } else {
                self.apart.remove(&(drift, class));
            }
        }
    }
}

impl Centre {
    /// Who waits, or has done so.
    fn waiting_caller(&self, id: AttemptId) -> Option<Caller> {
        let live = self.attempts.get(&id)?;
        let queue = live.row.queue.and_then(|queue| self.rules.rule_now(queue));
        Some(Caller {
            tenant: live.tenant,
            class: queue.and_then(|rule| rule.class),
            zone: self.rules.tenants.get(&live.tenant)?.zone,
        })
    }

    /// A caller's wait for an operator ends now, one way or the other.
    pub(crate) fn wait_ended(&mut self, now: Now, id: AttemptId) {
        let caller = self.waiting_caller(id);
        let live = self.attempts.get(&id);
        let waits = live.filter(|live| matches!(live.doing, Doing::Queued { .. }));
        let Some((caller, live)) = caller.zip(waits) else {
            return;
        };
        let since_ms = live.waits_since_ms();
        let wait_s = u32::try_from((now.utc_ms - since_ms).max(0) / 1_000).unwrap_or(u32::MAX);
        self.fairness
            .ended(now, caller, wait_s, &self.rules.fairness);
    }

    /// They hung up while they waited.
    pub(crate) fn wait_abandoned(&mut self, now: Now, id: AttemptId) {
        if let Some(caller) = self.waiting_caller(id) {
            self.fairness.abandoned(now, caller, &self.rules.fairness);
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
        self.fairness
            .tallies
            .retain(|(tenant, _), _| is_known(tenant));
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

    fn caller(tenant: TenantId, class: Option<PriorityClass>) -> Caller {
        Caller {
            tenant,
            class,
            zone: Zone::Europe__Rome,
        }
    }

    fn ended(fairness: &mut Fairness, s: u64, tenant: TenantId, waits_s: &[u32]) {
        for wait_s in waits_s {
            fairness.ended(at(s), caller(tenant, None), *wait_s, &POLICY);
        }
    }

    fn apart(fairness: &mut Fairness, s: u64) -> Vec<Drift> {
        fairness.look(at(s), &POLICY);
        fairness.apart().map(|(drift, ..)| drift).collect()
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
        assert_eq!(
            fairness.recent(at(0), (TERAMO, None), &POLICY),
            Figures::default()
        );
        ended(&mut fairness, 0, TERAMO, &[5; 19]);
        ended(&mut fairness, 0, TERAMO, &[600]);
        let figures = fairness.recent(at(0), (TERAMO, None), &POLICY);
        assert_eq!((figures.waits, figures.wait_p95_s), (20, Some(5)));
        ended(&mut fairness, 0, TERAMO, &[600]);
        let longer = fairness.recent(at(0), (TERAMO, None), &POLICY).wait_p95_s;
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
        let recent = |fairness: &Fairness, s| fairness.recent(at(s), (TERAMO, None), &POLICY).waits;
        let today = |fairness: &Fairness, s| fairness.today(at(s), (TERAMO, None)).waits;
        assert_eq!((recent(&fairness, 600), today(&fairness, 600)), (7, 7));
        assert_eq!((recent(&fairness, 1_000), today(&fairness, 1_000)), (4, 7));
        assert_eq!((recent(&fairness, 2_000), today(&fairness, 2_000)), (0, 7));
        let midnight_s = 12 * 3_600;
        assert_eq!(today(&fairness, midnight_s - 1), 7);
        assert_eq!(today(&fairness, midnight_s), 0);
        ended(&mut fairness, midnight_s, TERAMO, &[5]);
        assert_eq!(today(&fairness, midnight_s), 1);
        assert!(fairness.tallies[&(TERAMO, None)].recent.len() <= 15);
    }

    #[test]
    fn a_drift_of_waits_begins_beyond_the_ratio_and_ends_well_within() {
        let mut fairness = Fairness::default();
        ended(&mut fairness, 0, TERAMO, &[100; 20]);
        ended(&mut fairness, 0, PESCARA, &[400; 19]);
        assert_eq!(apart(&mut fairness, 0), [], "too few waits to compare");
        ended(&mut fairness, 0, PESCARA, &[400]);
        assert_eq!(apart(&mut fairness, 0), [Drift::Waits]);
        let found = fairness.apart[&(Drift::Waits, None)];
        assert_eq!((found.worst, found.best), (PESCARA, TERAMO));
        assert_eq!(found.since_ms, at(0).utc_ms);
        // Under the ratio, and not by enough; then by enough.
        ended(&mut fairness, 1_000, TERAMO, &[140; 20]);
        ended(&mut fairness, 1_000, PESCARA, &[370; 20]);
        assert_eq!(apart(&mut fairness, 1_000), [Drift::Waits]);
        assert_eq!(fairness.apart[&(Drift::Waits, None)].since_ms, at(0).utc_ms);
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
            fairness.abandoned(at(0), caller(PESCARA, None), &POLICY);
        }
        assert_eq!(apart(&mut fairness, 0), [Drift::Abandoned]);
        let figures = fairness.recent(at(0), (PESCARA, None), &POLICY);
        assert_eq!(figures.abandoned_share, Some(0.25));
    }

    #[test]
    fn callers_of_a_class_are_compared_with_their_like() {
        const URGENT: Option<PriorityClass> = Some(PriorityClass::U);
        let mut fairness = Fairness::default();
        // Many who can wait hide the few who cannot.
        for tenant in [TERAMO, PESCARA] {
            ended(&mut fairness, 0, tenant, &[100; 500]);
        }
        for (tenant, wait_s) in [(TERAMO, 40), (PESCARA, 200)] {
            for _ in 0..20 {
                fairness.ended(at(0), caller(tenant, URGENT), wait_s, &POLICY);
            }
        }
        fairness.look(at(0), &POLICY);
        let found: Vec<_> = fairness
            .apart()
            .map(|(drift, class, _)| (drift, class))
            .collect();
        assert_eq!(found, [(Drift::Waits, URGENT)]);
        let classes: Vec<_> = fairness.classes(TERAMO).collect();
        assert_eq!(classes, [PriorityClass::U]);
        assert_eq!(fairness.recent(at(0), (TERAMO, URGENT), &POLICY).waits, 20);
        assert_eq!(fairness.recent(at(0), (TERAMO, None), &POLICY).waits, 520);
    }
}
