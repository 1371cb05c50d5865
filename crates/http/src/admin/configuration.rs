//! What is in force, why the last reload was not taken, and having the files read again.

use axum::response::Response;
use cuptel_core::dialplan::fields::Doubt;
use cuptel_core::words::DoubtKind;
use fluent_bundle::FluentValue;

use super::Visit;
use super::operators::{fact, heading};
use super::sheet::{Cell, Failed, Form, List, Part};
use crate::error::ApiError;
use crate::rights::Need;
use crate::setup::DoubtShown;
use crate::texts::Language;
use crate::words::{date_and_time, place_and_rest, place_in_file};

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
        sheet.parts.push(Part::List(faults(visit, &last.faults)));
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
        Part::List(doubts(visit, &setup.doubts))
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

/// What a reader of the files says: its own text stays English, and says so.
fn faults(visit: &Visit, all: &[String]) -> List {
    let row = |sentence: &String| -> Vec<Cell> {
        let (place, what) = place_and_rest(visit.language, sentence);
        vec![place.unwrap_or_else(dash).into(), Cell::in_english(what)]
    };
    List {
        id: "faults",
        caption: visit.count("admin-configuration-faults", all.len()),
        columns: visit.columns(&["admin-place", "admin-technical"]),
        rows: all.iter().map(row).collect(),
        ..List::default()
    }
}

fn doubts(visit: &Visit, all: &[DoubtShown]) -> List {
    let row = |it: &DoubtShown| -> Vec<Cell> {
        let what = match &it.doubt {
            Some(doubt) => in_words(visit.language, doubt).into(),
            None => Cell::in_english(&it.message),
        };
        vec![place_in_file(visit.language, &it.place).into(), what]
    };
    List {
        id: "doubts-list",
        caption: visit.count("admin-configuration-doubts-caption", all.len()),
        columns: visit.columns(&["admin-place", "admin-what"]),
        rows: all.iter().map(row).collect(),
        ..List::default()
    }
}

fn dash() -> String {
    "—".to_owned()
}

fn in_words(language: Language, doubt: &Doubt) -> String {
    let about = doubt.about.iter().map(|(name, value)| {
        let value = match (*name, value.parse::<u32>()) {
            ("more", Ok(n)) => n.into(),
            _ => value.as_str().into(),
        };
        (*name, value)
    });
    let about: Vec<(&str, FluentValue<'_>)> = about.collect();
    language.with(&id_of(doubt.kind), &about)
}

fn id_of(kind: DoubtKind) -> String {
    format!("admin-doubt-{}", kind.as_str().replace('_', "-"))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_doubt_has_words_in_both_languages() {
        for language in Language::ALL {
            for kind in DoubtKind::ALL {
                assert!(
                    language.knows(&id_of(*kind)),
                    "{kind} in {}",
                    language.tag()
                );
            }
        }
    }

    #[test]
    fn how_many_more_there_are_is_told_where_there_are_more() {
        let doubt = |more: usize| {
            let about: [(_, &dyn std::fmt::Display); 2] = [("names", &"101, 102"), ("more", &more)];
            Doubt::of(DoubtKind::DeliveredPasswords, &about)
        };
        let alone = in_words(Language::Italian, &doubt(0));
        assert!(
            alone.contains("101, 102") && !alone.contains("altr"),
            "{alone}"
        );
        let others = in_words(Language::Italian, &doubt(4));
        assert!(others.contains("e altre 4"), "{others}");
    }
}
