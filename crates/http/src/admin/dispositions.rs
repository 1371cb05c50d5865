//! What can be said at the end of a conversation and of a pause. The results are part of the rules, since
//! what becomes of a debt hangs on them; the reasons are of the configuration.

use axum::response::Response;
use cuptel_core::own_result::OwnResultNow;
use cuptel_core::words::Disposition;

use super::Visit;
use super::operators::heading;
use super::sheet::{Cell, List, Part, Sheet};
use crate::error::ApiError;
use crate::person::{Named as _, meaning};

/// What there is, and where it is changed.
pub(crate) async fn page(visit: Visit) -> Result<Response, ApiError> {
    let mut sheet = visit.sheet(visit.say("admin-dispositions"), Vec::new());
    sheet.intro.push(visit.say("admin-dispositions-intro"));
    let row = |disposition: &Disposition| -> Vec<Cell> {
        let word = disposition.as_str().replace('_', "-");
        vec![
            visit.say(&format!("admin-disposition-{word}")).into(),
            visit.say(&format!("admin-disposition-{word}-what")).into(),
            disposition.as_str().into(),
        ]
    };
    sheet.parts.push(Part::List(List {
        id: "dispositions",
        caption: visit.say("admin-dispositions-caption"),
        columns: visit.columns(&[
            "admin-disposition",
            "admin-disposition-comes",
            "admin-disposition-word",
        ]),
        rows: Disposition::ALL.iter().map(row).collect(),
        ..List::default()
    }));
    let look = visit.shared.engine.snapshot();
    own_results(&visit, &look.own_results, &mut sheet);
    let lists = [
        ("pauses", "admin-pause-reasons", &look.pause_reasons),
        ("declines", "admin-decline-reasons", &look.decline_reasons),
    ];
    for (id, title, reasons) in lists {
        sheet.parts.push(heading(&visit, id, title));
        let caption = format!("{title}-caption");
        sheet.parts.push(Part::List(List {
            id: if id == "pauses" {
                "pauses-list"
            } else {
                "declines-list"
            },
            caption: visit.say(&caption),
            columns: visit.columns(&["admin-reason"]),
            rows: reasons
                .iter()
                .map(|reason| vec![reason.as_str().into()])
                .collect(),
            empty: visit.say("admin-reasons-free"),
            ..List::default()
        }));
    }
    Ok(visit.show(&sheet))
}

/// The centre's own words, each with what it means.
fn own_results(visit: &Visit, own: &[OwnResultNow], sheet: &mut Sheet) {
    let seen: Vec<&OwnResultNow> = own
        .iter()
        .filter(|own| own.tenant.is_none() || visit.caller.sees(own.tenant.as_deref()))
        .collect();
    let row = |own: &&OwnResultNow| -> Vec<Cell> {
        let means = meaning(visit.language, own.means);
        let means = match own.class {
            Some(class) => {
                let about = [("means", means.into()), ("class", class.as_str().into())];
                visit.language.with("admin-own-class", &about)
            }
            None => means,
        };
        let tenant = own.tenant.as_deref().map(|it| visit.tenant_title(it));
        let places = tenant.into_iter().chain(own.queue.clone());
        let places: Vec<String> = places.collect();
        let place = match places.is_empty() {
            true => visit.say("admin-own-everywhere"),
            false => places.join(", "),
        };
        vec![
            own.name(visit.language).into(),
            means.into(),
            place.into(),
            own.code.as_str().into(),
        ]
    };
    sheet.parts.push(heading(visit, "own", "admin-own-results"));
    let what = visit.say("admin-own-results-what");
    sheet.parts.push(Part::Text(what));
    sheet.parts.push(Part::List(List {
        id: "own-results",
        caption: visit.count("admin-own-results-caption", seen.len()),
        columns: visit.columns(&[
            "admin-own-name",
            "admin-own-means",
            "admin-own-where",
            "admin-own-code",
        ]),
        rows: seen.iter().map(row).collect(),
        empty: visit.say("admin-own-results-empty"),
        ..List::default()
    }));
}
