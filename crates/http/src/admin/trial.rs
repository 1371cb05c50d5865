//! Whoever sets up phones has one ring, to see whether it does: no caller is needed for it.

use axum::extract::Path;
use axum::response::Response;
use cuptel_core::snapshot::SeatNow;
use cuptel_core::step::Command;
use cuptel_core::trial::TrialKind;

use super::Visit;
use super::operators::heading;
use super::seats::{href, one_page};
use super::sheet::{Form, Kind, Link, Part, choices};
use super::typed::Typed;
use crate::error::ApiError;
use crate::rights::Need;
use crate::trying;

/// On the page of one seat: the button, and how the last trial went.
pub(super) fn parts(visit: &Visit, name: &str, now: Option<&SeatNow>) -> Vec<Part> {
    if !visit.may(Need::Staff) {
        return Vec::new();
    }
    let mut parts = vec![heading(visit, "try", "trial-admin")];
    let trial = now.and_then(|seat| seat.trial.as_ref());
    if trial.is_some() {
        let told = trying::told(visit.language, trial);
        parts.push(Part::Text(format!(
            "{}: {told}",
            visit.say("trial-admin-last")
        )));
        let again = Link::to(href(name), visit.say("trial-admin-again"));
        parts.push(Part::Links(vec![again]));
    }
    parts.push(Part::Form(Form {
        id: "ring",
        action: format!("{}/test", href(name)),
        note: Some(visit.say("trial-admin-what")),
        button: visit.say("trial-admin-go"),
        ..Form::default()
    }));
    parts
}

/// On the guide: any phone that is there.
pub(super) async fn of_all(visit: &Visit) -> Vec<Part> {
    let mut parts = vec![heading(visit, "try", "trial-admin")];
    let look = visit.shared.engine.snapshot();
    let mut there: Vec<(&str, String)> = Vec::new();
    for seat in look.seats.iter().filter(|seat| seat.reachable) {
        // Where somebody of another authority works it would be refused.
        let may = visit.shared.allow_seat(&visit.caller, &seat.name).await;
        if may.is_ok() {
            there.push((seat.name.as_str(), seat.name.clone()));
        }
    }
    if there.is_empty() {
        parts.push(Part::Text(visit.say("trial-admin-none")));
        return parts;
    }
    let mut form = Form {
        id: "ring",
        action: "/admin/test".to_owned(),
        note: Some(visit.say("trial-admin-what")),
        button: visit.say("trial-admin-go"),
        ..Form::default()
    };
    let seats = Kind::One(choices(there, ""));
    let field = form.field("seat", visit.say("trial-admin-seat"), seats);
    form.has(field.required());
    parts.push(Part::Form(form));
    parts
}

/// The phone of the seat of this page rings.
pub(crate) async fn one(visit: Visit, Path(name): Path<String>) -> Result<Response, ApiError> {
    rings(&visit, &name).await
}

/// The phone of the seat that was chosen rings.
pub(crate) async fn chosen(visit: Visit, form: Typed) -> Result<Response, ApiError> {
    rings(&visit, form.of("seat")).await
}

async fn rings(visit: &Visit, name: &str) -> Result<Response, ApiError> {
    let command = Command::TrySeat {
        seat: name.to_owned(),
        kind: TrialKind::Test,
    };
    match visit.carry_out(command).await {
        Ok(()) => {
            let told = visit.about("trial-begun", "seat", name);
            Ok(visit.done(&format!("{}#try", href(name)), told))
        }
        Err(error) => one_page(visit, name, Some(visit.failed(&error))).await,
    }
}
