//! The what-if world beside theory: one queue, callers at random, exponential conversations, and
//! everything that theory does not know set to nothing (messages, ringing, wrap-up, callbacks).

use cuptel_core::id::SiteId;
use cuptel_sim::whatif::erlang::Steady;
use cuptel_sim::whatif::plain::{self, Plain, TENANT, TRUNK};
use cuptel_sim::whatif::scenario::{
    Arrivals, Callers, Operators, PicksUp, QUARTER_S, Redials, Scenario, timetables,
};
use cuptel_sim::whatif::staffing::{NotMet, Target, fewest};
use cuptel_sim::whatif::{Estimate, Spread, Tally, run};

/// The contract's time.
const WITHIN_S: u32 = 60;
const TALK_S: f64 = 180.0;
/// Runs of each point, each with a seed of its own.
const RUNS: u64 = 12;
/// Callers of a run that are expected to count.
const CALLERS: f64 = 5_000.0;

/// One queue in a steady state.
fn steady(operators: u32, load: f64, patience: Option<Spread>) -> Steady {
    Steady {
        calls_per_s: load * f64::from(operators) / TALK_S,
        handling_s: TALK_S,
        operators,
        patience,
    }
}

/// The same as a scenario, with a tenth of its length to come into its stride.
fn scenario(queue: &Steady) -> Scenario {
    let rules = Plain {
        title: "theory".to_owned(),
        queues: vec![plain::queue("only")],
        trunk: plain::trunk(),
        offer_after_s: None,
        max_wait_s: 10_000_000,
    };
    let per_quarter = queue.calls_per_s * f64::from(QUARTER_S);
    let counted = CALLERS / per_quarter;
    let wanted = |quarters: &u32| f64::from(*quarters) >= counted * 1.1;
    let quarters = (1..).find(wanted).expect("a whole number above any other");
    let lasts_s = quarters * QUARTER_S;
    let settling = 8;
    let operators = |_| queue.operators;
    let staffed: Vec<u32> = (0..quarters + settling).map(operators).collect();
    Scenario {
        rules: plain::without_signalling(rules.rules()),
        prompt_ms: Vec::new(),
        begins_ms: 1_790_841_600_000,
        lasts_s,
        settles_s: settling * QUARTER_S,
        counts_from_s: lasts_s / 11,
        callers: vec![Callers {
            tenant: TENANT,
            queue: Plain::queue_id(0),
            class: String::new(),
            line: Plain::line(),
            trunk: TRUNK,
            arrivals: Arrivals::PerQuarter((0..quarters).map(|_| per_quarter).collect()),
            patience_before: None,
            patience: queue.patience,
            redials: Redials::NONE,
            asks: 0.0,
            // Nobody can be called back: theory knows no callbacks.
            withheld: 1.0,
            talks: Spread::Exponential { mean_s: TALK_S },
            picks_up: PicksUp {
                share: 1.0,
                busy: 0.0,
                after: Spread::NONE,
            },
        }],
        operators: vec![Operators {
            name: "all".to_owned(),
            site: SiteId(1),
            skills: Vec::new(),
            timetables: timetables(&staffed),
            picks_up_after: Spread::NONE,
            misses: 0.0,
            back_after_s: 0,
            accommodation: None,
        }],
        outages: Vec::new(),
        within_s: vec![0, WITHIN_S],
        short_s: 5,
    }
}

/// Figures of a run that theory has too: share who wait, share who give up, mean wait of all,
/// share answered in time.
fn figures(tally: &Tally) -> [f64; 4] {
    let all = tally.calls as f64;
    let waited_s = |times: &cuptel_sim::whatif::Histogram| {
        times.mean_s().unwrap_or(0.0) * times.total() as f64
    };
    [
        1.0 - tally.answered_within[0] as f64 / all,
        tally.abandoned.total() as f64 / all,
        (waited_s(&tally.answered) + waited_s(&tally.abandoned)) / all,
        tally.answered_within[1] as f64 / all,
    ]
}

/// The seeds of a point of the grid: fixed, and of no other point.
fn estimates(queue: &Steady, point: u64) -> [Estimate; 4] {
    let scenario = scenario(queue);
    let runs: Vec<[f64; 4]> = (0..RUNS)
        .map(|nth| {
            let outcome = run(&scenario, point * 1_000 + nth);
            assert_eq!(outcome.violations, 0);
            figures(&outcome.callers[0])
        })
        .collect();
    std::array::from_fn(|figure| {
        let values: Vec<f64> = runs.iter().map(|run| run[figure]).collect();
        Estimate::of(&values).expect("there are runs")
    })
}

/// Of a grid's points, how many intervals miss the figure of theory, by figure. Points are
/// independent, so the number that miss is binomial with 5 %; the four figures of one point are
/// not, and each is judged by itself.
fn missed(grid: &[Steady], first_point: u64) -> [Vec<String>; 4] {
    let mut missed: [Vec<String>; 4] = Default::default();
    for (point, queue) in (first_point..).zip(grid) {
        let expected = queue.expected().expect("a steady state");
        let in_time = queue.answered_within(f64::from(WITHIN_S));
        let in_time = in_time.expect("a steady state");
        let truth = [expected.waits, expected.gives_up, expected.wait_s, in_time];
        for ((figure, estimate), truth) in missed.iter_mut().zip(estimates(queue, point)).zip(truth)
        {
            if !estimate.holds(truth) {
                figure.push(format!("{queue:?}: {estimate:?} does not hold {truth}"));
            }
        }
    }
    missed
}

/// With 5 % of 12 points expected to miss, more than 3 do so in 2 of 1,000 cases.
const MISSED_MAX: usize = 3;

#[test]
fn where_everybody_waits_the_world_agrees_with_erlangs_delay_formula() {
    let grid: Vec<Steady> = [(1, 0.5), (1, 0.7), (2, 0.6), (3, 0.8), (5, 0.5), (5, 0.75)]
        .into_iter()
        .chain([
            (10, 0.7),
            (10, 0.85),
            (20, 0.8),
            (20, 0.9),
            (50, 0.85),
            (100, 0.93),
        ])
        .map(|(operators, load)| steady(operators, load, None))
        .collect();
    for figure in missed(&grid, 100) {
        assert!(figure.len() <= MISSED_MAX, "{figure:#?}");
    }
}

#[test]
fn where_callers_give_up_the_world_agrees_with_palms_formula() {
    let grid: Vec<Steady> = [
        (1, 0.8, 180.0),
        (2, 1.2, 60.0),
        (3, 0.9, 300.0),
        (5, 1.5, 120.0),
    ]
    .into_iter()
    .chain([
        (5, 0.7, 60.0),
        (10, 1.0, 180.0),
        (10, 1.3, 180.0),
        (20, 0.95, 240.0),
    ])
    .chain([
        (20, 2.0, 120.0),
        (50, 1.0, 90.0),
        (50, 1.1, 300.0),
        (100, 1.05, 180.0),
    ])
    .map(|(operators, load, mean_s)| steady(operators, load, Some(Spread::Exponential { mean_s })))
    .collect();
    for figure in missed(&grid, 200) {
        assert!(figure.len() <= MISSED_MAX, "{figure:#?}");
    }
}

#[test]
fn any_patience_agrees_with_the_formula_of_baccelli_and_hebuterne() {
    let log_normal = Spread::LogNormal {
        mean_s: 180.0,
        deviation_s: 120.0,
    };
    let grid: Vec<Steady> = [(5, 1.1), (10, 0.9), (20, 1.2), (50, 1.05)]
        .into_iter()
        .map(|(operators, load)| steady(operators, load, Some(log_normal)))
        .chain(
            [(5, 0.9), (20, 1.1)]
                .map(|(operators, load)| steady(operators, load, Some(Spread::Fixed { s: 90.0 }))),
        )
        .collect();
    for figure in missed(&grid, 300) {
        // More than 2 of 6 miss in 2 of 1,000 cases.
        assert!(figure.len() <= 2, "{figure:#?}");
    }
}

#[test]
fn the_fewest_operators_found_are_those_of_palms_formula_or_nearly() {
    let queue = steady(20, 1.0, Some(Spread::Exponential { mean_s: 180.0 }));
    let mut scenario = scenario(&queue);
    scenario.within_s = vec![20];
    scenario.counts_from_s = 0;
    scenario.lasts_s = 8 * QUARTER_S;
    let target = Target {
        share: 0.8,
        operators_max: 100,
    };
    let needed = fewest(&scenario, target, |scenario| {
        (0..12).map(|seed| run(scenario, 400 + seed)).collect()
    });
    let quarters = &needed.expect("a hundred are enough")[0].quarters;
    assert_eq!(quarters.len(), 8);
    let theory = quarters[0].theory.expect("a steady state");
    // The first quarter begins with nobody waiting, and each profits from what is spare before it.
    assert!(quarters[0].operators <= theory, "{quarters:#?}");
    for needs in &quarters[1..] {
        assert_eq!(needs.theory, Some(theory));
        assert!(needs.operators.abs_diff(theory) <= 2, "{quarters:#?}");
        assert!(
            needs.in_time.is_some_and(|share| share >= 0.8),
            "{quarters:#?}"
        );
    }
    let scarce = Target {
        operators_max: theory / 2,
        ..target
    };
    let refused = fewest(&scenario, scarce, |scenario| vec![run(scenario, 1)]);
    assert!(
        matches!(refused, Err(NotMet::TooMany { .. })),
        "{refused:?}"
    );
}
