//! What was: a period in figures of a quarter hour, an hour or a day, each chart with its table beside
//! it.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Response};
use cuptel_core::calendar::{LocalDay, Zone, local_text};
use cuptel_core::snapshot::Snapshot;
use cuptel_core::time::UtcMs;
use cuptel_store::{QUARTER_MS, QuarterFigures};
use serde::Deserialize;

use super::chart::{Chart, Series};
use super::room::{escaped, title_of};
use super::{frame_of, say};
use crate::access::Caller;
use crate::error::ApiError;
use crate::page::{Frame, html};
use crate::pages::Shared;
use crate::reports::{days_asked, quarter_lines};
use crate::texts::Language;

const ROME: Zone = Zone::Europe__Rome;
/// Rows of a table at most: a day of quarter hours, or four of hours.
const ROWS_MAX: usize = 400;

/// Which period, of what, in which steps.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    from: String,
    to: String,
    /// `tenant/queue`, `tenant`, or nothing for all.
    of: String,
    step: String,
}

/// How long a figure is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pace {
    Quarter,
    Hour,
    Day,
}

impl Pace {
    fn of(word: &str, days: i64) -> Self {
        match word {
            "quarter" if days <= 4 => Self::Quarter,
            "hour" if days <= 14 => Self::Hour,
            "day" => Self::Day,
            _ if days <= 2 => Self::Quarter,
            _ if days <= 14 => Self::Hour,
            _ => Self::Day,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Quarter => "quarter",
            Self::Hour => "hour",
            Self::Day => "day",
        }
    }

    /// Under which a moment is counted.
    fn label(self, at: UtcMs, several: bool) -> String {
        let text = local_text(at, ROME);
        let (day, hour) = text.split_once(' ').unwrap_or((&text, ""));
        let day = day.get(..5).unwrap_or(day);
        match self {
            Self::Day => day.to_owned(),
            Self::Quarter if several => format!("{day} {hour}"),
            Self::Quarter => hour.to_owned(),
            Self::Hour => {
                let hour = hour.get(..2).unwrap_or(hour);
                if several {
                    format!("{day} {hour}:00")
                } else {
                    format!("{hour}:00")
                }
            }
        }
    }
}

/// A choice of what it is about.
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) title: String,
    pub(super) chosen: bool,
}

/// What was found.
struct Found {
    title: String,
    /// Where it begins, if nothing was before that.
    begins: Option<String>,
    sums: QuarterFigures,
    charts: Vec<Drawn>,
}

/// A chart with what its parts are.
struct Drawn {
    svg: String,
    title: String,
    description: String,
    legend: Vec<(&'static str, String)>,
    heads: Vec<String>,
    rows: Vec<Vec<String>>,
    /// Rows before those, that are left out.
    left_out: usize,
}

/// A column of the table beside a chart.
struct Column {
    title: String,
    cells: Vec<String>,
}

#[derive(Template)]
#[template(path = "desk_history.html")]
struct HistoryPage<'a> {
    frame: Frame<'a>,
    /// In what the page differs from what was asked for.
    changed: Vec<String>,
    /// The same for a spreadsheet.
    sheet: String,
    from: String,
    to: String,
    step: &'static str,
    choices: Vec<Choice>,
    export: String,
    is_wrong: bool,
    found: Option<Found>,
}

/// What was in a period.
pub(super) async fn page(
    State(shared): State<Shared>,
    Query(asked): Query<Asked>,
    language: Language,
    caller: Caller,
) -> Result<Response, ApiError> {
    let look = shared.engine.snapshot();
    let today = LocalDay::of(look.at_ms, ROME).map_or(String::new(), |day| day.to_string());
    let said = |text: &str| {
        if text.is_empty() {
            today.clone()
        } else {
            text.to_owned()
        }
    };
    let (from, to) = (said(&asked.from), said(&asked.to));
    let (tenant, queue) = of_what(&asked.of, &caller)?;
    let days = (Some(from.as_str()), Some(to.as_str()));
    let stretch = days_asked(&shared, days, tenant.as_deref()).ok();
    let days = stretch.map_or(1, |(from, to)| (to - from).div_euclid(86_400_000).max(1));
    let pace = Pace::of(&asked.step, days);
    let found = match stretch {
        None => None,
        Some(stretch) => {
            let of = (tenant.as_deref(), queue.as_deref());
            let lines = quarter_lines(&shared, stretch, of).await?;
            let lines = lines.into_iter().map(|line| (line.at_ms, line.figures));
            let book = counted(lines, (stretch, look.at_ms), (pace, days > 1));
            let name = title(&look, of, language);
            let about = [
                ("queue", name.into()),
                ("from", say::day(&from).into()),
                ("to", say::day(&to).into()),
            ];
            let target = target_of(&look, of);
            let heading = language.with("desk-history-of", &about);
            Some(drawn(heading, book, target, language))
        }
    };
    let part = |name: &str, of: &Option<String>| {
        of.as_ref()
            .map_or(String::new(), |it| format!("&{name}={}", escaped(it)))
    };
    let (of_tenant, of_queue) = (part("tenant", &tenant), part("queue", &queue));
    let (from, to) = (escaped(&from), escaped(&to));
    Ok(html(&HistoryPage {
        frame: frame_of(&shared, language, &caller),
        export: format!(
            "/api/v1/reports/quarters?format=csv&from={from}&to={to}{of_tenant}{of_queue}"
        ),
        sheet: format!("/supervisor/history/sheet?from={from}&to={to}{of_tenant}{of_queue}"),
        changed: changed(&asked, (pace, found.as_ref()), language),
        from,
        to,
        step: pace.word(),
        choices: choices(&look, &caller, &asked.of),
        is_wrong: found.is_none(),
        found,
    })
    .into_response())
}

/// In what the page differs from what was asked for, in words.
fn changed(
    asked: &Asked,
    (pace, found): (Pace, Option<&Found>),
    language: Language,
) -> Vec<String> {
    let Some(found) = found else {
        return Vec::new();
    };
    let mut changed = Vec::new();
    if !asked.step.is_empty() && asked.step != pace.word() {
        let shown = language.say(&format!("desk-step-{}", pace.word()));
        changed.push(language.with("desk-history-step-changed", &[("shown", shown.into())]));
    }
    if asked.from.is_empty() != asked.to.is_empty() {
        changed.push(language.say("desk-history-day-missing"));
    }
    if let Some(at) = &found.begins {
        let about = [("at", at.as_str().into())];
        changed.push(language.with("desk-history-begins", &about));
    }
    let left_out = found.charts.iter().map(|it| it.left_out).max();
    if let Some(n @ 1..) = left_out {
        let about = [("n", n.into()), ("rows", ROWS_MAX.into())];
        changed.push(language.with("desk-history-rows", &about));
    }
    changed
}

fn of_what(of: &str, caller: &Caller) -> Result<(Option<String>, Option<String>), ApiError> {
    let (tenant, queue) = match of.split_once('/') {
        Some((tenant, queue)) => (Some(tenant), Some(queue.to_owned())),
        None if of.is_empty() => (None, None),
        None => (Some(of), None),
    };
    let tenant = caller.list_of(tenant.map(str::to_owned))?;
    Ok((tenant, queue))
}

pub(super) fn title(
    look: &Snapshot,
    of: (Option<&str>, Option<&str>),
    language: Language,
) -> String {
    match of {
        (Some(tenant), Some(queue)) => {
            let mut queues = look.queues.iter();
            let found = queues.find(|it| it.tenant == tenant && it.name == queue);
            let queue = found.map_or(queue, |it| &it.title);
            format!("{queue}, {}", title_of(look, tenant))
        }
        (Some(tenant), None) => title_of(look, tenant).to_owned(),
        (None, _) => language.say("desk-history-everything"),
    }
}

/// The share to be reached, of one queue alone: others have others.
fn target_of(look: &Snapshot, of: (Option<&str>, Option<&str>)) -> Option<f64> {
    let (tenant, queue) = (of.0?, of.1?);
    let mut queues = look.queues.iter();
    let found = queues.find(|it| it.tenant == tenant && it.name == queue)?;
    Some(found.targets.first()?.share * 100.0)
}

fn choices(look: &Snapshot, caller: &Caller, asked: &str) -> Vec<Choice> {
    let mut all = Vec::new();
    for (name, title) in super::tenants_of(look, caller) {
        all.push(Choice {
            chosen: asked == name,
            value: name.clone(),
            title: title.clone(),
        });
        for queue in look.queues.iter().filter(|it| it.tenant == name) {
            let value = format!("{name}/{}", queue.name);
            all.push(Choice {
                chosen: asked == value,
                value,
                title: format!("{}, {title}", queue.title),
            });
        }
    }
    all
}

/// Every step of the period that has begun, with what was counted and how long it is.
struct Book {
    /// Where it begins, if nothing was before that.
    begins: Option<String>,
    labels: Vec<String>,
    figures: Vec<QuarterFigures>,
    quarters: Vec<u64>,
}

fn counted(
    lines: impl Iterator<Item = (UtcMs, QuarterFigures)>,
    ((from_ms, to_ms), now_ms): ((UtcMs, UtcMs), UtcMs),
    (pace, several): (Pace, bool),
) -> Book {
    let mut quarters: BTreeMap<UtcMs, QuarterFigures> = BTreeMap::new();
    for (at_ms, figures) in lines {
        let quarter = quarters.entry(at_ms).or_default();
        *quarter = quarter.and(figures);
    }
    let mut book = Book {
        begins: None,
        labels: Vec::new(),
        figures: Vec::new(),
        quarters: Vec::new(),
    };
    let mut at_ms = from_ms;
    while at_ms < to_ms.min(now_ms + 1) {
        let label = pace.label(at_ms, several);
        if book.labels.last() != Some(&label) {
            book.labels.push(label);
            book.figures.push(QuarterFigures::default());
            book.quarters.push(0);
        }
        if let (Some(figures), Some(count)) = (book.figures.last_mut(), book.quarters.last_mut()) {
            let quarter = quarters.get(&at_ms).copied().unwrap_or_default();
            *figures = figures.and(quarter);
            *count += 1;
        }
        at_ms += QUARTER_MS;
    }
    book.begin_where_something_was();
    book
}

impl Book {
    /// The hours before the first call of a night say nothing.
    fn begin_where_something_was(&mut self) {
        let nothing = QuarterFigures::default();
        let first = self.figures.iter().position(|it| *it != nothing);
        let first = first.unwrap_or(0);
        self.begins = self.labels.get(first).filter(|_| first > 0).cloned();
        self.labels.drain(..first);
        self.figures.drain(..first);
        self.quarters.drain(..first);
    }

    /// How many waited on the mean.
    fn waiting(&self, i: usize) -> f64 {
        let waited = self.figures.get(i).map_or(0, |it| it.waited_s);
        let quarters = self.quarters.get(i).copied().unwrap_or(1).max(1);
        waited as f64 / (quarters * 900) as f64
    }

    fn values(&self, of: impl Fn(&QuarterFigures) -> u64) -> Vec<Option<f64>> {
        let values = self.figures.iter().map(|it| Some(of(it) as f64));
        values.collect()
    }

    /// The step with the most, and how much that is.
    fn peak(&self, of: impl Fn(usize) -> f64) -> (String, f64) {
        let mut peak = (String::from("–"), 0.0);
        for (i, label) in self.labels.iter().enumerate() {
            let value = of(i);
            if value > peak.1 {
                peak = (label.clone(), value);
            }
        }
        peak
    }
}

fn drawn(title: String, book: Book, target: Option<f64>, language: Language) -> Found {
    let sums = book
        .figures
        .iter()
        .fold(QuarterFigures::default(), |sum, it| sum.and(*it));
    let begins = book.begins.clone();
    let charts = vec![
        calls_chart(&book, sums, language),
        target_chart(&book, sums, target, language),
        waiting_chart(&book, language),
        callbacks_chart(&book, sums, language),
    ];
    Found {
        title,
        begins,
        sums,
        charts,
    }
}

fn share(figures: &QuarterFigures) -> String {
    let share = say::per_cent(figures.in_target, figures.queued);
    share.map_or("–".to_owned(), |share| format!("{share} %"))
}

fn longest(figures: &QuarterFigures, language: Language) -> String {
    if figures.queued == 0 {
        return "–".to_owned();
    }
    let seconds = i64::try_from(figures.longest_s).unwrap_or(i64::MAX);
    say::span(language, seconds.saturating_mul(1_000))
}

/// One digit behind the point, which is a comma in Italian.
fn one_digit(value: f64, language: Language) -> String {
    let text = format!("{value:.1}");
    match language {
        Language::Italian => text.replace('.', ","),
        Language::English => text,
    }
}

fn column(title: String, book: &Book, of: impl Fn(usize, &QuarterFigures) -> String) -> Column {
    let cells = book.figures.iter().enumerate();
    Column {
        title,
        cells: cells.map(|(i, it)| of(i, it)).collect(),
    }
}

fn times(book: &Book, language: Language) -> Column {
    Column {
        title: language.say("desk-col-at"),
        cells: book.labels.clone(),
    }
}

fn finish(chart: &Chart, columns: Vec<Column>) -> Drawn {
    let legend = chart.series.iter().map(|it| (it.class, it.name.clone()));
    let count = chart.labels.len();
    let row = |i: usize| {
        let cells = columns.iter().filter_map(|column| column.cells.get(i));
        cells.cloned().collect()
    };
    // The latest, where there are more than anybody reads.
    let rows = count.saturating_sub(ROWS_MAX)..count;
    Drawn {
        left_out: rows.start,
        rows: rows.map(row).collect(),
        heads: columns.iter().map(|it| it.title.clone()).collect(),
        svg: chart.svg(),
        title: chart.title.clone(),
        description: chart.description.clone(),
        legend: legend.collect(),
    }
}

fn series(name: String, class: &'static str, values: Vec<Option<f64>>) -> Series {
    Series {
        name,
        class,
        values,
    }
}

/// Calls that are none of those that are counted by name.
pub(super) fn other(it: &QuarterFigures) -> u64 {
    let known = it.answered + it.abandoned + it.refused;
    it.offered.saturating_sub(known)
}

fn calls_chart(book: &Book, sums: QuarterFigures, language: Language) -> Drawn {
    let offered = |i: usize| book.figures.get(i).map_or(0.0, |it| it.offered as f64);
    let (peak, most) = book.peak(offered);
    let about = [
        ("n", sums.offered.into()),
        ("answered", sums.answered.into()),
        ("abandoned", sums.abandoned.into()),
        ("refused", sums.refused.into()),
        ("other", other(&sums).into()),
        ("peak", peak.into()),
        ("most", format!("{most:.0}").into()),
    ];
    let chart = Chart {
        id: "calls",
        title: language.say("desk-chart-calls"),
        description: language.with("desk-chart-calls-desc", &about),
        labels: book.labels.clone(),
        series: vec![
            series(
                language.say("desk-legend-answered"),
                "full",
                book.values(|it| it.answered),
            ),
            series(
                language.say("desk-legend-abandoned"),
                "hatched",
                book.values(|it| it.abandoned),
            ),
            series(
                language.say("desk-legend-refused"),
                "dotted",
                book.values(|it| it.refused),
            ),
            series(
                language.say("desk-legend-other"),
                "pale",
                book.values(other),
            ),
        ],
        stacked: true,
        target: None,
        top_min: 0.0,
    };
    let columns = vec![
        times(book, language),
        column(language.say("desk-col-offered"), book, |_, it| {
            it.offered.to_string()
        }),
        column(language.say("desk-col-answered"), book, |_, it| {
            it.answered.to_string()
        }),
        column(language.say("desk-col-abandoned"), book, |_, it| {
            it.abandoned.to_string()
        }),
        column(language.say("desk-col-refused"), book, |_, it| {
            it.refused.to_string()
        }),
        column(language.say("desk-col-other"), book, |_, it| {
            other(it).to_string()
        }),
    ];
    finish(&chart, columns)
}

fn target_chart(
    book: &Book,
    sums: QuarterFigures,
    target: Option<f64>,
    language: Language,
) -> Drawn {
    let values = book.figures.iter().map(|it| {
        let share = say::per_cent(it.in_target, it.queued);
        share.map(|share| share as f64)
    });
    let share_of_all = say::per_cent(sums.in_target, sums.queued);
    let share_of_all = share_of_all.map_or("–".to_owned(), |it| it.to_string());
    let about = [
        ("in", sums.in_target.into()),
        ("queued", sums.queued.into()),
        ("share", share_of_all.into()),
    ];
    let chart = Chart {
        id: "in-time",
        title: language.say("desk-chart-target"),
        description: language.with("desk-chart-target-desc", &about),
        labels: book.labels.clone(),
        series: vec![series(
            language.say("desk-legend-share"),
            "full",
            values.collect(),
        )],
        stacked: true,
        target,
        top_min: 100.0,
    };
    let columns = vec![
        times(book, language),
        column(language.say("desk-col-queued"), book, |_, it| {
            it.queued.to_string()
        }),
        column(language.say("desk-col-in-target"), book, |_, it| {
            it.in_target.to_string()
        }),
        column(language.say("desk-col-share"), book, |_, it| share(it)),
    ];
    finish(&chart, columns)
}

fn waiting_chart(book: &Book, language: Language) -> Drawn {
    let (peak, most) = book.peak(|i| book.waiting(i));
    let about = [
        ("peak", peak.into()),
        ("most", one_digit(most, language).into()),
    ];
    let values = (0..book.labels.len()).map(|i| Some(book.waiting(i)));
    let chart = Chart {
        id: "in-line",
        title: language.say("desk-chart-waiting"),
        description: language.with("desk-chart-waiting-desc", &about),
        labels: book.labels.clone(),
        series: vec![series(
            language.say("desk-legend-waiting"),
            "full",
            values.collect(),
        )],
        stacked: true,
        target: None,
        top_min: 0.0,
    };
    let columns = vec![
        times(book, language),
        column(language.say("desk-col-waiting"), book, |i, _| {
            one_digit(book.waiting(i), language)
        }),
        column(language.say("desk-col-longest"), book, |_, it| {
            longest(it, language)
        }),
    ];
    finish(&chart, columns)
}

fn callbacks_chart(book: &Book, sums: QuarterFigures, language: Language) -> Drawn {
    let about = [
        ("opened", sums.callbacks_opened.into()),
        ("made", sums.callbacks_made.into()),
        ("reached", sums.callbacks_reached.into()),
    ];
    let chart = Chart {
        id: "called",
        title: language.say("desk-chart-callbacks"),
        description: language.with("desk-chart-callbacks-desc", &about),
        labels: book.labels.clone(),
        series: vec![
            series(
                language.say("desk-legend-opened"),
                "hatched",
                book.values(|it| it.callbacks_opened),
            ),
            series(
                language.say("desk-legend-made"),
                "full",
                book.values(|it| it.callbacks_made),
            ),
        ],
        stacked: false,
        target: None,
        top_min: 0.0,
    };
    let columns = vec![
        times(book, language),
        column(language.say("desk-col-opened"), book, |_, it| {
            it.callbacks_opened.to_string()
        }),
        column(language.say("desk-col-made"), book, |_, it| {
            it.callbacks_made.to_string()
        }),
        column(language.say("desk-col-reached"), book, |_, it| {
            it.callbacks_reached.to_string()
        }),
    ];
    finish(&chart, columns)
}
