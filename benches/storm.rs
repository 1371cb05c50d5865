//! A storm: every line is taken, and callers keep coming. Each INVITE is a durable row before its
//! 486. Measured against the least that could do so: take a batch of datagrams, parse it, insert
//! it with one statement, commit it, send a batch of responses.
//!
//! `-- --url URL --floor-url URL` takes two other databases, which must be empty;
//! `-- --minutes 10 --rate 3000` storms that long instead of comparing.

mod callers;
mod centre;
mod datagrams;
mod endurance;
mod floor;
mod inserts;
mod measured;
mod processor;

use std::net::SocketAddr;

use anyhow::{Context as _, Result, ensure};
use cuptel_engine::Clock;
use cuptel_sip::Message;

use callers::{Callers, Load, Outcome};
use centre::{Centre, Program, free_address};
use datagrams::Datagrams;
use endurance::{Endurance, argument};
use inserts::Inserts;
use measured::{Delays, Effort, Rounds, real, say};
use processor::{cpu_us, per};

/// The ladder of rates, up to the target.
const LADDER: [u64; 6] = [1_000, 2_000, 4_000, 6_000, 8_000, 10_000];
/// The rate at which the costs are compared: both sides keep up with it on a busy machine.
const COMPARED_AT: u64 = 2_000;
/// Requests of one insert at most: what our own writer would gather in a stall.
const INSERT_MAX: usize = 1_024;
/// One line, which the first caller takes.
const SEATS: &str = "seat,password,site,operator,employer,skills\n\
    101,bench-101,teramo,Anna Esempio,ASL di Teramo,prenotazioni:5\n";

fn main() -> Result<()> {
    if let Some((url, address)) = floor::asked()? {
        return runtime()?.block_on(refuse_all(&url, address));
    }
    let Some(effort) = Effort::asked() else {
        return Ok(());
    };
    let mut storm = Storm::begin()?;
    match Endurance::asked()? {
        Some(endurance) => endurance.run(&mut storm)?,
        None => {
            storm.compare(effort)?;
            storm.climb(effort)?;
        }
    }
    storm.nobody_is_lost()
}

/// Who storms, and what.
struct Storm {
    centre: Centre,
    floor: Program,
    floor_address: SocketAddr,
    callers: Callers,
    /// Keeps the floor's database until the end.
    _floor_folder: tempfile::TempDir,
    /// INVITEs sent, repetitions not counted, and finals heard.
    invited: usize,
    refused: usize,
}

/// The costs of the rounds of one side, in µs per attempt.
#[derive(Default)]
struct Side {
    cpu_us: Rounds,
    delays: Delays,
    resent: usize,
    /// Calls that gave up without a final.
    endless: usize,
    took_us: u64,
}

/// The threads of the program whose share is told, with what the system calls them.
const THREADS: [(&str, &str); 3] = [
    ("loop", "signalling"),
    ("writer", "writer"),
    // PostgreSQL's own processes are not ours to count.
    ("database", "sqlx-sqlite"),
];

/// What the centre has used and done so far.
struct Spent {
    threads_us: [f64; THREADS.len()],
    commits: f64,
}

impl Spent {
    fn so_far(centre: &Centre) -> Result<Self> {
        let mut threads_us = [0.0; THREADS.len()];
        for (spent_us, (_, thread)) in threads_us.iter_mut().zip(THREADS) {
            *spent_us = real(cpu_us(centre.program.id(), thread)?);
        }
        Ok(Self {
            threads_us,
            commits: commits_of(centre)?,
        })
    }

    fn since(&self, before: &Self) -> Self {
        let mut threads_us = self.threads_us;
        for (spent_us, before_us) in threads_us.iter_mut().zip(before.threads_us) {
            *spent_us -= before_us;
        }
        Self {
            threads_us,
            commits: self.commits - before.commits,
        }
    }

    /// For instance `loop 31, writer 4, database 40`.
    fn by_thread(&self, calls: f64) -> String {
        let each = THREADS
            .iter()
            .zip(self.threads_us)
            .map(|((name, _), spent_us)| format!("{name} {:.0}", spent_us / calls));
        each.collect::<Vec<_>>().join(", ")
    }
}

/// How many groups the writer has committed, as `/metrics` tells it.
fn commits_of(centre: &Centre) -> Result<f64> {
    let url = format!("http://{}:8080/metrics", centre.address);
    let text = ureq::get(&url).call()?.body_mut().read_to_string()?;
    let value = text
        .lines()
        .find_map(|line| line.strip_prefix("cuptel_commit_seconds_count "))
        .context("/metrics has no cuptel_commit_seconds_count")?;
    Ok(value.parse()?)
}

impl Storm {
    fn begin() -> Result<Self> {
        let filled = [("pairs_max", 8), ("channels", 2), ("answer_max", 1)]
            .map(|(key, value)| (key, value.to_string()));
        let centre = Centre::start(argument("--url"), &filled, SEATS)?;
        let local = SocketAddr::from((centre.address, 0));
        // One generator for all: a Call-ID used twice would be merged, and answered without a row.
        let mut callers = Callers::at(local)?;
        let takes_the_line = Load {
            calls: 1,
            per_second: 1_000,
            redialled_of_ten: 0,
            hold_us: None,
        };
        let taken = callers.call(centre.trunk(), &takes_the_line)?;
        ensure!(taken.over == 1, "the first caller was not answered");
        let floor_folder = tempfile::TempDir::with_prefix("cuptel-bench-floor-")?;
        let embedded = || format!("sqlite://{}/floor.db", floor_folder.path().display());
        let url = argument("--floor-url").unwrap_or_else(embedded);
        // The floor has the product's own schema.
        runtime()?.block_on(async {
            let store = cuptel_store::open(&url, cuptel_store::Access::Serve).await?;
            store.close().await.context("close the floor's database")
        })?;
        let floor_address = SocketAddr::from((free_address(5090), 5090));
        Ok(Self {
            floor: floor::start(&url, floor_address)?,
            callers,
            centre,
            floor_address,
            _floor_folder: floor_folder,
            invited: 1,
            refused: 1,
        })
    }

    fn compare(&mut self, effort: Effort) -> Result<()> {
        let calls = effort.pick(4_000, 50);
        for (name, redialled_of_ten) in [("every caller new", 0), ("seven of ten redial", 7)] {
            let (mut ours, mut least) = (Side::default(), Side::default());
            let mut ratio = Rounds::default();
            for _ in 0..effort.pick(5, 1) {
                let load = Load {
                    calls,
                    per_second: COMPARED_AT,
                    redialled_of_ten,
                    hold_us: Some(0),
                };
                let floor_us = self.at_floor(&load, &mut least)?;
                ratio.add(self.at_centre(&load, &mut ours)? / floor_us);
            }
            say(format!("storm, {name}, {COMPARED_AT} attempts/s:"));
            for (who, side) in [("floor", &least), ("cuptel", &ours)] {
                say(format!(
                    "  {who:<7} {} µs of processor per attempt; {}; {} sent again",
                    side.cpu_us, side.delays, side.resent
                ));
            }
            say(format!("  ratio   {ratio} (target 1.5)"));
        }
        Ok(())
    }

    fn at_floor(&mut self, load: &Load, side: &mut Side) -> Result<f64> {
        let before = cpu_us(self.floor.id(), "")?;
        let outcome = self.callers.call(self.floor_address, load)?;
        ensure!(outcome.over == load.calls, "the floor lost calls");
        let cost = per(cpu_us(self.floor.id(), "")? - before, outcome.over)?;
        side.add(cost, &outcome);
        Ok(cost)
    }

    fn at_centre(&mut self, load: &Load, side: &mut Side) -> Result<f64> {
        let process = self.centre.program.id();
        let before = cpu_us(process, "")?;
        let outcome = self.call(load)?;
        let cost = per(cpu_us(process, "")? - before, outcome.over)?;
        side.endless += load.calls - outcome.over;
        side.add(cost, &outcome);
        Ok(cost)
    }

    /// Places calls at the centre, and keeps count of them.
    fn call(&mut self, load: &Load) -> Result<Outcome> {
        let outcome = self.callers.call(self.centre.trunk(), load)?;
        self.invited += load.calls;
        self.refused += outcome.over;
        Ok(outcome)
    }

    fn climb(&mut self, effort: Effort) -> Result<()> {
        say("storm, the ladder, every caller new:");
        for per_second in LADDER {
            let load = Load {
                calls: effort.pick(usize::try_from(per_second * 3)?, 50),
                per_second,
                redialled_of_ten: 0,
                hold_us: Some(0),
            };
            let before = Spent::so_far(&self.centre)?;
            let mut side = Side::default();
            let cost = self.at_centre(&load, &mut side)?;
            let spent = Spent::so_far(&self.centre)?.since(&before);
            let calls = real(u64::try_from(load.calls)?);
            say(format!(
                "  {per_second:>6}/s: {:>6.0} finals/s, {} sent again, {}; {cost:.0} µs of processor \
                 per attempt: {}; {:.0} attempts a commit",
                real(u64::try_from(side.delays.count())?) * 1e6 / real(side.took_us),
                side.resent,
                side.delays,
                spent.by_thread(calls),
                calls / spent.commits.max(1.0),
            ));
            if side.endless > 0 {
                say(format!(
                    "  {} callers gave up: the ladder ends here",
                    side.endless
                ));
                break;
            }
        }
        Ok(())
    }

    /// Every final that a caller heard is an attempt in the database, and the audit agrees. A
    /// caller who gave up may have one or not: the INVITE, or the final, was lost on the way.
    fn nobody_is_lost(&self) -> Result<()> {
        let audit = self.centre.audit()?;
        let (refused, invited) = (u64::try_from(self.refused)?, u64::try_from(self.invited)?);
        say(format!(
            "storm, nobody is lost: {invited} callers, {refused} finals heard, audit: {audit}"
        ));
        let stored = audit["sums"]["attempts"].as_u64();
        ensure!(
            stored.is_some_and(|stored| (refused..=invited).contains(&stored)),
            "the database has {stored:?} attempts"
        );
        Ok(())
    }
}

impl Side {
    fn add(&mut self, cost_us: f64, outcome: &Outcome) {
        self.cpu_us.add(cost_us);
        self.delays.join(&outcome.answered_after);
        self.resent += outcome.resent;
        self.took_us += outcome.took_us;
    }
}

fn runtime() -> Result<tokio::runtime::Runtime> {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    Ok(builder.enable_all().build()?)
}

/// The floor: refuses every INVITE, its row first.
async fn refuse_all(url: &str, address: SocketAddr) -> Result<()> {
    let mut inserts = Inserts::at(url).await?;
    let mut wire = Datagrams::bind(address)?;
    let clock = Clock::start();
    let mut requests: Vec<(SocketAddr, Message)> = Vec::new();
    loop {
        floor::gather(&mut wire, INSERT_MAX, &mut requests)?;
        requests.retain(|(_, request)| request.method() == "INVITE");
        if requests.is_empty() {
            continue;
        }
        inserts.store(&requests, clock.now().utc_ms).await?;
        let responses: Vec<(SocketAddr, Vec<u8>)> = requests
            .drain(..)
            .map(|(from, request)| (from, floor::response(&request, "486 Busy Here")))
            .collect();
        wire.send(&responses)?;
    }
}
