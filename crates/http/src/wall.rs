//! The wallboard: five figures for the region and for each health authority, to be read from five metres.
//! Names nobody.

use std::collections::BTreeMap;

use cuptel_core::snapshot::{QueueNow, Snapshot, TenantNow};
use cuptel_core::time::UtcMs;

use crate::board::{Board, Cell, cell};
use crate::words;

/// What stands over the columns.
pub(crate) const COLUMNS: [&str; 5] = [
    "In attesa",
    "La prima da",
    "Attesa di 95 su 100",
    "Operatori",
    "Da richiamare",
];

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
}

/// All rows, with the bands that are there only when something is wrong.
#[derive(Debug)]
pub(crate) struct Wall {
    pub(crate) rows: Vec<WallRow>,
}

impl Wall {
    pub(crate) fn new(look: &Snapshot) -> Self {
        let queues: Vec<&QueueNow> = look.queues.iter().collect();
        let people = look.tenants.iter().map(|it| it.at_home + it.away).sum();
        let region = row(0, "Tutte", &queues, (None, people), look.at_ms);
        let of = |(i, tenant): (usize, &TenantNow)| {
            let own = look.queues.iter().filter(|it| it.tenant == tenant.name);
            let own: Vec<&QueueNow> = own.collect();
            let people = tenant.at_home + tenant.borrowed;
            row(
                i + 1,
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
        let cells = figures.flat_map(|figure| [&figure.value, &figure.note]);
        let bands = [&board.taken, &board.alert, &board.stops, &board.storm];
        cells
            .chain(bands)
            .map(|cell| (cell.id.as_str(), cell.text.as_str()))
            .collect()
    }
}

fn row(
    i: usize,
    title: &str,
    queues: &[&QueueNow],
    (tenant, people): (Option<&TenantNow>, u32),
    at: UtcMs,
) -> WallRow {
    let figure = |name: &str, value: String, note: String| WallFigure {
        value: cell(format!("w{i}-{name}"), value),
        note: cell(format!("w{i}-{name}-note"), note),
    };
    let sum = |of: fn(&QueueNow) -> u32| -> u32 { queues.iter().map(|queue| of(queue)).sum() };
    let first = queues.iter().filter_map(|queue| queue.oldest_ms).min();
    let debt = queues.iter().filter_map(|it| it.callbacks_oldest_ms).min();
    let span =
        |since: Option<UtcMs>| since.map_or("–".to_owned(), |ms| words::short_span(at - ms));
    let waited = tenant.and_then(|it| it.recent.wait_p95_s);
    let lost = tenant.and_then(|it| it.recent.abandoned_share);
    let borrowed = tenant.map_or(0, |it| it.borrowed);
    WallRow {
        title: title.to_owned(),
        figures: [
            figure("waiting", sum(|it| it.waiting).to_string(), String::new()),
            figure("oldest", span(first), String::new()),
            figure(
                "waited",
                waited.map_or("–".to_owned(), |s| {
                    words::short_span(i64::from(s) * 1_000)
                }),
                lost.map_or(String::new(), |lost| {
                    format!("rinunce {:.0} %", lost * 100.0)
                }),
            ),
            figure(
                "people",
                people.to_string(),
                match borrowed {
                    0 => String::new(),
                    n => words::count(n, "in prestito", "in prestito"),
                },
            ),
            figure(
                "owed",
                sum(|it| it.callbacks_open).to_string(),
                debt.map_or(String::new(), |debt| {
                    format!("da {}", words::short_span(at - debt))
                }),
            ),
        ],
    }
}
