//! What can be said at the end of a conversation and of a pause. The results are part of the rules, since
//! what becomes of a debt hangs on them; the reasons are of the configuration.

use axum::response::Response;
use cuptel_core::words::Disposition;

use super::Visit;
use super::operators::heading;
use super::sheet::{Cell, List, Part};
use crate::error::ApiError;

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
