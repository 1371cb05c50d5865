//! `cuptel demo`: the whole engine on a temporary folder, with invented people on the line, and
//! the story of a morning. Its figures come from the store and from the phones' own counts.

mod authorities;
mod reckoning;
mod screen;
mod stage;
mod story;

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use cuptel_core::snapshot::Snapshot;
use cuptel_core::step::Command;
use cuptel_engine::{Clock, Handle};
use cuptel_media::PromptLibrary;
use tokio::time::{interval, sleep, timeout};

use crate::cli::{DemoArguments, say};
use crate::demo::{Day, Phones, Plan, Seen, murmur};
use crate::node::Node;
use crate::serve::{Signals, runtime};

use reckoning::{NodeVoice, Reckoning, reckon};
use screen::Screen;
use stage::{GUEST_SEAT, Stage};
use story::Story;

/// A day of the show, where it may take its time.
const DAY: Duration = Duration::from_secs(60);
/// Figures come as often.
const SECOND: Duration = Duration::from_secs(1);
/// Calls of invented people at once.
const CALLS_MAX: usize = 200;
/// How long the invented people may take to hang up by themselves.
const FAREWELL: Duration = Duration::from_secs(8);
/// The engine shows how it is at least once a second; two looks are waited for no longer.
const TWO_LOOKS: Duration = Duration::from_secs(3);
/// RTP of the invented phones; the engine's is elsewhere.
const PHONES_MEDIA: RangeInclusive<u16> = 20_000..=24_999;

/// Runs the show; exit 0 when nobody was lost, nobody dialled twice, and all counts agree.
pub(crate) fn demo(arguments: &DemoArguments) -> anyhow::Result<ExitCode> {
    let day = Day::of(day_of(arguments.length));
    let mut stage = Stage::set(arguments, Duration::from_secs_f64(day.length_s))?;
    let mut screen = Screen::new(arguments.json);
    let clock = Clock::showing(stage.begins_ms);
    let reckoning = runtime()?.block_on(async {
        let signals = Signals::new()?;
        let node = Node::start(&stage.path(), stage.config.clone(), clock).await?;
        for seat in &stage.seats {
            let command = Command::SignIn {
                seat: seat.seat.clone(),
                operator: seat.operator.clone(),
                until_ms: None,
                moves: false,
            };
            node.handle.command(command).await?;
        }
        screen.tell(&greeting(&stage, node.let_in.as_ref())?);
        let phones = Phones::start(plan(&stage, day, arguments)?)?;
        stage.is_up();
        let story = Story::new(day, stage.late.clone());
        let show = Show {
            handle: node.handle.clone(),
            pages: stage.places.pages,
            clock,
            began_us: clock.now().mono_us,
            length: arguments.length,
            story,
        };
        let end = Box::pin(show.run(node, phones, signals, &mut screen)).await?;
        let now_ms = clock.now().utc_ms;
        reckon(&stage.config, &end.seen, end.voice, end.guest_sits, now_ms).await
    })?;
    stage.strike()?;
    tell(&mut screen, &reckoning);
    if arguments.json {
        say(&serde_json::to_string(&reckoning.figures)?);
    }
    Ok(if reckoning.is_well() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// As many whole days as fit the time: one for a minute or less.
fn day_of(length: Option<Duration>) -> Duration {
    let Some(length) = length else {
        return DAY;
    };
    let days = u32::try_from(length.as_secs() / DAY.as_secs()).unwrap_or(u32::MAX);
    (length / days.max(1)).max(Duration::from_secs(1))
}

fn plan(stage: &Stage, day: Day, arguments: &DemoArguments) -> anyhow::Result<Plan> {
    let mut library = PromptLibrary::new();
    let voice = library.add_wav("murmur", &murmur())?;
    let mut seats = Vec::new();
    for seat in stage.crew() {
        seats.push((seat.seat.clone(), seat.password.reveal()?));
    }
    Ok(Plan {
        trunk: stage.places.trunk,
        carrier: stage.places.carrier,
        phones: stage.places.phones,
        desks: SocketAddr::from(([127, 0, 0, 1], 0)),
        lines: stage.lines.clone(),
        seats,
        rate: arguments.rate,
        day,
        seed: arguments.seed,
        prompts: Arc::new(library),
        voice,
        media_ports: PHONES_MEDIA,
        calls_max: CALLS_MAX,
    })
}

fn greeting(stage: &Stage, let_in: Option<&(&'static str, String)>) -> anyhow::Result<String> {
    let places = &stage.places;
    let mut text = String::from(
        "CupTel: a booking line with invented callers and operators, on this machine only.\n\
         They speak real SIP and RTP over loopback; the clock of the show says eight in the morning.\n",
    );
    for moved in &places.moved {
        writeln!(text, "  {moved}")?;
    }
    writeln!(text, "  page      http://{}/", places.pages)?;
    if let Some((name, password)) = let_in {
        writeln!(
            text,
            "  sign in   as {name} with {password}, or with the token {}",
            stage.token()?
        )?;
    }
    if let Some(guest) = stage.seats.last() {
        writeln!(
            text,
            "  join in   register a softphone (G.711) at {} as user {GUEST_SEAT}, password {}:\n            it takes calls as any operator's phone does",
            places.phones,
            guest.password.reveal()?
        )?;
    }
    let line = stage.lines.first().map_or("", String::as_str);
    write!(
        text,
        "  call us   sip:{line}@{} with From: a number such as +390861123456\n  end       Ctrl-C",
        places.trunk
    )?;
    Ok(text)
}

/// What is left when the lights are on again.
struct End {
    seen: Seen,
    voice: Option<NodeVoice>,
    /// Somebody had registered the guest's seat.
    guest_sits: bool,
}

/// The show going on.
struct Show {
    handle: Handle,
    pages: SocketAddr,
    clock: Clock,
    began_us: u64,
    /// None: until somebody says stop.
    length: Option<Duration>,
    story: Story,
}

impl Show {
    /// Runs until the time is over or somebody says stop; then lets everybody go home.
    async fn run(
        mut self,
        node: Node,
        phones: Phones,
        mut signals: Signals,
        screen: &mut Screen,
    ) -> anyhow::Result<End> {
        let mut end = None;
        let until = async {
            tokio::select! {
                _ = signals.next() => {}
                () = self.tell_to_the_end(&phones, screen) => {}
            }
            screen.tell("\nThe show ends: nobody new rings, conversations are finished.");
            end = Some(self.wind_up(phones).await);
        };
        let store = Box::pin(node.run_until(until)).await?;
        store.close().await?;
        end.context("the engine ended before the show did")
    }

    /// Tells how it goes on, each second of the show.
    async fn tell_to_the_end(&mut self, phones: &Phones, screen: &mut Screen) {
        let mut second = interval(SECOND);
        loop {
            second.tick().await;
            let since_us = self.clock.now().mono_us.saturating_sub(self.began_us);
            let since = Duration::from_micros(since_us);
            let left = self.length.map(|length| length.saturating_sub(since));
            if let Some(left) = left
                && left < SECOND / 2
            {
                return sleep(left).await;
            }
            let look = self.handle.snapshot();
            self.story.go_on(screen, since, &look, &phones.counts());
        }
    }

    async fn wind_up(&self, phones: Phones) -> End {
        phones.stop_calling();
        let guest_sits = self.guest_sits();
        if timeout(FAREWELL, self.quiet()).await.is_err() {
            tracing::info!("some are still on the line; they are hung up");
        }
        let seen = tokio::task::block_in_place(|| phones.finish());
        End {
            seen,
            voice: self.voice().await,
            guest_sits,
        }
    }

    fn guest_sits(&self) -> bool {
        let look = self.handle.snapshot();
        look.seats
            .iter()
            .any(|seat| seat.name == GUEST_SEAT && seat.reachable)
    }

    /// Waits until nobody is on the line any more.
    async fn quiet(&self) {
        let mut looks = self.handle.changes();
        let busy =
            |look: &Snapshot| look.calls > 0 || look.trunks.iter().any(|trunk| trunk.outbound > 0);
        while busy(&looks.borrow_and_update()) {
            if looks.changed().await.is_err() {
                return;
            }
        }
    }

    /// What the node says of its packets, when everybody has hung up.
    async fn voice(&self) -> Option<NodeVoice> {
        let mut looks = self.handle.changes();
        looks.mark_unchanged();
        let twice = async {
            // The first may have been taken before the last packet.
            looks.changed().await.is_ok() && looks.changed().await.is_ok()
        };
        if timeout(TWO_LOOKS, twice).await != Ok(true) {
            tracing::warn!("the engine shows no more how it is");
        }
        let url = format!("http://{}/metrics", self.pages);
        let page = tokio::task::block_in_place(|| {
            ureq::get(&url)
                .call()
                .and_then(|mut page| page.body_mut().read_to_string())
        });
        match page {
            Ok(page) => NodeVoice::of(&page),
            Err(error) => {
                tracing::warn!(%error, "the demo's node does not show its metrics");
                None
            }
        }
    }
}

fn tell(screen: &mut Screen, reckoning: &Reckoning) {
    let figures = &reckoning.figures;
    screen.tell(&format!("\n{}", authorities::table(&reckoning.authorities)));
    screen.tell(&format!(
        "\n{} callbacks opened, {} closed, {} dials. Who withheld the number cannot be called: {}.",
        figures.callbacks_opened,
        figures.callbacks_closed,
        figures.dials,
        reckoning
            .audit
            .sums
            .suppressed
            .get("anonymous")
            .copied()
            .unwrap_or(0)
    ));
    screen.tell(&format!(
        "Of the {} refused {} heard on a notice line where they stand, and pressed nothing.",
        figures.refused, figures.told
    ));
    screen.tell(&format!(
        "Voice packets lost {:.2} %; answered after {:.1} ms (median), {:.1} ms (99 of 100).",
        figures.rtp_lost_pct, figures.answer_p50_ms, figures.answer_p99_ms
    ));
    if reckoning.guests > 0 {
        screen.tell(&format!("{} calls came from guests.", reckoning.guests));
    }
    for difference in &figures.differences {
        screen.conclude(false, &format!("DIFFERENT: {difference}"));
    }
    for broken in &reckoning.audit.violations {
        screen.conclude(
            false,
            &format!(
                "BROKEN {}: {} ({} rows)",
                broken.promise, broken.meaning, broken.count
            ),
        );
    }
    if reckoning.is_well() {
        screen.tell(
            "The audit of the database holds, and the phones counted the same, call by call:",
        );
        screen.conclude(true, "nobody lost, nobody dialled twice.");
    } else {
        screen.conclude(
            false,
            &format!(
                "lost {}, dialled twice {}",
                figures.lost, figures.double_dials
            ),
        );
    }
}
