//! The wallboard: five figures for the region and for each health authority, to be read from five metres.
//! Names nobody.

use std::collections::BTreeMap;

use cuptel_core::snapshot::{QueueNow, SeatNow, Snapshot, TenantNow};
use cuptel_core::words::{Chosen, WorkState};

use crate::board::{Board, Cell, cell, is_free};
use crate::desk::{Figures, InTime, now_of, say};
use crate::texts::Language;
use crate::words;

/// What stands over the columns.
pub(crate) fn columns(language: Language) -> [String; 5] {
    [
        language.say("wall-waiting"),
        language.say("wall-first"),
        language.say("wall-in-time"),
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

/// A number, and what it counts where several stand beside each other.
#[derive(Debug)]
pub(crate) struct WallPart {
    pub(crate) value: Cell,
    pub(crate) unit: String,
}

/// A figure and a word about it.
#[derive(Debug)]
pub(crate) struct WallFigure {
    pub(crate) parts: Vec<WallPart>,
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
    pub(crate) fn new(look: &Snapshot, told: &Figures, language: Language) -> Self {
        let seen = Seen {
            look,
            told,
            language,
        };
        let queues: Vec<&QueueNow> = look.queues.iter().collect();
        let seats: Vec<&SeatNow> = look.seats.iter().collect();
        let region = seen.row(0, &language.say("wall-all"), (&queues, &seats));
        let of = |(i, tenant): (usize, &TenantNow)| {
            let own = look.queues.iter().filter(|it| it.tenant == tenant.name);
            let own: Vec<&QueueNow> = own.collect();
            let seats = look.seats.iter();
            let home = seats.filter(|it| it.home.as_deref() == Some(&tenant.name));
            seen.row(i + 1, &tenant.title, (&own, &home.collect::<Vec<_>>()))
        };
        let tenants = look.tenants.iter().enumerate().map(of);
        Self {
            rows: std::iter::once(region).chain(tenants).collect(),
        }
    }

    /// Every text by its element.
    pub(crate) fn texts<'w>(&'w self, board: &'w Board) -> BTreeMap<&'w str, &'w str> {
        let figures = || self.rows.iter().flat_map(|row| &row.figures);
        let parts = figures().flat_map(|figure| &figure.parts);
        let cells = figures().flat_map(|figure| [&figure.note, &figure.level]);
        let bands = [&board.taken, &board.alert, &board.stops, &board.storm];
        cells
            .chain(parts.map(|part| &part.value))
            .chain(bands)
            .map(|cell| (cell.id.as_str(), cell.text.as_str()))
            .collect()
    }
}

/// What the rows are made of.
#[derive(Clone, Copy)]
struct Seen<'l> {
    look: &'l Snapshot,
    told: &'l Figures,
    language: Language,
}

/// A note, and how bad it is.
type Said = (String, &'static str);

impl Seen<'_> {
    fn row(self, i: usize, title: &str, (queues, seats): (&[&QueueNow], &[&SeatNow])) -> WallRow {
        let figure = |name: &str, parts: Vec<WallPart>, (note, level): Said| WallFigure {
            parts,
            note: cell(format!("w{i}-{name}-note"), note),
            level: cell(format!("@w{i}-{name}-box"), level),
        };
        let one = |name: &str, value: String, said: Said| {
            let part = WallPart {
                value: cell(format!("w{i}-{name}"), value),
                unit: String::new(),
            };
            figure(name, vec![part], said)
        };
        let sum = |of: fn(&QueueNow) -> u32| -> u32 { queues.iter().map(|queue| of(queue)).sum() };
        let (first, late) = self.first(queues);
        let (share, in_time) = self.in_time(queues);
        let people = self.people(seats).map(|(name, n, unit)| WallPart {
            value: cell(format!("w{i}-people-{name}"), n.to_string()),
            unit,
        });
        WallRow {
            title: title.to_owned(),
            figures: [
                one(
                    "waiting",
                    sum(|it| it.waiting).to_string(),
                    unserved(queues, self.language),
                ),
                one("oldest", first, late),
                one("in-time", share, in_time),
                figure("people", people.into(), (String::new(), "")),
                one(
                    "owed",
                    sum(|it| it.callbacks_open).to_string(),
                    self.debt(queues),
                ),
            ],
        }
    }

    /// How long the first of them has waited who is worst off, beside the time in which they were to be
    /// answered.
    fn first(self, queues: &[&QueueNow]) -> (String, Said) {
        let waits = queues.iter().filter_map(|queue| {
            let waited_ms = self.look.at_ms - queue.oldest_ms?;
            let within_s = queue.targets.first().map(|it| it.within_s);
            let is_late = within_s.is_some_and(|s| waited_ms > i64::from(s) * 1_000);
            Some((is_late, waited_ms, within_s))
        });
        let Some((is_late, waited_ms, within_s)) = waits.max() else {
            return ("–".to_owned(), (self.language.say("wall-nobody"), ""));
        };
        let said = within_s.map_or((String::new(), ""), |s| {
            let within = [("within", say::wait(i64::from(s) * 1_000).into())];
            match is_late {
                true => (self.language.with("wall-late", &within), "poor"),
                false => (self.language.with("wall-within", &within), ""),
            }
        });
        (say::wait(waited_ms), said)
    }

    /// The share of this quarter hour who were answered in time, beside what the contract asks.
    fn in_time(self, queues: &[&QueueNow]) -> (String, Said) {
        let stored = match self.told {
            Figures::Read(stored) => stored,
            Figures::Awaited => return ("–".to_owned(), (self.language.say("wall-awaited"), "")),
            Figures::Unanswered => {
                return ("–".to_owned(), (self.language.say("wall-unknown"), ""));
            }
        };
        let (mut sum, mut asked) = (InTime::default(), 0.0);
        for queue in queues {
            let key = (queue.tenant.clone(), queue.name.clone());
            let Some((target, now)) = queue.targets.first().zip(stored.now.get(&key)) else {
                continue;
            };
            let of = now_of(queue, *now, self.look.at_ms);
            asked += target.share * of.known as f64;
            sum.in_target += of.in_target;
            sum.known += of.known;
        }
        let Some(share) = sum.share() else {
            let id = match sum.is_too_early() {
                true => "desk-in-time-early",
                false => "wall-none-yet",
            };
            return ("–".to_owned(), (self.language.say(id), ""));
        };
        let asked = asked * 100.0 / sum.known as f64;
        let contract = [("share", format!("{asked:.0}").into())];
        let said = match (share as f64) < asked {
            true => (self.language.with("wall-below", &contract), "poor"),
            false => (self.language.with("wall-contract", &contract), ""),
        };
        (format!("{share} %"), said)
    }

    /// Operators who are free, who talk and who are away for a while.
    fn people(self, seats: &[&SeatNow]) -> [(&'static str, usize, String); 3] {
        let count = |of: fn(&SeatNow) -> bool| seats.iter().filter(|seat| of(seat)).count();
        let talks = |it: &SeatNow| matches!(it.work, WorkState::Talking | WorkState::OnHold);
        let pauses = |it: &SeatNow| {
            let is_away = matches!(it.chosen, Chosen::Paused | Chosen::FrontOffice);
            is_away && it.work == WorkState::Idle
        };
        [
            ("free", count(is_free), self.language.say("wall-free")),
            ("talking", count(talks), self.language.say("wall-talking")),
            ("paused", count(pauses), self.language.say("wall-paused")),
        ]
    }

    fn debt(self, queues: &[&QueueNow]) -> Said {
        let oldest = queues.iter().filter_map(|it| it.callbacks_oldest_ms).min();
        let note = oldest.map_or(String::new(), |debt| {
            let span = words::short_span(self.language, self.look.at_ms - debt);
            self.language
                .with("wall-owed-for", &[("span", span.into())])
        });
        (note, "")
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

impl WallFigure {
    /// The identifier of the box.
    pub(crate) fn boxed(&self) -> &str {
        self.level.id.trim_start_matches('@')
    }
}
