//! `cuptel demo`: the whole engine on a temporary folder, with invented people on the line.
//! Its figures come from the store and from the phones' own counts, and are compared.

use std::fmt::Write as _;
use std::net::{SocketAddr, UdpSocket};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use cuptel_core::calendar::{local_text, parse_zone};
use cuptel_core::step::Command;
use cuptel_core::words::{DialResult, Outcome};
use cuptel_engine::{Clock, Handle};
use cuptel_media::PromptLibrary;
use cuptel_store::{Access, Audit, Store, Totals};
use serde::Serialize;

use crate::cli::{DemoArguments, load, say};
use crate::config::Config;
use crate::config::first_start;
use crate::config::source::locate;
use crate::demo::{Counts, Jam, Phones, Plan, murmur};
use crate::node::Node;
use crate::serve::{StopSignal, runtime};

/// The rush at the start: five times the rate, so that lines fill and callers are refused.
const JAM: Jam = Jam {
    for_s: 8.0,
    times: 5.0,
};
/// Calls of invented people at once.
const CALLS_MAX: usize = 200;
/// How long conversations may go on at the end.
const DRAIN_S: u32 = 10;
/// How long the invented people may take to hang up by themselves.
const FAREWELL: Duration = Duration::from_secs(8);
/// RTP of the invented phones; the engine's is elsewhere.
const PHONES_MEDIA: std::ops::RangeInclusive<u16> = 20_000..=24_999;
/// Password of every seat of the demo.
const PASSWORD: &str = "demo";
/// The seat left free for whoever wants to join in.
const GUEST_SEAT: &str = "199";
const SKILLS: &str = "prenotazioni:4 disdette:3 intramoenia:3";

/// What the demo is about to use of this machine.
struct Places {
    phones: SocketAddr,
    trunk: SocketAddr,
    carrier: SocketAddr,
    pages: SocketAddr,
}

impl Places {
    /// The addresses of `config/cuptel.toml` where they are free, others where not.
    fn find() -> anyhow::Result<Self> {
        Ok(Self {
            phones: free_udp(5060)?,
            trunk: free_udp(5080)?,
            carrier: free_udp(5070)?,
            pages: free_tcp(8080)?,
        })
    }
}

fn free_udp(wanted: u16) -> anyhow::Result<SocketAddr> {
    let socket =
        UdpSocket::bind(("127.0.0.1", wanted)).or_else(|_| UdpSocket::bind(("127.0.0.1", 0)));
    Ok(socket
        .context("no UDP port is free on 127.0.0.1")?
        .local_addr()?)
}

fn free_tcp(wanted: u16) -> anyhow::Result<SocketAddr> {
    let bind = |port| std::net::TcpListener::bind(("127.0.0.1", port));
    Ok(bind(wanted)
        .or_else(|_| bind(0))
        .context("no TCP port is free on 127.0.0.1")?
        .local_addr()?)
}

/// Runs the demo.
pub(crate) fn demo(arguments: &DemoArguments) -> anyhow::Result<ExitCode> {
    let folder = tempfile::tempdir().context("making a temporary folder")?;
    let places = Places::find()?;
    let now_ms = Clock::start().now().utc_ms;
    write_configuration(folder.path(), &places, arguments, now_ms)?;
    let path = folder.path().join("cuptel.toml");
    let config = load(&path)?;
    let seats = first_start::read(&folder.path().join("first-start.csv"), &config.sites)
        .map_err(|faults| anyhow::anyhow!("the demo's own seats: {faults:?}"))?;
    let outcome = runtime()?.block_on(async {
        let stop = StopSignal::new()?;
        let node = Node::start(&config, &seats).await?;
        for seat in &seats {
            let command = Command::SignIn {
                seat: seat.seat.clone(),
                operator: seat.operator.clone(),
            };
            node.handle.command(command).await?;
        }
        let phones = Phones::start(plan(&places, arguments)?)?;
        greet(&places, &config)?;
        let (store, counts) = watch(node, phones, arguments, stop).await?;
        store.close().await?;
        conclude(&config, counts, now_ms).await
    })?;
    tell(&outcome, arguments.json)?;
    let sound =
        outcome.figures.lost == 0 && outcome.figures.double_dials == 0 && outcome.audit.ok();
    Ok(if sound {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn plan(places: &Places, arguments: &DemoArguments) -> anyhow::Result<Plan> {
    let mut library = PromptLibrary::new();
    let voice = library.add_wav("murmur", &murmur())?;
    let seats = (0..arguments.seats)
        .map(|n| (seat_name(n), PASSWORD.to_owned()))
        .collect();
    // One caller in ten dials the line of the authority that is closed today.
    let mut lines = vec!["+390861000000".to_owned(); 9];
    lines.push("+390850000000".to_owned());
    Ok(Plan {
        trunk: places.trunk,
        carrier: places.carrier,
        phones: places.phones,
        desks: SocketAddr::from(([127, 0, 0, 1], 0)),
        lines,
        seats,
        rate: arguments.rate,
        jam: JAM,
        seed: arguments.seed,
        prompts: Arc::new(library),
        voice,
        media_ports: PHONES_MEDIA,
        calls_max: CALLS_MAX,
    })
}

fn seat_name(n: u32) -> String {
    (201 + n).to_string()
}

/// Runs until the time is over or somebody says stop, with a line of figures each second.
async fn watch(
    node: Node,
    phones: Phones,
    arguments: &DemoArguments,
    mut stop: StopSignal,
) -> anyhow::Result<(Store, Counts)> {
    let handle = node.handle.clone();
    let length = arguments
        .length
        .unwrap_or(Duration::from_secs(u64::from(u32::MAX)));
    let mut counts = Counts::default();
    let until = async {
        let watched = async {
            let mut second = tokio::time::interval(Duration::from_secs(1));
            loop {
                second.tick().await;
                if !arguments.json {
                    live_line(&handle, &phones);
                }
            }
        };
        tokio::select! {
            () = tokio::time::sleep(length) => {}
            () = stop.received() => {}
            () = watched => {}
        }
        phones.stop_calling();
        if tokio::time::timeout(FAREWELL, quiet(&handle))
            .await
            .is_err()
        {
            tracing::info!("some are still on the line; they are hung up");
        }
        counts = tokio::task::block_in_place(|| phones.finish());
    };
    let store = node.run_until(until, DRAIN_S).await?;
    Ok((store, counts))
}

/// Waits until nobody is on the line any more.
async fn quiet(handle: &Handle) {
    let mut looks = handle.changes();
    let busy = |look: &cuptel_core::snapshot::Snapshot| {
        look.calls > 0 || look.trunks.iter().any(|trunk| trunk.outbound > 0)
    };
    while busy(&looks.borrow_and_update()) {
        if looks.changed().await.is_err() {
            return;
        }
    }
}

fn live_line(handle: &Handle, phones: &Phones) {
    let look = handle.snapshot();
    let counts = phones.counts();
    let waiting: u32 = look.queues.iter().map(|queue| queue.waiting).sum();
    let owed: u32 = look.queues.iter().map(|queue| queue.callbacks_open).sum();
    let busy = look
        .seats
        .iter()
        .filter(|seat| seat.work.as_str() == "talking")
        .count();
    say(&format!(
        "calls {:>3}   waiting {:>3}   operators busy {:>2}   refused {:>4}   we owe a call to {:>3}   called back {:>3}",
        look.calls, waiting, busy, counts.refused, owed, counts.callbacks_answered
    ));
}

fn greet(places: &Places, config: &Config) -> anyhow::Result<()> {
    let mut text = String::new();
    writeln!(
        text,
        "CupTel demo: a booking line with invented callers and operators, on this machine only."
    )?;
    writeln!(text, "  page      http://{}/", places.pages)?;
    writeln!(text, "  API       token {}", config.http.token.reveal()?)?;
    writeln!(
        text,
        "  join in   register a softphone (G.711, UDP): user {GUEST_SEAT}, password {PASSWORD}, server {}",
        places.phones
    )?;
    writeln!(
        text,
        "            its operator is signed in: it rings as soon as it is the one idle longest"
    )?;
    write!(
        text,
        "  call us   sip:0861000000@{} with From: a number such as +390861123456",
        places.trunk
    )?;
    say(&text);
    Ok(())
}

/// What the demo came to.
struct Outcomes {
    figures: Figures,
    audit: Audit,
    doubts: Vec<String>,
}

/// The line of JSON.
#[derive(Debug, Serialize)]
struct Figures {
    attempts: i64,
    served: i64,
    abandoned: i64,
    refused: i64,
    out_of_hours: i64,
    callbacks_opened: i64,
    callbacks_closed: i64,
    dials: i64,
    lost: i64,
    double_dials: i64,
    rtp_lost_pct: f64,
    answer_p50_ms: f64,
    answer_p99_ms: f64,
}

async fn conclude(config: &Config, counts: Counts, now_ms: i64) -> anyhow::Result<Outcomes> {
    let store = cuptel_store::open(&config.data_url.reveal()?, Access::Read).await?;
    let totals = store.totals().await?;
    let audit = store.audit(now_ms).await?;
    let broken = |promise: &str| {
        audit
            .violations
            .iter()
            .filter(|v| v.promise == promise)
            .map(|v| v.count)
            .sum::<i64>()
    };
    let heard = i64::try_from(finals_heard(&counts))?;
    // A final that a phone heard and no row tells of would be a caller lost.
    let unrecorded = (heard - audit.sums.attempts).max(0);
    let figures = Figures {
        attempts: audit.sums.attempts,
        served: sum(&totals, &[Outcome::Served, Outcome::ServedByMenu]),
        abandoned: sum(&totals, &ABANDONED),
        refused: sum(&totals, &REFUSED),
        out_of_hours: sum(&totals, &[Outcome::OutOfHours]),
        callbacks_opened: audit.sums.callbacks_open + audit.sums.callbacks_closed,
        callbacks_closed: audit.sums.callbacks_closed,
        dials: audit.sums.dials,
        lost: unrecorded + broken("P1"),
        double_dials: i64::try_from(counts.double_dials)? + broken("P3"),
        rtp_lost_pct: counts.rtp_lost_pct(),
        answer_p50_ms: counts.answer_p50_ms,
        answer_p99_ms: counts.answer_p99_ms,
    };
    let doubts = compare(&figures, &totals, &counts);
    Ok(Outcomes {
        figures,
        audit,
        doubts,
    })
}

const ABANDONED: [Outcome; 4] = [
    Outcome::AbandonedRinging,
    Outcome::AbandonedMessage,
    Outcome::AbandonedMenu,
    Outcome::AbandonedQueue,
];
const REFUSED: [Outcome; 4] = [
    Outcome::RefusedLines,
    Outcome::RefusedQueueFull,
    Outcome::RefusedRate,
    Outcome::RefusedNoOperators,
];

/// Callers who got a final response to their INVITE.
fn finals_heard(counts: &Counts) -> u64 {
    counts.answered + counts.refused + counts.cancelled
}

fn sum(totals: &Totals, outcomes: &[Outcome]) -> i64 {
    outcomes
        .iter()
        .filter_map(|outcome| totals.attempts.get(outcome))
        .sum()
}

/// The store's figures beside what the phones saw for themselves.
fn compare(figures: &Figures, totals: &Totals, counts: &Counts) -> Vec<String> {
    let answered = totals
        .dials
        .get(&DialResult::Answered)
        .copied()
        .unwrap_or(0);
    let pairs = [
        (
            "calls that got a final answer",
            figures.attempts,
            finals_heard(counts),
        ),
        ("people who were rung", figures.dials, counts.callbacks_rung),
        ("people who answered", answered, counts.callbacks_answered),
    ];
    pairs
        .into_iter()
        .filter(|(_, stored, seen)| i64::try_from(*seen) != Ok(*stored))
        .map(|(what, stored, seen)| format!("{what}: {stored} stored, {seen} seen by the phones"))
        .collect()
}

fn tell(outcome: &Outcomes, json: bool) -> anyhow::Result<()> {
    let figures = &outcome.figures;
    for doubt in &outcome.doubts {
        tracing::warn!("{doubt}");
    }
    if json {
        say(&serde_json::to_string(figures)?);
        return Ok(());
    }
    say(&format!(
        "{} attempts: {} served, {} gave up, {} refused, {} out of hours",
        figures.attempts, figures.served, figures.abandoned, figures.refused, figures.out_of_hours
    ));
    say(&format!(
        "{} callbacks opened, {} closed, {} dials; lost {}, dialled twice {}",
        figures.callbacks_opened,
        figures.callbacks_closed,
        figures.dials,
        figures.lost,
        figures.double_dials
    ));
    say(&format!(
        "voice packets lost {:.2} %; answered after {:.1} ms (median), {:.1} ms (99 %)",
        figures.rtp_lost_pct, figures.answer_p50_ms, figures.answer_p99_ms
    ));
    say(if outcome.audit.ok() {
        "audit: every promise holds"
    } else {
        "audit: BROKEN"
    });
    Ok(())
}

fn write_configuration(
    folder: &Path,
    places: &Places,
    arguments: &DemoArguments,
    now_ms: i64,
) -> anyhow::Result<()> {
    ensure!(
        arguments.seats >= 1
            && arguments.seats <= 200
            && arguments.rate > 0.0
            && arguments.rate <= 50.0,
        "the demo has 1 to 200 seats and up to 50 new callers a second"
    );
    let here = Path::new("config/cuptel.toml");
    let prompts = locate("dialplans/prompts/it", here)
        .context("dialplans/prompts/it is not here: run the demo from the project's folder")?;
    let prompts = prompts.canonicalize().context("finding the prompts")?;
    let plan = locate("dialplans/asl-teramo.toml", here)
        .context("dialplans/asl-teramo.toml is not here")?;
    let plan = std::fs::read_to_string(plan).context("reading the dialplan")?;
    let folder_text = folder.display().to_string();
    let write = |name: &str, text: &str| {
        std::fs::write(folder.join(name), text).with_context(|| format!("writing {name}"))
    };
    // The demo's callers have a minute, not a morning.
    let plan = plan.replace(
        "[\"benvenuto_teramo\", \"privacy\"]",
        "[\"benvenuto_teramo\"]",
    );
    write("asl-teramo.toml", &plan)?;
    write(
        "asl-pescara.toml",
        &plan
            .replace("asl-teramo", "asl-pescara")
            .replace("+390861000000", "+390850000000"),
    )?;
    let mut csv = "seat,password,site,operator,employer,skills\n".to_owned();
    for n in 0..arguments.seats {
        let name = seat_name(n);
        writeln!(csv, "{name},{PASSWORD},demo,operatore-{name},demo,{SKILLS}")?;
    }
    writeln!(csv, "{GUEST_SEAT},{PASSWORD},demo,ospite,demo,{SKILLS}")?;
    write("first-start.csv", &csv)?;
    let lines = arguments.seats + 6;
    let text = include_str!("rehearsal.toml")
        .replace("{folder}", &folder_text)
        .replace("{prompts}", &prompts.display().to_string())
        .replace("{phones}", &places.phones.to_string())
        .replace("{trunk}", &places.trunk.to_string())
        .replace("{carrier}", &places.carrier.to_string())
        .replace("{pages}", &places.pages.to_string())
        .replace("{channels}", &(lines + 4).to_string())
        .replace("{answer_max}", &lines.to_string())
        .replace("{today}", &iso_day(now_ms)?)
        .replace("{tomorrow}", &iso_day(now_ms + 86_400_000)?);
    let queue = include_str!("rehearsal_queue.toml");
    let queues: String = ["asl-teramo", "asl-pescara"]
        .iter()
        .flat_map(|tenant| {
            QUEUES
                .iter()
                .map(move |(name, title)| (tenant, name, title))
        })
        .map(|(tenant, name, title)| {
            queue
                .replace("{tenant}", tenant)
                .replace("{name}", name)
                .replace("{title}", title)
        })
        .collect();
    write("cuptel.toml", &(text + &queues))
}

const QUEUES: [(&str, &str); 3] = [
    ("prenotazioni", "Prenotazioni"),
    ("disdette", "Disdette"),
    ("intramoenia", "Visite private"),
];

/// A day in Rome, as the configuration writes days.
fn iso_day(at_ms: i64) -> anyhow::Result<String> {
    let text = local_text(at_ms, parse_zone("Europe/Rome")?);
    let mut parts = text.split(['/', ' ']);
    match (parts.next(), parts.next(), parts.next()) {
        (Some(day), Some(month), Some(year)) => Ok(format!("{year}-{month}-{day}")),
        _ => anyhow::bail!("the clock shows no day"),
    }
}
