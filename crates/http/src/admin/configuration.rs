//! What is in force, why the last reload was not taken, and having the files read again.

use axum::response::Response;

use super::Visit;
use super::operators::{fact, heading};
use super::sheet::{Cell, Failed, Form, List, Part};
use crate::error::ApiError;
use crate::rights::Need;
use crate::words::date_and_time;

pub(super) const HOME: &str = "/admin/configuration";
/// Characters of a hash that tell two configurations apart.
const HASH_SHOWN: usize = 12;

/// The configuration in force.
pub(crate) async fn page(visit: Visit) -> Result<Response, ApiError> {
    Ok(show(&visit, None))
}

fn show(visit: &Visit, failed: Option<Failed>) -> Response {
    let configuration = visit.shared.engine.health().configuration;
    let mut sheet = visit.sheet(visit.say("admin-configuration"), Vec::new());
    sheet.intro.push(visit.say("admin-configuration-intro"));
    let setup = &configuration.setup;
    let hash: String = configuration.hash.chars().take(HASH_SHOWN).collect();
    sheet.parts.push(Part::Facts(vec![
        fact(
            visit,
            "admin-configuration-since",
            date_and_time(configuration.since_ms),
        ),
        fact(visit, "admin-configuration-file", setup.file.clone()),
        fact(visit, "admin-configuration-hash", hash),
    ]));
    // What was asked for just now is told above; what was asked for before, here.
    let tells = failed.is_none() && visit.may(Need::Rule);
    if let Some(last) = configuration.failed.as_ref().filter(|_| tells) {
        sheet
            .parts
            .push(heading(visit, "failed", "admin-configuration-failed"));
        let at = date_and_time(last.at_ms);
        sheet.parts.push(Part::Warning(visit.about(
            "admin-configuration-failed-what",
            "at",
            &at,
        )));
        sheet.parts.push(Part::List(sentences(
            visit,
            "faults",
            "admin-configuration-faults",
            &last.faults,
        )));
    }
    sheet.failed = failed;
    sheet
        .parts
        .push(heading(visit, "doubts", "admin-configuration-doubts"));
    sheet.parts.push(if !visit.may(Need::Rule) {
        // They name operators, seats and lines of every authority.
        Part::Text(visit.say("admin-configuration-region"))
    } else if setup.doubts.is_empty() {
        Part::Text(visit.say("admin-configuration-no-doubts"))
    } else {
        let doubts = "admin-configuration-doubts-caption";
        Part::List(sentences(visit, "doubts-list", doubts, &setup.doubts))
    });
    trunks(visit, &mut sheet.parts);
    if visit.may(Need::Rule) {
        sheet.parts.push(heading(visit, "reload", "admin-reload"));
        sheet.parts.push(Part::Form(Form {
            id: "reload",
            action: format!("{HOME}/reload"),
            note: Some(visit.say("admin-reload-what")),
            button: visit.say("admin-reload-go"),
            is_first: true,
            ..Form::default()
        }));
    }
    visit.show(&sheet)
}

/// What begins with a place is a place and the rest.
fn sentences(visit: &Visit, id: &'static str, caption: &str, all: &[String]) -> List {
    let row = |sentence: &String| -> Vec<Cell> {
        match sentence.split_once(": ") {
            Some((place, what)) if !place.contains(' ') => vec![place.into(), what.into()],
            Some(_) | None => vec!["—".into(), sentence.as_str().into()],
        }
    };
    List {
        id,
        caption: visit.count(caption, all.len()),
        columns: visit.columns(&["admin-place", "admin-what"]),
        rows: all.iter().map(row).collect(),
        ..List::default()
    }
}

pub(super) fn trunks(visit: &Visit, parts: &mut Vec<Part>) {
    let look = visit.shared.engine.snapshot();
    parts.push(heading(visit, "trunks", "admin-trunks"));
    let row = |trunk: &cuptel_core::snapshot::TrunkNow| -> Vec<Cell> {
        let state = match trunk.down_since_ms {
            Some(since_ms) => visit.about("admin-trunk-down", "since", &date_and_time(since_ms)),
            None => visit.say("admin-trunk-up"),
        };
        vec![
            trunk.name.as_str().into(),
            state.into(),
            trunk.channels.to_string().into(),
            trunk.answer_max.to_string().into(),
            trunk.notice_lines.to_string().into(),
        ]
    };
    parts.push(Part::List(List {
        id: "trunks",
        caption: visit.say("admin-trunks-caption"),
        columns: visit.columns(&[
            "admin-trunk",
            "admin-state",
            "admin-channels",
            "admin-answer-max",
            "admin-notice-lines",
        ]),
        rows: look.trunks.iter().map(row).collect(),
        empty: visit.say("admin-todo-trunk-none"),
        ..List::default()
    }));
}

/// Reads the files again: all of them take effect, or none.
pub(crate) async fn reload(visit: Visit) -> Result<Response, ApiError> {
    let before = visit.shared.engine.health().configuration.hash.clone();
    match visit.shared.engine.reload().await {
        Ok(now) if now.hash == before => Ok(visit.done(HOME, visit.say("admin-reload-same"))),
        Ok(_) => Ok(visit.done(HOME, visit.say("admin-reload-done"))),
        Err(error) => {
            let failed = visit.failed(&error.into());
            Ok(show(&visit, Some(failed)))
        }
    }
}
