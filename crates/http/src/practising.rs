//! The practice line: an operator has their own phone ring for an invented person, and works on their page
//! as with somebody. The page is that of any call, made of an invented look at the seat, and its forms lead
//! here; everybody else sees that the seat practises, and nothing of the invention.

use axum::response::Response;
use cuptel_core::at_seat::{PersonNow, ResultNow};
use cuptel_core::id::{AssignmentId, CallbackId};
use cuptel_core::own_result::{OwnResultNow, ResultCode};
use cuptel_core::practice::{GIVES_WAY_S, PracticeDeed, PracticeNeed, PracticeNow};
use cuptel_core::preview::{NeedNow, OwedNow};
use cuptel_core::snapshot::{CallNow, SeatNow, Snapshot};
use cuptel_core::step::Command;
use cuptel_core::trial::{TrialEnd, TrialNow, TrialStage};
use cuptel_core::words::{Disposition, Exercise, WorkState};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::access::Sight;
use crate::actions::{OfSeat, act, path_of};
use crate::by_hand;
use crate::calling::{InConversation, Press};
use crate::disposing::Dispose;
use crate::error::ApiError;
use crate::person::{self, Contact};
use crate::schema;
use crate::seat_line::{SeatLine, seat_line};
use crate::texts::Language;
use crate::words;

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;

/// With whom somebody practises.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Practise {
    /// Which person is invented; `booking` without it.
    #[schema(value_type = Option<schema::Exercise>)]
    exercise: Option<Exercise>,
}

/// The seat's phone rings for an invented person, and its page shows them as it shows anybody, marked as
/// practice. Whoever picks up hears what they want, then themselves. Nothing of it is stored, dialled or
/// counted. Refused (409) while people wait whom its operator could serve, unless they are on a pause; where
/// somebody comes meanwhile it ends within 20 s. How it goes is under `trial` of the seat in
/// `GET /api/v1/snapshot`, up to ten minutes after its end.
#[utoipa::path(post, path = "/api/v1/seats/{seat}/practice", tag = "seats",
    security(("token" = [])), params(("seat" = String, Path, description = "Extension")),
    request_body(content((Practise = "application/json"),
        (Practise = "application/x-www-form-urlencoded"))),
    responses(schema::SeatActed))]
pub(crate) async fn begin(of: OfSeat<Practise>) -> Result<Response, ApiError> {
    let exercise = of.asked.wish.exercise.unwrap_or(Exercise::Booking);
    practise(of, None, Ok(PracticeDeed::Begin(exercise))).await
}

/// The invented person is put on hold: the operator hears silence, as in a real call.
#[utoipa::path(post, path = "/api/v1/seats/{seat}/practice/hold", tag = "seats",
    security(("token" = [])), params(("seat" = String, Path, description = "Extension")),
    request_body(content((Option<InConversation> = "application/json"),
        (Option<InConversation> = "application/x-www-form-urlencoded"))),
    responses(schema::SeatActed))]
pub(crate) async fn hold(of: OfSeat<InConversation>) -> Result<Response, ApiError> {
    in_conversation(of, PracticeDeed::Hold).await
}

/// The invented person is taken up again.
#[utoipa::path(post, path = "/api/v1/seats/{seat}/practice/resume", tag = "seats",
    security(("token" = [])), params(("seat" = String, Path, description = "Extension")),
    request_body(content((Option<InConversation> = "application/json"),
        (Option<InConversation> = "application/x-www-form-urlencoded"))),
    responses(schema::SeatActed))]
pub(crate) async fn resume(of: OfSeat<InConversation>) -> Result<Response, ApiError> {
    in_conversation(of, PracticeDeed::Resume).await
}

/// The practice call ends, and the time for its result begins; while it rings, or in that time, the practice
/// is over.
#[utoipa::path(post, path = "/api/v1/seats/{seat}/practice/hang-up", tag = "seats",
    security(("token" = [])), params(("seat" = String, Path, description = "Extension")),
    request_body(content((Option<InConversation> = "application/json"),
        (Option<InConversation> = "application/x-www-form-urlencoded"))),
    responses(schema::SeatActed))]
pub(crate) async fn hang_up(of: OfSeat<InConversation>) -> Result<Response, ApiError> {
    in_conversation(of, PracticeDeed::HangUp).await
}

/// Keys are pressed as in a real call; nobody hears them.
#[utoipa::path(post, path = "/api/v1/seats/{seat}/practice/keys", tag = "seats",
    security(("token" = [])), params(("seat" = String, Path, description = "Extension")),
    request_body(content((Press = "application/json"), (Press = "application/x-www-form-urlencoded"))),
    responses(schema::SeatActed))]
pub(crate) async fn keys(of: OfSeat<Press>) -> Result<Response, ApiError> {
    let conversation = of.asked.wish.conversation;
    let keys = PracticeDeed::Keys(of.asked.wish.pressed());
    practise(of, conversation, Ok(keys)).await
}

/// The result of a practice call, and what would be settled by it. The words of a note are kept nowhere.
#[utoipa::path(post, path = "/api/v1/seats/{seat}/practice/disposition", tag = "seats",
    security(("token" = [])), params(("seat" = String, Path, description = "Extension")),
    request_body(content((Dispose = "application/json"),
        (Dispose = "application/x-www-form-urlencoded"))),
    responses(schema::SeatActed))]
pub(crate) async fn dispose(of: OfSeat<Dispose>) -> Result<Response, ApiError> {
    let told = &of.asked.wish;
    let conversation = told.conversation.map(|id| id.0);
    let deed = by_hand::noted(told.note.clone()).map(|note| PracticeDeed::Dispose {
        said: told.said(),
        result: told.disposition.clone(),
        noted: note.is_some(),
    });
    practise(of, conversation, deed).await
}

async fn in_conversation(
    of: OfSeat<InConversation>,
    deed: PracticeDeed,
) -> Result<Response, ApiError> {
    let conversation = of.asked.wish.conversation;
    practise(of, conversation, Ok(deed)).await
}

async fn practise<T>(
    of: OfSeat<T>,
    conversation: Option<i64>,
    deed: Result<PracticeDeed, ApiError>,
) -> Result<Response, ApiError> {
    let command = deed.map(|deed| Command::Practise {
        seat: of.seat.clone(),
        deed,
        conversation: conversation.map(AssignmentId),
    });
    act(&of.shared, of.caller, &of.seat, of.asked.by_form, command).await
}

/// The practice call that is on at a seat.
pub(crate) fn on(seat: &SeatNow) -> Option<(&TrialNow, &PracticeNow)> {
    let trial = seat.trial.as_ref().filter(|trial| trial.end.is_none())?;
    Some((trial, trial.practice.as_ref()?))
}

/// What a seat does while a practice call is on: everybody reads that it practises, its own page how far.
pub(crate) fn state(language: Language, seat: &SeatNow) -> Option<(&'static str, String)> {
    on(seat)?;
    let id = match seat.work {
        WorkState::Idle | WorkState::NotResponding | WorkState::Preview | WorkState::AtTask => {
            "practice-state"
        }
        WorkState::Reserved | WorkState::Ringing => "practice-state-rings",
        WorkState::Talking => "practice-state-talks",
        WorkState::OnHold => "practice-state-holds",
        WorkState::WrapUp => "practice-state-wraps-up",
    };
    Some(("▷", language.say(id)))
}

/// What stands over everything else on the page meanwhile, and after it; a call of somebody takes it away.
pub(crate) fn banner(language: Language, own: &[OwnResultNow], seat: &SeatNow) -> String {
    if on(seat).is_some() {
        return language.say("practice-banner");
    }
    let is_still = matches!(seat.work, WorkState::Idle | WorkState::NotResponding);
    let trial = seat.trial.as_ref().filter(|_| is_still);
    let trial = trial.filter(|trial| trial.answered);
    let practice = trial.and_then(|trial| Some((trial, trial.practice.as_ref()?)));
    practice.map_or(String::new(), |(trial, practice)| {
        summary(language, own, (trial, practice))
    })
}

/// Whereto the forms of a call lead: a practice call is handled with the same ones, elsewhere.
pub(crate) fn call_path(seat: &SeatNow) -> String {
    let path = path_of(&seat.name);
    match on(seat) {
        Some(_) => format!("{path}/practice"),
        None => path,
    }
}

/// An exercise, to be chosen.
#[derive(Debug)]
pub(crate) struct Choice {
    pub(crate) name: &'static str,
    pub(crate) title: String,
}

pub(crate) fn choices(language: Language) -> Vec<Choice> {
    let choice = |exercise: &Exercise| Choice {
        name: exercise.as_str(),
        title: language.say(title(*exercise)),
    };
    Exercise::ALL.iter().map(choice).collect()
}

fn title(exercise: Exercise) -> &'static str {
    match exercise {
        Exercise::Booking => "practice-booking",
        Exercise::Cancelling => "practice-cancelling",
        Exercise::Owed => "practice-owed",
        Exercise::Upset => "practice-upset",
    }
}

fn person_of(exercise: Exercise) -> &'static str {
    match exercise {
        Exercise::Booking => "practice-booking-who",
        Exercise::Cancelling => "practice-cancelling-who",
        Exercise::Owed => "practice-owed-who",
        Exercise::Upset => "practice-upset-who",
    }
}

/// What the invented person says, word by word: some cannot hear it.
fn words_of(exercise: Exercise) -> &'static str {
    match exercise {
        Exercise::Booking => "practice-booking-words",
        Exercise::Cancelling => "practice-cancelling-words",
        Exercise::Owed => "practice-owed-words",
        Exercise::Upset => "practice-upset-words",
    }
}

/// How long they have waited when the phone rings.
fn waited_ms(exercise: Exercise) -> i64 {
    match exercise {
        Exercise::Booking => 4 * MINUTE_MS,
        Exercise::Cancelling => 40_000,
        Exercise::Owed => 2 * MINUTE_MS,
        Exercise::Upset => 21 * MINUTE_MS,
    }
}

/// How long ago something of theirs began, by its number, and how often they have tried since.
fn ago(exercise: Exercise, need: PracticeNeed) -> (i64, i64) {
    match (exercise, need.need.0) {
        (Exercise::Booking, _) => (3 * HOUR_MS, 3),
        (Exercise::Owed, 1) => (2 * DAY_MS, 0),
        (Exercise::Owed, _) => (HOUR_MS, 1),
        (Exercise::Upset, _) => (35 * MINUTE_MS, 1),
        (Exercise::Cancelling, _) => (0, 0),
    }
}

/// A seat as its page shows it while a practice call is on.
pub(crate) struct AsCall {
    pub(crate) seat: SeatNow,
    pub(crate) line: SeatLine,
}

/// The invented look at a seat, for who works there or leads; none where nobody practises.
pub(crate) fn as_call(
    language: Language,
    look: &Snapshot,
    seat: &SeatNow,
    sight: Sight,
) -> Option<AsCall> {
    if sight == Sight::Masked {
        return None;
    }
    let place = look.seats.iter().position(|it| it.name == seat.name)?;
    let (trial, practice) = on(seat)?;
    let talks = matches!(trial.stage, TrialStage::Told | TrialStage::Echo);
    let seat = SeatNow {
        work: work_of(trial.stage, practice)?,
        since_ms: practice.answered_ms.or(Some(trial.begun_ms)),
        queue: practice.queue.clone(),
        tenant: practice.tenant.clone(),
        callback: false,
        owed: owed(language, trial, practice),
        person: Some(person_now(language, trial, practice)),
        result: practice.answered_ms.map(|_| ResultNow {
            conversation: practice.id,
            told: practice.told,
            code: practice.code.clone(),
            until_ms: practice.wraps_up_until_ms,
            ends_with_it: practice.ends_with_it,
            given_on: false,
        }),
        call: talks.then_some(CallNow {
            held_since_ms: practice.held_since_ms,
            held_by_phone: false,
            consult: None,
        }),
        chooses: Vec::new(),
        next: None,
        ..seat.clone()
    };
    let mut line = seat_line((place, language), &seat, look, sight);
    // A pause that is chosen in a practice call would be a real one.
    (
        line.doing.pauses,
        line.doing.signs_out,
        line.doing.available,
    ) = (false, false, None);
    Some(AsCall { seat, line })
}

fn work_of(stage: TrialStage, practice: &PracticeNow) -> Option<WorkState> {
    match stage {
        TrialStage::Calling => Some(WorkState::Reserved),
        TrialStage::Ringing => Some(WorkState::Ringing),
        TrialStage::Told | TrialStage::Echo if practice.held_since_ms.is_some() => {
            Some(WorkState::OnHold)
        }
        TrialStage::Told | TrialStage::Echo => Some(WorkState::Talking),
        TrialStage::WrapUp => Some(WorkState::WrapUp),
        TrialStage::Over => None,
    }
}

/// The mark comes first: of a line of braille the beginning is read.
fn person_now(language: Language, trial: &TrialNow, practice: &PracticeNow) -> PersonNow {
    let who = language.say(person_of(practice.exercise));
    PersonNow {
        number: Some(language.with("practice-who", &[("who", who.into())])),
        attempt: None,
        waits_since_ms: Some(trial.begun_ms - waited_ms(practice.exercise)),
        answered_ms: practice.answered_ms,
        another_person: false,
        returned: false,
        passed: None,
    }
}

fn owed(language: Language, trial: &TrialNow, practice: &PracticeNow) -> Option<OwedNow> {
    let since = |need: &PracticeNeed| ago(practice.exercise, *need);
    let oldest_ms = practice.needs.iter().map(|need| since(need).0).max()?;
    let need = |need: &PracticeNeed| NeedNow {
        need: need.need,
        kind: need.kind,
        tenant: practice.tenant.clone().unwrap_or_default(),
        queue: practice.queue.clone(),
        since_ms: trial.begun_ms - since(need).0,
        due_ms: (!need.kind.closes_by_conversation()).then_some(trial.begun_ms + DAY_MS),
        note: None,
        another_person: false,
        closes: need.closes,
    };
    Some(OwedNow {
        callback: CallbackId(practice.id.0),
        number: language.say("practice-number"),
        opened_ms: trial.begun_ms - oldest_ms,
        attempts: practice.needs.iter().map(|need| since(need).1).sum(),
        tries: 0,
        promised_ms: None,
        chosen: None,
        code_word: None,
        declined: 0,
        needs: practice.needs.iter().map(need).collect(),
        reads_until_ms: None,
        then_dials: false,
        is_offered: false,
    })
}

/// What was before with the invented person.
pub(crate) fn contacts(language: Language, seat: &SeatNow) -> Vec<Contact> {
    let Some((trial, practice)) = on(seat) else {
        return Vec::new();
    };
    let (days, id) = match practice.exercise {
        Exercise::Booking => (30, "practice-booking-before"),
        Exercise::Cancelling => (6, "practice-cancelling-before"),
        Exercise::Owed => (2, "practice-owed-before"),
        Exercise::Upset => (0, "practice-upset-before"),
    };
    let at_ms = trial.begun_ms - (days * DAY_MS).max(35 * MINUTE_MS);
    vec![Contact {
        at: words::date_and_time(at_ms),
        what: language.say(id),
    }]
}

/// How a practice call goes, or what a real one had done; none where the trial is none, or nobody picked up.
pub(crate) fn told(language: Language, trial: &TrialNow) -> Option<String> {
    let practice = trial.practice.as_ref()?;
    let said = language.say(words_of(practice.exercise));
    let about = [("words", said.into())];
    let line = match trial.stage {
        TrialStage::Calling => language.say("practice-calling"),
        TrialStage::Ringing => language.say("practice-ringing"),
        TrialStage::Told => language.with("practice-says", &about),
        TrialStage::Echo if practice.held_since_ms.is_some() => language.say("practice-held"),
        TrialStage::Echo => language.with("practice-said", &about),
        TrialStage::WrapUp if practice.told.is_some() => language.say("practice-wraps-up-told"),
        TrialStage::WrapUp => language.say("practice-wraps-up"),
        // `banner` says what a real call had done.
        TrialStage::Over if trial.answered => return Some(String::new()),
        TrialStage::Over if trial.end == Some(TrialEnd::GaveWay) => {
            language.say("practice-gave-way-ringing")
        }
        TrialStage::Over => return None,
    };
    let gives_way = trial.end.is_none() && practice.gives_way_ms.is_some();
    let about = [("n", GIVES_WAY_S.into())];
    let hurries = gives_way.then(|| language.with("practice-gives-way", &about));
    Some(
        hurries
            .into_iter()
            .chain([line])
            .collect::<Vec<_>>()
            .join("\n"),
    )
}

/// What a real call had done that was handled so.
fn summary(
    language: Language,
    own: &[OwnResultNow],
    (trial, practice): (&TrialNow, &PracticeNow),
) -> String {
    let mut lines = vec![language.say("practice-over")];
    if trial.end == Some(TrialEnd::GaveWay) {
        lines.push(language.say("practice-gave-way"));
    }
    lines.push(language.say("practice-really"));
    lines.push(result_line(language, own, practice));
    if practice.needs.is_empty() && practice.opens.is_none() {
        lines.push(language.say("practice-no-need"));
    }
    lines.extend(practice.needs.iter().map(|need| need_line(language, need)));
    lines.extend(practice.opens.map(|kind| {
        let about = [("kind", words::need_kind(language, kind).into())];
        language.with("practice-need-new", &about)
    }));
    if practice.noted {
        lines.push(language.say("practice-noted"));
    }
    if practice.keys > 0 {
        lines.push(language.with("practice-keys", &[("n", practice.keys.into())]));
    }
    lines.join("\n")
}

fn result_line(language: Language, own: &[OwnResultNow], practice: &PracticeNow) -> String {
    let code = practice.code.as_ref().map(ResultCode::as_str);
    let told = |result: Disposition| person::told(language, own, (result, code));
    match practice.told {
        Some(result) => language.with("practice-result", &[("result", told(result).into())]),
        None if practice.interrupted => language.say("practice-cut-off"),
        None => {
            let about = [("result", told(Disposition::Done).into())];
            language.with("practice-no-result", &about)
        }
    }
}

fn need_line(language: Language, need: &PracticeNeed) -> String {
    let about = [("kind", words::need_kind(language, need.kind).into())];
    let id = match (need.closes, need.kind.closes_by_conversation()) {
        (true, _) => "practice-need-closed",
        (false, true) => "practice-need-open",
        (false, false) => "practice-need-stays",
    };
    language.with(id, &about)
}

/// What a form has done, in plain words.
pub(crate) fn done(language: Language, seat: &str, deed: &PracticeDeed) -> String {
    let id = match deed {
        PracticeDeed::Begin(_) => "practice-begun",
        PracticeDeed::Hold => "practice-done-hold",
        PracticeDeed::Resume => "practice-done-resume",
        PracticeDeed::HangUp => "practice-done-hang-up",
        PracticeDeed::Keys(_) => "practice-done-keys",
        PracticeDeed::Dispose { .. } => "practice-done-result",
    };
    language.with(id, &[("seat", seat.into())])
}
