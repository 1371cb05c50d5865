//! The figures of a period as a file that a spreadsheet opens in Italy by itself: semicolons between the
//! fields, a comma in fractions, names for people. Programs have the report of quarter hours.

use axum::extract::{Query, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use cuptel_core::snapshot::Snapshot;
use cuptel_store::{QuarterFigures, QuarterLine};
use serde::Deserialize;

use super::history::other;
use super::room::title_of;
use super::say;
use super::story::titled;
use crate::access::Caller;
use crate::error::ApiError;
use crate::pages::Shared;
use crate::reports::{days_asked, quarter_lines};
use crate::texts::Language;

/// By this a spreadsheet knows that the text is UTF-8.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// Which period, of what.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    from: String,
    to: String,
    tenant: String,
    queue: String,
}

const COLUMNS: usize = 17;

/// What stands over the columns.
const HEADS: [&str; COLUMNS] = [
    "desk-sheet-day",
    "desk-sheet-hour",
    "desk-tenant",
    "desk-queue",
    "desk-sheet-offered",
    "desk-sheet-answered",
    "desk-sheet-abandoned",
    "desk-sheet-refused",
    "desk-sheet-other",
    "desk-sheet-queued",
    "desk-sheet-in-target",
    "desk-sheet-share",
    "desk-sheet-longest",
    "desk-sheet-waiting",
    "desk-sheet-opened",
    "desk-sheet-made",
    "desk-sheet-reached",
];

/// The quarter hours of a period, for people.
pub(super) async fn export(
    State(shared): State<Shared>,
    Query(asked): Query<Asked>,
    language: Language,
    caller: Caller,
) -> Result<Response, ApiError> {
    let said = |text: &String| Some(text.clone()).filter(|it| !it.is_empty());
    let (from, to) = (said(&asked.from), said(&asked.to));
    let tenant = caller.list_of(said(&asked.tenant))?;
    let queue = said(&asked.queue);
    let days = (from.as_deref(), to.as_deref());
    let stretch = days_asked(&shared, days, tenant.as_deref())?;
    let of = (tenant.as_deref(), queue.as_deref());
    let lines = quarter_lines(&shared, stretch, of).await?;
    let look = shared.engine.snapshot();
    let mut text = BYTE_ORDER_MARK.to_owned();
    write(&mut text, HEADS.map(|id| language.say(id)));
    for line in &lines {
        write(&mut text, fields(line, &look));
    }
    let name = "attachment; filename=\"cuptel.csv\"";
    let heads = [
        (CONTENT_TYPE, "text/csv; charset=utf-8; header=present"),
        (CONTENT_DISPOSITION, name),
    ];
    Ok((heads, text).into_response())
}

fn fields(line: &QuarterLine, look: &Snapshot) -> [String; COLUMNS] {
    let moment = say::moment(line.at_ms);
    let (day, hour) = moment.split_once(' ').unwrap_or((&moment, ""));
    let tenant = line.tenant.as_deref();
    let it: &QuarterFigures = &line.figures;
    let share = match it.queued {
        0 => String::new(),
        queued => comma(it.in_target as f64 * 100.0 / queued as f64),
    };
    [
        day.to_owned(),
        hour.to_owned(),
        tenant.map_or(String::new(), |it| title_of(look, it).to_owned()),
        titled(look, tenant, line.queue.as_deref()),
        it.offered.to_string(),
        it.answered.to_string(),
        it.abandoned.to_string(),
        it.refused.to_string(),
        other(it).to_string(),
        it.queued.to_string(),
        it.in_target.to_string(),
        share,
        it.longest_s.to_string(),
        comma(it.waited_s as f64 / 900.0),
        it.callbacks_opened.to_string(),
        it.callbacks_made.to_string(),
        it.callbacks_reached.to_string(),
    ]
}

/// With one digit behind a comma.
fn comma(value: f64) -> String {
    format!("{value:.1}").replace('.', ",")
}

/// A line of the file. A text is quoted, and none begins a formula.
fn write(text: &mut String, fields: [String; COLUMNS]) {
    for (i, field) in fields.iter().enumerate() {
        if i > 0 {
            text.push(';');
        }
        let is_formula = field.starts_with(['=', '+', '-', '@']);
        let is_plain = !field.contains([';', '"', '\n', '\r']) && !is_formula;
        if is_plain {
            text.push_str(field);
        } else {
            let guard = if is_formula { "'" } else { "" };
            text.push_str(&format!("\"{guard}{}\"", field.replace('"', "\"\"")));
        }
    }
    text.push_str("\r\n");
}
