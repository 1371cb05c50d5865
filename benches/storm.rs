//! A storm: every line is taken, and callers keep coming. Each INVITE is a durable row before its
//! 486. Measured against the least that could do so: take a batch of datagrams, parse it, insert
//! it with one statement, commit it, send a batch of responses.
//!
//! `-- --postgres` does so on PostgreSQL, with a server for each side that this bench starts, and
//! with Kamailio as a third side where it is installed;
//! `-- --url URL --floor-url URL` takes two other databases, which must be empty;
//! `-- --minutes 10 --rate 3000` storms that long instead of comparing.

mod callers;
mod centre;
mod datagrams;
mod endurance;
mod family;
mod floor;
mod inserts;
mod kamailio;
mod measured;
mod postgres;
mod processor;
mod sides;

use std::net::SocketAddr;

use anyhow::{Context as _, Result, ensure};
use cuptel_engine::Clock;
use cuptel_sip::Message;

use callers::{Callers, Load, Outcome};
use centre::{Centre, Program, free_address};
use datagrams::Datagrams;
use endurance::{Endurance, argument};
use inserts::Inserts;
use kamailio::Kamailio;
use measured::{Effort, Rounds, real, say};
use postgres::Postgres;
use processor::cpu_us;
use sides::{Costs, Side};

/// The ladder of rates, up to the target.
const LADDER: [u64; 6] = [1_000, 2_000, 4_000, 6_000, 8_000, 10_000];
/// The rate at which the costs are compared: both sides keep up with it on a busy machine.
const COMPARED_AT: u64 = 2_000;
/// The rate at which redials are compared with new callers: what each costs by itself shows where
/// many share a commit.
const REDIALLED_AT: u64 = 6_000;
/// Requests of one insert at most: what our own writer would gather in a stall.
const INSERT_MAX: usize = 1_024;
/// One line, which the first caller takes.
const SEATS: &str = "seat,password,site,operator,employer,skills\n\
    101,bench-101,teramo,Anna Esempio,ASL di Teramo,prenotazioni:5\n";

fn main() -> Result<()> {
    if let Some((url, address)) = floor::asked()? {
        return block_on(refuse_all(&url, address));
    }
    let Some(effort) = Effort::asked() else {
        return Ok(());
    };
    for place in Place::asked(effort)? {
        storm(place, effort)?;
    }
    Ok(())
}

fn storm(place: Place, effort: Effort) -> Result<()> {
    let endurance = Endurance::asked()?;
    let mut storm = Storm::begin(place)?;
    match endurance {
        Some(endurance) => endurance.run(&mut storm)?,
        None => {
            storm.kamailio = place.peer()?;
            storm.compare(effort)?;
            storm.redial(effort)?;
            storm.climb(effort)?;
        }
    }
    storm.nobody_is_lost()
}

/// Where the attempts are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// In the databases whose URLs are given, or in embedded ones.
    Urls,
    /// On a PostgreSQL server for each side.
    Servers,
}

impl Place {
    /// A short round proves both.
    fn asked(effort: Effort) -> Result<Vec<Self>> {
        if !std::env::args().any(|argument| argument == "--postgres") {
            return Ok(effort.pick(vec![Self::Urls], vec![Self::Urls, Self::Servers]));
        }
        ensure!(
            argument("--url").or(argument("--floor-url")).is_none(),
            "--postgres starts servers of its own: no URL beside it"
        );
        Ok(vec![Self::Servers])
    }

    fn server(self) -> Result<Option<Postgres>> {
        match self {
            Self::Urls => Ok(None),
            Self::Servers => Postgres::start().map(Some),
        }
    }

    /// The peer has no embedded database that its workers could share.
    fn peer(self) -> Result<Option<Kamailio>> {
        match self {
            Self::Urls => Ok(None),
            Self::Servers => {
                let Some(program) = kamailio::installed() else {
                    say("storm: Kamailio with its PostgreSQL module is not installed: no peer");
                    return Ok(None);
                };
                let server = Postgres::start()?;
                block_on(make_schema(server.url()))?;
                Kamailio::start(program, server).map(Some)
            }
        }
    }
}

/// Who storms, and what.
struct Storm {
    callers: Callers,
    centre: Centre,
    ours: Side,
    floor: Side,
    kamailio: Option<Kamailio>,
    /// What ends with the storm, programs before the databases that they use.
    _floor_program: Program,
    _floor_folder: tempfile::TempDir,
    _servers: [Option<Postgres>; 2],
}

/// The parts of the centre whose processor time is told.
const PARTS: [&str; 3] = ["loop", "writer", "database"];

/// What the centre has used and done so far.
struct Spent {
    parts_us: [f64; PARTS.len()],
    commits: f64,
}

impl Spent {
    fn so_far(storm: &Storm) -> Result<Self> {
        let threads_us = |name| cpu_us(storm.ours.process, name);
        // One of the two is nothing: an embedded database is a thread, PostgreSQL a server.
        let database_us = threads_us("sqlx-sqlite")? + storm.ours.used()?.server_us;
        let parts_us = [
            threads_us("signalling")?,
            threads_us("writer")?,
            database_us,
        ];
        Ok(Self {
            parts_us: parts_us.map(real),
            commits: commits_of(&storm.centre)?,
        })
    }

    fn since(&self, before: &Self) -> Self {
        let mut parts_us = self.parts_us;
        for (spent_us, before_us) in parts_us.iter_mut().zip(before.parts_us) {
            *spent_us -= before_us;
        }
        Self {
            parts_us,
            commits: self.commits - before.commits,
        }
    }

    /// For instance `loop 31, writer 4, database 40`.
    fn by_part(&self, calls: f64) -> String {
        let each = PARTS
            .iter()
            .zip(self.parts_us)
            .map(|(name, spent_us)| format!("{name} {:.0}", spent_us / calls));
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
    fn begin(place: Place) -> Result<Self> {
        let filled = [("pairs_max", 8), ("channels", 2), ("answer_max", 1)]
            .map(|(key, value)| (key, value.to_string()));
        let servers = [place.server()?, place.server()?];
        let [our_server, floor_server] = servers.each_ref().map(Option::as_ref);
        let url = |server: Option<&Postgres>, name| match server {
            Some(server) => Some(server.url().to_owned()),
            None => argument(name),
        };
        let centre = Centre::start(url(our_server, "--url"), &filled, SEATS)?;
        // One generator for all: a Call-ID used twice would be merged, and answered without a row.
        let mut callers = Callers::at(SocketAddr::from((centre.address, 0)))?;
        let takes_the_line = Load {
            calls: 1,
            per_second: 1_000,
            redialled_of_ten: 0,
            hold_us: None,
        };
        let our_process = centre.program.id();
        let mut ours = Side::new(
            centre.trunk(),
            our_process,
            our_server.map(Postgres::process),
        );
        let taken = ours.call(&mut callers, &takes_the_line)?;
        ensure!(taken.over == 1, "the first caller was not answered");
        let floor_folder = tempfile::TempDir::with_prefix("cuptel-bench-floor-")?;
        let embedded = || format!("sqlite://{}/floor.db", floor_folder.path().display());
        let floor_url = url(floor_server, "--floor-url").unwrap_or_else(embedded);
        block_on(make_schema(&floor_url))?;
        let floor_address = SocketAddr::from((free_address(5090), 5090));
        let floor = floor::start(&floor_url, floor_address)?;
        Ok(Self {
            callers,
            ours,
            floor: Side::new(
                floor_address,
                floor.id(),
                floor_server.map(Postgres::process),
            ),
            kamailio: None,
            centre,
            _floor_program: floor,
            _floor_folder: floor_folder,
            _servers: servers,
        })
    }

    fn compare(&mut self, effort: Effort) -> Result<()> {
        for (name, redialled_of_ten) in [("every caller new", 0), ("seven of ten redial", 7)] {
            let load = Load {
                calls: effort.pick(4_000, 50),
                per_second: COMPARED_AT,
                redialled_of_ten,
                hold_us: Some(0),
            };
            let [mut floor, mut ours, mut peer] = [(); 3].map(|()| Costs::default());
            let (mut to_floor, mut to_peer) = (Rounds::default(), Rounds::default());
            for _ in 0..effort.pick(5, 1) {
                let callers = &mut self.callers;
                let floor_us = self.floor.refuse(callers, &load, &mut floor)?;
                ensure!(
                    self.floor.refused == self.floor.invited,
                    "the floor lost calls"
                );
                let our_us = self.ours.refuse(callers, &load, &mut ours)?;
                to_floor.add(our_us / floor_us);
                if let Some(kamailio) = &mut self.kamailio {
                    let peer_us = kamailio.side.refuse(callers, &load, &mut peer)?;
                    to_peer.add(our_us / peer_us);
                }
            }
            say(format!("storm, {name}, {COMPARED_AT} attempts/s:"));
            say(format!("  floor    {floor}"));
            say(format!("  cuptel   {ours}"));
            say(format!("  ratio    {to_floor} (target 1.5)"));
            if self.kamailio.is_some() {
                say(format!("  kamailio {peer}"));
                say(format!("  ratio    {to_peer} to kamailio"));
            }
        }
        Ok(())
    }

    /// What a redial costs beside a new caller; both take turns.
    fn redial(&mut self, effort: Effort) -> Result<()> {
        let load = |redialled_of_ten| Load {
            calls: effort.pick(12_000, 50),
            per_second: REDIALLED_AT,
            redialled_of_ten,
            hold_us: Some(0),
        };
        let [mut new, mut again] = [(); 2].map(|()| Costs::default());
        let mut ratio = Rounds::default();
        for _ in 0..effort.pick(5, 1) {
            let callers = &mut self.callers;
            let new_us = self.ours.refuse(callers, &load(0), &mut new)?;
            let again_us = self.ours.refuse(callers, &load(10), &mut again)?;
            ratio.add(again_us / new_us);
        }
        say(format!("storm, redials, {REDIALLED_AT} attempts/s:"));
        say(format!("  new      {new}"));
        say(format!("  again    {again}"));
        say(format!("  ratio    {ratio}"));
        Ok(())
    }

    /// Places calls at the centre, and keeps count of them.
    fn call(&mut self, load: &Load) -> Result<Outcome> {
        self.ours.call(&mut self.callers, load)
    }

    fn climb(&mut self, effort: Effort) -> Result<()> {
        say("storm, the ladder, every caller new:");
        for per_second in LADDER {
            let load = rung(effort, per_second)?;
            let mut costs = Costs::default();
            let before = Spent::so_far(self)?;
            self.ours.refuse(&mut self.callers, &load, &mut costs)?;
            let spent = Spent::so_far(self)?.since(&before);
            let calls = real(u64::try_from(load.calls)?);
            say(format!(
                "{}: {}; {:.0} attempts a commit",
                costs.rung(per_second),
                spent.by_part(calls),
                calls / spent.commits.max(1.0),
            ));
            if costs.is_the_last_rung() {
                break;
            }
        }
        let Some(kamailio) = &mut self.kamailio else {
            return Ok(());
        };
        say("kamailio, the same ladder:");
        for per_second in LADDER {
            let load = rung(effort, per_second)?;
            let mut costs = Costs::default();
            kamailio.side.refuse(&mut self.callers, &load, &mut costs)?;
            say(costs.rung(per_second));
            if costs.is_the_last_rung() {
                break;
            }
        }
        Ok(())
    }

    /// Every final that a caller heard is an attempt in the database, and the audit agrees. A
    /// caller who gave up may have one or not: the INVITE, or the final, was lost on the way.
    fn nobody_is_lost(&self) -> Result<()> {
        let audit = self.centre.audit()?;
        let (refused, invited) = (self.ours.refused, self.ours.invited);
        say(format!(
            "storm, nobody is lost: {invited} callers, {refused} finals heard, audit: {audit}"
        ));
        let stored = audit["sums"]["attempts"]
            .as_u64()
            .map(usize::try_from)
            .transpose()?;
        ensure!(
            stored.is_some_and(|stored| (refused..=invited).contains(&stored)),
            "the database has {stored:?} attempts"
        );
        self.kamailio
            .as_ref()
            .map_or(Ok(()), Kamailio::nobody_is_lost)
    }
}

/// Three seconds at this rate.
fn rung(effort: Effort, per_second: u64) -> Result<Load> {
    Ok(Load {
        calls: effort.pick(usize::try_from(per_second * 3)?, 50),
        per_second,
        redialled_of_ten: 0,
        hold_us: Some(0),
    })
}

fn block_on<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().build()?.block_on(work)
}

/// Floor and peer write into the product's own schema.
async fn make_schema(url: &str) -> Result<()> {
    let store = cuptel_store::open(url, cuptel_store::Access::Serve).await?;
    store.close().await.context("close what has the schema now")
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
