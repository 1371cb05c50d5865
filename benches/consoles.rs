//! Consoles and wallboards open while a storm of calls goes on: what the pages' threads take, how old a
//! look is when it is there, how long it takes from a change to the page that shows it, and how long
//! each page takes to be written. Measured against the least that could tell as many listeners as much:
//! a bare server that sends the same bytes, made beforehand, as often.

mod callers;
mod centre;
mod datagrams;
mod listeners;
mod measured;
mod processor;

use std::convert::Infallible;
use std::fs;
use std::net::SocketAddr;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use cuptel_engine::Clock;
use futures_util::stream;
use http_body_util::StreamBody;
use hyper::body::{Bytes, Frame};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::sync::watch;

use callers::{Callers, Load};
use centre::{Centre, Program, free_address};
use listeners::{Heard, Listeners};
use measured::{Delays, Effort, Rounds, real, say};
use processor::cpu_us;

/// Attempts a second that are refused meanwhile.
const STORM: u64 = 1_000;
/// The threads of the pages, and of the floor.
const THREADS: &str = "tokio-rt";
/// Between two changes of the seat that is watched for them.
const CHANGE_EVERY: Duration = Duration::from_millis(400);
/// As often does the floor send.
const SPACING: Duration = Duration::from_millis(250);
const FLOOR: &str = "--sse-floor";

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip_while(|argument| argument != FLOOR);
    if arguments.next().is_some() {
        let address = arguments.next().context("--sse-floor ADDRESS BYTES")?;
        let bytes = arguments.next().context("--sse-floor ADDRESS BYTES")?;
        return send_to_all(address.parse()?, bytes.parse()?);
    }
    let Some(effort) = Effort::asked() else {
        return Ok(());
    };
    let seats = effort.pick(500, 5);
    let rows = (0..seats).map(|seat| {
        let name = 1_001 + seat;
        format!("{name},bench-{name},teramo,Operator {name},ASL di Teramo,prenotazioni:5\n")
    });
    let rows: String = rows.collect();
    let filled = [("pairs_max", 8), ("channels", 2), ("answer_max", 1)]
        .map(|(key, value)| (key, value.to_string()));
    let header = "seat,password,site,operator,employer,skills\n";
    let centre = Centre::start(None, &filled, &format!("{header}{rows}"))?;
    let bench = Bench::of(&centre, effort)?;
    bench.sign_in_all(seats)?;
    bench.measure(seats)?;
    say(format!("consoles, audit: {}", centre.audit()?));
    Ok(())
}

struct Bench<'c> {
    centre: &'c Centre,
    effort: Effort,
    token: String,
    address: SocketAddr,
}

impl<'c> Bench<'c> {
    fn of(centre: &'c Centre, effort: Effort) -> Result<Self> {
        let token = fs::read_to_string(centre.folder.path().join("data/api-token"))?;
        Ok(Self {
            centre,
            effort,
            token: format!("Bearer {}", token.trim()),
            address: SocketAddr::from((centre.address, 8080)),
        })
    }

    fn post(&self, path: &str, body: &serde_json::Value) -> Result<()> {
        ureq::post(format!("http://{}{path}", self.address))
            .header("Authorization", &self.token)
            .send_json(body)
            .with_context(|| path.to_owned())?;
        Ok(())
    }

    fn sign_in_all(&self, seats: usize) -> Result<()> {
        for name in 1_001..1_001 + seats {
            let operator = serde_json::json!({ "operator": format!("Operator {name}") });
            self.post(&format!("/api/v1/seats/{name}/sign-in"), &operator)?;
        }
        Ok(())
    }

    /// Rounds with the pages and with the floor in turns, while calls come.
    fn measure(&self, seats: usize) -> Result<()> {
        let (mut ours, mut least) = (Delays::default(), Delays::default());
        let (mut share, mut floor_share, mut ratio) =
            (Rounds::default(), Rounds::default(), Rounds::default());
        let (mut changes, mut pages) = (Delays::default(), Vec::new());
        let over = AtomicBool::new(false);
        let stormed: Result<()> = thread::scope(|scope| {
            let storm = scope.spawn(|| self.storm(&over));
            let measured = (0..self.effort.pick(4, 1)).try_for_each(|_| {
                let round = self.listen(seats)?;
                let per_event = round.cpu_us / round.heard.events();
                let bytes = round.heard.bytes_per_event();
                let floor = self.floor(seats, bytes)?;
                ratio.add(per_event / (floor.cpu_us / floor.heard.events()));
                share.add(round.share());
                floor_share.add(floor.share());
                ours.join(&round.heard.ages);
                least.join(&floor.heard.ages);
                changes.join(&round.changes);
                pages = join(std::mem::take(&mut pages), round.pages);
                Ok(())
            });
            over.store(true, Ordering::Relaxed);
            let stormed = storm.join();
            measured.and(stormed.unwrap_or_else(|_| anyhow::bail!("the storm broke off")))
        });
        stormed?;
        let walls = self.walls();
        say(format!(
            "{seats} consoles and {walls} wallboards, {STORM} attempts a second refused:"
        ));
        say(format!(
            "  floor   {floor_share} % of a core; a look is there after {least}"
        ));
        say(format!(
            "  cuptel  {share} % of a core; a look is there after {ours}"
        ));
        say(format!("  ratio   {ratio} (processor for an event)"));
        say(format!("  from a change to its page {changes}"));
        for (path, delays) in pages {
            say(format!("  GET {path}: {delays} (target 100)"));
        }
        Ok(())
    }

    fn walls(&self) -> usize {
        self.effort.pick(50, 1)
    }

    /// Callers who are refused, until all is measured.
    fn storm(&self, over: &AtomicBool) -> Result<()> {
        let mut callers = Callers::at(SocketAddr::from((self.centre.address, 0)))?;
        while !over.load(Ordering::Relaxed) {
            let load = Load {
                calls: self.effort.pick(1_000, 50),
                per_second: STORM,
                redialled_of_ten: 5,
                hold_us: Some(0),
            };
            callers.call(self.centre.trunk(), &load)?;
        }
        Ok(())
    }

    /// Every page open, one seat changing, and pages asked for.
    fn listen(&self, seats: usize) -> Result<Round> {
        let consoles = (1_001..1_001 + seats).map(|name| format!("/live?seat={name}"));
        let walls = (0..self.walls()).map(|_| "/live?wall=1".to_owned());
        let paths: Vec<String> = consoles.chain(walls).collect();
        let listeners = Listeners::start(self.address, &self.token, &paths)?;
        let watch = Listeners::start(self.address, &self.token, &["/live?seat=1001".to_owned()])?;
        let (clock, before) = (Clock::start(), cpu_us(self.centre.program.id(), THREADS)?);
        let begun_us = clock.now().mono_us;
        let mut pages = Vec::new();
        for path in ["/", "/board", "/supervisor", "/seats/1002"] {
            pages.push((path, Delays::default()));
        }
        let mut sent_ms = Vec::new();
        for turn in 0..self.effort.pick(25, 3) {
            let what = if turn % 2 == 0 { "pause" } else { "available" };
            sent_ms.push(clock.now().utc_ms);
            self.post(
                &format!("/api/v1/seats/1001/{what}"),
                &serde_json::json!({}),
            )?;
            for (path, delays) in &mut pages {
                let asked_us = clock.now().mono_us;
                let page = ureq::get(format!("http://{}{path}", self.address))
                    .header("Authorization", &self.token)
                    .call();
                page?.body_mut().read_to_vec()?;
                delays.add(clock.now().mono_us - asked_us);
            }
            thread::sleep(CHANGE_EVERY);
        }
        let cpu = cpu_us(self.centre.program.id(), THREADS)? - before;
        let took_us = clock.now().mono_us - begun_us;
        let (heard, watched) = (listeners.end()?, watch.end()?);
        ensure!(heard.silent == 0, "{} pages heard nothing", heard.silent);
        Ok(Round {
            cpu_us: real(cpu),
            took_us: real(took_us),
            changes: watched.changes_after(&sent_ms),
            heard,
            pages,
        })
    }

    fn floor(&self, seats: usize, bytes: usize) -> Result<Round> {
        let address = SocketAddr::from((free_address(8090), 8090));
        let mut command = Command::new(std::env::current_exe()?);
        command.args([FLOOR, &address.to_string(), &bytes.to_string()]);
        let mut floor = Program::start(&mut command)?;
        let is_there = || std::net::TcpStream::connect(address).is_ok();
        floor.until("the floor listens", is_there)?;
        let paths = vec!["/".to_owned(); seats + self.walls()];
        let listeners = Listeners::start(address, &self.token, &paths)?;
        let (clock, before) = (Clock::start(), cpu_us(floor.id(), THREADS)?);
        thread::sleep(
            self.effort
                .pick(Duration::from_secs(5), Duration::from_millis(600)),
        );
        let cpu = cpu_us(floor.id(), THREADS)? - before;
        let took_us = clock.now().mono_us;
        Ok(Round {
            cpu_us: real(cpu),
            took_us: real(took_us),
            changes: Delays::default(),
            heard: listeners.end()?,
            pages: Vec::new(),
        })
    }
}

/// What came of a while of listening.
struct Round {
    cpu_us: f64,
    took_us: f64,
    heard: Heard,
    changes: Delays,
    pages: Vec<(&'static str, Delays)>,
}

impl Round {
    /// Of a core, in per cent.
    fn share(&self) -> f64 {
        self.cpu_us / self.took_us * 100.0
    }
}

fn join(
    mut all: Vec<(&'static str, Delays)>,
    more: Vec<(&'static str, Delays)>,
) -> Vec<(&'static str, Delays)> {
    if all.is_empty() {
        return more;
    }
    for ((_, all), (_, more)) in all.iter_mut().zip(&more) {
        all.join(more);
    }
    all
}

/// The floor: the same bytes to everybody, four times a second.
fn send_to_all(address: SocketAddr, bytes: usize) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    runtime.block_on(async move {
        let listener = tokio::net::TcpListener::bind(address).await?;
        let events = watch::Sender::new(Bytes::new());
        let mut tick = tokio::time::interval(SPACING);
        let clock = Clock::start();
        let mut connections = tokio::task::JoinSet::new();
        loop {
            tokio::select! {
                _ = tick.tick() => {
                    let id = clock.now().utc_ms;
                    let filler = "x".repeat(bytes);
                    let event = format!("event: texts\nid: {id}\ndata: {filler}\n\n");
                    events.send_replace(Bytes::from(event));
                }
                accepted = listener.accept() => {
                    let (stream, _) = accepted?;
                    let heard = events.subscribe();
                    connections.spawn(tell(stream, heard));
                }
            }
        }
    })
}

async fn tell(stream: tokio::net::TcpStream, events: watch::Receiver<Bytes>) {
    let service = service_fn(move |_| {
        let frames = stream::unfold(events.clone(), |mut events| async {
            events.changed().await.ok()?;
            let event = events.borrow_and_update().clone();
            Some((Ok::<_, Infallible>(Frame::data(event)), events))
        });
        let body = StreamBody::new(Box::pin(frames));
        std::future::ready(Ok::<_, Infallible>(hyper::Response::new(body)))
    });
    let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    if connection.await.is_err() {
        // Whoever listened has gone.
    }
}
