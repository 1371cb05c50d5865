//! What an operator does with the call in hand, so that nobody touches a telephone's window for it: by
//! programs, and by the forms of the seat's page.

use axum::response::Response;
use cuptel_core::hand::Handling;
use cuptel_core::id::AssignmentId;
use cuptel_core::snapshot::{EntryNow, SeatNow, Snapshot};
use cuptel_core::step::Command;
use cuptel_core::words::{Chosen, WorkState};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::actions::{OfSeat, act, meaningless, typed};
use crate::error::ApiError;
use crate::texts::Language;
use crate::{schema, trying};

/// Which conversation is meant.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct InConversation {
    /// As `result` of the seat names it; whichever is had, without it. With another one nothing is done.
    pub(crate) conversation: Option<i64>,
}

/// Which keys are pressed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Press {
    /// 1 to 32 of `0`–`9`, `*` and `#`, one after the other.
    #[schema(pattern = "^[0-9*#]{1,32}$")]
    keys: String,
    /// Which conversation is meant; whichever is had, without it.
    #[serde(default)]
    pub(crate) conversation: Option<i64>,
}

impl Press {
    pub(crate) fn pressed(&self) -> String {
        self.keys.split_whitespace().collect()
    }
}

/// Whereto the person is given; exactly one.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Transfer {
    /// Short name of a queue of their authority.
    queue: Option<String>,
    /// Extension of a seat that is free.
    seat: Option<String>,
    /// Name of an entry of the directory.
    entry: Option<String>,
    /// What was noted, for whoever has them next; at most 500 characters, with what was before.
    note: Option<String>,
    /// Which conversation is meant; whichever is had, without it.
    conversation: Option<i64>,
}

/// Who is asked while the person is on hold; exactly one.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Consult {
    /// Extension of a seat that is free.
    seat: Option<String>,
    /// Name of an entry of the directory.
    entry: Option<String>,
    /// What was noted, for whoever is asked; at most 500 characters, with what was before.
    note: Option<String>,
    /// Which conversation is meant; whichever is had, without it.
    conversation: Option<i64>,
}

/// Who is called.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DialEntry {
    /// Name of an entry of the directory.
    entry: String,
}

fn told(text: Option<&String>) -> Result<Option<String>, ApiError> {
    typed(text.map_or("", |text| text))
}

impl Transfer {
    fn handling(&self) -> Result<Handling, ApiError> {
        let (queue, seat) = (told(self.queue.as_ref())?, told(self.seat.as_ref())?);
        match (queue, seat, told(self.entry.as_ref())?) {
            (Some(queue), None, None) => Ok(Handling::ToQueue(queue)),
            (None, Some(seat), None) => Ok(Handling::ToSeat(seat)),
            (None, None, Some(entry)) => Ok(Handling::ToNumber(entry)),
            (None | Some(_), None | Some(_), None | Some(_)) => Err(meaningless(
                "say one of a queue, a seat and an entry of the directory".to_owned(),
            )),
        }
    }
}

impl Consult {
    fn handling(&self) -> Result<Handling, ApiError> {
        match (told(self.seat.as_ref())?, told(self.entry.as_ref())?) {
            (Some(seat), None) => Ok(Handling::ConsultSeat(seat)),
            (None, Some(entry)) => Ok(Handling::ConsultNumber(entry)),
            (None, None) | (Some(_), Some(_)) => Err(meaningless(
                "say a seat or an entry of the directory, and not both".to_owned(),
            )),
        }
    }
}

impl DialEntry {
    fn handling(&self) -> Result<Handling, ApiError> {
        let entry = told(Some(&self.entry))?;
        let entry = entry.ok_or_else(|| meaningless("entry is empty".to_owned()))?;
        Ok(Handling::Dial(entry))
    }
}

/// The person hears music, and now and then that they are not forgotten; the operator hears silence.
#[utoipa::path(post, path = "/api/v1/seats/{seat}/hold", tag = "seats",
    security(("token" = [])), params(("seat" = String, Path, description = "Extension")),
    request_body(content((Option<InConversation> = "application/json"),
        (Option<InConversation> = "application/x-www-form-urlencoded"))),
    responses(schema::SeatActed))]
pub(crate) async fn hold(of: OfSeat<InConversation>) -> Result<Response, ApiError> {
    in_conversation(of, Handling::Hold).await
}

/// Whoever is on hold and the operator hear each other again.
#[utoipa::path(post, path = "/api/v1/seats/{seat}/resume", tag = "seats",
    security(("token" = [])), params(("seat" = String, Path, description = "Extension")),
    request_body(content((Option<InConversation> = "application/json"),
        (Option<InConversation> = "application/x-www-form-urlencoded"))),
    responses(schema::SeatActed))]
pub(crate) async fn resume(of: OfSeat<InConversation>) -> Result<Response, ApiError> {
    in_conversation(of, Handling::Resume).await
}

/// The call ends as when the operator puts down the phone.
#[utoipa::path(post, path = "/api/v1/seats/{seat}/hang-up", tag = "seats",
    security(("token" = [])), params(("seat" = String, Path, description = "Extension")),
    request_body(content((Option<InConversation> = "application/json"),
        (Option<InConversation> = "application/x-www-form-urlencoded"))),
    responses(schema::SeatActed))]
pub(crate) async fn hang_up(of: OfSeat<InConversation>) -> Result<Response, ApiError> {
    in_conversation(of, Handling::HangUp).await
}

/// Keys are pressed towards the other end, for a menu behind the number.
#[utoipa::path(post, path = "/api/v1/seats/{seat}/keys", tag = "seats",
    security(("token" = [])), params(("seat" = String, Path, description = "Extension")),
    request_body(content((Press = "application/json"), (Press = "application/x-www-form-urlencoded"))),
    responses(schema::SeatActed))]
pub(crate) async fn keys(of: OfSeat<Press>) -> Result<Response, ApiError> {
    let conversation = of.asked.wish.conversation;
    let keys = Handling::Keys(of.asked.wish.pressed());
    handle(of, conversation, Ok(keys)).await
}

/// The person is given on: to a queue, where they wait with their place by their first call, or to a seat
/// that is free, whose phone rings. If it does not take them they go before everyone in the queue of the
/// work.
#[utoipa::path(post, path = "/api/v1/seats/{seat}/transfer", tag = "seats",
    security(("token" = [])), params(("seat" = String, Path, description = "Extension")),
    request_body(content((Transfer = "application/json"),
        (Transfer = "application/x-www-form-urlencoded"))),
    responses(schema::SeatActed))]
pub(crate) async fn transfer(mut of: OfSeat<Transfer>) -> Result<Response, ApiError> {
    let wish = &mut of.asked.wish;
    let (conversation, note) = (wish.conversation, wish.note.take());
    let handling = wish.handling();
    noted_first(of, (note, conversation), handling).await
}

/// Somebody is asked while the person is on hold: another seat, or an entry of the directory.
#[utoipa::path(post, path = "/api/v1/seats/{seat}/consult", tag = "seats",
    security(("token" = [])), params(("seat" = String, Path, description = "Extension")),
    request_body(content((Consult = "application/json"),
        (Consult = "application/x-www-form-urlencoded"))),
    responses(schema::SeatActed))]
pub(crate) async fn consult(mut of: OfSeat<Consult>) -> Result<Response, ApiError> {
    let wish = &mut of.asked.wish;
    let (conversation, note) = (wish.conversation, wish.note.take());
    let handling = wish.handling();
    noted_first(of, (note, conversation), handling).await
}

/// The person is given to whoever was asked, and the operator is through with them.
#[utoipa::path(post, path = "/api/v1/seats/{seat}/complete", tag = "seats",
    security(("token" = [])), params(("seat" = String, Path, description = "Extension")),
    request_body(content((Option<InConversation> = "application/json"),
        (Option<InConversation> = "application/x-www-form-urlencoded"))),
    responses(schema::SeatActed))]
pub(crate) async fn complete(of: OfSeat<InConversation>) -> Result<Response, ApiError> {
    in_conversation(of, Handling::Complete).await
}

/// Whoever was asked is let go; the operator and the person hear each other again.
#[utoipa::path(post, path = "/api/v1/seats/{seat}/retrieve", tag = "seats",
    security(("token" = [])), params(("seat" = String, Path, description = "Extension")),
    request_body(content((Option<InConversation> = "application/json"),
        (Option<InConversation> = "application/x-www-form-urlencoded"))),
    responses(schema::SeatActed))]
pub(crate) async fn retrieve(of: OfSeat<InConversation>) -> Result<Response, ApiError> {
    in_conversation(of, Handling::Retrieve).await
}

/// The operator hears the other of the two; whom they heard hears music.
#[utoipa::path(post, path = "/api/v1/seats/{seat}/swap", tag = "seats",
    security(("token" = [])), params(("seat" = String, Path, description = "Extension")),
    request_body(content((Option<InConversation> = "application/json"),
        (Option<InConversation> = "application/x-www-form-urlencoded"))),
    responses(schema::SeatActed))]
pub(crate) async fn swap(of: OfSeat<InConversation>) -> Result<Response, ApiError> {
    in_conversation(of, Handling::Swap).await
}

/// An operator who has no call, or is in a wrap-up, calls an entry of the directory: their own phone rings
/// first. A wrap-up goes on after it.
#[utoipa::path(post, path = "/api/v1/seats/{seat}/dial", tag = "seats",
    security(("token" = [])), params(("seat" = String, Path, description = "Extension")),
    request_body(content((DialEntry = "application/json"),
        (DialEntry = "application/x-www-form-urlencoded"))),
    responses(schema::SeatActed))]
pub(crate) async fn dial(of: OfSeat<DialEntry>) -> Result<Response, ApiError> {
    let handling = of.asked.wish.handling();
    handle(of, None, handling).await
}

async fn in_conversation(
    of: OfSeat<InConversation>,
    handling: Handling,
) -> Result<Response, ApiError> {
    let conversation = of.asked.wish.conversation;
    handle(of, conversation, Ok(handling)).await
}

/// What was typed is kept before the person is given to somebody who reads it.
async fn noted_first<T>(
    of: OfSeat<T>,
    (note, conversation): (Option<String>, Option<i64>),
    handling: Result<Handling, ApiError>,
) -> Result<Response, ApiError> {
    let handling = match handling {
        Ok(handling) => {
            let told = (note, conversation.map(AssignmentId));
            let noted = of.shared.note_first(&of.caller, &of.seat, told).await;
            noted.map(|()| handling)
        }
        Err(error) => Err(error),
    };
    handle(of, conversation, handling).await
}

async fn handle<T>(
    of: OfSeat<T>,
    conversation: Option<i64>,
    handling: Result<Handling, ApiError>,
) -> Result<Response, ApiError> {
    let command = handling.map(|handling| Command::Handle {
        seat: of.seat.clone(),
        handling,
        conversation: conversation.map(AssignmentId),
    });
    act(&of.shared, of.caller, &of.seat, of.asked.by_form, command).await
}

/// A place to which a person can be given.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) name: String,
    pub(crate) title: String,
}

/// The call in hand, as the page of its seat offers it.
#[derive(Debug)]
pub(crate) struct CallLine {
    pub(crate) is_held: bool,
    /// The operator's phone holds it by itself.
    pub(crate) held_by_phone: bool,
    /// Who is asked meanwhile.
    pub(crate) asks: Option<String>,
    /// They have picked up.
    pub(crate) is_asked: bool,
    /// Queues of the same authority.
    pub(crate) queues: Vec<Target>,
    /// Seats that were free when the page was written; the script follows them.
    pub(crate) seats: Vec<Target>,
    /// Names of the directory.
    pub(crate) entries: Vec<String>,
}

impl CallLine {
    pub(crate) fn of(seat: &SeatNow, look: &Snapshot) -> Option<Self> {
        let call = seat.call.as_ref()?;
        let queues = look.queues.iter();
        let queues = queues.filter(|it| Some(&it.tenant) == seat.tenant.as_ref());
        let queues = queues.map(|it| Target {
            name: it.name.clone(),
            title: it.title.clone(),
        });
        Some(Self {
            is_held: call.held_since_ms.is_some(),
            held_by_phone: call.held_by_phone,
            asks: call.consult.as_ref().map(|consult| consult.whom.clone()),
            is_asked: call.consult.as_ref().is_some_and(|consult| consult.is_up),
            queues: queues.collect(),
            seats: free_seats(look),
            entries: entries_for(look, seat.tenant.as_deref()),
        })
    }
}

/// What goes on beside works, in words: whom the seat calls, or who asks it.
pub(crate) fn beside(language: Language, seat: &SeatNow) -> Option<String> {
    let it = seat.beside.as_ref()?;
    let id = match (it.is_up, it.asking.is_some()) {
        (true, _) => "calls-beside",
        (false, true) => "calls-asks-you",
        (false, false) => "calls-rings",
    };
    Some(language.with(id, &[("whom", it.whom.as_str().into())]))
}

/// Seats where somebody can take a call now.
fn free_seats(look: &Snapshot) -> Vec<Target> {
    let is_free = |it: &&SeatNow| {
        let is_still = it.work == WorkState::Idle && !trying::is_on(it);
        it.reachable && !it.site_out && is_still && it.chosen == Chosen::Available
    };
    let free = look.seats.iter().filter(is_free).map(|it| Target {
        name: it.name.clone(),
        title: match &it.operator {
            Some(operator) => format!("{} · {operator}", it.name),
            None => it.name.clone(),
        },
    });
    free.collect()
}

/// The same, a line each with name and title, where somebody could be given on; empty elsewhere.
pub(crate) fn free_lines(seat: &SeatNow, look: &Snapshot) -> String {
    if seat.call.is_none() {
        return String::new();
    }
    let lines = free_seats(look).into_iter();
    let lines = lines.map(|it| format!("{}\t{}", it.name, it.title));
    lines.collect::<Vec<_>>().join("\n")
}

/// Names of the directory that may be called for an authority; for none in particular, all.
pub(crate) fn entries_for(look: &Snapshot, tenant: Option<&str>) -> Vec<String> {
    let fits = |it: &&EntryNow| {
        let own = it.tenant.as_deref();
        tenant.is_none() || own.is_none() || own == tenant
    };
    let entries = look.directory.iter().filter(fits);
    entries.map(|it| it.name.clone()).collect()
}

/// Whom an operator may call who has no call in hand; nobody where that is not the moment.
pub(crate) fn entries_to_dial(seat: &SeatNow, look: &Snapshot) -> Vec<String> {
    let is_free = matches!(seat.work, WorkState::Idle | WorkState::WrapUp);
    if is_free && seat.reachable && seat.chosen != Chosen::SignedOut {
        entries_for(look, seat.home.as_deref())
    } else {
        Vec::new()
    }
}

/// Changes when the page has to be loaded again to show what can be done with the call.
pub(crate) fn mark(seat: &SeatNow) -> String {
    let beside = seat
        .beside
        .as_ref()
        .map_or("", |it| if it.is_up { "B" } else { "b" });
    let Some(call) = &seat.call else {
        return beside.to_owned();
    };
    let held = match (call.held_since_ms.is_some(), call.held_by_phone) {
        (false, _) => "t",
        (true, false) => "h",
        (true, true) => "p",
    };
    let asks = call
        .consult
        .as_ref()
        .map_or("", |it| if it.is_up { "A" } else { "a" });
    format!("{held}{asks}")
}
