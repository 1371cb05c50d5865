//! The live page's figures as texts, each with the identifier of the element that shows
//! it: the template writes them once, the stream swaps them. Decides nothing.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use cuptel_core::snapshot::{
    CampaignNow, ClassNow, QueueNow, SeatNow, Snapshot, StopNow, TenantNow, TrunkNow, WaitsNow,
};
use cuptel_core::time::UtcMs;
use cuptel_core::words::{Chosen, EntryState, WorkState};

use crate::access::Sight;
use crate::port::Health;
use crate::seat_line::{SeatLine, seat_line};
use crate::texts::Language;
use crate::words;

/// A text that changes, in the element of this identifier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cell {
    pub(crate) id: String,
    pub(crate) text: String,
}

pub(crate) fn cell(id: impl Into<String>, text: impl Into<String>) -> Cell {
    Cell {
        id: id.into(),
        text: text.into(),
    }
}

/// One big figure.
#[derive(Debug)]
pub(crate) struct Figure {
    pub(crate) label: String,
    pub(crate) value: Cell,
    pub(crate) note: Cell,
}

/// A line of the queues' table.
#[derive(Debug)]
pub(crate) struct QueueLine {
    pub(crate) tenant: String,
    pub(crate) title: String,
    pub(crate) cells: [Cell; 7],
}

/// A line of the health authorities' table.
#[derive(Debug)]
pub(crate) struct TenantLine {
    pub(crate) title: String,
    pub(crate) cells: [Cell; 7],
}

/// A line of the campaigns' table.
#[derive(Debug)]
pub(crate) struct CampaignLine {
    pub(crate) name: String,
    pub(crate) tenant: String,
    pub(crate) cells: [Cell; 6],
}

/// A line of the trunks' table.
#[derive(Debug)]
pub(crate) struct TrunkLine {
    pub(crate) name: String,
    pub(crate) used: Cell,
    pub(crate) channels: Cell,
    pub(crate) state: Cell,
}

/// Everything on the page that changes.
#[derive(Debug)]
pub(crate) struct Board {
    /// When the look was taken, milliseconds; the page tells by it how old its figures are.
    pub(crate) at_ms: UtcMs,
    pub(crate) taken: Cell,
    /// Which configuration is in force.
    pub(crate) configuration: Cell,
    /// What is wrong and what to do, one per line; empty in health.
    pub(crate) alert: Cell,
    /// The stop buttons that are pressed, one per line; empty on most days.
    pub(crate) stops: Cell,
    /// The storms that are on, three lines each; empty on a quiet day.
    pub(crate) storm: Cell,
    pub(crate) figures: [Figure; 6],
    pub(crate) queues: Vec<QueueLine>,
    pub(crate) tenants: Vec<TenantLine>,
    pub(crate) seats: Vec<SeatLine>,
    pub(crate) trunks: Vec<TrunkLine>,
    pub(crate) campaigns: Vec<CampaignLine>,
    /// Changes when rows come or go: then the page has to be loaded again.
    pub(crate) layout: String,
}

impl Board {
    pub(crate) fn new(look: &Snapshot, health: &Health, sight: Sight, language: Language) -> Self {
        Self {
            at_ms: look.at_ms,
            taken: cell("taken", words::date_and_time(look.at_ms)),
            configuration: cell(
                "configuration",
                words::configuration(language, &health.configuration),
            ),
            alert: cell("alert", alerts(language, look, health).join("\n")),
            stops: cell("stops", stops(language, look, sight).join("\n")),
            storm: cell("storm", storms(language, look).join("\n")),
            figures: figures(language, look),
            queues: numbered(&look.queues, |i, queue| {
                queue_line(language, i, queue, look.at_ms)
            }),
            tenants: tenant_lines(language, look),
            seats: numbered(&look.seats, |i, seat| {
                seat_line((i, language), seat, look, sight)
            }),
            trunks: numbered(&look.trunks, |i, trunk| trunk_line(language, i, trunk)),
            campaigns: numbered(&look.campaigns, |i, it| campaign_line(language, i, it)),
            layout: layout_of(look),
        }
    }

    /// Every text by its element, with the look's time and the layout beside them.
    pub(crate) fn texts(&self) -> BTreeMap<&str, &str> {
        let figures = self
            .figures
            .iter()
            .flat_map(|figure| [&figure.value, &figure.note]);
        let queues = self.queues.iter().flat_map(|queue| &queue.cells);
        let tenants = self.tenants.iter().flat_map(|tenant| &tenant.cells);
        let seats = self
            .seats
            .iter()
            .flat_map(|seat| [&seat.shape, &seat.state, &seat.operator, &seat.since]);
        let trunks = self
            .trunks
            .iter()
            .flat_map(|trunk| [&trunk.used, &trunk.channels, &trunk.state]);
        let campaigns = self.campaigns.iter().flat_map(|campaign| &campaign.cells);
        let bands = [&self.alert, &self.stops, &self.storm];
        [&self.taken, &self.configuration]
            .into_iter()
            .chain(bands)
            .chain(figures)
            .chain(queues)
            .chain(tenants)
            .chain(seats)
            .chain(trunks)
            .chain(campaigns)
            .map(|cell| (cell.id.as_str(), cell.text.as_str()))
            .chain([("layout", self.layout.as_str())])
            .collect()
    }
}

fn numbered<T, L>(rows: &[T], line: impl Fn(usize, &T) -> L) -> Vec<L> {
    rows.iter()
        .enumerate()
        .map(|(i, row)| line(i, row))
        .collect()
}

fn layout_of(look: &Snapshot) -> String {
    let mut hasher = DefaultHasher::new();
    for queue in &look.queues {
        (&queue.tenant, &queue.title).hash(&mut hasher);
    }
    for tenant in &look.tenants {
        tenant.title.hash(&mut hasher);
        for own in &tenant.classes {
            own.class.hash(&mut hasher);
        }
    }
    for seat in &look.seats {
        seat.name.hash(&mut hasher);
    }
    for trunk in &look.trunks {
        trunk.name.hash(&mut hasher);
    }
    for campaign in &look.campaigns {
        (&campaign.tenant, &campaign.name).hash(&mut hasher);
    }
    look.campaigns.len().hash(&mut hasher);
    (look.queues.len(), look.tenants.len()).hash(&mut hasher);
    (look.seats.len(), look.trunks.len()).hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// Who is left, released, spoken with, and how the others ended.
fn campaign_line(language: Language, i: usize, campaign: &CampaignNow) -> CampaignLine {
    let of = |states: &[EntryState]| -> String {
        let counts = states.iter().filter_map(|it| campaign.counts.get(it));
        counts.sum::<i64>().to_string()
    };
    let id = |column: &str| format!("c{i}-{column}");
    CampaignLine {
        name: campaign.name.clone(),
        tenant: campaign.tenant.clone(),
        cells: [
            cell(id("state"), words::campaign_state(language, campaign.state)),
            cell(id("waiting"), of(&[EntryState::Waiting])),
            cell(id("released"), of(&[EntryState::Released])),
            cell(id("talking"), campaign.talking.to_string()),
            cell(
                id("reached"),
                of(&[
                    EntryState::Reached,
                    EntryState::Confirmed,
                    EntryState::Cancelled,
                    EntryState::ToMove,
                ]),
            ),
            cell(
                id("others"),
                of(&[
                    EntryState::Exhausted,
                    EntryState::Expired,
                    EntryState::Forbidden,
                    EntryState::Declined,
                    EntryState::Withdrawn,
                ]),
            ),
        ],
    }
}

pub(crate) fn is_free(seat: &SeatNow) -> bool {
    let chosen = match seat.chosen {
        Chosen::Available | Chosen::OneMoreThenPause | Chosen::OneMoreThenSignOut => true,
        Chosen::SignedOut | Chosen::Paused | Chosen::FrontOffice => false,
    };
    chosen && seat.reachable && !seat.site_out && seat.work == WorkState::Idle
}

fn is_full(trunk: &TrunkNow) -> bool {
    let used = trunk.inbound + trunk.notices + trunk.outbound;
    trunk.inbound >= trunk.answer_max || used >= trunk.channels
}

/// Counts of `u32` things that are in memory at once: no sum overflows.
fn sum(counts: impl Iterator<Item = u32>) -> u32 {
    counts.fold(0, u32::saturating_add)
}

fn number_of(seats: &[SeatNow], of: impl Fn(&SeatNow) -> bool) -> u32 {
    sum(seats.iter().map(|seat| u32::from(of(seat))))
}

fn alerts(language: Language, look: &Snapshot, health: &Health) -> Vec<String> {
    let mut alerts = Vec::new();
    alerts.extend(
        look.sites
            .iter()
            .filter_map(|site| words::site_out(language, site, look.at_ms)),
    );
    let drifts = look.drifts.iter();
    alerts.extend(drifts.map(|drift| words::drift(language, drift, look)));
    if look.stopping {
        alerts.push(language.say("board-stopping"));
    } else if !health.ready && health.degraded.is_empty() {
        alerts.push(language.say("board-not-ready"));
    }
    for wrong in &health.degraded {
        alerts.push(words::degraded(language, wrong.mode));
    }
    let trunks = look.trunks.iter();
    alerts.extend(trunks.flat_map(|trunk| trunk_alerts(language, trunk, look)));
    let waiting = sum(look.queues.iter().map(|queue| queue.waiting));
    let at_work = number_of(&look.seats, |seat| seat.chosen != Chosen::SignedOut);
    if waiting > 0 && at_work == 0 {
        alerts.push(language.say("board-nobody-at-work"));
    }
    alerts
}

/// What is wrong with a trunk.
fn trunk_alerts(language: Language, trunk: &TrunkNow, look: &Snapshot) -> Vec<String> {
    let about = |since_ms| {
        let since = words::since(language, since_ms, look.at_ms);
        [
            ("trunk", trunk.name.as_str().into()),
            ("since", since.into()),
        ]
    };
    let mut alerts = Vec::new();
    if let Some(since_ms) = trunk.down_since_ms {
        let mut trunks = look.trunks.iter();
        alerts.push(if trunks.any(|trunk| trunk.down_since_ms.is_none()) {
            language.with("board-trunk-down", &about(since_ms))
        } else {
            language.with("board-trunks-down", &about(since_ms))
        });
    }
    if let Some(since_ms) = trunk.full_since_ms {
        alerts.push(language.with("board-trunk-full", &about(since_ms)));
    } else if is_full(trunk) && trunk.storm.is_none() {
        let about = [("trunk", trunk.name.as_str().into())];
        alerts.push(language.with("board-lines-busy", &about));
    }
    alerts
}

/// What is stopped, closed or opened; by whom only for those who may see names.
fn stops(language: Language, look: &Snapshot, sight: Sight) -> Vec<String> {
    let line = |stop: &StopNow| match sight {
        Sight::Full | Sight::Own => words::stop(language, stop, look.at_ms),
        Sight::Masked => words::stop(language, &stop.masked(), look.at_ms),
    };
    look.stops.iter().map(line).collect()
}

/// What a storm does to callers, and with how many lines it is met. People are counted once for
/// each call.
fn storms(language: Language, look: &Snapshot) -> Vec<String> {
    let line = |trunk: &TrunkNow| {
        let storm = trunk.storm?;
        let since = words::since(language, storm.since_ms, look.at_ms);
        let about = [
            ("since", since.into()),
            ("trunk", trunk.name.as_str().into()),
            ("told", storm.told.into()),
            ("listed", storm.listed.into()),
            ("refused", storm.refused.into()),
            ("used", trunk.notices.into()),
            ("lines", trunk.notice_lines.into()),
        ];
        let lines = [
            language.with("board-storm", &about),
            language.with("board-storm-people", &about),
            language.with("board-storm-lines", &about),
        ];
        Some(lines.join("\n"))
    };
    look.trunks.iter().filter_map(line).collect()
}

fn figure(label: String, id: &str, value: String, note: String) -> Figure {
    Figure {
        label,
        value: cell(id, value),
        note: cell(format!("{id}-note"), note),
    }
}

/// Callbacks that were given up and that nobody has looked at yet.
fn unseen(language: Language, look: &Snapshot) -> Figure {
    let unseen = sum(look.tenants.iter().map(|it| it.callbacks_unseen));
    let note = match unseen {
        0 => language.say("board-unseen-none"),
        _ => language.say("board-unseen-some"),
    };
    let label = language.say("board-unseen");
    figure(label, "unseen", unseen.to_string(), note)
}

/// Calls there are.
fn calls(language: Language, look: &Snapshot) -> Figure {
    // Whom we call is on a line of ours too, with or without an operator.
    let calls = look.calls + sum(look.trunks.iter().map(|trunk| trunk.outbound));
    let note = match look.dials_in_flight {
        0 => language.say("board-no-dials"),
        n => language.with("board-dials", &[("n", n.into())]),
    };
    let label = language.say("board-calls");
    figure(label, "calls", calls.to_string(), note)
}

/// Channels of the trunks, and how many are taken.
fn lines(language: Language, look: &Snapshot) -> Figure {
    let used = sum(look
        .trunks
        .iter()
        .map(|trunk| trunk.inbound + trunk.notices + trunk.outbound));
    let channels = sum(look.trunks.iter().map(|trunk| trunk.channels));
    let full = look.trunks.iter().filter(|trunk| is_full(trunk)).count();
    let about = [("used", used.into()), ("channels", channels.into())];
    let note = match (full, look.trunks.len()) {
        (0, 0) => language.say("board-no-lines"),
        (0, _) => language.say("board-lines-free"),
        (full, all) if full == all => language.say("board-all-busy"),
        (full, all) => language.with(
            "board-some-busy",
            &[("full", full.into()), ("all", all.into())],
        ),
    };
    let label = language.say("board-lines");
    figure(label, "lines", language.with("board-used", &about), note)
}

fn figures(language: Language, look: &Snapshot) -> [Figure; 6] {
    let at = look.at_ms;
    let waiting = sum(look.queues.iter().map(|queue| queue.waiting));
    let first = look.queues.iter().filter_map(|queue| queue.oldest_ms).min();
    let owed = sum(look.queues.iter().map(|queue| queue.callbacks_open));
    let debt = look
        .queues
        .iter()
        .filter_map(|queue| queue.callbacks_oldest_ms)
        .min();
    let talking = number_of(&look.seats, |seat| {
        matches!(seat.work, WorkState::Talking | WorkState::OnHold)
    });
    let paused = number_of(&look.seats, |seat| {
        seat.chosen == Chosen::Paused && seat.work == WorkState::Idle
    });
    [
        calls(language, look),
        figure(
            language.say("board-waiting"),
            "waiting",
            waiting.to_string(),
            first.map_or_else(
                || language.say("board-nobody-waits"),
                |first| {
                    let span = words::span(language, at - first);
                    language.with("board-first-for", &[("span", span.into())])
                },
            ),
        ),
        figure(
            language.say("board-owed"),
            "owed",
            owed.to_string(),
            debt.map_or_else(
                || language.say("board-no-debt"),
                |debt| {
                    let span = words::span(language, at - debt);
                    language.with("board-oldest-for", &[("span", span.into())])
                },
            ),
        ),
        unseen(language, look),
        figure(
            language.say("board-free"),
            "free",
            number_of(&look.seats, is_free).to_string(),
            language.with(
                "board-talking",
                &[("talking", talking.into()), ("paused", paused.into())],
            ),
        ),
        lines(language, look),
    ]
}

fn queue_line(language: Language, i: usize, queue: &QueueNow, at: UtcMs) -> QueueLine {
    let since =
        |ms: Option<UtcMs>| ms.map_or("–".to_owned(), |ms| words::span(language, at - ms));
    QueueLine {
        tenant: queue.tenant.clone(),
        title: queue.title.clone(),
        cells: [
            cell(format!("q{i}-waiting"), queue.waiting.to_string()),
            cell(format!("q{i}-oldest"), since(queue.oldest_ms)),
            cell(format!("q{i}-wait"), words::wait(language, queue.wait)),
            cell(format!("q{i}-owed"), queue.callbacks_open.to_string()),
            cell(format!("q{i}-ready"), words::ready(language, queue, at)),
            cell(format!("q{i}-debt"), since(queue.callbacks_oldest_ms)),
            cell(format!("q{i}-tasks"), words::tasks(language, queue, at)),
        ],
    }
}

/// Each authority, and below it its callers of queues for one class.
fn tenant_lines(language: Language, look: &Snapshot) -> Vec<TenantLine> {
    let lines = look.tenants.iter().enumerate().flat_map(|(i, tenant)| {
        let classes = tenant
            .classes
            .iter()
            .map(move |own| class_line(language, i, tenant, own));
        std::iter::once(tenant_line(language, i, tenant)).chain(classes)
    });
    lines.collect()
}

fn tenant_line(language: Language, i: usize, tenant: &TenantNow) -> TenantLine {
    let [recent_wait, recent_lost, today_wait, today_lost] =
        fared(language, &tenant.recent, &tenant.today);
    let texts = [
        (
            "home",
            words::at_least(language, tenant.at_home, tenant.lend_floor),
        ),
        (
            "away",
            words::at_most(language, tenant.away, tenant.lend_max),
        ),
        (
            "borrowed",
            words::at_most(language, tenant.borrowed, tenant.borrow_max),
        ),
        recent_wait,
        recent_lost,
        today_wait,
        today_lost,
    ];
    TenantLine {
        title: tenant.title.clone(),
        cells: texts.map(|(name, text)| cell(format!("a{i}-{name}"), text)),
    }
}

fn class_line(language: Language, i: usize, tenant: &TenantNow, own: &ClassNow) -> TenantLine {
    let [recent_wait, recent_lost, today_wait, today_lost] =
        fared(language, &own.recent, &own.today);
    // Operators are not any class's.
    let none = |name| (name, String::new());
    let texts = [
        none("home"),
        none("away"),
        none("borrowed"),
        recent_wait,
        recent_lost,
        today_wait,
        today_lost,
    ];
    TenantLine {
        title: words::of_class(language, &tenant.title, own.class),
        cells: texts.map(|(name, text)| cell(format!("a{i}{}-{name}", own.class), text)),
    }
}

fn fared(language: Language, recent: &WaitsNow, today: &WaitsNow) -> [(&'static str, String); 4] {
    [
        ("recent-wait", words::waited(language, recent)),
        ("recent-lost", words::hung_up(language, recent)),
        ("today-wait", words::waited(language, today)),
        ("today-lost", words::hung_up(language, today)),
    ]
}

fn trunk_line(language: Language, i: usize, trunk: &TrunkNow) -> TrunkLine {
    let about = [
        ("inbound", trunk.inbound.into()),
        ("notices", trunk.notices.into()),
        ("outbound", trunk.outbound.into()),
        ("channels", trunk.channels.into()),
        ("most", trunk.answer_max.into()),
        ("lines", trunk.notice_lines.into()),
    ];
    let (used, channels) = match trunk.notice_lines {
        0 => (
            language.with("board-trunk-used", &about),
            language.with("board-trunk-channels", &about),
        ),
        _ => (
            language.with("board-trunk-used-noticing", &about),
            language.with("board-trunk-channels-noticing", &about),
        ),
    };
    let state = match (is_full(trunk), trunk.down_since_ms) {
        (true, _) => language.say("board-all-busy"),
        (false, Some(_)) => language.say("board-trunk-refuses"),
        (false, None) => language.say("board-trunk-free"),
    };
    TrunkLine {
        name: trunk.name.clone(),
        used: cell(format!("t{i}-used"), used),
        channels: cell(format!("t{i}-channels"), channels),
        state: cell(format!("t{i}-state"), state),
    }
}
