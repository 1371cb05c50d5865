//! How many calls the what-if world lives through in a second of processor time, on an ordinary day and
//! in a jam in which most people dial again and are called back. The floor is the rules alone:
//! the same inputs, told to an equal centre by a loop that does nothing else.

mod measured;
mod processor;

use anyhow::{Result, ensure};
use cuptel_core::id::SiteId;
use cuptel_core::step::{Input, Step};
use cuptel_core::time::Now;
use cuptel_sim::whatif::foresight::{Case, IN_TIME_S};
use cuptel_sim::whatif::plain::{self, Plain, TENANT, TRUNK};
use cuptel_sim::whatif::policies::Policy;
use cuptel_sim::whatif::scenario::{
    Arrivals, Callers, Operators, PicksUp, QUARTER_S, Redials, Scenario, timetables,
};
use cuptel_sim::whatif::{Estimate, Spread, centre_of, run, run_heard};

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

/// Small cases under every way to hand out works, beside somebody who knows the future.
fn foresee(cases: u64) -> Result<()> {
    let mut shares = vec![Vec::new(); Policy::ALL.len() + 1];
    for seed in 0..cases {
        let case = Case::of(seed);
        let callers = case.callers.len() as f64;
        let most = case.most_in_time() as f64;
        for (policy, shares) in Policy::ALL.into_iter().zip(&mut shares) {
            let mut scenario = case.scenario.clone();
            scenario.rules = policy.rules(&scenario.rules);
            let outcome = run(&scenario, seed);
            let in_time = outcome.callers.iter().map(|it| it.answered_within[0]);
            let in_time = real(in_time.sum());
            ensure!(in_time <= most, "seed {seed}: {policy:?} beat foresight");
            shares.push(in_time / callers);
        }
        if let Some(shares) = shares.last_mut() {
            shares.push(most / callers);
        }
    }
    say(format!(
        "{cases} small cases: 12 callers in 10 minutes, 3 operators, answered within {IN_TIME_S} s"
    ));
    let names = Policy::ALL.map(Policy::name).into_iter();
    for (name, shares) in names.chain(["who knows the future"]).zip(shares) {
        if let Some(Estimate { mean, half }) = Estimate::of(&shares) {
            let half = half.unwrap_or(0.0);
            say(format!(
                "  {name:<22} {:.1} % ±{:.1}",
                mean * 100.0,
                half * 100.0
            ));
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
