//! The delivered example at the administrator's pages: what of it is still there, and the page that takes
//! its operators and seats away together once somebody is sure.

use axum::response::Response;

use super::operators::{heading, sure};
use super::sheet::{Cell, Failed, List, Part};
use super::typed::Typed;
use super::{Visit, operators, seats};
use crate::delivered::{Stays, Still};
use crate::error::ApiError;
use crate::pages::SharedParts;

pub(super) const HOME: &str = "/admin/example";
/// Names that a step shows of many.
const SHOWN: usize = 3;

/// What is left of the delivered example.
pub(crate) struct Left {
    pub(crate) operators: Vec<String>,
    /// Whose phone has the password that everybody knows.
    pub(crate) seats: Vec<String>,
    pub(super) numbers: Vec<String>,
}

impl Left {
    pub(crate) async fn of(shared: &SharedParts) -> Result<Self, ApiError> {
        let configuration = shared.engine.health().configuration;
        let example = &configuration.setup.example;
        let (operators, digests) = (
            shared.store.operators().await?,
            shared.store.seat_digests().await?,
        );
        let known = |(name, digest): &&(String, String)| {
            let given = example.seats.iter().find(|(seat, _)| seat == name);
            given.is_some_and(|(seat, password)| {
                shared.engine.account(seat, password).ha1_md5 == *digest
            })
        };
        let lines = configuration.setup.plans.iter();
        let lines = lines.flat_map(|plan| &plan.numbers);
        let numbers = lines.filter(|it| example.numbers.contains(it));
        let people = operators.into_iter().map(|operator| operator.name);
        Ok(Self {
            operators: people.filter(|it| example.operators.contains(it)).collect(),
            seats: digests
                .iter()
                .filter(known)
                .map(|it| it.0.clone())
                .collect(),
            numbers: numbers.cloned().collect(),
        })
    }

    /// Whether neither an operator nor a delivered password of it is there any more.
    pub(super) fn is_gone(&self) -> bool {
        self.operators.is_empty() && self.seats.is_empty()
    }

    /// How many there are, and the first of them.
    pub(super) fn told(visit: &Visit, id: &str, names: &[String]) -> String {
        let shown = names[..names.len().min(SHOWN)].join(", ");
        let n = u32::try_from(names.len()).unwrap_or(u32::MAX);
        let about = [("n", n.into()), ("names", shown.into())];
        visit.language.with(id, &about)
    }
}

/// What goes, and whoever is sure of it.
pub(crate) async fn page(visit: Visit) -> Result<Response, ApiError> {
    show(&visit, None).await
}

async fn show(visit: &Visit, failed: Option<Failed>) -> Result<Response, ApiError> {
    let mut sheet = visit.listed("admin-example", failed);
    let left = Left::of(&visit.shared).await?;
    if left.is_gone() {
        sheet
            .parts
            .push(Part::Text(visit.say("admin-example-gone")));
        return Ok(visit.show(&sheet));
    }
    let still = |still: Option<Still>| match still {
        Some(why) => visit.say(why.text()),
        None => visit.say("admin-example-goes"),
    };
    let look = visit.shared.engine.snapshot();
    let people = left.operators.iter().map(|name| -> Vec<Cell> {
        let state = still(Still::of_operator(&look, name));
        vec![Cell::link(name, operators::href(name)), state.into()]
    });
    let phones = left.seats.iter().map(|name| -> Vec<Cell> {
        let state = still(Still::of_seat(&look, name));
        vec![Cell::link(name, seats::href(name)), state.into()]
    });
    for (id, caption, column, rows) in [
        (
            "people",
            "admin-operators-caption",
            "admin-operator",
            people.collect::<Vec<_>>(),
        ),
        (
            "phones",
            "admin-seats-caption",
            "admin-seat",
            phones.collect(),
        ),
    ] {
        sheet.parts.push(Part::List(List {
            id,
            caption: visit.count(caption, rows.len()),
            columns: visit.columns(&[column, "admin-state"]),
            rows,
            empty: visit.say("admin-example-none"),
            ..List::default()
        }));
    }
    sheet
        .parts
        .push(heading(visit, "remove", "admin-todo-example"));
    sheet.parts.push(Part::Form(sure(
        visit,
        HOME.to_owned(),
        "admin-example-what",
        "admin-example-remove",
    )));
    Ok(visit.show(&sheet))
}

/// Takes the example away, and says what was left and why.
pub(crate) async fn remove(visit: Visit, form: Typed) -> Result<Response, ApiError> {
    if !form.is("sure") {
        let failed = visit.unfit("admin-not-sure").at("sure");
        return show(&visit, Some(failed)).await;
    }
    let gone = visit.shared.remove_example(&visit.caller).await?;
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let about = [
        ("operators", count(gone.operators.len()).into()),
        ("seats", count(gone.seats.len()).into()),
    ];
    let done = visit.language.with("admin-example-removed", &about);
    let told = |it: &Stays| {
        let why = visit.say(it.why.text());
        let about = [("which", it.name.as_str().into()), ("why", why.into())];
        visit.language.with("admin-entry-at-fault", &about)
    };
    let left: Vec<String> = gone.left.iter().map(told).collect();
    let left = match left.is_empty() {
        true => String::new(),
        false => format!(
            "\n{}\n{}",
            visit.count("admin-example-left", left.len()),
            left.join("\n")
        ),
    };
    Ok(visit.done(HOME, format!("{done}{left}")))
}
