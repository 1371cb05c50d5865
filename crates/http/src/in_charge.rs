//! "Taken in charge": no slot was found, and an operator promises a call. The form is looked at twice: what
//! is wrong is said with what was typed still there, and before anything is entered the deadline is shown.
//!
//! The tax code is only checked, so that what is read back to the person is right: it is stored nowhere,
//! because who is called is known by their number. The number of the prescription is stored only where
//! the operator says that whoever calls needs it, in the note, and goes with the number.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use cuptel_core::by_hand::{ByHandError, CallbackTold, NOTE_MAX};
use cuptel_core::id::AssignmentId;
use cuptel_core::number::{Caller as Person, PhoneNumber};
use cuptel_core::prescription::{NotAPrescription, PrescriptionNumber};
use cuptel_core::snapshot::{QueueNow, SeatNow, Snapshot};
use cuptel_core::step::{Command, CommandError};
use cuptel_core::tax_code::{NotATaxCode, TaxCode};
use cuptel_core::words::{KindByHand, NumberClass, PriorityClass};
use serde::Deserialize;

use crate::access::Caller;
use crate::actions::{Asked, path_of};
use crate::answers;
use crate::error::ApiError;
use crate::page::{Frame, frame, html};
use crate::pages::Shared;
use crate::person::{LOOK_AT_NUMBER, OF_ANOTHER, number_looked_at, service_of};
use crate::port::Refusal;
use crate::session::{Notice, random_name};
use crate::texts::Language;
use crate::words;

/// A form goes on about an earlier conversation for so long.
const EARLIER_MS: i64 = 3_600_000;
/// Bytes of a field of the form, at most: far beyond what is right, so that what is wrong can be shown.
const FIELD_MAX: usize = 2_000;

/// What was typed.
#[derive(Default, Clone, Deserialize)]
#[serde(default)]
pub(crate) struct Typed {
    /// Tenant and queue, with a stroke between them.
    pub(crate) queue: String,
    pub(crate) class: String,
    pub(crate) number: String,
    pub(crate) nre: String,
    pub(crate) tax_code: String,
    pub(crate) note: String,
    pub(crate) keep_nre: String,
    /// The same form, sent again, has the same.
    pub(crate) key: String,
    /// `confirm`, `back`, or nothing.
    pub(crate) step: String,
    /// In which conversation it was opened: who does not fit it any more is not whom it is about.
    pub(crate) conversation: String,
}

impl Typed {
    fn is_too_large(&self) -> bool {
        let fields = [
            &self.number,
            &self.nre,
            &self.tax_code,
            &self.note,
            &self.key,
        ];
        fields.iter().any(|field| field.len() > FIELD_MAX)
    }
}

/// What was typed is of a person.
impl std::fmt::Debug for Typed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Typed")
            .field("step", &self.step)
            .finish_non_exhaustive()
    }
}

/// A class with what it means where its deadline is known.
pub(crate) struct ClassChoice {
    pub(crate) class: PriorityClass,
    pub(crate) label: String,
}

/// A queue that something can be taken in charge for.
pub(crate) struct QueueChoice {
    pub(crate) value: String,
    pub(crate) label: String,
}

/// The form, with what may be chosen.
pub(crate) struct Form {
    pub(crate) typed: Typed,
    pub(crate) queues: Vec<QueueChoice>,
    pub(crate) classes: Vec<ClassChoice>,
    /// What is wrong, by the identifier of its field.
    pub(crate) wrong: Vec<(&'static str, String)>,
    /// Whose number it is where none is typed, masked.
    pub(crate) whom: Option<String>,
}

impl Form {
    /// The empty form of a seat: the queue of the work at hand comes first.
    pub(crate) fn of(language: Language, look: &Snapshot, seat: &SeatNow) -> Self {
        let owed = seat.owed.as_ref();
        let need = owed.and_then(|owed| owed.needs.first());
        let tenant = seat.tenant.as_ref().or(need.map(|need| &need.tenant));
        let queue = seat
            .queue
            .as_ref()
            .or(need.and_then(|need| need.queue.as_ref()));
        let typed = Typed {
            queue: match (tenant, queue) {
                (Some(tenant), Some(queue)) => format!("{tenant}/{queue}"),
                (_, _) => String::new(),
            },
            conversation: seat
                .result
                .as_ref()
                .map_or(String::new(), |it| it.conversation.to_string()),
            ..Typed::default()
        };
        let whom = seat.person.as_ref();
        Self {
            whom: whom.and_then(|person| person.number.clone()),
            ..Self::with(language, look, typed)
        }
    }

    fn with(language: Language, look: &Snapshot, typed: Typed) -> Self {
        let tenant = |queue: &QueueNow| {
            let mut tenants = look.tenants.iter();
            let found = tenants.find(|it| it.name == queue.tenant);
            found.map_or(&queue.tenant, |it| &it.title).clone()
        };
        let choice = |queue: &QueueNow| QueueChoice {
            value: format!("{}/{}", queue.tenant, queue.name),
            label: format!("{}, {}", queue.title, tenant(queue)),
        };
        let class = |class: &PriorityClass| ClassChoice {
            class: *class,
            label: class_words(language, *class),
        };
        Self {
            typed,
            queues: look.queues.iter().map(choice).collect(),
            classes: PriorityClass::ALL.iter().map(class).collect(),
            wrong: Vec::new(),
            whom: None,
        }
    }

    /// What is wrong with a field; empty where nothing is.
    pub(crate) fn wrong_with(&self, field: &str) -> &str {
        let mut wrong = self.wrong.iter();
        wrong
            .find(|(own, _)| *own == field)
            .map_or("", |(_, why)| why.as_str())
    }
}

fn class_words(language: Language, class: PriorityClass) -> String {
    language.say(match class {
        PriorityClass::U => "console-class-u",
        PriorityClass::B => "console-class-b",
        PriorityClass::D => "console-class-d",
        PriorityClass::P => "console-class-p",
    })
}

#[derive(Template)]
#[template(path = "in_charge_page.html")]
struct InChargePage<'a> {
    frame: Frame<'a>,
    seat_name: &'a str,
    path: String,
    form: Form,
    /// What is about to be entered; nothing while something is wrong.
    summary: Option<Summary>,
    /// Why the rules do not take it.
    refused: Option<String>,
}

/// What is about to be entered, a line each, and what is read to the person.
type Summary = (Vec<(String, String)>, String);

/// What was typed, as far as it is right.
struct Right {
    told: CallbackTold,
    summary: Vec<(String, String)>,
    /// What the operator reads to the person before they confirm.
    read_back: String,
}

/// A form that was sent to the wrong seat, or is right, or is wrong.
enum Looked {
    Right(Box<Right>),
    Wrong(Vec<(&'static str, String)>),
}

/// Looks at the form, says by when the call is owed, and enters it when that is confirmed.
pub(crate) async fn take(
    caller: Caller,
    State(shared): State<Shared>,
    language: Language,
    Path(name): Path<String>,
    asked: Asked<Typed>,
) -> Result<Response, ApiError> {
    shared.allow_seat(&caller, &name).await?;
    let look = shared.engine.snapshot();
    let seat = look.seats.iter().find(|seat| seat.name == name);
    let seat = seat.ok_or_else(|| Refusal::Refused(CommandError::NoSeat(name.clone())))?;
    let mut typed = asked.wish;
    if typed.is_too_large() {
        return Err(ApiError::TooLarge);
    }
    if typed.key.is_empty() {
        typed.key = random_name().map_err(ApiError::NoRandom)?;
    }
    if typed.conversation.is_empty() {
        let now = seat.result.as_ref();
        typed.conversation = now.map_or(String::new(), |it| it.conversation.to_string());
    }
    let step = std::mem::take(&mut typed.step);
    let mut form = Form::with(language, &look, typed);
    let anew = |form| {
        let page = (None, None);
        Ok(shown(&shared, &caller, language, (&name, form), page))
    };
    if step == "back" {
        return anew(form);
    }
    let who = (&caller, language);
    let right = match looked_at(&shared, who, (&look, seat), &form.typed).await? {
        Looked::Right(right) => *right,
        Looked::Wrong(wrong) => {
            form.wrong = wrong;
            return anew(form);
        }
    };
    let Right {
        told,
        summary,
        read_back,
    } = right;
    let told = Box::new(told);
    let command = if step == "confirm" {
        Command::AddCallback(told)
    } else {
        Command::CheckCallback { told, beside: 0 }
    };
    match shared.carry_out(&caller, command).await {
        Ok(()) if step != "confirm" => {
            // What they typed they know; the number of the call at hand is looked at.
            if form.typed.number.trim().is_empty() {
                look_at_theirs(&shared, &caller, seat, &form.typed).await?;
            }
            let page = (Some((summary, read_back)), None);
            Ok(shown(&shared, &caller, language, (&name, form), page))
        }
        // Pressed twice: the first press has entered it.
        Ok(())
        | Err(ApiError::Refused(Refusal::Refused(CommandError::ByHand(
            ByHandError::SameRequest(_),
        )))) if step == "confirm" => {
            let notice = Notice::told(true, language.say("console-in-charge-done"));
            caller.tell(&shared, notice);
            Ok(Redirect::to(&path_of(&name)).into_response())
        }
        Ok(()) => Ok(Redirect::to(&path_of(&name)).into_response()),
        Err(error @ ApiError::Refused(Refusal::Refused(_))) => {
            let page = (None, Some(answers::refused(language, &error)));
            Ok(shown(&shared, &caller, language, (&name, form), page))
        }
        Err(error) => Err(error),
    }
}

fn shown(
    shared: &Shared,
    caller: &Caller,
    language: Language,
    (name, form): (&str, Form),
    (summary, refused): (Option<Summary>, Option<String>),
) -> Response {
    let is_wrong = refused.is_some() || !form.wrong.is_empty();
    let page = InChargePage {
        frame: frame(shared, language, Some(caller)),
        seat_name: name,
        path: path_of(name),
        form,
        summary,
        refused,
    };
    let status = if is_wrong {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    (status, html(&page)).into_response()
}

/// The words for what is wrong with a tax code.
fn tax_code_words(language: Language, wrong: NotATaxCode) -> String {
    match wrong {
        NotATaxCode::Length => language.say("console-tax-code-length"),
        NotATaxCode::Place(place) => {
            let place = i64::try_from(place).unwrap_or(i64::MAX);
            language.with("console-tax-code-place", &[("n", place.into())])
        }
        NotATaxCode::Check => language.say("console-tax-code-check"),
    }
}

/// The words for what is wrong with the number of a prescription.
fn nre_words(language: Language, wrong: NotAPrescription) -> String {
    match wrong {
        NotAPrescription::Length(length) => {
            let length = i64::try_from(length).unwrap_or(i64::MAX);
            language.with("console-nre-length", &[("n", length.into())])
        }
        NotAPrescription::Place(place) => {
            let place = i64::try_from(place).unwrap_or(i64::MAX);
            language.with("console-nre-place", &[("n", place.into())])
        }
        NotAPrescription::Region => language.say("console-nre-region"),
        NotAPrescription::Zero => language.say("console-nre-zero"),
    }
}

/// The conversation in which a form was opened, where the seat has another one by now, or none.
fn earlier(seat: &SeatNow, typed: &Typed) -> Option<AssignmentId> {
    let meant = AssignmentId(typed.conversation.parse().ok()?);
    let is_on = seat
        .result
        .as_ref()
        .is_some_and(|it| it.conversation == meant);
    (!is_on).then_some(meant)
}

/// Writes down that the number of the conversation is shown, to whoever may see it.
async fn look_at_theirs(
    shared: &Shared,
    caller: &Caller,
    seat: &SeatNow,
    typed: &Typed,
) -> Result<(), ApiError> {
    if !caller.sees_number_at(seat) {
        return Err(ApiError::Forbidden(OF_ANOTHER));
    }
    match earlier(seat, typed) {
        None => number_looked_at(shared, caller, seat).await,
        Some(conversation) => {
            let about = conversation.to_string();
            caller.logged(shared, LOOK_AT_NUMBER, Some(&about)).await?;
            Ok(())
        }
    }
}

/// The number of the conversation that the form is about: of an earlier one, to whoever had it.
async fn spoken_with(
    shared: &Shared,
    caller: &Caller,
    seat: &SeatNow,
    typed: &Typed,
) -> Result<Option<PhoneNumber>, ApiError> {
    let Some(meant) = earlier(seat, typed) else {
        return shared.number_at(seat).await;
    };
    let now_ms = shared.engine.snapshot().at_ms;
    let found = shared.store.conversation(meant).await?;
    let theirs = found.filter(|it| {
        let is_fresh = it.ended_ms.is_none_or(|ended| ended > now_ms - EARLIER_MS);
        is_fresh && it.operator.is_some() && it.operator.as_deref() == caller.operator()
    });
    Ok(theirs.and_then(|it| it.number))
}

/// Who is to be called: at the number that was typed, else at that of the work at hand. Else what is
/// wrong with it.
async fn person_of(
    (shared, caller, language): (&Shared, &Caller, Language),
    seat: &SeatNow,
    typed: &Typed,
) -> Result<Result<Person, String>, ApiError> {
    let number = typed.number.trim();
    if number.is_empty() {
        let known = spoken_with(shared, caller, seat, typed).await?;
        let known = known.map(|number| Person::from_user_part(number.reveal()));
        return Ok(known.ok_or_else(|| language.say("console-number-missing")));
    }
    let person = Person::from_user_part(number);
    let Some(typed) = &person.number else {
        return Ok(Err(language.say("console-number-wrong")));
    };
    let digits = typed.national().trim_start_matches('+').len();
    // A digit that was dropped, or typed twice, makes a number that nobody has or a stranger's.
    let (least, most) = match person.class {
        NumberClass::Mobile => (10, 10),
        NumberClass::Fixed => (8, 11),
        NumberClass::Foreign
        | NumberClass::Shared
        | NumberClass::Anonymous
        | NumberClass::Invalid
        | NumberClass::Premium
        | NumberClass::Emergency => (8, 15),
    };
    let n = i64::try_from(digits).unwrap_or(i64::MAX);
    let wrong = |id: &str| Ok(Err(language.with(id, &[("n", n.into())])));
    if digits < least {
        wrong("console-number-short")
    } else if digits > most {
        wrong("console-number-long")
    } else {
        Ok(Ok(person))
    }
}

/// Digits of the area code of a fixed line in Italy: two for Rome and Milan, three or four for the rest (the
/// national numbering plan, AGCOM 8/15/CIR). Nothing of any other number.
fn area_code(national: &str) -> usize {
    const OF_THREE: [&str; 28] = [
        "010", "011", "015", "019", "030", "031", "035", "039", "040", "041", "045", "049", "050",
        "051", "055", "059", "070", "071", "075", "079", "080", "081", "085", "089", "090", "091",
        "095", "099",
    ];
    match national.get(..3) {
        Some(begins) if begins.starts_with("02") || begins.starts_with("06") => 2,
        Some(begins) if OF_THREE.contains(&begins) => 3,
        Some(begins) if begins.starts_with('0') => 4,
        Some(_) | None => 0,
    }
}

/// A number in groups, as one says it: a screen reader would make millions of it.
fn in_groups(number: &PhoneNumber) -> String {
    let national = number.national();
    let (area, national) = national.split_at(area_code(national));
    let mut groups: Vec<String> = Vec::new();
    for digit in national.chars() {
        match groups.last_mut() {
            Some(group) if group.len() < 3 || digit == '+' => group.push(digit),
            Some(_) | None => groups.push(digit.to_string()),
        }
    }
    // Nobody says one digit alone.
    if let Some(last) = groups.pop_if(|last| last.len() == 1)
        && let Some(before) = groups.last_mut()
    {
        before.push_str(&last);
    }
    let area = Some(area).filter(|area| !area.is_empty());
    let groups = groups.iter().map(String::as_str);
    area.into_iter().chain(groups).collect::<Vec<_>>().join(" ")
}

async fn looked_at(
    shared: &Shared,
    (caller, language): (&Caller, Language),
    (look, seat): (&Snapshot, &SeatNow),
    typed: &Typed,
) -> Result<Looked, ApiError> {
    let mut wrong = Vec::new();
    let mut told_wrong = |field, why| wrong.push((field, why));
    let class: Option<PriorityClass> = typed.class.parse().ok();
    if class.is_none() {
        told_wrong("class", language.say("console-class-missing"));
    }
    let queue = look.queues.iter().find(|queue| {
        let own = format!("{}/{}", queue.tenant, queue.name);
        own == typed.queue
    });
    if queue.is_none() {
        told_wrong("for-queue", language.say("console-queue-missing"));
    }
    let person = person_of((shared, caller, language), seat, typed).await?;
    if let Err(why) = &person {
        told_wrong("their-number", why.clone());
    }
    if let Some(Err(error)) = filled(&typed.tax_code).map(TaxCode::checked) {
        told_wrong("tax-code", tax_code_words(language, error));
    }
    let nre = filled(&typed.nre)
        .map(PrescriptionNumber::checked)
        .transpose();
    if let Err(error) = &nre {
        told_wrong("nre", nre_words(language, *error));
    }
    let kept = nre.ok().flatten().filter(|_| !typed.keep_nre.is_empty());
    let note = noted(language, &typed.note, kept.as_ref());
    if let Err(why) = &note {
        told_wrong("need", why.clone());
    }
    let (Some(class), Some(queue), Ok(person), Ok(note), true) =
        (class, queue, person, note, wrong.is_empty())
    else {
        return Ok(Looked::Wrong(wrong));
    };
    let entered = (class, queue, &person, note.as_str());
    let is_earlier = typed.number.trim().is_empty() && earlier(seat, typed).is_some();
    let (summary, read_back) = summed_up((language, look), entered, (&typed.tax_code, is_earlier));
    Ok(Looked::Right(Box::new(Right {
        told: CallbackTold {
            tenant: queue.tenant.clone(),
            queue: queue.name.clone(),
            person,
            kind: KindByHand::TakenInCharge,
            class: Some(class),
            due_ms: None,
            not_before_ms: None,
            note: Some(note),
            by: None,
            request_key: Some(typed.key.clone()),
        },
        summary,
        read_back,
    })))
}

/// What is about to be entered, and what the operator reads to the person before they confirm.
fn summed_up(
    (language, look): (Language, &Snapshot),
    (class, queue, person, note): (PriorityClass, &QueueNow, &Person, &str),
    (tax_code, is_earlier): (&str, bool),
) -> Summary {
    let due_ms = queue.stays.deadline(class, look.at_ms);
    let due = due_ms.map_or(String::new(), words::date_and_time);
    let whom = person.number.as_ref().map(in_groups).unwrap_or_default();
    let about = [
        ("number", whom.as_str().into()),
        ("due", due.as_str().into()),
    ];
    let id = if is_earlier {
        "console-read-back-earlier"
    } else {
        "console-read-back"
    };
    let read_back = language.with(id, &about);
    let label = |id: &str| language.say(id);
    let service = service_of(look, Some(&queue.name), Some(&queue.tenant)).join(", ");
    let tax_code = filled(tax_code).map(|code| {
        let code = code.to_uppercase();
        (label("console-summary-tax-code"), code)
    });
    let summary = [
        (label("console-summary-person"), whom),
        (label("console-summary-queue"), service),
        (label("console-summary-class"), class_words(language, class)),
        (label("console-summary-due"), due),
        (label("console-summary-need"), note.to_owned()),
    ];
    let summary = summary.into_iter().chain(tax_code).collect();
    (summary, read_back)
}

fn filled(text: &str) -> Option<&str> {
    Some(text.trim()).filter(|text| !text.is_empty())
}

/// The need, with the number of the prescription where whoever calls needs it.
fn noted(
    language: Language,
    need: &str,
    nre: Option<&PrescriptionNumber>,
) -> Result<String, String> {
    let need = need.split_whitespace().collect::<Vec<_>>().join(" ");
    if need.is_empty() {
        return Err(language.say("console-need-missing"));
    }
    let note = match nre {
        Some(nre) => format!("{need} · NRE {}", nre.reveal()),
        None => need,
    };
    let length = note.chars().count();
    if length > NOTE_MAX || note.chars().any(char::is_control) {
        let most = i64::try_from(NOTE_MAX).unwrap_or(i64::MAX);
        return Err(language.with("console-need-long", &[("n", most.into())]));
    }
    Ok(note)
}
