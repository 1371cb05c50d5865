//! The number and PIN by which an operator signs in from a phone: given, or given anew. The PIN is shown
//! once where it is made here, and kept by nobody in clear.

use axum::extract::Path;
use axum::response::Response;
use cuptel_store::OperatorView;

use super::Visit;
use super::operators::{fact, found, heading, href, one_page};
use super::sheet::{Form, Kind, Part, Sheet};
use super::typed::Typed;
use crate::error::ApiError;

/// The form of an operator's page in which all of it stands.
pub(super) const FORM: &str = "by-phone";
/// Digits of the number that is keyed.
const NUMBER_DIGITS: std::ops::RangeInclusive<usize> = 1..=8;

/// Names what a page shows once apart from a user of the same name.
fn secret_of(name: &str) -> String {
    format!("pin of {name}")
}

/// The PIN that was made a moment ago; it is shown this once.
pub(super) fn made(visit: &Visit, operator: &OperatorView) -> Option<Part> {
    visit.once(&secret_of(&operator.name), "admin-pin-once")
}

/// What an operator signs in with by phone, and the form for another.
pub(super) fn part(visit: &Visit, sheet: &mut Sheet, operator: &OperatorView, kept: &Typed) {
    sheet.parts.push(heading(visit, "pin", "admin-pin"));
    let number = operator.number.clone();
    let number = number.unwrap_or_else(|| visit.say("admin-pin-none"));
    sheet
        .parts
        .push(Part::Facts(vec![fact(visit, "admin-pin-number", number)]));
    sheet.parts.push(Part::Form(form(visit, operator, kept)));
}

fn form(visit: &Visit, operator: &OperatorView, kept: &Typed) -> Form {
    let mut form = Form {
        id: FORM,
        action: format!("{}/pin", href(&operator.name)),
        note: Some(visit.say("admin-pin-what")),
        button: visit.say(match operator.number {
            Some(_) => "admin-pin-again-go",
            None => "admin-pin-go",
        }),
        ..Form::default()
    };
    let number = form.field(
        "number",
        visit.say("admin-pin-number"),
        Kind::Line("text", 8),
    );
    let stored = operator.number.clone().unwrap_or_default();
    let shown = match kept.is_empty() {
        true => stored,
        false => kept.raw("number").to_owned(),
    };
    let number = number.value(shown).hint(visit.say("admin-pin-number-hint"));
    form.has(number.required());
    let pin = form.field(
        "pin",
        visit.say("admin-pin-pin"),
        Kind::Line("password", 16),
    );
    form.has(pin.hint(visit.say("admin-pin-hint")));
    let again = form.field(
        "again",
        visit.say("admin-pin-again"),
        Kind::Line("password", 16),
    );
    form.has(again);
    form
}

/// Gives an operator a number and a PIN. What was typed of a PIN is not shown again, the number is.
pub(crate) async fn set(
    visit: Visit,
    Path(name): Path<String>,
    form: Typed,
) -> Result<Response, ApiError> {
    found(&visit, &name).await?;
    let failed = if form.of("pin") == form.of("again") {
        let wish = (form.said("number"), form.said("pin"));
        let shared = &visit.shared;
        match shared.let_in_by_phone(&visit.caller, &name, wish).await {
            Ok(made) => {
                let id = match made {
                    Some(_) => "admin-pin-made",
                    None => "admin-pin-done",
                };
                if let Some(pin) = made {
                    visit.keep_secret(&secret_of(&name), pin);
                }
                return Ok(visit.done(&href(&name), visit.about(id, "name", &name)));
            }
            Err(ApiError::Meaningless { .. }) if !is_number(form.of("number")) => {
                visit.unfit("admin-pin-no-number").at("number")
            }
            Err(ApiError::Meaningless { .. }) => visit.unfit("admin-pin-guessable").at("pin"),
            Err(error) => visit.failed(&error),
        }
    } else {
        visit.unfit("admin-pin-differ").at("pin")
    };
    one_page(&visit, &name, &form, Some(failed.of(FORM))).await
}

fn is_number(text: &str) -> bool {
    NUMBER_DIGITS.contains(&text.len()) && text.bytes().all(|it| it.is_ascii_digit())
}
