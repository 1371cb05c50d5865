//! How many calls the what-if world lives through in a second of processor time, on an ordinary day and
//! in a jam in which most people dial again and are called back. The floor is the rules alone:
//! the same inputs, told to an equal centre by a loop that does nothing else.

mod measured;
mod processor;

use anyhow::{Result, ensure};
use cuptel_core::id::{QueueId, SiteId};
use cuptel_core::step::{Input, Step};
use cuptel_core::time::Now;
use cuptel_sim::whatif::foresight::{Case, IN_TIME_S};
use cuptel_sim::whatif::plain::{self, Plain, TENANT, TRUNK};
use cuptel_sim::whatif::policies::Policy;
use cuptel_sim::whatif::scenario::{
    Arrivals, Callers, Operators, PicksUp, QUARTER_S, Redials, Scenario, timetables,
};
use cuptel_sim::whatif::{Estimate, Spread, Tally, centre_of, run, run_heard};

use measured::{Effort, Rounds, real, say};
use processor::cpu_us;

/// Thursday 1 October 2026, 10:00 in Rome.
const BEGINS_MS: i64 = 1_790_841_600_000;
const OPERATORS: u32 = 100;
const TALK_S: f64 = 180.0;

fn main() -> Result<()> {
    let Some(effort) = Effort::asked() else {
        return Ok(());
    };
    let (rounds, quarters) = effort.pick((5, 96), (1, 1));
    for (name, scenario) in [
        ("an ordinary day", day(quarters, 0.9)),
        ("a jam", day(quarters, 1.6)),
    ] {
        measure(name, &scenario, rounds)?;
    }
    foresee(effort.pick(1_000, 20))
}

/// What became of the callers of many small cases.
#[derive(Default)]
struct Fared {
    in_time: Vec<f64>,
    /// The lesser share of the two services.
    worst: Vec<f64>,
    all: Tally,
}

impl Fared {
    fn add(&mut self, case: &Case, tallies: &[Tally]) {
        let share = |of: Option<QueueId>| {
            let callers = case.scenario.callers.iter().zip(tallies);
            let own = callers.filter(|(kind, _)| of.is_none_or(|queue| kind.queue == queue));
            let (mut calls, mut in_time) = (0, 0);
            for (_, tally) in own {
                calls += tally.calls;
                in_time += tally.answered_within[0];
            }
            (calls > 0).then(|| real(in_time) / real(calls))
        };
        self.in_time.extend(share(None));
        let services = [0, 1].map(Plain::queue_id);
        let shares = services.into_iter().filter_map(|queue| share(Some(queue)));
        self.worst.extend(shares.min_by(f64::total_cmp));
        for tally in tallies {
            self.all.merge(tally);
        }
    }

    fn say(&self, name: &str) {
        let share = |shares: &[f64]| {
            Estimate::of(shares).map_or(String::new(), |it| {
                let half = it.half.unwrap_or(0.0);
                format!("{:.1} % ±{:.1}", it.mean * 100.0, half * 100.0)
            })
        };
        let s = |found: Option<f64>| found.map_or("-".to_owned(), |s| format!("{s:.0} s"));
        let (answered, paid) = (&self.all.answered, &self.all.paid);
        say(format!(
            "  {name:<20} in target {}, the worse service {}, 95 % waited at most {}, called back: half after {}, 95 % after {}",
            share(&self.in_time),
            share(&self.worst),
            s(answered.quantile_s(950)),
            s(paid.quantile_s(500)),
            s(paid.quantile_s(950)),
        ));
    }
}

/// Small cases under every way to hand out works, beside somebody who knows the future.
fn foresee(cases: u64) -> Result<()> {
    let names = [
        "12 callers in 10 minutes",
        "8 callers in 400 s, called back",
    ];
    for (name, are_called_back) in names.into_iter().zip([false, true]) {
        let mut fared: Vec<Fared> = Vec::new();
        fared.resize_with(Policy::ALL.len() + 1, Fared::default);
        for seed in 0..cases {
            let case = if are_called_back {
                Case::with_callbacks(seed)
            } else {
                Case::of(seed)
            };
            let foreseen = case.foreseen();
            let in_time =
                |tallies: &[Tally]| -> u64 { tallies.iter().map(|it| it.answered_within[0]).sum() };
            for (policy, fared) in Policy::ALL.into_iter().zip(&mut fared) {
                let mut scenario = case.scenario.clone();
                scenario.rules = policy.rules(&scenario.rules);
                let outcome = run(&scenario, seed);
                ensure!(
                    in_time(&outcome.callers) <= in_time(&foreseen),
                    "seed {seed}: {policy:?} beat foresight"
                );
                fared.add(&case, &outcome.callers);
            }
            if let Some(fared) = fared.last_mut() {
                fared.add(&case, &foreseen);
            }
        }
        say(format!(
            "{cases} small cases: {name}, 3 operators, answered within {IN_TIME_S} s"
        ));
        let names = Policy::ALL.map(Policy::name).into_iter();
        for (name, fared) in names.chain(["who knows the future"]).zip(&fared) {
            fared.say(name);
        }
    }
    Ok(())
}

/// A day of this load, one queue, what cannot be served at once is redialled and called back.
fn day(quarters: u32, load: f64) -> Scenario {
    let per_quarter = load * f64::from(OPERATORS) * f64::from(QUARTER_S) / TALK_S;
    let rules = Plain {
        title: "bench".to_owned(),
        queues: vec![plain::queue("bookings")],
        trunk: plain::trunk(),
        offer_after_s: Some(60),
        max_wait_s: 1_200,
    };
    Scenario {
        rules: plain::without_signalling(rules.rules()),
        prompt_ms: Vec::new(),
        begins_ms: BEGINS_MS,
        lasts_s: quarters * QUARTER_S,
        settles_s: 7_200,
        counts_from_s: 0,
        callers: vec![Callers {
            tenant: TENANT,
            queue: Plain::queue_id(0),
            class: String::new(),
            line: Plain::line(),
            trunk: TRUNK,
            arrivals: Arrivals::PerQuarter((0..quarters).map(|_| per_quarter).collect()),
            patience_before: None,
            patience: Some(Spread::Exponential { mean_s: 180.0 }),
            redials: Redials {
                share: 0.5,
                promised_share: 0.05,
                after: Spread::Exponential { mean_s: 300.0 },
                calls_max: 10,
            },
            asks: 0.2,
            withheld: 0.05,
            talks: Spread::LogNormal {
                mean_s: TALK_S,
                deviation_s: 120.0,
            },
            picks_up: PicksUp {
                share: 0.7,
                busy: 0.1,
                after: Spread::Exponential { mean_s: 12.0 },
            },
        }],
        operators: vec![Operators {
            name: "all".to_owned(),
            site: SiteId(1),
            skills: Vec::new(),
            timetables: timetables(&(0..quarters + 8).map(|_| OPERATORS).collect::<Vec<_>>()),
            picks_up_after: Spread::Exponential { mean_s: 3.0 },
            misses: 0.0,
            back_after_s: 60,
            accommodation: None,
        }],
        outages: Vec::new(),
        within_s: vec![90, 240],
        short_s: 5,
    }
}

fn measure(name: &str, scenario: &Scenario, rounds: u64) -> Result<()> {
    let (mut speed, mut floor_us, mut world_us, mut share) = (
        Rounds::default(),
        Rounds::default(),
        Rounds::default(),
        Rounds::default(),
    );
    let mut last = (0, 0);
    for seed in 0..rounds {
        let mut inputs: Vec<(Now, Input)> = Vec::new();
        run_heard(scenario, seed, |now, input| {
            inputs.push((now, input.clone()))
        });
        let told = inputs.len();
        let floor_s = told_alone(scenario, inputs)?;
        let began_s = seconds()?;
        let outcome = run(scenario, seed);
        let world_s = seconds()? - began_s;
        ensure!(outcome.violations == 0, "the rules broke in seed {seed}");
        ensure!(
            u64::try_from(told)? == outcome.inputs,
            "a seed gave two days"
        );
        let calls: u64 = outcome.callers.iter().map(|tally| tally.calls).sum();
        speed.add(real(calls) / world_s);
        floor_us.add(floor_s * 1e6 / real(calls));
        world_us.add(world_s * 1e6 / real(calls));
        share.add(100.0 * floor_s / world_s);
        last = (calls, outcome.inputs);
    }
    let (calls, inputs) = last;
    say(format!("{name}: {calls} calls, {inputs} inputs"));
    say(format!("  calls a second      {speed} (target 100000)"));
    say(format!(
        "  microseconds a call {world_us}, of them in the rules {floor_us}"
    ));
    say(format!("  share of the rules  {share} %"));
    Ok(())
}

/// Seconds in which an equal centre takes in the same inputs.
fn told_alone(scenario: &Scenario, inputs: Vec<(Now, Input)>) -> Result<f64> {
    let mut centre = centre_of(scenario);
    let mut step = Step::default();
    let began_s = seconds()?;
    for (at, input) in inputs {
        centre.handle(at, input, &mut step);
        step.records.clear();
        step.effects.clear();
    }
    Ok(seconds()? - began_s)
}

/// Seconds that this process has run on a processor: what others do meanwhile does not count.
fn seconds() -> Result<f64> {
    Ok(real(cpu_us(std::process::id(), "")?) / 1e6)
}
