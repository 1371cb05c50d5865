//! The floor as texts, each with the identifier of the element that shows it: queues by trouble, seats
//! by site, what is owed by class and age. Decides nothing.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use cuptel_core::snapshot::{QueueNow, SeatNow, SiteNow, Snapshot, StopNow};
use cuptel_core::time::UtcMs;
use cuptel_core::words::{Button, Chosen, WorkState};
use cuptel_store::{Owed, QuarterFigures};

use super::in_time::{InTime, now_of};
use super::kept::{Figures, Stored};
use super::say;
use crate::access::Caller;
use crate::actions::path_of;
use crate::board::{Board, Cell, cell};
use crate::practising;
use crate::texts::Language;

/// How bad it is with a queue: the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Trouble {
    /// Callers hear the emergency message.
    Emergency,
    Unserved,
    Late,
    ClosedWaiting,
    Unmanned,
    Below,
    Waiting,
    None,
    /// Nobody need look there, whatever the others do.
    Closed,
}

impl Trouble {
    fn of(queue: &QueueNow, look: &Snapshot, now: Option<QuarterFigures>) -> Self {
        let is_emergency =
            |stop: &StopNow| stop.button == Button::Emergency && touches(stop, queue);
        if look.stops.iter().any(is_emergency) {
            return Self::Emergency;
        }
        let at = look.at_ms;
        let target = queue.targets.first();
        let waited_ms = queue.oldest_ms.map_or(0, |oldest| at - oldest);
        let is_late = target.is_some_and(|it| waited_ms > i64::from(it.within_s) * 1_000);
        let is_below = target.zip(now).is_some_and(|(target, now)| {
            let share = now_of(queue, now, at).share();
            share.is_some_and(|share| (share as f64) < target.share * 100.0)
        });
        match (queue.waiting, queue.is_open) {
            (1.., _) if queue.wait.is_none() => Self::Unserved,
            (1.., _) if is_late => Self::Late,
            (1.., false) => Self::ClosedWaiting,
            (_, true) if queue.wait.is_none() => Self::Unmanned,
            (_, true) if is_below => Self::Below,
            (1.., true) => Self::Waiting,
            (0, false) => Self::Closed,
            (0, true) => Self::None,
        }
    }

    /// A shape and words; never a colour alone.
    fn words(self, language: Language) -> (&'static str, String) {
        match self {
            Self::Emergency => ("◆", language.say("desk-trouble-emergency")),
            Self::Unserved => ("✕", language.say("desk-trouble-unserved")),
            Self::Late => ("▲", language.say("desk-trouble-late")),
            Self::ClosedWaiting => ("■", language.say("desk-trouble-closed-waiting")),
            Self::Unmanned => ("✕", language.say("desk-trouble-unmanned")),
            Self::Below => ("△", language.say("desk-trouble-below")),
            Self::Waiting => ("●", language.say("desk-trouble-waiting")),
            Self::Closed => ("□", language.say("desk-trouble-closed")),
            Self::None => ("○", language.say("desk-trouble-none")),
        }
    }

    /// Whether nobody need look there.
    fn is_calm(self) -> bool {
        match self {
            Self::Closed | Self::None => true,
            Self::Emergency
            | Self::Unserved
            | Self::Late
            | Self::ClosedWaiting
            | Self::Unmanned
            | Self::Below
            | Self::Waiting => false,
        }
    }

    /// For the style sheet.
    fn level(self) -> &'static str {
        match self {
            Self::Emergency | Self::Unserved | Self::Late => "bad",
            Self::ClosedWaiting | Self::Unmanned | Self::Below => "poor",
            Self::Waiting => "some",
            Self::Closed => "shut",
            Self::None => "good",
        }
    }
}

/// More queues than this are not all looked at: the calm ones are folded away.
const QUEUES_OPEN_MAX: usize = 12;
/// More seats than this are folded by site, but for the sites where something is wrong.
const SEATS_OPEN_MAX: usize = 60;

/// A queue on the floor.
#[derive(Debug)]
pub(crate) struct QueueRow {
    pub(crate) id: String,
    pub(crate) path: String,
    pub(crate) title: String,
    pub(crate) tenant: String,
    pub(crate) level: &'static str,
    pub(crate) shape: Cell,
    pub(crate) state: Cell,
    pub(crate) waiting: Cell,
    pub(crate) oldest: Cell,
    pub(crate) now: Cell,
    pub(crate) today: Cell,
    order: (Trouble, std::cmp::Reverse<i64>, usize),
}

/// A seat where somebody is signed in.
#[derive(Debug)]
pub(crate) struct Tile {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) path: String,
    pub(crate) level: &'static str,
    pub(crate) shape: Cell,
    pub(crate) state: Cell,
    pub(crate) who: Cell,
    pub(crate) since: Cell,
}

/// The seats of a site.
#[derive(Debug)]
pub(crate) struct SiteBlock {
    /// Whether something is wrong there.
    pub(crate) is_in_trouble: bool,
    pub(crate) title: String,
    pub(crate) path: String,
    pub(crate) out: Cell,
    pub(crate) counts: Cell,
    pub(crate) tiles: Vec<Tile>,
    pub(crate) empty: Vec<(String, String)>,
    pub(crate) empty_title: String,
}

/// A line of what is owed.
#[derive(Debug)]
pub(crate) struct DebtRow {
    pub(crate) title: String,
    pub(crate) people: Cell,
}

/// What is owed.
#[derive(Debug)]
pub(crate) struct Debts {
    pub(crate) all: Cell,
    pub(crate) classes: Vec<DebtRow>,
    pub(crate) ages: Vec<DebtRow>,
    pub(crate) past_deadline: Cell,
    pub(crate) past_promise: Cell,
    pub(crate) unseen: Cell,
}

/// A trunk, with since when it is blind.
#[derive(Debug)]
pub(crate) struct TrunkRow {
    pub(crate) name: String,
    pub(crate) used: Cell,
    pub(crate) channels: Cell,
    pub(crate) state: Cell,
    pub(crate) blind: Cell,
}

/// Everything on the floor that changes, beside the board.
#[derive(Debug)]
pub(crate) struct Room {
    pub(crate) queues: Vec<QueueRow>,
    /// Where nothing is wrong and nobody waits, of a floor with many.
    pub(crate) calm: Vec<QueueRow>,
    /// How many those are, and in how many of them something is wrong by now.
    pub(crate) calm_title: Cell,
    /// Whether sites are folded.
    pub(crate) is_crowded: bool,
    pub(crate) sites: Vec<SiteBlock>,
    pub(crate) debts: Debts,
    /// What the database has not told, and why.
    pub(crate) wanting: Cell,
    pub(crate) trunks: Vec<TrunkRow>,
    /// Changes when queues would stand in another order, or seats are taken or left.
    pub(crate) order: String,
}

/// For whom it is shown.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seen<'c> {
    pub(crate) language: Language,
    /// Of which health authority alone.
    pub(crate) tenant: Option<&'c str>,
}

impl<'c> Seen<'c> {
    pub(crate) fn by(caller: &'c Caller, language: Language) -> Self {
        Self {
            language,
            tenant: caller.tenant(),
        }
    }

    fn has(self, tenant: &str) -> bool {
        self.tenant.is_none_or(|own| own == tenant)
    }
}

impl Room {
    pub(crate) fn new(look: &Snapshot, board: &Board, told: &Figures, seen: Seen<'_>) -> Self {
        let stored = told.stored();
        let queues = look.queues.iter().enumerate();
        let queues = queues.filter(|(_, queue)| seen.has(&queue.tenant));
        let mut queues: Vec<QueueRow> = queues
            .map(|(i, queue)| queue_row(i, queue, look, (stored, seen.language)))
            .collect();
        queues.sort_by_key(|row| row.order);
        let order = order_of(&queues, look);
        let in_trouble = queues.iter().filter(|row| !row.order.0.is_calm()).count();
        let calm = match queues.len() {
            0..=QUEUES_OPEN_MAX => Vec::new(),
            _ => queues.split_off(in_trouble),
        };
        let trunks = look.trunks.iter().zip(&board.trunks).enumerate();
        let trunks = trunks.map(|(i, (trunk, line))| {
            let text = trunk.full_since_ms.map_or(String::new(), |since_ms| {
                let since = say::hour(since_ms, look.at_ms);
                seen.language
                    .with("desk-trunk-blind", &[("since", since.into())])
            });
            TrunkRow {
                name: line.name.clone(),
                used: line.used.clone(),
                channels: line.channels.clone(),
                state: line.state.clone(),
                blind: cell(format!("dt{i}-blind"), text),
            }
        });
        Self {
            sites: sites(look, board, seen.language),
            debts: debts(look, stored, seen),
            wanting: wanting(told, seen.language),
            trunks: trunks.collect(),
            order,
            calm_title: calm_title(&calm, seen.language),
            calm,
            is_crowded: look.seats.len() > SEATS_OPEN_MAX,
            queues,
        }
    }

    /// Every text by its element; a key that begins with `@` is what the style sheet goes by.
    pub(crate) fn texts<'r>(&'r self, board: &'r Board) -> BTreeMap<String, &'r str> {
        let every_queue = || self.queues.iter().chain(&self.calm);
        let queues = every_queue().flat_map(|row| {
            [
                &row.shape,
                &row.state,
                &row.waiting,
                &row.oldest,
                &row.now,
                &row.today,
            ]
        });
        let tiles = || self.sites.iter().flat_map(|site| &site.tiles);
        let sites = self.sites.iter().flat_map(|site| [&site.out, &site.counts]);
        let debts = &self.debts;
        let rows = debts.classes.iter().chain(&debts.ages);
        let sums = [
            &debts.all,
            &debts.past_deadline,
            &debts.past_promise,
            &debts.unseen,
            &self.calm_title,
            &self.wanting,
        ];
        let cells = queues
            .chain(tiles().map(|tile| &tile.since))
            .chain(sites)
            .chain(rows.map(|row| &row.people))
            .chain(sums)
            .chain(self.trunks.iter().map(|trunk| &trunk.blind));
        let cells = cells.map(|cell| (cell.id.clone(), cell.text.as_str()));
        let levels = every_queue().map(|row| (&row.id, row.level));
        let levels = levels.chain(tiles().map(|tile| (&tile.id, tile.level)));
        let levels = levels.map(|(id, level)| (format!("@{id}"), level));
        let board = board.texts().into_iter();
        let board = board.map(|(id, text)| (id.to_owned(), text));
        board
            .chain(cells)
            .chain(levels)
            .chain([("order".to_owned(), self.order.as_str())])
            .collect()
    }
}

/// The page of a queue.
pub(crate) fn path_of_queue(queue: &QueueNow) -> String {
    let part = |text: &str| {
        let path = path_of(text);
        path.strip_prefix("/seats/").unwrap_or_default().to_owned()
    };
    let (tenant, name) = (part(&queue.tenant), part(&queue.name));
    format!("/supervisor/queues/{tenant}/{name}")
}

/// A name as a part of an address.
pub(crate) fn escaped(name: &str) -> String {
    let path = path_of(name);
    path.strip_prefix("/seats/").unwrap_or_default().to_owned()
}

/// The page of whoever leads, for a seat.
pub(crate) fn path_of_seat(seat: &str) -> String {
    format!("/supervisor{}", path_of(seat))
}

/// The page of a site.
pub(crate) fn path_of_site(site: &str) -> String {
    let path = path_of(site);
    let name = path.strip_prefix("/seats/").unwrap_or_default();
    format!("/supervisor/sites/{name}")
}

/// What a health authority is called.
pub(crate) fn title_of<'l>(look: &'l Snapshot, tenant: &'l str) -> &'l str {
    let mut tenants = look.tenants.iter();
    let found = tenants.find(|it| it.name == tenant);
    found.map_or(tenant, |it| &it.title)
}

/// Whether a button that is pressed is for this queue, alone or with others.
pub(crate) fn touches(stop: &StopNow, queue: &QueueNow) -> bool {
    let of_tenant = stop.tenant.as_ref().is_none_or(|it| *it == queue.tenant);
    let of_queue = stop.queue.as_ref().is_none_or(|it| *it == queue.name);
    of_tenant && of_queue
}

/// The button by which a queue is held closed or open.
pub(crate) fn door_of<'l>(look: &'l Snapshot, queue: &QueueNow) -> Option<&'l StopNow> {
    look.stops.iter().find(|stop| {
        matches!(stop.button, Button::Closed | Button::Opened)
            && stop.tenant.as_deref() == Some(&queue.tenant)
            && stop.queue.as_deref() == Some(&queue.name)
    })
}

fn queue_row(
    i: usize,
    queue: &QueueNow,
    look: &Snapshot,
    (stored, language): (Option<&Stored>, Language),
) -> QueueRow {
    let key = (queue.tenant.clone(), queue.name.clone());
    let of = |sums: &BTreeMap<(String, String), QuarterFigures>| sums.get(&key).copied();
    let now = stored.map(|it| of(&it.now).unwrap_or_default());
    let today = stored.map(|it| of(&it.today).unwrap_or_default());
    let trouble = Trouble::of(queue, look, now);
    let (shape, state) = trouble.words(language);
    let waited_ms = queue.oldest_ms.map_or(0, |oldest| look.at_ms - oldest);
    let id = format!("dq{i}");
    let named = |column: &str| format!("{id}-{column}");
    QueueRow {
        path: path_of_queue(queue),
        title: queue.title.clone(),
        tenant: title_of(look, &queue.tenant).to_owned(),
        level: trouble.level(),
        shape: cell(named("shape"), shape),
        state: cell(named("state"), state),
        waiting: cell(named("waiting"), queue.waiting.to_string()),
        oldest: cell(named("oldest"), oldest(queue, look.at_ms, language)),
        now: cell(
            named("now"),
            match now.map(|it| now_of(queue, it, look.at_ms)) {
                Some(of) if of.is_too_early() => language.say("desk-in-time-early"),
                of => in_time(queue, of.and_then(InTime::share), language),
            },
        ),
        today: cell(
            named("today"),
            in_time(
                queue,
                today.and_then(|it| say::per_cent(it.in_target, it.queued)),
                language,
            ),
        ),
        order: (trouble, std::cmp::Reverse(waited_ms), i),
        id,
    }
}

/// How long the first has waited, beside the time in which they were to be answered.
fn oldest(queue: &QueueNow, at: UtcMs, language: Language) -> String {
    let Some(oldest_ms) = queue.oldest_ms else {
        return "–".to_owned();
    };
    let waited = say::wait(at - oldest_ms);
    match queue.targets.first() {
        None => waited,
        Some(target) => {
            let within = say::wait(i64::from(target.within_s) * 1_000);
            let about = [("waited", waited.into()), ("within", within.into())];
            language.with("desk-oldest-of", &about)
        }
    }
}

fn in_time(queue: &QueueNow, share: Option<u64>, language: Language) -> String {
    let (Some(share), Some(target)) = (share, queue.targets.first()) else {
        return "–".to_owned();
    };
    let target = format!("{:.0}", target.share * 100.0);
    let about = [("share", share.into()), ("target", target.into())];
    language.with("desk-in-time-of", &about)
}

/// Where a seat counts, and how the style sheet has it.
fn level_of(seat: &SeatNow) -> &'static str {
    if practising::on(seat).is_some() {
        return "busy";
    }
    match (seat.work, seat.chosen) {
        (WorkState::Talking | WorkState::OnHold, _) => "talking",
        (WorkState::Reserved | WorkState::Ringing | WorkState::Preview, _) => "ringing",
        (WorkState::WrapUp | WorkState::AtTask, _) => "busy",
        (WorkState::NotResponding, _) => "gone",
        (WorkState::Idle, Chosen::Paused | Chosen::FrontOffice) => "paused",
        (WorkState::Idle, Chosen::SignedOut) => "empty",
        (
            WorkState::Idle,
            Chosen::Available | Chosen::OneMoreThenPause | Chosen::OneMoreThenSignOut,
        ) if !seat.reachable || seat.site_out => "gone",
        (
            WorkState::Idle,
            Chosen::Available | Chosen::OneMoreThenPause | Chosen::OneMoreThenSignOut,
        ) => "free",
    }
}

fn sites(look: &Snapshot, board: &Board, language: Language) -> Vec<SiteBlock> {
    let of = |(n, site): (usize, &SiteNow)| site_block(n, site, (look, board), language);
    let mut sites: Vec<SiteBlock> = look.sites.iter().enumerate().map(of).collect();
    if look.seats.len() > SEATS_OPEN_MAX {
        sites.sort_by_key(|site| !site.is_in_trouble);
    }
    sites
}

fn site_block(
    n: usize,
    site: &SiteNow,
    (look, board): (&Snapshot, &Board),
    language: Language,
) -> SiteBlock {
    let there = look.seats.iter().zip(&board.seats).enumerate();
    let there: Vec<_> = there
        .filter(|(_, (seat, _))| seat.site == site.name)
        .collect();
    let signed_in =
        |seat: &SeatNow| seat.chosen != Chosen::SignedOut || seat.work != WorkState::Idle;
    let tiles = there.iter().filter(|(_, (seat, _))| signed_in(seat));
    let tiles = tiles.map(|(i, (seat, line))| Tile {
        id: format!("ds{i}"),
        name: seat.name.clone(),
        path: path_of_seat(&seat.name),
        level: level_of(seat),
        shape: line.shape.clone(),
        state: line.state.clone(),
        who: line.operator.clone(),
        since: cell(
            format!("ds{i}-since"),
            seat.since_ms.map_or(String::new(), |since_ms| {
                say::span(language, look.at_ms - since_ms)
            }),
        ),
    });
    let empty = there.iter().filter(|(_, (seat, _))| !signed_in(seat));
    let empty: Vec<_> = empty
        .map(|(_, (seat, _))| (seat.name.clone(), path_of_seat(&seat.name)))
        .collect();
    let count = |level: &str| {
        let counted = there
            .iter()
            .filter(|(_, (seat, _))| level_of(seat) == level);
        counted.count()
    };
    let other = count("ringing") + count("busy") + count("gone");
    let counts = [
        ("talking", count("talking").into()),
        ("free", count("free").into()),
        ("paused", count("paused").into()),
        ("other", other.into()),
    ];
    let out = site.out_since_ms.map_or(String::new(), |since_ms| {
        let since = say::hour(since_ms, look.at_ms);
        format!("✕ {} ({since})", language.say("desk-site-out"))
    });
    let id = format!("dsite{n}");
    SiteBlock {
        is_in_trouble: site.out_since_ms.is_some() || count("gone") > 0,
        title: language.with("desk-site", &[("site", site.name.as_str().into())]),
        path: path_of_site(&site.name),
        out: cell(format!("{id}-out"), out),
        counts: cell(
            format!("{id}-counts"),
            language.with("desk-site-counts", &counts),
        ),
        tiles: tiles.collect(),
        empty_title: language.with("desk-site-empty", &[("n", empty.len().into())]),
        empty,
    }
}

fn debts(look: &Snapshot, stored: Option<&Stored>, seen: Seen<'_>) -> Debts {
    let language = seen.language;
    let owed = stored.map(|it| it.owed_of(seen.tenant));
    let row = |name: &str, title: String, of: fn(&Owed) -> u64| DebtRow {
        title,
        people: cell(
            format!("dd-{name}"),
            owed.as_ref()
                .map_or_else(|| "–".to_owned(), |owed| of(owed).to_string()),
        ),
    };
    let queues = look.queues.iter().filter(|it| seen.has(&it.tenant));
    let (mut open, mut oldest) = (0_u32, None);
    for queue in queues {
        open = open.saturating_add(queue.callbacks_open);
        oldest = [oldest, queue.callbacks_oldest_ms]
            .into_iter()
            .flatten()
            .min();
    }
    let oldest = oldest.map_or(String::new(), |ms| say::span(language, look.at_ms - ms));
    let tenants = look.tenants.iter().filter(|it| seen.has(&it.name));
    let unseen: u32 = tenants.map(|it| it.callbacks_unseen).sum();
    let sum = |id: &str, name: &str, n: u64| {
        cell(format!("dd-{name}"), language.with(id, &[("n", n.into())]))
    };
    let known = |id: &str, name: &str, of: fn(&Owed) -> u64| {
        let n = owed.as_ref().map_or("–".into(), |owed| of(owed).into());
        cell(format!("dd-{name}"), language.with(id, &[("n", n)]))
    };
    let all = [("n", open.into()), ("oldest", oldest.into())];
    Debts {
        all: cell("dd-all", language.with("desk-debts-all", &all)),
        classes: vec![
            row("u", language.say("desk-class-u"), |it| it.class_u),
            row("b", language.say("desk-class-b"), |it| it.class_b),
            row("d", language.say("desk-class-d"), |it| it.class_d),
            row("p", language.say("desk-class-p"), |it| it.class_p),
            row("none", language.say("desk-class-none"), |it| it.class_none),
        ],
        ages: vec![
            row("1h", language.say("desk-age-1h"), |it| it.age_1h),
            row("4h", language.say("desk-age-4h"), |it| it.age_4h),
            row("24h", language.say("desk-age-24h"), |it| it.age_24h),
            row("72h", language.say("desk-age-72h"), |it| it.age_72h),
            row("168h", language.say("desk-age-168h"), |it| it.age_168h),
            row("older", language.say("desk-age-older"), |it| it.age_older),
        ],
        past_deadline: known("desk-past-deadline", "deadline", |it| it.past_deadline),
        past_promise: known("desk-past-promise", "promise", |it| it.past_promise),
        unseen: sum("desk-unseen", "unseen", unseen.into()),
    }
}

fn wanting(told: &Figures, language: Language) -> Cell {
    let text = match told {
        Figures::Read(_) => String::new(),
        Figures::Awaited => language.say("desk-figures-awaited"),
        Figures::Unanswered => language.say("desk-database"),
    };
    cell("wanting", text)
}

/// What is folded away is told in one line. It stays where it was when the page was loaded, and that line
/// says if something is wrong there by now; the page that is loaded anew has it above.
fn calm_title(calm: &[QueueRow], language: Language) -> Cell {
    let about = [("n", calm.len().into())];
    cell("dq-calm", language.with("desk-queues-calm", &about))
}

/// In which order queues stand, and at which seats somebody is signed in.
fn order_of(queues: &[QueueRow], look: &Snapshot) -> String {
    let mut hasher = DefaultHasher::new();
    for row in queues {
        (row.order.0, row.order.2).hash(&mut hasher);
    }
    for seat in &look.seats {
        (seat.chosen == Chosen::SignedOut && seat.work == WorkState::Idle).hash(&mut hasher);
    }
    format!("{:016x}", hasher.finish())
}
