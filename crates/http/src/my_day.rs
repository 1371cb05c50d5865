//! What an operator did today, shown to them and to nobody else: figures of one person are no business of
//! whoever leads, unless an agreement says so.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use cuptel_core::calendar::{LocalDay, Zone};
use cuptel_store::OperatorDay;

use crate::access::{Caller, Onlooker};
use crate::error::ApiError;
use crate::page::{Frame, frame, html};
use crate::pages::Shared;
use crate::person::lasting;
use crate::signing_in;
use crate::texts::Language;

#[derive(Template)]
#[template(path = "my_day.html")]
struct DayPage<'a> {
    frame: Frame<'a>,
    counts: Vec<(String, i64)>,
    times: Vec<(String, String)>,
}

fn counts(language: Language, day: &OperatorDay) -> Vec<(String, i64)> {
    vec![
        (language.say("console-day-calls"), day.calls),
        (language.say("console-day-callbacks"), day.callbacks),
        (language.say("console-day-tasks"), day.tasks),
        (language.say("console-day-pauses"), day.pauses),
    ]
}

fn times(language: Language, day: &OperatorDay) -> Vec<(String, String)> {
    [
        ("console-day-there", day.there_ms),
        ("console-day-talking", day.talking_ms),
        ("console-day-wrap-up", day.wrap_up_ms),
        ("console-day-at-tasks", day.at_task_ms),
        ("console-day-paused", day.paused_ms),
    ]
    .map(|(id, ms)| (language.say(id), lasting(language, ms)))
    .into()
}

/// The day of whoever has signed in, if they are an operator.
pub(crate) async fn page(
    State(shared): State<Shared>,
    language: Language,
    onlooker: Result<Onlooker, ApiError>,
) -> Response {
    let onlooker = match onlooker {
        Ok(onlooker) => onlooker,
        Err(error) => return signing_in::sign_in_page(&shared, language, &error, None),
    };
    let caller = onlooker.caller.as_ref();
    let Some(operator) = caller.and_then(Caller::operator) else {
        return Redirect::to("/").into_response();
    };
    let now_ms = shared.engine.snapshot().at_ms;
    let zone = Zone::Europe__Rome;
    let today = LocalDay::of(now_ms, zone);
    let from_ms = today.and_then(|day| day.begins_ms(zone)).unwrap_or(now_ms);
    match shared.store.operator_day(operator, from_ms, now_ms).await {
        Ok(day) => html(&DayPage {
            frame: frame(&shared, language, caller),
            counts: counts(language, &day),
            times: times(language, &day),
        }),
        Err(error) => ApiError::from(error).into_response(),
    }
}
