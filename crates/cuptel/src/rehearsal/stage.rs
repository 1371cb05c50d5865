//! The stage of `cuptel demo`: the delivered configuration, dialplans and prompts, moved to a
//! temporary folder and to free addresses of this machine, with minutes pressed into seconds.
//! What is shown is what is delivered; what is changed for the show is changed here alone.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use cuptel_core::calendar::{ContactWindow, parse_zone};
use cuptel_core::time::UtcMs;
use cuptel_engine::Clock;
use tempfile::TempDir;
use toml::{Table, Value};

use crate::cli::{DemoArguments, load};
use crate::config::Config;
use crate::config::first_start::{FIRST_START, FirstSeat};
use crate::config::queue::QueueSettings;
use crate::config::rules::ProvisionalIds;
use crate::config::secret::Secret;
use crate::config::source::locate;

const CONFIGURATION: &str = "cuptel.toml";
const DELIVERED: &str = "config/cuptel.toml";
/// Lines that callers may take beyond the seats, and what callbacks have besides.
const LINES_BEYOND: u32 = 6;
/// Lines on which callers only hear where they stand.
const NOTICE_LINES: u32 = 5;
/// The seat left free for whoever wants to join in.
pub(super) const GUEST_SEAT: &str = "999";
const GUEST_PASSWORD: &str = "demo";
/// The authority that opens late does so at this share of the first day, but not before the
/// first callers have heard that it is closed.
const LATE_SHARE: f64 = 0.3;
const LATE_AT_LEAST: Duration = Duration::from_secs(9);
/// And it is this time of the day then: 08:01.
pub(super) const LATE_OPENS_S: u64 = 8 * 3_600 + 60;
const MINUTE_MS: UtcMs = 60_000;

/// What the demo uses of this machine.
#[derive(Debug)]
pub(super) struct Places {
    pub(super) phones: SocketAddr,
    pub(super) trunk: SocketAddr,
    pub(super) carrier: SocketAddr,
    pub(super) pages: SocketAddr,
    /// What could not be had where the delivered configuration has it, in words.
    pub(super) moved: Vec<String>,
}

impl Places {
    /// The addresses of the delivered configuration where they are free, others where not.
    fn find() -> anyhow::Result<Self> {
        let mut moved = Vec::new();
        let mut place = |wanted: u16, who: &str, bind: Bind| {
            let got = (0..PLACES)
                .find_map(|n| bind(wanted + n * APART).ok())
                .with_context(|| format!("no port is free on 127.0.0.1 for {who}"))?;
            if got.port() != wanted {
                moved.push(format!("port {wanted} is taken: {who} at {got}"));
            }
            anyhow::Ok(got)
        };
        Ok(Self {
            phones: place(5060, "operators' phones", udp_and_tcp)?,
            trunk: place(5080, "the carrier's calls", udp)?,
            carrier: place(5070, "the invented carrier", udp)?,
            pages: place(8080, "the pages", tcp)?,
            moved,
        })
    }
}

/// A port that is taken is looked for so many places further on: no other place of the demo
/// comes there, nor its voice.
const APART: u16 = 100;
const PLACES: u16 = 100;

type Bind = fn(u16) -> std::io::Result<SocketAddr>;

fn udp(port: u16) -> std::io::Result<SocketAddr> {
    UdpSocket::bind(("127.0.0.1", port))?.local_addr()
}

fn tcp(port: u16) -> std::io::Result<SocketAddr> {
    TcpListener::bind(("127.0.0.1", port))?.local_addr()
}

fn udp_and_tcp(port: u16) -> std::io::Result<SocketAddr> {
    let socket = TcpListener::bind(("127.0.0.1", port))?;
    udp(socket.local_addr()?.port())
}

/// The authority whose lines are still closed when the show begins.
#[derive(Debug, Clone)]
pub(super) struct Late {
    pub(super) title: String,
    /// Since the start.
    pub(super) opens_after: Duration,
}

/// Everything that a node and its phones need.
#[derive(Debug)]
pub(super) struct Stage {
    pub(super) config: Config,
    pub(super) places: Places,
    /// The operators' seats, and the guest's at the end.
    pub(super) seats: Vec<FirstSeat>,
    /// One dialled number of each authority.
    pub(super) lines: Vec<String>,
    pub(super) late: Late,
    /// What the show's clock says at its start.
    pub(super) begins_ms: UtcMs,
    /// Kept, because the database is in it.
    folder: TempDir,
    setting_up: Option<File>,
}

impl Stage {
    /// Sets everything up; the first day is so long.
    pub(super) fn set(arguments: &DemoArguments, day: Duration) -> anyhow::Result<Self> {
        ensure!(
            (1..=200).contains(&arguments.seats) && arguments.rate > 0.0 && arguments.rate <= 50.0,
            "the demo has 1 to 200 seats and up to 50 new callers a second"
        );
        let delivered = locate(DELIVERED, Path::new(DELIVERED)).with_context(|| {
            format!("{DELIVERED} is not here: run the demo from the project's folder")
        })?;
        let folder = tempfile::tempdir().context("making a temporary folder")?;
        let setting_up = queue_up();
        let places = Places::find()?;
        let adapting = Adapting {
            folder: folder.path(),
            delivered: &delivered,
            places: &places,
            lines: arguments.seats + LINES_BEYOND,
        };
        let late = adapting.write()?;
        let path = folder.path().join(CONFIGURATION);
        fs::copy(
            delivered.with_file_name(FIRST_START),
            path.with_file_name(FIRST_START),
        )
        .with_context(|| format!("copying {FIRST_START}"))?;
        let mut config = load(&path)?;
        let seats = cast(&config.first_seats, &config.queues, arguments.seats)?;
        config.first_seats.clone_from(&seats);
        let opens_after = day.mul_f64(LATE_SHARE).max(LATE_AT_LEAST);
        Ok(Self {
            lines: lines_of(&config),
            begins_ms: begins(Clock::start().now().utc_ms, opens_after)?,
            late: Late {
                title: late,
                opens_after,
            },
            config,
            places,
            seats,
            folder,
            setting_up,
        })
    }

    /// The file of the configuration.
    pub(super) fn path(&self) -> PathBuf {
        self.folder.path().join(CONFIGURATION)
    }

    /// The operators' seats without the guest's.
    pub(super) fn crew(&self) -> &[FirstSeat] {
        self.seats.split_last().map_or(&[], |(_guest, crew)| crew)
    }

    /// The token of the API, once the node has made it.
    pub(super) fn token(&self) -> anyhow::Result<String> {
        Ok(self.config.http.token.reveal()?)
    }

    /// Every address is in use now: another demo may look for its own.
    pub(super) fn is_up(&mut self) {
        self.setting_up = None;
    }

    /// Removes the folder and says so when it cannot.
    pub(super) fn strike(self) -> anyhow::Result<()> {
        self.folder.close().context("removing the temporary folder")
    }
}

/// Between finding a free port and using it another demo could take it: they go one by one.
/// Somebody else's lock, or none to be had, is no reason not to begin.
fn queue_up() -> Option<File> {
    let path = std::env::temp_dir().join("cuptel-demo.lock");
    let file = File::options().create(true).append(true).open(path).ok()?;
    file.lock().ok()?;
    Some(file)
}

/// So that the late authority opens after so long: the show's clock is set to shortly before
/// 08:01 of the coming morning.
fn begins(now_ms: UtcMs, opens_after: Duration) -> anyhow::Result<UtcMs> {
    let minute = ContactWindow::parse("08:01-08:02", parse_zone("Europe/Rome")?)?;
    let over_ms = minute
        .ends_at(minute.next(now_ms))
        .context("the clock shows no morning")?;
    Ok(over_ms - MINUTE_MS - UtcMs::try_from(opens_after.as_millis())?)
}

/// The first number of each authority's dialplan.
fn lines_of(config: &Config) -> Vec<String> {
    let rules = config.rules(&ProvisionalIds::new(config));
    let of = |tenant| {
        let mut lines = rules.lines.iter();
        lines.find(|(_, line)| line.tenant == tenant)
    };
    rules
        .tenants
        .keys()
        .filter_map(|tenant| of(*tenant))
        .map(|(number, _)| number.reveal().to_owned())
        .collect()
}

/// So many of the delivered operators, of each authority in turn, and invented colleagues of
/// theirs when there are not enough; then the guest, who can do what the first can.
fn cast(
    staff: &[FirstSeat],
    queues: &[QueueSettings],
    count: u32,
) -> anyhow::Result<Vec<FirstSeat>> {
    let by_turn = in_turn(staff, queues);
    let Some(first) = by_turn.first() else {
        bail!("nobody of the delivered first-start.csv could serve a queue");
    };
    let count = usize::try_from(count)?;
    let mut seats: Vec<FirstSeat> = Vec::with_capacity(count + 1);
    for (n, seat) in by_turn.iter().cycle().take(count).enumerate() {
        let mut seat = (*seat).clone();
        if n >= by_turn.len() {
            seat.seat = (5_001 + n).to_string();
            seat.operator = format!("{} {}", seat.operator, n / by_turn.len() + 1);
        }
        seats.push(seat);
    }
    seats.push(FirstSeat {
        seat: GUEST_SEAT.to_owned(),
        password: Secret::parse(GUEST_PASSWORD),
        operator: "ospite".to_owned(),
        ..(*first).clone()
    });
    Ok(seats)
}

/// The operators by how many of their authority come before them: first one of each authority,
/// then the second of each. Who serves several is of the one with most queues for them.
fn in_turn<'s>(staff: &'s [FirstSeat], queues: &[QueueSettings]) -> Vec<&'s FirstSeat> {
    let mut before: BTreeMap<&str, u32> = BTreeMap::new();
    let mut by_turn = Vec::new();
    for seat in staff {
        let mut served: BTreeMap<&str, u32> = BTreeMap::new();
        for queue in queues.iter().filter(|queue| can_serve(seat, queue)) {
            *served.entry(&queue.tenant).or_default() += 1;
        }
        let Some((tenant, _)) = served.into_iter().max_by_key(|(_, queues)| *queues) else {
            continue;
        };
        let turn = before.entry(tenant).or_default();
        by_turn.push((*turn, seat));
        *turn += 1;
    }
    by_turn.sort_by_key(|(turn, _)| *turn);
    by_turn.into_iter().map(|(_, seat)| seat).collect()
}

fn can_serve(seat: &FirstSeat, queue: &QueueSettings) -> bool {
    let mut wanted = queue.skills.iter();
    wanted.all(|(skill, least)| seat.skills.get(skill).is_some_and(|level| level >= least))
}

/// What the show changes of the delivered files.
struct Adapting<'a> {
    folder: &'a Path,
    delivered: &'a Path,
    places: &'a Places,
    lines: u32,
}

impl Adapting<'_> {
    /// Writes configuration and dialplans to the folder. The title of the authority that opens
    /// late: the last one.
    fn write(&self) -> anyhow::Result<String> {
        let mut root = read(self.delivered)?;
        self.addresses(&mut root)?;
        self.trunks(&mut root);
        queues(&mut root)?;
        set(table(&mut root, "stop")?, "drain_s", 10);
        let limits = table(&mut root, "limits")?;
        set(limits, "misses_max", 100);
        set(limits, "reject_delay_s", 2);
        set(limits, "busy_delay_s", 2);
        set(limits, "no_answer_delay_s", 2);
        let late = self.dialplans(&mut root)?;
        hours(&mut root, &late.0);
        save(&self.folder.join(CONFIGURATION), &root)?;
        Ok(late.1)
    }

    fn addresses(&self, root: &mut Table) -> anyhow::Result<()> {
        let folder = self.folder.display();
        let mut data = Table::new();
        set(&mut data, "url", format!("sqlite://{folder}/cuptel.db"));
        root.insert("data".to_owned(), Value::Table(data));
        let mut listeners = Vec::new();
        for (role, address) in [("phones", self.places.phones), ("trunk", self.places.trunk)] {
            let mut listener = Table::new();
            set(&mut listener, "role", role);
            set(&mut listener, "udp", address.to_string());
            if role == "phones" {
                set(&mut listener, "tcp", address.to_string());
            }
            listeners.push(Value::Table(listener));
        }
        root.insert("listener".to_owned(), Value::Array(listeners));
        let http = table(root, "http")?;
        set(http, "listen", self.places.pages.to_string());
        set(http, "token", format!("file:{folder}/api-token"));
        let prompts = table(root, "prompts")?;
        let written = prompts.get("folder").and_then(Value::as_str);
        let sounds = self.beside(written.context("the configuration names no prompts")?)?;
        set(prompts, "folder", sounds.display().to_string());
        Ok(())
    }

    fn trunks(&self, root: &mut Table) {
        for trunk in tables(root, "trunk") {
            set(trunk, "outbound", format!("sip:{}", self.places.carrier));
            set(trunk, "answer_max", i64::from(self.lines));
            let channels = self.lines + NOTICE_LINES + LINES_BEYOND;
            set(trunk, "channels", i64::from(channels));
            set(trunk, "notice_lines", i64::from(NOTICE_LINES));
            set(trunk, "notice_s_max", 20);
            set(trunk, "notice_key_s", 1);
            set(trunk, "storm_quiet_s", 5);
            set(trunk, "outbound_min", 4);
            set(trunk, "ring_s", 4);
        }
    }

    /// Copies each authority's dialplan. Name and title of the last.
    fn dialplans(&self, root: &mut Table) -> anyhow::Result<(String, String)> {
        let mut last = None;
        for tenant in tables(root, "tenant") {
            let of = |key: &str| tenant.get(key).and_then(Value::as_str).map(str::to_owned);
            let name = of("name").context("a tenant has no name")?;
            let title = of("title").unwrap_or_else(|| name.clone());
            let written = of("dialplan").with_context(|| format!("{name} has no dialplan"))?;
            let mut plan = read(&self.beside(&written)?)?;
            hurry(&mut plan);
            let file = self.folder.join(format!("{name}.toml"));
            save(&file, &plan)?;
            set(tenant, "dialplan", file.display().to_string());
            last = Some((name, title));
        }
        last.context("the delivered configuration has no tenant")
    }

    /// A file that the delivered configuration names, with its whole path.
    fn beside(&self, written: &str) -> anyhow::Result<PathBuf> {
        let found = locate(written, self.delivered)
            .with_context(|| format!("{written}, which {DELIVERED} names, is not here"))?;
        std::path::absolute(&found).with_context(|| format!("finding {}", found.display()))
    }
}

/// The show's people have a minute, not a morning.
fn queues(root: &mut Table) -> anyhow::Result<()> {
    for queue in tables(root, "queue") {
        set(queue, "ring_s", 5);
        set(queue, "wrap_up_s", 1);
        set(queue, "live_bonus_s", 30);
        let callback = table(queue, "callback")?;
        set(callback, "window", "00:00-24:00");
        set(callback, "grace_s", 3);
        set(callback, "spacing_no_answer_s", 7);
        set(callback, "spacing_busy_s", 5);
        set(callback, "spacing_unreachable_s", 7);
        set(callback, "spacing_person_declined_s", 7);
        set(callback, "spacing_declined_s", 1);
    }
    Ok(())
}

/// Every line opens at 08:00 on every day, the late authority's at 08:01.
fn hours(root: &mut Table, late: &str) {
    for calendar in tables(root, "calendar") {
        calendar.retain(|key, _| matches!(key, "tenant" | "name"));
        let is_late = calendar.get("tenant").and_then(Value::as_str) == Some(late);
        let span = if is_late {
            "08:01-24:00"
        } else {
            "00:00-24:00"
        };
        let mut week = Table::new();
        for day in ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] {
            set(&mut week, day, vec![span]);
        }
        calendar.insert("weekly".to_owned(), Value::Table(week));
    }
}

/// Shortens what a caller goes through: of the first messages only the first, and shorter waits.
fn hurry(plan: &mut Table) {
    let start = plan.get("start").and_then(Value::as_str).map(str::to_owned);
    let Some(steps) = plan.get_mut("step").and_then(Value::as_table_mut) else {
        return;
    };
    for (name, step) in steps.iter_mut() {
        let Some(step) = step.as_table_mut() else {
            continue;
        };
        if start.as_ref() == Some(name)
            && let Some(messages) = step.get_mut("play").and_then(Value::as_array_mut)
        {
            messages.truncate(1);
        }
        shorten(step, "timeout_s", 4);
        shorten(step, "max_wait_s", 40);
        for (inner, key, most_s) in [
            ("announce", "every_s", 12),
            ("offer_callback", "after_s", 8),
        ] {
            if let Some(inner) = step.get_mut(inner).and_then(Value::as_table_mut) {
                shorten(inner, key, most_s);
            }
        }
    }
}

fn shorten(table: &mut Table, key: &str, most_s: i64) {
    if let Some(Value::Integer(seconds)) = table.get_mut(key) {
        *seconds = most_s.min(*seconds);
    }
}

fn set(table: &mut Table, key: &str, value: impl Into<Value>) {
    table.insert(key.to_owned(), value.into());
}

fn table<'t>(root: &'t mut Table, key: &str) -> anyhow::Result<&'t mut Table> {
    root.entry(key.to_owned())
        .or_insert_with(|| Value::Table(Table::new()))
        .as_table_mut()
        .with_context(|| format!("`{key}` is no table"))
}

fn tables<'t>(root: &'t mut Table, key: &str) -> impl Iterator<Item = &'t mut Table> {
    root.get_mut(key)
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
        .filter_map(Value::as_table_mut)
}

fn read(path: &Path) -> anyhow::Result<Table> {
    let text =
        std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    text.parse()
        .with_context(|| format!("{} is not in order", path.display()))
}

fn save(path: &Path, table: &Table) -> anyhow::Result<()> {
    let text = toml::to_string(table).context("writing settings")?;
    std::fs::write(path, text).with_context(|| format!("writing {}", path.display()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn seat(name: &str, authority: &str) -> FirstSeat {
        FirstSeat {
            seat: name.to_owned(),
            password: Secret::parse("x"),
            site: "town".to_owned(),
            operator: format!("operator {name}"),
            employer: "Esempio".to_owned(),
            skills: std::iter::once((authority.to_owned(), 3)).collect(),
            home: None,
        }
    }

    /// The queues of the delivered configuration, each asking for one skill named as its tenant.
    fn queues() -> Vec<QueueSettings> {
        let mut queues =
            load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config/cuptel.toml"))
                .unwrap()
                .queues;
        for queue in &mut queues {
            queue.skills = std::iter::once((queue.tenant.clone(), 1)).collect();
        }
        queues
    }

    #[test]
    fn seats_come_from_each_authority_in_turn_and_no_name_is_there_twice() {
        let staff = [
            seat("1", "asl-teramo"),
            seat("2", "asl-teramo"),
            seat("3", "asl-pescara"),
            seat("4", "another"),
        ];
        let queues = queues();
        let names = |count| -> Vec<String> {
            let seats = cast(&staff, &queues, count).unwrap();
            seats.into_iter().map(|seat| seat.seat).collect()
        };
        assert_eq!(names(2), ["1", "3", GUEST_SEAT]);
        let all = cast(&staff, &queues, 200).unwrap();
        let distinct = |of: fn(&FirstSeat) -> &String| {
            let names: BTreeSet<_> = all.iter().map(of).collect();
            names.len()
        };
        assert_eq!(
            (distinct(|seat| &seat.seat), distinct(|seat| &seat.operator)),
            (201, 201)
        );
        assert!(cast(&staff[3..], &queues, 1).is_err());
    }

    #[test]
    fn the_show_begins_so_long_before_the_late_authority_opens() {
        let zone = parse_zone("Europe/Rome").unwrap();
        let opens = Duration::from_secs(18);
        // One moment in each quarter of an hour of two days, and inside the minute itself.
        for now_ms in (0..200).map(|n| 1_795_000_000_000 + n * 900_000 + 30_000) {
            let begins_ms = begins(now_ms, opens).unwrap();
            let opening_ms = begins_ms + 18_000;
            let text = cuptel_core::calendar::local_text(opening_ms, zone);
            assert!(text.ends_with(" 08:01"), "{text}");
            assert_eq!(opening_ms % MINUTE_MS, 0);
        }
    }

    #[test]
    fn a_caller_of_the_show_waits_no_longer_than_the_delivered_one() {
        let mut plan: Table =
            "start = \"a\"\n[step.a]\nplay = [\"x\", \"y\"]\n[step.b]\nplay = [\"x\", \"y\"]\n\
            [step.q]\nqueue = \"q\"\nmax_wait_s = 1200\nannounce = { every_s = 5 }\n"
                .parse()
                .unwrap();
        hurry(&mut plan);
        let said = toml::to_string(&plan).unwrap();
        assert!(
            said.contains("max_wait_s = 40") && said.contains("every_s = 5"),
            "{said}"
        );
        assert!(said.contains("[step.a]\nplay = [\"x\"]"), "{said}");
        assert!(said.contains("[step.b]\nplay = [\"x\", \"y\"]"), "{said}");
    }
}
