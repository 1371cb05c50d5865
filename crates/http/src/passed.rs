//! What an operator is told of a colleague who gives somebody on to them, or asks them about somebody.

use cuptel_core::at_seat::{AskingNow, PassedNow};
use cuptel_core::snapshot::{ConsultNow, SeatNow, Snapshot};

use crate::desk::say::hour;
use crate::person::service_of;
use crate::texts::Language;

/// A colleague by name and seat; by seat alone where no name is known.
fn colleague(language: Language, operator: Option<&String>, seat: &str) -> String {
    match operator {
        Some(operator) => {
            let about = [
                ("operator", operator.as_str().into()),
                ("seat", seat.into()),
            ];
            language.with("console-colleague", &about)
        }
        None => language.with("console-colleague-unnamed", &[("seat", seat.into())]),
    }
}

fn noted(language: Language, note: Option<&String>) -> Option<String> {
    let note = note?;
    Some(language.with("console-colleague-note", &[("note", note.as_str().into())]))
}

/// Who gave the person on or asks about one, and why; a line each, and none where nobody did.
pub(crate) fn told(language: Language, look: &Snapshot, seat: &SeatNow) -> String {
    let asked = seat.beside.as_ref();
    if let Some((asked, asking)) = asked.and_then(|it| Some((it, it.asking.as_ref()?))) {
        return asks(language, look, asked, asking).join("\n");
    }
    let passed = seat.person.as_ref().and_then(|it| it.passed.as_ref());
    passed.map_or(String::new(), |passed| {
        given_on(language, look, passed).join("\n")
    })
}

fn asks(
    language: Language,
    look: &Snapshot,
    asked: &ConsultNow,
    asking: &AskingNow,
) -> Vec<String> {
    let id = if asked.is_up {
        "console-asked"
    } else {
        "console-asks"
    };
    let who = colleague(language, asking.operator.as_ref(), &asked.whom);
    let mut lines = vec![language.with(id, &[("who", who.into())])];
    let about = service_of(look, asking.queue.as_ref(), asking.tenant.as_ref()).join(", ");
    if !about.is_empty() {
        lines.push(language.with("console-asks-about", &[("about", about.into())]));
    }
    lines.extend(noted(language, asking.note.as_ref()));
    lines
}

fn given_on(language: Language, look: &Snapshot, passed: &PassedNow) -> Vec<String> {
    let who = colleague(language, passed.operator.as_ref(), &passed.seat);
    let at = hour(passed.at_ms, look.at_ms);
    let about = [("who", who.into()), ("at", at.into())];
    let mut lines = vec![language.with("console-passed", &about)];
    lines.extend(noted(language, passed.note.as_ref()));
    lines
}
