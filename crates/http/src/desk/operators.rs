//! What each operator has done in a period: while an agreement in force allows that to be seen; else why
//! not, and whom to ask.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Response};
use cuptel_core::calendar::{LocalDay, Zone};
use cuptel_core::time::UtcMs;
use serde::Deserialize;

use super::{frame_of, say};
use crate::access::Caller;
use crate::agreement::in_force;
use crate::error::ApiError;
use crate::page::{Frame, html};
use crate::pages::{Shared, SharedParts};
use crate::reports::days_asked;
use crate::texts::Language;

/// Which days.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    from: String,
    to: String,
}

/// What one operator has done.
struct Done {
    operator: String,
    employer: String,
    conversations: i64,
    callbacks: i64,
    talking: String,
}

#[derive(Template)]
#[template(path = "desk_operators.html")]
struct OperatorsPage<'a> {
    frame: Frame<'a>,
    from: String,
    to: String,
    is_wrong: bool,
    /// By which agreement it may be seen; nothing is read without one.
    allowed: Option<String>,
    rows: Vec<Done>,
}

/// What each operator has done: while an agreement in force allows it.
pub(super) async fn page(
    State(shared): State<Shared>,
    Query(asked): Query<Asked>,
    language: Language,
    caller: Caller,
) -> Result<Response, ApiError> {
    let now_ms = shared.engine.snapshot().at_ms;
    let today =
        LocalDay::of(now_ms, Zone::Europe__Rome).map_or(String::new(), |day| day.to_string());
    let said = |text: &str| {
        if text.is_empty() {
            today.clone()
        } else {
            text.to_owned()
        }
    };
    let (from, to) = (said(&asked.from), said(&asked.to));
    let days = (Some(from.as_str()), Some(to.as_str()));
    let stretch = days_asked(&shared, days, caller.tenant()).ok();
    let all = shared.store.agreements().await?;
    let agreement = in_force(&all).filter(|it| it.allows.per_operator_figures);
    let rows = match (agreement, stretch) {
        (Some(_), Some(stretch)) => {
            // Who looked at whom is kept as long as the log of access is.
            caller
                .log(&shared, "GET /supervisor/operators", Some(&from))
                .await;
            done_in(&shared, &caller, stretch, language).await?
        }
        (Some(_) | None, _) => Vec::new(),
    };
    let allowed = agreement.map(|it| {
        let about = [
            ("protocol", it.protocol.as_str().into()),
            ("date", say::day(&it.reached_on).into()),
        ];
        language.with("desk-operators-allowed", &about)
    });
    Ok(html(&OperatorsPage {
        frame: frame_of(&shared, language, &caller),
        from,
        to,
        is_wrong: stretch.is_none(),
        allowed,
        rows,
    })
    .into_response())
}

async fn done_in(
    shared: &SharedParts,
    caller: &Caller,
    stretch: (UtcMs, UtcMs),
    language: Language,
) -> Result<Vec<Done>, ApiError> {
    let bound = (caller.tenant(), caller.employer());
    let found = shared.store.operator_figures(stretch, bound.0, bound.1);
    let done = |it: cuptel_store::OperatorFigures| Done {
        operator: it.operator,
        employer: it.employer,
        conversations: it.conversations,
        callbacks: it.callbacks,
        talking: say::span(language, it.talking_s.saturating_mul(1_000)),
    };
    Ok(found.await?.into_iter().map(done).collect())
}
