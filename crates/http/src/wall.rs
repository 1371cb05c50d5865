//! The wallboard: five figures for the region and for each health authority, to be read from five metres.
//! Names nobody.

use std::collections::BTreeMap;

use cuptel_core::snapshot::{QueueNow, Snapshot, TenantNow};
use cuptel_core::time::UtcMs;

use crate::board::{Board, Cell, cell};
use crate::texts::Language;
use crate::words;

/// What stands over the columns.
pub(crate) fn columns(language: Language) -> [String; 5] {
    [
        language.say("wall-waiting"),
        language.say("wall-first"),
        language.say("wall-waited"),
        language.say("wall-people"),
        language.say("wall-owed"),
    ]
}

/// One row: the region, or an authority. All are of one size.
#[derive(Debug)]
pub(crate) struct WallRow {
    pub(crate) title: String,
    pub(crate) figures: [WallFigure; 5],
}

/// A figure and a word about it.
#[derive(Debug)]
pub(crate) struct WallFigure {
    pub(crate) value: Cell,
    pub(crate) note: Cell,
    /// How bad it is, for the style sheet, by the box that both stand in; the note says it in words.
    pub(crate) level: Cell,
}

/// All rows, with the bands that are there only when something is wrong.
#[derive(Debug)]
pub(crate) struct Wall {
    pub(crate) rows: Vec<WallRow>,
}

impl Wall {
    pub(crate) fn new(look: &Snapshot, language: Language) -> Self {
        let queues: Vec<&QueueNow> = look.queues.iter().collect();
        let people = look.tenants.iter().map(|it| it.at_home + it.away).sum();
        let all = language.say("wall-all");
        let region = row((0, language), &all, &queues, (None, people), look.at_ms);
        let of = |(i, tenant): (usize, &TenantNow)| {
            let own = look.queues.iter().filter(|it| it.tenant == tenant.name);
            let own: Vec<&QueueNow> = own.collect();
            let people = tenant.at_home + tenant.borrowed;
            row(
                (i + 1, language),
                &tenant.title,
                &own,
                (Some(tenant), people),
                look.at_ms,
            )
        };
        let tenants = look.tenants.iter().enumerate().map(of);
        Self {
            rows: std::iter::once(region).chain(tenants).collect(),
        }
    }

    /// Every text by its element.
    pub(crate) fn texts<'w>(&'w self, board: &'w Board) -> BTreeMap<&'w str, &'w str> {
        let figures = self.rows.iter().flat_map(|row| &row.figures);
        let cells = figures.flat_map(|figure| [&figure.value, &figure.note, &figure.level]);
        let bands = [&board.taken, &board.alert, &board.stops, &board.storm];
        cells
            .chain(bands)
            .map(|cell| (cell.id.as_str(), cell.text.as_str()))
            .collect()
    }
}

fn row(
    (i, language): (usize, Language),
    title: &str,
    queues: &[&QueueNow],
    (tenant, people): (Option<&TenantNow>, u32),
    at: UtcMs,
) -> WallRow {
    let boxed = |name: &str, value: String, (note, level): (String, &str)| WallFigure {
        value: cell(format!("w{i}-{name}"), value),
        note: cell(format!("w{i}-{name}-note"), note),
        level: cell(format!("@w{i}-{name}-box"), level),
    };
    let figure = |name: &str, value: String, note: String| boxed(name, value, (note, ""));
    let sum = |of: fn(&QueueNow) -> u32| -> u32 { queues.iter().map(|queue| of(queue)).sum() };
    let first = queues.iter().filter_map(|queue| queue.oldest_ms).min();
    let debt = queues.iter().filter_map(|it| it.callbacks_oldest_ms).min();
    let span = |since: Option<UtcMs>| {
        since.map_or("–".to_owned(), |ms| words::short_span(language, at - ms))
    };
    let waited = tenant.and_then(|it| it.recent.wait_p95_s);
    let lost = tenant.and_then(|it| it.recent.abandoned_share);
    let borrowed = tenant.map_or(0, |it| it.borrowed);
    WallRow {
        title: title.to_owned(),
        figures: [
            boxed(
                "waiting",
                sum(|it| it.waiting).to_string(),
                unserved(queues, language),
            ),
            boxed("oldest", span(first), late(queues, at, language)),
            figure(
                "waited",
                waited.map_or("–".to_owned(), |s| {
                    words::short_span(language, i64::from(s) * 1_000)
                }),
                lost.map_or(String::new(), |lost| {
                    language.with("wall-lost", &[("share", words::per_cent(lost))])
                }),
            ),
            figure(
                "people",
                people.to_string(),
                match borrowed {
                    0 => String::new(),
                    n => language.with("wall-borrowed", &[("n", n.into())]),
                },
            ),
            figure(
                "owed",
                sum(|it| it.callbacks_open).to_string(),
                debt.map_or(String::new(), |debt| {
                    let span = words::short_span(language, at - debt);
                    language.with("wall-owed-for", &[("span", span.into())])
                }),
            ),
        ],
    }
}

/// That people wait whom nobody can answer: with a shape and words, never by a colour alone.
fn unserved(queues: &[&QueueNow], language: Language) -> (String, &'static str) {
    let unserved = queues.iter().filter(|it| it.wait.is_none());
    let waiting: u32 = unserved.map(|it| it.waiting).sum();
    match waiting {
        0 => (String::new(), ""),
        n => (language.with("wall-unserved", &[("n", n.into())]), "bad"),
    }
}

/// That somebody waits longer than they were to.
fn late(queues: &[&QueueNow], at: UtcMs, language: Language) -> (String, &'static str) {
    let is_late = |it: &&QueueNow| {
        let target = it.targets.first().zip(it.oldest_ms);
        target.is_some_and(|(target, since)| at - since > i64::from(target.within_s) * 1_000)
    };
    if queues.iter().any(is_late) {
        (language.say("wall-late"), "poor")
    } else {
        (String::new(), "")
    }
}

impl WallFigure {
    /// The identifier of the box.
    pub(crate) fn boxed(&self) -> &str {
        self.level.id.trim_start_matches('@')
    }
}
